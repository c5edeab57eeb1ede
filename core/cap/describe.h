/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capabilities, choices and reports as text, line by line, for the kernel log,
 * debugfs and the lintel command alike.  Lines carry no newline.
 */
#ifndef LINTEL_CAP_DESCRIBE_H
#define LINTEL_CAP_DESCRIBE_H

#include "cap/cap.h"

typedef void (*cap_emit_fn)(void *ctx, const char *line);

/* Every capability MSR by name and raw value; IA32_VMX_BASIC also decoded. */
void cap_describe_msrs(const struct vmx_cap_msrs *raw, cap_emit_fn emit, void *ctx);

/* The decoded capabilities, and the region a VMCS needs. */
void cap_describe_capability(const struct vmcs_config *config,
			     const struct vmx_capability *capability, cap_emit_fn emit, void *ctx);

/* Each control word, and each named bit of it: its setting and the reason. */
void cap_describe_controls(const struct vmcs_config *config,
			   const struct vmx_capability *capability, cap_emit_fn emit, void *ctx);

/* The seven control words in one line each, without the bits: for the log. */
void cap_describe_words(const struct vmcs_config *config, cap_emit_fn emit, void *ctx);

/* The problems of a report, or its notes, one a line. */
void cap_describe_problems(const struct cap_report *report, cap_emit_fn emit, void *ctx);
void cap_describe_notes(const struct cap_report *report, cap_emit_fn emit, void *ctx);

#endif
