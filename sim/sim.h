/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The simulator: host.h on top of a process, as its tests see it.
 *
 * One thread plays every CPU, or several tasks in turn (task.c).  What would hang or corrupt a
 * kernel (a lock taken twice, sleeping under a spin lock, a bogus physical address, an unsafe RDMSR
 * of an absent MSR) ends the process with words: sim_panic().
 */
#ifndef LINTEL_SIM_H
#define LINTEL_SIM_H

#include "host.h"

/* --- reset.c --- */

/* Everything as at the start of the process: one CPU, the default MSRs and CPUID, no user memory,
 * no injection, an empty log.  Panics when something was leaked. */
void sim_reset(void);

/* How many allocations, page references and locks nobody gave back; says which on stderr.  Not user
 * memory: that is the test's. */
u64 sim_leaks(void);

/* --- panic.c --- */

/* Words to stderr, then abort().  When a catcher is set: calls that instead; it must not return. */
__attribute__((noreturn, format(printf, 1, 2))) void sim_panic(const char *format, ...);
void sim_panic_catch(void (*catcher)(const char *words));

/* --- log.c: host_log(), host_snprintf(), tracepoints --- */

#define SIM_PROCESS 4242 /* what host_process_id() says */

void sim_log_clear(void);
const char *sim_log_text(void); /* what host_log() wrote, one line each, "error: words\n" */
bool sim_log_contains(const char *words);
void sim_log_to_stderr(bool on); /* also on when the environment has SIM_LOG */

struct sim_traces {
	u64 entry, exit, pio, mmio, msr, cpuid;
};
extern struct sim_traces sim_traces;

/* --- memory.c: allocation, physical addresses --- */

#define SIM_PHYS_BASE 0x100000000ull /* of the memory that host_alloc_pages() gives */

/* The n-th allocation from now fails (0: the next one), once. */
void sim_fail_allocation_after(unsigned int n);
void sim_fail_allocation_never(void);
bool sim_allocation_failed(void); /* did it, since sim_fail_allocation_after()? */

/* What is allocated now, and what was ever. */
struct sim_memory {
	u64 objects, bytes; /* host_zalloc() */
	u64 pages;	    /* host_alloc_pages() */
	u64 allocations;
};
struct sim_memory sim_memory_now(void);

u64 sim_memory_leaks(void); /* how many, of memory.c alone */
void sim_memory_print_leaks(void);

/* Called for pages that are freed, with their physical address: NULL for none. */
void sim_on_pages_freed(void (*function)(hpa_t start, u64 size));

/* --- user_memory.c, user_copy.c: the process that owns the VM --- */

#define SIM_USER_PFN_BASE 0x400000ull /* user pages have physical addresses from 16 GiB up */

/* A new region of zeroed memory, a multiple of a page; gives its user address (1 GiB aligned). */
u64 sim_user_map(u64 size);
/* The byte at a user address, for the test. */
void *sim_user_pointer(u64 hva);

/*
 * What the process does to its memory.  Each calls the notifier before and after.  `size` is a
 * multiple of a page.
 */
void sim_user_unmap(u64 hva, u64 size);			 /* munmap() */
void sim_user_protect(u64 hva, u64 size, bool writable); /* mprotect() */
void sim_user_move(u64 hva, u64 size);			 /* swapped out, migrated: other frames */
void sim_user_map_again(u64 hva, u64 size);		 /* mmap() where it was unmapped */
void sim_user_share(u64 hva, u64 size);			 /* fork(): copied at the next write */
void sim_user_take_out(u64 hva, u64 size); /* swapped out: whoever touches it waits for it */
bool sim_user_is_absent(u64 hva);

/*
 * Pages that host_fault_start() was asked for and that have not come; and how many there may be.
 * They come with sim_work_run().
 */
#define SIM_FAULTS_MAX 100
extern unsigned int sim_faults, sim_faults_max;

