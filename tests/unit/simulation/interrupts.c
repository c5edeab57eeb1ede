// SPDX-License-Identifier: GPL-2.0
/*
 * What is expected of interrupts: who sends notes it before and after, who takes one notes that.
 * None comes that was not sent, and none that was sent and could be taken waits while its guest
 * goes on.
 *
 * One that was sent may be taken before its sender's call has returned, and then waits no more; two
 * that come together are one, as IRR has a bit for each vector.  Of NMIs more may come, one after
 * the other.
 */
#include "devices.h"
#include "irq/irqchip.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

struct tally {
	u64 taken;
	unsigned int sending;	 /* have begun, and not returned */
	unsigned int may_come;	 /* sent since it was taken last, or being sent; see MOST */
	unsigned int after_init; /* the same, since the last INIT was about to be sent */
	u64 losses;		 /* what was being sent may have been lost */
	bool waits;		 /* sent by one who has returned, and not taken since */
	bool was_kept;		 /* it waited when interrupts_replace_begin() was called */
};

/* One is on its way to the guest, one waits in IRR; more come together with that.  Of NMIs each may
 * come. */
#define MOST	  2
#define MOST_NMIS (~0u)

static struct tally vectors[MAX_GUESTS][256], nmis[MAX_GUESTS];

u8 interrupt_any_vector(void)
{
	return (u8)(0x31 + 8 * sim_random_below(20));
}

static u64 send_begin(struct tally *tally, unsigned int most)
{
	tally->sending++;
	tally->may_come += tally->may_come < most;
	tally->after_init += tally->after_init < most;
	return tally->taken + tally->losses;
}

static void send_end(struct tally *tally, u64 token)
{
	tally->sending--;
	/* One of those that came since may be this one. */
	if (tally->taken + tally->losses == token)
		tally->waits = true;
}

static void take(struct guest *guest, struct tally *tally, const char *what, u8 vector)
{
	if (!tally->may_come)
		guest_broken(guest, "%s 0x%x comes, and nobody sent it", what, vector);
	tally->taken++;
	tally->waits = false;
}

u64 interrupt_send_begin(unsigned int id, u8 vector)
{
	return send_begin(&vectors[id][vector], MOST);
}

void interrupt_send_end(unsigned int id, u8 vector, u64 token)
{
	send_end(&vectors[id][vector], token);
}

void interrupt_send_unsure(unsigned int id, u8 vector)
{
	vectors[id][vector].sending--;
}

void interrupt_must_come(unsigned int id, u8 vector)
{
	vectors[id][vector].waits = true;
}

u64 interrupts_taken(unsigned int id, u8 vector)
{
	return vectors[id][vector].taken;
}

bool interrupt_may_come(unsigned int id, u8 vector)
{
	return vectors[id][vector].may_come;
}

bool interrupt_waits(unsigned int id, u8 vector)
{
	return vectors[id][vector].waits;
}

u64 nmi_send_begin(unsigned int id)
{
	return send_begin(&nmis[id], MOST_NMIS);
}

void nmi_send_end(unsigned int id, u64 token)
{
	send_end(&nmis[id], token);
}

void nmi_send_unsure(unsigned int id)
{
	nmis[id].sending--;
}

void interrupt_timer_begin(struct guest *guest)
{
	struct tally *tally = &vectors[guest->id][TIMER_VECTOR];

	guest->timer_due = 0;
	/* One that runs is started anew. */
	tally->sending -= guest->timer_runs;
	guest->timer_token = send_begin(tally, MOST);
	guest->timer_runs = true;
}

void interrupt_timer_started(struct guest *guest, u64 ns)
{
	guest->timer_due = host_time_ns() + ns;
}

void interrupt_timer_may_be_due(struct guest *guest)
{
	struct tally *tally = &vectors[guest->id][TIMER_VECTOR];

	tally->may_come += tally->may_come < MOST;
	tally->after_init += tally->after_init < MOST;
}

void interrupts_replace_begin(struct guest *guest)
{
	interrupt_timer_may_be_due(guest);
	lines_hold(guest);
	pins_hold(guest);
	for (unsigned int vector = 0; vector < 256; vector++)
		vectors[guest->id][vector].was_kept = vectors[guest->id][vector].waits;
}

/* The timer goes on from where it was. */
void interrupts_replace_end(struct guest *guest)
{
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct tally *tally = &vectors[guest->id][vector];

		tally->waits = tally->was_kept;
		tally->losses++;
	}
	guest->timer_token++;
	pins_release(guest);
	lines_release(guest);
}

