// SPDX-License-Identifier: GPL-2.0
/* The simulated CPUs: which one the thread is on, their MSRs, CPUID and the clock. */
#include "facts/msr.h"
#include "task.h"

#define MSRS_MAX       512
#define CPUID_MAX      256
#define CPUID_EXTENDED 0x80000000u
#define TSC_A_READ     100 /* how far the clock goes on between two reads */

struct msr_file {
	unsigned int count;
	u32 index[MSRS_MAX];
	u64 value[MSRS_MAX];
};

struct cpuid_row {
	u32 leaf, subleaf;
	u32 out[4];
	u32 disabled[4];
};

/* The MSRs of a CPU as they were when a guest's state was about to be loaded. */
struct msr_note {
	bool taken;
	struct msr_file file;
};

static unsigned int cpus = 1;
static bool offline[SIM_MAX_CPUS];
static struct msr_file msr_files[SIM_MAX_CPUS];
static struct msr_note msr_notes[SIM_MAX_CPUS];
static struct cpuid_row cpuid_rows[CPUID_MAX];
static unsigned int cpuid_count;
static u64 tsc, tsc_khz;
static u64 tsc_behind[SIM_MAX_CPUS];
u32 sim_measurement;
bool sim_exits_are_traced;
bool sim_events_are_raw, sim_spins_are_raw;
static u64 xcr0_host, xcr0_supported, xss_host;

/* What a 64-bit kernel on a processor with VT-x has; the capability MSRs come from a recording. */
static const struct {
	u32 msr;
	u64 value;
} default_msrs[] = {
	{0x1b, 0xfee00900},		  /* IA32_APIC_BASE */
	{0x3a, 5},			  /* IA32_FEATURE_CONTROL */
	{0x174, 0x10},			  /* IA32_SYSENTER_CS */
	{0x175, 0xfffffe0000003000},	  /* IA32_SYSENTER_ESP */
	{0x176, 0xffffffff81e01570},	  /* IA32_SYSENTER_EIP */
	{0x1a0, 0x850089},		  /* IA32_MISC_ENABLE */
	{0x1d9, 0},			  /* IA32_DEBUGCTL */
	{0x277, 0x0407050600070106},	  /* IA32_PAT */
	{0x38f, 0x70000000f},		  /* IA32_PERF_GLOBAL_CTRL */
	{0xc0000080, 0xd01},		  /* IA32_EFER */
	{0xc0000081, 0x0023001000000000}, /* IA32_STAR */
	{0xc0000082, 0xffffffff81e00080}, /* IA32_LSTAR */
	{0xc0000083, 0xffffffff81e01850}, /* IA32_CSTAR */
	{0xc0000084, 0x257fd5},		  /* IA32_FMASK */
	{0xc0000100, 0x00007f1234567000}, /* IA32_FS_BASE */
	{0xc0000101, 0xffff888007c00000}, /* IA32_GS_BASE */
	{0xc0000102, 0},		  /* IA32_KERNEL_GS_BASE */
	{0xc0000103, 0},		  /* IA32_TSC_AUX */
};

/* A processor of 2014: SSE4, AVX2, XSAVE, 39 physical and 48 linear address bits. */
static const u32 default_cpuid[][6] = {
	{0x0, SIM_ANY_SUBLEAF, 0xd, 0x756e6547, 0x6c65746e, 0x49656e69},
	{0x1, SIM_ANY_SUBLEAF, 0x306c3, 0x00100800, 0x7ffafbff, 0xbfebfbff},
	{0x4, 0, 0x1c004121, 0x01c0003f, 0x3f, 0},
	{0x7, 0, 0, 0x27ab, 0, 0},
	{0xd, 0, 7, 0x340, 0x340, 0},
	{0xd, 1, 1, 0, 0, 0},
	{0xd, 2, 0x100, 0x240, 0, 0},
	{0x80000000, SIM_ANY_SUBLEAF, 0x80000008, 0, 0, 0},
	{0x80000001, SIM_ANY_SUBLEAF, 0, 0, 0x21, 0x2c100800},
	{0x80000007, SIM_ANY_SUBLEAF, 0, 0, 0, 0x100},
	{0x80000008, SIM_ANY_SUBLEAF, 0x3027, 0, 0, 0},
};

void sim_set_cpus(unsigned int count)
{
	if (!count || count > SIM_MAX_CPUS)
		sim_panic("sim_set_cpus(%u): 1 to %d", count, SIM_MAX_CPUS);
	cpus = count;
	sim_task_move(sim_task_now, 0);
}

unsigned int sim_cpus(void)
{
	return cpus;
}

void sim_set_online(unsigned int cpu, bool online)
{
	offline[cpu] = !online;
}

bool sim_is_online(unsigned int cpu)
{
	return cpu < cpus && !offline[cpu];
}

unsigned int host_cpus_online(void)
{
	unsigned int cpu, count = 0;

	for (cpu = 0; cpu < cpus; cpu++)
		count += sim_is_online(cpu);
	return count;
}

