// SPDX-License-Identifier: GPL-2.0
/*
 * Page walks: every mode, every combination of rights against a small model of the SDM's rules,
 * then what can't be said as rights: absent and reserved, large pages, accessed and dirty.
 */
#include "emulate/emulate.h"
#include "cpuid/cpuid.h"
#include "emulate/machine.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define P  1ull
#define W  2ull
#define U  4ull
#define A  0x20ull
#define D  0x40ull
#define PS 0x80ull
#define XD (1ull << 63)

#define LINEAR 0x40003000ull /* beyond what machine_set_mode() maps */
#define PAGE   0x9000ull

static const enum machine_mode paging_modes[] = {MODE_PAGING32, MODE_PAE, MODE_COMPATIBILITY,
						 MODE_LONG, MODE_LONG57};

/* Result, in one number: 0 or the address on success (bit 63 clear), else -1 - error code. */
static s64 walk(struct machine *m, u64 linear, u32 access)
{
	u64 gpa = 0x5555;
	u32 error = 0x5555;

	switch (walk_linear(&m->vcpu, linear, access, &gpa, &error)) {
	case WALK_OK:
		return (s64)gpa;
	case WALK_FAULT:
		return -1 - (s64)error;
	case WALK_ERROR:
		break;
	}
	return -0x10000 - (s64)gpa;
}

#define FAULT(error) (-1 - (s64)(error))
#define NO_TABLE(at) (-0x10000 - (s64)(at))

/* What a combination of rights is to give; written as the SDM's list, case by case. */
struct rights {
	bool user_page, writable, execute_disable; /* of all entries together */
	bool wp, smep, smap, ac;
};

static bool model_allows(const struct rights *r, u32 access)
{
	bool user = access & PF_USER;

	if (access & PF_FETCH) {
		if (r->execute_disable)
			return false;
		return user ? r->user_page : !(r->smep && r->user_page);
	}
	if (user && !r->user_page)
		return false;
	if (!user && r->user_page && r->smap && (!r->ac || (access & PF_IMPLICIT)))
		return false;
	if (!(access & PF_WRITE))
		return true;
	return r->writable || (!user && !r->wp);
}

/* Bits of a combination. */
enum {
	LEAF_U = 1,
	LEAF_W = 2,
	LEAF_XD = 4,
	UPPER_U = 8,
	UPPER_W = 16,
	UPPER_XD = 32,
	SET_WP = 64,
	SET_SMEP = 128,
	SET_SMAP = 256,
	SET_AC = 512,
	COMBINATIONS = 1024
};

static void set_combination(struct machine *m, unsigned int c, bool has_xd)
{
	u64 leaf = machine_entry(m, LINEAR, 1), upper = machine_entry(m, LINEAR, 2);
	u64 table = machine_entry_read(m, upper) & 0xfffffffff000;
	u64 cr4 = m->vcpu.cr4 & ~(CR4_SMEP | CR4_SMAP);

	machine_entry_write(m, leaf,
			    PAGE | P | (c & LEAF_U ? U : 0) | (c & LEAF_W ? W : 0) |
				    (has_xd && (c & LEAF_XD) ? XD : 0));
	machine_entry_write(m, upper,
			    table | P | (c & UPPER_U ? U : 0) | (c & UPPER_W ? W : 0) |
				    (has_xd && (c & UPPER_XD) ? XD : 0));
	machine_set_cr0(m, c & SET_WP ? m->vcpu.cr0 | CR0_WP : m->vcpu.cr0 & ~CR0_WP);
	machine_set_cr4(m, cr4 | (c & SET_SMEP ? CR4_SMEP : 0) | (c & SET_SMAP ? CR4_SMAP : 0));
	vcpu_rflags_write(&m->vcpu, c & SET_AC ? RFLAGS_AC | 2 : 2);
}

