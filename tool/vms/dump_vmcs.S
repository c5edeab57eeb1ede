/* SPDX-License-Identifier: GPL-2.0 */
/* The routine that others may paste, as a string. */
	.section .rodata
	.globl dump_vmcs_routine
dump_vmcs_routine:
	.incbin "dump_vmcs.inc"
	.byte 0
	.section .note.GNU-stack, "", @progbits
