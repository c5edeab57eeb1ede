// SPDX-License-Identifier: GPL-2.0
/*
 * Port I/O: the exits to user space, what comes back, what the guest's registers are then.
 */
#include "cap/cap.h"
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"

#define PORT 0x3f8
#define RAX  0x1122334455667788ull
#define DATA MACHINE_DATA

/* "Exit Qualification for I/O Instructions". */
#define IN     8
#define STRING 0x10
#define REP    0x20
/* "VM-Exit Instruction-Information Field as Used for INS and OUTS". */
#define INFO(address_size, seg) ((u32)(address_size) << 7 | (u32)(seg) << 15)
enum { ADDRESS_16, ADDRESS_32, ADDRESS_64 };

static struct machine *ready(enum machine_mode mode)
{
	struct machine *m = machine_create(mode);

	vmx_capability.basic.ins_outs_info = true;
	vcpu_reg_write(&m->vcpu, REG_RAX, RAX);
	return m;
}

static enum exit_action exit_port(struct machine *m, u16 port, unsigned int size, u32 flags,
				  u32 info)
{
	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_IO_INSTRUCTION,
		.qualification = (u64)port << 16 | flags | (size - 1),
		.instruction_length = 2,
		.instruction_info = info,
		.rip = vcpu_rip_read(&m->vcpu),
	};
	return emulate_io(&m->vcpu);
}

static enum exit_action exit_io(struct machine *m, unsigned int size, u32 flags, u32 info)
{
	return exit_port(m, PORT, size, flags, info);
}

static enum exit_action run_again(struct machine *m)
{
	/* user space may scribble over everything: only the data counts */
	memset(&m->vcpu.run->io, 0xff, sizeof(m->vcpu.run->io));
	return machine_run_again(m);
}

/* After an exit for a device's memory: the answer, and KVM_RUN comes back. */
static enum exit_action answer_mmio(struct machine *m, u8 value)
{
	enum exit_action (*complete)(struct vcpu *) = m->vcpu.complete;

	m->vcpu.complete = NULL;
	m->vcpu.run->mmio.data[0] = value;
	return complete ? complete(&m->vcpu) : ACTION_BROKEN;
}

static void expect_io(struct machine *m, u8 direction, u8 size, u32 count)
{
	const struct kvm_run *run = m->vcpu.run;

	EXPECT_EQ(run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(run->io.direction, direction);
	EXPECT_EQ(run->io.size, size);
	EXPECT_EQ(run->io.port, PORT);
	EXPECT_EQ(run->io.count, count);
	EXPECT_EQ(run->io.data_offset, LINTEL_PAGE_SIZE);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
}

static void expect_registers(struct machine *m, u64 rsi, u64 rdi, u64 rcx, unsigned int moved)
{
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RSI), rsi);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RDI), rdi);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RCX), rcx);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + moved);
}

static void set_registers(struct machine *m, u64 rsi, u64 rdi, u64 rcx)
{
	vcpu_reg_write(&m->vcpu, REG_RSI, rsi);
	vcpu_reg_write(&m->vcpu, REG_RDI, rdi);
	vcpu_reg_write(&m->vcpu, REG_RCX, rcx);
}

TEST(pio_out)
{
	static const unsigned int sizes[] = {1, 2, 4};
	size_t i;

	for (i = 0; i < COUNT_OF(sizes); i++) {
		struct machine *m = ready(MODE_LONG);
		u64 rax = RAX;

		memset(m->vcpu.pio_data, 0, 8);
		EXPECT_EQ(exit_io(m, sizes[i], 0, 0), ACTION_TO_USER);
		expect_io(m, KVM_EXIT_IO_OUT, (u8)sizes[i], 1);
		EXPECT_EQ(memcmp(m->vcpu.pio_data, &rax, sizes[i]), 0);
		EXPECT_EQ(m->vcpu.pio_data[sizes[i]], 0);
		EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), RAX);
		machine_destroy(m);
	}
}

