// SPDX-License-Identifier: GPL-2.0
/* The thread of a vCPU: KVM_RUN, what the exits ask for, and what a program does between two runs.
 */
#include "devices.h"

static void handle_exit(struct guest *guest)
{
	switch (guest->run->exit_reason) {
	case KVM_EXIT_MMIO:
		operation_mmio(guest);
		return;
	case KVM_EXIT_IO:
		operation_io(guest);
		return;
	case KVM_EXIT_DIRTY_RING_FULL:
		memory_get_log();
		return;
	case KVM_EXIT_IOAPIC_EOI:
		pin_ended(guest, guest->run->eoi.vector);
		return;
	case KVM_EXIT_HLT:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_SET_TPR:
		return;
	default:
		guest_broken(guest, "exit %u to user space", guest->run->exit_reason);
	}
}

static void handle(struct guest *guest, long result)
{
	switch (result) {
	case 0:
		handle_exit(guest);
		return;
	case -EINTR:
	case -ENOMEM:
		return;
	case -EFAULT:
		/* What it touched may not be written for a while. */
		memory_wait_for_process();
		return;
	default:
		guest_broken(guest, "KVM_RUN: %ld", result);
	}
}

/* Without interrupt controllers in the kernel: when the guest can take one, it is given one. */
static void inject(struct guest *guest)
{
	struct kvm_interrupt interrupt = {.irq = interrupt_any_vector()};
	u64 token;

	guest->run->request_interrupt_window = 0;
	if (simulation.over || !chance(3))
		return;
	if (!guest->run->ready_for_interrupt_injection) {
		guest->run->request_interrupt_window = 1;
		return;
	}
	token = interrupt_send_begin(guest->id, (u8)interrupt.irq);
	if (call(guest->fd, KVM_INTERRUPT, &interrupt, sizeof(interrupt)))
		guest_broken(guest, "KVM_INTERRUPT fails");
	interrupt_send_end(guest->id, (u8)interrupt.irq, token);
}

static void send_nmi(struct guest *guest)
{
	u64 token = nmi_send_begin(guest->id);

	if (sim_ioctl(guest->fd, KVM_NMI, 0))
		guest_broken(guest, "KVM_NMI fails");
	nmi_send_end(guest->id, token);
}

/* An access to a device is completed by the next KVM_RUN. */
static bool is_half_done(const struct guest *guest)
{
	return guest->run->exit_reason == KVM_EXIT_MMIO || guest->run->exit_reason == KVM_EXIT_IO;
}

static void between_runs(struct guest *guest)
{
	if (!simulation.irqchip)
		inject(guest);
	if (simulation.over)
		return;
	if (chance(8))
		send_nmi(guest);
	if (!is_half_done(guest) && chance(8))
		state_round_trip(guest);
	if (guest->has_clock && chance(8))
		sim_ioctl(guest->fd, KVM_KVMCLOCK_CTRL, 0);
}

/* Who is halted when all is over goes on, to come to the end; who waits for a SIPI gets one. */
static void wake(struct guest *guest)
{
	struct kvm_mp_state state;

	if (call(guest->fd, KVM_GET_MP_STATE, &state, sizeof(state)))
		guest_broken(guest, "KVM_GET_MP_STATE fails");
	if (state.mp_state != KVM_MP_STATE_HALTED)
		return;
	state.mp_state = KVM_MP_STATE_RUNNABLE;
	if (call(guest->fd, KVM_SET_MP_STATE, &state, sizeof(state)))
		guest_broken(guest, "KVM_SET_MP_STATE fails");
}

/* As long as one does anything, it may send the others something. */
static bool all_are_quiet(void)
{
	for (unsigned int id = 0; id < simulation.guests; id++)
		if (simulation.guest[id].quiet < QUIET_ENOUGH)
			return false;
	return simulation.over && lines_are_served() && pins_are_ended();
}

void vcpu_thread(void *argument)
{
	struct guest *guest = argument;
	long result;

	for (;;) {
		result = sim_ioctl(guest->fd, KVM_RUN, 0);
		handle(guest, result);
		sim_signal(false);
		pv_eoi_check(guest);
		stop_here_if_asked(guest, result);
		/* A timer that runs will send something. */
		if (all_are_quiet() && !interrupts_wait(guest) && !guest->timer_runs)
			return;
		between_runs(guest);
		if (simulation.over && simulation.irqchip)
			wake(guest);
	}
}
