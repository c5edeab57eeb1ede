// SPDX-License-Identifier: GPL-2.0
/* KVM_RUN: what is looked at on the way in, what is switched, and that the host has it back. */
#include "../msr/guest.h"
#include "fixture/vm.h"
#include "api/api.h"
#include "facts/exit_reason.h"
#include "host_entry.h"
#include "exit/run.h"
#include "life/switch.h"

static struct fixture *machine;
static struct vcpu *vcpu;
static hpa_t vmcs;

static void start_with(const struct vmx_cap_msrs *msrs, bool irqchip)
{
	machine = FIXTURE(.msrs = msrs, .pages = 1, .vcpus = 1, .irqchip = irqchip);
	vcpu = machine->vcpu;
	vmcs = fixture_vmcs(machine);
}

static void start(void)
{
	start_with(NULL, false);
}

typedef void (*guest_fn)(struct vcpu *vcpu, void *argument);

static void script(u32 reason, guest_fn guest, void *argument)
{
	sim_script_exit(&(struct sim_exit){
		.reason = reason, .instruction_length = 1, .guest = guest, .argument = argument});
}

static void run_to_hlt(void)
{
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	EXPECT_STR_EQ(sim_log_text(), "");
}

/* --- Requests --- */

/* Another CPU, when this one is about to go into the guest. */
static void request_once(void *argument)
{
	sim_irq_disable_hook(NULL, NULL);
	if (*(const enum vcpu_request *)argument == VCPU_REQUEST_EVENT)
		vcpu_nmi_send(vcpu);
	else
		vcpu_request(vcpu, *(const enum vcpu_request *)argument);
}

struct seen {
	u64 invepts;
	unsigned int injections;
	bool guest_ran;
};

static void look(struct vcpu *self, void *argument)
{
	struct seen *seen = argument;

	seen->invepts = sim_vmx_counts.invept;
	seen->injections = sim_injections();
	seen->guest_ran = true;
}

/* A request that comes so late is served before the guest does anything. */
TEST(run_serves_a_request_that_comes_last)
{
	static enum vcpu_request requests[] = {VCPU_REQUEST_FLUSH_TLB, VCPU_REQUEST_EVENT,
					       VCPU_REQUEST_TRIPLE_FAULT};

	for (size_t i = 0; i < COUNT_OF(requests); i++) {
		bool triple_fault = requests[i] == VCPU_REQUEST_TRIPLE_FAULT;
		struct seen seen = {.guest_ran = false};
		u64 invepts, entries;

		test_context("request %u", requests[i]);
		start();
		script(EXIT_REASON_HLT, NULL, NULL);
		run_to_hlt();
		invepts = sim_vmx_counts.invept;
		entries = sim_vmx_counts.entries;
		script(EXIT_REASON_HLT, look, &seen);
		sim_irq_disable_hook(request_once, &requests[i]);
		EXPECT_EQ(vcpu_run(vcpu), 0);
		EXPECT_EQ(vcpu->run->exit_reason, triple_fault ? KVM_EXIT_SHUTDOWN : KVM_EXIT_HLT);
		EXPECT_EQ(sim_vmx_counts.entries, entries + !triple_fault);
		EXPECT_EQ(seen.guest_ran, !triple_fault);
		if (requests[i] == VCPU_REQUEST_FLUSH_TLB)
			EXPECT_EQ(seen.invepts, invepts + 1);
		if (requests[i] == VCPU_REQUEST_EVENT)
			EXPECT_EQ(seen.injections, 1);
		fixture_destroy(machine);
	}
}

static void kick_by_flush(struct vcpu *self, void *argument)
{
	vcpu_request(self, VCPU_REQUEST_FLUSH_TLB);
}

/* One that comes while the guest runs ends its run: the kick is an interrupt. */
TEST(run_ends_for_a_request)
{
	struct seen seen = {.guest_ran = false};
	u64 invepts;

	start();
	script(EXIT_REASON_HLT, kick_by_flush, NULL);
	invepts = sim_vmx_counts.invept;
	run_to_hlt();
	/* One when the vCPU came to this CPU. */
	EXPECT_EQ(sim_vmx_counts.invept, invepts + 2);
	script(EXIT_REASON_HLT, look, &seen);
	run_to_hlt();
	EXPECT_EQ(seen.invepts, invepts + 2);
	fixture_destroy(machine);
}

/* --- Memory, by each type of INVEPT --- */

struct word {
	u64 gpa, value;
};

