// SPDX-License-Identifier: GPL-2.0
/*
 * Events: exceptions, interrupts and NMIs on their way into the guest.
 *
 * "pending" is raised and not yet begun; "injected" has begun: it is in the
 * VM-entry field, and if an exit cuts its delivery short it is injected again.
 * At each entry at most one goes in, in the order of the SDM's priorities;
 * what must wait opens its window.  docs/design.md, "Events", has the table of
 * who sets and who clears what.
 *
 * SDM: "Event Injection", "Priority Among Concurrent Events", "Double Fault Exception".
 */
#include "vcpu/events.h"
#include "vcpu/cached.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "facts/exit_reason.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "vmcs/vmcs.h"

/* Exceptions, whose vectors are below 32, that push an error code (in protected mode). */
static bool has_error_code(u8 vector)
{
	const u32 with_error = BIT32(VECTOR_DF) | BIT32(VECTOR_TS) | BIT32(VECTOR_NP) |
			       BIT32(VECTOR_SS) | BIT32(VECTOR_GP) | BIT32(VECTOR_PF) |
			       BIT32(VECTOR_AC) | BIT32(VECTOR_CP);

	return with_error & BIT32(vector);
}

static bool contributory(u8 vector)
{
	const u32 vectors = BIT32(VECTOR_DE) | BIT32(VECTOR_TS) | BIT32(VECTOR_NP) |
			    BIT32(VECTOR_SS) | BIT32(VECTOR_GP) | BIT32(VECTOR_CP);

	return vector < 32 && (vectors & BIT32(vector));
}

/* Does `second`, raised while `first` is delivered, make a double fault? */
static bool makes_double_fault(u8 first, u8 second)
{
	if (first == VECTOR_PF)
		return second == VECTOR_PF || contributory(second);
	return contributory(first) && contributory(second);
}

static void raise(struct vcpu *vcpu, u8 vector, u32 error, bool has_payload, u64 payload)
{
	bool under_way = vcpu->events.exception.pending || vcpu->events.exception.injected;
	u8 first = vcpu->events.exception.vector;

	if (under_way && first == VECTOR_DF) {
		vcpu->events.exception.pending = vcpu->events.exception.injected = false;
		vcpu_request(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
		return;
	}
	if (under_way && makes_double_fault(first, vector)) {
		vector = VECTOR_DF;
		error = 0;
		has_payload = false;
	}
	vcpu->events.exception.pending = true;
	vcpu->events.exception.injected = false;
	vcpu->events.exception.vector = vector;
	vcpu->events.exception.has_error = has_error_code(vector);
	vcpu->events.exception.error = error;
	vcpu->events.exception.has_payload = has_payload;
	vcpu->events.exception.payload = payload;
}

void vcpu_inject_exception(struct vcpu *vcpu, u8 vector)
{
	raise(vcpu, vector, 0, false, 0);
}

void vcpu_inject_exception_error(struct vcpu *vcpu, u8 vector, u32 error)
{
	raise(vcpu, vector, error, false, 0);
}

void vcpu_inject_gp(struct vcpu *vcpu, u32 error)
{
	raise(vcpu, VECTOR_GP, error, false, 0);
}

void vcpu_inject_page_fault(struct vcpu *vcpu, gva_t address, u32 error)
{
	raise(vcpu, VECTOR_PF, error, true, address);
}

void vcpu_inject_debug(struct vcpu *vcpu, u64 dr6)
{
	if (vcpu->debug.control & GUEST_DEBUG_TAKES_DB)
		guest_debug_report(vcpu, VECTOR_DB, dr6);
	else
		raise(vcpu, VECTOR_DB, 0, true, dr6);
}

void vcpu_interruptibility_write(struct vcpu *vcpu, u32 value)
{
	vcpu->cached |= VCPU_CACHED_INTERRUPTIBILITY;
	vcpu->interruptibility = value;
	vmcs_write32(GUEST_INTERRUPTIBILITY_INFO, value);
}

u32 vcpu_interrupt_shadow(struct vcpu *vcpu)
{
	return cached_interruptibility(vcpu) & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS);
}

