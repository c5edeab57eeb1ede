/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random instructions of the emulator's opcode table, put together independently of its decoder,
 * and registers that lead their operands into the window.
 */
#ifndef LINTEL_TESTS_FUZZ_NATIVE_INSTRUCTION_H
#define LINTEL_TESTS_FUZZ_NATIVE_INSTRUCTION_H

#include "emulate/decode.h"
#include "native/processor.h"
#include "sim.h"

/* --- random.c: by sim_random() --- */

/* Once in `n` times. */
bool one_in(u64 n);
/* Of the numbers at whose edges something happens, or any. */
u64 random_value(void);

/* --- row.c --- */

struct row {
	const struct opcode *opcode;
	const char *left_out; /* why it is not run, or NULL */
	bool two_bytes;	      /* the opcode begins with 0F */
	u8 byte;
	s8 group;		 /* ModRM reg, or -1 */
	s8 prefix;		 /* mandatory: none, 66, F3, F2; -1: any or none */
	unsigned long long runs; /* those that the processor carried out */
	bool differs;
};

void rows_start(void);
/* The rows that are run, one after the other, again and again; how many they are. */
struct row *row_of(u64 number);
unsigned int rows_run(void);

/* --- instruction.c --- */

#define OPERANDS_MAX 2

struct memory_operand {
	u64 address; /* linear */
	unsigned int size;
	bool write;
};

struct instruction {
	struct row *row;
	u8 bytes[32];
	unsigned int length; /* more than 15: the processor refuses it */
	unsigned int operand_size, address_size;
	bool lock, repeat;
	u8 reg;	  /* ModRM reg, with REX.R */
	u8 count; /* of a shift: the immediate */
	unsigned int operands;
	struct memory_operand operand[OPERANDS_MAX];
};

void instruction_start(const struct processor_segments *segments);
/*
 * With registers in *state that lead at least one operand into the device, and none out of the
 * window; RIP is set, and the bytes are to be put there.
 */
void instruction_make(struct instruction *insn, struct row *row, struct processor_state *state);

/* --- undefined.c: what the SDM leaves undefined --- */

u64 undefined_flags(const struct instruction *insn, const struct processor_state *before,
		    const struct outcome *after);
/* Beside flags: there the processor's outcome becomes that of the guest. */
void undefined_forget(const struct instruction *insn, const struct processor_state *before,
		      struct outcome *processor, const struct outcome *guest);

#endif