TEST(pio_in)
{
	static const struct {
		unsigned int size;
		u64 rax;
	} rows[] = {{1, 0x11223344556677a1}, {2, 0x112233445566b2a1}, {4, 0xd4c3b2a1}};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		EXPECT_EQ(exit_io(m, rows[i].size, IN, 0), ACTION_TO_USER);
		expect_io(m, KVM_EXIT_IO_IN, (u8)rows[i].size, 1);
		memcpy(m->vcpu.pio_data, "\xa1\xb2\xc3\xd4\xe5", 5);
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), RAX);
		EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), rows[i].rax);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
		machine_destroy(m);
	}
}

/* A reset between the exit and the next KVM_RUN. */
/* A quirk: RIP is past an OUT to port 7EH already; not past others, nor without the quirk. */
TEST(pio_out_7e)
{
	static const struct {
		u16 port;
		u32 flags;
		bool off, moved;
	} rows[] = {
		{0x7e, 0, false, true},
		{0x7e, 0, true, false},
		{0x7e, IN, false, false},
		{0x7f, 0, false, false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("row %zu", i);
		m->vm.quirks_disabled = rows[i].off ? KVM_X86_QUIRK_OUT_7E_INC_RIP : 0;
		EXPECT_EQ(exit_port(m, rows[i].port, 1, rows[i].flags, 0), ACTION_TO_USER);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + (rows[i].moved ? 2 : 0));
		EXPECT_EQ(!m->vcpu.complete, rows[i].moved);
		if (!rows[i].moved)
			EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
		machine_destroy(m);
	}
}

TEST(pio_user_moves_rip)
{
	struct machine *m = ready(MODE_LONG);

	EXPECT_EQ(exit_io(m, 1, IN, 0), ACTION_TO_USER);
	vcpu_rip_write(&m->vcpu, 0xfff0);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0xfff0);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), RAX);
	machine_destroy(m);
}

struct string_row {
	const char *what;
	enum machine_mode mode;
	unsigned int size;
	u32 flags, info;
	u64 rflags;
	u64 address, rcx;
	u32 count; /* of the exit */
	u64 address_after, rcx_after;
	unsigned int moved; /* RIP */
};

#define DF (RFLAGS_DF | 2)

static const struct string_row string_rows[] = {
	{"one", MODE_LONG, 1, 0, INFO(ADDRESS_64, SEG_DS), 2, DATA, 9, 1, DATA + 1, 9, 2},
	{"one, down", MODE_LONG, 4, 0, INFO(ADDRESS_64, SEG_DS), DF, DATA, 9, 1, DATA - 4, 9, 2},
	{"REP", MODE_LONG, 1, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA, 64, 64, DATA + 64, 0, 2},
	{"REP, words", MODE_LONG, 2, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA, 33, 33, DATA + 66, 0,
	 2},
	{"REP, a page", MODE_LONG, 4, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA, 1024, 1024,
	 DATA + 4096, 0, 2},
	{"REP, more than a page", MODE_LONG, 4, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA, 1025, 1024,
	 DATA + 4096, 1, 0},
	{"REP, to the page's end", MODE_LONG, 1, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA + 0xff0, 64,
	 16, DATA + 0x1000, 48, 0},
	{"REP, an element across pages", MODE_LONG, 4, REP, INFO(ADDRESS_64, SEG_DS), 2,
	 DATA + 0xffe, 64, 1, DATA + 0x1002, 63, 0},
	{"REP, up to that element", MODE_LONG, 4, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA + 0xff6, 5,
	 2, DATA + 0xffe, 3, 0},
	{"REP, down", MODE_LONG, 2, REP, INFO(ADDRESS_64, SEG_DS), DF, DATA + 8, 5, 1, DATA + 6, 4,
	 0},
	{"huge count", MODE_LONG, 1, REP, INFO(ADDRESS_64, SEG_DS), 2, DATA, ~0ull, 4096,
	 DATA + 4096, ~0ull - 4096, 0},
	{"32-bit addresses", MODE_LONG, 1, REP, INFO(ADDRESS_32, SEG_DS), 2, 0x700000000 | DATA,
	 0x500000004, 4, DATA + 4, 0, 2},
	{"16-bit addresses", MODE_REAL, 1, REP, INFO(ADDRESS_16, SEG_DS), 2, 0xaaaa0000 | DATA,
	 0xbbbb0004, 4, 0xaaaa0000 | (DATA + 4), 0xbbbb0000, 2},
	{"16-bit addresses wrap", MODE_REAL, 1, REP, INFO(ADDRESS_16, SEG_DS), 2, 0xffff, 4, 1, 0,
	 3, 0},
	{"protected mode", MODE_PROTECTED32, 4, REP, INFO(ADDRESS_32, SEG_DS), 2, DATA, 7, 7,
	 DATA + 28, 0, 2},
	{"PAE", MODE_PAE, 4, REP, INFO(ADDRESS_32, SEG_DS), 2, DATA, 7, 7, DATA + 28, 0, 2},
};

