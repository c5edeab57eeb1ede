// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions that exit: which the guest gets, which are the host's, and what they leave behind.
 *
 * SDM: "Exceptions", "Debug Exceptions", "INT n/INTO/INT3/INT1", "Alignment Checking",
 * "Reflecting Exceptions to Guest Software".
 */
#include "emulate/machine.h"
#include "exit/exit.h"
#include "sim.h"
#include "test.h"
#include "vcpu/events.h"
#include "vmcs/vmcs.h"

#define HARDWARE(vector)   (INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | (vector))
#define WITH_ERROR(vector) (HARDWARE(vector) | INTERRUPTION_ERROR_CODE)
#define INT1		   (INTERRUPTION_VALID | INTERRUPTION_PRIVILEGED_EXCEPTION << 8 | VECTOR_DB)
#define HOST_NMI	   (INTERRUPTION_VALID | INTERRUPTION_NMI << 8 | VECTOR_NMI)

#define DR6_BEFORE (DR6_FIXED | 2) /* of an earlier breakpoint */

/* As the run loop does it before the guest runs: what goes in. */
static u32 enter(struct vcpu *vcpu)
{
	host_preempt_disable();
	host_irq_disable();
	vcpu_events_enter(vcpu);
	host_irq_enable();
	host_preempt_enable();
	return vmcs_read32(VM_ENTRY_INTR_INFO_FIELD) & INTERRUPTION_VALID
		       ? vmcs_read32(VM_ENTRY_INTR_INFO_FIELD)
		       : 0;
}

static enum exit_action take(struct vcpu *vcpu, u32 info, u64 qualification, u32 error)
{
	vcpu->exit = (struct exit_info){
		.reason = EXIT_REASON_EXCEPTION_OR_NMI,
		.interruption_info = info,
		.interruption_error = error,
		.qualification = qualification,
		.instruction_length = 1,
		.rip = vcpu_rip_read(vcpu),
	};
	vcpu_events_exit(vcpu);
	return exit_dispatch(vcpu);
}

/* --- #DB, INT1, and what is not the guest's --- */

TEST(exit_event_what_the_guest_gets)
{
	static const struct {
		const char *what;
		u32 info;
		u64 qualification;
		u32 event;
		unsigned int moves; /* RIP */
		u64 dr6;
	} rows[] = {
		{"single step", HARDWARE(VECTOR_DB), DR6_BS, HARDWARE(VECTOR_DB), 0,
		 DR6_FIXED | DR6_BS},
		{"breakpoint 3", HARDWARE(VECTOR_DB), 8, HARDWARE(VECTOR_DB), 0, DR6_FIXED | 8},
		{"BD", HARDWARE(VECTOR_DB), DR6_BD, HARDWARE(VECTOR_DB), 0, DR6_FIXED | DR6_BD},
		{"bits that DR6 has not", HARDWARE(VECTOR_DB), DR6_BS | BIT64(12) | BIT64(4),
		 HARDWARE(VECTOR_DB), 0, DR6_FIXED | DR6_BS},
		{"INT1", INT1, 0, HARDWARE(VECTOR_DB), 1, DR6_BEFORE},
		{"NMI of the host", HOST_NMI, 0, 0, 0, DR6_BEFORE},
		{"machine check of the host", HARDWARE(VECTOR_MC), 0, 0, 0, DR6_BEFORE},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = machine_create(MODE_LONG);
		struct vcpu *vcpu = &m->vcpu;
		bool debug = rows[i].event;

		test_context("%s", rows[i].what);
		vcpu->dr6 = DR6_BEFORE;
		vcpu->dr7 = DR7_FIXED | DR7_GD;
		EXPECT_EQ(take(vcpu, rows[i].info, rows[i].qualification, 0), ACTION_SAME_INSN);
		EXPECT_EQ(vcpu->dr6, DR6_BEFORE);
		EXPECT_EQ(enter(vcpu), rows[i].event);
		EXPECT_EQ(vcpu_rip_read(vcpu), MACHINE_CODE + rows[i].moves);
		EXPECT_EQ(vcpu->dr6, rows[i].dr6);
		/* A debug handler may use the debug registers. */
		EXPECT_EQ(vcpu->dr7, DR7_FIXED | (debug ? 0 : DR7_GD));
		machine_destroy(m);
	}
}

