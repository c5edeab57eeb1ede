// SPDX-License-Identifier: GPL-2.0
/* The dirty log: what sets a bit, what takes it, and that no write is missed. */
#include "fixture.h"
#include "mem/dirty_log.h"

#define GFN   0x400
#define PAGES 200 /* more than a word or two, and not a multiple */
#define WORDS 4

static u64 bitmap[WORDS + 1];

/* KVM_GET_DIRTY_LOG into the process's memory, and from there to bitmap[]. */
static int get(struct vm *vm, u64 to)
{
	struct kvm_dirty_log wanted = {.slot = 0, .padding2 = to};
	int error = dirty_log_get(vm, &wanted);

	memcpy(bitmap, sim_user_pointer(to & ~(PAGE - 1)), sizeof(bitmap));
	return error;
}

static int clear(struct vm *vm, u64 first, u32 count, u64 from)
{
	struct kvm_clear_dirty_log wanted = {
		.slot = 0, .first_page = first, .num_pages = count, .padding2 = from};

	return dirty_log_clear(vm, &wanted);
}

static bool is_set(u64 page)
{
	return bitmap[page / 64] >> (page % 64) & 1;
}

/* How many bits; none may be beyond the slot. */
static u64 count_set(void)
{
	u64 count = 0;

	for (u64 page = 0; page < 64 * WORDS; page++)
		count += is_set(page);
	EXPECT_EQ(bitmap[WORDS], 0);
	EXPECT_EQ(bitmap[WORDS - 1] >> (PAGES % 64), 0);
	return count;
}

static struct vm *open_logged(u64 *hva, u64 *user)
{
	struct vm *vm = vm_open(true);

	*hva = sim_user_map(512 * PAGE);
	*user = sim_user_map(PAGE);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN, PAGES, *hva), 0);
	return vm;
}

TEST(dirty_log_refusals)
{
	u64 hva, user;
	struct vm *vm = open_logged(&hva, &user);
	struct kvm_dirty_log wanted = {.slot = VM_MAX_SLOTS, .padding2 = user};

	EXPECT_EQ(dirty_log_get(vm, &wanted), -EINVAL);
	wanted.slot = 1;
	EXPECT_EQ(dirty_log_get(vm, &wanted), -ENOENT);
	EXPECT_EQ(clear(vm, 1, 64, user), -EINVAL);
	EXPECT_EQ(clear(vm, 64, 65, user), -EINVAL);
	EXPECT_EQ(clear(vm, 192, 64, user), -EINVAL);
	EXPECT_EQ(clear(vm, 256, 0, user), -EINVAL);
	EXPECT_EQ(clear(vm, ~63ull, 64, user), -EINVAL);
	EXPECT_EQ(clear(vm, 192, 8, user), 0);
	EXPECT_EQ(clear(vm, 0, PAGES, 0x1000), -EFAULT);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY, GFN, PAGES, hva),
		  -EINVAL);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, PAGES, hva), 0);
	EXPECT_EQ(get(vm, user), -ENOENT);
	EXPECT_EQ(clear(vm, 0, 64, user), -ENOENT);
	vm_close(vm);
}

TEST(dirty_log_of_faults)
{
	u64 hva, user, kicks;
	struct vm *vm = open_logged(&hva, &user);

	EXPECT_EQ(fault_read(vm, GFN + 3, NULL), EPT_MAPPED);
	EXPECT_FALSE(ept_entry(vm, GFN + 3) & EPT_WRITE);
	EXPECT_EQ(fault_write(vm, GFN + 66, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + PAGES - 1, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 2);
	EXPECT_TRUE(is_set(66) && is_set(PAGES - 1));
	EXPECT_FALSE(ept_entry(vm, GFN + 66) & EPT_WRITE);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	/* Nothing since, nothing to flush. */
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 0);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	EXPECT_EQ(fault_write(vm, GFN + 66, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + 3, NULL), EPT_MAPPED);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 2);
	vm_close(vm);
}

