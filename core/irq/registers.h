/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Inside the local APIC: its registers, and the functions that its files share.
 *
 * SDM: "Local APIC Register Address Map", "x2APIC Register Address Space".
 */
#ifndef LINTEL_IRQ_REGISTERS_H
#define LINTEL_IRQ_REGISTERS_H

#include "irq/lapic.h"

/* Offsets in the page; the MSR of x2APIC mode is 0x800 + offset / 16. */
enum lapic_register {
	LAPIC_ID = 0x020,
	LAPIC_VERSION = 0x030,
	LAPIC_TPR = 0x080,
	LAPIC_APR = 0x090,
	LAPIC_PPR = 0x0a0,
	LAPIC_EOI = 0x0b0,
	LAPIC_RRD = 0x0c0,
	LAPIC_LDR = 0x0d0,
	LAPIC_DFR = 0x0e0,
	LAPIC_SVR = 0x0f0,
	LAPIC_ISR = 0x100, /* eight registers of 32 vectors each; so TMR and IRR */
	LAPIC_TMR = 0x180,
	LAPIC_IRR = 0x200,
	LAPIC_ESR = 0x280,
	LAPIC_LVT_CMCI = 0x2f0, /* where there is one */
	LAPIC_ICR = 0x300,
	LAPIC_ICR2 = 0x310,
	LAPIC_LVT_TIMER = 0x320,
	LAPIC_LVT_THERMAL = 0x330,
	LAPIC_LVT_PMC = 0x340,
	LAPIC_LVT_LINT0 = 0x350,
	LAPIC_LVT_LINT1 = 0x360,
	LAPIC_LVT_ERROR = 0x370,
	LAPIC_TIMER_INITIAL = 0x380,
	LAPIC_TIMER_CURRENT = 0x390,
	LAPIC_TIMER_DIVIDE = 0x3e0,
	LAPIC_SELF_IPI = 0x3f0,
	LAPIC_REGISTERS_END = 0x400,
};

#define LAPIC_REGISTER_STEP 16
#define LAPIC_VECTOR_WORDS  8
#define LAPIC_ALL_WORDS	    (BIT32(LAPIC_VECTOR_WORDS) - 1)

/* Version 0x14; the highest of the LVT's entries is 5, or 6 with CMCI. */
#define LAPIC_VERSION_VALUE 0x00050014u
#define LAPIC_VERSION_CMCI  0x00060014u

/* "Spurious-Interrupt Vector Register" */
#define SVR_ENABLE BIT32(8)
#define SVR_RESET  0xffu

/* "Local Vector Table" */
#define LVT_VECTOR	   0xffu
#define LVT_DELIVERY(lvt)  (((lvt) >> 8) & 7)
#define LVT_MASKED	   BIT32(16)
#define LVT_TIMER_MODE	   (3u << 17)
#define LVT_TIMER_ONE_SHOT 0u
#define LVT_TIMER_PERIODIC (1u << 17)
#define LVT_TIMER_DEADLINE (2u << 17)

/* "Error Handling" */
#define ESR_SEND_ILLEGAL_VECTOR	    BIT32(5)
#define ESR_RECEIVED_ILLEGAL_VECTOR BIT32(6)
#define ESR_ILLEGAL_REGISTER	    BIT32(7)

/* "Interrupt Command Register (ICR)" */
#define ICR_DELIVERY(icr)  (((icr) >> 8) & 7)
#define ICR_LOGICAL	   BIT32(11)
#define ICR_PENDING	   BIT32(12)
#define ICR_ASSERT	   BIT32(14)
#define ICR_LEVEL	   BIT32(15)
#define ICR_SHORTHAND(icr) (((icr) >> 18) & 3)

/* "Logical Destination Mode": bits 31:28 of the DFR; the others read as 1. */
#define DFR_MODEL   0xf0000000u
#define DFR_FLAT    0xf0000000u
#define DFR_CLUSTER 0

/* Vectors below are the processor's. */
#define LAPIC_FIRST_VECTOR 16

static inline u32 *lapic_register(const struct lapic *lapic, u32 offset)
{
	return (u32 *)(lapic->page + offset);
}

/* Other threads look at some of the registers, and the guest at its TPR: each is one access. */
static inline u32 lapic_get(const struct lapic *lapic, u32 offset)
{
	return __atomic_load_n(lapic_register(lapic, offset), __ATOMIC_RELAXED);
}

static inline void lapic_put(struct lapic *lapic, u32 offset, u32 value)
{
	__atomic_store_n(lapic_register(lapic, offset), value, __ATOMIC_RELAXED);
}

/* The word of IRR, TMR or ISR that has the vector. */
static inline u32 lapic_vector_word(u32 first, u8 vector)
{
	return first + vector / 32 * LAPIC_REGISTER_STEP;
}

static inline bool lapic_software_enabled(const struct lapic *lapic)
{
	return lapic_get(lapic, LAPIC_SVR) & SVR_ENABLE;
}

/* --- lapic.c --- */

/* What follows from what the processor is, and no software writes. */
u32 lapic_version(const struct lapic *lapic);
/* Every register of the LVT: masked. */
void lapic_lvt_mask(struct lapic *lapic);
/* PPR and APR, which follow from TPR, ISR and IRR. */
u32 lapic_processor_priority(const struct lapic *lapic);
u32 lapic_arbitration_priority(struct lapic *lapic);
/* LDR; in x2APIC mode it follows from the ID.  Any context. */
u32 lapic_logical_id(const struct vcpu *vcpu);
/* The vector that is requested, or in service (whose end EOI would be), with the highest priority;
 * -1: none.  The vCPU's thread. */
int lapic_highest_requested(struct lapic *lapic);
int lapic_highest_in_service(const struct lapic *lapic);
/* TPR, class of what is in service, next vector in IRR: bytes 0, 1 and 3, as KVM_SET_VAPIC_ADDR has
 * them. */
u32 lapic_vapic_word(struct lapic *lapic);
void lapic_eoi(struct vcpu *vcpu);
/* The ID that the processor was given; in x2APIC mode as RDMSR gives it, with the LDR that follows
 * from it, so that the processor can answer from the page. */
void lapic_ids_reset(struct vcpu *vcpu);
/* IRR and ISR were written as a whole. */
void lapic_vectors_changed(struct lapic *lapic);
/* Bits of ESR: noted until software asks, with an interrupt for each that is new.  Any context. */
void lapic_error(struct vcpu *vcpu, u32 bits);

/* --- register.c --- */

/* The bits of a register that KVM_SET_LAPIC can set; 0: none. */
u32 lapic_writable_bits(const struct vcpu *vcpu, u32 offset);
/* What a read gives now. */
u32 lapic_register_read(struct vcpu *vcpu, u32 offset);
void lapic_id_write(struct vcpu *vcpu, u32 value);

/* --- timer.c --- */

void lapic_timer_init(struct lapic *lapic);
/* The timer's registers, when software writes them.  The initial count is in the page. */
void lapic_timer_lvt_write(struct vcpu *vcpu, u32 value);
void lapic_timer_count_write(struct vcpu *vcpu, u32 value);
void lapic_timer_divide_write(struct vcpu *vcpu, u32 value);
u32 lapic_timer_count(const struct vcpu *vcpu);
/* Between these the callback does not come: the count and IRR are those of one moment.  May wait
 * for the callback, as lapic_timer_stop(). */
void lapic_timer_pause(struct vcpu *vcpu);
void lapic_timer_continue(struct vcpu *vcpu);
/* After the registers came from KVM_SET_LAPIC: goes on from there. */
void lapic_timer_resume(struct vcpu *vcpu);

#endif
