// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of the machine: the slots, what the process does to it, the dirty log; and a copy of
 * what the guests wrote.
 *
 * Each byte has one guest that writes it, so that what it reads there is known.  A second copy is
 * made with the help of the dirty log alone, as in a live migration.
 */
#include "mem/mem.h"
#include "simulation.h"

#define HUGE_BYTES   BIT64(21)
#define LOGGED_PAGES 70
/* Where the slot is, too: across the reach of two tables of the EPT, which then go together. */
#define MOVED_OTHER  (0xa00000ull - 2 * PAGE)
#define RING_ENTRIES 1024  /* the fewest that may be, with page-modification logging */
#define CLOCK_BYTES  0x100 /* of the logged slot: the pages of kvmclock, the hypervisor's */

/* The large one first in the process's memory, as it is aligned. */
static const struct {
	u64 gpa, pages, offset;
	u32 flags;
} slots[SLOTS] = {
	[SLOT_LARGE] = {0x400000, 1024, 0, 0},
	[SLOT_RAM] = {0, 16, 1024, 0},
	[SLOT_LOGGED] = {LOGGED_BASE, LOGGED_PAGES, 1040, 0},
	[SLOT_ROM] = {0x200000, 4, 1110, KVM_MEM_READONLY},
	[SLOT_MOVED] = {0x300000, 8, 1114, 0},
};
#define PROCESS_PAGES 1122

/* What is used of them. */
static const struct window {
	enum slot_id slot;
	u64 gpa, first, pages;
} windows[] = {
	{SLOT_RAM, 0, 0, 16},
	{SLOT_LOGGED, LOGGED_BASE, 0, LOGGED_PAGES},
	{SLOT_ROM, 0x200000, 0, 4},
	{SLOT_MOVED, 0x300000, 0, 8},
	{SLOT_MOVED, MOVED_OTHER, 0, 8},
	{SLOT_LARGE, 0x400000, 0, 8},
	{SLOT_LARGE, 0x400000 + 508 * PAGE, 508, 12},
};

static u64 process; /* user address of the first page */
static u64 bitmap;
static u8 *expected, *copied; /* as large as the process's memory; used where there are windows */
static host_mutex_t process_lock, slots_lock, log_lock;
static u64 moved_to; /* guest-physical; MMIO_BASE: the slot is not there */
static bool is_logged, is_manual, has_rings;
static u32 ring_position[MAX_GUESTS]; /* where the next entry comes */
static u64 hot_base, hot_page;	      /* where guests are at the moment; 0: nowhere yet */

static u64 hva_of_slot(enum slot_id id)
{
	return process + slots[id].offset * PAGE;
}

static u64 hva_of_window(const struct window *window)
{
	return hva_of_slot(window->slot) + window->first * PAGE;
}

static const struct window *window_find(u64 gpa)
{
	for (unsigned int i = 0; i < COUNT_OF(windows); i++)
		if (gpa - windows[i].gpa < windows[i].pages * PAGE)
			return &windows[i];
	return NULL;
}

/* --- the slots --- */

static void set_slot(enum slot_id id, u64 gpa, u64 size, u32 flags)
{
	struct kvm_userspace_memory_region region = {
		.slot = id,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = hva_of_slot(id),
	};
	long result = call(simulation.vm_fd, KVM_SET_USER_MEMORY_REGION, &region, sizeof(region));

	if (result)
		broken("slot %d cannot be set: %ld", id, result);
}

bool memory_move_slot(void)
{
	static const u64 places[] = {0x300000, MOVED_OTHER, MOVED_OTHER, MMIO_BASE};
	u64 to = places[sim_random_below(COUNT_OF(places))];

	host_mutex_lock(&slots_lock);
	if (to == MMIO_BASE && moved_to != MMIO_BASE)
		set_slot(SLOT_MOVED, moved_to, 0, 0);
	else if (to != MMIO_BASE)
		set_slot(SLOT_MOVED, to, slots[SLOT_MOVED].pages * PAGE, 0);
	moved_to = to;
	host_mutex_unlock(&slots_lock);
	return true;
}

static u64 place_of(enum slot_id id)
{
	return id == SLOT_MOVED ? moved_to : slots[id].gpa;
}

static void set_slots(void)
{
	for (enum slot_id id = 0; id < SLOTS; id++) {
		u32 flags = id == SLOT_LOGGED && is_logged ? KVM_MEM_LOG_DIRTY_PAGES : 0;

		if (place_of(id) != MMIO_BASE)
			set_slot(id, place_of(id), slots[id].pages * PAGE, slots[id].flags | flags);
	}
}

