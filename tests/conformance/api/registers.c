// SPDX-License-Identifier: GPL-2.0
/* A vCPU's registers: the state after creation, KVM_{GET,SET}_REGS and KVM_{GET,SET}_SREGS. */
#include "vm.h"

#define CR0_PE	  (1ULL << 0)
#define CR0_NW	  (1ULL << 29)
#define CR0_CD	  (1ULL << 30)
#define CR0_PG	  (1ULL << 31)
#define CR4_PAE	  (1ULL << 5)
#define CR4_PCIDE (1ULL << 17)
#define CR4_SMAP  (1ULL << 21)
#define EFER_LME  (1ULL << 8)
#define EFER_LMA  (1ULL << 10)

static void check_segment(const char *name, const struct kvm_segment *got, u64 base, u16 selector,
			  u8 type, u8 s)
{
	test_row("%s", name);
	CHECK_EQ(got->base, base);
	CHECK_EQ(got->limit, 0xffff);
	CHECK_EQ(got->selector, selector);
	CHECK_EQ(got->type, type);
	CHECK_EQ(got->present, 1);
	CHECK_EQ(got->dpl, 0);
	CHECK_EQ(got->s, s);
	CHECK_EQ(got->db, 0);
	CHECK_EQ(got->l, 0);
	CHECK_EQ(got->g, 0);
	CHECK_EQ(got->unusable, 0);
	test_row("%s", "");
}

/* SDM, "Processor State After Reset". */
TEST(reset_segments)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_sregs s = vcpu_sregs(&cpu);

	check_segment("cs", &s.cs, 0xffff0000, 0xf000, 11, 1);
	check_segment("ds", &s.ds, 0, 0, 3, 1);
	check_segment("es", &s.es, 0, 0, 3, 1);
	check_segment("fs", &s.fs, 0, 0, 3, 1);
	check_segment("gs", &s.gs, 0, 0, 3, 1);
	check_segment("ss", &s.ss, 0, 0, 3, 1);
	check_segment("ldt", &s.ldt, 0, 0, 2, 0);
	check_segment("tr", &s.tr, 0, 0, 11, 0);
	CHECK_EQ(s.gdt.base, 0);
	CHECK_EQ(s.gdt.limit, 0xffff);
	CHECK_EQ(s.idt.base, 0);
	CHECK_EQ(s.idt.limit, 0xffff);
}

TEST(reset_control_registers)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_sregs s = vcpu_sregs(&cpu);

	CHECK_EQ(s.cr0, 0x60000010);
	CHECK_EQ(s.cr2, 0);
	CHECK_EQ(s.cr3, 0);
	CHECK_EQ(s.cr4, 0);
	CHECK_EQ(s.cr8, 0);
	CHECK_EQ(s.efer, 0);
	for (size_t i = 0; i < ARRAY_SIZE(s.interrupt_bitmap); i++)
		CHECK_EQ(s.interrupt_bitmap[i], 0);
}

TEST(reset_general_registers)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_regs r = vcpu_regs(&cpu);

	CHECK_EQ(r.rip, 0xfff0);
	CHECK_EQ(r.rflags, 2);
	/* Family 6, as long as no CPUID says which processor this is. */
	CHECK_EQ(r.rdx, 0x600);
	CHECK_EQ(r.rax | r.rbx | r.rcx | r.rsi | r.rdi | r.rbp | r.rsp, 0);
	CHECK_EQ(r.r8 | r.r9 | r.r10 | r.r11 | r.r12 | r.r13 | r.r14 | r.r15, 0);
}

/* Every vCPU starts at the reset vector; which is the first processor shows in the APIC base. */
TEST(reset_second_vcpu)
{
	int vm = vm_fd_create();
	struct vcpu first = vcpu_create(vm, 0), second = vcpu_create(vm, 1);

	CHECK_EQ(vcpu_sregs(&first).apic_base, 0xfee00900);
	CHECK_EQ(vcpu_sregs(&second).apic_base, 0xfee00800);
	CHECK_EQ(vcpu_regs(&second).rip, 0xfff0);
	CHECK_EQ(vcpu_sregs(&second).cs.base, 0xffff0000);
}

TEST(regs_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_regs set, got;
	u64 *words = (u64 *)&set;

	for (size_t i = 0; i < sizeof(set) / 8; i++)
		words[i] = 0x1111111111111111ULL * (i % 15 + 1);
	set.rflags = 0x2 | 0x8d5;
	vcpu_set_regs(&cpu, &set);
	got = vcpu_regs(&cpu);
	CHECK_MEM(&got, &set, sizeof(set));
}

TEST(regs_rflags_bit_1)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_regs regs = vcpu_regs(&cpu);

	regs.rflags = 0;
	vcpu_set_regs(&cpu, &regs);
	CHECK_EQ(vcpu_regs(&cpu).rflags, 2);
}

