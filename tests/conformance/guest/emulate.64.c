// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions on a device's memory do what they do on RAM: each one is executed on both, from the
 * same registers, flags and bytes, and must leave the same.  Wants --test-device, whose page of RAM
 * is a device to the hypervisor.
 */
#include "rt64.h"

#define DEVICE 0xff000000ull
#define ROOM   128 /* bytes that are compared; the operand is in the middle */

#define FLAGS_NONE  0ull
#define FLAGS_ALL   0x8d5ull /* OF SF ZF AF PF CF */
#define FLAGS_LOGIC 0x8c5ull
#define FLAGS_SHIFT 0x0c5ull /* a count that is not 1 leaves OF undefined */
#define FLAGS_CARRY 0x801ull /* CF and OF */
#define FLAGS_CF    0x001ull
#define FLAGS_ZF    0x040ull

struct registers {
	u64 rax, rbx, rcx, rdx, rsi, rdi, flags;
};

#define ON_STACK(insn) "xchg %%rdi, %%rsp; " insn "; xchg %%rdi, %%rsp"
#define FROM_XMM(insn)                                                                             \
	"movq %%rax, %%xmm9; movq %%rbx, %%xmm1; movlhps %%xmm1, %%xmm9; " insn " %%xmm9, (%%rdi)"
#define TO_XMM(insn)                                                                               \
	"movq %%rcx, %%xmm9; movq %%rdx, %%xmm1; movlhps %%xmm1, %%xmm9; " insn                    \
	" (%%rdi), %%xmm9; movq %%xmm9, %%rax; movhlps %%xmm9, %%xmm1; movq %%xmm1, %%rbx"

