// SPDX-License-Identifier: GPL-2.0
/*
 * VMX non-root operation, from an entry that did not fail to the exit: the event goes in, the guest
 * takes one step of the script, and what the SDM puts before the exit that the script wants comes
 * first.
 *
 * SDM: "Event Injection", "VM Exits Induced by the TPR Threshold", "VMX-Preemption Timer",
 * "NMI-Window Exiting", "Interrupt-Window Exiting and Virtual-Interrupt Delivery", "VM Exits".
 */
#include "facts/exit_reason.h"
#include "processor.h"
#include "task.h"
#include "vcpu/state.h"
#include "vcpu/vcpu.h"
#include "virtual_apic.h"

#define SCRIPT_MAX     1024
#define INJECTIONS_MAX 1024
#define NO_EXIT	       (~0u)
#define LOOK_PERIOD    32 /* steps of a guest, after one of which its processor reads ahead */

/* --- the script --- */

static struct sim_exit script[SCRIPT_MAX];
static unsigned int script_first, script_end;

void sim_script_exit(const struct sim_exit *exit)
{
	if (script_end - script_first == SCRIPT_MAX)
		sim_panic("sim_script_exit(): the script is full");
	script[script_end++ % SCRIPT_MAX] = *exit;
}

unsigned int sim_script_left(void)
{
	return script_end - script_first;
}

void sim_script_clear(void)
{
	script_first = script_end;
}

/* The guest's next step; NULL at the end. */
static struct sim_exit *script_next(void)
{
	return script_first == script_end ? NULL : &script[script_first % SCRIPT_MAX];
}

/* When nobody said how the guest goes on, it is interrupted, and its thread is wanted elsewhere. */
static struct sim_exit script_take(void)
{
	if (script_first != script_end)
		return script[script_first++ % SCRIPT_MAX];
	sim_signal(true);
	return (struct sim_exit){.reason = EXIT_REASON_EXTERNAL_INTERRUPT};
}

static const struct sim_guest *guest;

void sim_use_guest(const struct sim_guest *what)
{
	guest = what;
}

/* --- the event of the entry --- */

static struct sim_injection injections[INJECTIONS_MAX];
static unsigned int injection_count;

unsigned int sim_injections(void)
{
	return injection_count;
}

struct sim_injection sim_injection_at(unsigned int index)
{
	if (index >= injection_count || injection_count - index > INJECTIONS_MAX)
		sim_panic("sim_injection_at(%u): there is none, or no more", index);
	return injections[index % INJECTIONS_MAX];
}

static bool is_software(u32 info)
{
	return INTERRUPTION_TYPE(info) == INTERRUPTION_SOFTWARE_INTERRUPT ||
	       INTERRUPTION_TYPE(info) == INTERRUPTION_PRIVILEGED_EXCEPTION ||
	       INTERRUPTION_TYPE(info) == INTERRUPTION_SOFTWARE_EXCEPTION;
}

/* What the entry injects; its info is 0 when that is nothing. */
static struct sim_injection injection_of(const struct vcpu *vcpu, const struct vmcs *vmcs)
{
	u32 info = (u32)vmcs_get(vmcs, VM_ENTRY_INTR_INFO_FIELD);
	struct sim_injection event = {.vcpu = vcpu, .info = info};

	if (!(info & INTERRUPTION_VALID))
		return (struct sim_injection){.vcpu = vcpu};
	if (info & INTERRUPTION_ERROR_CODE)
		event.error_code = (u32)vmcs_get(vmcs, VM_ENTRY_EXCEPTION_ERROR_CODE);
	if (is_software(info))
		event.instruction_length = (u32)vmcs_get(vmcs, VM_ENTRY_INSTRUCTION_LEN);
	return event;
}

static void injection_record(const struct sim_injection *event)
{
	injections[injection_count++ % INJECTIONS_MAX] = *event;
}

/* An NMI blocks others before an exit that its delivery meets.  "Architectural State Before a VM
 * Exit" */
