// SPDX-License-Identifier: GPL-2.0
/* ioctls of the interrupt controllers, the timer and the routing of interrupts. */
#include "api/internal.h"
#include "irq/irqchip.h"

/* KVM_IRQ_LINE and KVM_IRQ_LINE_STATUS, whose number says whether the result goes back. */
int api_irq_line(struct vm *vm, struct kvm_irq_level *line)
{
	if (!irqchip_get(vm))
		return -ENXIO;
	line->status = irq_line_set(vm, line->irq, line->level, IRQ_SOURCE_USER);
	return 0;
}

int api_signal_msi(struct vm *vm, const struct kvm_msi *msi)
{
	u64 address = (u64)msi->address_hi << 32 | msi->address_lo;
	int result;

	if (!irqchip_get(vm) || msi->flags || !irq_msi_valid(vm, address))
		return -EINVAL;
	result = irq_msi_send(vm, address, msi->data);
	/* A message for nobody goes nowhere, as a guest that blocks it. */
	return result < 0 ? 0 : result;
}

int api_set_gsi_routing(struct ioctl_call *call)
{
	const struct kvm_irq_routing *routing = call->data;

	if (routing->flags)
		return -EINVAL;
	return irq_routing_set(call->vm, routing->entries, call->entries);
}

int api_create_pit(struct vm *vm)
{
	return pit_create(vm, KVM_PIT_SPEAKER_DUMMY);
}

int api_create_pit2(struct vm *vm, const struct kvm_pit_config *config)
{
	return pit_create(vm, config->flags);
}

int api_get_pit(struct vm *vm, struct kvm_pit_state *pit)
{
	struct kvm_pit_state2 state = {0};
	int error = pit_state_get(vm, &state);

	if (!error)
		__builtin_memcpy(pit->channels, state.channels, sizeof(state.channels));
	return error;
}

int api_set_pit(struct vm *vm, const struct kvm_pit_state *pit)
{
	struct kvm_pit_state2 state = {0};

	__builtin_memcpy(state.channels, pit->channels, sizeof(state.channels));
	return pit_state_set(vm, &state);
}

int api_reinject_control(struct vm *vm, const struct kvm_reinject_control *control)
{
	return pit_reinject_set(vm, control->pit_reinject);
}

int api_set_boot_cpu_id(struct ioctl_call *call)
{
	if (call->vm->nr_vcpus)
		return -EBUSY;
	if (call->argument > vm_vcpu_id_limit(call->vm))
		return -EINVAL;
	call->vm->boot_cpu_id = (u32)call->argument;
	return 0;
}
