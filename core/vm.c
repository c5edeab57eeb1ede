// SPDX-License-Identifier: GPL-2.0
/* The vCPUs of a virtual machine. */
#include "vm.h"
#include "vcpu/vcpu.h"

u32 vm_vcpu_id_limit(const struct vm *vm)
{
	HOST_NEEDS(host_mutex_held(&vm->lock));
	return vm->vcpu_id_limit ? vm->vcpu_id_limit : VM_MAX_VCPUS;
}

bool vm_vcpu_id_valid(const struct vm *vm, u64 id)
{
	return id < vm_vcpu_id_limit(vm);
}

void vm_add_vcpu(struct vm *vm, struct vcpu *vcpu)
{
	HOST_NEEDS(host_mutex_held(&vm->lock));
	/* Readers without the lock see a whole vCPU, and see it when they see the limit. */
	__atomic_store_n(&vm->vcpus[vcpu->id], vcpu, __ATOMIC_RELEASE);
	if (vm->vcpu_limit <= vcpu->id)
		__atomic_store_n(&vm->vcpu_limit, vcpu->id + 1, __ATOMIC_RELEASE);
	vm->nr_vcpus++;
}

struct vcpu *vm_next_vcpu(const struct vm *vm, unsigned int *id)
{
	unsigned int limit = __atomic_load_n(&vm->vcpu_limit, __ATOMIC_ACQUIRE);

	while (*id < limit) {
		struct vcpu *vcpu = __atomic_load_n(&vm->vcpus[(*id)++], __ATOMIC_ACQUIRE);

		if (vcpu)
			return vcpu;
	}
	return NULL;
}
