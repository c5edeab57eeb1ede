// SPDX-License-Identifier: GPL-2.0
/*
 * Random bytes as instructions in 32-bit protected mode, without paging; see rt/random.h.  They run
 * at CPL 3, for a stack that is good when an exception comes, and with an IOPL of 3.
 */
#include "random.h"

#define SEL_CODE       0x08
#define SEL_DATA       0x10
#define GATE_INTERRUPT 0x8e /* present, DPL 0 */
#define VECTOR_DB      1
#define MEMORY_LIMIT   0x1fffull /* 32 MiB in pages, which is less than the memory */
#define NO_LIMIT       0xfffffull

/* Segments of DPL 3. */
#define USER_CODE(limit) (0x00c0fb0000000000ull | (limit) % 0x10000 | (limit) / 0x10000 << 48)
#define USER_DATA(limit) (0x00c0f30000000000ull | (limit) % 0x10000 | (limit) / 0x10000 << 48)

struct table_register {
	u16 limit;
	u32 base;
} __attribute__((packed));

struct gate {
	u16 offset_low, selector, type, offset_high;
};

struct task {
	u32 link, esp0, ss0, unused[22], io_map;
};

static u64 gdt[] = {0,
		    0x00cf9b000000ffff,
		    0x00cf93000000ffff,
		    USER_CODE(MEMORY_LIMIT),
		    USER_DATA(MEMORY_LIMIT),
		    0,
		    0};
static struct gate idt[256];
static struct task tasks[RANDOM_CPUS];
static u8 pages[RANDOM_CPUS][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
u8 random_stacks[RANDOM_CPUS][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

void random_step(void), random_exception(void), random_go(u8 *page) __attribute__((noreturn));

__asm__("random_step:\n"
	"	lock decl %ss:random_steps\n"
	"	js	random_exception\n"
	"	iretl\n"
	"random_exception:\n"
	"	cld\n"
	"	movl	$0x10, %eax\n" /* SEL_DATA */
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %ss\n"
	"	movl	$1, %eax\n"
	"	cpuid\n"
	"	shrl	$24, %ebx\n"
	"	andl	$1, %ebx\n"
	"	leal	1(%ebx), %esp\n"
	"	shll	$12, %esp\n"
	"	addl	$random_stacks, %esp\n"
	"	pushl	%ebx\n"
	"	call	random_again\n"
	/* The page's second half is the stack and the data, and has the values of the registers. */
	"random_go:\n"
	"	movl	4(%esp), %edi\n"
	"	leal	0x800(%edi), %esi\n"
	"	movl	$0x23, %eax\n" /* the data segment of DPL 3 */
	"	movw	%ax, %ds\n"
	"	movw	%ax, %es\n"
	"	movw	%ax, %fs\n"
	"	movw	%ax, %gs\n"
	"	pushl	%eax\n"
	"	pushl	%esi\n"
	"	pushl	$0x3102\n" /* IOPL, TF */
	"	pushl	$0x1b\n"   /* the code segment of DPL 3 */
	"	pushl	%edi\n"
	"	movl	(%esi), %eax\n"
	"	movzbl	4(%esi), %ecx\n"
	"	movl	8(%esi), %edx\n"
	"	movl	12(%esi), %ebp\n"
	"	movl	%esi, %ebx\n"
	"	iretl\n");

void random_enter(u8 *page)
{
	random_go(page);
}

void random_devices_map(void)
{
	gdt[4] = USER_DATA(NO_LIMIT);
}

void random_again(u32 cpu)
{
	random_next(cpu, RANDOM_CPUS, pages[cpu]);
}

static void gate_set(u32 vector, void (*handler)(void))
{
	u32 offset = (u32)handler;

	idt[vector] = (struct gate){offset, SEL_CODE, GATE_INTERRUPT << 8, offset >> 16};
}

static void task_set(u32 cpu)
{
	u32 base = (u32)&tasks[cpu];

	tasks[cpu].esp0 = (u32)random_stacks[cpu] + PAGE_SIZE;
	tasks[cpu].ss0 = SEL_DATA;
	tasks[cpu].io_map = sizeof(struct task) << 16;
	gdt[5 + cpu] = (sizeof(struct task) - 1) | (u64)(base & 0xffffff) << 16 | 0x89ull << 40 |
		       (u64)(base >> 24) << 56;
}

/* Every CPU comes here, on the same stack, and does the same; then it leaves that stack. */
void guest_main(void)
{
	struct table_register gdtr = {sizeof(gdt) - 1, (u32)gdt},
			      idtr = {sizeof(idt) - 1, (u32)idt};
	u32 vector;

	for (vector = 0; vector < ARRAY_SIZE(idt); vector++)
		gate_set(vector, random_exception);
	gate_set(VECTOR_DB, random_step);
	for (vector = 0; vector < RANDOM_CPUS; vector++)
		task_set(vector);
	__asm__ volatile("lgdt %0\n"
			 "lidt %1\n"
			 "ljmp $0x08, $1f\n"
			 "1: mov $1, %%eax\n"
			 "cpuid\n"
			 "shr $24, %%ebx\n"
			 "and $1, %%ebx\n"
			 "lea 0x28(, %%ebx, 8), %%eax\n"
			 "ltr %%ax\n"
			 "jmp random_exception"
			 :
			 : "m"(gdtr), "m"(idtr)
			 : "memory", "eax", "ebx", "ecx", "edx");
}
