/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The platform's types when the core runs as a process.  Locks are flags that are checked, not
 * waited for: there is one thread, so a lock that is taken already would never be free.
 */
#ifndef LINTEL_SIM_HOST_TYPES_H
#define LINTEL_SIM_HOST_TYPES_H

#include <errno.h>

enum sim_lock_state { SIM_LOCK_UNINITIALISED, SIM_LOCK_FREE, SIM_LOCK_HELD };

typedef struct {
	enum sim_lock_state state;
} host_mutex_t;

typedef struct {
	enum sim_lock_state state;
} host_spinlock_t;

typedef struct {
	enum sim_lock_state state;
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

struct host_event_watch {
	struct host_event *event;
	void (*signalled)(struct host_event_watch *watch);
	void (*closed)(struct host_event_watch *watch);
	struct host_event_watch *next; /* the list of all */
};

typedef struct {
	bool initialised;
	bool brief; /* readers may not sleep */
	int readers;
	u64 synchronized; /* how many times a writer waited */
} host_srcu_t;

struct host_vm {
	u64 kicks; /* calls of host_kick_vm() */
	unsigned int files; /* of it and its vCPUs; 0 where a test made it by hand */
	struct vm *next; /* the list of those that have files */
};

#define SIM_XSAVE_WORDS 1024 /* the 4096 bytes of struct kvm_xsave */

struct host_vcpu {
	host_mutex_t mutex; /* the vCPU is used by one thread at a time */
	u32 fpu[SIM_XSAVE_WORDS] __attribute__((aligned(16))); /* as FXSAVE wants it */
	bool initialised;
	bool scheduled;	   /* between host_vcpu_get() and host_vcpu_release() */
	bool fpu_is_guest; /* between host_fpu_load_guest() and host_fpu_load_host() */
	bool state_saved;  /* between host_state_save() and host_state_restore() */
	u64 kicks;	   /* calls of host_kick_vcpu() */
};

#endif
