// SPDX-License-Identifier: GPL-2.0
/* Writes that end in the kernel: KVM_IOEVENTFD, and coalesced writes. */
#include <sys/eventfd.h>

#include "vm.h"

#define PORT	  0x500
#define PIO	  KVM_IOEVENTFD_FLAG_PIO
#define DATAMATCH KVM_IOEVENTFD_FLAG_DATAMATCH
#define DEASSIGN  KVM_IOEVENTFD_FLAG_DEASSIGN

static int event_create(void)
{
	return CHECK_OK(eventfd(0, EFD_NONBLOCK));
}

static u64 event_count(int event)
{
	u64 count = 0;

	if (read(event, &count, sizeof(count)) < 0)
		CHECK_EQ(errno, EAGAIN);
	return count;
}

static int ioeventfd(int vm, int event, u64 address, u32 length, u32 flags, u64 data)
{
	struct kvm_ioeventfd wanted = {
		.fd = event, .addr = address, .len = length, .flags = flags, .datamatch = data};

	return ioctl(vm, KVM_IOEVENTFD, &wanted);
}

TEST(ioeventfd_capabilities)
{
	CHECK_EQ(kvm_capability(KVM_CAP_IOEVENTFD), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_IOEVENTFD_NO_LENGTH), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_IOEVENTFD_ANY_LENGTH), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_COALESCED_MMIO), 2);
	CHECK_EQ(kvm_capability(KVM_CAP_COALESCED_PIO), 1);
}

TEST(ioeventfd_refused)
{
	int vm = vm_fd_create(), event = event_create(), pipes[2];

	CHECK_OK(pipe(pipes));
	CHECK_ERR(ioeventfd(vm, event, PORT, 3, PIO, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, event, PORT, 16, PIO, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, event, ~0ULL - 3, 8, 0, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, event, PORT, 4, PIO | 0x20, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, event, PORT, 0, PIO | DATAMATCH, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, -1, PORT, 4, PIO, 0), EBADF);
	CHECK_ERR(ioeventfd(vm, 1000, PORT, 4, PIO | DEASSIGN, 0), EBADF);
	CHECK_ERR(ioeventfd(vm, pipes[0], PORT, 4, PIO, 0), EINVAL);
	CHECK_ERR(ioeventfd(vm, event, PORT, 4, PIO | DEASSIGN, 0), ENOENT);
}

TEST(ioeventfd_clashes)
{
	int vm = vm_fd_create(), event = event_create(), other = event_create();

	CHECK_OK(ioeventfd(vm, event, PORT, 4, PIO | DATAMATCH, 5));
	CHECK_ERR(ioeventfd(vm, other, PORT, 4, PIO | DATAMATCH, 5), EEXIST);
	CHECK_ERR(ioeventfd(vm, other, PORT, 4, PIO, 0), EEXIST);
	CHECK_ERR(ioeventfd(vm, other, PORT, 0, PIO, 0), EEXIST);
	CHECK_OK(ioeventfd(vm, other, PORT, 4, PIO | DATAMATCH, 6));
	CHECK_OK(ioeventfd(vm, other, PORT, 2, PIO, 0));
	CHECK_OK(ioeventfd(vm, other, PORT, 4, DATAMATCH, 5));
	CHECK_ERR(ioeventfd(vm, other, PORT, 4, PIO | DEASSIGN | DATAMATCH, 5), ENOENT);
	CHECK_ERR(ioeventfd(vm, event, PORT, 4, PIO | DEASSIGN | DATAMATCH, 6), ENOENT);
	CHECK_ERR(ioeventfd(vm, event, PORT, 4, PIO | DEASSIGN, 5), ENOENT);
	CHECK_OK(ioeventfd(vm, dup(event), PORT, 4, PIO | DEASSIGN | DATAMATCH, 5));
	CHECK_ERR(ioeventfd(vm, event, PORT, 4, PIO | DEASSIGN | DATAMATCH, 5), ENOENT);
}

GUEST16(guest_ioeventfd_ports, "mov $0x500, %dx\n"
			       "mov $0x12345678, %eax\n"
			       "out %eax, %dx\n"
			       "out %ax, %dx\n"
			       "out %al, %dx\n"
			       "mov $0x501, %dx\n"
			       "out %al, %dx\n"
			       "mov $0x502, %dx\n"
			       "out %al, %dx\n"
			       "inc %al\n"
			       "out %al, %dx\n"
			       "mov $0x500, %dx\n"
			       "in %dx, %eax\n"
			       "hlt");

