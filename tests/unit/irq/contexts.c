// SPDX-License-Identifier: GPL-2.0
/*
 * In which contexts those hear of it who wait for the guest to end an interrupt: inside a read
 * section, where they may signal events, whatever ended it.
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "io/bus.h"
#include "irq/irqchip.h"
#include "irq/irqfd.h"
#include "irq/registers.h"
#include "facts/msr.h"
#include "vcpu/state.h"

#define GSI    5
#define VECTOR 0x45

static struct fixture *machine;
static struct vcpu *vcpu;
static struct vm *vm;

static void start(void)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true);
	vcpu = machine->vcpu;
	vm = &machine->vm;
}

/* --- KVM_SET_MSRS --- */

static unsigned int acknowledged;

static void note(struct irq_ack_notifier *notifier)
{
	acknowledged++;
	EXPECT_TRUE(vm->irq_srcu.readers);
	EXPECT_TRUE(vm->srcu.readers);
}

static void call(u32 number, void *data, u32 entries, int expected)
{
	struct ioctl_call argument = {.vm = vm, .vcpu = vcpu, .data = data, .entries = entries};

	host_vcpu_get(vcpu);
	EXPECT_EQ(ioctl_carry_out(ioctl_find(SCOPE_VCPU, number), &argument), expected);
	host_vcpu_release(vcpu);
}

/* An interrupt of the I/O APIC is in service, in x2APIC mode. */
static void put_in_service(void)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	EXPECT_EQ(irqchip_state_get(vm, &chip), 0);
	chip.chip.ioapic.redirtbl[GSI].bits = VECTOR;
	EXPECT_EQ(irqchip_state_set(vm, &chip), 0);
	lapic_put(vcpu->lapic, LAPIC_SVR, 0x1ff);
	vcpu->apic_base |= APIC_BASE_X2APIC;
	EXPECT_EQ(irq_line_set(vm, GSI, true, IRQ_SOURCE_USER), 2);
	EXPECT_EQ(lapic_pending_vector(vcpu), VECTOR);
	lapic_acknowledge(vcpu, VECTOR);
}

/* User space writes the EOI register: who listens is a vCPU's exit away from being freed. */
TEST(irq_ended_by_kvm_set_msrs)
{
	struct irq_ack_notifier notifier = {.gsi = GSI, .acked = note};
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry[1];
	} list = {.head.nmsrs = 1, .entry = {{.index = 0x80b}}};

	start();
	host_mutex_lock(&vm->irq_lock);
	irq_ack_notifier_add(vm, &notifier);
	host_mutex_unlock(&vm->irq_lock);
	put_in_service();
	call(KVM_SET_MSRS, &list, 1, 1);
	EXPECT_EQ(acknowledged, 1);
	call(KVM_GET_MSRS, &list, 1, 0); /* it cannot be read */
	host_mutex_lock(&vm->irq_lock);
	irq_ack_notifier_remove(vm, &notifier);
	host_mutex_unlock(&vm->irq_lock);
	fixture_destroy(machine);
}

/* --- Automatic EOI --- */

static void out(u16 port, u8 value)
{
	int ticket = host_srcu_read_lock(&vm->srcu);

	EXPECT_TRUE(bus_write(vcpu, BUS_PIO, port, 1, &value));
	host_srcu_read_unlock(&vm->srcu, ticket);
}

static void pic_begin(u8 icw4)
{
	out(0x20, 0x11);
	out(0x21, VECTOR & 0xf8);
	out(0x21, 4);
	out(0x21, icw4);
}

struct seen {
	int asked;
	unsigned int entries;
};

/* The guest, at its first instruction: the interrupt is there, and who waits for its end knows. */
static void look(struct vcpu *at, void *argument)
{
	struct seen *seen = argument;
	u64 event = sim_vmcs_get(host_virt_to_phys(at->vmcs.region), VM_ENTRY_INTR_INFO_FIELD);

	seen->entries++;
	EXPECT_EQ(event, BIT32(31) | VECTOR);
	EXPECT_EQ(sim_event_read(seen->asked), 1);
	EXPECT_FALSE(pin_news_exist(&vcpu->pin_news));
}

/* The guest, after it has ended the interrupt. */
static void look_again(struct vcpu *at, void *argument)
{
	struct seen *seen = argument;

	seen->entries++;
	EXPECT_EQ(sim_event_read(seen->asked), 1);
	EXPECT_FALSE(pin_news_exist(&at->pin_news));
}

/* A guest that takes interrupts, the 8259s with automatic EOI. */
static void start_automatic(void)
{
	start();
	pic_begin(3);
	host_vcpu_get(vcpu);
	vcpu_rflags_write(vcpu, 0x202);
	host_vcpu_release(vcpu);
}

