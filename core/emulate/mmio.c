// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions with a memory operand in a device.
 *
 * An instruction is a list of transfers (reads first) and one operation on values between the reads
 * and the writes.  Transfers with a device leave for user space and are taken up again when it
 * comes back; nothing is done twice.  Of a repeated string instruction one element is done; the
 * processor meets the next one by itself, so that interrupts and signals come in between.
 */
#include "emulate/access.h"
#include "exit/reason.h"
#include "io/bus.h"
#include "irq/lapic.h"
#include "mem/mem.h"
#include "vcpu/state.h"

/* "Exit Qualification for EPT Violations". */
#define EPT_VIOLATION_READ	   BIT64(0)
#define EPT_VIOLATION_WRITE	   BIT64(1)
#define EPT_VIOLATION_FETCH	   BIT64(2)
#define EPT_VIOLATION_GLA_VALID	   BIT64(7)
#define EPT_VIOLATION_GLA_IS_FINAL BIT64(8) /* the access itself, not that of a page table */

static enum exit_action mmio_continue(struct vcpu *vcpu);

/* Bytes of the stack pointer that PUSH and POP use.  "Stack Address Size". */
static unsigned int stack_width(struct vcpu *vcpu)
{
	struct kvm_segment ss;

	if (vcpu_code_width(vcpu) == WIDTH_64)
		return 8;
	vcpu_seg_read(vcpu, SEG_SS, &ss);
	return ss.db ? 4 : 2;
}

static u64 sign_extend(u64 value, unsigned int size)
{
	u64 sign = BIT64(8 * size - 1);

	return (value ^ sign) - sign;
}

static u64 cut(u64 value, unsigned int size)
{
	return value & (~0ULL >> (64 - 8 * size));
}

/* "BT": the bit offset in a register reaches beyond the operand, both ways. */
static s64 bit_base(struct vcpu *vcpu, const struct insn *insn)
{
	enum vcpu_reg reg = (enum vcpu_reg)insn->src.reg;
	s64 bit;

	if (!(insn->opcode->flags & INSN_BIT_BASE))
		return 0;
	bit = (s64)sign_extend(register_read(vcpu, reg, insn->src.size), insn->src.size);
	return (bit >> 3) & ~(s64)(insn->dst.size - 1);
}

static u64 stack_adjustment(const struct insn *insn, const struct insn_memory *memory)
{
	if (insn->opcode->dst == PLACE_PUSH && memory == &insn->dst.memory)
		return -(u64)insn->operand_size;
	/* POP's own destination is addressed with the stack pointer that POP leaves. */
	if (insn->opcode->src == PLACE_POP && memory == &insn->dst.memory &&
	    memory->base == REG_RSP)
		return insn->operand_size;
	return 0;
}

/* The effective address. */
static u64 memory_offset(struct vcpu *vcpu, const struct insn *insn,
			 const struct insn_memory *memory)
{
	u64 offset = (u64)memory->displacement + stack_adjustment(insn, memory);

	if (memory->base != INSN_NO_REG)
		offset += vcpu_reg_read(vcpu, (enum vcpu_reg)memory->base);
	if (memory->index != INSN_NO_REG)
		offset += vcpu_reg_read(vcpu, (enum vcpu_reg)memory->index) * memory->scale;
	if (memory->rip_relative)
		offset += vcpu_rip_read(vcpu) + insn->length;
	if (memory == &insn->dst.memory)
		offset += (u64)bit_base(vcpu, insn);
	return cut(offset, memory->width ? memory->width : stack_width(vcpu));
}

static void add_transfers(struct vcpu *vcpu, const struct linear_map *map, bool of_dst, bool write)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	unsigned int i, offset = 0;

	for (i = 0; i < map->pieces; i++) {
		mmio->transfer[mmio->count++] = (struct mmio_transfer){
			.gpa = map->piece[i].gpa,
			.length = (u8)map->piece[i].length,
			.offset = (u8)offset,
			.of_dst = of_dst,
			.write = write,
			.device = !memory_is_ram(vcpu->vm, map->piece[i].gpa, write),
		};
		offset += map->piece[i].length;
	}
}

/*
 * The processor has walked the guest's page tables for the access that made it exit, and checked
 * its rights: where the operand lies in that page there is nothing to walk for.
 */
static bool map_as_exit(const struct exit_info *exit, gva_t linear, unsigned int size, bool write,
			struct linear_map *map)
{
	u64 needed = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;
	u64 offset = linear & (LINTEL_PAGE_SIZE - 1);

