// SPDX-License-Identifier: GPL-2.0
/* APIC virtualization: what the processor is told, and what it leaves to Lintel. */
#include "fixture/vm.h"
#include "api/api.h"
#include "cpuid/cpuid.h"
#include "exit/run.h"
#include "facts/apic_access.h"
#include "facts/exit_reason.h"
#include "facts/msr_bitmap.h"
#include "irq/devices.h"
#include "irq/registers.h"
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "msr/msr.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "virtual_apic.h"

#define APIC	APIC_BASE_DEFAULT
#define CODE	0x200u
#define VECTOR	0x61
#define LOWER	0x45
#define LEVEL	BIT32(15)
#define VIRTUAL (CPU2_APIC_REGISTER_VIRTUALIZATION | CPU2_VIRTUAL_INTERRUPT_DELIVERY)
#define PAGE	CPU2_VIRTUALIZE_APIC_ACCESSES
#define X2APIC	CPU2_VIRTUALIZE_X2APIC_MODE

static struct fixture *machine;
static struct vcpu *vcpu;
static struct vm *vm;

static void started(void)
{
	vcpu = machine->vcpu;
	vm = &machine->vm;
	FIXTURE_LOADED(vcpu, vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_IF));
}

static void start(void)
{
	machine = FIXTURE(.pages = 1, .vcpus = 2, .irqchip = true, .cpuid = true, .apics = true,
			  .apicv = true);
	started();
}

/* --- what the guest does --- */

/* One access, in the mode that the APIC is in. */
struct act {
	bool write;
	u32 offset;
	u32 value;
	bool done; /* without an exit, or with one that is a trap */
};

static void in_page(struct vcpu *self, struct act *act)
{
	if (act->write)
		act->done = sim_guest_write(self, APIC + act->offset, &act->value, 4);
	else
		act->done = sim_guest_read(self, APIC + act->offset, &act->value, 4);
}

static void by_msr(struct vcpu *self, struct act *act)
{
	u32 msr = MSR_X2APIC_FIRST + act->offset / 16;
	u64 value = act->value;

	if (act->write) {
		act->done = sim_guest_wrmsr_x2apic(self, msr, value);
		return;
	}
	act->done = sim_guest_rdmsr_x2apic(self, msr, &value);
	act->value = (u32)value;
}

static void guest_acts(struct vcpu *self, void *argument)
{
	if (lapic_x2apic(self))
		by_msr(self, argument);
	else
		in_page(self, argument);
}

/* The guest runs to its next access of a port. */
static void run_with(void (*guest)(struct vcpu *self, void *argument), void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = 0x10u << 16,
					   .guest = guest,
					   .argument = argument});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	EXPECT_STR_EQ(sim_entry_failure(), "");
}

static void run(void)
{
	run_with(NULL, NULL);
}

static u32 guest_reads(u32 offset)
{
	struct act act = {.offset = offset};

	run_with(guest_acts, &act);
	EXPECT_TRUE(act.done);
	return act.value;
}

static void guest_writes(u32 offset, u32 value)
{
	struct act act = {.write = true, .offset = offset, .value = value};

	run_with(guest_acts, &act);
	EXPECT_TRUE(act.done);
}

static void interrupts_on(bool on)
{
	FIXTURE_LOADED(vcpu, vcpu_rflags_write(vcpu, RFLAGS_FIXED | (on ? RFLAGS_IF : 0)));
}

static int set_base(struct vcpu *which, u64 value)
{
	int ticket = host_srcu_read_lock(&vm->srcu), error;

	FIXTURE_LOADED(which, error = msr_write(which, MSR_IA32_APICBASE, value, false));
	host_srcu_read_unlock(&vm->srcu, ticket);
	return error;
}

/* The same by user space, which may go from any mode to any. */
static void user_sets_base(u64 value)
{
	int ticket = host_srcu_read_lock(&vm->srcu);

	FIXTURE_LOADED(vcpu, EXPECT_EQ(msr_write(vcpu, MSR_IA32_APICBASE, value, true), 0));
	host_srcu_read_unlock(&vm->srcu, ticket);
}

