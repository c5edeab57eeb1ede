// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_RUN: into the guest and out again, until user space has to act.
 *
 * SDM: "VM Entries", "VM Exits".
 */
#include "host_entry.h"
#include "exit/enter.h"
#include "exit/run.h"
#include "exit/table.h"
#include "facts/ept.h"
#include "facts/instruction_error.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "life/life.h"
#include "mem/dirty_ring.h"
#include "msr/msr.h"
#include "vcpu/async_pf.h"
#include "vcpu/clock.h"
#include "vcpu/events.h"
#include "vcpu/measure.h"
#include "vcpu/mp_state.h"
#include "vcpu/state.h"
#include "vcpu/steal_time.h"
#include "vmcs/vmcs.h"

static bool take_request(struct vcpu *vcpu, enum vcpu_request request)
{
	u32 bit = BIT32(request);

	if (!(__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) & bit))
		return false;
	return __atomic_fetch_and(&vcpu->requests, ~bit, __ATOMIC_SEQ_CST) & bit;
}

static void flush_tlb(struct vcpu *vcpu)
{
	u32 type = vmx_capability.ept.invept_single ? INVEPT_SINGLE_CONTEXT : INVEPT_ALL_CONTEXTS;
	u64 eptp = __atomic_load_n(&vcpu->vm->ept.eptp, __ATOMIC_ACQUIRE);

	vcpu->stats.tlb_flushes++;
	/* It may have lost its accessed and dirty flags: see ept_fault(). */
	vmcs_write64(EPT_POINTER, eptp);
	if (host_invept(type, eptp) != VMX_SUCCEED && !host_vmx_ended())
		host_log(HOST_LOG_ERROR, "vCPU %u: INVEPT failed", vcpu->id);
}

static enum exit_action report_tpr_access(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_TPR_ACCESS;
	run->tpr_access.rip = vcpu->lapic->tpr_access.rip;
	run->tpr_access.is_write = vcpu->lapic->tpr_access.write;
	return ACTION_TO_USER;
}

/* User space's I/O APIC is to hear of the end of an interrupt. */
static enum exit_action report_eoi(struct vcpu *vcpu)
{
	int vector = split_eoi_take(vcpu);

	if (vector < 0)
		return ACTION_SAME_INSN;
	vcpu->run->exit_reason = KVM_EXIT_IOAPIC_EOI;
	vcpu->run->eoi.vector = (u8)vector;
	return ACTION_TO_USER;
}

/* It stays so until the program has made room: the next KVM_RUN asks again. */
static enum exit_action report_dirty_ring(struct vcpu *vcpu)
{
	if (!dirty_ring_is_full(vcpu))
		return ACTION_SAME_INSN;
	vcpu_request(vcpu, VCPU_REQUEST_DIRTY_RING);
	vcpu->run->exit_reason = KVM_EXIT_DIRTY_RING_FULL;
	return ACTION_TO_USER;
}

/* Requests that are the vCPU's own business.  gives: ACTION_SAME_INSN, or what else is to be done
 * in place of an entry. */
static enum exit_action serve_requests(struct vcpu *vcpu)
{
	if (!__atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED))
		return ACTION_SAME_INSN;
	/* What has come lies in the local APIC and in the counts: each entry looks there. */
	if (take_request(vcpu, VCPU_REQUEST_EVENT)) {
		vcpu->stats.event_requests++;
		vcpu_take_signals(vcpu);
		vcpu_take_nmis(vcpu);
		lapic_vapic_publish(vcpu);
		if (vcpu->lapic)
			lapic_interrupt_status_write(vcpu);
	}
	if (take_request(vcpu, VCPU_REQUEST_STEAL_TIME))
		steal_time_update(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_FLUSH_TLB)) {
		host_preempt_disable();
		flush_tlb(vcpu);
		host_preempt_enable();
	}
	if (take_request(vcpu, VCPU_REQUEST_CLOCK))
		clock_page_update(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_ASYNC_PF))
		async_pf_deliver(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_MSR_BITMAP))
		msr_bitmap_apply_policy(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_EOI_EXITS))
		lapic_eoi_exits_write(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_APIC_CONTROLS))
		msr_apic_controls_update(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_DIRTY_RING) &&
	    report_dirty_ring(vcpu) != ACTION_SAME_INSN)
		return ACTION_TO_USER;
	if (take_request(vcpu, VCPU_REQUEST_TRIPLE_FAULT))
		return ACTION_SHUTDOWN;
	if (take_request(vcpu, VCPU_REQUEST_TPR_ACCESS))
		return report_tpr_access(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_IOAPIC_EOI))
		return report_eoi(vcpu);
	if (take_request(vcpu, VCPU_REQUEST_DEBUG))
		return exit_debug(vcpu);
	return ACTION_SAME_INSN;
}

static enum exit_action report_failed_entry(struct vcpu *vcpu)
{
	u32 error = vmcs_read32(VM_INSTRUCTION_ERROR);

	host_log(HOST_LOG_ERROR, "vCPU %u: %s failed: VM-instruction error %u, %s", vcpu->id,
		 vcpu->vmcs.launched ? "VMRESUME" : "VMLAUNCH", error,
		 vmcs_instruction_error(error));
	vmcs_log_failure(vcpu);
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, 0);
	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = error;
	vcpu->run->fail_entry.cpu = (u32)vcpu->vmcs.cpu;
	return ACTION_TO_USER;
}

