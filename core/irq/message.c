// SPDX-License-Identifier: GPL-2.0
/*
 * Interrupt messages: which local APICs one is for.
 *
 * SDM: "Determining IPI Destination", "Logical Destination Mode in x2APIC Mode".
 */
#include "irq/registers.h"

#define XAPIC_BROADCAST	 0xffu
#define X2APIC_BROADCAST 0xffffffffu

static bool is_broadcast(const struct irq_message *message)
{
	return message->destination == (message->xapic ? XAPIC_BROADCAST : X2APIC_BROADCAST);
}

static bool matches_cluster(u32 destination, u32 id, unsigned int cluster_shift)
{
	u32 members = BIT32(cluster_shift) - 1;

	return destination >> cluster_shift == id >> cluster_shift && (destination & id & members);
}

static bool matches_logical(const struct vcpu *vcpu, u32 destination)
{
	u32 id = lapic_logical_id(vcpu);

	if (lapic_x2apic(vcpu))
		return matches_cluster(destination, id, 16);
	id >>= 24;
	switch (lapic_get(vcpu->lapic, LAPIC_DFR) & DFR_MODEL) {
	case DFR_FLAT:
		return destination & id;
	case DFR_CLUSTER:
		return matches_cluster(destination, id, 4);
	default: /* no model that there is */
		return false;
	}
}

static bool is_for(const struct irq_message *message, const struct vcpu *vcpu,
		   const struct vcpu *sender)
{
	if (!lapic_enabled(vcpu))
		return false;
	switch ((enum irq_shorthand)message->shorthand) {
	case IRQ_SELF:
		return vcpu == sender;
	case IRQ_ALL:
		return true;
	case IRQ_ALL_BUT_SELF:
		return vcpu != sender;
	case IRQ_ALL_XAPIC:
		if (!lapic_x2apic(vcpu))
			return true;
		break;
	default:
		break;
	}
	if (is_broadcast(message))
		return true;
	if (message->logical)
		return matches_logical(vcpu, message->destination);
	return lapic_id(vcpu) == message->destination;
}

struct search {
	const struct irq_message *message;
	struct vm *vm;
	const struct vcpu *sender;
	unsigned int id; /* of vm_next_vcpu() */
};

static struct vcpu *search_next(struct search *search)
{
	struct vcpu *vcpu;

	while ((vcpu = vm_next_vcpu(search->vm, &search->id)))
		if (is_for(search->message, vcpu, search->sender))
			break;
	return vcpu;
}

static int deliver(struct vcpu *vcpu, const struct irq_message *message, const struct vcpu *sender)
{
	if (vcpu == sender && message->delivery == IRQ_FIXED)
		return lapic_send_to_itself(vcpu, message->vector);
	return lapic_deliver(vcpu, (enum irq_delivery)message->delivery, message->vector,
			     message->level);
}

static int send_to_all(struct search search)
{
	struct vcpu *vcpu;
	int taken = -1;

	while ((vcpu = search_next(&search))) {
		int result = deliver(vcpu, search.message, search.sender);

		taken = taken < 0 ? result : taken + result;
	}
	return taken;
}

/* Those that take interrupts at all, in turn.  "Arbitration Priority" is the processor's affair. */
static int send_to_one(struct search search)
{
	struct search again = search;
	struct vcpu *vcpu, *target = NULL;
	unsigned int count = 0, turn;

	while ((vcpu = search_next(&search)))
		count += lapic_software_enabled(vcpu->lapic);
	if (!count)
		return -1;
	turn = __atomic_fetch_add(&search.vm->lowest_priority_turn, 1, __ATOMIC_RELAXED) % count;
	/* Some may be gone by now: then it is for the last. */
	while ((vcpu = search_next(&again))) {
		if (!lapic_software_enabled(vcpu->lapic))
			continue;
		target = vcpu;
		if (!turn--)
			break;
	}
	return target ? deliver(target, again.message, again.sender) : -1;
}

/* As long as no guest has written its APIC ID, the ID is the vCPU's. */
static bool names_one_vcpu(struct vm *vm, const struct irq_message *message)
{
	return message->shorthand == IRQ_NO_SHORTHAND && !message->logical &&
	       !is_broadcast(message) && !__atomic_load_n(&vm->apic_ids_changed, __ATOMIC_RELAXED);
}

int irq_message_send(struct vm *vm, struct vcpu *sender, const struct irq_message *message)
{
	struct vcpu *vcpu = sender;

	if (message->shorthand != IRQ_SELF) {
		if (!names_one_vcpu(vm, message)) {
			struct search search = {.message = message, .vm = vm, .sender = sender};

			return message->delivery == IRQ_LOWEST ? send_to_one(search)
							       : send_to_all(search);
		}
		if (message->destination >= VM_MAX_VCPUS)
			return -1;
		/* The mask is for a processor that goes on before it has compared. */
		vcpu = __atomic_load_n(&vm->vcpus[message->destination & (VM_MAX_VCPUS - 1)],
				       __ATOMIC_ACQUIRE);
	}
	return vcpu && is_for(message, vcpu, sender) ? deliver(vcpu, message, sender) : -1;
}

int irq_message_send_device(struct vm *vm, struct irq_message *message)
{
	message->xapic = true;
	if (message->destination == X2APIC_BROADCAST) {
		message->shorthand = IRQ_ALL;
	} else if (message->destination == XAPIC_BROADCAST &&
		   __atomic_load_n(&vm->msi_ff_is_id, __ATOMIC_RELAXED)) {
		message->xapic = false;
		message->shorthand = IRQ_ALL_XAPIC;
	}
	return irq_message_send(vm, NULL, message);
}
