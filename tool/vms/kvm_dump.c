// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of KVM and of Xen, in a log: which lines are of which.  Lines that lost their prefix go to
 * the stream that had the line before.
 */
#include <stdlib.h>
#include <string.h>

#include "dump_reader.h"
#include "kvm_stream.h"
#include "tool/command.h"

#define STREAMS_MAX 64

/* A line of the stream, behind its prefix. */
static bool accept(struct vmcs_dump_stream *stream, struct kvm_text text)
{
	if (!kvm_stream_has_prefix(stream) && kvm_stream_join(stream, &text))
		return true;
	kvm_stream_flush(stream);
	if (kvm_stream_has_prefix(stream))
		stream->head = "";
	return kvm_stream_parse(stream, &text);
}

/* --- sections ------------------------------------------------------------------------------ */

static const char *hypervisor_of(const struct vmcs_dump_stream *stream)
{
	const char *prefix = stream->prefix.text;
	struct cursor cursor = {prefix, prefix, prefix + stream->prefix.length};

	return cursor_find(&cursor, "(XEN)") ? "Xen" : "KVM";
}

static void end_dump(struct vmcs_dump_stream *stream)
{
	if (!stream->dump)
		return;
	kvm_stream_flush(stream);
	if (stream->dump->image.entry_load_count && !stream->loads_cut)
		vmcs_values_set(&stream->dump->image.fields, VM_ENTRY_MSR_LOAD_COUNT,
				stream->dump->image.entry_load_count);
}

/* One that has nothing, and goes on as another. */
static void drop_empty(struct vmcs_dump_list *list, struct vmcs_dump_stream *stream)
{
	if (!stream->dump || stream->items || list->dump[list->count - 1] != stream->dump)
		return;
	free(stream->dump);
	list->count--;
}

static int begin_dump(struct vmcs_dump_list *list, struct vmcs_dump_stream *stream,
		      const struct cursor *cursor, enum kvm_section section)
{
	end_dump(stream);
	stream->after_another = stream->dump;
	stream->after_cut = stream->dump && stream->section && stream->section < KVM_CONTROL;
	if (stream->after_cut)
		drop_empty(list, stream);
	stream->dump = dump_begin(list, cursor, hypervisor_of(stream));
	stream->section = section;
	stream->items = 0;
	stream->interrupted = false;
	stream->head = "";
	stream->rest_length = 0;
	stream->unpadded = stream->loads = stream->loads_cut = false;
	return stream->dump ? 1 : -1;
}

static void enter_section(struct vmcs_dump_stream *stream, enum kvm_section section)
{
	kvm_stream_flush(stream);
	if (section <= stream->section)
		stream->dump->mixed = true;
	stream->section = section;
	stream->head = "";
	stream->loads = false;
}

/* --- streams -------------------------------------------------------------------------------- */

static void to_front(struct vmcs_dump_list *list, struct vmcs_dump_stream *stream)
{
	struct vmcs_dump_stream **at = &list->stream;

	while (*at && *at != stream)
		at = &(*at)->next;
	if (*at)
		*at = stream->next;
	stream->next = list->stream;
	list->stream = stream;
}

/* The one whose prefix is all of what is before `length`, or NULL. */
static struct vmcs_dump_stream *find_stream(const struct vmcs_dump_list *list, const char *line,
					    size_t length)
{
	for (struct vmcs_dump_stream *stream = list->stream; stream; stream = stream->next) {
		bool whole;

		if (log_prefix_match(&stream->prefix, line, length, &whole) == length && whole)
			return stream;
	}
	return NULL;
}

static void drop_oldest(struct vmcs_dump_list *list)
{
	struct vmcs_dump_stream **at = &list->stream;
	unsigned int count = 1;

	if (!*at)
		return;
	for (; (*at)->next; at = &(*at)->next)
		count++;
	if (count < STREAMS_MAX)
		return;
	end_dump(*at);
	free(*at);
	*at = NULL;
}

static struct vmcs_dump_stream *new_stream(struct vmcs_dump_list *list, const char *line,
					   size_t length)
{
	struct vmcs_dump_stream *stream;

	drop_oldest(list);
	stream = command_alloc(1, sizeof(*stream));
	stream->head = "";
	log_prefix_take(&stream->prefix, line, length);
	to_front(list, stream);
	return stream;
}

/* Without the blanks at its end, so that a line that has others is like it. */
static size_t prefix_length(const char *line, const char *marker)
{
	while (marker > line && marker[-1] == ' ')
		marker--;
	return (size_t)(marker - line);
}

static int take_marker(struct vmcs_dump_list *list, struct cursor *cursor, const char *marker,
		       enum kvm_section section)
{
	size_t length = prefix_length(cursor->start, marker);
	struct vmcs_dump_stream *stream = find_stream(list, cursor->start, length);

	/* A section of the only dump there is, whose log has another prefix from here on. */
	if (!stream && section != KVM_GUEST && list->stream && !list->stream->next &&
	    list->stream->section && list->stream->section < section) {
		stream = list->stream;
		log_prefix_take(&stream->prefix, cursor->start, length);
	}
	if (!stream)
		stream = new_stream(list, cursor->start, length);
	to_front(list, stream);
	if (section == KVM_GUEST || !stream->section)
		return begin_dump(list, stream, cursor, section);
	enter_section(stream, section);
	return 1;
}

/* A line of another section than the stream is in: its marker is lost, or another dump is between.
 */
static bool take_elsewhere(struct vmcs_dump_stream *stream, const struct kvm_text *text)
{
	enum kvm_section section;
	const char *at = kvm_alone_find(text->at, text->end, &section);

	if (!at || at != text->at || section == stream->section)
		return false;
	if (section < stream->section || stream->after_another) {
		stream->dump->mixed |= kvm_stream_may_be_mixed(stream);
		return true;
	}
	enter_section(stream, section);
	return accept(stream, *text);
}

