// SPDX-License-Identifier: GPL-2.0
/* Copies from and to the process that owns the VM, and those that fail when a test wants it. */
#include <string.h>

#include "defined.h"
#include "failure.h"
#include "sim.h"
#include "user_page.h"

static struct failure copy_failure;
static void (*cmpxchg_hook)(void *argument, u64 hva);
static void *cmpxchg_hook_argument;

void sim_cmpxchg_hook(void (*hook)(void *argument, u64 hva), void *argument)
{
	cmpxchg_hook = hook;
	cmpxchg_hook_argument = argument;
}

void sim_fail_copy_after(unsigned int n)
{
	failure_after(&copy_failure, n);
}

void sim_fail_copy_never(void)
{
	copy_failure.waits = false;
}

bool sim_copy_failed(void)
{
	return copy_failure.happened;
}

/* Bytes that may be copied before the first page that forbids it. */
static u64 copy_length(u64 hva, size_t length, bool write)
{
	u64 done = 0;

	if (length && failure_comes(&copy_failure))
		return 0;
	while (done < length && user_page_touch(hva + done, write))
		done += LINTEL_PAGE_SIZE - (hva + done) % LINTEL_PAGE_SIZE;
	return done < length ? done : length;
}

int host_user_read(void *to, u64 hva, size_t length)
{
	u64 done;

	sim_might_sleep("host_user_read");
	sim_point();
	done = copy_length(hva, length, false);
	if (done)
		memcpy(to, (void *)hva, done);
	return done == length ? 0 : -EFAULT;
}

/* A page that is absent would have to be brought. */
static bool word_is(const struct host_word *word)
{
	u64 now;

	if (word->hva % LINTEL_PAGE_SIZE + sizeof(now) > LINTEL_PAGE_SIZE)
		sim_panic("host_user_words_are(0x%llx): it crosses a page", word->hva);
	if (user_page_waits(word->hva, false) || failure_comes(&copy_failure) ||
	    !user_page_touch(word->hva, false))
		return false;
	memcpy(&now, (void *)word->hva, sizeof(now));
	return !((now ^ word->value) & word->mask);
}

bool host_user_words_are(const struct host_word *word, unsigned int count)
{
	for (; count; count--, word++)
		if (!word_is(word))
			return false;
	return true;
}

static int write_now(u64 hva, const void *from, size_t length)
{
	u64 done = copy_length(hva, length, true);

	must_be_defined(from, length);
	if (done)
		memcpy((void *)hva, from, done);
	return done == length ? 0 : -EFAULT;
}

/* A page that has to be copied first, or brought, would sleep. */
int host_user_write_atomic(u64 hva, const void *from, size_t length)
{
	for (u64 done = 0; done < length;
	     done += LINTEL_PAGE_SIZE - (hva + done) % LINTEL_PAGE_SIZE)
		if (user_page_waits(hva + done, true))
			return -EFAULT;
	return write_now(hva, from, length);
}

int host_user_write(u64 hva, const void *from, size_t length)
{
	sim_might_sleep("host_user_write");
	sim_point();
	return write_now(hva, from, length);
}

int host_user_cmpxchg(u64 hva, u64 old, u64 new, size_t length)
{
	u64 now = 0;

	sim_might_sleep("host_user_cmpxchg");
	if ((length != 4 && length != 8) || hva % length)
		sim_panic("host_user_cmpxchg(0x%llx): %zu bytes", hva, length);
	sim_point();
	if (cmpxchg_hook)
		cmpxchg_hook(cmpxchg_hook_argument, hva);
	if (!user_page_touch(hva, true))
		return -EFAULT;
	memcpy(&now, (void *)hva, length);
	if (now != old)
		return -EAGAIN;
	memcpy((void *)hva, &new, length);
	return 0;
}

void user_copy_reset(void)
{
	sim_cmpxchg_hook(NULL, NULL);
	sim_fail_copy_never();
}
