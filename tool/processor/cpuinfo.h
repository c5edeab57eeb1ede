/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /proc/cpuinfo says of a logical CPU.
 */
#ifndef TOOL_CPUINFO_H
#define TOOL_CPUINFO_H

#include <stdbool.h>

struct cpuinfo {
	char name[160]; /* printable ASCII; "" where nothing is known */
	unsigned int family, model, stepping;
	bool hypervisor; /* it runs under one */
};

/* The value of a line "KEY<blanks>: VALUE", to the end of the text; NULL if it is another line. */
const char *cpuinfo_value(const char *line, const char *key);

/* Fills the list, of `count' entries of zeroes, with what is there of the CPUs of these numbers. */
void cpuinfo_read(struct cpuinfo *list, unsigned long count);

#endif
