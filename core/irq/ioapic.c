// SPDX-License-Identifier: GPL-2.0
/*
 * The I/O APIC: 24 pins, version 11H (no EOI register: it hears the EOIs of the local APICs).
 *
 * 82093AA data sheet: "Register Description"; SDM: "Handling Interrupts", "Interrupt Acceptance for
 * Fixed Interrupts".
 */
#include "irq/devices.h"
#include "irq/lapic.h"

#define REGISTER_SELECT 0x00
#define REGISTER_WINDOW 0x10

#define INDEX_ID	  0
#define INDEX_VERSION	  1
#define INDEX_ARBITRATION 2
#define INDEX_REDIRECTION 0x10

#define VERSION ((IOAPIC_PINS - 1) << 16 | 0x11)

/* Redirection table entry */
#define ENTRY_VECTOR(entry)	 ((u8)(entry))
#define ENTRY_DELIVERY(entry)	 ((u8)((entry) >> 8) & 7)
#define ENTRY_LOGICAL		 BIT64(11)
#define ENTRY_STATUS		 BIT64(12)
#define ENTRY_REMOTE_IRR	 BIT64(14)
#define ENTRY_LEVEL		 BIT64(15)
#define ENTRY_MASKED		 BIT64(16)
#define ENTRY_DESTINATION(entry) ((u32)((entry) >> 56))
#define ENTRY_READ_ONLY		 (ENTRY_STATUS | ENTRY_REMOTE_IRR)
#define ENTRY_WRITABLE		 (0xff0000000001ffffull & ~ENTRY_READ_ONLY)

/*
 * A line that is up at the EOI interrupts again at once: a guest whose handler does not quiet its
 * device does nothing else any more.  After so many the next waits, so that it gets on.
 */
#define REPEATS_MAX	10000
#define REPEAT_DELAY_NS 10000000

/* Is there an EOI to wait for?  NMIs and the like are edge-triggered whatever the entry says. */
static bool entry_is_level(u64 entry)
{
	return (entry & ENTRY_LEVEL) && ENTRY_DELIVERY(entry) <= IRQ_LOWEST;
}

static u64 *entry_of(struct irqchip *chip, unsigned int pin)
{
	return &chip->ioapic.redirtbl[pin].bits;
}

static void note_vectors(struct irqchip *chip)
{
	u64 vectors[4] = {0};

	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++) {
		u8 vector = ENTRY_VECTOR(*entry_of(chip, pin));

		vectors[vector / 64] |= BIT64(vector % 64);
	}
	irqchip_vectors_set(chip, vectors);
}

/* Send a pin's message, if its entry lets it.  The result of irq_line_set(). */
static int deliver(struct irqchip *chip, unsigned int pin)
{
	u64 *entry = entry_of(chip, pin);
	struct irq_message message = {
		.destination = ENTRY_DESTINATION(*entry),
		.vector = ENTRY_VECTOR(*entry),
		.delivery = ENTRY_DELIVERY(*entry),
		.logical = *entry & ENTRY_LOGICAL,
		.level = entry_is_level(*entry),
	};
	int result;

	HOST_NEEDS(host_irqlock_held(&chip->lock));
	if (*entry & ENTRY_MASKED)
		return -1;
	if (message.level && (*entry & ENTRY_REMOTE_IRR))
		return 0;
	if (message.delivery == 3 || message.delivery == IRQ_STARTUP) /* reserved */
		return -1;
	result = irq_message_send_device(chip->vm, &message);
	if (message.level && result > 0)
		*entry |= ENTRY_REMOTE_IRR;
	return result;
}

static bool line_is_up(const struct irqchip *chip, unsigned int pin)
{
	return chip->ioapic.irr & BIT32(pin);
}

/* A level-triggered line that is up wants to be heard whenever it can be. */
static void deliver_level(struct irqchip *chip, unsigned int pin)
{
	if (entry_is_level(*entry_of(chip, pin)) && line_is_up(chip, pin))
		deliver(chip, pin);
}

