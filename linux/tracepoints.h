/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the system "kvm".  Names, fields and texts are an interface: perf kvm stat,
 * trace-cmd and people's scripts know them from KVM.
 */
/* clang-format off */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kvm

#if !defined(LINTEL_LINUX_TRACEPOINTS_H) || defined(TRACE_HEADER_MULTI_READ)
#define LINTEL_LINUX_TRACEPOINTS_H

#include <linux/tracepoint.h>
#include <uapi/asm/vmx.h>
#include "facts/interruption.h"

#define KVM_ISA_VMX 1

TRACE_EVENT(kvm_entry,
	TP_PROTO(unsigned int vcpu_id, unsigned long rip),
	TP_ARGS(vcpu_id, rip),

	TP_STRUCT__entry(
		__field(unsigned int, vcpu_id)
		__field(unsigned long, rip)
		__field(bool, immediate_exit)
	),

	/* Lintel has no entries that are made only to exit at once; KVM has. */
	TP_fast_assign(
		__entry->vcpu_id = vcpu_id;
		__entry->rip = rip;
		__entry->immediate_exit = false;
	),

	TP_printk("vcpu %u, rip 0x%lx%s", __entry->vcpu_id, __entry->rip,
		  __entry->immediate_exit ? "[immediate exit]" : "")
);

TRACE_EVENT(kvm_exit,
	TP_PROTO(unsigned int vcpu_id, const struct exit_info *exit),
	TP_ARGS(vcpu_id, exit),

	TP_STRUCT__entry(
		__field(unsigned int, exit_reason)
		__field(unsigned long, guest_rip)
		__field(u32, isa)
		__field(u64, info1)
		__field(u64, info2)
		__field(u32, intr_info)
		__field(u32, error_code)
		__field(unsigned int, vcpu_id)
	),

	TP_fast_assign(
		__entry->exit_reason = exit->reason;
		__entry->guest_rip = exit->rip;
		__entry->isa = KVM_ISA_VMX;
		__entry->info1 = exit->qualification;
		__entry->info2 = exit->idt_vectoring_info;
		__entry->intr_info = exit->interruption_info;
		__entry->error_code = exit->interruption_info & INTERRUPTION_ERROR_CODE ?
				      exit->interruption_error : 0;
		__entry->vcpu_id = vcpu_id;
	),

	TP_printk("vcpu %u reason %s%s%s rip 0x%lx info1 0x%016llx info2 0x%016llx intr_info 0x%08x error_code 0x%08x",
		  __entry->vcpu_id,
		  __print_symbolic(__entry->exit_reason & 0xffff, VMX_EXIT_REASONS),
		  __entry->exit_reason & ~0xffffu ? " " : "",
		  __print_flags(__entry->exit_reason & ~0xffffu, " ", VMX_EXIT_REASON_FLAGS),
		  __entry->guest_rip, __entry->info1, __entry->info2,
		  __entry->intr_info, __entry->error_code)
);

TRACE_EVENT(kvm_pio,
	TP_PROTO(unsigned int rw, unsigned int port, unsigned int size, unsigned int count,
		 unsigned int val),
	TP_ARGS(rw, port, size, count, val),

	TP_STRUCT__entry(
		__field(unsigned int, rw)
		__field(unsigned int, port)
		__field(unsigned int, size)
		__field(unsigned int, count)
		__field(unsigned int, val)
	),

	TP_fast_assign(
		__entry->rw = rw;
		__entry->port = port;
		__entry->size = size;
		__entry->count = count;
		__entry->val = val;
	),

	TP_printk("pio_%s at 0x%x size %d count %d val 0x%x %s",
		  __entry->rw ? "write" : "read",
		  __entry->port, __entry->size, __entry->count, __entry->val,
		  __entry->count > 1 ? "(...)" : "")
);

TRACE_EVENT(kvm_mmio,
	TP_PROTO(u32 type, u32 len, u64 gpa, u64 val),
	TP_ARGS(type, len, gpa, val),

	TP_STRUCT__entry(
		__field(u32, type)
		__field(u32, len)
		__field(u64, gpa)
		__field(u64, val)
	),

	TP_fast_assign(
		__entry->type = type;
		__entry->len = len;
		__entry->gpa = gpa;
		__entry->val = val;
	),

	TP_printk("mmio %s len %u gpa 0x%llx val 0x%llx",
		  __print_symbolic(__entry->type,
				   { 0, "unsatisfied-read" }, { 1, "read" }, { 2, "write" }),
		  __entry->len, __entry->gpa, __entry->val)
);

TRACE_EVENT(kvm_msr,
	TP_PROTO(unsigned int write, u32 ecx, u64 data, bool exception),
	TP_ARGS(write, ecx, data, exception),

	TP_STRUCT__entry(
		__field(unsigned int, write)
		__field(u32, ecx)
		__field(u64, data)
		__field(u8, exception)
	),

	TP_fast_assign(
		__entry->write = write;
		__entry->ecx = ecx;
		__entry->data = data;
		__entry->exception = exception;
	),

	TP_printk("msr_%s %x = 0x%llx%s",
		  __entry->write ? "write" : "read", __entry->ecx, __entry->data,
		  __entry->exception ? " (#GP)" : "")
);

TRACE_EVENT(kvm_cpuid,
	TP_PROTO(unsigned int function, unsigned int index, const u32 *out, bool found),
	TP_ARGS(function, index, out, found),

	TP_STRUCT__entry(
		__field(unsigned int, function)
		__field(unsigned int, index)
		__field(unsigned long, rax)
		__field(unsigned long, rbx)
		__field(unsigned long, rcx)
		__field(unsigned long, rdx)
		__field(bool, found)
		__field(bool, used_max_basic)
	),

	TP_fast_assign(
		__entry->function = function;
		__entry->index = index;
		__entry->rax = out[0];
		__entry->rbx = out[1];
		__entry->rcx = out[2];
		__entry->rdx = out[3];
		__entry->found = found;
		__entry->used_max_basic = false;
	),

	TP_printk("func %x idx %x rax %lx rbx %lx rcx %lx rdx %lx, cpuid entry %s%s",
		  __entry->function, __entry->index,
		  __entry->rax, __entry->rbx, __entry->rcx, __entry->rdx,
		  __entry->found ? "found" : "not found",
		  __entry->used_max_basic ? ", used max basic" : "")
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE tracepoints

/* Outside of the guard, and last. */
#include <trace/define_trace.h>