/* RDI and RSI hold the operand's address.  The flags named are defined after it. */
#define INSTRUCTIONS(X)                                                                            \
	X(mov8, FLAGS_NONE, "movb %%ah, (%%rdi)")                                                  \
	X(mov16, FLAGS_NONE, "movw (%%rdi), %%bx")                                                 \
	X(mov32, FLAGS_NONE, "movl (%%rdi), %%ebx")                                                \
	X(mov64, FLAGS_NONE, "movq %%rbx, 3(%%rdi)")                                               \
	X(mov_immediate, FLAGS_NONE, "movq $-5, (%%rdi)")                                          \
	X(add, FLAGS_ALL, "addl %%ebx, (%%rdi)")                                                   \
	X(adc, FLAGS_ALL, "adcq %%rbx, (%%rdi)")                                                   \
	X(sub, FLAGS_ALL, "subb $3, (%%rdi)")                                                      \
	X(sbb, FLAGS_ALL, "sbbw (%%rdi), %%bx")                                                    \
	X(and, FLAGS_LOGIC, "andl $0xf0f0, (%%rdi)")                                               \
	X(or, FLAGS_LOGIC, "orq $-2, (%%rdi)")                                                     \
	X(xor, FLAGS_LOGIC, "xorl (%%rdi), %%ebx")                                                 \
	X(cmp, FLAGS_ALL, "cmpl %%ebx, (%%rdi)")                                                   \
	X(test, FLAGS_LOGIC, "testb $0x80, 1(%%rdi)")                                              \
	X(inc, FLAGS_ALL, "lock incl (%%rdi)")                                                     \
	X(dec, FLAGS_ALL, "decb (%%rdi)")                                                          \
	X(neg, FLAGS_ALL, "lock negq (%%rdi)")                                                     \
	X(not, FLAGS_NONE, "notw (%%rdi)")                                                         \
	X(xchg, FLAGS_NONE, "xchg %%al, (%%rdi)")                                                  \
	X(xadd, FLAGS_ALL, "lock xadd %%ebx, (%%rdi)")                                             \
	X(cmpxchg, FLAGS_ALL, "cmpxchg %%ebx, (%%rdi)")                                            \
	X(cmpxchg_equal, FLAGS_ALL, "movl (%%rdi), %%eax; lock cmpxchg %%ebx, (%%rdi)")            \
	X(cmpxchg8b, FLAGS_ZF, "lock cmpxchg8b (%%rdi)")                                           \
	X(cmpxchg8b_equal, FLAGS_ZF,                                                               \
	  "movl (%%rdi), %%eax; movl 4(%%rdi), %%edx; cmpxchg8b (%%rdi)")                          \
	X(bt, FLAGS_CF, "btl %%ecx, (%%rdi)")                                                      \
	X(bts, FLAGS_CF, "btsq $65, (%%rdi)")                                                      \
	X(btr, FLAGS_CF, "lock btrl %%ecx, (%%rdi)")                                               \
	X(btc, FLAGS_CF, "movl $-7, %%ecx; btcl %%ecx, (%%rdi)")                                   \
	X(bsf, FLAGS_ZF, "bsfl (%%rdi), %%ebx")                                                    \
	X(bsr, FLAGS_ZF, "bsrq (%%rdi), %%rbx")                                                    \
	X(shl, FLAGS_ALL & ~0x10ull, "shll (%%rdi)")                                               \
	X(shr, FLAGS_SHIFT, "shrb $3, (%%rdi)")                                                    \
	X(sar, FLAGS_SHIFT, "sarq %%cl, (%%rdi)")                                                  \
	X(rol, FLAGS_CF, "rolw $5, (%%rdi)")                                                       \
	X(ror, FLAGS_CF, "rorl %%cl, (%%rdi)")                                                     \
	X(rcl, FLAGS_CF, "rclq $3, (%%rdi)")                                                       \
	X(rcr, FLAGS_CF, "rcrb (%%rdi)")                                                           \
	X(shld, FLAGS_SHIFT, "shld %%cl, %%ebx, (%%rdi)")                                          \
	X(shrd, FLAGS_SHIFT, "shrd $9, %%rbx, (%%rdi)")                                            \
	X(mul8, FLAGS_CARRY, "mulb (%%rdi)")                                                       \
	X(mul64, FLAGS_CARRY, "mulq (%%rdi)")                                                      \
	X(imul16, FLAGS_CARRY, "imulw (%%rdi)")                                                    \
	X(imul_two, FLAGS_CARRY, "imulq (%%rdi), %%rbx")                                           \
	X(imul_three, FLAGS_CARRY, "imull $311, (%%rdi), %%ebx")                                   \
	X(div, FLAGS_NONE, "xorl %%edx, %%edx; divl (%%rdi)")                                      \
	X(idiv, FLAGS_NONE, "cqto; idivq (%%rdi)")                                                 \
	X(movzx, FLAGS_NONE, "movzwl (%%rdi), %%ebx")                                              \
	X(movsx, FLAGS_NONE, "movsbq 7(%%rdi), %%rbx")                                             \
	X(movsxd, FLAGS_NONE, "movslq 4(%%rdi), %%rbx")                                            \
	X(cmov, FLAGS_NONE, "cmpl %%eax, %%eax; cmovel (%%rdi), %%ebx")                            \
	X(cmov_not, FLAGS_NONE, "cmpl %%eax, %%eax; cmovnel (%%rdi), %%ebx")                       \
	X(set, FLAGS_NONE, "stc; setc (%%rdi)")                                                    \
	X(movs, FLAGS_NONE, "addq $16, %%rdi; movl $3, %%ecx; rep movsl")                          \
	X(movs_down, FLAGS_NONE, "addq $16, %%rdi; movl $5, %%ecx; std; rep movsb; cld")           \
	X(stos, FLAGS_NONE, "movl $3, %%ecx; rep stosq")                                           \
	X(lods, FLAGS_NONE, "lodsw")                                                               \
	X(cmps, FLAGS_ALL, "addq $4, %%rdi; movl $9, %%ecx; repe cmpsb")                           \
	X(scas, FLAGS_ALL, "movb 3(%%rdi), %%al; movl $9, %%ecx; repne scasb")                     \
	X(push, FLAGS_NONE, ON_STACK("pushq %%rbx; pushq $-7; pushw %%bx; pushq (%%rsp)"))         \
	X(pop, FLAGS_NONE, ON_STACK("popq %%rbx; popw %%cx; popq (%%rsp)"))                        \
	X(pushf, FLAGS_NONE, ON_STACK("pushfq; popq %%rbx"))                                       \
	X(leave, FLAGS_NONE,                                                                       \
	  "mov %%rbp, %%rbx; mov %%rsp, %%rcx; mov %%rdi, %%rbp; leave; xchg %%rcx, %%rsp; "       \
	  "xchg %%rbx, %%rbp")                                                                     \
	X(enter, FLAGS_NONE,                                                                       \
	  "mov %%rbp, %%rdx; mov %%rsp, %%rcx; mov %%rax, %%rbp; mov %%rdi, %%rsp; "               \
	  "enter $0x18, $0; xchg %%rcx, %%rsp; xchg %%rdx, %%rbp")                                 \
	X(jmp, FLAGS_NONE, "lea 1f(%%rip), %%rax; mov %%rax, (%%rdi); jmp *(%%rdi); ud2; 1:")      \
	X(call, FLAGS_NONE,                                                                        \
	  "lea 1f(%%rip), %%rax; mov %%rax, (%%rdi); call *(%%rdi); ud2; 1: pop %%rbx")            \
	X(call_on_stack, FLAGS_NONE, ON_STACK("call 1f; 1:"))                                      \
	X(ret, FLAGS_NONE, "lea 1f(%%rip), %%rax; mov %%rax, (%%rdi); " ON_STACK("ret; ud2; 1:"))  \
	X(jmp_far, FLAGS_NONE,                                                                     \
	  "lea 1f(%%rip), %%rax; mov %%rax, (%%rdi); mov %%cs, %%eax; mov %%ax, 8(%%rdi); "        \
	  "rex64 ljmp *(%%rdi); ud2; 1:")                                                          \
	X(mov_from_segment, FLAGS_NONE, "mov %%cs, (%%rdi)")                                       \
	X(mov_to_segment, FLAGS_NONE,                                                              \
	  "mov %%ds, %%eax; mov %%ax, (%%rdi); mov (%%rdi), %%es; mov %%es, %%ebx")                \
	X(smsw, FLAGS_NONE, "smsw (%%rdi)")                                                        \
	X(movups, FLAGS_NONE, FROM_XMM("movups"))                                                  \
	X(movaps, FLAGS_NONE, FROM_XMM("movaps"))                                                  \
	X(movdqu, FLAGS_NONE, FROM_XMM("movdqu"))                                                  \
	X(movdqa, FLAGS_NONE, FROM_XMM("movdqa"))                                                  \
	X(movntdq, FLAGS_NONE, FROM_XMM("movntdq"))                                                \
	X(movups_to, FLAGS_NONE, TO_XMM("movups"))                                                 \
	X(movapd_to, FLAGS_NONE, TO_XMM("movapd"))                                                 \
	X(movdqu_to, FLAGS_NONE, TO_XMM("movdqu"))                                                 \
	X(movq_mmx, FLAGS_NONE, "movq %%rax, %%mm3; movq %%mm3, (%%rdi); emms")                    \
	X(movq_mmx_to, FLAGS_NONE, "movq (%%rdi), %%mm3; movq %%mm3, %%rax; emms")

