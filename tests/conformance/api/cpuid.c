// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_CPUID2, KVM_GET_CPUID2, and what CPUID says in the guest. */
#include <stdlib.h>

#include "vm.h"

static struct kvm_cpuid2 *cpuid_alloc(u32 entries)
{
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + entries * sizeof(cpuid->entries[0]));

	CHECK(cpuid);
	cpuid->nent = entries;
	return cpuid;
}

TEST(cpuid_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_cpuid2 *set = kvm_supported_cpuid(), *got = cpuid_alloc(256);

	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, got));
	for (u32 i = 0; i < set->nent; i++)
		set->entries[i].padding[0] = set->entries[i].padding[2] = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, set));
	got->nent = set->nent;
	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, got));
	CHECK_EQ(got->nent, set->nent);
	for (u32 i = 0; i < set->nent; i++) {
		struct kvm_cpuid_entry2 *a = &set->entries[i], *b = &got->entries[i];

		test_row("function %#x index %u", a->function, a->index);
		CHECK_EQ(b->function, a->function);
		CHECK_EQ(b->index, a->index);
		CHECK_EQ(b->flags, a->flags);
		/* Bits that follow the guest's state may differ: APIC id, OSXSAVE, sizes. */
		if (a->function == 1 || a->function == 7 || a->function == 0xd)
			continue;
		CHECK_EQ(b->eax, a->eax);
		CHECK_EQ(b->ebx, a->ebx);
		CHECK_EQ(b->ecx, a->ecx);
		CHECK_EQ(b->edx, a->edx);
	}
}

TEST(cpuid_counts)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_cpuid2 *cpuid = cpuid_alloc(300), *got = cpuid_alloc(300);

	cpuid->nent = 257;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid), E2BIG);
	cpuid->nent = 0xffffffff;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid), E2BIG);
	cpuid->nent = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
	got->nent = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, got));
	cpuid->nent = 256;
	for (u32 i = 0; i < 256; i++)
		cpuid->entries[i].function = i;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
	got->nent = 255;
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_CPUID2, got), E2BIG);
	got->nent = 0;
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_CPUID2, got), E2BIG);
	got->nent = 300;
	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, got));
	CHECK_EQ(got->entries[255].function, 255);
}

TEST(cpuid_bad_pointers)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u8 *edge = host_memory(2 * PAGE) + PAGE;
	struct kvm_cpuid2 *cpuid = (void *)(edge - 8);

	CHECK_OK(munmap(edge, PAGE));
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_CPUID2, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_CPUID2, NULL), EFAULT);
	vcpu_set_supported_cpuid(&cpu);
	cpuid->nent = 3;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid), EFAULT);
	cpuid->nent = 256;
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_CPUID2, cpuid), EFAULT);
}

/* Paging with other than 48 or 57 bits of linear address exists nowhere. */
TEST(cpuid_address_width)
{
	static const struct {
		u32 eax;
		int error;
	} rows[] = {{0x3028, 0}, {0x0028, 0}, {0x2028, EINVAL}, {0x4028, EINVAL}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
		struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

		test_row("0x80000008 EAX = %#x", rows[i].eax);
		cpuid_find(cpuid, 0x80000008, 0)->eax = rows[i].eax;
		if (rows[i].error)
			CHECK_ERR(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid), EINVAL);
		else
			CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
		vcpu_destroy(&cpu);
	}
}

/* CPUID of EBX and ECX; the four results go to memory and HLT tells. */
GUEST64(guest_cpuid, "1: mov %rbx, %rax\n"
		     "cpuid\n"
		     "hlt\n"
		     "jmp 1b");

static void check_guest_cpuid(struct guest *g, u32 function, u32 index, const u32 want[4])
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rflags = 2, .rbx = function, .rcx = index};

	vcpu_set_regs(&g->cpu, &regs);
	test_row("function %#x index %u", function, index);
	CHECK_EXIT(&g->cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g->cpu);
	CHECK_EQ(regs.rax, want[0]);
	CHECK_EQ(regs.rbx, want[1]);
	CHECK_EQ(regs.rcx, want[2]);
	CHECK_EQ(regs.rdx, want[3]);
	test_row("%s", "");
}

