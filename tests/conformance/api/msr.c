// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_MSRS, KVM_GET_MSRS, and RDMSR and WRMSR in the guest. */
#include <stdlib.h>

#include "vm.h"

enum {
	MSR_TSC = 0x10,
	MSR_APIC_BASE = 0x1b,
	MSR_FEATURE_CONTROL = 0x3a,
	MSR_SYSENTER_CS = 0x174,
	MSR_SYSENTER_ESP = 0x175,
	MSR_SYSENTER_EIP = 0x176,
	MSR_MISC_ENABLE = 0x1a0,
	MSR_PAT = 0x277,
	MSR_EFER = (int)0xc0000080,
	MSR_STAR = (int)0xc0000081,
	MSR_LSTAR = (int)0xc0000082,
	MSR_CSTAR = (int)0xc0000083,
	MSR_SYSCALL_MASK = (int)0xc0000084,
	MSR_FS_BASE = (int)0xc0000100,
	MSR_GS_BASE = (int)0xc0000101,
	MSR_KERNEL_GS_BASE = (int)0xc0000102,
	MSR_HWCR = (int)0xc0010015,
	MSR_UNKNOWN = (int)0xbeef0000,
};

#define NOT_CANONICAL 0x8000000000000000ULL

/* State that the user and the guest may set to anything that fits. */
static const struct {
	const char *name;
	u32 index;
	u64 value;
	u64 other;
} state_msrs[] = {
	{"SYSENTER_CS", MSR_SYSENTER_CS, 0x1234, 0x33},
	{"SYSENTER_ESP", MSR_SYSENTER_ESP, 0xffff888012345678, 0x1000},
	{"SYSENTER_EIP", MSR_SYSENTER_EIP, 0xffffffff81234567, 0x7fffffffffff},
	{"PAT", MSR_PAT, 0x0007040600070406, 0x0606060606060606},
	{"STAR", MSR_STAR, 0x0023001000000000, 0xfedcba9876543210},
	{"LSTAR", MSR_LSTAR, 0xffffffff81000123, 0x1234},
	{"CSTAR", MSR_CSTAR, 0xffffffff82000321, 0x4321},
	{"SYSCALL_MASK", MSR_SYSCALL_MASK, 0x47700, 0x200},
	{"FS_BASE", MSR_FS_BASE, 0x00007f1234567000, 0xffff800000000000},
	{"GS_BASE", MSR_GS_BASE, 0xffff88807fc00000, 0x8000},
	{"KERNEL_GS_BASE", MSR_KERNEL_GS_BASE, 0xffff888087654321, 0x77777777},
};

/* WRMSR of RDX:RBX to ECX when ESI is 1, RDMSR when it is 0; HLT. #GP ends in OUT to 0xd. */
GUEST64(guest_msr, "1: test %esi, %esi\n"
		   "jz 2f\n"
		   "mov %ebx, %eax\n"
		   "wrmsr\n"
		   "hlt\n"
		   "jmp 1b\n"
		   "2: rdmsr\n"
		   "hlt\n"
		   "jmp 1b\n"
		   ".org 0x80\n"
		   "mov (%rsp), %rax\n"
		   "out %al, $0xd\n");

static struct guest msr_guest(void)
{
	struct guest g = GUEST_LONG(guest_msr);

	vm_set_gate(&g.vm, 13, 0x80);
	return g;
}

static void start_access(struct vcpu *cpu, u32 index, bool write, u64 value)
{
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rcx = index,
				.rsi = write,
				.rbx = (u32)value,
				.rdx = value >> 32};

	vcpu_set_regs(cpu, &regs);
}

