// SPDX-License-Identifier: GPL-2.0
/*
 * The control words of one processor of each generation, worked out by hand with
 * the SDM's algorithm ("Algorithms for Determining VMX Capabilities") from the
 * values in the recording, and not by the program:
 *
 *	word = allowed0 | (wanted & allowed1)
 *
 * allowed0 is the low, allowed1 the high half of the TRUE MSR (of 0x48b for the
 * secondary controls, whose low half is 0).
 *
 * What Lintel wants to be 1:
 *
 *	pin        bits 0 3 5 6                        0x00000069
 *	primary    bits 3 7 10 11 19 20 21 24 28 29 31 0xb1380c88
 *	secondary  bits 0 .. 10 12 17 20 25            0x021217ff
 *	exit       bits 2 9 12 18 19 20 21             0x003c1204
 *	entry      bits 2 13 14 15                     0x0000e004
 *
 * On every usable processor the TRUE MSRs force the same bits to 1:
 *
 *	pin        0x00000016 | 0x00000069 = 0x0000007f
 *	primary    0x04006172 | 0xb1380c88 = 0xb5386dfa
 *	exit       0x00036dfb | 0x003c1204 = 0x003f7fff
 *	entry      0x000011fb | 0x0000e004 = 0x0000f1ff
 *
 * and allow all that is wanted; the values of allowed1 differ as follows.
 *
 *	pin      7f or ff: bits 0..6 are there
 *	primary  fff9fffe or fffbfffe: all but 0, 18 (and 17) are there
 *	exit     007f, 017f, 01ff, 037f, 03ff, 137f, f77f or ff7f, then ffff:
 *	         the 7f (or ff) has bits 18..21, the ffff bit 12
 *	entry    0000..01fe, then ffff: bits 13, 14 and 15 are there
 *
 * The secondary word is what is left of 0x021217ff in the high half of 0x48b,
 * worked out row by row below; of bits 0, 8 and 9 (301) there are all or none,
 * and where 8 and 9 are missing it is 0x021214fe.
 */
#include "fixture.h"

#define PIN	0x0000007f
#define PRIMARY 0xb5386dfa
#define EXIT	0x003f7fff
#define ENTRY	0x0000f1ff

struct by_hand {
	const char *name;
	u32 pin, primary, secondary, exit, entry;
};

