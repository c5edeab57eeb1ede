// SPDX-License-Identifier: GPL-2.0
/* Guest memory is the process's memory: what happens to the one is seen through the other. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "vm.h"

/* Slot 1 of these tests: seen by real-mode guests at DS = 0xd000. */
#define WINDOW	    GUEST_MMIO
#define WINDOW_SIZE (16 * PAGE)

/* Reads byte 0 of the window and tells it, each round; then writes it to byte 1. */
GUEST16(guest_peek, "mov $0xd000, %ax\n"
		    "mov %ax, %ds\n"
		    "1: mov 0, %al\n"
		    "out %al, $0x10\n"
		    "mov %al, 1\n"
		    "jmp 1b");

struct window {
	struct guest g;
	u8 *memory;
};

static struct window window_create(const u8 *code, const u8 *end)
{
	struct window w = {guest_real(code, end), host_memory(WINDOW_SIZE)};

	CHECK_OK(vm_set_slot(w.g.vm.fd, 1, 0, WINDOW, WINDOW_SIZE, w.memory));
	return w;
}

#define WINDOW_GUEST(code) window_create(code, code##_end)

static void map_again(struct window *w)
{
	CHECK(mmap(w->memory, WINDOW_SIZE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == w->memory);
}

TEST(memory_dontneed)
{
	struct window w = WINDOW_GUEST(guest_peek);

	for (int i = 1; i < 5; i++) {
		w.memory[0] = i;
		CHECK_OUT(&w.g.cpu, 0x10, 1, i);
		CHECK_OK(madvise(w.memory, WINDOW_SIZE, MADV_DONTNEED));
		CHECK_OUT(&w.g.cpu, 0x10, 1, 0);
		/* The guest's last write went to the fresh page, not to the one given up. */
		CHECK_EQ(w.memory[1], i);
	}
}

/* The kernel's page of the time, which it shows to each process: gVisor gives it to its guests. */
static u8 *time_page(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[256];
	u8 *page = NULL;

	CHECK(maps);
	while (!page && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]"))
			page = (u8 *)strtoul(line, NULL, 16);
	fclose(maps);
	return page;
}

TEST(memory_of_the_kernel_for_all)
{
	struct window w = WINDOW_GUEST(guest_peek);
	u8 *page = time_page(), before, seen;

	if (!page)
		test_skip("the kernel shows no [vvar]");
	CHECK_OK(vm_set_slot(w.g.vm.fd, 1, 0, 0, 0, NULL));
	CHECK_OK(vm_set_slot(w.g.vm.fd, 1, KVM_MEM_READONLY, WINDOW, 4096, page));
	before = *page;
	CHECK_EXIT(&w.g.cpu, KVM_EXIT_IO);
	seen = *((u8 *)w.g.cpu.run + w.g.cpu.run->io.data_offset);
	/* It counts. */
	CHECK((u8)(seen - before) <= (u8)(*page - before));
}

TEST(memory_unmapped)
{
	struct window w = WINDOW_GUEST(guest_peek);

	w.memory[0] = 1;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 1);
	CHECK_OK(munmap(w.memory, WINDOW_SIZE));
	CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EFAULT);
	map_again(&w);
	w.memory[0] = 2;
	/* The write that failed is done now, to the new page. */
	CHECK_OUT(&w.g.cpu, 0x10, 1, 2);
	CHECK_EQ(w.memory[1], 1);
}

TEST(memory_replaced)
{
	struct window w = WINDOW_GUEST(guest_peek);

	for (int i = 1; i < 5; i++) {
		map_again(&w);
		w.memory[0] = i;
		CHECK_OUT(&w.g.cpu, 0x10, 1, i);
	}
}

TEST(memory_protected)
{
	struct window w = WINDOW_GUEST(guest_peek);

	w.memory[0] = 5;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 5);
	/* Readable still, so the guest can read; it cannot write. */
	CHECK_OK(mprotect(w.memory, WINDOW_SIZE, PROT_READ));
	CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_OK(mprotect(w.memory, WINDOW_SIZE, PROT_NONE));
	CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_OK(mprotect(w.memory, WINDOW_SIZE, PROT_READ | PROT_WRITE));
	w.memory[0] = 6;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 6);
	CHECK_EQ(w.memory[1], 5);
}

