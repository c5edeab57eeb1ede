// SPDX-License-Identifier: GPL-2.0
/*
 * Firecracker's calls, from the device to a guest that goes on from a snapshot in another VM; and
 * libkrun's, which are what Firecracker's were.
 */
#include <cpuid.h>
#include <stdlib.h>

#include "vmm.h"

enum {
	TSS_ADDRESS = 0xfffbd000,
	GDT = 0x500,
	PML4 = 0x9000,
	ZERO_PAGE = 0x7000,
	STACK = 0x8ff0,
	MSR_IA32_TSC_DEADLINE = 0x6e0,
	MSR_IA32_MCG_CTL = 0x17b,
};

static const u64 gdt64[] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x008f8b000000ffff};

/* Of the listed MSRs these are saved: first, and how many. */
static const struct {
	u32 first, count;
} saved_msrs[] = {
	{0x0, 2},	 {0x10, 1},	  {0x17, 1},	   {0x1b, 1},		{0x2a, 1},
	{0x2c, 1},	 {0x34, 1},	  {0x3a, 2},	   {0x48, 2},		{0x79, 1},
	{0x8b, 1},	 {0x9e, 1},	  {0xcd, 2},	   {0xe2, 1},		{0xe7, 2},
	{0xfe, 1},	 {0x11e, 1},	  {0x122, 1},	   {0x140, 1},		{0x174, 3},
	{0x179, 3},	 {0x198, 1},	  {0x1a0, 1},	   {0x1a4, 1},		{0x1aa, 1},
	{0x1ad, 2},	 {0x1d9, 1},	  {0x1db, 4},	   {0x1fc, 1},		{0x200, 0x100},
	{0x3fc, 3},	 {0x400, 0x80},	  {0x606, 1},	   {0x60a, 3},		{0x610, 5},
	{0x618, 5},	 {0x648, 5},	  {0x6e0, 1},	   {0x800, 0x400},	{0xda0, 1},
	{0xc0000080, 5}, {0xc0000100, 4}, {0xc0010015, 1}, {0x4b564d00, 0x100},
};

static bool is_saved(u32 index)
{
	for (u32 i = 0; i < ARRAY_SIZE(saved_msrs); i++)
		if (index - saved_msrs[i].first < saved_msrs[i].count)
			return index != MSR_IA32_MCG_CTL;
	return false;
}

/* Listed ones, and those of features that the guest's CPUID has. */
static u32 msrs_to_save(int kvm, struct kvm_cpuid2 *cpuid, u32 out[2 * VMM_MSR_LIMIT])
{
	static const u32 mtrrs[] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b,
				    0x26c, 0x26d, 0x26e, 0x26f, 0x277, 0x2ff};
	u32 list[VMM_MSR_LIMIT], listed = vmm_msr_list(kvm, list), count = 0;
	u32 features = cpuid_find(cpuid, 1, 0)->edx;

	for (u32 i = 0; i < listed; i++)
		if (is_saved(list[i]))
			out[count++] = list[i];
	for (u32 msr = 0x200; (features & 1 << 12) && msr < 0x210; msr++)
		out[count++] = msr;
	for (u32 i = 0; (features & 1 << 12) && i < ARRAY_SIZE(mtrrs); i++)
		out[count++] = mtrrs[i];
	for (u32 msr = 0x400; (features & 1 << 7) && msr < 0x480; msr++)
		out[count++] = msr;
	return count;
}

static void host_leaf(struct kvm_cpuid2 *cpuid, u32 function)
{
	struct kvm_cpuid_entry2 *entry = cpuid_find(cpuid, function, 0);

	CHECK(entry);
	__cpuid(function, entry->eax, entry->ebx, entry->ecx, entry->edx);
}

