// SPDX-License-Identifier: GPL-2.0
/* KVM_INTERRUPT, KVM_NMI, the interrupt window, injected exceptions, CR8. */
#include "vm.h"

TEST(interrupt_refused)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	CHECK_ERR(ioctl(cpu.fd, KVM_INTERRUPT, NULL), EFAULT);
	CHECK_ERR(vcpu_interrupt(&cpu, 256), EINVAL);
	CHECK_ERR(vcpu_interrupt(&cpu, 0xffffffff), EINVAL);
	CHECK_OK(vcpu_interrupt(&cpu, 255));
}

/* An endless loop with interrupts on; the handlers at 0x40 and 0x60 tell their vector. */
GUEST16(guest_handlers, "sti\n"
			"1: inc %bx\n"
			"jmp 1b\n"
			".org 0x40\n"
			"mov $0x41, %al\n"
			"out %al, $0x10\n"
			"iret\n"
			".org 0x60\n"
			"mov $0x61, %al\n"
			"out %al, $0x10\n"
			"iret");

static struct guest handlers_guest(void)
{
	struct guest g = GUEST_REAL(guest_handlers);

	vm_set_vector(&g.vm, 0x41, 0x40);
	vm_set_vector(&g.vm, 0x61, 0x60);
	return g;
}

TEST(interrupt_delivered)
{
	struct guest g = handlers_guest();

	for (int i = 0; i < 3; i++) {
		vcpu_open_window(&g.cpu);
		CHECK_OK(vcpu_interrupt(&g.cpu, i & 1 ? 0x61 : 0x41));
		CHECK_OUT(&g.cpu, 0x10, 1, i & 1 ? 0x61 : 0x41);
		CHECK_EQ(g.cpu.run->if_flag, 0);
		CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 0);
	}
}

/* Without a local APIC the last vector set is the one delivered, and it is delivered once. */
TEST(interrupt_replaced)
{
	struct guest g = handlers_guest();

	vcpu_open_window(&g.cpu);
	CHECK_OK(vcpu_interrupt(&g.cpu, 0x41));
	CHECK_OK(vcpu_interrupt(&g.cpu, 0x61));
	CHECK_OUT(&g.cpu, 0x10, 1, 0x61);
	vcpu_open_window(&g.cpu);
}

/* A queued interrupt is visible in, and can be taken back through, the vCPU's events. */
TEST(interrupt_in_events)
{
	struct guest g = handlers_guest();
	struct kvm_vcpu_events e;

	vcpu_open_window(&g.cpu);
	CHECK_OK(vcpu_interrupt(&g.cpu, 0x41));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.interrupt.injected, 1);
	CHECK_EQ(e.interrupt.nr, 0x41);
	CHECK_EQ(e.interrupt.soft, 0);
	CHECK_EQ(vcpu_sregs(&g.cpu).interrupt_bitmap[1], 2);
	e.interrupt.injected = 0;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	vcpu_open_window(&g.cpu);
	/* And it can be set there as well. */
	e.interrupt.injected = 1;
	e.interrupt.nr = 0x61;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 0x10, 1, 0x61);
}

TEST(interrupt_by_sregs_bitmap)
{
	struct guest g = handlers_guest();
	struct kvm_sregs sregs;

	vcpu_open_window(&g.cpu);
	sregs = vcpu_sregs(&g.cpu);
	sregs.interrupt_bitmap[0x61 / 64] |= 1ULL << (0x61 % 64);
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_OUT(&g.cpu, 0x10, 1, 0x61);
	vcpu_open_window(&g.cpu);
}

/* The window opens one instruction after STI, not at once. */
GUEST16(guest_sti_shadow, "out %al, $0x10\n"
			  "sti\n"
			  "inc %ax\n"
			  "inc %bx\n"
			  "out %al, $0x11");

TEST(interrupt_window_after_sti)
{
	struct guest g = GUEST_REAL(guest_sti_shadow);
	struct kvm_regs regs;

	g.cpu.run->request_interrupt_window = 1;
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	CHECK_EQ(g.cpu.run->if_flag, 0);
	CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 0);
	vcpu_open_window(&g.cpu);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rax, 1);
	CHECK_EQ(regs.rbx, 0);
}

/* With the window open already nothing of the guest is executed. */
GUEST16(guest_inc, "inc %ax\ninc %bx\nout %al, $0x11");

TEST(interrupt_window_open_already)
{
	struct guest g = GUEST_REAL(guest_inc);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	regs.rflags |= 0x200;
	vcpu_set_regs(&g.cpu, &regs);
	vcpu_open_window(&g.cpu);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE);
}

/* A shadow set by the user covers one instruction as well. */
TEST(interrupt_shadow_by_events)
{
	struct guest g = GUEST_REAL(guest_inc);
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	struct kvm_vcpu_events e = {.flags = KVM_VCPUEVENT_VALID_SHADOW};

	regs.rflags |= 0x200;
	vcpu_set_regs(&g.cpu, &regs);
	e.interrupt.shadow = KVM_X86_SHADOW_INT_STI;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	vcpu_open_window(&g.cpu);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 1);
}