void sim_run_on(unsigned int cpu)
{
	if (!sim_preemptible())
		sim_panic("the thread cannot move to CPU %u: preemption is off", cpu);
	if (!sim_is_online(cpu))
		sim_panic("the thread cannot move to CPU %u: it is not online", cpu);
	sim_task_move(sim_task_now, cpu);
}

unsigned int sim_cpu(void)
{
	if (sim_preemptible())
		sim_panic("host_cpu(): preemption is on, the answer may be wrong at once");
	return sim_task_now->cpu;
}

unsigned int sim_cpu_now(void)
{
	return sim_task_now->cpu;
}

void host_call_cpu(unsigned int cpu, void (*function)(void *argument), void *argument)
{
	if (!sim_irqs_enabled())
		sim_panic("host_call_cpu(): interrupts are off: deadlock");
	sim_preempt_disable();
	sim_point();
	if (sim_is_online(cpu) && cpu != sim_task_now->cpu)
		sim_interrupt_until_possible(cpu, "host_call_cpu():");
	/* It may have gone meanwhile. */
	if (sim_is_online(cpu)) {
		sim_interrupt_enter(cpu);
		function(argument);
		sim_interrupt_leave();
	}
	sim_preempt_enable();
}

static int msr_slot(const struct msr_file *file, u32 msr)
{
	unsigned int i;

	for (i = 0; i < file->count; i++)
		if (file->index[i] == msr)
			return (int)i;
	return -1;
}

bool sim_msr_get(unsigned int cpu, u32 msr, u64 *value)
{
	const struct msr_file *file = &msr_files[cpu];
	int slot = msr_slot(file, msr);

	if (slot >= 0)
		*value = file->value[slot];
	return slot >= 0;
}

void sim_msr_set(unsigned int cpu, u32 msr, u64 value)
{
	struct msr_file *file = &msr_files[cpu];
	int slot = msr_slot(file, msr);

	if (slot < 0) {
		if (file->count == MSRS_MAX)
			sim_panic("CPU %u has no room for MSR 0x%x", cpu, msr);
		slot = (int)file->count++;
		file->index[slot] = msr;
	}
	file->value[slot] = value;
}

void sim_msr_remove(unsigned int cpu, u32 msr)
{
	struct msr_file *file = &msr_files[cpu];
	int slot = msr_slot(file, msr);

	if (slot < 0)
		return;
	file->count--;
	file->index[slot] = file->index[file->count];
	file->value[slot] = file->value[file->count];
}

void sim_msrs_note(void)
{
	msr_notes[sim_task_now->cpu] = (struct msr_note){true, msr_files[sim_task_now->cpu]};
}

void sim_msrs_check_noted(void)
{
	struct msr_note *note = &msr_notes[sim_task_now->cpu];
	const struct msr_file *was = &note->file;
	u64 now;

	for (unsigned int i = 0; note->taken && i < was->count; i++)
		if (sim_msr_get(sim_task_now->cpu, was->index[i], &now) && now != was->value[i])
			sim_panic("the thread leaves CPU %u: MSR 0x%x is 0x%llx, and was 0x%llx",
				  sim_task_now->cpu, was->index[i], now, was->value[i]);
	note->taken = false;
}

#define MSR_TSC		 0x10
#define MSR_VMX_FIRST	 0x480
#define MSR_VMX_LAST	 0x493
#define MSR_FEATURE_CTL	 0x3a
#define FEATURE_CTL_LOCK 1u

int sim_rdmsr_safe(u32 msr, u64 *value)
{
	if (msr == MSR_TSC) {
		*value = sim_rdtsc();
		return 0;
	}
	return sim_msr_get(sim_task_now->cpu, msr, value) ? 0 : -EIO;
}

int sim_wrmsr_safe(u32 msr, u64 value)
{
	u64 old;

	if (!sim_msr_get(sim_task_now->cpu, msr, &old))
		return -EIO;
	if (msr >= MSR_VMX_FIRST && msr <= MSR_VMX_LAST)
		return -EIO;
	if (msr == MSR_FEATURE_CTL && (old & FEATURE_CTL_LOCK))
		return -EIO;
	sim_msr_set(sim_task_now->cpu, msr, value);
	return 0;
}

u64 sim_rdmsr(u32 msr)
{
	u64 value = 0;

	if (sim_rdmsr_safe(msr, &value))
		sim_panic("RDMSR of 0x%x faults on CPU %u", msr, sim_task_now->cpu);
	return value;
}

void sim_wrmsr(u32 msr, u64 value)
{
	if (sim_wrmsr_safe(msr, value))
		sim_panic("WRMSR of 0x%llx to 0x%x faults on CPU %u", value, msr,
			  sim_task_now->cpu);
}

u64 sim_rdtsc(void)
{
	tsc += TSC_A_READ;
	return tsc - tsc_behind[sim_task_now->cpu];
}

u64 sim_tsc_now(void)
{
	return tsc - tsc_behind[sim_task_now->cpu];
}

void sim_set_tsc_behind(unsigned int cpu, u64 ticks)
{
	tsc_behind[cpu] = ticks;
}

void sim_advance_tsc(u64 ticks)
{
	tsc += ticks;
}

