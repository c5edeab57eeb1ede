// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_SET_GUEST_DEBUG: a debugger of user space steps the guest and has breakpoints in it, and
 * nothing of that is the guest's state.
 *
 * SDM: "Debug Registers", "Single-Step Exception Condition".
 */
#include "guest_sees.h"
#include "snapshot.h"
#include "fixture/vm.h"
#include "life/life.h"
#include "vcpu/events.h"
#include "vcpu/state.h"

#define HARDWARE(vector) (INTERRUPTION_VALID | INTERRUPTION_HARDWARE_EXCEPTION << 8 | (vector))
#define SOFTWARE(vector) (INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_EXCEPTION << 8 | (vector))
#define STEPS		 (KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP)
#define BREAKS		 (KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP)
#define BASE		 0xffff0000 /* of CS after reset */

static struct program *program;
static struct vcpu *vcpu;

static void start_as(enum made made)
{
	program = program_start(made);
	vcpu = sim_file_vcpu(program->vcpu);
}

static void start(void)
{
	start_as(A_VCPU);
}

static long debug_as(u32 control, u64 dr0, u64 dr7)
{
	struct kvm_guest_debug debug = {.control = control, .arch.debugreg = {dr0, [7] = dr7}};

	return CALL(program->vcpu, KVM_SET_GUEST_DEBUG, &debug);
}

static void debug(u32 control)
{
	EXPECT_EQ(debug_as(control, 0, 0), 0);
}

static struct kvm_regs regs(void)
{
	struct kvm_regs regs = {0};

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	return regs;
}

static void set_rflags(u64 rflags)
{
	struct kvm_regs now = regs();

	now.rflags = rflags;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &now, 0);
}

typedef void (*guest_fn)(struct vcpu *vcpu, void *argument);

static void script_exception(u32 info, u64 qualification, guest_fn guest, void *argument)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EXCEPTION_OR_NMI,
					   .interruption_info = info,
					   .qualification = qualification,
					   .instruction_length = 1,
					   .guest = guest,
					   .argument = argument});
}

static void run_to(u32 exit_reason)
{
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), 0);
	EXPECT_EQ(program->run->exit_reason, exit_reason);
	EXPECT_STR_EQ(sim_entry_failure(), "");
}

static void expect_debug(u32 exception, u64 pc, u64 dr6, u64 dr7)
{
	const struct kvm_debug_exit_arch *arch = &program->run->debug.arch;

	run_to(KVM_EXIT_DEBUG);
	EXPECT_EQ(arch->exception, exception);
	EXPECT_EQ(arch->pc, pc);
	EXPECT_EQ(arch->dr6, DR6_FIXED | dr6);
	EXPECT_EQ(arch->dr7, dr7);
}

static void script(u32 reason, guest_fn guest, void *argument)
{
	sim_script_exit(&(struct sim_exit){
		.reason = reason, .instruction_length = 2, .guest = guest, .argument = argument});
}

/* What the guest runs with. */
struct seen {
	u64 rflags, blocking, pending, dr7, bitmap, controls;
	struct sim_registers registers;
};

static u64 field(struct vcpu *self, u32 what)
{
	return sim_vmcs_get(host_virt_to_phys(self->vmcs.region), what);
}

static void look(struct vcpu *self, void *argument)
{
	*(struct seen *)argument = (struct seen){
		.rflags = field(self, GUEST_RFLAGS),
		.blocking = field(self, GUEST_INTERRUPTIBILITY_INFO),
		.pending = field(self, GUEST_PENDING_DBG_EXCEPTIONS),
		.dr7 = field(self, GUEST_DR7),
		.bitmap = field(self, EXCEPTION_BITMAP),
		.controls = field(self, CPU_BASED_VM_EXEC_CONTROL),
		.registers = *sim_registers_here(),
	};
}

static struct seen enters(void)
{
	struct seen seen = {0};

	script(EXIT_REASON_TRIPLE_FAULT, look, &seen);
	run_to(KVM_EXIT_SHUTDOWN);
	return seen;
}

/* --- What is refused --- */

