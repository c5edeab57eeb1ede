// SPDX-License-Identifier: GPL-2.0
/* PAUSE-loop exiting: who spins gives its time to a vCPU that waits for a processor. */
#include "fixture/vm.h"
#include "exit/exit.h"
#include "life/life.h"
#include "vmcs/vmcs.h"

static enum exit_action pause_of(struct vcpu *vcpu)
{
	enum exit_action action;
	int ticket;

	sim_yielded_to = NULL;
	host_vcpu_get(vcpu);
	vcpu->exit = (struct exit_info){.reason = EXIT_REASON_PAUSE, .instruction_length = 2};
	host_irq_disable();
	action = exit_answer_at_once(vcpu);
	host_irq_enable();
	if (action == ACTION_LATER) {
		ticket = host_srcu_read_lock(&vcpu->vm->srcu);
		EXPECT_EQ(exit_dispatch(vcpu), ACTION_SAME_INSN);
		host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	}
	host_vcpu_release(vcpu);
	return action;
}

/* Those that wait for a processor, in turns; nobody leaves the loop round the guest for less. */
TEST(exit_pause_yields_to_who_waits)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 4, .irqchip = true);
	struct vcpu *vcpus = machine->vcpu;

	EXPECT_EQ(pause_of(&vcpus[0]), ACTION_SAME_INSN);
	EXPECT_TRUE(sim_yielded_to == NULL);
	vcpus[1].host.switched_out = vcpus[3].host.switched_out = true;
	EXPECT_EQ(pause_of(&vcpus[0]), ACTION_LATER);
	EXPECT_TRUE(sim_yielded_to == &vcpus[1]);
	EXPECT_EQ(pause_of(&vcpus[0]), ACTION_LATER);
	EXPECT_TRUE(sim_yielded_to == &vcpus[3]);
	EXPECT_EQ(pause_of(&vcpus[2]), ACTION_LATER);
	EXPECT_TRUE(sim_yielded_to == &vcpus[1]);
	/* One that sleeps in HLT has nothing to do. */
	vcpus[3].mode = VCPU_WAITING;
	EXPECT_EQ(pause_of(&vcpus[0]), ACTION_LATER);
	EXPECT_TRUE(sim_yielded_to == &vcpus[1]);
	vcpus[1].host.switched_out = false;
	EXPECT_EQ(pause_of(&vcpus[0]), ACTION_SAME_INSN);
	EXPECT_TRUE(sim_yielded_to == NULL);
	vcpus[3].host.switched_out = false;
	vcpus[3].mode = VCPU_OUTSIDE;
	fixture_destroy(machine);
}

TEST(pause_loops_as_the_parameters_say)
{
	const struct pause_loop before = pause_loop;

	for (u32 gap = 0; gap < 2; gap++) {
		struct fixture *machine;
		hpa_t vmcs;

		test_context("gap %u", gap);
		pause_loop = (struct pause_loop){.gap = gap, .window = 77};
		machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true);
		vmcs = fixture_vmcs(machine);
		EXPECT_EQ(!!(machine->vcpu->control[CTL_SECONDARY] & CPU2_PAUSE_LOOP_EXITING), gap);
		EXPECT_EQ(sim_vmcs_get(vmcs, PLE_GAP), gap);
		EXPECT_EQ(sim_vmcs_get(vmcs, PLE_WINDOW), 77);
		fixture_destroy(machine);
	}
	pause_loop = before;
}