void vcpu_interrupt_shadow_set(struct vcpu *vcpu, u32 shadow)
{
	u32 now = cached_interruptibility(vcpu);
	u32 wanted = (now & ~(BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)) | shadow;

	if (now != wanted)
		vcpu_interruptibility_write(vcpu, wanted);
}

void vcpu_interrupt_shadow_clear(struct vcpu *vcpu)
{
	vcpu_interrupt_shadow_set(vcpu, 0);
}

/* Only an NMI's delivery begins the blocking (and user space): without one since it was last seen
 * to be off, it is off, and the VMCS is not asked. */
bool vcpu_nmi_masked(struct vcpu *vcpu)
{
	if (vcpu->events.nmi.injected)
		return true;
	if (vcpu->events.nmi.may_block)
		vcpu->events.nmi.may_block = cached_interruptibility(vcpu) & BLOCKING_BY_NMI;
	return vcpu->events.nmi.may_block;
}

void vcpu_nmi_mask(struct vcpu *vcpu, bool masked)
{
	u32 now = cached_interruptibility(vcpu);

	vcpu->events.nmi.may_block = masked;
	vcpu_interruptibility_write(vcpu, masked ? now | BLOCKING_BY_NMI : now & ~BLOCKING_BY_NMI);
}

/* A second NMI is held while one is handled; a third is lost. */
void vcpu_nmi_queue(struct vcpu *vcpu)
{
	unsigned int limit = vcpu_nmi_masked(vcpu) ? 1 : 2;

	if (vcpu->events.nmi.pending < limit)
		vcpu->events.nmi.pending++;
}

void vcpu_take_nmis(struct vcpu *vcpu)
{
	u32 arrived = __atomic_exchange_n(&vcpu->nmis_arrived, 0, __ATOMIC_RELAXED);

	while (arrived--)
		vcpu_nmi_queue(vcpu);
}

bool vcpu_event_underway(const struct vcpu *vcpu)
{
	return vcpu->events.exception.pending || vcpu->events.exception.injected ||
	       vcpu->events.nmi.injected || vcpu->events.soft.injected ||
	       vcpu->events.interrupt.injected;
}

bool vcpu_event_waits(const struct vcpu *vcpu)
{
	return vcpu_event_underway(vcpu) || vcpu->events.nmi.pending || vcpu->window_wanted ||
	       (vcpu->lapic && __atomic_load_n(&vcpu->lapic->irr_words, __ATOMIC_RELAXED));
}

bool vcpu_exception_pending(const struct vcpu *vcpu)
{
	return vcpu->events.exception.pending ||
	       vcpu_request_waits(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
}

static bool interrupts_open(struct vcpu *vcpu)
{
	return (vcpu_rflags_read(vcpu) & RFLAGS_IF) && !vcpu_interrupt_shadow(vcpu);
}

bool vcpu_interrupt_allowed(struct vcpu *vcpu)
{
	return interrupts_open(vcpu) && !vcpu_event_underway(vcpu);
}

bool vcpu_takes_user_interrupt(const struct vcpu *vcpu)
{
	return !vcpu->lapic || split_extint_accepted(vcpu);
}

static void write_entry_event(struct vcpu *vcpu, enum vcpu_entered event, u32 type, u8 vector)
{
	vcpu->events.entered = event;
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, INTERRUPTION_VALID | type << 8 | vector);
}

/* "Debug Status Register (DR6)", "Debug Control Register (DR7)", "Single-Stepping on Branches".  No
 * condition (INT1) leaves DR6 alone. */
