/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What bochscount.c counts, and the marks by which a program tells it when. Besides it, for C and
 * for assembly in strings.
 */
#ifndef LAB_COUNT_H
#define LAB_COUNT_H

/*
 * A mark is an instruction that does nothing anywhere: NOP with a displacement of COUNT_MARK plus
 * what it says. BEGIN forgets what was counted; from START to STOP it is counted, as often as
 * wanted; END writes a line with the cheapest of these.
 */
#define COUNT_MARK  0x4c494e00
#define COUNT_BEGIN 0
#define COUNT_START 1
#define COUNT_STOP  2
#define COUNT_END   3

#define COUNT_NOP_(mark, what)	".byte 0x0f, 0x1f, 0x80; .long " #mark " + " #what "\n"
#define COUNT_NOP__(mark, what) COUNT_NOP_(mark, what)
#define COUNT_NOP(what)		COUNT_NOP__(COUNT_MARK, what)

/*
 * What is dear on a processor, or means something dear: COUNTED(name, cycles, how it is found).
 * CYCLES are what one costs beyond the cycle that every instruction is taken for: estimates, whose
 * sources are in docs/bench.md.
 */
#define COUNT_LIST(COUNTED)                                                                        \
	COUNTED(entries, 1000, "VMLAUNCH, VMRESUME, and the exit that follows")                    \
	COUNTED(vmread, 30, "VMREAD")                                                              \
	COUNTED(vmwrite, 30, "VMWRITE")                                                            \
	COUNTED(vmptrld, 120, "VMPTRLD")                                                           \
	COUNTED(vmclear, 120, "VMCLEAR")                                                           \
	COUNTED(invept, 300, "INVEPT, INVVPID")                                                    \
	COUNTED(rdmsr, 100, "RDMSR")                                                               \
	COUNTED(wrmsr, 100, "WRMSR")                                                               \
	COUNTED(xsetbv, 70, "XSETBV")                                                              \
	COUNTED(locked, 18, "LOCK, XCHG with memory")                                              \
	COUNTED(ipis, 500, "writes to the ICR of the local APIC")                                  \
	COUNTED(interrupts_off, 5, "CLI where interrupts were on")

#endif
