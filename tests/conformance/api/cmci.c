// SPDX-License-Identifier: GPL-2.0
/* The interrupt of corrected machine-check errors: MCG_CMCI_P. */
#include "vm.h"

enum {
	MSR_MCG_CAP = 0x179,
	MSR_MC0_CTL2 = 0x280,
	MSR_MC1_CTL2 = 0x281,
	MSR_MC2_CTL2 = 0x282,
	MSR_MC1_CTL = 0x404,
	MSR_MC1_STATUS = 0x405,
	MSR_MC1_ADDR = 0x406,

	APIC_VERSION = 0x030,
	APIC_LVT_CMCI = 0x2f0,
	APIC_PAGE = (int)0xfee00000,

	VECTOR_GP = 13,
	VECTOR_CMCI = 20,
};

#define MCG_CMCI_P	   (1ULL << 10)
#define STATUS_VALID	   (1ULL << 63)
#define STATUS_OVERFLOW	   (1ULL << 62)
#define STATUS_UNCORRECTED (1ULL << 61)
#define STATUS_CORRUPT	   (1ULL << 57)
#define CTL2_ENABLE	   (1ULL << 30)
#define LVT_MASKED	   (1u << 16)

/* Software-enables the local APIC, and writes ESI to its LVT CMCI register.  Then OUT to 0xc for
 * ever; the interrupt is an OUT to 0xd, #GP one to 0xe.  With EDI other than 0, WRMSR first: of
 * EBX to ECX. */
GUEST64(guest_has_cmci, "mov $0xfee00000, %ebp\n"
			"movl $0x1ff, 0xf0(%rbp)\n"
			"mov %esi, 0x2f0(%rbp)\n"
			"sti\n"
			"1: test %edi, %edi\n"
			"jz 2f\n"
			"mov %ebx, %eax\n"
			"xor %edx, %edx\n"
			"wrmsr\n"
			"rdmsr\n"
			"2: out %eax, $0xc\n"
			"jmp 1b\n"
			".org 0x80\n"
			"out %al, $0xd\n"
			"movl $0, 0xb0(%rbp)\n"
			"iretq\n"
			".org 0xa0\n"
			"out %al, $0xe\n"
			"hlt\n");

static struct guest cmci_guest(u64 capabilities)
{
	struct guest g = {.vm = vm_create()};

	CHECK_OK(ioctl(g.vm.fd, KVM_CREATE_IRQCHIP, 0));
	g.cpu = vcpu_create(g.vm.fd, 0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_X86_SETUP_MCE, &capabilities));
	vcpu_set_long_mode(&g.vm, &g.cpu);
	vm_load(&g.vm, guest_has_cmci, guest_has_cmci_end);
	vm_set_gate(&g.vm, VECTOR_CMCI, 0x80);
	vm_set_gate(&g.vm, VECTOR_GP, 0xa0);
	return g;
}

static void start(struct vcpu *cpu, u32 lvt, u32 msr, u32 value)
{
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rsi = lvt,
				.rdi = msr != 0,
				.rcx = msr,
				.rbx = value};

	vcpu_set_regs(cpu, &regs);
	CHECK_EXIT(cpu, KVM_EXIT_IO);
}

static void report(const struct vcpu *cpu, u64 status, u64 addr)
{
	const struct kvm_x86_mce mce = {.status = status, .addr = addr, .bank = 1};

	CHECK_OK(ioctl(cpu->fd, KVM_X86_SET_MCE, &mce));
}

/* By which port the guest leaves next. */
static unsigned int next_port(struct vcpu *cpu)
{
	CHECK_EXIT(cpu, KVM_EXIT_IO);
	return cpu->run->io.port;
}

TEST(cmci_registers)
{
	struct guest g = cmci_guest(2);
	u64 supported = 0, capabilities = 2 | MCG_CMCI_P;

	CHECK_OK(ioctl(kvm_open(), KVM_X86_GET_MCE_CAP_SUPPORTED, &supported));
	CHECK_EQ(supported & MCG_CMCI_P, MCG_CMCI_P);
	CHECK_EQ(vcpu_lapic(&g.cpu, APIC_VERSION) & 0xffffff, 0x50014);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, 0), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, CTL2_ENABLE), 0);

	CHECK_OK(ioctl(g.cpu.fd, KVM_X86_SETUP_MCE, &capabilities));
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MCG_CAP), capabilities);
	CHECK_EQ(vcpu_lapic(&g.cpu, APIC_VERSION) & 0xffffff, 0x60014);
	CHECK_EQ(vcpu_lapic(&g.cpu, APIC_LVT_CMCI), LVT_MASKED);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_CTL2), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, CTL2_ENABLE | 0x7fff), 1);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_CTL2), CTL2_ENABLE | 0x7fff);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, 1 << 29), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, 1 << 15), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, 1ULL << 31), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC2_CTL2, CTL2_ENABLE), 0);
}

