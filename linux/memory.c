// SPDX-License-Identifier: GPL-2.0
/*
 * Memory and locks for the core.  All of it is charged to the memory cgroup of the process that
 * caused it: a VM must not get kernel memory past its limits.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "platform.h"

void *host_zalloc(size_t size)
{
	return kvzalloc(size, GFP_KERNEL_ACCOUNT);
}

void host_free(void *memory)
{
	kvfree(memory);
}

void *host_alloc_pages(unsigned int order)
{
	return (void *)__get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, order);
}

void host_free_pages(void *pages, unsigned int order)
{
	free_pages((unsigned long)pages, order);
}

void host_srcu_destroy(host_srcu_t *srcu)
{
	cleanup_srcu_struct(srcu);
}

void host_srcu_synchronize(host_srcu_t *srcu)
{
	synchronize_srcu_expedited(srcu);
}