static u32 status(void)
{
	return (u32)sim_vmcs_get(fixture_vmcs(machine), GUEST_INTR_STATUS);
}

static bool has(u32 first, u8 vector)
{
	return lapic_get(vcpu->lapic, lapic_vector_word(first, vector)) & BIT32(vector % 32);
}

static u64 exits_of(void)
{
	u64 all = 0;

	for (unsigned int reason = 0; reason < EXIT_REASONS; reason++)
		all += vcpu->stats.exits[reason];
	return all;
}

static u32 state_register(u32 offset)
{
	struct kvm_lapic_state state;
	u32 value;

	lapic_state_get(vcpu, &state);
	memcpy(&value, state.regs + offset, sizeof(value));
	return value;
}

/* --- controls --- */

static void expect_controls(const struct vcpu *which, u64 wanted)
{
	EXPECT_EQ(which->control[CTL_SECONDARY] & (VIRTUAL | PAGE | X2APIC), wanted);
}

TEST(apicv_follows_the_mode)
{
	start();
	EXPECT_EQ(api_check_extension(KVM_CAP_VAPIC), 0);
	expect_controls(vcpu, VIRTUAL | PAGE);
	EXPECT_EQ(set_base(vcpu, vcpu->apic_base | APIC_BASE_X2APIC), 0);
	expect_controls(vcpu, VIRTUAL | X2APIC);
	EXPECT_EQ(set_base(vcpu, APIC), 0);
	expect_controls(vcpu, 0);
	EXPECT_EQ(set_base(vcpu, APIC | APIC_BASE_ENABLE), 0);
	expect_controls(vcpu, VIRTUAL | PAGE);
	EXPECT_EQ(set_base(vcpu, 0x80000000 | APIC_BASE_ENABLE), 0);
	expect_controls(vcpu, VIRTUAL);
	fixture_destroy(machine);
}

TEST(apicv_can_be_switched_off)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .cpuid = true, .apics = true);
	started();
	expect_controls(vcpu, 0);
	EXPECT_EQ(api_check_extension(KVM_CAP_VAPIC), 1);
	EXPECT_EQ((size_t)vm->ept.apic_page, 0);
	fixture_destroy(machine);
}

/* All or nothing. */
TEST(apicv_needs_all_of_it)
{
	struct vmx_cap_msrs msrs = fixture_full();

	for (u64 bits = PAGE | VIRTUAL; bits; bits &= bits - 1) {
		struct vmx_cap_msrs less = msrs;

		less.value[CAP_PROCBASED_CTLS2] &= ~((bits & -bits) << 32);
		machine = FIXTURE(.msrs = &less, .pages = 1, .vcpus = 1, .irqchip = true,
				  .apicv = true);
		started();
		expect_controls(vcpu, 0);
		EXPECT_EQ(vmcs_config.ctl[CTL_SECONDARY] & (PAGE | VIRTUAL), 0);
		fixture_destroy(machine);
	}
}

/* --- delivery --- */

static void expect_injection(unsigned int index, u8 vector)
{
	EXPECT_EQ(sim_injections(), index + 1);
	EXPECT_EQ(sim_injection_at(index).info,
		  INTERRUPTION_VALID | INTERRUPTION_EXTERNAL << 8 | vector);
}

TEST(apicv_delivers_and_ends)
{
	u64 before;

	start();
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, LOWER, false), 1);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	run();
	expect_injection(0, VECTOR);
	EXPECT_EQ(status(), VECTOR << 8 | LOWER);
	EXPECT_TRUE(has(LAPIC_ISR, VECTOR) && !has(LAPIC_IRR, VECTOR));
	EXPECT_EQ(state_register(LAPIC_PPR), VECTOR & 0xf0);
	/* The end, and what it lets in, need no exit. */
	before = exits_of();
	interrupts_on(true);
	guest_writes(LAPIC_EOI, 0);
	run();
	EXPECT_EQ(exits_of(), before + 3); /* with that for the page, and for the ports */
	expect_injection(1, LOWER);
	EXPECT_FALSE(has(LAPIC_ISR, VECTOR));
	EXPECT_EQ(state_register(LAPIC_PPR), LOWER & 0xf0);
	EXPECT_EQ(state_register(LAPIC_EOI), 0);
	fixture_destroy(machine);
}

