// SPDX-License-Identifier: GPL-2.0
/* What guests do: one row for each instruction, with its operands, what it does, and what must be
 * so when it is done; and which one is next. */
#include "operations.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

#define OPERATION_STEP 16

u32 operation_address(const struct operation *operation)
{
	return (u32)(CODE_PAGE + (u64)(operation - operations) * OPERATION_STEP);
}

/* --- the table --- */

#define ROW(name_, length_, size_, weight_, drawn_, begin_, execute_, end_, ...)                   \
	{                                                                                          \
		name_, {__VA_ARGS__}, length_, size_, weight_, drawn_, begin_, execute_, end_      \
	}

const struct operation operations[] = {
	ROW("NOP", 1, 0, 4, ALWAYS, NULL, op_nop, NULL, 0x90),
	ROW("MOV AL, [ESI]", 2, 1, 8, ALWAYS, op_address_any, op_load, op_load_end, 0x8a, 0x06),
	ROW("MOV AX, [ESI]", 3, 2, 8, ALWAYS, op_address_any, op_load, op_load_end, 0x66, 0x8b,
	    0x06),
	ROW("MOV EAX, [ESI]", 2, 4, 12, ALWAYS, op_address_any, op_load, op_load_end, 0x8b, 0x06),
	ROW("MOV [ESI], AL", 2, 1, 8, ALWAYS, op_address_any, op_store, op_store_end, 0x88, 0x06),
	ROW("MOV [ESI], AX", 3, 2, 8, ALWAYS, op_address_any, op_store, op_store_end, 0x66, 0x89,
	    0x06),
	ROW("MOV [ESI], EAX", 2, 4, 16, ALWAYS, op_address_any, op_store, op_store_end, 0x89, 0x06),
	ROW("ADD [ESI], EAX", 2, 4, 8, ALWAYS, op_address_any, op_add, op_add_end, 0x01, 0x06),
	ROW("IN AL, DX", 1, 1, 2, ALWAYS, op_port_any, op_in, op_in_end, 0xec),
	ROW("IN EAX, DX", 1, 4, 2, ALWAYS, op_port_any, op_in, op_in_end, 0xed),
	ROW("OUT DX, AX", 2, 2, 2, ALWAYS, op_port_any, op_out, op_out_end, 0x66, 0xef),
	ROW("OUT DX, EAX", 1, 4, 2, ALWAYS, op_port_any, op_out, op_out_end, 0xef),
	ROW("OUT DX, EAX (served)", 1, 4, 0, NEVER, op_serve_begin, op_out, op_serve_end, 0xef),
	ROW("OUT DX, EAX (doorbell)", 1, 4, 3, ALWAYS, op_doorbell_begin, op_out, op_doorbell_end,
	    0xef),
	ROW("MOV [ESI], EAX (doorbell)", 2, 4, 3, ALWAYS, op_doorbell_begin, op_store,
	    op_doorbell_end, 0x89, 0x06),
	ROW("RDMSR", 2, 0, 8, ALWAYS, op_msr_any, op_rdmsr, op_rdmsr_end, 0x0f, 0x32),
	ROW("WRMSR", 2, 0, 4, ALWAYS, op_msr_any, op_wrmsr, op_wrmsr_end, 0x0f, 0x30),
	ROW("WRMSR (kvmclock)", 2, 0, 1, ALWAYS, op_clock_on, op_wrmsr_exits, op_clock_is_on, 0x0f,
	    0x30),
	ROW("MOV EAX, [ESI] (kvmclock)", 2, 0, 3, NEVER, NULL, op_clock_read, NULL, 0x8b, 0x06),
	ROW("MOV CR0, EAX", 3, 0, 3, ALWAYS, op_cr_any, op_mov_cr, op_mov_cr_end, 0x0f, 0x22, 0xc0),
	ROW("MOV CR4, EAX", 3, 0, 3, ALWAYS, op_cr_any, op_mov_cr, op_mov_cr_end, 0x0f, 0x22, 0xe0),
	ROW("CPUID", 2, 0, 2, ALWAYS, op_leaf_any, op_cpuid, NULL, 0x0f, 0xa2),
	ROW("CLI", 1, 0, 4, ALWAYS, NULL, op_cli, NULL, 0xfa),
	ROW("STI", 1, 0, 8, ALWAYS, NULL, op_sti, NULL, 0xfb),
	ROW("MOV SS, EAX", 2, 0, 3, ALWAYS, NULL, op_mov_ss, NULL, 0x8e, 0xd0),
	ROW("INT n", 2, 0, 3, ALWAYS, NULL, op_int_n, NULL, 0xcd, SOFT_VECTOR),
	ROW("IRET", 1, 0, 0, NEVER, NULL, op_iret, NULL, 0xcf),
	ROW("HLT", 1, 0, 0, NEVER, NULL, op_hlt, NULL, 0xf4),
	ROW("EOI", 2, 4, 0, NEVER, op_eoi_begin, op_store, op_eoi_end, 0x89, 0x06),
	ROW("WRMSR (PV EOI)", 2, 0, 3, WITH_IRQCHIP, op_pv_eoi_change, op_wrmsr_exits,
	    op_pv_eoi_changed, 0x0f, 0x30),
	ROW("BTR [ESI], 0", 4, 0, 0, NEVER, op_pv_eoi_begin, op_pv_eoi, op_pv_eoi_end, 0x0f, 0xba,
	    0x36, 0x00),
	ROW("TPR", 2, 4, 2, WITH_IRQCHIP, op_tpr_begin, op_store, op_tpr_end, 0x89, 0x06),
	ROW("MOV CR8, EAX", 3, 0, 3, WITH_IRQCHIP, op_cr8_begin, op_mov_cr8, op_tpr_end, 0x0f, 0x22,
	    0xc0),
	ROW("ICR, high", 2, 4, 2, WITH_IRQCHIP, op_destination_begin, op_store, op_destination_end,
	    0x89, 0x06),
	ROW("timer", 2, 4, 2, WITH_IRQCHIP, op_timer_begin, op_store, op_timer_end, 0x89, 0x06),
	ROW("ICR, INIT", 2, 4, 4, WITH_IRQCHIP, op_init_begin, op_store, op_init_end, 0x89, 0x06),
	ROW("ICR, SIPI", 2, 4, 8, WITH_IRQCHIP, op_sipi_begin, op_store, op_sipi_end, 0x89, 0x06),
	ROW("SVR", 2, 4, 0, NEVER, op_svr_begin, op_store, op_svr_end, 0x89, 0x06),
	ROW("LVT", 2, 4, 0, NEVER, op_lvt_begin, op_store, op_lvt_end, 0x89, 0x06),
	ROW("I/O APIC", 2, 4, 0, NEVER, op_entry_begin, op_store, op_entry_end, 0x89, 0x06),
	ROW("ICR", 2, 4, 6, WITH_IRQCHIP, op_icr_begin, op_store, op_icr_end, 0x89, 0x06),
};
const unsigned int operation_count = COUNT_OF(operations);

