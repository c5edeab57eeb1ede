// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "virtqueue.h"

/* Virtual I/O Device specification, "The Virtqueue Descriptor Table". */
#define DESC_NEXT  1
#define DESC_WRITE 2

#define AVAIL_NO_INTERRUPT 1

struct descriptor {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

struct used_element {
	uint32_t id, len;
};

/* Both rings begin with these; then come their elements. */
struct ring {
	uint16_t flags, index;
};

#define DESC_ALIGN   16
#define DRIVER_ALIGN 2
#define DEVICE_ALIGN 4

static uint64_t driver_size(const struct virtqueue *q)
{
	return sizeof(struct ring) + q->size * sizeof(uint16_t);
}

static uint64_t device_size(const struct virtqueue *q)
{
	return sizeof(struct ring) + q->size * sizeof(struct used_element);
}

/* RAM stays where it is as long as the VM lives, so what is found here is found later. */
static const char *check_places(const struct virtqueue *q)
{
	if (!q->size || q->size > VIRTQUEUE_SIZE_MAX || (q->size & (q->size - 1)))
		return "its size is no power of two, or too large";
	if (q->desc % DESC_ALIGN || q->driver % DRIVER_ALIGN || q->device % DEVICE_ALIGN)
		return "a ring is not aligned";
	if (!memory_at(q->mem, q->desc, q->size * sizeof(struct descriptor)) ||
	    !memory_at(q->mem, q->driver, driver_size(q)) ||
	    !memory_at(q->mem, q->device, device_size(q)))
		return "a ring is not in RAM";
	return NULL;
}

void virtqueue_enable(struct virtqueue *q)
{
	q->next = q->used = 0;
	q->broken = check_places(q);
	q->ready = true;
}

/* The guest may be writing the descriptor: it is read once, and only the copy is looked at. */
static struct descriptor read_descriptor(const struct virtqueue *q, uint16_t i)
{
	const volatile struct descriptor *table =
		memory_at(q->mem, q->desc, q->size * sizeof(struct descriptor));

	return table[i];
}

/* Adds a descriptor to the chain; what is wrong with it, or NULL. */
static const char *chain_add(const struct virtqueue *q, struct virtqueue_chain *chain,
			     const struct descriptor *d)
{
	void *at = memory_at(q->mem, d->addr, d->len);

	if (!at)
		return "a buffer is not in RAM";
	if (chain->in && !(d->flags & DESC_WRITE))
		return "a buffer to read comes after one to write";
	/* Longer than the ring, it would be a loop. */
	if (chain->out + chain->in == q->size)
		return "a chain is a loop";
	chain->iov[chain->out + chain->in] = (struct iovec){at, d->len};
	if (d->flags & DESC_WRITE)
		chain->in++;
	else
		chain->out++;
	return NULL;
}

static const char *chain_collect(const struct virtqueue *q, struct virtqueue_chain *chain)
{
	struct descriptor d = {.flags = DESC_NEXT, .next = chain->head};
	const char *wrong;

	chain->out = chain->in = 0;
	while (d.flags & DESC_NEXT) {
		if (d.next >= q->size)
			return "a descriptor's number is out of range";
		d = read_descriptor(q, d.next);
		if (d.flags & ~(DESC_NEXT | DESC_WRITE))
			return "a descriptor has flags of features that were not negotiated";
		wrong = chain_add(q, chain, &d);
		if (wrong)
			return wrong;
	}
	return NULL;
}

bool virtqueue_pop(struct virtqueue *q, struct virtqueue_chain *chain)
{
	struct ring *driver;
	uint16_t index;

	if (!q->ready || q->broken)
		return false;
	driver = memory_at(q->mem, q->driver, driver_size(q));
	index = __atomic_load_n(&driver->index, __ATOMIC_ACQUIRE);
	if (index == q->next)
		return false;
	if ((uint16_t)(index - q->next) > q->size) {
		q->broken = "more chains are available than it has descriptors";
		return false;
	}
	chain->head =
		__atomic_load_n((uint16_t *)(driver + 1) + q->next % q->size, __ATOMIC_RELAXED);
	q->broken = chain_collect(q, chain);
	if (q->broken)
		return false;
	q->next++;
	return true;
}

void virtqueue_push(struct virtqueue *q, const struct virtqueue_chain *chain, uint32_t written)
{
	struct ring *device = memory_at(q->mem, q->device, device_size(q));
	struct used_element *elements = (struct used_element *)(device + 1);

	elements[q->used % q->size] = (struct used_element){chain->head, written};
	q->used++;
	__atomic_store_n(&device->index, q->used, __ATOMIC_RELEASE);
}

bool virtqueue_wants_interrupt(const struct virtqueue *q)
{
	const struct ring *driver = memory_at(q->mem, q->driver, driver_size(q));

	/* The index must be there before the guest's wish is read, or both sides could wait. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&driver->flags, __ATOMIC_RELAXED) & AVAIL_NO_INTERRUPT);
}

static uint32_t iov_move(struct iovec *iov, unsigned int count, uint8_t *to, const uint8_t *from,
			 uint32_t size)
{
	uint32_t done = 0;
	unsigned int i;

	for (i = 0; i < count && done < size; i++) {
		uint32_t n = size - done < iov[i].iov_len ? size - done : iov[i].iov_len;

		if (!n)
			continue;
		memcpy(to ? to + done : iov[i].iov_base, to ? iov[i].iov_base : from + done, n);
		iov[i].iov_base = (uint8_t *)iov[i].iov_base + n;
		iov[i].iov_len -= n;
		done += n;
	}
	return done;
}

uint32_t iov_read(struct iovec *iov, unsigned int count, void *to, uint32_t size)
{
	return iov_move(iov, count, to, NULL, size);
}

uint32_t iov_write(struct iovec *iov, unsigned int count, const void *from, uint32_t size)
{
	return iov_move(iov, count, NULL, from, size);
}

uint64_t iov_size(const struct iovec *iov, unsigned int count)
{
	uint64_t size = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		size += iov[i].iov_len;
	return size;
}
