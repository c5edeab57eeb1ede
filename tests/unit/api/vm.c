// SPDX-License-Identifier: GPL-2.0
/* The device's and a VM's other ioctls: limits, capabilities, the clock, the MSR filter.  What
 * buses and filters do is tested in io/ and msr/. */
#include "guest_sees.h"
#include "cpuid/cpuid.h"
#include "snapshot.h"
#include "facts/exit_reason.h"
#include "msr/msr.h"

/* --- KVM_CHECK_EXTENSION ----------------------------------------------------------- */

/* As docs/api.md has them, where it is not 1. */
TEST(api_check_extension)
{
	static const struct {
		u64 extension;
		long value;
	} rows[] = {
		{KVM_CAP_NR_MEMSLOTS, 32764},
		{KVM_CAP_MAX_VCPUS, 1024},
		{KVM_CAP_MAX_VCPU_ID, 1024},
		{KVM_CAP_NR_VCPUS, 2},
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3},
		{KVM_CAP_COALESCED_MMIO, 2},
		{KVM_CAP_MCE, 32},
		{KVM_CAP_XSAVE2, 4096},
		{KVM_CAP_ADJUST_CLOCK, 14},
		{KVM_CAP_IRQ_ROUTING, 4096},
		{KVM_CAP_XCRS, 1},
		{KVM_CAP_TSC_CONTROL, 1},
		{KVM_CAP_VM_TSC_CONTROL, 1},
		{KVM_CAP_VCPU_ATTRIBUTES, 1},
		{KVM_CAP_X86_APIC_BUS_CYCLES_NS, 1},
		{KVM_CAP_HLT, 1},
		{KVM_CAP_SREGS2, 1},
		{KVM_CAP_SPLIT_IRQCHIP, 1},
		{KVM_CAP_X2APIC_API, 3},
		{KVM_CAP_EXCEPTION_PAYLOAD, 1},
		{KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1},
		{KVM_CAP_EXIT_ON_EMULATION_FAILURE, 1},
		{KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 1},
		/* Not there. */
		{9999, 0},
		{0x80000000, 0},
		{~(u64)0, 0},
		{BIT64(32) | KVM_CAP_HLT, 0},
	};
	struct program *program = program_start(A_VM);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("capability 0x%llx", rows[i].extension);
		EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, rows[i].extension),
			  rows[i].value);
		EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, rows[i].extension),
			  rows[i].value);
	}
	sim_set_online(1, false);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS), 1);
	sim_set_online(1, true);
	program_end(program);
}

/* --- VMs and vCPUs ----------------------------------------------------------------- */

TEST(api_create_vm_type)
{
	struct program *program = program_start(A_DEVICE);

	EXPECT_EQ(sim_ioctl(program->device, KVM_CREATE_VM, 1), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CREATE_VM, BIT64(63)), -EINVAL);
	program_end(program);
}

/* An id stays in use when its file is closed. */
TEST(api_create_vcpu_ids)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, 1024), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, BIT64(32)), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, ~(u64)0), -EINVAL);
	sim_file_close(program_add_vcpu(program, 1023));
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, 1023), -EEXIST);
	sim_file_close(program_add_vcpu(program, 0));
	program_end(program);
}

/* A VM stays as long as a file of a vCPU of it. */
static long set_id_limit(const struct program *program, u64 limit)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_MAX_VCPU_ID, .args = {limit}};

	return CALL(program->vm, KVM_ENABLE_CAP, &cap);
}

/* Settled once; above the boot processor's id, which is below it then. */
TEST(api_vcpu_id_limit)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(set_id_limit(program, VM_MAX_VCPUS + 1), -EINVAL);
	EXPECT_EQ(set_id_limit(program, ~0ull), -EINVAL);
	EXPECT_EQ(set_id_limit(program, BIT64(32)), -EINVAL);
	EXPECT_EQ(set_id_limit(program, 0), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, 2), 0);
	EXPECT_EQ(set_id_limit(program, 1), -EINVAL);
	EXPECT_EQ(set_id_limit(program, 2), 0);
	EXPECT_EQ(set_id_limit(program, 2), 0);
	EXPECT_EQ(set_id_limit(program, 3), -EINVAL);
	EXPECT_EQ(set_id_limit(program, 0), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, 3), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, 2), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_VCPU, BIT64(32) | 1), -EINVAL);
	sim_file_close(program_add_vcpu(program, 1));
	program_end(program);

	/* Without: what there is at most. */
	program = program_start(A_VM);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, BIT64(32)), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, VM_MAX_VCPUS + 1), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, VM_MAX_VCPUS), 0);
	program_end(program);
	program = program_start(A_VCPU);
	EXPECT_EQ(set_id_limit(program, 2), -EINVAL);
	EXPECT_EQ(set_id_limit(program, VM_MAX_VCPUS), 0);
	program_end(program);
}

