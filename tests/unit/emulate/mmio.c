// SPDX-License-Identifier: GPL-2.0
/*
 * MMIO: the exits to user space, what comes back, what the guest's registers are then.
 */
#include <stdio.h>

#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "emulate/operation.h"
#include "facts/exit_reason.h"
#include "mem/mem.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define DEVICE	      MACHINE_DEVICE
#define QUALIFICATION 0x183 /* a data access with a valid linear address */

/* The instruction at MACHINE_CODE meets the device. */
static enum exit_action touch(struct machine *m)
{
	m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION,
					  .qualification = QUALIFICATION,
					  .gpa = DEVICE,
					  .rip = vcpu_rip_read(&m->vcpu)};
	return emulate_mmio(&m->vcpu, DEVICE);
}

static void expect_exit(struct machine *m, u64 gpa, u32 length, bool write, u64 value)
{
	const struct kvm_run *run = m->vcpu.run;
	u64 data = 0;

	EXPECT_EQ(run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(run->mmio.phys_addr, gpa);
	EXPECT_EQ(run->mmio.len, length);
	EXPECT_EQ(run->mmio.is_write, write);
	if (!write)
		return;
	memcpy(&data, run->mmio.data, 8);
	EXPECT_EQ(data, value);
}

static void answer(struct machine *m, u64 value)
{
	memcpy(m->vcpu.run->mmio.data, &value, 8);
}

#define REG(m, name) vcpu_reg_read(&(m)->vcpu, REG_##name)

struct one_access {
	const char *code;
	bool write;
	u32 length;
	u64 offset; /* in the device; RBX points to its start */
	u64 value;  /* written, or what a read is answered with */
	u64 rax;    /* afterwards */
};

/* RAX before; RCX is 0x10. */
#define RAX 0x1122334455667788ull

static const struct one_access long_rows[] = {
	{"88 03", true, 1, 0, 0x88, RAX},
	{"88 63 01", true, 1, 1, 0x77, RAX},
	{"66 89 03", true, 2, 0, 0x7788, RAX},
	{"89 43 10", true, 4, 0x10, 0x55667788, RAX},
	{"48 89 04 0b", true, 8, 0x10, RAX, RAX},
	{"c6 03 5a", true, 1, 0, 0x5a, RAX},
	{"66 c7 03 34 12", true, 2, 0, 0x1234, RAX},
	{"c7 03 78 56 34 12", true, 4, 0, 0x12345678, RAX},
	{"48 c7 03 fe ff ff ff", true, 8, 0, ~1ull, RAX},
	{"48 0f c3 03", true, 8, 0, RAX, RAX},
	{"8a 03", false, 1, 0, 0xa1, 0x11223344556677a1},
	{"8a 63 03", false, 1, 3, 0xa1, 0x112233445566a188},
	{"66 8b 03", false, 2, 0, 0xb2a1, 0x112233445566b2a1},
	{"8b 03", false, 4, 0, 0xd4c3b2a1, 0xd4c3b2a1},
	{"48 8b 03", false, 8, 0, 0x8877665544332211, 0x8877665544332211},
	{"0f b6 03", false, 1, 0, 0xff, 0xff},
	{"66 0f b6 03", false, 1, 0, 0xff, 0x11223344556600ff},
	{"48 0f b7 03", false, 2, 0, 0x8001, 0x8001},
	{"0f be 03", false, 1, 0, 0x80, 0xffffff80},
	{"48 0f be 03", false, 1, 0, 0x80, 0xffffffffffffff80},
	{"48 0f bf 03", false, 2, 0, 0x8001, 0xffffffffffff8001},
	{"48 63 03", false, 4, 0, 0x80000001, 0xffffffff80000001},
	{"66 63 03", false, 2, 0, 0x80, 0x1122334455660080},
	/* BSF and BSR that find no bit: the upper half stays too */
	{"0f bc 03", false, 4, 0, 0, RAX},
	{"0f bd 03", false, 4, 0, 0, RAX},
	{"0f bd 03", false, 4, 0, 0x80, 7},
	/* MOVABS from and to the device's address */
	{"a1 00 00 00 09 00 00 00 00", false, 4, 0, 0x99, 0x99},
	{"48 a3 08 00 00 09 00 00 00 00", true, 8, 8, RAX, RAX},
	/* RIP-relative: from the end of the instruction, whatever is behind the displacement */
	{"89 05 0a f0 ff 08", true, 4, 0x10, 0x55667788, RAX},
	{"48 8b 05 09 f0 ff 08", false, 8, 0x10, 0x8877665544332211, 0x8877665544332211},
	{"c6 05 09 f0 ff 08 5a", true, 1, 0x10, 0x5a, RAX},
	{"66 c7 05 07 f0 ff 08 34 12", true, 2, 0x10, 0x1234, RAX},
	{"c7 05 06 f0 ff 08 78 56 34 12", true, 4, 0x10, 0x12345678, RAX},
	{"48 c7 05 05 f0 ff 08 fe ff ff ff", true, 8, 0x10, ~1ull, RAX},
	{"67 89 05 09 f0 ff 08", true, 4, 0x10, 0x55667788, RAX},
	/* no base, as a SIB byte says it */
	{"89 04 25 10 00 00 09", true, 4, 0x10, 0x55667788, RAX},
	/* XLAT: AL is the index */
	{"d7", false, 1, 0x88, 0xa1, 0x11223344556677a1},
};

static struct machine *ready(enum machine_mode mode)
{
	struct machine *m = machine_create(mode);

	vcpu_reg_write(&m->vcpu, REG_RAX, RAX);
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RCX, 0x10);
	return m;
}

