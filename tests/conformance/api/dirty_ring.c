// SPDX-License-Identifier: GPL-2.0
/* The dirty ring: which pages the guest wrote, in a list of each vCPU. */
#include "vm.h"

#define GPA	   0x40000000UL
#define PAGES	   2048UL
#define SLOT	   1
#define ENTRIES	   1024UL /* the fewest with page-modification logging */
#define RING_BYTES (ENTRIES * sizeof(struct kvm_dirty_gfn))
#define RING_AT	   (KVM_DIRTY_LOG_PAGE_OFFSET * PAGE)

/* Adds 1 to the words of RCX pages from RDI on, and says so. */
GUEST64(guest_write_pages, "1: incl (%rdi)\n"
			   "add $4096, %rdi\n"
			   "dec %rcx\n"
			   "jnz 1b\n"
			   "out %al, $0x10");

struct ringed {
	struct vm vm;
	struct vcpu cpu;
	u8 *memory;
	struct kvm_dirty_gfn *ring;
	u64 next;
};

static int enable_ring(int vm, u32 capability, u64 size)
{
	struct kvm_enable_cap cap = {.cap = capability, .args = {size}};

	return ioctl(vm, KVM_ENABLE_CAP, &cap);
}

static int set_flags(struct ringed *r, u32 flags)
{
	return vm_set_slot(r->vm.fd, SLOT, flags, GPA, PAGES * PAGE, r->memory);
}

static void *ring_map(const struct vcpu *cpu, int protection, int flags)
{
	return mmap(NULL, RING_BYTES, protection, flags, cpu->fd, RING_AT);
}

static struct ringed ringed_create(void)
{
	struct ringed r = {.vm = vm_create(), .memory = host_memory(PAGES * PAGE)};

	if (!kvm_capability(KVM_CAP_DIRTY_LOG_RING))
		test_skip("no KVM_CAP_DIRTY_LOG_RING");
	CHECK_OK(enable_ring(r.vm.fd, KVM_CAP_DIRTY_LOG_RING, RING_BYTES));
	r.cpu = vcpu_create(r.vm.fd, 0);
	vm_load(&r.vm, guest_write_pages, guest_write_pages_end);
	vcpu_set_long_mode(&r.vm, &r.cpu);
	r.ring = ring_map(&r.cpu, PROT_READ | PROT_WRITE, MAP_SHARED);
	CHECK((void *)r.ring != MAP_FAILED);
	CHECK_OK(set_flags(&r, KVM_MEM_LOG_DIRTY_PAGES));
	return r;
}

static void guest_begins(struct ringed *r, u64 first, u64 count)
{
	struct kvm_regs regs = vcpu_regs(&r->cpu);

	regs.rdi = GPA + first * PAGE;
	regs.rcx = count;
	regs.rip = GUEST_CODE;
	vcpu_set_regs(&r->cpu, &regs);
}

static void guest_writes(struct ringed *r, u64 first, u64 count)
{
	guest_begins(r, first, count);
	CHECK_EXIT(&r->cpu, KVM_EXIT_IO);
}

/* Each entry that is dirty counts its page; gives: how many. */
static u64 harvest(struct ringed *r, u8 *seen)
{
	u64 count = 0;

	for (;; count++) {
		struct kvm_dirty_gfn *entry = &r->ring[r->next % ENTRIES];

		if (__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) != KVM_DIRTY_GFN_F_DIRTY)
			return count;
		CHECK_EQ(entry->slot, SLOT);
		CHECK(entry->offset < PAGES);
		seen[entry->offset]++;
		__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
		r->next++;
	}
}

/* The ring has these pages, each once, and no other; reset. */
static void check_ring(struct ringed *r, u64 first, u64 count)
{
	u8 seen[PAGES] = {0};

	CHECK_EQ(harvest(r, seen), count);
	for (u64 page = 0; page < PAGES; page++)
		CHECK_EQ(seen[page], page >= first && page < first + count);
	CHECK_EQ(ioctl(r->vm.fd, KVM_RESET_DIRTY_RINGS, 0), (int)count);
	CHECK_EQ(ioctl(r->vm.fd, KVM_RESET_DIRTY_RINGS, 0), 0);
}

TEST(dirty_ring_refusals)
{
	const u64 most = 65536 * sizeof(struct kvm_dirty_gfn);
	const u32 ring = KVM_CAP_DIRTY_LOG_RING;
	struct kvm_dirty_log log = {.slot = SLOT};
	struct kvm_clear_dirty_log clear = {.slot = SLOT, .first_page = 1};
	struct vm vm = vm_create();
	struct vcpu cpu;

	if (!kvm_capability(ring))
		test_skip("no KVM_CAP_DIRTY_LOG_RING");
	CHECK_EQ(kvm_capability(ring), (int)most);
	CHECK_ERR(ioctl(vm.fd, KVM_RESET_DIRTY_RINGS, 0), EINVAL);
	CHECK_ERR(enable_ring(vm.fd, ring, 0), EINVAL);
	CHECK_ERR(enable_ring(vm.fd, ring, 2048), EINVAL);
	CHECK_ERR(enable_ring(vm.fd, ring, 5 * PAGE), EINVAL);
	CHECK_ERR(enable_ring(vm.fd, ring, 2 * most), E2BIG);
	CHECK_OK(enable_ring(vm.fd, ring, most));
	CHECK_ERR(enable_ring(vm.fd, ring, most), EINVAL);
	CHECK_ERR(ioctl(vm.fd, KVM_GET_DIRTY_LOG, &log), ENXIO);
	CHECK_ERR(ioctl(vm.fd, KVM_CLEAR_DIRTY_LOG, &clear), ENXIO);
	CHECK_EQ(ioctl(vm.fd, KVM_RESET_DIRTY_RINGS, 0), 0);
	vm_destroy(&vm);

	vm = vm_create();
	cpu = vcpu_create(vm.fd, 0);
	CHECK_ERR(enable_ring(vm.fd, ring, most), EINVAL);
	vcpu_destroy(&cpu);
}