TEST(ioeventfd_ports)
{
	struct guest g = GUEST_REAL(guest_ioeventfd_ports);
	int four = event_create(), any = event_create(), match = event_create();

	CHECK_OK(ioeventfd(g.vm.fd, four, PORT, 4, PIO, 0));
	CHECK_OK(ioeventfd(g.vm.fd, any, PORT + 1, 0, PIO, 0));
	CHECK_OK(ioeventfd(g.vm.fd, match, PORT + 2, 1, PIO | DATAMATCH, 0x78));
	CHECK_OUT(&g.cpu, PORT, 2, 0x5678);
	CHECK_EQ(event_count(four), 1);
	CHECK_OUT(&g.cpu, PORT, 1, 0x78);
	CHECK_OUT(&g.cpu, PORT + 2, 1, 0x79);
	CHECK_EQ(event_count(any), 1);
	CHECK_EQ(event_count(match), 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(g.cpu.run->io.direction, KVM_EXIT_IO_IN);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(event_count(four) + event_count(any) + event_count(match), 0);
}

GUEST16(guest_ioeventfd_string, "mov $0x500, %dx\n"
				"mov $0x4000, %si\n"
				"mov $8, %cx\n"
				"cld\n"
				"rep outsb\n"
				"hlt");

/* Each element is looked at; those that match nothing are user space's. */
TEST(ioeventfd_string_output)
{
	struct guest g = GUEST_REAL(guest_ioeventfd_string);
	int event = event_create();

	memcpy(g.vm.ram + GUEST_DATA, "aaXaaYaa", 8);
	CHECK_OK(ioeventfd(g.vm.fd, event, PORT, 1, PIO | DATAMATCH, 'a'));
	CHECK_OUT(&g.cpu, PORT, 1, 'X');
	CHECK_EQ(event_count(event), 2);
	CHECK_OUT(&g.cpu, PORT, 1, 'Y');
	CHECK_EQ(event_count(event), 2);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(event_count(event), 2);
	CHECK_EQ(vcpu_regs(&g.cpu).rsi, GUEST_DATA + 8);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, 0);
}

GUEST16(guest_ioeventfd_memory, "mov $0xd000, %ax\n"
				"mov %ax, %ds\n"
				"mov $0x12345678, %eax\n"
				"mov %eax, 0x10\n"
				"mov %ax, 0x10\n"
				"mov %eax, 0x20\n"
				"mov %al, 0x20\n"
				"movb $0x42, 0x30\n"
				"movb $0x43, 0x30\n"
				"mov 0x20, %al\n"
				"hlt");

