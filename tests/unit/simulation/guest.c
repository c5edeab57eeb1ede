// SPDX-License-Identifier: GPL-2.0
/*
 * A guest in 32-bit protected mode without paging, with flat segments.  Its code is one of each
 * instruction, which an emulator finds at RIP; which one comes next is drawn.  It takes interrupts
 * as a processor does, with a frame for each on its stack in memory, and what a processor does not
 * store beside it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "simulation.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

#define FRAME_BYTES 12 /* EFLAGS, CS, EIP */
#define STACK_BYTES (PAGE / MAX_GUESTS)

void guest_broken(const struct guest *guest, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	broken("vCPU %u, %s: %s", guest->id,
	       guest->now.operation ? guest->now.operation->name : "between instructions", words);
}

struct guest *guest_of(const struct vcpu *vcpu)
{
	return &simulation.guest[vcpu->id];
}

u64 guest_get(const struct guest *guest, u32 field)
{
	return sim_vmcs_get(guest->vmcs, field);
}

void guest_set(const struct guest *guest, u32 field, u64 value)
{
	sim_vmcs_set(guest->vmcs, field, value);
}

#define SHADOW ((u64)(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS))

bool guest_interrupts_on(const struct guest *guest)
{
	return (guest_get(guest, GUEST_RFLAGS) & RFLAGS_IF) &&
	       !(guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) & SHADOW);
}

/* --- frames --- */

static u32 stack_at(const struct guest *guest)
{
	return (u32)(STACK_PAGE + (guest->id + 1) * STACK_BYTES - (guest->depth + 1) * FRAME_BYTES);
}

static void note_written(u32 gpa, const void *bytes, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		memory_written(gpa + i, ((const u8 *)bytes)[i]);
}

bool guest_push_frame(struct guest *guest, u8 vector, u32 return_to)
{
	u32 image[3] = {return_to, 8, (u32)guest_get(guest, GUEST_RFLAGS)}, at = stack_at(guest);
	struct frame *frame = &guest->frame[guest->depth];
	u64 gate;

	if (guest->depth == MAX_FRAMES)
		guest_broken(guest, "too many interrupts in interrupts");
	if (!sim_guest_read(guest->vcpu, IDT_PAGE + vector * sizeof(gate), &gate, sizeof(gate)) ||
	    !sim_guest_write(guest->vcpu, at, image, sizeof(image)))
		return false;
	note_written(at, image, sizeof(image));
	*frame = (struct frame){
		.rip = image[0], .rflags = image[2], .vector = vector, .instruction = guest->now};
	memcpy(frame->regs, guest->vcpu->regs, sizeof(frame->regs));
	guest->depth++;
	guest->now.operation = NULL;
	return true;
}

bool guest_pop_frame(struct guest *guest)
{
	struct frame *frame = &guest->frame[guest->depth - 1];
	u32 image[3];

	guest->depth--;
	if (!sim_guest_read(guest->vcpu, stack_at(guest), image, sizeof(image))) {
		guest->depth++;
		return false;
	}
	if (image[0] != frame->rip || image[2] != frame->rflags)
		guest_broken(guest, "the frame on the stack is another");
	memcpy(guest->vcpu->regs, frame->regs, sizeof(frame->regs));
	guest->now = frame->instruction;
	guest_set(guest, GUEST_RIP, frame->rip);
	guest_set(guest, GUEST_RFLAGS, frame->rflags);
	/* IRET ends the blocking of NMIs, whatever it returns from. */
	guest->nmi_blocked = false;
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO, 0);
	return true;
}

/* --- instructions --- */

static u32 end_of(const struct instruction *now)
{
	return operation_address(now->operation) + now->operation->length;
}

void guest_next(struct guest *guest)
{
	u64 blocking = guest_get(guest, GUEST_INTERRUPTIBILITY_INFO);

	guest->now.native = true;
	guest_set(guest, GUEST_RIP, end_of(&guest->now));
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO, blocking & ~SHADOW);
}

/* What the hypervisor did of it is seen here. */
static void settle(struct guest *guest)
{
	struct instruction *now = &guest->now;
	u64 rip = guest_get(guest, GUEST_RIP);

	if (!now->operation || rip == operation_address(now->operation))
		return;
	if (rip != end_of(now))
		guest_broken(guest, "RIP is 0x%llx", rip);
	if (now->operation->end)
		now->operation->end(guest, now);
	now->operation = NULL;
}

static void begin(struct guest *guest)
{
	const struct operation *operation = operation_draw(guest);

	guest->now = (struct instruction){.operation = operation};
	guest_set(guest, GUEST_RIP, operation_address(operation));
	if (operation->begin)
		operation->begin(guest, &guest->now);
}

static bool fetch(struct guest *guest)
{
	const struct operation *operation = guest->now.operation;
	u8 bytes[sizeof(operation->bytes)];

	if (!sim_guest_fetch(guest->vcpu, operation_address(operation), bytes, sizeof(bytes)))
		return false;
	if (memcmp(bytes, operation->bytes, operation->length))
		guest_broken(guest, "the code is another");
	return true;
}