static bool take_own(struct vmcs_dump_list *list, struct vmcs_dump_stream *stream,
		     const struct cursor *cursor, size_t prefix)
{
	struct kvm_text text = {cursor->start + prefix, cursor->end, .own = true};

	kvm_text_skip_separators(&text);
	if (!stream->section)
		return false;
	if (!accept(stream, text) && !take_elsewhere(stream, &text)) {
		stream->interrupted = true;
		return false;
	}
	stream->interrupted = false;
	to_front(list, stream);
	return true;
}

/* Without the prefix, or with half of it: the rest of the line before, or of one that the kernel
 * has printed in two. */
static bool take_torn(struct vmcs_dump_list *list, const struct cursor *cursor)
{
	struct vmcs_dump_stream *stream = list->stream;
	struct kvm_text text[2] = {{.at = cursor->start, .end = cursor->end}, {.end = cursor->end}};
	bool whole;

	if (!stream || !stream->section || !kvm_stream_has_prefix(stream))
		return false;
	text[1].at =
		cursor->start + log_prefix_match(&stream->prefix, cursor->start,
						 (size_t)(cursor->end - cursor->start), &whole);
	for (int i = 0; i < 2; i++) {
		while (text[i].at < text[i].end && is_one_of(" >|", *text[i].at))
			text[i].at++;
		if (kvm_stream_join(stream, &text[i]))
			return true;
	}
	kvm_stream_flush(stream);
	return kvm_stream_parse(stream, &text[0]) || kvm_stream_parse(stream, &text[1]);
}

/* The first line of a dump stood behind something else than the others do. */
static bool take_relearned(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmcs_dump_stream *stream = list->stream;
	enum kvm_section section;
	const char *at;
	size_t length;

	if (!stream || stream->items || !stream->section)
		return false;
	at = kvm_alone_find(cursor->start, cursor->end, &section);
	if (!at || section != stream->section)
		return false;
	length = prefix_length(cursor->start, at);
	if (find_stream(list, cursor->start, length))
		return false;
	log_prefix_take(&stream->prefix, cursor->start, length);
	return take_own(list, stream, cursor, (size_t)(at - cursor->start));
}

/* A line that only a dump has, of one whose beginning the log has not. */
static int take_headless(struct vmcs_dump_list *list, struct cursor *cursor)
{
	struct vmcs_dump_stream *stream;
	enum kvm_section section;
	const char *at;
	int result;

	for (stream = list->stream; stream; stream = stream->next)
		if (stream->section)
			return 0;
	at = kvm_alone_find(cursor->start, cursor->end, &section);
	if (!at)
		return 0;
	stream = find_stream(list, cursor->start, prefix_length(cursor->start, at));
	if (!stream)
		stream = new_stream(list, cursor->start, prefix_length(cursor->start, at));
	result = begin_dump(list, stream, cursor, section);
	stream->after_another = stream->after_cut = false;
	if (result > 0)
		take_own(list, stream, cursor, (size_t)(at - cursor->start));
	return result;
}

/* A marker of which the line before had the beginning. */
static int take_cut_marker(struct vmcs_dump_list *list, const struct cursor *cursor)
{
	size_t length = list->cut_length, more = (size_t)(cursor->end - cursor->start);
	char joined[2 * sizeof(list->cut) + 1];

	list->cut_length = 0;
	if (!length || more > sizeof(list->cut))
		return 0;
	for (int blank = 0; blank <= 1; blank++) {
		struct cursor both = {joined, joined, joined + length + (size_t)blank + more};
		enum kvm_section section;
		const char *marker, *after;

		memcpy(joined, list->cut, length);
		joined[length] = ' ';
		memcpy(joined + length + blank, cursor->start, more);
		marker = kvm_marker_find(joined, both.end, &section, &after);
		if (marker && marker < joined + length)
			return take_marker(list, &both, marker, section);
	}
	return 0;
}

static void keep_cut_marker(struct vmcs_dump_list *list, const struct cursor *cursor)
{
	size_t length = (size_t)(cursor->end - cursor->start);

	if (length <= sizeof(list->cut) && kvm_marker_cut(cursor->start, cursor->end)) {
		memcpy(list->cut, cursor->start, length);
		list->cut_length = length;
	}
}

int kvm_dump_line(struct vmcs_dump_list *list, struct cursor *cursor)
{
	enum kvm_section section;
	const char *after, *marker = kvm_marker_find(cursor->start, cursor->end, &section, &after);
	int result = take_cut_marker(list, cursor);

	if (result)
		return result;
	if (marker)
		return take_marker(list, cursor, marker, section);
	keep_cut_marker(list, cursor);
	for (struct vmcs_dump_stream *stream = list->stream; stream; stream = stream->next) {
		bool whole;
		size_t prefix = log_prefix_match(&stream->prefix, cursor->start,
						 (size_t)(cursor->end - cursor->start), &whole);

		if (whole && take_own(list, stream, cursor, prefix))
			return 1;
	}
	if (take_torn(list, cursor) || take_relearned(list, cursor))
		return 1;
	return take_headless(list, cursor);
}

void kvm_dump_end(struct vmcs_dump_list *list)
{
	for (struct vmcs_dump_stream *stream = list->stream; stream; stream = stream->next)
		end_dump(stream);
}

void kvm_dump_free(struct vmcs_dump_list *list)
{
	while (list->stream) {
		struct vmcs_dump_stream *next = list->stream->next;

		free(list->stream);
		list->stream = next;
	}
}
