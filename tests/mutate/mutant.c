// SPDX-License-Identifier: GPL-2.0
/*
 * Which planted fault is awake, from MUTANT; and which were come by: a byte for each in the file
 * that MUTANT_REACH names, which the processes of the tests share.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define MUTANTS_MAX (1 << 20)

static unsigned char unrecorded[MUTANTS_MAX];
unsigned int mutant_active;
unsigned char *mutant_reached = unrecorded;

static unsigned char *map_file(const char *name)
{
	int file = open(name, O_RDWR);
	void *map = mmap(NULL, MUTANTS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	if (file < 0 || map == MAP_FAILED) {
		perror(name);
		exit(2);
	}
	return map;
}

/* Before the constructors of the simulator, which is made of planted code too. */
__attribute__((constructor(101))) static void mutant_choose(void)
{
	const char *number = getenv("MUTANT");
	const char *reach = getenv("MUTANT_REACH");

	if (number)
		mutant_active = (unsigned int)strtoul(number, NULL, 10);
	if (reach)
		mutant_reached = map_file(reach);
}