/* Nobody asked for the others. */
TEST(exit_event_that_nobody_expects)
{
	struct machine *m = machine_create(MODE_LONG);

	EXPECT_EQ(take(&m->vcpu, HARDWARE(VECTOR_NM), 0, 0), ACTION_BROKEN);
	EXPECT_EQ(take(&m->vcpu, WITH_ERROR(VECTOR_PF), 0, 0), ACTION_BROKEN);
	EXPECT_EQ(enter(&m->vcpu), 0);
	machine_destroy(m);
}

/* --- #AC --- */

/* The guest's own, where it has asked for it; else it comes of the host's split-lock detection. */
TEST(exit_event_alignment_check)
{
	static const struct {
		u64 am, ac;
		unsigned int cpl;
		bool own;
	} rows[] = {
		{CR0_AM, RFLAGS_AC, 3, true},  {0, RFLAGS_AC, 3, false},      {CR0_AM, 0, 3, false},
		{CR0_AM, RFLAGS_AC, 0, false}, {CR0_AM, RFLAGS_AC, 2, false}, {0, 0, 0, false},
	};

	for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
		struct machine *m = machine_create(MODE_PROTECTED32);
		struct vcpu *vcpu = &m->vcpu;
		bool own = rows[i / 2].own, refused = i % 2;

		test_context("row %zu, the host %s", i / 2, refused ? "refuses" : "lets pass");
		sim_split_locks_refused = refused;
		machine_set_cr0(m, vcpu->cr0 | rows[i / 2].am);
		vcpu_rflags_write(vcpu, RFLAGS_FIXED | rows[i / 2].ac);
		machine_set_cpl(m, rows[i / 2].cpl);
		EXPECT_EQ(take(vcpu, WITH_ERROR(VECTOR_AC), 0, 0),
			  !own && refused ? ACTION_TO_USER : ACTION_SAME_INSN);
		if (!own && refused) {
			EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_EXCEPTION);
			EXPECT_EQ(vcpu->run->ex.exception, VECTOR_AC);
			EXPECT_EQ(vcpu->run->ex.error_code, 0);
		}
		EXPECT_EQ(enter(vcpu), own ? WITH_ERROR(VECTOR_AC) : 0);
		EXPECT_EQ(vcpu_rip_read(vcpu), MACHINE_CODE);
		machine_destroy(m);
	}
}

/* --- While another event was being delivered --- */

/* An exception that takes an event's place; that of INT n comes again with the instruction. */
TEST(exit_event_in_place_of_another)
{
	static const struct {
		const char *what;
		u32 delivered;
		u32 event;
		bool blocks; /* NMIs */
	} rows[] = {
		{"interrupt", INTERRUPTION_VALID | 0x40, HARDWARE(VECTOR_DB), false},
		{"NMI", HOST_NMI, HARDWARE(VECTOR_DB), true},
		{"INT n", INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_INTERRUPT << 8 | 0x80,
		 HARDWARE(VECTOR_DB), false},
		{"nothing", 0, HARDWARE(VECTOR_DB), false},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = machine_create(MODE_LONG);
		struct vcpu *vcpu = &m->vcpu;

		test_context("%s", rows[i].what);
		vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_IF);
		vcpu->exit = (struct exit_info){
			.reason = EXIT_REASON_EXCEPTION_OR_NMI,
			.interruption_info = HARDWARE(VECTOR_DB),
			.qualification = 1,
			.idt_vectoring_info = rows[i].delivered,
			.instruction_length = 2,
		};
		vcpu_events_exit(vcpu);
		EXPECT_EQ(exit_dispatch(vcpu), ACTION_SAME_INSN);
		EXPECT_EQ(enter(vcpu), rows[i].event);
		EXPECT_EQ(vcpu_nmi_masked(vcpu), rows[i].blocks);
		/* It was delivered; the other one is gone. */
		vcpu->exit.idt_vectoring_info = 0;
		vcpu->exit.interruption_info = 0;
		vcpu_events_exit(vcpu);
		EXPECT_FALSE(vcpu_event_underway(vcpu));
		machine_destroy(m);
	}
}
