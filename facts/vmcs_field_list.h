/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the VMCS, a row each, in the order of their encodings:
 *
 *	VMCS_FIELD(constant, encoding, width, type, the SDM's words, which processors have it,
 *		section,
 *		what it holds)
 *
 * Width and type are in the encoding too (vmcs_field.h): a typing error in one of them does not
 * compile.  A processor has a field ALWAYS, or where a control may be 1: BY(one), ANY(of two), each
 * PIN, CPU1, CPU2, CPU3, EXIT, EXIT2 or ENTRY with its name.  Titles of sections have their short
 * names in section.h.
 *
 * Newer editions of the SDM call interruption information "event identification" and IDT-vectoring
 * information "original-event identification"; the constants have the older names, as KVM does.
 *
 * Included where something is made of it, with VMCS_FIELD() defined.
 *
 * SDM: "Virtual Machine Control Structures"; appendix "Field Encoding in VMCS".
 */
/* The four parts of a segment register, and others of which there are several. */
#define GUEST_SELECTOR(name, encoding)                                                             \
	VMCS_FIELD(GUEST_##name##_SELECTOR, encoding, 16, GUEST, "Guest " #name " selector",       \
		   ALWAYS, S_REGISTERS,                                                            \
		   "The selector in the guest's " #name                                            \
		   ": VM entries load it, VM exits save it. Base, limit and access rights come "   \
		   "from fields of their own, not from a descriptor.")
#define GUEST_BASE(name, encoding)                                                                 \
	VMCS_FIELD(GUEST_##name##_BASE, encoding, NATURAL, GUEST, "Guest " #name " base", ALWAYS,  \
		   S_REGISTERS,                                                                    \
		   "The base address of the guest's " #name                                        \
		   ": VM entries load it, VM exits save it.")
#define GUEST_LIMIT(name, encoding)                                                                \
	VMCS_FIELD(GUEST_##name##_LIMIT, encoding, 32, GUEST, "Guest " #name " limit", ALWAYS,     \
		   S_REGISTERS,                                                                    \
		   "The limit of the guest's " #name                                               \
		   ", always in bytes: VM entries load it, VM exits save it.")
#define GUEST_RIGHTS(name, encoding)                                                               \
	VMCS_FIELD(GUEST_##name##_AR_BYTES, encoding, 32, GUEST, "Guest " #name " access rights",  \
		   ALWAYS, S_REGISTERS,                                                            \
		   "The access rights of the guest's " #name                                       \
		   ": type, S, DPL, P, AVL, L, D/B and G as in a descriptor's bytes 5 and 6, and " \
		   "bit 16, which says that the register is unusable.")
#define HOST_SELECTOR(name, encoding)                                                              \
	VMCS_FIELD(HOST_##name##_SELECTOR, encoding, 16, HOST, "Host " #name " selector", ALWAYS,  \
		   S_HOST,                                                                         \
		   "The selector that VM exits load into " #name ". Its RPL and TI must be 0.")
#define GUEST_PDPTE(number, encoding)                                                              \
	VMCS_FIELD(                                                                                \
		GUEST_PDPTE##number, encoding, 64, GUEST, "Guest PDPTE" #number,                   \
		BY(CPU2(ENABLE_EPT)), S_NON_REG,                                                   \
		"With EPT and PAE paging: the guest's page-directory-pointer-table entry " #number \
		". VM entries load it, VM exits save it.")
#define GUEST_FRED(name, encoding)                                                                 \
	VMCS_FIELD(GUEST_IA32_FRED_##name, encoding, 64, GUEST, "Guest IA32_FRED_" #name, FRED,    \
		   S_REGISTERS,                                                                    \
		   "The guest's IA32_FRED_" #name                                                  \
		   ", loaded and saved if the controls \"load FRED\" (VM entry) and "              \
		   "\"save FRED\" (VM exit) are 1.")
#define HOST_FRED(name, encoding)                                                                  \
	VMCS_FIELD(HOST_IA32_FRED_##name, encoding, 64, HOST, "Host IA32_FRED_" #name,             \
		   BY(EXIT2(LOAD_FRED)), S_HOST,                                                   \
		   "The value that VM exits load into IA32_FRED_" #name                            \
		   " if the VM-exit control \"load FRED\" is 1.")

/* clang-format off */
/* 16-bit fields, control */
VMCS_FIELD(VIRTUAL_PROCESSOR_ID, 0x0000, 16, CONTROL, "Virtual-processor identifier (VPID)",
	BY(CPU2(ENABLE_VPID)), "Virtual-Processor Identifier (VPID)",
	"The tag of the translations that the processor caches for this guest, 1 to 65,535. The "
	"host's own have tag 0.")
VMCS_FIELD(POSTED_INTR_NV, 0x0002, 16, CONTROL, "Posted-interrupt notification vector",
	BY(PIN(PROCESS_POSTED_INTERRUPTS)), S_APIC,
	"The vector, 0 to 255, of the external interrupt that tells the processor that the "
	"posted-interrupt descriptor has interrupts.")
VMCS_FIELD(EPTP_INDEX, 0x0004, 16, CONTROL, "EPTP index", BY(CPU2(EPT_VIOLATION_VE)), S_VE_CONTROLS,
	"The index in the EPTP list that a virtualization exception reports. EPTP switching by "
	"VMFUNC changes it.")
VMCS_FIELD(HLAT_PREFIX_SIZE, 0x0006, 16, CONTROL, "HLAT prefix size", BY(CPU3(ENABLE_HLAT)), S_HLAT,
	"How many of the uppermost bits of a linear address have to be 1 for HLAT paging to "
	"translate it. 0: every address is translated so.")
VMCS_FIELD(LAST_PID_POINTER_INDEX, 0x0008, 16, CONTROL, "Last PID-pointer index",
	BY(CPU3(IPI_VIRTUALIZATION)), S_APIC,
	"The index of the last entry of the PID-pointer table: IPIs to higher APIC IDs make the "
	"guest exit.")

/* 16-bit fields, guest state */
GUEST_SELECTOR(ES, 0x0800) GUEST_SELECTOR(CS, 0x0802)
GUEST_SELECTOR(SS, 0x0804) GUEST_SELECTOR(DS, 0x0806)
GUEST_SELECTOR(FS, 0x0808) GUEST_SELECTOR(GS, 0x080a)
GUEST_SELECTOR(LDTR, 0x080c) GUEST_SELECTOR(TR, 0x080e)
VMCS_FIELD(GUEST_INTR_STATUS, 0x0810, 16, GUEST, "Guest interrupt status",
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), S_NON_REG,
	"The virtual APIC's requesting virtual interrupt (RVI, low byte: the highest vector that "
	"waits) and servicing virtual interrupt (SVI, high byte: the highest that is in service).")
