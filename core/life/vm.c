// SPDX-License-Identifier: GPL-2.0
/* The life of a virtual machine. */
#include "life/life.h"
#include "cpuid/cpuid.h"
#include "io/bus.h"
#include "io/coalesced.h"
#include "io/ioeventfd.h"
#include "irq/irqfd.h"
#include "irq/lapic.h"
#include "mem/mem.h"
#include "msr/filter.h"
#include "vcpu/clock.h"
#include "vcpu/halt_poll.h"

int vm_init(struct vm *vm)
{
	int error;

	vm->process = host_process_id();
	host_mutex_init(&vm->lock);
	host_mutex_init(&vm->slots_lock);
	host_mutex_init(&vm->io_lock);
	host_mutex_init(&vm->irq_lock);
	host_spin_init(&vm->mmu_lock);
	vm->under_hypervisor = cpuid_host_has(FEATURE_HYPERVISOR);
	vm->apic_bus_ns = LAPIC_BUS_NS;
	vm->halt_poll_most = HALT_POLL_MOST_IS_HOSTS;
	clock_vm_init(vm);
	irqfds_init(vm);
	vm->slots = memslots_create();
	if (!vm->slots)
		return -ENOMEM;
	error = host_srcu_init(&vm->srcu);
	if (error)
		goto free_slots;
	error = host_srcu_init_brief(&vm->irq_srcu);
	if (error)
		goto destroy_srcu;
	error = ept_init(vm);
	if (error)
		goto destroy_irq_srcu;
	error = coalesced_init(vm);
	if (error)
		goto destroy_ept;
	return 0;
destroy_ept:
	ept_destroy(vm);
destroy_irq_srcu:
	host_srcu_destroy(&vm->irq_srcu);
destroy_srcu:
	host_srcu_destroy(&vm->srcu);
free_slots:
	host_free(vm->slots);
	return error;
}

void vm_destroy(struct vm *vm)
{
	msr_filter_free(vm->msr_filter);
	bus_destroy(vm);
	ioeventfds_destroy(vm);
	coalesced_destroy(vm);
	ept_destroy(vm);
	host_srcu_destroy(&vm->irq_srcu);
	host_srcu_destroy(&vm->srcu);
	memslots_destroy(vm);
}