/* Only reads: memory that the process may not write serves. */
GUEST16(guest_read_only, "mov $0xd000, %ax\nmov %ax, %ds\n1: mov 0, %al\nout %al, $0x10\njmp 1b");

TEST(memory_read_only_mapping)
{
	struct window w = WINDOW_GUEST(guest_read_only);

	w.memory[0] = 7;
	CHECK_OK(mprotect(w.memory, WINDOW_SIZE, PROT_READ));
	CHECK_OUT(&w.g.cpu, 0x10, 1, 7);
	CHECK_OUT(&w.g.cpu, 0x10, 1, 7);
}

/* A page never touched is the shared zero page until somebody writes it. */
TEST(memory_zero_page)
{
	struct window w = WINDOW_GUEST(guest_read_only);

	CHECK_OUT(&w.g.cpu, 0x10, 1, 0);
	w.memory[0] = 0x31;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x31);
}

TEST(memory_moved)
{
	struct window w = WINDOW_GUEST(guest_peek);
	u8 *elsewhere = host_memory(WINDOW_SIZE);

	w.memory[0] = 8;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 8);
	CHECK(mremap(w.memory, WINDOW_SIZE, WINDOW_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		     elsewhere) == elsewhere);
	CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_EQ(elsewhere[0], 8);
	CHECK_EQ(elsewhere[1], 0);
	CHECK(mremap(elsewhere, WINDOW_SIZE, WINDOW_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED,
		     w.memory) == w.memory);
	CHECK_OUT(&w.g.cpu, 0x10, 1, 8);
	CHECK_EQ(w.memory[1], 8);
}

struct family {
	u8 *memory;
	int to_child[2], to_parent[2];
};

/* The child sees what was there at the fork, and its own writes stay its own. */
static void child_of_cow(struct family *f)
{
	char go;

	CHECK_EQ(read(f->to_child[0], &go, 1), 1);
	CHECK_EQ(f->memory[0], 0x11);
	CHECK_EQ(f->memory[1], 0);
	f->memory[0] = 0x99;
	CHECK_EQ(write(f->to_parent[1], &go, 1), 1);
	_exit(0);
}

TEST(memory_copy_on_write)
{
	struct window w = WINDOW_GUEST(guest_peek);
	struct family f = {.memory = w.memory};
	int status;
	char go = 0;
	pid_t pid;

	w.memory[0] = 0x11;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x11);
	CHECK_OK(pipe(f.to_child));
	CHECK_OK(pipe(f.to_parent));
	pid = CHECK_OK(fork());
	if (!pid)
		child_of_cow(&f);
	/* The guest's write after the fork must not reach the child. */
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x11);
	CHECK_EQ(w.memory[1], 0x11);
	CHECK_EQ(write(f.to_child[1], &go, 1), 1);
	CHECK_EQ(read(f.to_parent[0], &go, 1), 1);
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x11);
	CHECK_OK(waitpid(pid, &status, 0));
	CHECK_EQ(status, 0);
	w.memory[0] = 0x12;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x12);
}

/* A file's pages: what the guest writes is in the file, what is written to the file is seen. */
TEST(memory_shared_file)
{
	struct guest g = GUEST_REAL(guest_peek);
	int file = CHECK_OK(memfd_create("window", 0));
	u8 *memory, byte = 0x21;

	CHECK_OK(ftruncate(file, WINDOW_SIZE));
	memory = mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	CHECK(memory != MAP_FAILED);
	CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, WINDOW, WINDOW_SIZE, memory));
	for (int i = 0; i < 4; i++, byte++) {
		u8 seen[2];

		CHECK_EQ(pwrite(file, &byte, 1, 0), 1);
		CHECK_OUT(&g.cpu, 0x10, 1, byte);
		g.cpu.run->immediate_exit = 0;
		CHECK_EQ(pread(file, seen, 2, 0), 2);
		CHECK_EQ(seen[0], byte);
		CHECK_EQ(seen[1], i ? byte - 1 : 0);
	}
	/* Behind the end of the file is nothing. */
	CHECK_OK(ftruncate(file, 0));
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_OK(ftruncate(file, WINDOW_SIZE));
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
}