static u64 guest_rdmsr(struct vcpu *cpu, u32 index)
{
	struct kvm_regs regs;

	start_access(cpu, index, false, 0);
	CHECK_EXIT(cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(cpu);
	CHECK_EQ(regs.rax >> 32 | regs.rdx >> 32, 0);
	return regs.rax | regs.rdx << 32;
}

static void guest_wrmsr(struct vcpu *cpu, u32 index, u64 value)
{
	start_access(cpu, index, true, value);
	CHECK_EXIT(cpu, KVM_EXIT_HLT);
}

TEST(msr_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		test_row("%s", state_msrs[i].name);
		CHECK_EQ(vcpu_set_msr(&cpu, state_msrs[i].index, state_msrs[i].value), 1);
		CHECK_EQ(vcpu_msr(&cpu, state_msrs[i].index), state_msrs[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		test_row("%s, after all were set", state_msrs[i].name);
		CHECK_EQ(vcpu_msr(&cpu, state_msrs[i].index), state_msrs[i].value);
	}
}

TEST(msr_reset_values)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	CHECK_EQ(vcpu_msr(&cpu, MSR_APIC_BASE), 0xfee00900);
	CHECK_EQ(vcpu_msr(&cpu, MSR_PAT), 0x0007040600070406);
	CHECK_EQ(vcpu_msr(&cpu, MSR_EFER), 0);
	CHECK_EQ(vcpu_msr(&cpu, MSR_SYSENTER_CS), 0);
	CHECK_EQ(vcpu_msr(&cpu, MSR_SYSENTER_EIP), 0);
	CHECK_EQ(vcpu_msr(&cpu, MSR_LSTAR), 0);
	CHECK_EQ(vcpu_msr(&cpu, MSR_KERNEL_GS_BASE), 0);
}

struct msr_list {
	struct kvm_msrs head;
	struct kvm_msr_entry entries[512];
};

/* The ioctls return how many they did: they stop at the first that fails. */
TEST(msr_stops_at_unknown)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct msr_list *list = calloc(1, sizeof(*list));

	list->head.nmsrs = 4;
	list->entries[0] = (struct kvm_msr_entry){.index = MSR_STAR, .data = 0x1111};
	list->entries[1] = (struct kvm_msr_entry){.index = MSR_LSTAR, .data = 0x2222};
	list->entries[2] = (struct kvm_msr_entry){.index = MSR_UNKNOWN, .data = 0x3333};
	list->entries[3] = (struct kvm_msr_entry){.index = MSR_CSTAR, .data = 0x4444};
	CHECK_EQ(ioctl(cpu.fd, KVM_SET_MSRS, list), 2);
	CHECK_EQ(vcpu_msr(&cpu, MSR_STAR), 0x1111);
	CHECK_EQ(vcpu_msr(&cpu, MSR_LSTAR), 0x2222);
	CHECK_EQ(vcpu_msr(&cpu, MSR_CSTAR), 0);
	list->entries[0].data = list->entries[1].data = 0;
	CHECK_EQ(ioctl(cpu.fd, KVM_GET_MSRS, list), 2);
	CHECK_EQ(list->entries[0].data, 0x1111);
	CHECK_EQ(list->entries[1].data, 0x2222);
	list->entries[0].index = MSR_UNKNOWN;
	CHECK_EQ(ioctl(cpu.fd, KVM_SET_MSRS, list), 0);
	CHECK_EQ(ioctl(cpu.fd, KVM_GET_MSRS, list), 0);
}

TEST(msr_counts)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct msr_list *list = calloc(1, sizeof(*list));

	for (size_t i = 0; i < ARRAY_SIZE(list->entries); i++)
		list->entries[i].index = MSR_STAR;
	CHECK_EQ(ioctl(cpu.fd, KVM_SET_MSRS, list), 0);
	CHECK_EQ(ioctl(cpu.fd, KVM_GET_MSRS, list), 0);
	list->head.nmsrs = 255;
	CHECK_EQ(ioctl(cpu.fd, KVM_SET_MSRS, list), 255);
	CHECK_EQ(ioctl(cpu.fd, KVM_GET_MSRS, list), 255);
	list->head.nmsrs = 256;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_MSRS, list), E2BIG);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_MSRS, list), E2BIG);
	list->head.nmsrs = 0xffffffff;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_MSRS, list), E2BIG);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_MSRS, list), E2BIG);
}

