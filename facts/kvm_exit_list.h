/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What KVM tells a program, or the log, about a vCPU that does not go on:
 *
 *	KVM_EXIT(constant, number, text)      why KVM_RUN returned: struct kvm_run, exit_reason
 *	KVM_SUBERROR(constant, number, text)  of KVM_EXIT_INTERNAL_ERROR: internal.suberror
 *	KVM_LOG(words, text)                  what the log says
 *
 * What is of another architecture is left out.  Included where something is made of it, with the
 * three defined.
 *
 * Documentation/virt/kvm/api.rst: "The kvm_run structure".
 */
/* clang-format off */
KVM_EXIT(KVM_EXIT_UNKNOWN, 0,
	"The vCPU left the guest for a reason that KVM does not know: hw.hardware_exit_reason has the "
	"basic exit reason of the processor.")
KVM_EXIT(KVM_EXIT_EXCEPTION, 1, "Not used.")
KVM_EXIT(KVM_EXIT_IO, 2,
	"The guest read or wrote an I/O port that nothing in the kernel answers: struct kvm_run has "
	"port, size, direction and count, the data stand at io.data_offset. The next KVM_RUN goes on "
	"with what was put there.")
KVM_EXIT(KVM_EXIT_HYPERCALL, 3,
	"A hypercall that user space asked for by KVM_CAP_EXIT_HYPERCALL.")
KVM_EXIT(KVM_EXIT_DEBUG, 4,
	"A breakpoint, watchpoint or single step of a debugger that KVM_SET_GUEST_DEBUG put on.")
KVM_EXIT(KVM_EXIT_HLT, 5,
	"The guest executed HLT, and its local APIC is not in the kernel: with one KVM waits itself.")
KVM_EXIT(KVM_EXIT_MMIO, 6,
	"The guest accessed an address that no memory slot has and nothing in the kernel answers, or "
	"wrote to read-only memory: struct kvm_run has address, length, data and direction.")
KVM_EXIT(KVM_EXIT_IRQ_WINDOW_OPEN, 7,
	"The guest can take an interrupt now, as request_interrupt_window asked.")
KVM_EXIT(KVM_EXIT_SHUTDOWN, 8,
	"Triple fault: an exception while the double fault was delivered. The state of the vCPU is "
	"that of the fault; mostly the guest's IDT, page tables or stack are wrong, or were never set.")
KVM_EXIT(KVM_EXIT_FAIL_ENTRY, 9,
	"The guest was not entered. fail_entry.hardware_entry_failure_reason with bit 31 set is the "
	"exit reason (0x80000021: invalid guest state), else the VM-instruction error (7: invalid "
	"controls, 8: invalid host state). 0 is neither: VMLAUNCH or VMRESUME failed without a current "
	"VMCS or outside VMX operation, or, under another hypervisor, that one failed it without a "
	"word: it clears or forces controls that the MSRs announce otherwise (HLT exiting on some "
	"clouds).")
KVM_EXIT(KVM_EXIT_INTR, 10,
	"A signal: KVM_RUN returned with EINTR before the guest had anything to ask for.")
KVM_EXIT(KVM_EXIT_SET_TPR, 11,
	"The guest lowered its TPR, and user space has the local APIC.")
KVM_EXIT(KVM_EXIT_TPR_ACCESS, 12, "An access to the TPR that KVM_TPR_ACCESS_REPORTING asked for.")
KVM_EXIT(KVM_EXIT_NMI, 16, "Not used.")
KVM_EXIT(KVM_EXIT_INTERNAL_ERROR, 17,
	"KVM cannot go on with the guest; internal.suberror says why, internal.data has details. 1: an "
	"instruction cannot be emulated; 2 and 3: an exit while an event was delivered; 4: an exit "
	"reason that is not expected.")
KVM_EXIT(KVM_EXIT_SYSTEM_EVENT, 24, "The guest asked for a reset, a shutdown, or crashed.")
KVM_EXIT(KVM_EXIT_IOAPIC_EOI, 26,
	"With a split irqchip: a vector whose route asked for it got its EOI.")
KVM_EXIT(KVM_EXIT_HYPERV, 27, "A Hyper-V facility that user space has a part in.")
KVM_EXIT(KVM_EXIT_X86_RDMSR, 29,
	"RDMSR of an MSR that KVM does not have, or a filter denies, and KVM_CAP_X86_USER_SPACE_MSR "
	"gives to user space.")
KVM_EXIT(KVM_EXIT_X86_WRMSR, 30,
	"WRMSR of an MSR that KVM does not have, or a filter denies, and KVM_CAP_X86_USER_SPACE_MSR "
	"gives to user space.")
