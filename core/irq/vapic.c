// SPDX-License-Identifier: GPL-2.0
/*
 * The TPR in the guest's memory.  User space that sees which instructions of a guest access the TPR
 * (KVM_TPR_ACCESS_REPORTING) can make them access a word of memory in place of the APIC's page
 * (KVM_SET_VAPIC_ADDR).  Before an entry the word gets the TPR, and beside it what the guest needs
 * to know whether a TPR that it lowers lets an interrupt in, so that only then it has to exit;
 * after the exit the TPR is what the guest has left there.
 */
#include "irq/registers.h"
#include "mem/mem.h"

#define NOT_PUBLISHED (-1)

static bool vapic_is_on(const struct lapic *lapic)
{
	return lapic->takes & LAPIC_TAKES_TPR;
}

static bool is_writable(const struct vm *vm, gpa_t gpa)
{
	const struct memslot *slot = memslots_find(memslots_get(vm), gpa >> LINTEL_PAGE_SHIFT);

	return slot && !(slot->flags & KVM_MEM_READONLY);
}

void lapic_vapic_off(struct lapic *lapic)
{
	lapic->takes &= (u8)~LAPIC_TAKES_TPR;
	lapic->vapic_tpr = NOT_PUBLISHED;
}

int lapic_vapic_set(struct vcpu *vcpu, gpa_t gpa)
{
	struct lapic *lapic = vcpu->lapic;
	gpa_t last = gpa + sizeof(u32) - 1;

	if (gpa && (last < gpa || !is_writable(vcpu->vm, gpa) || !is_writable(vcpu->vm, last)))
		return -EINVAL;
	lapic_vapic_off(lapic);
	if (!gpa)
		return 0;
	lapic->vapic = gpa;
	lapic->takes |= LAPIC_TAKES_TPR;
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	return 0;
}

/* Where there is no memory any more, the TPR stays the APIC's own. */
static void publish(struct vcpu *vcpu,
		    int (*write)(struct vm *vm, gpa_t gpa, const void *from, size_t length))
{
	struct lapic *lapic = vcpu->lapic;
	u32 word = lapic_vapic_word(lapic);
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	int error = write(vcpu->vm, lapic->vapic, &word, sizeof(word));

	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	lapic->vapic_tpr = NOT_PUBLISHED;
	if (!error)
		lapic->vapic_tpr = (u8)word;
}

void lapic_vapic_publish(struct vcpu *vcpu)
{
	if (vcpu->lapic && vapic_is_on(vcpu->lapic))
		publish(vcpu, guest_write);
}

/* A word that cannot be reached now names a vector as waiting that is in service already: the guest
 * exits once for nothing. */
void lapic_vapic_acknowledged(struct vcpu *vcpu)
{
	u32 word = lapic_vapic_word(vcpu->lapic);
	int ticket = host_srcu_read_lock(&vcpu->vm->srcu);

	guest_write_atomic(vcpu->vm, vcpu->lapic->vapic, &word, sizeof(word));
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}

/* What the guest did not write there is not news: its TPR may have changed by CR8. */
static void take_tpr(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u8 tpr;

	if (lapic->vapic_tpr != NOT_PUBLISHED &&
	    !guest_read(vcpu->vm, lapic->vapic, &tpr, sizeof(tpr)) && tpr != lapic->vapic_tpr)
		lapic_put(lapic, LAPIC_TPR, tpr);
	lapic->vapic_tpr = NOT_PUBLISHED;
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

void lapic_take(struct vcpu *vcpu)
{
	u8 takes = vcpu->lapic->takes;

	if (takes & LAPIC_TAKES_EOI)
		lapic_eoi_take(vcpu);
	if (takes & LAPIC_TAKES_TPR)
		take_tpr(vcpu);
}

void lapic_tpr_accessed(struct vcpu *vcpu, bool write)
{
	struct lapic *lapic = vcpu->lapic;

	if (!lapic->reports_tpr)
		return;
	lapic->tpr_access.rip = vcpu->exit.rip;
	lapic->tpr_access.write = write;
	vcpu_request(vcpu, VCPU_REQUEST_TPR_ACCESS);
}
