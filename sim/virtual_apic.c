// SPDX-License-Identifier: GPL-2.0
/*
 * APIC virtualization: the guest's accesses to the APIC-access page and to the MSRs of x2APIC mode,
 * as far as the processor carries them out on the virtual-APIC page; virtual interrupts and their
 * ends.
 *
 * SDM: "APIC Virtualization and Virtual Interrupts".
 */
#include <string.h>

#include "facts/apic_access.h"
#include "facts/exit_reason.h"
#include "facts/msr_bitmap.h"
#include "irq/registers.h"
#include "processor.h"
#include "vcpu/state.h"
#include "virtual_apic.h"

/* After the instruction that led to it; reason 0: there is none.  (No exit of these has it.) */
static struct sim_exit trap[SIM_MAX_CPUS];

bool virtual_apic_take_trap(struct sim_exit *exit)
{
	struct sim_exit *here = &trap[sim_cpu_now()];

	if (!here->reason)
		return false;
	*exit = *here;
	*here = (struct sim_exit){0};
	return true;
}

void virtual_apic_reset(void)
{
	memset(trap, 0, sizeof(trap));
}

static void exit_afterwards(u32 reason, u64 qualification)
{
	struct sim_exit *here = &trap[sim_cpu_now()];

	if (here->reason)
		sim_panic("two traps of APIC virtualization in one instruction");
	*here = (struct sim_exit){.reason = reason, .qualification = qualification};
}

/* --- controls and fields --- */

static bool has(const struct vmcs *vmcs, u32 secondary)
{
	return (vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_ACTIVATE_SECONDARY_CONTROLS) &&
	       (vmcs_get(vmcs, SECONDARY_VM_EXEC_CONTROL) & secondary);
}

static bool delivers(const struct vmcs *vmcs)
{
	return has(vmcs, CPU2_VIRTUAL_INTERRUPT_DELIVERY);
}

static u32 *word(const struct vmcs *vmcs, u32 offset)
{
	return sim_phys_to_virt(vmcs_get(vmcs, VIRTUAL_APIC_PAGE_ADDR) + offset);
}

static u8 requested(const struct vmcs *vmcs)
{
	return (u8)vmcs_get(vmcs, GUEST_INTR_STATUS);
}

static u8 in_service(const struct vmcs *vmcs)
{
	return (u8)(vmcs_get(vmcs, GUEST_INTR_STATUS) >> 8);
}

static void set_status(struct vmcs *vmcs, u8 service, u8 request)
{
	vmcs_set(vmcs, GUEST_INTR_STATUS, (u64)service << 8 | request);
}

static u32 *vector_word(const struct vmcs *vmcs, u32 first, u8 vector)
{
	return word(vmcs, lapic_vector_word(first, vector));
}

static void vector_set(const struct vmcs *vmcs, u32 first, u8 vector, bool on)
{
	u32 bit = BIT32(vector % 32);

	if (on)
		__atomic_fetch_or(vector_word(vmcs, first, vector), bit, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(vector_word(vmcs, first, vector), ~bit, __ATOMIC_SEQ_CST);
}

/* 0 also where there is none, as RVI and SVI have it. */
static u8 highest(const struct vmcs *vmcs, u32 first)
{
	for (unsigned int vector = 255; vector; vector--)
		if (*vector_word(vmcs, first, (u8)vector) & BIT32(vector % 32))
			return (u8)vector;
	return 0;
}

/* --- virtual interrupts --- */

/* "PPR Virtualization" */
static void update_priority(struct vmcs *vmcs)
{
	u32 task = *word(vmcs, LAPIC_TPR) & 0xff, service = in_service(vmcs) & 0xf0;

	*word(vmcs, LAPIC_PPR) = (task & 0xf0) >= service ? task : service;
}

/* The processor goes by RVI and SVI.  Of IRR it may not know yet what somebody is about to tell. */
static void check_status(const struct vmcs *vmcs)
{
	u8 request = requested(vmcs);

	if (request && !(*vector_word(vmcs, LAPIC_IRR, request) & BIT32(request % 32)))
		sim_panic("RVI is 0x%x, which is not in IRR", request);
	if (in_service(vmcs) != highest(vmcs, LAPIC_ISR))
		sim_panic("SVI is 0x%x, and the highest vector in ISR is 0x%x", in_service(vmcs),
			  highest(vmcs, LAPIC_ISR));
}

void virtual_apic_enter(struct vmcs *vmcs)
{
	if (!delivers(vmcs))
		return;
	check_status(vmcs);
	update_priority(vmcs);
}

bool virtual_apic_interrupts(const struct vmcs *vmcs)
{
	const u64 blocking = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;

	return delivers(vmcs) &&
	       !(vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_INTERRUPT_WINDOW_EXITING) &&
	       (requested(vmcs) & 0xf0) > (*word(vmcs, LAPIC_PPR) & 0xf0) &&
	       (vmcs_get(vmcs, GUEST_RFLAGS) & RFLAGS_IF) &&
	       !(vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO) & blocking);
}

