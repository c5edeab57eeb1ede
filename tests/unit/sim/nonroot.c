// SPDX-License-Identifier: GPL-2.0
/* The software processor from an entry to the exit: what comes before the exit of the script. */
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "irq/lapic.h"
#include "fixture/vm.h"

#define IF		    (RFLAGS_FIXED | RFLAGS_IF)
#define VALID(type, vector) (INTERRUPTION_VALID | (u32)(type) << 8 | (vector))

static struct fixture *machine;
static hpa_t vmcs;

/* The VMCS has been entered once, so that its host state is written. */
static void start(bool irqchip)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = irqchip);
	vmcs = fixture_vmcs(machine);
	EXPECT_EQ(vcpu_run(machine->vcpu), -EINTR);
	sim_signal(false);
}

static u64 get(u32 field)
{
	return sim_vmcs_get(vmcs, field);
}

static void set(u32 field, u64 value)
{
	sim_vmcs_set(vmcs, field, value);
}

/* Enters, and gives the exit reason. */
static u64 enter(void)
{
	EXPECT_EQ(fixture_enter(machine), VMX_SUCCEED);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	return get(VM_EXIT_REASON);
}

static void script_hlt(void (*guest)(struct vcpu *vcpu, void *argument), void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
					   .instruction_length = 1,
					   .guest = guest,
					   .argument = argument});
}

struct window_row {
	u32 windows;
	u64 rflags;
	u32 blocking;
	u32 reason;
};

static const struct window_row windows[] = {
	{0, IF, 0, EXIT_REASON_HLT},
	{CPU1_INTERRUPT_WINDOW_EXITING, IF, 0, EXIT_REASON_INTERRUPT_WINDOW},
	{CPU1_INTERRUPT_WINDOW_EXITING, RFLAGS_FIXED, 0, EXIT_REASON_HLT},
	{CPU1_INTERRUPT_WINDOW_EXITING, IF, BLOCKING_BY_STI, EXIT_REASON_HLT},
	{CPU1_INTERRUPT_WINDOW_EXITING, IF, BLOCKING_BY_MOV_SS, EXIT_REASON_HLT},
	{CPU1_INTERRUPT_WINDOW_EXITING, IF, BLOCKING_BY_NMI, EXIT_REASON_INTERRUPT_WINDOW},
	{CPU1_NMI_WINDOW_EXITING, RFLAGS_FIXED, 0, EXIT_REASON_NMI_WINDOW},
	{CPU1_NMI_WINDOW_EXITING, RFLAGS_FIXED, BLOCKING_BY_NMI, EXIT_REASON_HLT},
	{CPU1_NMI_WINDOW_EXITING, RFLAGS_FIXED, BLOCKING_BY_MOV_SS, EXIT_REASON_HLT},
	{CPU1_NMI_WINDOW_EXITING | CPU1_INTERRUPT_WINDOW_EXITING, IF, 0, EXIT_REASON_NMI_WINDOW},
	{CPU1_NMI_WINDOW_EXITING | CPU1_INTERRUPT_WINDOW_EXITING, IF, BLOCKING_BY_NMI,
	 EXIT_REASON_INTERRUPT_WINDOW},
};

static unsigned int steps;

static void become(struct vcpu *vcpu, void *argument)
{
	const struct window_row *row = argument;

	steps++;
	set(GUEST_RFLAGS, row->rflags);
	set(GUEST_INTERRUPTIBILITY_INFO, row->blocking);
}

/* The state is there at the entry, or comes of what the guest does: then it is done once. */
TEST(nonroot_windows_open)
{
	u64 controls;

	start(false);
	controls = get(CPU_BASED_VM_EXEC_CONTROL);
	for (size_t i = 0; i < 2 * COUNT_OF(windows); i++) {
		struct window_row row = windows[i / 2];
		bool at_entry = i % 2;

		test_context("row %zu, at the entry %d", i / 2, at_entry);
		set(CPU_BASED_VM_EXEC_CONTROL, controls | row.windows);
		set(GUEST_RFLAGS, at_entry ? row.rflags : RFLAGS_FIXED);
		set(GUEST_INTERRUPTIBILITY_INFO, at_entry ? row.blocking : BLOCKING_BY_MOV_SS);
		steps = 0;
		script_hlt(become, &row);
		EXPECT_EQ(enter(), row.reason);
		EXPECT_EQ(steps, row.reason == EXIT_REASON_HLT || !at_entry);
		EXPECT_EQ(sim_script_left(), row.reason != EXIT_REASON_HLT);
		set(CPU_BASED_VM_EXEC_CONTROL, controls);
		if (sim_script_left())
			EXPECT_EQ(enter(), EXIT_REASON_HLT);
		EXPECT_EQ(steps, 1);
	}
	fixture_destroy(machine);
}

