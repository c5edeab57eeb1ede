// SPDX-License-Identifier: GPL-2.0
/*
 * Segments and rings: FS and GS, LDT, TSS, SYSCALL and SYSENTER to ring 0 and back, interrupts
 * from ring 3, 32-bit code under a 64-bit kernel.
 */
#include "rt64.h"

static u64 words[4] = {0x1111, 0x2222, 0x3333, 0x4444};

static u64 from_fs(void)
{
	u64 value;

	__asm__ volatile("mov %%fs:8, %0" : "=r"(value) : : "memory");
	return value;
}

static u64 from_gs(void)
{
	u64 value;

	__asm__ volatile("mov %%gs:8, %0" : "=r"(value) : : "memory");
	return value;
}

static void check_bases(void)
{
	wrmsr(MSR_FS_BASE, (u64)words);
	wrmsr(MSR_GS_BASE, (u64)(words + 1));
	wrmsr(MSR_KERNEL_GS_BASE, (u64)(words + 2));
	cpuid(0);
	CHECK_EQ(from_fs(), 0x2222, "FS goes by FS_BASE, after an exit");
	CHECK_EQ(from_gs(), 0x3333, "GS goes by GS_BASE");
	__asm__ volatile("swapgs");
	CHECK_EQ(from_gs(), 0x4444, "SWAPGS swaps it with KERNEL_GS_BASE");
	CHECK_EQ(rdmsr(MSR_KERNEL_GS_BASE), (u64)(words + 1), "both ways");
	CHECK_EQ(rdmsr(MSR_GS_BASE), (u64)(words + 2), "RDMSR shows it");
	__asm__ volatile("swapgs");
	CHECK_EQ(rdmsr(MSR_GS_BASE), (u64)(words + 1), "and back");
}

static void check_base_instructions(void)
{
	u64 value = 0;

	if (!(cpuid_or_zero(7).ebx & 1)) {
		skip("WRFSBASE", "no FSGSBASE");
		return;
	}
	CHECK_EQ(TRY("wrfsbase %0",
		     :
		     : "r"((u64)words)),
		 VECTOR_UD, "WRFSBASE without CR4.FSGSBASE is #UD");
	write_cr4(read_cr4() | CR4_FSGSBASE);
	__asm__ volatile("wrfsbase %0" : : "r"((u64)(words + 1)));
	CHECK_EQ(from_fs(), 0x3333, "WRFSBASE sets the base");
	CHECK_EQ(rdmsr(MSR_FS_BASE), (u64)(words + 1), "RDMSR shows it");
	wrmsr(MSR_GS_BASE, (u64)words);
	__asm__ volatile("rdgsbase %0" : "=r"(value));
	CHECK_EQ(value, (u64)words, "RDGSBASE shows what WRMSR wrote");
	write_cr4(read_cr4() & ~CR4_FSGSBASE);
}

static void check_ldt(void)
{
	static u64 ldt[2] __attribute__((aligned(16)));
	u64 base = (u64)ldt;
	u16 selector = 0;
	u64 value;

	/* One 32-bit data segment with base = words, selector 0x0c: entry 1, table LDT. */
	ldt[1] = 0x00cf93000000ffff | ((u64)words & 0xffffff) << 16 |
		 ((u64)words >> 24 & 0xff) << 56;
	gdt[SEL_LDT / 8] = (sizeof(ldt) - 1) | (base & 0xffffff) << 16 | 0x82ull << 40 |
			   (base >> 24 & 0xff) << 56;
	gdt[SEL_LDT / 8 + 1] = base >> 32;
	__asm__ volatile("lldt %0" : : "r"((u16)SEL_LDT));
	cpuid(0);
	__asm__ volatile("sldt %0" : "=r"(selector));
	CHECK_EQ(selector, SEL_LDT, "SLDT gives what LLDT loaded, after an exit");
	__asm__ volatile("mov %0, %%fs" : : "r"(0x0c));
	CHECK_EQ(from_fs(), 0x2222, "a segment of the LDT has its base");
	__asm__ volatile("lsl %1, %0" : "=r"(value) : "r"(0x0cull));
	CHECK_EQ(value, 0xffffffff, "LSL gives its limit");
	__asm__ volatile("lldt %0" : : "r"((u16)0));
	CHECK_EQ(TRY("mov %0, %%fs", : : "r"(0x0c)), VECTOR_GP, "without an LDT it is #GP");
}