	if (write)
		needed |= EPT_VIOLATION_WRITE;
	if (EXIT_REASON_BASIC(exit->reason) != EXIT_REASON_EPT_VIOLATION ||
	    (exit->qualification & needed) != needed ||
	    (linear ^ exit->gla) >> LINTEL_PAGE_SHIFT || offset + size > LINTEL_PAGE_SIZE)
		return false;
	map->pieces = 1;
	map->piece[0].gpa = (exit->gpa & ~(u64)(LINTEL_PAGE_SIZE - 1)) | offset;
	map->piece[0].length = size;
	return true;
}

/* False: the guest gets a fault, or it failed; *action. */
static bool map_operand(struct vcpu *vcpu, const struct insn_operand *operand, bool write,
			struct linear_map *map, enum exit_action *action)
{
	const struct insn *insn = &vcpu->io->mmio.insn;
	const struct insn_memory *memory = &operand->memory;
	struct linear_fault fault;
	enum walk_result walked;
	gva_t linear;
	u8 vector;

	map->pieces = 0;
	if (operand->kind != OPERAND_MEMORY)
		return true;
	vector = segment_linear(vcpu, (enum vcpu_seg)memory->segment, memory_offset(vcpu, insn, memory),
				operand->size, write, &linear);
	if (vector) {
		*action = emulate_inject(vcpu, vector);
		return false;
	}
	if (map_as_exit(&vcpu->exit, linear, operand->size, write, map))
		return true;
	walked = linear_map(vcpu, linear, linear_privilege(vcpu) | (write ? PF_WRITE : 0),
			    operand->size, map, &fault);
	if (walked != WALK_OK) {
		*action = emulate_walk_failed(vcpu, walked, &fault);
		return false;
	}
	return true;
}

/* All that can fault comes before the first access to a device. */
static bool list_transfers(struct vcpu *vcpu, enum exit_action *action)
{
	const struct insn *insn = &vcpu->io->mmio.insn;
	u32 flags = insn->opcode->flags;
	struct linear_map src, dst;

	if (!map_operand(vcpu, &insn->src, false, &src, action) ||
	    !map_operand(vcpu, &insn->dst, flags & INSN_WRITES, &dst, action))
		return false;
	add_transfers(vcpu, &src, false, false);
	if (flags & INSN_READS)
		add_transfers(vcpu, &dst, true, false);
	if (flags & INSN_WRITES)
		add_transfers(vcpu, &dst, true, true);
	return true;
}

static u64 operand_value(struct vcpu *vcpu, const struct insn_operand *operand)
{
	u64 value;

	if (operand->kind == OPERAND_IMMEDIATE)
		return cut(operand->immediate, operand->size);
	if (operand->kind != OPERAND_REG)
		return 0;
	value = vcpu_reg_read(vcpu, (enum vcpu_reg)operand->reg);
	return cut(operand->high_byte ? value >> 8 : value, operand->size);
}

static void operand_store(struct vcpu *vcpu, const struct insn_operand *operand, u64 value)
{
	if (operand->kind != OPERAND_REG)
		return;
	if (operand->high_byte) {
		u64 old = vcpu_reg_read(vcpu, (enum vcpu_reg)operand->reg);

		vcpu_reg_write(vcpu, (enum vcpu_reg)operand->reg, (old & ~0xff00ULL) | (value & 0xff) << 8);
	} else {
		register_write(vcpu, (enum vcpu_reg)operand->reg, operand->size, value);
	}
}

static void load_operation(struct vcpu *vcpu)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	const struct insn *insn = &mmio->insn;

	mmio->operation = (struct operation){
		.dst = operand_value(vcpu, &insn->dst),
		.src = operand_value(vcpu, &insn->src),
		.accumulator = vcpu_reg_read(vcpu, REG_RAX),
		.rflags = vcpu_rflags_read(vcpu),
		.size = insn->dst.size,
		.src_size = insn->src.size,
	};
}

static u8 *transfer_bytes(struct mmio_access *mmio, const struct mmio_transfer *transfer)
{
	u64 *value = transfer->of_dst ? &mmio->operation.dst : &mmio->operation.src;

	return (u8 *)value + transfer->offset;
}

/* "String Operations": move the pointers, count; RIP stays while elements are left. */
static bool string_goes_on(struct vcpu *vcpu, const struct mmio_access *mmio)
{
	const struct insn *insn = &mmio->insn;
	s64 step = insn->operand_size;
	bool zf = mmio->operation.rflags & RFLAGS_ZF;

	if (vcpu_rflags_read(vcpu) & RFLAGS_DF)
		step = -step;
	if (insn->opcode->dst == PLACE_SI || insn->opcode->src == PLACE_SI)
		register_add(vcpu, REG_RSI, insn->address_size, step);
	if (insn->opcode->dst == PLACE_DI || insn->opcode->src == PLACE_DI)
		register_add(vcpu, REG_RDI, insn->address_size, step);
	if (insn->repeat == REPEAT_NONE)
		return false;
	if (register_read(vcpu, REG_RCX, insn->address_size))
		register_add(vcpu, REG_RCX, insn->address_size, -1);
	if (!register_read(vcpu, REG_RCX, insn->address_size))
		return false;
	return !(insn->opcode->flags & INSN_WHILE_ZF) || zf == (insn->repeat == REPEAT_F3);
}

