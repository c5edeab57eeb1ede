// SPDX-License-Identifier: GPL-2.0
/* Exits of IN and OUT, with and without REP, and of HLT. */
#include "vm.h"

GUEST16(guest_out_sizes, "mov $0x44332211, %eax\n"
			 "out %al, $0x10\n"
			 "out %ax, $0x11\n"
			 "out %eax, $0x12\n"
			 "mov $0xfff0, %dx\n"
			 "out %al, %dx\n"
			 "mov $0xfffe, %dx\n"
			 "out %ax, %dx\n"
			 "hlt");

TEST(io_out)
{
	struct guest g = GUEST_REAL(guest_out_sizes);

	CHECK_OUT(&g.cpu, 0x10, 1, 0x11);
	CHECK_OUT(&g.cpu, 0x11, 2, 0x2211);
	CHECK_OUT(&g.cpu, 0x12, 4, 0x44332211);
	CHECK_OUT(&g.cpu, 0xfff0, 1, 0x11);
	CHECK_OUT(&g.cpu, 0xfffe, 2, 0x2211);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

static void answer_in(struct vcpu *cpu, u16 port, u8 size, u32 value)
{
	CHECK_EXIT(cpu, KVM_EXIT_IO);
	CHECK_EQ(cpu->run->io.direction, KVM_EXIT_IO_IN);
	CHECK_EQ(cpu->run->io.port, port);
	CHECK_EQ(cpu->run->io.size, size);
	CHECK_EQ(cpu->run->io.count, 1);
	memcpy(vcpu_io_data(cpu), &value, size);
}

GUEST16(guest_in_sizes, "mov $0xffffffff, %eax\n"
			"in $0x20, %al\n"
			"mov %eax, %ebx\n"
			"mov $0xffffffff, %eax\n"
			"in $0x21, %ax\n"
			"mov %eax, %ecx\n"
			"mov $0x1234, %dx\n"
			"in %dx, %eax\n"
			"hlt");

/* IN changes as much of RAX as it is wide. */
TEST(io_in)
{
	struct guest g = GUEST_REAL(guest_in_sizes);
	struct kvm_regs regs;

	answer_in(&g.cpu, 0x20, 1, 0xa1);
	answer_in(&g.cpu, 0x21, 2, 0xb2c3);
	answer_in(&g.cpu, 0x1234, 4, 0x89abcdef);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rbx, 0xffffffa1);
	CHECK_EQ(regs.rcx, 0xffffb2c3);
	CHECK_EQ(regs.rax, 0x89abcdef);
}

GUEST64(guest_in_long, "mov $-1, %rax\nin $0x20, %eax\nhlt");

/* In 64-bit mode a 32-bit IN clears the high half of RAX, as every 32-bit write does. */
TEST(io_in_clears_high_half)
{
	struct guest g = GUEST_LONG(guest_in_long);

	answer_in(&g.cpu, 0x20, 4, 0x12345678);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 0x12345678);
}

/* immediate_exit finishes the instruction in work and goes no further. */
TEST(io_completed_by_immediate_exit)
{
	struct guest g = GUEST_LONG(guest_in_long);
	u64 start;

	answer_in(&g.cpu, 0x20, 4, 0x5555);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 0x5555);
	start = vcpu_regs(&g.cpu).rip;
	CHECK_EQ(start, GUEST_CODE + (guest_in_long_end - guest_in_long) - 1);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, start);
	g.cpu.run->immediate_exit = 0;
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/*
 * Lets a string instruction run to the HLT behind it. An exit may be for one element or for many;
 * what counts is the sequence. Returns the number of bytes; IN is answered from data.
 */
static size_t run_string(struct vcpu *cpu, u8 direction, u16 port, u8 size, u8 *data, size_t limit)
{
	struct kvm_run *run = cpu->run;
	size_t done = 0;

	for (;;) {
		size_t bytes;

		CHECK_OK(ioctl(cpu->fd, KVM_RUN, 0));
		if (run->exit_reason == KVM_EXIT_HLT)
			return done;
		CHECK_EQ(run->exit_reason, KVM_EXIT_IO);
		CHECK_EQ(run->io.direction, direction);
		CHECK_EQ(run->io.port, port);
		CHECK_EQ(run->io.size, size);
		CHECK(run->io.count >= 1);
		bytes = (size_t)run->io.size * run->io.count;
		CHECK(bytes <= PAGE && done + bytes <= limit);
		if (direction == KVM_EXIT_IO_OUT)
			memcpy(data + done, vcpu_io_data(cpu), bytes);
		else
			memcpy(vcpu_io_data(cpu), data + done, bytes);
		done += bytes;
	}
}

GUEST16(guest_rep_outsb, "rep outsb\nhlt\n.org 4, 0xf4");
GUEST16(guest_rep_outsw, "rep outsw\nhlt\n.org 4, 0xf4");
GUEST16(guest_rep_outsl, "rep outsl\nhlt\n.org 4, 0xf4");
GUEST16(guest_rep_insb, "rep insb\nhlt\n.org 4, 0xf4");
GUEST16(guest_rep_insw, "rep insw\nhlt\n.org 4, 0xf4");
GUEST16(guest_rep_insl, "rep insl\nhlt\n.org 4, 0xf4");

struct string_row {
	const char *what;
	const u8 *code;
	u8 size;
	u16 start;
	u16 count;
	bool down;
};

