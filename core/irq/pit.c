// SPDX-License-Identifier: GPL-2.0
/*
 * The 8254 timer: counter 0 interrupts, counter 2 is the speaker's, with its gate and output at
 * port 61H.
 *
 * 8254 data sheet: "Programming the 8254"; port 61H is the 82371's "NMI Status and Control".
 */
#include "irq/counter.h"
#include "irq/devices.h"

#define PORT_TIMER   0x40
#define PORT_CONTROL 0x43
#define PORT_SPEAKER 0x61
#define TIMER_GSI    0

/* Port 61H */
#define SPEAKER_GATE	      0x01
#define SPEAKER_DATA	      0x02
#define SPEAKER_REFRESH	      0x10
#define SPEAKER_OUTPUT	      0x20
#define SPEAKER_REFRESH_SHIFT 14 /* toggles about every 15 us */

/* Each tick costs the host its time: no more often than this. */
#define MIN_PERIOD_NS 200000
/* Ticks that are kept for a guest that does not take them. */
#define MAX_PENDING 4096

struct pit {
	struct vm *vm;
	host_irqlock_t lock; /* never held while a line is set */
	struct counter counter[3];
	u32 flags; /* KVM_PIT_FLAGS_* */

	/* The interrupts of counter 0. */
	struct host_timer timer;
	bool armed;	  /* the timer may still expire when it is not: that is nothing then */
	u64 next, period; /* ns; period 0: once */
	bool reinject;
	bool waiting; /* for the acknowledgement of the last tick */
	u32 pending;
	struct irq_ack_notifier notifier;

	struct bus_device ports, speaker;
};

static struct pit *pit_get(const struct vm *vm)
{
	struct irqchip *chip = irqchip_get(vm);

	return chip ? __atomic_load_n(&chip->pit, __ATOMIC_ACQUIRE) : NULL;
}

static struct pit *pit_of_ports(struct bus_device *device)
{
	return (void *)((char *)device - offsetof(struct pit, ports));
}

static struct pit *pit_of_speaker(struct bus_device *device)
{
	return (void *)((char *)device - offsetof(struct pit, speaker));
}

/* The guest was not listening: what waited for its acknowledgement will not get it. */
static void forget_ticks(struct pit *pit)
{
	unsigned long flags = host_irqlock_lock(&pit->lock);

	pit->waiting = false;
	pit->pending = 0;
	host_irqlock_unlock(&pit->lock, flags);
}

/* A tick to the guest, if there is one and the guest can take it.  Any context, but without the
 * lock. */
static void deliver(struct pit *pit)
{
	unsigned long flags = host_irqlock_lock(&pit->lock);
	bool tick = pit->pending && !(pit->reinject && pit->waiting);
	int result;

	if (tick) {
		pit->pending--;
		pit->waiting = true;
	}
	host_irqlock_unlock(&pit->lock, flags);
	if (!tick)
		return;
	result = irq_line_set(pit->vm, TIMER_GSI, true, IRQ_SOURCE_PIT);
	irq_line_set(pit->vm, TIMER_GSI, false, IRQ_SOURCE_PIT);
	/* Nobody listens: nobody will acknowledge it. */
	if (result < 0)
		forget_ticks(pit);
}

void pit_unmasked(struct irqchip *chip, u32 gsi)
{
	struct pit *pit = __atomic_load_n(&chip->pit, __ATOMIC_ACQUIRE);

	if (pit && gsi == TIMER_GSI)
		forget_ticks(pit);
}

static void acknowledged(struct irq_ack_notifier *notifier)
{
	struct pit *pit = (void *)((char *)notifier - offsetof(struct pit, notifier));
	unsigned long flags = host_irqlock_lock(&pit->lock);

	pit->waiting = false;
	host_irqlock_unlock(&pit->lock, flags);
	deliver(pit);
}

/* The ticks that were due by now, and when the next is.  Needs: the lock. */
static void count_ticks(struct pit *pit, u64 now)
{
	u64 ticks = 1;

	HOST_NEEDS(host_irqlock_held(&pit->lock));
	if (!pit->armed || now < pit->next)
		return;
	if (pit->period) {
		ticks += (now - pit->next) / pit->period;
		pit->next += ticks * pit->period;
		host_timer_start(&pit->timer, pit->next);
	}
	pit->armed = pit->period;
	if (!pit->reinject)
		pit->pending = 1;
	else if (ticks < MAX_PENDING - pit->pending)
		pit->pending += (u32)ticks;
	else
		pit->pending = MAX_PENDING;
}

