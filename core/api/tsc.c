// SPDX-License-Identifier: GPL-2.0
/* ioctls about the guest's TSC: its rate, and (an attribute of a vCPU) its offset. */
#include "api/internal.h"
#include "msr/msr.h"
#include "vcpu/clock.h"

/* Of vCPUs to come. */
int api_set_vm_tsc_khz(struct ioctl_call *call)
{
	struct tsc_rate rate;

	if (call->vm->nr_vcpus || tsc_rate_choose(&rate, (u32)call->argument))
		return -EINVAL;
	clock_vm_rate_set(call->vm, &rate);
	return 0;
}

int api_get_vm_tsc_khz(struct ioctl_call *call)
{
	return (int)call->vm->tsc_rate.khz;
}

int api_set_tsc_khz(struct ioctl_call *call)
{
	return msr_tsc_khz_set(call->vcpu, (u32)call->argument);
}

int api_get_tsc_khz(struct vcpu *vcpu)
{
	return (int)vcpu->tsc_rate.khz;
}

/* -ENXIO: a vCPU has no such attribute. */
int api_has_vcpu_attribute(struct vcpu *vcpu, const struct kvm_device_attr *attribute)
{
	(void)vcpu;
	return attribute->group != KVM_VCPU_TSC_CTRL || attribute->attr != KVM_VCPU_TSC_OFFSET
		       ? -ENXIO
		       : 0;
}

int api_get_vcpu_attribute(struct vcpu *vcpu, const struct kvm_device_attr *attribute)
{
	u64 offset = __atomic_load_n(&vcpu->tsc_offset, __ATOMIC_RELAXED);
	int error = api_has_vcpu_attribute(vcpu, attribute);

	return error ? error : host_user_write(attribute->addr, &offset, sizeof(offset));
}

int api_set_vcpu_attribute(struct vcpu *vcpu, const struct kvm_device_attr *attribute)
{
	u64 offset;
	int error = api_has_vcpu_attribute(vcpu, attribute);

	if (!error)
		error = host_user_read(&offset, attribute->addr, sizeof(offset));
	if (!error)
		msr_tsc_offset_set(vcpu, offset);
	return error;
}
