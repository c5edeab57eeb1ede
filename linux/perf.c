// SPDX-License-Identifier: GPL-2.0
/*
 * The host's performance counters round a guest, which has none.  perf says what each MSR is to
 * hold there; but its list is made for guests that KVM may have given counters.
 *
 * Records of PEBS go to linear addresses: in a guest, to the guest's.  So a counter that writes
 * them never counts there.
 *
 * SDM: "Architectural Performance Monitoring", "Processor Event Based Sampling (PEBS)".
 */
#include <asm/msr-index.h>
#include <asm/perf_event.h>
#include <asm/processor.h>
#include "platform.h"
#include "guest_work.h"
#include "perf.h"

static const struct perf_guest_switch_msr *find(const struct host_perf *perf, u32 msr)
{
	for (int i = 0; i < perf->count; i++)
		if (perf->msrs[i].msr == msr)
			return &perf->msrs[i];
	return NULL;
}

static u64 guest_value(const struct host_perf *perf, const struct perf_guest_switch_msr *msr)
{
	const struct perf_guest_switch_msr *pebs;

	switch (msr->msr) {
	case MSR_CORE_PERF_GLOBAL_CTRL:
		pebs = find(perf, MSR_IA32_PEBS_ENABLE);
		return msr->guest & ~(pebs ? pebs->guest : 0);
	case MSR_IA32_PEBS_ENABLE:
		return 0;
	case MSR_IA32_DS_AREA:
	case MSR_PEBS_DATA_CFG:
		return msr->host; /* for records only */
	default:
		return msr->guest;
	}
}

struct host_counters host_counters(struct vcpu *vcpu)
{
	struct host_perf *perf = &vcpu->host.perf;
	const struct perf_guest_switch_msr *global;

	perf->count = 0;
	perf->msrs = guest_work_perf_msrs(&perf->count);
	global = find(perf, MSR_CORE_PERF_GLOBAL_CTRL);
	if (!global)
		return (struct host_counters){0};
	return (struct host_counters){.host = global->host, .guest = guest_value(perf, global)};
}

static bool processor_switches(const struct vcpu *vcpu, u32 msr)
{
	return msr == MSR_CORE_PERF_GLOBAL_CTRL &&
	       (vcpu->control[CTL_ENTRY] & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
}

/* What of PEBS is on its way to memory gets there between its being switched off and the entry. */
void perf_before_entry(struct vcpu *vcpu)
{
	struct host_perf *perf = &vcpu->host.perf;

	perf->written = 0;
	for (int i = 0; i < perf->count; i++) {
		const struct perf_guest_switch_msr *msr = &perf->msrs[i];
		u64 value = guest_value(perf, msr);

		if (value == msr->host || processor_switches(vcpu, msr->msr))
			continue;
		host_wrmsr(msr->msr, value);
		perf->written |= BIT64(i);
	}
}

/* "VM Exit May Incorrectly Clear IA32_PERF_GLOBAL_CTRL [34:32]": errata AAT100 and BC86, of
 * Westmere. */
static bool exit_may_clear_fixed_counters(void)
{
	u8 model = boot_cpu_data.x86_model;

	return boot_cpu_data.x86 == 6 && (model == 0x25 || model == 0x2c);
}

void perf_after_exit(struct vcpu *vcpu)
{
	struct host_perf *perf = &vcpu->host.perf;

	if (processor_switches(vcpu, MSR_CORE_PERF_GLOBAL_CTRL) && exit_may_clear_fixed_counters())
		host_wrmsr(MSR_CORE_PERF_GLOBAL_CTRL, vcpu->vmcs.counters.host);
	if (!perf->written)
		return;
	/* The NMI of a counter may have stopped it meanwhile: the values are asked for anew. */
	perf->msrs = guest_work_perf_msrs(&perf->count);
	for (int i = 0; i < perf->count; i++)
		if (perf->written & BIT64(i))
			host_wrmsr(perf->msrs[i].msr, perf->msrs[i].host);
}