TEST(dirty_log_of_what_lintel_writes)
{
	u64 hva, user, value = 5;
	struct vm *vm = open_logged(&hva, &user);
	int ticket = host_srcu_read_lock(&vm->srcu);

	EXPECT_EQ(guest_read(vm, (GFN + 1) * PAGE, &value, 8), 0);
	EXPECT_EQ(guest_write(vm, (GFN + 11) * PAGE - 4, &value, 8), 0);
	EXPECT_EQ(guest_write(vm, (GFN + 20) * PAGE, &value, 8), 0);
	EXPECT_EQ(guest_write_atomic(vm, (GFN + 25) * PAGE + 8, &value, 1), 0);
	EXPECT_EQ(guest_cmpxchg(vm, (GFN + 27) * PAGE, 0, 1, 8), 0);
	sim_user_unmap(hva + 40 * PAGE, PAGE);
	EXPECT_EQ(guest_write_atomic(vm, (GFN + 40) * PAGE, &value, 1), -EFAULT);
	/* The second page can't be written; the first was. */
	sim_user_unmap(hva + 31 * PAGE, PAGE);
	EXPECT_EQ(guest_write(vm, (GFN + 31) * PAGE - 4, &value, 8), -EFAULT);
	host_srcu_read_unlock(&vm->srcu, ticket);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_TRUE(is_set(10) && is_set(11) && is_set(20) && is_set(30));
	EXPECT_TRUE(is_set(25) && is_set(27));
	EXPECT_EQ(count_set() - is_set(31), 6);
	vm_close(vm);
}

/* No processor can write to the page: there is nothing to flush, and no guest is interrupted. */
TEST(dirty_log_of_what_no_guest_can_write)
{
	u64 hva, user, kicks, value = 5;
	struct vm *vm = open_logged(&hva, &user);
	int ticket;

	EXPECT_EQ(fault_read(vm, GFN + 3, NULL), EPT_MAPPED);
	ticket = host_srcu_read_lock(&vm->srcu);
	EXPECT_EQ(guest_write(vm, (GFN + 3) * PAGE, &value, 8), 0);
	host_srcu_read_unlock(&vm->srcu, ticket);
	kicks = vm->host.kicks;
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_TRUE(is_set(3));
	EXPECT_EQ(vm->host.kicks, kicks);
	vm_close(vm);
}

/* --- Logs that are worked on in pieces: one of 64 words is 16 MiB of memory --- */

#define BIG_PAGES  (3 * 64 * 64 + 100ull)
#define PIECE	   (64 * 64ull)
#define BIG_BITMAP (PAGE)

static struct vm *open_big(u64 *user)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(BIG_PAGES * PAGE);

	*user = sim_user_map(2 * BIG_BITMAP);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN, BIG_PAGES, hva), 0);
	return vm;
}

static u64 count_big(u64 user)
{
	const u64 *words = sim_user_pointer(user);
	u64 count = 0;

	for (u64 i = 0; i < (BIG_PAGES + 63) / 64; i++)
		count += (u64)__builtin_popcountll(words[i]);
	return count;
}

static bool big_is_set(u64 user, u64 page)
{
	const u64 *words = sim_user_pointer(user);

	return words[page / 64] >> (page % 64) & 1;
}

static int take_big(struct vm *vm, u64 user, bool by_hand)
{
	struct kvm_dirty_log wanted = {.slot = 0, .padding2 = user};
	int error;

	vm->dirty_log_manual = by_hand ? KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE : 0;
	error = dirty_log_get(vm, &wanted);
	return error || !by_hand ? error : clear(vm, 0, BIG_PAGES, user);
}

/* Whichever piece has something: its writes are noticed from now on, by each vCPU. */
TEST(dirty_log_in_pieces)
{
	static const u64 pages[] = {0, PIECE - 1, PIECE, 2 * PIECE + 70, 3 * PIECE, BIG_PAGES - 1};

	for (size_t i = 0; i < 2 * COUNT_OF(pages); i++) {
		u64 user, kicks, page = pages[i / 2];
		struct vm *vm = open_big(&user);

		test_context("page %llu, cleared by hand %zu", (unsigned long long)page, i % 2);
		EXPECT_EQ(fault_write(vm, GFN + page, NULL), EPT_MAPPED);
		kicks = vm->host.kicks;
		EXPECT_EQ(take_big(vm, user, i % 2), 0);
		EXPECT_EQ(vm->host.kicks, kicks + 1);
		EXPECT_EQ(count_big(user), 1);
		EXPECT_TRUE(big_is_set(user, page));
		EXPECT_FALSE(ept_entry(vm, GFN + page) & EPT_WRITE);
		EXPECT_EQ(take_big(vm, user, i % 2), 0);
		EXPECT_EQ(vm->host.kicks, kicks + 1);
		EXPECT_EQ(count_big(user), 0);
		vm_close(vm);
	}
}

