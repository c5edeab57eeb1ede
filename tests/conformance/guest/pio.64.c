// SPDX-License-Identifier: GPL-2.0
/*
 * Port I/O of every width, alone and repeated.  The ports: the UART's scratch register, which
 * keeps a byte, and one where nothing is, which reads all ones.
 */
#include "rt64.h"

#define NOTHING 0x2f00

static u8 buffer[3 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

struct string {
	u64 rdi, rcx;
};

#define REP_IN(insn, port, to, count)                                                              \
	({                                                                                         \
		struct string s = {(u64)(to), (count)};                                            \
		__asm__ volatile(insn : "+D"(s.rdi), "+c"(s.rcx) : "d"((u16)(port)) : "memory");   \
		s;                                                                                 \
	})

#define REP_OUT(insn, port, from, count)                                                           \
	({                                                                                         \
		struct string s = {(u64)(from), (count)};                                          \
		__asm__ volatile(insn : "+S"(s.rdi), "+c"(s.rcx) : "d"((u16)(port)) : "memory");   \
		s;                                                                                 \
	})

static void check_single(void)
{
	u64 rax;

	outb(SERIAL_SCRATCH, 0x5a);
	CHECK_EQ(inb(SERIAL_SCRATCH), 0x5a, "a byte goes out and comes back");
	__asm__ volatile("inb %w1, %b0" : "=a"(rax) : "d"(SERIAL_SCRATCH), "0"(-1ull));
	CHECK_EQ(rax, 0xffffffffffffff5a, "IN AL keeps the rest of RAX");
	__asm__ volatile("inw %w1, %w0" : "=a"(rax) : "d"(NOTHING), "0"(0));
	CHECK_EQ(rax, 0xffff, "IN AX from nowhere gives ones and keeps the rest of RAX");
	__asm__ volatile("inl %w1, %k0" : "=a"(rax) : "d"(NOTHING), "0"(-1ull));
	CHECK_EQ(rax, 0xffffffff, "IN EAX clears the upper half of RAX");
	__asm__ volatile("outw %w0, %w1" : : "a"(0x1234), "d"(SERIAL_SCRATCH - 1));
	CHECK_EQ(inb(SERIAL_SCRATCH), 0x12, "OUT AX writes two ports");
	__asm__ volatile("outl %0, %w1" : : "a"(0x77000000), "d"(SERIAL_SCRATCH - 3));
	CHECK_EQ(inb(SERIAL_SCRATCH), 0x77, "OUT EAX writes four ports");
	__asm__ volatile("inl %w1, %k0" : "=a"(rax) : "d"(SERIAL_SCRATCH - 3));
	CHECK_EQ(rax >> 24, 0x77, "IN EAX reads four ports");
	__asm__ volatile("outb %b0, $0x80" : : "a"(1));
	__asm__ volatile("inb $0x81, %b0" : "=a"(rax) : "0"(0));
	CHECK_EQ(rax, 0xff, "IN with an immediate port");
}

static bool filled(const u8 *from, size_t count, u8 value)
{
	while (count--)
		if (*from++ != value)
			return false;
	return true;
}

static void check_in_counts(void)
{
	static const u32 counts[] = {1, 2, 7, 255, 4096, 5000};
	struct string s;
	bool good = true;
	size_t i;

	buffer[0] = 1;
	s = REP_IN("rep insb", SERIAL_SCRATCH, buffer, 0);
	CHECK(s.rdi == (u64)buffer && s.rcx == 0 && buffer[0] == 1, "REP INSB of 0 bytes");
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		memset(buffer, 0, sizeof(buffer));
		outb(SERIAL_SCRATCH, 0x30 + i);
		s = REP_IN("rep insb", SERIAL_SCRATCH, buffer + 17, counts[i]);
		good = good && s.rcx == 0 && s.rdi == (u64)buffer + 17 + counts[i] &&
		       filled(buffer + 17, counts[i], 0x30 + i) && buffer[16] == 0 &&
		       buffer[17 + counts[i]] == 0;
	}
	CHECK(good, "REP INSB of 1 to 5000 bytes, over a page boundary");
	memset(buffer, 0, sizeof(buffer));
	s = REP_IN("rep insw", NOTHING, buffer + 1, 3);
	CHECK(s.rdi == (u64)buffer + 7 && filled(buffer + 1, 6, 0xff) && !buffer[7],
	      "REP INSW, unaligned");
	memset(buffer, 0, sizeof(buffer));
	s = REP_IN("rep insl", NOTHING, buffer + PAGE_SIZE - 6, 3);
	CHECK(s.rdi == (u64)buffer + PAGE_SIZE + 6 && filled(buffer + PAGE_SIZE - 6, 12, 0xff) &&
		      !buffer[PAGE_SIZE + 6] && !buffer[PAGE_SIZE - 7],
	      "REP INSL, one element over a page boundary");
	memset(buffer, 0, sizeof(buffer));
	s = REP_IN("insb", NOTHING, buffer, 9);
	CHECK(s.rdi == (u64)buffer + 1 && s.rcx == 9 && buffer[0] == 0xff && !buffer[1],
	      "INSB alone stores one byte and leaves RCX");
}

