// SPDX-License-Identifier: GPL-2.0
#include "facts/ept.h"
#include "mem/pml.h"
#include "mem/dirty_log.h"
#include "mem/mem.h"
#include "vmcs/vmcs.h"

/* The index of the next entry: the list fills from its end, and -1 says that it is full. */
#define PML_EMPTY (PML_ENTRIES - 1)

int pml_vcpu_init(struct vcpu *vcpu)
{
	if (!pml_is_used())
		return 0;
	vcpu->pml = host_alloc_pages(0);
	return vcpu->pml ? 0 : -ENOMEM;
}

void pml_vcpu_destroy(struct vcpu *vcpu)
{
	host_free_pages(vcpu->pml, 0);
}

void pml_init_vmcs(struct vcpu *vcpu)
{
	if (!pml_is_used())
		return;
	vmcs_write64(PML_ADDRESS, host_virt_to_phys(vcpu->pml));
	vmcs_write16(GUEST_PML_INDEX, PML_EMPTY);
}

static void drain(struct vcpu *vcpu, u16 index)
{
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);

	/* In the order of the writes: it fills from its end. */
	for (unsigned int i = PML_ENTRIES; i > (u16)(index + 1);) {
		u64 gfn = vcpu->pml[--i] >> LINTEL_PAGE_SHIFT;
		const struct memslot *slot = memslot_find(vcpu->vm, gfn);

		if (slot)
			dirty_log_mark(vcpu->vm, vcpu, slot, gfn);
	}
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

void pml_drain_list(struct vcpu *vcpu)
{
	u16 index;

	HOST_NEEDS(vcpu->loaded && host_interrupts_are_off());
	index = vmcs_read16(GUEST_PML_INDEX);
	if (index == PML_EMPTY)
		return;
	drain(vcpu, index);
	vmcs_write16(GUEST_PML_INDEX, PML_EMPTY);
}

void pml_drain_all(struct vm *vm)
{
	/* Each leaves the guest, and drains before its CPU answers. */
	if (pml_is_used())
		host_kick_vm(vm);
}
