/* SPDX-License-Identifier: GPL-2.0 */
/* The style sheet and the script of the matrix, as strings. */
	.section .rodata
	.globl matrix_css, matrix_js
matrix_css:
	.incbin "matrix.css"
	.byte 0
matrix_js:
	.incbin "matrix.js"
	.byte 0
	.section .note.GNU-stack, "", @progbits