#define DEFINE(id, defined, insn)                                                                  \
	static void run_##id(struct registers *r)                                                  \
	{                                                                                          \
		__asm__ volatile("push %[flags]; popfq; " insn "; pushfq; pop %[flags]"            \
				 : "+a"(r->rax), "+b"(r->rbx), "+c"(r->rcx), "+d"(r->rdx),         \
				   "+S"(r->rsi), "+D"(r->rdi), [flags] "+r"(r->flags)              \
				 :                                                                 \
				 : "memory", "cc");                                                \
	}
INSTRUCTIONS(DEFINE)

#define ROW(id, defined, insn) {#id, run_##id, defined},
static const struct {
	const char *name;
	void (*run)(struct registers *r);
	u64 flags;
} rows[] = {INSTRUCTIONS(ROW)};

static u8 ram[2 * ROOM] __attribute__((aligned(4096)));

static void fill(volatile u8 *at)
{
	u64 value = 0x123456789abcdef1;
	u32 i;

	for (i = 0; i < ROOM; i += 8, value = value * 6364136223846793005 + 1442695040888963407)
		*(volatile u64 *)(at + i) = value;
}

static bool same_memory(const volatile u8 *a, const volatile u8 *b)
{
	u32 i;

	for (i = 0; i < ROOM; i += 8)
		if (*(const volatile u64 *)(a + i) != *(const volatile u64 *)(b + i))
			return false;
	return true;
}

