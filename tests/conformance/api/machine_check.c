// SPDX-License-Identifier: GPL-2.0
/* Machine checks by user space; feature MSRs; SREGS2 and XSAVE2. */
#include <stdio.h>
#include <stdlib.h>

#include "vm.h"

enum {
	MSR_ARCH_CAPABILITIES = 0x10a,
	MSR_MCG_CAP = 0x179,
	MSR_MCG_STATUS = 0x17a,
	MSR_MC1_CTL = 0x404,
	MSR_MC1_STATUS = 0x405,
	MSR_MC1_ADDR = 0x406,
};

#define MCG_CTL_P	   (1ULL << 8)
#define MCG_SER_P	   (1ULL << 24)
#define STATUS_VALID	   (1ULL << 63)
#define STATUS_OVERFLOW	   (1ULL << 62)
#define STATUS_UNCORRECTED (1ULL << 61)

static int setup(struct vcpu *cpu, u64 capabilities)
{
	return ioctl(cpu->fd, KVM_X86_SETUP_MCE, &capabilities);
}

TEST(mce_setup)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u64 supported = 0;

	CHECK_EQ(kvm_capability(KVM_CAP_MCE), 32);
	CHECK_OK(ioctl(kvm_open(), KVM_X86_GET_MCE_CAP_SUPPORTED, &supported));
	CHECK_EQ(supported & (MCG_CTL_P | MCG_SER_P), MCG_CTL_P | MCG_SER_P);
	CHECK_EQ(vcpu_msr(&cpu, MSR_MCG_CAP), 32);
	CHECK_ERR(setup(&cpu, 0), EINVAL);
	CHECK_ERR(setup(&cpu, 33), EINVAL);
	CHECK_ERR(setup(&cpu, 10 | 1ULL << 40), EINVAL);
	CHECK_OK(setup(&cpu, 10 | MCG_CTL_P | MCG_SER_P));
	CHECK_EQ(vcpu_msr(&cpu, MSR_MCG_CAP), 10 | MCG_CTL_P | MCG_SER_P);
	CHECK_EQ(vcpu_msr(&cpu, MSR_MC1_CTL), ~0ULL);
	CHECK_EQ(vcpu_get_msr(&cpu, 0x400 + 4 * 10, &supported), 0);
}

GUEST64(guest_counts, "1: out %al, $0xc\n"
		      "jmp 1b\n"
		      ".org 0x80\n"
		      "out %al, $0xd\n");

TEST(mce_inject)
{
	struct guest g = GUEST_LONG(guest_counts);
	struct kvm_x86_mce mce = {.status = STATUS_VALID | 0x134, .addr = 0x1000, .bank = 1};
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);

	vm_set_gate(&g.vm, 18, 0x80);
	CHECK_OK(setup(&g.cpu, 2));
	mce.bank = 2;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_X86_SET_MCE, &mce), EINVAL);
	mce.bank = 1;
	mce.status = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_X86_SET_MCE, &mce), EINVAL);

	mce.status = STATUS_VALID | 0x134;
	CHECK_OK(ioctl(g.cpu.fd, KVM_X86_SET_MCE, &mce));
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xc);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_STATUS), STATUS_VALID | 0x134);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_ADDR), 0x1000);

	sregs.cr4 |= 1 << 6;
	vcpu_set_sregs(&g.cpu, &sregs);
	mce.status |= STATUS_UNCORRECTED;
	mce.mcg_status = 5;
	CHECK_OK(ioctl(g.cpu.fd, KVM_X86_SET_MCE, &mce));
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.port, 0xd);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MCG_STATUS), 5);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_STATUS), mce.status | STATUS_OVERFLOW);
	/* One more while the first is handled. */
	CHECK_OK(ioctl(g.cpu.fd, KVM_X86_SET_MCE, &mce));
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
}

