// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder: encodings written down by hand from the SDM's opcode map, with what they mean.
 */
#include <stdio.h>
#include <string.h>

#include "emulate/decode.h"
#include "test.h"

struct row {
	enum vcpu_width width;
	const char *bytes; /* hexadecimal */
	const char *meaning;
};

static const char *const reg64[REG_COUNT] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
					     "rsi", "rdi", "r8",  "r9",	 "r10", "r11",
					     "r12", "r13", "r14", "r15"};
static const char *const segment_name[] = {"es", "cs", "ss", "ds", "fs", "gs"};

static size_t parse_hex(const char *text, u8 *bytes, size_t room)
{
	size_t count = 0;
	unsigned int byte;
	int used;

	while (count < room && sscanf(text, "%2x%n", &byte, &used) == 1) {
		bytes[count++] = (u8)byte;
		text += used;
		while (*text == ' ')
			text++;
	}
	return count;
}

static void print_memory(char *out, size_t room, const struct insn_memory *memory)
{
	size_t at = (size_t)snprintf(out, room, "%s%u:[", segment_name[memory->segment],
				     8 * memory->width);

	if (memory->base != INSN_NO_REG)
		at += (size_t)snprintf(out + at, room - at, "%s", reg64[memory->base]);
	if (memory->rip_relative)
		at += (size_t)snprintf(out + at, room - at, "rip");
	if (memory->index != INSN_NO_REG)
		at += (size_t)snprintf(out + at, room - at, "+%s*%u", reg64[memory->index],
				       memory->scale);
	if (memory->displacement)
		at += (size_t)snprintf(out + at, room - at, "%+lld", memory->displacement);
	snprintf(out + at, room - at, "]");
}

static void print_operand(char *out, size_t room, const struct insn_operand *operand)
{
	char place[64] = "";

	switch (operand->kind) {
	case OPERAND_NONE:
		out[0] = 0;
		return;
	case OPERAND_REG:
		snprintf(place, sizeof(place), "%s%s", reg64[operand->reg],
			 operand->high_byte ? "(high)" : "");
		break;
	case OPERAND_MEMORY:
		print_memory(place, sizeof(place), &operand->memory);
		break;
	case OPERAND_IMMEDIATE:
		snprintf(place, sizeof(place), "%lld", (s64)operand->immediate);
		break;
	case OPERAND_STATE:
		snprintf(place, sizeof(place), "state");
		break;
	}
	snprintf(out, room, " %s.%u", place, operand->size);
}

/* "mov ds64:[rax].4 rcx.4 len 2": operands with their size in bytes. */
static const char *describe(enum vcpu_width width, const char *hex)
{
	static char text[256];
	u8 bytes[20];
	size_t count = parse_hex(hex, bytes, sizeof(bytes));
	struct insn insn;
	char dst[96], src[96];
	enum decode_result result = insn_decode(bytes, count, width, &insn);

	switch (result) {
	case DECODE_OK:
		break;
	case DECODE_SHORT:
		return "short";
	case DECODE_LONG:
		return "long";
	case DECODE_UNKNOWN:
		return "unknown";
	case DECODE_INVALID:
		return "invalid";
	}
	print_operand(dst, sizeof(dst), &insn.dst);
	print_operand(src, sizeof(src), &insn.src);
	snprintf(text, sizeof(text), "%s%s%s%s%s", insn.lock ? "lock " : "",
		 insn.repeat == REPEAT_F3   ? "rep "
		 : insn.repeat == REPEAT_F2 ? "repne "
					    : "",
		 insn.opcode->name, dst, src);
	if (insn.length != count)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " length %u",
			 insn.length);
	return text;
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		test_context("%u-bit: %s", 8 * rows[i].width, rows[i].bytes);
		EXPECT_STR_EQ(describe(rows[i].width, rows[i].bytes), rows[i].meaning);
	}
}

