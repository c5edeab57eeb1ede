// SPDX-License-Identifier: GPL-2.0
/*
 * The control words of the emulated processors that the lab runs on, worked out by hand from the
 * values that lab/msrs.sh printed, with the SDM's algorithm and what Lintel wants to be 1, as
 *by_hand.c has them: word = allowed0 | (wanted & allowed1).
 *
 *	pin      0x48d is 0x7f or 0xff (with posted interrupts), 0x16:
 *	         0x16 | (0x69 & 0x7f) = 0x16 | 0x69 = 0x7f
 *	primary  0x48e is 0xf7f9fffe, 0xfff9fffe (with the monitor trap flag) or 0xfffbfffe (with
 *the tertiary controls), 0x04006172. Not in all of them are bits 0, 17, 18 and 27, and 0xb1380c88
 *has none of these: 0x04006172 | 0xb1380c88 = 0xb5386dfa exit     0x48f ends in 7fffff, 0x36dfb:
 *0x3c1204 is in 0x7fffff, 0x36dfb | 0x3c1204 = 0x3f7fff entry    0x490 ends in ffff, 0x11fb: 0xe004
 *is in 0xffff, 0x11fb | 0xe004 = 0xf1ff
 *
 * so these four are the same everywhere, and what is left of 0x001214fa in the high half of 0x48b
 *is the secondary word. 0x14fa is bits 1 3 4 5 6 7 10 12; the bits 17 and 20 are the 2 and the 1 of
 *0x12. Where there are bits 8 and 9 they come with bit 0: 0x301 more, 0x17fb. The tertiary controls
 *and the secondary exit controls, which the newest have, stay off.
 *
 * Which are refused, and why: verdicts.h.
 */
#include "fixture.h"

static const struct {
	const char *name;
	u32 secondary;
	u32 revision; /* bits 30:0 of 0x480 */
} models[] = {
	/* & 000000ff */
	{"bochs-2.7_corei5_arrandale_m520", 0x000000fe, 0x2b},
	{"bochs-3.0_corei5_arrandale_m520", 0x000000fe, 0x2b},
	/* & 000000ff; 3.0 has 000000ef: bit 4, "virtualize x2APIC mode", is gone */
	{"bochs-2.7_corei7_sandy_bridge_2600k", 0x000000fe, 0x2b},
	{"bochs-3.0_corei7_sandy_bridge_2600k", 0x000000ee, 0x2b},
	/* & 000008ff; 8 is bit 11 */
	{"bochs-2.7_corei7_ivy_bridge_3770k", 0x000000fe, 0x2b},
	{"bochs-3.0_corei7_ivy_bridge_3770k", 0x000000fe, 0x2b},
	/* & 00047fff; 4 is bit 18 */
	{"bochs-2.7_corei7_haswell_4770", 0x000017ff, 0x2b},
	{"bochs-3.0_corei7_haswell_4770", 0x000017ff, 0x2b},
	/* & 00057fff; 5 is bits 16 and 18 */
	{"bochs-2.7_broadwell_ult", 0x000017ff, 0x2b},
	{"bochs-3.0_broadwell_ult", 0x000017ff, 0x2b},
	/* & 02177fff; 17 is bits 16 17 18 20; 3.0 has 0257: bit 22 more */
	{"bochs-2.7_corei7_skylake_x", 0x021217ff, 0x2b},
	{"bochs-3.0_corei7_skylake_x", 0x021217ff, 0x2b},
	/* & 02157cff; 15 is bits 16 18 20; 3.0 has 0255: bit 22 more */
	{"bochs-2.7_corei3_cnl", 0x021014fe, 0x2b},
	{"bochs-3.0_corei3_cnl", 0x021014fe, 0x2b},
	/* & 02977fff; 97 is bits 16 17 18 20 23; 3.0 has 02d7: bit 22 more */
	{"bochs-2.7_corei7_icelake_u", 0x021217ff, 0x4},
	{"bochs-3.0_corei7_icelake_u", 0x021217ff, 0x4},
	{"bochs-2.7_tigerlake", 0x021217ff, 0x4},
	{"bochs-3.0_tigerlake", 0x021217ff, 0x4},
	/* & 06d77fff; 6 is bits 25 and 26 */
	{"bochs-3.0_sapphire_rapids", 0x021217ff, 0x4},
	{"bochs-3.0_arrow_lake", 0x021217ff, 0x4},
};

TEST(cap_control_words_of_emulated_processors_are_those_worked_out_by_hand)
{
	for (size_t i = 0; i < COUNT_OF(models); i++) {
		struct vmx_cap_msrs raw = fixture_load(models[i].name);
		const struct cap_result *result = fixture_setup(&raw);

		test_context("%s", models[i].name);
		EXPECT_EQ(result->error, 0);
		EXPECT_EQ(result->config.size, 4096);
		EXPECT_EQ(result->config.order, 0);
		EXPECT_EQ(result->config.revision_id, models[i].revision);
		EXPECT_EQ(result->config.ctl[CTL_PIN], 0x7f);
		EXPECT_EQ(result->config.ctl[CTL_PRIMARY], 0xb5386dfa);
		EXPECT_EQ(result->config.ctl[CTL_SECONDARY], models[i].secondary);
		EXPECT_EQ(result->config.ctl[CTL_TERTIARY], 0);
		EXPECT_EQ(result->config.ctl[CTL_EXIT], 0x3f7fff);
		EXPECT_EQ(result->config.ctl[CTL_EXIT2], 0);
		EXPECT_EQ(result->config.ctl[CTL_ENTRY], 0xf1ff);
	}
}
