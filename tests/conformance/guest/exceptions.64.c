// SPDX-License-Identifier: GPL-2.0
/* Exceptions: vector, error code, saved RIP, CR2, and one inside another. */
#include "rt64.h"

static u32 steps;
static u64 step_dr6;

static void handle_step(struct frame *frame)
{
	steps++;
	step_dr6 = read_dr6();
	write_dr6(0xffff0ff0);
	if (steps == 4)
		frame->rflags &= ~FLAG_TF;
}

static void handle_nothing(struct frame *frame)
{
}

static void check_simple(void)
{
	u64 at;

	CHECK_EQ(TRY("ud2"), VECTOR_UD, "UD2 is #UD");
	CHECK_EQ(TRY("divl %%ecx", : : "a"(1), "d"(0), "c"(0)), VECTOR_DE, "division by 0 is #DE");
	CHECK_EQ(TRY("divl %%ecx",
		     :
		     : "a"(0), "d"(2), "c"(1)),
		 VECTOR_DE, "a quotient too large is #DE");
	exception_set(VECTOR_BP, handle_nothing);
	fault.vector = NO_FAULT;
	__asm__ volatile("int3; 1: lea 1b(%%rip), %0" : "=r"(at) : : "memory");
	CHECK(fault.vector == VECTOR_BP && fault.rip == at, "INT3 is #BP, RIP is after it");
	exception_set(VECTOR_BP, NULL);
	CHECK_EQ(TRY("mov %0, %%cr0", : : "r"(1ull << 40)), VECTOR_GP, "#GP by MOV to CR0");
	CHECK_EQ(fault.error, 0, "its error code is 0");
	CHECK_EQ(TRY("movw %w0, %%ds",
		     :
		     : "r"(0x1230)),
		 VECTOR_GP, "a selector beyond the GDT is #GP");
	CHECK_EQ(fault.error, 0x1230, "its error code is the selector");
	CHECK_EQ(TRY("movw %w0, %%ds",
		     :
		     : "r"(SEL_KERNEL_CODE)),
		 NO_FAULT, "readable code can be in DS");
	__asm__ volatile("movw %w0, %%ds" : : "r"(SEL_KERNEL_DATA));
	gdt[SEL_SPARE / 8] = 0x00cf13000000ffff;
	CHECK_EQ(TRY("movw %w0, %%ds", : : "r"(SEL_SPARE)), VECTOR_NP, "an absent segment is #NP");
	CHECK_EQ(fault.error, SEL_SPARE, "its error code is the selector");
	CHECK_EQ(TRY("mov (%0), %%eax",
		     :
		     : "r"(NON_CANONICAL)
		     : "eax"),
		 VECTOR_GP, "a non-canonical address is #GP");
}

static void check_stack_fault(void)
{
	int vector = TRY("movl (%%rsp,%0), %%eax", : : "r"(NON_CANONICAL) : "eax");

	CHECK_EQ(vector, VECTOR_SS, "a non-canonical address by RSP is #SS");
	CHECK_EQ(fault.error, 0, "its error code is 0");
}

static void check_page_fault(void)
{
	u8 *page = page_alloc();
	u64 *entry = page_entry(page);

	*entry &= ~PTE_P;
	invlpg(page);
	CHECK_EQ(TRY("movb (%0), %%al",
		     :
		     : "r"(page + 0x123)
		     : "al"),
		 VECTOR_PF, "a missing page is #PF");
	CHECK_EQ(fault.cr2, (u64)page + 0x123, "CR2 is the address to the byte");
	CHECK_EQ(fault.error, 0, "error code: read, not present");
	CHECK_EQ(TRY("movb $1, (%0)", : : "r"(page) : "memory"), VECTOR_PF, "a write to it, too");
	CHECK_EQ(fault.error, PF_W, "error code: write");
	*entry |= PTE_P;
	invlpg(page);
	CHECK_EQ(TRY("movb $1, (%0)", : : "r"(page) : "memory"), NO_FAULT, "and back it is");
}

static void user_touch(void)
{
	__asm__ volatile("movb (%0), %%al" : : "D"(0x1000ull) : "al");
}

static void user_jump(void)
{
	__asm__ volatile("jmp *%0" : : "r"(0x1000ull));
}

static void check_user_page_fault(void)
{
	*page_entry((void *)0x1000) &= ~PTE_U;
	invlpg((void *)0x1000);
	user_call(user_touch, 0);
	CHECK(fault.vector == VECTOR_PF && fault.cr2 == 0x1000,
	      "a supervisor page in ring 3 is #PF");
	CHECK_EQ(fault.error, PF_P | PF_U, "error code: present, user");
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	user_call(user_jump, 0);
	CHECK_EQ(fault.error, PF_P | PF_U | PF_I, "error code of a fetch: instruction");
}

static void check_single_step(void)
{
	exception_set(VECTOR_DB, handle_step);
	write_dr6(0xffff0ff0);
	write_flags(read_flags() | FLAG_TF);
	__asm__ volatile("nop; xor %%eax, %%eax; cpuid; nop; nop" : : : "rax", "rbx", "rcx", "rdx");
	CHECK_EQ(steps, 4, "TF raises #DB after each instruction, after CPUID too");
	CHECK_EQ(step_dr6 & 0x400f, 0x4000, "DR6.BS says single step");
	exception_set(VECTOR_DB, NULL);
}