TEST(api_guest_debug_refusals)
{
	static struct snapshot before, after;

	start();
	snapshot_take(&before, program);
	for (unsigned int bit = 0; bit < 32; bit++) {
		u32 known = STEPS | BREAKS | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_INJECT_DB |
			    KVM_GUESTDBG_INJECT_BP | KVM_GUESTDBG_BLOCKIRQ;

		test_context("bit %u", bit);
		if (!(known & BIT32(bit)))
			EXPECT_EQ(debug_as(STEPS | BIT32(bit), 0, 0), -EINVAL);
	}
	test_context("DR7");
	EXPECT_EQ(debug_as(BREAKS, 0, BIT64(32)), -EINVAL);
	EXPECT_EQ(debug_as(BREAKS | KVM_GUESTDBG_INJECT_DB, 0, BIT64(63)), -EINVAL);
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED);
	program_end(program);
}

/* Without KVM_GUESTDBG_ENABLE nothing is on, and unused registers are not looked at. */
TEST(api_guest_debug_is_off)
{
	struct seen seen;

	start();
	EXPECT_EQ(debug_as(KVM_GUESTDBG_ENABLE, 1, BIT64(63)), 0);
	EXPECT_EQ(debug_as((STEPS | BREAKS) & ~(u32)KVM_GUESTDBG_ENABLE, 0x1000, 2), 0);
	seen = enters();
	EXPECT_EQ(seen.rflags, RFLAGS_FIXED);
	EXPECT_EQ(seen.dr7, DR7_FIXED);
	EXPECT_FALSE(seen.bitmap & BIT32(VECTOR_BP));
	program_end(program);
}

TEST(api_guest_debug_capabilities)
{
	start();
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, KVM_CAP_SET_GUEST_DEBUG), 1);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, KVM_CAP_SET_GUEST_DEBUG2),
		  0x1f0003);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, KVM_CAP_X86_ROBUST_SINGLESTEP),
		  1);
	program_end(program);
}

/* --- The step --- */

TEST(api_guest_debug_steps)
{
	struct seen seen = {0};

	start();
	debug(STEPS);
	for (unsigned int i = 0; i < 3; i++) {
		script_exception(HARDWARE(VECTOR_DB), DR6_BS, look, &seen);
		expect_debug(VECTOR_DB, BASE + 0xfff0, DR6_BS, DR7_FIXED);
		EXPECT_EQ(seen.rflags, RFLAGS_FIXED | RFLAGS_TF);
		/* The guest knows nothing of it. */
		EXPECT_EQ(regs().rflags, RFLAGS_FIXED);
		EXPECT_EQ(vcpu->dr6, DR6_FIXED);
		EXPECT_FALSE(vcpu->events.exception.pending);
	}
	debug(0);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED);
	program_end(program);
}

/* "Robust": registers set by user space, before or after, take nothing away. */
TEST(api_guest_debug_step_survives_set_regs)
{
	start();
	debug(STEPS);
	set_rflags(RFLAGS_FIXED | RFLAGS_IF);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED | RFLAGS_IF | RFLAGS_TF);
	debug(KVM_GUESTDBG_ENABLE);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED | RFLAGS_IF);
	program_end(program);
}

/* A guest that steps itself has its TF again. */
TEST(api_guest_debug_keeps_the_guests_trap_flag)
{
	start();
	set_rflags(RFLAGS_FIXED | RFLAGS_TF);
	debug(STEPS);
	EXPECT_EQ(regs().rflags, RFLAGS_FIXED | RFLAGS_TF);
	script_exception(HARDWARE(VECTOR_DB), DR6_BS, NULL, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff0, DR6_BS, DR7_FIXED);
	debug(0);
	EXPECT_EQ(regs().rflags, RFLAGS_FIXED | RFLAGS_TF);
	program_end(program);
}

static void clear_flags(struct vcpu *self, void *argument)
{
	(void)argument;
	sim_vmcs_set(host_virt_to_phys(self->vmcs.region), GUEST_RFLAGS, RFLAGS_FIXED);
}

