// SPDX-License-Identifier: GPL-2.0
/* Instructions whose device is in the kernel end there; user space hears only of the rest. */
#include "cap/cap.h"
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "io/bus.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"

#define PORT   0x60
#define DATA   MACHINE_DATA
#define IN     8
#define STRING 0x10
#define REP    0x20
#define WRITE  0x182 /* an EPT violation by a data write with a valid linear address */
#define READ   0x181

/* Takes bytes until it is full; gives what it has been given, backwards. */
struct stack {
	struct bus_device bus;
	u8 bytes[64];
	unsigned int used, room, writes_of_any;
};

static bool stack_read(struct bus_device *bus, struct vcpu *vcpu, u64 address, unsigned int length,
		       void *data)
{
	struct stack *stack = (struct stack *)bus;

	(void)vcpu, (void)address;
	if (stack->used < length)
		return false;
	stack->used -= length;
	memcpy(data, stack->bytes + stack->used, length);
	return true;
}

static bool stack_write(struct bus_device *bus, struct vcpu *vcpu, u64 address, unsigned int length,
			const void *data)
{
	struct stack *stack = (struct stack *)bus;

	(void)vcpu, (void)address;
	if (!length) {
		stack->writes_of_any++;
		return true;
	}
	if (stack->used + length > stack->room)
		return false;
	memcpy(stack->bytes + stack->used, data, length);
	stack->used += length;
	return true;
}

static struct stack stack;

static struct machine *ready(enum bus_kind kind, u64 start, u64 length)
{
	struct machine *m = machine_create(MODE_LONG);

	stack = (struct stack){.bus = {start, length, .read = stack_read, .write = stack_write},
			       .room = 64};
	MACHINE_SLEEPING(m, EXPECT_EQ(bus_add(&m->vm, kind, &stack.bus), 0));
	m->vm.under_hypervisor = false;
	vmx_capability.basic.ins_outs_info = true;
	vcpu_reg_write(&m->vcpu, REG_RAX, 0x1122334455667788);
	vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_DEVICE);
	return m;
}

static enum exit_action exit_io(struct machine *m, unsigned int size, u32 flags)
{
	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_IO_INSTRUCTION,
		.qualification = (u64)PORT << 16 | flags | (size - 1),
		.instruction_length = 2,
		.instruction_info = 2u << 7 | (u32)SEG_DS << 15,
		.rip = vcpu_rip_read(&m->vcpu),
	};
	return emulate_io(&m->vcpu);
}

TEST(io_in_kernel_register)
{
	struct machine *m = ready(BUS_PIO, PORT, 4);

	EXPECT_EQ(exit_io(m, 4, 0), ACTION_NEXT_INSN);
	EXPECT_EQ(stack.used, 4);
	EXPECT_EQ(exit_io(m, 2, IN), ACTION_NEXT_INSN);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), 0x1122334455665566);
	EXPECT_EQ(exit_io(m, 1, IN), ACTION_NEXT_INSN);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), 0x1122334455665577);
	EXPECT_TRUE(!m->vcpu.complete);
	/* it has no more: user space's */
	EXPECT_EQ(exit_io(m, 4, IN), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_IO);
	machine_destroy(m);
}

/* Element by element; what the device refuses goes to user space alone. */
TEST(io_in_kernel_strings)
{
	struct machine *m = ready(BUS_PIO, PORT, 1);

	stack.room = 3;
	memcpy(m->ram + DATA, "abcdef", 6);
	vcpu_reg_write(&m->vcpu, REG_RSI, DATA);
	vcpu_reg_write(&m->vcpu, REG_RDI, DATA + 0x10);
	vcpu_reg_write(&m->vcpu, REG_RCX, 4);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(exit_io(m, 1, STRING | REP), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RCX), 3 - i);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
	}
	EXPECT_EQ(memcmp(stack.bytes, "abc", 3), 0);
	EXPECT_EQ(exit_io(m, 1, STRING | REP), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->io.count, 1);
	EXPECT_EQ(m->vcpu.pio_data[0], 'd');
	EXPECT_EQ(m->vcpu.complete(&m->vcpu), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	vcpu_rip_write(&m->vcpu, MACHINE_CODE);
	vcpu_reg_write(&m->vcpu, REG_RCX, 3);
	for (unsigned int i = 0; i < 3; i++)
		EXPECT_EQ(exit_io(m, 1, STRING | REP | IN), ACTION_SAME_INSN);
	EXPECT_EQ(memcmp(m->ram + DATA + 0x10, "cba", 4), 0);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RDI), DATA + 0x13);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	machine_destroy(m);
}

static enum exit_action touch(struct machine *m, u64 qualification, u32 length)
{
	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = qualification,
		.instruction_length = length,
		.gpa = MACHINE_DEVICE,
		.gla = MACHINE_DEVICE,
		.rip = vcpu_rip_read(&m->vcpu),
	};
	return emulate_mmio(&m->vcpu, MACHINE_DEVICE);
}

TEST(io_in_kernel_memory)
{
	struct machine *m = ready(BUS_MMIO, MACHINE_DEVICE, 8);

	machine_set_code(m, "\x89\x03", 2); /* mov %eax, (%rbx) */
	EXPECT_EQ(touch(m, WRITE, 2), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 2);
	EXPECT_EQ(stack.used, 4);
	machine_set_code(m, "\x66\x8b\x0b", 3); /* mov (%rbx), %cx */
	EXPECT_EQ(touch(m, READ, 3), ACTION_SAME_INSN);
	EXPECT_EQ((u16)vcpu_reg_read(&m->vcpu, REG_RCX), 0x5566);
	machine_set_code(m, "\x66\x01\x03", 3); /* add %ax, (%rbx): what it reads is 0x7788 */
	EXPECT_EQ(touch(m, READ, 3), ACTION_SAME_INSN);
	EXPECT_EQ(stack.used, 2);
	EXPECT_EQ(memcmp(stack.bytes, "\x10\xef", 2), 0);
	EXPECT_EQ(stack.writes_of_any, 0);
	/* not all of it in the device */
	machine_set_code(m, "\x66\x89\x43\x07", 4);
	EXPECT_EQ(touch(m, WRITE, 4), ACTION_TO_USER);
	machine_destroy(m);
}

/* The instruction is not even looked at: it is none. */
TEST(io_write_of_any)
{
	struct machine *m = ready(BUS_MMIO, MACHINE_DEVICE, 0);

	machine_set_code(m, "\x0f\x0b", 2);
	EXPECT_EQ(touch(m, WRITE, 2), ACTION_NEXT_INSN);
	EXPECT_EQ(stack.writes_of_any, 1);
	/* a length that cannot be; a read; another hypervisor below, which may not tell it */
	machine_set_code(m, "\x89\x03", 2);
	EXPECT_EQ(touch(m, WRITE, 0), ACTION_SAME_INSN);
	EXPECT_EQ(stack.used, 4);
	machine_set_code(m, "\x89\x03", 2);
	EXPECT_EQ(touch(m, WRITE | READ, 2), ACTION_SAME_INSN);
	EXPECT_EQ(stack.used, 8);
	machine_set_code(m, "\x89\x03", 2);
	m->vm.under_hypervisor = true;
	EXPECT_EQ(touch(m, WRITE, 2), ACTION_SAME_INSN);
	EXPECT_EQ(stack.used, 12);
	EXPECT_EQ(stack.writes_of_any, 1);
	machine_destroy(m);
}
