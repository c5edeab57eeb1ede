// SPDX-License-Identifier: GPL-2.0
/* KVM_SET_GSI_ROUTING, messages, acknowledgements. */
#include "fixture.h"
#include "io/bus.h"
#include "life/life.h"

static struct kvm_irq_routing_entry to_pin(u32 gsi, u32 chip, u32 pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = {.irqchip = chip, .pin = pin},
	};
}

static struct kvm_irq_routing_entry to_message(u32 gsi, u32 address, u32 data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = address, .data = data},
	};
}

static int set(struct fixture *chips, const struct kvm_irq_routing_entry *entries, u32 count)
{
	return irq_routing_set(&chips->vm, entries, count);
}

static u32 ioapic_lines(struct fixture *chips)
{
	struct kvm_irqchip state = {.chip_id = KVM_IRQCHIP_IOAPIC};

	EXPECT_EQ(irqchip_state_get(&chips->vm, &state), 0);
	return state.chip.ioapic.irr;
}

static u32 pic_lines(struct fixture *chips)
{
	struct kvm_irqchip master = {.chip_id = KVM_IRQCHIP_PIC_MASTER};
	struct kvm_irqchip slave = {.chip_id = KVM_IRQCHIP_PIC_SLAVE};

	EXPECT_EQ(irqchip_state_get(&chips->vm, &master), 0);
	EXPECT_EQ(irqchip_state_get(&chips->vm, &slave), 0);
	return (u32)slave.chip.pic.last_irr << 8 | master.chip.pic.last_irr;
}

TEST(routing_at_first)
{
	struct fixture *chips = chips_open();

	for (u32 gsi = 0; gsi < 26; gsi++) {
		test_context("GSI %u", gsi);
		chips_line(chips, gsi, true);
		EXPECT_EQ(pic_lines(chips), gsi < 16 ? BIT32(gsi) : 0);
		EXPECT_EQ(ioapic_lines(chips), gsi < 24 ? BIT32(gsi) : 0);
		chips_line(chips, gsi, false);
	}
	EXPECT_EQ(chips_line(chips, 24, true), -1);
	EXPECT_EQ(chips_line(chips, 0xffffffff, true), -1);
	fixture_destroy(chips);
}

TEST(routing_replaced)
{
	const struct kvm_irq_routing_entry entries[] = {
		to_pin(0, KVM_IRQCHIP_IOAPIC, 2),
		to_pin(5, KVM_IRQCHIP_PIC_SLAVE, 3),
		to_message(4095, 0xfee01000, 0x71),
	};
	struct fixture *chips = chips_open();

	EXPECT_EQ(set(chips, entries, 3), 0);
	chips_line(chips, 0, true);
	EXPECT_EQ(ioapic_lines(chips), BIT32(2));
	chips_line(chips, 5, true);
	EXPECT_EQ(pic_lines(chips), BIT32(11));
	EXPECT_EQ(chips_line(chips, 6, true), -1);
	EXPECT_EQ(chips_line(chips, 4095, true), 1);
	EXPECT_EQ(chips_line(chips, 4095, false), -1);
	EXPECT_EQ(chips_take(chips, 1), 0x71);
	EXPECT_EQ(set(chips, entries, 0), 0);
	EXPECT_EQ(chips_line(chips, 0, true), -1);
	fixture_destroy(chips);
}

/* Nobody is waited for when nothing changes. */
TEST(routing_unchanged)
{
	const struct kvm_irq_routing_entry entries[] = {
		to_pin(0, KVM_IRQCHIP_IOAPIC, 2),
		to_message(30, 0xfee01000, 0x71),
	};
	const struct kvm_irq_routing_entry other = to_message(30, 0xfee01000, 0x72);
	struct fixture *chips = chips_open();
	u64 waits;

	EXPECT_EQ(set(chips, entries, 2), 0);
	waits = chips->vm.irq_srcu.synchronized;
	EXPECT_EQ(set(chips, entries, 2), 0);
	EXPECT_EQ(chips->vm.irq_srcu.synchronized, waits);
	EXPECT_EQ(set(chips, &other, 1), 0);
	EXPECT_EQ(chips->vm.irq_srcu.synchronized, waits + 1);
	fixture_destroy(chips);
}

