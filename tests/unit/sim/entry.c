// SPDX-License-Identifier: GPL-2.0
/* Each rule of VM entry, broken alone: the entry fails as the SDM says, and holds again after. */
#include "../cap/fixture.h"
#include "exit/reason.h"
#include "machine.h"

struct change {
	u32 field;
	u64 set, clear;
};

enum how { AS_CONTROLS, AS_HOST_STATE, AS_GUEST_STATE };

struct broken {
	const char *words; /* a part of sim_entry_failure() */
	enum how how;
	u32 qualification;
	struct change change[2];
};

#define NOT_CANONICAL 0x0000900000000000ull

static const struct broken controls[] = {
	{"pin-based controls", AS_CONTROLS, 0, {{PIN_BASED_VM_EXEC_CONTROL, 0, 2}}},
	{"primary controls", AS_CONTROLS, 0, {{CPU_BASED_VM_EXEC_CONTROL, 1, 0}}},
	{"secondary controls", AS_CONTROLS, 0, {{SECONDARY_VM_EXEC_CONTROL, BIT32(29), 0}}},
	{"VM-exit controls", AS_CONTROLS, 0, {{VM_EXIT_CONTROLS, 0, 1}}},
	{"VM-entry controls", AS_CONTROLS, 0, {{VM_ENTRY_CONTROLS, 0, 1}}},
	{"virtual NMIs need",
	 AS_CONTROLS,
	 0,
	 {{PIN_BASED_VM_EXEC_CONTROL, PIN_VIRTUAL_NMIS, PIN_NMI_EXITING}}},
	{"NMI-window exiting needs",
	 AS_CONTROLS,
	 0,
	 {{PIN_BASED_VM_EXEC_CONTROL, 0, PIN_VIRTUAL_NMIS},
	  {CPU_BASED_VM_EXEC_CONTROL, CPU1_NMI_WINDOW_EXITING, 0}}},
	{"APIC virtualization needs",
	 AS_CONTROLS,
	 0,
	 {{SECONDARY_VM_EXEC_CONTROL, CPU2_VIRTUALIZE_X2APIC_MODE, 0},
	  {CPU_BASED_VM_EXEC_CONTROL, 0, CPU1_USE_TPR_SHADOW}}},
	{"cannot both be virtualized",
	 AS_CONTROLS,
	 0,
	 {{SECONDARY_VM_EXEC_CONTROL, CPU2_VIRTUALIZE_X2APIC_MODE | CPU2_VIRTUALIZE_APIC_ACCESSES,
	   0},
	  {CPU_BASED_VM_EXEC_CONTROL, CPU1_USE_TPR_SHADOW, 0}}},
	{"needs EPT", AS_CONTROLS, 0, {{SECONDARY_VM_EXEC_CONTROL, 0, CPU2_ENABLE_EPT}}},
	{"saving the preemption timer",
	 AS_CONTROLS,
	 0,
	 {{PIN_BASED_VM_EXEC_CONTROL, 0, PIN_ACTIVATE_PREEMPTION_TIMER},
	  {VM_EXIT_CONTROLS, EXIT_SAVE_PREEMPTION_TIMER, 0}}},
	{"address of MSR bitmaps", AS_CONTROLS, 0, {{MSR_BITMAP, 0x800, 0}}},
	{"address of MSR bitmaps", AS_CONTROLS, 0, {{MSR_BITMAP, BIT64(39), 0}}},
	{"address of I/O bitmap A",
	 AS_CONTROLS,
	 0,
	 {{CPU_BASED_VM_EXEC_CONTROL, CPU1_USE_IO_BITMAPS, 0}, {IO_BITMAP_A, 8, 0}}},
	{"CR3-target count", AS_CONTROLS, 0, {{CR3_TARGET_COUNT, 5, 0}}},
	{"VPID is 0", AS_CONTROLS, 0, {{VIRTUAL_PROCESSOR_ID, 0, 0xffff}}},
	{"EPTP: memory type", AS_CONTROLS, 0, {{EPT_POINTER, 1, 0}}},
	{"EPTP: page-walk length", AS_CONTROLS, 0, {{EPT_POINTER, 0, 0x38}}},
	{"EPTP: reserved bits", AS_CONTROLS, 0, {{EPT_POINTER, 0x100, 0}}},
	{"EPTP: reserved bits", AS_CONTROLS, 0, {{EPT_POINTER, BIT64(39), 0}}},
	{"VM-exit MSR-store address",
	 AS_CONTROLS,
	 0,
	 {{VM_EXIT_MSR_STORE_COUNT, 1, ~0ull}, {VM_EXIT_MSR_STORE_ADDR, 8, ~0ull}}},
	{"VM-entry MSR-load address",
	 AS_CONTROLS,
	 0,
	 {{VM_ENTRY_MSR_LOAD_COUNT, 2, ~0ull}, {VM_ENTRY_MSR_LOAD_ADDR, BIT64(39) - 16, ~0ull}}},
	{"event: reserved type", AS_CONTROLS, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80000103, ~0u}}},
	{"event: NMI", AS_CONTROLS, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80000203, ~0u}}},
	{"vector above 31", AS_CONTROLS, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80000320, ~0u}}},
	{"event: reserved bits", AS_CONTROLS, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80001306, ~0u}}},
	{"error code cannot go", AS_CONTROLS, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80000b0d, ~0u}}},
	{"event: instruction length",
	 AS_CONTROLS,
	 0,
	 {{VM_ENTRY_INTR_INFO_FIELD, 0x80000603, ~0u}, {VM_ENTRY_INSTRUCTION_LEN, 16, ~0u}}},
};

