// SPDX-License-Identifier: GPL-2.0
/* CREATE_IRQCHIP, the state of the chips, lines, messages and routing, the timer. */
#include "vm.h"

#define MAX_ROUTES 4096

enum { LAPIC_SVR = 0xf0, LAPIC_IRR = 0x200 };

static int vm_with_irqchip(void)
{
	int vm = vm_fd_create();

	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	return vm;
}

static int vm_with_pit(u32 flags)
{
	struct kvm_pit_config config = {.flags = flags};
	int vm = vm_with_irqchip();

	CHECK_OK(ioctl(vm, KVM_CREATE_PIT2, &config));
	return vm;
}

TEST(irqchip_capabilities)
{
	static const int present[] = {
		KVM_CAP_IRQCHIP,    KVM_CAP_IRQ_INJECT_STATUS,	     KVM_CAP_SIGNAL_MSI,
		KVM_CAP_PIT,	    KVM_CAP_IOAPIC_POLARITY_IGNORED, KVM_CAP_PIT2,
		KVM_CAP_PIT_STATE2, KVM_CAP_REINJECT_CONTROL,	     KVM_CAP_SET_BOOT_CPU_ID,
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(present); i++) {
		test_row("%d", present[i]);
		CHECK_EQ(kvm_capability(present[i]), 1);
	}
	test_row("%s", "");
	CHECK_EQ(kvm_capability(KVM_CAP_IRQ_ROUTING), MAX_ROUTES);
}

TEST(irqchip_create)
{
	int vm = vm_fd_create();

	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	CHECK_ERR(ioctl(vm, KVM_CREATE_IRQCHIP, 0), EEXIST);
	vm = vm_fd_create();
	vcpu_create(vm, 0);
	CHECK_ERR(ioctl(vm, KVM_CREATE_IRQCHIP, 0), EINVAL);
	/* Which of the two comes first. */
	vm = vm_with_irqchip();
	vcpu_create(vm, 0);
	CHECK_ERR(ioctl(vm, KVM_CREATE_IRQCHIP, 0), EEXIST);
}

TEST(irqchip_absent)
{
	int vm = vm_fd_create();
	struct kvm_irqchip chip = {0};
	struct kvm_irq_level line = {0};
	struct kvm_msi msi = {0};
	struct kvm_irq_routing routing = {0};
	struct kvm_pit_state pit = {0};
	struct kvm_pit_state2 pit2 = {0};
	struct kvm_reinject_control control = {0};

	CHECK_ERR(ioctl(vm, KVM_GET_IRQCHIP, &chip), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_SET_IRQCHIP, &chip), ENXIO);
	chip.chip_id = 99;
	CHECK_ERR(ioctl(vm, KVM_GET_IRQCHIP, &chip), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_IRQ_LINE, &line), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_IRQ_LINE_STATUS, &line), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_SIGNAL_MSI, &msi), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_GSI_ROUTING, &routing), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_GET_PIT, &pit), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_SET_PIT, &pit), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_GET_PIT2, &pit2), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_SET_PIT2, &pit2), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_REINJECT_CONTROL, &control), ENXIO);
}

TEST(irqchip_bad_pointers)
{
	static const unsigned long calls[] = {
		KVM_GET_IRQCHIP, KVM_SET_IRQCHIP,     KVM_IRQ_LINE, KVM_IRQ_LINE_STATUS,
		KVM_SIGNAL_MSI,	 KVM_SET_GSI_ROUTING, KVM_SET_PIT,  KVM_GET_PIT2,
		KVM_SET_PIT2,	 KVM_CREATE_PIT2,     KVM_GET_PIT,  KVM_REINJECT_CONTROL,
	};
	int vm = vm_with_pit(0);

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		test_row("%#lx", calls[i]);
		CHECK_ERR(ioctl(vm, calls[i], NULL), EFAULT);
	}
}

static struct kvm_irqchip chip_get(int vm, u32 id)
{
	struct kvm_irqchip chip;

