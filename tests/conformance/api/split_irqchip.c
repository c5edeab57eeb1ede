// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_CAP_SPLIT_IRQCHIP: the local APICs in the kernel; the test is the 8259s and the I/O APIC.
 * KVM_CAP_X2APIC_API: APIC IDs of 32 bits.
 */
#define _GNU_SOURCE
#include <sys/eventfd.h>

#include "vm.h"

#define MAX_ROUTES     4096
#define PINS	       24
#define APIC_ID	       0x20
#define APIC_SVR       0xf0
#define APIC_ISR       0x100
#define APIC_IRR       0x200
#define APIC_LVT_LINT0 0x350
#define LVT_MASKED     0x10000u
#define LVT_EXTINT     0x700u
#define MSR_APIC_BASE  0x1b
#define X2APIC	       0x400

static int enable(int fd, u32 capability, u64 argument)
{
	struct kvm_enable_cap cap = {.cap = capability, .args = {argument}};

	return ioctl(fd, KVM_ENABLE_CAP, &cap);
}

static int vm_with_split_irqchip(void)
{
	int vm = vm_fd_create();

	CHECK_OK(enable(vm, KVM_CAP_SPLIT_IRQCHIP, PINS));
	return vm;
}

/* --- What there is, and what is not --- */

TEST(split_create)
{
	struct kvm_enable_cap flags = {.cap = KVM_CAP_SPLIT_IRQCHIP, .flags = 1};
	struct vcpu cpu;
	int vm = vm_fd_create();

	CHECK_EQ(kvm_capability(KVM_CAP_SPLIT_IRQCHIP), 1);
	CHECK_ERR(ioctl(vm, KVM_ENABLE_CAP, &flags), EINVAL);
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, MAX_ROUTES + 1), EINVAL);
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, 1ull << 32), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_SPLIT_IRQCHIP, MAX_ROUTES));
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, PINS), EEXIST);
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, MAX_ROUTES + 1), EINVAL);
	CHECK_ERR(ioctl(vm, KVM_CREATE_IRQCHIP, 0), EEXIST);

	vm = vm_fd_create();
	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, PINS), EEXIST);

	vm = vm_fd_create();
	cpu = vcpu_create(vm, 0);
	CHECK_ERR(enable(vm, KVM_CAP_SPLIT_IRQCHIP, PINS), EEXIST);
	CHECK_ERR(enable(cpu.fd, KVM_CAP_SPLIT_IRQCHIP, PINS), EINVAL);
	CHECK_OK(enable(vm_fd_create(), KVM_CAP_SPLIT_IRQCHIP, 0));
}

TEST(split_has_no_chips)
{
	int vm = vm_with_split_irqchip();
	struct kvm_irqchip chip = {.chip_id = 99};
	struct kvm_irq_level line = {.level = 1};
	struct kvm_msi msi = {.address_lo = 0xfee09000, .data = 0x31};
	struct kvm_pit_state2 pit;
	struct kvm_reinject_control control = {0};

	vcpu_create(vm, 0);
	CHECK_ERR(ioctl(vm, KVM_GET_IRQCHIP, &chip), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_SET_IRQCHIP, &chip), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_GET_PIT2, &pit), ENXIO);
	CHECK_ERR(ioctl(vm, KVM_REINJECT_CONTROL, &control), ENXIO);
	CHECK_OK(ioctl(vm, KVM_IRQ_LINE_STATUS, &line));
	CHECK_EQ(line.status, -1);
	CHECK_OK(ioctl(vm, KVM_IRQ_LINE, &line));
	CHECK_EQ(ioctl(vm, KVM_SIGNAL_MSI, &msi), 0);
	msi.flags = 2;
	CHECK_ERR(ioctl(vm, KVM_SIGNAL_MSI, &msi), EINVAL);
}

/* The local APICs are there, as with all of an irqchip. */
TEST(split_has_local_apics)
{
	int vm = vm_with_split_irqchip();
	struct vcpu first = vcpu_create(vm, 0), second = vcpu_create(vm, 1);
	struct kvm_lapic_state lapic;
	struct kvm_mp_state state;

	CHECK_OK(ioctl(first.fd, KVM_GET_LAPIC, &lapic));
	CHECK_EQ(*(u32 *)(lapic.regs + APIC_LVT_LINT0), LVT_EXTINT);
	CHECK_OK(ioctl(first.fd, KVM_SET_LAPIC, &lapic));
	CHECK_OK(ioctl(first.fd, KVM_GET_MP_STATE, &state));
	CHECK_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
	CHECK_OK(ioctl(second.fd, KVM_GET_LAPIC, &lapic));
	CHECK_EQ(*(u32 *)(lapic.regs + APIC_LVT_LINT0), LVT_MASKED);
	CHECK_OK(ioctl(second.fd, KVM_GET_MP_STATE, &state));
	CHECK_EQ(state.mp_state, KVM_MP_STATE_UNINITIALIZED);
}

