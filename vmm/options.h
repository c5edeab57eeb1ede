/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command line of `lintel run`.
 */
#ifndef VMM_OPTIONS_H
#define VMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "guest_image.h"
#include "machine.h"

#define OPTIONS_MODULES_MAX 16

struct run_options {
	struct image_request image;
	const char *modules[OPTIONS_MODULES_MAX];
	const char *device;
	const char *disks[VIRTIO_MAX]; /* with their options */
	unsigned int nr_disks;
	const char *hide;     /* never NULL */
	uint64_t memory;      /* bytes */
	uint32_t mark_port;   /* 0: none */
	unsigned int timeout; /* seconds, 0: none */
	bool irqchip;
	bool test_device;
	bool virtio_console;
	bool stats;
	bool help;
};

/* Fills @options from the words after "run".  0, or -1 after saying what is wrong. */
int options_parse(struct run_options *options, int argc, char **argv);

/* Prints the text of --help on stdout. */
void options_help(void);

#endif