/*
 * The aligned piece of 1 << shift bytes round it is put together to one huge page, as khugepaged
 * does; 21 or 30.  Any change to a part of it splits it; only the part is notified.
 */
void sim_user_make_huge(u64 hva, unsigned int shift);
extern bool sim_large_pages_execute; /* what host_large_pages_execute() answers */
extern bool sim_may_reboot;	     /* what host_may_reboot() answers */
extern u32 sim_measurement;	     /* what host_measurement() answers */
extern bool sim_exits_are_traced;    /* and host_traces_exits() */
extern bool sim_events_are_raw;	     /* host_event_signal_is_raw(): no PREEMPT_RT */
extern bool sim_spins_are_raw;	     /* host_spin_is_raw(): the same */

/* The mmu notifier: NULL for none. */
typedef void (*sim_notifier_fn)(void *argument, u64 start, u64 end);
void sim_user_set_notifier(sim_notifier_fn begin, sim_notifier_fn end, void *argument);

/* Called in host_page_get(), when the page is known, before it returns: NULL for none. */
void sim_page_get_hook(void (*hook)(void *argument, u64 hva), void *argument);
/* Called in host_user_cmpxchg(), before it looks: another CPU comes first.  NULL for none. */
void sim_cmpxchg_hook(void (*hook)(void *argument, u64 hva), void *argument);
/* The n-th copy from or to the process from now fails (0: the next one), once, as where nothing is
 * mapped. */
void sim_fail_copy_after(unsigned int n);
void sim_fail_copy_never(void);
bool sim_copy_failed(void); /* did it, since sim_fail_copy_after()? */
/* The next host_page_get() fails with this errno. */
void sim_page_get_fail(int error);

/* The frame behind a user address now, 0 when there is none yet. */
u64 sim_user_pfn(u64 hva);
/* Could the process write there now without a fault? */
bool sim_user_is_writable(u64 hva);
/* The user address that a frame is mapped at, 0 when it is free. */
u64 sim_pfn_user(u64 pfn);
u64 sim_page_references(void); /* taken and not given back */
bool sim_pfn_dirty(u64 pfn);
void sim_user_reset(void);

/* --- file.c: the files that the program has of the KVM API --- */

#define SIM_VCPU_PAGES                                                                             \
	3 /* of a vCPU's file: struct kvm_run, data of KVM_EXIT_IO, coalesced writes */

/* Needs, before there is a VM: vmcs_config and vmx_capability, CPUs that have VMX, vpid_init(). */
int sim_device_open(void);
void sim_file_close(int fd);
/* What a file of a VM or a vCPU is of. */
struct vm *sim_file_vm(int fd);
struct vcpu *sim_file_vcpu(int fd);
/* pread() of up to `size` bytes of a file of statistics, which read() does from where it stands:
 * how many there were, or a negative errno. */
long sim_file_read(int fd, u64 offset, void *to, size_t size);
/* A page of a vCPU's file, as mmap() would give it; NULL: SIGBUS. */
void *sim_file_page(int fd, unsigned int page);
void sim_file_reset(void);

/* --- ioctl.c --- */

/* ioctl(): what it returns, or a negative errno. */
long sim_ioctl(int fd, u32 number, u64 argument);
/* Those who call it from now on are not the process that created the VMs. */
void sim_other_process(bool other);
void sim_ioctl_reset(void);

/* --- lock.c: locks, preemption, interrupts --- */

/* Panics in a context that cannot sleep; `who` is for the words. */
void sim_might_sleep(const char *who);
/* Panics where a spin lock cannot be taken: on PREEMPT_RT it sleeps. */
void sim_needs_atomic(const char *who);
bool sim_irqs_enabled(void);
bool sim_preemptible(void);
/* Mutexes, spin locks, read sections; what keeps preemption and interrupts off. */
unsigned int sim_locks_held(void);
/* Called in host_irq_disable(), while interrupts are still on: as another CPU comes in.  NULL for
 * none. */
