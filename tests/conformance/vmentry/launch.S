/* SPDX-License-Identifier: GPL-2.0 */
/* VMLAUNCH of a guest that exits before its first instruction: no register of it is ever loaded. */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/nospec-branch.h>

#define VMCS_HOST_RSP 0x6c14

#define STATUS_SUCCEED	    0 /* enum vmx_status */
#define STATUS_FAIL_INVALID 1
#define STATUS_FAIL_VALID   2

	.text

/* enum vmx_status vmentry_launch(void): writes HOST_RSP; HOST_RIP is vmentry_exit.  Interrupts off. */
SYM_FUNC_START(vmentry_launch)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	mov	$VMCS_HOST_RSP, %eax
	vmwrite	%rsp, %rax
	vmlaunch
	jbe	.Lfailed

SYM_INNER_LABEL(vmentry_exit, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	mov	$STATUS_SUCCEED, %eax
.Lreturn:
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

.Lfailed:
	jc	.Lfailed_invalid
	mov	$STATUS_FAIL_VALID, %eax
	jmp	.Lreturn
.Lfailed_invalid:
	mov	$STATUS_FAIL_INVALID, %eax
	jmp	.Lreturn
SYM_FUNC_END(vmentry_launch)
