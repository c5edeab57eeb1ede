// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include "mitigation.h"
#include "platform.h"
#include "cpuid/cpuid.h"
#include "irq/lapic.h"
#include "life/life.h"
#include "vcpu/halt_poll.h"
#include "vcpu/vpid.h"

static char *device = "kvm";
module_param(device, charp, 0444);
MODULE_PARM_DESC(device, "name of the device file in /dev (default kvm)");

/* Names and meanings are KVM's. */
module_param_named(halt_poll_ns, halt_poll.most_ns, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns,
		 "longest time that HLT polls before its thread sleeps, in ns (0: never)");
module_param_named(halt_poll_ns_grow, halt_poll.grow, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns_grow, "by what that time is multiplied where it was too short");
module_param_named(halt_poll_ns_grow_start, halt_poll.grow_start, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns_grow_start, "what it grows to from 0, in ns");
module_param_named(halt_poll_ns_shrink, halt_poll.shrink, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns_shrink,
		 "by what it is divided where it could not be long enough (0: to 0)");

module_param(enable_apicv, bool, 0444);
MODULE_PARM_DESC(enable_apicv, "the processor virtualizes local APICs, where it can (default Y)");
module_param_named(ple_gap, pause_loop.gap, uint, 0444);
MODULE_PARM_DESC(ple_gap, "TSC ticks between two PAUSEs of one loop, at most (0: none exits)");
module_param_named(ple_window, pause_loop.window, uint, 0444);
MODULE_PARM_DESC(ple_window, "TSC ticks that a guest spins before another vCPU gets its time");
module_param_named(preemption_timer, lapic_preemption_timer, bool, 0444);
MODULE_PARM_DESC(preemption_timer,
		 "the VMX-preemption timer waits for guests' TSC deadlines (default 1)");

module_param_named(debug, log_debug, bool, 0644);
MODULE_PARM_DESC(debug, "more words in the kernel log");

static int __init kvm_init(void)
{
	int error;

	error = hardware_setup();
	if (error)
		return error;
	vpid_init();
	mitigation_init();
	fpu_init();
	/* It asks for the state that the FPU code switches. */
	cpuid_setup();
	user_memory_init();
	timer_init();
	error = cpu_kick_init();
	if (error)
		goto mitigation_exit;
	error = work_init();
	if (error)
		goto kick_exit;
	error = fault_init();
	if (error)
		goto work_exit;
	error = vmx_cpu_init();
	if (error)
		goto fault_exit;
	debugfs_init();
	/* The last step: from here on there are users. */
	error = kvm_device_register(device);
	if (error)
		goto debugfs_exit;
	return 0;
debugfs_exit:
	debugfs_exit();
	vmx_cpu_exit();
fault_exit:
	fault_exit();
work_exit:
	work_exit();
kick_exit:
	cpu_kick_exit();
mitigation_exit:
	mitigation_exit();
	return error;
}

static int __init vmx_init(void)
{
	int error = kvm_init();

	if (error)
		pr_err("not loaded (error %d)\n", error);
	else
		pr_info("loaded, /dev/%s\n", device);
	return error;
}
module_init(vmx_init);

static void __exit vmx_exit(void)
{
	kvm_device_unregister();
	debugfs_exit();
	vmx_cpu_exit();
	fault_exit();
	work_exit();
	cpu_kick_exit();
	mitigation_exit();
}
module_exit(vmx_exit);

MODULE_DESCRIPTION("A small hypervisor for Intel VT-x that speaks the KVM API");
MODULE_VERSION(LINTEL_VERSION);
MODULE_LICENSE("GPL");
