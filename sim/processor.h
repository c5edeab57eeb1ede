/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the software VT-x processor, for each other only. */
#ifndef LINTEL_SIM_PROCESSOR_H
#define LINTEL_SIM_PROCESSOR_H

#include "vmx.h"
#include "facts/instruction_error.h"
#include "vmcs/check.h"
#include "facts/vmcs_field.h"

struct processor {
	bool has_vmx, vmxon;
	struct vmx_cap_msrs msrs;
	struct vmcs_processor can;
	hpa_t vmxon_region; /* never handed out by host_alloc_pages() */
	hpa_t current;
	unsigned int active; /* VMCSs that are active here */
};

/*
 * The one the thread is on; panics unless it is in VMX operation (#UD).  A vCPU that is loaded may
 * use its VMCS with preemption on: when its thread moves, the VMCS moves along.  For the rest the
 * thread must be pinned.
 */
struct processor *processor_in_vmx(const char *instruction);
struct processor *processor_pinned(const char *instruction);

bool processor_address_ok(const struct processor *processor, u64 address, u64 alignment);
bool processor_canonical(const struct processor *processor, u64 address);

/* A VMCS: what the processor keeps of it, in place of the region's bytes. */
struct vmcs {
	struct vmcs *next;
	hpa_t region;
	bool launched;
	int cpu;	/* where it is active; -1: nowhere */
	u64 entered;	/* TSC at the last entry, whence the VMX-preemption timer counts */
	u8 timer_shift; /* the bit of the TSC whose changes it counts */
	u64 *fields;	/* in the order of vmcs_field_table */
};

/* The current one of the processor, or NULL. */
struct vmcs *vmcs_current(const struct processor *processor);
/* The one of a region; panics when there is none. */
struct vmcs *vmcs_of(hpa_t region);
void vmcs_forget_all(void);

/* Fields by encoding; one that the table does not have: panic. */
u64 vmcs_get(const struct vmcs *vmcs, u32 field);
void vmcs_set(struct vmcs *vmcs, u32 field, u64 value);

/* VMfailValid with the error's number, or VMfailInvalid when no VMCS is current. */
enum vmx_status vmx_fail(struct processor *processor, enum instruction_error error);

void sim_entry_reset(void);

/* --- nonroot.c --- */

#define VIRTUAL_APIC_TPR 0x80 /* in the virtual-APIC page */

/* The guest runs until it exits.  Interrupts are off. */
void nonroot_run(const struct processor *processor, struct vcpu *vcpu, struct vmcs *vmcs);
void nonroot_reset(void);

/* The guest's task priority in the virtual-APIC page of its VMCS; is it below the threshold, where
 * the controls ask that?  "TPR Virtualization" */
u32 *nonroot_vtpr(const struct vmcs *vmcs);
bool nonroot_tpr_is_below(const struct vmcs *vmcs);

/* --- ept.c --- */

/* A CPU forgets the translations of this EPT pointer, or all. */
void ept_flush(unsigned int cpu, u64 eptp);
void ept_flush_all(unsigned int cpu);
/* A guest runs on this CPU, from now on and until now. */
void ept_guest_enters(const struct processor *processor, const struct vmcs *vmcs);
void ept_guest_leaves(void);
/* Did an access of the guest's meet an exit, since this was asked? */
bool ept_take_fault(struct sim_exit *exit);
void ept_reset(void);

/* --- host_state.c --- */

#define MSR_PERF_GLOBAL_CTRL 0x38f

/* Before an entry: this is what the host has. */
void host_state_look(void);
/* The processor loads the host's state.  Panics where that is not what the host had before the
 * entry: a kernel would go on with it, and die somewhere. */
void host_state_load(const struct vmcs *vmcs);

/* --- entry.c --- */

/* Why an entry fails; `words` is NULL when it does not. */
struct entry_failure {
	const char *words; /* the rule that was broken first, by its name in core/vmcs/check.h */
	enum check_consequence consequence;
	u32 qualification; /* or the number of the MSR that cannot be loaded */
};

struct entry_failure entry_check(const struct processor *processor, const struct vmcs *vmcs);
/* Would an entry take this EPT pointer? */
bool entry_eptp_ok(const struct processor *processor, u64 eptp);

#endif
