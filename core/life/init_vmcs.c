// SPDX-License-Identifier: GPL-2.0
/*
 * What a VMCS holds from its first load on: the controls that
 * setup_vmcs_config() chose, the bitmap's address, the masks.
 *
 * SDM: "VM-Execution Control Fields", "VM-Exit Control Fields", "VM-Entry Control Fields".
 */
#include "life/life.h"
#include "facts/control.h"
#include "irq/lapic.h"
#include "mem/pml.h"
#include "msr/msr.h"
#include "vcpu/counters.h"
#include "vcpu/guest_debug.h"
#include "vmcs/vmcs.h"

/* The values that the SDM's authors measured with. */
struct pause_loop pause_loop = {.gap = 128, .window = 4096};

/* KVM_CAP_X86_DISABLE_EXITS: by what control an instruction exits that need not. */
static const struct {
	u32 exit; /* KVM_X86_DISABLE_EXITS_* */
	enum ctl_word word;
	u64 controls;
} optional[] = {
	{KVM_X86_DISABLE_EXITS_MWAIT, CTL_PRIMARY, CPU1_MWAIT_EXITING | CPU1_MONITOR_EXITING},
	{KVM_X86_DISABLE_EXITS_HLT, CTL_PRIMARY, CPU1_HLT_EXITING},
	{KVM_X86_DISABLE_EXITS_PAUSE, CTL_SECONDARY, CPU2_PAUSE_LOOP_EXITING},
};

u32 vm_exits_to_disable(void)
{
	/* No control, but MSRs: the table of MSRs has who may read them. */
	u32 exits = KVM_X86_DISABLE_EXITS_CSTATE;

	for (unsigned int i = 0; i < COUNT_OF(optional); i++)
		if (!(vmcs_config.allowed0[optional[i].word] & optional[i].controls))
			exits |= optional[i].exit;
	return host_guest_may_mwait() ? exits : exits & ~(u32)KVM_X86_DISABLE_EXITS_MWAIT;
}

/* Whether the word is in the VMCS at all. */
static bool control_exists(enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];

	return !info->activated ||
	       vmcs_config_has(info->activator.word, BIT64(info->activator.bit));
}

static void init_controls(struct vcpu *vcpu)
{
	for (unsigned int word = 0; word < CTL_WORDS; word++)
		if (control_exists(word))
			vmcs_control_write(vcpu, word, vmcs_config.ctl[word]);
	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_MOV_DR_EXITING, true);
	for (unsigned int i = 0; i < COUNT_OF(optional); i++)
		if (vcpu->exits_disabled & optional[i].exit)
			vmcs_control_set(vcpu, optional[i].word, optional[i].controls, false);
	if (!pause_loop.gap)
		vmcs_control_set(vcpu, CTL_SECONDARY, CPU2_PAUSE_LOOP_EXITING, false);

	guest_debug_exceptions(vcpu);
	vmcs_write32(PAGE_FAULT_ERROR_CODE_MASK, 0);
	vmcs_write32(PAGE_FAULT_ERROR_CODE_MATCH, 0);
	vmcs_write32(CR3_TARGET_COUNT, 0);
	vmcs_write32(VM_EXIT_MSR_STORE_COUNT, 0);
	vmcs_write32(VM_EXIT_MSR_LOAD_COUNT, 0);
	vmcs_write32(VM_ENTRY_MSR_LOAD_COUNT, 0);
	vmcs_write32(VM_ENTRY_INTR_INFO_FIELD, 0);
	vmcs_writel(CR0_GUEST_HOST_MASK, ~CR0_GUEST_OWNED);
	vmcs_writel(CR4_GUEST_HOST_MASK, ~(u64)0);
}

/*
 * The TPR of a local APIC in the kernel is in its register page, where the processor finds it.
 * "Controls for APIC Virtualization"
 */
