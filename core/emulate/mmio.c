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
#include "facts/apic_access.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "io/bus.h"
#include "irq/lapic.h"
#include "mem/mem.h"
#include "vcpu/state.h"

static enum exit_action mmio_continue(struct vcpu *vcpu);

/* Device accesses are 8 bytes at most. */
static void add_piece(struct mmio_access *mmio, const struct memslots *slots, gpa_t gpa,
		      unsigned int length, struct mmio_transfer part)
{
	part.device = !memory_is_ram(slots, gpa, part.write);
	for (part.gpa = gpa; length; length -= part.length) {
		part.length = (u8)(length < 8 ? length : 8);
		mmio->transfer[mmio->count++] = part;
		part.gpa += part.length;
		part.offset += part.length;
	}
}

static void add_transfers(struct mmio_access *mmio, const struct memslots *slots,
			  const struct linear_map *map, bool of_dst, bool write)
{
	struct mmio_transfer part = {.of_dst = of_dst, .write = write};
	unsigned int i;

	for (i = 0; i < map->pieces; i++) {
		add_piece(mmio, slots, map->piece[i].gpa, map->piece[i].length, part);
		part.offset += (u8)map->piece[i].length;
	}
}

/* "ENTER": it faults if a push with the stack pointer that it leaves would fault. */
static bool frame_is_writable(struct vcpu *vcpu, const struct insn *insn, enum exit_action *action)
{
	struct insn_operand top = insn->dst;
	struct linear_map map;

	if (!(insn->opcode->flags & INSN_FRAME))
		return true;
	top.memory.displacement = -(s64)(insn->dst.size + insn->extra);
	return operand_map(vcpu, insn, &top, true, &map, action);
}

/*
 * All that can fault comes before the first access to a device.  One look at the slots for all of
 * it: with others published meanwhile, what is read from a device would be written to memory.
 */
static bool list_transfers(struct vcpu *vcpu, const struct memslots *slots,
			   enum exit_action *action)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	const struct insn *insn = &mmio->insn;
	u32 flags = insn->opcode->flags;
	struct linear_map src, dst;

	if (!operand_map(vcpu, insn, &insn->src, false, &src, action) ||
	    !operand_map(vcpu, insn, &insn->dst, flags & INSN_WRITES, &dst, action) ||
	    !frame_is_writable(vcpu, insn, action))
		return false;
	add_transfers(mmio, slots, &src, false, false);
	if (flags & INSN_READS)
		add_transfers(mmio, slots, &dst, true, false);
	if (flags & INSN_WRITES)
		add_transfers(mmio, slots, &dst, true, true);
	return true;
}

static u64 next_instruction(struct vcpu *vcpu, const struct insn *insn)
{
	u64 next = vcpu_rip_read(vcpu) + insn->length;

	return vcpu_code_width(vcpu) == WIDTH_64 ? next : (u32)next;
}

static void load_operation(struct vcpu *vcpu)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	struct operation *operation = &mmio->operation;
	const struct insn *insn = &mmio->insn;

	operand_read(vcpu, insn, &insn->dst, operation->dst_words);
	operand_read(vcpu, insn, &insn->src, operation->src_words);
	operation->accumulator = vcpu->regs[REG_RAX];
	operation->data = vcpu->regs[REG_RDX];
	operation->count = vcpu->regs[REG_RCX];
	operation->base = vcpu->regs[REG_RBX];
	operation->extra = insn->opcode->flags & INSN_EXTRA_CL ? operation->count : insn->extra;
	operation->rflags = mmio->rflags = vcpu_rflags_read(vcpu);
	operation->next = mmio->next_rip = next_instruction(vcpu, insn);
	operation->cs = insn->opcode->state == STATE_CS_IP ? vcpu_seg_selector(vcpu, SEG_CS) : 0;
	operation->size = insn->dst.size;
	operation->src_size = insn->src.size;
	operation->operand_size = insn->operand_size;
	operation->condition = insn->condition;
	operation->accumulator_size = operation->data_size = 0;
	operation->divide_error = operation->keeps_dst = false;
}

