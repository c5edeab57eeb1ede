#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# CPUID's features go by their names: their numbers stand in facts/cpuid_feature_list.h and nowhere else.
# Each line is printed that asks for one by a number, or takes bits of what CPUID answered by a mask
# without a name.  (Tests may: what they expect they have from the SDM.)
set -u
cd "$(dirname -- "$0")/.." || exit 2

asked='\bcpuid_((has|told)\([^;]*, *|(offered|host_has)\( *)[0-9(]'
taken='(\bout\[[0-3]\]|(->|\.)e[a-d]x\b|\bcpuid_e[a-d]x\([^)]*\)) *([&|^]=?|>>) *[~(]*(BIT(32|64)\(|1u?l* *<<|[0-9])'
! grep -nE "$asked|$taken" core/*.[ch] core/*/*.[ch] linux/*.[ch] linux/include/*.h sim/*.[ch] \
	sim/include/*.h vmm/*.[ch] tool/*/*.[ch]
