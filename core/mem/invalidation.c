// SPDX-License-Identifier: GPL-2.0
/* Changes of the process's memory, under way and over. */
#include "mem/invalidation.h"

void invalidations_init(struct invalidations *invalidations)
{
	host_spin_init(&invalidations->lock);
}

static bool ranges_overlap(const struct user_range *a, const struct user_range *b)
{
	return a->start < b->end && b->start < a->end;
}

static void crowd_add(struct invalidations *invalidations, u64 start, u64 end)
{
	struct user_range *crowd = &invalidations->crowd;

	if (!invalidations->crowd_count++)
		*crowd = (struct user_range){start, end};
	if (start < crowd->start)
		crowd->start = start;
	if (end > crowd->end)
		crowd->end = end;
}

void invalidation_begin(struct invalidations *invalidations, u64 start, u64 end)
{
	host_spin_lock(&invalidations->lock);
	if (invalidations->active_count < INVALIDATIONS_ACTIVE)
		invalidations->active[invalidations->active_count++] =
			(struct user_range){start, end};
	else
		crowd_add(invalidations, start, end);
	host_spin_unlock(&invalidations->lock);
}

/* False: it is one of the crowd.  Of equal ranges any will do. */
static bool active_remove(struct invalidations *invalidations, u64 start, u64 end)
{
	for (unsigned int i = 0; i < invalidations->active_count; i++) {
		struct user_range *range = &invalidations->active[i];

		if (range->start != start || range->end != end)
			continue;
		*range = invalidations->active[--invalidations->active_count];
		return true;
	}
	return false;
}

void invalidation_end(struct invalidations *invalidations, u64 start, u64 end)
{
	bool known = true;
	u64 number;

	host_spin_lock(&invalidations->lock);
	number = invalidations->over;
	invalidations->recent[number % INVALIDATIONS_RECENT] = (struct user_range){start, end};
	__atomic_store_n(&invalidations->over, number + 1, __ATOMIC_RELEASE);
	if (!active_remove(invalidations, start, end)) {
		known = invalidations->crowd_count;
		invalidations->crowd_count -= known;
	}
	host_spin_unlock(&invalidations->lock);
	if (!known)
		host_log(HOST_LOG_ERROR,
			 "the change of user memory 0x%llx to 0x%llx ends and never began", start,
			 end);
}

/* Needs: the lock. */
static bool changed_since(const struct invalidations *invalidations, u64 since,
			  const struct user_range *range)
{
	if (invalidations->over - since > INVALIDATIONS_RECENT)
		return true;
	for (; since != invalidations->over; since++)
		if (ranges_overlap(&invalidations->recent[since % INVALIDATIONS_RECENT], range))
			return true;
	return false;
}

/* Needs: the lock. */
static bool changes_now(const struct invalidations *invalidations, const struct user_range *range)
{
	for (unsigned int i = 0; i < invalidations->active_count; i++)
		if (ranges_overlap(&invalidations->active[i], range))
			return true;
	return invalidations->crowd_count && ranges_overlap(&invalidations->crowd, range);
}

/* Needs: the lock. */
static bool touches(const struct invalidations *invalidations, u64 since, u64 start, u64 end)
{
	const struct user_range range = {start, end};

	return changed_since(invalidations, since, &range) || changes_now(invalidations, &range);
}

bool invalidations_touch(struct invalidations *invalidations, u64 since, u64 start, u64 end)
{
	bool touch;

	host_spin_lock(&invalidations->lock);
	touch = touches(invalidations, since, start, end);
	host_spin_unlock(&invalidations->lock);
	return touch;
}

bool invalidations_may_touch(struct invalidations *invalidations, u64 since, u64 start, u64 end)
{
	bool touch;

	if (!host_spin_trylock(&invalidations->lock))
		return true;
	touch = touches(invalidations, since, start, end);
	host_spin_unlock(&invalidations->lock);
	return touch;
}