	memset(&chip, 0x5a, sizeof(chip));
	chip.chip_id = id;
	CHECK_OK(ioctl(vm, KVM_GET_IRQCHIP, &chip));
	CHECK_EQ(chip.chip_id, id);
	return chip;
}

TEST(irqchip_state_at_first)
{
	int vm = vm_with_irqchip();
	struct kvm_irqchip chip = {.chip_id = 3};

	CHECK_ERR(ioctl(vm, KVM_GET_IRQCHIP, &chip), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_SET_IRQCHIP, &chip), EINVAL);
	for (u32 id = KVM_IRQCHIP_PIC_MASTER; id <= KVM_IRQCHIP_PIC_SLAVE; id++) {
		struct kvm_pic_state want = {.elcr_mask = id ? 0xde : 0xf8};

		chip = chip_get(vm, id);
		CHECK_MEM(&chip.chip.pic, &want, sizeof(want));
	}
	chip = chip_get(vm, KVM_IRQCHIP_IOAPIC);
	CHECK_EQ(chip.chip.ioapic.base_address, 0xfec00000);
	CHECK_EQ(chip.chip.ioapic.ioregsel, 0);
	CHECK_EQ(chip.chip.ioapic.id, 0);
	CHECK_EQ(chip.chip.ioapic.irr, 0);
	for (unsigned int pin = 0; pin < KVM_IOAPIC_NUM_PINS; pin++)
		CHECK_EQ(chip.chip.ioapic.redirtbl[pin].bits, 0x10000);
}

TEST(irqchip_state_kept)
{
	int vm = vm_with_irqchip();
	struct kvm_irqchip chip = chip_get(vm, KVM_IRQCHIP_PIC_SLAVE), again;

	chip.chip.pic.irq_base = 0x70;
	chip.chip.pic.imr = 0xfd;
	chip.chip.pic.isr = 0x04;
	chip.chip.pic.priority_add = 3;
	chip.chip.pic.special_mask = 1;
	chip.chip.pic.elcr = 0x0c;
	CHECK_OK(ioctl(vm, KVM_SET_IRQCHIP, &chip));
	again = chip_get(vm, KVM_IRQCHIP_PIC_SLAVE);
	CHECK_MEM(&again.chip.pic, &chip.chip.pic, sizeof(chip.chip.pic));

	chip = chip_get(vm, KVM_IRQCHIP_IOAPIC);
	chip.chip.ioapic.ioregsel = 0x11;
	chip.chip.ioapic.id = 5;
	chip.chip.ioapic.redirtbl[3].bits = 0x0100000000010951;
	chip.chip.ioapic.redirtbl[23].bits = 0x0200000000008030; /* level, not masked */
	CHECK_OK(ioctl(vm, KVM_SET_IRQCHIP, &chip));
	again = chip_get(vm, KVM_IRQCHIP_IOAPIC);
	CHECK_MEM(&again.chip.ioapic, &chip.chip.ioapic, sizeof(chip.chip.ioapic));
}

static int line_status(int vm, u32 gsi, u32 level)
{
	struct kvm_irq_level line = {.irq = gsi, .level = level};

	CHECK_OK(ioctl(vm, KVM_IRQ_LINE_STATUS, &line));
	return line.status;
}

static u32 ioapic_lines(int vm)
{
	return chip_get(vm, KVM_IRQCHIP_IOAPIC).chip.ioapic.irr;
}

static u32 pic_lines(int vm)
{
	return chip_get(vm, KVM_IRQCHIP_PIC_MASTER).chip.pic.last_irr |
	       (u32)chip_get(vm, KVM_IRQCHIP_PIC_SLAVE).chip.pic.last_irr << 8;
}

