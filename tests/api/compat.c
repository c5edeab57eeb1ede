// SPDX-License-Identifier: GPL-2.0
/* The ioctls as a 32-bit program calls them. */
#define _GNU_SOURCE
#include <signal.h>

#include "vm.h"

#define I386_IOCTL 54

GUEST16(guest_out, "sti\n"
		   "mov $0x42, %al\n"
		   "out %al, $0x10\n"
		   "1: jmp 1b");

static long ioctl32(int fd, u32 number, const void *argument)
{
	return syscall32(I386_IOCTL, (u64)fd, number, (uintptr_t)argument);
}

static void need_32_bits(void)
{
	if (ioctl32(kvm_open(), KVM_GET_API_VERSION, NULL) != KVM_API_VERSION)
		test_skip("the kernel has no system calls of 32 bits");
}

TEST(compat_a_guest_from_the_beginning)
{
	struct kvm_userspace_memory_region *region = low_memory();
	struct kvm_regs *regs = low_memory();
	struct vcpu cpu = {0};
	u8 *ram = host_memory(GUEST_RAM);
	long vm;

	need_32_bits();
	vm = CHECK_OK(ioctl32(kvm_open(), KVM_CREATE_VM, NULL));
	*region = (struct kvm_userspace_memory_region){
		.memory_size = GUEST_RAM,
		.userspace_addr = (uintptr_t)ram,
	};
	CHECK_OK(ioctl32((int)vm, KVM_SET_USER_MEMORY_REGION, region));
	cpu.fd = (int)CHECK_OK(ioctl32((int)vm, KVM_CREATE_VCPU, NULL));
	cpu.run_size = (size_t)CHECK_OK(ioctl32(kvm_open(), KVM_GET_VCPU_MMAP_SIZE, NULL));
	cpu.run = mmap(NULL, cpu.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu.fd, 0);
	CHECK(cpu.run != MAP_FAILED);
	memcpy(ram + GUEST_CODE, guest_out, (size_t)(guest_out_end - guest_out));
	vcpu_set_real_mode(&cpu);
	CHECK_OK(ioctl32(cpu.fd, KVM_RUN, NULL));
	CHECK_EQ(cpu.run->exit_reason, KVM_EXIT_IO);
	CHECK_OK(ioctl32(cpu.fd, KVM_GET_REGS, regs));
	CHECK_EQ(regs->rax & 0xff, 0x42);
	regs->rbx = 0x123456789abc;
	CHECK_OK(ioctl32(cpu.fd, KVM_SET_REGS, regs));
	CHECK_EQ(vcpu_regs(&cpu).rbx, 0x123456789abc);
}

static void on_signal(int number)
{
	(void)number;
}

/* The set has two words of 32 bits; the second is that of signals from 33 on. */
TEST(compat_signal_mask)
{
	static const struct itimerspec soon = {.it_value.tv_nsec = 1000000};
	struct guest g = GUEST_REAL(guest_out);
	struct kvm_signal_mask *mask = low_memory();
	u32 words[2] = {~(1u << (SIGUSR1 - 1)), ~0u};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	sigset_t blocked;
	timer_t timer;

	need_32_bits();
	mask->len = 4;
	CHECK_ERR(ioctl32(g.cpu.fd, KVM_SET_SIGNAL_MASK, mask), EINVAL);
	mask->len = 8;
	memcpy(mask->sigset, words, sizeof(words));
	CHECK_OK(ioctl32(g.cpu.fd, KVM_SET_SIGNAL_MASK, mask));

	/* It is blocked but in KVM_RUN, which it ends. */
	signal(SIGUSR1, on_signal);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_OK(timer_create(CLOCK_MONOTONIC, &event, &timer));
	CHECK_OK(timer_settime(timer, 0, &soon, NULL));
	CHECK_ERR(ioctl32(g.cpu.fd, KVM_RUN, NULL), EINTR);
}