/* Writes to the window and reads it through another slot's address, 0xe000:0. */
GUEST16(guest_two_windows, "mov $0xd000, %ax\n"
			   "mov %ax, %ds\n"
			   "mov $0xe000, %ax\n"
			   "mov %ax, %es\n"
			   "movb $0x44, 5\n"
			   "mov %es:5, %al\n"
			   "out %al, $0x10\n"
			   "movb $0x55, %es:6\n"
			   "mov 6, %al\n"
			   "out %al, $0x10");

TEST(memory_in_two_slots)
{
	struct window w = WINDOW_GUEST(guest_two_windows);

	CHECK_OK(vm_set_slot(w.g.vm.fd, 2, 0, 0xe0000, WINDOW_SIZE, w.memory));
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x44);
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x55);
	CHECK_EQ(w.memory[5], 0x44);
	CHECK_EQ(w.memory[6], 0x55);
}

static volatile sig_atomic_t bus_code;
static void *volatile bus_address;

static void bus_error(int signal, siginfo_t *info, void *context)
{
	bus_code = info->si_code;
	bus_address = info->si_addr;
}

/* Needs root, and costs the system a page until it is started again. */
TEST(memory_lost_by_hardware)
{
	struct sigaction action = {.sa_sigaction = bus_error, .sa_flags = SA_SIGINFO};
	struct window w = WINDOW_GUEST(guest_peek);

	CHECK_OK(sigaction(SIGBUS, &action, NULL));
	w.memory[0] = 1;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 1);
	if (madvise(w.memory, PAGE, MADV_HWPOISON) < 0)
		test_skip("MADV_HWPOISON: %s", test_errno(-1));
	CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(w.g.cpu.run->exit_reason, KVM_EXIT_INTR);
	CHECK_EQ(bus_code, BUS_MCEERR_AR);
	CHECK(bus_address == w.memory);
	map_again(&w);
	w.memory[0] = 2;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 2);
	CHECK_EQ(w.memory[1], 1);
}

TEST(memory_slot_moved)
{
	struct window w = WINDOW_GUEST(guest_peek);

	w.memory[0] = 0x61;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x61);
	CHECK_OK(vm_set_slot(w.g.vm.fd, 1, 0, WINDOW + PAGE, WINDOW_SIZE, w.memory));
	CHECK_EXIT(&w.g.cpu, KVM_EXIT_MMIO);
	CHECK_OK(vm_set_slot(w.g.vm.fd, 1, 0, WINDOW, WINDOW_SIZE, w.memory));
	CHECK_OUT(&w.g.cpu, 0x10, 1, 0x61);
}

/* Fills a page each in a slot of 64 GiB, at 0, 33 and 63 GiB. */
GUEST64(guest_far_memory, "mov $0x5a, %al\n"
			  "mov %al, (%rbx)\n"
			  "mov %al, (%rcx)\n"
			  "mov %al, (%rdx)\n"
			  "mov (%rsi), %al\n"
			  "out %al, $0x10\n");

TEST(memory_slot_of_64_gib)
{
	const u64 gib = 1ULL << 30, gpa = 4 * gib;
	static const u64 offsets[] = {0, 33, 63, 17};
	struct guest g = GUEST_LONG(guest_far_memory);
	u8 *memory = host_memory(64 * gib);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, gpa, 64 * gib, memory));
	for (u64 i = 0; i < ARRAY_SIZE(offsets); i++)
		vm_map_2m(&g.vm, gib + (i << 21), gpa + offsets[i] * gib);
	regs.rbx = gib;
	regs.rcx = gib + (1 << 21) + 0x1000;
	regs.rdx = gib + (2 << 21) + 0x2000;
	regs.rsi = gib + (3 << 21) + 0x3000;
	vcpu_set_regs(&g.cpu, &regs);
	memory[17 * gib + 0x3000] = 0x77;
	CHECK_OUT(&g.cpu, 0x10, 1, 0x77);
	CHECK_EQ(memory[0], 0x5a);
	CHECK_EQ(memory[33 * gib + 0x1000], 0x5a);
	CHECK_EQ(memory[63 * gib + 0x2000], 0x5a);
}