static void guest_reads(struct vcpu *self, void *argument)
{
	struct word *word = argument;

	sim_guest_read(self, word->gpa, &word->value, sizeof(word->value));
}

static void guest_writes(struct vcpu *self, void *argument)
{
	const struct word *word = argument;

	sim_guest_write(self, word->gpa, &word->value, sizeof(word->value));
}

TEST(run_flushes_with_what_the_processor_has)
{
	static const u64 types[] = {BIT64(25) | BIT64(26), BIT64(25), BIT64(26)};

	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct vmx_cap_msrs msrs = fixture_full();
		struct word word = {0x10, 0x1122334455667788};

		test_context("types 0x%llx", types[i]);
		msrs.value[CAP_EPT_VPID_CAP] &= ~(BIT64(25) | BIT64(26));
		msrs.value[CAP_EPT_VPID_CAP] |= types[i];
		start_with(&msrs, false);
		script(EXIT_REASON_HLT, guest_writes, &word);
		run_to_hlt();
		/* The frame that the guest used is the process's no more. */
		sim_user_move(machine->ram, LINTEL_PAGE_SIZE);
		word.value = 0;
		script(EXIT_REASON_HLT, guest_reads, &word);
		run_to_hlt();
		EXPECT_EQ(word.value, 0x1122334455667788);
		fixture_destroy(machine);
	}
}

static void run_on(struct vcpu *one, unsigned int cpu, guest_fn guest, struct word *word)
{
	sim_run_on(cpu);
	script(EXIT_REASON_HLT, guest, word);
	EXPECT_EQ(vcpu_run(one), 0);
	EXPECT_EQ(one->run->exit_reason, KVM_EXIT_HLT);
}

/* What the process does to its memory, each vCPU has to hear, wherever it runs. */
TEST(run_flushes_every_vcpu)
{
	struct word word = {0x18, 0};
	struct vcpu *second;

	start();
	second = fixture_add_vcpu(machine, 1);
	for (u64 round = 1; round < 5; round++) {
		word.value = round;
		run_on(vcpu, 0, guest_writes, &word);
		word.value = 0;
		run_on(second, 1, guest_reads, &word);
		EXPECT_EQ(word.value, round);
		sim_user_move(machine->ram, LINTEL_PAGE_SIZE);
	}
	fixture_destroy(machine);
}

static u64 vmptrlds_of(struct vcpu *one, unsigned int cpu)
{
	struct word word = {0x18, 0};
	u64 before = sim_vmx_counts.vmptrld;

	run_on(one, cpu, guest_reads, &word);
	return sim_vmx_counts.vmptrld - before;
}

/* A VMCS that is current is not loaded again; it is no more where another vCPU came, or the vCPU
 * went elsewhere. */
TEST(run_loads_a_vmcs_that_is_not_current)
{
	struct vcpu *second;

	start();
	second = fixture_add_vcpu(machine, 1);
	vmptrlds_of(vcpu, 0);
	EXPECT_EQ(vmptrlds_of(vcpu, 0), 0);
	EXPECT_EQ(vmptrlds_of(second, 0), 1);
	EXPECT_EQ(vmptrlds_of(vcpu, 0), 1);
	EXPECT_EQ(vmptrlds_of(vcpu, 1), 1);
	EXPECT_EQ(vmptrlds_of(vcpu, 1), 0);
	EXPECT_EQ(vmptrlds_of(vcpu, 0), 1);
	fixture_destroy(machine);
}

/* --- What the exit says --- */

#define SOURCE 0x80ull
#define CODE   0x100ull
#define DEVICE 0x2000ull

/* MOVSB, in real mode, from memory to a device: the translation that the exit tells is that of the
 * page that it is for, and of no other operand. */
TEST(run_takes_the_linear_address_of_the_exit)
{
	struct kvm_segment cs;

	start();
	*(u8 *)sim_user_pointer(machine->ram + SOURCE) = 0x5a;
	*(u8 *)sim_user_pointer(machine->ram + CODE) = 0xa4;
	host_vcpu_get(vcpu);
	vcpu_seg_read(vcpu, SEG_CS, &cs);
	cs.base = cs.selector = 0;
	vcpu_seg_write(vcpu, SEG_CS, &cs);
	vcpu_rip_write(vcpu, CODE);
	vcpu_reg_write(vcpu, REG_RSI, SOURCE);
	vcpu_reg_write(vcpu, REG_RDI, DEVICE);
	host_vcpu_release(vcpu);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .qualification = 0x182, /* a write; both addresses */
					   .guest_physical = DEVICE,
					   .guest_linear = DEVICE});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(vcpu->run->mmio.is_write, 1);
	EXPECT_EQ(vcpu->run->mmio.phys_addr, DEVICE);
	EXPECT_EQ(vcpu->run->mmio.data[0], 0x5a);
	fixture_destroy(machine);
}

