/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bodies of what host_entry.h declares.
 */
#ifndef LINTEL_LINUX_HOST_ENTRY_INLINE_H
#define LINTEL_LINUX_HOST_ENTRY_INLINE_H

#include <linux/irqflags.h>
#include <linux/percpu.h>
#include <linux/vtime.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/mmu_context.h>
#include <asm/tlbflush.h>
#include <compat.h>

static inline u64 host_cr3(void)
{
	return __get_current_cr3_fast();
}

static inline u64 host_cr4(void)
{
	return cr4_read_shadow();
}

static inline void host_write_xcr0(u64 value)
{
	xsetbv(XCR_XFEATURE_ENABLED_MASK, value);
}

static inline void host_fpu_before_entry(struct vcpu *vcpu)
{
	/* An interrupt that used the FPU left the guest's registers in memory. */
	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		switch_fpu_return();
}

/* vmx_cpu.c: the machine goes down, no guest is entered any more. */
extern bool vmx_shutting_down;

static inline bool host_guest_must_wait(void)
{
	return __xfer_to_guest_mode_work_pending() || READ_ONCE(vmx_shutting_down);
}

static inline bool host_guest_must_turn_back(void)
{
	/* RCU may have put off to wake a thread of its own until here. */
	xfer_to_guest_mode_prepare();
	return xfer_to_guest_mode_work_pending() || READ_ONCE(vmx_shutting_down);
}

/* RCU has put nothing off: no callback was queued here since. */
static inline bool host_guest_may_go_on(void)
{
	return !host_guest_must_wait();
}

/* guest_samples.c: the kernel takes the interrupt that ended a guest's run, which hit that guest.
 */
enum guest_interrupted { GUEST_NOT_INTERRUPTED, GUEST_BY_IRQ, GUEST_BY_NMI };
DECLARE_PER_CPU(enum guest_interrupted, guest_interrupted);

static inline void host_guest_irq_enable(void)
{
	this_cpu_write(guest_interrupted, GUEST_BY_IRQ);
	local_irq_enable();
	/* STI holds interrupts back for one more instruction. */
	asm volatile("nop" : : : "memory");
	local_irq_disable();
	this_cpu_write(guest_interrupted, GUEST_NOT_INTERRUPTED);
	vtime_account_guest_exit();
	local_irq_enable();
}

#endif