struct routing {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry entry[4];
};

static int routing_set(int vm, struct routing *routing, u32 count)
{
	routing->head.nr = count;
	return ioctl(vm, KVM_SET_GSI_ROUTING, routing);
}

#define MSI_LEVEL 0xc000u /* and asserted */

static struct kvm_irq_routing_entry to_message(u32 gsi, u32 data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {.address_lo = 0xfee00000, .data = data},
	};
}

TEST(split_routes)
{
	int vm = vm_with_split_irqchip();
	struct routing routing = {.entry = {to_message(3, 0x31), to_message(100, 0x32)}};

	CHECK_OK(routing_set(vm, &routing, 2));
	routing.entry[1] = (struct kvm_irq_routing_entry){
		.gsi = 4, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip = {KVM_IRQCHIP_IOAPIC, 4}};
	CHECK_ERR(routing_set(vm, &routing, 2), EINVAL);
	routing.entry[1].u.irqchip.irqchip = KVM_IRQCHIP_PIC_MASTER;
	CHECK_ERR(routing_set(vm, &routing, 2), EINVAL);
	CHECK_OK(routing_set(vm, &routing, 0));
}

static bool apic_has(const struct vcpu *cpu, u32 first, u8 vector)
{
	return vcpu_lapic(cpu, first + vector / 32 * 16) >> vector % 32 & 1;
}

static int irqfd(int vm, u32 flags)
{
	struct kvm_irqfd wanted = {.gsi = 3, .flags = flags};

	wanted.fd = CHECK_OK(eventfd(1, 0));
	wanted.resamplefd = CHECK_OK(eventfd(0, 0));
	return ioctl(vm, KVM_IRQFD, &wanted);
}

/* No one in the kernel knows when the guest is done with an interrupt of a pin. */
TEST(split_irqfd)
{
	int vm = vm_with_split_irqchip();
	struct vcpu cpu = vcpu_create(vm, 0);
	struct routing routing = {.entry = {to_message(3, 0x31)}};

	vcpu_set_lapic(&cpu, APIC_SVR, 0x1ff);
	CHECK_ERR(irqfd(vm, KVM_IRQFD_FLAG_RESAMPLE), EINVAL);
	CHECK_OK(routing_set(vm, &routing, 1));
	CHECK_OK(irqfd(vm, 0));
	/* It was signalled before; the kernel may do the rest a little later. */
	for (int i = 0; i < 1000 && !apic_has(&cpu, APIC_IRR, 0x31); i++)
		sleep_ms(1);
	CHECK(apic_has(&cpu, APIC_IRR, 0x31));
}

/* --- The guest --- */

#define LAPIC_EOI "mov $0xfee000b0, %ebx\nmovl $0, (%rbx)\n"

/* Interrupts on, and it tells that it runs, again and again; each handler tells its vector, ends
 * the interrupt in the local APIC where it comes from there, and tells that. */
GUEST64(guest_split, "sti\n"
		     "nop\n"
		     "1: mov $1, %al\n"
		     "out %al, $0x10\n"
		     "jmp 1b\n"
		     ".org 0x40\n"
		     "mov $0x41, %al\n"
		     "out %al, $0x10\n" LAPIC_EOI "out %al, $0x11\n"
		     "iretq\n"
		     ".org 0x80\n"
		     "mov $0x61, %al\n"
		     "out %al, $0x10\n" LAPIC_EOI "out %al, $0x11\n"
		     "iretq\n"
		     ".org 0xc0\n"
		     "mov $0x21, %al\n"
		     "out %al, $0x10\n"
		     "iretq\n");

enum { RUNS = 1, LOCAL = 0x41, ANOTHER = 0x61, EXTINT = 0x21 };

/* This one halts with interrupts on. */
GUEST64(guest_split_halts, "sti\n"
			   "hlt\n"
			   "mov $1, %al\n"
			   "out %al, $0x10\n");

static struct guest split_guest(void)
{
	struct guest g = {.vm = {.fd = vm_with_split_irqchip(), .ram = host_memory(GUEST_RAM)}};

