// SPDX-License-Identifier: GPL-2.0
/* SDM: appendix "VMX Basic Exit Reasons". */
#include "facts/exit_reason.h"
#include "test.h"

TEST(exit_reason_names)
{
	static const struct {
		u32 reason;
		const char *name;
	} rows[] = {
		{0, "EXCEPTION_NMI"},
		{10, "CPUID"},
		{26, "VMOFF"},
		{35, "RESERVED"},
		{48, "EPT_VIOLATION"},
		{71, "RESERVED"},
		{79, "WRMSRLIST"},
		{80, "URDMSR"},
		{82, "RESERVED"},
		{85, "MSR_WRITE_IMM"},
		{86, "UNKNOWN"},
		{0xffff, "UNKNOWN"},
		{0x80000021, "INVALID_STATE"},
		{0x4000004a, "BUS_LOCK"},
	};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("exit reason 0x%x", rows[i].reason);
		EXPECT_STR_EQ(exit_reason_name(rows[i].reason), rows[i].name);
	}
}
