/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only door from the core to the outside.
 *
 * A platform (linux/ or sim/) is chosen by the include path.  It gives
 * <host_types.h>  the types that the core embeds but never looks into, and
 * <host_inline.h> the bodies of the functions declared `static inline` here;
 * all the others it gives in its own .c files.
 *
 * Errors are negative errnos.  Where a function may be called:
 *   "may sleep"    with mutexes held and in read sections, preemption and interrupts on;
 *   "atomic"       with a host_spinlock_t held too;
 *   "any context"  with a host_irqlock_t held, preemption or interrupts off, in an interrupt.
 * On a kernel with PREEMPT_RT host_spin_lock() sleeps: where preemption or interrupts are off
 * nothing that is atomic can be called.
 */
#ifndef LINTEL_HOST_H
#define LINTEL_HOST_H

#include "types.h"
#include "facts/cpuid_feature.h"
#include <host_types.h> /* errno values, host_mutex_t, host_spinlock_t, host_irqlock_t,
			 * host_srcu_t, struct host_timer, struct host_work, struct host_fault,
			 * struct host_event_watch, struct host_vm, struct host_vcpu */

struct vm;
struct vcpu;

/* --- Words --------------------------------------------------------------- */

enum host_log_level { HOST_LOG_ERROR, HOST_LOG_WARNING, HOST_LOG_INFO, HOST_LOG_DEBUG };

/* One line to the log; no newline at its end.  Any context.  What a guest or an
 * unprivileged program can cause at will is rate-limited by the platform. */
__attribute__((format(printf, 2, 3))) void host_log(enum host_log_level level, const char *format,
						    ...);

/* As the C library's snprintf, without floating point. */
__attribute__((format(printf, 3, 4))) int host_snprintf(char *buffer, size_t size,
							const char *format, ...);

/* The number of the calling process, as people see it. */
u32 host_process_id(void);

/* --- Memory of the host -------------------------------------------------- */

/* Zeroed memory, accounted to the caller; NULL when there is none.  May sleep. */
void *host_zalloc(size_t size);
void host_free(void *memory); /* may sleep; NULL is nothing */

/* 2^order zeroed pages, aligned to a page; NULL when there are none.  May sleep. */
void *host_alloc_pages(unsigned int order);
void host_free_pages(void *pages, unsigned int order); /* atomic; NULL is nothing */

/* Only for memory from host_alloc_pages(). */
static inline hpa_t host_virt_to_phys(const void *page);
static inline void *host_phys_to_virt(hpa_t address);

/* --- Memory of user space (the VM's process) ------------------------------ */

/* A page of the VM's process that a guest mapping may name. */
struct host_page {
	u64 pfn;
	bool writable;	 /* the mapping may allow writes */
	bool referenced; /* the platform's own: host_page_put() has a reference to give back */
	bool at_hand;	 /* host_page_at_hand() finds it, as long as nobody changes it */
	u8 shift;	 /* from there: what host_page_shift() says */
};

/*
 * Make the page at user address `hva` present (for writing when `write`), and take a reference
 * to it.  -EFAULT: no such memory, or not allowed; -EINTR: a fatal signal; -EHWPOISON: the hardware
 * lost what was in it, and the thread was sent the signal that says so.  May sleep.
 */
int host_page_get(struct vm *vm, u64 hva, bool write, struct host_page *page);
/* The same, but -EAGAIN where that would wait for what can take long: a disk, another program. */
int host_page_try(struct vm *vm, u64 hva, bool write, struct host_page *page);
/*
 * The page where the process can write to now, without a fault, and without a reference: it may be
 * somebody else's at once, and is the process's as long as ept_invalidate_begin() has not been
 * called for it.  False: it may be there or not.  Interrupts off.
 */
bool host_page_at_hand(struct vm *vm, u64 hva, struct host_page *page);
/*
 * The guest may write to the page from now on: it counts as dirty.  Needs: mmu_lock, from the
 * mapping on; the kernel cleans a page after ept_invalidate_begin() for it, and what comes later
 * would be dirty behind the back of its file system.  One at hand counts as accessed, too.
 */