static void check_tss(void)
{
	u16 selector = 0;

	__asm__ volatile("str %0" : "=r"(selector));
	CHECK_EQ(selector, SEL_TSS, "STR gives what LTR loaded");
	CHECK_EQ(gdt[SEL_TSS / 8] >> 40 & 0xf, 11, "LTR made it busy");
	CHECK_EQ(TRY("ltr %0", : : "r"((u16)SEL_TSS)), VECTOR_GP, "LTR of a busy TSS is #GP");
	CHECK_EQ(fault.error, SEL_TSS, "the error code is the selector");
}

static void check_tables(void)
{
	struct table_register at = {0};

	__asm__ volatile("sgdt %0" : "=m"(at));
	CHECK(at.base == (u64)gdt && at.limit == 12 * 8 - 1, "SGDT gives what LGDT loaded");
	__asm__ volatile("sidt %0" : "=m"(at));
	CHECK(at.base == (u64)idt && at.limit == sizeof(idt) - 1, "SIDT gives what LIDT loaded");
}

/* The handlers of SYSCALL and SYSENTER: they tell what they find and go back at once. */
void syscall_entry(void), sysenter_entry(void);
extern volatile u64 syscall_cs, syscall_ss, syscall_rcx, syscall_flags, sysenter_rsp;
static u8 sysenter_stack[256] __attribute__((aligned(16)));

__asm__("syscall_entry:\n"
	"	mov	%rcx, syscall_rcx(%rip)\n"
	"	mov	%cs, %ecx\n"
	"	mov	%rcx, syscall_cs(%rip)\n"
	"	mov	%ss, %ecx\n"
	"	mov	%rcx, syscall_ss(%rip)\n"
	"	xchg	%rsp, %rdx\n" /* RDX has a stack of ring 0 */
	"	pushfq\n"
	"	pop	%rcx\n"
	"	mov	%rcx, syscall_flags(%rip)\n"
	"	xchg	%rsp, %rdx\n"
	"	mov	syscall_rcx(%rip), %rcx\n"
	"	sysretq\n"
	"sysenter_entry:\n" /* RDX: where to, RCX: the stack of ring 3 */
	"	mov	%rsp, sysenter_rsp(%rip)\n"
	"	mov	$0x99, %eax\n"
	"	rex.w sysexit\n"
	"	.pushsection .bss\n"
	"	.balign	8\n"
	"syscall_cs:	.quad 0\n"
	"syscall_ss:	.quad 0\n"
	"syscall_rcx:	.quad 0\n"
	"syscall_flags:	.quad 0\n"
	"sysenter_rsp:	.quad 0\n"
	"	.popsection");

static void user_syscall(void)
{
	__asm__ volatile(
		"mov %%rdi, %%rdx; stc; std; syscall; 1: cld; lea 1b(%%rip), %%rax;"
		"sub %%rcx, %%rax; shl $16, %%rax; mov %%cs, %%cx; mov %%cx, %%ax; int $0x80"
		:
		:
		: "rax", "rcx", "rdx", "r11", "memory", "cc");
}

static void check_syscall(void)
{
	u64 efer = rdmsr(MSR_EFER), answer;

	user_call(user_syscall, (u64)sysenter_stack + sizeof(sysenter_stack));
	CHECK_EQ(fault.vector, VECTOR_UD, "SYSCALL without EFER.SCE is #UD");
	wrmsr(MSR_STAR, (u64)SEL_KERNEL_CODE << 32 | (u64)SEL_USER_CODE32 << 48);
	wrmsr(MSR_LSTAR, (u64)syscall_entry);
	wrmsr(MSR_SFMASK, FLAG_DF);
	CHECK_EQ(rdmsr(MSR_LSTAR), (u64)syscall_entry, "LSTAR can be read without EFER.SCE");
	wrmsr(MSR_EFER, efer | EFER_SCE);
	answer = user_call(user_syscall, (u64)sysenter_stack + sizeof(sysenter_stack));
	CHECK_EQ(fault.vector, NO_FAULT, "SYSCALL and SYSRET go to ring 0 and back");
	CHECK_EQ(syscall_cs, SEL_KERNEL_CODE, "CS in ring 0 is STAR[47:32]");
	CHECK_EQ(syscall_ss, SEL_KERNEL_DATA, "SS in ring 0 is STAR[47:32] + 8");
	CHECK_EQ(syscall_flags & (FLAG_CF | FLAG_DF), FLAG_CF, "SFMASK clears the flags it names");
	CHECK_EQ(answer & 0xffff, SEL_USER_CODE | SEL_RPL3, "CS in ring 3 is STAR[63:48] + 16");
	CHECK_EQ(answer >> 16, 0, "RCX is the address after SYSCALL");
	wrmsr(MSR_SFMASK, 0);
	user_call(user_syscall, (u64)sysenter_stack + sizeof(sysenter_stack));
	CHECK_EQ(syscall_flags & FLAG_DF, FLAG_DF, "a new SFMASK is in use at once");
	wrmsr(MSR_EFER, efer);
	user_call(user_syscall, (u64)sysenter_stack + sizeof(sysenter_stack));
	CHECK_EQ(fault.vector, VECTOR_UD, "SYSCALL is #UD again without EFER.SCE");
}

