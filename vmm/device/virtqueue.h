/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A split virtqueue, seen from the device (Virtual I/O Device specification, "Split Virtqueues").
 * The guest may put anything into its rings, at any time: an index is bounded, and an address
 * looked up, before it is used, and what was checked is not read from the ring again.
 */
#ifndef VMM_VIRTQUEUE_H
#define VMM_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "vmm/machine_memory.h"

#define VIRTQUEUE_SIZE_MAX 128

struct virtqueue {
	const struct memory *mem;
	uint64_t desc, driver, device; /* guest-physical: descriptors, available and used ring */
	uint32_t size;		       /* descriptors: a power of two */
	bool ready;
	uint16_t next;	    /* of the available ring, to be looked at */
	uint16_t used;	    /* of the used ring, to be written */
	const char *broken; /* why the queue cannot be used any more */
};

/* What a chain of descriptors points to: first what the device reads, then what it writes. */
struct virtqueue_chain {
	uint16_t head;
	unsigned int out, in; /* elements of iov to be read, and to be written */
	struct iovec iov[VIRTQUEUE_SIZE_MAX];
};

/*
 * Makes the queue, whose addresses and size the guest has set, ready.  If they cannot be used, it
 * is broken from the start.
 */
void virtqueue_enable(struct virtqueue *q);

/* Whether the guest has given a chain, and if so which.  A chain that is wrong breaks the queue. */
bool virtqueue_pop(struct virtqueue *q, struct virtqueue_chain *chain);

/* Gives the chain back, after @written bytes were written to it. */
void virtqueue_push(struct virtqueue *q, const struct virtqueue_chain *chain, uint32_t written);

/* Whether the guest wants to be interrupted for what was pushed. */
bool virtqueue_wants_interrupt(const struct virtqueue *q);

/*
 * Copies from (to) the first bytes of @iov, and takes them off it.  Returns how many there were, at
 * most @size.
 */
uint32_t iov_read(struct iovec *iov, unsigned int count, void *to, uint32_t size);
uint32_t iov_write(struct iovec *iov, unsigned int count, const void *from, uint32_t size);

/* Bytes in @iov. */
uint64_t iov_size(const struct iovec *iov, unsigned int count);

#endif