TEST(msr_bad_pointers)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u8 *edge = host_memory(2 * PAGE) + PAGE;
	struct kvm_msrs *msrs = (void *)(edge - 8);

	CHECK_OK(munmap(edge, PAGE));
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_MSRS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_MSRS, NULL), EFAULT);
	msrs->nmsrs = 1;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_MSRS, msrs), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_MSRS, msrs), EFAULT);
	CHECK_OK(mprotect(edge - PAGE, PAGE, PROT_READ));
	msrs = (void *)(edge - 64);
	CHECK_EQ(ioctl(cpu.fd, KVM_GET_MSRS, msrs), 0);
}

TEST(msr_refused_values)
{
	static const struct {
		const char *name;
		u32 index;
		u64 value;
	} rows[] = {
		{"LSTAR not canonical", MSR_LSTAR, NOT_CANONICAL},
		{"CSTAR not canonical", MSR_CSTAR, 0x0000800000000000},
		{"FS_BASE not canonical", MSR_FS_BASE, NOT_CANONICAL},
		{"GS_BASE not canonical", MSR_GS_BASE, NOT_CANONICAL},
		{"KERNEL_GS_BASE not canonical", MSR_KERNEL_GS_BASE, NOT_CANONICAL},
		{"PAT with type 2", MSR_PAT, 0x0007040600070402},
		{"PAT with type 3", MSR_PAT, 0x0307040600070406},
		{"PAT with type 8", MSR_PAT, 0x0007080600070406},
		{"EFER bit 1", MSR_EFER, 0x2},
		{"EFER bit 63", MSR_EFER, 1ULL << 63},
		{"APIC_BASE bit 0", MSR_APIC_BASE, 0xfee00901},
		{"APIC_BASE x2APIC only", MSR_APIC_BASE, 0xfee00400},
	};
	struct guest g = msr_guest();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 before = vcpu_msr(&g.cpu, rows[i].index);

		test_row("%s", rows[i].name);
		CHECK_EQ(vcpu_set_msr(&g.cpu, rows[i].index, rows[i].value), 0);
		CHECK_EQ(vcpu_msr(&g.cpu, rows[i].index), before);
		/* The same in the guest is #GP(0). */
		start_access(&g.cpu, rows[i].index, true, rows[i].value);
		CHECK_OUT(&g.cpu, 0xd, 1, 0);
		CHECK_EQ(vcpu_msr(&g.cpu, rows[i].index), before);
	}
}

TEST(msr_set_by_user_seen_by_guest)
{
	struct guest g = msr_guest();

	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++)
		CHECK_EQ(vcpu_set_msr(&g.cpu, state_msrs[i].index, state_msrs[i].value), 1);
	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		test_row("%s", state_msrs[i].name);
		CHECK_EQ(guest_rdmsr(&g.cpu, state_msrs[i].index), state_msrs[i].value);
	}
}

TEST(msr_set_by_guest_seen_by_user)
{
	struct guest g = msr_guest();

	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		test_row("%s", state_msrs[i].name);
		guest_wrmsr(&g.cpu, state_msrs[i].index, state_msrs[i].other);
		CHECK_EQ(vcpu_msr(&g.cpu, state_msrs[i].index), state_msrs[i].other);
		CHECK_EQ(guest_rdmsr(&g.cpu, state_msrs[i].index), state_msrs[i].other);
	}
	/* FS and GS are segments as well. */
	CHECK_EQ(vcpu_sregs(&g.cpu).fs.base, 0xffff800000000000);
	CHECK_EQ(vcpu_sregs(&g.cpu).gs.base, 0x8000);
}

TEST(msr_unknown_in_guest)
{
	struct guest g = msr_guest();
	static const u32 unknown[] = {MSR_UNKNOWN, 0x1fff,     0x2000,
				      0xc0001fff,  0xc0002000, 0xffffffff};

	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++) {
		test_row("MSR %#x", unknown[i]);
		start_access(&g.cpu, unknown[i], false, 0);
		CHECK_OUT(&g.cpu, 0xd, 1, 0);
		start_access(&g.cpu, unknown[i], true, 0);
		CHECK_OUT(&g.cpu, 0xd, 1, 0);
		/* The handler sees the address of the instruction itself, which did nothing. */
		CHECK_EQ(vcpu_regs(&g.cpu).rcx, unknown[i]);
	}
}

