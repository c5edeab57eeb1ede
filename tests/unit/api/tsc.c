// SPDX-License-Identifier: GPL-2.0
/* The guest's TSC as a program sets it: KVM_SET_TSC_KHZ, KVM_VCPU_TSC_OFFSET, and the way of both
 * to another VM; and the local APICs' clock. */
#include "program.h"
#include "facts/msr.h"
#include "irq/lapic.h"

#define HOST_KHZ  2000000
#define GUEST_KHZ 2500000
#define SOON	  1000000ull /* more than the ticks that a few calls take */

TEST(api_tsc_khz)
{
	struct program *program = program_start(A_VCPU);
	int vcpu = program->vcpu;

	EXPECT_EQ(sim_ioctl(vcpu, KVM_GET_TSC_KHZ, 0), HOST_KHZ);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_SET_TSC_KHZ, 1000000), 0);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_GET_TSC_KHZ, 0), 1000000);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_SET_TSC_KHZ, 0x7fffffff), -EINVAL);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_GET_TSC_KHZ, 0), 1000000);
	/* 32 bits of it count, and none of them is the host's rate. */
	EXPECT_EQ(sim_ioctl(vcpu, KVM_SET_TSC_KHZ, BIT64(32) | 3000000), 0);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_GET_TSC_KHZ, 0), 3000000);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_SET_TSC_KHZ, 0), 0);
	EXPECT_EQ(sim_ioctl(vcpu, KVM_GET_TSC_KHZ, 0), HOST_KHZ);
	program_end(program);
}

/* Of the vCPUs to come; too late where there is one. */
TEST(api_tsc_khz_of_the_vm)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_TSC_KHZ, 0), HOST_KHZ);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_TSC_KHZ, 0x7fffffff), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_TSC_KHZ, GUEST_KHZ), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_TSC_KHZ, 0), GUEST_KHZ);
	program->vcpu = program_add_vcpu(program, 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_GET_TSC_KHZ, 0), GUEST_KHZ);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_TSC_KHZ, 0), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_TSC_KHZ, 0), GUEST_KHZ);
	program_end(program);
}

TEST(api_tsc_khz_without_scaling)
{
	struct program *program = program_start(A_VM);

	vmcs_config.ctl[CTL_SECONDARY] &= ~(u64)CPU2_USE_TSC_SCALING;
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_TSC_CONTROL), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_VM_TSC_CONTROL), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_TSC_KHZ, GUEST_KHZ), -EINVAL);
	program->vcpu = program_add_vcpu(program, 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, GUEST_KHZ), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, 1000000), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, HOST_KHZ + 400), 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_GET_TSC_KHZ, 0), HOST_KHZ + 400);
	EXPECT_EQ(program_run(program, 12, 1), 0);
	program_end(program);
}

static long attribute_call(const struct program *program, u32 number, u64 *offset)
{
	struct kvm_device_attr attribute = {
		.group = KVM_VCPU_TSC_CTRL, .attr = KVM_VCPU_TSC_OFFSET, .addr = program->scratch};
	u64 *at = sim_user_pointer(program->scratch);
	long result;

	*at = *offset;
	result = CALL(program->vcpu, number, &attribute);
	*offset = *at;
	return result;
}

static u64 counter_of(const struct program *program)
{
	u64 value = 0;

	EXPECT_TRUE(msr_get(program, MSR_IA32_TSC, &value));
	return value;
}

TEST(api_vcpu_attributes)
{
	static const u32 numbers[] = {KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR,
				      KVM_SET_DEVICE_ATTR};
	struct program *program = program_start(A_VCPU);
	struct kvm_device_attr attribute = {.addr = program->scratch};
	u64 first = 1, value = 0, before;

	EXPECT_EQ(attribute_call(program, KVM_HAS_DEVICE_ATTR, &first), 0);
	EXPECT_EQ(first, 1);
	EXPECT_EQ(attribute_call(program, KVM_GET_DEVICE_ATTR, &first), 0);
	before = counter_of(program);
	value = first + (1ull << 40);
	EXPECT_EQ(attribute_call(program, KVM_SET_DEVICE_ATTR, &value), 0);
	EXPECT_TRUE(counter_of(program) - before - (1ull << 40) < SOON);
	value = 0;
	EXPECT_EQ(attribute_call(program, KVM_GET_DEVICE_ATTR, &value), 0);
	EXPECT_EQ(value, first + (1ull << 40));

	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		attribute.group = KVM_VCPU_TSC_CTRL;
		attribute.attr = KVM_VCPU_TSC_OFFSET + 1;
		EXPECT_CALL(program->vcpu, numbers[i], &attribute, -ENXIO);
		attribute.group = KVM_VCPU_TSC_CTRL + 1;
		attribute.attr = KVM_VCPU_TSC_OFFSET;
		EXPECT_CALL(program->vcpu, numbers[i], &attribute, -ENXIO);
	}
	attribute.group = KVM_VCPU_TSC_CTRL;
	attribute.addr = 0;
	EXPECT_CALL(program->vcpu, KVM_GET_DEVICE_ATTR, &attribute, -EFAULT);
	EXPECT_CALL(program->vcpu, KVM_SET_DEVICE_ATTR, &attribute, -EFAULT);
	EXPECT_EQ(attribute_call(program, KVM_GET_DEVICE_ATTR, &value), 0);
	EXPECT_EQ(value, first + (1ull << 40));
	program_end(program);
}

