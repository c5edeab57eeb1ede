// SPDX-License-Identifier: GPL-2.0
/*
 * VMCALL as the kernel's "Linux KVM Hypercall" document has it: number in RAX, an unknown one
 * gives -KVM_ENOSYS.
 */
#include "rt64.h"

#define KVM_ENOSYS 1000

void guest_main(void)
{
	u64 rax = 0x7777, rbx = 1, rcx = 2, rdx = 3, rsi = 4;

	__asm__ volatile("vmcall" : "+a"(rax), "+b"(rbx), "+c"(rcx), "+d"(rdx), "+S"(rsi));
	CHECK_EQ(rax, (u64)-KVM_ENOSYS, "an unknown hypercall gives -ENOSYS of KVM");
	CHECK(rbx == 1 && rcx == 2 && rdx == 3 && rsi == 4, "the other registers are kept");
	CHECK_EQ(TRY("vmcall",
		     : "+a"(rax)
		     : "b"(0), "c"(0), "d"(0), "S"(0)),
		 NO_FAULT, "VMCALL is no exception");
}
