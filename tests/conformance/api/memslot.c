// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_USER_MEMORY_REGION and the other ioctls of a VM. */
#define _GNU_SOURCE
#include <stdio.h>

#include "vm.h"

#define MIB (1ULL << 20)
#define TIB (1ULL << 40)

/* A VM without slots, and memory for them. */
struct bench {
	int vm;
	u8 *memory;
};

static struct bench bench_create(void)
{
	return (struct bench){vm_fd_create(), host_memory(8 * MIB)};
}

TEST(memslot_bad_arguments)
{
	struct bench b = bench_create();
	u8 *const m = b.memory;
	const struct {
		const char *what;
		u32 slot, flags;
		u64 gpa, size;
		const void *hva;
	} rows[] = {
		{"size not of pages", 0, 0, 0, PAGE + 1, m},
		{"size under a page", 0, 0, 0, 1, m},
		{"size of half a page", 0, 0, 0, PAGE / 2, m},
		{"gpa inside a page", 0, 0, 8, PAGE, m},
		{"hva inside a page", 0, 0, 0, PAGE, m + 1},
		{"hva of the kernel", 0, 0, 0, PAGE, (void *)0xffff888000000000},
		{"hva not canonical", 0, 0, 0, PAGE, (void *)0x8000000000000000},
		{"hva runs out of user space", 0, 0, 0, 2 * PAGE, (void *)0x7fffffffe000},
		{"hva wraps", 0, 0, 0, 2 * PAGE, (void *)-PAGE},
		{"gpa wraps", 0, 0, -PAGE, 2 * PAGE, m},
		{"gpa wraps to 0", 0, 0, -PAGE, PAGE, m},
		{"gpa beyond any processor", 0, 0, 1ULL << 52, PAGE, m},
		{"size beyond any slot", 0, 0, 0, 1ULL << 63, m},
		{"2^31 pages", 0, 0, 0, 8 * TIB, m},
		{"unknown flag 2", 0, 1 << 2, 0, PAGE, m},
		{"unknown flag 31", 0, 1u << 31, 0, PAGE, m},
		{"all flags", 0, ~0u, 0, PAGE, m},
		{"slot number 32767", 0x7fff, 0, 0, PAGE, m},
		{"slot number 65535", 0xffff, 0, 0, PAGE, m},
		{"address space 65535", 0xffff0000, 0, 0, PAGE, m},
		{"delete what is not there", 0, 0, 0, 0, m},
		{"delete what is not there, slot 9", 9, 0, 0x1000, 0, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%s", rows[i].what);
		CHECK_ERR(vm_set_slot(b.vm, rows[i].slot, rows[i].flags, rows[i].gpa, rows[i].size,
				      rows[i].hva),
			  EINVAL);
	}
	test_row("%s", "");
	CHECK_ERR(ioctl(b.vm, KVM_SET_USER_MEMORY_REGION, NULL), EFAULT);
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, PAGE, b.memory));
}

/*
 * Linear-address masking (LAM) lets a program write what it likes to bits 62:57 of an address.  An
 * address with such a tag names the memory that the one without names, but nobody takes it from the
 * guest when that is unmapped: it is no address for a slot, whether the program has LAM or not.
 */
TEST(memslot_tagged_address)
{
	struct bench b = bench_create();

	for (unsigned int bit = 57; bit <= 63; bit++) {
		u64 hva = (u64)b.memory | 1ULL << bit;

		test_row("bit %u", bit);
		CHECK_ERR(vm_set_slot(b.vm, 0, 0, 0, PAGE, (void *)hva), EINVAL);
	}
	test_row("%s", "");
	CHECK_ERR(vm_set_slot(b.vm, 0, 0, 0, 0, NULL), EINVAL);
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, PAGE, b.memory));
}