static void user_sysenter(void)
{
	__asm__ volatile("mov %%rsp, %%rcx; lea 1f(%%rip), %%rdx; sysenter; 1: int $0x80"
			 :
			 :
			 : "rax", "rcx", "rdx", "memory");
}

static void check_sysenter(void)
{
	wrmsr(MSR_SYSENTER_CS, 0);
	user_call(user_sysenter, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "SYSENTER with CS 0 is #GP");
	/* SYSEXIT to 64-bit code takes CS + 32: the GDT's user code is 0x28. */
	wrmsr(MSR_SYSENTER_CS, SEL_KERNEL_CODE);
	wrmsr(MSR_SYSENTER_ESP, (u64)sysenter_stack + 128);
	wrmsr(MSR_SYSENTER_EIP, (u64)sysenter_entry);
	CHECK_EQ(user_call(user_sysenter, 0), 0x99, "SYSENTER and SYSEXIT go to ring 0 and back");
	CHECK_EQ(fault.vector, NO_FAULT, "without an exception");
	CHECK_EQ(sysenter_rsp, (u64)sysenter_stack + 128, "RSP in ring 0 is SYSENTER_ESP");
}

static void user_breakpoint(void)
{
	__asm__ volatile("int3; mov %%rsp, %%rax; int $0x80" : : : "rax");
}

static u64 handler_rsp, handler_cs;

static void handle_breakpoint(struct frame *frame)
{
	handler_rsp = (u64)(frame + 1);
	handler_cs = frame->cs;
}

static void check_interrupt(void)
{
	user_call(user_breakpoint, 0);
	CHECK(fault.vector == VECTOR_GP && fault.error == (VECTOR_BP << 3 | 2),
	      "INT3 in ring 3 through a gate of ring 0 is #GP");
	idt[VECTOR_BP].type = GATE_USER;
	exception_set(VECTOR_BP, handle_breakpoint);
	user_call(user_breakpoint, 0);
	exception_set(VECTOR_BP, NULL);
	CHECK_EQ(handler_rsp, tss.rsp[0], "INT3 in ring 3 switches to RSP0 of the TSS");
	CHECK_EQ(handler_cs, SEL_USER_CODE | SEL_RPL3, "and saves the CS of ring 3");
	user_call((void (*)(void))0x100000000000, 0);
	CHECK(fault.vector == VECTOR_PF, "ring 3 in the middle of nowhere is #PF");
}

/* 32-bit code in ring 0: INC EAX there is a REX prefix in 64-bit code. */
static void check_compatibility(void)
{
	u32 eax;

	__asm__ volatile("mov $0, %%eax\n"
			 "	push	%1; lea 1f(%%rip), %%rbx; push %%rbx; lretq\n"
			 "	.code32\n"
			 "1:	.byte	0x40\n"
			 "	nop\n"
			 "	ljmp	%2, $2f\n"
			 "	.code64\n"
			 "2:"
			 : "=&a"(eax)
			 : "i"(SEL_KERNEL_CODE32), "i"(SEL_KERNEL_CODE)
			 : "rbx", "memory");
	CHECK_EQ(eax, 1, "32-bit code runs as such");
}

void guest_main(void)
{
	check_bases();
	check_base_instructions();
	check_ldt();
	check_tss();
	check_tables();
	check_syscall();
	check_sysenter();
	check_interrupt();
	check_compatibility();
}
