// SPDX-License-Identifier: GPL-2.0
/* 8259A data sheet, as far as software sees it. */
#include "fixture.h"
#include "io/bus.h"

#define MASTER 0x20
#define SLAVE  0xa0

static struct fixture *pic_open(void)
{
	struct fixture *chips = chips_open();

	fixture_start_pics(chips);
	return chips;
}

static void eoi(struct fixture *chips, u16 port)
{
	chips_out(chips, port, 0x20);
}

static u8 irr(struct fixture *chips, u16 port)
{
	chips_out(chips, port, 0x0a);
	return chips_in(chips, port);
}

static u8 isr(struct fixture *chips, u16 port)
{
	chips_out(chips, port, 0x0b);
	return chips_in(chips, port);
}

TEST(pic_edge)
{
	struct fixture *chips = pic_open();

	EXPECT_FALSE(pic_output(&chips->vm));
	EXPECT_EQ(chips_line(chips, 4, true), 1);
	EXPECT_TRUE(pic_output(&chips->vm));
	EXPECT_EQ(chips_line(chips, 4, true), 0);
	EXPECT_EQ(irr(chips, MASTER), 0x10);
	EXPECT_EQ(chips_pic_take(chips), 0x24);
	EXPECT_FALSE(pic_output(&chips->vm));
	EXPECT_EQ(irr(chips, MASTER), 0);
	EXPECT_EQ(isr(chips, MASTER), 0x10);
	/* The line that stays up is no new edge. */
	eoi(chips, MASTER);
	EXPECT_EQ(isr(chips, MASTER), 0);
	EXPECT_FALSE(pic_output(&chips->vm));
	chips_line(chips, 4, false);
	EXPECT_FALSE(pic_output(&chips->vm));
	EXPECT_EQ(chips_pulse(chips, 4), 1);
	EXPECT_TRUE(pic_output(&chips->vm));
	fixture_destroy(chips);
}

TEST(pic_level)
{
	struct fixture *chips = pic_open();

	chips_out(chips, 0x4d1, 0xff);
	EXPECT_EQ(chips_in(chips, 0x4d1), 0xde);
	chips_out(chips, 0x4d0, 0xff);
	EXPECT_EQ(chips_in(chips, 0x4d0), 0xf8);
	EXPECT_EQ(chips_line(chips, 11, true), 1);
	EXPECT_EQ(chips_pic_take(chips), 0x2b);
	EXPECT_FALSE(pic_output(&chips->vm));
	eoi(chips, SLAVE);
	eoi(chips, MASTER);
	EXPECT_TRUE(pic_output(&chips->vm));
	chips_line(chips, 11, false);
	EXPECT_FALSE(pic_output(&chips->vm));
	fixture_destroy(chips);
}

/* A line is up as long as one of its sources holds it. */
TEST(pic_sources)
{
	struct fixture *chips = pic_open();

	chips_out(chips, 0x4d1, 0x08);
	EXPECT_EQ(irq_line_set(&chips->vm, 11, true, IRQ_SOURCE_RESAMPLE), 1);
	EXPECT_EQ(irq_line_set(&chips->vm, 11, true, IRQ_SOURCE_USER), 0);
	irq_line_set(&chips->vm, 11, false, IRQ_SOURCE_RESAMPLE);
	EXPECT_TRUE(pic_output(&chips->vm));
	irq_line_set(&chips->vm, 11, false, IRQ_SOURCE_USER);
	EXPECT_FALSE(pic_output(&chips->vm));
	fixture_destroy(chips);
}

TEST(pic_requests_vcpus_that_take_extint)
{
	struct fixture *chips = pic_open();

	chips->vcpu[0].requests = 0;
	chips_line(chips, 4, true);
	EXPECT_EQ(chips->vcpu[0].requests, BIT32(VCPU_REQUEST_EVENT));
	EXPECT_EQ(chips->vcpu[1].requests, 0);
	fixture_destroy(chips);
}

TEST(pic_priorities)
{
	struct fixture *chips = pic_open();

	chips_pulse(chips, 5);
	chips_pulse(chips, 3);
	EXPECT_EQ(chips_pic_take(chips), 0x23);
	/* 5 waits for the end of 3; 1 does not; 9 does not, as it comes through 2. */
	EXPECT_FALSE(pic_output(&chips->vm));
	chips_pulse(chips, 1);
	EXPECT_TRUE(pic_output(&chips->vm));
	EXPECT_EQ(chips_pic_take(chips), 0x21);
	chips_pulse(chips, 9);
	EXPECT_FALSE(pic_output(&chips->vm));
	eoi(chips, MASTER);
	EXPECT_EQ(isr(chips, MASTER), 0x08);
	EXPECT_EQ(chips_pic_take(chips), 0x29);
	EXPECT_EQ(isr(chips, MASTER), 0x0c);
	EXPECT_EQ(isr(chips, SLAVE), 0x02);
	/* Specific EOIs, in the wrong order. */
	chips_out(chips, MASTER, 0x63);
	EXPECT_EQ(isr(chips, MASTER), 0x04);
	eoi(chips, SLAVE);
	eoi(chips, MASTER);
	EXPECT_EQ(chips_pic_take(chips), 0x25);
	fixture_destroy(chips);
}

