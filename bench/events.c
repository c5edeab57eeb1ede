// SPDX-License-Identifier: GPL-2.0
/*
 * What events cost the guest that causes them.
 *
 * A row's guest runs `once`, and then in a loop `before` and, between two RDTSCs, `code`.  It keeps
 * RBP (the sample's number), RDI (where samples go) and R15; an OUT to DONE_PORT ends it.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "bench.h"

#define SAMPLES	   24
#define DONE_PORT  0xf5
#define HANDLER	   0x800 /* from GUEST_CODE: of vectors that a row uses */
#define FAULT_SKIP 0x840 /* from GUEST_CODE: skips 2 bytes, and an error code of 0 */

/* Guest-physical places, some of them without memory. */
#define SAMPLES_GPA  GUEST_DATA
#define FRESH_GPA    0x40000000 /* memory that nobody has touched */
#define FRESH_SIZE   (4u << 20)
#define ROM_GPA	     0x50000000
#define MMIO_GPA     0x60000000
#define EVENT_GPA    0x60001000 /* ioeventfd of 4 bytes */
#define WILDCARD_GPA 0x60002000 /* ioeventfd of any length */
#define EVENT_PORT   0xd00

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

/*
 * The handlers are behind the row's code, in places of their own: they must not move with it.  What
 * stands between two RDTSCs is also between the marks of what the emulator counts.  The IDT is read
 * once: where an EPT violation comes while Bochs 3.0 delivers a virtual interrupt, it does not say
 * which one, and the guest ends with a triple fault.
 */
/* clang-format off */
#define EVENT(name, once, before, code) GUEST64(event_##name, once "\n"                            \
	"	mov $" STRING(SAMPLES_GPA_LITERAL) ", %edi\n"                                      \
	"	mov " STRING(IDT_GPA_LITERAL) ", %ebp\n"                                          \
	"	xor %ebp, %ebp\n"                                                                  \
	"7:	" before "\n"                                                                      \
	COUNT_NOP(COUNT_START)                                                                     \
	"	push %rax; push %rdx; rdtsc; shl $32, %rdx; or %rdx, %rax; mov %rax, %r15\n"       \
	"	pop %rdx; pop %rax\n"                                                              \
	"	" code "\n"                                                                        \
	"	rdtsc; shl $32, %rdx; or %rdx, %rax; sub %r15, %rax\n"                             \
	COUNT_NOP(COUNT_STOP)                                                                      \
	"	mov %rax, (%rdi,%rbp,8); inc %ebp; cmp $" STRING(SAMPLES_LITERAL) ", %ebp\n"       \
	"	jb 7b\n"                                                                           \
	"	out %al, $" STRING(DONE_PORT) "\n"                                                 \
	"	.org event_" #name " + " STRING(HANDLER) "\n"                                      \
	"	incl %r14d; push %rax; push %rcx; push %rdx\n"                                     \
	"	mov $0x80b, %ecx; xor %eax, %eax; xor %edx, %edx\n"                                \
	"	test %r13d, %r13d; jz 8f; wrmsr; jmp 9f\n"                                         \
	"8:	movabs $0xfee000b0, %rcx; movl $0, (%rcx)\n"                                       \
	"9:	pop %rdx; pop %rcx; pop %rax; iretq\n"                                             \
	"	.org event_" #name " + " STRING(FAULT_SKIP) "\n"                                   \
	"	cmpq $0, (%rsp); jne 5f; addq $8, %rsp\n"                                          \
	"5:	addq $2, (%rsp); iretq");
/* clang-format on */
#define SAMPLES_GPA_LITERAL 0x4000
#define SAMPLES_LITERAL	    24
#define IDT_GPA_LITERAL	    0x3000

_Static_assert(SAMPLES_GPA_LITERAL == SAMPLES_GPA && SAMPLES_LITERAL == SAMPLES &&
		       IDT_GPA_LITERAL == GUEST_IDT,
	       "the guest's text and the program's constants");

#define ONLY(name, code) EVENT(name, "", "", code)
#define RDMSR(name, msr) EVENT(name, "", "mov $" #msr ", %ecx", "rdmsr")
#define XAPIC_ENABLE	 "movabs $0xfee00000, %rbx; movl $0x1ff, 0xf0(%rbx); xor %r13d, %r13d; sti"
#define X2APIC_ENABLE                                                                              \
	"mov $0x1b, %ecx; rdmsr; or $0xc00, %eax; wrmsr; mov $0x80f, %ecx; mov $0x1ff, %eax;"      \
	"xor %edx, %edx; wrmsr; mov $1, %r13d; sti"

