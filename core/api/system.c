// SPDX-License-Identifier: GPL-2.0
/* ioctls of the device: what this hypervisor can do. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "io/coalesced.h"
#include "irq/irqchip.h"
#include "msr/msr.h"

int api_get_api_version(struct ioctl_call *call)
{
	(void)call;
	return KVM_API_VERSION;
}

/* Only what works; all others answer 0. */
#define CAP(name_, value_) [KVM_CAP_##name_] = {.name = #name_, .value = value_}
static const struct {
	const char *name;
	int value;
} extensions[] = {
	CAP(HLT, 1),
	CAP(USER_MEMORY, 1),
	CAP(DESTROY_MEMORY_REGION_WORKS, 1),
	CAP(JOIN_MEMORY_REGIONS_WORKS, 1),
	CAP(SYNC_MMU, 1),
	CAP(READONLY_MEM, 1),
	CAP(MANUAL_DIRTY_LOG_PROTECT2,
	    KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET),
	CAP(NR_MEMSLOTS, VM_MAX_SLOTS),
	CAP(MULTI_ADDRESS_SPACE, 1),
	CAP(SET_TSS_ADDR, 1),
	CAP(SET_IDENTITY_MAP_ADDR, 1),
	CAP(MAX_VCPUS, VM_MAX_VCPUS),
	CAP(MAX_VCPU_ID, VM_MAX_VCPUS),
	CAP(EXT_CPUID, 1),
	CAP(MP_STATE, 1),
	CAP(NOP_IO_DELAY, 1),
	CAP(USER_NMI, 1),
	CAP(VCPU_EVENTS, 1),
	CAP(INTR_SHADOW, 1),
	CAP(DEBUGREGS, 1),
	/* Of KVM_SET_GUEST_DEBUG, which is not there; QEMU does not start without the promise. */
	CAP(X86_ROBUST_SINGLESTEP, 1),
	CAP(XSAVE, 1),
	CAP(GET_TSC_KHZ, 1),
	CAP(IMMEDIATE_EXIT, 1),
	CAP(INTERNAL_ERROR_DATA, 1),
	CAP(CHECK_EXTENSION_VM, 1),
	CAP(TSC_DEADLINE_TIMER, 1),
	CAP(IRQFD, 1),
	CAP(IRQFD_RESAMPLE, 1),
	CAP(IOEVENTFD, 1),
	CAP(IOEVENTFD_NO_LENGTH, 1),
	CAP(IOEVENTFD_ANY_LENGTH, 1),
	CAP(COALESCED_MMIO, COALESCED_PAGE_OFFSET),
	CAP(COALESCED_PIO, 1),
	CAP(ENABLE_CAP, 1),
	CAP(ENABLE_CAP_VM, 1),
	CAP(MSR_PLATFORM_INFO, 1),
	CAP(GET_MSR_FEATURES, 1),
	CAP(MCE, MSR_MCE_BANKS),
	CAP(XSAVE2, sizeof(struct kvm_xsave)),
	CAP(SREGS2, 1),
	CAP(CLOCKSOURCE, 1),
	CAP(KVMCLOCK_CTRL, 1),
	CAP(ADJUST_CLOCK, KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC),
	CAP(IRQCHIP, 1),
	CAP(IRQ_ROUTING, IRQ_MAX_ROUTES),
	CAP(IRQ_INJECT_STATUS, 1),
	CAP(SIGNAL_MSI, 1),
	CAP(IOAPIC_POLARITY_IGNORED, 1),
	CAP(PIT, 1),
	CAP(PIT2, 1),
	CAP(PIT_STATE2, 1),
	CAP(REINJECT_CONTROL, 1),
	CAP(SET_BOOT_CPU_ID, 1),
	CAP(X86_USER_SPACE_MSR, 1),
	CAP(X86_MSR_FILTER, 1),
};

int api_check_extension(u64 extension)
{
	if (extension == KVM_CAP_NR_VCPUS)
		return (int)host_cpus_online();
	if (extension == KVM_CAP_XCRS)
		return host_xcr0() != 0;
	return extension < COUNT_OF(extensions) ? extensions[extension].value : 0;
}

const char *api_extension_name(unsigned int extension)
{
	return extension < COUNT_OF(extensions) ? extensions[extension].name : NULL;
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
