// SPDX-License-Identifier: GPL-2.0
/*
 * Moves to and from a device by an instruction that is known, answered with interrupts off: as the
 * long way does it; and left to that where anything is not as the processor said.
 */
#include "emulate/access.h"
#include "emulate/machine.h"
#include "exit/exit.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "irq/lapic.h"
#include "irq/registers.h"
#include "mem/mem.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define DEVICE MACHINE_DEVICE
#define RAX    0x1122334455667788ull
#define ANSWER 0x8877665544332211ull

/* A data access; the linear address is valid, and its own. */
#define FINAL (EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL)
#define READ  (EPT_VIOLATION_READ | FINAL)
#define WRITE (EPT_VIOLATION_WRITE | FINAL)

#define STORE	     "89 43 10" /* mov [rbx + 10H], eax */
#define STORE_LENGTH 3

/* The instruction at MACHINE_CODE is known; RBX points to the device. */
static struct machine *ready(enum machine_mode mode, const char *hex)
{
	struct machine *m = machine_create(mode);
	enum exit_action action;
	struct insn insn;

	vcpu_reg_write(&m->vcpu, REG_RAX, RAX);
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RCX, 0x10);
	machine_set_hex(m, hex);
	EXPECT_TRUE(emulate_fetch(&m->vcpu, &insn, &action));
	EXPECT_TRUE(emulate_fetch(&m->vcpu, &insn, &action));
	return m;
}

static void meets(struct machine *m, u64 qualification, u64 offset)
{
	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = qualification,
		.gpa = DEVICE + offset,
		.gla = DEVICE + offset,
		.rip = vcpu_rip_read(&m->vcpu),
	};
}

struct outcome {
	enum exit_action first, last;
	u32 reason, length;
	bool write;
	u64 address, data, rip, rflags, regs[REG_COUNT];
};

static void look(struct machine *m, struct outcome *outcome)
{
	outcome->rip = vcpu_rip_read(&m->vcpu);
	outcome->rflags = vcpu_rflags_read(&m->vcpu);
	memcpy(outcome->regs, m->vcpu.regs, sizeof(outcome->regs));
	outcome->regs[REG_RSP] = vcpu_reg_read(&m->vcpu, REG_RSP);
}

/* User space is asked, and answers. */
static struct outcome outcome_of(struct machine *m, bool quick)
{
	struct kvm_run *run = m->vcpu.run;
	const u64 answer = ANSWER;
	struct outcome outcome;

	memset(&outcome, 0, sizeof(outcome));
	memset(run->mmio.data, 0, sizeof(run->mmio.data));
	vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_RF | RFLAGS_CF);
	outcome.first = quick ? machine_answer_at_once(m) : exit_dispatch(&m->vcpu);
	outcome.reason = run->exit_reason;
	outcome.length = run->mmio.len;
	outcome.write = run->mmio.is_write;
	outcome.address = run->mmio.phys_addr;
	memcpy(&outcome.data, run->mmio.data, 8);
	if (outcome.first == ACTION_TO_USER) {
		memcpy(run->mmio.data, &answer, 8);
		/* What else it writes there does not count. */
		run->mmio.len = ~0u;
		run->mmio.is_write = !run->mmio.is_write;
		outcome.last = machine_run_again(m);
	}
	look(m, &outcome);
	return outcome;
}

