// SPDX-License-Identifier: GPL-2.0
/*
 * The two 8259A interrupt controllers, wired as in a PC: the slave's output is input 2 of the
 * master, whose output goes to the processors.
 *
 * 8259A data sheet: "Interrupt Sequence", "Initialization Command Words", "Operation Command
 * Words"; the edge/level registers (ELCR) are those of the 82371.
 */
#include "irq/devices.h"
#include "irq/lapic.h"

#define CASCADE	 2 /* the master's input that the slave is on */
#define SPURIOUS 7 /* what an acknowledge cycle gets when nothing is pending */

enum { MASTER, SLAVE };

#define PORT_MASTER 0x20
#define PORT_SLAVE  0xa0
#define PORT_ELCR   0x4d0

/* Inputs that can be level-triggered: not the timer, keyboard, cascade, clock and FPU. */
static const u8 elcr_mask[] = {0xf8, 0xde};

/* How many steps below the highest priority the first of `irqs` is; 8: there is none. */
static unsigned int priority_of(const struct kvm_pic_state *s, u8 irqs)
{
	unsigned int steps = 0;

	if (!irqs)
		return 8;
	while (!(irqs & (1u << ((steps + s->priority_add) & 7))))
		steps++;
	return steps;
}

/* The interrupt that a chip asks for: the first that is requested, not masked, and above what is in
 * service.  -1: none. */
static int pending_irq(const struct kvm_pic_state *s, bool master)
{
	unsigned int wanted = priority_of(s, s->irr & ~s->imr);
	unsigned int irq = (wanted + s->priority_add) & 7;
	u8 in_service = s->isr;

	if (s->special_mask)
		in_service &= ~s->imr;
	/* The slave decides by itself whether more of it may come; what is below it still waits. */
	if (master && s->special_fully_nested_mode && irq == CASCADE)
		in_service &= ~BIT32(CASCADE);
	if (wanted >= priority_of(s, in_service))
		return -1;
	return (int)irq;
}

static void request_vcpus(struct vm *vm)
{
	struct vcpu *vcpu;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));)
		if (lapic_accepts_extint(vcpu))
			vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

/* What follows from the registers: the requests of level-triggered inputs, the cascade, the output.
 */
static void pic_update(struct irqchip *chip)
{
	struct kvm_pic_state *master = &chip->pic[MASTER];
	bool before = chip->pic_output, output;

	HOST_NEEDS(host_irqlock_held(&chip->lock));
	for (unsigned int i = 0; i < COUNT_OF(chip->pic); i++) {
		struct kvm_pic_state *s = &chip->pic[i];

		s->irr = (s->irr & ~s->elcr) | (s->last_irr & s->elcr);
	}
	master->irr &= ~BIT32(CASCADE);
	if (pending_irq(&chip->pic[SLAVE], false) >= 0)
		master->irr |= BIT32(CASCADE);
	output = pending_irq(master, true) >= 0;
	/* First the output, then the request: who takes the request looks at the output. */
	__atomic_store_n(&chip->pic_output, output, __ATOMIC_SEQ_CST);
	if (output && !before)
		request_vcpus(chip->vm);
}

void pic_init(struct irqchip *chip)
{
	for (unsigned int i = 0; i < COUNT_OF(chip->pic); i++)
		chip->pic[i].elcr_mask = elcr_mask[i];
}

int pic_line_set(struct irqchip *chip, unsigned int pin, bool level)
{
	struct kvm_pic_state *s = &chip->pic[pin >> 3];
	u8 bit = (u8)BIT32(pin & 7);
	bool was_up = s->last_irr & bit, was_requested = s->irr & bit;

	if (level)
		s->last_irr |= bit;
	else
		s->last_irr &= ~bit;
	if (level && !was_up)
		s->irr |= bit;
	pic_update(chip);
	if (s->imr & bit)
		return -1;
	return !level || !(was_up || was_requested);
}

bool pic_output(struct vm *vm)
{
	return __atomic_load_n(&irqchip_get(vm)->pic_output, __ATOMIC_ACQUIRE);
}

