/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the processor can't finish by itself: device accesses by memory operands (MMIO) and by
 * string I/O.  All of it works on guest-linear addresses, through the guest's own page tables.
 */
#ifndef LINTEL_EMULATE_H
#define LINTEL_EMULATE_H

#include "vcpu/vcpu.h"

/* --- walk.c: "Paging" --- */

/* Bits of the page-fault error code. */
#define PF_PRESENT  BIT32(0)
#define PF_WRITE    BIT32(1)
#define PF_USER	    BIT32(2)
#define PF_RESERVED BIT32(3)
#define PF_FETCH    BIT32(4)
#define PF_PK	    BIT32(5)

enum walk_result {
	WALK_OK,
	WALK_FAULT, /* *error is the #PF error code */
	WALK_ERROR, /* a page table lies outside of memory: the access can't be made */
};

/*
 * Linear to guest-physical, with the rights of `access` (PF_WRITE, PF_USER, PF_FETCH) checked and
 * the accessed and dirty bits set, in all paging modes.
 */
enum walk_result walk_linear(struct vcpu *vcpu, gva_t address, u32 access, gpa_t *gpa, u32 *error);

/*
 * Guest-linear memory, byte-wise across pages.  WALK_FAULT: *fault_address and *error say which
 * #PF to inject; nothing was written.  WALK_ERROR: the memory is no RAM (a device), *gpa says where.
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

/* --- mmio.c --- */

/*
 * The instruction at RIP touched guest-physical `gpa`, which is a device: decode and do it.  Devices
 * in user space: KVM_EXIT_MMIO (8 bytes at most each, several for a larger or split access), and
 * the rest after KVM_RUN comes back (vcpu->complete).  What can't be decoded goes to user space as
 * KVM_EXIT_INTERNAL_ERROR, KVM_INTERNAL_ERROR_EMULATION, with the bytes.
 */
enum exit_action emulate_mmio(struct vcpu *vcpu, gpa_t gpa);

/* --- pio.c --- */

/* I/O-instruction exit: IN, OUT, INS, OUTS, REP, as the qualification says; KVM_EXIT_IO. */
enum exit_action emulate_io(struct vcpu *vcpu);

#endif