static void check_state(struct guest *guest)
{
	bool blocked = guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) & BLOCKING_BY_NMI;

	if (blocked != guest->nmi_blocked)
		guest_broken(guest, "NMIs are %sblocked", blocked ? "" : "not ");
	interrupts_check(guest);
	start_check(guest);
}

/* It stays where it is when there is nothing more to do. */
static bool step(struct vcpu *vcpu, struct sim_exit *exit)
{
	struct guest *guest = guest_of(vcpu);

	if (start_is_under_way(guest))
		return start_step(guest, exit);
	settle(guest);
	check_state(guest);
	if (!guest->now.operation)
		begin(guest);
	if (!fetch(guest))
		return false;
	return guest->now.operation->execute(guest, &guest->now, exit);
}

/* --- events --- */

static bool is_of(const struct sim_injection *event, u32 type)
{
	return INTERRUPTION_TYPE(event->info) == type;
}

/* Where the handler returns to. */
static u32 return_address(struct guest *guest, const struct sim_injection *event)
{
	u64 rip = guest_get(guest, GUEST_RIP);

	if (is_of(event, INTERRUPTION_SOFTWARE_INTERRUPT))
		rip += event->instruction_length;
	/* The handler of a fault that was meant to be goes on behind the instruction. */
	if (is_of(event, INTERRUPTION_HARDWARE_EXCEPTION) && guest->now.operation)
		rip = end_of(&guest->now);
	return (u32)rip;
}

static void take_exception(struct guest *guest, struct frame *frame,
			   const struct sim_injection *event)
{
	if (INTERRUPTION_VECTOR(event->info) != VECTOR_GP || !frame->instruction.operation)
		guest_broken(guest, "exception 0x%x", event->info);
	frame->instruction.faulted = true;
}

static void deliver(struct vcpu *vcpu, const struct sim_injection *event)
{
	u8 vector = INTERRUPTION_VECTOR(event->info);
	struct guest *guest = guest_of(vcpu);
	struct frame *frame = &guest->frame[guest->depth];

	if (start_is_under_way(guest)) {
		start_deliver(guest, event);
		return;
	}
	settle(guest);
	if (!guest_push_frame(guest, vector, return_address(guest, event)))
		return;
	if (is_of(event, INTERRUPTION_EXTERNAL)) {
		interrupt_delivered(guest, vector);
		frame->in_service = simulation.irqchip;
	} else if (is_of(event, INTERRUPTION_NMI)) {
		nmi_delivered(guest);
	} else if (is_of(event, INTERRUPTION_HARDWARE_EXCEPTION)) {
		take_exception(guest, frame, event);
	} else if (frame->rip != end_of(&frame->instruction)) {
		guest_broken(guest, "INT n returns to 0x%x", frame->rip);
	}
}

const struct sim_guest guest_model = {.deliver = deliver, .step = step};

/* --- the beginning --- */

static void write_code(void)
{
	for (unsigned int i = 0; i < operation_count; i++) {
		u32 at = operation_address(&operations[i]);

		memcpy(sim_user_pointer(memory_hva(at)), operations[i].bytes,
		       sizeof(operations[i].bytes));
		note_written(at, operations[i].bytes, sizeof(operations[i].bytes));
	}
	start_write_code();
}

static struct kvm_segment flat_segment(u16 selector, u8 type)
{
	return (struct kvm_segment){.selector = selector,
				    .limit = 0xffffffff,
				    .type = type,
				    .present = 1,
				    .db = 1,
				    .s = 1,
				    .g = 1};
}

static void set_registers(struct guest *guest)
{
	struct kvm_regs regs = {.rip = CODE_PAGE, .rflags = RFLAGS_FIXED};
	struct kvm_sregs sregs;

	if (call(guest->fd, KVM_GET_SREGS, &sregs, sizeof(sregs)))
		broken("KVM_GET_SREGS fails");
	sregs.cs = flat_segment(8, 11);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat_segment(16, 3);
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE;
	if (call(guest->fd, KVM_SET_SREGS, &sregs, sizeof(sregs)) ||
	    call(guest->fd, KVM_SET_REGS, &regs, sizeof(regs)))
		broken("registers cannot be set");
}

static void start_local_apic(struct guest *guest)
{
	struct kvm_mp_state runnable = {.mp_state = KVM_MP_STATE_RUNNABLE};
	const u32 enabled = 0x1ff, spurious = 0xf0, one_shot = TIMER_VECTOR, timer = 0x320;
	struct kvm_lapic_state apic;

	if (call(guest->fd, KVM_GET_LAPIC, &apic, sizeof(apic)))
		broken("KVM_GET_LAPIC fails");
	memcpy(apic.regs + spurious, &enabled, sizeof(enabled));
	memcpy(apic.regs + timer, &one_shot, sizeof(one_shot));
	if (call(guest->fd, KVM_SET_LAPIC, &apic, sizeof(apic)) ||
	    call(guest->fd, KVM_SET_MP_STATE, &runnable, sizeof(runnable)))
		broken("the local APIC cannot be set");
}

void guest_make(struct guest *guest)
{
	if (!guest->id)
		write_code();
	pv_eoi_clear(guest);
	set_registers(guest);
	if (simulation.irqchip)
		start_local_apic(guest);
}
