// SPDX-License-Identifier: GPL-2.0
/* KVM_GET_STATS_FD: the files, what they count, how long they live; what CAP_HALT_POLL makes of
 * HLT. */
#include <stdio.h>

#include "vm.h"

#define FILE_MAX 65536

struct stats {
	struct kvm_stats_header header;
	u8 all[FILE_MAX];
	size_t size;
};

static int stats_open(int file)
{
	return CHECK_OK(ioctl(file, KVM_GET_STATS_FD, 0));
}

static void stats_read(struct stats *stats, int fd)
{
	long size = CHECK_OK(pread(fd, stats->all, sizeof(stats->all), 0));

	CHECK(size > (long)sizeof(stats->header) && size < (long)sizeof(stats->all));
	stats->size = (size_t)size;
	memcpy(&stats->header, stats->all, sizeof(stats->header));
}

static const struct kvm_stats_desc *desc_at(const struct stats *stats, u32 number)
{
	size_t size = sizeof(struct kvm_stats_desc) + stats->header.name_size;

	return (const void *)(stats->all + stats->header.desc_offset + number * size);
}

static const struct kvm_stats_desc *desc_of(const struct stats *stats, const char *name)
{
	for (u32 i = 0; i < stats->header.num_desc; i++)
		if (!strcmp(desc_at(stats, i)->name, name))
			return desc_at(stats, i);
	test_fail(__FILE__, __LINE__, "there is no %s", name);
}

static const u64 *values_of(const struct stats *stats, const char *name)
{
	return (const void *)(stats->all + stats->header.data_offset +
			      desc_of(stats, name)->offset);
}

/* What it is now. */
static u64 value_of(int fd, const char *name)
{
	static struct stats stats;

	stats_read(&stats, fd);
	return *values_of(&stats, name);
}

/* --- The files ------------------------------------------------------------------------- */

static void check_desc(const struct stats *stats, const struct kvm_stats_desc *desc)
{
	u32 unit = desc->flags & KVM_STATS_UNIT_MASK, type = desc->flags & KVM_STATS_TYPE_MASK;

	test_row("%.48s", desc->name);
	CHECK(type <= KVM_STATS_TYPE_MAX && unit <= KVM_STATS_UNIT_MAX);
	CHECK((desc->flags & KVM_STATS_BASE_MASK) <= KVM_STATS_BASE_MAX);
	CHECK(unit == KVM_STATS_UNIT_SECONDS ? desc->exponent <= 0 : desc->exponent >= 0);
	CHECK(desc->name[0] &&
	      strnlen(desc->name, stats->header.name_size) < stats->header.name_size);
	CHECK(desc->size);
	CHECK_EQ(!desc->bucket_size, type != KVM_STATS_TYPE_LINEAR_HIST);
	CHECK(stats->header.data_offset + desc->offset + desc->size * sizeof(u64) <= stats->size);
	CHECK(desc_of(stats, desc->name) == desc);
}

static void check_format(int fd, const char *id)
{
	static struct stats stats;
	const struct kvm_stats_header *header = &stats.header;

	stats_read(&stats, fd);
	test_row("%s", id);
	CHECK_EQ(header->flags, 0);
	CHECK(header->num_desc);
	CHECK(header->id_offset >= sizeof(*header));
	CHECK(header->desc_offset >= header->id_offset + header->name_size);
	CHECK(header->data_offset >=
	      header->desc_offset +
		      header->num_desc * (sizeof(struct kvm_stats_desc) + header->name_size));
	CHECK(!strcmp((const char *)stats.all + header->id_offset, id));
	for (u32 i = 0; i < header->num_desc; i++)
		check_desc(&stats, desc_at(&stats, i));
}

static void check_id(int file, const char *format, unsigned int id)
{
	char expected[64];
	int fd = stats_open(file);

	snprintf(expected, sizeof(expected), format, getpid(), id);
	check_format(fd, expected);
	CHECK_OK(close(fd));
}

TEST(stats_format)
{
	int vm = vm_fd_create();
	struct vcpu first = vcpu_create(vm, 0), second = vcpu_create(vm, 5);

	CHECK_EQ(kvm_capability(KVM_CAP_BINARY_STATS_FD), 1);
	check_id(vm, "kvm-%d", 0);
	check_id(first.fd, "kvm-%d/vcpu-%u", 0);
	check_id(second.fd, "kvm-%d/vcpu-%u", 5);
}

