// SPDX-License-Identifier: GPL-2.0
/*
 * MOV DR: whose fault it is, and whose the debug registers are from there to the next exit.
 *
 * SDM: "Debug Registers", "Debug Registers DR4 and DR5", "Debug Exceptions", "MOV - Move to/from
 * Debug Registers".
 */
#include "../vcpu/pair.h"
#include "emulate/machine.h"
#include "exit/exit.h"
#include "vcpu/events.h"
#include "vcpu/state.h"

#define DB (INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | VECTOR_DB)

/* "Exit Qualification for MOV DR" */
static u64 mov(unsigned int dr, bool from)
{
	return dr | (from ? BIT64(4) : 0);
}

/*
 * DR7.GD guards all of them against CPL 0 (at others it is a #GP); DR4 and DR5 are DR6 and DR7, or
 * with CR4.DE a #UD.  What is no #DB the processor answers itself when it executes it again.
 */
TEST(exit_mov_dr_general_detect)
{
	for (unsigned int i = 0; i < 8 * 2 * 2 * 2 * 2; i++) {
		unsigned int dr = i & 7, cpl = i & 8 ? 3 : 0;
		bool guarded = i & 16, extensions = i & 32, from = i & 64;
		bool undefined = extensions && (dr == 4 || dr == 5);
		bool detected = guarded && !cpl && !undefined;
		struct machine *m = machine_create(MODE_LONG);
		struct vcpu *vcpu = &m->vcpu;

		test_context("DR%u, CPL %u, GD %d, DE %d, from %d", dr, cpl, guarded, extensions,
			     from);
		vcpu_dr7_store(vcpu, DR7_FIXED | (guarded ? DR7_GD : 0));
		machine_set_cr4(m, vcpu->cr4 | (extensions ? CR4_DE : 0));
		machine_set_cpl(m, cpl);
		vcpu->exit = (struct exit_info){.reason = EXIT_REASON_MOV_DR,
						.instruction_length = 3,
						.qualification = mov(dr, from)};
		EXPECT_EQ(exit_dispatch(vcpu), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu_rip_read(vcpu), MACHINE_CODE);
		EXPECT_EQ(vcpu->events.exception.pending, detected);
		EXPECT_EQ(vcpu_owns_debug_registers(vcpu), !detected);
		if (detected) {
			EXPECT_EQ(vcpu->events.exception.vector, VECTOR_DB);
			vcpu_events_take_payload(vcpu);
			EXPECT_EQ(vcpu->dr6, DR6_FIXED | DR6_BD);
			EXPECT_EQ(vcpu->dr7, DR7_FIXED);
		}
		machine_destroy(m);
	}
}

/* --- On the run loop --- */

static u32 seen_controls;

/* The guest's debug registers are in the processor; it changes them all. */
static void use_debug_registers(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	seen_controls = (u32)sim_vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL);
	EXPECT_TRUE(sim_registers_here()->dr_is_guest);
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(sim_registers_here()->dr[i], 0x1000 + i);
		sim_registers_here()->dr[i] = 0x2000 + i;
	}
	EXPECT_EQ(sim_registers_here()->dr6, DR6_FIXED | 1);
	sim_registers_here()->dr6 = DR6_FIXED | DR6_BS;
	sim_vmcs_set(vmcs, GUEST_DR7, DR7_FIXED | 0x2);
}

static void expect_theirs_again(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	EXPECT_TRUE(sim_vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_MOV_DR_EXITING);
	/* One is on: they have to be there. */
	EXPECT_TRUE(sim_registers_here()->dr_is_guest);
	EXPECT_EQ(sim_registers_here()->dr[2], 0x2002);
}

TEST(exit_mov_dr_gives_them_to_the_guest_until_the_next_exit)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	struct pair_entry entry;

	for (unsigned int i = 0; i < 4; i++)
		vcpu->dr[i] = 0x1000 + i;
	vcpu->dr6 = DR6_FIXED | 1;
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR, .instruction_length = 3});
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_INVD, .instruction_length = 2, .guest = use_debug_registers});
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_INVD, .instruction_length = 2, .guest = expect_theirs_again});
	entry = pair_run(pair, PAIR_BSP);
	EXPECT_EQ(entry.result, 0);
	EXPECT_FALSE(seen_controls & CPU1_MOV_DR_EXITING);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_EQ(vcpu->dr[i], 0x2000 + i);
	EXPECT_EQ(vcpu->dr6, DR6_FIXED | DR6_BS);
	EXPECT_EQ(vcpu->dr7, DR7_FIXED | 0x2);
	EXPECT_FALSE(sim_registers_here()->dr_is_guest);
	fixture_destroy(pair);
}

/* The #DB that GD makes goes in, and its handler may use them. */
TEST(exit_mov_dr_that_is_guarded_is_a_db)
{
	struct fixture *pair = pair_create();
	struct vcpu *vcpu = &pair->vcpu[PAIR_BSP];
	struct pair_entry entry;

	FIXTURE_LOADED(vcpu, EXPECT_EQ(vcpu_dr_write(vcpu, 7, DR7_GD), 0));
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR, .instruction_length = 3});
	entry = pair_run(pair, PAIR_BSP);
	EXPECT_EQ(entry.event, DB);
	EXPECT_EQ(entry.rip, 0xfff0);
	EXPECT_EQ(vcpu->dr6, DR6_FIXED | DR6_BD);
	EXPECT_EQ(vcpu->dr7, DR7_FIXED);
	EXPECT_EQ(sim_vmcs_get(host_virt_to_phys(vcpu->vmcs.region), GUEST_DR7), DR7_FIXED);
	fixture_destroy(pair);
}

/* --- Which bits there are --- */

TEST(exit_debug_register_values)
{
	static const struct {
		unsigned int dr;
		u64 value, kept;
		int error;
	} rows[] = {
		{0, 0xffff800000001234, 0xffff800000001234, 0},
		{3, 0xffffffffffffffff, 0xffffffffffffffff, 0},
		{6, 0, DR6_FIXED, 0},
		{6, 0xffffffff, DR6_FIXED | DR6_TRAPS, 0},
		{6, BIT64(32), 0, -EINVAL},
		{7, 0, DR7_FIXED, 0},
		/* Bits 15, 14, 12 and (without RTM) 11 are 0, bit 10 is 1. */
		{7, 0xffffffff, 0xffff27ff, 0},
		{7, BIT64(63), 0, -EINVAL},
	};
	struct machine *m = machine_create(MODE_LONG);
	struct vcpu *vcpu = &m->vcpu;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		u64 before = rows[i].dr == 6 ? vcpu->dr6 : vcpu->dr7, now;

		test_context("row %zu", i);
		EXPECT_EQ(vcpu_dr_write(vcpu, rows[i].dr, rows[i].value), rows[i].error);
		now = rows[i].dr < 4	? vcpu->dr[rows[i].dr]
		      : rows[i].dr == 6 ? vcpu->dr6
					: vcpu->dr7;
		EXPECT_EQ(now, rows[i].error ? before : rows[i].kept);
	}
	machine_destroy(m);
}