KVM_EXIT(KVM_EXIT_DIRTY_RING_FULL, 31, "The vCPU's dirty ring is full: collect, and reset it.")
KVM_EXIT(KVM_EXIT_X86_BUS_LOCK, 33, "The guest made a bus lock, and KVM_CAP_X86_BUS_LOCK_EXIT is on.")
KVM_EXIT(KVM_EXIT_XEN, 34, "A Xen hypercall that user space answers.")
KVM_EXIT(KVM_EXIT_NOTIFY, 37,
	"For longer than the window of KVM_CAP_X86_NOTIFY_VMEXIT no event could be delivered.")
KVM_EXIT(KVM_EXIT_MEMORY_FAULT, 39,
	"The guest's access needs something of user space: that a page becomes private or shared, or "
	"is given; memory_fault has address and size.")

KVM_SUBERROR(KVM_INTERNAL_ERROR_EMULATION, 1,
	"An instruction that had to be emulated cannot be: it is not known to the emulator, or could "
	"not be fetched. The instruction bytes are in emulation_failure.insn_bytes where flag 0 is set; "
	"mostly the guest jumped into memory that is MMIO or not there.")
KVM_SUBERROR(KVM_INTERNAL_ERROR_SIMUL_EX, 2,
	"Several exceptions met while KVM emulated: they cannot be delivered.")
KVM_SUBERROR(KVM_INTERNAL_ERROR_DELIVERY_EV, 3,
	"An exit that KVM does not expect while an event was delivered: data has IDT-vectoring "
	"information, exit reason, exit qualification, and where known the guest-physical address. "
	"Mostly the guest's IDT or stack is in memory that is MMIO.")
KVM_SUBERROR(KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON, 4,
	"An exit reason that KVM has no handler for; it is the first of data.")

KVM_LOG("Guest State",
	"The part of KVM's dump of a VMCS that has the guest-state area. Give the whole log to "
	"\"lintel check\": it says which rule of VM entry is broken.")
KVM_LOG("Host State",
	"The part of KVM's dump of a VMCS that has the host-state area. Give the whole log to \"lintel "
	"check\".")
KVM_LOG("Control State",
	"The part of KVM's dump of a VMCS that has the control fields. Give the whole log to \"lintel "
	"check\".")
KVM_LOG("set kvm_intel.dump_invalid_vmcs=1",
	"A VM entry failed, and the kernel's log has no dump of the VMCS, since nobody asked for one. "
	"Write 1 to /sys/module/kvm_intel/parameters/dump_invalid_vmcs, let it fail again, and give the "
	"log to \"lintel check\".")
KVM_LOG("disabled by BIOS",
	"IA32_FEATURE_CONTROL is locked without VMX (\"lintel explain 0x3a VALUE\"): VMX has to be "
	"enabled in the firmware's menus, where it is called Intel Virtualization Technology, VT-x or "
	"VMX, or, in a virtual machine, by its provider. After a change the machine has to be powered "
	"off once.")
KVM_LOG("unsupported by BIOS",
	"IA32_FEATURE_CONTROL is locked without VMX: see \"disabled by BIOS\".")
KVM_LOG("no hardware support",
	"CPUID does not announce VMX: no Intel processor with VT-x, or a virtual machine that does not "
	"get it (nested virtualization is off).")
KVM_LOG("Inconsistent VMX config",
	"The capability MSRs of one CPU differ from those of the first: \"lintel record\" on this "
	"machine and \"lintel diff\" name the bits. Mostly a late microcode update, or a hypervisor "
	"below that moved the machine.")
KVM_LOG("unexpected exit reason",
	"KVM has no handler for an exit reason: \"lintel explain exit:NUMBER\". Under another "
	"hypervisor it may be that one's.")
KVM_LOG("ignored rdmsr",
	"The guest reads an MSR that KVM does not have; with ignore_msrs it gets 0, without #GP(0). "
	"\"lintel explain msr:NUMBER\" says what it is.")
KVM_LOG("ignored wrmsr",
	"The guest writes an MSR that KVM does not have; with ignore_msrs nothing happens, without it "
	"gets #GP(0). \"lintel explain msr:NUMBER\" says what it is.")
KVM_LOG("unhandled rdmsr",
	"The guest reads an MSR that KVM does not have, and gets #GP(0). \"lintel explain msr:NUMBER\" "
	"says what it is.")
KVM_LOG("unhandled wrmsr",
	"The guest writes an MSR that KVM does not have, and gets #GP(0). \"lintel explain msr:NUMBER\" "
	"says what it is.")
/* clang-format on */
#undef KVM_EXIT
#undef KVM_SUBERROR
#undef KVM_LOG