static unsigned int code_length(const char *hex)
{
	return (unsigned int)(strlen(hex) + 1) / 3;
}

/* Until KVM_RUN comes back no register moves. */
static void check_one(struct machine *m, const struct one_access *row)
{
	test_context("%s", row->code);
	machine_set_hex(m, row->code);
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + row->offset, row->length, row->write, row->value);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	EXPECT_EQ(REG(m, RAX), RAX);
	if (!row->write)
		answer(m, row->value | (row->length == 8 ? 0 : ~0ull << (8 * row->length)));
	/* user space may scribble over everything: only data counts */
	m->vcpu.run->mmio.len = 0xffffffff;
	m->vcpu.run->mmio.phys_addr = ~0ull;
	m->vcpu.run->mmio.is_write = !row->write;
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + code_length(row->code));
	EXPECT_EQ(REG(m, RAX), row->rax);
	EXPECT_TRUE(!m->vcpu.complete);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
}

TEST(mmio_moves_in_64_bit_mode)
{
	size_t i;

	for (i = 0; i < COUNT_OF(long_rows); i++) {
		struct machine *m = ready(MODE_LONG);

		check_one(m, &long_rows[i]);
		machine_destroy(m);
	}
}

TEST(mmio_moves_in_32_bit_modes)
{
	static const enum machine_mode modes[] = {MODE_PROTECTED32, MODE_PAGING32, MODE_PAE,
						  MODE_COMPATIBILITY};
	static const struct one_access rows[] = {
		{"89 03", true, 4, 0, 0x55667788, RAX},
		{"66 89 03", true, 2, 0, 0x7788, RAX},
		{"8b 43 04", false, 4, 4, 0xdeadbeef, 0xdeadbeef},
		{"a3 20 00 00 09", true, 4, 0x20, 0x55667788, RAX},
		/* what is RIP-relative in 64-bit code is an address here */
		{"89 05 10 00 00 09", true, 4, 0x10, 0x55667788, RAX},
		{"c7 05 10 00 00 09 78 56 34 12", true, 4, 0x10, 0x12345678, RAX},
		{"d7", false, 1, 0x88, 0xa1, 0x11223344556677a1},
	};
	size_t i, mode;

	for (mode = 0; mode < COUNT_OF(modes); mode++) {
		for (i = 0; i < COUNT_OF(rows); i++) {
			struct machine *m = ready(modes[mode]);

			check_one(m, &rows[i]);
			machine_destroy(m);
		}
	}
}

/* Big real mode: a 16-bit program with a base far up. */
TEST(mmio_in_real_mode)
{
	struct machine *m = ready(MODE_REAL);
	struct kvm_segment es = {.base = DEVICE, .limit = 0xffff, .type = 3, .present = 1, .s = 1};

	vcpu_seg_write(&m->vcpu, SEG_ES, &es);
	vcpu_reg_write(&m->vcpu, REG_RDI, 0xabcd0004);
	machine_set_hex(m, "26 89 05");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 4, 2, true, 0x7788);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 3);
	machine_destroy(m);
}