/* An edge that comes while the pin is masked is lost. */
int ioapic_line_set(struct irqchip *chip, unsigned int pin, bool level)
{
	bool was_up = line_is_up(chip, pin);

	if (!level) {
		chip->ioapic.irr &= ~BIT32(pin);
		return 1;
	}
	chip->ioapic.irr |= BIT32(pin);
	if (was_up && !entry_is_level(*entry_of(chip, pin)))
		return 0;
	return deliver(chip, pin);
}

static void delay_over(struct host_timer *timer)
{
	struct irqchip *chip = (void *)((char *)timer - offsetof(struct irqchip, ioapic_timer));
	unsigned long flags = host_irqlock_lock(&chip->lock);

	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		if (chip->ioapic_delayed & BIT32(pin))
			deliver_level(chip, pin);
	chip->ioapic_delayed = 0;
	host_irqlock_unlock(&chip->lock, flags);
}

static void deliver_again(struct irqchip *chip, unsigned int pin)
{
	if (!line_is_up(chip, pin)) {
		chip->ioapic_repeats[pin] = 0;
		return;
	}
	if (++chip->ioapic_repeats[pin] < REPEATS_MAX) {
		deliver_level(chip, pin);
		return;
	}
	chip->ioapic_repeats[pin] = 0;
	chip->ioapic_delayed |= BIT32(pin);
	host_timer_start(&chip->ioapic_timer, host_time_ns() + REPEAT_DELAY_NS);
}

static void end_of_interrupt(struct irqchip *chip, u8 vector)
{
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++) {
		u64 *entry = entry_of(chip, pin);

		if (ENTRY_VECTOR(*entry) != vector || !entry_is_level(*entry))
			continue;
		*entry &= ~ENTRY_REMOTE_IRR;
		deliver_again(chip, pin);
	}
}

static u64 pin_bit(unsigned int pin)
{
	return BIT64(PIN_NEWS_IOAPIC + pin);
}

static u64 pins_of(struct irqchip *chip, u8 vector)
{
	u64 pins = 0;

	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		if (ENTRY_VECTOR(*entry_of(chip, pin)) == vector)
			pins |= pin_bit(pin);
	return pins;
}

static bool hears_eoi(const struct irqchip *chip, u8 vector)
{
	return chip && (__atomic_load_n(&chip->ioapic_vectors[vector / 64], __ATOMIC_RELAXED) &
			BIT64(vector % 64));
}

bool irqchip_hears_eoi(struct vm *vm, u8 vector)
{
	return hears_eoi(irqchip_get(vm), vector);
}

/*
 * First who waits for the acknowledgement is told, and may take its line down; only then are the
 * lines looked at.  The other way round each would be delivered twice.
 */
void irqchip_eoi(struct vcpu *vcpu, u8 vector, bool level)
{
	struct irqchip *chip = irqchip_get(vcpu->vm);
	struct pin_news news = {0};
	unsigned long flags;

	if (!hears_eoi(chip, vector))
		return;
	if (chip->split) {
		/* What it sends edge-triggered has no end that it would have to know of. */
		if (level)
			split_eoi(vcpu, vector);
		return;
	}
	flags = host_irqlock_lock(&chip->lock);
	news.acknowledged = pins_of(chip, vector);
	host_irqlock_unlock(&chip->lock, flags);
	irqchip_tell(vcpu->vm, &news);
	if (!level)
		return;
	flags = host_irqlock_lock(&chip->lock);
	end_of_interrupt(chip, vector);
	host_irqlock_unlock(&chip->lock, flags);
}

static void write_entry(struct irqchip *chip, unsigned int index, u32 value, struct pin_news *news)
{
	unsigned int pin = index / 2;
	u64 *entry = entry_of(chip, pin), before = *entry, after;

	if (index & 1)
		after = (before & 0xffffffff) | (u64)value << 32;
	else
		after = (before & ~0xffffffffull) | value;
	after = (after & ENTRY_WRITABLE) | (before & ENTRY_READ_ONLY);
	/* Guests write "edge" to get out of an interrupt that has no EOI. */
	if (!entry_is_level(after))
		after &= ~ENTRY_REMOTE_IRR;
	*entry = after;
	note_vectors(chip);
	if ((before & ENTRY_MASKED) && !(after & ENTRY_MASKED))
		news->unmasked |= pin_bit(pin);
	deliver_level(chip, pin);
}

