// SPDX-License-Identifier: GPL-2.0
#include "pair.h"
#include "exit/run.h"

static struct pair_entry entry;
static bool last_scripted; /* that of a run which did not enter is still there */

struct fixture *pair_create(void)
{
	struct fixture *pair = FIXTURE(.vcpus = 2, .irqchip = true, .cpuid = true, .apics = true);

	last_scripted = false;
	fixture_start_pics(pair);
	return pair;
}

static void look(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	entry.entered = true;
	last_scripted = false;
	entry.event = (u32)sim_vmcs_get(vmcs, VM_ENTRY_INTR_INFO_FIELD);
	entry.rip = sim_vmcs_get(vmcs, GUEST_RIP);
	entry.rsp = sim_vmcs_get(vmcs, GUEST_RSP);
	entry.rflags = sim_vmcs_get(vmcs, GUEST_RFLAGS);
	vcpu_seg_read(vcpu, SEG_CS, &entry.cs);
}

struct pair_entry pair_run(struct fixture *pair, unsigned int id)
{
	const struct sim_exit last = {.reason = EXIT_REASON_TRIPLE_FAULT, .guest = look};

	if (!last_scripted)
		sim_script_exit(&last);
	last_scripted = true;
	entry = (struct pair_entry){0};
	entry.result = vcpu_run(&pair->vcpu[id]);
	sim_signal(false);
	return entry;
}
