// SPDX-License-Identifier: GPL-2.0
/*
 * Each ioctl while memory runs out, or what the program names cannot be copied. A kernel that has
 * it (CONFIG_FAULT_INJECTION; others: skipped) fails the n-th such step of a call, for n = 1, 2,
 * ... until a call comes to its end before it. What fails says ENOMEM or EFAULT and has changed
 * nothing: what can be read is as it was, and the same call then does what it should. That nothing
 * is lost is for who runs these tests to see.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

#include "fault.h"

/* No call of the API has as many steps that can fail. */
#define MAX_STEPS 500

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define FAIL_ALL "/proc/thread-self/make-it-fail"

static const char *const faults[] = {"failslab", "fail_page_alloc"};

/* Everything of an object that can be read and does not change by itself. */
struct shot {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_xsave xsave;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debug;
	struct kvm_vcpu_events events;
	struct kvm_mp_state state;
	struct kvm_lapic_state lapic;
	struct kvm_irqchip chips[3];
	struct kvm_pit_state2 pit;
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[FAULT_CPUID_ENTRIES];
	} cpuid;
};

/* What the VM does not have stays zero. */
static void shoot(const struct context *c, struct shot *shot)
{
	memset(shot, 0, sizeof(*shot));
	if (c->made >= A_VM)
		for (u32 i = 0; i < ARRAY_SIZE(shot->chips); i++) {
			shot->chips[i].chip_id = i;
			ioctl(c->vm.fd, KVM_GET_IRQCHIP, &shot->chips[i]);
		}
	if (c->made >= A_VM)
		ioctl(c->vm.fd, KVM_GET_PIT2, &shot->pit);
	if (c->made < A_VCPU)
		return;
	shot->cpuid.head.nent = FAULT_CPUID_ENTRIES;
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_CPUID2, &shot->cpuid));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_REGS, &shot->regs));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_SREGS, &shot->sregs));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_XSAVE, &shot->xsave));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_XCRS, &shot->xcrs));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_DEBUGREGS, &shot->debug));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_VCPU_EVENTS, &shot->events));
	CHECK_OK(ioctl(c->cpu.fd, KVM_GET_MP_STATE, &shot->state));
	ioctl(c->cpu.fd, KVM_GET_LAPIC, &shot->lapic);
}

static long call(const struct context *c, const struct fault_row *row)
{
	const int files[] = {c->device, c->vm.fd, c->cpu.fd};

	return ioctl(files[row->file], row->request, c->argument);
}

/* The end of a call that nothing disturbed. */
static void check_plain(const struct fault_row *row, long result)
{
	if (row->error)
		CHECK_ERR(result, row->error);
	else
		CHECK_OK(result);
	if (row->makes_file)
		CHECK_OK(close(result));
}

/* ENOMEM or EFAULT; then nothing has happened, and without a fault the call does what it should. */
static void check_failed(const struct context *c, const struct fault_row *row, int error,
			 const struct shot *before)
{
	static struct shot after;

	if (error != ENOMEM && error != EFAULT) {
		errno = error;
		test_fail(__FILE__, __LINE__, "a fault is %s", test_errno(-1));
	}
	shoot(c, &after);
	if (!row->runs)
		CHECK_MEM(&after, before, sizeof(after));
	check_plain(row, call(c, row));
}

static void write_text(int fd, const char *text)
{
	/* Taking the text over can itself be the step that fails; the next time none does. */
	if (pwrite(fd, text, strlen(text), 0) < 0)
		CHECK_OK(pwrite(fd, text, strlen(text), 0));
}

/*
 * The call, whose n-th step fails: whether it had so many. 0 is what the file says when the fault
 * was taken; when it is only taken while the file is read, the answer is EFAULT.
 */
