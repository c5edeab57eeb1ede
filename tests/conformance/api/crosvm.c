// SPDX-License-Identifier: GPL-2.0
/* crosvm's calls: interrupt controllers in the kernel, level-triggered lines that are resampled. */
#include <cpuid.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "vmm.h"

enum {
	IDENTITY_MAP = 0xfffbc000,
	TSS_ADDRESS = IDENTITY_MAP + 0x1000,
	GDT = 0x1500,
	PML4 = 0x9000,
	STACK = 0x8000,
	ZERO_PAGE = 0x7000,
	PCI_START = 0xc0000000,
	PINS = 24,
	MSR_MTRRCAP = 0xfe,
	MSR_MTRR_PHYS_BASE0 = 0x200,
	MSR_IA32_PERF_CAPABILITIES = 0x345,
};

static const u64 gdt64[] = {0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x008f8b000000ffff, 0};

/* Each as its own slot by the newer ioctl, where there is one. */
static void memory(struct vmm *vmm, const u8 *copy)
{
	struct kvm_userspace_memory_region2 slot = {.region.memory_size = VMM_RAM};

	if (ioctl(vmm->fd, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY2) != 1) {
		vmm_memory(vmm, copy);
		return;
	}
	vmm->ram = host_memory(VMM_RAM);
	if (copy)
		memcpy(vmm->ram, copy, VMM_RAM);
	slot.region.userspace_addr = (uintptr_t)vmm->ram;
	VMM_CALL(vmm->fd, KVM_SET_USER_MEMORY_REGION2, slot);
}

static struct vmm create(const u8 *copy)
{
	struct vmm vmm = {.kvm = vmm_open(CROSVM)};
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};
	struct kvm_irqchip ioapic = {.chip_id = KVM_IRQCHIP_IOAPIC};
	u64 identity_map = IDENTITY_MAP;

	CHECK(CHECK_OK(ioctl(vmm.kvm, KVM_GET_VCPU_MMAP_SIZE, 0)) > 0);
	vmm.fd = CHECK_OK(ioctl(vmm.kvm, KVM_CREATE_VM, 0));
	CHECK_OK(ioctl(vmm.fd, KVM_CHECK_EXTENSION, KVM_CAP_KVMCLOCK_CTRL));
	memory(&vmm, copy);
	VMM_CALL(vmm.fd, KVM_SET_IDENTITY_MAP_ADDR, identity_map);
	CHECK_OK(ioctl(vmm.fd, KVM_SET_TSS_ADDR, TSS_ADDRESS));
	CHECK_OK(ioctl(vmm.fd, KVM_CREATE_IRQCHIP, 0));
	VMM_CALL(vmm.fd, KVM_CREATE_PIT2, pit);
	VMM_CALL(vmm.fd, KVM_GET_IRQCHIP, ioapic);
	vmm_vcpu(&vmm);
	return vmm;
}

static void host_leaf(struct kvm_cpuid_entry2 *entry)
{
	__cpuid_count(entry->function, entry->index, entry->eax, entry->ebx, entry->ecx,
		      entry->edx);
}

static void set_cpuid(struct vmm *vmm)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	vmm_patch_cpuid(cpuid);
	for (u32 i = 0; i < cpuid->nent; i++)
		switch (cpuid->entries[i].function) {
		case 2:
		case 4:
		case 0x80000002 ... 0x80000006:
			host_leaf(&cpuid->entries[i]);
		}
	CHECK_OK(ioctl(vmm->cpu.fd, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}

static void set_msr(struct vmm *vmm, u32 index, u64 value)
{
	if (vcpu_set_msr(&vmm->cpu, index, value) != 1)
		test_fail(__FILE__, __LINE__, "KVM_SET_MSRS did not take MSR %#x (%#llx)", index,
			  (unsigned long long)value);
}

/* One by one; the memory from where PCI begins is uncached by a variable MTRR. */
static void set_msrs(struct vmm *vmm)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_cpuid_entry2 *sizes = cpuid_find(cpuid, 0x80000008, 0);
	struct vmm_msrs msrs = {.head.nmsrs = 0};
	u32 variable = vcpu_msr(&vmm->cpu, MSR_MTRRCAP) & 0xff,
	    bits = sizes ? sizes->eax & 0xff : 36;

	vmm_boot_msrs(&msrs, variable >= 1);
	if (variable >= 1) {
		vmm_add_msr(&msrs, MSR_MTRR_PHYS_BASE0, PCI_START);
		vmm_add_msr(&msrs, MSR_MTRR_PHYS_BASE0 + 1,
			    (((1ULL << bits) - 1) & -(1ULL << 30)) | 1 << 11);
	}
	for (u32 i = 0; i < msrs.head.nmsrs; i++)
		set_msr(vmm, msrs.entries[i].index, msrs.entries[i].data);
	free(cpuid);
}

