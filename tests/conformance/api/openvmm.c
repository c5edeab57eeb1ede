// SPDX-License-Identifier: GPL-2.0
/*
 * OpenVMM's calls: a split irqchip with 32-bit APIC IDs, MSRs that it is asked for, and a state
 * that is set piece by piece, at the start as at a restore.
 */
#include <stdlib.h>

#include "vmm.h"

enum {
	GDT = 0x500,
	PML4 = 0x9000,
	ZERO_PAGE = 0x7000,
	MSR_IA32_APIC_BASE = 0x1b,
	MSR_IA32_FEATURE_CONTROL = 0x3a,
	MSR_IA32_MCG_CAP = 0x179,
	MSR_IA32_MISC_ENABLE = 0x1a0,
	MCG_CMCI_P = 1 << 10,
};

static const u64 gdt64[] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x008f8b000000ffff};

/* The MTRRs, PAT, those of system calls, the TSC: in its order. */
static const u32 state_msrs[] = {
	0x2ff,	    0x250,	0x258,	    0x259,	0x268,	    0x269, 0x26a, 0x26b,
	0x26c,	    0x26d,	0x26e,	    0x26f,	0x200,	    0x201, 0x202, 0x203,
	0x204,	    0x205,	0x206,	    0x207,	0x208,	    0x209, 0x20a, 0x20b,
	0x20c,	    0x20d,	0x20e,	    0x20f,	0x277,	    0x174, 0x175, 0x176,
	0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084, 0xc0000102, 0x10,
};

static void enable(struct vmm *vmm, u32 capability, u64 argument)
{
	struct kvm_enable_cap cap = {.cap = capability, .args = {argument}};

	VMM_CALL(vmm->fd, KVM_ENABLE_CAP, cap);
}

static struct vmm create(const u8 *memory, u64 *mce_cap)
{
	struct vmm vmm = {.kvm = vmm_open(OPENVMM)};
	struct kvm_irq_routing routing = {.nr = 0};

	free(kvm_supported_cpuid());
	CHECK_OK(ioctl(vmm.kvm, KVM_X86_GET_MCE_CAP_SUPPORTED, mce_cap));
	vmm.fd = CHECK_OK(ioctl(vmm.kvm, KVM_CREATE_VM, 0));
	enable(&vmm, KVM_CAP_SPLIT_IRQCHIP, 24);
	enable(&vmm, KVM_CAP_X2APIC_API, KVM_X2APIC_API_USE_32BIT_IDS);
	enable(&vmm, KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_UNKNOWN);
	vmm_vcpu(&vmm);
	VMM_CALL(vmm.fd, KVM_SET_GSI_ROUTING, routing);
	vmm_memory(&vmm, memory);
	return vmm;
}

static void set_msr(struct vmm *vmm, u32 index, u64 value)
{
	struct vmm_msrs one = {.head.nmsrs = 0};

	vmm_add_msr(&one, index, value);
	vmm_set_msrs(vmm, &one);
}

