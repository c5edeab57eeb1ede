// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting and waking: HLT and what ends it, INIT and SIPI in each state, KVM_GET_MP_STATE and
 * KVM_SET_MP_STATE.
 *
 * SDM: "HLT-Halt", "MP Initialization Protocol Algorithm for MP Systems", "Interrupt Acceptance for
 * Fixed Interrupts".
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "pair.h"
#include "vcpu/events.h"
#include "vcpu/state.h"

#define VECTOR	     0x51
#define INTERRUPT(v) (INTERRUPTION_VALID | (v))
#define NMI	     (INTERRUPTION_VALID | INTERRUPTION_NMI << 8 | VECTOR_NMI)
#define SIPI_PAGE    0x9a

/* --- What others do while a vCPU sleeps --- */

enum sent {
	SENT_NOTHING,
	SENT_FIXED,    /* an IPI */
	SENT_NMI,      /* an IPI */
	SENT_SMI,      /* an IPI */
	SENT_INIT,     /* an IPI */
	SENT_SIPI,     /* an IPI */
	SENT_EXTINT,   /* input 3 of the 8259s */
	SENT_USER_NMI, /* KVM_NMI of another thread */
	SENT_TIMER,    /* its own, that of its local APIC */
	SENT_FLUSH,    /* a request that is no event */
	SENT_SHUTDOWN,
};

static struct {
	struct fixture *pair;
	struct vcpu *vcpu;
	enum sent sent;
	unsigned int slept;
} meanwhile;

static void send_ipi(struct vcpu *to, enum irq_delivery delivery, u8 vector)
{
	const struct irq_message message = {
		.destination = to->id,
		.delivery = (u8)delivery,
		.vector = vector,
	};
	unsigned int other = to->id == PAIR_BSP ? PAIR_AP : PAIR_BSP;

	irq_message_send(to->vm, &meanwhile.pair->vcpu[other], &message);
}

static void send(struct vcpu *to, enum sent sent)
{
	switch (sent) {
	case SENT_NOTHING:
		break;
	case SENT_FIXED:
		send_ipi(to, IRQ_FIXED, VECTOR);
		break;
	case SENT_NMI:
		send_ipi(to, IRQ_NMI, 0);
		break;
	case SENT_SMI:
		send_ipi(to, IRQ_SMI, 0);
		break;
	case SENT_INIT:
		send_ipi(to, IRQ_INIT, 0);
		break;
	case SENT_SIPI:
		send_ipi(to, IRQ_STARTUP, SIPI_PAGE);
		break;
	case SENT_EXTINT:
		irq_line_set(to->vm, 3, true, IRQ_SOURCE_USER);
		break;
	case SENT_USER_NMI:
		vcpu_nmi_send(to);
		break;
	case SENT_TIMER:
		sim_advance_time(1000000);
		break;
	case SENT_FLUSH:
		vcpu_request(to, VCPU_REQUEST_FLUSH_TLB);
		break;
	case SENT_SHUTDOWN:
		vcpu_request(to, VCPU_REQUEST_TRIPLE_FAULT);
		break;
	}
}

/* It is sent once; whoever sleeps on, or was not even woken, gets a signal. */
static void while_asleep(struct vcpu *vcpu)
{
	u64 kicks = vcpu->host.kicks;

	EXPECT_EQ(vcpu->id, meanwhile.vcpu->id);
	EXPECT_TRUE(sim_irqs_enabled());
	if (!meanwhile.slept++)
		send(vcpu, meanwhile.sent);
	if (meanwhile.slept > 1 || vcpu->host.kicks == kicks)
		sim_signal(true);
}

/* KVM_RUN of a vCPU; if it goes to sleep, this is sent. */
static struct pair_entry run_and_send(struct fixture *pair, unsigned int id, enum sent sent)
{
	meanwhile.pair = pair;
	meanwhile.vcpu = &pair->vcpu[id];
	meanwhile.sent = sent;
	meanwhile.slept = 0;
	sim_wait_hook(while_asleep);
	return pair_run(pair, id);
}

/* As the platform's ioctl does it. */
static int call_vcpu(struct vm *vm, struct vcpu *vcpu, u32 number, void *data)
{
	struct ioctl_call call = {.vm = vm, .vcpu = vcpu, .data = data};
	int error;

	FIXTURE_LOADED(vcpu, error = ioctl_carry_out(ioctl_find(SCOPE_VCPU, number), &call));
	return error;
}

static u32 get_mp_state(struct fixture *pair, unsigned int id)
{
	struct kvm_mp_state state = {0};

	EXPECT_EQ(call_vcpu(&pair->vm, &pair->vcpu[id], KVM_GET_MP_STATE, &state), 0);
	return state.mp_state;
}