static void move_stack_pointer(struct vcpu *vcpu, const struct insn *insn)
{
	if (insn->opcode->dst == PLACE_PUSH)
		register_add(vcpu, REG_RSP, stack_width(vcpu), -(s64)insn->operand_size);
	if (insn->opcode->src == PLACE_POP)
		register_add(vcpu, REG_RSP, stack_width(vcpu), insn->operand_size);
}

static void store_status_flags(struct vcpu *vcpu, u64 rflags)
{
	u64 others = vcpu_rflags_read(vcpu) & ~RFLAGS_STATUS;

	vcpu_rflags_write(vcpu, others | (rflags & RFLAGS_STATUS));
}

static enum exit_action mmio_commit(struct vcpu *vcpu)
{
	const struct mmio_access *mmio = &vcpu->io->mmio;
	const struct operation *operation = &mmio->operation;
	const struct insn *insn = &mmio->insn;
	u32 flags = insn->opcode->flags;

	move_stack_pointer(vcpu, insn);
	if (flags & INSN_WRITES)
		operand_store(vcpu, &insn->dst, operation->dst);
	if (flags & INSN_WRITES_SRC)
		operand_store(vcpu, &insn->src, operation->src);
	if ((flags & INSN_WRITES_ACC) && !(operation->rflags & RFLAGS_ZF))
		register_write(vcpu, REG_RAX, insn->operand_size, operation->accumulator);
	if (flags & INSN_READS)
		store_status_flags(vcpu, operation->rflags);
	/* Each element of a REP counts as an instruction: for single-stepping, and for STI. */
	if ((flags & INSN_STRING) && string_goes_on(vcpu, mmio))
		vcpu_skip_instruction(vcpu, 0);
	else
		vcpu_skip_instruction(vcpu, insn->length);
	return EXIT_SAME_INSN;
}

static enum exit_action mmio_complete(struct vcpu *vcpu)
{
	struct vcpu_io *io = vcpu->io;
	const struct mmio_transfer *transfer = &io->mmio.transfer[io->mmio.next];

	vcpu->complete = NULL;
	if (vcpu_rip_read(vcpu) != io->rip)
		return EXIT_SAME_INSN;
	if (!transfer->write) {
		u8 *to = transfer_bytes(&io->mmio, transfer);

		__builtin_memcpy(to, vcpu->run->mmio.data, transfer->length);
		host_trace_mmio(TRACE_MMIO_READ, transfer->length, transfer->gpa, to);
	}
	io->mmio.next++;
	return mmio_continue(vcpu);
}

static enum exit_action mmio_to_user(struct vcpu *vcpu, const struct mmio_transfer *transfer)
{
	const u8 *from = transfer_bytes(&vcpu->io->mmio, transfer);
	__typeof__(vcpu->run->mmio) mmio = {
		.phys_addr = transfer->gpa,
		.len = transfer->length,
		.is_write = transfer->write,
	};

	if (transfer->write) {
		__builtin_memcpy(mmio.data, from, transfer->length);
		host_trace_mmio(TRACE_MMIO_WRITE, transfer->length, transfer->gpa, from);
	} else {
		host_trace_mmio(TRACE_MMIO_READ_UNSATISFIED, transfer->length, transfer->gpa, NULL);
	}
	vcpu->run->exit_reason = KVM_EXIT_MMIO;
	vcpu->run->mmio = mmio;
	vcpu->complete = mmio_complete;
	return EXIT_TO_USER;
}

/* Does a device in the kernel take it? */
static bool mmio_in_kernel(struct vcpu *vcpu, const struct mmio_transfer *transfer)
{
	u8 *bytes = transfer_bytes(&vcpu->io->mmio, transfer);
	bool taken = true;

	if (vcpu->lapic && lapic_owns(vcpu, transfer->gpa)) {
		if (transfer->write)
			lapic_mmio_write(vcpu, transfer->gpa, transfer->length, bytes);
		else
			lapic_mmio_read(vcpu, transfer->gpa, transfer->length, bytes);
	} else if (transfer->write) {
		taken = bus_write(vcpu, BUS_MMIO, transfer->gpa, transfer->length, bytes);
	} else {
		taken = bus_read(vcpu, BUS_MMIO, transfer->gpa, transfer->length, bytes);
	}
	if (taken)
		host_trace_mmio(transfer->write ? TRACE_MMIO_WRITE : TRACE_MMIO_READ,
				transfer->length, transfer->gpa, bytes);
	return taken;
}