TEST(move_is_as_the_long_way)
{
	static const struct {
		const char *code;
		u64 qualification, offset;
		bool at_once;
	} rows[] = {
		{"88 03", WRITE, 0, true},
		{"88 63 01", WRITE, 1, true}, /* AH */
		{"66 89 03", WRITE, 0, true},
		{"89 43 10", WRITE, 0x10, true},
		{"48 89 04 0b", WRITE, 0x10, true},
		{"c6 03 5a", WRITE, 0, true},
		{"c7 03 78 56 34 12", WRITE, 0, true},
		{"48 c7 03 fe ff ff ff", WRITE, 0, true},
		{"48 0f c3 03", WRITE, 0, true}, /* MOVNTI */
		{"8a 03", READ, 0, true},
		{"8a 63 03", READ, 3, true},
		{"66 8b 03", READ, 0, true},
		{"8b 03", READ, 0, true},
		{"48 8b 03", READ, 0, true},
		{"8b 1b", READ, 0, true}, /* the register that it is addressed with */
		{"0f b6 03", READ, 0, true},
		{"66 0f b6 03", READ, 0, true},
		{"48 0f b7 03", READ, 0, true},
		{"a1 00 00 00 09 00 00 00 00", READ, 0, true},
		{"48 a3 08 00 00 09 00 00 00 00", WRITE, 8, true},
		{"89 05 0a f0 ff 08", WRITE, 0x10, true}, /* RIP-relative */
		{"d7", READ, 0x88, true},		  /* XLAT */
		/* The last bytes of a page, and those beyond it. */
		{"8b 83 fc 0f 00 00", READ, 0xffc, true},
		/* More than a move. */
		{"0f be 03", READ, 0, false},
		{"0b 03", READ, 0, false},
		{"87 03", READ | WRITE, 0, false},
		{"0f 10 03", READ, 0, false}, /* 16 bytes */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct outcome outcome[2];

		test_context("%s", rows[i].code);
		for (unsigned int quick = 0; quick < 2; quick++) {
			struct machine *m = ready(MODE_LONG, rows[i].code);

			meets(m, rows[i].qualification, rows[i].offset);
			outcome[quick] = outcome_of(m, quick && rows[i].at_once);
			if (quick && !rows[i].at_once) {
				vcpu_rip_write(&m->vcpu, MACHINE_CODE);
				EXPECT_EQ(machine_answer_at_once(m), ACTION_LATER);
			}
			machine_destroy(m);
		}
		EXPECT_EQ(outcome[1].first, outcome[0].first);
		EXPECT_EQ(memcmp(&outcome[0], &outcome[1], sizeof(outcome[0])), 0);
	}
}

/* --- What is not as it was, or as the processor said --- */

static void nothing(struct machine *m)
{
}

static void other_code(struct machine *m)
{
	m->ram[MACHINE_CODE + 2] = 0x14;
}

static void other_register(struct machine *m)
{
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE + 8);
}

static void other_page(struct machine *m)
{
	m->vcpu.exit.gla += LINTEL_PAGE_SIZE;
}

static void a_read(struct machine *m)
{
	m->vcpu.exit.qualification = READ;
}

static void read_and_write(struct machine *m)
{
	m->vcpu.exit.qualification = READ | WRITE;
}

static void no_linear_address(struct machine *m)
{
	m->vcpu.exit.qualification = EPT_VIOLATION_WRITE;
}

static void a_page_table(struct machine *m)
{
	m->vcpu.exit.qualification = EPT_VIOLATION_WRITE | EPT_VIOLATION_GLA_VALID;
}

static void a_delivery(struct machine *m)
{
	m->vcpu.exit.idt_vectoring_info = INTERRUPTION_VALID | 0x41;
}

static void is_memory(struct machine *m)
{
	struct kvm_userspace_memory_region region = {
		.slot = 2,
		.guest_phys_addr = DEVICE,
		.memory_size = LINTEL_PAGE_SIZE,
		.userspace_addr = (u64)(unsigned long)m->rom,
	};

	MACHINE_SLEEPING(m, EXPECT_EQ(memslot_set(&m->vm, &region), 0));
}

static void absent_page(struct machine *m)
{
	sim_fail_copy_after(0);
}

static void traced(struct machine *m)
{
	sim_exits_are_traced = true;
}

TEST(move_only_as_the_processor_said)
{
	static const struct {
		const char *what;
		void (*change)(struct machine *m);
		enum exit_action action;
	} rows[] = {
		{"nothing", nothing, ACTION_TO_USER},
		{"other code", other_code, ACTION_LATER},
		{"other register", other_register, ACTION_LATER},
		{"other page", other_page, ACTION_LATER},
		{"a read", a_read, ACTION_LATER},
		{"a read and a write", read_and_write, ACTION_LATER},
		{"no linear address", no_linear_address, ACTION_LATER},
		{"of a page table", a_page_table, ACTION_LATER},
		{"of a delivery", a_delivery, ACTION_LATER},
		{"memory", is_memory, ACTION_LATER},
		{"page absent", absent_page, ACTION_LATER},
		{"compatibility mode", machine_set_compatibility, ACTION_LATER},
		{"traced", traced, ACTION_LATER},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG, STORE);
		struct outcome before, after;

		memset(&before, 0, sizeof(before));
		memset(&after, 0, sizeof(after));
		test_context("%s", rows[i].what);
		meets(m, WRITE, 0x10);
		rows[i].change(m);
		look(m, &before);
		EXPECT_EQ(machine_answer_at_once(m), rows[i].action);
		look(m, &after);
		EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
		EXPECT_EQ(!!m->vcpu.complete, rows[i].action == ACTION_TO_USER);
		sim_exits_are_traced = false;
		sim_fail_copy_never();
		m->vcpu.complete = NULL;
		machine_destroy(m);
	}
}