static void check_combination(struct machine *m, unsigned int c, bool has_xd)
{
	static const u32 accesses[] = {0, PF_WRITE, PF_FETCH, PF_USER, PF_USER | PF_WRITE,
				       PF_USER | PF_FETCH,
				       /* of the processor's own: AC opens nothing to it */
				       PF_IMPLICIT, PF_IMPLICIT | PF_WRITE};
	struct rights rights = {
		.user_page = (c & LEAF_U) && (c & UPPER_U),
		.writable = (c & LEAF_W) && (c & UPPER_W),
		.execute_disable = has_xd && (c & (LEAF_XD | UPPER_XD)),
		.wp = c & SET_WP,
		.smep = c & SET_SMEP,
		.smap = c & SET_SMAP,
		.ac = c & SET_AC,
	};
	unsigned int i;

	for (i = 0; i < COUNT_OF(accesses); i++) {
		u32 error = PF_PRESENT | (accesses[i] & ~PF_IMPLICIT);

		if (!has_xd && !rights.smep)
			error &= ~PF_FETCH;
		test_context("%u levels, combination %x, access %x", m->levels, c, accesses[i]);
		set_combination(m, c, has_xd);
		EXPECT_EQ(walk(m, LINEAR + 0x123, accesses[i]),
			  model_allows(&rights, accesses[i]) ? (s64)(PAGE + 0x123) : FAULT(error));
	}
}

TEST(walk_rights)
{
	unsigned int mode, c;

	for (mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);

		machine_map(m, LINEAR, PAGE, P);
		/* PAE's upper entry is the page directory: level 3 has no rights */
		for (c = 0; c < COMBINATIONS; c++)
			check_combination(m, c, m->levels > 2);
		machine_destroy(m);
	}
}

TEST(walk_without_paging)
{
	static const enum machine_mode modes[] = {MODE_REAL, MODE_PROTECTED32};
	unsigned int i;

	for (i = 0; i < COUNT_OF(modes); i++) {
		struct machine *m = machine_create(modes[i]);

		EXPECT_EQ(walk(m, 0x12345678, PF_WRITE | PF_USER), 0x12345678);
		EXPECT_EQ(walk(m, 0xfee00123, PF_FETCH), 0xfee00123);
		machine_destroy(m);
	}
}

/* Absent at each level: the error code has no P bit; with it absent, nothing else counts. */
TEST(walk_not_present)
{
	unsigned int mode, level;

	for (mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);

		machine_map(m, LINEAR, PAGE, P | W | U);
		for (level = 1; level <= m->levels; level++) {
			u64 at = machine_entry(m, LINEAR, level);
			u64 entry = machine_entry_read(m, at);

			test_context("%u levels, level %u", m->levels, level);
			machine_entry_write(m, at, 0xfffffffffffffffe & ~P);
			if (m->levels == 3 && level == 3)
				vmcs_write64(GUEST_PDPTE0 + 2 * (LINEAR >> 30), 0);
			EXPECT_EQ(walk(m, LINEAR, 0), FAULT(0));
			EXPECT_EQ(walk(m, LINEAR, PF_WRITE | PF_USER), FAULT(PF_WRITE | PF_USER));
			machine_entry_write(m, at, entry);
			if (m->levels == 3 && level == 3)
				vmcs_write64(GUEST_PDPTE0 + 2 * (LINEAR >> 30), entry);
			EXPECT_EQ(walk(m, LINEAR, 0), PAGE);
		}
		machine_destroy(m);
	}
}

static void check_reserved(struct machine *m, unsigned int level, u64 bits, bool faults)
{
	u64 at = machine_entry(m, LINEAR, level), entry = machine_entry_read(m, at);

	test_context("%u levels, level %u, bits %llx", m->levels, level, bits);
	machine_entry_write(m, at, entry | bits);
	if (faults)
		EXPECT_EQ(walk(m, LINEAR, PF_USER), FAULT(PF_USER | PF_PRESENT | PF_RESERVED));
	else
		EXPECT_EQ(walk(m, LINEAR, PF_USER), PAGE);
	machine_entry_write(m, at, entry);
}

