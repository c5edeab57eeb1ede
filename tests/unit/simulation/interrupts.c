// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupts: who sends notes it before and after, who takes one notes that.  None comes that was
 * not sent, and none that was sent and could be taken waits while its guest goes on.
 *
 * One that was sent may be taken before its sender's call has returned, and then waits no more; two
 * that come together are one, as IRR has a bit for each vector.
 */
#include "irq/irqchip.h"
#include "simulation.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

struct tally {
	u64 begun, taken;
	u64 under_way;	 /* begun, and the sender has not returned */
	u64 before_init; /* begun and returned, before the last INIT was sent */
	u64 losses;	 /* what was being sent may have been lost */
	bool waits;	 /* sent by one who has returned, and not taken since */
	bool was_kept;	 /* it waited when interrupts_replace_begin() was called */
};

static struct tally vectors[MAX_GUESTS][256], nmis[MAX_GUESTS];

u8 interrupt_any_vector(void)
{
	return (u8)(0x31 + 8 * sim_random_below(20));
}

static u64 send_begin(struct tally *tally)
{
	tally->begun++;
	tally->under_way++;
	return tally->taken + tally->losses;
}

static void send_end(struct tally *tally, u64 token)
{
	tally->under_way--;
	/* One of those that came since may be this one. */
	if (tally->taken + tally->losses == token)
		tally->waits = true;
}

static void take(struct guest *guest, struct tally *tally, const char *what, u8 vector)
{
	if (++tally->taken > tally->begun)
		guest_broken(guest, "%s 0x%x comes, and nobody sent it", what, vector);
	tally->waits = false;
}

u64 interrupt_send_begin(unsigned int id, u8 vector)
{
	return send_begin(&vectors[id][vector]);
}

void interrupt_send_end(unsigned int id, u8 vector, u64 token)
{
	send_end(&vectors[id][vector], token);
}

u64 nmi_send_begin(unsigned int id)
{
	return send_begin(&nmis[id]);
}

void nmi_send_end(unsigned int id, u64 token)
{
	send_end(&nmis[id], token);
}

void interrupt_timer_begin(struct guest *guest)
{
	guest->timer_due = 0;
	guest->timer_token = send_begin(&vectors[guest->id][TIMER_VECTOR]);
}

void interrupt_timer_started(struct guest *guest, u64 ns)
{
	guest->timer_due = host_time_ns() + ns;
}

void interrupts_replace_begin(struct guest *guest)
{
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
	take(guest, &vectors[guest->id][vector], "interrupt", vector);
	if (!simulation.irqchip)
		return;
	if (vector >> 4 <= priority_class(guest))
		guest_broken(guest, "interrupt 0x%x comes at priority 0x%x", vector,
			     priority_class(guest));
	guest->in_service[guest->services++] = vector;
}

void nmi_delivered(struct guest *guest)
{
	take(guest, &nmis[guest->id], "NMI", VECTOR_NMI);
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

		tally->before_init = tally->begun - tally->under_way;
	}
}

/* What was sent before the INIT does not come any more; what was being sent then may. */
void interrupts_after_init(struct guest *guest)
{
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct tally *tally = &vectors[guest->id][vector];

		if (tally->taken < tally->before_init)
			tally->taken = tally->before_init;
	}
	interrupts_lost(guest);
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

/* --- devices --- */

#define LINE_FIRST  16 /* edges, by the I/O APIC */
#define LINES	    4
#define MSI_FIRST   24 /* GSIs that are messages, and have an event */
#define MSIS	    4
#define MSI_MOVED   3 /* the one whose message changes */
#define MSI_ADDRESS 0xfee00000u

struct target {
	unsigned int id;
	u8 vector;
};

static struct target lines[LINES], messages[MSIS];
static int events[MSIS];
static host_mutex_t line_lock[LINES], moved_lock;

static struct target any_target(void)
{
	return (struct target){(unsigned int)sim_random_below(simulation.guests),
			       interrupt_any_vector()};
}

static u32 message_address(const struct target *target)
{
	return MSI_ADDRESS | target->id << 12;
}

bool interrupt_send_msi(void)
{
	struct target target = any_target();
	struct kvm_msi msi = {.address_lo = message_address(&target), .data = target.vector};
	u64 token = interrupt_send_begin(target.id, target.vector);
	long result = call(simulation.vm_fd, KVM_SIGNAL_MSI, &msi, sizeof(msi));

	if (result < 0)
		broken("KVM_SIGNAL_MSI: %ld", result);
	interrupt_send_end(target.id, target.vector, token);
	return true;
}

