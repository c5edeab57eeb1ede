// SPDX-License-Identifier: GPL-2.0
/*
 * Deadlines that the guest writes: the VMX-preemption timer waits for them while it runs, the
 * host's timer while it sleeps and once user space has looked.  Without that control, or with the
 * module's parameter, always the host's.
 *
 * SDM: "TSC-Deadline Mode", "VMX-Preemption Timer".
 */
#include "lapic_guest.h"
#include "exit/run.h"
#include "facts/control.h"
#include "facts/exit_reason.h"
#include "facts/interruption.h"
#include "facts/msr.h"
#include "vcpu/state.h"

#define VECTOR	 0x45
#define MS	 1000000ull
#define LENGTH	 2
#define OFF	 0xffffffffull
#define TOO_MUCH 200 /* reads of the TSC between two looks at it, in what sim adds for each */

static struct fixture *machine;
static struct vcpu *vcpu;

static u64 msr(u32 number, bool from_host)
{
	int ticket = host_srcu_read_lock(&machine->vm.srcu);
	u64 value = 0;

	EXPECT_EQ(apic_msr_read(vcpu, number, &value, from_host), 0);
	host_srcu_read_unlock(&machine->vm.srcu, ticket);
	return value;
}

static u64 tsc(void)
{
	return msr(MSR_IA32_TSC, false);
}

static void start(bool by_processor)
{
	lapic_preemption_timer = by_processor;
	machine = apic_guest_create(1);
	lapic_preemption_timer = true;
	host_srcu_read_unlock(&machine->vm.srcu, machine->ticket);
	vcpu = machine->vcpu;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	apic_write(vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
}

static void end(void)
{
	machine->ticket = host_srcu_read_lock(&machine->vm.srcu);
	sim_signal(false);
	fixture_destroy(machine);
}

/* --- what the guest does, a step each --- */

static void writes_deadline(struct vcpu *self, void *argument)
{
	const u64 *value = argument;

	self->regs[REG_RCX] = MSR_IA32_TSC_DEADLINE;
	self->regs[REG_RAX] = (u32)*value;
	self->regs[REG_RDX] = *value >> 32;
}

/* No timer of the host's may expire meanwhile. */
static void lets_time_pass(struct vcpu *self, void *argument)
{
	sim_advance_time(*(const u64 *)argument);
}

static void takes_interrupts(struct vcpu *self, void *argument)
{
	sim_vmcs_set(host_virt_to_phys(self->vmcs.region), GUEST_RFLAGS, RFLAGS_IF | 2);
}

static void script(u32 reason, void (*guest)(struct vcpu *self, void *argument), void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = reason,
					   .instruction_length = LENGTH,
					   .guest = guest,
					   .argument = argument});
}

static void run_to_the_end(void)
{
	sim_signal(false);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_STR_EQ(sim_entry_failure(), "");
}

static u64 field(void)
{
	return sim_vmcs_get(host_virt_to_phys(vcpu->vmcs.region), VMX_PREEMPTION_TIMER_VALUE);
}

static u64 timer_exits(void)
{
	return vcpu->stats.exits[EXIT_REASON_PREEMPTION_TIMER];
}

/* How often the timer's vector went in since the reset. */
static unsigned int delivered(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < sim_injections(); i++)
		count += INTERRUPTION_VECTOR(sim_injection_at(i).info) == VECTOR;
	return count;
}

/* --- tests --- */

TEST(preemption_timer_waits_for_a_deadline)
{
	u64 when, less = 4 * MS, rest = 2 * MS;

	start(true);
	when = tsc() + host_tsc_khz() * 5; /* 5 ms */
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	script(EXIT_REASON_INVD, lets_time_pass, &less);
	run_to_the_end();
	EXPECT_EQ(delivered(), 0);
	EXPECT_EQ(timer_exits(), 0);
	EXPECT_EQ(sim_timers_armed(), 0);
	EXPECT_EQ(vcpu->lapic->tsc_deadline, when);

	script(EXIT_REASON_INVD, lets_time_pass, &rest);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 1);
	EXPECT_EQ(timer_exits(), 1);
	EXPECT_EQ(vcpu->lapic->tsc_deadline, 0);
	EXPECT_EQ(field(), OFF);
	end();
}

/* It passes outside of the guest: the next entry exits at once. */
TEST(preemption_timer_is_over_at_the_entry)
{
	u64 when;

	start(true);
	when = tsc() + host_tsc_khz() * 5;
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	sim_advance_time(6 * MS);
	EXPECT_EQ(delivered(), 0);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(timer_exits(), 1);
	EXPECT_EQ(delivered(), 1);
	end();
}

TEST(preemption_timer_without_one)
{
	u64 when;

	start(false);
	when = tsc() + host_tsc_khz() * 5;
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	EXPECT_EQ(sim_timers_armed(), 1);
	sim_advance_time(4 * MS);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 0);
	sim_advance_time(2 * MS);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 1);
	EXPECT_EQ(timer_exits(), 0);
	EXPECT_EQ(sim_timers_armed(), 0);
	end();
}

