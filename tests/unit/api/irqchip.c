// SPDX-License-Identifier: GPL-2.0
/* The ioctls of the interrupt controllers, the timer and the routing: what comes before what, what
 * is refused, and where an interrupt arrives. */
#include "guest_sees.h"
#include "snapshot.h"
#include "facts/exit_reason.h"
#include "irq/irqchip.h"

static void enable(int vm, u32 capability, u64 argument, long result)
{
	struct kvm_enable_cap cap = {.cap = capability, .args[0] = argument};

	EXPECT_CALL(vm, KVM_ENABLE_CAP, &cap, result);
}

/* --- Order ------------------------------------------------------------------------- */

/* Without interrupt controllers; with all of them, but for the 8254; with a split irqchip. */
TEST(api_irqchip_needs_one)
{
	static union {
		struct kvm_irqchip chip;
		struct kvm_pit_state2 pit;
		u8 bytes[4096];
	} argument;
	static const struct {
		u32 number;
		long result[3];
	} rows[] = {
		{KVM_GET_IRQCHIP, {-ENXIO, 0, -ENXIO}},
		{KVM_SET_IRQCHIP, {-ENXIO, 0, -ENXIO}},
		{KVM_IRQ_LINE, {-ENXIO, 0, 0}},
		{KVM_IRQ_LINE_STATUS, {-ENXIO, 0, 0}},
		{KVM_SIGNAL_MSI, {-EINVAL, 0, 0}},
		{KVM_SET_GSI_ROUTING, {-EINVAL, 0, 0}},
		{KVM_IRQFD, {-EINVAL, -EINVAL, -EINVAL}},
		{KVM_GET_PIT, {-ENXIO, -ENXIO, -ENXIO}},
		{KVM_SET_PIT, {-ENXIO, -ENXIO, -ENXIO}},
		{KVM_GET_PIT2, {-ENXIO, -ENXIO, -ENXIO}},
		{KVM_SET_PIT2, {-ENXIO, -ENXIO, -ENXIO}},
		{KVM_REINJECT_CONTROL, {-ENXIO, -ENXIO, -ENXIO}},
		{KVM_CREATE_PIT, {-ENOENT, 0, -ENOENT}},
		{KVM_CREATE_PIT2, {-ENOENT, -EEXIST, -ENOENT}},
		{KVM_CREATE_IRQCHIP, {0, -EEXIST, -EEXIST}},
	};

	for (unsigned int irqchip = 0; irqchip < 3; irqchip++) {
		struct program *program = program_start(irqchip == 1 ? AN_IRQCHIP : A_VM);

		if (irqchip == 2)
			enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 24, 0);
		for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
			test_context("row %u, irqchip %u", i, irqchip);
			memset(&argument, 0, sizeof(argument));
			EXPECT_CALL(program->vm, rows[i].number, &argument,
				    rows[i].result[irqchip]);
		}
		program_end(program);
	}
}

TEST(api_split_irqchip_once_and_before_vcpus)
{
	struct program *program = program_start(AN_IRQCHIP);

	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 24, -EEXIST);
	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 4097, -EINVAL);
	program_end(program);
	program = program_start(A_VM);
	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 4096, 0);
	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 4096, -EEXIST);
	program_end(program);
}

/* All of it or nothing, also where there is no memory. */
TEST(api_split_irqchip_without_memory)
{
	for (unsigned int failing = 0; failing < 2; failing++) {
		struct program *program = program_start(A_VM);

		test_context("allocation %u", failing);
		sim_fail_allocation_after(failing);
		enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 24, -ENOMEM);
		sim_fail_allocation_never();
		EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), 0);
		program_end(program);
	}
}