/* Any piece of what does not change is the same as in the whole. */
TEST(stats_read_in_pieces)
{
	static struct stats stats;
	static u8 piece[FILE_MAX];
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	void *nowhere = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = stats_open(cpu.fd);

	stats_read(&stats, fd);
	for (size_t at = 0; at < stats.header.data_offset; at += 1 + at % 37) {
		size_t size = 1 + at % 131;

		if (size > stats.header.data_offset - at)
			size = stats.header.data_offset - at;
		memset(piece, 0x5a, sizeof(piece));
		CHECK_EQ(pread(fd, piece, size, (off_t)at), size);
		CHECK_MEM(piece, stats.all + at, size);
		CHECK_EQ(piece[size], 0x5a);
	}
	CHECK_EQ(pread(fd, piece, 100, (off_t)stats.size - 3), 3);
	CHECK_EQ(pread(fd, piece, 100, (off_t)stats.size), 0);
	CHECK_EQ(pread(fd, piece, 100, 1L << 40), 0);
	CHECK_ERR(pread(fd, piece, 100, -1), EINVAL);
	CHECK_ERR(pread(fd, nowhere, 100, 0), EFAULT);

	/* read() goes on where the last one ended. */
	for (size_t at = 0; at < stats.size;) {
		long got = CHECK_OK(read(fd, piece + at, 11));

		CHECK(got > 0);
		at += (size_t)got;
	}
	CHECK_EQ(read(fd, piece, 1), 0);
	CHECK_MEM(piece + 1, stats.all + 1, stats.header.data_offset - 1);
}

TEST(stats_cannot_be_written)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	int fd = stats_open(cpu.fd);

	CHECK_ERR(write(fd, "x", 1), EBADF);
	CHECK_ERR(ioctl(fd, KVM_GET_STATS_FD, 0), ENOTTY);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
}

/* --- How long they live ---------------------------------------------------------------- */

GUEST16(guest_counted, "out %al, $0x10\n"
		       "out %al, $0x10\n"
		       "hlt");

static void run_counted(struct guest *g)
{
	CHECK_EXIT(&g->cpu, KVM_EXIT_IO);
	CHECK_EXIT(&g->cpu, KVM_EXIT_IO);
	CHECK_EXIT(&g->cpu, KVM_EXIT_HLT);
}

static void read_in_child(void *argument)
{
	const int *fd = argument;

	CHECK_EQ(value_of(fd[0], "halt_exits"), 1);
	CHECK(value_of(fd[1], "pages_4k") < 1000);
}

/* Whoever has it can read it, when everything else of the VM is closed. */
TEST(stats_outlive_their_vm)
{
	struct guest g = GUEST_REAL(guest_counted);
	int fd[] = {stats_open(g.cpu.fd), stats_open(g.vm.fd)};

	run_counted(&g);
	guest_destroy(&g);
	CHECK_EQ(value_of(fd[0], "halt_exits"), 1);
	CHECK_EQ(value_of(fd[0], "io_exits"), 2);
	CHECK_EQ(test_child(read_in_child, fd), 0);
	CHECK_OK(close(fd[1]));
	CHECK_EQ(value_of(fd[0], "halt_exits"), 1);
	CHECK_OK(close(fd[0]));
}

/* --- What is counted ------------------------------------------------------------------- */

TEST(stats_count)
{
	struct guest g = GUEST_REAL(guest_counted);
	int cpu = stats_open(g.cpu.fd), vm = stats_open(g.vm.fd);
	u64 exits;

	CHECK_EQ(value_of(cpu, "exits"), 0);
	CHECK_EQ(value_of(cpu, "blocking"), 0);
	run_counted(&g);
	exits = value_of(cpu, "exits");
	CHECK(exits >= 3);
	CHECK_EQ(value_of(cpu, "io_exits"), 2);
	CHECK_EQ(value_of(cpu, "halt_exits"), 1);
	CHECK_EQ(value_of(cpu, "fpu_reload"), 3);
	CHECK(value_of(vm, "pages_4k") + value_of(vm, "pages_2m") > 0);
	CHECK_EQ(value_of(cpu, "exits"), exits);
}

/* --- Polling before HLT sleeps --------------------------------------------------------- */

enum { VECTOR = 0x1f, HALTS = 24, MSR_POLL_CONTROL = 0x4b564d05 };

