// SPDX-License-Identifier: GPL-2.0
/* Asynchronous page faults: which are, what the guest hears of them, and who frees what. */
#include "../irq/lapic_guest.h"
#include "cpuid/cpuid.h"
#include "exit/exit.h"
#include "exit/table.h"
#include "facts/ept.h"
#include "life/life.h"
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "vcpu/async_pf.h"
#include "vcpu/events.h"
#include "vcpu/mp_state.h"
#include "vcpu/state.h"

#define ASYNC_PF_EN  0x4b564d02u
#define ASYNC_PF_INT 0x4b564d06u
#define ASYNC_PF_ACK 0x4b564d07u

#define PAGE   0x1040ull
#define ON     (ASYNC_PF_ENABLED | ASYNC_PF_BY_INTERRUPT)
#define VECTOR 0xf3
#define ALL    0xffffffffu
#define FRAMES 80

static struct apf_page {
	u32 flags, token;
} * page;

static void set_cpl(struct vcpu *vcpu, unsigned int cpl)
{
	struct kvm_segment ss;

	vcpu_seg_read(vcpu, SEG_SS, &ss);
	ss.dpl = (u8)cpl;
	vcpu_seg_write(vcpu, SEG_SS, &ss);
}

static void acknowledge(struct fixture *g)
{
	page->token = 0;
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_ACK, 1, false), 0);
}

/* The request, as the run loop serves it. */
static void serve(struct fixture *g)
{
	if (!vcpu_request_waits(g->vcpu, VCPU_REQUEST_ASYNC_PF))
		return;
	vcpu_request_drop(g->vcpu, VCPU_REQUEST_ASYNC_PF);
	FIXTURE_SLEEPING(g, async_pf_deliver(g->vcpu));
}

/* A program of the guest's runs, paging and interrupts on. */
static struct fixture *create(void)
{
	struct fixture *g = FIXTURE(.pages = FRAMES, .vcpus = 1, .irqchip = true, .apics = true,
				    .cpuid = true, .exiting = true);
	struct vcpu *vcpu = g->vcpu;

	page = sim_user_pointer(g->ram + PAGE);
	vcpu_cr0_store(vcpu, CR0_PE | CR0_PG | CR0_NE);
	vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_IF);
	set_cpl(vcpu, 3);
	return g;
}

static void enable(struct fixture *g, u64 options)
{
	REQUIRE_EQ(msr_write(g->vcpu, ASYNC_PF_INT, VECTOR, false), 0);
	REQUIRE_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE | options, false), 0);
	serve(g);
	acknowledge(g);
	serve(g);
	apic_take(g->vcpu);
	lapic_eoi(g->vcpu);
}

static void take_out(struct fixture *g, u64 gfn)
{
	FIXTURE_SLEEPING(g, sim_user_take_out(g->ram + gfn * LINTEL_PAGE_SIZE, LINTEL_PAGE_SIZE));
}

static bool is_mapped(struct fixture *g, u64 gfn)
{
	unsigned int level;
	u64 entry;

	host_spin_lock(&g->vm.mmu_lock);
	entry = ept_lookup(&g->vm.ept, gfn, &level);
	host_spin_unlock(&g->vm.mmu_lock);
	return entry;
}

/* The guest touches the frame.  gives: the token that it gets; 0: it has the page. */
static u32 touch(struct fixture *g, u64 gfn)
{
	struct vcpu *vcpu = g->vcpu;

	vcpu->exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = EPT_VIOLATION_WRITE,
		.gpa = gfn * LINTEL_PAGE_SIZE,
	};
	EXPECT_EQ(exit_ept_violation(vcpu), ACTION_SAME_INSN);
	if (!vcpu->events.exception.pending) {
		EXPECT_TRUE(is_mapped(g, gfn));
		return 0;
	}
	EXPECT_FALSE(is_mapped(g, gfn));
	EXPECT_EQ(vcpu->events.exception.vector, VECTOR_PF);
	EXPECT_EQ(vcpu->events.exception.error, 0);
	EXPECT_TRUE(vcpu->events.exception.has_payload);
	EXPECT_EQ(page->flags, 1);
	vcpu->events.exception.pending = false;
	return (u32)vcpu->events.exception.payload;
}

/* And its handler has noted that. */
static u32 touch_and_note(struct fixture *g, u64 gfn)
{
	u32 token = touch(g, gfn);

	page->flags = 0;
	return token;
}