/* By its name where several do the same. */
static const struct operation *by_function(operation_execute_fn *execute, const char *name)
{
	for (unsigned int i = 0; i < COUNT_OF(operations); i++)
		if (operations[i].execute == execute &&
		    (!name || !strcmp(operations[i].name, name)))
			return &operations[i];
	return NULL;
}

/* --- which is next --- */

static const struct operation *return_from_handler(struct guest *guest)
{
	struct frame *frame = &guest->frame[guest->depth - 1];

	/* One that asks no device will come again. */
	frame->served |= !simulation.over && chance(4);
	if (frame->in_service && !frame->served && line_of(guest, frame->vector) < LINES)
		return by_function(op_out, "OUT DX, EAX (served)");
	if (frame->in_service && guest->has_pv_eoi && !frame->looked)
		return by_function(op_pv_eoi, NULL);
	if (frame->in_service)
		return by_function(op_store, "EOI");
	return by_function(op_iret, NULL);
}

/* Handlers are left, what waits is let in: until nothing is left. */
static const struct operation *come_to_an_end(struct guest *guest)
{
	if (guest->depth)
		return return_from_handler(guest);
	if (start_sipi_is_due(guest))
		return by_function(op_store, "ICR, SIPI");
	if (guest->tpr)
		return by_function(op_store, "TPR");
	if (!(guest_get(guest, GUEST_RFLAGS) & RFLAGS_IF))
		return by_function(op_sti, NULL);
	guest->quiet++;
	return by_function(op_nop, NULL);
}

