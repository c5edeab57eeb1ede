// SPDX-License-Identifier: GPL-2.0
/*
 * The whole core against exits at random: whatever the guest does, KVM_RUN comes back with an
 * answer, and what the core puts into the VMCS for the next entry obeys the SDM's rules.  Meanwhile
 * the guest uses its page, the process's kernel moves that and the thread, and the simulator sees
 * to it that the one finds the other, and the host its own.
 */
#include "api/api.h"
#include "facts/exit_reason.h"
#include "fixture/vm.h"
#include "exit/run.h"

#define EXITS	      6 /* in one run, at most */
#define EXITS_WAITING 100

/* Mostly small numbers, page boundaries, and now and then anything at all. */
static u64 address(void)
{
	switch (sim_random_below(4)) {
	case 0:
		return sim_random_below(0x2000);
	case 1:
		return LINTEL_PAGE_SIZE - sim_random_below(16);
	case 2:
		return sim_random() & 0xffffffff;
	default:
		return sim_random() >> 25; /* 39 bits: what the processor has */
	}
}

#define RFLAGS_1  BIT64(1)
#define RFLAGS_IF BIT64(9)

/* Interruptibility that goes with RFLAGS.IF, and with the event whose delivery was cut short. */
static void guest_changes_blocking(struct vcpu *vcpu, u32 event)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);
	bool interrupt = event && !(event >> 8 & 7), nmi = (event >> 8 & 7) == 2;
	u64 rflags = RFLAGS_1 | (interrupt || sim_random_below(2) ? RFLAGS_IF : 0);
	u64 blocking = 0;

	if (!interrupt && !nmi)
		switch (sim_random_below(8)) {
		case 0:
			blocking = rflags & RFLAGS_IF ? 1 : 0; /* STI */
			break;
		case 1:
			blocking = 2; /* MOV SS */
			break;
		case 2:
			blocking = 8; /* NMI */
			break;
		default:
			break;
		}
	sim_vmcs_set(vmcs, GUEST_RFLAGS, rflags);
	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, blocking);
}

static u64 page_hva;

/* False: the access exits. */
static bool guest_uses_memory(struct vcpu *vcpu)
{
	u64 gpa = sim_random_below(LINTEL_PAGE_SIZE / 8) * 8, value = sim_random(), now;

	switch (sim_random_below(4)) {
	case 0:
		if (!sim_guest_write(vcpu, gpa, &value, sizeof(value)))
			return false;
		break;
	case 1:
		if (!sim_guest_read(vcpu, gpa, &value, sizeof(value)))
			return false;
		break;
	default:
		return true;
	}
	memcpy(&now, sim_user_pointer(page_hva + gpa), sizeof(now));
	EXPECT_EQ(now, value);
	return true;
}

static void guest_runs(struct vcpu *vcpu, void *argument)
{
	const u32 *event = argument;

	/* Meanwhile the process runs on other CPUs. */
	if (!sim_random_below(16))
		sim_host_state.cr3 ^= BIT64(12 + sim_random_below(8));
	if (!guest_uses_memory(vcpu))
		return;
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		if (reg != REG_RSP && !sim_random_below(3))
			vcpu->regs[reg] =
				sim_random_below(2) ? sim_random() : sim_random_below(0x100);
	guest_changes_blocking(vcpu, *event);
}

/* Vector and type of an event that the processor can report: its delivery was cut short. */
static u32 vectoring(void)
{
	static const u32 infos[] = {
		0x80000020, 0x80000202, 0x80000306, 0x80000b0e, 0x80000603, 0x80000480,
	};

	return sim_random_below(4) ? 0 : infos[sim_random_below(COUNT_OF(infos))];
}

static bool is_possible(u32 reason)
{
	switch (reason) {
	/* What an entry reports that failed. */
	case EXIT_REASON_INVALID_GUEST_STATE:
	case EXIT_REASON_MSR_LOADING:
	case EXIT_REASON_MACHINE_CHECK_ENTRY:
		return false;
	default:
		return true;
	}
}

/* The processor never reports some values: what the SDM calls not used, or reserved. */
static u64 qualification(u32 reason)
{
	static const u64 io_sizes[] = {0, 1, 3};
	u64 value = sim_random_below(3) ? sim_random_below(0x1000) : sim_random();

	if (reason == EXIT_REASON_IO_INSTRUCTION)
		value = (value & ~(u64)7) | io_sizes[sim_random_below(COUNT_OF(io_sizes))];
	return value;
}