TEST(walk_reserved_bits)
{
	unsigned int mode, level;

	for (mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);

		machine_map(m, LINEAR, PAGE, P | W | U);
		for (level = 1; level <= m->levels; level++) {
			if (m->levels == 2 || (m->levels == 3 && level == 3))
				continue;
			/* MAXPHYADDR is 40 */
			check_reserved(m, level, 1ull << 40, true);
			check_reserved(m, level, 1ull << 51, true);
			/* ignored in long mode, reserved with PAE */
			check_reserved(m, level, 1ull << 52, m->levels == 3);
			check_reserved(m, level, 1ull << 62, m->levels == 3);
			check_reserved(m, level, 0xe00, false);
			/* PS where no page can be */
			if (level > 3)
				check_reserved(m, level, PS, true);
			/* XD without EFER.NXE */
			check_reserved(m, level, XD, false);
			m->vcpu.efer &= ~IA32_EFER_NXE;
			check_reserved(m, level, XD, true);
			m->vcpu.efer |= IA32_EFER_NXE;
			machine_set_cpuid(m, 48, ~0u, ~0u);
			check_reserved(m, level, 1ull << 48, true);
			machine_set_cpuid(m, 36, ~0u, ~0u);
			check_reserved(m, level, 1ull << 36, true);
			machine_set_cpuid(m, 40, ~0u, ~0u);
		}
		machine_destroy(m);
	}
}

/* The 1 GiB or 2 MiB that holds LINEAR, mapped at `frame`; `bits` beside the usual ones. */
static s64 walk_large(struct machine *m, unsigned int level, u64 frame, u64 bits)
{
	machine_entry_write(m, machine_entry(m, LINEAR, level), frame | bits | P | W | U | PS);
	return walk(m, LINEAR + 0x212345, PF_WRITE);
}

TEST(walk_large_pages)
{
	const s64 reserved = FAULT(PF_WRITE | PF_PRESENT | PF_RESERVED);
	struct machine *m = machine_create(MODE_LONG);

	/* PAT is bit 12, bits 20:13 and 29:13 are reserved */
	EXPECT_EQ(walk_large(m, 3, 0x8040000000, 0), 0x8040215345);
	EXPECT_EQ(walk_large(m, 3, 0x8040000000, 0x1000), 0x8040215345);
	EXPECT_EQ(walk_large(m, 3, 0x8040000000, 0x2000), reserved);
	EXPECT_EQ(walk_large(m, 3, 0x8040000000, 0x20000000), reserved);
	/* without 1 GiB pages in CPUID bit 7 itself is reserved */
	machine_set_cpuid(m, 40, ~0u, ~(1u << 26));
	EXPECT_EQ(walk_large(m, 3, 0x8040000000, 0), reserved);
	machine_destroy(m);

	m = machine_create(MODE_LONG57);
	machine_entry_write(m, machine_entry(m, LINEAR + 0x200000, 2),
			    0x8000600000 | P | W | U | PS);
	EXPECT_EQ(walk(m, LINEAR + 0x212345, 0), 0x8000615345);
	machine_entry_write(m, machine_entry(m, LINEAR + 0x200000, 2),
			    0x8000602000 | P | W | U | PS);
	EXPECT_EQ(walk(m, LINEAR + 0x212345, 0), FAULT(PF_PRESENT | PF_RESERVED));
	machine_destroy(m);

	m = machine_create(MODE_PAE);
	machine_entry_write(m, machine_entry(m, LINEAR + 0x200000, 2), 0x600000 | P | W | U | PS);
	EXPECT_EQ(walk(m, LINEAR + 0x212345, 0), 0x615345);
	machine_destroy(m);
}

