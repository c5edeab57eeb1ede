// SPDX-License-Identifier: GPL-2.0
/*
 * irqfds that come and go while their events are signalled, and whose messages go elsewhere
 * meanwhile.  They go by KVM_IRQFD_FLAG_DEASSIGN, or as nobody has a descriptor of the event any
 * more.
 *
 * Expected: what is signalled while the irqfd is there interrupts; what is signalled while it is
 * not stays in the event, and interrupts when the irqfd comes, unless somebody reads the event
 * before. Where a change is under way either may be.
 */
#include "devices.h"

static struct visitor {
	host_mutex_t lock; /* of changes */
	int event;
	enum { AWAY, CHANGES, HERE } state;
	u64 changes;
	struct target target, before; /* the same, unless it changes */
	unsigned int writers;	      /* who signal the event */
	bool held;		      /* there is to be no new one */
	bool may_keep, keeps;	      /* what was signalled, and nobody has taken */
} visitors[VISITORS];

const struct target *visitor_target(unsigned int visitor)
{
	return &visitors[visitor].target;
}

static u64 expect_begin(const struct target *target)
{
	return interrupt_send_begin(target->id, target->vector);
}

static void expect_end(const struct target *target, u64 token, bool sure)
{
	if (sure)
		interrupt_send_end(target->id, target->vector, token);
	else
		interrupt_send_unsure(target->id, target->vector);
}

/* --- signals --- */

static void signal_away(struct visitor *visitor)
{
	u64 changes = visitor->changes;

	visitor->may_keep = true;
	sim_event_write(visitor->event);
	visitor->keeps |= changes == visitor->changes;
}

static void signal_here(struct visitor *visitor)
{
	const struct target target = visitor->target, before = visitor->before;
	u64 token = expect_begin(&target), other = expect_begin(&before);
	u64 changes = visitor->changes;
	bool sure = visitor->state == HERE;

	sim_event_write(visitor->event);
	sure &= changes == visitor->changes;
	expect_end(&before, other, sure);
	expect_end(&target, token, sure);
	visitor->may_keep |= !sure;
}

bool visitor_signal(void)
{
	struct visitor *visitor = &visitors[sim_random_below(VISITORS)];

	if (visitor->held)
		return false;
	visitor->writers++;
	if (visitor->state == AWAY)
		signal_away(visitor);
	else
		signal_here(visitor);
	visitor->writers--;
	return true;
}

/* --- changes; the lock is held --- */

/* Those who signal now expect what was so before the change. */
static void wait_for_writers(struct visitor *visitor)
{
	visitor->held = true;
	while (visitor->writers)
		host_cond_resched();
}

static void change_begin(struct visitor *visitor)
{
	visitor->state = CHANGES;
	visitor->changes++;
	visitor->held = false;
}

static void change_end(struct visitor *visitor, bool here)
{
	visitor->state = here ? HERE : AWAY;
	visitor->changes++;
	visitor->before = visitor->target;
}

static u32 gsi_of(const struct visitor *visitor)
{
	return GSI_VISITORS + (u32)(visitor - visitors);
}

static void come(struct visitor *visitor)
{
	bool may, must;
	u64 token = 0;

	wait_for_writers(visitor);
	may = visitor->may_keep;
	must = visitor->keeps;
	if (may)
		token = expect_begin(&visitor->target);
	change_begin(visitor);
	visitor->keeps = false;
	irqfd_change(gsi_of(visitor), visitor->event, 0, 0);
	if (may)
		expect_end(&visitor->target, token, must);
	change_end(visitor, true);
}

static void go(struct visitor *visitor)
{
	change_begin(visitor);
	irqfd_change(gsi_of(visitor), visitor->event, 0, KVM_IRQFD_FLAG_DEASSIGN);
	change_end(visitor, false);
}

static void close_event(struct visitor *visitor)
{
	int event = visitor->event;

	wait_for_writers(visitor);
	visitor->event = sim_event_open();
	visitor->may_keep = visitor->keeps = false;
	visitor->state = AWAY;
	visitor->changes++;
	visitor->held = false;
	sim_event_close(event);
}

static void go_elsewhere(struct visitor *visitor)
{
	wait_for_writers(visitor);
	visitor->target = target_alone(LINES + (unsigned int)(visitor - visitors));
	change_begin(visitor);
	routing_set();
	change_end(visitor, true);
}

static void read_event(struct visitor *visitor)
{
	wait_for_writers(visitor);
	sim_event_read(visitor->event);
	visitor->may_keep = visitor->keeps = false;
	visitor->held = false;
}

bool visitor_change(void)
{
	static void (*const away[])(struct visitor *) = {come, come, come, read_event},
						   (*const here[])(struct visitor *) = {
							   go, go, close_event, go_elsewhere};
	struct visitor *visitor = &visitors[sim_random_below(VISITORS)];

	host_mutex_lock(&visitor->lock);
	if (visitor->state == AWAY)
		away[sim_random_below(COUNT_OF(away))](visitor);
	else
		here[sim_random_below(COUNT_OF(here))](visitor);
	host_mutex_unlock(&visitor->lock);
	return true;
}

/* --- in another VM --- */

void visitors_restore(void)
{
	for (unsigned int i = 0; i < VISITORS; i++)
		if (visitors[i].state == HERE)
			come(&visitors[i]);
}

/* --- the beginning --- */

void visitors_draw(void)
{
	for (unsigned int i = 0; i < VISITORS; i++) {
		visitors[i] = (struct visitor){.target = target_alone(LINES + i)};
		visitors[i].before = visitors[i].target;
		host_mutex_init(&visitors[i].lock);
	}
}

void visitors_connect(void)
{
	for (unsigned int i = 0; i < VISITORS; i++)
		visitors[i].event = sim_event_open();
}
