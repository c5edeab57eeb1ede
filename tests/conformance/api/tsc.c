// SPDX-License-Identifier: GPL-2.0
/* The rate and the offset of the guest's TSC; the clock of the local APICs. */
#include <time.h>

#include "vm.h"

/* Newer than the headers that the tests are built with. */
#ifndef KVM_CAP_X86_APIC_BUS_CYCLES_NS
#define KVM_CAP_X86_APIC_BUS_CYCLES_NS 237
#endif

enum { MSR_TSC = 0x10, MSR_TSC_ADJUST = 0x3b };

/* Neither hypervisor lets a guest have 2 GHz times 2^20. */
#define TOO_FAST 0x7fffffffUL

static u64 host_tsc(void)
{
	u32 low, high;

	__asm__ volatile("mfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low | (u64)high << 32;
}

/* The TSC goes out, again and again. */
GUEST64(guest_tsc, "1: mfence\n"
		   "rdtsc\n"
		   "mov %edx, %ebx\n"
		   "out %eax, $0xc\n"
		   "jmp 1b\n");

static u64 read_in_guest(struct vcpu *cpu)
{
	struct kvm_regs regs;

	CHECK_EXIT(cpu, KVM_EXIT_IO);
	regs = vcpu_regs(cpu);
	return (u32)regs.rax | regs.rbx << 32;
}

static u64 read_by_msr(struct vcpu *cpu)
{
	return vcpu_msr(cpu, MSR_TSC);
}

static long rate_of(int fd)
{
	return CHECK_OK(ioctl(fd, KVM_GET_TSC_KHZ, 0));
}

static void needs_scaling(void)
{
	if (!kvm_capability(KVM_CAP_TSC_CONTROL))
		test_skip("the processor does not scale TSCs");
}

TEST(tsc_rate)
{
	int vm = vm_fd_create();
	struct vcpu cpu = vcpu_create(vm, 0);
	long host = rate_of(vm);

	CHECK_EQ(kvm_capability(KVM_CAP_GET_TSC_KHZ), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_VM_TSC_CONTROL), kvm_capability(KVM_CAP_TSC_CONTROL));
	CHECK_EQ(rate_of(cpu.fd), host);
	/* So near that the host's rate will do; what was asked for is remembered. */
	CHECK_OK(ioctl(cpu.fd, KVM_SET_TSC_KHZ, host + host / 5000));
	CHECK_EQ(rate_of(cpu.fd), host + host / 5000);
	CHECK_OK(ioctl(cpu.fd, KVM_SET_TSC_KHZ, host - host / 5000));
	CHECK_EQ(rate_of(cpu.fd), host - host / 5000);
	CHECK_OK(ioctl(cpu.fd, KVM_SET_TSC_KHZ, 0));
	CHECK_EQ(rate_of(cpu.fd), host);
	/* KVM remembers a rate that it refuses for want of scaling. */
	if (!kvm_capability(KVM_CAP_TSC_CONTROL)) {
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_TSC_KHZ, host / 2), EINVAL);
		return;
	}
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_TSC_KHZ, TOO_FAST), EINVAL);
	CHECK_EQ(rate_of(cpu.fd), host);
}

TEST(tsc_rate_of_the_vm)
{
	int vm = vm_fd_create();
	struct vcpu cpu;
	long host = rate_of(vm);

	needs_scaling();
	CHECK_ERR(ioctl(vm, KVM_SET_TSC_KHZ, TOO_FAST), EINVAL);
	CHECK_OK(ioctl(vm, KVM_SET_TSC_KHZ, host / 2));
	CHECK_EQ(rate_of(vm), host / 2);
	cpu = vcpu_create(vm, 0);
	CHECK_EQ(rate_of(cpu.fd), host / 2);
	CHECK_OK(ioctl(cpu.fd, KVM_SET_TSC_KHZ, host * 2));
	CHECK_EQ(rate_of(vm), host / 2);
}

/* Between two readings that lie between others of the host's, the guest's counter has gone on at
 * its rate. */
static void check_rate(struct vcpu *cpu, u64 (*read)(struct vcpu *cpu), unsigned int times,
		       unsigned int by)
{
	u64 before = host_tsc(), first = read(cpu), after_first = host_tsc();
	u64 before_last, last, after;

	sleep_ms(20);
	before_last = host_tsc();
	last = read(cpu);
	after = host_tsc();
	CHECK((last - first) * by + by * 2 >= (before_last - after_first) * times);
	CHECK((last - first) * by <= (after - before + 2) * times);
}

