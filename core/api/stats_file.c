// SPDX-License-Identifier: GPL-2.0
/* The file of KVM_GET_STATS_FD, and its numbers one by one, made of stats_list.h. */
#include "api/stats_file.h"

#define STATS_NAME_SIZE 48 /* of each name and of the file's id, with the 0 at its end */

/* As struct kvm_stats_desc, whose name has no size. */
struct descriptor {
	u32 flags;
	s16 exponent;
	u16 size; /* in u64 */
	u32 offset;
	u32 bucket_size;
	char name[STATS_NAME_SIZE];
};

_Static_assert(offsetof(struct descriptor, name) == offsetof(struct kvm_stats_desc, name),
	       "a descriptor is as the KVM API has it");

/* --- The values: volatile, as the vCPU, which is not waited for, counts on --- */

#define THIS_VM	  const volatile struct vm *vm
#define THIS_VCPU const volatile struct vcpu *vcpu

#define EXITS(vcpu, reason) (vcpu)->stats.exits[EXIT_REASON_##reason]

static u64 total_exits(THIS_VCPU)
{
	u64 sum = 0;

	for (unsigned int reason = 0; reason < EXIT_REASONS; reason++)
		sum += vcpu->stats.exits[reason];
	return sum;
}

#define STAT(scope, kind, name, value)                                                             \
	static void give_##scope##_##name(THIS_VM, THIS_VCPU, u64 *to)                             \
	{                                                                                          \
		*to = value;                                                                       \
	}
#define HISTOGRAM(scope, name, histogram)                                                          \
	static void give_##scope##_##name(THIS_VM, THIS_VCPU, u64 *to)                             \
	{                                                                                          \
		for (unsigned int i = 0; i < VCPU_STATS_BUCKETS; i++)                              \
			to[i] = histogram.bucket[i];                                               \
	}
#include "api/stats_list.h"

/* --- The table --- */

#define FLAGS_COUNT   (KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define FLAGS_NOW     (KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define FLAGS_IS      (KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN | KVM_STATS_BASE_POW10)
#define FLAGS_TIME_NS (KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define FLAGS_HIST_NS (KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)

struct stat_row {
	char name[STATS_NAME_SIZE];
	u32 flags;
	u16 size;
	void (*give)(THIS_VM, THIS_VCPU, u64 *to);
};

/* The longest name has its 0, too. */
/* clang-format off */
#define ROW(scope, name, flags, size)                                                              \
	{#name, (flags) + ZERO_IF(sizeof(#name) <= STATS_NAME_SIZE), size, give_##scope##_##name},
#define STAT(scope, kind, name, value) STAT_##scope(kind, name)
/* clang-format on */

#define STAT_VM(kind, name) ROW(VM, name, FLAGS_##kind, 1)
#define STAT_VCPU(kind, name)
#define HISTOGRAM(scope, name, histogram)
static const struct stat_row vm_rows[] = {
#include "api/stats_list.h"
};

#undef STAT_VM
#undef STAT_VCPU
#define STAT_VM(kind, name)
#define STAT_VCPU(kind, name)		  ROW(VCPU, name, FLAGS_##kind, 1)
#define STAT(scope, kind, name, value)	  STAT_##scope(kind, name)
#define HISTOGRAM(scope, name, histogram) ROW(scope, name, FLAGS_HIST_NS, VCPU_STATS_BUCKETS)
static const struct stat_row vcpu_rows[] = {
#include "api/stats_list.h"
};

struct stat_rows {
	const struct stat_row *row;
	unsigned int count;
};

static struct stat_rows rows_of(const struct vcpu *vcpu)
{
	if (vcpu)
		return (struct stat_rows){vcpu_rows, COUNT_OF(vcpu_rows)};
	return (struct stat_rows){vm_rows, COUNT_OF(vm_rows)};
}

/* --- The file --- */

static struct kvm_stats_header header_of(const struct stat_rows *rows)
{
	struct kvm_stats_header header = {
		.name_size = STATS_NAME_SIZE,
		.num_desc = rows->count,
		.id_offset = sizeof(header),
	};

	header.desc_offset = header.id_offset + STATS_NAME_SIZE;
	header.data_offset = header.desc_offset + rows->count * (u32)sizeof(struct descriptor);
	return header;
}

size_t stats_file_size(const struct vcpu *vcpu)
{
	struct stat_rows rows = rows_of(vcpu);
	size_t size = header_of(&rows).data_offset;

	for (unsigned int i = 0; i < rows.count; i++)
		size += rows.row[i].size * sizeof(u64);
	return size;
}

/* A file about times has nanoseconds. */
static struct descriptor descriptor_of(const struct stat_row *row, u32 offset)
{
	struct descriptor descriptor = {
		.flags = row->flags,
		.exponent = (row->flags & KVM_STATS_UNIT_MASK) == KVM_STATS_UNIT_SECONDS ? -9 : 0,
		.size = row->size,
		.offset = offset,
	};

	__builtin_memcpy(descriptor.name, row->name, sizeof(descriptor.name));
	return descriptor;
}

void stats_file_write(const struct vm *vm, const struct vcpu *vcpu, void *file)
{
	struct stat_rows rows = rows_of(vcpu);
	struct kvm_stats_header header = header_of(&rows);
	u8 *at = file;
	struct descriptor *descriptor = (void *)(at + header.desc_offset);
	char id[STATS_NAME_SIZE] = "";
	u32 offset = 0;

	if (vcpu)
		host_snprintf(id, sizeof(id), "kvm-%u/vcpu-%u", vm->process, vcpu->id);
	else
		host_snprintf(id, sizeof(id), "kvm-%u", vm->process);
	__builtin_memcpy(at, &header, sizeof(header));
	__builtin_memcpy(at + header.id_offset, id, sizeof(id));
	for (unsigned int i = 0; i < rows.count; i++) {
		const struct stat_row *row = &rows.row[i];

		descriptor[i] = descriptor_of(row, offset);
		row->give(vm, vcpu, (void *)(at + header.data_offset + offset));
		offset += row->size * (u32)sizeof(u64);
	}
}

/* --- One number --- */

struct number_row {
	const char *name;
	u32 flags;
	bool of_vcpu;
	void (*give)(THIS_VM, THIS_VCPU, u64 *to);
};

#define OF_VCPU_VM   false
#define OF_VCPU_VCPU true

/* clang-format off */
#define STAT(scope, kind, name, value) {#name, FLAGS_##kind, OF_VCPU_##scope, give_##scope##_##name},
#define HISTOGRAM(scope, name, histogram)
static const struct number_row numbers[STATS_NUMBERS] = {
#include "api/stats_list.h"
};
/* clang-format on */

const char *stats_number_name(enum stats_number number)
{
	return numbers[number].name;
}

bool stats_number_grows(enum stats_number number)
{
	return (numbers[number].flags & KVM_STATS_TYPE_MASK) == KVM_STATS_TYPE_CUMULATIVE;
}

u64 stats_number_of(const struct vm *vm, enum stats_number number)
{
	const struct number_row *row = &numbers[number];
	const struct vcpu *vcpu;
	u64 value, sum = 0;

	if (!row->of_vcpu) {
		row->give(vm, NULL, &value);
		return value;
	}
	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));) {
		row->give(vm, vcpu, &value);
		sum += value;
	}
	return sum;
}
