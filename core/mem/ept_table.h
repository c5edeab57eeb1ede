/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The page tables of an EPT: entries, making them, cutting them off, freeing what was cut.
 * Everything here needs vm->mmu_lock, but for the functions of struct ept_spare and
 * ept_tables_free(), which need that it is not held.  "EPT Translation Mechanism".
 *
 * Removal goes in three steps, for the processor may read a table until it was flushed:
 * ept_cut(), then the flush, then ept_collect().
 */
#ifndef LINTEL_EPT_TABLE_H
#define LINTEL_EPT_TABLE_H

#include "vm.h"

#define EPT_READ       BIT64(0)
#define EPT_WRITE      BIT64(1)
#define EPT_EXECUTE    BIT64(2)
#define EPT_PRESENT    (EPT_READ | EPT_WRITE | EPT_EXECUTE) /* any of them */
#define EPT_MEMORY_WB  ((u64)6 << 3)
#define EPT_IGNORE_PAT BIT64(6)
#define EPT_LARGE      BIT64(7) /* a leaf above the lowest level */
#define EPT_ACCESSED   BIT64(8)
#define EPT_DIRTY      BIT64(9)
#define EPT_ADDRESS    ((u64)0x000ffffffffff000)

/* "Extended-Page-Table Pointer (EPTP)" */
#define EPTP_MEMORY_WB	    ((u64)6)
#define EPTP_WALK_LENGTH_4  ((u64)3 << 3)
#define EPTP_ACCESSED_DIRTY BIT64(6)

/* The lowest level maps 4 KiB pages, the next 2 MiB, then 1 GiB. */
enum { EPT_LEVEL_4K = 1, EPT_LEVEL_2M = 2, EPT_LEVEL_1G = 3, EPT_LEVEL_ROOT = 4 };

#define EPT_INDEX_BITS 9
#define EPT_ENTRIES    (1u << EPT_INDEX_BITS)
#define EPT_FRAME_BITS (EPT_LEVEL_ROOT * EPT_INDEX_BITS) /* of a guest frame number */

/* Size of the page that a leaf of the level maps, as a power of two. */
static inline unsigned int ept_level_shift(unsigned int level)
{
	return LINTEL_PAGE_SHIFT + (level - 1) * EPT_INDEX_BITS;
}

/* Guest frames that one entry of the level spans. */
static inline u64 ept_level_frames(unsigned int level)
{
	return (u64)1 << ((level - 1) * EPT_INDEX_BITS);
}

static inline bool ept_entry_present(u64 entry)
{
	return entry & EPT_PRESENT;
}

static inline bool ept_entry_leaf(u64 entry, unsigned int level)
{
	return level == EPT_LEVEL_4K || (entry & EPT_LARGE);
}

/* Table pages made ready where sleeping is allowed, for a mapping made where it is not. */
struct ept_spare {
	void *page[EPT_LEVEL_ROOT - 1];
	unsigned int count;
	unsigned int wanted; /* by the last ept_map() that found too few */
};

/* As many as are wanted.  -ENOMEM: those it got stay in `spare`. */
int ept_spare_fill(struct ept_spare *spare);
void ept_spare_free(struct ept_spare *spare);

/*
 * Visit the entries of [start, end), in order.  enter() is called for each entry, present or not;
 * `covered` when all it spans is in the range.  When enter() says true, which it may for a table
 * only, the table's entries follow, and then leave(), which may be NULL.
 */
struct ept_visitor {
	bool (*enter)(struct ept_visitor *visitor, u64 *entry, unsigned int level, bool covered);
	void (*leave)(struct ept_visitor *visitor, u64 *entry, unsigned int level);
};

void ept_visit(const struct ept *ept, u64 start, u64 end, struct ept_visitor *visitor);

/* The entry at which the walk to `gfn` ends, a leaf or not present; and its level. */
u64 *ept_find(const struct ept *ept, u64 gfn, unsigned int *level);

/* What the entry maps now, or 0. */
u64 ept_read(const u64 *entry);

/* Both in one. */
u64 ept_lookup(const struct ept *ept, u64 gfn, unsigned int *level);

/* Put `leaf` in an entry of the level that is not present, or maps the same with fewer rights. */
void ept_set(struct ept *ept, u64 *entry, unsigned int level, u64 leaf);

/*
 * Put `leaf` where `gfn` is mapped at `level`; tables come from `spare`.
 * -EAGAIN: there were not enough of them.  Needs: nothing else is mapped there, neither by a table
 * nor by a larger page.
 */
int ept_map(struct ept *ept, u64 gfn, unsigned int level, u64 leaf, struct ept_spare *spare);

/* The caller has emptied a leaf of the level that was present, in place of ept_cut(). */
void ept_leaf_removed(struct ept *ept, unsigned int level);

/* Take `bits` from the entry of the lowest level that maps `gfn`.  True: it had any of them. */
bool ept_clear(struct ept *ept, u64 gfn, u64 bits);

/*
 * Take away what maps [start, end); a larger page that reaches into it goes as a whole.  `prune`:
 * also the tables that have nothing left in them.  True: there was something, so flush.
 */
bool ept_cut(struct ept *ept, u64 start, u64 end, bool prune);

/*
 * Tables on their way out, each with all that is under it, linked through their first words, which
 * no processor reads any more.  A link is the table's address, and its level in the bits that an
 * address of a page has not.
 */
struct ept_list {
	u64 first;
};

/* Needs: the flush after ept_cut() of the same range is over.  Adds to the list; what is under a
 * table that was cut off is not looked at, so this takes no longer than the cut. */
void ept_collect(struct ept *ept, u64 start, u64 end, struct ept_list *list);
/* The root and all under it.  Needs: nothing uses the EPT. */
void ept_collect_all(struct ept *ept, struct ept_list *list);
/* A VM of 1 TiB may have half a million tables: between two of them other tasks may run, where the
 * caller may sleep. */
void ept_tables_free(struct ept *ept, struct ept_list *list, bool may_sleep);

#endif
