// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory is the memory of the VM's process: its pages for the EPT, copies, and word of every
 * change to it.
 */
#include <linux/capability.h>
#include <linux/cpu.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/ratelimit.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include <linux/uaccess.h>
#include <asm/cpufeature.h>
#include <asm/memtype.h>
#include <compat.h>
#include "platform.h"
#include "mem/mem.h"

bool large_pages_execute __ro_after_init;

void __init user_memory_init(void)
{
	large_pages_execute = !boot_cpu_has_bug(X86_BUG_ITLB_MULTIHIT) || cpu_mitigations_off();
}

bool host_may_reboot(void)
{
	return capable(CAP_SYS_BOOT);
}

/* --- Pages ------------------------------------------------------------------ */

static int errno_of_pin(long pinned)
{
	if (pinned == -EHWPOISON)
		return -EHWPOISON;
	return fatal_signal_pending(current) ? -EINTR : -EFAULT;
}

/* Does the kernel say so of a look-up that was not to wait?  It found nothing wrong with it. */
static bool would_wait(long pinned)
{
	return !pinned || pinned == -EAGAIN || pinned == -EBUSY;
}

/* Memory of the process's own, or of tmpfs; no page that get_user_pages() refuses is one.  The page
 * may be something else at any moment: this reads its flags alone, and who maps it finds out. */
static bool is_swap_backed(struct page *page)
{
	return test_bit(PG_swapbacked, &compound_head(page)->flags);
}

/* A page of the kernel's memory map, with a reference.  `flags`: FOLL_NOWAIT, or 0. */
static int get_counted_page(u64 hva, bool write, unsigned int flags, struct host_page *page)
{
	struct page *found;
	bool at_hand;
	long pinned;

	/* A page that is writable already is mapped so even for a read: it saves a fault later.
	 * This does not make it writable, which would undo copy-on-write sharing for nothing. */
	at_hand = get_user_pages_fast_only(hva, 1, FOLL_WRITE, &found) == 1;
	if (!at_hand) {
		pinned = get_user_pages_unlocked(hva, 1, &found,
						 FOLL_HWPOISON | flags | (write ? FOLL_WRITE : 0));
		if (flags && would_wait(pinned))
			return -EAGAIN;
		if (pinned != 1)
			return errno_of_pin(pinned);
	}
	*page = (struct host_page){
		.pfn = page_to_pfn(found),
		.writable = write || at_hand,
		.referenced = true,
		.at_hand = at_hand && is_swap_backed(found),
	};
	return 0;
}

static bool vma_allows(const struct vm_area_struct *vma, bool write)
{
	if (!(vma->vm_flags & (VM_IO | VM_PFNMAP)))
		return false;
	return vma->vm_flags & (write ? VM_WRITE : VM_READ);
}

/* mmap_lock is held. */
static int lookup_frame(struct mm_struct *mm, u64 hva, bool write, struct host_page *page)
{
	struct vm_area_struct *vma = vma_lookup(mm, hva);

	if (!vma || !vma_allows(vma, write))
		return -EFAULT;
	if (compat_pfnmap_lookup(vma, hva, &page->pfn, &page->writable))
		return -EAGAIN;
	return write && !page->writable ? -EAGAIN : 0;
}

/* A device's registers are not: as write-back memory they would go wrong.  Frames that the kernel
 * keeps for itself may be either: the page of the time that each process sees is memory. */
static bool frame_is_memory(u64 pfn)
{
	if (!pfn_valid(pfn))
		return false;
	return !PageReserved(pfn_to_page(pfn)) || !pat_pfn_immune_to_uc_mtrr(pfn);
}

/* A driver's mapping of frames: no reference can be had; the notifier tells of its end. */
static int get_mapped_frame(u64 hva, bool write, struct host_page *page)
{
	struct mm_struct *mm = current->mm;
	int error;

	mmap_read_lock(mm);
	error = lookup_frame(mm, hva, write, page);
	if (error == -EAGAIN) {
		error = fixup_user_fault(mm, hva, write ? FAULT_FLAG_WRITE : 0, NULL);
		if (!error)
			error = lookup_frame(mm, hva, write, page);
	}
	mmap_read_unlock(mm);
	if (error)
		return -EFAULT;
	if (!frame_is_memory(page->pfn)) {
		pr_err_ratelimited("%s[%d] maps a device (frame %#llx) into a guest: Lintel gives "
				   "guests memory only\n",
				   current->comm, current->pid, page->pfn);
		return -EFAULT;
	}
	page->referenced = false;
	page->at_hand = false;
	return 0;
}