TEST(memslot_numbers)
{
	struct bench b = bench_create();
	int slots = ioctl(b.vm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
	int spaces = ioctl(b.vm, KVM_CHECK_EXTENSION, KVM_CAP_MULTI_ADDRESS_SPACE);

	if (spaces < 1)
		spaces = 1;
	CHECK_OK(vm_set_slot(b.vm, slots - 1, 0, 0, PAGE, b.memory));
	CHECK_ERR(vm_set_slot(b.vm, slots, 0, PAGE, PAGE, b.memory), EINVAL);
	CHECK_ERR(vm_set_slot(b.vm, spaces << 16, 0, PAGE, PAGE, b.memory), EINVAL);
	CHECK_OK(vm_set_slot(b.vm, slots - 1, 0, 0, 0, NULL));
	CHECK_ERR(vm_set_slot(b.vm, slots - 1, 0, 0, 0, NULL), EINVAL);
}

TEST(memslot_overlap)
{
	struct bench b = bench_create();
	static const struct {
		const char *what;
		u64 first, pages;
		int error;
	} rows[] = {
		{"the same range", 16, 4, EEXIST},   {"its first page", 16, 1, EEXIST},
		{"its last page", 19, 1, EEXIST},    {"around it", 8, 32, EEXIST},
		{"across its start", 15, 2, EEXIST}, {"across its end", 19, 2, EEXIST},
		{"just before", 12, 4, 0},	     {"just after", 20, 4, 0},
	};

	CHECK_OK(vm_set_slot(b.vm, 0, 0, 16 * PAGE, 4 * PAGE, b.memory));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 gpa = rows[i].first * PAGE, size = rows[i].pages * PAGE;

		test_row("%s", rows[i].what);
		if (rows[i].error) {
			CHECK_ERR(vm_set_slot(b.vm, 1, 0, gpa, size, b.memory), EEXIST);
			/* A refused slot does not exist. */
			CHECK_ERR(vm_set_slot(b.vm, 1, 0, 0, 0, NULL), EINVAL);
		} else {
			CHECK_OK(vm_set_slot(b.vm, 1, 0, gpa, size, b.memory));
			CHECK_OK(vm_set_slot(b.vm, 1, 0, 0, 0, NULL));
		}
	}
}

TEST(memslot_change)
{
	struct bench b = bench_create();
	u8 *const m = b.memory;
	const struct {
		const char *what;
		u32 flags;
		u64 gpa, size;
		const void *hva;
		int error;
	} rows[] = {
		{"nothing changes", 0, 16 * PAGE, 4 * PAGE, m, 0},
		{"grows", 0, 16 * PAGE, 5 * PAGE, m, EINVAL},
		{"shrinks", 0, 16 * PAGE, 3 * PAGE, m, EINVAL},
		{"other memory", 0, 16 * PAGE, 4 * PAGE, m + PAGE, EINVAL},
		{"becomes read-only", KVM_MEM_READONLY, 16 * PAGE, 4 * PAGE, m, EINVAL},
		{"moves and grows", 0, 32 * PAGE, 5 * PAGE, m, EINVAL},
		{"moves with other memory", 0, 32 * PAGE, 4 * PAGE, m + PAGE, EINVAL},
		{"moves onto another", 0, 7 * PAGE, 4 * PAGE, m, EEXIST},
		{"moves beyond any processor", 0, 1ULL << 52, 4 * PAGE, m, EINVAL},
		{"moves onto itself by a page", 0, 17 * PAGE, 4 * PAGE, m, 0},
		{"moves far", 0, 1024 * PAGE, 4 * PAGE, m, 0},
		{"moves back", 0, 16 * PAGE, 4 * PAGE, m, 0},
	};

	CHECK_OK(vm_set_slot(b.vm, 0, 0, 16 * PAGE, 4 * PAGE, m));
	CHECK_OK(vm_set_slot(b.vm, 1, 0, 0, 8 * PAGE, m));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%s", rows[i].what);
		if (rows[i].error)
			CHECK_ERR(vm_set_slot(b.vm, 0, rows[i].flags, rows[i].gpa, rows[i].size,
					      rows[i].hva),
				  rows[i].error);
		else
			CHECK_OK(vm_set_slot(b.vm, 0, rows[i].flags, rows[i].gpa, rows[i].size,
					     rows[i].hva));
	}
}

/* Flags, address and memory do not matter for a deletion, as long as they are valid. */
TEST(memslot_delete)
{
	struct bench b = bench_create();

	CHECK_OK(vm_set_slot(b.vm, 3, 0, 0, 4 * PAGE, b.memory));
	CHECK_ERR(vm_set_slot(b.vm, 3, 0, 1, 0, NULL), EINVAL);
	CHECK_ERR(vm_set_slot(b.vm, 3, 1u << 5, 0, 0, NULL), EINVAL);
	CHECK_ERR(vm_set_slot(b.vm, 4, 0, 0, 0, NULL), EINVAL);
	CHECK_OK(vm_set_slot(b.vm, 3, 0, 64 * PAGE, 0, b.memory + PAGE));
	CHECK_ERR(vm_set_slot(b.vm, 3, 0, 0, 0, NULL), EINVAL);
	/* The range and the number are free again. */
	CHECK_OK(vm_set_slot(b.vm, 1, 0, 0, 4 * PAGE, b.memory));
	CHECK_OK(vm_set_slot(b.vm, 3, 0, 4 * PAGE, 8 * PAGE, b.memory));
}

