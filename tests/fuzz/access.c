// SPDX-License-Identifier: GPL-2.0
/*
 * Device accesses of a hostile guest, with a hostile user space: any code, registers, segments,
 * page tables and exit information; any answers, and registers that change between the exits.
 */
#include <stdlib.h>
#include <string.h>

#include "cap/cap.h"
#include "emulate/decode.h"
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "sim.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			abort();                                                                   \
	} while (0)

/* The reads and writes of one instruction, and the port of INS or OUTS. */
#define EXITS_MAX 9

/* What is left of the fuzzer's bytes; zeros when there are none. */
struct input {
	const u8 *data;
	size_t size;
};

static u8 take(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

static u64 take_number(struct input *input, unsigned int bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | take(input);
	return value;
}

/* Mostly places where something happens: near the edges of what is mapped. */
static u64 take_address(struct input *input)
{
	static const u64 bases[] = {
		MACHINE_DEVICE, MACHINE_DEVICE + 0x1000, MACHINE_ROM, MACHINE_DATA,
		MACHINE_CODE,	MACHINE_TABLES,		 0x20000,     0xffffffff};
	u8 choice = take(input);

	if (choice & 0x80)
		return take_number(input, 8);
	return bases[choice & 7] + (u64)(s64)(signed char)take(input);
}

static void take_registers(struct machine *m, struct input *input)
{
	unsigned int reg;

	for (reg = 0; reg < REG_COUNT; reg++)
		vcpu_reg_write(&m->vcpu, (enum vcpu_reg)reg, take_address(input));
	if (take(input) & 1)
		vcpu_reg_write(&m->vcpu, REG_RCX, take(input));
	vcpu_rflags_write(&m->vcpu, take_number(input, 3));
}

static void take_segment(struct machine *m, struct input *input)
{
	enum vcpu_seg seg = (enum vcpu_seg)(take(input) % (SEG_GS + 1));
	u16 rights = (u16)take_number(input, 2);
	struct kvm_segment segment = {
		.base = take_address(input),
		.limit = (u32)take_address(input),
		.type = rights & 15,
		.s = 1,
		.dpl = (rights >> 4) & 3,
		.present = (rights >> 6) & 1,
		.db = (rights >> 7) & 1,
		.l = (rights >> 8) & 1,
		.unusable = (rights >> 9) & 1,
	};

	vcpu_seg_write(&m->vcpu, seg, &segment);
}

/* An entry of any level, with an address to follow, or any bits at all. */
static void take_page_table_entry(struct machine *m, struct input *input)
{
	u64 at = MACHINE_TABLES + (take_number(input, 2) & 0x7ff8);
	u64 value = take_address(input) & ~0xfffull;

	value |= take_number(input, 2) & 0xfff;
	if (take(input) & 1)
		value |= take_number(input, 4) << 32;
	memcpy(m->ram + at, &value, sizeof(value));
}

static void take_state(struct machine *m, struct input *input)
{
	u8 changes = take(input);

	take_registers(m, input);
	if (changes & 1)
		take_segment(m, input);
	if (changes & 2)
		take_segment(m, input);
	if (changes & 4)
		take_page_table_entry(m, input);
	if (changes & 8)
		take_page_table_entry(m, input);
	if (changes & 16)
		machine_set_cpl(m, 3);
	if (changes & 32)
		machine_set_cr0(m, m->vcpu.cr0 | CR0_WP);
	if (changes & 64)
		machine_set_cr4(m, m->vcpu.cr4 | CR4_SMEP | CR4_SMAP);
}

static void take_code(struct machine *m, struct input *input)
{
	u64 at = take(input) & 1 ? MACHINE_CODE : MACHINE_CODE + 0xff8;
	unsigned int i;

	for (i = 0; i < INSN_MAX_LENGTH; i++)
		m->ram[at + i] = take(input);
	vcpu_rip_write(&m->vcpu, at);
}

static enum exit_action start_access(struct machine *m, struct input *input)
{
	u8 kind = take(input);

	m->vcpu.exit = (struct exit_info){
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = 0x180 | (kind & 7),
		.gpa = MACHINE_DEVICE,
		.rip = vcpu_rip_read(&m->vcpu),
		.instruction_length = take(input) % 16,
	};
	if (!(kind & 0x80))
		return emulate_mmio(&m->vcpu, MACHINE_DEVICE);
	m->vcpu.exit.reason = EXIT_REASON_IO_INSTRUCTION;
	m->vcpu.exit.qualification =
		"\0\1\3"[kind % 3] | (take(input) & 0x78) | take_number(input, 2) << 16;
	/* an address size and a segment that the processor can say */
	m->vcpu.exit.instruction_info = (u32)(kind % 3) << 7 | (take(input) % 6u) << 15;
	vmx_capability.basic.ins_outs_info = kind & 0x40;
	return emulate_io(&m->vcpu);
}

static void check_user_exit(const struct machine *m)
{
	const struct kvm_run *run = m->vcpu.run;

	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		MUST(m->vcpu.complete);
		MUST(run->mmio.len >= 1 && run->mmio.len <= 8);
		MUST((run->mmio.phys_addr & 0xfff) + run->mmio.len <= 0x1000);
		break;
	case KVM_EXIT_IO:
		/* An OUT to 7EH is over: KVM_X86_QUIRK_OUT_7E_INC_RIP. */
		MUST(m->vcpu.complete ||
		     (run->io.port == 0x7e && run->io.direction == KVM_EXIT_IO_OUT));
		MUST(run->io.size == 1 || run->io.size == 2 || run->io.size == 4);
		MUST(run->io.count >= 1 && run->io.count * run->io.size <= LINTEL_PAGE_SIZE);
		MUST(run->io.data_offset == LINTEL_PAGE_SIZE);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		MUST(!m->vcpu.complete);
		MUST(run->emulation_failure.suberror == KVM_INTERNAL_ERROR_EMULATION);
		MUST(run->emulation_failure.insn_size <= INSN_MAX_LENGTH);
		break;
	default:
		abort();
	}
}

/* Whatever user space does to what it shares with the kernel. */
static void scribble(struct machine *m, struct input *input)
{
	u8 *run = (u8 *)m->vcpu.run;
	unsigned int i;

	for (i = 0; i < 64; i++)
		run[i] = take(input);
	for (i = 0; i < 16; i++)
		m->vcpu.pio_data[i] = take(input);
	if (take(input) & 1)
		take_state(m, input);
}

static void run_access(struct machine *m, struct input *input)
{
	enum exit_action action = start_access(m, input);
	unsigned int exits = 0;

	while (action == ACTION_TO_USER) {
		enum exit_action (*complete)(struct vcpu *) = m->vcpu.complete;

		check_user_exit(m);
		if (!complete)
			return;
		MUST(++exits <= EXITS_MAX);
		MUST(!m->vcpu.events.exception.pending);
		scribble(m, input);
		m->vcpu.complete = NULL;
		action = complete(&m->vcpu);
	}
	MUST(action == ACTION_SAME_INSN);
	MUST(!m->vcpu.complete);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct machine *m;
	struct input input = {data, size};

	if (!m)
		m = machine_create(MODE_LONG);
	memset(&m->vcpu.events, 0, sizeof(m->vcpu.events));
	memset(m->vcpu.run, 0, sizeof(*m->vcpu.run));
	m->vcpu.complete = NULL;
	sim_log_clear();
	machine_set_mode(m, (enum machine_mode)(take(&input) % MODE_COUNT));
	take_code(m, &input);
	take_state(m, &input);
	run_access(m, &input);
	return 0;
}
