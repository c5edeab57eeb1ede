// SPDX-License-Identifier: GPL-2.0
/*
 * The process that owns the VM: regions of real memory, so that a user address is a pointer, and
 * a table of which frame each page is in.  The frames exist as numbers only; one that was left is
 * never given out again, so that a mapping that outlived its page is always found.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "sim.h"
#include "user_page.h"

#define MAX_REGIONS  4096
#define MAX_FRAMES   (1u << 24)
#define REGION_ALIGN (1ull << 30)
#define USER_LIMIT   (1ull << 47)

struct frame {
	u64 hva; /* 0: left */
	u32 references;
	bool dirty;
};

struct page {
	u32 frame; /* 0: none yet */
	bool unmapped, readonly, shared;
	bool absent; /* on a disk, or with another program */
	u8 huge; /* size of the huge page that it is a piece of, as a power of two; 0: it is none */
};

struct region {
	u64 hva, size;
	struct page *pages;
};

static struct region regions[MAX_REGIONS];
static unsigned int region_count;
static struct frame *frames;
static u32 frame_count = 1;
static u64 references;

static sim_notifier_fn notify_begin, notify_end;
static void *notify_argument;
static void (*get_hook)(void *argument, u64 hva);
static void *get_hook_argument;
static int get_error;

bool sim_large_pages_execute = true;
bool sim_may_reboot = true;
unsigned int sim_faults, sim_faults_max = SIM_FAULTS_MAX;

bool host_may_reboot(void)
{
	return sim_may_reboot;
}

/* Zeroed, and used up only where it is touched. */
static void *map_lazily(u64 size)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		sim_panic("no %llu bytes of memory for the simulated process", size);
	return map;
}

static void check_range(u64 hva, u64 size)
{
	if ((hva | size) % LINTEL_PAGE_SIZE)
		sim_panic("user range 0x%llx + 0x%llx is not of whole pages", hva, size);
}

u64 sim_user_map(u64 size)
{
	struct region *region = &regions[region_count];
	u64 map;

	check_range(0, size);
	if (region_count == MAX_REGIONS)
		sim_panic("too many user regions");
	map = (u64)map_lazily(size + REGION_ALIGN);
	region->hva = (map + REGION_ALIGN - 1) & ~(REGION_ALIGN - 1);
	region->size = size;
	region->pages = map_lazily(size / LINTEL_PAGE_SIZE * sizeof(struct page));
	if (region->hva != map)
		munmap((void *)map, region->hva - map);
	if (map + REGION_ALIGN != region->hva)
		munmap((void *)(region->hva + size), map + REGION_ALIGN - region->hva);
	region_count++;
	return region->hva;
}

static struct region *region_find(u64 hva)
{
	unsigned int i;

	for (i = 0; i < region_count; i++)
		if (hva >= regions[i].hva && hva - regions[i].hva < regions[i].size)
			return &regions[i];
	return NULL;
}

/* The page at an address that is in a region and not unmapped, or NULL. */
static struct page *page_find(u64 hva)
{
	struct region *region = region_find(hva);
	struct page *page;

	if (!region)
		return NULL;
	page = &region->pages[(hva - region->hva) / LINTEL_PAGE_SIZE];
	return page->unmapped ? NULL : page;
}

void *sim_user_pointer(u64 hva)
{
	if (!region_find(hva))
		sim_panic("0x%llx is no user memory", hva);
	return (void *)hva;
}

static void page_enter_frame(struct page *page, u64 hva)
{
	if (!frames)
		frames = map_lazily(MAX_FRAMES * sizeof(*frames));
	if (frame_count == MAX_FRAMES)
		sim_panic("all frames have been used");
	page->frame = frame_count++;
	frames[page->frame].hva = hva & ~(u64)(LINTEL_PAGE_SIZE - 1);
}

static void page_leave_frame(struct page *page)
{
	if (page->frame)
		frames[page->frame].hva = 0;
	page->frame = 0;
}

