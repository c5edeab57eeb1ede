// SPDX-License-Identifier: GPL-2.0
/* The split irqchip: what user space's 8259s and I/O APIC send, and what they hear. */
#include "fixture/vm.h"
#include "api/api.h"
#include "exit/run.h"
#include "facts/exit_reason.h"
#include "facts/msr.h"
#include "irq/devices.h"
#include "irq/irqfd.h"
#include "irq/registers.h"
#include "msr/msr.h"
#include "vcpu/state.h"

#define PIN	5
#define LEVEL	0x8000u
#define VECTOR	0x45
#define ANOTHER 0x85
#define EXTINT	0x21

static struct fixture *machine;
static struct vcpu *vcpu;
static struct vm *vm;

/* KVM_RUN until there is something for user space, or the script is at its end: -EINTR. */
static int run(void)
{
	int result = vcpu_run(vcpu);

	sim_signal(false);
	return result;
}

static void interrupts_on(bool on)
{
	FIXTURE_LOADED(vcpu, vcpu_rflags_write(vcpu, RFLAGS_FIXED | (on ? RFLAGS_IF : 0)));
}

static void start(unsigned int vcpus)
{
	machine = FIXTURE(.pages = 1, .vcpus = vcpus, .split = true, .cpuid = true, .apics = true);
	vcpu = machine->vcpu;
	vm = &machine->vm;
	interrupts_on(true);
}

static void set_apic_base(struct vcpu *which, u64 value)
{
	int ticket = host_srcu_read_lock(&vm->srcu);

	FIXTURE_LOADED(which, EXPECT_EQ(msr_write(which, MSR_IA32_APICBASE, value, true), 0));
	host_srcu_read_unlock(&vm->srcu, ticket);
}

/* --- Routes --- */

static struct kvm_irq_routing_entry to_message(u32 gsi, u8 destination, u32 data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = 0xfee00000 | (u32)destination << 12, .data = data},
	};
}

static void route(u32 gsi, u32 data)
{
	const struct kvm_irq_routing_entry entry = to_message(gsi, 0, data);

	EXPECT_EQ(irq_routing_set(vm, &entry, 1), 0);
}

TEST(split_routes_are_messages)
{
	struct kvm_irq_routing_entry entry = {.gsi = 3, .type = KVM_IRQ_ROUTING_IRQCHIP};

	start(1);
	for (u32 gsi = 0; gsi < IOAPIC_PINS; gsi++)
		EXPECT_EQ(irq_line_set(vm, gsi, true, IRQ_SOURCE_USER), -1);
	for (u32 chip = 0; chip < KVM_NR_IRQCHIPS; chip++) {
		entry.u.irqchip.irqchip = chip;
		EXPECT_EQ(irq_routing_set(vm, &entry, 1), -EINVAL);
	}
	route(3, VECTOR);
	EXPECT_EQ(irq_line_set(vm, 3, true, IRQ_SOURCE_USER), 1);
	EXPECT_EQ(lapic_pending_vector(vcpu), VECTOR);
	fixture_destroy(machine);
}

TEST(split_irqfd_does_not_resample)
{
	struct kvm_irqfd wanted = {.gsi = PIN, .flags = KVM_IRQFD_FLAG_RESAMPLE};

	start(1);
	wanted.fd = (u32)sim_event_open();
	wanted.resamplefd = (u32)sim_event_open();
	EXPECT_EQ(irqfd_set(vm, &wanted), -EINVAL);
	wanted.flags = 0;
	EXPECT_EQ(irqfd_set(vm, &wanted), 0);
	route(PIN, VECTOR);
	sim_event_write((int)wanted.fd);
	EXPECT_EQ(lapic_pending_vector(vcpu), VECTOR);
	fixture_destroy(machine);
}

/* --- Ends of interrupts --- */

static int end(void)
{
	const u32 zero = 0;
	int vector = lapic_pending_vector(vcpu);

	EXPECT_TRUE(vector >= 0);
	lapic_acknowledge(vcpu, (u8)vector);
	lapic_mmio_write(vcpu, APIC_BASE_DEFAULT + LAPIC_EOI, 4, &zero);
	return split_eoi_take(vcpu);
}