/* What is set before a vCPU's state. */
static void bind(struct vmm *vmm, u64 mce_cap)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	u64 cap = vcpu_msr(&vmm->cpu, MSR_IA32_MCG_CAP) | MCG_CMCI_P;

	set_msr(vmm, MSR_IA32_MISC_ENABLE, 0x851809);
	set_msr(vmm, MSR_IA32_FEATURE_CONTROL, 1);
	if (mce_cap & MCG_CMCI_P)
		VMM_CALL(vmm->cpu.fd, KVM_X86_SETUP_MCE, cap);
	vmm_patch_cpuid(cpuid);
	CHECK_OK(ioctl(vmm->cpu.fd, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}

static void get_state(struct vmm *vmm, struct vmm_state *s)
{
	int cpu = vmm->cpu.fd;

	VMM_CALL(cpu, KVM_GET_REGS, s->regs);
	VMM_CALL(cpu, KVM_GET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_GET_MP_STATE, s->mp);
	VMM_CALL(cpu, KVM_GET_VCPU_EVENTS, s->events);
	VMM_CALL(cpu, KVM_GET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_GET_LAPIC, s->lapic);
	VMM_CALL(cpu, KVM_GET_XCRS, s->xcrs);
	s->msrs.head.nmsrs = 0;
	for (u32 i = 0; i < ARRAY_SIZE(state_msrs); i++)
		vmm_add_msr(&s->msrs, state_msrs[i], 0);
	vmm_get_msrs(vmm, &s->msrs);
	VMM_CALL(cpu, KVM_GET_DEBUGREGS, s->debug);
}

static void set_state(struct vmm *vmm, struct vmm_state *s)
{
	u64 apic_base = s->sregs.apic_base;
	struct kvm_sregs now;
	int cpu = vmm->cpu.fd;

	VMM_CALL(cpu, KVM_GET_SREGS, now);
	s->sregs.apic_base = now.apic_base;
	memset(s->sregs.interrupt_bitmap, 0, sizeof(s->sregs.interrupt_bitmap));
	VMM_CALL(cpu, KVM_SET_REGS, s->regs);
	VMM_CALL(cpu, KVM_SET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_SET_MP_STATE, s->mp);
	s->events.flags = 0;
	VMM_CALL(cpu, KVM_SET_VCPU_EVENTS, s->events);
	VMM_CALL(cpu, KVM_SET_XSAVE, s->xsave);
	set_msr(vmm, MSR_IA32_APIC_BASE, apic_base);
	VMM_CALL(cpu, KVM_SET_LAPIC, s->lapic);
	VMM_CALL(cpu, KVM_SET_XCRS, s->xcrs);
	vmm_set_msrs(vmm, &s->msrs);
	VMM_CALL(cpu, KVM_SET_DEBUGREGS, s->debug);
	s->sregs.apic_base = apic_base;
}

/* A vCPU's state at reset with the registers of Linux's 64-bit boot protocol. */
static void start(struct vmm *vmm, struct vmm_state *s)
{
	get_state(vmm, s);
	s->regs = (struct kvm_regs){.rip = VMM_KERNEL, .rflags = 2, .rsi = ZERO_PAGE};
	vmm_segments(vmm, &s->sregs, GDT, gdt64, ARRAY_SIZE(gdt64), 1);
	s->sregs.cr0 |= 1;
	vmm_page_tables(vmm, &s->sregs, PML4, 4);
	set_state(vmm, s);
}

/* Its I/O APIC signals by messages. */
static void check_message(struct vmm *vmm, u32 count)
{
	struct kvm_msi msi = {.address_lo = 0xfee00000, .data = VMM_VECTOR};

	CHECK_EQ(CHECK_OK(ioctl(vmm->fd, KVM_SIGNAL_MSI, &msi)), 1);
	vmm_check_told(vmm, count);
}

TEST(openvmm_boot_save_restore)
{
	struct vmm_state *state = calloc(1, sizeof(*state));
	u64 mce_cap = 0, clock;
	struct vmm vmm = create(NULL, &mce_cap);

	CHECK(state);
	vmm_load(&vmm, vmm_guest64, vmm_guest64_end);
	vmm_gates(&vmm, vmm_guest64, vmm_device64, vmm_timer64, 8, true);
	bind(&vmm, mce_cap);
	start(&vmm, state);
	vmm_irqfd(&vmm, VMM_IRQ, -1);
	vmm_ioeventfd(&vmm, 0);
	CHECK_OUT(&vmm.cpu, VMM_CONSOLE, 4, ZERO_PAGE);
	vmm_check_ioapic(&vmm);
	CHECK_OUT(&vmm.cpu, VMM_CONSOLE, 4, VMM_READY);
	CHECK_EQ(vmm_events(vmm.notify), 1);
	check_message(&vmm, 1);
	vmm_pause(&vmm);
	get_state(&vmm, state);
	VMM_CALL(vmm.fd, KVM_GET_CLOCK, state->clock);
	clock = state->clock.clock;
	state->ram = host_memory(VMM_RAM);
	memcpy(state->ram, vmm.ram, VMM_RAM);
	vmm_destroy(&vmm);

	vmm = create(state->ram, &mce_cap);
	bind(&vmm, mce_cap);
	state->clock = (struct kvm_clock_data){.clock = clock};
	VMM_CALL(vmm.fd, KVM_SET_CLOCK, state->clock);
	set_state(&vmm, state);
	check_message(&vmm, 2);
	check_message(&vmm, 3);
}
