/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a CPU begins after a startup IPI: from real mode to long mode with the tables of the CPU
 * that started it.  cpu_prepare_start() copies it to TRAMPOLINE and fills in the values.
 */
#define TRAMPOLINE 0x8000
#define AT(label) (TRAMPOLINE + label - trampoline_start)

	.section .rodata
	.globl	trampoline_start, trampoline_values, trampoline_end
	.balign	16
	.code16
trampoline_start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	lgdtl	AT(gdtr)
	mov	AT(cr4), %eax
	mov	%eax, %cr4
	mov	AT(cr3), %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx	/* IA32_EFER */
	xor	%edx, %edx
	mov	AT(efer), %eax
	wrmsr
	mov	AT(cr0), %eax
	mov	%eax, %cr0
	ljmpl	$8, $AT(long_mode)	/* SEL_KERNEL_CODE */
	.code64
long_mode:
	mov	$0x10, %eax		/* SEL_KERNEL_DATA */
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	AT(rsp), %rsp
	mov	AT(cpu), %edi
	jmp	*AT(entry)

	.balign	8
trampoline_values:			/* struct trampoline_values */
gdtr:	.quad	0, 0
cr0:	.quad	0
cr3:	.quad	0
cr4:	.quad	0
efer:	.quad	0
rsp:	.quad	0
cpu:	.quad	0
entry:	.quad	0
trampoline_end:
