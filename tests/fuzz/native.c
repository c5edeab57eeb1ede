// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder and the emulator against the processor that this program runs on: the same
 * instruction with the same registers, flags and memory, on both; the same has to come out.
 *
 *	native --seconds N [--seed N]	instructions of this seed and those that follow
 *	native --seed N			this one alone, and what came of it
 *
 * Of each row of the opcode table the first difference is told.  What the SDM leaves undefined is
 * named in native/undefined.c, the rows that a program cannot run in native/row.c.
 */
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "native/instruction.h"
#include "native/processor.h"
#include "vcpu/state.h"

/* After as many tries of a row it must have been carried out, and not always have faulted. */
#define TRIES_ENOUGH 50

#define RFLAGS_TF BIT64(8)

static struct instruction insn;
static struct processor_state before;
static u8 window_before[WINDOW_SIZE];
static struct outcome processor, guest;

static u64 flags_compared(void)
{
	return ~undefined_flags(&insn, &before, &processor);
}

/* --- the state before --- */

static void random_fpu(u8 *fpu)
{
	u16 control = 0x37f, status = 0;

	__asm__ volatile("fxsave %0" : "=m"(*(u8(*)[FPU_SIZE])fpu));
	for (unsigned int at = 32; at < 416; at += 8) {
		u64 value = sim_random();

		/* Of an x87 register's second half only 2 bytes exist. */
		memcpy(fpu + at, &value, at < 160 && at % 16 ? 2 : 8);
	}
	/* Exceptions are masked; rounding and precision, TOP and conditions are anything. */
	control |= sim_random() & 0xf00;
	status |= sim_random() & 0x7f7f;
	memcpy(fpu, &control, 2);
	memcpy(fpu + 2, &status, 2);
	fpu[4] = (u8)sim_random();
	fpu[24] = (u8)(0x80 | sim_random_below(64));
}

/* Where a near branch goes: canonical in 48 bits, or not even in 57. */
static u64 branch_target(u64 value)
{
	u64 sign = value & BIT64(62);

	if (one_in(4))
		return (value & ~BIT64(63)) | (sign ? 0 : BIT64(63));
	return (u64)((s64)(value << 17) >> 17);
}

/* Mostly that of a code segment; none, or one beyond the table. */
static u16 far_selector(void)
{
	if (one_in(4))
		return (u16)(one_in(2) ? sim_random_below(4) : 0xfffb);
	return CODE_SELECTOR;
}

static void fill_operand(const struct memory_operand *operand)
{
	u64 value[4] = {random_value(), random_value(), random_value(), random_value()};
	u64 at = operand->address - WINDOW, size = operand->size;
	u16 selector = far_selector();

	if (one_in(4)) {
		value[0] = before.regs[REG_RAX];
		value[1] = before.regs[REG_RDX];
		if (size == 8 && (insn.row->opcode->dst_length == LENGTH_PAIR))
			value[0] = (u32)value[0] | value[1] << 32;
	}
	if (insn.row->opcode->flags & INSN_NEAR)
		value[0] = branch_target(value[0]);
	if (insn.row->opcode->state == STATE_CS_IP) {
		value[0] = branch_target(value[0]);
		memcpy((u8 *)value + insn.operand_size, &selector, sizeof(selector));
	}
	memcpy(window_before + at, value, at + size > WINDOW_SIZE ? WINDOW_SIZE - at : size);
}

static void make_state(void)
{
	static u8 pattern[WINDOW_SIZE];
	u64 status = sim_random() & (RFLAGS_STATUS | RFLAGS_DF);

	if (!pattern[0])
		for (unsigned int i = 0; i < WINDOW_SIZE; i++)
			pattern[i] = (u8)(1 + i * 7 + i / 64);
	memcpy(window_before, pattern, WINDOW_SIZE);
	before.rflags = RFLAGS_FIXED | RFLAGS_TF | RFLAGS_IF | (one_in(4) ? 0 : status);
	random_fpu(before.fpu);
	for (unsigned int i = 0; i < insn.operands; i++)
		fill_operand(&insn.operand[i]);
}