static void pages_come(struct fixture *g)
{
	FIXTURE_SLEEPING(g, sim_work_run());
}

TEST(async_pf_page_comes)
{
	struct fixture *g = create();
	u32 token;

	enable(g, ON);
	EXPECT_EQ(touch(g, 5), 0);
	take_out(g, 5);
	token = touch_and_note(g, 5);
	EXPECT_TRUE(token && token != ALL);
	EXPECT_EQ(sim_faults, 1);
	serve(g);
	EXPECT_EQ(page->token, 0);
	pages_come(g);
	EXPECT_FALSE(sim_user_is_absent(g->ram + 5 * LINTEL_PAGE_SIZE));
	EXPECT_TRUE(vcpu_request_waits(g->vcpu, VCPU_REQUEST_ASYNC_PF));
	serve(g);
	EXPECT_EQ(page->token, token);
	EXPECT_TRUE(apic_has(g->vcpu, LAPIC_IRR, VECTOR));
	EXPECT_EQ(g->vcpu->async_pf.count, 0);
	EXPECT_EQ(touch(g, 5), 0);
	fixture_destroy(g);
}

/* Each is told when the last was acknowledged, and the token is taken. */
TEST(async_pf_one_at_a_time)
{
	struct fixture *g = create();
	u32 tokens = 0, expected = 0;

	enable(g, ON);
	for (u64 gfn = 5; gfn < 8; gfn++) {
		take_out(g, gfn);
		expected ^= touch_and_note(g, gfn);
	}
	EXPECT_EQ(sim_faults, 3);
	pages_come(g);
	for (unsigned int i = 0; i < 3; i++) {
		serve(g);
		EXPECT_EQ(apic_take(g->vcpu), VECTOR);
		lapic_eoi(g->vcpu);
		EXPECT_TRUE(page->token);
		tokens ^= page->token;
		EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_ACK, 1, false), 0);
		serve(g);
		EXPECT_EQ(apic_take(g->vcpu), -1);
		page->token = 0;
		EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_ACK, 0, false), 0);
		EXPECT_FALSE(vcpu_request_waits(g->vcpu, VCPU_REQUEST_ASYNC_PF));
		acknowledge(g);
	}
	EXPECT_EQ(tokens, expected);
	serve(g);
	EXPECT_EQ(apic_take(g->vcpu), -1);
	EXPECT_EQ(page->token, 0);
	fixture_destroy(g);
}

/* --- Those that are not ------------------------------------------------------------ */

static void at_cpl_0(struct fixture *g)
{
	set_cpl(g->vcpu, 0);
}

static void interrupts_off(struct fixture *g)
{
	vcpu_rflags_write(g->vcpu, RFLAGS_FIXED);
}

static void paging_off(struct fixture *g)
{
	vcpu_cr0_store(g->vcpu, CR0_PE | CR0_NE);
}

static void delivers_an_event(struct fixture *g)
{
	g->vcpu->events.interrupt.injected = true;
}

static void is_still_at_the_last(struct fixture *g)
{
	page->flags = 1;
}

static void apic_off(struct fixture *g)
{
	g->vcpu->apic_base &= ~APIC_BASE_ENABLE;
}

static void nobody_is_free(struct fixture *g)
{
	sim_faults_max = 0;
}

static void waits_for_it(struct fixture *g)
{
	EXPECT_TRUE(touch_and_note(g, 5));
}

static void waits_for_many(struct fixture *g)
{
	for (u64 gfn = 6; gfn < 6 + 64; gfn++) {
		take_out(g, gfn);
		EXPECT_TRUE(touch_and_note(g, gfn));
	}
}

TEST(async_pf_not_now)
{
	static const struct {
		const char *what;
		u64 options;
		void (*prepare)(struct fixture *g);
	} rows[] = {
		{"off", 0, NULL},
		{"no interrupt", ASYNC_PF_ENABLED, NULL},
		{"CPL 0", ON, at_cpl_0},
		{"interrupts off", ON | ASYNC_PF_SEND_ALWAYS, interrupts_off},
		{"paging off", ON, paging_off},
		{"an event is delivered", ON, delivers_an_event},
		{"the last was not noted", ON, is_still_at_the_last},
		{"the local APIC is off", ON, apic_off},
		{"no thread is free", ON, nobody_is_free},
		{"it waits for that page", ON, waits_for_it},
		{"it waits for many", ON, waits_for_many},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = create();

		test_context("%s", rows[i].what);
		enable(g, rows[i].options);
		take_out(g, 5);
		if (rows[i].prepare)
			rows[i].prepare(g);
		EXPECT_EQ(touch(g, 5), 0);
		fixture_destroy(g);
	}
}

