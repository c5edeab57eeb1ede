// SPDX-License-Identifier: GPL-2.0
/*
 * What user space says of KVM's own features: KVM_CAP_ENFORCE_PV_FEATURE_CPUID, exits that a guest
 * does without, hypercalls that are user space's, quirks.
 */
#include "cpuid/cpuid.h"
#include "fixture/vm.h"
#include "facts/msr.h"
#include "irq/lapic.h"
#include "msr/msr.h"
#include "program.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define STEAL_TIME    0x4b564d03u
#define POLL_CONTROL  0x4b564d05u
#define MAP_GPA_RANGE 12

static long enable(int fd, u32 number, u64 value)
{
	struct kvm_enable_cap cap = {.cap = number, .args[0] = value};

	return CALL(fd, KVM_ENABLE_CAP, &cap);
}

struct list {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entry[3];
};

/* Leaf 1, and that of KVM's features behind another hypervisor's. */
static struct list told(u32 ecx, u32 features)
{
	return (struct list){
		.head.nent = 3,
		.entry = {{.function = 1, .ecx = ecx},
			  {.function = 0x40000100,
			   .eax = 0x40000101,
			   .ebx = 0x4b4d564b,
			   .ecx = 0x564b4d56,
			   .edx = 0x4d},
			  {.function = 0x40000101, .eax = features}},
	};
}

static long set_told(const struct program *program, u32 ecx, u32 features)
{
	struct list list = told(ecx, features);

	return api_call(program->vcpu, KVM_SET_CPUID2, &list, sizeof(list));
}

static void get_told(const struct program *program, struct list *list)
{
	*list = (struct list){.head.nent = 3};
	EXPECT_EQ(api_call(program->vcpu, KVM_GET_CPUID2, list, sizeof(*list)), 0);
}

static const struct {
	u32 msr;
	unsigned int feature;
} pv_msrs[] = {
	{0x11, 0},	 {0x12, 0},	     {0x4b564d00, 3}, {0x4b564d01, 3},	{STEAL_TIME, 5},
	{0x4b564d04, 6}, {POLL_CONTROL, 12}, {0x4b564d02, 4}, {0x4b564d07, 14},
};

TEST(api_pv_features_enforced)
{
	struct program *program = program_start(A_VCPU);
	u64 value;

	for (unsigned int i = 0; i < COUNT_OF(pv_msrs); i++) {
		u32 feature = BIT32(pv_msrs[i].feature), msr = pv_msrs[i].msr;

		test_context("MSR %#x", msr);
		EXPECT_EQ(enable(program->vcpu, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 0), 0);
		EXPECT_EQ(set_told(program, 0, ~feature), 0);
		EXPECT_TRUE(msr_get(program, msr, &value) && msr_set(program, msr, 0));
		EXPECT_EQ(enable(program->vcpu, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1), 0);
		EXPECT_FALSE(msr_get(program, msr, &value) || msr_set(program, msr, 0));
		EXPECT_EQ(set_told(program, 0, feature), 0);
		EXPECT_TRUE(msr_get(program, msr, &value) && msr_set(program, msr, 0));
	}
	program_end(program);
}

TEST(api_poll_control)
{
	struct program *program = program_start(A_VCPU);
	u64 value = 0;

	EXPECT_TRUE(msr_get(program, POLL_CONTROL, &value));
	EXPECT_EQ(value, 1);
	EXPECT_TRUE(msr_set(program, POLL_CONTROL, 0));
	EXPECT_FALSE(msr_set(program, POLL_CONTROL, 2));
	EXPECT_TRUE(msr_get(program, POLL_CONTROL, &value));
	EXPECT_EQ(value, 0);
	program_end(program);
}

/* --- KVM_CAP_X86_DISABLE_EXITS ------------------------------------------------------- */

TEST(api_exits_refused)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_X86_DISABLE_EXITS), 0xf);
	sim_guest_may_mwait = false;
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_X86_DISABLE_EXITS), 0xe);
	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, 1), -EINVAL);
	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, 0x10), -EINVAL);
	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, BIT64(32)), -EINVAL);
	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, 0xe), 0);
	program_end(program);
}

