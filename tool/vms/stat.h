/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Lintel counted for the VMs that run: read from its directory in debugfs, summed over each
 * VM's vCPUs.
 */
#ifndef TOOL_STAT_H
#define TOOL_STAT_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/json.h"

#define STAT_ROWS 128
#define STAT_NAME 64

/* Where a vCPU's time goes; the kernel's is that of exits. */
enum stat_phase { STAT_GUEST, STAT_KERNEL, STAT_USER, STAT_ASLEEP, STAT_PHASES };

extern const char *const stat_phase_names[STAT_PHASES]; /* as in debugfs */

/* An exit reason, or an MSR. */
struct stat_row {
	uint32_t key;
	char name[STAT_NAME];
	uint64_t count, writes; /* exits; of an MSR, those that write are also counted alone */
	uint64_t measured;	/* exits whose cost is known ... */
	uint64_t kernel, user;	/* ... and their cost, in ticks of the TSC */
};

struct stat_table {
	struct stat_row row[STAT_ROWS];
	unsigned int rows;
};

struct stat_vm {
	char name[STAT_NAME]; /* PID-FD */
	int pid;
	char command[STAT_NAME]; /* "": not known */
	unsigned int vcpus;
	struct stat_table exits, msrs;
	uint64_t to_user;
	uint64_t ticks[STAT_PHASES];
	uint64_t tsc_khz; /* 0: not known */
};

struct stat_list {
	struct stat_vm *vm; /* ordered by PID */
	unsigned int count;
	double seconds; /* that it was counted; 0: since each VM began */
};

/* All VMs below `debugfs'; command_fail() with what to do if there is no such directory. */
void stat_read(struct stat_list *list, const char *debugfs);

/* What happened between the two, `seconds' apart; VMs that have ended are not in it. */
void stat_subtract(struct stat_list *now, const struct stat_list *before, double seconds);

/* The rows that took most of the time first; where that is not known, the most frequent. */
void stat_sort(struct stat_table *table);

/* The sum of all its phases. */
uint64_t stat_ticks(const struct stat_vm *vm);

void stat_print(const struct stat_list *list);
json_t *stat_json(const struct stat_list *list);

#endif
