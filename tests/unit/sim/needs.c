// SPDX-License-Identifier: GPL-2.0
/*
 * What functions of the core need of their caller is checked: each call here lacks something, and
 * ends with words that say what.
 */
#include "exit/table.h"
#include "io/bus.h"
#include "irq/devices.h"
#include "fixture/vm.h"
#include "life/life.h"
#include "mem/mem.h"
#include "msr/filter.h"
#include "msr/msr.h"
#include "panic.h"
#include "vcpu/events.h"
#include "mem/pml.h"
#include "life/switch.h"

static struct fixture *machine;
static struct vcpu *vcpu;
static struct vm *vm;

static void start(void)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true);
	vcpu = machine->vcpu;
	vm = &machine->vm;
}

TEST(needs_a_read_section)
{
	u64 value = 0;
	int error;

	start();
	EXPECT_PANIC(memslots_get(vm), "memslots_get() needs host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(memslot_find(vm, 0), "host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(guest_read(vm, 0, &value, 8), "host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(guest_write(vm, 0, &value, 8), "host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(guest_write_atomic(vm, 0, &value, 8), "host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(ept_fault(vm, 0, (struct ept_access){.read = true}, &error),
		     "host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(ept_fault_at_once(vm, 0, (struct ept_access){.read = true}),
		     "memslots_get() needs host_srcu_held(&vm->srcu)");
	EXPECT_PANIC(bus_read(vcpu, BUS_PIO, 0x20, 1, &value), "bus_get() needs");
	EXPECT_PANIC(bus_write(vcpu, BUS_PIO, 0x20, 1, &value), "bus_get() needs");
	EXPECT_PANIC(bus_has_device(vcpu, BUS_PIO, 0x20), "bus_get() needs");
	EXPECT_PANIC(msr_filter_get(vm), "msr_filter_get() needs");
	EXPECT_PANIC(irq_routing_gsi(vm, KVM_IRQCHIP_IOAPIC, 0), "routing_get() needs");
	EXPECT_PANIC(irq_acknowledged(vm, 0), "irq_acknowledged() needs");
}

TEST(needs_a_lock)
{
	struct irq_ack_notifier notifier = {.gsi = 0};
	struct irqchip *chip;

	start();
	chip = irqchip_get(vm);
	EXPECT_PANIC(vm_add_vcpu(vm, vcpu), "vm_add_vcpu() needs host_mutex_held(&vm->lock)");
	EXPECT_PANIC(ept_publish_slots(vm, vm->slots, NULL), "host_mutex_held(&vm->slots_lock)");
	EXPECT_PANIC(irq_ack_notifier_add(vm, &notifier), "host_mutex_held(&vm->irq_lock)");
	EXPECT_PANIC(irq_ack_notifier_remove(vm, &notifier), "host_mutex_held(&vm->irq_lock)");
	EXPECT_PANIC(pic_line_set(chip, 3, true), "host_irqlock_held(&chip->lock)");
	/* Masked or not, the I/O APIC looks at its entry under the lock. */
	EXPECT_PANIC(ioapic_line_set(chip, 3, true), "host_irqlock_held(&chip->lock)");
}

TEST(needs_a_loaded_vcpu)
{
	int ticket;
	u64 value;

	start();
	ticket = host_srcu_read_lock(&vm->srcu);
	EXPECT_PANIC(msr_read(vcpu, 0x10, &value, true), "msr_row_read() needs vcpu->loaded");
	EXPECT_PANIC(msr_write(vcpu, 0x10, 0, true), "msr_row_write() needs vcpu->loaded");
	EXPECT_PANIC(exit_dispatch(vcpu), "exit_dispatch() needs vcpu->loaded");
	EXPECT_PANIC(vmx_vcpu_reset(vcpu, true), "vmx_vcpu_reset() needs vcpu->loaded");
	host_srcu_read_unlock(&vm->srcu, ticket);
	host_vcpu_get(vcpu);
	EXPECT_PANIC(msr_read(vcpu, 0x10, &value, true), "host_srcu_held(&vcpu->vm->srcu)");
	EXPECT_PANIC(msr_write(vcpu, 0x10, 0, true), "host_srcu_held(&vcpu->vm->srcu)");
	EXPECT_PANIC(exit_dispatch(vcpu), "host_srcu_held(&vcpu->vm->srcu)");
}

TEST(needs_a_context)
{
	start();
	EXPECT_PANIC(vcpu_load(vcpu), "vcpu_load() needs host_preemption_is_off()");
	EXPECT_PANIC(vcpu_put(vcpu), "vcpu_put() needs host_preemption_is_off()");
	EXPECT_PANIC(msr_switch_to_guest(vcpu), "host_preemption_is_off()");
	EXPECT_PANIC(msr_switch_to_host(vcpu), "host_preemption_is_off()");
	host_vcpu_get(vcpu);
	EXPECT_PANIC(vcpu_load_guest_state(vcpu), "host_preemption_is_off()");
	EXPECT_PANIC(vcpu_events_enter(vcpu), "host_interrupts_are_off()");
	EXPECT_PANIC(pml_drain_list(vcpu), "host_interrupts_are_off()");
	host_srcu_read_lock(&vm->irq_srcu);
	host_irq_disable();
	EXPECT_PANIC(irq_acknowledged(vm, 0), "host_interrupts_are_on()");
}

/* PREEMPT_RT: what is a spin lock elsewhere sleeps there. */
TEST(needs_no_raw_context_for_a_spin_lock)
{
	struct host_event *event;
	host_irqlock_t irqlock;
	host_spinlock_t spin;

	host_spin_init(&spin);
	host_irqlock_init(&irqlock);
	EXPECT_EQ(host_event_get(sim_event_open(), &event), 0);
	EXPECT_PANIC(host_irqlock_lock(&irqlock);
		     host_spin_lock(&spin),
		     "host_spin_lock sleeps on PREEMPT_RT, and an interrupt-safe lock is held");
	host_irqlock_init(&irqlock);
	EXPECT_PANIC(host_preempt_disable(); host_spin_lock(&spin), "preemption is off");
	EXPECT_PANIC(host_irq_disable(); host_spin_lock(&spin), "interrupts are off");
	EXPECT_PANIC(host_irq_disable(); host_event_signal(event), "interrupts are off");
	EXPECT_PANIC(host_irqlock_lock(&irqlock);
		     host_event_signal(event), "an interrupt-safe lock is held");
	EXPECT_PANIC(host_preempt_disable(); host_free_pages(NULL, 0), "preemption is off");
	EXPECT_PANIC(host_irq_disable(); host_spin_trylock(&spin), "needs host_spin_is_raw()");
	host_spin_lock(&spin);
	host_event_signal(event);
	EXPECT_PANIC(host_free(NULL), "a spin lock is held");
	host_event_put(event);
}

/* Who waits for these readers waits for nobody's memory. */
TEST(needs_brief_readers)
{
	host_srcu_t srcu, broken;
	int ticket;

	EXPECT_EQ(host_srcu_init_brief(&srcu), 0);
	ticket = host_srcu_read_lock(&srcu);
	host_srcu_read_unlock(&srcu, ticket);
	host_free(host_zalloc(1));
	host_srcu_destroy(&srcu);
	EXPECT_EQ(host_srcu_init_brief(&broken), 0);
	EXPECT_PANIC(host_srcu_read_lock(&broken);
		     host_zalloc(1), "in a read section that must be brief");
}
