// SPDX-License-Identifier: GPL-2.0
/* Why the processor refused a VM entry, in the log: the rules that the VMCS breaks, and all of it.
 */
#include "vmcs/check.h"
#include "vmcs/vmcs.h"

/* Who makes entries fail one after the other does not fill the log with VMCSs. */
#define DUMP_INTERVAL_NS 10000000000ull

static bool dump_is_due(void)
{
	static u64 next;
	u64 now = host_time_ns(), due = __atomic_load_n(&next, __ATOMIC_RELAXED);

	return now >= due && __atomic_compare_exchange_n(&next, &due, now + DUMP_INTERVAL_NS, false,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

static void log_line(void *context, const char *line)
{
	host_log(HOST_LOG_WARNING, "%s", line);
}

/* The VMCS has addresses of the kernel: it is for those who asked for such words. */
static void log_debug_line(void *context, const char *line)
{
	host_log(HOST_LOG_DEBUG, "%s", line);
}

void vmcs_log_failure(struct vcpu *vcpu)
{
	struct vmcs_image *image = host_zalloc(sizeof(*image));
	struct check_summary summary;

	if (!image)
		return;
	vmcs_image_read(image);
	summary = vmcs_check_report(image, log_line, NULL);
	host_log(HOST_LOG_WARNING,
		 "vCPU %u: the VMCS breaks %u of %u rules of VM entry, %u not checked", vcpu->id,
		 summary.broken, check_rule_count(), summary.not_checked);
	if (dump_is_due())
		vmcs_image_dump(image, log_debug_line, NULL);
	host_free(image);
}
