/* SPDX-License-Identifier: GPL-2.0 */
/* The calls whose steps are made to fail, and what each needs. */
#ifndef API_FAULT_H
#define API_FAULT_H

#include "vm.h"

#define FAULT_CPUID_ENTRIES 256

enum file { DEVICE, VM, VCPU };

/* What there is before the call; each has what those before it have, but A_VCPU no irqchip. */
enum made {
	A_DEVICE,
	A_VM, /* with memory */
	AN_IRQCHIP,
	A_VCPU,
	EVERYTHING, /* irqchip, timer, a vCPU with the supported CPUID, two events */
};

struct context {
	enum made made;
	int device;
	struct vm vm;
	struct vcpu cpu;
	int event, other;
	u64 argument; /* of the ioctl; a buffer of FAULT_BUFFER bytes or a number */
	u8 *buffer;
};

struct fault_row {
	const char *name;
	unsigned long request;
	enum file file;
	enum made made;
	/* How the argument comes about: by a call that gives it, by a function, or as a number. */
	unsigned long get;
	void (*fill)(struct context *c);
	u64 number;
	int error; /* what the call without a fault ends in */
	bool makes_file;
	bool runs; /* the guest, so that what fails has changed something before */
};

/* A row for each ioctl that Lintel has; ends with one that has no name. */
extern const struct fault_row fault_rows[];

struct context context_make(const struct fault_row *row);
void context_free(struct context *c);

#endif
