// SPDX-License-Identifier: GPL-2.0
/*
 * Level-triggered lines of the I/O APIC, each shared by two devices.  A device holds its line up
 * until the guest's handler has served it; two lines are up by KVM_IRQ_LINE as long as any of their
 * devices wants something, two by irqfds with KVM_IRQFD_FLAG_RESAMPLE: these go down at the end of
 * interrupt, of which each device hears, and one that still wants something raises its line again.
 *
 * Expected: a line that is up and not in service interrupts; once, until the end of interrupt; then
 * again as long as it is up, and not when it is down by then.
 */
#include "devices.h"

#define DEVICES		 2 /* of each line */
#define ENTRY_REMOTE_IRR BIT64(14)

struct device {
	bool wants;
	int event, resample; /* descriptors */
	u64 heard;	     /* ends of interrupt, so far */
	u64 heard_at_eoi;    /* the same when the last began */
	bool news;	     /* of them the program has not acted upon */
};

static struct line {
	bool resamples;
	u32 gsi;
	struct target target;
	host_mutex_t lock; /* of what the program does to it */
	struct device device[DEVICES];

	bool up;	 /* for sure: a line that is just going up, or may be down again, is not */
	bool rises;	 /* somebody is raising it */
	bool in_service; /* from the delivery to the end of interrupt */
	bool ends;	 /* that is being told */
	u64 changes;	 /* of any of these */
	u64 ended;	 /* ends of interrupt that have begun */
} lines[LINES];

const struct target *line_target(unsigned int line)
{
	return &lines[line].target;
}

unsigned int line_of(const struct guest *guest, u8 vector)
{
	unsigned int i = 0;

	while (i < LINES && (lines[i].target.id != guest->id || lines[i].target.vector != vector))
		i++;
	return i;
}

/* No second one is sent before the end of interrupt. */
static void may_interrupt(const struct line *line)
{
	if (interrupt_may_come(line->target.id, line->target.vector))
		return;
	interrupt_send_begin(line->target.id, line->target.vector);
	interrupt_send_unsure(line->target.id, line->target.vector);
}

static void must_interrupt(const struct line *line)
{
	may_interrupt(line);
	interrupt_must_come(line->target.id, line->target.vector);
}

/* --- resampling --- */

static void listen(struct device *device)
{
	u64 count = sim_event_read(device->resample);

	device->heard += count;
	device->news |= count > 0;
}

/* Since its end of interrupt began, one of the devices has heard of it: the line was down. */
static bool has_been_down(struct line *line)
{
	bool heard = false;

	for (unsigned int i = 0; i < DEVICES; i++) {
		listen(&line->device[i]);
		heard |= line->device[i].heard != line->device[i].heard_at_eoi;
	}
	return heard;
}

static void expect_heard(struct line *line, u64 since_eoi)
{
	for (unsigned int i = 0; line->resamples && i < DEVICES; i++) {
		struct device *device = &line->device[i];

		listen(device);
		if (device->heard != device->heard_at_eoi + since_eoi)
			broken("device %u of GSI %u hears of %llu ends of interrupt, and it was "
			       "%llu",
			       i, line->gsi, device->heard - device->heard_at_eoi, since_eoi);
		device->heard_at_eoi = device->heard;
	}
}

/* --- up and down; the line's lock is held --- */

static void raise(struct line *line, struct device *device)
{
	u64 taken = interrupts_taken(line->target.id, line->target.vector), ended = line->ended;
	bool sure = !line->resamples || !line->ends || has_been_down(line);

	if (!line->in_service || line->ends)
		may_interrupt(line);
	line->rises = true;
	line->changes++;
	if (line->resamples)
		sim_event_write(device->event);
	else
		line_set(line->gsi, 1);
	line->rises = false;
	line->changes++;
	/* An end of interrupt that has begun meanwhile may have taken it down again. */
	if (line->resamples && (!sure || ended != line->ended))
		return;
	line->up = true;
	if (!line->in_service && taken == interrupts_taken(line->target.id, line->target.vector))
		must_interrupt(line);
}

static bool any_wants(const struct line *line)
{
	for (unsigned int i = 0; i < DEVICES; i++)
		if (line->device[i].wants)
			return true;
	return false;
}

bool line_raise(void)
{
	struct line *line = &lines[sim_random_below(LINES)];
	struct device *device = &line->device[sim_random_below(DEVICES)];
	bool is_first;

	host_mutex_lock(&line->lock);
	is_first = !any_wants(line);
	if (!device->wants) {
		device->wants = true;
		if (is_first || line->resamples)
			raise(line, device);
	}
	host_mutex_unlock(&line->lock);
	return true;
}

static void lower(struct line *line)
{
	line->up = false;
	line->changes++;
	line_set(line->gsi, 0);
}

void line_serve(unsigned int number)
{
	struct line *line = &lines[number];
	unsigned int i = (unsigned int)sim_random_below(DEVICES);

	host_mutex_lock(&line->lock);
	if (!line->device[i].wants)
		i = (i + 1) % DEVICES;
	if (line->device[i].wants) {
		line->device[i].wants = false;
		if (!line->resamples && !any_wants(line))
			lower(line);
	}
	host_mutex_unlock(&line->lock);
}

static void poll_line(struct line *line)
{
	host_mutex_lock(&line->lock);
	for (unsigned int i = 0; i < DEVICES; i++) {
		struct device *device = &line->device[i];

		listen(device);
		if (device->news && device->wants) {
			device->news = false;
			raise(line, device);
		}
		device->news = false;
	}
	host_mutex_unlock(&line->lock);
}

