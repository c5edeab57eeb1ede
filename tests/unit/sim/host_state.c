// SPDX-License-Identifier: GPL-2.0
/* The simulator sees it when the host does not get back what it had. */
#include "facts/exit_reason.h"
#include "host_entry.h"
#include "fixture/vm.h"
#include "exit/run.h"
#include "facts/msr.h"
#include "panic.h"

#define MEMBER(name) offsetof(struct host_state, name)

static const struct {
	size_t offset;
	u8 bit; /* of the member: one that no rule of VM entry is about */
	const char *words;
} members[] = {
	{MEMBER(cr0), 8, "Host CR0 is 0x"},
	{MEMBER(cr3), 0x20, "Host CR3 is 0x"},
	{MEMBER(cr4), 4, "Host CR4 is 0x"},
	{MEMBER(es), 8, "Host ES selector is 0x"},
	{MEMBER(cs), 8, "Host CS selector is 0x"},
	{MEMBER(ss), 8, "Host SS selector is 0x"},
	{MEMBER(ds), 8, "Host DS selector is 0x"},
	{MEMBER(fs), 8, "Host FS selector is 0x"},
	{MEMBER(gs), 8, "Host GS selector is 0x"},
	{MEMBER(tr), 8, "Host TR selector is 0x"},
	{MEMBER(fs_base), 8, "Host FS base is 0x"},
	{MEMBER(gs_base), 8, "Host GS base is 0x"},
	{MEMBER(tr_base), 8, "Host TR base is 0x"},
	{MEMBER(gdtr_base), 8, "Host GDTR base is 0x"},
	{MEMBER(idtr_base), 8, "Host IDTR base is 0x"},
	{MEMBER(sysenter_cs), 8, "Host IA32_SYSENTER_CS is 0x"},
	{MEMBER(sysenter_esp), 8, "Host IA32_SYSENTER_ESP is 0x"},
	{MEMBER(sysenter_eip), 8, "Host IA32_SYSENTER_EIP is 0x"},
	{MEMBER(efer), 2, "Host IA32_EFER is 0x"},
	{MEMBER(pat), 1, "Host IA32_PAT is 0x"},
};

TEST(sim_compares_the_host_state_that_an_exit_loads)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct host_vcpu at_rest;

	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	at_rest = machine->vcpu->host;
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		u8 *member = (u8 *)&sim_host_state + members[i].offset;

		test_context("row %zu", i);
		*member ^= members[i].bit;
		EXPECT_PANIC(fixture_enter(machine), members[i].words);
		*member ^= members[i].bit;
		machine->vcpu->host = at_rest;
	}
	EXPECT_EQ(fixture_enter(machine), VMX_SUCCEED);
	fixture_destroy(machine);
}

TEST(sim_interrupts_need_the_hosts_registers)
{
	static const u64 breakpoints[4];

	sim_set_xss(0x100);
	EXPECT_PANIC(host_irq_disable(); host_write_xcr0(3);
		     host_irq_enable(), "host_irq_enable: XCR0 is 0x3, and the host's is 0x7");
	host_write_xcr0(7);
	EXPECT_PANIC(host_irq_disable(); host_wrmsr(MSR_IA32_XSS, 0);
		     host_irq_enable(), "IA32_XSS is 0x0, and the host's is 0x100");
	host_wrmsr(MSR_IA32_XSS, 0x100);
	EXPECT_PANIC(host_irq_disable(); host_debugregs_load(breakpoints, 0);
		     host_irq_enable(), "DR0-DR3 are the guest's");
}

static void write_misc_enable(struct vcpu *vcpu, void *argument)
{
	host_wrmsr(MSR_IA32_MISC_ENABLE, 1);
}

TEST(sim_the_next_thread_needs_the_hosts_msrs)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_HLT, .instruction_length = 1, .guest = write_misc_enable});
	EXPECT_PANIC(vcpu_run(machine->vcpu), "leaves CPU 0: MSR 0x1a0 is 0x1");
}
