// SPDX-License-Identifier: GPL-2.0
/*
 * Events as the guest gets them: what a processor that delivers them, cuts deliveries short and
 * opens windows has injected by the time that KVM_RUN comes back.
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "irq/registers.h"
#include "vcpu/events.h"

#define EVENT(type, vector) (INTERRUPTION_VALID | (u32)(type) << 8 | (vector))
#define FAULT(vector)	    EVENT(INTERRUPTION_HARDWARE_EXCEPTION, vector)
#define FAULT_ERROR(vector) (FAULT(vector) | INTERRUPTION_ERROR_CODE)
#define INTERRUPT(vector)   EVENT(INTERRUPTION_EXTERNAL, vector)
#define NMI		    EVENT(INTERRUPTION_NMI, VECTOR_NMI)
#define INT_N(vector)	    EVENT(INTERRUPTION_SOFTWARE_INTERRUPT, vector)
#define IF		    (RFLAGS_FIXED | RFLAGS_IF)

static struct fixture *machine;
static struct vcpu *vcpu;
static hpa_t vmcs;

/* In real mode, or in protected mode, where exceptions have error codes. */
static void start(bool protected_mode, bool irqchip)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = irqchip);
	vcpu = machine->vcpu;
	vmcs = fixture_vmcs(machine);
	host_vcpu_get(vcpu);
	if (protected_mode)
		EXPECT_EQ(vcpu_cr0_write(vcpu, vcpu_cr0_read(vcpu) | CR0_PE), 0);
	host_vcpu_release(vcpu);
}

static int call(u32 number, void *data)
{
	struct ioctl_call call = {.vm = &machine->vm, .vcpu = vcpu, .data = data};
	int result;

	host_vcpu_get(vcpu);
	result = ioctl_carry_out(ioctl_find(SCOPE_VCPU, number), &call);
	host_vcpu_release(vcpu);
	return result;
}

static void user_interrupt(u32 vector)
{
	struct kvm_interrupt interrupt = {.irq = vector};

	EXPECT_EQ(call(KVM_INTERRUPT, &interrupt), 0);
}

/* What the guest is when it exits. */
struct guest_state {
	u64 rflags;
	u32 blocking;
};

static struct guest_state interrupts_on = {IF, 0}, interrupts_off = {RFLAGS_FIXED, 0};
static struct guest_state behind_sti = {IF, BLOCKING_BY_STI};

static void become(struct vcpu *self, void *argument)
{
	const struct guest_state *state = argument;

	sim_vmcs_set(vmcs, GUEST_RFLAGS, state->rflags);
	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, state->blocking);
}

static void script(u32 reason, struct guest_state *state)
{
	sim_script_exit(&(struct sim_exit){.reason = reason,
					   .instruction_length = 1,
					   .guest = state ? become : NULL,
					   .argument = state});
}

/* KVM_RUN to the HLT that the script has at its end. */
static void run_to_hlt(void)
{
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	EXPECT_EQ(sim_script_left(), 0);
}

static void expect_injections(const u32 *infos, unsigned int count)
{
	EXPECT_EQ(sim_injections(), count);
	for (unsigned int i = 0; i < count && i < sim_injections(); i++)
		EXPECT_EQ(sim_injection_at(i).info, infos[i]);
}

/* --- Deliveries that meet an exit --- */

static const struct cut_row {
	bool protected_mode;
	u32 vectoring, error, length; /* of the exit */
	u32 info, code, again;	      /* of the entry: length */
	u64 rip;		      /* how far it has moved */
} cuts[] = {
	{false, INTERRUPT(0x41), 0, 5, INTERRUPT(0x41), 0, 0, 0},
	{false, NMI, 0, 5, NMI, 0, 0, 0},
	{false, INT_N(0x80), 0, 2, INT_N(0x80), 0, 2, 0},
	{true, INT_N(0x80), 0, 2, INT_N(0x80), 0, 2, 0},
	{true, INT_N(3), 0, 2, INT_N(3), 0, 2, 0},
	/* With prefixes. */
	{true, INT_N(0x80), 0, 15, INT_N(0x80), 0, 15, 0},
	{false, EVENT(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_BP), 0, 1,
	 EVENT(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_BP), 0, 1, 0},
	{true, EVENT(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_OF), 0, 4,
	 EVENT(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_OF), 0, 4, 0},
	/* INT1 is done; what is left of it is a #DB. */
	{true, EVENT(INTERRUPTION_PRIVILEGED_EXCEPTION, VECTOR_DB), 0, 2, FAULT(VECTOR_DB), 0, 0,
	 2},
	{true, FAULT(VECTOR_UD), 0x77, 3, FAULT(VECTOR_UD), 0, 0, 0},
	{true, FAULT_ERROR(VECTOR_GP), 0x1238, 3, FAULT_ERROR(VECTOR_GP), 0x1238, 0, 0},
	{true, FAULT_ERROR(VECTOR_PF), 7, 3, FAULT_ERROR(VECTOR_PF), 7, 0, 0},
	{true, FAULT_ERROR(VECTOR_DF), 0, 3, FAULT_ERROR(VECTOR_DF), 0, 0, 0},
	{true, FAULT_ERROR(VECTOR_AC), 0, 3, FAULT_ERROR(VECTOR_AC), 0, 0, 0},
};

