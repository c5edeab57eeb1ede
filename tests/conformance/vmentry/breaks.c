// SPDX-License-Identifier: GPL-2.0
/*
 * How to break each rule of VM entry alone.
 *
 * What an emulator makes of them is in docs/vm-entry-checks.md, and nowhere else.
 */
#include "vmentry.h"
#include "vcpu/state.h"

#define BEYOND	      BIT64(52) /* no processor has so many bits of physical address */
#define NOT_CANONICAL BIT64(62)
#define ALL	      (~0ull)

#define EVENT(info)                                                                                \
	{                                                                                          \
		VM_ENTRY_INTR_INFO_FIELD, ALL, 0x80000000u | (info)                                \
	}
#define EXTERNAL   0x020 /* vector 32 */
#define NMI	   0x202
#define EXCEPTION  0x300
#define SOFT_INT   0x480
#define OTHER	   0x700
#define ERROR_CODE 0x800

#define PIN_(bits)                                                                                 \
	{                                                                                          \
		CTL_PIN, bits                                                                      \
	}
#define CPU1_(bits)                                                                                \
	{                                                                                          \
		CTL_PRIMARY, bits                                                                  \
	}
#define CPU2_(bits)                                                                                \
	{                                                                                          \
		CTL_SECONDARY, bits                                                                \
	}
#define CPU3_(bits)                                                                                \
	{                                                                                          \
		CTL_TERTIARY, bits                                                                 \
	}
#define EXIT_(bits)                                                                                \
	{                                                                                          \
		CTL_EXIT, bits                                                                     \
	}
#define ENTRY_(bits)                                                                               \
	{                                                                                          \
		CTL_ENTRY, bits                                                                    \
	}

#define SET(field, bits)                                                                           \
	{                                                                                          \
		field, 0, bits                                                                     \
	}
#define CLEAR(field, bits)                                                                         \
	{                                                                                          \
		field, bits, 0                                                                     \
	}
#define VALUE(field, bits)                                                                         \
	{                                                                                          \
		field, ALL, bits                                                                   \
	}

#define PIN  PIN_BASED_VM_EXEC_CONTROL
#define CPU1 CPU_BASED_VM_EXEC_CONTROL
#define CPU2 SECONDARY_VM_EXEC_CONTROL
#define CPU3 TERTIARY_VM_EXEC_CONTROL

#define WITH(...)   .with = {__VA_ARGS__}
#define CHANGE(...) .change = {__VA_ARGS__}

#define BREAK(rule_, guest_, ...)                                                                  \
	{                                                                                          \
		.rule = rule_, .guest = guest_, __VA_ARGS__                                        \
	}
/* An address of a page, that counts with some controls. */
#define PAGE(name, field, ...)                                                                     \
	BREAK("ctl." name ".aligned", PROTECTED, CHANGE(SET(field, 0x800)), WITH(__VA_ARGS__)),    \
		BREAK("ctl." name ".width", PROTECTED, CHANGE(SET(field, BEYOND)),                 \
		      WITH(__VA_ARGS__))
#define MSR_AREA(name, address, count)                                                             \
	BREAK("ctl." name ".aligned", PROTECTED, CHANGE(SET(count, 1), SET(address, 8))),          \
		BREAK("ctl." name ".width", PROTECTED,                                             \
		      CHANGE(SET(count, 1), SET(address, BEYOND)))

/* All that posted interrupts need. */
#define POSTED                                                                                     \
	PIN_(PIN_PROCESS_POSTED_INTERRUPTS), CPU1_(CPU1_USE_TPR_SHADOW),                           \
		CPU2_(CPU2_VIRTUAL_INTERRUPT_DELIVERY), EXIT_(EXIT_ACKNOWLEDGE_INTERRUPT)
#define TERTIARY(bits) CPU1_(CPU1_ACTIVATE_TERTIARY_CONTROLS), CPU3_(bits)
#define HLAT	       TERTIARY(CPU3_ENABLE_HLAT)
#define IPI                                                                                        \
	CPU1_(CPU1_ACTIVATE_TERTIARY_CONTROLS | CPU1_USE_TPR_SHADOW), CPU3_(CPU3_IPI_VIRTUALIZATION)
#define TRACE                                                                                      \
	CPU2_(CPU2_PT_USES_GUEST_PHYSICAL), EXIT_(EXIT_CLEAR_IA32_RTIT_CTL),                       \
		ENTRY_(ENTRY_LOAD_IA32_RTIT_CTL)
#define NO_EPT	  CLEAR(CPU2, CPU2_ENABLE_EPT)
#define NO_SHADOW CLEAR(CPU1, CPU1_USE_TPR_SHADOW)