/* --- What is switched round the guest --- */

struct xstate {
	u64 xcr0, xss;
};

static void look_at_xstate(struct vcpu *self, void *argument)
{
	struct xstate *in_guest = argument;

	in_guest->xcr0 = sim_registers_here()->xcr0;
	in_guest->xss = 0;
	sim_msr_get(sim_cpu_now(), MSR_IA32_XSS, &in_guest->xss);
}

static const struct {
	bool osxsave;
	u64 xcr0; /* of the guest */
	u64 host_xss;
	struct xstate in_guest;
} xstates[] = {
	{false, 1, 0x100, {7, 0}}, /* the guest has no instruction that would see it */
	{true, 1, 0, {1, 0}},	   {true, 3, 0, {3, 0}},      {true, 7, 0, {7, 0}},
	{true, 7, 0x100, {7, 0}},  {true, 1, 0x1800, {1, 0}},
};

TEST(run_switches_xcr0_and_xss)
{
	for (size_t i = 0; i < COUNT_OF(xstates); i++) {
		struct xstate seen[2] = {{0}};
		u64 xss = 0;

		test_context("row %zu", i);
		start();
		if (xstates[i].host_xss)
			sim_set_xss(xstates[i].host_xss);
		host_vcpu_get(vcpu);
		fixture_set_cpuid(vcpu);
		EXPECT_EQ(vcpu_xcr0_write(vcpu, 0, xstates[i].xcr0), 0);
		if (xstates[i].osxsave)
			EXPECT_EQ(vcpu_cr4_write(vcpu, vcpu_cr4_read(vcpu) | CR4_OSXSAVE), 0);
		host_vcpu_release(vcpu);
		script(EXIT_REASON_INVD, look_at_xstate, &seen[0]);
		script(EXIT_REASON_HLT, look_at_xstate, &seen[1]);
		run_to_hlt();
		for (size_t n = 0; n < COUNT_OF(seen); n++) {
			EXPECT_EQ(seen[n].xcr0, xstates[i].in_guest.xcr0);
			EXPECT_EQ(seen[n].xss, xstates[i].in_guest.xss);
		}
		EXPECT_EQ(sim_registers_here()->xcr0, 7);
		sim_msr_get(0, MSR_IA32_XSS, &xss);
		EXPECT_EQ(xss, xstates[i].host_xss);
		fixture_destroy(machine);
	}
}

static void look_at_debug_registers(struct vcpu *self, void *argument)
{
	*(struct sim_registers *)argument = *sim_registers_here();
}

TEST(run_loads_debug_registers_that_have_a_breakpoint_on)
{
	static const u64 enabled[] = {0, 1, BIT64(7)};

	for (size_t i = 0; i < COUNT_OF(enabled); i++) {
		struct sim_registers seen = {.cr2 = 0};

		test_context("DR7 0x%llx", enabled[i]);
		start();
		host_vcpu_get(vcpu);
		EXPECT_EQ(vcpu_dr_write(vcpu, 0, 0x1000), 0);
		EXPECT_EQ(vcpu_dr_write(vcpu, 3, 0x4000), 0);
		EXPECT_EQ(vcpu_dr_write(vcpu, 7, enabled[i]), 0);
		host_vcpu_release(vcpu);
		script(EXIT_REASON_HLT, look_at_debug_registers, &seen);
		run_to_hlt();
		EXPECT_EQ(seen.dr_is_guest, enabled[i] != 0);
		EXPECT_EQ(seen.dr[0], enabled[i] ? 0x1000 : 0);
		EXPECT_EQ(seen.dr[3], enabled[i] ? 0x4000 : 0);
		EXPECT_FALSE(sim_registers_here()->dr_is_guest ||
			     sim_registers_here()->dr7_is_exits);
		fixture_destroy(machine);
	}
}

/* MOV DR exits once; until the next exit the registers are the guest's, and it may change them. */
static void move_to_dr(struct vcpu *self, void *argument)
{
	EXPECT_TRUE(sim_registers_here()->dr_is_guest);
	sim_registers_here()->dr[1] = 0x2222;
	sim_registers_here()->dr6 = 0xffff0ff2;
	sim_vmcs_set(vmcs, GUEST_DR7, DR7_FIXED | 4);
}