void lines_poll(void)
{
	for (unsigned int i = 0; machine_has(WITH_IOAPIC) && i < LINES; i++)
		if (lines[i].resamples)
			poll_line(&lines[i]);
}

bool lines_are_served(void)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (any_wants(&lines[i]))
			return false;
	return true;
}

/* --- the guest's part --- */

void line_delivered(const struct guest *guest, u8 vector)
{
	unsigned int number = line_of(guest, vector);

	if (number == LINES)
		return;
	if (lines[number].in_service)
		guest_broken(guest, "GSI %u interrupts again before the end of interrupt",
			     lines[number].gsi);
	lines[number].in_service = true;
	lines[number].changes++;
}

void line_eoi_begin(const struct guest *guest, u8 vector)
{
	unsigned int number = line_of(guest, vector);
	struct line *line = &lines[number];

	if (number == LINES)
		return;
	expect_heard(line, 0);
	/* First it goes down; if it is up again when it is looked at, it interrupts. */
	if (line->resamples)
		line->up = false;
	line->ends = true;
	line->ended++;
	line->changes++;
	if (line->up || line->rises)
		may_interrupt(line);
}

void line_eoi_end(const struct guest *guest, u8 vector)
{
	unsigned int number = line_of(guest, vector);
	struct line *line = &lines[number];

	if (number == LINES)
		return;
	expect_heard(line, 1);
	pin_expect_heard(number);
	line->ends = false;
	line->in_service = false;
	line->changes++;
	if (line->up)
		must_interrupt(line);
}

/* --- after an INIT --- */

static bool is_away(const struct line *line)
{
	return simulation.guest[line->target.id].start.is_away;
}

void lines_forget(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (lines[i].target.id == guest->id)
			lines[i].in_service = lines[i].ends = false;
}

/* Whether the end of interrupt was told that the INIT cut short, nobody knows. */
void line_unmask(unsigned int number)
{
	struct line *line = &lines[number];

	line->in_service = line->ends = false;
	line->changes++;
	for (unsigned int i = 0; line->resamples && i < DEVICES; i++) {
		listen(&line->device[i]);
		line->device[i].heard_at_eoi = line->device[i].heard;
	}
	may_interrupt(line);
}

void lines_started(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (lines[i].target.id == guest->id && lines[i].up)
			must_interrupt(&lines[i]);
}

/* --- what the I/O APIC shows --- */

static void expect_entry(const struct line *line, u64 entry, bool up)
{
	unsigned int id = line->target.id;
	u8 vector = line->target.vector;

	if (!(entry & ENTRY_REMOTE_IRR) != !(line->in_service || interrupt_waits(id, vector)) &&
	    (line->in_service || interrupt_waits(id, vector) || !interrupt_may_come(id, vector)))
		broken("GSI %u: remote IRR is %d", line->gsi, !!(entry & ENTRY_REMOTE_IRR));
	if (line->up && !up)
		broken("GSI %u is up, and the I/O APIC has it down", line->gsi);
}

/* Nobody but this task does anything to the line meanwhile. */
bool lines_look(void)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};
	struct line *line = &lines[sim_random_below(LINES)];
	u64 changes = line->changes;

	if (line->rises || line->ends || is_away(line))
		return true;
	if (call(simulation.vm_fd, KVM_GET_IRQCHIP, &chip, sizeof(chip)))
		broken("KVM_GET_IRQCHIP fails");
	if (changes == line->changes && !is_away(line))
		expect_entry(line, chip.chip.ioapic.redirtbl[line->gsi].bits,
			     chip.chip.ioapic.irr & BIT32(line->gsi));
	return true;
}

/* --- who stands still --- */

void lines_hold(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (lines[i].target.id == guest->id)
			host_mutex_lock(&lines[i].lock);
}

void lines_release(const struct guest *guest)
{
	for (unsigned int i = 0; i < LINES; i++)
		if (lines[i].target.id == guest->id)
			host_mutex_unlock(&lines[i].lock);
}

/* --- the beginning, and in another VM --- */

void lines_draw(void)
{
	for (unsigned int i = 0; i < LINES; i++) {
		lines[i] = (struct line){
			.resamples = i % 2 && !simulation.split,
			.gsi = GSI_LINES + i,
			.target = target_alone(i),
		};
		host_mutex_init(&lines[i].lock);
	}
}

static void assign(const struct line *line)
{
	for (unsigned int i = 0; line->resamples && i < DEVICES; i++)
		irqfd_change(line->gsi, line->device[i].event, line->device[i].resample,
			     KVM_IRQFD_FLAG_RESAMPLE);
}

void lines_connect(void)
{
	for (unsigned int i = 0; i < LINES; i++) {
		for (unsigned int j = 0; lines[i].resamples && j < DEVICES; j++) {
			lines[i].device[j].event = sim_event_open();
			lines[i].device[j].resample = sim_event_open();
		}
		assign(&lines[i]);
	}
}

/* The I/O APIC's state says which lines are up; a program may say it once more. */
void lines_restore(void)
{
	for (unsigned int i = 0; i < LINES; i++) {
		assign(&lines[i]);
		for (unsigned int j = 0; j < DEVICES; j++)
			if (lines[i].device[j].wants && chance(2))
				raise(&lines[i], &lines[i].device[j]);
	}
}
