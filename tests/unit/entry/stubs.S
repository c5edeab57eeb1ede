/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From linux/entry.S to the test and back: all registers go to entry_cpu, the test looks at them and
 * changes what the instruction would, and they come back from there.
 */

/* struct entry_cpu, checked in entry.c; in the order of the encoding */
#define RSP    32
#define RFLAGS 128
#define RIP    136
#define EVENT  144

	.macro FOR_EACH_REGISTER instruction:vararg
	\instruction 0, %rax
	\instruction 8, %rcx
	\instruction 16, %rdx
	\instruction 24, %rbx
	\instruction 40, %rbp
	\instruction 48, %rsi
	\instruction 56, %rdi
	\instruction 64, %r8
	\instruction 72, %r9
	\instruction 80, %r10
	\instruction 88, %r11
	\instruction 96, %r12
	\instruction 104, %r13
	\instruction 112, %r14
	\instruction 120, %r15
	.endm

	.macro SAVE offset:req register:req
	mov	\register, entry_cpu + \offset(%rip)
	.endm

	.macro LOAD offset:req register:req
	mov	entry_cpu + \offset(%rip), \register
	.endm

	.macro STUB name:req event:req
	.globl	entry_\name
entry_\name:
	movq	$\event, entry_cpu + EVENT(%rip)
	jmp	to_the_test
	.endm

	.text
	STUB	vmwrite 0
	STUB	verw 1
	STUB	vmlaunch 2
	STUB	vmresume 3
	STUB	fill 4
	STUB	wrmsr 5
	STUB	lfence 6
	STUB	history 7

to_the_test:
	FOR_EACH_REGISTER SAVE
	pushfq
	popq	entry_cpu + RFLAGS(%rip)
	popq	entry_cpu + RIP(%rip)
	mov	%rsp, entry_cpu + RSP(%rip)
	and	$-16, %rsp
	cld
	call	entry_event
	mov	entry_cpu + RSP(%rip), %rsp
	pushq	entry_cpu + RFLAGS(%rip)
	popfq
	FOR_EACH_REGISTER LOAD
	jmp	*entry_cpu + RIP(%rip)

/*
 * void entry_call(u64 *regs, u64 *host_rsp, bool resume, s64 spec_ctrl): vmx_enter_guest() with the
 * registers that a function has to preserve as entry_cpu has them, and all after it in entry_cpu.
 */
	.globl	entry_call
	.type	entry_call, @function
entry_call:
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	sub	$8, %rsp
	mov	entry_cpu + 24(%rip), %rbx
	mov	entry_cpu + 40(%rip), %rbp
	mov	entry_cpu + 96(%rip), %r12
	mov	entry_cpu + 104(%rip), %r13
	mov	entry_cpu + 112(%rip), %r14
	mov	entry_cpu + 120(%rip), %r15
	mov	%rsp, entry_rsp_before(%rip)
	call	vmx_enter_guest
	FOR_EACH_REGISTER SAVE
	mov	%rsp, entry_cpu + RSP(%rip)
	mov	entry_rsp_before(%rip), %rsp
	add	$8, %rsp
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	ret
	.size	entry_call, . - entry_call
