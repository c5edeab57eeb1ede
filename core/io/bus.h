/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The devices that are in the kernel, by address: where an access goes before user space is asked.
 *
 * Each kind of address has an array sorted by start, published as a whole and never changed (as the
 * slots are): adding and removing build a new one, publish it, and wait for the readers of the old.
 */
#ifndef LINTEL_IO_BUS_H
#define LINTEL_IO_BUS_H

#include "vm.h"

enum bus_kind { BUS_PIO, BUS_MMIO, BUS_KINDS };

/* A device, embedded in what it is a part of.  The functions say whether the access was theirs; they
 * run in the vCPU's thread with the srcu read lock held.  read NULL: reads are not. */
struct bus_device {
	u64 start, length;
	bool (*read)(struct bus_device *device, struct vcpu *vcpu, u64 address, unsigned int length,
		     void *data);
	bool (*write)(struct bus_device *device, struct vcpu *vcpu, u64 address,
		      unsigned int length, const void *data);
};

struct bus;

int bus_init(struct vm *vm); /* -ENOMEM */
void bus_destroy(struct vm *vm);

/* -ENOMEM, -ENOSPC.  Takes slots_lock; may sleep. */
int bus_add(struct vm *vm, enum bus_kind kind, struct bus_device *device);
/* When it returns nobody uses the device.  Cannot fail: without memory for a new array the old one is
 * waited for and edited in place as the door allows. */
void bus_remove(struct vm *vm, enum bus_kind kind, struct bus_device *device);

/* Was the access a device's, all of it?  Needs: srcu read lock. */
bool bus_read(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length, void *data);
bool bus_write(struct vcpu *vcpu, enum bus_kind kind, u64 address, unsigned int length,
	       const void *data);

#endif
