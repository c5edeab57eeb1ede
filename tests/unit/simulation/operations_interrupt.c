// SPDX-License-Identifier: GPL-2.0
/* What guests do about interrupts: they let them in or not, wait for them, raise, send and end
 * them. */
#include "facts/exit_reason.h"
#include "irq/registers.h"
#include "facts/msr.h"
#include "operations.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

/* --- flags and interrupts --- */

static void change_flags(struct guest *guest, u64 clear, u64 set)
{
	guest_set(guest, GUEST_RFLAGS, (guest_get(guest, GUEST_RFLAGS) & ~clear) | set);
}

bool op_cli(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	change_flags(guest, RFLAGS_IF, 0);
	guest_next(guest);
	return false;
}

static void block(struct guest *guest, u32 how)
{
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO,
		  guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) | how);
}

bool op_sti(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	bool was_on = guest_get(guest, GUEST_RFLAGS) & RFLAGS_IF;

	change_flags(guest, 0, RFLAGS_IF);
	guest_next(guest);
	if (!was_on)
		block(guest, BLOCKING_BY_STI);
	return false;
}

bool op_mov_ss(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	guest_next(guest);
	block(guest, BLOCKING_BY_MOV_SS);
	return false;
}

bool op_nop(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	guest_next(guest);
	if (!simulation.over || guest->quiet < QUIET_ENOUGH)
		return false;
	exit->reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	sim_signal(true);
	return true;
}

bool op_int_n(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 info = INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_INTERRUPT << 8 | SOFT_VECTOR;
	u32 next = operation_address(now->operation) + now->operation->length;

	exit->idt_vectoring_info = info;
	exit->instruction_length = now->operation->length;
	if (!guest_push_frame(guest, SOFT_VECTOR, next))
		return false;
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO,
		  guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) & BLOCKING_BY_NMI);
	change_flags(guest, RFLAGS_IF, 0);
	return false;
}

bool op_iret(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	guest_pop_frame(guest);
	return false;
}

bool op_hlt(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	return exits(now, exit, EXIT_REASON_HLT);
}

/* --- the local APIC --- */

/* Behind the guest's page of kvmclock. */
static u32 pv_eoi_byte(const struct guest *guest)
{
	return (u32)LOGGED_BASE + guest->id * 64 + 48;
}

static bool eoi_is_offered(const struct guest *guest)
{
	return *(const u8 *)sim_user_pointer(memory_hva(pv_eoi_byte(guest)));
}

void op_eoi_begin(struct guest *guest, struct instruction *now)
{
	if (!guest->has_pv_eoi && eoi_is_offered(guest))
		guest_broken(guest, "the end of interrupt is offered, and the guest did not ask");
	op_apic_register(guest, now, LAPIC_EOI, 0);
	line_eoi_begin(guest, guest->in_service[guest->services - 1]);
}

void op_eoi_end(struct guest *guest, struct instruction *now)
{
	line_eoi_end(guest, guest->in_service[--guest->services]);
	for (unsigned int i = guest->depth; i--;)
		if (guest->frame[i].in_service) {
			guest->frame[i].in_service = false;
			return;
		}
}

/* --- MSR_KVM_PV_EOI_EN --- */

#define PV_EOI_ENABLE 1

void pv_eoi_clear(const struct guest *guest)
{
	*(u8 *)sim_user_pointer(memory_hva(pv_eoi_byte(guest))) = 0;
}

void pv_eoi_check(const struct guest *guest)
{
	if (eoi_is_offered(guest))
		guest_broken(guest, "the end of interrupt is offered, and the guest does not run");
}

void op_pv_eoi_change(struct guest *guest, struct instruction *now)
{
	now->which = !guest->has_pv_eoi || !chance(3);
	set_register(guest, REG_RCX, MSR_KVM_PV_EOI_EN);
	set_register(guest, REG_RAX, now->which ? pv_eoi_byte(guest) | PV_EOI_ENABLE : 0);
	set_register(guest, REG_RDX, 0);
}

void op_pv_eoi_changed(struct guest *guest, struct instruction *now)
{
	if (now->faulted)
		guest_broken(guest, "the paravirtual end of interrupt is refused");
	guest->has_pv_eoi = now->which;
}

void op_pv_eoi_begin(struct guest *guest, struct instruction *now)
{
	line_eoi_begin(guest, guest->in_service[guest->services - 1]);
	set_register(guest, REG_RSI, pv_eoi_byte(guest));
	now->which = false;
}