static void set_line(u32 gsi, u32 level)
{
	struct kvm_irq_level line = {.irq = gsi, .level = level};

	if (call(simulation.vm_fd, KVM_IRQ_LINE, &line, sizeof(line)))
		broken("KVM_IRQ_LINE fails");
}

bool interrupt_pulse_line(void)
{
	u32 line = (u32)sim_random_below(LINES);
	const struct target *target = &lines[line];
	u64 token;

	host_mutex_lock(&line_lock[line]);
	token = interrupt_send_begin(target->id, target->vector);
	set_line(LINE_FIRST + line, 1);
	set_line(LINE_FIRST + line, 0);
	interrupt_send_end(target->id, target->vector, token);
	host_mutex_unlock(&line_lock[line]);
	return true;
}

bool interrupt_signal_event(void)
{
	unsigned int which = (unsigned int)sim_random_below(MSIS);
	struct target target;
	u64 token;

	if (which == MSI_MOVED)
		host_mutex_lock(&moved_lock);
	target = messages[which];
	token = interrupt_send_begin(target.id, target.vector);
	sim_event_write(events[which]);
	interrupt_send_end(target.id, target.vector, token);
	if (which == MSI_MOVED)
		host_mutex_unlock(&moved_lock);
	return true;
}

static void set_routing(void)
{
	struct {
		struct kvm_irq_routing header;
		struct kvm_irq_routing_entry entry[LINES + MSIS];
	} routing = {.header.nr = LINES + MSIS};
	struct kvm_irq_routing_entry *entry = routing.entry;

	for (unsigned int i = 0; i < LINES; i++, entry++) {
		entry->gsi = LINE_FIRST + i;
		entry->type = KVM_IRQ_ROUTING_IRQCHIP;
		entry->u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
		entry->u.irqchip.pin = LINE_FIRST + i;
	}
	for (unsigned int i = 0; i < MSIS; i++, entry++) {
		entry->gsi = MSI_FIRST + i;
		entry->type = KVM_IRQ_ROUTING_MSI;
		entry->u.msi.address_lo = message_address(&messages[i]);
		entry->u.msi.data = messages[i].vector;
	}
	if (call(simulation.vm_fd, KVM_SET_GSI_ROUTING, &routing, sizeof(routing)))
		broken("KVM_SET_GSI_ROUTING fails");
}

bool interrupt_change_routing(void)
{
	host_mutex_lock(&moved_lock);
	messages[MSI_MOVED] = any_target();
	set_routing();
	host_mutex_unlock(&moved_lock);
	return true;
}

static void set_redirection(void)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	if (call(simulation.vm_fd, KVM_GET_IRQCHIP, &chip, sizeof(chip)))
		broken("KVM_GET_IRQCHIP fails");
	for (unsigned int i = 0; i < LINES; i++)
		chip.chip.ioapic.redirtbl[LINE_FIRST + i].bits = lines[i].vector | (u64)lines[i].id
											   << 56;
	if (call(simulation.vm_fd, KVM_SET_IRQCHIP, &chip, sizeof(chip)))
		broken("KVM_SET_IRQCHIP fails");
}

static void assign_events(void)
{
	for (unsigned int i = 0; i < MSIS; i++) {
		struct kvm_irqfd irqfd = {.fd = (u32)events[i], .gsi = MSI_FIRST + i};

		if (call(simulation.vm_fd, KVM_IRQFD, &irqfd, sizeof(irqfd)))
			broken("KVM_IRQFD fails");
	}
}

/* One is signalled before the VM has it, and is not lost.  That does not take the signal from the
 * event: before, what is left of the last time is read. */
void interrupts_restore(void)
{
	unsigned int early = (unsigned int)sim_random_below(MSIS);
	const struct target *target = &messages[early];
	u64 token = interrupt_send_begin(target->id, target->vector);

	for (unsigned int i = 0; i < MSIS; i++)
		sim_event_read(events[i]);
	sim_event_write(events[early]);
	set_routing();
	assign_events();
	interrupt_send_end(target->id, target->vector, token);
}

void interrupts_create(void)
{
	memset(vectors, 0, sizeof(vectors));
	memset(nmis, 0, sizeof(nmis));
	host_mutex_init(&moved_lock);
	for (unsigned int i = 0; i < LINES; i++) {
		host_mutex_init(&line_lock[i]);
		lines[i] = any_target();
	}
	for (unsigned int i = 0; i < MSIS; i++)
		messages[i] = any_target();
	if (!simulation.irqchip)
		return;
	set_redirection();
	set_routing();
	for (unsigned int i = 0; i < MSIS; i++)
		events[i] = sim_event_open();
	assign_events();
}