/* Each entry begins with what is left: in the timer's ticks, one more than whole ones. */
TEST(preemption_timer_has_what_is_left)
{
	u64 when, ms = MS, khz, before;
	unsigned int shift;

	start(true);
	khz = host_tsc_khz();
	shift = vmx_capability.misc.preemption_timer_shift;
	before = tsc();
	when = before + khz * 5;
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	for (unsigned int i = 0; i < 3; i++)
		script(EXIT_REASON_INVD, lets_time_pass, &ms);
	run_to_the_end();
	/* 3 ms are over, and what reading the TSC took. */
	EXPECT_TRUE(field() <= (khz * 2 >> shift) + 1);
	EXPECT_TRUE(field() > (khz * 2 - TOO_MUCH * 100) >> shift);
	EXPECT_EQ(timer_exits(), 0);
	end();
}

/* Further away than the field is wide: it is looked at again, and not missed. */
TEST(preemption_timer_of_a_far_deadline)
{
	u64 when, nearly, rest = 2 * MS;

	start(true);
	when = tsc() + (OFF << vmx_capability.misc.preemption_timer_shift) + host_tsc_khz() * 1000;
	nearly = (OFF << vmx_capability.misc.preemption_timer_shift) / host_tsc_khz() * MS +
		 999 * MS;
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(field(), OFF);
	script(EXIT_REASON_INVD, lets_time_pass, &nearly);
	run_to_the_end();
	EXPECT_EQ(timer_exits(), 1);
	EXPECT_EQ(delivered(), 0);
	script(EXIT_REASON_INVD, lets_time_pass, &rest);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 1);
	end();
}

TEST(preemption_timer_of_no_deadline)
{
	u64 when, none = 0, past = 1;

	start(true);
	when = tsc() + host_tsc_khz();
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	script(EXIT_REASON_WRMSR, writes_deadline, &none);
	script(EXIT_REASON_INVD, lets_time_pass, &(u64){5 * MS});
	run_to_the_end();
	EXPECT_EQ(field(), OFF);
	EXPECT_EQ(delivered(), 0);
	/* One that has passed comes at once. */
	script(EXIT_REASON_WRMSR, writes_deadline, &past);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 1);
	EXPECT_EQ(field(), OFF);
	/* Not in another mode, and not one that waits when the mode ends. */
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	apic_write(vcpu, LAPIC_LVT_TIMER, VECTOR);
	script(EXIT_REASON_WRMSR, writes_deadline, &past);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(field(), OFF);
	EXPECT_EQ(delivered(), 1);
	end();
}

/* Masked, it passes and is no more. */
TEST(preemption_timer_of_a_masked_timer)
{
	u64 when;

	start(true);
	apic_write(vcpu, LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | LVT_MASKED | VECTOR);
	when = tsc() + host_tsc_khz();
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	script(EXIT_REASON_INVD, lets_time_pass, &(u64){5 * MS});
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(timer_exits(), 1);
	EXPECT_EQ(delivered(), 0);
	EXPECT_EQ(vcpu->lapic->tsc_deadline, 0);
	end();
}

static unsigned int armed_asleep;

static void time_passes_asleep(struct vcpu *self)
{
	armed_asleep = sim_timers_armed();
	sim_advance_time(10 * MS);
}

TEST(preemption_timer_gives_way_to_sleep)
{
	u64 when;

	start(true);
	when = tsc() + host_tsc_khz() * 5;
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	script(EXIT_REASON_HLT, NULL, NULL);
	script(EXIT_REASON_INVD, NULL, NULL);
	armed_asleep = 0;
	sim_wait_hook(time_passes_asleep);
	run_to_the_end();
	sim_wait_hook(NULL);
	EXPECT_EQ(armed_asleep, 1);
	EXPECT_EQ(delivered(), 1);
	EXPECT_EQ(timer_exits(), 0);
	EXPECT_EQ(field(), OFF);
	end();
}

/* What user space sees is as with a timer of the host's. */
TEST(preemption_timer_and_user_space)
{
	struct kvm_lapic_state state;
	u64 when;

	start(true);
	when = tsc() + host_tsc_khz() * 5;
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	EXPECT_EQ(sim_timers_armed(), 0);
	EXPECT_EQ(msr(MSR_IA32_TSC_DEADLINE, true), when);
	EXPECT_EQ(sim_timers_armed(), 1);
	sim_advance_time(6 * MS);
	EXPECT_TRUE(apic_has(vcpu, LAPIC_IRR, VECTOR));
	EXPECT_EQ(msr(MSR_IA32_TSC_DEADLINE, true), 0);
	EXPECT_EQ(apic_take(vcpu), VECTOR);

	/* It had passed before user space looked. */
	apic_write(vcpu, LAPIC_EOI, 0);
	when = tsc() + host_tsc_khz() * 5;
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	sim_advance_time(6 * MS);
	FIXTURE_LOADED(vcpu, lapic_state_get(vcpu, &state));
	EXPECT_TRUE(state.regs[LAPIC_IRR + VECTOR / 32 * 16 + VECTOR % 32 / 8] & 1 << VECTOR % 8);
	EXPECT_EQ(msr(MSR_IA32_TSC_DEADLINE, false), 0);
	end();
}