/* One access in two pages is two exits; the register changes when both are there. */
TEST(mmio_read_across_pages)
{
	struct machine *m = ready(MODE_LONG);

	machine_map(m, DEVICE + 0x1000, DEVICE + 0x8000, 7);
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE + 0xffd);
	machine_set_hex(m, "48 8b 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0xffd, 3, false, 0);
	answer(m, 0xffffffffff332211);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	EXPECT_EQ(REG(m, RAX), RAX);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	expect_exit(m, DEVICE + 0x8000, 5, false, 0);
	answer(m, 0xffffff8877665544);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RAX), 0x8877665544332211);
	machine_destroy(m);
}

/* Half in memory, half in the device. */
TEST(mmio_write_across_memory_and_device)
{
	struct machine *m = ready(MODE_LONG);

	machine_map(m, 0x10000, 0x9000, 7);
	machine_map(m, 0x11000, DEVICE + 0x8000, 7);
	vcpu_reg_write(&m->vcpu, REG_RBX, 0x10ffe);
	machine_set_hex(m, "89 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0x8000, 2, true, 0x5566);
	EXPECT_EQ(m->ram[0x9ffe], 0x88);
	EXPECT_EQ(m->ram[0x9fff], 0x77);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	machine_destroy(m);
}

/* A write to a read-only slot is a device's; what is read there is memory. */
TEST(mmio_write_to_rom)
{
	struct machine *m = ready(MODE_LONG);

	m->rom[8] = 0x40;
	vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_ROM + 8);
	machine_set_hex(m, "00 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, MACHINE_ROM + 8, 1, true, 0xc8);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(m->rom[8], 0x40);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu) & RFLAGS_STATUS, RFLAGS_SF);
	machine_destroy(m);
}

/* Read, compute, write: two exits, and one write of flags at the end. */
TEST(mmio_read_modify_write)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "f0 01 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, false, 0);
	answer(m, 0xffffffff);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, true, 0x55667787);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), 2);
	vcpu_rflags_write(&m->vcpu, RFLAGS_IF | 2);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), RFLAGS_IF | 2 | RFLAGS_CF | RFLAGS_PF | RFLAGS_AF);
	machine_destroy(m);
}

TEST(mmio_shift_by_one)
{
	static const struct {
		const char *code;
		u32 length;
		u64 before, after;
	} rows[] = {
		{"d1 23", 4, 0x40000001, 0x80000002},	 /* SHL */
		{"d1 2b", 4, 0x40000001, 0x20000000},	 /* SHR */
		{"d0 03", 1, 0x81, 0x03},		 /* ROL */
		{"48 d1 3b", 8, 1ull << 63, 3ull << 62}, /* SAR */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("%s", rows[i].code);
		machine_set_hex(m, rows[i].code);
		EXPECT_EQ(touch(m), ACTION_TO_USER);
		expect_exit(m, DEVICE, rows[i].length, false, 0);
		answer(m, rows[i].before);
		EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
		expect_exit(m, DEVICE, rows[i].length, true, rows[i].after);
		EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
		machine_destroy(m);
	}
}

TEST(mmio_exchange)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "87 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, false, 0);
	answer(m, 0xcafe);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, true, 0x55667788);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RAX), 0xcafe);
	machine_destroy(m);
}

/* CMPXCHG writes in both cases; the accumulator changes in one. */
TEST(mmio_compare_exchange)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "f0 0f b1 0b");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	answer(m, 0x55667788);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, true, 0x10);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RAX), RAX);
	EXPECT_TRUE(vcpu_rflags_read(&m->vcpu) & RFLAGS_ZF);

	machine_set_hex(m, "f0 0f b1 0b");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	answer(m, 0x1234);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, true, 0x1234);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RAX), 0x1234);
	EXPECT_FALSE(vcpu_rflags_read(&m->vcpu) & RFLAGS_ZF);
	machine_destroy(m);
}

TEST(mmio_compare_only_reads)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "f6 03 08");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	answer(m, 0x08);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu) & RFLAGS_STATUS, 0);
	machine_destroy(m);
}

