// SPDX-License-Identifier: GPL-2.0
/* KVM_GET/SET_VCPU_EVENTS, KVM_INTERRUPT, KVM_NMI: what user space sets is what the next entry
 * delivers, or what waits, and is given again. */
#include "guest_sees.h"
#include "snapshot.h"
#include "fixture/vm.h"
#include "irq/lapic.h"
#include "vcpu/events.h"
#include "vcpu/state.h"

#define ERROR_CODE BIT32(11)

/* What an entry has delivered: "Format of the VM-Entry Interruption-Information Field". */
static u32 delivered(const struct program *program)
{
	guest_enters(program);
	return (u32)guest_field(program, VM_ENTRY_INTR_INFO_FIELD) & 0xfff;
}

static void guest_takes_interrupts(const struct program *program)
{
	struct kvm_regs regs;

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	regs.rflags |= RFLAGS_IF;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
}

#define EXCEPTION(nr_, has_error, error)                                                           \
	{                                                                                          \
		.exception = {                                                                     \
			.injected = 1,                                                             \
			.nr = nr_,                                                                 \
			.has_error_code = has_error,                                               \
			.error_code = error                                                        \
		}                                                                                  \
	}

/* What is set, what is given, and what the guest gets. */
static const struct events_row {
	struct kvm_vcpu_events set;
	u8 exception, interrupt, nmi; /* injected, as given */
	u32 delivered, error, length;
} events_rows[] = {
	{EXCEPTION(0, 0, 0), 1, 0, 0, 0x300, 0, 0},
	{EXCEPTION(6, 0, 0), 1, 0, 0, 0x306, 0, 0},
	/* INT3 and INTO have no length here: they are executed again. */
	{EXCEPTION(3, 0, 0), 0, 0, 0, 0x603, 0, 1},
	{EXCEPTION(4, 0, 0), 0, 0, 0, 0x604, 0, 1},
	{{.interrupt = {.injected = 1, .nr = 0x20}}, 0, 1, 0, 0x020, 0, 0},
	{{.interrupt = {.injected = 1, .nr = 0xff}}, 0, 1, 0, 0x0ff, 0, 0},
	/* INT n, too. */
	{{.interrupt = {.injected = 1, .nr = 0x80, .soft = 1}}, 0, 0, 0, 0x480, 0, 2},
	{{.nmi = {.injected = 1}}, 0, 0, 1, 0x202, 0, 0},
	{{.nmi = {.pending = 1}, .flags = KVM_VCPUEVENT_VALID_NMI_PENDING}, 0, 0, 0, 0x202, 0, 0},
};

TEST(api_events_are_delivered)
{
	for (unsigned int i = 0; i < COUNT_OF(events_rows); i++) {
		const struct events_row *row = &events_rows[i];
		struct program *program = program_start(A_VCPU);
		struct kvm_vcpu_events events = row->set;

		test_context("row %u", i);
		guest_takes_interrupts(program);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		events = program_events(program);
		EXPECT_EQ(events.exception.injected, row->exception);
		EXPECT_EQ(events.interrupt.injected, row->interrupt);
		EXPECT_EQ(events.interrupt.soft, 0);
		EXPECT_EQ(events.nmi.injected, row->nmi);
		EXPECT_EQ(events.nmi.pending, row->set.nmi.pending);
		EXPECT_EQ(events.flags,
			  KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW);
		EXPECT_EQ(delivered(program), row->delivered);
		if (row->length)
			EXPECT_EQ(guest_field(program, VM_ENTRY_INSTRUCTION_LEN), row->length);
		/* And once only. */
		events = program_events(program);
		EXPECT_EQ(events.exception.injected + events.interrupt.injected +
				  events.nmi.injected + events.nmi.pending,
			  0);
		program_end(program);
	}
}