static int set_mp_state(struct vm *vm, struct vcpu *vcpu, u32 value)
{
	struct kvm_mp_state state = {.mp_state = value};

	return call_vcpu(vm, vcpu, KVM_SET_MP_STATE, &state);
}

static void put_state(struct fixture *pair, unsigned int id, u32 value)
{
	EXPECT_EQ(set_mp_state(&pair->vm, &pair->vcpu[id], value), 0);
}

/* --- HLT --- */

struct halt_row {
	const char *what;
	enum sent sent;
	u64 rflags;
	u32 blocking; /* as HLT leaves it */
	u32 tpr;
	bool wakes;
	u32 event; /* with which it enters */
};

/* Software of the vCPU before HLT: its flags, its TPR, its timer (one-shot, divided by 1). */
static void prepare_halt(struct vcpu *vcpu, const struct halt_row *row)
{
	const u32 timer = VECTOR, divide = 0xb, count = 1000;
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);

	host_vcpu_get(vcpu);
	vcpu_rflags_write(vcpu, RFLAGS_FIXED | row->rflags);
	vcpu_nmi_mask(vcpu, row->blocking & BLOCKING_BY_NMI);
	lapic_mmio_write(vcpu, 0xfee00080, 4, &row->tpr);
	if (row->sent == SENT_TIMER) {
		lapic_mmio_write(vcpu, 0xfee00320, 4, &timer);
		lapic_mmio_write(vcpu, 0xfee003e0, 4, &divide);
		lapic_mmio_write(vcpu, 0xfee00380, 4, &count);
	}
	host_vcpu_release(vcpu);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

static void script_halt(void)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
}

TEST(mp_state_what_ends_hlt)
{
	static const struct halt_row rows[] = {
		{"interrupt", SENT_FIXED, RFLAGS_IF, 0, 0, true, INTERRUPT(VECTOR)},
		{"interrupt, IF = 0", SENT_FIXED, 0, 0, 0, false, 0},
		{"interrupt, of a class below", SENT_FIXED, RFLAGS_IF, 0, 0x60, false, 0},
		{"interrupt, of the TPR's class", SENT_FIXED, RFLAGS_IF, 0, 0x50, false, 0},
		{"interrupt, of a class above", SENT_FIXED, RFLAGS_IF, 0, 0x4f, true,
		 INTERRUPT(VECTOR)},
		{"interrupt in an NMI handler", SENT_FIXED, RFLAGS_IF, BLOCKING_BY_NMI, 0, true,
		 INTERRUPT(VECTOR)},
		{"8259s", SENT_EXTINT, RFLAGS_IF, 0, 0xff, true, INTERRUPT(0x23)},
		{"8259s, IF = 0", SENT_EXTINT, 0, 0, 0, false, 0},
		{"timer", SENT_TIMER, RFLAGS_IF, 0, 0, true, INTERRUPT(VECTOR)},
		{"timer, IF = 0", SENT_TIMER, 0, 0, 0, false, 0},
		{"NMI, IF = 0", SENT_NMI, 0, 0, 0xff, true, NMI},
		{"NMI in an NMI handler", SENT_NMI, RFLAGS_IF, BLOCKING_BY_NMI, 0, false, 0},
		{"NMI of user space", SENT_USER_NMI, 0, 0, 0, true, NMI},
		{"SMI, which nobody has", SENT_SMI, RFLAGS_IF, 0, 0, false, 0},
		{"SIPI", SENT_SIPI, RFLAGS_IF, 0, 0, false, 0},
		{"a flush", SENT_FLUSH, RFLAGS_IF, 0, 0, false, 0},
		{"nothing", SENT_NOTHING, RFLAGS_IF, 0, 0, false, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct halt_row *row = &rows[i];
		struct fixture *pair = pair_create();
		struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
		struct pair_entry entry;

		test_context("%s", row->what);
		prepare_halt(vcpu, row);
		script_halt();
		entry = run_and_send(pair, PAIR_BSP, row->sent);
		EXPECT_TRUE(meanwhile.slept);
		EXPECT_EQ(entry.entered, row->wakes);
		EXPECT_EQ(entry.result, row->wakes ? 0 : -EINTR);
		EXPECT_EQ(get_mp_state(pair, PAIR_BSP),
			  row->wakes ? KVM_MP_STATE_RUNNABLE : KVM_MP_STATE_HALTED);
		if (row->wakes) {
			EXPECT_EQ(entry.event, row->event);
			EXPECT_EQ(entry.rip, 0xfff1);
		}
		fixture_destroy(pair);
	}
}

/* What is there before HLT is executed ends it at once; the shadow of STI ends with HLT. */
static void leave_behind_sti(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	sim_vmcs_set(vmcs, GUEST_RFLAGS, RFLAGS_FIXED | RFLAGS_IF);
	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, BLOCKING_BY_STI);
}

