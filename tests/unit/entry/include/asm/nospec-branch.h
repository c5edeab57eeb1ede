/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In place of the kernel's: what it patches into the world switch, and the instructions that a process
 * cannot execute, call the test, with all registers as they are.
 */
#ifndef LINTEL_TESTS_UNIT_ENTRY_NOSPEC_BRANCH_H
#define LINTEL_TESTS_UNIT_ENTRY_NOSPEC_BRANCH_H

#define ENDBR endbr64

.macro CLEAR_CPU_BUFFERS
	call	entry_verw
.endm

.macro FILL_RETURN_BUFFER register:req count:req feature:req other_feature:req
	.ifnc \register, %rcx
	.error "the test destroys RCX"
	.endif
	call	entry_fill
.endm

.macro CLEAR_BRANCH_HISTORY_VMEXIT
	call	entry_history
.endm

.macro vmwrite from:req field:req
	.ifnc \from \field, %rsp %rax
	.error "the test knows VMWRITE of RSP, the field in RAX"
	.endif
	call	entry_vmwrite
.endm

.macro vmlaunch
	call	entry_vmlaunch
.endm

.macro vmresume
	call	entry_vmresume
.endm

.macro wrmsr
	call	entry_wrmsr
.endm

.macro lfence
	call	entry_lfence
.endm

#endif
