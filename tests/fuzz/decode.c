// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder on any bytes: it reads no more than it is given, and what it says holds together.
 */
#include <stdlib.h>
#include <string.h>

#include "emulate/decode.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

static void check_memory(const struct insn *insn, const struct insn_memory *memory)
{
	MUST(memory->segment <= SEG_GS);
	MUST(memory->base >= INSN_NO_REG && memory->base < REG_COUNT);
	MUST(memory->index >= INSN_NO_REG && memory->index < REG_COUNT);
	MUST(memory->index != REG_RSP);
	MUST(memory->width == insn->address_size ||
	     (memory->width == 0 && memory->segment == SEG_SS &&
	      (memory->base == REG_RSP || memory->base == REG_RBP)));
	if (memory->index != INSN_NO_REG)
		MUST(memory->scale == 1 || memory->scale == 2 || memory->scale == 4 ||
		     memory->scale == 8);
}

static void check_operand(const struct insn *insn, const struct insn_operand *operand)
{
	MUST(operand->size >= 1 && operand->size <= OPERAND_MAX_LENGTH);
	if (operand->kind == OPERAND_REG) {
		MUST(operand->reg < REG_COUNT);
		MUST(!operand->high_byte || (operand->size == 1 && operand->reg < 4));
	}
	if (operand->kind == OPERAND_MEMORY)
		check_memory(insn, &operand->memory);
}

static void check_insn(const struct insn *insn, size_t available)
{
	MUST(insn->length >= 1 && insn->length <= available && insn->length <= INSN_MAX_LENGTH);
	MUST(insn->opcode->name && insn->opcode->execute);
	check_operand(insn, &insn->dst);
	check_operand(insn, &insn->src);
	MUST(insn->reg < REG_COUNT && insn->condition < 16);
	if (insn->lock)
		MUST(insn->dst.kind == OPERAND_MEMORY);
	if (insn->repeat != REPEAT_NONE)
		MUST(insn->opcode->flags & INSN_STRING);
}

/* The same instruction from exactly its own bytes; with one less it is cut short. */
static void check_length(const u8 *bytes, enum vcpu_width width, const struct insn *insn)
{
	u8 *exact = malloc(insn->length);
	struct insn again;

	memcpy(exact, bytes, insn->length);
	MUST(insn_decode(exact, insn->length, width, &again) == DECODE_OK);
	MUST(again.length == insn->length && again.opcode == insn->opcode);
	MUST(insn_decode(exact, insn->length - 1, width, &again) == DECODE_SHORT);
	free(exact);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const enum vcpu_width widths[] = {WIDTH_16, WIDTH_32, WIDTH_64};
	unsigned int i;

	for (i = 0; i < COUNT_OF(widths); i++) {
		struct insn insn;
		enum decode_result result = insn_decode(data, size, widths[i], &insn);

		MUST(decode_reason(result));
		if (size >= INSN_MAX_LENGTH)
			MUST(result != DECODE_SHORT);
		else
			MUST(result != DECODE_LONG);
		if (result == DECODE_OK) {
			check_insn(&insn, size);
			check_length(data, widths[i], &insn);
		}
	}
	return 0;
}
