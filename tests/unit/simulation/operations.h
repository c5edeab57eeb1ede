/* SPDX-License-Identifier: GPL-2.0 */
/* What the rows of operations.c name, and what it is written with. */
#ifndef LINTEL_TESTS_UNIT_SIMULATION_OPERATIONS_H
#define LINTEL_TESTS_UNIT_SIMULATION_OPERATIONS_H

#include "devices.h"

#define SOFT_VECTOR 0x28 /* of INT n */

static inline void set_register(struct guest *guest, enum vcpu_reg reg, u32 value)
{
	guest->vcpu->regs[reg] = value;
}

/* The end of an operation_execute_fn: the instruction exits. */
static inline bool exits(const struct instruction *now, struct sim_exit *exit, u32 reason)
{
	exit->reason = reason;
	exit->instruction_length = now->operation->length;
	return true;
}

/* A device's register is to be written, with op_store. */
static inline void op_register_at(struct guest *guest, struct instruction *now, u32 address,
				  u32 value)
{
	now->address = address;
	now->value = value;
	set_register(guest, REG_RSI, address);
	set_register(guest, REG_RAX, value);
}

/* The same, of the local APIC. */
static inline void op_apic_register(struct guest *guest, struct instruction *now, u32 offset,
				    u32 value)
{
	op_register_at(guest, now, (u32)LAPIC_BASE + offset, value);
}

/* --- startup.c --- */

operation_begin_fn op_init_begin, op_sipi_begin, op_svr_begin, op_lvt_begin;
operation_end_fn op_init_end, op_sipi_end, op_svr_end, op_lvt_end;

/* --- entries.c --- */

/* Has the guest lines whose entries it is still to write, and may it write them now? */
bool entries_left(struct guest *guest);
bool entries_are_free(struct guest *guest);
operation_begin_fn op_entry_begin;
operation_end_fn op_entry_end;

/* --- operations_memory.c --- */

operation_begin_fn op_address_any;
operation_execute_fn op_load, op_store, op_add;
operation_end_fn op_load_end, op_store_end, op_add_end;

operation_begin_fn op_port_any, op_serve_begin;
operation_execute_fn op_in, op_out;
operation_end_fn op_in_end, op_out_end, op_serve_end;

/* --- doorbells.c: with op_out and op_store --- */

operation_begin_fn op_doorbell_begin;
operation_end_fn op_doorbell_end;

/* --- operations_system.c --- */

operation_begin_fn op_msr_any;
operation_execute_fn op_rdmsr, op_wrmsr;
operation_end_fn op_rdmsr_end, op_wrmsr_end;

operation_begin_fn op_clock_on;
operation_execute_fn op_wrmsr_exits, op_clock_read;
operation_end_fn op_clock_is_on;

operation_begin_fn op_cr_any;
operation_execute_fn op_mov_cr;
operation_end_fn op_mov_cr_end;

/* CR0 or CR4, as the guest has it. */
u32 op_register_value(const struct guest *guest, unsigned int cr);
/* MOV to it: false: it exits, *exit says how, but for the length. */
bool op_register_write(struct guest *guest, unsigned int cr, u32 value, struct sim_exit *exit);

operation_begin_fn op_leaf_any;
operation_execute_fn op_cpuid;

/* --- operations_interrupt.c --- */

operation_execute_fn op_nop, op_cli, op_sti, op_mov_ss, op_int_n, op_iret, op_hlt;

/* Registers of the local APIC are written with op_store; its TPR with op_mov_cr8 too. */
operation_begin_fn op_eoi_begin, op_tpr_begin, op_destination_begin, op_timer_begin, op_icr_begin;
operation_end_fn op_eoi_end, op_tpr_end, op_destination_end, op_timer_end, op_icr_end;
/* It will not be ended: perhaps it was sent. */
void op_icr_forget(struct guest *guest, const struct instruction *now);
operation_begin_fn op_cr8_begin;
operation_begin_fn op_pv_eoi_change;
operation_end_fn op_pv_eoi_changed;
operation_begin_fn op_pv_eoi_begin;
operation_execute_fn op_pv_eoi;
operation_end_fn op_pv_eoi_end;
operation_execute_fn op_mov_cr8;

#endif
