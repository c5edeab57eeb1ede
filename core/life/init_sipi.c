// SPDX-License-Identifier: GPL-2.0
/*
 * INIT and SIPI: a vCPU begins anew, and where another sends it.
 *
 * SDM: "MP Initialization Protocol Algorithm for MP Systems", "INIT", "SIPI".
 */
#include "life/life.h"
#include "irq/lapic.h"
#include "vcpu/mp_state.h"

static void take_init(struct vcpu *vcpu)
{
	vmx_vcpu_reset(vcpu, true);
	vcpu->mp_state = vcpu_is_bsp(vcpu) ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_INIT_RECEIVED;
}

/* The vector is the number of the page that holds the first instruction. */
static void take_sipi(struct vcpu *vcpu, u8 vector)
{
	struct kvm_segment cs;

	vcpu_seg_read(vcpu, SEG_CS, &cs);
	cs.selector = (u16)(vector << 8);
	cs.base = (u64)vector << 12;
	vcpu_seg_write(vcpu, SEG_CS, &cs);
	vcpu_rip_write(vcpu, 0);
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
}

void vcpu_take_signals(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u32 signals;

	if (!lapic || !__atomic_load_n(&lapic->signals, __ATOMIC_RELAXED))
		return;
	signals = __atomic_exchange_n(&lapic->signals, 0, __ATOMIC_ACQUIRE);
	if (signals & LAPIC_SIGNAL_INIT)
		take_init(vcpu);
	/* A processor that does not wait for it ignores it. */
	if ((signals & LAPIC_SIGNAL_SIPI) && vcpu->mp_state == KVM_MP_STATE_INIT_RECEIVED)
		take_sipi(vcpu, __atomic_load_n(&lapic->sipi_vector, __ATOMIC_RELAXED));
}
