// SPDX-License-Identifier: GPL-2.0
/* The table of ioctls. */
#include "api/rows.h"

/* The words are other names of one macro: one that was handed on would lose its number's name. */
#define PLATFORM(scope, number, ...) [SCOPE_##scope][IOCTL_SLOT(number)] = &row_##scope##_##number,
#define CALL			     PLATFORM
#define ENTRIES			     PLATFORM
#define VALUE			     PLATFORM
#define PLAIN			     PLATFORM
#define DATA			     PLATFORM
#define GIVES			     PLATFORM

static const struct ioctl_row *const rows[][IOCTL_SLOTS] = {
#include "api/ioctl_list.h"
};

const struct ioctl_row *ioctl_find(enum ioctl_scope scope, u32 number)
{
	const struct ioctl_row *row = rows[scope][IOCTL_SLOT(number)];

	return row && row->number == number ? row : NULL;
}

const struct ioctl_row *ioctl_next(enum ioctl_scope scope, unsigned int *slot)
{
	while (*slot < IOCTL_SLOTS) {
		const struct ioctl_row *row = rows[scope][(*slot)++];

		if (row)
			return row;
	}
	return NULL;
}