VMCS_FIELD(GUEST_PML_INDEX, 0x0812, 16, GUEST, "PML index", BY(CPU2(ENABLE_PML)), S_NON_REG,
	"The index of the next entry of the page-modification log: it begins at 511 and counts "
	"down, and the log is full when it is beyond 511.")
VMCS_FIELD(GUEST_UINV, 0x0814, 16, GUEST, "Guest UINV", ANY(EXIT(CLEAR_UINV), ENTRY(LOAD_UINV)),
	S_REGISTERS,
	"The guest's user-interrupt notification vector: VM entries load it if \"load UINV\" is "
	"1, VM exits save it.")

/* 16-bit fields, host state */
HOST_SELECTOR(ES, 0x0c00) HOST_SELECTOR(CS, 0x0c02)
HOST_SELECTOR(SS, 0x0c04) HOST_SELECTOR(DS, 0x0c06)
HOST_SELECTOR(FS, 0x0c08) HOST_SELECTOR(GS, 0x0c0a)
HOST_SELECTOR(TR, 0x0c0c)

/* 64-bit fields, control */
VMCS_FIELD(IO_BITMAP_A, 0x2000, 64, CONTROL, "Address of I/O bitmap A", ALWAYS, S_IO_BITMAP,
	"The physical address of the page with a bit for each of the I/O ports 0 to 7FFFH. Used "
	"if the control \"use I/O bitmaps\" is 1.")
VMCS_FIELD(IO_BITMAP_B, 0x2002, 64, CONTROL, "Address of I/O bitmap B", ALWAYS, S_IO_BITMAP,
	"The physical address of the page with a bit for each of the I/O ports 8000H to FFFFH. "
	"Used if the control \"use I/O bitmaps\" is 1.")
VMCS_FIELD(MSR_BITMAP, 0x2004, 64, CONTROL, "Address of MSR bitmaps", BY(CPU1(USE_MSR_BITMAPS)),
	S_MSR_BITMAP,
	"The physical address of the page of four bitmaps, reads and writes of the low and high "
	"MSRs: a bit that is 1 makes the access exit. The page is ordinary memory: it is changed "
	"without VMWRITE, while no processor runs the guest.")
VMCS_FIELD(VM_EXIT_MSR_STORE_ADDR, 0x2006, 64, CONTROL, "VM-exit MSR-store address", ALWAYS,
	S_EXIT_MSRS,
	"The physical address of the list of MSRs that VM exits store, 16 bytes each. A multiple "
	"of 16.")
VMCS_FIELD(VM_EXIT_MSR_LOAD_ADDR, 0x2008, 64, CONTROL, "VM-exit MSR-load address", ALWAYS,
	S_EXIT_MSRS,
	"The physical address of the list of MSRs, with values, that VM exits load, 16 bytes "
	"each. A multiple of 16.")
VMCS_FIELD(VM_ENTRY_MSR_LOAD_ADDR, 0x200a, 64, CONTROL, "VM-entry MSR-load address", ALWAYS,
	S_ENTRY_MSRS,
	"The physical address of the list of MSRs, with values, that VM entries load, 16 bytes "
	"each. A multiple of 16.")
VMCS_FIELD(EXECUTIVE_VMCS_POINTER, 0x200c, 64, CONTROL, "Executive-VMCS pointer", ALWAYS,
	"Executive-VMCS Pointer",
	"Used by VM exits to SMM and VM entries that return from it under dual-monitor treatment: "
	"the VMCS (or VMXON region) of the software that SMM interrupted.")
VMCS_FIELD(PML_ADDRESS, 0x200e, 64, CONTROL, "PML address", BY(CPU2(ENABLE_PML)), S_PML_FIELDS,
	"The physical address of the page-modification log, a page of 512 entries of 64 bits.")
VMCS_FIELD(TSC_OFFSET, 0x2010, 64, CONTROL, "TSC offset", ALWAYS, S_TSC,
	"What is added to the TSC (after scaling) that the guest reads, modulo 2^64. Used if the "
	"control \"use TSC offsetting\" is 1.")
VMCS_FIELD(VIRTUAL_APIC_PAGE_ADDR, 0x2012, 64, CONTROL, "Virtual-APIC address",
	BY(CPU1(USE_TPR_SHADOW)), S_APIC,
	"The physical address of the virtual-APIC page, which holds the registers of the guest's "
	"local APIC that the processor virtualizes; TPR is at offset 80H.")
VMCS_FIELD(APIC_ACCESS_ADDR, 0x2014, 64, CONTROL, "APIC-access address",
	BY(CPU2(VIRTUALIZE_APIC_ACCESSES)), S_APIC,
	"The physical address of the page at which the processor recognises accesses to the "
	"guest's local APIC.")
VMCS_FIELD(POSTED_INTR_DESC_ADDR, 0x2016, 64, CONTROL, "Posted-interrupt descriptor address",
	BY(PIN(PROCESS_POSTED_INTERRUPTS)), S_APIC,
	"The physical address of the posted-interrupt descriptor, 64 bytes: a bit for each "
	"vector, and the flag that a notification is outstanding.")
VMCS_FIELD(VM_FUNCTION_CONTROL, 0x2018, 64, CONTROL, "VM-function controls",
	BY(CPU2(ENABLE_VM_FUNCTIONS)), S_FUNCTIONS,
	"A bit for each VM function that VMFUNC may invoke in the guest. Bit 0: EPTP switching.")
VMCS_FIELD(EPT_POINTER, 0x201a, 64, CONTROL, "EPT pointer (EPTP)", BY(CPU2(ENABLE_EPT)),
	"Extended-Page-Table Pointer (EPTP)",
	"The physical address of the topmost EPT table, the memory type for EPT accesses (bits "
	"2:0), the page-walk length less 1 (bits 5:3), and whether accessed and dirty flags are "
	"used (bit 6).")
VMCS_FIELD(EOI_EXIT_BITMAP0, 0x201c, 64, CONTROL, "EOI-exit bitmap 0 (EOI_EXIT0)",
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), S_APIC,
	"Vectors 0 to 63: a bit that is 1 makes the guest's EOI of it exit.")