/* A bit offset in a register reaches other words, also before the operand. */
TEST(mmio_bit_test)
{
	static const struct {
		const char *code;
		u64 offset;
		s64 at;
		u32 length;
		u64 bit;
	} rows[] = {
		{"0f a3 0b", 5, 0, 4, 5},
		{"0f a3 0b", 37, 4, 4, 5},
		{"0f a3 0b", (u32)-1, -4, 4, 31},
		{"48 0f a3 0b", (u64)-1, -8, 8, 63},
		{"66 0f a3 0b", 0x8000, -4096, 2, 0},
		{"0f ba 23 25", 0, 0, 4, 5},
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("%s, offset %llx", rows[i].code, rows[i].offset);
		machine_map(m, DEVICE + 0x1000, DEVICE + 0x1000, 7);
		vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE + 0x1000);
		vcpu_reg_write(&m->vcpu, REG_RCX, rows[i].offset);
		machine_set_hex(m, rows[i].code);
		EXPECT_EQ(touch(m), ACTION_TO_USER);
		expect_exit(m, DEVICE + 0x1000 + (u64)rows[i].at, rows[i].length, false, 0);
		answer(m, 1ull << rows[i].bit);
		EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_rflags_read(&m->vcpu) & RFLAGS_CF, RFLAGS_CF);
		machine_destroy(m);
	}
}

/* The stack in memory, the operand in the device, and the other way round. */
TEST(mmio_push_and_pop)
{
	struct machine *m = ready(MODE_LONG);
	u64 value = 0x8877665544332211;

	machine_set_hex(m, "ff 33");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 8, false, 0);
	answer(m, value);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK - 8);
	EXPECT_EQ(memcmp(m->ram + MACHINE_STACK - 8, &value, 8), 0);

	machine_set_hex(m, "8f 43 08");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 8, 8, true, value);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK);

	/* POP [RSP]: the address is that after the increment */
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE + 0x10);
	machine_set_hex(m, "8f 04 24");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0x10, 8, false, 0);
	answer(m, 77);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0x18, 8, true, 77);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RSP), DEVICE + 0x18);
	machine_destroy(m);

	/* a 16-bit stack in 32-bit code */
	m = ready(MODE_PROTECTED16);
	vcpu_reg_write(&m->vcpu, REG_RSP, 0xabcd0000 | MACHINE_STACK);
	machine_set_hex(m, "67 66 ff 33");
	{
		struct kvm_segment ds = {.limit = ~0u, .type = 3, .present = 1, .s = 1, .g = 1};

		vcpu_seg_write(&m->vcpu, SEG_DS, &ds);
	}
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	answer(m, 0x12345678);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RSP), 0xabcd0000 | (MACHINE_STACK - 4));
	EXPECT_EQ(m->ram[MACHINE_STACK - 4], 0x78);
	machine_destroy(m);
}

struct string_row {
	const char *code;
	enum machine_mode mode;
	bool down;
	u64 rsi, rdi, rcx;
	u64 gpa;
	u32 length;
	bool write;
	u64 value;
	u64 rsi_after, rdi_after, rcx_after;
	u64 rip_after;
};

