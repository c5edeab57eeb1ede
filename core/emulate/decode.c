// SPDX-License-Identifier: GPL-2.0
/*
 * The decoder: prefixes, opcode, ModRM, SIB, displacement, immediate, in the order of the bytes.
 */
#include "emulate/decode.h"

#define REX_W BIT32(3)
#define REX_R BIT32(2)
#define REX_X BIT32(1)
#define REX_B BIT32(0)

/* The bytes still to be read, and what is known so far. */
struct decoder {
	const u8 *bytes;
	size_t available, at;
	bool overrun;
	enum vcpu_width width;
	bool operand_prefix, address_prefix, lock;
	u8 repeat;
	u8 rex;
	s8 segment; /* override, or -1 */
	bool has_modrm;
	u8 mod, reg, rm;
	u8 byte;		   /* of the opcode, the last */
	struct insn_memory memory; /* of ModRM, when mod is not 3 */
};

/* The next `size` bytes (1, 2, 4, 8), sign-extended. */
static s64 take(struct decoder *decoder, unsigned int size)
{
	const u8 *at = decoder->bytes + decoder->at;
	s16 two;
	s32 four;
	s64 eight;

	if (decoder->available - decoder->at < size) {
		decoder->overrun = true;
		return 0;
	}
	decoder->at += size;
	switch (size) {
	case 1:
		return (s8)*at;
	case 2:
		__builtin_memcpy(&two, at, 2);
		return two;
	case 4:
		__builtin_memcpy(&four, at, 4);
		return four;
	default:
		__builtin_memcpy(&eight, at, 8);
		return eight;
	}
}

static u8 take_byte(struct decoder *decoder)
{
	return (u8)take(decoder, 1);
}

/* In 64-bit mode the overrides of ES, CS, SS, DS do nothing. */
static void take_segment(struct decoder *decoder, enum vcpu_seg seg)
{
	if (decoder->width != WIDTH_64 || seg == SEG_FS || seg == SEG_GS)
		decoder->segment = (s8)seg;
}

/* True if the byte is a legacy prefix. */
static bool take_prefix(struct decoder *decoder, u8 byte)
{
	switch (byte) {
	case 0x26:
		take_segment(decoder, SEG_ES);
		return true;
	case 0x2e:
		take_segment(decoder, SEG_CS);
		return true;
	case 0x36:
		take_segment(decoder, SEG_SS);
		return true;
	case 0x3e:
		take_segment(decoder, SEG_DS);
		return true;
	case 0x64:
		take_segment(decoder, SEG_FS);
		return true;
	case 0x65:
		take_segment(decoder, SEG_GS);
		return true;
	case 0x66:
		decoder->operand_prefix = true;
		return true;
	case 0x67:
		decoder->address_prefix = true;
		return true;
	case 0xf0:
		decoder->lock = true;
		return true;
	case 0xf2:
	case 0xf3:
		decoder->repeat = byte;
		return true;
	}
	return false;
}

/* gives: the first byte of the opcode.  A REX counts only right before it. */
static u8 take_prefixes(struct decoder *decoder)
{
	for (;;) {
		u8 byte = take_byte(decoder);

		if (decoder->overrun)
			return 0;
		if (take_prefix(decoder, byte))
			decoder->rex = 0;
		else if (decoder->width == WIDTH_64 && (byte & 0xf0) == 0x40)
			decoder->rex = byte;
		else
			return byte;
	}
}

static u8 operand_size(const struct decoder *decoder, u32 flags)
{
	if (flags & INSN_BYTE)
		return 1;
	if (decoder->width == WIDTH_64) {
		if (decoder->rex & REX_W)
			return flags & INSN_IO ? 4 : 8;
		if (flags & INSN_NEAR)
			return 8;
		if (decoder->operand_prefix)
			return 2;
		return flags & INSN_STACK ? 8 : 4;
	}
	return (decoder->width == WIDTH_32) != decoder->operand_prefix ? 4 : 2;
}

static u8 address_size(const struct decoder *decoder)
{
	if (decoder->width == WIDTH_64)
		return decoder->address_prefix ? 4 : 8;
	return (decoder->width == WIDTH_32) != decoder->address_prefix ? 4 : 2;
}