/* clang-format off */
static const struct by_hand rows[] = {
	/* Westmere: 021214fe & 000004ff = 4fe: no INVPCID (12), no XSAVES (20) */
	{ "Gulftown_01_00206C2",        PIN, PRIMARY, 0x000004fe, EXIT, ENTRY },
	/* Westmere (mobile): & 000000ff */
	{ "xmhf_HP2540p",               PIN, PRIMARY, 0x000000fe, EXIT, ENTRY },
	/* Sandy Bridge: & 000000ff */
	{ "vbox_Intel_Core_i7_2635QM",  PIN, PRIMARY, 0x000000fe, EXIT, ENTRY },
	/* Sandy Bridge EP: & 000004ff */
	{ "SandyBridgeEP_00206D5",      PIN, PRIMARY, 0x000004fe, EXIT, ENTRY },
	/* Ivy Bridge: & 000008ff */
	{ "IvyBridge_00306A9",          PIN, PRIMARY, 0x000000fe, EXIT, ENTRY },
	/* Haswell: & 00007cff; 7c00 has bit 12 */
	{ "Haswell5_00306C3",           PIN, PRIMARY, 0x000014fe, EXIT, ENTRY },
	/* Haswell EP: & 00007fff */
	{ "HaswellEP_00_00306F2",       PIN, PRIMARY, 0x000017ff, EXIT, ENTRY },
	/* Crystal Well: & 00003cff; 3c00 has bit 12 */
	{ "CrystalWell_0040661",        PIN, PRIMARY, 0x000014fe, EXIT, ENTRY },
	/* Broadwell: & 00057cff; 50000 has bits 16 and 18, not 20 */
	{ "Broadwell_00306D4",          PIN, PRIMARY, 0x000014fe, EXIT, ENTRY },
	/* Broadwell DE: & 00077fff; 70000 has no bit 20 */
	{ "BroadwellDE_0050662",        PIN, PRIMARY, 0x000217ff, EXIT, ENTRY },
	/* Skylake: & 001ffcff; 1f0000 has bit 20, fc00 has bit 12 */
	{ "Skylake_00506E3",            PIN, PRIMARY, 0x001214fe, EXIT, ENTRY },
	/* Skylake (an odd one, exit allowed1 017f): & 001f1cff; 1c00 has bit 12 */
	{ "Skylake4_00506E3",           PIN, PRIMARY, 0x001214fe, EXIT, ENTRY },
	/* Skylake server: & 025f7fff; 5f0000 has bit 20 */
	{ "SkylakeD_0050654",           PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Kaby Lake: & 005ffcff */
	{ "Kabylake_00906E9",           PIN, PRIMARY, 0x001214fe, EXIT, ENTRY },
	/* Coffee Lake: & 005fbcff; bc00 has bit 12 */
	{ "Coffeelake_00906EB",         PIN, PRIMARY, 0x001214fe, EXIT, ENTRY },
	/* Comet Lake: & 005fffff */
	{ "CometLake_00A0655",          PIN, PRIMARY, 0x001217ff, EXIT, ENTRY },
	/* Cannon Lake: & 025f3cff */
	{ "CannonLake2_0060663",        PIN, PRIMARY, 0x021214fe, EXIT, ENTRY },
	/* Cascade Lake: & 025d3fff; 5d0000 has bit 20 */
	{ "CascadeLakeX1_0050657",      PIN, PRIMARY, 0x021017ff, EXIT, ENTRY },
	/* Ice Lake: & 335fbfff */
	{ "IceLakeY_00706E5",           PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Ice Lake server: & 4bdfffff; df0000 has bit 20 */
	{ "ICX3_00606A6",               PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Tiger Lake: & 035f3fff */
	{ "TigerLake3_00806C1",         PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Rocket Lake: & 335fffff */
	{ "RocketLakeE_01_00A0671",     PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Alder Lake: & 0f5d7fff; the tertiary controls are there and stay off */
	{ "AlderLake_01_LC_BC_0090672", PIN, PRIMARY, 0x021017ff, EXIT, ENTRY },
	/* Raptor Lake: & 0f5d7fff */
	{ "RaptorLake_04_00B0671",      PIN, PRIMARY, 0x021017ff, EXIT, ENTRY },
	/* Sapphire Rapids: & cfff3fff */
	{ "SapphireRapids_05_00806F8",  PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Emerald Rapids: & cfffffff */
	{ "EmeraldRapids_01_00C06F2",   PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Meteor Lake: & c75f7fff */
	{ "MeteorLake_09_00A06A4",      PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Lunar Lake: & cf5f7fff; the secondary exit controls are there and stay off */
	{ "LunarLake_04_00B06D1",       PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Arrow Lake: & c75f7fff */
	{ "ArrowLake_07_00C0662",       PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Wildcat Lake: & c75f7fff */
	{ "WildcatLake_02_00D0651",     PIN, PRIMARY, 0x021217ff, EXIT, ENTRY },
	/* Silvermont: & 000028ef; 2800 has bits 11 and 13, not 12; ef has no bit 4 */
	{ "Silvermont_0030679",         PIN, PRIMARY, 0x000000ee, EXIT, ENTRY },
	/* Goldmont: & 001d6fff; 6f00 has no bit 12; 1d0000 has bit 20 */
	{ "Goldmont_00506C9",           PIN, PRIMARY, 0x001007ff, EXIT, ENTRY },
	/* Goldmont Plus: & 025defff; ef00 has no bit 12 */
	{ "GoldmontPlus_00706A8",       PIN, PRIMARY, 0x021007ff, EXIT, ENTRY },
	/* Tremont: & 07dd6fff; dd0000 has bit 20 */
	{ "JasperLake01_00906C0",       PIN, PRIMARY, 0x021007ff, EXIT, ENTRY },
	/* Gracemont alone: & 075d7fff; 7f00 has bit 12 */
	{ "AlderLakeN_02_00B06E0",      PIN, PRIMARY, 0x021017ff, EXIT, ENTRY },
};
/* clang-format on */

TEST(cap_control_words_are_those_worked_out_by_hand)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct vmx_cap_msrs raw = fixture_load(rows[i].name);
		const struct cap_result *result = fixture_setup(&raw);

		test_context("%s", rows[i].name);
		EXPECT_EQ(result->error, 0);
		EXPECT_EQ(result->config.ctl[CTL_PIN], rows[i].pin);
		EXPECT_EQ(result->config.ctl[CTL_PRIMARY], rows[i].primary);
		EXPECT_EQ(result->config.ctl[CTL_SECONDARY], rows[i].secondary);
		EXPECT_EQ(result->config.ctl[CTL_TERTIARY], 0);
		EXPECT_EQ(result->config.ctl[CTL_EXIT], rows[i].exit);
		EXPECT_EQ(result->config.ctl[CTL_EXIT2], 0);
		EXPECT_EQ(result->config.ctl[CTL_ENTRY], rows[i].entry);
	}
}

/*
 * Haswell, 0x480 = 0x00da040000000012, 0x485 = 0x300481e5, 0x48c = 0xf0106334141:
 *
 *	0x480  revision 0x12; 44:32 of 0x...da0400 = 0x400 bytes; high half without
 *	       them 0x00da0000: bits 49 51 52 54 55 of the MSR; type 53:50 = 0110 = 6
 *	0x485  shift 4:0 = 00101 = 5; bits 5 6 7 8 = 1; 14 = 0; 15 = 1; CR3 targets
 *	       24:16 of 0x0004 = 4; 27:25 = 0; 28 = 1; 29 = 1; 30 = 0
 *	0x48c  low 0x06334141: bits 0 6 8 14 16 17 20 21 25 26; high 0xf01: 32 40..43
 */
TEST(cap_fields_are_those_worked_out_by_hand)
{
	struct vmx_cap_msrs raw = fixture_load("Haswell5_00306C3");
	const struct cap_result *result = fixture_setup(&raw);
	const struct vmx_capability *cap = &result->capability;

	REQUIRE_EQ(result->error, 0);
	EXPECT_EQ(result->config.revision_id, 0x12);
	EXPECT_EQ(result->config.size, 0x400);
	EXPECT_EQ(result->config.order, 0);
	EXPECT_EQ(result->config.basic_cap, 0x00da0000);
	EXPECT_FALSE(cap->basic.addresses_32bit);
	EXPECT_TRUE(cap->basic.dual_monitor);
	EXPECT_EQ(cap->basic.memory_type, 6);
	EXPECT_TRUE(cap->basic.ins_outs_info);
	EXPECT_TRUE(cap->basic.true_ctls);
	EXPECT_FALSE(cap->basic.any_error_code);
	EXPECT_FALSE(cap->basic.nested_exception);

	EXPECT_EQ(cap->misc.preemption_timer_shift, 5);
	EXPECT_TRUE(cap->misc.stores_lma);
	EXPECT_TRUE(cap->misc.activity_hlt);
	EXPECT_TRUE(cap->misc.activity_shutdown);
	EXPECT_TRUE(cap->misc.activity_wait_for_sipi);
	EXPECT_FALSE(cap->misc.pt_in_vmx);
	EXPECT_TRUE(cap->misc.smbase_msr);
	EXPECT_EQ(cap->misc.cr3_targets, 4);
	EXPECT_EQ(cap->misc.msr_list_max, 0);
	EXPECT_TRUE(cap->misc.smi_block_by_vmxoff);
	EXPECT_TRUE(cap->misc.vmwrite_exit_info);
	EXPECT_FALSE(cap->misc.inject_length_0);
	EXPECT_EQ(cap->misc.mseg_revision, 0);

	EXPECT_TRUE(cap->ept.execute_only);
	EXPECT_TRUE(cap->ept.walk_length_4);
	EXPECT_FALSE(cap->ept.walk_length_5);
	EXPECT_TRUE(cap->ept.memory_uc);
	EXPECT_TRUE(cap->ept.memory_wb);
	EXPECT_TRUE(cap->ept.page_2m);
	EXPECT_TRUE(cap->ept.page_1g);
	EXPECT_TRUE(cap->ept.invept);
	EXPECT_TRUE(cap->ept.accessed_dirty);
	EXPECT_FALSE(cap->ept.advanced_exit_info);
	EXPECT_FALSE(cap->ept.supervisor_shadow_stack);
	EXPECT_TRUE(cap->ept.invept_single);
	EXPECT_TRUE(cap->ept.invept_all);
	EXPECT_EQ(cap->ept.hlat_prefix_max, 0);
	EXPECT_TRUE(cap->vpid.invvpid);
	EXPECT_TRUE(cap->vpid.individual_address);
	EXPECT_TRUE(cap->vpid.single_context);
	EXPECT_TRUE(cap->vpid.all_contexts);
	EXPECT_TRUE(cap->vpid.single_retaining_globals);

	EXPECT_EQ(result->config.cr0_fixed0, 0x80000021);
	EXPECT_EQ(result->config.cr0_fixed1, 0xffffffff);
	EXPECT_EQ(result->config.cr4_fixed0, 0x2000);
	EXPECT_EQ(result->config.cr4_fixed1, 0x1767ff);
	EXPECT_EQ(cap->vmcs_enum_max_index, 0x2a >> 1);
}