static const struct string_row string_rows[] = {
	{"f3 a5", MODE_LONG, false, MACHINE_DATA, DEVICE, 3, DEVICE, 4, true, 0x04030201,
	 MACHINE_DATA + 4, DEVICE + 4, 2, MACHINE_CODE},
	{"f3 a5", MODE_LONG, false, MACHINE_DATA, DEVICE, 1, DEVICE, 4, true, 0x04030201,
	 MACHINE_DATA + 4, DEVICE + 4, 0, MACHINE_CODE + 2},
	{"a5", MODE_LONG, false, MACHINE_DATA, DEVICE, 7, DEVICE, 4, true, 0x04030201,
	 MACHINE_DATA + 4, DEVICE + 4, 7, MACHINE_CODE + 1},
	{"f3 48 a5", MODE_LONG, true, MACHINE_DATA, DEVICE + 8, 2, DEVICE + 8, 8, true,
	 0x0807060504030201, MACHINE_DATA - 8, DEVICE, 1, MACHINE_CODE},
	{"f3 a4", MODE_LONG, false, DEVICE, MACHINE_DATA + 0x100, 2, DEVICE, 1, false, 0x99,
	 DEVICE + 1, MACHINE_DATA + 0x101, 1, MACHINE_CODE},
	/* ECX, ESI, EDI: the upper halves go */
	{"67 f3 a5", MODE_LONG, false, 0xffffffff00000000 | MACHINE_DATA,
	 0xffffffff00000000 | DEVICE, 0xffffffff00000002, DEVICE, 4, true, 0x04030201,
	 MACHINE_DATA + 4, DEVICE + 4, 1, MACHINE_CODE},
	{"f3 ab", MODE_PAGING32, false, 1, DEVICE, 2, DEVICE, 4, true, 0x55667788, 1, DEVICE + 4, 1,
	 MACHINE_CODE},
	{"66 f3 ab", MODE_PAGING32, false, 1, DEVICE, 1, DEVICE, 2, true, 0x7788, 1, DEVICE + 2, 0,
	 MACHINE_CODE + 3},
	{"aa", MODE_LONG, true, 1, DEVICE, 9, DEVICE, 1, true, 0x88, 1, DEVICE - 1, 9,
	 MACHINE_CODE + 1},
	{"f3 ac", MODE_LONG, false, DEVICE, 1, 2, DEVICE, 1, false, 0x99, DEVICE + 1, 1, 1,
	 MACHINE_CODE},
	/* REPE goes on while equal, REPNE while not */
	{"f3 a6", MODE_LONG, false, DEVICE, MACHINE_DATA, 5, DEVICE, 1, false, 1, DEVICE + 1,
	 MACHINE_DATA + 1, 4, MACHINE_CODE},
	{"f3 a6", MODE_LONG, false, DEVICE, MACHINE_DATA, 5, DEVICE, 1, false, 2, DEVICE + 1,
	 MACHINE_DATA + 1, 4, MACHINE_CODE + 2},
	{"f2 ae", MODE_LONG, false, 1, DEVICE, 5, DEVICE, 1, false, 0x87, 1, DEVICE + 1, 4,
	 MACHINE_CODE},
	{"f2 ae", MODE_LONG, false, 1, DEVICE, 5, DEVICE, 1, false, 0x88, 1, DEVICE + 1, 4,
	 MACHINE_CODE + 2},
};

TEST(mmio_strings)
{
	size_t i;

	for (i = 0; i < COUNT_OF(string_rows); i++) {
		const struct string_row *row = &string_rows[i];
		struct machine *m = ready(row->mode);

		test_context("%s, row %zu", row->code, i);
		memcpy(m->ram + MACHINE_DATA, "\1\2\3\4\5\6\7\10", 8);
		vcpu_reg_write(&m->vcpu, REG_RSI, row->rsi);
		vcpu_reg_write(&m->vcpu, REG_RDI, row->rdi);
		vcpu_reg_write(&m->vcpu, REG_RCX, row->rcx);
		vcpu_rflags_write(&m->vcpu, row->down ? 2 | RFLAGS_DF : 2);
		machine_set_hex(m, row->code);
		EXPECT_EQ(touch(m), ACTION_TO_USER);
		expect_exit(m, row->gpa, row->length, row->write, row->value);
		EXPECT_EQ(REG(m, RCX), row->rcx);
		if (!row->write)
			answer(m, row->value);
		EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(REG(m, RSI), row->rsi_after);
		EXPECT_EQ(REG(m, RDI), row->rdi_after);
		EXPECT_EQ(REG(m, RCX), row->rcx_after);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), row->rip_after);
		machine_destroy(m);
	}
}

/* 16-bit addresses: only SI, DI and CX move. */
TEST(mmio_string_16_bit)
{
	struct machine *m = ready(MODE_REAL);
	struct kvm_segment es = {.base = DEVICE, .limit = 0xffff, .type = 3, .present = 1, .s = 1};

	vcpu_seg_write(&m->vcpu, SEG_ES, &es);
	vcpu_reg_write(&m->vcpu, REG_RDI, 0xaaaa0002);
	vcpu_reg_write(&m->vcpu, REG_RCX, 0xbbbb0001);
	vcpu_rflags_write(&m->vcpu, 2 | RFLAGS_DF);
	machine_set_hex(m, "f3 66 ab");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 2, 4, true, 0x55667788);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RDI), 0xaaaafffe);
	EXPECT_EQ(REG(m, RCX), 0xbbbb0000);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 3);

	/* CX is 0 now: the next one does nothing, whatever is above */
	machine_set_hex(m, "f3 66 ab");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 3);
	EXPECT_EQ(REG(m, RDI), 0xaaaafffe);
	machine_destroy(m);
}

