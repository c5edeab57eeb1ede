// SPDX-License-Identifier: GPL-2.0
/*
 * A vCPU and the processor it is on: the VMCS, the host's MSRs and segments.
 *
 * SDM: "Guidelines for Use of the INVEPT Instruction", "Software Use of
 * Virtual-Machine Control Structures".
 */
#include "life/life.h"
#include "life/switch.h"
#include "msr/msr.h"
#include "vcpu/clock.h"
#include "vmcs/vmcs.h"

static void move_here(struct vcpu *vcpu)
{
	struct loaded_vmcs *vmcs = &vcpu->vmcs;

	loaded_vmcs_clear(vmcs);
	host_irq_disable();
	vmcs->cpu = (int)host_cpu();
	host_vmcs_track(vmcs);
	host_irq_enable();
	/* This CPU may hold translations from when the vCPU, or an earlier owner of the same root
	 * page, was here; flushes since then went where it was. */
	vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	clock_cpu_changed(vcpu);
}

void vcpu_load(struct vcpu *vcpu)
{
	hpa_t region = host_virt_to_phys(vcpu->vmcs.region);

	HOST_NEEDS(host_preemption_is_off());
	if (vcpu->vmcs.cpu != (int)host_cpu())
		move_here(vcpu);
	/* Mostly no other vCPU was here since. */
	if (host_current_vmcs() != region && host_vmptrld(region) != VMX_SUCCEED &&
	    !host_vmx_ended())
		host_log(HOST_LOG_ERROR, "vCPU %u: VMPTRLD failed", vcpu->id);
	vcpu->loaded = true;
}

void vcpu_put(struct vcpu *vcpu)
{
	HOST_NEEDS(host_preemption_is_off());
	vcpu_switch_to_host(vcpu);
	vcpu->loaded = false;
}

void vcpu_load_guest_state(struct vcpu *vcpu)
{
	struct host_state state;

	HOST_NEEDS(vcpu->loaded && host_preemption_is_off());
	host_state_save(vcpu, &state);
	vmcs_write_host_state(vcpu, &state);
	msr_switch_to_guest(vcpu);
	vcpu->guest_state_loaded = true;
}

void vcpu_switch_to_host(struct vcpu *vcpu)
{
	if (!vcpu->guest_state_loaded)
		return;
	vcpu->stats.host_state_loads++;
	msr_switch_to_host(vcpu);
	host_state_restore(vcpu);
	vcpu->guest_state_loaded = false;
}
