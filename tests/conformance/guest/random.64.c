// SPDX-License-Identifier: GPL-2.0
/* Random bytes as instructions in long mode, at CPL 0; see rt/random.h. */
#include "rt64.h"
#include "random.h"

#define STACK_SIZE PAGE_SIZE
#define STACK_SLOT SEL_LDT /* the second CPU's TSS */

static u8 stacks[RANDOM_CPUS][STACK_SIZE] __attribute__((aligned(PAGE_SIZE)));
static u8 pages[RANDOM_CPUS][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct tss tasks[RANDOM_CPUS];
static u64 good_cr0, good_cr3, good_cr4;
static volatile u32 tables_ready;

void random_step(void), random_exception(void), random_go(u8 *page) __attribute__((noreturn));

/* The page's second half is the stack and the data, and has the values of the registers. */
__asm__("random_step:\n"
	"	lock decl random_steps(%rip)\n"
	"	js random_exception\n"
	"	iretq\n"
	"random_exception:\n"
	"	cld\n"
	"	and	$-16, %rsp\n"
	"	call	random_again\n"
	"random_go:\n"
	"	lea	0x800(%rdi), %rsp\n"
	"	mov	%rsp, %r15\n"
	"	pop	%rax\n"
	"	pop	%rcx\n"
	"	pop	%rdx\n"
	"	pop	%rbp\n"
	"	pop	%r8\n"
	"	pop	%r9\n"
	"	pop	%r10\n"
	"	movzbl	%cl, %ecx\n"
	"	mov	%r15, %rsi\n"
	"	mov	%r15, %rdi\n"
	"	mov	%r15, %rbx\n"
	"	push	$0x10\n" /* SEL_KERNEL_DATA */
	"	push	%r15\n"
	"	push	$0x102\n" /* TF */
	"	push	$0x08\n"  /* SEL_KERNEL_CODE */
	"	lea	-0x800(%r15), %r11\n"
	"	push	%r11\n"
	"	iretq\n");

void random_enter(u8 *page)
{
	random_go(page);
}

static u32 this_cpu(void)
{
	return cpuid(1).ebx >> 24 & (RANDOM_CPUS - 1);
}

void random_again(void)
{
	u32 cpu = this_cpu();

	write_cr0(good_cr0);
	write_cr3(good_cr3);
	write_cr4(good_cr4);
	random_next(cpu, boot_info->cpus, pages[cpu]);
}

/* What is mapped behind the memory: devices and nothing. */
static void devices_unmap(void)
{
	u64 *root = (u64 *)(read_cr3() & PTE_ADDR), *gigabytes = (u64 *)(root[0] & PTE_ADDR);
	u64 *directory = (u64 *)(gigabytes[0] & PTE_ADDR), i;

	for (i = 1; i < 512; i++)
		gigabytes[i] = 0;
	for (i = boot_info->memory_low >> 21; i < 512; i++)
		directory[i] = 0;
	write_cr3(read_cr3());
}

void random_devices_map(void)
{
	u64 *root = (u64 *)(read_cr3() & PTE_ADDR), *gigabytes = (u64 *)(root[0] & PTE_ADDR);
	u64 *directory = (u64 *)(gigabytes[0] & PTE_ADDR), i;

	for (i = boot_info->memory_low >> 21; i < 512; i++)
		directory[i] = i << 21 | PTE_P | PTE_W | PTE_PS;
}

/* A task-state segment of each CPU's own: every exception comes in on its stack. */
static void task_load(u32 cpu)
{
	u16 selector = cpu ? STACK_SLOT : SEL_TSS;
	u64 base = (u64)&tasks[cpu];

	tasks[cpu].io_map = sizeof(struct tss);
	tasks[cpu].ist[0] = (u64)stacks[cpu] + STACK_SIZE;
	gdt[selector / 8] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 |
			    (base >> 24 & 0xff) << 56;
	gdt[selector / 8 + 1] = base >> 32;
	__asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}

void guest_ap_main(u32 cpu)
{
	while (!tables_ready)
		__asm__ volatile("pause");
	task_load(cpu);
	random_again();
}

void guest_main(void)
{
	u32 vector;

	devices_unmap();
	good_cr0 = read_cr0();
	good_cr3 = read_cr3();
	good_cr4 = read_cr4();
	for (vector = 0; vector < 256; vector++)
		gate_set(vector, random_exception, GATE_INTERRUPT, 1);
	gate_set(VECTOR_DB, random_step, GATE_INTERRUPT, 1);
	__asm__ volatile("" : : : "memory");
	tables_ready = 1;
	task_load(0);
	random_again();
}