void sim_irq_disable_hook(void (*hook)(void *argument), void *argument);
void sim_lock_reset(void);

/* --- task.c: tasks, who runs next --- */

/*
 * The process's own thread is a task; as long as it is the only one it runs on, and what it would
 * have to wait for is a panic.  With others, each step of host.h at which a kernel could be
 * interrupted, preempted or overtaken by another CPU is a switch point: there a generator, started
 * from a seed, draws who goes on, and on which CPU, and who stands still for a while.  The same
 * seed gives the same run.
 */
struct sim_task;

/* It begins in sim_tasks_run(), and ends when the function returns; `name` is for words. */
struct sim_task *sim_task_create(const char *name, void (*function)(void *argument),
				 void *argument);
/* Others have their turn until all have ended.  About one switch point of `period` switches. */
void sim_tasks_run(unsigned int period);
bool sim_task_ended(const struct sim_task *task);
bool sim_task_sleeps(const struct sim_task *task); /* until something that has not come */
/* Back to the thread of the process, as after a panic that a test has caught. */
void sim_tasks_abandon(void);

/* The generator: for who draws something else from the same seed, too. */
void sim_random_seed(u64 seed);
u64 sim_random(void);
u64 sim_random_below(u64 limit);

/* --- timer.c: time --- */

/* Time passes, the TSC too; timers expire when they are due, with interrupts off. */
void sim_advance_time(u64 ns);
/* From now on timers expire so long after they are due: the CPU had its interrupts off. */
void sim_timers_late(u64 ns);
void sim_set_tsc_stable(bool stable); /* what host_tsc_is_stable() says */
unsigned int sim_timers_armed(void);
void sim_timer_reset(void);

/* --- work.c: work for later --- */

void sim_work_run(void); /* what is queued, pages too, until nothing is */
unsigned int sim_works_queued(void);
void sim_work_reset(void);

/* --- event.c: events, and the descriptors of the process --- */

int sim_event_open(void); /* a new event's descriptor */
void sim_event_close(int fd);
void sim_event_write(int fd);	 /* it is signalled, by user space */
u64 sim_event_read(int fd);	 /* how often it was signalled and nobody took it; 0 from now on */
int sim_event_duplicate(int fd); /* another descriptor of the same event */
unsigned int sim_event_references(void); /* by the core: taken and not given back, and watches */
void sim_event_reset(void);

/* --- cpu.c: CPUs, MSRs, CPUID, time --- */

#define SIM_MAX_CPUS 64

void sim_set_cpus(unsigned int count); /* all online; the thread is on CPU 0 */
void sim_set_online(unsigned int cpu, bool online);
bool sim_is_online(unsigned int cpu);
unsigned int sim_cpus(void);
unsigned int sim_cpu_now(void);	   /* as host_cpu(), in any context */
void sim_run_on(unsigned int cpu); /* the thread moves; needs a preemptible context */

void sim_msr_set(unsigned int cpu, u32 msr, u64 value);
void sim_msr_remove(unsigned int cpu, u32 msr); /* it faults from now on */
bool sim_msr_get(unsigned int cpu, u32 msr, u64 *value);

/* Every CPU answers this; SIM_ANY_SUBLEAF: for each subleaf that has no answer of its own.  Of a
 * leaf that has no subleaves none but 0 may be asked for. */
#define SIM_ANY_SUBLEAF 0xffffffffu
void sim_cpuid_set(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx);
/* Bits of a leaf that the host does not use: host_cpuid_enabled() hides them. */
void sim_cpuid_disable(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx);

void sim_advance_tsc(u64 ticks);
u64 sim_tsc_now(void); /* without reading it, which takes time */
void sim_set_tsc_khz(u64 khz);
void sim_set_tsc_behind(unsigned int cpu, u64 ticks); /* its TSC, the others' */
void sim_set_xcr0(u64 host, u64 supported);
void sim_set_xss(u64 host); /* every CPU has an IA32_XSS from now on, and the host this in it */
void sim_cpu_reset(void);
/* Of this CPU: what its MSRs hold; and that they hold it again, or panic.  What a test does to them
 * in between counts, too. */