VMCS_FIELD(EOI_EXIT_BITMAP1, 0x201e, 64, CONTROL, "EOI-exit bitmap 1 (EOI_EXIT1)",
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), S_APIC,
	"Vectors 64 to 127: a bit that is 1 makes the guest's EOI of it exit.")
VMCS_FIELD(EOI_EXIT_BITMAP2, 0x2020, 64, CONTROL, "EOI-exit bitmap 2 (EOI_EXIT2)",
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), S_APIC,
	"Vectors 128 to 191: a bit that is 1 makes the guest's EOI of it exit.")
VMCS_FIELD(EOI_EXIT_BITMAP3, 0x2022, 64, CONTROL, "EOI-exit bitmap 3 (EOI_EXIT3)",
	BY(CPU2(VIRTUAL_INTERRUPT_DELIVERY)), S_APIC,
	"Vectors 192 to 255: a bit that is 1 makes the guest's EOI of it exit.")
VMCS_FIELD(EPTP_LIST_ADDRESS, 0x2024, 64, CONTROL, "EPTP-list address", BY(VMFUNC(EPTP_SWITCHING)),
	S_FUNCTIONS,
	"The physical address of a page of 512 EPT pointers, among which VMFUNC 0 chooses.")
VMCS_FIELD(VMREAD_BITMAP, 0x2026, 64, CONTROL, "VMREAD-bitmap address", BY(CPU2(VMCS_SHADOWING)),
	S_SHADOW_BITMAPS,
	"The physical address of the page whose bits say for which fields a VMREAD of the guest "
	"exits (1) or reads the shadow VMCS (0).")
VMCS_FIELD(VMWRITE_BITMAP, 0x2028, 64, CONTROL, "VMWRITE-bitmap address", BY(CPU2(VMCS_SHADOWING)),
	S_SHADOW_BITMAPS,
	"The physical address of the page whose bits say for which fields a VMWRITE of the guest "
	"exits (1) or writes the shadow VMCS (0).")
VMCS_FIELD(VE_INFORMATION_ADDRESS, 0x202a, 64, CONTROL,
	"Virtualization-exception information address", BY(CPU2(EPT_VIOLATION_VE)), S_VE_CONTROLS,
	"The physical address of the page in which a virtualization exception says what happened.")
VMCS_FIELD(XSS_EXIT_BITMAP, 0x202c, 64, CONTROL, "XSS-exiting bitmap", BY(CPU2(ENABLE_XSAVES)),
	"XSS-Exiting Bitmap",
	"XSAVES and XRSTORS in the guest exit if they touch a component of IA32_XSS whose bit is "
	"1 here.")
VMCS_FIELD(ENCLS_EXITING_BITMAP, 0x202e, 64, CONTROL, "ENCLS-exiting bitmap",
	BY(CPU2(ENABLE_ENCLS_EXITING)), "ENCLS-Exiting Bitmap",
	"A bit for each leaf function of ENCLS (bit 63 for all above 62): 1 makes it exit.")
VMCS_FIELD(SPP_TABLE_POINTER, 0x2030, 64, CONTROL, "Sub-page-permission-table pointer",
	BY(CPU2(SUB_PAGE_WRITE_EPT)), "Sub-Page-Permission-Table Pointer (SPPTP)",
	"The physical address of the topmost of the tables that hold write rights for parts of "
	"128 bytes.")
VMCS_FIELD(TSC_MULTIPLIER, 0x2032, 64, CONTROL, "TSC multiplier", BY(CPU2(USE_TSC_SCALING)), S_TSC,
	"What the TSC is multiplied by before the offset is added, with 48 fractional bits. Used "
	"if TSC offsetting and TSC scaling are both on.")
VMCS_FIELD(TERTIARY_VM_EXEC_CONTROL, 0x2034, 64, CONTROL,
	"Tertiary processor-based VM-execution controls", BY(CPU1(ACTIVATE_TERTIARY_CONTROLS)),
	S_PROC,
	"The tertiary processor-based VM-execution controls, 64 bits. Used if the primary control "
	"\"activate tertiary controls\" is 1.")
VMCS_FIELD(ENCLV_EXITING_BITMAP, 0x2036, 64, CONTROL, "ENCLV-exiting bitmap",
	BY(CPU2(ENABLE_ENCLV_EXITING)), "ENCLV-Exiting Bitmap",
	"A bit for each leaf function of ENCLV (bit 63 for all above 62): 1 makes it exit.")
VMCS_FIELD(LOW_PASID_DIRECTORY_ADDR, 0x2038, 64, CONTROL, "Low PASID directory address",
	BY(CPU2(PASID_TRANSLATION)), S_PASID_FIELDS,
	"The physical address of the directory for PASIDs of the guest whose bit 19 is 0.")
VMCS_FIELD(HIGH_PASID_DIRECTORY_ADDR, 0x203a, 64, CONTROL, "High PASID directory address",
	BY(CPU2(PASID_TRANSLATION)), S_PASID_FIELDS,
	"The physical address of the directory for PASIDs of the guest whose bit 19 is 1.")
VMCS_FIELD(SHARED_EPT_POINTER, 0x203c, 64, CONTROL, "SEAM shared EPT pointer",
	BY(CPU3(SEAM_GUEST_PHYSICAL_WIDTH)), S_SEAM,
	"For guests of a SEAM module: the EPT tables that translate the addresses of shared "
	"memory.")
VMCS_FIELD(PCONFIG_EXITING_BITMAP, 0x203e, 64, CONTROL, "PCONFIG-exiting bitmap",
	BY(CPU2(ENABLE_PCONFIG)), "PCONFIG-Exiting Bitmap",
	"A bit for each leaf function of PCONFIG (bit 63 for all above 62): 1 makes it exit.")
VMCS_FIELD(HLAT_POINTER, 0x2040, 64, CONTROL,
	"Hypervisor-managed linear-address translation pointer (HLATP)", BY(CPU3(ENABLE_HLAT)),
	S_HLAT,
	"The guest-physical address of the first page table of HLAT paging, with the attributes "
	"of an address in CR3.")
VMCS_FIELD(PID_POINTER_TABLE, 0x2042, 64, CONTROL, "PID-pointer table address",
	BY(CPU3(IPI_VIRTUALIZATION)), S_APIC,
	"The physical address of the table that gives, for each virtual APIC ID, the address of "
	"the vCPU's posted-interrupt descriptor.")