TEST(run_takes_the_debug_registers_that_the_guest_wrote)
{
	struct sim_registers seen = {.cr2 = 0};

	start();
	script(EXIT_REASON_MOV_DR, NULL, NULL);
	script(EXIT_REASON_HLT, move_to_dr, NULL);
	run_to_hlt();
	EXPECT_EQ(vcpu->dr[1], 0x2222);
	EXPECT_EQ(vcpu->dr6, 0xffff0ff2);
	EXPECT_EQ(vcpu->dr7, DR7_FIXED | 4);
	script(EXIT_REASON_HLT, look_at_debug_registers, &seen);
	run_to_hlt();
	EXPECT_EQ(seen.dr[1], 0x2222);
	fixture_destroy(machine);
}

/* --- The host changes between entries --- */

static void other_cr3(struct vcpu *self, void *argument)
{
	sim_host_state.cr3 ^= 0x1000;
}

static void other_cr4(struct vcpu *self, void *argument)
{
	sim_host_state.cr4 ^= CR4_PCE;
}

/* With what else it has, the simulator compares.  An exit that is answered at once: the change,
 * which comes by an interrupt, has to wait. */
TEST(run_has_the_hosts_cr3_and_cr4_of_now)
{
	start();
	script(EXIT_REASON_INVD, other_cr3, NULL);
	script(EXIT_REASON_EXTERNAL_INTERRUPT, other_cr4, NULL);
	script(EXIT_REASON_EXTERNAL_INTERRUPT, NULL, NULL);
	script(EXIT_REASON_HLT, other_cr3, NULL);
	run_to_hlt();
	EXPECT_EQ(sim_vmcs_get(vmcs, HOST_CR4), sim_host_state.cr4);
	script(EXIT_REASON_HLT, NULL, NULL);
	run_to_hlt();
	EXPECT_EQ(sim_vmcs_get(vmcs, HOST_CR3), sim_host_state.cr3);
	fixture_destroy(machine);
}

/* While its page is looked up the thread sleeps, and wakes on another CPU: what a kernel has there
 * for each CPU is at other addresses, and the MSRs, CR3 and the task's FS base are others. */
static void sleep_and_move(void *argument, u64 hva)
{
	sim_page_get_hook(NULL, NULL);
	sim_host_state.cr3 ^= 0x2000;
	sim_host_state.fs_base ^= 0x10000;
	sim_reschedule(vcpu, 1);
}

TEST(run_goes_on_on_another_cpu)
{
	struct word word = {0x10, 0x5a5a5a5a};

	start();
	sim_msr_set(0, MSR_LSTAR, 0xffffffff81000000);
	sim_msr_set(1, MSR_LSTAR, 0xffffffff82000000);
	script(EXIT_REASON_INVD, NULL, NULL);
	script(EXIT_REASON_HLT, guest_writes, &word);
	sim_page_get_hook(sleep_and_move, NULL);
	run_to_hlt();
	EXPECT_EQ(sim_cpu_now(), 1);
	EXPECT_EQ(*(u64 *)sim_user_pointer(machine->ram + 0x10), 0x5a5a5a5a);
	sim_run_on(0);
	word.value = 0;
	script(EXIT_REASON_HLT, guest_reads, &word);
	run_to_hlt();
	EXPECT_EQ(word.value, 0x5a5a5a5a);
	fixture_destroy(machine);
}

/* A TSC that differs from CPU to CPU: the guest's clock is told anew where it comes to. */
TEST(run_tells_the_clock_anew_on_another_cpu)
{
	static const struct {
		bool stable;
		unsigned int cpu;
		bool told;
	} rows[] = {{false, 0, false},
		    {false, 1, true},
		    {false, 1, false},
		    {false, 0, true},
		    {true, 1, false}};
	const u32 *version;
	u32 before;
	int ticket;

	start();
	version = sim_user_pointer(machine->ram + 0x100);
	ticket = host_srcu_read_lock(&machine->vm.srcu);
	host_vcpu_get(vcpu);
	EXPECT_EQ(msr_write(vcpu, MSR_KVM_SYSTEM_TIME_NEW, 0x100 | 1, true), 0);
	host_vcpu_release(vcpu);
	host_srcu_read_unlock(&machine->vm.srcu, ticket);
	script(EXIT_REASON_HLT, NULL, NULL);
	run_to_hlt();
	EXPECT_EQ(*version, 2);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %zu", i);
		before = *version;
		sim_set_tsc_stable(rows[i].stable);
		sim_run_on(rows[i].cpu);
		script(EXIT_REASON_HLT, NULL, NULL);
		run_to_hlt();
		EXPECT_EQ(*version, before + (rows[i].told ? 2 : 0));
	}
	fixture_destroy(machine);
}