TEST(pic_mask)
{
	struct fixture *chips = pic_open();

	chips_out(chips, MASTER + 1, 0x10);
	EXPECT_EQ(chips_in(chips, MASTER + 1), 0x10);
	EXPECT_EQ(chips_pulse(chips, 4), -1);
	EXPECT_FALSE(pic_output(&chips->vm));
	/* The request was kept. */
	chips_out(chips, MASTER + 1, 0);
	EXPECT_TRUE(pic_output(&chips->vm));
	EXPECT_EQ(chips_pic_take(chips), 0x24);
	fixture_destroy(chips);
}

TEST(pic_spurious)
{
	struct fixture *chips = pic_open();

	EXPECT_EQ(chips_pic_take(chips), 0x27);
	EXPECT_EQ(isr(chips, MASTER), 0);
	/* The slave's goes away before it is acknowledged. */
	chips_out(chips, 0x4d1, 0x08);
	chips_line(chips, 11, true);
	chips_line(chips, 11, false);
	EXPECT_EQ(chips_pic_take(chips), 0x27);
	fixture_destroy(chips);
}

TEST(pic_rotation)
{
	struct fixture *chips = pic_open();

	chips_pulse(chips, 3);
	EXPECT_EQ(chips_pic_take(chips), 0x23);
	chips_out(chips, MASTER,
		  0xa0); /* rotate on non-specific EOI: 3 is the lowest, 4 the highest */
	chips_pulse(chips, 1);
	chips_pulse(chips, 4);
	EXPECT_EQ(chips_pic_take(chips), 0x24);
	eoi(chips, MASTER);
	EXPECT_EQ(chips_pic_take(chips), 0x21);
	chips_out(chips, MASTER, 0xe1); /* rotate on specific EOI of 1: 2 is the highest */
	EXPECT_EQ(isr(chips, MASTER), 0);
	chips_pulse(chips, 0);
	chips_pulse(chips, 7);
	EXPECT_EQ(chips_pic_take(chips), 0x27);
	eoi(chips, MASTER);
	EXPECT_EQ(chips_pic_take(chips), 0x20);
	eoi(chips, MASTER);
	chips_out(chips, MASTER, 0xc7); /* set priority: 7 is the lowest, as at first */
	chips_pulse(chips, 0);
	chips_pulse(chips, 7);
	EXPECT_EQ(chips_pic_take(chips), 0x20);
	fixture_destroy(chips);
}

TEST(pic_automatic_eoi)
{
	struct fixture *chips = pic_open();

	chips_out(chips, MASTER, 0x11);
	chips_out(chips, MASTER + 1, 0x47); /* bits 2:0 of the vector are the interrupt's */
	chips_out(chips, MASTER + 1, 4);
	chips_out(chips, MASTER + 1, 3);
	chips_pulse(chips, 6);
	EXPECT_EQ(chips_pic_take(chips), 0x46);
	EXPECT_EQ(isr(chips, MASTER), 0);
	chips_out(chips, MASTER, 0x80); /* and rotate */
	chips_pulse(chips, 0);
	EXPECT_EQ(chips_pic_take(chips), 0x40);
	chips_pulse(chips, 0);
	chips_pulse(chips, 7);
	EXPECT_EQ(chips_pic_take(chips), 0x47);
	fixture_destroy(chips);
}

TEST(pic_special_mask)
{
	struct fixture *chips = pic_open();

	chips_pulse(chips, 3);
	EXPECT_EQ(chips_pic_take(chips), 0x23);
	chips_pulse(chips, 5);
	EXPECT_FALSE(pic_output(&chips->vm));
	chips_out(chips, MASTER, 0x68);
	EXPECT_FALSE(pic_output(&chips->vm));
	chips_out(chips, MASTER + 1, 0x08);
	EXPECT_EQ(chips_pic_take(chips), 0x25);
	/* A non-specific EOI passes over what is masked. */
	eoi(chips, MASTER);
	EXPECT_EQ(isr(chips, MASTER), 0x08);
	eoi(chips, MASTER);
	EXPECT_EQ(isr(chips, MASTER), 0x08);
	chips_out(chips, MASTER, 0x48);
	eoi(chips, MASTER);
	EXPECT_EQ(isr(chips, MASTER), 0);
	fixture_destroy(chips);
}

