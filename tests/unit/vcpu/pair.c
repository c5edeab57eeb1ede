// SPDX-License-Identifier: GPL-2.0
#include "pair.h"
#include "../msr/guest.h"
#include "exit/run.h"
#include "io/bus.h"
#include "life/life.h"
#include "vcpu/vpid.h"

static struct pair the_pair;
static struct pair_entry entry;
static bool last_scripted; /* that of a run which did not enter is still there */

static void add_vcpu(struct pair *pair, u32 id)
{
	struct vcpu *vcpu = &pair->vcpu[id];
	const u32 svr = 0x1ff, extint = 0x700;

	vcpu->run = &pair->run[id];
	vcpu->pio_data = pair->pio[id];
	EXPECT_EQ(vmx_create_vcpu(&pair->vm, vcpu, id), 0);
	host_mutex_lock(&pair->vm.lock);
	vm_add_vcpu(&pair->vm, vcpu);
	host_mutex_unlock(&pair->vm.lock);
	PAIR_LOADED(vcpu, guest_set_supported_cpuid(vcpu));
	lapic_mmio_write(vcpu, 0xfee000f0, 4, &svr);
	if (id == PAIR_BSP)
		lapic_mmio_write(vcpu, 0xfee00350, 4, &extint);
	vcpu->requests = 0;
}

/* "8259A": ICW1 to ICW4, then the mask of each. */
static void open_pics(struct vcpu *vcpu)
{
	static const struct {
		u16 port;
		u8 value;
	} writes[] = {
		{0x20, 0x11}, {0x21, 0x20}, {0x21, 4}, {0x21, 1}, {0x21, 0},
		{0xa0, 0x11}, {0xa1, 0x28}, {0xa1, 2}, {0xa1, 1}, {0xa1, 0},
	};

	for (size_t i = 0; i < COUNT_OF(writes); i++)
		EXPECT_TRUE(bus_write(vcpu, BUS_PIO, writes[i].port, 1, &writes[i].value));
}

struct pair *pair_create(void)
{
	struct pair *pair = &the_pair;
	int ticket;

	sim_reset();
	memset(pair, 0, sizeof(*pair));
	last_scripted = false;
	guest_use_processor();
	vpid_init();
	EXPECT_EQ(vm_init(&pair->vm), 0);
	EXPECT_EQ(irqchip_create(&pair->vm), 0);
	ticket = host_srcu_read_lock(&pair->vm.srcu);
	for (u32 id = 0; id < COUNT_OF(pair->vcpu); id++)
		add_vcpu(pair, id);
	open_pics(&pair->vcpu[PAIR_BSP]);
	host_srcu_read_unlock(&pair->vm.srcu, ticket);
	return pair;
}

void pair_destroy(struct pair *pair)
{
	irqchip_destroy(&pair->vm);
	for (u32 id = 0; id < COUNT_OF(pair->vcpu); id++)
		vmx_free_vcpu(&pair->vcpu[id]);
	vm_destroy(&pair->vm);
	sim_vmxoff_all();
	EXPECT_EQ(sim_leaks(), 0);
}

static void look(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);

	(void)argument;
	entry.entered = true;
	last_scripted = false;
	entry.event = (u32)sim_vmcs_get(vmcs, VM_ENTRY_INTR_INFO_FIELD);
	entry.rip = sim_vmcs_get(vmcs, GUEST_RIP);
	entry.rsp = sim_vmcs_get(vmcs, GUEST_RSP);
	entry.rflags = sim_vmcs_get(vmcs, GUEST_RFLAGS);
	vcpu_seg_read(vcpu, SEG_CS, &entry.cs);
}

struct pair_entry pair_run(struct pair *pair, unsigned int id)
{
	const struct sim_exit last = {.reason = EXIT_REASON_TRIPLE_FAULT, .guest = look};

	if (!last_scripted)
		sim_script_exit(&last);
	last_scripted = true;
	entry = (struct pair_entry){0};
	entry.result = vcpu_run(&pair->vcpu[id]);
	sim_signal(false);
	return entry;
}