/* What waits keeps the guest from no window, and the guest's own TPR lets it in. */
TEST(apicv_waits_without_windows)
{
	start();
	interrupts_on(false);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	run();
	EXPECT_EQ(sim_injections(), 0);
	EXPECT_FALSE(vcpu->control[CTL_PRIMARY] & CPU1_INTERRUPT_WINDOW_EXITING);
	EXPECT_EQ(status(), VECTOR);
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x80);
	interrupts_on(true);
	run();
	EXPECT_EQ(sim_injections(), 0);
	EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), TPR_THRESHOLD), 0);
	guest_writes(LAPIC_TPR, 0x20);
	run();
	expect_injection(0, VECTOR);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_TPR_BELOW_THRESHOLD], 0);
	fixture_destroy(machine);
}

/* From a disabled APIC nothing comes. */
TEST(apicv_not_from_a_disabled_apic)
{
	start();
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	FIXTURE_LOADED(vcpu, vcpu->apic_base &= ~(u64)APIC_BASE_ENABLE;
		       msr_apic_controls_update(vcpu));
	run();
	EXPECT_EQ(sim_injections(), 0);
	FIXTURE_LOADED(vcpu, vcpu->apic_base |= APIC_BASE_ENABLE; msr_apic_controls_update(vcpu));
	run();
	expect_injection(0, VECTOR);
	fixture_destroy(machine);
}

TEST(apicv_state_is_set)
{
	struct kvm_lapic_state state;
	u32 bit = BIT32(VECTOR % 32), lower = BIT32(LOWER % 32);

	start();
	interrupts_on(false);
	run();
	lapic_state_get(vcpu, &state);
	memcpy(state.regs + lapic_vector_word(LAPIC_ISR, VECTOR), &bit, sizeof(bit));
	memcpy(state.regs + lapic_vector_word(LAPIC_IRR, LOWER), &lower, sizeof(lower));
	EXPECT_EQ(lapic_state_set(vcpu, &state), 0);
	run();
	EXPECT_EQ(status(), VECTOR << 8 | LOWER);
	EXPECT_EQ(state_register(LAPIC_PPR), VECTOR & 0xf0);
	/* And back. */
	memset(state.regs + LAPIC_ISR, 0, LAPIC_ESR - LAPIC_ISR);
	EXPECT_EQ(lapic_state_set(vcpu, &state), 0);
	run();
	EXPECT_EQ(status(), 0);
	EXPECT_EQ(sim_injections(), 0);
	fixture_destroy(machine);
}

TEST(apicv_init)
{
	start();
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, LOWER, false), 1);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	run();
	EXPECT_EQ(status(), VECTOR << 8 | LOWER);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_INIT, 0, false), 1);
	run();
	EXPECT_EQ(status(), 0);
	EXPECT_EQ(lapic_highest_in_service(vcpu->lapic), -1);
	fixture_destroy(machine);
}

/* A HLT with one that can be taken is none. */
TEST(apicv_ends_hlt)
{
	start();
	interrupts_on(true);
	EXPECT_FALSE(vcpu_interrupt_deliverable(vcpu));
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	FIXTURE_LOADED(vcpu, EXPECT_TRUE(vcpu_interrupt_deliverable(vcpu)));
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x80);
	FIXTURE_LOADED(vcpu, EXPECT_FALSE(vcpu_interrupt_deliverable(vcpu)));
	fixture_destroy(machine);
}

/* The 8259s' go in by injection, before the local APIC's. */
TEST(apicv_with_the_8259s)
{
	start();
	fixture_start_pics(machine);
	interrupts_on(false);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	irqchip_pin_set(vm->irqchip, KVM_IRQCHIP_PIC_MASTER, 1, true, IRQ_SOURCE_USER);
	run();
	EXPECT_TRUE(vcpu->control[CTL_PRIMARY] & CPU1_INTERRUPT_WINDOW_EXITING);
	interrupts_on(true);
	run();
	expect_injection(0, 0x21);
	EXPECT_FALSE(vcpu->control[CTL_PRIMARY] & CPU1_INTERRUPT_WINDOW_EXITING);
	interrupts_on(true);
	run();
	expect_injection(1, VECTOR);
	fixture_destroy(machine);
}