static void init_apic_controls(struct vcpu *vcpu)
{
	const u64 cr8_exiting = CPU1_CR8_LOAD_EXITING | CPU1_CR8_STORE_EXITING;
	const u64 virtualized = CPU2_VIRTUALIZE_X2APIC_MODE | CPU2_VIRTUALIZE_APIC_ACCESSES |
				CPU2_APIC_REGISTER_VIRTUALIZATION | CPU2_VIRTUAL_INTERRUPT_DELIVERY;

	vcpu->tpr_shadow = vcpu->lapic && vmcs_config_has(CTL_PRIMARY, CPU1_USE_TPR_SHADOW);
	vmcs_control_set(vcpu, CTL_PRIMARY, CPU1_USE_TPR_SHADOW, vcpu->tpr_shadow);
	vmcs_control_set(vcpu, CTL_SECONDARY, virtualized, false);
	if (!vcpu->tpr_shadow)
		return;
	vmcs_control_set(vcpu, CTL_PRIMARY, cr8_exiting & ~vmcs_config.allowed0[CTL_PRIMARY],
			 false);
	vmcs_write64(VIRTUAL_APIC_PAGE_ADDR, lapic_page(vcpu));
	vmcs_write32(TPR_THRESHOLD, 0);
	if (vcpu->lapic->apicv) {
		vmcs_write64(APIC_ACCESS_ADDR, host_virt_to_phys(vcpu->vm->ept.apic_page));
		vmcs_write16(GUEST_INTR_STATUS, 0);
		lapic_eoi_exits_write(vcpu);
		vcpu_request(vcpu, VCPU_REQUEST_EOI_EXITS);
	}
	msr_apic_controls_update(vcpu);
}

/*
 * It waits for the local APIC's deadlines; but in a state that the guest's MWAIT may choose it does
 * not count.  "VMX-Preemption Timer"
 */
static void init_preemption_timer(struct vcpu *vcpu)
{
	bool used = vcpu->lapic && lapic_preemption_timer &&
		    !(vcpu->exits_disabled & KVM_X86_DISABLE_EXITS_MWAIT);

	if (!vmcs_config_has(CTL_PIN, PIN_ACTIVATE_PREEMPTION_TIMER))
		return;
	vmcs_write32(VMX_PREEMPTION_TIMER_VALUE, LAPIC_PREEMPTION_TIMER_OFF);
	if (!used)
		vmcs_control_set(vcpu, CTL_PIN,
				 PIN_ACTIVATE_PREEMPTION_TIMER & ~vmcs_config.allowed0[CTL_PIN],
				 false);
}

void init_vmcs(struct vcpu *vcpu)
{
	init_controls(vcpu);
	init_apic_controls(vcpu);
	init_preemption_timer(vcpu);
	if (vmcs_config_has(CTL_PRIMARY, CPU1_USE_MSR_BITMAPS))
		vmcs_write64(MSR_BITMAP, host_virt_to_phys(vcpu->vmcs.msr_bitmap));
	vmcs_write64(EPT_POINTER, vcpu->vm->ept.eptp);
	if (vcpu->vpid)
		vmcs_write16(VIRTUAL_PROCESSOR_ID, vcpu->vpid);
	else
		vmcs_control_set(vcpu, CTL_SECONDARY, CPU2_ENABLE_VPID, false);
	if (vmcs_config_has(CTL_SECONDARY, CPU2_ENABLE_XSAVES))
		vmcs_write64(XSS_EXIT_BITMAP, ~(u64)0);
	if (vmcs_config_has(CTL_SECONDARY, CPU2_PAUSE_LOOP_EXITING)) {
		vmcs_write32(PLE_GAP, pause_loop.gap);
		vmcs_write32(PLE_WINDOW, pause_loop.window);
	}
	pml_init_vmcs(vcpu);
	counters_init_vmcs(vcpu);
	vmcs_write64(VMCS_LINK_POINTER, ~(u64)0);
	vmcs_write64(TSC_OFFSET, vcpu->tsc_offset);
	msr_tsc_rate_write(vcpu);

	/* The host-state area starts as all zero, as vcpu->vmcs.host says it does. */
	for (u32 field = HOST_ES_SELECTOR; field <= HOST_TR_SELECTOR; field += 2)
		vmcs_write_fast(field, 0);
	for (u32 field = HOST_CR0; field <= HOST_RSP; field += 2)
		vmcs_write_fast(field, 0);
	vmcs_write32(HOST_IA32_SYSENTER_CS, 0);
	vmcs_write64(HOST_IA32_EFER, 0);
	vmcs_write64(HOST_IA32_PAT, 0);
}
