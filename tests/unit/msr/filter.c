// SPDX-License-Identifier: GPL-2.0
/* The MSR filter: what is refused, what it allows, and what it closes in the MSR bitmap. */
#include "guest.h"
#include "msr/filter.h"

#define READ  KVM_MSR_FILTER_READ
#define WRITE KVM_MSR_FILTER_WRITE
#define DENY  KVM_MSR_FILTER_DEFAULT_DENY

static struct kvm_msr_filter user;

/* One more range, its bitmap in the process's memory: every byte of it is `byte`. */
static void add_range(unsigned int i, u32 flags, u32 base, u32 count, u8 byte)
{
	u64 hva = sim_user_map(LINTEL_PAGE_SIZE);

	memset(sim_user_pointer(hva), byte, LINTEL_PAGE_SIZE);
	user.ranges[i] = (struct kvm_msr_filter_range){
		.flags = flags, .nmsrs = count, .base = base, .bitmap = (void *)(unsigned long)hva};
}

static void start(u32 flags)
{
	user = (struct kvm_msr_filter){.flags = flags};
}

static int set(struct fixture *g)
{
	int error;

	FIXTURE_SLEEPING(g, error = msr_filter_set(&g->vm, &user));
	return error;
}

static bool allows(struct fixture *g, u32 msr, enum msr_direction direction)
{
	return msr_filter_allows(msr_filter_get(&g->vm), msr, direction);
}

TEST(msr_filter_refusals)
{
	struct fixture *g = guest_create();

	start(2);
	EXPECT_EQ(set(g), -EINVAL);
	start(DENY);
	EXPECT_EQ(set(g), -EINVAL);
	start(0);
	add_range(0, 4 | READ, 0, 8, 0);
	EXPECT_EQ(set(g), -EINVAL);
	add_range(0, READ, 0, 0x600 * 8 + 1, 0);
	EXPECT_EQ(set(g), -EINVAL);
	add_range(0, READ, 0, 0xffffffff, 0);
	EXPECT_EQ(set(g), -EINVAL);
	add_range(0, READ, 0, 8, 0);
	sim_user_unmap((u64)(unsigned long)user.ranges[0].bitmap, LINTEL_PAGE_SIZE);
	EXPECT_EQ(set(g), -EFAULT);
	EXPECT_TRUE(!msr_filter_get(&g->vm));
	fixture_destroy(g);
}

TEST(msr_filter_ranges)
{
	struct fixture *g = guest_create();

	start(DENY);
	add_range(0, READ, 0x10, 3, 0x05);
	add_range(3, WRITE, 0x11, 1, 0xff);
	add_range(4, READ | WRITE, 0xffffffff, 1, 0xff);
	add_range(5, READ | WRITE, 0x800, 0x100, 0);
	REQUIRE_EQ(set(g), 0);
	EXPECT_TRUE(allows(g, 0x10, MSR_READ) && !allows(g, 0x10, MSR_WRITE));
	EXPECT_TRUE(!allows(g, 0x11, MSR_READ) && allows(g, 0x11, MSR_WRITE));
	EXPECT_TRUE(allows(g, 0x12, MSR_READ));
	EXPECT_TRUE(!allows(g, 0x13, MSR_READ) && !allows(g, 0xf, MSR_READ));
	EXPECT_TRUE(allows(g, 0xffffffff, MSR_READ) && !allows(g, 0, MSR_READ));
	/* The local APIC's cannot be taken away. */
	EXPECT_TRUE(allows(g, 0x800, MSR_READ) && allows(g, 0x8ff, MSR_WRITE));
	EXPECT_TRUE(!allows(g, 0x7ff, MSR_READ) && !allows(g, 0x900, MSR_WRITE));

	start(0);
	REQUIRE_EQ(set(g), 0);
	EXPECT_TRUE(!msr_filter_get(&g->vm) && allows(g, 0x11, MSR_READ));
	fixture_destroy(g);
}

/* The vCPU closes and opens the bits by itself, when the request asks it to. */
TEST(msr_filter_in_the_bitmap)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];
	const u8 *bitmap = vcpu->vmcs.msr_bitmap;

	start(0);
	add_range(0, READ, 0xc0000100, 1, 0);
	REQUIRE_EQ(set(g), 0);
	EXPECT_TRUE(vcpu->requests & BIT32(VCPU_REQUEST_MSR_BITMAP));
	EXPECT_TRUE(!msr_bitmap_test(bitmap, 0xc0000100, MSR_READ));
	msr_bitmap_apply_policy(vcpu);
	EXPECT_TRUE(msr_bitmap_test(bitmap, 0xc0000100, MSR_READ));
	EXPECT_TRUE(!msr_bitmap_test(bitmap, 0xc0000100, MSR_WRITE));
	EXPECT_TRUE(!msr_bitmap_test(bitmap, 0xc0000101, MSR_READ));

	start(0);
	REQUIRE_EQ(set(g), 0);
	msr_bitmap_apply_policy(vcpu);
	EXPECT_TRUE(!msr_bitmap_test(bitmap, 0xc0000100, MSR_READ));
	fixture_destroy(g);
}

/* A vCPU that comes later starts with the filter; the VM's end frees it. */
TEST(msr_filter_before_the_vcpu)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu;

	start(0);
	add_range(0, READ | WRITE, 0xc0000100, 2, 0);
	REQUIRE_EQ(set(g), 0);
	vcpu = guest_add_vcpu(g);
	EXPECT_TRUE(msr_bitmap_test(vcpu->vmcs.msr_bitmap, 0xc0000101, MSR_WRITE));
	fixture_destroy(g);
}
