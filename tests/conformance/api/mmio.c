// SPDX-License-Identifier: GPL-2.0
/* Accesses where no memory slot is: KVM_EXIT_MMIO. */
#include "vm.h"

/* An address in 64-bit mode that is mapped but has no slot. */
#define DEVICE 0xfe000000ULL

static void expect_write(struct vcpu *cpu, u64 address, u32 size, u64 value)
{
	u64 got = 0;

	CHECK_EXIT(cpu, KVM_EXIT_MMIO);
	CHECK_EQ(cpu->run->mmio.is_write, 1);
	CHECK_EQ(cpu->run->mmio.phys_addr, address);
	CHECK_EQ(cpu->run->mmio.len, size);
	memcpy(&got, cpu->run->mmio.data, size);
	CHECK_EQ(got, value);
}

static void answer_read(struct vcpu *cpu, u64 address, u32 size, u64 value)
{
	CHECK_EXIT(cpu, KVM_EXIT_MMIO);
	CHECK_EQ(cpu->run->mmio.is_write, 0);
	CHECK_EQ(cpu->run->mmio.phys_addr, address);
	CHECK_EQ(cpu->run->mmio.len, size);
	memcpy(cpu->run->mmio.data, &value, size);
}

static void set_rbx(struct vcpu *cpu, u64 value)
{
	struct kvm_regs regs = vcpu_regs(cpu);

	regs.rbx = value;
	vcpu_set_regs(cpu, &regs);
}

GUEST64(guest_mmio_write, "mov $0x8877665544332211, %rax\n"
			  "mov %al, (%rbx)\n"
			  "mov %ax, 2(%rbx)\n"
			  "mov %eax, 4(%rbx)\n"
			  "mov %rax, 8(%rbx)\n"
			  "mov %ah, 1(%rbx)\n"
			  "mov %rax, %r13\n"
			  "mov %r13b, 3(%rbx)\n"
			  "mov %r13, 16(%rbx)\n"
			  "hlt");

TEST(mmio_write)
{
	struct guest g = GUEST_LONG(guest_mmio_write);

	set_rbx(&g.cpu, DEVICE);
	expect_write(&g.cpu, DEVICE, 1, 0x11);
	expect_write(&g.cpu, DEVICE + 2, 2, 0x2211);
	expect_write(&g.cpu, DEVICE + 4, 4, 0x44332211);
	expect_write(&g.cpu, DEVICE + 8, 8, 0x8877665544332211);
	expect_write(&g.cpu, DEVICE + 1, 1, 0x22);
	expect_write(&g.cpu, DEVICE + 3, 1, 0x11);
	expect_write(&g.cpu, DEVICE + 16, 8, 0x8877665544332211);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

GUEST64(guest_mmio_write_immediate, "movb $0x5a, (%rbx)\n"
				    "movw $0x1234, (%rbx)\n"
				    "movl $0x89abcdef, (%rbx)\n"
				    "movq $-2, (%rbx)\n"
				    "hlt");

TEST(mmio_write_immediate)
{
	struct guest g = GUEST_LONG(guest_mmio_write_immediate);

	set_rbx(&g.cpu, DEVICE);
	expect_write(&g.cpu, DEVICE, 1, 0x5a);
	expect_write(&g.cpu, DEVICE, 2, 0x1234);
	expect_write(&g.cpu, DEVICE, 4, 0x89abcdef);
	expect_write(&g.cpu, DEVICE, 8, -2ULL);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

GUEST64(guest_mmio_read, "mov $-1, %rax\n"
			 "mov %rax, %rcx\n"
			 "mov %rax, %rdx\n"
			 "mov %rax, %rsi\n"
			 "mov (%rbx), %al\n"
			 "mov 2(%rbx), %cx\n"
			 "mov 4(%rbx), %edx\n"
			 "mov 8(%rbx), %rsi\n"
			 "mov %rsi, %rdi\n"
			 "mov (%rbx), %bh\n"
			 "hlt");

TEST(mmio_read)
{
	struct guest g = GUEST_LONG(guest_mmio_read);
	struct kvm_regs regs;

	set_rbx(&g.cpu, DEVICE);
	answer_read(&g.cpu, DEVICE, 1, 0xa1);
	answer_read(&g.cpu, DEVICE + 2, 2, 0xb2b1);
	answer_read(&g.cpu, DEVICE + 4, 4, 0xc4c3c2c1);
	answer_read(&g.cpu, DEVICE + 8, 8, 0xd8d7d6d5d4d3d2d1);
	answer_read(&g.cpu, DEVICE, 1, 0x5e);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rax, 0xffffffffffffffa1);
	CHECK_EQ(regs.rcx, 0xffffffffffffb2b1);
	CHECK_EQ(regs.rdx, 0xc4c3c2c1);
	CHECK_EQ(regs.rsi, 0xd8d7d6d5d4d3d2d1);
	CHECK_EQ(regs.rdi, 0xd8d7d6d5d4d3d2d1);
	CHECK_EQ(regs.rbx, DEVICE | 0x5e00);
}

GUEST64(guest_mmio_extend, "movzbl (%rbx), %eax\n"
			   "movzwl (%rbx), %ecx\n"
			   "movsbq (%rbx), %rdx\n"
			   "movswl (%rbx), %esi\n"
			   "movslq (%rbx), %rdi\n"
			   "hlt");

TEST(mmio_read_extended)
{
	struct guest g = GUEST_LONG(guest_mmio_extend);
	struct kvm_regs regs;

	set_rbx(&g.cpu, DEVICE);
	answer_read(&g.cpu, DEVICE, 1, 0x80);
	answer_read(&g.cpu, DEVICE, 2, 0x8001);
	answer_read(&g.cpu, DEVICE, 1, 0x80);
	answer_read(&g.cpu, DEVICE, 2, 0x8001);
	answer_read(&g.cpu, DEVICE, 4, 0x80000001);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rax, 0x80);
	CHECK_EQ(regs.rcx, 0x8001);
	CHECK_EQ(regs.rdx, 0xffffffffffffff80);
	CHECK_EQ(regs.rsi, 0xffff8001);
	CHECK_EQ(regs.rdi, 0xffffffff80000001);
}

