// SPDX-License-Identifier: GPL-2.0
/*
 * Processors: cross calls and kicks; what the kernel knows of CPUID and of the clock.
 */
#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/smp.h>
#include <trace/events/ipi.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/tsc.h>
#include "platform.h"

/* Too large for the stack, and host_kick_vm() may not allocate. */
static DEFINE_PER_CPU(cpumask_var_t, kick_mask);

int cpu_kick_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
	{
		if (!zalloc_cpumask_var_node(&per_cpu(kick_mask, cpu), GFP_KERNEL,
					     cpu_to_node(cpu))) {
			cpu_kick_exit();
			return -ENOMEM;
		}
	}
	return 0;
}

void cpu_kick_exit(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) free_cpumask_var(per_cpu(kick_mask, cpu));
}

void host_call_cpu(unsigned int cpu, void (*function)(void *argument), void *argument)
{
	smp_call_function_single((int)cpu, function, argument, 1);
}

static void nothing(void *argument)
{
}

static void collect_running(struct vm *vm, struct cpumask *mask)
{
	const struct vcpu *vcpu;

	cpumask_clear(mask);
	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));) {
		int cpu;

		if (READ_ONCE(vcpu->mode) != VCPU_IN_GUEST)
			continue;
		cpu = READ_ONCE(vcpu->host.cpu);
		if (cpu >= 0)
			cpumask_set_cpu(cpu, mask);
	}
}

/*
 * The interrupt itself makes the guest exit, and the call that it brings is answered only after: so
 * all have left when this returns.  A vCPU that is on its way in with interrupts off either sees
 * the request that the caller has set, or exits at once for the pending interrupt.
 */
bool host_kick_vm(struct vm *vm)
{
	struct cpumask *mask;
	bool any;

	/* The caller's request before the modes; the other side does it the other way round. */
	smp_mb();
	preempt_disable();
	mask = this_cpu_cpumask_var_ptr(kick_mask);
	collect_running(vm, mask);
	any = !cpumask_empty(mask);
	smp_call_function_many(mask, nothing, NULL, true);
	preempt_enable();
	return any;
}

void host_kick_vcpu(struct vcpu *vcpu)
{
	u32 mode;
	int cpu;

	smp_mb();
	mode = READ_ONCE(vcpu->mode);
	if (mode == VCPU_WAITING)
		rcuwait_wake_up(&vcpu->host.wait);
	if (mode != VCPU_IN_GUEST)
		return;
	preempt_disable();
	cpu = READ_ONCE(vcpu->host.cpu);
	if (cpu >= 0 && cpu != smp_processor_id() && cpu_online(cpu))
		smp_send_reschedule(cpu);
	preempt_enable();
}

bool host_guest_may_mwait(void)
{
	return boot_cpu_has(X86_FEATURE_MWAIT) && !boot_cpu_has_bug(X86_BUG_MONITOR) &&
	       boot_cpu_has(X86_FEATURE_ARAT);
}

u64 host_tsc_khz(void)
{
	return tsc_khz;
}

static u64 arch_capabilities(void)
{
	u64 value = 0;

	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		host_rdmsr_safe(MSR_IA32_ARCH_CAPABILITIES, &value);
	return value;
}

bool host_tsx_ctrl(void)
{
	return arch_capabilities() & ARCH_CAP_TSX_CTRL_MSR;
}

/* Bits that say the same to a guest: what the processor does not do wrong, and what VERW and IBRS
 * do.  Not those that announce further MSRs. */
#define ARCH_CAPABILITIES_OF_GUESTS                                                                \
	(ARCH_CAP_RDCL_NO | ARCH_CAP_IBRS_ALL | ARCH_CAP_RSBA | ARCH_CAP_SKIP_VMENTRY_L1DFLUSH |   \
	 ARCH_CAP_SSB_NO | ARCH_CAP_MDS_NO | ARCH_CAP_PSCHANGE_MC_NO | ARCH_CAP_TAA_NO |           \
	 ARCH_CAP_SBDR_SSDP_NO | ARCH_CAP_FBSDP_NO | ARCH_CAP_PSDP_NO | ARCH_CAP_FB_CLEAR |        \
	 ARCH_CAP_RRSBA | ARCH_CAP_BHI_NO | ARCH_CAP_PBRSB_NO | ARCH_CAP_GDS_NO |                  \
	 ARCH_CAP_RFDS_NO | ARCH_CAP_RFDS_CLEAR | ARCH_CAP_ITS_NO)

/*
 * What the kernel knows of processors that do not say it themselves.  Not TAA_NO: without TSX the
 * kernel does not count that weakness, and a guest, which has no TSX either, does not ask.
 */
static const struct {
	int bug;
	u64 no;
} weaknesses[] = {
	{X86_BUG_CPU_MELTDOWN, ARCH_CAP_RDCL_NO}, {X86_BUG_SPEC_STORE_BYPASS, ARCH_CAP_SSB_NO},
	{X86_BUG_MDS, ARCH_CAP_MDS_NO},		  {X86_BUG_GDS, ARCH_CAP_GDS_NO},
	{X86_BUG_RFDS, ARCH_CAP_RFDS_NO},	  {X86_BUG_BHI, ARCH_CAP_BHI_NO},
	{X86_BUG_ITS, ARCH_CAP_ITS_NO},
};

u64 host_arch_capabilities(void)
{
	u64 value = arch_capabilities();

	for (unsigned int i = 0; i < ARRAY_SIZE(weaknesses); i++)
		if (!boot_cpu_has_bug(weaknesses[i].bug))
			value |= weaknesses[i].no;
	return value & ARCH_CAPABILITIES_OF_GUESTS;
}

/* Where the kernel keeps a word of CPUID, cleared of what it does not use. */
static const struct kernel_word {
	u8 word;
	u8 kept;
} kernel_words[] = {
	{CPUID_WORD_1_ECX, CPUID_1_ECX},
	{CPUID_WORD_1_EDX, CPUID_1_EDX},
	{CPUID_WORD_7_EBX, CPUID_7_0_EBX},
	{CPUID_WORD_7_ECX, CPUID_7_ECX},
	{CPUID_WORD_7_EDX, CPUID_7_EDX},
	{CPUID_WORD_7_1_EAX, CPUID_7_1_EAX},
	{CPUID_WORD_D_1_EAX, CPUID_D_1_EAX},
	{CPUID_WORD_80000001_ECX, CPUID_8000_0001_ECX},
	{CPUID_WORD_80000001_EDX, CPUID_8000_0001_EDX},
};

u32 host_cpuid_enabled(enum cpuid_word word)
{
	const struct cpuid_place *place = &cpuid_places[word];
	u32 out[4];

	host_cpuid(place->leaf, place->subleaf, out);
	for (unsigned int i = 0; i < ARRAY_SIZE(kernel_words); i++)
		if (kernel_words[i].word == word)
			return out[place->reg] & boot_cpu_data.x86_capability[kernel_words[i].kept];
	return out[place->reg];
}

unsigned int host_cpus_online(void)
{
	return num_online_cpus();
}