/* The bitmap cannot be written from its second piece on: what was not given is still in the log. */
TEST(dirty_log_in_pieces_that_cannot_be_copied)
{
	u64 user, kicks;
	struct vm *vm = open_big(&user);

	EXPECT_EQ(fault_write(vm, GFN + 3, NULL), EPT_MAPPED);
	EXPECT_EQ(fault_write(vm, GFN + PIECE + 3, NULL), EPT_MAPPED);
	kicks = vm->host.kicks;
	sim_user_protect(user + BIG_BITMAP, BIG_BITMAP, false);
	EXPECT_EQ(take_big(vm, user + BIG_BITMAP - 64 * sizeof(u64), false), -EFAULT);
	EXPECT_EQ(vm->host.kicks, kicks + 1);
	sim_user_protect(user + BIG_BITMAP, BIG_BITMAP, true);
	EXPECT_EQ(take_big(vm, user, false), 0);
	EXPECT_EQ(count_big(user), 1);
	EXPECT_TRUE(big_is_set(user, PIECE + 3));
	vm_close(vm);
}

TEST(dirty_log_outlives_changes_of_the_slots)
{
	u64 hva, user;
	struct vm *vm = open_logged(&hva, &user);

	EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	EXPECT_EQ(slot_set(vm, 5, 0, 0x10000, 8, hva), 0);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN + 1000, PAGES, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN + 1008, NULL), EPT_MAPPED);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 2);
	EXPECT_TRUE(is_set(7) && is_set(8));
	vm_close(vm);
}

TEST(dirty_log_keeps_what_could_not_be_copied)
{
	u64 hva, user;
	struct vm *vm = open_logged(&hva, &user);

	EXPECT_EQ(fault_write(vm, GFN + 7, NULL), EPT_MAPPED);
	sim_user_protect(user, PAGE, false);
	EXPECT_EQ(get(vm, user), -EFAULT);
	sim_user_protect(user, PAGE, true);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 1);
	vm_close(vm);
}

TEST(dirty_log_takes_large_pages_apart)
{
	struct vm *vm = vm_open(true);
	u64 hva = sim_user_map(512 * PAGE), user = sim_user_map(PAGE);

	sim_user_make_huge(hva, 21);
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 512, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN + 9, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN) & EPT_LARGE);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN, 512, hva), 0);
	EXPECT_EQ(ept_entry(vm, GFN + 9), 0);
	EXPECT_EQ(fault_write(vm, GFN + 9, NULL), EPT_MAPPED);
	EXPECT_FALSE(ept_entry(vm, GFN + 10));
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(bitmap[0], 1 << 9);
	/* The log ends: large again. */
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, 512, hva), 0);
	EXPECT_EQ(fault_write(vm, GFN + 9, NULL), EPT_MAPPED);
	EXPECT_TRUE(ept_entry(vm, GFN) & EPT_LARGE);
	EXPECT_EQ(vm->logged_slots, 0);
	vm_close(vm);
}

