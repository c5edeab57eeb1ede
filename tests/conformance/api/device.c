// SPDX-License-Identifier: GPL-2.0
/* The ioctls of the device itself. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm.h"

/* An address that no process has mapped, and one outside of user space. */
#define UNMAPPED ((void *)0x1000)
#define KERNEL	 ((void *)0xffffffff81000000)

TEST(device_api_version)
{
	int kvm = kvm_open();

	CHECK_EQ(ioctl(kvm, KVM_GET_API_VERSION, 0), 12);
	CHECK_ERR(ioctl(kvm, KVM_GET_API_VERSION, 1), EINVAL);
}

TEST(device_vcpu_mmap_size)
{
	int kvm = kvm_open();
	long size = CHECK_OK(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));

	/* At least struct kvm_run and the page of I/O data behind it. */
	CHECK(size >= (long)(2 * PAGE) && size % PAGE == 0);
	CHECK_ERR(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 1), EINVAL);
}

TEST(device_create_vm)
{
	static const unsigned long bad_types[] = {1, 2, 0x100, 0x80000000, ~0UL};
	int kvm = kvm_open();
	char name[64] = "";
	char path[64];
	int vm;

	for (size_t i = 0; i < ARRAY_SIZE(bad_types); i++) {
		test_row("type %#lx", bad_types[i]);
		CHECK_ERR(ioctl(kvm, KVM_CREATE_VM, bad_types[i]), EINVAL);
	}
	test_row("%s", "");
	vm = CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0));
	CHECK(fcntl(vm, F_GETFD) & FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", vm);
	CHECK_OK(readlink(path, name, sizeof(name) - 1));
	CHECK(!strcmp(name, "anon_inode:kvm-vm"));
}

TEST(device_open_modes)
{
	static const int modes[] = {O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_NONBLOCK};
	char byte;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		int kvm;

		test_row("mode %#x", modes[i]);
		kvm = CHECK_OK(open(test_device, modes[i]));
		CHECK_EQ(ioctl(kvm, KVM_GET_API_VERSION, 0), 12);
		CHECK_OK(close(CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0))));
		close(kvm);
	}
	test_row("%s", "");
	CHECK_ERR(read(kvm_open(), &byte, 1), EINVAL);
	CHECK_ERR(write(kvm_open(), &byte, 1), EINVAL);
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, kvm_open(), 0), ENODEV);
}

/* The type letter is KVM's, the number no ioctl's; then numbers of the other descriptors. */
TEST(device_unknown_ioctl)
{
	static const unsigned long requests[] = {
		_IO(KVMIO, 0xfe),
		_IOWR(KVMIO, 0xff, struct kvm_regs),
		_IO('T', 1),
		0,
		0xffffffff,
		_IOR(KVMIO, 0x00, int),		      /* KVM_GET_API_VERSION with a size */
		_IOW(KVMIO, 0x05, struct kvm_cpuid2), /* KVM_GET_SUPPORTED_CPUID, wrong direction */
		KVM_RUN,
		KVM_GET_REGS,
		KVM_CREATE_VCPU,
		KVM_SET_USER_MEMORY_REGION,
	};
	int kvm = kvm_open();

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		test_row("request %#lx", requests[i]);
		CHECK_ERR(ioctl(kvm, requests[i], 0), EINVAL);
	}
}

/* Capabilities that every implementation of this part of the API has. */
TEST(device_capabilities)
{
	static const struct {
		int number;
		const char *name;
		int least;
	} caps[] = {
#define CAP(name, least) {KVM_CAP_##name, #name, least}
		CAP(HLT, 1),
		CAP(USER_MEMORY, 1),
		CAP(SET_TSS_ADDR, 1),
		CAP(EXT_CPUID, 1),
		CAP(NR_VCPUS, 1),
		CAP(NR_MEMSLOTS, 32),
		CAP(MP_STATE, 1),
		CAP(NOP_IO_DELAY, 1),
		CAP(SYNC_MMU, 1),
		CAP(DESTROY_MEMORY_REGION_WORKS, 1),
		CAP(USER_NMI, 1),
		CAP(JOIN_MEMORY_REGIONS_WORKS, 1),
		CAP(SET_IDENTITY_MAP_ADDR, 1),
		CAP(VCPU_EVENTS, 1),
		CAP(INTERNAL_ERROR_DATA, 1),
		CAP(DEBUGREGS, 1),
		CAP(XSAVE, 1),
		CAP(MAX_VCPUS, 4),
		CAP(READONLY_MEM, 1),
		CAP(CHECK_EXTENSION_VM, 1),
		CAP(MAX_VCPU_ID, 4),
		CAP(IMMEDIATE_EXIT, 1),
#undef CAP
	};
	int kvm = kvm_open();
	int vm = vm_fd_create();

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		test_row("KVM_CAP_%s", caps[i].name);
		CHECK(ioctl(kvm, KVM_CHECK_EXTENSION, caps[i].number) >= caps[i].least);
		CHECK_EQ(ioctl(vm, KVM_CHECK_EXTENSION, caps[i].number),
			 ioctl(kvm, KVM_CHECK_EXTENSION, caps[i].number));
	}
}

