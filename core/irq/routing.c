// SPDX-License-Identifier: GPL-2.0
/*
 * Where a GSI leads: to a pin of each of the controllers, or to a message.  The table is never
 * changed: a new one is published in its place, as the slots are.
 *
 * KVM API document: KVM_SET_GSI_ROUTING, KVM_SIGNAL_MSI; SDM: "Message Signalled Interrupts".
 */
#include "irq/devices.h"
#include "irq/lapic.h"

#define CHIPS 3 /* KVM_IRQCHIP_PIC_MASTER, _PIC_SLAVE, _IOAPIC */

#define LEADS_TO_MSI BIT32(CHIPS)

/* "Message Data Register Format" */
#define MSI_LEVEL BIT32(15)

struct gsi {
	u8 leads_to;   /* BIT32(KVM_IRQCHIP_*) or LEADS_TO_MSI */
	u8 pin[CHIPS]; /* the slave's are 8 to 15 */
	u32 data;
	u64 address;
};

/* No byte is undefined: two tables are the same if their bytes are. */
struct irq_routing {
	u32 gsis;
	s32 gsi_of_pin[2][IOAPIC_PINS]; /* of the 8259s, of the I/O APIC; -1: none */
	struct gsi gsi[];
};

static size_t routing_size(u32 gsis)
{
	return sizeof(struct irq_routing) + gsis * sizeof(struct gsi);
}

static const struct irq_routing *routing_get(const struct vm *vm)
{
	HOST_NEEDS(host_srcu_held(&vm->irq_srcu) || host_mutex_held(&vm->irq_lock));
	return __atomic_load_n(&vm->routing, __ATOMIC_ACQUIRE);
}

static s32 *gsi_of_pin(struct irq_routing *routing, u32 chip, unsigned int pin)
{
	return &routing->gsi_of_pin[chip == KVM_IRQCHIP_IOAPIC][pin];
}

s32 irq_routing_gsi(const struct vm *vm, u32 chip, unsigned int pin)
{
	return routing_get(vm)->gsi_of_pin[chip == KVM_IRQCHIP_IOAPIC][pin];
}

static int add_pin(struct irq_routing *routing, const struct kvm_irq_routing_entry *entry)
{
	struct gsi *gsi = &routing->gsi[entry->gsi];
	u32 chip = entry->u.irqchip.irqchip, pin = entry->u.irqchip.pin;

	if (chip >= CHIPS || pin >= (chip == KVM_IRQCHIP_IOAPIC ? IOAPIC_PINS : PIC_PINS / 2))
		return -EINVAL;
	if (gsi->leads_to & (BIT32(chip) | LEADS_TO_MSI))
		return -EINVAL;
	if (chip == KVM_IRQCHIP_PIC_SLAVE)
		pin += PIC_PINS / 2;
	gsi->leads_to |= BIT32(chip);
	gsi->pin[chip] = (u8)pin;
	*gsi_of_pin(routing, chip, pin) = (s32)entry->gsi;
	return 0;
}

static int add_message(struct irq_routing *routing, const struct kvm_irq_routing_entry *entry)
{
	struct gsi *gsi = &routing->gsi[entry->gsi];

	if (gsi->leads_to)
		return -EINVAL;
	gsi->leads_to = LEADS_TO_MSI;
	gsi->address = (u64)entry->u.msi.address_hi << 32 | entry->u.msi.address_lo;
	gsi->data = entry->u.msi.data;
	return 0;
}

static int add_entry(struct irq_routing *routing, const struct kvm_irq_routing_entry *entry)
{
	if (entry->type == KVM_IRQ_ROUTING_IRQCHIP)
		return entry->flags ? -EINVAL : add_pin(routing, entry);
	if (entry->type == KVM_IRQ_ROUTING_MSI)
		return entry->flags & ~KVM_MSI_VALID_DEVID ? -EINVAL : add_message(routing, entry);
	return -EINVAL;
}

