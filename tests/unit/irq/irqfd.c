// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_IRQFD: events become interrupts, with and without waiting for the guest.  All of it goes on
 * while the srcu read lock is held, as by a vCPU that waits for guest memory that user space does
 * not give.
 */
#include "fixture.h"
#include "irq/irqfd.h"
#include "life/life.h"

#define GSI	 20
#define RESAMPLE KVM_IRQFD_FLAG_RESAMPLE
#define DEASSIGN KVM_IRQFD_FLAG_DEASSIGN

static struct fixture *chips;

static int set(int fd, u32 gsi, u32 flags, int resample)
{
	const struct kvm_irqfd wanted = {
		.fd = (u32)fd, .gsi = gsi, .flags = flags, .resamplefd = (u32)resample};

	return irqfd_set(&chips->vm, &wanted);
}

static void end(void)
{
	irqfds_destroy(&chips->vm);
	fixture_destroy(chips);
}

TEST(irqfd_edge)
{
	int fd;

	chips = chips_open();
	fd = sim_event_open();
	chips_redirect(chips, GSI, 0, 0x61);
	EXPECT_EQ(set(fd, GSI, 0, 0), 0);
	for (unsigned int i = 0; i < 3; i++) {
		sim_event_write(fd);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		chips_eoi(chips, 0);
		EXPECT_EQ(chips_take(chips, 0), -1);
	}
	EXPECT_EQ(sim_event_read(fd), 0);
	EXPECT_EQ(set(fd, GSI, DEASSIGN, 0), 0);
	sim_event_write(fd);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(sim_event_read(fd), 1);
	end();
}

/* What was signalled before is not lost. */
TEST(irqfd_signalled_before)
{
	int fd;

	chips = chips_open();
	fd = sim_event_open();
	chips_redirect(chips, GSI, 0, 0x61);
	sim_event_write(fd);
	EXPECT_EQ(set(fd, GSI, 0, 0), 0);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	end();
}

TEST(irqfd_refused)
{
	static struct vm bare;
	const struct kvm_irqfd without = {.fd = 1000};
	int fd, other;

	chips = chips_open();
	fd = sim_event_open(), other = sim_event_open();
	EXPECT_EQ(set(fd, GSI, 4, 0), -EINVAL);
	EXPECT_EQ(set(1000, GSI, 0, 0), -EBADF);
	EXPECT_EQ(set(1000, GSI, DEASSIGN, 0), -EBADF);
	EXPECT_EQ(set(0, GSI, 0, 0), -EINVAL);
	EXPECT_EQ(set(fd, GSI, RESAMPLE, 1000), -EBADF);
	EXPECT_EQ(set(fd, GSI, RESAMPLE, 0), -EINVAL);
	EXPECT_EQ(set(fd, GSI, 0, 0), 0);
	EXPECT_EQ(set(fd, GSI + 1, 0, 0), -EBUSY);
	EXPECT_EQ(set(sim_event_duplicate(fd), GSI, RESAMPLE, other), -EBUSY);
	EXPECT_EQ(set(fd, GSI + 1, DEASSIGN, 0), 0); /* not that one: nothing goes */
	EXPECT_EQ(set(fd, GSI + 1, 0, 0), -EBUSY);
	EXPECT_EQ(set(fd, GSI, DEASSIGN, 0), 0);
	EXPECT_EQ(set(fd, GSI + 1, 0, 0), 0);
	end();
	EXPECT_EQ(vm_init(&bare), 0);
	EXPECT_EQ(irqfd_set(&bare, &without), -EINVAL);
	vm_destroy(&bare);
}

