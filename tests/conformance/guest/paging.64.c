// SPDX-License-Identifier: GPL-2.0
/* The guest's own page tables: permissions, accessed and dirty bits, TLB, address spaces. */
#include "rt64.h"

#define PAGE_VA	 ((u8 *)0x40000000) /* not RAM in small guests; only its mapping counts */
#define OTHER_VA ((u8 *)0x40001000)

static u8 *page_a, *page_b;

static int read_byte(const u8 *at)
{
	return TRY("movb (%0), %%al", : : "r"(at) : "al", "memory");
}

static int write_byte(u8 *at, u8 value)
{
	return TRY("movb %b1, (%0)", : : "r"(at), "q"(value) : "memory");
}

/* Maps @va, a page, to @page with @bits. */
static u64 *map(const u8 *va, const void *page, u64 bits)
{
	u64 *entry = page_entry(va);

	*entry = (u64)page | bits;
	invlpg(va);
	return entry;
}

static void check_mapping(void)
{
	page_a[0] = 0xaa;
	page_b[0] = 0xbb;
	map(PAGE_VA, page_a, PTE_P | PTE_W);
	CHECK_EQ(*PAGE_VA, 0xaa, "a page is where its entry says");
	map(PAGE_VA, page_b, PTE_P | PTE_W);
	CHECK_EQ(*PAGE_VA, 0xbb, "and after INVLPG where the new entry says");
	map(OTHER_VA, page_b, PTE_P | PTE_W);
	PAGE_VA[1] = 0x77;
	CHECK_EQ(OTHER_VA[1], 0x77, "two addresses of one page show the same");
	map(PAGE_VA, page_b, 0);
	CHECK(read_byte(PAGE_VA + 5) == VECTOR_PF && fault.error == 0, "not present is #PF");
	CHECK_EQ(fault.cr2, (u64)PAGE_VA + 5, "CR2 is the address");
}

static void check_accessed_dirty(void)
{
	u64 *entry = map(PAGE_VA, page_a, PTE_P | PTE_W);

	CHECK_EQ(*entry & (PTE_A | PTE_D), 0, "A and D are clear at first");
	read_byte(PAGE_VA);
	CHECK_EQ(*entry & (PTE_A | PTE_D), PTE_A, "a read sets A");
	write_byte(PAGE_VA, 1);
	CHECK_EQ(*entry & (PTE_A | PTE_D), PTE_A | PTE_D, "a write sets D");
	*entry &= ~(PTE_A | PTE_D);
	invlpg(PAGE_VA);
	write_byte(PAGE_VA, 2);
	CHECK_EQ(*entry & (PTE_A | PTE_D), PTE_A | PTE_D, "a first write sets both");
}

static void check_write_protection(void)
{
	map(PAGE_VA, page_a, PTE_P);
	write_cr0(read_cr0() & ~CR0_WP);
	CHECK_EQ(write_byte(PAGE_VA, 3), NO_FAULT, "CR0.WP clear: ring 0 writes a read-only page");
	CHECK_EQ(page_a[0], 3, "and the byte is there");
	write_cr0(read_cr0() | CR0_WP);
	CHECK_EQ(write_byte(PAGE_VA, 4), VECTOR_PF, "CR0.WP set: #PF");
	CHECK_EQ(fault.error, PF_P | PF_W, "error code: present, write");
	CHECK_EQ(page_a[0], 3, "and the byte is not there");
	write_cr0(read_cr0() & ~CR0_WP);
}

/* A fetch that faults: the return address is on the stack, go there. */
static void handle_fetch(struct frame *frame)
{
	if (frame->rip != (u64)PAGE_VA)
		return;
	frame->rip = *(u64 *)frame->rsp;
	frame->rsp += 8;
}

static void check_no_execute(void)
{
	u64 *entry = map(PAGE_VA, page_a, PTE_P | PTE_W | PTE_NX);

	page_a[0] = 0xc3; /* RET */
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~EFER_NXE);
	CHECK_EQ(read_byte(PAGE_VA), VECTOR_PF, "EFER.NXE clear: bit 63 is reserved, #PF");
	CHECK_EQ(fault.error, PF_P | PF_RSVD, "error code: present, reserved");
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	CHECK_EQ(read_byte(PAGE_VA), NO_FAULT, "EFER.NXE set: the page can be read");
	exception_set(VECTOR_PF, handle_fetch);
	fault.vector = NO_FAULT;
	__asm__ volatile("call *%0" : : "r"(PAGE_VA) : "memory");
	exception_set(VECTOR_PF, NULL);
	CHECK_EQ(fault.vector, VECTOR_PF, "and not executed");
	CHECK_EQ(fault.error, PF_P | PF_I, "error code: present, instruction");
	*entry &= ~PTE_NX;
	invlpg(PAGE_VA);
	CHECK_EQ(TRY("call *%0", : : "r"(PAGE_VA) : "memory"), NO_FAULT, "without NX it runs");
}

static void check_reserved_bit(void)
{
	u64 bits = cpuid(0x80000008).eax & 0xff;

	if (bits > 51) {
		skip("a reserved address bit is #PF", "no reserved bit");
		return;
	}
	map(PAGE_VA, page_a, PTE_P | 1ull << 51);
	CHECK_EQ(read_byte(PAGE_VA), VECTOR_PF, "a reserved address bit is #PF");
	CHECK_EQ(fault.error, PF_P | PF_RSVD, "error code: present, reserved");
}

/* Two address spaces that differ in one page; a global page stays in the TLB over MOV to CR3. */
static u64 *copy_tables(void)
{
	u64 *from = (u64 *)(read_cr3() & PTE_ADDR);
	u64 *to = page_alloc();

	memcpy(to, from, PAGE_SIZE);
	return to;
}