static void block_nmis(struct vmcs *vmcs)
{
	u64 blocking = vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO);

	vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, blocking | BLOCKING_BY_NMI);
}

/* The guest is in its handler.  There is no IDT: every gate counts as an interrupt gate. */
static void deliver(struct vmcs *vmcs)
{
	const u64 shadow = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;

	vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO,
		 vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO) & ~shadow);
	vmcs_set(vmcs, GUEST_RFLAGS,
		 vmcs_get(vmcs, GUEST_RFLAGS) & ~(RFLAGS_TF | RFLAGS_IF | RFLAGS_RF));
}

/* "Information for VM Exits That Occur During Event Delivery" */
static void cut_short(struct sim_exit *exit, const struct sim_injection *event)
{
	const u32 undefined = INTERRUPTION_NMI_UNBLOCKED;

	exit->idt_vectoring_info = event->info & ~undefined;
	exit->idt_vectoring_error = event->error_code;
	if (is_software(event->info))
		exit->instruction_length = event->instruction_length;
}

/* --- what comes before the exit of the script --- */

static bool controls_have(const struct vmcs *vmcs, u32 word, u32 bits)
{
	return vmcs_get(vmcs, word) & bits;
}

static bool delivers_virtual_interrupts(const struct vmcs *vmcs)
{
	return controls_have(vmcs, CPU_BASED_VM_EXEC_CONTROL, CPU1_ACTIVATE_SECONDARY_CONTROLS) &&
	       controls_have(vmcs, SECONDARY_VM_EXEC_CONTROL, CPU2_VIRTUAL_INTERRUPT_DELIVERY);
}

bool nonroot_tpr_is_below(const struct vmcs *vmcs)
{
	if (!controls_have(vmcs, CPU_BASED_VM_EXEC_CONTROL, CPU1_USE_TPR_SHADOW) ||
	    delivers_virtual_interrupts(vmcs))
		return false;
	return (*nonroot_vtpr(vmcs) >> 4 & 0xf) < (vmcs_get(vmcs, TPR_THRESHOLD) & 0xf);
}

u32 *nonroot_vtpr(const struct vmcs *vmcs)
{
	return sim_phys_to_virt(vmcs_get(vmcs, VIRTUAL_APIC_PAGE_ADDR) + VIRTUAL_APIC_TPR);
}

void sim_guest_set_tpr(struct vcpu *vcpu, u32 tpr)
{
	struct vmcs *vmcs = vmcs_of(host_virt_to_phys(vcpu->vmcs.region));

	*nonroot_vtpr(vmcs) = tpr;
	virtual_apic_tpr_written(vmcs);
}

/* NMIs wait for the end of the shadow of STI too, which the SDM leaves to the processor. */
static bool nmi_window_is_open(const struct vmcs *vmcs)
{
	const u64 blocking = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS | BLOCKING_BY_NMI;

	return controls_have(vmcs, CPU_BASED_VM_EXEC_CONTROL, CPU1_NMI_WINDOW_EXITING) &&
	       !(vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO) & blocking);
}

static bool interrupt_window_is_open(const struct vmcs *vmcs)
{
	const u64 blocking = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;

	return controls_have(vmcs, CPU_BASED_VM_EXEC_CONTROL, CPU1_INTERRUPT_WINDOW_EXITING) &&
	       (vmcs_get(vmcs, GUEST_RFLAGS) & RFLAGS_IF) &&
	       !(vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO) & blocking);
}

/* "VMX-Preemption Timer": down by 1 whenever that bit of the TSC changes. */
static bool preemption_timer_expired(const struct vmcs *vmcs)
{
	u64 passed;

	if (!controls_have(vmcs, PIN_BASED_VM_EXEC_CONTROL, PIN_ACTIVATE_PREEMPTION_TIMER))
		return false;
	passed = (sim_tsc_now() >> vmcs->timer_shift) - (vmcs->entered >> vmcs->timer_shift);
	return passed >= vmcs_get(vmcs, VMX_PREEMPTION_TIMER_VALUE);
}

