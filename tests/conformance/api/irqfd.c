// SPDX-License-Identifier: GPL-2.0
/* Events that are interrupts: KVM_IRQFD.  What arrives is read from the controllers. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>

#include "vm.h"

#define PIC_GSI	   3
#define IOAPIC_GSI 20
#define RESAMPLE   KVM_IRQFD_FLAG_RESAMPLE
#define DEASSIGN   KVM_IRQFD_FLAG_DEASSIGN

static int event_create(void)
{
	return CHECK_OK(eventfd(0, EFD_NONBLOCK));
}

static void event_signal(int event)
{
	u64 one = 1;

	CHECK_EQ(write(event, &one, sizeof(one)), sizeof(one));
}

static u64 event_count(int event)
{
	u64 count = 0;

	if (read(event, &count, sizeof(count)) < 0)
		CHECK_EQ(errno, EAGAIN);
	return count;
}

static int irqfd(int vm, int event, u32 gsi, u32 flags, int resample)
{
	struct kvm_irqfd wanted = {.fd = event, .gsi = gsi, .flags = flags, .resamplefd = resample};

	return ioctl(vm, KVM_IRQFD, &wanted);
}

static int vm_with_irqchip(void)
{
	int vm = vm_fd_create();

	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	return vm;
}

/* Requests that wait in the first 8259; they are forgotten. */
static u8 pic_take(int vm)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_PIC_MASTER};
	u8 irr;

	CHECK_OK(ioctl(vm, KVM_GET_IRQCHIP, &chip));
	irr = chip.chip.pic.irr;
	/* What is written back must not undo a pulse that comes meanwhile, or has not ended. */
	if (!irr || (chip.chip.pic.last_irr & irr))
		return 0;
	chip.chip.pic.irr = 0;
	CHECK_OK(ioctl(vm, KVM_SET_IRQCHIP, &chip));
	return irr;
}

/* The interrupt may come a little after the event. */
static u8 pic_wait(int vm)
{
	u8 irr;

	while (!(irr = pic_take(vm)))
		sleep_ms(1);
	return irr;
}

static bool ioapic_line(int vm, u32 gsi)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	CHECK_OK(ioctl(vm, KVM_GET_IRQCHIP, &chip));
	return chip.chip.ioapic.irr >> gsi & 1;
}

static void ioapic_set_level(int vm, u32 gsi)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	CHECK_OK(ioctl(vm, KVM_GET_IRQCHIP, &chip));
	chip.chip.ioapic.redirtbl[gsi].bits = 0x18061; /* level, masked, vector 61H */
	CHECK_OK(ioctl(vm, KVM_SET_IRQCHIP, &chip));
}

TEST(irqfd_refused)
{
	int bare = vm_fd_create(), vm = vm_with_irqchip();
	int event = event_create(), other = event_create(), pipes[2];

	CHECK_EQ(kvm_capability(KVM_CAP_IRQFD), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_IRQFD_RESAMPLE), 1);
	CHECK_OK(pipe(pipes));
	CHECK_ERR(irqfd(bare, event, PIC_GSI, 0, 0), EINVAL);
	CHECK_ERR(irqfd(vm, event, PIC_GSI, 4, 0), EINVAL);
	CHECK_ERR(irqfd(vm, 1000, PIC_GSI, 0, 0), EBADF);
	CHECK_ERR(irqfd(vm, pipes[0], PIC_GSI, 0, 0), EINVAL);
	CHECK_ERR(irqfd(vm, event, PIC_GSI, RESAMPLE, 1000), EBADF);
	CHECK_ERR(irqfd(vm, event, PIC_GSI, RESAMPLE, pipes[0]), EINVAL);
	CHECK_OK(irqfd(vm, event, PIC_GSI, 0, 0));
	CHECK_ERR(irqfd(vm, event, PIC_GSI, 0, 0), EBUSY);
	CHECK_ERR(irqfd(vm, dup(event), PIC_GSI + 1, 0, 0), EBUSY);
	CHECK_OK(irqfd(vm, other, PIC_GSI, 0, 0));
	CHECK_OK(irqfd(vm, event, PIC_GSI + 1, DEASSIGN, 0));
	CHECK_ERR(irqfd(vm, event, PIC_GSI, 0, 0), EBUSY);
	CHECK_OK(irqfd(vm, event, PIC_GSI, DEASSIGN, 0));
	CHECK_OK(irqfd(vm, event, PIC_GSI, DEASSIGN, 0));
	CHECK_OK(irqfd(vm, event, PIC_GSI, 0, 0));
	CHECK_ERR(irqfd(vm, 1000, PIC_GSI, DEASSIGN, 0), EBADF);
}

TEST(irqfd_edge)
{
	int vm = vm_with_irqchip(), event = event_create();

	CHECK_OK(irqfd(vm, event, PIC_GSI, 0, 0));
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(pic_take(vm), 0);
		event_signal(event);
		CHECK_EQ(pic_wait(vm), 1 << PIC_GSI);
		CHECK_EQ(event_count(event), 0);
	}
	CHECK_OK(irqfd(vm, event, PIC_GSI, DEASSIGN, 0));
	event_signal(event);
	CHECK_EQ(pic_take(vm), 0);
	CHECK_EQ(event_count(event), 1);
}

