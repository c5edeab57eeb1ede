/* SPDX-License-Identifier: GPL-2.0 */
/* Entry of a 16-bit guest: C code of gcc -m16, all segments at 0, the stack below the image. */
	.code16
	.section .text.start, "ax"
	.globl	_start
_start:
	xorl	%eax, %eax
	movl	$0x7c00, %esp		/* gcc -m16 uses all 32 bits */
	cld
	calll	guest_main
	calll	done