TEST(dirty_ring_acquire_and_release)
{
	struct vm vm = vm_create();

	if (!kvm_capability(KVM_CAP_DIRTY_LOG_RING_ACQ_REL))
		test_skip("no KVM_CAP_DIRTY_LOG_RING_ACQ_REL");
	CHECK_EQ(kvm_capability(KVM_CAP_DIRTY_LOG_RING_ACQ_REL),
		 kvm_capability(KVM_CAP_DIRTY_LOG_RING));
	CHECK_OK(enable_ring(vm.fd, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, RING_BYTES));
	CHECK_ERR(enable_ring(vm.fd, KVM_CAP_DIRTY_LOG_RING, RING_BYTES), EINVAL);
}

/* A copy of the ring would be none. */
TEST(dirty_ring_mappings)
{
	struct ringed r = ringed_create();

	CHECK(ring_map(&r.cpu, PROT_READ, MAP_PRIVATE) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(ring_map(&r.cpu, PROT_READ | PROT_EXEC, MAP_SHARED) == MAP_FAILED);
	CHECK_EQ(errno, EINVAL);
	CHECK(ring_map(&r.cpu, PROT_READ, MAP_SHARED) != MAP_FAILED);
}

TEST(dirty_ring)
{
	struct ringed r = ringed_create();

	check_ring(&r, 0, 0);
	/* Round and round. */
	for (unsigned int round = 0; round < 8; round++) {
		guest_writes(&r, 5 + round, 300);
		guest_writes(&r, 5 + round, 300);
		check_ring(&r, 5 + round, 300);
	}
	CHECK_EQ(*(u32 *)(r.memory + 12 * PAGE), 16);
	CHECK_OK(set_flags(&r, 0));
	guest_writes(&r, 0, 10);
	check_ring(&r, 0, 0);
}

/* What is not harvested stays; what is and was not reset has no other entry. */
TEST(dirty_ring_harvested_in_parts)
{
	struct ringed r = ringed_create();
	u8 seen[PAGES] = {0};

	guest_writes(&r, 0, 20);
	CHECK_EQ(r.ring[0].flags, KVM_DIRTY_GFN_F_DIRTY);
	CHECK_EQ(ioctl(r.vm.fd, KVM_RESET_DIRTY_RINGS, 0), 0);
	for (; r.next < 5; r.next++) {
		seen[r.ring[r.next].offset]++;
		r.ring[r.next].flags |= KVM_DIRTY_GFN_F_RESET;
	}
	CHECK_EQ(ioctl(r.vm.fd, KVM_RESET_DIRTY_RINGS, 0), 5);
	guest_writes(&r, 0, 20);
	CHECK_EQ(harvest(&r, seen), 20);
	for (u64 page = 0; page < 20; page++)
		CHECK(seen[page] == 1 || seen[page] == 2);
	CHECK_EQ(ioctl(r.vm.fd, KVM_RESET_DIRTY_RINGS, 0), 20);
}

/* KVM_RUN ends as long as there is too little room, and no page is missing. */
TEST(dirty_ring_full)
{
	struct ringed r = ringed_create();
	unsigned int times = 0;
	u8 seen[PAGES] = {0};

	guest_begins(&r, 0, PAGES);
	for (;; times++) {
		u64 count;

		CHECK_OK(ioctl(r.cpu.fd, KVM_RUN, 0));
		if (r.cpu.run->exit_reason != KVM_EXIT_DIRTY_RING_FULL)
			break;
		CHECK_EXIT(&r.cpu, KVM_EXIT_DIRTY_RING_FULL);
		count = harvest(&r, seen);
		CHECK(count >= ENTRIES - 64 - 512 && count <= ENTRIES);
		CHECK_EXIT(&r.cpu, KVM_EXIT_DIRTY_RING_FULL);
		CHECK_EQ(ioctl(r.vm.fd, KVM_RESET_DIRTY_RINGS, 0), (int)count);
	}
	CHECK_EQ(r.cpu.run->exit_reason, KVM_EXIT_IO);
	CHECK(times >= 1);
	harvest(&r, seen);
	for (u64 page = 0; page < PAGES; page++)
		CHECK(seen[page]);
	CHECK_EQ(*(u32 *)(r.memory + (PAGES - 1) * PAGE), 1);
}