/* "16-Bit Addressing Forms with the ModR/M Byte". */
static void take_memory_16(struct decoder *decoder, struct insn_memory *memory)
{
	static const struct {
		s8 base, index;
	} form[8] = {
		{REG_RBX, REG_RSI},	{REG_RBX, REG_RDI},	{REG_RBP, REG_RSI},
		{REG_RBP, REG_RDI},	{REG_RSI, INSN_NO_REG}, {REG_RDI, INSN_NO_REG},
		{REG_RBP, INSN_NO_REG}, {REG_RBX, INSN_NO_REG},
	};

	memory->base = form[decoder->rm].base;
	memory->index = form[decoder->rm].index;
	memory->scale = 1;
	if (decoder->mod == 0 && decoder->rm == 6) {
		memory->base = INSN_NO_REG;
		memory->displacement = take(decoder, 2);
	} else if (decoder->mod) {
		memory->displacement = take(decoder, decoder->mod == 1 ? 1 : 2);
	}
}

/* "32-Bit Addressing Forms with the SIB Byte". */
static void take_sib(struct decoder *decoder, struct insn_memory *memory)
{
	u8 sib = take_byte(decoder);
	unsigned int index = ((sib >> 3) & 7) | (decoder->rex & REX_X ? 8 : 0);
	unsigned int base = sib & 7;

	memory->scale = (u8)(1u << (sib >> 6));
	if (index != REG_RSP)
		memory->index = (s8)index;
	if (base == REG_RBP && decoder->mod == 0)
		memory->displacement = take(decoder, 4);
	else
		memory->base = (s8)(base | (decoder->rex & REX_B ? 8 : 0));
}

/* "32-Bit Addressing Forms with the ModR/M Byte", "RIP-Relative Addressing". */
static void take_memory_32(struct decoder *decoder, struct insn_memory *memory)
{
	if (decoder->rm == REG_RSP) {
		take_sib(decoder, memory);
	} else if (decoder->mod == 0 && decoder->rm == REG_RBP) {
		memory->rip_relative = decoder->width == WIDTH_64;
		memory->displacement = take(decoder, 4);
	} else {
		memory->base = (s8)(decoder->rm | (decoder->rex & REX_B ? 8 : 0));
	}
	if (decoder->mod)
		memory->displacement = take(decoder, decoder->mod == 1 ? 1 : 4);
}

static u8 memory_segment(const struct decoder *decoder, enum vcpu_seg otherwise)
{
	return decoder->segment >= 0 ? (u8)decoder->segment : (u8)otherwise;
}

static void take_modrm(struct decoder *decoder)
{
	struct insn_memory *memory = &decoder->memory;
	u8 modrm = take_byte(decoder);

	decoder->has_modrm = true;
	decoder->mod = modrm >> 6;
	decoder->reg = (modrm >> 3) & 7;
	decoder->rm = modrm & 7;
	if (decoder->mod == 3)
		return;
	*memory = (struct insn_memory){
		.base = INSN_NO_REG, .index = INSN_NO_REG, .width = address_size(decoder)};
	if (memory->width == 2)
		take_memory_16(decoder, memory);
	else
		take_memory_32(decoder, memory);
	memory->segment = memory_segment(
		decoder, memory->base == REG_RSP || memory->base == REG_RBP ? SEG_SS : SEG_DS);
}

static void register_operand(const struct decoder *decoder, struct insn_operand *operand,
			     unsigned int reg)
{
	operand->kind = OPERAND_REG;
	operand->reg = (u8)reg;
	/* Without REX, byte registers 4 to 7 are AH, CH, DH, BH. */
	if (operand->size == 1 && !decoder->rex && reg >= 4) {
		operand->reg = (u8)(reg - 4);
		operand->high_byte = true;
	}
}

static void rm_operand(const struct decoder *decoder, struct insn_operand *operand)
{
	if (decoder->mod == 3) {
		register_operand(decoder, operand, decoder->rm | (decoder->rex & REX_B ? 8u : 0));
		return;
	}
	operand->kind = OPERAND_MEMORY;
	operand->memory = decoder->memory;
}

