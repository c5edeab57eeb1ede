/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As in host_inline.h: each call goes to the simulator.
 */
#ifndef LINTEL_SIM_HOST_ENTRY_INLINE_H
#define LINTEL_SIM_HOST_ENTRY_INLINE_H

u64 sim_host_cr3(void);
u64 sim_host_cr4(void);
void sim_write_xcr0(u64 value);
void sim_fpu_before_entry(struct vcpu *vcpu);
bool sim_guest_must_wait(void);
bool sim_guest_must_turn_back(void);
bool sim_guest_may_go_on(void);

static inline u64 host_cr3(void)
{
	return sim_host_cr3();
}

static inline u64 host_cr4(void)
{
	return sim_host_cr4();
}

static inline void host_write_xcr0(u64 value)
{
	sim_write_xcr0(value);
}

static inline void host_fpu_before_entry(struct vcpu *vcpu)
{
	sim_fpu_before_entry(vcpu);
}

static inline bool host_guest_must_wait(void)
{
	return sim_guest_must_wait();
}

static inline bool host_guest_must_turn_back(void)
{
	return sim_guest_must_turn_back();
}

static inline bool host_guest_may_go_on(void)
{
	return sim_guest_may_go_on();
}

static inline void host_guest_irq_enable(void)
{
	sim_irq_enable();
}

#endif
