// SPDX-License-Identifier: GPL-2.0
/* The dirty log: which pages of a slot the guest wrote. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>

#include "vm.h"

#define GPA   0x40000000UL
#define HUGE  (2UL << 20)
#define PAGES 600UL /* the last word of the bitmap is not full */
#define WORDS ((PAGES + 63) / 64)

/* Adds 1 to the word at RDI, and says so. */
GUEST64(guest_write_at, "1: incl (%rdi)\n"
			"out %al, $0x10\n"
			"jmp 1b");

struct logged {
	struct guest g;
	u8 *memory;
	u64 bits[WORDS + 1];
};

static u8 *aligned_memory(void)
{
	u8 *map = host_memory(2 * HUGE + HUGE);
	u8 *memory = (u8 *)(((unsigned long)map + HUGE - 1) & ~(HUGE - 1));

	madvise(memory, 2 * HUGE, MADV_HUGEPAGE);
	memset(memory, 0, PAGES * PAGE);
	return memory;
}

static int set_flags(struct logged *l, u32 flags)
{
	return vm_set_slot(l->g.vm.fd, 1, flags, GPA, PAGES * PAGE, l->memory);
}

static struct logged logged_create(struct guest g, u32 flags)
{
	struct logged l = {.g = g, .memory = aligned_memory()};

	CHECK_OK(set_flags(&l, flags));
	return l;
}

static int get_log(struct logged *l, u32 slot)
{
	struct kvm_dirty_log log = {.slot = slot, .dirty_bitmap = l->bits};

	memset(l->bits, 0x55, sizeof(l->bits));
	return ioctl(l->g.vm.fd, KVM_GET_DIRTY_LOG, &log);
}

static int clear_log(struct logged *l, u64 first, u32 count, u64 *bits)
{
	struct kvm_clear_dirty_log log = {
		.slot = 1, .first_page = first, .num_pages = count, .dirty_bitmap = bits};

	return ioctl(l->g.vm.fd, KVM_CLEAR_DIRTY_LOG, &log);
}

static bool is_set(const struct logged *l, u64 page)
{
	return l->bits[page / 64] >> (page % 64) & 1;
}

/* The log now: so many bits, and nothing beyond the slot. */
static void check_log(struct logged *l, unsigned int count)
{
	unsigned int found = 0;

	CHECK_OK(get_log(l, 1));
	for (u64 page = 0; page < WORDS * 64; page++)
		found += is_set(l, page);
	CHECK_EQ(found, count);
	CHECK_EQ(l->bits[WORDS - 1] >> (PAGES % 64), 0);
	CHECK_EQ(l->bits[WORDS], 0x5555555555555555);
}

static void touch(struct logged *l, u64 page)
{
	struct kvm_regs regs = vcpu_regs(&l->g.cpu);

	regs.rdi = GPA + page * PAGE;
	regs.rip = GUEST_CODE;
	vcpu_set_regs(&l->g.cpu, &regs);
	CHECK_EXIT(&l->g.cpu, KVM_EXIT_IO);
}

TEST(dirty_log)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_at), KVM_MEM_LOG_DIRTY_PAGES);

	check_log(&l, 0);
	touch(&l, 0);
	touch(&l, 63);
	touch(&l, 64);
	touch(&l, PAGES - 1);
	check_log(&l, 4);
	CHECK(is_set(&l, 0) && is_set(&l, 63) && is_set(&l, 64) && is_set(&l, PAGES - 1));
	check_log(&l, 0);
	for (int i = 0; i < 3; i++) {
		touch(&l, 63);
		touch(&l, 63);
		check_log(&l, 1);
		CHECK(is_set(&l, 63));
	}
	CHECK_EQ(*(u32 *)(l.memory + 63 * PAGE), 7);
}

/* Does the processor list the pages that it makes dirty?  Where Lintel tells its MSRs: bit 17 of
 * the secondary controls may be 1, and the EPT has accessed and dirty flags. */
static bool has_pml(void)
{
	FILE *recording = fopen("/sys/kernel/debug/lintel/recording", "r");
	unsigned long long msr, value, controls = 0, ept = 0;
	char line[128];

	while (recording && fgets(line, sizeof(line), recording)) {
		if (sscanf(line, "%llx %llx", &msr, &value) != 2)
			continue;
		if (msr == 0x48b)
			controls = value >> 32;
		if (msr == 0x48c)
			ept = value;
	}
	if (recording)
		fclose(recording);
	return (controls & 1 << 17) && (ept & 1 << 21);
}

