/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctls: of which file, number, flags (IOCTL_*), argument, and the function that does it.
 * Included where a table is made of it; the words mean nothing again after it:
 *
 *	PLATFORM(scope, number, flags)			what the platform does itself
 *	VALUE(scope, number, flags, function)		int function(u64 argument)
 *	PLAIN(scope, number, flags, function)		int function(struct vm * or vcpu *)
 *	DATA(scope, number, flags, type, function)	int function(struct vm * or vcpu *, type *)
 *	GIVES(scope, number, flags, type, function)	the same, but it cannot fail: void
 *	CALL(scope, number, flags, function)		int function(struct ioctl_call *)
 *	ENTRIES(scope, number, flags, type, most, function)	the same; at most so many entries of
 *			`type`, struct ioctl_call.entries of them, are behind the argument
 *
 * The result is the ioctl's, or a negative errno.
 */
/* clang-format off */
VALUE(SYSTEM, KVM_GET_API_VERSION, IOCTL_NO_ARGUMENT, api_get_api_version)
PLATFORM(SYSTEM, KVM_CREATE_VM, 0)
VALUE(SYSTEM, KVM_CHECK_EXTENSION, 0, api_check_extension)
PLATFORM(SYSTEM, KVM_GET_VCPU_MMAP_SIZE, IOCTL_NO_ARGUMENT)
ENTRIES(SYSTEM, KVM_GET_SUPPORTED_CPUID, IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP,
	struct kvm_cpuid_entry2, CPUID_MAX_ENTRIES, api_get_supported_cpuid)
ENTRIES(SYSTEM, KVM_GET_MSR_INDEX_LIST,
	IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP | IOCTL_HEADER_ON_E2BIG, u32, MAX_MSR_INDEX_ENTRIES,
	api_get_msr_index_list)
ENTRIES(SYSTEM, KVM_GET_MSR_FEATURE_INDEX_LIST,
	IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP | IOCTL_HEADER_ON_E2BIG, u32, MAX_MSR_INDEX_ENTRIES,
	api_get_msr_feature_index_list)
ENTRIES(SYSTEM, KVM_GET_MSRS, IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT, struct kvm_msr_entry,
	MAX_MSR_ENTRIES, api_get_feature_msrs)
ENTRIES(SYSTEM, KVM_GET_EMULATED_CPUID, IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP,
	struct kvm_cpuid_entry2, CPUID_MAX_ENTRIES, api_get_emulated_cpuid)
CALL(SYSTEM, KVM_HAS_DEVICE_ATTR, 0, api_has_system_attribute)
CALL(SYSTEM, KVM_GET_DEVICE_ATTR, 0, api_get_system_attribute)
CALL(SYSTEM, KVM_X86_GET_MCE_CAP_SUPPORTED, 0, api_get_mce_cap_supported)

CALL(VM, KVM_CHECK_EXTENSION, 0, api_check_vm_extension)
PLATFORM(VM, KVM_CREATE_VCPU, 0)
PLATFORM(VM, KVM_GET_STATS_FD, 0)
DATA(VM, KVM_SET_USER_MEMORY_REGION, 0, const struct kvm_userspace_memory_region, memslot_set)
DATA(VM, KVM_SET_USER_MEMORY_REGION2, 0, const struct kvm_userspace_memory_region2,
	api_set_user_memory_region2)
CALL(VM, KVM_SET_NR_MMU_PAGES, IOCTL_VM_LOCK, api_set_nr_mmu_pages)
CALL(VM, KVM_GET_NR_MMU_PAGES, IOCTL_VM_LOCK, api_get_nr_mmu_pages)
CALL(VM, KVM_SET_TSC_KHZ, IOCTL_VM_LOCK, api_set_vm_tsc_khz)
CALL(VM, KVM_GET_TSC_KHZ, IOCTL_VM_LOCK, api_get_vm_tsc_khz)
DATA(VM, KVM_GET_DIRTY_LOG, 0, const struct kvm_dirty_log, dirty_log_get)
DATA(VM, KVM_CLEAR_DIRTY_LOG, 0, const struct kvm_clear_dirty_log, dirty_log_clear)
PLAIN(VM, KVM_RESET_DIRTY_RINGS, 0, dirty_rings_reset)
CALL(VM, KVM_SET_TSS_ADDR, IOCTL_VM_LOCK, api_set_tss_addr)
DATA(VM, KVM_SET_IDENTITY_MAP_ADDR, IOCTL_VM_LOCK | IOCTL_BEFORE_VCPUS, const u64,
	api_set_identity_map_addr)