/* MOV to SS holds interrupts off for one instruction too: the handler's OUT comes after INC. */
GUEST16(guest_mov_ss_shadow, "xor %ax, %ax\n"
			     "out %al, $0x10\n"
			     "mov %ax, %ss\n"
			     "inc %bx\n"
			     "inc %bx\n"
			     "out %al, $0x11\n");

TEST(interrupt_window_after_mov_ss)
{
	struct guest g = GUEST_REAL(guest_mov_ss_shadow);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	/* With IF set each entry ends where interrupts may come in: after the first INC. */
	regs.rip += 6;
	regs.rflags |= 0x200;
	regs.rbx = 0;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS,
		       &(struct kvm_vcpu_events){.flags = KVM_VCPUEVENT_VALID_SHADOW,
						 .interrupt.shadow = KVM_X86_SHADOW_INT_MOV_SS}));
	vcpu_open_window(&g.cpu);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 7);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 1);
	/* The same with the MOV to SS itself, which an STI-like shadow lets be executed. Of two
	 * such shadows in a row the processor need keep only the first. */
	regs.rip -= 2;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS,
		       &(struct kvm_vcpu_events){.flags = KVM_VCPUEVENT_VALID_SHADOW,
						 .interrupt.shadow = KVM_X86_SHADOW_INT_STI}));
	vcpu_open_window(&g.cpu);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 6 + vcpu_regs(&g.cpu).rbx);
}

/*
 * The loop at 0x20 is interrupted by NMIs; the handler at 0x40 tells when it begins and when it
 * ends. IF is 1 only so that host interrupts reach it: Bochs 2.7 holds them off while a guest runs
 * with IF = 0. The IRET before the loop is for Bochs too: with several processors a virtual NMI
 * that another guest left unfinished on this processor keeps NMIs blocked.
 */
GUEST16(guest_nmi, "pushf\n"
		   "push %cs\n"
		   "push $0x1020\n"
		   "iret\n"
		   ".org 0x20\n"
		   "out %al, $0x30\n"
		   "sti\n"
		   "1: inc %bx\n"
		   "jmp 1b\n"
		   ".org 0x40\n"
		   "mov $1, %al\n"
		   "out %al, $0x20\n"
		   "mov $2, %al\n"
		   "out %al, $0x20\n"
		   "iret");

static struct guest nmi_guest(void)
{
	struct guest g = GUEST_REAL(guest_nmi);

	pin_to_cpu(0);
	vm_set_vector(&g.vm, 2, 0x40);
	CHECK_OUT(&g.cpu, 0x30, 1, 0);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	return g;
}

static bool nmi_masked(struct vcpu *cpu)
{
	struct kvm_vcpu_events e;

	CHECK_OK(ioctl(cpu->fd, KVM_GET_VCPU_EVENTS, &e));
	return e.nmi.masked;
}

TEST(nmi_delivered)
{
	struct guest g = nmi_guest();

	CHECK_EQ(nmi_masked(&g.cpu), 0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
	CHECK_EQ(nmi_masked(&g.cpu), 1);
	CHECK_OUT(&g.cpu, 0x20, 1, 2);
}

/* Further NMIs wait for the IRET, and no more than one waits. */
TEST(nmi_blocked_until_iret)
{
	struct guest g = nmi_guest();

	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
	for (int i = 0; i < 3; i++)
		CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	CHECK_OUT(&g.cpu, 0x20, 1, 2);
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
	CHECK_OUT(&g.cpu, 0x20, 1, 2);
	alarm_every(20);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(nmi_masked(&g.cpu), 0);
}

/* What the user sets as masked stays off until an IRET, too. */
TEST(nmi_masked_by_events)
{
	struct guest g = nmi_guest();
	struct kvm_vcpu_events e;

	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	e.nmi.masked = 1;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	alarm_every(20);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	alarm_every(0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.nmi.masked, 1);
	CHECK_EQ(e.nmi.pending, 1);
	e.nmi.masked = 0;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
}

/* An NMI goes before an interrupt. */
TEST(nmi_before_interrupt)
{
	struct guest g = nmi_guest();
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	vm_set_vector(&g.vm, 0x41, 0x42);
	regs.rflags |= 0x200;
	vcpu_set_regs(&g.cpu, &regs);
	vcpu_open_window(&g.cpu);
	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
	CHECK_EQ(g.cpu.run->if_flag, 0);
}

/* An NMI that waits behind STI comes, whether before or after the next instruction. */
TEST(nmi_in_the_shadow_of_sti)
{
	struct guest g = nmi_guest();
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	struct kvm_vcpu_events e;

	regs.rip = GUEST_CODE + 0x23;
	regs.rflags |= 0x200;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_NMI));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.nmi.pending, 1);
	e.interrupt.shadow = KVM_X86_SHADOW_INT_STI;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 0x20, 1, 1);
	CHECK(vcpu_regs(&g.cpu).rbx <= 1);
	CHECK_OUT(&g.cpu, 0x20, 1, 2);
}