TEST(msr_efer)
{
	struct guest g = msr_guest();

	CHECK_EQ(vcpu_msr(&g.cpu, MSR_EFER), 0x500);
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_EFER), 0x500);
	guest_wrmsr(&g.cpu, MSR_EFER, 0x501);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_EFER), 0x501);
	CHECK_EQ(vcpu_sregs(&g.cpu).efer, 0x501);
	guest_wrmsr(&g.cpu, MSR_EFER, 0xd01);
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_EFER), 0xd01);
	/* LME cannot change while paging is on. */
	start_access(&g.cpu, MSR_EFER, true, 0x400);
	CHECK_OUT(&g.cpu, 0xd, 1, 0);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_EFER), 0xd01);
}

TEST(msr_tsc)
{
	struct guest g = msr_guest();
	const u64 high = 1ULL << 52;
	u64 a, b, c;

	/* From the user: the guest's counter goes on from there. */
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_TSC, high), 1);
	a = vcpu_msr(&g.cpu, MSR_TSC);
	b = guest_rdmsr(&g.cpu, MSR_TSC);
	c = vcpu_msr(&g.cpu, MSR_TSC);
	CHECK(a >= high && b >= a && c >= b && c < high + (1ULL << 40));
	/* From the guest. */
	guest_wrmsr(&g.cpu, MSR_TSC, 2 * high);
	a = guest_rdmsr(&g.cpu, MSR_TSC);
	b = vcpu_msr(&g.cpu, MSR_TSC);
	CHECK(a >= 2 * high && b >= a && b < 2 * high + (1ULL << 40));
}

/* RDTSC and the MSR are the same counter. */
GUEST64(guest_rdtsc, "rdtsc\n"
		     "mov %eax, %ebx\n"
		     "mov %edx, %esi\n"
		     "mov $0x10, %ecx\n"
		     "rdmsr\n"
		     "hlt");

TEST(msr_rdtsc)
{
	struct guest g = GUEST_LONG(guest_rdtsc);
	struct kvm_regs regs;
	u64 first, second;

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_TSC, 1ULL << 50), 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g.cpu);
	first = regs.rsi << 32 | regs.rbx;
	second = regs.rdx << 32 | regs.rax;
	CHECK(first >= 1ULL << 50 && second >= first && second - first < 1ULL << 36);
}

/*
 * Every MSR of the index list can be read, and what was read can be set again; but paravirtual ones
 * (0x4b564dxx) may need a local APIC for that.
 */
TEST(msr_index_list_works)
{
	struct kvm_msr_list *list = calloc(1, sizeof(*list) + 4 * 1024);
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	int kvm = kvm_open();
	u64 value;

	vcpu_set_supported_cpuid(&cpu);
	list->nmsrs = 1024;
	CHECK_OK(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list));
	for (u32 i = 0; i < list->nmsrs; i++) {
		test_row("MSR %#x", list->indices[i]);
		CHECK_EQ(vcpu_get_msr(&cpu, list->indices[i], &value), 1);
		if (list->indices[i] >> 8 != 0x4b564d)
			CHECK_EQ(vcpu_set_msr(&cpu, list->indices[i], value), 1);
	}
}

/* Two vCPUs in turn on one processor, each with values of its own. */
TEST(msr_two_vcpus_alternate)
{
	struct guest g[2] = {msr_guest(), msr_guest()};

	pin_to_cpu(0);
	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		CHECK_EQ(vcpu_set_msr(&g[0].cpu, state_msrs[i].index, state_msrs[i].value), 1);
		guest_wrmsr(&g[1].cpu, state_msrs[i].index, state_msrs[i].other);
	}
	for (size_t i = 0; i < ARRAY_SIZE(state_msrs); i++) {
		test_row("%s", state_msrs[i].name);
		CHECK_EQ(guest_rdmsr(&g[0].cpu, state_msrs[i].index), state_msrs[i].value);
		CHECK_EQ(guest_rdmsr(&g[1].cpu, state_msrs[i].index), state_msrs[i].other);
		CHECK_EQ(vcpu_msr(&g[0].cpu, state_msrs[i].index), state_msrs[i].value);
		CHECK_EQ(vcpu_msr(&g[1].cpu, state_msrs[i].index), state_msrs[i].other);
	}
}