/* Device to device: the read first, then the write, nothing twice. */
TEST(mmio_device_to_device)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RSI, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RDI, DEVICE + 0x20);
	machine_set_hex(m, "48 a5");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 8, false, 0);
	answer(m, 0x0123456789abcdef);
	EXPECT_EQ(machine_run_again(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0x20, 8, true, 0x0123456789abcdef);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RSI), DEVICE + 8);
	EXPECT_EQ(REG(m, RDI), DEVICE + 0x28);
	machine_destroy(m);
}

static void expect_exception(struct machine *m, u8 vector, bool has_error, u32 error)
{
	EXPECT_TRUE(m->vcpu.events.exception.pending);
	EXPECT_EQ(m->vcpu.events.exception.vector, vector);
	EXPECT_EQ(m->vcpu.events.exception.has_error, has_error);
	if (has_error)
		EXPECT_EQ(m->vcpu.events.exception.error, error);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	EXPECT_TRUE(!m->vcpu.complete);
}

/* Whatever can fault does so before the device is touched. */
TEST(mmio_faults_come_first)
{
	struct machine *m = ready(MODE_LONG);

	/* MOVS from the device to a page that is not there */
	vcpu_reg_write(&m->vcpu, REG_RSI, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RDI, 0x7fff0000);
	machine_set_hex(m, "a5");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_PF, true, PF_WRITE);
	machine_destroy(m);

	/* the second page of an operand, from CPL 3 */
	m = ready(MODE_LONG);
	machine_set_cpl(m, 3);
	machine_map(m, DEVICE + 0x1000, DEVICE + 0x1000, 3);
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE + 0xffe);
	machine_set_hex(m, "89 03");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_PF, true, PF_WRITE | PF_USER | PF_PRESENT);
	machine_destroy(m);

	/* not canonical */
	m = ready(MODE_LONG);
	vcpu_reg_write(&m->vcpu, REG_RSI, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RDI, 0x8000000000000000);
	machine_set_hex(m, "a5");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_GP, true, 0);
	machine_destroy(m);

	/* the stack beyond its limit */
	m = ready(MODE_PROTECTED32);
	{
		struct kvm_segment ss = {.limit = 0xfff, .type = 3, .present = 1, .s = 1, .db = 1};

		vcpu_seg_write(&m->vcpu, SEG_SS, &ss);
	}
	machine_set_hex(m, "ff 33");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_SS, true, 0);
	machine_destroy(m);
}

static void expect_failure(struct machine *m, const char *hex)
{
	const struct kvm_run *run = m->vcpu.run;
	unsigned int i, byte;

	EXPECT_EQ(run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_EQ(run->emulation_failure.suberror, KVM_INTERNAL_ERROR_EMULATION);
	EXPECT_EQ(run->emulation_failure.ndata, hex ? 3 : 1);
	EXPECT_EQ(run->emulation_failure.flags,
		  hex ? KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES : 0);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	EXPECT_TRUE(!m->vcpu.complete);
	if (!hex)
		return;
	EXPECT_EQ(run->emulation_failure.insn_size, 15);
	for (i = 0; i < code_length(hex); i++) {
		sscanf(hex + 3 * i, "%2x", &byte);
		EXPECT_EQ(run->emulation_failure.insn_bytes[i], byte);
	}
}

/* At CPL 3 it is the guest's #UD, unless user space has asked to hear of it. */
TEST(mmio_failure_above_cpl_0)
{
	for (unsigned int exits = 0; exits < 2; exits++) {
		struct machine *m = ready(MODE_LONG);

		test_context("exits %u", exits);
		m->vm.emulation_failure_exits = exits;
		machine_set_cpl(m, 3);
		machine_set_hex(m, "d9 03");
		EXPECT_EQ(touch(m), exits ? ACTION_TO_USER : ACTION_SAME_INSN);
		if (exits)
			expect_failure(m, "d9 03");
		EXPECT_EQ(m->vcpu.events.exception.pending, !exits);
		machine_destroy(m);
	}
}

/*
 * The processor's own translation counts, for what it was made for: this page, and this access.
 * The page tables say something else by now.
 */
TEST(mmio_translation_of_the_exit)
{
	static const struct {
		const char *code;
		u64 access; /* exit qualification */
		u64 gpa;    /* of the device, or 0: #PF */
		u64 cr2;
	} rows[] = {
		{"89 43 10", 2, DEVICE + 0x10, 0},
		{"8b 43 10", 1, DEVICE + 0x10, 0},
		{"89 43 10", 1, 0, DEVICE + 0x10}, /* the exit was for a read */
		{"89 83 00 f0 ff ff", 2, 0, DEVICE - 0x1000},
		{"89 83 fd 0f 00 00", 2, 0, DEVICE + 0xffd},
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("%zu", i);
		machine_set_cr0(m, m->vcpu.cr0 | CR0_WP);
		machine_map(m, DEVICE, DEVICE + 0x1000, 1);
		machine_set_hex(m, rows[i].code);
		m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION,
						  .qualification = 0x180 | rows[i].access,
						  .gpa = DEVICE + 0x123,
						  .gla = DEVICE + 0x123};
		EXPECT_EQ(emulate_mmio(&m->vcpu, DEVICE),
			  rows[i].gpa ? ACTION_TO_USER : ACTION_SAME_INSN);
		if (rows[i].gpa)
			EXPECT_EQ(m->vcpu.run->mmio.phys_addr, rows[i].gpa);
		EXPECT_EQ(m->vcpu.events.exception.payload, rows[i].cr2);
		machine_destroy(m);
	}
}

