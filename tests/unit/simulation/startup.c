// SPDX-License-Identifier: GPL-2.0
/*
 * INIT and SIPI: vCPU 0 sends them to another, as an operating system starts its processors.  The
 * receiver waits, begins in real mode in the page that the SIPI says, goes to protected mode from
 * there, and turns its local APIC on, and its lines at the I/O APIC.
 *
 * From the INIT to there, what others send it may be lost.
 *
 * SDM: "MP Initialization Protocol Algorithm for MP Systems", "Local APIC State After It Receives
 * an INIT Reset", table "IA-32 and Intel 64 Processor States Following Power-up, Reset, or INIT".
 */
#include "facts/exit_reason.h"
#include "irq/registers.h"
#include "operations.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

#define START_PAGE	     0x3000ull /* in SLOT_RAM; where nobody writes */
#define OTHER_PAGE	     0x7000ull /* of a SIPI that is to be ignored */
#define PAGE_NUMBER(address) ((u32)((address) >> LINTEL_PAGE_SHIFT))
#define CR0_STARTED	     (CR0_PE | CR0_ET | CR0_NE)

/* --- the code in real mode --- */

enum { AT_MOV_EAX = 0, AT_MOV_CR0 = 6, AT_JMP = 9 };

static const u8 code[] = {
	0x66, 0xb8, CR0_STARTED, 0, 0, 0,	/* MOV EAX, CR0_STARTED */
	0x0f, 0x22, 0xc0,			/* MOV CR0, EAX */
	0x66, 0xea, 0,		 0, 0, 0, 8, 0, /* JMP 8:CODE_PAGE */
};

void start_write_code(void)
{
	memcpy(sim_user_pointer(memory_hva(START_PAGE)), code, sizeof(code));
	for (unsigned int i = 0; i < sizeof(code); i++)
		memory_written(START_PAGE + i, code[i]);
}

bool start_is_under_way(const struct guest *guest)
{
	return guest_get(guest, GUEST_CS_SELECTOR) != 8;
}

/* --- what INIT leaves --- */

static const struct {
	u32 field;
	u64 value;
} after_init[] = {
	{GUEST_CS_SELECTOR, START_PAGE >> 4},
	{GUEST_CS_BASE, START_PAGE},
	{GUEST_CS_LIMIT, 0xffff},
	{GUEST_SS_SELECTOR, 0},
	{GUEST_SS_BASE, 0},
	{GUEST_SS_LIMIT, 0xffff},
	{GUEST_DS_SELECTOR, 0},
	{GUEST_DS_BASE, 0},
	{GUEST_DS_LIMIT, 0xffff},
	{GUEST_ES_SELECTOR, 0},
	{GUEST_FS_BASE, 0},
	{GUEST_GS_BASE, 0},
	{GUEST_LDTR_SELECTOR, 0},
	{GUEST_TR_SELECTOR, 0},
	{GUEST_GDTR_BASE, 0},
	{GUEST_GDTR_LIMIT, 0xffff},
	{GUEST_IDTR_BASE, 0},
	{GUEST_IDTR_LIMIT, 0xffff},
	{GUEST_RIP, 0},
	{GUEST_RSP, 0},
	{GUEST_CR3, 0},
	{GUEST_DR7, DR7_FIXED},
};

static void check_reset(struct guest *guest)
{
	for (unsigned int i = 0; i < COUNT_OF(after_init); i++)
		if (guest_get(guest, after_init[i].field) != after_init[i].value)
			guest_broken(guest, "it starts, and field 0x%x is 0x%llx, not 0x%llx",
				     after_init[i].field, guest_get(guest, after_init[i].field),
				     after_init[i].value);
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		if (reg != REG_RDX && reg != REG_RSP && guest->vcpu->regs[reg])
			guest_broken(guest, "it starts, and register %u is 0x%llx", reg,
				     guest->vcpu->regs[reg]);
	if (guest_get(guest, GUEST_RFLAGS) != RFLAGS_FIXED ||
	    op_register_value(guest, 0) != CR0_ET || op_register_value(guest, 4))
		guest_broken(guest, "it starts with RFLAGS 0x%llx, CR0 0x%x, CR4 0x%x",
			     guest_get(guest, GUEST_RFLAGS), op_register_value(guest, 0),
			     op_register_value(guest, 4));
}

static void forget_instruction(struct guest *guest, const struct instruction *instruction)
{
	memory_settle(instruction);
	if (instruction->operation && instruction->operation->begin == op_icr_begin)
		op_icr_forget(guest, instruction);
}

/* What it was doing it does not end. */
static void forget(struct guest *guest)
{
	forget_instruction(guest, &guest->now);
	for (unsigned int i = 0; i < guest->depth; i++)
		forget_instruction(guest, &guest->frame[i].instruction);
	guest->now = (struct instruction){.operation = NULL};
	guest->depth = guest->services = guest->quiet = 0;
	guest->nmi_blocked = guest->has_clock = guest->has_pv_eoi = false;
	guest->tpr = 0;
	guest->destination = 0;
	interrupts_after_init(guest);
	state_after_init(guest);
}

static void begin(struct guest *guest)
{
	if (guest->start.begun)
		return;
	if (!guest->start.sipi)
		guest_broken(guest, "it starts, and nobody sent a SIPI after an INIT");
	check_reset(guest);
	forget(guest);
	guest->start.begun = true;
	guest->start.init_waits = guest->start.sipi_waits = false;
}

/* --- from real mode to protected mode --- */