/*
 * Changes under a guest that runs: it waits for byte 0 to change and tells the new value. IF is 1
 * so that the emulated processor lets host interrupts in.
 */
GUEST16(guest_watch, "sti\n"
		     "mov $0xd000, %ax\n"
		     "mov %ax, %ds\n"
		     "1: mov 0, %al\n"
		     "cmp $0x55, %al\n"
		     "je 1b\n"
		     "out %al, $0x10\n"
		     "jmp 1b");

struct change {
	struct window *w;
	void (*act)(struct window *w);
	pthread_t thread;
};

static void *change_soon(void *argument)
{
	struct change *change = argument;

	sleep_ms(20);
	change->act(change->w);
	return NULL;
}

static void change_start(struct change *change, struct window *w, void (*act)(struct window *w))
{
	*change = (struct change){w, act, 0};
	CHECK_EQ(pthread_create(&change->thread, NULL, change_soon, change), 0);
}

static void change_end(struct change *change)
{
	CHECK_EQ(pthread_join(change->thread, NULL), 0);
}

static void act_write(struct window *w)
{
	w->memory[0] = 0x12;
}

static void act_dontneed(struct window *w)
{
	CHECK_OK(madvise(w->memory, WINDOW_SIZE, MADV_DONTNEED));
}

static void act_unmap(struct window *w)
{
	CHECK_OK(munmap(w->memory, WINDOW_SIZE));
}

static void act_protect(struct window *w)
{
	CHECK_OK(mprotect(w->memory, WINDOW_SIZE, PROT_NONE));
}

/* A page with other content takes the place of the one in use, at once. */
static void act_replace(struct window *w)
{
	u8 *fresh = host_memory(WINDOW_SIZE);

	fresh[0] = 0x34;
	CHECK(mremap(fresh, WINDOW_SIZE, WINDOW_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, w->memory) ==
	      w->memory);
}

static void act_delete_slot(struct window *w)
{
	CHECK_OK(vm_set_slot(w->g.vm.fd, 1, 0, 0, 0, NULL));
}

static void act_move_slot(struct window *w)
{
	CHECK_OK(vm_set_slot(w->g.vm.fd, 1, 0, 1 << 20, WINDOW_SIZE, w->memory));
}

static void act_fork(struct window *w)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(0);
	CHECK_OK(waitpid(pid, &status, 0));
	w->memory[0] = 0x78;
}

TEST(memory_changed_while_running)
{
	static const struct {
		const char *what;
		void (*act)(struct window *w);
		int seen; /* the value, or -1 for EFAULT, -2 for MMIO */
	} rows[] = {
		{"written", act_write, 0x12},	       {"given up", act_dontneed, 0},
		{"replaced", act_replace, 0x34},       {"copied by fork, written", act_fork, 0x78},
		{"unmapped", act_unmap, -1},	       {"protected", act_protect, -1},
		{"slot deleted", act_delete_slot, -2}, {"slot moved", act_move_slot, -2},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct window w = WINDOW_GUEST(guest_watch);
		struct change change;

		test_row("%s", rows[i].what);
		w.memory[0] = 0x55;
		change_start(&change, &w, rows[i].act);
		if (rows[i].seen >= 0) {
			CHECK_OUT(&w.g.cpu, 0x10, 1, rows[i].seen);
		} else if (rows[i].seen == -1) {
			CHECK_ERR(ioctl(w.g.cpu.fd, KVM_RUN, 0), EFAULT);
		} else {
			CHECK_EXIT(&w.g.cpu, KVM_EXIT_MMIO);
			CHECK_EQ(w.g.cpu.run->mmio.phys_addr, WINDOW);
		}
		change_end(&change);
		guest_destroy(&w.g);
	}
}