	CHECK_OK(vm_set_slot(g.vm.fd, 0, 0, 0, GUEST_RAM, g.vm.ram));
	g.cpu = vcpu_create(g.vm.fd, 0);
	vm_load(&g.vm, guest_split, guest_split_end);
	vcpu_set_supported_cpuid(&g.cpu);
	vcpu_set_long_mode(&g.vm, &g.cpu);
	vm_set_gate(&g.vm, LOCAL, 0x40);
	vm_set_gate(&g.vm, ANOTHER, 0x80);
	vm_set_gate(&g.vm, EXTINT, 0xc0);
	vcpu_set_lapic(&g.cpu, APIC_SVR, 0x1ff);
	return g;
}

/* --- KVM_INTERRUPT: the 8259s --- */

TEST(split_interrupt_refused)
{
	struct guest g = split_guest();
	struct vcpu full;
	int vm = vm_fd_create();

	CHECK_ERR(vcpu_interrupt(&g.cpu, 256), EINVAL);
	CHECK_OK(vcpu_interrupt(&g.cpu, EXTINT));
	CHECK_ERR(vcpu_interrupt(&g.cpu, EXTINT), EEXIST);
	CHECK_ERR(vcpu_interrupt(&g.cpu, 256), EINVAL);
	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	full = vcpu_create(vm, 0);
	CHECK_ERR(vcpu_interrupt(&full, 0x41), ENXIO);
	CHECK_ERR(vcpu_interrupt(&full, 256), EINVAL);
}

TEST(split_interrupt_delivered)
{
	struct guest g = split_guest();

	vcpu_open_window(&g.cpu);
	CHECK_OK(vcpu_interrupt(&g.cpu, EXTINT));
	CHECK_OUT(&g.cpu, 0x10, 1, EXTINT);
	CHECK_EQ(g.cpu.run->if_flag, 0);
	CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 0);
	/* It is nothing that the local APIC would have in service. */
	CHECK(!apic_has(&g.cpu, APIC_ISR, EXTINT));
	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
	CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 1);
	vcpu_open_window(&g.cpu);
}

/* There is room for one: until that is taken no other is asked for. */
TEST(split_interrupt_waits)
{
	struct guest g = split_guest();
	struct kvm_vcpu_events events;

	CHECK_OK(vcpu_interrupt(&g.cpu, EXTINT));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &events));
	CHECK_EQ(events.interrupt.injected, 0);
	g.cpu.run->request_interrupt_window = 1;
	CHECK_OUT(&g.cpu, 0x10, 1, EXTINT);
	CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 0);
	vcpu_open_window(&g.cpu);
}

/* What LINT0 does not let through is not asked for, and waits. */
TEST(split_interrupt_and_lint0)
{
	static const u32 closed[] = {LVT_MASKED | LVT_EXTINT, 0x31, LVT_MASKED};
	struct guest g = split_guest();

	for (unsigned int i = 0; i < ARRAY_SIZE(closed); i++) {
		test_row("LINT0 %#x", closed[i]);
		vcpu_set_long_mode(&g.vm, &g.cpu);
		vcpu_set_lapic(&g.cpu, APIC_LVT_LINT0, closed[i]);
		g.cpu.run->request_interrupt_window = 1;
		CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
		CHECK_EQ(g.cpu.run->if_flag, 1);
		CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 0);
		CHECK_OK(vcpu_interrupt(&g.cpu, EXTINT));
		vcpu_set_long_mode(&g.vm, &g.cpu);
		CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
		vcpu_set_lapic(&g.cpu, APIC_LVT_LINT0, LVT_EXTINT);
		CHECK_OUT(&g.cpu, 0x10, 1, EXTINT);
		vcpu_open_window(&g.cpu);
	}
}

/* A vCPU that halts does so in the kernel, until there is something to do for it. */
TEST(split_interrupt_ends_hlt)
{
	struct guest g = split_guest();
	struct kvm_mp_state state;

	memcpy(g.vm.ram + GUEST_CODE, guest_split_halts, guest_split_halts_end - guest_split_halts);
	alarm_every(20);
	do {
		CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
		CHECK_OK(ioctl(g.cpu.fd, KVM_GET_MP_STATE, &state));
	} while (state.mp_state != KVM_MP_STATE_HALTED);
	alarm_every(0);
	CHECK_EQ(g.cpu.run->ready_for_interrupt_injection, 1);
	CHECK_OK(vcpu_interrupt(&g.cpu, EXTINT));
	CHECK_OUT(&g.cpu, 0x10, 1, EXTINT);
	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
}

/* --- KVM_EXIT_IOAPIC_EOI: the I/O APIC --- */

enum { LEVEL_PIN = 5, EDGE_PIN = 6, LAST_PIN = PINS - 1, NO_PIN = PINS };

