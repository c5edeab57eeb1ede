/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM_GET_STATS_FD tells, by the names that KVM has for it: of which file, what kind of value,
 * name, and what it is now.  `vm` and `vcpu` are those of the file.  Included where a table is made
 * of it; the words mean nothing again after it:
 *
 *	STAT(scope, kind, name, value)
 *	HISTOGRAM(scope, name, struct vcpu_histogram)	of times in ns
 *
 * The kinds: COUNT, TIME_NS only grow; NOW is a number that goes up and down, IS one that is 0
 *or 1.
 */
/* clang-format off */
STAT(VM, COUNT, remote_tlb_flush, vm->stats.flushes_of_running)
STAT(VM, COUNT, remote_tlb_flush_requests, vm->stats.flushes)
STAT(VM, NOW, pages_4k, vm->ept.mapped[0])
STAT(VM, NOW, pages_2m, vm->ept.mapped[1])
STAT(VM, NOW, pages_1g, vm->ept.mapped[2])

STAT(VCPU, COUNT, halt_successful_poll, vcpu->stats.halt.successful_polls)
STAT(VCPU, COUNT, halt_attempted_poll, vcpu->stats.halt.attempted_polls)
STAT(VCPU, COUNT, halt_poll_invalid, vcpu->stats.halt.invalid_polls)
STAT(VCPU, COUNT, halt_wakeup, vcpu->stats.halt.wakeups)
STAT(VCPU, TIME_NS, halt_poll_success_ns, vcpu->stats.halt.poll_success_ns)
STAT(VCPU, TIME_NS, halt_poll_fail_ns, vcpu->stats.halt.poll_fail_ns)
STAT(VCPU, TIME_NS, halt_wait_ns, vcpu->stats.halt.wait_ns)
HISTOGRAM(VCPU, halt_poll_success_hist, vcpu->stats.halt.poll_success)
HISTOGRAM(VCPU, halt_poll_fail_hist, vcpu->stats.halt.poll_fail)
HISTOGRAM(VCPU, halt_wait_hist, vcpu->stats.halt.wait)
STAT(VCPU, IS, blocking, vcpu->stats.halt.asleep)

STAT(VCPU, COUNT, exits, total_exits(vcpu))
STAT(VCPU, COUNT, io_exits, EXITS(vcpu, IO_INSTRUCTION))
STAT(VCPU, COUNT, mmio_exits, vcpu->stats.mmio_to_user)
STAT(VCPU, COUNT, signal_exits, vcpu->stats.signals_to_user)
STAT(VCPU, COUNT, irq_window_exits, EXITS(vcpu, INTERRUPT_WINDOW))
STAT(VCPU, COUNT, nmi_window_exits, EXITS(vcpu, NMI_WINDOW))
STAT(VCPU, COUNT, halt_exits, EXITS(vcpu, HLT))
STAT(VCPU, COUNT, request_irq_exits, vcpu->stats.windows_to_user)
STAT(VCPU, COUNT, irq_exits, EXITS(vcpu, EXTERNAL_INTERRUPT))
STAT(VCPU, COUNT, pf_taken, EXITS(vcpu, EPT_VIOLATION))
STAT(VCPU, COUNT, pf_emulate, vcpu->stats.mmio_faults)
STAT(VCPU, COUNT, tlb_flush, vcpu->stats.tlb_flushes)
STAT(VCPU, COUNT, host_state_reload, vcpu->stats.host_state_loads)
STAT(VCPU, COUNT, fpu_reload, vcpu->stats.to_user)
STAT(VCPU, COUNT, insn_emulation_fail, vcpu->stats.emulation_failures)
STAT(VCPU, COUNT, hypercalls, EXITS(vcpu, VMCALL))
STAT(VCPU, COUNT, irq_injections, vcpu->stats.interrupts)
STAT(VCPU, COUNT, nmi_injections, vcpu->stats.nmis)
STAT(VCPU, COUNT, req_event, vcpu->stats.event_requests)
STAT(VCPU, COUNT, directed_yield_attempted, vcpu->stats.yields)
STAT(VCPU, COUNT, directed_yield_successful, vcpu->stats.yields_taken)
/* clang-format on */

#undef STAT
#undef HISTOGRAM
