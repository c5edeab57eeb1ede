// SPDX-License-Identifier: GPL-2.0
/* A text that says it is a dumped VMCS, or a kernel log with one; and all the rules on what it
 * says. */
#include <stdlib.h>
#include <string.h>

#include "../../tool/vmcs_dump.h"
#include "vmcs/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void ignore(void *context, const char *line)
{
	(void)context;
	if (!*line)
		abort();
}

static int feed(struct vmcs_dump_list *list, const char *text, size_t size,
		struct vmcs_dump_error *error)
{
	while (size) {
		const char *newline = memchr(text, '\n', size);
		size_t length = newline ? (size_t)(newline - text) : size;

		if (vmcs_dump_line(list, text, length, error))
			return -1;
		text += length + !!newline;
		size -= length + !!newline;
	}
	return vmcs_dump_end(list, error);
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
			vmcs_image_dump(&list.dump[i]->image, ignore, NULL);
		}
	}
	vmcs_dump_free(&list);
	return 0;
}
