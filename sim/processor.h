/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of the software VT-x processor, for each other only. */
#ifndef LINTEL_SIM_PROCESSOR_H
#define LINTEL_SIM_PROCESSOR_H

#include "vmx.h"
#include "vmcs/field_table.h"
#include "vmcs/fields.h"

#define NO_VMCS (~(hpa_t)0) /* the current-VMCS pointer when there is none */

/* "VM-Instruction Error Numbers" */
enum instruction_error {
	ERROR_VMCLEAR_ADDRESS = 2,
	ERROR_VMCLEAR_VMXON_POINTER = 3,
	ERROR_VMLAUNCH_NOT_CLEAR = 4,
	ERROR_VMRESUME_NOT_LAUNCHED = 5,
	ERROR_ENTRY_CONTROLS = 7,
	ERROR_ENTRY_HOST_STATE = 8,
	ERROR_VMPTRLD_ADDRESS = 9,
	ERROR_VMPTRLD_VMXON_POINTER = 10,
	ERROR_VMPTRLD_REVISION = 11,
	ERROR_UNSUPPORTED_FIELD = 12,
	ERROR_READ_ONLY_FIELD = 13,
	ERROR_INVALIDATION_OPERAND = 28,
};

struct processor {
	bool has_vmx, vmxon;
	/* Only what the MSRs say: nothing here was chosen. */
	struct vmcs_config config;
	struct vmx_capability capability;
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

unsigned int processor_physical_width(void);
bool processor_address_ok(const struct processor *processor, u64 address, u64 alignment);
bool processor_canonical(u64 address);

/* A VMCS: what the processor keeps of it, in place of the region's bytes. */
struct vmcs {
	struct vmcs *next;
	hpa_t region;
	bool launched;
	int cpu;     /* where it is active; -1: nowhere */
	u64 *fields; /* in the order of vmcs_field_table */
};

/* The current one of the processor, or NULL. */
struct vmcs *vmcs_current(const struct processor *processor);
void vmcs_forget_all(void);

/* Fields by encoding; one that the table does not have: panic. */
u64 vmcs_get(const struct vmcs *vmcs, u32 field);
void vmcs_set(struct vmcs *vmcs, u32 field, u64 value);

/* VMfailValid with the error's number, or VMfailInvalid when no VMCS is current. */
enum vmx_status vmx_fail(struct processor *processor, enum instruction_error error);

void sim_script_reset(void);

/* --- VM-entry checks: the first rule that does not hold --- */

struct entry {
	const struct processor *processor;
	const struct vmcs *vmcs;
	u64 control[CTL_WORDS]; /* 0 where the word is not activated */
	const char *broken;	/* NULL: all rules held */
	u32 qualification;	/* "VM-entry failures" of the guest state */
};

void entry_begin(struct entry *entry, const struct processor *processor, const struct vmcs *vmcs);
void entry_check_controls(struct entry *entry);
void entry_check_host_state(struct entry *entry);
void entry_check_guest_state(struct entry *entry);
void entry_check_guest_segments(struct entry *entry);

static inline void entry_rule(struct entry *entry, bool holds, const char *words)
{
	if (!holds && !entry->broken)
		entry->broken = words;
}

static inline bool entry_has(const struct entry *entry, enum ctl_word word, u64 mask)
{
	return entry->control[word] & mask;
}

/* A field, 0 when the processor does not have it. */
u64 entry_field(const struct entry *entry, u32 field);
/* What is wrong with an EPT pointer, or NULL. */
const char *entry_eptp_problem(const struct processor *processor, u64 eptp);
bool entry_pat_ok(u64 pat);
/* Are all bits that must be 1 so, and no other that must be 0? */
bool entry_fixed_ok(u64 value, u64 fixed0, u64 fixed1);

#endif
