// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that are remembered: only as long as a walk and a decoding would find the same.
 */
#include "emulate/access.h"
#include "emulate/machine.h"
#include "mem/mem.h"
#include "sim.h"
#include "test.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define P 1ull
#define A 0x20ull

#define XD BIT64(63)

#define OTHER_PAGE 0x9000ull
#define FRAME	   0xffffffffff000ull

static const u8 load[] = {0x8b, 0x43, 0x04};			/* mov eax, [rbx + 4] */
static const u8 load_ecx[] = {0x8b, 0x4b, 0x04};		/* mov ecx, [rbx + 4] */
static const u8 store[] = {0xc7, 0x83, 8, 0, 0, 0, 1, 2, 3, 4}; /* mov dword [rbx + 8], imm32 */
static const enum machine_mode wide_modes[] = {MODE_COMPATIBILITY, MODE_LONG, MODE_LONG57};

static u32 access_of(struct machine *m)
{
	return PF_FETCH | linear_privilege(&m->vcpu);
}

static const struct recalled *recalled(struct machine *m)
{
	return recall(&m->vcpu, vcpu_linear_rip(&m->vcpu), access_of(m));
}

static bool fetch(struct machine *m, struct insn *insn)
{
	enum exit_action action;

	memset(insn, 0, sizeof(*insn));
	m->vcpu.events.exception.pending = false;
	return emulate_fetch(&m->vcpu, insn, &action);
}

static struct machine *remembering(enum machine_mode mode, const u8 *code, size_t length)
{
	struct machine *m = machine_create(mode);
	struct insn insn;

	machine_set_code(m, code, length);
	EXPECT_TRUE(fetch(m, &insn));
	EXPECT_TRUE(!recalled(m));
	EXPECT_TRUE(fetch(m, &insn));
	return m;
}

TEST(recall_what_was_met_before)
{
	for (unsigned int i = 0; i < COUNT_OF(wide_modes); i++) {
		struct machine *m = remembering(wide_modes[i], store, sizeof(store));
		struct insn insn;

		test_context("mode %u", wide_modes[i]);
		REQUIRE_TRUE(recalled(m));
		EXPECT_TRUE(fetch(m, &insn));
		EXPECT_EQ(insn.length, sizeof(store));
		EXPECT_EQ(insn.src.immediate, 0x04030201);
		machine_destroy(m);
	}
}

TEST(recall_nothing_where_entries_are_not_of_8_bytes)
{
	static const enum machine_mode modes[] = {MODE_REAL, MODE_PROTECTED32, MODE_PAGING32,
						  MODE_PAE};

	for (unsigned int i = 0; i < COUNT_OF(modes); i++) {
		struct machine *m = remembering(modes[i], load, sizeof(load));

		test_context("mode %u", modes[i]);
		EXPECT_TRUE(!recalled(m));
		machine_destroy(m);
	}
}

/* --- Something is not what it was --- */

static void first_byte(struct machine *m)
{
	m->ram[MACHINE_CODE] = 0x89;
}

static void last_byte(struct machine *m)
{
	m->ram[MACHINE_CODE + sizeof(store) - 1]++;
}

/* The page, and that of each table above it, somewhere else; there stands another instruction. */
static void move_page(struct machine *m, unsigned int level)
{
	u64 entry = machine_entry(m, MACHINE_CODE, level), value = machine_entry_read(m, entry);

	memcpy(m->ram + OTHER_PAGE, m->ram + (value & FRAME), LINTEL_PAGE_SIZE);
	machine_entry_write(m, entry, (value & ~FRAME) | OTHER_PAGE);
	memcpy(m->ram + (machine_entry_read(m, machine_entry(m, MACHINE_CODE, 1)) & FRAME), load,
	       sizeof(load));
}

static void move_code(struct machine *m)
{
	move_page(m, 1);
}

static void move_table(struct machine *m)
{
	move_page(m, 2);
}

static void move_directory(struct machine *m)
{
	move_page(m, 4);
}

static void new_root(struct machine *m)
{
	u64 root = vmcs_readl(GUEST_CR3) & FRAME;

	memcpy(m->ram + OTHER_PAGE, m->ram + root, LINTEL_PAGE_SIZE);
	machine_set_cr3(m, OTHER_PAGE);
}

static void absent(struct machine *m)
{
	u64 entry = machine_entry(m, MACHINE_CODE, 1);

	machine_entry_write(m, entry, machine_entry_read(m, entry) & ~P);
}

static void not_executable(struct machine *m)
{
	u64 entry = machine_entry(m, MACHINE_CODE, 2);

	machine_entry_write(m, entry, machine_entry_read(m, entry) | XD);
}

static void smep(struct machine *m)
{
	machine_set_cr4(m, m->vcpu.cr4 | CR4_SMEP);
}

static void without_nxe(struct machine *m)
{
	m->vcpu.efer &= ~(u64)IA32_EFER_NXE;
}