/* Has this VM what the entry leads to? */
static bool entry_fits(const struct vm *vm, const struct kvm_irq_routing_entry *entry)
{
	if (entry->type == KVM_IRQ_ROUTING_MSI)
		return irq_msi_valid(vm, (u64)entry->u.msi.address_hi << 32);
	return irqchip_is_full(vm);
}

/* -EINVAL: a GSI is out of range. */
static int count_gsis(const struct kvm_irq_routing_entry *entries, u32 count, u32 *gsis)
{
	*gsis = 0;
	for (u32 i = 0; i < count; i++) {
		if (entries[i].gsi >= IRQ_MAX_ROUTES)
			return -EINVAL;
		if (entries[i].gsi >= *gsis)
			*gsis = entries[i].gsi + 1;
	}
	return 0;
}

static int routing_build(const struct kvm_irq_routing_entry *entries, u32 count,
			 struct irq_routing **built)
{
	struct irq_routing *routing;
	u32 gsis;
	int error = count_gsis(entries, count, &gsis);

	if (error)
		return error;
	routing = host_zalloc(routing_size(gsis));
	if (!routing)
		return -ENOMEM;
	routing->gsis = gsis;
	__builtin_memset(routing->gsi_of_pin, 0xff, sizeof(routing->gsi_of_pin));
	for (u32 i = 0; i < count && !error; i++)
		error = add_entry(routing, &entries[i]);
	if (error)
		host_free(routing);
	else
		*built = routing;
	return error;
}

static bool same_routing(const struct irq_routing *a, const struct irq_routing *b)
{
	return a->gsis == b->gsis && !__builtin_memcmp(a, b, routing_size(a->gsis));
}

int irq_routing_set(struct vm *vm, const struct kvm_irq_routing_entry *entries, u32 count)
{
	struct irq_routing *old, *routing;
	int error;

	if (!irqchip_get(vm) || count > IRQ_MAX_ROUTES)
		return -EINVAL;
	for (u32 i = 0; i < count; i++)
		if (!entry_fits(vm, &entries[i]))
			return -EINVAL;
	error = routing_build(entries, count, &routing);
	if (error)
		return error;
	host_mutex_lock(&vm->irq_lock);
	old = vm->routing;
	/* VMMs set the whole table for each device that they start: waiting for the readers is what
	 * costs. */
	if (same_routing(old, routing)) {
		old = routing;
	} else {
		split_routing_changes(irqchip_get(vm), routing);
		__atomic_store_n(&vm->routing, routing, __ATOMIC_RELEASE);
		host_srcu_synchronize(&vm->irq_srcu);
	}
	host_mutex_unlock(&vm->irq_lock);
	host_free(old);
	return 0;
}

void irq_routing_level_vectors(const struct irq_routing *routing, u32 gsis, u64 vectors[4])
{
	for (u32 i = 0; i < gsis && i < routing->gsis; i++) {
		const struct gsi *gsi = &routing->gsi[i];
		u8 vector = (u8)gsi->data;

		if (gsi->leads_to == LEADS_TO_MSI && (gsi->data & MSI_LEVEL))
			vectors[vector / 64] |= BIT64(vector % 64);
	}
}

int irq_routing_init(struct vm *vm, bool pins)
{
	struct kvm_irq_routing_entry entries[PIC_PINS + IOAPIC_PINS] = {0};

	for (u32 pin = 0; pin < COUNT_OF(entries); pin++) {
		struct kvm_irq_routing_entry *entry = &entries[pin];
		bool ioapic = pin >= PIC_PINS;

		entry->type = KVM_IRQ_ROUTING_IRQCHIP;
		entry->gsi = ioapic ? pin - PIC_PINS : pin;
		entry->u.irqchip.irqchip =
			ioapic ? KVM_IRQCHIP_IOAPIC : KVM_IRQCHIP_PIC_MASTER + pin / 8;
		entry->u.irqchip.pin = ioapic ? entry->gsi : pin % 8;
	}
	return routing_build(entries, pins ? COUNT_OF(entries) : 0, &vm->routing);
}