TEST(api_mmu_pages)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_NR_MMU_PAGES, 0), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_NR_MMU_PAGES, 63), -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_NR_MMU_PAGES, 64), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_NR_MMU_PAGES, 0), 64);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_NR_MMU_PAGES, ~0ull), 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_GET_NR_MMU_PAGES, 0), 0x7fffffff);
	program_end(program);
}

TEST(api_system_attributes)
{
	struct program *program = program_start(A_DEVICE);
	u64 *value = sim_user_pointer(program->scratch);
	struct kvm_device_attr attribute = {.attr = KVM_X86_XCOMP_GUEST_SUPP,
					    .addr = program->scratch};

	*value = ~0ull;
	EXPECT_CALL(program->device, KVM_HAS_DEVICE_ATTR, &attribute, 0);
	EXPECT_EQ(*value, ~0ull);
	EXPECT_CALL(program->device, KVM_GET_DEVICE_ATTR, &attribute, 0);
	EXPECT_EQ(*value, cpuid_xcr0_offered());
	EXPECT_TRUE(*value & 3);
	attribute.addr = 0;
	EXPECT_CALL(program->device, KVM_GET_DEVICE_ATTR, &attribute, -EFAULT);
	attribute.attr++;
	EXPECT_CALL(program->device, KVM_GET_DEVICE_ATTR, &attribute, -ENXIO);
	EXPECT_CALL(program->device, KVM_HAS_DEVICE_ATTR, &attribute, -ENXIO);
	attribute.attr--;
	attribute.group = 1;
	EXPECT_CALL(program->device, KVM_GET_DEVICE_ATTR, &attribute, -ENXIO);
	EXPECT_CALL(program->device, KVM_HAS_DEVICE_ATTR, &attribute, -ENXIO);
	program_end(program);
}

/* None is emulated. */
TEST(api_emulated_cpuid)
{
	struct program *program = program_start(A_DEVICE);
	struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[2];
	} list = {.header.nent = 2};

	EXPECT_CALL(program->device, KVM_GET_EMULATED_CPUID, &list, 0);
	EXPECT_EQ(list.header.nent, 0);
	EXPECT_CALL(program->device, KVM_GET_EMULATED_CPUID, &list, -E2BIG);
	program_end(program);
}

TEST(api_vm_outlives_its_file)
{
	struct program *program = program_start(A_VCPU);

	sim_file_close(program->vm);
	program->vm = 0;
	guest_enters(program);
	program_end(program);
}

/* A page of a vCPU's file, and none behind the last. */
TEST(api_vcpu_pages)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);

	EXPECT_TRUE(sim_file_page(program->vcpu, 0) == vcpu->run);
	EXPECT_TRUE(sim_file_page(program->vcpu, 1) == vcpu->pio_data);
	EXPECT_TRUE(sim_file_page(program->vcpu, 2) == vcpu->vm->coalesced.ring);
	EXPECT_TRUE(!sim_file_page(program->vcpu, 3));
	program_end(program);
}

/* The ring's are behind a gap. */
TEST(api_vcpu_pages_of_the_dirty_ring)
{
	struct program *program = program_start(A_VM);
	struct kvm_enable_cap cap = {.cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL, .args[0] = 32768};

	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, 0);
	program->vcpu = program_add_vcpu(program, 0);
	EXPECT_TRUE(!sim_file_page(program->vcpu, 3));
	EXPECT_TRUE(!sim_file_page(program->vcpu, KVM_DIRTY_LOG_PAGE_OFFSET - 1));
	for (unsigned int page = 0; page < 8; page++)
		EXPECT_TRUE(sim_file_page(program->vcpu, KVM_DIRTY_LOG_PAGE_OFFSET + page));
	EXPECT_TRUE(!sim_file_page(program->vcpu, KVM_DIRTY_LOG_PAGE_OFFSET + 8));
	program_end(program);
}