/* In the order of their priorities. */
static u32 exit_due(const struct vmcs *vmcs)
{
	if (nonroot_tpr_is_below(vmcs))
		return EXIT_REASON_TPR_BELOW_THRESHOLD;
	if (preemption_timer_expired(vmcs))
		return EXIT_REASON_PREEMPTION_TIMER;
	if (nmi_window_is_open(vmcs))
		return EXIT_REASON_NMI_WINDOW;
	if (interrupt_window_is_open(vmcs))
		return EXIT_REASON_INTERRUPT_WINDOW;
	if (sim_interrupt_comes())
		return EXIT_REASON_EXTERNAL_INTERRUPT;
	return NO_EXIT;
}

/* --- from the entry to the exit --- */

/*
 * What the guest does in its next step.  It is done once, whatever the exit that follows; unless
 * one of its accesses to memory exits, which is true then: the guest comes again.
 */
static bool step_exits(struct vcpu *vcpu, struct sim_exit *exit)
{
	struct sim_exit *next = script_next(), step;

	if (!next || !next->guest)
		return false;
	step = *next;
	next->guest = NULL;
	step.guest(vcpu, step.argument);
	if (!ept_take_fault(exit))
		return false;
	next->guest = step.guest;
	return true;
}

/* "Virtual-Interrupt Delivery": the vector is in service, even if its way through the IDT exits. */
static struct sim_injection virtual_interrupt(const struct vcpu *vcpu, struct vmcs *vmcs)
{
	u32 info = INTERRUPTION_VALID | INTERRUPTION_EXTERNAL << 8 | virtual_apic_deliver(vmcs);

	return (struct sim_injection){.vcpu = vcpu, .info = info};
}

/* By itself, without a script. */
static struct sim_exit run_guest(struct vcpu *vcpu, struct vmcs *vmcs)
{
	struct sim_injection event = injection_of(vcpu, vmcs);
	struct sim_exit exit, fault;
	bool exits;

	if (event.info) {
		if (INTERRUPTION_TYPE(event.info) == INTERRUPTION_NMI)
			block_nmis(vmcs);
		guest->deliver(vcpu, &event);
		if (ept_take_fault(&fault)) {
			cut_short(&fault, &event);
			return fault;
		}
		deliver(vmcs);
	}
	for (;;) {
		sim_point();
		sim_guest_runs();
		if (!sim_random_below(LOOK_PERIOD))
			ept_look_ahead(sim_cpu_now());
		if (virtual_apic_take_trap(&exit))
			return exit;
		exit = (struct sim_exit){.reason = exit_due(vmcs)};
		if (exit.reason != NO_EXIT)
			return exit;
		if (virtual_apic_interrupts(vmcs)) {
			event = virtual_interrupt(vcpu, vmcs);
			guest->deliver(vcpu, &event);
			if (ept_take_fault(&fault)) {
				cut_short(&fault, &event);
				return fault;
			}
			deliver(vmcs);
			continue;
		}
		exit = (struct sim_exit){0};
		exits = guest->step(vcpu, &exit);
		if (ept_take_fault(&fault)) {
			fault.idt_vectoring_info = exit.idt_vectoring_info;
			fault.instruction_length = exit.instruction_length;
			return fault;
		}
		if (exits)
			return exit;
	}
}

static struct sim_exit run_to_exit(struct vcpu *vcpu, struct vmcs *vmcs)
{
	struct sim_injection event = injection_of(vcpu, vmcs);
	const struct sim_exit *next = script_next();
	struct sim_exit exit;
	u32 reason;

