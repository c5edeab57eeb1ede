// SPDX-License-Identifier: GPL-2.0
/*
 * Events on their way into the guest: what goes in when, what is left behind by a delivery that was
 * cut short, replaced or withdrawn.  docs/design.md, "Events".
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "exit/table.h"
#include "io/bus.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "irq/registers.h"
#include "life/life.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"
#include "vcpu/vpid.h"

#define INTERRUPT(vector) (INTERRUPTION_VALID | (vector))
#define INT_N(vector)	  (INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_INTERRUPT << 8 | (vector))
#define NMI		  (INTERRUPTION_VALID | INTERRUPTION_NMI << 8 | VECTOR_NMI)

static int call_vcpu(struct vm *vm, struct vcpu *vcpu, u32 number, void *data)
{
	struct ioctl_call call = {.vm = vm, .vcpu = vcpu, .data = data};

	return ioctl_carry_out(ioctl_find(SCOPE_VCPU, number), &call);
}

static void set_field(u32 field, u64 value)
{
	vmcs_write_fast(field, value);
}

/* As the run loop does before the guest runs. */
static void enter(struct vcpu *vcpu)
{
	host_preempt_disable();
	host_irq_disable();
	vcpu_events_enter(vcpu);
	host_irq_enable();
	host_preempt_enable();
}

static u32 in_field(void)
{
	return vmcs_read32(VM_ENTRY_INTR_INFO_FIELD);
}

/* --- What the 8259s take back --- */

static struct fixture *pc;

/* A vCPU that takes what the 8259s send (vectors from 20H), and that has interrupts on. */
static void pc_create(void)
{
	const u8 level_5 = 0x20; /* input 5 is level-triggered */

	pc = FIXTURE(.vcpus = 1, .irqchip = true, .apics = true, .exiting = true);
	fixture_start_pics(pc);
	EXPECT_TRUE(bus_write(pc->vcpu, BUS_PIO, 0x4d0, 1, &level_5));
	vcpu_rflags_write(pc->vcpu, RFLAGS_FIXED | RFLAGS_IF);
}

static void pc_destroy(void)
{
	sim_vmread_hook(NULL, NULL);
	fixture_destroy(pc);
}

static void line_set(bool up)
{
	irq_line_set(&pc->vm, 5, up, IRQ_SOURCE_USER);
}

/* The device takes its line down while the vCPU looks whether the guest can be interrupted. */
static void take_line_down(void *argument, u32 field)
{
	if (field == GUEST_INTERRUPTIBILITY_INFO)
		line_set(false);
}

TEST(events_extint_withdrawn_between_two_looks)
{
	u32 isr = 0;

	pc_create();
	line_set(true);
	EXPECT_TRUE(pic_output(&pc->vm));
	pc->vcpu->cached &= ~VCPU_CACHED_INTERRUPTIBILITY;
	sim_vmread_hook(take_line_down, NULL);
	enter(pc->vcpu);
	sim_vmread_hook(NULL, NULL);
	EXPECT_FALSE(pic_output(&pc->vm));
	EXPECT_FALSE(in_field() & INTERRUPTION_VALID);
	EXPECT_FALSE(pc->vcpu->events.interrupt.injected);
	lapic_mmio_read(pc->vcpu, 0xfee00000 + LAPIC_ISR + 7 * LAPIC_REGISTER_STEP, 4, &isr);
	EXPECT_EQ(isr, 0);

	/* The next one comes as any. */
	line_set(true);
	enter(pc->vcpu);
	EXPECT_EQ(in_field(), INTERRUPT(0x25));
	pc_destroy();
}

/* --- Single steps --- */

struct step_state {
	u64 rflags, debugctl, pending;
	u32 shadow;
};

/* As a processor saves its guest at an exit. */
static void leave_with(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);
	const struct step_state *state = argument;

	sim_vmcs_set(vmcs, GUEST_RFLAGS, state->rflags);
	sim_vmcs_set(vmcs, GUEST_IA32_DEBUGCTL, state->debugctl);
	sim_vmcs_set(vmcs, GUEST_PENDING_DBG_EXCEPTIONS, state->pending);
	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, state->shadow);
}

static void script_fault(struct step_state *state)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = 0x182,
					   .guest_physical = 0x10,
					   .guest_linear = 0x10,
					   .instruction_length = 2,
					   .guest = leave_with,
					   .argument = state});
}

static void script_hlt(struct step_state *state)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
					   .instruction_length = 1,
					   .guest = state ? leave_with : NULL,
					   .argument = state});
}