/* The code itself goes away under the guest. */
static void act_delete_ram(struct window *w)
{
	CHECK_OK(vm_set_slot(w->g.vm.fd, 0, 0, 0, 0, NULL));
}

TEST(memory_code_deleted_while_running)
{
	struct window w = WINDOW_GUEST(guest_watch);
	struct change change;

	w.memory[0] = 0x55;
	change_start(&change, &w, act_delete_ram);
	CHECK_EXIT(&w.g.cpu, KVM_EXIT_INTERNAL_ERROR);
	change_end(&change);
	CHECK_OK(vm_set_slot(w.g.vm.fd, 0, 0, 0, GUEST_RAM, w.g.vm.ram));
	w.memory[0] = 1;
	CHECK_OUT(&w.g.cpu, 0x10, 1, 1);
}

/* Page tables that the guest uses, moved elsewhere by the host's own means. */
TEST(memory_page_tables_replaced)
{
	struct guest g = GUEST_LONG(guest_far_memory);
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	u8 *copy = host_memory(GUEST_RAM);

	regs.rbx = regs.rcx = regs.rdx = regs.rsi = GUEST_DATA;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0x10, 1, 0x5a);
	memcpy(copy, g.vm.ram, GUEST_RAM);
	CHECK(mremap(copy, GUEST_RAM, GUEST_RAM, MREMAP_MAYMOVE | MREMAP_FIXED, g.vm.ram) ==
	      g.vm.ram);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	vcpu_set_regs(&g.cpu, &regs);
	g.vm.ram[GUEST_DATA] = 0;
	CHECK_OUT(&g.cpu, 0x10, 1, 0x5a);
}

/* Writes to each page from RBX to RCX, then tells. */
GUEST64(guest_touch, "sti\n"
		     "1: movb $1, (%rbx)\n"
		     "add $0x1000, %rbx\n"
		     "cmp %rcx, %rbx\n"
		     "jb 1b\n"
		     "out %al, $0x10\n");

struct churn {
	pthread_t thread;
	volatile bool stop;
	volatile u32 rounds;
};

/* What an allocator does all the time: memory that is none of the guest's is given up and unmapped.
 */
static void *churn_memory(void *argument)
{
	struct churn *churn = argument;

	for (; !churn->stop; churn->rounds++) {
		u8 *memory = host_memory(PAGE);

		for (unsigned int i = 0; i < 16; i++)
			CHECK_OK(madvise(memory, PAGE, MADV_DONTNEED));
		CHECK_OK(munmap(memory, PAGE));
	}
	return NULL;
}

/* A fault on one page is not made again because some other memory of the program has changed. */
TEST_LIMIT(memory_touched_while_other_memory_changes, 300)
{
	const u64 size = 16 << 20, gpa = 1ULL << 30;
	struct guest g = GUEST_LONG(guest_touch);
	struct churn churn = {.stop = false};
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	u8 *memory = host_memory(size);
	u32 rounds;
	u64 exits;

	CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, gpa, size, memory));
	regs.rbx = gpa;
	regs.rcx = gpa + size;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EQ(pthread_create(&churn.thread, NULL, churn_memory, &churn), 0);
	while (!churn.rounds)
		sleep_ms(1);
	rounds = churn.rounds;
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	rounds = churn.rounds - rounds;
	churn.stop = true;
	CHECK_EQ(pthread_join(churn.thread, NULL), 0);
	for (u64 at = 0; at < size; at += PAGE)
		CHECK_EQ(memory[at], 1);
	exits = guest_exits(&g, "EPT_VIOLATION");
	test_row("%llu EPT violations for %llu pages, %u rounds of changes",
		 (unsigned long long)exits, (unsigned long long)(size / PAGE), rounds);
	CHECK(rounds > 10);
	CHECK(exits < size / PAGE + size / PAGE / 64);
}