VMCS_FIELD(SECONDARY_VM_EXIT_CONTROLS, 0x2044, 64, CONTROL, "Secondary VM-exit controls",
	BY(EXIT(ACTIVATE_SECONDARY_CONTROLS)), S_EXIT,
	"The secondary VM-exit controls, 64 bits. Used if the VM-exit control \"activate "
	"secondary controls\" is 1.")
VMCS_FIELD(IA32_SPEC_CTRL_MASK, 0x204a, 64, CONTROL, "IA32_SPEC_CTRL mask",
	BY(CPU3(VIRTUALIZE_IA32_SPEC_CTRL)), S_SPEC_CTRL,
	"The bits of IA32_SPEC_CTRL that a WRMSR of the guest cannot change.")
VMCS_FIELD(IA32_SPEC_CTRL_SHADOW, 0x204c, 64, CONTROL, "IA32_SPEC_CTRL shadow",
	BY(CPU3(VIRTUALIZE_IA32_SPEC_CTRL)), S_SPEC_CTRL,
	"The value that a RDMSR of IA32_SPEC_CTRL gives the guest: what it wrote last.")
VMCS_FIELD(INJECTED_EVENT_DATA, 0x2052, 64, CONTROL, "Injected-event data", FRED, S_INJECT,
	"The event data that FRED event delivery gives the guest with an injected event.")

/* 64-bit fields, read-only data */
VMCS_FIELD(GUEST_PHYSICAL_ADDRESS, 0x2400, 64, READ_ONLY, "Guest-physical address",
	BY(CPU2(ENABLE_EPT)), S_BASIC,
	"After an EPT violation or an EPT misconfiguration: the guest-physical address of the "
	"access. Undefined after most other exits.")
VMCS_FIELD(VM_EXIT_MSR_DATA, 0x2402, 64, READ_ONLY, "MSR data",
	BY(CPU3(ENABLE_MSR_LIST_INSTRUCTIONS)), S_EXECUTE,
	"After an exit of WRMSRLIST: the value that was to be written to the MSR.")
VMCS_FIELD(ORIGINAL_EVENT_DATA, 0x2404, 64, READ_ONLY, "Original-event data", FRED, S_DELIVERY,
	"The event data of the event whose delivery by FRED the exit cut short.")

/* 64-bit fields, guest state */
VMCS_FIELD(VMCS_LINK_POINTER, 0x2800, 64, GUEST, "VMCS link pointer", ALWAYS, S_NON_REG,
	"All ones; with VMCS shadowing, the physical address of the shadow VMCS that the guest's "
	"VMREAD and VMWRITE access.")
VMCS_FIELD(GUEST_IA32_DEBUGCTL, 0x2802, 64, GUEST, "Guest IA32_DEBUGCTL", ALWAYS, S_REGISTERS,
	"The guest's IA32_DEBUGCTL: loaded and saved if the controls \"load debug controls\" and "
	"\"save debug controls\" are 1.")
VMCS_FIELD(GUEST_IA32_PAT, 0x2804, 64, GUEST, "Guest IA32_PAT",
	ANY(ENTRY(LOAD_IA32_PAT), EXIT(SAVE_IA32_PAT)), S_REGISTERS,
	"The guest's IA32_PAT, loaded and saved if the controls \"load IA32_PAT\" (VM entry) and "
	"\"save IA32_PAT\" (VM exit) are 1.")
VMCS_FIELD(GUEST_IA32_EFER, 0x2806, 64, GUEST, "Guest IA32_EFER",
	ANY(ENTRY(LOAD_IA32_EFER), EXIT(SAVE_IA32_EFER)), S_REGISTERS,
	"The guest's IA32_EFER, loaded and saved if the controls \"load IA32_EFER\" (VM entry) "
	"and \"save IA32_EFER\" (VM exit) are 1.")
VMCS_FIELD(GUEST_IA32_PERF_GLOBAL_CTRL, 0x2808, 64, GUEST, "Guest IA32_PERF_GLOBAL_CTRL",
	BY(ENTRY(LOAD_IA32_PERF_GLOBAL_CTRL)), S_REGISTERS,
	"The guest's IA32_PERF_GLOBAL_CTRL, loaded and saved if the controls \"load "
	"IA32_PERF_GLOBAL_CTRL\" (VM entry) and \"save IA32_PERF_GLOBAL_CTL\" (VM exit) are 1.")
GUEST_PDPTE(0, 0x280a)
GUEST_PDPTE(1, 0x280c)
GUEST_PDPTE(2, 0x280e)
GUEST_PDPTE(3, 0x2810)
VMCS_FIELD(GUEST_BNDCFGS, 0x2812, 64, GUEST, "Guest IA32_BNDCFGS",
	ANY(ENTRY(LOAD_IA32_BNDCFGS), EXIT(CLEAR_IA32_BNDCFGS)), S_REGISTERS,
	"The guest's IA32_BNDCFGS, loaded and saved where the processor has a control for it: by "
	"VM entries if \"load IA32_BNDCFGS\" is 1, by VM exits always.")
VMCS_FIELD(GUEST_IA32_RTIT_CTL, 0x2814, 64, GUEST, "Guest IA32_RTIT_CTL",
	ANY(ENTRY(LOAD_IA32_RTIT_CTL), EXIT(CLEAR_IA32_RTIT_CTL)), S_REGISTERS,
	"The guest's IA32_RTIT_CTL, loaded and saved where the processor has a control for it: by "
	"VM entries if \"load IA32_RTIT_CTL\" is 1, by VM exits always.")
VMCS_FIELD(GUEST_IA32_LBR_CTL, 0x2816, 64, GUEST, "Guest IA32_LBR_CTL",
	ANY(ENTRY(LOAD_GUEST_IA32_LBR_CTL), EXIT(CLEAR_IA32_LBR_CTL)), S_REGISTERS,
	"The guest's IA32_LBR_CTL, loaded and saved where the processor has a control for it: by "
	"VM entries if \"load guest IA32_LBR_CTL\" is 1, by VM exits always.")
VMCS_FIELD(GUEST_IA32_PKRS, 0x2818, 64, GUEST, "Guest IA32_PKRS", BY(ENTRY(LOAD_PKRS)), S_REGISTERS,
	"The guest's IA32_PKRS, loaded and saved where the processor has a control for it: by VM "
	"entries if \"load PKRS\" is 1, by VM exits always.")
GUEST_FRED(CONFIG, 0x281a)
GUEST_FRED(RSP1, 0x281c)
GUEST_FRED(RSP2, 0x281e)
GUEST_FRED(RSP3, 0x2820)
GUEST_FRED(STKLVLS, 0x2822)
GUEST_FRED(SSP1, 0x2824)
GUEST_FRED(SSP2, 0x2826)
GUEST_FRED(SSP3, 0x2828)

