// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls whose argument is another one in a 32-bit program: it holds a pointer.  INT 0x80 is
 * such a program's system call, in a 64-bit program too.
 */
#include "vm.h"

#define I386_IOCTL 54

/* "struct kvm_msr_filter" of a 32-bit program. */
struct range_32 {
	u32 flags, nmsrs, base, bitmap;
};
struct filter_32 {
	u32 flags;
	struct range_32 ranges[KVM_MSR_FILTER_MAX_RANGES];
};
#define SET_MSR_FILTER_32 _IOW(KVMIO, 0xc6, struct filter_32)

static long call_32(int fd, u32 number, const void *argument)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(I386_IOCTL), "b"((long)fd), "c"((long)number), "d"(argument)
		     : "memory", "r8", "r9", "r10", "r11");
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* Where 32 bits can point to. */
static void *page_below_4g(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	CHECK(page != MAP_FAILED);
	if (call_32(kvm_open(), KVM_GET_API_VERSION, NULL) != KVM_API_VERSION)
		test_skip("the kernel has no system calls of 32 bits");
	return page;
}

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
	u64 *bitmap = page_below_4g();
	struct kvm_dirty_log *log = page_below_4g();
	struct kvm_clear_dirty_log *clear = page_below_4g();
	struct guest g = GUEST_REAL(guest_dirties);
	struct kvm_enable_cap manual = {.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = {1}};

	CHECK_OK(ioctl(g.vm.fd, KVM_ENABLE_CAP, &manual));
	CHECK_OK(vm_set_slot(g.vm.fd, 0, KVM_MEM_LOG_DIRTY_PAGES, 0, GUEST_RAM, g.vm.ram));
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	log->padding2 = low_half(bitmap);
	CHECK_OK(call_32(g.vm.fd, KVM_GET_DIRTY_LOG, log));
	CHECK_EQ(bitmap[0] >> 4 & 1, 1);
	clear->num_pages = 64;
	clear->padding2 = low_half(bitmap);
	CHECK_OK(call_32(g.vm.fd, KVM_CLEAR_DIRTY_LOG, clear));
	bitmap[0] = ~0ULL;
	CHECK_OK(call_32(g.vm.fd, KVM_GET_DIRTY_LOG, log));
	CHECK_EQ(bitmap[0], 0);
	/* The slot is another one's; the pointer goes nowhere; the argument does. */
	log->slot = 3;
	CHECK_ERR(call_32(g.vm.fd, KVM_GET_DIRTY_LOG, log), ENOENT);
	log->slot = 0;
	log->padding2 = low_half((void *)0x1000);
	CHECK_ERR(call_32(g.vm.fd, KVM_GET_DIRTY_LOG, log), EFAULT);
	CHECK_ERR(call_32(g.vm.fd, KVM_GET_DIRTY_LOG, (void *)0x1000), EFAULT);
}

/* RDMSR of SYSENTER_CS; #GP ends in OUT to 0xd. */
GUEST64(guest_rdmsr, "mov $0x174, %ecx\n"
		     "rdmsr\n"
		     "hlt\n"
		     ".org 0x80\n"
		     "out %al, $0xd\n");

TEST(compat_msr_filter)
{
	struct filter_32 *filter = page_below_4g();
	u8 *bitmap = page_below_4g();
	struct guest g = GUEST_LONG(guest_rdmsr);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	CHECK_EQ(sizeof(*filter), 260);
	vm_set_gate(&g.vm, 13, 0x80);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	filter->ranges[2] = (struct range_32){
		.flags = KVM_MSR_FILTER_READ,
		.base = 0x174,
		.nmsrs = 1,
		.bitmap = (u32)(uintptr_t)bitmap,
	};
	CHECK_OK(call_32(g.vm.fd, SET_MSR_FILTER_32, filter));
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0xd, 1, 0);
	bitmap[0] = 1;
	CHECK_OK(call_32(g.vm.fd, SET_MSR_FILTER_32, filter));
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	filter->ranges[2].flags = 8;
	CHECK_ERR(call_32(g.vm.fd, SET_MSR_FILTER_32, filter), EINVAL);
	/* The number is no 64-bit program's. */
	CHECK_ERR(ioctl(g.vm.fd, SET_MSR_FILTER_32, filter), ENOTTY);
}