TEST(msr_features)
{
	struct kvm_msr_list *list = calloc(1, sizeof(*list) + 256 * sizeof(u32));
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} get = {{.nmsrs = 1}, {.index = MSR_ARCH_CAPABILITIES}};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	bool found = false;

	CHECK_EQ(kvm_capability(KVM_CAP_GET_MSR_FEATURES), 1);
	CHECK_ERR(ioctl(kvm_open(), KVM_GET_MSR_FEATURE_INDEX_LIST, list), E2BIG);
	CHECK(list->nmsrs > 0 && list->nmsrs < 256);
	CHECK_OK(ioctl(kvm_open(), KVM_GET_MSR_FEATURE_INDEX_LIST, list));
	for (u32 i = 0; i < list->nmsrs; i++)
		found |= list->indices[i] == MSR_ARCH_CAPABILITIES;
	CHECK(found);
	CHECK_EQ(ioctl(kvm_open(), KVM_GET_MSRS, &get), 1);
	CHECK_EQ(vcpu_msr(&cpu, MSR_ARCH_CAPABILITIES), get.entry.data);
	CHECK_EQ(vcpu_set_msr(&cpu, MSR_ARCH_CAPABILITIES, get.entry.data), 1);
	get.entry.index = 0x10;
	CHECK_EQ(ioctl(kvm_open(), KVM_GET_MSRS, &get), 0);
}

/* The line "bugs" of the first processor in /proc/cpuinfo, with a blank at its end. */
static void read_bugs(char *line, int size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");

	CHECK(file);
	while (fgets(line, size, file))
		if (!strncmp(line, "bugs", 4))
			break;
	fclose(file);
	CHECK(!strncmp(line, "bugs", 4));
	line[strcspn(line, "\n")] = ' ';
}

/* What the kernel knows that the processor is not open to, a guest is told too. */
TEST(msr_features_deny_what_the_kernel_knows_of)
{
	static const struct {
		const char *bug;
		u64 no;
	} rows[] = {
		{" cpu_meltdown ", 1ull << 0}, {" spec_store_bypass ", 1ull << 4},
		{" mds ", 1ull << 5},	       {" gds ", 1ull << 26},
		{" rfds ", 1ull << 27},	       {" its ", 1ull << 62},
	};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u64 capabilities = vcpu_msr(&cpu, MSR_ARCH_CAPABILITIES);
	char bugs[1024];

	read_bugs(bugs, sizeof(bugs));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%s", rows[i].bug);
		if (!strstr(bugs, rows[i].bug))
			CHECK(capabilities & rows[i].no);
	}
	test_row("%s", "");
}

TEST(sregs2_round_trip)
{
	struct guest g = GUEST_LONG(guest_counts);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);
	struct kvm_sregs2 sregs2 = {0};

	CHECK_EQ(kvm_capability(KVM_CAP_SREGS2), 1);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_SREGS2, &sregs2));
	CHECK_EQ(sregs2.flags, 0);
	CHECK_MEM(&sregs2, &sregs, offsetof(struct kvm_sregs, interrupt_bitmap));
	sregs2.flags = 2;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_SREGS2, &sregs2), EINVAL);
	sregs2.flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_SET_SREGS2, &sregs2), EINVAL);

	/* PAE paging: the four come from the caller. */
	sregs2.efer = 0;
	sregs2.cs.l = 0;
	for (int i = 0; i < 4; i++)
		sregs2.pdptrs[i] = (0x20000 + 0x1000 * i) | 1;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_SREGS2, &sregs2));
	memset(&sregs2, 0, sizeof(sregs2));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_SREGS2, &sregs2));
	CHECK_EQ(sregs2.flags, KVM_SREGS2_FLAGS_PDPTRS_VALID);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(sregs2.pdptrs[i], (0x20000ULL + 0x1000 * i) | 1);
}

TEST(xsave2)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u8 *one = calloc(1, 4096), *two = calloc(1, 4096);

	CHECK_EQ(kvm_capability(KVM_CAP_XSAVE2), 4096);
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, one));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE2, two));
	CHECK_MEM(two, one, 4096);
}
