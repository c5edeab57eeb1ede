// SPDX-License-Identifier: GPL-2.0
/* The ring of a vCPU: its memory, and who makes entries. */
#include "facts/ept.h"
#include "mem/dirty_ring.h"
#include "mem/mem.h"
#include "mem/pml.h"

#define PAGE_ENTRIES (LINTEL_PAGE_SIZE / sizeof(struct kvm_dirty_gfn))

/* What one exit may bring beside the processor's list: what is written for the guest. */
#define RESERVED_ENTRIES 64

/* The positions go on for ever, and wrap as the u32 that they are. */
struct dirty_ring {
	host_irqlock_t lock; /* who makes entries */
	u32 first;	     /* the oldest that is not empty; changed under slots_lock */
	u32 next;	     /* where the next entry comes */
	u32 last_slot;	     /* what the entry before it says */
	u64 last_page;
	struct kvm_dirty_gfn *page[]; /* shared with user space: hostile */
};

static u32 reserved_entries(void)
{
	return RESERVED_ENTRIES + (pml_is_used() ? PML_ENTRIES : 0);
}

int dirty_rings_enable(struct vm *vm, u64 size)
{
	HOST_NEEDS(host_mutex_held(&vm->lock));
	if (!size || (size & (size - 1)) || size < LINTEL_PAGE_SIZE ||
	    size < reserved_entries() * sizeof(struct kvm_dirty_gfn))
		return -EINVAL;
	if (size > DIRTY_RING_MAX_SIZE)
		return -E2BIG;
	if (vm->dirty_ring_entries || vm->nr_vcpus)
		return -EINVAL;
	/* A log that has begun may have bits. */
	__atomic_store_n(&vm->dirty_ring_waits, true, __ATOMIC_RELAXED);
	__atomic_store_n(&vm->dirty_ring_entries, (u32)(size / sizeof(struct kvm_dirty_gfn)),
			 __ATOMIC_RELEASE);
	return 0;
}

static u32 ring_pages(const struct vm *vm)
{
	return vm->dirty_ring_entries / PAGE_ENTRIES;
}

int dirty_ring_vcpu_init(struct vcpu *vcpu)
{
	u32 pages = ring_pages(vcpu->vm);
	struct dirty_ring *ring;

	if (!pages)
		return 0;
	ring = host_zalloc(sizeof(*ring) + pages * sizeof(ring->page[0]));
	if (!ring)
		return -ENOMEM;
	host_irqlock_init(&ring->lock);
	vcpu->dirty_ring = ring;
	for (u32 i = 0; i < pages; i++) {
		ring->page[i] = host_alloc_pages(0);
		if (!ring->page[i]) {
			dirty_ring_vcpu_destroy(vcpu);
			return -ENOMEM;
		}
	}
	return 0;
}

void dirty_ring_vcpu_destroy(struct vcpu *vcpu)
{
	struct dirty_ring *ring = vcpu->dirty_ring;

	if (!ring)
		return;
	for (u32 i = 0; i < ring_pages(vcpu->vm); i++)
		host_free_pages(ring->page[i], 0);
	host_free(ring);
	vcpu->dirty_ring = NULL;
}

void *dirty_ring_page(const struct vcpu *vcpu, u64 page)
{
	if (page < KVM_DIRTY_LOG_PAGE_OFFSET || !vcpu->dirty_ring)
		return NULL;
	page -= KVM_DIRTY_LOG_PAGE_OFFSET;
	return page < ring_pages(vcpu->vm) ? vcpu->dirty_ring->page[page] : NULL;
}

bool dirty_ring_is_among(const struct vcpu *vcpu, u64 first, u64 count)
{
	const u64 begin = KVM_DIRTY_LOG_PAGE_OFFSET;

	return vcpu->dirty_ring && first < begin + ring_pages(vcpu->vm) && first + count > begin;
}

static struct kvm_dirty_gfn *entry_at(const struct vm *vm, const struct dirty_ring *ring, u32 at)
{
	at &= vm->dirty_ring_entries - 1;
	return &ring->page[at / PAGE_ENTRIES][at % PAGE_ENTRIES];
}