TEST(mmio_failure_to_user)
{
	struct machine *m = ready(MODE_LONG);

	sim_log_clear();
	machine_set_hex(m, "0f 58 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_failure(m, "0f 58 03");
	EXPECT_CONTAINS(sim_log_text(), "can't emulate the instruction at RIP 1000");
	EXPECT_CONTAINS(sim_log_text(), " 0f 58 03");

	/* no operand in memory */
	machine_set_hex(m, "89 c8");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_failure(m, NULL);

	/* a fetch, and a page table, in the device */
	machine_set_hex(m, "89 03");
	m->vcpu.exit =
		(struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION, .qualification = 0x184};
	EXPECT_EQ(emulate_mmio(&m->vcpu, DEVICE), ACTION_TO_USER);
	expect_failure(m, NULL);
	m->vcpu.exit.qualification = 0x81;
	EXPECT_EQ(emulate_mmio(&m->vcpu, DEVICE), ACTION_TO_USER);
	expect_failure(m, NULL);
	machine_destroy(m);
}

/* A program in the guest can't end its VM. */
TEST(mmio_failure_of_a_program)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_cpl(m, 3);
	machine_set_hex(m, "0f 58 03");
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_UD, false, 0);
	machine_destroy(m);
}

/* The bytes end at the page's end, and the next page is absent: enough is enough. */
TEST(mmio_fetch_at_end_of_page)
{
	struct machine *m = ready(MODE_LONG);

	machine_map(m, 0x10000, 0x9000, 7);
	machine_map(m, 0x11000, 0, 0);
	memcpy(m->ram + 0x9ffe, "\x89\x03", 2);
	vcpu_rip_write(&m->vcpu, 0x10ffe);
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE, 4, true, 0x55667788);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0x11000);

	/* it goes on there: the fetch faults at the second page */
	memcpy(m->ram + 0x9ffe, "\x89\x43", 2);
	vcpu_rip_write(&m->vcpu, 0x10ffe);
	EXPECT_EQ(touch(m), ACTION_SAME_INSN);
	EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_PF);
	EXPECT_EQ(m->vcpu.events.exception.error, PF_FETCH);
	m->vcpu.events.exception.pending = false;

	machine_map(m, 0x11000, 0xb000, 7);
	m->ram[0xb000] = 0x10;
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	expect_exit(m, DEVICE + 0x10, 4, true, 0x55667788);
	machine_destroy(m);
}

/* It is memory by now: the processor does it. */
TEST(mmio_became_memory)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_DATA);
	machine_set_hex(m, "89 03");
	m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION,
					  .qualification = QUALIFICATION,
					  .gpa = MACHINE_DATA,
					  .gla = MACHINE_DATA};
	EXPECT_EQ(emulate_mmio(&m->vcpu, MACHINE_DATA), ACTION_SAME_INSN);
	EXPECT_EQ(m->ram[MACHINE_DATA], 0);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	machine_destroy(m);
}

/* The process took the memory that is the other operand away, while user space answered: that is
 * said, and nothing has moved. */
