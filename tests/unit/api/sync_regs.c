// SPDX-License-Identifier: GPL-2.0
/* KVM_CAP_SYNC_REGS: registers in struct kvm_run, taken before the guest runs, and given after. */
#include "guest_sees.h"
#include "exit/exit.h"
#include "vcpu/state.h"

static struct program *program;
static struct kvm_run *run;

static void start(void)
{
	program = program_start(A_VCPU);
	run = program->run;
}

static long run_to_hlt(void)
{
	return program_run(program, EXIT_REASON_HLT, 1);
}

TEST(api_sync_regs_gives)
{
	struct kvm_regs regs = {.rax = 1, .rip = 0x1000, .rflags = RFLAGS_FIXED};
	struct kvm_vcpu_events events;
	struct kvm_sregs sregs;

	start();
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CHECK_EXTENSION, KVM_CAP_SYNC_REGS), 7);
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	memset(&run->s.regs, 0xff, sizeof(run->s.regs));
	run->kvm_valid_regs = KVM_SYNC_X86_REGS;
	EXPECT_EQ(run_to_hlt(), 0);
	EXPECT_EQ(run->s.regs.regs.rax, 1);
	EXPECT_EQ(run->s.regs.regs.rip, 0x1001);
	EXPECT_EQ(run->s.regs.sregs.cr0, ~(u64)0);
	EXPECT_EQ(run->s.regs.events.flags, ~0u);
	run->kvm_valid_regs = KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS;
	EXPECT_EQ(run_to_hlt(), 0);
	EXPECT_EQ(run->s.regs.regs.rip, 0x1001);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_TRUE(!memcmp(&sregs, &run->s.regs.sregs, sizeof(sregs)));
	EXPECT_CALL(program->vcpu, KVM_GET_VCPU_EVENTS, &events, 0);
	EXPECT_TRUE(!memcmp(&events, &run->s.regs.events, sizeof(events)));
	/* Without a run, too. */
	run->kvm_valid_regs = KVM_SYNC_X86_REGS;
	run->immediate_exit = 1;
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINTR);
	EXPECT_EQ(run->s.regs.regs.rip, 0x1002);
	program_end(program);
}

TEST(api_sync_regs_takes)
{
	start();
	run->kvm_valid_regs = KVM_SYNC_X86_VALID_FIELDS;
	EXPECT_EQ(run_to_hlt(), 0);
	run->s.regs.regs.rip = 0x2000;
	run->s.regs.sregs.cr2 = 0x3000;
	run->s.regs.events.nmi.masked = 1;
	/* What is not said to be changed is not looked at. */
	EXPECT_EQ(run_to_hlt(), 0);
	EXPECT_EQ(run->s.regs.regs.rip, 0xfff2);
	run->s.regs.regs.rip = 0x2000;
	run->s.regs.sregs.cr2 = 0x3000;
	run->s.regs.events.nmi.masked = 1;
	run->kvm_dirty_regs = KVM_SYNC_X86_VALID_FIELDS;
	EXPECT_EQ(run_to_hlt(), 0);
	EXPECT_EQ(run->kvm_dirty_regs, 0);
	EXPECT_EQ(run->s.regs.regs.rip, 0x2001);
	EXPECT_EQ(run->s.regs.sregs.cr2, 0x3000);
	EXPECT_EQ(run->s.regs.events.nmi.masked, 1);
	/* They are taken without any that is given. */
	run->kvm_valid_regs = 0;
	run->s.regs.regs.rip = 0x4000;
	run->kvm_dirty_regs = KVM_SYNC_X86_REGS;
	EXPECT_EQ(run_to_hlt(), 0);
	EXPECT_EQ(run->s.regs.regs.rip, 0x4000);
	EXPECT_EQ(guest_field(program, GUEST_RIP), 0x4000);
	program_end(program);
}

TEST(api_sync_regs_refusals)
{
	u64 entries;

	start();
	run->kvm_valid_regs = KVM_SYNC_X86_VALID_FIELDS;
	EXPECT_EQ(run_to_hlt(), 0);
	entries = sim_vmx_counts.entries;
	for (unsigned int bit = 3; bit < 64; bit++) {
		test_context("bit %u", bit);
		run->kvm_valid_regs = BIT64(bit);
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINVAL);
		run->kvm_valid_regs = 0;
		run->kvm_dirty_regs = BIT64(bit) | KVM_SYNC_X86_REGS;
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINVAL);
		EXPECT_EQ(run->kvm_dirty_regs, BIT64(bit) | KVM_SYNC_X86_REGS);
	}
	test_context("CR4");
	run->s.regs.sregs.cr4 = BIT64(40);
	run->kvm_dirty_regs = KVM_SYNC_X86_VALID_FIELDS;
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINVAL);
	EXPECT_EQ(run->kvm_dirty_regs, KVM_SYNC_X86_SREGS | KVM_SYNC_X86_EVENTS);
	test_context("events");
	run->s.regs.events.flags = BIT32(31);
	run->kvm_dirty_regs = KVM_SYNC_X86_EVENTS;
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), -EINVAL);
	EXPECT_EQ(sim_vmx_counts.entries, entries);
	program_end(program);
}