#define HOST_CANONICAL(id, field, ...)                                                             \
	BREAK("host." id ".canonical", PROTECTED, CHANGE(VALUE(HOST_##field, NOT_CANONICAL)),      \
	      WITH(__VA_ARGS__))
#define HOST_SELECTOR(id, reg)                                                                     \
	BREAK("host." id ".selector", PROTECTED, CHANGE(SET(HOST_##reg##_SELECTOR, 4)))
#define GUEST_CANONICAL(id, field, ...)                                                            \
	BREAK("guest." id ".canonical", PROTECTED, CHANGE(VALUE(GUEST_##field, NOT_CANONICAL)),    \
	      WITH(__VA_ARGS__))

/* The six segment registers. */
#define SEGMENT(id, reg)                                                                           \
	BREAK("guest." id ".v8086_base", V8086, CHANGE(SET(GUEST_##reg##_BASE, 0x20))),            \
		BREAK("guest." id ".v8086_limit", V8086, CHANGE(CLEAR(GUEST_##reg##_LIMIT, 1))),   \
		BREAK("guest." id ".v8086_rights", V8086,                                          \
		      CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 0x20))),                                \
		BREAK("guest." id ".s", PROTECTED, CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 0x10))),   \
		BREAK("guest." id ".present", PROTECTED,                                           \
		      CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 0x80))),                                \
		BREAK("guest." id ".reserved", PROTECTED,                                          \
		      CHANGE(SET(GUEST_##reg##_AR_BYTES, 0x100))),                                 \
		BREAK("guest." id ".limit_low", PROTECTED, CHANGE(CLEAR(GUEST_##reg##_LIMIT, 1))), \
		BREAK("guest." id ".limit_high", PROTECTED,                                        \
		      CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 0x8000)))

#define DATA(id, reg)                                                                              \
	BREAK("guest." id ".accessed", PROTECTED, CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 1))),       \
		BREAK("guest." id ".readable", PROTECTED,                                          \
		      CHANGE({GUEST_##reg##_AR_BYTES, 0xf, 9})),                                   \
		BREAK("guest." id ".dpl", PROTECTED, CHANGE(SET(GUEST_##reg##_SELECTOR, 3))),      \
		BREAK("guest." id ".dpl", PROTECTED,                                               \
		      CHANGE(SET(GUEST_##reg##_SELECTOR, 3), {GUEST_##reg##_AR_BYTES, 0xf, 0xb}))

/* TR and LDTR. */
#define SYSTEM(id, reg)                                                                            \
	BREAK("guest." id ".s", PROTECTED, CHANGE(SET(GUEST_##reg##_AR_BYTES, 0x10))),             \
		BREAK("guest." id ".present", PROTECTED,                                           \
		      CHANGE(CLEAR(GUEST_##reg##_AR_BYTES, 0x80))),                                \
		BREAK("guest." id ".reserved", PROTECTED,                                          \
		      CHANGE(SET(GUEST_##reg##_AR_BYTES, 0x800))),                                 \
		BREAK("guest." id ".limit_low", PROTECTED,                                         \
		      CHANGE(SET(GUEST_##reg##_AR_BYTES, 0x8000))),                                \
		BREAK("guest." id ".limit_high", PROTECTED,                                        \
		      CHANGE(SET(GUEST_##reg##_LIMIT, 0x100000)))

#define RIGHTS(reg, clear, set) CHANGE({GUEST_##reg##_AR_BYTES, clear, set})
#define ACTIVE_STATE(n)		SET(GUEST_ACTIVITY_STATE, n)
#define BLOCKED(bits)		SET(GUEST_INTERRUPTIBILITY_INFO, bits)
#define LOAD(index_, reserved_)                                                                    \
	CHANGE(SET(VM_ENTRY_MSR_LOAD_COUNT, 1)), .load = {index_, reserved_, 0}

const struct vmentry_break vmentry_breaks[] = {
	/* "VM-Execution Control Fields" */
	BREAK("ctl.pin.allowed", PROTECTED, CHANGE(CLEAR(PIN, 2))),
	BREAK("ctl.primary.allowed", PROTECTED, CHANGE(CLEAR(CPU1, 2))),
	BREAK("ctl.secondary.allowed", PROTECTED, CHANGE(SET(CPU2, BIT64(29)))),
	BREAK("ctl.tertiary.allowed", PROTECTED, WITH(CPU1_(CPU1_ACTIVATE_TERTIARY_CONTROLS)),
	      CHANGE(SET(CPU3, BIT64(63)))),
	BREAK("ctl.cr3_targets", PROTECTED, CHANGE(SET(CR3_TARGET_COUNT, 5))),
	PAGE("io_bitmap_a", IO_BITMAP_A, CPU1_(CPU1_USE_IO_BITMAPS)),
	PAGE("io_bitmap_b", IO_BITMAP_B, CPU1_(CPU1_USE_IO_BITMAPS)),
	PAGE("msr_bitmap", MSR_BITMAP, CPU1_(CPU1_USE_MSR_BITMAPS)),
	PAGE("virtual_apic", VIRTUAL_APIC_PAGE_ADDR, CPU1_(CPU1_USE_TPR_SHADOW)),
	BREAK("ctl.tpr_threshold", PROTECTED, WITH(CPU1_(CPU1_USE_TPR_SHADOW)),
	      CHANGE(SET(TPR_THRESHOLD, 0x10))),
	BREAK("ctl.virtual_nmis", PROTECTED, WITH(PIN_(PIN_VIRTUAL_NMIS)),
	      CHANGE(CLEAR(PIN, PIN_NMI_EXITING))),
	BREAK("ctl.nmi_window", PROTECTED, CHANGE(SET(CPU1, CPU1_NMI_WINDOW_EXITING))),
	PAGE("apic_access", APIC_ACCESS_ADDR, CPU2_(CPU2_VIRTUALIZE_APIC_ACCESSES)),
	BREAK("ctl.x2apic.tpr_shadow", PROTECTED, CHANGE(NO_SHADOW),
	      WITH(CPU1_(CPU1_USE_TPR_SHADOW), CPU2_(CPU2_VIRTUALIZE_X2APIC_MODE))),
	BREAK("ctl.apic_register.tpr_shadow", PROTECTED, CHANGE(NO_SHADOW),
	      WITH(CPU1_(CPU1_USE_TPR_SHADOW), CPU2_(CPU2_APIC_REGISTER_VIRTUALIZATION))),
	BREAK("ctl.virtual_interrupts.tpr_shadow", PROTECTED, CHANGE(NO_SHADOW),
	      WITH(CPU1_(CPU1_USE_TPR_SHADOW), CPU2_(CPU2_VIRTUAL_INTERRUPT_DELIVERY))),
	BREAK("ctl.ipi.tpr_shadow", PROTECTED, CHANGE(NO_SHADOW), WITH(IPI)),
	BREAK("ctl.x2apic.apic_accesses", PROTECTED,
	      WITH(CPU1_(CPU1_USE_TPR_SHADOW), CPU2_(CPU2_VIRTUALIZE_X2APIC_MODE)),
	      CHANGE(SET(CPU2, CPU2_VIRTUALIZE_APIC_ACCESSES))),
	BREAK("ctl.virtual_interrupts.exiting", PROTECTED,
	      WITH(CPU1_(CPU1_USE_TPR_SHADOW), CPU2_(CPU2_VIRTUAL_INTERRUPT_DELIVERY)),
	      CHANGE(CLEAR(PIN, PIN_EXTERNAL_INTERRUPT_EXITING))),
	BREAK("ctl.posted.delivery", PROTECTED, WITH(POSTED),
	      CHANGE(CLEAR(CPU2, CPU2_VIRTUAL_INTERRUPT_DELIVERY))),
	BREAK("ctl.posted.acknowledge", PROTECTED, WITH(POSTED),
	      CHANGE(CLEAR(VM_EXIT_CONTROLS, EXIT_ACKNOWLEDGE_INTERRUPT))),
	BREAK("ctl.posted.vector", PROTECTED, WITH(POSTED), CHANGE(SET(POSTED_INTR_NV, 0x100))),
	BREAK("ctl.posted.aligned", PROTECTED, WITH(POSTED), CHANGE(SET(POSTED_INTR_DESC_ADDR, 8))),
	BREAK("ctl.posted.width", PROTECTED, WITH(POSTED),
	      CHANGE(SET(POSTED_INTR_DESC_ADDR, BEYOND))),
	BREAK("ctl.vpid", PROTECTED, WITH(CPU2_(CPU2_ENABLE_VPID)),
	      CHANGE(CLEAR(VIRTUAL_PROCESSOR_ID, 0xffff))),
	BREAK("ctl.eptp.memory_type", PROTECTED, CHANGE(SET(EPT_POINTER, 1))),
	BREAK("ctl.eptp.walk", PROTECTED, CHANGE({EPT_POINTER, 0x38, 2 << 3})),
	BREAK("ctl.eptp.accessed_dirty", PROTECTED, CHANGE(SET(EPT_POINTER, BIT64(6)))),
	BREAK("ctl.eptp.shadow_stack", PROTECTED, CHANGE(SET(EPT_POINTER, BIT64(7)))),
	BREAK("ctl.eptp.reserved", PROTECTED, CHANGE(SET(EPT_POINTER, 0x100))),
	BREAK("ctl.eptp.width", PROTECTED, CHANGE(SET(EPT_POINTER, BEYOND))),
	BREAK("ctl.pml.ept", PROTECTED, WITH(CPU2_(CPU2_ENABLE_PML)), CHANGE(NO_EPT)),
	PAGE("pml", PML_ADDRESS, CPU2_(CPU2_ENABLE_PML)),
	BREAK("ctl.unrestricted.ept", REAL, CHANGE(NO_EPT)),
	BREAK("ctl.mode_based_execute.ept", PROTECTED, WITH(CPU2_(CPU2_MODE_BASED_EXECUTE_EPT)),
	      CHANGE(NO_EPT)),
	BREAK("ctl.sub_page.ept", PROTECTED, WITH(CPU2_(CPU2_SUB_PAGE_WRITE_EPT)), CHANGE(NO_EPT)),
	PAGE("sub_page", SPP_TABLE_POINTER, CPU2_(CPU2_SUB_PAGE_WRITE_EPT)),
	BREAK("ctl.vm_functions", PROTECTED, WITH(CPU2_(CPU2_ENABLE_VM_FUNCTIONS)),
	      CHANGE(SET(VM_FUNCTION_CONTROL, BIT64(63)))),
	BREAK("ctl.eptp_switching.ept", PROTECTED, WITH(CPU2_(CPU2_ENABLE_VM_FUNCTIONS)),
	      CHANGE(SET(VM_FUNCTION_CONTROL, 1), NO_EPT)),
	BREAK("ctl.eptp_list.aligned", PROTECTED, WITH(CPU2_(CPU2_ENABLE_VM_FUNCTIONS)),
	      CHANGE(SET(VM_FUNCTION_CONTROL, 1), SET(EPTP_LIST_ADDRESS, 0x800))),
	BREAK("ctl.eptp_list.width", PROTECTED, WITH(CPU2_(CPU2_ENABLE_VM_FUNCTIONS)),
	      CHANGE(SET(VM_FUNCTION_CONTROL, 1), SET(EPTP_LIST_ADDRESS, BEYOND))),
	PAGE("vmread_bitmap", VMREAD_BITMAP, CPU2_(CPU2_VMCS_SHADOWING)),
	PAGE("vmwrite_bitmap", VMWRITE_BITMAP, CPU2_(CPU2_VMCS_SHADOWING)),
	PAGE("ve_information", VE_INFORMATION_ADDRESS, CPU2_(CPU2_EPT_VIOLATION_VE)),
	PAGE("low_pasid", LOW_PASID_DIRECTORY_ADDR, CPU2_(CPU2_PASID_TRANSLATION)),
	PAGE("high_pasid", HIGH_PASID_DIRECTORY_ADDR, CPU2_(CPU2_PASID_TRANSLATION)),
	BREAK("ctl.pt.ept", PROTECTED, WITH(TRACE), CHANGE(NO_EPT)),
	BREAK("ctl.pt.load", PROTECTED, WITH(TRACE),
	      CHANGE(CLEAR(VM_ENTRY_CONTROLS, ENTRY_LOAD_IA32_RTIT_CTL))),
	BREAK("ctl.pt.clear", PROTECTED, WITH(TRACE),
	      CHANGE(CLEAR(VM_EXIT_CONTROLS, EXIT_CLEAR_IA32_RTIT_CTL))),
	BREAK("ctl.tsc_multiplier", PROTECTED, WITH(CPU2_(CPU2_USE_TSC_SCALING)),
	      CHANGE(VALUE(TSC_MULTIPLIER, 0))),
	BREAK("ctl.hlat.ept", PROTECTED, WITH(HLAT), CHANGE(NO_EPT)),
	BREAK("ctl.paging_write.ept", PROTECTED, WITH(TERTIARY(CPU3_EPT_PAGING_WRITE_CONTROL)),
	      CHANGE(NO_EPT)),
	BREAK("ctl.paging_verification.ept", PROTECTED,
	      WITH(TERTIARY(CPU3_GUEST_PAGING_VERIFICATION)), CHANGE(NO_EPT)),
	BREAK("ctl.hlat.reserved", PROTECTED, WITH(HLAT), CHANGE(SET(HLAT_POINTER, 1))),
	BREAK("ctl.hlat.width", PROTECTED, WITH(HLAT), CHANGE(SET(HLAT_POINTER, BEYOND))),
	BREAK("ctl.hlat.prefix", PROTECTED, WITH(HLAT), CHANGE(SET(HLAT_PREFIX_SIZE, 0xff))),
	BREAK("ctl.ipi_table.aligned", PROTECTED, WITH(IPI), CHANGE(SET(PID_POINTER_TABLE, 1))),
	BREAK("ctl.ipi_table.width", PROTECTED, WITH(IPI), CHANGE(SET(PID_POINTER_TABLE, BEYOND))),

	/* "VM-Exit Control Fields" */
	BREAK("ctl.exit.allowed", PROTECTED, CHANGE(CLEAR(VM_EXIT_CONTROLS, 1))),
	BREAK("ctl.exit2.allowed", PROTECTED, WITH(EXIT_(EXIT_ACTIVATE_SECONDARY_CONTROLS)),
	      CHANGE(SET(SECONDARY_VM_EXIT_CONTROLS, BIT64(31)))),
	BREAK("ctl.exit2.allowed", PROTECTED, WITH(EXIT_(EXIT_ACTIVATE_SECONDARY_CONTROLS)),
	      CHANGE(SET(SECONDARY_VM_EXIT_CONTROLS, BIT64(63)))),
	BREAK("ctl.exit.preemption_timer", PROTECTED,
	      CHANGE(SET(VM_EXIT_CONTROLS, EXIT_SAVE_PREEMPTION_TIMER))),
	MSR_AREA("exit_store", VM_EXIT_MSR_STORE_ADDR, VM_EXIT_MSR_STORE_COUNT),
	MSR_AREA("exit_load", VM_EXIT_MSR_LOAD_ADDR, VM_EXIT_MSR_LOAD_COUNT),

	/* "VM-Entry Control Fields" */
	BREAK("ctl.entry.allowed", PROTECTED, CHANGE(CLEAR(VM_ENTRY_CONTROLS, 1))),
	BREAK("ctl.entry.smm", PROTECTED, CHANGE(SET(VM_ENTRY_CONTROLS, ENTRY_ENTRY_TO_SMM))),
	BREAK("ctl.entry.dual_monitor", PROTECTED,
	      CHANGE(SET(VM_ENTRY_CONTROLS, ENTRY_DEACTIVATE_DUAL_MONITOR))),
	MSR_AREA("entry_load", VM_ENTRY_MSR_LOAD_ADDR, VM_ENTRY_MSR_LOAD_COUNT),
	BREAK("event.type.reserved", PROTECTED, CHANGE(EVENT(0x100))),
	BREAK("event.type.other", PROTECTED, CHANGE(EVENT(OTHER))),
	BREAK("event.vector.nmi", PROTECTED, CHANGE(EVENT(NMI + 1))),
	BREAK("event.vector.exception", PROTECTED, CHANGE(EVENT(EXCEPTION + 32))),
	BREAK("event.vector.other", PROTECTED, CHANGE(EVENT(OTHER + 1))),
	BREAK("event.reserved", PROTECTED, CHANGE(EVENT((EXCEPTION + 6) | 0x1000))),
	BREAK("event.error_code.missing", PROTECTED, CHANGE(EVENT(EXCEPTION + 13))),
	BREAK("event.error_code.wrong", PROTECTED, CHANGE(EVENT((EXCEPTION + 6) | ERROR_CODE))),
	BREAK("event.error_code.wrong", REAL, CHANGE(EVENT((EXCEPTION + 13) | ERROR_CODE))),
	BREAK("event.error_code.reserved", PROTECTED,
	      CHANGE(EVENT((EXCEPTION + 13) | ERROR_CODE),
		     SET(VM_ENTRY_EXCEPTION_ERROR_CODE, 0x10000))),
	BREAK("event.length", PROTECTED,
	      CHANGE(EVENT(SOFT_INT), SET(VM_ENTRY_INSTRUCTION_LEN, 16))),

	/* "Checks on Host Control Registers, MSRs, and SSP" */
	BREAK("host.cr0.fixed", PROTECTED, CHANGE(CLEAR(HOST_CR0, CR0_NE))),
	BREAK("host.cr4.fixed", PROTECTED, CHANGE(CLEAR(HOST_CR4, CR4_VMXE))),
	BREAK("host.cr4.cet", PROTECTED, WITH(EXIT_(EXIT_LOAD_CET_STATE)),
	      CHANGE(SET(HOST_CR4, CR4_CET), CLEAR(HOST_CR0, CR0_WP))),
	BREAK("host.cr3.width", PROTECTED, CHANGE(SET(HOST_CR3, BEYOND))),
	HOST_CANONICAL("sysenter_esp", IA32_SYSENTER_ESP),
	HOST_CANONICAL("sysenter_eip", IA32_SYSENTER_EIP),
	BREAK("host.perf_global_ctrl", PROTECTED, WITH(EXIT_(EXIT_LOAD_IA32_PERF_GLOBAL_CTRL)),
	      CHANGE(SET(HOST_IA32_PERF_GLOBAL_CTRL, BIT64(63)))),
	BREAK("host.pat", PROTECTED, CHANGE({HOST_IA32_PAT, 0xff, 2})),
	BREAK("host.efer.reserved", PROTECTED, CHANGE(SET(HOST_IA32_EFER, BIT64(9)))),
	BREAK("host.efer.lma", PROTECTED, CHANGE(CLEAR(HOST_IA32_EFER, IA32_EFER_LMA))),
	BREAK("host.efer.lme", PROTECTED, CHANGE(CLEAR(HOST_IA32_EFER, IA32_EFER_LME))),
	BREAK("host.s_cet.reserved", PROTECTED, WITH(EXIT_(EXIT_LOAD_CET_STATE)),
	      CHANGE(SET(HOST_S_CET, 0x40))),
	BREAK("host.s_cet.tracker", PROTECTED, WITH(EXIT_(EXIT_LOAD_CET_STATE)),
	      CHANGE(SET(HOST_S_CET, 0xc00))),
	HOST_CANONICAL("s_cet", S_CET, EXIT_(EXIT_LOAD_CET_STATE)),
	BREAK("host.ssp.aligned", PROTECTED, WITH(EXIT_(EXIT_LOAD_CET_STATE)),
	      CHANGE(SET(HOST_SSP, 2))),
	HOST_CANONICAL("ssp", SSP, EXIT_(EXIT_LOAD_CET_STATE)),
	HOST_CANONICAL("ssp_table", INTR_SSP_TABLE, EXIT_(EXIT_LOAD_CET_STATE)),
	BREAK("host.pkrs", PROTECTED, WITH(EXIT_(EXIT_LOAD_PKRS)),
	      CHANGE(SET(HOST_IA32_PKRS, BIT64(32)))),

	/* "Checks on Host Segment and Descriptor-Table Registers" */
	HOST_SELECTOR("es", ES),
	HOST_SELECTOR("cs", CS),
	HOST_SELECTOR("ss", SS),
	HOST_SELECTOR("ds", DS),
	HOST_SELECTOR("fs", FS),
	HOST_SELECTOR("gs", GS),
	HOST_SELECTOR("tr", TR),
	BREAK("host.cs.null", PROTECTED, CHANGE(VALUE(HOST_CS_SELECTOR, 0))),
	BREAK("host.tr.null", PROTECTED, CHANGE(VALUE(HOST_TR_SELECTOR, 0))),
	HOST_CANONICAL("fs_base", FS_BASE),
	HOST_CANONICAL("gs_base", GS_BASE),
	HOST_CANONICAL("tr_base", TR_BASE),
	HOST_CANONICAL("gdtr_base", GDTR_BASE),
	HOST_CANONICAL("idtr_base", IDTR_BASE),

	/* "Checks Related to Address-Space Size" */
	BREAK("host.address_space", PROTECTED,
	      CHANGE(CLEAR(VM_EXIT_CONTROLS, EXIT_HOST_ADDRESS_SPACE_SIZE))),
	BREAK("host.cr4.pae", PROTECTED, CHANGE(CLEAR(HOST_CR4, CR4_PAE))),
	HOST_CANONICAL("rip", RIP),

	/* "Checks on Guest Control Registers, Debug Registers, and MSRs" */
	BREAK("guest.cr0.fixed", PROTECTED, CHANGE(CLEAR(GUEST_CR0, CR0_NE))),
	BREAK("guest.cr0.pg", REAL, CHANGE(SET(GUEST_CR0, CR0_PG))),
	BREAK("guest.cr4.fixed", PROTECTED, CHANGE(CLEAR(GUEST_CR4, CR4_VMXE))),
	BREAK("guest.cr4.cet", PROTECTED,
	      CHANGE(SET(GUEST_CR4, CR4_CET), CLEAR(GUEST_CR0, CR0_WP))),
	BREAK("guest.debugctl.reserved", PROTECTED, CHANGE(SET(GUEST_IA32_DEBUGCTL, BIT64(20)))),
	BREAK("guest.cr0.ia32e", LONG, WITH(CPU2_(CPU2_UNRESTRICTED_GUEST)),
	      CHANGE(CLEAR(GUEST_CR0, CR0_PG))),
	BREAK("guest.cr4.ia32e", LONG, CHANGE(CLEAR(GUEST_CR4, CR4_PAE))),
	BREAK("guest.cr4.pcide", PROTECTED, CHANGE(SET(GUEST_CR4, CR4_PCIDE))),
	BREAK("guest.cr3.width", PROTECTED, CHANGE(SET(GUEST_CR3, BEYOND))),
	BREAK("guest.dr7", PROTECTED, CHANGE(SET(GUEST_DR7, BIT64(32)))),
	GUEST_CANONICAL("sysenter_esp", SYSENTER_ESP),
	GUEST_CANONICAL("sysenter_eip", SYSENTER_EIP),
	BREAK("guest.s_cet.reserved", LONG, WITH(ENTRY_(ENTRY_LOAD_CET_STATE)),
	      CHANGE(SET(GUEST_S_CET, 0x40))),
	BREAK("guest.s_cet.tracker", LONG, WITH(ENTRY_(ENTRY_LOAD_CET_STATE)),
	      CHANGE(SET(GUEST_S_CET, 0xc00))),
	GUEST_CANONICAL("s_cet", S_CET, ENTRY_(ENTRY_LOAD_CET_STATE)),
	GUEST_CANONICAL("ssp_table", INTR_SSP_TABLE, ENTRY_(ENTRY_LOAD_CET_STATE)),
	BREAK("guest.perf_global_ctrl", PROTECTED, WITH(ENTRY_(ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)),
	      CHANGE(SET(GUEST_IA32_PERF_GLOBAL_CTRL, BIT64(63)))),
	BREAK("guest.pat", PROTECTED, CHANGE({GUEST_IA32_PAT, 0xff, 3})),
	BREAK("guest.efer.reserved", PROTECTED, CHANGE(SET(GUEST_IA32_EFER, BIT64(9)))),
	BREAK("guest.efer.lma", PROTECTED,
	      CHANGE(SET(GUEST_IA32_EFER, IA32_EFER_LMA | IA32_EFER_LME))),
	BREAK("guest.efer.lme", PROTECTED, CHANGE(SET(GUEST_IA32_EFER, IA32_EFER_LME))),
	BREAK("guest.bndcfgs.reserved", PROTECTED, WITH(ENTRY_(ENTRY_LOAD_IA32_BNDCFGS)),
	      CHANGE(SET(GUEST_BNDCFGS, 4))),
	GUEST_CANONICAL("bndcfgs", BNDCFGS, ENTRY_(ENTRY_LOAD_IA32_BNDCFGS)),
	BREAK("guest.pkrs", PROTECTED, WITH(ENTRY_(ENTRY_LOAD_PKRS)),
	      CHANGE(SET(GUEST_IA32_PKRS, BIT64(32)))),
	BREAK("guest.uinv", PROTECTED, WITH(ENTRY_(ENTRY_LOAD_UINV)),
	      CHANGE(SET(GUEST_UINV, 0x100))),

	/* "Checks on Guest Segment Registers" */
	BREAK("guest.tr.ti", PROTECTED, CHANGE(SET(GUEST_TR_SELECTOR, 4))),
	BREAK("guest.ldtr.ti", PROTECTED, CHANGE(SET(GUEST_LDTR_SELECTOR, 4))),
	BREAK("guest.ss.rpl", PROTECTED, CHANGE(SET(GUEST_CS_SELECTOR, 3))),
	BREAK("guest.tr.base", PROTECTED, CHANGE(VALUE(GUEST_TR_BASE, NOT_CANONICAL))),
	BREAK("guest.fs.base", PROTECTED, CHANGE(VALUE(GUEST_FS_BASE, NOT_CANONICAL))),
	BREAK("guest.gs.base", PROTECTED, CHANGE(VALUE(GUEST_GS_BASE, NOT_CANONICAL))),
	BREAK("guest.ldtr.base", PROTECTED, CHANGE(VALUE(GUEST_LDTR_BASE, NOT_CANONICAL))),
	BREAK("guest.cs.base", PROTECTED, CHANGE(SET(GUEST_CS_BASE, BIT64(32)))),
	BREAK("guest.ss.base", PROTECTED, CHANGE(SET(GUEST_SS_BASE, BIT64(32)))),
	BREAK("guest.ds.base", PROTECTED, CHANGE(SET(GUEST_DS_BASE, BIT64(32)))),
	BREAK("guest.es.base", PROTECTED, CHANGE(SET(GUEST_ES_BASE, BIT64(32)))),
	SEGMENT("es", ES),
	SEGMENT("cs", CS),
	SEGMENT("ss", SS),
	SEGMENT("ds", DS),
	SEGMENT("fs", FS),
	SEGMENT("gs", GS),
	BREAK("guest.cs.type", PROTECTED, RIGHTS(CS, 0xf, 8)),
	BREAK("guest.cs.type", PROTECTED, RIGHTS(CS, 0xf, 3)),
	BREAK("guest.cs.data_dpl", REAL, RIGHTS(CS, 0, 0x60)),
	BREAK("guest.cs.dpl", REAL, RIGHTS(CS, 0xff, 0xfb)),
	BREAK("guest.cs.dpl", REAL,
	      CHANGE({GUEST_CS_AR_BYTES, 0xff, 0xfb}, SET(GUEST_CS_SELECTOR, 3))),
	BREAK("guest.cs.conforming_dpl", REAL, RIGHTS(CS, 0xff, 0xff)),
	BREAK("guest.cs.conforming_dpl", REAL,
	      CHANGE({GUEST_CS_AR_BYTES, 0xff, 0xff}, SET(GUEST_CS_SELECTOR, 3))),
	BREAK("guest.cs.size", LONG, RIGHTS(CS, 0, 0x4000)),
	BREAK("guest.ss.type", PROTECTED, RIGHTS(SS, 0xf, 1)),
	BREAK("guest.ss.dpl_rpl", PROTECTED,
	      CHANGE({GUEST_CS_SELECTOR, 0, 1}, {GUEST_SS_SELECTOR, 0, 1})),
	BREAK("guest.ss.dpl_0", REAL,
	      CHANGE({GUEST_SS_AR_BYTES, 0, 0x60}, {GUEST_CS_AR_BYTES, 0xff, 0xfb})),
	DATA("es", ES),
	DATA("ds", DS),
	DATA("fs", FS),
	DATA("gs", GS),
	BREAK("guest.tr.type", PROTECTED, RIGHTS(TR, 0xf, 9)),
	BREAK("guest.tr.type", LONG, RIGHTS(TR, 0xf, 3)),
	BREAK("guest.tr.usable", PROTECTED, RIGHTS(TR, 0, BIT64(16))),
	SYSTEM("tr", TR),
	BREAK("guest.ldtr.type", PROTECTED, RIGHTS(LDTR, 0xf, 3)),
	SYSTEM("ldtr", LDTR),

	/* "Checks on Guest Descriptor-Table Registers" */
	GUEST_CANONICAL("gdtr_base", GDTR_BASE),
	GUEST_CANONICAL("idtr_base", IDTR_BASE),
	BREAK("guest.gdtr_limit", PROTECTED, CHANGE(SET(GUEST_GDTR_LIMIT, 0x10000))),
	BREAK("guest.idtr_limit", PROTECTED, CHANGE(SET(GUEST_IDTR_LIMIT, 0x10000))),

	/* "Checks on Guest RIP, RFLAGS, and SSP" */
	BREAK("guest.rip.short", PROTECTED, CHANGE(SET(GUEST_RIP, BIT64(32)))),
	BREAK("guest.rip.canonical", LONG, CHANGE(SET(GUEST_RIP, NOT_CANONICAL))),
	BREAK("guest.rflags.reserved", PROTECTED, CHANGE(SET(GUEST_RFLAGS, BIT64(15)))),
	BREAK("guest.rflags.reserved", PROTECTED, CHANGE(CLEAR(GUEST_RFLAGS, 2))),
	BREAK("guest.rflags.vm", V8086,
	      CHANGE(SET(VM_ENTRY_CONTROLS, ENTRY_IA32E_MODE_GUEST), SET(GUEST_CR4, CR4_PAE),
		     SET(GUEST_IA32_EFER, IA32_EFER_LMA | IA32_EFER_LME))),
	BREAK("guest.rflags.if", PROTECTED, CHANGE(EVENT(EXTERNAL))),
	BREAK("guest.ssp.aligned", LONG, WITH(ENTRY_(ENTRY_LOAD_CET_STATE)),
	      CHANGE(SET(GUEST_SSP, 2))),
	BREAK("guest.ssp.short", PROTECTED, WITH(ENTRY_(ENTRY_LOAD_CET_STATE)),
	      CHANGE(SET(GUEST_SSP, BIT64(32)))),
	BREAK("guest.ssp.canonical", LONG, WITH(ENTRY_(ENTRY_LOAD_CET_STATE)),
	      CHANGE(SET(GUEST_SSP, NOT_CANONICAL))),

	/* "Checks on Guest Non-Register State" */
	BREAK("guest.activity.supported", PROTECTED, CHANGE(ACTIVE_STATE(4))),
	BREAK("guest.activity.hlt", V8086, CHANGE(ACTIVE_STATE(1))),
	BREAK("guest.activity.blocked", PROTECTED, CHANGE(ACTIVE_STATE(1), BLOCKED(2))),
	BREAK("guest.activity.event_in_hlt", PROTECTED,
	      CHANGE(ACTIVE_STATE(1), EVENT(EXCEPTION + 6))),
	BREAK("guest.activity.event_in_shutdown", PROTECTED,
	      CHANGE(ACTIVE_STATE(2), EVENT(EXCEPTION + 6))),
	BREAK("guest.activity.event_in_wait_for_sipi", PROTECTED,
	      CHANGE(ACTIVE_STATE(3), EVENT(NMI))),
	BREAK("guest.blocking.reserved", PROTECTED, CHANGE(BLOCKED(0x20))),
	BREAK("guest.blocking.both", PROTECTED, CHANGE(BLOCKED(3), SET(GUEST_RFLAGS, RFLAGS_IF))),
	BREAK("guest.blocking.sti", PROTECTED, CHANGE(BLOCKED(1))),
	BREAK("guest.blocking.interrupt", PROTECTED,
	      CHANGE(BLOCKED(2), EVENT(EXTERNAL), SET(GUEST_RFLAGS, RFLAGS_IF))),
	BREAK("guest.blocking.nmi_mov_ss", PROTECTED, CHANGE(BLOCKED(2), EVENT(NMI))),
	BREAK("guest.blocking.nmi_sti", PROTECTED,
	      CHANGE(BLOCKED(1), EVENT(NMI), SET(GUEST_RFLAGS, RFLAGS_IF))),
	BREAK("guest.blocking.smi", PROTECTED, CHANGE(BLOCKED(4))),
	BREAK("guest.blocking.virtual_nmi", PROTECTED, WITH(PIN_(PIN_VIRTUAL_NMIS)),
	      CHANGE(BLOCKED(8), EVENT(NMI))),
	BREAK("guest.blocking.enclave", PROTECTED, CHANGE(BLOCKED(0x12))),
	BREAK("guest.pending_debug.reserved", PROTECTED,
	      CHANGE(SET(GUEST_PENDING_DBG_EXCEPTIONS, 0x10))),
	BREAK("guest.pending_debug.step_set", PROTECTED,
	      CHANGE(BLOCKED(2), SET(GUEST_RFLAGS, RFLAGS_TF))),
	BREAK("guest.pending_debug.step_clear", PROTECTED,
	      CHANGE(BLOCKED(2), SET(GUEST_PENDING_DBG_EXCEPTIONS, BIT64(14)))),
	BREAK("guest.link_pointer.aligned", PROTECTED, CHANGE(VALUE(VMCS_LINK_POINTER, 0x800))),
	BREAK("guest.link_pointer.width", PROTECTED, CHANGE(VALUE(VMCS_LINK_POINTER, BEYOND))),

	/* "Checks on Guest Page-Directory-Pointer-Table Entries" */
	BREAK("guest.pdpte0", PAE, CHANGE(SET(GUEST_PDPTE0, 3))),
	BREAK("guest.pdpte1", PAE, CHANGE(SET(GUEST_PDPTE1, 5))),
	BREAK("guest.pdpte2", PAE, CHANGE(SET(GUEST_PDPTE2, BEYOND | 1))),
	BREAK("guest.pdpte3", PAE, CHANGE(SET(GUEST_PDPTE3, 0x101))),

	/* "Loading MSRs" */
	BREAK("msr_load.base", PROTECTED, LOAD(0xc0000100, 0)),
	BREAK("msr_load.x2apic", PROTECTED, LOAD(0x808, 0)),
	BREAK("msr_load.smm", PROTECTED, LOAD(0x9b, 0)),
	BREAK("msr_load.reserved", PROTECTED, LOAD(0x174, 1)),
};

const unsigned int vmentry_break_count = COUNT_OF(vmentry_breaks);
