// SPDX-License-Identifier: GPL-2.0
/* What others want of a vCPU: it leaves the guest, or wakes, and looks before it enters again. */
#include "request.h"
#include "vcpu/vcpu.h"

/* More than can be queued: those beyond are lost, as the processor loses them. */
#define NMIS_ARRIVED_MAX 4

void vcpu_request(struct vcpu *vcpu, enum vcpu_request request)
{
	__atomic_fetch_or(&vcpu->requests, BIT32(request), __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&vcpu->mode, __ATOMIC_SEQ_CST) != VCPU_OUTSIDE)
		host_kick_vcpu(vcpu);
}

bool vcpu_request_waits(const struct vcpu *vcpu, enum vcpu_request request)
{
	return __atomic_load_n(&vcpu->requests, __ATOMIC_RELAXED) & BIT32(request);
}

void vcpu_request_drop(struct vcpu *vcpu, enum vcpu_request request)
{
	__atomic_fetch_and(&vcpu->requests, ~BIT32(request), __ATOMIC_SEQ_CST);
}

void vcpu_nmi_send(struct vcpu *vcpu)
{
	if (__atomic_load_n(&vcpu->nmis_arrived, __ATOMIC_RELAXED) > NMIS_ARRIVED_MAX)
		return;
	__atomic_fetch_add(&vcpu->nmis_arrived, 1, __ATOMIC_RELAXED);
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

bool vm_request_all(struct vm *vm, enum vcpu_request request)
{
	struct vcpu *vcpu;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));)
		__atomic_fetch_or(&vcpu->requests, BIT32(request), __ATOMIC_SEQ_CST);
	return host_kick_vm(vm);
}

void vm_flush_tlbs(struct vm *vm)
{
	__atomic_fetch_add(&vm->stats.flushes, 1, __ATOMIC_RELAXED);
	if (vm_request_all(vm, VCPU_REQUEST_FLUSH_TLB))
		__atomic_fetch_add(&vm->stats.flushes_of_running, 1, __ATOMIC_RELAXED);
}
