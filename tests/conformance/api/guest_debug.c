// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_GUEST_DEBUG: single steps, breakpoints, and exceptions that a debugger gives back;
 * KVM_TRANSLATE. */
#include "vm.h"

#define STEPS  (KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP)
#define BREAKS (KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP)
#define TF     0x100u

#define DR6_FIXED 0xffff0ff0u
#define DR6_BS	  0x4000u
#define DR6_BD	  0x2000u
#define DR7_GD	  0x2000u

static void debug(struct guest *g, u32 control, u64 dr0, u64 dr7)
{
	struct kvm_guest_debug debug = {.control = control, .arch.debugreg = {dr0, [7] = dr7}};

	CHECK_OK(ioctl(g->cpu.fd, KVM_SET_GUEST_DEBUG, &debug));
}

static void check_debug(struct guest *g, u32 exception, u64 offset, u64 dr6, u64 dr7)
{
	const struct kvm_debug_exit_arch *arch = &g->cpu.run->debug.arch;

	CHECK_EXIT(&g->cpu, KVM_EXIT_DEBUG);
	CHECK_EQ(arch->exception, exception);
	CHECK_EQ(arch->pc, GUEST_CODE + offset);
	if (exception == 3)
		return;
	CHECK_EQ(arch->dr6, DR6_FIXED | dr6);
	CHECK_EQ(arch->dr7, dr7);
}

static void check_step(struct guest *g, u64 offset)
{
	check_debug(g, 1, offset, DR6_BS, 0x400);
	CHECK_EQ(vcpu_regs(&g->cpu).rip, GUEST_CODE + offset);
	CHECK_EQ(vcpu_regs(&g->cpu).rflags & TF, 0);
}

TEST(guest_debug_refused)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	CHECK_ERR(ioctl(cpu.fd, KVM_SET_GUEST_DEBUG, NULL), EFAULT);
	CHECK_EQ(kvm_capability(KVM_CAP_SET_GUEST_DEBUG), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_X86_ROBUST_SINGLESTEP), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_SET_GUEST_DEBUG2),
		 STEPS | BREAKS | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_INJECT_DB |
			 KVM_GUESTDBG_INJECT_BP | KVM_GUESTDBG_BLOCKIRQ);
}

/* Instructions of the processor's and of the hypervisor's; where each begins is its number. */
GUEST64(guest_steps, "xor %eax, %eax\n"	      /* 0 */
		     "cpuid\n"		      /* 2 */
		     "mov $0x277, %ecx\n"     /* 4 */
		     "rdmsr\n"		      /* 9 */
		     "wrmsr\n"		      /* 0xb */
		     "out %al, $0x10\n"	      /* 0xd */
		     "in $0x10, %al\n"	      /* 0xf */
		     "mov $0xd0000, %ebx\n"   /* 0x11 */
		     "mov (%rbx), %al\n"      /* 0x16 */
		     "pushf\n"		      /* 0x18 */
		     "andl $~0x100, (%rsp)\n" /* 0x19 */
		     "popf\n"		      /* 0x20 */
		     "sti\n"		      /* 0x21 */
		     "cli\n"		      /* 0x22 */
		     "wbinvd\n"		      /* 0x23 */
		     "mov %ss, %edx\n"	      /* 0x25 */
		     "mov %edx, %ss\n"	      /* 0x27 */
		     "nop\n"		      /* 0x29 */
		     "jmp 1f\n"		      /* 0x2a */
		     "hlt\n"
		     "1: nop\n" /* 0x2d */
		     "hlt");	/* 0x2e */

TEST(guest_debug_single_step)
{
	struct guest g = GUEST_LONG(guest_steps);
	/* Behind each instruction; after MOV SS comes no trap. */
	static const struct {
		u8 offset;
		u8 exits; /* for user space, before */
	} steps[] = {{2, 0},
		     {4, 0},
		     {9, 0},
		     {0xb, 0},
		     {0xd, 0},
		     {0xf, KVM_EXIT_IO},
		     {0x11, KVM_EXIT_IO},
		     {0x16, 0},
		     {0x18, KVM_EXIT_MMIO},
		     {0x19, 0},
		     {0x20, 0},
		     {0x21, 0},
		     {0x22, 0},
		     {0x23, 0},
		     {0x25, 0},
		     {0x27, 0},
		     {0x2a, 0},
		     {0x2d, 0},
		     {0x2e, 0}};
	struct kvm_regs regs;

	debug(&g, STEPS, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		test_row("step to %#x", steps[i].offset);
		if (steps[i].exits)
			CHECK_EXIT(&g.cpu, steps[i].exits);
		check_step(&g, steps[i].offset);
		/* Registers that are set take nothing away. */
		regs = vcpu_regs(&g.cpu);
		debug(&g, STEPS, 0, 0);
		vcpu_set_regs(&g.cpu, &regs);
	}
	debug(&g, 0, 0, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rflags & TF, 0);
}

/* In real mode the place is that of the linear address. */
GUEST16(guest_steps_real, "ljmp $0x80, $0x810\n"
			  ".org 0x10\n"
			  "nop\n"
			  "hlt\n");

TEST(guest_debug_linear_address)
{
	struct guest g = GUEST_REAL(guest_steps_real);

	debug(&g, STEPS, 0, 0);
	check_debug(&g, 1, 0x10, DR6_BS, 0x400);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, 0x810);
	check_debug(&g, 1, 0x11, DR6_BS, 0x400);
}

GUEST64(guest_int3, "nop\n"
		    "int3\n"
		    "out %al, $1\n"
		    ".org 0x80\n"
		    "mov (%rsp), %rcx\n"
		    "out %al, $2\n");

