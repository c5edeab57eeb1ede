// SPDX-License-Identifier: GPL-2.0
/*
 * Task switches: the processor makes its checks of the gate and of the descriptor of the new TSS,
 * and leaves the rest.
 *
 * Up to a point faults are the old task's, and nothing has changed; from there on they are the new
 * task's, whose registers are loaded.  SDM: "Task Switching", "Task-State Segment (TSS)",
 * "Treatment of Task Switches".
 */
#include "exit/table.h"
#include "emulate/descriptor.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/* "Exit Qualification for Task Switches". */
#define TASK_SELECTOR(qualification) ((u16)(qualification))
#define TASK_SOURCE(qualification)   ((enum task_source)((qualification) >> 30 & 3))
enum task_source { TASK_CALL, TASK_IRET, TASK_JMP, TASK_GATE };

/* The part of a TSS that a switch saves and loads: these values one after another, of one width. */
enum {
	TASK_IP,
	TASK_FLAGS,
	TASK_REGS,		 /* eight, in the processor's order */
	TASK_ES = TASK_REGS + 8, /* ES, CS, SS, DS, and in a 32-bit TSS FS and GS */
	TASK_SEGMENTS_16 = 4,
	TASK_SEGMENTS_32 = 6,
	TASK_VALUES = TASK_ES + TASK_SEGMENTS_32 + 1, /* the last of the TSS's is that of LDTR */
};

struct tss_format {
	u32 size;
	u32 cr3, trap; /* 0: none */
	u32 values;
	unsigned int width, segments;
};
static const struct tss_format format_16 = {
	.size = 44, .values = 14, .width = 2, .segments = TASK_SEGMENTS_16};
static const struct tss_format format_32 = {.size = 104,
					    .cr3 = 28,
					    .trap = 100,
					    .values = 32,
					    .width = 4,
					    .segments = TASK_SEGMENTS_32};

struct task_switch {
	enum task_source source;
	u16 selector, old_selector;
	bool external; /* the event came from outside of the program: bit 0 of error codes */
	struct descriptor descriptor, old_descriptor;
	const struct tss_format *format, *old_format;
	struct kvm_segment tss, old_tss;
	u8 image[104]; /* the new TSS, as far as it has a format */
	struct descriptor_fault fault;
};

static bool raise_fault(struct task_switch *task, u8 vector, u16 selector)
{
	task->fault = (struct descriptor_fault){
		.page = WALK_OK, .vector = vector, .error = SELECTOR_ERROR(selector)};
	return false;
}

static const struct tss_format *format_of(unsigned int type)
{
	return type & (TYPE_TSS32 ^ TYPE_TSS16) ? &format_32 : &format_16;
}

static u32 image_read(const u8 *image, u32 offset, unsigned int width)
{
	u32 value = 0;

	__builtin_memcpy(&value, image + offset, width);
	return value;
}

static u32 task_value(const struct task_switch *task, unsigned int index)
{
	unsigned int width = task->format->width;

	return image_read(task->image, task->format->values + index * width, width);
}

/* --- before: the old task's faults --- */

static bool check_descriptor(struct vcpu *vcpu, struct task_switch *task)
{
	/* IRET goes to a task that was busy, the others to one that is not. */
	unsigned int busy = task->source == TASK_IRET ? TYPE_TSS_BUSY : 0;
	u8 vector = task->source == TASK_IRET ? VECTOR_TS : VECTOR_GP;
	unsigned int type;

	if ((task->selector & SELECTOR_TI) || !SELECTOR_ERROR(task->selector))
		return raise_fault(task, vector, task->selector);
	if (!descriptor_read(vcpu, task->selector, vector, &task->descriptor, &task->fault))
		return false;
	type = DESCRIPTOR_TYPE(&task->descriptor) ^ busy;
	if (DESCRIPTOR_S(&task->descriptor) || (type != TYPE_TSS16 && type != TYPE_TSS32))
		return raise_fault(task, vector, task->selector);
	if (!DESCRIPTOR_PRESENT(&task->descriptor))
		return raise_fault(task, VECTOR_NP, task->selector);
	task->format = format_of(type);
	task->tss = descriptor_segment(&task->descriptor, task->selector);
	if (task->tss.limit < task->format->size - 1)
		return raise_fault(task, VECTOR_TS, task->selector);
	return true;
}

