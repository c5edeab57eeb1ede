// SPDX-License-Identifier: GPL-2.0
/*
 * From real mode to every other and back: 32-bit protected mode, 32-bit paging, PAE paging,
 * long mode with 64-bit and compatibility code, real mode with 4 GiB segments.
 */
#include "rt.h"

#define EFER_LME 0x100
#define EFER_LMA 0x400
#define CR4_PSE	 0x10
#define CR4_PAE	 0x20

#define ENTRY_LINK  0x003 /* present, writable */
#define ENTRY_LARGE 0x083 /* and a large page */

/*
 * Each paging mode maps the first 4 MiB one to one, and WINDOW, 4 MiB, once more to BEHIND, where
 * visit() puts a number before it switches paging on.
 */
#define BEHIND 0x200000
#define NUMBER 0x5eed1234

/* What visit() is asked and what it found; it is in assembly, below. */
extern volatile u32 want_cr3, want_cr4, want_efer, want_paging;
extern volatile u32 saw_number, saw_efer_on, saw_efer_off, saw_cr0, saw_code, saw_compat;
extern volatile u32 saw_long_low, saw_long_high;
void visit(void);
u32 visit_unreal(void);

__asm__(".code16gcc\n"
	".globl visit, visit_unreal\n"
	"visit:\n"
	"	cli\n"
	"	pushal\n"
	"	lgdtl	visit_gdtr\n"
	"	movl	%cr0, %eax\n"
	"	orl	$1, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpw	$0x08, $1f\n"
	"	.code32\n"
	"1:	movw	$0x10, %ax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %ss\n"
	"	movl	$0x5eed1234, 0x200000\n"
	"	movl	$0, saw_number\n"
	"	movw	%cs, %ax\n"
	"	movzwl	%ax, %eax\n"
	"	movl	%eax, saw_code\n"
	"	cmpl	$0, want_paging\n"
	"	je	5f\n"
	"	movl	want_cr4, %eax\n"
	"	movl	%eax, %cr4\n"
	"	movl	want_cr3, %eax\n"
	"	movl	%eax, %cr3\n"
	"	cmpl	$0, want_efer\n"
	"	je	2f\n"
	"	movl	$0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	orl	want_efer, %eax\n"
	"	wrmsr\n"
	"2:	movl	%cr0, %eax\n"
	"	orl	$0x80000000, %eax\n"
	"	movl	%eax, %cr0\n"
	"	jmp	3f\n"
	"3:	movl	%cr0, %eax\n"
	"	movl	%eax, saw_cr0\n"
	"	movl	0x400000, %eax\n" /* through the window */
	"	movl	%eax, saw_number\n"
	"	cmpl	$0, want_efer\n"
	"	je	4f\n"
	"	movl	$0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	movl	%eax, saw_efer_on\n"
	"	ljmp	$0x28, $6f\n"
	"	.code64\n"
	"6:	movabs	$0x123456789abcdef0, %rax\n"
	"	mov	%rax, %r9\n"
	"	shr	$32, %r9\n"
	"	movl	%eax, saw_long_low(%rip)\n"
	"	movl	%r9d, saw_long_high(%rip)\n"
	"	ljmp	*visit_compat_pointer(%rip)\n"
	"	.code32\n"
	"7:	xorl	%eax, %eax\n"
	"	.byte	0x48\n" /* DEC EAX in 32-bit code, a REX prefix in 64-bit code */
	"	nop\n"
	"	movl	%eax, saw_compat\n"
	"	cpuid\n" /* an exit from compatibility mode */
	"4:	movl	%cr0, %eax\n"
	"	andl	$0x7fffffff, %eax\n"
	"	movl	%eax, %cr0\n"
	"	cmpl	$0, want_efer\n"
	"	je	8f\n"
	"	movl	$0xc0000080, %ecx\n"
	"	rdmsr\n"
	"	movl	%eax, saw_efer_off\n"
	"	andl	$0xfffffeff, %eax\n"
	"	wrmsr\n"
	"8:	xorl	%eax, %eax\n"
	"	movl	%eax, %cr4\n"
	"5:	ljmp	$0x18, $9f\n"
	"	.code16\n"
	"9:	movw	$0x20, %ax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %ss\n"
	"	movl	%cr0, %eax\n"
	"	andl	$0xfffffffe, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpw	$0, $1f\n"
	"1:	xorw	%ax, %ax\n"
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %ss\n"
	"	popal\n"
	"	retl\n"
	/* Back in real mode with the 4 GiB limit of protected mode in ES. */
	"visit_unreal:\n"
	"	cli\n"
	"	lgdtl	visit_gdtr\n"
	"	movl	%cr0, %eax\n"
	"	orl	$1, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpw	$0x18, $1f\n"
	"1:	movw	$0x10, %ax\n"
	"	movw	%ax, %es\n"
	"	movl	%cr0, %eax\n"
	"	andl	$0xfffffffe, %eax\n"
	"	movl	%eax, %cr0\n"
	"	ljmpw	$0, $1f\n"
	"1:	xorl	%eax, %eax\n"
	"	cpuid\n" /* an exit with that segment */
	"	movl	$0x200000, %edx\n"
	"	movl	%es:(%edx), %eax\n"
	"	xorw	%dx, %dx\n"
	"	movw	%dx, %es\n"
	"	retl\n"
	"	.balign	8\n"
	"visit_gdt:\n"
	"	.quad	0\n"
	"	.quad	0x00cf9b000000ffff\n" /* 08: 32-bit code */
	"	.quad	0x00cf93000000ffff\n" /* 10: 4 GiB data */
	"	.quad	0x00009b000000ffff\n" /* 18: 16-bit code */
	"	.quad	0x000093000000ffff\n" /* 20: 64 KiB data */
	"	.quad	0x00af9b000000ffff\n" /* 28: 64-bit code */
	"visit_gdtr:\n"
	"	.word	. - visit_gdt - 1\n"
	"	.long	visit_gdt\n"
	"visit_compat_pointer:\n"
	"	.long	7b\n"
	"	.word	0x08\n"
	"	.balign	4\n"
	"want_cr3:	.long 0\n"
	"want_cr4:	.long 0\n"
	"want_efer:	.long 0\n"
	"want_paging:	.long 0\n"
	"saw_number:	.long 0\n"
	"saw_efer_on:	.long 0\n"
	"saw_efer_off:	.long 0\n"
	"saw_cr0:	.long 0\n"
	"saw_code:	.long 0\n"
	"saw_compat:	.long 0\n"
	"saw_long_low:	.long 0\n"
	"saw_long_high:	.long 0\n"
	"	.code16gcc\n");

