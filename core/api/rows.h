/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rows of ioctl_list.h, row_SCOPE_NUMBER each, and where the argument has a type a function
 * between the row and the one that does it.
 *
 * They are constants of each file that includes this: who hands one to an inline function gets what
 * that row needs, and nothing of what another does.
 */
#ifndef LINTEL_API_ROWS_H
#define LINTEL_API_ROWS_H

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
#define VALUE(scope, number, flags, function)                                                      \
	static inline int between_##number(struct ioctl_call *call)                                \
	{                                                                                          \
		return function(call->argument);                                                   \
	}
#define PLAIN(scope, number, flags, function)                                                      \
	static inline int between_##number(struct ioctl_call *call)                                \
	{                                                                                          \
		return function(SUBJECT_##scope(call));                                            \
	}
#define DATA(scope, number, flags, type, function)                                                 \
	SIZE_IS_RIGHT(number, #number, flags, type);                                               \
	static inline int between_##number(struct ioctl_call *call)                                \
	{                                                                                          \
		return function(SUBJECT_##scope(call), call->data);                                \
	}
#define GIVES(scope, number, flags, type, function)                                                \
	SIZE_IS_RIGHT(number, #number, flags, type);                                               \
	static inline int between_##number(struct ioctl_call *call)                                \
	{                                                                                          \
		function(SUBJECT_##scope(call), call->data);                                       \
		return 0;                                                                          \
	}
#include "api/ioctl_list.h"

#undef SUBJECT_VM
#undef SUBJECT_VCPU

/* --- Rows --- */

/* Names are put together first: a macro that is handed on has been replaced by its number. */
#define ROW(row, number, name, flags, size, most, call)                                            \
	static const struct ioctl_row row                                                          \
		__attribute__((unused)) = {number, name, flags, size, most, call};
#define PLATFORM(scope, number, flags)                                                             \
	ROW(row_##scope##_##number, number, #number, flags, 0, 0, NULL)
#define CALL(scope, number, flags, function)                                                       \
	ROW(row_##scope##_##number, number, #number, flags, 0, 0, function)
#define ENTRIES(scope, number, flags, type, most, function)                                        \
	ROW(row_##scope##_##number, number, #number, flags, sizeof(type), most, function)
#define VALUE(scope, number, flags, function)                                                      \
	ROW(row_##scope##_##number, number, #number, flags, 0, 0, between_##number)
#define PLAIN(scope, number, flags, function)                                                      \
	ROW(row_##scope##_##number, number, #number, flags, 0, 0, between_##number)
#define DATA(scope, number, flags, type, function)                                                 \
	ROW(row_##scope##_##number, number, #number, flags, sizeof(type), 0, between_##number)
#define GIVES(scope, number, flags, type, function)                                                \
	ROW(row_##scope##_##number, number, #number, flags, sizeof(type), 0, between_##number)
#include "api/ioctl_list.h"

#undef ROW

#endif
