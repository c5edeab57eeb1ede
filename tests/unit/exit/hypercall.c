// SPDX-License-Identifier: GPL-2.0
/*
 * VMCALL: KVM_HC_SEND_IPI, and what else is asked for.
 *
 * Documentation/virt/kvm/x86/hypercalls.rst.
 */
#include "../irq/lapic_guest.h"
#include "exit/exit.h"
#include "fixture/vm.h"
#include "vcpu/mp_state.h"
#include "vcpu/state.h"

#define KICK_CPU    5
#define SEND_IPI    10
#define SCHED_YIELD 11
#define LENGTH	    3

#define VECTOR 0x61
#define NMI    0x400 /* delivery modes of an ICR */
#define LOWEST 0x100
#define INIT   0x500
#define SIPI   0x600

#define NO_SUCH_CALL (-1000)
#define NOT_ALLOWED  (-1)

#define JUNK 0xdeadbeef00000000ull

/* vCPUs of the VM, of which the first calls; in sets the bits below. */
static const u32 ids[FIXTURE_VCPUS] = {0, 1, 33, 64, 70};
enum { C0 = 1, C1 = 2, C33 = 4, C64 = 8, C70 = 16 };

static struct fixture *ready(void)
{
	struct fixture *g = apic_guest_create(0);

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		apic_guest_add(g, ids[i]);
	return g;
}

/* 64-bit code, or the real mode that it begins in. */
static void set_width(struct vcpu *vcpu, bool wide)
{
	struct kvm_segment cs;

	vcpu_seg_read(vcpu, SEG_CS, &cs);
	cs.l = wide;
	vcpu_seg_write(vcpu, SEG_CS, &cs);
	vcpu_efer_store(vcpu, wide ? IA32_EFER_LME | IA32_EFER_LMA : 0);
}

static void set_cpl(struct vcpu *vcpu, unsigned int cpl)
{
	struct kvm_segment ss;

	vcpu_seg_read(vcpu, SEG_SS, &ss);
	ss.dpl = (u8)cpl;
	vcpu_seg_write(vcpu, SEG_SS, &ss);
}

struct call {
	u64 rax, rbx, rcx, rdx, rsi;
};

/* gives: RAX after it. */
static u64 execute(struct vcpu *vcpu, const struct call *call, bool wide, unsigned int cpl)
{
	u64 rip;

	host_vcpu_get(vcpu);
	set_width(vcpu, wide);
	set_cpl(vcpu, cpl);
	rip = vcpu_rip_read(vcpu);
	vcpu->regs[REG_RAX] = call->rax;
	vcpu->regs[REG_RBX] = call->rbx;
	vcpu->regs[REG_RCX] = call->rcx;
	vcpu->regs[REG_RDX] = call->rdx;
	vcpu->regs[REG_RSI] = call->rsi;
	vcpu->exit = (struct exit_info){.reason = EXIT_REASON_VMCALL, .instruction_length = LENGTH};
	EXPECT_EQ(exit_dispatch(vcpu), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(vcpu), rip + LENGTH);
	EXPECT_FALSE(vcpu->events.exception.pending);
	host_vcpu_release(vcpu);
	return vcpu->regs[REG_RAX];
}

/* Who has an interrupt, an NMI, an INIT or a SIPI now. */
static u32 who_has(struct fixture *g, u32 icr)
{
	u32 who = 0;

	for (unsigned int i = 0; i < COUNT_OF(ids); i++) {
		struct vcpu *vcpu = &g->vcpu[i];
		bool has = icr == NMI ? vcpu->nmis_arrived : apic_has(vcpu, LAPIC_IRR, (u8)icr);

		if (has || vcpu->lapic->signals)
			who |= BIT32(i);
	}
	return who;
}

