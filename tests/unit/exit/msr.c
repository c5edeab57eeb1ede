// SPDX-License-Identifier: GPL-2.0
/*
 * RDMSR and WRMSR that exit: which registers take part, what is refused and how user space answers.
 *
 * SDM: "RDMSR", "WRMSR".  Documentation/virt/kvm/api.rst: "KVM_CAP_X86_USER_SPACE_MSR",
 * "KVM_X86_SET_MSR_FILTER".
 */
#include "../vcpu/pair.h"
#include "msr/filter.h"
#include "msr/msr.h"
#include "vcpu/state.h"

#define PAT	 0x277u
#define APICBASE 0x1bu
#define EFER	 0xc0000080u
#define NO_MSR	 0x12345u /* that nobody has */

#define PAT_RESET 0x0007040600070406ull
#define PAT_OTHER 0x0606060601010101ull
#define PAT_WRONG 0x0000000000000002ull /* a memory type that there is not */

#define RIP    0x2000ull
#define LENGTH 2
#define JUNK   0xdeadbeef00000000ull /* in halves that do not count */
#define ONES   0xffffffffffffffffull
#define GP     (INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | VECTOR_GP)

static void put_registers(struct vcpu *vcpu, u32 msr, u64 rax, u64 rdx)
{
	vcpu->regs[REG_RCX] = JUNK | msr;
	vcpu->regs[REG_RAX] = rax;
	vcpu->regs[REG_RDX] = rdx;
	FIXTURE_LOADED(vcpu, vcpu_rip_write(vcpu, RIP); vcpu_registers_flush(vcpu));
}

/* The guest executes the instruction; what it finds afterwards, if it goes on. */
static struct pair_entry execute(struct fixture *pair, enum msr_direction direction, u32 msr,
				 u64 rax, u64 rdx)
{
	put_registers(&pair->vcpu[PAIR_BSP], msr, rax, rdx);
	sim_script_exit(&(struct sim_exit){
		.reason = direction == MSR_READ ? EXIT_REASON_RDMSR : EXIT_REASON_WRMSR,
		.instruction_length = LENGTH,
	});
	return pair_run(pair, PAIR_BSP);
}

static u64 read_msr(struct vcpu *vcpu, u32 msr)
{
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	u64 value = 0;

	FIXTURE_LOADED(vcpu, EXPECT_EQ(msr_read(vcpu, msr, &value, true), 0));
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return value;
}

/* --- What is allowed --- */

TEST(exit_rdmsr_clears_the_upper_halves)
{
	static const struct {
		u32 msr;
		u64 value;
	} rows[] = {
		{PAT, PAT_RESET},
		{APICBASE, 0xfee00900},
		{EFER, 0},
	};
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct pair_entry entry = execute(pair, MSR_READ, rows[i].msr, ONES, ONES);

		test_context("MSR 0x%x", rows[i].msr);
		EXPECT_EQ(entry.rip, RIP + LENGTH);
		EXPECT_EQ(entry.event, 0);
		EXPECT_EQ(vcpu->regs[REG_RAX], (u32)rows[i].value);
		EXPECT_EQ(vcpu->regs[REG_RDX], rows[i].value >> 32);
		EXPECT_EQ(vcpu->regs[REG_RCX], JUNK | rows[i].msr);
	}
	fixture_destroy(pair);
}

TEST(exit_wrmsr_takes_the_lower_halves)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	struct pair_entry entry =
		execute(pair, MSR_WRITE, PAT, JUNK | (u32)PAT_OTHER, JUNK | PAT_OTHER >> 32);

	EXPECT_EQ(entry.rip, RIP + LENGTH);
	EXPECT_EQ(entry.event, 0);
	EXPECT_EQ(read_msr(vcpu, PAT), PAT_OTHER);
	EXPECT_EQ(vcpu->regs[REG_RAX], JUNK | (u32)PAT_OTHER);
	EXPECT_EQ(vcpu->regs[REG_RDX], JUNK | PAT_OTHER >> 32);
	fixture_destroy(pair);
}

/* --- What is refused --- */

static const struct refusal {
	const char *what;
	enum msr_direction direction;
	u32 msr;
	u64 value; /* that is written */
	bool filtered;
	u32 reason;
} refusals[] = {
	{"read of no MSR", MSR_READ, NO_MSR, 0, false, KVM_MSR_EXIT_REASON_UNKNOWN},
	{"write of no MSR", MSR_WRITE, NO_MSR, 5, false, KVM_MSR_EXIT_REASON_UNKNOWN},
	{"write that is not valid", MSR_WRITE, PAT, PAT_WRONG, false, KVM_MSR_EXIT_REASON_INVAL},
	{"filtered read", MSR_READ, PAT, 0, true, KVM_MSR_EXIT_REASON_FILTER},
	{"filtered write", MSR_WRITE, PAT, PAT_OTHER, true, KVM_MSR_EXIT_REASON_FILTER},
	{"filtered write that is not valid", MSR_WRITE, PAT, PAT_WRONG, true,
	 KVM_MSR_EXIT_REASON_FILTER},
};

/* A filter that denies IA32_PAT both ways, and nothing else. */
static void deny_pat(struct vm *vm)
{
	u64 hva = sim_user_map(LINTEL_PAGE_SIZE);
	struct kvm_msr_filter filter = {.flags = KVM_MSR_FILTER_DEFAULT_ALLOW};

	filter.ranges[0] = (struct kvm_msr_filter_range){
		.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
		.base = PAT,
		.nmsrs = 1,
		.bitmap = (void *)(unsigned long)hva,
	};
	EXPECT_EQ(msr_filter_set(vm, &filter), 0);
}