TEST(decode_64bit)
{
	static const struct row rows[] = {
		/* all forms of MOV */
		{WIDTH_64, "88 08", "mov ds64:[rax].1 rcx.1"},
		{WIDTH_64, "89 08", "mov ds64:[rax].4 rcx.4"},
		{WIDTH_64, "66 89 08", "mov ds64:[rax].2 rcx.2"},
		{WIDTH_64, "48 89 08", "mov ds64:[rax].8 rcx.8"},
		{WIDTH_64, "66 48 89 08", "mov ds64:[rax].8 rcx.8"},
		{WIDTH_64, "8a 08", "mov rcx.1 ds64:[rax].1"},
		{WIDTH_64, "8b 08", "mov rcx.4 ds64:[rax].4"},
		{WIDTH_64, "8a 20", "mov rax(high).1 ds64:[rax].1"},
		{WIDTH_64, "40 8a 20", "mov rsp.1 ds64:[rax].1"},
		{WIDTH_64, "44 8a 20", "mov r12.1 ds64:[rax].1"},
		{WIDTH_64, "4d 8b 7e 08", "mov r15.8 ds64:[r14+8].8"},
		{WIDTH_64, "a0 88 77 66 55 44 33 22 11", "mov rax.1 ds64:[+1234605616436508552].1"},
		{WIDTH_64, "48 a1 00 00 c0 fe 00 00 00 00", "mov rax.8 ds64:[+4273995776].8"},
		{WIDTH_64, "67 a1 00 00 c0 7e", "mov rax.4 ds32:[+2126512128].4"},
		{WIDTH_64, "a2 10 00 00 00 00 00 00 00", "mov ds64:[+16].1 rax.1"},
		{WIDTH_64, "66 a3 10 00 00 00 00 00 00 00", "mov ds64:[+16].2 rax.2"},
		{WIDTH_64, "c6 00 80", "mov ds64:[rax].1 -128.1"},
		{WIDTH_64, "c7 00 78 56 34 12", "mov ds64:[rax].4 305419896.4"},
		{WIDTH_64, "66 c7 00 34 12", "mov ds64:[rax].2 4660.2"},
		{WIDTH_64, "48 c7 00 fe ff ff ff", "mov ds64:[rax].8 -2.8"},
		{WIDTH_64, "0f c3 08", "movnti ds64:[rax].4 rcx.4"},
		{WIDTH_64, "48 0f c3 08", "movnti ds64:[rax].8 rcx.8"},
		/* extending moves */
		{WIDTH_64, "0f b6 08", "movzx rcx.4 ds64:[rax].1"},
		{WIDTH_64, "66 0f b6 08", "movzx rcx.2 ds64:[rax].1"},
		{WIDTH_64, "48 0f b7 08", "movzx rcx.8 ds64:[rax].2"},
		{WIDTH_64, "0f be 08", "movsx rcx.4 ds64:[rax].1"},
		{WIDTH_64, "4c 0f bf 08", "movsx r9.8 ds64:[rax].2"},
		{WIDTH_64, "48 63 08", "movsxd rcx.8 ds64:[rax].4"},
		/* addressing */
		{WIDTH_64, "8b 05 10 00 00 00", "mov rax.4 ds64:[rip+16].4"},
		{WIDTH_64, "41 8b 05 10 00 00 00", "mov rax.4 ds64:[rip+16].4"},
		{WIDTH_64, "67 8b 05 f0 ff ff ff", "mov rax.4 ds32:[rip-16].4"},
		{WIDTH_64, "8b 04 25 00 00 e0 fe", "mov rax.4 ds64:[-18874368].4"},
		{WIDTH_64, "8b 04 24", "mov rax.4 ss64:[rsp].4"},
		{WIDTH_64, "41 8b 04 24", "mov rax.4 ds64:[r12].4"},
		{WIDTH_64, "8b 45 00", "mov rax.4 ss64:[rbp].4"},
		{WIDTH_64, "41 8b 45 00", "mov rax.4 ds64:[r13].4"},
		{WIDTH_64, "8b 44 88 f8", "mov rax.4 ds64:[rax+rcx*4-8].4"},
		{WIDTH_64, "42 8b 04 a0", "mov rax.4 ds64:[rax+r12*4].4"},
		{WIDTH_64, "8b 04 cd 44 33 22 11", "mov rax.4 ds64:[+rcx*8+287454020].4"},
		{WIDTH_64, "8b 84 05 00 01 00 00", "mov rax.4 ss64:[rbp+rax*1+256].4"},
		{WIDTH_64, "67 8b 40 04", "mov rax.4 ds32:[rax+4].4"},
		/* segments: only FS and GS count */
		{WIDTH_64, "64 8b 00", "mov rax.4 fs64:[rax].4"},
		{WIDTH_64, "65 8b 00", "mov rax.4 gs64:[rax].4"},
		{WIDTH_64, "2e 8b 00", "mov rax.4 ds64:[rax].4"},
		{WIDTH_64, "64 2e 8b 00", "mov rax.4 fs64:[rax].4"},
		/* a REX that is not last does nothing */
		{WIDTH_64, "48 66 89 08", "mov ds64:[rax].2 rcx.2"},
		{WIDTH_64, "48 40 89 08", "mov ds64:[rax].4 rcx.4"},
		/* strings */
		{WIDTH_64, "a4", "movs es64:[rdi].1 ds64:[rsi].1"},
		{WIDTH_64, "f3 48 a5", "rep movs es64:[rdi].8 ds64:[rsi].8"},
		{WIDTH_64, "f2 a5", "repne movs es64:[rdi].4 ds64:[rsi].4"},
		{WIDTH_64, "65 67 66 a5", "movs es32:[rdi].2 gs32:[rsi].2"},
		{WIDTH_64, "f3 aa", "rep stos es64:[rdi].1 rax.1"},
		{WIDTH_64, "48 ad", "lods rax.8 ds64:[rsi].8"},
		{WIDTH_64, "f3 a6", "rep cmps ds64:[rsi].1 es64:[rdi].1"},
		{WIDTH_64, "f2 ae", "repne scas rax.1 es64:[rdi].1"},
		{WIDTH_64, "f3 6c", "rep ins es64:[rdi].1"},
		{WIDTH_64, "48 6d", "ins es64:[rdi].4"},
		{WIDTH_64, "64 66 6f", "outs fs64:[rsi].2"},
		/* arithmetic */
		{WIDTH_64, "86 08", "xchg ds64:[rax].1 rcx.1"},
		{WIDTH_64, "f0 48 87 08", "lock xchg ds64:[rax].8 rcx.8"},
		{WIDTH_64, "f0 01 08", "lock add ds64:[rax].4 rcx.4"},
		{WIDTH_64, "0a 08", "or rcx.1 ds64:[rax].1"},
		{WIDTH_64, "80 08 7f", "or ds64:[rax].1 127.1"},
		{WIDTH_64, "81 20 ff 00 00 00", "and ds64:[rax].4 255.4"},
		{WIDTH_64, "48 81 38 ff ff ff ff", "cmp ds64:[rax].8 -1.8"},
		{WIDTH_64, "66 83 28 ff", "sub ds64:[rax].2 -1.2"},
		{WIDTH_64, "f6 00 80", "test ds64:[rax].1 -128.1"},
		{WIDTH_64, "f7 08 01 00 00 00", "test ds64:[rax].4 1.4"},
		{WIDTH_64, "f7 10", "not ds64:[rax].4"},
		{WIDTH_64, "f6 18", "neg ds64:[rax].1"},
		{WIDTH_64, "ff 00", "inc ds64:[rax].4"},
		{WIDTH_64, "fe 08", "dec ds64:[rax].1"},
		{WIDTH_64, "0f ba 28 05", "bts ds64:[rax].4 5.4"},
		{WIDTH_64, "48 0f a3 08", "bt ds64:[rax].8 rcx.8"},
		{WIDTH_64, "f0 0f b1 0e", "lock cmpxchg ds64:[rsi].4 rcx.4"},
		{WIDTH_64, "f0 0f c0 08", "lock xadd ds64:[rax].1 rcx.1"},
		/* the stack: 64 bits without a prefix */
		{WIDTH_64, "ff 30", "push ss0:[rsp].8 ds64:[rax].8"},
		{WIDTH_64, "66 ff 30", "push ss0:[rsp].2 ds64:[rax].2"},
		{WIDTH_64, "8f 00", "pop ds64:[rax].8 ss0:[rsp].8"},
		/* registers only */
		{WIDTH_64, "89 c8", "mov rax.4 rcx.4"},
		{WIDTH_64, "41 88 e0", "mov r8.1 rsp.1"},
		{WIDTH_64, "88 e0", "mov rax.1 rax(high).1"},
		/* bytes beyond the end are not part of it */
		{WIDTH_64, "89 08 90 90", "mov ds64:[rax].4 rcx.4 length 2"},
	};

	check_rows(rows, COUNT_OF(rows));
}

