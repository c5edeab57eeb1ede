/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Indices of MSRs.
 *
 * A build into the kernel sees the kernel's <asm/msr-index.h> too.  Where it has the same name, the
 * number is written as it is there, character for character: then the compiler accepts the second
 * definition, and complains about a number that differs.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#ifndef LINTEL_MSR_INDEX_H
#define LINTEL_MSR_INDEX_H

/* Machine check of the Pentium; read as 0 today */
#define MSR_IA32_P5_MC_ADDR	    0x00000000
#define MSR_IA32_P5_MC_TYPE	    0x00000001

/* Time */
#define MSR_IA32_TSC		    0x00000010
#define MSR_IA32_TSC_ADJUST	    0x0000003b
#define MSR_IA32_TSC_DEADLINE	    0x000006E0
#define MSR_TSC_AUX		    0xc0000103

/* Paravirtual clock: names and numbers of the KVM API */
#define MSR_KVM_WALL_CLOCK	    0x11
#define MSR_KVM_SYSTEM_TIME	    0x12
#define MSR_KVM_WALL_CLOCK_NEW	    0x4b564d00
#define MSR_KVM_SYSTEM_TIME_NEW	    0x4b564d01
#define MSR_KVM_PV_EOI_EN	    0x4b564d04

/* Identity and switches of the processor */
#define MSR_IA32_PLATFORM_ID	    0x00000017
#define MSR_IA32_APICBASE	    0x0000001b
#define MSR_EBL_CR_POWERON	    0x0000002a
#define MSR_EBC_FREQUENCY_ID	    0x0000002c
#define MSR_SMI_COUNT		    0x00000034
#define MSR_IA32_FEAT_CTL	    0x0000003a
#define MSR_IA32_SPEC_CTRL	    0x00000048
#define MSR_IA32_PRED_CMD	    0x00000049
#define MSR_IA32_UCODE_WRITE	    0x00000079 /* IA32_BIOS_UPDT_TRIG */
#define MSR_IA32_UCODE_REV	    0x0000008b /* IA32_BIOS_SIGN_ID */
#define MSR_PLATFORM_INFO	    0x000000ce
#define MSR_IA32_ARCH_CAPABILITIES  0x0000010a
#define MSR_IA32_BBL_CR_CTL3	    0x0000011e
#define MSR_IA32_TSX_CTRL	    0x00000122
#define MSR_MISC_FEATURES_ENABLES   0x00000140
#define MSR_IA32_MISC_ENABLE	    0x000001a0
#define MSR_IA32_DEBUGCTLMSR	    0x000001d9
#define MSR_IA32_LASTBRANCHFROMIP   0x000001db /* LASTBRANCHTOIP, LASTINTFROMIP */
#define MSR_IA32_LASTINTTOIP	    0x000001de
#define MSR_X2APIC_FIRST	    0x00000800
#define MSR_X2APIC_LAST		    0x000008ff
#define MSR_X2APIC_TPR		    0x00000808
#define MSR_IA32_XSS		    0x00000da0

/* Counters, speed and power */
#define MSR_IA32_PERFCTR0	    0x000000c1
#define MSR_IA32_PERFCTR1	    0x000000c2
#define MSR_P6_EVNTSEL0		    0x00000186
#define MSR_P6_EVNTSEL1		    0x00000187
#define MSR_IA32_PERF_STATUS	    0x00000198
#define MSR_IA32_PERF_CTL	    0x00000199
#define MSR_RAPL_POWER_UNIT	    0x00000606
#define MSR_PKG_ENERGY_STATUS	    0x00000611
#define MSR_DRAM_ENERGY_STATUS	    0x00000619
#define MSR_PP0_ENERGY_STATUS	    0x00000639
#define MSR_PP1_ENERGY_STATUS	    0x00000641

/* SYSENTER, SYSCALL and segment bases */
#define MSR_IA32_SYSENTER_CS	    0x00000174
#define MSR_IA32_SYSENTER_ESP	    0x00000175
#define MSR_IA32_SYSENTER_EIP	    0x00000176
#define MSR_EFER		    0xc0000080
#define MSR_STAR		    0xc0000081
#define MSR_LSTAR		    0xc0000082
#define MSR_CSTAR		    0xc0000083
#define MSR_SYSCALL_MASK	    0xc0000084
#define MSR_FS_BASE		    0xc0000100
#define MSR_GS_BASE		    0xc0000101
#define MSR_KERNEL_GS_BASE	    0xc0000102

/* Memory types */
#define MSR_MTRRcap		    0x000000fe
#define MSR_IA32_MTRR_PHYSBASE0	    0x00000200 /* even: base, odd: mask */
#define MSR_MTRRfix64K_00000	    0x00000250
#define MSR_MTRRfix16K_80000	    0x00000258
#define MSR_MTRRfix16K_A0000	    0x00000259
#define MSR_MTRRfix4K_C0000	    0x00000268
#define MSR_MTRRfix4K_F8000	    0x0000026f
#define MSR_IA32_CR_PAT		    0x00000277
#define MSR_MTRRdefType		    0x000002ff

/* Machine check */
#define MSR_IA32_MCG_CAP	    0x00000179
#define MSR_IA32_MCG_STATUS	    0x0000017a
#define MSR_IA32_MCG_CTL	    0x0000017b
#define MSR_IA32_MC0_CTL	    0x00000400 /* then STATUS, ADDR, MISC, and so for each bank */

#endif
