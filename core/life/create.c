// SPDX-License-Identifier: GPL-2.0
/*
 * A vCPU comes to life: its VMCS, its VPID, its registers as after power-up.
 *
 * SDM: "Processor State After Reset", table "IA-32 and Intel 64 Processor States
 * Following Power-up, Reset, or INIT".
 */
#include "life/life.h"
#include "cpuid/cpuid.h"
#include "emulate/emulate.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"
#include "mem/pml.h"
#include "msr/msr.h"
#include "vcpu/async_pf.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/mp_state.h"
#include "vcpu/vpid.h"
#include "vmcs/vmcs.h"

int vmx_create_vcpu(struct vm *vm, struct vcpu *vcpu, u32 id)
{
	int error;

	vcpu->vm = vm;
	vcpu->id = id;
	/* With the local APICs in the kernel the others wait for INIT and SIPI. */
	vcpu->mp_state = vm->irqchip && !vcpu_is_bsp(vcpu) ? KVM_MP_STATE_UNINITIALIZED
							   : KVM_MP_STATE_RUNNABLE;
	vcpu->user_pic = !irqchip_is_full(vm);
	vcpu->tsc_rate = vm->tsc_rate;
	vcpu->exits_disabled = vm_exits_disabled(vm);
	vcpu->apic_base =
		APIC_BASE_DEFAULT | APIC_BASE_ENABLE | (vcpu_is_bsp(vcpu) ? APIC_BASE_BSP : 0);
	vcpu->vpid = vpid_alloc();

	error = alloc_loaded_vmcs(&vcpu->vmcs);
	if (error)
		goto free_vpid;
	error = msr_vcpu_init(vcpu);
	if (error)
		goto free_vmcs;
	error = pml_vcpu_init(vcpu);
	if (error)
		goto free_msrs;
	error = dirty_ring_vcpu_init(vcpu);
	if (error)
		goto free_pml;
	error = emulate_vcpu_init(vcpu);
	if (error)
		goto free_dirty_ring;
	error = vm->irqchip ? lapic_vcpu_init(vcpu) : 0;
	if (error)
		goto free_emulate;
	error = vcpu->lapic && vcpu->lapic->apicv ? apic_page_create(vm, APIC_BASE_DEFAULT) : 0;
	if (error)
		goto free_lapic;
	error = host_vcpu_init(vcpu);
	if (error)
		goto free_lapic;

	host_vcpu_get(vcpu);
	init_vmcs(vcpu);
	vmx_vcpu_reset(vcpu, false);
	host_vcpu_release(vcpu);
	return 0;
free_lapic:
	lapic_vcpu_destroy(vcpu);
free_emulate:
	emulate_vcpu_destroy(vcpu);
free_dirty_ring:
	dirty_ring_vcpu_destroy(vcpu);
free_pml:
	pml_vcpu_destroy(vcpu);
free_msrs:
	msr_vcpu_destroy(vcpu);
free_vmcs:
	free_loaded_vmcs(&vcpu->vmcs);
free_vpid:
	vpid_free(vcpu->vpid);
	return error;
}

void vmx_free_vcpu(struct vcpu *vcpu)
{
	async_pf_drop(vcpu);
	lapic_vcpu_destroy(vcpu);
	free_loaded_vmcs(&vcpu->vmcs);
	host_vcpu_destroy(vcpu);
	emulate_vcpu_destroy(vcpu);
	dirty_ring_vcpu_destroy(vcpu);
	pml_vcpu_destroy(vcpu);
	msr_vcpu_destroy(vcpu);
	host_free(vcpu->cpuid);
	vpid_free(vcpu->vpid);
}

struct reset_segment {
	u16 selector;
	u64 base;
	u8 type, s;
};