static void check_no_math(void)
{
	u64 cr0 = read_cr0();

	write_cr0(cr0 | CR0_TS);
	CHECK_EQ(TRY("fnop"), VECTOR_NM, "x87 with CR0.TS is #NM");
	write_cr0((cr0 & ~CR0_TS) | CR0_EM);
	CHECK_EQ(TRY("fnop"), VECTOR_NM, "x87 with CR0.EM is #NM");
	write_cr4(read_cr4() | CR4_OSFXSR);
	CHECK_EQ(TRY("xorps %%xmm0, %%xmm0", :), VECTOR_UD, "SSE with CR0.EM is #UD");
	write_cr0(cr0 & ~(CR0_TS | CR0_EM));
	CHECK_EQ(TRY("fnop"), NO_FAULT, "x87 without either is none");
}

static void check_math_errors(void)
{
	static const u16 unmasked = 0x37b; /* zero divide raises */
	static const u32 unmasked_mxcsr = 0x1d80;
	static const u32 mxcsr = 0x1f80;

	write_cr0((read_cr0() | CR0_NE | CR0_MP) & ~(CR0_TS | CR0_EM));
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp" : : "m"(unmasked));
	CHECK_EQ(TRY("fwait"), VECTOR_MF, "an unmasked x87 exception is #MF at the next WAIT");
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(unmasked_mxcsr));
	__asm__ volatile("mov $1, %%eax; cvtsi2ss %%eax, %%xmm0; xorps %%xmm1, %%xmm1" : : : "eax");
	CHECK_EQ(TRY("divss %%xmm1, %%xmm0", :), VECTOR_XM, "an unmasked SSE exception is #XM");
	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

static void user_unaligned(void)
{
	__asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq; movl 1(%0), %%eax; pushfq;"
			 "andl $0xfffbffff, (%%rsp); popfq; int $0x80"
			 :
			 : "D"(0x100000ull)
			 : "rax", "memory");
}

static void check_alignment(void)
{
	write_cr0(read_cr0() | CR0_AM);
	user_call(user_unaligned, 0);
	CHECK_EQ(fault.vector, VECTOR_AC, "unaligned with AC and CR0.AM in ring 3 is #AC");
	write_cr0(read_cr0() & ~CR0_AM);
	user_call(user_unaligned, 0);
	CHECK_EQ(fault.vector, NO_FAULT, "without CR0.AM it is none");
}

static void handle_nested(struct frame *frame)
{
	u32 before = fault.count;

	CHECK_EQ(TRY("ud2"), VECTOR_UD, "#UD inside the handler of #BP");
	CHECK_EQ(fault.count, before + 1, "is taken once");
}

static void check_nested(void)
{
	exception_set(VECTOR_BP, handle_nested);
	__asm__ volatile("int3" : : : "memory");
	exception_set(VECTOR_BP, NULL);
}

static u64 double_fault_resume;

/* The RIP that #DF saves is undefined; the program says itself where it goes on. */
static void handle_double_fault(struct frame *frame)
{
	frame->rip = double_fault_resume;
}

/* A #GP whose gate is not present: #NP on top of #GP is #DF. */
static void check_double_fault(void)
{
	exception_set(VECTOR_DF, handle_double_fault);
	idt[VECTOR_GP].type &= 0x7f;
	fault.vector = NO_FAULT;
	__asm__ volatile("lea 1f(%%rip), %%rax; mov %%rax, %0; mov %1, %%cr0; 1:"
			 : "=m"(double_fault_resume)
			 : "r"(1ull << 40)
			 : "rax", "memory");
	idt[VECTOR_GP].type |= 0x80;
	exception_set(VECTOR_DF, NULL);
	CHECK_EQ(fault.vector, VECTOR_DF, "a contributory exception on top of another is #DF");
	CHECK_EQ(fault.error, 0, "its error code is 0");
}

/* A page fault while an exception is delivered: the stack of ring 0 is missing. */
static void user_ud(void)
{
	__asm__ volatile("ud2");
}

static void check_fault_in_delivery(void)
{
	u64 rsp = tss.rsp[0];
	u8 *page = page_alloc();

	*page_entry(page) &= ~PTE_P;
	invlpg(page);
	tss.rsp[0] = (u64)page + PAGE_SIZE;
	/* #PF while #UD (benign) is delivered is served as #PF, on the same stack: #DF, on its own.
	 */
	user_call(user_ud, 0);
	CHECK_EQ(fault.vector, VECTOR_DF, "no stack for the handler is #DF");
	CHECK_EQ(fault.cr2, (u64)page + PAGE_SIZE - 8, "CR2 is the stack");
	tss.rsp[0] = rsp;
}

static void check_software_interrupts(void)
{
	CHECK_EQ(TRY("int $0x81"), VECTOR_GP, "INT with an empty gate is #GP");
	fault.count = 0;
	idt[0x82] = idt[0x81];
	CHECK_EQ(TRY("int $0x82"), VECTOR_GP, "and again");
	CHECK(fault.error == (0x82 << 3 | 2), "error code: vector, IDT");
}

void guest_main(void)
{
	check_simple();
	check_stack_fault();
	check_page_fault();
	check_user_page_fault();
	check_single_step();
	check_no_math();
	check_math_errors();
	check_alignment();
	check_nested();
	check_double_fault();
	check_fault_in_delivery();
	check_software_interrupts();
}
