// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry and exit: what the processor does not switch, round the assembly that enters the guest.
 *
 * SDM: "Loading Host State", "VM-Entry Failures During or After Loading Guest State".
 */
#include <linux/context_tracking.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/sched.h>
#include <linux/vtime.h>
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/mce.h>
#include <asm/ptrace.h>
#include <asm/special_insns.h>
#include <compat.h>
#include "host_entry.h"
#include "platform.h"
#include "host_check.h"
#include "mitigation.h"
#include "perf.h"
#include "facts/vmcs_field.h"

static_assert(REG_RAX == 0 && REG_RCX == 1 && REG_RDX == 2 && REG_RBX == 3 && REG_RBP == 5 &&
		      REG_RSI == 6 && REG_RDI == 7 && REG_R8 == 8 && REG_R15 == 15,
	      "entry.S knows the order of the registers");
static_assert(VMX_FAIL_INVALID == 1 && VMX_FAIL_VALID == 2, "entry.S returns these");
static_assert(HOST_RSP == 0x6c14, "entry.S writes this field");

/* Another thread of the process may have made the LDT the moment before. */
static void note_ldt(struct host_saved *saved)
{
	u16 ldt;

	store_ldt(ldt);
	if (ldt)
		saved->ldt = ldt;
}

/*
 * The NMI made the guest exit and is not pending any more, but the processor holds back further
 * ones until an IRET, which has to be the handler's: so nothing that may be traced or fault comes
 * between.  Through the gate, not by a call, because the handler expects the stack that the gate
 * switches to.
 */
static noinstr void deliver_nmi(void)
{
	this_cpu_write(guest_interrupted, GUEST_BY_NMI);
	asm volatile("int $2");
	this_cpu_write(guest_interrupted, GUEST_NOT_INTERRUPTED);
}

/* gives: VMX_FAIL_INVALID also when VMX operation ended since the exit. */
static __always_inline enum vmx_status take_exit_reason(struct vcpu *vcpu)
{
	u64 reason, info = 0;

	if (host_vmread(VM_EXIT_REASON, &reason) != VMX_SUCCEED)
		return VMX_FAIL_INVALID;
	vcpu->exit.reason = (u32)reason;
	if (reason == EXIT_REASON_EXCEPTION_OR_NMI)
		host_vmread(VM_EXIT_INTR_INFO, &info);
	if (exit_is_nmi((u32)reason, (u32)info))
		deliver_nmi();
	return VMX_SUCCEED;
}

/*
 * For lock debugging and RCU the guest is like user space: interrupts are on there, and a CPU whose
 * tick may stop is in a quiescent state, in which RCU waits for nobody here.  So nothing between
 * context_tracking_guest_enter() and _exit() may be traced or probed; tests/objects.sh looks.
 */
static noinstr enum vmx_status switch_worlds(struct vcpu *vcpu, bool resume)
{
	enum vmx_status status;
	s64 spec_ctrl;

	context_tracking_guest_enter();
	lockdep_hardirqs_on(CALLER_ADDR0);

	/* Reading it is cheap, and mostly it is the guest's already. */
	if (native_read_cr2() != vcpu->cr2)
		native_write_cr2(vcpu->cr2);
	if (flush_l1d)
		__wrmsr(MSR_IA32_FLUSH_CMD, L1D_FLUSH, 0);
	spec_ctrl = mitigation_before_entry(vcpu->spec_ctrl);
	status = vmx_enter_guest(vcpu->regs, &vcpu->host.rsp, resume, spec_ctrl);
	mitigation_after_exit();
	vcpu->cr2 = native_read_cr2();
	if (status == VMX_SUCCEED)
		status = take_exit_reason(vcpu);

	lockdep_hardirqs_off(CALLER_ADDR0);
	context_tracking_guest_exit();
	return status;
}

void host_guest_begin(struct vcpu *vcpu)
{
	vtime_account_guest_enter();
	/* Where the tick goes on, RCU is told by this alone. */
	if (!context_tracking_enabled_this_cpu())
		compat_rcu_note_guest();
	note_ldt(&vcpu->host.saved);
	perf_before_entry(vcpu);
	/* A VM exit clears it; perf and debuggers of the host use it. */
	vcpu->host.debugctl = host_rdmsr(MSR_IA32_DEBUGCTLMSR);
}

void host_guest_end(struct vcpu *vcpu)
{
	if (vcpu->host.debugctl)
		host_wrmsr(MSR_IA32_DEBUGCTLMSR, vcpu->host.debugctl);
	perf_after_exit(vcpu);
}

enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume)
{
	enum vmx_status status;

	if (!resume && host_vmwrite(HOST_RIP, (unsigned long)vmx_exit_point) != VMX_SUCCEED)
		return VMX_FAIL_INVALID;
	trace_hardirqs_on_prepare();
	lockdep_hardirqs_on_prepare();
	status = switch_worlds(vcpu, resume);
	trace_hardirqs_off_finish();

	if (status == VMX_SUCCEED)
		host_check_after_exit(vcpu);
	return status;
}

/*
 * Not through the gate: what the machine check hit is the guest, which the kernel has to treat like
 * a process it may kill.  The frame says so; the handler would take one of kernel code for the
 * kernel's own death.
 */
void host_deliver_machine_check(void)
{
	struct pt_regs regs = {
		.cs = __USER_CS,
		.flags = X86_EFLAGS_IF,
	};

	do_machine_check(&regs);
}

bool host_split_lock(u64 rip)
{
	return handle_guest_split_lock(rip);
}
