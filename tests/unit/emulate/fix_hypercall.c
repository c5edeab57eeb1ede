// SPDX-License-Identifier: GPL-2.0
/* VMMCALL is made VMCALL, where the guest may write it. */
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "exit/table.h"
#include "facts/exit_reason.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"

#define UD (INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | VECTOR_UD)

static const u8 vmmcall[] = {0x0f, 0x01, 0xd9}, vmcall[] = {0x0f, 0x01, 0xc1};
static const u8 svgif[] = {0x0f, 0x01, 0xdc}, ud2[] = {0x0f, 0x0b, 0x90};

/* The instruction at RIP has raised #UD.  gives: the vector that the guest gets; -1: none. */
static int invalid_opcode(struct machine *m)
{
	struct vcpu *vcpu = &m->vcpu;

	vcpu->exit =
		(struct exit_info){.reason = EXIT_REASON_EXCEPTION_OR_NMI, .interruption_info = UD};
	EXPECT_EQ(exit_exception(vcpu), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(vcpu), MACHINE_CODE);
	return vcpu->events.exception.pending ? vcpu->events.exception.vector : -1;
}

TEST(fix_hypercall_in_each_mode)
{
	for (unsigned int mode = 0; mode < MODE_COUNT; mode++) {
		struct machine *m = machine_create((enum machine_mode)mode);

		test_context("mode %u", mode);
		machine_set_code(m, vmmcall, sizeof(vmmcall));
		EXPECT_EQ(invalid_opcode(m), -1);
		EXPECT_EQ(memcmp(m->ram + MACHINE_CODE, vmcall, sizeof(vmcall)), 0);
		machine_destroy(m);
	}
}

TEST(fix_hypercall_others_are_invalid)
{
	static const u8 *const codes[] = {svgif, ud2, vmcall};

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		struct machine *m = machine_create(MODE_LONG);

		machine_set_code(m, codes[i], 3);
		EXPECT_EQ(invalid_opcode(m), VECTOR_UD);
		EXPECT_EQ(memcmp(m->ram + MACHINE_CODE, codes[i], 3), 0);
		machine_destroy(m);
	}
}

TEST(fix_hypercall_switched_off)
{
	struct machine *m = machine_create(MODE_LONG);

	m->vm.quirks_disabled = KVM_X86_QUIRK_FIX_HYPERCALL_INSN;
	machine_set_code(m, vmmcall, sizeof(vmmcall));
	EXPECT_EQ(invalid_opcode(m), VECTOR_UD);
	EXPECT_EQ(memcmp(m->ram + MACHINE_CODE, vmmcall, sizeof(vmmcall)), 0);
	machine_destroy(m);
}

/* Code that the guest must not write: its own #PF. */
TEST(fix_hypercall_read_only)
{
	struct machine *m = machine_create(MODE_LONG);

	machine_set_code(m, vmmcall, sizeof(vmmcall));
	machine_map(m, MACHINE_CODE, MACHINE_CODE, 5 /* present, user */);
	machine_set_cpl(m, 3);
	EXPECT_EQ(invalid_opcode(m), VECTOR_PF);
	EXPECT_EQ(m->vcpu.events.exception.payload, MACHINE_CODE + 2);
	EXPECT_EQ(m->vcpu.events.exception.error, PF_PRESENT | PF_WRITE | PF_USER);
	EXPECT_EQ(memcmp(m->ram + MACHINE_CODE, vmmcall, sizeof(vmmcall)), 0);
	machine_destroy(m);
}

/* And in ROM, or where there is no memory any more: it stays invalid. */
TEST(fix_hypercall_in_rom)
{
	struct machine *m = machine_create(MODE_LONG);

	memcpy(m->rom, vmmcall, sizeof(vmmcall));
	machine_map(m, MACHINE_CODE, MACHINE_ROM, 7);
	vcpu_rip_write(&m->vcpu, MACHINE_CODE);
	EXPECT_EQ(invalid_opcode(m), VECTOR_UD);
	machine_map(m, MACHINE_CODE, MACHINE_DEVICE, 7);
	m->vcpu.events.exception.pending = false;
	EXPECT_EQ(invalid_opcode(m), VECTOR_UD);
	machine_destroy(m);
}