static void script_violation(const struct cut_row *row, bool in_delivery)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = 1,
					   .guest_physical = 0x10,
					   .instruction_length = row->length,
					   .idt_vectoring_info = row->vectoring,
					   .idt_vectoring_error = row->error,
					   .in_delivery = in_delivery,
					   .guest = become,
					   .argument = &interrupts_on});
}

/* The same event goes in until it gets there, as it was; then no more. */
TEST(events_cut_short_go_in_again)
{
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		const struct cut_row *row = &cuts[i];
		u64 rip;

		test_context("row %zu", i);
		start(row->protected_mode, false);
		rip = sim_vmcs_get(vmcs, GUEST_RIP);
		script_violation(row, false);
		script_violation(row, true);
		script_violation(row, true);
		script(EXIT_REASON_HLT, NULL);
		run_to_hlt();
		EXPECT_EQ(sim_injections(), 3);
		for (unsigned int n = 0; n < 3; n++) {
			EXPECT_EQ(sim_injection_at(n).info, row->info);
			EXPECT_EQ(sim_injection_at(n).error_code, row->code);
			EXPECT_EQ(sim_injection_at(n).instruction_length, row->again);
			EXPECT_EQ(sim_injection_at(n).cut_short, n < 2);
		}
		EXPECT_EQ(vcpu->rip, rip + row->rip + 1);
		EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO),
			  row->info == NMI ? BLOCKING_BY_NMI : 0);
		EXPECT_FALSE(vcpu_event_underway(vcpu));
		fixture_destroy(machine);
	}
}

/* Real mode pushes no error codes. */
TEST(events_cut_short_in_real_mode_have_no_error_code)
{
	const struct cut_row row = {.vectoring = FAULT_ERROR(VECTOR_GP), .error = 0x18};

	start(false, false);
	script_violation(&row, false);
	script(EXIT_REASON_HLT, NULL);
	run_to_hlt();
	expect_injections((const u32[]){FAULT(VECTOR_GP)}, 1);
	fixture_destroy(machine);
}

/* --- Interrupts of user space --- */

static const struct {
	struct guest_state before, after;
	unsigned int delivered;
} interrupt_rows[] = {
	{{IF, 0}, {IF, 0}, 1},
	{{RFLAGS_FIXED, 0}, {RFLAGS_FIXED, 0}, 0},
	{{RFLAGS_FIXED, 0}, {IF, 0}, 1},
	{{RFLAGS_FIXED, 0}, {IF, BLOCKING_BY_STI}, 0},
	{{IF, BLOCKING_BY_STI}, {IF, 0}, 1},
	{{IF, BLOCKING_BY_MOV_SS}, {IF, 0}, 1},
	{{IF, BLOCKING_BY_MOV_SS}, {IF, BLOCKING_BY_MOV_SS}, 0},
	{{IF, BLOCKING_BY_NMI}, {IF, BLOCKING_BY_NMI}, 1},
};

/* It goes in as soon as the guest takes it: before anything else makes the guest exit. */
TEST(events_interrupt_waits_for_its_window)
{
	for (size_t i = 0; i < COUNT_OF(interrupt_rows); i++) {
		struct guest_state before = interrupt_rows[i].before;
		struct guest_state after = interrupt_rows[i].after;

		test_context("row %zu", i);
		start(false, false);
		become(vcpu, &before);
		user_interrupt(0x41);
		script(EXIT_REASON_HLT, &after);
		run_to_hlt();
		EXPECT_EQ(sim_injections(), interrupt_rows[i].delivered);
		/* What still waits goes in when the guest has interrupts on. */
		script(EXIT_REASON_HLT, &interrupts_on);
		run_to_hlt();
		expect_injections((const u32[]){INTERRUPT(0x41)}, 1);
		fixture_destroy(machine);
	}
}