static void check_address_spaces(void)
{
	u64 first = read_cr3();
	u64 *second = copy_tables();
	u64 *pointers = page_alloc(), *directory = page_alloc(), *table = page_alloc();

	map(PAGE_VA, page_a, PTE_P | PTE_W);
	memcpy(pointers, (void *)(second[0] & PTE_ADDR), PAGE_SIZE);
	second[0] = (u64)pointers | PTE_P | PTE_W | PTE_U;
	pointers[1] = (u64)directory | PTE_P | PTE_W | PTE_U;
	directory[0] = (u64)table | PTE_P | PTE_W | PTE_U;
	table[0] = (u64)page_b | PTE_P | PTE_W;
	page_a[0] = 0xaa;
	page_b[0] = 0xbb;
	CHECK_EQ(*(volatile u8 *)PAGE_VA, 0xaa, "the first address space has its page");
	write_cr3((u64)second);
	CHECK_EQ(*(volatile u8 *)PAGE_VA, 0xbb, "MOV to CR3 switches to the second");
	CHECK_EQ(read_cr3(), (u64)second, "CR3 reads back");
	write_cr3(first);
	CHECK_EQ(*(volatile u8 *)PAGE_VA, 0xaa, "and back to the first");
}

static void check_global(void)
{
	u64 cr4 = read_cr4();

	write_cr4(cr4 | CR4_PGE);
	CHECK_EQ(read_cr4() & CR4_PGE, CR4_PGE, "CR4.PGE can be set");
	page_a[0] = 0xaa;
	page_b[0] = 0xbb;
	map(PAGE_VA, page_a, PTE_P | PTE_W | PTE_G);
	read_byte(PAGE_VA);
	*page_entry(PAGE_VA) = (u64)page_b | PTE_P | PTE_W | PTE_G;
	write_cr4(cr4 & ~CR4_PGE);
	CHECK_EQ(*(volatile u8 *)PAGE_VA, 0xbb, "changing CR4.PGE flushes global pages");
}

static void check_pcid(void)
{
	u64 cr3 = read_cr3();

	if (!(cpuid(1).ecx >> 17 & 1)) {
		CHECK_EQ(TRY("mov %0, %%cr4",
			     :
			     : "r"(read_cr4() | CR4_PCIDE)),
			 VECTOR_GP, "CR4.PCIDE that there is not is #GP");
		return;
	}
	write_cr4(read_cr4() | CR4_PCIDE);
	write_cr3(cr3 | 5);
	CHECK_EQ(read_cr3(), cr3 | 5, "CR3 holds a PCID");
	CHECK_EQ(TRY("mov %0, %%cr3",
		     :
		     : "r"(cr3 | 6 | 1ull << 63)
		     : "memory"),
		 NO_FAULT, "CR3 bit 63 means no flush");
	CHECK_EQ(read_cr3(), cr3 | 6, "and reads as 0");
	CHECK_EQ(TRY("mov %0, %%cr4",
		     :
		     : "r"(read_cr4() & ~CR4_PAE)),
		 VECTOR_GP, "PAE still cannot be cleared");
	write_cr3(cr3);
	write_cr4(read_cr4() & ~CR4_PCIDE);
	write_cr3(cr3 | 7);
	CHECK_EQ(TRY("mov %0, %%cr4",
		     :
		     : "r"(read_cr4() | CR4_PCIDE)),
		 VECTOR_GP, "PCIDE with CR3[11:0] not 0 is #GP");
	write_cr3(cr3);
}

static void user_return(void)
{
	__asm__ volatile("mov $0x1234, %%eax; int $0x80" : : : "rax");
}

static void check_smep(void)
{
	if (!(cpuid_or_zero(7).ebx >> 7 & 1)) {
		skip("SMEP keeps ring 0 from running user pages", "no SMEP");
		return;
	}
	write_cr4(read_cr4() | CR4_SMEP);
	exception_set(VECTOR_PF, handle_fetch);
	fault.vector = NO_FAULT;
	__asm__ volatile("call *%0" : : "r"(PAGE_VA) : "memory");
	exception_set(VECTOR_PF, NULL);
	CHECK_EQ(fault.vector, VECTOR_PF, "SMEP: ring 0 runs no user page");
	CHECK_EQ(fault.error, PF_P | PF_I, "error code: present, instruction");
	write_cr4(read_cr4() & ~CR4_SMEP);
}

static void check_supervisor_protection(void)
{
	u32 features = cpuid_or_zero(7).ebx;

	map(PAGE_VA, page_a, PTE_P | PTE_W | PTE_U);
	page_a[0] = 0xc3;
	CHECK_EQ(user_call(user_return, 0), 0x1234, "ring 3 runs on user pages");
	if (!(features >> 20 & 1)) {
		skip("SMAP keeps ring 0 off user pages", "no SMAP");
		return;
	}
	user_revoke(); /* ring 0 has to go on: its stack and tables are no user pages */
	write_cr4(read_cr4() | CR4_SMAP);
	CHECK_EQ(read_byte(PAGE_VA), VECTOR_PF, "SMAP with AC clear: ring 0 reads no user page");
	CHECK_EQ(fault.error, PF_P, "error code: present");
	write_flags(read_flags() | FLAG_AC);
	CHECK_EQ(read_byte(PAGE_VA), NO_FAULT, "SMAP with AC set: it does");
	write_flags(read_flags() & ~FLAG_AC);
	write_cr4(read_cr4() & ~CR4_SMAP);
	check_smep();
}

void guest_main(void)
{
	page_a = page_alloc();
	page_b = page_alloc();
	check_mapping();
	check_accessed_dirty();
	check_write_protection();
	check_no_execute();
	check_reserved_bit();
	check_address_spaces();
	check_global();
	check_pcid();
	check_supervisor_protection();
}
