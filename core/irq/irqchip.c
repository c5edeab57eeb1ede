// SPDX-License-Identifier: GPL-2.0
/* The interrupt controllers of a VM together: their life, their state, their lines. */
#include "irq/devices.h"

#define IOAPIC_ADDRESS 0xfec00000
#define IOAPIC_SIZE    0x100 /* what is decoded of its page */

static const u64 pic_ports[] = {0x20, 0xa0, 0x4d0}; /* two at each */

static void devices_init(struct irqchip *chip)
{
	for (unsigned int i = 0; i < COUNT_OF(pic_ports); i++)
		chip->pic_ports[i] = (struct bus_device){
			.start = pic_ports[i],
			.length = 2,
			.raw = true,
			.read = pic_ports_read,
			.write = pic_ports_write,
		};
	chip->ioapic_page = (struct bus_device){
		.start = IOAPIC_ADDRESS,
		.length = IOAPIC_SIZE,
		.raw = true,
		.read = ioapic_page_read,
		.write = ioapic_page_write,
	};
}

static int devices_add(struct vm *vm, struct irqchip *chip)
{
	unsigned int added = 0;
	int error = 0;

	while (!error && added < COUNT_OF(pic_ports)) {
		error = bus_add(vm, BUS_PIO, &chip->pic_ports[added]);
		if (!error)
			added++;
	}
	if (!error)
		error = bus_add(vm, BUS_MMIO, &chip->ioapic_page);
	while (error && added)
		bus_remove(vm, BUS_PIO, &chip->pic_ports[--added]);
	return error;
}

int irqchip_create(struct vm *vm)
{
	struct irqchip *chip;
	int error;

	if (vm->irqchip)
		return -EEXIST;
	if (vm->nr_vcpus)
		return -EINVAL;
	chip = host_zalloc(sizeof(*chip));
	if (!chip)
		return -ENOMEM;
	chip->vm = vm;
	host_irqlock_init(&chip->lock);
	devices_init(chip);
	pic_init(chip);
	ioapic_init(chip);
	error = irq_routing_init(vm, true);
	if (error)
		goto free;
	error = devices_add(vm, chip);
	if (error)
		goto destroy_routing;
	__atomic_store_n(&vm->irqchip, chip, __ATOMIC_RELEASE);
	return 0;
destroy_routing:
	irq_routing_destroy(vm);
free:
	host_free(chip);
	return error;
}

void irqchip_destroy(struct vm *vm)
{
	struct irqchip *chip = vm->irqchip;

	if (!chip)
		return;
	pit_destroy(chip);
	if (!chip->split)
		host_timer_cancel(&chip->ioapic_timer);
	irq_routing_destroy(vm);
	vm->irqchip = NULL;
	host_free(chip);
}

bool irqchip_is_full(const struct vm *vm)
{
	const struct irqchip *chip = irqchip_get(vm);

	return chip && !chip->split;
}

int irqchip_state_get(struct vm *vm, struct kvm_irqchip *state)
{
	struct irqchip *chip = irqchip_get(vm);
	unsigned long flags;
	int error = 0;

	if (!irqchip_is_full(vm))
		return -ENXIO;
	flags = host_irqlock_lock(&chip->lock);
	switch (state->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		state->chip.pic = chip->pic[state->chip_id - KVM_IRQCHIP_PIC_MASTER];
		break;
	case KVM_IRQCHIP_IOAPIC:
		ioapic_state_get(chip, &state->chip.ioapic);
		break;
	default:
		error = -EINVAL;
	}
	host_irqlock_unlock(&chip->lock, flags);
	return error;
}

int irqchip_state_set(struct vm *vm, const struct kvm_irqchip *state)
{
	struct irqchip *chip = irqchip_get(vm);
	unsigned long flags;
	int error = 0;

	if (!irqchip_is_full(vm))
		return -ENXIO;
	flags = host_irqlock_lock(&chip->lock);
	switch (state->chip_id) {
	case KVM_IRQCHIP_PIC_MASTER:
	case KVM_IRQCHIP_PIC_SLAVE:
		pic_state_set(chip, state->chip_id - KVM_IRQCHIP_PIC_MASTER, &state->chip.pic);
		break;
	case KVM_IRQCHIP_IOAPIC:
		ioapic_state_set(chip, &state->chip.ioapic);
		break;
	default:
		error = -EINVAL;
	}
	host_irqlock_unlock(&chip->lock, flags);
	return error;
}

/* The OR of the sources after one of them changed. */
static bool line_now(u8 *sources, bool level, enum irq_source source)
{
	if (level)
		*sources |= BIT32(source);
	else
		*sources &= ~BIT32(source);
	return *sources;
}

int irqchip_pin_set(struct irqchip *chip, u32 which, unsigned int pin, bool level,
		    enum irq_source source)
{
	unsigned long flags = host_irqlock_lock(&chip->lock);
	int result;

	if (which == KVM_IRQCHIP_IOAPIC)
		result = ioapic_line_set(chip, pin,
					 line_now(&chip->ioapic_sources[pin], level, source));
	else
		result = pic_line_set(chip, pin, line_now(&chip->pic_sources[pin], level, source));
	host_irqlock_unlock(&chip->lock, flags);
	return result;
}

static s32 gsi_of(struct vm *vm, unsigned int pin)
{
	return pin < PIN_NEWS_IOAPIC
		       ? irq_routing_gsi(vm, KVM_IRQCHIP_PIC_MASTER, pin)
		       : irq_routing_gsi(vm, KVM_IRQCHIP_IOAPIC, pin - PIN_NEWS_IOAPIC);
}

static void tell_of_pin(struct vm *vm, const struct pin_news *news, unsigned int pin)
{
	s32 gsi = gsi_of(vm, pin);

	if (gsi < 0)
		return;
	if (news->unmasked & BIT64(pin))
		pit_unmasked(irqchip_get(vm), (u32)gsi);
	if (news->acknowledged & BIT64(pin))
		irq_acknowledged(vm, (u32)gsi);
}

void irqchip_tell(struct vm *vm, const struct pin_news *news)
{
	u64 pins = news->acknowledged | news->unmasked;
	int ticket;

	if (!pins)
		return;
	ticket = host_srcu_read_lock(&vm->irq_srcu);
	for (; pins; pins &= pins - 1)
		tell_of_pin(vm, news, (unsigned int)__builtin_ctzll(pins));
	host_srcu_read_unlock(&vm->irq_srcu, ticket);
}

void irqchip_keep_news(struct vcpu *vcpu, const struct pin_news *news)
{
	vcpu->pin_news.acknowledged |= news->acknowledged;
	vcpu->pin_news.unmasked |= news->unmasked;
}

void irqchip_tell_news(struct vcpu *vcpu)
{
	const struct pin_news news = vcpu->pin_news;

	vcpu->pin_news = (struct pin_news){0};
	irqchip_tell(vcpu->vm, &news);
}

void irqchip_news(struct vcpu *vcpu, const struct pin_news *news)
{
	if (!pin_news_exist(news))
		return;
	irqchip_keep_news(vcpu, news);
	if (!vcpu_is_between_entries(vcpu))
		irqchip_tell_news(vcpu);
}