/* GSIs 0 to 15 lead to both controllers, 16 to 23 to the I/O APIC, pin by pin. */
TEST(irq_routing_at_first)
{
	int vm = vm_with_irqchip();

	for (u32 gsi = 0; gsi < 24; gsi++) {
		struct kvm_irq_level line = {.irq = gsi, .level = 1};

		test_row("GSI %u", gsi);
		CHECK_OK(ioctl(vm, KVM_IRQ_LINE, &line));
		CHECK_EQ(ioapic_lines(vm), 1u << gsi);
		/* The slave is on input 2 of the master. */
		CHECK_EQ(pic_lines(vm) & ~4u, gsi < 16 ? (1u << gsi) & ~4u : 0);
		line.level = 0;
		CHECK_OK(ioctl(vm, KVM_IRQ_LINE, &line));
		CHECK_EQ(ioapic_lines(vm), 0);
	}
	test_row("%s", "");
	CHECK_EQ(line_status(vm, 24, 1), -1);
	CHECK_EQ(line_status(vm, 0xffffffff, 1), -1);
}

TEST(irq_line_status)
{
	int vm = vm_with_irqchip();

	/* Masked in the I/O APIC; not in the 8259s. */
	CHECK_EQ(line_status(vm, 20, 1), -1);
	CHECK_EQ(line_status(vm, 4, 1), 1);
	CHECK_EQ(line_status(vm, 4, 0) > 0, 1);
	CHECK_EQ(line_status(vm, 4, 1), 0);
}

struct routing {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entry[MAX_ROUTES + 1];
};

static int routing_set(int vm, struct routing *routing, u32 count)
{
	routing->head.nr = count;
	return ioctl(vm, KVM_SET_GSI_ROUTING, routing);
}

static struct kvm_irq_routing_entry to_pin(u32 gsi, u32 chip, u32 pin)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = {.irqchip = chip, .pin = pin},
	};
}

static struct kvm_irq_routing_entry to_message(u32 gsi)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = 0xfee00000, .data = 0x31},
	};
}

TEST(irq_routing_refused)
{
	static struct routing routing;
	const struct kvm_irq_routing_entry bad[] = {
		to_pin(3, KVM_IRQCHIP_IOAPIC, 4),
		to_pin(3, KVM_IRQCHIP_PIC_MASTER, 4),
		to_message(3),
		to_pin(MAX_ROUTES, KVM_IRQCHIP_IOAPIC, 1),
		to_pin(4, KVM_IRQCHIP_IOAPIC, 24),
		to_pin(4, KVM_IRQCHIP_PIC_SLAVE, 8),
		to_pin(4, 3, 0),
		{.gsi = 4, .type = 0},
		{.gsi = 4, .type = 99},
		{.gsi = 4, .type = KVM_IRQ_ROUTING_IRQCHIP, .flags = 1},
		{.gsi = 4, .type = KVM_IRQ_ROUTING_MSI, .flags = 2},
	};
	int vm = vm_with_irqchip();

	routing.entry[0] = to_pin(3, KVM_IRQCHIP_IOAPIC, 3);
	routing.entry[1] = to_pin(3, KVM_IRQCHIP_PIC_MASTER, 3);
	CHECK_OK(routing_set(vm, &routing, 2));
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		test_row("row %u", i);
		routing.entry[2] = bad[i];
		CHECK_ERR(routing_set(vm, &routing, 3), EINVAL);
	}
	test_row("%s", "");
	routing.entry[2] = to_pin(4, KVM_IRQCHIP_PIC_SLAVE, 7);
	CHECK_OK(routing_set(vm, &routing, 3));
	routing.head.flags = 1;
	CHECK_ERR(routing_set(vm, &routing, 3), EINVAL);
	routing.head.flags = 0;
	for (u32 gsi = 0; gsi <= MAX_ROUTES; gsi++)
		routing.entry[gsi] = to_message(gsi);
	CHECK_OK(routing_set(vm, &routing, MAX_ROUTES));
	CHECK_ERR(routing_set(vm, &routing, MAX_ROUTES + 1), EINVAL);
}

TEST(irq_routing_replaced)
{
	static struct routing routing;
	int vm = vm_with_irqchip();

	routing.entry[0] = to_pin(0, KVM_IRQCHIP_IOAPIC, 2);
	routing.entry[1] = to_pin(100, KVM_IRQCHIP_PIC_SLAVE, 3);
	CHECK_OK(routing_set(vm, &routing, 2));
	line_status(vm, 0, 1);
	CHECK_EQ(ioapic_lines(vm), 4);
	line_status(vm, 100, 1);
	CHECK_EQ(pic_lines(vm) & ~4u, 0x800);
	CHECK_EQ(line_status(vm, 1, 1), -1);
	CHECK_OK(routing_set(vm, &routing, 0));
	CHECK_EQ(line_status(vm, 0, 0), -1);
}

