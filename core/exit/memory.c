// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses to memory that the EPT does not map, and to I/O ports.
 *
 * SDM: "Exit Qualification for EPT Violations".
 */
#include "exit/table.h"
#include "emulate/access.h"
#include "emulate/emulate.h"
#include "facts/ept.h"
#include "irq/lapic.h"
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "vcpu/async_pf.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* An event whose delivery touches a device can't be emulated. */
static enum exit_action delivery_touched_device(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	host_log(HOST_LOG_WARNING, "vCPU %u: the delivery of event 0x%x touched a device at 0x%llx",
		 vcpu->id, vcpu->exit.idt_vectoring_info, vcpu->exit.gpa);
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
	run->internal.ndata = 4;
	run->internal.data[0] = vcpu->exit.idt_vectoring_info;
	run->internal.data[1] = vcpu->exit.reason;
	run->internal.data[2] = vcpu->exit.qualification;
	run->internal.data[3] = vcpu->exit.gpa;
	return ACTION_TO_USER;
}

enum exit_action exit_mmio(struct vcpu *vcpu)
{
	vcpu->stats.mmio_faults++;
	if (vcpu->exit.idt_vectoring_info & INTERRUPTION_VALID)
		return delivery_touched_device(vcpu);
	return emulate_mmio(vcpu, vcpu->exit.gpa);
}

/* vcpu->error has the reason. */
static enum exit_action no_page(struct vcpu *vcpu)
{
	/* For the program this is a signal like any other: its handler is told the address. */
	if (vcpu->error == -EHWPOISON) {
		vcpu->error = -EINTR;
		vcpu->run->exit_reason = KVM_EXIT_INTR;
	}
	return ACTION_ERROR;
}

/* Was it a write only because the EPT has flags?  "Accessed and Dirty Flags for EPT".  The vCPU may
 * have run with them when the VM had none any more: its own pointer says so. */
static bool is_walk_as_write(u64 qualification)
{
	u64 kind = EPT_VIOLATION_WRITE | EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;

	return (qualification & kind) == (EPT_VIOLATION_WRITE | EPT_VIOLATION_GLA_VALID) &&
	       (vmcs_read64(EPT_POINTER) & EPTP_ACCESSED_DIRTY);
}

/* A guest that can do something else meanwhile is told that the page takes its time. */
static enum ept_result map_page(struct vcpu *vcpu, struct ept_access *access)
{
	gpa_t gpa = vcpu->exit.gpa;
	enum ept_result result;

	access->at_once = async_pf_enabled(vcpu) && async_pf_possible(vcpu, gpa);
	result = ept_fault(vcpu->vm, gpa, *access, &vcpu->error);
	if (result != EPT_LATER)
		return result;
	if (async_pf_begin(vcpu, gpa, access->write))
		return EPT_MAPPED;
	access->at_once = false;
	return ept_fault(vcpu->vm, gpa, *access, &vcpu->error);
}

/* Could the processor answer, if it is for the registers of the local APIC? */
static bool virtualizes_apic_accesses(const struct vcpu *vcpu)
{
	return vcpu->control[CTL_SECONDARY] & CPU2_VIRTUALIZE_APIC_ACCESSES;
}

static bool maps_apic_page(struct vcpu *vcpu, const struct ept_access *access)
{
	return virtualizes_apic_accesses(vcpu) && !access->fetch &&
	       apic_page_map(vcpu->vm, vcpu->exit.gpa);
}

static inline struct ept_access access_of(struct vcpu *vcpu)
{
	u64 qualification = vcpu->exit.qualification;

	return (struct ept_access){
		.read = qualification & EPT_VIOLATION_READ,
		.write = qualification & EPT_VIOLATION_WRITE,
		.fetch = qualification & EPT_VIOLATION_FETCH,
		.walk = is_walk_as_write(qualification),
		.vcpu = vcpu,
	};
}

enum exit_action exit_ept_violation(struct vcpu *vcpu)
{
	struct ept_access access = access_of(vcpu);

	switch (map_page(vcpu, &access)) {
	case EPT_MAPPED:
		return ACTION_SAME_INSN;
	case EPT_LATER:
	case EPT_ERROR:
		return no_page(vcpu);
	case EPT_MMIO:
		break;
	}
	return maps_apic_page(vcpu, &access) ? ACTION_SAME_INSN : exit_mmio(vcpu);
}

/* What has become memory since, or was an event's delivery, or is a page that can be mapped for the
 * processor to answer, takes the long way. */
static enum exit_action mmio_at_once(struct vcpu *vcpu)
{
	gpa_t gpa = vcpu->exit.gpa;
	enum exit_action action;

	if ((vcpu->exit.idt_vectoring_info & INTERRUPTION_VALID) ||
	    (virtualizes_apic_accesses(vcpu) && lapic_owns(vcpu, gpa)) ||
	    memslots_find(memslots_get(vcpu->vm), gpa >> LINTEL_PAGE_SHIFT))
		return ACTION_LATER;
	action = emulate_mmio_at_once(vcpu, gpa);
	if (action != ACTION_LATER)
		vcpu->stats.mmio_faults++;
	return action;
}

static enum exit_action page_at_once(struct vcpu *vcpu)
{
	vcpu->page_at_hand = ept_fault_at_once(vcpu->vm, vcpu->exit.gpa, access_of(vcpu));
	return vcpu->page_at_hand ? ACTION_SAME_INSN : ACTION_LATER;
}

/* Was something of this address, or of this instruction, a device's before? */
static bool expects_device(struct vcpu *vcpu)
{
	return *mmio_last_undecoded(vcpu, vcpu->exit.gpa) == vcpu->exit.gpa ||
	       recall_expects(vcpu, vcpu->exit.rip);
}

/* What it may be, by those before it, is tried: the others would pay for the look. */
enum exit_action exit_ept_violation_at_once(struct vcpu *vcpu)
{
	enum exit_action action = ACTION_LATER;
	bool device = expects_device(vcpu);
	int ticket;

	if (!device && !vcpu->page_at_hand)
		return ACTION_LATER;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	if (device)
		action = mmio_at_once(vcpu);
	if (action == ACTION_LATER && vcpu->page_at_hand)
		action = page_at_once(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return action;
}

enum exit_action exit_io(struct vcpu *vcpu)
{
	return emulate_io(vcpu);
}

enum exit_action exit_io_at_once(struct vcpu *vcpu)
{
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	enum exit_action action = emulate_io_at_once(vcpu);

	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return action;
}
