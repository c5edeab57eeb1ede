// SPDX-License-Identifier: GPL-2.0
/*
 * Single steps over instructions that the hypervisor carries out, with a device of user space: a
 * trap comes after each instruction, not after the next.  Wants --test-device.
 *
 * Stock KVM leaves the trap out where user space has a write to do.  Bochs 2.7 hid it: there an
 * EPT violation leaves a step pending, which traps at the next VM entry.
 */
#include "rt64.h"

#define DEVICE 0xff000000ull

static volatile u32 traps;

static void count_trap(struct frame *frame)
{
	traps++;
}

void guest_main(void)
{
	exception_set(VECTOR_DB, count_trap);
	__asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq; movl %%eax, (%0); addl %%eax, (%0);"
			 "pushfq; andl $~0x100, (%%rsp); popfq"
			 :
			 : "r"(DEVICE), "a"(1)
			 : "memory", "cc");
	exception_set(VECTOR_DB, NULL);
	CHECK_EQ(traps, 5, "single-stepping over MMIO traps once for each instruction");
}