static struct fixture *ready(const struct refusal *row, u32 exits)
{
	struct fixture *pair = pair_create();

	if (row->filtered)
		deny_pat(&pair->vm);
	pair->vm.msr_exits = exits;
	return pair;
}

static struct pair_entry execute_row(struct fixture *pair, const struct refusal *row)
{
	return execute(pair, row->direction, row->msr,
		       row->direction == MSR_READ ? ONES : (u32)row->value,
		       row->direction == MSR_READ ? ONES : row->value >> 32);
}

static void expect_nothing_done(struct vcpu *vcpu, const struct refusal *row)
{
	EXPECT_EQ(read_msr(vcpu, PAT), PAT_RESET);
	EXPECT_EQ(vcpu->regs[REG_RAX], row->direction == MSR_READ ? ONES : (u32)row->value);
	EXPECT_EQ(vcpu->regs[REG_RDX], row->direction == MSR_READ ? ONES : row->value >> 32);
}

static void expect_gp(const struct pair_entry *entry)
{
	EXPECT_TRUE(entry->entered);
	/* In real mode it has no error code. */
	EXPECT_EQ(entry->event, GP);
	EXPECT_EQ(entry->rip, RIP);
}

/* Where user space did not ask for it, or for other reasons only. */
TEST(exit_msr_refused_is_gp)
{
	const u32 all = KVM_MSR_EXIT_REASON_INVAL | KVM_MSR_EXIT_REASON_UNKNOWN |
			KVM_MSR_EXIT_REASON_FILTER;

	for (size_t i = 0; i < 2 * COUNT_OF(refusals); i++) {
		const struct refusal *row = &refusals[i / 2];
		struct fixture *pair = ready(row, i % 2 ? all & ~row->reason : 0);
		struct pair_entry entry = execute_row(pair, row);

		test_context("%s, exits 0x%x", row->what, pair->vm.msr_exits);
		expect_gp(&entry);
		expect_nothing_done(&pair->vcpu[PAIR_BSP], row);
		fixture_destroy(pair);
	}
}

static void expect_exit(const struct kvm_run *run, const struct refusal *row)
{
	EXPECT_EQ(run->exit_reason,
		  row->direction == MSR_READ ? KVM_EXIT_X86_RDMSR : KVM_EXIT_X86_WRMSR);
	EXPECT_EQ(run->msr.reason, row->reason);
	EXPECT_EQ(run->msr.index, row->msr);
	EXPECT_EQ(run->msr.error, 0);
	EXPECT_EQ(run->msr.data, row->value);
}

enum answer { ANSWER_DONE, ANSWER_ERROR, ANSWER_ELSEWHERE, ANSWERS };

#define ANSWER 0x1122334455667788ull

static void expect_answered(struct vcpu *vcpu, const struct refusal *row,
			    const struct pair_entry *entry, enum answer answer)
{
	switch (answer) {
	case ANSWER_DONE:
		EXPECT_EQ(entry->event, 0);
		EXPECT_EQ(entry->rip, RIP + LENGTH);
		if (row->direction == MSR_WRITE)
			break;
		EXPECT_EQ(vcpu->regs[REG_RAX], (u32)ANSWER);
		EXPECT_EQ(vcpu->regs[REG_RDX], ANSWER >> 32);
		return;
	case ANSWER_ERROR:
		expect_gp(entry);
		break;
	default: /* the access is forgotten */
		EXPECT_EQ(entry->event, 0);
		EXPECT_EQ(entry->rip, RIP + 0x100);
		break;
	}
	expect_nothing_done(vcpu, row);
}

TEST(exit_msr_refused_is_user_space_s)
{
	for (size_t i = 0; i < ANSWERS * COUNT_OF(refusals); i++) {
		const struct refusal *row = &refusals[i / ANSWERS];
		enum answer answer = (enum answer)(i % ANSWERS);
		struct fixture *pair = ready(row, row->reason);
		struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
		struct pair_entry entry = execute_row(pair, row);

		test_context("%s, answer %d", row->what, (int)answer);
		EXPECT_EQ(entry.result, 0);
		EXPECT_FALSE(entry.entered);
		expect_exit(vcpu->run, row);
		expect_nothing_done(vcpu, row);

		vcpu->run->msr.data = ANSWER;
		vcpu->run->msr.error = answer == ANSWER_ERROR;
		if (answer == ANSWER_ELSEWHERE)
			FIXTURE_LOADED(vcpu, vcpu_rip_write(vcpu, RIP + 0x100));
		entry = pair_run(pair, PAIR_BSP);
		expect_answered(vcpu, row, &entry, answer);
		fixture_destroy(pair);
	}
}

/* With immediate_exit the instruction is over, and the guest does not run. */
TEST(exit_msr_is_completed_before_an_immediate_exit)
{
	struct fixture *pair = ready(&refusals[0], refusals[0].reason);
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	struct pair_entry entry = execute_row(pair, &refusals[0]);

	vcpu->run->msr.data = ANSWER;
	vcpu->run->immediate_exit = 1;
	entry = pair_run(pair, PAIR_BSP);
	EXPECT_EQ(entry.result, -EINTR);
	EXPECT_FALSE(entry.entered);
	EXPECT_EQ(vcpu->regs[REG_RAX], (u32)ANSWER);
	FIXTURE_LOADED(vcpu, EXPECT_EQ(vcpu_rip_read(vcpu), RIP + LENGTH));
	fixture_destroy(pair);
}