/* What was signalled before is not lost. */
TEST(irqfd_signalled_before)
{
	int vm = vm_with_irqchip(), event = event_create();

	event_signal(event);
	CHECK_OK(irqfd(vm, event, PIC_GSI, 0, 0));
	CHECK_EQ(pic_wait(vm), 1 << PIC_GSI);
}

TEST(irqfd_resample_keeps_line)
{
	int vm = vm_with_irqchip(), event = event_create(), asked = event_create();

	ioapic_set_level(vm, IOAPIC_GSI);
	CHECK_OK(irqfd(vm, event, IOAPIC_GSI, RESAMPLE, asked));
	CHECK(!ioapic_line(vm, IOAPIC_GSI));
	event_signal(event);
	while (!ioapic_line(vm, IOAPIC_GSI))
		sleep_ms(1);
	CHECK_EQ(event_count(asked), 0);
	CHECK_OK(irqfd(vm, event, IOAPIC_GSI, DEASSIGN, 0));
	CHECK(!ioapic_line(vm, IOAPIC_GSI));
}

/* The event goes, and the number of its descriptor is another event's. */
TEST(irqfd_closed)
{
	int vm = vm_with_irqchip();

	for (int i = 0; i < 20; i++) {
		int event = event_create(), asked = event_create();

		CHECK_OK(irqfd(vm, event, PIC_GSI, 0, 0));
		CHECK_OK(irqfd(vm, asked, IOAPIC_GSI, RESAMPLE, event));
		event_signal(event);
		CHECK_OK(close(event));
		CHECK_OK(close(asked));
		CHECK_EQ(pic_wait(vm), 1 << PIC_GSI);
	}
	CHECK_OK(close(vm));
}

/* --- One VM whose memory does not come, and the end of another one --- */

GUEST16(guest_reads_a_page, "mov $0xd000, %ax\n"
			    "mov %ax, %ds\n"
			    "mov %al, 0\n"
			    "hlt");

static void *run_for_ever(void *argument)
{
	const struct vcpu *cpu = argument;

	for (;;)
		ioctl(cpu->fd, KVM_RUN, 0);
	return NULL;
}

static void *close_file(void *file)
{
	close(*(const int *)file);
	return NULL;
}

/* Does the descriptor's close come back, by the clock? */
static bool closes(int file, unsigned int seconds)
{
	struct timespec until;
	pthread_t thread;

	CHECK_EQ(pthread_create(&thread, NULL, close_file, &file), 0);
	CHECK_OK(clock_gettime(CLOCK_REALTIME, &until));
	until.tv_sec += seconds;
	return !pthread_timedjoin_np(thread, NULL, &until);
}

/* A vCPU waits for memory that user space does not give, and an irqfd of that VM ends with its
 * event: what waits for the one VM must not hold up the end of another. */
TEST(irqfd_ends_while_a_fault_waits)
{
	int other = vm_with_irqchip(), event = event_create(), asked = event_create(), faults;
	struct vm vm = vm_create();
	u8 *memory = host_memory_awaited(PAGE, &faults);
	struct uffd_msg message;
	struct vcpu cpu;
	pthread_t thread;

	CHECK_OK(ioctl(vm.fd, KVM_CREATE_IRQCHIP, 0));
	CHECK_OK(vm_set_slot(vm.fd, 1, 0, GUEST_MMIO, PAGE, memory));
	cpu = vcpu_create(vm.fd, 0);
	vcpu_set_real_mode(&cpu);
	vm_load(&vm, guest_reads_a_page, guest_reads_a_page_end);
	CHECK_OK(irqfd(vm.fd, event, IOAPIC_GSI, RESAMPLE, asked));
	CHECK_OK(irqfd(other, event_create(), IOAPIC_GSI, RESAMPLE, asked));
	CHECK_EQ(pthread_create(&thread, NULL, run_for_ever, &cpu), 0);
	CHECK_EQ(read(faults, &message, sizeof(message)), sizeof(message));
	CHECK_OK(close(event));
	sleep_ms(20);
	CHECK(closes(other, 20));
}

static void *signal_for_ever(void *argument)
{
	const int *events = argument;

	for (unsigned int i = 0;; i++)
		event_signal(events[i % 4]);
	return NULL;
}

/* Events are signalled, given and taken away until the process is killed. */
static void irqfds_for_ever(void)
{
	int vm = vm_with_irqchip(), events[4], asked = event_create();
	pthread_t thread;

	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		events[i] = event_create();
	CHECK_EQ(pthread_create(&thread, NULL, signal_for_ever, events), 0);
	for (;;) {
		for (size_t i = 0; i < ARRAY_SIZE(events); i++)
			CHECK_OK(irqfd(vm, events[i], PIC_GSI + i, i & 1 ? RESAMPLE : 0, asked));
		for (size_t i = 0; i < ARRAY_SIZE(events); i++)
			CHECK_OK(irqfd(vm, events[i], PIC_GSI + i, DEASSIGN, 0));
	}
}

TEST_LIMIT(stress_irqfds_killed, 300)
{
	for (unsigned int i = 0; i < 10 * test_scale; i++) {
		pid_t pid = CHECK_OK(fork());
		int status;

		if (!pid)
			irqfds_for_ever();
		sleep_ms(1 + i % 7 * 3);
		CHECK_OK(kill(pid, SIGKILL));
		CHECK_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
}