static const struct ipi_row {
	const char *what;
	bool wide;
	u64 low, high, lowest, icr; /* RBX, RCX, RDX, RSI */
	s64 result;
	u32 who;
} rows[] = {
	{"itself and the next", true, 3, 0, 0, VECTOR, 2, C0 | C1},
	{"none", true, 0, 0, 0, VECTOR, 0, 0},
	{"from 33", true, 1, 0, 33, VECTOR, 1, C33},
	{"IDs that nobody has", true, ~0ull, 0, 0, VECTOR, 3, C0 | C1 | C33},
	{"bit 33", true, BIT64(33), 0, 0, VECTOR, 1, C33},
	{"bit 63", true, BIT64(63), 0, 1, VECTOR, 1, C64},
	{"the upper half begins at 64", true, 0, BIT64(0) | BIT64(6), 0, VECTOR, 2, C64 | C70},
	{"both halves", true, 2, BIT64(5), 1, VECTOR, 1, C70},
	{"all 128", true, ~0ull, ~0ull, 0, VECTOR, 5, C0 | C1 | C33 | C64 | C70},
	{"32 bits: all 64", false, ~0ull, ~0ull, 0, VECTOR, 3, C0 | C1 | C33},
	{"32 bits: the upper half begins at 32", false, 0, 2, 0, VECTOR, 1, C33},
	{"32 bits: upper halves of registers", false, JUNK | 2, JUNK, JUNK, JUNK | VECTOR, 1, C1},
	{"an NMI", true, 2, 0, 0, NMI, 1, C1},
	{"no INIT", true, 3, 0, 0, INIT, 0, 0},
	{"no SIPI", true, 3, 0, 0, SIPI | 0x9a, 0, 0},
	{"no lowest priority", true, 3, 0, 0, LOWEST | VECTOR, 0, 0},
	{"a vector that there is not", true, 2, 0, 0, 0x0f, 0, 0},
	{"shorthand of the ICR: no", true, 2, 0, 0, VECTOR | 3 << 18, 1, C1},
	{"no broadcast", true, 1, 0, 0xffffffff, VECTOR, 0, 0},
	{"no broadcast, upper half", true, 0, 1, 0xffffffff - 64, VECTOR, 0, 0},
	{"nobody beyond 32 bits", true, 1, 0, BIT64(32), VECTOR, 0, 0},
	{"nobody round the end", true, 2, 0, ~0ull, VECTOR, 0, 0},
};

TEST(exit_hypercall_send_ipi)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct ipi_row *row = &rows[i];
		struct fixture *g = ready();
		struct call call = {(row->wide ? 0 : JUNK) | SEND_IPI, row->low, row->high,
				    row->lowest, row->icr};

		test_context("%s", row->what);
		EXPECT_EQ(execute(g->vcpu, &call, row->wide, 0), row->result);
		EXPECT_EQ(who_has(g, (u32)row->icr & 0xfff), row->who);
		fixture_destroy(g);
	}
}

/* Those that have it already did not get it. */
TEST(exit_hypercall_send_ipi_that_is_pending)
{
	struct fixture *g = ready();
	const struct call one = {SEND_IPI, 2, 0, 0, VECTOR}, two = {SEND_IPI, 3, 0, 0, VECTOR};

	EXPECT_EQ(execute(g->vcpu, &one, true, 0), 1);
	EXPECT_EQ(execute(g->vcpu, &two, true, 0), 1);
	EXPECT_EQ(execute(g->vcpu, &two, true, 0), 0);
	fixture_destroy(g);
}

TEST(exit_hypercall_refusals)
{
	static const struct {
		u64 rax;
		unsigned int cpl;
		s64 result;
	} calls[] = {
		{SEND_IPI, 3, NOT_ALLOWED},
		{0x1234, 3, NOT_ALLOWED},
		{0x1234, 0, NO_SUCH_CALL},
		{KICK_CPU, 3, NOT_ALLOWED},
		{SCHED_YIELD, 3, NOT_ALLOWED},
		{0, 0, NO_SUCH_CALL},
		{BIT64(32) | SEND_IPI, 0, NO_SUCH_CALL}, /* in 64-bit code */
	};

	for (size_t i = 0; i < 2 * COUNT_OF(calls); i++) {
		bool wide = i % 2;
		struct fixture *g = ready();
		struct call call = {calls[i / 2].rax, 2, 0, 0, VECTOR};
		s64 result = calls[i / 2].result;

		test_context("row %zu, wide %d", i / 2, wide);
		if (!wide && call.rax >> 32)
			result = 1;
		EXPECT_EQ(execute(g->vcpu, &call, wide, calls[i / 2].cpl),
			  wide ? (u64)result : (u32)result);
		EXPECT_EQ(who_has(g, VECTOR), result == 1 ? C1 : 0);
		fixture_destroy(g);
	}
}