/* --- both sides --- */

static void place_code(void)
{
	u8 *code = (u8 *)(uintptr_t)CODE;

	/* What follows is never executed. */
	memset(code, 0xcc, CODE_SIZE);
	memcpy(code + (before.rip - CODE), insn.bytes, sizeof(insn.bytes));
}

static void run_processor(void)
{
	void *window = (void *)(uintptr_t)WINDOW;

	memcpy(window, window_before, WINDOW_SIZE);
	processor.state = before;
	processor_run(&processor.state, &processor.event);
	memcpy(processor.window, window, WINDOW_SIZE);
}

/* The access that makes the guest exit: the operand that is read, else the other. */
static struct guest_exit first_access(void)
{
	struct guest_exit exit = {.linear_known = one_in(2)};

	for (unsigned int i = 0; i < insn.operands; i++) {
		const struct memory_operand *operand = &insn.operand[i];

		if (operand->address + operand->size <= WINDOW_DEVICE)
			continue;
		exit.address = operand->address < WINDOW_DEVICE ? WINDOW_DEVICE : operand->address;
		exit.write = operand->write;
	}
	return exit;
}

static void run_guest(void)
{
	struct guest_exit exit = first_access();

	guest.state = before;
	memcpy(guest.window, window_before, WINDOW_SIZE);
	guest_run(&guest.state, &exit, (const u8 *)(uintptr_t)CODE, guest.window, &guest.event);
}

static void run_both(u64 seed)
{
	struct row *row = row_of(seed);

	sim_random_seed(seed);
	instruction_make(&insn, row, &before);
	make_state();
	place_code();
	run_processor();
	run_guest();
	undefined_forget(&insn, &before, &processor, &guest);
	row->runs += processor.event.vector == VECTOR_DB;
}

/* --- the comparison, and the report --- */

/* The FXSAVE area, but for where the last x87 instruction was. */
static bool same_fpu(const u8 *one, const u8 *other)
{
	if (memcmp(one, other, 5) || memcmp(one + 24, other + 24, 4))
		return false;
	for (unsigned int reg = 0; reg < 8; reg++)
		if (memcmp(one + 32 + 16 * reg, other + 32 + 16 * reg, 10))
			return false;
	return !memcmp(one + 160, other + 160, 256);
}

static bool same_event(const struct processor_event *one, const struct processor_event *other)
{
	if (one->vector != other->vector)
		return false;
	if (one->vector == VECTOR_PF && one->cr2 != other->cr2)
		return false;
	return one->vector == VECTOR_DB || one->error == other->error;
}

static bool same(void)
{
	return !*guest_complaint() && same_event(&processor.event, &guest.event) &&
	       !memcmp(processor.state.regs, guest.state.regs, sizeof(guest.state.regs)) &&
	       processor.state.rip == guest.state.rip &&
	       !((processor.state.rflags ^ guest.state.rflags) & flags_compared()) &&
	       same_fpu(processor.state.fpu, guest.state.fpu) &&
	       !memcmp(processor.window, guest.window, WINDOW_SIZE);
}

static void say_number(const char *name, u64 was, u64 by_processor, u64 by_guest)
{
	printf("  %-8s %16llx %16llx %16llx%s\n", name, was, by_processor, by_guest,
	       by_processor == by_guest ? "" : "  differs");
}

static void say_memory(void)
{
	for (unsigned int at = 0; at < WINDOW_SIZE; at++)
		if (processor.window[at] != guest.window[at] ||
		    processor.window[at] != window_before[at])
			printf("  %8llx %16x %16x %16x%s\n", WINDOW + at, window_before[at],
			       processor.window[at], guest.window[at],
			       processor.window[at] == guest.window[at] ? "" : "  differs");
}