TEST(decode_32bit)
{
	static const struct row rows[] = {
		{WIDTH_32, "89 08", "mov ds32:[rax].4 rcx.4"},
		{WIDTH_32, "66 89 08", "mov ds32:[rax].2 rcx.2"},
		{WIDTH_32, "8b 05 00 00 e0 fe", "mov rax.4 ds32:[-18874368].4"},
		{WIDTH_32, "8b 44 24 04", "mov rax.4 ss32:[rsp+4].4"},
		{WIDTH_32, "67 8b 00", "mov rax.4 ds16:[rbx+rsi*1].4"},
		{WIDTH_32, "67 8b 06 34 12", "mov rax.4 ds16:[+4660].4"},
		{WIDTH_32, "a1 00 00 e0 fe", "mov rax.4 ds32:[-18874368].4"},
		{WIDTH_32, "67 a1 34 12", "mov rax.4 ds16:[+4660].4"},
		{WIDTH_32, "26 8b 00", "mov rax.4 es32:[rax].4"},
		{WIDTH_32, "36 a4", "movs es32:[rdi].1 ss32:[rsi].1"},
		{WIDTH_32, "26 2e 8b 00", "mov rax.4 cs32:[rax].4"},
		{WIDTH_32, "ff 30", "push ss0:[rsp].4 ds32:[rax].4"},
		{WIDTH_32, "66 8f 00", "pop ds32:[rax].2 ss0:[rsp].2"},
		/* 40 to 4f are INC and DEC of registers, 63 is ARPL */
		{WIDTH_32, "48", "unknown"},
		{WIDTH_32, "63 08", "unknown"},
	};

	check_rows(rows, COUNT_OF(rows));
}