void host_page_mark_dirty(const struct host_page *page);
/* Give the reference back; marks the page accessed.  Atomic. */
void host_page_put(const struct host_page *page);

/*
 * The size, as a power of two, of the naturally aligned piece round `hva` that the process's page
 * tables map by one entry, and `page` is of: 12, 21 or 30.  The next moment it may be another:
 * ept_invalidate_begin() says so.
 */
unsigned int host_page_shift(struct vm *vm, u64 hva, const struct host_page *page);

/*
 * A thread of the host's makes the page at `hva` present (for writing when `write`), however long
 * that takes, and then calls done(fault): once, where it may sleep, whether the page came or not.
 * Until then `fault` has to be there, the VM need not; done() may free it.  -EBUSY: too many of
 * this machine's guests wait so.  May sleep.  Needs: the VM's process is the current one.
 */
int host_fault_start(struct host_fault *fault, struct vm *vm, u64 hva, bool write,
		     void (*done)(struct host_fault *fault));
/* Wait until done(fault), which has begun and does not free it, has returned.  May sleep. */
void host_fault_finish(struct host_fault *fault);

/* May a guest execute from pages larger than 4 KiB?  There are processors that this takes down. */
static inline bool host_large_pages_execute(void);
/* May the calling thread take the machine down (CAP_SYS_BOOT)? */
bool host_may_reboot(void);

/* Copy from and to the VM's process, which is the current one.  -EFAULT.  May sleep. */
int host_user_read(void *to, u64 hva, size_t length);
int host_user_write(u64 hva, const void *from, size_t length);
/*
 * Are these bits of 8 bytes each, which do not cross a page, still what they were?  Read in their
 * order, all from slots, without sleeping, with interrupts on or off: false also when a page is
 * not there at the moment.
 */
struct host_word {
	u64 hva, value, mask;
};
bool host_user_words_are(const struct host_word *word, unsigned int count);
/* Without sleeping: -EFAULT also when the page is not there at the moment. */
int host_user_write_atomic(u64 hva, const void *from, size_t length);
/*
 * Replace the `length` bytes (4 or 8, aligned to that) by `new` if they are `old`, in one locked
 * access.  -EAGAIN: they are something else; -EFAULT.  May sleep.
 */
int host_user_cmpxchg(u64 hva, u64 old, u64 new, size_t length);

/*
 * Could [hva, hva + size) be addresses of a process at all (whether anything is there or not)?  And
 * are they written as ept_invalidate_begin() will be told them: an address has one name only, where
 * the processor ignores some of its bits too.
 */
bool host_user_range_ok(u64 hva, u64 size);

/* --- Locks ---------------------------------------------------------------- */

/* May sleep. */
void host_mutex_init(host_mutex_t *mutex);
static inline void host_mutex_lock(host_mutex_t *mutex);
static inline void host_mutex_unlock(host_mutex_t *mutex);

/* Atomic. */
void host_spin_init(host_spinlock_t *lock);
static inline void host_spin_lock(host_spinlock_t *lock);
static inline void host_spin_unlock(host_spinlock_t *lock);
/*
 * False: somebody has it.  With interrupts off it may only be tried: who has it may wait for this
 * CPU to turn them on (host_kick_vm()).  Needs: host_spin_is_raw().
 */
bool host_spin_trylock(host_spinlock_t *lock);
/* May a thread take it with interrupts off?  Not on PREEMPT_RT. */
static inline bool host_spin_is_raw(void);

/* A spin lock that may be taken in any context, and spins on every kernel: interrupts are off while
 * it is held.  lock gives what unlock wants back. */
void host_irqlock_init(host_irqlock_t *lock);
static inline unsigned long host_irqlock_lock(host_irqlock_t *lock);
static inline void host_irqlock_unlock(host_irqlock_t *lock, unsigned long flags);