/* Part of the access is in another page, which has another device. */
TEST(move_across_pages_takes_the_long_way)
{
	struct machine *m = ready(MODE_LONG, "89 83 fd 0f 00 00");

	meets(m, WRITE, 0xffd);
	EXPECT_EQ(machine_answer_at_once(m), ACTION_LATER);
	machine_destroy(m);
}

/* User space has sent the vCPU somewhere else: the answer is of no use there. */
TEST(move_answer_for_another_rip)
{
	struct machine *m = ready(MODE_LONG, "8b 03");

	meets(m, READ, 0);
	EXPECT_EQ(machine_answer_at_once(m), ACTION_TO_USER);
	vcpu_rip_write(&m->vcpu, MACHINE_CODE + 0x100);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 0x100);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), RAX);
	machine_destroy(m);
}

/* --- devices in the kernel --- */

static unsigned int asked;

static bool take(struct bus_device *device, struct vcpu *vcpu, u64 address, unsigned int length,
		 const void *data)
{
	u32 value = 0;

	EXPECT_EQ(address, DEVICE + 0x10);
	EXPECT_EQ(length, 4);
	memcpy(&value, data, sizeof(value));
	EXPECT_EQ(value, (u32)RAX);
	asked++;
	return true;
}

TEST(move_to_a_device_that_may_be_asked)
{
	for (unsigned int raw = 0; raw < 2; raw++) {
		struct machine *m = ready(MODE_LONG, STORE);
		struct bus_device device = {
			.start = DEVICE, .length = 0x20, .raw = raw, .write = take};

		test_context("raw %u", raw);
		asked = 0;
		MACHINE_SLEEPING(m, EXPECT_EQ(bus_add(&m->vm, BUS_MMIO, &device), 0));
		/* The slots are as they were. */
		meets(m, WRITE, 0x10);
		EXPECT_EQ(machine_answer_at_once(m), raw ? ACTION_SAME_INSN : ACTION_LATER);
		EXPECT_EQ(asked, raw);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + (raw ? STORE_LENGTH : 0));
		EXPECT_TRUE(!m->vcpu.complete);
		machine_destroy(m);
	}
}

/* The local APIC's page, mapped where the device is. */
static enum exit_action to_lapic(struct machine *m, u32 offset)
{
	meets(m, WRITE, 0x10);
	m->vcpu.exit.gpa = APIC_BASE_DEFAULT + offset;
	return machine_answer_at_once(m);
}

TEST(move_to_the_local_apic)
{
	static const struct {
		const char *what;
		u32 offset;
		bool at_once;
	} rows[] = {
		{"TPR", LAPIC_TPR, true},	  {"ICR2", LAPIC_ICR2, true},
		{"LINT1", LAPIC_LVT_LINT1, true}, {"LINT0", LAPIC_LVT_LINT0, false},
		{"LDR", LAPIC_LDR, false},	  {"SVR", LAPIC_SVR, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG, STORE);
		u32 before, after;

		test_context("%s", rows[i].what);
		EXPECT_EQ(lapic_vcpu_init(&m->vcpu), 0);
		lapic_mmio_read(&m->vcpu, APIC_BASE_DEFAULT + rows[i].offset, 4, &before);
		EXPECT_EQ(to_lapic(m, rows[i].offset),
			  rows[i].at_once ? ACTION_SAME_INSN : ACTION_LATER);
		lapic_mmio_read(&m->vcpu, APIC_BASE_DEFAULT + rows[i].offset, 4, &after);
		EXPECT_EQ(before != after, rows[i].at_once);
		machine_destroy(m);
	}
}

/* Whose page is then mapped, so that the next access causes no exit. */
TEST(move_to_a_local_apic_of_the_processor)
{
	struct machine *m = ready(MODE_LONG, STORE);

	EXPECT_EQ(lapic_vcpu_init(&m->vcpu), 0);
	m->vcpu.control[CTL_SECONDARY] |= CPU2_VIRTUALIZE_APIC_ACCESSES;
	EXPECT_EQ(to_lapic(m, LAPIC_TPR), ACTION_LATER);
	machine_destroy(m);
}