TEST(regs_bad_pointers)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u8 *edge = host_memory(2 * PAGE) + PAGE;

	CHECK_OK(munmap(edge, PAGE));
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_REGS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_REGS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_SREGS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_GET_REGS, edge - 8), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_REGS, edge - 8), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, edge - 8), EFAULT);
	CHECK_EQ(vcpu_regs(&cpu).rip, 0xfff0);
}

TEST(sregs_round_trip)
{
	struct vm vm = vm_create();
	struct vcpu cpu = vcpu_create(vm.fd, 0);
	struct kvm_sregs set, got;

	vcpu_set_supported_cpuid(&cpu);
	vcpu_set_long_mode(&vm, &cpu);
	set = vcpu_sregs(&cpu);
	set.cr2 = 0x123456789000;
	set.cr8 = 7;
	set.fs.base = 0x7fff12345678;
	set.gs.base = 0xffff888000001000;
	set.gdt.base = 0xffff888000002000;
	set.idt.limit = 0x7f;
	set.tr.base = 0x5000;
	set.tr.limit = 0x67;
	set.tr.selector = 0x18;
	set.ldt.unusable = 1;
	vcpu_set_sregs(&cpu, &set);
	got = vcpu_sregs(&cpu);
	/* An unusable segment has no attributes worth keeping, but it stays unusable. */
	CHECK_EQ(got.ldt.unusable, 1);
	got.ldt = set.ldt;
	CHECK_MEM(&got, &set, sizeof(set));
}

/* The state that a row changes starts as real mode, as 32-bit paging or as 64-bit mode. */
enum start { REAL, PAGING32, LONG };

static struct kvm_sregs start_sregs(struct vm *vm, struct vcpu *cpu, enum start start)
{
	struct kvm_sregs sregs;

	vcpu_set_long_mode(vm, cpu);
	sregs = vcpu_sregs(cpu);
	if (start == LONG)
		return sregs;
	sregs.efer = 0;
	sregs.cs.l = 0;
	sregs.cs.db = 1;
	if (start == PAGING32)
		return sregs;
	sregs.cr0 = 0x60000010;
	sregs.cr4 = 0;
	return sregs;
}

static const struct {
	const char *what;
	enum start start;
	u64 cr0_set, cr0_clear, cr4_set, cr4_clear, efer_set, efer_clear, cr3;
	int cs_l;
} bad_sregs[] = {
	{.what = "CR0 bit 32", .start = REAL, .cr0_set = 1ULL << 32},
	{.what = "CR0 bit 63", .start = REAL, .cr0_set = 1ULL << 63},
	{.what = "CR0 NW without CD", .start = REAL, .cr0_set = CR0_NW, .cr0_clear = CR0_CD},
	{.what = "CR0 PG without PE", .start = REAL, .cr0_set = CR0_PG},
	{.what = "CR4 bit 31", .start = REAL, .cr4_set = 1ULL << 31},
	{.what = "CR4 bit 32", .start = REAL, .cr4_set = 1ULL << 32},
	{.what = "CR4 bit 63", .start = LONG, .cr4_set = 1ULL << 63},
	{.what = "CR4 bit 15", .start = LONG, .cr4_set = 1ULL << 15},
	{.what = "64-bit paging without PAE", .start = LONG, .cr4_clear = CR4_PAE},
	{.what = "LME and PG without LMA", .start = LONG, .efer_clear = EFER_LMA},
	{.what = "LMA without LME", .start = LONG, .efer_clear = EFER_LME},
	{.what = "LMA without PG", .start = LONG, .cr0_clear = CR0_PG},
	{.what = "LMA in 32-bit paging", .start = PAGING32, .efer_set = EFER_LMA},
	{.what = "64-bit code segment in 32-bit paging", .start = PAGING32, .cs_l = 1},
	{.what = "CR3 beyond any processor", .start = LONG, .cr3 = 1ULL << 52},
	{.what = "CR3 bit 62", .start = LONG, .cr3 = 1ULL << 62},
};

/* What a processor cannot be in is refused, and nothing of it is taken over. */
TEST(sregs_refused)
{
	struct vm vm = vm_create();
	struct vcpu cpu = vcpu_create(vm.fd, 0);

	vcpu_set_supported_cpuid(&cpu);
	for (size_t i = 0; i < ARRAY_SIZE(bad_sregs); i++) {
		struct kvm_sregs sregs = start_sregs(&vm, &cpu, bad_sregs[i].start), before, after;

		test_row("%s", bad_sregs[i].what);
		vcpu_set_sregs(&cpu, &sregs);
		before = vcpu_sregs(&cpu);
		sregs = before;
		sregs.cr2 = 0xdead000;
		sregs.cr0 = (sregs.cr0 | bad_sregs[i].cr0_set) & ~bad_sregs[i].cr0_clear;
		sregs.cr4 = (sregs.cr4 | bad_sregs[i].cr4_set) & ~bad_sregs[i].cr4_clear;
		sregs.efer = (sregs.efer | bad_sregs[i].efer_set) & ~bad_sregs[i].efer_clear;
		sregs.cr3 |= bad_sregs[i].cr3;
		sregs.cs.l |= bad_sregs[i].cs_l;
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, &sregs), EINVAL);
		after = vcpu_sregs(&cpu);
		CHECK_MEM(&after, &before, sizeof(before));
	}
}