/* "Checks on Guest Non-Register State": a page comes in behind MOV SS, while the guest steps. */
TEST(events_steps_in_a_shadow_enter)
{
	static struct step_state rows[] = {
		{0x102, 0, DR6_BS, BLOCKING_BY_MOV_SS},
		{0x102, 0, 0, BLOCKING_BY_MOV_SS},
		{0x102, DEBUGCTL_BTF, 0, BLOCKING_BY_MOV_SS},
		{0x302, DEBUGCTL_BTF, 0, BLOCKING_BY_STI},
		{0x002, DEBUGCTL_BTF, 0, BLOCKING_BY_MOV_SS},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

		test_context("row %zu", i);
		script_fault(&rows[i]);
		script_hlt(NULL);
		EXPECT_EQ(vcpu_run(machine->vcpu), 0);
		EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
		EXPECT_STR_EQ(sim_entry_failure(), "");
		fixture_destroy(machine);
	}
}

/* User space ends the stepping of a guest that is behind MOV SS. */
TEST(events_step_that_user_space_ends_in_a_shadow)
{
	static struct step_state state = {0x102, 0, DR6_BS, BLOCKING_BY_MOV_SS};
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;

	sim_user_unmap(machine->ram, LINTEL_PAGE_SIZE);
	script_fault(&state);
	EXPECT_EQ(vcpu_run(vcpu), -EFAULT);
	vcpu_rflags_write(vcpu, 2);
	script_hlt(NULL);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	fixture_destroy(machine);
}

/* "Single-Stepping on Branches": HLT is none. */
TEST(events_btf_steps_over_no_instruction)
{
	static struct step_state rows[] = {{0x102, DEBUGCTL_BTF, 0, 0}, {0x102, 0, 0, 0}};
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

	script_hlt(&rows[0]);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_FALSE(machine->vcpu->events.exception.pending);
	script_hlt(&rows[1]);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_TRUE(machine->vcpu->events.exception.pending);
	EXPECT_EQ(machine->vcpu->events.exception.payload, DR6_BS);
	fixture_destroy(machine);
}

/* CPUID behind MOV SS: one trap, for the breakpoint that MOV SS hit and for the step. */
TEST(events_traps_held_back_by_a_shadow_come_once)
{
	static const struct {
		struct step_state state;
		u64 payload;
	} rows[] = {
		{{0x102, 0, DR6_BS, BLOCKING_BY_MOV_SS}, DR6_BS},
		{{0x102, 0, DR6_BS | PENDING_DEBUG_ENABLED | 2, BLOCKING_BY_MOV_SS}, DR6_BS | 2},
		{{0x002, 0, PENDING_DEBUG_ENABLED | 1, BLOCKING_BY_MOV_SS}, 1},
		{{0x002, 0, 1, BLOCKING_BY_MOV_SS}, 0},
		{{0x102, DEBUGCTL_BTF, 0, BLOCKING_BY_MOV_SS}, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
		struct step_state state = rows[i].state;

		test_context("row %zu", i);
		script_hlt(&state);
		EXPECT_EQ(vcpu_run(machine->vcpu), 0);
		EXPECT_EQ(machine->vcpu->events.exception.pending, rows[i].payload != 0);
		if (rows[i].payload)
			EXPECT_EQ(machine->vcpu->events.exception.payload, rows[i].payload);
		EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_PENDING_DBG_EXCEPTIONS), 0);
		fixture_destroy(machine);
	}
}

/* #DB, by whatever condition or by INT1, ends both. */
TEST(events_debug_exception_ends_btf_and_gd)
{
	static struct step_state state = {0x102, DEBUGCTL_BTF, 0, 0};
	static const u32 types[] = {INTERRUPTION_HARDWARE_EXCEPTION,
				    INTERRUPTION_PRIVILEGED_EXCEPTION};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
		struct vcpu *vcpu = machine->vcpu;
		bool int1 = types[i] == INTERRUPTION_PRIVILEGED_EXCEPTION;

		test_context("type %u", types[i]);
		vcpu->dr6 = DR6_FIXED | 1;
		vcpu->dr7 = DR7_FIXED | DR7_GD;
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EXCEPTION_OR_NMI,
						   .qualification = int1 ? 0 : DR6_BS,
						   .instruction_length = 1,
						   .interruption_info = INTERRUPTION_VALID |
									types[i] << 8 | VECTOR_DB,
						   .guest = leave_with,
						   .argument = &state});
		script_hlt(NULL);
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_IA32_DEBUGCTL), 0);
		EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_DR7), DR7_FIXED);
		EXPECT_EQ(vcpu->dr6, int1 ? DR6_FIXED | 1 : DR6_FIXED | DR6_BS);
		fixture_destroy(machine);
	}
}

/* --- NMIs --- */

static u64 window_exits(struct vcpu *vcpu)
{
	return sim_vmcs_get(host_virt_to_phys(vcpu->vmcs.region), CPU_BASED_VM_EXEC_CONTROL) &
	       (CPU1_INTERRUPT_WINDOW_EXITING | CPU1_NMI_WINDOW_EXITING);
}