/*
 * Documentation/virt/kvm/devices/vcpu.rst, KVM_VCPU_TSC_OFFSET: the steps by which a guest's TSC
 * and clock come to another host, whose TSC is another, some time later.
 */
TEST(api_tsc_migrates)
{
	static const struct {
		const char *name;
		u32 khz;
		u64 away_ns;
		u64 host_tsc; /* at the other end, ahead */
	} rows[] = {
		{"the host's rate", HOST_KHZ, 5000000000, 1ull << 50},
		{"to a host that has just begun", HOST_KHZ, 5000000000, -(1ull << 49)},
		{"at once", HOST_KHZ, 0, 1ull << 40},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct program *program = program_start(A_VCPU);
		struct kvm_clock_data from = {0}, to = {0};
		u64 offset = 0, counter, gone, now;
		long khz;

		test_context("%s", rows[i].name);
		sim_advance_tsc(1ull << 49);
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, rows[i].khz), 0);
		EXPECT_TRUE(msr_set(program, MSR_IA32_TSC, 123456789));
		sim_advance_time(1000000000);
		EXPECT_EQ(CALL(program->vm, KVM_GET_CLOCK, &from), 0);
		EXPECT_EQ(attribute_call(program, KVM_GET_DEVICE_ATTR, &offset), 0);
		khz = sim_ioctl(program->vcpu, KVM_GET_TSC_KHZ, 0);
		counter = counter_of(program);

		sim_file_close(program->vcpu);
		sim_file_close(program->vm);
		sim_advance_time(rows[i].away_ns);
		sim_advance_tsc(rows[i].host_tsc);
		program->vm = (int)sim_ioctl(program->device, KVM_CREATE_VM, 0);
		program->vcpu = program_add_vcpu(program, 0);
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, (u64)khz), 0);
		from.flags = KVM_CLOCK_REALTIME;
		EXPECT_EQ(CALL(program->vm, KVM_SET_CLOCK, &from), 0);
		EXPECT_EQ(CALL(program->vm, KVM_GET_CLOCK, &to), 0);
		EXPECT_TRUE(to.clock - from.clock - rows[i].away_ns < 1000000);
		gone = to.clock - from.clock;
		offset += gone / 1000000 * (u64)khz + gone % 1000000 * (u64)khz / 1000000 +
			  (from.host_tsc - to.host_tsc);
		EXPECT_EQ(attribute_call(program, KVM_SET_DEVICE_ATTR, &offset), 0);
		now = counter_of(program);
		EXPECT_TRUE(now - counter - rows[i].away_ns / 1000000 * (u64)khz < SOON);
		program_end(program);
	}
}

/* By value, between hosts of different rates: what a program does that has no offsets. */
TEST(api_tsc_migrates_to_another_rate)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_clock_data clock = {0};
	u64 counter;

	EXPECT_TRUE(msr_set(program, MSR_IA32_TSC, 1ull << 40));
	EXPECT_EQ(CALL(program->vm, KVM_GET_CLOCK, &clock), 0);
	counter = counter_of(program);
	program_end(program);

	program = program_start(A_VCPU);
	sim_file_close(program->vcpu);
	sim_file_close(program->vm);
	sim_set_tsc_khz(3000000);
	program->vm = (int)sim_ioctl(program->device, KVM_CREATE_VM, 0);
	program->vcpu = program_add_vcpu(program, 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_GET_TSC_KHZ, 0), 3000000);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_TSC_KHZ, HOST_KHZ), 0);
	clock.flags = 0;
	EXPECT_EQ(CALL(program->vm, KVM_SET_CLOCK, &clock), 0);
	EXPECT_TRUE(msr_set(program, MSR_IA32_TSC, counter));
	sim_advance_time(1000000000);
	EXPECT_TRUE(counter_of(program) - counter - HOST_KHZ * 1000ull < SOON);
	EXPECT_EQ(CALL(program->vm, KVM_GET_CLOCK, &clock), 0);
	program_end(program);
}

TEST(api_apic_bus_cycles)
{
	struct program *program = program_start(A_VM);
	struct kvm_enable_cap cap = {.cap = KVM_CAP_X86_APIC_BUS_CYCLES_NS, .args[0] = 40};

	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, -ENXIO);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), 0);
	cap.args[0] = 0;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, -EINVAL);
	cap.args[0] = LAPIC_BUS_NS_MAX + 1;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, -EINVAL);
	cap.args[0] = BIT64(32) | 40;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, -EINVAL);
	cap.args[0] = LAPIC_BUS_NS_MAX;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, 0);
	cap.args[0] = 40;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, cap.cap), 40);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, cap.cap), 1);
	EXPECT_EQ(sim_file_vm(program->vm)->apic_bus_ns, 40);
	program->vcpu = program_add_vcpu(program, 0);
	cap.args[0] = 1;
	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, -EINVAL);
	EXPECT_EQ(sim_file_vm(program->vm)->apic_bus_ns, 40);
	program_end(program);
}
