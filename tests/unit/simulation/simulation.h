/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole machine from a seed: guests that act, threads that run their vCPUs, a program that
 * changes the VM meanwhile, and what must always be so.
 *
 * Everything is drawn from the generator of sim/task.c, who runs when too.  A step is one
 * instruction of a guest, or one thing that the program does; after so many nobody begins anything
 * new, what waits is delivered, and the end is looked at.
 */
#ifndef LINTEL_TESTS_UNIT_SIMULATION_H
#define LINTEL_TESTS_UNIT_SIMULATION_H

#include "sim.h"
#include "task.h"
#include "test.h"
#include "vcpu/vcpu.h"
#include "vmx.h"

#define MAX_GUESTS   4
#define MAX_FRAMES   12 /* interrupts in interrupts */
#define PAGE	     ((u64)LINTEL_PAGE_SIZE)
#define MMIO_BASE    0x1000000ull
#define LAPIC_BASE   0xfee00000ull
#define VALUE_BYTES  4 /* of the largest access */
#define QUIET_ENOUGH 4 /* instructions after which what waits would have come */

/* --- memory.c: the slots, and what must be in the memory behind them --- */

enum slot_id { SLOT_RAM, SLOT_LOGGED, SLOT_ROM, SLOT_MOVED, SLOT_LARGE, SLOTS };

/* Places in SLOT_RAM; the last two are shared by the guests, each has a part. */
#define CODE_PAGE  0x0ull
#define IDT_PAGE   0x1000ull
#define STACK_PAGE 0x2000ull

#define LOGGED_BASE 0x100000ull /* of SLOT_LOGGED; the guests' pages of kvmclock come first */

/* The process's memory, and the slots.  Needs: the VM. */
void memory_create(void);
/* An address where guest `id` is the only one to write: in a slot, where one may be, or of a
 * device. */
u64 memory_any_address(unsigned int id, unsigned int size);
/* The user address behind it, whether the slot is there now or not; 0: always a device. */
u64 memory_hva(u64 gpa);
/* A guest has written this byte; where no slot can be that is nothing. */
void memory_written(u64 gpa, u8 value);
u8 memory_expected(u64 gpa);
/* No byte is another than guests wrote, and the copy that was made with the dirty log is all. */
void memory_check(void);

/* Actions of the program; false: there was nothing to do. */
bool memory_get_log(void);
bool memory_change_flags(void);
bool memory_move_slot(void);
/* Actions of the process, on its memory. */
bool memory_change_pages(void);
bool memory_ask_young(void);
/* Until what the process does to its memory at the moment is done. */
void memory_wait_for_process(void);

/* --- guest.c: a model of a 32-bit guest without paging --- */

struct operation;

/* An instruction from when it is drawn to its end. */
struct instruction {
	const struct operation *operation; /* NULL: the next is still to be drawn */
	u32 address, value,
		before;		/* of memory; what is written; the register that a read replaces */
	unsigned int which;	/* of a few, as the operation has them */
	bool faulted;		/* it has raised the exception that it should */
	bool native;		/* the processor has carried it out */
	u8 device[VALUE_BYTES]; /* what a device gave, where it ... */
	bool from_device[VALUE_BYTES]; /* ... was asked */
	bool to_device[VALUE_BYTES];   /* it was given this byte */
	u64 token[MAX_GUESTS];	       /* of the message that it sends */
	u64 rung, changes;	       /* of a doorbell, when it was drawn */
};

/* What a handler returns to. */
struct frame {
	u64 regs[REG_COUNT];
	u32 rip, rflags;
	struct instruction instruction;
	u8 vector;
	bool in_service; /* its vector is still to be ended */
	bool served;	 /* the device was asked what it wanted */
	bool looked;	 /* its end of interrupt is to be written */
};

struct guest {
	unsigned int id;
	int fd;
	struct vcpu *vcpu;
	struct kvm_run *run;
	struct sim_task *task;
	hpa_t vmcs;

	struct instruction now;
	struct frame frame[MAX_FRAMES];
	unsigned int depth;
	bool nmi_blocked;
	unsigned int quiet; /* instructions with nothing left to do, since the end was near */

	/* The local APIC, as the guest has it. */
	u8 in_service[MAX_FRAMES];
	unsigned int services;
	u8 tpr;
	u32 destination; /* as written to the high half of its ICR */
	u64 timer_due;	 /* host_time_ns(); 0: it is not known yet */
	u64 timer_token;
	bool timer_runs;

	u64 msr[4];	 /* what it wrote last: see operations_system.c */
	bool has_clock;	 /* it asked for kvmclock */
	bool has_pv_eoi; /* it asked for the bit that stands for an end of interrupt */
};

extern const struct sim_guest guest_model;