static u8 *transfer_bytes(struct mmio_access *mmio, const struct mmio_transfer *transfer)
{
	u64 *value = transfer->of_dst ? mmio->operation.dst_words : mmio->operation.src_words;

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

/* ENTER: the frame begins where RBP was pushed; its room is below.  What goes to RBP has the
 * operand's size, not the stack's. */
static void enter_frame(struct vcpu *vcpu, const struct insn *insn, unsigned int width)
{
	register_write(vcpu, REG_RBP, insn->operand_size, vcpu_reg_read(vcpu, REG_RSP));
	register_add(vcpu, REG_RSP, width, -(s64)insn->extra);
}

static void move_stack_pointer(struct vcpu *vcpu, const struct insn *insn)
{
	unsigned int width;

	if (insn->opcode->dst == PLACE_PUSH) {
		width = stack_width(vcpu);
		register_add(vcpu, REG_RSP, width, -(s64)insn->dst.size);
		if (insn->opcode->flags & INSN_FRAME)
			enter_frame(vcpu, insn, width);
	}
	if (insn->opcode->src == PLACE_POP)
		/* RET drops parameters too. */
		register_add(vcpu, REG_RSP, stack_width(vcpu), (s64)(insn->src.size + insn->extra));
	if (insn->opcode->src == PLACE_LEAVE)
		register_write(vcpu, REG_RSP, stack_width(vcpu),
			       vcpu_reg_read(vcpu, REG_RBP) + insn->src.size);
}

static void store_status_flags(struct vcpu *vcpu, u64 rflags)
{
	u64 others = vcpu_rflags_read(vcpu) & ~RFLAGS_STATUS;

	vcpu_rflags_write(vcpu, others | (rflags & RFLAGS_STATUS));
}

static void store_results(struct vcpu *vcpu, const struct mmio_access *mmio)
{
	const struct operation *operation = &mmio->operation;
	const struct insn *insn = &mmio->insn;
	u32 flags = insn->opcode->flags;

	move_stack_pointer(vcpu, insn);
	if ((flags & INSN_WRITES) && !operation->keeps_dst)
		operand_store(vcpu, &insn->dst, operation->dst);
	if (flags & INSN_WRITES_SRC)
		operand_store(vcpu, &insn->src, operation->src);
	if (operation->accumulator_size)
		register_write(vcpu, REG_RAX, operation->accumulator_size, operation->accumulator);
	if (operation->data_size)
		register_write(vcpu, REG_RDX, operation->data_size, operation->data);
	if ((flags & INSN_LOADS) || insn->opcode->state == STATE_MMX)
		state_load(vcpu, insn, operation, &mmio->segment);
	if (operation->rflags != mmio->rflags)
		store_status_flags(vcpu, operation->rflags);
	if (operation->next != mmio->next_rip)
		vcpu_rip_write(vcpu, operation->next);
}

static bool is_branch(const struct insn *insn)
{
	return (insn->opcode->flags & INSN_NEAR) || insn->opcode->state == STATE_CS_IP;
}

static enum exit_action mmio_commit(struct vcpu *vcpu)
{
	const struct mmio_access *mmio = &vcpu->io->mmio;
	const struct insn *insn = &mmio->insn;

	if (insn->opcode->flags & INSN_IO && insn->opcode->src == PLACE_SI)
		return pio_out_element(vcpu, (u32)mmio->operation.src);
	/*
	 * First: a trap flag that POPF sets is for the next instruction, as is MOV SS's shadow.
	 * Each element of a REP counts as an instruction: for single-stepping, and for STI.
	 */
	if ((insn->opcode->flags & INSN_STRING) && string_goes_on(vcpu, mmio))
		vcpu_repeat_instruction(vcpu);
	else if (is_branch(insn))
		vcpu_skip_branch(vcpu, insn->length);
	else
		vcpu_skip_instruction(vcpu, insn->length);
	store_results(vcpu, mmio);
	return ACTION_SAME_INSN;
}

void mmio_answer(struct vcpu *vcpu, const struct mmio_transfer *transfer, u8 *to)
{
	__builtin_memcpy(to, vcpu->run->mmio.data, transfer->length);
	host_trace_mmio(TRACE_MMIO_READ, transfer->length, transfer->gpa, to);
}

static enum exit_action mmio_complete(struct vcpu *vcpu)
{
	struct vcpu_io *io = vcpu->io;
	const struct mmio_transfer *transfer = &io->mmio.transfer[io->mmio.next];

	vcpu->complete = NULL;
	if (vcpu_rip_read(vcpu) != io->rip)
		return ACTION_SAME_INSN;
	if (!transfer->write)
		mmio_answer(vcpu, transfer, transfer_bytes(&io->mmio, transfer));
	io->mmio.next++;
	return mmio_continue(vcpu);
}

enum exit_action mmio_to_user(struct vcpu *vcpu, const struct mmio_transfer *transfer,
			      const u8 *bytes, enum exit_action (*complete)(struct vcpu *vcpu))
{
	struct kvm_run *run = vcpu->run;
	u64 data = 0;

	if (transfer->write) {
		__builtin_memcpy(&data, bytes, transfer->length);
		host_trace_mmio(TRACE_MMIO_WRITE, transfer->length, transfer->gpa, bytes);
	} else {
		host_trace_mmio(TRACE_MMIO_READ_UNSATISFIED, transfer->length, transfer->gpa, NULL);
	}
	vcpu->stats.mmio_to_user++;
	run->exit_reason = KVM_EXIT_MMIO;
	/* Not as a whole: its padding would be what was on the stack. */
	run->mmio.phys_addr = transfer->gpa;
	run->mmio.len = transfer->length;
	run->mmio.is_write = transfer->write;
	__builtin_memcpy(run->mmio.data, &data, sizeof(data));
	vcpu->complete = complete;
	return ACTION_TO_USER;
}

/* As a device that is not raw: in between two entries what is not quick is left. */
static bool lapic_must_wait(struct vcpu *vcpu, gpa_t gpa)
{
	return vcpu_is_between_entries(vcpu) && !lapic_mmio_write_is_quick(vcpu, gpa);
}

static enum bus_answer mmio_of_lapic(struct vcpu *vcpu, const struct mmio_transfer *transfer,
				     u8 *bytes)
{
	bool taken;

	if (!transfer->write)
		taken = lapic_mmio_read(vcpu, transfer->gpa, transfer->length, bytes);
	else if (lapic_must_wait(vcpu, transfer->gpa))
		return BUS_LATER;
	else
		taken = lapic_mmio_write(vcpu, transfer->gpa, transfer->length, bytes);
	return taken ? BUS_TAKEN : BUS_NOBODY;
}

enum bus_answer mmio_in_kernel(struct vcpu *vcpu, const struct mmio_transfer *transfer, u8 *bytes)
{
	enum bus_answer answer;

	if (vcpu->lapic && lapic_owns(vcpu, transfer->gpa))
		answer = mmio_of_lapic(vcpu, transfer, bytes);
	else if (transfer->write)
		answer = bus_write(vcpu, BUS_MMIO, transfer->gpa, transfer->length, bytes);
	else
		answer = bus_read(vcpu, BUS_MMIO, transfer->gpa, transfer->length, bytes);
	if (answer == BUS_TAKEN)
		host_trace_mmio(transfer->write ? TRACE_MMIO_WRITE : TRACE_MMIO_READ,
				transfer->length, transfer->gpa, bytes);
	return answer;
}

static int transfer_ram(struct vcpu *vcpu, const struct mmio_transfer *transfer, u8 *bytes)
{
	if (transfer->write)
		return guest_write(vcpu->vm, transfer->gpa, bytes, transfer->length);
	return guest_read(vcpu->vm, transfer->gpa, bytes, transfer->length);
}

/* The target of a near branch. */
static bool branch_allowed(struct vcpu *vcpu, u64 target)
{
	struct kvm_segment cs;

	if (vcpu_code_width(vcpu) == WIDTH_64)
		return segment_is_canonical(vcpu, target);
	vcpu_seg_read(vcpu, SEG_CS, &cs);
	return target <= cs.limit;
}

/* All reads are done.  False: it faults, and nothing is written. */
static bool execute_once(struct vcpu *vcpu, enum exit_action *action)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	const struct opcode *opcode = mmio->insn.opcode;
	struct operation *operation = &mmio->operation;

	if (mmio->executed)
		return true;
	mmio->executed = true;
	opcode->execute(operation);
	if (operation->divide_error) {
		vcpu_inject_exception(vcpu, VECTOR_DE);
		*action = ACTION_SAME_INSN;
		return false;
	}
	if (operation->next != mmio->next_rip && !branch_allowed(vcpu, operation->next)) {
		*action = emulate_inject(vcpu, VECTOR_GP);
		return false;
	}
	return !(opcode->flags & INSN_LOADS) ||
	       state_prepare(vcpu, &mmio->insn, operation, &mmio->segment, action);
}

