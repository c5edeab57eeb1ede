/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A VT-x processor in software, as its tests see it: the VMX instructions of host.h, with the
 * capabilities of any recorded processor, VM entry with the SDM's checks, and VM exits by script.
 *
 * What the SDM calls undefined, or answers with an exception in the VMM (an instruction outside VMX
 * operation, a VMCS active on two processors, a region freed while active), is a sim_panic().
 */
#ifndef LINTEL_SIM_VMX_H
#define LINTEL_SIM_VMX_H

#include "cap/cap.h"
#include "sim.h"

/* --- processor.c --- */

/*
 * Each simulated CPU, or one, becomes a processor with these capability MSRs, outside VMX
 * operation.  The host's CR0 and CR4 (sim_host_state) become what it allows in VMX operation.
 */
void sim_vmx_set_processors(const struct vmx_cap_msrs *msrs);
void sim_vmx_set_processor(unsigned int cpu, const struct vmx_cap_msrs *msrs);

/* VMXON and VMXOFF on every online CPU, or on one; each has its own VMXON region. */
void sim_vmxon_all(void);
void sim_vmxoff_all(void);
void sim_vmxon(unsigned int cpu);
void sim_vmxoff(unsigned int cpu); /* panics when a VMCS is still active there */

struct sim_vmx_counts {
	u64 vmread, vmwrite, vmclear, vmptrld, entries, invept, invvpid;
};
extern struct sim_vmx_counts sim_vmx_counts;

void sim_vmx_reset(void);

/* --- vmx.c --- */

/*
 * What fields of a VMCS that was never written hold: the SDM does not say, so the default is a
 * pattern that most checks refuse.
 */
void sim_vmcs_set_fill(u64 fill);

/* Fields of a VMCS, current or not, by the physical address of its region; no rules apply. */
u64 sim_vmcs_get(hpa_t region, u32 field);
void sim_vmcs_set(hpa_t region, u32 field, u64 value);
bool sim_vmcs_launched(hpa_t region);
/* Called at each VMREAD, as other threads come in between: NULL for none. */
void sim_vmread_hook(void (*hook)(void *argument, u32 field), void *argument);

/* --- nonroot.c --- */

/* One step of the guest, and the VM exit that ends it.  What is 0 is 0 in the VMCS. */
struct sim_exit {
	u32 reason;
	u64 qualification;
	u64 guest_physical, guest_linear;
	u32 instruction_length, instruction_info;
	u32 interruption_info, interruption_error;
	u32 idt_vectoring_info, idt_vectoring_error;

	/* Where the entry injects an event, its delivery meets this exit: the IDT-vectoring
	 * information, and the instruction's length where the SDM defines it, are of that event.
	 * The guest does nothing before.  Where none is injected the exit is one as any. */
	bool in_delivery;

	/* What the guest did before: registers of the vCPU, fields of its VMCS; NULL: nothing. */
	void (*guest)(struct vcpu *vcpu, void *argument);
	void *argument;
};

/*
 * The next entry that has no exit yet ends with this one (a copy).  When the script is at its end,
 * the guest is stopped by an external interrupt, and the thread gets a signal.
 *
 * What the VMCS asks for comes first: a window that is open at the entry or after what the guest
 * did, a TPR below the threshold; and so does the interrupt of a kick that came since interrupts
 * are off.  The exit of the script is then that of the next entry.
 */
void sim_script_exit(const struct sim_exit *exit);
unsigned int sim_script_left(void);
void sim_script_clear(void);

/*
 * --- ept.c: for sim_exit.guest ---
 *
 * The guest reads, writes, fetches from its physical memory, through the EPT that its VMCS names;
 * within a page.  False: the access exits, and the guest returns at once.  Its step is not over
 * then: it comes again from the beginning, at the next entry.
 */
bool sim_guest_read(struct vcpu *vcpu, u64 gpa, void *to, size_t length);
bool sim_guest_write(struct vcpu *vcpu, u64 gpa, const void *from, size_t length);
bool sim_guest_fetch(struct vcpu *vcpu, u64 gpa, void *to, size_t length);

/* What an entry injected. */
struct sim_injection {
	const struct vcpu *vcpu;
	u32 info;			    /* the VM-entry interruption-information field */
	u32 error_code, instruction_length; /* 0 where the event has none */
	bool cut_short;			    /* its delivery met an exit */
};

/*
 * Guests that decide by themselves what they do, in place of the script.  Between two instructions
 * other tasks have their turn, and an interrupt of the host's ends the guest's run.
 */
struct sim_guest {
	/* The event of the entry reaches the guest, whose RFLAGS and blocking are still those
	 * before. */
	void (*deliver)(struct vcpu *vcpu, const struct sim_injection *event);
	/* One instruction, RIP and all.  True: it exits, and *exit says how.  An access to memory
	 * that exits needs no words, but for the event that INT n was about to deliver; nothing of
	 * the instruction, or of the delivery, is done then. */
	bool (*step)(struct vcpu *vcpu, struct sim_exit *exit);
};
void sim_use_guest(const struct sim_guest *guest); /* NULL: the script */

/* The guest writes its task priority, where the VMCS has a virtual-APIC page. */
void sim_guest_set_tpr(struct vcpu *vcpu, u32 tpr);

/* All of them, in their order since the reset. */
unsigned int sim_injections(void);
struct sim_injection sim_injection_at(unsigned int index);

/* --- vmenter.c --- */

/* An NMI of the host's comes just before the next entries: NULL for none. */
void sim_nmi_before_entry(void (*handler)(void));

/* The rule of the SDM that the last VM entry broke, in words; "" when it broke none. */
const char *sim_entry_failure(void);

#endif