/* POPF and IRET load the flags: the next instruction is stepped all the same. */
TEST(api_guest_debug_steps_on_after_popf)
{
	struct seen seen = {0};

	start();
	set_rflags(RFLAGS_FIXED | RFLAGS_TF);
	debug(STEPS);
	script_exception(HARDWARE(VECTOR_DB), DR6_BS, clear_flags, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff0, DR6_BS, DR7_FIXED);
	/* It has taken its own away. */
	EXPECT_EQ(regs().rflags, RFLAGS_FIXED);
	script_exception(HARDWARE(VECTOR_DB), DR6_BS, look, &seen);
	expect_debug(VECTOR_DB, BASE + 0xfff0, DR6_BS, DR7_FIXED);
	EXPECT_EQ(seen.rflags, RFLAGS_FIXED | RFLAGS_TF);
	program_end(program);
}

/* Instructions that the hypervisor carries out: those that go to user space are over when KVM_RUN
 * comes back. */
TEST(api_guest_debug_steps_what_is_carried_out)
{
	static const struct {
		const char *what;
		u32 reason;
		u64 qualification;
		u32 to_user; /* 0: not */
	} rows[] = {
		{"CPUID", EXIT_REASON_CPUID, 0, 0},
		{"INVD", EXIT_REASON_INVD, 0, 0},
		{"WBINVD", EXIT_REASON_WBINVD, 0, 0},
		{"VMCALL", EXIT_REASON_VMCALL, 0, 0},
		{"OUT", EXIT_REASON_IO_INSTRUCTION, 0x100000, KVM_EXIT_IO},
		{"IN", EXIT_REASON_IO_INSTRUCTION, 0x100008, KVM_EXIT_IO},
		{"HLT", EXIT_REASON_HLT, 0, KVM_EXIT_HLT},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct seen seen = {0};

		test_context("%s", rows[i].what);
		start();
		debug(STEPS);
		sim_script_exit(&(struct sim_exit){.reason = rows[i].reason,
						   .qualification = rows[i].qualification,
						   .instruction_length = 2});
		if (rows[i].to_user)
			run_to(rows[i].to_user);
		expect_debug(VECTOR_DB, BASE + 0xfff2, DR6_BS, DR7_FIXED);
		EXPECT_EQ(sim_script_left(), 0);
		EXPECT_FALSE(vcpu->events.exception.pending);
		/* Once. */
		script(EXIT_REASON_TRIPLE_FAULT, look, &seen);
		run_to(KVM_EXIT_SHUTDOWN);
		EXPECT_EQ(seen.rflags, RFLAGS_FIXED | RFLAGS_TF);
		program_end(program);
	}
}

/* With a local APIC in the kernel the vCPU halts, and user space hears of the step at once. */
TEST(api_guest_debug_steps_hlt_into_the_halt)
{
	struct kvm_mp_state state = {0};

	start_as(EVERYTHING);
	debug(STEPS);
	script(EXIT_REASON_HLT, NULL, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff2, DR6_BS, DR7_FIXED);
	EXPECT_CALL(program->vcpu, KVM_GET_MP_STATE, &state, 0);
	EXPECT_EQ(state.mp_state, KVM_MP_STATE_HALTED);
	program_end(program);
}

/*
 * After STI the pending step would come before the instruction: it is that of MOV SS which holds
 * both back.  Without a debugger STI's shadow stays what it is.
 */
TEST(api_guest_debug_steps_in_shadows)
{
	static const struct {
		u32 control;
		u8 shadow;
		u64 blocking, pending;
	} rows[] = {
		{STEPS, KVM_X86_SHADOW_INT_STI, BLOCKING_BY_MOV_SS, DR6_BS},
		{STEPS, KVM_X86_SHADOW_INT_MOV_SS, BLOCKING_BY_MOV_SS, DR6_BS},
		{STEPS, 0, 0, 0},
		{BREAKS, KVM_X86_SHADOW_INT_STI, BLOCKING_BY_STI, 0},
		{0, KVM_X86_SHADOW_INT_STI, BLOCKING_BY_STI, 0},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_vcpu_events events = {.interrupt.shadow = rows[i].shadow,
						 .flags = KVM_VCPUEVENT_VALID_SHADOW};
		struct seen seen;

		test_context("row %u", i);
		start();
		set_rflags(RFLAGS_IF);
		debug(rows[i].control);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
		seen = enters();
		EXPECT_EQ(seen.blocking, rows[i].blocking);
		EXPECT_EQ(seen.pending, rows[i].pending);
		program_end(program);
	}
}

