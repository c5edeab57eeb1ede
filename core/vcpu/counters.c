// SPDX-License-Identifier: GPL-2.0
#include "vcpu/counters.h"
#include "vmcs/vmcs.h"

static bool fields_exist(void)
{
	return vmcs_config_has(CTL_ENTRY, ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL) &&
	       vmcs_config_has(CTL_EXIT, EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
}

static void switch_controls(struct vcpu *vcpu, bool on)
{
	vmcs_control_set(vcpu, CTL_ENTRY,
			 ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL & ~vmcs_config.allowed0[CTL_ENTRY], on);
	vmcs_control_set(vcpu, CTL_EXIT,
			 EXIT_LOAD_IA32_PERF_GLOBAL_CTRL & ~vmcs_config.allowed0[CTL_EXIT], on);
}

static void write_fields(struct vcpu *vcpu, struct host_counters counters)
{
	vmcs_write64(GUEST_IA32_PERF_GLOBAL_CTRL, counters.guest);
	vmcs_write64(HOST_IA32_PERF_GLOBAL_CTRL, counters.host);
	vcpu->vmcs.counters = counters;
}

void counters_init_vmcs(struct vcpu *vcpu)
{
	switch_controls(vcpu, false);
	if (fields_exist())
		write_fields(vcpu, (struct host_counters){0});
}

void counters_before_entry(struct vcpu *vcpu)
{
	struct host_counters now = host_counters(vcpu);
	const struct host_counters *written = &vcpu->vmcs.counters;

	/* The controls are what they were, too. */
	if (now.host == written->host && now.guest == written->guest)
		return;
	if (!fields_exist())
		return;
	write_fields(vcpu, now);
	switch_controls(vcpu, now.host != now.guest);
}
