// SPDX-License-Identifier: GPL-2.0
/*
 * spoil FILE SEED N: invert N bits of a file that QEMU has saved, wherever SEED says, and print
 * where: every other one in the first state of a processor, the others in that of any device.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of a section comes after its length.  The last is a description of them all. */
#define FIRST_DEVICE "\5timer"
#define PROCESSOR    "\3cpu"
#define DESCRIPTION  "{\""
#define CPU_STATE    4096

static unsigned long long state;

static unsigned long random_below(unsigned long limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

/* gives: where `name` is in [at, end), or `end`. */
static const char *find(const char *at, const char *end, const char *name)
{
	const char *found = memmem(at, end - at, name, strlen(name));

	return found ? found : end;
}

static int spoil(FILE *file, unsigned long bits)
{
	static char bytes[1 << 24];
	size_t size = fread(bytes, 1, sizeof(bytes), file), at;
	const char *devices = find(bytes, bytes + size, FIRST_DEVICE);
	const char *end = find(devices, bytes + size, DESCRIPTION);
	const char *cpu = find(devices, end, PROCESSOR);

	if (end - cpu < CPU_STATE)
		return 1;
	for (; bits; bits--) {
		at = bits % 2 ? cpu - bytes + random_below(CPU_STATE)
			      : devices - bytes + random_below(end - devices);
		bytes[at] ^= 1 << random_below(8);
		printf("inverted a bit of byte %zu, %td of the processor's\n", at,
		       bytes + at - cpu);
	}
	rewind(file);
	return fwrite(bytes, 1, size, file) != size;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 4 ? fopen(argv[1], "r+") : NULL;

	if (!file) {
		perror("spoil FILE SEED N");
		return 2;
	}
	state = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15 + 1;
	return spoil(file, strtoul(argv[3], NULL, 0)) || fclose(file);
}
