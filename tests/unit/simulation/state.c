// SPDX-License-Identifier: GPL-2.0
/* The state of a vCPU got, set again and got again is the same state, and the guest notices
 * nothing. */
#include "simulation.h"

struct vcpu_state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_vcpu_events events;
	struct kvm_mp_state mp_state;
	struct kvm_debugregs debugregs;
	struct kvm_xsave xsave;
	struct kvm_lapic_state lapic;
};

static const struct part {
	u32 get, set;
	size_t offset, size;
	bool irqchip;
} parts[] = {
#define PART(name, member, irqchip_)                                                               \
	{                                                                                          \
		KVM_GET_##name, KVM_SET_##name, offsetof(struct vcpu_state, member),               \
			sizeof(((struct vcpu_state *)0)->member), irqchip_                         \
	}
	PART(REGS, regs, false),	  PART(SREGS, sregs, false),
	PART(VCPU_EVENTS, events, false), PART(DEBUGREGS, debugregs, false),
	PART(XSAVE, xsave, false),	  PART(MP_STATE, mp_state, true),
};

static void each_part(struct guest *guest, struct vcpu_state *state, bool set)
{
	for (unsigned int i = 0; i < COUNT_OF(parts); i++) {
		u32 number = set ? parts[i].set : parts[i].get;

		if (parts[i].irqchip && !simulation.irqchip)
			continue;
		if (call(guest->fd, number, (u8 *)state + parts[i].offset, parts[i].size))
			guest_broken(guest, "ioctl 0x%x fails", number);
	}
}

/* NMIs that wait may become more at any time: those of others are not to be lost. */
static void leave_nmis(struct vcpu_state *state)
{
	state->events.flags &= ~(u32)KVM_VCPUEVENT_VALID_NMI_PENDING;
	state->events.nmi.pending = 0;
}

static void compare(struct guest *guest, const struct vcpu_state *a, const struct vcpu_state *b)
{
	const u8 *one = (const u8 *)a, *other = (const u8 *)b;

	for (unsigned int i = 0; i < COUNT_OF(parts); i++)
		for (size_t at = parts[i].offset; at < parts[i].offset + parts[i].size; at++)
			if (one[at] != other[at])
				guest_broken(guest, "ioctl 0x%x gives another byte %zu",
					     parts[i].get, at - parts[i].offset);
}

void state_round_trip(struct guest *guest)
{
	static struct vcpu_state before[MAX_GUESTS], after[MAX_GUESTS];
	unsigned int id = guest->id;

	memset(&before[id], 0, sizeof(before[id]));
	memset(&after[id], 0, sizeof(after[id]));
	each_part(guest, &before[id], false);
	leave_nmis(&before[id]);
	each_part(guest, &before[id], true);
	each_part(guest, &after[id], false);
	leave_nmis(&after[id]);
	compare(guest, &before[id], &after[id]);
}
