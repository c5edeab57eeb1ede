// SPDX-License-Identifier: GPL-2.0
/*
 * pages A B: which pages of two images of a guest's memory differ.  Status 0: none.
 */
#include <stdio.h>
#include <string.h>

#define PAGE 4096

static void print_difference(unsigned long page, const char *one, const char *other)
{
	unsigned int at = 0;

	while (at < PAGE - 8 && one[at] == other[at])
		at++;
	printf("page 0x%lx differs from 0x%x on:", page, at);
	for (const char *from = one; from; from = from == one ? other : NULL) {
		printf(" ");
		for (unsigned int i = at; i < at + 8; i++)
			printf("%02x", (unsigned char)from[i]);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	FILE *a = argc == 3 ? fopen(argv[1], "r") : NULL, *b = a ? fopen(argv[2], "r") : NULL;
	unsigned long page, differ = 0;
	char one[PAGE], other[PAGE];

	if (!b) {
		perror("pages A B");
		return 2;
	}
	for (page = 0; fread(one, PAGE, 1, a); page++)
		if (!fread(other, PAGE, 1, b) || memcmp(one, other, PAGE)) {
			print_difference(page, one, other);
			differ++;
		}
	printf("%lu pages, %lu differ\n", page, differ);
	return differ || !page || fread(other, 1, 1, b);
}
