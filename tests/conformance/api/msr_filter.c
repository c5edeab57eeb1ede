// SPDX-License-Identifier: GPL-2.0
/* KVM_X86_SET_MSR_FILTER, and the exits for MSRs that user space answers. */
#include <stdlib.h>

#include "vm.h"

enum {
	MSR_MISC_ENABLE = 0x1a0,
	MSR_PAT = 0x277,
	MSR_FS_BASE = (int)0xc0000100,
	MSR_GS_BASE = (int)0xc0000101,
	MSR_UNKNOWN = (int)0xbeef0000,
};

#define READ  KVM_MSR_FILTER_READ
#define WRITE KVM_MSR_FILTER_WRITE

static u8 all_zero[KVM_MSR_FILTER_MAX_BITMAP_SIZE];

static int filter_one(int vm, u32 flags, u32 range_flags, u32 base, u32 count, void *bitmap)
{
	struct kvm_msr_filter filter = {.flags = flags,
					.ranges = {[5] = {.flags = range_flags,
							  .nmsrs = count,
							  .base = base,
							  .bitmap = bitmap}}};

	return ioctl(vm, KVM_X86_SET_MSR_FILTER, &filter);
}

static void filter_none(int vm)
{
	struct kvm_msr_filter filter = {0};

	CHECK_OK(ioctl(vm, KVM_X86_SET_MSR_FILTER, &filter));
}

static void let_user_answer(int vm, u64 reasons)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_X86_USER_SPACE_MSR, .args = {reasons}};

	CHECK_OK(ioctl(vm, KVM_ENABLE_CAP, &cap));
}

TEST(msr_filter_refusals)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_X86_USER_SPACE_MSR, .args = {1 << 3}};
	int vm = vm_fd_create();

	CHECK_EQ(kvm_capability(KVM_CAP_X86_MSR_FILTER), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_X86_USER_SPACE_MSR), 1);
	CHECK_ERR(ioctl(vm, KVM_ENABLE_CAP, &cap), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_X86_SET_MSR_FILTER, NULL), EFAULT);
	CHECK_ERR(filter_one(vm, 2, READ, 0, 8, all_zero), EINVAL);
	CHECK_ERR(filter_one(vm, 0, 4, 0, 8, all_zero), EINVAL);
	CHECK_ERR(filter_one(vm, 0, 0, 0, 8, all_zero), EINVAL);
	CHECK_ERR(filter_one(vm, 0, READ, 0, 8 * sizeof(all_zero) + 1, all_zero), EINVAL);
	CHECK_ERR(filter_one(vm, 0, READ, 0, 8, NULL), EFAULT);
	CHECK_ERR(filter_one(vm, KVM_MSR_FILTER_DEFAULT_DENY, 0, 0, 0, NULL), EINVAL);
	CHECK_OK(filter_one(vm, 0, READ, 0, 8 * sizeof(all_zero), all_zero));
	filter_none(vm);
}

/* RDMSR of ECX if ESI is 0, WRMSR otherwise; EDI counts; #GP ends in OUT to 0xd. */
GUEST64(guest_filtered, "1: test %esi, %esi\n"
			"jz 2f\n"
			"wrmsr\n"
			"jmp 3f\n"
			"2: rdmsr\n"
			"3: inc %edi\n"
			"out %eax, $0xc\n"
			"jmp 1b\n"
			".org 0x80\n"
			"out %al, $0xd\n");

static void start_access(struct vcpu *cpu, u32 msr, bool write, u64 value)
{
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rcx = msr,
				.rsi = write,
				.rax = (u32)value,
				.rdx = value >> 32};

	vcpu_set_regs(cpu, &regs);
}

static struct guest filter_guest(void)
{
	struct guest g = GUEST_LONG(guest_filtered);

	vm_set_gate(&g.vm, 13, 0x80);
	return g;
}

static void check_msr_exit(struct vcpu *cpu, u32 reason, u32 why, u32 msr)
{
	vcpu_check_exit(cpu, reason, "an exit for an MSR", __FILE__, __LINE__);
	CHECK_EQ(cpu->run->msr.reason, why);
	CHECK_EQ(cpu->run->msr.index, msr);
	CHECK_EQ(cpu->run->msr.error, 0);
	CHECK_EQ(vcpu_regs(cpu).rdi, 0);
}

TEST(msr_filter_without_exits)
{
	struct guest g = filter_guest();

	CHECK_OK(filter_one(g.vm.fd, 0, READ | WRITE, MSR_MISC_ENABLE, 1, all_zero));
	start_access(&g.cpu, MSR_MISC_ENABLE, false, 0);
	CHECK_OUT(&g.cpu, 0xd, 1, vcpu_regs(&g.cpu).rax & 0xff);
	CHECK_EQ(vcpu_get_msr(&g.cpu, MSR_MISC_ENABLE, &(u64){0}), 1);
	filter_none(g.vm.fd);
	start_access(&g.cpu, MSR_MISC_ENABLE, false, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xc);
}