static void configure(struct vmm *vmm)
{
	struct kvm_regs regs = {.rip = VMM_KERNEL, .rflags = 2, .rsp = STACK, .rsi = ZERO_PAGE};
	struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
	struct kvm_sregs sregs;

	VMM_CALL(vmm->cpu.fd, KVM_GET_SREGS, sregs);
	vmm_segments(vmm, &sregs, GDT, gdt64, ARRAY_SIZE(gdt64), 2);
	sregs.gdt.limit = sizeof(gdt64) - 1;
	sregs.cr0 |= 1;
	vmm_page_tables(vmm, &sregs, PML4, 4);
	set_cpuid(vmm);
	VMM_CALL(vmm->cpu.fd, KVM_SET_REGS, regs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_SREGS, sregs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_FPU, fpu);
	set_msrs(vmm);
	vmm_set_lint(vmm);
}

/* The pins one by one, as the kernel has them before; those of the PICs, too. */
static void set_routes(struct vmm *vmm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entries[16 + PINS];
	} routing = {.head.nr = 16 + PINS};

	for (u32 i = 0; i < routing.head.nr; i++) {
		struct kvm_irq_routing_entry *entry = &routing.entries[i];
		u32 gsi = i < 16 ? i : i - 16;

		entry->gsi = gsi;
		entry->type = KVM_IRQ_ROUTING_IRQCHIP;
		entry->u.irqchip.irqchip = i >= 16 ? KVM_IRQCHIP_IOAPIC
					   : i < 8 ? KVM_IRQCHIP_PIC_MASTER
						   : KVM_IRQCHIP_PIC_SLAVE;
		entry->u.irqchip.pin = i >= 16 ? gsi : gsi % 8;
	}
	VMM_CALL(vmm->fd, KVM_SET_GSI_ROUTING, routing);
}

static void attach(struct vmm *vmm)
{
	set_routes(vmm);
	vmm_irqfd(vmm, VMM_IRQ, -1);
	vmm_ioeventfd(vmm, 0);
}

static void load(struct vmm *vmm)
{
	vmm_load(vmm, vmm_guest64, vmm_guest64_end);
	vmm_gates(vmm, vmm_guest64, vmm_device64, vmm_timer64, 0x10, true);
}

static void check_start(struct vmm *vmm)
{
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, ZERO_PAGE);
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_READY);
	CHECK_EQ(vmm_events(vmm->notify), 1);
}

/* The whole list at once, all of which must be there. */
static void save_vcpu(struct vmm *vmm, struct vmm_state *s)
{
	u32 list[VMM_MSR_LIMIT], count = vmm_msr_list(vmm->kvm, list);
	int cpu = vmm->cpu.fd;

	VMM_CALL(cpu, KVM_GET_REGS, s->regs);
	VMM_CALL(cpu, KVM_GET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_GET_DEBUGREGS, s->debug);
	VMM_CALL(cpu, KVM_GET_XCRS, s->xcrs);
	for (u32 i = 0; i < count; i++)
		vmm_add_msr(&s->msrs, list[i], 0);
	vmm_get_msrs(vmm, &s->msrs);
	CHECK(CHECK_OK(ioctl(vmm->fd, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2)) <=
	      (long)sizeof(s->xsave));
	VMM_CALL(cpu, KVM_GET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_GET_VCPU_EVENTS, s->events);
}

static void save_irqchip(struct vmm *vmm, struct vmm_state *s)
{
	VMM_CALL(vmm->cpu.fd, KVM_GET_LAPIC, s->lapic);
	VMM_CALL(vmm->cpu.fd, KVM_GET_MP_STATE, s->mp);
	for (u32 i = 3; i--;) {
		s->chips[i].chip_id = i;
		VMM_CALL(vmm->fd, KVM_GET_IRQCHIP, s->chips[i]);
	}
	VMM_CALL(vmm->fd, KVM_GET_PIT2, s->pit);
	s->ram = host_memory(VMM_RAM);
	memcpy(s->ram, vmm->ram, VMM_RAM);
}