/* User space has one more and asks to be told when the guest takes it: at once, before the HLT. */
TEST(events_user_space_is_told_of_the_window)
{
	start(false, false);
	vcpu->run->request_interrupt_window = 1;
	script(EXIT_REASON_HLT, &interrupts_on);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IRQ_WINDOW_OPEN);
	EXPECT_EQ(vcpu->run->ready_for_interrupt_injection, 1);
	EXPECT_EQ(vcpu->run->if_flag, 1);
	vcpu->run->request_interrupt_window = 0;
	user_interrupt(0x41);
	run_to_hlt();
	expect_injections((const u32[]){INTERRUPT(0x41)}, 1);
	EXPECT_EQ(vcpu->run->if_flag, 0);
	EXPECT_EQ(vcpu->run->ready_for_interrupt_injection, 0);
	fixture_destroy(machine);
}

/* --- NMIs --- */

/* Two are taken, the second after the IRET of the first; a third is lost. */
TEST(events_nmi_waits_for_the_end_of_the_one_before)
{
	start(false, false);
	for (unsigned int i = 0; i < 4; i++)
		vcpu_nmi_send(vcpu);
	script(EXIT_REASON_INVD, NULL);
	script(EXIT_REASON_HLT, NULL);
	run_to_hlt();
	expect_injections((const u32[]){NMI}, 1);
	EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO), BLOCKING_BY_NMI);
	script(EXIT_REASON_HLT, &interrupts_off); /* IRET, and on to HLT */
	run_to_hlt();
	expect_injections((const u32[]){NMI, NMI}, 2);
	script(EXIT_REASON_HLT, &interrupts_off);
	run_to_hlt();
	expect_injections((const u32[]){NMI, NMI}, 2);
	fixture_destroy(machine);
}

/* Not behind STI nor MOV SS, and never before the interrupt that is under way. */
TEST(events_nmi_and_interrupt_take_turns)
{
	start(false, false);
	become(vcpu, &behind_sti);
	vcpu_nmi_send(vcpu);
	user_interrupt(0x41);
	script(EXIT_REASON_HLT, &interrupts_on);
	run_to_hlt();
	EXPECT_EQ(sim_injections(), 2);
	EXPECT_TRUE(sim_injection_at(0).info == NMI || sim_injection_at(1).info == NMI);
	EXPECT_TRUE(sim_injection_at(0).info != sim_injection_at(1).info);
	fixture_destroy(machine);
}

/* An IRET that faults has ended the blocking: the exit says so, and it is put back. */
TEST(events_iret_that_faults_blocks_again)
{
	static const struct {
		u32 reason;
		u64 qualification;
		u32 interruption;
		u32 blocking;
	} rows[] = {
		{EXIT_REASON_EPT_VIOLATION, 1, 0, 0},
		{EXIT_REASON_EPT_VIOLATION, 1 | BIT64(12), 0, BLOCKING_BY_NMI},
		{EXIT_REASON_PML_FULL, BIT64(12), 0, BLOCKING_BY_NMI},
		{EXIT_REASON_EXCEPTION_OR_NMI, 0, FAULT_ERROR(VECTOR_AC), 0},
		{EXIT_REASON_EXCEPTION_OR_NMI, 0,
		 FAULT_ERROR(VECTOR_AC) | INTERRUPTION_NMI_UNBLOCKED, BLOCKING_BY_NMI},
		/* Of other exits the bit says something else. */
		{EXIT_REASON_INVD, BIT64(12), 0, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		start(true, false);
		sim_script_exit(&(struct sim_exit){.reason = rows[i].reason,
						   .qualification = rows[i].qualification,
						   .guest_physical = 0x10,
						   .instruction_length = 1,
						   .interruption_info = rows[i].interruption});
		script(EXIT_REASON_HLT, NULL);
		run_to_hlt();
		EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO), rows[i].blocking);
		fixture_destroy(machine);
	}
}

/* --- Exceptions on top of another --- */

#define NONE 0xff /* a triple fault */

/* "Double Fault Exception": benign, contributory, page fault. */
static const struct {
	u8 first, second, becomes;
} pairs[] = {
	{VECTOR_UD, VECTOR_UD, VECTOR_UD}, {VECTOR_UD, VECTOR_GP, VECTOR_GP},
	{VECTOR_UD, VECTOR_PF, VECTOR_PF}, {VECTOR_DB, VECTOR_GP, VECTOR_GP},
	{VECTOR_GP, VECTOR_UD, VECTOR_UD}, {VECTOR_GP, VECTOR_GP, VECTOR_DF},
	{VECTOR_DE, VECTOR_GP, VECTOR_DF}, {VECTOR_TS, VECTOR_NP, VECTOR_DF},
	{VECTOR_SS, VECTOR_TS, VECTOR_DF}, {VECTOR_GP, VECTOR_PF, VECTOR_PF},
	{VECTOR_PF, VECTOR_UD, VECTOR_UD}, {VECTOR_PF, VECTOR_GP, VECTOR_DF},
	{VECTOR_PF, VECTOR_DE, VECTOR_DF}, {VECTOR_PF, VECTOR_PF, VECTOR_DF},
	{VECTOR_AC, VECTOR_GP, VECTOR_GP}, {VECTOR_DF, VECTOR_GP, NONE},
	{VECTOR_DF, VECTOR_PF, NONE},	   {VECTOR_DF, VECTOR_DE, NONE},
};

