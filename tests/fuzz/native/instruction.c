// SPDX-License-Identifier: GPL-2.0
/*
 * An assembler of random instructions.  SDM: "Instruction Format".
 */
#include <string.h>

#include "native/instruction.h"

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

#define NO_REG (-1)

/* What ModRM, SIB and displacement say. */
struct form {
	u8 mod, reg, rm;
	int base, index; /* NO_REG: none */
	unsigned int scale;
	unsigned int displacement_at, displacement_size;
	bool relative; /* to the next instruction */
};

struct maker {
	struct instruction *insn;
	struct processor_state *state;
	struct form form;
	u8 rex;
	u64 segment_base;
};

static struct processor_segments segments;

void instruction_start(const struct processor_segments *of_processor)
{
	segments = *of_processor;
}

static u64 cut(u64 value, unsigned int size)
{
	return size == 8 ? value : value & ((1ull << 8 * size) - 1);
}

static u64 sign_extend(u64 value, unsigned int size)
{
	unsigned int unused = 64 - 8 * size;

	return (u64)((s64)(value << unused) >> unused);
}

static void put(struct instruction *insn, u64 value, unsigned int size)
{
	memcpy(insn->bytes + insn->length, &value, size);
	insn->length += size;
}

/* --- prefixes --- */

static bool has_place(const struct opcode *opcode, enum operand_place place)
{
	return opcode->dst == place || opcode->src == place;
}

static u8 random_segment_prefix(struct maker *maker)
{
	static const u8 prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
	u8 prefix = prefixes[sim_random_below(COUNT_OF(prefixes))];

	if (prefix == 0x64)
		maker->segment_base = segments.fs_base;
	if (prefix == 0x65)
		maker->segment_base = segments.gs_base;
	return prefix;
}

/* F2 or F3, or 0. */
static u8 repeat_prefix(const struct row *row)
{
	if (row->prefix >= 2)
		return row->prefix == 2 ? 0xf3 : 0xf2;
	if (row->prefix >= 0 || !one_in(row->opcode->flags & INSN_STRING ? 2 : 16))
		return 0;
	return one_in(2) ? 0xf2 : 0xf3;
}

static bool wants_operand_prefix(const struct row *row)
{
	if (row->prefix == 0 || row->prefix == 1)
		return row->prefix;
	return one_in(4);
}

static void shuffle(u8 *bytes, unsigned int count)
{
	for (unsigned int i = count; i > 1; i--) {
		unsigned int other = (unsigned int)sim_random_below(i);
		u8 byte = bytes[i - 1];

		bytes[i - 1] = bytes[other];
		bytes[other] = byte;
	}
}

static void put_legacy_prefixes(struct maker *maker)
{
	struct instruction *insn = maker->insn;
	const struct row *row = insn->row;
	u8 repeat = repeat_prefix(row);

	insn->operand_size = 4;
	insn->address_size = 8;
	if (repeat)
		put(insn, repeat, 1);
	insn->repeat = repeat && (row->opcode->flags & INSN_STRING);
	if (wants_operand_prefix(row)) {
		put(insn, 0x66, 1);
		insn->operand_size = 2;
	}
	if (one_in(8)) {
		put(insn, 0x67, 1);
		insn->address_size = 4;
	}
	if (one_in(8))
		put(insn, random_segment_prefix(maker), 1);
	insn->lock = one_in(row->opcode->flags & INSN_LOCK ? 4 : 64);
	if (insn->lock)
		put(insn, 0xf0, 1);
	/* A REX that does not count: another prefix follows. */
	if (insn->length && one_in(32)) {
		shuffle(insn->bytes, insn->length);
		memmove(insn->bytes + 1, insn->bytes, insn->length++);
		insn->bytes[0] = (u8)(0x40 | sim_random_below(16));
		return;
	}
	/* Prefixes may be repeated; with too many it is an instruction of more than 15 bytes. */
	while (insn->length && insn->length < INSN_MAX_LENGTH && one_in(8))
		put(insn, insn->bytes[sim_random_below(insn->length)], 1);
	shuffle(insn->bytes, insn->length);
}

static void put_prefixes(struct maker *maker)
{
	struct instruction *insn = maker->insn;
	u32 flags = insn->row->opcode->flags;

	put_legacy_prefixes(maker);
	if (one_in(2)) {
		maker->rex = (u8)(0x40 | sim_random_below(16));
		put(insn, maker->rex, 1);
	}
	if (flags & INSN_BYTE)
		insn->operand_size = 1;
	else if ((maker->rex & REX_W) || (flags & INSN_NEAR))
		insn->operand_size = 8;
	else if ((flags & INSN_STACK) && insn->operand_size == 4)
		insn->operand_size = 8;
}