/* KVM_INTERRUPT is for the 8259s: without a local APIC, of user space, of the kernel. */
TEST(api_interrupt_by_irqchip)
{
	struct kvm_interrupt irq = {0x41}, none = {256};
	struct program *program = program_start(A_VM);
	int vcpu;

	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 24, 0);
	vcpu = program_add_vcpu(program, 0);
	EXPECT_CALL(vcpu, KVM_INTERRUPT, &none, -EINVAL);
	EXPECT_CALL(vcpu, KVM_INTERRUPT, &irq, 0);
	EXPECT_CALL(vcpu, KVM_INTERRUPT, &irq, -EEXIST);
	sim_file_close(vcpu);
	program_end(program);
	program = program_start(EVERYTHING);
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &none, -EINVAL);
	EXPECT_CALL(program->vcpu, KVM_INTERRUPT, &irq, -ENXIO);
	program_end(program);
}

TEST(api_x2apic_ids)
{
	struct program *program = program_start(A_VM);
	struct kvm_lapic_state lapic;
	struct kvm_msi msi = {.address_hi = 0x101};
	u32 id;

	enable(program->vm, KVM_CAP_SPLIT_IRQCHIP, 24, 0);
	program->vcpu = program_add_vcpu(program, 5);
	program_set_cpuid(program);
	EXPECT_TRUE(msr_set(program, 0x1b, 0xfee00c00));
	EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, 0);
	EXPECT_EQ(lapic.regs[0x23], 5);
	EXPECT_CALL(program->vm, KVM_SIGNAL_MSI, &msi, 0);
	enable(program->vm, KVM_CAP_X2APIC_API, KVM_X2APIC_API_USE_32BIT_IDS, 0);
	EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, -EINVAL);
	EXPECT_CALL(program->vcpu, KVM_GET_LAPIC, &lapic, 0);
	memcpy(&id, lapic.regs + 0x20, sizeof(id));
	EXPECT_EQ(id, 5);
	EXPECT_CALL(program->vcpu, KVM_SET_LAPIC, &lapic, 0);
	EXPECT_CALL(program->vm, KVM_SIGNAL_MSI, &msi, -EINVAL);
	program_end(program);
}

TEST(api_create_irqchip_once_and_before_vcpus)
{
	struct program *program = program_start(AN_IRQCHIP);

	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), -EEXIST);
	program_end(program);
	program = program_start(EVERYTHING);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), -EEXIST);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_PIT, 0), -EEXIST);
	program_end(program);
	program = program_start(A_VCPU);
	EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), -EINVAL);
	program_end(program);
}

/* --- The chips' state -------------------------------------------------------------- */

TEST(api_irqchip_other_chips)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);
	static const u32 ids[] = {3, 4, 0x80000000, ~0u};

	snapshot_take(&before, program);
	for (unsigned int i = 0; i < COUNT_OF(ids); i++) {
		struct kvm_irqchip chip = {.chip_id = ids[i]};

		EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &chip, -EINVAL);
		memset(&chip.chip, 0xff, sizeof(chip.chip));
		EXPECT_CALL(program->vm, KVM_SET_IRQCHIP, &chip, -EINVAL);
	}
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	program_end(program);
}

/* Whatever is set, what is given then can be set and is given again; each chip is its own. */
TEST(api_irqchip_round_trip)
{
	struct program *program = program_start(AN_IRQCHIP);

	for (unsigned int i = 0; i < 16 * KVM_NR_IRQCHIPS; i++) {
		struct kvm_irqchip chip, now, others[KVM_NR_IRQCHIPS];
		u32 id = i % KVM_NR_IRQCHIPS;

		test_context("chip %u, byte 0x%x", id, i / KVM_NR_IRQCHIPS * 17);
		for (u32 other = 0; other < KVM_NR_IRQCHIPS; other++) {
			others[other] = (struct kvm_irqchip){.chip_id = other};
			EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &others[other], 0);
		}
		chip.chip_id = id;
		memset(&chip.chip, (int)(i / KVM_NR_IRQCHIPS * 17), sizeof(chip.chip));
		EXPECT_CALL(program->vm, KVM_SET_IRQCHIP, &chip, 0);
		chip = now = (struct kvm_irqchip){.chip_id = id};
		EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &chip, 0);
		EXPECT_CALL(program->vm, KVM_SET_IRQCHIP, &chip, 0);
		EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &now, 0);
		EXPECT_TRUE(!memcmp(&now, &chip, sizeof(now)));
		for (u32 other = 0; other < KVM_NR_IRQCHIPS; other++) {
			if (other == id || (other < KVM_IRQCHIP_IOAPIC && id < KVM_IRQCHIP_IOAPIC))
				continue;
			now = others[other];
			EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &now, 0);
			EXPECT_TRUE(!memcmp(&now, &others[other], sizeof(now)));
		}
	}
	program_end(program);
}

