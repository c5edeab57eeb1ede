// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_LAPIC while the timer expires: its count and IRR are of one moment.  The interrupt is
 * still to come or is there, not both and not neither; who sets that state again has it once.
 */
#include "fixture.h"
#include "irq/registers.h"
#include "task.h"

#define SEEDS  100
#define VECTOR 0x45
#define DUE_NS 12

static struct fixture *chips;
static bool over;

static u32 get(const struct kvm_lapic_state *state, u32 offset)
{
	u32 value;

	memcpy(&value, state->regs + offset, sizeof(value));
	return value;
}

static void get_states(void *unused)
{
	struct kvm_lapic_state state;
	bool requested = false;

	while (!requested) {
		lapic_state_get(&chips->vcpu[0], &state);
		requested = get(&state, lapic_vector_word(LAPIC_IRR, VECTOR)) & BIT32(VECTOR % 32);
		if (!EXPECT_EQ(!get(&state, LAPIC_TIMER_CURRENT), requested))
			break;
	}
	over = true;
}

static void pass_time(void *unused)
{
	while (!over) {
		sim_advance_time(1);
		host_cond_resched();
	}
}

static void start(void)
{
	static const struct {
		u32 offset, value;
	} writes[] = {{LAPIC_LVT_TIMER, VECTOR},
		      {LAPIC_TIMER_DIVIDE, 0xb},
		      {LAPIC_TIMER_INITIAL, DUE_NS}};

	for (unsigned int i = 0; i < COUNT_OF(writes); i++)
		lapic_mmio_write(&chips->vcpu[0], 0xfee00000 + writes[i].offset, 4,
				 &writes[i].value);
}

TEST(timer_is_in_the_state_once)
{
	for (u64 seed = 1; seed <= SEEDS; seed++) {
		test_context("seed %llu", seed);
		chips = chips_open();
		sim_set_cpus(2);
		sim_random_seed(seed);
		start();
		over = false;
		sim_task_create("KVM_GET_LAPIC", get_states, NULL);
		sim_task_create("clock", pass_time, NULL);
		sim_tasks_run(2);
		fixture_destroy(chips);
	}
}
