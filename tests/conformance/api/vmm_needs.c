// SPDX-License-Identifier: GPL-2.0
/*
 * What programs require of KVM before they start, as their sources have it; without one of these
 * they end with an error. Read: Firecracker 1.16, Cloud Hypervisor 53, crosvm, libkrun and OpenVMM
 * of August 2026, QEMU 8.2, kvmtool of 2024, gVisor of August 2026.
 */
#include <stdio.h>
#include <stdlib.h>

#include "vmm.h"

#define RUST_VMM (FIRECRACKER | CLOUD_HYPERVISOR | LIBKRUN)
/* They start Linux and set the same MSRs. */
#define BOOTS (RUST_VMM | CROSVM | KVMTOOL)
#define ALL   255

enum kind { CAPABILITY, LEAF, BIT, LISTED, SETTABLE };
enum reg { EAX, EBX, ECX, EDX };

struct need {
	u8 programs, kind;
	u32 number, index; /* capability, leaf and subleaf, or MSR */
	u64 value;	   /* the least, the bit, or what is written */
	u8 reg;
	const char *words;
};

#define CAP(who, name, least)                                                                      \
	{                                                                                          \
		who, CAPABILITY, KVM_CAP_##name, 0, least, 0, "KVM_CAP_" #name                     \
	}
#define CPUID_LEAF(who, leaf)                                                                      \
	{                                                                                          \
		who, LEAF, leaf, 0, 0, 0, "leaf " #leaf                                            \
	}
#define CPUID_BIT(who, leaf, r, bit, name)                                                         \
	{                                                                                          \
		who, BIT, leaf, 0, bit, r, name                                                    \
	}
#define MSR_LISTED(who, msr, name)                                                                 \
	{                                                                                          \
		who, LISTED, msr, 0, 0, 0, name                                                    \
	}
#define MSR_SET(who, msr, data, name)                                                              \
	{                                                                                          \
		who, SETTABLE, msr, 0, data, 0, name                                               \
	}

