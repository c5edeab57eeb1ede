// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_MSRS, KVM_SET_MSRS and the lists of indices: how many are done, and that it stops at the
 * first that is not.  Which MSR takes which value is tested in msr/. */
#include "guest_sees.h"
#include "msr/msr.h"

#define MOST   255 /* entries of one call */
#define NO_MSR 0x12345678

struct list {
	struct kvm_msrs header;
	struct kvm_msr_entry entries[MOST + 1];
};

static long call(int fd, u32 number, struct list *list, u32 count)
{
	list->header.nmsrs = count;
	return api_call(fd, number, list,
			sizeof(struct kvm_msrs) + count * sizeof(list->entries[0]));
}

TEST(api_msrs_counts)
{
	struct program *program = program_start(A_VCPU);
	static struct list list;

	for (u32 i = 0; i <= MOST; i++)
		list.entries[i] = (struct kvm_msr_entry){.index = MSR_STAR, .data = i};
	EXPECT_EQ(call(program->vcpu, KVM_SET_MSRS, &list, 0), 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_MSRS, &list, MOST), MOST);
	EXPECT_EQ(call(program->vcpu, KVM_SET_MSRS, &list, MOST + 1), -E2BIG);
	EXPECT_EQ(call(program->vcpu, KVM_GET_MSRS, &list, 0), 0);
	EXPECT_EQ(call(program->vcpu, KVM_GET_MSRS, &list, MOST), MOST);
	EXPECT_EQ(list.entries[0].data, MOST - 1);
	EXPECT_EQ(list.entries[MOST - 1].data, MOST - 1);
	EXPECT_EQ(call(program->vcpu, KVM_GET_MSRS, &list, MOST + 1), -E2BIG);
	list.header.nmsrs = ~0u;
	EXPECT_EQ(api_call(program->vcpu, KVM_GET_MSRS, &list, sizeof(struct kvm_msrs)), -E2BIG);
	program_end(program);
}

TEST(api_msrs_stop_at_the_first_that_is_refused)
{
	struct program *program = program_start(A_VCPU);
	static struct list list;
	u64 value;

	for (u32 bad = 0; bad <= 3; bad++) {
		const u32 indices[] = {MSR_STAR, MSR_IA32_SYSENTER_EIP, MSR_IA32_SYSENTER_CS};

		test_context("entry %u is no MSR", bad);
		for (u32 i = 0; i < 3; i++)
			EXPECT_TRUE(msr_set(program, indices[i], 0x50 + i));
		for (u32 i = 0; i < 3; i++)
			list.entries[i] = (struct kvm_msr_entry){
				.index = i == bad ? NO_MSR : indices[i], .data = 0x70 + i};
		EXPECT_EQ(call(program->vcpu, KVM_SET_MSRS, &list, 3), bad);
		for (u32 i = 0; i < 3; i++) {
			EXPECT_TRUE(msr_get(program, indices[i], &value));
			EXPECT_EQ(value, i < bad ? 0x70 + i : 0x50 + i);
			list.entries[i].data = 0x90;
		}
		EXPECT_EQ(call(program->vcpu, KVM_GET_MSRS, &list, 3), bad);
		for (u32 i = 0; i < 3; i++)
			EXPECT_EQ(list.entries[i].data, i < bad ? 0x70 + i : 0x90);
	}
	program_end(program);
}

/* A value that the MSR cannot have is refused as an MSR is that there is not. */
TEST(api_msrs_refuse_values)
{
	struct program *program = program_start(EVERYTHING);
	u64 value;

	EXPECT_FALSE(msr_set(program, MSR_EFER, BIT64(63)));
	EXPECT_FALSE(msr_set(program, MSR_LSTAR, BIT64(50)));
	EXPECT_FALSE(msr_set(program, MSR_IA32_CR_PAT, 2));
	EXPECT_FALSE(msr_set(program, MSR_IA32_APICBASE, 1));
	EXPECT_TRUE(msr_get(program, MSR_LSTAR, &value));
	EXPECT_EQ(value, 0);
	program_end(program);
}

