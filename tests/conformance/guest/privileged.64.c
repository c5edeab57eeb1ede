// SPDX-License-Identifier: GPL-2.0
/* Privileged instructions: #GP in ring 3, and no exception in ring 0. */
#include "rt64.h"

static const struct table_register none;

#define USER(name, code, ...)                                                                      \
	static void user_##name(void)                                                              \
	{                                                                                          \
		__asm__ volatile(code __VA_ARGS__);                                                \
	}

USER(cli, "cli")
USER(clts, "clts")
USER(invd, "invd")
USER(wbinvd, "wbinvd")
USER(lidt, "lidt %0", : : "m"(none))
USER(lgdt, "lgdt %0", : : "m"(none))
USER(lldt, "lldt %w0", : : "r"(0))
USER(ltr, "ltr %w0", : : "r"(0))
USER(lmsw, "lmsw %w0", : : "r"(1))
USER(invlpg, "invlpg (%0)", : : "r"(0ull))
USER(wrmsr, "wrmsr", : : "a"(0), "c"(0x10), "d"(0))
USER(swapgs, "swapgs")
USER(mov_cr3, "mov %0, %%cr3", : : "r"(0ull))
USER(mov_cr8, "mov %0, %%cr8", : : "r"(0ull))
USER(out, "outb %%al, $0x80", :)
USER(sti, "sti")

static const struct {
	void (*code)(void);
	const char *text;
} privileged[] = {
	{user_cli, "CLI in ring 3 with IOPL 0"}, {user_sti, "STI in ring 3 with IOPL 0"},
	{user_out, "OUT in ring 3 with IOPL 0"}, {user_clts, "CLTS in ring 3"},
	{user_invd, "INVD in ring 3"},		 {user_wbinvd, "WBINVD in ring 3"},
	{user_lidt, "LIDT in ring 3"},		 {user_lgdt, "LGDT in ring 3"},
	{user_lldt, "LLDT in ring 3"},		 {user_ltr, "LTR in ring 3"},
	{user_lmsw, "LMSW in ring 3"},		 {user_invlpg, "INVLPG in ring 3"},
	{user_wrmsr, "WRMSR in ring 3"},	 {user_swapgs, "SWAPGS in ring 3"},
	{user_mov_cr3, "MOV to CR3 in ring 3"},	 {user_mov_cr8, "MOV to CR8 in ring 3"},
};

static void check_ring0(void)
{
	static volatile u32 word;

	word = 0x1234;
	CHECK_EQ(TRY("wbinvd", : : : "memory"), NO_FAULT, "WBINVD in ring 0");
	CHECK_EQ(word, 0x1234, "memory is the same after WBINVD");
	/* INVD may lose what is in the caches: nothing of value was written since WBINVD. */
	CHECK_EQ(TRY("wbinvd; invd", :), NO_FAULT, "INVD in ring 0");
	CHECK_EQ(TRY("clflush %0", : : "m"(word)), NO_FAULT, "CLFLUSH");
	CHECK_EQ(TRY("rdpmc",
		     :
		     : "c"(0x12345678)
		     : "eax", "edx"),
		 VECTOR_GP, "RDPMC of a counter that there is not is #GP");
}

void guest_main(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(privileged); i++) {
		user_call(privileged[i].code, 0);
		CHECK_EQ(fault.vector, VECTOR_GP, privileged[i].text);
	}
	check_ring0();
}