TEST(pic_special_fully_nested)
{
	struct fixture *chips = pic_open();

	chips_out(chips, MASTER, 0x11);
	chips_out(chips, MASTER + 1, 0x20);
	chips_out(chips, MASTER + 1, 4);
	chips_out(chips, MASTER + 1, 0x11);
	chips_pulse(chips, 12);
	EXPECT_EQ(chips_pic_take(chips), 0x2c);
	chips_pulse(chips, 13);
	EXPECT_FALSE(pic_output(&chips->vm));
	/* Of higher priority in the slave, though the master has the cascade in service. */
	chips_pulse(chips, 9);
	EXPECT_EQ(chips_pic_take(chips), 0x29);
	/* What is below the cascade in the master waits for it, in this mode too. */
	chips_pulse(chips, 5);
	EXPECT_FALSE(pic_output(&chips->vm));
	chips_pulse(chips, 1);
	EXPECT_EQ(chips_pic_take(chips), 0x21);
	fixture_destroy(chips);
}

TEST(pic_poll)
{
	struct fixture *chips = pic_open();

	chips_out(chips, MASTER, 0x0c);
	EXPECT_EQ(chips_in(chips, MASTER), 0);
	chips_pulse(chips, 6);
	chips_out(chips, MASTER, 0x0c);
	EXPECT_EQ(chips_in(chips, MASTER), 0x86);
	EXPECT_EQ(isr(chips, MASTER), 0x40);
	EXPECT_FALSE(pic_output(&chips->vm));
	fixture_destroy(chips);
}

TEST(pic_initialization)
{
	struct fixture *chips = pic_open();

	chips_pulse(chips, 3);
	chips_pic_take(chips);
	chips_pulse(chips, 4);
	chips_out(chips, MASTER + 1, 0xff);
	chips_out(chips, MASTER, 0x10); /* without ICW4 */
	chips_out(chips, MASTER + 1, 0x30);
	chips_out(chips, MASTER + 1, 4);
	EXPECT_EQ(chips_in(chips, MASTER + 1), 0);
	EXPECT_EQ(isr(chips, MASTER), 0);
	EXPECT_EQ(irr(chips, MASTER), 0);
	chips_out(chips, MASTER + 1, 0x80);
	EXPECT_EQ(chips_in(chips, MASTER + 1), 0x80);
	chips_pulse(chips, 4);
	EXPECT_EQ(chips_pic_take(chips), 0x34);
	fixture_destroy(chips);
}

TEST(pic_wide_access)
{
	struct fixture *chips = pic_open();
	u16 value = 0x5a0b; /* read ISR next; the mask */

	EXPECT_TRUE(bus_write(&chips->vcpu[0], BUS_PIO, MASTER, 2, &value));
	EXPECT_EQ(chips_in(chips, MASTER + 1), 0x5a);
	EXPECT_TRUE(bus_read(&chips->vcpu[0], BUS_PIO, MASTER, 2, &value));
	EXPECT_EQ(value, 0x5a00);
	EXPECT_FALSE(bus_read(&chips->vcpu[0], BUS_PIO, MASTER, 4, &value));
	fixture_destroy(chips);
}

TEST(pic_state)
{
	struct fixture *chips = pic_open();
	struct kvm_irqchip state = {.chip_id = KVM_IRQCHIP_PIC_SLAVE};

	chips_out(chips, SLAVE + 1, 0x40);
	EXPECT_EQ(irqchip_state_get(&chips->vm, &state), 0);
	EXPECT_EQ(state.chip.pic.irq_base, 0x28);
	EXPECT_EQ(state.chip.pic.imr, 0x40);
	EXPECT_EQ(state.chip.pic.elcr_mask, 0xde);
	state.chip.pic.irr = 0x02;
	EXPECT_EQ(irqchip_state_set(&chips->vm, &state), 0);
	EXPECT_EQ(chips_pic_take(chips), 0x29);
	/* What no 8259 could hold. */
	memset(&state.chip, 0xff, sizeof(state.chip));
	state.chip.pic.isr = 0;
	state.chip.pic.imr = 0;
	EXPECT_EQ(irqchip_state_set(&chips->vm, &state), 0);
	eoi(chips, MASTER);
	EXPECT_TRUE(chips_pic_take(chips) >= 0xf8);
	state.chip_id = 3;
	EXPECT_EQ(irqchip_state_get(&chips->vm, &state), -EINVAL);
	EXPECT_EQ(irqchip_state_set(&chips->vm, &state), -EINVAL);
	fixture_destroy(chips);
}
