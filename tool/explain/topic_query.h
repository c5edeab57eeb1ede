/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What somebody asks for, taken apart: what kind of thing it is to be, and a name or a number.
 */
#ifndef TOOL_TOPIC_QUERY_H
#define TOOL_TOPIC_QUERY_H

#include "topic.h"

#define QUERY_MAX 400

struct query {
	int kind;    /* enum topic_kind; -1: any */
	int word;    /* enum ctl_word or cap_msr; -1: any */
	bool halves; /* the bit is one of the MSR, which has each control in both halves */
	bool is_number;
	unsigned long long number;
	char words[QUERY_MAX]; /* the name */
};

/* Small letters and digits alone: "IA32_PAT", "ia32-pat" and "IA32 PAT" are the same. */
void query_plain(char plain[QUERY_MAX], const char *text);

/*
 * All of the text is a number: 0x1f, 1FH, 31; 80000021, as logs have them, is hexadecimal, and so
 * is "anything": any digits that can be.
 */
bool query_number(const char *text, bool anything, unsigned long long *number);

/* Is it a line that tells an exit reason, whatever numbers stand behind that? */
bool query_tells_reason(const char *words);

/* gives: false when what stands before a colon is no kind of thing. */
bool query_parse(const char *text, struct query *query);

#endif