/* Some write to guest memory: the slots must stay meanwhile. */
TEST(api_msrs_that_write_memory)
{
	struct program *program = program_start(A_VCPU);
	const u32 *wall_clock = sim_user_pointer(program->ram + 0x2000);

	EXPECT_TRUE(msr_set(program, MSR_KVM_WALL_CLOCK_NEW, 0x2000));
	EXPECT_EQ(wall_clock[0], 2);
	program_end(program);
}

/* --- Lists ------------------------------------------------------------------------- */

static struct {
	struct kvm_msr_list header;
	u32 indices[1000];
} indices;

static long list_call(const struct program *program, u32 number, u32 room, u32 memory)
{
	indices.header.nmsrs = room;
	return api_call(program->device, number, &indices,
			sizeof(struct kvm_msr_list) + memory * sizeof(u32));
}

/* The count comes back also when there is too little room. */
TEST(api_msr_lists_need_room)
{
	static const u32 numbers[] = {KVM_GET_MSR_INDEX_LIST, KVM_GET_MSR_FEATURE_INDEX_LIST};
	struct program *program = program_start(A_DEVICE);

	for (unsigned int i = 0; i < COUNT_OF(numbers); i++) {
		u32 count;

		test_context("list %u", i);
		EXPECT_EQ(list_call(program, numbers[i], 0, 0), -E2BIG);
		count = indices.header.nmsrs;
		EXPECT_TRUE(count >= 2 && count < COUNT_OF(indices.indices));
		memset(indices.indices, 0xee, sizeof(indices.indices));
		EXPECT_EQ(list_call(program, numbers[i], count - 1, count - 1), -E2BIG);
		EXPECT_EQ(indices.header.nmsrs, count);
		EXPECT_EQ(indices.indices[0], 0xeeeeeeee);
		EXPECT_EQ(list_call(program, numbers[i], count, count), 0);
		EXPECT_TRUE(indices.indices[count - 1] != 0xeeeeeeee);
		EXPECT_EQ(list_call(program, numbers[i], ~0u, count), 0);
		EXPECT_EQ(indices.header.nmsrs, count);
	}
	program_end(program);
}

/* Each that is listed a vCPU gives that has what this host offers, and takes again. */
TEST(api_msr_list_can_be_saved_and_restored)
{
	struct program *program = program_start(EVERYTHING);

	EXPECT_EQ(list_call(program, KVM_GET_MSR_INDEX_LIST, 1000, 1000), 0);
	for (u32 i = 0; i < indices.header.nmsrs; i++) {
		u32 index = indices.indices[i];
		const struct msr_row *row = msr_find(index);
		u64 value, now;

		test_context("MSR 0x%x", index);
		if (!msr_exists(row->condition, sim_file_vcpu(program->vcpu)))
			continue;
		if (!EXPECT_TRUE(msr_get(program, index, &value)))
			continue;
		EXPECT_TRUE(msr_set(program, index, value));
		EXPECT_TRUE(msr_get(program, index, &now));
		if (index != MSR_IA32_TSC)
			EXPECT_EQ(now, value);
	}
	program_end(program);
}

TEST(api_feature_msrs)
{
	struct program *program = program_start(A_DEVICE);
	static struct list list;

	sim_msr_set(0, MSR_IA32_UCODE_REV, 0x4200000000);
	for (u32 i = 0; i < 3; i++)
		list.entries[i].index = i == 1 ? NO_MSR : MSR_IA32_UCODE_REV;
	EXPECT_EQ(call(program->device, KVM_GET_MSRS, &list, 3), 1);
	EXPECT_EQ(list.entries[0].data, 0x4200000000);
	EXPECT_EQ(list.entries[2].data, 0);
	EXPECT_EQ(call(program->device, KVM_GET_MSRS, &list, 0), 0);
	EXPECT_EQ(call(program->device, KVM_GET_MSRS, &list, MOST + 1), -E2BIG);
	/* What a guest has is not what the device gives. */
	list.entries[0].index = MSR_STAR;
	EXPECT_EQ(call(program->device, KVM_GET_MSRS, &list, 1), 0);
	program_end(program);
}

/* --- Machine checks ---------------------------------------------------------------- */