/* --- Lines and messages ------------------------------------------------------------ */

enum { PIN = 20, VECTOR = 0x51 };

/* The vCPU's local APIC is on, and the pin of the I/O APIC leads to it. */
static void connect(const struct program *program, int vcpu, unsigned int pin, bool level)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};
	struct kvm_lapic_state lapic;

	EXPECT_CALL(vcpu, KVM_GET_LAPIC, &lapic, 0);
	lapic.regs[0xf1] |= 1;
	EXPECT_CALL(vcpu, KVM_SET_LAPIC, &lapic, 0);
	EXPECT_CALL(program->vm, KVM_GET_IRQCHIP, &chip, 0);
	chip.chip.ioapic.redirtbl[pin].bits = VECTOR | (level ? BIT64(15) : 0);
	EXPECT_CALL(program->vm, KVM_SET_IRQCHIP, &chip, 0);
}

static bool waits(int vcpu, u8 vector)
{
	struct kvm_lapic_state lapic;

	EXPECT_EQ(CALL(vcpu, KVM_GET_LAPIC, &lapic), 0);
	return lapic.regs[0x200 + vector / 32 * 16 + vector % 32 / 8] & (1u << vector % 8);
}

static int line(const struct program *program, u32 gsi, u32 level)
{
	struct kvm_irq_level argument = {.irq = gsi, .level = level};

	EXPECT_CALL(program->vm, KVM_IRQ_LINE_STATUS, &argument, 0);
	return argument.status;
}

TEST(api_irq_line_status)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_irq_level argument = {.irq = PIN, .level = 1};

	/* Masked; no pin; no GSI at all. */
	EXPECT_EQ(line(program, PIN, 1), -1);
	line(program, PIN, 0);
	EXPECT_EQ(line(program, IOAPIC_PINS, 1), -1);
	EXPECT_EQ(line(program, IRQ_MAX_ROUTES, 1), -1);
	EXPECT_EQ(line(program, ~0u, 1), -1);
	connect(program, program->vcpu, PIN, false);
	EXPECT_FALSE(waits(program->vcpu, VECTOR));
	EXPECT_EQ(line(program, PIN, 1), 1);
	EXPECT_TRUE(waits(program->vcpu, VECTOR));
	/* An edge that comes while the interrupt waits is one with it. */
	line(program, PIN, 0);
	EXPECT_EQ(line(program, PIN, 1), 0);
	/* The number that says no status is given does not write one. */
	EXPECT_CALL(program->vm, KVM_IRQ_LINE, &argument, 0);
	EXPECT_EQ(argument.irq, PIN);
	program_end(program);
}

TEST(api_irq_line_level)
{
	struct program *program = program_start(EVERYTHING);

	connect(program, program->vcpu, PIN, true);
	EXPECT_EQ(line(program, PIN, 1), 1);
	EXPECT_EQ(line(program, PIN, 1), 0);
	EXPECT_TRUE(waits(program->vcpu, VECTOR));
	program_end(program);
}