/* Memory is looked at when the guest touches it, not before. */
TEST(memslot_unmapped_memory)
{
	struct bench b = bench_create();

	CHECK_OK(munmap(b.memory, 8 * MIB));
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, 8 * MIB, b.memory));
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, 0, NULL));
}

TEST(memslot_readonly_flag)
{
	struct bench b = bench_create();

	CHECK_OK(vm_set_slot(b.vm, 0, KVM_MEM_READONLY, 0, 4 * PAGE, b.memory));
	CHECK_ERR(vm_set_slot(b.vm, 0, 0, 0, 4 * PAGE, b.memory), EINVAL);
	CHECK_OK(vm_set_slot(b.vm, 0, KVM_MEM_READONLY, 8 * PAGE, 4 * PAGE, b.memory));
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, 0, NULL));
	CHECK_OK(vm_set_slot(b.vm, 0, 0, 0, 4 * PAGE, b.memory));
}

TEST(memslot_many)
{
	struct bench b = bench_create();
	int slots = ioctl(b.vm, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);

	if (slots > 300)
		slots = 300;
	for (int i = 0; i < slots; i++)
		CHECK_OK(vm_set_slot(b.vm, slots - 1 - i, 0, 2 * i * PAGE, PAGE, b.memory));
	for (int i = 0; i < slots; i++)
		CHECK_ERR(vm_set_slot(b.vm, i, 0, 2 * i * PAGE, 2 * PAGE, b.memory), EINVAL);
	for (int i = 0; i < slots; i += 2)
		CHECK_OK(vm_set_slot(b.vm, i, 0, 0, 0, NULL));
	for (int i = 1; i < slots; i += 2)
		CHECK_OK(vm_set_slot(b.vm, i, 0, (1024 + i) * PAGE, PAGE, b.memory));
}

TEST(vm_set_tss_addr)
{
	int vm = vm_fd_create();

	CHECK_OK(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL));
	CHECK_OK(ioctl(vm, KVM_SET_TSS_ADDR, 0xffffd000UL));
	CHECK_ERR(ioctl(vm, KVM_SET_TSS_ADDR, 0xffffd001UL), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_TSS_ADDR, 0xffffe000UL), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_TSS_ADDR, 0x100000000UL), EINVAL);
	CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 0));
	CHECK_OK(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL));
}

TEST(vm_set_identity_map_addr)
{
	int vm = vm_fd_create();
	u64 address = 0xfffbc000, zero = 0;

	CHECK_ERR(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, NULL), EFAULT);
	CHECK_OK(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &address));
	CHECK_OK(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &zero));
	CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 0));
	CHECK_ERR(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &address), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, NULL), EINVAL);
}

TEST(vm_create_vcpu)
{
	int vm = vm_fd_create();
	int limit = ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID);
	char name[64] = "", path[64];
	int vcpu;

	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, limit), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, 0xffffffffUL), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, ~0UL), EINVAL);
	/* Numbers need not start at 0 nor be dense. */
	vcpu = CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 3));
	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, 3), EEXIST);
	CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 0));
	CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, limit - 1));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", vcpu);
	CHECK_OK(readlink(path, name, sizeof(name) - 1));
	CHECK(!strcmp(name, "anon_inode:kvm-vcpu:3"));
	/* A vCPU lives as long as its VM: closing it does not free its number. */
	CHECK_OK(close(vcpu));
	CHECK_ERR(ioctl(vm, KVM_CREATE_VCPU, 3), EEXIST);
}

TEST(vm_unknown_ioctl)
{
	static const unsigned long requests[] = {
		_IO(KVMIO, 0xfe),
		_IOWR(KVMIO, 0xff, struct kvm_regs),
		_IO('T', 1),
		0,
		0xffffffff,
		_IOR(KVMIO, 0x46, struct kvm_userspace_memory_region),
		_IOW(KVMIO, 0x46, int),
		KVM_GET_API_VERSION,
		KVM_CREATE_VM,
		KVM_GET_VCPU_MMAP_SIZE,
		KVM_GET_SUPPORTED_CPUID,
		KVM_RUN,
		KVM_GET_REGS,
		KVM_SET_CPUID2,
	};
	int vm = vm_fd_create();

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		test_row("request %#lx", requests[i]);
		CHECK_ERR(ioctl(vm, requests[i], 0), ENOTTY);
	}
}

TEST(vm_no_file_operations)
{
	int vm = vm_fd_create();
	char byte;

	CHECK_ERR(read(vm, &byte, 1), EINVAL);
	CHECK_ERR(write(vm, &byte, 1), EINVAL);
	CHECK_ERR(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vm, 0), ENODEV);
}
