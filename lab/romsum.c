// SPDX-License-Identifier: GPL-2.0
/* romsum: set the last byte of an option ROM so that all its bytes add up to 0. */
#include <stdint.h>
#include <stdio.h>

#define ROM_BLOCK 512
#define ROM_MAX	  (64 * 1024)

int main(int argc, char **argv)
{
	static uint8_t rom[ROM_MAX + 1];
	uint8_t sum = 0;
	size_t size;
	FILE *f;

	if (argc != 2) {
		fputs("usage: romsum ROM\n", stderr);
		return 2;
	}
	f = fopen(argv[1], "r+b");
	if (!f) {
		perror(argv[1]);
		return 1;
	}
	size = fread(rom, 1, sizeof(rom), f);
	if (size == 0 || size > ROM_MAX || size % ROM_BLOCK != 0) {
		fprintf(stderr, "romsum: %s: size is no multiple of %d\n", argv[1], ROM_BLOCK);
		return 1;
	}
	for (size_t i = 0; i + 1 < size; i++)
		sum = (uint8_t)(sum + rom[i]);
	if (fseek(f, (long)size - 1, SEEK_SET) || fputc((uint8_t)-sum, f) == EOF || fclose(f)) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