int host_page_get(struct vm *vm, u64 hva, bool write, struct host_page *page)
{
	int error = get_counted_page(hva, write, 0, page);

	/* The fault is the guest's: the kernel would send this if the program itself had touched
	 * it. */
	if (error == -EHWPOISON)
		send_sig_mceerr(BUS_MCEERR_AR, (void __user *)(unsigned long)hva, PAGE_SHIFT,
				current);
	return error == -EFAULT ? get_mapped_frame(hva, write, page) : error;
}

int host_page_try(struct vm *vm, u64 hva, bool write, struct host_page *page)
{
	int error = get_counted_page(hva, write, FOLL_NOWAIT, page);

	/* What is wrong with it, that function knows. */
	return error && error != -EAGAIN ? host_page_get(vm, hva, write, page) : error;
}

/* The entry that maps an address in the process's page tables. */
struct mapping {
	unsigned int shift; /* of its size */
	bool writable;	    /* by the process, now, and of a page of the kernel's memory map */
	unsigned long pfn;  /* of the address, where it is writable */
};

static struct mapping large_mapping(unsigned int shift, bool writable, unsigned long pfn,
				    unsigned long address)
{
	return (struct mapping){
		.shift = shift,
		.writable = writable,
		.pfn = pfn + ((address & ((1ul << shift) - 1)) >> PAGE_SHIFT),
	};
}

static struct mapping small_mapping(pmd_t pmd, unsigned long address)
{
	pte_t pte = READ_ONCE(*pte_offset_kernel(&pmd, address));

	return (struct mapping){
		.shift = PAGE_SHIFT,
		.writable =
			pte_access_permitted(pte, true) && !pte_special(pte) && !pte_devmap(pte),
		.pfn = pte_pfn(pte),
	};
}

/*
 * Interrupts are off: page tables are freed only after every CPU has had its interrupts on.  Each
 * entry is read once, as another CPU may change it.
 */
static struct mapping find_mapping(struct mm_struct *mm, unsigned long address)
{
	static const struct mapping none = {.shift = PAGE_SHIFT};
	pgd_t pgd = READ_ONCE(*pgd_offset(mm, address));
	p4d_t p4d;
	pud_t pud;
	pmd_t pmd;

	if (pgd_none(pgd))
		return none;
	p4d = READ_ONCE(*p4d_offset_lockless(pgd_offset(mm, address), pgd, address));
	if (p4d_none(p4d) || !p4d_present(p4d))
		return none;
	pud = READ_ONCE(*pud_offset_lockless(&p4d, p4d, address));
	if (pud_none(pud) || !pud_present(pud))
		return none;
	if (pud_leaf(pud))
		return large_mapping(PUD_SHIFT, pud_access_permitted(pud, true) && !pud_devmap(pud),
				     pud_pfn(pud), address);
	pmd = READ_ONCE(*pmd_offset_lockless(&pud, pud, address));
	if (!pmd_present(pmd))
		return none;
	if (pmd_leaf(pmd))
		return large_mapping(PMD_SHIFT, pmd_access_permitted(pmd, true) && !pmd_devmap(pmd),
				     pmd_pfn(pmd), address);
	return small_mapping(pmd, address);
}

unsigned int host_page_shift(struct vm *vm, u64 hva, const struct host_page *page)
{
	unsigned long flags;
	unsigned int shift;

	/* Of a driver's frames only the one was looked at. */
	if (!page->referenced)
		return PAGE_SHIFT;
	local_irq_save(flags);
	shift = find_mapping(vm->host.mm, hva).shift;
	local_irq_restore(flags);
	return shift;
}

bool host_page_at_hand(struct vm *vm, u64 hva, struct host_page *page)
{
	struct mapping mapping = find_mapping(vm->host.mm, hva);

	if (!mapping.writable || !pfn_valid(mapping.pfn) ||
	    !is_swap_backed(pfn_to_page(mapping.pfn)))
		return false;
	*page = (struct host_page){
		.pfn = mapping.pfn,
		.writable = true,
		.at_hand = true,
		.shift = (u8)mapping.shift,
	};
	return true;
}

/* The zero page, and what belongs to a driver, are nobody's to reclaim or to write back. */
static bool kernel_reclaims(const struct host_page *page)
{
	return (page->referenced || page->at_hand) && !PageReserved(pfn_to_page(page->pfn));
}

void host_page_mark_dirty(const struct host_page *page)
{
	if (!kernel_reclaims(page))
		return;
	SetPageDirty(pfn_to_page(page->pfn));
	/* Nobody will put it. */
	if (!page->referenced)
		folio_set_referenced(page_folio(pfn_to_page(page->pfn)));
}

void host_page_put(const struct host_page *page)
{
	if (kernel_reclaims(page))
		mark_page_accessed(pfn_to_page(page->pfn));
	if (page->referenced)
		put_page(pfn_to_page(page->pfn));
}