static u32 used_entries(const struct dirty_ring *ring)
{
	/* In this order: what is behind the first is not in front of the next. */
	u32 first = __atomic_load_n(&ring->first, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&ring->next, __ATOMIC_ACQUIRE) - first;
}

static u32 soft_limit(const struct vm *vm)
{
	return vm->dirty_ring_entries - reserved_entries();
}

bool dirty_ring_is_full(const struct vcpu *vcpu)
{
	return vcpu->dirty_ring && used_entries(vcpu->dirty_ring) >= soft_limit(vcpu->vm);
}

/*
 * Does the youngest entry say the same, and has the program not read it?  Then the page was written
 * before it is looked at.  Of a page that is written over and over, as by a string instruction that
 * reads from a device.
 */
static bool is_said(const struct vm *vm, const struct dirty_ring *ring, u32 slot, u64 page)
{
	if (ring->last_slot != slot || ring->last_page != page || !used_entries(ring))
		return false;
	/* The write, then the look. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(&entry_at(vm, ring, ring->next - 1)->flags, __ATOMIC_RELAXED) ==
	       KVM_DIRTY_GFN_F_DIRTY;
}

static void entry_make(const struct vm *vm, struct dirty_ring *ring, u32 slot, u64 page)
{
	struct kvm_dirty_gfn *entry = entry_at(vm, ring, ring->next);

	__atomic_store_n(&entry->slot, slot, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->offset, page, __ATOMIC_RELAXED);
	ring->last_slot = slot;
	ring->last_page = page;
	__atomic_store_n(&ring->next, ring->next + 1, __ATOMIC_RELEASE);
	/* Who sees the flag sees the rest: the entry is one that a reset takes, too. */
	__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_DIRTY, __ATOMIC_RELEASE);
}

/* An entry in the vCPU's ring, if fewer than `limit` are used. */
static bool push(struct vcpu *vcpu, u32 limit, const struct memslot *slot, u64 page)
{
	struct dirty_ring *ring = vcpu->dirty_ring;
	unsigned long flags = host_irqlock_lock(&ring->lock);
	bool said = is_said(vcpu->vm, ring, slot->id, page);
	bool room = used_entries(ring) < limit;

	if (room && !said)
		entry_make(vcpu->vm, ring, slot->id, page);
	host_irqlock_unlock(&ring->lock, flags);
	if (dirty_ring_is_full(vcpu) && !vcpu_request_waits(vcpu, VCPU_REQUEST_DIRTY_RING))
		vcpu_request(vcpu, VCPU_REQUEST_DIRTY_RING);
	return room || said;
}

/* In the first ring that has room. */
static bool push_anywhere(struct vm *vm, u32 limit, const struct memslot *slot, u64 page)
{
	struct vcpu *vcpu;

	for (unsigned int id = 0; (vcpu = vm_next_vcpu(vm, &id));)
		if (push(vcpu, limit, slot, page))
			return true;
	return false;
}

bool dirty_ring_push(struct vm *vm, struct vcpu *writer, const struct memslot *slot, u64 page)
{
	if (writer && push(writer, vm->dirty_ring_entries, slot, page))
		return true;
	return push_anywhere(vm, soft_limit(vm), slot, page) ||
	       push_anywhere(vm, vm->dirty_ring_entries, slot, page);
}

bool dirty_ring_push_waiting(struct vm *vm, const struct memslot *slot, u64 page)
{
	return push_anywhere(vm, soft_limit(vm), slot, page);
}

u32 dirty_ring_end(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->dirty_ring->next, __ATOMIC_ACQUIRE);
}

bool dirty_ring_take(struct vcpu *vcpu, u32 end, u32 *slot, u64 *page)
{
	struct dirty_ring *ring = vcpu->dirty_ring;
	struct kvm_dirty_gfn *entry = entry_at(vcpu->vm, ring, ring->first);

	HOST_NEEDS(host_mutex_held(&vcpu->vm->slots_lock));
	if (ring->first == end ||
	    !(__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) & KVM_DIRTY_GFN_F_RESET))
		return false;
	*slot = __atomic_load_n(&entry->slot, __ATOMIC_RELAXED);
	*page = __atomic_load_n(&entry->offset, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->flags, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->first, ring->first + 1, __ATOMIC_RELEASE);
	return true;
}
