// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump_reader.h"
#include "facts/exit_reason.h"
#include "facts/instruction_error.h"
#include "tool/command.h"

/* --- a line ---------------------------------------------------------------------------- */

int dump_fail(struct vmcs_dump_list *list, const struct cursor *cursor, const char *words, ...)
{
	va_list args;

	list->error->line = list->line;
	list->error->column = (unsigned int)(cursor->at - cursor->start) + 1;
	va_start(args, words);
	vsnprintf(list->error->words, sizeof(list->error->words), words, args);
	va_end(args);
	return -1;
}

bool cursor_take(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length))
		return false;
	cursor->at += length;
	return true;
}

const char *cursor_find(const struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);
	const char *at = cursor->at;

	for (; (size_t)(cursor->end - at) >= length; at++) {
		at = memchr(at, *word, (size_t)(cursor->end - at) - length + 1);
		if (!at || !memcmp(at, word, length))
			return at;
	}
	return NULL;
}

static int digit(char c, unsigned int base)
{
	int value = c >= '0' && c <= '9'   ? c - '0'
		    : c >= 'a' && c <= 'f' ? c - 'a' + 10
		    : c >= 'A' && c <= 'F' ? c - 'A' + 10
					   : 99;

	return value < (int)base ? value : -1;
}

bool cursor_number(struct cursor *cursor, unsigned int base, u64 *value)
{
	const char *first = cursor->at;

	*value = 0;
	while (cursor->at < cursor->end && digit(*cursor->at, base) >= 0) {
		if (*value > (~(u64)0 - 15) / base)
			return false;
		*value = *value * base + (u64)digit(*cursor->at++, base);
	}
	return cursor->at != first;
}

/* --- a dump ---------------------------------------------------------------------------- */

struct vmcs_dump *dump_begin(struct vmcs_dump_list *list, const struct cursor *cursor,
			     const char *hypervisor)
{
	struct vmcs_dump *dump;
	struct vmcs_dump **longer;

	if (list->count == VMCS_DUMPS_MAX) {
		dump_fail(list, cursor, "more than %u VMCSs: some of them are enough",
			  VMCS_DUMPS_MAX);
		return NULL;
	}
	longer = realloc(list->dump, (list->count + 1) * sizeof(dump));
	if (!longer)
		command_fail("out of memory");
	list->dump = longer;
	dump = list->dump[list->count++] = command_alloc(1, sizeof(*dump));
	snprintf(dump->hypervisor, sizeof(dump->hypervisor), "%s", hypervisor);
	dump->line = list->line;
	return dump;
}

bool dump_add_load(struct vmcs_dump *dump, const struct vmcs_msr_entry *entry)
{
	if (dump->image.entry_load_count == VMCS_DUMP_LOADS_MAX)
		return false;
	if (!dump->load)
		dump->load = command_alloc(VMCS_DUMP_LOADS_MAX, sizeof(*dump->load));
	dump->load[dump->image.entry_load_count++] = *entry;
	dump->image.entry_load = dump->load;
	return true;
}

bool dump_set(struct vmcs_dump *dump, u32 field, u64 value)
{
	u64 kept;

	if ((field & 1) || !vmcs_field_find(field) || value & ~vmcs_field_mask(field) ||
	    vmcs_values_get(&dump->image.fields, field, &kept))
		return false;
	vmcs_values_set(&dump->image.fields, field, value);
	return true;
}

void dump_lose(struct vmcs_dump *dump, u32 field)
{
	for (unsigned int i = 0; i < dump->lost && i < VMCS_DUMP_LOST_MAX; i++)
		if (dump->lost_field[i] == field)
			return;
	if (dump->lost < VMCS_DUMP_LOST_MAX)
		dump->lost_field[dump->lost] = (u16)field;
	dump->lost++;
}

/* --- a text without one ------------------------------------------------------------------ */

#define HOW_KVM_DUMPS                                                                              \
	"`echo 1 >/sys/module/kvm_intel/parameters/dump_invalid_vmcs`, let it fail again, and "    \
	"give the kernel log"
#define OF_A_VMM                                                                                   \
	"this is what the VMM says, and the VMCS is in the kernel's log, if KVM was told to dump " \
	"it: " HOW_KVM_DUMPS
#define OF_BOCHS                                                                                   \
	"Bochs says which check failed, and has no values of the VMCS: `lintel vmcs` has a "       \
	"routine for your hypervisor that prints them"
#define OF_XEN "the VMCS stands below that in Xen's log: `xl dmesg`, all of it"
#define OF_OTHERS                                                                                  \
	"this is what a hypervisor says of itself: `lintel vmcs` has a routine by which it "       \
	"prints "                                                                                  \
	"the VMCS"