static void say_fpu(void)
{
	for (unsigned int at = 0; at < 416; at += 8) {
		u64 word[3];

		memcpy(&word[0], before.fpu + at, 8);
		memcpy(&word[1], processor.state.fpu + at, 8);
		memcpy(&word[2], guest.state.fpu + at, 8);
		if (word[0] != word[1] || word[0] != word[2])
			printf("  fx+%-5u %16llx %16llx %16llx\n", at, word[0], word[1], word[2]);
	}
}

static void say_registers(void)
{
	static const char *const names[REG_COUNT] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
						     "rsi", "rdi", "r8",  "r9",	 "r10", "r11",
						     "r12", "r13", "r14", "r15"};

	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		say_number(names[reg], before.regs[reg], processor.state.regs[reg],
			   guest.state.regs[reg]);
	say_number("rip", before.rip, processor.state.rip, guest.state.rip);
	say_number("rflags", before.rflags, processor.state.rflags & flags_compared(),
		   guest.state.rflags & flags_compared());
	say_number("vector", 0, processor.event.vector, guest.event.vector);
	say_number("error", 0, processor.event.error, guest.event.error);
	if (processor.event.vector == VECTOR_PF || guest.event.vector == VECTOR_PF)
		say_number("cr2", 0, processor.event.cr2, guest.event.cr2);
}

static void report(u64 seed)
{
	printf("--seed %llu: %s, of %u bytes:", seed, insn.row->opcode->name, insn.operand_size);
	for (unsigned int i = 0; i < insn.length; i++)
		printf(" %02x", insn.bytes[i]);
	printf("\n");
	for (unsigned int i = 0; i < insn.operands; i++)
		printf("  operand of %u bytes at %llx\n", insn.operand[i].size,
		       insn.operand[i].address);
	printf("  %-8s %16s %16s %16s\n", "", "before", "processor", "emulator");
	say_registers();
	say_fpu();
	say_memory();
	printf("  %s\n", guest_complaint());
	fflush(stdout);
}

/* Each row of the opcode table is run, or there is a reason; and none differs. */
static bool rows_are_good(u64 tries)
{
	bool good = true;

	for (unsigned int i = 0; i < rows_run(); i++) {
		const struct row *row = row_of(i);

		good &= !row->differs;
		if (row->runs || tries < (u64)TRIES_ENOUGH * rows_run())
			continue;
		printf("%s (%s%02x /%d): the processor never carried it out\n", row->opcode->name,
		       row->two_bytes ? "0f " : "", row->byte, row->group);
		good = false;
	}
	return good;
}

/* Of each row the first difference. */
static void run_one(u64 seed)
{
	run_both(seed);
	if (same() || insn.row->differs)
		return;
	insn.row->differs = true;
	report(seed);
}

static bool run_for(u64 seed, unsigned long seconds)
{
	time_t end = time(NULL) + (time_t)seconds;
	u64 tries = 0;
	bool good;

	while (tries % 256 || time(NULL) < end)
		run_one(seed + tries++);
	good = rows_are_good(tries);
	if (good)
		printf("fuzz native: inputs: %llu\n", tries);
	return good;
}

/* Others differ from Intel's where the SDM is silent, and in what they do with prefixes. */
static bool is_intel(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid(0, &eax, &ebx, &ecx, &edx) && ebx == signature_INTEL_ebx &&
	       edx == signature_INTEL_edx && ecx == signature_INTEL_ecx;
}

int main(int argc, char **argv)
{
	struct processor_segments segments = {0};
	u64 seed = (u64)time(NULL) << 32;
	unsigned long seconds = 0;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "--seed"))
			seed = strtoull(argv[i + 1], NULL, 0);
		if (!strcmp(argv[i], "--seconds"))
			seconds = strtoul(argv[i + 1], NULL, 0);
	}
	if (!is_intel()) {
		printf("fuzz native: left out: not a processor of Intel's\n");
		return 0;
	}
	rows_start();
	processor_start(&segments);
	guest_start(&segments);
	instruction_start(&segments);
	if (seconds)
		return run_for(seed, seconds) ? 0 : 1;
	run_both(seed);
	report(seed);
	return same() ? 0 : 1;
}