static bool interrupts(const struct guest *guest, operation_begin_fn *begin)
{
	for (unsigned int i = 0; i < guest->depth; i++) {
		const struct operation *operation = guest->frame[i].instruction.operation;

		if (operation && operation->begin == begin)
			return true;
	}
	return false;
}

static bool may_be_drawn(const struct guest *guest, const struct operation *operation)
{
	if (operation->begin == op_icr_begin && simulation.calm)
		return false;
	/* Those who ring are not to be told apart. */
	if (operation->begin == op_doorbell_begin && interrupts(guest, op_doorbell_begin))
		return false;
	if (operation->execute == op_int_n)
		return guest->depth < MAX_FRAMES / 2;
	if (operation->execute == op_sti)
		return guest->depth < MAX_FRAMES / 2 || !guest->nmi_blocked;
	/* What a handler has interrupted may be about to send by it. */
	if (operation->begin == op_destination_begin && !start_may_change_target(guest))
		return false;
	if (operation->begin == op_init_begin)
		return start_may_send_init(guest);
	if (operation->begin == op_sipi_begin)
		return start_may_send(guest);
	return machine_has(operation->drawn);
}

static const struct operation *draw(const struct guest *guest)
{
	unsigned int sum = 0, i;
	u64 drawn;

	for (i = 0; i < COUNT_OF(operations); i++)
		sum += may_be_drawn(guest, &operations[i]) ? operations[i].weight : 0;
	drawn = sim_random_below(sum);
	for (i = 0;; i++) {
		unsigned int weight =
			may_be_drawn(guest, &operations[i]) ? operations[i].weight : 0;

		if (drawn < weight)
			return &operations[i];
		drawn -= weight;
	}
}

/* The sooner its handler ends, the more often the bit is still set. */
static bool may_skip_eoi(const struct guest *guest)
{
	const struct frame *frame = &guest->frame[guest->depth - 1];

	return guest->has_pv_eoi && frame->in_service && !frame->looked;
}

/* Each instruction is over before the next of them begins, also where an NMI comes between. */
static const struct operation *start_controllers(struct guest *guest)
{
	if (guest->depth)
		return return_from_handler(guest);
	if (!guest->start.svr_is_set)
		return by_function(op_store, "SVR");
	if (!entries_left(guest))
		return by_function(op_store, "LVT");
	return entries_are_free(guest) ? by_function(op_store, "I/O APIC")
				       : by_function(op_nop, NULL);
}

const struct operation *operation_draw(struct guest *guest)
{
	if (guest->start.registers_left)
		return start_controllers(guest);
	if (simulation.over)
		return come_to_an_end(guest);
	if (!step_take())
		return by_function(op_nop, NULL);
	if (guest->depth &&
	    (chance(4) || guest->depth > MAX_FRAMES / 2 || (may_skip_eoi(guest) && chance(2))))
		return return_from_handler(guest);
	if (!guest->depth && guest_interrupts_on(guest) && chance(20))
		return by_function(op_hlt, NULL);
	if (start_sipi_is_due(guest) && chance(8))
		return by_function(op_store, "ICR, SIPI");
	if (guest->has_clock && chance(20))
		return by_function(op_clock_read, NULL);
	return draw(guest);
}
