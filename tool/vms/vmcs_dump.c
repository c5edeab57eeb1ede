// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool/command.h"
#include "vmcs_dump.h"

/* The rest of a line. */
struct cursor {
	const char *start, *at, *end;
};

__attribute__((format(printf, 3, 4))) static int fail(struct vmcs_dump_list *list,
						      const struct cursor *cursor,
						      const char *words, ...)
{
	va_list args;

	list->error->line = list->line;
	list->error->column = (unsigned int)(cursor->at - cursor->start) + 1;
	va_start(args, words);
	vsnprintf(list->error->words, sizeof(list->error->words), words, args);
	va_end(args);
	return -1;
}

static bool take(struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < length || memcmp(cursor->at, word, length))
		return false;
	cursor->at += length;
	return true;
}

/* Where in the rest of the line `word` begins, or NULL. */
static const char *find(const struct cursor *cursor, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = cursor->at; (size_t)(cursor->end - at) >= length; at++)
		if (*at == *word && !memcmp(at, word, length))
			return at;
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

/* A number that fits into 64 bits. */
static bool take_number(struct cursor *cursor, unsigned int base, u64 *value)
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

static bool take_hex(struct cursor *cursor, u64 *value)
{
	return take(cursor, "0x") && take_number(cursor, 16, value);
}

/* What the log puts before a line: time and the like in brackets, and whose line it is.
 * gives: does it say whose? */
static bool skip_prefix(struct cursor *cursor)
{
	static const char *const names[] = {"lintel: ", "kvm_intel: ", "kvm: "};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *name = find(cursor, names[i]);

		if (name) {
			cursor->at = name + strlen(names[i]);
			return true;
		}
	}
	if (cursor->at < cursor->end && (*cursor->at == '[' || *cursor->at == '<')) {
		const char *bracket = find(cursor, "] ");

		if (bracket)
			cursor->at = bracket + 2;
	}
	return false;
}

static struct vmcs_dump *current(const struct vmcs_dump_list *list)
{
	return list->dump[list->count - 1];
}

static void begin(struct vmcs_dump_list *list, bool of_kvm)
{
	struct vmcs_dump *dump = command_alloc(1, sizeof(*dump));
	struct vmcs_dump **longer = realloc(list->dump, (list->count + 1) * sizeof(dump));

	if (!longer)
		command_fail("out of memory");
	list->dump = longer;
	list->dump[list->count++] = dump;
	list->open = true;
	list->loads = false;
	dump->of_kvm = of_kvm;
	dump->line = list->line;
	dump->image.entry_load_whole = !of_kvm;
}

static int set_field(struct vmcs_dump_list *list, const struct cursor *at, u32 encoding, u64 value)
{
	const struct vmcs_field *field = encoding & 1 ? NULL : vmcs_field_find(encoding);
	struct vmcs_values *fields = &current(list)->image.fields;
	u64 kept;

	if (!field)
		return fail(list, at, "0x%x is no field of a VMCS", encoding);
	if (vmcs_values_get(fields, encoding, &kept))
		return fail(list, at, "%s is there twice", field->name);
	vmcs_values_set(fields, encoding, value);
	vmcs_values_get(fields, encoding, &kept);
	if (kept != value)
		return fail(list, at, "the value is too large for %s", field->name);
	return 0;
}

static int add_load(struct vmcs_dump_list *list, const struct cursor *at, u64 number,
		    const struct vmcs_msr_entry *entry)
{
	struct vmcs_dump *dump = current(list);

	if (number != dump->image.entry_load_count)
		return fail(list, at, "entry %u of the MSR-load area is missing",
			    dump->image.entry_load_count);
	if (number == VMCS_DUMP_LOADS_MAX)
		return fail(list, at, "more than %u MSRs to load", VMCS_DUMP_LOADS_MAX);
	dump->load[number] = *entry;
	dump->image.entry_load = dump->load;
	dump->image.entry_load_count++;
	return 0;
}

/* --- dumps of Lintel --------------------------------------------------------------- */

static int parse_width(struct vmcs_dump_list *list, struct cursor *cursor, u8 *width)
{
	struct cursor at = *cursor;
	u64 value;

	if (!take_number(cursor, 10, &value) || cursor->at != cursor->end || value < 32 ||
	    value > 64)
		return fail(list, &at, "a number of bits is needed");
	*width = (u8)value;
	return 0;
}

