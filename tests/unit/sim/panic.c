// SPDX-License-Identifier: GPL-2.0
#include "panic.h"

jmp_buf panic_return;
char panic_words[512];

static void catch_panic(const char *words)
{
	size_t length = strlen(words);

	memcpy(panic_words, words, length < sizeof(panic_words) ? length + 1 : sizeof(panic_words));
	longjmp(panic_return, 1);
}

void panic_expect(void)
{
	panic_words[0] = 0;
	sim_panic_catch(catch_panic);
}

void panic_expect_end(const char *file, int line, const char *words)
{
	sim_panic_catch(NULL);
	sim_lock_reset();
	if (!strstr(panic_words, words))
		test_fail(file, line, "panic \"%s\", expected \"%s\"", panic_words, words);
}