TEST(cpuid_in_guest)
{
	struct guest g = GUEST_LONG(guest_cpuid);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_cpuid_entry2 *entry = &cpuid->entries[cpuid->nent];
	u32 max = cpuid_find(cpuid, 0, 0)->eax;
	struct kvm_cpuid_entry2 *last = cpuid_find(cpuid, max, 0);
	u32 end[4] = {0};

	*entry++ = (struct kvm_cpuid_entry2){.function = 0x40000000,
					     .eax = 0x40000001,
					     .ebx = 0x11223344,
					     .ecx = 0x55667788,
					     .edx = 0x99aabbcc};
	*entry++ = (struct kvm_cpuid_entry2){.function = 0x40000001,
					     .index = 0,
					     .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
					     .eax = 1,
					     .ebx = 2,
					     .ecx = 3,
					     .edx = 4};
	*entry++ = (struct kvm_cpuid_entry2){.function = 0x40000001,
					     .index = 1,
					     .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
					     .eax = 5,
					     .ebx = 6,
					     .ecx = 7,
					     .edx = 8};
	/* Leaves 0x4000000x of the system's own would come first. */
	for (u32 i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function >> 8 == 0x400000)
			cpuid->entries[i].function = 0xc0000000 + i;
	cpuid->nent = entry - cpuid->entries;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid));
	check_guest_cpuid(&g, 0x40000000, 0,
			  (u32[]){0x40000001, 0x11223344, 0x55667788, 0x99aabbcc});
	check_guest_cpuid(&g, 0x40000000, 77,
			  (u32[]){0x40000001, 0x11223344, 0x55667788, 0x99aabbcc});
	check_guest_cpuid(&g, 0x40000001, 0, (u32[]){1, 2, 3, 4});
	check_guest_cpuid(&g, 0x40000001, 1, (u32[]){5, 6, 7, 8});
	check_guest_cpuid(&g, 0x40000001, 2, (u32[]){0, 0, 0, 0});
	/* Above the basic range an Intel processor answers with the last basic leaf. */
	if (last && !(last->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX))
		memcpy(end, &last->eax, sizeof(end));
	else if (max != 0xd)
		return;
	else
		memcpy(end, &last->eax, sizeof(end));
	if (max != 0xd)
		check_guest_cpuid(&g, max + 1, 0, end);
}

/* OSXSAVE of leaf 1 shows the guest's CR4, not what the user wrote. */
TEST(cpuid_osxsave_follows_cr4)
{
	struct guest g = GUEST_LONG(guest_cpuid);
	struct kvm_regs regs = {.rip = GUEST_CODE, .rflags = 2, .rbx = 1};
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);

	if (!kvm_capability(KVM_CAP_XCRS))
		test_skip("no XSAVE");
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx & (1 << 27), 0);
	sregs.cr4 |= 1 << 18;
	vcpu_set_sregs(&g.cpu, &sregs);
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx & (1 << 27), 1 << 27);
}

/* Once the guest has run, its processor cannot become another one. */
TEST(cpuid_after_run)
{
	struct guest g = GUEST_LONG(guest_cpuid);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid));
	cpuid_find(cpuid, 1, 0)->eax ^= 0x10;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid), EINVAL);
	cpuid->nent--;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid), EINVAL);
}

/* What KVM_GET_CPUID2 gives is what the guest would see; what was set before can be set after a
 * run.
 */
GUEST16(guest_runs, "1: out %al, $0x10\njmp 1b");

TEST(cpuid_follows_registers)
{
	struct guest g = GUEST_REAL(guest_runs);
	struct kvm_cpuid2 *set = kvm_supported_cpuid(), *got = cpuid_alloc(256);
	struct kvm_sregs sregs;

	if (!(cpuid_find(set, 1, 0)->ecx & 1 << 26))
		test_skip("no XSAVE");
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, set));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_CPUID2, got));
	CHECK_EQ(cpuid_find(got, 1, 0)->ecx & 1 << 27, 0);
	CHECK_EQ(cpuid_find(got, 0xd, 0)->ebx, 576);
	sregs = vcpu_sregs(&g.cpu);
	sregs.cr4 |= 1 << 18;
	vcpu_set_sregs(&g.cpu, &sregs);
	got->nent = 256;
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_CPUID2, got));
	CHECK_EQ(cpuid_find(got, 1, 0)->ecx & 1 << 27, 1 << 27);
	CHECK_OUT(&g.cpu, 0x10, 1, 0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, set));
	got->nent = 256;
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_CPUID2, got));
	/* KVM 6.1 leaves the room that there was. */
	if (got->nent == 256)
		got->nent = set->nent;
	CHECK_EQ(got->nent, set->nent);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, got));
	cpuid_find(set, 0xd, 0)->eax ^= 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_CPUID2, set), EINVAL);
}

/* Registers may be set before CPUID: CR4 then takes what is supported, and no more. */
TEST(cpuid_after_cr4)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_cpuid2 *supported = kvm_supported_cpuid();
	struct kvm_sregs sregs = vcpu_sregs(&cpu);
	bool smep = cpuid_find(supported, 7, 0)->ebx & 1 << 7;

	sregs.cr4 |= 1 << 20; /* SMEP */
	CHECK_EQ(ioctl(cpu.fd, KVM_SET_SREGS, &sregs) == 0, smep);
	sregs.cr4 = 1 << 14; /* SMXE */
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, &sregs), EINVAL);
}
