// SPDX-License-Identifier: GPL-2.0
/*
 * Into the guest and out of it.  An exit that needs nothing of the host is answered here, with
 * interrupts off, and the guest goes on: what is the same between two such exits is neither
 * prepared nor put back.
 *
 * SDM: "VM Entries", "VM Exits".
 */
#include "host_entry.h"
#include "exit/enter.h"
#include "exit/table.h"
#include "facts/msr.h"
#include "irq/irqchip.h"
#include "life/switch.h"
#include "mem/pml.h"
#include "msr/msr.h"
#include "vcpu/counters.h"
#include "vcpu/events.h"
#include "vcpu/measure.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

static void capture_delivery(struct exit_info *exit)
{
	exit->idt_vectoring_info = vmcs_read32(IDT_VECTORING_INFO_FIELD);
	if (!(exit->idt_vectoring_info & INTERRUPTION_VALID))
		return;
	exit->idt_vectoring_error = vmcs_read32(IDT_VECTORING_ERROR_CODE);
	exit->instruction_length = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
}

/* What few exits have. */
static void capture_more(struct exit_info *exit, u32 captures)
{
	if (captures & CAPTURE_QUALIFICATION)
		exit->qualification = vmcs_readl(EXIT_QUALIFICATION);
	if (captures & CAPTURE_DELIVERY)
		capture_delivery(exit);
	if (captures & CAPTURE_GPA)
		exit->gpa = vmcs_read64(GUEST_PHYSICAL_ADDRESS);
	if (captures & CAPTURE_GLA)
		exit->gla = vmcs_readl(GUEST_LINEAR_ADDRESS);
	if (captures & CAPTURE_INSTRUCTION)
		exit->instruction_info = vmcs_read32(VMX_INSTRUCTION_INFO);
	if (captures & CAPTURE_INTERRUPTION) {
		exit->interruption_info = vmcs_read32(VM_EXIT_INTR_INFO);
		exit->interruption_error = vmcs_read32(VM_EXIT_INTR_ERROR_CODE);
	}
}

/* By the reason's row.  A reason that is reserved may have any of them.  gives: may it have come
 * while an event was delivered, or tell of NMIs?  Instructions that just exit do not. */
static bool capture_exit(struct vcpu *vcpu)
{
	const struct exit_row *row = exit_row(vcpu->exit.reason);
	struct exit_info *exit = &vcpu->exit;
	u32 captures = row->name ? row->captures : CAPTURE_USUAL;

	vcpu->rip = vmcs_readl(GUEST_RIP);
	vcpu->cached = VCPU_CACHED_RIP;
	exit->rip = vcpu->rip;
	exit->qualification = 0;
	exit->idt_vectoring_info = 0;
	exit->interruption_info = 0;
	exit->instruction_length = 0;
	if (captures & CAPTURE_LENGTH)
		exit->instruction_length = vmcs_read32(VM_EXIT_INSTRUCTION_LEN);
	if (!(captures & ~(u32)CAPTURE_LENGTH))
		return false;
	capture_more(exit, captures);
	return captures & (CAPTURE_DELIVERY | CAPTURE_INTERRUPTION);
}

/* It came while the guest was loaded or ran: nobody else has heard of it. */
static bool was_machine_check(const struct exit_info *exit)
{
	u32 info = exit->interruption_info;

	if (exit->reason == (EXIT_REASON_ENTRY_FAILURE | EXIT_REASON_MACHINE_CHECK_ENTRY))
		return true;
	return exit->reason == EXIT_REASON_EXCEPTION_OR_NMI && (info & INTERRUPTION_VALID) &&
	       INTERRUPTION_TYPE(info) == INTERRUPTION_HARDWARE_EXCEPTION &&
	       INTERRUPTION_VECTOR(info) == VECTOR_MC;
}

static bool guest_uses_debug_registers(const struct vcpu *vcpu)
{
	return vcpu_owns_debug_registers(vcpu) || (vcpu->debug.dr7_in_use & DR7_ENABLE);
}

static void refresh_host_cr(struct vcpu *vcpu)
{
	u64 cr3 = host_cr3(), cr4 = host_cr4();

	if (cr3 != vcpu->vmcs.host.cr3) {
		vmcs_writel(HOST_CR3, cr3);
		vcpu->vmcs.host.cr3 = cr3;
	}
	if (cr4 != vcpu->vmcs.host.cr4) {
		vmcs_writel(HOST_CR4, cr4);
		vcpu->vmcs.host.cr4 = cr4;
	}
}

/* XCR0 and IA32_XSS (the guest's is 0) are the host's whenever interrupts are on: its FPU code, in
 * interrupts too, uses its own. */
static u64 guest_xcr0(const struct vcpu *vcpu)
{
	return (vcpu->cr4 & CR4_OSXSAVE) ? vcpu->xcr0 : host_xcr0();
}

/* The register has `now`, and gets `wanted`, which is what it has then. */
static u64 xcr0_change(u64 now, u64 wanted)
{
	if (now != wanted)
		host_write_xcr0(wanted);
	return wanted;
}

