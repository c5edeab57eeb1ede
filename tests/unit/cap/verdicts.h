/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each recording of data/cpus/ is expected to give: usable, or refused with
 * exactly these problems.
 *
 * A problem is written as fixture.h says: "-486" is an MSR that the recording
 * does not have, "48b.33" a bit of one that is not as Lintel needs it.
 */

#define USABLE ""

/* Nothing but the allowed settings: the dump is not complete. */
#define NO_FIXED_CR  "-486 -487 -488 -489"
#define ONLY_CTLS    "-480 -485 " NO_FIXED_CR " -48c"
#define NO_PLAIN_CTL "-481 -482 -483 -484"
#define NO_TRUE_CTL  "-48d -48e -48f -490"

/*
 * The first processors with VMX: CR3 accesses always exit (bits 15 and 16 of the
 * primary controls cannot be 0, there are no TRUE MSRs), PAT and EFER cannot be
 * switched, and some have no virtual NMIs and no secondary controls.
 */
#define CR3_EXITS    "482.15 482.16"
#define NO_PAT_EFER  "483.50 483.51 483.52 483.53 484.46 484.47"
#define NO_VNMI	     "481.37 482.54"
#define NO_SECONDARY "482.63 48b.33 48b.39"
#define NO_EPT	     "48b.33 48b.39"

/*
 * The emulator's old processors, worked out as in bochs.c. All three have the TRUE MSRs, unlike the
 * real ones. Penryn, 0x48b 00000041: no bit 1, no bit 7; 0x48f ends in 03ffff: no bits 18 to 21;
 * 0x490 in 3fff: no bits 14 and 15. Nehalem, 0x48b 0000007f: no bit 7. Yonah: bit 48 of 0x480 is 1;
 * 0x48d 1f: no bit 5; 0x48e 7781fffe: no bits 19 20 22 31; no 0x48b; 0x48f 0003edff: no bits 9, 18
 * to 21; 0x490 1dff: no bits 9 14 15.
 */
#define NO_TRUE_PAT_EFER "48f.50 48f.51 48f.52 48f.53 490.46 490.47"
#define EMULATED_PENRYN	 NO_EPT " " NO_TRUE_PAT_EFER
#define EMULATED_NEHALEM "48b.39"
#define EMULATED_YONAH                                                                             \
	"480.48 48d.37 48e.51 48e.52 48e.54 48e.63 48f.41 490.41 " NO_EPT " " NO_TRUE_PAT_EFER

