// SPDX-License-Identifier: GPL-2.0
/* KVM_ENABLE_CAP: what it refuses; PLATFORM_INFO and CPUID faulting. */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <sys/syscall.h>

#include "vm.h"

enum { MSR_PLATFORM_INFO = 0xce, MSR_MISC_FEATURES_ENABLES = 0x140 };

#define CPUID_FAULTING_AVAILABLE (1ULL << 31)

static int enable(int fd, u32 capability, u32 flags, u64 argument)
{
	struct kvm_enable_cap cap = {.cap = capability, .flags = flags, .args = {argument}};

	return ioctl(fd, KVM_ENABLE_CAP, &cap);
}

TEST(enable_cap_refusals)
{
	int vm = vm_fd_create();
	struct vcpu cpu = vcpu_create(vm, 0);

	CHECK_EQ(kvm_capability(KVM_CAP_ENABLE_CAP_VM), 1);
	CHECK_ERR(enable(vm, 0xffff0000, 0, 0), EINVAL);
	CHECK_ERR(enable(vm, KVM_CAP_HLT, 0, 0), EINVAL);
	CHECK_ERR(enable(vm, KVM_CAP_MSR_PLATFORM_INFO, 1, 1), EINVAL);
	CHECK_ERR(enable(cpu.fd, 0xffff0000, 0, 0), EINVAL);
	CHECK_ERR(enable(cpu.fd, KVM_CAP_HLT, 0, 0), EINVAL);
	CHECK_ERR(enable(cpu.fd, KVM_CAP_MSR_PLATFORM_INFO, 0, 1), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_ENABLE_CAP, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_ENABLE_CAP, NULL), EFAULT);
	CHECK_OK(enable(vm, KVM_CAP_MSR_PLATFORM_INFO, 0, 1));
}

/* A guest that cannot take its #GP ends in a triple fault. */
GUEST16(guest_reads_msr, "mov $0xce, %ecx\n"
			 "rdmsr\n"
			 "out %eax, $0xd\n");

static struct guest without_vectors(const u8 *code, const u8 *end)
{
	struct guest g = guest_real(code, end);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);

	sregs.idt.limit = 0;
	vcpu_set_sregs(&g.cpu, &sregs);
	return g;
}

TEST(enable_cap_platform_info)
{
	struct guest g = without_vectors(guest_reads_msr, guest_reads_msr_end);

	CHECK_EQ(vcpu_msr(&g.cpu, MSR_PLATFORM_INFO), CPUID_FAULTING_AVAILABLE);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_MSR_PLATFORM_INFO, 0, 1));
	CHECK_OUT(&g.cpu, 0xd, 4, 0x80000000);

	CHECK_OK(enable(g.vm.fd, KVM_CAP_MSR_PLATFORM_INFO, 0, 0));
	vcpu_set_real_mode(&g.cpu);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_PLATFORM_INFO), CPUID_FAULTING_AVAILABLE);
}

GUEST16(guest_faulting, "xor %eax, %eax\n"
			"cpuid\n"
			"out %al, $0xd\n");

/* 16-bit protected mode without paging at a privilege level, which may use the ports. */
static void set_privilege(struct vcpu *cpu, u8 level)
{
	struct kvm_sregs sregs = vcpu_sregs(cpu);
	struct kvm_segment *data[] = {&sregs.ss, &sregs.ds, &sregs.es, &sregs.fs, &sregs.gs};
	struct kvm_regs regs = {.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = 0x3002};

	sregs.cr0 |= 1;
	sregs.cs.type = 0xb;
	sregs.cs.dpl = level;
	sregs.cs.selector = SELECTOR_CODE | level;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		data[i]->dpl = level;
		data[i]->selector = SELECTOR_DATA | level;
	}
	vcpu_set_sregs(cpu, &sregs);
	vcpu_set_regs(cpu, &regs);
}

TEST(msr_cpuid_faulting)
{
	struct guest g = without_vectors(guest_faulting, guest_faulting_end);

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_FEATURES_ENABLES, 2), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_FEATURES_ENABLES, 1), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_PLATFORM_INFO, 0), 0);
	set_privilege(&g.cpu, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	set_privilege(&g.cpu, 3);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_FEATURES_ENABLES, 0), 1);
	set_privilege(&g.cpu, 3);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);

	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_PLATFORM_INFO, 0), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_FEATURES_ENABLES, 1), 0);
}

TEST(mmu_pages_and_rate)
{
	int vm = vm_fd_create();
	struct vcpu cpu = vcpu_create(vm, 0);

	CHECK_ERR(ioctl(vm, KVM_SET_NR_MMU_PAGES, 63), EINVAL);
	CHECK_OK(ioctl(vm, KVM_SET_NR_MMU_PAGES, 64));
	CHECK_EQ(CHECK_OK(ioctl(vm, KVM_GET_NR_MMU_PAGES, 0)), 64);
	CHECK_EQ(CHECK_OK(ioctl(vm, KVM_GET_TSC_KHZ, 0)),
		 CHECK_OK(ioctl(cpu.fd, KVM_GET_TSC_KHZ, 0)));
}

TEST(system_attributes)
{
	u64 components = 0, *no_address = NULL;
	struct kvm_device_attr attribute = {.attr = KVM_X86_XCOMP_GUEST_SUPP,
					    .addr = (uintptr_t)&components};

	CHECK_EQ(kvm_capability(KVM_CAP_SYS_ATTRIBUTES), 1);
	CHECK_OK(ioctl(kvm_open(), KVM_HAS_DEVICE_ATTR, &attribute));
	CHECK_OK(ioctl(kvm_open(), KVM_GET_DEVICE_ATTR, &attribute));
	if (kvm_capability(KVM_CAP_XCRS))
		CHECK_EQ((u32)components, cpuid_find(kvm_supported_cpuid(), 0xd, 0)->eax);
	attribute.addr = (uintptr_t)no_address;
	CHECK_ERR(ioctl(kvm_open(), KVM_GET_DEVICE_ATTR, &attribute), EFAULT);
	attribute.attr = 100;
	CHECK_ERR(ioctl(kvm_open(), KVM_HAS_DEVICE_ATTR, &attribute), ENXIO);
	attribute.group = 1;
	attribute.attr = KVM_X86_XCOMP_GUEST_SUPP;
	CHECK_ERR(ioctl(kvm_open(), KVM_HAS_DEVICE_ATTR, &attribute), ENXIO);
}

