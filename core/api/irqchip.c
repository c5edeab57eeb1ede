// SPDX-License-Identifier: GPL-2.0
/* ioctls of the interrupt controllers, the timer and the routing of interrupts. */
#include "api/internal.h"
#include "irq/irqchip.h"

int api_create_irqchip(struct ioctl_call *call)
{
	return irqchip_create(call->vm);
}

int api_get_irqchip(struct ioctl_call *call)
{
	return irqchip_get(call->vm) ? irqchip_state_get(call->vm, call->data) : -ENXIO;
}

int api_set_irqchip(struct ioctl_call *call)
{
	return irqchip_get(call->vm) ? irqchip_state_set(call->vm, call->data) : -ENXIO;
}

/* KVM_IRQ_LINE and KVM_IRQ_LINE_STATUS, whose number says whether the result goes back. */
int api_irq_line(struct ioctl_call *call)
{
	struct kvm_irq_level *line = call->data;

	if (!irqchip_get(call->vm))
		return -ENXIO;
	line->status = irq_line_set(call->vm, line->irq, line->level, IRQ_SOURCE_USER);
	return 0;
}

int api_signal_msi(struct ioctl_call *call)
{
	const struct kvm_msi *msi = call->data;
	int result;

	if (!irqchip_get(call->vm) || msi->flags)
		return -EINVAL;
	result = irq_msi_send(call->vm, (u64)msi->address_hi << 32 | msi->address_lo, msi->data);
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

int api_create_pit(struct ioctl_call *call)
{
	return pit_create(call->vm, KVM_PIT_SPEAKER_DUMMY);
}

int api_create_pit2(struct ioctl_call *call)
{
	return pit_create(call->vm, ((const struct kvm_pit_config *)call->data)->flags);
}

int api_get_pit2(struct ioctl_call *call)
{
	return pit_state_get(call->vm, call->data);
}

int api_set_pit2(struct ioctl_call *call)
{
	return pit_state_set(call->vm, call->data);
}

int api_get_pit(struct ioctl_call *call)
{
	struct kvm_pit_state2 state = { 0 };
	int error = pit_state_get(call->vm, &state);

	if (!error)
		__builtin_memcpy(call->data, state.channels, sizeof(state.channels));
	return error;
}

int api_set_pit(struct ioctl_call *call)
{
	struct kvm_pit_state2 state = { 0 };

	__builtin_memcpy(state.channels, call->data, sizeof(state.channels));
	return pit_state_set(call->vm, &state);
}

int api_reinject_control(struct ioctl_call *call)
{
	return pit_reinject_set(call->vm,
				((const struct kvm_reinject_control *)call->data)->pit_reinject);
}

int api_set_boot_cpu_id(struct ioctl_call *call)
{
	if (call->vm->nr_vcpus)
		return -EBUSY;
	call->vm->boot_cpu_id = (u32)call->argument;
	return 0;
}
