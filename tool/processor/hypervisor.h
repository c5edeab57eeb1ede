/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hypervisors, by what CPUID.40000000H of their virtual machines has.
 */
#ifndef TOOL_HYPERVISOR_H
#define TOOL_HYPERVISOR_H

#include <stdint.h>

struct hypervisor {
	const char *signature; /* EBX, ECX, EDX */
	const char *name;
	const char *nested; /* what nested VMX is called there, and who offers it */
};

/* NULL: it is not known.  out: EAX to EDX of the leaf. */
const struct hypervisor *hypervisor_find(const uint32_t out[4]);

#endif