/*
 * Sleepable read-copy-update: synchronize waits for the readers that began before, and may sleep.
 * Reading is possible in any context, and readers may sleep, but not those of a domain that was
 * made by init_brief: who waits for these waits for nobody's memory to appear.  -ENOMEM.
 */
int host_srcu_init(host_srcu_t *srcu);
int host_srcu_init_brief(host_srcu_t *srcu);
void host_srcu_destroy(host_srcu_t *srcu);
static inline int host_srcu_read_lock(host_srcu_t *srcu);
static inline void host_srcu_read_unlock(host_srcu_t *srcu, int ticket);
void host_srcu_synchronize(host_srcu_t *srcu);

/*
 * HOST_NEEDS(condition): what a function needs of its caller, said at its beginning in terms of the
 * questions below and of the core's own state, so that it is checked.  It is broken by a mistake of
 * the core alone.  sim/ then panics with the function's name and the condition; the module built
 * with DEBUG=y warns once, of locks where the kernel has lockdep; without DEBUG nothing is
 * evaluated.
 *
 * The questions are for HOST_NEEDS() alone: where nobody knows the answer, it is true.
 */
static inline bool host_mutex_held(const host_mutex_t *mutex); /* by this thread */
static inline bool host_spin_held(const host_spinlock_t *lock);
static inline bool host_irqlock_held(const host_irqlock_t *lock);
static inline bool host_srcu_held(const host_srcu_t *srcu); /* inside a read section */
static inline bool host_preemption_is_off(void); /* by whatever: interrupts, a spin lock */
static inline bool host_interrupts_are_off(void);
static inline bool host_interrupts_are_on(void);

/* --- Time ----------------------------------------------------------------- */

/* Nanoseconds since some moment; never goes back.  Any context. */
u64 host_time_ns(void);

/* The clocks of the host at one instant.  Any context. */
struct host_clock {
	u64 tsc;
	u64 time_ns;	 /* host_time_ns() */
	u64 realtime_ns; /* since 1970, UTC */
};
void host_clock_read(struct host_clock *now);
/* The same without time_ns, which is not written.  Interrupts are on; else atomic. */
static inline void host_clock_read_realtime(struct host_clock *now);
/* Do the TSCs of all CPUs agree and run at host_tsc_khz() always, as far as the host knows?  Once
 * false it stays so.  Any context. */
bool host_tsc_is_stable(void);

/*
 * Calls expired(timer) once, in interrupt context, at a time of host_time_ns() or soon after; the
 * callback may start its timer again.  Starting replaces what was set before.
 */
void host_timer_init(struct host_timer *timer, void (*expired)(struct host_timer *timer));
void host_timer_start(struct host_timer *timer, u64 when); /* any context */
/* When it returns the callback does not run, and will not.  May wait for it: not in interrupt
 * context, nor with a lock that the callback takes. */
void host_timer_cancel(struct host_timer *timer);

/* --- Work for later --------------------------------------------------------- */

/* Calls function(work) soon where it may sleep: once, however often it was queued before it began.
 */
void host_work_init(struct host_work *work, void (*function)(struct host_work *work));
void host_work_queue(struct host_work *work); /* any context */
/* When it returns the function does not run, and will not if nobody queues it again.  May sleep:
 * not with a lock that the function takes. */
void host_work_cancel(struct host_work *work);

/* --- Events that user space has descriptors of (eventfd) -------------------- */

struct host_event; /* the same event has the same address, whatever descriptor it was asked by */

/* A reference to the event behind a descriptor.  -EBADF: no such descriptor; -EINVAL: no event. */
int host_event_get(int fd, struct host_event **event);
void host_event_put(struct host_event *event);
void host_event_signal(struct host_event *event); /* atomic */
/* May it be called with interrupts off, too?  Not on PREEMPT_RT. */
static inline bool host_event_signal_is_raw(void);

