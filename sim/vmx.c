// SPDX-License-Identifier: GPL-2.0
/*
 * The VMX instructions but VMLAUNCH and VMRESUME.
 *
 * SDM: "VMX Instruction Reference", "Software Use of Virtual-Machine Control Structures".
 */
#include <stdlib.h>

#include "facts/ept.h"
#include "processor.h"
#include "vmcs/field_exists.h"
#include "vmcs/vmcs.h"

#define DEFAULT_FILL 0x5aa55aa55aa55aa5ull

static struct vmcs *vmcs_list;
static u64 vmcs_fill = DEFAULT_FILL;

void sim_vmcs_set_fill(u64 fill)
{
	vmcs_fill = fill;
}

enum vmx_status vmx_fail(struct processor *processor, enum instruction_error error)
{
	struct vmcs *current = vmcs_current(processor);

	if (!current)
		return VMX_FAIL_INVALID;
	vmcs_set(current, VM_INSTRUCTION_ERROR, error);
	return VMX_FAIL_VALID;
}

/* --- the data of a VMCS --- */

static struct vmcs *vmcs_find(hpa_t region)
{
	struct vmcs *vmcs;

	for (vmcs = vmcs_list; vmcs; vmcs = vmcs->next)
		if (vmcs->region == region)
			return vmcs;
	return NULL;
}

/* The page of a region was freed: what was in it is gone. */
static void region_freed(hpa_t start, u64 size)
{
	struct vmcs **link = &vmcs_list;

	while (*link) {
		struct vmcs *vmcs = *link;

		if (vmcs->region < start || vmcs->region - start >= size) {
			link = &vmcs->next;
			continue;
		}
		if (vmcs->cpu >= 0)
			sim_panic("the VMCS region 0x%llx is freed while active on CPU %d",
				  vmcs->region, vmcs->cpu);
		*link = vmcs->next;
		free(vmcs->fields);
		free(vmcs);
	}
}

static struct vmcs *vmcs_create(hpa_t region)
{
	struct vmcs *vmcs = calloc(1, sizeof(*vmcs));
	unsigned int i;

	vmcs->fields = calloc(VMCS_FIELDS, sizeof(u64));
	for (i = 0; i < VMCS_FIELDS; i++)
		vmcs->fields[i] = vmcs_fill & vmcs_field_mask(vmcs_field_table[i].encoding);
	vmcs->region = region;
	vmcs->cpu = -1;
	vmcs->next = vmcs_list;
	vmcs_list = vmcs;
	sim_on_pages_freed(region_freed);
	return vmcs;
}

void vmcs_forget_all(void)
{
	while (vmcs_list) {
		struct vmcs *vmcs = vmcs_list;

		vmcs_list = vmcs->next;
		free(vmcs->fields);
		free(vmcs);
	}
	vmcs_fill = DEFAULT_FILL;
}

struct vmcs *vmcs_current(const struct processor *processor)
{
	return processor->current == HOST_NO_VMCS ? NULL : vmcs_find(processor->current);
}

static u64 *vmcs_slot(const struct vmcs *vmcs, u32 field)
{
	const struct vmcs_field *row = vmcs_field_find(field);

	if (!row)
		sim_panic("0x%x is no field of a VMCS", field);
	return &vmcs->fields[row - vmcs_field_table];
}

u64 vmcs_get(const struct vmcs *vmcs, u32 field)
{
	return *vmcs_slot(vmcs, field);
}

void vmcs_set(struct vmcs *vmcs, u32 field, u64 value)
{
	*vmcs_slot(vmcs, field) = value & vmcs_field_mask(field);
}

struct vmcs *vmcs_of(hpa_t region)
{
	struct vmcs *vmcs = vmcs_find(region);

	if (!vmcs)
		sim_panic("there is no VMCS at 0x%llx", region);
	return vmcs;
}

u64 sim_vmcs_get(hpa_t region, u32 field)
{
	return vmcs_get(vmcs_of(region), field);
}

void sim_vmcs_set(hpa_t region, u32 field, u64 value)
{
	vmcs_set(vmcs_of(region), field, value);
}

bool sim_vmcs_launched(hpa_t region)
{
	return vmcs_of(region)->launched;
}

/* --- VMCLEAR, VMPTRLD --- */

static struct vmcs *vmcs_use(hpa_t region, const char *instruction)
{
	struct vmcs *vmcs = vmcs_find(region);
	int here = (int)sim_cpu_now();

	if (vmcs && vmcs->cpu >= 0 && vmcs->cpu != here)
		sim_panic("%s on CPU %d of the VMCS 0x%llx, which is active on CPU %d", instruction,
			  here, region, vmcs->cpu);
	return vmcs ? vmcs : vmcs_create(region);
}

enum vmx_status sim_vmclear(hpa_t region)
{
	struct processor *processor = processor_pinned("VMCLEAR");
	struct vmcs *vmcs;

	sim_vmx_counts.vmclear++;
	if (!processor_address_ok(processor, region, LINTEL_PAGE_SIZE))
		return vmx_fail(processor, ERROR_VMCLEAR_ADDRESS);
	if (region == processor->vmxon_region)
		return vmx_fail(processor, ERROR_VMCLEAR_VMXON_POINTER);
	sim_phys_to_virt(region); /* panics when there is no memory */
	vmcs = vmcs_use(region, "VMCLEAR");
	vmcs->launched = false;
	processor->active -= vmcs->cpu >= 0;
	vmcs->cpu = -1;
	if (processor->current == region)
		processor->current = HOST_NO_VMCS;
	return VMX_SUCCEED;
}

