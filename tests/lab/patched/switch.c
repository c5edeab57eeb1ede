// SPDX-License-Identifier: GPL-2.0
/*
 * The world switch as it is in memory: every instruction that can be reached is decoded, and what
 * matters of them is named.  The decoder knows the instructions of linux/entry.S and of what the
 * kernel puts there, and gives up at any other: nothing of the code goes unseen.
 *
 * SDM: "Instruction Format", "Opcode Map".
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "patched.h"

#define MAX_SIZE  1024
#define MAX_WORDS 64

/* One decoded instruction. */
struct instruction {
	unsigned int size;
	unsigned int opcode; /* 0x0f00 + the second byte for those of two */
	uint8_t modrm;
	bool has_target, falls_through;
	int32_t target; /* relative to the function */
	int32_t immediate;
};

static uint8_t code[MAX_SIZE];
static bool reached[MAX_SIZE];
static uint64_t start;

static bool has_modrm(unsigned int opcode)
{
	switch (opcode) {
	case 0x31: /* xor */
	case 0x39: /* cmp */
	case 0x81:
	case 0x83: /* add */
	case 0x85: /* test */
	case 0x89:
	case 0x8b: /* mov */
	case 0x8f: /* pop to memory */
	case 0xc1:
	case 0xc7:   /* mov imm32 */
	case 0xd1:   /* shr */
	case 0xff:   /* dec */
	case 0x0f00: /* verw */
	case 0x0f01: /* vmlaunch, vmresume */
	case 0x0f1e: /* endbr64 */
	case 0x0f1f: /* nop */
	case 0x0f79: /* vmwrite */
	case 0x0fae: /* lfence */
		return true;
	default:
		return false;
	}
}

static bool is_plain(unsigned int opcode)
{
	return (opcode >= 0x50 && opcode <= 0x5f) || opcode == 0x90 || opcode == 0xc3 ||
	       opcode == 0xcc || opcode == 0x0f30;
}

static unsigned int immediate_size(unsigned int opcode)
{
	switch (opcode) {
	case 0x83:
	case 0xc1:
		return 1;
	case 0x81:
	case 0xc7:
		return 4;
	default:
		return opcode >= 0xb8 && opcode <= 0xbf ? 4 : 0;
	}
}

/* The size of a relative target, or 0. */
static unsigned int target_size(unsigned int opcode)
{
	if ((opcode & 0xfff0) == 0x70 || opcode == 0xeb)
		return 1;
	return (opcode & 0xfff0) == 0x0f80 || opcode == 0xe8 || opcode == 0xe9 ? 4 : 0;
}

static unsigned int modrm_size(const uint8_t *modrm)
{
	unsigned int mod = *modrm >> 6, rm = *modrm & 7, size = 1;

	if (mod == 3)
		return size;
	if (rm == 4) {
		size++;
		if (mod == 0 && (modrm[1] & 7) == 5)
			size += 4;
	} else if (mod == 0 && rm == 5) {
		size += 4;
	}
	return size + (mod == 1 ? 1 : mod == 2 ? 4 : 0);
}

static bool is_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0xf3 || byte == 0x2e || byte == 0x65 || byte >> 4 == 4;
}

static int32_t signed_bytes(const uint8_t *from, unsigned int size)
{
	int32_t value;

	if (size == 1)
		return (int8_t)*from;
	memcpy(&value, from, sizeof(value));
	return value;
}

static struct instruction decode(unsigned int at)
{
	struct instruction i = {.falls_through = true};
	const uint8_t *begin = code + at, *p = begin;
	unsigned int size;