static bool access_tss(struct task_switch *task, enum walk_result result)
{
	task->fault.page = result;
	return result == WALK_OK;
}

/* Everything that will be written can be written, and the new TSS has been read. */
static bool reach_memory(struct vcpu *vcpu, struct task_switch *task)
{
	struct linear_fault *fault = &task->fault.linear;
	struct linear_map map;

	if (!access_tss(task, linear_map(vcpu, task->old_tss.base, PF_IMPLICIT | PF_WRITE,
					 task->old_format->size, &map, fault)) ||
	    !access_tss(task, linear_map(vcpu, task->tss.base, PF_IMPLICIT | PF_WRITE,
					 task->format->size, &map, fault)) ||
	    !access_tss(task, linear_map(vcpu, task->descriptor.at, PF_IMPLICIT | PF_WRITE, 8, &map,
					 fault)))
		return false;
	return access_tss(task, linear_read(vcpu, task->tss.base, PF_IMPLICIT, task->image,
					    task->format->size, fault));
}

static bool prepare(struct vcpu *vcpu, struct task_switch *task)
{
	vcpu_seg_read(vcpu, SEG_TR, &task->old_tss);
	task->old_selector = task->old_tss.selector;
	task->old_format = format_of(task->old_tss.type);
	return check_descriptor(vcpu, task) &&
	       descriptor_read(vcpu, task->old_selector, VECTOR_TS, &task->old_descriptor,
			       &task->fault) &&
	       reach_memory(vcpu, task);
}

/* --- the old task is left --- */

/* Where it goes on: after the instruction, but where an exception or an interrupt came. */
static u64 old_ip(struct vcpu *vcpu, const struct task_switch *task)
{
	u64 rip = vcpu_rip_read(vcpu);

	return task->external ? rip : (u32)(rip + vcpu->exit.instruction_length);
}

static bool save_old(struct vcpu *vcpu, struct task_switch *task)
{
	const struct tss_format *format = task->old_format;
	u32 values[TASK_VALUES] = {(u32)old_ip(vcpu, task), (u32)guest_debug_rflags_read(vcpu)};
	u8 bytes[sizeof(values)];
	unsigned int i, count = TASK_ES + format->segments;

	if (task->source == TASK_IRET)
		values[TASK_FLAGS] &= ~(u32)RFLAGS_NT;
	for (i = 0; i < 8; i++)
		values[TASK_REGS + i] = (u32)vcpu_reg_read(vcpu, (enum vcpu_reg)i);
	for (i = 0; i < format->segments; i++)
		values[TASK_ES + i] = vcpu_seg_selector(vcpu, (enum vcpu_seg)i);
	for (i = 0; i < count; i++)
		__builtin_memcpy(bytes + i * format->width, &values[i], format->width);
	return access_tss(task,
			  linear_write(vcpu, task->old_tss.base + format->values, PF_IMPLICIT,
				       bytes, (size_t)count * format->width, &task->fault.linear));
}

static bool nests(const struct task_switch *task)
{
	return task->source == TASK_CALL || task->source == TASK_GATE;
}

/* Busy bits, and the link from a nested task to the one that it interrupted. */
static bool write_links(struct vcpu *vcpu, struct task_switch *task)
{
	unsigned int type = DESCRIPTOR_TYPE(&task->descriptor);

	if (!nests(task) &&
	    !descriptor_write_type(vcpu, &task->old_descriptor,
				   DESCRIPTOR_TYPE(&task->old_descriptor) & ~(u32)TYPE_TSS_BUSY,
				   &task->fault))
		return false;
	if (nests(task) &&
	    !access_tss(task, linear_write(vcpu, task->tss.base, PF_IMPLICIT, &task->old_selector,
					   sizeof(task->old_selector), &task->fault.linear)))
		return false;
	return task->source == TASK_IRET ||
	       descriptor_write_type(vcpu, &task->descriptor, type | TYPE_TSS_BUSY, &task->fault);
}