/* The huge page at an address becomes small ones, in the same frames. */
static void huge_split(u64 hva)
{
	struct page *page = page_find(hva);
	u64 size, at;

	if (!page || !page->huge)
		return;
	size = 1ull << page->huge;
	hva &= ~(size - 1);
	for (at = hva; at < hva + size; at += LINTEL_PAGE_SIZE)
		page_find(at)->huge = 0;
}

/* --- what the process does --- */

void sim_user_set_notifier(sim_notifier_fn begin, sim_notifier_fn end, void *argument)
{
	notify_begin = begin;
	notify_end = end;
	notify_argument = argument;
}

/* In the kernel, some of these calls come with a lock of the page tables held: so all do here. */
static void notify(sim_notifier_fn function, u64 start, u64 end)
{
	static host_spinlock_t page_tables = {{SIM_LOCK_FREE, "page_tables", NULL}};

	if (!function)
		return;
	sim_spin_lock(&page_tables);
	function(notify_argument, start, end);
	sim_spin_unlock(&page_tables);
}

enum change {
	CHANGE_UNMAP,
	CHANGE_READONLY,
	CHANGE_WRITABLE,
	CHANGE_MOVE,
	CHANGE_SHARE,
	CHANGE_ABSENT
};

static void page_change(struct page *page, enum change change)
{
	switch (change) {
	case CHANGE_UNMAP:
		page_leave_frame(page);
		page->unmapped = true;
		break;
	case CHANGE_READONLY:
		page->readonly = true;
		break;
	case CHANGE_WRITABLE:
		page->readonly = false;
		break;
	case CHANGE_MOVE:
		page_leave_frame(page);
		break;
	case CHANGE_SHARE:
		page->shared = true;
		break;
	case CHANGE_ABSENT:
		page_leave_frame(page);
		page->absent = true;
		break;
	}
}

static void range_change(u64 hva, u64 size, enum change change)
{
	struct page *page;
	u64 at;

	check_range(hva, size);
	notify(notify_begin, hva, hva + size);
	for (at = hva; at < hva + size; at += LINTEL_PAGE_SIZE) {
		huge_split(at);
		page = page_find(at);
		if (page)
			page_change(page, change);
	}
	notify(notify_end, hva, hva + size);
}

void sim_user_unmap(u64 hva, u64 size)
{
	range_change(hva, size, CHANGE_UNMAP);
}

/* There is nothing yet that anybody would have to be told of. */
void sim_user_map_again(u64 hva, u64 size)
{
	struct region *region = region_find(hva);

	check_range(hva, size);
	for (u64 at = hva; region && at < hva + size; at += LINTEL_PAGE_SIZE)
		region->pages[(at - region->hva) / LINTEL_PAGE_SIZE] = (struct page){.frame = 0};
	memset((void *)hva, 0, size);
}

void sim_user_protect(u64 hva, u64 size, bool writable)
{
	range_change(hva, size, writable ? CHANGE_WRITABLE : CHANGE_READONLY);
}

void sim_user_move(u64 hva, u64 size)
{
	range_change(hva, size, CHANGE_MOVE);
}

void sim_user_share(u64 hva, u64 size)
{
	range_change(hva, size, CHANGE_SHARE);
}

void sim_user_take_out(u64 hva, u64 size)
{
	range_change(hva, size, CHANGE_ABSENT);
}

bool sim_user_is_absent(u64 hva)
{
	const struct page *page = page_find(hva);

	return page && page->absent;
}

