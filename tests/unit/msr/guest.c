// SPDX-License-Identifier: GPL-2.0
#include "guest.h"

void guest_use_processor(void)
{
	EXPECT_TRUE(fixture_start_processor(NULL));
}

struct fixture *guest_create(void)
{
	return FIXTURE(.vcpus = 1, .exiting = true, .prepared = true);
}

struct vcpu *guest_add_vcpu(struct fixture *g)
{
	host_vcpu_release(&g->vcpu[0]);
	fixture_add_vcpu(g, 1);
	host_vcpu_get(&g->vcpu[1]);
	return &g->vcpu[1];
}

void guest_switch_in(struct vcpu *vcpu)
{
	host_preempt_disable();
	msr_switch_to_guest(vcpu);
	vcpu->guest_state_loaded = true;
}

void guest_switch_out(struct vcpu *vcpu)
{
	msr_switch_to_host(vcpu);
	vcpu->guest_state_loaded = false;
	host_preempt_enable();
}