/* What it makes of the supported CPUID; each leaf must be there. */
static void normalize(struct kvm_cpuid2 *cpuid)
{
	struct kvm_cpuid_entry2 *power = cpuid_find(cpuid, 6, 0), *pmu = cpuid_find(cpuid, 0xa, 0),
				*features = cpuid_find(cpuid, 7, 0);

	CHECK(power && pmu && features);
	vmm_patch_cpuid(cpuid);
	power->eax &= ~2u;
	power->ecx &= ~8u;
	features->ebx |= 1 << 6 | 1 << 13;
	features->ecx &= ~(1u << 5);
	pmu->eax = pmu->ebx = pmu->ecx = pmu->edx = 0;
	for (u32 leaf = 0x80000002; leaf <= 0x80000006; leaf++)
		host_leaf(cpuid, leaf);
}

/* A VM with the interrupt controllers, before it has a vCPU. */
static struct vmm create_vm(enum vmm_program program)
{
	struct vmm vmm = {.kvm = vmm_open(program)};

	free(kvm_supported_cpuid());
	vmm.fd = CHECK_OK(ioctl(vmm.kvm, KVM_CREATE_VM, 0));
	return vmm;
}

static void create_irqchip(struct vmm *vmm)
{
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};

	CHECK_OK(ioctl(vmm->fd, KVM_CREATE_IRQCHIP, 0));
	VMM_CALL(vmm->fd, KVM_CREATE_PIT2, pit);
}

static struct vmm create(const u8 *memory)
{
	struct vmm vmm = create_vm(FIRECRACKER);
	u32 list[VMM_MSR_LIMIT];

	CHECK(CHECK_OK(ioctl(vmm.kvm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS)) > 0);
	vmm_msr_list(vmm.kvm, list);
	CHECK_OK(ioctl(vmm.fd, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2));
	CHECK_OK(ioctl(vmm.fd, KVM_SET_TSS_ADDR, TSS_ADDRESS));
	create_irqchip(&vmm);
	vmm_vcpu(&vmm);
	vmm_memory(&vmm, memory);
	return vmm;
}

/* A virtio device on the MMIO bus: the line, and the notification of its queue 0. */
static void attach(struct vmm *vmm)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entry;
	} routing = {.head.nr = 1,
		     .entry = {.gsi = VMM_IRQ,
			       .type = KVM_IRQ_ROUTING_IRQCHIP,
			       .u.irqchip = {.irqchip = KVM_IRQCHIP_IOAPIC, .pin = VMM_IRQ}}};

	vmm_ioeventfd(vmm, 4);
	vmm_irqfd(vmm, VMM_IRQ, -1);
	VMM_CALL(vmm->fd, KVM_SET_GSI_ROUTING, routing);
}

/* The registers that Linux's 64-bit boot protocol wants. */
static void configure(struct vmm *vmm, struct kvm_cpuid2 *cpuid)
{
	struct kvm_regs regs = {
		.rip = VMM_KERNEL, .rflags = 2, .rsp = STACK, .rbp = STACK, .rsi = ZERO_PAGE};
	struct kvm_fpu fpu = {.fcw = 0x37f, .mxcsr = 0x1f80};
	struct vmm_msrs msrs = {.head.nmsrs = 0};
	struct kvm_sregs sregs;

	CHECK_OK(ioctl(vmm->cpu.fd, KVM_SET_CPUID2, cpuid));
	vmm_boot_msrs(&msrs, true);
	vmm_set_msrs(vmm, &msrs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_REGS, regs);
	VMM_CALL(vmm->cpu.fd, KVM_SET_FPU, fpu);
	VMM_CALL(vmm->cpu.fd, KVM_GET_SREGS, sregs);
	vmm_segments(vmm, &sregs, GDT, gdt64, ARRAY_SIZE(gdt64), 1);
	sregs.cr0 |= 1;
	vmm_page_tables(vmm, &sregs, PML4, 1);
	VMM_CALL(vmm->cpu.fd, KVM_SET_SREGS, sregs);
	vmm_set_lint(vmm);
}

static void load(struct vmm *vmm)
{
	vmm_load(vmm, vmm_guest64, vmm_guest64_end);
	vmm_gates(vmm, vmm_guest64, vmm_device64, vmm_timer64, 8, true);
}