TEST(async_pf_at_cpl_0)
{
	struct fixture *g = create();

	enable(g, ON | ASYNC_PF_SEND_ALWAYS);
	set_cpl(g->vcpu, 0);
	take_out(g, 5);
	EXPECT_TRUE(touch(g, 5));
	fixture_destroy(g);
}

/* What is wrong with the memory, the guest's next attempt finds. */
TEST(async_pf_page_never_comes)
{
	struct fixture *g = create();

	enable(g, ON);
	take_out(g, 5);
	EXPECT_TRUE(touch_and_note(g, 5));
	FIXTURE_SLEEPING(g, sim_user_unmap(g->ram + 5 * LINTEL_PAGE_SIZE, LINTEL_PAGE_SIZE);
			 sim_work_run());
	serve(g);
	EXPECT_TRUE(page->token);
	EXPECT_EQ(exit_ept_violation(g->vcpu), ACTION_ERROR);
	EXPECT_EQ(g->vcpu->error, -EFAULT);
	EXPECT_FALSE(g->vcpu->events.exception.pending);
	fixture_destroy(g);
}

/* The guest's page goes as the guest is to be told there. */
TEST(async_pf_without_its_page)
{
	struct fixture *g = create();

	enable(g, ON);
	take_out(g, 5);
	FIXTURE_SLEEPING(g, sim_user_protect(g->ram + LINTEL_PAGE_SIZE, LINTEL_PAGE_SIZE, false));
	EXPECT_EQ(touch(g, 5), 0);
	EXPECT_EQ(g->vcpu->async_pf.count, 0);
	pages_come(g);
	EXPECT_FALSE(vcpu_request_waits(g->vcpu, VCPU_REQUEST_ASYNC_PF));
	fixture_destroy(g);
}

/* --- Ends -------------------------------------------------------------------------- */

static void switch_off(struct fixture *g)
{
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE, false), 0);
}

static void init(struct fixture *g)
{
	vmx_vcpu_reset(g->vcpu, true);
	EXPECT_EQ(g->vcpu->async_pf.enable | g->vcpu->async_pf.interrupt, 0);
}

/* Before the pages come, and after that. */
TEST(async_pf_forgotten)
{
	static void (*const ways[])(struct fixture *) = {switch_off, init};

	for (unsigned int i = 0; i < 2 * COUNT_OF(ways); i++) {
		struct fixture *g = create();

		test_context("row %u", i);
		enable(g, ON);
		take_out(g, 5);
		take_out(g, 6);
		EXPECT_TRUE(touch_and_note(g, 5) && touch_and_note(g, 6));
		if (i % 2)
			pages_come(g);
		ways[i / 2](g);
		EXPECT_EQ(g->vcpu->async_pf.count, 0);
		pages_come(g);
		serve(g);
		EXPECT_EQ(page->token, 0);
		EXPECT_EQ(apic_take(g->vcpu), -1);
		fixture_destroy(g);
	}
}

/* The VM ends first: fixture_destroy() lets the pages come afterwards. */
TEST(async_pf_outlives_the_vm)
{
	for (unsigned int came = 0; came < 2; came++) {
		struct fixture *g = create();

		enable(g, ON);
		take_out(g, 5);
		EXPECT_TRUE(touch_and_note(g, 5));
		if (came)
			pages_come(g);
		fixture_destroy(g);
		EXPECT_EQ(sim_faults, 0);
	}
}

/* As on the host that a VM was migrated to. */
TEST(async_pf_wakes_all)
{
	struct fixture *g = create();

	REQUIRE_EQ(msr_write(g->vcpu, ASYNC_PF_INT, VECTOR, true), 0);
	REQUIRE_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE | ON, true), 0);
	page->token = 0x1000;
	serve(g);
	EXPECT_EQ(page->token, 0x1000);
	EXPECT_EQ(apic_take(g->vcpu), -1);
	acknowledge(g);
	serve(g);
	EXPECT_EQ(page->token, ALL);
	EXPECT_EQ(apic_take(g->vcpu), VECTOR);
	lapic_eoi(g->vcpu);
	acknowledge(g);
	serve(g);
	EXPECT_EQ(page->token, 0);
	fixture_destroy(g);
}