static void raise(u8 vector)
{
	host_vcpu_get(vcpu);
	if (vector == VECTOR_PF)
		vcpu_inject_page_fault(vcpu, 0x1234000, 2);
	else if (vector == VECTOR_GP)
		vcpu_inject_gp(vcpu, 0x18);
	else
		vcpu_inject_exception(vcpu, vector);
	host_vcpu_release(vcpu);
}

/* The delivery of the first needs a page that is not to be had; then comes the second. */
TEST(events_exception_while_another_is_delivered)
{
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		bool shuts_down = pairs[i].becomes == NONE;

		test_context("%u, then %u", pairs[i].first, pairs[i].second);
		start(true, false);
		raise(pairs[i].first);
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
						   .qualification = 1,
						   .guest_physical = 0x10,
						   .in_delivery = true});
		sim_page_get_fail(-EFAULT);
		EXPECT_EQ(vcpu_run(vcpu), -EFAULT);
		raise(pairs[i].second);
		script(EXIT_REASON_HLT, NULL);
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, shuts_down ? KVM_EXIT_SHUTDOWN : KVM_EXIT_HLT);
		EXPECT_EQ(sim_injections(), shuts_down ? 1 : 2);
		if (!shuts_down) {
			struct sim_injection last = sim_injection_at(1);

			EXPECT_EQ(INTERRUPTION_VECTOR(last.info), pairs[i].becomes);
			EXPECT_EQ(last.error_code, pairs[i].becomes == VECTOR_GP   ? 0x18
						   : pairs[i].becomes == VECTOR_PF ? 2
										   : 0);
		}
		fixture_destroy(machine);
	}
}

/* --- The task priority, with the local APIC in the kernel --- */

static void apic_write(u32 offset, u32 value)
{
	int ticket = host_srcu_read_lock(&machine->vm.srcu);

	host_vcpu_get(vcpu);
	lapic_mmio_write(vcpu, 0xfee00000 + offset, 4, &value);
	host_vcpu_release(vcpu);
	host_srcu_read_unlock(&machine->vm.srcu, ticket);
}

#define SELF_IPI(vector) (0x44000 | (vector)) /* asserted, fixed, to self */

/* As one of user space does: it goes in as soon as the guest takes it. */
TEST(events_interrupt_of_the_local_apic_waits_for_its_window)
{
	for (size_t i = 0; i < COUNT_OF(interrupt_rows); i++) {
		struct guest_state before = interrupt_rows[i].before;
		struct guest_state after = interrupt_rows[i].after;

		test_context("row %zu", i);
		start(false, true);
		apic_write(LAPIC_SVR, 0x1ff);
		apic_write(LAPIC_ICR, SELF_IPI(0x45));
		become(vcpu, &before);
		script(EXIT_REASON_TRIPLE_FAULT, &after);
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
		expect_injections((const u32[]){INTERRUPT(0x45)}, interrupt_rows[i].delivered);
		fixture_destroy(machine);
	}
}

static void set_tpr(struct vcpu *self, void *argument)
{
	sim_guest_set_tpr(self, *(const u32 *)argument);
}

/* An interrupt of class 4 waits behind the TPR; it goes in at once when that is low enough. */
TEST(events_interrupt_waits_for_the_task_priority)
{
	static struct {
		u32 before, after;
		unsigned int delivered;
	} rows[] = {
		{0x30, 0x30, 1}, {0x40, 0x40, 0}, {0x40, 0x3f, 1}, {0xf0, 0x40, 0},
		{0xf0, 0x30, 1}, {0xf0, 0, 1},	  {0x4f, 0x41, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		start(false, true);
		apic_write(LAPIC_SVR, 0x1ff);
		apic_write(LAPIC_TPR, rows[i].before);
		apic_write(LAPIC_ICR, SELF_IPI(0x45));
		become(vcpu, &interrupts_on);
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_TRIPLE_FAULT,
						   .guest = set_tpr,
						   .argument = &rows[i].after});
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
		EXPECT_STR_EQ(sim_entry_failure(), "");
		expect_injections((const u32[]){INTERRUPT(0x45)}, rows[i].delivered);
		fixture_destroy(machine);
	}
}
