// SPDX-License-Identifier: GPL-2.0
/*
 * Ends of interrupts by user space while what they tell comes and goes: KVM_SET_MSRS writes the EOI
 * register of an x2APIC (80BH), other threads give and take away a resampling irqfd of that
 * interrupt's line, and change the routing that leads to it.
 */
#define _GNU_SOURCE
#include <sys/eventfd.h>

#include "vm.h"

GUEST16(guest_stress_out, "1: out %al, $0x10\njmp 1b");

enum {
	GSI = 5,
	VECTOR = 0x41,
	MSR_APIC_BASE = 0x1b,
	MSR_X2APIC_EOI = 0x80b,
	APIC_BASE_X2APIC = 1 << 10,
	APIC_SVR = 0xf0,
	APIC_ISR = 0x100,
	APIC_TMR = 0x180,
	APIC_ENABLED = 0x1ff,
	PIN_LEVEL_MASKED = 0x18000,
};

struct eoi_stress {
	struct guest guest;
	int event, asked;
	volatile bool stop;
};

static void set_bit(struct kvm_lapic_state *lapic, unsigned int bank, unsigned int vector)
{
	*(u32 *)(lapic->regs + bank + vector / 32 * 16) |= 1u << vector % 32;
}

static void level_pin(int vm)
{
	struct kvm_irqchip chip = {.chip_id = KVM_IRQCHIP_IOAPIC};

	CHECK_OK(ioctl(vm, KVM_GET_IRQCHIP, &chip));
	chip.chip.ioapic.redirtbl[GSI].bits = PIN_LEVEL_MASKED | VECTOR;
	CHECK_OK(ioctl(vm, KVM_SET_IRQCHIP, &chip));
}

/* Its state with the interrupt in service, of a level-triggered line. */
static struct kvm_lapic_state in_service(struct vcpu *cpu)
{
	struct kvm_lapic_state lapic;

	CHECK_OK(ioctl(cpu->fd, KVM_GET_LAPIC, &lapic));
	*(u32 *)(lapic.regs + APIC_SVR) = APIC_ENABLED;
	set_bit(&lapic, APIC_ISR, VECTOR);
	set_bit(&lapic, APIC_TMR, VECTOR);
	return lapic;
}

/* Real mode, with the interrupt controllers in the kernel. */
static struct guest guest_with_x2apic(void)
{
	struct guest g = {.vm = vm_create()};

	CHECK_OK(ioctl(g.vm.fd, KVM_CREATE_IRQCHIP, 0));
	vm_load(&g.vm, guest_stress_out, guest_stress_out_end);
	g.cpu = vcpu_create(g.vm.fd, 0);
	vcpu_set_supported_cpuid(&g.cpu);
	vcpu_set_real_mode(&g.cpu);
	CHECK_EQ(vcpu_set_msr(&g.cpu, MSR_APIC_BASE,
			      vcpu_msr(&g.cpu, MSR_APIC_BASE) | APIC_BASE_X2APIC),
		 1);
	level_pin(g.vm.fd);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	return g;
}

static void *give_and_take(void *argument)
{
	struct eoi_stress *stress = argument;
	struct kvm_irqfd give = {.fd = stress->event,
				 .gsi = GSI,
				 .flags = KVM_IRQFD_FLAG_RESAMPLE,
				 .resamplefd = stress->asked};
	struct kvm_irqfd take = give;

	take.flags = KVM_IRQFD_FLAG_DEASSIGN;
	while (!stress->stop) {
		CHECK_OK(ioctl(stress->guest.vm.fd, KVM_IRQFD, &give));
		CHECK_OK(ioctl(stress->guest.vm.fd, KVM_IRQFD, &take));
	}
	return NULL;
}

/* A table of the line alone, or of all: another size, so other memory. */
static void *route(void *argument)
{
	struct eoi_stress *stress = argument;
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entries[KVM_IOAPIC_NUM_PINS];
	} table = {0};

	for (u32 pin = 0; pin < KVM_IOAPIC_NUM_PINS; pin++) {
		u32 gsi = (pin + GSI) % KVM_IOAPIC_NUM_PINS;

		table.entries[pin] = (struct kvm_irq_routing_entry){
			.gsi = gsi,
			.type = KVM_IRQ_ROUTING_IRQCHIP,
			.u.irqchip = {.irqchip = KVM_IRQCHIP_IOAPIC, .pin = gsi}};
	}
	while (!stress->stop) {
		table.head.nr = table.head.nr == 1 ? KVM_IOAPIC_NUM_PINS : 1;
		CHECK_OK(ioctl(stress->guest.vm.fd, KVM_SET_GSI_ROUTING, &table));
	}
	return NULL;
}

static u64 taken(int event)
{
	u64 count = 0;

	if (read(event, &count, sizeof(count)) < 0)
		CHECK_EQ(errno, EAGAIN);
	return count;
}

static void end_interrupt(struct vcpu *cpu, const struct kvm_lapic_state *lapic)
{
	CHECK_OK(ioctl(cpu->fd, KVM_SET_LAPIC, lapic));
	CHECK_EQ(vcpu_set_msr(cpu, MSR_X2APIC_EOI, 0), 1);
}

/* Alone first: the end of the interrupt is told to the irqfd. */
static void check_told(struct eoi_stress *stress, const struct kvm_lapic_state *lapic)
{
	struct kvm_irqfd irqfd = {.fd = stress->event,
				  .gsi = GSI,
				  .flags = KVM_IRQFD_FLAG_RESAMPLE,
				  .resamplefd = stress->asked};

	CHECK_OK(ioctl(stress->guest.vm.fd, KVM_IRQFD, &irqfd));
	CHECK_EXIT(&stress->guest.cpu, KVM_EXIT_IO);
	end_interrupt(&stress->guest.cpu, lapic);
	CHECK_EQ(taken(stress->asked), 1);
	irqfd.flags = KVM_IRQFD_FLAG_DEASSIGN;
	CHECK_OK(ioctl(stress->guest.vm.fd, KVM_IRQFD, &irqfd));
}

TEST_LIMIT(stress_eoi_resample, 300)
{
	struct eoi_stress stress = {.guest = guest_with_x2apic(),
				    .event = CHECK_OK(eventfd(0, EFD_NONBLOCK)),
				    .asked = CHECK_OK(eventfd(0, EFD_NONBLOCK))};
	struct kvm_lapic_state lapic = in_service(&stress.guest.cpu);
	pthread_t giver, router;

	check_told(&stress, &lapic);
	CHECK_EQ(pthread_create(&giver, NULL, give_and_take, &stress), 0);
	CHECK_EQ(pthread_create(&router, NULL, route, &stress), 0);
	for (unsigned int i = 0; i < 500 * test_scale; i++)
		end_interrupt(&stress.guest.cpu, &lapic);
	stress.stop = true;
	CHECK_EQ(pthread_join(giver, NULL), 0);
	CHECK_EQ(pthread_join(router, NULL), 0);
}
