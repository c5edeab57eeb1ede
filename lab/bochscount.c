// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into Bochs 3.0, with bochsfix.c, to count what the machine executes outside of its
 * guests: the instructions of COUNT_LIST, between marks (count.h). Each END adds a line to the file
 * $LAB_COUNT: instructions, then a number for each of the list, of that START to STOP that had the
 * fewest instructions. The first two lines are the names and their cycles.
 *
 * Debian's Bochs calls functions that do nothing when it has decoded an instruction, before it
 * executes one, at a VM exit, and so on. They become jumps to the functions here. The emulated
 * machine sees no difference.
 *
 * An instruction's bytes are seen when it is decoded; what Bochs calls it is noted then, and looked
 * for before execution. Where Bochs keeps that, and more, are facts of 3.0; each decoded
 * instruction is held against them, and when they do not hold, nothing is counted and the file says
 * so.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "count.h"
#include "patch.h"

#define OPCODES	     8192
#define REGISTER_IF  (1u << 9)
#define APIC_ICR     0xfee00300u
#define X2APIC_ICR   0x830
#define ACCESS_WRITE 1
#define MARK_BYTES   7
#define DISPLACEMENT 3 /* of a mark: after two bytes of opcode and ModRM */

/* In a processor, from RIP, which is at the first of $LAB_BOCHS_COMMIT. */
#define FLAGS_AFTER_RIP 0x20

struct instruction {
	void *execute[4]; /* two pointers to members */
	uint16_t opcode;
	uint8_t length;
	uint8_t flags; /* 7:6 prefix, 4 no memory operand */
	uint8_t operands[8];
	uint32_t unused;
	uint32_t immediate;
	uint32_t displacement;
};

#define PREFIX(instruction)	((instruction)->flags >> 6)
#define PREFIX_LOCK		1
#define HAS_MEMORY(instruction) (!((instruction)->flags & 0x10))

enum counted {
#define COUNTED(name, cycles, words) COUNT_##name,
	COUNT_LIST(COUNTED)
#undef COUNTED
		COUNT_KINDS
};

/* What an opcode of Bochs's is, beyond the counted. */
enum { KIND_NONE, KIND_FIRST, KIND_EXCHANGE = KIND_FIRST + COUNT_KINDS, KIND_NOP };

struct counts {
	uint64_t instructions;
	uint64_t of[COUNT_KINDS];
};

static uint8_t kind_of[OPCODES];
static struct counts now, best;
static bool counting, in_guest, any, broken;
static FILE *out;
static unsigned char ***processors;
static size_t flags_at;

/* How the first bytes after the prefixes tell an instruction; EXTENSION: ModRM's middle bits, or
 * -1. */
static const struct {
	uint8_t kind;
	uint8_t bytes[4];
	uint8_t count;
	uint8_t operand_size; /* with prefix 66H */
	int8_t extension;
} encodings[] = {
	{KIND_FIRST + COUNT_entries, {0x0f, 0x01, 0xc2}, 3, 0, -1},
	{KIND_FIRST + COUNT_entries, {0x0f, 0x01, 0xc3}, 3, 0, -1},
	{KIND_FIRST + COUNT_xsetbv, {0x0f, 0x01, 0xd1}, 3, 0, -1},
	{KIND_FIRST + COUNT_vmread, {0x0f, 0x78}, 2, 0, -1},
	{KIND_FIRST + COUNT_vmwrite, {0x0f, 0x79}, 2, 0, -1},
	{KIND_FIRST + COUNT_vmptrld, {0x0f, 0xc7}, 2, 0, 6},
	{KIND_FIRST + COUNT_vmclear, {0x0f, 0xc7}, 2, 1, 6},
	{KIND_FIRST + COUNT_invept, {0x0f, 0x38, 0x80}, 3, 1, -1},
	{KIND_FIRST + COUNT_invept, {0x0f, 0x38, 0x81}, 3, 1, -1},
	{KIND_FIRST + COUNT_rdmsr, {0x0f, 0x32}, 2, 0, -1},
	{KIND_FIRST + COUNT_wrmsr, {0x0f, 0x30}, 2, 0, -1},
	{KIND_FIRST + COUNT_interrupts_off, {0xfa}, 1, 0, -1},
	{KIND_EXCHANGE, {0x86}, 1, 0, -1},
	{KIND_EXCHANGE, {0x87}, 1, 0, -1},
	{KIND_NOP, {0x0f, 0x1f}, 2, 0, -1},
};