static void expired(struct host_timer *timer)
{
	struct pit *pit = (void *)((char *)timer - offsetof(struct pit, timer));
	unsigned long flags = host_irqlock_lock(&pit->lock);

	count_ticks(pit, host_time_ns());
	host_irqlock_unlock(&pit->lock, flags);
	deliver(pit);
}

/* Counter 0 was programmed: its interrupts begin anew.  Needs: the lock. */
static void arm(struct pit *pit, u64 now)
{
	const struct counter *counter = &pit->counter[0];
	u64 ns = counter_ticks_to_ns(counter->s.count);
	bool periodic = counter->s.mode == 2 || counter->s.mode == 3;

	HOST_NEEDS(host_irqlock_held(&pit->lock));
	pit->waiting = false;
	pit->pending = 0;
	pit->armed = counter->counting && !(pit->flags & KVM_PIT_FLAGS_HPET_LEGACY);
	if (!pit->armed)
		return;
	if (periodic && ns < MIN_PERIOD_NS)
		ns = MIN_PERIOD_NS;
	pit->period = periodic ? ns : 0;
	pit->next = now + ns;
	host_timer_start(&pit->timer, pit->next);
}

/* "Read-Back Command": a count, a status or both of some counters. */
static void read_back(struct pit *pit, u8 command, u64 now)
{
	for (unsigned int i = 0; i < COUNT_OF(pit->counter); i++) {
		if (!(command & (2 << i)))
			continue;
		if (!(command & 0x20))
			counter_latch_count(&pit->counter[i], now);
		if (!(command & 0x10))
			counter_latch_status(&pit->counter[i], now);
	}
}

static void write_control(struct pit *pit, u8 value, u64 now)
{
	unsigned int which = value >> 6;

	if (which == 3) {
		read_back(pit, value, now);
	} else if (!(value & 0x30)) {
		counter_latch_count(&pit->counter[which], now);
	} else {
		counter_control(&pit->counter[which], value);
		if (which == 0)
			arm(pit, now);
	}
}

static void write_timer(struct pit *pit, u64 port, u8 value, u64 now)
{
	if (port == PORT_CONTROL)
		write_control(pit, value, now);
	else if (counter_write(&pit->counter[port - PORT_TIMER], value, now) && port == PORT_TIMER)
		arm(pit, now);
}

static bool timer_read(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
		       void *data)
{
	struct pit *pit = pit_of_ports(device);
	unsigned long flags = host_irqlock_lock(&pit->lock);
	u64 now = host_time_ns();

	for (unsigned int i = 0; i < length; i++)
		((u8 *)data)[i] = port + i == PORT_CONTROL
					  ? 0
					  : counter_read(&pit->counter[port + i - PORT_TIMER], now);
	host_irqlock_unlock(&pit->lock, flags);
	return true;
}

static bool timer_write(struct bus_device *device, struct vcpu *vcpu, u64 port, unsigned int length,
			const void *data)
{
	struct pit *pit = pit_of_ports(device);
	unsigned long flags = host_irqlock_lock(&pit->lock);

	for (unsigned int i = 0; i < length; i++)
		write_timer(pit, port + i, ((const u8 *)data)[i], host_time_ns());
	host_irqlock_unlock(&pit->lock, flags);
	return true;
}

static bool speaker_read(struct bus_device *device, struct vcpu *vcpu, u64 port,
			 unsigned int length, void *data)
{
	struct pit *pit = pit_of_speaker(device);
	unsigned long flags = host_irqlock_lock(&pit->lock);
	u64 now = host_time_ns();
	u8 value = pit->counter[2].s.gate ? SPEAKER_GATE : 0;

	(void)vcpu, (void)port;
	if (pit->flags & KVM_PIT_FLAGS_SPEAKER_DATA_ON)
		value |= SPEAKER_DATA;
	if (now >> SPEAKER_REFRESH_SHIFT & 1)
		value |= SPEAKER_REFRESH;
	if (counter_output(&pit->counter[2], now))
		value |= SPEAKER_OUTPUT;
	host_irqlock_unlock(&pit->lock, flags);
	__builtin_memset(data, value, length);
	return true;
}