TEST(split_eoi_of_which)
{
	static const struct {
		u32 gsi, data; /* of the route */
		u32 sent;
		int told;
	} rows[] = {
		{PIN, LEVEL | VECTOR, LEVEL | VECTOR, VECTOR},
		{IOAPIC_PINS - 1, LEVEL | 0x10, LEVEL | 0x10, 0x10},
		{0, LEVEL | 0xff, LEVEL | 0xff, 0xff},
		/* Not a pin of the I/O APIC. */
		{IOAPIC_PINS, LEVEL | VECTOR, LEVEL | VECTOR, -1},
		/* The route is edge-triggered, or the interrupt was. */
		{PIN, VECTOR, VECTOR, -1},
		{PIN, VECTOR, LEVEL | VECTOR, -1},
		{PIN, LEVEL | VECTOR, VECTOR, -1},
		/* Another vector. */
		{PIN, LEVEL | VECTOR, LEVEL | ANOTHER, -1},
	};

	start(1);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %u", i);
		route(rows[i].gsi, rows[i].data);
		EXPECT_EQ(irqchip_hears_eoi(vm, (u8)rows[i].sent),
			  rows[i].gsi < IOAPIC_PINS && (rows[i].data & LEVEL) &&
				  (u8)rows[i].data == (u8)rows[i].sent);
		EXPECT_EQ(irq_msi_send(vm, 0xfee00000, rows[i].sent), 1);
		EXPECT_EQ(end(), rows[i].told);
	}
	fixture_destroy(machine);
}

/* The routes that are there at the end count. */
TEST(split_eoi_follows_the_routes)
{
	struct kvm_irq_routing_entry entries[] = {to_message(PIN, 0, LEVEL | VECTOR),
						  to_message(PIN + 1, 9, LEVEL | ANOTHER)};

	start(1);
	EXPECT_EQ(irq_routing_set(vm, entries, 2), 0);
	EXPECT_EQ(irq_line_set(vm, PIN, true, IRQ_SOURCE_USER), 1);
	entries[0].u.msi.address_lo |= 7 << 12;
	EXPECT_EQ(irq_routing_set(vm, entries, 2), 0);
	EXPECT_EQ(end(), VECTOR);
	EXPECT_EQ(irq_msi_send(vm, 0xfee00000, LEVEL | VECTOR), 1);
	EXPECT_EQ(irq_routing_set(vm, entries + 1, 1), 0);
	EXPECT_EQ(end(), -1);
	fixture_destroy(machine);
}

/* Several at once, as by a REP that writes EOI: each is told, none twice. */
TEST(split_eoi_each_is_an_exit)
{
	static const u8 vectors[] = {0x10, 0x3f, 0x40, 0xff};

	start(1);
	for (unsigned int i = 0; i < COUNT_OF(vectors); i++) {
		split_eoi(vcpu, vectors[i]);
		split_eoi(vcpu, vectors[i]);
	}
	for (unsigned int i = 0; i < COUNT_OF(vectors); i++) {
		EXPECT_EQ(run(), 0);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IOAPIC_EOI);
		EXPECT_EQ(vcpu->run->eoi.vector, vectors[i]);
	}
	EXPECT_EQ(split_eoi_take(vcpu), -1);
	EXPECT_FALSE(vcpu->requests & BIT32(VCPU_REQUEST_IOAPIC_EOI));
	fixture_destroy(machine);
}

/* By the x2APIC's register, from the guest; a KVM_RUN that is to end at once loses nothing. */
TEST(split_eoi_by_the_guest)
{
	struct sim_exit write = {.reason = EXIT_REASON_WRMSR, .instruction_length = 2};

	start(1);
	set_apic_base(vcpu, vcpu->apic_base | APIC_BASE_X2APIC);
	route(PIN, LEVEL | VECTOR);
	EXPECT_EQ(irq_line_set(vm, PIN, true, IRQ_SOURCE_USER), 1);
	EXPECT_EQ(run(), -EINTR);
	EXPECT_TRUE(lapic_get(vcpu->lapic, lapic_vector_word(LAPIC_ISR, VECTOR)));
	vcpu->regs[REG_RCX] = 0x80b;
	vcpu->regs[REG_RAX] = vcpu->regs[REG_RDX] = 0;
	sim_script_exit(&write);
	EXPECT_EQ(run(), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IOAPIC_EOI);
	EXPECT_EQ(vcpu->run->eoi.vector, VECTOR);
	split_eoi(vcpu, ANOTHER);
	vcpu->run->immediate_exit = 1;
	EXPECT_EQ(run(), -EINTR);
	vcpu->run->immediate_exit = 0;
	EXPECT_EQ(run(), 0);
	EXPECT_EQ(vcpu->run->eoi.vector, ANOTHER);
	fixture_destroy(machine);
}

