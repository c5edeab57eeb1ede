// SPDX-License-Identifier: GPL-2.0
/*
 * A VMCS region and its MSR bitmap: memory, and on which processor it is.
 *
 * SDM: "Software Use of Virtual-Machine Control Structures", "MSR-Bitmap Address".
 */
#include "vmcs/vmcs.h"
#include "msr/msr.h"

static void fill(u8 *page, u8 value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		page[i] = value;
}

static void free_memory(struct loaded_vmcs *loaded)
{
	host_free_pages(loaded->msr_bitmap, 0);
	host_free_pages(loaded->region, vmcs_config.order);
	loaded->msr_bitmap = NULL;
	loaded->region = NULL;
}

int alloc_loaded_vmcs(struct loaded_vmcs *loaded)
{
	enum vmx_status status;

	loaded->cpu = -1;
	loaded->launched = false;
	loaded->region = host_alloc_pages(vmcs_config.order);
	if (!loaded->region)
		return -ENOMEM;
	*(u32 *)loaded->region = vmcs_config.revision_id;

	if (vmcs_config_has(CTL_PRIMARY, CPU1_USE_MSR_BITMAPS)) {
		loaded->msr_bitmap = host_alloc_pages(0);
		if (!loaded->msr_bitmap) {
			free_memory(loaded);
			return -ENOMEM;
		}
		fill(loaded->msr_bitmap, 0xff, MSR_BITMAP_SIZE);
	}

	host_preempt_disable();
	status = host_vmclear(host_virt_to_phys(loaded->region));
	host_preempt_enable();
	if (status != VMX_SUCCEED) {
		host_log(HOST_LOG_ERROR, "VMCLEAR of a new VMCS failed (status %d)", status);
		free_memory(loaded);
		return -EIO;
	}
	return 0;
}

void free_loaded_vmcs(struct loaded_vmcs *loaded)
{
	if (!loaded->region)
		return;
	loaded_vmcs_clear(loaded);
	free_memory(loaded);
}

void loaded_vmcs_clear_here(void *argument)
{
	struct loaded_vmcs *loaded = argument;

	/* It may have been cleared, or moved on, while the cross call was under way. */
	if (loaded->cpu != (int)host_cpu())
		return;
	host_vmclear(host_virt_to_phys(loaded->region));
	host_vmcs_untrack(loaded);
	loaded->launched = false;
	loaded->left_tsc = host_rdtsc();
	loaded->left_ns = host_time_ns();
	/* The next CPU may load it as soon as it sees this. */
	__atomic_store_n(&loaded->cpu, -1, __ATOMIC_RELEASE);
}

void loaded_vmcs_clear(struct loaded_vmcs *loaded)
{
	int cpu = __atomic_load_n(&loaded->cpu, __ATOMIC_ACQUIRE);

	if (cpu >= 0)
		host_call_cpu((unsigned int)cpu, loaded_vmcs_clear_here, loaded);
}
