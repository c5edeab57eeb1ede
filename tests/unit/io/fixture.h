/* SPDX-License-Identifier: GPL-2.0 */
/* A VM without memory, and a vCPU that does nothing but read and write its buses. */
#ifndef LINTEL_TESTS_IO_FIXTURE_H
#define LINTEL_TESTS_IO_FIXTURE_H

#include "fixture/vm.h"
#include "io/bus.h"

extern struct fixture *io;

/* Needs fixture_destroy(). */
void io_open(void);

/* Within a read section.  A write of the low bytes of `value`; length 0: of anything. */
bool io_read(enum bus_kind kind, u64 address, unsigned int length, void *data);
bool io_has_device(enum bus_kind kind, u64 address);
bool io_write(enum bus_kind kind, u64 address, unsigned int length, u64 value);

#endif