static struct registers run_on(u32 row, u64 at, u64 flags)
{
	struct registers r = {
		.rax = 0x8877665544332211,
		.rbx = 0x0f1e2d3c4b5a6978,
		.rcx = 0x25,
		.rdx = 0x1020304050607080,
		.rsi = at + ROOM / 2,
		.rdi = at + ROOM / 2,
		.flags = 2 | flags,
	};

	fill((volatile u8 *)at);
	rows[row].run(&r);
	r.rsi -= at;
	r.rdi -= at;
	r.flags &= rows[row].flags;
	return r;
}

/* Addresses into the memory itself are compared as offsets. */
static u64 relative(u64 value, u64 at)
{
	return value - at < PAGE_SIZE ? value - at : value;
}

static void check_row(u32 row, u64 flags)
{
	struct registers native = run_on(row, (u64)ram, flags),
			 emulated = run_on(row, DEVICE, flags);
	bool same = same_memory(ram, (volatile u8 *)DEVICE) && native.flags == emulated.flags &&
		    native.rsi == emulated.rsi && native.rdi == emulated.rdi &&
		    relative(native.rax, (u64)ram) == relative(emulated.rax, DEVICE) &&
		    relative(native.rbx, (u64)ram) == relative(emulated.rbx, DEVICE) &&
		    relative(native.rcx, (u64)ram) == relative(emulated.rcx, DEVICE) &&
		    relative(native.rdx, (u64)ram) == relative(emulated.rdx, DEVICE);

	CHECK(same, rows[row].name);
	if (same)
		return;
	CHECK_EQ(emulated.rax, native.rax, "RAX");
	CHECK_EQ(emulated.rbx, native.rbx, "RBX");
	CHECK_EQ(emulated.rcx, native.rcx, "RCX");
	CHECK_EQ(emulated.rdx, native.rdx, "RDX");
	CHECK_EQ(emulated.flags, native.flags, "RFLAGS");
}

static void check_faults(void)
{
	volatile u64 *device = (volatile u64 *)DEVICE;
	u16 ss = 0;

	*device = 0;
	CHECK_EQ(TRY("divq (%%rdi)", : : "D"(DEVICE), "a"(1), "d"(2)), VECTOR_DE, "division by 0");
	*device = 1;
	CHECK_EQ(TRY("divq (%%rdi)",
		     :
		     : "D"(DEVICE), "a"(1), "d"(2)),
		 VECTOR_DE, "a quotient that is too large");
	CHECK_EQ(TRY("movaps %%xmm0, (%0)",
		     :
		     : "r"(DEVICE + 8)
		     : "memory"),
		 VECTOR_GP, "MOVAPS to an address that is not aligned");
	*device = NON_CANONICAL;
	CHECK_EQ(TRY("jmp *(%0)", : : "r"(DEVICE)), VECTOR_GP, "JMP to a non-canonical address");
	CHECK_EQ(fault.error, 0, "its error code");
	*device = SEL_KERNEL_DATA | 3;
	__asm__ volatile("mov %%ss, %0" : "=r"(ss));
	CHECK_EQ(TRY("mov (%0), %%ss", : : "r"(DEVICE)), VECTOR_GP, "MOV SS with another RPL");
	CHECK_EQ(fault.error, SEL_KERNEL_DATA, "its error code");
	*device = SEL_SPARE;
	CHECK_EQ(TRY("mov (%0), %%es", : : "r"(DEVICE)), VECTOR_GP, "MOV ES, an empty descriptor");
	*device = 3;
	CHECK_EQ(TRY("mov (%0), %%ss", : : "r"(DEVICE)), VECTOR_GP, "MOV SS, null with RPL 3");
	CHECK_EQ(fault.error, 0, "its error code");
	*device = 0;
	CHECK_EQ(TRY("mov (%0), %%ss; mov %1, %%ss",
		     :
		     : "r"(DEVICE), "r"((u32)ss)),
		 NO_FAULT, "MOV SS, null");
}

void guest_main(void)
{
	u32 row;

	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP);
	write_cr4(read_cr4() | CR4_OSFXSR);
	for (row = 0; row < ARRAY_SIZE(rows); row++) {
		check_row(row, 0);
		check_row(row, FLAGS_ALL);
	}
	check_faults();
}