/* A cloud may force the exit: then it is not offered. */
TEST(api_exits_that_are_forced)
{
	struct program *program = program_start(A_VM);
	u32 before = vmcs_config.allowed0[CTL_PRIMARY];

	vmcs_config.allowed0[CTL_PRIMARY] |= CPU1_HLT_EXITING;
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_X86_DISABLE_EXITS), 0xd);
	vmcs_config.allowed0[CTL_PRIMARY] = before;
	program_end(program);
}

TEST(api_exits_disabled)
{
	static const struct {
		u32 exit;
		u64 primary, secondary; /* that are off */
	} rows[] = {
		{0, 0, 0},
		{KVM_X86_DISABLE_EXITS_MWAIT, CPU1_MWAIT_EXITING | CPU1_MONITOR_EXITING, 0},
		{KVM_X86_DISABLE_EXITS_HLT, CPU1_HLT_EXITING, 0},
		{KVM_X86_DISABLE_EXITS_PAUSE, 0, CPU2_PAUSE_LOOP_EXITING},
		{KVM_X86_DISABLE_EXITS_CSTATE, 0, 0},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		const u64 primary = CPU1_MWAIT_EXITING | CPU1_MONITOR_EXITING | CPU1_HLT_EXITING;
		struct program *program = program_start(A_VM);
		const u8 *bitmap;
		struct vcpu *vcpu;
		struct list list;

		test_context("row %u", i);
		EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, rows[i].exit), 0);
		program->vcpu = program_add_vcpu(program, 0);
		vcpu = sim_file_vcpu(program->vcpu);
		EXPECT_EQ(vcpu->control[CTL_PRIMARY] & primary, primary & ~rows[i].primary);
		EXPECT_EQ(vcpu->control[CTL_SECONDARY] & CPU2_PAUSE_LOOP_EXITING,
			  CPU2_PAUSE_LOOP_EXITING & ~rows[i].secondary);
		bitmap = vcpu->vmcs.msr_bitmap;
		EXPECT_EQ(!(bitmap[0x3fd / 8] & BIT32(0x3fd % 8)),
			  rows[i].exit == KVM_X86_DISABLE_EXITS_CSTATE);
		EXPECT_EQ(!(bitmap[0x660 / 8] & BIT32(0x660 % 8)),
			  rows[i].exit == KVM_X86_DISABLE_EXITS_CSTATE);
		/* Who stands at HLT in the processor is woken by nobody. */
		EXPECT_EQ(set_told(program, 0, BIT32(7) | BIT32(5)), 0);
		get_told(program, &list);
		EXPECT_EQ(list.entry[2].eax, rows[i].exit == KVM_X86_DISABLE_EXITS_HLT
						     ? BIT32(5)
						     : BIT32(7) | BIT32(5));
		/* What was taken once is taken again. */
		vcpu->has_run = true;
		EXPECT_EQ(set_told(program, 0, BIT32(7) | BIT32(5)), 0);
		program_end(program);
	}
}

/* A vCPU that there was already goes on as it was made, but is not told of unhalt any more, from
 * the next CPUID on; one that has run keeps what it was told. */
TEST(api_exits_disabled_late)
{
	struct program *program = program_start(A_VM);
	const u32 told = BIT32(7) | BIT32(5);
	struct vcpu *early, *late;
	struct list list;
	int other;

	program->vcpu = program_add_vcpu(program, 0);
	early = sim_file_vcpu(program->vcpu);
	EXPECT_EQ(set_told(program, 0, told), 0);
	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS,
			 KVM_X86_DISABLE_EXITS_HLT | KVM_X86_DISABLE_EXITS_CSTATE),
		  0);
	EXPECT_EQ(early->control[CTL_PRIMARY] & CPU1_HLT_EXITING, CPU1_HLT_EXITING);
	early->has_run = true;
	EXPECT_EQ(set_told(program, 0, told), 0);
	get_told(program, &list);
	EXPECT_EQ(list.entry[2].eax, told);
	early->has_run = false;
	EXPECT_EQ(set_told(program, 0, told), 0);
	get_told(program, &list);
	EXPECT_EQ(list.entry[2].eax, BIT32(5));
	early->has_run = true;
	EXPECT_EQ(set_told(program, 0, told), 0);
	EXPECT_FALSE(msr_condition_met(MSR_IF_CSTATE, early));
	other = program_add_vcpu(program, 1);
	late = sim_file_vcpu(other);
	EXPECT_EQ(late->control[CTL_PRIMARY] & CPU1_HLT_EXITING, 0);
	EXPECT_TRUE(msr_condition_met(MSR_IF_CSTATE, late));
	sim_file_close(other);
	program_end(program);
}

