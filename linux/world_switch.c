// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry and exit: what the processor does not switch, round the assembly that enters the guest.
 *
 * SDM: "Loading Host State", "VM-Entry Failures During or After Loading Guest State".
 */
#include <linux/sched.h>
#include <asm/cpu.h>
#include <asm/desc.h>
#include <asm/mce.h>
#include <asm/perf_event.h>
#include <asm/ptrace.h>
#include "platform.h"
#include "host_check.h"
#include "mitigation.h"
#include "vmcs/fields.h"

static_assert(REG_RAX == 0 && REG_RCX == 1 && REG_RDX == 2 && REG_RBX == 3 && REG_RBP == 5 &&
	      REG_RSI == 6 && REG_RDI == 7 && REG_R8 == 8 && REG_R15 == 15,
	      "entry.S knows the order of the registers");
static_assert(VMX_FAIL_INVALID == 1 && VMX_FAIL_VALID == 2, "entry.S returns these");
static_assert(HOST_RSP == 0x6c14, "entry.S writes this field");

/* perf's counters that must not count, and above all must not write records, in the guest. */
static void switch_perf_msrs(const struct perf_guest_switch_msr *msrs, int count, bool to_guest)
{
	for (int i = 0; i < count; i++)
		if (msrs[i].host != msrs[i].guest)
			host_wrmsr(msrs[i].msr, to_guest ? msrs[i].guest : msrs[i].host);
}

/* Another thread of the process may have made the LDT the moment before. */
static void note_ldt(struct host_saved *saved)
{
	u16 ldt;

	store_ldt(ldt);
	if (ldt)
		saved->ldt = ldt;
}

enum vmx_status host_vmenter(struct vcpu *vcpu, bool resume)
{
	struct perf_guest_switch_msr *msrs;
	enum vmx_status status;
	s64 spec_ctrl;
	u64 debugctl;
	int count = 0;

	if (!resume && host_vmwrite(HOST_RIP, (unsigned long)vmx_exit_point) != VMX_SUCCEED)
		return VMX_FAIL_INVALID;
	note_ldt(&vcpu->host.saved);
	msrs = perf_guest_get_msrs(&count, NULL);
	switch_perf_msrs(msrs, count, true);
	/* A VM exit clears it; perf and debuggers of the host use it. */
	debugctl = host_rdmsr(MSR_IA32_DEBUGCTLMSR);
	if (flush_l1d)
		host_wrmsr(MSR_IA32_FLUSH_CMD, L1D_FLUSH);

	spec_ctrl = mitigation_before_entry(vcpu->spec_ctrl);
	status = vmx_enter_guest(vcpu->regs, &vcpu->host.rsp, resume, spec_ctrl);
	mitigation_after_exit();

	if (debugctl)
		host_wrmsr(MSR_IA32_DEBUGCTLMSR, debugctl);
	switch_perf_msrs(msrs, count, false);
	if (status == VMX_SUCCEED)
		host_check_after_exit(vcpu);
	return status;
}

/*
 * The NMI made the guest exit and is not pending any more, but the processor holds back further
 * ones until an IRET: the handler's.  Through the gate, not by a call, because the handler expects
 * the stack that the gate switches to.
 */
void host_deliver_nmi(void)
{
	this_cpu_write(guest_interrupted, GUEST_BY_NMI);
	asm volatile("int $2");
	this_cpu_write(guest_interrupted, GUEST_NOT_INTERRUPTED);
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