TEST(dirty_log_cleared_by_hand)
{
	u64 hva, user, *from;
	struct vm *vm = open_logged(&hva, &user);

	vm->dirty_log_manual = KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;
	from = sim_user_pointer(user);
	for (u64 page = 60; page < 70; page++)
		EXPECT_EQ(fault_write(vm, GFN + page, NULL), EPT_MAPPED);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 10);
	EXPECT_TRUE(ept_entry(vm, GFN + 60) & EPT_WRITE);
	/* Of the second word, what is set and one that is not. */
	from[0] = BIT64(1) | BIT64(40);
	EXPECT_EQ(clear(vm, 64, 64, user), 0);
	EXPECT_FALSE(ept_entry(vm, GFN + 65) & EPT_WRITE);
	EXPECT_TRUE(ept_entry(vm, GFN + 64) & EPT_WRITE);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), 9);
	EXPECT_FALSE(is_set(65));

	vm->dirty_log_manual |= KVM_DIRTY_LOG_INITIALLY_SET;
	EXPECT_EQ(slot_set(vm, 0, 0, GFN, PAGES, hva), 0);
	EXPECT_EQ(slot_set(vm, 0, KVM_MEM_LOG_DIRTY_PAGES, GFN, PAGES, hva), 0);
	EXPECT_EQ(get(vm, user), 0);
	EXPECT_EQ(count_set(), PAGES);
	vm_close(vm);
}

/* --- a migration --- */

/*
 * The guest writes, through a TLB that keeps what it has until the flush; memory changes under it;
 * the program asks for the log now and then, and copies.  At the end it must have all.
 */
struct migration {
	struct vm *vm;
	u64 hva, user;
	bool tlb[PAGES]; /* writable */
	u32 copy[PAGES];
	struct random random;
};

static struct migration migration;

static u32 *content(u64 page)
{
	return sim_user_pointer(migration.hva + page * PAGE + 16);
}

static void write_through_tlb(u64 page)
{
	if (migration.tlb[page])
		++*content(page);
}

/* The flush: until now the guest could write through what it had. */
static void flushed(struct vm *vm)
{
	for (unsigned int i = 0; i < 20; i++)
		write_through_tlb(random_below(&migration.random, PAGES));
	memset(migration.tlb, 0, sizeof(migration.tlb));
}

static void guest_writes(u64 page)
{
	for (unsigned int i = 0; !migration.tlb[page] && i < 4; i++) {
		if (ept_entry(migration.vm, GFN + page) & EPT_WRITE)
			migration.tlb[page] = true;
		else
			EXPECT_EQ(fault_write(migration.vm, GFN + page, NULL), EPT_MAPPED);
	}
	write_through_tlb(page);
}

static void lintel_writes(u64 page)
{
	int ticket = host_srcu_read_lock(&migration.vm->srcu);
	u32 value = *content(page) + 1;

	EXPECT_EQ(guest_write(migration.vm, (GFN + page) * PAGE + 16, &value, sizeof(value)), 0);
	host_srcu_read_unlock(&migration.vm->srcu, ticket);
}

static void copy_dirty(bool manual)
{
	if (manual) {
		EXPECT_EQ(get(migration.vm, migration.user), 0);
		EXPECT_EQ(clear(migration.vm, 0, PAGES, migration.user), 0);
	} else {
		EXPECT_EQ(get(migration.vm, migration.user), 0);
	}
	count_set();
	for (u64 page = 0; page < PAGES; page++)
		if (is_set(page))
			migration.copy[page] = *content(page);
}

static void migrate(bool manual)
{
	memset(&migration, 0, sizeof(migration));
	migration.random.state = 0x9e3779b9;
	migration.vm = open_logged(&migration.hva, &migration.user);
	migration.vm->dirty_log_manual = manual ? KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE : 0;
	sim_kick_hook(flushed);
	for (unsigned int i = 0; i < 20000; i++) {
		u64 page = random_below(&migration.random, PAGES);
		u64 kind = random_below(&migration.random, 100);

		if (kind < 70)
			guest_writes(page);
		else if (kind < 80)
			fault_read(migration.vm, GFN + page, NULL);
		else if (kind < 90)
			lintel_writes(page);
		else if (kind < 95)
			sim_user_move(migration.hva + page * PAGE, PAGE);
		else
			copy_dirty(manual);
	}
	copy_dirty(manual);
	for (u64 page = 0; page < PAGES; page++)
		EXPECT_EQ(migration.copy[page], *content(page));
	sim_kick_hook(NULL);
	vm_close(migration.vm);
}

TEST(dirty_log_loses_no_write)
{
	migrate(false);
}

TEST(dirty_log_cleared_by_hand_loses_no_write)
{
	migrate(true);
}
