// SPDX-License-Identifier: GPL-2.0
/*
 * Exits whose answer is always the same: what the guest gets, and where it goes on.
 *
 * SDM: "Instructions That Cause VM Exits", "Other Causes of VM Exits".
 */
#include "emulate/machine.h"
#include "exit/exit.h"
#include "test.h"
#include "vcpu/state.h"

#define NO_EXCEPTION 0xff
#define LENGTH	     2

TEST(exit_answer_that_is_always_the_same)
{
	static const struct {
		u32 reason;
		enum exit_action action;
		u8 exception;	    /* that waits for the next entry */
		unsigned int moved; /* RIP */
	} rows[] = {
		{EXIT_REASON_INVD, ACTION_SAME_INSN, NO_EXCEPTION, LENGTH},
		{EXIT_REASON_WBINVD, ACTION_SAME_INSN, NO_EXCEPTION, LENGTH},
		{EXIT_REASON_MONITOR, ACTION_SAME_INSN, NO_EXCEPTION, LENGTH},
		{EXIT_REASON_MWAIT, ACTION_SAME_INSN, NO_EXCEPTION, LENGTH},
		{EXIT_REASON_PAUSE, ACTION_SAME_INSN, NO_EXCEPTION, LENGTH},
		{EXIT_REASON_EXTERNAL_INTERRUPT, ACTION_SAME_INSN, NO_EXCEPTION, 0},
		{EXIT_REASON_INTERRUPT_WINDOW, ACTION_SAME_INSN, NO_EXCEPTION, 0},
		{EXIT_REASON_TPR_BELOW_THRESHOLD, ACTION_SAME_INSN, NO_EXCEPTION, 0},
		{EXIT_REASON_PML_FULL, ACTION_SAME_INSN, NO_EXCEPTION, 0},
		{EXIT_REASON_GETSEC, ACTION_SAME_INSN, VECTOR_UD, 0},
		{EXIT_REASON_VMXON, ACTION_SAME_INSN, VECTOR_UD, 0},
		{EXIT_REASON_ENCLS, ACTION_SAME_INSN, VECTOR_UD, 0},
		{EXIT_REASON_RDPMC, ACTION_SAME_INSN, VECTOR_GP, 0},
		{EXIT_REASON_TRIPLE_FAULT, ACTION_SHUTDOWN, NO_EXCEPTION, 0},
		{EXIT_REASON_INVLPG, ACTION_BROKEN, NO_EXCEPTION, 0},
		{EXIT_REASON_EPT_MISCONFIGURATION, ACTION_BROKEN, NO_EXCEPTION, 0},
		{35, ACTION_BROKEN, NO_EXCEPTION, 0},
		{EXIT_REASONS, ACTION_BROKEN, NO_EXCEPTION, 0},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = machine_create(MODE_LONG);
		struct vcpu *vcpu = &m->vcpu;

		test_context("%s", exit_reason_name(rows[i].reason));
		vcpu->exit =
			(struct exit_info){.reason = rows[i].reason, .instruction_length = LENGTH};
		EXPECT_EQ(exit_dispatch(vcpu), rows[i].action);
		EXPECT_EQ(vcpu->events.exception.pending, rows[i].exception != NO_EXCEPTION);
		if (rows[i].exception != NO_EXCEPTION)
			EXPECT_EQ(vcpu->events.exception.vector, rows[i].exception);
		EXPECT_EQ(vcpu_rip_read(vcpu), MACHINE_CODE + rows[i].moved);
		machine_destroy(m);
	}
}