TEST(exit_hypercall_without_local_apics)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	const struct call call = {SEND_IPI, 1, 0, 0, VECTOR};
	int ticket = host_srcu_read_lock(&machine->vm.srcu);

	EXPECT_EQ(execute(machine->vcpu, &call, true, 0), (u64)NO_SUCH_CALL);
	host_srcu_read_unlock(&machine->vm.srcu, ticket);
	fixture_destroy(machine);
}

/* A halted vCPU goes on; one that is not does not stop at its next HLT. */
TEST(exit_hypercall_kick_cpu)
{
	struct fixture *g = ready();
	struct vcpu *to = &g->vcpu[2];
	const struct call call = {.rax = KICK_CPU, .rbx = 0x77, .rcx = to->id};
	const struct call nobody = {.rax = KICK_CPU, .rcx = 2};

	to->mp_state = KVM_MP_STATE_HALTED;
	EXPECT_EQ(execute(g->vcpu, &nobody, true, 0), 0);
	EXPECT_TRUE(sim_yielded_to == NULL);
	EXPECT_EQ(execute(g->vcpu, &call, true, 0), 0);
	EXPECT_TRUE(sim_yielded_to == to);
	EXPECT_TRUE(vcpu_request_waits(to, VCPU_REQUEST_EVENT));
	FIXTURE_LOADED(to, EXPECT_TRUE(vcpu_wait(to)));
	EXPECT_EQ(to->mp_state, KVM_MP_STATE_RUNNABLE);
	EXPECT_FALSE(to->unhalted);

	EXPECT_EQ(execute(g->vcpu, &call, true, 0), 0);
	FIXTURE_LOADED(to, EXPECT_TRUE(vcpu_wait(to)));
	EXPECT_TRUE(to->unhalted);
	vcpu_request_drop(to, VCPU_REQUEST_EVENT);
	to->mp_state = KVM_MP_STATE_HALTED;
	FIXTURE_LOADED(to, EXPECT_TRUE(vcpu_wait(to)));
	EXPECT_EQ(to->mp_state, KVM_MP_STATE_RUNNABLE);
	EXPECT_FALSE(to->unhalted);
	fixture_destroy(g);
}

TEST(exit_hypercall_sched_yield)
{
	struct fixture *g = ready();
	const struct call call = {.rax = SCHED_YIELD, .rbx = 64};
	const struct call itself = {.rax = SCHED_YIELD, .rbx = 0};

	EXPECT_EQ(execute(g->vcpu, &itself, true, 0), 0);
	EXPECT_TRUE(sim_yielded_to == NULL);
	EXPECT_EQ(execute(g->vcpu, &call, true, 0), 0);
	EXPECT_TRUE(sim_yielded_to == &g->vcpu[3]);
	fixture_destroy(g);
}

/* Its CPUID tells of none of them. */
TEST(exit_hypercall_enforced)
{
	static const u64 numbers[] = {KICK_CPU, SEND_IPI, SCHED_YIELD};
	struct fixture *g = ready();

	g->vcpu->pv_enforced = true;
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		const struct call call = {numbers[i], 1, 0, 0, VECTOR};

		test_context("%llu", numbers[i]);
		host_free(g->vcpu->cpuid);
		g->vcpu->cpuid = NULL;
		EXPECT_EQ(execute(g->vcpu, &call, true, 0), (u64)NO_SUCH_CALL);
	}
	fixture_destroy(g);
}