TEST(mp_state_sti_hlt_with_an_interrupt_that_waits)
{
	struct fixture *pair = pair_create();
	struct pair_entry entry;

	meanwhile.pair = pair;
	send(&pair->vcpu[PAIR_BSP], SENT_FIXED);
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = leave_behind_sti});
	entry = run_and_send(pair, PAIR_BSP, SENT_NOTHING);
	EXPECT_FALSE(meanwhile.slept);
	EXPECT_EQ(entry.result, 0);
	EXPECT_EQ(entry.event, INTERRUPT(VECTOR));
	EXPECT_EQ(entry.rip, 0xfff1);
	fixture_destroy(pair);
}

/* A signal takes the thread out of its sleep, not the processor out of HLT. */
TEST(mp_state_hlt_outlasts_signals)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	struct pair_entry entry;

	FIXTURE_LOADED(vcpu, vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_IF));
	script_halt();
	for (unsigned int i = 0; i < 3; i++) {
		entry = run_and_send(pair, PAIR_BSP, SENT_NOTHING);
		EXPECT_EQ(entry.result, -EINTR);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
		EXPECT_FALSE(entry.entered);
		EXPECT_EQ(meanwhile.slept, 1);
	}
	/* One that comes between two KVM_RUNs is not lost. */
	send(vcpu, SENT_FIXED);
	entry = run_and_send(pair, PAIR_BSP, SENT_NOTHING);
	EXPECT_EQ(meanwhile.slept, 0);
	EXPECT_EQ(entry.event, INTERRUPT(VECTOR));
	fixture_destroy(pair);
}

TEST(mp_state_shutdown_of_one_that_halts)
{
	struct fixture *pair = pair_create();
	struct pair_entry entry;

	script_halt();
	entry = run_and_send(pair, PAIR_BSP, SENT_SHUTDOWN);
	EXPECT_EQ(entry.result, 0);
	EXPECT_FALSE(entry.entered);
	EXPECT_EQ(pair->vcpu[PAIR_BSP].run->exit_reason, KVM_EXIT_SHUTDOWN);
	fixture_destroy(pair);
}

/* --- INIT and SIPI --- */

#define SOMEWHERE 0x1234

enum place {
	PLACE_SAME,  /* where it was */
	PLACE_RESET, /* at the reset vector */
	PLACE_SIPI,  /* in the page that the SIPI names */
};

struct signal_row {
	u32 state;
	enum sent first, second; /* in one go */
	u32 after[2];		 /* of the first processor, of another */
	enum place place[2];
};

#define UNINITIALIZED KVM_MP_STATE_UNINITIALIZED
#define RUNNABLE      KVM_MP_STATE_RUNNABLE
#define HALTED	      KVM_MP_STATE_HALTED
#define RECEIVED      KVM_MP_STATE_INIT_RECEIVED

/* An INIT that the first processor takes is followed by no wait for a SIPI. */
static const struct signal_row signal_rows[] = {
	{UNINITIALIZED, SENT_SIPI, SENT_NOTHING, {UNINITIALIZED, UNINITIALIZED}, {0, 0}},
	{RUNNABLE, SENT_SIPI, SENT_NOTHING, {RUNNABLE, RUNNABLE}, {0, 0}},
	{HALTED, SENT_SIPI, SENT_NOTHING, {HALTED, HALTED}, {0, 0}},
	{RECEIVED, SENT_SIPI, SENT_NOTHING, {RUNNABLE, RUNNABLE}, {PLACE_SIPI, PLACE_SIPI}},

	{UNINITIALIZED, SENT_INIT, SENT_NOTHING, {RUNNABLE, RECEIVED}, {PLACE_RESET, PLACE_RESET}},
	{RUNNABLE, SENT_INIT, SENT_NOTHING, {RUNNABLE, RECEIVED}, {PLACE_RESET, PLACE_RESET}},
	{HALTED, SENT_INIT, SENT_NOTHING, {RUNNABLE, RECEIVED}, {PLACE_RESET, PLACE_RESET}},
	{RECEIVED, SENT_INIT, SENT_NOTHING, {RUNNABLE, RECEIVED}, {PLACE_RESET, PLACE_RESET}},

	{UNINITIALIZED, SENT_INIT, SENT_SIPI, {RUNNABLE, RUNNABLE}, {PLACE_RESET, PLACE_SIPI}},
	{RUNNABLE, SENT_INIT, SENT_SIPI, {RUNNABLE, RUNNABLE}, {PLACE_RESET, PLACE_SIPI}},
	{HALTED, SENT_INIT, SENT_SIPI, {RUNNABLE, RUNNABLE}, {PLACE_RESET, PLACE_SIPI}},
	{RECEIVED, SENT_INIT, SENT_SIPI, {RUNNABLE, RUNNABLE}, {PLACE_RESET, PLACE_SIPI}},

	/* A SIPI that was not taken yet is gone with the INIT. */
	{RECEIVED, SENT_SIPI, SENT_INIT, {RUNNABLE, RECEIVED}, {PLACE_RESET, PLACE_RESET}},
	/* The second of two: as Linux sends them. */
	{RECEIVED, SENT_SIPI, SENT_SIPI, {RUNNABLE, RUNNABLE}, {PLACE_SIPI, PLACE_SIPI}},
};

