// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_CLOCK, KVM_SET_CLOCK, and kvmclock as the guest reads it. */
#include <time.h>

#include "vm.h"

enum {
	MSR_TSC = 0x10,
	MSR_WALL_CLOCK_OLD = 0x11,
	MSR_SYSTEM_TIME_OLD = 0x12,
	MSR_WALL_CLOCK = 0x4b564d00,
	MSR_SYSTEM_TIME = 0x4b564d01,
};

#define SECOND 1000000000ULL

/* Documentation/virt/kvm/x86/msr.rst */
struct clock_page {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	int8_t shift;
	u8 flags, pad2[2];
};

enum { FLAG_STABLE = 1, FLAG_STOPPED = 2 };

static struct kvm_clock_data get_clock(int vm)
{
	struct kvm_clock_data data = {0};

	CHECK_OK(ioctl(vm, KVM_GET_CLOCK, &data));
	return data;
}

static void set_clock(int vm, u64 ns)
{
	struct kvm_clock_data data = {.clock = ns};

	CHECK_OK(ioctl(vm, KVM_SET_CLOCK, &data));
}

TEST(clock_capabilities)
{
	CHECK_EQ(kvm_capability(KVM_CAP_ADJUST_CLOCK),
		 KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC);
	CHECK_EQ(kvm_capability(KVM_CAP_KVMCLOCK_CTRL), 1);
}

TEST(clock_set_and_get)
{
	int vm = vm_fd_create();
	struct kvm_clock_data data = {.flags = 1};
	u64 before, after;

	CHECK_ERR(ioctl(vm, KVM_SET_CLOCK, &data), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_CLOCK, NULL), EFAULT);
	CHECK_ERR(ioctl(vm, KVM_GET_CLOCK, NULL), EFAULT);
	set_clock(vm, 1234 * SECOND);
	before = get_clock(vm).clock;
	CHECK(before >= 1234 * SECOND && before < 1300 * SECOND);
	after = get_clock(vm).clock;
	CHECK(after >= before && after < before + 60 * SECOND);
	set_clock(vm, 0);
	CHECK(get_clock(vm).clock < 60 * SECOND);
}

/* What GET gives SET takes; the time since counts. */
TEST(clock_set_with_realtime)
{
	int vm = vm_fd_create();
	struct kvm_clock_data data = {.clock = SECOND, .flags = KVM_CLOCK_REALTIME};
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	data.realtime = now.tv_sec * SECOND + now.tv_nsec - 1000 * SECOND;
	if (ioctl(vm, KVM_SET_CLOCK, &data))
		CHECK(0);
	data = get_clock(vm);
	/* Without a host clock that is the TSC, KVM does not look at the time of day. */
	if (data.flags & KVM_CLOCK_REALTIME)
		CHECK(data.clock >= 1001 * SECOND && data.clock < 1100 * SECOND);
	CHECK_OK(ioctl(vm, KVM_SET_CLOCK, &data));
}

/* ECX: the MSR, EAX: its value; then the TSC goes out, and again. */
GUEST64(guest_clock, "xor %edx, %edx\n"
		     "wrmsr\n"
		     "1: mfence\n"
		     "rdtsc\n"
		     "mov %edx, %ebx\n"
		     "out %eax, $0xc\n"
		     "jmp 1b\n");

static void start(struct vcpu *cpu, u32 msr, u32 value)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = 2, .rcx = msr, .rax = value};

	vcpu_set_regs(cpu, &regs);
	CHECK_EXIT(cpu, KVM_EXIT_IO);
}

static u64 guest_tsc(struct vcpu *cpu)
{
	struct kvm_regs regs = vcpu_regs(cpu);

	return (u32)regs.rax | regs.rbx << 32;
}

static u64 guest_ns(const struct clock_page *page, u64 tsc)
{
	u64 ticks = tsc - page->tsc;

	CHECK_EQ(page->version & 1, 0);
	CHECK(page->mul != 0);
	ticks = page->shift < 0 ? ticks >> -page->shift : ticks << page->shift;
	return page->ns + (u64)((unsigned __int128)ticks * page->mul >> 32);
}

