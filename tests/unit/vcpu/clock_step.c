// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_CLOCK while vCPUs are in the guest: once one of them has read the new time, none reads
 * the old one.  A guest that is told that the clock is stable does not look for that.
 */
#include "clock_page.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "task.h"
#include "vcpu/clock.h"
#include "vmx.h"

#define SEEDS	100
#define CPUS	3
#define VCPUS	2
#define STEPS	5 /* of the clock, forward */
#define STEP_NS 5000000000ull

static struct fixture *g;
static struct sim_task *tasks[VCPUS];
static bool over;
static u64 latest; /* that any of them has read */
static unsigned int backward;

/* It does nothing but read its clock. */
static bool read_clock(struct vcpu *vcpu, struct sim_exit *exit)
{
	u64 now = page_time(vcpu, host_rdtsc());

	backward += now < latest;
	latest = now;
	return false;
}

static void nothing_comes(struct vcpu *vcpu, const struct sim_injection *event)
{
	EXPECT_EQ(event->info, 0);
}

static void run_vcpu(void *vcpu)
{
	while (!over) {
		EXPECT_EQ(vcpu_run(vcpu), -EINTR);
		sim_signal(false);
	}
}

/* Each time until somebody has read it. */
static void step_clock(void *unused)
{
	struct kvm_clock_data data = {0};

	for (unsigned int i = 0; i < STEPS; i++) {
		data.clock += STEP_NS;
		EXPECT_EQ(clock_set(&g->vm, &data), 0);
		while (latest < data.clock)
			host_cond_resched();
	}
	over = true;
	for (unsigned int id = 0; id < VCPUS; id++)
		sim_task_signal(tasks[id], true);
}

static void make(void)
{
	sim_reset();
	sim_set_cpus(CPUS);
	g = guest_with_memory();
	page_enable(&g->vcpu[0]);
	fixture_set_cpuid(guest_add_vcpu(g));
	page_enable(&g->vcpu[1]);
	over = false;
	latest = 0;
}

TEST(clock_is_stepped_for_all_vcpus_at_once)
{
	static const struct sim_guest model = {.deliver = nothing_comes, .step = read_clock};

	for (u64 seed = 1; seed <= SEEDS; seed++) {
		test_context("seed %llu", seed);
		make();
		sim_random_seed(seed);
		sim_use_guest(&model);
		host_srcu_read_unlock(&g->vm.srcu, g->ticket);
		host_vcpu_release(&g->vcpu[1]);
		for (unsigned int id = 0; id < VCPUS; id++)
			tasks[id] = sim_task_create("vCPU", run_vcpu, &g->vcpu[id]);
		sim_task_create("program", step_clock, NULL);
		sim_tasks_run(4);
		sim_use_guest(NULL);
		host_vcpu_get(&g->vcpu[1]);
		g->ticket = host_srcu_read_lock(&g->vm.srcu);
		fixture_destroy(g);
		EXPECT_EQ(backward, 0);
		backward = 0;
	}
}
