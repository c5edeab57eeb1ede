// SPDX-License-Identifier: GPL-2.0
/* One row for each ioctl: which file, which locks, how long its argument is, who does it. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "irq/irqchip.h"

/* By the ioctl's number, which a few of KVM's share that differ in their direction.  The factor
 * is one that gives each row a slot of its own; two rows in one slot are a compiler warning. */
#define SLOTS 256
#define SLOT(number) ((_IOC_NR(number) + 100 * _IOC_DIR(number)) % SLOTS)

#define ROW(number, flags, call) [SLOT(number)] = { number, #number, flags, 0, 0, call }
#define ROW_ARGUMENT_IN(number, flags, type, call)                                                 \
	[SLOT(number)] = { number, #number, flags | IOCTL_ARGUMENT_IN, sizeof(type), 0, call }
#define ROW_ENTRIES(number, flags, type, most, call)                                               \
	[SLOT(number)] = { number, #number, flags, sizeof(type), most, call }

#define MAX_MSR_ENTRIES	      256 /* of KVM_GET_MSRS and KVM_SET_MSRS */
#define MAX_MSR_INDEX_ENTRIES 4096

static const struct ioctl_row rows[][SLOTS] = {
	[SCOPE_SYSTEM] = {
		ROW(KVM_GET_API_VERSION, IOCTL_NO_ARGUMENT, api_get_api_version),
		ROW(KVM_CREATE_VM, 0, NULL),
		ROW(KVM_CHECK_EXTENSION, 0, api_check_extension_call),
		ROW(KVM_GET_VCPU_MMAP_SIZE, IOCTL_NO_ARGUMENT, NULL),
		ROW_ENTRIES(KVM_GET_SUPPORTED_CPUID,
			    IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP, struct kvm_cpuid_entry2,
			    CPUID_MAX_ENTRIES, api_get_supported_cpuid),
		ROW_ENTRIES(KVM_GET_MSR_INDEX_LIST,
			    IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP | IOCTL_HEADER_ON_E2BIG, u32,
			    MAX_MSR_INDEX_ENTRIES, api_get_msr_index_list),
		ROW_ENTRIES(KVM_GET_MSR_FEATURE_INDEX_LIST,
			    IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP | IOCTL_HEADER_ON_E2BIG, u32,
			    MAX_MSR_INDEX_ENTRIES, api_get_msr_feature_index_list),
		ROW_ENTRIES(KVM_GET_MSRS, IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT,
			    struct kvm_msr_entry, MAX_MSR_ENTRIES - 1, api_get_feature_msrs),
		ROW(KVM_X86_GET_MCE_CAP_SUPPORTED, 0, api_get_mce_cap_supported),
	},
	[SCOPE_VM] = {
		ROW(KVM_CHECK_EXTENSION, 0, api_check_extension_call),
		ROW(KVM_CREATE_VCPU, 0, NULL),
		ROW(KVM_SET_USER_MEMORY_REGION, 0, api_set_user_memory_region),
		ROW(KVM_GET_DIRTY_LOG, 0, api_get_dirty_log),
		ROW(KVM_CLEAR_DIRTY_LOG, 0, api_clear_dirty_log),
		ROW(KVM_SET_TSS_ADDR, IOCTL_VM_LOCK, api_set_tss_addr),
		ROW(KVM_SET_IDENTITY_MAP_ADDR, IOCTL_VM_LOCK | IOCTL_BEFORE_VCPUS,
		    api_set_identity_map_addr),
		ROW(KVM_ENABLE_CAP, IOCTL_VM_LOCK, api_enable_cap),
		ROW(KVM_GET_CLOCK, 0, api_get_clock),
		ROW(KVM_SET_CLOCK, IOCTL_VM_LOCK, api_set_clock),
		ROW(KVM_CREATE_IRQCHIP, IOCTL_VM_LOCK, api_create_irqchip),
		ROW(KVM_GET_IRQCHIP, 0, api_get_irqchip),
		ROW_ARGUMENT_IN(KVM_SET_IRQCHIP, 0, struct kvm_irqchip, api_set_irqchip),
		ROW(KVM_IRQ_LINE, 0, api_irq_line),
		ROW(KVM_IRQ_LINE_STATUS, 0, api_irq_line),
		ROW(KVM_SIGNAL_MSI, 0, api_signal_msi),
		ROW_ENTRIES(KVM_SET_GSI_ROUTING, IOCTL_ENTRIES_IN | IOCTL_ENTRIES_EINVAL,
			    struct kvm_irq_routing_entry, IRQ_MAX_ROUTES, api_set_gsi_routing),
		ROW(KVM_CREATE_PIT, IOCTL_VM_LOCK, api_create_pit),
		ROW(KVM_CREATE_PIT2, IOCTL_VM_LOCK, api_create_pit2),
		ROW(KVM_GET_PIT, 0, api_get_pit),
		ROW_ARGUMENT_IN(KVM_SET_PIT, 0, struct kvm_pit_state, api_set_pit),
		ROW(KVM_GET_PIT2, 0, api_get_pit2),
		ROW(KVM_SET_PIT2, 0, api_set_pit2),
		ROW_ARGUMENT_IN(KVM_REINJECT_CONTROL, 0, struct kvm_reinject_control,
				api_reinject_control),
		ROW(KVM_SET_BOOT_CPU_ID, IOCTL_VM_LOCK, api_set_boot_cpu_id),
		ROW(KVM_X86_SET_MSR_FILTER, 0, api_set_msr_filter),
		ROW(KVM_IRQFD, 0, api_irqfd),
		ROW(KVM_IOEVENTFD, 0, api_ioeventfd),
		ROW(KVM_REGISTER_COALESCED_MMIO, 0, api_register_coalesced_mmio),
		ROW(KVM_UNREGISTER_COALESCED_MMIO, 0, api_unregister_coalesced_mmio),
	},
	[SCOPE_VCPU] = {
		ROW(KVM_RUN, IOCTL_NO_ARGUMENT, NULL),
		ROW(KVM_SET_SIGNAL_MASK, 0, NULL),
		ROW(KVM_GET_REGS, IOCTL_LOADED, api_get_regs),
		ROW(KVM_SET_REGS, IOCTL_LOADED, api_set_regs),
		ROW(KVM_GET_SREGS, IOCTL_LOADED, api_get_sregs),
		ROW(KVM_SET_SREGS, IOCTL_LOADED, api_set_sregs),
		ROW(KVM_GET_SREGS2, IOCTL_LOADED, api_get_sregs2),
		ROW(KVM_SET_SREGS2, IOCTL_LOADED, api_set_sregs2),
		ROW_ENTRIES(KVM_SET_CPUID2, IOCTL_LOADED | IOCTL_ENTRIES_IN,
			    struct kvm_cpuid_entry2, CPUID_MAX_ENTRIES, api_set_cpuid2),
		ROW_ENTRIES(KVM_GET_CPUID2,
			    IOCTL_LOADED | IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP, struct kvm_cpuid_entry2,
			    CPUID_MAX_ENTRIES, api_get_cpuid2),
		ROW_ENTRIES(KVM_GET_MSRS, IOCTL_LOADED | IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT,
			    struct kvm_msr_entry, MAX_MSR_ENTRIES - 1, api_get_msrs),
		ROW_ENTRIES(KVM_SET_MSRS, IOCTL_LOADED | IOCTL_ENTRIES_IN, struct kvm_msr_entry,
			    MAX_MSR_ENTRIES - 1, api_set_msrs),
		ROW(KVM_GET_FPU, 0, api_get_fpu),
		ROW(KVM_SET_FPU, 0, api_set_fpu),
		ROW(KVM_GET_XSAVE, 0, api_get_xsave),
		ROW(KVM_GET_XSAVE2, 0, api_get_xsave),
		ROW(KVM_SET_XSAVE, 0, api_set_xsave),
		ROW(KVM_GET_XCRS, 0, api_get_xcrs),
		ROW(KVM_SET_XCRS, 0, api_set_xcrs),
		ROW(KVM_GET_DEBUGREGS, 0, api_get_debugregs),
		ROW(KVM_SET_DEBUGREGS, IOCTL_LOADED, api_set_debugregs),
		ROW(KVM_GET_MP_STATE, IOCTL_LOADED, api_get_mp_state),
		ROW(KVM_SET_MP_STATE, 0, api_set_mp_state),
		ROW(KVM_GET_VCPU_EVENTS, IOCTL_LOADED, api_get_vcpu_events),
		ROW(KVM_SET_VCPU_EVENTS, IOCTL_LOADED, api_set_vcpu_events),
		ROW(KVM_INTERRUPT, IOCTL_LOADED, api_interrupt),
		ROW(KVM_NMI, IOCTL_LOADED, api_nmi),
		ROW(KVM_X86_SETUP_MCE, 0, api_setup_mce),
		ROW(KVM_X86_SET_MCE, IOCTL_LOADED, api_set_mce),
		ROW(KVM_KVMCLOCK_CTRL, 0, api_kvmclock_ctrl),
		ROW(KVM_ENABLE_CAP, IOCTL_LOADED, api_enable_cap),
		ROW(KVM_GET_TSC_KHZ, 0, api_get_tsc_khz),
		ROW(KVM_GET_LAPIC, 0, api_get_lapic),
		ROW(KVM_SET_LAPIC, 0, api_set_lapic),
	},
};

const struct ioctl_row *ioctl_find(enum ioctl_scope scope, u32 number)
{
	const struct ioctl_row *row = &rows[scope][SLOT(number)];

	return row->name && row->number == number ? row : NULL;
}

const struct ioctl_row *ioctl_next(enum ioctl_scope scope, unsigned int *slot)
{
	while (*slot < SLOTS) {
		const struct ioctl_row *row = &rows[scope][(*slot)++];

		if (row->name)
			return row;
	}
	return NULL;
}
