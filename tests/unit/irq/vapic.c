// SPDX-License-Identifier: GPL-2.0
/* The TPR in the guest's memory: KVM_SET_VAPIC_ADDR, KVM_TPR_ACCESS_REPORTING. */
#include "fixture/vm.h"
#include "api/api.h"
#include "exit/run.h"
#include "facts/exit_reason.h"
#include "irq/registers.h"

#define WORD   0x104u
#define VECTOR 0x61
#define CODE   0x200u
#define APIC   APIC_BASE_DEFAULT
#define RO_GPA 0x10000u

static struct fixture *machine;
static struct vcpu *vcpu;

static void start(void)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .cpuid = true, .apics = true);
	vcpu = machine->vcpu;
	host_vcpu_get(vcpu);
	vcpu_rflags_write(vcpu, RFLAGS_FIXED);
	host_vcpu_release(vcpu);
}

static int set_address(u64 gpa)
{
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	int error = lapic_vapic_set(vcpu, gpa);

	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	return error;
}

static u32 *word(void)
{
	return sim_user_pointer(machine->ram + WORD);
}

static u32 tpr(void)
{
	return lapic_get(vcpu->lapic, LAPIC_TPR);
}

/* What the guest does: looks at the word, writes its TPR there. */
struct act {
	u32 seen;
	int tpr; /* -1: it does not write it */
};

static void guest_acts(struct vcpu *self, void *argument)
{
	struct act *act = argument;
	u8 byte = (u8)act->tpr;

	if (sim_guest_read(self, WORD, &act->seen, sizeof(act->seen)) && act->tpr >= 0)
		sim_guest_write(self, WORD, &byte, sizeof(byte));
}

/* The word as the guest finds it. */
static u32 run(int write)
{
	struct act act = {.tpr = write};

	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = 0x10u << 16,
					   .guest = guest_acts,
					   .argument = &act});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	return act.seen;
}

TEST(vapic_follows_both_ways)
{
	start();
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x25);
	EXPECT_EQ(set_address(WORD), 0);
	EXPECT_EQ(run(-1), 0x25);
	EXPECT_EQ(tpr(), 0x25);
	EXPECT_EQ(run(0x7b), 0x25);
	EXPECT_EQ(tpr(), 0x7b);
	/* Once more, from an exit on. */
	EXPECT_EQ(run(0), 0x7b);
	EXPECT_EQ(tpr(), 0);
	fixture_destroy(machine);
}

/* One that comes while the guest is out, and the class of what it serves. */
TEST(vapic_has_what_waits_and_what_is_in_service)
{
	start();
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x80);
	EXPECT_EQ(set_address(WORD), 0);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	EXPECT_EQ(run(-1), (u32)VECTOR << 24 | 0x80);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, 0x75, false), 1);
	EXPECT_EQ(run(-1), 0x75u << 24 | 0x80);
	lapic_acknowledge(vcpu, 0x75);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, 0x32, false), 1);
	EXPECT_EQ(run(-1), (u32)VECTOR << 24 | 0x70 << 8 | 0x80);
	fixture_destroy(machine);
}

/* It goes from IRR to ISR after the word was written, on the way in. */
TEST(vapic_has_the_interrupt_that_the_entry_delivers)
{
	start();
	host_vcpu_get(vcpu);
	vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_IF);
	host_vcpu_release(vcpu);
	EXPECT_EQ(set_address(WORD), 0);
	EXPECT_EQ(lapic_deliver(vcpu, IRQ_FIXED, VECTOR, false), 1);
	EXPECT_EQ(run(-1), 0x60u << 8);
	EXPECT_EQ(sim_injections(), 1);
	fixture_destroy(machine);
}

static void guest_lowers_cr8(struct vcpu *self, void *argument)
{
	(void)argument;
	sim_guest_set_tpr(self, 0x20);
}

/* A guest that goes by CR8 is not set back to what the word says. */
TEST(vapic_leaves_cr8_alone)
{
	start();
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x40);
	EXPECT_EQ(set_address(WORD), 0);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = 0x10u << 16,
					   .guest = guest_lowers_cr8});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(tpr(), 0x20);
	EXPECT_EQ(run(-1), 0x20);
	fixture_destroy(machine);
}

static void expect_off(const char *why)
{
	test_context("%s", why);
	*word() = 0x12345678;
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x30);
	EXPECT_EQ(run(0x50), 0x12345678);
	EXPECT_EQ(tpr(), 0x30);
}

TEST(vapic_ends)
{
	start();
	expect_off("it never began");
	EXPECT_EQ(set_address(WORD), 0);
	EXPECT_EQ(set_address(0), 0);
	expect_off("address 0");
	EXPECT_EQ(set_address(WORD), 0);
	lapic_reset(vcpu, true);
	expect_off("INIT");
	fixture_destroy(machine);
}

TEST(vapic_addresses)
{
	static const u64 refused[] = {
		LINTEL_PAGE_SIZE, LINTEL_PAGE_SIZE - 3, 1ull << 40, ~0ull, ~0ull - 3, RO_GPA};
	u64 rom;

	start();
	rom = sim_user_map(LINTEL_PAGE_SIZE);
	EXPECT_EQ(
		fixture_set_slot(&machine->vm, 1, KVM_MEM_READONLY, RO_GPA, LINTEL_PAGE_SIZE, rom),
		0);
	EXPECT_EQ(set_address(WORD), 0);
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		test_context("0x%llx", refused[i]);
		EXPECT_EQ(set_address(refused[i]), -EINVAL);
	}
	/* Where it was it stays; the last word of memory will do. */
	EXPECT_EQ(run(0x40), 0);
	EXPECT_EQ(tpr(), 0x40);
	EXPECT_EQ(set_address(LINTEL_PAGE_SIZE - 4), 0);
	fixture_destroy(machine);
}

/* The memory goes away: the TPR stays what it was. */
TEST(vapic_without_its_memory)
{
	start();
	EXPECT_EQ(set_address(WORD), 0);
	lapic_put(vcpu->lapic, LAPIC_TPR, 0x30);
	EXPECT_EQ(fixture_set_slot(&machine->vm, 0, 0, 0, 0, machine->ram), 0);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = 0x10u << 16});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(tpr(), 0x30);
	fixture_destroy(machine);
}

/* --- Reports ----------------------------------------------------------------------- */

/* MOV between EAX and the TPR. */
static void access_tpr(bool write)
{
	fixture_place_mov(machine, CODE, write, APIC + LAPIC_TPR, 0x30);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = write ? 0x182 : 0x181,
					   .guest_physical = APIC + LAPIC_TPR,
					   .guest_linear = APIC + LAPIC_TPR});
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .instruction_length = 1,
					   .qualification = 0x10u << 16});
	EXPECT_EQ(vcpu_run(vcpu), 0);
}

TEST(tpr_access_is_reported)
{
	start();
	vcpu->lapic->reports_tpr = true;
	for (unsigned int write = 0; write < 2; write++) {
		test_context("write %u", write);
		access_tpr(write);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_TPR_ACCESS);
		EXPECT_EQ(vcpu->run->tpr_access.rip, CODE);
		EXPECT_EQ(vcpu->run->tpr_access.is_write, write);
		/* It is done, and RIP behind it. */
		EXPECT_EQ(tpr(), write ? 0x30 : 0);
		EXPECT_EQ(vcpu->rip, CODE + 4);
		/* And reported once. */
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	}
	vcpu->lapic->reports_tpr = false;
	access_tpr(true);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	fixture_destroy(machine);
}
