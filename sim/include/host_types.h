/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The platform's types when the core runs as a process.  Locks are flags that are checked, and,
 * where the process plays several tasks (sim/task.c), waited for.
 */
#ifndef LINTEL_SIM_HOST_TYPES_H
#define LINTEL_SIM_HOST_TYPES_H

#include <errno.h>

struct sim_task;

enum sim_lock_state { SIM_LOCK_UNINITIALISED, SIM_LOCK_FREE, SIM_LOCK_HELD };

struct sim_lock {
	enum sim_lock_state state;
	const char *name;
	struct sim_task *owner;
};

typedef struct {
	struct sim_lock lock;
} host_mutex_t;

typedef struct {
	struct sim_lock lock;
} host_spinlock_t;

typedef struct {
	struct sim_lock lock;
} host_irqlock_t;

struct host_timer {
	void (*expired)(struct host_timer *timer);
	u64 when;
	bool armed;
	struct host_timer *next; /* the list of those that are armed */
};

struct host_work {
	void (*function)(struct host_work *work);
	bool queued;
	struct host_work *next; /* the list of those that are queued */
};

struct host_fault {
	struct host_work work; /* first */
	u64 hva;
	bool write;
	void (*done)(struct host_fault *fault);
};

struct host_event_watch {
	struct host_event *event;
	void (*signalled)(struct host_event_watch *watch);
	void (*closed)(struct host_event_watch *watch);
	struct host_event_watch *next; /* the list of all */
};

#define SIM_SRCU_READERS 64

struct sim_reader {
	struct sim_task *task; /* NULL: nobody */
	u64 number;
};

typedef struct {
	bool initialised;
	bool brief; /* readers may not sleep */
	const char *name;
	int readers;
	struct sim_reader reader[SIM_SRCU_READERS];
	u64 readers_ever;
	u64 synchronized; /* how many times a writer waited */
} host_srcu_t;

struct host_vm {
	u64 kicks;	    /* calls of host_kick_vm() */
	unsigned int files; /* of it and its vCPUs; 0 where a test made it by hand */
	struct vm *next;    /* the list of those that have files */
};

#define SIM_XSAVE_WORDS 1024 /* the 4096 bytes of struct kvm_xsave */

struct host_vcpu {
	host_mutex_t mutex; /* the vCPU is used by one thread at a time */
	u32 fpu[SIM_XSAVE_WORDS] __attribute__((aligned(16))); /* as FXSAVE wants it */
	bool initialised;
	bool scheduled;	       /* between host_vcpu_get() and host_vcpu_release() */
	bool fpu_is_guest;     /* between host_fpu_load_guest() and host_fpu_load_host() */
	bool state_saved;      /* between host_state_save() and host_state_restore() */
	bool in_guest;	       /* between host_guest_begin() and host_guest_end() */
	u64 begins;	       /* calls of host_guest_begin() */
	u64 kicks;	       /* calls of host_kick_vcpu() */
	struct sim_task *task; /* that has it loaded; NULL: none */
	bool switched_out;     /* it has it loaded, and does not run */
};

/*
 * Another task may have a turn here, when there are several.  So it may before each atomic access:
 * in the core these are what makes two CPUs agree, and each order of them can come up.
 */
extern bool sim_switching;
void sim_switch_point(void);

static inline void sim_point(void)
{
	if (sim_switching)
		sim_switch_point();
}

/*
 * Is the relaxed read that of the word behind the last one?  A loop over a table takes less time
 * than others need for one of their steps: with a turn at each of its words all of them would have
 * come to wait for what its reader holds.
 */
extern const volatile void *sim_read_until;

static inline bool sim_reads_on(const volatile void *pointer, size_t size, int order)
{
	bool on = order == __ATOMIC_RELAXED && pointer == sim_read_until;

	sim_read_until = (const volatile char *)pointer + size;
	return on;
}

/* What was loaded may be old before it is used. */
#define __atomic_load_n(pointer, order)                                                            \
	({                                                                                         \
		__typeof__(pointer) at_ = (pointer);                                               \
		bool on_ = sim_reads_on(at_, sizeof(*at_), order);                                 \
		if (!on_)                                                                          \
			sim_point();                                                               \
		__typeof__(*at_) loaded_ = __atomic_load_n(at_, order);                            \
		if (!on_)                                                                          \
			sim_point();                                                               \
		loaded_;                                                                           \
	})
#define __atomic_store_n(pointer, value, order)                                                    \
	(sim_point(), __atomic_store_n(pointer, value, order))
#define __atomic_exchange_n(pointer, value, order)                                                 \
	(sim_point(), __atomic_exchange_n(pointer, value, order))
#define __atomic_fetch_add(pointer, value, order)                                                  \
	(sim_point(), __atomic_fetch_add(pointer, value, order))
#define __atomic_fetch_sub(pointer, value, order)                                                  \
	(sim_point(), __atomic_fetch_sub(pointer, value, order))
#define __atomic_fetch_or(pointer, value, order)                                                   \
	(sim_point(), __atomic_fetch_or(pointer, value, order))
#define __atomic_fetch_and(pointer, value, order)                                                  \
	(sim_point(), __atomic_fetch_and(pointer, value, order))

#endif