TEST(msi_signalled)
{
	int vm = vm_with_irqchip();
	struct kvm_msi msi = {.address_lo = 0xfee00000, .data = 0x31};

	vcpu_create(vm, 0);
	/* After reset the local APIC takes none; APIC ID 9 is nobody's. */
	CHECK_EQ(ioctl(vm, KVM_SIGNAL_MSI, &msi), 0);
	msi.address_lo = 0xfee09000;
	CHECK_EQ(ioctl(vm, KVM_SIGNAL_MSI, &msi), 0);
	msi.flags = 2;
	CHECK_ERR(ioctl(vm, KVM_SIGNAL_MSI, &msi), EINVAL);
}

TEST(pit_create)
{
	struct kvm_pit_config config = {0};
	int vm = vm_with_pit(KVM_PIT_SPEAKER_DUMMY);

	CHECK_ERR(ioctl(vm, KVM_CREATE_PIT2, &config), EEXIST);
	CHECK_ERR(ioctl(vm, KVM_CREATE_PIT, 0), EEXIST);
	vm = vm_with_irqchip();
	vcpu_create(vm, 0);
	CHECK_OK(ioctl(vm, KVM_CREATE_PIT, 0));
}

TEST(pit_state_at_first)
{
	int vm = vm_with_pit(0);
	struct kvm_pit_state2 state;

	memset(&state, 0x5a, sizeof(state));
	CHECK_OK(ioctl(vm, KVM_GET_PIT2, &state));
	CHECK_EQ(state.flags, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(state.channels); i++) {
		CHECK_EQ(state.channels[i].mode, 0xff);
		CHECK_EQ(state.channels[i].count, 0x10000);
		CHECK_EQ(state.channels[i].gate, i != 2);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(state.reserved); i++)
		CHECK_EQ(state.reserved[i], 0);
}

TEST(pit_state_kept)
{
	int vm = vm_with_pit(KVM_PIT_SPEAKER_DUMMY);
	struct kvm_pit_state2 state, again;
	struct kvm_pit_state old;

	CHECK_OK(ioctl(vm, KVM_GET_PIT2, &state));
	state.channels[2].mode = 3;
	state.channels[2].count = 1193;
	state.channels[2].gate = 1;
	state.channels[2].rw_mode = 3;
	state.channels[2].read_state = 3;
	state.channels[2].write_state = 4;
	state.channels[2].write_latch = 0x12;
	state.channels[1].mode = 2;
	state.channels[1].count = 18;
	state.channels[1].count_latched = 2;
	state.channels[1].latched_count = 0x1234;
	state.flags = KVM_PIT_FLAGS_HPET_LEGACY;
	CHECK_OK(ioctl(vm, KVM_SET_PIT2, &state));
	CHECK_OK(ioctl(vm, KVM_GET_PIT2, &again));
	CHECK_OK(ioctl(vm, KVM_GET_PIT, &old));
	CHECK_EQ(again.flags, KVM_PIT_FLAGS_HPET_LEGACY);
	for (unsigned int i = 0; i < ARRAY_SIZE(state.channels); i++) {
		test_row("channel %u", i);
		again.channels[i].count_load_time = state.channels[i].count_load_time;
		old.channels[i].count_load_time = state.channels[i].count_load_time;
		CHECK_MEM(&again.channels[i], &state.channels[i], sizeof(state.channels[i]));
		CHECK_MEM(&old.channels[i], &state.channels[i], sizeof(state.channels[i]));
	}
	old.channels[2].count = 0;
	CHECK_OK(ioctl(vm, KVM_SET_PIT, &old));
	CHECK_OK(ioctl(vm, KVM_GET_PIT2, &again));
	CHECK_EQ(again.channels[1].count, 18);
}

