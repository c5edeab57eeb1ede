// SPDX-License-Identifier: GPL-2.0
/* Steal time: what is counted, and what other vCPUs find in the page meanwhile. */
#include "fixture/vm.h"
#include "cpuid/cpuid.h"
#include "life/life.h"
#include "mem/mem.h"
#include "msr/msr.h"
#include "vcpu/steal_time.h"

#define STEAL_TIME 0x4b564d03u
#define PAGE	   0x1040ull
#define PREEMPTED  1
#define FLUSH	   2

struct page {
	u64 steal;
	u32 version, flags;
	u8 preempted, pad[47];
};

static struct page *page;

static struct fixture *create(void)
{
	struct fixture *g = FIXTURE(.pages = 4, .vcpus = 1, .cpuid = true, .exiting = true);

	page = sim_user_pointer(g->ram + PAGE);
	return g;
}

static bool asked(const struct vcpu *vcpu, enum vcpu_request request)
{
	return vcpu_request_waits(vcpu, request);
}

static void begin(struct fixture *g)
{
	REQUIRE_EQ(msr_write(g->vcpu, STEAL_TIME, PAGE | 1, false), 0);
	EXPECT_TRUE(asked(g->vcpu, VCPU_REQUEST_STEAL_TIME));
	steal_time_update(g->vcpu);
	vcpu_request_drop(g->vcpu, VCPU_REQUEST_STEAL_TIME);
	vcpu_request_drop(g->vcpu, VCPU_REQUEST_FLUSH_TLB);
}

TEST(steal_time_counts)
{
	struct fixture *g = create();

	page->steal = 7;
	page->version = 5;
	page->flags = 0x1234;
	sim_run_delay = 500;
	begin(g);
	EXPECT_EQ(page->steal, 7);
	EXPECT_EQ(page->version, 6);
	sim_run_delay = 800;
	steal_time_update(g->vcpu);
	EXPECT_EQ(page->steal, 307);
	EXPECT_EQ(page->version, 8);
	EXPECT_EQ(page->flags, 0x1234);
	/* Another thread, which has waited less. */
	sim_run_delay = 100;
	steal_time_update(g->vcpu);
	EXPECT_EQ(page->steal, 307);
	sim_run_delay = 150;
	steal_time_update(g->vcpu);
	EXPECT_EQ(page->steal, 357);
	/* Off: nothing is written. */
	EXPECT_EQ(msr_write(g->vcpu, STEAL_TIME, PAGE, false), 0);
	sim_run_delay = 1000;
	steal_time_update(g->vcpu);
	EXPECT_EQ(page->steal, 357);
	fixture_destroy(g);
}

TEST(steal_time_run_begins)
{
	struct fixture *g = create();

	sim_run_delay = 500;
	begin(g);
	steal_time_run_begins(g->vcpu);
	EXPECT_FALSE(asked(g->vcpu, VCPU_REQUEST_STEAL_TIME));
	sim_run_delay++;
	steal_time_run_begins(g->vcpu);
	EXPECT_TRUE(asked(g->vcpu, VCPU_REQUEST_STEAL_TIME));
	fixture_destroy(g);
}

TEST(steal_time_preempted)
{
	static const struct {
		const char *what;
		u32 reason, mode;
		u8 preempted;
	} rows[] = {
		{"after an interrupt", EXIT_REASON_EXTERNAL_INTERRUPT, VCPU_OUTSIDE, PREEMPTED},
		{"an instruction is under way", EXIT_REASON_EPT_VIOLATION, VCPU_OUTSIDE, 0},
		{"asleep", EXIT_REASON_EXTERNAL_INTERRUPT, VCPU_WAITING, 0},
	};
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;

	vcpu->exit.reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	REQUIRE_EQ(msr_write(vcpu, STEAL_TIME, PAGE | 1, false), 0);
	steal_time_switched_out(vcpu);
	EXPECT_EQ(page->preempted, 0); /* before it was written once */
	begin(g);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("%s", rows[i].what);
		vcpu->exit.reason = rows[i].reason;
		vcpu->mode = rows[i].mode;
		steal_time_switched_out(vcpu);
		vcpu->mode = VCPU_OUTSIDE;
		EXPECT_EQ(page->preempted, rows[i].preempted);
		steal_time_switched_in(vcpu);
		EXPECT_TRUE(asked(vcpu, VCPU_REQUEST_STEAL_TIME));
		steal_time_update(vcpu);
		EXPECT_EQ(page->preempted, 0);
		EXPECT_FALSE(asked(vcpu, VCPU_REQUEST_FLUSH_TLB));
	}
	fixture_destroy(g);
}

