// SPDX-License-Identifier: GPL-2.0
/* ioctls of the device: what this hypervisor can do. */
#include "api/internal.h"
#include "io/coalesced.h"
#include "irq/irqchip.h"
#include "msr/msr.h"
#include "vcpu/cpuid.h"

int api_get_api_version(struct ioctl_call *call)
{
	(void)call;
	return KVM_API_VERSION;
}

/* Only what works; all others answer 0. */
static const int extensions[] = {
	[KVM_CAP_HLT] = 1,
	[KVM_CAP_USER_MEMORY] = 1,
	[KVM_CAP_DESTROY_MEMORY_REGION_WORKS] = 1,
	[KVM_CAP_JOIN_MEMORY_REGIONS_WORKS] = 1,
	[KVM_CAP_SYNC_MMU] = 1,
	[KVM_CAP_READONLY_MEM] = 1,
	[KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2] =
		KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET,
	[KVM_CAP_NR_MEMSLOTS] = VM_MAX_SLOTS,
	[KVM_CAP_MULTI_ADDRESS_SPACE] = 1,
	[KVM_CAP_SET_TSS_ADDR] = 1,
	[KVM_CAP_SET_IDENTITY_MAP_ADDR] = 1,
	[KVM_CAP_MAX_VCPUS] = VM_MAX_VCPUS,
	[KVM_CAP_MAX_VCPU_ID] = VM_MAX_VCPUS,
	[KVM_CAP_EXT_CPUID] = 1,
	[KVM_CAP_MP_STATE] = 1,
	[KVM_CAP_NOP_IO_DELAY] = 1,
	[KVM_CAP_USER_NMI] = 1,
	[KVM_CAP_VCPU_EVENTS] = 1,
	[KVM_CAP_INTR_SHADOW] = 1,
	[KVM_CAP_DEBUGREGS] = 1,
	[KVM_CAP_XSAVE] = 1,
	[KVM_CAP_GET_TSC_KHZ] = 1,
	[KVM_CAP_IMMEDIATE_EXIT] = 1,
	[KVM_CAP_INTERNAL_ERROR_DATA] = 1,
	[KVM_CAP_CHECK_EXTENSION_VM] = 1,
	[KVM_CAP_TSC_DEADLINE_TIMER] = 1,
	[KVM_CAP_IRQFD] = 1,
	[KVM_CAP_IRQFD_RESAMPLE] = 1,
	[KVM_CAP_IOEVENTFD] = 1,
	[KVM_CAP_IOEVENTFD_NO_LENGTH] = 1,
	[KVM_CAP_IOEVENTFD_ANY_LENGTH] = 1,
	[KVM_CAP_COALESCED_MMIO] = COALESCED_PAGE_OFFSET,
	[KVM_CAP_COALESCED_PIO] = 1,
	[KVM_CAP_ENABLE_CAP] = 1,
	[KVM_CAP_ENABLE_CAP_VM] = 1,
	[KVM_CAP_MSR_PLATFORM_INFO] = 1,
	[KVM_CAP_GET_MSR_FEATURES] = 1,
	[KVM_CAP_MCE] = MSR_MCE_BANKS,
	[KVM_CAP_XSAVE2] = sizeof(struct kvm_xsave),
	[KVM_CAP_SREGS2] = 1,
	[KVM_CAP_CLOCKSOURCE] = 1,
	[KVM_CAP_KVMCLOCK_CTRL] = 1,
	[KVM_CAP_ADJUST_CLOCK] = KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC,
	[KVM_CAP_IRQCHIP] = 1,
	[KVM_CAP_IRQ_ROUTING] = IRQ_MAX_ROUTES,
	[KVM_CAP_IRQ_INJECT_STATUS] = 1,
	[KVM_CAP_SIGNAL_MSI] = 1,
	[KVM_CAP_IOAPIC_POLARITY_IGNORED] = 1,
	[KVM_CAP_PIT] = 1,
	[KVM_CAP_PIT2] = 1,
	[KVM_CAP_PIT_STATE2] = 1,
	[KVM_CAP_REINJECT_CONTROL] = 1,
	[KVM_CAP_SET_BOOT_CPU_ID] = 1,
	[KVM_CAP_X86_USER_SPACE_MSR] = 1,
	[KVM_CAP_X86_MSR_FILTER] = 1,
};

int api_check_extension(u64 extension)
{
	if (extension == KVM_CAP_NR_VCPUS)
		return (int)host_cpus_online();
	if (extension == KVM_CAP_XCRS)
		return host_xcr0() != 0;
	return extension < COUNT_OF(extensions) ? extensions[extension] : 0;
}

int api_check_extension_call(struct ioctl_call *call)
{
	return api_check_extension(call->argument);
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