TEST(pit_reinject_control)
{
	int vm = vm_with_pit(0);
	struct kvm_reinject_control control = {.pit_reinject = 0};

	CHECK_OK(ioctl(vm, KVM_REINJECT_CONTROL, &control));
	control.pit_reinject = 1;
	CHECK_OK(ioctl(vm, KVM_REINJECT_CONTROL, &control));
}

TEST(boot_cpu_id)
{
	int vm = vm_fd_create();

	CHECK_OK(ioctl(vm, KVM_SET_BOOT_CPU_ID, 1));
	for (unsigned int id = 0; id < 2; id++) {
		struct vcpu cpu = vcpu_create(vm, id);

		/* Bit 8 of IA32_APIC_BASE: the bootstrap processor. */
		CHECK_EQ(vcpu_sregs(&cpu).apic_base & 0x100, id ? 0x100 : 0);
	}
	CHECK_ERR(ioctl(vm, KVM_SET_BOOT_CPU_ID, 0), EBUSY);
}

/* Reports its flags while interrupts are off, lets them come, and reports that none did. */
GUEST16(guest_withdrawn, "out %al, $0x10\n"
			 "sti\n"
			 "nop\n"
			 "nop\n"
			 "cli\n"
			 "mov $1, %al\n"
			 "out %al, $0x10\n"
			 ".org 0x40\n"
			 "mov $2, %al\n"
			 "out %al, $0x10\n");

/* What a level-triggered input of the 8259s takes back before it is acknowledged does not come. */
TEST(irqchip_level_withdrawn)
{
	struct vm vm = {.fd = vm_with_irqchip(), .ram = host_memory(GUEST_RAM)};
	struct kvm_irqchip pic = {.chip_id = KVM_IRQCHIP_PIC_MASTER};
	struct kvm_irq_level line = {.irq = 5, .level = 1};
	struct vcpu cpu;

	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	cpu = vcpu_create(vm.fd, 0);
	vm_load(&vm, guest_withdrawn, guest_withdrawn_end);
	vcpu_set_real_mode(&cpu);
	/* Vectors from 20H, input 5 level-triggered; whatever comes goes to the handler. */
	CHECK_OK(ioctl(vm.fd, KVM_GET_IRQCHIP, &pic));
	pic.chip.pic.irq_base = 0x20;
	pic.chip.pic.elcr = 0x20;
	CHECK_OK(ioctl(vm.fd, KVM_SET_IRQCHIP, &pic));
	for (unsigned int vector = 0; vector < 256; vector++)
		vm_set_vector(&vm, vector, 0x40);
	CHECK_OUT(&cpu, 0x10, 1, 0);
	CHECK_OK(ioctl(vm.fd, KVM_IRQ_LINE, &line));
	line.level = 0;
	CHECK_OK(ioctl(vm.fd, KVM_IRQ_LINE, &line));
	CHECK_OUT(&cpu, 0x10, 1, 1);

	/* And what stays does. */
	line.level = 1;
	CHECK_OK(ioctl(vm.fd, KVM_IRQ_LINE, &line));
	vcpu_set_real_mode(&cpu);
	CHECK_OUT(&cpu, 0x10, 1, 0);
	CHECK_OUT(&cpu, 0x10, 1, 2);
}

/* An NMI by a message is in the vCPU's events, and those that are set take its place. */
TEST(irqchip_nmi_in_events)
{
	struct vm vm = {.fd = vm_with_irqchip(), .ram = host_memory(GUEST_RAM)};
	struct kvm_msi msi = {.address_lo = 0xfee00000, .data = 0x400};
	struct kvm_vcpu_events e;
	struct vcpu cpu;

	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	cpu = vcpu_create(vm.fd, 0);
	vcpu_set_lapic(&cpu, LAPIC_SVR, 0x1ff);
	CHECK_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.nmi.pending, 1);
	CHECK_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	e.nmi.pending = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.nmi.pending, 0);
}