/* Error codes are those of protected mode. */
TEST(api_events_exception_with_error)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_vcpu_events events = EXCEPTION(VECTOR_GP, 1, 0x1234);
	struct kvm_sregs sregs;

	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.cr0 |= CR0_PE;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_events(program).exception.has_error_code, 1);
	EXPECT_EQ(program_events(program).exception.error_code, 0x1234);
	EXPECT_EQ(delivered(program), 0x300 | ERROR_CODE | VECTOR_GP);
	EXPECT_EQ(guest_field(program, VM_ENTRY_EXCEPTION_ERROR_CODE), 0x1234);
	program_end(program);
}

TEST(api_events_refusals)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);
	const u32 known = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SIPI_VECTOR |
			  KVM_VCPUEVENT_VALID_SHADOW;

	snapshot_take(&before, program);
	for (unsigned int bit = 0; bit < 32; bit++) {
		struct kvm_vcpu_events events = {.flags = BIT32(bit) & ~known, .nmi.masked = 1};

		test_context("flag %u", bit);
		if (events.flags)
			EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, -EINVAL);
	}
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct kvm_vcpu_events events = EXCEPTION((u8)vector, 0, 0);

		test_context("vector %u", vector);
		if (vector >= 32 || vector == VECTOR_NMI)
			EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, -EINVAL);
	}
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct kvm_vcpu_events events = EXCEPTION((u8)vector, 0, 0);

		test_context("vector %u", vector);
		if (vector < 32 && vector != VECTOR_NMI)
			EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		events.exception.injected = 0;
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	}
	program_end(program);
}

/* What comes in place of what there was, pending or not. */
TEST(api_events_replace_those_before)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_vcpu_events none = {.flags = KVM_VCPUEVENT_VALID_NMI_PENDING};
	struct kvm_interrupt interrupt = {.irq = 0x30};

	host_vcpu_get(vcpu);
	vcpu_inject_page_fault(vcpu, 0x12345000, 2);
	host_vcpu_release(vcpu);
	vcpu_nmi_send(vcpu);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_NMI, 0), 0);
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, 0);
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &none, 0);
	none = program_events(program);
	EXPECT_EQ(none.exception.injected + none.interrupt.injected + none.nmi.pending, 0);
	guest_takes_interrupts(program);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, VM_ENTRY_INTR_INFO_FIELD), 0);
	program_end(program);
}

/* Nothing of the exception before comes with the one that replaces it. */
TEST(api_events_replace_the_payload)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_vcpu_events events = EXCEPTION(VECTOR_PF, 0, 0);
	struct kvm_sregs sregs;

	host_vcpu_get(vcpu);
	vcpu_inject_page_fault(vcpu, 0x12345000, 2);
	host_vcpu_release(vcpu);
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(delivered(program), 0x300 | VECTOR_PF);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cr2, 0);
	program_end(program);
}

/* The address of a page fault that was raised is state when user space looks. */
TEST(api_events_take_the_payload)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_sregs sregs;

	host_vcpu_get(vcpu);
	vcpu_inject_page_fault(vcpu, 0x12345000, 2);
	host_vcpu_release(vcpu);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cr2, 0);
	EXPECT_EQ(program_events(program).exception.injected, 1);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cr2, 0x12345000);
	program_end(program);
}

/* --- Parts that are enabled first -------------------------------------------------- */

static long enable(const struct program *program, u32 capability, u64 argument)
{
	struct kvm_enable_cap cap = {.cap = capability, .args = {argument}};

	return CALL(program->vm, KVM_ENABLE_CAP, &cap);
}