/*
 * From now on calls signalled(watch) each time when the event is signalled (it counts as taken
 * then, nobody else hears of it), and closed(watch) once when nobody has a descriptor of it any
 * more: both in any context.  `fd` is what `event` was got by.  gives: 0; 1: it was signalled
 * before, which is not taken; -EBADF: by now it is no descriptor of that event.
 */
int host_event_watch(struct host_event_watch *watch, int fd, struct host_event *event,
		     void (*signalled)(struct host_event_watch *watch),
		     void (*closed)(struct host_event_watch *watch));
bool host_event_watches(const struct host_event_watch *watch, const struct host_event *event);
/* When it returns neither callback runs, nor will.  Atomic; not in a callback. */
void host_event_unwatch(struct host_event_watch *watch);

/* --- Processors ----------------------------------------------------------- */

static inline unsigned int host_cpu(void); /* this one's number; preemption must be off */
unsigned int host_cpus_online(void);
/* A moment goes by, in a loop that looks whether another CPU has done something.  Any context. */
static inline void host_relax(void);
/* Others may run now, if they wait for this CPU.  May sleep. */
static inline void host_cond_resched(void);
static inline void host_preempt_disable(void);
static inline void host_preempt_enable(void);
static inline void host_irq_disable(void);
static inline void host_irq_enable(void);

/* Run function(argument) on that CPU, and wait until it has.  Nothing happens when it is offline.
 * Needs: interrupts enabled. */
void host_call_cpu(unsigned int cpu, void (*function)(void *argument), void *argument);

/* Make every vCPU of the VM that is in the guest leave it, and wait until each has.  True: there
 * was one.  Atomic, with interrupts on. */
bool host_kick_vm(struct vm *vm);
/* Make this vCPU leave the guest, or wake it when it sleeps in KVM_RUN; does not wait.  Any
 * context. */
void host_kick_vcpu(struct vcpu *vcpu);

/* RDMSR/WRMSR; the _safe forms return -EIO on #GP instead of logging it. */
static inline u64 host_rdmsr(u32 msr);
static inline void host_wrmsr(u32 msr, u64 value);
static inline int host_rdmsr_safe(u32 msr, u64 *value);
static inline int host_wrmsr_safe(u32 msr, u64 value);
static inline u64 host_rdtsc(void);
static inline void host_cpuid(u32 leaf, u32 subleaf, u32 out[4]); /* EAX EBX ECX EDX */
u64 host_tsc_khz(void);
static inline u64 host_xss(void); /* IA32_XSS of the host; 0 where there is none */
/* Is there an IA32_TSX_CTRL?  It is announced in IA32_ARCH_CAPABILITIES. */
bool host_tsx_ctrl(void);
/* IA32_ARCH_CAPABILITIES as far as it holds for a guest that runs directly on this processor. */
u64 host_arch_capabilities(void);
static inline u64 host_xcr0(void); /* XCR0 of the host; 0 without XSAVE */
/* XSAVE state components that a guest may get: those that the host's FPU code can switch. */
u64 host_xcr0_supported(void);
/* A word of CPUID's features as the kernel left it for use: a feature that it disabled is 0. */
u32 host_cpuid_enabled(enum cpuid_word word);

/* May a guest execute MONITOR and MWAIT itself: has the processor them, without a defect, and does
 * the timer of its local APIC run on in the states that MWAIT may lead to? */
bool host_guest_may_mwait(void);

/* --- VMX instructions ("VMX Instruction Reference") ------------------------ */

enum vmx_status { VMX_SUCCEED = 0, VMX_FAIL_INVALID = 1, VMX_FAIL_VALID = 2 };

static inline enum vmx_status host_vmclear(hpa_t region);
static inline enum vmx_status host_vmptrld(hpa_t region);
/* The region that is current on this CPU, without asking the processor; HOST_NO_VMCS: none is. */
#define HOST_NO_VMCS (~(hpa_t)0)
static inline hpa_t host_current_vmcs(void);
static inline enum vmx_status host_vmread(u32 field, u64 *value);
static inline enum vmx_status host_vmwrite(u32 field, u64 value);
static inline enum vmx_status host_invept(u32 type, u64 eptp);
static inline enum vmx_status host_invvpid(u32 type, u16 vpid, gva_t address);

