// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "kvm_line.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the table ------------------------------------------------------------------------- */

/* clang-format off */
#define ROW(section_, head_, key_, digits_, field_, ...)                                           \
	{.section = KVM_##section_, .head = head_, .key = key_, .digits = digits_, .field = field_, \
	 __VA_ARGS__}
#define ALONE .alone = true
#define BARE  .bare = true

#define SEGMENT(name, reg)                                                                         \
	ROW(GUEST, name ":", "sel", 4, GUEST_##reg##_SELECTOR, BARE, ALONE),                       \
	ROW(GUEST, name ":", "attr", 5, GUEST_##reg##_AR_BYTES, BARE),                             \
	ROW(GUEST, name ":", "limit", 8, GUEST_##reg##_LIMIT, BARE),                               \
	ROW(GUEST, name ":", "base", 16, GUEST_##reg##_BASE, BARE)
#define TABLE(name, reg)                                                                           \
	ROW(GUEST, name ":", "limit", 8, GUEST_##reg##_LIMIT, BARE, ALONE),                        \
	ROW(GUEST, name ":", "base", 16, GUEST_##reg##_BASE, BARE)
#define CR(n)                                                                                      \
	ROW(GUEST, "CR" #n ":", "actual", 16, GUEST_CR##n, ALONE),                                 \
	ROW(GUEST, "CR" #n ":", "shadow", 16, CR##n##_READ_SHADOW),                                \
	ROW(GUEST, "CR" #n ":", "gh_mask", 16, CR##n##_GUEST_HOST_MASK)

static const struct kvm_key keys[] = {
	CR(0),
	CR(4),
	ROW(GUEST, "", "CR3", 16, GUEST_CR3),
	ROW(GUEST, "CR3:", "actual", 16, GUEST_CR3, ALONE), /* Xen before 4.6, as the targets */
	ROW(GUEST, "CR3:", "target_count", 1, CR3_TARGET_COUNT),
	ROW(GUEST, "", "target0", 16, CR3_TARGET_VALUE0),
	ROW(GUEST, "", "target1", 16, CR3_TARGET_VALUE1),
	ROW(GUEST, "", "target2", 16, CR3_TARGET_VALUE2),
	ROW(GUEST, "", "target3", 16, CR3_TARGET_VALUE3),
	ROW(GUEST, "", "PDPTR0", 16, GUEST_PDPTE0, ALONE),
	ROW(GUEST, "", "PDPTR1", 16, GUEST_PDPTE1),
	ROW(GUEST, "", "PDPTR2", 16, GUEST_PDPTE2, ALONE),
	ROW(GUEST, "", "PDPTR3", 16, GUEST_PDPTE3),
	ROW(GUEST, "", "PDPTE0", 16, GUEST_PDPTE0, ALONE), /* Xen */
	ROW(GUEST, "", "PDPTE1", 16, GUEST_PDPTE1),
	ROW(GUEST, "", "PDPTE2", 16, GUEST_PDPTE2, ALONE),
	ROW(GUEST, "", "PDPTE3", 16, GUEST_PDPTE3),
	ROW(GUEST, "", "RSP", 16, GUEST_RSP),
	ROW(GUEST, "", "RIP", 16, GUEST_RIP),
	ROW(GUEST, "", "RFLAGS", 8, GUEST_RFLAGS),
	ROW(GUEST, "", "DR7", 16, GUEST_DR7),
	ROW(GUEST, "", "Sysenter RSP", 16, GUEST_SYSENTER_ESP),
	ROW(GUEST, "", "CS:RIP", 4, GUEST_SYSENTER_CS, .second = GUEST_SYSENTER_EIP, .digits2 = 16),
	SEGMENT("CS", CS),
	SEGMENT("DS", DS),
	SEGMENT("SS", SS),
	SEGMENT("ES", ES),
	SEGMENT("FS", FS),
	SEGMENT("GS", GS),
	TABLE("GDTR", GDTR),
	SEGMENT("LDTR", LDTR),
	TABLE("IDTR", IDTR),
	SEGMENT("TR", TR),
	ROW(GUEST, "", "EFER", 16, GUEST_IA32_EFER),
	ROW(GUEST, "", "PAT", 16, GUEST_IA32_PAT),
	ROW(GUEST, "", "Guest PAT", 16, GUEST_IA32_PAT), /* Xen before 4.6 */
	ROW(GUEST, "", "PreemptionTimer", 8, VMX_PREEMPTION_TIMER_VALUE), /* Xen */
	ROW(GUEST, "", "SM Base", 8, GUEST_SMBASE),			  /* Xen */
	ROW(GUEST, "", "DebugCtl", 16, GUEST_IA32_DEBUGCTL, ALONE),
	ROW(GUEST, "", "DebugExceptions", 16, GUEST_PENDING_DBG_EXCEPTIONS, ALONE),
	ROW(GUEST, "", "PerfGlobCtl", 16, GUEST_IA32_PERF_GLOBAL_CTRL),
	ROW(GUEST, "", "BndCfgS", 16, GUEST_BNDCFGS),
	ROW(GUEST, "", "Interruptibility", 8, GUEST_INTERRUPTIBILITY_INFO, ALONE),
	ROW(GUEST, "", "ActivityState", 8, GUEST_ACTIVITY_STATE),
	ROW(GUEST, "", "InterruptStatus", 4, GUEST_INTR_STATUS),
	ROW(GUEST, "", "S_CET", 16, GUEST_S_CET),
	ROW(GUEST, "", "SSP", 16, GUEST_SSP),
	ROW(GUEST, "", "SSP TABLE", 16, GUEST_INTR_SSP_TABLE),
	ROW(GUEST, "", "INTR SSP TABLE", 16, GUEST_INTR_SSP_TABLE), /* of patches before 6.18 */

	ROW(HOST, "", "RIP", 16, HOST_RIP),
	ROW(HOST, "", "RSP", 16, HOST_RSP),
	ROW(HOST, "", "CS", 4, HOST_CS_SELECTOR),
	ROW(HOST, "", "SS", 4, HOST_SS_SELECTOR),
	ROW(HOST, "", "DS", 4, HOST_DS_SELECTOR),
	ROW(HOST, "", "ES", 4, HOST_ES_SELECTOR),
	ROW(HOST, "", "FS", 4, HOST_FS_SELECTOR),
	ROW(HOST, "", "GS", 4, HOST_GS_SELECTOR),
	ROW(HOST, "", "TR", 4, HOST_TR_SELECTOR),
	ROW(HOST, "", "FSBase", 16, HOST_FS_BASE, ALONE),
	ROW(HOST, "", "GSBase", 16, HOST_GS_BASE, ALONE),
	ROW(HOST, "", "TRBase", 16, HOST_TR_BASE, ALONE),
	ROW(HOST, "", "GDTBase", 16, HOST_GDTR_BASE, ALONE),
	ROW(HOST, "", "IDTBase", 16, HOST_IDTR_BASE, ALONE),
	ROW(HOST, "", "CR0", 16, HOST_CR0),
	ROW(HOST, "", "CR3", 16, HOST_CR3),
	ROW(HOST, "", "CR4", 16, HOST_CR4),
	ROW(HOST, "", "Sysenter RSP", 16, HOST_IA32_SYSENTER_ESP),
	ROW(HOST, "", "CS:RIP", 4, HOST_IA32_SYSENTER_CS, .second = HOST_IA32_SYSENTER_EIP,
	    .digits2 = 16),
	ROW(HOST, "", "EFER", 16, HOST_IA32_EFER),
	ROW(HOST, "", "PAT", 16, HOST_IA32_PAT),
	ROW(HOST, "", "Host PAT", 16, HOST_IA32_PAT), /* Xen before 4.6 */
	ROW(HOST, "", "PerfGlobCtl", 16, HOST_IA32_PERF_GLOBAL_CTRL),
	ROW(HOST, "", "S_CET", 16, HOST_S_CET),
	ROW(HOST, "", "SSP", 16, HOST_SSP),
	ROW(HOST, "", "SSP TABLE", 16, HOST_INTR_SSP_TABLE),
	ROW(HOST, "", "INTR SSP TABLE", 16, HOST_INTR_SSP_TABLE),

	ROW(CONTROL, "", "PinBased", 8, PIN_BASED_VM_EXEC_CONTROL, ALONE),
	ROW(CONTROL, "", "CPUBased", 8, CPU_BASED_VM_EXEC_CONTROL, ALONE),
	ROW(CONTROL, "", "SecondaryExec", 8, SECONDARY_VM_EXEC_CONTROL, ALONE),
	ROW(CONTROL, "", "TertiaryExec", 8, TERTIARY_VM_EXEC_CONTROL),
	ROW(CONTROL, "", "EntryControls", 8, VM_ENTRY_CONTROLS, ALONE),
	ROW(CONTROL, "", "ExitControls", 8, VM_EXIT_CONTROLS, ALONE),
	ROW(CONTROL, "", "ExceptionBitmap", 8, EXCEPTION_BITMAP, ALONE),
	ROW(CONTROL, "", "PFECmask", 8, PAGE_FAULT_ERROR_CODE_MASK),
	ROW(CONTROL, "", "PFECmatch", 8, PAGE_FAULT_ERROR_CODE_MATCH),
	ROW(CONTROL, "VMEntry:", "intr_info", 8, VM_ENTRY_INTR_INFO_FIELD, ALONE),
	ROW(CONTROL, "VMEntry:", "errcode", 8, VM_ENTRY_EXCEPTION_ERROR_CODE),
	ROW(CONTROL, "VMEntry:", "ilen", 8, VM_ENTRY_INSTRUCTION_LEN),
	ROW(CONTROL, "VMExit:", "intr_info", 8, VM_EXIT_INTR_INFO, ALONE),
	ROW(CONTROL, "VMExit:", "errcode", 8, VM_EXIT_INTR_ERROR_CODE),
	ROW(CONTROL, "VMExit:", "ilen", 8, VM_EXIT_INSTRUCTION_LEN),
	ROW(CONTROL, "", "reason", 8, VM_EXIT_REASON),
	ROW(CONTROL, "", "qualification", 8, EXIT_QUALIFICATION),
	ROW(CONTROL, "IDTVectoring:", "info", 8, IDT_VECTORING_INFO_FIELD, ALONE),
	ROW(CONTROL, "IDTVectoring:", "errcode", 8, IDT_VECTORING_ERROR_CODE),
	ROW(CONTROL, "", "TSC Offset", 16, TSC_OFFSET, ALONE),
	ROW(CONTROL, "", "TSC Multiplier", 16, TSC_MULTIPLIER, ALONE),
	ROW(CONTROL, "", "SVI|RVI", 2, GUEST_INTR_STATUS, .second = GUEST_INTR_STATUS,
	    .digits2 = 2),
	ROW(CONTROL, "", "TPR Threshold", 2, TPR_THRESHOLD, ALONE),
	ROW(CONTROL, "", "APIC-access addr", 16, APIC_ACCESS_ADDR),
	ROW(CONTROL, "", "virt-APIC addr", 16, VIRTUAL_APIC_PAGE_ADDR),
	ROW(CONTROL, "", "PostedIntrVec", 2, POSTED_INTR_NV),
	ROW(CONTROL, "", "EPT pointer", 16, EPT_POINTER, ALONE),
	ROW(CONTROL, "", "EPTP index", 4, EPTP_INDEX), /* Xen */
	ROW(CONTROL, "", "SPPT pointer", 16, SPP_TABLE_POINTER), /* of patches */
	ROW(CONTROL, "", "CR3 target0", 16, CR3_TARGET_VALUE0), /* before Linux 5.7, with the next */
	ROW(CONTROL, "", "CR3 target1", 16, CR3_TARGET_VALUE1),
	ROW(CONTROL, "", "CR3 target2", 16, CR3_TARGET_VALUE2),
	ROW(CONTROL, "", "CR3 target3", 16, CR3_TARGET_VALUE3),
	ROW(CONTROL, "", "target1", 16, CR3_TARGET_VALUE1),
	ROW(CONTROL, "", "target3", 16, CR3_TARGET_VALUE3),
	ROW(CONTROL, "", "PLE Gap", 8, PLE_GAP, ALONE),
	ROW(CONTROL, "", "Window", 8, PLE_WINDOW),
	ROW(CONTROL, "", "Virtual processor ID", 4, VIRTUAL_PROCESSOR_ID, ALONE),
	ROW(CONTROL, "", "VMfunc controls", 16, VM_FUNCTION_CONTROL), /* Xen */
	ROW(CONTROL, "", "VE info address", 16, VE_INFORMATION_ADDRESS),
};

static const char *const markers[] = {
	[KVM_GUEST] = "*** Guest State ***",
	[KVM_HOST] = "*** Host State ***",
	[KVM_CONTROL] = "*** Control State ***",
};
/* clang-format on */

/* --- words ----------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

enum match { NO, CUT, WHOLE };

/* Is the word at *at, which then is behind it?  A blank in it is any number of them. */
static enum match match_word(const char *word, const char **at, const char *end)
{
	const char *there = *at;

	for (; *word; word++) {
		if (there == end)
			return CUT;
		if (*word != ' ' && *there != *word)
			return NO;
		if (*word == ' ' && !is_blank(*there))
			return NO;
		there = *word == ' ' ? skip_blanks(there, end) : there + 1;
	}
	*at = there;
	return WHOLE;
}

static enum match match_key(const struct kvm_key *row, const char **at, const char *end)
{
	const char *there = *at;
	enum match match = match_word(row->key, &there, end);

	if (match != WHOLE)
		return match;
	there = skip_blanks(there, end);
	if (there == end)
		return CUT;
	if (*there != '=')
		return NO;
	*at = there + 1;
	return WHOLE;
}

/* --- values ---------------------------------------------------------------------------- */

static int digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* What cannot go on as a figure, or as letters over one that somebody has hidden. */
static bool ends_value(const char *at, const char *end)
{
	return at == end || (*at == '.' && (end - at == 1 || at[1] != '.')) ||
	       !((*at >= 'g' && *at <= 'z') || (*at >= 'G' && *at <= 'Z') || digit(*at) >= 0 ||
		 *at == '.' || *at == '*' || *at == '?' || *at == '_' || *at == '#' ||
		 (unsigned char)*at >= 0x80);
}

static u8 take_digits(const char **at, const char *end, u64 *value)
{
	u8 count = 0;

	*value = 0;
	while (*at < end && digit(**at) >= 0 && count <= 16) {
		*value = *value << 4 | (u64)digit(*(*at)++);
		count++;
	}
	return count;
}

/* VALUE, VALUE:VALUE or VALUE|VALUE, with 0x or without.  gives: is it one? */
static bool take_value(const char **at, const char *end, struct kvm_item *item)
{
	const char *there = skip_blanks(*at, end);

	if (end - there >= 2 && there[0] == '0' && (there[1] == 'x' || there[1] == 'X'))
		there += 2;
	item->digits[0] = take_digits(&there, end, &item->value[0]);
	item->pair = item->key->second && there < end && (*there == ':' || *there == '|');
	if (item->pair)
		there++;
	item->digits[1] = item->pair ? take_digits(&there, end, &item->value[1]) : 0;
	*at = there;
	return item->digits[0] && item->digits[0] <= 16 && item->digits[1] <= 16 &&
	       item->pair == !!item->key->second && (!item->pair || item->digits[1]) &&
	       ends_value(there, end);
}

static const char *skip_word(const char *at, const char *end)
{
	while (at < end && !is_blank(*at) && *at != ',')
		at++;
	return at;
}

static enum kvm_found read_value(const char *at, const char *end, bool last, struct kvm_item *item)
{
	const char *value = skip_blanks(at, end), *behind = at;
	bool is_value = take_value(&behind, end, item);

	if (behind == end && !last)
		return KVM_CUT;
	item->end = behind;
	if (!is_value) {
		/* A key that follows at once is not the value. */
		item->end =
			value < end && memchr(value, '=', (size_t)(skip_word(value, end) - value))
				? value
				: skip_word(value, end);
		return KVM_NO_VALUE;
	}
	behind = skip_blanks(behind, end);
	item->no_field = match_word("(effective)", &behind, end) == WHOLE ||
			 match_word("(autoload)", &behind, end) == WHOLE;
	if (item->no_field)
		item->end = behind;
	return KVM_ITEM;
}

/* --- lines without keys, and MSR areas --------------------------------------------------- */

/* As many values as the head has rows, from `row` on. */
static enum kvm_found read_bare(const struct kvm_key *row, const char *at, const char *end,
				bool last, struct kvm_item *item)
{
	unsigned int rows = 0;

	while (row + rows < keys + COUNT(keys) && row[rows].bare &&
	       !strcmp(row[rows].head, row->head))
		rows++;
	for (item->bare_count = 0; item->bare_count < rows; item->bare_count++) {
		const char *value = skip_blanks(at, end);

		at = value;
		if (value < end &&
		    (!take_digits(&at, end, &item->bare[item->bare_count]) || !ends_value(at, end)))
			return KVM_NOTHING;
		if (at == end && (value == end || !last))
			return last ? KVM_NOTHING : KVM_CUT;
	}
	item->key = row;
	item->end = at;
	return KVM_ITEM;
}

/* "CS:" of a line is not "CS:RIP". */
static enum kvm_found read_head(enum kvm_section section, const char *at, const char *end,
				bool last, struct kvm_item *item)
{
	enum kvm_found found = KVM_NOTHING;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct kvm_key *row = &keys[i];
		const char *there = at, *next;
		enum match match;

		if (row->section != section || !*row->head ||
		    (i && !strcmp(row->head, keys[i - 1].head)))
			continue;
		match = match_word(row->head, &there, end);
		next = skip_blanks(there, end);
		if (match == CUT)
			found = KVM_CUT;
		if (match != WHOLE)
			continue;
		item->head = row->head;
		item->end = there;
		if (next == end)
			return last ? KVM_HEAD : KVM_CUT;
		found = row->bare ? read_bare(row, next, end, last, item) : KVM_NOTHING;
		if (found)
			return found;
		for (size_t k = i; k < COUNT(keys) && !strcmp(keys[k].head, row->head); k++) {
			const char *key = next;

			if (match_key(&keys[k], &key, end) != NO)
				return KVM_HEAD;
		}
		return KVM_NOTHING;
	}
	return last ? KVM_NOTHING : found;
}

/* "0: msr=0x00000600 value=0x0000000000000000" */
static enum kvm_found read_load(const char *at, const char *end, bool last, struct kvm_item *item)
{
	static const char *const words[] = {":", "msr=0x", "value=0x"};
	u64 number[3] = {0};

	for (size_t i = 0; i <= COUNT(words); i++) {
		const char *first = at = skip_blanks(at, end);
		enum match match;

		if (i) {
			match = match_word(words[i - 1], &at, end);
			if (match != WHOLE)
				return match == CUT && !last ? KVM_CUT : KVM_NOTHING;
		}
		if (i == 1)
			continue;
		first = at;
		while (i == 0 && at < end && *at >= '0' && *at <= '9' && at - first < 4)
			number[0] = number[0] * 10 + (u64)(*at++ - '0');
		if (i && take_digits(&at, end, &number[i - 1]) > 16)
			return KVM_NOTHING;
		if (at == end && !last)
			return i || at != first ? KVM_CUT : KVM_NOTHING;
		if (at == first || number[1] > 0xffffffff)
			return KVM_NOTHING;
	}
	if (!ends_value(at, end))
		return KVM_NOTHING;
	item->number = (u32)number[0];
	item->msr = (u32)number[1];
	item->value[0] = number[2];
	item->end = at;
	return KVM_LOAD;
}

/* --- items ----------------------------------------------------------------------------- */

/* The longest key that is here. */
static enum match find_key(enum kvm_section section, const char *head, const char **at,
			   const char *end, const struct kvm_key **found)
{
	const char *behind = NULL;
	bool cut = false;

	for (size_t i = 0; i < COUNT(keys); i++) {
		const struct kvm_key *row = &keys[i];
		const char *there = *at;
		enum match match;

		if (row->section != section || (*row->head && strcmp(row->head, head)))
			continue;
		match = match_key(row, &there, end);
		cut = cut || match == CUT;
		if (match == WHOLE && (!behind || there > behind)) {
			behind = there;
			*found = row;
		}
	}
	if (behind)
		*at = behind;
	return behind ? WHOLE : cut ? CUT : NO;
}

enum kvm_found kvm_item_read(enum kvm_section section, const char *head, const char *at,
			     const char *end, bool last, struct kvm_item *item)
{
	const char *behind = at;
	enum kvm_found found;

	*item = (struct kvm_item){.head = head};
	switch (find_key(section, head, &behind, end, &item->key)) {
	case WHOLE:
		return read_value(behind, end, last, item);
	case CUT:
		if (!last)
			return KVM_CUT;
		break;
	case NO:
		break;
	}
	found = read_head(section, at, end, last, item);
	return found ? found : read_load(at, end, last, item);
}

/* --- markers, and lines that need none -------------------------------------------------- */

const char *kvm_marker_find(const char *at, const char *end, enum kvm_section *section,
			    const char **after)
{
	for (; (at = memchr(at, '*', (size_t)(end - at))) != NULL; at++)
		for (enum kvm_section i = KVM_GUEST; i <= KVM_CONTROL; i++) {
			*after = at;
			*section = i;
			if (match_word(markers[i], after, end) == WHOLE)
				return at;
		}
	return NULL;
}

const char *kvm_marker_cut(const char *at, const char *end)
{
	for (; (at = memchr(at, '*', (size_t)(end - at))) != NULL; at++)
		for (enum kvm_section i = KVM_GUEST; i <= KVM_CONTROL; i++) {
			const char *there = at;

			if (match_word(markers[i], &there, end) == CUT)
				return at;
		}
	return NULL;
}

/* What ends right before `end`: where it begins, or NULL. */
static const char *word_before(const char *word, const char *at, const char *end)
{
	size_t length = strlen(word);

	while (end > at && is_blank(end[-1]))
		end--;
	if ((size_t)(end - at) < length || memcmp(end - length, word, length))
		return NULL;
	return end - length;
}

static const char *alone_before(const struct kvm_key *row, const char *at, const char *equals)
{
	const char *begin = word_before(row->key, at, equals);

	if (begin && *row->head)
		begin = word_before(row->head, at, begin);
	return begin && (begin == at || !(digit(begin[-1]) >= 0 || begin[-1] == '_' ||
					  (begin[-1] >= 'g' && begin[-1] <= 'z') ||
					  (begin[-1] >= 'G' && begin[-1] <= 'Z')))
		       ? begin
		       : NULL;
}

const char *kvm_alone_find(const char *at, const char *end, enum kvm_section *section)
{
	const char *equals = at;

	for (; (equals = memchr(equals, '=', (size_t)(end - equals))) != NULL; equals++) {
		const char *last = equals;

		while (last > at && is_blank(last[-1]))
			last--;
		for (size_t i = 0; last > at && i < COUNT(keys); i++) {
			const struct kvm_key *row = &keys[i];
			const char *begin;

			if (!row->alone || row->key[strlen(row->key) - 1] != last[-1])
				continue;
			begin = alone_before(row, at, last);
			if (!begin)
				continue;
			*section = (enum kvm_section)row->section;
			return begin;
		}
	}
	return NULL;
}