static void check_start(struct vmm *vmm)
{
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, ZERO_PAGE);
	CHECK_OUT(&vmm->cpu, VMM_CONSOLE, 4, VMM_READY);
	CHECK_EQ(vmm_events(vmm->notify), 1);
	vmm_check_interrupt(vmm, 1);
}

struct snapshot {
	struct vmm_state state;
	struct vmm_msrs deferred;
};

/*
 * In chunks of 256, which is more than KVM_GET_MSRS takes: so there must be fewer in all. One that
 * cannot be read fails the snapshot. The timer's deadline is to be set after all others.
 */
static void save_msrs(struct vmm *vmm, struct snapshot *snapshot)
{
	struct vmm_msrs *msrs = &snapshot->state.msrs;
	u32 list[2 * VMM_MSR_LIMIT], count = msrs_to_save(vmm->kvm, snapshot->state.cpuid, list);

	for (u32 i = 0; i < count; i++)
		vmm_add_msr(msrs, list[i], 0);
	vmm_get_msrs(vmm, msrs);
	count = 0;
	for (u32 i = 0; i < msrs->head.nmsrs; i++)
		if (msrs->entries[i].index == MSR_IA32_TSC_DEADLINE)
			vmm_add_msr(&snapshot->deferred, MSR_IA32_TSC_DEADLINE,
				    msrs->entries[i].data);
		else
			msrs->entries[count++] = msrs->entries[i];
	msrs->head.nmsrs = count;
	CHECK_EQ(snapshot->deferred.head.nmsrs, 1);
	CHECK(snapshot->deferred.entries[0].data != 0);
}

static void save_vcpu(struct vmm *vmm, struct snapshot *snapshot)
{
	struct vmm_state *s = &snapshot->state;
	int cpu = vmm->cpu.fd, size = CHECK_OK(ioctl(vmm->fd, KVM_CHECK_EXTENSION, KVM_CAP_XSAVE2));

	CHECK(size == 0 || size == sizeof(s->xsave));
	VMM_CALL(cpu, KVM_GET_MP_STATE, s->mp);
	VMM_CALL(cpu, KVM_GET_REGS, s->regs);
	VMM_CALL(cpu, KVM_GET_SREGS, s->sregs);
	VMM_CALL(cpu, size ? KVM_GET_XSAVE2 : KVM_GET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_GET_XCRS, s->xcrs);
	VMM_CALL(cpu, KVM_GET_DEBUGREGS, s->debug);
	VMM_CALL(cpu, KVM_GET_LAPIC, s->lapic);
	s->tsc_khz = CHECK_OK(ioctl(cpu, KVM_GET_TSC_KHZ, 0));
	s->cpuid->nent = 256;
	CHECK_OK(ioctl(cpu, KVM_GET_CPUID2, s->cpuid));
	save_msrs(vmm, snapshot);
	VMM_CALL(cpu, KVM_GET_VCPU_EVENTS, s->events);
}

static void save_vm(struct vmm *vmm, struct vmm_state *s)
{
	VMM_CALL(vmm->fd, KVM_GET_PIT2, s->pit);
	VMM_CALL(vmm->fd, KVM_GET_CLOCK, s->clock);
	for (u32 i = 0; i < 3; i++) {
		s->chips[i].chip_id = i; /* the PICs, the I/O APIC */
		VMM_CALL(vmm->fd, KVM_GET_IRQCHIP, s->chips[i]);
	}
	s->ram = host_memory(VMM_RAM);
	memcpy(s->ram, vmm->ram, VMM_RAM);
}

