// SPDX-License-Identifier: GPL-2.0
/*
 * pages A B: which pages of two images of a guest's memory differ.  Status 0: none, but for one in
 * which only a wall clock does (Documentation/virt/kvm/x86/msr.rst): KVM writes it when its MSR is
 * set.
 */
#include <stdio.h>
#include <string.h>

#define PAGE	   4096
#define WALL_CLOCK 12 /* bytes */

/* Prints where they begin to differ.  gives: how many bytes it is to where they end to. */
static int print_difference(unsigned long page, const char *one, const char *other)
{
	int first = 0, last = PAGE - 1;

	while (one[first] == other[first])
		first++;
	while (one[last] == other[last])
		last--;
	printf("page 0x%lx differs from 0x%x to 0x%x\n", page, (unsigned int)first,
	       (unsigned int)last);
	return last - first + 1;
}

int main(int argc, char **argv)
{
	FILE *a = argc == 3 ? fopen(argv[1], "r") : NULL, *b = a ? fopen(argv[2], "r") : NULL;
	unsigned long page, differ = 0, clocks = 0;
	char one[PAGE], other[PAGE];

	if (!b) {
		perror("pages A B");
		return 2;
	}
	for (page = 0; fread(one, PAGE, 1, a); page++)
		if (!fread(other, PAGE, 1, b) || memcmp(one, other, PAGE)) {
			differ++;
			clocks += print_difference(page, one, other) <= WALL_CLOCK;
		}
	printf("%lu pages, %lu differ\n", page, differ);
	return differ > 1 || differ != clocks || !page || fread(other, 1, 1, b);
}
