// SPDX-License-Identifier: GPL-2.0
/* KVM_GET/SET_MP_STATE, KVM_GET/SET_LAPIC, and what other vCPUs send to one. */
#include "guest_sees.h"
#include "snapshot.h"
#include "irq/lapic.h"
#include "vcpu/state.h"

static u32 mp_state(int vcpu)
{
	struct kvm_mp_state state = {.mp_state = ~0u};

	EXPECT_EQ(CALL(vcpu, KVM_GET_MP_STATE, &state), 0);
	return state.mp_state;
}

static long mp_state_set(int vcpu, u32 to)
{
	struct kvm_mp_state state = {.mp_state = to};

	return CALL(vcpu, KVM_SET_MP_STATE, &state);
}

TEST(api_mp_state_without_a_local_apic)
{
	struct program *program = program_start(A_VCPU);

	EXPECT_EQ(mp_state(program->vcpu), KVM_MP_STATE_RUNNABLE);
	EXPECT_EQ(mp_state_set(program->vcpu, KVM_MP_STATE_RUNNABLE), 0);
	for (u32 state = 1; state < 16; state++)
		EXPECT_EQ(mp_state_set(program->vcpu, state), -EINVAL);
	EXPECT_EQ(mp_state_set(program->vcpu, ~0u), -EINVAL);
	EXPECT_EQ(mp_state(program->vcpu), KVM_MP_STATE_RUNNABLE);
	program_end(program);
}

TEST(api_mp_state_round_trip)
{
	struct program *program = program_start(EVERYTHING);

	for (u32 state = KVM_MP_STATE_RUNNABLE; state <= KVM_MP_STATE_HALTED; state++) {
		test_context("state %u", state);
		EXPECT_EQ(mp_state_set(program->vcpu, state), 0);
		EXPECT_EQ(mp_state(program->vcpu), state);
	}
	for (u32 state = KVM_MP_STATE_SIPI_RECEIVED + 1; state < 16; state++)
		EXPECT_EQ(mp_state_set(program->vcpu, state), -EINVAL);
	EXPECT_EQ(mp_state(program->vcpu), KVM_MP_STATE_HALTED);
	program_end(program);
}

/* A SIPI that has come: the vCPU begins where its vector says. */
TEST(api_mp_state_sipi_received)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_vcpu_events events = {.sipi_vector = 0x9a,
					 .flags = KVM_VCPUEVENT_VALID_SIPI_VECTOR};
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_EQ(mp_state_set(program->vcpu, KVM_MP_STATE_SIPI_RECEIVED), 0);
	EXPECT_EQ(mp_state(program->vcpu), KVM_MP_STATE_RUNNABLE);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	EXPECT_EQ(sregs.cs.selector, 0x9a00);
	EXPECT_EQ(sregs.cs.base, 0x9a000);
	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	EXPECT_EQ(regs.rip, 0);
	guest_enters(program);
	program_end(program);
}

/* The vCPU that begins is the one of KVM_SET_BOOT_CPU_ID; the others wait for INIT and SIPI. */
TEST(api_mp_state_of_the_boot_cpu)
{
	struct program *program = program_start(AN_IRQCHIP);
	int vcpus[2];

	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, 1), 0);
	for (u64 id = 0; id < 2; id++)
		vcpus[id] = program_add_vcpu(program, id);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_SET_BOOT_CPU_ID, 0), -EBUSY);
	EXPECT_EQ(mp_state(vcpus[0]), KVM_MP_STATE_UNINITIALIZED);
	EXPECT_EQ(mp_state(vcpus[1]), KVM_MP_STATE_RUNNABLE);
	sim_file_close(vcpus[0]);
	sim_file_close(vcpus[1]);
	program_end(program);
}

/* --- INIT and SIPI by a message ---------------------------------------------------- */

static long message(const struct program *program, u32 apic, u32 data)
{
	struct kvm_msi msi = {.address_lo = 0xfee00000 | apic << 12, .data = data};

	return CALL(program->vm, KVM_SIGNAL_MSI, &msi);
}

#define MESSAGE_INIT 0x4500