/* --- ExtINT --- */

static int interrupt(u32 vector)
{
	struct kvm_interrupt irq = {vector};
	struct ioctl_call call = {.vm = vm, .vcpu = vcpu, .data = &irq};
	int result;

	FIXTURE_LOADED(vcpu,
		       result = ioctl_carry_out(ioctl_find(SCOPE_VCPU, KVM_INTERRUPT), &call));
	return result;
}

/* What it was entered with; 0: nothing. */
static u32 seen;

static void run_interrupted(void)
{
	unsigned int before = sim_injections();

	interrupts_on(true);
	EXPECT_EQ(run(), -EINTR);
	seen = sim_injections() > before ? sim_injection_at(before).info : 0;
}

static void write_lint0(u32 value)
{
	lapic_put(vcpu->lapic, LAPIC_LVT_LINT0, value);
}

TEST(split_extint_is_taken_once)
{
	start(2);
	EXPECT_EQ(interrupt(EXTINT), 0);
	EXPECT_EQ(interrupt(EXTINT), -EEXIST);
	EXPECT_TRUE(pic_waits(vcpu));
	EXPECT_FALSE(pic_waits(&machine->vcpu[1]));
	EXPECT_FALSE(split_extint_accepted(vcpu));
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | EXTINT);
	EXPECT_FALSE(pic_waits(vcpu));
	EXPECT_TRUE(split_extint_accepted(vcpu));
	EXPECT_EQ(vcpu->lapic->isr_words, 0);
	run_interrupted();
	EXPECT_FALSE(seen & INTERRUPTION_VALID);
	EXPECT_EQ(interrupt(EXTINT), 0);
	fixture_destroy(machine);
}

/* It comes by another pin than those of the local APIC, first. */
TEST(split_extint_before_the_local_apic)
{
	start(1);
	EXPECT_EQ(irq_msi_send(vm, 0xfee00000, ANOTHER), 1);
	EXPECT_EQ(interrupt(EXTINT), 0);
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | EXTINT);
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | ANOTHER);
	fixture_destroy(machine);
}

TEST(split_extint_waits_for_lint0)
{
	start(1);
	write_lint0(LVT_MASKED | IRQ_EXTINT << 8);
	EXPECT_EQ(interrupt(EXTINT), 0);
	run_interrupted();
	EXPECT_FALSE(seen & INTERRUPTION_VALID);
	EXPECT_EQ(vcpu->run->ready_for_interrupt_injection, 0);
	write_lint0(IRQ_EXTINT << 8);
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | EXTINT);
	/* A local APIC that is off lets all through. */
	write_lint0(LVT_MASKED);
	set_apic_base(vcpu, vcpu->apic_base & ~APIC_BASE_ENABLE);
	EXPECT_EQ(interrupt(EXTINT), 0);
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | EXTINT);
	fixture_destroy(machine);
}

static bool asks_for_window(void)
{
	return vcpu->control[CTL_PRIMARY] & CPU1_INTERRUPT_WINDOW_EXITING;
}

TEST(split_window)
{
	static const struct {
		bool interrupts, lint0, waits;
	} rows[] = {
		{true, true, false},   {false, true, false}, {true, false, false},
		{false, false, false}, {false, true, true},  {true, false, true},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		bool room = rows[i].lint0 && !rows[i].waits, open = rows[i].interrupts && room;

		test_context("row %u", i);
		start(1);
		write_lint0(rows[i].lint0 ? IRQ_EXTINT << 8 : LVT_MASKED);
		interrupts_on(rows[i].interrupts);
		if (rows[i].waits)
			EXPECT_EQ(interrupt(EXTINT), 0);
		vcpu->run->request_interrupt_window = 1;
		EXPECT_EQ(run(), open ? 0 : -EINTR);
		if (open)
			EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IRQ_WINDOW_OPEN);
		EXPECT_EQ(vcpu->run->ready_for_interrupt_injection, open);
		EXPECT_EQ(vcpu->run->if_flag, rows[i].interrupts);
		if (!rows[i].interrupts)
			EXPECT_EQ(asks_for_window(), rows[i].lint0);
		fixture_destroy(machine);
	}
}

