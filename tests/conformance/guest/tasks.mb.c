// SPDX-License-Identifier: GPL-2.0
/*
 * Task gates, and what a task switch that faults leaves behind: the exception comes in place of the
 * interrupt whose gate it was, which is not delivered again.  SDM: "Task Switching", "Interrupt
 * Tasks".
 *
 * Stock KVM raises no exception when a task switch faults: the event is lost, the guest goes on.
 */
#include "rt.h"

#define SEL_CODE 0x08
#define SEL_DATA 0x10
#define SEL_MAIN 0x18
#define SEL_TASK 0x20

#define GATE_INTERRUPT 0x8e00
#define GATE_TASK      0x8500

#define VECTOR_PF  14
#define VECTOR_INT 0x40
#define VECTOR_IPI 0x41

/* A second view of the memory at 0, which can be taken away: the task's TSS is used there. */
#define VIEW	   0x10000000u
#define LAPIC	   0xfee00000u
#define PDE_4M	   0x83u /* present, writable, 4 MBytes */
#define FAULTS_MAX 5	 /* then the task switch is let through: nothing is endless */

struct table_register {
	u16 limit;
	u32 base;
} __attribute__((packed));

struct gate {
	u16 offset_low, selector, type, offset_high;
};

struct tss {
	u32 link, rings[6], cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt, trap;
};

static u64 gdt[] = {0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0, 0};
static struct gate idt[256];
static struct tss main_tss, task_tss;
static u32 directory[1024] __attribute__((aligned(4096)));
static u8 task_stack[4096] __attribute__((aligned(16)));

volatile u32 runs, faults, fault_error, fault_eip, fault_cr2, skip_int;

void task_entry(void), page_fault(void);

/* The task's IRET goes back to who was interrupted; the next one comes in behind it. */
__asm__("task_entry:\n"
	"	incl runs\n"
	"	iretl\n"
	"	jmp task_entry\n"
	"page_fault:\n"
	"	pushal\n"
	"	incl faults\n"
	"	movl 32(%esp), %eax\n"
	"	movl %eax, fault_error\n"
	"	movl 36(%esp), %eax\n"
	"	movl %eax, fault_eip\n"
	"	addl skip_int, %eax\n"
	"	movl %eax, 36(%esp)\n"
	"	movl %cr2, %eax\n"
	"	movl %eax, fault_cr2\n"
	"	call page_fault_seen\n"
	"	popal\n"
	"	addl $4, %esp\n"
	"	iretl\n");

static void view_set(bool there)
{
	directory[VIEW >> 22] = there ? PDE_4M : 0;
	__asm__ volatile("mov %%cr3, %%eax; mov %%eax, %%cr3" : : : "eax", "memory");
}

void page_fault_seen(void)
{
	if (faults == FAULTS_MAX)
		view_set(true);
}

static void gate_set(u32 vector, u32 offset, u16 selector, u16 type)
{
	idt[vector] = (struct gate){offset, selector, type, offset >> 16};
}

static void tss_set(u32 selector, u32 base)
{
	gdt[selector / 8] = (sizeof(struct tss) - 1) | (u64)(base & 0xffffff) << 16 |
			    0x89ull << 40 | (u64)(base >> 24) << 56;
}

static void begin(void)
{
	struct table_register gdtr = {sizeof(gdt) - 1, (u32)gdt},
			      idtr = {sizeof(idt) - 1, (u32)idt};
	u32 i;

	for (i = 0; i < 8; i++)
		directory[i] = i << 22 | PDE_4M;
	directory[LAPIC >> 22] = (LAPIC & 0xffc00000) | PDE_4M;
	tss_set(SEL_MAIN, (u32)&main_tss);
	tss_set(SEL_TASK, VIEW + (u32)&task_tss);
	task_tss = (struct tss){.cr3 = (u32)directory,
				.eip = (u32)task_entry,
				.eflags = 2,
				.esp = (u32)task_stack + sizeof(task_stack),
				.es = SEL_DATA,
				.cs = SEL_CODE,
				.ss = SEL_DATA,
				.ds = SEL_DATA,
				.fs = SEL_DATA,
				.gs = SEL_DATA};
	main_tss.cr3 = (u32)directory;
	gate_set(VECTOR_PF, (u32)page_fault, SEL_CODE, GATE_INTERRUPT);
	gate_set(VECTOR_INT, 0, SEL_TASK, GATE_TASK);
	gate_set(VECTOR_IPI, 0, SEL_TASK, GATE_TASK);
	__asm__ volatile("lgdt %0; lidt %1; ljmp $0x08, $1f; 1: mov %2, %%ds; mov %2, %%es;"
			 "mov %2, %%fs; mov %2, %%gs; mov %2, %%ss; ltr %w3"
			 :
			 : "m"(gdtr), "m"(idtr), "r"(SEL_DATA), "r"(SEL_MAIN)
			 : "memory");
	__asm__ volatile("mov %0, %%cr3; mov %%cr4, %%eax; or $0x10, %%eax; mov %%eax, %%cr4;"
			 "mov %%cr0, %%eax; or $0x80000000, %%eax; mov %%eax, %%cr0"
			 :
			 : "r"(directory)
			 : "eax", "memory");
	view_set(true);
}

static void some_exits(void)
{
	__asm__ volatile("xor %%eax, %%eax; cpuid; xor %%eax, %%eax; cpuid"
			 :
			 :
			 : "eax", "ebx", "ecx", "edx", "memory");
}

/* INT n through the gate, and some exits after it; gives the address of the INT. */
static u32 interrupt_self(void)
{
	u32 at;

	__asm__ volatile("movl $1f, %0; 1: int $0x40" : "=r"(at) : : "memory", "cc");
	some_exits();
	return at;
}

static void check_int(void)
{
	u32 at;

	interrupt_self();
	CHECK_EQ(runs, 1, "INT through a task gate runs the task, which comes back");
	view_set(false);
	skip_int = 2;
	at = interrupt_self();
	CHECK_EQ(faults, 1, "a task gate whose TSS is not mapped is one #PF");
	CHECK_EQ(fault_eip, at, "at the INT");
	CHECK(fault_cr2 >= VIEW && fault_cr2 < VIEW + 0x400000, "for the TSS");
	CHECK_EQ(fault_error & 5, 0, "that is not there, by the processor itself");
	CHECK_EQ(runs, 1, "and the task does not run");
	view_set(true);
	skip_int = 0;
	interrupt_self();
	CHECK_EQ(runs, 2, "the gate is as good as before");
}

static volatile u32 *apic(u32 offset)
{
	return (volatile u32 *)(LAPIC + offset);
}

/* An interrupt, which interrupts that are on let in; some exits after it; its end. */
static void interrupt_by_apic(void)
{
	*apic(0x300) = 0x44000 | VECTOR_IPI;
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	some_exits();
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	*apic(0xb0) = 0;
}

static void check_interrupt(void)
{
	*apic(0xf0) = 0x1ff;
	runs = faults = 0;
	interrupt_by_apic();
	CHECK_EQ(runs, 1, "an interrupt through a task gate runs the task, which comes back");
	view_set(false);
	interrupt_by_apic();
	CHECK_EQ(faults, 1, "one whose TSS is not mapped is one #PF");
	CHECK_EQ(runs, 1, "and does not come again");
	view_set(true);
	interrupt_by_apic();
	CHECK_EQ(runs, 2, "the next one does");
}

void guest_main(void)
{
	begin();
	check_int();
	check_interrupt();
}
