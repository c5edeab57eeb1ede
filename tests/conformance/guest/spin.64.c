// SPDX-License-Identifier: GPL-2.0
/*
 * Stays in the guest, counting, until a byte comes in at the serial port, so that the host can do
 * things to the processor meanwhile.  Registers, MSRs and memory have to stay as they are.  It says
 * when it has begun, and gives up after MAX_ROUNDS.
 */
#include "rt64.h"

#define MAX_ROUNDS	20000
#define TURNS		40000
#define LINE_STATUS	(SERIAL_PORT + 5)
#define LINE_DATA_READY 0x01
#define PATTERN		0x123456789abcdef0ull

/* Far enough from each other that each needs an EPT table of its own. */
#define MEMORY_STEP 0x200000ull

static bool memory_filled(bool fill)
{
	bool right = true;
	u64 at;

	for (at = MEMORY_STEP; at < boot_info->memory_low; at += MEMORY_STEP) {
		if (fill)
			*(volatile u64 *)(at + PAGE_SIZE) = at ^ PATTERN;
		right = right && *(volatile u64 *)(at + PAGE_SIZE) == (at ^ PATTERN);
	}
	return right;
}

/* The host takes its interrupts also while the guest has IF = 0; the lab's emulator does not. */
static u64 count_to(u64 turns)
{
	u64 count = 0, kept = PATTERN;

	__asm__ volatile("sti\n"
			 "mov %1, %%r12\n"
			 "mov %1, %%r13\n"
			 "1: inc %0\n"
			 "cmp %%r12, %%r13\n"
			 "jne 2f\n"
			 "cmp %2, %0\n"
			 "jne 1b\n"
			 "2: cli\n"
			 : "+r"(count), "+r"(kept)
			 : "r"(turns)
			 : "r12", "r13", "cc");
	return kept == PATTERN ? count : 0;
}

void guest_main(void)
{
	bool counted = true, kept = true, forward = true;
	u64 before = rdtsc(), now;
	u32 round;

	wrmsr(MSR_LSTAR, PATTERN & 0xfffffff0);
	wrmsr(MSR_SYSENTER_EIP, PATTERN & 0xfffffff0);
	wrmsr(MSR_KERNEL_GS_BASE, 0x1234567890);
	memory_filled(true);
	print("# spinning\n");
	for (round = 0; round < MAX_ROUNDS; round++) {
		if (inb(LINE_STATUS) & LINE_DATA_READY)
			break;
		counted = counted && count_to(TURNS) == TURNS;
		kept = kept && rdmsr(MSR_SYSENTER_EIP) == (PATTERN & 0xfffffff0) &&
		       rdmsr(MSR_KERNEL_GS_BASE) == 0x1234567890;
		now = rdtsc();
		forward = forward && now > before;
		before = now;
	}
	kept = kept && rdmsr(MSR_LSTAR) == (PATTERN & 0xfffffff0);
	print("# rounds: ");
	print_dec(round);
	print("\n");
	CHECK(round > 0 && round < MAX_ROUNDS, "a byte ended it, not the limit");
	CHECK(counted, "every round counted as far as it should");
	CHECK(kept, "the MSRs kept their values");
	CHECK(forward, "RDTSC only went forward");
	CHECK(memory_filled(false), "memory is as it was");
}