bool pic_waits(const struct vcpu *vcpu)
{
	const struct irqchip *chip = irqchip_get(vcpu->vm);

	if (!__atomic_load_n(&chip->pic_output, __ATOMIC_ACQUIRE))
		return false;
	return (!chip->split || vcpu->lapic->extint != LAPIC_NO_EXTINT) &&
	       lapic_accepts_extint(vcpu);
}

static void end_of_interrupt(struct irqchip *chip, unsigned int which, unsigned int irq,
			     struct pin_news *news)
{
	chip->pic[which].isr &= ~BIT32(irq);
	news->acknowledged |= BIT32(which * 8 + irq);
}

/* The chip's part of an acknowledge cycle, or of a poll. */
static void take(struct irqchip *chip, unsigned int which, unsigned int irq, struct pin_news *news)
{
	struct kvm_pic_state *s = &chip->pic[which];

	s->irr &= ~BIT32(irq);
	s->isr |= BIT32(irq);
	if (!s->auto_eoi)
		return;
	if (s->rotate_on_auto_eoi)
		s->priority_add = (irq + 1) & 7;
	end_of_interrupt(chip, which, irq, news);
}

static u8 acknowledge(struct irqchip *chip, struct pin_news *news)
{
	int irq = pending_irq(&chip->pic[MASTER], true);

	if (irq < 0)
		return chip->pic[MASTER].irq_base + SPURIOUS;
	take(chip, MASTER, (unsigned int)irq, news);
	if (irq != CASCADE)
		return chip->pic[MASTER].irq_base + (u8)irq;
	irq = pending_irq(&chip->pic[SLAVE], false);
	if (irq < 0)
		return chip->pic[SLAVE].irq_base + SPURIOUS;
	take(chip, SLAVE, (unsigned int)irq, news);
	return chip->pic[SLAVE].irq_base + (u8)irq;
}

/* The vCPU that comes here is on its way into the guest. */
u8 pic_acknowledge(struct vcpu *vcpu)
{
	struct irqchip *chip = irqchip_get(vcpu->vm);
	struct pin_news news = {0};
	unsigned long flags;
	u8 vector;

	if (chip->split)
		return split_extint_take(vcpu);
	flags = host_irqlock_lock(&chip->lock);
	vector = acknowledge(chip, &news);
	pic_update(chip);
	host_irqlock_unlock(&chip->lock, flags);
	irqchip_keep_news(vcpu, &news);
	return vector;
}

/* ICW1: all but the lines, the vectors and the ELCR begins anew. */
static void write_icw1(struct irqchip *chip, unsigned int which, u8 value, struct pin_news *news)
{
	struct kvm_pic_state *s = &chip->pic[which];

	/* What was on its way is lost: who waits for its end must not wait for ever. */
	news->acknowledged |= (u32)(s->irr | s->isr) << (which * 8);
	news->unmasked |= (u32)s->imr << (which * 8);
	s->irr = 0;
	s->isr = 0;
	s->imr = 0;
	s->priority_add = 0;
	s->poll = 0;
	s->special_mask = 0;
	s->read_reg_select = 0;
	s->init4 = value & 1;
	if (!s->init4) {
		s->auto_eoi = 0;
		s->special_fully_nested_mode = 0;
	}
	s->rotate_on_auto_eoi = 0;
	s->init_state = 1;
}

static void write_ocw3(struct kvm_pic_state *s, u8 value)
{
	if (value & 4)
		s->poll = 1;
	if (value & 2)
		s->read_reg_select = value & 1;
	if (value & 0x40)
		s->special_mask = (value >> 5) & 1;
}

/* OCW2: bit 7 rotates, bit 6 names the interrupt in bits 2:0, bit 5 ends an interrupt. */
static void write_ocw2(struct irqchip *chip, unsigned int which, u8 value, struct pin_news *news)
{
	struct kvm_pic_state *s = &chip->pic[which];
	bool rotate = value & 0x80, specific = value & 0x40, eoi = value & 0x20;
	unsigned int irq = value & 7;

	if (!eoi && !specific) {
		s->rotate_on_auto_eoi = rotate;
		return;
	}
	if (!specific) {
		/* In special mask mode what is masked is not ended by chance. */
		unsigned int first = priority_of(s, s->isr & ~(s->special_mask ? s->imr : 0));

		if (first == 8)
			return;
		irq = (first + s->priority_add) & 7;
	}
	if (rotate)
		s->priority_add = (irq + 1) & 7;
	if (eoi)
		end_of_interrupt(chip, which, irq, news);
}