/* "Format of the VM-Exit Instruction-Information Field": address size, segment register. */
static u32 instruction_info(u32 reason)
{
	if (reason == EXIT_REASON_IO_INSTRUCTION)
		return (u32)(sim_random_below(3) << 7 | sim_random_below(6) << 15);
	return (u32)sim_random();
}

static void script_any(void)
{
	static u32 events[1024];
	static unsigned int next;
	u32 *event = &events[next++ % COUNT_OF(events)];
	struct sim_exit exit = {
		.reason = (u32)sim_random_below(78),
		.guest_physical = address(),
		.guest_linear = address(),
		.instruction_length = 1 + (u32)sim_random_below(15),
		.idt_vectoring_error = (u32)sim_random_below(0x10),
		.in_delivery = !sim_random_below(4),
		.guest = guest_runs,
		.argument = event,
	};

	/* Windows that open come before the exits of the script, and those wait. */
	if (!is_possible(exit.reason) || sim_script_left() > EXITS_WAITING)
		return;
	*event = vectoring();
	exit.idt_vectoring_info = *event;
	exit.qualification = qualification(exit.reason);
	exit.instruction_info = instruction_info(exit.reason);
	if (exit.reason == EXIT_REASON_EXCEPTION_OR_NMI)
		exit.interruption_info = 0x80000300 | (u32)sim_random_below(20);
	sim_script_exit(&exit);
}

static void user_space_answers(struct kvm_run *run)
{
	for (unsigned int i = 0; i < sizeof(run->mmio.data); i++)
		run->mmio.data[i] = (u8)sim_random();
	run->request_interrupt_window = (u8)sim_random_below(2);
}

static void raise(struct vcpu *vcpu, u32 ioctl)
{
	struct kvm_interrupt interrupt = {.irq = 0x20 + (u32)sim_random_below(0xe0)};
	struct ioctl_call call = {.vm = vcpu->vm, .vcpu = vcpu, .data = &interrupt};

	ioctl_carry_out(ioctl_find(SCOPE_VCPU, ioctl), &call);
}

static void user_space_raises(struct vcpu *vcpu)
{
	host_vcpu_get(vcpu);
	switch (sim_random_below(8)) {
	case 0:
		vcpu_inject_gp(vcpu, (u32)sim_random_below(0x10));
		break;
	case 1:
		vcpu_inject_page_fault(vcpu, address(), (u32)sim_random_below(8));
		break;
	case 2:
		vcpu_inject_exception(vcpu, VECTOR_UD);
		break;
	case 3:
		raise(vcpu, KVM_INTERRUPT);
		break;
	case 4:
		raise(vcpu, KVM_NMI);
		break;
	default:
		break;
	}
	host_vcpu_release(vcpu);
}

/* What the kernel does with the process, and with its thread. */
static void kernel_acts(void)
{
	switch (sim_random_below(16)) {
	case 0:
		sim_user_move(page_hva, LINTEL_PAGE_SIZE);
		break;
	case 1:
		sim_user_share(page_hva, LINTEL_PAGE_SIZE);
		break;
	case 2:
		sim_run_on((unsigned int)sim_random_below(FIXTURE_CPUS));
		break;
	case 3:
		sim_host_state.fs_base ^= BIT64(12 + sim_random_below(8));
		break;
	default:
		break;
	}
}

/* A step is a KVM_RUN; a few of them may all be cut short by signals. */
SEED_TEST(vcpu_survives_random_exits, 4, 2000)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	unsigned int answers = 0;

	sim_random_seed(seed);
	page_hva = machine->ram;
	sim_spins_are_raw = sim_random_below(2);
	for (u64 i = 0; i < steps; i++) {
		int result;

		test_context("seed %llu, run %llu", seed, i);
		for (unsigned int n = (unsigned int)sim_random_below(EXITS); n; n--)
			script_any();
		user_space_raises(vcpu);
		kernel_acts();
		result = vcpu_run(vcpu);
		sim_signal(false);
		REQUIRE_TRUE(result == 0 || result == -EINTR || result == -EFAULT);
		REQUIRE_TRUE(result || vcpu->run->exit_reason != KVM_EXIT_UNKNOWN);
		REQUIRE_TRUE(vcpu->run->exit_reason != KVM_EXIT_FAIL_ENTRY);
		if (strcmp(sim_entry_failure(), "")) {
			test_fail(__FILE__, __LINE__, "entry: %s", sim_entry_failure());
			return;
		}
		answers += !result;
		user_space_answers(vcpu->run);
	}
	EXPECT_TRUE(steps < 100 || answers > steps / 10);
	fixture_destroy(machine);
}
