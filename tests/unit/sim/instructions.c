// SPDX-License-Identifier: GPL-2.0
/* The VMX instructions of the software processor, against the SDM's description of each. */
#include "../cap/fixture.h"
#include "panic.h"
#include "facts/vmcs_field.h"
#include "vmx.h"

#define REGION_ERROR(number)                                                                       \
	do {                                                                                       \
		u64 error_ = 0;                                                                    \
		EXPECT_EQ(host_vmread(VM_INSTRUCTION_ERROR, &error_), VMX_SUCCEED);                \
		EXPECT_EQ(error_, number);                                                         \
	} while (0)

/* One CPU in VMX operation, pinned. */
static struct vmx_cap_msrs start(void)
{
	struct vmx_cap_msrs msrs = fixture_full();

	sim_set_cpus(2);
	sim_vmx_set_processors(&msrs);
	sim_vmxon_all();
	host_preempt_disable();
	return msrs;
}

static hpa_t new_region(const struct vmx_cap_msrs *msrs)
{
	u32 *region;

	host_preempt_enable();
	region = host_alloc_pages(0);
	host_preempt_disable();
	*region = (u32)msrs->value[CAP_BASIC] & 0x7fffffff;
	return host_virt_to_phys(region);
}

static void free_region(hpa_t region)
{
	bool pinned = !sim_preemptible();

	if (pinned)
		host_preempt_enable();
	host_free_pages(host_phys_to_virt(region), 0);
	if (pinned)
		host_preempt_disable();
}

TEST(vmx_needs_vmx_operation)
{
	struct vmx_cap_msrs msrs = fixture_full();
	u64 value;

	EXPECT_PANIC(host_vmread(GUEST_RIP, &value), "outside VMX operation");
	EXPECT_PANIC(sim_vmxon(0), "#UD");
	sim_vmx_set_processors(&msrs);
	sim_msr_set(0, 0x3a, 1);
	EXPECT_PANIC(sim_vmxon(0), "#GP");
	sim_msr_set(0, 0x3a, 5);
	sim_host_state.cr4 &= ~BIT64(13);
	EXPECT_PANIC(sim_vmxon(0), "#UD");
	sim_host_state.cr4 |= BIT64(13);
	sim_vmxon(0);
	EXPECT_PANIC(sim_vmxon(0), "already");
	EXPECT_PANIC(host_vmclear(0x1000), "preemption is on");
	sim_vmxoff(0);
	EXPECT_PANIC(sim_vmxoff(0), "#UD");
}

TEST(vmptrld_and_vmclear_check_the_address)
{
	struct vmx_cap_msrs msrs = start();
	hpa_t region = new_region(&msrs), other = new_region(&msrs);
	u32 *revision = host_phys_to_virt(other);

	EXPECT_EQ(host_vmptrld(region + 8), VMX_FAIL_INVALID);
	EXPECT_EQ(host_vmclear(region + 8), VMX_FAIL_INVALID);
	EXPECT_EQ(host_vmclear(region), VMX_SUCCEED);
	EXPECT_EQ(host_vmptrld(region), VMX_SUCCEED);
	EXPECT_EQ(host_vmptrld(region + 8), VMX_FAIL_VALID);
	REGION_ERROR(9);
	EXPECT_EQ(host_vmptrld(BIT64(39)), VMX_FAIL_VALID);
	REGION_ERROR(9);
	EXPECT_EQ(host_vmclear(BIT64(39)), VMX_FAIL_VALID);
	REGION_ERROR(2);
	EXPECT_EQ(host_vmptrld(0x10000000), VMX_FAIL_VALID); /* CPU 0's VMXON region */
	REGION_ERROR(10);
	EXPECT_EQ(host_vmclear(0x10000000), VMX_FAIL_VALID);
	REGION_ERROR(3);
	*revision ^= 1;
	EXPECT_EQ(host_vmptrld(other), VMX_FAIL_VALID);
	REGION_ERROR(11);
	*revision ^= 1 | BIT32(31); /* a shadow VMCS */
	EXPECT_EQ(host_vmptrld(other), VMX_FAIL_VALID);
	REGION_ERROR(11);
	EXPECT_EQ(host_vmclear(region), VMX_SUCCEED);
	free_region(region);
	free_region(other);
}