/* Then no write to a page that is mapped is a fault, whoever asks for the log meanwhile. */
TEST(dirty_log_from_the_processors_list)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_at), KVM_MEM_LOG_DIRTY_PAGES);
	const u64 pages = 100;
	u64 faults[3];

	if (!has_pml())
		test_skip("not known to be a processor with page-modification logging");
	for (unsigned int round = 0; round < 3; round++) {
		for (u64 page = 0; page < pages; page++)
			touch(&l, page);
		check_log(&l, pages);
		faults[round] = guest_exits(&l.g, "EPT_VIOLATION");
	}
	test_row("EPT violations: %llu, %llu, %llu", (unsigned long long)faults[0],
		 (unsigned long long)faults[1], (unsigned long long)faults[2]);
	CHECK(faults[0] > 0);
	CHECK(faults[2] - faults[0] < pages / 2);
}

TEST(dirty_log_refusals)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_at), 0);
	struct kvm_dirty_log bad = {.slot = 1, .dirty_bitmap = (void *)8};

	CHECK_ERR(get_log(&l, 1), ENOENT);
	CHECK_ERR(get_log(&l, 2), ENOENT);
	CHECK_ERR(get_log(&l, 0x7fff), EINVAL);
	CHECK_ERR(clear_log(&l, 0, 64, l.bits), ENOENT);
	CHECK_OK(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES));
	CHECK_ERR(ioctl(l.g.vm.fd, KVM_GET_DIRTY_LOG, &bad), EFAULT);
	CHECK_ERR(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY), EINVAL);
	CHECK_ERR(clear_log(&l, 1, 64, l.bits), EINVAL);
	CHECK_ERR(clear_log(&l, 0, 65, l.bits), EINVAL);
	CHECK_ERR(clear_log(&l, 576, 64, l.bits), EINVAL);
	CHECK_ERR(clear_log(&l, 640, 0, l.bits), EINVAL);
	CHECK_ERR(clear_log(&l, 0, 64, (u64 *)8), EFAULT);
}

/* The log of a slot that is in use begins, ends, begins. */
TEST(dirty_log_switched)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_at), 0);

	for (int i = 0; i < 3; i++) {
		touch(&l, 5);
		touch(&l, 520);
		CHECK_OK(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES));
		check_log(&l, 0);
		touch(&l, 6);
		touch(&l, 520);
		check_log(&l, 2);
		CHECK(is_set(&l, 6) && is_set(&l, 520));
		CHECK_OK(set_flags(&l, 0));
		CHECK_ERR(get_log(&l, 1), ENOENT);
	}
	CHECK_EQ(*(u32 *)(l.memory + 520 * PAGE), 6);
}

/* What the hypervisor writes for the guest: the bytes of INS. */
GUEST64(guest_ins, "mov $0x40007ffc, %edi\n"
		   "mov $8, %ecx\n"
		   "mov $0x11, %edx\n"
		   "cld\n"
		   "rep insb\n"
		   "out %al, $0x10");

TEST(dirty_log_of_string_input)
{
	struct logged l = logged_create(GUEST_LONG(guest_ins), KVM_MEM_LOG_DIRTY_PAGES);

	do {
		CHECK_EXIT(&l.g.cpu, KVM_EXIT_IO);
		if (l.g.cpu.run->io.port == 0x11)
			memset(vcpu_io_data(&l.g.cpu), 0x77, l.g.cpu.run->io.count);
	} while (l.g.cpu.run->io.port == 0x11);
	CHECK_EQ(l.memory[0x8003], 0x77);
	check_log(&l, 2);
	CHECK(is_set(&l, 7) && is_set(&l, 8));
}

static int enable_manual(struct logged *l, u64 options)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = {options}};

	return ioctl(l->g.vm.fd, KVM_ENABLE_CAP, &cap);
}