static const struct {
	const char *word;
	bool has_reason; /* an exit reason or a VM-instruction error follows */
	const char *hint;
} hints[] = {
	{"dump_invalid_vmcs=1", false, "KVM dumps the VMCS only if told: " HOW_KVM_DUMPS},
	{"KVM: entry failed", true, OF_A_VMM},	 /* QEMU */
	{"KVM_EXIT_FAIL_ENTRY", true, OF_A_VMM}, /* Firecracker */
	{"FailEntry", true, OF_A_VMM},		 /* Cloud Hypervisor */
	{"hardware_entry_failure_reason", true, OF_A_VMM},
	{"vmentry failure (reason ", true, OF_XEN},
	{"Failed vm entry (exit reason ", true, OF_XEN},
	{"VMLAUNCH error: ", true, OF_XEN},
	{"VMRESUME error: ", true, OF_XEN},
	{"nstruction error = ", true, OF_OTHERS},
	{"Failed at VM-Entry, Code=", true, OF_OTHERS},
	{"VMENTER FAIL: ", false, OF_BOCHS},
	{"VMFAIL: VMCS", false, OF_BOCHS},
	{"VERR_VMX_", false, "VirtualBox writes no fields of the VMCS into its log"},
};

/* The first number, hexadecimal with 0x, or decimal. */
static u32 first_number(struct cursor *cursor)
{
	u64 number;

	while (cursor->at < cursor->end && digit(*cursor->at, 10) < 0)
		cursor->at++;
	if (!cursor_number(cursor, cursor_take(cursor, "0x") ? 16 : 10, &number) ||
	    number > 0xffffffff)
		return 0;
	return (u32)number;
}

static void look_for_hint(struct vmcs_dump_list *list, const struct cursor *cursor)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]) && !list->hint; i++) {
		struct cursor at = *cursor;

		at.at = cursor_find(cursor, hints[i].word);
		if (!at.at || !cursor_take(&at, hints[i].word))
			continue;
		list->hint = hints[i].hint;
		list->hint_line = list->line;
		list->hint_reason = hints[i].has_reason ? first_number(&at) : 0;
		if (!(list->hint_reason & EXIT_REASON_ENTRY_FAILURE) &&
		    list->hint_reason != ERROR_ENTRY_CONTROLS &&
		    list->hint_reason != ERROR_ENTRY_HOST_STATE)
			list->hint_reason = 0;
	}
}

static int fail_without_dump(struct vmcs_dump_list *list)
{
	struct cursor nothing = {"", "", ""};
	u32 reason = list->hint_reason;

	if (!list->hint)
		return dump_fail(list, &nothing, "no VMCS is dumped here");
	list->line = list->hint_line;
	if (!reason)
		return dump_fail(list, &nothing, "no VMCS is dumped here: %s", list->hint);
	return dump_fail(list, &nothing,
			 "no VMCS is dumped here, and 0x%x (%s) alone does not say "
			 "why: %s",
			 reason,
			 reason & EXIT_REASON_ENTRY_FAILURE ? exit_reason_name(reason)
							    : vmcs_instruction_error(reason),
			 list->hint);
}

/* --- all of it --------------------------------------------------------------------------- */

int vmcs_dump_line(struct vmcs_dump_list *list, unsigned int number, const char *line,
		   size_t length, struct vmcs_dump_error *error)
{
	static int (*const formats[])(struct vmcs_dump_list *, struct cursor *) = {
		exact_dump_line, kvm_dump_line, haxm_dump_line};

	list->error = error;
	list->line = number;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct cursor cursor = {line, line, line + length};
		int result = formats[i](list, &cursor);

		if (result)
			return result < 0 ? -1 : 0;
	}
	if (!list->hint)
		look_for_hint(list, &(struct cursor){line, line, line + length});
	return 0;
}

int vmcs_dump_end(struct vmcs_dump_list *list, struct vmcs_dump_error *error)
{
	struct cursor nothing = {"", "", ""};

	list->error = error;
	list->line++;
	kvm_dump_end(list);
	if (!list->count)
		return fail_without_dump(list);
	if (list->exact)
		return dump_fail(list, &nothing, "the dump of line %u has no end",
				 list->exact->line);
	for (unsigned int i = 0; i < list->count; i++)
		vmcs_processor_decode(&list->dump[i]->image.processor, &list->dump[i]->image.msrs);
	return 0;
}

void vmcs_dump_free(struct vmcs_dump_list *list)
{
	for (unsigned int i = 0; i < list->count; i++) {
		free(list->dump[i]->load);
		free(list->dump[i]);
	}
	free(list->dump);
	kvm_dump_free(list);
	*list = (struct vmcs_dump_list){0};
}
