// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "words/words.h"

static int saved, kept;

void words_begin(void)
{
	fflush(stderr);
	saved = dup(STDERR_FILENO);
	kept = memfd_create("words", 0);
	if (saved < 0 || kept < 0 || dup2(kept, STDERR_FILENO) < 0)
		abort();
}

const char *words_end(void)
{
	static char text[4096];
	ssize_t n;

	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	n = pread(kept, text, sizeof(text) - 1, 0);
	text[n < 0 ? 0 : n] = '\0';
	close(saved);
	close(kept);
	return text;
}