static const struct need needs[] = {
	/* In Firecracker's order, then those that others ask for. */
	CAP(RUST_VMM | KVMTOOL, IRQCHIP, 1),
	CAP(RUST_VMM | QEMU, IOEVENTFD, 1),
	CAP(RUST_VMM, IRQFD, 1),
	CAP(RUST_VMM | QEMU | KVMTOOL, USER_MEMORY, 1),
	CAP(RUST_VMM | QEMU | KVMTOOL, SET_TSS_ADDR, 1),
	CAP(FIRECRACKER | KVMTOOL, PIT2, 1),
	CAP(FIRECRACKER, PIT_STATE2, 1),
	CAP(FIRECRACKER | CLOUD_HYPERVISOR | QEMU, ADJUST_CLOCK, 1),
	CAP(FIRECRACKER | QEMU, DEBUGREGS, 1),
	CAP(FIRECRACKER | CLOUD_HYPERVISOR | QEMU, MP_STATE, 1),
	CAP(FIRECRACKER | CLOUD_HYPERVISOR | QEMU, VCPU_EVENTS, 1),
	CAP(FIRECRACKER, XCRS, 1),
	CAP(FIRECRACKER | CLOUD_HYPERVISOR | QEMU, XSAVE, 1),
	CAP(FIRECRACKER | CLOUD_HYPERVISOR | QEMU | KVMTOOL, EXT_CPUID, 1),
	CAP(FIRECRACKER | LIBKRUN | GVISOR, NR_MEMSLOTS, 32),
	CAP(CLOUD_HYPERVISOR, GET_TSC_KHZ, 1),
	CAP(CLOUD_HYPERVISOR, IMMEDIATE_EXIT, 1),
	CAP(CLOUD_HYPERVISOR | QEMU | KVMTOOL, IRQ_ROUTING, 24),
	CAP(CLOUD_HYPERVISOR | QEMU, SET_IDENTITY_MAP_ADDR, 1),
	CAP(CLOUD_HYPERVISOR | OPENVMM, SPLIT_IRQCHIP, 1),
	CAP(CLOUD_HYPERVISOR, TSC_DEADLINE_TIMER, 1),
	CAP(CLOUD_HYPERVISOR, USER_NMI, 1),
	CAP(CLOUD_HYPERVISOR | OPENVMM, ENABLE_CAP_VM, 1),
	CAP(CLOUD_HYPERVISOR | QEMU, SET_GUEST_DEBUG, 1),
	CAP(OPENVMM, X2APIC_API, 1),
	CAP(OPENVMM, X86_USER_SPACE_MSR, 1),
	CAP(CROSVM, IRQFD_RESAMPLE, 1),
	CAP(QEMU, DESTROY_MEMORY_REGION_WORKS, 1),
	CAP(QEMU, JOIN_MEMORY_REGIONS_WORKS, 1),
	CAP(QEMU, INTERNAL_ERROR_DATA, 1),
	CAP(QEMU, IOEVENTFD_ANY_LENGTH, 1),
	CAP(QEMU, SIGNAL_MSI, 1),
	CAP(QEMU, X86_ROBUST_SINGLESTEP, 1),
	CAP(QEMU, MCE, 10),
	CAP(KVMTOOL, COALESCED_MMIO, 1),
	CAP(KVMTOOL, HLT, 1),
	CAP(KVMTOOL, IRQ_INJECT_STATUS, 1),
	CAP(GVISOR, READONLY_MEM, 1),
	CAP(GVISOR | QEMU, MAX_VCPUS, 1),

	CPUID_LEAF(FIRECRACKER | OPENVMM, 0),
	CPUID_LEAF(RUST_VMM | CROSVM | OPENVMM, 1),
	CPUID_LEAF(FIRECRACKER, 6),
	CPUID_LEAF(FIRECRACKER, 7),
	CPUID_LEAF(FIRECRACKER, 0xa),
	CPUID_LEAF(FIRECRACKER, 0x80000002),
	CPUID_LEAF(FIRECRACKER, 0x80000003),
	CPUID_LEAF(FIRECRACKER, 0x80000004),
	CPUID_LEAF(FIRECRACKER, 0x80000005),
	CPUID_LEAF(FIRECRACKER, 0x80000006),
	CPUID_LEAF(CLOUD_HYPERVISOR, 0x80000008),
	/* Without them the guest's Linux does not start, or not as the program starts it. */
	CPUID_BIT(ALL, 1, EDX, 6, "PAE (CPUID.1:EDX bit 6)"),
	CPUID_BIT(ALL, 1, EDX, 16, "PAT (CPUID.1:EDX bit 16)"),
	CPUID_BIT(ALL & ~GVISOR, 1, ECX, 21, "x2APIC (CPUID.1:ECX bit 21)"),
	CPUID_BIT(ALL, 0x80000001, EDX, 29, "long mode (CPUID.80000001H:EDX bit 29)"),
	CPUID_BIT(RUST_VMM | CROSVM | QEMU, 0x40000001, EAX, 3,
		  "kvmclock (CPUID.40000001H:EAX bit 3)"),

	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0x10, "IA32_TIME_STAMP_COUNTER"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0x6e0, "IA32_TSC_DEADLINE"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0x174, "IA32_SYSENTER_CS"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0x1a0, "IA32_MISC_ENABLE"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0xc0000081, "IA32_STAR"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR, 0xc0000102, "IA32_KERNEL_GS_BASE"),
	MSR_LISTED(FIRECRACKER | CROSVM | CLOUD_HYPERVISOR | QEMU, 0x4b564d01,
		   "KVM_SYSTEM_TIME_NEW"),

	MSR_SET(BOOTS | QEMU, 0x174, 0, "IA32_SYSENTER_CS"),
	MSR_SET(BOOTS | QEMU, 0x175, 0, "IA32_SYSENTER_ESP"),
	MSR_SET(BOOTS | QEMU, 0x176, 0, "IA32_SYSENTER_EIP"),
	MSR_SET(BOOTS | QEMU, 0xc0000081, 0, "IA32_STAR"),
	MSR_SET(BOOTS | QEMU, 0xc0000082, 0, "IA32_LSTAR"),
	MSR_SET(BOOTS | QEMU, 0xc0000083, 0, "IA32_CSTAR"),
	MSR_SET(BOOTS | QEMU, 0xc0000084, 0, "IA32_FMASK"),
	MSR_SET(BOOTS | QEMU, 0xc0000102, 0, "IA32_KERNEL_GS_BASE"),
	MSR_SET(BOOTS | QEMU | GVISOR, 0x10, 0, "IA32_TIME_STAMP_COUNTER"),
	MSR_SET(BOOTS | QEMU, 0x1a0, 1, "IA32_MISC_ENABLE (fast strings)"),
	MSR_SET(OPENVMM, 0x1a0, 0x851809, "IA32_MISC_ENABLE (OpenVMM's)"),
	MSR_SET(OPENVMM, 0x3a, 1, "IA32_FEATURE_CONTROL (locked)"),
	MSR_SET(RUST_VMM | CROSVM | QEMU | OPENVMM, 0x2ff, 0x806, "IA32_MTRR_DEF_TYPE"),
	MSR_SET(CROSVM | QEMU | OPENVMM, 0x200, 0xc0000000, "IA32_MTRR_PHYSBASE0"),
	MSR_SET(CROSVM | QEMU | OPENVMM, 0x201, 0xfc0000800, "IA32_MTRR_PHYSMASK0"),
	MSR_SET(QEMU | OPENVMM, 0x20f, 0, "IA32_MTRR_PHYSMASK7"),
	MSR_SET(QEMU | OPENVMM, 0x250, 0x0606060606060606, "IA32_MTRR_FIX64K_00000"),
	MSR_SET(QEMU | OPENVMM, 0x26f, 0x0505050505050505, "IA32_MTRR_FIX4K_F8000"),
	MSR_SET(QEMU | OPENVMM, 0x277, 0x0007040600070406, "IA32_PAT"),
	MSR_SET(GVISOR, 0x277, 0x0000000000000106, "IA32_PAT (gVisor's)"),
	MSR_SET(QEMU, 0x17a, 0, "IA32_MCG_STATUS"),
	MSR_SET(QEMU, 0x17b, ~0ULL, "IA32_MCG_CTL"),
	MSR_SET(QEMU, 0x400, ~0ULL, "IA32_MC0_CTL"),
	MSR_SET(QEMU, 0x427, 0, "IA32_MC9_MISC"),
	MSR_SET(FIRECRACKER, 0x47f, 0, "IA32_MC31_MISC"),
	MSR_SET(QEMU, 0x11, 0, "KVM_WALL_CLOCK"),
	MSR_SET(QEMU, 0x12, 0, "KVM_SYSTEM_TIME"),
	MSR_SET(QEMU | OPENVMM, 0x1b, 0xfee00900, "IA32_APIC_BASE"),
};