/* Without these QEMU (its releases 8 and 9) does not start. */
TEST(device_capabilities_of_qemu)
{
	static const struct {
		int number;
		const char *name;
	} caps[] = {
#define CAP(name) {KVM_CAP_##name, #name}
		CAP(USER_MEMORY),
		CAP(DESTROY_MEMORY_REGION_WORKS),
		CAP(JOIN_MEMORY_REGIONS_WORKS),
		CAP(INTERNAL_ERROR_DATA),
		CAP(IOEVENTFD),
		CAP(IOEVENTFD_ANY_LENGTH),
		CAP(IRQFD),
		CAP(IRQ_ROUTING),
		CAP(SIGNAL_MSI),
		CAP(SET_TSS_ADDR),
		CAP(EXT_CPUID),
		CAP(MP_STATE),
		CAP(DEBUGREGS),
		CAP(XSAVE),
		CAP(VCPU_EVENTS),
		CAP(X86_ROBUST_SINGLESTEP),
		CAP(MCE),
		CAP(ADJUST_CLOCK),
		CAP(SET_IDENTITY_MAP_ADDR),
#undef CAP
	};
	int vm = vm_fd_create();

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		test_row("KVM_CAP_%s", caps[i].name);
		CHECK(ioctl(vm, KVM_CHECK_EXTENSION, caps[i].number) > 0);
	}
}

TEST(device_capability_unknown)
{
	static const unsigned long numbers[] = {500, 0x7fffffff, 0x80000000, 0xffffffff, ~0UL};
	int kvm = kvm_open();
	int vm = vm_fd_create();

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		test_row("capability %#lx", numbers[i]);
		CHECK_EQ(ioctl(kvm, KVM_CHECK_EXTENSION, numbers[i]), 0);
		CHECK_EQ(ioctl(vm, KVM_CHECK_EXTENSION, numbers[i]), 0);
	}
}

TEST(device_capability_limits)
{
	CHECK(kvm_capability(KVM_CAP_MAX_VCPUS) >= kvm_capability(KVM_CAP_NR_VCPUS));
	CHECK(kvm_capability(KVM_CAP_MAX_VCPU_ID) >= kvm_capability(KVM_CAP_MAX_VCPUS));
}

TEST(device_supported_cpuid)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	u32 count = cpuid->nent;
	struct kvm_cpuid_entry2 *entry;
	int kvm = kvm_open();

	CHECK(count > 4 && count < 256);
	entry = cpuid_find(cpuid, 0, 0);
	CHECK(entry && entry->eax >= 1);
	entry = cpuid_find(cpuid, 1, 0);
	/* FPU, TSC, MSR, PAE, CX8, FXSR, SSE, SSE2. */
	CHECK(entry && (entry->edx & 0x07000170) == 0x07000170);
	/* A feature is reported only when it needs nothing of the user: x2APIC id, OSXSAVE no. */
	CHECK(!(entry->ecx & (1u << 27)) || kvm_capability(KVM_CAP_XCRS));
	entry = cpuid_find(cpuid, 0x80000001, 0);
	CHECK(entry && entry->edx & (1u << 29));
	for (u32 i = 0; i < count; i++)
		for (u32 j = 0; j < i; j++)
			CHECK(cpuid->entries[i].function != cpuid->entries[j].function ||
			      cpuid->entries[i].index != cpuid->entries[j].index);
	cpuid->nent = count;
	CHECK_OK(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid));
	CHECK_EQ(cpuid->nent, count);
	/* More than there can be is no error. */
	cpuid->nent = 0xffffffff;
	cpuid = realloc(cpuid, sizeof(*cpuid) + 1024 * sizeof(cpuid->entries[0]));
	CHECK_OK(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid));
	CHECK_EQ(cpuid->nent, count);
}

