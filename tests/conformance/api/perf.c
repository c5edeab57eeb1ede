// SPDX-License-Identifier: GPL-2.0
/* perf: a sample that was taken while a guest ran is the guest's, not the hypervisor's. */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "vm.h"

#define RING_PAGES 8

/* Long enough for some hundred samples; what is around it in the VM is not the guest's code. */
GUEST64(guest_sampled, "sti\n"
		       "mov $2000000, %ecx\n"
		       "1: dec %ecx\n"
		       "jnz 1b\n"
		       "hlt");

/* Not a counter of the processor, which the emulated one has not. */
static int open_clock(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000,
		.sample_type = PERF_SAMPLE_IP,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

struct sample {
	struct perf_event_header header;
	u64 ip;
};

struct counts {
	unsigned int kernel, user, astray;
};

static bool in_guest_code(u64 ip)
{
	return ip >= GUEST_CODE && ip < GUEST_CODE + (u64)(guest_sampled_end - guest_sampled);
}

static struct counts count_guest_samples(const struct perf_event_mmap_page *ring)
{
	const u8 *data = (const u8 *)ring + PAGE;
	struct counts counts = {0};

	CHECK(ring->data_head < RING_PAGES * PAGE);
	for (u64 at = 0; at < ring->data_head;) {
		const struct sample *sample = (const struct sample *)(data + at);
		u16 mode = sample->header.misc & PERF_RECORD_MISC_CPUMODE_MASK;

		at += sample->header.size;
		if (sample->header.type != PERF_RECORD_SAMPLE)
			continue;
		if (mode != PERF_RECORD_MISC_GUEST_KERNEL && mode != PERF_RECORD_MISC_GUEST_USER)
			continue;
		counts.kernel += mode == PERF_RECORD_MISC_GUEST_KERNEL;
		counts.user += mode == PERF_RECORD_MISC_GUEST_USER;
		counts.astray += !in_guest_code(sample->ip);
	}
	return counts;
}

static struct counts sample_guest(void)
{
	struct guest g = GUEST_LONG(guest_sampled);
	struct perf_event_mmap_page *ring;
	int clock = open_clock();

	if (clock < 0)
		test_skip("no clock of perf: %s", test_errno(-1));
	ring = mmap(NULL, (1 + RING_PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, clock, 0);
	CHECK(ring != MAP_FAILED);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(close(clock));
	return count_guest_samples(ring);
}

TEST(perf_samples_are_the_guests)
{
	struct counts counts = sample_guest();

	CHECK(counts.kernel + counts.user > 20);
	CHECK_EQ(counts.astray, 0);
}

/* Stock KVM of 6.1 gives the level at which the vCPU was last preempted: see README.md. */
TEST(perf_level_is_the_guests)
{
	struct counts counts = sample_guest();

	CHECK(counts.kernel > 20);
	CHECK_EQ(counts.user, 0);
}
