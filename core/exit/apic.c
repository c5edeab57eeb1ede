// SPDX-License-Identifier: GPL-2.0
/*
 * Exits of APIC virtualization: what the processor leaves of the accesses to the local APIC.
 *
 * SDM: "Virtualizing Memory-Mapped APIC Accesses", "APIC-Write VM Exits", "EOI Virtualization".
 */
#include "exit/table.h"
#include "facts/apic_access.h"
#include "irq/lapic.h"

/* Otherwise nobody has asked for these exits. */
static bool is_virtualized(const struct vcpu *vcpu)
{
	return vcpu->lapic && vcpu->lapic->apicv;
}

/* The access has its address from the page that the processor takes for the local APIC's. */
enum exit_action exit_apic_access(struct vcpu *vcpu)
{
	gpa_t page = vcpu->apic_base & ~(u64)(LINTEL_PAGE_SIZE - 1);

	if (!is_virtualized(vcpu))
		return ACTION_BROKEN;
	vcpu->exit.gpa = page | APIC_ACCESS_OFFSET(vcpu->exit.qualification);
	return exit_mmio(vcpu);
}

/* A trap: it is written, and RIP is behind it. */
enum exit_action exit_apic_write(struct vcpu *vcpu)
{
	if (!is_virtualized(vcpu))
		return ACTION_BROKEN;
	lapic_register_written(vcpu, APIC_ACCESS_OFFSET(vcpu->exit.qualification));
	return ACTION_SAME_INSN;
}

enum exit_action exit_apic_write_at_once(struct vcpu *vcpu)
{
	u32 offset = APIC_ACCESS_OFFSET(vcpu->exit.qualification);

	if (!is_virtualized(vcpu) || !lapic_register_written_is_quick(vcpu, offset))
		return ACTION_LATER;
	return exit_apic_write(vcpu);
}

/* A trap, too. */
enum exit_action exit_virtualized_eoi(struct vcpu *vcpu)
{
	if (!is_virtualized(vcpu))
		return ACTION_BROKEN;
	lapic_eoi_done(vcpu, (u8)vcpu->exit.qualification);
	return ACTION_SAME_INSN;
}