/* A debugger keeps out what has not begun. */
TEST(apicv_and_a_debugger)
{
	static const u64 none[4];

	start();
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	FIXTURE_LOADED(vcpu,
		       guest_debug_set(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_BLOCKIRQ, none, 0));
	run();
	EXPECT_EQ(sim_injections(), 0);
	expect_controls(vcpu, PAGE);
	EXPECT_EQ(guest_reads(LAPIC_TPR), 0);
	FIXTURE_LOADED(vcpu, guest_debug_set(vcpu, 0, none, 0));
	run();
	expect_injection(0, VECTOR);
	expect_controls(vcpu, PAGE | VIRTUAL);
	fixture_destroy(machine);
}

/* --- the ends that others wait for --- */

static void redirect(unsigned int pin, u32 low)
{
	const u32 index = 0x10 + 2 * pin, high = index + 1, zero = 0;

	bus_write(vcpu, BUS_MMIO, 0xfec00000, 4, &high);
	bus_write(vcpu, BUS_MMIO, 0xfec00010, 4, &zero);
	bus_write(vcpu, BUS_MMIO, 0xfec00000, 4, &index);
	bus_write(vcpu, BUS_MMIO, 0xfec00010, 4, &low);
}

static bool exits_at_eoi(u8 vector)
{
	return sim_vmcs_get(fixture_vmcs(machine), EOI_EXIT_BITMAP0 + vector / 64 * 2) &
	       BIT64(vector % 64);
}

TEST(apicv_eoi_of_the_ioapic)
{
	int ticket;

	start();
	run();
	EXPECT_FALSE(exits_at_eoi(VECTOR));
	ticket = host_srcu_read_lock(&vm->srcu);
	redirect(20, VECTOR | LEVEL);
	host_srcu_read_unlock(&vm->srcu, ticket);
	EXPECT_EQ(irqchip_pin_set(vm->irqchip, KVM_IRQCHIP_IOAPIC, 20, true, IRQ_SOURCE_USER), 1);
	run();
	EXPECT_TRUE(exits_at_eoi(VECTOR));
	expect_injection(0, VECTOR);
	irqchip_pin_set(vm->irqchip, KVM_IRQCHIP_IOAPIC, 20, false, IRQ_SOURCE_USER);
	EXPECT_TRUE(vm->irqchip->ioapic.redirtbl[20].bits & BIT64(14));
	guest_writes(LAPIC_EOI, 0);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_VIRTUALIZED_EOI], 1);
	EXPECT_FALSE(vm->irqchip->ioapic.redirtbl[20].bits & BIT64(14));
	/* Another vector in its place. */
	ticket = host_srcu_read_lock(&vm->srcu);
	redirect(20, LOWER | LEVEL);
	host_srcu_read_unlock(&vm->srcu, ticket);
	run();
	EXPECT_TRUE(exits_at_eoi(LOWER) && !exits_at_eoi(VECTOR));
	fixture_destroy(machine);
}

TEST(apicv_eoi_of_a_split_irqchip)
{
	const struct kvm_irq_routing_entry entry = {
		.gsi = 5,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = 0xfee00000, .data = VECTOR | LEVEL},
	};

	machine = FIXTURE(.pages = 1, .vcpus = 2, .split = true, .cpuid = true, .apics = true,
			  .apicv = true);
	started();
	run();
	EXPECT_EQ(irq_routing_set(vm, &entry, 1), 0);
	EXPECT_EQ(irq_line_set(vm, 5, true, IRQ_SOURCE_USER), 1);
	run();
	expect_injection(0, VECTOR);
	EXPECT_TRUE(exits_at_eoi(VECTOR));
	sim_script_exit(
		&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
				   .instruction_length = 1,
				   .qualification = 0x10u << 16,
				   .guest = guest_acts,
				   .argument = &(struct act){.write = true, .offset = LAPIC_EOI}});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IOAPIC_EOI);
	EXPECT_EQ(vcpu->run->eoi.vector, VECTOR);
	sim_script_clear();
	fixture_destroy(machine);
}

