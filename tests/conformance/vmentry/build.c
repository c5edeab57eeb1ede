// SPDX-License-Identifier: GPL-2.0
/* A VMCS that breaks no rule. */
#include "vmentry.h"
#include "facts/control.h"
#include "vcpu/state.h"
#include "vcpu/vcpu.h"
#include "vmcs/field_exists.h"

static bool has_field(const struct vmcs_image *image, u32 field)
{
	return vmcs_field_exists(vmcs_field_find(field), &image->processor.config,
				 &image->processor.capability);
}

static void put(struct vmcs_image *image, u32 field, u64 value)
{
	if (has_field(image, field))
		vmcs_values_set(&image->fields, field, value);
}

static void put_all(struct vmcs_image *image, u64 value, const u16 *fields, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		put(image, fields[i], value);
}

/* --- controls --- */

/* Such that every event comes back to the VMM, and MSRs are as the VMCS says. */
static const struct vmentry_control always[] = {
	{CTL_PIN, PIN_EXTERNAL_INTERRUPT_EXITING | PIN_NMI_EXITING},
	{CTL_PRIMARY, CPU1_HLT_EXITING | CPU1_ACTIVATE_SECONDARY_CONTROLS},
	{CTL_SECONDARY, CPU2_ENABLE_EPT},
	{CTL_EXIT, EXIT_HOST_ADDRESS_SPACE_SIZE | EXIT_LOAD_IA32_PAT | EXIT_LOAD_IA32_EFER},
	{CTL_ENTRY, ENTRY_LOAD_DEBUG_CONTROLS | ENTRY_LOAD_IA32_PAT | ENTRY_LOAD_IA32_EFER},
};

static bool turn_on(struct vmcs_image *image, const struct vmentry_control *control)
{
	u32 field = ctl_word_table[control->word].field;
	u64 value;

	if (!has_field(image, field) ||
	    (control->mask & ~image->processor.config.allowed1[control->word]))
		return false;
	vmcs_values_get(&image->fields, field, &value);
	put(image, field, value | control->mask);
	return true;
}

static bool build_controls(struct vmcs_image *image, const struct vmentry_break *row)
{
	const struct vmentry_control of_guest =
		row->guest == LONG ? (struct vmentry_control){CTL_ENTRY, ENTRY_IA32E_MODE_GUEST}
		: row->guest == REAL
			? (struct vmentry_control){CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST}
			: (struct vmentry_control){CTL_PIN, 0};

	for (unsigned int word = 0; word < CTL_WORDS; word++)
		put(image, ctl_word_table[word].field, image->processor.config.allowed0[word]);
	for (unsigned int i = 0; i < COUNT_OF(always); i++)
		if (!turn_on(image, &always[i]))
			return false;
	for (unsigned int i = 0; i < COUNT_OF(row->with); i++)
		if (row->with[i].mask && !turn_on(image, &row->with[i]))
			return false;
	return turn_on(image, &of_guest);
}

static const u16 page_addresses[] = {
	IO_BITMAP_A,
	IO_BITMAP_B,
	MSR_BITMAP,
	PML_ADDRESS,
	APIC_ACCESS_ADDR,
	VIRTUAL_APIC_PAGE_ADDR,
	EPTP_LIST_ADDRESS,
	VMREAD_BITMAP,
	VMWRITE_BITMAP,
	SPP_TABLE_POINTER,
	PID_POINTER_TABLE,
	POSTED_INTR_DESC_ADDR,
	HLAT_POINTER,
	LOW_PASID_DIRECTORY_ADDR,
	HIGH_PASID_DIRECTORY_ADDR,
	VE_INFORMATION_ADDRESS,
};

static const u16 msr_areas[] = {
	VM_ENTRY_MSR_LOAD_ADDR,
	VM_EXIT_MSR_LOAD_ADDR,
	VM_EXIT_MSR_STORE_ADDR,
};

#define EPTP_WRITE_BACK 6
#define EPTP_WALK_OF_4	(3 << 3)
#define PAT_AFTER_RESET 0x0007040600070406ull

static void build_values(struct vmcs_image *image, const struct vmentry_host *host)
{
	put_all(image, host->page, page_addresses, COUNT_OF(page_addresses));
	put_all(image, host->msr_area, msr_areas, COUNT_OF(msr_areas));
	put(image, EPT_POINTER, host->ept | EPTP_WRITE_BACK | EPTP_WALK_OF_4);
	put(image, EXCEPTION_BITMAP, 0xffffffff);
	put(image, VIRTUAL_PROCESSOR_ID, 1);
	put(image, TSC_MULTIPLIER, 1ull << 48);
	put(image, XSS_EXIT_BITMAP, ~0ull);
	put(image, VMCS_LINK_POINTER, ~0ull);
}

/* --- the host --- */

