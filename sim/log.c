// SPDX-License-Identifier: GPL-2.0
/* The kernel log and the tracepoints, kept for the tests to look at. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define LOG_ROOM 65536

static char log_text[LOG_ROOM];
static size_t log_used;
static bool log_stderr;

struct sim_traces sim_traces;

static const char *const level_names[] = {
	[HOST_LOG_ERROR] = "error",
	[HOST_LOG_WARNING] = "warning",
	[HOST_LOG_INFO] = "info",
	[HOST_LOG_DEBUG] = "debug",
};

void sim_log_clear(void)
{
	log_used = 0;
	log_text[0] = 0;
}

const char *sim_log_text(void)
{
	return log_text;
}

bool sim_log_contains(const char *words)
{
	return strstr(log_text, words) != NULL;
}

u32 host_process_id(void)
{
	return SIM_PROCESS;
}

void sim_log_to_stderr(bool on)
{
	log_stderr = on;
}

void host_log(enum host_log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;
	int length;

	length = snprintf(line, sizeof(line), "%s: ", level_names[level]);
	va_start(args, format);
	vsnprintf(line + length, sizeof(line) - (size_t)length, format, args);
	va_end(args);
	length = (int)strlen(line);
	if (length && line[length - 1] == '\n')
		sim_panic("host_log(): a newline at the end of \"%s\"", format);

	if (log_stderr || getenv("SIM_LOG"))
		fprintf(stderr, "%s\n", line);
	/* A log that is full forgets its older lines: a test looks at what came last. */
	if (log_used + (size_t)length + 2 > LOG_ROOM)
		sim_log_clear();
	memcpy(log_text + log_used, line, (size_t)length);
	log_used += (size_t)length;
	log_text[log_used++] = '\n';
	log_text[log_used] = 0;
}

void host_trace_entry(struct vcpu *vcpu)
{
	sim_traces.entry++;
}

void host_trace_exit(struct vcpu *vcpu)
{
	sim_traces.exit++;
}

void host_trace_pio(bool write, u16 port, unsigned int size, unsigned int count, const void *data)
{
	sim_traces.pio++;
}

void host_trace_mmio(enum host_trace_mmio_kind kind, unsigned int length, gpa_t gpa,
		     const void *data)
{
	sim_traces.mmio++;
}

void host_trace_msr(bool write, u32 msr, u64 value, bool fault)
{
	sim_traces.msr++;
}

void host_trace_cpuid(u32 leaf, u32 subleaf, const u32 out[4], bool found)
{
	sim_traces.cpuid++;
}
