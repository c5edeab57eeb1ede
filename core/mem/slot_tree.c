// SPDX-License-Identifier: GPL-2.0
/*
 * The slots as balanced trees: one for each order in which they are looked for.
 *
 * Slots may share user memory, so an order alone does not find all that have an address: each slot
 * knows how far any of those below it in the tree reaches.
 *
 * The two subtrees of a slot differ by one in height at most (Adelson-Velsky and Landis), so that
 * VM_MAX_SLOTS of them are 22 deep, and so deep at most the functions here call themselves.
 */
#include "mem/mem.h"

#define LEFT  0
#define RIGHT 1

/* One of the trees. */
struct tree {
	unsigned int copy;
	enum slot_order order;
};

static struct slot_link *link_of(struct tree tree, struct memslot *slot)
{
	return &slot->link[tree.copy][tree.order];
}

static u64 key(struct tree tree, const struct memslot *slot)
{
	switch (tree.order) {
	case SLOTS_BY_GFN:
		return slot->gfn;
	case SLOTS_BY_HVA:
		return slot->hva;
	default:
		return slot->id;
	}
}

/* On which side of a slot the other one is. */
static unsigned int side_of(struct tree tree, const struct memslot *slot,
			    const struct memslot *other)
{
	u64 here = key(tree, slot), there = key(tree, other);

	if (here != there)
		return there > here ? RIGHT : LEFT;
	return other->id > slot->id ? RIGHT : LEFT;
}

static unsigned int height(struct tree tree, struct memslot *slot)
{
	return slot ? link_of(tree, slot)->height : 0;
}

/* Of a slot whose children are right. */
static void measure(struct tree tree, struct memslot *slot)
{
	struct slot_link *link = link_of(tree, slot);

	link->height = 0;
	link->reach = memslot_end(slot);
	for (unsigned int side = LEFT; side <= RIGHT; side++) {
		struct memslot *child = link->child[side];

		if (!child)
			continue;
		if (link_of(tree, child)->height > link->height)
			link->height = link_of(tree, child)->height;
		if (link_of(tree, child)->reach > link->reach)
			link->reach = link_of(tree, child)->reach;
	}
	link->height++;
}

/* The child on the side becomes the root in place of its parent, which it gets on the other side.
 */
static struct memslot *rotate(struct tree tree, struct memslot *root, unsigned int side)
{
	struct memslot *child = link_of(tree, root)->child[side];

	link_of(tree, root)->child[side] = link_of(tree, child)->child[!side];
	link_of(tree, child)->child[!side] = root;
	measure(tree, root);
	measure(tree, child);
	return child;
}

/* The root of a tree of which one child has become higher or lower by one.  gives: the root. */
static struct memslot *balance(struct tree tree, struct memslot *root)
{
	struct slot_link *link = link_of(tree, root);
	unsigned int left = height(tree, link->child[LEFT]);
	unsigned int right = height(tree, link->child[RIGHT]);
	unsigned int side = right > left ? RIGHT : LEFT;
	struct slot_link *child;

	measure(tree, root);
	if (left <= right + 1 && right <= left + 1)
		return root;
	child = link_of(tree, link->child[side]);
	if (height(tree, child->child[!side]) > height(tree, child->child[side]))
		link->child[side] = rotate(tree, link->child[side], !side);
	return rotate(tree, root, side);
}

static struct memslot *tree_add(struct tree tree, struct memslot *root, struct memslot *slot)
{
	unsigned int side;

	if (!root) {
		*link_of(tree, slot) = (struct slot_link){0};
		measure(tree, slot);
		return slot;
	}
	side = side_of(tree, root, slot);
	link_of(tree, root)->child[side] = tree_add(tree, link_of(tree, root)->child[side], slot);
	return balance(tree, root);
}

static struct memslot *tree_remove(struct tree tree, struct memslot *root,
				   const struct memslot *slot)
{
	struct slot_link *link = link_of(tree, root);
	struct memslot *next, *rest;
	unsigned int side;

	if (root != slot) {
		side = side_of(tree, root, slot);
		link->child[side] = tree_remove(tree, link->child[side], slot);
		return balance(tree, root);
	}
	next = link->child[RIGHT];
	if (!next)
		return link->child[LEFT];
	while (link_of(tree, next)->child[LEFT])
		next = link_of(tree, next)->child[LEFT];
	rest = tree_remove(tree, link->child[RIGHT], next);
	link_of(tree, next)->child[LEFT] = link->child[LEFT];
	link_of(tree, next)->child[RIGHT] = rest;
	return balance(tree, next);
}

void memslots_add(struct memslots *slots, struct memslot *slot)
{
	for (enum slot_order order = 0; order < SLOT_ORDERS; order++)
		slots->root[order] =
			tree_add((struct tree){slots->copy, order}, slots->root[order], slot);
	slots->used++;
}

void memslots_remove(struct memslots *slots, const struct memslot *slot)
{
	for (enum slot_order order = 0; order < SLOT_ORDERS; order++)
		slots->root[order] =
			tree_remove((struct tree){slots->copy, order}, slots->root[order], slot);
	slots->used--;
}