/* --- registers --- */

/* A write that the processor has done, and what follows from it. */
TEST(apicv_writes)
{
	start();
	run();
	guest_writes(LAPIC_SVR, 0xffffffff);
	EXPECT_EQ(guest_reads(LAPIC_SVR), 0x3ff);
	guest_writes(LAPIC_ID, 0x07123456);
	EXPECT_EQ(lapic_id(vcpu), 7);
	EXPECT_EQ(state_register(LAPIC_ID), 0x07000000);
	guest_writes(LAPIC_DFR, 0);
	EXPECT_EQ(guest_reads(LAPIC_DFR), 0x0fffffff);
	guest_writes(LAPIC_LVT_LINT1, 0xffffffff);
	EXPECT_EQ(guest_reads(LAPIC_LVT_LINT1), 0x1a7ff);
	guest_writes(LAPIC_SVR, 0xff);
	EXPECT_TRUE(guest_reads(LAPIC_LVT_LINT0) & LVT_MASKED);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_WRITE], 5);
	fixture_destroy(machine);
}

TEST(apicv_ipis)
{
	start();
	guest_writes(LAPIC_ICR2, 1u << 24);
	guest_writes(LAPIC_ICR, VECTOR);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_WRITE], 1);
	EXPECT_EQ(lapic_highest_requested(machine->vcpu[1].lapic), VECTOR);
	/* To itself: by the processor, or, where it leaves that, at the next entry. */
	guest_writes(LAPIC_ICR, 1u << 18 | LOWER);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_WRITE], 1);
	run();
	expect_injection(0, LOWER);
	interrupts_on(true);
	guest_writes(LAPIC_ICR2, 0);
	guest_writes(LAPIC_ICR, VECTOR);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_WRITE], 2);
	expect_injection(1, VECTOR);
	fixture_destroy(machine);
}

static void give_deadline_mode(void)
{
	struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES];
	unsigned int count = cpuid_supported(entry, CPUID_MAX_ENTRIES);

	for (unsigned int i = 0; i < count; i++)
		if (entry[i].function == 1)
			entry[i].ecx |= BIT32(24);
	FIXTURE_LOADED(vcpu, EXPECT_EQ(cpuid_set(vcpu, entry, count), 0));
}

/* The page has the new value before anybody has seen the old one. */
TEST(apicv_timer)
{
	struct lapic *lapic;

	start();
	give_deadline_mode();
	lapic = vcpu->lapic;
	guest_writes(LAPIC_LVT_TIMER, VECTOR);
	guest_writes(LAPIC_TIMER_DIVIDE, 0xb); /* 1 */
	guest_writes(LAPIC_TIMER_INITIAL, 100000000);
	EXPECT_TRUE(lapic->timer.armed);
	guest_writes(LAPIC_TIMER_DIVIDE, 0); /* 2: as many counts, half as fast */
	EXPECT_TRUE(lapic_timer_count(vcpu) > 99000000);
	EXPECT_EQ(lapic->timer_unit, 2);
	guest_writes(LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR);
	EXPECT_FALSE(lapic->timer.armed);
	EXPECT_EQ(guest_reads(LAPIC_TIMER_INITIAL), 0);
	guest_writes(LAPIC_TIMER_INITIAL, 77);
	EXPECT_EQ(guest_reads(LAPIC_TIMER_INITIAL), 0);
	EXPECT_FALSE(lapic->timer.armed);
	lapic_deadline_write(vcpu, ~0ull >> 2);
	EXPECT_TRUE(lapic->timer.armed);
	guest_writes(LAPIC_LVT_TIMER, LVT_TIMER_PERIODIC | VECTOR);
	EXPECT_FALSE(lapic->timer.armed);
	EXPECT_EQ(lapic->tsc_deadline, 0);
	fixture_destroy(machine);
}

/* --- x2APIC mode --- */

