// SPDX-License-Identifier: GPL-2.0
/*
 * Page tables in a read-only slot, as firmware has them in its ROM.  The processor writes to them
 * only where an accessed or dirty flag is clear, which the firmware sees to that none is.
 */
#include "vm.h"

#define TABLES_END 0x18000UL /* a whole number of pages behind GUEST_PML4 that has all tables */
#define ENTRIES	   ((TABLES_END - GUEST_PML4) / 8)

#define PRESENT	 1ULL
#define ACCESSED (1ULL << 5)
#define DIRTY	 (1ULL << 6)

/* Everything that walks the tables: code and data in several pages, and a flush of all
 * translations. */
GUEST64(guest_walks, "mov $0x4100, %ebx\n"
		     "1: movl $0x5a5a5a5a, (%rbx)\n"
		     "mov (%rbx), %eax\n"
		     "out %al, $0x10\n"
		     "mov %cr3, %rax\n"
		     "mov %rax, %cr3\n"
		     "push %rax\n"
		     "pop %rcx\n"
		     "cmp %rax, %rcx\n"
		     "sete %al\n"
		     "out %al, $0x11\n"
		     "add $0x1000, %ebx\n"
		     "jmp 1b\n");

/* The guest's RAM in three slots, of which the one with the tables is read-only. */
static struct guest rom_create(const u8 *code, const u8 *end, u64 flags)
{
	struct guest g = guest_long(code, end);
	u64 *entry = (u64 *)(g.vm.ram + GUEST_PML4);

	for (u64 i = 0; i < ENTRIES; i++)
		if (entry[i] & PRESENT)
			entry[i] |= flags;
	CHECK_OK(vm_set_slot(g.vm.fd, 0, 0, 0, 0, NULL));
	CHECK_OK(vm_set_slot(g.vm.fd, 0, 0, 0, GUEST_PML4, g.vm.ram));
	CHECK_OK(vm_set_slot(g.vm.fd, 1, KVM_MEM_READONLY, GUEST_PML4, TABLES_END - GUEST_PML4,
			     g.vm.ram + GUEST_PML4));
	CHECK_OK(vm_set_slot(g.vm.fd, 2, 0, TABLES_END, GUEST_RAM - TABLES_END,
			     g.vm.ram + TABLES_END));
	return g;
}

TEST(rom_page_tables)
{
	struct guest g = rom_create(guest_walks, guest_walks_end, ACCESSED | DIRTY);
	u8 tables[TABLES_END - GUEST_PML4];

	memcpy(tables, g.vm.ram + GUEST_PML4, sizeof(tables));
	for (u64 at = GUEST_DATA; at < 0x7000; at += PAGE) {
		CHECK_OUT(&g.cpu, 0x10, 1, 0x5a);
		CHECK_OUT(&g.cpu, 0x11, 1, 1);
		CHECK_EQ(*(u32 *)(g.vm.ram + at + 0x100), 0x5a5a5a5a);
	}
	CHECK_MEM(g.vm.ram + GUEST_PML4, tables, sizeof(tables));
}

/* The log of the other slots is kept as ever, whenever it begins. */
TEST(rom_page_tables_and_dirty_log)
{
	struct guest g = rom_create(guest_walks, guest_walks_end, ACCESSED | DIRTY);
	u64 bits = 0;
	struct kvm_dirty_log log = {.slot = 0, .dirty_bitmap = &bits};

	CHECK_OK(vm_set_slot(g.vm.fd, 0, KVM_MEM_LOG_DIRTY_PAGES, 0, GUEST_PML4, g.vm.ram));
	for (u64 at = GUEST_DATA; at < 0x7000; at += PAGE) {
		CHECK_OUT(&g.cpu, 0x10, 1, 0x5a);
		CHECK_OK(ioctl(g.vm.fd, KVM_GET_DIRTY_LOG, &log));
		CHECK(bits >> at / PAGE & 1);
		CHECK_EQ(bits & ~(1ULL << at / PAGE | 1ULL << (GUEST_STACK / PAGE - 1)), 0);
		CHECK_OUT(&g.cpu, 0x11, 1, 1);
		CHECK_OK(ioctl(g.vm.fd, KVM_GET_DIRTY_LOG, &log));
		CHECK_EQ(bits, 1ULL << (GUEST_STACK / PAGE - 1));
	}
}
