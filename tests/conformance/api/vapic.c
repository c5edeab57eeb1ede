// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_VAPIC_ADDR, KVM_TPR_ACCESS_REPORTING. */
#include "vm.h"

enum { LAPIC_TPR = 0x80, LAPIC_SVR = 0xf0, VECTOR = 0x41 };

static int set_address(struct vcpu *cpu, u64 gpa)
{
	struct kvm_vapic_addr address = {gpa};

	return ioctl(cpu->fd, KVM_SET_VAPIC_ADDR, &address);
}

static int report(struct vcpu *cpu, u32 enabled, u32 flags)
{
	struct kvm_tpr_access_ctl control = {.enabled = enabled, .flags = flags};

	return ioctl(cpu->fd, KVM_TPR_ACCESS_REPORTING, &control);
}

static struct guest apic_guest(const u8 *code, const u8 *end)
{
	struct guest g = {.vm = vm_create()};

	CHECK_OK(ioctl(g.vm.fd, KVM_CREATE_IRQCHIP, 0));
	g.cpu = vcpu_create(g.vm.fd, 0);
	vcpu_set_supported_cpuid(&g.cpu);
	vm_load(&g.vm, code, end);
	vcpu_set_long_mode(&g.vm, &g.cpu);
	vcpu_set_lapic(&g.cpu, LAPIC_SVR, 0x1ff);
	return g;
}

#define APIC_GUEST(code) apic_guest(code, code##_end)

TEST(vapic_needs_a_local_apic)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	CHECK_ERR(set_address(&cpu, GUEST_DATA), EINVAL);
	CHECK_ERR(set_address(&cpu, 0), EINVAL);
	CHECK_ERR(report(&cpu, 1, 1), EINVAL);
	CHECK_OK(report(&cpu, 1, 0));
	CHECK_OK(report(&cpu, 0, 0));
	CHECK_ERR(ioctl(cpu.fd, KVM_TPR_ACCESS_REPORTING, NULL), EFAULT);
}

/* It tells the word at GUEST_DATA, then writes its first byte, and again. */
GUEST64(guest_vapic, "mov 0x4000, %eax\n"
		     "out %eax, $0x10\n"
		     "movb $0x50, 0x4000\n"
		     "1: out %al, $0x11\n"
		     "mov 0x4000, %eax\n"
		     "out %eax, $0x10\n"
		     "jmp 1b");

TEST(vapic_addresses)
{
	struct guest g = APIC_GUEST(guest_vapic);

	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_VAPIC_ADDR, NULL), EFAULT);
	CHECK_ERR(set_address(&g.cpu, GUEST_RAM), EINVAL);
	CHECK_ERR(set_address(&g.cpu, 1ULL << 40), EINVAL);
	CHECK_OK(vm_set_slot(g.vm.fd, 1, KVM_MEM_READONLY, GUEST_MMIO, PAGE, g.vm.ram));
	CHECK_ERR(set_address(&g.cpu, GUEST_MMIO), EINVAL);
	CHECK_OK(set_address(&g.cpu, GUEST_DATA));
	CHECK_OK(set_address(&g.cpu, 0));
	/* Off: the word stays what it is. */
	memset(g.vm.ram + GUEST_DATA, 0x77, 4);
	CHECK_OUT(&g.cpu, 0x10, 4, 0x77777777);
}

TEST(vapic_both_ways)
{
	struct guest g = APIC_GUEST(guest_vapic);
	struct kvm_msi msi = {.address_lo = 0xfee00000, .data = VECTOR};

	memset(g.vm.ram + GUEST_DATA, 0x77, 4);
	vcpu_set_lapic(&g.cpu, LAPIC_TPR, 0x60);
	CHECK_OK(set_address(&g.cpu, GUEST_DATA));
	CHECK_OUT(&g.cpu, 0x10, 4, 0x60);
	CHECK_OUT(&g.cpu, 0x11, 1, 0x60);
	CHECK_EQ(vcpu_lapic(&g.cpu, LAPIC_TPR), 0x50);
	/* The guest has interrupts off: it waits, and is seen to. */
	CHECK_EQ(CHECK_OK(ioctl(g.vm.fd, KVM_SIGNAL_MSI, &msi)), 1);
	CHECK_OUT(&g.cpu, 0x10, 4, (u32)VECTOR << 24 | 0x50);
}

GUEST64(guest_tpr, "mov $0xfee00000, %ebx\n"
		   "mov $0x30, %eax\n"
		   ".byte 0x89, 0x83\n.long 0x80\n" /* mov %eax, 0x80(%rbx) */
		   "1: mov 0x80(%rbx), %eax\n"
		   "out %al, $0x10\n"
		   "hlt");

TEST(tpr_access_reported)
{
	struct guest g = APIC_GUEST(guest_tpr);

	/* KVM says no where the processor virtualizes accesses to the page. */
	if (!kvm_capability(KVM_CAP_VAPIC))
		test_skip("accesses to the TPR do not exit");
	CHECK_OK(report(&g.cpu, 1, 0));
	CHECK_EXIT(&g.cpu, KVM_EXIT_TPR_ACCESS);
	CHECK_EQ(g.cpu.run->tpr_access.rip, GUEST_CODE + 10);
	CHECK_EQ(g.cpu.run->tpr_access.is_write, 1);
	CHECK_EQ(vcpu_lapic(&g.cpu, LAPIC_TPR), 0x30);
	CHECK_EXIT(&g.cpu, KVM_EXIT_TPR_ACCESS);
	CHECK_EQ(g.cpu.run->tpr_access.rip, GUEST_CODE + 16);
	CHECK_EQ(g.cpu.run->tpr_access.is_write, 0);
	CHECK_OUT(&g.cpu, 0x10, 1, 0x30);
}
