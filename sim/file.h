/* SPDX-License-Identifier: GPL-2.0 */
/* The files of the KVM API, for file.c and ioctl.c only. */
#ifndef LINTEL_SIM_FILE_H
#define LINTEL_SIM_FILE_H

#include "sim.h"

struct sim_file {
	enum { SIM_FILE_NONE, SIM_FILE_DEVICE, SIM_FILE_VM, SIM_FILE_VCPU, SIM_FILE_STATS } kind;
	struct vm *vm;	   /* of all but the device */
	struct vcpu *vcpu; /* of a vCPU, and of its statistics */
};

/* NULL: no such descriptor. */
struct sim_file *sim_file_find(int fd);

/* KVM_CREATE_VM and KVM_CREATE_VCPU: a new descriptor, or a negative errno.  The second needs:
 * vm->lock. */
int sim_file_create_vm(u64 type);
int sim_file_create_vcpu(struct vm *vm, u64 id);

/* KVM_GET_STATS_FD, where `vcpu` is NULL of the VM. */
int sim_file_create_stats(struct vm *vm, struct vcpu *vcpu);

#endif
