// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <sys/mman.h>

#include "memory.h"
#include "say.h"

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

int memory_init(struct memory *mem, const struct kvm *kvm, uint64_t size)
{
	mem->below_hole = size < MEMORY_HOLE_START ? size : MEMORY_HOLE_START;
	mem->above_hole = size - mem->below_hole;
	mem->host = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mem->host == MAP_FAILED) {
		mem->host = NULL;
		return say_errno("ask for less with --memory", "%llu MiB of guest memory",
				 (unsigned long long)(size >> 20));
	}
	if (memory_give(mem, kvm, 0, 0, mem->below_hole) ||
	    memory_give(mem, kvm, 1, MEMORY_HOLE_END, mem->above_hole))
		return -1;
	return 0;
}

void memory_free(struct memory *mem)
{
	if (mem->host)
		munmap(mem->host, mem->below_hole + mem->above_hole);
	mem->host = NULL;
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