/* A CR4 bit belongs to a CPUID feature; without the feature the bit is reserved. */
TEST(sregs_cr4_needs_cpuid)
{
	static const struct {
		const char *what;
		u64 cr4;
		u32 function;
		u32 kvm_cpuid_word; /* 0 EBX, 1 ECX */
		u32 bit;
	} rows[] = {
		{"SMEP", 1 << 20, 7, 0, 7},	{"SMAP", 1 << 21, 7, 0, 20},
		{"FSGSBASE", 1 << 16, 7, 0, 0}, {"PKE", 1 << 22, 7, 1, 3},
		{"UMIP", 1 << 11, 7, 1, 2},	{"LA57", 1 << 12, 7, 1, 16},
		{"PCIDE", 1 << 17, 1, 1, 17},	{"OSXSAVE", 1 << 18, 1, 1, 26},
		{"VMXE", 1 << 13, 1, 1, 5},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct vm vm = vm_create();
		struct vcpu cpu = vcpu_create(vm.fd, 0);
		struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
		struct kvm_cpuid_entry2 *entry = cpuid_find(cpuid, rows[i].function, 0);
		struct kvm_sregs sregs;

		test_row("CR4.%s", rows[i].what);
		if (entry && rows[i].kvm_cpuid_word)
			entry->ecx &= ~(1u << rows[i].bit);
		else if (entry)
			entry->ebx &= ~(1u << rows[i].bit);
		CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
		vcpu_set_long_mode(&vm, &cpu);
		sregs = vcpu_sregs(&cpu);
		sregs.cr4 |= rows[i].cr4;
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, &sregs), EINVAL);
		CHECK_EQ(vcpu_sregs(&cpu).cr4, sregs.cr4 & ~rows[i].cr4);
		vcpu_destroy(&cpu);
		vm_destroy(&vm);
	}
}

TEST(sregs_cr4_features_usable)
{
	struct vm vm = vm_create();
	struct vcpu cpu = vcpu_create(vm.fd, 0);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_cpuid_entry2 *one = cpuid_find(cpuid, 1, 0), *seven = cpuid_find(cpuid, 7, 0);
	struct kvm_sregs sregs;
	u64 cr4;

	CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
	vcpu_set_long_mode(&vm, &cpu);
	sregs = vcpu_sregs(&cpu);
	/* VME, PVI, TSD, DE, PSE, MCE, PGE, PCE are in every processor that has EPT. */
	cr4 = 0x1df;
	if (one->ecx & (1 << 17))
		cr4 |= CR4_PCIDE;
	if (one->ecx & (1 << 26))
		cr4 |= 1 << 18;
	if (seven && seven->ebx & (1 << 0))
		cr4 |= 1 << 16;
	if (seven && seven->ebx & (1 << 7))
		cr4 |= 1 << 20;
	if (seven && seven->ebx & (1 << 20))
		cr4 |= CR4_SMAP;
	sregs.cr4 |= cr4;
	vcpu_set_sregs(&cpu, &sregs);
	CHECK_EQ(vcpu_sregs(&cpu).cr4, sregs.cr4);
}

TEST(sregs_apic_base)
{
	static const struct {
		u64 base;
		int error;
	} rows[] = {
		{0xfee00900, 0},
		{0xfee00800, 0},
		{0xfee00000, 0},
		{0xfed00900, 0},
		{0xfee00901, EINVAL}, /* reserved bits 7:0 */
		{0xfee00980, EINVAL},
		{0xfee00a00, EINVAL},	    /* reserved bit 9 */
		{0xfee00500, EINVAL},	    /* x2APIC without the enable bit */
		{0x100000fee00900, EINVAL}, /* wider than any physical address */
		{0x8000000000000900, EINVAL},
	};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_sregs sregs = vcpu_sregs(&cpu);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		u64 before = vcpu_sregs(&cpu).apic_base;

		test_row("apic_base %#llx", (unsigned long long)rows[i].base);
		sregs.apic_base = rows[i].base;
		if (rows[i].error) {
			CHECK_ERR(ioctl(cpu.fd, KVM_SET_SREGS, &sregs), EINVAL);
			CHECK_EQ(vcpu_sregs(&cpu).apic_base, before);
		} else {
			vcpu_set_sregs(&cpu, &sregs);
			CHECK_EQ(vcpu_sregs(&cpu).apic_base, rows[i].base);
		}
	}
}
