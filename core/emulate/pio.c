// SPDX-License-Identifier: GPL-2.0
/*
 * Port I/O: IN, OUT, INS, OUTS.
 *
 * The registers and RIP change when user space is done, in one step: between, they are those of the
 * instruction's start, and the next KVM_RUN takes the count from them anew, so that it may have
 * been changed.  Of a repeated INS or OUTS as much is done at once as lies in one page, or one
 * element where a device is in the kernel; for the rest the processor executes the instruction
 * again.
 */
#include "emulate/access.h"
#include "cap/cap.h"
#include "io/bus.h"
#include "mem/mem.h"
#include "vcpu/state.h"

/* "Exit Qualification for I/O Instructions". */
#define IO_SIZE_MINUS_1(qualification) ((unsigned int)(qualification)&7)
#define IO_IN			       BIT64(3)
#define IO_STRING		       BIT64(4)
#define IO_REPEAT		       BIT64(5)
#define IO_PORT(qualification)	       ((u16)((qualification) >> 16))

/* "VM-Exit Instruction-Information Field as Used for INS and OUTS". */
#define INFO_ADDRESS_SIZE(info) (2u << (((info) >> 7) & 3))
#define INFO_SEGMENT(info)	((enum vcpu_seg)(((info) >> 15) & 7))

/* The page of data follows the page of struct kvm_run in user space's mapping. */
#define PIO_DATA_OFFSET LINTEL_PAGE_SIZE

static enum vcpu_reg string_register(const struct pio_access *pio)
{
	return pio->in ? REG_RDI : REG_RSI;
}

static void string_advance(struct vcpu *vcpu, const struct pio_access *pio, unsigned int count)
{
	s64 step = (s64)(u64)pio->size * count;

	if (vcpu_rflags_read(vcpu) & RFLAGS_DF)
		step = -step;
	register_add(vcpu, string_register(pio), pio->width, step);
	if (pio->repeat)
		register_add(vcpu, REG_RCX, pio->width, -(s64)(u64)count);
}

static enum exit_action pio_done(struct vcpu *vcpu, const struct pio_access *pio)
{
	vcpu_skip_instruction(vcpu, pio->length);
	return ACTION_SAME_INSN;
}

/* The address of the next element, checked for its size; or the vector to raise. */
static u8 string_address(struct vcpu *vcpu, const struct pio_access *pio, gva_t *linear)
{
	u64 offset = register_read(vcpu, string_register(pio), pio->width);

	return segment_linear(vcpu, pio->segment, offset, pio->size, pio->in, linear);
}

static enum exit_action pio_complete_ins(struct vcpu *vcpu, const struct pio_access *pio,
					 unsigned int count)
{
	struct linear_fault fault;
	enum walk_result result;
	gva_t linear;
	u8 vector = string_address(vcpu, pio, &linear);

	if (vector)
		return emulate_inject(vcpu, vector);
	result = linear_write(vcpu, linear, linear_privilege(vcpu), vcpu->pio_data,
			      (size_t)count * pio->size, &fault);
	if (result != WALK_OK)
		return emulate_walk_failed(vcpu, result, &fault);
	return ACTION_NEXT_INSN;
}

static enum exit_action pio_complete_string(struct vcpu *vcpu, const struct pio_access *pio)
{
	unsigned int count = pio->count;
	enum exit_action action;

	if (pio->repeat) {
		u64 left = register_read(vcpu, REG_RCX, pio->width);

		if (left < count)
			count = (unsigned int)left;
	}
	if (pio->to_device && count) {
		u32 value = 0;

		__builtin_memcpy(&value, vcpu->pio_data, pio->size);
		return mmio_ins(vcpu, value);
	}
	if (pio->in && count) {
		action = pio_complete_ins(vcpu, pio, count);
		if (action != ACTION_NEXT_INSN)
			return action;
	}
	string_advance(vcpu, pio, count);
	/* The end of a batch counts as an instruction: for single-stepping, and for STI. */
	if (pio->repeat && register_read(vcpu, REG_RCX, pio->width))
		vcpu_repeat_instruction(vcpu);
	else
		vcpu_skip_instruction(vcpu, pio->length);
	return ACTION_SAME_INSN;
}

static enum exit_action pio_complete(struct vcpu *vcpu)
{
	const struct pio_access *pio = &vcpu->io->pio;
	u32 value = 0;

