// SPDX-License-Identifier: GPL-2.0
/* ioctls of the device: what this hypervisor can do. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "msr/msr.h"

int api_get_api_version(u64 argument)
{
	return KVM_API_VERSION;
}

int api_get_supported_cpuid(struct ioctl_call *call)
{
	struct kvm_cpuid2 *list = call->data;
	unsigned int count = cpuid_supported(list->entries, call->entries);

	if (count > call->entries)
		return -E2BIG;
	list->nent = count;
	return 0;
}

int api_get_msr_index_list(struct ioctl_call *call)
{
	struct kvm_msr_list *list = call->data;

	list->nmsrs = msr_index_list(list->indices, call->entries);
	return list->nmsrs > call->entries ? -E2BIG : 0;
}

int api_get_msr_feature_index_list(struct ioctl_call *call)
{
	struct kvm_msr_list *list = call->data;

	list->nmsrs = msr_feature_list(list->indices, call->entries);
	return list->nmsrs > call->entries ? -E2BIG : 0;
}

int api_get_feature_msrs(struct ioctl_call *call)
{
	struct kvm_msrs *list = call->data;
	unsigned int i;

	for (i = 0; i < call->entries; i++)
		if (msr_feature_read(list->entries[i].index, &list->entries[i].data))
			break;
	return (int)i;
}

int api_get_mce_cap_supported(struct ioctl_call *call)
{
	*(u64 *)call->data = MSR_MCG_CAP_SUPPORTED;
	return 0;
}

/* Instructions that the processor lacks and Lintel makes up for: none. */
int api_get_emulated_cpuid(struct ioctl_call *call)
{
	struct kvm_cpuid2 *list = call->data;

	if (!call->entries)
		return -E2BIG;
	list->nent = 0;
	return 0;
}

/* -ENXIO: there is no such attribute of the device. */
int api_has_system_attribute(struct ioctl_call *call)
{
	const struct kvm_device_attr *attribute = call->data;

	return attribute->group || attribute->attr != KVM_X86_XCOMP_GUEST_SUPP ? -ENXIO : 0;
}

int api_get_system_attribute(struct ioctl_call *call)
{
	const struct kvm_device_attr *attribute = call->data;
	u64 components = cpuid_xcr0_offered();
	int error = api_has_system_attribute(call);

	return error ? error : host_user_write(attribute->addr, &components, sizeof(components));
}