static enum exit_action mmio_continue(struct vcpu *vcpu)
{
	struct mmio_access *mmio = &vcpu->io->mmio;
	enum exit_action action;

	for (; mmio->next < mmio->count; mmio->next++) {
		const struct mmio_transfer *transfer = &mmio->transfer[mmio->next];
		u8 *bytes = transfer_bytes(mmio, transfer);

		if (transfer->write && !execute_once(vcpu, &action))
			return action;
		if (!transfer->device) {
			if (transfer_ram(vcpu, transfer, bytes))
				return emulate_failed(vcpu, "its memory went away", NULL, 0);
		} else if (mmio_in_kernel(vcpu, transfer, bytes) != BUS_TAKEN) {
			return mmio_to_user(vcpu, transfer, bytes, mmio_complete);
		}
	}
	return execute_once(vcpu, &action) ? mmio_commit(vcpu) : action;
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

/* Fetch and decode. */
static bool mmio_begin(struct vcpu *vcpu, enum exit_action *action)
{
	struct vcpu_io *io = vcpu->io;

	io->rip = vcpu_rip_read(vcpu);
	io->mmio.executed = false;
	io->mmio.count = io->mmio.next = 0;
	return emulate_fetch(vcpu, &io->mmio.insn, action);
}

static bool was_write(const struct exit_info *exit)
{
	if (EXIT_REASON_BASIC(exit->reason) == EXIT_REASON_APIC_ACCESS)
		return APIC_ACCESS_KIND(exit->qualification) == APIC_ACCESS_WRITE;
	return exit->qualification & EPT_VIOLATION_WRITE;
}

static enum exit_action mmio_start(struct vcpu *vcpu)
{
	const struct memslots *slots = memslots_get(vcpu->vm);
	bool write = was_write(&vcpu->exit);
	struct mmio_access *mmio = &vcpu->io->mmio;
	const struct insn *insn = &mmio->insn;
	enum exit_action action;