static const struct reset_segment reset_segments[SEG_COUNT] = {
	[SEG_ES] = {0, 0, 3, 1},   [SEG_CS] = {0xf000, 0xffff0000, 11, 1},
	[SEG_SS] = {0, 0, 3, 1},   [SEG_DS] = {0, 0, 3, 1},
	[SEG_FS] = {0, 0, 3, 1},   [SEG_GS] = {0, 0, 3, 1},
	[SEG_LDTR] = {0, 0, 2, 0}, [SEG_TR] = {0, 0, 11, 0},
};

static void reset_segment_registers(struct vcpu *vcpu)
{
	for (unsigned int seg = 0; seg < SEG_COUNT; seg++) {
		const struct reset_segment *reset = &reset_segments[seg];
		struct kvm_segment value = {
			.base = reset->base,
			.limit = 0xffff,
			.selector = reset->selector,
			.type = reset->type,
			.s = reset->s,
			.present = 1,
		};

		vcpu_seg_write(vcpu, (enum vcpu_seg)seg, &value);
	}
	vmcs_writel(GUEST_GDTR_BASE, 0);
	vmcs_write32(GUEST_GDTR_LIMIT, 0xffff);
	vmcs_writel(GUEST_IDTR_BASE, 0);
	vmcs_write32(GUEST_IDTR_LIMIT, 0xffff);
}

static void reset_control_registers(struct vcpu *vcpu, bool init)
{
	u64 caching = CR0_CD | CR0_NW;

	/* INIT leaves CD and NW as they are. */
	if (init)
		caching = vcpu_cr0_read(vcpu) & (CR0_CD | CR0_NW);
	vcpu->cr2 = 0;
	vcpu_cr8_store(vcpu, 0);
	vcpu_cr4_update_allowed(vcpu);
	vcpu_efer_store(vcpu, 0);
	vcpu_cr0_store(vcpu, caching | CR0_ET);
	vmcs_writel(GUEST_CR3, 0);
	vcpu_cr4_store(vcpu, 0);
}

static void reset_debug_registers(struct vcpu *vcpu)
{
	for (unsigned int i = 0; i < COUNT_OF(vcpu->dr); i++)
		vcpu->dr[i] = 0;
	vcpu->dr6 = DR6_FIXED;
	vcpu_dr7_store(vcpu, DR7_FIXED);
	vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
}

void vmx_vcpu_reset(struct vcpu *vcpu, bool init)
{
	u32 version[4];

	HOST_NEEDS(vcpu->loaded);
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		vcpu_reg_write(vcpu, (enum vcpu_reg)reg, 0);
	/* EDX holds the processor's signature: the guest's if it has one, a P6 otherwise. */
	vcpu_reg_write(vcpu, REG_RDX, cpuid_answer(vcpu, 1, 0, version) ? version[0] : 0x600);
	vcpu_rip_write(vcpu, 0xfff0);
	guest_debug_forget(vcpu);
	guest_debug_rflags_write(vcpu, RFLAGS_FIXED);
	vcpu_registers_flush(vcpu);

	reset_segment_registers(vcpu);
	reset_control_registers(vcpu, init);
	reset_debug_registers(vcpu);
	vmcs_write32(GUEST_ACTIVITY_STATE, ACTIVITY_ACTIVE);
	vcpu_interruptibility_write(vcpu, 0);

	/* Whoever starts next there must not find its memory written. */
	vcpu->clock.system_time = 0;
	vcpu->steal.msr = 0;
	async_pf_reset(vcpu);
	vcpu->spec_ctrl = 0;
	if (!init) {
		vcpu->xcr0 = 1;
		vmcs_write64(GUEST_IA32_DEBUGCTL, 0);
	}
	/* "Initialization Overview": the TLBs are invalidated, by INIT too. */
	vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	vcpu->events = (struct vcpu_events){0};
	__atomic_store_n(&vcpu->nmis_arrived, 0, __ATOMIC_RELAXED);
	if (vcpu->lapic)
		lapic_reset(vcpu, init);
	msr_vcpu_reset(vcpu, init);
	/* INIT leaves the FPU alone, and host_vcpu_init() has made it. */
}