TEST(guest_debug_int3)
{
	struct guest g = GUEST_LONG(guest_int3);

	vm_set_gate(&g.vm, 3, 0x80);
	debug(&g, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP, 0, 0);
	check_debug(&g, 3, 1, 0, 0x400);
	/* It comes again until the debugger takes it away, or gives it to the guest. */
	check_debug(&g, 3, 1, 0, 0x400);
	debug(&g, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_INJECT_BP, 0, 0);
	CHECK_OUT(&g.cpu, 2, 1, vcpu_regs(&g.cpu).rax & 0xff);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, GUEST_CODE + 2);
}

TEST(guest_debug_int3_is_the_guests)
{
	struct guest g = GUEST_LONG(guest_int3);

	vm_set_gate(&g.vm, 3, 0x80);
	debug(&g, STEPS | KVM_GUESTDBG_USE_SW_BP, 0, 0);
	debug(&g, KVM_GUESTDBG_ENABLE, 0, 0);
	CHECK_OUT(&g.cpu, 2, 1, vcpu_regs(&g.cpu).rax & 0xff);
}

/* Its own debug registers, while others are in the processor. */
GUEST64(guest_own_registers, "mov $0x5000, %eax\n"
			     "mov %rax, %dr1\n"
			     "mov $0x401, %eax\n"
			     "mov %rax, %dr7\n"
			     "mov %dr1, %rbx\n"
			     "mov %dr7, %rcx\n"
			     ".org 0x40\n"
			     "nop\n"
			     "hlt\n"
			     ".org 0x50\n"
			     "mov %al, 0x4000\n"
			     "hlt\n");

TEST(guest_debug_breakpoint)
{
	struct guest g = GUEST_LONG(guest_own_registers);
	struct kvm_debugregs own;
	struct kvm_regs regs;

	memset(g.vm.ram + GUEST_CODE + 0x16, 0x90, 0x40 - 0x16);
	debug(&g, BREAKS, GUEST_CODE + 0x40, 0x402);
	check_debug(&g, 1, 0x40, 1, 0x402);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rbx, 0x5000);
	CHECK_EQ(regs.rcx, 0x401);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_DEBUGREGS, &own));
	CHECK_EQ(own.db[0], 0);
	CHECK_EQ(own.db[1], 0x5000);
	CHECK_EQ(own.dr6, DR6_FIXED);
	CHECK_EQ(own.dr7, 0x401);
	debug(&g, 0, 0, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* A write of one byte: the trap comes behind it. */
TEST(guest_debug_watchpoint)
{
	struct guest g = GUEST_LONG(guest_own_registers);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	regs.rip = GUEST_CODE + 0x50;
	vcpu_set_regs(&g.cpu, &regs);
	debug(&g, BREAKS, GUEST_DATA, 0x10402);
	check_debug(&g, 1, 0x57, 1, 0x10402);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* DR7.GD of the debugger's: MOV DR is its #DB. */
TEST(guest_debug_general_detect)
{
	struct guest g = GUEST_LONG(guest_own_registers);

	debug(&g, BREAKS, 0, 0x400 | DR7_GD);
	check_debug(&g, 1, 5, DR6_BD, 0x400 | DR7_GD);
}

GUEST64(guest_takes_db, "hlt\n"
			".org 0x80\n"
			"mov (%rsp), %rcx\n"
			"out %al, $1\n");

TEST(guest_debug_injects_db)
{
	struct guest g = GUEST_LONG(guest_takes_db);
	struct kvm_guest_debug again = {.control = KVM_GUESTDBG_INJECT_DB};

	vm_set_gate(&g.vm, 1, 0x80);
	debug(&g, KVM_GUESTDBG_INJECT_DB, 0, 0);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_GUEST_DEBUG, &again), EBUSY);
	again.control = KVM_GUESTDBG_INJECT_BP;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_GUEST_DEBUG, &again), EBUSY);
	CHECK_OUT(&g.cpu, 1, 1, vcpu_regs(&g.cpu).rax & 0xff);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, GUEST_CODE);
}

GUEST64(guest_takes_nmi, "nop\n"
			 "nop\n"
			 "out %al, $1\n"
			 ".org 0x80\n"
			 "out %al, $2\n");

TEST(guest_debug_blocks_interrupts)
{
	struct guest g = GUEST_LONG(guest_takes_nmi);

	vm_set_gate(&g.vm, 2, 0x80);
	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI, 0));
	debug(&g, STEPS | KVM_GUESTDBG_BLOCKIRQ, 0, 0);
	check_step(&g, 1);
	check_step(&g, 2);
	debug(&g, 0, 0, 0);
	CHECK_OUT(&g.cpu, 2, 1, vcpu_regs(&g.cpu).rax & 0xff);
}

TEST(translate)
{
	struct guest g = GUEST_LONG(guest_takes_db);
	static const struct {
		u64 linear, physical;
		u8 valid;
	} rows[] = {
		{0x1234, 0x1234, 1},
		{0x40000123, 0x123, 1},
		{0x100000000, ~0ULL, 0},
		{0xffff800000000000, ~0ULL, 0},
	};

	vm_map_2m(&g.vm, 0x40000000, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kvm_translation answer = {.linear_address = rows[i].linear};

		test_row("%#lx", rows[i].linear);
		CHECK_OK(ioctl(g.cpu.fd, KVM_TRANSLATE, &answer));
		CHECK_EQ(answer.physical_address, rows[i].physical);
		CHECK_EQ(answer.valid, rows[i].valid);
		CHECK_EQ(answer.writeable, 1);
		CHECK_EQ(answer.usermode, 0);
	}
	CHECK_ERR(ioctl(g.cpu.fd, KVM_TRANSLATE, NULL), EFAULT);
}
