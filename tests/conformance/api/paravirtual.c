// SPDX-License-Identifier: GPL-2.0
/* KVM's own features and what user space says of them; exits to do without; quirks. */
#include <stdio.h>
#include <stdlib.h>

#include "vm.h"

enum {
	MSR_STEAL_TIME = 0x4b564d03,
	MSR_POLL_CONTROL = 0x4b564d05,
	MSR_MISC_ENABLE = 0x1a0,
	HC_KICK_CPU = 5,
	HC_SEND_IPI = 10,
	HC_SCHED_YIELD = 11,
	HC_MAP_GPA_RANGE = 12,
	PV_FEATURES = 0x40000001,
	PV_STEAL_TIME = 5,
	PV_UNHALT = 7,
};

#define NO_SUCH_CALL ((u64)-1000)
#define INVALID	     ((u64)-22)

static int enable(int fd, u32 capability, u64 argument)
{
	struct kvm_enable_cap cap = {.cap = capability, .args = {argument}};

	return ioctl(fd, KVM_ENABLE_CAP, &cap);
}

static void set_features(struct vcpu *cpu, u32 features)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	cpuid_find(cpuid, PV_FEATURES, 0)->eax = features;
	CHECK_OK(ioctl(cpu->fd, KVM_SET_CPUID2, cpuid));
}

/* --- KVM_CAP_ENFORCE_PV_FEATURE_CPUID --------------------------------------------- */

GUEST16(guest_pv_reads, "rdmsr\n"
			"out %al, $0xd\n");

static const struct {
	u32 msr;
	unsigned int feature;
} pv_msrs[] = {{0x11, 0},
	       {0x12, 0},
	       {0x4b564d00, 3},
	       {0x4b564d01, 3},
	       {0x4b564d02, 4},
	       {0x4b564d07, 14},
	       {MSR_STEAL_TIME, PV_STEAL_TIME},
	       {0x4b564d04, 6},
	       {MSR_POLL_CONTROL, 12}};

static void start_reading(struct guest *g, u32 msr)
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rflags = 2, .rcx = msr};
	struct kvm_sregs sregs;

	vcpu_set_real_mode(&g->cpu);
	sregs = vcpu_sregs(&g->cpu);
	sregs.idt.limit = 0;
	vcpu_set_sregs(&g->cpu, &sregs);
	vcpu_set_regs(&g->cpu, &regs);
}

TEST(pv_features_enforced)
{
	CHECK_EQ(kvm_capability(KVM_CAP_ENFORCE_PV_FEATURE_CPUID), 1);
	for (size_t i = 0; i < ARRAY_SIZE(pv_msrs); i++) {
		struct guest g = GUEST_REAL(guest_pv_reads);
		u64 value;

		test_row("MSR %#x", pv_msrs[i].msr);
		CHECK_ERR(enable(g.vm.fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1), EINVAL);
		set_features(&g.cpu, 0);
		CHECK_EQ(vcpu_get_msr(&g.cpu, pv_msrs[i].msr, &value), 1);
		start_reading(&g, pv_msrs[i].msr);
		CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
		CHECK_OK(enable(g.cpu.fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1));
		CHECK_EQ(vcpu_get_msr(&g.cpu, pv_msrs[i].msr, &value), 0);
		CHECK_EQ(vcpu_set_msr(&g.cpu, pv_msrs[i].msr, 0), 0);
		start_reading(&g, pv_msrs[i].msr);
		CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
		CHECK_OK(enable(g.cpu.fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 0));
		start_reading(&g, pv_msrs[i].msr);
		CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
		guest_destroy(&g);
	}
	for (size_t i = 0; i < ARRAY_SIZE(pv_msrs); i++) {
		struct guest g = GUEST_REAL(guest_pv_reads);

		test_row("MSR %#x, told of", pv_msrs[i].msr);
		set_features(&g.cpu, 1u << pv_msrs[i].feature);
		CHECK_OK(enable(g.cpu.fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1));
		start_reading(&g, pv_msrs[i].msr);
		CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
		guest_destroy(&g);
	}
}

TEST(pv_poll_control)
{
	struct guest g = GUEST_REAL(guest_pv_reads);

	CHECK_EQ(vcpu_msr(&g.cpu, MSR_POLL_CONTROL), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_POLL_CONTROL, 0), 1);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_POLL_CONTROL), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_POLL_CONTROL, 2), 0);
}

/* --- Hypercalls ------------------------------------------------------------------------ */

GUEST64(guest_pv_calls, "vmcall\n"
			"out %al, $0xc\n");

static u64 call(struct guest *g, u64 number, u64 first, u64 second)
{
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rax = number,
				.rbx = first,
				.rcx = second};

	vcpu_set_regs(&g->cpu, &regs);
	CHECK_EXIT(&g->cpu, KVM_EXIT_IO);
	return vcpu_regs(&g->cpu).rax;
}