/* The line stays up until the guest's EOI; then who shares it is asked. */
TEST(irqfd_resample)
{
	int fd[2], asked[2];

	chips = chips_open();
	chips_redirect(chips, GSI, 0, CHIPS_LEVEL | 0x61);
	for (unsigned int i = 0; i < 2; i++) {
		fd[i] = sim_event_open(), asked[i] = sim_event_open();
		EXPECT_EQ(set(fd[i], GSI, RESAMPLE, asked[i]), 0);
	}
	sim_event_write(fd[0]);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	EXPECT_EQ(sim_event_read(asked[0]) + sim_event_read(asked[1]), 0);
	chips_eoi(chips, 0);
	EXPECT_EQ(sim_event_read(asked[0]), 1);
	EXPECT_EQ(sim_event_read(asked[1]), 1);
	EXPECT_EQ(chips_take(chips, 0), -1);
	sim_event_write(fd[1]);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	/* one goes with its line up: the other still answers for it */
	EXPECT_EQ(set(fd[1], GSI, DEASSIGN, 0), 0);
	chips_eoi(chips, 0);
	EXPECT_EQ(sim_event_read(asked[0]), 1);
	EXPECT_EQ(sim_event_read(asked[1]), 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	/* the last takes the line with it */
	sim_event_write(fd[0]);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	EXPECT_EQ(set(fd[0], GSI, DEASSIGN, 0), 0);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(sim_event_references(), 0);
	end();
}

/*
 * Who is asked may raise the line again at once, inside the guest's EOI: then it is up again when
 * the I/O APIC looks at it, and interrupts once more, not never and not twice.  (The event that
 * asks is here that of another device of the line.)
 */
TEST(irqfd_resample_that_raises_again)
{
	int fd[2], asked;

	chips = chips_open();
	chips_redirect(chips, GSI, 0, CHIPS_LEVEL | 0x61);
	fd[0] = sim_event_open(), fd[1] = sim_event_open(), asked = sim_event_open();
	EXPECT_EQ(set(fd[0], GSI, RESAMPLE, fd[1]), 0);
	EXPECT_EQ(set(fd[1], GSI, RESAMPLE, asked), 0);
	sim_event_write(fd[0]);
	for (unsigned int i = 1; i < 5; i++) {
		test_context("interrupt %u", i);
		EXPECT_EQ(chips_take(chips, 0), 0x61);
		EXPECT_EQ(chips_take(chips, 0), -1);
		chips_eoi(chips, 0);
		EXPECT_EQ(sim_event_read(asked), 1);
	}
	/* The other device is quiet: the line goes down with the EOI and stays there. */
	EXPECT_EQ(set(fd[1], GSI, DEASSIGN, 0), 0);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_eoi(chips, 0);
	EXPECT_EQ(chips_take(chips, 0), -1);
	EXPECT_EQ(sim_event_read(fd[1]), 1);
	end();
}

/* An event that is closed goes by itself, also one that was taken away first or by the VM's end. */
TEST(irqfd_closed)
{
	int fd, asked;

	chips = chips_open();
	for (unsigned int flags = 0; flags <= RESAMPLE; flags += RESAMPLE) {
		fd = sim_event_open(), asked = sim_event_open();
		EXPECT_EQ(set(fd, GSI, flags, asked), 0);
		EXPECT_EQ(sim_event_references(), flags ? 2 : 1);
		sim_event_close(fd);
		sim_event_close(asked);
		sim_work_run();
		EXPECT_EQ(sim_event_references(), 0);
	}
	fd = sim_event_open();
	EXPECT_EQ(set(fd, GSI, 0, 0), 0);
	sim_event_close(fd);
	end();
}

/*
 * A vCPU waits in a fault for memory that does not come, and threads of its process wait for it
 * with the locks of the slots and of the devices: irqfds end all the same, one work for all of
 * them.
 */
TEST(irqfd_ends_while_a_fault_waits)
{
	int fd[3], asked[3];

	chips = chips_open();
	host_mutex_lock(&chips->vm.io_lock);
	host_mutex_lock(&chips->vm.slots_lock);
	for (unsigned int i = 0; i < COUNT_OF(fd); i++) {
		fd[i] = sim_event_open(), asked[i] = sim_event_open();
		EXPECT_EQ(set(fd[i], GSI + i / 2, RESAMPLE, asked[i]), 0);
	}
	sim_event_close(fd[0]);
	sim_event_close(fd[2]);
	EXPECT_EQ(sim_works_queued(), 1);
	EXPECT_EQ(sim_event_references(), 6);
	sim_work_run();
	EXPECT_EQ(sim_event_references(), 2);
	sim_event_write(fd[1]);
	irqfds_destroy(&chips->vm);
	EXPECT_EQ(sim_event_references(), 0);
	host_mutex_unlock(&chips->vm.slots_lock);
	host_mutex_unlock(&chips->vm.io_lock);
	end();
}

/* The descriptor becomes another event's between the look at it and the watch. */
TEST(irqfd_of_another_event_by_now)
{
	struct host_event_watch watch;
	struct host_event *event;
	int fd, other;

	chips = chips_open();
	fd = sim_event_open(), other = sim_event_open();
	EXPECT_EQ(host_event_get(fd, &event), 0);
	EXPECT_EQ(host_event_watch(&watch, other, event, NULL, NULL), -EBADF);
	EXPECT_EQ(host_event_watch(&watch, 1000, event, NULL, NULL), -EBADF);
	EXPECT_EQ(sim_event_references(), 1);
	host_event_put(event);
	end();
}

TEST(irqfd_without_memory)
{
	unsigned int failures;
	int fd, asked, result = 0;

	chips = chips_open();
	fd = sim_event_open(), asked = sim_event_open();
	for (failures = 0; failures < 10; failures++) {
		sim_fail_allocation_after(failures);
		result = set(fd, GSI, RESAMPLE, asked);
		if (!sim_allocation_failed())
			break;
		EXPECT_EQ(result, -ENOMEM);
		EXPECT_EQ(sim_event_references(), 0);
	}
	sim_fail_allocation_never();
	EXPECT_EQ(failures, 2);
	EXPECT_EQ(result, 0);
	end();
}