static void expect_place(const struct pair_entry *at, enum place place)
{
	static const struct {
		u64 rip, base;
		u16 selector;
	} places[] = {
		[PLACE_SAME] = {SOMEWHERE, 0xffff0000, 0xf000},
		[PLACE_RESET] = {0xfff0, 0xffff0000, 0xf000},
		[PLACE_SIPI] = {0, (u64)SIPI_PAGE << 12, SIPI_PAGE << 8},
	};

	EXPECT_EQ(at->rip, places[place].rip);
	EXPECT_EQ(at->cs.base, places[place].base);
	EXPECT_EQ(at->cs.selector, places[place].selector);
}

static struct pair_entry where_is(struct vcpu *vcpu)
{
	struct pair_entry at = {0};

	FIXTURE_LOADED(vcpu, at.rip = vcpu_rip_read(vcpu); vcpu_seg_read(vcpu, SEG_CS, &at.cs));
	return at;
}

TEST(mp_state_init_and_sipi_in_each_state)
{
	for (size_t i = 0; i < 2 * COUNT_OF(signal_rows); i++) {
		const struct signal_row *row = &signal_rows[i / 2];
		unsigned int id = i % 2;
		struct fixture *pair = pair_create();
		struct vcpu *vcpu = &pair->vcpu[id];
		struct pair_entry at;

		test_context("row %zu, vCPU %u", i / 2, id);
		put_state(pair, id, row->state);
		FIXTURE_LOADED(vcpu, vcpu_rip_write(vcpu, SOMEWHERE));
		meanwhile.pair = pair;
		send(vcpu, row->first);
		send(vcpu, row->second);
		at = run_and_send(pair, id, SENT_NOTHING);
		EXPECT_EQ(at.entered, row->after[id] == RUNNABLE);
		EXPECT_EQ(get_mp_state(pair, id), row->after[id]);
		if (!at.entered)
			at = where_is(vcpu);
		expect_place(&at, row->place[id]);
		fixture_destroy(pair);
	}
}

/* As firmware does it: INIT, SIPI, and a SIPI more while it sleeps, starts, runs and halts. */
TEST(mp_state_a_processor_is_started)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_AP];
	struct pair_entry at;

	EXPECT_EQ(get_mp_state(pair, PAIR_BSP), RUNNABLE);
	EXPECT_EQ(get_mp_state(pair, PAIR_AP), UNINITIALIZED);
	at = run_and_send(pair, PAIR_AP, SENT_SIPI);
	EXPECT_EQ(at.result, -EINTR);
	at = run_and_send(pair, PAIR_AP, SENT_FIXED);
	EXPECT_EQ(at.result, -EINTR);
	at = run_and_send(pair, PAIR_AP, SENT_NMI);
	EXPECT_EQ(at.result, -EINTR);

	at = run_and_send(pair, PAIR_AP, SENT_INIT);
	EXPECT_EQ(at.result, -EINTR);
	EXPECT_EQ(get_mp_state(pair, PAIR_AP), RECEIVED);
	at = run_and_send(pair, PAIR_AP, SENT_SIPI);
	EXPECT_EQ(at.result, 0);
	EXPECT_EQ(at.event, 0);
	expect_place(&at, PLACE_SIPI);

	FIXTURE_LOADED(vcpu, vcpu_rip_write(vcpu, SOMEWHERE));
	send(vcpu, SENT_SIPI);
	at = run_and_send(pair, PAIR_AP, SENT_NOTHING);
	EXPECT_EQ(at.result, 0);
	EXPECT_EQ(at.rip, SOMEWHERE);
	script_halt();
	at = run_and_send(pair, PAIR_AP, SENT_SIPI);
	EXPECT_EQ(at.result, -EINTR);
	EXPECT_EQ(get_mp_state(pair, PAIR_AP), HALTED);
	fixture_destroy(pair);
}

