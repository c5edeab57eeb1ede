/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world switch: the registers that the VMCS does not hold.
 *
 * SDM: "VM Entries", "VM Exits", "Host-State Area".
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/nospec-branch.h>

/* enum vcpu_reg, checked in world_switch.c; RSP is in the VMCS */
#define RAX 0
#define RCX 8
#define RDX 16
#define RBX 24
#define RBP 40
#define RSI 48
#define RDI 56
#define R8  64
#define R9  72
#define R10 80
#define R11 88
#define R12 96
#define R13 104
#define R14 112
#define R15 120

#define VMCS_HOST_RSP 0x6c14
#define MSR_SPEC_CTRL 0x48

/* By the feature that the kernel's own VMX code goes by: see kernels.mk. */
#ifdef COMPAT_HAVE_CLEARING_FOR_GUESTS
#define CLEAR_CPU_BUFFERS_FOR_GUEST                                                                \
	ALTERNATIVE "", "verw x86_verw_sel(%rip)", X86_FEATURE_CLEAR_CPU_BUF_VM
#else
#define CLEAR_CPU_BUFFERS_FOR_GUEST CLEAR_CPU_BUFFERS
#endif

#define STATUS_FAIL_INVALID 1 /* enum vmx_status */
#define STATUS_FAIL_VALID   2

	.section .noinstr.text, "ax"

/*
 * enum vmx_status vmx_enter_guest(u64 regs[16], u64 *host_rsp, bool resume, s64 spec_ctrl)
 *
 * spec_ctrl: the host's IA32_SPEC_CTRL, to be written after the exit; negative: it holds.
 * *host_rsp is what the VMCS has as HOST_RSP.
 *
 * From the exit on the status is in EBX, which what the kernel puts here to clear its predictors
 * leaves alone; it uses EAX and ECX.
 */
SYM_FUNC_START(vmx_enter_guest)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	push	%rcx
	push	%rdi

	/* The same in all of a KVM_RUN, mostly another in the next: the kernel moves its stack by a
	 * little at each system call. */
	cmp	%rsp, (%rsi)
	je	.Lhost_rsp_written
	mov	$VMCS_HOST_RSP, %eax
.Lwrite_host_rsp:
	vmwrite	%rsp, %rax
	jbe	.Lfailed
	mov	%rsp, (%rsi)
.Lhost_rsp_written:

	/* Into CF, which MOV and VERW leave alone. */
	shr	$1, %edx
	mov	RAX(%rdi), %rax
	mov	RCX(%rdi), %rcx
	mov	RDX(%rdi), %rdx
	mov	RBX(%rdi), %rbx
	mov	RBP(%rdi), %rbp
	mov	RSI(%rdi), %rsi
	mov	R8(%rdi), %r8
	mov	R9(%rdi), %r9
	mov	R10(%rdi), %r10
	mov	R11(%rdi), %r11
	mov	R12(%rdi), %r12
	mov	R13(%rdi), %r13
	mov	R14(%rdi), %r14
	mov	R15(%rdi), %r15
	mov	RDI(%rdi), %rdi

	/* What the host left in the processor's buffers is not for the guest.  The last thing that
	 * touches memory, but for what the entry itself does. */
	CLEAR_CPU_BUFFERS_FOR_GUEST

	jc	.Lresume
.Llaunch:
	vmlaunch
	jmp	.Lnot_entered
.Lresume:
	vmresume
.Lnot_entered:
	/* An instruction that was carried out never comes here, so one of the flags is set: the
	 * jump is always taken, and shows objtool that the exit point is part of the function. */
	jbe	.Lfailed

SYM_INNER_LABEL(vmx_exit_point, SYM_L_GLOBAL)
	ENDBR
	push	%rdi
	mov	8(%rsp), %rdi
	mov	%rax, RAX(%rdi)
	mov	%rcx, RCX(%rdi)
	mov	%rdx, RDX(%rdi)
	mov	%rbx, RBX(%rdi)
	mov	%rbp, RBP(%rdi)
	mov	%rsi, RSI(%rdi)
	pop	RDI(%rdi)
	mov	%r8,  R8(%rdi)
	mov	%r9,  R9(%rdi)
	mov	%r10, R10(%rdi)
	mov	%r11, R11(%rdi)
	mov	%r12, R12(%rdi)
	mov	%r13, R13(%rdi)
	mov	%r14, R14(%rdi)
	mov	%r15, R15(%rdi)
	xor	%ebx, %ebx

.Lleave:
	/* No value of the guest's may be used speculatively; EBX is the status. */
	xor	%eax, %eax
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%ebp, %ebp
	xor	%esi, %esi
	xor	%edi, %edi
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d

	/* Nor may a RET be predicted by a call of the guest's; before the first RET. */
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT,\
			   X86_FEATURE_RSB_VMEXIT_LITE

	/* Nor by the guest's rules, and so not the RETs of what clears the history either. */
	add	$8, %rsp
	pop	%rax
	test	%rax, %rax
	js	.Lspec_ctrl_holds
	mov	$MSR_SPEC_CTRL, %ecx
	xor	%edx, %edx
	wrmsr
.Lspec_ctrl_holds:
	lfence
	CLEAR_BRANCH_HISTORY_VMEXIT
	mov	%ebx, %eax

	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

.Lfailed:
	/* CF: no current VMCS.  ZF: the VMCS says why.  MOV leaves the flags alone. */
	mov	$STATUS_FAIL_INVALID, %ebx
	jc	.Lleave
	mov	$STATUS_FAIL_VALID, %ebx
	jmp	.Lleave

	/* VMX operation ended while the machine goes down. */
.Lfaulted:
	mov	$STATUS_FAIL_INVALID, %ebx
	jmp	.Lleave

	_ASM_EXTABLE(.Lwrite_host_rsp, .Lfaulted)
	_ASM_EXTABLE(.Llaunch, .Lfaulted)
	_ASM_EXTABLE(.Lresume, .Lfaulted)
SYM_FUNC_END(vmx_enter_guest)