TEST(decode_16bit)
{
	static const struct row rows[] = {
		{WIDTH_16, "89 00", "mov ds16:[rbx+rsi*1].2 rax.2"},
		{WIDTH_16, "89 01", "mov ds16:[rbx+rdi*1].2 rax.2"},
		{WIDTH_16, "89 02", "mov ss16:[rbp+rsi*1].2 rax.2"},
		{WIDTH_16, "89 03", "mov ss16:[rbp+rdi*1].2 rax.2"},
		{WIDTH_16, "89 04", "mov ds16:[rsi].2 rax.2"},
		{WIDTH_16, "89 05", "mov ds16:[rdi].2 rax.2"},
		{WIDTH_16, "89 06 00 b8", "mov ds16:[-18432].2 rax.2"},
		{WIDTH_16, "89 07", "mov ds16:[rbx].2 rax.2"},
		{WIDTH_16, "89 46 fe", "mov ss16:[rbp-2].2 rax.2"},
		{WIDTH_16, "89 87 34 12", "mov ds16:[rbx+4660].2 rax.2"},
		{WIDTH_16, "66 89 07", "mov ds16:[rbx].4 rax.4"},
		{WIDTH_16, "67 89 03", "mov ds32:[rbx].2 rax.2"},
		{WIDTH_16, "67 66 8b 44 8d 10", "mov rax.4 ss32:[rbp+rcx*4+16].4"},
		{WIDTH_16, "a1 34 12", "mov rax.2 ds16:[+4660].2"},
		{WIDTH_16, "c7 07 34 12", "mov ds16:[rbx].2 4660.2"},
		{WIDTH_16, "f3 ab", "rep stos es16:[rdi].2 rax.2"},
		{WIDTH_16, "66 67 f3 a5", "rep movs es32:[rdi].4 ds32:[rsi].4"},
		{WIDTH_16, "2e 66 6f", "outs cs16:[rsi].4"},
		{WIDTH_16, "88 27", "mov ds16:[rbx].1 rax(high).1"},
	};

	check_rows(rows, COUNT_OF(rows));
}