void sim_user_make_huge(u64 hva, unsigned int shift)
{
	u64 size = 1ull << shift, at;

	hva &= ~(size - 1);
	if (!page_find(hva) || !page_find(hva + size - 1))
		sim_panic("0x%llx: no memory for a huge page", hva);
	notify(notify_begin, hva, hva + size);
	frame_count = (frame_count + (u32)(size / LINTEL_PAGE_SIZE) - 1) &
		      ~((u32)(size / LINTEL_PAGE_SIZE) - 1);
	for (at = hva; at < hva + size; at += LINTEL_PAGE_SIZE) {
		struct page *page = page_find(at);

		if (!page)
			sim_panic("0x%llx: no memory for a huge page", at);
		page_leave_frame(page);
		page_enter_frame(page, at);
		page->shared = page->absent = false;
		page->huge = (u8)shift;
	}
	notify(notify_end, hva, hva + size);
}

/* The first write to a page that a fork() shares: a copy of its own, in another frame. */
static void page_unshare(struct page *page, u64 hva)
{
	u64 start = hva & ~(u64)(LINTEL_PAGE_SIZE - 1);

	notify(notify_begin, start, start + LINTEL_PAGE_SIZE);
	huge_split(hva);
	page_leave_frame(page);
	page->shared = false;
	notify(notify_end, start, start + LINTEL_PAGE_SIZE);
}

/* --- host.h --- */

bool host_user_range_ok(u64 hva, u64 size)
{
	return size <= USER_LIMIT && hva <= USER_LIMIT - size;
}

void sim_page_get_hook(void (*hook)(void *argument, u64 hva), void *argument)
{
	get_hook = hook;
	get_hook_argument = argument;
}

void sim_page_get_fail(int error)
{
	get_error = error;
}

static bool is_at_hand(const struct page *page)
{
	return page && page->frame && !page->absent && !page->readonly && !page->shared;
}

bool host_page_at_hand(struct vm *vm, u64 hva, struct host_page *result)
{
	const struct page *page;

	if (sim_irqs_enabled())
		sim_panic("host_page_at_hand() with interrupts on");
	sim_point();
	page = page_find(hva);
	if (get_error || !is_at_hand(page))
		return false;
	*result = (struct host_page){
		.pfn = SIM_USER_PFN_BASE + page->frame,
		.writable = true,
		.at_hand = true,
		.shift = page->huge ? page->huge : LINTEL_PAGE_SHIFT,
	};
	if (get_hook)
		get_hook(get_hook_argument, hva);
	sim_point();
	return true;
}

int host_page_get(struct vm *vm, u64 hva, bool write, struct host_page *result)
{
	struct page *page = page_find(hva);
	bool at_hand = is_at_hand(page);
	int error = get_error;

	sim_might_sleep("host_page_get");
	sim_point();
	get_error = 0;
	if (error)
		return error;
	if (!page || (write && page->readonly))
		return -EFAULT;
	page->absent = false;
	if (write && page->shared)
		page_unshare(page, hva);
	if (!page->frame)
		page_enter_frame(page, hva);
	frames[page->frame].references++;
	references++;
	*result = (struct host_page){
		.pfn = SIM_USER_PFN_BASE + page->frame,
		.writable = !page->readonly && !page->shared,
		.at_hand = at_hand,
	};
	if (get_hook)
		get_hook(get_hook_argument, hva);
	sim_point();
	return 0;
}

int host_page_try(struct vm *vm, u64 hva, bool write, struct host_page *result)
{
	const struct page *page = page_find(hva);

	sim_might_sleep("host_page_try");
	sim_point();
	if (page && page->absent && !(write && page->readonly))
		return -EAGAIN;
	return host_page_get(vm, hva, write, result);
}

static void page_in(struct host_work *work)
{
	struct host_fault *fault = (struct host_fault *)work;
	struct page *page = page_find(fault->hva);

	if (page && !(fault->write && page->readonly)) {
		page->absent = false;
		if (fault->write && page->shared)
			page_unshare(page, fault->hva);
	}
	sim_faults--;
	fault->done(fault);
}