/* Raised and begun are told apart, and the registers stay as they are until it is delivered. */
TEST(api_events_payload_is_given)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_vcpu_events events;
	struct kvm_sregs sregs;

	EXPECT_EQ(enable(program, KVM_CAP_EXCEPTION_PAYLOAD, 1), 0);
	EXPECT_EQ(program_events(program).flags, KVM_VCPUEVENT_VALID_NMI_PENDING |
							 KVM_VCPUEVENT_VALID_SHADOW |
							 KVM_VCPUEVENT_VALID_PAYLOAD);
	FIXTURE_LOADED(vcpu, vcpu_inject_page_fault(vcpu, 0x12345000, 2));
	events = program_events(program);
	EXPECT_EQ(events.exception.injected, 0);
	EXPECT_EQ(events.exception.pending, 1);
	EXPECT_EQ(events.exception.nr, VECTOR_PF);
	EXPECT_EQ(events.exception_has_payload, 1);
	EXPECT_EQ(events.exception_payload, 0x12345000);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cr2, 0);
	EXPECT_EQ(enable(program, KVM_CAP_EXCEPTION_PAYLOAD, 0), 0);
	events = program_events(program);
	EXPECT_EQ(events.exception.injected, 1);
	EXPECT_EQ(events.exception.pending, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cr2, 0x12345000);
	program_end(program);
}

TEST(api_events_payload_is_taken)
{
	static const struct {
		u8 vector, injected, pending, has_payload;
		u64 payload, cr2, dr6;
	} rows[] = {
		{VECTOR_PF, 0, 1, 1, 0x5000, 0x5000, DR6_FIXED},
		{VECTOR_PF, 0, 1, 0, 0x5000, 0, DR6_FIXED},
		{VECTOR_PF, 1, 0, 1, 0x5000, 0, DR6_FIXED},
		{VECTOR_PF, 1, 1, 1, 0x5000, 0x5000, DR6_FIXED},
		{VECTOR_DB, 0, 1, 1, DR6_BS | 1, 0, DR6_FIXED | DR6_BS | 1},
		{VECTOR_DB, 0, 1, 1, ~(u64)0, 0, DR6_FIXED | DR6_TRAPS},
		{VECTOR_GP, 0, 1, 1, DR6_BS, 0, DR6_FIXED},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct program *program = program_start(A_VCPU);
		const struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
		struct kvm_vcpu_events events = {
			.exception = {.nr = rows[i].vector,
				      .injected = rows[i].injected,
				      .pending = rows[i].pending},
			.exception_has_payload = rows[i].has_payload,
			.exception_payload = rows[i].payload,
			.flags = KVM_VCPUEVENT_VALID_PAYLOAD,
		};

		test_context("row %u", i);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, -EINVAL);
		EXPECT_EQ(enable(program, KVM_CAP_EXCEPTION_PAYLOAD, 1), 0);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		EXPECT_EQ(program_events(program).exception.pending, rows[i].pending);
		EXPECT_EQ(program_events(program).exception.injected,
			  rows[i].injected && !rows[i].pending);
		EXPECT_EQ(delivered(program), 0x300u | rows[i].vector);
		EXPECT_EQ(vcpu->cr2, rows[i].cr2);
		EXPECT_EQ(vcpu->dr6, rows[i].dr6);
		program_end(program);
	}
}

TEST(api_events_payload_refusals)
{
	struct program *program = program_start(A_VCPU);

	EXPECT_EQ(enable(program, KVM_CAP_EXCEPTION_PAYLOAD, 1), 0);
	for (unsigned int vector = 0; vector < 256; vector++) {
		struct kvm_vcpu_events events = {
			.exception = {.nr = (u8)vector, .pending = 1},
			.flags = KVM_VCPUEVENT_VALID_PAYLOAD,
		};
		bool bad = vector >= 32 || vector == VECTOR_NMI;

		test_context("vector %u", vector);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, bad ? -EINVAL : 0);
		/* Without the flag nobody looks at it. */
		events.flags = 0;
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		EXPECT_EQ(program_events(program).exception.pending, 0);
	}
	program_end(program);
}

