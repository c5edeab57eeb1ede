// SPDX-License-Identifier: GPL-2.0
/*
 * The local APIC's page, where the guest meets it: by the emulator, which user space hears nothing
 * of, and by an EOI that is not even decoded.
 *
 * SDM: "Local APIC Register Address Map", "Signaling Interrupt Servicing Completion".
 */
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "exit/exit.h"
#include "irq/lapic.h"
#include "irq/registers.h"
#include "sim.h"
#include "test.h"

#define APIC   APIC_BASE_DEFAULT
#define LINEAR MACHINE_DEVICE /* where the guest has it mapped */
#define VECTOR 0x61

#define WRITE 0x182 /* an EPT violation by a data access with a valid linear address */
#define READ  0x181

/* RBX points to the page, RAX holds 30H. */
static struct machine *ready(void)
{
	struct machine *m = machine_create(MODE_LONG);
	const u32 enabled = 0x1ff;

	EXPECT_EQ(lapic_vcpu_init(&m->vcpu), 0);
	lapic_mmio_write(&m->vcpu, APIC + LAPIC_SVR, 4, &enabled);
	machine_map(m, LINEAR, APIC, 7);
	vcpu_reg_write(&m->vcpu, REG_RBX, LINEAR);
	vcpu_reg_write(&m->vcpu, REG_RAX, 0x30);
	return m;
}

/* The instruction at MACHINE_CODE meets the register. */
static enum exit_action touch(struct machine *m, u64 qualification, u32 offset, u32 length)
{
	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = qualification,
		.gpa = APIC + offset,
		.gla = LINEAR + offset,
		.instruction_length = length,
		.rip = vcpu_rip_read(&m->vcpu),
	};
	return exit_dispatch(&m->vcpu);
}

static u32 read_register(struct machine *m, u32 offset)
{
	u32 value = 0;

	lapic_mmio_read(&m->vcpu, APIC + offset, 4, &value);
	return value;
}

static bool in_service(struct machine *m)
{
	return read_register(m, LAPIC_ISR + VECTOR / 32 * 16) & BIT32(VECTOR % 32);
}

static void serve_interrupt(struct machine *m)
{
	EXPECT_EQ(lapic_deliver(&m->vcpu, IRQ_FIXED, VECTOR, false), 1);
	lapic_acknowledge(&m->vcpu, VECTOR);
	EXPECT_TRUE(in_service(m));
}

TEST(apic_page_by_the_emulator)
{
	struct machine *m = ready();

	machine_set_code(m, "\x89\x83\x80\x00\x00\x00", 6); /* mov %eax, 0x80(%rbx) */
	EXPECT_EQ(touch(m, WRITE, LAPIC_TPR, 6), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 6);
	EXPECT_EQ(read_register(m, LAPIC_TPR), 0x30);

	machine_set_code(m, "\x8b\x8b\x30\x00\x00\x00", 6); /* mov 0x30(%rbx), %ecx */
	EXPECT_EQ(touch(m, READ, LAPIC_VERSION, 6), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RCX), read_register(m, LAPIC_VERSION));

	machine_set_code(m, "\x83\x8b\x80\x00\x00\x00\x0f", 7); /* orl $0xf, 0x80(%rbx) */
	EXPECT_EQ(touch(m, READ | WRITE, LAPIC_TPR, 7), ACTION_SAME_INSN);
	EXPECT_EQ(read_register(m, LAPIC_TPR), 0x3f);
	EXPECT_TRUE(!m->vcpu.complete);
	machine_destroy(m);
}

/* A page that is not the APIC's is user space's, though it was once. */
TEST(apic_page_that_was_moved)
{
	struct machine *m = ready();

	m->vcpu.apic_base = 0xfed00000 | (m->vcpu.apic_base & 0xfff);
	machine_set_code(m, "\x89\x83\x80\x00\x00\x00", 6);
	EXPECT_EQ(touch(m, WRITE, LAPIC_TPR, 6), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(m->vcpu.run->mmio.phys_addr, APIC + LAPIC_TPR);
	machine_destroy(m);
}

/*
 * A write of anything ends the interrupt; that there is no instruction shows that nobody looked.
 * Where the length cannot be relied on it is decoded, as all others are.
 */
TEST(apic_page_eoi_needs_no_decoding)
{
	static const struct {
		const char *what;
		u64 qualification;
		u32 offset, length;
		bool under_hypervisor, decoded;
	} rows[] = {
		{"EOI", WRITE, LAPIC_EOI, 6, false, false},
		{"no length", WRITE, LAPIC_EOI, 0, false, true},
		{"a length of 16", WRITE, LAPIC_EOI, 16, false, true},
		{"another hypervisor below", WRITE, LAPIC_EOI, 6, true, true},
		{"it reads too", READ | WRITE, LAPIC_EOI, 6, false, true},
		{"another register", WRITE, LAPIC_TPR, 6, false, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready();
		bool decoded = rows[i].decoded;

		test_context("%s", rows[i].what);
		m->vm.under_hypervisor = rows[i].under_hypervisor;
		serve_interrupt(m);
		machine_set_code(m, "\x0f\x0b", 2); /* UD2 */
		EXPECT_EQ(touch(m, rows[i].qualification, rows[i].offset, rows[i].length),
			  decoded ? ACTION_TO_USER : ACTION_SAME_INSN);
		EXPECT_EQ(in_service(m), decoded);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + (decoded ? 0 : rows[i].length));
		machine_destroy(m);
	}
}

/* And an EOI that is decoded is one. */
TEST(apic_page_eoi_by_the_emulator)
{
	struct machine *m = ready();

	m->vm.under_hypervisor = true;
	serve_interrupt(m);
	machine_set_code(m, "\x89\x83\xb0\x00\x00\x00", 6); /* mov %eax, 0xb0(%rbx) */
	EXPECT_EQ(touch(m, WRITE, LAPIC_EOI, 0), ACTION_SAME_INSN);
	EXPECT_FALSE(in_service(m));
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 6);
	machine_destroy(m);
}