int host_fault_start(struct host_fault *fault, struct vm *vm, u64 hva, bool write,
		     void (*done)(struct host_fault *fault))
{
	sim_might_sleep("host_fault_start");
	if (sim_faults == sim_faults_max)
		return -EBUSY;
	sim_faults++;
	host_work_init(&fault->work, page_in);
	fault->hva = hva;
	fault->write = write;
	fault->done = done;
	host_work_queue(&fault->work);
	return 0;
}

void host_fault_finish(struct host_fault *fault)
{
	if (fault->work.queued)
		sim_panic("host_fault_finish(): it may wait for ever");
	host_work_cancel(&fault->work);
}

unsigned int host_page_shift(struct vm *vm, u64 hva, const struct host_page *page)
{
	const struct page *at = page_find(hva);

	return at && at->huge ? at->huge : LINTEL_PAGE_SHIFT;
}

static struct frame *frame_of(u64 pfn, const char *who)
{
	if (pfn <= SIM_USER_PFN_BASE || pfn - SIM_USER_PFN_BASE >= frame_count)
		sim_panic("%s: frame 0x%llx was never given out", who, pfn);
	return &frames[pfn - SIM_USER_PFN_BASE];
}

/* A huge page is dirty as a whole. */
void host_page_mark_dirty(const struct host_page *page)
{
	struct frame *frame = frame_of(page->pfn, "host_page_mark_dirty()");
	const struct page *at = frame->hva ? page_find(frame->hva) : NULL;
	u64 size = at && at->huge ? 1ull << at->huge : LINTEL_PAGE_SIZE;
	u64 start = frame->hva & ~(size - 1);

	if (sim_preemptible())
		sim_panic("host_page_mark_dirty(): the page may be cleaned meanwhile");
	frame->dirty = true;
	for (u64 hva = start; at && at->huge && hva < start + size; hva += LINTEL_PAGE_SIZE)
		frames[page_find(hva)->frame].dirty = true;
}

void host_page_put(const struct host_page *page)
{
	struct frame *frame = frame_of(page->pfn, "host_page_put()");

	sim_needs_atomic("host_page_put");
	if (!frame->references)
		sim_panic("host_page_put(): no reference to frame 0x%llx is left", page->pfn);
	frame->references--;
	references--;
}

bool user_page_touch(u64 hva, bool write)
{
	struct page *page = page_find(hva);

	if (!page || (write && page->readonly))
		return false;
	page->absent = false;
	if (write && page->shared)
		page_unshare(page, hva);
	return true;
}

bool user_page_waits(u64 hva, bool write)
{
	const struct page *page = page_find(hva);

	return page && (page->absent || (write && page->shared));
}

/* --- what the tests look at --- */

u64 sim_user_pfn(u64 hva)
{
	struct page *page = page_find(hva);

	return page && page->frame ? SIM_USER_PFN_BASE + page->frame : 0;
}

bool sim_user_is_writable(u64 hva)
{
	struct page *page = page_find(hva);

	return page && !page->readonly && !page->shared;
}

u64 sim_pfn_user(u64 pfn)
{
	return frame_of(pfn, "sim_pfn_user()")->hva;
}

bool sim_pfn_dirty(u64 pfn)
{
	return frame_of(pfn, "sim_pfn_dirty()")->dirty;
}

u64 sim_page_references(void)
{
	return references;
}

void sim_user_reset(void)
{
	unsigned int i;

	for (i = 0; i < region_count; i++) {
		munmap((void *)regions[i].hva, regions[i].size);
		munmap(regions[i].pages, regions[i].size / LINTEL_PAGE_SIZE * sizeof(struct page));
	}
	region_count = 0;
	references = 0;
	sim_user_set_notifier(NULL, NULL, NULL);
	sim_page_get_hook(NULL, NULL);
	sim_large_pages_execute = true;
	sim_may_reboot = true;
	sim_faults = 0;
	sim_faults_max = SIM_FAULTS_MAX;
	get_error = 0;
	user_copy_reset();
}