CALL(VM, KVM_ENABLE_CAP, IOCTL_VM_LOCK, api_enable_cap)
GIVES(VM, KVM_GET_CLOCK, 0, struct kvm_clock_data, clock_get)
DATA(VM, KVM_SET_CLOCK, IOCTL_VM_LOCK, const struct kvm_clock_data, clock_set)
PLAIN(VM, KVM_CREATE_IRQCHIP, IOCTL_VM_LOCK, irqchip_create)
DATA(VM, KVM_GET_IRQCHIP, 0, struct kvm_irqchip, irqchip_state_get)
DATA(VM, KVM_SET_IRQCHIP, IOCTL_ARGUMENT_IN, const struct kvm_irqchip, irqchip_state_set)
DATA(VM, KVM_IRQ_LINE, 0, struct kvm_irq_level, api_irq_line)
DATA(VM, KVM_IRQ_LINE_STATUS, 0, struct kvm_irq_level, api_irq_line)
DATA(VM, KVM_SIGNAL_MSI, 0, const struct kvm_msi, api_signal_msi)
ENTRIES(VM, KVM_SET_GSI_ROUTING, IOCTL_ENTRIES_IN | IOCTL_ENTRIES_EINVAL,
	struct kvm_irq_routing_entry, IRQ_MAX_ROUTES, api_set_gsi_routing)
PLAIN(VM, KVM_CREATE_PIT, IOCTL_VM_LOCK, api_create_pit)
DATA(VM, KVM_CREATE_PIT2, IOCTL_VM_LOCK, const struct kvm_pit_config, api_create_pit2)
DATA(VM, KVM_GET_PIT, 0, struct kvm_pit_state, api_get_pit)
DATA(VM, KVM_SET_PIT, IOCTL_ARGUMENT_IN, const struct kvm_pit_state, api_set_pit)
DATA(VM, KVM_GET_PIT2, 0, struct kvm_pit_state2, pit_state_get)
DATA(VM, KVM_SET_PIT2, 0, const struct kvm_pit_state2, pit_state_set)
DATA(VM, KVM_REINJECT_CONTROL, IOCTL_ARGUMENT_IN, const struct kvm_reinject_control,
	api_reinject_control)
CALL(VM, KVM_SET_BOOT_CPU_ID, IOCTL_VM_LOCK, api_set_boot_cpu_id)
DATA(VM, KVM_X86_SET_MSR_FILTER, 0, const struct kvm_msr_filter, msr_filter_set)
DATA(VM, KVM_IRQFD, 0, const struct kvm_irqfd, irqfd_set)
DATA(VM, KVM_IOEVENTFD, 0, const struct kvm_ioeventfd, ioeventfd_set)
DATA(VM, KVM_REGISTER_COALESCED_MMIO, 0, const struct kvm_coalesced_mmio_zone, coalesced_zone_add)
DATA(VM, KVM_UNREGISTER_COALESCED_MMIO, 0, const struct kvm_coalesced_mmio_zone,
	coalesced_zones_remove)

PLATFORM(VCPU, KVM_RUN, IOCTL_NO_ARGUMENT)
PLATFORM(VCPU, KVM_SET_SIGNAL_MASK, 0)
PLATFORM(VCPU, KVM_GET_STATS_FD, 0)
DATA(VCPU, KVM_GET_REGS, IOCTL_LOADED, struct kvm_regs, api_get_regs)
DATA(VCPU, KVM_SET_REGS, IOCTL_LOADED, const struct kvm_regs, api_set_regs)
DATA(VCPU, KVM_GET_SREGS, IOCTL_LOADED, struct kvm_sregs, api_get_sregs)
DATA(VCPU, KVM_SET_SREGS, IOCTL_LOADED | IOCTL_SRCU, const struct kvm_sregs, api_set_sregs)
DATA(VCPU, KVM_GET_SREGS2, IOCTL_LOADED, struct kvm_sregs2, api_get_sregs2)
DATA(VCPU, KVM_SET_SREGS2, IOCTL_LOADED | IOCTL_SRCU, const struct kvm_sregs2, api_set_sregs2)
ENTRIES(VCPU, KVM_SET_CPUID2, IOCTL_LOADED | IOCTL_ENTRIES_IN, struct kvm_cpuid_entry2,
	CPUID_MAX_ENTRIES, api_set_cpuid2)
ENTRIES(VCPU, KVM_GET_CPUID2, IOCTL_LOADED | IOCTL_ENTRIES_OUT | IOCTL_ENTRIES_CLAMP,
	struct kvm_cpuid_entry2, CPUID_MAX_ENTRIES, api_get_cpuid2)