TEST(vmread_and_vmwrite_by_field)
{
	struct vmx_cap_msrs msrs = start();
	hpa_t region = new_region(&msrs);
	u64 value = 0;

	EXPECT_EQ(host_vmread(GUEST_RIP, &value), VMX_FAIL_INVALID);
	EXPECT_EQ(host_vmwrite(GUEST_RIP, 1), VMX_FAIL_INVALID);
	host_vmptrld(region);
	EXPECT_EQ(host_vmwrite(TSC_OFFSET, 0x1122334455667788), VMX_SUCCEED);
	EXPECT_EQ(host_vmwrite(VMCS_FIELD_HIGH(TSC_OFFSET), 0xaabbccdd), VMX_SUCCEED);
	EXPECT_EQ(host_vmread(TSC_OFFSET, &value), VMX_SUCCEED);
	EXPECT_EQ(value, 0xaabbccdd55667788);
	EXPECT_EQ(host_vmread(VMCS_FIELD_HIGH(TSC_OFFSET), &value), VMX_SUCCEED);
	EXPECT_EQ(value, 0xaabbccdd);
	EXPECT_EQ(host_vmwrite(GUEST_ES_SELECTOR, 0x12345), VMX_SUCCEED);
	EXPECT_EQ(host_vmread(GUEST_ES_SELECTOR, &value), VMX_SUCCEED);
	EXPECT_EQ(value, 0x2345);
	EXPECT_EQ(host_vmread(0x6822 + 0x100, &value), VMX_FAIL_VALID);
	REGION_ERROR(12);
	EXPECT_EQ(host_vmread(VMCS_FIELD_HIGH(GUEST_RIP), &value), VMX_FAIL_VALID);
	REGION_ERROR(12);

	/* A VMCS keeps its data through VMCLEAR, and each has its own. */
	EXPECT_EQ(host_vmclear(region), VMX_SUCCEED);
	EXPECT_EQ(host_vmread(TSC_OFFSET, &value), VMX_FAIL_INVALID);
	EXPECT_EQ(sim_vmcs_get(region, TSC_OFFSET), 0xaabbccdd55667788);
	free_region(region);
}

TEST(vmwrite_knows_what_the_processor_lacks)
{
	struct vmx_cap_msrs msrs = fixture_full();
	hpa_t region;
	u64 value;

	msrs.value[CAP_PROCBASED_CTLS2] &= ~(CPU2_USE_TSC_SCALING * BIT64(32));
	msrs.value[CAP_MISC] &= ~BIT64(29);
	sim_vmx_set_processors(&msrs);
	sim_vmxon_all();
	host_preempt_disable();
	region = new_region(&msrs);
	host_vmptrld(region);
	EXPECT_EQ(host_vmwrite(TSC_MULTIPLIER, 1), VMX_FAIL_VALID);
	REGION_ERROR(12);
	EXPECT_EQ(host_vmread(TSC_MULTIPLIER, &value), VMX_FAIL_VALID);
	EXPECT_EQ(host_vmwrite(VM_EXIT_REASON, 1), VMX_FAIL_VALID);
	REGION_ERROR(13);
	EXPECT_EQ(host_vmread(VM_EXIT_REASON, &value), VMX_SUCCEED);
	host_vmclear(region);
	free_region(region);
}

TEST(vmx_catches_a_vmcs_in_two_places)
{
	struct vmx_cap_msrs msrs = start();
	hpa_t region = new_region(&msrs);

	host_vmptrld(region);
	EXPECT_PANIC(sim_vmxoff(0), "still active");
	EXPECT_PANIC(free_region(region), "freed while active");
	sim_run_on(1);
	host_preempt_disable();
	EXPECT_PANIC(host_vmptrld(region), "active on CPU 0");
	host_preempt_disable();
	EXPECT_PANIC(host_vmclear(region), "active on CPU 0");
	sim_run_on(0);
	host_preempt_disable();
	EXPECT_EQ(host_vmclear(region), VMX_SUCCEED);
	free_region(region);
	EXPECT_PANIC(sim_vmcs_get(region, GUEST_RIP), "there is no VMCS");
	sim_vmxoff_all();
}

TEST(invept_and_invvpid_check_the_operand)
{
	struct vmx_cap_msrs msrs = start();
	hpa_t region = new_region(&msrs);

	host_vmptrld(region);
	EXPECT_EQ(host_invept(2, 0), VMX_SUCCEED);
	EXPECT_EQ(host_invept(1, region | 0x5e), VMX_SUCCEED);
	EXPECT_EQ(host_invept(1, region | 0x5d), VMX_FAIL_VALID); /* memory type 5 */
	REGION_ERROR(28);
	EXPECT_EQ(host_invept(0, region | 0x5e), VMX_FAIL_VALID);
	EXPECT_EQ(host_invept(3, region | 0x5e), VMX_FAIL_VALID);
	EXPECT_EQ(host_invvpid(0, 1, 0x1000), VMX_SUCCEED);
	EXPECT_EQ(host_invvpid(0, 1, 0x0000900000000000), VMX_FAIL_VALID);
	EXPECT_EQ(host_invvpid(1, 1, 0), VMX_SUCCEED);
	EXPECT_EQ(host_invvpid(1, 0, 0), VMX_FAIL_VALID);
	EXPECT_EQ(host_invvpid(2, 0, 0), VMX_SUCCEED);
	EXPECT_EQ(host_invvpid(3, 7, 0), VMX_SUCCEED);
	EXPECT_EQ(host_invvpid(4, 7, 0), VMX_FAIL_VALID);
	REGION_ERROR(28);
	EXPECT_EQ(sim_vmx_counts.invept, 5);
	EXPECT_EQ(sim_vmx_counts.invvpid, 7);
	host_vmclear(region);
	free_region(region);
}
