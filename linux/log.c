// SPDX-License-Identifier: GPL-2.0
/*
 * The core's words in the kernel log.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include "platform.h"

bool log_debug;

/* A whole report (a VMCS that the processor refused, say) passes; a guest that causes one after the
 * other does not fill the log. */
static DEFINE_RATELIMIT_STATE(log_limit, 10 * HZ, 400);

static const char *const level_prefix[] = {
	[HOST_LOG_ERROR] = KERN_ERR,
	[HOST_LOG_WARNING] = KERN_WARNING,
	[HOST_LOG_INFO] = KERN_INFO,
	[HOST_LOG_DEBUG] = KERN_DEBUG,
};

void host_log(enum host_log_level level, const char *format, ...)
{
	struct va_format words = {.fmt = format};
	va_list arguments;

	if (level == HOST_LOG_DEBUG && !log_debug)
		return;
	if (!__ratelimit(&log_limit))
		return;
	va_start(arguments, format);
	words.va = &arguments;
	printk("%slintel: %pV\n", level_prefix[level], &words);
	va_end(arguments);
}

u32 host_process_id(void)
{
	return (u32)task_pid_nr(current);
}

int host_snprintf(char *buffer, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(buffer, size, format, arguments);
	va_end(arguments);
	return length;
}
