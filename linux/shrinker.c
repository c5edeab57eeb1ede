// SPDX-License-Identifier: GPL-2.0
/*
 * When the system is short of memory, the EPTs give page tables back: the guests fault, and build
 * anew what they use.
 */
#include <linux/list.h>
#include <linux/mutex.h>
#include <compat.h>
#include "platform.h"
#include "mem/mem.h"

static struct shrinker *shrinker;

/*
 * Who allocates may hold any lock, and get here: vms_lock is only tried, and those who wait for it
 * hold it over nothing that allocates.  A VM in the list lives while the lock is held.
 */
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms); /* whose turn it is next comes first */

static unsigned long count_tables(struct shrinker *from, struct shrink_control *control)
{
	unsigned long tables = 0;
	struct vm *vm;

	if (!mutex_trylock(&vms_lock))
		return 0;
	/* The root stays.  An estimate is enough: without mmu_lock. */
	list_for_each_entry(vm, &vms, host.shrinker_entry)
		tables += READ_ONCE(vm->ept.pages) - 1;
	mutex_unlock(&vms_lock);
	return tables;
}

/* Each VM at most once, until there is enough. */
static unsigned long reclaim_from_vms(unsigned long wanted)
{
	struct vm *vm, *next;
	unsigned long freed = 0;
	LIST_HEAD(done);

	list_for_each_entry_safe(vm, next, &vms, host.shrinker_entry) {
		if (freed >= wanted)
			break;
		list_move_tail(&vm->host.shrinker_entry, &done);
		freed += ept_reclaim(vm, wanted - freed);
	}
	list_splice_tail(&done, &vms);
	return freed;
}

static unsigned long free_tables(struct shrinker *from, struct shrink_control *control)
{
	unsigned long freed;

	if (!mutex_trylock(&vms_lock))
		return SHRINK_STOP;
	freed = reclaim_from_vms(control->nr_to_scan);
	mutex_unlock(&vms_lock);
	return freed ? freed : SHRINK_STOP;
}

void shrinker_add_vm(struct vm *vm)
{
	mutex_lock(&vms_lock);
	list_add_tail(&vm->host.shrinker_entry, &vms);
	mutex_unlock(&vms_lock);
}

void shrinker_remove_vm(struct vm *vm)
{
	mutex_lock(&vms_lock);
	list_del(&vm->host.shrinker_entry);
	mutex_unlock(&vms_lock);
}

int shrinker_init(void)
{
	shrinker = compat_shrinker_register("lintel-ept", count_tables, free_tables);
	return shrinker ? 0 : -ENOMEM;
}

void shrinker_exit(void)
{
	compat_shrinker_free(shrinker);
}