/* VMMs (Firecracker) want an entry for each leaf, whether there is anything in it or not; and a
 * guest wants to know that its APIC timer runs on in HLT. */
TEST(device_supported_cpuid_every_leaf)
{
	static const u32 ranges[] = {0, 0x80000000};
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		u32 last = cpuid_find(cpuid, ranges[i], 0)->eax;

		for (u32 leaf = ranges[i]; leaf <= last; leaf++) {
			test_row("leaf %#x", leaf);
			CHECK(cpuid_find(cpuid, leaf, 0));
		}
	}
	test_row("%s", "");
	if (cpuid_find(cpuid, 0, 0)->eax >= 6)
		CHECK_EQ(cpuid_find(cpuid, 6, 0)->eax & 4, 4);
}

TEST(device_supported_cpuid_too_small)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	u32 counts[] = {0, 1, cpuid->nent / 2, cpuid->nent - 1};
	int kvm = kvm_open();

	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		test_row("nent %u", counts[i]);
		cpuid->nent = counts[i];
		CHECK_ERR(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid), E2BIG);
	}
}

TEST(device_msr_index_list)
{
	struct kvm_msr_list *list = calloc(1, sizeof(*list) + 4 * 1024);
	int kvm = kvm_open();
	u32 count;

	CHECK_ERR(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list), E2BIG);
	count = list->nmsrs;
	CHECK(count > 8 && count < 1024);
	list->nmsrs = count - 1;
	CHECK_ERR(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list), E2BIG);
	CHECK_EQ(list->nmsrs, count);
	CHECK_OK(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list));
	CHECK_EQ(list->nmsrs, count);
	list->nmsrs = 1000;
	CHECK_OK(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list));
	CHECK_EQ(list->nmsrs, count);
	for (u32 i = 0; i < count; i++)
		for (u32 j = 0; j < i; j++)
			CHECK(list->indices[i] != list->indices[j]);
}

/* What a guest can change must be in the list, or it is lost when a VM is saved. */
TEST(device_msr_index_list_members)
{
	static const u32 members[] = {
		0x00000010, /* TSC */
		0x4b564d02, /* KVM_ASYNC_PF_EN */
		0x4b564d06, /* KVM_ASYNC_PF_INT */
		0x4b564d07, /* KVM_ASYNC_PF_ACK */
		0x00000174, /* SYSENTER_CS */
		0x00000175, /* SYSENTER_ESP */
		0x00000176, /* SYSENTER_EIP */
		0x00000277, /* PAT */
		0xc0000081, /* STAR */
		0xc0000082, /* LSTAR */
		0xc0000083, /* CSTAR */
		0xc0000084, /* SYSCALL_MASK */
		0xc0000102, /* KERNEL_GS_BASE */
	};
	struct kvm_msr_list *list = calloc(1, sizeof(*list) + 4 * 1024);
	int kvm = kvm_open();

	list->nmsrs = 1024;
	CHECK_OK(ioctl(kvm, KVM_GET_MSR_INDEX_LIST, list));
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		bool found = false;

		for (u32 j = 0; j < list->nmsrs; j++)
			found |= list->indices[j] == members[i];
		test_row("MSR %#x", members[i]);
		CHECK(found);
	}
}

TEST(device_bad_pointers)
{
	static const unsigned long requests[] = {KVM_GET_SUPPORTED_CPUID, KVM_GET_MSR_INDEX_LIST};
	static void *const pointers[] = {NULL, UNMAPPED, KERNEL, (void *)-1};
	u8 *last = host_memory(2 * PAGE) + PAGE;
	int kvm = kvm_open();

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(pointers); j++) {
			test_row("request %#lx pointer %p", requests[i], pointers[j]);
			CHECK_ERR(ioctl(kvm, requests[i], pointers[j]), EFAULT);
		}
	}
	/* The head is there, the room it promises is not. */
	CHECK_OK(mprotect(last, PAGE, PROT_NONE));
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		u32 *count = (u32 *)(last - 8);

		count[0] = 256;
		test_row("request %#lx half mapped", requests[i]);
		CHECK_ERR(ioctl(kvm, requests[i], count), EFAULT);
	}
	/* Nothing can be written there, and reading is not enough. */
	CHECK_OK(mprotect(last - PAGE, PAGE, PROT_READ));
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		test_row("request %#lx read-only", requests[i]);
		CHECK_ERR(ioctl(kvm, requests[i], last - 8), EFAULT);
	}
}