TEST(pv_hypercalls)
{
	static const u32 numbers[] = {HC_KICK_CPU, HC_SEND_IPI, HC_SCHED_YIELD};
	struct guest g = GUEST_LONG(guest_pv_calls);

	CHECK_EQ(call(&g, HC_KICK_CPU, 0, 0), 0);
	CHECK_EQ(call(&g, HC_KICK_CPU, 0, 77), 0);
	CHECK_EQ(call(&g, HC_SCHED_YIELD, 0, 0), 0);
	CHECK_EQ(call(&g, HC_SCHED_YIELD, 77, 0), 0);
	CHECK_EQ(call(&g, HC_MAP_GPA_RANGE, 0x1000, 1), NO_SUCH_CALL);
	guest_destroy(&g);
	g = GUEST_LONG(guest_pv_calls);
	set_features(&g.cpu, 0);
	CHECK_OK(enable(g.cpu.fd, KVM_CAP_ENFORCE_PV_FEATURE_CPUID, 1));
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		CHECK_EQ(call(&g, numbers[i], 0, 0), NO_SUCH_CALL);
}

TEST(pv_hypercall_exits)
{
	struct guest g = GUEST_LONG(guest_pv_calls);
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rax = HC_MAP_GPA_RANGE,
				.rbx = 0x5000,
				.rcx = 3,
				.rdx = 0x10};

	CHECK_EQ(kvm_capability(KVM_CAP_EXIT_HYPERCALL), 1 << HC_MAP_GPA_RANGE);
	CHECK_ERR(enable(g.vm.fd, KVM_CAP_EXIT_HYPERCALL, 1), EINVAL);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_EXIT_HYPERCALL, 1 << HC_MAP_GPA_RANGE));
	CHECK_EQ(call(&g, HC_MAP_GPA_RANGE, 0x1001, 1), INVALID);
	CHECK_EQ(call(&g, HC_MAP_GPA_RANGE, 0x1000, 0), INVALID);
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HYPERCALL);
	CHECK_EQ(g.cpu.run->hypercall.nr, HC_MAP_GPA_RANGE);
	CHECK_EQ(g.cpu.run->hypercall.args[0], 0x5000);
	CHECK_EQ(g.cpu.run->hypercall.args[1], 3);
	CHECK_EQ(g.cpu.run->hypercall.args[2], 0x10);
	CHECK_EQ(g.cpu.run->hypercall.longmode, 1);
	g.cpu.run->hypercall.ret = 0x1234567890;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 0x1234567890);
}

/* --- Steal time ------------------------------------------------------------------------- */

struct steal_page {
	u64 steal;
	u32 version, flags;
	u8 preempted, pad[47];
};

GUEST64(guest_pv_steal, "xor %edx, %edx\n"
			"wrmsr\n"
			"1: out %al, $0xc\n"
			"jmp 1b\n");

static volatile int burning;

static void *burn(void *argument)
{
	pin_to_cpu(0);
	while (burning)
		;
	return argument;
}

/* What this thread has waited for its processor, in ns. */
static u64 run_delay(void)
{
	unsigned long long runs, waits = 0;
	FILE *file = fopen("/proc/thread-self/schedstat", "r");

	if (!file)
		test_skip("no /proc/thread-self/schedstat");
	if (fscanf(file, "%llu %llu", &runs, &waits) != 2)
		waits = 0;
	fclose(file);
	return waits;
}

TEST(pv_steal_time)
{
	struct guest g = GUEST_LONG(guest_pv_steal);
	struct steal_page *page = (void *)(g.vm.ram + GUEST_DATA);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_regs regs = {.rip = GUEST_CODE,
				.rsp = GUEST_STACK,
				.rflags = 2,
				.rcx = MSR_STEAL_TIME,
				.rax = GUEST_DATA | 1};
	u64 before, waited;
	pthread_t other;

	if (!(cpuid_find(cpuid, PV_FEATURES, 0)->eax & 1 << PV_STEAL_TIME))
		test_skip("no steal time");
	pin_to_cpu(0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_STEAL_TIME, GUEST_DATA | 2), 0);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_STEAL_TIME, GUEST_DATA | 0x20), 0);
	page->version = 7;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_STEAL_TIME), GUEST_DATA | 1);
	CHECK_EQ(page->version % 2, 0);
	CHECK(page->version >= 8);
	/* Who is not told otherwise runs; a flush that was asked for is done. */
	page->preempted = 3;
	before = page->steal;
	waited = run_delay();
	burning = 1;
	CHECK_EQ(pthread_create(&other, NULL, burn, NULL), 0);
	while (run_delay() - waited < 20000000)
		;
	burning = 0;
	CHECK_EQ(pthread_join(other, NULL), 0);
	waited = run_delay() - waited;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(page->version % 2, 0);
	CHECK_EQ(page->preempted, 0);
	CHECK(page->steal - before >= waited);
	CHECK(page->steal - before < waited + 10000000000ULL);
}