static const struct {
	u32 info, error, length;
	u32 vectoring, vectoring_error, exit_length;
} deliveries[] = {
	{VALID(INTERRUPTION_EXTERNAL, 0x41), 0, 0, VALID(INTERRUPTION_EXTERNAL, 0x41), 0, 9},
	{VALID(INTERRUPTION_NMI, 2), 0, 0, VALID(INTERRUPTION_NMI, 2), 0, 9},
	{VALID(INTERRUPTION_HARDWARE_EXCEPTION, VECTOR_UD), 7, 0,
	 VALID(INTERRUPTION_HARDWARE_EXCEPTION, VECTOR_UD), 0, 9},
	{VALID(INTERRUPTION_SOFTWARE_INTERRUPT, 0x80), 0, 2,
	 VALID(INTERRUPTION_SOFTWARE_INTERRUPT, 0x80), 0, 2},
	{VALID(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_BP), 0, 1,
	 VALID(INTERRUPTION_SOFTWARE_EXCEPTION, VECTOR_BP), 0, 1},
	{0, 0, 0, 0, 0, 9},
};

TEST(nonroot_a_delivery_meets_an_exit)
{
	start(false);
	for (size_t i = 0; i < COUNT_OF(deliveries); i++) {
		unsigned int before = sim_injections();
		bool nmi = INTERRUPTION_TYPE(deliveries[i].info) == INTERRUPTION_NMI;

		test_context("row %zu", i);
		set(GUEST_RFLAGS, IF);
		set(GUEST_INTERRUPTIBILITY_INFO, 0);
		set(VM_ENTRY_INTR_INFO_FIELD, deliveries[i].info);
		set(VM_ENTRY_EXCEPTION_ERROR_CODE, deliveries[i].error);
		set(VM_ENTRY_INSTRUCTION_LEN, deliveries[i].length);
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
						   .instruction_length = 9,
						   .in_delivery = true});
		EXPECT_EQ(enter(), EXIT_REASON_EPT_VIOLATION);
		EXPECT_EQ(get(IDT_VECTORING_INFO_FIELD), deliveries[i].vectoring);
		EXPECT_EQ(get(IDT_VECTORING_ERROR_CODE), deliveries[i].vectoring_error);
		EXPECT_EQ(get(VM_EXIT_INSTRUCTION_LEN), deliveries[i].exit_length);
		EXPECT_EQ(get(VM_ENTRY_INTR_INFO_FIELD) & INTERRUPTION_VALID, 0);
		EXPECT_EQ(get(GUEST_INTERRUPTIBILITY_INFO), nmi ? BLOCKING_BY_NMI : 0);
		EXPECT_EQ(get(GUEST_RFLAGS), IF);
		EXPECT_EQ(sim_injections(), before + !!deliveries[i].info);
		if (deliveries[i].info)
			EXPECT_TRUE(sim_injection_at(before).cut_short);
	}
	fixture_destroy(machine);
}

/* The guest is in its handler, with interrupts off; an NMI blocks the next. */
TEST(nonroot_a_delivery_ends_in_the_handler)
{
	start(false);
	set(GUEST_RFLAGS, IF | RFLAGS_TF);
	set(VM_ENTRY_INTR_INFO_FIELD, VALID(INTERRUPTION_NMI, 2));
	script_hlt(NULL, NULL);
	EXPECT_EQ(enter(), EXIT_REASON_HLT);
	EXPECT_EQ(get(IDT_VECTORING_INFO_FIELD), 0);
	EXPECT_EQ(get(GUEST_RFLAGS), RFLAGS_FIXED);
	EXPECT_EQ(get(GUEST_INTERRUPTIBILITY_INFO), BLOCKING_BY_NMI);
	EXPECT_EQ(sim_injections(), 1);
	EXPECT_EQ(sim_injection_at(0).info, VALID(INTERRUPTION_NMI, 2));
	EXPECT_FALSE(sim_injection_at(0).cut_short);
	fixture_destroy(machine);
}

static void lower_tpr(struct vcpu *vcpu, void *argument)
{
	sim_guest_set_tpr(vcpu, *(const u32 *)argument);
}

TEST(nonroot_tpr_below_the_threshold)
{
	static struct {
		u32 tpr, reason;
	} rows[] = {
		{0x5f, EXIT_REASON_HLT},
		{0x40, EXIT_REASON_HLT},
		{0x3f, EXIT_REASON_TPR_BELOW_THRESHOLD},
		{0, EXIT_REASON_TPR_BELOW_THRESHOLD},
	};

	start(true);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		set(TPR_THRESHOLD, 4);
		sim_guest_set_tpr(machine->vcpu, 0x40);
		script_hlt(lower_tpr, &rows[i].tpr);
		EXPECT_EQ(enter(), rows[i].reason);
		/* The exit of the script still waits; and no entry begins with so low a TPR. */
		if (rows[i].reason == EXIT_REASON_HLT)
			continue;
		EXPECT_EQ(sim_script_left(), 1);
		EXPECT_EQ(fixture_enter(machine), VMX_FAIL_VALID);
		EXPECT_STR_EQ(sim_entry_failure(), "the TPR threshold is above the virtual TPR");
		set(TPR_THRESHOLD, 0);
		EXPECT_EQ(enter(), EXIT_REASON_HLT);
	}
	fixture_destroy(machine);
}