/* 64-bit fields, host state */
VMCS_FIELD(HOST_IA32_PAT, 0x2c00, 64, HOST, "Host IA32_PAT", BY(EXIT(LOAD_IA32_PAT)), S_HOST,
	"The value that VM exits load into IA32_PAT if the VM-exit control \"load IA32_PAT\" is "
	"1.")
VMCS_FIELD(HOST_IA32_EFER, 0x2c02, 64, HOST, "Host IA32_EFER", BY(EXIT(LOAD_IA32_EFER)), S_HOST,
	"The value that VM exits load into IA32_EFER if the VM-exit control \"load IA32_EFER\" is "
	"1.")
VMCS_FIELD(HOST_IA32_PERF_GLOBAL_CTRL, 0x2c04, 64, HOST, "Host IA32_PERF_GLOBAL_CTRL",
	BY(EXIT(LOAD_IA32_PERF_GLOBAL_CTRL)), S_HOST,
	"The value that VM exits load into IA32_PERF_GLOBAL_CTRL if the VM-exit control \"load "
	"IA32_PERF_GLOBAL_CTRL\" is 1.")
VMCS_FIELD(HOST_IA32_PKRS, 0x2c06, 64, HOST, "Host IA32_PKRS", BY(EXIT(LOAD_PKRS)), S_HOST,
	"The value that VM exits load into IA32_PKRS if the VM-exit control \"load PKRS\" is 1.")
HOST_FRED(CONFIG, 0x2c08)
HOST_FRED(RSP1, 0x2c0a)
HOST_FRED(RSP2, 0x2c0c)
HOST_FRED(RSP3, 0x2c0e)
HOST_FRED(STKLVLS, 0x2c10)
HOST_FRED(SSP1, 0x2c12)
HOST_FRED(SSP2, 0x2c14)
HOST_FRED(SSP3, 0x2c16)

/* 32-bit fields, control */
VMCS_FIELD(PIN_BASED_VM_EXEC_CONTROL, 0x4000, 32, CONTROL, "Pin-based VM-execution controls",
	ALWAYS, "Pin-Based VM-Execution Controls",
	"The control word for interrupts and other asynchronous events. IA32_VMX_PINBASED_CTLS "
	"and its TRUE variant say what it may be.")
VMCS_FIELD(CPU_BASED_VM_EXEC_CONTROL, 0x4002, 32, CONTROL,
	"Primary processor-based VM-execution controls", ALWAYS, S_PROC,
	"The control word for what instructions of the guest do. IA32_VMX_PROCBASED_CTLS and its "
	"TRUE variant say what it may be.")
VMCS_FIELD(EXCEPTION_BITMAP, 0x4004, 32, CONTROL, "Exception bitmap", ALWAYS, S_EXCEPTIONS,
	"A bit for each exception vector, 0 to 31: 1 makes the exception exit. For page faults, "
	"vector 14, the error code counts too.")
VMCS_FIELD(PAGE_FAULT_ERROR_CODE_MASK, 0x4006, 32, CONTROL, "Page-fault error-code mask", ALWAYS,
	S_EXCEPTIONS,
	"A page fault exits if bit 14 of the exception bitmap is 1 and its error code, masked by "
	"this, equals the page-fault error-code match; or if neither is so.")
VMCS_FIELD(PAGE_FAULT_ERROR_CODE_MATCH, 0x4008, 32, CONTROL, "Page-fault error-code match", ALWAYS,
	S_EXCEPTIONS,
	"What the masked error code of a page fault is compared with, to decide whether bit 14 of "
	"the exception bitmap holds for it or its opposite.")
VMCS_FIELD(CR3_TARGET_COUNT, 0x400a, 32, CONTROL, "CR3-target count", ALWAYS, S_CR3_TARGETS,
	"How many of the CR3-target values count: MOV to CR3 with one of these values does not "
	"exit.")
VMCS_FIELD(VM_EXIT_CONTROLS, 0x400c, 32, CONTROL, "Primary VM-exit controls", ALWAYS, S_EXIT,
	"The control word for what VM exits do. IA32_VMX_EXIT_CTLS and its TRUE variant say what "
	"it may be.")
VMCS_FIELD(VM_EXIT_MSR_STORE_COUNT, 0x400e, 32, CONTROL, "VM-exit MSR-store count", ALWAYS,
	S_EXIT_MSRS,
	"How many MSRs VM exits store. IA32_VMX_MISC recommends a maximum.")
VMCS_FIELD(VM_EXIT_MSR_LOAD_COUNT, 0x4010, 32, CONTROL, "VM-exit MSR-load count", ALWAYS,
	S_EXIT_MSRS,
	"How many MSRs VM exits load. IA32_VMX_MISC recommends a maximum; a load that fails is a "
	"VMX abort.")
VMCS_FIELD(VM_ENTRY_CONTROLS, 0x4012, 32, CONTROL, "VM-entry controls", ALWAYS, S_ENTRY,
	"The control word for what VM entries do. IA32_VMX_ENTRY_CTLS and its TRUE variant say "
	"what it may be.")
VMCS_FIELD(VM_ENTRY_MSR_LOAD_COUNT, 0x4014, 32, CONTROL, "VM-entry MSR-load count", ALWAYS,
	S_ENTRY_MSRS,
	"How many MSRs VM entries load. IA32_VMX_MISC recommends a maximum; a load that fails "
	"ends the VM entry with exit reason 34.")
VMCS_FIELD(VM_ENTRY_INTR_INFO_FIELD, 0x4016, 32, CONTROL, "VM-entry interruption-information field",
	ALWAYS, S_INJECT,
	"The event that the VM entry injects: vector (bits 7:0), type (10:8), whether an error "
	"code is delivered (11), and whether there is one at all (31). VM exits clear bit 31.")
VMCS_FIELD(VM_ENTRY_EXCEPTION_ERROR_CODE, 0x4018, 32, CONTROL, "VM-entry exception error code",
	ALWAYS, S_INJECT,
	"The error code of the injected exception, if bit 11 of the interruption-information "
	"field says that it has one.")
VMCS_FIELD(VM_ENTRY_INSTRUCTION_LEN, 0x401a, 32, CONTROL, "VM-entry instruction length", ALWAYS,
	S_INJECT,
	"The length of the instruction that the injected software interrupt or software exception "
	"stands for: RIP is moved past it.")