/*
 * VMLAUNCH, or VMRESUME when `resume`: load the sixteen registers (RSP excepted) and CR2, run the
 * guest, store them.  VMX_SUCCEED: a VM exit (or VM-entry failure, bit 31 of the exit reason)
 * happened; vcpu->exit.reason is which, and an NMI that caused it has been handed to the host,
 * since the processor holds back further ones until then.  Any other status: the guest did not run,
 * or VMX operation has ended since. IA32_SPEC_CTRL is vcpu->spec_ctrl meanwhile.  Needs:
 * host_guest_begin(), and host_guest_must_turn_back() or host_guest_may_go_on() called since the
 * last one; the VMCS current, its host state written; HOST_RSP and HOST_RIP are the platform's own
 * to write.
 */
enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume);

/*
 * Round entries that follow each other with interrupts off: what the processor does not switch and
 * the host does without until interrupts are on again (IA32_DEBUGCTL, counters).  From the begin on
 * time counts as the guest's, until host_guest_irq_enable() afterwards.  After host_counters().
 */
void host_guest_begin(struct vcpu *vcpu);
void host_guest_end(struct vcpu *vcpu);

/* --- Host state round a guest ---------------------------------------------- */

/* What the VMCS's host-state area is to hold.  "Host-State Area". */
struct host_state {
	u64 cr0, cr3, cr4;
	u16 es, cs, ss, ds, fs, gs, tr;
	u64 fs_base, gs_base, tr_base, gdtr_base, idtr_base;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 efer, pat;
};

/* All of it, for this CPU and the current task.  Also notes, in vcpu->host, what a VM exit does
 * not restore (selectors that the VMCS can't hold, LDTR).  Preemption is off. */
void host_state_save(struct vcpu *vcpu, struct host_state *state);
/* Restore that; also TR's limit and GDTR's limit, which a VM exit changes.  Preemption is off. */
void host_state_restore(struct vcpu *vcpu);
/* IA32_KERNEL_GS_BASE, by the cheapest way that this processor has.  Preemption is off. */
u64 host_kernel_gs_base(void);

/*
 * IA32_PERF_GLOBAL_CTRL: which performance counters count for the host, and which of them in a
 * guest too.  Equal: nothing is to be switched, and maybe there is no such MSR.  Interrupts are
 * off; holds for the next entry.  Where the VM-entry control that loads the MSR is 0,
 * host_vmenter() switches it.
 */
struct host_counters {
	u64 host, guest;
};
struct host_counters host_counters(struct vcpu *vcpu);

/* Guest's DR0-DR3 and DR6 into the processor, before an entry; and out of it again. */
void host_debugregs_load(const u64 dr[4], u64 dr6);
void host_debugregs_save(u64 dr[4], u64 *dr6);
/* After an exit (which leaves DR7 = 400H): bring back the host's breakpoints, if it has any; when
 * `loaded`, DR0-DR3 hold a guest's values. */
void host_debugregs_restore(bool loaded);

/* Deliver to the host the machine check that ended the guest's run.  Interrupts are off. */
void host_deliver_machine_check(void);
/* The guest's instruction at `rip` locks two cache lines, and the host watches for that.
 * gives: true if it may be executed now, false if the host does not allow it.  May sleep. */
bool host_split_lock(u64 rip);

/*
 * The VMCSs that may be cached on this CPU, so that the platform can clear them
 * (loaded_vmcs_clear_here()) before the CPU goes offline.  Interrupts are off.
 */
struct loaded_vmcs;
void host_vmcs_track(struct loaded_vmcs *vmcs);
void host_vmcs_untrack(struct loaded_vmcs *vmcs);

/* --- The vCPU's thread ------------------------------------------------------ */

/* Platform part of a vCPU: preemption hooks; the FPU, as FNINIT leaves it (and not with the 40H of
 * power-up: clients of the KVM API know it so).  -ENOMEM. */
