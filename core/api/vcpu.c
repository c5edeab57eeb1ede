// SPDX-License-Identifier: GPL-2.0
/* The other ioctls of a vCPU: CPUID, MSRs, events. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "life/life.h"
#include "msr/msr.h"
#include "vcpu/events.h"
#include "vcpu/mp_state.h"
#include "vcpu/state.h"

int api_get_cpuid2(struct ioctl_call *call)
{
	struct kvm_cpuid2 *list = call->data;
	const struct vcpu_cpuid *cpuid = call->vcpu->cpuid;
	unsigned int count = cpuid ? cpuid->count : 0;

	if (count > call->entries)
		return -E2BIG;
	for (unsigned int i = 0; i < count; i++)
		list->entries[i] = cpuid_as_seen(call->vcpu, &cpuid->entry[i]);
	list->nent = count;
	return 0;
}

/* To the guest: the bits that follow its registers do not count. */
static bool same_cpuid(const struct vcpu *vcpu, const struct kvm_cpuid2 *list)
{
	const struct vcpu_cpuid *cpuid = vcpu->cpuid;
	unsigned int count = cpuid ? cpuid->count : 0;

	if (count != list->nent)
		return false;
	for (unsigned int i = 0; i < count; i++) {
		struct kvm_cpuid_entry2 now = cpuid_as_seen(vcpu, &cpuid->entry[i]);
		struct kvm_cpuid_entry2 other = cpuid_as_seen(vcpu, &list->entries[i]);

		if (__builtin_memcmp(&now, &other, sizeof(now)) != 0)
			return false;
	}
	return true;
}

/* What a guest has seen must not change under it: after the first run only the same is taken. */
int api_set_cpuid2(struct ioctl_call *call)
{
	const struct kvm_cpuid2 *list = call->data;
	int error;

	if (call->vcpu->has_run)
		return same_cpuid(call->vcpu, list) ? 0 : -EINVAL;
	error = cpuid_set(call->vcpu, list->entries, call->entries);
	if (error)
		return error;
	msr_show_monitor(call->vcpu);
	vcpu_cr4_update_allowed(call->vcpu);
	cpuid_apply_controls(call->vcpu);
	vcpu_request(call->vcpu, VCPU_REQUEST_MSR_BITMAP);
	return 0;
}

int api_get_msrs(struct ioctl_call *call)
{
	struct kvm_msrs *list = call->data;
	unsigned int i;

	for (i = 0; i < call->entries; i++)
		if (msr_read(call->vcpu, list->entries[i].index, &list->entries[i].data, true))
			break;
	return (int)i;
}

int api_set_msrs(struct ioctl_call *call)
{
	const struct kvm_msrs *list = call->data;
	unsigned int i;

	for (i = 0; i < call->entries; i++)
		if (msr_write(call->vcpu, list->entries[i].index, list->entries[i].data, true))
			break;
	return (int)i;
}

int api_get_mp_state(struct vcpu *vcpu, struct kvm_mp_state *state)
{
	vcpu_take_signals(vcpu);
	vcpu_take_unhalt(vcpu);
	state->mp_state = vcpu->mp_state;
	return 0;
}

int api_set_mp_state(struct vcpu *vcpu, const struct kvm_mp_state *state)
{
	return vcpu_mp_state_set(vcpu, state->mp_state);
}

/* INT3 and INTO need an instruction length, which the API has no field for: the guest executes
 * them again.  Where user space sets one all the same, it is that of the usual encoding. */
#define INT3_LENGTH  1 /* INTO's, too */
#define INT_N_LENGTH 2

static bool soft_exception(u8 vector)
{
	return vector == VECTOR_BP || vector == VECTOR_OF;
}

/* The bits of the API are not those of the VMCS. */
static u8 shadow_to_user(u32 blocking)
{
	return (u8)((blocking & BLOCKING_BY_STI ? KVM_X86_SHADOW_INT_STI : 0) |
		    (blocking & BLOCKING_BY_MOV_SS ? KVM_X86_SHADOW_INT_MOV_SS : 0));
}

