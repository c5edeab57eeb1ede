/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of one VMM's calls share. A VMM's test makes its calls in its order with its
 * arguments, lets a small guest start as that VMM's kernels do, saves all there is to save as it
 * does, and goes on in another VM.
 */
#ifndef API_VMM_H
#define API_VMM_H

#include "../../../facts/vmm_program.h"
#include "vm.h"

enum {
	VMM_RAM = 0x400000,
	VMM_IDT = 0x3000,
	VMM_CLOCK = 0x4000,	 /* the guest's kvmclock page */
	VMM_DELAY = 0x5fe0,	 /* in ticks of the TSC, until its timer */
	VMM_IDTR = 0x5ff0,	 /* what the guest loads */
	VMM_KERNEL = 0x200000,	 /* the guest */
	VMM_MSR_LIMIT = 256,	 /* KVM_SET_MSRS takes fewer than that */
	VMM_NOTIFY = 0xc0001050, /* where the guest tells its device of a queue */
	VMM_IOAPIC = 0xfec00000,
	VMM_IRQ = 5, /* the device's line */
	VMM_VECTOR = 0x31,
	VMM_TIMER_VECTOR = 0x32,
	VMM_MARK = 0x01234568, /* what the guest has in its registers */
	VMM_CONSOLE = 0x3f8,
};

struct vmm_msrs {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[VMM_MSR_LIMIT];
};

/* A VM, its one vCPU and its device. */
struct vmm {
	int kvm, fd, irq, notify;
	u8 *ram;
	struct vcpu cpu;
	bool without_dr0; /* the program does not save it */
};

/* All that one of the programs saves, whichever of it that is. */
struct vmm_state {
	u8 *ram;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_fpu fpu;
	struct kvm_xsave xsave;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debug;
	struct kvm_lapic_state lapic;
	struct kvm_mp_state mp;
	struct kvm_vcpu_events events;
	struct kvm_cpuid2 *cpuid;
	struct vmm_msrs msrs;
	struct kvm_clock_data clock;
	struct kvm_pit_state2 pit;
	struct kvm_irqchip chips[3];
	int tsc_khz;
};

/* Opens the device, whose version must be 12, and has all that the program asks for by name. */
int vmm_open(enum vmm_program program);
/* The rows of vmm_needs.c that are capabilities: ends the test where one is missing. */
void vmm_need_capabilities(int kvm, enum vmm_program program);
/* The guest's memory, in slot 0, with a copy of that in it unless NULL. */
void vmm_memory(struct vmm *vmm, const u8 *copy);
/* KVM_CREATE_VCPU and its page. */
void vmm_vcpu(struct vmm *vmm);
void vmm_destroy(struct vmm *vmm);

/* KVM_GET_MSR_INDEX_LIST, first without room for it: how many there are. */
u32 vmm_msr_list(int kvm, u32 list[VMM_MSR_LIMIT]);
/* The MSRs that each of the programs sets before it starts Linux; with mtrr also MTRRdefType. */
void vmm_boot_msrs(struct vmm_msrs *msrs, bool mtrr);
void vmm_add_msr(struct vmm_msrs *msrs, u32 index, u64 value);
/* KVM_SET_MSRS, KVM_GET_MSRS of all of them: the first that is not taken ends the test. */
void vmm_set_msrs(const struct vmm *vmm, struct vmm_msrs *msrs);
void vmm_get_msrs(const struct vmm *vmm, struct vmm_msrs *msrs);

/* LINT0 of the local APIC becomes ExtINT, LINT1 NMI. */
void vmm_set_lint(const struct vmm *vmm);
/* Leaf 1 as each of the programs makes it: the APIC ID, a hypervisor, the deadline timer. */
void vmm_patch_cpuid(struct kvm_cpuid2 *cpuid);
/* Puts the GDT into memory and its segments into the registers: data and the TSS follow the code.
 */
void vmm_segments(struct vmm *vmm, struct kvm_sregs *sregs, u64 gdt, const u64 *table, u32 count,
		  u32 code);
/* 2 MiB pages, one to one, for the first gigabytes. */
void vmm_page_tables(struct vmm *vmm, struct kvm_sregs *sregs, u64 pml4, u32 gigabytes);

/* An eventfd that is that GSI. */
void vmm_irqfd(struct vmm *vmm, u32 gsi, int resample);
/* An eventfd for writes of the length (0: any) to VMM_NOTIFY; with 4 they must be of 0. */
void vmm_ioeventfd(struct vmm *vmm, u32 length);
void vmm_signal(int event);
/* How often the eventfd was signalled since. */
u64 vmm_events(int event);

/*
 * The guest. It tells its boot register at VMM_CONSOLE, fills registers that are to be saved,
 * starts kvmclock, sets up the I/O APIC (whose writes leave, where it is not in the kernel), a
 * timer, and tells the device of a queue; then "ready", and it halts. Each interrupt of the device
 * tells how many there were, and the registers.
 */
void vmm_load(struct vmm *vmm, const u8 *code, const u8 *end);
void vmm_gates(struct vmm *vmm, const u8 *code, const u8 *device, const u8 *timer, u16 selector,
	       bool wide);
extern const u8 vmm_guest32[], vmm_guest32_end[], vmm_device32[], vmm_timer32[];
extern const u8 vmm_guest64[], vmm_guest64_end[], vmm_device64[], vmm_timer64[];
#define VMM_READY 0x600d
/* The guest says that this is the count'th interrupt, and that its registers are as it made them.
 */
void vmm_check_told(struct vmm *vmm, u32 count);
/* The guest sets up its I/O APIC, which is not in the kernel. */
void vmm_check_ioapic(struct vmm *vmm);
/* Signals the device's interrupt: the guest says that it is the count'th. */
void vmm_check_interrupt(struct vmm *vmm, u32 count);
/* The guest halts, and a signal gets the vCPU out of it: KVM_RUN is EINTR. */
void vmm_pause(struct vmm *vmm);
/* The guest has its timer's interrupt. */
void vmm_check_timer(struct vmm *vmm);
/* The guest's kvmclock page is one, and not before that time; stopped: it says that the guest was.
 */
void vmm_check_clock(struct vmm *vmm, u64 ns, bool stopped);

/* Saves, restores: each an ioctl on a member of struct vmm_state that must work. */
#define VMM_CALL(fd, request, member) CHECK_OK(ioctl(fd, request, &(member)))

#endif
