// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_STATS_FD: the file's format, as a reader finds it who knows the API alone, what it
 * counts, and how long it lives. */
#include <stdlib.h>

#include "program.h"
#include "api/stats_file.h"

#define READ_MAX 8192

/* A file that was read as a program reads it: the header first, then what it names. */
struct reader {
	struct kvm_stats_header header;
	char id[64];
	size_t size; /* of all */
	u8 bytes[READ_MAX];
};

static void reader_read(struct reader *reader, int fd)
{
	memset(reader, 0, sizeof(*reader));
	REQUIRE_EQ(sim_file_read(fd, 0, &reader->header, sizeof(reader->header)),
		   sizeof(reader->header));
	REQUIRE_TRUE(reader->header.name_size && reader->header.name_size <= sizeof(reader->id));
	EXPECT_EQ(sim_file_read(fd, reader->header.id_offset, reader->id, reader->header.name_size),
		  reader->header.name_size);
	reader->size = (size_t)sim_file_read(fd, 0, reader->bytes, sizeof(reader->bytes));
	REQUIRE_TRUE(reader->size < sizeof(reader->bytes));
}

/* Descriptors stand in a row, each with the room for its name. */
static const struct kvm_stats_desc *descriptor(const struct reader *reader, u32 number)
{
	size_t size = sizeof(struct kvm_stats_desc) + reader->header.name_size;

	return (const void *)(reader->bytes + reader->header.desc_offset + number * size);
}

static const struct kvm_stats_desc *find(const struct reader *reader, const char *name)
{
	for (u32 i = 0; i < reader->header.num_desc; i++)
		if (!strcmp(descriptor(reader, i)->name, name))
			return descriptor(reader, i);
	test_fail(__FILE__, __LINE__, "there is no %s", name);
	abort();
}

static u64 value_at(const struct reader *reader, const char *name, u32 index)
{
	const struct kvm_stats_desc *desc = find(reader, name);
	u64 value;

	memcpy(&value,
	       reader->bytes + reader->header.data_offset + desc->offset + index * sizeof(value),
	       sizeof(value));
	return value;
}

static u64 value_of(int fd, const char *name)
{
	static struct reader reader;

	reader_read(&reader, fd);
	return value_at(&reader, name, 0);
}

static int stats_of(int file)
{
	return (int)sim_ioctl(file, KVM_GET_STATS_FD, 0);
}

/* --- The format ---------------------------------------------------------------------- */

static void expect_name(const struct reader *reader, const struct kvm_stats_desc *desc)
{
	size_t length = strnlen(desc->name, reader->header.name_size);

	EXPECT_TRUE(length && length < reader->header.name_size);
	for (size_t i = 0; i < length; i++)
		EXPECT_TRUE((desc->name[i] >= 'a' && desc->name[i] <= 'z') ||
			    (desc->name[i] >= '0' && desc->name[i] <= '9') || desc->name[i] == '_');
	EXPECT_TRUE(find(reader, desc->name) == desc); /* there is no other */
}

/* What the units may be, and that only histograms have buckets, says the API. */
static void expect_kind(const struct kvm_stats_desc *desc)
{
	u32 type = desc->flags & KVM_STATS_TYPE_MASK, unit = desc->flags & KVM_STATS_UNIT_MASK;

	EXPECT_EQ(desc->flags & ~(KVM_STATS_TYPE_MASK | KVM_STATS_UNIT_MASK | KVM_STATS_BASE_MASK),
		  0);
	EXPECT_TRUE(type <= KVM_STATS_TYPE_MAX && unit <= KVM_STATS_UNIT_MAX);
	EXPECT_EQ(desc->flags & KVM_STATS_BASE_MASK, KVM_STATS_BASE_POW10);
	EXPECT_EQ(desc->exponent, unit == KVM_STATS_UNIT_SECONDS ? -9 : 0);
	EXPECT_EQ(desc->size, type == KVM_STATS_TYPE_LOG_HIST ? 32 : 1);
	EXPECT_EQ(desc->bucket_size, 0);
}

static void expect_format(int fd, const char *id)
{
	static struct reader reader;
	const struct kvm_stats_header *header = &reader.header;
	u64 data = 0;

	reader_read(&reader, fd);
	EXPECT_EQ(header->flags, 0);
	EXPECT_STR_EQ(reader.id, id);
	EXPECT_TRUE(header->id_offset >= sizeof(*header));
	EXPECT_TRUE(header->desc_offset >= header->id_offset + header->name_size);
	EXPECT_EQ(header->data_offset % 8, 0);
	EXPECT_EQ(header->data_offset,
		  header->desc_offset +
			  header->num_desc * (sizeof(struct kvm_stats_desc) + header->name_size));
	for (u32 i = 0; i < header->num_desc; i++) {
		const struct kvm_stats_desc *desc = descriptor(&reader, i);

		test_context("%s, %u: %.48s", id, i, desc->name);
		expect_name(&reader, desc);
		expect_kind(desc);
		EXPECT_EQ(desc->offset, data);
		data += desc->size * sizeof(u64);
	}
	EXPECT_EQ(reader.size, header->data_offset + data);
}