/* --- Copies ----------------------------------------------------------------- */

/* Entries of page tables and the code at RIP: without the checks of a copy of any length. */
static int read_words(u64 *to, u64 hva, size_t words)
{
	const u64 __user *from = (const u64 __user *)(unsigned long)hva;

	for (; words; words--)
		if (get_user(*to++, from++))
			return -EFAULT;
	return 0;
}

int host_user_read(void *to, u64 hva, size_t length)
{
	if (length == 8 || length == 16)
		return read_words(to, hva, length / 8);
	return copy_from_user(to, (const void __user *)(unsigned long)hva, length) ? -EFAULT : 0;
}

/* One section for all of them: to open it, and to look at each address anew, which the slots have
 * done, costs more than reading. */
bool host_user_words_are(const struct host_word *word, unsigned int count)
{
	const struct host_word *end = word + count;
	bool same = false;
	u64 now;

	if (!user_access_begin((const u64 __user *)(unsigned long)word->hva, sizeof(now)))
		return false;
	pagefault_disable();
	for (; word < end; word++) {
		unsafe_get_user(now, (const u64 __user *)(unsigned long)word->hva, changed);
		if ((now ^ word->value) & word->mask)
			goto changed;
	}
	same = true;
changed:
	pagefault_enable();
	user_access_end();
	return same;
}

int host_user_write(u64 hva, const void *from, size_t length)
{
	return copy_to_user((void __user *)(unsigned long)hva, from, length) ? -EFAULT : 0;
}

int host_user_write_atomic(u64 hva, const void *from, size_t length)
{
	return copy_to_user_nofault((void __user *)(unsigned long)hva, from, length);
}

int host_user_cmpxchg(u64 hva, u64 old, u64 new, size_t length)
{
	void __user *at = (void __user *)(unsigned long)hva;
	u32 old_32 = (u32)old;
	bool was_old;

	if (!user_access_begin(at, length))
		return -EFAULT;
	if (length == sizeof(u32))
		was_old = unsafe_try_cmpxchg_user((u32 __user *)at, &old_32, (u32) new, fault);
	else
		was_old = unsafe_try_cmpxchg_user((u64 __user *)at, &old, new, fault);
	user_access_end();
	return was_old ? 0 : -EAGAIN;
fault:
	user_access_end();
	return -EFAULT;
}

/*
 * With linear-address masking (LAM) the processor and get_user_pages() take an address with a tag
 * for the one without, and access_ok() lets it pass.  The notifier names memory without tags: a
 * slot at an address with one would keep its pages after munmap().  All tag bits are above
 * TASK_SIZE_MAX.
 */
bool host_user_range_ok(u64 hva, u64 size)
{
	if (size > TASK_SIZE_MAX || hva > TASK_SIZE_MAX - size)
		return false;
	return access_ok((const void __user *)(unsigned long)hva, size);
}

/* --- Changes ----------------------------------------------------------------
 *
 * Called with the process's locks held, from any thread of the system, and interrupts on: the cross
 * calls by which the core makes vCPUs leave the guest may wait.  Nothing here allocates, and what
 * must not sleep does not: for a range that must not block nothing is left undone.
 */

static struct vm *vm_of(struct mmu_notifier *notifier)
{
	return container_of(notifier, struct vm, host.notifier);
}

static int range_start(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	ept_invalidate_begin(vm_of(notifier), range->start, range->end,
			     mmu_notifier_range_blockable(range));
	return 0;
}

static void range_end(struct mmu_notifier *notifier, const struct mmu_notifier_range *range)
{
	ept_invalidate_end(vm_of(notifier), range->start, range->end);
}

static int clear_young(struct mmu_notifier *notifier, struct mm_struct *mm, unsigned long start,
		       unsigned long end)
{
	return ept_test_young(vm_of(notifier), start, end, true);
}

static int test_young(struct mmu_notifier *notifier, struct mm_struct *mm, unsigned long address)
{
	return ept_test_young(vm_of(notifier), address, address + PAGE_SIZE, false);
}

static void process_goes(struct mmu_notifier *notifier, struct mm_struct *mm)
{
	ept_unmap_all(vm_of(notifier));
}

static const struct mmu_notifier_ops notifier_operations = {
	.invalidate_range_start = range_start,
	.invalidate_range_end = range_end,
	.clear_flush_young = clear_young,
	.clear_young = clear_young,
	.test_young = test_young,
	.release = process_goes,
};

int user_memory_attach(struct vm *vm)
{
	vm->host.notifier.ops = &notifier_operations;
	return mmu_notifier_register(&vm->host.notifier, vm->host.mm);
}

void user_memory_detach(struct vm *vm)
{
	mmu_notifier_unregister(&vm->host.notifier, vm->host.mm);
}