static void write_window(struct irqchip *chip, u32 value, struct pin_news *news)
{
	u32 index = chip->ioapic.ioregsel;

	if (index == INDEX_ID)
		chip->ioapic.id = (value >> 24) & 0xf;
	else if (index >= INDEX_REDIRECTION && index < INDEX_REDIRECTION + 2 * IOAPIC_PINS)
		write_entry(chip, index - INDEX_REDIRECTION, value, news);
}

static u32 read_window(struct irqchip *chip)
{
	u32 index = chip->ioapic.ioregsel;

	if (index == INDEX_VERSION)
		return VERSION;
	if (index == INDEX_ID || index == INDEX_ARBITRATION)
		return chip->ioapic.id << 24;
	if (index >= INDEX_REDIRECTION && index < INDEX_REDIRECTION + 2 * IOAPIC_PINS)
		return (u32)(*entry_of(chip, (index - INDEX_REDIRECTION) / 2) >> (index & 1) * 32);
	return 0;
}

/* The registers are 4 bytes wide and lie at their first byte; narrower accesses get their low part.
 */
bool ioapic_page_read(struct bus_device *device, struct vcpu *vcpu, u64 gpa, unsigned int length,
		      void *data)
{
	struct irqchip *chip = irqchip_get(vcpu->vm);
	unsigned long flags = host_irqlock_lock(&chip->lock);
	u64 value = 0;

	if (gpa - device->start == REGISTER_SELECT)
		value = chip->ioapic.ioregsel;
	else if (gpa - device->start == REGISTER_WINDOW)
		value = read_window(chip);
	host_irqlock_unlock(&chip->lock, flags);
	__builtin_memset(data, 0, length);
	__builtin_memcpy(data, &value, length < sizeof(value) ? length : sizeof(value));
	return true;
}

bool ioapic_page_write(struct bus_device *device, struct vcpu *vcpu, u64 gpa, unsigned int length,
		       const void *data)
{
	struct irqchip *chip = irqchip_get(vcpu->vm);
	struct pin_news news = {0};
	unsigned long flags;
	u32 value = 0;

	__builtin_memcpy(&value, data, length < sizeof(value) ? length : sizeof(value));
	flags = host_irqlock_lock(&chip->lock);
	if (gpa - device->start == REGISTER_SELECT)
		chip->ioapic.ioregsel = value & 0xff;
	else if (gpa - device->start == REGISTER_WINDOW)
		write_window(chip, value, &news);
	host_irqlock_unlock(&chip->lock, flags);
	irqchip_news(vcpu, &news);
	return true;
}

void ioapic_init(struct irqchip *chip)
{
	chip->ioapic.base_address = chip->ioapic_page.start;
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		*entry_of(chip, pin) = ENTRY_MASKED;
	note_vectors(chip);
	host_timer_init(&chip->ioapic_timer, delay_over);
}

/* The lines of edges that were sent already are left out: setting them would send them again. */
void ioapic_state_get(const struct irqchip *chip, struct kvm_ioapic_state *state)
{
	*state = chip->ioapic;
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++) {
		u64 entry = state->redirtbl[pin].bits;

		if (!(entry & ENTRY_MASKED) && !entry_is_level(entry))
			state->irr &= ~BIT32(pin);
	}
}

void ioapic_state_set(struct irqchip *chip, const struct kvm_ioapic_state *state)
{
	chip->ioapic = *state;
	chip->ioapic.ioregsel &= 0xff;
	chip->ioapic.id &= 0xf;
	chip->ioapic.irr &= BIT32(IOAPIC_PINS) - 1;
	chip->ioapic_delayed = 0;
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		*entry_of(chip, pin) &= ENTRY_WRITABLE | ENTRY_READ_ONLY;
	note_vectors(chip);
	for (unsigned int pin = 0; pin < IOAPIC_PINS; pin++)
		if (line_is_up(chip, pin))
			deliver(chip, pin);
}
