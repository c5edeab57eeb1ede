/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtio device behind registers in memory (Virtual I/O Device specification, "Virtio Over MMIO",
 * version 2 of the registers), with a thread of its own that does the work.
 */
#ifndef VMM_VIRTIO_MMIO_H
#define VMM_VIRTIO_MMIO_H

#include <pthread.h>
#include <stdatomic.h>

#include "virtqueue.h"
#include "vmm/machine.h"

#define VIRTIO_QUEUES_MAX 2
#define VIRTIO_MMIO_SIZE  0x200 /* of a device's registers */

struct virtio;

/* What makes a device a disk, or a console. */
struct virtio_type {
	uint32_t id;	   /* "Device Types" */
	uint64_t features; /* offered beside VIRTIO_F_VERSION_1 */
	unsigned int queues;
	/*
	 * Does what there is to do in the queues: in the device's thread, with its lock, when the
	 * guest notified, or virtio_wake() was called.
	 */
	void (*work)(struct virtio *v);
};

struct virtio {
	const struct virtio_type *type;
	void *device;	    /* the type's own */
	const void *config; /* the configuration space, which does not change */
	size_t config_size;
	struct machine *machine;
	uint64_t base;
	uint32_t gsi;
	pthread_mutex_t lock; /* all below but what is atomic */
	uint64_t features;    /* that the driver took */
	uint32_t features_page, driver_features_page, queue;
	atomic_uint status, interrupt;
	struct virtqueue queues[VIRTIO_QUEUES_MAX];
	pthread_t thread;
	bool started;
	bool complained;
	atomic_bool ending;
	int wake;  /* eventfd: there is work */
	int irqfd; /* -1: interrupts go by KVM_IRQ_LINE */
};

/*
 * Puts a device on the bus, at the next free place and with the next free interrupt, and starts its
 * thread; after the interrupt controllers.  @v is the caller's, and zero but for the first four.
 * 0, or -1 after saying why.
 */
int virtio_add(struct virtio *v, struct machine *machine);

/* Ends the devices' threads; after the last vCPU has stopped. */
void virtio_remove_all(struct machine *machine);

/* Has work() called soon; from any thread. */
void virtio_wake(struct virtio *v);

/* virtqueue_push(), and the interrupt for it. */
void virtio_push(struct virtio *v, struct virtqueue *q, const struct virtqueue_chain *chain,
		 uint32_t written);

#endif