static void build_host(struct vmcs_image *image, const struct vmentry_host *host)
{
	const struct host_state *state = &host->state;
	const u16 selectors[] = {state->es, state->cs, state->ss, state->ds,
				 state->fs, state->gs, state->tr};

	for (unsigned int i = 0; i < COUNT_OF(selectors); i++)
		put(image, HOST_ES_SELECTOR + 2 * i, selectors[i]);
	put(image, HOST_CR0, state->cr0);
	put(image, HOST_CR3, state->cr3);
	put(image, HOST_CR4, state->cr4);
	put(image, HOST_FS_BASE, state->fs_base);
	put(image, HOST_GS_BASE, state->gs_base);
	put(image, HOST_TR_BASE, state->tr_base);
	put(image, HOST_GDTR_BASE, state->gdtr_base);
	put(image, HOST_IDTR_BASE, state->idtr_base);
	put(image, HOST_IA32_SYSENTER_CS, state->sysenter_cs);
	put(image, HOST_IA32_SYSENTER_ESP, state->sysenter_esp);
	put(image, HOST_IA32_SYSENTER_EIP, state->sysenter_eip);
	put(image, HOST_IA32_EFER, state->efer);
	put(image, HOST_IA32_PAT, state->pat);
	put(image, HOST_RIP, host->rip);
	put(image, HOST_RSP, host->rsp);
}

/* --- the guest --- */

static void put_segment(struct vmcs_image *image, enum vcpu_seg seg, u16 selector, u64 base,
			u32 limit, u32 rights)
{
	put(image, GUEST_SEGMENT_SELECTOR(seg), selector);
	put(image, GUEST_SEGMENT_BASE(seg), base);
	put(image, GUEST_SEGMENT_LIMIT(seg), limit);
	put(image, GUEST_SEGMENT_AR_BYTES(seg), rights);
}

#define RIGHTS_REAL   0x93   /* present, data, writable, accessed */
#define RIGHTS_V8086  0xf3   /* and DPL 3 */
#define RIGHTS_DATA   0xc093 /* and 32 bits, in pages */
#define RIGHTS_CODE   0xc09b
#define RIGHTS_CODE64 0xa09b
#define RIGHTS_LDT    0x82
#define RIGHTS_TSS    0x8b

static void build_segments(struct vmcs_image *image, enum vmentry_guest guest)
{
	u32 code = guest == LONG ? RIGHTS_CODE64 : RIGHTS_CODE;

	for (unsigned int seg = SEG_ES; seg <= SEG_GS; seg++) {
		enum vcpu_seg which = (enum vcpu_seg)seg;

		if (guest == REAL)
			put_segment(image, which, 0x100, 0x1000, 0xffff, RIGHTS_REAL);
		else if (guest == V8086)
			put_segment(image, which, 0x100, 0x1000, 0xffff, RIGHTS_V8086);
		else
			put_segment(image, which, which == SEG_CS ? 8 : 16, 0, 0xffffffff,
				    which == SEG_CS ? code : RIGHTS_DATA);
	}
	put_segment(image, SEG_LDTR, 24, 0, 0xff, RIGHTS_LDT);
	put_segment(image, SEG_TR, 32, 0, 0xff, RIGHTS_TSS);
}

static void build_guest(struct vmcs_image *image, enum vmentry_guest guest)
{
	u64 cr0 = image->processor.config.cr0_fixed0 | CR0_PE | CR0_PG | CR0_NE | CR0_ET | CR0_WP;
	u64 cr4 = image->processor.config.cr4_fixed0 | CR4_VMXE;

	if (guest == REAL)
		cr0 &= ~(CR0_PE | CR0_PG);
	if (guest == PAE || guest == LONG)
		cr4 |= CR4_PAE;
	put(image, GUEST_CR0, cr0);
	put(image, GUEST_CR4, cr4);
	put(image, GUEST_IA32_EFER, guest == LONG ? IA32_EFER_LME | IA32_EFER_LMA : 0);
	put(image, GUEST_IA32_PAT, PAT_AFTER_RESET);
	put(image, GUEST_DR7, DR7_FIXED);
	put(image, GUEST_RFLAGS, guest == V8086 ? RFLAGS_FIXED | RFLAGS_VM : RFLAGS_FIXED);
	put(image, GUEST_RIP, 0x10);
	put(image, GUEST_GDTR_LIMIT, 0xffff);
	put(image, GUEST_IDTR_LIMIT, 0xffff);
	build_segments(image, guest);
}

bool vmentry_build(struct vmcs_image *image, const struct vmentry_host *host,
		   const struct vmentry_break *row)
{
	image->fields = (struct vmcs_values){0};
	image->entry_load = NULL;
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (VMCS_FIELD_TYPE(vmcs_field_table[i].encoding) != VMCS_READ_ONLY)
			put(image, vmcs_field_table[i].encoding, 0);
	if (!build_controls(image, row))
		return false;
	build_values(image, host);
	build_host(image, host);
	build_guest(image, (enum vmentry_guest)row->guest);
	return true;
}

bool vmentry_break(struct vmcs_image *image, const struct vmentry_break *row)
{
	for (unsigned int i = 0; i < COUNT_OF(row->change); i++) {
		const struct vmentry_change *change = &row->change[i];
		u64 value;

		if (!(change->clear | change->set))
			break;
		if (!has_field(image, change->field))
			return false;
		vmcs_values_get(&image->fields, change->field, &value);
		put(image, change->field, (value & ~change->clear) | change->set);
	}
	image->entry_load = &row->load;
	image->entry_load_count = 1;
	image->entry_load_whole = true;
	return true;
}
