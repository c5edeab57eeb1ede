// SPDX-License-Identifier: GPL-2.0
/* Devices that send each interrupt once: edges of the I/O APIC's lines, messages, events of which
 * each is a message; and where all GSIs lead. */
#include "devices.h"

#define EDGES	    4 /* GSIs */
#define MSIS	    4
#define MSI_MOVED   3 /* the one whose message changes */
#define MSI_ADDRESS 0xfee00000u
#define MSI_LEVEL   (BIT32(15) | BIT32(14)) /* trigger mode; asserted */
#define ENTRY_LEVEL BIT64(15)		    /* of a redirection table entry */

static struct target edges[EDGES], messages[MSIS];
static int events[MSIS];
static host_mutex_t edge_lock[EDGES], moved_lock, routing_lock;

struct target target_any(void)
{
	return (struct target){(unsigned int)sim_random_below(simulation.guests),
			       interrupt_any_vector()};
}

/* Of interrupt_any_vector() the low half is 1 or 9. */
struct target target_alone(unsigned int number)
{
	return (struct target){(unsigned int)sim_random_below(simulation.guests),
			       (u8)((3 + sim_random_below(11)) << 4 | (2 + number))};
}

static u32 message_address(const struct target *target)
{
	return MSI_ADDRESS | target->id << 12;
}

bool interrupt_send_msi(void)
{
	struct target target = target_any();
	struct kvm_msi msi = {.address_lo = message_address(&target), .data = target.vector};
	u64 token = interrupt_send_begin(target.id, target.vector);
	long result = call(simulation.vm_fd, KVM_SIGNAL_MSI, &msi, sizeof(msi));

	if (result < 0)
		broken("KVM_SIGNAL_MSI: %ld", result);
	interrupt_send_end(target.id, target.vector, token);
	return true;
}

void line_set(u32 gsi, u32 level)
{
	struct kvm_irq_level line = {.irq = gsi, .level = level};

	if (call(simulation.vm_fd, KVM_IRQ_LINE, &line, sizeof(line)))
		broken("KVM_IRQ_LINE fails");
}

bool interrupt_pulse_line(void)
{
	u32 line = (u32)sim_random_below(EDGES);
	const struct target *target = &edges[line];
	u64 token;

	host_mutex_lock(&edge_lock[line]);
	token = interrupt_send_begin(target->id, target->vector);
	line_set(GSI_EDGES + line, 1);
	line_set(GSI_EDGES + line, 0);
	interrupt_send_end(target->id, target->vector, token);
	host_mutex_unlock(&edge_lock[line]);
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

/* --- where GSIs lead --- */

struct routing {
	struct kvm_irq_routing header;
	struct kvm_irq_routing_entry entry[GSI_END - GSI_EDGES];
};

static void route_pin(struct routing *routing, u32 gsi)
{
	struct kvm_irq_routing_entry *entry = &routing->entry[routing->header.nr++];

	entry->gsi = gsi;
	entry->type = KVM_IRQ_ROUTING_IRQCHIP;
	entry->u.irqchip.irqchip = KVM_IRQCHIP_IOAPIC;
	entry->u.irqchip.pin = gsi;
}

static void route_message(struct routing *routing, u32 gsi, const struct target *target, u32 bits)
{
	struct kvm_irq_routing_entry *entry = &routing->entry[routing->header.nr++];

	entry->gsi = gsi;
	entry->type = KVM_IRQ_ROUTING_MSI;
	entry->u.msi.address_lo = message_address(target);
	entry->u.msi.data = target->vector | bits;
}

/* As the program's I/O APIC sends them. */
static void route_pins_as_messages(struct routing *routing)
{
	for (u32 i = 0; i < EDGES; i++)
		route_message(routing, GSI_EDGES + i, &edges[i], 0);
	for (u32 i = 0; i < LINES; i++)
		route_message(routing, GSI_LINES + i, line_target(i), MSI_LEVEL);
}

void routing_set(void)
{
	struct routing routing = {.header.nr = 0};

	host_mutex_lock(&routing_lock);
	if (simulation.split)
		route_pins_as_messages(&routing);
	else
		for (u32 gsi = GSI_EDGES; gsi < GSI_MESSAGES; gsi++)
			route_pin(&routing, gsi);
	for (u32 i = 0; i < MSIS; i++)
		route_message(&routing, GSI_MESSAGES + i, &messages[i], 0);
	for (u32 i = 0; i < VISITORS; i++)
		route_message(&routing, GSI_VISITORS + i, visitor_target(i), 0);
	if (call(simulation.vm_fd, KVM_SET_GSI_ROUTING, &routing, sizeof(routing)))
		broken("KVM_SET_GSI_ROUTING fails");
	host_mutex_unlock(&routing_lock);
}

bool interrupt_change_routing(void)
{
	host_mutex_lock(&moved_lock);
	messages[MSI_MOVED] = target_any();
	routing_set();
	host_mutex_unlock(&moved_lock);
	return true;
}

static u64 redirection(const struct target *target, u64 bits)
{
	return target->vector | (u64)target->id << 56 | bits;
}

static void set_redirection(void)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	if (call(simulation.vm_fd, KVM_GET_IRQCHIP, &chip, sizeof(chip)))
		broken("KVM_GET_IRQCHIP fails");
	for (unsigned int i = 0; i < EDGES; i++)
		chip.chip.ioapic.redirtbl[GSI_EDGES + i].bits = redirection(&edges[i], 0);
	for (unsigned int i = 0; i < LINES; i++)
		chip.chip.ioapic.redirtbl[GSI_LINES + i].bits =
			redirection(line_target(i), ENTRY_LEVEL);
	if (call(simulation.vm_fd, KVM_SET_IRQCHIP, &chip, sizeof(chip)))
		broken("KVM_SET_IRQCHIP fails");
}