/* VM entry takes one of the two only; that of MOV SS holds back more. */
static u32 shadow_from_user(u8 shadow)
{
	if (shadow & KVM_X86_SHADOW_INT_MOV_SS)
		return BLOCKING_BY_MOV_SS;
	return shadow & KVM_X86_SHADOW_INT_STI ? BLOCKING_BY_STI : 0;
}

/* Parts that a program knows of when it has enabled them. */
static u32 enabled_flags(const struct vm *vm)
{
	u32 flags = 0;

	if (__atomic_load_n(&vm->exception_payload, __ATOMIC_RELAXED))
		flags |= KVM_VCPUEVENT_VALID_PAYLOAD;
	if (__atomic_load_n(&vm->triple_fault_event, __ATOMIC_RELAXED))
		flags |= KVM_VCPUEVENT_VALID_TRIPLE_FAULT;
	return flags;
}

/* Who does not know of pending ones and payloads finds the payload in the registers, and the
 * exception among those whose delivery has begun. */
static void get_exception(struct vcpu *vcpu, struct kvm_vcpu_events *events)
{
	struct vcpu_events *now = &vcpu->events;
	bool apart = enabled_flags(vcpu->vm) & KVM_VCPUEVENT_VALID_PAYLOAD;
	bool soft = soft_exception(now->exception.vector);

	if (now->exception.pending && !apart)
		vcpu_events_take_payload(vcpu);
	events->exception.injected =
		!soft && (now->exception.injected || (now->exception.pending && !apart));
	if (!apart || soft || !now->exception.pending)
		return;
	events->exception.pending = 1;
	events->exception_has_payload = now->exception.has_payload;
	if (now->exception.has_payload)
		events->exception_payload = now->exception.payload;
}

