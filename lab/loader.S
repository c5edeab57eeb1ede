/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 512-byte option ROM that Bochs takes for the VGA BIOS, so that it runs as soon
 * as the BIOS has built the ACPI and MP tables. It asks the BIOS for the memory map
 * and enters the uncompressed kernel, which Bochs has put into RAM, by its 64-bit
 * entry. All the rest (boot parameters, page tables) was prepared by bootimage.
 */
#include "layout.h"

	.set	E820_STAGE, 0x8000	/* low memory that the BIOS can write to */
	.set	E820_ENTRY, 20
	.set	ROM_BASE, 0xc0000
	.set	PORT_FAST_A20, 0x92
	.set	EFER, 0xc0000080

	.code16
	.globl	_start
_start:	.byte	0x55, 0xaa, 1		/* option ROM of one 512-byte block */
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	movw	$E820_STAGE, %di
	xorl	%ebx, %ebx
1:	movl	$0xe820, %eax
	movl	$0x534d4150, %edx	/* "SMAP" */
	movl	$E820_ENTRY, %ecx
	int	$0x15
	jc	2f
	addw	$E820_ENTRY, %di
	testl	%ebx, %ebx
	jnz	1b
2:	movzwl	%di, %ebp
	cli

	inb	$PORT_FAST_A20, %al
	orb	$2, %al
	outb	%al, $PORT_FAST_A20
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	gdtr - _start
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$0x10, $(ROM_BASE + (protected - _start))

	.code32
protected:
	movw	$0x18, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$E820_STAGE, %esi
	movl	%ebp, %ecx
	subl	%esi, %ecx
	movl	%ecx, %eax
	movl	$(PARAMS_BASE + PARAMS_E820_TABLE), %edi
	rep movsb
	xorl	%edx, %edx
	movl	$E820_ENTRY, %ecx
	divl	%ecx
	movb	%al, PARAMS_BASE + PARAMS_E820_COUNT

	movl	$(PARAMS_BASE + PARAMS_PML4), %eax
	movl	%eax, %cr3
	movl	$0x20, %eax		/* CR4.PAE */
	movl	%eax, %cr4
	movl	$EFER, %ecx
	rdmsr
	orl	$0x100, %eax		/* EFER.LME */
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* CR0.PG */
	movl	%eax, %cr0
	ljmpl	$0x20, $(ROM_BASE + (longmode - _start))

	.code64
longmode:
	movl	$PARAMS_BASE, %esi
	xorl	%ebp, %ebp
	xorl	%edi, %edi
	xorl	%ebx, %ebx
	movq	PARAMS_BASE + PARAMS_ENTRY, %rax
	jmp	*%rax

	.align	8
gdt:	.quad	0, 0
	.quad	0x00cf9a000000ffff	/* 0x10: 32-bit code */
	.quad	0x00cf92000000ffff	/* 0x18: data */
	.quad	0x00af9a000000ffff	/* 0x20: 64-bit code */
gdtr:	.word	. - gdt - 1
	.long	ROM_BASE + (gdt - _start)
	.org	511
	.byte	0			/* checksum, set by romsum */
