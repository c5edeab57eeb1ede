// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "words/say.h"
#include "virtio_mmio.h"

#define PLACE_BASE 0xd0000000ull
#define PLACE_STEP 0x1000
#define PLACE_GSI  16 /* the first that no ISA device has */

/* "MMIO Device Register Layout" */
enum {
	MAGIC = 0x000,
	VERSION = 0x004,
	DEVICE_ID = 0x008,
	VENDOR_ID = 0x00c,
	DEVICE_FEATURES = 0x010,
	DEVICE_FEATURES_SEL = 0x014,
	DRIVER_FEATURES = 0x020,
	DRIVER_FEATURES_SEL = 0x024,
	QUEUE_SEL = 0x030,
	QUEUE_NUM_MAX = 0x034,
	QUEUE_NUM = 0x038,
	QUEUE_READY = 0x044,
	QUEUE_NOTIFY = 0x050,
	INTERRUPT_STATUS = 0x060,
	INTERRUPT_ACK = 0x064,
	STATUS = 0x070,
	QUEUE_DESC = 0x080,
	QUEUE_DRIVER = 0x090,
	QUEUE_DEVICE = 0x0a0,
	SHM_LEN = 0x0b0,
	SHM_LEN_HIGH = 0x0b4,
	CONFIG_GENERATION = 0x0fc,
	CONFIG = 0x100,
};

#define MAGIC_VALUE   0x74726976 /* "virt" */
#define VERSION_VALUE 2
#define VENDOR_VALUE  0x4c4e544c /* "LTNL" */

#define F_VERSION_1 (1ull << 32)

/* "Device Status Field" */
#define STATUS_DRIVER_OK   4u
#define STATUS_FEATURES_OK 8u
#define STATUS_NEEDS_RESET 64u
#define STATUS_FAILED	   128u

#define INTERRUPT_QUEUE	 1u
#define INTERRUPT_CONFIG 2u