static void check_in_backwards(void)
{
	struct string s;

	memset(buffer, 0, sizeof(buffer));
	outb(SERIAL_SCRATCH, 0x44);
	s = REP_IN("std; rep insb; cld", SERIAL_SCRATCH, buffer + PAGE_SIZE + 2, 6);
	CHECK(s.rcx == 0 && s.rdi == (u64)buffer + PAGE_SIZE - 4,
	      "REP INSB with DF set moves down");
	CHECK(filled(buffer + PAGE_SIZE - 3, 6, 0x44) && !buffer[PAGE_SIZE - 4] &&
		      !buffer[PAGE_SIZE + 3],
	      "and stores the bytes there");
	s = REP_IN("std; rep insl; cld", NOTHING, buffer + 32, 2);
	CHECK(s.rdi == (u64)buffer + 24 && filled(buffer + 28, 8, 0xff) && !buffer[27],
	      "REP INSL with DF set");
}

static void check_out(void)
{
	struct string s;
	size_t i;

	for (i = 0; i < sizeof(buffer); i++)
		buffer[i] = i * 7;
	buffer[0] = buffer[4] = 0; /* what REP OUTSL sends to the modem control register */
	s = REP_OUT("rep outsb", SERIAL_SCRATCH, buffer + PAGE_SIZE - 3, 5);
	CHECK(s.rcx == 0 && s.rdi == (u64)buffer + PAGE_SIZE + 2, "REP OUTSB over a page boundary");
	CHECK_EQ(inb(SERIAL_SCRATCH), buffer[PAGE_SIZE + 1], "the last byte arrived last");
	s = REP_OUT("rep outsw", SERIAL_SCRATCH - 1, buffer, 3);
	CHECK_EQ(inb(SERIAL_SCRATCH), buffer[5], "REP OUTSW");
	s = REP_OUT("rep outsl", SERIAL_SCRATCH - 3, buffer, 2);
	CHECK(s.rdi == (u64)buffer + 8 && inb(SERIAL_SCRATCH) == buffer[7], "REP OUTSL");
	s = REP_OUT("std; rep outsb; cld", SERIAL_SCRATCH, buffer + 9, 4);
	CHECK(s.rdi == (u64)buffer + 5 && inb(SERIAL_SCRATCH) == buffer[6], "REP OUTSB downwards");
	s = REP_OUT("rep outsb", SERIAL_SCRATCH, buffer, 0);
	CHECK(s.rdi == (u64)buffer && inb(SERIAL_SCRATCH) == buffer[6], "REP OUTSB of 0 bytes");
	s = REP_OUT("outsb", SERIAL_SCRATCH, buffer + 11, 3);
	CHECK(s.rdi == (u64)buffer + 12 && s.rcx == 3 && inb(SERIAL_SCRATCH) == buffer[11],
	      "OUTSB alone");
}

/* A segment other than DS, and 32-bit addresses in 64-bit mode. */
static void check_addressing(void)
{
	u64 rdi = (u64)buffer | 0xabcd00000000, rcx = 0xabcd00000003, rsi = 5;

	wrmsr(MSR_FS_BASE, (u64)buffer);
	__asm__ volatile("fs outsb" : "+S"(rsi) : "d"(SERIAL_SCRATCH) : "memory");
	CHECK_EQ(inb(SERIAL_SCRATCH), buffer[5], "OUTSB from FS");
	wrmsr(MSR_FS_BASE, 0);
	memset(buffer, 0, 16);
	__asm__ volatile("addr32 rep insb" : "+D"(rdi), "+c"(rcx) : "d"(NOTHING) : "memory");
	CHECK(rdi == (u64)buffer + 3 && rcx == 0,
	      "REP INSB with 32-bit addresses uses EDI and ECX");
	CHECK(filled(buffer, 3, 0xff) && !buffer[3], "and stores the bytes");
}

/* An instruction that faults half-way has done what its registers say. */
static void check_fault_half_way(void)
{
	u8 *hole = buffer + PAGE_SIZE;
	u64 *entry = page_entry(hole);
	u64 rdi = (u64)hole - 4, rcx = 10, rsi = (u64)hole - 2;
	int vector;

	memset(buffer, 0, sizeof(buffer));
	*entry &= ~PTE_P;
	invlpg(hole);
	vector = TRY("rep insb", : "+D"(rdi), "+c"(rcx) : "d"(NOTHING) : "memory");
	CHECK_EQ(vector, VECTOR_PF, "REP INSB into a missing page is #PF");
	CHECK(fault.cr2 == (u64)hole && fault.error == PF_W, "CR2 and error code name the write");
	CHECK(rdi == (u64)hole && rcx == 6, "RDI and RCX stand at the missing page");
	CHECK(filled(hole - 4, 4, 0xff) && !hole[-5], "the bytes before it are there");
	rcx = 5;
	vector = TRY("rep outsb", : "+S"(rsi), "+c"(rcx) : "d"(SERIAL_SCRATCH) : "memory");
	CHECK(vector == VECTOR_PF && fault.cr2 == (u64)hole && fault.error == 0,
	      "REP OUTSB from a missing page is #PF");
	CHECK(rsi == (u64)hole && rcx == 3, "RSI and RCX stand at the missing page");
	*entry |= PTE_P;
	invlpg(hole);
}

static void user_in(void)
{
	__asm__ volatile("inb %w1, %b0" : : "a"(0), "d"(SERIAL_SCRATCH));
}

void guest_main(void)
{
	check_single();
	check_in_counts();
	check_in_backwards();
	check_out();
	check_addressing();
	check_fault_half_way();
	user_call(user_in, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "IN in ring 3 with IOPL 0 is #GP");
}
