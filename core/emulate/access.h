/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device access that a vCPU is in the middle of, and what MMIO and port I/O share.
 */
#ifndef LINTEL_EMULATE_ACCESS_H
#define LINTEL_EMULATE_ACCESS_H

#include "emulate/decode.h"
#include "emulate/descriptor.h"
#include "emulate/emulate.h"
#include "io/bus.h"

/* One read or write of memory that an instruction does: RAM, or a device, within one page. */
struct mmio_transfer {
	gpa_t gpa;
	u8 length;
	u8 offset; /* in the operand's value */
	bool of_dst;
	bool write;
	bool device;
};

/* Of at most 8 bytes each: 32 bytes in two pages, or two operands, or one read and written. */
#define MMIO_MAX_TRANSFERS 8

struct mmio_access {
	struct insn insn;
	struct operation operation;
	u64 rflags, next_rip;	    /* the operation's before it was executed */
	struct kvm_segment segment; /* to be loaded */
	bool executed;		    /* all reads are done, and the operation too */
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
	bool to_device; /* the memory of INS is one */
};

/* --- recall.c --- */

/* What decides, beside memory, which instruction is at a linear address. */
struct recall_key {
	gva_t at;
	u64 cr3, cr4, efer;
	u64 slots;  /* memslots.version */
	u32 access; /* of the fetch: PF_FETCH, PF_USER */
	enum vcpu_width width;
};

/* Is it no more than a copy of at most 8 bytes between memory and a register (or to memory, an
 * immediate)? */
enum recalled_move { MOVE_NONE, MOVE_LOAD, MOVE_STORE };

struct recalled {
	struct recall_key key;
	enum recalled_move move;
	unsigned int words; /* that it hangs on; 0: there is nothing here */
	struct host_word word[WALK_MAX_LEVELS + (INSN_MAX_LENGTH + 7) / 8];
	struct insn insn;
};

#define RECALL_PLACES 4

/* What user space is asked for by an instruction that only moves. */
struct move_access {
	struct mmio_transfer transfer;
	struct insn_operand to; /* of a load */
	u8 length;		/* of the instruction */
};

struct vcpu_io {
	struct recalled recalled[RECALL_PLACES];
	gpa_t undecoded[8]; /* of the last writes that nobody asked the bytes of */
	/* When user space came back with another RIP, the access is none of this guest state. */
	u64 rip;
	union {
		struct mmio_access mmio;
		struct pio_access pio;
		struct move_access move;
	};
};

/* Where an address is kept that was written to and nobody asked for the bytes: of two in one place,
 * the one that was written last. */
static inline gpa_t *mmio_last_undecoded(struct vcpu *vcpu, gpa_t gpa)
{
	return &vcpu->io->undecoded[gpa / 4 % COUNT_OF(vcpu->io->undecoded)];
}

/* --- register.c --- */

/* The low `size` bytes, as a value of that size. */
u64 register_read(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size);
/* "General-Purpose Registers in 64-Bit Mode": 4 bytes clear the upper half, 1 and 2 keep the rest.
 */
void register_write(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, u64 value);
void register_add(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, s64 addend);

/* --- operand.c --- */

/* Bytes of the stack pointer that PUSH and POP use.  "Stack Address Size". */
unsigned int stack_width(struct vcpu *vcpu);
/*
 * Where an operand in memory is; no piece for others.  False: the guest gets a fault, or it failed;
 * *action.
 */
bool operand_map(struct vcpu *vcpu, const struct insn *insn, const struct insn_operand *operand,
		 bool write, struct linear_map *map, enum exit_action *action);
/* In 64-bit mode: is the access that exited, an EPT violation, all of that to this operand?  The
 * processor has checked it then. */
bool operand_is_at_exit(struct vcpu *vcpu, const struct insn *insn,
			const struct insn_operand *operand, bool write);
/* The value of one that is not in memory: OPERATION_WORDS words, as many as it is long are set. */
void operand_read(struct vcpu *vcpu, const struct insn *insn, const struct insn_operand *operand,
		  u64 *value);
/* Store to a general register; nothing for others. */
void operand_store(struct vcpu *vcpu, const struct insn_operand *operand, u64 value);

/* --- system.c: the operand that the opcode's `state` names --- */

void state_read(struct vcpu *vcpu, const struct insn *insn, u64 *value);
/*
 * What loading it from op->src checks; nothing that the guest could see has changed then, but for
 * accessed and busy bits of descriptors.  *segment is for state_load(); op->next, a far branch's
 * target.  False: *action.
 */
bool state_prepare(struct vcpu *vcpu, const struct insn *insn, struct operation *op,
		   struct kvm_segment *segment, enum exit_action *action);
/* Of an MMX register also when it was stored: that changes the x87 state too. */
void state_load(struct vcpu *vcpu, const struct insn *insn, const struct operation *op,
		const struct kvm_segment *segment);

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
bool memory_is_ram(const struct memslots *slots, gpa_t gpa, bool write);

/* --- mmio.c --- */

/* Does a device in the kernel take the access of `bytes`, which are nobody else's? */
enum bus_answer mmio_in_kernel(struct vcpu *vcpu, const struct mmio_transfer *transfer, u8 *bytes);
/* Nobody does: KVM_EXIT_MMIO, and complete() when user space comes back. */
enum exit_action mmio_to_user(struct vcpu *vcpu, const struct mmio_transfer *transfer,
			      const u8 *bytes, enum exit_action (*complete)(struct vcpu *vcpu));
/* It has: what it answered to a read, in *to. */
void mmio_answer(struct vcpu *vcpu, const struct mmio_transfer *transfer, u8 *to);

/* INS to a device: the element has been read from the port.  OUTS from one: pio_out_element()
 * follows. */
enum exit_action mmio_ins(struct vcpu *vcpu, u64 value);
enum exit_action mmio_outs(struct vcpu *vcpu);

/* --- move.c --- */

/*
 * With interrupts off, at an EPT violation that was an operand's: the instruction at RIP moves
 * between a register and the device at `gpa`, if it is known from before; ACTION_SAME_INSN, or
 * ACTION_TO_USER.  ACTION_LATER, and nothing done, when it is not, or is another one, or the
 * device needs interrupts on.  Loaded, srcu read lock held.
 */
enum exit_action move_at_once(struct vcpu *vcpu, gpa_t gpa);

/* --- pio.c --- */

/* The element of OUTS that was read from a device goes to the port of the exit. */
enum exit_action pio_out_element(struct vcpu *vcpu, u32 value);

/* --- fetch.c --- */

/*
 * Fetch and decode the instruction at RIP.  False: *action says what that came to instead (a fault
 * for the guest, or a failure).
 */
bool emulate_fetch(struct vcpu *vcpu, struct insn *insn, enum exit_action *action);

/* --- recall.c --- */

/* The instruction that emulate_fetch() would find at linear address `at`, if that is known from
 * before; or NULL.  Loaded, srcu read lock held.  Atomic. */
const struct recalled *recall(struct vcpu *vcpu, gva_t at, u32 access);
/* May something be known of it? */
bool recall_expects(struct vcpu *vcpu, gva_t at);
/* It has just found this one, whose bytes these are: to be known when it is met again, if it was
 * met before. */
void recall_later(struct vcpu *vcpu, gva_t at, u32 access, const u8 *bytes,
		  const struct insn *insn);

#endif
