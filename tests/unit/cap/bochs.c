// SPDX-License-Identifier: GPL-2.0
/*
 * The emulated processors that the lab runs on.  Several in one file, each under
 * a label.
 */
#include "fixture.h"

#define PAT_EFER "48f.50 48f.51 48f.52 48f.53 490.46 490.47"

/* The secondary controls by hand: 0x001214fa & the high half of 0x48b, as in by_hand.c. */
static const struct {
	const char *label;
	const char *problems;
	u32 secondary;
	u32 revision;
} models[] = {
	{"corei5_arrandale_m520", "", 0x000000fa, 0x2b},     /* & 000000ff */
	{"corei7_sandy_bridge_2600k", "", 0x000000fa, 0x2b}, /* & 000000ff */
	{"corei7_ivy_bridge_3770k", "", 0x000000fa, 0x2b},   /* & 000008ff */
	{"corei7_haswell_4770", "", 0x000014fa, 0x2b},	     /* & 00047fff */
	{"broadwell_ult", "", 0x000014fa, 0x2b},	     /* & 00057fff */
	{"corei7_skylake_x", "", 0x001214fa, 0x2b},	     /* & 02177fff */
	{"corei3_cnl", "", 0x001014fa, 0x2b},		     /* & 02157cff */
	{"corei7_icelake_u", "", 0x001214fa, 0x4},	     /* & 02977fff */
	{"tigerlake", "", 0x001214fa, 0x4},		     /* & 02977fff */
	{"core2_penryn_t9600", "48b.33 48b.39 " PAT_EFER, 0, 0},
	{"corei5_lynnfield_750", "48b.39", 0, 0}, /* Nehalem: EPT, but no unrestricted guest */
	{"bx_generic", "48b.33 48b.39 " PAT_EFER, 0, 0},
};

TEST(cap_bochs_models_get_their_verdict)
{
	static struct recording recording;
	struct recording_error error;

	REQUIRE_EQ(recording_read(test_source_path("tests/unit/cap/bochs.msr"), &recording, &error),
		   0);
	REQUIRE_EQ(recording.sets, COUNT_OF(models));
	for (size_t i = 0; i < COUNT_OF(models); i++) {
		const struct cap_result *result = fixture_setup(&recording.set[i].msrs);

		test_context("%s", models[i].label);
		EXPECT_STR_EQ(recording.set[i].label, models[i].label);
		EXPECT_PROBLEMS(result, models[i].problems);
		if (result->error)
			continue;
		EXPECT_EQ(result->config.size, 4096);
		EXPECT_EQ(result->config.order, 0);
		EXPECT_EQ(result->config.revision_id, models[i].revision);
		EXPECT_EQ(result->config.ctl[CTL_PIN], 0x3f);
		EXPECT_EQ(result->config.ctl[CTL_PRIMARY], 0xb5386dfa);
		EXPECT_EQ(result->config.ctl[CTL_SECONDARY], models[i].secondary);
		EXPECT_EQ(result->config.ctl[CTL_EXIT], 0x3f6fff);
		EXPECT_EQ(result->config.ctl[CTL_ENTRY], 0xd1ff);
	}
}
