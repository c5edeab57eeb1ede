// SPDX-License-Identifier: GPL-2.0
/*
 * The rows of the opcode table, and which of them a program cannot run.
 */
#include <stdlib.h>

#include "native/instruction.h"

/* 256 opcodes, each of which may be a group of eight. */
#define ROWS_MAX (2 * 256 * 8)

static struct row row_list[ROWS_MAX];
static unsigned int row_count;
static struct row *run_list[ROWS_MAX];
static unsigned int run_count;

/* Which rows, by the bits of opcode.flags and by opcode.state; the first that fits. */
static const struct {
	u32 flags;
	enum insn_state first, last; /* STATE_NONE: any */
	const char *reason;
} left_out[] = {
	{INSN_NOT64, STATE_NONE, STATE_NONE, "not in 64-bit mode"},
	{INSN_IO, STATE_NONE, STATE_NONE, "port I/O, which a program may not do"},
	{INSN_LOADS, STATE_GDTR, STATE_MSW, "only at CPL 0"},
	{INSN_LOADS, STATE_LDTR, STATE_TR, "only at CPL 0"},
	{INSN_LOADS, STATE_ES, STATE_SEGMENT, "needs the descriptors of the system's own tables"},
	{INSN_WRITES, STATE_GDTR, STATE_MSW, "CR4.UMIP: not for a program"},
	{INSN_WRITES, STATE_LDTR, STATE_TR, "CR4.UMIP: not for a program"},
};

static const char *reason_to_leave_out(const struct opcode *opcode)
{
	for (unsigned int i = 0; i < COUNT_OF(left_out); i++) {
		if (!(opcode->flags & left_out[i].flags))
			continue;
		if (left_out[i].first == STATE_NONE ||
		    (opcode->state >= left_out[i].first && opcode->state <= left_out[i].last))
			return left_out[i].reason;
	}
	return NULL;
}

static void add(const struct opcode *opcode, bool two_bytes, unsigned int byte, int group,
		int prefix)
{
	if (!opcode->name)
		return;
	if (row_count == ROWS_MAX)
		abort();
	row_list[row_count] = (struct row){
		.opcode = opcode,
		.left_out = reason_to_leave_out(opcode),
		.two_bytes = two_bytes,
		.byte = (u8)byte,
		.group = (s8)group,
		.prefix = (s8)prefix,
	};
	if (!row_list[row_count].left_out)
		run_list[run_count++] = &row_list[row_count];
	row_count++;
}

static void add_map(const struct opcode *map, bool two_bytes)
{
	for (unsigned int byte = 0; byte < 256; byte++) {
		const struct opcode *opcode = &map[byte];

		if (!opcode->group)
			add(opcode, two_bytes, byte, -1, -1);
		else if (opcode->flags & INSN_BY_PREFIX)
			for (int prefix = 0; prefix < 4; prefix++)
				add(&opcode->group[prefix], two_bytes, byte, -1, prefix);
		else
			for (int group = 0; group < 8; group++)
				add(&opcode->group[group], two_bytes, byte, group, -1);
	}
}

void rows_start(void)
{
	add_map(opcode_map, false);
	add_map(opcode_map_0f, true);
}

struct row *row_of(u64 number)
{
	return run_list[number % run_count];
}

unsigned int rows_run(void)
{
	return run_count;
}