/* --- ModRM --- */

static bool has_other_memory(const struct opcode *opcode)
{
	return has_place(opcode, PLACE_PUSH) || has_place(opcode, PLACE_POP);
}

static void put_sib(struct maker *maker)
{
	struct form *form = &maker->form;
	bool stack = has_other_memory(maker->insn->row->opcode) && one_in(2);
	u8 sib = (u8)(stack ? (sim_random() & ~7ull) | REG_RSP : sim_random());
	int index = ((sib >> 3) & 7) | (maker->rex & REX_X ? 8 : 0);

	put(maker->insn, sib, 1);
	form->scale = 1u << (sib >> 6);
	if (index != REG_RSP)
		form->index = index;
	if ((sib & 7) == REG_RBP && form->mod == 0)
		form->displacement_size = 4;
	else
		form->base = (sib & 7) | (maker->rex & REX_B ? 8 : 0);
}

/* The displacement's bytes are random for now. */
static void put_modrm(struct maker *maker)
{
	struct instruction *insn = maker->insn;
	struct form *form = &maker->form;

	form->mod = (u8)sim_random_below(has_other_memory(insn->row->opcode) ? 4 : 3);
	form->reg = (u8)(insn->row->group >= 0 ? (u64)insn->row->group : sim_random_below(8));
	insn->reg = form->reg | (maker->rex & REX_R ? 8 : 0);
	form->rm = (u8)sim_random_below(8);
	form->base = form->index = NO_REG;
	form->scale = 1;
	form->displacement_size = "\0\1\4\0"[form->mod];
	put(insn, (u64)(form->mod << 6 | form->reg << 3 | form->rm), 1);
	if (form->mod == 3)
		return;
	if (form->rm == REG_RSP) {
		put_sib(maker);
	} else if (form->rm == REG_RBP && form->mod == 0) {
		form->relative = true;
		form->displacement_size = 4;
	} else {
		form->base = form->rm | (maker->rex & REX_B ? 8 : 0);
	}
	form->displacement_at = insn->length;
	put(insn, sim_random(), form->displacement_size);
}

/* --- immediates --- */

static unsigned int immediate_size(const struct instruction *insn)
{
	return insn->operand_size == 8 ? 4 : insn->operand_size;
}

static void put_immediates(struct instruction *insn)
{
	const struct opcode *opcode = insn->row->opcode;

	insn->count = 1;
	if (opcode->src == PLACE_IMM || (opcode->flags & INSN_IMM))
		put(insn, random_value(), immediate_size(insn));
	if (opcode->src == PLACE_IMM8 || (opcode->flags & INSN_IMM8)) {
		insn->count = (u8)random_value();
		put(insn, insn->count, 1);
	}
	if (opcode->flags & INSN_IMM16)
		put(insn, one_in(8) ? sim_random() : sim_random_below(64), 2);
	if (opcode->flags & INSN_FRAME)
		put(insn, 0, 1);
}

/* --- registers that lead into the window, and where they lead --- */

/* Most often in the device's first page; now and then over an edge of a page. */
static u64 random_target(void)
{
	static const u64 edges[] = {WINDOW_DEVICE, WINDOW_DEVICE + LINTEL_PAGE_SIZE, WINDOW_END};
	u64 target = WINDOW_DEVICE + sim_random_below(2 * LINTEL_PAGE_SIZE);

	if (one_in(8))
		target = edges[sim_random_below(COUNT_OF(edges))] - sim_random_below(40);
	if (one_in(16))
		target = WINDOW + sim_random_below(WINDOW_SIZE);
	return one_in(2) ? target & ~15ull : target;
}

static u64 displacement(const struct maker *maker)
{
	u64 value = 0;

	if (!maker->form.displacement_size)
		return 0;
	memcpy(&value, maker->insn->bytes + maker->form.displacement_at,
	       maker->form.displacement_size);
	return sign_extend(value, maker->form.displacement_size);
}

/* Of the address registers all bits count, or the low half, and the rest is to be ignored. */
static void set_address_register(struct maker *maker, int reg, u64 value)
{
	if (maker->insn->address_size == 4)
		value = sim_random() << 32 | (u32)value;
	maker->state->regs[reg] = value;
}

/* "BT": the offset in the register, signed, counts words of the operand's size. */
static u64 bit_string_offset(const struct maker *maker)
{
	const struct instruction *insn = maker->insn;
	unsigned int size = insn->operand_size;
	s64 bit;

	if (!(insn->row->opcode->flags & INSN_BIT_BASE))
		return 0;
	bit = (s64)sign_extend(maker->state->regs[insn->reg], size);
	return (u64)((bit >> (size == 8 ? 6 : size == 4 ? 5 : 4)) * size);
}

