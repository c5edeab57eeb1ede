// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into Bochs, for two of its faults.
 *
 * Its optramimage loader reads a whole file into guest RAM although that RAM is contiguous for
 * 128 KiB only. Its loop copes with short reads, so give it 128 KiB at most per call.
 *
 * Bochs 3.0 with several processors and without its debugger does not say, after an exception or a
 * VM exit, that the processor has come to a new instruction: when that one faults or is left by a
 * VM exit as well, RIP goes back to where it was before the first. Both end in a long jump to the
 * loop over the processors; so do here what the loop for one processor does there. All processors
 * but the one that jumps are between two instructions, where it changes nothing. $LAB_BOCHS_COMMIT
 * has the offsets of RIP, of the last instruction's RIP, and of "RSP is to be taken back" in a
 * processor (bochs.sh finds them).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RAM_BLOCK (128 * 1024)

static struct {
	unsigned char ***processors;
	const unsigned char *count;
	unsigned int rip, prev_rip, speculative_rsp;
} commit;

static void (*real_longjmp)(jmp_buf, int);

ssize_t read(int fd, void *buf, size_t count)
{
	return syscall(SYS_read, fd, buf, count > RAM_BLOCK ? RAM_BLOCK : count);
}

/*
 * The next hexadecimal number of a text. Not by sscanf() or strtoul(): Debian 13's have names that
 * the C library of Debian 12, which an older Bochs runs with, does not know.
 */
static unsigned int next_number(const char **text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int number = 0;
	const char *digit;

	*text += strspn(*text, " 0x");
	for (; **text && (digit = strchr(digits, **text)); (*text)++)
		number = number * 16 + (unsigned int)(digit - digits);
	return number;
}

__attribute__((constructor)) static void find_processors(void)
{
	const char *offsets = getenv("LAB_BOCHS_COMMIT");

	real_longjmp = (void (*)(jmp_buf, int))dlsym(RTLD_NEXT, "__longjmp_chk");
	if (!offsets)
		return;
	commit.rip = next_number(&offsets);
	commit.prev_rip = next_number(&offsets);
	commit.speculative_rsp = next_number(&offsets);
	if (!commit.rip || !commit.prev_rip || !commit.speculative_rsp)
		return;
	commit.count = dlsym(RTLD_DEFAULT, "bx_cpu_count");
	commit.processors = dlsym(RTLD_DEFAULT, "bx_cpu_array");
}

static void commit_processor(unsigned char *cpu)
{
	*(uint64_t *)(cpu + commit.prev_rip) = *(uint64_t *)(cpu + commit.rip);
	cpu[commit.speculative_rsp] = 0;
}

/* What Bochs's longjmp() is under _FORTIFY_SOURCE. */
__attribute__((noreturn)) void __longjmp_chk(jmp_buf env, int value)
{
	if (commit.count && commit.processors)
		for (unsigned int i = 0; i < *commit.count; i++)
			commit_processor((*commit.processors)[i]);
	real_longjmp(env, value);
	__builtin_unreachable();
}