static void load_segments(struct guest *guest)
{
	static const struct {
		u32 selector, base, limit, rights;
	} fields[] = {
#define SEGMENT(name)                                                                              \
	{GUEST_##name##_SELECTOR, GUEST_##name##_BASE, GUEST_##name##_LIMIT,                       \
	 GUEST_##name##_AR_BYTES}
		SEGMENT(CS), SEGMENT(SS), SEGMENT(DS), SEGMENT(ES), SEGMENT(FS), SEGMENT(GS),
	};

	for (unsigned int i = 0; i < COUNT_OF(fields); i++) {
		guest_set(guest, fields[i].selector, i ? 16 : 8);
		guest_set(guest, fields[i].base, 0);
		guest_set(guest, fields[i].limit, 0xffffffff);
		guest_set(guest, fields[i].rights, i ? 0xc093 : 0xc09b);
	}
}

static bool fetch(struct guest *guest, u64 rip)
{
	u8 byte;

	if (rip >= sizeof(code))
		guest_broken(guest, "it starts, and RIP is 0x%llx", rip);
	if (!sim_guest_fetch(guest->vcpu, START_PAGE + rip, &byte, sizeof(byte)))
		return false;
	if (byte != code[rip])
		guest_broken(guest, "the code that it starts with is another");
	return true;
}

static bool move_to_cr0(struct guest *guest, struct sim_exit *exit)
{
	exit->instruction_length = AT_JMP - AT_MOV_CR0;
	if (!op_register_write(guest, 0, CR0_STARTED, exit))
		return true;
	guest_set(guest, GUEST_RIP, AT_JMP);
	return false;
}

bool start_step(struct guest *guest, struct sim_exit *exit)
{
	u64 rip = guest_get(guest, GUEST_RIP);

	if (!fetch(guest, rip))
		return false;
	begin(guest);
	switch (rip) {
	case AT_MOV_EAX:
		guest->vcpu->regs[REG_RAX] = CR0_STARTED;
		guest_set(guest, GUEST_RIP, AT_MOV_CR0);
		return false;
	case AT_MOV_CR0:
		return move_to_cr0(guest, exit);
	default:
		if (op_register_value(guest, 0) != CR0_STARTED)
			guest_broken(guest, "CR0 is 0x%x", op_register_value(guest, 0));
		load_segments(guest);
		guest_set(guest, GUEST_RIP, CODE_PAGE);
		guest->start.registers_left = true;
		return false;
	}
}

/* In real mode each handler is an IRET. */
void start_deliver(struct guest *guest, const struct sim_injection *event)
{
	begin(guest);
	if (INTERRUPTION_TYPE(event->info) != INTERRUPTION_NMI)
		guest_broken(guest, "it starts, and event 0x%x comes", event->info);
	nmi_delivered(guest);
	guest->nmi_blocked = false;
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO, 0);
}

/* --- its local APIC --- */

void op_svr_begin(struct guest *guest, struct instruction *now)
{
	op_apic_register(guest, now, LAPIC_SVR, SVR_RESET | SVR_ENABLE);
}

void op_svr_end(struct guest *guest, struct instruction *now)
{
	guest->start.svr_is_set = true;
}

void op_lvt_begin(struct guest *guest, struct instruction *now)
{
	op_apic_register(guest, now, LAPIC_LVT_TIMER, TIMER_VECTOR);
}

/* The last of what it does to start: from here on it takes all that is sent. */
void op_lvt_end(struct guest *guest, struct instruction *now)
{
	interrupts_lost(guest);
	guest->start = (struct start){.is_away = false};
	lines_started(guest);
	pins_lost(guest, true);
}

/* --- who sends --- */

static struct guest *target_of(const struct guest *guest)
{
	return &simulation.guest[guest->destination];
}

bool start_may_send(const struct guest *guest)
{
	return simulation.irqchip && !guest->id && !guest->depth && guest->destination;
}

bool start_may_change_target(const struct guest *guest)
{
	return !guest->depth && !(start_may_send(guest) && target_of(guest)->start.is_away);
}

bool start_may_send_init(const struct guest *guest)
{
	return start_may_send(guest) && !target_of(guest)->start.is_away;
}

bool start_sipi_is_due(const struct guest *guest)
{
	return start_may_send(guest) && target_of(guest)->start.init_is_sent &&
	       !target_of(guest)->start.sipi;
}

void op_init_begin(struct guest *guest, struct instruction *now)
{
	op_apic_register(guest, now, LAPIC_ICR, (u32)IRQ_INIT << 8 | ICR_ASSERT);
	target_of(guest)->start = (struct start){.is_away = true};
	interrupts_before_init(target_of(guest));
}

void op_init_end(struct guest *guest, struct instruction *now)
{
	target_of(guest)->start.init_is_sent = true;
	target_of(guest)->start.init_waits = true;
}

/* To one that runs it is sent too, and is nothing. */
void op_sipi_begin(struct guest *guest, struct instruction *now)
{
	struct start *start = &target_of(guest)->start;
	u64 page = start->is_away ? START_PAGE : OTHER_PAGE;

	op_apic_register(guest, now, LAPIC_ICR,
			 (u32)IRQ_STARTUP << 8 | ICR_ASSERT | PAGE_NUMBER(page));
	start->sipi = start->is_away;
}

void op_sipi_end(struct guest *guest, struct instruction *now)
{
	struct start *start = &target_of(guest)->start;

	start->sipi_waits = start->sipi && !start->begun;
}

void start_check(struct guest *guest)
{
	if (guest->start.init_waits)
		guest_broken(guest, "an INIT was sent, and the guest goes on");
}

void start_check_asleep(struct guest *guest)
{
	if (guest->start.sipi_waits ||
	    (guest->start.init_waits && guest->vcpu->mp_state == KVM_MP_STATE_HALTED))
		guest_broken(guest, "an INIT or a SIPI was sent, and the guest sleeps");
}