TEST(msr_filter_read_exits)
{
	struct guest g = filter_guest();

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_FILTER);
	CHECK_OK(filter_one(g.vm.fd, 0, READ, MSR_PAT, 1, all_zero));
	start_access(&g.cpu, MSR_PAT, false, 0);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_PAT);
	g.cpu.run->msr.data = 0x1122334455667788;
	CHECK_OUT(&g.cpu, 0xc, 4, 0x55667788);
	CHECK_EQ(vcpu_regs(&g.cpu).rdx, 0x11223344);

	/* Writes are not filtered. */
	start_access(&g.cpu, MSR_PAT, true, 0x0606060606060606);
	CHECK_OUT(&g.cpu, 0xc, 4, 0x06060606);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_PAT), 0x0606060606060606);

	start_access(&g.cpu, MSR_PAT, false, 0);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_PAT);
	g.cpu.run->msr.error = 1;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);
}

TEST(msr_filter_write_exits)
{
	struct guest g = filter_guest();
	u64 before = vcpu_msr(&g.cpu, MSR_PAT);

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_FILTER);
	CHECK_OK(filter_one(g.vm.fd, 0, READ | WRITE, MSR_PAT - 3, 8, all_zero));
	start_access(&g.cpu, MSR_PAT, true, 0xaabbccdd00112233);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_PAT);
	CHECK_EQ(g.cpu.run->msr.data, 0xaabbccdd00112233);
	CHECK_OUT(&g.cpu, 0xc, 4, 0x00112233);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_PAT), before);

	start_access(&g.cpu, MSR_PAT, true, 6);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_PAT);
	g.cpu.run->msr.error = 1;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);
}

/* The filter's bitmap: 1 is allowed whatever the default is. */
TEST(msr_filter_default_deny)
{
	static u8 first_only[8] = {1};
	struct guest g = filter_guest();

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_FILTER);
	CHECK_OK(
		filter_one(g.vm.fd, KVM_MSR_FILTER_DEFAULT_DENY, READ, MSR_FS_BASE, 2, first_only));
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_FS_BASE, 0x1234), 1);
	start_access(&g.cpu, MSR_FS_BASE, false, 0);
	CHECK_OUT(&g.cpu, 0xc, 4, 0x1234);
	start_access(&g.cpu, MSR_GS_BASE, false, 0);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_GS_BASE);
	g.cpu.run->msr.data = 1;
	CHECK_OUT(&g.cpu, 0xc, 4, 1);
	/* Writes of it, and all others, are the default's. */
	start_access(&g.cpu, MSR_FS_BASE, true, 0);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_FILTER, MSR_FS_BASE);
}

TEST(msr_exit_unknown_and_invalid)
{
	struct guest g = filter_guest();

	start_access(&g.cpu, MSR_UNKNOWN, false, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_UNKNOWN);
	start_access(&g.cpu, MSR_UNKNOWN, false, 0);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_RDMSR, KVM_MSR_EXIT_REASON_UNKNOWN, MSR_UNKNOWN);
	g.cpu.run->msr.data = 0x77;
	CHECK_OUT(&g.cpu, 0xc, 4, 0x77);
	start_access(&g.cpu, MSR_PAT, true, 3);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_INVAL);
	start_access(&g.cpu, MSR_PAT, true, 3);
	check_msr_exit(&g.cpu, KVM_EXIT_X86_WRMSR, KVM_MSR_EXIT_REASON_INVAL, MSR_PAT);
	CHECK_OUT(&g.cpu, 0xc, 4, 3);
	start_access(&g.cpu, MSR_UNKNOWN, true, 3);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);
}

/* Reads FS_BASE until it exits; the marker in memory says that it runs. */
GUEST64(guest_spins, "sti\n"
		     "mov $0xc0000100, %ecx\n"
		     "1: rdmsr\n"
		     "incl 0x4000\n"
		     "jmp 1b\n");

static void *change_filter(void *argument)
{
	struct guest *g = argument;
	volatile u32 *turns = (void *)(g->vm.ram + GUEST_DATA);

	while (*turns < 100)
		sleep_ms(1);
	CHECK_OK(filter_one(g->vm.fd, 0, READ, MSR_FS_BASE, 1, all_zero));
	return NULL;
}

/* What passes through stops to, in a guest that runs, and passes through again without a filter. */
TEST(msr_filter_while_running)
{
	struct guest g = GUEST_LONG(guest_spins);
	pthread_t thread;

	let_user_answer(g.vm.fd, KVM_MSR_EXIT_REASON_FILTER);
	for (int turn = 0; turn < 3; turn++) {
		memset(g.vm.ram + GUEST_DATA, 0, 4);
		CHECK_EQ(pthread_create(&thread, NULL, change_filter, &g), 0);
		CHECK_EXIT(&g.cpu, KVM_EXIT_X86_RDMSR);
		CHECK_EQ(g.cpu.run->msr.index, (u32)MSR_FS_BASE);
		CHECK_EQ(pthread_join(thread, NULL), 0);
		filter_none(g.vm.fd);
	}
}