void irq_routing_destroy(struct vm *vm)
{
	host_free(vm->routing);
	vm->routing = NULL;
}

/* The sum of what took it; else 0 if it was pending anywhere; else -1. */
static int combine(int sum, int result)
{
	if (result < 0)
		return sum;
	return sum < 0 ? result : sum + result;
}

static int line_set(struct vm *vm, u32 number, bool level, enum irq_source source)
{
	struct irqchip *chip = irqchip_get(vm);
	const struct irq_routing *routing = routing_get(vm);
	const struct gsi *gsi;
	int sum = -1;

	if (!routing || number >= routing->gsis)
		return -1;
	gsi = &routing->gsi[number];
	if (gsi->leads_to == LEADS_TO_MSI)
		return level ? irq_msi_send(vm, gsi->address, gsi->data) : -1;
	for (u32 i = 0; i < CHIPS; i++)
		if (gsi->leads_to & BIT32(i))
			sum = combine(sum, irqchip_pin_set(chip, i, gsi->pin[i], level, source));
	return sum;
}

int irq_line_set(struct vm *vm, u32 number, bool level, enum irq_source source)
{
	int ticket = host_srcu_read_lock(&vm->irq_srcu);
	int result = line_set(vm, number, level, source);

	host_srcu_read_unlock(&vm->irq_srcu, ticket);
	return result;
}

static bool wide_ids(const struct vm *vm)
{
	return __atomic_load_n(&vm->apic_ids_32bit, __ATOMIC_RELAXED);
}

bool irq_msi_valid(const struct vm *vm, u64 address)
{
	return !wide_ids(vm) || !((address >> 32) & 0xff);
}

static u32 msi_destination(const struct vm *vm, u64 address)
{
	u32 destination = (address >> 12) & 0xff;

	return wide_ids(vm) ? destination | ((u32)(address >> 32) & ~0xffu) : destination;
}

int irq_msi_send(struct vm *vm, u64 address, u32 data)
{
	bool logical = address & BIT32(2), hint = address & BIT32(3);
	struct irq_message message = {
		.destination = msi_destination(vm, address),
		.vector = (u8)data,
		.delivery = (data >> 8) & 7,
		.logical = logical,
		.level = data & MSI_LEVEL,
	};

	if (!irq_msi_valid(vm, address))
		return -1;
	if (message.delivery == 3 || message.delivery == IRQ_STARTUP) /* reserved */
		return -1;
	/* Of a group that is addressed with the redirection hint, one is to get it. */
	if (hint && logical && message.delivery == IRQ_FIXED)
		message.delivery = IRQ_LOWEST;
	return irq_message_send_device(vm, &message);
}

void irq_ack_notifier_add(struct vm *vm, struct irq_ack_notifier *notifier)
{
	struct irqchip *chip = irqchip_get(vm);

	HOST_NEEDS(host_mutex_held(&vm->irq_lock));
	notifier->next = chip->notifiers;
	__atomic_store_n(&chip->notifiers, notifier, __ATOMIC_RELEASE);
}

void irq_ack_notifier_remove(struct vm *vm, struct irq_ack_notifier *notifier)
{
	struct irq_ack_notifier **at = &irqchip_get(vm)->notifiers;

	HOST_NEEDS(host_mutex_held(&vm->irq_lock));
	while (*at != notifier)
		at = &(*at)->next;
	__atomic_store_n(at, notifier->next, __ATOMIC_RELEASE);
}

void irq_acknowledged(struct vm *vm, u32 gsi)
{
	struct irq_ack_notifier *notifier =
		__atomic_load_n(&irqchip_get(vm)->notifiers, __ATOMIC_ACQUIRE);

	HOST_NEEDS(host_srcu_held(&vm->irq_srcu));
	HOST_NEEDS(host_interrupts_are_on());
	for (; notifier; notifier = __atomic_load_n(&notifier->next, __ATOMIC_ACQUIRE))
		if (notifier->gsi == gsi)
			notifier->acked(notifier);
}
