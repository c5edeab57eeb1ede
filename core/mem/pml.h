/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page-modification logging: the processor lists the pages whose dirty flag it sets, where it has
 * that.  Only pages of slots that are logged are ever mapped with the flag clear.
 *
 * SDM: "Page-Modification Logging".
 */
#ifndef LINTEL_PML_H
#define LINTEL_PML_H

#include "cap/cap.h"
#include "vcpu/vcpu.h"

static inline bool pml_is_used(void)
{
	return vmcs_config_has(CTL_SECONDARY, CPU2_ENABLE_PML);
}

/* The page of the list, where it is used.  -ENOMEM. */
int pml_vcpu_init(struct vcpu *vcpu);
void pml_vcpu_destroy(struct vcpu *vcpu);
/* The VMCS learns of it.  Loaded. */
void pml_init_vmcs(struct vcpu *vcpu);

void pml_drain_list(struct vcpu *vcpu);

/* After an exit, before the vCPU shows that it is outside: what the list has goes to the dirty
 * logs.  Loaded; interrupts off. */
static inline void pml_drain(struct vcpu *vcpu)
{
	if (__atomic_load_n(&vcpu->vm->logged_slots, __ATOMIC_RELAXED) && pml_is_used())
		pml_drain_list(vcpu);
}

/* When this returns, all that the guest had written before is in the dirty logs.  May sleep. */
void pml_drain_all(struct vm *vm);

#endif