TEST(decode_refuses)
{
	static const struct row rows[] = {
		/* not in the table */
		{WIDTH_64, "90", "unknown"},
		{WIDTH_64, "0f 0b", "unknown"},
		{WIDTH_64, "c5 f8 28 00", "unknown"},
		{WIDTH_64, "f3 0f 28 00", "unknown"},
		{WIDTH_64, "0f 58 00", "unknown"},
		{WIDTH_64, "c6 08 00", "unknown"},
		{WIDTH_64, "c7 38 00 00 00 00", "unknown"},
		{WIDTH_64, "8f 08", "unknown"},
		{WIDTH_64, "ff 38", "unknown"},
		{WIDTH_64, "60", "unknown"},
		{WIDTH_64, "06", "unknown"},
		{WIDTH_64, "0f c7 30", "unknown"},
		{WIDTH_64, "c4 00", "unknown"},
		{WIDTH_64, "0f ba 00 01", "unknown"},
		/* what the processor refuses */
		{WIDTH_64, "f0 89 08", "invalid"},
		{WIDTH_64, "0f c7 c8", "invalid"},
		{WIDTH_64, "8e c8", "invalid"},
		{WIDTH_64, "8e 08", "invalid"},
		{WIDTH_64, "8c 30", "invalid"},
		{WIDTH_64, "ff e8", "invalid"},
		{WIDTH_64, "0f b2 c0", "invalid"},
		{WIDTH_64, "f3 0f 10 c0", "invalid"},
		{WIDTH_64, "f0 8b 08", "invalid"},
		{WIDTH_64, "f0 39 08", "invalid"},
		{WIDTH_64, "f0 01 c8", "invalid"},
		{WIDTH_64, "f0 03 08", "invalid"},
		{WIDTH_64, "f0 0f ba 20 01", "invalid"},
		{WIDTH_64, "f0 a4", "invalid"},
		{WIDTH_64, "66 0f c3 08", "invalid"},
		{WIDTH_64, "f3 0f c3 08", "invalid"},
		{WIDTH_64, "0f c3 c8", "invalid"},
		/* cut short, at each place */
		{WIDTH_64, "", "short"},
		{WIDTH_64, "66", "short"},
		{WIDTH_64, "48", "short"},
		{WIDTH_64, "0f", "short"},
		{WIDTH_64, "89", "short"},
		{WIDTH_64, "8b 04", "short"},
		{WIDTH_64, "8b 44 88", "short"},
		{WIDTH_64, "8b 05 10 00 00", "short"},
		{WIDTH_64, "c7 00 78 56 34", "short"},
		{WIDTH_64, "a0 88 77 66 55 44 33 22", "short"},
		/* 15 bytes are the limit */
		{WIDTH_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 89 08",
		 "mov ds64:[rax].2 rcx.2"},
		{WIDTH_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 89 08", "long"},
		{WIDTH_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 66", "long"},
		{WIDTH_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 89", "long"},
	};

	check_rows(rows, COUNT_OF(rows));
}

/* Operands that are neither general registers nor of the operand's size. */
TEST(decode_system_and_vector)
{
	static const struct row rows[] = {
		{WIDTH_64, "50", "push ss0:[rsp].8 rax.8"},
		{WIDTH_64, "66 41 57", "push ss0:[rsp].2 r15.2"},
		{WIDTH_64, "5d", "pop rbp.8 ss0:[rsp].8"},
		{WIDTH_64, "6a f9", "push ss0:[rsp].8 -7.8"},
		{WIDTH_64, "68 00 00 00 80", "push ss0:[rsp].8 -2147483648.8"},
		{WIDTH_32, "1e", "push ss0:[rsp].4 state.4"},
		{WIDTH_16, "60", "pusha ss0:[rsp].16 state.16"},
		{WIDTH_32, "61", "popa ss0:[rsp].32"},
		{WIDTH_64, "66 ff 10", "call ss0:[rsp].8 ds64:[rax].8"},
		{WIDTH_32, "ff 18", "call far ss0:[rsp].8 ds32:[rax].6"},
		{WIDTH_64, "48 ff 28", "jmp far ds64:[rax].10"},
		{WIDTH_64, "c2 10 00", "ret ss0:[rsp].8"},
		{WIDTH_64, "c8 34 12 00", "enter ss0:[rsp].8 rbp.8"},
		{WIDTH_64, "c9", "leave rbp.8 ss0:[rbp].8"},
		{WIDTH_64, "44 8e 10", "mov ds64:[rax].2"},
		{WIDTH_64, "8c 10", "mov ds64:[rax].2 state.2"},
		{WIDTH_64, "0f 01 00", "sgdt ds64:[rax].10 state.10"},
		{WIDTH_16, "0f 01 17", "lgdt ds16:[rbx].6"},
		{WIDTH_64, "d3 20", "shl ds64:[rax].4 rcx.4"},
		{WIDTH_64, "0f a4 08 03", "shld ds64:[rax].4 rcx.4"},
		{WIDTH_64, "69 00 37 01 00 00", "imul rax.4 ds64:[rax].4"},
		{WIDTH_64, "48 0f c7 08", "cmpxchg8b ds64:[rax].16"},
		{WIDTH_64, "66 0f c7 08", "cmpxchg8b ds64:[rax].8"},
		{WIDTH_64, "0f 11 08", "movups ds64:[rax].16 state.16"},
		{WIDTH_64, "f3 44 0f 6f 08", "movdqu ds64:[rax].16"},
		{WIDTH_64, "66 48 0f 6e 08", "movd ds64:[rax].8"},
		{WIDTH_64, "0f 6f 08", "movq ds64:[rax].8"},
		{WIDTH_64, "d7", "xlat rax.1 ds64:[rbx].1"},
		{WIDTH_32, "c4 08", "les rcx.4 ds32:[rax].6"},
		{WIDTH_64, "0f 45 08", "cmov rcx.4 ds64:[rax].4"},
	};

	check_rows(rows, COUNT_OF(rows));
}

/* Every row of the table says something that can be carried out. */
static void check_opcode(const struct opcode *opcode)
{
	unsigned int i;

	if (opcode->group) {
		EXPECT_TRUE(!opcode->name);
		for (i = 0; i < (opcode->flags & INSN_BY_PREFIX ? 4 : 8); i++)
			check_opcode(&opcode->group[i]);
		return;
	}
	if (!opcode->name)
		return;
	EXPECT_TRUE(opcode->execute);
	EXPECT_TRUE(opcode->dst != PLACE_NONE || opcode->src != PLACE_NONE);
	EXPECT_TRUE(opcode->dst != PLACE_IMM && opcode->dst != PLACE_IMM8);
	EXPECT_TRUE(opcode->dst != PLACE_STATE && opcode->dst != PLACE_POP);
	/* state is read by a source, or loaded from one, and then there is none to be read */
	EXPECT_EQ(opcode->src == PLACE_STATE || (opcode->flags & INSN_LOADS),
		  opcode->state != STATE_NONE);
	EXPECT_FALSE(opcode->src == PLACE_STATE && (opcode->flags & INSN_LOADS));
	if (opcode->flags & INSN_BIT_BASE)
		EXPECT_EQ(opcode->src, PLACE_REG);
	if (opcode->flags & INSN_LOCK)
		EXPECT_TRUE(opcode->flags & INSN_WRITES);
	if (opcode->flags & INSN_WRITES_SRC)
		EXPECT_EQ(opcode->src, PLACE_REG);
}

TEST(decode_table_consistent)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		test_context("opcode %02x", i);
		check_opcode(&opcode_map[i]);
		test_context("opcode 0f %02x", i);
		check_opcode(&opcode_map_0f[i]);
	}
	EXPECT_TRUE(!opcode_map[0x0f].name && !opcode_map[0x0f].group);
}
