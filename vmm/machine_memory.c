// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <sys/mman.h>

#include "machine_memory.h"
#include "words/say.h"

#define HUGE_PAGE  (2ull << 20)
#define EBDA_START 0x9fc00 /* where firmware keeps its data on a PC */
#define ONE_MIB	   0x100000

static int memory_give(const struct memory *mem, const struct kvm *kvm, uint32_t slot, uint64_t gpa,
		       uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)(mem->host + (gpa ? mem->below_hole : 0)),
	};

	if (!size)
		return 0;
	return kvm_call(kvm->vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

/*
 * Begins at a multiple of HUGE_PAGE, as guest-physical 0 and 4 GiB do, so that large pages of the
 * process can be large pages of the guest.
 */
static int memory_map(struct memory *mem, uint64_t size)
{
	mem->mapped = size + HUGE_PAGE;
	mem->mapping = mmap(NULL, mem->mapped, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem->mapping == MAP_FAILED) {
		mem->mapping = NULL;
		return say_errno("ask for less with --memory", "%llu MiB of guest memory",
				 (unsigned long long)(size >> 20));
	}
	mem->host = mem->mapping + (-(uintptr_t)mem->mapping & (HUGE_PAGE - 1));
	/* A hint: without large pages the guest is slower, and that is all. */
	madvise(mem->host, size, MADV_HUGEPAGE);
	return 0;
}

int memory_init(struct memory *mem, const struct kvm *kvm, uint64_t size)
{
	mem->below_hole = size < MEMORY_HOLE_START ? size : MEMORY_HOLE_START;
	mem->above_hole = size - mem->below_hole;
	if (memory_map(mem, size))
		return -1;
	if (memory_give(mem, kvm, 0, 0, mem->below_hole) ||
	    memory_give(mem, kvm, 1, MEMORY_HOLE_END, mem->above_hole))
		return -1;
	return 0;
}

void memory_free(struct memory *mem)
{
	if (mem->mapping)
		munmap(mem->mapping, mem->mapped);
	mem->mapping = NULL;
}

static unsigned int range_add(struct memory_range *range, unsigned int count, uint64_t base,
			      uint64_t end, enum memory_type type)
{
	if (base >= end)
		return count;
	range[count] = (struct memory_range){base, end, type};
	return count + 1;
}

unsigned int memory_describe(const struct memory *mem, struct memory_range *range)
{
	unsigned int count = 0;

	count = range_add(range, count, 0, EBDA_START, MEMORY_RAM);
	count = range_add(range, count, EBDA_START, ONE_MIB, MEMORY_RESERVED);
	count = range_add(range, count, ONE_MIB, mem->below_hole, MEMORY_RAM);
	return range_add(range, count, MEMORY_HOLE_END, MEMORY_HOLE_END + mem->above_hole,
			 MEMORY_RAM);
}

void *memory_at(const struct memory *mem, uint64_t gpa, uint64_t size)
{
	if (gpa <= mem->below_hole && size <= mem->below_hole - gpa)
		return mem->host + gpa;
	if (gpa < MEMORY_HOLE_END)
		return NULL;
	gpa -= MEMORY_HOLE_END;
	if (gpa <= mem->above_hole && size <= mem->above_hole - gpa)
		return mem->host + mem->below_hole + gpa;
	return NULL;
}