/* Handlers of #UD (0x40) and #GP (0x60): the error code and the return address. */
GUEST64(guest_exceptions, "hlt\n"
			  ".org 0x40\n"
			  "mov (%rsp), %rbx\n"
			  "out %al, $6\n"
			  ".org 0x60\n"
			  "mov (%rsp), %rax\n"
			  "mov 8(%rsp), %rbx\n"
			  "out %eax, $13\n"
			  ".org 0x80\n"
			  "mov (%rsp), %rax\n"
			  "mov 8(%rsp), %rbx\n"
			  "mov %cr2, %rcx\n"
			  "out %eax, $14\n");

static struct guest exceptions_guest(void)
{
	struct guest g = GUEST_LONG(guest_exceptions);

	vm_set_gate(&g.vm, 6, 0x40);
	vm_set_gate(&g.vm, 13, 0x60);
	vm_set_gate(&g.vm, 14, 0x80);
	return g;
}

TEST(exception_injected)
{
	struct guest g = exceptions_guest();
	struct kvm_vcpu_events e = {.exception = {.injected = 1, .nr = 6}};
	struct kvm_sregs sregs;

	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 6, 1, 0);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, GUEST_CODE);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.exception.injected, 0);

	e = (struct kvm_vcpu_events){
		.exception = {.injected = 1, .nr = 13, .has_error_code = 1, .error_code = 0x1238}};
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 13, 4, 0x1238);

	/* A processor raises none of more than 16 bits. */
	e.exception.error_code = 0xabcd0010;
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 13, 4, 0x10);

	e.exception.nr = 14;
	e.exception.error_code = 6;
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	sregs = vcpu_sregs(&g.cpu);
	sregs.cr2 = 0x123456;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OUT(&g.cpu, 14, 4, 6);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, 0x123456);
}

/* One whose delivery had begun stays when the registers are set: it goes by the events alone. */
TEST(exception_injected_and_registers_set)
{
	struct guest g = exceptions_guest();
	struct kvm_vcpu_events e = {.exception = {.injected = 1, .nr = 6}};
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	regs.rip += 0x20;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.exception.injected, 1);
	CHECK_OUT(&g.cpu, 6, 1, 0);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, GUEST_CODE + 0x20);
}

/* What a guest does next raises its exceptions by itself. */
GUEST64(guest_ud, "ud2\n.org 0x40\nmov (%rsp), %rbx\nout %al, $6");

TEST(exception_of_guest)
{
	struct guest g = GUEST_LONG(guest_ud);

	vm_set_gate(&g.vm, 6, 0x40);
	CHECK_OUT(&g.cpu, 6, 1, 0);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, GUEST_CODE);
}

/* HLT twice, and the handler of #DB. */
GUEST64(guest_hlt_twice, "hlt\nhlt\n.org 0x40\nmov %dr6, %rbx\nout %al, $1");

#define MSR_DEBUGCTL 0x1d9
#define BTF	     2

/* Single steps of branches alone: HLT is none, and an entry in the shadow of MOV SS succeeds. */
TEST(single_step_on_branches)
{
	struct guest g = GUEST_LONG(guest_hlt_twice);
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	struct kvm_vcpu_events e = {.flags = KVM_VCPUEVENT_VALID_SHADOW,
				    .interrupt.shadow = KVM_X86_SHADOW_INT_MOV_SS};

	vm_set_gate(&g.vm, 1, 0x40);
	vcpu_set_msr(&g.cpu, MSR_DEBUGCTL, BTF);
	if (vcpu_msr(&g.cpu, MSR_DEBUGCTL) != BTF)
		test_skip("IA32_DEBUGCTL.BTF is not kept");
	regs.rflags |= 0x100;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_DEBUGCTL), BTF);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 2);
	/* Without BTF it is. */
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_DEBUGCTL, 0), 1);
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OUT(&g.cpu, 1, 1, 0);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx & 0xf00f, 0x4000);
}

/* Writes 9 to CR8, reads it back, then lowers it to 4. */
GUEST64(guest_cr8, "mov %cr8, %rbx\n"
		   "mov $9, %eax\n"
		   "mov %rax, %cr8\n"
		   "mov %cr8, %rcx\n"
		   "mov $4, %eax\n"
		   "mov %rax, %cr8\n"
		   "mov %cr8, %rdx\n"
		   "hlt");

/* Without a local APIC CR8 is the user's: kvm_run.cr8 in both directions, an exit when it sinks. */
TEST(cr8_in_run)
{
	struct guest g = GUEST_LONG(guest_cr8);

	g.cpu.run->cr8 = 16;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINVAL);
	g.cpu.run->cr8 = 5;
	CHECK_EXIT(&g.cpu, KVM_EXIT_SET_TPR);
	CHECK_EQ(g.cpu.run->cr8, 4);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 5);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, 9);
	CHECK_EQ(vcpu_sregs(&g.cpu).cr8, 4);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rdx, 4);
	CHECK_EQ(g.cpu.run->cr8, 4);
}

TEST(apic_base_in_run)
{
	struct guest g = GUEST_LONG(guest_cr8);

	g.cpu.run->cr8 = 15;
	CHECK_EXIT(&g.cpu, KVM_EXIT_SET_TPR);
	CHECK_EQ(g.cpu.run->apic_base, 0xfee00900);
}