	vcpu->complete = NULL;
	if (pio->in)
		host_trace_pio(false, pio->port, pio->size, pio->count, vcpu->pio_data);
	if (vcpu_rip_read(vcpu) != vcpu->io->rip)
		return ACTION_SAME_INSN;
	if (pio->string)
		return pio_complete_string(vcpu, pio);
	if (pio->in) {
		__builtin_memcpy(&value, vcpu->pio_data, pio->size);
		register_write(vcpu, REG_RAX, pio->size, value);
	}
	return pio_done(vcpu, pio);
}

static enum exit_action pio_to_user(struct vcpu *vcpu, const struct pio_access *pio)
{
	__typeof__(vcpu->run->io) io = {
		.direction = pio->in ? KVM_EXIT_IO_IN : KVM_EXIT_IO_OUT,
		.size = (u8)pio->size,
		.port = pio->port,
		.count = pio->count,
		.data_offset = PIO_DATA_OFFSET,
	};

	if (!pio->in)
		host_trace_pio(true, pio->port, pio->size, pio->count, vcpu->pio_data);
	vcpu->run->exit_reason = KVM_EXIT_IO;
	vcpu->run->io = io;
	vcpu->complete = pio_complete;
	return ACTION_TO_USER;
}

/* Does a device in the kernel take the element?  `data` is nobody else's. */
static enum bus_answer pio_in_kernel(struct vcpu *vcpu, const struct pio_access *pio, u32 *data)
{
	enum bus_answer answer;

	if (pio->in)
		answer = bus_read(vcpu, BUS_PIO, pio->port, pio->size, data);
	else
		answer = bus_write(vcpu, BUS_PIO, pio->port, pio->size, data);
	if (answer == BUS_TAKEN)
		host_trace_pio(!pio->in, pio->port, pio->size, 1, data);
	return answer;
}

/*
 * How many elements, of those that RCX counts, user space gets at once: those in the page of the
 * first one.  Downwards, across the end of the address range or of the segment: one by one.
 */
static unsigned int string_batch(struct vcpu *vcpu, const struct pio_access *pio, gva_t linear,
				 u64 left)
{
	u64 offset = register_read(vcpu, string_register(pio), pio->width);
	u64 top = ~0ULL >> (64 - 8 * pio->width);
	u64 count = (LINTEL_PAGE_SIZE - (linear & (LINTEL_PAGE_SIZE - 1))) / pio->size;
	gva_t last;

	if (count > left)
		count = left;
	if (count < 2 || (vcpu_rflags_read(vcpu) & RFLAGS_DF) ||
	    top - offset < count * pio->size - 1 ||
	    segment_linear(vcpu, pio->segment, offset + (count - 1) * pio->size, pio->size, pio->in,
			   &last))
		return 1;
	return (unsigned int)count;
}

/* Segment and address size: from the processor where it tells, else from the bytes. */
static bool string_describe(struct vcpu *vcpu, struct pio_access *pio, enum exit_action *action)
{
	struct insn insn;

	pio->segment = SEG_ES;
	if (vmx_capability.basic.ins_outs_info) {
		pio->width = INFO_ADDRESS_SIZE(vcpu->exit.instruction_info);
		if (!pio->in)
			pio->segment = INFO_SEGMENT(vcpu->exit.instruction_info);
		return true;
	}
	if (!emulate_fetch(vcpu, &insn, action))
		return false;
	/* The code changed since the exit: the processor will meet what is there now. */
	if (!(insn.opcode->flags & INSN_IO) || (insn.opcode->dst == PLACE_DI) != pio->in) {
		*action = ACTION_SAME_INSN;
		return false;
	}
	pio->width = insn.address_size;
	if (!pio->in)
		pio->segment = (enum vcpu_seg)insn.src.memory.segment;
	return true;
}

static bool map_is_ram(struct vcpu *vcpu, const struct linear_map *map, bool write)
{
	const struct memslots *slots = memslots_get(vcpu->vm);
	unsigned int i;

	for (i = 0; i < map->pieces; i++) {
		if (!memory_is_ram(slots, map->piece[i].gpa, write))
			return false;
	}
	return true;
}

/* The memory of the batch must be there before user space is asked: what it reads is not lost. */
static enum exit_action string_prepare(struct vcpu *vcpu, struct pio_access *pio, gva_t linear)
{
	size_t length = (size_t)pio->count * pio->size;
	u32 access = linear_privilege(vcpu) | (pio->in ? PF_WRITE : 0);
	struct linear_fault fault;
	enum walk_result result;
	struct linear_map map;
	u32 data = 0;