int api_get_vcpu_events(struct vcpu *vcpu, struct kvm_vcpu_events *events)
{
	struct vcpu_events *now = &vcpu->events;

	vcpu_take_nmis(vcpu);
	get_exception(vcpu, events);
	events->exception.nr = now->exception.vector;
	events->exception.has_error_code = now->exception.has_error;
	events->exception.error_code = now->exception.error;

	events->interrupt.injected = now->interrupt.injected;
	events->interrupt.nr = now->interrupt.vector;
	events->interrupt.shadow = shadow_to_user(vcpu_interrupt_shadow(vcpu));

	events->nmi.injected = now->nmi.injected;
	events->nmi.pending = (u8)now->nmi.pending;
	events->nmi.masked = vcpu_nmi_masked(vcpu);
	if (vcpu->lapic)
		events->sipi_vector = vcpu->lapic->sipi_vector;
	events->flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW |
			enabled_flags(vcpu->vm);
	if (events->flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT)
		events->triple_fault.pending = vcpu_request_waits(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
	return 0;
}

static bool sets_pending(const struct kvm_vcpu_events *events)
{
	return (events->flags & KVM_VCPUEVENT_VALID_PAYLOAD) && events->exception.pending;
}

static bool events_valid(const struct vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	const u32 known = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SIPI_VECTOR |
			  KVM_VCPUEVENT_VALID_SHADOW;

	if (events->flags & ~(known | enabled_flags(vcpu->vm)))
		return false;
	return (!events->exception.injected && !sets_pending(events)) ||
	       (events->exception.nr < 32 && events->exception.nr != VECTOR_NMI);
}

/* Pending ones come before those that have begun; only #PF and #DB have a payload. */
static void set_exception(struct vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	struct vcpu_events *now = &vcpu->events;
	u8 vector = events->exception.nr;

	now->exception.pending = sets_pending(events);
	now->exception.injected = events->exception.injected && !now->exception.pending;
	now->exception.vector = vector;
	now->exception.has_error = events->exception.has_error_code;
	now->exception.error = events->exception.error_code;
	now->exception.has_payload = now->exception.pending && events->exception_has_payload &&
				     (vector == VECTOR_PF || vector == VECTOR_DB);
	now->exception.payload = events->exception_payload;
}

static void set_triple_fault(struct vcpu *vcpu, bool pending)
{
	if (pending)
		vcpu_request(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
	else
		vcpu_request_drop(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
}

/* They replace what has come meanwhile; no more than a vCPU can hold. */
static void set_pending_nmis(struct vcpu *vcpu, unsigned int count)
{
	vcpu->events.nmi.pending = 0;
	for (; count; count--)
		vcpu_nmi_queue(vcpu);
}

int api_set_vcpu_events(struct vcpu *vcpu, const struct kvm_vcpu_events *events)
{
	struct vcpu_events *now = &vcpu->events;

	if (!events_valid(vcpu, events))
		return -EINVAL;
	set_exception(vcpu, events);
	now->interrupt.injected = events->interrupt.injected && !events->interrupt.soft;
	now->interrupt.vector = events->interrupt.nr;
	now->soft.injected = events->interrupt.injected && events->interrupt.soft;
	now->soft.vector = events->interrupt.nr;
	now->instruction_length = events->interrupt.soft ? INT_N_LENGTH : INT3_LENGTH;
	if (events->flags & KVM_VCPUEVENT_VALID_SHADOW) {
		if (shadow_from_user(events->interrupt.shadow))
			vcpu_end_halt(vcpu);
		vcpu_interrupt_shadow_set(vcpu, shadow_from_user(events->interrupt.shadow));
	}

	vcpu_take_nmis(vcpu);
	now->nmi.injected = events->nmi.injected;
	vcpu_nmi_mask(vcpu, events->nmi.masked);
	set_pending_nmis(vcpu, events->flags & KVM_VCPUEVENT_VALID_NMI_PENDING ? events->nmi.pending
									       : now->nmi.pending);
	if (vcpu->lapic && (events->flags & KVM_VCPUEVENT_VALID_SIPI_VECTOR))
		vcpu->lapic->sipi_vector = (u8)events->sipi_vector;
	if (events->flags & KVM_VCPUEVENT_VALID_TRIPLE_FAULT)
		set_triple_fault(vcpu, events->triple_fault.pending);
	return 0;
}

int api_interrupt(struct vcpu *vcpu, const struct kvm_interrupt *interrupt)
{
	if (interrupt->irq >= KVM_NR_INTERRUPTS)
		return -EINVAL;
	/* They come by the 8259s. */
	if (!vcpu->user_pic)
		return -ENXIO;
	if (vcpu->lapic)
		return split_extint_set(vcpu, (u8)interrupt->irq);
	vcpu->events.interrupt.injected = true;
	vcpu->events.interrupt.vector = (u8)interrupt->irq;
	return 0;
}

int api_nmi(struct vcpu *vcpu)
{
	vcpu_nmi_queue(vcpu);
	return 0;
}

int api_setup_mce(struct vcpu *vcpu, const u64 *capabilities)
{
	return msr_setup_mce(vcpu, *capabilities);
}

int api_get_lapic(struct vcpu *vcpu, struct kvm_lapic_state *state)
{
	if (!vcpu->lapic)
		return -EINVAL;
	lapic_state_get(vcpu, state);
	return 0;
}

int api_set_lapic(struct vcpu *vcpu, const struct kvm_lapic_state *state)
{
	if (!vcpu->lapic)
		return -EINVAL;
	return lapic_state_set(vcpu, state);
}

/* Without a local APIC in the kernel there is no access to report. */
int api_tpr_access_reporting(struct vcpu *vcpu, struct kvm_tpr_access_ctl *control)
{
	if (control->flags)
		return -EINVAL;
	if (vcpu->lapic)
		vcpu->lapic->reports_tpr = control->enabled;
	return 0;
}

int api_set_vapic_addr(struct vcpu *vcpu, const struct kvm_vapic_addr *address)
{
	return vcpu->lapic ? lapic_vapic_set(vcpu, address->vapic_addr) : -EINVAL;
}