/* "PSE-36": bits 20:13 of the entry are bits 39:32 of the address. */
TEST(walk_pse36)
{
	const s64 reserved = FAULT(PF_WRITE | PF_PRESENT | PF_RESERVED);
	struct machine *m = machine_create(MODE_PAGING32);

	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0), 0x00e15345);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x1000), 0x00e15345);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x2000), 0x100e15345);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x100000), 0x8000e15345);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x200000), reserved);
	machine_set_cpuid(m, 36, ~0u, ~0u);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x10000), 0x800e15345);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x20000), reserved);
	machine_set_cpuid(m, 32, ~0u, ~0u);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x2000), reserved);
	machine_set_cpuid(m, 40, ~0u, ~0u);
	machine_set_cpuid(m, 40, ~(1u << 17), ~0u);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0x2000), reserved);
	EXPECT_EQ(walk_large(m, 2, 0x00c00000, 0), 0x00e15345);
	/* without CR4.PSE bit 7 means nothing: the entry names a page table */
	machine_set_cr4(m, 0);
	machine_entry_write(m, machine_entry(m, LINEAR, 2), 0x300000 | P | W | U | PS);
	machine_entry_write(m, 0x300000 + 4 * 0x215, PAGE | P | W | U);
	EXPECT_EQ(walk(m, LINEAR + 0x212345, 0), PAGE + 0x345);
	machine_destroy(m);
}

TEST(walk_sets_accessed_and_dirty)
{
	unsigned int mode, level;

	for (mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);
		u64 leaf;

		machine_map(m, LINEAR, PAGE, P | W | U);
		leaf = machine_entry(m, LINEAR, 1);
		for (level = 1; level <= m->levels; level++) {
			u64 at = machine_entry(m, LINEAR, level);
			u64 flag = m->levels == 3 && level == 3 ? 0 : A;

			test_context("%u levels, level %u", m->levels, level);
			EXPECT_EQ(machine_entry_read(m, at) & (A | D), 0);
			EXPECT_EQ(walk(m, LINEAR, 0), PAGE);
			EXPECT_EQ(machine_entry_read(m, at) & (A | D), flag);
			machine_entry_write(m, at, machine_entry_read(m, at) & ~A);
			EXPECT_EQ(walk(m, LINEAR, PF_WRITE), PAGE);
			EXPECT_EQ(machine_entry_read(m, at) & (A | D), flag | (level == 1 ? D : 0));
			machine_entry_write(m, at, machine_entry_read(m, at) & ~(A | D));
			for (unsigned int upper = 2; upper <= m->levels; upper++) {
				u64 other = machine_entry(m, LINEAR, upper);

				machine_entry_write(m, other, machine_entry_read(m, other) & ~A);
			}
		}
		/* a fault leaves them alone */
		machine_entry_write(m, leaf, PAGE | P | U);
		EXPECT_EQ(walk(m, LINEAR, PF_WRITE | PF_USER),
			  FAULT(PF_PRESENT | PF_WRITE | PF_USER));
		EXPECT_EQ(machine_entry_read(m, leaf), PAGE | P | U);
		machine_destroy(m);
	}
}

/* The rest of an entry survives. */
TEST(walk_keeps_entries)
{
	struct machine *m = machine_create(MODE_LONG);
	u64 at;

	machine_map(m, LINEAR, 0x1234567000, P | W | U | 0xe18 | XD | (0x7ffull << 52));
	at = machine_entry(m, LINEAR, 1);
	EXPECT_EQ(walk(m, LINEAR, PF_WRITE), 0x1234567000);
	EXPECT_EQ(machine_entry_read(m, at),
		  0x1234567000 | P | W | U | A | D | 0xe18 | XD | (0x7ffull << 52));
	machine_destroy(m);
}

/* Another vCPU of the guest, between the walk's look at an entry and its mark. */
struct other_vcpu {
	struct machine *m;
	u64 at, value;
	unsigned int times; /* 0: always */
	unsigned int calls;
};

static void other_vcpu_writes(void *argument, u64 hva)
{
	struct other_vcpu *other = argument;

	other->calls++;
	if (hva != (u64)(other->m->ram + other->at))
		return;
	if (other->times && !--other->times)
		sim_cmpxchg_hook(NULL, NULL);
	/* Another one each time. */
	machine_entry_write(other->m, other->at, other->value ^ (other->calls & 1) << 9);
}