static void restore_vcpu(struct vmm *vmm, struct snapshot *snapshot)
{
	struct vmm_state *s = &snapshot->state;
	int cpu = vmm->cpu.fd, khz = CHECK_OK(ioctl(cpu, KVM_GET_TSC_KHZ, 0));

	/* Within 250 parts of a million the rate is the same. */
	CHECK(llabs((long long)khz - s->tsc_khz) <= s->tsc_khz * 250LL / 1000000);
	CHECK_OK(ioctl(cpu, KVM_SET_CPUID2, s->cpuid));
	VMM_CALL(cpu, KVM_SET_MP_STATE, s->mp);
	VMM_CALL(cpu, KVM_SET_REGS, s->regs);
	VMM_CALL(cpu, KVM_SET_SREGS, s->sregs);
	VMM_CALL(cpu, KVM_SET_XSAVE, s->xsave);
	VMM_CALL(cpu, KVM_SET_XCRS, s->xcrs);
	VMM_CALL(cpu, KVM_SET_DEBUGREGS, s->debug);
	VMM_CALL(cpu, KVM_SET_LAPIC, s->lapic);
	vmm_set_msrs(vmm, &s->msrs);
	vmm_set_msrs(vmm, &snapshot->deferred);
	VMM_CALL(cpu, KVM_SET_VCPU_EVENTS, s->events);
	CHECK_OK(ioctl(cpu, KVM_KVMCLOCK_CTRL, 0));
}

static void restore_vm(struct vmm *vmm, struct vmm_state *s)
{
	s->clock.flags = 0;
	VMM_CALL(vmm->fd, KVM_SET_PIT2, s->pit);
	VMM_CALL(vmm->fd, KVM_SET_CLOCK, s->clock);
	for (u32 i = 0; i < 3; i++)
		VMM_CALL(vmm->fd, KVM_SET_IRQCHIP, s->chips[i]);
}

/* From the start to a snapshot; the guest is stopped. */
static struct vmm boot_and_save(struct snapshot *snapshot)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct vmm vmm = create(NULL);

	snapshot->state.cpuid = kvm_supported_cpuid();
	attach(&vmm);
	load(&vmm);
	normalize(cpuid);
	configure(&vmm, cpuid);
	check_start(&vmm);
	vmm_check_clock(&vmm, 0, false);
	vmm_pause(&vmm);
	CHECK_OK(ioctl(vmm.cpu.fd, KVM_KVMCLOCK_CTRL, 0));
	save_vcpu(&vmm, snapshot);
	save_vm(&vmm, &snapshot->state);
	return vmm;
}

TEST(firecracker_boot_snapshot_restore)
{
	static struct snapshot snapshot;
	struct vmm vmm = boot_and_save(&snapshot);

	vmm_destroy(&vmm);
	vmm = create(snapshot.state.ram);
	restore_vcpu(&vmm, &snapshot);
	restore_vm(&vmm, &snapshot.state);
	attach(&vmm);
	CHECK_EQ(vcpu_msr(&vmm.cpu, MSR_IA32_TSC_DEADLINE), snapshot.deferred.entries[0].data);
	vmm_check_interrupt(&vmm, 2);
	vmm_check_clock(&vmm, snapshot.state.clock.clock, true);
	vmm_check_timer(&vmm);
	vmm_check_interrupt(&vmm, 3);
}

/* The VM goes on after the snapshot, too. */
TEST(firecracker_resume)
{
	static struct snapshot snapshot;
	struct vmm vmm = boot_and_save(&snapshot);

	vmm_check_interrupt(&vmm, 2);
	vmm_check_clock(&vmm, snapshot.state.clock.clock, true);
	vmm_check_timer(&vmm);
}

TEST(libkrun_boot)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct vmm vmm = create_vm(LIBKRUN);
	u32 list[VMM_MSR_LIMIT];

	vmm_msr_list(vmm.kvm, list);
	vmm_memory(&vmm, NULL);
	CHECK_OK(ioctl(vmm.fd, KVM_SET_TSS_ADDR, TSS_ADDRESS));
	create_irqchip(&vmm);
	vmm_vcpu(&vmm);
	load(&vmm);
	vmm_patch_cpuid(cpuid);
	configure(&vmm, cpuid);
	vmm_irqfd(&vmm, VMM_IRQ, -1);
	vmm_ioeventfd(&vmm, 4);
	check_start(&vmm);
	vmm_check_timer(&vmm);
}