TEST(tsc_rate_scaled)
{
	static const struct {
		unsigned int times, by;
	} rows[] = {{1, 1}, {1, 2}, {3, 2}, {5, 1}, {1, 10}};
	struct guest g = GUEST_LONG(guest_tsc);
	long host = rate_of(g.vm.fd);

	needs_scaling();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%u/%u", rows[i].times, rows[i].by);
		CHECK_OK(ioctl(g.cpu.fd, KVM_SET_TSC_KHZ, host * rows[i].times / rows[i].by));
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_TSC, 0x100000000000), 1);
		CHECK(read_in_guest(&g.cpu) - 0x100000000000 < 1ULL << 40);
		/* The host's kHz are whole numbers: this ratio is nearly that of the rates. */
		if (host * rows[i].times % rows[i].by)
			continue;
		check_rate(&g.cpu, read_in_guest, rows[i].times, rows[i].by);
		check_rate(&g.cpu, read_by_msr, rows[i].times, rows[i].by);
	}
}

/* vCPUs of one rate that are set to one value have one counter. */
TEST(tsc_rate_of_two_vcpus)
{
	struct guest g = GUEST_LONG(guest_tsc);
	struct vcpu other = vcpu_create(g.vm.fd, 1);
	struct vcpu *cpus[] = {&g.cpu, &other};
	long host = rate_of(g.vm.fd);
	u64 last = 0;

	needs_scaling();
	vcpu_set_long_mode(&g.vm, &other);
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		CHECK_OK(ioctl(cpus[i]->fd, KVM_SET_TSC_KHZ, host / 2));
		CHECK_EQ(vcpu_set_msr(cpus[i], MSR_TSC, 0x100000000000), 1);
	}
	for (unsigned int turn = 0; turn < 20; turn++) {
		u64 now = read_in_guest(cpus[turn % 2]);

		CHECK(now > last);
		last = now;
	}
}

static long attribute_call(struct vcpu *cpu, unsigned long number, u64 *offset)
{
	struct kvm_device_attr attribute = {
		.group = KVM_VCPU_TSC_CTRL, .attr = KVM_VCPU_TSC_OFFSET, .addr = (uintptr_t)offset};

	return ioctl(cpu->fd, number, &attribute);
}

TEST(tsc_offset)
{
	static const unsigned long numbers[] = {KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR,
						KVM_SET_DEVICE_ATTR};
	struct guest g = GUEST_LONG(guest_tsc);
	u64 offset = 0, now, before, after;

	CHECK_EQ(kvm_capability(KVM_CAP_VCPU_ATTRIBUTES), 1);
	CHECK_OK(attribute_call(&g.cpu, KVM_HAS_DEVICE_ATTR, NULL));
	CHECK_OK(attribute_call(&g.cpu, KVM_GET_DEVICE_ATTR, &offset));
	before = host_tsc();
	now = read_in_guest(&g.cpu);
	after = host_tsc();
	CHECK(now - (before + offset) <= after - before);
	CHECK(now - offset >= before && now - offset <= after);

	offset += 0x1000000000;
	CHECK_OK(attribute_call(&g.cpu, KVM_SET_DEVICE_ATTR, &offset));
	before = host_tsc();
	now = read_in_guest(&g.cpu);
	after = host_tsc();
	CHECK(now - offset >= before && now - offset <= after);
	now = 0;
	CHECK_OK(attribute_call(&g.cpu, KVM_GET_DEVICE_ATTR, &now));
	CHECK_EQ(now, offset);
	/* It is not the guest's doing. */
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_TSC_ADJUST), 0);

	CHECK_ERR(attribute_call(&g.cpu, KVM_GET_DEVICE_ATTR, NULL), EFAULT);
	CHECK_ERR(attribute_call(&g.cpu, KVM_SET_DEVICE_ATTR, NULL), EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct kvm_device_attr attribute = {.attr = 1, .addr = (uintptr_t)&now};

		test_row("ioctl %#lx", numbers[i]);
		CHECK_ERR(ioctl(g.cpu.fd, numbers[i], &attribute), ENXIO);
		attribute = (struct kvm_device_attr){.group = 1, .addr = (uintptr_t)&now};
		CHECK_ERR(ioctl(g.cpu.fd, numbers[i], &attribute), ENXIO);
	}
}

