// SPDX-License-Identifier: GPL-2.0
/*
 * What perf is told of guests: the interrupt of a sample that ended a guest's run hit the guest,
 * not the code of the host that takes it.
 */
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>
#include "host_entry.h"
#include "platform.h"
#include "vmcs/vmcs.h"

DEFINE_PER_CPU(enum guest_interrupted, guest_interrupted);

#define SS_RIGHTS_DPL(rights) ((rights) >> 5 & 3) /* the CPL: "Guest Register State" */

/* In any context.  As long as it has something to say, the VMCS is current.  What interrupts the
 * handler of the interrupt has not hit the guest. */
static unsigned int guest_state(void)
{
	if (this_cpu_read(guest_interrupted) != (in_nmi() ? GUEST_BY_NMI : GUEST_BY_IRQ))
		return 0;
	if (SS_RIGHTS_DPL(vmcs_read32(GUEST_SS_AR_BYTES)) != 3)
		return PERF_GUEST_ACTIVE;
	return PERF_GUEST_ACTIVE | PERF_GUEST_USER;
}

static unsigned long guest_ip(void)
{
	return vmcs_readl(GUEST_RIP);
}

static struct perf_guest_info_callbacks callbacks = {
	.state = guest_state,
	.get_ip = guest_ip,
};

/* The kernel changes code for it, and takes the CPU hotplug lock: so not under vmx_lock, which is
 * taken inside that. */
static DEFINE_MUTEX(users_lock);
static unsigned int users; /* VMs */

void guest_samples_get(void)
{
	mutex_lock(&users_lock);
	if (!users++)
		perf_register_guest_info_callbacks(&callbacks);
	mutex_unlock(&users_lock);
}

void guest_samples_put(void)
{
	mutex_lock(&users_lock);
	if (!--users)
		perf_unregister_guest_info_callbacks(&callbacks);
	mutex_unlock(&users_lock);
}