static void check_page(u32 msr, long khz)
{
	struct guest g = GUEST_LONG(guest_clock);
	struct clock_page *page = (void *)(g.vm.ram + GUEST_DATA);
	u64 before, during, after;

	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_TSC_KHZ, khz));
	set_clock(g.vm.fd, 500 * SECOND);
	before = get_clock(g.vm.fd).clock;
	start(&g.cpu, msr, GUEST_DATA | 1);
	during = guest_ns(page, guest_tsc(&g.cpu));
	after = get_clock(g.vm.fd).clock;
	/* Two clocks of the host may be a little apart. */
	CHECK(before <= during + 1000 && during <= after + 1000);
	CHECK_EQ(vcpu_msr(&g.cpu, msr), GUEST_DATA | 1);

	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK(guest_ns(page, guest_tsc(&g.cpu)) >= during);

	set_clock(g.vm.fd, 9000 * SECOND);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	during = guest_ns(page, guest_tsc(&g.cpu));
	CHECK(during >= 9000 * SECOND && during < 9100 * SECOND);
}

TEST(clock_page)
{
	test_row("the new number");
	check_page(MSR_SYSTEM_TIME, 0);
	test_row("the old number");
	check_page(MSR_SYSTEM_TIME_OLD, 0);
}

/* The guest's TSC has another rate, the time is the same. */
TEST(clock_page_at_a_rate)
{
	long host = CHECK_OK(ioctl(vm_fd_create(), KVM_GET_TSC_KHZ, 0));

	if (!kvm_capability(KVM_CAP_TSC_CONTROL))
		test_skip("the processor does not scale TSCs");
	test_row("half");
	check_page(MSR_SYSTEM_TIME, host / 2);
	test_row("three times");
	check_page(MSR_SYSTEM_TIME, host * 3);
}

/* The value that user space restores is as good as the guest's own. */
TEST(clock_page_by_user)
{
	struct guest g = GUEST_LONG(guest_clock);
	struct clock_page *page = (void *)(g.vm.ram + GUEST_DATA);
	u64 ns;

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_SYSTEM_TIME, GUEST_DATA | 1), 1);
	start(&g.cpu, MSR_TSC, 0x100000);
	ns = guest_ns(page, guest_tsc(&g.cpu));
	CHECK(ns < 60 * SECOND);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_SYSTEM_TIME, 0), 1);
	page->version = 0x77;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(page->version, 0x77);
}

TEST(clock_stopped)
{
	struct guest g = GUEST_LONG(guest_clock);
	struct clock_page *page = (void *)(g.vm.ram + GUEST_DATA);

	CHECK_ERR(ioctl(g.cpu.fd, KVM_KVMCLOCK_CTRL, 0), EINVAL);
	start(&g.cpu, MSR_SYSTEM_TIME, GUEST_DATA | 1);
	CHECK_EQ(page->flags & FLAG_STOPPED, 0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_KVMCLOCK_CTRL, 0));
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(page->flags & FLAG_STOPPED, FLAG_STOPPED);
}

/* The time of day when the clock was 0. */
TEST(clock_wall)
{
	static const u32 msrs[] = {MSR_WALL_CLOCK, MSR_WALL_CLOCK_OLD};

	for (size_t i = 0; i < ARRAY_SIZE(msrs); i++) {
		struct guest g = GUEST_LONG(guest_clock);
		const u32 *wall = (void *)(g.vm.ram + GUEST_DATA + 4);
		struct timespec now;

		test_row("%#x", msrs[i]);
		set_clock(g.vm.fd, 100 * SECOND);
		start(&g.cpu, msrs[i], GUEST_DATA + 4);
		clock_gettime(CLOCK_REALTIME, &now);
		CHECK(wall[0] && wall[0] % 2 == 0);
		CHECK(wall[2] < SECOND);
		CHECK((u32)now.tv_sec - wall[1] >= 100 && (u32)now.tv_sec - wall[1] < 160);
		guest_destroy(&g);
	}
}

/* Two vCPUs on the threads of one process read one clock. */
TEST(clock_two_vcpus)
{
	struct guest g = GUEST_LONG(guest_clock);
	struct vcpu other = vcpu_create(g.vm.fd, 1);
	struct clock_page *page = (void *)(g.vm.ram + GUEST_DATA);
	u64 last = 0;

	vcpu_set_supported_cpuid(&other);
	vcpu_set_long_mode(&g.vm, &other);
	start(&g.cpu, MSR_SYSTEM_TIME, GUEST_DATA | 1);
	start(&other, MSR_SYSTEM_TIME, (GUEST_DATA + 64) | 1);
	for (int turn = 0; turn < 20; turn++) {
		struct vcpu *cpu = turn % 2 ? &other : &g.cpu;
		u64 ns;

		CHECK_EXIT(cpu, KVM_EXIT_IO);
		ns = guest_ns(turn % 2 ? page + 2 : page, guest_tsc(cpu));
		CHECK(ns >= last);
		last = ns;
	}
	CHECK_EQ(page->flags, page[2].flags);
}