TEST(api_signal_msi)
{
	static const struct {
		u32 low, high, data, flags;
		long result;
	} rows[] = {
		{0xfee00000, 0, 0x41, 0, 1},
		{0xfee01000, 0, 0x41, 0, 1},
		{0xfeeff000, 0, 0x42, 0, 2}, /* to all */
		/* Nobody there: nothing happens, as where a guest blocks it. */
		{0xfee05000, 0, 0x41, 0, 0},
		{0xfee00000, 0, 0x41, 1, -EINVAL},
		{0xfee00000, 0, 0x41, BIT32(31), -EINVAL},
		{0xfee00000, 0, 0x41, KVM_MSI_VALID_DEVID, -EINVAL},
	};
	struct program *program = program_start(EVERYTHING);
	int other = program_add_vcpu(program, 1);

	connect(program, program->vcpu, PIN, false);
	connect(program, other, PIN, false);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_msi msi = {.address_lo = rows[i].low,
				      .address_hi = rows[i].high,
				      .data = rows[i].data,
				      .flags = rows[i].flags};

		test_context("row %u", i);
		EXPECT_CALL(program->vm, KVM_SIGNAL_MSI, &msi, rows[i].result);
	}
	EXPECT_TRUE(waits(program->vcpu, 0x41) && waits(other, 0x41));
	EXPECT_TRUE(waits(program->vcpu, 0x42) && waits(other, 0x42));
	sim_file_close(other);
	program_end(program);
}

/* --- Routing ----------------------------------------------------------------------- */

static struct {
	struct kvm_irq_routing header;
	struct kvm_irq_routing_entry entries[IRQ_MAX_ROUTES + 1];
} routing;

static long routing_set(const struct program *program, u32 count, u32 flags)
{
	routing.header = (struct kvm_irq_routing){.nr = count, .flags = flags};
	return api_call(program->vm, KVM_SET_GSI_ROUTING, &routing,
			sizeof(routing.header) + count * sizeof(routing.entries[0]));
}

static struct kvm_irq_routing_entry to_message(u32 gsi)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = 0xfee00000, .data = 0x60 + gsi % 64},
	};
}

#define TO_PIN(gsi_, chip_, pin_)                                                                  \
	{                                                                                          \
		.gsi = gsi_, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip = {                       \
			.irqchip = chip_,                                                          \
			.pin = pin_                                                                \
		}                                                                                  \
	}
#define TO_MSI(gsi_, ...)                                                                          \
	{                                                                                          \
		.gsi = gsi_, .type = KVM_IRQ_ROUTING_MSI, __VA_ARGS__                              \
	}

