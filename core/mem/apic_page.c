// SPDX-License-Identifier: GPL-2.0
/*
 * The APIC-access page: what the EPT maps where the local APICs have their registers, so that the
 * processor knows by its address what an access is for.  It carries such accesses out elsewhere, or
 * exits; nobody reads or writes the page itself, but for the processor's own accesses to page
 * tables that a guest puts there.
 *
 * It stands where no slot is, for all vCPUs of the VM at once, and goes for good when one of them
 * has its registers elsewhere.
 *
 * SDM: "Virtualizing Memory-Mapped APIC Accesses", "APIC-Access VM Exits".
 */
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "request.h"

int apic_page_create(struct vm *vm, gpa_t gpa)
{
	void *page = host_alloc_pages(0);

	if (!page)
		return -ENOMEM;
	host_spin_lock(&vm->mmu_lock);
	if (!vm->ept.apic_page) {
		vm->ept.apic_page = page;
		vm->ept.apic_gfn = gpa >> LINTEL_PAGE_SHIFT;
		page = NULL;
	}
	host_spin_unlock(&vm->mmu_lock);
	host_free_pages(page, 0);
	return 0;
}

void apic_page_destroy(struct vm *vm)
{
	host_free_pages(vm->ept.apic_page, 0);
	vm->ept.apic_page = NULL;
}

static bool is_wanted(const struct vm *vm)
{
	return vm->ept.apic_page && !vm->ept.apic_page_forbidden &&
	       !memslots_find(memslots_get(vm), vm->ept.apic_gfn);
}

/* Its flags are set: no write of it is news. */
static u64 leaf(const struct vm *vm)
{
	return host_virt_to_phys(vm->ept.apic_page) | EPT_READ | EPT_WRITE | EPT_MEMORY_WB |
	       EPT_IGNORE_PAT | EPT_ACCESSED | EPT_DIRTY;
}

/* Needs: mmu_lock.  0, also where another vCPU was here before; -EAGAIN; -ENOENT: not wanted. */
static int map(struct vm *vm, struct ept_spare *spare)
{
	unsigned int level;

	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (!is_wanted(vm))
		return -ENOENT;
	if (ept_lookup(&vm->ept, vm->ept.apic_gfn, &level))
		return 0;
	return ept_map(&vm->ept, vm->ept.apic_gfn, EPT_LEVEL_4K, leaf(vm), spare);
}

bool apic_page_map(struct vm *vm, gpa_t gpa)
{
	struct ept_spare spare = {.count = 0};
	int error;

	if (!vm->ept.apic_page || gpa >> LINTEL_PAGE_SHIFT != vm->ept.apic_gfn)
		return false;
	do {
		host_spin_lock(&vm->mmu_lock);
		error = map(vm, &spare);
		host_spin_unlock(&vm->mmu_lock);
	} while (error == -EAGAIN && !(error = ept_spare_fill(&spare)));
	ept_spare_free(&spare);
	return !error;
}

static void unmap(struct vm *vm, struct ept_list *list)
{
	u64 gfn = vm->ept.apic_gfn;

	if (!ept_cut(&vm->ept, gfn, gfn + 1, true))
		return;
	vm_flush_tlbs(vm);
	ept_collect(&vm->ept, gfn, gfn + 1, list);
}

void apic_page_slots_changed(struct vm *vm, struct ept_list *list)
{
	HOST_NEEDS(host_spin_held(&vm->mmu_lock));
	if (vm->ept.apic_page && !vm->ept.apic_page_forbidden && !is_wanted(vm))
		unmap(vm, list);
}

void apic_page_forbid(struct vm *vm)
{
	struct ept_list list = {0};

	if (!vm->ept.apic_page)
		return;
	host_spin_lock(&vm->mmu_lock);
	if (!vm->ept.apic_page_forbidden) {
		bool was_wanted = is_wanted(vm);

		vm->ept.apic_page_forbidden = true;
		if (was_wanted)
			unmap(vm, &list);
	}
	host_spin_unlock(&vm->mmu_lock);
	ept_tables_free(&vm->ept, &list, true);
}