int host_vcpu_init(struct vcpu *vcpu);
void host_vcpu_destroy(struct vcpu *vcpu);

/* From get to release the vCPU is loaded whenever its thread runs: the platform calls vcpu_load()
 * now and at each switch-in, vcpu_put() at each switch-out and at release. */
void host_vcpu_get(struct vcpu *vcpu);
void host_vcpu_release(struct vcpu *vcpu);

/* Swap the task's FPU registers for the guest's, and back.  Between, the scheduler keeps them. */
void host_fpu_load_guest(struct vcpu *vcpu);
void host_fpu_load_host(struct vcpu *vcpu);

/* x87, MMX and SSE registers of the guest while they are loaded, as FXSAVE64 lays them out: 512
 * bytes, aligned to 16.  Writing leaves the other components alone, raises no pending exception,
 * and takes nothing but what reading gave, but for the registers themselves.  May sleep. */
void host_fpu_read_registers(struct vcpu *vcpu, void *area);
void host_fpu_write_registers(struct vcpu *vcpu, const void *area);

/* The guest's FPU state while it is not loaded.  XSAVE format of the KVM API (4096 bytes). */
/* The state as it was put aside: legacy region and, where there is XSAVE, header of an XSAVE area.
 * Of a component whose bit in the header is 0 there is nothing. */
const void *host_fpu_area(struct vcpu *vcpu);
void host_fpu_get_xsave(struct vcpu *vcpu, struct kvm_xsave *state);
int host_fpu_set_xsave(struct vcpu *vcpu, const struct kvm_xsave *state); /* -EINVAL */

/* Work that the kernel wants done before the guest runs on: reschedule, task work.
 * 0, or -EINTR when a signal is pending.  May sleep. */
int host_before_guest(struct vcpu *vcpu);
/* The machine goes down, and VMX operation has ended under vCPUs that ran.  What VMREAD gave since
 * is nobody's, and VMWRITE goes nowhere. */
bool host_vmx_ended(void);
/* Sleep until vcpu_wakes(vcpu), or a signal is pending; host_kick_vcpu() makes it look again.
 * Loaded; preemption on. */
void host_vcpu_wait(struct vcpu *vcpu);

/* How long the current thread has waited for a processor that it could have used, in all, in ns;
 * and whether the host counts that.  Any context. */
u64 host_run_delay_ns(void);
bool host_counts_run_delay(void);
/* The processor that this thread has would be of more use to the vCPU's, if that waits for one: the
 * scheduler may give it that: true, then.  May sleep. */
bool host_yield_to(struct vcpu *vcpu);
/* Has it a thread that was switched out with it loaded: does that wait for a processor, or sleep?
 * The next moment it may be otherwise.  Any context. */
bool host_is_switched_out(const struct vcpu *vcpu);

/* --- Measuring ------------------------------------------------------------- */

/* The number of the measurement that goes on, of where the time of vCPUs goes; 0: there is none,
 * which is known at no cost.  Each has another number. */
static inline u32 host_measurement(void);

/* --- Tracepoints of the system "kvm" ---------------------------------------- */

/* Does somebody trace exits?  Known at no cost while nobody does. */
static inline bool host_traces_exits(void);
void host_trace_entry(struct vcpu *vcpu);
void host_trace_exit(struct vcpu *vcpu);
void host_trace_pio(bool write, u16 port, unsigned int size, unsigned int count, const void *data);
enum host_trace_mmio_kind { TRACE_MMIO_READ_UNSATISFIED, TRACE_MMIO_READ, TRACE_MMIO_WRITE };
void host_trace_mmio(enum host_trace_mmio_kind kind, unsigned int length, gpa_t gpa,
		     const void *data);
void host_trace_msr(bool write, u32 msr, u64 value, bool fault);
void host_trace_cpuid(u32 leaf, u32 subleaf, const u32 out[4], bool found);

#include <host_inline.h>

#endif
