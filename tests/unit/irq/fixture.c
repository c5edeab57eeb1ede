// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "io/bus.h"

struct fixture *chips_open(void)
{
	struct fixture *chips =
		FIXTURE(.vcpus = CHIPS_VCPUS, .irqchip = true, .apics = true, .exiting = true);

	FIXTURE_SLEEPING(chips, EXPECT_EQ(pit_create(&chips->vm, KVM_PIT_SPEAKER_DUMMY), 0));
	return chips;
}

u8 chips_in(struct fixture *chips, u16 port)
{
	u8 value = 0;

	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_PIO, port, 1, &value));
	return value;
}

void chips_out(struct fixture *chips, u16 port, u8 value)
{
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_PIO, port, 1, &value));
}

static void select_register(struct fixture *chips, u32 index)
{
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC, 4, &index));
}

u32 chips_ioapic_read(struct fixture *chips, u8 index)
{
	u32 value = 0;

	select_register(chips, index);
	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x10, 4, &value));
	return value;
}

void chips_ioapic_write(struct fixture *chips, u8 index, u32 value)
{
	select_register(chips, index);
	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_MMIO, CHIPS_IOAPIC + 0x10, 4, &value));
}

void chips_redirect(struct fixture *chips, unsigned int pin, u8 destination, u32 low)
{
	chips_ioapic_write(chips, (u8)(0x11 + 2 * pin), (u32)destination << 24);
	chips_ioapic_write(chips, (u8)(0x10 + 2 * pin), low);
}

u8 chips_pic_take(struct fixture *chips)
{
	u8 vector = pic_acknowledge(&chips->vcpu[0]);

	if (pin_news_exist(&chips->vcpu[0].pin_news))
		irqchip_tell_news(&chips->vcpu[0]);
	return vector;
}

int chips_line(struct fixture *chips, u32 gsi, bool level)
{
	return irq_line_set(&chips->vm, gsi, level, IRQ_SOURCE_USER);
}

int chips_pulse(struct fixture *chips, u32 gsi)
{
	int result = chips_line(chips, gsi, true);

	chips_line(chips, gsi, false);
	return result;
}

int chips_take(struct fixture *chips, unsigned int vcpu)
{
	int vector = lapic_pending_vector(&chips->vcpu[vcpu]);

	if (vector >= 0)
		lapic_acknowledge(&chips->vcpu[vcpu], (u8)vector);
	return vector;
}

void chips_eoi(struct fixture *chips, unsigned int vcpu)
{
	const u32 zero = 0;

	lapic_mmio_write(&chips->vcpu[vcpu], 0xfee000b0, 4, &zero);
}
