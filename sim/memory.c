// SPDX-License-Identifier: GPL-2.0
/*
 * Memory of the host: host_zalloc() from malloc, pages from one arena.
 *
 * The arena is a range of addresses without access.  A page gets access while it is allocated, and
 * a page without access follows each allocation: use after free and overruns fault at once.
 * Addresses come round only after the whole arena has been used.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "failure.h"
#include "sim.h"

#define ARENA_PAGES (1u << 20) /* 4 GiB of addresses */
#define ARENA_BYTES ((u64)ARENA_PAGES * LINTEL_PAGE_SIZE)
#define MAX_ORDER   10

struct object {
	struct object *next, *previous;
	size_t size;
	u64 serial; /* the how-manieth allocation it was: names a leak */
	u8 memory[] __attribute__((aligned(16)));
};

static struct object objects = {.next = &objects, .previous = &objects};
static struct sim_memory memory_now;

static u8 *arena;
static u8 arena_order[ARENA_PAGES]; /* of the allocation that begins at the page, plus 1 */
static bool arena_used[ARENA_PAGES];
static u32 arena_next;

static struct failure failure;
static void (*on_freed)(hpa_t start, u64 size);

void sim_fail_allocation_after(unsigned int n)
{
	failure_after(&failure, n);
}

void sim_fail_allocation_never(void)
{
	failure.waits = false;
}

bool sim_allocation_failed(void)
{
	return failure.happened;
}

struct sim_memory sim_memory_now(void)
{
	return memory_now;
}

static bool allocation_fails(void)
{
	memory_now.allocations++;
	return failure_comes(&failure);
}

void sim_on_pages_freed(void (*function)(hpa_t start, u64 size))
{
	on_freed = function;
}

void *host_zalloc(size_t size)
{
	struct object *object;

	sim_might_sleep("host_zalloc");
	if (allocation_fails())
		return NULL;
	object = calloc(1, sizeof(*object) + size);
	if (!object)
		return NULL;
	object->size = size;
	object->serial = memory_now.allocations;
	object->next = &objects;
	object->previous = objects.previous;
	objects.previous->next = object;
	objects.previous = object;
	memory_now.objects++;
	memory_now.bytes += size;
	return object->memory;
}

void host_free(void *memory)
{
	struct object *object;

	sim_might_sleep("host_free");
	if (!memory)
		return;
	object = (struct object *)((u8 *)memory - offsetof(struct object, memory));
	if (object->next->previous != object || object->previous->next != object)
		sim_panic("host_free(%p): not from host_zalloc(), or freed already", memory);
	object->next->previous = object->previous;
	object->previous->next = object->next;
	memory_now.objects--;
	memory_now.bytes -= object->size;
	free(object);
}

static void arena_open(void)
{
	void *map = mmap(NULL, ARENA_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			 -1, 0);

	if (map == MAP_FAILED)
		sim_panic("the arena of pages cannot be mapped");
	arena = map;
}

static bool arena_free_at(u32 first, u32 pages)
{
	u32 i;

	for (i = 0; i < pages; i++)
		if (arena_used[first + i])
			return false;
	return true;
}

/* First page of `pages` free ones, aligned to their number, and a guard page after them. */
static u32 arena_find(u32 pages)
{
	u32 tries, first;

	for (tries = 0; tries < ARENA_PAGES; tries++) {
		first = (arena_next + pages - 1) / pages * pages;
		if (first + pages + 1 > ARENA_PAGES) {
			arena_next = 0;
			continue;
		}
		arena_next = first + pages + 1;
		if (arena_free_at(first, pages))
			return first;
	}
	sim_panic("the arena of pages is full");
}

void *host_alloc_pages(unsigned int order)
{
	u32 pages = 1u << order;
	u32 first, i;

	sim_might_sleep("host_alloc_pages");
	if (order > MAX_ORDER)
		sim_panic("host_alloc_pages(%u): more than the kernel gives", order);
	if (allocation_fails())
		return NULL;
	if (!arena)
		arena_open();
	first = arena_find(pages);
	if (mprotect(arena + (u64)first * LINTEL_PAGE_SIZE, (u64)pages * LINTEL_PAGE_SIZE,
		     PROT_READ | PROT_WRITE))
		return NULL;
	for (i = 0; i < pages; i++)
		arena_used[first + i] = true;
	arena_order[first] = (u8)(order + 1);
	memory_now.pages += pages;
	return arena + (u64)first * LINTEL_PAGE_SIZE;
}

static bool arena_holds(const void *address)
{
	return arena && (const u8 *)address >= arena && (const u8 *)address < arena + ARENA_BYTES;
}

void host_free_pages(void *pages, unsigned int order)
{
	u32 first, i;

	sim_needs_atomic("host_free_pages");
	if (!pages)
		return;
	if (!arena_holds(pages) || (u64)((u8 *)pages - arena) % LINTEL_PAGE_SIZE)
		sim_panic("host_free_pages(%p): not from host_alloc_pages()", pages);
	first = (u32)((u64)((u8 *)pages - arena) / LINTEL_PAGE_SIZE);
	if (arena_order[first] != order + 1)
		sim_panic("host_free_pages(%p, %u): it has order %d", pages, order,
			  arena_order[first] - 1);
	if (on_freed)
		on_freed(SIM_PHYS_BASE + first * (u64)LINTEL_PAGE_SIZE,
			 (u64)LINTEL_PAGE_SIZE << order);
	arena_order[first] = 0;
	for (i = 0; i < 1u << order; i++)
		arena_used[first + i] = false;
	memory_now.pages -= 1u << order;
	madvise(pages, (size_t)LINTEL_PAGE_SIZE << order, MADV_DONTNEED);
	mprotect(pages, (size_t)LINTEL_PAGE_SIZE << order, PROT_NONE);
}

hpa_t sim_virt_to_phys(const void *page)
{
	u64 offset = (u64)((const u8 *)page - arena);

	if (!arena_holds(page) || !arena_used[offset / LINTEL_PAGE_SIZE])
		sim_panic("host_virt_to_phys(%p): not from host_alloc_pages()", page);
	return SIM_PHYS_BASE + offset;
}

void *sim_phys_to_virt(hpa_t address)
{
	u64 offset = address - SIM_PHYS_BASE;

	if (address < SIM_PHYS_BASE || offset >= ARENA_BYTES ||
	    !arena_used[offset / LINTEL_PAGE_SIZE])
		sim_panic("host_phys_to_virt(0x%llx): not from host_alloc_pages()", address);
	return arena + offset;
}

u64 sim_memory_leaks(void)
{
	return memory_now.objects + memory_now.pages;
}

void sim_memory_print_leaks(void)
{
	struct object *object;

	for (object = objects.next; object != &objects; object = object->next)
		fprintf(stderr, "sim: %zu bytes of allocation %llu were not freed\n", object->size,
			object->serial);
	if (memory_now.pages)
		fprintf(stderr, "sim: %llu pages were not freed\n", memory_now.pages);
}
