/* SPDX-License-Identifier: GPL-2.0 */
/* Header and entry of a multiboot (version 1) guest. */

	.set	MAGIC, 0x1badb002
	.set	FLAGS, 3		/* modules on pages, memory information */

	.section .multiboot, "a"
	.long	MAGIC, FLAGS, -(MAGIC + FLAGS)

	.text
	.globl	_start
_start:
	mov	%eax, start_eax
	mov	%ebx, start_ebx
	mov	$stack_end, %esp
	cld
	call	guest_main
	call	done

	.bss
	.balign	16
	.skip	4096
stack_end:
	.globl	start_eax, start_ebx
start_eax:
	.long	0
start_ebx:
	.long	0
