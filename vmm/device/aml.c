// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "aml.h"

#define NAME_OP	      0x08
#define WORD_PREFIX   0x0b
#define DWORD_PREFIX  0x0c
#define STRING_PREFIX 0x0d
#define BUFFER_OP     0x11

void aml_bytes(struct aml *aml, const void *bytes, size_t size)
{
	if (size > aml->max - aml->size) {
		aml->full = true;
		return;
	}
	memcpy(aml->bytes + aml->size, bytes, size);
	aml->size += size;
}

static void aml_byte(struct aml *aml, uint8_t byte)
{
	aml_bytes(aml, &byte, 1);
}

/* Little-endian, as AML is. */
static void aml_word(struct aml *aml, uint16_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

static void aml_dword(struct aml *aml, uint32_t value)
{
	aml_bytes(aml, &value, sizeof(value));
}

/* The PkgLength is filled in at the end; always two bytes, which is good for 4095. */
size_t aml_begin(struct aml *aml, uint16_t opcode)
{
	size_t begin;

	if (opcode >> 8)
		aml_byte(aml, opcode >> 8);
	aml_byte(aml, opcode & 0xff);
	begin = aml->size;
	aml_word(aml, 0);
	return begin;
}

void aml_end(struct aml *aml, size_t begin)
{
	size_t length = aml->size - begin;

	if (length > 0xfff)
		aml->full = true;
	if (aml->full)
		return;
	aml->bytes[begin] = 0x40 | (length & 0xf);
	aml->bytes[begin + 1] = length >> 4;
}

void aml_name(struct aml *aml, const char *name)
{
	aml_byte(aml, NAME_OP);
	aml_bytes(aml, name, 4);
}

void aml_integer(struct aml *aml, uint32_t value)
{
	aml_byte(aml, DWORD_PREFIX);
	aml_dword(aml, value);
}

void aml_string(struct aml *aml, const char *text)
{
	aml_byte(aml, STRING_PREFIX);
	aml_bytes(aml, text, strlen(text) + 1);
}

static unsigned int hex_digit(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* Three letters of five bits each, four hexadecimal digits, stored with the high byte first. */
void aml_eisa_id(struct aml *aml, const char *id)
{
	uint32_t letters = (id[0] & 0x1f) << 10 | (id[1] & 0x1f) << 5 | (id[2] & 0x1f);
	uint8_t bytes[] = {
		letters >> 8,
		letters & 0xff,
		hex_digit(id[3]) << 4 | hex_digit(id[4]),
		hex_digit(id[5]) << 4 | hex_digit(id[6]),
	};

	aml_byte(aml, DWORD_PREFIX);
	aml_bytes(aml, bytes, sizeof(bytes));
}

/* The BufferSize is a word, filled in at the end. */
size_t aml_begin_resources(struct aml *aml)
{
	size_t begin = aml_begin(aml, BUFFER_OP);

	aml_byte(aml, WORD_PREFIX);
	aml_word(aml, 0);
	return begin;
}

void aml_end_resources(struct aml *aml, size_t begin)
{
	const size_t head = 5; /* PkgLength and BufferSize */
	uint16_t size;

	aml_bytes(aml, "\x79", 2); /* end tag, no checksum */
	size = aml->size - begin - head;
	if (!aml->full)
		memcpy(aml->bytes + begin + 3, &size, sizeof(size));
	aml_end(aml, begin);
}

void aml_resource_io(struct aml *aml, uint16_t port, uint8_t count)
{
	aml_bytes(aml, "\x47\x01", 2); /* decodes 16 bits */
	aml_word(aml, port);	       /* minimum */
	aml_word(aml, port);	       /* maximum */
	aml_byte(aml, 1);	       /* alignment */
	aml_byte(aml, count);
}

void aml_resource_isa_irq(struct aml *aml, unsigned int irq)
{
	aml_byte(aml, 0x22);
	aml_word(aml, 1u << irq);
}

void aml_resource_memory(struct aml *aml, uint32_t base, uint32_t size)
{
	aml_bytes(aml, "\x86\x09\x00\x01", 4); /* 32-bit, fixed, 9 bytes; writable */
	aml_dword(aml, base);
	aml_dword(aml, size);
}

void aml_resource_edge_gsi(struct aml *aml, uint32_t gsi)
{
	/* Extended interrupt, 6 bytes; consumer, edge, active high, exclusive; one of them. */
	aml_bytes(aml, "\x89\x06\x00\x03\x01", 5);
	aml_dword(aml, gsi);
}