TEST(api_signal_mask)
{
	struct program *program = program_start(A_VCPU);
	struct {
		struct kvm_signal_mask header;
		u64 set;
	} __attribute__((packed)) mask = {.header.len = 4};

	EXPECT_CALL(program->vcpu, KVM_SET_SIGNAL_MASK, &mask, -EINVAL);
	mask.header.len = 16;
	EXPECT_CALL(program->vcpu, KVM_SET_SIGNAL_MASK, &mask, -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_SET_SIGNAL_MASK, 0), 0);
	program_end(program);
}

TEST(api_ioctl_of_no_file)
{
	struct program *program = program_start(A_DEVICE);

	EXPECT_EQ(sim_ioctl(program->device + 1, KVM_GET_API_VERSION, 0), -EBADF);
	EXPECT_EQ(sim_ioctl(-1, KVM_GET_API_VERSION, 0), -EBADF);
	program_end(program);
}

/* --- Addresses of pages that nothing needs ----------------------------------------- */

TEST(api_tss_address)
{
	static const struct {
		u64 address;
		long result;
	} rows[] = {
		{0, 0},
		{0xfffbd000, 0},
		{0xffffd000, 0},
		{0xffffd001, -EINVAL},
		{0xfffff000, -EINVAL},
		{BIT64(32), -EINVAL},
		{~(u64)0, -EINVAL},
	};
	struct program *program = program_start(A_VCPU);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("0x%llx", rows[i].address);
		EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_TSS_ADDR, rows[i].address),
			  rows[i].result);
	}
	program_end(program);
}

/* Once there is a vCPU it is too late, whatever the pointer is. */
TEST(api_identity_map_address)
{
	struct program *program = program_start(A_VM);
	u64 address = 0xfeffc000;

	EXPECT_CALL(program->vm, KVM_SET_IDENTITY_MAP_ADDR, &address, 0);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_IDENTITY_MAP_ADDR, 8), -EFAULT);
	program->vcpu = program_add_vcpu(program, 0);
	EXPECT_CALL(program->vm, KVM_SET_IDENTITY_MAP_ADDR, &address, -EINVAL);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_IDENTITY_MAP_ADDR, 8), -EINVAL);
	program_end(program);
}

/* --- KVM_ENABLE_CAP ---------------------------------------------------------------- */

TEST(api_enable_cap_rows)
{
	static const struct {
		u32 cap, flags;
		u64 value;
		long result;
	} rows[] = {
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, 0, 0},
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, 1, 0},
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, 3, 0},
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, 2, -EINVAL}, /* the one without the other */
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, 4, -EINVAL},
		{KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1, 1, -EINVAL},
		{KVM_CAP_MSR_PLATFORM_INFO, 0, 0, 0},
		{KVM_CAP_MSR_PLATFORM_INFO, 0, ~(u64)0, 0},
		{KVM_CAP_MSR_PLATFORM_INFO, BIT32(31), 1, -EINVAL},
		{KVM_CAP_X86_USER_SPACE_MSR, 0, 0, 0},
		{KVM_CAP_X86_USER_SPACE_MSR, 0, 7, 0},
		{KVM_CAP_X86_USER_SPACE_MSR, 0, 8, -EINVAL},
		{KVM_CAP_X86_USER_SPACE_MSR, 0, BIT64(32), -EINVAL},
		{KVM_CAP_HLT, 0, 0, -EINVAL},
		{KVM_CAP_SPLIT_IRQCHIP, 1, 24, -EINVAL},
		{KVM_CAP_SPLIT_IRQCHIP, 0, 4097, -EINVAL},
		{KVM_CAP_SPLIT_IRQCHIP, 0, BIT64(32), -EINVAL},
		{KVM_CAP_SPLIT_IRQCHIP, 0, 24, -EEXIST}, /* there is a vCPU */
		{KVM_CAP_X2APIC_API, 0, 0, 0},
		{KVM_CAP_X2APIC_API, 0, 3, 0},
		{KVM_CAP_X2APIC_API, 0, 4, -EINVAL},
		{KVM_CAP_X2APIC_API, 0, BIT64(32), -EINVAL},
		{~0u, 0, 0, -EINVAL},
	};
	struct program *program = program_start(A_VCPU);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_enable_cap cap = {
			.cap = rows[i].cap, .flags = rows[i].flags, .args[0] = rows[i].value};

		test_context("row %u", i);
		EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, rows[i].result);
		/* They are the VM's. */
		EXPECT_CALL(program->vcpu, KVM_ENABLE_CAP, &cap, -EINVAL);
	}
	program_end(program);
}

