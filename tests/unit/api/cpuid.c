// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_SUPPORTED_CPUID, KVM_SET_CPUID2, KVM_GET_CPUID2: counts, order, what follows from it. */
#include "guest_sees.h"
#include "snapshot.h"
#include "msr/msr.h"
#include "vcpu/state.h"

struct list {
	struct kvm_cpuid2 header;
	struct kvm_cpuid_entry2 entries[CPUID_MAX_ENTRIES + 1];
};

static size_t list_size(u32 entries)
{
	return sizeof(struct kvm_cpuid2) + entries * sizeof(struct kvm_cpuid_entry2);
}

/* With a `nent` of its own, in memory for `entries`. */
static long call(int fd, u32 number, struct list *list, u32 nent, u32 entries)
{
	list->header.nent = nent;
	return api_call(fd, number, list, list_size(entries));
}

static u32 supported(const struct program *program, struct list *list)
{
	EXPECT_EQ(call(program->device, KVM_GET_SUPPORTED_CPUID, list, CPUID_MAX_ENTRIES,
		       CPUID_MAX_ENTRIES),
		  0);
	return list->header.nent;
}

/* Room for one less is too little, more is not used; a wild count asks for no memory. */
TEST(api_supported_cpuid_needs_room)
{
	struct program *program = program_start(A_DEVICE);
	static struct list list, exact;
	u32 count = supported(program, &list);

	EXPECT_TRUE(count > 10 && count < CPUID_MAX_ENTRIES);
	EXPECT_EQ(call(program->device, KVM_GET_SUPPORTED_CPUID, &exact, 0, 0), -E2BIG);
	EXPECT_EQ(call(program->device, KVM_GET_SUPPORTED_CPUID, &exact, count - 1, count - 1),
		  -E2BIG);
	EXPECT_EQ(exact.header.nent, count - 1);
	EXPECT_EQ(call(program->device, KVM_GET_SUPPORTED_CPUID, &exact, count, count), 0);
	EXPECT_EQ(exact.header.nent, count);
	EXPECT_TRUE(!memcmp(&exact, &list, list_size(count)));
	EXPECT_EQ(call(program->device, KVM_GET_SUPPORTED_CPUID, &exact, ~0u, count), 0);
	EXPECT_EQ(exact.header.nent, count);
	program_end(program);
}

TEST(api_cpuid_counts)
{
	struct program *program = program_start(A_VCPU);
	static struct list list, now;

	for (u32 i = 0; i < CPUID_MAX_ENTRIES; i++)
		list.entries[i] = (struct kvm_cpuid_entry2){.function = 0x40000000 + i, .eax = i};
	EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &now, 0, 0), 0);
	EXPECT_EQ(now.header.nent, 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, CPUID_MAX_ENTRIES + 1,
		       CPUID_MAX_ENTRIES + 1),
		  -E2BIG);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, ~0u, CPUID_MAX_ENTRIES), -E2BIG);
	for (u32 count = 0; count <= CPUID_MAX_ENTRIES; count += 64) {
		test_context("%u entries", count);
		EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count, count), 0);
		if (count)
			EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &now, count - 1, count - 1),
				  -E2BIG);
		EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &now, ~0u, count), 0);
		EXPECT_EQ(now.header.nent, count);
		EXPECT_TRUE(!memcmp(now.entries, list.entries, count * sizeof(now.entries[0])));
	}
	program_end(program);
}

/* Addresses of other than 48 or 57 bits exist nowhere. */
TEST(api_cpuid_linear_width)
{
	static const struct {
		u32 width;
		long result;
	} rows[] = {{0, 0},	   {48, 0},	  {57, 0},	 {1, -EINVAL},	{47, -EINVAL},
		    {49, -EINVAL}, {56, -EINVAL}, {64, -EINVAL}, {255, -EINVAL}};
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);
	static struct list list;

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("%u bits", rows[i].width);
		program_set_cpuid(program);
		snapshot_take(&before, program);
		list.entries[0] = (struct kvm_cpuid_entry2){.function = 0x80000008,
							    .eax = 39 | rows[i].width << 8};
		EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, 1, 1), rows[i].result);
		snapshot_take(&after, program);
		if (rows[i].result)
			snapshot_expect_equal(&after, &before);
		else
			EXPECT_EQ(after.cpuid.header.nent, 1);
	}
	program_end(program);
}

static void set_cr4(const struct program *program, u64 cr4, long result)
{
	struct kvm_sregs sregs;

	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.cr4 = cr4;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, result);
}