ONLY(null, "")
EVENT(cpuid0, "", "xor %eax, %eax", "cpuid")
EVENT(cpuid_kvm, "", "mov $0x40000000, %eax", "cpuid")
EVENT(vmcall, "", "mov $100, %eax", "vmcall")
RDMSR(rd_tsc_adjust, 0x3b)
EVENT(wr_tsc_adjust, "", "mov $0x3b, %ecx; xor %eax, %eax; xor %edx, %edx", "wrmsr")
RDMSR(rd_apic_base, 0x1b)
RDMSR(rd_misc_enable, 0x1a0)
RDMSR(rd_mtrrcap, 0xfe)
RDMSR(rd_efer, 0xc0000080)
EVENT(wr_efer, "", "mov $0xc0000080, %ecx; rdmsr", "wrmsr")
EVENT(wr_pat, "", "mov $0x277, %ecx; rdmsr", "wrmsr")
RDMSR(rd_fs_base, 0xc0000100)
EVENT(wr_star, "", "mov $0xc0000081, %ecx; xor %eax, %eax; xor %edx, %edx", "wrmsr")
RDMSR(rd_invalid, 0x1234)
EVENT(wr_deadline_0, "", "mov $0x6e0, %ecx; xor %eax, %eax; xor %edx, %edx", "wrmsr")
EVENT(wr_deadline, XAPIC_ENABLE "; movl $0x40040, 0x320(%rbx)",
      "mov $0x6e0, %ecx; xor %eax, %eax; mov $0x1000, %edx", "wrmsr")
EVENT(wr_deadline_soon, XAPIC_ENABLE "; movl $0x40040, 0x320(%rbx)",
      "rdtsc; add $0x4000000, %eax; adc $0, %edx; mov $0x6e0, %ecx", "wrmsr")
RDMSR(rd_deadline, 0x6e0)
EVENT(cr0_cd, "", "mov %cr0, %rax; btc $30, %rax", "mov %rax, %cr0")
EVENT(xsetbv, "", "xor %ecx, %ecx; xor %edx, %edx; mov $1, %eax", "xsetbv")
ONLY(rd_cr8, "mov %cr8, %rax")
EVENT(wr_cr8, "", "xor %eax, %eax", "mov %rax, %cr8")
EVENT(wr_dr7, "", "mov $0x400, %eax", "mov %rax, %dr7")
ONLY(rd_dr7, "mov %dr7, %rax")
ONLY(wbinvd, "wbinvd")
ONLY(ud2, "ud2")
EVENT(in_pic, "", "", "in $0x21, %al")
EVENT(out_pic, "", "mov $0xff, %al", "out %al, $0x21")
EVENT(in_pit, "", "", "in $0x40, %al")
EVENT(out_pit, "", "xor %eax, %eax", "out %al, $0x43")
EVENT(in_elcr, "", "mov $0x4d0, %edx", "in %dx, %al")
ONLY(out_user, "out %al, $0xe0")
ONLY(in_user, "in $0xe0, %al")
EVENT(in32_user, "", "mov $0x1234, %edx", "in %dx, %eax")
EVENT(rep_outsb, "", "cld; mov $0xe0, %edx; mov $16, %ecx; mov $0x5000, %esi", "rep outsb")
EVENT(rep_insb, "", "cld; mov $0xe0, %edx; mov $16, %ecx; mov %rdi, %r12; mov $0x5000, %edi",
      "rep insb; mov %r12, %rdi")