/* For some ticks of the emulated machine's clock it has interrupts off. */
GUEST16(guest_interrupts_off, "mov $200000, %ecx\n"
			      "1: dec %ecx\n"
			      "jnz 1b\n"
			      "mov $1, %al\n"
			      "out %al, $0x10\n"
			      "sti\n"
			      "nop\n"
			      ".org 0x40\n"
			      "mov $2, %al\n"
			      "out %al, $0x10\n");

/* Interrupts of the host's bring no interrupt to a guest that has them off. */
TEST(irqchip_waits_for_interrupts_on)
{
	struct vm vm = {.fd = vm_with_irqchip(), .ram = host_memory(GUEST_RAM)};
	struct kvm_msi msi = {.address_lo = 0xfee00000, .data = 0x20};
	struct vcpu cpu;

	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	cpu = vcpu_create(vm.fd, 0);
	vm_load(&vm, guest_interrupts_off, guest_interrupts_off_end);
	vcpu_set_real_mode(&cpu);
	vm_set_vector(&vm, 0x20, 0x40);
	vcpu_set_lapic(&cpu, LAPIC_SVR, 0x1ff);
	CHECK_EQ(ioctl(vm.fd, KVM_SIGNAL_MSI, &msi), 1);
	CHECK_OUT(&cpu, 0x10, 1, 1);
	CHECK_OUT(&cpu, 0x10, 1, 2);
}

/* With interrupts on it writes the ICR: fixed, to itself, masked by the TPR, and reserved bits. */
GUEST64(guest_icr, "sti\n"
		   "mov $0xfee00000, %ebx\n"
		   "movl $0xf0, 0x80(%rbx)\n"
		   "movl $0x01020304, 0x310(%rbx)\n"
		   "movl $0xfff77051, 0x300(%rbx)\n"
		   "mov 0x200(%rbx), %eax\n"
		   "out %eax, $0x10\n"
		   "mov 0x300(%rbx), %eax\n"
		   "out %eax, $0x10\n"
		   "movl $0, 0x80(%rbx)\n"
		   "1: out %al, $0x11\n"
		   "jmp 1b\n"
		   ".org 0x80\n"
		   "out %al, $0x12\n"
		   "movl $0, 0xb0(%rbx)\n"
		   "iretq\n");

/* The page of the local APIC keeps what means nothing: reserved bits of the ICR, and in the IRR the
 * vectors that no APIC accepts, which never come. */
TEST(lapic_keeps_what_means_nothing)
{
	struct vm vm = {.fd = vm_with_irqchip(), .ram = host_memory(GUEST_RAM)};
	const u32 requested = 0xa5a5, icr = 0xfff76051;
	struct kvm_lapic_state apic;
	struct vcpu cpu;

	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	cpu = vcpu_create(vm.fd, 0);
	vm_load(&vm, guest_icr, guest_icr_end);
	vcpu_set_supported_cpuid(&cpu);
	vcpu_set_long_mode(&vm, &cpu);
	for (unsigned int vector = 0; vector < 256; vector++)
		vm_set_gate(&vm, (u8)vector, 0x80);
	vcpu_set_lapic(&cpu, LAPIC_SVR, 0x1ff);
	vcpu_set_lapic(&cpu, LAPIC_IRR, requested);
	CHECK_OUT(&cpu, 0x10, 4, requested);
	CHECK_OUT(&cpu, 0x10, 4, icr);
	CHECK_OK(ioctl(cpu.fd, KVM_GET_LAPIC, &apic));
	CHECK_EQ(memcmp(apic.regs + 0x200, &requested, sizeof(requested)), 0);
	CHECK_EQ(memcmp(apic.regs + 0x300, &icr, sizeof(icr)), 0);
	CHECK_EQ(apic.regs[0x313], 1);
	CHECK_EQ(apic.regs[0x310], 0);
	CHECK_OK(ioctl(cpu.fd, KVM_SET_LAPIC, &apic));
	CHECK_OUT(&cpu, 0x12, 1, icr & 0xff);
	for (unsigned int run = 0; run < 4; run++)
		CHECK_OUT(&cpu, 0x11, 1, icr & 0xff);
}
