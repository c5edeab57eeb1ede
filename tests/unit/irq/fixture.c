// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "io/bus.h"
#include "life/life.h"

static struct chips the_chips;

static void add_vcpu(struct chips *chips, u32 id)
{
	struct vcpu *vcpu = &chips->vcpu[id];
	const u32 svr = 0x1ff, extint = 0x700;

	vcpu->vm = &chips->vm;
	vcpu->id = id;
	vcpu->apic_base = 0xfee00800 | (id ? 0 : 0x100);
	EXPECT_EQ(lapic_vcpu_init(vcpu), 0);
	lapic_mmio_write(vcpu, 0xfee000f0, 4, &svr);
	if (id == 0)
		lapic_mmio_write(vcpu, 0xfee00350, 4, &extint);
	host_mutex_lock(&chips->vm.lock);
	vm_add_vcpu(&chips->vm, vcpu);
	host_mutex_unlock(&chips->vm.lock);
	vcpu->requests = 0;
}

struct chips *chips_open(void)
{
	struct chips *chips = &the_chips;

	sim_reset();
	memset(chips, 0, sizeof(*chips));
	EXPECT_EQ(vm_init(&chips->vm), 0);
	EXPECT_EQ(irqchip_create(&chips->vm), 0);
	EXPECT_EQ(pit_create(&chips->vm, KVM_PIT_SPEAKER_DUMMY), 0);
	chips->ticket = host_srcu_read_lock(&chips->vm.srcu);
	for (u32 id = 0; id < CHIPS_VCPUS; id++)
		add_vcpu(chips, id);
	return chips;
}

void chips_close(struct chips *chips)
{
	host_srcu_read_unlock(&chips->vm.srcu, chips->ticket);
	irqchip_destroy(&chips->vm);
	EXPECT_EQ(sim_timers_armed(), 0);
	for (u32 id = 0; id < CHIPS_VCPUS; id++)
		lapic_vcpu_destroy(&chips->vcpu[id]);
	vm_destroy(&chips->vm);
	EXPECT_EQ(sim_leaks(), 0);
}

u8 chips_in(struct chips *chips, u16 port)
{
	u8 value = 0;

	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_PIO, port, 1, &value));
	return value;
}

void chips_out(struct chips *chips, u16 port, u8 value)
{
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_PIO, port, 1, &value));
}

static void select_register(struct chips *chips, u32 index)
{
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC, 4, &index));
}

u32 chips_ioapic_read(struct chips *chips, u8 index)
{
	u32 value = 0;

	select_register(chips, index);
	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x10, 4, &value));
	return value;
}

void chips_ioapic_write(struct chips *chips, u8 index, u32 value)
{
	select_register(chips, index);
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x10, 4, &value));
}

void chips_redirect(struct chips *chips, unsigned int pin, u8 destination, u32 low)
{
	chips_ioapic_write(chips, (u8)(0x11 + 2 * pin), (u32)destination << 24);
	chips_ioapic_write(chips, (u8)(0x10 + 2 * pin), low);
}

void chips_pic_begin(struct chips *chips)
{
	for (u16 port = 0x20; port <= 0xa0; port += 0x80) {
		chips_out(chips, port, 0x11);
		chips_out(chips, port + 1, port == 0x20 ? 0x20 : 0x28);
		chips_out(chips, port + 1, port == 0x20 ? 4 : 2);
		chips_out(chips, port + 1, 1);
		chips_out(chips, port + 1, 0);
	}
}

u8 chips_pic_take(struct chips *chips)
{
	u8 vector = pic_acknowledge(&chips->vcpu[0]);

	if (chips->vcpu[0].pic_ended)
		pic_tell_ended(&chips->vcpu[0]);
	return vector;
}

int chips_line(struct chips *chips, u32 gsi, bool level)
{
	return irq_line_set(&chips->vm, gsi, level, IRQ_SOURCE_USER);
}

int chips_pulse(struct chips *chips, u32 gsi)
{
	int result = chips_line(chips, gsi, true);

	chips_line(chips, gsi, false);
	return result;
}

int chips_take(struct chips *chips, unsigned int vcpu)
{
	int vector = lapic_pending_vector(&chips->vcpu[vcpu]);

	if (vector >= 0)
		lapic_acknowledge(&chips->vcpu[vcpu], (u8)vector);
	return vector;
}

void chips_eoi(struct chips *chips, unsigned int vcpu)
{
	const u32 zero = 0;

	lapic_mmio_write(&chips->vcpu[vcpu], 0xfee000b0, 4, &zero);
}
