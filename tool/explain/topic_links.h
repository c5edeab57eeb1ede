/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How topics hang together: what one depends on, and what depends on it.  From the core's tables.
 */
#ifndef TOOL_TOPIC_LINKS_H
#define TOOL_TOPIC_LINKS_H

#include "topic.h"

#define TOPIC_LINKS_MAX 96

struct topic_links {
	bool any; /* one of them is enough */
	unsigned int count;
	const struct topic *topic[TOPIC_LINKS_MAX];
};

/* What has to be there, or 1, for this one. */
struct topic_links topic_needs(const struct topic *topic);

/* What is not there, or cannot be 1, without this one. */
struct topic_links topic_needed_by(const struct topic *topic);

/* The exit control that undoes an entry control, and the other way round; NULL: none. */
const struct topic *topic_pair(const struct topic *topic);

/* The word of a control that makes all controls of another word count; CTL_WORDS: none. */
enum ctl_word topic_activates(const struct topic *topic);

#endif
