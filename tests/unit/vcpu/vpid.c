// SPDX-License-Identifier: GPL-2.0
/*
 * VPIDs: each is one vCPU's, comes back with its end, and where there is none a vCPU runs without.
 *
 * SDM: "Virtual-Processor Identifiers (VPIDs)", "Checks on VMX Controls".
 */
#include "fixture/vm.h"
#include "exit/run.h"
#include "life/life.h"
#include "vcpu/vpid.h"

#define VPIDS 65535u /* but for 0, the host's */

/* How many are free, by taking them all; they are given back. */
static unsigned int count_free(void)
{
	static u16 taken[VPIDS + 1];
	unsigned int count = 0;

	while (count < COUNT_OF(taken) && (taken[count] = vpid_alloc()))
		count++;
	for (unsigned int i = 0; i < count; i++)
		vpid_free(taken[i]);
	return count;
}

static void take_all(void)
{
	while (vpid_alloc())
		;
}

/* All that the test took, as nobody but this vCPU has one. */
static void give_back_all_but(u16 vpid)
{
	for (unsigned int i = 1; i <= VPIDS; i++)
		if (i != vpid)
			vpid_free((u16)i);
}

TEST(vpid_is_one_vcpus)
{
	static bool seen[VPIDS + 1];
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	u16 vpid;

	seen[machine->vcpu->vpid] = true;
	EXPECT_TRUE(machine->vcpu->vpid != 0);
	for (unsigned int i = 1; i < VPIDS; i++) {
		vpid = vpid_alloc();
		REQUIRE_TRUE(vpid && !seen[vpid]);
		seen[vpid] = true;
	}
	EXPECT_EQ(vpid_alloc(), 0);
	/* Any that comes back is the next. */
	for (unsigned int i = 1; i <= VPIDS; i += 4097) {
		vpid_free((u16)i);
		EXPECT_EQ(vpid_alloc(), i);
	}
	EXPECT_EQ(vpid_alloc(), 0);
	/* None is nobody's, and nobody gets the host's. */
	vpid_free(0);
	vpid_free(5);
	EXPECT_EQ(vpid_alloc(), 5);
	EXPECT_EQ(vpid_alloc(), 0);
	give_back_all_but(machine->vcpu->vpid);
	fixture_destroy(machine);
}

TEST(vpid_comes_back_with_the_end_of_a_vcpu)
{
	unsigned int before;
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

	before = count_free();
	EXPECT_EQ(before, VPIDS - 1);
	fixture_destroy(machine);
	EXPECT_EQ(count_free(), VPIDS);
}

/* A vCPU that could not be made has none either. */
TEST(vpid_comes_back_without_memory_for_the_vcpu)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	static struct vcpu vcpu;
	unsigned int n;

	for (n = 0;; n++) {
		memset(&vcpu, 0, sizeof(vcpu));
		vcpu.run = machine->vcpu->run;
		vcpu.pio_data = machine->vcpu->pio_data;
		sim_fail_allocation_after(n);
		vmx_create_vcpu(&machine->vm, &vcpu, 1);
		if (!sim_allocation_failed())
			break;
		test_context("allocation %u", n);
		EXPECT_EQ(count_free(), VPIDS - 1);
	}
	sim_fail_allocation_never();
	EXPECT_EQ(count_free(), VPIDS - 2);
	vmx_free_vcpu(&vcpu);
	fixture_destroy(machine);
}

/* What a vCPU's entry has: the control and a VPID, or neither. */
static void expect_runs(struct vcpu *vcpu, bool has_vpid)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	EXPECT_EQ(vcpu->vpid != 0, has_vpid);
	EXPECT_EQ(!!(sim_vmcs_get(vmcs, SECONDARY_VM_EXEC_CONTROL) & CPU2_ENABLE_VPID), has_vpid);
	if (has_vpid)
		EXPECT_EQ(sim_vmcs_get(vmcs, VIRTUAL_PROCESSOR_ID), vcpu->vpid);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
}

TEST(vpid_runs_without_one_when_all_are_taken)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	static struct vcpu vcpu;

	expect_runs(machine->vcpu, true);
	vcpu.run = machine->vcpu->run;
	vcpu.pio_data = machine->vcpu->pio_data;
	take_all();
	EXPECT_EQ(vmx_create_vcpu(&machine->vm, &vcpu, 1), 0);
	expect_runs(&vcpu, false);
	vmx_free_vcpu(&vcpu);
	/* It had none to give back. */
	EXPECT_EQ(vpid_alloc(), 0);
	give_back_all_but(machine->vcpu->vpid);
	fixture_destroy(machine);
}

/* Neither the control nor the instruction. */
TEST(vpid_runs_without_one_on_a_processor_that_has_none)
{
	struct vmx_cap_msrs msrs = fixture_full();
	struct fixture *machine;

	msrs.value[CAP_PROCBASED_CTLS2] &= ~((u64)CPU2_ENABLE_VPID << 32);
	machine = FIXTURE(.msrs = &msrs, .pages = 1, .vcpus = 1);
	REQUIRE_TRUE(machine);
	EXPECT_EQ(vpid_alloc(), 0);
	expect_runs(machine->vcpu, false);
	fixture_destroy(machine);
}