static const uint8_t *after_prefixes(const uint8_t *at, const uint8_t *end, bool is64,
				     bool *operand_size)
{
	static const char prefixes[] = "\x66\x67\xf0\xf2\xf3\x2e\x36\x3e\x26\x64\x65";

	*operand_size = false;
	for (; at < end && memchr(prefixes, *at, sizeof(prefixes) - 1); at++)
		*operand_size |= *at == 0x66;
	if (is64 && at < end && (*at & 0xf0) == 0x40)
		at++;
	return at;
}

static uint8_t kind(const uint8_t *at, const uint8_t *end, bool operand_size)
{
	const size_t left = (size_t)(end - at);

	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		const uint8_t count = encodings[i].count;

		if (left < count || memcmp(at, encodings[i].bytes, count) ||
		    encodings[i].operand_size != operand_size)
			continue;
		if (encodings[i].extension < 0)
			return encodings[i].kind;
		if (left > count && at[count] < 0xc0 &&
		    (at[count] >> 3 & 7) == encodings[i].extension)
			return encodings[i].kind;
	}
	return KIND_NONE;
}

static bool is_mark(const uint8_t *bytes, unsigned int length)
{
	static const uint8_t mark[] = {0x0f, 0x1f, 0x80};
	uint32_t displacement;

	if (length != MARK_BYTES || memcmp(bytes, mark, sizeof(mark)))
		return false;
	memcpy(&displacement, bytes + DISPLACEMENT, sizeof(displacement));
	return (displacement & ~0xffu) == COUNT_MARK;
}

static void give_up(void)
{
	if (!broken)
		fputs("broken\n", out);
	broken = true;
	fflush(out);
}

/* When an instruction has been decoded, or comes from the cache of decoded ones. */
static void decoded(unsigned int cpu, struct instruction *instruction, const uint8_t *bytes,
		    unsigned int length, bool is32, bool is64)
{
	const uint8_t *end = bytes + length;
	bool operand_size;
	const uint8_t *at = after_prefixes(bytes, end, is64, &operand_size);
	const uint8_t found = kind(at, end, operand_size);

	(void)cpu;
	(void)is32;
	if (instruction->length != length || instruction->opcode >= OPCODES)
		give_up();
	else if (is_mark(bytes, length) &&
		 memcmp(&instruction->displacement, bytes + DISPLACEMENT, 4))
		give_up();
	else if (found)
		kind_of[instruction->opcode] = found;
}

static void write_counts(void)
{
	fprintf(out, "%llu", (unsigned long long)best.instructions);
	for (unsigned int i = 0; i < COUNT_KINDS; i++)
		fprintf(out, "\t%llu", (unsigned long long)best.of[i]);
	fputc('\n', out);
	fflush(out);
}

static void mark(unsigned int what)
{
	switch (what) {
	case COUNT_BEGIN:
		any = false;
		break;
	case COUNT_START:
		memset(&now, 0, sizeof(now));
		counting = true;
		break;
	case COUNT_STOP:
		if (counting && (!any || now.instructions < best.instructions))
			best = now;
		any |= counting;
		counting = false;
		break;
	case COUNT_END:
		if (any)
			write_counts();
		any = false;
		break;
	}
}

static bool interrupts_on(unsigned int cpu)
{
	return *(uint32_t *)((*processors)[cpu] + flags_at) & REGISTER_IF;
}