TEST(api_events_triple_fault)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_vcpu_events events = {.flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT,
					 .triple_fault.pending = 1};

	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, -EINVAL);
	EXPECT_EQ(enable(program, KVM_CAP_X86_TRIPLE_FAULT_EVENT, 1), 0);
	EXPECT_EQ(program_events(program).triple_fault.pending, 0);
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_TRUE(program_events(program).flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT);
	EXPECT_EQ(program_events(program).triple_fault.pending, 1);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_SHUTDOWN);
	EXPECT_EQ(program_events(program).triple_fault.pending, 0);
	/* One that is taken away before the guest runs. */
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	events.triple_fault.pending = 0;
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_run(program, EXIT_REASON_HLT, 1), 0);
	EXPECT_EQ(program->run->exit_reason, KVM_EXIT_HLT);
	program_end(program);
}

TEST(api_emulation_failure_is_enabled)
{
	struct program *program = program_start(A_VCPU);
	const struct vm *vm = sim_file_vm(program->vm);

	EXPECT_EQ(enable(program, KVM_CAP_EXIT_ON_EMULATION_FAILURE, 2), -EINVAL);
	EXPECT_FALSE(vm->emulation_failure_exits);
	EXPECT_EQ(enable(program, KVM_CAP_EXIT_ON_EMULATION_FAILURE, 1), 0);
	EXPECT_TRUE(vm->emulation_failure_exits);
	EXPECT_EQ(enable(program, KVM_CAP_EXIT_ON_EMULATION_FAILURE, 0), 0);
	EXPECT_FALSE(vm->emulation_failure_exits);
	program_end(program);
}

TEST(api_large_pages_execute)
{
	struct program *program = program_start(A_VM);
	const struct vm *vm = sim_file_vm(program->vm);

	EXPECT_EQ(enable(program, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 1), -EINVAL);
	sim_may_reboot = false;
	EXPECT_EQ(enable(program, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0), -EPERM);
	EXPECT_FALSE(vm->large_pages_execute);
	sim_may_reboot = true;
	EXPECT_EQ(enable(program, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0), 0);
	EXPECT_TRUE(vm->large_pages_execute);
	program_end(program);

	program = program_start(A_VCPU);
	EXPECT_EQ(enable(program, KVM_CAP_VM_DISABLE_NX_HUGE_PAGES, 0), -EINVAL);
	EXPECT_FALSE(sim_file_vm(program->vm)->large_pages_execute);
	program_end(program);
}

/* --- The interrupt shadow ---------------------------------------------------------- */

TEST(api_events_shadow)
{
	static const struct {
		u8 set, given;
		u32 blocking;
	} rows[] = {
		{KVM_X86_SHADOW_INT_STI, KVM_X86_SHADOW_INT_STI, BLOCKING_BY_STI},
		{KVM_X86_SHADOW_INT_MOV_SS, KVM_X86_SHADOW_INT_MOV_SS, BLOCKING_BY_MOV_SS},
		/* An entry takes one of them; that of MOV SS holds back more. */
		{KVM_X86_SHADOW_INT_STI | KVM_X86_SHADOW_INT_MOV_SS, KVM_X86_SHADOW_INT_MOV_SS,
		 BLOCKING_BY_MOV_SS},
		{0, 0, 0},
		{0xfc, 0, 0},
	};
	struct program *program = program_start(A_VCPU);

	guest_takes_interrupts(program);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_vcpu_events events = {.interrupt.shadow = rows[i].set,
						 .flags = KVM_VCPUEVENT_VALID_SHADOW};

		test_context("shadow 0x%x", rows[i].set);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		EXPECT_EQ(program_events(program).interrupt.shadow, rows[i].given);
		/* Without the flag it stays. */
		events = (struct kvm_vcpu_events){.interrupt.shadow = (u8)~rows[i].set};
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		EXPECT_EQ(program_events(program).interrupt.shadow, rows[i].given);
		guest_enters(program);
		EXPECT_EQ(guest_field(program, GUEST_INTERRUPTIBILITY_INFO), rows[i].blocking);
	}
	program_end(program);
}

/* --- NMIs -------------------------------------------------------------------------- */