/* What is added to base, index and displacement. */
static u64 other_offset(const struct maker *maker)
{
	u64 offset = bit_string_offset(maker);

	/* "POP": an address by RSP is that after the increment. */
	if (maker->insn->row->opcode->src == PLACE_POP && maker->form.base == REG_RSP)
		offset += maker->insn->operand_size;
	if (maker->form.relative)
		offset += maker->state->rip + maker->insn->length;
	return offset;
}

/* RSP leads to the instruction's other operand already. */
static bool base_is_taken(const struct maker *maker)
{
	return maker->form.base == REG_RSP && has_other_memory(maker->insn->row->opcode);
}

static void aim_rm(struct maker *maker, u64 target)
{
	const struct form *form = &maker->form;
	u64 *regs = maker->state->regs;
	u64 rest = target - maker->segment_base - other_offset(maker);
	u64 factor = form->scale + (form->base == form->index);
	bool taken = base_is_taken(maker);

	if (taken)
		rest -= regs[REG_RSP];
	if (form->index == NO_REG && (form->base == NO_REG || taken)) {
		memcpy(maker->insn->bytes + form->displacement_at, &rest, form->displacement_size);
		return;
	}
	rest -= displacement(maker);
	if (form->index == NO_REG)
		set_address_register(maker, form->base, rest);
	else if (form->base == NO_REG || taken || form->base == form->index)
		set_address_register(maker, form->index,
				     cut(rest, maker->insn->address_size) / factor);
	else
		set_address_register(maker, form->base, rest - regs[form->index] * form->scale);
}

static u64 rm_address(const struct maker *maker)
{
	const struct form *form = &maker->form;
	u64 offset = displacement(maker) + other_offset(maker);

	if (form->base != NO_REG)
		offset += maker->state->regs[form->base];
	if (form->index != NO_REG)
		offset += maker->state->regs[form->index] * form->scale;
	return cut(offset, maker->insn->address_size) + maker->segment_base;
}

static unsigned int operand_length(const struct instruction *insn, u8 length)
{
	unsigned int size = insn->operand_size;

	switch ((enum operand_length)length) {
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
	case LENGTH_REX:
		return size == 8 ? 8 : 4;
	case LENGTH_DOUBLEWORD:
		return size == 2 ? 2 : 4;
	case LENGTH_PAIR:
		return size == 8 ? 16 : 8;
	case LENGTH_FAR:
		return size + 2;
	case LENGTH_STACK:
		return 2 * size;
	default:
		return size;
	}
}

/* The register that a place's address is in, by itself. */
static int pointer_of(enum operand_place place)
{
	switch (place) {
	case PLACE_SI:
		return REG_RSI;
	case PLACE_DI:
		return REG_RDI;
	case PLACE_TABLE:
		return REG_RBX;
	case PLACE_PUSH:
	case PLACE_POP:
		return REG_RSP;
	case PLACE_LEAVE:
		return REG_RBP;
	default:
		return NO_REG;
	}
}

static bool is_stack(enum operand_place place)
{
	return place == PLACE_PUSH || place == PLACE_POP || place == PLACE_LEAVE;
}

static u64 pointer_offset(const struct maker *maker, enum operand_place place, unsigned int size)
{
	if (place == PLACE_PUSH)
		return -(u64)size;
	return place == PLACE_TABLE ? (u8)maker->state->regs[REG_RAX] : 0;
}

static u64 place_segment_base(const struct maker *maker, enum operand_place place)
{
	return place == PLACE_DI || is_stack(place) ? 0 : maker->segment_base;
}

static void aim(struct maker *maker, enum operand_place place, unsigned int size)
{
	u64 target = random_target();
	u64 value = target - place_segment_base(maker, place) - pointer_offset(maker, place, size);
	int reg = pointer_of(place);

	if (place == PLACE_RM && maker->form.mod != 3)
		aim_rm(maker, target);
	else if (place == PLACE_MOFFS)
		put(maker->insn, value, maker->insn->address_size);
	else if (is_stack(place))
		maker->state->regs[reg] = value;
	else if (reg != NO_REG)
		set_address_register(maker, reg, value);
}

static u64 place_address(const struct maker *maker, enum operand_place place, unsigned int size)
{
	const struct instruction *insn = maker->insn;
	u64 offset = 0;
	int reg = pointer_of(place);

	if (place == PLACE_RM)
		return rm_address(maker);
	if (place == PLACE_MOFFS)
		memcpy(&offset, insn->bytes + insn->length - insn->address_size,
		       insn->address_size);
	else
		offset = maker->state->regs[reg] + pointer_offset(maker, place, size);
	if (!is_stack(place))
		offset = cut(offset, insn->address_size);
	return offset + place_segment_base(maker, place);
}