static void cpl3(struct machine *m)
{
	machine_set_cpl(m, 3);
}

/* The memory under the code, with another content. */
static void another_slot(struct machine *m)
{
	struct kvm_userspace_memory_region region = {
		.slot = 0,
		.userspace_addr = (u64)(unsigned long)m->ram,
	};

	MACHINE_SLEEPING(m, EXPECT_EQ(memslot_set(&m->vm, &region), 0));
	region.memory_size = MACHINE_RAM_SIZE;
	MACHINE_SLEEPING(m, EXPECT_EQ(memslot_set(&m->vm, &region), 0));
}

/* What came of a fetch, so that two can be compared. */
struct outcome {
	bool fetched;
	unsigned int length;
	u64 immediate;
	const struct opcode *opcode;
	bool exception;
};

static struct outcome outcome_of(struct machine *m)
{
	struct outcome outcome;
	struct insn insn;

	memset(&outcome, 0, sizeof(outcome));
	outcome.fetched = fetch(m, &insn);
	outcome.exception = m->vcpu.events.exception.pending;
	if (!outcome.fetched)
		return outcome;
	outcome.length = insn.length;
	outcome.immediate = insn.src.immediate;
	outcome.opcode = insn.opcode;
	return outcome;
}

TEST(recall_nothing_that_has_changed)
{
	static const struct {
		const char *what;
		void (*change)(struct machine *m);
	} rows[] = {
		{"first byte", first_byte},
		{"last byte", last_byte},
		{"page moved", move_code},
		{"table moved", move_table},
		{"directory moved", move_directory},
		{"CR3", new_root},
		{"page absent", absent},
		{"execute disable", not_executable},
		{"SMEP", smep},
		{"EFER.NXE", without_nxe},
		{"CPL", cpl3},
		{"code width", machine_set_compatibility},
		{"slots", another_slot},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = remembering(MODE_LONG, store, sizeof(store));
		struct outcome got, wanted;

		test_context("%s", rows[i].what);
		EXPECT_TRUE(recalled(m));
		rows[i].change(m);
		EXPECT_TRUE(!recalled(m));
		got = outcome_of(m);
		memset(m->vcpu.io->recalled, 0, sizeof(m->vcpu.io->recalled));
		wanted = outcome_of(m);
		EXPECT_EQ(memcmp(&got, &wanted, sizeof(got)), 0);
		machine_destroy(m);
	}
}

TEST(recall_sets_accessed_flags_as_a_walk)
{
	for (unsigned int level = 1; level <= 4; level++) {
		struct machine *m = remembering(MODE_LONG, load, sizeof(load));
		u64 entry = machine_entry(m, MACHINE_CODE, level);
		struct insn insn;

		test_context("level %u", level);
		EXPECT_TRUE(machine_entry_read(m, entry) & A);
		machine_entry_write(m, entry, machine_entry_read(m, entry) & ~A);
		EXPECT_TRUE(!recalled(m));
		EXPECT_TRUE(fetch(m, &insn));
		EXPECT_TRUE(machine_entry_read(m, entry) & A);
		EXPECT_TRUE(recalled(m));
		machine_destroy(m);
	}
}

TEST(recall_looks_at_no_other_bytes)
{
	struct machine *m = remembering(MODE_LONG, load, sizeof(load));

	m->ram[MACHINE_CODE + sizeof(load)]++;
	EXPECT_TRUE(recalled(m));
	machine_destroy(m);
}

/* The last that is remembered ends where the next page begins, or eight bytes before it. */
TEST(recall_at_the_end_of_a_page)
{
	struct machine *m = machine_create(MODE_LONG);

	for (unsigned int back = 1; back < 24; back++) {
		u64 at = MACHINE_CODE + LINTEL_PAGE_SIZE - back;
		struct insn insn;

		test_context("%u bytes before the end", back);
		memcpy(m->ram + at, load_ecx, sizeof(load_ecx));
		vcpu_rip_write(&m->vcpu, at);
		EXPECT_TRUE(fetch(m, &insn) && fetch(m, &insn));
		EXPECT_EQ(insn.length, sizeof(load_ecx));
		EXPECT_EQ(!!recalled(m), back >= 8);
	}
	machine_destroy(m);
}

/* Two that have one place, in turns: neither is worth the walk that remembering costs. */
TEST(recall_none_of_two_in_one_place)
{
	struct machine *m = machine_create(MODE_LONG);
	u64 at[2] = {MACHINE_CODE, MACHINE_CODE + 0x800};
	struct insn insn;

	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < 2; i++) {
			memcpy(m->ram + at[i], load, sizeof(load));
			vcpu_rip_write(&m->vcpu, at[i]);
			EXPECT_TRUE(fetch(m, &insn));
			EXPECT_TRUE(!recalled(m));
		}
	}
	machine_destroy(m);
}
