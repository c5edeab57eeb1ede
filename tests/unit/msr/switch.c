// SPDX-License-Identifier: GPL-2.0
/* MSRs switched by hand: the guest's values in, and the host's back. */
#include "guest.h"

static const struct {
	u32 msr;
	u64 host, guest;
} rows[] = {
	{MSR_STAR, 0x0023001000000000, 0x001b000800000000},
	{MSR_LSTAR, 0xffffffff81e00080, 0xffffffff80001000},
	{MSR_CSTAR, 0xffffffff81e01850, 0xffffffff80002000},
	{MSR_SYSCALL_MASK, 0x257fd5, 0x47700},
	{MSR_KERNEL_GS_BASE, 0x00007f0000001000, 0xffff888000005000},
	{MSR_TSC_AUX, 3, 7},
};
#define ROWS_OF_SYSCALL 4 /* the first */

static u64 on_cpu(unsigned int cpu, u32 msr)
{
	u64 value = 0;

	EXPECT_TRUE(sim_msr_get(cpu, msr, &value));
	return value;
}

static void set_host_values(unsigned int cpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		sim_msr_set(cpu, rows[i].msr, rows[i].host + cpu);
}

static void set_values(struct vcpu *vcpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		EXPECT_EQ(msr_write(vcpu, rows[i].msr, rows[i].guest, true), 0);
}

/* IA32_EFER.SCE. */
static void enable_syscall(struct vcpu *vcpu, bool on)
{
	u64 others = vcpu->efer & ~IA32_EFER_SCE & ~IA32_EFER_LMA;

	EXPECT_EQ(msr_write(vcpu, MSR_EFER, others | (on ? IA32_EFER_SCE : 0), true), 0);
}

/* Of a guest that has a use for all of them. */
static void set_guest_values(struct vcpu *vcpu)
{
	enable_syscall(vcpu, true);
	set_values(vcpu);
}

static void expect_host_values(unsigned int cpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("MSR 0x%x on CPU %u", rows[i].msr, cpu);
		EXPECT_EQ(on_cpu(cpu, rows[i].msr), rows[i].host + cpu);
	}
}

static void expect_guest_values(unsigned int cpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("MSR 0x%x on CPU %u", rows[i].msr, cpu);
		EXPECT_EQ(on_cpu(cpu, rows[i].msr), rows[i].guest);
	}
}

/* What RDMSR gives the guest, whatever the register holds. */
static void expect_guest_reads(struct vcpu *vcpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		u64 value = 0;

		test_context("MSR 0x%x", rows[i].msr);
		EXPECT_EQ(msr_read(vcpu, rows[i].msr, &value, true), 0);
		EXPECT_EQ(value, rows[i].guest);
	}
}

/* Those of SYSCALL are the host's, the others the guest's. */
static void expect_without_syscall(unsigned int cpu)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		bool of_syscall = i < ROWS_OF_SYSCALL;

		test_context("MSR 0x%x on CPU %u", rows[i].msr, cpu);
		EXPECT_EQ(on_cpu(cpu, rows[i].msr),
			  of_syscall ? rows[i].host + cpu : rows[i].guest);
	}
}

TEST(msr_switch_in_and_out)
{
	struct fixture *g = guest_create();

	set_host_values(0);
	set_guest_values(&g->vcpu[0]);
	expect_host_values(0);
	for (unsigned int n = 0; n < 3; n++) {
		guest_switch_in(&g->vcpu[0]);
		expect_guest_values(0);
		guest_switch_out(&g->vcpu[0]);
		expect_host_values(0);
	}
	fixture_destroy(g);
}

TEST(msr_switch_on_another_cpu)
{
	struct fixture *g;

	sim_set_cpus(2);
	g = guest_create();
	set_host_values(0);
	set_host_values(1);
	set_guest_values(&g->vcpu[0]);
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		sim_reschedule(&g->vcpu[0], cpu % 2);
		guest_switch_in(&g->vcpu[0]);
		expect_guest_values(cpu % 2);
		guest_switch_out(&g->vcpu[0]);
		expect_host_values(0);
		expect_host_values(1);
	}
	fixture_destroy(g);
}