static void enable(struct kvm_enable_cap cap)
{
	long result = call(simulation.vm_fd, KVM_ENABLE_CAP, &cap, sizeof(cap));

	if (result)
		broken("capability %u is refused: %ld", cap.cap, result);
}

/* Of a VM that has no vCPU yet. */
static void set_capabilities(void)
{
	memset(ring_position, 0, sizeof(ring_position));
	if (is_manual)
		enable((struct kvm_enable_cap){
			.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
			.args[0] = KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE |
				   (chance(2) ? KVM_DIRTY_LOG_INITIALLY_SET : 0),
		});
	if (has_rings)
		enable((struct kvm_enable_cap){
			.cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
			.args[0] = RING_ENTRIES * sizeof(struct kvm_dirty_gfn),
		});
}

/* --- the dirty log --- */

static void copy_page(u64 page)
{
	u64 at = (slots[SLOT_LOGGED].offset + page) * PAGE;

	memcpy(copied + at, sim_user_pointer(process + at), PAGE);
}

static void copy_pages(const u64 *words)
{
	for (u64 page = 0; page < LOGGED_PAGES; page++) {
		if (words && !(words[page / 64] & BIT64(page % 64)))
			continue;
		copy_page(page);
		sim_point();
	}
}

static void take_bits(void)
{
	struct kvm_dirty_log log = {.slot = SLOT_LOGGED, .padding2 = bitmap};
	struct kvm_clear_dirty_log clear = {
		.slot = SLOT_LOGGED,
		.num_pages = LOGGED_PAGES,
		.padding2 = bitmap,
	};
	long result = call(simulation.vm_fd, KVM_GET_DIRTY_LOG, &log, sizeof(log));

	if (!result && is_manual)
		result = call(simulation.vm_fd, KVM_CLEAR_DIRTY_LOG, &clear, sizeof(clear));
	if (result)
		broken("the dirty log cannot be had: %ld", result);
}

static struct kvm_dirty_gfn *ring_entry(const struct guest *guest)
{
	const u32 in_page = PAGE / sizeof(struct kvm_dirty_gfn);
	u32 at = ring_position[guest->id] % RING_ENTRIES;
	struct kvm_dirty_gfn *page =
		sim_file_page(guest->fd, KVM_DIRTY_LOG_PAGE_OFFSET + at / in_page);

	return &page[at % in_page];
}

/* Of one ring, all that it has, or a part; gives: how many entries. */
static long harvest(const struct guest *guest, u64 *words, bool all)
{
	struct kvm_dirty_gfn *entry;
	long count = 0;

	while ((all || !chance(16)) && __atomic_load_n(&(entry = ring_entry(guest))->flags,
						       __ATOMIC_ACQUIRE) == KVM_DIRTY_GFN_F_DIRTY) {
		if (entry->slot != SLOT_LOGGED || entry->offset >= LOGGED_PAGES)
			guest_broken(guest, "dirty is page %llu of slot %u", entry->offset,
				     entry->slot);
		words[entry->offset / 64] |= BIT64(entry->offset % 64);
		__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
		ring_position[guest->id]++;
		count++;
		sim_point();
	}
	return count;
}

/* As bits, too. */
static void take_entries(bool all)
{
	u64 *words = sim_user_pointer(bitmap);
	long count = 0, result;

	memset(words, 0, PAGE);
	for (unsigned int i = 0; i < simulation.guests; i++)
		count += harvest(&simulation.guest[i], words, all);
	result = sim_ioctl(simulation.vm_fd, KVM_RESET_DIRTY_RINGS, 0);
	if (result != count)
		broken("%ld entries are reset, and %ld were harvested", result, count);
}

/* First what says which, then the pages. */
static void take_log(bool all)
{
	if (has_rings)
		take_entries(all);
	else
		take_bits();
	copy_pages(sim_user_pointer(bitmap));
}

bool memory_get_log(void)
{
	host_mutex_lock(&log_lock);
	/* Rings may be full of what was logged before. */
	if (is_logged || has_rings)
		take_log(false);
	host_mutex_unlock(&log_lock);
	return true;
}

/* The log begins, and everything is copied once; or it ends. */
bool memory_change_flags(void)
{
	host_mutex_lock(&log_lock);
	if (is_logged && !chance(4)) {
		host_mutex_unlock(&log_lock);
		return false;
	}
	set_slot(SLOT_LOGGED, LOGGED_BASE, LOGGED_PAGES * PAGE,
		 is_logged ? 0 : KVM_MEM_LOG_DIRTY_PAGES);
	is_logged = !is_logged;
	if (is_logged)
		copy_pages(NULL);
	host_mutex_unlock(&log_lock);
	return true;
}