	if (insn->level)
		return emulate_failed(vcpu, "ENTER with a nesting level", NULL, 0);
	if (insn->repeat != REPEAT_NONE && !register_read(vcpu, REG_RCX, insn->address_size)) {
		vcpu_skip_instruction(vcpu, insn->length);
		return ACTION_SAME_INSN;
	}
	if (!list_transfers(vcpu, slots, &action))
		return action;
	/* It became memory meanwhile; the processor does that better, and LOCK as it should be. */
	if (!any_device(mmio) && memory_is_ram(slots, vcpu->exit.gpa, write))
		return ACTION_SAME_INSN;
	if (!any_device(mmio))
		return emulate_failed(vcpu, "the device is none of its operands", NULL, 0);
	load_operation(vcpu);
	return mmio_continue(vcpu);
}

/* If it is another instruction by now, the processor does that better. */
static bool has_descriptor_table(const struct insn *insn)
{
	switch ((enum insn_state)insn->opcode->state) {
	case STATE_GDTR:
	case STATE_IDTR:
	case STATE_LDTR:
	case STATE_TR:
		return true;
	default:
		return false;
	}
}

enum exit_action emulate_descriptor_table(struct vcpu *vcpu)
{
	enum exit_action action;

	if (!mmio_begin(vcpu, &action))
		return action;
	if (!has_descriptor_table(&vcpu->io->mmio.insn))
		return ACTION_SAME_INSN;
	if (!list_transfers(vcpu, memslots_get(vcpu->vm), &action))
		return action;
	load_operation(vcpu);
	return mmio_continue(vcpu);
}

/* Is it still the instruction of the I/O exit?  The code may have changed. */
static bool begin_string_io(struct vcpu *vcpu, bool in, enum exit_action *action)
{
	const struct insn *insn = &vcpu->io->mmio.insn;

	if (!mmio_begin(vcpu, action))
		return false;
	*action = ACTION_SAME_INSN;
	return (insn->opcode->flags & INSN_IO) && (insn->opcode->dst == PLACE_DI) == in &&
	       list_transfers(vcpu, memslots_get(vcpu->vm), action);
}

enum exit_action mmio_ins(struct vcpu *vcpu, u64 value)
{
	enum exit_action action;

