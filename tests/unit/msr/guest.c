// SPDX-License-Identifier: GPL-2.0
/* One VM with a loaded vCPU. */
#include "guest.h"
#include "../cap/fixture.h"
#include "life/life.h"
#include "vcpu/vpid.h"
#include "vmx.h"

static struct guest guest;

void guest_use_processor(void)
{
	static struct cap_report report;
	struct vmx_cap_msrs raw = fixture_full();

	if (setup_vmcs_config(&raw, &vmcs_config, &vmx_capability, &report))
		test_fail(__FILE__, __LINE__, "the recorded processor is refused");
	sim_vmx_set_processors(&raw);
	sim_vmxon_all();
}

static void create_vcpu(struct guest *g, u32 id)
{
	struct vcpu *vcpu = &g->vcpu[id];
	int error;

	vcpu->run = &g->run[id];
	vcpu->pio_data = g->pio[id];
	error = vmx_create_vcpu(&g->vm, vcpu, id);
	if (error)
		test_fail(__FILE__, __LINE__, "vmx_create_vcpu() gives %d", error);
	host_mutex_lock(&g->vm.lock);
	vm_add_vcpu(&g->vm, vcpu);
	host_mutex_unlock(&g->vm.lock);
	host_vcpu_get(vcpu);
}

struct guest *guest_create(void)
{
	memset(&guest, 0, sizeof(guest));
	guest_use_processor();
	vpid_init();
	if (vm_init(&guest.vm))
		test_fail(__FILE__, __LINE__, "vm_init() fails");
	create_vcpu(&guest, 0);
	guest.ticket = host_srcu_read_lock(&guest.vm.srcu);
	return &guest;
}

struct vcpu *guest_add_vcpu(struct guest *g)
{
	host_vcpu_release(&g->vcpu[0]);
	create_vcpu(g, 1);
	return &g->vcpu[1];
}

void guest_destroy(struct guest *g)
{
	for (unsigned int i = 0; i < GUEST_VCPUS; i++) {
		if (!g->vcpu[i].vm)
			continue;
		if (g->vcpu[i].loaded)
			host_vcpu_release(&g->vcpu[i]);
		vmx_free_vcpu(&g->vcpu[i]);
	}
	host_srcu_read_unlock(&g->vm.srcu, g->ticket);
	vm_destroy(&g->vm);
	sim_vmxoff_all();
}

void guest_set_supported_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid_entry2 entry[CPUID_MAX_ENTRIES];
	unsigned int count = cpuid_supported(entry, CPUID_MAX_ENTRIES);

	EXPECT_EQ(cpuid_set(vcpu, entry, count), 0);
	vcpu_cr4_update_allowed(vcpu);
	msr_bitmap_apply_policy(vcpu);
}

void guest_switch_in(struct vcpu *vcpu)
{
	host_preempt_disable();
	msr_switch_to_guest(vcpu);
	vcpu->guest_state_loaded = true;
}

void guest_switch_out(struct vcpu *vcpu)
{
	msr_switch_to_host(vcpu);
	vcpu->guest_state_loaded = false;
	host_preempt_enable();
}
