/* SPDX-License-Identifier: GPL-2.0 */
/* The calls behind the table of ioctls, by file. */
#ifndef LINTEL_API_INTERNAL_H
#define LINTEL_API_INTERNAL_H

#include "api/api.h"

/* system.c */
int api_get_api_version(struct ioctl_call *call);
int api_check_extension_call(struct ioctl_call *call);
int api_get_supported_cpuid(struct ioctl_call *call);
int api_get_msr_index_list(struct ioctl_call *call);
int api_get_msr_feature_index_list(struct ioctl_call *call);
int api_get_feature_msrs(struct ioctl_call *call);
int api_get_mce_cap_supported(struct ioctl_call *call);

/* vm.c */
int api_set_user_memory_region(struct ioctl_call *call);
int api_get_dirty_log(struct ioctl_call *call);
int api_clear_dirty_log(struct ioctl_call *call);
int api_set_tss_addr(struct ioctl_call *call);
int api_set_identity_map_addr(struct ioctl_call *call);
int api_set_msr_filter(struct ioctl_call *call);
int api_irqfd(struct ioctl_call *call);
int api_ioeventfd(struct ioctl_call *call);
int api_register_coalesced_mmio(struct ioctl_call *call);
int api_unregister_coalesced_mmio(struct ioctl_call *call);

/* clock.c */
int api_get_clock(struct ioctl_call *call);
int api_set_clock(struct ioctl_call *call);
int api_kvmclock_ctrl(struct ioctl_call *call);

/* irqchip.c */
int api_create_irqchip(struct ioctl_call *call);
int api_get_irqchip(struct ioctl_call *call);
int api_set_irqchip(struct ioctl_call *call);
int api_irq_line(struct ioctl_call *call);
int api_signal_msi(struct ioctl_call *call);
int api_set_gsi_routing(struct ioctl_call *call);
int api_create_pit(struct ioctl_call *call);
int api_create_pit2(struct ioctl_call *call);
int api_get_pit(struct ioctl_call *call);
int api_set_pit(struct ioctl_call *call);
int api_get_pit2(struct ioctl_call *call);
int api_set_pit2(struct ioctl_call *call);
int api_reinject_control(struct ioctl_call *call);
int api_set_boot_cpu_id(struct ioctl_call *call);

/* capability.c */
int api_enable_cap(struct ioctl_call *call);

/* registers.c */
int api_get_regs(struct ioctl_call *call);
int api_set_regs(struct ioctl_call *call);
int api_get_sregs(struct ioctl_call *call);
int api_set_sregs(struct ioctl_call *call);
int api_get_sregs2(struct ioctl_call *call);
int api_set_sregs2(struct ioctl_call *call);
int api_get_debugregs(struct ioctl_call *call);
int api_set_debugregs(struct ioctl_call *call);

/* fpu.c */
int api_get_fpu(struct ioctl_call *call);
int api_set_fpu(struct ioctl_call *call);
int api_get_xsave(struct ioctl_call *call);
int api_set_xsave(struct ioctl_call *call);
int api_get_xcrs(struct ioctl_call *call);
int api_set_xcrs(struct ioctl_call *call);

/* vcpu.c */
int api_get_cpuid2(struct ioctl_call *call);
int api_set_cpuid2(struct ioctl_call *call);
int api_get_msrs(struct ioctl_call *call);
int api_set_msrs(struct ioctl_call *call);
int api_get_mp_state(struct ioctl_call *call);
int api_set_mp_state(struct ioctl_call *call);
int api_get_vcpu_events(struct ioctl_call *call);
int api_set_vcpu_events(struct ioctl_call *call);
int api_interrupt(struct ioctl_call *call);
int api_nmi(struct ioctl_call *call);
int api_setup_mce(struct ioctl_call *call);
int api_set_mce(struct ioctl_call *call);
int api_get_tsc_khz(struct ioctl_call *call);
int api_get_lapic(struct ioctl_call *call);
int api_set_lapic(struct ioctl_call *call);

#endif
