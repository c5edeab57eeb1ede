/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device access that a vCPU is in the middle of, and what MMIO and port I/O share.
 */
#ifndef LINTEL_EMULATE_ACCESS_H
#define LINTEL_EMULATE_ACCESS_H

#include "emulate/decode.h"
#include "emulate/emulate.h"

/* One read or write of memory that an instruction does: RAM, or a device, within one page. */
struct mmio_transfer {
	gpa_t gpa;
	u8 length;
	u8 offset; /* in the operand's value */
	bool of_dst;
	bool write;
	bool device;
};

/* Two operands, each in two pages, or one of them read and written. */
#define MMIO_MAX_TRANSFERS 4

struct mmio_access {
	struct insn insn;
	struct operation operation;
	bool executed; /* all reads are done, and the operation too */
	unsigned int count, next;
	struct mmio_transfer transfer[MMIO_MAX_TRANSFERS];
};

struct pio_access {
	u16 port;
	unsigned int size;   /* bytes of an element */
	unsigned int count;  /* elements that user space works on */
	unsigned int length; /* of the instruction */
	unsigned int width;  /* of its addresses, bytes */
	enum vcpu_seg segment;
	bool in, string, repeat;
};

struct vcpu_io {
	/* When user space came back with another RIP, the access is none of this guest state. */
	u64 rip;
	union {
		struct mmio_access mmio;
		struct pio_access pio;
	};
};

/* --- register.c --- */

/* The low `size` bytes, as a value of that size. */
u64 register_read(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size);
/* "General-Purpose Registers in 64-Bit Mode": 4 bytes clear the upper half, 1 and 2 keep the rest.
 */
void register_write(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, u64 value);
void register_add(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, s64 addend);

/* --- failure.c --- */

/* The guest's fault instead of the access. */
enum exit_action emulate_inject(struct vcpu *vcpu, u8 vector);
/* The access can't be done: `why` in words, and what is known of the bytes. */
enum exit_action emulate_failed(struct vcpu *vcpu, const char *why, const u8 *bytes,
				unsigned int count);
/* What a walk that is not WALK_OK comes to. */
enum exit_action emulate_walk_failed(struct vcpu *vcpu, enum walk_result result,
				     const struct linear_fault *fault);
/* --- state.c --- */

/* Is there memory that the access can use?  A write to a read-only slot is a device's. */
bool memory_is_ram(struct vm *vm, gpa_t gpa, bool write);

/* --- fetch.c --- */

/*
 * Fetch and decode the instruction at RIP.  False: *action says what that came to instead (a fault
 * for the guest, or a failure).
 */
bool emulate_fetch(struct vcpu *vcpu, struct insn *insn, enum exit_action *action);

#endif