/* A signal, or a request that is not served yet: it is not to run. */
TEST(mp_state_wait_says_whether_it_runs)
{
	static const struct {
		enum sent sent;
		bool runs;
	} rows[] = {
		{SENT_FIXED, true}, {SENT_NMI, false}, {SENT_NOTHING, false}, {SENT_FLUSH, false}};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *pair = pair_create();
		struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
		const struct halt_row row = {.rflags = RFLAGS_IF};
		bool runs;

		test_context("row %zu", i);
		prepare_halt(vcpu, &row);
		put_state(pair, PAIR_BSP, HALTED);
		meanwhile.pair = pair;
		meanwhile.vcpu = vcpu;
		meanwhile.sent = rows[i].sent;
		meanwhile.slept = 0;
		sim_wait_hook(while_asleep);
		vcpu->requests = 0;
		FIXTURE_LOADED(vcpu, runs = vcpu_wait(vcpu));
		EXPECT_EQ(runs, rows[i].runs);
		EXPECT_EQ(get_mp_state(pair, PAIR_BSP), rows[i].runs ? RUNNABLE : HALTED);
		sim_signal(false);
		fixture_destroy(pair);
	}
}

/* --- The ioctls --- */

/* What has come and not yet been looked at is the state, as user space finds it. */
TEST(mp_state_get_takes_what_has_come)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_AP];

	meanwhile.pair = pair;
	send(vcpu, SENT_INIT);
	EXPECT_EQ(get_mp_state(pair, PAIR_AP), RECEIVED);
	send(vcpu, SENT_SIPI);
	EXPECT_EQ(get_mp_state(pair, PAIR_AP), RUNNABLE);
	EXPECT_EQ(where_is(vcpu).cs.selector, SIPI_PAGE << 8);
	fixture_destroy(pair);
}

TEST(mp_state_set_by_user_space)
{
	static const struct {
		u32 state;
		int with_lapic, without;
		bool runs;
	} rows[] = {
		{KVM_MP_STATE_RUNNABLE, 0, 0, true},
		{KVM_MP_STATE_UNINITIALIZED, 0, -EINVAL, false},
		{KVM_MP_STATE_INIT_RECEIVED, 0, -EINVAL, false},
		{KVM_MP_STATE_HALTED, 0, -EINVAL, false},
		{KVM_MP_STATE_SIPI_RECEIVED, 0, -EINVAL, true},
		{KVM_MP_STATE_STOPPED, -EINVAL, -EINVAL, false},
		{KVM_MP_STATE_AP_RESET_HOLD, -EINVAL, -EINVAL, false},
		{0xffffffff, -EINVAL, -EINVAL, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *pair = pair_create();
		struct pair_entry entry;

		test_context("state %u", rows[i].state);
		EXPECT_EQ(set_mp_state(&pair->vm, &pair->vcpu[PAIR_AP], rows[i].state),
			  rows[i].with_lapic);
		entry = run_and_send(pair, PAIR_AP, SENT_NOTHING);
		EXPECT_EQ(entry.entered, rows[i].runs);
		fixture_destroy(pair);
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

		test_context("state %u, no local APIC", rows[i].state);
		EXPECT_EQ(set_mp_state(&machine->vm, machine->vcpu, rows[i].state),
			  rows[i].without);
		EXPECT_EQ(machine->vcpu->mp_state, KVM_MP_STATE_RUNNABLE);
		fixture_destroy(machine);
	}
}

/* KVM_MP_STATE_SIPI_RECEIVED, with the vector of KVM_SET_VCPU_EVENTS: restored while it starts. */
TEST(mp_state_sipi_of_user_space)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_AP];
	struct kvm_vcpu_events events = {.flags = KVM_VCPUEVENT_VALID_SIPI_VECTOR,
					 .sipi_vector = SIPI_PAGE};
	struct pair_entry entry;

	EXPECT_EQ(call_vcpu(&pair->vm, vcpu, KVM_SET_VCPU_EVENTS, &events), 0);
	put_state(pair, PAIR_AP, KVM_MP_STATE_SIPI_RECEIVED);
	entry = run_and_send(pair, PAIR_AP, SENT_NOTHING);
	EXPECT_EQ(entry.result, 0);
	expect_place(&entry, PLACE_SIPI);
	fixture_destroy(pair);
}