static void count(unsigned int cpu, const struct instruction *instruction, uint8_t found)
{
	if (PREFIX(instruction) == PREFIX_LOCK ||
	    (found == KIND_EXCHANGE && HAS_MEMORY(instruction)))
		now.of[COUNT_locked]++;
	if (found < KIND_FIRST || found >= KIND_FIRST + COUNT_KINDS)
		return;
	if (found != KIND_FIRST + COUNT_interrupts_off || interrupts_on(cpu))
		now.of[found - KIND_FIRST]++;
}

/* By the length first: of a NOP without a displacement the field has what another instruction left
 * there when Bochs kept that in the same place, a mark's it may be. */
static bool is_decoded_mark(const struct instruction *instruction)
{
	return instruction->length == MARK_BYTES &&
	       (instruction->displacement & ~0xffu) == COUNT_MARK;
}

static void executes(unsigned int cpu, const struct instruction *instruction)
{
	const uint8_t found = kind_of[instruction->opcode % OPCODES];

	if (found == KIND_NOP && is_decoded_mark(instruction)) {
		mark(instruction->displacement & 0xff);
		return;
	}
	if (counting) {
		now.instructions++;
		if (!in_guest)
			count(cpu, instruction, found);
	}
	if (found == KIND_FIRST + COUNT_entries)
		in_guest = true;
}

/* Also what a VM entry that fails in the guest's state ends with. */
static void exited(unsigned int cpu, uint32_t reason, uint64_t qualification)
{
	(void)cpu;
	(void)reason;
	(void)qualification;
	in_guest = false;
}

static void wrote_msr(unsigned int cpu, unsigned int number, uint64_t value)
{
	(void)cpu;
	(void)value;
	if (counting && !in_guest && number == X2APIC_ICR)
		now.of[COUNT_ipis]++;
}

static void accessed(unsigned int cpu, uint64_t linear, uint64_t physical, unsigned int size,
		     unsigned int type, unsigned int access)
{
	(void)cpu;
	(void)linear;
	(void)size;
	(void)type;
	if (physical == APIC_ICR && counting && !in_guest && access == ACCESS_WRITE)
		now.of[COUNT_ipis]++;
}

static void write_names(void)
{
#define COUNTED(name, cycles, words) "\t" words
	fputs("instructions" COUNT_LIST(COUNTED) "\n", out);
#undef COUNTED
#define COUNTED(name, cycles, words) "\t" #cycles
	fputs("1" COUNT_LIST(COUNTED) "\n", out);
#undef COUNTED
	fflush(out);
}

static size_t first_number(const char *text)
{
	size_t number = 0;
	static const char digits[] = "0123456789abcdef";
	const char *digit;

	text += strspn(text, "0x");
	for (; *text && (digit = strchr(digits, *text)); text++)
		number = number * 16 + (size_t)(digit - digits);
	return number;
}

/* Nothing in the programs that start Bochs, nor without a file or the place of RIP. */
__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("LAB_COUNT"), *offsets = getenv("LAB_BOCHS_COMMIT");

	processors = dlsym(RTLD_DEFAULT, "bx_cpu_array");
	if (!processors || !name || !offsets || !*offsets)
		return;
	flags_at = first_number(offsets) + FLAGS_AFTER_RIP;
	out = fopen(name, "we");
	if (out && divert("_Z15bx_instr_opcodejP15bxInstruction_cPKhjbb", (void *)decoded) &&
	    divert("_Z25bx_instr_before_executionjP15bxInstruction_c", (void *)executes) &&
	    divert("_Z15bx_instr_vmexitjjm", (void *)exited) &&
	    divert("_Z14bx_instr_wrmsrjjm", (void *)wrote_msr) &&
	    divert("_Z19bx_instr_lin_accessjmmjjj", (void *)accessed))
		write_names();
}