/* The event whose gate it was has been delivered by the switch. */
static void finish_event(struct vcpu *vcpu, const struct task_switch *task)
{
	/* IRET ends the blocking, to whatever task. */
	if (task->source == TASK_IRET)
		vcpu_nmi_mask(vcpu, false);
	vcpu->events.exception.injected = false;
	vcpu_event_used_up(vcpu);
}

/* --- the new task begins --- */

/*
 * Each register with its selector and what VM entry takes, until its descriptor is loaded: a fault
 * on the way is delivered in this state.
 */
static void load_selectors(struct vcpu *vcpu, const struct task_switch *task, unsigned int cpl)
{
	unsigned int i;

	for (i = SEG_ES; i <= SEG_GS; i++) {
		u16 selector = i < task->format->segments ? (u16)task_value(task, TASK_ES + i) : 0;
		struct kvm_segment segment = {.selector = selector, .unusable = 1};

		if (i == SEG_CS || i == SEG_SS)
			segment = (struct kvm_segment){.selector = selector,
						       .limit = ~0u,
						       .type = i == SEG_CS ? 11 : 3,
						       .s = 1,
						       .dpl = cpl & 3,
						       .present = 1,
						       .db = 1,
						       .g = 1};
		vcpu_seg_write(vcpu, (enum vcpu_seg)i, &segment);
	}
}

static bool load_registers(struct vcpu *vcpu, struct task_switch *task, unsigned int cpl)
{
	u64 flags = task_value(task, TASK_FLAGS) & ~RFLAGS_RESERVED;
	struct kvm_segment ldt = {.unusable = 1};
	unsigned int i;

	task->tss.type |= TYPE_TSS_BUSY;
	vcpu_seg_write(vcpu, SEG_TR, &task->tss);
	vcpu_cr0_store(vcpu, vcpu_cr0_read(vcpu) | CR0_TS);
	vcpu_dr7_store(vcpu, vcpu->dr7 & ~DR7_LOCAL);
	if (nests(task))
		flags |= RFLAGS_NT;
	if (task->format == &format_16)
		flags &= 0xffff;
	vcpu_rip_write(vcpu, task_value(task, TASK_IP));
	for (i = 0; i < 8; i++)
		vcpu_reg_write(vcpu, (enum vcpu_reg)i, task_value(task, TASK_REGS + i));
	ldt.selector = (u16)task_value(task, TASK_ES + task->format->segments);
	vcpu_seg_write(vcpu, SEG_LDTR, &ldt);
	guest_debug_rflags_write(vcpu, flags);
	vcpu_interrupt_shadow_clear(vcpu);
	load_selectors(vcpu, task, cpl);
	if (!task->format->cr3 || !(vcpu_cr0_read(vcpu) & CR0_PG))
		return true;
	if (vcpu_cr3_write(vcpu, image_read(task->image, task->format->cr3, 4)))
		return raise_fault(task, VECTOR_TS, task->selector);
	return true;
}

static bool load_segment(struct vcpu *vcpu, struct task_switch *task, enum vcpu_seg seg,
			 unsigned int cpl)
{
	struct segment_load load = {.use = seg == SEG_CS ? SEGMENT_RETURN : SEGMENT_MOV,
				    .cpl = cpl,
				    .vector = VECTOR_TS};
	struct kvm_segment segment;
	u16 selector = (u16)task_value(task, TASK_ES + seg);

	if (!segment_prepare(vcpu, seg, selector, &load, &segment, &task->fault))
		return false;
	vcpu_seg_write(vcpu, seg, &segment);
	return true;
}