TEST(api_stats_format)
{
	struct program *program = program_start(A_VCPU);
	int other = program_add_vcpu(program, 1023);
	int files[] = {stats_of(program->vm), stats_of(program->vcpu), stats_of(other)};

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_BINARY_STATS_FD), 1);
	expect_format(files[0], "kvm-4242");
	expect_format(files[1], "kvm-4242/vcpu-0");
	expect_format(files[2], "kvm-4242/vcpu-1023");
	for (size_t i = 0; i < COUNT_OF(files); i++)
		sim_file_close(files[i]);
	sim_file_close(other);
	program_end(program);
}

/* What KVM says of those that it has, too. */
TEST(api_stats_kinds)
{
	static const struct {
		const char *name;
		u32 flags;
	} kinds[] = {
		{"exits", KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE},
		{"halt_poll_success_ns", KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS},
		{"halt_wait_hist", KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS},
		{"blocking", KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN},
	};
	static struct reader reader;
	struct program *program = program_start(A_VCPU);
	int fd = stats_of(program->vcpu), vm = stats_of(program->vm);

	reader_read(&reader, fd);
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		EXPECT_EQ(find(&reader, kinds[i].name)->flags, kinds[i].flags);
	reader_read(&reader, vm);
	EXPECT_EQ(find(&reader, "pages_4k")->flags, KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_NONE);
	sim_file_close(fd);
	sim_file_close(vm);
	program_end(program);
}

/* Any piece of the file is what the whole has there; what is behind its end is not there. */
TEST(api_stats_read_at_any_offset)
{
	static struct reader reader;
	static u8 piece[READ_MAX];
	struct program *program = program_start(A_VCPU);
	int fd = stats_of(program->vcpu);

	reader_read(&reader, fd);
	for (u64 offset = 0; offset < reader.size; offset += 1 + offset % 13)
		for (size_t size = 0; size < 200; size = size * 2 + 1) {
			size_t there = reader.size - offset < size ? reader.size - offset : size;

			test_context("%zu at %llu", size, offset);
			memset(piece, 0x5a, sizeof(piece));
			EXPECT_EQ(sim_file_read(fd, offset, piece, size), there);
			EXPECT_TRUE(!memcmp(piece, reader.bytes + offset, there));
			EXPECT_EQ(piece[there], 0x5a);
		}
	EXPECT_EQ(sim_file_read(fd, reader.size, piece, 1), 0);
	EXPECT_EQ(sim_file_read(fd, ~(u64)0 >> 1, piece, 1), 0);
	EXPECT_EQ(sim_ioctl(fd, KVM_GET_STATS_FD, 0), -ENOTTY);
	sim_file_close(fd);
	program_end(program);
}

TEST(api_stats_read_without_memory)
{
	struct program *program = program_start(A_VCPU);
	int fd = stats_of(program->vcpu);
	u8 byte;

	sim_fail_allocation_after(0);
	EXPECT_EQ(sim_file_read(fd, 0, &byte, 1), -ENOMEM);
	sim_fail_allocation_never();
	EXPECT_EQ(sim_file_read(fd, 0, &byte, 1), 1);
	sim_file_close(fd);
	program_end(program);
}

/* --- How long it lives --------------------------------------------------------------- */

/* All other files are closed: what was counted is there, for whatever process, and the VM goes with
 * the last of these. */
TEST(api_stats_outlive_their_vm)
{
	struct program *program = program_start(A_VCPU);
	int vm = stats_of(program->vm), vcpu = stats_of(program->vcpu);
	struct sim_memory memory;

	EXPECT_EQ(program_run(program, EXIT_REASON_HLT, 1), 0);
	sim_file_close(program->vcpu);
	sim_file_close(program->vm);
	memory = sim_memory_now();
	sim_other_process(true);
	expect_format(vm, "kvm-4242");
	EXPECT_EQ(value_of(vcpu, "exits"), 1);
	EXPECT_EQ(value_of(vcpu, "halt_exits"), 1);
	sim_file_close(vm);
	EXPECT_EQ(sim_memory_now().objects, memory.objects);
	EXPECT_EQ(value_of(vcpu, "halt_exits"), 1);
	sim_file_close(vcpu);
	EXPECT_EQ(sim_memory_now().objects, 0);
	EXPECT_EQ(sim_memory_now().pages, 0);
	sim_file_close(program->device);
}

/* --- What is counted ----------------------------------------------------------------- */