/* What the needs are looked for in. */
struct subject {
	int kvm, vm;
	u8 *ram;
	struct vcpu cpu;
	struct kvm_cpuid2 *cpuid;
	u32 list[VMM_MSR_LIMIT], listed;
};

static bool capability_is_there(int kvm, const struct need *need)
{
	return CHECK_OK(ioctl(kvm, KVM_CHECK_EXTENSION, need->number)) >= (long)need->value;
}

void vmm_need_capabilities(int kvm, enum vmm_program program)
{
	for (u32 i = 0; i < ARRAY_SIZE(needs); i++)
		if (needs[i].kind == CAPABILITY && (needs[i].programs & program) &&
		    !capability_is_there(kvm, &needs[i]))
			test_fail(__FILE__, __LINE__, "it needs %s of %llu", needs[i].words,
				  (unsigned long long)needs[i].value);
}

static bool is_listed(const struct subject *s, u32 msr)
{
	for (u32 i = 0; i < s->listed; i++)
		if (s->list[i] == msr)
			return true;
	return false;
}

static bool is_met(struct subject *s, const struct need *need)
{
	struct kvm_cpuid_entry2 *entry = cpuid_find(s->cpuid, need->number, need->index);
	u32 out[4] = {0};

	if (entry)
		memcpy(out, &entry->eax, sizeof(out));
	switch (need->kind) {
	case CAPABILITY:
		return capability_is_there(s->kvm, need);
	case LEAF:
		return entry;
	case BIT:
		return out[need->reg] >> need->value & 1;
	case LISTED:
		return is_listed(s, need->number);
	default:
		return vcpu_set_msr(&s->cpu, need->number, need->value) == 1;
	}
}