static const struct string_row string_rows[] = {
	{"bytes", guest_rep_outsb, 1, GUEST_DATA, 64, false},
	{"words", guest_rep_outsw, 2, GUEST_DATA, 33, false},
	{"doublewords", guest_rep_outsl, 4, GUEST_DATA, 17, false},
	{"none", guest_rep_outsb, 1, GUEST_DATA, 0, false},
	{"one", guest_rep_outsb, 1, GUEST_DATA, 1, false},
	{"across a page", guest_rep_outsb, 1, GUEST_DATA + 0xff0, 32, false},
	{"an element across a page", guest_rep_outsl, 4, GUEST_DATA + 0xff6, 5, false},
	{"more than a page", guest_rep_outsw, 2, GUEST_DATA, 2500, false},
	{"downwards", guest_rep_outsw, 2, GUEST_DATA + 0x100, 9, true},
};

static void start_string(struct vcpu *cpu, const struct string_row *row)
{
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rdx = 0x300,
				.rflags = 2 | (row->down ? 1 << 10 : 0),
				.rsi = row->start,
				.rdi = row->start,
				.rcx = row->count};

	vcpu_set_regs(cpu, &regs);
}

/* The address of an element; the buffer of the user side is in order of transfer. */
static u8 *element(u8 *ram, const struct string_row *row, size_t i)
{
	return ram + row->start + (row->down ? -i : i) * row->size;
}

static void check_string_end(struct vcpu *cpu, const struct string_row *row, bool out)
{
	struct kvm_regs regs = vcpu_regs(cpu);
	u16 end = row->start + (row->down ? -1 : 1) * row->count * row->size;

	CHECK_EQ(regs.rcx, 0);
	CHECK_EQ(regs.rsi, out ? end : row->start);
	CHECK_EQ(regs.rdi, out ? row->start : end);
}

TEST(io_rep_outs)
{
	for (size_t i = 0; i < ARRAY_SIZE(string_rows); i++) {
		const struct string_row *row = &string_rows[i];
		struct guest g = guest_real(row->code, row->code + 4);
		size_t size = (size_t)row->count * row->size;
		u8 got[8192];

		test_row("%s", row->what);
		for (unsigned int j = 0; j < 0x3000; j++)
			g.vm.ram[GUEST_DATA + j] = j * 31 + j / 256;
		start_string(&g.cpu, row);
		CHECK_EQ(run_string(&g.cpu, KVM_EXIT_IO_OUT, 0x300, row->size, got, size), size);
		for (size_t j = 0; j < row->count; j++)
			CHECK_MEM(element(g.vm.ram, row, j), got + j * row->size, row->size);
		check_string_end(&g.cpu, row, true);
		guest_destroy(&g);
	}
}

TEST(io_rep_ins)
{
	static const u8 *const code[] = {
		[1] = guest_rep_insb, [2] = guest_rep_insw, [4] = guest_rep_insl};

	for (size_t i = 0; i < ARRAY_SIZE(string_rows); i++) {
		const struct string_row *row = &string_rows[i];
		struct guest g = guest_real(code[row->size], code[row->size] + 4);
		size_t size = (size_t)row->count * row->size;
		u8 data[8192];

		test_row("%s", row->what);
		for (size_t j = 0; j < sizeof(data); j++)
			data[j] = j * 17 + j / 256 + 1;
		start_string(&g.cpu, row);
		CHECK_EQ(run_string(&g.cpu, KVM_EXIT_IO_IN, 0x300, row->size, data, size), size);
		for (size_t j = 0; j < row->count; j++)
			CHECK_MEM(element(g.vm.ram, row, j), data + j * row->size, row->size);
		check_string_end(&g.cpu, row, false);
		guest_destroy(&g);
	}
}

GUEST16(guest_outs_insb, "outsb\ninsb\nhlt");

TEST(io_string_without_rep)
{
	struct guest g = GUEST_REAL(guest_outs_insb);
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rflags = 2,
				.rdx = 0x44,
				.rsi = GUEST_DATA,
				.rdi = GUEST_DATA + 1,
				.rcx = 7};

	g.vm.ram[GUEST_DATA] = 0x9a;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0x44, 1, 0x9a);
	answer_in(&g.cpu, 0x44, 1, 0x65);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(g.vm.ram[GUEST_DATA + 1], 0x65);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, 7);
}

/* A segment override, 64-bit mode, and memory reached through page tables. */
GUEST64(guest_outs_long, "rep outsb\nhlt");

TEST(io_string_long_mode)
{
	struct guest g = GUEST_LONG(guest_outs_long);
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	u8 data[16];

	/* Virtual 2 GiB is guest-physical 0. */
	vm_map_2m(&g.vm, 2ULL << 30, 0);
	memcpy(g.vm.ram + GUEST_DATA, "guest to user", 13);
	regs.rdx = 0x3f8;
	regs.rsi = (2ULL << 30) + GUEST_DATA;
	regs.rcx = 13;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EQ(run_string(&g.cpu, KVM_EXIT_IO_OUT, 0x3f8, 1, data, 13), 13);
	CHECK_MEM(data, "guest to user", 13);
}

GUEST16(guest_hlt, "hlt\ninc %ax\nhlt\nsti\nhlt\nhlt");

/* Without a local APIC in the kernel HLT is the user's, with or without interrupts. */
TEST(hlt_exits)
{
	struct guest g = GUEST_REAL(guest_hlt);

	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 1);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 1);
	CHECK_EQ(g.cpu.run->if_flag, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(g.cpu.run->if_flag, 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* The user may change registers at any exit, also those that the exit's completion uses. */
GUEST16(guest_redirect, "out %al, $0x10\nhlt\n.org 0x20\nout %al, $0x11");

TEST(io_user_changes_rip)
{
	struct guest g = GUEST_REAL(guest_redirect);
	struct kvm_regs regs;

	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rip, GUEST_CODE + 2);
	regs.rip = GUEST_CODE + 0x20;
	regs.rax = 0x77;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0x11, 1, 0x77);
}