static void enable(const struct program *program, u32 number, u64 value)
{
	struct kvm_enable_cap cap = {.cap = number, .args[0] = value};

	EXPECT_CALL(program->vm, KVM_ENABLE_CAP, &cap, 0);
}

static void guest_reads_msr(struct vcpu *vcpu, void *argument)
{
	vcpu->regs[REG_RCX] = *(u32 *)argument;
}

/* RDMSR: does it go to user space?  gives: why; 0: no. */
static u64 rdmsr_exits(const struct program *program, u32 msr)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_RDMSR,
					   .instruction_length = 2,
					   .guest = guest_reads_msr,
					   .argument = &msr});
	if (sim_ioctl(program->vcpu, KVM_RUN, 0)) {
		sim_signal(false);
		return 0;
	}
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_X86_RDMSR);
	EXPECT_EQ(program->run->msr.index, msr);
	return program->run->msr.reason;
}

#define NO_MSR 0x12345678

TEST(api_enable_cap_takes_effect)
{
	struct program *program = program_start(EVERYTHING);
	u64 value;

	EXPECT_TRUE(msr_get(program, MSR_PLATFORM_INFO, &value));
	enable(program, KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_INVAL);
	enable(program, KVM_CAP_MSR_PLATFORM_INFO, 0);
	EXPECT_EQ(rdmsr_exits(program, MSR_PLATFORM_INFO), KVM_MSR_EXIT_REASON_INVAL);
	enable(program, KVM_CAP_MSR_PLATFORM_INFO, 1);
	EXPECT_EQ(rdmsr_exits(program, MSR_PLATFORM_INFO), 0);
	EXPECT_EQ(rdmsr_exits(program, NO_MSR), 0);
	enable(program, KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_UNKNOWN);
	EXPECT_EQ(rdmsr_exits(program, NO_MSR), KVM_MSR_EXIT_REASON_UNKNOWN);
	enable(program, KVM_CAP_X86_USER_SPACE_MSR, 0);
	EXPECT_EQ(rdmsr_exits(program, NO_MSR), 0);
	program_end(program);
}

/* --- KVM_X86_SET_MSR_FILTER -------------------------------------------------------- */

#define RANGE(flags_, count, base_)                                                                \
	{                                                                                          \
		.flags = flags_, .nmsrs = count, .base = base_                                     \
	}
enum { R = KVM_MSR_FILTER_READ, W = KVM_MSR_FILTER_WRITE, DENY = KVM_MSR_FILTER_DEFAULT_DENY };

TEST(api_msr_filter_refusals)
{
	static const struct {
		u32 flags;
		struct kvm_msr_filter_range range;
		long result;
	} rows[] = {
		{0, RANGE(R, 1, 0), 0},
		{DENY, RANGE(W, 1, 0), 0},
		{0, RANGE(R | W, 0x600 * 8, 0), 0},
		/* Ranges without an MSR do not count; "none" and "deny the rest" is nothing to say.
		 */
		{0, RANGE(~0u, 0, 0), 0},
		{DENY, RANGE(R, 0, 0), -EINVAL},
		{2, RANGE(R, 1, 0), -EINVAL},
		{BIT32(31), RANGE(R, 1, 0), -EINVAL},
		{0, RANGE(0, 1, 0), -EINVAL},
		{0, RANGE(4, 1, 0), -EINVAL},
		{0, RANGE(R | 4, 1, 0), -EINVAL},
		{0, RANGE(R, 0x600 * 8 + 1, 0), -EINVAL},
		{0, RANGE(R, ~0u, 0), -EINVAL},
	};
	static struct snapshot before, after;
	struct program *program = program_start(A_VCPU);

	for (unsigned int at = 0; at < 16; at += 15)
		for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
			struct kvm_msr_filter filter = {.flags = rows[i].flags};

			test_context("row %u in range %u", i, at);
			filter.ranges[at] = rows[i].range;
			filter.ranges[at].bitmap = (u8 *)program->scratch;
			snapshot_take(&before, program);
			EXPECT_CALL(program->vm, KVM_X86_SET_MSR_FILTER, &filter, rows[i].result);
			snapshot_take(&after, program);
			if (rows[i].result)
				snapshot_expect_equal(&after, &before);
			filter.ranges[at].bitmap = (u8 *)8;
			if (!rows[i].result && rows[i].range.nmsrs)
				EXPECT_CALL(program->vm, KVM_X86_SET_MSR_FILTER, &filter, -EFAULT);
		}
	program_end(program);
}