static void line(const struct guest *g, u32 gsi)
{
	struct kvm_irq_level line = {.irq = gsi, .level = 1};

	CHECK_OK(ioctl(g->vm.fd, KVM_IRQ_LINE_STATUS, &line));
	CHECK_EQ(line.status, 1);
	line.level = 0;
	CHECK_OK(ioctl(g->vm.fd, KVM_IRQ_LINE_STATUS, &line));
	CHECK_EQ(line.status, -1);
}

static void check_eoi(struct guest *g, u8 vector)
{
	CHECK_EXIT(&g->cpu, KVM_EXIT_IOAPIC_EOI);
	CHECK_EQ(g->cpu.run->eoi.vector, vector);
}

TEST(split_eoi)
{
	static const struct {
		u32 gsi, data;
		bool told;
	} rows[] = {
		{LEVEL_PIN, MSI_LEVEL | LOCAL, true}, {LEVEL_PIN, MSI_LEVEL | ANOTHER, true},
		{LAST_PIN, MSI_LEVEL | LOCAL, true},  {EDGE_PIN, LOCAL, false},
		{NO_PIN, MSI_LEVEL | LOCAL, false},   {NO_PIN, LOCAL, false},
	};
	struct guest g = split_guest();

	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct routing routing = {.entry = {to_message(rows[i].gsi, rows[i].data)}};
		u8 vector = rows[i].data & 0xff;

		test_row("row %u", i);
		CHECK_OK(routing_set(g.vm.fd, &routing, 1));
		line(&g, rows[i].gsi);
		CHECK_OUT(&g.cpu, 0x10, 1, vector);
		CHECK(apic_has(&g.cpu, APIC_ISR, vector));
		if (rows[i].told)
			check_eoi(&g, vector);
		CHECK_OUT(&g.cpu, 0x11, 1, vector);
		CHECK(!apic_has(&g.cpu, APIC_ISR, vector));
		CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
	}
}

/* The routes change while the interrupt is in service: those that are there at its end count. */
TEST(split_eoi_after_routes_changed)
{
	struct routing routing = {
		.entry = {to_message(LEVEL_PIN, MSI_LEVEL | LOCAL), to_message(EDGE_PIN, ANOTHER)}};
	struct guest g = split_guest();

	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
	CHECK_OK(routing_set(g.vm.fd, &routing, 1));
	line(&g, LEVEL_PIN);
	CHECK_OUT(&g.cpu, 0x10, 1, LOCAL);
	routing.entry[0].gsi = LAST_PIN;
	CHECK_OK(routing_set(g.vm.fd, &routing, 2));
	check_eoi(&g, LOCAL);
	CHECK_OUT(&g.cpu, 0x11, 1, LOCAL);
	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);

	line(&g, LAST_PIN);
	CHECK_OUT(&g.cpu, 0x10, 1, LOCAL);
	CHECK_OK(routing_set(g.vm.fd, &routing, 0));
	CHECK_OUT(&g.cpu, 0x11, 1, LOCAL);
	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
}

/* It comes after a KVM_RUN that was to end at once, too. */
TEST(split_eoi_is_not_lost)
{
	struct routing routing = {.entry = {to_message(LEVEL_PIN, MSI_LEVEL | LOCAL)}};
	struct guest g = split_guest();

	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
	CHECK_OK(routing_set(g.vm.fd, &routing, 1));
	line(&g, LEVEL_PIN);
	line(&g, LEVEL_PIN);
	CHECK_OUT(&g.cpu, 0x10, 1, LOCAL);
	g.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	g.cpu.run->immediate_exit = 0;
	check_eoi(&g, LOCAL);
	/* The line is still up, as the I/O APIC finds. */
	line(&g, LEVEL_PIN);
	CHECK_OUT(&g.cpu, 0x11, 1, LOCAL);
	CHECK_OUT(&g.cpu, 0x10, 1, LOCAL);
	check_eoi(&g, LOCAL);
	CHECK_OUT(&g.cpu, 0x11, 1, LOCAL);
	CHECK_OUT(&g.cpu, 0x10, 1, RUNS);
}

/* --- KVM_CAP_X2APIC_API --- */

#define API_ALL (KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)

static struct vcpu x2apic_create(int vm, u32 id)
{
	struct vcpu cpu = vcpu_create(vm, id);

	vcpu_set_supported_cpuid(&cpu);
	CHECK_EQ(vcpu_set_msr(&cpu, MSR_APIC_BASE, vcpu_msr(&cpu, MSR_APIC_BASE) | X2APIC), 1);
	vcpu_set_lapic(&cpu, APIC_SVR, 0x1ff);
	return cpu;
}