static const struct verdict {
	const char *name;
	const char *problems;
} verdicts[] = {
	{"AlderLakeN_02_00B06E0", USABLE},
	{"AlderLakeP_00_00906A3", USABLE},
	{"AlderLakeP_00_00906A4", USABLE},
	{"AlderLakeP_01_00906A2", USABLE},
	{"AlderLakeP_01_00906A4", USABLE},
	{"AlderLake_01_BC_AVX512_0090672", USABLE},
	{"AlderLake_01_LC_BC_0090672", USABLE},
	{"AlderLake_02_0090672", USABLE},
	{"AlderLake_02_0090675", USABLE},
	{"AlderLake_03_0090672", USABLE},
	{"AmberLakeY_00806E9", USABLE},
	{"AmberLakeY_02_00806E9", USABLE},
	{"ArrowLakeH_04_00C0652", USABLE},
	{"ArrowLakeR_01_00C0662", USABLE},
	{"ArrowLakeU_03_00B0650", USABLE},
	{"ArrowLake_07_00C0662", USABLE},
	{"ArrowLake_08_00C0662", USABLE},
	{"Avoton2_00406D8", USABLE},
	{"BartlettLake_01_00B0674", USABLE},
	{"Braswell_00406C3", USABLE},
	{"Broadwell2_00306D4", USABLE},
	{"Broadwell3_00306D4", USABLE},
	{"BroadwellDE4_0050664", USABLE},
	{"BroadwellDE_0050662", USABLE},
	{"BroadwellE5_00406F1", USABLE},
	{"BroadwellE6_00406F1", USABLE},
	{"BroadwellE_00406F1", USABLE},
	{"BroadwellE_01_00406F1", USABLE},
	{"BroadwellE_02_00406F1", USABLE},
	{"BroadwellH_0040671", USABLE},
	{"Broadwell_00306D4", USABLE},
	{"CannonLake2_0060663", USABLE},
	{"CascadeLakeSP1_0050657", USABLE},
	{"CascadeLakeSP2_0050657", USABLE},
	{"CascadeLakeW_0050657", USABLE},
	{"CascadeLakeX1_0050657", USABLE},
	{"CascadeLakeX2_0050657", USABLE},
	{"CherryTrail_00406C3", USABLE},
	{"CoffeeLake3_00906EC", USABLE},
	{"CoffeeLake_00906ED", USABLE},
	{"Coffeelake2_00906EA", USABLE},
	{"Coffeelake3_00906EA", USABLE},
	{"Coffeelake4_00906EA", USABLE},
	{"Coffeelake6_00906EA", USABLE},
	{"CoffeelakeH2_00906EA", USABLE},
	{"Coffeelake_00906EB", USABLE},
	{"CometLake2_00806EC", USABLE},
	{"CometLake2_00A0655", USABLE},
	{"CometLake_00A0655", USABLE},
	{"Conroe_00006F6", NO_VNMI " " CR3_EXITS " " NO_SECONDARY " " NO_PAT_EFER},
	{"CoreUltra7_255U", NO_PLAIN_CTL " -485 -48e -48f -490"},
	{"CrystalWell_0040661", USABLE},
	{"Denverton_00506F1", USABLE},
	{"Dunnington_00106D1", CR3_EXITS " " NO_EPT " " NO_PAT_EFER},
	{"EmeraldRapids_01_00C06F2", USABLE},
	{"Goldmont2_00506C9", USABLE},
	{"GoldmontPlus2_00706A1", USABLE},
	{"GoldmontPlus2_00706A8", USABLE},
	{"GoldmontPlus_00706A8", USABLE},
	{"Goldmont_00506C9", USABLE},
	{"Goldmont_01_00506CA", USABLE},
	{"Gulftown_01_00206C2", USABLE},
	{"Haswell5_00306C3", USABLE},
	{"HaswellE2_00306F2", USABLE},
	{"HaswellEP2_00306F2", USABLE},
	{"HaswellEP_00_00306F2", USABLE},
	{"HaswellEP_01_00306F2", USABLE},
	{"HaswellEP_02_00306F2", USABLE},
	{"HaswellEP_04_00306F2", USABLE},
	{"HaswellEP_05_00306F2", USABLE},
	{"ICX3_00606A6", USABLE},
	{"IceLakeY2_00706E5", USABLE},
	{"IceLakeY_00706E5", USABLE},
	{"IvyBridge_00306A9", USABLE},
	{"JasperLake01_00906C0", USABLE},
	{"JasperLake03_00906C0", USABLE},
	{"KabyLake_01_00906E9", USABLE},
	{"Kabylake3_00806E9", USABLE},
	{"Kabylake4_00906E9", USABLE},
	{"Kabylake_00806E9", USABLE},
	{"Kabylake_00806EA", USABLE},
	{"Kabylake_00906E9", USABLE},
	{"Lakefield_00806A1_Atom", USABLE},
	{"Lakefield_00806A1_Core", USABLE},
	{"LunarLake_04_00B06D1", USABLE},
	{"MeteorLake_09_00A06A4", USABLE},
	{"RaptorLakeP_01_00B06A3", USABLE},
	{"RaptorLakeP_02_00B06A2", USABLE},
	{"RaptorLakeP_03_00B06A2", USABLE},
	{"RaptorLakeP_04_00B06A2", USABLE},
	{"RaptorLakeS_02_00B06F2", USABLE},
	{"RaptorLake_04_00B0671", USABLE},
	{"RaptorLake_05_00B0671", USABLE},
	{"RaptorLake_13_00B0671", USABLE},
	{"RocketLake05_00A0671", USABLE},
	{"RocketLake1_00A0671", USABLE},
	{"RocketLakeE_01_00A0671", USABLE},
	{"RocketLake_01_00A0671", USABLE},
	{"SandyBridgeEP_00206D5", USABLE},
	{"SandyBridgeE_00206D6", USABLE},
	{"SandyBridgeE_00_00206D7", USABLE},
	{"SapphireRapids_05_00806F8", USABLE},
	{"Silvermont2_0030673", USABLE},
	{"Silvermont3_0030673", USABLE},
	{"Silvermont_0030679", USABLE},
	{"SkyLake_01_00506E3", USABLE},
	{"Skylake4_00506E3", USABLE},
	{"Skylake5_00406E3", USABLE},
	{"SkylakeD_0050654", USABLE},
	{"SkylakeXeon11_0050654", USABLE},
	{"SkylakeXeon5_0050654", USABLE},
	{"SkylakeXeon9_0050654", USABLE},
	{"SkylakeXeon_20_0050654", USABLE},
	{"SkylakeXeon_Jintide1_0050654", USABLE},
	{"Skylake_00406E3", USABLE},
	{"Skylake_00506E3", USABLE},
	{"Skylake_02_00506E3", USABLE},
	{"TigerLake3_00806C1", USABLE},
	{"TigerLake5_00806C1", USABLE},
	{"TigerLake6_00806C1", USABLE},
	{"TigerLake9_00806C1", USABLE},
	{"TigerLakeH1_00806D1", USABLE},
	{"TunnelCreek2_0020661", CR3_EXITS " " NO_SECONDARY " " NO_PAT_EFER},
	{"TwinLake_01_00B06E0", USABLE},
	{"WildcatLake_02_00D0651", USABLE},
	{"bochs-2.7_broadwell_ult", USABLE},
	{"bochs-2.7_core2_penryn_t9600", EMULATED_PENRYN},
	{"bochs-2.7_core_duo_t2400_yonah", EMULATED_YONAH},
	{"bochs-2.7_corei3_cnl", USABLE},
	{"bochs-2.7_corei5_arrandale_m520", USABLE},
	{"bochs-2.7_corei5_lynnfield_750", EMULATED_NEHALEM},
	{"bochs-2.7_corei7_haswell_4770", USABLE},
	{"bochs-2.7_corei7_icelake_u", USABLE},
	{"bochs-2.7_corei7_ivy_bridge_3770k", USABLE},
	{"bochs-2.7_corei7_sandy_bridge_2600k", USABLE},
	{"bochs-2.7_corei7_skylake_x", USABLE},
	{"bochs-2.7_tigerlake", USABLE},
	{"bochs-3.0_arrow_lake", USABLE},
	{"bochs-3.0_broadwell_ult", USABLE},
	{"bochs-3.0_core2_penryn_t9600", EMULATED_PENRYN},
	{"bochs-3.0_core_duo_t2400_yonah", EMULATED_YONAH},
	{"bochs-3.0_corei3_cnl", USABLE},
	{"bochs-3.0_corei5_arrandale_m520", USABLE},
	{"bochs-3.0_corei5_lynnfield_750", EMULATED_NEHALEM},
	{"bochs-3.0_corei7_haswell_4770", USABLE},
	{"bochs-3.0_corei7_icelake_u", USABLE},
	{"bochs-3.0_corei7_ivy_bridge_3770k", USABLE},
	{"bochs-3.0_corei7_sandy_bridge_2600k", USABLE},
	{"bochs-3.0_corei7_skylake_x", USABLE},
	{"bochs-3.0_sapphire_rapids", USABLE},
	{"bochs-3.0_tigerlake", USABLE},
	{"cmpe283_unknown_0x53cff", ONLY_CTLS},
	{"cmpe283_unknown_0x8ff", ONLY_CTLS},
	{"dbvm_comment_core_i7_rev_e", NO_FIXED_CR " -48c " NO_TRUE_CTL " 48b.39"},
	{"vbox_Intel_Core2_X6800_2_93GHz", NO_VNMI " " CR3_EXITS " " NO_SECONDARY " " NO_PAT_EFER},
	{"vbox_Intel_Core_Duo_T2600_2_16GHz", "480.48 482.51 482.52 483.41 484.41 " NO_VNMI
					      " " CR3_EXITS " " NO_SECONDARY " " NO_PAT_EFER},
	{"vbox_Intel_Core_i7_2635QM", USABLE},
	{"vbox_Intel_Core_i7_3820QM", USABLE},
	{"vbox_Intel_Core_i7_5600U", USABLE},
	{"vbox_Intel_Pentium_N3530_2_16GHz", USABLE},
	{"vbox_Intel_Xeon_X5482_3_20GHz", CR3_EXITS " " NO_EPT " " NO_PAT_EFER},
	{"vboxlog_rev10_unknown", "-483 -484 -48b " NO_FIXED_CR},
	{"virt_azure_vmxcap_2020", NO_PLAIN_CTL " " NO_FIXED_CR " " NO_TRUE_CTL},
	{"virt_chv_profile_cascade-lake", NO_PLAIN_CTL " -485 -487 -489"},
	{"virt_chv_profile_skylake", NO_PLAIN_CTL " -485 -487 -489"},
	{"virt_cmpe283_0x3f0000003f", ONLY_CTLS},
	{"virt_cmpe283_fff9_553cfe", ONLY_CTLS},
	{"virt_gcp_allzero_cmpe283_yz", "480"},
	{"virt_gcp_cmpe283_yz", NO_PLAIN_CTL " -485 48e.54 " NO_FIXED_CR},
	{"virt_kvm_i9-13900K_virtme", NO_PLAIN_CTL " -485 " NO_FIXED_CR " " NO_TRUE_CTL},
	{"virt_vmware_intelmac_cmpe283_bc", ONLY_CTLS},
	{"virt_vmware_rev1_cmpe283", "-485 -48c " NO_FIXED_CR},
	{"virt_vmwarefusion_hvf_cmpe283", ONLY_CTLS},
	{"vmxcaps_CoffeeLake_8109U", NO_FIXED_CR},
	{"vmxcaps_CometLake_10110U", NO_FIXED_CR},
	{"vmxcaps_Haswell_4600U", NO_FIXED_CR},
	{"vmxcaps_IvyBridge_3770", NO_FIXED_CR},
	{"vmxcaps_Skylake-X_9980XE", NO_FIXED_CR},
	{"vmxcaps_Skylake_6500", NO_FIXED_CR},
	{"xmhf_HP2540p", USABLE},
};