TEST(api_routing_entries)
{
	static const struct {
		struct kvm_irq_routing_entry entry[2];
		long result;
	} rows[] = {
		{{TO_PIN(0, KVM_IRQCHIP_PIC_MASTER, 7), TO_PIN(0, KVM_IRQCHIP_IOAPIC, 23)}, 0},
		{{TO_PIN(0, KVM_IRQCHIP_PIC_MASTER, 7), TO_PIN(0, KVM_IRQCHIP_PIC_SLAVE, 7)}, 0},
		{{TO_PIN(4095, KVM_IRQCHIP_IOAPIC, 0), TO_MSI(0)}, 0},
		{{TO_MSI(0, .flags = KVM_MSI_VALID_DEVID), TO_MSI(4095)}, 0},
		{{TO_PIN(0, KVM_IRQCHIP_PIC_MASTER, 8), TO_MSI(1)}, -EINVAL},
		{{TO_PIN(0, KVM_IRQCHIP_PIC_SLAVE, 8), TO_MSI(1)}, -EINVAL},
		{{TO_PIN(0, KVM_IRQCHIP_IOAPIC, 24), TO_MSI(1)}, -EINVAL},
		{{TO_PIN(0, KVM_IRQCHIP_IOAPIC, ~0u), TO_MSI(1)}, -EINVAL},
		{{TO_PIN(0, 3, 0), TO_MSI(1)}, -EINVAL},
		{{TO_PIN(4096, KVM_IRQCHIP_IOAPIC, 0), TO_MSI(1)}, -EINVAL},
		{{TO_MSI(0), TO_MSI(4096)}, -EINVAL},
		{{TO_MSI(0), TO_MSI(~0u)}, -EINVAL},
		/* One GSI leads to one pin of a chip, or to one message. */
		{{TO_PIN(5, KVM_IRQCHIP_IOAPIC, 1), TO_PIN(5, KVM_IRQCHIP_IOAPIC, 2)}, -EINVAL},
		{{TO_PIN(5, KVM_IRQCHIP_IOAPIC, 1), TO_MSI(5)}, -EINVAL},
		{{TO_MSI(5), TO_PIN(5, KVM_IRQCHIP_IOAPIC, 1)}, -EINVAL},
		{{TO_MSI(5), TO_MSI(5)}, -EINVAL},
		{{TO_MSI(0, .flags = 2), TO_MSI(1)}, -EINVAL},
		{{{.gsi = 1, .type = KVM_IRQ_ROUTING_IRQCHIP, .flags = 1}, TO_MSI(0)}, -EINVAL},
		{{{.gsi = 1, .type = 0}, TO_MSI(0)}, -EINVAL},
		{{{.gsi = 1, .type = KVM_IRQ_ROUTING_HV_SINT}, TO_MSI(0)}, -EINVAL},
		{{{.gsi = 1, .type = ~0u}, TO_MSI(0)}, -EINVAL},
	};
	static struct snapshot before, after;
	struct program *program = program_start(AN_IRQCHIP);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %u", i);
		snapshot_take(&before, program);
		memcpy(routing.entries, rows[i].entry, sizeof(rows[i].entry));
		EXPECT_EQ(routing_set(program, 2, 0), rows[i].result);
		snapshot_take(&after, program);
		if (rows[i].result)
			snapshot_expect_equal(&after, &before);
	}
	EXPECT_EQ(routing_set(program, 0, 1), -EINVAL);
	EXPECT_EQ(routing_set(program, 0, BIT32(31)), -EINVAL);
	program_end(program);
}

/* None, all, one more; and interrupts go where the last table that was taken says. */
TEST(api_routing_counts)
{
	struct program *program = program_start(EVERYTHING);

	connect(program, program->vcpu, PIN, false);
	EXPECT_EQ(line(program, PIN, 1), 1);
	EXPECT_EQ(routing_set(program, 0, 0), 0);
	EXPECT_EQ(line(program, PIN, 1), -1);
	for (u32 gsi = 0; gsi <= IRQ_MAX_ROUTES; gsi++)
		routing.entries[gsi] = to_message(gsi);
	EXPECT_EQ(routing_set(program, IRQ_MAX_ROUTES, 0), 0);
	EXPECT_EQ(line(program, IRQ_MAX_ROUTES - 1, 1), 1);
	EXPECT_TRUE(waits(program->vcpu, 0x60 + 63));
	EXPECT_EQ(routing_set(program, IRQ_MAX_ROUTES + 1, 0), -EINVAL);
	routing.header.nr = ~0u;
	EXPECT_CALL(program->vm, KVM_SET_GSI_ROUTING, &routing.header, -EINVAL);
	EXPECT_EQ(line(program, 1, 1), 1);
	EXPECT_TRUE(waits(program->vcpu, 0x61));
	program_end(program);
}

/* --- The 8254 ---------------------------------------------------------------------- */

