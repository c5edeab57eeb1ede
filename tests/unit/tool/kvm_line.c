// SPDX-License-Identifier: GPL-2.0
/*
 * The lines of KVM's dumps, of Linux 4.5 to 6.18, and of Xen's where they differ: a row for each
 * form of each line, with the fields that it has.
 */
#include <stdio.h>

#include "test.h"
#include "tool/vms/vmcs_dump.h"

struct value {
	u32 field;
	u64 value;
};

#define VALUES 8

static const struct {
	const char *section, *line;
	struct value value[VALUES]; /* up to the first {0, 0} but the first */
} rows[] = {
	/* clang-format off */
	{"Guest", "CR0: actual=0x0000000080050033, shadow=0x0000000060000010, gh_mask=fffffffffffffff7",
	 {{GUEST_CR0, 0x80050033}, {CR0_READ_SHADOW, 0x60000010},
	  {CR0_GUEST_HOST_MASK, 0xfffffffffffffff7}}},
	{"Guest", "CR4: actual=0x0000000000002040, shadow=0x0000000000000001, gh_mask=ffffffffffffe871",
	 {{GUEST_CR4, 0x2040}, {CR4_READ_SHADOW, 1}, {CR4_GUEST_HOST_MASK, 0xffffffffffffe871}}},
	{"Guest", "CR3 = 0x00000000fffbc000", {{GUEST_CR3, 0xfffbc000}}},
	{"Guest", "CR3: actual=0x00000000fffbc000, target_count=2", {{GUEST_CR3, 0xfffbc000}, {CR3_TARGET_COUNT, 2}}},
	{"Guest", "     target0=0000000000000001, target1=0000000000000002",
	 {{CR3_TARGET_VALUE0, 1}, {CR3_TARGET_VALUE1, 2}}},
	{"Guest", "     target2=0000000000000003, target3=0000000000000004",
	 {{CR3_TARGET_VALUE2, 3}, {CR3_TARGET_VALUE3, 4}}},
	{"Guest", "PDPTR0 = 0x0000000000001001  PDPTR1 = 0x0000000000002001",
	 {{GUEST_PDPTE0, 0x1001}, {GUEST_PDPTE1, 0x2001}}},
	{"Guest", "PDPTR2 = 0x0000000000003001  PDPTR3 = 0x0000000000004001",
	 {{GUEST_PDPTE2, 0x3001}, {GUEST_PDPTE3, 0x4001}}},
	{"Guest", "PDPTE0 = 0x0000000000001001  PDPTE1 = 0x0000000000002001",
	 {{GUEST_PDPTE0, 0x1001}, {GUEST_PDPTE1, 0x2001}}},
	{"Guest", "PDPTE2 = 0x0000000000003001  PDPTE3 = 0x0000000000004001",
	 {{GUEST_PDPTE2, 0x3001}, {GUEST_PDPTE3, 0x4001}}},
	{"Guest", "RSP = 0xffff888000000000  RIP = 0xffffffff81000000",
	 {{GUEST_RSP, 0xffff888000000000}, {GUEST_RIP, 0xffffffff81000000}}},
	{"Guest", "RSP = 0x0000000000001000 (0x0000000000002000)  RIP = 0x0000000000003000 (0x0000000000004000)",
	 {{GUEST_RSP, 0x1000}, {GUEST_RIP, 0x3000}}},
	{"Guest", "RFLAGS=0x00000246         DR7 = 0x0000000000000400", {{GUEST_RFLAGS, 0x246}, {GUEST_DR7, 0x400}}},
	{"Guest", "RFLAGS=0x00000246 (0x00000202)  DR7 = 0x0000000000000400", {{GUEST_RFLAGS, 0x246}, {GUEST_DR7, 0x400}}},
	{"Guest", "Sysenter RSP=fffffe0000003000 CS:RIP=0010:ffffffff81a01000",
	 {{GUEST_SYSENTER_ESP, 0xfffffe0000003000}, {GUEST_SYSENTER_CS, 0x10},
	  {GUEST_SYSENTER_EIP, 0xffffffff81a01000}}},
#define SEGMENT(name, reg)                                                                         \
	{"Guest", name ":   sel=0x0010, attr=0x0a09b, limit=0xffffffff, base=0x0000000000012000",  \
	 {{GUEST_##reg##_SELECTOR, 0x10}, {GUEST_##reg##_AR_BYTES, 0xa09b},                        \
	  {GUEST_##reg##_LIMIT, 0xffffffff}, {GUEST_##reg##_BASE, 0x12000}}},                      \
	{"Guest", "  " name ": 0010 0a09b ffffffff 0000000000012000",                              \
	 {{GUEST_##reg##_SELECTOR, 0x10}, {GUEST_##reg##_AR_BYTES, 0xa09b},                        \
	  {GUEST_##reg##_LIMIT, 0xffffffff}, {GUEST_##reg##_BASE, 0x12000}}}
	SEGMENT("CS", CS),
	SEGMENT("DS", DS),
	SEGMENT("SS", SS),
	SEGMENT("ES", ES),
	SEGMENT("FS", FS),
	SEGMENT("GS", GS),
	SEGMENT("LDTR", LDTR),
	SEGMENT("TR", TR),
#define TABLE(name, reg)                                                                           \
	{"Guest", name ":                           limit=0x0000007f, base=0xfffffe0000001000",    \
	 {{GUEST_##reg##_LIMIT, 0x7f}, {GUEST_##reg##_BASE, 0xfffffe0000001000}}},                 \
	{"Guest", name ":            0000007f fffffe0000001000",                                   \
	 {{GUEST_##reg##_LIMIT, 0x7f}, {GUEST_##reg##_BASE, 0xfffffe0000001000}}}
	TABLE("GDTR", GDTR),
	TABLE("IDTR", IDTR),
	{"Guest", "EFER =     0x0000000000000d01  PAT = 0x0007040600070406",
	 {{GUEST_IA32_EFER, 0xd01}, {GUEST_IA32_PAT, 0x0007040600070406}}},
	{"Guest", "EFER= 0x0000000000000d01", {{GUEST_IA32_EFER, 0xd01}}},
	{"Guest", "PAT = 0x0007040600070406", {{GUEST_IA32_PAT, 0x0007040600070406}}},
	{"Guest", "Guest PAT = 0x0007040600070406", {{GUEST_IA32_PAT, 0x0007040600070406}}},
	{"Guest", "PreemptionTimer = 0x00000010  SM Base = 0x00030000",
	 {{VMX_PREEMPTION_TIMER_VALUE, 0x10}, {GUEST_SMBASE, 0x30000}}},
	{"Guest", "DebugCtl = 0x0000000000000001  DebugExceptions = 0x0000000000004000",
	 {{GUEST_IA32_DEBUGCTL, 1}, {GUEST_PENDING_DBG_EXCEPTIONS, 0x4000}}},
	{"Guest", "PerfGlobCtl = 0x0000000700000003", {{GUEST_IA32_PERF_GLOBAL_CTRL, 0x700000003}}},
	{"Guest", "PerfGlobCtl = 0x0000000700000003  BndCfgS = 0x0000000000001001",
	 {{GUEST_IA32_PERF_GLOBAL_CTRL, 0x700000003}, {GUEST_BNDCFGS, 0x1001}}},
	{"Guest", "BndCfgS = 0x0000000000001001", {{GUEST_BNDCFGS, 0x1001}}},
	{"Guest", "Interruptibility = 00000001  ActivityState = 00000002",
	 {{GUEST_INTERRUPTIBILITY_INFO, 1}, {GUEST_ACTIVITY_STATE, 2}}},
	{"Guest", "InterruptStatus = 30ec", {{GUEST_INTR_STATUS, 0x30ec}}},
	{"Guest", "S_CET = 0x0000000000000003, SSP = 0x00007fc1727fdfd0, SSP TABLE = 0x0000000000009000",
	 {{GUEST_S_CET, 3}, {GUEST_SSP, 0x7fc1727fdfd0}, {GUEST_INTR_SSP_TABLE, 0x9000}}},
	{"Host", "RIP = 0xffffffffc0a00000  RSP = 0xffffc90000a00000",
	 {{HOST_RIP, 0xffffffffc0a00000}, {HOST_RSP, 0xffffc90000a00000}}},
	{"Host", "RIP = 0xffff82d080341950 (vmx_asm_vmexit_handler)  RSP = 0xffff83083ff0ff70",
	 {{HOST_RIP, 0xffff82d080341950}, {HOST_RSP, 0xffff83083ff0ff70}}},
	{"Host", "CS=0010 SS=0018 DS=0001 ES=0002 FS=0003 GS=0004 TR=0040",
	 {{HOST_CS_SELECTOR, 0x10}, {HOST_SS_SELECTOR, 0x18}, {HOST_DS_SELECTOR, 1}, {HOST_ES_SELECTOR, 2},
	  {HOST_FS_SELECTOR, 3}, {HOST_GS_SELECTOR, 4}, {HOST_TR_SELECTOR, 0x40}}},
	{"Host", "FSBase=00007f1b7d1c4700 GSBase=ffff95af1fa00000 TRBase=fffffe0000003000",
	 {{HOST_FS_BASE, 0x7f1b7d1c4700}, {HOST_GS_BASE, 0xffff95af1fa00000}, {HOST_TR_BASE, 0xfffffe0000003000}}},
	{"Host", "GDTBase=fffffe0000001000 IDTBase=fffffe0000000000",
	 {{HOST_GDTR_BASE, 0xfffffe0000001000}, {HOST_IDTR_BASE, 0xfffffe0000000000}}},
	{"Host", "CR0=0000000080050033 CR3=000000035dde6000 CR4=0000000000f52ef0",
	 {{HOST_CR0, 0x80050033}, {HOST_CR3, 0x35dde6000}, {HOST_CR4, 0xf52ef0}}},
	{"Host", "Sysenter RSP=fffffe0000003000 CS:RIP=e008:ffff82d080395440",
	 {{HOST_IA32_SYSENTER_ESP, 0xfffffe0000003000}, {HOST_IA32_SYSENTER_CS, 0xe008},
	  {HOST_IA32_SYSENTER_EIP, 0xffff82d080395440}}},
	{"Host", "EFER = 0x0000000000000d01  PAT = 0x0000050100070406",
	 {{HOST_IA32_EFER, 0xd01}, {HOST_IA32_PAT, 0x50100070406}}},
	{"Host", "EFER= 0x0000000000000d01", {{HOST_IA32_EFER, 0xd01}}},
	{"Host", "PAT = 0x0407050600070106", {{HOST_IA32_PAT, 0x0407050600070106}}},
	{"Host", "Host PAT = 0x0407050600070106", {{HOST_IA32_PAT, 0x0407050600070106}}},
	{"Host", "PerfGlobCtl = 0x000000070000000f", {{HOST_IA32_PERF_GLOBAL_CTRL, 0x70000000f}}},
	{"Host", "S_CET = 0x0000000000000003, SSP = 0x0000000000001000, SSP TABLE = 0x0000000000009000",
	 {{HOST_S_CET, 3}, {HOST_SSP, 0x1000}, {HOST_INTR_SSP_TABLE, 0x9000}}},
	{"Control", "PinBased=0000007f CPUBased=b5986dfa SecondaryExec=00032ce2",
	 {{PIN_BASED_VM_EXEC_CONTROL, 0x7f}, {CPU_BASED_VM_EXEC_CONTROL, 0xb5986dfa},
	  {SECONDARY_VM_EXEC_CONTROL, 0x32ce2}}},
	{"Control", "EntryControls=0001d3ff ExitControls=00abefff",
	 {{VM_ENTRY_CONTROLS, 0x1d3ff}, {VM_EXIT_CONTROLS, 0xabefff}}},
	{"Control", "CPUBased=0xb5a06dfa SecondaryExec=0x021237eb TertiaryExec=0x0000000000000010",
	 {{CPU_BASED_VM_EXEC_CONTROL, 0xb5a06dfa}, {SECONDARY_VM_EXEC_CONTROL, 0x21237eb},
	  {TERTIARY_VM_EXEC_CONTROL, 0x10}}},
	{"Control", "SecondaryExec=021237eb TertiaryExec=00000010",
	 {{SECONDARY_VM_EXEC_CONTROL, 0x21237eb}, {TERTIARY_VM_EXEC_CONTROL, 0x10}}},
	{"Control", "PinBased=0x000000ff EntryControls=0010d1ff ExitControls=102befff",
	 {{PIN_BASED_VM_EXEC_CONTROL, 0xff}, {VM_ENTRY_CONTROLS, 0x10d1ff}, {VM_EXIT_CONTROLS, 0x102befff}}},
	{"Control", "ExceptionBitmap=00060042 PFECmask=00000001 PFECmatch=00000002",
	 {{EXCEPTION_BITMAP, 0x60042}, {PAGE_FAULT_ERROR_CODE_MASK, 1}, {PAGE_FAULT_ERROR_CODE_MATCH, 2}}},
	{"Control", "VMEntry: intr_info=800000d1 errcode=00000006 ilen=00000001",
	 {{VM_ENTRY_INTR_INFO_FIELD, 0x800000d1}, {VM_ENTRY_EXCEPTION_ERROR_CODE, 6}, {VM_ENTRY_INSTRUCTION_LEN, 1}}},
	{"Control", "VMExit: intr_info=80000314 errcode=0000fff8 ilen=00000003",
	 {{VM_EXIT_INTR_INFO, 0x80000314}, {VM_EXIT_INTR_ERROR_CODE, 0xfff8}, {VM_EXIT_INSTRUCTION_LEN, 3}}},
	{"Control", "        reason=80000021 qualification=0000000000000004",
	 {{VM_EXIT_REASON, 0x80000021}, {EXIT_QUALIFICATION, 4}}},
	{"Control", "        reason=80000021 qualification=00000004",
	 {{VM_EXIT_REASON, 0x80000021}, {EXIT_QUALIFICATION, 4}}},
	{"Control", "IDTVectoring: info=80000b0e errcode=00000002",
	 {{IDT_VECTORING_INFO_FIELD, 0x80000b0e}, {IDT_VECTORING_ERROR_CODE, 2}}},
	{"Control", "TSC Offset = 0xfffff45ded46dd57", {{TSC_OFFSET, 0xfffff45ded46dd57}}},
	{"Control", "TSC Multiplier = 0x0001000000000000", {{TSC_MULTIPLIER, 0x1000000000000}}},
	{"Control", "TSC Offset = 0xfffff45ded46dd57  TSC Multiplier = 0x0001000000000000",
	 {{TSC_OFFSET, 0xfffff45ded46dd57}, {TSC_MULTIPLIER, 0x1000000000000}}},
	{"Control", "TPR Threshold = 0x03", {{TPR_THRESHOLD, 3}}},
	{"Control", "SVI|RVI = 30|ec TPR Threshold = 0x03", {{GUEST_INTR_STATUS, 0x30ec}, {TPR_THRESHOLD, 3}}},
	{"Control", "APIC-access addr = 0x0000000100001000 virt-APIC addr = 0x0000000100002000",
	 {{APIC_ACCESS_ADDR, 0x100001000}, {VIRTUAL_APIC_PAGE_ADDR, 0x100002000}}},
	{"Control", "virt-APIC addr = 0x0000000100002000", {{VIRTUAL_APIC_PAGE_ADDR, 0x100002000}}},
	{"Control", "PostedIntrVec = 0xf2", {{POSTED_INTR_NV, 0xf2}}},
	{"Control", "TPR Threshold = 0x03  PostedIntrVec = 0xf5", {{TPR_THRESHOLD, 3}, {POSTED_INTR_NV, 0xf5}}},
	{"Control", "EPT pointer = 0x000000010000305e", {{EPT_POINTER, 0x10000305e}}},
	{"Control", "EPT pointer = 0x000000010000305e  EPTP index = 0x0007", {{EPT_POINTER, 0x10000305e}, {EPTP_INDEX, 7}}},
	{"Control", "CR3 target0=0000000000000001 target1=0000000000000002",
	 {{CR3_TARGET_VALUE0, 1}, {CR3_TARGET_VALUE1, 2}}},
	{"Control", "CR3 target2=0000000000000003", {{CR3_TARGET_VALUE2, 3}}},
	{"Control", "PLE Gap=00000080 Window=00001000", {{PLE_GAP, 0x80}, {PLE_WINDOW, 0x1000}}},
	{"Control", "Virtual processor ID = 0x0001", {{0, 1}}},
	{"Control", "Virtual processor ID = 0x0001 VMfunc controls = 0000000000000001", {{0, 1}, {VM_FUNCTION_CONTROL, 1}}},
	{"Control", "VE info address = 0x0000000135a04000", {{VE_INFORMATION_ADDRESS, 0x135a04000}}},
	{"Control", "VE info address = 0x0000000135a04000(corrupted!)", {{VE_INFORMATION_ADDRESS, 0x135a04000}}},
	/* clang-format on */
};

/* The line as the only one of its section. */
static void read_line(struct vmcs_dump_list *list, const char *section, const char *line)
{
	struct vmcs_dump_error error;
	char marker[64];

	*list = (struct vmcs_dump_list){0};
	snprintf(marker, sizeof(marker), "*** %s State ***", section);
	EXPECT_EQ(vmcs_dump_line(list, 1, "*** Guest State ***", 19, &error), 0);
	if (*section != 'G')
		EXPECT_EQ(vmcs_dump_line(list, 2, marker, strlen(marker), &error), 0);
	EXPECT_EQ(vmcs_dump_line(list, 3, line, strlen(line), &error), 0);
	EXPECT_EQ(vmcs_dump_end(list, &error), 0);
}

static unsigned int count_values(const struct vmcs_values *values)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		count += vmcs_values_has(values, i);
	return count;
}

TEST(kvm_line_has_its_fields_and_no_other)
{
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct vmcs_dump_list list;
		const struct vmcs_values *fields;
		unsigned int count;

		test_context("%s", rows[i].line);
		read_line(&list, rows[i].section, rows[i].line);
		REQUIRE_EQ(list.count, 1);
		fields = &list.dump[0]->image.fields;
		for (count = 0; count < VALUES && (!count || rows[i].value[count].field); count++) {
			u64 value;

			EXPECT_TRUE(vmcs_values_get(fields, rows[i].value[count].field, &value));
			EXPECT_EQ(value, rows[i].value[count].value);
		}
		EXPECT_EQ(count_values(fields), count);
		EXPECT_EQ(list.dump[0]->lost, 0);
		EXPECT_FALSE(list.dump[0]->mixed);
		vmcs_dump_free(&list);
	}
}

/* What KVM works out, what it has read elsewhere, and what is no field. */
TEST(kvm_line_may_have_no_field)
{
	static const char *const lines[][2] = {
		{"Guest", "EFER= 0x0000000000000d01 (effective)"},
		{"Guest", "EFER= 0x0000000000000d01 (autoload)"},
		{"Guest", "MSR guest autostore:"},
		{"Guest", "VMCS 00000000deadbeef, last attempted VM-entry on CPU 3"},
		{"Host", "MSR host autoload:"},
		{"Host", "   0: msr=0x00000600 value=0x0000000000000000"},
		{"Control", "ve_info: 0x00000030 0xffffffff 0x00000000000006ab 0x0000000000000000"},
	};

	for (unsigned int i = 0; i < COUNT_OF(lines); i++) {
		struct vmcs_dump_list list;

		test_context("%s", lines[i][1]);
		read_line(&list, lines[i][0], lines[i][1]);
		REQUIRE_EQ(list.count, 1);
		EXPECT_EQ(count_values(&list.dump[0]->image.fields), 0);
		EXPECT_EQ(list.dump[0]->image.entry_load_count, 0);
		vmcs_dump_free(&list);
	}
}

/* Values that are cut off, hidden, or too large for the field. */
TEST(kvm_line_may_have_lost_its_value)
{
	static const struct {
		const char *section, *line;
		u32 field;
	} lines[] = {
		{"Guest", "CR3 =", GUEST_CR3},
		{"Guest", "CR3 = 0x", GUEST_CR3},
		{"Guest", "CR3 = 0x00000000fffb", GUEST_CR3},
		{"Guest", "CR3 = zero", GUEST_CR3},
		{"Guest", "CR3 = 0x00000000xxxxxxxx", GUEST_CR3},
		{"Guest", "CR3 = 0x0000...", GUEST_CR3},
		{"Guest", "CR3 = 0x00000000fffbc00000", GUEST_CR3},
		{"Host", "CR3= CR4=0000000000362ef0", HOST_CR3},
		{"Control", "PLE Gap=****", PLE_GAP},
		{"Control", "EntryControls=10000d1ff ExitControls=002befff", VM_ENTRY_CONTROLS},
	};

	for (unsigned int i = 0; i < COUNT_OF(lines); i++) {
		struct vmcs_dump_list list;
		u64 value;

		test_context("%s", lines[i].line);
		read_line(&list, lines[i].section, lines[i].line);
		REQUIRE_EQ(list.count, 1);
		EXPECT_FALSE(vmcs_values_get(&list.dump[0]->image.fields, lines[i].field, &value));
		EXPECT_EQ(list.dump[0]->lost, 1);
		EXPECT_EQ(list.dump[0]->lost_field[0], lines[i].field);
		vmcs_dump_free(&list);
	}
}