/* Where the bit is set, clearing it is the end of interrupt; otherwise that is to be written. */
bool op_pv_eoi(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u8 byte, none = 0;

	if (!sim_guest_read(guest->vcpu, pv_eoi_byte(guest), &byte, sizeof(byte)))
		return false;
	if (byte > 1)
		guest_broken(guest, "the byte for the end of interrupt is 0x%x", byte);
	if (byte && !sim_guest_write(guest->vcpu, pv_eoi_byte(guest), &none, sizeof(none)))
		return false;
	now->which = byte;
	guest_next(guest);
	return false;
}

void op_pv_eoi_end(struct guest *guest, struct instruction *now)
{
	if (now->which)
		op_eoi_end(guest, now);
	else
		guest->frame[guest->depth - 1].looked = true;
}

/* --- priority, timer, messages --- */

void op_tpr_begin(struct guest *guest, struct instruction *now)
{
	bool lower = simulation.over || chance(2);

	op_apic_register(guest, now, LAPIC_TPR, lower ? 0 : (u32)sim_random_below(15) << 4);
}

void op_tpr_end(struct guest *guest, struct instruction *now)
{
	guest->tpr = (u8)now->value;
}

/* MOV to CR8, where the processor has the TPR in memory.  (In 64-bit code, but only the processor
 * knows which code that is.) */
bool op_mov_cr8(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	exit->qualification = 8;
	if (!guest->vcpu->tpr_shadow)
		return exits(now, exit, EXIT_REASON_CR_ACCESS);
	sim_guest_set_tpr(guest->vcpu, now->value);
	guest_next(guest);
	return false;
}

void op_cr8_begin(struct guest *guest, struct instruction *now)
{
	now->value = simulation.over || chance(2) ? 0 : (u32)sim_random_below(15) << 4;
	set_register(guest, REG_RAX, now->value >> 4);
}

void op_destination_begin(struct guest *guest, struct instruction *now)
{
	op_apic_register(guest, now, LAPIC_ICR2, (u32)sim_random_below(simulation.guests) << 24);
}

void op_destination_end(struct guest *guest, struct instruction *now)
{
	guest->destination = now->value >> 24;
}

#define TIMER_DIVIDES_BY 2 /* after a reset */

void op_timer_begin(struct guest *guest, struct instruction *now)
{
	op_apic_register(guest, now, LAPIC_TIMER_INITIAL, 1 + (u32)sim_random_below(50000));
	interrupt_timer_begin(guest);
}

void op_timer_end(struct guest *guest, struct instruction *now)
{
	interrupt_timer_started(guest, (u64)now->value * TIMER_DIVIDES_BY);
}

static bool is_for(const struct guest *sender, u32 icr, unsigned int id)
{
	switch (ICR_SHORTHAND(icr)) {
	case IRQ_SELF:
		return id == sender->id;
	case IRQ_ALL:
		return true;
	case IRQ_ALL_BUT_SELF:
		return id != sender->id;
	default:
		return id == sender->destination;
	}
}

static bool is_nmi(u32 icr)
{
	return ICR_DELIVERY(icr) == IRQ_NMI;
}

void op_icr_begin(struct guest *guest, struct instruction *now)
{
	u32 icr = (u32)sim_random_below(4) << 18 | ICR_ASSERT;

	/* NMIs are not sent to the sender: "self" and "all" are for fixed vectors. */
	if (chance(6))
		icr = (icr & ~(u32)0xc0000) | (u32)IRQ_NMI << 8 | (chance(2) ? 3u << 18 : 0);
	else
		icr |= interrupt_any_vector();
	op_apic_register(guest, now, LAPIC_ICR, icr);
	for (unsigned int id = 0; id < simulation.guests; id++)
		if (is_for(guest, icr, id))
			now->token[id] = is_nmi(icr) ? nmi_send_begin(id)
						     : interrupt_send_begin(id, (u8)icr);
}

void op_icr_end(struct guest *guest, struct instruction *now)
{
	for (unsigned int id = 0; id < simulation.guests; id++) {
		if (!is_for(guest, now->value, id))
			continue;
		if (is_nmi(now->value))
			nmi_send_end(id, now->token[id]);
		else
			interrupt_send_end(id, (u8)now->value, now->token[id]);
	}
}

void op_icr_forget(struct guest *guest, const struct instruction *now)
{
	for (unsigned int id = 0; id < simulation.guests; id++) {
		if (!is_for(guest, now->value, id))
			continue;
		if (is_nmi(now->value))
			nmi_send_unsure(id);
		else
			interrupt_send_unsure(id, (u8)now->value);
	}
}
