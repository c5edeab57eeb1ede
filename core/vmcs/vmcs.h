/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMCS: typed access to its fields (facts/vmcs_field.h), the controls, the host-state area.
 */
#ifndef LINTEL_VMCS_H
#define LINTEL_VMCS_H

#include "vcpu/vcpu.h"
#include "facts/vmcs_field.h"
#include "cap/cap.h"

/* --- access.c ---
 *
 * Width-checked at compile time where the field is a constant (bits 14:13 of the encoding).
 * A failing VMREAD or VMWRITE on a listed field is a bug: logged once with the field's name, the
 * value and the VM-instruction error.
 */
u64 vmcs_read_any(u32 field);
void vmcs_write_any(u32 field, u64 value);

#define VMCS_ACCESSORS(suffix, type, width)                                                        \
	static inline __attribute__((always_inline)) type vmcs_read##suffix(u32 field)             \
	{                                                                                          \
		VMCS_CHECK_WIDTH(field, width);                                                    \
		return (type)vmcs_read_fast(field);                                                \
	}                                                                                          \
	static inline                                                                              \
		__attribute__((always_inline)) void vmcs_write##suffix(u32 field, type value)      \
	{                                                                                          \
		VMCS_CHECK_WIDTH(field, width);                                                    \
		vmcs_write_fast(field, value);                                                     \
	}

/* Never defined: a call that survives the optimiser is a field accessed with the wrong width. */
extern void vmcs_field_has_another_width(void)
	__attribute__((error("VMCS field accessed with the wrong width")));
#define VMCS_CHECK_WIDTH(field, width)                                                             \
	do {                                                                                       \
		if (__builtin_constant_p(field) && VMCS_FIELD_WIDTH(field) != (width))             \
			vmcs_field_has_another_width();                                            \
	} while (0)

static inline u64 vmcs_read_fast(u32 field)
{
	u64 value = 0;

	if (__builtin_expect(host_vmread(field, &value) != VMX_SUCCEED, 0))
		return vmcs_read_any(field);
	return value;
}

static inline void vmcs_write_fast(u32 field, u64 value)
{
	if (__builtin_expect(host_vmwrite(field, value) != VMX_SUCCEED, 0))
		vmcs_write_any(field, value);
}

VMCS_ACCESSORS(16, u16, VMCS_WIDTH_16)
VMCS_ACCESSORS(32, u32, VMCS_WIDTH_32)
VMCS_ACCESSORS(64, u64, VMCS_WIDTH_64)
VMCS_ACCESSORS(l, u64, VMCS_WIDTH_NATURAL)

/* --- loaded_vmcs.c --- */

/* A region of vmcs_config.order with the revision id, cleared; the MSR bitmap, all ones, when the
 * processor has one.  -ENOMEM, -EIO. */
int alloc_loaded_vmcs(struct loaded_vmcs *loaded);
void free_loaded_vmcs(struct loaded_vmcs *loaded);
/* VMCLEAR on the CPU that has it, wherever that is.  Interrupts enabled. */
void loaded_vmcs_clear(struct loaded_vmcs *loaded);
/* VMCLEAR if this CPU has it; `loaded` is a struct loaded_vmcs.  Interrupts off. */
void loaded_vmcs_clear_here(void *loaded);

/* --- control.c --- */

/* The whole word, into the VMCS and vcpu->control. */
void vmcs_control_write(struct vcpu *vcpu, enum ctl_word word, u64 value);
/* Of the bits of `mask`, those of `bits` become 1 and the others 0; writes only on change. */
static inline void vmcs_control_assign(struct vcpu *vcpu, enum ctl_word word, u64 mask, u64 bits)
{
	u64 value = (vcpu->control[word] & ~mask) | bits;

	if (value != vcpu->control[word])
		vmcs_control_write(vcpu, word, value);
}
/* All of them become 1, or 0. */
static inline void vmcs_control_set(struct vcpu *vcpu, enum ctl_word word, u64 bits, bool on)
{
	vmcs_control_assign(vcpu, word, bits, on ? bits : 0);
}

/* --- entry_failure.c --- */

/* A VM entry has failed, and the VMCS is still as it was: which rules it breaks, in the log; in its
 * debug level, now and then, the dump (see vmcs/check.h).  Loaded; may sleep. */
void vmcs_log_failure(struct vcpu *vcpu);

/* --- host_state.c --- */

/* Write what differs from what the VMCS has.  Loaded, preemption off. */
void vmcs_write_host_state(struct vcpu *vcpu, const struct host_state *now);

#endif
