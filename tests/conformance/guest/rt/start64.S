/* SPDX-License-Identifier: GPL-2.0 */
/* Entry of a 64-bit guest, the stubs of its 32 exceptions, and the way to ring 3 and back. */

	.section .text.start, "ax"
	.globl	_start
_start:
	jmp	rt64_start		/* RDI = struct boot_info; the VMM gave a stack */

	.text
	.altmacro
	.macro	stub vector
	.balign	16
	.if	(\vector != 8) && (\vector < 10 || \vector > 14) && (\vector != 17)
	push	$0			/* in place of the error code */
	.endif
	push	$\vector
	jmp	exception_common
	.endm

	.balign	16
	.globl	exception_stubs
exception_stubs:			/* 16 bytes each */
	.set	v, 0
	.rept	32
	stub	%v
	.set	v, v + 1
	.endr

exception_common:
	push	%rax
	push	%rbx
	push	%rcx
	push	%rdx
	push	%rsi
	push	%rdi
	push	%rbp
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	cld
	mov	%rsp, %rdi
	mov	%rsp, %rbp		/* the CPU aligned the stack, the frame need not be */
	and	$-16, %rsp
	call	exception_dispatch
	mov	%rbp, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rbp
	pop	%rdi
	pop	%rsi
	pop	%rdx
	pop	%rcx
	pop	%rbx
	pop	%rax
	add	$16, %rsp
	iretq

/* u64 user_enter(code, arg, user_rsp): by IRET to ring 3; user_leave is its way out. */
	.globl	user_enter
user_enter:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, user_kernel_rsp(%rip)
	push	$0x23			/* SEL_USER_DATA | 3 */
	push	%rdx
	push	$2
	push	$0x2b			/* SEL_USER_CODE | 3 */
	push	%rdi
	mov	%rsi, %rdi
	iretq

/* INT 0x80 from ring 3, and where the dispatcher sends a user exception: RAX is the answer. */
	.globl	user_leave
user_leave:
	mov	user_kernel_rsp(%rip), %rsp
	cld
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.bss
	.balign	8
user_kernel_rsp:
	.quad	0
