// SPDX-License-Identifier: GPL-2.0
/*
 * Memory for the access in progress, and which memory is a device.
 */
#include "emulate/access.h"
#include "mem/mem.h"

int emulate_vcpu_init(struct vcpu *vcpu)
{
	vcpu->io = host_zalloc(sizeof(*vcpu->io));
	return vcpu->io ? 0 : -ENOMEM;
}

void emulate_vcpu_destroy(struct vcpu *vcpu)
{
	host_free(vcpu->io);
	vcpu->io = NULL;
}

bool memory_is_ram(const struct memslots *slots, gpa_t gpa, bool write)
{
	const struct memslot *slot = memslots_find(slots, gpa >> LINTEL_PAGE_SHIFT);

	return slot && !(write && (slot->flags & KVM_MEM_READONLY));
}