static int signal_msi(int vm, u32 high, u32 low, u8 vector)
{
	struct kvm_msi msi = {
		.address_hi = high, .address_lo = 0xfee00000 | low << 12, .data = vector};

	return ioctl(vm, KVM_SIGNAL_MSI, &msi);
}

TEST(x2apic_api_refused)
{
	int vm = vm_fd_create();
	struct vcpu cpu = vcpu_create(vm, 0);

	CHECK_EQ(kvm_capability(KVM_CAP_X2APIC_API) & API_ALL, API_ALL);
	CHECK_ERR(enable(vm, KVM_CAP_X2APIC_API, 1u << 31), EINVAL);
	CHECK_ERR(enable(vm, KVM_CAP_X2APIC_API, 1ull << 32), EINVAL);
	CHECK_ERR(enable(cpu.fd, KVM_CAP_X2APIC_API, 0), EINVAL);
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, 0));
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, API_ALL));
}

TEST(x2apic_api_state)
{
	int vm = vm_with_split_irqchip();
	struct vcpu cpu = x2apic_create(vm, 5), xapic = vcpu_create(vm, 6);
	struct kvm_lapic_state lapic;

	CHECK_EQ(vcpu_lapic(&cpu, APIC_ID), 5 << 24);
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, KVM_X2APIC_API_USE_32BIT_IDS));
	CHECK_EQ(vcpu_lapic(&cpu, APIC_ID), 5);
	CHECK_EQ(vcpu_lapic(&xapic, APIC_ID), 6 << 24);
	CHECK_OK(ioctl(cpu.fd, KVM_GET_LAPIC, &lapic));
	CHECK_OK(ioctl(cpu.fd, KVM_SET_LAPIC, &lapic));
	*(u32 *)(lapic.regs + APIC_ID) = 5 << 24;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_LAPIC, &lapic), EINVAL);
	*(u32 *)(lapic.regs + APIC_ID) = 6;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_LAPIC, &lapic), EINVAL);
	/* What was enabled stays so. */
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, 0));
	CHECK_EQ(vcpu_lapic(&cpu, APIC_ID), 5);
}

TEST(x2apic_api_messages)
{
	int vm = vm_with_split_irqchip();
	struct vcpu near = x2apic_create(vm, 5), far;
	struct routing routing = {.entry = {to_message(3, 0x34)}};

	/* The high half is ignored. */
	CHECK_EQ(signal_msi(vm, 0x1ff, 5, 0x31), 1);
	CHECK(apic_has(&near, APIC_IRR, 0x31));
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, KVM_X2APIC_API_USE_32BIT_IDS));
	far = x2apic_create(vm, 0x105);
	CHECK_EQ(signal_msi(vm, 0, 5, 0x32), 1);
	CHECK_EQ(signal_msi(vm, 0x100, 5, 0x33), 1);
	CHECK_EQ(signal_msi(vm, 0x200, 5, 0x35), 0);
	CHECK_ERR(signal_msi(vm, 1, 5, 0x31), EINVAL);
	CHECK_ERR(signal_msi(vm, 0x180, 5, 0x31), EINVAL);
	CHECK(apic_has(&near, APIC_IRR, 0x32));
	CHECK(!apic_has(&near, APIC_IRR, 0x33));
	CHECK(!apic_has(&far, APIC_IRR, 0x31));
	CHECK(apic_has(&far, APIC_IRR, 0x33));
	routing.entry[0].u.msi.address_hi = 0x101;
	CHECK_ERR(routing_set(vm, &routing, 1), EINVAL);
	routing.entry[0].u.msi.address_hi = 0x100;
	routing.entry[0].u.msi.address_lo |= 5 << 12;
	CHECK_OK(routing_set(vm, &routing, 1));
	CHECK_OK(ioctl(vm, KVM_IRQ_LINE, &(struct kvm_irq_level){.irq = 3, .level = 1}));
	CHECK(apic_has(&far, APIC_IRR, 0x34));
	CHECK(!apic_has(&near, APIC_IRR, 0x34));
}

/* The ID 255 of a message names all, or one. */
TEST(x2apic_api_broadcast)
{
	int vm = vm_with_split_irqchip();
	struct vcpu first = x2apic_create(vm, 0), last = x2apic_create(vm, 255);

	CHECK_EQ(signal_msi(vm, 0, 255, 0x31), 2);
	CHECK_OK(enable(vm, KVM_CAP_X2APIC_API, KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK));
	CHECK_EQ(signal_msi(vm, 0, 255, 0x32), 1);
	CHECK(apic_has(&first, APIC_IRR, 0x31));
	CHECK(!apic_has(&first, APIC_IRR, 0x32));
	CHECK(apic_has(&last, APIC_IRR, 0x32));
}
