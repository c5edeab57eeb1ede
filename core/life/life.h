/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine and its vCPUs come to life, are reset, go to another processor, and end: what
 * calls all rooms below, each for its part.
 */
#ifndef LINTEL_LIFE_H
#define LINTEL_LIFE_H

#include "vcpu/vcpu.h"

/* --- vm.c --- */

/* A VM without memory and vCPUs.  -ENOMEM.  `vm` is zeroed memory of the caller's. */
int vm_init(struct vm *vm);
/* Needs: no vCPU runs, and nobody else refers to it. */
void vm_destroy(struct vm *vm);

/* --- create.c --- */

/*
 * KVM_CREATE_VCPU's core part: vmx_create_vcpu -> alloc_loaded_vmcs, init_vmcs, vmx_vcpu_reset.
 * `vcpu` is zeroed; run and pio_data are set.  -ENOMEM.
 */
int vmx_create_vcpu(struct vm *vm, struct vcpu *vcpu, u32 id);
void vmx_free_vcpu(struct vcpu *vcpu);

/* Power-up state (init false) or the state after INIT.  Loaded.  "Processor State After Reset". */
void vmx_vcpu_reset(struct vcpu *vcpu, bool init);

/* --- init_vmcs.c --- */

/* Controls, host state that never changes, bitmap address, masks: once per vCPU.  Loaded. */
void init_vmcs(struct vcpu *vcpu);

/* PAUSEs of the guest's kernel at most `gap` apart are one loop, and one that lasts for `window`
 * exits; in ticks of the host's TSC.  Gap 0: none does.  Of vCPUs to come; parameters of the
 * module.  "PAUSE-Loop Exiting". */
extern struct pause_loop {
	u32 gap, window;
} pause_loop;

/* Which exits a VM can do without on this processor: KVM_X86_DISABLE_EXITS_*. */
u32 vm_exits_to_disable(void);

/* --- init_sipi.c --- */

/* INIT and SIPI messages that have come for it.  Loaded. */
void vcpu_take_signals(struct vcpu *vcpu);

/* --- load.c --- */

/* The vCPU's VMCS becomes current on this CPU.  Preemption off; called by the platform only. */
void vcpu_load(struct vcpu *vcpu);
/* Host MSRs and segments come back; the VMCS stays current.  Preemption off. */
void vcpu_put(struct vcpu *vcpu);

#endif