void virtio_wake(struct virtio *v)
{
	uint64_t one = 1;

	while (write(v->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* The interrupt is an edge. */
static void virtio_interrupt(struct virtio *v, unsigned int why)
{
	struct kvm_irq_level line = {.irq = v->gsi, .level = 1};
	uint64_t one = 1;

	atomic_fetch_or(&v->interrupt, why);
	if (v->irqfd >= 0) {
		while (write(v->irqfd, &one, sizeof(one)) < 0 && errno == EINTR)
			;
		return;
	}
	ioctl(v->machine->kvm.vm, KVM_IRQ_LINE, &line);
	line.level = 0;
	ioctl(v->machine->kvm.vm, KVM_IRQ_LINE, &line);
}

void virtio_push(struct virtio *v, struct virtqueue *q, const struct virtqueue_chain *chain,
		 uint32_t written)
{
	virtqueue_push(q, chain, written);
	if (virtqueue_wants_interrupt(q))
		virtio_interrupt(v, INTERRUPT_QUEUE);
}

/* A queue that the guest broke stays so until it resets the device. */
static void virtio_look_for_damage(struct virtio *v)
{
	unsigned int i;

	for (i = 0; i < v->type->queues; i++) {
		const char *broken = v->queues[i].ready ? v->queues[i].broken : NULL;

		if (!broken || atomic_load(&v->status) & STATUS_NEEDS_RESET)
			continue;
		if (!v->complained)
			say("virtio device at %#llx: the guest broke queue %u: %s",
			    (unsigned long long)v->base, i, broken);
		v->complained = true; /* once, not as often as a guest likes */
		atomic_fetch_or(&v->status, STATUS_NEEDS_RESET);
		virtio_interrupt(v, INTERRUPT_CONFIG);
	}
}

static bool virtio_is_live(const struct virtio *v)
{
	return (atomic_load(&v->status) &
		(STATUS_DRIVER_OK | STATUS_NEEDS_RESET | STATUS_FAILED)) == STATUS_DRIVER_OK;
}

static void *virtio_thread(void *arg)
{
	struct virtio *v = arg;
	uint64_t count;

	while (!atomic_load(&v->ending)) {
		if (read(v->wake, &count, sizeof(count)) < 0 && errno != EINTR)
			break;
		pthread_mutex_lock(&v->lock);
		if (virtio_is_live(v)) {
			v->type->work(v);
			virtio_look_for_damage(v);
		}
		pthread_mutex_unlock(&v->lock);
	}
	return NULL;
}

static void virtio_reset(struct virtio *v)
{
	unsigned int i;

	memset(v->queues, 0, sizeof(v->queues));
	for (i = 0; i < v->type->queues; i++)
		v->queues[i].mem = &v->machine->mem;
	v->features = 0;
	v->features_page = v->driver_features_page = v->queue = 0;
	atomic_store(&v->interrupt, 0);
	atomic_store(&v->status, 0);
}

static uint64_t virtio_offered(const struct virtio *v)
{
	return v->type->features | F_VERSION_1;
}

static void virtio_set_status(struct virtio *v, uint32_t status)
{
	uint32_t old = atomic_load(&v->status);

	if (!status) {
		virtio_reset(v);
		return;
	}
	if (v->features & ~virtio_offered(v) || !(v->features & F_VERSION_1))
		status &= ~STATUS_FEATURES_OK;
	atomic_store(&v->status, (status & 0xff) | (old & STATUS_NEEDS_RESET));
	virtio_wake(v);
}

static void virtio_set_features(struct virtio *v, uint32_t value)
{
	unsigned int shift = v->driver_features_page ? 32 : 0;

	if (atomic_load(&v->status) & STATUS_FEATURES_OK || v->driver_features_page > 1)
		return;
	v->features = (v->features & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

/* The queue that the driver has chosen, or NULL. */
static struct virtqueue *virtio_queue(struct virtio *v)
{
	return v->queue < v->type->queues ? &v->queues[v->queue] : NULL;
}

static void set_half(uint64_t *at, bool high, uint32_t value)
{
	unsigned int shift = high ? 32 : 0;

	*at = (*at & ~(0xffffffffull << shift)) | (uint64_t)value << shift;
}

/* Of a queue that is ready only that can be changed. */
static void virtio_write_queue(struct virtqueue *q, uint32_t reg, uint32_t value)
{
	bool high = reg & 4;

	if (!q)
		return;
	if (reg == QUEUE_READY && !(value & 1))
		q->ready = false;
	if (q->ready)
		return;
	switch (reg) {
	case QUEUE_NUM:
		q->size = value;
		break;
	case QUEUE_READY:
		if (value & 1)
			virtqueue_enable(q);
		break;
	case QUEUE_DESC:
	case QUEUE_DESC + 4:
		set_half(&q->desc, high, value);
		break;
	case QUEUE_DRIVER:
	case QUEUE_DRIVER + 4:
		set_half(&q->driver, high, value);
		break;
	case QUEUE_DEVICE:
	case QUEUE_DEVICE + 4:
		set_half(&q->device, high, value);
		break;
	}
}

static void virtio_write(struct virtio *v, uint32_t reg, uint32_t value)
{
	pthread_mutex_lock(&v->lock);
	switch (reg) {
	case DEVICE_FEATURES_SEL:
		v->features_page = value;
		break;
	case DRIVER_FEATURES:
		virtio_set_features(v, value);
		break;
	case DRIVER_FEATURES_SEL:
		v->driver_features_page = value;
		break;
	case QUEUE_SEL:
		v->queue = value;
		break;
	case STATUS:
		virtio_set_status(v, value);
		break;
	default:
		virtio_write_queue(virtio_queue(v), reg, value);
	}
	pthread_mutex_unlock(&v->lock);
}

static uint32_t virtio_read(struct virtio *v, uint32_t reg)
{
	const struct virtqueue *q;
	uint32_t value = 0;

	pthread_mutex_lock(&v->lock);
	q = virtio_queue(v);
	switch (reg) {
	case MAGIC:
		value = MAGIC_VALUE;
		break;
	case VERSION:
		value = VERSION_VALUE;
		break;
	case DEVICE_ID:
		value = v->type->id;
		break;
	case VENDOR_ID:
		value = VENDOR_VALUE;
		break;
	case DEVICE_FEATURES:
		if (v->features_page <= 1)
			value = virtio_offered(v) >> 32 * v->features_page;
		break;
	case QUEUE_NUM_MAX:
		value = q ? VIRTQUEUE_SIZE_MAX : 0;
		break;
	case QUEUE_READY:
		value = q && q->ready;
		break;
	case STATUS:
		value = atomic_load(&v->status);
		break;
	case SHM_LEN: /* no shared memory */
	case SHM_LEN_HIGH:
		value = ~0u;
		break;
	}
	pthread_mutex_unlock(&v->lock);
	return value;
}

static void virtio_read_config(const struct virtio *v, uint64_t offset, void *data,
			       unsigned int size)
{
	memset(data, 0, size);
	if (offset < v->config_size)
		memcpy(data, (const uint8_t *)v->config + offset,
		       size < v->config_size - offset ? size : v->config_size - offset);
}

/*
 * The registers that are used all the time go without the lock, which the device holds while it
 * works.
 */
static void virtio_access(void *device, uint64_t offset, void *data, unsigned int size, bool write)
{
	struct virtio *v = device;
	uint32_t value;

	if (offset >= CONFIG) {
		if (!write)
			virtio_read_config(v, offset - CONFIG, data, size);
		return;
	}
	if (size != sizeof(value) || offset % sizeof(value))
		return; /* "Driver Requirements: MMIO Device Register Layout" */
	if (!write) {
		value = offset == INTERRUPT_STATUS ? atomic_load(&v->interrupt)
						   : virtio_read(v, offset);
		memcpy(data, &value, sizeof(value));
		return;
	}
	memcpy(&value, data, sizeof(value));
	if (offset == QUEUE_NOTIFY)
		virtio_wake(v);
	else if (offset == INTERRUPT_ACK)
		atomic_fetch_and(&v->interrupt, ~value);
	else
		virtio_write(v, offset, value);
}

/* Notifications that need no exit, and interrupts that need no call, where there are such. */
static int virtio_connect(struct virtio *v)
{
	const struct kvm *kvm = &v->machine->kvm;
	struct kvm_ioeventfd notify = {
		.addr = v->base + QUEUE_NOTIFY,
		.len = kvm_capability(kvm, KVM_CAP_IOEVENTFD_ANY_LENGTH) > 0 ? 0 : sizeof(uint32_t),
		.fd = v->wake,
	};
	struct kvm_irqfd interrupt = {.gsi = v->gsi};

	if (kvm_capability(kvm, KVM_CAP_IOEVENTFD) > 0 &&
	    kvm_call(kvm->vm, KVM_IOEVENTFD, &notify, "KVM_IOEVENTFD"))
		return -1;
	if (kvm_capability(kvm, KVM_CAP_IRQFD) <= 0)
		return 0;
	v->irqfd = eventfd(0, EFD_CLOEXEC);
	if (v->irqfd < 0)
		return say_errno(NULL, "eventfd");
	interrupt.fd = v->irqfd;
	return kvm_call(kvm->vm, KVM_IRQFD, &interrupt, "KVM_IRQFD");
}

int virtio_add(struct virtio *v, struct machine *machine)
{
	unsigned int i = machine->nr_virtio;
	int error;

	if (i == VIRTIO_MAX)
		return say_error("take one away", "more than %d virtio devices", VIRTIO_MAX);
	v->machine = machine;
	v->base = PLACE_BASE + i * PLACE_STEP;
	v->gsi = PLACE_GSI + i;
	v->irqfd = -1;
	pthread_mutex_init(&v->lock, NULL);
	virtio_reset(v);
	v->wake = eventfd(0, EFD_CLOEXEC);
	if (v->wake < 0)
		return say_errno(NULL, "eventfd");
	if (device_bus_attach(&machine->mmio, v->base, VIRTIO_MMIO_SIZE, virtio_access, v) ||
	    virtio_connect(v))
		return -1;
	machine->virtio[machine->nr_virtio++] = v;
	error = pthread_create(&v->thread, NULL, virtio_thread, v);
	v->started = !error;
	errno = error;
	return error ? say_errno(NULL, "no thread for a virtio device") : 0;
}

static void virtio_remove(struct virtio *v)
{
	if (v->started) {
		atomic_store(&v->ending, true);
		virtio_wake(v);
		pthread_join(v->thread, NULL);
	}
	if (v->wake > 0)
		close(v->wake);
	if (v->irqfd > 0)
		close(v->irqfd);
}

void virtio_remove_all(struct machine *machine)
{
	while (machine->nr_virtio)
		virtio_remove(machine->virtio[--machine->nr_virtio]);
}
