// SPDX-License-Identifier: GPL-2.0
/*
 * The local APIC, the I/O APIC, the 8259s and the 8254 against the models of the unit tests, which
 * are written from the data sheets and the SDM: the fuzzer's bytes choose the steps, and when there
 * are no more, a generator that begins with them.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "irq/lapic_guest.h"
#include "irq/model.h"

#define APIC_PAGE 0xfee00000

#define STEPS 500

struct input {
	struct choices choices, rest;
	const u8 *data;
	size_t size;
};

static u32 choose_by_bytes(struct choices *choices, u32 limit)
{
	struct input *input = (struct input *)choices;
	struct choices *rest = &input->rest;
	u32 value = 0;

	if (!input->size)
		return choose(rest, limit);
	for (u32 left = limit - 1; left && input->size; left >>= 8, input->size--)
		value = value << 8 | *input->data++;
	rest->state = rest->state * 31 + value;
	return value % limit;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input input = {.choices.choose = choose_by_bytes,
			      .rest = choices_random(0),
			      .data = data,
			      .size = size};
	struct fixture *chips = chips_open();

	switch (choose(&input.choices, 4)) {
	case 0:
		pic_against_model(chips, &input.choices, STEPS);
		break;
	case 1:
		counter_against_model(chips, &input.choices, STEPS);
		break;
	case 2:
		ioapic_against_model(chips, &input.choices, STEPS);
		break;
	default:
		lapic_against_model(&chips->vcpu[0], &input.choices, STEPS);
	}
	fixture_destroy(chips);
	return 0;
}

/* --- the guest's side of a local APIC in xAPIC mode --- */

u32 apic_read(struct vcpu *vcpu, u32 offset)
{
	u32 value;

	lapic_mmio_read(vcpu, APIC_PAGE + offset, sizeof(value), &value);
	return value;
}

void apic_write(struct vcpu *vcpu, u32 offset, u32 value)
{
	lapic_mmio_write(vcpu, APIC_PAGE + offset, sizeof(value), &value);
}

int apic_take(struct vcpu *vcpu)
{
	int vector = lapic_pending_vector(vcpu);

	if (vector >= 0)
		lapic_acknowledge(vcpu, (u8)vector);
	return vector;
}

/* --- what EXPECT calls: whatever is not as expected is a finding --- */

static char context[256];

void test_context(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
}

const char *test_source_path(const char *relative)
{
	static char path[512];

	snprintf(path, sizeof(path), SOURCE_ROOT "/%s", relative);
	return path;
}

void test_fail(const char *file, int line, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: [%s] ", file, line, context);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

bool test_equal(const char *file, int line, const char *got_text, unsigned long long got,
		const char *expected_text, unsigned long long expected)
{
	if (got != expected)
		test_fail(file, line, "%s is %llx, expected %s = %llx", got_text, got,
			  expected_text, expected);
	return true;
}

bool test_true(const char *file, int line, const char *text, bool value)
{
	if (!value)
		test_fail(file, line, "not so: %s", text);
	return true;
}