/* Its registers, and the code, as they are to begin.  Needs: the vCPU. */
void guest_make(struct guest *guest);
struct guest *guest_of(const struct vcpu *vcpu);
u64 guest_get(const struct guest *guest, u32 field);
void guest_set(const struct guest *guest, u32 field, u64 value);
bool guest_interrupts_on(const struct guest *guest); /* and no shadow */
/* The instruction is over: RIP, shadow. */
void guest_next(struct guest *guest);
/* As INT n: false: an access exits. */
bool guest_push_frame(struct guest *guest, u8 vector, u32 return_to);
/* True: as IRET; false: an access exits. */
bool guest_pop_frame(struct guest *guest);
__attribute__((noreturn, format(printf, 2, 3))) void guest_broken(const struct guest *guest,
								  const char *format, ...);

/* --- operations.c: what the guest does --- */

/* Operands, registers. */
typedef void operation_begin_fn(struct guest *guest, struct instruction *now);
/* As struct sim_guest.step: true: *exit. */
typedef bool operation_execute_fn(struct guest *guest, struct instruction *now,
				  struct sim_exit *exit);
/* It is done, by the processor or by the hypervisor. */
typedef void operation_end_fn(struct guest *guest, struct instruction *now);

struct operation {
	const char *name;
	u8 bytes[4];
	u8 length, size;
	u8 weight;
	enum { ALWAYS, WITH_IRQCHIP, NEVER } drawn; /* NEVER: only where it is called for */
	operation_begin_fn *begin;
	operation_execute_fn *execute;
	operation_end_fn *end;
};

extern const struct operation operations[];
extern const unsigned int operation_count;
u32 operation_address(const struct operation *operation);
/* The next one: what the guest's state asks for, or any. */
const struct operation *operation_draw(struct guest *guest);

/* --- operations_memory.c --- */

/* KVM_EXIT_MMIO, KVM_EXIT_IO: the device's part. */
void operation_mmio(struct guest *guest);
void operation_io(struct guest *guest);

/* --- operations_interrupt.c --- */

/* The bit that stands for an end of interrupt, before it is used. */
void pv_eoi_clear(const struct guest *guest);
/* After KVM_RUN. */
void pv_eoi_check(const struct guest *guest);

/* --- interrupts.c: sent, and delivered --- */

/* One that guests send, and devices. */
u8 interrupt_any_vector(void);

/* Someone is about to send; what it gives is for the end, when the call has returned. */
u64 interrupt_send_begin(unsigned int id, u8 vector);
void interrupt_send_end(unsigned int id, u8 vector, u64 token);
/* Or: perhaps it was not sent. */
void interrupt_send_unsure(unsigned int id, u8 vector);
u64 interrupts_taken(unsigned int id, u8 vector); /* so far */
/* It was sent since it was taken last, or is being sent; and: it surely was. */
bool interrupt_may_come(unsigned int id, u8 vector);
bool interrupt_waits(unsigned int id, u8 vector);
void interrupt_must_come(unsigned int id, u8 vector);
u64 nmi_send_begin(unsigned int id);
void nmi_send_end(unsigned int id, u64 token);
/* The local APIC's timer, which sends TIMER_VECTOR: it is started, runs, and perhaps it is over. */
#define TIMER_VECTOR 0xef
void interrupt_timer_begin(struct guest *guest);
void interrupt_timer_started(struct guest *guest, u64 ns);
void interrupt_timer_look(struct guest *guest);
void interrupt_delivered(struct guest *guest, u8 vector);
void nmi_delivered(struct guest *guest);
/* Before each instruction: nothing waits that could be delivered. */
void interrupts_check(struct guest *guest);
/* Nothing waits that could have ended HLT. */
void interrupts_check_asleep(struct guest *guest);
bool interrupts_wait(const struct guest *guest);

void interrupts_create(void);

/* --- devices.c, lines.c, visitors.c, doorbells.c --- */

void devices_create(void);

/* Actions of the program. */
bool interrupt_send_msi(void);
bool interrupt_pulse_line(void);
bool interrupt_signal_event(void);
bool interrupt_change_routing(void);
bool line_raise(void);
bool lines_look(void);
bool visitor_signal(void);
bool visitor_change(void);
bool doorbell_change(void);

/* --- state.c --- */

void state_round_trip(struct guest *guest);

/* --- thread.c: the thread of a vCPU --- */

void vcpu_thread(void *guest);

/* --- simulation.c --- */

struct simulation {
	int device, vm_fd;
	struct vm *vm;
	struct guest guest[MAX_GUESTS];
	unsigned int guests;
	bool irqchip;
	bool calm; /* interrupts are few: mostly none waits behind another */
	u64 steps; /* that are left */
	bool over; /* the program has ended but for its vCPUs */
	host_mutex_t plug_lock;
	u64 last_tsc, last_ns; /* of any guest: neither goes back */
};

extern struct simulation simulation;

/* One of the steps; false: there is none left. */
bool step_take(void);
bool chance(unsigned int one_in);
/* An ioctl whose argument is in the process's memory; again, where there was no memory for it. */
long call(int fd, u32 number, void *argument, size_t size);
/* Words, and the end of the run: something is not so that must always be so. */
__attribute__((noreturn, format(printf, 1, 2))) void broken(const char *format, ...);

void simulation_make(u64 seed);
void simulation_run(u64 steps);
void simulation_end(void);

#endif
