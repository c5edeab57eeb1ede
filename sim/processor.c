// SPDX-License-Identifier: GPL-2.0
/*
 * What each simulated CPU can do with VMX, and VMX operation itself.
 *
 * SDM: "VMX Capability Reporting Facility", "Enabling and Entering VMX Operation".
 */
#include <string.h>

#include "facts/cpuid_leaf.h"
#include "facts/msr.h"
#include "processor.h"
#include "vcpu/state.h"

#define VMXON_REGIONS 0x10000000ull /* below what host_alloc_pages() gives */

static struct processor processors[SIM_MAX_CPUS];

struct sim_vmx_counts sim_vmx_counts;

static void write_msrs(unsigned int cpu, const struct vmx_cap_msrs *msrs)
{
	for (unsigned int msr = 0; msr < CAP_MSRS; msr++) {
		if (cap_msr_present(msrs, msr))
			sim_msr_set(cpu, cap_msr_table[msr].index, msrs->value[msr]);
		else if (msr != CAP_FEATURE_CONTROL)
			sim_msr_remove(cpu, cap_msr_table[msr].index);
	}
}

static void widths_read(struct vmcs_processor *can)
{
	u32 out[4];

	sim_cpuid(CPUID_LEAF_ADDRESS_WIDTHS, 0, out);
	can->physical_width = (u8)cpuid_physical_bits(out[0]);
	can->linear_width = (u8)cpuid_linear_bits(out[0]);
}

/* gives: are all bits that must be 1 so, and no other that must be 0? */
static bool fixed_ok(u64 value, u64 fixed0, u64 fixed1)
{
	return (value & fixed0) == fixed0 && !(value & ~fixed1);
}

void sim_vmx_set_processor(unsigned int cpu, const struct vmx_cap_msrs *msrs)
{
	struct processor *processor = &processors[cpu];

	if (processor->vmxon)
		sim_panic("CPU %u cannot change while it is in VMX operation", cpu);
	write_msrs(cpu, msrs);
	*processor = (struct processor){
		.has_vmx = cap_msr_present(msrs, CAP_BASIC),
		.vmxon_region = VMXON_REGIONS + cpu * (u64)LINTEL_PAGE_SIZE,
		.current = HOST_NO_VMCS,
	};
	processor->msrs = *msrs;
	vmcs_processor_decode(&processor->can, msrs);
	processor->can.known = ~0u; /* it has nothing that it does not show */
	widths_read(&processor->can);
	sim_host_state.cr0 |= processor->can.config.cr0_fixed0;
	sim_host_state.cr0 &= processor->can.config.cr0_fixed1;
	sim_host_state.cr4 |= processor->can.config.cr4_fixed0;
	sim_host_state.cr4 &= processor->can.config.cr4_fixed1;
}

void sim_vmx_set_processors(const struct vmx_cap_msrs *msrs)
{
	unsigned int cpu;

	for (cpu = 0; cpu < sim_cpus(); cpu++)
		sim_vmx_set_processor(cpu, msrs);
}

void sim_vmxon(unsigned int cpu)
{
	struct processor *processor = &processors[cpu];
	const struct vmcs_config *config = &processor->can.config;
	u64 feature_control = 0;

	sim_msr_get(cpu, cap_msr_table[CAP_FEATURE_CONTROL].index, &feature_control);
	if (!processor->has_vmx || !(sim_host_state.cr4 & CR4_VMXE))
		sim_panic("VMXON on CPU %u: #UD", cpu);
	if (processor->vmxon)
		sim_panic("VMXON on CPU %u: it is in VMX operation already", cpu);
	if ((feature_control & (FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX)) !=
		    (FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX) ||
	    !fixed_ok(sim_host_state.cr0, config->cr0_fixed0, config->cr0_fixed1) ||
	    !fixed_ok(sim_host_state.cr4, config->cr4_fixed0, config->cr4_fixed1))
		sim_panic("VMXON on CPU %u: #GP", cpu);
	processor->vmxon = true;
	processor->current = HOST_NO_VMCS;
	/* As the platform does: translations of an earlier VMX operation are still there. */
	ept_flush_all(cpu);
}

void sim_vmxoff(unsigned int cpu)
{
	struct processor *processor = &processors[cpu];

	if (!processor->vmxon)
		sim_panic("VMXOFF on CPU %u: #UD", cpu);
	if (processor->active)
		sim_panic("VMXOFF on CPU %u: %u VMCSs are still active there", cpu,
			  processor->active);
	processor->vmxon = false;
}

void sim_vmxon_all(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < sim_cpus(); cpu++)
		if (sim_is_online(cpu))
			sim_vmxon(cpu);
}

void sim_vmxoff_all(void)
{
	unsigned int cpu;

	for (cpu = 0; cpu < sim_cpus(); cpu++)
		if (processors[cpu].vmxon)
			sim_vmxoff(cpu);
}

struct processor *processor_in_vmx(const char *instruction)
{
	struct processor *processor = &processors[sim_cpu_now()];

	if (!processor->vmxon)
		sim_panic("%s on CPU %u outside VMX operation: #UD", instruction, sim_cpu_now());
	if (sim_preemptible() && !sim_vcpus_loaded())
		sim_panic("%s: preemption is on, and no vCPU is loaded", instruction);
	return processor;
}

struct processor *processor_pinned(const char *instruction)
{
	if (sim_preemptible())
		sim_panic("%s: preemption is on", instruction);
	return processor_in_vmx(instruction);
}

bool processor_address_ok(const struct processor *processor, u64 address, u64 alignment)
{
	unsigned int width = processor->can.physical_width;

	if (processor->can.capability.basic.addresses_32bit)
		width = 32;
	return !(address & (alignment - 1)) && !(address >> width);
}

bool processor_canonical(const struct processor *processor, u64 address)
{
	u64 high = address >> (processor->can.linear_width - 1);

	return !high || high == ~(u64)0 >> (processor->can.linear_width - 1);
}

void sim_vmx_reset(void)
{
	memset(processors, 0, sizeof(processors));
	memset(&sim_vmx_counts, 0, sizeof(sim_vmx_counts));
	vmcs_forget_all();
	sim_vmread_hook(NULL, NULL);
	sim_entry_reset();
	nonroot_reset();
	ept_reset();
}
