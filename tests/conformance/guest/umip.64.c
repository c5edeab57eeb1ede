// SPDX-License-Identifier: GPL-2.0
/*
 * "User-Mode Instruction Prevention": with CR4.UMIP SGDT, SIDT, SLDT and STR are #GP outside of
 * ring 0, and in it they, and those that load the same registers, are as without.  (So is SMSW
 * where the processor has UMIP; a hypervisor that makes it can't catch that.)
 */
#include "rt64.h"

#define BEFORE 0x1122334455667788ull

static struct table_register stored;

#define USER(name, code)                                                                           \
	static void user_##name(void)                                                              \
	{                                                                                          \
		__asm__ volatile(code "; int $0x80" : "=m"(stored) : : "eax");                     \
	}

USER(sgdt, "sgdt %0")
USER(sidt, "sidt %0")
USER(sldt, "sldt %%eax")
USER(sldt_memory, "sldt %0")
USER(str, "str %%eax")
USER(str_memory, "str %0")

static const struct {
	void (*code)(void);
	const char *allowed, *prevented;
} prevented[] = {
	{user_sgdt, "SGDT in ring 3", "SGDT in ring 3 with UMIP is #GP"},
	{user_sidt, "SIDT in ring 3", "SIDT in ring 3 with UMIP is #GP"},
	{user_sldt, "SLDT in ring 3", "SLDT in ring 3 with UMIP is #GP"},
	{user_sldt_memory, "SLDT to memory in ring 3", "SLDT to memory in ring 3 with UMIP is #GP"},
	{user_str, "STR in ring 3", "STR in ring 3 with UMIP is #GP"},
	{user_str_memory, "STR to memory in ring 3", "STR to memory in ring 3 with UMIP is #GP"},
};

static void check_user(bool umip)
{
	for (size_t i = 0; i < ARRAY_SIZE(prevented); i++) {
		stored = (struct table_register){0};
		user_call(prevented[i].code, 0);
		CHECK_EQ(fault.vector, umip ? VECTOR_GP : NO_FAULT,
			 umip ? prevented[i].prevented : prevented[i].allowed);
		if (umip)
			CHECK(fault.error == 0 && !stored.limit && !stored.base,
			      "with error code 0, and nothing is stored");
	}
}

static u16 current_task(void)
{
	u16 selector;

	__asm__ volatile("str %0" : "=m"(selector));
	return selector;
}

static void check_registers(void)
{
	u64 value = BEFORE;

	__asm__ volatile("strw %w0" : "+r"(value));
	CHECK_EQ(value, (BEFORE & ~0xffffull) | SEL_TSS, "STR of 16 bits keeps the rest");
	value = BEFORE;
	__asm__ volatile("str %k0" : "+r"(value));
	CHECK_EQ(value, SEL_TSS, "STR of 32 bits clears it");
	value = BEFORE;
	__asm__ volatile("str %q0" : "+r"(value));
	CHECK_EQ(value, SEL_TSS, "so does that of 64");
	__asm__ volatile("str %%r13; mov %%r13, %0" : "=r"(value) : : "r13");
	CHECK_EQ(value, SEL_TSS, "R13 is not RBP");
	value = BEFORE;
	__asm__ volatile("str %w0" : "+m"(value));
	CHECK_EQ(value, (BEFORE & ~0xffffull) | SEL_TSS, "to memory go 16 bits");
	__asm__ volatile("sldt %k0" : "+r"(value));
	CHECK_EQ(value, 0, "SLDT without an LDT is 0");
}

static void check_tables(void)
{
	struct table_register gdtr = {0}, idtr = {0}, at = {0}, other;

	__asm__ volatile("sgdt %0; sidt %1" : "=m"(gdtr), "=m"(idtr));
	CHECK(gdtr.base == (u64)gdt && gdtr.limit == 12 * 8 - 1, "SGDT gives what LGDT loaded");
	CHECK(idtr.base == (u64)idt && idtr.limit == sizeof(idt) - 1, "SIDT, what LIDT loaded");
	other = (struct table_register){.limit = 0x1234, .base = 0xffff812345678000};
	__asm__ volatile("lgdt %1; sgdt %0; lgdt %2" : "=m"(at) : "m"(other), "m"(gdtr));
	CHECK(at.limit == other.limit && at.base == other.base, "LGDT and SGDT of another base");
	other.base = 1ull << 60;
	CHECK_EQ(TRY("lgdt %0", : : "m"(other)), VECTOR_GP, "LGDT of a base that is not canonical");
	CHECK_EQ(TRY("lidt %0", : : "m"(other)), VECTOR_GP, "LIDT of one");
	__asm__ volatile("lidt %0" : : "m"(idtr));
	CHECK_EQ(TRY("ud2"), VECTOR_UD, "the IDT is in place");
	CHECK_EQ(TRY("sgdt (%0)", : : "r"(1ull << 60)), VECTOR_GP, "SGDT to no canonical address");
	CHECK_EQ(TRY("sgdt (%0)", : : "r"(0x100000000000)), VECTOR_PF, "SGDT to a missing page");
	CHECK_EQ(fault.error, 2, "is a page fault of a write");
}

static void check_loads(void)
{
	CHECK_EQ(TRY("lldt %w0", : : "r"(0)), NO_FAULT, "LLDT of the null selector");
	CHECK_EQ(TRY("lldt %w0", : : "r"(SEL_KERNEL_CODE)), VECTOR_GP, "LLDT of a code segment");
	CHECK_EQ(fault.error, SEL_KERNEL_CODE, "the error code is the selector");
	CHECK_EQ(TRY("ltr %w0", : : "r"(0)), VECTOR_GP, "LTR of the null selector");
	CHECK_EQ(TRY("ltr %w0", : : "r"(SEL_TSS)), VECTOR_GP, "LTR of the busy TSS");
	gdt[SEL_TSS / 8] &= ~(2ull << 40);
	CHECK_EQ(TRY("ltr %w0", : : "r"(SEL_TSS)), NO_FAULT, "LTR of one that is not busy");
	CHECK_EQ(gdt[SEL_TSS / 8] >> 40 & 0xf, 11, "it is busy now");
	CHECK_EQ(current_task(), SEL_TSS, "STR gives its selector");
}

void guest_main(void)
{
	u64 cr4 = read_cr4();

	if (!(cpuid_or_zero(7).ecx >> 2 & 1)) {
		skip("CR4.UMIP", "no UMIP");
		return;
	}
	check_user(false);
	write_cr4(cr4 | CR4_UMIP);
	CHECK_EQ(read_cr4(), cr4 | CR4_UMIP, "CR4.UMIP stays");
	check_user(true);
	check_registers();
	check_tables();
	check_loads();
	write_cr4(cr4);
	check_user(false);
}