static void write_command(struct irqchip *chip, unsigned int which, u8 value, struct pin_news *news)
{
	if (value & 0x10)
		write_icw1(chip, which, value, news);
	else if (value & 8)
		write_ocw3(&chip->pic[which], value);
	else
		write_ocw2(chip, which, value, news);
}

/* The odd port: the mask, or the next word of the initialization. */
static void write_data(struct irqchip *chip, unsigned int which, u8 value, struct pin_news *news)
{
	struct kvm_pic_state *s = &chip->pic[which];

	switch (s->init_state) {
	case 1:
		s->irq_base = value & 0xf8;
		s->init_state = 2;
		return;
	case 2: /* how the two are wired, which cannot be changed */
		s->init_state = s->init4 ? 3 : 0;
		return;
	case 3:
		s->special_fully_nested_mode = (value >> 4) & 1;
		s->auto_eoi = (value >> 1) & 1;
		s->init_state = 0;
		return;
	default:
		news->unmasked |= (u32)(s->imr & ~value & 0xff) << (which * 8);
		s->imr = value;
	}
}

/* A read in poll mode is an acknowledge cycle of the one chip. */
static u8 read_poll(struct irqchip *chip, unsigned int which, struct pin_news *news)
{
	int irq = pending_irq(&chip->pic[which], which == MASTER);

	chip->pic[which].poll = 0;
	if (irq < 0)
		return 0;
	take(chip, which, (unsigned int)irq, news);
	pic_update(chip);
	return 0x80 | (u8)irq;
}

static u8 port_read(struct irqchip *chip, u64 port, struct pin_news *news)
{
	unsigned int which = port >= PORT_SLAVE;
	const struct kvm_pic_state *s = &chip->pic[which];

	if (port >= PORT_ELCR)
		return chip->pic[port & 1].elcr;
	if (s->poll)
		return read_poll(chip, which, news);
	if (port & 1)
		return s->imr;
	return s->read_reg_select ? s->isr : s->irr;
}

static void port_write(struct irqchip *chip, u64 port, u8 value, struct pin_news *news)
{
	if (port >= PORT_ELCR)
		chip->pic[port & 1].elcr = value & elcr_mask[port & 1];
	else if (port & 1)
		write_data(chip, port >= PORT_SLAVE, value, news);
	else
		write_command(chip, port >= PORT_SLAVE, value, news);
	pic_update(chip);
}

/* The ports are 8 bits wide: more is an access to each of them in turn. */
static bool ports_access(struct vcpu *vcpu, u64 port, unsigned int length, u8 *in, const u8 *out)
{
	struct irqchip *chip = irqchip_get(vcpu->vm);
	struct pin_news news = {0};
	unsigned long flags = host_irqlock_lock(&chip->lock);

	for (unsigned int i = 0; i < length; i++) {
		if (in)
			in[i] = port_read(chip, port + i, &news);
		else
			port_write(chip, port + i, out[i], &news);
	}
	host_irqlock_unlock(&chip->lock, flags);
	irqchip_news(vcpu, &news);
	return true;
}

bool pic_ports_read(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
		    void *data)
{
	return ports_access(vcpu, port, length, data, NULL);
}

bool pic_ports_write(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
		     const void *data)
{
	return ports_access(vcpu, port, length, NULL, data);
}

void pic_state_set(struct irqchip *chip, unsigned int which, const struct kvm_pic_state *state)
{
	struct kvm_pic_state *s = &chip->pic[which];

	*s = *state;
	s->priority_add &= 7;
	s->irq_base &= 0xf8;
	s->init_state &= 3;
	s->elcr &= elcr_mask[which];
	s->elcr_mask = elcr_mask[which];
	pic_update(chip);
}
