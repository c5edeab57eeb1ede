// SPDX-License-Identifier: GPL-2.0
/* VMCSs read back from text: what Lintel dumps, and what KVM leaves in a kernel log. */
#include <stdio.h>
#include <stdlib.h>

#include "test.h"
#include "tool/vms/vmcs_dump.h"
#include "vmcs/check.h"

static char text[65536];
static struct vmcs_dump_error error;

static void append(void *prefix, const char *line)
{
	size_t used = strlen(text);

	snprintf(text + used, sizeof(text) - used, "%s%s\n", (const char *)prefix, line);
}

static int parse(struct vmcs_dump_list *list, const char *from)
{
	*list = (struct vmcs_dump_list){0};
	for (unsigned int line = 1; *from; line++) {
		size_t length = strcspn(from, "\n");

		if (vmcs_dump_line(list, line, from, length, &error))
			return -1;
		from += length + !!from[length];
	}
	return vmcs_dump_end(list, &error);
}

static void expect_error(const char *from, unsigned int line, unsigned int column,
			 const char *words)
{
	struct vmcs_dump_list list;

	EXPECT_EQ(parse(&list, from), -1);
	EXPECT_EQ(error.line, line);
	EXPECT_EQ(error.column, column);
	EXPECT_CONTAINS(error.words, words);
	vmcs_dump_free(&list);
}

static u64 value_of(const struct vmcs_dump *dump, u32 field)
{
	u64 value;

	EXPECT_TRUE(vmcs_values_get(&dump->image.fields, field, &value));
	return value;
}

/* Every field, every MSR. */
static struct vmcs_image *image_full(void)
{
	static const struct vmcs_msr_entry load[] = {{0x174, 0, 8}, {0xc0000080, 1, ~0ull}};
	static struct vmcs_image image;

	image = (struct vmcs_image){.entry_load = load, .entry_load_count = 2};
	image.processor.physical_width = 46;
	image.processor.linear_width = 57;
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		vmcs_values_set(&image.fields, vmcs_field_table[i].encoding,
				0x123456789abcdefull * i);
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		cap_msr_set(&image.msrs, msr, ~(u64)0 << msr);
	return &image;
}

static void expect_same(const struct vmcs_image *a, const struct vmcs_image *b)
{
	EXPECT_TRUE(!memcmp(&a->fields, &b->fields, sizeof(a->fields)));
	EXPECT_TRUE(!memcmp(&a->msrs, &b->msrs, sizeof(a->msrs)));
	EXPECT_EQ(a->processor.physical_width, b->processor.physical_width);
	EXPECT_EQ(a->processor.linear_width, b->processor.linear_width);
	EXPECT_EQ(a->entry_load_count, b->entry_load_count);
	EXPECT_TRUE(!memcmp(a->entry_load, b->entry_load,
			    a->entry_load_count * sizeof(*a->entry_load)));
}

TEST(vmcs_dump_reads_back_what_was_dumped)
{
	const struct vmcs_image *image = image_full();
	struct vmcs_dump_list list;

	snprintf(text, sizeof(text), "something else\n");
	vmcs_image_dump(image, append, "");
	append("[   12.345678] ", "usb 1-1: reason=0x4");
	vmcs_image_dump(image, append, "<7>[   12.345678] lintel: ");
	EXPECT_EQ(parse(&list, text), 0);
	EXPECT_EQ(list.count, 2);
	EXPECT_EQ(list.dump[0]->line, 2);
	for (unsigned int i = 0; i < list.count; i++)
		expect_same(&list.dump[i]->image, image);
	vmcs_dump_free(&list);
}