TEST(api_pit_state)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_pit_state2 state, now;
	struct kvm_pit_state old;

	EXPECT_CALL(program->vm, KVM_GET_PIT2, &state, 0);
	for (unsigned int i = 0; i < 3; i++) {
		state.channels[i].count = 0x1000 * (i + 1);
		state.channels[i].mode = 2;
		state.channels[i].gate = 1;
	}
	state.flags = KVM_PIT_FLAGS_HPET_LEGACY | KVM_PIT_FLAGS_SPEAKER_DATA_ON | BIT32(31);
	EXPECT_CALL(program->vm, KVM_SET_PIT2, &state, 0);
	EXPECT_CALL(program->vm, KVM_GET_PIT2, &now, 0);
	EXPECT_EQ(now.flags, KVM_PIT_FLAGS_HPET_LEGACY | KVM_PIT_FLAGS_SPEAKER_DATA_ON);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(now.channels[i].count, 0x1000 * (i + 1));
		EXPECT_EQ(now.channels[i].mode, 2);
	}
	/* The older ioctls are the same without flags. */
	EXPECT_CALL(program->vm, KVM_GET_PIT, &old, 0);
	EXPECT_TRUE(!memcmp(old.channels, now.channels, sizeof(old.channels)));
	old.channels[1].count = 0x777;
	EXPECT_CALL(program->vm, KVM_SET_PIT, &old, 0);
	EXPECT_CALL(program->vm, KVM_GET_PIT2, &now, 0);
	EXPECT_EQ(now.channels[1].count, 0x777);
	EXPECT_EQ(now.flags, 0);
	program_end(program);
}

/* Port 61H is the speaker's where it is asked for; KVM_CREATE_PIT always makes it. */
TEST(api_create_pit_speaker)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct program *program = program_start(AN_IRQCHIP);
		struct kvm_pit_config config = {.flags = i == 1 ? KVM_PIT_SPEAKER_DUMMY : 0};
		struct sim_exit in = {.reason = EXIT_REASON_IO_INSTRUCTION,
				      .instruction_length = 1,
				      .qualification = 0x610008};

		test_context("row %u", i);
		if (i == 2)
			EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_PIT, 0), 0);
		else
			EXPECT_CALL(program->vm, KVM_CREATE_PIT2, &config, 0);
		program->vcpu = program_add_vcpu(program, 0);
		program->run = sim_file_page(program->vcpu, 0);
		sim_script_exit(&in);
		EXPECT_EQ(sim_ioctl(program->vcpu, KVM_RUN, 0), i ? -EINTR : 0);
		EXPECT_EQ(program->run->exit_reason, i ? KVM_EXIT_INTR : KVM_EXIT_IO);
		program_end(program);
	}
}

/* The guest takes interrupts, and has its local APIC in x2APIC mode. */
static void guest_is_ready(const struct program *program)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_PIC_MASTER};
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &sregs, 0);
	sregs.apic_base |= BIT64(10);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	regs.rflags |= BIT64(9);
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	/* And nothing from the 8259s. */
	chip.chip.pic.imr = 0xff;
	EXPECT_CALL(program->vm, KVM_SET_IRQCHIP, &chip, 0);
}

#define X2APIC_EOI 0x80b

/* Ticks that the guest did not take are made up for, or lost. */
TEST(api_reinject_control)
{
	for (u8 reinject = 0; reinject < 2; reinject++) {
		struct program *program = program_start(EVERYTHING);
		struct kvm_reinject_control control = {.pit_reinject = reinject};
		struct kvm_pit_state2 state;

		test_context("reinject %u", reinject);
		EXPECT_CALL(program->vm, KVM_REINJECT_CONTROL, &control, 0);
		connect(program, program->vcpu, 0, false);
		guest_is_ready(program);
		EXPECT_CALL(program->vm, KVM_GET_PIT2, &state, 0);
		state.channels[0].count = 0;
		state.channels[0].mode = 2;
		EXPECT_CALL(program->vm, KVM_SET_PIT2, &state, 0);
		sim_advance_time(1000000000);
		EXPECT_TRUE(waits(program->vcpu, VECTOR));
		guest_enters(program);
		EXPECT_FALSE(waits(program->vcpu, VECTOR));
		EXPECT_TRUE(msr_set(program, X2APIC_EOI, 0));
		EXPECT_EQ(waits(program->vcpu, VECTOR), reinject);
		program_end(program);
	}
}
