// SPDX-License-Identifier: GPL-2.0
/*
 * The core's events as tracepoints.
 */
#include <linux/string.h>
#include "platform.h"

#define CREATE_TRACE_POINTS
#include "tracepoints.h"

void host_trace_entry(struct vcpu *vcpu)
{
	/* Reading RIP may be a VMREAD. */
	if (trace_kvm_entry_enabled())
		trace_kvm_entry(vcpu->id, vcpu_rip_read(vcpu));
}

void host_trace_exit(struct vcpu *vcpu)
{
	trace_kvm_exit(vcpu->id, &vcpu->exit);
}

/* The first `size` bytes of data, which may be missing, as a number. */
static u64 first_value(const void *data, unsigned int size)
{
	u64 value = 0;

	if (data)
		memcpy(&value, data, min_t(size_t, size, sizeof(value)));
	return value;
}

/* What the two below trace is a call, which would be made whether anybody traces or not. */
void host_trace_pio(bool write, u16 port, unsigned int size, unsigned int count, const void *data)
{
	if (trace_kvm_pio_enabled())
		trace_kvm_pio(write, port, size, count, (u32)first_value(data, size));
}

void host_trace_mmio(enum host_trace_mmio_kind kind, unsigned int length, gpa_t gpa,
		     const void *data)
{
	if (trace_kvm_mmio_enabled())
		trace_kvm_mmio(kind, length, gpa, first_value(data, length));
}

void host_trace_msr(bool write, u32 msr, u64 value, bool fault)
{
	trace_kvm_msr(write, msr, value, fault);
}

void host_trace_cpuid(u32 leaf, u32 subleaf, const u32 out[4], bool found)
{
	trace_kvm_cpuid(leaf, subleaf, out, found);
}