#define STATUS_VALID	   BIT64(63)
#define STATUS_OVERFLOW	   BIT64(62)
#define STATUS_UNCORRECTED BIT64(61)
#define BANK(n, reg)	   (MSR_IA32_MC0_CTL + (n)*4 + (reg))
enum { STATUS = 1, ADDR = 2, MISC = 3 };

TEST(api_setup_mce)
{
	static const struct {
		u64 value;
		long result;
	} rows[] = {
		{1, 0},
		{32, 0},
		{10 | MCG_CTL_P | MCG_SER_P, 0},
		{10 | 0xff0000, 0},
		{0, -EINVAL},
		{33, -EINVAL},
		{0xff, -EINVAL},
		{MCG_CTL_P, -EINVAL},
		{10 | BIT64(9), -EINVAL},
		{10 | BIT64(10), 0},
		{10 | BIT64(25), -EINVAL},
		{10 | BIT64(27), -EINVAL},
		{10 | BIT64(63), -EINVAL},
	};
	struct program *program = program_start(A_VCPU);
	u64 supported, cap = 32;

	EXPECT_CALL(program->device, KVM_X86_GET_MCE_CAP_SUPPORTED, &supported, 0);
	EXPECT_EQ(supported, MCG_CTL_P | MCG_CMCI_P | MCG_SER_P);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		u64 value = rows[i].value, now;

		test_context("0x%llx", value);
		EXPECT_CALL(program->vcpu, KVM_X86_SETUP_MCE, &value, rows[i].result);
		if (!rows[i].result)
			cap = rows[i].value;
		EXPECT_TRUE(msr_get(program, MSR_IA32_MCG_CAP, &now));
		EXPECT_EQ(now, cap);
		if (cap & MCG_CTL_P && EXPECT_TRUE(msr_get(program, MSR_IA32_MCG_CTL, &now)))
			EXPECT_EQ(now, ~(u64)0);
		EXPECT_TRUE(msr_get(program, BANK(0, 0), &now));
		EXPECT_EQ(now, rows[i].result && !i ? 0 : ~(u64)0);
		EXPECT_EQ(msr_get(program, BANK(cap & 0xff, 0), &now), false);
	}
	program_end(program);
}

static long mce(const struct program *program, u8 bank, u64 status, u64 addr)
{
	struct kvm_x86_mce error = {
		.bank = bank, .status = status, .addr = addr, .misc = addr + 1, .mcg_status = 4};

	return CALL(program->vcpu, KVM_X86_SET_MCE, &error);
}

static void expect_bank(const struct program *program, u64 status, u64 addr)
{
	u64 value;

	EXPECT_TRUE(msr_get(program, BANK(1, STATUS), &value));
	EXPECT_EQ(value, status);
	EXPECT_TRUE(msr_get(program, BANK(1, ADDR), &value));
	EXPECT_EQ(value, addr);
	EXPECT_TRUE(msr_get(program, BANK(1, MISC), &value));
	EXPECT_EQ(value, addr + 1);
}

/* "Overwrite Rules": a corrected error is noted, a second marks it; none replaces an uncorrected.
 */
TEST(api_set_mce_corrected)
{
	struct program *program = program_start(A_VCPU);
	u64 banks = 2;

	EXPECT_CALL(program->vcpu, KVM_X86_SETUP_MCE, &banks, 0);
	EXPECT_EQ(mce(program, 2, STATUS_VALID, 0), -EINVAL);
	EXPECT_EQ(mce(program, 255, STATUS_VALID, 0), -EINVAL);
	EXPECT_EQ(mce(program, 1, 0, 0), -EINVAL);
	EXPECT_EQ(mce(program, 1, STATUS_VALID | 5, 0x1000), 0);
	expect_bank(program, STATUS_VALID | 5, 0x1000);
	EXPECT_EQ(mce(program, 1, STATUS_VALID | 6, 0x2000), 0);
	expect_bank(program, STATUS_VALID | STATUS_OVERFLOW | 6, 0x2000);

	EXPECT_TRUE(msr_set(program, BANK(1, STATUS), STATUS_VALID | STATUS_UNCORRECTED));
	EXPECT_EQ(mce(program, 1, STATUS_VALID | 7, 0x3000), 0);
	expect_bank(program, STATUS_VALID | STATUS_UNCORRECTED | STATUS_OVERFLOW, 0x2000);
	EXPECT_EQ(program_events(program).exception.injected, 0);
	program_end(program);
}