/* Offset, rate and clock of one VM make another that goes on, as the kernel's document has it. */
TEST(tsc_migrates)
{
	struct guest g = GUEST_LONG(guest_tsc), to;
	struct kvm_clock_data src = {0}, dst = {0};
	u64 offset = 0, last, now, gone;
	long khz;

	CHECK_OK(ioctl(g.vm.fd, KVM_GET_CLOCK, &src));
	if (!(src.flags & KVM_CLOCK_HOST_TSC))
		test_skip("the host's clock is not the TSC");
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_TSC, 0x100000000000), 1);
	CHECK_OK(ioctl(g.vm.fd, KVM_GET_CLOCK, &src));
	CHECK_OK(attribute_call(&g.cpu, KVM_GET_DEVICE_ATTR, &offset));
	khz = rate_of(g.cpu.fd);
	last = read_in_guest(&g.cpu);
	guest_destroy(&g);

	sleep_ms(100);
	to = GUEST_LONG(guest_tsc);
	src.flags = KVM_CLOCK_REALTIME;
	CHECK_OK(ioctl(to.vm.fd, KVM_SET_CLOCK, &src));
	CHECK_OK(ioctl(to.vm.fd, KVM_GET_CLOCK, &dst));
	CHECK(dst.clock > src.clock);
	gone = dst.clock - src.clock;
	offset +=
		gone / 1000000 * khz + gone % 1000000 * khz / 1000000 + src.host_tsc - dst.host_tsc;
	CHECK_OK(attribute_call(&to.cpu, KVM_SET_DEVICE_ATTR, &offset));
	now = read_in_guest(&to.cpu);
	CHECK(now > last && now - last < 60 * 1000ULL * khz);
}

static void bus_cycles(int vm, u64 ns, int error)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_X86_APIC_BUS_CYCLES_NS, .args[0] = ns};

	test_row("%llu ns", (unsigned long long)ns);
	if (error)
		CHECK_ERR(ioctl(vm, KVM_ENABLE_CAP, &cap), error);
	else
		CHECK_OK(ioctl(vm, KVM_ENABLE_CAP, &cap));
	test_row("%s", "");
}

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

enum { APIC_LVT_TIMER = 0x320, APIC_INITIAL = 0x380, APIC_CURRENT = 0x390, APIC_DIVIDE = 0x3e0 };

static u32 *apic_register(struct kvm_lapic_state *apic, unsigned int offset)
{
	return (u32 *)(apic->regs + offset);
}

TEST(apic_bus_cycles)
{
	int vm = vm_fd_create();
	struct kvm_lapic_state apic;
	struct vcpu cpu;
	u64 started, set, read, ended, counted;

	if (!kvm_capability(KVM_CAP_X86_APIC_BUS_CYCLES_NS))
		test_skip("Linux 6.12 has it");
	CHECK_EQ(kvm_capability(KVM_CAP_X86_APIC_BUS_CYCLES_NS), 1);
	bus_cycles(vm, 0, EINVAL);
	bus_cycles(vm, 40, ENXIO);
	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	bus_cycles(vm, 0, EINVAL);
	bus_cycles(vm, 33554433, EINVAL);
	bus_cycles(vm, 40, 0);
	cpu = vcpu_create(vm, 0);
	bus_cycles(vm, 1, EINVAL);

	CHECK_OK(ioctl(cpu.fd, KVM_GET_LAPIC, &apic));
	*apic_register(&apic, APIC_LVT_TIMER) = 0x10040;
	*apic_register(&apic, APIC_DIVIDE) = 0xb;
	*apic_register(&apic, APIC_INITIAL) = 0xffffffff;
	*apic_register(&apic, APIC_CURRENT) = 0xffffffff;
	started = now_ns();
	CHECK_OK(ioctl(cpu.fd, KVM_SET_LAPIC, &apic));
	set = now_ns();
	sleep_ms(50);
	read = now_ns();
	CHECK_OK(ioctl(cpu.fd, KVM_GET_LAPIC, &apic));
	ended = now_ns();
	counted = 0xffffffff - *apic_register(&apic, APIC_CURRENT);
	CHECK((counted + 2) * 40 >= read - set);
	CHECK(counted * 40 <= ended - started + 40);
}