TEST(ioeventfd_memory)
{
	struct guest g = GUEST_REAL(guest_ioeventfd_memory);
	int four = event_create(), any = event_create(), match = event_create();

	CHECK_OK(ioeventfd(g.vm.fd, four, GUEST_MMIO + 0x10, 4, 0, 0));
	CHECK_OK(ioeventfd(g.vm.fd, any, GUEST_MMIO + 0x20, 0, 0, 0));
	CHECK_OK(ioeventfd(g.vm.fd, match, GUEST_MMIO + 0x30, 1, DATAMATCH, 0x42));
	CHECK_EXIT(&g.cpu, KVM_EXIT_MMIO);
	CHECK_EQ(g.cpu.run->mmio.phys_addr, GUEST_MMIO + 0x10);
	CHECK_EQ(g.cpu.run->mmio.len, 2);
	CHECK_EQ(event_count(four), 1);
	CHECK_EXIT(&g.cpu, KVM_EXIT_MMIO);
	CHECK_EQ(g.cpu.run->mmio.phys_addr, GUEST_MMIO + 0x30);
	CHECK_EQ(g.cpu.run->mmio.data[0], 0x43);
	CHECK_EQ(event_count(any), 2);
	CHECK_EQ(event_count(match), 1);
	/* What a read of a doorbell without length does is nobody's promise: not run. */
	CHECK_OK(ioeventfd(g.vm.fd, any, GUEST_MMIO + 0x20, 0, DEASSIGN, 0));
	CHECK_EXIT(&g.cpu, KVM_EXIT_MMIO);
	CHECK_EQ(g.cpu.run->mmio.is_write, 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(event_count(four) + event_count(any) + event_count(match), 0);
}

/* The event's descriptor is closed, the VM still signals it: nobody is hurt. */
TEST(ioeventfd_outlives_descriptor)
{
	struct guest g = GUEST_REAL(guest_ioeventfd_ports);
	int event = event_create();

	CHECK_OK(ioeventfd(g.vm.fd, event, PORT, 4, PIO, 0));
	CHECK_OK(close(event));
	CHECK_OUT(&g.cpu, PORT, 2, 0x5678);
	guest_destroy(&g);
}

static int zone(int vm, unsigned long request, u64 address, u32 size, u32 pio)
{
	struct kvm_coalesced_mmio_zone wanted = {.addr = address, .size = size, .pio = pio};

	return ioctl(vm, request, &wanted);
}

static struct kvm_coalesced_mmio_ring *ring_of(struct vcpu *cpu)
{
	return (void *)((u8 *)cpu->run + 2 * PAGE);
}

GUEST16(guest_coalesced, "mov $0xd000, %ax\n"
			 "mov %ax, %ds\n"
			 "mov $0x12345678, %eax\n"
			 "mov %eax, 0x10\n"
			 "mov %al, 0x1f\n"
			 "mov $0x500, %dx\n"
			 "out %ax, %dx\n"
			 "mov %al, 0x20\n"
			 "hlt");

TEST(coalesced_writes)
{
	struct guest g = GUEST_REAL(guest_coalesced);
	struct kvm_coalesced_mmio_ring *ring = ring_of(&g.cpu);
	static const struct {
		u64 address;
		u32 length, pio;
		u8 data[4];
	} expected[] = {
		{GUEST_MMIO + 0x10, 4, 0, {0x78, 0x56, 0x34, 0x12}},
		{GUEST_MMIO + 0x1f, 1, 0, {0x78}},
		{PORT, 2, 1, {0x78, 0x56}},
	};

	CHECK_OK(zone(g.vm.fd, KVM_REGISTER_COALESCED_MMIO, GUEST_MMIO + 0x10, 0x10, 0));
	CHECK_OK(zone(g.vm.fd, KVM_REGISTER_COALESCED_MMIO, PORT, 4, 1));
	CHECK_EXIT(&g.cpu, KVM_EXIT_MMIO);
	CHECK_EQ(g.cpu.run->mmio.phys_addr, GUEST_MMIO + 0x20);
	CHECK_EQ(ring->first, 0);
	CHECK_EQ(ring->last, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct kvm_coalesced_mmio *entry = &ring->coalesced_mmio[i];

		CHECK_EQ(entry->phys_addr, expected[i].address);
		CHECK_EQ(entry->len, expected[i].length);
		CHECK_EQ(entry->pio, expected[i].pio);
		CHECK_EQ(memcmp(entry->data, expected[i].data, entry->len), 0);
	}
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

/* A ring that is full, or holds nonsense, exits as if there were none. */
TEST(coalesced_ring_without_room)
{
	static const u32 ends[][2] = {{1, 0}, {0, 170}, {0, 0x80000000}, {5, ~0u}};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct guest g = GUEST_REAL(guest_coalesced);
		struct kvm_coalesced_mmio_ring *ring = ring_of(&g.cpu);

		test_row("first %u, last %u", ends[i][0], ends[i][1]);
		ring->first = ends[i][0], ring->last = ends[i][1];
		CHECK_OK(zone(g.vm.fd, KVM_REGISTER_COALESCED_MMIO, GUEST_MMIO, 0x100, 0));
		CHECK_EXIT(&g.cpu, KVM_EXIT_MMIO);
		CHECK_EQ(g.cpu.run->mmio.phys_addr, GUEST_MMIO + 0x10);
		CHECK_EQ(ring->last, ends[i][1]);
		guest_destroy(&g);
	}
	test_row("%s", "");
}

TEST(coalesced_zones)
{
	int vm = vm_fd_create();

	CHECK_ERR(zone(vm, KVM_REGISTER_COALESCED_MMIO, PORT, 4, 2), EINVAL);
	CHECK_ERR(zone(vm, KVM_UNREGISTER_COALESCED_MMIO, PORT, 4, 2), EINVAL);
	CHECK_OK(zone(vm, KVM_UNREGISTER_COALESCED_MMIO, PORT, 4, 1));
	CHECK_OK(zone(vm, KVM_REGISTER_COALESCED_MMIO, PORT, 4, 1));
	CHECK_OK(zone(vm, KVM_REGISTER_COALESCED_MMIO, PORT, 4, 1));
	CHECK_OK(zone(vm, KVM_UNREGISTER_COALESCED_MMIO, PORT, 4, 1));
}