/* --- what the process does to its memory --- */

/* Of the large slot, all that a table of the EPT reaches: what is mapped in small pages goes with
 * its table.  It comes again in a large page, or in small ones. */
static void change_reach_of_table(const struct window *window, u64 first)
{
	u64 half = window->slot == SLOT_LARGE ? (window->first + first) * PAGE / HUGE_BYTES
					      : sim_random_below(2);
	u64 start = hva_of_slot(SLOT_LARGE) + half * HUGE_BYTES;

	sim_user_protect(start, HUGE_BYTES, true);
	if (chance(2))
		sim_user_make_huge(start, 21);
}

/* Not what guests cannot do without, nor what an instruction touches beside a device; and the dirty
 * log knows nothing of it. */
static bool may_be_lost(const struct window *window, u64 first)
{
	return window->slot == SLOT_LARGE || window->slot == SLOT_MOVED ||
	       (window->slot == SLOT_RAM && first >= 4);
}

static void map_anew(u64 hva, u64 size)
{
	sim_user_unmap(hva, size);
	host_cond_resched();
	sim_user_map_again(hva, size);
	memset(expected + (hva - process), 0, size);
}

/* Rather where a guest is about to be: there it matters what comes first. */
static const struct window *any_page(u64 *page)
{
	u64 gpa = simulation.guest[sim_random_below(simulation.guests)].now.address;
	const struct window *window = chance(3) ? NULL : window_find(gpa);

	if (window) {
		*page = (gpa - window->gpa) / PAGE;
		return window;
	}
	window = &windows[sim_random_below(COUNT_OF(windows))];
	*page = sim_random_below(window->pages);
	return window;
}

bool memory_change_pages(void)
{
	u64 first, most, hva, size;
	const struct window *window = any_page(&first);

	most = window->pages - first;
	hva = hva_of_window(window) + first * PAGE;
	size = (1 + sim_random_below(most < 4 ? most : 4)) * PAGE;
	host_mutex_lock(&process_lock);
	switch (sim_random_below(8)) {
	case 0:
		/* Where the hypervisor writes by itself, nobody would do it again. */
		if (window->slot == SLOT_LOGGED && !first)
			break;
		sim_user_protect(hva, size, false);
		host_cond_resched();
		sim_user_protect(hva, size, true);
		break;
	case 1:
		sim_user_share(hva, size);
		break;
	case 2:
		change_reach_of_table(window, first);
		break;
	case 3:
		if (may_be_lost(window, first))
			map_anew(hva, size);
		break;
	default:
		sim_user_move(hva, size);
	}
	host_mutex_unlock(&process_lock);
	return true;
}

bool memory_ask_young(void)
{
	const struct window *window = &windows[sim_random_below(COUNT_OF(windows))];
	u64 hva = hva_of_window(window);

	ept_test_young(simulation.vm, hva, hva + window->pages * PAGE, true);
	return true;
}

void memory_wait_for_process(void)
{
	host_mutex_lock(&process_lock);
	host_mutex_unlock(&process_lock);
}

/* --- addresses --- */

u64 memory_hva(u64 gpa)
{
	const struct window *window = window_find(gpa);

	return window ? hva_of_window(window) + (gpa - window->gpa) : 0;
}

static u64 any_base(void)
{
	static const u64 bases[] = {
		MMIO_BASE,   0x200000,
		0x300000,    MOVED_OTHER,
		MOVED_OTHER, LOGGED_BASE,
		LOGGED_BASE, LOGGED_BASE,
		0x400000,    0x400000 + 508 * PAGE,
		4 * PAGE,    4 * PAGE,
		4 * PAGE,    LOGGED_BASE + 60 * PAGE,
	};

	return bases[sim_random_below(COUNT_OF(bases))];
}

#define CELL	      16 /* bytes that one guest writes; half of the first lies before the page */
#define CELLS_OF_PAGE (PAGE / CELL)
#define CELLS	      (4 * CELLS_OF_PAGE)
#define FIRST_CELL    (1 + CELLS_OF_PAGE / 8) /* before it lies what is the hypervisor's */

/* Those across the end of a page are not all of the same guest. */
static unsigned int owner_of_cell(u64 cell)
{
	return (unsigned int)((cell + cell / CELLS_OF_PAGE) % MAX_GUESTS);
}

/* Guests come to the same page again, and to each other's, for a while: what is done to a page
 * while nobody comes there matters to nobody. */