/* What MOV SS held back of a debugger that is gone is nobody's. */
TEST(api_guest_debug_leaves_no_step_pending)
{
	start();
	debug(STEPS);
	sim_vmcs_set(host_virt_to_phys(vcpu->vmcs.region), GUEST_PENDING_DBG_EXCEPTIONS, DR6_BS);
	debug(0);
	EXPECT_EQ(enters().pending, 0);
	program_end(program);
}

/* A step that was to be reported is none of where user space sends the guest. */
TEST(api_guest_debug_step_is_forgotten)
{
	struct kvm_regs now;

	start();
	debug(STEPS);
	script(EXIT_REASON_HLT, NULL, NULL);
	run_to(KVM_EXIT_HLT);
	now = regs();
	now.rip = 0x1000;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &now, 0);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED | RFLAGS_TF);
	program_end(program);
}

/* An interrupt is delivered, and its handler is not stepped: IRET gives TF back. */
TEST(api_guest_debug_steps_over_an_interrupt)
{
	struct kvm_interrupt interrupt = {.irq = 0x30};
	struct seen seen = {0};

	start();
	set_rflags(RFLAGS_IF);
	debug(STEPS);
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &interrupt, 0);
	script(EXIT_REASON_CPUID, NULL, NULL);
	script(EXIT_REASON_CPUID, look, &seen);
	script_exception(HARDWARE(VECTOR_DB), DR6_BS, NULL, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff4, DR6_BS, DR7_FIXED);
	EXPECT_EQ(sim_injection_at(0).info & 0xff, 0x30);
	EXPECT_EQ(seen.rflags, RFLAGS_FIXED);
	program_end(program);
}

/* --- Breakpoints --- */

TEST(api_guest_debug_int3)
{
	start();
	EXPECT_FALSE(enters().bitmap & BIT32(VECTOR_BP));
	debug(KVM_GUESTDBG_USE_SW_BP);
	EXPECT_FALSE(enters().bitmap & BIT32(VECTOR_BP));
	debug(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP);
	EXPECT_EQ(enters().bitmap, BIT32(VECTOR_DB) | BIT32(VECTOR_BP) | BIT32(VECTOR_UD) |
					   BIT32(VECTOR_AC) | BIT32(VECTOR_MC));
	script_exception(SOFTWARE(VECTOR_BP), 0, NULL, NULL);
	expect_debug(VECTOR_BP, BASE + 0xfff0, 0, DR7_FIXED);
	/* It was the guest's own. */
	debug(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_INJECT_BP);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, VM_ENTRY_INTR_INFO_FIELD) & 0xfff, 0x600 | VECTOR_BP);
	EXPECT_EQ(guest_field(program, VM_ENTRY_INSTRUCTION_LEN), 1);
	program_end(program);
}

static u64 mov_dr(unsigned int dr, bool from, enum vcpu_reg reg)
{
	return dr | (from ? BIT64(4) : 0) | (u64)reg << 8;
}