TEST(async_pf_wakes_a_halted_vcpu)
{
	struct fixture *g = create();

	enable(g, ON);
	take_out(g, 5);
	EXPECT_TRUE(touch_and_note(g, 5));
	set_cpl(g->vcpu, 0);
	g->vcpu->mp_state = KVM_MP_STATE_HALTED;
	__atomic_store_n(&g->vcpu->requests, 0, __ATOMIC_RELAXED);
	EXPECT_FALSE(vcpu_wakes(g->vcpu));
	pages_come(g);
	EXPECT_TRUE(vcpu_wakes(g->vcpu));
	serve(g);
	EXPECT_TRUE(vcpu_wait(g->vcpu));
	fixture_destroy(g);
}

/* A token of 0 would be none, one of all ones says all; the last 12 bits are the vCPU's. */
TEST(async_pf_tokens)
{
	struct fixture *g = create();

	enable(g, ON);
	g->vcpu->async_pf.number = 0xffffe;
	for (u64 gfn = 5; gfn < 7; gfn++)
		take_out(g, gfn);
	EXPECT_EQ(touch_and_note(g, 5), 0xfffff000);
	EXPECT_EQ(touch_and_note(g, 6), 0x1000);
	fixture_destroy(g);
}

TEST(async_pf_msrs)
{
	static const struct {
		u32 msr;
		u64 value;
		int result;
	} rows[] = {
		{ASYNC_PF_EN, PAGE | ON | ASYNC_PF_SEND_ALWAYS, 0},
		{ASYNC_PF_EN, PAGE | ON | ASYNC_PF_AS_VMEXIT, 0},
		{ASYNC_PF_EN, PAGE | ASYNC_PF_ENABLED, 0},
		{ASYNC_PF_EN, PAGE | ON | BIT64(4), -EINVAL},
		{ASYNC_PF_EN, PAGE | ON | BIT64(5), -EINVAL},
		{ASYNC_PF_EN, FRAMES * LINTEL_PAGE_SIZE | ON, -EINVAL},
		{ASYNC_PF_EN, FRAMES * LINTEL_PAGE_SIZE, 0},
		{ASYNC_PF_INT, 0xff, 0},
		{ASYNC_PF_INT, 0x100, -EINVAL},
		{ASYNC_PF_ACK, 0xfe, 0},
	};
	struct fixture *g = create();

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		u64 before = 0, after = 0;

		test_context("row %u", i);
		EXPECT_EQ(msr_read(g->vcpu, rows[i].msr, &before, false), 0);
		EXPECT_EQ(msr_write(g->vcpu, rows[i].msr, rows[i].value, false), rows[i].result);
		EXPECT_EQ(msr_read(g->vcpu, rows[i].msr, &after, false), 0);
		if (rows[i].msr == ASYNC_PF_ACK)
			EXPECT_EQ(after, 0);
		else
			EXPECT_EQ(after, rows[i].result ? before : rows[i].value);
	}
	EXPECT_TRUE(cpuid_offered(FEATURE_KVM_ASYNC_PF));
	EXPECT_TRUE(cpuid_offered(FEATURE_KVM_ASYNC_PF_INT));
	EXPECT_FALSE(cpuid_offered(FEATURE_KVM_ASYNC_PF_VMEXIT));
	fixture_destroy(g);
}

/* What the guest's CPUID does not have, where it is held to that. */
TEST(async_pf_options_enforced)
{
	struct fixture *g = create();

	g->vcpu->pv_enforced = true;
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE | ON, false), 0);
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE | ON | ASYNC_PF_AS_VMEXIT, false), -EINVAL);
	fixture_destroy(g);
}

TEST(async_pf_without_local_apic)
{
	struct fixture *g = FIXTURE(.pages = 4, .vcpus = 1, .cpuid = true, .exiting = true);

	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_EN, 0, false), 0);
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_EN, PAGE | ON, false), -EINVAL);
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_INT, VECTOR, false), -EINVAL);
	EXPECT_EQ(msr_write(g->vcpu, ASYNC_PF_INT, 0, true), 0);
	fixture_destroy(g);
}
