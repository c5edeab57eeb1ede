/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's side of a virtio-mmio device, in a machine without a hypervisor: notifications come
 * by the register, and interrupts go nowhere.
 */
#ifndef LINTEL_TESTS_UNIT_VIRTIO_DRIVER_H
#define LINTEL_TESTS_UNIT_VIRTIO_DRIVER_H

#include "vmm/device/virtio_mmio.h"

#define RAM  0x10000u
#define SIZE 8u	     /* descriptors of a queue */
#define DATA 0x8000u /* from here on the tests put what they like */

#define NEXT  1
#define WRITE 2

#define DRIVER_READY (1 | 2 | 4 | 8) /* the steps of the status register */

struct descriptor {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

extern struct machine machine;

/* RAM for the guest; the device is added by the test. */
void driver_init(void);
void driver_end(void);

/* Resets the device, agrees on the features and makes the queues ready. */
void driver_start(unsigned int queues);

uint8_t *driver_ram(uint64_t at);
struct descriptor *driver_desc(unsigned int queue);
uint16_t *driver_available(unsigned int queue); /* flags, index, ring */
volatile uint16_t *driver_used(unsigned int queue);

/* Makes the chain at @head available, and notifies. */
void driver_give(unsigned int queue, uint16_t head);

/* Waits until the device has given @n chains back, for some seconds at most. */
bool driver_wait(unsigned int queue, uint16_t n);

void reg_write(uint32_t reg, uint32_t value);
uint32_t reg_read(uint32_t reg);

#endif