/* KERNEL_GS_BASE belongs to the task: another value each time. */
TEST(msr_switch_reads_the_tasks_value)
{
	struct fixture *g = guest_create();

	set_guest_values(&g->vcpu[0]);
	for (u64 task = 0x1000; task < 0x5000; task += 0x1000) {
		sim_msr_set(0, MSR_KERNEL_GS_BASE, task);
		guest_switch_in(&g->vcpu[0]);
		EXPECT_EQ(on_cpu(0, MSR_KERNEL_GS_BASE), 0xffff888000005000);
		guest_switch_out(&g->vcpu[0]);
		EXPECT_EQ(on_cpu(0, MSR_KERNEL_GS_BASE), task);
	}
	fixture_destroy(g);
}

/* The guest's SWAPGS changes the register without an exit. */
TEST(msr_switch_fetches_what_the_guest_wrote)
{
	struct fixture *g = guest_create();
	u64 value;

	set_host_values(0);
	set_guest_values(&g->vcpu[0]);
	guest_switch_in(&g->vcpu[0]);
	sim_msr_set(0, MSR_KERNEL_GS_BASE, 0x77777777);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_KERNEL_GS_BASE, &value, true), 0);
	EXPECT_EQ(value, 0x77777777);
	sim_msr_set(0, MSR_KERNEL_GS_BASE, 0x66666666);
	guest_switch_out(&g->vcpu[0]);
	expect_host_values(0);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_KERNEL_GS_BASE, &value, true), 0);
	EXPECT_EQ(value, 0x66666666);

	/* Even to the host's own value. */
	guest_switch_in(&g->vcpu[0]);
	sim_msr_set(0, MSR_KERNEL_GS_BASE, rows[4].host);
	guest_switch_out(&g->vcpu[0]);
	expect_host_values(0);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_KERNEL_GS_BASE, &value, true), 0);
	EXPECT_EQ(value, rows[4].host);
	fixture_destroy(g);
}

/* A write that exits is live at once. */
TEST(msr_switch_writes_live_values)
{
	struct fixture *g = guest_create();
	u64 value;

	fixture_set_cpuid(&g->vcpu[0]);
	set_host_values(0);
	enable_syscall(&g->vcpu[0], true);
	guest_switch_in(&g->vcpu[0]);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		EXPECT_EQ(msr_write(&g->vcpu[0], rows[i].msr, rows[i].guest, false), 0);
	expect_guest_values(0);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_LSTAR, &value, false), 0);
	EXPECT_EQ(value, 0xffffffff80001000);
	guest_switch_out(&g->vcpu[0]);
	expect_host_values(0);
	fixture_destroy(g);
}

/* A guest that cannot execute SYSCALL does not see them but by RDMSR, which exits. */
TEST(msr_switch_without_syscall)
{
	struct fixture *g;
	struct vcpu *vcpu;

	sim_set_cpus(2);
	g = guest_create();
	vcpu = &g->vcpu[0];
	set_host_values(0);
	set_host_values(1);
	enable_syscall(vcpu, false);
	set_values(vcpu);
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		sim_reschedule(vcpu, cpu % 2);
		guest_switch_in(vcpu);
		expect_without_syscall(cpu % 2);
		expect_guest_reads(vcpu);
		set_values(vcpu);
		expect_without_syscall(cpu % 2);
		guest_switch_out(vcpu);
		expect_host_values(0);
		expect_host_values(1);
	}
	fixture_destroy(g);
}

/* While its values are loaded it begins to use SYSCALL, and ends. */
TEST(msr_switch_follows_efer)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];

	set_host_values(0);
	enable_syscall(vcpu, false);
	set_values(vcpu);
	guest_switch_in(vcpu);
	expect_without_syscall(0);
	EXPECT_TRUE(msr_switched_suffices(vcpu));
	enable_syscall(vcpu, true);
	expect_guest_values(0);
	enable_syscall(vcpu, false);
	EXPECT_TRUE(msr_switched_suffices(vcpu));
	expect_guest_reads(vcpu);
	guest_switch_out(vcpu);
	expect_host_values(0);

	guest_switch_in(vcpu);
	expect_without_syscall(0);
	guest_switch_out(vcpu);
	expect_host_values(0);

	/* Not loaded: nothing of it shows. */
	enable_syscall(vcpu, true);
	expect_host_values(0);
	guest_switch_in(vcpu);
	expect_guest_values(0);
	guest_switch_out(vcpu);
	expect_host_values(0);
	fixture_destroy(g);
}

