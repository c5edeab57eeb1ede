// SPDX-License-Identifier: GPL-2.0
/* Polling before HLT sleeps: for how long, and what it sees.
 * Documentation/virt/kvm/halt-polling.rst
 */
#include "fixture/vm.h"
#include "pair.h"
#include "msr/state.h"
#include "vcpu/halt_poll.h"

#define MOST 200000u

static const struct halt_poll_parameters as_kvm = {MOST, 2, 10000, 0};

/* --- How long the next time --- */

TEST(halt_poll_next_times)
{
	static const struct {
		const char *what;
		u32 ns;
		u64 halted;
		u32 most, next;
	} rows[] = {
		{"it was long enough", 20000, 20000, MOST, 20000},
		{"a little too short", 20000, 20001, MOST, 40000},
		{"not at all yet", 0, 1, MOST, 10000},
		{"up to the limit", 150000, 160000, MOST, MOST},
		{"the limit is less than the start", 0, 1, 7000, 7000},
		{"as long as the limit", 40000, MOST, MOST, 80000},
		{"could not be long enough", 40000, MOST + 1, MOST, 0},
		{"nor from 0", 0, MOST + 1, MOST, 0},
		{"for ever", MOST, ~(u64)0, MOST, 0},
		{"at the limit", MOST, MOST, MOST, MOST},
		{"it is off", 40000, 1, 0, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("%s", rows[i].what);
		EXPECT_EQ(halt_poll_next(rows[i].ns, rows[i].halted, rows[i].most, &as_kvm),
			  rows[i].next);
	}
}

/* Whatever the administrator writes there, nothing overflows or goes beyond the limit. */
TEST(halt_poll_next_with_other_parameters)
{
	static const struct {
		const char *what;
		struct halt_poll_parameters parameters;
		u32 ns;
		u64 halted;
		u32 most, next;
	} rows[] = {
		{"does not grow", {MOST, 0, 10000, 0}, 20000, 30000, MOST, 20000},
		{"nor from 0", {MOST, 0, 10000, 0}, 0, 30000, MOST, 0},
		{"by the greatest factor", {~0u, ~0u, 1, 0}, ~0u - 1, ~0u - 1ull, ~0u, ~0u - 1},
		{"beyond 32 bits", {~0u, ~0u, 1, 0}, 3, 4, ~0u, ~0u},
		{"from 0 without a start", {MOST, 2, 0, 0}, 0, 1, MOST, 0},
		{"shrinks by 2", {MOST, 2, 10000, 2}, 50000, MOST + 1, MOST, 25000},
		{"to less than the start", {MOST, 2, 10000, 2}, 19998, MOST + 1, MOST, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("%s", rows[i].what);
		EXPECT_EQ(halt_poll_next(rows[i].ns, rows[i].halted, rows[i].most,
					 &rows[i].parameters),
			  rows[i].next);
	}
}

/* --- A vCPU that polls --- */

static struct {
	struct vcpu *vcpu;
	unsigned int looks, comes_at; /* at which look something comes; 0: while it sleeps */
	void (*come)(struct vcpu *vcpu);
	u64 asleep_ns;
	bool slept;
} other;

static void interrupt_comes(struct vcpu *vcpu)
{
	vcpu_unhalt(vcpu);
}

/* Another CPU's moment. */
static void relax(void)
{
	sim_advance_time(1000);
	if (++other.looks == other.comes_at)
		other.come(other.vcpu);
}

static void while_asleep(struct vcpu *vcpu)
{
	other.slept = true;
	EXPECT_TRUE(vcpu->stats.halt.asleep);
	sim_advance_time(other.asleep_ns);
	interrupt_comes(vcpu);
}

/* HLT with so much time to poll: something comes at the look, or while it sleeps. */
static struct fixture *halt(u32 ns, unsigned int comes_at, u64 asleep_ns)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];

	halt_poll = as_kvm;
	vcpu->halt_poll_ns = ns;
	other = (__typeof__(other)){
		.vcpu = vcpu,
		.comes_at = comes_at,
		.come = interrupt_comes,
		.asleep_ns = asleep_ns,
	};
	sim_relax_hook(relax);
	sim_wait_hook(while_asleep);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	return pair;
}

TEST(halt_poll_sees_what_comes)
{
	struct fixture *pair = halt(20000, 7, 0);
	const struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	const struct vcpu_halt_stats *stats = &vcpu->stats.halt;

	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_FALSE(other.slept);
	EXPECT_EQ(other.looks, 7);
	EXPECT_EQ(stats->attempted_polls, 1);
	EXPECT_EQ(stats->successful_polls, 1);
	EXPECT_EQ(stats->invalid_polls, 0);
	EXPECT_EQ(stats->poll_success_ns, 7000);
	EXPECT_EQ(stats->poll_success.bucket[13], 1); /* 4096 to 8191 */
	EXPECT_EQ(stats->poll_fail_ns + stats->wait_ns + stats->wakeups, 0);
	EXPECT_EQ(vcpu->halt_poll_ns, 20000);
	fixture_destroy(pair);
}