static int parse_msr(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmx_cap_msrs *msrs = &current(list)->image.msrs;
	struct cursor at = *cursor;
	u64 index, value;

	if (!take_hex(cursor, &index) || !take(cursor, " = ") || !take_hex(cursor, &value))
		return fail(list, cursor, "0xMSR = 0xVALUE is needed");
	if (index > 0xffffffff || cap_msr_find((u32)index) == CAP_MSRS)
		return fail(list, &at, "0x%llx is no capability MSR", index);
	if (cap_msr_present(msrs, cap_msr_find((u32)index)))
		return fail(list, &at, "MSR 0x%llx is there twice", index);
	cap_msr_set(msrs, cap_msr_find((u32)index), value);
	return 0;
}

static int parse_load(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct cursor at = *cursor;
	u64 number, index, reserved, value;

	if (!take_number(cursor, 10, &number) || !take(cursor, " = ") ||
	    !take_hex(cursor, &index) || !take(cursor, " ") || !take_hex(cursor, &reserved) ||
	    !take(cursor, " ") || !take_hex(cursor, &value) || index > 0xffffffff ||
	    reserved > 0xffffffff)
		return fail(list, cursor, "N = 0xMSR 0xRESERVED 0xVALUE is needed");
	return add_load(list, &at, number,
			&(struct vmcs_msr_entry){(u32)index, (u32)reserved, value});
}

static int parse_field(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct cursor at = *cursor;
	u64 encoding, value;

	if (!take_hex(cursor, &encoding) || encoding > 0xffff)
		return fail(list, &at, "what is this line of the dump?");
	if (!take(cursor, " = ") || !take_hex(cursor, &value) ||
	    (cursor->at != cursor->end && *cursor->at != ' '))
		return fail(list, cursor, "0xFIELD = 0xVALUE is needed");
	return set_field(list, &at, (u32)encoding, value);
}

static int parse_lintel(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmcs_processor *processor = &current(list)->image.processor;

	if (take(cursor, "physical-address width = "))
		return parse_width(list, cursor, &processor->physical_width);
	if (take(cursor, "linear-address width = "))
		return parse_width(list, cursor, &processor->linear_width);
	if (take(cursor, "MSR "))
		return parse_msr(list, cursor);
	if (take(cursor, "entry-load "))
		return parse_load(list, cursor);
	if (take(cursor, "end")) {
		list->open = false;
		return 0;
	}
	return parse_field(list, cursor);
}

/* --- dumps of KVM ------------------------------------------------------------------- */

enum { NOWHERE, GUEST, HOST, CONTROL };

/* `line KEY=VALUE` in a section; of a pair like 0010:ffff the second value is of `second`. */
struct kvm_key {
	u8 section;
	const char *line; /* that the line begins with, before the first key; "" */
	const char *key;
	u16 field, second;
};