/* With automatic EOI the interrupt ends as the vCPU takes it, on its way in with interrupts off: it
 * turns back, tells those who wait, and goes in with the interrupt. */
TEST(irq_ended_by_automatic_eoi)
{
	struct seen seen = {0};
	struct kvm_irqfd wanted = {.gsi = GSI, .flags = KVM_IRQFD_FLAG_RESAMPLE};

	start_automatic();
	wanted.fd = (u32)sim_event_open();
	seen.asked = sim_event_open();
	wanted.resamplefd = (u32)seen.asked;
	EXPECT_EQ(irqfd_set(vm, &wanted), 0);
	sim_event_write((int)wanted.fd);
	EXPECT_TRUE(pic_output(vm));
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_EXTERNAL_INTERRUPT, .guest = look, .argument = &seen});
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(seen.entries, 1);
	EXPECT_FALSE(pic_output(vm));
	EXPECT_FALSE(vcpu->events.interrupt.injected);
	fixture_destroy(machine);
}

/* The guest writes EOI to a port, which is answered with interrupts off: those who wait are told
 * before it goes on. */
TEST(irq_ended_by_a_port_at_once)
{
	struct seen seen = {0};
	struct kvm_irqfd wanted = {.gsi = GSI, .flags = KVM_IRQFD_FLAG_RESAMPLE};
	const struct sim_exit eoi = {.reason = EXIT_REASON_IO_INSTRUCTION,
				     .qualification = 0x20 << 16,
				     .instruction_length = 2};

	start();
	pic_begin(1);
	wanted.fd = (u32)sim_event_open();
	seen.asked = sim_event_open();
	wanted.resamplefd = (u32)seen.asked;
	EXPECT_EQ(irqfd_set(vm, &wanted), 0);
	sim_event_write((int)wanted.fd);
	EXPECT_EQ(pic_acknowledge(vcpu), VECTOR);
	FIXTURE_LOADED(vcpu, vcpu_reg_write(vcpu, REG_RAX, 0x20));
	sim_script_exit(&eoi);
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_EXTERNAL_INTERRUPT, .guest = look_again, .argument = &seen});
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(seen.entries, 1);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_IO_INSTRUCTION], 1);
	fixture_destroy(machine);
}

static void ioapic_write(u64 offset, u32 value)
{
	int ticket = host_srcu_read_lock(&vm->srcu);

	EXPECT_EQ(bus_write(vcpu, BUS_MMIO, 0xfec00000 + offset, 4, &value), BUS_TAKEN);
	host_srcu_read_unlock(&vm->srcu, ticket);
}

/* The I/O APIC is written to with interrupts off: who waits for the pin hears of it when they are
 * on, before the guest goes on. */
TEST(irq_unmasked_with_interrupts_off)
{
	const u64 pin = BIT64(PIN_NEWS_IOAPIC + GSI);

	start();
	vcpu->mode = VCPU_IN_GUEST;
	ioapic_write(0, 0x10 + 2 * GSI);
	EXPECT_FALSE(pin_news_exist(&vcpu->pin_news));
	ioapic_write(0x10, VECTOR);
	EXPECT_EQ(vcpu->pin_news.unmasked, pin);
	EXPECT_EQ(vcpu->pin_news.acknowledged, 0);
	vcpu->mode = VCPU_OUTSIDE;
	irqchip_tell_news(vcpu);
	EXPECT_FALSE(pin_news_exist(&vcpu->pin_news));
	/* With them on, at once. */
	ioapic_write(0x10, 0x10000 | VECTOR);
	ioapic_write(0x10, VECTOR);
	EXPECT_FALSE(pin_news_exist(&vcpu->pin_news));
	fixture_destroy(machine);
}

static void want_the_thread(struct irq_ack_notifier *notifier)
{
	acknowledged++;
	sim_signal(true);
}

/* What comes while the vCPU has turned back: the interrupt is queued, and not in the VMCS already.
 */
TEST(irq_ended_by_automatic_eoi_and_not_entered)
{
	struct irq_ack_notifier notifier = {.gsi = GSI, .acked = want_the_thread};
	struct kvm_vcpu_events events = {0};

	start_automatic();
	host_mutex_lock(&vm->irq_lock);
	irq_ack_notifier_add(vm, &notifier);
	host_mutex_unlock(&vm->irq_lock);
	irq_line_set(vm, GSI, true, IRQ_SOURCE_USER);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(acknowledged, 1);
	EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), VM_ENTRY_INTR_INFO_FIELD) >> 31, 0);
	call(KVM_GET_VCPU_EVENTS, &events, 0, 0);
	EXPECT_EQ(events.interrupt.injected, 1);
	EXPECT_EQ(events.interrupt.nr, VECTOR);
	fixture_destroy(machine);
}
