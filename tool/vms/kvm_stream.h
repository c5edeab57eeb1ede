/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A dump of KVM's or of Xen's while its lines come in.  A stream is what has one prefix in a log:
 * the lines of one thread, where the log says whose each is.
 */
#ifndef TOOL_KVM_STREAM_H
#define TOOL_KVM_STREAM_H

#include "kvm_line.h"
#include "log_prefix.h"
#include "vmcs_dump.h"

#define KVM_REST_MAX 160

struct vmcs_dump_stream {
	struct vmcs_dump_stream *next; /* whose last line is older */
	struct log_prefix prefix;
	struct vmcs_dump *dump;
	enum kvm_section section; /* KVM_NOWHERE: the dump is at its end */
	const char *head;	  /* of the line */
	unsigned int items;	  /* of the dump, so far */
	bool after_another;	  /* dump of this stream */
	bool after_cut;		  /* one of which the controls were still to come */
	bool interrupted;	  /* the line before was none of the dump */
	bool unpadded;		  /* values are printed without zeroes before them */
	bool loads, loads_cut;	  /* in the list of MSRs that entries load; one of it is lost */
	size_t rest_length;	  /* what the line before ended in the middle of */
	char rest[KVM_REST_MAX];
};

/* The text of a line, behind its prefix. */
struct kvm_text {
	const char *at, *end;
	bool own;  /* the line has the stream's prefix */
	bool last; /* nothing can go on behind it */
};

static inline bool kvm_stream_has_prefix(const struct vmcs_dump_stream *stream)
{
	return stream->prefix.length != 0;
}

/* What is out of place in the dump is of another one, and no words about it. */
static inline bool kvm_stream_may_be_mixed(const struct vmcs_dump_stream *stream)
{
	return kvm_stream_has_prefix(stream) || stream->after_cut ||
	       (stream->after_another && !stream->interrupted);
}

void kvm_text_skip_separators(struct kvm_text *text);
/* The items of a line.  gives: is it one of the dump?  What it ends in the middle of is kept. */
bool kvm_stream_parse(struct vmcs_dump_stream *stream, struct kvm_text *text);
/* The same, if the line goes on with what the one before has ended in. */
bool kvm_stream_join(struct vmcs_dump_stream *stream, const struct kvm_text *text);
/* What the line before has ended in is all there is. */
void kvm_stream_flush(struct vmcs_dump_stream *stream);

#endif