void sim_msrs_note(void);
void sim_msrs_check_noted(void);

/* --- host_state.c: the host's registers round a guest --- */

/* What host_state_save() finds on CPU 0; the test may change it while no guest's state is loaded,
 * CR3 and CR4 always.  On others the bases of what a kernel has for each CPU are other ones. */
extern struct host_state sim_host_state;
struct host_state sim_host_state_here(void); /* on this CPU */
void sim_host_state_reset(void);

/* Registers that the world switch moves, on the simulated processor. */
struct sim_registers {
	u64 cr2, xcr0;
	u64 dr[4], dr6;
	bool dr_is_guest;
	bool dr7_is_exits; /* no breakpoint of the host's is on: an exit did that */
};
struct sim_registers *sim_registers_of(unsigned int cpu);
struct sim_registers *sim_registers_here(void); /* of this CPU */

/* Panics unless XCR0, IA32_XSS and the debug registers are the host's, as an interrupt needs it. */
void sim_host_has_its_registers(const char *who);
/* Panics unless all is the host's: as the next thread needs it. */
void sim_host_has_its_state(const struct vcpu *vcpu);

/* --- thread.c: FPU, signals, sleep; HLT does not poll but where a test sets halt_poll.most_ns ---
 */

extern bool sim_split_locks_refused; /* what host_split_lock() answers */

struct sim_delivered {
	u64 nmis, machine_checks;
};
extern struct sim_delivered sim_delivered;

extern struct host_counters sim_counters; /* what host_counters() answers */

/* host_guest_must_turn_back() was called since this was asked. */
bool sim_take_last_look(void);

/* Called while a vCPU sleeps in host_vcpu_wait(): it has to kick it, or sim_signal().  NULL: none.
 */
void sim_wait_hook(void (*hook)(struct vcpu *vcpu));
/* Called in host_relax(), where nobody else would do anything; else a microsecond goes by there.
 * NULL: none. */
void sim_relax_hook(void (*hook)(void));
/* The thread gets a signal: host_before_guest() gives -EINTR until it is cleared. */
void sim_signal(bool pending);
/* host_guest_must_wait() says so once; host_before_guest() does the work. */
void sim_work_pending(bool pending);
/* The same for another task, which leaves the guest for it, or wakes. */
void sim_task_signal(struct sim_task *task, bool pending);
void sim_task_work_pending(struct sim_task *task);
/* Called in host_kick_vm(), when all vCPUs would have left the guest: NULL for none. */
void sim_kick_hook(void (*hook)(struct vm *vm));
void sim_thread_reset(void);

/* --- schedule.c --- */

/* host_run_delay_ns() of all threads, and whether the host counts it. */
extern u64 sim_run_delay;
extern bool sim_counts_run_delay;
extern struct vcpu *sim_yielded_to; /* the last one of host_yield_to() */
extern bool sim_guest_may_mwait;
extern u64 sim_yields; /* how often host_cond_resched() was called */

unsigned int sim_vcpus_loaded(void); /* between host_vcpu_get() and host_vcpu_release() */

/* The scheduler moves the vCPU's thread to another CPU (or switches it out and in again). */
void sim_reschedule(struct vcpu *vcpu, unsigned int cpu);

/* A CPU goes offline: the VMCSs that are active there are cleared, and it leaves VMX operation. */
void sim_cpu_down(unsigned int cpu);
void sim_cpu_up(unsigned int cpu);

/* The machine goes down.  From the first on no guest is entered; with the second VMX operation ends
 * under the vCPUs: each VMREAD and VMWRITE fails, as if no VMCS were current. */
void sim_stop_guests(void);
bool sim_guests_stopped(void);
void sim_vmx_end(void);
void sim_schedule_reset(void);

#endif