static void take_debug_payload(struct vcpu *vcpu, u64 payload)
{
	u64 debugctl = vmcs_read64(GUEST_IA32_DEBUGCTL);

	if (payload & DR6_TRAPS)
		vcpu->dr6 = (vcpu->dr6 & ~(u64)0xf) | (payload & DR6_TRAPS) | DR6_FIXED;
	vcpu_dr7_store(vcpu, vcpu->dr7 & ~DR7_GD);
	if (debugctl & DEBUGCTL_BTF)
		vmcs_write64(GUEST_IA32_DEBUGCTL, debugctl & ~DEBUGCTL_BTF);
}

/* CR2 and the debug registers change when the exception is delivered, not when it is raised. */
void vcpu_events_take_payload(struct vcpu *vcpu)
{
	u64 payload = vcpu->events.exception.payload;

	if (!vcpu->events.exception.has_payload)
		return;
	vcpu->events.exception.has_payload = false;
	if (vcpu->events.exception.vector == VECTOR_PF)
		vcpu->cr2 = payload;
	else
		take_debug_payload(vcpu, payload);
}

/* "Instruction-Breakpoint Exception Condition": what a fault saves has RF set, so that the
 * instruction's breakpoint does not come again.  VM entry saves what it finds. */
static void set_resume_flag(struct vcpu *vcpu)
{
	const u32 not_faults = BIT32(VECTOR_DB) | BIT32(VECTOR_NMI) | BIT32(VECTOR_BP) |
			       BIT32(VECTOR_OF) | BIT32(VECTOR_DF) | BIT32(VECTOR_MC);

	if (!(not_faults & BIT32(vcpu->events.exception.vector)))
		vcpu_rflags_write(vcpu, vcpu_rflags_read(vcpu) | RFLAGS_RF);
}

/*
 * Delivery ends blocking by STI and MOV SS, and what of a single step was held back by it is lost.
 * With the blocking left on, an entry in which TF is on would have to have the step pending.
 * "Delivery of Pending Debug Exceptions after VM Entry"
 */
static void end_shadow(struct vcpu *vcpu)
{
	if (!vcpu_interrupt_shadow(vcpu))
		return;
	vcpu_interrupt_shadow_clear(vcpu);
	vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
}

void vcpu_end_halt(struct vcpu *vcpu)
{
	if (!(vcpu->control[CTL_PRIMARY] & CPU1_HLT_EXITING))
		vmcs_write32(GUEST_ACTIVITY_STATE, ACTIVITY_ACTIVE);
}

static void enter_exception(struct vcpu *vcpu)
{
	u8 vector = vcpu->events.exception.vector;
	u32 info = INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | vector;

	vcpu_end_halt(vcpu);
	end_shadow(vcpu);
	vcpu_events_take_payload(vcpu);
	if (vcpu->events.exception.pending)
		set_resume_flag(vcpu);
	if (vector == VECTOR_BP || vector == VECTOR_OF) {
		info = INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_EXCEPTION << 8 | vector;
		vmcs_write32(VM_ENTRY_INSTRUCTION_LEN, vcpu->events.instruction_length);
	}
	/* Real mode pushes no error codes, and VM entry refuses them there; as it does those of
	 * more than 16 bits, which no processor raises, but user space may ask for. */
	if (vcpu->events.exception.has_error && (vcpu->cr0 & CR0_PE)) {
		info |= INTERRUPTION_ERROR_CODE;
		vmcs_write32(VM_ENTRY_EXCEPTION_ERROR_CODE, (u16)vcpu->events.exception.error);
	}
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, info);
	vcpu->events.entered = ENTERED_EXCEPTION;
	vcpu->events.exception.pending = false;
	vcpu->events.exception.injected = true;
}

static void enter_software_interrupt(struct vcpu *vcpu)
{
	vcpu_end_halt(vcpu);
	vmcs_write32(VM_ENTRY_INSTRUCTION_LEN, vcpu->events.instruction_length);
	write_entry_event(vcpu, ENTERED_SOFT, INTERRUPTION_SOFTWARE_INTERRUPT,
			  vcpu->events.soft.vector);
}