TEST(cmci_registers_of_the_guest)
{
	static const struct {
		const char *what;
		u64 capabilities;
		u32 msr, value;
		bool taken;
	} rows[] = {
		{"there", 2 | MCG_CMCI_P, MSR_MC1_CTL2, CTL2_ENABLE | 1, true},
		{"a reserved bit", 2 | MCG_CMCI_P, MSR_MC1_CTL2, 1 << 29, false},
		{"a bank beyond", 2 | MCG_CMCI_P, MSR_MC2_CTL2, 0, false},
		{"not there", 2, MSR_MC1_CTL2, CTL2_ENABLE, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest g = cmci_guest(rows[i].capabilities);

		test_row("%s", rows[i].what);
		start(&g.cpu, VECTOR_CMCI, rows[i].msr, rows[i].value);
		CHECK_EQ(g.cpu.run->io.port, rows[i].taken ? 0xc : 0xe);
		if (rows[i].taken)
			CHECK_EQ(*(u32 *)vcpu_io_data(&g.cpu), rows[i].value);
		CHECK_EQ(vcpu_lapic(&g.cpu, APIC_LVT_CMCI),
			 rows[i].capabilities & MCG_CMCI_P ? VECTOR_CMCI : 0);
		guest_destroy(&g);
	}
}

/* By what is not corrected and needs no action; KVM does not deliver one for what is corrected. */
TEST(cmci_is_delivered)
{
	static const struct {
		const char *what;
		u64 status, ctl2;
		u32 lvt;
		bool delivered;
	} rows[] = {
		{"no action required", STATUS_VALID | STATUS_UNCORRECTED, CTL2_ENABLE | 1,
		 VECTOR_CMCI, true},
		{"without a threshold", STATUS_VALID | STATUS_UNCORRECTED, CTL2_ENABLE, VECTOR_CMCI,
		 true},
		{"not enabled", STATUS_VALID | STATUS_UNCORRECTED, 1, VECTOR_CMCI, false},
		{"masked", STATUS_VALID | STATUS_UNCORRECTED, CTL2_ENABLE | 1,
		 VECTOR_CMCI | LVT_MASKED, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest g = cmci_guest(2 | MCG_CMCI_P);

		test_row("%s", rows[i].what);
		start(&g.cpu, rows[i].lvt, 0, 0);
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, rows[i].ctl2), 1);
		/* Whether the bank reports machine checks has nothing to do with it. */
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL, 0), 1);
		report(&g.cpu, rows[i].status, 0x12345000);
		CHECK_EQ(next_port(&g.cpu), rows[i].delivered ? 0xd : 0xc);
		CHECK_EQ(next_port(&g.cpu), 0xc);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_STATUS), rows[i].status);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_ADDR), 0x12345000);
		guest_destroy(&g);
	}
}

/* The next takes the place of the last. */
TEST(cmci_twice)
{
	struct guest g = cmci_guest(2 | MCG_CMCI_P);

	start(&g.cpu, VECTOR_CMCI, 0, 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MC1_CTL2, CTL2_ENABLE), 1);
	for (u64 addr = 0x1000; addr < 0x3000; addr += 0x1000) {
		report(&g.cpu, STATUS_VALID | STATUS_UNCORRECTED, addr);
		CHECK_EQ(next_port(&g.cpu), 0xd);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_ADDR), addr);
		CHECK_EQ(vcpu_msr(&g.cpu, MSR_MC1_STATUS) & ~STATUS_OVERFLOW,
			 STATUS_VALID | STATUS_UNCORRECTED);
	}
	/* One that has damaged the processor is a machine check, which nobody handles. */
	report(&g.cpu, STATUS_VALID | STATUS_UNCORRECTED | STATUS_CORRUPT, 0x5000);
	CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
}

TEST(cmci_is_saved)
{
	struct guest g = cmci_guest(2 | MCG_CMCI_P), other = cmci_guest(2 | MCG_CMCI_P);
	struct kvm_lapic_state lapic;

	start(&g.cpu, VECTOR_CMCI, 0, 0);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_LAPIC, &lapic));
	start(&other.cpu, LVT_MASKED, 0, 0);
	CHECK_OK(ioctl(other.cpu.fd, KVM_SET_LAPIC, &lapic));
	CHECK_EQ(vcpu_lapic(&other.cpu, APIC_LVT_CMCI), VECTOR_CMCI);
	CHECK_EQ(vcpu_set_msr(&other.cpu, MSR_MC1_CTL2, CTL2_ENABLE), 1);
	report(&other.cpu, STATUS_VALID | STATUS_UNCORRECTED, 0x1000);
	CHECK_EQ(next_port(&other.cpu), 0xd);
}