VMCS_FIELD(TPR_THRESHOLD, 0x401c, 32, CONTROL, "TPR threshold", BY(CPU1(USE_TPR_SHADOW)), S_APIC,
	"Bits 3:0: the guest exits when its TPR's priority class, bits 7:4, falls below it. Not "
	"used with virtual-interrupt delivery.")
VMCS_FIELD(SECONDARY_VM_EXEC_CONTROL, 0x401e, 32, CONTROL,
	"Secondary processor-based VM-execution controls", BY(CPU1(ACTIVATE_SECONDARY_CONTROLS)),
	S_PROC,
	"The secondary processor-based VM-execution controls. Used if the primary control "
	"\"activate secondary controls\" is 1; IA32_VMX_PROCBASED_CTLS2 says what it may be.")
VMCS_FIELD(PLE_GAP, 0x4020, 32, CONTROL, "PLE_Gap", BY(CPU2(PAUSE_LOOP_EXITING)), S_PAUSE_LOOP,
	"The longest time between two PAUSEs of one loop, in TSC ticks.")
VMCS_FIELD(PLE_WINDOW, 0x4022, 32, CONTROL, "PLE_Window", BY(CPU2(PAUSE_LOOP_EXITING)),
	S_PAUSE_LOOP,
	"The longest time that a loop of PAUSEs may last before the guest exits, in TSC ticks.")
VMCS_FIELD(INSTRUCTION_TIMEOUT, 0x4024, 32, CONTROL, "Instruction-timeout control",
	BY(CPU2(INSTRUCTION_TIMEOUT)), "Instruction-Timeout Control",
	"How long an operation may keep the processor from an instruction boundary, in "
	"crystal-clock ticks, before the guest exits.")
VMCS_FIELD(SEAM_GUEST_KEYID, 0x4026, 32, CONTROL, "SEAM-guest KeyID",
	BY(CPU3(SEAM_GUEST_PHYSICAL_WIDTH)), S_SEAM,
	"For guests of a SEAM module: the key with which their private memory is encrypted.")

/* 32-bit fields, read-only data */
VMCS_FIELD(VM_INSTRUCTION_ERROR, 0x4400, 32, READ_ONLY, "VM-instruction error", ALWAYS,
	"VM-Instruction Error Field",
	"Why the last VMX instruction failed, if it failed with a current VMCS (VMfailValid: "
	"RFLAGS.ZF is 1).")
VMCS_FIELD(VM_EXIT_REASON, 0x4402, 32, READ_ONLY, "Exit reason", ALWAYS, S_BASIC,
	"Why the guest exited: the basic reason in bits 15:0, and flags; bit 31 says that the VM "
	"entry failed after it had begun.")
VMCS_FIELD(VM_EXIT_INTR_INFO, 0x4404, 32, READ_ONLY, "VM-exit interruption information", ALWAYS,
	S_VECTORED,
	"The event that caused the exit: vector, type, whether it has an error code, and whether "
	"the field is valid (bit 31).")
VMCS_FIELD(VM_EXIT_INTR_ERROR_CODE, 0x4406, 32, READ_ONLY, "VM-exit interruption error code",
	ALWAYS, S_VECTORED,
	"The error code of the exception that caused the exit, if bit 11 of the VM-exit "
	"interruption information is 1.")
VMCS_FIELD(IDT_VECTORING_INFO_FIELD, 0x4408, 32, READ_ONLY, "IDT-vectoring information field",
	ALWAYS, S_DELIVERY,
	"The event whose delivery to the guest the exit cut short, in the format of the VM-exit "
	"interruption information. The hypervisor has to inject it again.")
VMCS_FIELD(IDT_VECTORING_ERROR_CODE, 0x440a, 32, READ_ONLY, "IDT-vectoring error code", ALWAYS,
	S_DELIVERY,
	"The error code of the event whose delivery was cut short, if it has one.")
VMCS_FIELD(VM_EXIT_INSTRUCTION_LEN, 0x440c, 32, READ_ONLY, "VM-exit instruction length", ALWAYS,
	S_EXECUTE,
	"The length in bytes of the instruction that caused the exit, where an instruction did; "
	"also of a software interrupt or exception whose delivery was cut short.")
VMCS_FIELD(VMX_INSTRUCTION_INFO, 0x440e, 32, READ_ONLY, "VM-exit instruction information", ALWAYS,
	S_EXECUTE,
	"The operands of the instruction that caused the exit: registers, addressing, sizes. The "
	"format depends on the instruction.")

/* 32-bit fields, guest state */
GUEST_LIMIT(ES, 0x4800) GUEST_LIMIT(CS, 0x4802)
GUEST_LIMIT(SS, 0x4804) GUEST_LIMIT(DS, 0x4806)
GUEST_LIMIT(FS, 0x4808) GUEST_LIMIT(GS, 0x480a)
GUEST_LIMIT(LDTR, 0x480c) GUEST_LIMIT(TR, 0x480e)
GUEST_LIMIT(GDTR, 0x4810) GUEST_LIMIT(IDTR, 0x4812)
GUEST_RIGHTS(ES, 0x4814) GUEST_RIGHTS(CS, 0x4816)
GUEST_RIGHTS(SS, 0x4818) GUEST_RIGHTS(DS, 0x481a)
GUEST_RIGHTS(FS, 0x481c) GUEST_RIGHTS(GS, 0x481e)
GUEST_RIGHTS(LDTR, 0x4820) GUEST_RIGHTS(TR, 0x4822)
VMCS_FIELD(GUEST_INTERRUPTIBILITY_INFO, 0x4824, 32, GUEST, "Guest interruptibility state", ALWAYS,
	S_NON_REG,
	"What blocks events in the guest: STI (bit 0), MOV SS (1), SMI (2), NMI (3), and whether "
	"the exit came from inside an enclave (4).")
VMCS_FIELD(GUEST_ACTIVITY_STATE, 0x4826, 32, GUEST, "Guest activity state", ALWAYS, S_NON_REG,
	"0: the guest executes; 1: it is halted; 2: shut down; 3: it waits for a SIPI.")
VMCS_FIELD(GUEST_SMBASE, 0x4828, 32, GUEST, "Guest SMBASE", ALWAYS, S_REGISTERS,
	"The guest's SMBASE. VM exits outside SMM leave it undefined; the SMM-transfer monitor "
	"uses it.")