static void check_string(const struct string_row *row, bool in)
{
	struct machine *m = ready(row->mode);
	u64 rsi = in ? 0x5555 : row->address, rdi = in ? row->address : 0x5555;
	u64 start = row->address & (row->mode == MODE_REAL ? 0xffff : 0xffffffff);
	unsigned int bytes = row->count * row->size, i;

	test_context("%s, %s", row->what, in ? "INS" : "OUTS");
	set_registers(m, rsi, rdi, row->rcx);
	vcpu_rflags_write(&m->vcpu, row->rflags);
	for (i = 0; i < bytes; i++)
		m->ram[start + i] = in ? 0 : (u8)(i * 7 + 1);
	EXPECT_EQ(exit_io(m, row->size, STRING | row->flags | (in ? IN : 0), row->info),
		  ACTION_TO_USER);
	expect_io(m, in ? KVM_EXIT_IO_IN : KVM_EXIT_IO_OUT, (u8)row->size, row->count);
	expect_registers(m, rsi, rdi, row->rcx, 0);
	if (in) {
		for (i = 0; i < LINTEL_PAGE_SIZE; i++)
			m->vcpu.pio_data[i] = (u8)(i * 7 + 1);
	}
	EXPECT_EQ(memcmp(m->vcpu.pio_data, m->ram + start, bytes) == 0, !in);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(memcmp(m->vcpu.pio_data, m->ram + start, bytes), 0);
	if (in && start + bytes < MACHINE_DATA + 0x3000)
		EXPECT_EQ(m->ram[start + bytes], 0);
	expect_registers(m, in ? rsi : row->address_after, in ? row->address_after : rdi,
			 row->rcx_after, row->moved);
	machine_destroy(m);
}

TEST(pio_strings)
{
	size_t i;

	for (i = 0; i < COUNT_OF(string_rows); i++) {
		check_string(&string_rows[i], false);
		check_string(&string_rows[i], true);
	}
}

TEST(pio_string_count_0)
{
	struct machine *m = ready(MODE_LONG);

	set_registers(m, 0xdead00000000, 2, 0);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_DS)), ACTION_SAME_INSN);
	expect_registers(m, 0xdead00000000, 2, 0, 2);
	/* with 32-bit addresses ECX counts */
	machine_set_code(m, "\xf3\x6e", 2);
	set_registers(m, 1, 2, 0xf00000000);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_32, SEG_DS)), ACTION_SAME_INSN);
	expect_registers(m, 1, 2, 0xf00000000, 2);
	EXPECT_TRUE(!m->vcpu.complete);
	machine_destroy(m);
}

TEST(pio_outs_segment)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_seg_write(&m->vcpu, SEG_FS, &(struct kvm_segment){.base = 0x9000, .present = 1});
	m->ram[0x9010] = 0x42;
	set_registers(m, 0x10, 0x20, 0);
	EXPECT_EQ(exit_io(m, 1, STRING, INFO(ADDRESS_64, SEG_FS)), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.pio_data[0], 0x42);
	machine_destroy(m);
}