static void set_cr4_mce(const struct program *program)
{
	struct kvm_sregs sregs;

	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.cr4 |= BIT64(6);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
}

/* One that is not is #MC; where nobody handles it, or one is being handled, the end. */
TEST(api_set_mce_uncorrected)
{
	struct program *program = program_start(A_VCPU);
	u64 banks = 2, value;

	EXPECT_CALL(program->vcpu, KVM_X86_SETUP_MCE, &banks, 0);
	set_cr4_mce(program);
	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED | 9, 0x4000), 0);
	expect_bank(program, STATUS_VALID | STATUS_UNCORRECTED | 9, 0x4000);
	EXPECT_EQ(program_events(program).exception.injected, 1);
	EXPECT_EQ(program_events(program).exception.nr, VECTOR_MC);
	EXPECT_TRUE(msr_get(program, MSR_IA32_MCG_STATUS, &value));
	EXPECT_EQ(value, 4);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, VM_ENTRY_INTR_INFO_FIELD) & 0x7ff, 0x312);

	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED, 0), 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_SHUTDOWN);
	expect_bank(program, STATUS_VALID | STATUS_UNCORRECTED | 9, 0x4000);
	program_end(program);
}

TEST(api_set_mce_that_nobody_handles)
{
	struct program *program = program_start(A_VCPU);
	u64 banks = 2;

	EXPECT_CALL(program->vcpu, KVM_X86_SETUP_MCE, &banks, 0);
	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED, 0), 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_SHUTDOWN);
	program_end(program);
}

/* Where the guest has switched a bank off, or all of them, it hears nothing of it. */
TEST(api_set_mce_switched_off)
{
	struct program *program = program_start(A_VCPU);
	u64 banks = 2 | MCG_CTL_P;

	EXPECT_CALL(program->vcpu, KVM_X86_SETUP_MCE, &banks, 0);
	set_cr4_mce(program);
	EXPECT_TRUE(msr_set(program, BANK(1, 0), 0));
	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED, 0x1), 0);
	EXPECT_EQ(program_events(program).exception.injected, 0);
	EXPECT_TRUE(msr_set(program, BANK(1, 0), ~(u64)0));
	EXPECT_TRUE(msr_set(program, MSR_IA32_MCG_CTL, 0));
	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED, 0x1), 0);
	EXPECT_EQ(program_events(program).exception.injected, 0);
	EXPECT_TRUE(msr_set(program, MSR_IA32_MCG_CTL, ~(u64)0));
	EXPECT_EQ(mce(program, 1, STATUS_VALID | STATUS_UNCORRECTED, 0x1), 0);
	EXPECT_EQ(program_events(program).exception.injected, 1);
	program_end(program);
}

/* Kept, for the guest and user space; and what says of a PMU that there is none. */
TEST(api_power_and_pmu)
{
	struct program *program = program_start(EVERYTHING);
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry;
	} feature = {{.nmsrs = 1}, {.index = MSR_IA32_PERF_CAPABILITIES, .data = 1}};
	u64 value = 0;

	EXPECT_TRUE(msr_set(program, MSR_IA32_POWER_CTL, ~0ull));
	EXPECT_TRUE(msr_get(program, MSR_IA32_POWER_CTL, &value));
	EXPECT_EQ(value, ~0ull);
	EXPECT_CALL(program->device, KVM_GET_MSRS, &feature, 1);
	EXPECT_EQ(feature.entry.data, 0);
	EXPECT_TRUE(msr_get(program, MSR_IA32_PERF_CAPABILITIES, &value));
	EXPECT_EQ(value, 0);
	EXPECT_TRUE(msr_set(program, MSR_IA32_PERF_CAPABILITIES, 0));
	EXPECT_FALSE(msr_set(program, MSR_IA32_PERF_CAPABILITIES, 1));
	program_end(program);
}
