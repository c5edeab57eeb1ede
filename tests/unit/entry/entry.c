// SPDX-License-Identifier: GPL-2.0
/*
 * linux/entry.S in a process.  The VMX instructions and what the kernel patches in are calls of
 * entry_event(), which destroys all that their contracts let them destroy.
 */
#include <stdlib.h>

#include "test.h"
#include "vcpu/vcpu.h"

/* stubs.S knows this. */
struct entry_cpu {
	u64 regs[REG_COUNT];
	u64 rflags, rip, event;
};
_Static_assert(offsetof(struct entry_cpu, rflags) == 128 &&
		       offsetof(struct entry_cpu, event) == 144,
	       "stubs.S knows these");

enum { VMWRITE, VERW, VMLAUNCH, VMRESUME, FILL, WRMSR, LFENCE, HISTORY };

static const char *const names[] = {
	[VMWRITE] = "vmwrite ",	  [VERW] = "verw ",	  [VMLAUNCH] = "vmlaunch ",
	[VMRESUME] = "vmresume ", [FILL] = "fill ",	  [WRMSR] = "wrmsr ",
	[LFENCE] = "lfence ",	  [HISTORY] = "history ",
};

struct fault {
	u64 from, to;
};

struct entry_cpu entry_cpu;
u64 entry_rsp_before;
extern const struct fault __start_entry_faults[], __stop_entry_faults[];
extern const u8 vmx_exit_point[];

void entry_event(void);
void entry_call(u64 *regs, u64 *host_rsp, bool resume, s64 spec_ctrl);

#define RFLAGS_CF      1ull
#define RFLAGS_ZF      0x40ull
#define RFLAGS_ARITH   0x8d5ull
#define RFLAGS_OF_HOST 2ull /* a VM exit clears the others */
#define CALL_SIZE      5
#define HOST_RSP_FIELD 0x6c14

/* How an instruction ends. */
enum end { SUCCEEDS, FAILS_INVALID, FAILS_VALID, FAULTS };

static struct {
	enum end vmwrite, enter;
	char events[128];
	u64 vmcs_host_rsp;
	u64 msr, msr_value;
	u64 regs[REG_COUNT];
} test;

/* Registers of the guest at its entry and at its exit, and those that a function preserves. */
static u64 at_entry(unsigned int reg)
{
	return 0x0101010101010101 * (reg + 1);
}

static u64 at_exit(unsigned int reg)
{
	return 0xe0e0e0e0e0e0e0e0 + reg;
}

static u64 of_caller(unsigned int reg)
{
	return 0xca11ca11ca11ca00 + reg;
}

static void fault(u64 from)
{
	for (const struct fault *f = __start_entry_faults; f < __stop_entry_faults; f++) {
		if (f->from == from) {
			entry_cpu.rip = f->to;
			return;
		}
	}
	test_fail(__FILE__, __LINE__, "%sfaults, and nobody expects it", names[entry_cpu.event]);
	abort();
}

static void end(enum end how)
{
	entry_cpu.rflags &= ~RFLAGS_ARITH;
	if (how == FAILS_INVALID)
		entry_cpu.rflags |= RFLAGS_CF;
	if (how == FAILS_VALID)
		entry_cpu.rflags |= RFLAGS_ZF;
	if (how == FAULTS)
		fault(entry_cpu.rip - CALL_SIZE);
}

static void expect_guest_registers(void)
{
	test_context("at %s", names[entry_cpu.event]);
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		if (reg != REG_RSP)
			EXPECT_EQ(entry_cpu.regs[reg], at_entry(reg));
}

static void enter_guest(void)
{
	expect_guest_registers();
	end(test.enter);
	if (test.enter != SUCCEEDS)
		return;
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		entry_cpu.regs[reg] = at_exit(reg);
	entry_cpu.regs[REG_RSP] = test.vmcs_host_rsp;
	entry_cpu.rflags = RFLAGS_OF_HOST;
	entry_cpu.rip = (u64)vmx_exit_point;
}

static void write_host_rsp(void)
{
	EXPECT_EQ(entry_cpu.regs[REG_RAX], HOST_RSP_FIELD);
	if (test.vmwrite == SUCCEEDS)
		test.vmcs_host_rsp = entry_cpu.regs[REG_RSP];
	end(test.vmwrite);
}

static void destroy(u64 *reg)
{
	*reg = 0xdeadbeef;
	entry_cpu.rflags ^= RFLAGS_ARITH;
}

void entry_event(void)
{
	strcat(test.events, names[entry_cpu.event]);
	switch (entry_cpu.event) {
	case VMWRITE:
		write_host_rsp();
		break;
	case VERW:
		/* The last thing before the entry: what comes after it is not cleared. */
		expect_guest_registers();
		entry_cpu.rflags ^= RFLAGS_ZF;
		break;
	case VMLAUNCH:
	case VMRESUME:
		enter_guest();
		break;
	case FILL:
		destroy(&entry_cpu.regs[REG_RCX]);
		break;
	case WRMSR:
		test.msr = (u32)entry_cpu.regs[REG_RCX];
		test.msr_value = entry_cpu.regs[REG_RDX] << 32 | (u32)entry_cpu.regs[REG_RAX];
		break;
	case HISTORY:
		destroy(&entry_cpu.regs[REG_RCX]);
		destroy(&entry_cpu.regs[REG_RAX]);
		break;
	default:
		break;
	}
}

