// SPDX-License-Identifier: GPL-2.0
/*
 * Lengths of instructions against another decoder, that of binutils: random prefixes, operands and
 * displacements round every opcode that Lintel knows, in all three code widths.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "emulate/decode.h"
#include "test.h"

#define SLOT  32 /* bytes, the instruction first, then NOPs */
#define SLOTS 6000

static u64 random_state;

static u32 random_number(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (u32)(random_state >> 33);
}

/* Prefixes that objdump shows as part of the instruction, whatever follows. */
static unsigned int random_prefixes(u8 *bytes, enum vcpu_width width)
{
	static const u8 segments[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65};
	unsigned int count = 0;

	if (random_number() % 8 == 0)
		bytes[count++] = random_number() % 2 ? 0xf2 : 0xf3;
	if (random_number() % 4 == 0)
		bytes[count++] = 0x66;
	if (random_number() % 4 == 0)
		bytes[count++] = 0x67;
	if (width != WIDTH_64 && random_number() % 4 == 0)
		bytes[count++] = segments[random_number() % sizeof(segments)];
	if (width == WIDTH_64 && random_number() % 2 == 0)
		bytes[count++] = 0x40 | (random_number() & 15);
	return count;
}

/* objdump shows a REX that something else follows on a line of its own. */
static bool is_prefix(u8 byte, enum vcpu_width width)
{
	if (width == WIDTH_64 && (byte & 0xf0) == 0x40)
		return true;
	return (byte & 0xe7) == 0x26 || (byte & 0xfc) == 0x64 || (byte & 0xfc) == 0xf0;
}

/* gives: the length that Lintel finds; 0: not one of its instructions. */
static unsigned int make_instruction(u8 *slot, enum vcpu_width width)
{
	struct insn insn;
	unsigned int count = random_prefixes(slot, width), i;

	for (i = count; i < INSN_MAX_LENGTH; i++)
		slot[i] = (u8)random_number();
	if (random_number() % 4 == 0)
		slot[count] = 0x0f;
	if (insn_decode(slot, INSN_MAX_LENGTH, width, &insn) != DECODE_OK ||
	    is_prefix(slot[count], width))
		return 0;
	memset(slot + insn.length, 0x90, SLOT - insn.length);
	return insn.length;
}

static void compare_lengths(const char *file, const char *mode, const u8 *lengths, const u8 *code)
{
	unsigned long address, previous = 0, checked = 0;
	char command[256], line[512];
	FILE *output;

	snprintf(command, sizeof(command),
		 "objdump -D -b binary -m i386 -M %s --insn-width=16 %s 2>&1", mode, file);
	output = popen(command, "r");
	REQUIRE_TRUE(output);
	while (fgets(line, sizeof(line), output)) {
		int end = 0;

		if (sscanf(line, " %lx:%n", &address, &end) != 1 || !end)
			continue;
		/* the line after a slot's first: where its instruction ends */
		if (previous % SLOT == 0 && address > previous) {
			const u8 *bytes = code + previous;

			test_context("%s: %02x %02x %02x %02x %02x %02x", mode, bytes[0], bytes[1],
				     bytes[2], bytes[3], bytes[4], bytes[5]);
			EXPECT_EQ(lengths[previous / SLOT], address - previous);
			checked++;
		}
		previous = address;
	}
	EXPECT_EQ(pclose(output), 0);
	EXPECT_EQ(checked, SLOTS);
}

static void check_width(enum vcpu_width width, const char *mode)
{
	static u8 code[SLOTS * SLOT], lengths[SLOTS];
	char file[] = "/tmp/lintel-objdump-XXXXXX";
	int fd = mkstemp(file);
	unsigned int i;

	REQUIRE_TRUE(fd >= 0);
	random_state = width;
	for (i = 0; i < SLOTS; i++) {
		do
			lengths[i] = (u8)make_instruction(code + i * SLOT, width);
		while (!lengths[i]);
	}
	EXPECT_EQ(write(fd, code, sizeof(code)), sizeof(code));
	close(fd);
	compare_lengths(file, mode, lengths, code);
	unlink(file);
}

TEST(decode_lengths_as_objdump_64)
{
	check_width(WIDTH_64, "x86-64,intel64");
}

TEST(decode_lengths_as_objdump_32)
{
	check_width(WIDTH_32, "i386");
}

TEST(decode_lengths_as_objdump_16)
{
	check_width(WIDTH_16, "i8086");
}
