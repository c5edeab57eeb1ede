// SPDX-License-Identifier: GPL-2.0
/* How a guest can end: shutdown, failed entry, instructions that nobody can execute. */
#define _GNU_SOURCE
#include <sys/mman.h>

#include "vm.h"

GUEST16(guest_ud16, "ud2");

/* #UD with an empty IDT: #GP, #DF, shutdown. */
TEST(exit_shutdown)
{
	struct guest g = GUEST_REAL(guest_ud16);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);

	sregs.idt.limit = 0;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
}

GUEST64(guest_ud64, "ud2");

TEST(exit_shutdown_long_mode)
{
	struct guest g = GUEST_LONG(guest_ud64);

	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
}

GUEST64(guest_page_fault, "mov (%rbx), %eax");

TEST(exit_shutdown_page_fault)
{
	struct guest g = GUEST_LONG(guest_page_fault);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	regs.rbx = 1ULL << 40;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
	CHECK_EQ(vcpu_sregs(&g.cpu).cr2, 1ULL << 40);
}

/* No memory at the reset vector: it cannot be fetched. */
TEST(exit_no_memory)
{
	struct vm vm = vm_create();
	struct vcpu cpu = vcpu_create(vm.fd, 0);

	CHECK_EXIT(&cpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_EQ(cpu.run->internal.suberror, KVM_INTERNAL_ERROR_EMULATION);
	CHECK_EQ(vcpu_regs(&cpu).rip, 0xfff0);
}

GUEST16(guest_jump_away, "ljmp $0xd000, $0x10");

TEST(exit_fetch_from_device)
{
	struct guest g = GUEST_REAL(guest_jump_away);

	CHECK_EXIT(&g.cpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_EQ(g.cpu.run->internal.suberror, KVM_INTERNAL_ERROR_EMULATION);
	CHECK_EQ(vcpu_sregs(&g.cpu).cs.base, 0xd0000);
}

/* The memory of the slot is gone: the same instruction can be tried again when it is back. */
TEST(exit_memory_gone)
{
	struct guest g = GUEST_REAL(guest_ud16);

	CHECK_OK(mprotect(g.vm.ram, GUEST_RAM, PROT_NONE));
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EFAULT);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE);
	CHECK_OK(mprotect(g.vm.ram, GUEST_RAM, PROT_READ | PROT_WRITE));
	g.vm.ram[GUEST_CODE] = 0xf4;
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* What VM entry refuses (SDM, "Checking and Loading Guest State") names no culprit, but says so. */
#define INVALID_GUEST_STATE 0x80000021

GUEST64(guest_halt64, "hlt");

TEST(exit_fail_entry_rflags)
{
	struct guest g = GUEST_LONG(guest_halt64);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	regs.rflags |= 1ULL << 40;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_FAIL_ENTRY);
	CHECK_EQ(g.cpu.run->fail_entry.hardware_entry_failure_reason, INVALID_GUEST_STATE);
	/* The VM is as it was, and runs when the state is made good. */
	regs.rflags = 2;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

static const struct {
	const char *what;
	size_t offset;
	u8 value;
} bad_segments[] = {
#define FIELD(f) offsetof(struct kvm_sregs, f)
	{"CS with type 0", FIELD(cs.type), 0},	   {"CS not present", FIELD(cs.present), 0},
	{"CS a system segment", FIELD(cs.s), 0},   {"CS 64-bit and 32-bit", FIELD(cs.db), 1},
	{"SS a code segment", FIELD(ss.type), 11}, {"TR of type 0", FIELD(tr.type), 0},
#undef FIELD
};

TEST(exit_fail_entry_segments)
{
	struct guest g = GUEST_LONG(guest_halt64);
	const struct kvm_sregs good = vcpu_sregs(&g.cpu);
	const struct kvm_regs start = vcpu_regs(&g.cpu);

	for (size_t i = 0; i < ARRAY_SIZE(bad_segments); i++) {
		struct kvm_sregs sregs = good;

		test_row("%s", bad_segments[i].what);
		((u8 *)&sregs)[bad_segments[i].offset] = bad_segments[i].value;
		vcpu_set_sregs(&g.cpu, &sregs);
		CHECK_EXIT(&g.cpu, KVM_EXIT_FAIL_ENTRY);
		CHECK_EQ(g.cpu.run->fail_entry.hardware_entry_failure_reason, INVALID_GUEST_STATE);
		CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE);
		vcpu_set_sregs(&g.cpu, &good);
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		vcpu_set_regs(&g.cpu, &start);
	}
}
