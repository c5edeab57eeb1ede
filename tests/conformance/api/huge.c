// SPDX-License-Identifier: GPL-2.0
/* Guest memory in huge pages: what happens to a part of one must not be missed, nor reach further.
 */
#define _GNU_SOURCE
#include <sys/wait.h>

#include "vm.h"

#define HUGE	  (2UL << 20)
#define SIZE	  (2 * HUGE)
#define GPA	  0x40000000UL
#define CODE_HERE 0x3000UL /* where in the window a test puts code */

/* Tells the byte at RDI, each round, and writes it to the byte after that. */
GUEST64(guest_peek_at, "1: mov (%rdi), %al\n"
		       "out %al, $0x10\n"
		       "mov %al, 1(%rdi)\n"
		       "jmp 1b");

struct huge {
	struct guest g;
	u8 *memory;
};

/* Two huge pages, where the kernel has them, all of them touched. */
static u8 *huge_memory(void)
{
	u8 *map =
		mmap(NULL, SIZE + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u8 *memory = (u8 *)(((unsigned long)map + HUGE - 1) & ~(HUGE - 1));

	CHECK(map != MAP_FAILED);
	madvise(memory, SIZE, MADV_HUGEPAGE);
	for (unsigned long at = 0; at < SIZE; at += PAGE)
		memory[at] = (u8)(at / PAGE);
	return memory;
}

static struct huge huge_create(u64 gpa, u64 offset, u64 size)
{
	struct huge h = {GUEST_LONG(guest_peek_at), huge_memory()};

	CHECK_OK(vm_set_slot(h.g.vm.fd, 1, 0, gpa, size, h.memory + offset));
	return h;
}

static void look_at(struct huge *h, u64 gpa)
{
	struct kvm_regs regs = vcpu_regs(&h->g.cpu);

	regs.rdi = gpa;
	regs.rip = GUEST_CODE;
	vcpu_set_regs(&h->g.cpu, &regs);
}

static void check_byte(struct huge *h, u64 offset, u8 value)
{
	look_at(h, GPA + offset);
	CHECK_OUT(&h->g.cpu, 0x10, 1, value);
}

TEST(huge_given_up_in_part)
{
	struct huge h = huge_create(GPA, 0, SIZE);

	check_byte(&h, 5 * PAGE, 5);
	check_byte(&h, HUGE + 6 * PAGE, 6);
	CHECK_OK(madvise(h.memory + 6 * PAGE, PAGE, MADV_DONTNEED));
	check_byte(&h, 5 * PAGE, 5);
	check_byte(&h, 6 * PAGE, 0);
	check_byte(&h, 7 * PAGE, 7);
	h.memory[6 * PAGE] = 66;
	check_byte(&h, 6 * PAGE, 66);
	CHECK_OK(madvise(h.memory, HUGE, MADV_DONTNEED));
	check_byte(&h, 5 * PAGE, 0);
	check_byte(&h, HUGE + 6 * PAGE, 6);
}

TEST(huge_unmapped_in_part)
{
	struct huge h = huge_create(GPA, 0, SIZE);

	check_byte(&h, 5 * PAGE, 5);
	CHECK_OK(munmap(h.memory + 6 * PAGE, PAGE));
	look_at(&h, GPA + 6 * PAGE);
	CHECK_ERR(ioctl(h.g.cpu.fd, KVM_RUN, 0), EFAULT);
	check_byte(&h, 5 * PAGE, 5);
}

TEST(huge_protected_in_part)
{
	struct huge h = huge_create(GPA, 0, SIZE);

	check_byte(&h, 5 * PAGE, 5);
	CHECK_OK(mprotect(h.memory + 6 * PAGE, PAGE, PROT_READ));
	check_byte(&h, 6 * PAGE, 6);
	/* The write that follows. */
	CHECK_ERR(ioctl(h.g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_EQ(h.memory[6 * PAGE + 1], 0);
	check_byte(&h, 5 * PAGE, 5);
}

TEST(huge_copied_on_write)
{
	struct huge h = huge_create(GPA, 0, SIZE);
	int to_child[2], status;
	pid_t child;
	char go = 0;

	check_byte(&h, 5 * PAGE, 5);
	CHECK_OK(pipe(to_child));
	child = fork();
	CHECK(child >= 0);
	if (!child) {
		CHECK_EQ(read(to_child[0], &go, 1), 1);
		_exit(h.memory[5 * PAGE + 1] == 0 && h.memory[5 * PAGE] == 5 ? 0 : 1);
	}
	/* The guest's write waits for the next round. */
	check_byte(&h, 5 * PAGE, 5);
	CHECK_OUT(&h.g.cpu, 0x10, 1, 5);
	CHECK_EQ(h.memory[5 * PAGE + 1], 5);
	CHECK_EQ(write(to_child[1], &go, 1), 1);
	CHECK_EQ(waitpid(child, &status, 0), child);
	CHECK_EQ(status, 0);
}

/* The slot is a part of a huge page: the rest of that page is not the guest's. */
TEST(huge_larger_than_the_slot)
{
	struct huge h = huge_create(GPA, 0, HUGE / 2);

	check_byte(&h, HUGE / 2 - PAGE, (u8)(HUGE / 2 / PAGE - 1));
	look_at(&h, GPA + HUGE / 2);
	CHECK_EXIT(&h.g.cpu, KVM_EXIT_MMIO);
	CHECK_EQ(h.g.cpu.run->mmio.phys_addr, GPA + HUGE / 2);
}

/* Aligned differently in the guest than in the process. */
TEST(huge_in_another_place)
{
	struct huge h = huge_create(GPA, 3 * PAGE, HUGE);

	check_byte(&h, 0, 3);
	check_byte(&h, HUGE - PAGE, (u8)(HUGE / PAGE + 2));
	look_at(&h, GPA - PAGE);
	CHECK_EXIT(&h.g.cpu, KVM_EXIT_MMIO);
}

/* Code and data in one huge page, in turns. */
GUEST64(guest_run_there, "1: mov $0x40003000, %rax\n"
			 "call *%rax\n"
			 "incl 0x40005000\n"
			 "mov 0x40005000, %eax\n"
			 "out %al, $0x10\n"
			 "jmp 1b");

TEST(huge_with_code)
{
	struct huge h = {GUEST_LONG(guest_run_there), huge_memory()};

	h.memory[CODE_HERE] = 0xc3; /* RET */
	h.memory[5 * PAGE] = 0;
	CHECK_OK(vm_set_slot(h.g.vm.fd, 1, 0, GPA, SIZE, h.memory));
	for (int i = 1; i < 20; i++) {
		CHECK_OUT(&h.g.cpu, 0x10, 1, i);
		CHECK_EQ(h.memory[5 * PAGE], i);
		if (i % 7 == 0)
			CHECK_OK(mprotect(h.memory + i * PAGE, PAGE, PROT_READ));
	}
}