/* --- the beginning --- */

void irqfd_change(u32 gsi, int event, int resample, u32 flags)
{
	struct kvm_irqfd irqfd = {.gsi = gsi, .fd = (u32)event, .flags = flags};

	irqfd.resamplefd = (u32)resample;
	if (call(simulation.vm_fd, KVM_IRQFD, &irqfd, sizeof(irqfd)))
		broken("KVM_IRQFD fails");
}

static void assign_messages(void)
{
	for (unsigned int i = 0; i < MSIS; i++)
		irqfd_change(GSI_MESSAGES + i, events[i], 0, 0);
}

/* One is signalled before the VM has it, and is not lost.  That does not take the signal from the
 * event: before, what is left of the last time is read. */
static void messages_restore(void)
{
	unsigned int early = (unsigned int)sim_random_below(MSIS);
	const struct target *target = &messages[early];
	u64 token = interrupt_send_begin(target->id, target->vector);

	for (unsigned int i = 0; i < MSIS; i++)
		sim_event_read(events[i]);
	sim_event_write(events[early]);
	assign_messages();
	interrupt_send_end(target->id, target->vector, token);
}

void devices_restore(void)
{
	if (!simulation.irqchip)
		return;
	routing_set();
	messages_restore();
	if (!simulation.split)
		lines_restore();
	/* An end of interrupt that KVM_RUN had no time to tell of is not a vCPU's state. */
	for (unsigned int id = 0; simulation.split && id < simulation.guests; id++)
		pins_lost(&simulation.guest[id], false);
	visitors_restore();
}

void devices_create(void)
{
	host_mutex_init(&moved_lock);
	host_mutex_init(&routing_lock);
	for (unsigned int i = 0; i < EDGES; i++) {
		host_mutex_init(&edge_lock[i]);
		edges[i] = target_any();
	}
	for (unsigned int i = 0; i < MSIS; i++)
		messages[i] = target_any();
	lines_draw();
	pins_create();
	visitors_draw();
	if (!simulation.irqchip)
		return;
	if (!simulation.split)
		set_redirection();
	routing_set();
	for (unsigned int i = 0; i < MSIS; i++)
		events[i] = sim_event_open();
	assign_messages();
	if (!simulation.split)
		lines_connect();
	visitors_connect();
}