/* Address forms: SIB with scale, RIP-relative, R12 and R13 as bases, moffs. */
GUEST64(guest_mmio_addresses, "mov $3, %ecx\n"
			      "mov %eax, 0x40(%rbx,%rcx,8)\n"
			      "mov %rbx, %r12\n"
			      "mov %eax, (%r12)\n"
			      "mov %rbx, %r13\n"
			      "mov %eax, (%r13)\n"
			      "mov %eax, -8(%r13,%rcx)\n"
			      "movabs %eax, 0xfe000123\n"
			      "movabs 0xfe000456, %al\n"
			      "mov %eax, guest_mmio_addresses + 0x0fe00000(%rip)\n"
			      "guest_mmio_addresses_rip:\n"
			      "hlt");

TEST(mmio_address_forms)
{
	struct guest g = GUEST_LONG(guest_mmio_addresses);
	extern const u8 guest_mmio_addresses_rip[];

	set_rbx(&g.cpu, DEVICE);
	expect_write(&g.cpu, DEVICE + 0x58, 4, 0);
	expect_write(&g.cpu, DEVICE, 4, 0);
	expect_write(&g.cpu, DEVICE, 4, 0);
	expect_write(&g.cpu, DEVICE - 5, 4, 0);
	expect_write(&g.cpu, 0xfe000123, 4, 0);
	answer_read(&g.cpu, 0xfe000456, 1, 0x99);
	expect_write(&g.cpu, GUEST_CODE + 0x0fe00000, 4, 0x99);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rip,
		 GUEST_CODE + (guest_mmio_addresses_rip - guest_mmio_addresses) + 1);
}

GUEST16(guest_mmio_real, "mov $0xd000, %ax\n"
			 "mov %ax, %ds\n"
			 "movb $0x41, 0x10\n"
			 "movw $0x4243, 0x20\n"
			 "mov 0x30, %eax\n"
			 "mov %ax, %fs\n"
			 "mov $0x4000, %bx\n"
			 "mov $2, %si\n"
			 "mov %eax, %fs:6(%bx,%si)\n"
			 "hlt");