	result = linear_map(vcpu, linear, access, length, &map, &fault);
	if (result == WALK_OK && !map_is_ram(vcpu, &map, pio->in)) {
		if (!pio->in)
			return mmio_outs(vcpu);
		pio->to_device = true;
		pio->count = 1;
	} else if (result == WALK_OK && !pio->in) {
		result = linear_read(vcpu, linear, access, vcpu->pio_data, length, &fault);
	}
	if (result != WALK_OK)
		return emulate_walk_failed(vcpu, result, &fault);
	if (pio->count > 1)
		return pio_to_user(vcpu, pio);
	/* Not the shared page itself: a device must not see it change. */
	if (!pio->in)
		__builtin_memcpy(&data, vcpu->pio_data, pio->size);
	if (pio_in_kernel(vcpu, pio, &data) == BUS_NOBODY)
		return pio_to_user(vcpu, pio);
	__builtin_memcpy(vcpu->pio_data, &data, pio->size);
	return pio_complete_string(vcpu, pio);
}

static enum exit_action pio_string(struct vcpu *vcpu, struct pio_access *pio)
{
	enum exit_action action;
	gva_t linear;
	u8 vector;
	u64 left = 1;

	if (!string_describe(vcpu, pio, &action))
		return action;
	if (pio->repeat)
		left = register_read(vcpu, REG_RCX, pio->width);
	if (!left)
		return pio_done(vcpu, pio);
	vector = string_address(vcpu, pio, &linear);
	if (vector)
		return emulate_inject(vcpu, vector);
	if (!bus_has_device(vcpu, BUS_PIO, pio->port))
		pio->count = string_batch(vcpu, pio, linear, left);
	return string_prepare(vcpu, pio, linear);
}

/* The quirk of a port of KVM's own option ROM: RIP is past an OUT to it before user space has seen
 * that. */
#define PORT_OF_QUIRK 0x7e

static bool out_is_over(const struct vcpu *vcpu, const struct pio_access *pio)
{
	return !pio->in && pio->port == PORT_OF_QUIRK &&
	       vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_OUT_7E_INC_RIP);
}

static enum exit_action pio_register(struct vcpu *vcpu, const struct pio_access *pio)
{
	u32 value = pio->in ? 0 : (u32)register_read(vcpu, REG_RAX, pio->size);

	switch (pio_in_kernel(vcpu, pio, &value)) {
	case BUS_TAKEN:
		if (pio->in)
			register_write(vcpu, REG_RAX, pio->size, value);
		return ACTION_NEXT_INSN;
	case BUS_LATER:
		return ACTION_LATER;
	case BUS_NOBODY:
		break;
	}
	if (!pio->in)
		__builtin_memcpy(vcpu->pio_data, &value, pio->size);
	vcpu->io->rip = vcpu_rip_read(vcpu);
	vcpu->io->pio = *pio;
	pio_to_user(vcpu, pio);
	if (out_is_over(vcpu, pio)) {
		vcpu->complete = NULL;
		pio_done(vcpu, pio);
	}
	return ACTION_TO_USER;
}

static struct pio_access pio_of_exit(const struct exit_info *exit)
{
	u64 qualification = exit->qualification;

	return (struct pio_access){
		.port = IO_PORT(qualification),
		.size = IO_SIZE_MINUS_1(qualification) + 1,
		.count = 1,
		.length = exit->instruction_length,
		.in = qualification & IO_IN,
		.string = qualification & IO_STRING,
		.repeat = qualification & IO_REPEAT,
	};
}

enum exit_action pio_out_element(struct vcpu *vcpu, u32 value)
{
	struct pio_access *pio = &vcpu->io->pio;
	unsigned int width = vcpu->io->mmio.insn.address_size;

	*pio = pio_of_exit(&vcpu->exit);
	pio->width = width;
	__builtin_memcpy(vcpu->pio_data, &value, pio->size);
	return pio_in_kernel(vcpu, pio, &value) == BUS_TAKEN ? pio_complete_string(vcpu, pio)
							     : pio_to_user(vcpu, pio);
}

/* A string instruction reads or writes memory, which may not be there. */
enum exit_action emulate_io_at_once(struct vcpu *vcpu)
{
	struct pio_access pio = pio_of_exit(&vcpu->exit);

	return pio.string ? ACTION_LATER : pio_register(vcpu, &pio);
}

enum exit_action emulate_io(struct vcpu *vcpu)
{
	struct pio_access pio = pio_of_exit(&vcpu->exit);

	if (!pio.string)
		return pio_register(vcpu, &pio);
	vcpu->io->rip = vcpu_rip_read(vcpu);
	vcpu->io->pio = pio;
	return pio_string(vcpu, &vcpu->io->pio);
}
