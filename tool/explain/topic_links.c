// SPDX-License-Identifier: GPL-2.0
#include "topic_links.h"

static bool same(struct ctl_ref a, struct ctl_ref b)
{
	return a.word == b.word && a.bit == b.bit;
}

static void link_to(struct topic_links *links, const struct topic *topic)
{
	if (topic && links->count < TOPIC_LINKS_MAX)
		links->topic[links->count++] = topic;
}

static void link_to_refs(struct topic_links *links, const struct ctl_ref *refs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		link_to(links, topic_of_control(refs[i]));
}

/* The bits of a capability MSR in which a topic shows: where a control may be 1, or its own. */
static u64 bits_of(const struct topic *topic, enum cap_msr msr)
{
	const struct ctl_word_info *info;

	if (topic->kind == TOPIC_CAPABILITY && topic->word == msr)
		return cap_bits(~(u64)0, topic->last, topic->number) << topic->number;
	if (topic->kind != TOPIC_CONTROL)
		return 0;
	info = &ctl_word_table[topic->word];
	if (info->msr != msr)
		return 0;
	return BIT64(topic->number + (info->wide ? 0 : 32));
}

/* Does the topic announce the capability MSR? */
static bool announces(const struct topic *topic, const struct cap_msr_info *info)
{
	return info && info->by != CAP_MSRS && (bits_of(topic, info->by) & info->by_mask);
}

static void link_announcers(struct topic_links *links, const struct cap_msr_info *info)
{
	unsigned int count;
	const struct topic *list = topic_list(&count);

	for (unsigned int i = 0; i < count; i++)
		if (announces(&list[i], info))
			link_to(links, &list[i]);
}

struct topic_links topic_needs(const struct topic *topic)
{
	struct topic_links links = {0};

	switch (topic->kind) {
	case TOPIC_CONTROL:
		if (ctl_word_table[topic->word].activated)
			link_to(&links, topic_of_control(ctl_word_table[topic->word].activator));
		link_to_refs(&links, topic->control->needs, topic->control->needs_count);
		break;
	case TOPIC_FIELD:
		links.any = true;
		link_to_refs(&links, topic->field->exists, topic->field->exists_count);
		break;
	case TOPIC_CAPABILITY:
		links.any = true;
		link_announcers(&links, &cap_msr_table[topic->word]);
		break;
	case TOPIC_MSR:
		links.any = true;
		link_announcers(&links, topic->cap_msr);
		break;
	case TOPIC_EXIT:
		links.any = topic->exit->any;
		link_to_refs(&links, topic->exit->control, topic->exit->control_count);
		break;
	default:
		break;
	}
	return links;
}

static bool among(const struct topic *topic, const struct ctl_ref *refs, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (topic_of_control(refs[i]) == topic)
			return true;
	return false;
}

static bool is_needed_by(const struct topic *topic, const struct topic *other)
{
	switch (other->kind) {
	case TOPIC_CONTROL: /* that a word hangs on its activator is not said of each bit */
		return among(topic, other->control->needs, other->control->needs_count);
	case TOPIC_FIELD:
		return among(topic, other->field->exists, other->field->exists_count);
	case TOPIC_MSR:
		return announces(topic, other->cap_msr);
	case TOPIC_EXIT:
		return among(topic, other->exit->control, other->exit->control_count);
	default:
		return false;
	}
}

struct topic_links topic_needed_by(const struct topic *topic)
{
	struct topic_links links = {0};
	unsigned int count;
	const struct topic *list = topic_list(&count);

	if (topic->kind == TOPIC_CONTROL || topic->kind == TOPIC_CAPABILITY)
		for (unsigned int i = 0; i < count; i++)
			if (is_needed_by(topic, &list[i]))
				link_to(&links, &list[i]);
	return links;
}

const struct topic *topic_pair(const struct topic *topic)
{
	if (topic->kind != TOPIC_CONTROL || !topic->control->has_pair)
		return NULL;
	return topic_of_control(topic->control->pair);
}

enum ctl_word topic_activates(const struct topic *topic)
{
	struct ctl_ref self = {.word = topic->word, .bit = (u8)topic->number};
	enum ctl_word word = 0;

	if (topic->kind != TOPIC_CONTROL)
		return CTL_WORDS;
	while (word < CTL_WORDS &&
	       !(ctl_word_table[word].activated && same(ctl_word_table[word].activator, self)))
		word++;
	return word;
}