TEST(vmcs_dump_says_what_is_wrong)
{
	expect_error("", 1, 1, "no VMCS is dumped here");
	expect_error("VMCS 0x4000 = 0x1\n", 2, 1, "no VMCS is dumped here");
	expect_error("VMCS dump of Lintel, format 1\n", 2, 1, "the dump of line 1 has no end");
	expect_error("VMCS dump of Lintel, format 1\nVMCS 0x4001 = 0x1\n", 2, 6,
		     "0x4001 is no field");
	expect_error("VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0xg\n", 2, 17, "is needed");
	expect_error("VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x100000000\n", 2, 6,
		     "the value is too large");
	expect_error("VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x11111111111111111\n", 2, 33,
		     "is needed");
	expect_error(
		"VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x1\nlintel: VMCS 0x4000 = 0x1\n", 3,
		14, "is there twice");
	expect_error("VMCS dump of Lintel, format 1\nVMCS MSR 0x10 = 0x1\n", 2, 10,
		     "no capability MSR");
	expect_error("VMCS dump of Lintel, format 1\nVMCS entry-load 1 = 0x1 0x0 0x0\n", 2, 17,
		     "entry 0 of the MSR-load area is missing");
	expect_error("VMCS dump of Lintel, format 1\nVMCS linear-address width = 4\n", 2, 29,
		     "a number of bits");
}

static const char of_kvm[] =
	"[   10.000000] kvm_intel: VMCS 00000000deadbeef, last attempted VM-entry on CPU 3\n"
	"[   10.000001] kvm_intel: *** Guest State ***\n"
	"[   10.000002] kvm_intel: CR0: actual=0x0000000080050033, shadow=0x0000000080050031, "
	"gh_mask=fffffffffffffff7\n"
	"[   10.000003] kvm_intel: CR4: actual=0x0000000000022020, shadow=0x0000000000000020, "
	"gh_mask=fffffffffffef871\n"
	"[   10.000004] kvm_intel: CR3 = 0x0000000001000000\n"
	"[   10.000004] audit: type=1400 reason=7 CR3 = 9\n"
	"[   10.000005] kvm_intel: PDPTR0 = 0x0000000000000001  PDPTR1 = 0x0000000000000002\n"
	"[   10.000006] kvm_intel: RSP = 0xffff888000000000  RIP = 0xffffffff81000000\n"
	"[   10.000007] kvm_intel: RFLAGS=0x00000002         DR7 = 0x0000000000000400\n"
	"[   10.000008] kvm_intel: Sysenter RSP=0000000000000abc CS:RIP=0010:ffffffff81800000\n"
	"[   10.000009] kvm_intel: CS:   sel=0x0010, attr=0x0a09b, limit=0xffffffff, "
	"base=0x0000000000000000\n"
	"[   10.000010] kvm_intel: SS:   sel=0x0018, attr=0x0c093, limit=0xffffffff, "
	"base=0x0000000000000000\n"
	"[   10.000011] kvm_intel: GDTR:                           limit=0x0000007f, "
	"base=0xfffffe0000001000\n"
	"[   10.000012] kvm_intel: LDTR: sel=0x0000, attr=0x1c000, limit=0xffffffff, "
	"base=0x0000000000000000\n"
	"[   10.000013] kvm_intel: EFER= 0x0000000000000d01 (effective)\n"
	"[   10.000014] kvm_intel: PAT = 0x0407050600070106\n"
	"[   10.000015] kvm_intel: DebugCtl = 0x0000000000000000  DebugExceptions = "
	"0x0000000000000000\n"
	"[   10.000016] kvm_intel: Interruptibility = 00000000  ActivityState = 00000000\n"
	"[   10.000017] kvm_intel: MSR guest autoload:\n"
	"[   10.000018] kvm_intel:    0: msr=0x00000600 value=0x0000000000000000\n"
	"[   10.000019] kvm_intel: *** Host State ***\n"
	"[   10.000020] kvm_intel: RIP = 0xffffffffc0a00000  RSP = 0xffffc90000a00000\n"
	"[   10.000021] kvm_intel: CS=0010 SS=0018 DS=0000 ES=0000 FS=0000 GS=0000 TR=0040\n"
	"[   10.000022] kvm_intel: FSBase=00007f0000000000 GSBase=ffff888100000000 "
	"TRBase=fffffe0000003000\n"
	"[   10.000023] kvm_intel: CR0=0000000080050033 CR3=0000000100000000 CR4=0000000000362ef0\n"
	"[   10.000024] kvm_intel: Sysenter RSP=fffffe0000003000 CS:RIP=0010:ffffffff81a01000\n"
	"[   10.000025] kvm_intel: *** Control State ***\n"
	"[   10.000026] kvm_intel: CPUBased=0xb5a06dfa SecondaryExec=0x021237eb "
	"TertiaryExec=0x0000000000000000\n"
	"[   10.000027] kvm_intel: PinBased=0x000000ff EntryControls=0000d3ff "
	"ExitControls=002befff\n"
	"[   10.000028] kvm_intel: VMEntry: intr_info=800000d1 errcode=00000006 ilen=00000000\n"
	"[   10.000029] kvm_intel: VMExit: intr_info=00000000 errcode=00000000 ilen=00000003\n"
	"[   10.000030] kvm_intel:         reason=80000021 qualification=0000000000000000\n"
	"[   10.000031] kvm_intel: SVI|RVI = 00|00 TPR Threshold = 0x00\n"
	"[   10.000032] kvm_intel: APIC-access addr = 0x0000000100001000 virt-APIC addr = "
	"0x0000000100002000\n"
	"[   10.000033] kvm_intel: EPT pointer = 0x000000010000305e\n"
	"[   10.000034] kvm_intel: Virtual processor ID = 0x0001\n"
	"[   11.000000] thing: reason=3 reason=4\n";