VMCS_FIELD(GUEST_SYSENTER_CS, 0x482a, 32, GUEST, "Guest IA32_SYSENTER_CS", ALWAYS, S_REGISTERS,
	"The guest's IA32_SYSENTER_CS: VM entries load it, VM exits save it.")
VMCS_FIELD(VMX_PREEMPTION_TIMER_VALUE, 0x482e, 32, GUEST, "VMX-preemption timer value",
	BY(PIN(ACTIVATE_PREEMPTION_TIMER)), S_NON_REG,
	"What the VMX-preemption timer starts with at the next VM entry.")

/* 32-bit fields, host state */
VMCS_FIELD(HOST_IA32_SYSENTER_CS, 0x4c00, 32, HOST, "Host IA32_SYSENTER_CS", ALWAYS, S_HOST,
	"The value that VM exits load into IA32_SYSENTER_CS.")

/* Natural-width fields, control */
VMCS_FIELD(CR0_GUEST_HOST_MASK, 0x6000, NATURAL, CONTROL, "CR0 guest/host mask", ALWAYS, S_MASKS,
	"A 1 makes a bit of CR0 the host's: the guest reads it from the read shadow, and exits "
	"when it tries to give it another value than there. A 0 leaves the bit to the guest.")
VMCS_FIELD(CR4_GUEST_HOST_MASK, 0x6002, NATURAL, CONTROL, "CR4 guest/host mask", ALWAYS, S_MASKS,
	"A 1 makes a bit of CR4 the host's: the guest reads it from the read shadow, and exits "
	"when it tries to give it another value than there. A 0 leaves the bit to the guest.")
VMCS_FIELD(CR0_READ_SHADOW, 0x6004, NATURAL, CONTROL, "CR0 read shadow", ALWAYS, S_MASKS,
	"What the guest reads in those bits of CR0 that the guest/host mask makes the host's.")
VMCS_FIELD(CR4_READ_SHADOW, 0x6006, NATURAL, CONTROL, "CR4 read shadow", ALWAYS, S_MASKS,
	"What the guest reads in those bits of CR4 that the guest/host mask makes the host's.")
VMCS_FIELD(CR3_TARGET_VALUE0, 0x6008, NATURAL, CONTROL, "CR3-target value 0", ALWAYS, S_CR3_TARGETS,
	"The first value that MOV to CR3 may load without an exit.")
VMCS_FIELD(CR3_TARGET_VALUE1, 0x600a, NATURAL, CONTROL, "CR3-target value 1", ALWAYS, S_CR3_TARGETS,
	"The second value that MOV to CR3 may load without an exit.")
VMCS_FIELD(CR3_TARGET_VALUE2, 0x600c, NATURAL, CONTROL, "CR3-target value 2", ALWAYS, S_CR3_TARGETS,
	"The third value that MOV to CR3 may load without an exit.")
VMCS_FIELD(CR3_TARGET_VALUE3, 0x600e, NATURAL, CONTROL, "CR3-target value 3", ALWAYS, S_CR3_TARGETS,
	"The fourth value that MOV to CR3 may load without an exit.")

/* Natural-width fields, read-only data */
VMCS_FIELD(EXIT_QUALIFICATION, 0x6400, NATURAL, READ_ONLY, "Exit qualification", ALWAYS, S_BASIC,
	"More about the cause of the exit; its format depends on the exit reason: the port of an "
	"I/O instruction, the kind of access of an EPT violation, the register of a MOV to CR.")
VMCS_FIELD(EXIT_IO_RCX, 0x6402, NATURAL, READ_ONLY, "I/O RCX", ALWAYS, S_EXECUTE,
	"For an SMM VM exit after an I/O instruction: RCX before the instruction.")
VMCS_FIELD(EXIT_IO_RSI, 0x6404, NATURAL, READ_ONLY, "I/O RSI", ALWAYS, S_EXECUTE,
	"For an SMM VM exit after an I/O instruction: RSI before the instruction.")
VMCS_FIELD(EXIT_IO_RDI, 0x6406, NATURAL, READ_ONLY, "I/O RDI", ALWAYS, S_EXECUTE,
	"For an SMM VM exit after an I/O instruction: RDI before the instruction.")
VMCS_FIELD(EXIT_IO_RIP, 0x6408, NATURAL, READ_ONLY, "I/O RIP", ALWAYS, S_EXECUTE,
	"For an SMM VM exit after an I/O instruction: RIP of the instruction.")
VMCS_FIELD(GUEST_LINEAR_ADDRESS, 0x640a, NATURAL, READ_ONLY, "Guest-linear address", ALWAYS,
	S_BASIC,
	"The linear address of the access for an EPT violation (if its qualification says so), "
	"INS and OUTS, and a few others.")

/* Natural-width fields, guest state */
VMCS_FIELD(GUEST_CR0, 0x6800, NATURAL, GUEST, "Guest CR0", ALWAYS, S_REGISTERS,
	"The CR0 that the processor has while the guest runs: VM entries load it, VM exits save "
	"it. What the guest sees follows from mask and read shadow.")
VMCS_FIELD(GUEST_CR3, 0x6802, NATURAL, GUEST, "Guest CR3", ALWAYS, S_REGISTERS,
	"The guest's CR3: VM entries load it, VM exits save it.")
VMCS_FIELD(GUEST_CR4, 0x6804, NATURAL, GUEST, "Guest CR4", ALWAYS, S_REGISTERS,
	"The CR4 that the processor has while the guest runs: VM entries load it, VM exits save "
	"it. What the guest sees follows from mask and read shadow.")
GUEST_BASE(ES, 0x6806) GUEST_BASE(CS, 0x6808)
GUEST_BASE(SS, 0x680a) GUEST_BASE(DS, 0x680c)
GUEST_BASE(FS, 0x680e) GUEST_BASE(GS, 0x6810)
GUEST_BASE(LDTR, 0x6812) GUEST_BASE(TR, 0x6814)
GUEST_BASE(GDTR, 0x6816) GUEST_BASE(IDTR, 0x6818)
VMCS_FIELD(GUEST_DR7, 0x681a, NATURAL, GUEST, "Guest DR7", ALWAYS, S_REGISTERS,
	"The guest's DR7: loaded and saved if the controls \"load debug controls\" and \"save "
	"debug controls\" are 1.")
VMCS_FIELD(GUEST_RSP, 0x681c, NATURAL, GUEST, "Guest RSP", ALWAYS, S_REGISTERS,
	"The guest's RSP: VM entries load it, VM exits save it.")