TEST(apicv_x2apic)
{
	start();
	EXPECT_EQ(set_base(vcpu, vcpu->apic_base | APIC_BASE_X2APIC), 0);
	guest_writes(LAPIC_SELF_IPI, VECTOR);
	run();
	expect_injection(0, VECTOR);
	EXPECT_EQ(guest_reads(lapic_vector_word(LAPIC_ISR, VECTOR)), BIT32(VECTOR % 32));
	EXPECT_EQ(guest_reads(LAPIC_PPR), VECTOR & 0xf0);
	guest_writes(LAPIC_EOI, 0);
	EXPECT_EQ(status(), 0);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_WRMSR], 0);
	/* A vector that there is not. */
	guest_writes(LAPIC_SELF_IPI, 5);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_WRITE], 1);
	EXPECT_EQ(vcpu->lapic->errors, ESR_SEND_ILLEGAL_VECTOR);
	EXPECT_EQ(state_register(LAPIC_SELF_IPI), 0);
	fixture_destroy(machine);
}

/* What passes gives what an exit would. */
TEST(apicv_x2apic_reads)
{
	unsigned int passing = 0;
	u64 value;

	start();
	EXPECT_EQ(set_base(vcpu, vcpu->apic_base | APIC_BASE_X2APIC), 0);
	for (u32 offset = 0; offset < LAPIC_REGISTERS_END; offset += LAPIC_REGISTER_STEP)
		if (lapic_writable_bits(vcpu, offset) && offset != LAPIC_EOI)
			lapic_put(vcpu->lapic, offset,
				  0x5a5a5a5a & lapic_writable_bits(vcpu, offset));
	run();
	for (u32 msr = MSR_X2APIC_FIRST; msr < MSR_X2APIC_FIRST + 256; msr++) {
		test_context("MSR 0x%x", msr);
		if (msr_bitmap_test(vcpu->vmcs.msr_bitmap, msr, MSR_READ))
			continue;
		passing++;
		EXPECT_EQ(lapic_msr_read(vcpu, msr, &value), 0);
		EXPECT_EQ(lapic_get(vcpu->lapic, (msr & 0xff) << 4), value);
	}
	EXPECT_EQ(passing, 39);
	EXPECT_TRUE(msr_bitmap_test(vcpu->vmcs.msr_bitmap, 0x839, MSR_READ));
	fixture_destroy(machine);
}

static void expect_x2apic_ids(const char *after)
{
	test_context("%s", after);
	EXPECT_EQ(lapic_get(vcpu->lapic, LAPIC_ID), vcpu->id);
	EXPECT_EQ(lapic_get(vcpu->lapic, LAPIC_LDR), 0x00020004);
	EXPECT_EQ(state_register(LAPIC_ID), vcpu->id << 24);
	EXPECT_EQ(state_register(LAPIC_LDR), 0x00020004);
}

/* The page has them as RDMSR gives them, whoever changes the mode or the registers. */
TEST(apicv_x2apic_ids_are_in_the_page)
{
	const u32 id = 0x22;
	struct kvm_lapic_state state = {0};

	start();
	vcpu->id = id;
	EXPECT_EQ(set_base(vcpu, vcpu->apic_base | APIC_BASE_X2APIC), 0);
	expect_x2apic_ids("the guest's change");
	FIXTURE_LOADED(vcpu, lapic_reset(vcpu, true));
	expect_x2apic_ids("INIT");
	FIXTURE_LOADED(vcpu, EXPECT_EQ(lapic_state_set(vcpu, &state), 0));
	expect_x2apic_ids("KVM_SET_LAPIC");
	user_sets_base(vcpu->apic_base & ~APIC_BASE_X2APIC);
	test_context("%s", "back");
	EXPECT_EQ(lapic_get(vcpu->lapic, LAPIC_ID), id << 24);
	user_sets_base(vcpu->apic_base | APIC_BASE_X2APIC);
	expect_x2apic_ids("user space's change");
	vcpu->id = 0;
	fixture_destroy(machine);
}

/* --- the page --- */

static bool page_is_mapped(void)
{
	unsigned int level;
	bool mapped;

	host_spin_lock(&vm->mmu_lock);
	mapped = ept_lookup(&vm->ept, APIC >> LINTEL_PAGE_SHIFT, &level);
	host_spin_unlock(&vm->mmu_lock);
	return mapped;
}

