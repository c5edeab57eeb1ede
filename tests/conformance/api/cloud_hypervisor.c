// SPDX-License-Identifier: GPL-2.0
/* Cloud Hypervisor's calls: a split irqchip, and a guest that starts by PVH. */
#include <cpuid.h>
#include <stdlib.h>

#include "vmm.h"

enum {
	TSS_ADDRESS = 0xf8000000,
	IDENTITY_MAP = TSS_ADDRESS + 0x3000,
	GDT = 0x500,
	PVH_INFO = 0x6000,
	IOAPIC_PINS = 24,
	MSI = 24, /* a GSI of a message */
};

static const u64 gdt32[] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00008b0000000067};

static struct vmm create(const u8 *memory)
{
	struct vmm vmm = {.kvm = vmm_open(CLOUD_HYPERVISOR)};
	struct kvm_enable_cap split = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {IOAPIC_PINS}};
	u64 identity_map = IDENTITY_MAP;
	u32 list[VMM_MSR_LIMIT];

	vmm.fd = CHECK_OK(ioctl(vmm.kvm, KVM_CREATE_VM, 0));
	vmm_msr_list(vmm.kvm, list);
	VMM_CALL(vmm.fd, KVM_SET_IDENTITY_MAP_ADDR, identity_map);
	CHECK_OK(ioctl(vmm.fd, KVM_SET_TSS_ADDR, TSS_ADDRESS));
	VMM_CALL(vmm.fd, KVM_ENABLE_CAP, split);
	vmm_memory(&vmm, memory);
	vmm_vcpu(&vmm);
	CHECK_OK(ioctl(vmm.fd, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2));
	CHECK(CHECK_OK(ioctl(vmm.fd, KVM_CHECK_EXTENSION, KVM_CAP_XCRS)) == 1);
	return vmm;
}

static void host_leaf(struct kvm_cpuid2 *cpuid, u32 function)
{
	struct kvm_cpuid_entry2 *entry = cpuid_find(cpuid, function, 0);

	if (entry)
		__cpuid(function, entry->eax, entry->ebx, entry->ecx, entry->edx);
}

/* The rate of the TSC in a leaf of its own, and messages to APIC IDs above 254. */
static void patch_cpuid(struct vmm *vmm, struct kvm_cpuid2 *cpuid)
{
	struct kvm_cpuid_entry2 *kvm_leaf = cpuid_find(cpuid, 0x40000000, 0),
				*kvm_features = cpuid_find(cpuid, 0x40000001, 0);
	u32 khz = CHECK_OK(ioctl(vmm->cpu.fd, KVM_GET_TSC_KHZ, 0));

	CHECK(khz && kvm_leaf && kvm_features && cpuid->nent < 256);
	vmm_patch_cpuid(cpuid);
	cpuid_find(cpuid, 1, 0)->edx |= 1 << 12;
	kvm_features->eax |= 1 << 15;
	for (u32 leaf = 0x80000002; leaf <= 0x80000004; leaf++)
		host_leaf(cpuid, leaf);
	kvm_leaf->eax = 0x40000010;
	cpuid->entries[cpuid->nent++] =
		(struct kvm_cpuid_entry2){.function = 0x40000010, .eax = khz, .ebx = 1000000};
}

static void configure(struct vmm *vmm)
{
	struct kvm_regs regs = {.rip = VMM_KERNEL, .rflags = 2, .rbx = PVH_INFO};
	struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct vmm_msrs msrs = {.head.nmsrs = 0};
	struct kvm_sregs sregs;

	patch_cpuid(vmm, cpuid);
	CHECK_OK(ioctl(vmm->cpu.fd, KVM_SET_CPUID2, cpuid));
	vmm_boot_msrs(&msrs, true);
	vmm_set_msrs(vmm, &msrs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_REGS, regs);
	VMM_CALL(vmm->cpu.fd, KVM_GET_SREGS, sregs);
	vmm_segments(vmm, &sregs, GDT, gdt32, ARRAY_SIZE(gdt32), 1);
	sregs.cr0 = 1;
	sregs.cr4 = 0;
	VMM_CALL(vmm->cpu.fd, KVM_SET_SREGS, sregs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_FPU, fpu);
	vmm_set_lint(vmm);
	free(cpuid);
}

/* The line of its I/O APIC, which the guest has set up, is a message. */
static void attach(struct vmm *vmm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entries[2];
	} routing = {.head.nr = 2};

	for (u32 i = 0; i < 2; i++)
		routing.entries[i] = (struct kvm_irq_routing_entry){
			.gsi = i ? MSI : VMM_IRQ,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = {.address_lo = 0xfee00000, .data = VMM_VECTOR}};
	vmm_irqfd(vmm, VMM_IRQ, -1);
	VMM_CALL(vmm->fd, KVM_SET_GSI_ROUTING, routing);
	vmm_ioeventfd(vmm, 0);
}

static void check_start(struct vmm *vmm)
{
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, PVH_INFO);
	vmm_check_ioapic(vmm);
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_READY);
	CHECK_EQ(vmm_events(vmm->notify), 1);
	vmm_check_interrupt(vmm, 1);
}

/* From here on the rest of the list is asked for again, as one MSR was refused. */
static u32 without(struct vmm_msrs *msrs, u32 from)
{
	u32 left = msrs->head.nmsrs - from;

	memmove(msrs->entries, msrs->entries + from, left * sizeof(msrs->entries[0]));
	msrs->head.nmsrs = left;
	return left;
}