/* RCX times: the timer of the local APIC is started, and ends HLT. */
GUEST64(guest_halts_often, "mov $0xfee00000, %ebx\n"
			   "movl $0x1ff, 0xf0(%rbx)\n"
			   "movl $0xb, 0x3e0(%rbx)\n"
			   "movl $0x1f, 0x320(%rbx)\n"
			   "1: cli\n"
			   "movl $3000000, 0x380(%rbx)\n"
			   "sti\n"
			   "hlt\n"
			   "dec %ecx\n"
			   "jnz 1b\n"
			   "out %al, $0x10\n"
			   ".org 0x80, 0xcc\n"
			   "movl $0, 0xb0(%rbx)\n"
			   "iretq");

static int halt_poll(int fd, u32 flags, u64 ns)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_HALT_POLL, .flags = flags, .args = {ns}};

	return ioctl(fd, KVM_ENABLE_CAP, &cap);
}

static struct guest halting(void)
{
	struct guest g = {.vm = vm_create()};

	CHECK_OK(ioctl(g.vm.fd, KVM_CREATE_IRQCHIP, 0));
	vm_load(&g.vm, guest_halts_often, guest_halts_often_end);
	g.cpu = vcpu_create(g.vm.fd, 0);
	vcpu_set_long_mode(&g.vm, &g.cpu);
	vm_set_gate(&g.vm, VECTOR, 0x80);
	return g;
}

static void halt_often(struct guest *g)
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = 2, .rcx = HALTS};

	vcpu_set_regs(&g->cpu, &regs);
	CHECK_EXIT(&g->cpu, KVM_EXIT_IO);
}

static u64 sum_of(const struct stats *stats, const char *histogram)
{
	u64 sum = 0;

	CHECK_EQ(desc_of(stats, histogram)->flags & KVM_STATS_TYPE_MASK, KVM_STATS_TYPE_LOG_HIST);
	for (u32 i = 0; i < desc_of(stats, histogram)->size; i++)
		sum += values_of(stats, histogram)[i];
	return sum;
}

TEST(halt_poll_refused)
{
	int vm = vm_fd_create();
	struct vcpu cpu = vcpu_create(vm, 0);

	CHECK_EQ(kvm_capability(KVM_CAP_HALT_POLL), 1);
	CHECK_ERR(halt_poll(vm, 1, 0), EINVAL);
	CHECK_ERR(halt_poll(vm, 0, 1ULL << 32), EINVAL);
	CHECK_ERR(halt_poll(cpu.fd, 0, 1000), EINVAL);
	CHECK_OK(halt_poll(vm, 0, 0xffffffff));
	CHECK_OK(halt_poll(vm, 0, 0));
}

/* After some HLTs that were longer than the guest polls, it polls; and each poll is one of those
 * that found something, or of those that did not. */
TEST(halt_poll_counts)
{
	static struct stats stats;
	struct guest g = halting();
	int fd = stats_open(g.cpu.fd);
	u64 attempted, successful;

	CHECK_OK(halt_poll(g.vm.fd, 0, 1000000000));
	halt_often(&g);
	stats_read(&stats, fd);
	attempted = *values_of(&stats, "halt_attempted_poll");
	successful = *values_of(&stats, "halt_successful_poll");
	CHECK_EQ(*values_of(&stats, "halt_exits"), HALTS);
	CHECK(attempted > 0);
	CHECK(successful <= attempted);
	CHECK_EQ(sum_of(&stats, "halt_poll_success_hist"), successful);
	CHECK_EQ(sum_of(&stats, "halt_poll_fail_hist"), attempted - successful);
	CHECK(sum_of(&stats, "halt_wait_hist") > 0);
	CHECK(*values_of(&stats, "halt_wait_ns") > 0);
	CHECK_EQ(!*values_of(&stats, "halt_poll_success_ns"), !successful);
	CHECK_EQ(*values_of(&stats, "blocking"), 0);
}

static void check_never_polls(struct guest *g, int fd)
{
	u64 attempted = value_of(fd, "halt_attempted_poll"), halts = value_of(fd, "halt_exits");

	halt_often(g);
	CHECK_EQ(value_of(fd, "halt_attempted_poll"), attempted);
	CHECK_EQ(value_of(fd, "halt_exits"), halts + HALTS);
}

TEST(halt_poll_is_not_wanted)
{
	struct guest g = halting();
	int fd = stats_open(g.cpu.fd);

	test_row("by the VM");
	CHECK_OK(halt_poll(g.vm.fd, 0, 0));
	check_never_polls(&g, fd);
	test_row("by the guest");
	CHECK_OK(halt_poll(g.vm.fd, 0, 1000000000));
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_POLL_CONTROL, 0), 1);
	check_never_polls(&g, fd);
}