TEST(mmio_memory_goes_away)
{
	static const struct {
		const char *code;
		u64 rsi, rdi;
		bool answered; /* the device's part came first */
	} rows[] = {
		{"a4", DEVICE, MACHINE_DATA, true},  /* MOVS to memory */
		{"a4", MACHINE_DATA, DEVICE, false}, /* MOVS from it */
		{"ff 33", 0, 0, true},		     /* PUSH of the device's word */
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);
		u64 hva = memslot_find(&m->vm, 0)->hva;

		test_context("%s, row %zu", rows[i].code, i);
		vcpu_reg_write(&m->vcpu, REG_RSI, rows[i].rsi);
		vcpu_reg_write(&m->vcpu, REG_RDI, rows[i].rdi);
		vcpu_reg_write(&m->vcpu, REG_RSP, MACHINE_DATA + 0x100);
		machine_set_hex(m, rows[i].code);
		if (rows[i].answered) {
			EXPECT_EQ(touch(m), ACTION_TO_USER);
			answer(m, 0x99);
		}
		sim_user_unmap(hva + MACHINE_DATA, LINTEL_PAGE_SIZE);
		EXPECT_EQ(rows[i].answered ? machine_run_again(m) : touch(m), ACTION_TO_USER);
		expect_failure(m, NULL);
		EXPECT_EQ(REG(m, RSI), rows[i].rsi);
		EXPECT_EQ(REG(m, RDI), rows[i].rdi);
		EXPECT_EQ(REG(m, RSP), MACHINE_DATA + 0x100);
		machine_destroy(m);
	}
}

/* User space reset the vCPU meanwhile: the old instruction is over. */
TEST(mmio_user_moves_rip)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "8b 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	answer(m, 0x99);
	vcpu_rip_write(&m->vcpu, 0x2000);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0x2000);
	EXPECT_EQ(REG(m, RAX), RAX);
	machine_destroy(m);
}

/* The count is user space's to change: 0 ends the instruction. */
TEST(mmio_user_changes_count)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RDI, DEVICE);
	machine_set_hex(m, "f3 aa");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	vcpu_reg_write(&m->vcpu, REG_RCX, 0);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(REG(m, RCX), 0);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	machine_destroy(m);
}

/* RFLAGS.TF: a trap after each element, as after each instruction. */
TEST(mmio_single_step)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RDI, DEVICE);
	vcpu_rflags_write(&m->vcpu, RFLAGS_TF | 2);
	machine_set_hex(m, "f3 aa");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_TRUE(m->vcpu.events.exception.pending);
	EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_DB);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	machine_destroy(m);
}

/* "Instruction-Breakpoint Exception Condition": an EPT violation saves RF as 1; the instruction
 * ends it, and of a REP its last element. */
TEST(mmio_resume_flag)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_hex(m, "89 03");
	vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_RF);
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	EXPECT_TRUE(vcpu_rflags_read(&m->vcpu) & RFLAGS_RF);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), RFLAGS_FIXED);
	machine_destroy(m);

	m = ready(MODE_LONG);
	machine_set_hex(m, "f3 aa");
	vcpu_reg_write(&m->vcpu, REG_RDI, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RCX, 2);
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), RFLAGS_FIXED | RFLAGS_RF);
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), RFLAGS_FIXED);
	machine_destroy(m);
}

/* "Single-Stepping on Branches": CALL, JMP and RET are steps, MOV is none. */
TEST(mmio_steps_on_branches)
{
	static const struct {
		const char *code;
		bool branch;
	} rows[] = {{"89 03", false}, {"ff 23", true}, {"ff 13", true}};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("%s", rows[i].code);
		machine_set_hex(m, rows[i].code);
		vmcs_write64(GUEST_IA32_DEBUGCTL, DEBUGCTL_BTF);
		vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_TF);
		EXPECT_EQ(touch(m), ACTION_TO_USER);
		answer(m, MACHINE_CODE + 0x100);
		EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(m->vcpu.events.exception.pending, rows[i].branch);
		if (rows[i].branch)
			EXPECT_EQ(m->vcpu.events.exception.payload, DR6_BS);
		machine_destroy(m);
	}
}

TEST(mmio_traced)
{
	struct machine *m = ready(MODE_LONG);
	u64 before = sim_traces.mmio;

	machine_set_hex(m, "8b 03");
	EXPECT_EQ(touch(m), ACTION_TO_USER);
	EXPECT_EQ(sim_traces.mmio, before + 1);
	EXPECT_EQ(machine_run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(sim_traces.mmio, before + 2);
	machine_destroy(m);
}
