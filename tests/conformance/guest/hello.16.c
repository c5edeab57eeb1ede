// SPDX-License-Identifier: GPL-2.0
/*
 * Real mode: addressing by segments, interrupt vectors, exceptions without error codes, string
 * I/O with 16-bit counters.
 */
#include "rt.h"

struct vector {
	u16 offset, segment;
};

/* Handlers; they run with CS = 0. */
void int_count(void), fault_skip2(void), fault_skip_word(void);
extern volatile u16 int_flags, int_hits, fault_hits, fault_ip, trap_ip;

__asm__(".code16gcc\n"
	".globl int_count, fault_skip2, fault_skip_word\n"
	"int_count:\n"
	"	incw	int_hits\n"
	"	pushw	%ax\n"
	"	pushfw\n"
	"	popw	%ax\n"
	"	movw	%ax, int_flags\n"
	"	pushw	%bp\n"
	"	movw	%sp, %bp\n"
	"	movw	4(%bp), %ax\n"
	"	movw	%ax, trap_ip\n"
	"	popw	%bp\n"
	"	popw	%ax\n"
	"	iretw\n"
	/* The saved IP is that of the instruction, 2 bytes long, that faulted. */
	"fault_skip2:\n"
	"	pushw	%bp\n"
	"	movw	%sp, %bp\n"
	"	incw	fault_hits\n"
	"	pushw	%ax\n"
	"	movw	2(%bp), %ax\n"
	"	movw	%ax, fault_ip\n"
	"	popw	%ax\n"
	"	addw	$2, 2(%bp)\n"
	"	popw	%bp\n"
	"	iretw\n"
	"int_hits:	.word 0\n"
	"int_flags:	.word 0\n"
	"trap_ip:	.word 0\n"
	"fault_hits:	.word 0\n"
	"fault_ip:	.word 0\n");

static void vector_set(unsigned int number, void (*handler)(void))
{
	volatile struct vector *table = (struct vector *)0;
	table[number].offset = (u32)handler;
	table[number].segment = 0;
}

static void check_segments(void)
{
	u16 cs, value;

	__asm__ volatile("movw %%cs, %0" : "=r"(cs));
	CHECK_EQ(cs, 0, "CS is 0");
	*(volatile u16 *)0x1234 = 0xbeef;
	__asm__ volatile("movw $0x123, %%ax; movw %%ax, %%es; movw %%es:4, %0; xorw %%ax, %%ax;"
			 "movw %%ax, %%es"
			 : "=r"(value)
			 :
			 : "ax", "memory");
	CHECK_EQ(value, 0xbeef, "ES:offset is segment * 16 + offset");
	*(volatile u16 *)0 = 0x1111;
	__asm__ volatile("movw $0xffff, %%ax; movw %%ax, %%es; movw $0x2222, %%es:0x10;"
			 "movw %%es:0x10, %0; xorw %%ax, %%ax; movw %%ax, %%es"
			 : "=r"(value)
			 :
			 : "ax", "memory");
	CHECK_EQ(value, 0x2222, "ffff:0010 is 1 MiB");
	CHECK_EQ(*(volatile u16 *)0, 0x1111, "the 1 MiB address does not wrap to 0");
}

static void check_interrupts(void)
{
	u16 flags;

	vector_set(0x21, int_count);
	vector_set(3, int_count);
	vector_set(4, int_count);
	__asm__ volatile("sti; int $0x21; pushfw; popw %0; cli" : "=r"(flags) : : "memory");
	CHECK_EQ(int_hits, 1, "INT 0x21 goes through the vector table");
	CHECK_EQ(int_flags & 0x200, 0, "the handler runs with IF clear");
	CHECK_EQ(flags & 0x200, 0x200, "IRET restores IF");
	__asm__ volatile("int3" : : : "memory");
	CHECK_EQ(int_hits, 2, "INT3 is vector 3");
	__asm__ volatile("movb $0x7f, %%al; addb $1, %%al; into" : : : "al", "cc", "memory");
	CHECK_EQ(int_hits, 3, "INTO with OF set is vector 4");
	__asm__ volatile("xorw %%ax, %%ax; into" : : : "ax", "cc", "memory");
	CHECK_EQ(int_hits, 3, "INTO with OF clear does nothing");
}

static void check_faults(void)
{
	u16 at;

	vector_set(0, fault_skip2);
	vector_set(6, fault_skip2);
	vector_set(13, fault_skip2);
	__asm__ volatile("movw $1f, %0; xorb %%cl, %%cl; movw $1, %%ax; 1: divb %%cl"
			 : "=&r"(at)
			 :
			 : "ax", "cx", "cc", "memory");
	CHECK_EQ(fault_hits, 1, "division by 0 is vector 0");
	CHECK_EQ(fault_ip, at, "the saved IP is that of the DIV");
	__asm__ volatile("ud2" : : : "memory");
	CHECK_EQ(fault_hits, 2, "UD2 is vector 6");
	__asm__ volatile("movw $0xffff, %%bx; movw (%%bx), %%ax" : : : "ax", "bx", "memory");
	CHECK_EQ(fault_hits, 3, "a word at offset ffff is vector 13");
}

static void check_string_io(void)
{
	static u8 from[] = "string I/O\n# ", to[8];
	u32 count = sizeof(from) - 1, di = (u32)to, si = (u32)from;

	print("# ");
	__asm__ volatile("rep outsb" : "+S"(si), "+c"(count) : "d"((u16)SERIAL_PORT) : "memory");
	print("\n");
	CHECK_EQ(count, 0, "REP OUTSB counts CX down to 0");
	CHECK_EQ(si, (u32)from + sizeof(from) - 1, "REP OUTSB moves SI");
	__asm__ volatile("outb %0, %1" : : "a"((u8)0xa5), "d"((u16)SERIAL_SCRATCH));
	count = 5;
	__asm__ volatile("rep insb" : "+D"(di), "+c"(count) : "d"((u16)SERIAL_SCRATCH) : "memory");
	CHECK_EQ(di, (u32)to + 5, "REP INSB moves DI");
	CHECK(to[0] == 0xa5 && to[4] == 0xa5 && to[5] == 0, "REP INSB stores CX bytes");
	__asm__ volatile("movl $0x10000, %%ecx; movl $0x12340000, %%edi; .byte 0xf3; insb"
			 : "=D"(di), "=c"(count)
			 : "d"((u16)SERIAL_SCRATCH)
			 : "memory");
	CHECK_EQ(di, 0x12340000, "with 16-bit addresses REP looks at CX, not ECX");
}

void guest_main(void)
{
	print("# hello from real mode\n");
	check_segments();
	check_interrupts();
	check_faults();
	check_string_io();
}