TEST(steal_time_flush)
{
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;

	begin(g);
	vcpu->exit.reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	steal_time_switched_out(vcpu);
	EXPECT_EQ(page->preempted, PREEMPTED);
	page->preempted |= FLUSH;
	page->pad[0] = 0x77;
	steal_time_update(vcpu);
	EXPECT_EQ(page->preempted, 0);
	EXPECT_EQ(page->pad[0], 0x77);
	EXPECT_TRUE(asked(vcpu, VCPU_REQUEST_FLUSH_TLB));
	fixture_destroy(g);
}

static void another_cpu_writes(void *argument, u64 hva)
{
	page->pad[1]++;
	if (argument)
		page->preempted |= FLUSH;
}

/* Another vCPU leaves the bit just then; one that writes there all the time is not waited for. */
TEST(steal_time_flush_at_the_last_moment)
{
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;

	for (unsigned int all_the_time = 0; all_the_time < 2; all_the_time++) {
		begin(g);
		vcpu->exit.reason = EXIT_REASON_EXTERNAL_INTERRUPT;
		steal_time_switched_out(vcpu);
		EXPECT_EQ(page->preempted, PREEMPTED);
		sim_cmpxchg_hook(another_cpu_writes, all_the_time ? NULL : page);
		steal_time_update(vcpu);
		sim_cmpxchg_hook(NULL, NULL);
		EXPECT_EQ(page->preempted, 0);
		EXPECT_TRUE(asked(vcpu, VCPU_REQUEST_FLUSH_TLB));
	}
	fixture_destroy(g);
}

TEST(steal_time_without_memory)
{
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;

	REQUIRE_EQ(msr_write(vcpu, STEAL_TIME, 0x100000 | 1, false), 0);
	steal_time_update(vcpu);
	vcpu->exit.reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	steal_time_switched_out(vcpu);
	EXPECT_FALSE(vcpu->steal.told);
	fixture_destroy(g);
}

TEST(steal_time_msr)
{
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;
	u64 value = 0;

	EXPECT_EQ(msr_write(vcpu, STEAL_TIME, PAGE | 1, false), 0);
	for (unsigned int bit = 1; bit < 6; bit++)
		EXPECT_EQ(msr_write(vcpu, STEAL_TIME, PAGE << 6 | BIT64(bit), true), -EINVAL);
	EXPECT_EQ(msr_read(vcpu, STEAL_TIME, &value, true), 0);
	EXPECT_EQ(value, PAGE | 1);
	vmx_vcpu_reset(vcpu, true);
	EXPECT_EQ(msr_read(vcpu, STEAL_TIME, &value, false), 0);
	EXPECT_EQ(value, 0);
	EXPECT_TRUE(cpuid_offered(FEATURE_KVM_STEAL_TIME));
	EXPECT_TRUE(cpuid_offered(FEATURE_KVM_PV_TLB_FLUSH));
	sim_counts_run_delay = false;
	EXPECT_FALSE(cpuid_offered(FEATURE_KVM_STEAL_TIME));
	EXPECT_FALSE(cpuid_offered(FEATURE_KVM_PV_TLB_FLUSH));
	EXPECT_EQ(msr_write(vcpu, STEAL_TIME, PAGE | 1, false), -EINVAL);
	fixture_destroy(g);
}

/* The thread changes its CPU in the midst of a run. */
TEST(steal_time_as_the_thread_is_switched)
{
	struct fixture *g = create();
	struct vcpu *vcpu = g->vcpu;

	begin(g);
	vcpu->exit.reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	sim_reschedule(vcpu, 1);
	EXPECT_EQ(page->preempted, PREEMPTED);
	EXPECT_TRUE(asked(vcpu, VCPU_REQUEST_STEAL_TIME));
	fixture_destroy(g);
}