	if (!begin_string_io(vcpu, true, &action))
		return action;
	load_operation(vcpu);
	vcpu->io->mmio.operation.src = value;
	return mmio_continue(vcpu);
}

enum exit_action mmio_outs(struct vcpu *vcpu)
{
	enum exit_action action;

	if (!begin_string_io(vcpu, false, &action))
		return action;
	load_operation(vcpu);
	return mmio_continue(vcpu);
}

/* The access was not one of the instruction's operands. */
static bool is_implicit_access(const struct exit_info *exit)
{
	u64 kind = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;

	if (EXIT_REASON_BASIC(exit->reason) == EXIT_REASON_APIC_ACCESS)
		return APIC_ACCESS_KIND(exit->qualification) > APIC_ACCESS_WRITE;
	if (EXIT_REASON_BASIC(exit->reason) != EXIT_REASON_EPT_VIOLATION)
		return false;
	return (exit->qualification & EPT_VIOLATION_FETCH) ||
	       (exit->qualification & kind) == EPT_VIOLATION_GLA_VALID;
}

/*
 * A write to a device that does not want to know what is written needs no decoding, if the
 * instruction's length is known.  The SDM leaves the length undefined at EPT violations
 * ("Information for VM Exits Due to Instruction Execution").  Processors give it; it can be wrong
 * where they fuse a comparison with a jump, but those only read.  Other hypervisors may not give
 * it.
 */
static bool is_undecoded_write(const struct vcpu *vcpu)
{
	u64 access = EPT_VIOLATION_READ | EPT_VIOLATION_WRITE;

	return !vcpu->vm->under_hypervisor &&
	       EXIT_REASON_BASIC(vcpu->exit.reason) == EXIT_REASON_EPT_VIOLATION &&
	       (vcpu->exit.qualification & access) == EPT_VIOLATION_WRITE &&
	       vcpu->exit.instruction_length - 1 < INSN_MAX_LENGTH;
}

static bool mmio_write_any(struct vcpu *vcpu, gpa_t gpa)
{
	bool taken;

	if (!is_undecoded_write(vcpu))
		return false;
	if (vcpu->lapic && lapic_owns(vcpu, gpa))
		taken = !lapic_must_wait(vcpu, gpa) && lapic_mmio_write_any(vcpu, gpa);
	else
		taken = bus_write(vcpu, BUS_MMIO, gpa, 0, NULL) == BUS_TAKEN;
	if (taken)
		*mmio_last_undecoded(vcpu, gpa) = gpa;
	return taken;
}

enum exit_action emulate_mmio_at_once(struct vcpu *vcpu, gpa_t gpa)
{
	if (is_implicit_access(&vcpu->exit))
		return ACTION_LATER;
	return mmio_write_any(vcpu, gpa) ? ACTION_NEXT_INSN : move_at_once(vcpu, gpa);
}

enum exit_action emulate_mmio(struct vcpu *vcpu, gpa_t gpa)
{
	enum exit_action action;

	if (is_implicit_access(&vcpu->exit))
		return emulate_failed(vcpu, "code or page tables in a device", NULL, 0);
	if (mmio_write_any(vcpu, gpa))
		return ACTION_NEXT_INSN;
	if (!mmio_begin(vcpu, &action))
		return action;
	/* INS and OUTS exit for the port before they touch memory. */
	if (vcpu->io->mmio.insn.opcode->flags & INSN_IO)
		return ACTION_SAME_INSN;
	return mmio_start(vcpu);
}