static void nmi_behind_sti(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, BLOCKING_BY_STI);
	sim_vmcs_set(vmcs, GUEST_RFLAGS, 0x202);
	vcpu_nmi_send(vcpu);
}

static void expect_nmi_window(struct vcpu *vcpu, void *argument)
{
	EXPECT_EQ(window_exits(vcpu), CPU1_NMI_WINDOW_EXITING);
}

static void end_shadow_in_guest(struct vcpu *vcpu, void *argument)
{
	EXPECT_EQ(window_exits(vcpu), CPU1_INTERRUPT_WINDOW_EXITING);
	sim_vmcs_set(host_virt_to_phys(vcpu->vmcs.region), GUEST_INTERRUPTIBILITY_INFO, 0);
}

/* A processor may open the NMI window in STI's shadow: it would open there for ever. */
TEST(events_nmi_window_in_the_shadow_of_sti)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;

	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = 0x182,
					   .guest_physical = 0x10,
					   .instruction_length = 2,
					   .guest = nmi_behind_sti});
	sim_script_exit(
		&(struct sim_exit){.reason = EXIT_REASON_NMI_WINDOW, .guest = expect_nmi_window});
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = end_shadow_in_guest});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(vcpu->events.nmi.pending, 0);
	EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_INTERRUPTIBILITY_INFO),
		  BLOCKING_BY_NMI);
	EXPECT_EQ(window_exits(vcpu), 0);
	fixture_destroy(machine);
}

/* KVM_GET_VCPU_EVENTS has what other threads have sent; KVM_SET_VCPU_EVENTS takes its place. */
TEST(events_nmis_that_have_come_are_saved_and_replaced)
{
	struct machine *m = machine_create(MODE_LONG);
	struct kvm_vcpu_events events = {0};

	vcpu_nmi_send(&m->vcpu);
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_GET_VCPU_EVENTS, &events), 0);
	EXPECT_EQ(events.nmi.pending, 1);
	vcpu_nmi_send(&m->vcpu);
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_GET_VCPU_EVENTS, &events), 0);
	EXPECT_EQ(events.nmi.pending, 2);

	vcpu_nmi_send(&m->vcpu);
	events.nmi.pending = 0;
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	vcpu_take_nmis(&m->vcpu);
	EXPECT_EQ(m->vcpu.events.nmi.pending, 0);

	/* Without the flag they stay; and no more than can be. */
	vcpu_nmi_send(&m->vcpu);
	events.flags = 0;
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	EXPECT_EQ(m->vcpu.events.nmi.pending, 1);
	events = (struct kvm_vcpu_events){.flags = KVM_VCPUEVENT_VALID_NMI_PENDING,
					  .nmi = {.pending = 200}};
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	EXPECT_EQ(m->vcpu.events.nmi.pending, 2);
	events.nmi.masked = 1;
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	EXPECT_EQ(m->vcpu.events.nmi.pending, 1);
	machine_destroy(m);
}

/* --- Deliveries that were cut short --- */

static void cut_short(struct machine *m, u32 info)
{
	m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION,
					  .instruction_length = 2,
					  .idt_vectoring_info = info};
	vcpu_events_exit(&m->vcpu);
}

/* An interrupt waits for its window while INT n is cut short: neither is lost. */
TEST(events_int_n_leaves_the_interrupt_that_waits)
{
	struct machine *m = machine_create(MODE_PROTECTED32);
	struct kvm_interrupt irq = {.irq = 0x41};

	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_INTERRUPT, &irq), 0);
	enter(&m->vcpu);
	EXPECT_FALSE(in_field() & INTERRUPTION_VALID);
	cut_short(m, INT_N(0x80));
	enter(&m->vcpu);
	EXPECT_EQ(in_field(), INT_N(0x80));
	EXPECT_EQ(vmcs_read32(VM_ENTRY_INSTRUCTION_LEN), 2);

	set_field(VM_ENTRY_INTR_INFO_FIELD, 0);
	cut_short(m, 0);
	vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_IF);
	enter(&m->vcpu);
	EXPECT_EQ(in_field(), INTERRUPT(0x41));
	machine_destroy(m);
}

/* An NMI whose turn has not come yet, and a guest that is behind STI by then. */
TEST(events_nmi_cut_short_ends_a_shadow)
{
	struct machine *m = machine_create(MODE_LONG);
	struct kvm_vcpu_events events = {.flags = KVM_VCPUEVENT_VALID_SHADOW,
					 .interrupt.shadow = KVM_X86_SHADOW_INT_STI,
					 .nmi = {.injected = 1, .masked = 1}};

	vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_IF);
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	enter(&m->vcpu);
	EXPECT_EQ(in_field(), NMI);
	EXPECT_EQ(vmcs_read32(GUEST_INTERRUPTIBILITY_INFO), 0);
	machine_destroy(m);
}

