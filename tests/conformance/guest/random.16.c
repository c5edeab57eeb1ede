// SPDX-License-Identifier: GPL-2.0
/* Random bytes as instructions in real mode; see rt/random.h. */
#define RANDOM_ROUNDS 4 /* a stack of less than six bytes, and an exception is a shutdown */
#include "random.h"

#define PAGES 0xd000 /* behind the image, within its 64 KiB */

void random_step(void), random_exception(void), random_go(u32 segment) __attribute__((noreturn));

/*
 * An exception comes in on the stack that the random bytes left.  random_go(): all segments are
 * the page's, whose second half is the stack and has the values of the registers.
 */
__asm__(".code16gcc\n"
	"random_step:\n"
	"	lock decl %cs:random_steps\n"
	"	js	random_exception\n"
	"	iretw\n"
	"random_exception:\n"
	"	cli\n"
	"	cld\n"
	"	xorl	%eax, %eax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	incl	%eax\n"
	"	cpuid\n"
	"	shrl	$24, %ebx\n"
	"	andl	$1, %ebx\n"
	"	movl	%ebx, %ecx\n"
	"	shll	$10, %ecx\n"
	"	movl	$0x7c00, %esp\n"
	"	subl	%ecx, %esp\n"
	"	xorl	%eax, %eax\n"
	"	movw	%ax, %ss\n"
	"	pushl	%ebx\n"
	"	calll	random_again\n"
	"random_go:\n"
	"	movl	4(%esp), %eax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %fs\n"
	"	movw	%ax, %gs\n"
	"	movw	%ax, %ss\n"
	"	movl	$0x800, %esp\n"
	"	pushw	$0x102\n" /* TF */
	"	pushw	%ax\n"
	"	pushw	$0\n"
	"	movl	0x900, %eax\n"
	"	movl	0x904, %ebx\n"
	"	movzbl	0x908, %ecx\n"
	"	movl	0x90c, %edx\n"
	"	movl	0x910, %ebp\n"
	"	movl	0x914, %esi\n"
	"	movl	0x918, %edi\n"
	"	iretw\n");

void random_enter(u8 *page)
{
	random_go((u32)page >> 4);
}

/* All that real mode reaches is memory. */
void random_devices_map(void)
{
}

void random_again(u32 cpu)
{
	random_next(cpu, RANDOM_CPUS, (u8 *)(PAGES + cpu * PAGE_SIZE));
}

/* Every CPU comes here, on the same stack: the first thing is to leave it. */
void guest_main(void)
{
	u32 *vector;

	for (vector = (u32 *)0; vector < (u32 *)1024; vector++)
		*vector = (u32)random_exception;
	((u32 *)0)[1] = (u32)random_step;
	__asm__ volatile("jmp random_exception" : : : "memory");
}