/* User space sends a guest that stands at HLT elsewhere. */
TEST(api_exits_disabled_activity)
{
	struct program *program = program_start(A_VM);
	struct kvm_regs regs = {.rip = 0x1000, .rflags = 2};
	struct vcpu *vcpu;

	EXPECT_EQ(enable(program->vm, KVM_CAP_X86_DISABLE_EXITS, KVM_X86_DISABLE_EXITS_HLT), 0);
	program->vcpu = program_add_vcpu(program, 0);
	vcpu = sim_file_vcpu(program->vcpu);
	FIXTURE_LOADED(vcpu, vmcs_write32(GUEST_ACTIVITY_STATE, ACTIVITY_HLT));
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	FIXTURE_LOADED(vcpu, EXPECT_EQ(vmcs_read32(GUEST_ACTIVITY_STATE), ACTIVITY_ACTIVE));
	program_end(program);
}

/* --- KVM_CAP_EXIT_HYPERCALL ------------------------------------------------------------ */

static const u64 *call_registers;

static void guest_calls(struct vcpu *vcpu, void *argument)
{
	vcpu->regs[REG_RAX] = MAP_GPA_RANGE;
	vcpu->regs[REG_RBX] = call_registers[0];
	vcpu->regs[REG_RCX] = call_registers[1];
	vcpu->regs[REG_RDX] = call_registers[2];
}

static long calls(const struct program *program, const u64 registers[3])
{
	call_registers = registers;
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_VMCALL, .instruction_length = 3, .guest = guest_calls});
	return sim_ioctl(program->vcpu, KVM_RUN, 0);
}

static u32 rax(const struct program *program)
{
	struct kvm_regs regs = {0};

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	return (u32)regs.rax;
}

TEST(api_hypercall_exits)
{
	static const u64 wrong[][3] = {{0x1001, 1, 0}, {0x1000, 0, 0}};
	static const u64 right[3] = {0x5000, 3, 0x10};
	struct program *program = program_start(A_VCPU);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_EXIT_HYPERCALL), 0x1000);
	EXPECT_EQ(enable(program->vm, KVM_CAP_EXIT_HYPERCALL, 0x1001), -EINVAL);
	EXPECT_EQ(calls(program, right), -EINTR);
	sim_signal(false);
	EXPECT_EQ(rax(program), (u32)-1000);
	EXPECT_EQ(enable(program->vm, KVM_CAP_EXIT_HYPERCALL, 0x1000), 0);
	for (unsigned int i = 0; i < COUNT_OF(wrong); i++) {
		EXPECT_EQ(calls(program, wrong[i]), -EINTR);
		sim_signal(false);
		EXPECT_EQ(rax(program), (u32)-22);
	}
	EXPECT_EQ(calls(program, right), 0);
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_HYPERCALL);
	EXPECT_EQ(program->run->hypercall.nr, MAP_GPA_RANGE);
	EXPECT_EQ(program->run->hypercall.args[0], 0x5000);
	EXPECT_EQ(program->run->hypercall.args[1], 3);
	EXPECT_EQ(program->run->hypercall.args[2], 0x10);
	EXPECT_EQ(program->run->hypercall.longmode, 0);
	program->run->hypercall.ret = 0x7700000001;
	program->run->immediate_exit = 1;
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINTR);
	EXPECT_EQ(rax(program), 1);
	program_end(program);
}

/* --- Quirks -------------------------------------------------------------------------------- */

#define QUIRKS 0x7f

TEST(api_quirks_refused)
{
	struct program *program = program_start(A_VM);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_DISABLE_QUIRKS), 1);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_DISABLE_QUIRKS2), QUIRKS);
	EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS, ~(u64)0), 0);
	EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, QUIRKS), 0);
	EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, QUIRKS | 0x80), -EINVAL);
	EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, BIT64(32)), -EINVAL);
	program_end(program);
}