/* The whole list; what cannot be read is left out. */
static void save_msrs(struct vmm *vmm, struct vmm_msrs *saved)
{
	struct vmm_msrs rest = {.head.nmsrs = 0};
	u32 list[VMM_MSR_LIMIT], count = vmm_msr_list(vmm->kvm, list);

	for (u32 i = 0; i < count; i++)
		vmm_add_msr(&rest, list[i], 0);
	while (rest.head.nmsrs) {
		u32 done = CHECK_OK(ioctl(vmm->cpu.fd, KVM_GET_MSRS, &rest));

		for (u32 i = 0; i < done; i++)
			vmm_add_msr(saved, rest.entries[i].index, rest.entries[i].data);
		if (done == rest.head.nmsrs || !without(&rest, done + 1))
			break;
	}
}

/* What is refused is left out, too. */
static void restore_msrs(struct vmm *vmm, const struct vmm_msrs *saved)
{
	struct vmm_msrs rest = *saved;

	for (;;) {
		u32 done = CHECK_OK(ioctl(vmm->cpu.fd, KVM_SET_MSRS, &rest));

		if (done == rest.head.nmsrs || !without(&rest, done + 1))
			break;
	}
}

static void save(struct vmm *vmm, struct vmm_state *s)
{
	int cpu = vmm->cpu.fd, size = CHECK_OK(ioctl(vmm->fd, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2));

	VMM_CALL(vmm->fd, KVM_GET_CLOCK, s->clock);
	s->cpuid = kvm_supported_cpuid();
	s->cpuid->nent = 256;
	CHECK_OK(ioctl(cpu, KVM_GET_CPUID2, s->cpuid));
	VMM_CALL(cpu, KVM_GET_MP_STATE, s->mp);
	VMM_CALL(cpu, KVM_GET_REGS, s->regs);
	VMM_CALL(cpu, KVM_GET_SREGS, s->sregs);
	VMM_CALL(cpu, size ? KVM_GET_XSAVE2 : KVM_GET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_GET_XCRS, s->xcrs);
	VMM_CALL(cpu, KVM_GET_LAPIC, s->lapic);
	VMM_CALL(cpu, KVM_GET_FPU, s->fpu);
	save_msrs(vmm, &s->msrs);
	VMM_CALL(cpu, KVM_GET_VCPU_EVENTS, s->events);
	s->tsc_khz = CHECK_OK(ioctl(cpu, KVM_GET_TSC_KHZ, 0));
	s->ram = host_memory(VMM_RAM);
	memcpy(s->ram, vmm->ram, VMM_RAM);
}

static void restore(struct vmm *vmm, struct vmm_state *s)
{
	int cpu = vmm->cpu.fd;

	CHECK_OK(ioctl(cpu, KVM_SET_CPUID2, s->cpuid));
	VMM_CALL(cpu, KVM_SET_MP_STATE, s->mp);
	VMM_CALL(cpu, KVM_SET_REGS, s->regs);
	VMM_CALL(cpu, KVM_SET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_SET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_SET_XCRS, s->xcrs);
	VMM_CALL(cpu, KVM_SET_LAPIC, s->lapic);
	VMM_CALL(cpu, KVM_SET_FPU, s->fpu);
	/* EIO alone is let pass. */
	if (ioctl(cpu, KVM_SET_TSC_KHZ, (long)s->tsc_khz))
		CHECK_ERR(-1, EIO);
	restore_msrs(vmm, &s->msrs);
	VMM_CALL(cpu, KVM_SET_VCPU_EVENTS, s->events);
	s->clock.flags = 0;
	VMM_CALL(vmm->fd, KVM_SET_CLOCK, s->clock);
}

/* EINVAL is taken for a guest without kvmclock. */
static void tell_pause(struct vmm *vmm)
{
	CHECK_OK(ioctl(vmm->cpu.fd, KVM_KVMCLOCK_CTRL, 0));
}

TEST(cloud_hypervisor_boot_snapshot_restore)
{
	struct vmm_state *state = calloc(1, sizeof(*state));
	struct vmm vmm = create(NULL);

	CHECK(state);
	CHECK_ERR(ioctl(vmm.cpu.fd, KVM_KVMCLOCK_CTRL, 0), EINVAL);
	vmm_load(&vmm, vmm_guest32, vmm_guest32_end);
	vmm_gates(&vmm, vmm_guest32, vmm_device32, vmm_timer32, 8, false);
	configure(&vmm);
	attach(&vmm);
	check_start(&vmm);
	vmm_check_clock(&vmm, 0, false);
	vmm_pause(&vmm);
	tell_pause(&vmm);
	save(&vmm, state);
	vmm_destroy(&vmm);

	vmm = create(state->ram);
	attach(&vmm);
	restore(&vmm, state);
	vmm.without_dr0 = true;
	vmm_check_interrupt(&vmm, 2);
	vmm_check_clock(&vmm, state->clock.clock, false);
	vmm_check_timer(&vmm);
	vmm_check_interrupt(&vmm, 3);
}

/* The VM that was paused goes on, with the clock that it had. */
TEST(cloud_hypervisor_resume)
{
	struct vmm vmm = create(NULL);
	struct kvm_clock_data clock;

	vmm_load(&vmm, vmm_guest32, vmm_guest32_end);
	vmm_gates(&vmm, vmm_guest32, vmm_device32, vmm_timer32, 8, false);
	configure(&vmm);
	attach(&vmm);
	check_start(&vmm);
	vmm_pause(&vmm);
	tell_pause(&vmm);
	VMM_CALL(vmm.fd, KVM_GET_CLOCK, clock);
	clock.flags = 0;
	VMM_CALL(vmm.fd, KVM_SET_CLOCK, clock);
	vmm_check_interrupt(&vmm, 2);
	vmm_check_clock(&vmm, clock.clock, true);
	vmm_check_timer(&vmm);
}