TEST(dirty_log_cleared_by_hand)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_at), 0);
	u64 some[1] = {1 << 3 | 1 << 4}, all[WORDS];

	CHECK_EQ(kvm_capability(KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2), 3);
	CHECK_ERR(enable_manual(&l, 2), EINVAL);
	CHECK_ERR(enable_manual(&l, 5), EINVAL);
	CHECK_OK(enable_manual(&l, 1));
	CHECK_OK(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES));
	for (u64 page = 0; page < 10; page++)
		touch(&l, page);
	check_log(&l, 10);
	check_log(&l, 10);
	CHECK_OK(clear_log(&l, 0, 64, some));
	check_log(&l, 8);
	CHECK(!is_set(&l, 3) && !is_set(&l, 4));
	touch(&l, 3);
	check_log(&l, 9);
	memset(all, 0xff, sizeof(all));
	CHECK_OK(clear_log(&l, 0, PAGES, all));
	check_log(&l, 0);
	touch(&l, 3);
	check_log(&l, 1);

	CHECK_OK(set_flags(&l, 0));
	CHECK_OK(enable_manual(&l, 3));
	CHECK_OK(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES));
	check_log(&l, PAGES);
	CHECK_OK(clear_log(&l, 0, PAGES, all));
	touch(&l, 4);
	check_log(&l, 1);
}

/* Adds 1 to a word in each of 512 pages, again and again; says nothing. */
GUEST64(guest_write_all, "sti\n"
			 "1: mov $0x40000000, %edi\n"
			 "mov $512, %ecx\n"
			 "2: incl (%rdi,%rsi)\n"
			 "add $4096, %rdi\n"
			 "dec %ecx\n"
			 "jnz 2b\n"
			 "jmp 1b");

struct writer {
	struct vcpu cpu;
	pthread_t thread;
	bool stop;
};

static void *writer_run(void *argument)
{
	struct writer *writer = argument;

	while (!__atomic_load_n(&writer->stop, __ATOMIC_SEQ_CST))
		ioctl(writer->cpu.fd, KVM_RUN, 0);
	return NULL;
}

static void writer_start(struct writer *writer, struct vcpu cpu, u64 offset)
{
	struct kvm_regs regs = vcpu_regs(&cpu);

	regs.rsi = offset;
	vcpu_set_regs(&cpu, &regs);
	writer->cpu = cpu;
	CHECK_EQ(pthread_create(&writer->thread, NULL, writer_run, writer), 0);
}

static void writer_stop(struct writer *writer)
{
	__atomic_store_n(&writer->stop, true, __ATOMIC_SEQ_CST);
	writer->cpu.run->immediate_exit = 1;
	pthread_kill(writer->thread, SIGUSR1);
	CHECK_EQ(pthread_join(writer->thread, NULL), 0);
}

static void ignore(int signal)
{
}

static void copy_dirty(struct logged *l, u8 *copy, unsigned int *copied)
{
	CHECK_OK(get_log(l, 1));
	for (u64 page = 0; page < PAGES; page++) {
		if (!is_set(l, page))
			continue;
		memcpy(copy + page * PAGE, l->memory + page * PAGE, PAGE);
		++*copied;
	}
}

/* Two vCPUs write while a program copies what the log says, and other slots come and go, and the
 * host takes pages away and gives them back; when they stand still, it has all of it. */
TEST(dirty_log_while_running)
{
	struct logged l = logged_create(GUEST_LONG(guest_write_all), 0);
	struct sigaction action = {.sa_handler = ignore};
	struct writer writer[2] = {0};
	struct vcpu second = vcpu_create(l.g.vm.fd, 1);
	u8 *copy = host_memory(PAGES * PAGE), *other = host_memory(PAGE);
	unsigned int copied = 0;

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	vcpu_set_long_mode(&l.g.vm, &second);
	writer_start(&writer[0], l.g.cpu, 0);
	writer_start(&writer[1], second, 64);
	CHECK_OK(set_flags(&l, KVM_MEM_LOG_DIRTY_PAGES));
	memcpy(copy, l.memory, PAGES * PAGE);
	for (int i = 0; i < 30; i++) {
		copy_dirty(&l, copy, &copied);
		CHECK_OK(vm_set_slot(l.g.vm.fd, 2, 0, GPA + 2 * HUGE, i % 2 ? 0 : PAGE, other));
		CHECK_OK(mprotect(l.memory + i * PAGE, 9 * PAGE,
				  PROT_READ | PROT_WRITE | PROT_EXEC));
		sleep_ms(2);
	}
	writer_stop(&writer[0]);
	writer_stop(&writer[1]);
	copy_dirty(&l, copy, &copied);
	CHECK(copied > 512);
	CHECK(*(u32 *)(copy + 511 * PAGE) > 0 && *(u32 *)(copy + 511 * PAGE + 64) > 0);
	CHECK(!memcmp(copy, l.memory, PAGES * PAGE));
	vcpu_destroy(&second);
}