/* The guest takes an entry back: no flag makes it present again, whatever its width. */
TEST(walk_marks_no_entry_that_has_changed)
{
	for (unsigned int mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);
		unsigned int top = m->levels == 3 ? 2 : m->levels;

		for (unsigned int level = 1; level <= top; level++) {
			struct other_vcpu other = {.m = m, .times = 1, .value = 0x1234504e};

			test_context("%u levels, level %u", m->levels, level);
			machine_map(m, LINEAR, PAGE, P | W | U);
			other.at = machine_entry(m, LINEAR, level);
			sim_cmpxchg_hook(other_vcpu_writes, &other);
			EXPECT_EQ(walk(m, LINEAR, PF_WRITE), FAULT(PF_WRITE));
			EXPECT_EQ(machine_entry_read(m, other.at) & ~0x200ull,
				  0x1234504e & ~0x200ull);
			EXPECT_EQ(machine_entry_read(m, other.at) & 1, 0);
			sim_cmpxchg_hook(NULL, NULL);
			machine_destroy(m);
			m = machine_create(paging_modes[mode]);
		}
		machine_destroy(m);
	}
}

/* It is mapped elsewhere now: the walk leads there, and the flags are the new entry's. */
TEST(walk_follows_an_entry_that_has_changed)
{
	for (unsigned int mode = 0; mode < COUNT_OF(paging_modes); mode++) {
		struct machine *m = machine_create(paging_modes[mode]);
		struct other_vcpu other = {.m = m, .times = 1, .value = 0xb000 | P | W | U};

		test_context("%u levels", m->levels);
		machine_map(m, LINEAR, PAGE, P | W | U);
		other.at = machine_entry(m, LINEAR, 1);
		sim_cmpxchg_hook(other_vcpu_writes, &other);
		EXPECT_EQ(walk(m, LINEAR + 0x10, PF_WRITE), 0xb010);
		EXPECT_EQ(machine_entry_read(m, other.at) & ~0x200ull, 0xb000 | P | W | U | A | D);
		machine_destroy(m);
	}
}

/* A guest that does nothing else harms itself only: the thread comes back. */
TEST(walk_ends_where_an_entry_changes_all_the_time)
{
	struct machine *m = machine_create(MODE_LONG);
	struct other_vcpu other = {.m = m, .value = PAGE | P | W | U | A};

	machine_map(m, LINEAR, PAGE, P | W | U);
	other.at = machine_entry(m, LINEAR, 1);
	sim_cmpxchg_hook(other_vcpu_writes, &other);
	EXPECT_EQ(walk(m, LINEAR, PF_WRITE), NO_TABLE(other.at));
	EXPECT_TRUE(other.calls >= 1000 && other.calls < 1100);
	sim_cmpxchg_hook(NULL, NULL);
	EXPECT_EQ(walk(m, LINEAR, PF_WRITE), PAGE);
	machine_destroy(m);
}

TEST(walk_tables_outside_memory)
{
	struct machine *m = machine_create(MODE_LONG);
	u64 at;

	machine_map(m, LINEAR, PAGE, P | W | U);
	machine_entry_write(m, machine_entry(m, LINEAR, 2), MACHINE_DEVICE | P | W | U);
	EXPECT_EQ(walk(m, LINEAR, 0), NO_TABLE(MACHINE_DEVICE + 8 * 3));
	/* a table in ROM serves as long as its flags need no change */
	machine_entry_write(m, machine_entry(m, LINEAR, 2), MACHINE_ROM | P | W | U);
	at = PAGE | P | W | U | A;
	memcpy(m->rom + 8 * 3, &at, sizeof(at));
	EXPECT_EQ(walk(m, LINEAR, 0), PAGE);
	EXPECT_EQ(walk(m, LINEAR, PF_WRITE), NO_TABLE(MACHINE_ROM + 8 * 3));
	machine_destroy(m);
}

