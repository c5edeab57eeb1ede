// SPDX-License-Identifier: GPL-2.0
/*
 * The page tables of an EPT.
 *
 * An entry that ept_cut() took away but whose table may still be read by a processor keeps the
 * table's address with the access bits cleared: the processor ignores all other bits of such an
 * entry, and ept_collect() finds the table there.
 */
#include "mem/ept_table.h"

int ept_spare_fill(struct ept_spare *spare)
{
	while (spare->count < spare->wanted) {
		void *page = host_alloc_pages(0);

		if (!page)
			return -ENOMEM;
		spare->page[spare->count++] = page;
	}
	return 0;
}

void ept_spare_free(struct ept_spare *spare)
{
	while (spare->count)
		host_free_pages(spare->page[--spare->count], 0);
}

/* The processor sets accessed and dirty flags at any time: entries change in one piece. */
static u64 entry_read(const u64 *entry)
{
	return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static void entry_write(u64 *entry, u64 value)
{
	__atomic_store_n(entry, value, __ATOMIC_RELEASE);
}

static u64 *entry_table(u64 entry)
{
	return host_phys_to_virt(entry & EPT_ADDRESS);
}

static u64 *entry_of(u64 *table, unsigned int level, u64 gfn)
{
	return &table[(gfn >> ((level - 1) * EPT_INDEX_BITS)) & (EPT_ENTRIES - 1)];
}

static void table_visit(u64 *table, unsigned int level, u64 start, u64 end,
			struct ept_visitor *visitor)
{
	u64 frames = ept_level_frames(level);
	u64 at, next;

	for (at = start; at < end; at = next) {
		u64 *entry = entry_of(table, level, at);

		next = (at | (frames - 1)) + 1;
		if (next > end)
			next = end;
		if (!visitor->enter(visitor, entry, level, next - at == frames))
			continue;
		table_visit(entry_table(entry_read(entry)), level - 1, at, next, visitor);
		if (visitor->leave)
			visitor->leave(visitor, entry, level);
	}
}

void ept_visit(const struct ept *ept, u64 start, u64 end, struct ept_visitor *visitor)
{
	table_visit(ept->root, EPT_LEVEL_ROOT, start, end, visitor);
}

u64 *ept_find(const struct ept *ept, u64 gfn, unsigned int *level)
{
	u64 *table = ept->root;

	for (*level = EPT_LEVEL_ROOT;; --*level) {
		u64 *entry = entry_of(table, *level, gfn);
		u64 value = entry_read(entry);

		if (!ept_entry_present(value) || ept_entry_leaf(value, *level))
			return entry;
		table = entry_table(value);
	}
}

u64 ept_read(const u64 *entry)
{
	u64 value = entry_read(entry);

	return ept_entry_present(value) ? value : 0;
}

u64 ept_lookup(const struct ept *ept, u64 gfn, unsigned int *level)
{
	return ept_read(ept_find(ept, gfn, level));
}

bool ept_clear(struct ept *ept, u64 gfn, u64 bits)
{
	unsigned int level;
	u64 *entry = ept_find(ept, gfn, &level);

	if (level != EPT_LEVEL_4K || !ept_entry_present(entry_read(entry)))
		return false;
	return __atomic_fetch_and(entry, ~bits, __ATOMIC_ACQ_REL) & bits;
}

/* So many pages more, or fewer, are mapped by leaves of the level. */
static void mapped_add(struct ept *ept, unsigned int level, u64 count)
{
	if (count)
		__atomic_fetch_add(&ept->mapped[level - EPT_LEVEL_4K], count, __ATOMIC_RELAXED);
}

void ept_leaf_removed(struct ept *ept, unsigned int level)
{
	mapped_add(ept, level, (u64)-1);
}

void ept_set(struct ept *ept, u64 *entry, unsigned int level, u64 leaf)
{
	mapped_add(ept, level, !ept_entry_present(entry_read(entry)));
	entry_write(entry, leaf);
}

int ept_map(struct ept *ept, u64 gfn, unsigned int level, u64 leaf, struct ept_spare *spare)
{
	u64 *table = ept->root, *entry;
	unsigned int at;

	for (at = EPT_LEVEL_ROOT; at > level; at--) {
		entry = entry_of(table, at, gfn);
		if (!ept_entry_present(entry_read(entry))) {
			if (!spare->count) {
				spare->wanted = at - level;
				return -EAGAIN;
			}
			table = spare->page[--spare->count];
			__atomic_fetch_add(&ept->pages, 1, __ATOMIC_RELAXED);
			entry_write(entry, host_virt_to_phys(table) | EPT_PRESENT);
		} else {
			table = entry_table(entry_read(entry));
		}
	}
	ept_set(ept, entry_of(table, level, gfn), level, leaf);
	return 0;
}

/* --- cutting off --- */

struct cut {
	struct ept_visitor visitor; /* first: the visitor is the struct */
	struct ept *ept;
	bool any;
};

static void entry_cut(u64 *entry)
{
	__atomic_fetch_and(entry, ~EPT_PRESENT, __ATOMIC_ACQ_REL);
}

static bool cut_enter(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	struct cut *cut = (struct cut *)visitor;
	u64 value = entry_read(entry);

	if (!ept_entry_present(value))
		return false;
	if (ept_entry_leaf(value, level)) {
		entry_write(entry, 0);
		ept_leaf_removed(cut->ept, level);
	} else {
		if (!covered)
			return true;
		entry_cut(entry);
	}
	cut->any = true;
	return false;
}

static bool table_is_empty(const u64 *table)
{
	unsigned int i;

	for (i = 0; i < EPT_ENTRIES; i++)
		if (ept_entry_present(entry_read(&table[i])))
			return false;
	return true;
}

static void cut_leave(struct ept_visitor *visitor, u64 *entry, unsigned int level)
{
	struct cut *cut = (struct cut *)visitor;

	if (!table_is_empty(entry_table(entry_read(entry))))
		return;
	entry_cut(entry);
	cut->any = true;
}

bool ept_cut(struct ept *ept, u64 start, u64 end, bool prune)
{
	struct cut cut = {.visitor = {cut_enter, prune ? cut_leave : NULL}, .ept = ept};

	ept_visit(ept, start, end, &cut.visitor);
	return cut.any;
}

/* --- collecting what was cut off, and freeing it --- */

struct collect {
	struct ept_visitor visitor; /* first: the visitor is the struct */
	struct ept *ept;
	struct ept_list *list;
};

/* Is it one for a table, present or cut off? */
static bool entry_has_table(u64 entry, unsigned int level)
{
	return entry && !ept_entry_leaf(entry, level);
}

/* The link takes the first entry's place, so the table of that entry goes into the list itself. */
static void list_add_table(struct ept *ept, struct ept_list *list, u64 *table, unsigned int level)
{
	u64 first = table[0];

	table[0] = list->first;
	list->first = (u64)table | level;
	if (entry_has_table(first, level))
		list_add_table(ept, list, entry_table(first), level - 1);
	else if (ept_entry_present(first))
		ept_leaf_removed(ept, level);
}

static bool collect_enter(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered)
{
	struct collect *collect = (struct collect *)visitor;
	u64 value = entry_read(entry);

	if (ept_entry_present(value))
		return !ept_entry_leaf(value, level);
	if (value) {
		entry_write(entry, 0);
		list_add_table(collect->ept, collect->list, entry_table(value), level - 1);
	}
	return false;
}

void ept_collect(struct ept *ept, u64 start, u64 end, struct ept_list *list)
{
	struct collect collect = {{collect_enter, NULL}, ept, list};

	ept_visit(ept, start, end, &collect.visitor);
}

void ept_collect_all(struct ept *ept, struct ept_list *list)
{
	list_add_table(ept, list, ept->root, EPT_LEVEL_ROOT);
	ept->root = NULL;
}

/* What the entries of the table behind its link map goes with it; tables of theirs into the list.
 */
static void table_empty(struct ept *ept, struct ept_list *list, const u64 *table,
			unsigned int level)
{
	u64 leaves = 0;

	for (unsigned int i = 1; i < EPT_ENTRIES; i++) {
		if (entry_has_table(table[i], level))
			list_add_table(ept, list, entry_table(table[i]), level - 1);
		else
			leaves += ept_entry_present(table[i]);
	}
	mapped_add(ept, level, -leaves);
}

void ept_tables_free(struct ept *ept, struct ept_list *list, bool may_sleep)
{
	const u64 in_page = LINTEL_PAGE_SIZE - 1;

	while (list->first) {
		u64 *table = (u64 *)(list->first & ~in_page);
		unsigned int level = list->first & in_page;

		list->first = table[0];
		table_empty(ept, list, table, level);
		host_free_pages(table, 0);
		__atomic_fetch_sub(&ept->pages, 1, __ATOMIC_RELAXED);
		if (may_sleep)
			host_cond_resched();
	}
}