/* LDTR before the others, which may be in its table; CS decides the CPL of the rest. */
static bool load_segments(struct vcpu *vcpu, struct task_switch *task, unsigned int cpl)
{
	static const enum vcpu_seg order[] = {SEG_CS, SEG_SS, SEG_DS, SEG_ES, SEG_FS, SEG_GS};
	u16 ldt = (u16)task_value(task, TASK_ES + task->format->segments);
	struct kvm_segment segment;
	unsigned int i;

	if (!segment_prepare_system(vcpu, SEG_LDTR, ldt, VECTOR_TS, &segment, &task->fault)) {
		/* "Invalid TSS Conditions": an LDT that is not present is one, too. */
		if (task->fault.page == WALK_OK)
			task->fault.vector = VECTOR_TS;
		return false;
	}
	vcpu_seg_write(vcpu, SEG_LDTR, &segment);
	for (i = 0; i < COUNT_OF(order); i++) {
		if ((unsigned int)order[i] < task->format->segments &&
		    !load_segment(vcpu, task, order[i], cpl))
			return false;
	}
	return true;
}

/* The error code of the exception that came through the gate, on the new task's stack. */
static bool push_error(struct vcpu *vcpu, struct task_switch *task)
{
	unsigned int width = task->format->width;
	struct kvm_segment ss;
	u64 mask, sp;
	gva_t linear;

	if (task->source != TASK_GATE || !(vcpu->exit.idt_vectoring_info & INTERRUPTION_VALID) ||
	    !(vcpu->exit.idt_vectoring_info & INTERRUPTION_ERROR_CODE))
		return true;
	vcpu_seg_read(vcpu, SEG_SS, &ss);
	mask = ss.db ? 0xffffffff : 0xffff;
	sp = vcpu_reg_read(vcpu, REG_RSP);
	sp = (sp & ~mask) | ((sp - width) & mask);
	if (segment_linear(vcpu, SEG_SS, sp & mask, width, true, &linear))
		return raise_fault(task, VECTOR_SS, 0);
	if (!access_tss(task,
			linear_write(vcpu, linear, linear_privilege(vcpu),
				     &vcpu->exit.idt_vectoring_error, width, &task->fault.linear)))
		return false;
	vcpu_reg_write(vcpu, REG_RSP, sp);
	return true;
}

static bool enter_new(struct vcpu *vcpu, struct task_switch *task)
{
	bool vm86 = task->format == &format_32 && (task_value(task, TASK_FLAGS) & RFLAGS_VM);
	unsigned int cpl = vm86 ? 3 : SELECTOR_RPL(task_value(task, TASK_ES + SEG_CS));

	if (!load_registers(vcpu, task, cpl) || !load_segments(vcpu, task, cpl) ||
	    !push_error(vcpu, task))
		return false;
	if (task->format->trap && (task->image[task->format->trap] & 1))
		vcpu_inject_debug(vcpu, DR6_BT);
	return true;
}

static bool event_is_external(const struct exit_info *exit, enum task_source source)
{
	u32 info = exit->idt_vectoring_info, type = INTERRUPTION_TYPE(info);

	return source == TASK_GATE && (info & INTERRUPTION_VALID) &&
	       type != INTERRUPTION_SOFTWARE_INTERRUPT && type != INTERRUPTION_SOFTWARE_EXCEPTION;
}

/* For the guest, in place of the event whose gate it was; or what user space gets to hear of. */
static enum exit_action inject_fault(struct vcpu *vcpu, struct task_switch *task)
{
	enum exit_action action;

	if (task->fault.page == WALK_OK && task->external)
		task->fault.error |= 1;
	action = descriptor_fault_inject(vcpu, &task->fault);
	if (action == ACTION_SAME_INSN)
		vcpu_event_used_up(vcpu);
	return action;
}

enum exit_action exit_task_switch(struct vcpu *vcpu)
{
	u64 qualification = vcpu->exit.qualification;
	struct task_switch task = {
		.source = TASK_SOURCE(qualification),
		.selector = TASK_SELECTOR(qualification),
		.external = event_is_external(&vcpu->exit, TASK_SOURCE(qualification)),
	};

	if (!prepare(vcpu, &task) || !write_links(vcpu, &task) || !save_old(vcpu, &task))
		return inject_fault(vcpu, &task);
	finish_event(vcpu, &task);
	return enter_new(vcpu, &task) ? ACTION_SAME_INSN : inject_fault(vcpu, &task);
}
