/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is in the file of KVM_GET_STATS_FD: a header, the file's id, descriptors, values.  Only the
 * values change, and they are what they are at the moment when they are read, each by itself.
 */
#ifndef LINTEL_STATS_FILE_H
#define LINTEL_STATS_FILE_H

#include "vcpu/vcpu.h"

/* Bytes of the file; `vcpu` is NULL where it is a VM's. */
size_t stats_file_size(const struct vcpu *vcpu);
/* All of it, stats_file_size() bytes, aligned to 8.  Needs: the VM, whose vCPU it is, stays; no
 * lock.  Any context. */
void stats_file_write(const struct vm *vm, const struct vcpu *vcpu, void *file);

#endif