TEST(routing_refused)
{
	struct kvm_irq_routing_entry entries[] = {
		to_pin(3, KVM_IRQCHIP_IOAPIC, 3),
		to_pin(3, KVM_IRQCHIP_PIC_MASTER, 3),
	};
	const struct kvm_irq_routing_entry bad[] = {
		to_pin(3, KVM_IRQCHIP_IOAPIC, 4),
		to_pin(3, KVM_IRQCHIP_PIC_MASTER, 4),
		to_message(3, 0xfee00000, 1),
		to_pin(4096, KVM_IRQCHIP_IOAPIC, 1),
		to_pin(4, KVM_IRQCHIP_IOAPIC, 24),
		to_pin(4, KVM_IRQCHIP_PIC_SLAVE, 8),
		to_pin(4, 3, 0),
		to_pin(4, 0xffffffff, 0),
		to_pin(4, KVM_IRQCHIP_IOAPIC, 0xffffffff),
		{.gsi = 4, .type = 0},
		{.gsi = 4, .type = KVM_IRQ_ROUTING_HV_SINT},
		{.gsi = 4, .type = KVM_IRQ_ROUTING_IRQCHIP, .flags = 1},
		{.gsi = 4, .type = KVM_IRQ_ROUTING_MSI, .flags = 2},
	};
	struct fixture *chips = chips_open();

	for (unsigned int i = 0; i < COUNT_OF(bad); i++) {
		struct kvm_irq_routing_entry three[] = {entries[0], entries[1], bad[i]};

		test_context("row %u", i);
		EXPECT_EQ(set(chips, three, 3), -EINVAL);
	}
	/* The routing is what it was. */
	EXPECT_EQ(chips_line(chips, 20, true), -1);
	EXPECT_EQ(ioapic_lines(chips), BIT32(20));
	sim_fail_allocation_after(0);
	EXPECT_EQ(set(chips, entries, 2), -ENOMEM);
	sim_fail_allocation_never();
	EXPECT_EQ(set(chips, entries, 2), 0);
	fixture_destroy(chips);
}

TEST(routing_messages)
{
	struct fixture *chips = chips_open();
	struct vm *vm = &chips->vm;

	EXPECT_EQ(irq_msi_send(vm, 0xfee01000, 0x0051), 1);
	EXPECT_EQ(irq_msi_send(vm, 0xfee01000, 0x4051), 0);
	EXPECT_EQ(chips_take(chips, 1), 0x51);
	/* Logical, flat: both; with the redirection hint one of them. */
	EXPECT_EQ(irq_msi_send(vm, 0xfee00004, 0x0052), -1);
	for (unsigned int id = 0; id < CHIPS_VCPUS; id++) {
		const u32 ldr = BIT32(24 + id);

		lapic_mmio_write(&chips->vcpu[id], 0xfee000d0, 4, &ldr);
	}
	EXPECT_EQ(irq_msi_send(vm, 0xfee03004, 0x0053), 2);
	EXPECT_EQ(irq_msi_send(vm, 0xfee0300c, 0x0054), 1);
	EXPECT_EQ(irq_msi_send(vm, 0xfeeff000, 0x0055), 2);
	EXPECT_EQ(irq_msi_send(vm, 0xfee01000, 0x0400), 1);
	EXPECT_EQ(chips->vcpu[1].nmis_arrived, 1);
	EXPECT_EQ(irq_msi_send(vm, 0xfee01000, 0x0356), -1);
	EXPECT_EQ(irq_msi_send(vm, 0xfee01000, 0x0656), -1);
	EXPECT_EQ(irq_msi_send(vm, 0xfee42000, 0x0057), -1);
	fixture_destroy(chips);
}