EVENT(event_pio, "", "mov $0xd00, %edx", "out %eax, %dx")
EVENT(mmio_read, "mov $0x60000000, %ebx", "", "mov (%rbx), %eax")
EVENT(mmio_write, "mov $0x60000000, %ebx", "", "mov %eax, (%rbx)")
EVENT(mmio_read8, "mov $0x60000000, %ebx", "", "mov (%rbx), %al")
EVENT(mmio_write64, "mov $0x60000000, %ebx", "", "mov %rax, (%rbx)")
EVENT(event_mmio, "mov $0x60001000, %ebx", "", "mov %eax, (%rbx)")
EVENT(event_any, "mov $0x60002000, %ebx", "", "mov %eax, (%rbx)")
EVENT(rom_write, "mov $0x50000000, %ebx; mov (%rbx), %eax", "", "mov %eax, (%rbx)")
EVENT(ioapic_read, "mov $0xfec00000, %ebx; movl $1, (%rbx)", "", "mov 0x10(%rbx), %eax")
EVENT(xapic_id, XAPIC_ENABLE, "", "mov 0x20(%rbx), %eax")
EVENT(xapic_count, XAPIC_ENABLE, "", "mov 0x390(%rbx), %eax")
EVENT(xapic_tpr, XAPIC_ENABLE, "", "movl $0, 0x80(%rbx)")
EVENT(xapic_eoi, XAPIC_ENABLE, "", "movl $0, 0xb0(%rbx)")
EVENT(xapic_lint1, XAPIC_ENABLE, "", "movl $0x10000, 0x360(%rbx)")
EVENT(xapic_self, XAPIC_ENABLE, "xor %r14d, %r14d",
      "movl $0x40040, 0x300(%rbx); 1: test %r14d, %r14d; jz 1b")
EVENT(xapic_halt, XAPIC_ENABLE, "cli", "movl $0x40040, 0x300(%rbx); sti; hlt")
EVENT(xapic_timer, XAPIC_ENABLE "; movl $0x10040, 0x320(%rbx)", "", "movl $0x10000000, 0x380(%rbx)")
EVENT(x2apic_id, X2APIC_ENABLE, "mov $0x802, %ecx", "rdmsr")
EVENT(x2apic_tpr_rd, X2APIC_ENABLE, "mov $0x808, %ecx", "rdmsr")
EVENT(x2apic_tpr, X2APIC_ENABLE, "mov $0x808, %ecx; xor %eax, %eax; xor %edx, %edx", "wrmsr")
EVENT(x2apic_eoi, X2APIC_ENABLE, "mov $0x80b, %ecx; xor %eax, %eax; xor %edx, %edx", "wrmsr")
EVENT(x2apic_count, X2APIC_ENABLE, "mov $0x839, %ecx", "rdmsr")
EVENT(x2apic_self, X2APIC_ENABLE,
      "xor %r14d, %r14d; mov $0x83f, %ecx; mov $0x40, %eax; xor %edx, %edx",
      "wrmsr; 1: test %r14d, %r14d; jz 1b")
EVENT(x2apic_icr, X2APIC_ENABLE,
      "xor %r14d, %r14d; mov $0x830, %ecx; mov $0x40040, %eax; xor %edx, %edx",
      "wrmsr; 1: test %r14d, %r14d; jz 1b")
EVENT(ept_4k, "mov $0x40000000, %ebx; mov $0x1000, %r12d", "add %r12, %rbx", "mov %eax, (%rbx)")

struct row {
	const char *name;
	const u8 *code, *end;
};

#define ROW(words, name)                                                                           \
	{                                                                                          \
		words, event_##name, event_##name##_end                                            \
	}

