// SPDX-License-Identifier: GPL-2.0
/*
 * The device's side of a virtqueue, with guests that are right and guests that are not.  The RAM is
 * a block of its own, so that the sanitizer sees a step beside it.
 */
#include <stdlib.h>

#include "test.h"
#include "vmm/device/virtqueue.h"

#define RAM    0x10000u
#define SIZE   8u
#define DESC   0x1000u
#define DRIVER 0x2000u
#define DEVICE 0x3000u
#define BUFFER 0x4000u

#define NEXT  1
#define WRITE 2

struct descriptor {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct guest {
	struct memory mem;
	struct virtqueue q;
	struct descriptor *desc;
	uint16_t *driver; /* flags, index, ring */
	uint16_t *device;
};

static void guest_init(struct guest *g)
{
	uint8_t *ram = calloc(1, RAM);

	*g = (struct guest){
		.mem = {.below_hole = RAM, .host = ram},
		.desc = (struct descriptor *)(ram + DESC),
		.driver = (uint16_t *)(ram + DRIVER),
		.device = (uint16_t *)(ram + DEVICE),
	};
	g->q = (struct virtqueue){
		.mem = &g->mem, .desc = DESC, .driver = DRIVER, .device = DEVICE, .size = SIZE};
	virtqueue_enable(&g->q);
}

static void guest_give(struct guest *g, uint16_t head)
{
	g->driver[2 + g->driver[1] % SIZE] = head;
	g->driver[1]++;
}

static bool guest_gives(struct guest *g, uint16_t head, struct virtqueue_chain *chain)
{
	guest_give(g, head);
	return virtqueue_pop(&g->q, chain);
}

static void guest_end(struct guest *g)
{
	free(g->mem.host);
}

TEST(virtqueue_gives_a_chain_and_takes_it_back)
{
	struct virtqueue_chain chain;
	struct guest g;

	guest_init(&g);
	EXPECT_FALSE(virtqueue_pop(&g.q, &chain));
	g.desc[5] = (struct descriptor){BUFFER, 16, NEXT, 2};
	g.desc[2] = (struct descriptor){BUFFER + 0x100, 512, NEXT | WRITE, 7};
	g.desc[7] = (struct descriptor){RAM - 1, 1, WRITE, 0};
	REQUIRE_TRUE(guest_gives(&g, 5, &chain));
	EXPECT_EQ(chain.head, 5);
	EXPECT_EQ(chain.out, 1);
	EXPECT_EQ(chain.in, 2);
	EXPECT_EQ(iov_size(chain.iov + chain.out, chain.in), 513);
	EXPECT_TRUE(chain.iov[0].iov_base == g.mem.host + BUFFER);
	EXPECT_FALSE(virtqueue_pop(&g.q, &chain));
	EXPECT_EQ(g.device[1], 0);
	virtqueue_push(&g.q, &chain, 513);
	EXPECT_EQ(g.device[1], 1);
	EXPECT_EQ(*(uint32_t *)(g.device + 2), 5);
	EXPECT_EQ(*(uint32_t *)(g.device + 4), 513);
	guest_end(&g);
}

TEST(virtqueue_asks_whether_to_interrupt)
{
	struct guest g;

	guest_init(&g);
	EXPECT_TRUE(virtqueue_wants_interrupt(&g.q));
	g.driver[0] = 1;
	EXPECT_FALSE(virtqueue_wants_interrupt(&g.q));
	guest_end(&g);
}

TEST(virtqueue_indexes_wrap)
{
	struct virtqueue_chain chain;
	struct guest g;
	uint32_t i;

	guest_init(&g);
	g.desc[0] = (struct descriptor){BUFFER, 1, 0, 0};
	for (i = 0; i < 70000; i++) {
		REQUIRE_TRUE(guest_gives(&g, 0, &chain));
		virtqueue_push(&g.q, &chain, i);
	}
	EXPECT_EQ(g.device[1], (uint16_t)70000);
	guest_end(&g);
}

/* Chains that break the queue: descriptors 0 and 1, and where the chain begins. */
static const struct {
	const char *what;
	uint16_t head;
	struct descriptor desc[2];
	const char *why;
} wrong_chains[] = {
	{"the head is out of range", SIZE, {{0}, {0}}, "out of range"},
	{"so is the next", 0, {{BUFFER, 1, NEXT, 0xffff}, {0}}, "out of range"},
	{"a loop of one", 0, {{BUFFER, 1, NEXT, 0}, {0}}, "loop"},
	{"a loop of two", 1, {{BUFFER, 1, NEXT, 1}, {BUFFER, 1, NEXT, 0}}, "loop"},
	{"a loop of empty buffers", 0, {{BUFFER, 0, NEXT, 0}, {0}}, "loop"},
	{"beyond RAM", 0, {{RAM, 1, 0, 0}, {0}}, "not in RAM"},
	{"across the end of RAM", 0, {{RAM - 1, 2, 0, 0}, {0}}, "not in RAM"},
	{"an address that wraps", 0, {{~0ull, 2, 0, 0}, {0}}, "not in RAM"},
	{"the longest from the last", 0, {{~0ull, ~0u, 0, 0}, {0}}, "not in RAM"},
	{"the longest", 0, {{BUFFER, ~0u, 0, 0}, {0}}, "not in RAM"},
	{"to read after to write",
	 0,
	 {{BUFFER, 1, NEXT | WRITE, 1}, {BUFFER, 1, 0, 0}},
	 "to read comes after"},
	{"an indirect table", 0, {{BUFFER, 16, 4, 0}, {0}}, "not negotiated"},
};

TEST(virtqueue_is_broken_by_a_wrong_chain)
{
	struct virtqueue_chain chain;
	struct guest g;
	unsigned int i;

	for (i = 0; i < sizeof(wrong_chains) / sizeof(wrong_chains[0]); i++) {
		test_context("%s", wrong_chains[i].what);
		guest_init(&g);
		memcpy(g.desc, wrong_chains[i].desc, sizeof(wrong_chains[i].desc));
		EXPECT_FALSE(guest_gives(&g, wrong_chains[i].head, &chain));
		EXPECT_CONTAINS(g.q.broken ? g.q.broken : "", wrong_chains[i].why);
		/* And it stays so. */
		g.desc[0] = (struct descriptor){BUFFER, 1, 0, 0};
		EXPECT_FALSE(guest_gives(&g, 0, &chain));
		guest_end(&g);
	}
}

TEST(virtqueue_is_broken_by_an_index_too_far_ahead)
{
	struct virtqueue_chain chain;
	struct guest g;

	guest_init(&g);
	g.driver[1] = SIZE + 1;
	EXPECT_FALSE(virtqueue_pop(&g.q, &chain));
	EXPECT_CONTAINS(g.q.broken, "more chains");
	guest_end(&g);
}

/* Rings that are refused. */
static const struct {
	const char *what;
	uint64_t desc, driver, device;
	uint32_t size;
} wrong_rings[] = {
	{"no descriptors", DESC, DRIVER, DEVICE, 0},
	{"no power of two", DESC, DRIVER, DEVICE, 3},
	{"too many", DESC, DRIVER, DEVICE, 2 * VIRTQUEUE_SIZE_MAX},
	{"very many", DESC, DRIVER, DEVICE, 1u << 31},
	{"descriptors not aligned", DESC + 8, DRIVER, DEVICE, SIZE},
	{"available ring not aligned", DESC, DRIVER + 1, DEVICE, SIZE},
	{"used ring not aligned", DESC, DRIVER, DEVICE + 2, SIZE},
	{"descriptors beyond RAM", RAM - 16, DRIVER, DEVICE, SIZE},
	{"available ring beyond RAM", DESC, RAM - 4, DEVICE, SIZE},
	{"used ring beyond RAM", DESC, DRIVER, RAM - 4, SIZE},
	{"used ring at the end of everything", DESC, DRIVER, ~3ull, SIZE},
};

TEST(virtqueue_is_broken_by_wrong_rings)
{
	struct virtqueue_chain chain;
	struct guest g;
	unsigned int i;

	for (i = 0; i < sizeof(wrong_rings) / sizeof(wrong_rings[0]); i++) {
		test_context("%s", wrong_rings[i].what);
		guest_init(&g);
		g.q.desc = wrong_rings[i].desc;
		g.q.driver = wrong_rings[i].driver;
		g.q.device = wrong_rings[i].device;
		g.q.size = wrong_rings[i].size;
		virtqueue_enable(&g.q);
		EXPECT_TRUE(g.q.broken);
		g.driver[1] = 1;
		EXPECT_FALSE(virtqueue_pop(&g.q, &chain));
		guest_end(&g);
	}
}

/* Whatever lies in the rings, a chain that comes out is in RAM, byte for byte. */
TEST(virtqueue_survives_random_rings)
{
	struct virtqueue_chain chain;
	unsigned int round, i, j, chains = 0;
	struct guest g;

	guest_init(&g);
	srand(1);
	for (round = 0; round < 20000; round++) {
		virtqueue_enable(&g.q);
		for (i = 0; i < SIZE; i++)
			g.desc[i] = (struct descriptor){rand() % (RAM + RAM / 8), rand() % 0x2000,
							rand() % 32 ? rand() % 4 : rand(),
							rand() % (SIZE + (rand() % 16 == 0))};
		g.driver[1] = rand() % (SIZE + 2);
		for (i = 0; i < SIZE; i++)
			g.driver[2 + i] = rand() % SIZE;
		while (virtqueue_pop(&g.q, &chain)) {
			chains++;
			for (j = 0; j < chain.out + chain.in; j++)
				memset(chain.iov[j].iov_base, 0, j < chain.out ? 0 : 1);
			for (j = 0; j < chain.out + chain.in; j++)
				EXPECT_TRUE((uint8_t *)chain.iov[j].iov_base +
						    chain.iov[j].iov_len <=
					    g.mem.host + RAM);
			virtqueue_push(&g.q, &chain, 0);
		}
	}
	EXPECT_TRUE(chains > 1000);
	guest_end(&g);
}

TEST(iov_read_takes_what_it_copied)
{
	char a[] = "abc", b[] = "defg", to[8] = "";
	struct iovec iov[] = {{a, 3}, {NULL, 0}, {b, 4}};

	EXPECT_EQ(iov_read(iov, 3, to, 5), 5);
	EXPECT_STR_EQ(to, "abcde");
	EXPECT_EQ(iov_size(iov, 3), 2);
	EXPECT_EQ(iov_write(iov, 3, "xyz", 3), 2);
	EXPECT_STR_EQ(b, "dexy");
}