/* Before the vCPUs; the APIC base and what waits are set by SREGS. */
static void restore_irqchip(struct vmm *vmm, struct vmm_state *s)
{
	struct kvm_sregs sregs;

	VMM_CALL(vmm->fd, KVM_SET_PIT2, s->pit);
	for (u32 i = 0; i < 3; i++)
		VMM_CALL(vmm->fd, KVM_SET_IRQCHIP, s->chips[i]);
	set_routes(vmm);
	VMM_CALL(vmm->cpu.fd, KVM_GET_SREGS, sregs);
	sregs.apic_base = s->sregs.apic_base;
	VMM_CALL(vmm->cpu.fd, KVM_SET_SREGS, sregs);
	VMM_CALL(vmm->cpu.fd, KVM_GET_SREGS, sregs);
	memcpy(sregs.interrupt_bitmap, s->sregs.interrupt_bitmap, sizeof(sregs.interrupt_bitmap));
	VMM_CALL(vmm->cpu.fd, KVM_SET_SREGS, sregs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_LAPIC, s->lapic);
	VMM_CALL(vmm->cpu.fd, KVM_SET_MP_STATE, s->mp);
}

/* An MSR that has the value already is not set; PERF_CAPABILITIES alone may be refused. */
static void restore_msrs(struct vmm *vmm, const struct vmm_msrs *msrs)
{
	for (u32 i = 0; i < msrs->head.nmsrs; i++) {
		const struct kvm_msr_entry *saved = &msrs->entries[i];
		u64 value;

		if (vcpu_get_msr(&vmm->cpu, saved->index, &value) == 1 && value == saved->data)
			continue;
		if (saved->index == MSR_IA32_PERF_CAPABILITIES)
			vcpu_set_msr(&vmm->cpu, saved->index, saved->data);
		else
			set_msr(vmm, saved->index, saved->data);
	}
}

static void restore_vcpu(struct vmm *vmm, struct vmm_state *s)
{
	int cpu = vmm->cpu.fd;

	VMM_CALL(cpu, KVM_SET_REGS, s->regs);
	VMM_CALL(cpu, KVM_SET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_SET_DEBUGREGS, s->debug);
	for (u32 i = 0; i < s->xcrs.nr_xcrs; i++) {
		struct kvm_xcrs one = {.nr_xcrs = 1, .xcrs[0] = s->xcrs.xcrs[i]};

		VMM_CALL(cpu, KVM_SET_XCRS, one);
	}
	restore_msrs(vmm, &s->msrs);
	VMM_CALL(cpu, KVM_SET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_SET_VCPU_EVENTS, s->events);
}

TEST(crosvm_boot_snapshot_restore)
{
	struct vmm_state *state = calloc(1, sizeof(*state));
	struct vmm vmm = create(NULL);

	CHECK(state);
	load(&vmm);
	configure(&vmm);
	attach(&vmm);
	check_start(&vmm);
	vmm_check_interrupt(&vmm, 1);
	vmm_pause(&vmm);
	save_vcpu(&vmm, state);
	save_irqchip(&vmm, state);
	vmm_destroy(&vmm);

	/* The new VM is configured as for a boot, and then all is restored. */
	vmm = create(NULL);
	load(&vmm);
	configure(&vmm);
	attach(&vmm);
	memcpy(vmm.ram, state->ram, VMM_RAM);
	restore_irqchip(&vmm, state);
	restore_vcpu(&vmm, state);
	vmm_check_interrupt(&vmm, 2);
	vmm_check_timer(&vmm);
	vmm_check_interrupt(&vmm, 3);
}

static void make_level(struct vmm *vmm)
{
	struct kvm_irqchip ioapic = {.chip_id = KVM_IRQCHIP_IOAPIC};

	VMM_CALL(vmm->fd, KVM_GET_IRQCHIP, ioapic);
	ioapic.chip.ioapic.redirtbl[VMM_IRQ].fields.trig_mode = 1;
	VMM_CALL(vmm->fd, KVM_SET_IRQCHIP, ioapic);
}

/* Suspended and resumed: the guest's clock says so. A line that is resampled says its end. */
TEST(crosvm_suspend_and_level)
{
	struct vmm vmm = create(NULL);
	int resample = CHECK_OK(eventfd(0, EFD_NONBLOCK));

	load(&vmm);
	configure(&vmm);
	set_routes(&vmm);
	vmm_irqfd(&vmm, VMM_IRQ, resample);
	vmm_ioeventfd(&vmm, 0);
	check_start(&vmm);
	make_level(&vmm);
	vmm_check_interrupt(&vmm, 1);
	vmm_pause(&vmm);
	CHECK_OK(ioctl(vmm.cpu.fd, KVM_KVMCLOCK_CTRL, 0));
	CHECK_EQ(vmm_events(resample), 1);
	vmm_check_interrupt(&vmm, 2);
	vmm_check_clock(&vmm, 0, true);
}