/* The ioctl that looks takes the INIT: it needs the VMCS of this vCPU, and of no other. */
TEST(api_mp_state_takes_init)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);
	int other = program_add_vcpu(program, 1);
	struct kvm_regs regs;

	for (unsigned int i = 0; i < 16; i++)
		((u64 *)&regs)[i] = 0x1111111111111111ull * i;
	regs.rflags = RFLAGS_FIXED | RFLAGS_IF;
	regs.rip = 0x4321;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	EXPECT_CALL(other, KVM_SET_REGS, &regs, 0);
	snapshot_take(&before, program);
	EXPECT_EQ(message(program, 1, MESSAGE_INIT), 1);
	EXPECT_EQ(mp_state(other), KVM_MP_STATE_INIT_RECEIVED);
	EXPECT_CALL(other, KVM_GET_REGS, &regs, 0);
	EXPECT_EQ(regs.rip, 0xfff0);
	EXPECT_EQ(regs.rflags, RFLAGS_FIXED);
	EXPECT_EQ(regs.rdx, 0x600);
	regs.rdx = 0;
	for (unsigned int i = 0; i < 16; i++)
		EXPECT_EQ(((u64 *)&regs)[i], 0);
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	sim_file_close(other);
	program_end(program);
}

/* Each ioctl of a vCPU with an INIT on its way: none uses a VMCS without having loaded its own. */
TEST(api_vcpu_ioctls_with_init_pending)
{
	const struct ioctl_row *row;
	static u8 argument[4096];
	long result;

	for (unsigned int slot = 0; (row = ioctl_next(SCOPE_VCPU, &slot));) {
		struct program *program = program_start(EVERYTHING);

		test_context("%s", row->name);
		EXPECT_EQ(message(program, 0, MESSAGE_INIT), 1);
		memset(argument, 0, sizeof(argument));
		result = api_call(program->vcpu, row->number, argument,
				  _IOC_SIZE(row->number) ? _IOC_SIZE(row->number)
							 : sizeof(argument));
		if (row->number == KVM_GET_STATS_FD)
			sim_file_close((int)result);
		EXPECT_EQ(mp_state(program->vcpu), KVM_MP_STATE_RUNNABLE);
		program_end(program);
	}
}

/* --- The local APIC ---------------------------------------------------------------- */

TEST(api_lapic_needs_one)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_lapic_state lapic = {0};

	EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, -EINVAL);
	EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, -EINVAL);
	program_end(program);
}

static u32 lapic_register(const struct kvm_lapic_state *lapic, u32 offset)
{
	u32 value;

	memcpy(&value, lapic->regs + offset, sizeof(value));
	return value;
}

/* Whatever is set, what is given then can be set and is given again. */
TEST(api_lapic_round_trip)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_lapic_state lapic, now;

	for (unsigned int i = 0; i < 16; i++) {
		test_context("byte 0x%x", i * 17);
		memset(&lapic, (int)(i * 17), sizeof(lapic));
		/* No timer, whose count goes on. */
		memset(lapic.regs + 0x380, 0, 4);
		EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, 0);
		EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &now, 0);
		EXPECT_TRUE(!memcmp(&now, &lapic, sizeof(now)));
		/* Vectors below 16 are nobody's; they can be requested, but do not come. */
		EXPECT_EQ(lapic_register(&lapic, 0x100) & 0xffff, 0);
		EXPECT_EQ(lapic_register(&lapic, 0x180) & 0xffff, 0);
		EXPECT_EQ(lapic_register(&lapic, 0x200) & 0xffff, i * 0x1111);
		EXPECT_EQ(lapic_register(&lapic, 0x30) & 0xff, 0x14);
	}
	program_end(program);
}

/* An interrupt that is restored with the registers reaches the guest. */
TEST(api_lapic_restores_an_interrupt)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_lapic_state lapic;
	struct kvm_regs regs;

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	regs.rflags |= RFLAGS_IF;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, 0);
	lapic.regs[0xf1] |= 1;	       /* on */
	lapic.regs[0x200 + 0x20] |= 1; /* IRR: vector 0x40 */
	EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, 0);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, VM_ENTRY_INTR_INFO_FIELD) & 0x7ff, 0x40);
	EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, 0);
	EXPECT_EQ(lapic_register(&lapic, 0x220), 0);
	EXPECT_EQ(lapic_register(&lapic, 0x120), 1); /* ISR */
	program_end(program);
}
