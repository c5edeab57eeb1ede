// SPDX-License-Identifier: GPL-2.0
/* What each call of the KVM API costs its caller. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "bench.h"

#define SAMPLES	   15
#define CPUID_ROOM 256
#define MSR_COUNT  4

/* Of what waits for RCU: enough that the allocator has something ready once. */
#define SLOW_SAMPLES 8

/* Everything that the rows use, made once. */
static struct {
	int kvm;
	struct vm vm;
	struct vcpu cpu;
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_fpu fpu;
	struct kvm_xsave xsave;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
	struct kvm_irqchip ioapic;
	struct kvm_pit_state2 pit;
	struct kvm_clock_data clock;
	struct kvm_ioeventfd ioeventfd;
	struct kvm_irqfd irqfd;
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry[MSR_COUNT];
	} msrs;
	struct kvm_cpuid2 *cpuid;
	u8 *memory;
	int new_fd;
} b;

static void measure(const char *name, void (*call)(void), void (*undo)(void), unsigned int count)
{
	u64 samples[SAMPLES];

	for (unsigned int i = 0; i < count; i++) {
		u64 start;

		MARK(COUNT_START);
		start = rdtsc();
		call();
		samples[i] = rdtsc() - start;
		MARK(COUNT_STOP);
		if (undo)
			undo();
	}
	bench_row(name, samples, count);
}

#define CALL(name, code)                                                                           \
	static void call_##name(void)                                                              \
	{                                                                                          \
		CHECK_OK(code);                                                                    \
	}

CALL(getppid, syscall(SYS_getppid))
CALL(open, b.new_fd = open(test_device, O_RDWR | O_CLOEXEC))
CALL(close_new, close(b.new_fd))
CALL(version, ioctl(b.kvm, KVM_GET_API_VERSION, 0))
CALL(extension, ioctl(b.kvm, KVM_CHECK_EXTENSION, KVM_CAP_IRQCHIP))
CALL(create_vm, b.new_fd = ioctl(b.kvm, KVM_CREATE_VM, 0))
CALL(tss, ioctl(b.vm.fd, KVM_SET_TSS_ADDR, 0xfffbd000))
CALL(slot_add, vm_set_slot(b.vm.fd, 1, 0, 0x1000000, 0x100000, b.memory))
CALL(slot_delete, vm_set_slot(b.vm.fd, 1, 0, 0x1000000, 0, b.memory))
CALL(get_regs, ioctl(b.cpu.fd, KVM_GET_REGS, &b.regs))
CALL(set_regs, ioctl(b.cpu.fd, KVM_SET_REGS, &b.regs))
CALL(get_sregs, ioctl(b.cpu.fd, KVM_GET_SREGS, &b.sregs))
CALL(set_sregs, ioctl(b.cpu.fd, KVM_SET_SREGS, &b.sregs))
CALL(get_fpu, ioctl(b.cpu.fd, KVM_GET_FPU, &b.fpu))
CALL(get_xsave, ioctl(b.cpu.fd, KVM_GET_XSAVE, &b.xsave))
CALL(get_lapic, ioctl(b.cpu.fd, KVM_GET_LAPIC, &b.lapic))
CALL(set_lapic, ioctl(b.cpu.fd, KVM_SET_LAPIC, &b.lapic))
CALL(get_events, ioctl(b.cpu.fd, KVM_GET_VCPU_EVENTS, &b.events))
CALL(get_mp_state, ioctl(b.cpu.fd, KVM_GET_MP_STATE, &b.mp_state))
CALL(get_ioapic, ioctl(b.vm.fd, KVM_GET_IRQCHIP, &b.ioapic))
CALL(get_pit, ioctl(b.vm.fd, KVM_GET_PIT2, &b.pit))
CALL(get_clock, ioctl(b.vm.fd, KVM_GET_CLOCK, &b.clock))
CALL(get_msrs, ioctl(b.cpu.fd, KVM_GET_MSRS, &b.msrs))
CALL(set_msrs, ioctl(b.cpu.fd, KVM_SET_MSRS, &b.msrs))
CALL(set_cpuid, ioctl(b.cpu.fd, KVM_SET_CPUID2, b.cpuid))
CALL(line_up, ioctl(b.vm.fd, KVM_IRQ_LINE, &((struct kvm_irq_level){.irq = 5, .level = 1})))
CALL(line_down, ioctl(b.vm.fd, KVM_IRQ_LINE, &((struct kvm_irq_level){.irq = 5})))
CALL(run_pio, ioctl(b.cpu.fd, KVM_RUN, 0))

static void call_supported(void)
{
	b.cpuid->nent = CPUID_ROOM;
	CHECK_OK(ioctl(b.kvm, KVM_GET_SUPPORTED_CPUID, b.cpuid));
}

static void call_create_vcpu(void)
{
	static unsigned int id = 1;

	b.new_fd = CHECK_OK(ioctl(b.vm.fd, KVM_CREATE_VCPU, id++));
}

static void call_ioeventfd(void)
{
	b.ioeventfd.flags = 0;
	CHECK_OK(ioctl(b.vm.fd, KVM_IOEVENTFD, &b.ioeventfd));
}

static void call_ioeventfd_off(void)
{
	b.ioeventfd.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
	CHECK_OK(ioctl(b.vm.fd, KVM_IOEVENTFD, &b.ioeventfd));
}

static void call_irqfd(void)
{
	b.irqfd.flags = 0;
	CHECK_OK(ioctl(b.vm.fd, KVM_IRQFD, &b.irqfd));
}