/* User space restores several at once: each goes in in its turn. */
TEST(events_restored_together_go_in_one_after_the_other)
{
	static const u32 order[] = {INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 |
					    VECTOR_UD,
				    NMI, INTERRUPT(0x41)};
	struct machine *m = machine_create(MODE_LONG);
	struct kvm_vcpu_events events = {.exception = {.injected = 1, .nr = VECTOR_UD},
					 .nmi = {.injected = 1, .masked = 1},
					 .interrupt = {.injected = 1, .nr = 0x41}};

	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_IF);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		test_context("entry %zu", i);
		enter(&m->vcpu);
		EXPECT_EQ(in_field(), order[i]);
		set_field(VM_ENTRY_INTR_INFO_FIELD, 0);
		cut_short(m, 0);
	}
	EXPECT_FALSE(vcpu_event_underway(&m->vcpu));
	machine_destroy(m);
}

/* "Checks on VM-Entry Control Fields": the upper half of the error code has to be 0. */
TEST(events_error_code_of_user_space_has_16_bits)
{
	struct machine *m = machine_create(MODE_LONG);
	struct kvm_vcpu_events events = {.exception = {.injected = 1,
						       .nr = VECTOR_GP,
						       .has_error_code = 1,
						       .error_code = 0xabcd1238}};

	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	enter(&m->vcpu);
	EXPECT_TRUE(in_field() & INTERRUPTION_ERROR_CODE);
	EXPECT_EQ(vmcs_read32(VM_ENTRY_EXCEPTION_ERROR_CODE), 0x1238);
	machine_destroy(m);
}

/* An #AC of the guest's own in place of what was delivered. */
TEST(events_exception_in_place_of_a_delivery)
{
	static const u32 rows[] = {INTERRUPT(0x41), INT_N(0x80), NMI};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = machine_create(MODE_PROTECTED32);

		test_context("event 0x%x", rows[i]);
		machine_set_cr0(m, m->vcpu.cr0 | CR0_AM);
		machine_set_cpl(m, 3);
		vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_AC);
		cut_short(m, rows[i]);
		EXPECT_TRUE(vcpu_event_underway(&m->vcpu));
		m->vcpu.exit.reason = EXIT_REASON_EXCEPTION_OR_NMI;
		m->vcpu.exit.interruption_info = INTERRUPTION_VALID | INTERRUPTION_ERROR_CODE |
						 INTERRUPTION_HARDWARE_EXCEPTION << 8 | VECTOR_AC;
		EXPECT_EQ(exit_exception(&m->vcpu), ACTION_SAME_INSN);
		EXPECT_TRUE(m->vcpu.events.exception.pending);
		EXPECT_FALSE(m->vcpu.events.interrupt.injected || m->vcpu.events.soft.injected ||
			     m->vcpu.events.nmi.injected);
		EXPECT_EQ(vcpu_nmi_masked(&m->vcpu), rows[i] == NMI);
		machine_destroy(m);
	}
}

/* KVM_SET_REGS takes back what is only raised. */
TEST(events_set_regs_leaves_what_has_begun)
{
	struct machine *m = machine_create(MODE_LONG);
	struct kvm_regs regs = {0};

	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_GET_REGS, &regs), 0);
	vcpu_inject_exception(&m->vcpu, VECTOR_UD);
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_REGS, &regs), 0);
	EXPECT_FALSE(vcpu_event_underway(&m->vcpu));
	cut_short(m, INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | VECTOR_DB);
	EXPECT_EQ(call_vcpu(&m->vm, &m->vcpu, KVM_SET_REGS, &regs), 0);
	EXPECT_TRUE(m->vcpu.events.exception.injected);
	EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_DB);
	machine_destroy(m);
}

/* --- INIT --- */

TEST(events_init_flushes)
{
	struct machine *m = machine_create(MODE_PAGING32);

	m->vcpu.requests = 0;
	vmx_vcpu_reset(&m->vcpu, true);
	EXPECT_TRUE(m->vcpu.requests & BIT32(VCPU_REQUEST_FLUSH_TLB));
	machine_destroy(m);
}

/* A processor that waits for its SIPI must not begin with the NMI of its former life. */
TEST(events_init_drops_what_has_come)
{
	struct machine *m = machine_create(MODE_LONG);

	vcpu_nmi_send(&m->vcpu);
	cut_short(m, INT_N(0x80));
	vcpu_inject_exception(&m->vcpu, VECTOR_UD);
	vmx_vcpu_reset(&m->vcpu, true);
	vcpu_take_nmis(&m->vcpu);
	EXPECT_EQ(m->vcpu.events.nmi.pending, 0);
	EXPECT_FALSE(vcpu_event_underway(&m->vcpu));
	machine_destroy(m);
}