#define SEGMENT(name, reg)                                                                         \
	{GUEST, name ":", "sel", GUEST_##reg##_SELECTOR, 0},                                       \
		{GUEST, name ":", "attr", GUEST_##reg##_AR_BYTES, 0},                              \
		{GUEST, name ":", "limit", GUEST_##reg##_LIMIT, 0},                                \
	{                                                                                          \
		GUEST, name ":", "base", GUEST_##reg##_BASE, 0                                     \
	}
#define TABLE(name, reg)                                                                           \
	{GUEST, name ":", "limit", GUEST_##reg##_LIMIT, 0},                                        \
	{                                                                                          \
		GUEST, name ":", "base", GUEST_##reg##_BASE, 0                                     \
	}
#define CR(name, n)                                                                                \
	{GUEST, name ":", "actual", GUEST_CR##n, 0},                                               \
		{GUEST, name ":", "shadow", CR##n##_READ_SHADOW, 0},                               \
	{                                                                                          \
		GUEST, name ":", "gh_mask", CR##n##_GUEST_HOST_MASK, 0                             \
	}

static const struct kvm_key kvm_keys[] = {
	CR("CR0", 0),
	CR("CR4", 4),
	{GUEST, "", "CR3", GUEST_CR3, 0},
	{GUEST, "", "PDPTR0", GUEST_PDPTE0, 0},
	{GUEST, "", "PDPTR1", GUEST_PDPTE1, 0},
	{GUEST, "", "PDPTR2", GUEST_PDPTE2, 0},
	{GUEST, "", "PDPTR3", GUEST_PDPTE3, 0},
	{GUEST, "", "RSP", GUEST_RSP, 0},
	{GUEST, "", "RIP", GUEST_RIP, 0},
	{GUEST, "", "RFLAGS", GUEST_RFLAGS, 0},
	{GUEST, "", "DR7", GUEST_DR7, 0},
	{GUEST, "", "Sysenter RSP", GUEST_SYSENTER_ESP, 0},
	{GUEST, "", "CS:RIP", GUEST_SYSENTER_CS, GUEST_SYSENTER_EIP},
	SEGMENT("CS", CS),
	SEGMENT("DS", DS),
	SEGMENT("SS", SS),
	SEGMENT("ES", ES),
	SEGMENT("FS", FS),
	SEGMENT("GS", GS),
	SEGMENT("LDTR", LDTR),
	SEGMENT("TR", TR),
	TABLE("GDTR", GDTR),
	TABLE("IDTR", IDTR),
	{GUEST, "", "EFER", GUEST_IA32_EFER, 0},
	{GUEST, "", "PAT", GUEST_IA32_PAT, 0},
	{GUEST, "", "DebugCtl", GUEST_IA32_DEBUGCTL, 0},
	{GUEST, "", "DebugExceptions", GUEST_PENDING_DBG_EXCEPTIONS, 0},
	{GUEST, "", "PerfGlobCtl", GUEST_IA32_PERF_GLOBAL_CTRL, 0},
	{GUEST, "", "BndCfgS", GUEST_BNDCFGS, 0},
	{GUEST, "", "Interruptibility", GUEST_INTERRUPTIBILITY_INFO, 0},
	{GUEST, "", "ActivityState", GUEST_ACTIVITY_STATE, 0},
	{GUEST, "", "InterruptStatus", GUEST_INTR_STATUS, 0},

	{HOST, "", "RIP", HOST_RIP, 0},
	{HOST, "", "RSP", HOST_RSP, 0},
	{HOST, "", "CS", HOST_CS_SELECTOR, 0},
	{HOST, "", "SS", HOST_SS_SELECTOR, 0},
	{HOST, "", "DS", HOST_DS_SELECTOR, 0},
	{HOST, "", "ES", HOST_ES_SELECTOR, 0},
	{HOST, "", "FS", HOST_FS_SELECTOR, 0},
	{HOST, "", "GS", HOST_GS_SELECTOR, 0},
	{HOST, "", "TR", HOST_TR_SELECTOR, 0},
	{HOST, "", "FSBase", HOST_FS_BASE, 0},
	{HOST, "", "GSBase", HOST_GS_BASE, 0},
	{HOST, "", "TRBase", HOST_TR_BASE, 0},
	{HOST, "", "GDTBase", HOST_GDTR_BASE, 0},
	{HOST, "", "IDTBase", HOST_IDTR_BASE, 0},
	{HOST, "", "CR0", HOST_CR0, 0},
	{HOST, "", "CR3", HOST_CR3, 0},
	{HOST, "", "CR4", HOST_CR4, 0},
	{HOST, "", "Sysenter RSP", HOST_IA32_SYSENTER_ESP, 0},
	{HOST, "", "CS:RIP", HOST_IA32_SYSENTER_CS, HOST_IA32_SYSENTER_EIP},
	{HOST, "", "EFER", HOST_IA32_EFER, 0},
	{HOST, "", "PAT", HOST_IA32_PAT, 0},
	{HOST, "", "PerfGlobCtl", HOST_IA32_PERF_GLOBAL_CTRL, 0},

	{CONTROL, "", "PinBased", PIN_BASED_VM_EXEC_CONTROL, 0},
	{CONTROL, "", "CPUBased", CPU_BASED_VM_EXEC_CONTROL, 0},
	{CONTROL, "", "SecondaryExec", SECONDARY_VM_EXEC_CONTROL, 0},
	{CONTROL, "", "TertiaryExec", TERTIARY_VM_EXEC_CONTROL, 0},
	{CONTROL, "", "EntryControls", VM_ENTRY_CONTROLS, 0},
	{CONTROL, "", "ExitControls", VM_EXIT_CONTROLS, 0},
	{CONTROL, "", "ExceptionBitmap", EXCEPTION_BITMAP, 0},
	{CONTROL, "", "PFECmask", PAGE_FAULT_ERROR_CODE_MASK, 0},
	{CONTROL, "", "PFECmatch", PAGE_FAULT_ERROR_CODE_MATCH, 0},
	{CONTROL, "VMEntry:", "intr_info", VM_ENTRY_INTR_INFO_FIELD, 0},
	{CONTROL, "VMEntry:", "errcode", VM_ENTRY_EXCEPTION_ERROR_CODE, 0},
	{CONTROL, "VMEntry:", "ilen", VM_ENTRY_INSTRUCTION_LEN, 0},
	{CONTROL, "VMExit:", "intr_info", VM_EXIT_INTR_INFO, 0},
	{CONTROL, "VMExit:", "errcode", VM_EXIT_INTR_ERROR_CODE, 0},
	{CONTROL, "VMExit:", "ilen", VM_EXIT_INSTRUCTION_LEN, 0},
	{CONTROL, "", "reason", VM_EXIT_REASON, 0},
	{CONTROL, "", "qualification", EXIT_QUALIFICATION, 0},
	{CONTROL, "IDTVectoring:", "info", IDT_VECTORING_INFO_FIELD, 0},
	{CONTROL, "IDTVectoring:", "errcode", IDT_VECTORING_ERROR_CODE, 0},
	{CONTROL, "", "TSC Offset", TSC_OFFSET, 0},
	{CONTROL, "", "TSC Multiplier", TSC_MULTIPLIER, 0},
	{CONTROL, "", "TPR Threshold", TPR_THRESHOLD, 0},
	{CONTROL, "", "APIC-access addr", APIC_ACCESS_ADDR, 0},
	{CONTROL, "", "virt-APIC addr", VIRTUAL_APIC_PAGE_ADDR, 0},
	{CONTROL, "", "PostedIntrVec", POSTED_INTR_NV, 0},
	{CONTROL, "", "EPT pointer", EPT_POINTER, 0},
	{CONTROL, "", "PLE Gap", PLE_GAP, 0},
	{CONTROL, "", "Window", PLE_WINDOW, 0},
	{CONTROL, "", "Virtual processor ID", VIRTUAL_PROCESSOR_ID, 0},
};

static bool is_text(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !memcmp(text, word, length);
}

static const struct kvm_key *find_key(const struct vmcs_dump_list *list, const char *line,
				      size_t line_length, const char *key, size_t key_length)
{
	for (size_t i = 0; i < sizeof(kvm_keys) / sizeof(kvm_keys[0]); i++) {
		const struct kvm_key *row = &kvm_keys[i];

		if (row->section == list->section && is_text(line, line_length, row->line) &&
		    is_text(key, key_length, row->key))
			return row;
	}
	return NULL;
}

static void skip_blanks(struct cursor *cursor)
{
	while (cursor->at < cursor->end && strchr(" ,\t", *cursor->at) && *cursor->at)
		cursor->at++;
}

/* VALUE, VALUE:VALUE or VALUE|VALUE, with 0x or without. */
static bool take_values(struct cursor *cursor, u64 value[2], bool *pair)
{
	skip_blanks(cursor);
	take(cursor, "0x");
	if (!take_number(cursor, 16, &value[0]))
		return false;
	*pair = take(cursor, ":") || take(cursor, "|");
	return !*pair || take_number(cursor, 16, &value[1]);
}

/* What KVM works out and the VMCS does not have. */
static bool is_no_field(const struct cursor *cursor)
{
	struct cursor after = *cursor;

	return take(&after, " (effective)") || take(&after, " (autoload)");
}

/* What is there twice is no longer of this dump, but of something else in the log. */
static int store_key(struct vmcs_dump_list *list, const struct cursor *at,
		     const struct kvm_key *row, const u64 value[2], bool pair)
{
	u64 ignored;
	int result;

	if (vmcs_values_get(&current(list)->image.fields, row->field, &ignored)) {
		list->section = NOWHERE;
		return 0;
	}
	result = set_field(list, at, row->field, value[0]);

	return !result && pair && row->second ? set_field(list, at, row->second, value[1]) : result;
}

/* "  0: msr=0x00000600 value=0x0": an entry of the list that the line before has announced. */
static int parse_kvm_load(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct cursor at;
	u64 number, index, value;

	skip_blanks(cursor);
	at = *cursor;
	if (!take_number(cursor, 10, &number) || !take(cursor, ": msr=") ||
	    !take_hex(cursor, &index) || !take(cursor, " value=") || !take_hex(cursor, &value) ||
	    index > 0xffffffff)
		return fail(list, cursor, "N: msr=0xMSR value=0xVALUE is needed");
	return add_load(list, &at, number,
			&(struct vmcs_msr_entry){.index = (u32)index, .value = value});
}

/* The prefix of a line is up to a colon before its first key: "CS:   sel=...". */
static size_t prefix_length(const struct cursor *cursor, const char *equals)
{
	const char *colon = find(cursor, ": ");

	return colon && colon < equals ? (size_t)(colon - cursor->at) + 1 : 0;
}

static int parse_keys(struct vmcs_dump_list *list, struct cursor *cursor)
{
	const char *line = NULL;
	size_t line_length = 0;

	for (;;) {
		const char *equals, *key, *key_end;
		const struct kvm_key *row;
		struct cursor at;
		u64 value[2];
		bool pair;
		int result;

		skip_blanks(cursor);
		equals = memchr(cursor->at, '=', (size_t)(cursor->end - cursor->at));
		if (!equals)
			return 0;
		if (!line) {
			line = cursor->at;
			line_length = prefix_length(cursor, equals);
			cursor->at += line_length;
			skip_blanks(cursor);
		}
		key = cursor->at;
		for (key_end = equals; key_end > key && key_end[-1] == ' '; key_end--)
			;
		row = find_key(list, line, line_length, key, (size_t)(key_end - key));
		at = *cursor;
		cursor->at = equals + 1;
		if (!take_values(cursor, value, &pair))
			return row ? fail(list, cursor, "a value is needed") : 0;
		if (is_no_field(cursor))
			return 0;
		if (!row)
			continue;
		result = store_key(list, &at, row, value, pair);
		if (result || !list->section)
			return result;
	}
}

static int parse_kvm(struct vmcs_dump_list *list, struct cursor *cursor)
{
	bool is_load = find(cursor, ": msr=");

	if (take(cursor, "MSR guest autoload")) {
		list->loads = true;
		return 0;
	}
	if (is_load)
		return list->loads ? parse_kvm_load(list, cursor) : 0;
	list->loads = false;
	return parse_keys(list, cursor);
}

/* gives: whether the line is the head of a section. */
static bool begin_section(struct vmcs_dump_list *list, struct cursor *cursor)
{
	if (take(cursor, "*** Guest State ***")) {
		begin(list, true);
		list->section = GUEST;
		return true;
	}
	if (!list->section)
		return false;
	if (take(cursor, "*** Host State ***"))
		list->section = HOST;
	else if (take(cursor, "*** Control State ***"))
		list->section = CONTROL;
	else
		return false;
	return true;
}

/* --- both ------------------------------------------------------------------------------ */

int vmcs_dump_line(struct vmcs_dump_list *list, const char *line, size_t length,
		   struct vmcs_dump_error *error)
{
	struct cursor cursor = {line, line, line + length};
	bool named;

	list->error = error;
	list->line++;
	named = skip_prefix(&cursor);
	if (take(&cursor, VMCS_DUMP_MARK "dump of Lintel, format 1")) {
		if (list->open && !current(list)->of_kvm)
			return fail(list, &cursor, "the dump of line %u has no end",
				    current(list)->line);
		list->section = NOWHERE;
		begin(list, false);
		return 0;
	}
	if (begin_section(list, &cursor)) {
		list->named = named;
		return 0;
	}
	if (list->section && named == list->named)
		return parse_kvm(list, &cursor);
	if (list->open && take(&cursor, VMCS_DUMP_MARK))
		return parse_lintel(list, &cursor);
	return 0;
}

/* How many MSRs KVM's VMCS loads is not said where it loads none. */
static void finish_kvm(struct vmcs_dump *dump)
{
	if (dump->image.entry_load_count)
		vmcs_values_set(&dump->image.fields, VM_ENTRY_MSR_LOAD_COUNT,
				dump->image.entry_load_count);
}

int vmcs_dump_end(struct vmcs_dump_list *list, struct vmcs_dump_error *error)
{
	struct cursor nothing = {"", "", ""};

	list->error = error;
	list->line++;
	if (!list->count)
		return fail(list, &nothing, "no VMCS is dumped here");
	if (list->open && !current(list)->of_kvm)
		return fail(list, &nothing, "the dump of line %u has no end", current(list)->line);
	for (unsigned int i = 0; i < list->count; i++) {
		if (list->dump[i]->of_kvm)
			finish_kvm(list->dump[i]);
		vmcs_processor_decode(&list->dump[i]->image.processor, &list->dump[i]->image.msrs);
	}
	return 0;
}

void vmcs_dump_free(struct vmcs_dump_list *list)
{
	for (unsigned int i = 0; i < list->count; i++)
		free(list->dump[i]);
	free(list->dump);
	*list = (struct vmcs_dump_list){0};
}
