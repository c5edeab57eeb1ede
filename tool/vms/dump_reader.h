/* SPDX-License-Identifier: GPL-2.0 */
/* What the readers of the formats have in common, for vmcs_dump.c, exact_dump.c, kvm_dump.c,
 * kvm_stream.c and haxm_dump.c only. */
#ifndef TOOL_DUMP_READER_H
#define TOOL_DUMP_READER_H

#include <string.h>

#include "vmcs_dump.h"

/* A line, and how far it is read. */
struct cursor {
	const char *start, *at, *end;
};

__attribute__((format(printf, 3, 4))) int dump_fail(struct vmcs_dump_list *list,
						    const struct cursor *cursor, const char *words,
						    ...);
bool cursor_take(struct cursor *cursor, const char *word);
/* Where in the rest of the line `word` begins, or NULL. */
const char *cursor_find(const struct cursor *cursor, const char *word);
/* A number that fits into 64 bits. */
bool cursor_number(struct cursor *cursor, unsigned int base, u64 *value);

/* NUL is of no set. */
static inline bool is_one_of(const char *set, char c)
{
	return c && strchr(set, c);
}

/* A new dump at the end of the list; NULL, with the error filled in, after VMCS_DUMPS_MAX. */
struct vmcs_dump *dump_begin(struct vmcs_dump_list *list, const struct cursor *cursor,
			     const char *hypervisor);
/* The entry after those that are there.  gives: is there room? */
bool dump_add_load(struct vmcs_dump *dump, const struct vmcs_msr_entry *entry);
/* Takes the value if the field is one, has none yet, and is wide enough for it. */
bool dump_set(struct vmcs_dump *dump, u32 field, u64 value);
/* The field is there, and its value not. */
void dump_lose(struct vmcs_dump *dump, u32 field);

/* A line for each format.  gives: whether the line was its own, or -1 with the error filled in. */
int exact_dump_line(struct vmcs_dump_list *list, struct cursor *cursor);
int kvm_dump_line(struct vmcs_dump_list *list, struct cursor *cursor);
int haxm_dump_line(struct vmcs_dump_list *list, struct cursor *cursor);
/* The text is at its end: a value that might have gone on does not. */
void kvm_dump_end(struct vmcs_dump_list *list);
void kvm_dump_free(struct vmcs_dump_list *list);

#endif