enum vmx_status sim_vmptrld(hpa_t region)
{
	struct processor *processor = processor_pinned("VMPTRLD");
	struct vmcs *vmcs;

	sim_vmx_counts.vmptrld++;
	if (!processor_address_ok(processor, region, LINTEL_PAGE_SIZE))
		return vmx_fail(processor, ERROR_VMPTRLD_ADDRESS);
	if (region == processor->vmxon_region)
		return vmx_fail(processor, ERROR_VMPTRLD_VMXON_POINTER);
	/* Bit 31 says that it is a shadow VMCS, which cannot run a guest. */
	if (*(u32 *)sim_phys_to_virt(region) != processor->can.config.revision_id)
		return vmx_fail(processor, ERROR_VMPTRLD_REVISION);
	vmcs = vmcs_use(region, "VMPTRLD");
	processor->active += vmcs->cpu < 0;
	vmcs->cpu = (int)sim_cpu_now();
	processor->current = region;
	return VMX_SUCCEED;
}

hpa_t sim_current_vmcs(void)
{
	return processor_pinned("the current VMCS")->current;
}

/* --- VMREAD, VMWRITE --- */

static const struct vmcs_field *field_here(const struct processor *processor, u32 field)
{
	const struct vmcs_field *row = vmcs_field_find(field);

	if (!row || !vmcs_field_exists(row, &processor->can.config, &processor->can.capability))
		return NULL;
	return row;
}

static bool is_high_half(u32 field)
{
	return field & 1;
}

static void (*vmread_hook)(void *argument, u32 field);
static void *vmread_argument;

void sim_vmread_hook(void (*hook)(void *argument, u32 field), void *argument)
{
	vmread_hook = hook;
	vmread_argument = argument;
}

enum vmx_status sim_vmread(u32 field, u64 *value)
{
	struct processor *processor = processor_in_vmx("VMREAD");
	struct vmcs *vmcs = vmcs_current(processor);
	u64 whole;

	sim_vmx_counts.vmread++;
	if (vmread_hook)
		vmread_hook(vmread_argument, field);
	if (!vmcs)
		return VMX_FAIL_INVALID;
	if (!field_here(processor, field))
		return vmx_fail(processor, ERROR_UNSUPPORTED_FIELD);
	whole = vmcs_get(vmcs, field);
	*value = is_high_half(field) ? whole >> 32 : whole;
	return VMX_SUCCEED;
}

enum vmx_status sim_vmwrite(u32 field, u64 value)
{
	struct processor *processor = processor_in_vmx("VMWRITE");
	struct vmcs *vmcs = vmcs_current(processor);

	sim_vmx_counts.vmwrite++;
	if (!vmcs)
		return VMX_FAIL_INVALID;
	if (!field_here(processor, field))
		return vmx_fail(processor, ERROR_UNSUPPORTED_FIELD);
	if (VMCS_FIELD_TYPE(field) == VMCS_READ_ONLY &&
	    !processor->can.capability.misc.vmwrite_exit_info)
		return vmx_fail(processor, ERROR_READ_ONLY_FIELD);
	if (is_high_half(field))
		value = (u32)vmcs_get(vmcs, field) | value << 32;
	vmcs_set(vmcs, field, value);
	return VMX_SUCCEED;
}

/* --- INVEPT, INVVPID --- */

enum vmx_status sim_invept(u32 type, u64 eptp)
{
	struct processor *processor = processor_pinned("INVEPT");
	const struct vmx_capability *capability = &processor->can.capability;

	sim_vmx_counts.invept++;
	if (!capability->ept.invept)
		sim_panic("INVEPT: the processor has no such instruction: #UD");
	if (type == INVEPT_ALL_CONTEXTS && capability->ept.invept_all) {
		ept_flush_all(sim_cpu_now());
		return VMX_SUCCEED;
	}
	if (type == INVEPT_SINGLE_CONTEXT && capability->ept.invept_single &&
	    entry_eptp_ok(processor, eptp)) {
		ept_flush(sim_cpu_now(), eptp);
		return VMX_SUCCEED;
	}
	return vmx_fail(processor, ERROR_INVALIDATION_OPERAND);
}

static bool invvpid_type_ok(const struct vmx_capability *capability, u32 type)
{
	switch (type) {
	case INVVPID_INDIVIDUAL_ADDRESS:
		return capability->vpid.individual_address;
	case INVVPID_SINGLE_CONTEXT:
		return capability->vpid.single_context;
	case INVVPID_ALL_CONTEXTS:
		return capability->vpid.all_contexts;
	case INVVPID_RETAINING_GLOBALS:
		return capability->vpid.single_retaining_globals;
	default:
		return false;
	}
}

/* Of what the TLB of the simulator has (translations of guest-physical addresses) it drops nothing:
 * "Operations that Invalidate Cached Mappings". */
enum vmx_status sim_invvpid(u32 type, u16 vpid, gva_t address)
{
	struct processor *processor = processor_pinned("INVVPID");

	sim_vmx_counts.invvpid++;
	if (!processor->can.capability.vpid.invvpid)
		sim_panic("INVVPID: the processor has no such instruction: #UD");
	if (!invvpid_type_ok(&processor->can.capability, type) ||
	    (type != INVVPID_ALL_CONTEXTS && !vpid) ||
	    (type == INVVPID_INDIVIDUAL_ADDRESS && !processor_canonical(processor, address)))
		return vmx_fail(processor, ERROR_INVALIDATION_OPERAND);
	return VMX_SUCCEED;
}