/* A processor that tells nothing about INS and OUTS: the bytes do. */
TEST(pio_string_without_information)
{
	struct machine *m = ready(MODE_LONG);

	vmx_capability.basic.ins_outs_info = false;
	vcpu_seg_write(&m->vcpu, SEG_GS, &(struct kvm_segment){.base = 0x9000, .present = 1});
	m->ram[0x9010] = 0x42;
	set_registers(m, 0xf00000010, 0x20, 0xf00000003);
	machine_set_code(m, "\x65\x67\xf3\x6e", 4);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, 0), ACTION_TO_USER);
	expect_io(m, KVM_EXIT_IO_OUT, 1, 3);
	EXPECT_EQ(m->vcpu.pio_data[0], 0x42);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RSI), 0x13);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RCX), 0);

	/* the code changed meanwhile */
	machine_set_code(m, "\x0f\x0b", 2);
	EXPECT_EQ(exit_io(m, 1, STRING, 0), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
	/* a known instruction, but not OUTS: the processor shall do it */
	machine_set_code(m, "\x89\xc8", 2);
	EXPECT_EQ(exit_io(m, 1, STRING, 0), ACTION_SAME_INSN);
	machine_set_code(m, "\x6c", 1);
	EXPECT_EQ(exit_io(m, 1, STRING, 0), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	machine_destroy(m);
}

/* RCX is user space's to change while it has the exit. */
TEST(pio_user_changes_count)
{
	static const struct {
		u64 before, between, after;
		u64 moved; /* RDI */
		unsigned int rip;
	} rows[] = {{2, 1, 0, 1, 2}, {3, 8192, 8189, 3, 0}, {4, 0, 0, 0, 2}};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_LONG);

		test_context("%llu to %llu", rows[i].before, rows[i].between);
		set_registers(m, 1, DATA, rows[i].before);
		EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_64, 0)), ACTION_TO_USER);
		memset(m->vcpu.pio_data, 0xaa, LINTEL_PAGE_SIZE);
		vcpu_reg_write(&m->vcpu, REG_RCX, rows[i].between);
		EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
		expect_registers(m, 1, DATA + rows[i].moved, rows[i].after, rows[i].rip);
		EXPECT_EQ(m->ram[DATA + rows[i].moved], 0);
		if (rows[i].moved)
			EXPECT_EQ(m->ram[DATA + rows[i].moved - 1], 0xaa);
		machine_destroy(m);
	}
}

static void expect_exception(struct machine *m, u8 vector, u32 error)
{
	EXPECT_TRUE(m->vcpu.events.exception.pending);
	EXPECT_EQ(m->vcpu.events.exception.vector, vector);
	EXPECT_EQ(m->vcpu.events.exception.error, error);
	EXPECT_TRUE(!m->vcpu.complete);
	m->vcpu.events.exception.pending = false;
}

/* Faults come before user space hears of it, and at the element they belong to. */
TEST(pio_string_faults)
{
	struct machine *m = ready(MODE_LONG);

	machine_map(m, 0xa000, 0xa000, 1); /* read-only, supervisor */
	set_registers(m, 1, 0xa000, 5);
	machine_set_cr0(m, m->vcpu.cr0 | CR0_WP);
	EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_64, 0)), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_PF, PF_PRESENT | PF_WRITE);
	expect_registers(m, 1, 0xa000, 5, 0);

	/* the second batch faults, the first does not */
	set_registers(m, 0x9ffe, 1, 5);
	machine_set_cpl(m, 3);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_DS)), ACTION_TO_USER);
	expect_io(m, KVM_EXIT_IO_OUT, 1, 2);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_registers(m, 0xa000, 1, 3, 0);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_DS)), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_PF, PF_PRESENT | PF_USER);
	expect_registers(m, 0xa000, 1, 3, 0);
	machine_destroy(m);

	m = ready(MODE_LONG);
	set_registers(m, 0x800000000000, 1, 5);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_DS)), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_GP, 0);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_SS)), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_SS, 0);
	machine_destroy(m);

	/* the segment ends within the batch: one by one up to its end */
	m = ready(MODE_PROTECTED32);
	vcpu_seg_write(
		&m->vcpu, SEG_ES,
		&(struct kvm_segment){.limit = DATA + 1, .type = 3, .present = 1, .s = 1, .db = 1});
	set_registers(m, 1, DATA, 5);
	EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_32, 0)), ACTION_TO_USER);
	expect_io(m, KVM_EXIT_IO_IN, 1, 1);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_32, 0)), ACTION_TO_USER);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_32, 0)), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_GP, 0);
	expect_registers(m, 1, DATA + 2, 3, 0);
	machine_destroy(m);
}