/* The processor has the debugger's; the guest reads and writes its own. */
TEST(api_guest_debug_registers)
{
	struct kvm_debugregs own = {.db = {0x5000}, .dr6 = DR6_FIXED, .dr7 = DR7_FIXED};
	struct kvm_regs now;
	struct seen seen;

	start();
	EXPECT_CALL(program->vcpu, KVM_SET_DEBUGREGS, &own, 0);
	EXPECT_EQ(debug_as(BREAKS, 0x1000, 2), 0);
	seen = enters();
	EXPECT_TRUE(seen.registers.dr_is_guest);
	EXPECT_EQ(seen.registers.dr[0], 0x1000);
	EXPECT_EQ(seen.dr7, DR7_FIXED | 2);
	now = regs();
	now.rbx = 0x6000;
	now.rdx = 0x8;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &now, 0);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR,
					   .instruction_length = 3,
					   .qualification = mov_dr(0, true, REG_RAX)});
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR,
					   .instruction_length = 3,
					   .qualification = mov_dr(1, false, REG_RBX)});
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR,
					   .instruction_length = 3,
					   .qualification = mov_dr(5, false, REG_RDX)});
	seen = enters();
	EXPECT_EQ(seen.registers.dr[0], 0x1000);
	EXPECT_EQ(seen.registers.dr[1], 0);
	EXPECT_EQ(seen.dr7, DR7_FIXED | 2);
	EXPECT_TRUE(seen.controls & CPU1_MOV_DR_EXITING);
	EXPECT_EQ(regs().rax, 0x5000);
	EXPECT_EQ(regs().rip, 0xfff9);
	EXPECT_CALL(program->vcpu, KVM_GET_DEBUGREGS, &own, 0);
	EXPECT_EQ(own.db[1], 0x6000);
	EXPECT_EQ(own.dr7, DR7_FIXED | 8);
	/* They are the guest's again. */
	debug(0);
	seen = enters();
	EXPECT_EQ(seen.registers.dr[0], 0x5000);
	EXPECT_EQ(seen.registers.dr[1], 0x6000);
	EXPECT_EQ(seen.dr7, DR7_FIXED | 8);
	program_end(program);
}

TEST(api_guest_debug_breakpoint)
{
	start();
	EXPECT_EQ(debug_as(BREAKS, 0x1000, 2), 0);
	script_exception(HARDWARE(VECTOR_DB), 1, NULL, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff0, 1, DR7_FIXED | 2);
	EXPECT_EQ(vcpu->dr6, DR6_FIXED);
	/* GD is the debugger's, too. */
	EXPECT_EQ(debug_as(BREAKS, 0x1000, DR7_GD | 2), 0);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_MOV_DR, .instruction_length = 3});
	expect_debug(VECTOR_DB, BASE + 0xfff0, DR6_BD, DR7_FIXED | DR7_GD | 2);
	EXPECT_EQ(regs().rip, 0xfff0);
	program_end(program);
}

/* DR6 and DR7 have no bits 63:32, DR4 and DR5 are undefined with CR4.DE. */
TEST(api_guest_debug_mov_dr_faults)
{
	static const struct {
		unsigned int dr;
		bool extensions;
		u64 value;
		u8 vector;
	} rows[] = {
		{4, true, 0, VECTOR_UD},
		{5, true, 0, VECTOR_UD},
		{4, false, 0, 0},
		{6, false, 0x1ffffffffull, 0}, /* 32 bits of it in this mode */
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_sregs sregs;
		struct kvm_regs now;

		test_context("row %u", i);
		start_as(EVERYTHING);
		EXPECT_EQ(debug_as(BREAKS, 0x1000, 2), 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
		sregs.cr4 |= rows[i].extensions ? CR4_DE : 0;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		now = regs();
		now.rbx = rows[i].value;
		EXPECT_CALL(program->vcpu, KVM_SET_REGS, &now, 0);
		sim_script_exit(
			&(struct sim_exit){.reason = EXIT_REASON_MOV_DR,
					   .instruction_length = 3,
					   .qualification = mov_dr(rows[i].dr, false, REG_RBX)});
		enters();
		EXPECT_EQ(sim_injections() ? sim_injection_at(0).info & 0xff : 0, rows[i].vector);
		EXPECT_EQ(regs().rip, rows[i].vector ? 0xfff0 : 0xfff3);
		program_end(program);
	}
}

/* --- Injection --- */

TEST(api_guest_debug_injects_db)
{
	static const u32 controls[] = {0, STEPS, BREAKS};

	for (unsigned int i = 0; i < COUNT_OF(controls); i++) {
		test_context("control 0x%x", controls[i]);
		start();
		debug(controls[i] | KVM_GUESTDBG_INJECT_DB);
		EXPECT_EQ(debug_as(KVM_GUESTDBG_INJECT_DB, 0, 0), -EBUSY);
		EXPECT_EQ(debug_as(KVM_GUESTDBG_INJECT_BP, 0, 0), -EBUSY);
		guest_enters(program);
		EXPECT_EQ(guest_field(program, VM_ENTRY_INTR_INFO_FIELD) & 0xfff,
			  0x300 | VECTOR_DB);
		/* What DR6 says is user space's part. */
		EXPECT_EQ(vcpu->dr6, DR6_FIXED);
		program_end(program);
	}
}

/* INT1 goes on behind itself, for the debugger too. */
TEST(api_guest_debug_int1)
{
	start();
	EXPECT_EQ(debug_as(BREAKS, 0x1000, 2), 0);
	script_exception(INTERRUPTION_VALID | INTERRUPTION_PRIVILEGED_EXCEPTION << 8 | VECTOR_DB, 0,
			 NULL, NULL);
	expect_debug(VECTOR_DB, BASE + 0xfff1, 0, DR7_FIXED | 2);
	program_end(program);
}

/* --- Interrupts that wait --- */

TEST(api_guest_debug_blocks_interrupts)
{
	const u64 windows = CPU1_NMI_WINDOW_EXITING | CPU1_INTERRUPT_WINDOW_EXITING;
	struct seen seen;

	start();
	set_rflags(RFLAGS_IF);
	debug(STEPS | KVM_GUESTDBG_BLOCKIRQ);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_NMI, 0), 0);
	EXPECT_EQ(sim_ioctl(program->vcpu, KVM_NMI, 0), 0);
	seen = enters();
	EXPECT_EQ(sim_injections(), 0);
	EXPECT_FALSE(seen.controls & windows);
	/* An exception comes all the same. */
	debug(STEPS | KVM_GUESTDBG_BLOCKIRQ | KVM_GUESTDBG_INJECT_DB);
	enters();
	EXPECT_EQ(sim_injections(), 1);
	debug(STEPS);
	seen = enters();
	EXPECT_EQ(sim_injections(), 2);
	EXPECT_TRUE(seen.controls & CPU1_NMI_WINDOW_EXITING);
	program_end(program);
}