ENTRIES(VCPU, KVM_GET_MSRS, IOCTL_LOADED | IOCTL_SRCU | IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT,
	struct kvm_msr_entry, MAX_MSR_ENTRIES, api_get_msrs)
ENTRIES(VCPU, KVM_SET_MSRS, IOCTL_LOADED | IOCTL_SRCU | IOCTL_ENTRIES_IN, struct kvm_msr_entry,
	MAX_MSR_ENTRIES, api_set_msrs)
DATA(VCPU, KVM_GET_FPU, 0, struct kvm_fpu, api_get_fpu)
DATA(VCPU, KVM_SET_FPU, 0, const struct kvm_fpu, api_set_fpu)
GIVES(VCPU, KVM_GET_XSAVE, 0, struct kvm_xsave, host_fpu_get_xsave)
GIVES(VCPU, KVM_GET_XSAVE2, 0, struct kvm_xsave, host_fpu_get_xsave)
DATA(VCPU, KVM_SET_XSAVE, 0, const struct kvm_xsave, host_fpu_set_xsave)
DATA(VCPU, KVM_GET_XCRS, 0, struct kvm_xcrs, api_get_xcrs)
DATA(VCPU, KVM_SET_XCRS, 0, const struct kvm_xcrs, api_set_xcrs)
DATA(VCPU, KVM_GET_DEBUGREGS, 0, struct kvm_debugregs, api_get_debugregs)
DATA(VCPU, KVM_SET_DEBUGREGS, IOCTL_LOADED, const struct kvm_debugregs, api_set_debugregs)
DATA(VCPU, KVM_SET_GUEST_DEBUG, IOCTL_LOADED, const struct kvm_guest_debug, api_set_guest_debug)
DATA(VCPU, KVM_TRANSLATE, IOCTL_LOADED | IOCTL_SRCU, struct kvm_translation, api_translate)
DATA(VCPU, KVM_GET_MP_STATE, IOCTL_LOADED, struct kvm_mp_state, api_get_mp_state)
DATA(VCPU, KVM_SET_MP_STATE, 0, const struct kvm_mp_state, api_set_mp_state)
DATA(VCPU, KVM_GET_VCPU_EVENTS, IOCTL_LOADED, struct kvm_vcpu_events, api_get_vcpu_events)
DATA(VCPU, KVM_SET_VCPU_EVENTS, IOCTL_LOADED, const struct kvm_vcpu_events, api_set_vcpu_events)
DATA(VCPU, KVM_INTERRUPT, IOCTL_LOADED, const struct kvm_interrupt, api_interrupt)
PLAIN(VCPU, KVM_NMI, IOCTL_LOADED, api_nmi)
DATA(VCPU, KVM_X86_SETUP_MCE, 0, const u64, api_setup_mce)
DATA(VCPU, KVM_X86_SET_MCE, IOCTL_LOADED, const struct kvm_x86_mce, msr_set_mce)
PLAIN(VCPU, KVM_KVMCLOCK_CTRL, 0, clock_page_stopped)
CALL(VCPU, KVM_ENABLE_CAP, IOCTL_LOADED, api_enable_cap)
CALL(VCPU, KVM_SET_TSC_KHZ, IOCTL_LOADED, api_set_tsc_khz)
PLAIN(VCPU, KVM_GET_TSC_KHZ, 0, api_get_tsc_khz)
DATA(VCPU, KVM_HAS_DEVICE_ATTR, 0, const struct kvm_device_attr, api_has_vcpu_attribute)
DATA(VCPU, KVM_GET_DEVICE_ATTR, 0, const struct kvm_device_attr, api_get_vcpu_attribute)
DATA(VCPU, KVM_SET_DEVICE_ATTR, IOCTL_LOADED, const struct kvm_device_attr, api_set_vcpu_attribute)
DATA(VCPU, KVM_TPR_ACCESS_REPORTING, 0, struct kvm_tpr_access_ctl, api_tpr_access_reporting)
DATA(VCPU, KVM_SET_VAPIC_ADDR, IOCTL_SRCU, const struct kvm_vapic_addr, api_set_vapic_addr)
DATA(VCPU, KVM_GET_LAPIC, 0, struct kvm_lapic_state, api_get_lapic)
DATA(VCPU, KVM_SET_LAPIC, 0, const struct kvm_lapic_state, api_set_lapic)
/* clang-format on */

#undef PLATFORM
#undef VALUE
#undef PLAIN
#undef DATA
#undef GIVES
#undef CALL
#undef ENTRIES