TEST(apic_page_comes_and_goes)
{
	start();
	EXPECT_FALSE(page_is_mapped());
	EXPECT_EQ(guest_reads(LAPIC_VERSION), lapic_version(vcpu->lapic));
	EXPECT_TRUE(page_is_mapped());
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_EPT_VIOLATION], 1);
	EXPECT_EQ(guest_reads(LAPIC_ID), 0);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_EPT_VIOLATION], 1);
	/* It comes back when all goes. */
	ept_unmap_all(vm);
	EXPECT_FALSE(page_is_mapped());
	EXPECT_EQ(guest_reads(LAPIC_ID), 0);
	EXPECT_TRUE(page_is_mapped());
	/* One vCPU has it elsewhere: nobody has it there. */
	EXPECT_EQ(set_base(&machine->vcpu[1], vcpu->apic_base | APIC_BASE_X2APIC), 0);
	EXPECT_FALSE(page_is_mapped());
	EXPECT_FALSE(apic_page_map(vm, APIC));
	fixture_destroy(machine);
}

TEST(apic_page_under_memory)
{
	u64 hva;

	start();
	EXPECT_EQ(guest_reads(LAPIC_ID), 0);
	EXPECT_TRUE(page_is_mapped());
	hva = sim_user_map(LINTEL_PAGE_SIZE);
	EXPECT_EQ(fixture_set_slot(vm, 3, 0, APIC, LINTEL_PAGE_SIZE, hva), 0);
	EXPECT_FALSE(page_is_mapped());
	EXPECT_FALSE(apic_page_map(vm, APIC));
	EXPECT_EQ(fixture_set_slot(vm, 3, 0, APIC, 0, hva), 0);
	EXPECT_TRUE(apic_page_map(vm, APIC));
	EXPECT_FALSE(apic_page_map(vm, APIC + LINTEL_PAGE_SIZE));
	fixture_destroy(machine);
}

/* MOV between EAX and a register of the local APIC. */
static void place_access(bool write, u32 offset)
{
	fixture_place_mov(machine, CODE, write, APIC + offset, 0x12345678);
}

/* Of those that the processor does not answer. */
TEST(apic_access_is_emulated)
{
	start();
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x35);
	place_access(false, LAPIC_PPR);
	sim_script_exit(
		&(struct sim_exit){.reason = EXIT_REASON_APIC_ACCESS, .qualification = LAPIC_PPR});
	run();
	EXPECT_EQ((u32)vcpu->regs[REG_RAX], 0x35);
	place_access(true, LAPIC_VERSION);
	sim_script_exit(
		&(struct sim_exit){.reason = EXIT_REASON_APIC_ACCESS,
				   .qualification = APIC_ACCESS_WRITE << 12 | LAPIC_VERSION});
	run();
	EXPECT_EQ(lapic_get(vcpu->lapic, LAPIC_VERSION), lapic_version(vcpu->lapic));
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_APIC_ACCESS], 2);
	fixture_destroy(machine);
}

TEST(apic_access_of_other_kinds)
{
	static const u32 kinds[] = {APIC_ACCESS_FETCH, APIC_ACCESS_DELIVERY, APIC_ACCESS_PHYSICAL_1,
				    APIC_ACCESS_PHYSICAL_2};

	start();
	for (unsigned int i = 0; i < COUNT_OF(kinds); i++) {
		test_context("kind %u", kinds[i]);
		place_access(false, LAPIC_PPR);
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_APIC_ACCESS,
						   .qualification = kinds[i] << 12 | LAPIC_PPR});
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
		EXPECT_EQ(vcpu->run->internal.suberror, KVM_INTERNAL_ERROR_EMULATION);
	}
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_APIC_ACCESS,
		.qualification = APIC_ACCESS_DELIVERY << 12 | 0x123,
		.idt_vectoring_info = INTERRUPTION_VALID | INTERRUPTION_EXTERNAL << 8 | VECTOR});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->internal.suberror, KVM_INTERNAL_ERROR_DELIVERY_EV);
	EXPECT_EQ(vcpu->run->internal.data[3], APIC + 0x123);
	fixture_destroy(machine);
}