/* Two wait at most, one while one is handled. */
TEST(api_nmis_that_wait)
{
	struct program *program = program_start(A_VCPU);

	for (u8 masked = 0; masked < 2; masked++)
		for (unsigned int pending = 0; pending < 4; pending++) {
			struct kvm_vcpu_events events = {
				.nmi = {.pending = pending == 3 ? 255 : (u8)pending,
					.masked = masked},
				.flags = KVM_VCPUEVENT_VALID_NMI_PENDING,
			};
			u8 most = masked ? 1 : 2, wait = pending > most ? most : (u8)pending;

			test_context("masked %u, %u pending", masked, pending);
			EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
			EXPECT_EQ(program_events(program).nmi.masked, masked);
			EXPECT_EQ(program_events(program).nmi.pending, wait);
			/* Without the flag they stay. */
			events.flags = 0;
			events.nmi.pending = 0;
			EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
			EXPECT_EQ(program_events(program).nmi.pending, wait);
			/* More come by KVM_NMI. */
			for (unsigned int i = 0; i < 3; i++)
				EXPECT_EQ(sim_ioctl(program->vcpu, KVM_NMI, 0), 0);
			EXPECT_EQ(program_events(program).nmi.pending, most);
		}
	program_end(program);
}

/* Those that wait when user space masks them: one is more than there can be. */
TEST(api_nmis_that_are_masked)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_vcpu_events events = {.nmi.masked = 1};

	for (unsigned int i = 0; i < 2; i++)
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_NMI, 0), 0);
	EXPECT_EQ(program_events(program).nmi.pending, 2);
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_events(program).nmi.pending, 1);
	program_end(program);
}

TEST(api_nmis_that_others_have_sent)
{
	struct program *program = program_start(A_VCPU);

	vcpu_nmi_send(sim_file_vcpu(program->vcpu));
	EXPECT_EQ(program_events(program).nmi.pending, 1);
	EXPECT_EQ(delivered(program), 0x202);
	EXPECT_EQ(program_events(program).nmi.pending, 0);
	program_end(program);
}

TEST(api_nmi_mask_is_the_guests)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_vcpu_events events = {.nmi.masked = 1};

	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, GUEST_INTERRUPTIBILITY_INFO), BLOCKING_BY_NMI);
	events.nmi.masked = 0;
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, GUEST_INTERRUPTIBILITY_INFO), 0);
	program_end(program);
}

/* --- KVM_INTERRUPT ----------------------------------------------------------------- */

TEST(api_interrupt)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_interrupt interrupt = {.irq = 256};

	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, -EINVAL);
	interrupt.irq = ~0u;
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, -EINVAL);
	EXPECT_EQ(program_events(program).interrupt.injected, 0);
	interrupt.irq = 0;
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, 0);
	EXPECT_EQ(program_events(program).interrupt.injected, 1);
	/* A second one replaces it. */
	interrupt.irq = 255;
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, 0);
	EXPECT_EQ(program_events(program).interrupt.nr, 255);
	guest_takes_interrupts(program);
	EXPECT_EQ(delivered(program), 255);
	program_end(program);

	program = program_start(EVERYTHING);
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, -ENXIO);
	interrupt.irq = 256;
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, -EINVAL);
	program_end(program);
}

/* --- The vector of a SIPI ---------------------------------------------------------- */

TEST(api_events_sipi_vector)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_vcpu_events events = {.sipi_vector = 0x12,
					 .flags = KVM_VCPUEVENT_VALID_SIPI_VECTOR};

	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_events(program).sipi_vector, 0x12);
	events = (struct kvm_vcpu_events){.sipi_vector = 0x34};
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_events(program).sipi_vector, 0x12);
	program_end(program);

	/* Without a local APIC in the kernel there is none. */
	program = program_start(A_VCPU);
	events.flags = KVM_VCPUEVENT_VALID_SIPI_VECTOR;
	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(program_events(program).sipi_vector, 0);
	program_end(program);
}