static void memory_operand(struct insn_operand *operand, u8 segment, s8 base, u8 width)
{
	operand->kind = OPERAND_MEMORY;
	operand->memory = (struct insn_memory){
		.segment = segment, .base = base, .index = INSN_NO_REG, .width = width};
}

static void immediate_operand(struct insn_operand *operand, s64 value)
{
	operand->kind = OPERAND_IMMEDIATE;
	operand->immediate = (u64)value;
}

static s64 take_immediate(struct decoder *decoder, unsigned int size)
{
	return take(decoder, size == 8 ? 4 : size);
}

/* operand->size is set. */
static void take_operand(struct decoder *decoder, enum operand_place place,
			 struct insn_operand *operand)
{
	u8 width = address_size(decoder);

	switch (place) {
	case PLACE_NONE:
		break;
	case PLACE_RM:
		rm_operand(decoder, operand);
		break;
	case PLACE_REG:
		register_operand(decoder, operand, decoder->reg | (decoder->rex & REX_R ? 8u : 0));
		break;
	case PLACE_OPCODE:
		register_operand(decoder, operand,
				 (decoder->byte & 7u) | (decoder->rex & REX_B ? 8u : 0));
		break;
	case PLACE_FRAME:
		register_operand(decoder, operand, REG_RBP);
		break;
	case PLACE_ACC:
		register_operand(decoder, operand, REG_RAX);
		break;
	case PLACE_CL:
		register_operand(decoder, operand, REG_RCX);
		break;
	case PLACE_IMM:
		immediate_operand(operand, take_immediate(decoder, operand->size));
		break;
	case PLACE_IMM8:
		immediate_operand(operand, take(decoder, 1));
		break;
	case PLACE_ONE:
		immediate_operand(operand, 1);
		break;
	case PLACE_MOFFS:
		memory_operand(operand, memory_segment(decoder, SEG_DS), INSN_NO_REG, width);
		operand->memory.displacement = take(decoder, width);
		break;
	case PLACE_TABLE:
		memory_operand(operand, memory_segment(decoder, SEG_DS), REG_RBX, width);
		break;
	case PLACE_SI:
		memory_operand(operand, memory_segment(decoder, SEG_DS), REG_RSI, width);
		break;
	case PLACE_DI:
		memory_operand(operand, SEG_ES, REG_RDI, width);
		break;
	case PLACE_PUSH:
	case PLACE_POP:
		/* The executor knows the stack's width: it depends on SS, not on the bytes. */
		memory_operand(operand, SEG_SS, REG_RSP, 0);
		break;
	case PLACE_LEAVE:
		memory_operand(operand, SEG_SS, REG_RBP, 0);
		break;
	case PLACE_STATE:
		operand->kind = OPERAND_STATE;
		break;
	}
}

static u8 operand_length(const struct decoder *decoder, u8 length, u8 size)
{
	switch ((enum operand_length)length) {
	case LENGTH_OPERAND:
		break;
	case LENGTH_1:
		return 1;
	case LENGTH_2:
		return 2;
	case LENGTH_4:
		return 4;
	case LENGTH_8:
		return 8;
	case LENGTH_16:
		return 16;
	case LENGTH_WORD:
		return decoder->mod == 3 ? size : 2;
	case LENGTH_REX:
		return size == 8 ? 8 : 4;
	case LENGTH_DOUBLEWORD:
		return size == 2 ? 2 : 4;
	case LENGTH_FAR:
		return size + 2;
	case LENGTH_PAIR:
		return size == 8 ? 16 : 8;
	case LENGTH_STACK:
		return 2 * size;
	case LENGTH_ALL:
		return 8 * size;
	case LENGTH_TABLE:
		return decoder->width == WIDTH_64 ? 10 : 6;
	}
	return size;
}

static const struct opcode *choose_by_prefix(const struct decoder *decoder,
					     const struct opcode *rows)
{
	if (decoder->repeat)
		return &rows[decoder->repeat == REPEAT_F3 ? 2 : 3];
	return &rows[decoder->operand_prefix ? 1 : 0];
}

