// SPDX-License-Identifier: GPL-2.0
/* Instructions that are #UD: VMX operation is off in the guest, features are off. */
#include "rt64.h"

static u64 operand;
static struct {
	u64 words[2];
} descriptor;

void guest_main(void)
{
	CHECK_EQ(read_cr4() >> 13 & 1, 0, "CR4.VMXE is clear");
	CHECK_EQ(TRY("vmxon %0", : : "m"(operand)), VECTOR_UD, "VMXON");
	CHECK_EQ(TRY("vmxoff"), VECTOR_UD, "VMXOFF");
	CHECK_EQ(TRY("vmptrld %0", : : "m"(operand)), VECTOR_UD, "VMPTRLD");
	CHECK_EQ(TRY("vmptrst %0", : "=m"(operand)), VECTOR_UD, "VMPTRST");
	CHECK_EQ(TRY("vmclear %0", : : "m"(operand)), VECTOR_UD, "VMCLEAR");
	CHECK_EQ(TRY("vmread %0, %0", : : "r"(0ull)), VECTOR_UD, "VMREAD");
	CHECK_EQ(TRY("vmwrite %0, %0", : : "r"(0ull)), VECTOR_UD, "VMWRITE");
	CHECK_EQ(TRY("vmlaunch"), VECTOR_UD, "VMLAUNCH");
	CHECK_EQ(TRY("vmresume"), VECTOR_UD, "VMRESUME");
	CHECK_EQ(TRY("invept %0, %1", : : "m"(descriptor), "r"(1ull)), VECTOR_UD, "INVEPT");
	CHECK_EQ(TRY("invvpid %0, %1", : : "m"(descriptor), "r"(1ull)), VECTOR_UD, "INVVPID");
	CHECK_EQ(TRY("vmfunc", : : "a"(0), "c"(0)), VECTOR_UD, "VMFUNC");
	CHECK_EQ(TRY("getsec", : : "a"(0) : "ebx", "ecx"), VECTOR_UD, "GETSEC without CR4.SMXE");
	CHECK_EQ(TRY("rsm"), VECTOR_UD, "RSM outside SMM");
	CHECK_EQ(TRY("ud2"), VECTOR_UD, "UD2");
	CHECK_EQ(TRY(".byte 0x06"), VECTOR_UD, "PUSH ES in 64-bit mode");
	CHECK_EQ(TRY(".byte 0xf0, 0x90"), VECTOR_UD, "LOCK NOP");
}
