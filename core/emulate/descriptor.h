/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segment descriptors, and what loading a segment register checks.  SDM: "Segment Descriptors",
 * "Privilege Checking When Accessing Data Segments", "Privilege Level Checking When Transferring
 * Program Control Between Code Segments", "System Descriptor Types".
 */
#ifndef LINTEL_EMULATE_DESCRIPTOR_H
#define LINTEL_EMULATE_DESCRIPTOR_H

#include "emulate/emulate.h"
#include "facts/segment.h"

struct descriptor {
	u64 low, high; /* high: of a system descriptor in IA-32e mode */
	gva_t at;
};

#define DESCRIPTOR_TYPE(d)    ((unsigned int)((d)->low >> 40) & 15)
#define DESCRIPTOR_S(d)	      ((d)->low >> 44 & 1)
#define DESCRIPTOR_DPL(d)     ((unsigned int)((d)->low >> 45) & 3)
#define DESCRIPTOR_PRESENT(d) ((d)->low >> 47 & 1)

#define SELECTOR_ERROR(selector) ((u32)(selector)&0xfffc)

/* What came instead: a page fault or a lack of memory (page is not WALK_OK), or an exception. */
struct descriptor_fault {
	enum walk_result page;
	struct linear_fault linear;
	u8 vector;
	u32 error;
};
/* Inject it; the guest goes on with its handler, or user space hears of a failure. */
enum exit_action descriptor_fault_inject(struct vcpu *vcpu, const struct descriptor_fault *fault);

/* What a descriptor that can't be loaded raises: #GP, or #TS in a task switch; and who asks. */
enum segment_use {
	SEGMENT_MOV,	/* a data or stack segment */
	SEGMENT_BRANCH, /* CS, by far JMP and CALL */
	SEGMENT_RETURN, /* CS, by RET to the same level, and by a task switch */
};
struct segment_load {
	enum segment_use use;
	unsigned int cpl;
	u8 vector;
};

/*
 * The descriptor that `selector` names, in the GDT or LDT.  Beyond the table's end: `vector` with
 * the selector as error code.  A null selector is the caller's.
 */
bool descriptor_read(struct vcpu *vcpu, u16 selector, u8 vector, struct descriptor *descriptor,
		     struct descriptor_fault *fault);
/* Write the type field back: a busy bit, an accessed bit. */
bool descriptor_write_type(struct vcpu *vcpu, struct descriptor *descriptor, unsigned int type,
			   struct descriptor_fault *fault);
/* As a segment register holds it. */
struct kvm_segment descriptor_segment(const struct descriptor *descriptor, u16 selector);

/*
 * All checks of loading a selector into ES, CS, SS, DS, FS or GS in the mode that the guest is in;
 * *segment is what to write then.  Marks the descriptor accessed.
 */
bool segment_prepare(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector,
		     const struct segment_load *load, struct kvm_segment *segment,
		     struct descriptor_fault *fault);
/* The same for LDTR, and for TR by LTR, which makes its TSS busy. */
bool segment_prepare_system(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector, u8 vector,
			    struct kvm_segment *segment, struct descriptor_fault *fault);

#endif