static int transfer_ram(struct vcpu *vcpu, const struct mmio_transfer *transfer)
{
	u8 *bytes = transfer_bytes(&vcpu->io->mmio, transfer);

	if (transfer->write)
		return guest_write(vcpu->vm, transfer->gpa, bytes, transfer->length);
	return guest_read(vcpu->vm, transfer->gpa, bytes, transfer->length);
}

static void execute_once(struct mmio_access *mmio)
{
	if (mmio->executed)
		return;
	mmio->executed = true;
	mmio->insn.opcode->execute(&mmio->operation);
}

static enum exit_action mmio_continue(struct vcpu *vcpu)
{
	struct mmio_access *mmio = &vcpu->io->mmio;

	for (; mmio->next < mmio->count; mmio->next++) {
		const struct mmio_transfer *transfer = &mmio->transfer[mmio->next];

		if (transfer->write)
			execute_once(mmio);
		if (!transfer->device) {
			if (transfer_ram(vcpu, transfer))
				return emulate_failed(vcpu, "its memory went away", NULL, 0);
		} else if (!mmio_in_kernel(vcpu, transfer)) {
			return mmio_to_user(vcpu, transfer);
		}
	}
	execute_once(mmio);
	return mmio_commit(vcpu);
}

static bool any_device(const struct mmio_access *mmio)
{
	unsigned int i;

	for (i = 0; i < mmio->count; i++) {
		if (mmio->transfer[i].device)
			return true;
	}
	return false;
}

static enum exit_action mmio_start(struct vcpu *vcpu)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	const struct insn *insn = &mmio->insn;
	enum exit_action action;

	if (insn->opcode->flags & INSN_IO)
		return emulate_failed(vcpu, "string I/O with a device's memory", NULL, 0);
	if (insn->repeat != REPEAT_NONE && !register_read(vcpu, REG_RCX, insn->address_size)) {
		vcpu_skip_instruction(vcpu, insn->length);
		return EXIT_SAME_INSN;
	}
	if (!list_transfers(vcpu, &action))
		return action;
	if (!mmio->count)
		return emulate_failed(vcpu, "it has no operand in memory", NULL, 0);
	/* It became memory meanwhile; the processor does that better, and LOCK as it should be. */
	if (!any_device(mmio))
		return EXIT_SAME_INSN;
	load_operation(vcpu);
	return mmio_continue(vcpu);
}

/* The access was not one of the instruction's operands. */
static bool is_implicit_access(const struct exit_info *exit)
{
	u64 kind = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;

	if (EXIT_REASON_BASIC(exit->reason) != EXIT_REASON_EPT_VIOLATION)
		return false;
	return (exit->qualification & EPT_VIOLATION_FETCH) ||
	       (exit->qualification & kind) == EPT_VIOLATION_GLA_VALID;
}

/*
 * A write to a device that does not want to know what is written needs no decoding, if the
 * instruction's length is known.  The SDM leaves the length undefined at EPT violations ("Information
 * for VM Exits Due to Instruction Execution").  Processors give it; it can be wrong where they fuse
 * a comparison with a jump, but those only read.  Other hypervisors may not give it.
 */
static bool mmio_write_any(struct vcpu *vcpu, gpa_t gpa)
{
	u64 access = EPT_VIOLATION_READ | EPT_VIOLATION_WRITE;

	if (vcpu->vm->under_hypervisor ||
	    EXIT_REASON_BASIC(vcpu->exit.reason) != EXIT_REASON_EPT_VIOLATION ||
	    (vcpu->exit.qualification & access) != EPT_VIOLATION_WRITE ||
	    vcpu->exit.instruction_length - 1 >= INSN_MAX_LENGTH)
		return false;
	if (vcpu->lapic && lapic_mmio_write_any(vcpu, gpa))
		return true;
	return bus_write(vcpu, BUS_MMIO, gpa, 0, NULL);
}

enum exit_action emulate_mmio(struct vcpu *vcpu, gpa_t gpa)
{
	struct vcpu_io *io = vcpu->io;
	enum exit_action action;

	if (is_implicit_access(&vcpu->exit))
		return emulate_failed(vcpu, "code or page tables in a device", NULL, 0);
	if (mmio_write_any(vcpu, gpa))
		return EXIT_NEXT_INSN;
	io->rip = vcpu_rip_read(vcpu);
	io->mmio.executed = false;
	io->mmio.count = io->mmio.next = 0;
	if (!emulate_fetch(vcpu, &io->mmio.insn, &action))
		return action;
	return mmio_start(vcpu);
}