/* "Virtual-Interrupt Delivery" */
u8 virtual_apic_deliver(struct vmcs *vmcs)
{
	u8 vector = requested(vmcs);

	vector_set(vmcs, LAPIC_ISR, vector, true);
	vector_set(vmcs, LAPIC_IRR, vector, false);
	set_status(vmcs, vector, highest(vmcs, LAPIC_IRR));
	*word(vmcs, LAPIC_PPR) = vector & 0xf0;
	return vector;
}

/* "EOI Virtualization" */
static void end_of_interrupt(struct vmcs *vmcs)
{
	u8 vector = in_service(vmcs);
	u64 exits = vmcs_get(vmcs, EOI_EXIT_BITMAP0 + vector / 64 * 2);

	vector_set(vmcs, LAPIC_ISR, vector, false);
	set_status(vmcs, highest(vmcs, LAPIC_ISR), requested(vmcs));
	update_priority(vmcs);
	if (exits & BIT64(vector % 64))
		exit_afterwards(EXIT_REASON_VIRTUALIZED_EOI, vector);
}

/* "Self-IPI Virtualization" */
static void self_ipi(struct vmcs *vmcs, u8 vector)
{
	vector_set(vmcs, LAPIC_IRR, vector, true);
	if (vector > requested(vmcs))
		set_status(vmcs, in_service(vmcs), vector);
}

/* "TPR Virtualization" */
void virtual_apic_tpr_written(struct vmcs *vmcs)
{
	*word(vmcs, LAPIC_TPR) &= 0xff;
	if (delivers(vmcs))
		update_priority(vmcs);
}

/* --- the page of xAPIC mode --- */

bool virtual_apic_has_page(const struct vmcs *vmcs, u64 pfn)
{
	return has(vmcs, CPU2_VIRTUALIZE_APIC_ACCESSES) &&
	       vmcs_get(vmcs, APIC_ACCESS_ADDR) == pfn << LINTEL_PAGE_SHIFT;
}

static bool is_one_of(u32 register_at, const u16 *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == register_at)
			return true;
	return false;
}

/* With APIC-register virtualization: "Virtualizing Reads from the APIC-Access Page", and those that
 * can be written too. */
static const u16 written[] = {0x020, 0x080, 0x0b0, 0x0d0, 0x0e0, 0x0f0, 0x280, 0x300, 0x310,
			      0x320, 0x330, 0x340, 0x350, 0x360, 0x370, 0x380, 0x3e0};

static bool is_virtualized(const struct vmcs *vmcs, u32 offset, size_t length, bool write)
{
	static const u16 delivery[] = {0x080, 0x0b0, 0x300};
	u32 start = offset & ~15u;

	if (!(vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_USE_TPR_SHADOW) ||
	    offset % 16 + length > 4)
		return false;
	if (!has(vmcs, CPU2_APIC_REGISTER_VIRTUALIZATION))
		return delivers(vmcs) ? is_one_of(start, delivery, COUNT_OF(delivery))
				      : start == 0x080;
	if (is_one_of(start, written, COUNT_OF(written)))
		return true;
	return !write && (start == 0x030 || (start >= 0x100 && start < 0x280));
}

