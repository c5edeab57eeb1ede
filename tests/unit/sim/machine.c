// SPDX-License-Identifier: GPL-2.0
#include "machine.h"
#include "host_entry.h"
#include "irq/irqchip.h"
#include "irq/irqfd.h"
#include "life/life.h"
#include "mem/mem.h"
#include "vcpu/vpid.h"

#define VPIDS_LOOKED_AT 64

static struct sim_machine the_machine;

static void notify_begin(void *argument, u64 start, u64 end)
{
	ept_invalidate_begin(argument, start, end, false);
}

static void notify_end(void *argument, u64 start, u64 end)
{
	ept_invalidate_end(argument, start, end);
}

static void add_page(struct sim_machine *machine)
{
	struct kvm_userspace_memory_region region = {.memory_size = LINTEL_PAGE_SIZE};

	machine->hva = sim_user_map(LINTEL_PAGE_SIZE);
	region.userspace_addr = machine->hva;
	EXPECT_EQ(memslot_set(&machine->vm, &region), 0);
}

static void add_vcpu(struct sim_machine *machine, struct vcpu *vcpu, u32 id)
{
	vcpu->run = host_alloc_pages(0);
	vcpu->pio_data = host_alloc_pages(0);
	EXPECT_EQ(vmx_create_vcpu(&machine->vm, vcpu, id), 0);
	host_mutex_lock(&machine->vm.lock);
	vm_add_vcpu(&machine->vm, vcpu);
	host_mutex_unlock(&machine->vm.lock);
}

static void remove_vcpu(struct sim_machine *machine, struct vcpu *vcpu)
{
	machine->vm.vcpus[vcpu->id] = NULL;
	vmx_free_vcpu(vcpu);
	host_free_pages(vcpu->run, 0);
	host_free_pages(vcpu->pio_data, 0);
}

static struct sim_machine *create(const struct vmx_cap_msrs *msrs, bool irqchip)
{
	static struct cap_report report;
	struct sim_machine *machine = &the_machine;

	sim_reset();
	if (setup_vmcs_config(msrs, &vmcs_config, &vmx_capability, &report))
		return NULL;
	sim_set_cpus(SIM_MACHINE_CPUS);
	sim_vmx_set_processors(msrs);
	sim_vmxon_all();
	vpid_init();
	memset(machine, 0, sizeof(*machine));
	EXPECT_EQ(vm_init(&machine->vm), 0);
	add_page(machine);
	if (irqchip)
		EXPECT_EQ(irqchip_create(&machine->vm), 0);
	sim_user_set_notifier(notify_begin, notify_end, &machine->vm);
	add_vcpu(machine, &machine->vcpu, 0);
	return machine;
}

struct sim_machine *sim_machine_create(const struct vmx_cap_msrs *msrs)
{
	return create(msrs, false);
}

struct sim_machine *sim_machine_create_with_irqchip(const struct vmx_cap_msrs *msrs)
{
	return create(msrs, true);
}

struct vcpu *sim_machine_add_vcpu(struct sim_machine *machine)
{
	add_vcpu(machine, &machine->second, 1);
	return &machine->second;
}

/* The lowest that is free is given out first: none of these is taken any more. */
static void expect_free_vpids(void)
{
	u16 first = vpid_alloc();

	for (u16 i = 1; first && i < VPIDS_LOOKED_AT; i++)
		EXPECT_EQ(vpid_alloc(), first + i);
	EXPECT_TRUE(first <= 1);
	for (u16 i = 0; first && i < VPIDS_LOOKED_AT; i++)
		vpid_free((u16)(first + i));
}

void sim_machine_destroy(struct sim_machine *machine)
{
	irqfds_destroy(&machine->vm);
	irqchip_destroy(&machine->vm);
	remove_vcpu(machine, &machine->vcpu);
	if (machine->second.vm)
		remove_vcpu(machine, &machine->second);
	sim_user_set_notifier(NULL, NULL, NULL);
	vm_destroy(&machine->vm);
	sim_vmxoff_all();
	expect_free_vpids();
	EXPECT_EQ(sim_leaks(), 0);
}

hpa_t sim_machine_vmcs(struct sim_machine *machine)
{
	return host_virt_to_phys(machine->vcpu.vmcs.region);
}

enum vmx_status sim_machine_enter(struct sim_machine *machine)
{
	struct vcpu *vcpu = &machine->vcpu;
	enum vmx_status status;

	host_vcpu_get(vcpu);
	host_fpu_load_guest(vcpu);
	host_preempt_disable();
	host_irq_disable();
	host_guest_must_turn_back();
	status = host_vmenter(vcpu, sim_vmcs_launched(sim_machine_vmcs(machine)));
	host_debugregs_restore(false);
	host_irq_enable();
	host_preempt_enable();
	host_fpu_load_host(vcpu);
	host_vcpu_release(vcpu);
	return status;
}