struct counted {
	struct irq_ack_notifier notifier;
	struct vm *vm;
	unsigned int count;
};

/* As a resampling irqfd: the line goes down, and its owner may put it up again. */
static void count(struct irq_ack_notifier *notifier)
{
	struct counted *counted = (struct counted *)notifier;

	counted->count++;
	irq_line_set(counted->vm, notifier->gsi, false, IRQ_SOURCE_RESAMPLE);
}

static void listen(struct counted *counted)
{
	host_mutex_lock(&counted->vm->irq_lock);
	irq_ack_notifier_add(counted->vm, &counted->notifier);
	host_mutex_unlock(&counted->vm->irq_lock);
}

static void listen_no_more(struct counted *counted)
{
	host_mutex_lock(&counted->vm->irq_lock);
	irq_ack_notifier_remove(counted->vm, &counted->notifier);
	host_mutex_unlock(&counted->vm->irq_lock);
}

TEST(routing_acknowledged)
{
	struct fixture *chips = chips_open();
	struct counted a = {{.gsi = 20, .acked = count}, &chips->vm, 0};
	struct counted b = {{.gsi = 4, .acked = count}, &chips->vm, 0};

	listen(&a);
	listen(&b);
	fixture_start_pics(chips);
	chips_redirect(chips, 20, 0, 0x61 | CHIPS_LEVEL);
	/* The line is taken down before it is looked at: one interrupt, not two. */
	irq_line_set(&chips->vm, 20, true, IRQ_SOURCE_RESAMPLE);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	EXPECT_EQ(a.count, 0);
	chips_eoi(chips, 0);
	EXPECT_EQ(a.count, 1);
	EXPECT_EQ(chips_take(chips, 0), -1);
	/* An edge's too. */
	chips_redirect(chips, 20, 0, 0x61);
	chips_pulse(chips, 20);
	EXPECT_EQ(chips_take(chips, 0), 0x61);
	chips_eoi(chips, 0);
	EXPECT_EQ(a.count, 2);
	EXPECT_EQ(b.count, 0);
	chips_pulse(chips, 4);
	chips_pic_take(chips);
	EXPECT_EQ(b.count, 0);
	chips_out(chips, 0x20, 0x20);
	EXPECT_EQ(b.count, 1);
	listen_no_more(&a);
	chips_pulse(chips, 20);
	chips_take(chips, 0);
	chips_eoi(chips, 0);
	EXPECT_EQ(a.count, 2);
	listen_no_more(&b);
	fixture_destroy(chips);
}

TEST(irqchip_create_refused)
{
	struct fixture *chips = chips_open();
	struct vm *vm = &chips->vm;

	FIXTURE_SLEEPING(chips, EXPECT_EQ(irqchip_create(vm), -EEXIST));
	FIXTURE_SLEEPING(chips, EXPECT_EQ(pit_create(vm, 0), -EEXIST));
	fixture_destroy(chips);
}

/* Each allocation of the creation fails once; nothing is left of what came before. */
TEST(irqchip_create_without_memory)
{
	static struct vm vm;
	unsigned int n;

	for (n = 0; n < 100; n++) {
		int error;

		test_context("allocation %u", n);
		sim_reset();
		memset(&vm, 0, sizeof(vm));
		REQUIRE_EQ(vm_init(&vm), 0);
		vm.nr_vcpus = 1;
		EXPECT_EQ(irqchip_create(&vm), -EINVAL);
		EXPECT_EQ(pit_create(&vm, 0), -ENOENT);
		vm.nr_vcpus = 0;
		sim_fail_allocation_after(n);
		error = irqchip_create(&vm);
		if (!error)
			error = pit_create(&vm, KVM_PIT_SPEAKER_DUMMY);
		sim_fail_allocation_never();
		irqchip_destroy(&vm);
		vm_destroy(&vm);
		EXPECT_EQ(sim_leaks(), 0);
		if (!error)
			break;
		EXPECT_EQ(error, -ENOMEM);
	}
	EXPECT_TRUE(n > 3 && n < 100);
}
