// SPDX-License-Identifier: GPL-2.0
#include "guest_sees.h"

void guest_enters(const struct program *program)
{
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINTR);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_INTR);
	sim_signal(false);
}

u64 guest_field(const struct program *program, u32 field)
{
	return sim_vmcs_get(host_virt_to_phys(sim_file_vcpu(program->vcpu)->vmcs.region), field);
}

struct kvm_vcpu_events program_events(const struct program *program)
{
	struct kvm_vcpu_events events;

	EXPECT_EQ(CALL(program->vcpu, KVM_GET_VCPU_EVENTS, &events), 0);
	return events;
}
