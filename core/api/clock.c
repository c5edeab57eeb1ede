// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_CLOCK, KVM_SET_CLOCK, KVM_KVMCLOCK_CTRL. */
#include "api/internal.h"
#include "vcpu/clock.h"

int api_get_clock(struct ioctl_call *call)
{
	clock_get(call->vm, call->data);
	return 0;
}

int api_set_clock(struct ioctl_call *call)
{
	return clock_set(call->vm, call->data);
}

int api_kvmclock_ctrl(struct ioctl_call *call)
{
	return clock_page_stopped(call->vcpu);
}
