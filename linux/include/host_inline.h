/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bodies of what host.h declares inline.
 */
#ifndef LINTEL_LINUX_HOST_INLINE_H
#define LINTEL_LINUX_HOST_INLINE_H

#include <linux/irqflags.h>
#include <linux/jump_label.h>
#include <linux/percpu.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint-defs.h>
#include <asm/asm.h>
#include <asm/io.h>
#include <asm/msr.h>
#include <asm/special_insns.h>
#include <compat_msr.h>
#include <host_needs.h>

/* A lock class for each place that makes a lock: these have to be macros. */
#define host_mutex_init(mutex)	   mutex_init(mutex)
#define host_spin_init(lock)	   spin_lock_init(lock)
#define host_irqlock_init(lock)	   raw_spin_lock_init(lock)
#define host_srcu_init(srcu)	   init_srcu_struct(srcu)
#define host_srcu_init_brief(srcu) init_srcu_struct(srcu)

/* A macro for sparse, which follows a lock that a function may have taken in no other way. */
#define host_spin_trylock(lock) spin_trylock(lock)

/* Set when Lintel is loaded: the processor has no "iTLB multihit", or the machine runs without
 * mitigations. */
extern bool large_pages_execute;

static inline bool host_large_pages_execute(void)
{
	return large_pages_execute;
}

static inline hpa_t host_virt_to_phys(const void *page)
{
	return __pa(page);
}

static inline void *host_phys_to_virt(hpa_t address)
{
	return __va(address);
}

/* measure.c */
DECLARE_STATIC_KEY_FALSE(measuring);
extern u32 measurement;

static inline u32 host_measurement(void)
{
	return static_branch_unlikely(&measuring) ? READ_ONCE(measurement) : 0;
}

/* tracepoints.c */
DECLARE_TRACEPOINT(kvm_exit);

static inline bool host_traces_exits(void)
{
	return tracepoint_enabled(kvm_exit);
}

/* --- Locks ---------------------------------------------------------------- */

static inline void host_mutex_lock(host_mutex_t *mutex)
{
	mutex_lock(mutex);
}

static inline void host_mutex_unlock(host_mutex_t *mutex)
{
	mutex_unlock(mutex);
}

static inline void host_spin_lock(host_spinlock_t *lock) __acquires(lock)
{
	HOST_NEEDS(host_interrupts_are_on());
	spin_lock(lock);
}

/* A spinlock_t is one there. */
static inline bool host_spin_is_raw(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT);
}

static inline void host_spin_unlock(host_spinlock_t *lock) __releases(lock)
{
	spin_unlock(lock);
}

static inline unsigned long host_irqlock_lock(host_irqlock_t *lock) __acquires(lock)
{
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	return flags;
}

static inline void host_irqlock_unlock(host_irqlock_t *lock, unsigned long flags) __releases(lock)
{
	raw_spin_unlock_irqrestore(lock, flags);
}

static inline int host_srcu_read_lock(host_srcu_t *srcu) __acquires(srcu)
{
	return srcu_read_lock(srcu);
}

static inline void host_srcu_read_unlock(host_srcu_t *srcu, int ticket) __releases(srcu)
{
	srcu_read_unlock(srcu, ticket);
}

/* --- Events --------------------------------------------------------------- */

/* An eventfd has a spinlock_t. */
static inline bool host_event_signal_is_raw(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT);
}

/* --- Processors ----------------------------------------------------------- */

static inline unsigned int host_cpu(void)
{
	return smp_processor_id();
}

static inline void host_relax(void)
{
	cpu_relax();
}

static inline void host_cond_resched(void)
{
	cond_resched();
}

static inline void host_preempt_disable(void)
{
	preempt_disable();
}

static inline void host_preempt_enable(void)
{
	preempt_enable();
}

static inline void host_irq_disable(void)
{
	local_irq_disable();
}

static inline void host_irq_enable(void)
{
	local_irq_enable();
}

/* Not rdmsrl() and wrmsrl(): on a kernel that can be a Xen guest those are indirect calls, and
 * where they are there is no VMX. */
static inline u64 host_rdmsr(u32 msr)
{
	return __rdmsr(msr);
}

static inline void host_wrmsr(u32 msr, u64 value)
{
	__wrmsr(msr, (u32)value, (u32)(value >> 32));
}

static inline int host_rdmsr_safe(u32 msr, u64 *value)
{
	return rdmsrl_safe(msr, value) ? -EIO : 0;
}

static inline int host_wrmsr_safe(u32 msr, u64 value)
{
	return wrmsrl_safe(msr, value) ? -EIO : 0;
}

