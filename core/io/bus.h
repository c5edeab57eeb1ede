/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The devices that are in the kernel, by address: where an access goes before user space is asked.
 *
 * Each kind of address has an array sorted by start, published as a whole and never changed (as the
 * slots are): adding and removing write a new one, publish it, and wait for the readers of the old.
 */
#ifndef LINTEL_IO_BUS_H
#define LINTEL_IO_BUS_H

#include "vm.h"

enum bus_kind { BUS_PIO, BUS_MMIO, BUS_KINDS };

/*
 * A device, embedded in what it is a part of.  It is asked for accesses that lie in its range
 * whole; length 0: for those of any length at `start`.  The functions say whether the access was
 * theirs (the next device there, or user space, is asked otherwise); they run in the vCPU's thread
 * with the srcu read lock held, and, if they are raw, also with interrupts off.  NULL: none is.
 */
struct bus_device {
	u64 start, length;
	bool raw;
	bool (*read)(struct bus_device *device, struct vcpu *vcpu, u64 address, unsigned int length,
		     void *data);
	bool (*write)(struct bus_device *device, struct vcpu *vcpu, u64 address,
		      unsigned int length, const void *data);
};

/* Needs: no vCPU is left.  Devices need not be removed before: they are only forgotten. */
void bus_destroy(struct vm *vm);

/* Ranges may overlap: the device that starts last is asked first, of those that start at the same
 * address the one that was there first.  -ENOMEM.  Takes slots_lock; may sleep. */
int bus_add(struct vm *vm, enum bus_kind kind, struct bus_device *device);
/* When it returns nobody uses the device.  It must be there.  Takes slots_lock; may sleep. */
void bus_remove(struct vm *vm, enum bus_kind kind, struct bus_device *device);

enum bus_answer {
	BUS_NOBODY, /* it is user space's */
	BUS_TAKEN,
	BUS_LATER, /* nothing was done: the next who is to be asked needs interrupts on */
};

/* Was the access a device's?  `length` 0 of a write: only devices of length 0 are asked.  Needs:
 * srcu read lock.  BUS_LATER only with interrupts off. */
enum bus_answer bus_read(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length,
			 void *data);
enum bus_answer bus_write(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length,
			  const void *data);
/* Is there any device at this address?  Needs: srcu read lock. */
bool bus_has_device(struct vcpu *vcpu, enum bus_kind kind, u64 address);

#endif