static void call_irqfd_off(void)
{
	b.irqfd.flags = KVM_IRQFD_FLAG_DEASSIGN;
	CHECK_OK(ioctl(b.vm.fd, KVM_IRQFD, &b.irqfd));
}

static void call_immediate(void)
{
	b.cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(b.cpu.fd, KVM_RUN, 0), EINTR);
	b.cpu.run->immediate_exit = 0;
}

GUEST16(guest_out_loop, "1: outb %al, $0xe0; jmp 1b");

static void setup(void)
{
	static const u32 msrs[MSR_COUNT] = {0x174, 0x175, 0x176, 0xc0000081};
	struct kvm_pit_config pit = {0};

	b.kvm = kvm_open();
	b.vm = vm_create();
	CHECK_OK(ioctl(b.vm.fd, KVM_CREATE_IRQCHIP, 0));
	CHECK_OK(ioctl(b.vm.fd, KVM_CREATE_PIT2, &pit));
	b.cpu = vcpu_create(b.vm.fd, 0);
	b.cpuid = calloc(1, sizeof(*b.cpuid) + CPUID_ROOM * sizeof(b.cpuid->entries[0]));
	b.memory = host_memory(0x100000);
	CHECK(b.cpuid);
	vcpu_set_real_mode(&b.cpu);
	vm_load(&b.vm, guest_out_loop, guest_out_loop_end);
	b.msrs.head.nmsrs = MSR_COUNT;
	for (unsigned int i = 0; i < MSR_COUNT; i++)
		b.msrs.entry[i].index = msrs[i];
	b.ioapic.chip_id = KVM_IRQCHIP_IOAPIC;
	b.ioeventfd =
		(struct kvm_ioeventfd){.addr = 0xd00, .len = 4, .fd = eventfd(0, EFD_CLOEXEC)};
	b.ioeventfd.flags = KVM_IOEVENTFD_FLAG_PIO;
	b.irqfd = (struct kvm_irqfd){.fd = eventfd(0, EFD_CLOEXEC), .gsi = 5};
}

struct row {
	const char *name;
	void (*call)(void);
	void (*undo)(void);
	unsigned int count;
};

#define ROW(name, call, undo)                                                                      \
	{                                                                                          \
		name, call_##call, undo, SAMPLES                                                   \
	}
#define SLOW(name, call, undo)                                                                     \
	{                                                                                          \
		name, call_##call, undo, SLOW_SAMPLES                                              \
	}

/* In the order in which they depend on each other. */
static const struct row rows[] = {
	ROW("getppid (the floor of a system call)", getppid, NULL),
	ROW("open /dev/kvm", open, call_close_new),
	ROW("KVM_GET_API_VERSION", version, NULL),
	ROW("KVM_CHECK_EXTENSION", extension, NULL),
	ROW("KVM_GET_SUPPORTED_CPUID", supported, NULL),
	SLOW("KVM_CREATE_VM", create_vm, call_close_new),
	ROW("KVM_SET_TSS_ADDR", tss, NULL),
	ROW("KVM_SET_USER_MEMORY_REGION add", slot_add, call_slot_delete),
	ROW("KVM_CREATE_VCPU", create_vcpu, call_close_new),
	ROW("KVM_SET_CPUID2", set_cpuid, NULL),
	ROW("KVM_GET_REGS", get_regs, NULL),
	ROW("KVM_SET_REGS", set_regs, NULL),
	ROW("KVM_GET_SREGS", get_sregs, NULL),
	ROW("KVM_SET_SREGS", set_sregs, NULL),
	ROW("KVM_GET_FPU", get_fpu, NULL),
	ROW("KVM_GET_XSAVE", get_xsave, NULL),
	ROW("KVM_GET_LAPIC", get_lapic, NULL),
	ROW("KVM_SET_LAPIC", set_lapic, NULL),
	ROW("KVM_GET_VCPU_EVENTS", get_events, NULL),
	ROW("KVM_GET_MP_STATE", get_mp_state, NULL),
	ROW("KVM_GET_IRQCHIP, I/O APIC", get_ioapic, NULL),
	ROW("KVM_GET_PIT2", get_pit, NULL),
	ROW("KVM_GET_CLOCK", get_clock, NULL),
	ROW("KVM_GET_MSRS of 4", get_msrs, NULL),
	ROW("KVM_SET_MSRS of 4", set_msrs, NULL),
	ROW("KVM_IRQ_LINE up", line_up, call_line_down),
	ROW("KVM_IOEVENTFD assign", ioeventfd, call_ioeventfd_off),
	ROW("KVM_IRQFD assign", irqfd, call_irqfd_off),
	ROW("KVM_RUN with immediate_exit", immediate, NULL),
	ROW("KVM_RUN, OUT to user space, real mode", run_pio, NULL),
};

static void measure_slot_delete(void)
{
	u64 samples[SAMPLES];

	for (unsigned int i = 0; i < SAMPLES; i++) {
		u64 start;

		call_slot_add();
		MARK(COUNT_START);
		start = rdtsc();
		call_slot_delete();
		samples[i] = rdtsc() - start;
		MARK(COUNT_STOP);
	}
	bench_row("KVM_SET_USER_MEMORY_REGION delete", samples, SAMPLES);
}

void bench_api(void)
{
	setup();
	/* What the first call of each makes ready is not its cost. */
	call_supported();
	call_get_regs();
	call_get_sregs();
	call_get_lapic();
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		measure(rows[i].name, rows[i].call, rows[i].undo, rows[i].count);
	measure_slot_delete();
	vcpu_destroy(&b.cpu);
	vm_destroy(&b.vm);
}
