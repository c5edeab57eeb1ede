// SPDX-License-Identifier: GPL-2.0
/*
 * SDM: "Control Registers"; "VM-Function Controls"; "Enabling and Entering VMX Operation".
 */
#include "register_bits.h"

static const char *const cr0[64] = {
	[0] = "PE",  [1] = "MP",  [2] = "EM",  [3] = "TS",  [4] = "ET",	 [5] = "NE",
	[16] = "WP", [18] = "AM", [29] = "NW", [30] = "CD", [31] = "PG",
};

static const char *const cr4[64] = {
	[0] = "VME",	     [1] = "PVI",      [2] = "TSD",	 [3] = "DE",	[4] = "PSE",
	[5] = "PAE",	     [6] = "MCE",      [7] = "PGE",	 [8] = "PCE",	[9] = "OSFXSR",
	[10] = "OSXMMEXCPT", [11] = "UMIP",    [12] = "LA57",	 [13] = "VMXE", [14] = "SMXE",
	[16] = "FSGSBASE",   [17] = "PCIDE",   [18] = "OSXSAVE", [19] = "KL",	[20] = "SMEP",
	[21] = "SMAP",	     [22] = "PKE",     [23] = "CET",	 [24] = "PKS",	[25] = "UINTR",
	[27] = "LASS",	     [28] = "LAM_SUP", [32] = "FRED",
};

static const char *const feature_control[64] = {
	[0] = "lock",
	[1] = "VMX in SMX operation",
	[2] = "VMX outside SMX operation",
	[17] = "SGX launch control",
	[18] = "SGX",
	[20] = "LMCE",
};

static const char *const functions[64] = {[0] = "EPTP switching"};

const char *register_bit_name(enum cap_msr msr, unsigned int bit)
{
	switch (msr) {
	case CAP_FEATURE_CONTROL:
		return feature_control[bit];
	case CAP_CR0_FIXED0:
	case CAP_CR0_FIXED1:
		return cr0[bit];
	case CAP_CR4_FIXED0:
	case CAP_CR4_FIXED1:
		return cr4[bit];
	case CAP_VMFUNC:
		return functions[bit];
	default:
		return NULL;
	}
}
