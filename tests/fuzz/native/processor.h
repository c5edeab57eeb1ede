/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one instruction does to a processor: to the one that this program runs on (processor.c), and
 * to Lintel's emulator (guest.c).  Both see the same linear addresses.
 */
#ifndef LINTEL_TESTS_FUZZ_NATIVE_PROCESSOR_H
#define LINTEL_TESTS_FUZZ_NATIVE_PROCESSOR_H

#include "emulate/machine.h"

/*
 * The window that operands lie in: a page of RAM, then two of the device, which are not neighbours
 * in guest-physical memory.  What is round it is not mapped.
 */
#define WINDOW	      (MACHINE_DEVICE - LINTEL_PAGE_SIZE)
#define WINDOW_DEVICE MACHINE_DEVICE
#define WINDOW_PAGES  3
#define WINDOW_SIZE   (WINDOW_PAGES * LINTEL_PAGE_SIZE)
#define WINDOW_END    (WINDOW + WINDOW_SIZE)

/* Two pages of code.  Within 2 GiB of the window, for operands relative to RIP. */
#define CODE	  0x10000000ull
#define CODE_SIZE (2 * LINTEL_PAGE_SIZE)

/* The one selector that both have a code segment of their own level for. */
#define CODE_SELECTOR 0x33

#define FPU_SIZE 512

struct processor_state {
	u64 regs[REG_COUNT];
	u64 rip, rflags;
	u8 fpu[FPU_SIZE] __attribute__((aligned(16))); /* as FXSAVE stores it */
};

/* What ended the instruction: the #DB of the single step, or a fault. */
struct processor_event {
	unsigned int vector;
	u32 error;
	u64 cr2; /* of a #PF */
};

/* All that there is afterwards. */
struct outcome {
	struct processor_state state;
	struct processor_event event;
	u8 window[WINDOW_SIZE];
};

/* What user space cannot choose, or does not want to: the segments. */
struct processor_segments {
	u16 selector[SEG_GS + 1];
	u64 fs_base, gs_base;
};

/* --- processor.c --- */

/* Maps the window and the code, and takes the signals.  Once. */
void processor_start(struct processor_segments *segments);
/* One instruction, or one element of it, with RFLAGS.TF set.  The window and the code are memory.
 */
void processor_run(struct processor_state *state, struct processor_event *event);

/* --- guest.c --- */

void guest_start(const struct processor_segments *segments);
/*
 * The same by the emulator, as if the access to linear `address` had made the guest exit; with what
 * the processor says of such an access, or without.  `window` is memory and device at once.
 */
struct guest_exit {
	u64 address;
	bool write;
	bool linear_known;
};
void guest_run(struct processor_state *state, const struct guest_exit *exit, const u8 *code,
	       u8 *window, struct processor_event *event);
/* What the emulator said, if it could not do it; what was wrong with its exits. */
const char *guest_complaint(void);

#endif