/* It is the guest's accesses that are filtered, from the next entry on. */
TEST(api_msr_filter_takes_effect)
{
	struct program *program = program_start(EVERYTHING);
	const u8 *bitmap = sim_file_vcpu(program->vcpu)->vmcs.msr_bitmap;
	struct kvm_msr_filter filter = {.ranges[3] = RANGE(R, 1, MSR_IA32_SYSENTER_EIP)};
	u64 value;

	filter.ranges[3].bitmap = (u8 *)program->scratch;
	enable(program, KVM_CAP_X86_USER_SPACE_MSR, KVM_MSR_EXIT_REASON_FILTER);
	EXPECT_FALSE(msr_bitmap_test(bitmap, MSR_IA32_SYSENTER_EIP, MSR_READ));
	EXPECT_CALL(program->vm, KVM_X86_SET_MSR_FILTER, &filter, 0);
	EXPECT_TRUE(msr_get(program, MSR_IA32_SYSENTER_EIP, &value));
	EXPECT_EQ(rdmsr_exits(program, MSR_IA32_SYSENTER_EIP), KVM_MSR_EXIT_REASON_FILTER);
	EXPECT_TRUE(msr_bitmap_test(bitmap, MSR_IA32_SYSENTER_EIP, MSR_READ));
	EXPECT_FALSE(msr_bitmap_test(bitmap, MSR_IA32_SYSENTER_EIP, MSR_WRITE));
	filter.ranges[3].nmsrs = 0;
	EXPECT_CALL(program->vm, KVM_X86_SET_MSR_FILTER, &filter, 0);
	EXPECT_EQ(rdmsr_exits(program, MSR_IA32_SYSENTER_EIP), 0);
	EXPECT_FALSE(msr_bitmap_test(bitmap, MSR_IA32_SYSENTER_EIP, MSR_READ));
	program_end(program);
}

/* --- The clock --------------------------------------------------------------------- */

TEST(api_clock)
{
	struct program *program = program_start(A_VM);
	struct kvm_clock_data clock = {.clock = 5000000000}, now = {0};

	EXPECT_CALL(program->vm, KVM_SET_CLOCK, &clock, 0);
	sim_advance_time(1000000);
	EXPECT_CALL(program->vm, KVM_GET_CLOCK, &now, 0);
	EXPECT_TRUE(now.clock >= 5001000000 && now.clock < 5001100000);
	EXPECT_EQ(now.flags, KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC);
	EXPECT_TRUE(now.realtime && now.host_tsc);

	/* The time that has passed since, on the clock that all have: here 2 s. */
	clock.flags = KVM_CLOCK_REALTIME;
	clock.realtime = now.realtime - 2000000000;
	EXPECT_CALL(program->vm, KVM_SET_CLOCK, &clock, 0);
	EXPECT_CALL(program->vm, KVM_GET_CLOCK, &now, 0);
	EXPECT_TRUE(now.clock >= 7000000000 && now.clock < 7000100000);
	/* It was later there: the clock does not go back for it. */
	clock.realtime = now.realtime + 1000000000;
	EXPECT_CALL(program->vm, KVM_SET_CLOCK, &clock, 0);
	EXPECT_CALL(program->vm, KVM_GET_CLOCK, &now, 0);
	EXPECT_TRUE(now.clock >= 5000000000 && now.clock < 5000100000);

	sim_set_tsc_stable(false);
	memset(&now, 0xff, sizeof(now));
	EXPECT_CALL(program->vm, KVM_GET_CLOCK, &now, 0);
	EXPECT_EQ(now.flags, 0);
	EXPECT_EQ(now.realtime, 0);
	sim_set_tsc_stable(true);
	program_end(program);
}