/* The slots are read only after the exit: a guest that stays in must not hold up their change. */
static enum exit_action enter_and_handle(struct vcpu *vcpu)
{
	enum exit_action action;
	int ticket;

	switch (exit_enter(vcpu)) {
	case ENTER_AGAIN:
		return ACTION_SAME_INSN;
	case ENTER_TO_USER:
		return ACTION_TO_USER;
	case ENTER_FAILED:
		return report_failed_entry(vcpu);
	case ENTER_EXITED:
		break;
	}
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	if (vcpu->lapic && vcpu->lapic->takes)
		lapic_take(vcpu);
	action = exit_dispatch(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return action;
}

/* Would a KVM_INTERRUPT be taken at once? */
static bool ready_for_interrupt(struct vcpu *vcpu)
{
	return vcpu_interrupt_allowed(vcpu) && vcpu_takes_user_interrupt(vcpu);
}

static bool window_wanted_and_open(struct vcpu *vcpu)
{
	return vcpu->window_wanted && ready_for_interrupt(vcpu);
}

/* Runs the guest until an action other than SAME_INSN, or work for the host, comes up. */
static enum exit_action run_until_user(struct vcpu *vcpu)
{
	enum exit_action action;

	for (;;) {
		action = serve_requests(vcpu);
		if (action != ACTION_SAME_INSN)
			return action;
		if (vcpu_wait(vcpu)) {
			action = enter_and_handle(vcpu);
			if (action != ACTION_SAME_INSN)
				return action;
		}
		if (window_wanted_and_open(vcpu)) {
			vcpu->stats.windows_to_user++;
			vcpu->run->exit_reason = KVM_EXIT_IRQ_WINDOW_OPEN;
			return ACTION_TO_USER;
		}
		if (!host_guest_must_wait())
			continue;
		vcpu->error = host_before_guest(vcpu);
		if (vcpu->error) {
			vcpu->stats.signals_to_user++;
			vcpu->run->exit_reason = KVM_EXIT_INTR;
			return ACTION_ERROR;
		}
	}
}

/* What the last exit to user space left to be done. */
static enum exit_action complete_last_exit(struct vcpu *vcpu)
{
	enum exit_action (*complete)(struct vcpu * vcpu) = vcpu->complete;
	enum exit_action action;
	int ticket;

	if (!complete)
		return ACTION_SAME_INSN;
	vcpu->complete = NULL;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	action = complete(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return action;
}

static int result_of(struct vcpu *vcpu, enum exit_action action)
{
	struct kvm_run *run = vcpu->run;

	switch (action) {
	case ACTION_TO_USER:
		return 0;
	case ACTION_SHUTDOWN:
		run->exit_reason = KVM_EXIT_SHUTDOWN;
		return 0;
	case ACTION_ERROR:
		return vcpu->error;
	default:
		exit_report_broken(vcpu);
		return 0;
	}
}

static void publish_state(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	run->if_flag = !!(vcpu_rflags_read(vcpu) & RFLAGS_IF);
	run->flags = 0;
	run->cr8 = vcpu_cr8_read(vcpu);
	run->apic_base = vcpu->apic_base;
	run->ready_for_interrupt_injection = !vcpu->user_pic || ready_for_interrupt(vcpu);
}

/* What KVM_RUN returns, and struct kvm_run as user space finds it. */
static int publish(struct vcpu *vcpu, enum exit_action action)
{
	int result;

	/* The exit may have been handled without a VMCS to read: it is nobody's. */
	if (host_vmx_ended()) {
		vcpu->run->exit_reason = KVM_EXIT_INTR;
		return -EINTR;
	}
	result = result_of(vcpu, action);
	publish_state(vcpu);
	return result;
}

int vcpu_run(struct vcpu *vcpu)
{
	u64 cr8 = __atomic_load_n(&vcpu->run->cr8, __ATOMIC_RELAXED);
	enum exit_action action;
	int result;

	if (host_vmx_ended())
		return -EINTR;
	/* The TPR is user space's as long as there is no local APIC in the kernel. */
	if (cr8 > 15 && !vcpu->lapic)
		return -EINVAL;
	vcpu->cr8 = cr8;
	vcpu->window_wanted =
		vcpu->user_pic &&
		__atomic_load_n(&vcpu->run->request_interrupt_window, __ATOMIC_RELAXED);
	vcpu->has_run = true;
	vcpu_measure(vcpu, VCPU_PHASE_EXIT);

	host_vcpu_get(vcpu);
	host_fpu_load_guest(vcpu);

	if (steal_time_enabled(vcpu))
		steal_time_run_begins(vcpu);
	action = complete_last_exit(vcpu);
	if (action == ACTION_SAME_INSN) {
		if (__atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_RELAXED)) {
			vcpu->error = -EINTR;
			action = ACTION_ERROR;
		} else {
			vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
			action = run_until_user(vcpu);
		}
	}
	result = publish(vcpu, action);
	host_fpu_load_host(vcpu);
	host_vcpu_release(vcpu);
	vcpu->stats.to_user++;
	vcpu_measure(vcpu, VCPU_PHASE_USER);
	return result;
}