static const struct row rows[] = {
	ROW("CPUID.0", cpuid0),
	ROW("CPUID.40000000", cpuid_kvm),
	ROW("VMCALL, unknown", vmcall),
	ROW("RDMSR TSC_ADJUST", rd_tsc_adjust),
	ROW("WRMSR TSC_ADJUST = 0", wr_tsc_adjust),
	ROW("RDMSR APIC_BASE", rd_apic_base),
	ROW("RDMSR MISC_ENABLE", rd_misc_enable),
	ROW("RDMSR MTRRCAP", rd_mtrrcap),
	ROW("RDMSR EFER", rd_efer),
	ROW("WRMSR EFER, same", wr_efer),
	ROW("WRMSR PAT, same", wr_pat),
	ROW("RDMSR FS_BASE", rd_fs_base),
	ROW("WRMSR STAR", wr_star),
	ROW("RDMSR 1234H -> #GP", rd_invalid),
	ROW("WRMSR TSC_DEADLINE = 0", wr_deadline_0),
	ROW("WRMSR TSC_DEADLINE, soon", wr_deadline_soon),
	ROW("WRMSR TSC_DEADLINE, far", wr_deadline),
	ROW("RDMSR TSC_DEADLINE", rd_deadline),
	ROW("MOV CR0, CD changed", cr0_cd),
	ROW("XSETBV, same", xsetbv),
	ROW("MOV from CR8", rd_cr8),
	ROW("MOV to CR8", wr_cr8),
	ROW("MOV to DR7", wr_dr7),
	ROW("MOV from DR7", rd_dr7),
	ROW("WBINVD", wbinvd),
	ROW("UD2 -> #UD", ud2),
	ROW("IN 21H (8259)", in_pic),
	ROW("OUT 21H (8259)", out_pic),
	ROW("IN 40H (8254)", in_pit),
	ROW("OUT 43H (8254, latch)", out_pit),
	ROW("IN 4D0H (ELCR)", in_elcr),
	ROW("OUT E0H, user space", out_user),
	ROW("IN E0H, user space", in_user),
	ROW("IN 1234H of 4 bytes, user space", in32_user),
	ROW("REP OUTSB of 16, user space", rep_outsb),
	ROW("REP INSB of 16, user space", rep_insb),
	ROW("ioeventfd, OUT of 4 bytes", event_pio),
	ROW("MMIO read of 4 bytes, user space", mmio_read),
	ROW("MMIO write of 4 bytes, user space", mmio_write),
	ROW("MMIO read of 1 byte, user space", mmio_read8),
	ROW("MMIO write of 8 bytes, user space", mmio_write64),
	ROW("ioeventfd, MMIO of 4 bytes", event_mmio),
	ROW("ioeventfd, MMIO of any length", event_any),
	ROW("write to a read-only slot", rom_write),
	ROW("I/O APIC read", ioapic_read),
	ROW("xAPIC read ID", xapic_id),
	ROW("xAPIC read current count", xapic_count),
	ROW("xAPIC write TPR", xapic_tpr),
	ROW("xAPIC write EOI", xapic_eoi),
	ROW("xAPIC write LINT1", xapic_lint1),
	ROW("xAPIC self-IPI, there and back", xapic_self),
	ROW("HLT, self-IPI pending", xapic_halt),
	ROW("xAPIC write initial count", xapic_timer),
	ROW("x2APIC RDMSR ID", x2apic_id),
	ROW("x2APIC RDMSR TPR", x2apic_tpr_rd),
	ROW("x2APIC WRMSR TPR", x2apic_tpr),
	ROW("x2APIC WRMSR EOI", x2apic_eoi),
	ROW("x2APIC RDMSR current count", x2apic_count),
	ROW("x2APIC self-IPI, there and back", x2apic_self),
	ROW("x2APIC ICR to itself, there and back", x2apic_icr),
	ROW("first write to a page", ept_4k),
};

/* Of the next VMs: how many slots they have besides. */
static unsigned int more_slots;

static void add_ioeventfd(int vm, u64 address, u32 length, u32 flags)
{
	struct kvm_ioeventfd event = {
		.addr = address,
		.len = length,
		.fd = CHECK_OK(eventfd(0, EFD_CLOEXEC)),
		.flags = flags,
	};

	CHECK_OK(ioctl(vm, KVM_IOEVENTFD, &event));
}

/* As VMMs do that have the local APIC in the kernel: KVM_GET_SUPPORTED_CPUID leaves its timer out.
 */