TEST(api_clock_refusals)
{
	struct program *program = program_start(A_VM);
	struct kvm_clock_data now;

	for (unsigned int bit = 0; bit < 32; bit++) {
		struct kvm_clock_data clock = {.clock = 1000000000000, .flags = BIT32(bit)};

		test_context("flag %u", bit);
		if (bit >= 1 && bit <= 3)
			continue;
		EXPECT_CALL(program->vm, KVM_SET_CLOCK, &clock, -EINVAL);
		EXPECT_CALL(program->vm, KVM_GET_CLOCK, &now, 0);
		EXPECT_TRUE(now.clock < 1000000000000);
	}
	program_end(program);
}

/* The guest finds that it was stopped; one without a clock page cannot be told. */
TEST(api_kvmclock_ctrl)
{
	struct program *program = program_start(A_VCPU);
	const u8 *page = sim_user_pointer(program->ram + 0x2000);

	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_KVMCLOCK_CTRL, 0), -EINVAL);
	EXPECT_TRUE(msr_set(program, MSR_KVM_SYSTEM_TIME_NEW, 0x2000 | 1));
	guest_enters(program);
	EXPECT_EQ(page[29] & 2, 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_KVMCLOCK_CTRL, 0), 0);
	guest_enters(program);
	EXPECT_EQ(page[29] & 2, 2);
	EXPECT_TRUE(msr_set(program, MSR_KVM_SYSTEM_TIME_NEW, 0));
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_KVMCLOCK_CTRL, 0), -EINVAL);
	program_end(program);
}

/* --- What else is refused ---------------------------------------------------------- */

TEST(api_io_refusals)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_ioeventfd ioeventfd = {.addr = 0x1000, .len = 4, .fd = 99};
	struct kvm_coalesced_mmio_zone zone = {.addr = 0xd0000000, .size = 8, .pio = 2};
	struct kvm_irqfd irqfd = {.fd = 99, .gsi = 5};

	EXPECT_CALL(program->vm, KVM_IOEVENTFD, &ioeventfd, -EBADF);
	ioeventfd.fd = program->event;
	ioeventfd.len = 3;
	EXPECT_CALL(program->vm, KVM_IOEVENTFD, &ioeventfd, -EINVAL);
	ioeventfd.len = 4;
	EXPECT_CALL(program->vm, KVM_IOEVENTFD, &ioeventfd, 0);
	EXPECT_CALL(program->vm, KVM_IOEVENTFD, &ioeventfd, -EEXIST);
	EXPECT_CALL(program->vm, KVM_REGISTER_COALESCED_MMIO, &zone, -EINVAL);
	EXPECT_CALL(program->vm, KVM_UNREGISTER_COALESCED_MMIO, &zone, -EINVAL);
	EXPECT_CALL(program->vm, KVM_IRQFD, &irqfd, -EBADF);
	irqfd.fd = (u32)program->event;
	irqfd.flags = BIT32(31);
	EXPECT_CALL(program->vm, KVM_IRQFD, &irqfd, -EINVAL);
	irqfd.flags = 0;
	EXPECT_CALL(program->vm, KVM_IRQFD, &irqfd, 0);
	EXPECT_CALL(program->vm, KVM_IRQFD, &irqfd, -EBUSY);
	program_end(program);
}

/* 1000 zones, and one more; all go with the one call that covers them. */
TEST(api_coalesced_zones_count)
{
	struct program *program = program_start(A_VM);
	struct kvm_coalesced_mmio_zone zone = {.addr = 0xd0000000, .size = 8};

	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 1000; i++)
			EXPECT_CALL(program->vm, KVM_REGISTER_COALESCED_MMIO, &zone, 0);
		EXPECT_CALL(program->vm, KVM_REGISTER_COALESCED_MMIO, &zone, -ENOSPC);
		EXPECT_CALL(program->vm, KVM_UNREGISTER_COALESCED_MMIO, &zone, 0);
	}
	program_end(program);
}
