// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/ioctl.h>

#include "exit_report.h"
#include "facts/exit_reason.h"
#include "facts/exit_reason_text.h"
#include "facts/instruction_error.h"
#include "words/say.h"

typedef unsigned long long ull;

/* Indexed by KVM_EXIT_*. */
static const char *const exit_name[MACHINE_EXIT_REASONS] = {
	[KVM_EXIT_UNKNOWN] = "UNKNOWN",
	[KVM_EXIT_EXCEPTION] = "EXCEPTION",
	[KVM_EXIT_IO] = "IO",
	[KVM_EXIT_HYPERCALL] = "HYPERCALL",
	[KVM_EXIT_DEBUG] = "DEBUG",
	[KVM_EXIT_HLT] = "HLT",
	[KVM_EXIT_MMIO] = "MMIO",
	[KVM_EXIT_IRQ_WINDOW_OPEN] = "IRQ_WINDOW_OPEN",
	[KVM_EXIT_SHUTDOWN] = "SHUTDOWN",
	[KVM_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
	[KVM_EXIT_INTR] = "INTR",
	[KVM_EXIT_SET_TPR] = "SET_TPR",
	[KVM_EXIT_TPR_ACCESS] = "TPR_ACCESS",
	[KVM_EXIT_NMI] = "NMI",
	[KVM_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
	[KVM_EXIT_SYSTEM_EVENT] = "SYSTEM_EVENT",
	[KVM_EXIT_IOAPIC_EOI] = "IOAPIC_EOI",
	[KVM_EXIT_X86_RDMSR] = "X86_RDMSR",
	[KVM_EXIT_X86_WRMSR] = "X86_WRMSR",
};

static const char *reason_name(uint32_t reason)
{
	if (reason < MACHINE_EXIT_REASONS && exit_name[reason])
		return exit_name[reason];
	return "unknown to this command";
}

/* Bit 31 is the exit reason's "VM-entry failure"; otherwise it is a VM-instruction error. */
static const char *entry_failure(uint64_t reason)
{
	const struct exit_text *exit = exit_text_find(EXIT_REASON_BASIC(reason));

	if (reason & EXIT_REASON_ENTRY_FAILURE)
		return exit ? exit->name : "an exit reason that the SDM does not name";
	return vmcs_instruction_error((u32)reason);
}

static const char *suberror(uint32_t error)
{
	switch (error) {
	case KVM_INTERNAL_ERROR_EMULATION:
		return "an instruction that it cannot emulate";
	case KVM_INTERNAL_ERROR_SIMUL_EX:
		return "an exit while an exception was on the way";
	case KVM_INTERNAL_ERROR_DELIVERY_EV:
		return "an exit while an event was on the way";
	case KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON:
		return "an exit reason that it does not know";
	}
	return "an error without a name";
}

static void report_internal_error(struct cpu *cpu)
{
	const struct kvm_run *run = cpu->run;
	uint32_t i, max = sizeof(run->internal.data) / sizeof(run->internal.data[0]);

	say("CPU %u: the hypervisor gave up: %s (suberror %u)", cpu->id,
	    suberror(run->internal.suberror), run->internal.suberror);
	for (i = 0; i < run->internal.ndata && i < max; i++)
		fprintf(stderr, "  data[%u] = %#llx\n", i, (ull)run->internal.data[i]);
}

void report_exit(struct cpu *cpu)
{
	const struct kvm_run *run = cpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_SHUTDOWN:
		say("CPU %u: shutdown (triple fault)", cpu->id);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		say("CPU %u: the processor refused to enter the guest: %#llx: %s", cpu->id,
		    (ull)run->fail_entry.hardware_entry_failure_reason,
		    entry_failure(run->fail_entry.hardware_entry_failure_reason));
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		report_internal_error(cpu);
		break;
	case KVM_EXIT_UNKNOWN:
		say("CPU %u: an exit that the hypervisor does not know: hardware reason %#llx",
		    cpu->id, (ull)run->hw.hardware_exit_reason);
		break;
	default:
		say("CPU %u: exit reason %u (%s) is nothing that this VMM asked for", cpu->id,
		    run->exit_reason, reason_name(run->exit_reason));
	}
	report_registers(cpu);
}

static void print_segment(const char *name, const struct kvm_segment *s)
{
	fprintf(stderr,
		"  %-4s %04x base %016llx limit %08x type %x s %u dpl %u p %u avl %u l %u db %u g "
		"%u%s\n",
		name, s->selector, (ull)s->base, s->limit, s->type, s->s, s->dpl, s->present,
		s->avl, s->l, s->db, s->g, s->unusable ? " unusable" : "");
}

static void print_regs(const struct kvm_regs *r)
{
	fprintf(stderr, "  rip  %016llx  rflags %016llx\n", (ull)r->rip, (ull)r->rflags);
	fprintf(stderr, "  rax  %016llx  rbx  %016llx  rcx  %016llx  rdx  %016llx\n", (ull)r->rax,
		(ull)r->rbx, (ull)r->rcx, (ull)r->rdx);
	fprintf(stderr, "  rsi  %016llx  rdi  %016llx  rsp  %016llx  rbp  %016llx\n", (ull)r->rsi,
		(ull)r->rdi, (ull)r->rsp, (ull)r->rbp);
	fprintf(stderr, "  r8   %016llx  r9   %016llx  r10  %016llx  r11  %016llx\n", (ull)r->r8,
		(ull)r->r9, (ull)r->r10, (ull)r->r11);
	fprintf(stderr, "  r12  %016llx  r13  %016llx  r14  %016llx  r15  %016llx\n", (ull)r->r12,
		(ull)r->r13, (ull)r->r14, (ull)r->r15);
}

static void print_sregs(const struct kvm_sregs *s)
{
	print_segment("cs", &s->cs);
	print_segment("ss", &s->ss);
	print_segment("ds", &s->ds);
	print_segment("es", &s->es);
	print_segment("fs", &s->fs);
	print_segment("gs", &s->gs);
	print_segment("tr", &s->tr);
	print_segment("ldt", &s->ldt);
	fprintf(stderr, "  gdt  %016llx limit %04x  idt  %016llx limit %04x\n", (ull)s->gdt.base,
		s->gdt.limit, (ull)s->idt.base, s->idt.limit);
	fprintf(stderr, "  cr0  %08llx cr2 %016llx cr3 %016llx cr4 %08llx cr8 %llx\n", (ull)s->cr0,
		(ull)s->cr2, (ull)s->cr3, (ull)s->cr4, (ull)s->cr8);
	fprintf(stderr, "  efer %08llx apic base %llx\n", (ull)s->efer, (ull)s->apic_base);
}

void report_registers(struct cpu *cpu)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (!kvm_call(cpu->fd, KVM_GET_REGS, &regs, "KVM_GET_REGS"))
		print_regs(&regs);
	if (!kvm_call(cpu->fd, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS"))
		print_sregs(&sregs);
}

void report_statistics(const struct machine *machine)
{
	uint64_t interrupted = 0;
	uint32_t reason;
	unsigned int cpu;

	fprintf(stderr, "%llu TSC ticks since the first KVM_RUN\n", (ull)machine->ticks);
	fprintf(stderr, "exits to user space:\n");
	for (reason = 0; reason < MACHINE_EXIT_REASONS; reason++) {
		uint64_t count = 0;

		for (cpu = 0; cpu < machine->cpus; cpu++)
			count += machine->cpu[cpu].exits[reason];
		if (count)
			fprintf(stderr, "  %-16s %12llu\n", reason_name(reason), (ull)count);
	}
	for (cpu = 0; cpu < machine->cpus; cpu++)
		interrupted += machine->cpu[cpu].interrupted;
	if (interrupted)
		fprintf(stderr, "  %-16s %12llu\n", "(signal)", (ull)interrupted);
}