/* --- KVM_CAP_X86_DISABLE_EXITS ------------------------------------------------------------ */

/* With IF, or Bochs does not wake the processor for an interrupt of the host's; again and again, as
 * it has forgotten then that the guest had halted it. */
GUEST16(guest_pv_halts, "sti\n"
			"1: hlt\n"
			"jmp 1b\n");

static struct vm with_exits_disabled(u64 exits)
{
	struct vm vm = vm_create();

	CHECK_OK(enable(vm.fd, KVM_CAP_X86_DISABLE_EXITS, exits));
	return vm;
}

TEST(disabled_exits_refusals)
{
	int vm = vm_fd_create();

	CHECK(kvm_capability(KVM_CAP_X86_DISABLE_EXITS) & KVM_X86_DISABLE_EXITS_HLT);
	CHECK(kvm_capability(KVM_CAP_X86_DISABLE_EXITS) & KVM_X86_DISABLE_EXITS_PAUSE);
	CHECK_ERR(enable(vm, KVM_CAP_X86_DISABLE_EXITS, 0x100), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_X86_DISABLE_EXITS, 0));
}

/* With a vCPU there: taken, and unhalt vanishes from the CPUID that is set from then on.  KVM of
 * later kernels refuses it. */
TEST(disabled_exits_late)
{
	struct vm vm = vm_create();
	struct vcpu cpu = vcpu_create(vm.fd, 0);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	set_features(&cpu, 1u << PV_UNHALT | 1);
	if (enable(vm.fd, KVM_CAP_X86_DISABLE_EXITS, KVM_X86_DISABLE_EXITS_HLT)) {
		CHECK_EQ(errno, EINVAL);
		return;
	}
	cpuid->nent = 256;
	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, cpuid));
	CHECK_EQ(cpuid_find(cpuid, PV_FEATURES, 0)->eax, 1u << PV_UNHALT | 1);
	set_features(&cpu, 1u << PV_UNHALT | 1);
	cpuid->nent = 256;
	CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, cpuid));
	CHECK_EQ(cpuid_find(cpuid, PV_FEATURES, 0)->eax, 1);
}

TEST(disabled_exits_hlt)
{
	struct guest g = {.vm = with_exits_disabled(KVM_X86_DISABLE_EXITS_HLT)};

	g.cpu = vcpu_create(g.vm.fd, 0);
	vm_load(&g.vm, guest_pv_halts, guest_pv_halts_end);
	set_features(&g.cpu, 1u << PV_UNHALT | 1);
	vcpu_set_real_mode(&g.cpu);
	alarm_every(20);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	alarm_every(0);
	CHECK(vcpu_regs(&g.cpu).rip > GUEST_CODE && vcpu_regs(&g.cpu).rip < GUEST_CODE + 4);
}

TEST(disabled_exits_unhalt_vanishes)
{
	for (u64 exits = 0; exits <= KVM_X86_DISABLE_EXITS_HLT;
	     exits += KVM_X86_DISABLE_EXITS_HLT) {
		struct vm vm = with_exits_disabled(exits);
		struct vcpu cpu = vcpu_create(vm.fd, 0);
		struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

		test_row("exits %lu", exits);
		/* Twice: KVM 6.1 looks for its leaves in the table that there was. */
		set_features(&cpu, 1u << PV_UNHALT | 1);
		set_features(&cpu, 1u << PV_UNHALT | 1);
		cpuid->nent = 256;
		CHECK_OK(ioctl(cpu.fd, KVM_GET_CPUID2, cpuid));
		CHECK_EQ(cpuid_find(cpuid, PV_FEATURES, 0)->eax, exits ? 1 : 1u << PV_UNHALT | 1);
	}
}

/* --- Quirks ---------------------------------------------------------------------------------- */

#define QUIRKS                                                                                     \
	(KVM_X86_QUIRK_LINT0_REENABLED | KVM_X86_QUIRK_CD_NW_CLEARED |                             \
	 KVM_X86_QUIRK_LAPIC_MMIO_HOLE | KVM_X86_QUIRK_OUT_7E_INC_RIP |                            \
	 KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT | KVM_X86_QUIRK_FIX_HYPERCALL_INSN |                   \
	 KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS)

TEST(quirks_refusals)
{
	int vm = vm_fd_create();
	int quirks = kvm_capability(KVM_CAP_DISABLE_QUIRKS2);

	CHECK_EQ(quirks & QUIRKS, QUIRKS);
	CHECK_EQ(kvm_capability(KVM_CAP_DISABLE_QUIRKS), 1);
	CHECK_ERR(enable(vm, KVM_CAP_DISABLE_QUIRKS2, 1ULL << 31), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_DISABLE_QUIRKS2, (u64)quirks));
	CHECK_OK(enable(vm, KVM_CAP_DISABLE_QUIRKS, 1ULL << 31));
}