static u64 any_cell(u64 *base)
{
	if (chance(2)) {
		*base = any_base();
		return FIRST_CELL + sim_random_below(CELLS - 64);
	}
	if (!hot_base || chance(16)) {
		hot_base = any_base();
		hot_page = sim_random_below(CELLS / CELLS_OF_PAGE - 1);
	}
	*base = hot_base;
	return hot_page * CELLS_OF_PAGE + FIRST_CELL + sim_random_below(CELLS_OF_PAGE - FIRST_CELL);
}

u64 memory_any_address(unsigned int id, unsigned int size)
{
	u64 base, cell = any_cell(&base);
	bool moves = base == 0x300000 || base == MOVED_OTHER;

	/* An instruction whose memory is half there, and goes, is no hypervisor's fault. */
	if (chance(3) && !moves)
		cell = (1 + sim_random_below(4)) * CELLS_OF_PAGE;
	while (owner_of_cell(cell) != id || (moves && !(cell % CELLS_OF_PAGE)))
		cell = cell == CELLS ? FIRST_CELL : cell + 1;
	return base + cell * CELL - CELL / 2 + sim_random_below(CELL - size + 1);
}

/* --- what must be there --- */

void memory_written(u64 gpa, u8 value)
{
	u64 hva = memory_hva(gpa);

	if (hva)
		expected[hva - process] = value;
}

u8 memory_expected(u64 gpa)
{
	return expected[memory_hva(gpa) - process];
}

void memory_settle(const struct instruction *instruction)
{
	const struct operation *operation = instruction->operation;
	unsigned int size = operation && instruction->address ? operation->size : 0;

	for (unsigned int i = 0; i < size; i++) {
		u64 hva = memory_hva(instruction->address + i);

		if (hva)
			memory_written(instruction->address + i, *(u8 *)sim_user_pointer(hva));
	}
}

static void fill(const struct window *window)
{
	u64 hva = hva_of_window(window);

	for (u64 at = 0; at < window->pages * PAGE; at += sizeof(u64)) {
		u64 value = (hva - process + at) * 0x9e3779b97f4a7c15;

		memcpy((u8 *)sim_user_pointer(hva) + at, &value, sizeof(value));
		memcpy(expected + (hva - process) + at, &value, sizeof(value));
	}
}

void memory_create(void)
{
	static u8 memory[2][PROCESS_PAGES * LINTEL_PAGE_SIZE];

	host_mutex_init(&process_lock);
	host_mutex_init(&slots_lock);
	host_mutex_init(&log_lock);
	expected = memory[0];
	copied = memory[1];
	process = sim_user_map(PROCESS_PAGES * PAGE);
	bitmap = sim_user_map(PAGE);
	moved_to = slots[SLOT_MOVED].gpa;
	is_logged = false;
	hot_base = 0;
	is_manual = chance(2);
	has_rings = chance(3);
	set_capabilities();
	for (unsigned int i = 0; i < COUNT_OF(windows); i++)
		fill(&windows[i]);
	set_slots();
}

/* --- in another VM --- */

void memory_save(void)
{
	if (is_logged)
		take_log(true);
}

/* What was logged comes as the log's reader has it. */
static void copy_window(const struct window *window, u64 from)
{
	u64 at = hva_of_window(window) - process;
	bool by_log = window->slot == SLOT_LOGGED && is_logged;

	memcpy(sim_user_pointer(process + at), by_log ? copied + at : sim_user_pointer(from + at),
	       window->pages * PAGE);
}

static void move_to_another_process(void)
{
	u64 from = process;

	process = sim_user_map(PROCESS_PAGES * PAGE);
	for (unsigned int i = 0; i < COUNT_OF(windows); i++)
		copy_window(&windows[i], from);
	sim_user_unmap(from, PROCESS_PAGES * PAGE);
}

void memory_restore(void)
{
	if (chance(3))
		move_to_another_process();
	set_capabilities();
	set_slots();
}

/* --- the end --- */

static void compare(const struct window *window, const u8 *with, const char *words, u64 from)
{
	u64 hva = hva_of_window(window), at = hva - process;
	const u8 *now = sim_user_pointer(hva);

	for (u64 i = from; i < window->pages * PAGE; i++)
		if (now[i] != with[at + i])
			broken("0x%llx is 0x%x, and %s 0x%x", window->gpa + i, now[i], words,
			       with[at + i]);
}

void memory_check(void)
{
	for (unsigned int i = 0; i < COUNT_OF(windows); i++)
		compare(&windows[i], expected, "guests wrote",
			windows[i].slot == SLOT_LOGGED ? CLOCK_BYTES : 0);
	if (!is_logged)
		return;
	take_log(true);
	compare(&windows[SLOT_LOGGED], copied, "the copy by the dirty log has", 0);
}
