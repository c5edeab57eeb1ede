/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINTEL_EXIT_RUN_H
#define LINTEL_EXIT_RUN_H

#include "vcpu/vcpu.h"

/* KVM_RUN: 0 with run->exit_reason set, or -EINTR, -EFAULT ... */
int vcpu_run(struct vcpu *vcpu);

#endif
