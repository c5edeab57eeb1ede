// SPDX-License-Identifier: GPL-2.0
/* The table of ioctls: from ioctl_list.h a row for each, and where the argument has a type a
 * function between the row and the one that does it. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "irq/irqchip.h"

#define MAX_MSR_ENTRIES	      255 /* of KVM_GET_MSRS and KVM_SET_MSRS */
#define MAX_MSR_INDEX_ENTRIES 4096

/* --- Between --- */

#define SUBJECT_VM(call)   (call)->vm
#define SUBJECT_VCPU(call) (call)->vcpu
/* The number has the size of what its function takes, or the row says that it has not. */
#define SIZE_IS_RIGHT(number, name, flags, type)                                                   \
	_Static_assert(_IOC_SIZE(number) == sizeof(type) || ((flags)&IOCTL_ARGUMENT_IN),           \
		       name " has an argument of another size")

#define PLATFORM(scope, number, flags)
#define CALL(scope, number, flags, function)
#define ENTRIES(scope, number, flags, type, most, function)
#define PLAIN(scope, number, flags, function)                                                      \
	static int between_##number(struct ioctl_call *call)                                       \
	{                                                                                          \
		return function(SUBJECT_##scope(call));                                            \
	}
#define DATA(scope, number, flags, type, function)                                                 \
	SIZE_IS_RIGHT(number, #number, flags, type);                                               \
	static int between_##number(struct ioctl_call *call)                                       \
	{                                                                                          \
		return function(SUBJECT_##scope(call), call->data);                                \
	}
#define GIVES(scope, number, flags, type, function)                                                \
	SIZE_IS_RIGHT(number, #number, flags, type);                                               \
	static int between_##number(struct ioctl_call *call)                                       \
	{                                                                                          \
		function(SUBJECT_##scope(call), call->data);                                       \
		return 0;                                                                          \
	}
#include "api/ioctl_list.h"

/* --- Rows --- */

/* By the ioctl's number, which a few of KVM's share that differ in their direction.  The factor
 * is one that gives each row a slot of its own; two rows in one slot are a compiler warning. */
#define SLOTS	     256
#define SLOT(number) ((_IOC_NR(number) + 101 * _IOC_DIR(number)) % SLOTS)

/* The name goes with it: a macro that is handed on has been replaced by its number. */
#define ROW(scope, number, name, flags, size, most, call)                                          \
	[SCOPE_##scope][SLOT(number)] = {number, name, flags, size, most, call},
#define PLATFORM(scope, number, flags)	     ROW(scope, number, #number, flags, 0, 0, NULL)
#define CALL(scope, number, flags, function) ROW(scope, number, #number, flags, 0, 0, function)
#define ENTRIES(scope, number, flags, type, most, function)                                        \
	ROW(scope, number, #number, flags, sizeof(type), most, function)
#define PLAIN(scope, number, flags, function)                                                      \
	ROW(scope, number, #number, flags, 0, 0, between_##number)
#define DATA(scope, number, flags, type, function)                                                 \
	ROW(scope, number, #number, flags, sizeof(type), 0, between_##number)
#define GIVES(scope, number, flags, type, function)                                                \
	ROW(scope, number, #number, flags, sizeof(type), 0, between_##number)

static const struct ioctl_row rows[][SLOTS] = {
#include "api/ioctl_list.h"
};

/* --- What is done with them --- */

const struct ioctl_row *ioctl_find(enum ioctl_scope scope, u32 number)
{
	const struct ioctl_row *row = &rows[scope][SLOT(number)];

	return row->name && row->number == number ? row : NULL;
}

const struct ioctl_row *ioctl_next(enum ioctl_scope scope, unsigned int *slot)
{
	while (*slot < SLOTS) {
		const struct ioctl_row *row = &rows[scope][(*slot)++];

		if (row->name)
			return row;
	}
	return NULL;
}