/* "Writes to the ICR's low half": a self-IPI that is fixed and edge-triggered. */
static bool is_self_ipi(u32 icr)
{
	return (icr & 0xfffcf700) == 0x00040000 && (icr & 0xf0);
}

/* "APIC-Write Emulation" */
static void emulate_write(struct vmcs *vmcs, u32 offset)
{
	switch (offset & ~15u) {
	case LAPIC_TPR:
		virtual_apic_tpr_written(vmcs);
		return;
	case LAPIC_EOI:
		if (!delivers(vmcs))
			break;
		*word(vmcs, LAPIC_EOI) = 0;
		end_of_interrupt(vmcs);
		return;
	case LAPIC_ICR:
		if (!delivers(vmcs) || !is_self_ipi(*word(vmcs, LAPIC_ICR)))
			break;
		self_ipi(vmcs, (u8)*word(vmcs, LAPIC_ICR));
		return;
	case LAPIC_ICR2:
		*word(vmcs, LAPIC_ICR2) &= 0xff000000;
		return;
	}
	exit_afterwards(EXIT_REASON_APIC_WRITE, offset);
}

bool virtual_apic_read(struct vmcs *vmcs, u32 offset, void *to, size_t length)
{
	if (!is_virtualized(vmcs, offset, length, false))
		return false;
	memcpy(to, (u8 *)word(vmcs, 0) + offset, length);
	return true;
}

bool virtual_apic_write(struct vmcs *vmcs, u32 offset, const void *from, size_t length)
{
	if (!is_virtualized(vmcs, offset, length, true))
		return false;
	memcpy((u8 *)word(vmcs, 0) + offset, from, length);
	emulate_write(vmcs, offset);
	return true;
}

/* --- x2APIC mode --- */

static struct vmcs *vmcs_of_vcpu(const struct vcpu *vcpu)
{
	return vmcs_of(host_virt_to_phys(vcpu->vmcs.region));
}

static bool passes(const struct vmcs *vmcs, u32 msr, enum msr_direction direction)
{
	if (!(vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_USE_MSR_BITMAPS) ||
	    msr_bitmap_test(sim_phys_to_virt(vmcs_get(vmcs, MSR_BITMAP)), msr, direction))
		return false;
	if (!has(vmcs, CPU2_VIRTUALIZE_X2APIC_MODE))
		sim_panic("the guest reaches the host's MSR 0x%x", msr);
	return true;
}

bool sim_guest_rdmsr_x2apic(struct vcpu *vcpu, u32 msr, u64 *value)
{
	const struct vmcs *vmcs = vmcs_of_vcpu(vcpu);

	if (!passes(vmcs, msr, MSR_READ))
		return false;
	if (msr != MSR_X2APIC_TPR && !has(vmcs, CPU2_APIC_REGISTER_VIRTUALIZATION))
		sim_panic("the guest reads the host's MSR 0x%x", msr);
	memcpy(value, word(vmcs, (msr & 0xff) << 4), sizeof(*value));
	return true;
}

bool sim_guest_wrmsr_x2apic(struct vcpu *vcpu, u32 msr, u64 value)
{
	struct vmcs *vmcs = vmcs_of_vcpu(vcpu);

	if (!passes(vmcs, msr, MSR_WRITE))
		return false;
	if (msr != MSR_X2APIC_TPR && !delivers(vmcs))
		sim_panic("the guest writes the host's MSR 0x%x", msr);
	*word(vmcs, (msr & 0xff) << 4) = (u32)value;
	switch (msr) {
	case MSR_X2APIC_TPR:
		virtual_apic_tpr_written(vmcs);
		break;
	case MSR_X2APIC_EOI:
		end_of_interrupt(vmcs);
		break;
	case MSR_X2APIC_SELF_IPI:
		if (value & 0xf0)
			self_ipi(vmcs, (u8)value);
		else
			exit_afterwards(EXIT_REASON_APIC_WRITE, LAPIC_SELF_IPI);
		break;
	default:
		sim_panic("the guest writes the host's MSR 0x%x", msr);
	}
	return true;
}
