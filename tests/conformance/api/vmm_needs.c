// SPDX-License-Identifier: GPL-2.0
/*
 * Whether there is what programs require of KVM before they start (facts/vmm_need_list.h), and
 * whether it behaves as they expect.
 */
#include <stdio.h>
#include <stdlib.h>

#include "vmm.h"

enum kind { CAPABILITY, LEAF, BIT, LISTED, SETTABLE };
enum reg { EAX, EBX, ECX, EDX };

struct need {
	u8 programs, kind;
	u32 number, index; /* capability, leaf and subleaf, or MSR */
	u64 value;	   /* the least, the bit, or what is written */
	u8 reg;
	const char *words;
};

static const struct need needs[] = {
#define NEED_CAPABILITY(who, name, least)                                                          \
	{who, CAPABILITY, KVM_CAP_##name, 0, least, 0, "KVM_CAP_" #name},
#define NEED_LEAF(who, leaf)		    {who, LEAF, leaf, 0, 0, 0, "leaf " #leaf},
#define NEED_BIT(who, leaf, r, bit, name)   {who, BIT, leaf, 0, bit, r, name},
#define NEED_LISTED(who, msr, name)	    {who, LISTED, msr, 0, 0, 0, name},
#define NEED_SETTABLE(who, msr, data, name) {who, SETTABLE, msr, 0, data, 0, name},
#include "../../../facts/vmm_need_list.h"
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