TEST(halt_poll_then_sleeps)
{
	struct fixture *pair = halt(20000, 0, 50000);
	const struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	const struct vcpu_halt_stats *stats = &vcpu->stats.halt;

	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_TRUE(other.slept);
	EXPECT_FALSE(stats->asleep);
	EXPECT_EQ(other.looks, 20);
	EXPECT_EQ(stats->attempted_polls, 1);
	EXPECT_EQ(stats->successful_polls, 0);
	EXPECT_EQ(stats->poll_fail_ns, 20000);
	EXPECT_EQ(stats->poll_fail.bucket[15], 1); /* 16384 to 32767 */
	EXPECT_EQ(stats->wait_ns, 50000);
	EXPECT_EQ(stats->wait.bucket[16], 1); /* 32768 to 65535 */
	EXPECT_EQ(stats->wakeups, 1);
	EXPECT_EQ(stats->poll_success_ns, 0);
	EXPECT_EQ(vcpu->halt_poll_ns, 40000);
	fixture_destroy(pair);
}

/* It has never halted: it sleeps at once, and polls the next time. */
TEST(halt_poll_begins_with_none)
{
	struct fixture *pair = halt(0, 0, 50000);
	const struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];

	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_EQ(other.looks, 0);
	EXPECT_EQ(vcpu->stats.halt.attempted_polls, 0);
	EXPECT_EQ(vcpu->stats.halt.wait_ns, 50000);
	EXPECT_EQ(vcpu->halt_poll_ns, 10000);
	fixture_destroy(pair);
}

TEST(halt_poll_gives_up_what_is_long)
{
	struct fixture *pair = halt(20000, 0, MOST);

	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].halt_poll_ns, 0);
	fixture_destroy(pair);
}

/* A guest that polls by itself says so in MSR_KVM_POLL_CONTROL. */
TEST(halt_poll_as_the_guest_wants)
{
	struct fixture *pair = halt(20000, 0, 1000);
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];

	vcpu->msrs->poll_control = 0;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_EQ(other.looks, 0);
	EXPECT_TRUE(other.slept);
	EXPECT_EQ(vcpu->halt_poll_ns, 20000);
	EXPECT_EQ(vcpu->stats.halt.wait_ns, 1000);
	fixture_destroy(pair);
}

/* What user space says of its VM holds, whatever the host's parameter is. */
TEST(halt_poll_as_the_vm_wants)
{
	struct fixture *pair = halt(20000, 0, 1000);

	pair->vm.halt_poll_most = 5000;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_EQ(other.looks, 5);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].halt_poll_ns, 0); /* 6000 ns were too long */
	fixture_destroy(pair);

	pair = halt(20000, 1, 0);
	halt_poll.most_ns = 0;
	pair->vm.halt_poll_most = 5000;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_FALSE(other.slept);
	fixture_destroy(pair);

	pair = halt(20000, 0, 1000);
	pair->vm.halt_poll_most = 0;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_EQ(other.looks, 0);
	fixture_destroy(pair);
}

static void flush_comes(struct vcpu *vcpu)
{
	vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
}

/* The hypervisor's own work does not end HLT, and says nothing of how long it takes. */
TEST(halt_poll_for_nothing)
{
	struct fixture *pair = halt(20000, 7, 1000);
	const struct vcpu_halt_stats *stats = &pair->vcpu[PAIR_BSP].stats.halt;

	other.come = flush_comes;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, 0);
	EXPECT_TRUE(other.slept);
	EXPECT_EQ(stats->attempted_polls, 2);
	EXPECT_EQ(stats->successful_polls, 1);
	EXPECT_EQ(stats->invalid_polls, 1);
	EXPECT_EQ(other.looks, 27);
	fixture_destroy(pair);
}

static void nmi_comes(struct vcpu *vcpu)
{
	vcpu_nmi_send(vcpu);
}

/* An event that the vCPU has not taken yet is one. */
TEST(halt_poll_sees_an_nmi)
{
	struct fixture *pair = halt(20000, 3, 0);
	const struct vcpu_halt_stats *stats = &pair->vcpu[PAIR_BSP].stats.halt;

	other.come = nmi_comes;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).event & 0xff, VECTOR_NMI);
	EXPECT_EQ(stats->successful_polls, 1);
	EXPECT_EQ(stats->invalid_polls, 0);
	fixture_destroy(pair);
}

static void signal_comes(struct vcpu *vcpu)
{
	sim_signal(true);
}

/* The thread is wanted for something else: it does not poll on. */
TEST(halt_poll_ends_for_a_signal)
{
	struct fixture *pair = halt(20000, 4, 0);

	other.come = signal_comes;
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, -EINTR);
	EXPECT_EQ(other.looks, 4);
	EXPECT_FALSE(other.slept);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].stats.halt.successful_polls, 0);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].mp_state, KVM_MP_STATE_HALTED);
	fixture_destroy(pair);
}

/* Who waits for INIT and SIPI waits for long. */
TEST(halt_poll_is_for_hlt)
{
	struct fixture *pair = halt(20000, 0, 0);

	pair->vcpu[PAIR_BSP].mp_state = KVM_MP_STATE_UNINITIALIZED;
	other.come = signal_comes;
	sim_signal(true);
	EXPECT_EQ(pair_run(pair, PAIR_BSP).result, -EINTR);
	EXPECT_EQ(other.looks, 0);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].stats.halt.wait_ns, 0);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].stats.halt.wait.bucket[0], 0);
	sim_script_clear();
	fixture_destroy(pair);
}