/* SWAPGS exchanges two of them without an exit. */
GUEST64(guest_swapgs, "swapgs\nhlt\nswapgs\nhlt");

TEST(msr_swapgs)
{
	struct guest g = GUEST_LONG(guest_swapgs);

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_GS_BASE, 0x1000), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_KERNEL_GS_BASE, 0x2000), 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_GS_BASE), 0x2000);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_KERNEL_GS_BASE), 0x1000);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_GS_BASE), 0x1000);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_KERNEL_GS_BASE), 0x2000);
}

/* What the guest's write of it makes: true, or #GP. */
static bool guest_may_write(struct vcpu *cpu, u32 index, u64 value)
{
	start_access(cpu, index, true, value);
	CHECK_OK(ioctl(cpu->fd, KVM_RUN, 0));
	if (cpu->run->exit_reason == KVM_EXIT_HLT)
		return true;
	CHECK_EQ(cpu->run->exit_reason, KVM_EXIT_IO);
	return false;
}

/* AMD's, and there on any processor.  Bit 24 came after Linux 6.1, which does not clear bit 18. */
TEST(msr_hwcr)
{
	const u64 ignored = 1 << 3 | 1 << 6 | 1 << 8, kept = 1 << 18, newer = 1 << 24;
	struct guest g = msr_guest();

	for (u64 bit = 1; bit; bit <<= 1) {
		if (bit & (kept | newer))
			continue;
		test_row("0x%llx", (unsigned long long)bit);
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_HWCR, bit), (bit & ignored) != 0);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_HWCR), 0);
		CHECK_EQ(guest_may_write(&g.cpu, MSR_HWCR, bit), (bit & ignored) != 0);
		CHECK_EQ(guest_rdmsr(&g.cpu, MSR_HWCR), 0);
	}
	test_row("%s", "");
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_HWCR, 0), 1);
	CHECK(guest_may_write(&g.cpu, MSR_HWCR, kept));
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_HWCR), kept);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_HWCR, kept | ignored), 1);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_HWCR), kept);
}

/* Of a processor without VMX; Linux locks it at boot. */
TEST(msr_feature_control)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct guest g = msr_guest();

	cpuid_find(cpuid, 1, 0)->ecx &= ~(1 << 5 | 1 << 6);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid));
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_FEATURE_CONTROL), 0);
	CHECK(!guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 1 << 2));
	CHECK(!guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 1 << 2 | 1));
	CHECK(guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 0));
	CHECK(guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 1));
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_FEATURE_CONTROL), 1);
	CHECK(!guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 1));
	CHECK(!guest_may_write(&g.cpu, MSR_FEATURE_CONTROL, 0));
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_FEATURE_CONTROL), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_FEATURE_CONTROL, 0), 1);
	CHECK_EQ(guest_rdmsr(&g.cpu, MSR_FEATURE_CONTROL), 0);
}

/* The guest may write any bit but those that say that there is no BTS and no PEBS; that of
 * performance monitoring stays as it is. */
TEST(msr_misc_enable)
{
	struct guest g = msr_guest();
	u64 reset = guest_rdmsr(&g.cpu, MSR_MISC_ENABLE);

	for (unsigned int bit = 0; bit < 64; bit++) {
		u64 value = reset ^ 1ULL << bit;
		bool read_only = bit == 11 || bit == 12;

		test_row("bit %u", bit);
		CHECK_EQ(guest_may_write(&g.cpu, MSR_MISC_ENABLE, value), !read_only);
		CHECK_EQ(guest_rdmsr(&g.cpu, MSR_MISC_ENABLE),
			 read_only || bit == 7 ? reset : value);
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_ENABLE, value), 1);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_MISC_ENABLE), value);
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_ENABLE, reset), 1);
	}
}