/* With all of an irqchip nobody asks user space for interrupts. */
TEST(full_irqchip_has_no_window)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .apics = true);
	vcpu = machine->vcpu;
	vm = &machine->vm;
	interrupts_on(true);
	EXPECT_EQ(interrupt(EXTINT), -ENXIO);
	vcpu->run->request_interrupt_window = 1;
	EXPECT_EQ(run(), -EINTR);
	EXPECT_FALSE(asks_for_window());
	EXPECT_EQ(vcpu->run->ready_for_interrupt_injection, 1);
	fixture_destroy(machine);
}

TEST(split_extint_ends_hlt)
{
	start(1);
	vcpu->mp_state = KVM_MP_STATE_HALTED;
	EXPECT_FALSE(vcpu_wakes(vcpu));
	EXPECT_EQ(interrupt(EXTINT), 0);
	run_interrupted();
	EXPECT_EQ(seen, INTERRUPTION_VALID | EXTINT);
	EXPECT_EQ(vcpu->mp_state, KVM_MP_STATE_RUNNABLE);
	fixture_destroy(machine);
}

/* --- KVM_CAP_X2APIC_API: whom a message names --- */

/* vCPUs 0, 255 and 0x301 in x2APIC mode, vCPU 1 not. */
static void start_with_ids(void)
{
	start(2);
	fixture_add_vcpu(machine, 255);
	fixture_add_vcpu(machine, 0x301);
	for (unsigned int i = 0; i < 4; i++) {
		struct vcpu *which = &machine->vcpu[i];

		if (i != 1)
			set_apic_base(which, which->apic_base | APIC_BASE_X2APIC);
	}
}

/* Of vectors from 40H on. */
static u32 requests(const struct vcpu *which)
{
	return lapic_get(which->lapic, lapic_vector_word(LAPIC_IRR, 0x40));
}

#define ID(low, high) ((u64)(high) << 32 | 0xfee00000 | (u32)(low) << 12)

TEST(msi_destinations)
{
	static const struct {
		u64 address;
		int taken[4]; /* bit 0: IDs have 32 bits; bit 1: 0xff is one */
	} rows[] = {
		{ID(1, 0), {1, 1, 1, 1}},
		{ID(0xff, 0), {4, 4, 2, 2}}, /* those in xAPIC mode are 1 */
		{ID(1, 0x300), {1, 1, 1, 1}},
		{ID(1, 0x100), {1, -1, 1, -1}},
		{ID(0xff, 0xffffff00), {4, 4, 2, 4}},
		{ID(1, 0x80), {1, -1, 1, -1}},
	};

	for (unsigned int mode = 0; mode < 4; mode++) {
		start_with_ids();
		vm->apic_ids_32bit = mode & 1;
		vm->msi_ff_is_id = mode & 2;
		for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
			test_context("row %u, mode %u", i, mode);
			EXPECT_EQ(irq_msi_send(vm, rows[i].address, 0x40 + i), rows[i].taken[mode]);
		}
		/* ID 0x301 has the third, and what all have. */
		EXPECT_EQ(requests(&machine->vcpu[3]) & BIT32(2), mode & 1 ? BIT32(2) : 0);
		EXPECT_EQ(requests(&machine->vcpu[2]), 0x12);
		fixture_destroy(machine);
	}
}

/* In logical mode, too; and the I/O APIC's messages are no others. */
TEST(msi_destinations_logical)
{
	start_with_ids();
	/* Those in x2APIC mode of cluster 0, of which there is vCPU 0; and all. */
	EXPECT_EQ(irq_msi_send(vm, ID(0xff, 0) | 4, 0x40), 4);
	vm->msi_ff_is_id = true;
	EXPECT_EQ(irq_msi_send(vm, ID(0xff, 0) | 4, 0x41), 2);
	EXPECT_EQ(requests(&machine->vcpu[0]), 3);
	EXPECT_EQ(requests(&machine->vcpu[1]), 3);
	vm->apic_ids_32bit = true;
	/* Cluster 30H, member 1. */
	EXPECT_EQ(irq_msi_send(vm, ID(2, 0x300000) | 4, 0x42), 1);
	EXPECT_EQ(requests(&machine->vcpu[3]), 5);
	fixture_destroy(machine);
}
