// SPDX-License-Identifier: GPL-2.0
/* Performance counters of the host round a guest. */
#include "fixture/vm.h"
#include "exit/run.h"
#include "facts/control.h"
#include "facts/exit_reason.h"

#define MSR_PERF_GLOBAL_CTRL 0x38f
#define OF_HOST		     0x70000000full
#define OF_GUEST	     0x30000000cull

static u64 global_ctrl(void)
{
	u64 value = 0;

	sim_msr_get(0, MSR_PERF_GLOBAL_CTRL, &value);
	return value;
}

static u64 in_guest;

static void look(struct vcpu *vcpu, void *argument)
{
	in_guest = global_ctrl();
}

static void run(struct fixture *machine)
{
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = look});
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
}

static struct fixture *machine_create(bool with_controls)
{
	struct vmx_cap_msrs msrs = fixture_full();

	if (!with_controls) {
		msrs.value[CAP_TRUE_EXIT_CTLS] &= ~((u64)EXIT_LOAD_IA32_PERF_GLOBAL_CTRL << 32);
		msrs.value[CAP_TRUE_ENTRY_CTLS] &= ~((u64)ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL << 32);
	}
	return FIXTURE(.msrs = &msrs, .pages = 1, .vcpus = 1);
}

/* The handler of a counter's NMI lets all of the host's count again. */
static void handle_nmi(void)
{
	host_wrmsr(MSR_PERF_GLOBAL_CTRL, OF_HOST);
}

TEST(counters_of_the_host_stand_still_in_the_guest)
{
	struct fixture *machine = machine_create(true);

	sim_counters = (struct host_counters){.host = OF_HOST, .guest = OF_GUEST};
	for (unsigned int i = 0; i < 3; i++) {
		run(machine);
		EXPECT_EQ(in_guest, OF_GUEST);
		EXPECT_EQ(global_ctrl(), OF_HOST);
	}
	sim_counters.guest = 1;
	run(machine);
	EXPECT_EQ(in_guest, 1);
	EXPECT_EQ(global_ctrl(), OF_HOST);
	fixture_destroy(machine);
}

TEST(counters_are_not_started_by_an_nmi_before_the_entry)
{
	struct fixture *machine = machine_create(true);

	sim_counters = (struct host_counters){.host = OF_HOST, .guest = OF_GUEST};
	sim_nmi_before_entry(handle_nmi);
	run(machine);
	EXPECT_EQ(in_guest, OF_GUEST);
	EXPECT_EQ(global_ctrl(), OF_HOST);
	fixture_destroy(machine);
}

/* Maybe there is no such MSR; and if there is, it may be somebody else's. */
TEST(counters_that_all_may_count_are_left_alone)
{
	struct fixture *machine = machine_create(true);

	sim_counters = (struct host_counters){.host = OF_HOST, .guest = OF_GUEST};
	run(machine);
	sim_counters = (struct host_counters){.host = 0, .guest = 0};
	sim_msr_remove(0, MSR_PERF_GLOBAL_CTRL);
	run(machine);
	EXPECT_FALSE(machine->vcpu->control[CTL_ENTRY] & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
	EXPECT_FALSE(machine->vcpu->control[CTL_EXIT] & EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
	fixture_destroy(machine);
}

TEST(counters_are_switched_by_hand_without_the_controls)
{
	struct fixture *machine = machine_create(false);

	sim_counters = (struct host_counters){.host = OF_HOST, .guest = OF_GUEST};
	run(machine);
	EXPECT_FALSE(machine->vcpu->control[CTL_ENTRY] & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
	EXPECT_EQ(in_guest, OF_GUEST);
	EXPECT_EQ(global_ctrl(), OF_HOST);
	fixture_destroy(machine);
}
