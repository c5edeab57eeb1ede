// SPDX-License-Identifier: GPL-2.0
/*
 * A text that says it is a dumped VMCS, or a kernel log with one; and all the rules on what it
 * says.  What was read, written down, is read as the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/vms/log_text.h"
#include "tool/vms/vmcs_dump.h"
#include "same.h"
#include "vmcs/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void ignore(void *context, const char *line)
{
	if (!*line)
		abort();
}

struct feeding {
	struct vmcs_dump_list *list;
	struct vmcs_dump_error *error;
	bool failed;
};

static void take_line(void *context, unsigned int number, char *line, size_t length)
{
	struct feeding *feeding = context;

	if (!length || memchr(line, '\0', length) || memchr(line, '\n', length))
		abort();
	if (!feeding->failed)
		feeding->failed =
			vmcs_dump_line(feeding->list, number, line, length, feeding->error);
}

/* In pieces, of which the first byte says how large they are. */
static int feed(struct vmcs_dump_list *list, const char *text, size_t size,
		struct vmcs_dump_error *error)
{
	static struct log_text source;
	struct feeding feeding = {list, error, false};
	size_t piece = size ? (u8)*text + 1 : 1;

	memset(&source, 0, sizeof(source));
	source.line = take_line;
	source.context = &feeding;
	for (size_t at = 0; at < size; at += piece)
		log_text_feed(&source, text + at, size - at < piece ? size - at : piece);
	log_text_end(&source);
	list->line = source.number;
	return feeding.failed ? -1 : vmcs_dump_end(list, error);
}

static void write_line(void *to, const char *line)
{
	fprintf(to, "%s\n", line);
}

/* Of bits that are not present the values are anything. */
static bool same_fields(const struct vmcs_values *one, const struct vmcs_values *other)
{
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (vmcs_values_has(one, i) != vmcs_values_has(other, i) ||
		    (vmcs_values_has(one, i) && one->value[i] != other->value[i]))
			return false;
	return true;
}

static bool same_image(const struct vmcs_image *one, const struct vmcs_image *other)
{
	return same_fields(&one->fields, &other->fields) && same_msrs(&one->msrs, &other->msrs) &&
	       one->processor.physical_width == other->processor.physical_width &&
	       one->processor.linear_width == other->processor.linear_width &&
	       one->entry_load_count == other->entry_load_count &&
	       !memcmp(one->entry_load ? (const void *)one->entry_load : "",
		       other->entry_load ? (const void *)other->entry_load : "",
		       one->entry_load_count * sizeof(*one->entry_load));
}

static void check_written(const struct vmcs_image *image)
{
	struct vmcs_dump_list again = {0};
	struct vmcs_dump_error error;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	vmcs_image_dump(image, write_line, to);
	if (fclose(to) || feed(&again, text, size, &error) || again.count != 1 ||
	    !same_image(image, &again.dump[0]->image))
		abort();
	vmcs_dump_free(&again);
	free(text);
}

/* Texts with all fields are too long to come about: the input's bytes, again and again, are values.
 */
static void check_whole(const u8 *data, size_t size)
{
	static struct vmcs_msr_entry load[3];
	struct vmcs_image image = {
		.processor = {.physical_width = 46, .linear_width = 57},
		.entry_load = load,
		.entry_load_count = COUNT_OF(load),
		.entry_load_whole = true,
	};
	size_t at = 0;
	u64 value = 0;

	for (unsigned int i = 0; size && i < VMCS_FIELDS; i++) {
		value = value << 9 | value >> 55;
		value ^= data[at++ % size];
		if (!(vmcs_field_table[i].encoding & 1))
			vmcs_values_set(&image.fields, vmcs_field_table[i].encoding, value);
		if (i < CAP_MSRS)
			cap_msr_set(&image.msrs, (enum cap_msr)i, value);
		load[i % COUNT_OF(load)] =
			(struct vmcs_msr_entry){(u32)value, data[at % size], ~value};
	}
	check_written(&image);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct vmcs_dump_list list = {0};
	struct vmcs_dump_error error = {0};

	if (feed(&list, (const char *)data, size, &error)) {
		if (!error.line || !error.column || !*error.words)
			abort();
	} else {
		for (unsigned int i = 0; i < list.count; i++) {
			vmcs_check_report(&list.dump[i]->image, ignore, NULL);
			check_written(&list.dump[i]->image);
		}
		if (size % 8 == 0) /* for it is slow */
			check_whole(data, size);
	}
	vmcs_dump_free(&list);
	return 0;
}
