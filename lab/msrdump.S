/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A 1024-byte option ROM that Bochs takes for the VGA BIOS: it prints the VMX capability
 * MSRs and some CPUID leaves of the processor on Bochs's debug port, one a line, and
 * ends the emulation. msrs.sh runs it.
 *
 *	0x00000480 = 0x00d810000000002b		or "#GP" where RDMSR faults
 *	cpuid 00000001.00000000= EAX EBX ECX EDX
 */
#include "layout.h"

	.set	IA32_FEATURE_CONTROL, 0x3a
	.set	VMX_FIRST, 0x480
	.set	VMX_LAST, 0x493
	.set	VECTOR_GP, 13
	.set	END_OF_LEAVES, -1
	.set	DIGITS, 8

	.code16
	.globl	_start
_start:	.byte	0x55, 0xaa, 2
	cli
	cld
	xorw	%ax, %ax
	movw	%ax, %es
	movw	%ax, %ss
	movw	$0x7c00, %sp
	movw	%cs, %ax
	movw	%ax, %ds
	movw	$(on_gp - _start), %es:(4 * VECTOR_GP)
	movw	%ax, %es:(4 * VECTOR_GP + 2)

	movl	$IA32_FEATURE_CONTROL, %ecx
	call	print_msr
	movl	$VMX_FIRST, %ecx
next_msr:
	call	print_msr
	incl	%ecx
	cmpl	$VMX_LAST, %ecx
	jbe	next_msr

	movw	$(leaves - _start), %si
next_leaf:
	lodsl
	cmpl	$END_OF_LEAVES, %eax
	je	finish
	movl	%eax, %edi
	lodsl
	pushw	%si
	call	print_leaf
	popw	%si
	jmp	next_leaf

finish:	movw	$(s_shutdown - _start), %si
	movw	$PORT_SHUTDOWN, %dx
	movw	$8, %cx
	rep outsb
	hlt

/* #GP: step over the two bytes of RDMSR, with a mark in EDI. */
on_gp:	pushw	%bp
	movw	%sp, %bp
	addw	$2, 2(%bp)
	popw	%bp
	movl	$1, %edi
	iret

/* Print the MSR whose number is in ECX, which is kept. */
print_msr:
	pushl	%ecx
	movw	$(s_hex - _start), %si
	call	print_text
	movl	%ecx, %eax
	call	print_hex
	movw	$(s_equals - _start), %si
	call	print_text
	xorl	%edi, %edi
	rdmsr
	testl	%edi, %edi
	jnz	1f
	pushl	%eax
	movw	$(s_hex - _start), %si
	call	print_text
	movl	%edx, %eax
	call	print_hex
	popl	%eax
	call	print_hex
	jmp	2f
1:	movw	$(s_gp - _start), %si
	call	print_text
2:	movb	$'\n', %al
	outb	%al, $PORT_DEBUG
	popl	%ecx
	ret

/* Print the CPUID leaf EDI, subleaf EAX. */
print_leaf:
	movl	%eax, %ebp
	movw	$(s_cpuid - _start), %si
	call	print_text
	movl	%edi, %eax
	call	print_hex
	movb	$'.', %al
	outb	%al, $PORT_DEBUG
	movl	%ebp, %eax
	call	print_hex
	movb	$'=', %al
	outb	%al, $PORT_DEBUG
	movl	%edi, %eax
	movl	%ebp, %ecx
	cpuid
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	pushl	%eax
	movw	$4, %bp
1:	movb	$' ', %al
	outb	%al, $PORT_DEBUG
	popl	%eax
	call	print_hex
	decw	%bp
	jnz	1b
	movb	$'\n', %al
	outb	%al, $PORT_DEBUG
	ret

/* Print the text at SI, which ends with a NUL. */
print_text:
	lodsb
	testb	%al, %al
	jz	1f
	outb	%al, $PORT_DEBUG
	jmp	print_text
1:	ret

/* Print EAX as eight digits. */
print_hex:
	pushl	%ecx
	pushl	%edx
	movl	%eax, %edx
	movw	$DIGITS, %cx
1:	roll	$4, %edx
	movb	%dl, %al
	andb	$15, %al
	cmpb	$10, %al
	jb	2f
	addb	$('a' - '0' - 10), %al
2:	addb	$'0', %al
	outb	%al, $PORT_DEBUG
	loop	1b
	popl	%edx
	popl	%ecx
	ret

s_hex:		.asciz	"0x"
s_equals:	.asciz	" = "
s_gp:		.asciz	"#GP"
s_cpuid:	.asciz	"cpuid "
s_shutdown:	.ascii	"Shutdown"

leaves:	.long	0, 0, 1, 0, 7, 0, 0xa, 0, 0xd, 0, 0xd, 1
	.long	0x80000001, 0, 0x80000008, 0, 0x15, 0, 0x16, 0
	.long	END_OF_LEAVES

	.org	1023
	.byte	0			/* checksum, set by romsum */
