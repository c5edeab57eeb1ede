// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "dump_reader.h"
#include "kvm_stream.h"
#include "log_text.h"

/* --- values ---------------------------------------------------------------------------- */

/* A value for what has another: of a second dump that goes on in between, if there may be one. */
static void store_twice(struct vmcs_dump_stream *stream, bool own)
{
	if (!own)
		return;
	if (kvm_stream_may_be_mixed(stream))
		stream->dump->mixed = true;
	else
		stream->section = KVM_NOWHERE;
}

static void store(struct vmcs_dump_stream *stream, u32 field, u64 value, bool own)
{
	u64 kept;

	if (vmcs_values_get(&stream->dump->image.fields, field, &kept)) {
		if (kept != value)
			store_twice(stream, own);
		return;
	}
	if (!dump_set(stream->dump, field, value))
		dump_lose(stream->dump, field);
	stream->items++;
}

static void store_bare(struct vmcs_dump_stream *stream, const struct kvm_item *item, bool own)
{
	for (unsigned int i = 0; i < item->bare_count; i++)
		store(stream, item->key[i].field, item->bare[i], own);
}

static bool is_short(const struct kvm_item *item)
{
	return item->digits[0] < item->key->digits ||
	       (item->pair && item->digits[1] < item->key->digits2);
}

static void store_item(struct vmcs_dump_stream *stream, const struct kvm_item *item, bool own)
{
	const struct kvm_key *key = item->key;

	if (item->bare_count) {
		store_bare(stream, item, own);
	} else if (item->no_field) {
		stream->items++;
	} else if (key->second && key->second == key->field) {
		store(stream, key->field, item->value[0] << 8 | item->value[1], own);
	} else {
		store(stream, key->field, item->value[0], own);
		if (item->pair && stream->section)
			store(stream, key->second, item->value[1], own);
	}
}

static void store_load(struct vmcs_dump_stream *stream, const struct kvm_item *item)
{
	struct vmcs_msr_entry entry = {.index = item->msr, .value = item->value[0]};

	if (!stream->loads)
		return;
	if (item->number != stream->dump->image.entry_load_count ||
	    !dump_add_load(stream->dump, &entry))
		stream->loads_cut = true;
}

/* --- the text of a line ------------------------------------------------------------------ */

void kvm_text_skip_separators(struct kvm_text *text)
{
	while (text->at < text->end && is_one_of(" \t,;\"'|", *text->at))
		text->at++;
}

static void keep_rest(struct vmcs_dump_stream *stream, const struct kvm_text *text)
{
	size_t length = (size_t)(text->end - text->at);

	if (length > sizeof(stream->rest))
		return;
	memmove(stream->rest, text->at, length);
	stream->rest_length = length;
}

/* The value is all there is, so that one with few figures has lost some, or never had more. */
static bool take_item(struct vmcs_dump_stream *stream, const struct kvm_text *text,
		      const struct kvm_item *item)
{
	bool at_end = item->end == text->end;

	if (item->key && !item->bare_count && is_short(item)) {
		if (at_end && !stream->unpadded) {
			dump_lose(stream->dump, item->key->field);
			return false;
		}
		stream->unpadded = true;
	}
	store_item(stream, item, text->own);
	return true;
}

/* What is at the text's beginning.  gives: something of a dump? */
static bool parse_one(struct vmcs_dump_stream *stream, struct kvm_text *text)
{
	struct kvm_item item;
	enum kvm_found found = kvm_item_read(stream->section, stream->head, text->at, text->end,
					     text->last, &item);

	switch (found) {
	case KVM_NOTHING:
		return false;
	case KVM_CUT:
		keep_rest(stream, text);
		text->at = text->end;
		return true;
	case KVM_HEAD:
		stream->head = item.head;
		break;
	case KVM_ITEM:
		take_item(stream, text, &item);
		break;
	case KVM_NO_VALUE:
		dump_lose(stream->dump, item.key->field);
		if (item.key->second)
			dump_lose(stream->dump, item.key->second);
		break;
	case KVM_LOAD:
		store_load(stream, &item);
		break;
	}
	text->at = item.end;
	return true;
}

