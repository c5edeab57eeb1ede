// SPDX-License-Identifier: GPL-2.0
/*
 * Exits that are answered with interrupts off, in between two entries: the guest goes on just as
 * when the same exit takes the long way, which it does while somebody traces.
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "exit/run.h"
#include "facts/exit_reason.h"
#include "facts/msr.h"
#include "facts/vmcs_field.h"
#include "irq/lapic.h"
#include "msr/state.h"
#include "vcpu/state.h"

#define LENGTH 2

/* A guest's instruction: what is in its registers, what the exit says. */
struct instruction {
	u32 reason;
	u64 qualification;
	u64 rax, rcx, rdx;
};

/* The vCPU as its next entry finds it. */
struct state {
	u64 regs[REG_COUNT], fields[VMCS_FIELDS];
	u64 rip, rflags, xcr0, apic_base;
	struct vcpu_msrs msrs;
	u8 page[LINTEL_PAGE_SIZE];
	u64 exits, begins; /* of this kind; of host_guest_begin() */
};

/* The host's, or an address of its memory. */
static bool is_hosts(u16 encoding)
{
	switch (encoding) {
	case MSR_BITMAP:
	case PML_ADDRESS:
	case VIRTUAL_APIC_PAGE_ADDR:
	case EPT_POINTER:
		return true;
	default:
		return (encoding >> 10 & 3) == 3;
	}
}

static void look(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);
	struct state *state = argument;

	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (!is_hosts(vmcs_field_table[i].encoding))
			state->fields[i] = sim_vmcs_get(vmcs, vmcs_field_table[i].encoding);
	memcpy(state->regs, vcpu->regs, sizeof(state->regs));
	state->rip = vcpu->rip;
	state->rflags = vcpu->rflags;
	state->xcr0 = vcpu->xcr0;
	state->apic_base = vcpu->apic_base;
	state->msrs = *vcpu->msrs;
	memcpy(state->page, vcpu->lapic->page, sizeof(state->page));
	state->begins = vcpu->host.begins;
}

static void set_registers(struct vcpu *vcpu, void *argument)
{
	const struct instruction *now = argument;

	vcpu->regs[REG_RAX] = now->rax;
	vcpu->regs[REG_RCX] = now->rcx;
	vcpu->regs[REG_RDX] = now->rdx;
}

static void x2apic_on(struct vcpu *vcpu)
{
	EXPECT_EQ(msr_apic_base_write(vcpu, vcpu->apic_base | APIC_BASE_X2APIC, false), 0);
	lapic_deliver(vcpu, IRQ_FIXED, 0x51, false);
	lapic_acknowledge(vcpu, 0x51);
}

static void run(const struct instruction *instruction, bool traced, struct state *state)
{
	struct fixture *machine =
		FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .cpuid = true, .apics = true);
	struct vcpu *vcpu = machine->vcpu;
	struct instruction now = *instruction;

	memset(state, 0, sizeof(*state));
	FIXTURE_LOADED(vcpu, x2apic_on(vcpu));
	sim_exits_are_traced = traced;
	sim_script_exit(&(struct sim_exit){.reason = now.reason,
					   .qualification = now.qualification,
					   .instruction_length = LENGTH,
					   .guest = set_registers,
					   .argument = &now});
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_TRIPLE_FAULT, .guest = look, .argument = state});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
	state->exits = vcpu->stats.exits[now.reason];
	EXPECT_STR_EQ(sim_entry_failure(), "");
	fixture_destroy(machine);
}

/* gives: was it answered at once, when nobody traced? */
static bool same_both_ways(const struct instruction *instruction)
{
	static struct state quick, slow;
	u64 begins;

	run(instruction, false, &quick);
	run(instruction, true, &slow);
	EXPECT_EQ(slow.begins, 2);
	EXPECT_EQ(slow.exits, 1);
	begins = quick.begins;
	quick.begins = slow.begins;
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (quick.fields[i] != slow.fields[i])
			test_fail(__FILE__, __LINE__, "%s is 0x%llx at once, and 0x%llx",
				  vmcs_field_table[i].name, quick.fields[i], slow.fields[i]);
	EXPECT_EQ(memcmp(&quick, &slow, sizeof(quick)), 0);
	return begins == 1;
}