TEST(quirk_lint0)
{
	for (u64 off = 0; off < 2; off++) {
		int vm = vm_fd_create();
		struct kvm_lapic_state state;
		struct vcpu cpu;
		u32 lint0;

		CHECK_OK(enable(vm, KVM_CAP_DISABLE_QUIRKS2, off));
		CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
		cpu = vcpu_create(vm, 0);
		CHECK_OK(ioctl(cpu.fd, KVM_GET_LAPIC, &state));
		memcpy(&lint0, state.regs + 0x350, sizeof(lint0));
		CHECK_EQ(lint0, off ? 0x10000 : 0x700);
	}
}

GUEST16(guest_pv_monitors, "monitor\n"
			   "xor %cx, %cx\n"
			   "mwait\n"
			   "out %al, $0xd\n");

#define CPUID_MONITOR (1u << 3)

static struct guest monitoring(u64 quirks, int has_monitor)
{
	struct guest g = GUEST_REAL(guest_pv_monitors);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_cpuid_entry2 *leaf = cpuid_find(cpuid, 1, 0);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);

	sregs.idt.limit = 0;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_OK(enable(g.vm.fd, KVM_CAP_DISABLE_QUIRKS2, quirks));
	leaf->ecx = has_monitor ? leaf->ecx | CPUID_MONITOR : leaf->ecx & ~CPUID_MONITOR;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_CPUID2, cpuid));
	return g;
}

TEST(quirk_monitor)
{
	for (u32 row = 0; row < 4; row++) {
		u64 quirks = row & 1 ? KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS : 0;
		struct guest g = monitoring(quirks, row & 2);

		test_row("quirk off %u, feature %u", row & 1, row >> 1);
		if (row == 1)
			CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
		else
			CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
		guest_destroy(&g);
	}
}

TEST(quirk_misc_enable)
{
	struct guest g = monitoring(KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT, 1);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	u64 misc = vcpu_msr(&g.cpu, MSR_MISC_ENABLE);

	for (u32 on = 0; on < 2; on++) {
		test_row("%u", on);
		CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_MISC_ENABLE,
				      on ? misc | 1 << 18 : misc & ~(1ULL << 18)),
			 1);
		cpuid->nent = 256;
		CHECK_OK(ioctl(g.cpu.fd, KVM_GET_CPUID2, cpuid));
		CHECK_EQ(cpuid_find(cpuid, 1, 0)->ecx & CPUID_MONITOR, on ? CPUID_MONITOR : 0);
	}
}

GUEST64(guest_vmmcall, "vmmcall\n"
		       "out %al, $0xc\n");

/* VMMCALL becomes VMCALL; without the quirk it is #UD, as on the processor. */
TEST(quirk_fix_hypercall)
{
	static const u8 vmcall[] = {0x0f, 0x01, 0xc1};

	for (int off = 0; off < 2; off++) {
		struct guest g = {.vm = vm_create()};

		test_row("off %d", off);
		if (off)
			CHECK_OK(enable(g.vm.fd, KVM_CAP_DISABLE_QUIRKS2,
					KVM_X86_QUIRK_FIX_HYPERCALL_INSN));
		g.cpu = vcpu_create(g.vm.fd, 0);
		vcpu_set_supported_cpuid(&g.cpu);
		vm_load(&g.vm, guest_vmmcall, guest_vmmcall_end);
		vcpu_set_long_mode(&g.vm, &g.cpu);
		if (off) {
			CHECK_EXIT(&g.cpu, KVM_EXIT_SHUTDOWN);
			CHECK_MEM(g.vm.ram + GUEST_CODE, guest_vmmcall, sizeof(vmcall));
		} else {
			CHECK_EQ(call(&g, 1000, 0, 0), NO_SUCH_CALL);
			CHECK_MEM(g.vm.ram + GUEST_CODE, vmcall, sizeof(vmcall));
		}
	}
}

GUEST16(guest_out_7e, "out %al, $0x7e\n"
		      "out %al, $0x7f\n");

TEST(quirk_out_7e)
{
	for (int off = 0; off < 2; off++) {
		struct guest g = GUEST_REAL(guest_out_7e);

		test_row("off %d", off);
		if (off)
			CHECK_OK(enable(g.vm.fd, KVM_CAP_DISABLE_QUIRKS2,
					KVM_X86_QUIRK_OUT_7E_INC_RIP));
		CHECK_OUT(&g.cpu, 0x7e, 1, 0);
		CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + (off ? 0 : 2));
		CHECK_OUT(&g.cpu, 0x7f, 1, 0);
		CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 2);
	}
}