TEST(enable_cap_max_vcpu_id)
{
	int vm = vm_fd_create(), most = kvm_capability(KVM_CAP_MAX_VCPU_ID);

	CHECK_ERR(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, most + 1), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, 2));
	CHECK_OK(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, 2));
	CHECK_ERR(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, 3), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, 2), EINVAL);
	vcpu_create(vm, 1);
	/* The first vCPU settles it too. */
	vm = vm_fd_create();
	vcpu_create(vm, 0);
	CHECK_ERR(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, 2), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_MAX_VCPU_ID, 0, most));
}

/* --- Parts of KVM_GET_VCPU_EVENTS --- */

GUEST64(guest_takes_pf, "hlt\n"
			".org 0x80\n"
			"mov %cr2, %rbx\n"
			"out %al, $1\n");

/* A page fault that has not begun: CR2 changes when it does. */
TEST(exception_payload)
{
	struct guest g = GUEST_LONG(guest_takes_pf);
	struct kvm_vcpu_events events = {
		.flags = KVM_VCPUEVENT_VALID_PAYLOAD,
		.exception = {.pending = 1, .nr = 14, .has_error_code = 1, .error_code = 2},
		.exception_has_payload = 1,
		.exception_payload = 0x123000,
	};
	struct kvm_vcpu_events got;

	vm_set_gate(&g.vm, 14, 0x80);
	CHECK_EQ(kvm_capability(KVM_CAP_EXCEPTION_PAYLOAD), 1);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &events), EINVAL);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_EXCEPTION_PAYLOAD, 0, 1));
	events.exception.nr = 2;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &events), EINVAL);
	events.exception.nr = 14;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &events));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &got));
	CHECK_EQ(got.flags & KVM_VCPUEVENT_VALID_PAYLOAD, KVM_VCPUEVENT_VALID_PAYLOAD);
	CHECK_EQ(got.exception.pending, 1);
	CHECK_EQ(got.exception.injected, 0);
	CHECK_EQ(got.exception_has_payload, 1);
	CHECK_EQ(got.exception_payload, 0x123000);
	CHECK_EQ(vcpu_sregs(&g.cpu).cr2, 0);
	CHECK_OUT(&g.cpu, 1, 1, vcpu_regs(&g.cpu).rax & 0xff);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 0x123000);
}

TEST(triple_fault_event)
{
	struct guest g = GUEST_LONG(guest_takes_pf);
	struct kvm_vcpu_events events = {.flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
					 .triple_fault.pending = 1};
	struct kvm_vcpu_events got;

	CHECK_EQ(kvm_capability(KVM_CAP_X86_TRIPLE_FAULT_EVENT), 1);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &events), EINVAL);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_X86_TRIPLE_FAULT_EVENT, 0, 1));
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_VCPU_EVENTS, &events));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &got));
	CHECK_EQ(got.triple_fault.pending, 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
}

/* An instruction that nobody carries out on a device, at CPL 3. */
GUEST16(guest_x87_on_device, "xor %bx, %bx\n"
			     "fldenv (%bx)\n");

TEST(exit_on_emulation_failure)
{
	struct guest g = GUEST_REAL(guest_x87_on_device);
	struct kvm_run *run = g.cpu.run;
	struct kvm_sregs sregs;

	CHECK_EQ(kvm_capability(KVM_CAP_EXIT_ON_EMULATION_FAILURE), 1);
	CHECK_ERR(enable(g.vm.fd, KVM_CAP_EXIT_ON_EMULATION_FAILURE, 0, 2), EINVAL);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_EXIT_ON_EMULATION_FAILURE, 0, 1));
	set_privilege(&g.cpu, 3);
	sregs = vcpu_sregs(&g.cpu);
	sregs.ds.base = GUEST_MMIO;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_EQ(run->emulation_failure.suberror, KVM_INTERNAL_ERROR_EMULATION);
	CHECK(run->emulation_failure.ndata >= 3);
	CHECK_EQ(run->emulation_failure.flags, KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES);
	CHECK_MEM(run->emulation_failure.insn_bytes, guest_x87_on_device + 2, 2);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 2);
}

/* The thread may no longer stop the machine. */
static void drop_cap_sys_boot(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	CHECK_OK(syscall(SYS_capget, &head, data));
	data[CAP_TO_INDEX(CAP_SYS_BOOT)].effective &= ~CAP_TO_MASK(CAP_SYS_BOOT);
	CHECK_OK(syscall(SYS_capset, &head, data));
}

TEST(large_pages_may_execute)
{
	int vm = vm_fd_create(), other = vm_fd_create();

	CHECK_EQ(kvm_capability(KVM_CAP_VM_DISABLE_NX_HUGE_PAGES), 1);
	CHECK_ERR(enable(vm, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 1), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 0));
	vcpu_create(vm, 0);
	CHECK_ERR(enable(vm, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 0), EINVAL);
	drop_cap_sys_boot();
	CHECK_ERR(enable(other, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 1), EPERM);
	CHECK_ERR(enable(other, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 0), EPERM);
	CHECK_ERR(enable(vm, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0, 0), EPERM);
}