static void enter_interrupt(struct vcpu *vcpu)
{
	vcpu->stats.interrupts++;
	write_entry_event(vcpu, ENTERED_INTERRUPT, INTERRUPTION_EXTERNAL,
			  vcpu->events.interrupt.vector);
}

static void enter_nmi(struct vcpu *vcpu)
{
	/* Of one that was cut short: since then the guest may have got into a shadow. */
	end_shadow(vcpu);
	/* Delivery sets the blocking; VM entry refuses it set beforehand. */
	vcpu_nmi_mask(vcpu, false);
	vcpu->events.nmi.may_block = true;
	vcpu->stats.nmis++;
	write_entry_event(vcpu, ENTERED_NMI, INTERRUPTION_NMI, VECTOR_NMI);
	vcpu->events.nmi.injected = true;
}

bool vcpu_nmi_deliverable(struct vcpu *vcpu)
{
	return vcpu->events.nmi.pending && !vcpu_nmi_masked(vcpu) && !vcpu_interrupt_shadow(vcpu);
}

/* Does an interrupt of the controllers in the kernel wait, whether it can be taken or not?  The
 * 8259s may take theirs back at any time. */
static bool interrupt_waits(struct vcpu *vcpu)
{
	return vcpu->lapic && (lapic_pending_vector(vcpu) >= 0 || pic_waits(vcpu));
}

static bool interrupt_can_enter(struct vcpu *vcpu)
{
	return interrupts_open(vcpu) && interrupt_waits(vcpu);
}

bool vcpu_interrupt_deliverable(struct vcpu *vcpu)
{
	if (interrupt_can_enter(vcpu))
		return true;
	return vcpu->lapic && vcpu->lapic->processor_delivers && lapic_next_vector(vcpu) >= 0 &&
	       interrupts_open(vcpu);
}

/*
 * The vector; -1: what was there is gone.  "Interrupt Acceptance for Fixed Interrupts": what the
 * 8259s send comes by another pin, first.  They answer a cycle that finds nothing left, too.
 */
static int acknowledge(struct vcpu *vcpu)
{
	int vector;

	if (pic_waits(vcpu))
		return pic_acknowledge(vcpu);
	vector = lapic_pending_vector(vcpu);
	if (vector >= 0) {
		lapic_acknowledge(vcpu, (u8)vector);
		lapic_eoi_offer(vcpu, (u8)vector);
		if (vcpu->lapic->takes & LAPIC_TAKES_TPR)
			lapic_vapic_acknowledged(vcpu);
	}
	return vector;
}

static void take_interrupt(struct vcpu *vcpu)
{
	int vector = acknowledge(vcpu);

	if (vector < 0)
		return;
	vcpu->events.interrupt.injected = true;
	vcpu->events.interrupt.vector = (u8)vector;
	/* Who waits for its end is told first, with interrupts on: it waits, as one for its window.
	 */
	if (!pin_news_exist(&vcpu->pin_news))
		enter_interrupt(vcpu);
}

/* A debugger keeps out what has not begun. */
static bool new_ones_blocked(const struct vcpu *vcpu)
{
	return vcpu->debug.control & KVM_GUESTDBG_BLOCKIRQ;
}

static void enter_one(struct vcpu *vcpu)
{
	if (vcpu->events.exception.injected || vcpu->events.exception.pending) {
		enter_exception(vcpu);
	} else if (vcpu->events.nmi.injected) {
		enter_nmi(vcpu);
	} else if (vcpu->events.soft.injected) {
		enter_software_interrupt(vcpu);
	} else if (vcpu->events.interrupt.injected && interrupts_open(vcpu)) {
		enter_interrupt(vcpu);
	} else if (new_ones_blocked(vcpu)) {
		return;
	} else if (vcpu_nmi_deliverable(vcpu)) {
		vcpu->events.nmi.pending--;
		enter_nmi(vcpu);
	} else if (!vcpu->events.interrupt.injected && interrupt_can_enter(vcpu)) {
		take_interrupt(vcpu);
	}
}