static const char *const kinds[] = {"capability", "supported CPUID", "supported CPUID",
				    "MSR in the index list", "MSR taken by KVM_SET_MSRS"};

static bool fails(long result, int error)
{
	return result == -1 && errno == error;
}

static bool cpuid_fits(struct subject *s, u32 entries)
{
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + entries * sizeof(cpuid->entries[0]));
	bool fits;

	CHECK(cpuid);
	cpuid->nent = entries;
	fits = ioctl(s->kvm, KVM_GET_SUPPORTED_CPUID, cpuid) == 0;
	free(cpuid);
	return fits;
}

static bool cpuid_fits_80(struct subject *s)
{
	return cpuid_fits(s, 80);
}

static bool cpuid_grows(struct subject *s)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry;
	} one = {.head.nent = 1};

	return fails(ioctl(s->kvm, KVM_GET_SUPPORTED_CPUID, &one), E2BIG);
}

static bool msr_list_grows(struct subject *s)
{
	struct kvm_msr_list none = {0};

	return fails(ioctl(s->kvm, KVM_GET_MSR_INDEX_LIST, &none), E2BIG) && none.nmsrs > 0;
}

static bool listed_are_readable(struct subject *s)
{
	struct vmm_msrs msrs = {.head.nmsrs = 0};

	for (u32 i = 0; i < s->listed; i++)
		vmm_add_msr(&msrs, s->list[i], 0);
	return ioctl(s->cpu.fd, KVM_GET_MSRS, &msrs) == (long)s->listed;
}

static bool no_clock_is_einval(struct subject *s)
{
	return fails(ioctl(s->cpu.fd, KVM_KVMCLOCK_CTRL, 0), EINVAL);
}

static bool tsc_rate_is_known(struct subject *s)
{
	return ioctl(s->cpu.fd, KVM_GET_TSC_KHZ, 0) > 0;
}

/* By a restore, which lets EIO alone pass. */
static bool same_tsc_rate_is_taken(struct subject *s)
{
	long khz = ioctl(s->cpu.fd, KVM_GET_TSC_KHZ, 0), result;

	result = ioctl(s->cpu.fd, KVM_SET_TSC_KHZ, khz);
	return result == 0 || fails(result, EIO);
}

/* It takes ten banks, or what there is of them. */
static bool mce_can_be_set_up(struct subject *s)
{
	u64 cap = 0;

	if (ioctl(s->kvm, KVM_X86_GET_MCE_CAP_SUPPORTED, &cap))
		return false;
	cap = (cap & ~0xffULL) | 10;
	return ioctl(s->cpu.fd, KVM_X86_SETUP_MCE, &cap) == 0;
}

static bool mce_cap_is_told(struct subject *s)
{
	u64 cap = 0;

	return ioctl(s->kvm, KVM_X86_GET_MCE_CAP_SUPPORTED, &cap) == 0;
}

static bool slot_can_be_read_only(struct subject *s)
{
	u8 *memory = host_memory(PAGE);

	return vm_set_slot(s->vm, 31, KVM_MEM_READONLY, 1ULL << 32, PAGE, memory) == 0 &&
	       vm_set_slot(s->vm, 31, 0, 1ULL << 32, 0, memory) == 0;
}

static bool extension_is_per_vm(struct subject *s)
{
	return ioctl(s->vm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS) > 0;
}

GUEST16(vmm_needs_halt, "sti\n1: hlt\njmp 1b\n");

/* A stale exit reason would be taken for another exit. */
static bool interrupted_run_says_so(struct subject *s)
{
	memcpy(s->ram + GUEST_CODE, vmm_needs_halt, vmm_needs_halt_end - vmm_needs_halt);
	vcpu_set_real_mode(&s->cpu);
	s->cpu.run->exit_reason = KVM_EXIT_HLT;
	alarm_every(20);
	if (!fails(ioctl(s->cpu.fd, KVM_RUN, 0), EINTR))
		return false;
	alarm_every(0);
	return s->cpu.run->exit_reason == KVM_EXIT_INTR;
}