/* A new value in place of the host's own, and the other way round. */
TEST(msr_switch_writes_where_values_differ)
{
	struct fixture *g = guest_create();
	struct vcpu *vcpu = &g->vcpu[0];

	set_host_values(0);
	enable_syscall(vcpu, true);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		EXPECT_EQ(msr_write(vcpu, rows[i].msr, rows[i].host, true), 0);
	guest_switch_in(vcpu);
	expect_host_values(0);
	set_values(vcpu);
	expect_guest_values(0);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		EXPECT_EQ(msr_write(vcpu, rows[i].msr, rows[i].host, true), 0);
	expect_host_values(0);
	set_values(vcpu);
	guest_switch_out(vcpu);
	expect_host_values(0);
	fixture_destroy(g);
}

TEST(msr_switch_two_vcpus_in_turn)
{
	struct fixture *g = guest_create();
	struct vcpu *second;

	set_host_values(0);
	set_guest_values(&g->vcpu[0]);
	second = guest_add_vcpu(g);
	enable_syscall(second, true);
	for (unsigned int n = 0; n < 3; n++) {
		guest_switch_in(&g->vcpu[0]);
		expect_guest_values(0);
		guest_switch_out(&g->vcpu[0]);
		expect_host_values(0);
		guest_switch_in(second);
		EXPECT_TRUE(msr_switched_suffices(second));
		for (size_t i = 0; i < COUNT_OF(rows); i++)
			EXPECT_EQ(on_cpu(0, rows[i].msr), 0);
		guest_switch_out(second);
		expect_host_values(0);
	}
	fixture_destroy(g);
}

/* A host without RDTSCP has no IA32_TSC_AUX: an access would fault. */
TEST(msr_switch_leaves_absent_msrs_alone)
{
	struct fixture *g;
	u64 value;

	sim_cpuid_disable(0x80000001, SIM_ANY_SUBLEAF, 0, 0, 0, BIT32(27));
	sim_msr_remove(0, MSR_TSC_AUX);
	g = guest_create();
	enable_syscall(&g->vcpu[0], true);
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_LSTAR, 0x1000, true), 0);
	EXPECT_EQ(msr_read(&g->vcpu[0], MSR_TSC_AUX, &value, true), -EINVAL);
	EXPECT_EQ(msr_write(&g->vcpu[0], MSR_TSC_AUX, 0, true), -EINVAL);
	guest_switch_in(&g->vcpu[0]);
	EXPECT_EQ(on_cpu(0, MSR_LSTAR), 0x1000);
	guest_switch_out(&g->vcpu[0]);
	fixture_destroy(g);
}

/* TSX is off while a guest runs that is not told of it, and as the host had it afterwards. */
TEST(msr_switch_turns_tsx_off)
{
	static const u64 of_host[] = {0, 2, 3};

	for (size_t i = 0; i < COUNT_OF(of_host); i++) {
		struct fixture *g;
		u64 value;

		test_context("row %zu", i);
		sim_msr_set(0, MSR_IA32_ARCH_CAPABILITIES, BIT64(7)); /* TSX_CTRL */
		sim_msr_set(0, MSR_IA32_TSX_CTRL, of_host[i]);
		g = guest_create();
		guest_switch_in(&g->vcpu[0]);
		EXPECT_EQ(on_cpu(0, MSR_IA32_TSX_CTRL), 3); /* RTM_DISABLE, TSX_CPUID_CLEAR */
		EXPECT_EQ(msr_read(&g->vcpu[0], MSR_IA32_TSX_CTRL, &value, false), -EINVAL);
		EXPECT_EQ(msr_write(&g->vcpu[0], MSR_IA32_TSX_CTRL, 0, false), -EINVAL);
		guest_switch_out(&g->vcpu[0]);
		EXPECT_EQ(on_cpu(0, MSR_IA32_TSX_CTRL), of_host[i]);
		fixture_destroy(g);
	}
}