VMCS_FIELD(GUEST_RIP, 0x681e, NATURAL, GUEST, "Guest RIP", ALWAYS, S_REGISTERS,
	"The guest's RIP: VM entries load it, VM exits save it. After an exit by an instruction "
	"it points to that instruction.")
VMCS_FIELD(GUEST_RFLAGS, 0x6820, NATURAL, GUEST, "Guest RFLAGS", ALWAYS, S_REGISTERS,
	"The guest's RFLAGS: VM entries load it, VM exits save it.")
VMCS_FIELD(GUEST_PENDING_DBG_EXCEPTIONS, 0x6822, NATURAL, GUEST, "Guest pending debug exceptions",
	ALWAYS, S_NON_REG,
	"Debug exceptions that were recognised but not yet delivered: breakpoints met (bits 3:0), "
	"BS (14), and others. The next VM entry delivers them, if nothing is injected.")
VMCS_FIELD(GUEST_SYSENTER_ESP, 0x6824, NATURAL, GUEST, "Guest IA32_SYSENTER_ESP", ALWAYS,
	S_REGISTERS,
	"The guest's IA32_SYSENTER_ESP: VM entries load it, VM exits save it.")
VMCS_FIELD(GUEST_SYSENTER_EIP, 0x6826, NATURAL, GUEST, "Guest IA32_SYSENTER_EIP", ALWAYS,
	S_REGISTERS,
	"The guest's IA32_SYSENTER_EIP: VM entries load it, VM exits save it.")
VMCS_FIELD(GUEST_S_CET, 0x6828, NATURAL, GUEST, "Guest IA32_S_CET", BY(ENTRY(LOAD_CET_STATE)),
	S_REGISTERS,
	"The guest's IA32_S_CET: VM entries load it if \"load CET state\" is 1, VM exits save it.")
VMCS_FIELD(GUEST_SSP, 0x682a, NATURAL, GUEST, "Guest SSP", BY(ENTRY(LOAD_CET_STATE)), S_REGISTERS,
	"The guest's shadow-stack pointer: VM entries load it if \"load CET state\" is 1, VM "
	"exits save it.")
VMCS_FIELD(GUEST_INTR_SSP_TABLE, 0x682c, NATURAL, GUEST, "Guest IA32_INTERRUPT_SSP_TABLE_ADDR",
	BY(ENTRY(LOAD_CET_STATE)), S_REGISTERS,
	"The guest's IA32_INTERRUPT_SSP_TABLE_ADDR: VM entries load it if \"load CET state\" is "
	"1, VM exits save it.")

/* Natural-width fields, host state */
VMCS_FIELD(HOST_CR0, 0x6c00, NATURAL, HOST, "Host CR0", ALWAYS, S_HOST,
	"The value that VM exits load into CR0.")
VMCS_FIELD(HOST_CR3, 0x6c02, NATURAL, HOST, "Host CR3", ALWAYS, S_HOST,
	"The value that VM exits load into CR3.")
VMCS_FIELD(HOST_CR4, 0x6c04, NATURAL, HOST, "Host CR4", ALWAYS, S_HOST,
	"The value that VM exits load into CR4.")
VMCS_FIELD(HOST_FS_BASE, 0x6c06, NATURAL, HOST, "Host FS base", ALWAYS, S_HOST,
	"The value that VM exits load into the base of FS. Canonical.")
VMCS_FIELD(HOST_GS_BASE, 0x6c08, NATURAL, HOST, "Host GS base", ALWAYS, S_HOST,
	"The value that VM exits load into the base of GS. Canonical.")
VMCS_FIELD(HOST_TR_BASE, 0x6c0a, NATURAL, HOST, "Host TR base", ALWAYS, S_HOST,
	"The value that VM exits load into the base of TR. Canonical.")
VMCS_FIELD(HOST_GDTR_BASE, 0x6c0c, NATURAL, HOST, "Host GDTR base", ALWAYS, S_HOST,
	"The value that VM exits load into the base of GDTR; the limit becomes FFFFH. Canonical.")
VMCS_FIELD(HOST_IDTR_BASE, 0x6c0e, NATURAL, HOST, "Host IDTR base", ALWAYS, S_HOST,
	"The value that VM exits load into the base of IDTR; the limit becomes FFFFH. Canonical.")
VMCS_FIELD(HOST_IA32_SYSENTER_ESP, 0x6c10, NATURAL, HOST, "Host IA32_SYSENTER_ESP", ALWAYS, S_HOST,
	"The value that VM exits load into IA32_SYSENTER_ESP. Canonical.")
VMCS_FIELD(HOST_IA32_SYSENTER_EIP, 0x6c12, NATURAL, HOST, "Host IA32_SYSENTER_EIP", ALWAYS, S_HOST,
	"The value that VM exits load into IA32_SYSENTER_EIP. Canonical.")
VMCS_FIELD(HOST_RSP, 0x6c14, NATURAL, HOST, "Host RSP", ALWAYS, S_HOST,
	"The value that VM exits load into RSP.")
VMCS_FIELD(HOST_RIP, 0x6c16, NATURAL, HOST, "Host RIP", ALWAYS, S_HOST,
	"Where the hypervisor goes on after a VM exit.")
VMCS_FIELD(HOST_S_CET, 0x6c18, NATURAL, HOST, "Host IA32_S_CET", BY(EXIT(LOAD_CET_STATE)), S_HOST,
	"The value that VM exits load into IA32_S_CET if the VM-exit control \"load CET state\" "
	"is 1.")
VMCS_FIELD(HOST_SSP, 0x6c1a, NATURAL, HOST, "Host SSP", BY(EXIT(LOAD_CET_STATE)), S_HOST,
	"The value that VM exits load into SSP if the VM-exit control \"load CET state\" is 1.")
VMCS_FIELD(HOST_INTR_SSP_TABLE, 0x6c1c, NATURAL, HOST, "Host IA32_INTERRUPT_SSP_TABLE_ADDR",
	BY(EXIT(LOAD_CET_STATE)), S_HOST,
	"The value that VM exits load into IA32_INTERRUPT_SSP_TABLE_ADDR if the VM-exit control "
	"\"load CET state\" is 1.")
/* clang-format on */

#undef GUEST_SELECTOR
#undef GUEST_BASE
#undef GUEST_LIMIT
#undef GUEST_RIGHTS
#undef HOST_SELECTOR
#undef GUEST_PDPTE
#undef GUEST_FRED
#undef HOST_FRED
#undef VMCS_FIELD