static bool is_memory(const struct maker *maker, enum operand_place place)
{
	if (place == PLACE_RM)
		return maker->form.mod != 3;
	return place == PLACE_MOFFS || pointer_of(place) != NO_REG;
}

static void note_operand(struct maker *maker, enum operand_place place, unsigned int size,
			 bool write)
{
	struct instruction *insn = maker->insn;

	if (is_memory(maker, place))
		insn->operand[insn->operands++] = (struct memory_operand){
			.address = place_address(maker, place, size), .size = size, .write = write};
}

/* --- all of it --- */

static void random_registers(struct processor_state *state)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		state->regs[reg] = random_value();
	if (one_in(2)) /* dividends whose quotient fits */
		state->regs[REG_RDX] = one_in(2) ? 0 : (u64)((s64)state->regs[REG_RAX] >> 63);
	state->rip = CODE + sim_random_below(CODE_SIZE - sizeof(((struct instruction *)0)->bytes));
	if (one_in(4))
		state->rip = CODE + LINTEL_PAGE_SIZE - sim_random_below(INSN_MAX_LENGTH + 2);
}

/* The bits above its size are not to count. */
static u64 with_rubbish(u64 value, unsigned int size)
{
	return size == 8 ? value : sim_random() << 8 * size | cut(value, size);
}

/* Bit strings that reach a little beyond the operand; a REP that is short. */
static void tame_registers(struct maker *maker)
{
	const struct instruction *insn = maker->insn;
	u64 *regs = maker->state->regs;

	if (insn->row->opcode->flags & INSN_BIT_BASE)
		regs[insn->reg] = with_rubbish(sim_random_below(2048) - 1024, insn->operand_size);
	if (insn->repeat && !one_in(8))
		regs[REG_RCX] = (regs[REG_RCX] & ~0xffffffffull) | sim_random_below(4);
}

static bool overlaps_device(const struct memory_operand *operand)
{
	return operand->address < WINDOW_END && operand->address + operand->size > WINDOW_DEVICE;
}

/* An atomic access over the edge of a cache line stops all processors: systems punish it. */
static bool splits_lock(const struct instruction *insn, const struct memory_operand *operand)
{
	return (insn->lock || insn->row->opcode->execute == operation_xchg) &&
	       (operand->address & 63) + operand->size > 64;
}

/* What of CS's place on the stack is touched, and when, is not said. */
static bool splits_far_frame(const struct instruction *insn, const struct memory_operand *operand)
{
	return insn->row->opcode->state == STATE_CS_IP &&
	       operand->address + operand->size > WINDOW_END;
}

static bool is_usable(const struct instruction *insn)
{
	bool device = false;

	for (unsigned int i = 0; i < insn->operands; i++) {
		const struct memory_operand *operand = &insn->operand[i];

		if (operand->address < WINDOW || operand->address >= WINDOW_END ||
		    splits_lock(insn, operand) || splits_far_frame(insn, operand))
			return false;
		device |= overlaps_device(operand);
	}
	return device;
}

static void make_once(struct instruction *insn, struct row *row, struct processor_state *state)
{
	const struct opcode *opcode = row->opcode;
	struct maker maker = {.insn = insn, .state = state};
	enum operand_place dst = (enum operand_place)opcode->dst;
	enum operand_place src = (enum operand_place)opcode->src;
	unsigned int dst_size, src_size;

	*insn = (struct instruction){.row = row};
	random_registers(state);
	put_prefixes(&maker);
	if (row->two_bytes)
		put(insn, 0x0f, 1);
	put(insn, row->byte, 1);
	if (row->group >= 0 || has_place(opcode, PLACE_RM))
		put_modrm(&maker);
	put_immediates(insn);
	tame_registers(&maker);
	dst_size = operand_length(insn, opcode->dst_length);
	src_size = operand_length(insn, opcode->src_length);
	/* The stack first: another operand may be addressed by RSP. */
	if (is_stack(src))
		aim(&maker, src, src_size);
	aim(&maker, dst, dst_size);
	if (!is_stack(src))
		aim(&maker, src, src_size);
	note_operand(&maker, dst, dst_size, opcode->flags & INSN_WRITES);
	note_operand(&maker, src, src_size, opcode->flags & INSN_WRITES_SRC);
}

void instruction_make(struct instruction *insn, struct row *row, struct processor_state *state)
{
	do
		make_once(insn, row, state);
	while (!is_usable(insn));
}