static const struct opcode *take_opcode(struct decoder *decoder)
{
	const struct opcode *opcode;

	decoder->byte = take_prefixes(decoder);
	opcode = &opcode_map[decoder->byte];
	if (decoder->byte == 0x0f) {
		decoder->byte = take_byte(decoder);
		opcode = &opcode_map_0f[decoder->byte];
	}
	if (opcode->flags & INSN_BY_PREFIX)
		opcode = choose_by_prefix(decoder, opcode->group);
	if (decoder->overrun || (!opcode->name && !opcode->group))
		return opcode;
	if (opcode->group || opcode->dst == PLACE_RM || opcode->src == PLACE_RM)
		take_modrm(decoder);
	if (opcode->group)
		opcode = &opcode->group[decoder->reg];
	return opcode;
}

static bool known_in_mode(const struct opcode *opcode, enum vcpu_width width)
{
	return opcode->name && !(opcode->flags & (width == WIDTH_64 ? INSN_NOT64 : INSN_ONLY64));
}

static bool form_is_valid(const struct decoder *decoder, const struct insn *insn)
{
	u32 flags = insn->opcode->flags;

	if ((flags & INSN_PLAIN) && (decoder->operand_prefix || decoder->repeat))
		return false;
	if (decoder->lock && (!(flags & INSN_LOCK) || insn->dst.kind != OPERAND_MEMORY))
		return false;
	if (insn->opcode->state == STATE_SEGMENT &&
	    (decoder->reg > SEG_GS || (decoder->reg == SEG_CS && (flags & INSN_LOADS))))
		return false;
	return !(flags & INSN_MEMORY) || decoder->mod != 3;
}

static void take_extra(struct decoder *decoder, struct insn *insn)
{
	u32 flags = insn->opcode->flags;

	if (flags & INSN_IMM)
		insn->extra = (u64)take_immediate(decoder, insn->operand_size);
	else if (flags & INSN_IMM8)
		insn->extra = (u64)take(decoder, 1);
	else if (flags & INSN_IMM16)
		insn->extra = (u16)take(decoder, 2);
	if (flags & INSN_FRAME)
		insn->level = take_byte(decoder);
}

static enum decode_result overrun_result(size_t available)
{
	return available >= INSN_MAX_LENGTH ? DECODE_LONG : DECODE_SHORT;
}

enum decode_result insn_decode(const u8 *bytes, size_t available, enum vcpu_width width,
			       struct insn *insn)
{
	struct decoder decoder = {
		.bytes = bytes,
		.available = available > INSN_MAX_LENGTH ? INSN_MAX_LENGTH : available,
		.width = width,
		.segment = -1,
	};
	const struct opcode *opcode = take_opcode(&decoder);

	if (decoder.overrun)
		return overrun_result(available);
	if (!known_in_mode(opcode, width))
		return DECODE_UNKNOWN;

	*insn = (struct insn){.opcode = opcode, .lock = decoder.lock};
	insn->condition = decoder.byte & 15;
	insn->reg = decoder.reg | (decoder.rex & REX_R ? 8 : 0);
	insn->operand_size = operand_size(&decoder, opcode->flags);
	insn->address_size = address_size(&decoder);
	if (opcode->flags & INSN_STRING)
		insn->repeat = decoder.repeat;
	insn->dst.size = operand_length(&decoder, opcode->dst_length, insn->operand_size);
	insn->src.size = operand_length(&decoder, opcode->src_length, insn->operand_size);
	take_operand(&decoder, (enum operand_place)opcode->dst, &insn->dst);
	take_operand(&decoder, (enum operand_place)opcode->src, &insn->src);
	take_extra(&decoder, insn);
	if (decoder.overrun)
		return overrun_result(available);
	if (!form_is_valid(&decoder, insn))
		return DECODE_INVALID;
	insn->length = (u8)decoder.at;
	return DECODE_OK;
}

const char *decode_reason(enum decode_result result)
{
	switch (result) {
	case DECODE_OK:
		return "decoded";
	case DECODE_SHORT:
		return "its bytes go on where they can't be read";
	case DECODE_LONG:
		return "longer than 15 bytes";
	case DECODE_UNKNOWN:
		return "an instruction that Lintel doesn't emulate";
	case DECODE_INVALID:
		return "an invalid combination of prefixes and operands";
	}
	return "unknown";
}