#define ARCH_CAPABILITIES_TSX_CTRL BIT64(7)

bool host_tsx_ctrl(void)
{
	return host_arch_capabilities() & ARCH_CAPABILITIES_TSX_CTRL;
}

/* No weakness that the MSR could deny, and none that it promises away. */
u64 host_arch_capabilities(void)
{
	u64 value = 0;

	return host_rdmsr_safe(MSR_IA32_ARCH_CAPABILITIES, &value) ? 0 : value;
}

u64 sim_host_xss(void)
{
	return xss_host;
}

void sim_set_xss(u64 host)
{
	xss_host = host;
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		sim_msr_set(cpu, MSR_IA32_XSS, host);
}

bool sim_guest_may_mwait = true;

bool host_guest_may_mwait(void)
{
	return sim_guest_may_mwait;
}

u64 host_tsc_khz(void)
{
	return tsc_khz;
}

void sim_set_tsc_khz(u64 khz)
{
	tsc_khz = khz;
}

static struct cpuid_row *cpuid_exact(u32 leaf, u32 subleaf)
{
	unsigned int i;

	for (i = 0; i < cpuid_count; i++)
		if (cpuid_rows[i].leaf == leaf && cpuid_rows[i].subleaf == subleaf)
			return &cpuid_rows[i];
	return NULL;
}

static const struct cpuid_row *cpuid_row(u32 leaf, u32 subleaf)
{
	static const struct cpuid_row zero;
	const struct cpuid_row *row = cpuid_exact(leaf, subleaf);

	/* The processor does not look at it; but who asks has mixed something up. */
	if (subleaf && (leaf < 4 || leaf >= CPUID_EXTENDED))
		sim_panic("CPUID leaf 0x%x has no subleaf, and %u is asked for", leaf, subleaf);
	if (!row)
		row = cpuid_exact(leaf, SIM_ANY_SUBLEAF);
	return row ? row : &zero;
}

static struct cpuid_row *cpuid_make(u32 leaf, u32 subleaf)
{
	struct cpuid_row *row = cpuid_exact(leaf, subleaf);

	if (row)
		return row;
	if (cpuid_count == CPUID_MAX)
		sim_panic("no room for CPUID leaf 0x%x", leaf);
	row = &cpuid_rows[cpuid_count++];
	*row = (struct cpuid_row){.leaf = leaf, .subleaf = subleaf};
	return row;
}

void sim_cpuid_set(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx)
{
	struct cpuid_row *row = cpuid_make(leaf, subleaf);

	row->out[0] = eax;
	row->out[1] = ebx;
	row->out[2] = ecx;
	row->out[3] = edx;
}

void sim_cpuid_disable(u32 leaf, u32 subleaf, u32 eax, u32 ebx, u32 ecx, u32 edx)
{
	struct cpuid_row *row = cpuid_make(leaf, subleaf);

	row->disabled[0] = eax;
	row->disabled[1] = ebx;
	row->disabled[2] = ecx;
	row->disabled[3] = edx;
}

void sim_cpuid(u32 leaf, u32 subleaf, u32 out[4])
{
	const struct cpuid_row *row = cpuid_row(leaf, subleaf);
	unsigned int i;

	for (i = 0; i < 4; i++)
		out[i] = row->out[i];
}

u32 host_cpuid_enabled(enum cpuid_word word)
{
	const struct cpuid_place *place = &cpuid_places[word];
	const struct cpuid_row *row = cpuid_row(place->leaf, place->subleaf);

	return row->out[place->reg] & ~row->disabled[place->reg];
}

u64 sim_host_xcr0(void)
{
	return xcr0_host;
}

u64 host_xcr0_supported(void)
{
	return xcr0_supported;
}

void sim_set_xcr0(u64 host, u64 supported)
{
	xcr0_host = host;
	xcr0_supported = supported;
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		sim_registers_of(cpu)->xcr0 = host;
}

/* Before main(): a test need not call sim_reset() first. */
__attribute__((constructor)) void sim_cpu_reset(void)
{
	unsigned int cpu, i;

	sim_set_cpus(1);
	cpuid_count = 0;
	tsc = 0;
	sim_measurement = 0;
	sim_exits_are_traced = false;
	sim_events_are_raw = false;
	sim_spins_are_raw = false;
	sim_guest_may_mwait = true;
	sim_set_tsc_khz(2000000);
	sim_set_xcr0(7, 7);
	xss_host = 0;
	for (cpu = 0; cpu < SIM_MAX_CPUS; cpu++) {
		offline[cpu] = false;
		msr_files[cpu].count = 0;
		msr_notes[cpu].taken = false;
		tsc_behind[cpu] = 0;
		for (i = 0; i < COUNT_OF(default_msrs); i++)
			sim_msr_set(cpu, default_msrs[i].msr, default_msrs[i].value);
	}
	for (i = 0; i < COUNT_OF(default_cpuid); i++)
		sim_cpuid_set(default_cpuid[i][0], default_cpuid[i][1], default_cpuid[i][2],
			      default_cpuid[i][3], default_cpuid[i][4], default_cpuid[i][5]);
}