static const struct broken host_state[] = {
	{"host CR0", AS_HOST_STATE, 0, {{HOST_CR0, 0, 1}}},
	{"host CR4", AS_HOST_STATE, 0, {{HOST_CR4, 0, BIT64(13)}}},
	{"host CR3", AS_HOST_STATE, 0, {{HOST_CR3, BIT64(39), 0}}},
	{"host CR4.PAE", AS_HOST_STATE, 0, {{HOST_CR4, 0, BIT64(5)}}},
	{"host IA32_SYSENTER_ESP",
	 AS_HOST_STATE,
	 0,
	 {{HOST_IA32_SYSENTER_ESP, NOT_CANONICAL, ~0ull}}},
	{"host IA32_PAT", AS_HOST_STATE, 0, {{HOST_IA32_PAT, 2, 0xff}}},
	{"host IA32_EFER", AS_HOST_STATE, 0, {{HOST_IA32_EFER, 0, BIT64(10)}}},
	{"RPL and TI", AS_HOST_STATE, 0, {{HOST_DS_SELECTOR, 3, 0}}},
	{"host CS is 0", AS_HOST_STATE, 0, {{HOST_CS_SELECTOR, 0, 0xffff}}},
	{"host TR is 0", AS_HOST_STATE, 0, {{HOST_TR_SELECTOR, 0, 0xffff}}},
	{"not canonical", AS_HOST_STATE, 0, {{HOST_GDTR_BASE, NOT_CANONICAL, ~0ull}}},
	{"address-space size",
	 AS_HOST_STATE,
	 0,
	 {{VM_EXIT_CONTROLS, 0, EXIT_HOST_ADDRESS_SPACE_SIZE}}},
};

