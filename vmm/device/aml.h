/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes ACPI tables and the few terms of AML that a DSDT of constants needs, byte by byte, into a
 * buffer whose end nothing crosses: what does not fit makes it full.
 * Names of terms and descriptors as in the ACPI specification, chapters "ACPI Machine Language
 * (AML) Specification" and "Device Configuration".
 */
#ifndef VMM_AML_H
#define VMM_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aml {
	uint8_t *bytes;
	size_t size, max;
	bool full;
};

void aml_bytes(struct aml *aml, const void *bytes, size_t size);

/* Opens a term that begins with @opcode (up to two bytes) and a PkgLength; aml_end() gets the
 * value returned. */
size_t aml_begin(struct aml *aml, uint16_t opcode);
void aml_end(struct aml *aml, size_t begin);

/* DefName: @name (4 characters) becomes what is written next. */
void aml_name(struct aml *aml, const char *name);
void aml_integer(struct aml *aml, uint32_t value);
void aml_string(struct aml *aml, const char *text);
void aml_eisa_id(struct aml *aml, const char *id);

/* A resource template, and what goes into it. */
size_t aml_begin_resources(struct aml *aml);
void aml_end_resources(struct aml *aml, size_t begin);
void aml_resource_io(struct aml *aml, uint16_t port, uint8_t count);
void aml_resource_isa_irq(struct aml *aml, unsigned int irq);
void aml_resource_memory(struct aml *aml, uint32_t base, uint32_t size);
void aml_resource_edge_gsi(struct aml *aml, uint32_t gsi);

#define AML_SCOPE   0x10
#define AML_DEVICE  0x5b82
#define AML_PACKAGE 0x12

#endif