/*
 * An entry with blocking by STI or MOV SS must have BS pending if single steps are on, and must not
 * if they are off (user space may have changed that since the exit), or for branches only.
 * "Checks on Guest Non-Register State".
 */
static void pend_single_step(struct vcpu *vcpu)
{
	u32 shadow = vcpu_interrupt_shadow(vcpu);
	u64 pending, wanted;

	if (!shadow)
		return;
	/* A debugger steps the instruction that comes after STI.  The pending step would come
	 * before it, but where MOV SS blocks: that holds back interrupts as long, and the step,
	 * too. */
	if ((shadow & BLOCKING_BY_STI) && (vcpu->debug.control & KVM_GUESTDBG_SINGLESTEP) &&
	    vcpu_single_steps(vcpu))
		vcpu_interrupt_shadow_set(vcpu, BLOCKING_BY_MOV_SS);
	pending = vmcs_readl(GUEST_PENDING_DBG_EXCEPTIONS);
	wanted = vcpu_single_steps(vcpu) ? pending | DR6_BS : pending & ~DR6_BS;
	if (wanted != pending)
		vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, wanted);
}

/* A write that lowers the TPR far enough for what waits is to exit.  "TPR Virtualization" */
static void watch_task_priority(struct vcpu *vcpu)
{
	u32 threshold = lapic_tpr_threshold(vcpu);

	if (threshold == vcpu->tpr_threshold)
		return;
	vcpu->tpr_threshold = threshold;
	vmcs_write32(TPR_THRESHOLD, threshold);
}

/*
 * The exit that comes when the NMI that waits can be taken.  Some processors open the NMI window in
 * the shadow of STI, where VM entry refuses the NMI: it would open at once again, for ever.  The
 * window of interrupts opens after the shadow on all, unless its instruction turns them off.
 * "NMI-Window Exiting", "Checks on Guest Non-Register State"
 */
static u64 nmi_window(struct vcpu *vcpu)
{
	if (EXIT_REASON_BASIC(vcpu->exit.reason) == EXIT_REASON_NMI_WINDOW &&
	    (vcpu_interrupt_shadow(vcpu) & BLOCKING_BY_STI))
		return CPU1_INTERRUPT_WINDOW_EXITING;
	return CPU1_NMI_WINDOW_EXITING;
}

void vcpu_events_enter(struct vcpu *vcpu)
{
	bool user_waits = vcpu->window_wanted && vcpu_takes_user_interrupt(vcpu);
	bool interrupt = interrupt_waits(vcpu), waits = false;
	u64 windows = 0;

	HOST_NEEDS(vcpu->loaded && host_interrupts_are_off());
	/* What was is not any more, after an entry that failed. */
	vcpu->events.entered = ENTERED_NOTHING;
	if (user_waits || vcpu_event_underway(vcpu) || vcpu->events.nmi.pending || interrupt) {
		enter_one(vcpu);
		waits = user_waits || (vcpu->events.interrupt.injected &&
				       vcpu->events.entered != ENTERED_INTERRUPT);
		if (!new_ones_blocked(vcpu)) {
			waits |= vcpu->events.entered == ENTERED_INTERRUPT ? interrupt_waits(vcpu)
									   : interrupt;
			if (vcpu->events.nmi.pending)
				windows = nmi_window(vcpu);
		}
	}
	if (waits)
		windows |= CPU1_INTERRUPT_WINDOW_EXITING;
	if (vcpu->watches_tpr)
		watch_task_priority(vcpu);
	vmcs_control_assign(vcpu, CTL_PRIMARY,
			    CPU1_INTERRUPT_WINDOW_EXITING | CPU1_NMI_WINDOW_EXITING, windows);
	pend_single_step(vcpu);
}