/* Page tables, in memory that neither the image nor its stack uses. */
#define TABLE(page)   ((u64 *)((page)*0x1000))
#define TABLE32(page) ((u32 *)((page)*0x1000))

static void clear_tables(void)
{
	memset(TABLE(1), 0, 0x6000);
}

static void check_protected(void)
{
	want_paging = 0;
	visit();
	CHECK_EQ(saw_code, 8, "32-bit protected mode and back");
}

static void check_paging32(void)
{
	clear_tables();
	TABLE32(6)[0] = 0 | ENTRY_LARGE;
	TABLE32(6)[1] = 0x5000 | ENTRY_LINK;
	TABLE32(5)[0] = BEHIND | ENTRY_LINK;
	want_paging = 1;
	want_efer = 0;
	want_cr4 = CR4_PSE;
	want_cr3 = 0x6000;
	visit();
	CHECK_EQ(saw_number, NUMBER, "32-bit paging, with a 4 MiB page");
	CHECK_EQ(saw_cr0 >> 31, 1, "CR0.PG reads as set");
}

static void check_pae(void)
{
	clear_tables();
	TABLE(1)[0] = 0x2001; /* PDPTE: present alone */
	TABLE(2)[0] = 0 | ENTRY_LARGE;
	TABLE(2)[1] = 0x200000 | ENTRY_LARGE;
	TABLE(2)[2] = BEHIND | ENTRY_LARGE;
	want_efer = 0;
	want_cr4 = CR4_PAE;
	want_cr3 = 0x1000;
	visit();
	CHECK_EQ(saw_number, NUMBER, "PAE paging");
}

static void check_long(void)
{
	clear_tables();
	TABLE(3)[0] = 0x4000 | ENTRY_LINK;
	TABLE(4)[0] = 0x5000 | ENTRY_LINK;
	TABLE(5)[0] = 0 | ENTRY_LARGE;
	TABLE(5)[1] = 0x200000 | ENTRY_LARGE;
	TABLE(5)[2] = BEHIND | ENTRY_LARGE;
	want_efer = EFER_LME;
	want_cr4 = CR4_PAE;
	want_cr3 = 0x3000;
	saw_compat = 0;
	visit();
	CHECK_EQ(saw_number, NUMBER, "4-level paging");
	CHECK_EQ(saw_efer_on & (EFER_LME | EFER_LMA), EFER_LME | EFER_LMA, "EFER.LMA in long mode");
	CHECK(saw_long_low == 0x9abcdef0 && saw_long_high == 0x12345678, "64-bit code runs");
	CHECK_EQ(saw_compat, 0xffffffff, "compatibility-mode code runs");
	CHECK_EQ(saw_efer_off & EFER_LMA, 0, "EFER.LMA is clear after paging is off");
}

void guest_main(void)
{
	check_protected();
	check_paging32();
	check_pae();
	check_long();
	check_pae();
	check_protected();
	CHECK_EQ(visit_unreal(), NUMBER, "real mode with a 4 GiB segment");
}
