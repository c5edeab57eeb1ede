/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the processor can't finish by itself: device accesses by memory operands (MMIO) and by
 * string I/O.  All of it works on guest-linear addresses, through the guest's own page tables.
 */
#ifndef LINTEL_EMULATE_H
#define LINTEL_EMULATE_H

#include "vcpu/vcpu.h"

/* --- state.c --- */

/* vcpu->io, where an access that user space is busy with is kept.  -ENOMEM. */
int emulate_vcpu_init(struct vcpu *vcpu);
void emulate_vcpu_destroy(struct vcpu *vcpu);

/* --- walk.c: "Paging" --- */

/* Bits of the page-fault error code. */
#define PF_PRESENT  BIT32(0)
#define PF_WRITE    BIT32(1)
#define PF_USER	    BIT32(2)
#define PF_RESERVED BIT32(3)
#define PF_FETCH    BIT32(4)
#define PF_PK	    BIT32(5)
/* Not one of them: an access that the processor makes of itself, to a descriptor or a TSS. */
#define PF_IMPLICIT BIT32(31)

enum walk_result {
	WALK_OK,
	WALK_FAULT, /* *error is the #PF error code */
	WALK_ERROR, /* a page table lies outside of memory, or is in a read-only slot and its flags
		     * have to be set: the access can't be made */
};

/*
 * Linear to guest-physical, with the rights of `access` (PF_WRITE, PF_USER, PF_FETCH) checked and
 * the accessed and dirty bits set, each by a locked access, in all paging modes.  An access without
 * PF_USER and PF_IMPLICIT is an explicit one: EFLAGS.AC opens user pages to it under SMAP.
 * Protection keys are not looked at.
 *
 * WALK_ERROR: *gpa is the place of that paging-structure entry; or of one that another vCPU has
 * changed each of a thousand times, between when it was read and when it was to be marked.
 *
 * Loaded, srcu read lock held.
 */
enum walk_result walk_linear(struct vcpu *vcpu, gva_t address, u32 access, gpa_t *gpa, u32 *error);

#define WALK_MAX_LEVELS 5

/* The entries that a walk has used, root first, as they are with their flags set. */
struct walk_trail {
	unsigned int count;
	gpa_t at[WALK_MAX_LEVELS];
	u64 entry[WALK_MAX_LEVELS];
};
/* The same, and with WALK_OK the trail (of no entry without paging). */
enum walk_result walk_linear_trail(struct vcpu *vcpu, gva_t address, u32 access, gpa_t *gpa,
				   u32 *error, struct walk_trail *trail);

/* --- linear.c --- */

/*
 * Guest-linear memory, byte-wise across pages.  WALK_FAULT: *fault_address and *error say which
 * #PF to inject; nothing was written.  WALK_ERROR: the memory is no RAM (a device), *gpa says
 * where. At most a page's worth of bytes; outside of 64-bit mode addresses wrap at 4 GiB.
 */
struct linear_fault {
	gva_t address;
	u32 error;
	gpa_t gpa;
};
enum walk_result linear_read(struct vcpu *vcpu, gva_t address, u32 access, void *to, size_t length,
			     struct linear_fault *fault);
enum walk_result linear_write(struct vcpu *vcpu, gva_t address, u32 access, const void *from,
			      size_t length, struct linear_fault *fault);

/* Where the bytes of a linear range are; two pieces when it crosses a page. */
struct linear_map {
	unsigned int pieces;
	struct {
		gpa_t gpa;
		unsigned int length;
	} piece[2];
};
/* The same walks and faults, without the copy; what is mapped may be a device. */
enum walk_result linear_map(struct vcpu *vcpu, gva_t address, u32 access, size_t length,
			    struct linear_map *map, struct linear_fault *fault);

/* PF_USER when the guest runs at CPL 3: the rights of an explicit access of its code. */
u32 linear_privilege(struct vcpu *vcpu);

/* --- segment.c: "Protection", "Canonical Addressing" --- */

/*
 * The linear address of `size` bytes at segment:offset, with limit, type and rights checked outside
 * of 64-bit mode, and canonical form in it.  gives: 0, or the vector that the access raises with
 * error code 0: VECTOR_GP, or VECTOR_SS for the stack segment.
 */
u8 segment_linear(struct vcpu *vcpu, enum vcpu_seg seg, u64 offset, unsigned int size, bool write,
		  gva_t *linear);

/* The same in 64-bit mode without the checks: only FS and GS have a base there. */
gva_t segment_linear_64(struct vcpu *vcpu, enum vcpu_seg seg, u64 offset);

/* Protected mode or long mode: not real-address mode, and not virtual-8086 mode. */
bool segment_is_protected(struct vcpu *vcpu);

/* In the width of the linear addresses that CR4.LA57 chooses. */
bool segment_is_canonical(struct vcpu *vcpu, u64 address);

/* --- fetch.c --- */

/*
 * The instruction at RIP is invalid.  Is it VMMCALL, AMD's VMCALL?  Then it is made VMCALL, in the
 * guest's memory, with the rights of the code that runs, or the guest gets the #PF of that write;
 * true: the guest goes on.  Loaded, srcu read lock held.
 */
bool emulate_fix_hypercall(struct vcpu *vcpu);

/* --- mmio.c --- */

/*
 * The instruction at RIP touched guest-physical `gpa`, which is a device: decode and do it. Devices
 * in user space: KVM_EXIT_MMIO (8 bytes at most each, several for a larger or split access), and
 * the rest after KVM_RUN comes back (vcpu->complete).  Registers, RIP too, change when the last
 * access is done: at each exit they are as before the instruction, or before the element of a REP.
 * What can't be decoded goes to user space as KVM_EXIT_INTERNAL_ERROR,
 * KVM_INTERNAL_ERROR_EMULATION, with the bytes; at CPL > 0 it is a #UD in the guest instead, so
 * that a program in the guest can't end its VM, unless user space has asked for the exit.
 */
enum exit_action emulate_mmio(struct vcpu *vcpu, gpa_t gpa);
/* The same with interrupts off, at an EPT violation where there is no memory: a write whose bytes
 * nobody asks for (ACTION_NEXT_INSN), or an instruction that is known (move_at_once()).
 * ACTION_LATER, and nothing done, where it is neither. */
enum exit_action emulate_mmio_at_once(struct vcpu *vcpu, gpa_t gpa);

/*
 * Descriptor-table exiting: LGDT, LIDT, LLDT, LTR, SGDT, SIDT, SLDT or STR at RIP is done, or is
 * the #GP that CR4.UMIP makes of it.  "User-Mode Instruction Prevention".
 */
enum exit_action emulate_descriptor_table(struct vcpu *vcpu);

/* --- pio.c --- */

/*
 * I/O-instruction exit: IN, OUT, INS, OUTS, REP, as the qualification says; KVM_EXIT_IO.  A string
 * instruction moves up to a page at once, in either direction; registers, RIP too, change when
 * KVM_RUN comes back.
 */
enum exit_action emulate_io(struct vcpu *vcpu);
/* The same with interrupts off: ACTION_LATER, and nothing done, where it needs them on. */
enum exit_action emulate_io_at_once(struct vcpu *vcpu);

#endif