static void guest_begin(struct vcpu *vcpu, bool debug_registers)
{
	HOST_NEEDS(vcpu->loaded && host_interrupts_are_off());
	refresh_host_cr(vcpu);
	counters_before_entry(vcpu);
	host_fpu_before_entry(vcpu);
	if (host_xss())
		host_wrmsr(MSR_IA32_XSS, 0);
	if (debug_registers)
		host_debugregs_load(vcpu->debug.dr_in_use, vcpu->dr6);
	host_guest_begin(vcpu);
}

static void guest_end(struct vcpu *vcpu, bool debug_registers)
{
	host_guest_end(vcpu);
	if (host_xss())
		host_wrmsr(MSR_IA32_XSS, host_xss());
	if (vcpu_owns_debug_registers(vcpu))
		vcpu_debug_registers_take(vcpu);
	host_debugregs_restore(debug_registers);
}

static enum vmx_status world_switch(struct vcpu *vcpu)
{
	enum vmx_status status;
	bool more;

	HOST_NEEDS(msr_switched_suffices(vcpu));
	vcpu_registers_flush(vcpu);
	host_trace_entry(vcpu);
	vcpu_measure(vcpu, VCPU_PHASE_GUEST);
	status = host_vmenter(vcpu, vcpu->vmcs.launched);
	vcpu_measure(vcpu, VCPU_PHASE_EXIT);
	if (status != VMX_SUCCEED)
		return status;
	more = capture_exit(vcpu);
	/* A VMLAUNCH whose guest state was refused has not launched anything; and has delivered
	 * nothing, and left the fields of the last exit as they were. */
	if (vcpu->exit.reason & EXIT_REASON_ENTRY_FAILURE)
		return status;
	vcpu->vmcs.launched = true;
	if (more || vcpu->events.entered != ENTERED_NOTHING)
		vcpu_events_exit(vcpu);
	return status;
}

/* Is there nothing but the guest?  Who sets a request interrupts this processor, and so ends the
 * next entry; but the answer to an exit may have set one.  It may have raised an exception, too, or
 * made room in the local APIC for what waits there. */
static bool may_go_on(struct vcpu *vcpu)
{
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) || !host_guest_may_go_on())
		return false;
	if (vcpu_event_waits(vcpu))
		vcpu_events_enter(vcpu);
	return !pin_news_exist(&vcpu->pin_news);
}

static enum enter_result result_of(enum exit_action action)
{
	switch (action) {
	case ACTION_SAME_INSN:
	case ACTION_WAIT:
		return ENTER_AGAIN;
	case ACTION_TO_USER:
		return ENTER_TO_USER;
	default:
		return ENTER_EXITED;
	}
}

static enum enter_result run_guest(struct vcpu *vcpu)
{
	bool debug_registers = guest_uses_debug_registers(vcpu);
	enum exit_action action = ACTION_LATER;
	u64 xcr0 = host_xcr0();
	enum vmx_status status;

	guest_begin(vcpu, debug_registers);
	do {
		xcr0 = xcr0_change(xcr0, guest_xcr0(vcpu));
		status = world_switch(vcpu);
		if (status != VMX_SUCCEED)
			break;
		action = debug_registers ? ACTION_LATER : exit_answer_at_once(vcpu);
	} while (action == ACTION_SAME_INSN && may_go_on(vcpu));
	xcr0_change(xcr0, host_xcr0());
	guest_end(vcpu, debug_registers);
	return status == VMX_SUCCEED ? result_of(action) : ENTER_FAILED;
}

static enum enter_result leave(struct vcpu *vcpu, enum enter_result result)
{
	host_preempt_enable();
	if (pin_news_exist(&vcpu->pin_news))
		irqchip_tell_news(vcpu);
	return result;
}

static enum enter_result turn_back(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->mode, VCPU_OUTSIDE, __ATOMIC_RELEASE);
	host_irq_enable();
	return leave(vcpu, ENTER_AGAIN);
}

enum enter_result exit_enter(struct vcpu *vcpu)
{
	enum enter_result result;

	host_preempt_disable();
	vcpu_switch_to_guest(vcpu);
	host_irq_disable();
	__atomic_store_n(&vcpu->mode, VCPU_IN_GUEST, __ATOMIC_SEQ_CST);
	/* Who sets a request looks at the mode afterwards; so look at the requests after the mode.
	 */
	if (__atomic_load_n(&vcpu->requests, __ATOMIC_SEQ_CST) || host_guest_must_turn_back())
		return turn_back(vcpu);
	vcpu_events_enter(vcpu);
	if (pin_news_exist(&vcpu->pin_news))
		return turn_back(vcpu);

	result = run_guest(vcpu);

	pml_drain(vcpu);
	__atomic_store_n(&vcpu->mode, VCPU_OUTSIDE, __ATOMIC_RELEASE);
	if (result == ENTER_EXITED && was_machine_check(&vcpu->exit))
		host_deliver_machine_check();
	host_guest_irq_enable();
	return leave(vcpu, result);
}
