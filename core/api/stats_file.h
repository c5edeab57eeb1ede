/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is in the file of KVM_GET_STATS_FD: a header, the file's id, descriptors, values.  Only the
 * values change, and they are what they are at the moment when they are read, each by itself.
 * Those that are one number can be asked for one by one, too.
 */
#ifndef LINTEL_STATS_FILE_H
#define LINTEL_STATS_FILE_H

#include "vcpu/vcpu.h"

/* Bytes of the file; `vcpu` is NULL where it is a VM's. */
size_t stats_file_size(const struct vcpu *vcpu);
/* All of it, stats_file_size() bytes, aligned to 8.  Needs: the VM, whose vCPU it is, stays; no
 * lock.  Any context. */
void stats_file_write(const struct vm *vm, const struct vcpu *vcpu, void *file);

/* --- One number --- */

#define STAT(scope, kind, name, value) STATS_NUMBER_##name,
#define HISTOGRAM(scope, name, histogram)
/* clang-format off */
enum stats_number {
#include "api/stats_list.h"
	STATS_NUMBERS
};
/* clang-format on */

const char *stats_number_name(enum stats_number number);
/* Does it only grow?  The others go up and down. */
bool stats_number_grows(enum stats_number number);
/* What the VM has of it; a vCPU's is the sum over the VM's vCPUs.  Needs: the VM stays; no lock.
 * Any context. */
u64 stats_number_of(const struct vm *vm, enum stats_number number);

#endif