/* The guest is as after power-up: real mode. */
static const struct broken guest_state[] = {
	{"guest CR0", AS_GUEST_STATE, 0, {{GUEST_CR0, 0, BIT64(5)}}},
	{"PG without PE", AS_GUEST_STATE, 0, {{GUEST_CR0, BIT64(31), 0}}},
	{"guest CR4", AS_GUEST_STATE, 0, {{GUEST_CR4, 0, BIT64(13)}}},
	{"IA-32e mode guest without",
	 AS_GUEST_STATE,
	 0,
	 {{VM_ENTRY_CONTROLS, ENTRY_IA32E_MODE_GUEST, 0}}},
	{"guest CR4.PCIDE", AS_GUEST_STATE, 0, {{GUEST_CR4, BIT64(17), 0}}},
	{"guest CR3", AS_GUEST_STATE, 0, {{GUEST_CR3, BIT64(39), 0}}},
	{"guest IA32_DEBUGCTL", AS_GUEST_STATE, 0, {{GUEST_IA32_DEBUGCTL, BIT64(20), 0}}},
	{"guest DR7", AS_GUEST_STATE, 0, {{GUEST_DR7, BIT64(32), 0}}},
	{"guest IA32_PAT", AS_GUEST_STATE, 0, {{GUEST_IA32_PAT, 3, 0xff}}},
	{"IA32_EFER: reserved", AS_GUEST_STATE, 0, {{GUEST_IA32_EFER, BIT64(9), 0}}},
	{"IA32_EFER.LMA is not", AS_GUEST_STATE, 0, {{GUEST_IA32_EFER, BIT64(10), 0}}},
	{"guest IA32_SYSENTER_EIP",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_SYSENTER_EIP, NOT_CANONICAL, ~0ull}}},
	{"TR: base", AS_GUEST_STATE, 0, {{GUEST_TR_BASE, NOT_CANONICAL, ~0ull}}},
	{"CS: base", AS_GUEST_STATE, 0, {{GUEST_CS_BASE, BIT64(32), 0}}},
	{"DS: base", AS_GUEST_STATE, 0, {{GUEST_DS_BASE, BIT64(32), 0}}},
	{"CS: type", AS_GUEST_STATE, 0, {{GUEST_CS_AR_BYTES, 0x92, 0xff}}},
	{"CS: DPL is not that", AS_GUEST_STATE, 0, {{GUEST_CS_AR_BYTES, 0xfb, 0xff}}},
	{"SS: type", AS_GUEST_STATE, 0, {{GUEST_SS_AR_BYTES, 0x91, 0xff}}},
	{"SS: DPL must be 0",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_SS_AR_BYTES, 0xf3, 0xff}, {GUEST_CS_AR_BYTES, 0xfb, 0xff}}},
	{"not accessed", AS_GUEST_STATE, 0, {{GUEST_ES_AR_BYTES, 0, 1}}},
	{"cannot be read", AS_GUEST_STATE, 0, {{GUEST_FS_AR_BYTES, 0x99, 0xff}}},
	{"segment: S is 0", AS_GUEST_STATE, 0, {{GUEST_GS_AR_BYTES, 0, 0x10}}},
	{"segment: not present", AS_GUEST_STATE, 0, {{GUEST_GS_AR_BYTES, 0, 0x80}}},
	{"segment: reserved", AS_GUEST_STATE, 0, {{GUEST_GS_AR_BYTES, 0x100, 0}}},
	{"segment: granularity", AS_GUEST_STATE, 0, {{GUEST_DS_LIMIT, 0x100000, 0}}},
	{"segment: granularity",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_DS_AR_BYTES, 0x8000, 0}, {GUEST_DS_LIMIT, 0, 1}}},
	{"TR: TI", AS_GUEST_STATE, 0, {{GUEST_TR_SELECTOR, 4, 0}}},
	{"TR: type", AS_GUEST_STATE, 0, {{GUEST_TR_AR_BYTES, 0x89, 0xff}}},
	{"TR: S, P", AS_GUEST_STATE, 0, {{GUEST_TR_AR_BYTES, 0x10000, 0}}},
	{"LDTR: type", AS_GUEST_STATE, 0, {{GUEST_LDTR_AR_BYTES, 0x83, 0xff}}},
	{"GDTR or IDTR base", AS_GUEST_STATE, 0, {{GUEST_IDTR_BASE, NOT_CANONICAL, ~0ull}}},
	{"GDTR or IDTR limit", AS_GUEST_STATE, 0, {{GUEST_GDTR_LIMIT, 0x10000, 0}}},
	{"more than 32 bits", AS_GUEST_STATE, 0, {{GUEST_RIP, BIT64(32), 0}}},
	{"guest RFLAGS", AS_GUEST_STATE, 0, {{GUEST_RFLAGS, 0, 2}}},
	{"guest RFLAGS", AS_GUEST_STATE, 0, {{GUEST_RFLAGS, 0x8000, 0}}},
	{"virtual-8086 segment",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_RFLAGS, BIT64(17), 0}, {GUEST_CS_BASE, 0xf0000, ~0ull}}},
	{"with RFLAGS.IF = 0", AS_GUEST_STATE, 0, {{VM_ENTRY_INTR_INFO_FIELD, 0x80000020, ~0u}}},
	{"activity state is not", AS_GUEST_STATE, 0, {{GUEST_ACTIVITY_STATE, 4, 0}}},
	{"blocked by STI and by", AS_GUEST_STATE, 0, {{GUEST_INTERRUPTIBILITY_INFO, 3, 0}}},
	{"blocked by STI with", AS_GUEST_STATE, 0, {{GUEST_INTERRUPTIBILITY_INFO, 1, 0}}},
	{"not active, and blocked",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_INTERRUPTIBILITY_INFO, 2, 0}, {GUEST_ACTIVITY_STATE, 1, 0}}},
	{"interruptibility: reserved",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_INTERRUPTIBILITY_INFO, BIT32(5), 0}}},
	{"NMI injected while",
	 AS_GUEST_STATE,
	 0,
	 {{VM_ENTRY_INTR_INFO_FIELD, 0x80000202, ~0u}, {GUEST_INTERRUPTIBILITY_INFO, 2, 0}}},
	{"virtual NMI injected",
	 AS_GUEST_STATE,
	 0,
	 {{VM_ENTRY_INTR_INFO_FIELD, 0x80000202, ~0u}, {GUEST_INTERRUPTIBILITY_INFO, 8, 0}}},
	{"exceptions: reserved", AS_GUEST_STATE, 0, {{GUEST_PENDING_DBG_EXCEPTIONS, 0x10, 0}}},
	{"exceptions: BS",
	 AS_GUEST_STATE,
	 0,
	 {{GUEST_PENDING_DBG_EXCEPTIONS, BIT64(14), 0}, {GUEST_ACTIVITY_STATE, 1, 0}}},
	{"VMCS link pointer", AS_GUEST_STATE, 4, {{VMCS_LINK_POINTER, 0, ~0ull}}},
};