/* It ends the guest's run, is the host's, and the guest goes on. */
TEST(run_goes_on_after_an_nmi_of_the_host)
{
	start();
	for (unsigned int i = 1; i < 4; i++) {
		sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EXCEPTION_OR_NMI,
						   .interruption_info = 0x80000202});
		script(EXIT_REASON_HLT, NULL, NULL);
		run_to_hlt();
		EXPECT_EQ(sim_delivered.nmis, i);
	}
	EXPECT_EQ(sim_injections(), 0);
	fixture_destroy(machine);
}

/* --- User space --- */

/* What the last exit left is done first: so the registers are final. */
TEST(run_immediate_exit_completes_the_access)
{
	u64 rip, entries;

	start();
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .qualification = 0x70 << 16 | BIT64(3),
					   .instruction_length = 2});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(vcpu->run->io.direction, KVM_EXIT_IO_IN);
	rip = sim_vmcs_get(vmcs, GUEST_RIP);
	entries = sim_vmx_counts.entries;
	vcpu->pio_data[0] = 0x5c;
	vcpu->run->immediate_exit = 1;
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(sim_vmx_counts.entries, entries);
	EXPECT_EQ(vcpu->regs[REG_RAX] & 0xff, 0x5c);
	EXPECT_EQ(vcpu->rip, rip + 2);
	/* Once more: it is not done twice. */
	vcpu->pio_data[0] = 0x11;
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(vcpu->regs[REG_RAX] & 0xff, 0x5c);
	vcpu->run->immediate_exit = 0;
	script(EXIT_REASON_HLT, NULL, NULL);
	run_to_hlt();
	EXPECT_EQ(vcpu->rip, rip + 3);
	fixture_destroy(machine);
}

static const struct {
	bool irqchip;
	u64 cr8;
	int result;
	u64 becomes;
} priorities[] = {
	{false, 0, 0, 0},	    {false, 15, 0, 15}, {false, 16, -EINVAL, 3},
	{false, ~0ull, -EINVAL, 3}, {true, 16, 0, 0},	{true, 9, 0, 0},
};

/* CR8 is user space's, or the local APIC's. */
TEST(run_takes_cr8_from_user_space)
{
	for (size_t i = 0; i < COUNT_OF(priorities); i++) {
		struct vmx_cap_msrs msrs = fixture_full();
		u64 entries;

		test_context("row %zu", i);
		start_with(&msrs, priorities[i].irqchip);
		vcpu->run->cr8 = 3;
		script(EXIT_REASON_TRIPLE_FAULT, NULL, NULL);
		EXPECT_EQ(vcpu_run(vcpu), 0);
		entries = sim_vmx_counts.entries;
		vcpu->run->cr8 = priorities[i].cr8;
		script(EXIT_REASON_TRIPLE_FAULT, NULL, NULL);
		EXPECT_EQ(vcpu_run(vcpu), priorities[i].result);
		EXPECT_EQ(vcpu_cr8_read(vcpu), priorities[i].becomes);
		EXPECT_EQ(sim_vmx_counts.entries, entries + !priorities[i].result);
		if (!priorities[i].result)
			EXPECT_EQ(vcpu->run->cr8, priorities[i].becomes);
		fixture_destroy(machine);
	}
}

/* A signal before the guest is entered, or while it runs. */
static void send_signal(struct vcpu *self, void *argument)
{
	sim_signal(true);
}

TEST(run_ends_with_a_signal)
{
	u64 entries;

	start();
	entries = sim_vmx_counts.entries;
	sim_signal(true);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
	EXPECT_EQ(sim_vmx_counts.entries, entries);
	sim_signal(false);
	script(EXIT_REASON_INVD, send_signal, NULL);
	script(EXIT_REASON_HLT, NULL, NULL);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(sim_vmx_counts.entries, entries + 1);
	sim_signal(false);
	run_to_hlt();
	fixture_destroy(machine);
}

/* The kernel wants its thread for something else, and gives it back. */
TEST(run_goes_on_after_work_of_the_kernel)
{
	u64 entries;

	start();
	entries = sim_vmx_counts.entries;
	sim_work_pending(true);
	script(EXIT_REASON_HLT, NULL, NULL);
	run_to_hlt();
	EXPECT_FALSE(host_guest_must_wait());
	EXPECT_EQ(sim_vmx_counts.entries, entries + 1);
	fixture_destroy(machine);
}