TEST(at_once_is_as_the_long_way)
{
	static const struct {
		const char *words;
		struct instruction instruction;
		bool at_once;
	} rows[] = {
		{"CPUID.0", {EXIT_REASON_CPUID, 0, 0, 0, 0}, true},
		{"CPUID.7.1", {EXIT_REASON_CPUID, 0, 7, 1, 0}, true},
		{"CPUID beyond", {EXIT_REASON_CPUID, 0, 0x1234, 0, 0}, true},
		{"INVD", {EXIT_REASON_INVD, 0, 0, 0, 0}, true},
		{"WBINVD", {EXIT_REASON_WBINVD, 0, 0, 0, 0}, true},
		{"PAUSE", {EXIT_REASON_PAUSE, 0, 0, 0, 0}, true},
		{"MONITOR", {EXIT_REASON_MONITOR, 0, 0, 0, 0}, true},
		{"MWAIT", {EXIT_REASON_MWAIT, 0, 0, 0, 0}, true},
		{"XSETBV", {EXIT_REASON_XSETBV, 0, 3, 0, 0}, true},
		{"XSETBV of nothing: #GP", {EXIT_REASON_XSETBV, 0, 0, 0, 0}, true},
		{"an unknown hypercall", {EXIT_REASON_VMCALL, 0, 100, 0, 0}, true},
		{"KVM_HC_SEND_IPI to none", {EXIT_REASON_VMCALL, 0, 10, 0, 0}, true},
		{"KVM_HC_KICK_CPU", {EXIT_REASON_VMCALL, 0, 5, 0, 0}, false},
		{"KVM_HC_SCHED_YIELD", {EXIT_REASON_VMCALL, 0, 11, 0, 0}, false},
		/* In real mode the PDPTEs might have to be read. */
		{"MOV to CR0", {EXIT_REASON_CR_ACCESS, 0, 0x60000010, 0, 0}, false},
		{"VMREAD: #UD", {EXIT_REASON_VMREAD, 0, 0, 0, 0}, false},
		{"external interrupt", {EXIT_REASON_EXTERNAL_INTERRUPT, 0, 0, 0, 0}, false},
		{"x2APIC EOI", {EXIT_REASON_WRMSR, 0, 0, 0x80b, 0}, true},
		{"x2APIC self-IPI", {EXIT_REASON_WRMSR, 0, 0x61, 0x83f, 0}, true},
		{"x2APIC ICR, to itself", {EXIT_REASON_WRMSR, 0, 0x40061, 0x830, 0}, true},
		{"x2APIC ICR, NMI to itself", {EXIT_REASON_WRMSR, 0, 0x40461, 0x830, 0}, false},
		{"x2APIC SVR", {EXIT_REASON_WRMSR, 0, 0x1ff, 0x80f, 0}, false},
		{"MSR that is not there: #GP", {EXIT_REASON_RDMSR, 0, 0, 0x1234, 0}, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("%s", rows[i].words);
		EXPECT_EQ(same_both_ways(&rows[i].instruction), rows[i].at_once);
	}
}

/* What another reading of a clock gives, or a counter that runs. */
static bool runs(u32 msr)
{
	return msr == MSR_IA32_TSC || msr == MSR_X2APIC_FIRST + 0x39;
}

TEST(at_once_every_msr_is_as_the_long_way)
{
	static const u64 values[] = {0, 1, 6, 0xfee00900, ~(u64)0};

	for (unsigned int row = 0; row < MSR_ROWS; row++) {
		u32 msr = msr_table[row].first;

		test_context("%s", msr_table[row].name);
		if (runs(msr))
			continue;
		same_both_ways(&(struct instruction){EXIT_REASON_RDMSR, 0, 0, msr, 0});
		for (size_t i = 0; i < COUNT_OF(values); i++)
			same_both_ways(&(struct instruction){EXIT_REASON_WRMSR, 0, (u32)values[i],
							     msr, values[i] >> 32});
	}
}