static void set_cpuid(struct vcpu *cpu)
{
	const u32 tsc_deadline = 1u << 24;
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	for (u32 i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			cpuid->entries[i].ecx |= tsc_deadline;
	CHECK_OK(ioctl(cpu->fd, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}

static struct guest guest_create(const struct row *row, u8 *fresh)
{
	struct kvm_pit_config pit = {0};
	struct guest guest;
	struct kvm_sregs sregs;

	guest.vm = vm_create();
	CHECK_OK(ioctl(guest.vm.fd, KVM_CREATE_IRQCHIP, 0));
	CHECK_OK(ioctl(guest.vm.fd, KVM_CREATE_PIT2, &pit));
	CHECK_OK(vm_set_slot(guest.vm.fd, 1, 0, FRESH_GPA, FRESH_SIZE, fresh));
	CHECK_OK(vm_set_slot(guest.vm.fd, 2, KVM_MEM_READONLY, ROM_GPA, PAGE, fresh + FRESH_SIZE));
	bench_add_slots(guest.vm.fd, more_slots, fresh);
	add_ioeventfd(guest.vm.fd, EVENT_PORT, 4, KVM_IOEVENTFD_FLAG_PIO);
	add_ioeventfd(guest.vm.fd, EVENT_GPA, 4, 0);
	add_ioeventfd(guest.vm.fd, WILDCARD_GPA, 0, 0);

	guest.cpu = vcpu_create(guest.vm.fd, 0);
	set_cpuid(&guest.cpu);
	vcpu_set_long_mode(&guest.vm, &guest.cpu);
	sregs = vcpu_sregs(&guest.cpu);
	sregs.cr4 |= 1u << 18; /* OSXSAVE, for XSETBV */
	vcpu_set_sregs(&guest.cpu, &sregs);
	vm_load(&guest.vm, row->code, row->end);
	vm_set_gate(&guest.vm, 6, FAULT_SKIP);
	vm_set_gate(&guest.vm, 13, FAULT_SKIP);
	return guest;
}

/* The gates of vm_set_gate() end at vector 31. */
static void set_interrupt_gate(struct vm *vm, unsigned int vector, u64 offset)
{
	u64 address = GUEST_CODE + offset;
	u64 gate[2] = {
		(address & 0xffff) | (u64)SELECTOR_CODE << 16 | 0x8e00ULL << 32 |
			(address >> 16) << 48,
		0,
	};

	memcpy(vm->ram + GUEST_IDT + vector * sizeof(gate), gate, sizeof(gate));
}

/* Until the guest says that it is done; what it does with user space is nothing. */
static bool guest_run(struct guest *guest)
{
	for (;;) {
		struct kvm_run *run = guest->cpu.run;

		CHECK_OK(ioctl(guest->cpu.fd, KVM_RUN, 0));
		if (run->exit_reason == KVM_EXIT_IO && run->io.port == DONE_PORT)
			return true;
		if (run->exit_reason != KVM_EXIT_IO && run->exit_reason != KVM_EXIT_MMIO)
			return false;
	}
}

static bool measure(const struct row *row, u64 *samples)
{
	u8 *fresh = host_memory(FRESH_SIZE + PAGE);
	struct guest guest;
	struct kvm_sregs sregs;
	bool done;

	MARK(COUNT_BEGIN);
	/* So that the cost of a first write is the hypervisor's, and not that of a new page. */
	memset(fresh, 1, FRESH_SIZE + PAGE);
	guest = guest_create(row, fresh);
	sregs = vcpu_sregs(&guest.cpu);
	sregs.idt.limit = 0x7ff;
	vcpu_set_sregs(&guest.cpu, &sregs);
	set_interrupt_gate(&guest.vm, 0x40, HANDLER);
	done = guest_run(&guest);
	memcpy(samples, guest.vm.ram + SAMPLES_GPA, SAMPLES * sizeof(samples[0]));
	if (!done)
		fprintf(stderr, "bench: \"%s\" ended with exit %u\n", row->name,
			guest.cpu.run->exit_reason);
	guest_destroy(&guest);
	munmap(fresh, FRESH_SIZE + PAGE);
	return done;
}

/* The rows of a list, with these words after their names. */
static void measure_rows(const struct row *list, unsigned int count, const char *words)
{
	static const struct row null = ROW("", null);
	u64 samples[SAMPLES], floor;
	char name[80];

	CHECK(measure(&null, samples));
	floor = samples[SAMPLES / 2];
	for (unsigned int i = 0; i < count; i++) {
		if (!measure(&list[i], samples))
			continue;
		for (unsigned int j = 0; j < SAMPLES; j++)
			samples[j] -= floor < samples[j] ? floor : samples[j];
		snprintf(name, sizeof(name), "%s%s", list[i].name, words);
		bench_row(name, samples, SAMPLES);
	}
}

void bench_events(void)
{
	measure_rows(rows, ARRAY_SIZE(rows), "");
}

void bench_events_with_slots(unsigned int slots)
{
	static const struct row some[] = {
		ROW("CPUID.0", cpuid0),
		ROW("ioeventfd, MMIO of 4 bytes", event_mmio),
		ROW("MMIO read of 4 bytes, user space", mmio_read),
		ROW("first write to a page", ept_4k),
	};
	char words[32];

	more_slots = slots;
	snprintf(words, sizeof(words), "; slots @ %u", slots);
	measure_rows(some, ARRAY_SIZE(some), words);
	more_slots = 0;
}