TEST(api_stats_exits)
{
	static const struct {
		const char *name;
		u32 reason;
	} reasons[] = {
		{"irq_exits", EXIT_REASON_EXTERNAL_INTERRUPT},
		{"halt_exits", EXIT_REASON_HLT},
		{"io_exits", EXIT_REASON_IO_INSTRUCTION},
		{"hypercalls", EXIT_REASON_VMCALL},
		{"nmi_window_exits", EXIT_REASON_NMI_WINDOW},
		{"irq_window_exits", EXIT_REASON_INTERRUPT_WINDOW},
		{"pf_taken", EXIT_REASON_EPT_VIOLATION},
	};
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	int fd = stats_of(program->vcpu);

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		vcpu->stats.exits[reasons[i].reason] = i + 1;
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		EXPECT_EQ(value_of(fd, reasons[i].name), i + 1);
	vcpu->stats.exits[EXIT_REASON_CPUID] = 1000;
	EXPECT_EQ(value_of(fd, "exits"), 1000 + COUNT_OF(reasons) * (COUNT_OF(reasons) + 1) / 2);
	sim_file_close(fd);
	program_end(program);
}

static void guest_writes_pages(struct vcpu *vcpu, void *argument)
{
	for (u64 gpa = 0; gpa < 3 * PAGE; gpa += PAGE)
		if (!sim_guest_write(vcpu, gpa, &gpa, sizeof(gpa)))
			return;
}

/* Pages that the EPT maps, until the process takes them back. */
TEST(api_stats_pages)
{
	struct program *program = program_start(A_VCPU);
	int vm = stats_of(program->vm), vcpu = stats_of(program->vcpu);

	EXPECT_EQ(value_of(vm, "pages_4k"), 0);
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = guest_writes_pages});
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(value_of(vm, "pages_4k"), 3);
	EXPECT_EQ(value_of(vm, "pages_2m"), 0);
	EXPECT_EQ(value_of(vm, "remote_tlb_flush_requests"), 0);
	EXPECT_EQ(value_of(vcpu, "pf_taken"), 3);
	sim_user_unmap(program->ram, PAGE);
	EXPECT_EQ(value_of(vm, "pages_4k"), 2);
	EXPECT_EQ(value_of(vm, "remote_tlb_flush_requests"), 1);
	EXPECT_EQ(value_of(vm, "remote_tlb_flush"), 0);
	sim_user_unmap(program->ram, RAM_PAGES * PAGE);
	EXPECT_EQ(value_of(vm, "pages_4k"), 0);
	sim_file_close(vm);
	sim_file_close(vcpu);
	program_end(program);
}

/* --- One number by itself ------------------------------------------------------------ */

static enum stats_number number_of(const char *name)
{
	for (unsigned int number = 0; number < STATS_NUMBERS; number++)
		if (!strcmp(stats_number_name(number), name))
			return number;
	test_fail(__FILE__, __LINE__, "there is no number %s", name);
	abort();
}

/* Those of a file that are no histogram. */
static void expect_numbers(const struct reader *reader, unsigned int *number)
{
	for (u32 i = 0; i < reader->header.num_desc; i++) {
		const struct kvm_stats_desc *desc = descriptor(reader, i);

		if (desc->size > 1)
			continue;
		REQUIRE_TRUE(*number < STATS_NUMBERS);
		EXPECT_STR_EQ(stats_number_name(*number), desc->name);
		EXPECT_EQ(stats_number_grows(*number),
			  (desc->flags & KVM_STATS_TYPE_MASK) == KVM_STATS_TYPE_CUMULATIVE);
		(*number)++;
	}
}

TEST(api_stats_numbers_are_those_of_the_files)
{
	static struct reader reader;
	struct program *program = program_start(A_VCPU);
	int files[] = {stats_of(program->vm), stats_of(program->vcpu)};
	unsigned int number = 0;

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		reader_read(&reader, files[i]);
		expect_numbers(&reader, &number);
		sim_file_close(files[i]);
	}
	EXPECT_EQ(number, STATS_NUMBERS);
	program_end(program);
}

/* A vCPU's are added up; a VM's are there without one. */
TEST(api_stats_number_of_a_vm)
{
	struct program *program = program_start(A_VCPU);
	struct vm *vm = sim_file_vcpu(program->vcpu)->vm;
	enum stats_number halts = number_of("halt_exits"), pages = number_of("pages_4k");
	int other = program_add_vcpu(program, 1023);

	EXPECT_EQ(stats_number_of(vm, halts), 0);
	sim_file_vcpu(program->vcpu)->stats.exits[EXIT_REASON_HLT] = 40;
	EXPECT_EQ(stats_number_of(vm, halts), 40);
	sim_file_vcpu(other)->stats.exits[EXIT_REASON_HLT] = 2;
	EXPECT_EQ(stats_number_of(vm, halts), 42);
	EXPECT_EQ(stats_number_of(vm, number_of("exits")), 42);
	EXPECT_EQ(stats_number_of(vm, pages), 0);
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = guest_writes_pages});
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(stats_number_of(vm, pages), 3);
	EXPECT_EQ(stats_number_of(vm, halts), 43);
	sim_file_close(other);
	program_end(program);
}