static __always_inline void host_clock_read_realtime(struct host_clock *now)
{
	HOST_NEEDS(host_interrupts_are_on());
	/* Nothing comes between the two. */
	local_irq_disable();
	now->tsc = rdtsc_ordered();
	now->realtime_ns = ktime_get_real_ns();
	local_irq_enable();
}

static inline u64 host_rdtsc(void)
{
	return rdtsc();
}

static inline void host_cpuid(u32 leaf, u32 subleaf, u32 out[4])
{
	cpuid_count(leaf, subleaf, &out[0], &out[1], &out[2], &out[3]);
}

/* --- VMX instructions ------------------------------------------------------
 *
 * One that faults fails like one without a current VMCS.  It can happen once: when the machine goes
 * down, VMX operation ends on every CPU while vCPUs still run.
 */

/* clang-format off */
#define HOST_VMX_INSTRUCTION(instruction, ...)                                                     \
	do {                                                                                       \
		asm goto("1: " instruction "\n\t"                                                  \
			 "jc %l[invalid]\n\t"                                                      \
			 "jz %l[valid]\n\t" _ASM_EXTABLE(1b, %l[invalid])                          \
			 :                                                                         \
			 : __VA_ARGS__                                                             \
			 : "cc", "memory"                                                          \
			 : invalid, valid);                                                        \
		return VMX_SUCCEED;                                                                \
	valid:                                                                                     \
		return VMX_FAIL_VALID;                                                             \
	invalid:                                                                                   \
		return VMX_FAIL_INVALID;                                                           \
	} while (0)
/* clang-format on */

static inline enum vmx_status vmclear(hpa_t region)
{
	HOST_VMX_INSTRUCTION("vmclear %0", "m"(region));
}

static inline enum vmx_status vmptrld(hpa_t region)
{
	HOST_VMX_INSTRUCTION("vmptrld %0", "m"(region));
}

/* vmx_cpu.c: the current-VMCS pointer of each CPU. */
DECLARE_PER_CPU(hpa_t, current_vmcs);

static inline hpa_t host_current_vmcs(void)
{
	return this_cpu_read(current_vmcs);
}

static inline enum vmx_status host_vmclear(hpa_t region)
{
	if (host_current_vmcs() == region)
		this_cpu_write(current_vmcs, HOST_NO_VMCS);
	return vmclear(region);
}

static inline enum vmx_status host_vmptrld(hpa_t region)
{
	enum vmx_status status = vmptrld(region);

	if (status == VMX_SUCCEED)
		this_cpu_write(current_vmcs, region);
	return status;
}

static inline enum vmx_status host_vmwrite(u32 field, u64 value)
{
	HOST_VMX_INSTRUCTION("vmwrite %1, %0", "r"((u64)field), "rm"(value));
}

/* Inline in any case: host_vmenter() calls it where nothing may be traced. */
static __always_inline enum vmx_status host_vmread(u32 field, u64 *value)
{
	u64 read;

	/* clang-format off */
	asm_goto_output("1: vmread %[field], %[read]\n\t"
			"jc %l[invalid]\n\t"
			"jz %l[valid]\n\t" _ASM_EXTABLE(1b, %l[invalid])
			: [read] "=r"(read)
			: [field] "r"((u64)field)
			: "cc"
			: invalid, valid);
	/* clang-format on */
	*value = read;
	return VMX_SUCCEED;
valid:
	return VMX_FAIL_VALID;
invalid:
	return VMX_FAIL_INVALID;
}

static inline enum vmx_status host_invept(u32 type, u64 eptp)
{
	struct {
		u64 eptp, reserved;
	} descriptor = {eptp, 0};

	HOST_VMX_INSTRUCTION("invept %0, %1", "m"(descriptor), "r"((u64)type));
}

static inline enum vmx_status host_invvpid(u32 type, u16 vpid, gva_t address)
{
	struct {
		u64 vpid, address;
	} descriptor = {vpid, address};

	HOST_VMX_INSTRUCTION("invvpid %0, %1", "m"(descriptor), "r"((u64)type));
}

#undef HOST_VMX_INSTRUCTION

/* --- Host state ------------------------------------------------------------- */

/* fpu.c: the register itself holds the guest's value round a guest. */
extern u64 host_value_of_xcr0, host_value_of_xss;

static inline u64 host_xcr0(void)
{
	return host_value_of_xcr0;
}

static inline u64 host_xss(void)
{
	return host_value_of_xss;
}

#endif