/* What it announces can be switched on, is the guest's own, and read by RDMSR without an exit. */
TEST(api_cpuid_takes_effect)
{
	struct program *program = program_start(A_VCPU);
	const u8 *bitmap = sim_file_vcpu(program->vcpu)->vmcs.msr_bitmap;
	static struct list list;

	EXPECT_TRUE(msr_bitmap_test(bitmap, MSR_TSC_AUX, MSR_READ));
	program_set_cpuid(program);
	set_cr4(program, CR4_FSGSBASE, 0);
	EXPECT_FALSE(guest_field(program, CR4_GUEST_HOST_MASK) & CR4_FSGSBASE);
	EXPECT_EQ(guest_field(program, SECONDARY_VM_EXEC_CONTROL) & CPU2_ENABLE_RDTSCP,
		  CPU2_ENABLE_RDTSCP);
	guest_enters(program);
	EXPECT_FALSE(msr_bitmap_test(bitmap, MSR_TSC_AUX, MSR_READ));
	program_end(program);

	/* And back, as long as it has not run. */
	program = program_start(EVERYTHING);
	bitmap = sim_file_vcpu(program->vcpu)->vmcs.msr_bitmap;
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, 0, 0), 0);
	set_cr4(program, CR4_FSGSBASE, -EINVAL);
	EXPECT_FALSE(guest_field(program, SECONDARY_VM_EXEC_CONTROL) & CPU2_ENABLE_RDTSCP);
	guest_enters(program);
	EXPECT_TRUE(msr_bitmap_test(bitmap, MSR_TSC_AUX, MSR_READ));
	program_end(program);
}

/* Registers may come first: until there is a CPUID, CR4 takes what the host has. */
TEST(api_cr4_before_cpuid)
{
	struct program *program = program_start(A_VCPU);
	static struct list list;

	set_cr4(program, CR4_FSGSBASE | CR4_SMEP | CR4_OSXSAVE, 0);
	set_cr4(program, CR4_PKE, -EINVAL);
	set_cr4(program, CR4_VMXE, -EINVAL);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, 0, 0), 0);
	set_cr4(program, CR4_FSGSBASE, -EINVAL);
	set_cr4(program, CR4_PGE, 0);
	program_end(program);
}

/* What a guest has seen does not change: only the same is taken, and that has no effect. */
TEST(api_cpuid_after_a_run)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);
	static struct list list;
	u32 count = supported(program, &list);

	guest_enters(program);
	snapshot_take(&before, program);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count, count), 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count - 1, count), -EINVAL);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count + 1, count + 1), -EINVAL);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, 0, 0), -EINVAL);
	list.entries[count - 1].edx ^= BIT32(31);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count, count), -EINVAL);
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	guest_enters(program);
	program_end(program);
}

static struct kvm_cpuid_entry2 *leaf(struct list *list, u32 function)
{
	struct kvm_cpuid_entry2 *entry = list->entries;

	while (entry->function != function)
		entry++;
	return entry;
}

/* What the guest would see: what follows its registers follows them here, and does not count when
 * the same is set after a run. */
TEST(api_cpuid_shows_what_the_guest_sees)
{
	struct program *program = program_start(EVERYTHING);
	static struct list list, now;
	u32 count = supported(program, &list);
	struct kvm_sregs sregs;

	EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &now, count, count), 0);
	EXPECT_FALSE(leaf(&now, 1)->ecx & BIT32(27));
	EXPECT_TRUE(leaf(&now, 1)->edx & BIT32(9));
	EXPECT_EQ(leaf(&now, 0xd)->ebx, 576);
	EXPECT_TRUE(leaf(&list, 0xd)->ebx > 576);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.cr4 |= CR4_OSXSAVE;
	sregs.apic_base &= ~BIT64(11);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &now, count, count), 0);
	EXPECT_TRUE(leaf(&now, 1)->ecx & BIT32(27));
	EXPECT_FALSE(leaf(&now, 1)->edx & BIT32(9));

	guest_enters(program);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, count, count), 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &now, count, count), 0);
	leaf(&now, 1)->ecx ^= BIT32(27);
	leaf(&now, 0xd)->ebx = 0;
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &now, count, count), 0);
	leaf(&now, 0xd)->eax ^= 1;
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &now, count, count), -EINVAL);
	program_end(program);
}

/* Without any it is the same: what KVM_GET_CPUID2 gives can be set. */
TEST(api_cpuid_after_a_run_without)
{
	struct program *program = program_start(A_VCPU);
	static struct list list;

	guest_enters(program);
	EXPECT_EQ(call(program->vcpu, KVM_GET_CPUID2, &list, CPUID_MAX_ENTRIES, 0), 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, list.header.nent, 0), 0);
	EXPECT_EQ(call(program->vcpu, KVM_SET_CPUID2, &list, 1, 1), -EINVAL);
	program_end(program);
}