TEST(mmio_real_mode)
{
	struct guest g = GUEST_REAL(guest_mmio_real);

	expect_write(&g.cpu, GUEST_MMIO + 0x10, 1, 0x41);
	expect_write(&g.cpu, GUEST_MMIO + 0x20, 2, 0x4243);
	answer_read(&g.cpu, GUEST_MMIO + 0x30, 4, 0x1234d800);
	expect_write(&g.cpu, 0xd8000 + 0x4008, 4, 0x1234d800);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* A slot that is removed turns into MMIO, and back. */
GUEST16(guest_mmio_loop, "mov $0xd000, %ax\n"
			 "mov %ax, %ds\n"
			 "1: mov 0, %al\n"
			 "out %al, $0x10\n"
			 "jmp 1b");

TEST(mmio_becomes_memory)
{
	struct guest g = GUEST_REAL(guest_mmio_loop);
	u8 *memory = host_memory(PAGE);

	memory[0] = 0x66;
	for (int i = 0; i < 3; i++) {
		answer_read(&g.cpu, GUEST_MMIO, 1, 0x10 + i);
		CHECK_OUT(&g.cpu, 0x10, 1, 0x10 + i);
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, GUEST_MMIO, PAGE, memory));
		CHECK_OUT(&g.cpu, 0x10, 1, 0x66);
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, 0, 0, NULL));
	}
}

GUEST16(guest_mmio_readonly, "mov $0xd000, %ax\n"
			     "mov %ax, %ds\n"
			     "mov 5, %al\n"
			     "out %al, $0x10\n"
			     "movb $0x99, 5\n"
			     "mov 5, %al\n"
			     "out %al, $0x10\n"
			     "hlt");

/* Reading a read-only slot is memory, writing it is MMIO that changes nothing by itself. */
TEST(mmio_readonly_slot)
{
	struct guest g = GUEST_REAL(guest_mmio_readonly);
	u8 *memory = host_memory(PAGE);

	memory[5] = 0x66;
	CHECK_OK(vm_set_slot(g.vm.fd, 1, KVM_MEM_READONLY, GUEST_MMIO, PAGE, memory));
	CHECK_OUT(&g.cpu, 0x10, 1, 0x66);
	expect_write(&g.cpu, GUEST_MMIO + 5, 1, 0x99);
	CHECK_EQ(memory[5], 0x66);
	CHECK_OUT(&g.cpu, 0x10, 1, 0x66);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* Registers read between the exit and its completion do not lose the completion. */
TEST(mmio_registers_between)
{
	struct guest g = GUEST_LONG(guest_mmio_extend);

	set_rbx(&g.cpu, DEVICE);
	answer_read(&g.cpu, DEVICE, 1, 0x42);
	vcpu_regs(&g.cpu);
	vcpu_sregs(&g.cpu);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 0x42);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 3);
}

static u64 resume_flag(struct vcpu *cpu)
{
	/* The access is finished, and nothing of the guest executed. */
	cpu->run->immediate_exit = 1;
	CHECK_ERR(ioctl(cpu->fd, KVM_RUN, 0), EINTR);
	cpu->run->immediate_exit = 0;
	return vcpu_regs(cpu).rflags & 0x10000;
}

/* RFLAGS.RF ends with an instruction; between the elements of a REP it is set, so that a breakpoint
 * there comes once. */
GUEST64(guest_mmio_resume, "mov %al, (%rbx)\n"
			   "mov %rbx, %rdi\n"
			   "mov $2, %ecx\n"
			   "rep stosb\n"
			   "hlt");

TEST(mmio_resume_flag)
{
	struct guest g = GUEST_LONG(guest_mmio_resume);
	u64 at, flag;

	set_rbx(&g.cpu, DEVICE);
	expect_write(&g.cpu, DEVICE, 1, 0);
	CHECK_EQ(resume_flag(&g.cpu), 0);
	expect_write(&g.cpu, DEVICE, 1, 0);
	CHECK_EQ(resume_flag(&g.cpu), 0x10000);
	at = vcpu_regs(&g.cpu).rip;
	expect_write(&g.cpu, DEVICE + 1, 1, 0);
	/* Some see at the next look only that this was the last. */
	flag = resume_flag(&g.cpu);
	CHECK_EQ(flag, vcpu_regs(&g.cpu).rip == at ? 0x10000 : 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}
