// SPDX-License-Identifier: GPL-2.0
/*
 * The same instruction by the emulator, with user space's part of it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "emulate/emulate.h"
#include "facts/exit_reason.h"
#include "native/processor.h"
#include "sim.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* "Exit Qualification for EPT Violations". */
#define QUALIFICATION_READ   1
#define QUALIFICATION_WRITE  2
#define QUALIFICATION_LINEAR 0x180 /* the address is known, and that of the access itself */

#define MAPPED_FOR_USER 7

/* "Segment Descriptors": 64-bit code of DPL 3, accessed. */
#define CODE_DESCRIPTOR 0x00affb000000ffffull
#define GDT		0x6000ull
#define GDT_LIMIT	0x7f

/* Where the pages are in guest-physical memory. */
static const u64 window_gpa[WINDOW_PAGES] = {MACHINE_DATA, MACHINE_DEVICE, MACHINE_DEVICE + 0x5000};
static const u64 code_gpa[2] = {MACHINE_CODE, 0x5000};

static struct machine *m;
static u8 *window;
static char complaint[256];

static void make_gdt(void)
{
	const u64 descriptor = CODE_DESCRIPTOR;

	memset(m->ram + GDT, 0, GDT_LIMIT + 1);
	memcpy(m->ram + GDT + (CODE_SELECTOR & ~7), &descriptor, sizeof(descriptor));
	vmcs_writel(GUEST_GDTR_BASE, GDT);
	vmcs_write32(GUEST_GDTR_LIMIT, GDT_LIMIT);
}

void guest_start(const struct processor_segments *segments)
{
	m = machine_create(MODE_LONG);
	machine_set_cpl(m, 3);
	make_gdt();
	for (unsigned int page = 0; page < WINDOW_PAGES; page++)
		machine_map(m, WINDOW + page * LINTEL_PAGE_SIZE, window_gpa[page], MAPPED_FOR_USER);
	machine_map(m, WINDOW_END, 0, 0);
	for (unsigned int page = 0; page < COUNT_OF(code_gpa); page++)
		machine_map(m, CODE + page * LINTEL_PAGE_SIZE, code_gpa[page], MAPPED_FOR_USER);
	for (enum vcpu_seg seg = SEG_ES; seg <= SEG_GS; seg++) {
		struct kvm_segment segment;

		vcpu_seg_read(&m->vcpu, seg, &segment);
		segment.selector = segments->selector[seg];
		if (seg == SEG_FS)
			segment.base = segments->fs_base;
		if (seg == SEG_GS)
			segment.base = segments->gs_base;
		vcpu_seg_write(&m->vcpu, seg, &segment);
	}
}

static u64 gpa_of(u64 linear)
{
	return window_gpa[(linear - WINDOW) / LINTEL_PAGE_SIZE] | (linear & (LINTEL_PAGE_SIZE - 1));
}

__attribute__((format(printf, 1, 2))) static void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(complaint, sizeof(complaint), format, arguments);
	va_end(arguments);
}

const char *guest_complaint(void)
{
	return *complaint ? complaint : sim_log_text();
}

static void load_state(const struct processor_state *state)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		vcpu_reg_write(&m->vcpu, (enum vcpu_reg)reg, state->regs[reg]);
	vcpu_rip_write(&m->vcpu, state->rip);
	vcpu_rflags_write(&m->vcpu, state->rflags);
	host_fpu_write_registers(&m->vcpu, state->fpu);
}

static void store_state(struct processor_state *state)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		state->regs[reg] = vcpu_reg_read(&m->vcpu, (enum vcpu_reg)reg);
	state->rip = vcpu_rip_read(&m->vcpu);
	state->rflags = vcpu_rflags_read(&m->vcpu);
	host_fpu_read_registers(&m->vcpu, state->fpu);
}

/* KVM_EXIT_MMIO: the device answers.  At each exit the registers are as before. */
static void answer(const struct processor_state *before)
{
	struct kvm_run *run = m->vcpu.run;

	if (memcmp(m->vcpu.regs, before->regs, sizeof(before->regs)) ||
	    vcpu_rip_read(&m->vcpu) != before->rip)
		complain("a register has changed before the last access");
	for (unsigned int page = 1; page < WINDOW_PAGES; page++) {
		u64 offset = run->mmio.phys_addr - window_gpa[page];
		u8 *at = window + page * LINTEL_PAGE_SIZE + offset;

		if (offset >= LINTEL_PAGE_SIZE || run->mmio.len > LINTEL_PAGE_SIZE - offset ||
		    run->mmio.len > sizeof(run->mmio.data))
			continue;
		if (run->mmio.is_write)
			memcpy(at, run->mmio.data, run->mmio.len);
		else
			memcpy(run->mmio.data, at, run->mmio.len);
		return;
	}
	complain("an access of %u bytes to %llx", run->mmio.len, run->mmio.phys_addr);
}

static void set_exit(const struct guest_exit *exit)
{
	u64 access = exit->write ? QUALIFICATION_WRITE : QUALIFICATION_READ;

	m->vcpu.exit = (struct exit_info){
		.reason = exit->linear_known ? EXIT_REASON_EPT_VIOLATION
					     : EXIT_REASON_EPT_MISCONFIGURATION,
		.qualification = exit->linear_known ? QUALIFICATION_LINEAR | access : 0,
		.gpa = gpa_of(exit->address),
		.gla = exit->linear_known ? exit->address : 0,
		.rip = vcpu_rip_read(&m->vcpu),
	};
}

static void take_event(struct processor_event *event)
{
	const __typeof__(m->vcpu.events.exception) *exception = &m->vcpu.events.exception;

	*event = (struct processor_event){
		.vector = exception->pending ? exception->vector : ~0u,
		.error = exception->has_error ? exception->error : 0,
		.cr2 = exception->has_payload ? exception->payload : 0,
	};
}

void guest_run(struct processor_state *state, const struct guest_exit *exit, const u8 *code,
	       u8 *memory, struct processor_event *event)
{
	const struct processor_state before = *state;
	enum exit_action action;

	window = memory;
	*complaint = 0;
	sim_log_clear();
	memset(&m->vcpu.events, 0, sizeof(m->vcpu.events));
	for (unsigned int page = 0; page < COUNT_OF(code_gpa); page++)
		memcpy(m->ram + code_gpa[page], code + page * LINTEL_PAGE_SIZE, LINTEL_PAGE_SIZE);
	memcpy(m->ram + window_gpa[0], memory, LINTEL_PAGE_SIZE);
	load_state(state);
	set_exit(exit);
	action = emulate_mmio(&m->vcpu, m->vcpu.exit.gpa);
	while (action == ACTION_TO_USER && m->vcpu.run->exit_reason == KVM_EXIT_MMIO) {
		enum exit_action (*complete)(struct vcpu *) = m->vcpu.complete;

		answer(&before);
		m->vcpu.complete = NULL;
		action = complete(&m->vcpu);
	}
	if (action != ACTION_SAME_INSN)
		complain("ended with action %d", (int)action);
	memcpy(memory, m->ram + window_gpa[0], LINTEL_PAGE_SIZE);
	store_state(state);
	take_event(event);
}