static void check_failure(hpa_t vmcs, enum vmx_status status, const struct broken *row)
{
	EXPECT_CONTAINS(sim_entry_failure(), row->words);
	if (row->how == AS_GUEST_STATE) {
		EXPECT_EQ(status, VMX_SUCCEED);
		EXPECT_EQ(sim_vmcs_get(vmcs, VM_EXIT_REASON),
			  BIT32(31) | EXIT_REASON_INVALID_GUEST_STATE);
		EXPECT_EQ(sim_vmcs_get(vmcs, EXIT_QUALIFICATION), row->qualification);
		return;
	}
	EXPECT_EQ(status, VMX_FAIL_VALID);
	EXPECT_EQ(sim_vmcs_get(vmcs, VM_INSTRUCTION_ERROR), row->how == AS_CONTROLS ? 7 : 8);
}

static void check_row(struct sim_machine *machine, const struct broken *row)
{
	hpa_t vmcs = sim_machine_vmcs(machine);
	u64 before[2] = {0, 0};

	test_context("%s, field 0x%x", row->words, row->change[0].field);
	for (unsigned int i = 0; i < 2 && (!i || row->change[i].field); i++) {
		const struct change *change = &row->change[i];

		before[i] = sim_vmcs_get(vmcs, change->field);
		sim_vmcs_set(vmcs, change->field, (before[i] & ~change->clear) | change->set);
	}
	check_failure(vmcs, sim_machine_enter(machine), row);
	EXPECT_EQ(sim_script_left(), 0);
	for (unsigned int i = 0; i < 2 && (!i || row->change[i].field); i++)
		sim_vmcs_set(vmcs, row->change[i].field, before[i]);
	EXPECT_EQ(sim_machine_enter(machine), VMX_SUCCEED);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	sim_signal(false);
}

static void check_rows(const struct broken *rows, unsigned int count)
{
	struct vmx_cap_msrs msrs = fixture_full();
	struct sim_machine *machine = sim_machine_create(&msrs);

	REQUIRE_TRUE(machine);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(&machine->vcpu), 0);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	for (unsigned int i = 0; i < count; i++)
		check_row(machine, &rows[i]);
	sim_machine_destroy(machine);
}

TEST(entry_checks_the_controls)
{
	check_rows(controls, COUNT_OF(controls));
}

TEST(entry_checks_the_host_state)
{
	check_rows(host_state, COUNT_OF(host_state));
}

TEST(entry_checks_the_guest_state)
{
	check_rows(guest_state, COUNT_OF(guest_state));
}
