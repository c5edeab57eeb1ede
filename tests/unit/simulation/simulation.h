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

/* When a thing is drawn; NEVER: only where it is called for. */
enum drawn { ALWAYS, WITH_IRQCHIP, WITH_IOAPIC, WITH_SPLIT, NEVER };
bool machine_has(enum drawn drawn);

/* --- memory.c: the slots, and what must be in the memory behind them --- */

struct instruction;

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
/* Nobody knows whether the instruction has written what it was to write: now it is known. */
void memory_settle(const struct instruction *instruction);
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
/* All stand still, and another VM comes: what the log has is taken; the slots, as they were, on the
 * same memory or on that of another process, where the logged slot's is the copy. */
void memory_save(void);
void memory_restore(void);

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

/* Of an INIT that was sent to it; see startup.c. */
struct start {
	bool is_away;		     /* from its sending until the guest has started again */
	bool init_is_sent;	     /* who sent it has returned */
	bool sipi;		     /* was sent, or is being */
	bool init_waits, sipi_waits; /* sent by one who has returned, and not taken since */
	bool begun;		     /* it is in the code that it starts with */
	bool registers_left; /* those of its interrupt controllers are still to be set ... */
	bool svr_is_set;     /* ... but for this one */
	unsigned int line;   /* whose entry is next */
	enum { ENTRY_SELECT, ENTRY_MASK, ENTRY_UNMASK, ENTRY_STEPS } entry_step;
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
	struct start start;
	bool stopped; /* its thread waits in stop_here() */
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
	enum drawn drawn;
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

/* --- startup.c: INIT and SIPI --- */

void start_write_code(void);
/* The guest is in real mode, or on its way out of it: then these are for guest_model's. */
bool start_is_under_way(const struct guest *guest);
bool start_step(struct guest *guest, struct sim_exit *exit);
void start_deliver(struct guest *guest, const struct sim_injection *event);
/* May an INIT, or any SIPI, be sent now; may another be who gets it; is a SIPI waited for? */
bool start_may_send(const struct guest *guest);
bool start_may_send_init(const struct guest *guest);
bool start_may_change_target(const struct guest *guest);
bool start_sipi_is_due(const struct guest *guest);
/* Nothing was sent that the guest has not taken; as interrupts_check(). */
void start_check(struct guest *guest);
void start_check_asleep(struct guest *guest);

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
void nmi_send_unsure(unsigned int id);
/* The local APIC's timer, which sends TIMER_VECTOR: it is started, runs, and perhaps it is over. */
#define TIMER_VECTOR 0xef
void interrupt_timer_begin(struct guest *guest);
void interrupt_timer_started(struct guest *guest, u64 ns);
void interrupt_timer_look(struct guest *guest);
/* Before KVM_SET_LAPIC: one that is over is due again.  See lapic_timer_resume(). */
void interrupt_timer_may_be_due(struct guest *guest);
void interrupt_delivered(struct guest *guest, u8 vector);
void nmi_delivered(struct guest *guest);
/* Before each instruction: nothing waits that could be delivered. */
void interrupts_check(struct guest *guest);
/* Nothing waits that could have ended HLT. */
void interrupts_check_asleep(struct guest *guest);
bool interrupts_wait(const struct guest *guest);
/* What waits for it, or is being sent, is perhaps lost. */
void interrupts_lost(struct guest *guest);
/* Someone is about to send it an INIT; and it has been reset by that. */
void interrupts_before_init(struct guest *guest);
void interrupts_after_init(struct guest *guest);
/* Between these the vCPU's thread gets all that waits in the local APIC and sets that again: what
 * is sent meanwhile may be lost, but for what comes by level-triggered lines, which wait. */
void interrupts_replace_begin(struct guest *guest);
void interrupts_replace_end(struct guest *guest);
/* The timer stood still for so long. */
void interrupt_timer_moved(struct guest *guest, u64 ns);

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
bool pin_send(void);
bool visitor_signal(void);
bool visitor_change(void);
bool doorbell_change(void);
/* In another VM: routing and events; where the lines are. */
void devices_restore(void);
void doorbells_restore(void);

/* --- clock.c --- */

void clock_create(void);
/* What a guest reads from its page when the host's TSC is `tsc`. */
void clock_check(const struct guest *guest, u64 ns, u64 tsc);
/* An action of the program: KVM_SET_CLOCK. */
bool clock_step(void);
void clock_save(void);
void clock_restore(void);

/* --- state.c: what a program gets and sets of a vCPU, and of the VM --- */

/* Got, set again and got again it is the same state, and the guest notices nothing. */
void state_round_trip(struct guest *guest);
/* All of it, of a vCPU whose thread stands still, into another vCPU; then it has just that. */
void state_save(struct guest *guest);
void state_restore(struct guest *guest);
void state_save_vm(void);
void state_restore_vm(void);
/* What is to be saved.  Needs: a vCPU. */
void state_create(void);
/* Of the registers that no guest uses, those are others after an INIT. */
void state_after_init(struct guest *guest);

/* --- stop.c: everybody stands still --- */

/* The threads beside those of vCPUs. */
enum actor { ACTOR_PROGRAM, ACTOR_ANOTHER, ACTOR_PROCESS, ACTOR_CLOCK, ACTORS };

void stop_create(void);
/* Between these the actor may touch the machine. */
void actor_begin(enum actor actor);
void actor_end(enum actor actor);
/* Nobody but the caller, ACTOR_PROGRAM, touches the machine until stop_end(): no vCPU is in
 * KVM_RUN, nor has it left anything to be finished. */
void stop_all(void);
void stop_end(void);
/* By a vCPU's thread, after KVM_RUN. */
void stop_here_if_asked(struct guest *guest, long result);

/* --- migration.c --- */

/* The machine is saved and ends; another one goes on in its place. */
void migrate(void);

/* --- thread.c: the thread of a vCPU --- */

void vcpu_thread(void *guest);

/* --- simulation.c --- */

struct simulation {
	int device, vm_fd;
	struct vm *vm;
	struct guest guest[MAX_GUESTS];
	unsigned int guests;
	bool irqchip;
	bool split; /* of it only the local APICs: the I/O APIC is the program's */
	bool calm;  /* interrupts are few: mostly none waits behind another */
	u64 steps;  /* that are left */
	bool over;  /* the program has ended but for its vCPUs */
	host_mutex_t plug_lock;
	u64 last_tsc, last_ns;		/* of any guest: neither goes back */
	const struct guest *has_ioapic; /* the one that selects its registers; NULL: nobody does */
};

extern struct simulation simulation;

/* One of the steps; false: there is none left. */
bool step_take(void);
bool chance(unsigned int one_in);
/* An ioctl whose argument is in the process's memory; again, where there was no memory for it. */
long call(int fd, u32 number, void *argument, size_t size);
/* Words, and the end of the run: something is not so that must always be so. */
__attribute__((noreturn, format(printf, 1, 2))) void broken(const char *format, ...);

/* A VM, and a vCPU of it, as they are before anything is set. */
void machine_create_vm(void);
void machine_create_vcpu(struct guest *guest);
void machine_close(void);

void simulation_make(u64 seed);
void simulation_run(u64 steps);
void simulation_end(void);

#endif