static bool speaker_write(struct bus_device *device, struct vcpu *vcpu, u64 port,
			  unsigned int length, const void *data)
{
	struct pit *pit = pit_of_speaker(device);
	unsigned long flags = host_irqlock_lock(&pit->lock);
	u8 value = *(const u8 *)data;

	(void)vcpu, (void)port, (void)length;
	pit->flags &= ~(u32)KVM_PIT_FLAGS_SPEAKER_DATA_ON;
	if (value & SPEAKER_DATA)
		pit->flags |= KVM_PIT_FLAGS_SPEAKER_DATA_ON;
	counter_gate_set(&pit->counter[2], value & SPEAKER_GATE, host_time_ns());
	host_irqlock_unlock(&pit->lock, flags);
	return true;
}

static void pit_init(struct pit *pit, struct vm *vm)
{
	u64 now = host_time_ns();

	pit->vm = vm;
	pit->reinject = true;
	host_irqlock_init(&pit->lock);
	host_timer_init(&pit->timer, expired);
	for (unsigned int i = 0; i < COUNT_OF(pit->counter); i++)
		counter_reset(&pit->counter[i], i != 2, now);
	pit->notifier = (struct irq_ack_notifier){.gsi = TIMER_GSI, .acked = acknowledged};
	pit->ports = (struct bus_device){
		.start = PORT_TIMER,
		.length = 4,
		.raw = true,
		.read = timer_read,
		.write = timer_write,
	};
	pit->speaker = (struct bus_device){
		.start = PORT_SPEAKER,
		.length = 1,
		.raw = true,
		.read = speaker_read,
		.write = speaker_write,
	};
}

static int devices_add(struct pit *pit, u32 flags)
{
	bool speaker = flags & KVM_PIT_SPEAKER_DUMMY;
	int error = speaker ? bus_add(pit->vm, BUS_PIO, &pit->speaker) : 0;

	if (error)
		return error;
	error = bus_add(pit->vm, BUS_PIO, &pit->ports);
	if (error && speaker)
		bus_remove(pit->vm, BUS_PIO, &pit->speaker);
	return error;
}

int pit_create(struct vm *vm, u32 flags)
{
	struct irqchip *chip = vm->irqchip;
	struct pit *pit;
	int error;

	if (!irqchip_is_full(vm))
		return -ENOENT;
	if (chip->pit)
		return -EEXIST;
	pit = host_zalloc(sizeof(*pit));
	if (!pit)
		return -ENOMEM;
	pit_init(pit, vm);
	error = devices_add(pit, flags);
	if (error) {
		host_free(pit);
		return error;
	}
	host_mutex_lock(&vm->irq_lock);
	irq_ack_notifier_add(vm, &pit->notifier);
	host_mutex_unlock(&vm->irq_lock);
	__atomic_store_n(&chip->pit, pit, __ATOMIC_RELEASE);
	return 0;
}

void pit_destroy(struct irqchip *chip)
{
	struct pit *pit = chip->pit;

	if (!pit)
		return;
	host_timer_cancel(&pit->timer);
	host_free(pit);
}

int pit_state_get(struct vm *vm, struct kvm_pit_state2 *state)
{
	struct pit *pit = pit_get(vm);
	unsigned long flags;

	if (!pit)
		return -ENXIO;
	flags = host_irqlock_lock(&pit->lock);
	for (unsigned int i = 0; i < COUNT_OF(pit->counter); i++)
		state->channels[i] = pit->counter[i].s;
	state->flags = pit->flags;
	host_irqlock_unlock(&pit->lock, flags);
	return 0;
}

int pit_state_set(struct vm *vm, const struct kvm_pit_state2 *state)
{
	const u32 known = KVM_PIT_FLAGS_HPET_LEGACY | KVM_PIT_FLAGS_SPEAKER_DATA_ON;
	struct pit *pit = pit_get(vm);
	unsigned long flags;
	u64 now;

	if (!pit)
		return -ENXIO;
	flags = host_irqlock_lock(&pit->lock);
	now = host_time_ns();
	for (unsigned int i = 0; i < COUNT_OF(pit->counter); i++)
		counter_set(&pit->counter[i], &state->channels[i], now);
	pit->flags = state->flags & known;
	arm(pit, now);
	host_irqlock_unlock(&pit->lock, flags);
	return 0;
}

int pit_reinject_set(struct vm *vm, bool reinject)
{
	struct pit *pit = pit_get(vm);
	unsigned long flags;

	if (!pit)
		return -ENXIO;
	flags = host_irqlock_lock(&pit->lock);
	pit->reinject = reinject;
	pit->waiting = false;
	pit->pending = 0;
	host_irqlock_unlock(&pit->lock, flags);
	return 0;
}
