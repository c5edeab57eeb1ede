// SPDX-License-Identifier: GPL-2.0
#include "clock_page.h"
#include "vcpu/clock.h"

#define PAGE_GPA    0x1000ull
#define SYSTEM_TIME 0x4b564d01u

static u64 memory;

struct fixture *guest_with_memory(void)
{
	struct fixture *g =
		FIXTURE(.pages = 4, .vcpus = 1, .cpuid = true, .exiting = true, .prepared = true);

	memory = g->ram;
	return g;
}

void *clock_memory(u64 gpa)
{
	return sim_user_pointer(memory + gpa);
}

static u64 page_address(const struct vcpu *vcpu)
{
	return PAGE_GPA + vcpu->id * sizeof(struct page);
}

struct page *page_of(const struct vcpu *vcpu)
{
	return clock_memory(page_address(vcpu));
}

void page_enable(struct vcpu *vcpu)
{
	REQUIRE_EQ(msr_write(vcpu, SYSTEM_TIME, page_address(vcpu) | 1, false), 0);
	EXPECT_TRUE(vcpu->requests & BIT32(VCPU_REQUEST_CLOCK));
	clock_page_update(vcpu);
}

u64 page_time(const struct vcpu *vcpu, u64 host_tsc)
{
	const struct page *page = page_of(vcpu);
	u64 ticks = tsc_scale(&vcpu->tsc_rate, host_tsc) + vcpu->tsc_offset - page->tsc;

	EXPECT_EQ(page->version % 2, 0);
	ticks = page->shift < 0 ? ticks >> -page->shift : ticks << page->shift;
	return page->ns + (u64)((unsigned __int128)ticks * page->mul >> 32);
}