static const struct {
	u8 programs;
	bool (*holds)(struct subject *s);
	const char *words;
} manners[] = {
	{RUST_VMM | KVMTOOL, cpuid_fits_80, "the supported CPUID fits in 80 entries"},
	{QEMU | CROSVM, cpuid_grows, "KVM_GET_SUPPORTED_CPUID without room is E2BIG"},
	{RUST_VMM | QEMU | CROSVM, msr_list_grows,
	 "KVM_GET_MSR_INDEX_LIST without room is E2BIG and says how many there are"},
	{CROSVM | LIBKRUN, listed_are_readable, "KVM_GET_MSRS of the whole index list"},
	{CLOUD_HYPERVISOR | QEMU, no_clock_is_einval,
	 "KVM_KVMCLOCK_CTRL without kvmclock is EINVAL"},
	{CLOUD_HYPERVISOR, tsc_rate_is_known, "KVM_GET_TSC_KHZ"},
	{CLOUD_HYPERVISOR, same_tsc_rate_is_taken, "KVM_SET_TSC_KHZ of the rate that there is"},
	{OPENVMM, mce_cap_is_told, "KVM_X86_GET_MCE_CAP_SUPPORTED"},
	{QEMU, mce_can_be_set_up, "KVM_X86_SETUP_MCE with ten banks"},
	{GVISOR, slot_can_be_read_only, "KVM_MEM_READONLY"},
	{GVISOR | FIRECRACKER | CROSVM, extension_is_per_vm, "KVM_CHECK_EXTENSION on a VM"},
	{KVMTOOL, interrupted_run_says_so, "KVM_RUN that is EINTR has KVM_EXIT_INTR"},
};

static struct subject subject(enum vmm_program program)
{
	struct subject s = {.kvm = kvm_open(), .cpuid = kvm_supported_cpuid()};
	struct kvm_enable_cap split = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {24}};

	s.listed = vmm_msr_list(s.kvm, s.list);
	s.vm = vm_fd_create();
	if (program == CLOUD_HYPERVISOR || program == OPENVMM)
		VMM_CALL(s.vm, KVM_ENABLE_CAP, split);
	else if (program != GVISOR)
		CHECK_OK(ioctl(s.vm, KVM_CREATE_IRQCHIP, 0));
	s.ram = host_memory(VMM_RAM);
	CHECK_OK(vm_set_slot(s.vm, 0, 0, 0, VMM_RAM, s.ram));
	s.cpu = vcpu_create(s.vm, 0);
	CHECK_OK(ioctl(s.cpu.fd, KVM_SET_CPUID2, s.cpuid));
	return s;
}

static void check(enum vmm_program program)
{
	struct subject s = subject(program);
	char missing[1024] = "";
	size_t at = 0;

	for (u32 i = 0; i < ARRAY_SIZE(manners) && at < sizeof(missing); i++)
		if ((manners[i].programs & program) && !manners[i].holds(&s))
			at += snprintf(missing + at, sizeof(missing) - at, "; %s",
				       manners[i].words);
	for (u32 i = 0; i < ARRAY_SIZE(needs) && at < sizeof(missing); i++)
		if ((needs[i].programs & program) && !is_met(&s, &needs[i]))
			at += snprintf(missing + at, sizeof(missing) - at, "; %s: %s",
				       kinds[needs[i].kind], needs[i].words);
	if (at)
		test_fail(__FILE__, __LINE__, "it would not start or go on without%s", missing + 1);
}

#define NEEDS(name, program)                                                                       \
	TEST(needs_of_##name)                                                                      \
	{                                                                                          \
		check(program);                                                                    \
	}

NEEDS(firecracker, FIRECRACKER)
NEEDS(cloud_hypervisor, CLOUD_HYPERVISOR)
NEEDS(crosvm, CROSVM)
NEEDS(libkrun, LIBKRUN)
NEEDS(openvmm, OPENVMM)
NEEDS(qemu, QEMU)
NEEDS(kvmtool, KVMTOOL)
NEEDS(gvisor, GVISOR)