void interrupt_timer_moved(struct guest *guest, u64 ns)
{
	if (guest->timer_due)
		guest->timer_due += ns;
}

void interrupt_timer_look(struct guest *guest)
{
	if (!guest->timer_due || guest->timer_due > host_time_ns())
		return;
	guest->timer_due = 0;
	guest->timer_runs = false;
	send_end(&vectors[guest->id][TIMER_VECTOR], guest->timer_token);
}

/* "Task and Processor Priorities" */
static u8 priority_class(const struct guest *guest)
{
	u8 service = guest->services ? guest->in_service[guest->services - 1] >> 4 : 0;

	return guest->tpr >> 4 > service ? guest->tpr >> 4 : service;
}

void interrupt_delivered(struct guest *guest, u8 vector)
{
	struct tally *tally = &vectors[guest->id][vector];

	take(guest, tally, "interrupt", vector);
	/* Those who are still sending may do so after this one. */
	tally->may_come -= tally->may_come > tally->sending;
	if (!simulation.irqchip)
		return;
	line_delivered(guest, vector);
	if (vector >> 4 <= priority_class(guest))
		guest_broken(guest, "interrupt 0x%x comes at priority 0x%x", vector,
			     priority_class(guest));
	guest->in_service[guest->services++] = vector;
}

void nmi_delivered(struct guest *guest)
{
	take(guest, &nmis[guest->id], "NMI", VECTOR_NMI);
	nmis[guest->id].may_come--;
	if (guest->nmi_blocked)
		guest_broken(guest, "an NMI comes, and NMIs are blocked");
	guest->nmi_blocked = true;
}

/* The highest vector that waits and could be taken, if interrupts are on; 0: none. */
static unsigned int deliverable(const struct guest *guest)
{
	u8 class = simulation.irqchip ? priority_class(guest) : 0;

	for (unsigned int vector = 255; vector >> 4 > class; vector--)
		if (vectors[guest->id][vector].waits)
			return vector;
	return 0;
}

static bool nmi_deliverable(const struct guest *guest)
{
	return nmis[guest->id].waits && !guest->nmi_blocked;
}

void interrupts_check(struct guest *guest)
{
	u64 blocking = guest_get(guest, GUEST_INTERRUPTIBILITY_INFO);

	if (nmi_deliverable(guest) && !(blocking & (BLOCKING_BY_STI | BLOCKING_BY_MOV_SS)))
		guest_broken(guest, "an NMI waits, and the guest goes on");
	if (guest_interrupts_on(guest) && deliverable(guest))
		guest_broken(guest, "interrupt 0x%x waits, and the guest goes on",
			     deliverable(guest));
}

void interrupts_lost(struct guest *guest)
{
	for (unsigned int vector = 0; vector < 256; vector++) {
		vectors[guest->id][vector].waits = false;
		vectors[guest->id][vector].losses++;
	}
	nmis[guest->id].waits = false;
	nmis[guest->id].losses++;
}

void interrupts_before_init(struct guest *guest)
{
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct tally *tally = &vectors[guest->id][vector];

		tally->after_init = tally->sending < MOST ? tally->sending : MOST;
	}
}

/* The timer was stopped by it. */
static void timer_forget(struct guest *guest)
{
	struct tally *tally = &vectors[guest->id][TIMER_VECTOR];

	guest->timer_due = 0;
	guest->timer_runs = false;
	tally->sending = tally->after_init = 0;
}

/* What was sent before the INIT does not come any more; what was being sent then may. */
void interrupts_after_init(struct guest *guest)
{
	timer_forget(guest);
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct tally *tally = &vectors[guest->id][vector];

		if (tally->may_come > tally->after_init)
			tally->may_come = tally->after_init;
	}
	interrupts_lost(guest);
	if (simulation.split) {
		lines_forget(guest);
		pins_lost(guest, true);
	}
}

void interrupts_check_asleep(struct guest *guest)
{
	if (!sim_task_sleeps(guest->task) || guest->vcpu->mode != VCPU_WAITING)
		return;
	start_check_asleep(guest);
	if (guest->start.is_away)
		return;
	if (nmi_deliverable(guest) || (guest_interrupts_on(guest) && deliverable(guest)))
		guest_broken(guest, "0x%x waits, and the guest sleeps", deliverable(guest));
}

bool interrupts_wait(const struct guest *guest)
{
	return nmis[guest->id].waits || deliverable(guest);
}

void interrupts_create(void)
{
	memset(vectors, 0, sizeof(vectors));
	memset(nmis, 0, sizeof(nmis));
}