TEST(api_quirk_lint0)
{
	for (u32 off = 0; off < 2; off++) {
		struct program *program = program_start(AN_IRQCHIP);
		struct kvm_lapic_state state;
		u32 lint0;

		EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, off), 0);
		program->vcpu = program_add_vcpu(program, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &state, 0);
		__builtin_memcpy(&lint0, state.regs + 0x350, sizeof(lint0));
		EXPECT_EQ(lint0, off ? 0x10000 : 0x700);
		program_end(program);
	}
}

TEST(api_quirk_apic_hole)
{
	for (u32 off = 0; off < 2; off++) {
		struct fixture *g = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .cpuid = true);
		struct vcpu *vcpu = g->vcpu;
		u32 value = 0;

		g->vm.quirks_disabled = off ? KVM_X86_QUIRK_LAPIC_MMIO_HOLE : 0;
		EXPECT_TRUE(lapic_mmio_read(vcpu, APIC_BASE_DEFAULT + 0x30, 4, &value));
		vcpu->apic_base |= APIC_BASE_X2APIC;
		EXPECT_EQ(lapic_mmio_read(vcpu, APIC_BASE_DEFAULT + 0x30, 4, &value), !off);
		EXPECT_EQ(lapic_mmio_write(vcpu, APIC_BASE_DEFAULT + 0x80, 4, &value), !off);
		fixture_destroy(g);
	}
}

/* Does it raise #UD, and not end? */
static bool monitor_faults(struct program *program, u32 reason)
{
	struct kvm_regs before = {0}, after = {0};

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &before, 0);
	program_run(program, reason, 3);
	sim_signal(false);
	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &after, 0);
	return after.rip == before.rip;
}

TEST(api_quirk_monitor_never_faults)
{
	for (u32 told_of = 0; told_of < 2; told_of++) {
		struct program *program = program_start(A_VCPU);

		EXPECT_EQ(set_told(program, told_of ? BIT32(3) : 0, 0), 0);
		EXPECT_FALSE(monitor_faults(program, EXIT_REASON_MONITOR));
		EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, BIT32(6)), 0);
		EXPECT_EQ(monitor_faults(program, EXIT_REASON_MONITOR), !told_of);
		EXPECT_EQ(monitor_faults(program, EXIT_REASON_MWAIT), !told_of);
		program_end(program);
	}
}

#define MONITOR_ON 0x40000

TEST(api_quirk_misc_enable)
{
	struct program *program = program_start(A_VCPU);
	struct list list;
	u64 value = 0;

	EXPECT_TRUE(msr_get(program, MSR_IA32_MISC_ENABLE, &value));
	EXPECT_EQ(set_told(program, BIT32(0) | BIT32(3), 0), 0);
	EXPECT_TRUE(msr_set(program, MSR_IA32_MISC_ENABLE, value));
	get_told(program, &list);
	EXPECT_EQ(list.entry[0].ecx, BIT32(0) | BIT32(3));

	EXPECT_EQ(enable(program->vm, KVM_CAP_DISABLE_QUIRKS2, BIT32(4)), 0);
	EXPECT_EQ(set_told(program, BIT32(0) | BIT32(3), 0), 0);
	get_told(program, &list);
	EXPECT_EQ(list.entry[0].ecx, BIT32(0));
	EXPECT_TRUE(msr_set(program, MSR_IA32_MISC_ENABLE, value | MONITOR_ON));
	get_told(program, &list);
	EXPECT_EQ(list.entry[0].ecx, BIT32(0) | BIT32(3));
	EXPECT_EQ(set_told(program, BIT32(0), 0), 0);
	get_told(program, &list);
	EXPECT_EQ(list.entry[0].ecx, BIT32(0) | BIT32(3));
	/* What was taken once is taken again. */
	sim_file_vcpu(program->vcpu)->has_run = true;
	EXPECT_EQ(set_told(program, BIT32(0), 0), 0);
	sim_file_vcpu(program->vcpu)->has_run = false;
	/* Without SSE3 the bit stays. */
	EXPECT_EQ(set_told(program, 0, 0), 0);
	EXPECT_FALSE(msr_set(program, MSR_IA32_MISC_ENABLE, value));
	program_end(program);
}
