// SPDX-License-Identifier: GPL-2.0
/* The ioctls as a 32-bit program calls them; of some the argument holds a pointer, and is another
 * one. */
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

/* "struct kvm_msr_filter" of a 32-bit program. */
struct range_32 {
	u32 flags, nmsrs, base, bitmap;
};
struct filter_32 {
	u32 flags;
	struct range_32 ranges[KVM_MSR_FILTER_MAX_RANGES];
};
#define SET_MSR_FILTER_32 _IOW(KVMIO, 0xc6, struct filter_32)

/* What is in the upper half of a pointer is not the program's. */
#define GARBAGE 0xdeadbeef00000000ULL

static u64 low_half(const void *pointer)
{
	return GARBAGE | (u32)(uintptr_t)pointer;
}

GUEST16(guest_dirties, "movb $1, 0x4000\n"
		       "out %al, $0x10\n");

TEST(compat_dirty_log)
{
	u64 *bitmap = low_memory();
	struct kvm_dirty_log *log = low_memory();
	struct kvm_clear_dirty_log *clear = low_memory();
	struct guest g = GUEST_REAL(guest_dirties);
	struct kvm_enable_cap manual = {.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = {1}};

	need_32_bits();
	CHECK_OK(ioctl(g.vm.fd, KVM_ENABLE_CAP, &manual));
	CHECK_OK(vm_set_slot(g.vm.fd, 0, KVM_MEM_LOG_DIRTY_PAGES, 0, GUEST_RAM, g.vm.ram));
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	log->padding2 = low_half(bitmap);
	CHECK_OK(ioctl32(g.vm.fd, KVM_GET_DIRTY_LOG, log));
	CHECK_EQ(bitmap[0] >> 4 & 1, 1);
	clear->num_pages = 64;
	clear->padding2 = low_half(bitmap);
	CHECK_OK(ioctl32(g.vm.fd, KVM_CLEAR_DIRTY_LOG, clear));
	bitmap[0] = ~0ULL;
	CHECK_OK(ioctl32(g.vm.fd, KVM_GET_DIRTY_LOG, log));
	CHECK_EQ(bitmap[0], 0);
	/* The slot is another one's; the pointer goes nowhere; the argument does. */
	log->slot = 3;
	CHECK_ERR(ioctl32(g.vm.fd, KVM_GET_DIRTY_LOG, log), ENOENT);
	log->slot = 0;
	log->padding2 = low_half((void *)0x1000);
	CHECK_ERR(ioctl32(g.vm.fd, KVM_GET_DIRTY_LOG, log), EFAULT);
	CHECK_ERR(ioctl32(g.vm.fd, KVM_GET_DIRTY_LOG, (void *)0x1000), EFAULT);
}

/* RDMSR of SYSENTER_CS; #GP ends in OUT to 0xd. */
GUEST64(guest_rdmsr, "mov $0x174, %ecx\n"
		     "rdmsr\n"
		     "hlt\n"
		     ".org 0x80\n"
		     "out %al, $0xd\n");

TEST(compat_msr_filter)
{
	struct filter_32 *filter = low_memory();
	u8 *bitmap = low_memory();
	struct guest g = GUEST_LONG(guest_rdmsr);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	need_32_bits();
	CHECK_EQ(sizeof(*filter), 260);
	vm_set_gate(&g.vm, 13, 0x80);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	filter->ranges[2] = (struct range_32){
		.flags = KVM_MSR_FILTER_READ,
		.base = 0x174,
		.nmsrs = 1,
		.bitmap = (u32)(uintptr_t)bitmap,
	};
	CHECK_OK(ioctl32(g.vm.fd, SET_MSR_FILTER_32, filter));
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0xd, 1, 0);
	bitmap[0] = 1;
	CHECK_OK(ioctl32(g.vm.fd, SET_MSR_FILTER_32, filter));
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	filter->ranges[2].flags = 8;
	CHECK_ERR(ioctl32(g.vm.fd, SET_MSR_FILTER_32, filter), EINVAL);
	/* The number is no 64-bit program's. */
	CHECK_ERR(ioctl(g.vm.fd, SET_MSR_FILTER_32, filter), ENOTTY);
}