/* What is restored waits by the host's timer, and the guest's next one by the processor's. */
TEST(preemption_timer_after_a_restore)
{
	struct kvm_lapic_state state;
	u64 when, later;

	start(true);
	when = tsc() + host_tsc_khz() * 5;
	later = when + host_tsc_khz() * 5;
	script(EXIT_REASON_INVD, takes_interrupts, NULL);
	script(EXIT_REASON_WRMSR, writes_deadline, &when);
	run_to_the_end();
	FIXTURE_LOADED(vcpu, lapic_state_get(vcpu, &state));
	FIXTURE_LOADED(vcpu, EXPECT_EQ(lapic_state_set(vcpu, &state), 0));
	EXPECT_EQ(sim_timers_armed(), 1);
	script(EXIT_REASON_WRMSR, writes_deadline, &later);
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(sim_timers_armed(), 0);
	script(EXIT_REASON_INVD, lets_time_pass, &(u64){11 * MS});
	script(EXIT_REASON_INVD, NULL, NULL);
	run_to_the_end();
	EXPECT_EQ(delivered(), 1);
	end();
}

/* The guest's counter is another one by then. */
TEST(preemption_timer_follows_the_tsc)
{
	static const u32 khz[] = {0, 1000, 500000, 3000000};

	for (size_t i = 0; i < COUNT_OF(khz); i++) {
		u64 when, rate;

		test_context("%u kHz", khz[i]);
		sim_reset();
		start(true);
		FIXTURE_LOADED(vcpu, EXPECT_EQ(msr_tsc_khz_set(vcpu, khz[i]), 0));
		rate = vcpu->tsc_rate.khz;
		when = tsc() + rate * 50;
		script(EXIT_REASON_INVD, takes_interrupts, NULL);
		script(EXIT_REASON_WRMSR, writes_deadline, &when);
		script(EXIT_REASON_INVD, lets_time_pass, &(u64){49 * MS});
		run_to_the_end();
		EXPECT_EQ(delivered(), 0);
		script(EXIT_REASON_INVD, lets_time_pass, &(u64){2 * MS});
		script(EXIT_REASON_INVD, NULL, NULL);
		run_to_the_end();
		EXPECT_EQ(delivered(), 1);

		/* Set back by 10 ms, it comes so much later. */
		FIXTURE_LOADED(vcpu, lapic_acknowledge(vcpu, VECTOR));
		apic_write(vcpu, LAPIC_EOI, 0);
		when = tsc() + rate * 50;
		script(EXIT_REASON_INVD, takes_interrupts, NULL);
		script(EXIT_REASON_WRMSR, writes_deadline, &when);
		run_to_the_end();
		FIXTURE_LOADED(vcpu, msr_tsc_offset_set(vcpu, vcpu->tsc_offset - rate * 10));
		sim_advance_time(55 * MS);
		EXPECT_FALSE(apic_has(vcpu, LAPIC_IRR, VECTOR));
		sim_advance_time(6 * MS);
		EXPECT_TRUE(apic_has(vcpu, LAPIC_IRR, VECTOR));
		end();
	}
}

static u64 pin_controls(const struct fixture *of)
{
	return sim_vmcs_get(fixture_vmcs(of), PIN_BASED_VM_EXEC_CONTROL) &
	       PIN_ACTIVATE_PREEMPTION_TIMER;
}

/* Where the guest may choose a state in which it does not count, and where nobody uses it. */
TEST(preemption_timer_is_off)
{
	struct fixture *g = FIXTURE(.vcpus = 1, .irqchip = true);

	EXPECT_TRUE(pin_controls(g));
	fixture_destroy(g);

	g = FIXTURE(.vcpus = 1);
	EXPECT_FALSE(pin_controls(g));
	fixture_destroy(g);

	g = FIXTURE(.irqchip = true);
	g->vm.exits_disabled = KVM_X86_DISABLE_EXITS_MWAIT;
	fixture_add_vcpu(g, 0);
	EXPECT_FALSE(pin_controls(g));
	fixture_destroy(g);

	lapic_preemption_timer = false;
	g = FIXTURE(.vcpus = 1, .irqchip = true);
	lapic_preemption_timer = true;
	EXPECT_FALSE(pin_controls(g));
	fixture_destroy(g);
}