static bool call_failing(int fail_nth, const struct context *c, const struct fault_row *row,
			 unsigned int n, long *result)
{
	char text[16], left[16] = "";
	int error;
	ssize_t got;

	snprintf(text, sizeof(text), "%u", n);
	write_text(fail_nth, text);
	*result = call(c, row);
	error = errno;
	got = pread(fail_nth, left, sizeof(left) - 1, 0);
	write_text(fail_nth, "0");
	errno = error;
	return got > 0 && left[0] == '0';
}

/* Whether the row's call had an n-th step. */
static bool fail_step(int fail_nth, const struct fault_row *row, unsigned int n)
{
	static struct shot before;
	struct context c = context_make(row);
	long result;
	bool taken;

	test_row("%s, step %u", row->name, n);
	shoot(&c, &before);
	taken = call_failing(fail_nth, &c, row, n, &result);
	if (!taken || result >= 0 || (row->error && errno == row->error))
		check_plain(row, result);
	else
		check_failed(&c, row, errno, &before);
	context_free(&c);
	return taken;
}

/* Whether writing to a file of a kind of fault in debugfs worked. */
static bool configure(const char *fault, const char *name, const char *value)
{
	char path[96];
	ssize_t written;
	int fd;

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", fault, name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return false;
	written = write(fd, value, strlen(value));
	close(fd);
	return written >= 0;
}

/* Faults for who asks for them, wherever memory is taken, and no words about it in the log. */
static int fault_open(const char *path)
{
	int fd = open(path, O_RDWR);

	configure("fail_usercopy", "verbose", "0");
	configure("fail_page_alloc", "min-order", "0");
	configure("fail_page_alloc", "ignore-gfp-highmem", "N");
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (!configure(faults[i], "probability", "0") ||
		    !configure(faults[i], "task-filter", "Y") ||
		    !configure(faults[i], "interval", "1") ||
		    !configure(faults[i], "times", "-1") || !configure(faults[i], "verbose", "0") ||
		    !configure(faults[i], "ignore-gfp-wait", "N"))
			test_skip("this kernel has no %s", faults[i]);
	if (fd < 0)
		test_skip("this kernel has no %s", path);
	return fd;
}

static void fail_each_step(enum file file)
{
	int fail_nth = fault_open(FAIL_NTH);

	for (const struct fault_row *row = fault_rows; row->name; row++) {
		unsigned int n = 1;

		if (row->file != file)
			continue;
		while (fail_step(fail_nth, row, n))
			CHECK(n++ < MAX_STEPS);
	}
}

TEST_LIMIT(failing_step_device, 600)
{
	fail_each_step(DEVICE);
}

TEST_LIMIT(failing_step_vm, 1200)
{
	fail_each_step(VM);
}

TEST_LIMIT(failing_step_vcpu, 1200)
{
	fail_each_step(VCPU);
}

static void set_memory_left(u64 bytes, const char *probability)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		CHECK(configure(faults[i], "space", text));
		CHECK(configure(faults[i], "probability", probability));
	}
}

/* Whether the call failed with no memory left behind so many bytes. */
static bool fail_memory(int fail_all, const struct fault_row *row, u64 bytes)
{
	static struct shot before;
	struct context c = context_make(row);
	long result;
	bool failed;
	int error;

	test_row("%s, %llu bytes", row->name, (unsigned long long)bytes);
	shoot(&c, &before);
	set_memory_left(bytes, "100");
	write_text(fail_all, "1");
	result = call(&c, row);
	error = errno;
	write_text(fail_all, "0");
	set_memory_left(0, "0");
	errno = error;
	failed = result < 0 && !(row->error && error == row->error);
	if (failed)
		check_failed(&c, row, error, &before);
	else
		check_plain(row, result);
	context_free(&c);
	return failed;
}

/* A kernel that does without what it wanted first (kvmalloc) sees one failure only: here all fail.
 */
TEST_LIMIT(failing_memory, 1200)
{
	int fail_all = fault_open(FAIL_ALL);

	for (const struct fault_row *row = fault_rows; row->name; row++)
		for (u64 bytes = 0; fail_memory(fail_all, row, bytes); bytes = 2 * bytes + 512)
			CHECK(bytes < 1 << 26);
}
