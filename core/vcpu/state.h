/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bits of the architectural registers, and which of them belong to the guest.
 *
 * SDM: "Control Registers", "EFLAGS Register", "Debug Registers", "Extended Feature Enable
 * Register".
 */
#ifndef LINTEL_VCPU_STATE_H
#define LINTEL_VCPU_STATE_H

#include "facts/interruption.h"

#define CR0_PE BIT64(0)
#define CR0_MP BIT64(1)
#define CR0_EM BIT64(2)
#define CR0_TS BIT64(3)
#define CR0_ET BIT64(4)
#define CR0_NE BIT64(5)
#define CR0_WP BIT64(16)
#define CR0_AM BIT64(18)
#define CR0_NW BIT64(29)
#define CR0_CD BIT64(30)
#define CR0_PG BIT64(31)
#define CR0_DEFINED                                                                                \
	(CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | \
	 CR0_PG)

#define CR4_VME	       BIT64(0)
#define CR4_PVI	       BIT64(1)
#define CR4_TSD	       BIT64(2)
#define CR4_DE	       BIT64(3)
#define CR4_PSE	       BIT64(4)
#define CR4_PAE	       BIT64(5)
#define CR4_MCE	       BIT64(6)
#define CR4_PGE	       BIT64(7)
#define CR4_PCE	       BIT64(8)
#define CR4_OSFXSR     BIT64(9)
#define CR4_OSXMMEXCPT BIT64(10)
#define CR4_UMIP       BIT64(11)
#define CR4_LA57       BIT64(12)
#define CR4_VMXE       BIT64(13)
#define CR4_FSGSBASE   BIT64(16)
#define CR4_PCIDE      BIT64(17)
#define CR4_OSXSAVE    BIT64(18)
#define CR4_SMEP       BIT64(20)
#define CR4_SMAP       BIT64(21)
#define CR4_PKE	       BIT64(22)
#define CR4_CET	       BIT64(23)
#define CR4_LAM_SUP    BIT64(28)
#define CR4_FRED       BIT64(32)

#define CR3_LAM (BIT64(61) | BIT64(62)) /* U57, U48 */

#define IA32_EFER_SCE BIT64(0)
#define IA32_EFER_LME BIT64(8)
#define IA32_EFER_LMA BIT64(10)
#define IA32_EFER_NXE BIT64(11)

#define RFLAGS_FIXED	BIT64(1)
#define RFLAGS_TF	BIT64(8)
#define RFLAGS_IF	BIT64(9)
#define RFLAGS_DF	BIT64(10)
#define RFLAGS_IOPL	(BIT64(12) | BIT64(13))
#define RFLAGS_NT	BIT64(14)
#define RFLAGS_RF	BIT64(16)
#define RFLAGS_VM	BIT64(17)
#define RFLAGS_AC	BIT64(18)
#define RFLAGS_VIF	BIT64(19)
#define RFLAGS_VIP	BIT64(20)
#define RFLAGS_RESERVED (~0x3f7fd7ull) /* all but those with a name; bit 1 is 1 */

#define DR6_FIXED	0xffff0ff0ull /* bits that read as 1 (RTM and BLD included) */
#define DR6_BD		BIT64(13)
#define DR6_BS		BIT64(14)
#define DR6_BT		BIT64(15)
#define DR6_TRAPS	0xe00full /* B0-B3, BD, BS, BT: what a #DB sets */
#define DR6_BREAKPOINTS 0xfull	  /* B0-B3 */
/* Of the pending debug exceptions beside DR6's bits: a breakpoint that is on has hit. */
#define PENDING_DEBUG_ENABLED BIT64(12)
#define DR7_FIXED	      0x400ull
#define DR7_ENABLE	      0xffull  /* L0..G3 */
#define DR7_LOCAL	      0x155ull /* L0..L3, LE: a task switch clears them */
#define DR7_GD		      BIT64(13)
#define DR7_RESERVED_0	      0xd000ull /* and bits 63:32; bit 11 (RTM) is not offered */

#define DEBUGCTL_LBR BIT64(0)
#define DEBUGCTL_BTF BIT64(1) /* single steps are of branches only */

/* CR0 bits that the guest changes without an exit: they mean the same to it and to the processor.
 * PE and PG change the mode, NE must be 1 in VMX operation, CD and NW are only stored. */
#define CR0_GUEST_OWNED (CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_WP | CR0_AM)
/* The same of CR4, as far as CPUID offers the bit. */
#define CR4_GUEST_OWNED                                                                            \
	(CR4_PVI | CR4_TSD | CR4_DE | CR4_PGE | CR4_PCE | CR4_OSFXSR | CR4_OSXMMEXCPT |            \
	 CR4_FSGSBASE)

/* vcpu->cached and vcpu->dirty. */
#define VCPU_CACHED_RIP		     BIT32(0)
#define VCPU_CACHED_RSP		     BIT32(1)
#define VCPU_CACHED_RFLAGS	     BIT32(2)
#define VCPU_CACHED_CS		     BIT32(3) /* access rights */
#define VCPU_CACHED_SS		     BIT32(4)
#define VCPU_CACHED_INTERRUPTIBILITY BIT32(5)
/* Of vcpu->dirty alone: the VMX-preemption timer, which is the local APIC's. */
#define VCPU_DIRTY_TIMER BIT32(6)

/* Interruptibility state of the guest. */
#define BLOCKING_BY_STI	   BIT32(0)
#define BLOCKING_BY_MOV_SS BIT32(1)
#define BLOCKING_BY_SMI	   BIT32(2)
#define BLOCKING_BY_NMI	   BIT32(3)

/* Activity state of the guest. */
#define ACTIVITY_ACTIVE 0u
#define ACTIVITY_HLT	1u

/* Guest segment access rights, VMCS form. */
#define SEG_AR_UNUSABLE BIT32(16)

#endif