	while (is_prefix(*p))
		p++;
	i.opcode = *p++;
	if (i.opcode == 0x0f)
		i.opcode = 0x0f00 | *p++;
	if (has_modrm(i.opcode)) {
		i.modrm = *p;
		p += modrm_size(p);
	} else if (!is_plain(i.opcode) && !immediate_size(i.opcode) && !target_size(i.opcode)) {
		give_up("vmx_enter_guest+%#x: unknown instruction %02x %02x %02x %02x", at,
			begin[0], begin[1], begin[2], begin[3]);
	}
	size = immediate_size(i.opcode);
	if (size)
		i.immediate = signed_bytes(p, size);
	p += size;
	size = target_size(i.opcode);
	if (size)
		i.target = (int32_t)(p + size - code) + signed_bytes(p, size);
	i.has_target = size;
	i.size = (unsigned int)(p + size - begin);
	i.falls_through =
		i.opcode != 0xeb && i.opcode != 0xe9 && i.opcode != 0xc3 && i.opcode != 0xcc;
	return i;
}

static bool is_inside(int32_t target)
{
	return target >= 0 && target < MAX_SIZE - 16;
}

/* A CALL into the function itself fills a place of the return stack buffer, and does not return. */
static bool is_fill(const struct instruction *i)
{
	return i->opcode == 0xe8 && is_inside(i->target);
}

static void reach(unsigned int at)
{
	while (at < MAX_SIZE - 16 && !reached[at]) {
		struct instruction i = decode(at);

		reached[at] = true;
		if (i.has_target && is_inside(i.target))
			reach((unsigned int)i.target);
		if (!i.falls_through || is_fill(&i))
			return;
		at += i.size;
	}
}

static const char *words[MAX_WORDS];
static unsigned int word_count;

/* Once for several in a row. */
static void say(const char *word)
{
	if (word_count == MAX_WORDS)
		give_up("vmx_enter_guest: too much to say");
	if (!word_count || strcmp(words[word_count - 1], word) || !strcmp(word, "fill"))
		words[word_count++] = word;
}

static const char *name_of(int32_t target)
{
	const char *name = symbol_name(start + (uint64_t)(int64_t)target);

	return name ? name : "nowhere";
}

static void say_two_bytes(const struct instruction *i, unsigned int reg)
{
	if (i->opcode == 0x0f00 && reg == 5)
		say("verw");
	else if (i->opcode == 0x0f01 && i->modrm == 0xc2)
		say("vmlaunch");
	else if (i->opcode == 0x0f01 && i->modrm == 0xc3)
		say("vmresume");
	else if (i->opcode == 0x0f30)
		say("wrmsr");
	else if (i->opcode == 0x0fae && i->modrm == 0xe8)
		say("lfence");
}

static void say_instruction(const struct instruction *i)
{
	unsigned int reg = i->modrm >> 3 & 7;
	bool memory = i->modrm >> 6 != 3;

	if (i->opcode >= 0x0f00)
		say_two_bytes(i, reg);
	else if (i->opcode == 0x8b && memory)
		say("load");
	else if (i->opcode == 0x89 && memory)
		say("store");
	else if (i->opcode == 0x89 && i->modrm == 0xd8) /* mov %ebx, %eax */
		say("status");
	else if (i->opcode == 0xff && reg == 1)
		say("loop");
	else if (is_fill(i))
		say("fill");
	else if (i->opcode == 0xc3)
		say("ret");
	else if ((i->opcode == 0xe8 || i->opcode == 0xe9) && !is_inside(i->target))
		say(name_of(i->target));
}

void print_world_switch(void)
{
	unsigned int exit_point;

	start = symbol_address("vmx_enter_guest");
	exit_point = (unsigned int)(symbol_address("vmx_exit_point") - start);
	memory_read(start, code, sizeof(code));
	reach(0);
	reach(exit_point);
	for (unsigned int at = 0; at < MAX_SIZE; at++) {
		struct instruction i;

		if (!reached[at])
			continue;
		if (at == exit_point)
			say("exit");
		i = decode(at);
		say_instruction(&i);
	}
	printf("switch");
	for (unsigned int i = 0; i < word_count; i++)
		printf(" %s", words[i]);
	printf("\n");
}