/* The page went away between the exit and the answer: a fault, and nothing moved. */
TEST(pio_ins_page_goes_away)
{
	struct machine *m = ready(MODE_LONG);

	set_registers(m, 1, DATA, 5);
	EXPECT_EQ(exit_io(m, 1, STRING | REP | IN, INFO(ADDRESS_64, 0)), ACTION_TO_USER);
	machine_map(m, DATA, 0, 0);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_exception(m, VECTOR_PF, PF_WRITE);
	expect_registers(m, 1, DATA, 5, 0);
	machine_destroy(m);
}

/* OUTS from a device, INS to one: two exits for each element. */
TEST(pio_outs_from_device)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_code(m, "\xf3\x6e", 2);
	set_registers(m, MACHINE_DEVICE, 0, 2);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_64, SEG_DS)), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(m->vcpu.run->mmio.phys_addr, MACHINE_DEVICE);
	EXPECT_EQ(m->vcpu.run->mmio.len, 1);
	EXPECT_FALSE(m->vcpu.run->mmio.is_write);
	EXPECT_EQ(answer_mmio(m, 0x5a), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(m->vcpu.run->io.count, 1);
	EXPECT_EQ(m->vcpu.pio_data[0], 0x5a);
	expect_registers(m, MACHINE_DEVICE, 0, 2, 0);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_registers(m, MACHINE_DEVICE + 1, 0, 1, 0);
	machine_destroy(m);
}

TEST(pio_ins_to_device)
{
	struct machine *m = ready(MODE_LONG);

	machine_set_code(m, "\xf3\x66\x6d", 3);
	set_registers(m, 1, MACHINE_ROM + 6, 5);
	EXPECT_EQ(exit_io(m, 2, STRING | IN | REP, INFO(ADDRESS_64, 0)), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(m->vcpu.run->io.count, 1);
	memcpy(m->vcpu.pio_data, "\x34\x12", 2);
	EXPECT_EQ(run_again(m), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(m->vcpu.run->mmio.phys_addr, MACHINE_ROM + 6);
	EXPECT_EQ(m->vcpu.run->mmio.len, 2);
	EXPECT_TRUE(m->vcpu.run->mmio.is_write);
	EXPECT_EQ(m->vcpu.run->mmio.data[0], 0x34);
	expect_registers(m, 1, MACHINE_ROM + 6, 5, 0);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_registers(m, 1, MACHINE_ROM + 8, 4, 0);

	/* the code changed meanwhile: nothing is written, nothing moves */
	EXPECT_EQ(exit_io(m, 2, STRING | IN | REP, INFO(ADDRESS_64, 0)), ACTION_TO_USER);
	machine_set_code(m, "\x89\x03", 2);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_registers(m, 1, MACHINE_ROM + 8, 4, 0);
	machine_destroy(m);
}

TEST(pio_single_step)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_rflags_write(&m->vcpu, RFLAGS_TF | 2);
	EXPECT_EQ(exit_io(m, 1, 0, 0), ACTION_TO_USER);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_DB);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	machine_destroy(m);
}

/* SI wraps within the batch, and the linear address does not: one by one. */
TEST(pio_outs_offset_wraps)
{
	struct machine *m = ready(MODE_LONG);
	struct kvm_segment fs = {.base = DATA + 0x800 - 0xffffffffull, .present = 1};

	vcpu_seg_write(&m->vcpu, SEG_FS, &fs);
	set_registers(m, 0xffffffff, 1, 8);
	EXPECT_EQ(exit_io(m, 1, STRING | REP, INFO(ADDRESS_32, SEG_FS)), ACTION_TO_USER);
	expect_io(m, KVM_EXIT_IO_OUT, 1, 1);
	EXPECT_EQ(run_again(m), ACTION_SAME_INSN);
	expect_registers(m, 0, 1, 7, 0);
	machine_destroy(m);
}
