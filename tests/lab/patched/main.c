// SPDX-License-Identifier: GPL-2.0
/*
 * patched LINTEL.KO: what the kernel made of the module's code when it loaded it, a line for each:
 *
 *   switch WORD...           the world switch, in order: "load" and "store" the guest's registers,
 *                            "verw", "vmlaunch", "vmresume", "exit" where the guest comes out,
 *                          "fill" the return stack buffer, "loop" so, "lfence", "wrmsr", what is
 *                          called, "status" where the result is fetched, and "ret" or the thunk in
 *                          its place
 *   branches KIND=COUNT...   the indirect calls and jumps
 *   returns KIND=COUNT...    the returns
 *   flush_l1d 0|1            whether the L1 data cache is flushed before each entry
 */
#include <stdio.h>

#include "patched.h"

int main(int argc, char **argv)
{
	uint8_t flush;

	if (argc != 2)
		give_up("usage: patched LINTEL.KO");
	print_world_switch();
	print_sites(argv[1]);
	memory_read(symbol_address("flush_l1d"), &flush, sizeof(flush));
	printf("flush_l1d %u\n", flush);
	return 0;
}