/* The registers count, not the memory they were loaded from. */
TEST(walk_pae_uses_pdpte_registers)
{
	struct machine *m = machine_create(MODE_PAE);
	u64 at;

	machine_map(m, LINEAR, PAGE, P | W | U);
	at = machine_entry(m, LINEAR, 3);
	machine_entry_write(m, at, 0);
	EXPECT_EQ(walk(m, LINEAR, 0), PAGE);
	/* registers have no accessed flag: nothing is written to where they came from */
	EXPECT_EQ(m->ram[8], 0);
	EXPECT_EQ(machine_entry_read(m, at), 0);
	vmcs_write64(GUEST_PDPTE1, 0);
	EXPECT_EQ(walk(m, LINEAR, 0), FAULT(0));
	machine_destroy(m);
}

TEST(walk_linear_memory_across_pages)
{
	struct machine *m = machine_create(MODE_LONG);
	struct linear_fault fault;
	u8 bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, back[8] = {0};
	struct linear_map map;

	machine_map(m, LINEAR, 0x9000, P | W | U);
	machine_map(m, LINEAR + 0x1000, 0xb000, P | W | U);
	EXPECT_EQ(linear_write(&m->vcpu, LINEAR + 0xffd, 0, bytes, 8, &fault), WALK_OK);
	EXPECT_EQ(memcmp(m->ram + 0x9ffd, bytes, 3), 0);
	EXPECT_EQ(memcmp(m->ram + 0xb000, bytes + 3, 5), 0);
	EXPECT_EQ(linear_read(&m->vcpu, LINEAR + 0xffd, 0, back, 8, &fault), WALK_OK);
	EXPECT_EQ(memcmp(back, bytes, 8), 0);
	EXPECT_EQ(linear_map(&m->vcpu, LINEAR + 0xffd, 0, 8, &map, &fault), WALK_OK);
	EXPECT_EQ(map.pieces, 2);
	EXPECT_EQ(map.piece[1].gpa, 0xb000);
	EXPECT_EQ(map.piece[1].length, 5);

	/* the second page faults: the address is its own, and nothing was written */
	machine_map(m, LINEAR + 0x1000, 0xb000, P | U);
	memset(m->ram + 0x9ffd, 0x77, 3);
	EXPECT_EQ(linear_write(&m->vcpu, LINEAR + 0xffd, PF_USER, bytes, 8, &fault), WALK_FAULT);
	EXPECT_EQ(fault.address, LINEAR + 0x1000);
	EXPECT_EQ(fault.error, PF_PRESENT | PF_WRITE | PF_USER);
	EXPECT_EQ(m->ram[0x9ffd], 0x77);

	/* a device is no memory */
	EXPECT_EQ(linear_read(&m->vcpu, MACHINE_DEVICE + 4, 0, back, 8, &fault), WALK_ERROR);
	EXPECT_EQ(fault.gpa, MACHINE_DEVICE + 4);
	EXPECT_EQ(linear_write(&m->vcpu, MACHINE_ROM, 0, back, 8, &fault), WALK_ERROR);
	EXPECT_EQ(linear_read(&m->vcpu, 0, 0, m->ram, LINTEL_PAGE_SIZE + 1, &fault), WALK_ERROR);
	machine_destroy(m);
}

TEST(walk_linear_memory_wraps_at_4_gib)
{
	static const enum machine_mode modes[] = {MODE_PAGING32, MODE_PAE, MODE_COMPATIBILITY};
	static const u8 bytes[] = {1, 2, 3, 4};
	struct linear_fault fault;
	unsigned int i;

	for (i = 0; i < COUNT_OF(modes); i++) {
		struct machine *m = machine_create(modes[i]);

		machine_map(m, 0xfffff000, 0x9000, P | W);
		machine_map(m, 0, 0xb000, P | W);
		EXPECT_EQ(linear_write(&m->vcpu, 0xfffffffe, 0, bytes, 4, &fault), WALK_OK);
		EXPECT_EQ(memcmp(m->ram + 0x9ffe, bytes, 2), 0);
		EXPECT_EQ(memcmp(m->ram + 0xb000, bytes + 2, 2), 0);
		machine_destroy(m);
	}
}