static void requeue(struct vcpu *vcpu, u32 info)
{
	u8 vector = INTERRUPTION_VECTOR(info);

	switch (INTERRUPTION_TYPE(info)) {
	case INTERRUPTION_NMI:
		vcpu->events.nmi.injected = true;
		/* Delivery did not happen: it does not block yet. */
		vcpu_nmi_mask(vcpu, false);
		break;
	case INTERRUPTION_SOFTWARE_INTERRUPT:
		vcpu->events.soft.injected = true;
		vcpu->events.soft.vector = vector;
		vcpu->events.instruction_length = vcpu->exit.instruction_length;
		break;
	case INTERRUPTION_EXTERNAL:
		vcpu->events.interrupt.injected = true;
		vcpu->events.interrupt.vector = vector;
		break;
	case INTERRUPTION_PRIVILEGED_EXCEPTION:
		/* INT1 goes in again as the #DB that it is, which returns to where RIP is. */
		vcpu_rip_write(vcpu, vcpu_rip_read(vcpu) + vcpu->exit.instruction_length);
		__attribute__((__fallthrough__));
	case INTERRUPTION_SOFTWARE_EXCEPTION:
		vcpu->events.instruction_length = vcpu->exit.instruction_length;
		__attribute__((__fallthrough__));
	case INTERRUPTION_HARDWARE_EXCEPTION:
		vcpu->events.exception.injected = true;
		vcpu->events.exception.vector = vector;
		vcpu->events.exception.has_error = info & INTERRUPTION_ERROR_CODE;
		vcpu->events.exception.error = vcpu->exit.idt_vectoring_error;
		vcpu->events.exception.has_payload = false;
		break;
	default:
		break;
	}
}

/*
 * An IRET that faulted had already unblocked NMIs: the exit says so in bit 12, and blocking has to
 * be put back, unless the exit came while an event was delivered.
 * "Information for VM Exits Due to Vectored Events".
 */
static void restore_nmi_blocking(struct vcpu *vcpu)
{
	const struct exit_info *exit = &vcpu->exit;
	u32 info = exit->reason == EXIT_REASON_EXCEPTION_OR_NMI ? exit->interruption_info
								: (u32)exit->qualification;
	bool applies = exit->reason == EXIT_REASON_EPT_VIOLATION ||
		       exit->reason == EXIT_REASON_PML_FULL ||
		       (exit->reason == EXIT_REASON_EXCEPTION_OR_NMI &&
			(info & INTERRUPTION_VALID) && INTERRUPTION_VECTOR(info) != VECTOR_DF);

	if (applies && (info & INTERRUPTION_NMI_UNBLOCKED))
		vcpu_nmi_mask(vcpu, true);
}

void vcpu_event_used_up(struct vcpu *vcpu)
{
	u32 info = vcpu->exit.idt_vectoring_info;

	if (!(info & INTERRUPTION_VALID))
		return;
	switch (INTERRUPTION_TYPE(info)) {
	case INTERRUPTION_NMI:
		vcpu->events.nmi.injected = false;
		vcpu_nmi_mask(vcpu, true);
		break;
	case INTERRUPTION_SOFTWARE_INTERRUPT:
		vcpu->events.soft.injected = false;
		break;
	case INTERRUPTION_EXTERNAL:
		vcpu->events.interrupt.injected = false;
		break;
	default:
		break;
	}
}

void vcpu_events_exit(struct vcpu *vcpu)
{
	u32 info = vcpu->exit.idt_vectoring_info;

	/* What was not in the VM-entry field still waits. */
	switch (vcpu->events.entered) {
	case ENTERED_EXCEPTION:
		vcpu->events.exception.injected = false;
		break;
	case ENTERED_NMI:
		vcpu->events.nmi.injected = false;
		break;
	case ENTERED_SOFT:
		vcpu->events.soft.injected = false;
		break;
	case ENTERED_INTERRUPT:
		vcpu->events.interrupt.injected = false;
		break;
	case ENTERED_NOTHING:
		break;
	}
	vcpu->events.entered = ENTERED_NOTHING;
	if (info & INTERRUPTION_VALID)
		requeue(vcpu, info);
	else
		restore_nmi_blocking(vcpu);
}