/* --- INIT --- */

TEST(api_guest_debug_goes_on_after_init)
{
	start();
	debug(STEPS);
	FIXTURE_LOADED(vcpu, vmx_vcpu_reset(vcpu, true));
	EXPECT_EQ(regs().rflags, RFLAGS_FIXED);
	EXPECT_EQ(enters().rflags, RFLAGS_FIXED | RFLAGS_TF);
	program_end(program);
}

/* --- KVM_TRANSLATE --- */

/* Two levels: the directory at 1000H, a table at 2000H. */
static void start_paging(void)
{
	static const u32 directory = 0x2003, table[] = {0x5003, 0x7007, 0};
	struct kvm_sregs sregs;

	start();
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.cr0 |= CR0_PE | CR0_PG;
	sregs.cr3 = 0x1000;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(host_user_write(program->ram + 0x1000, &directory, sizeof(directory)), 0);
	EXPECT_EQ(host_user_write(program->ram + 0x2000, table, sizeof(table)), 0);
}

TEST(api_translate)
{
	static const struct {
		u64 linear, physical;
		bool valid;
	} rows[] = {
		{0x123, 0x5123, true},
		{0x1fff, 0x7fff, true},
		{0x2000, ~(u64)0, false},
		{0x400000, ~(u64)0, false},
	};
	u32 entry = 0;

	start_paging();
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_translation answer = {.linear_address = rows[i].linear};

		test_context("0x%llx", rows[i].linear);
		EXPECT_CALL(program->vcpu, KVM_TRANSLATE, &answer, 0);
		EXPECT_EQ(answer.physical_address, rows[i].physical);
		EXPECT_EQ(answer.valid, rows[i].valid);
		EXPECT_EQ(answer.writeable, 1);
		EXPECT_EQ(answer.usermode, 0);
		EXPECT_EQ(answer.linear_address, rows[i].linear);
	}
	/* As by the processor's read. */
	EXPECT_EQ(host_user_read(&entry, program->ram + 0x2000, sizeof(entry)), 0);
	EXPECT_EQ(entry, 0x5023);
	program_end(program);
}

TEST(api_translate_without_paging)
{
	struct kvm_translation answer = {.linear_address = 0x12345678};

	start();
	EXPECT_CALL(program->vcpu, KVM_TRANSLATE, &answer, 0);
	EXPECT_EQ(answer.physical_address, 0x12345678);
	EXPECT_EQ(answer.valid, 1);
	program_end(program);
}
