/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The KVM API: one row for each ioctl.  The platform finds the row, copies the argument, takes the
 * locks the row names, calls, and copies back; what the ioctl means is here.
 *
 * Each call first checks, without effects, then acts, and cannot fail half-way.
 */
#ifndef LINTEL_API_H
#define LINTEL_API_H

#include "vcpu/vcpu.h"

enum ioctl_scope { SCOPE_SYSTEM, SCOPE_VM, SCOPE_VCPU };

enum ioctl_flags {
	IOCTL_NO_ARGUMENT = 1 << 0, /* the argument must be 0: -EINVAL */
	IOCTL_VM_LOCK = 1 << 1,	    /* vm->lock is held round the call */
	IOCTL_LOADED = 1 << 2,	    /* host_vcpu_get() .. host_vcpu_release() round the call */
	/*
	 * The argument is a header of _IOC_SIZE bytes whose first u32 counts the entries after it.
	 * More than max_entries: -E2BIG, or (CLAMP) as if it said max_entries.
	 */
	IOCTL_ENTRIES_IN = 1 << 3,
	IOCTL_ENTRIES_OUT = 1 << 4,
	IOCTL_ENTRIES_CLAMP = 1 << 5,
	IOCTL_HEADER_ON_E2BIG = 1 << 6, /* the header goes back to the user even on -E2BIG */
	IOCTL_BEFORE_VCPUS = 1 << 7, /* -EINVAL once the VM has a vCPU, whatever the argument is */
	IOCTL_ENTRIES_EINVAL = 1 << 8, /* more than max_entries: -EINVAL */
	/* The number is wrong about the argument: entry_size bytes are read, none are written. */
	IOCTL_ARGUMENT_IN = 1 << 9,
	IOCTL_SRCU = 1 << 10, /* in a read section of vm->srcu */
};
/* Calls of SCOPE_VCPU always hold the vCPU's mutex. */

struct ioctl_call {
	struct vm *vm;	   /* NULL in SCOPE_SYSTEM */
	struct vcpu *vcpu; /* NULL but in SCOPE_VCPU */
	u64 argument;	   /* as passed */
	void *data;  /* kernel copy: _IOC_SIZE bytes, then the entries; zeroed where not read */
	u32 entries; /* room for entries in data */
};

struct ioctl_row {
	u32 number; /* KVM_GET_REGS ... */
	const char *name;
	u32 flags;
	u32 entry_size; /* without entries: the argument's size, as its type has it */
	u32 max_entries;
	/* NULL: the platform's own.  Everybody else calls ioctl_carry_out(). */
	int (*call)(struct ioctl_call *call);
};

/* --- What a row says about its argument; of an ioctl that has none: 0 bytes --- */

/* Bytes of the argument without its entries. */
static inline u32 ioctl_argument_size(const struct ioctl_row *row)
{
	return row->flags & IOCTL_ARGUMENT_IN ? row->entry_size : _IOC_SIZE(row->number);
}

static inline bool ioctl_has_entries(const struct ioctl_row *row)
{
	return row->flags & (IOCTL_ENTRIES_IN | IOCTL_ENTRIES_OUT);
}

/* Is the argument without its entries read from the user? */
static inline bool ioctl_is_read(const struct ioctl_row *row)
{
	return (row->flags & IOCTL_ARGUMENT_IN) || (_IOC_DIR(row->number) & _IOC_WRITE);
}

/* Is it written back?  Entries that came in go out in the same number: the header has nothing new
 * to say. */
static inline bool ioctl_is_written(const struct ioctl_row *row)
{
	return (_IOC_DIR(row->number) & _IOC_READ) &&
	       !(row->flags & (IOCTL_ARGUMENT_IN | IOCTL_ENTRIES_IN));
}

/* How many entries there is room for when the user says *count: that, or the row's limit; -E2BIG or
 * -EINVAL beyond it. */
static inline int ioctl_limit_entries(const struct ioctl_row *row, u32 *count)
{
	if (*count <= row->max_entries)
		return 0;
	if (!(row->flags & IOCTL_ENTRIES_CLAMP))
		return row->flags & IOCTL_ENTRIES_EINVAL ? -EINVAL : -E2BIG;
	*count = row->max_entries;
	return 0;
}

/* Does the header go back to the user with this result of the call? */
static inline bool ioctl_gives_header(const struct ioctl_row *row, long result)
{
	return ioctl_is_written(row) &&
	       (result >= 0 || (result == -E2BIG && (row->flags & IOCTL_HEADER_ON_E2BIG)));
}

/* Where a row is in a table of them: by the ioctl's number, which a few of KVM's share that differ
 * in their direction.  The factor is one that gives each row a slot of its own; two rows in one
 * slot are a compiler warning. */
#define IOCTL_SLOTS	   256
#define IOCTL_SLOT(number) ((_IOC_NR(number) + 101 * _IOC_DIR(number)) % IOCTL_SLOTS)

/* NULL: not an ioctl of that kind of file (-ENOTTY). */
const struct ioctl_row *ioctl_find(enum ioctl_scope scope, u32 number);

/* The row in this slot of the table or, if it is empty, in the next that is not; NULL: none is
 * left. *slot becomes that of the row's successor. */
const struct ioctl_row *ioctl_next(enum ioctl_scope scope, unsigned int *slot);

/* The ioctl, in the locks and with the copies that its flags name, which are the platform's part.
 * Gives its result, or a negative errno. */
static inline int ioctl_carry_out(const struct ioctl_row *row, struct ioctl_call *call)
{
	int ticket, result;

	if (!(row->flags & IOCTL_SRCU))
		return row->call(call);
	ticket = host_srcu_read_lock(&call->vm->srcu);
	result = row->call(call);
	host_srcu_read_unlock(&call->vm->srcu, ticket);
	return result;
}

/* KVM_RUN: vcpu_run(), and registers by struct kvm_run where user space asks for it.  -EINVAL: of
 * such as there are not, or those that it gives are refused.  The vCPU's mutex is held. */
int api_run(struct vcpu *vcpu);

/* KVM_CHECK_EXTENSION, for both kinds of file. */
int api_check_extension(u64 extension);
/* What is after KVM_CAP_ in its name; NULL: not in the table. */
const char *api_extension_name(unsigned int extension);

#endif