static bool breaks(const struct vmcs_image *image, const char *id)
{
	struct vmcs_check check;

	return check_rule_run(&check, image, check_rule_find(id)) == CHECK_BROKEN;
}

TEST(vmcs_dump_reads_what_kvm_leaves_in_the_log)
{
	struct vmcs_dump_list list;
	const struct vmcs_dump *dump;
	u64 ignored;

	REQUIRE_EQ(parse(&list, of_kvm), 0);
	REQUIRE_EQ(list.count, 1);
	dump = list.dump[0];
	EXPECT_STR_EQ(dump->hypervisor, "KVM");
	EXPECT_FALSE(dump->mixed);
	EXPECT_EQ(dump->lost, 0);
	EXPECT_EQ(dump->line, 2);
	EXPECT_EQ(value_of(dump, GUEST_CR0), 0x80050033);
	EXPECT_EQ(value_of(dump, CR4_READ_SHADOW), 0x20);
	EXPECT_EQ(value_of(dump, GUEST_CR3), 0x1000000);
	EXPECT_EQ(value_of(dump, GUEST_PDPTE1), 2);
	EXPECT_EQ(value_of(dump, GUEST_RIP), 0xffffffff81000000);
	EXPECT_EQ(value_of(dump, GUEST_SYSENTER_CS), 0x10);
	EXPECT_EQ(value_of(dump, GUEST_SYSENTER_EIP), 0xffffffff81800000);
	EXPECT_EQ(value_of(dump, GUEST_SS_AR_BYTES), 0xc093);
	EXPECT_EQ(value_of(dump, GUEST_GDTR_LIMIT), 0x7f);
	EXPECT_EQ(value_of(dump, HOST_RIP), 0xffffffffc0a00000);
	EXPECT_EQ(value_of(dump, HOST_TR_SELECTOR), 0x40);
	EXPECT_EQ(value_of(dump, HOST_CR4), 0x362ef0);
	EXPECT_EQ(value_of(dump, VM_ENTRY_INTR_INFO_FIELD), 0x800000d1);
	EXPECT_EQ(value_of(dump, VM_EXIT_REASON), 0x80000021);
	EXPECT_EQ(value_of(dump, TPR_THRESHOLD), 0);
	EXPECT_EQ(value_of(dump, VIRTUAL_APIC_PAGE_ADDR), 0x100002000);
	EXPECT_EQ(value_of(dump, VIRTUAL_PROCESSOR_ID), 1);
	EXPECT_EQ(dump->image.entry_load_count, 1);
	EXPECT_EQ(dump->image.entry_load[0].index, 0x600);
	EXPECT_EQ(value_of(dump, VM_ENTRY_MSR_LOAD_COUNT), 1);
	/* What KVM does not dump, or does not have from the VMCS. */
	EXPECT_FALSE(vmcs_values_get(&dump->image.fields, GUEST_IA32_EFER, &ignored));
	EXPECT_FALSE(vmcs_values_get(&dump->image.fields, MSR_BITMAP, &ignored));

	EXPECT_TRUE(breaks(&dump->image, "guest.rflags.if"));
	EXPECT_FALSE(breaks(&dump->image, "guest.rip.short"));
	vmcs_dump_free(&list);
}