	event.cut_short = event.info && next && next->in_delivery;
	if (event.info) {
		injection_record(&event);
		if (INTERRUPTION_TYPE(event.info) == INTERRUPTION_NMI)
			block_nmis(vmcs);
	}
	if (event.cut_short) {
		exit = script_take();
		cut_short(&exit, &event);
		return exit;
	}
	if (event.info)
		deliver(vmcs);
	reason = exit_due(vmcs);
	if (reason == NO_EXIT && virtual_apic_interrupts(vmcs)) {
		event = virtual_interrupt(vcpu, vmcs);
		injection_record(&event);
		deliver(vmcs);
	}
	if (reason == NO_EXIT) {
		if (step_exits(vcpu, &exit) || virtual_apic_take_trap(&exit))
			return exit;
		reason = exit_due(vmcs);
	}
	return reason == NO_EXIT ? script_take() : (struct sim_exit){.reason = reason};
}

/* "Saving Control Registers, Debug Registers, and MSRs": the guest's mode may have changed. */
static void save_mode(const struct processor *processor, struct vmcs *vmcs)
{
	u64 control = vmcs_get(vmcs, VM_ENTRY_CONTROLS);
	u64 efer = vmcs_get(vmcs, GUEST_IA32_EFER);

	if (!processor->can.capability.misc.stores_lma ||
	    !(vmcs_get(vmcs, VM_EXIT_CONTROLS) & EXIT_SAVE_IA32_EFER))
		return;
	control &= ~(u64)ENTRY_IA32E_MODE_GUEST;
	if (efer & IA32_EFER_LMA)
		control |= ENTRY_IA32E_MODE_GUEST;
	vmcs_set(vmcs, VM_ENTRY_CONTROLS, control);
}

static void record_exit(struct vmcs *vmcs, const struct sim_exit *exit)
{
	u64 event = vmcs_get(vmcs, VM_ENTRY_INTR_INFO_FIELD);

	vmcs_set(vmcs, VM_EXIT_REASON, exit->reason);
	vmcs_set(vmcs, EXIT_QUALIFICATION, exit->qualification);
	vmcs_set(vmcs, GUEST_PHYSICAL_ADDRESS, exit->guest_physical);
	vmcs_set(vmcs, GUEST_LINEAR_ADDRESS, exit->guest_linear);
	vmcs_set(vmcs, VM_EXIT_INSTRUCTION_LEN, exit->instruction_length);
	vmcs_set(vmcs, VMX_INSTRUCTION_INFO, exit->instruction_info);
	vmcs_set(vmcs, VM_EXIT_INTR_INFO, exit->interruption_info);
	vmcs_set(vmcs, VM_EXIT_INTR_ERROR_CODE, exit->interruption_error);
	vmcs_set(vmcs, IDT_VECTORING_INFO_FIELD, exit->idt_vectoring_info);
	vmcs_set(vmcs, IDT_VECTORING_ERROR_CODE, exit->idt_vectoring_error);
	vmcs_set(vmcs, VM_ENTRY_INTR_INFO_FIELD, event & ~(u64)INTERRUPTION_VALID);
}

void nonroot_run(const struct processor *processor, struct vcpu *vcpu, struct vmcs *vmcs)
{
	struct sim_exit exit;

	if (vmcs_get(vmcs, VM_ENTRY_CONTROLS) & ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)
		sim_wrmsr(MSR_PERF_GLOBAL_CTRL, vmcs_get(vmcs, GUEST_IA32_PERF_GLOBAL_CTRL));
	ept_guest_enters(processor, vmcs);
	virtual_apic_enter(vmcs);
	vmcs->entered = sim_tsc_now();
	vmcs->timer_shift = processor->can.capability.misc.preemption_timer_shift;
	exit = guest ? run_guest(vcpu, vmcs) : run_to_exit(vcpu, vmcs);
	ept_guest_leaves();
	save_mode(processor, vmcs);
	record_exit(vmcs, &exit);
	host_state_load(vmcs);
}

void nonroot_reset(void)
{
	script_first = 0;
	script_end = 0;
	guest = NULL;
	injection_count = 0;
	virtual_apic_reset();
}