/* The head of a list of MSRs, of which the second word may be in a line of its own. */
static bool take_list(struct vmcs_dump_stream *stream, const struct kvm_text *text)
{
	struct cursor cursor = {text->at, text->at, text->end};
	bool guest = cursor_take(&cursor, "MSR guest");

	if (guest || cursor_take(&cursor, "MSR host") || cursor_take(&cursor, "MSR auto")) {
		stream->loads = guest && !cursor_find(&cursor, "autostore");
		return true;
	}
	if (cursor_take(&cursor, "autostore:"))
		stream->loads = false;
	return cursor.at != text->at || cursor_take(&cursor, "autoload:");
}

/* The items of a line.  gives: is it one of the dump? */
bool kvm_stream_parse(struct vmcs_dump_stream *stream, struct kvm_text *text)
{
	bool first = true;

	kvm_text_skip_separators(text);
	if (take_list(stream, text))
		return true;
	while (text->at < text->end && stream->section) {
		if (parse_one(stream, text)) {
			first = false;
		} else if (first) {
			return false;
		} else {
			do
				text->at++;
			while (text->at < text->end && !is_one_of(" \t,", *text->at));
		}
		kvm_text_skip_separators(text);
	}
	return !first;
}

void kvm_stream_flush(struct vmcs_dump_stream *stream)
{
	char rest[KVM_REST_MAX];
	struct kvm_text text = {rest, rest + stream->rest_length, .own = true, .last = true};

	memcpy(rest, stream->rest, stream->rest_length);
	stream->rest_length = 0;
	if (!stream->section)
		return;
	kvm_stream_parse(stream, &text);
}

/* --- a value, a key or a marker that two lines share ---------------------------------------- */

static bool reads_on(struct vmcs_dump_stream *stream, const char *joined, size_t length,
		     bool within_word)
{
	struct kvm_item item;
	enum kvm_found found =
		kvm_item_read(stream->section, stream->head, joined, joined + length, false, &item);

	if (found == KVM_CUT)
		return true;
	if (found == KVM_NO_VALUE || found == KVM_NOTHING)
		return false;
	if (found == KVM_ITEM && !item.bare_count && is_short(&item) && !stream->unpadded)
		return false;
	if (found == KVM_ITEM && within_word && !item.bare_count && item.digits[0] != 16 &&
	    item.digits[0] != item.key->digits)
		return false;
	return item.end > joined + stream->rest_length;
}

/* The line goes on with what the one before ended in: within a word, or where there was a blank.
 * gives: the length of both, in `joined`; 0: it does not. */
static size_t join(struct vmcs_dump_stream *stream, const struct kvm_text *text, char *joined)
{
	size_t more = (size_t)(text->end - text->at), rest = stream->rest_length;
	struct kvm_item item;
	enum kvm_found alone;

	if (!rest || !more || more > LOG_LINE_MAX)
		return 0;
	memcpy(joined, stream->rest, rest);
	memcpy(joined + rest, text->at, more);
	alone = kvm_item_read(stream->section, stream->head, joined, joined + rest, true, &item);
	if (alone != KVM_ITEM || !item.bare_count) {
		if (reads_on(stream, joined, rest + more, true))
			return rest + more;
	}
	memmove(joined + rest + 1, joined + rest, more);
	joined[rest] = ' ';
	return reads_on(stream, joined, rest + more + 1, false) ? rest + more + 1 : 0;
}

bool kvm_stream_join(struct vmcs_dump_stream *stream, const struct kvm_text *text)
{
	char joined[KVM_REST_MAX + LOG_LINE_MAX + 2];
	size_t length = join(stream, text, joined);
	struct kvm_text both = {joined, joined + length, .own = text->own};

	if (!length)
		return false;
	stream->rest_length = 0;
	return kvm_stream_parse(stream, &both);
}