static const enum vcpu_reg preserved[] = {REG_RBX, REG_RBP, REG_R12, REG_R13, REG_R14, REG_R15};

static u64 enter(u64 *host_rsp, bool resume, s64 spec_ctrl)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++) {
		test.regs[reg] = at_entry(reg);
		entry_cpu.regs[reg] = of_caller(reg);
	}
	test.events[0] = '\0';
	test.msr = 0;
	entry_call(test.regs, host_rsp, resume, spec_ctrl);

	for (unsigned int i = 0; i < COUNT_OF(preserved); i++)
		EXPECT_EQ(entry_cpu.regs[preserved[i]], of_caller(preserved[i]));
	EXPECT_EQ(entry_cpu.regs[REG_RSP], entry_rsp_before);
	return (u32)entry_cpu.regs[REG_RAX];
}

/* The guest's registers, as an exit or a failed entry leaves them. */
static void expect_registers(u64 (*expected)(unsigned int reg))
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		EXPECT_EQ(test.regs[reg], reg == REG_RSP ? at_entry(reg) : expected(reg));
}

static void expect_nothing_of_the_guest(void)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++) {
		for (unsigned int other = 0; other < REG_COUNT; other++) {
			EXPECT_TRUE(entry_cpu.regs[reg] != at_entry(other));
			EXPECT_TRUE(entry_cpu.regs[reg] != at_exit(other));
		}
	}
}

TEST(entry_switches_worlds)
{
	u64 host_rsp = 0;

	EXPECT_EQ(enter(&host_rsp, false, -1), VMX_SUCCEED);
	EXPECT_STR_EQ(test.events, "vmwrite verw vmlaunch fill lfence history ");
	EXPECT_EQ(host_rsp, test.vmcs_host_rsp);
	expect_registers(at_exit);
	expect_nothing_of_the_guest();

	EXPECT_EQ(enter(&host_rsp, true, -1), VMX_SUCCEED);
	EXPECT_STR_EQ(test.events, "verw vmresume fill lfence history ");
	expect_registers(at_exit);
	expect_nothing_of_the_guest();
}

TEST(entry_brings_back_spec_ctrl_before_the_first_return)
{
	static const s64 values[] = {0, 1, 0x401};
	u64 host_rsp = 0;

	for (unsigned int i = 0; i < COUNT_OF(values); i++) {
		EXPECT_EQ(enter(&host_rsp, false, values[i]), VMX_SUCCEED);
		EXPECT_CONTAINS(test.events, "vmlaunch fill wrmsr lfence history ");
		EXPECT_EQ(test.msr, 0x48);
		EXPECT_EQ(test.msr_value, values[i]);
	}
}

TEST(entry_says_how_it_failed)
{
	static const struct {
		enum end end;
		enum vmx_status status;
	} rows[] = {
		{FAILS_INVALID, VMX_FAIL_INVALID},
		{FAILS_VALID, VMX_FAIL_VALID},
		{FAULTS, VMX_FAIL_INVALID},
	};
	u64 host_rsp = 0;

	for (unsigned int i = 0; i < 2 * COUNT_OF(rows); i++) {
		bool resume = i % 2;

		test.enter = rows[i / 2].end;
		EXPECT_EQ(enter(&host_rsp, resume, 5), rows[i / 2].status);
		test_context("%s, end %d", names[resume ? VMRESUME : VMLAUNCH], test.enter);
		EXPECT_CONTAINS(test.events, resume ? "verw vmresume fill wrmsr lfence history "
						    : "verw vmlaunch fill wrmsr lfence history ");
		EXPECT_EQ(test.msr_value, 5);
		expect_registers(at_entry);
		expect_nothing_of_the_guest();
	}
}

/* The guest is not entered, and the next entry tries again. */
TEST(entry_notes_host_rsp_only_once_it_is_written)
{
	static const enum vmx_status status[] = {
		[FAILS_INVALID] = VMX_FAIL_INVALID,
		[FAILS_VALID] = VMX_FAIL_VALID,
		[FAULTS] = VMX_FAIL_INVALID,
	};
	u64 host_rsp = 0;

	for (test.vmwrite = FAILS_INVALID; test.vmwrite <= FAULTS; test.vmwrite++) {
		EXPECT_EQ(enter(&host_rsp, false, 5), status[test.vmwrite]);
		EXPECT_STR_EQ(test.events, "vmwrite fill wrmsr lfence history ");
		EXPECT_EQ(host_rsp, 0);
		expect_registers(at_entry);
	}
	test.vmwrite = SUCCEEDS;
	EXPECT_EQ(enter(&host_rsp, false, -1), VMX_SUCCEED);
	EXPECT_EQ(host_rsp, test.vmcs_host_rsp);
}
