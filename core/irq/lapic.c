// SPDX-License-Identifier: GPL-2.0
/*
 * The local APIC: its life and modes, and the way of an interrupt through IRR and ISR to the
 * processor.
 *
 * SDM: "Local APIC", "Handling Interrupts", "Extended XAPIC (x2APIC)".
 */
#include "irq/registers.h"
#include "irq/irqchip.h"
#include "msr/msr.h"
#include "vmcs/vmcs.h"

static unsigned int highest_bit(u32 bits)
{
	return 31 - (unsigned int)__builtin_clz(bits);
}

/* --- Identity and mode -------------------------------------------------------------- */

static u64 base_of(const struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->apic_base, __ATOMIC_RELAXED);
}

bool lapic_enabled(const struct vcpu *vcpu)
{
	return base_of(vcpu) & APIC_BASE_ENABLE;
}

bool lapic_x2apic(const struct vcpu *vcpu)
{
	return base_of(vcpu) & APIC_BASE_X2APIC;
}

/* One whose ID does not fit into eight bits is addressed by all of it before it is in x2APIC mode,
 * too: otherwise nobody could start it. */
u32 lapic_id(const struct vcpu *vcpu)
{
	if (lapic_x2apic(vcpu) || vcpu->id > 0xff)
		return vcpu->id;
	return lapic_get(vcpu->lapic, LAPIC_ID) >> 24;
}

u32 lapic_logical_id(const struct vcpu *vcpu)
{
	if (lapic_x2apic(vcpu))
		return (vcpu->id >> 4) << 16 | BIT32(vcpu->id & 15);
	return lapic_get(vcpu->lapic, LAPIC_LDR);
}

hpa_t lapic_page(const struct vcpu *vcpu)
{
	return host_virt_to_phys(vcpu->lapic->page);
}

int lapic_vcpu_init(struct vcpu *vcpu)
{
	struct lapic *lapic = host_zalloc(sizeof(*lapic));

	if (!lapic)
		return -ENOMEM;
	lapic->page = host_alloc_pages(0);
	if (!lapic->page) {
		host_free(lapic);
		return -ENOMEM;
	}
	lapic->vcpu = vcpu;
	lapic->apicv = apicv_is_used();
	lapic->extint = LAPIC_NO_EXTINT;
	lapic_timer_init(lapic);
	vcpu->lapic = lapic;
	lapic_reset(vcpu, false);
	return 0;
}

void lapic_vcpu_destroy(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;

	if (!lapic)
		return;
	lapic_timer_stop(vcpu);
	vcpu->lapic = NULL;
	host_free_pages(lapic->page, 0);
	host_free(lapic);
}

/* LINT0 of the first processor passes the 8259s on, as a BIOS leaves it: guests are started without
 * one. */
static u32 lint0_at_reset(const struct vcpu *vcpu)
{
	if ((base_of(vcpu) & APIC_BASE_BSP) &&
	    vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_LINT0_REENABLED))
		return (u32)IRQ_EXTINT << 8;
	return LVT_MASKED;
}

u32 lapic_version(const struct lapic *lapic)
{
	return lapic->cmci ? LAPIC_VERSION_CMCI : LAPIC_VERSION_VALUE;
}

void lapic_lvt_mask(struct lapic *lapic)
{
	for (u32 lvt = LAPIC_LVT_TIMER; lvt <= LAPIC_LVT_ERROR; lvt += LAPIC_REGISTER_STEP)
		lapic_put(lapic, lvt, lapic_get(lapic, lvt) | LVT_MASKED);
	if (lapic->cmci)
		lapic_put(lapic, LAPIC_LVT_CMCI, lapic_get(lapic, LAPIC_LVT_CMCI) | LVT_MASKED);
}

/* "Local APIC State After Power-Up or Reset" */
static void reset_registers(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;

	lapic_timer_stop(vcpu);
	lapic->tsc_deadline = 0;
	lapic->timer_period = 0;
	lapic->timer_deadline = false;
	lapic->isr_words = 0;
	__atomic_store_n(&lapic->errors, 0, __ATOMIC_RELAXED);
	/* Before IRR itself: what comes meanwhile is lost or is there whole. */
	__atomic_store_n(&lapic->irr_words, 0, __ATOMIC_SEQ_CST);
	for (u32 offset = 0; offset < LAPIC_REGISTERS_END; offset += LAPIC_REGISTER_STEP)
		if (offset != LAPIC_ID && offset != LAPIC_TPR)
			lapic_put(lapic, offset, 0);
	lapic_put(lapic, LAPIC_VERSION, lapic_version(lapic));
	lapic_put(lapic, LAPIC_DFR, ~(u32)0);
	lapic_put(lapic, LAPIC_SVR, SVR_RESET);
	lapic_lvt_mask(lapic);
	lapic_put(lapic, LAPIC_LVT_LINT0, lint0_at_reset(vcpu));
}

void lapic_ids_reset(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;

	if (!lapic_x2apic(vcpu)) {
		lapic_put(lapic, LAPIC_ID, vcpu->id << 24);
		return;
	}
	lapic_put(lapic, LAPIC_ID, vcpu->id);
	lapic_put(lapic, LAPIC_LDR, lapic_logical_id(vcpu));
}

void lapic_reset(struct vcpu *vcpu, bool init)
{
	reset_registers(vcpu);
	lapic_put(vcpu->lapic, LAPIC_TPR, 0);
	vcpu->lapic->pv_eoi = 0;
	lapic_vapic_off(vcpu->lapic);
	/* INIT leaves the mode as it is, and in xAPIC mode an ID that software has changed. */
	if (!init || lapic_x2apic(vcpu))
		lapic_ids_reset(vcpu);
}

void lapic_mode_changed(struct vcpu *vcpu, bool reset)
{
	struct lapic *lapic = vcpu->lapic;

	/* A new mode begins with the ID that the processor was given, and with bits that it has. */
	lapic_ids_reset(vcpu);
	lapic_put(lapic, LAPIC_ICR,
		  lapic_get(lapic, LAPIC_ICR) & lapic_writable_bits(vcpu, LAPIC_ICR));
	if (reset)
		reset_registers(vcpu);
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
}

/* --- Priorities ----------------------------------------------------------------------- */

/* The word may have emptied: a bit that comes meanwhile finds its mark gone or sets it again. */
static void forget_irr_word(struct lapic *lapic, u32 word)
{
	__atomic_fetch_and(&lapic->irr_words, ~BIT32(word), __ATOMIC_SEQ_CST);
	if (lapic_get(lapic, LAPIC_IRR + word * LAPIC_REGISTER_STEP))
		__atomic_fetch_or(&lapic->irr_words, BIT32(word), __ATOMIC_SEQ_CST);
}

static inline int highest_of(const struct lapic *lapic, u32 first, u32 words)
{
	while (words) {
		u32 word = highest_bit(words);
		u32 bits = lapic_get(lapic, first + word * LAPIC_REGISTER_STEP);

		if (bits)
			return (int)(word * 32 + highest_bit(bits));
		words &= ~BIT32(word);
	}
	return -1;
}

static inline int highest_requested(struct lapic *lapic)
{
	u32 words;

	/* It sets and clears bits by itself. */
	if (lapic->processor_delivers)
		return highest_of(lapic, LAPIC_IRR, LAPIC_ALL_WORDS);
	while ((words = __atomic_load_n(&lapic->irr_words, __ATOMIC_ACQUIRE))) {
		u32 word = highest_bit(words);
		u32 bits = lapic_get(lapic, LAPIC_IRR + word * LAPIC_REGISTER_STEP);

		if (bits)
			return (int)(word * 32 + highest_bit(bits));
		forget_irr_word(lapic, word);
	}
	return -1;
}

static inline int highest_in_service(const struct lapic *lapic)
{
	return highest_of(lapic, LAPIC_ISR, lapic->isr_words);
}

int lapic_highest_requested(struct lapic *lapic)
{
	return highest_requested(lapic);
}

int lapic_highest_in_service(const struct lapic *lapic)
{
	return highest_in_service(lapic);
}

/* The class (bits 7:4) of a vector, in place; that of no vector is 0. */
static u32 class_of(int vector)
{
	return vector < 0 ? 0 : (u32)vector & 0xf0;
}

/* "Task and Processor Priorities" */
static inline u32 processor_priority(const struct lapic *lapic)
{
	u32 task = lapic_get(lapic, LAPIC_TPR) & 0xff;
	u32 service = class_of(highest_in_service(lapic));

	return (task & 0xf0) >= service ? task : service;
}

u32 lapic_processor_priority(const struct lapic *lapic)
{
	return processor_priority(lapic);
}

/* "Interrupt, Task, and Processor Priority", the APR of processors that have it. */
u32 lapic_arbitration_priority(struct lapic *lapic)
{
	u32 task = lapic_get(lapic, LAPIC_TPR) & 0xff;
	u32 service = class_of(highest_in_service(lapic));
	u32 request = class_of(highest_requested(lapic));

	if ((task & 0xf0) >= request && (task & 0xf0) > service)
		return task;
	return service > request ? service : request;
}

u32 lapic_vapic_word(struct lapic *lapic)
{
	int vector = highest_requested(lapic);

	return (lapic_get(lapic, LAPIC_TPR) & 0xff) | class_of(highest_in_service(lapic)) << 8 |
	       (vector < 0 ? 0 : (u32)vector << 24);
}

u64 lapic_cr8_read(const struct vcpu *vcpu)
{
	return (lapic_get(vcpu->lapic, LAPIC_TPR) >> 4) & 15;
}

void lapic_cr8_write(struct vcpu *vcpu, u64 cr8)
{
	lapic_put(vcpu->lapic, LAPIC_TPR, (u32)(cr8 & 15) << 4);
}

/* --- To the processor ------------------------------------------------------------------ */

int lapic_next_vector(struct vcpu *vcpu)
{
	int vector = highest_requested(vcpu->lapic);

	if (class_of(vector) <= (processor_priority(vcpu->lapic) & 0xf0))
		return -1;
	return lapic_enabled(vcpu) ? vector : -1;
}

void lapic_acknowledge(struct vcpu *vcpu, u8 vector)
{
	struct lapic *lapic = vcpu->lapic;
	u32 word = vector / 32, bit = BIT32(vector % 32);
	u32 *irr = lapic_register(lapic, lapic_vector_word(LAPIC_IRR, vector));

	__atomic_fetch_and(irr, ~bit, __ATOMIC_SEQ_CST);
	if (!__atomic_load_n(irr, __ATOMIC_RELAXED))
		forget_irr_word(lapic, word);
	*lapic_register(lapic, lapic_vector_word(LAPIC_ISR, vector)) |= bit;
	lapic->isr_words |= BIT32(word);
}

u32 lapic_tpr_threshold(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	u32 class;

	/* Asked only where interrupts are injected. */
	if (!__atomic_load_n(&lapic->irr_words, __ATOMIC_RELAXED))
		return 0;
	class = class_of(highest_requested(lapic));
	if (!lapic_enabled(vcpu) || class <= class_of(highest_in_service(lapic)))
		return 0;
	return class <= (lapic_get(lapic, LAPIC_TPR) & 0xf0) ? class >> 4 : 0;
}

void lapic_eoi_done(struct vcpu *vcpu, u8 vector)
{
	u32 tmr = lapic_get(vcpu->lapic, lapic_vector_word(LAPIC_TMR, vector));

	irqchip_eoi(vcpu, vector, tmr & BIT32(vector % 32));
}

/* "Signaling Interrupt Servicing Completion" */
void lapic_eoi(struct vcpu *vcpu)
{
	struct lapic *lapic = vcpu->lapic;
	int vector = highest_in_service(lapic);
	u32 bit, *isr;

	if (vector < 0)
		return;
	bit = BIT32(vector % 32);
	isr = lapic_register(lapic, lapic_vector_word(LAPIC_ISR, (u8)vector));
	*isr &= ~bit;
	if (!*isr)
		lapic->isr_words &= ~BIT32(vector / 32);
	if (lapic->processor_delivers)
		vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	lapic_eoi_done(vcpu, (u8)vector);
}

bool lapic_accepts_extint(const struct vcpu *vcpu)
{
	u32 lint0 = lapic_get(vcpu->lapic, LAPIC_LVT_LINT0);

	if (!lapic_enabled(vcpu))
		return true;
	return !(lint0 & LVT_MASKED) && LVT_DELIVERY(lint0) == IRQ_EXTINT;
}

static u32 words_in_use(const struct lapic *lapic, u32 first)
{
	u32 words = 0;

	for (u32 word = 0; word < LAPIC_VECTOR_WORDS; word++)
		if (lapic_get(lapic, first + word * LAPIC_REGISTER_STEP))
			words |= BIT32(word);
	return words;
}

void lapic_vectors_changed(struct lapic *lapic)
{
	lapic->isr_words = words_in_use(lapic, LAPIC_ISR);
	/* A mark too many does no harm; one that others set must stay. */
	__atomic_fetch_or(&lapic->irr_words, words_in_use(lapic, LAPIC_IRR), __ATOMIC_SEQ_CST);
}

/* --- From outside; any context ---------------------------------------------------------- */

/* TMR first: whoever sees the request sees how it was triggered. */
static void set_trigger_mode(struct lapic *lapic, u8 vector, bool level)
{
	u32 *tmr = lapic_register(lapic, lapic_vector_word(LAPIC_TMR, vector));
	u32 bit = BIT32(vector % 32);

	if (!(__atomic_load_n(tmr, __ATOMIC_RELAXED) & bit) == !level)
		return;
	if (level)
		__atomic_fetch_or(tmr, bit, __ATOMIC_SEQ_CST);
	else
		__atomic_fetch_and(tmr, ~bit, __ATOMIC_SEQ_CST);
}

/* Into IRR.  1, or 0: it was there, or is not taken. */
static int set_pending(struct vcpu *vcpu, u8 vector, bool level)
{
	struct lapic *lapic = vcpu->lapic;
	u32 *irr = lapic_register(lapic, lapic_vector_word(LAPIC_IRR, vector));
	u32 bit = BIT32(vector % 32);
	bool waits;

	if (!lapic_software_enabled(lapic))
		return 0;
	if (vector < LAPIC_FIRST_VECTOR) {
		lapic_error(vcpu, ESR_RECEIVED_ILLEGAL_VECTOR);
		return 0;
	}
	set_trigger_mode(lapic, vector, level);
	waits = __atomic_fetch_or(irr, bit, __ATOMIC_SEQ_CST) & bit;
	/* Also of one that waits: who sent it may have come no further yet, and not for a while. */
	__atomic_fetch_or(&lapic->irr_words, BIT32(vector / 32), __ATOMIC_SEQ_CST);
	/* One that is level-triggered and joins another is ended with it: its sender may wait for
	 * that. */
	return level || !waits;
}

static int request_vector(struct vcpu *vcpu, u8 vector, bool level)
{
	int result = set_pending(vcpu, vector, level);

	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	return result;
}

int lapic_send_to_itself(struct vcpu *vcpu, u8 vector)
{
	int result = lapic_enabled(vcpu) ? set_pending(vcpu, vector, false) : 0;

	if (vcpu->lapic->processor_delivers)
		vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	return result;
}

void lapic_error(struct vcpu *vcpu, u32 bits)
{
	u32 before = __atomic_fetch_or(&vcpu->lapic->errors, bits, __ATOMIC_RELAXED);
	u32 lvt = lapic_get(vcpu->lapic, LAPIC_LVT_ERROR);

	if ((bits & ~before) && !(lvt & LVT_MASKED))
		request_vector(vcpu, lvt & LVT_VECTOR, false);
}

int lapic_deliver(struct vcpu *vcpu, enum irq_delivery delivery, u8 vector, bool level)
{
	struct lapic *lapic = vcpu->lapic;

	if (!lapic_enabled(vcpu))
		return 0;
	switch (delivery) {
	case IRQ_FIXED:
	case IRQ_LOWEST:
		return request_vector(vcpu, vector, level);
	case IRQ_NMI:
		vcpu_nmi_send(vcpu);
		return 1;
	case IRQ_INIT:
		__atomic_store_n(&lapic->signals, LAPIC_SIGNAL_INIT, __ATOMIC_SEQ_CST);
		break;
	case IRQ_STARTUP:
		__atomic_store_n(&lapic->sipi_vector, vector, __ATOMIC_RELAXED);
		__atomic_fetch_or(&lapic->signals, LAPIC_SIGNAL_SIPI, __ATOMIC_SEQ_CST);
		break;
	default: /* no SMM; ExtINT comes through LINT0 */
		return 0;
	}
	vcpu_request(vcpu, VCPU_REQUEST_EVENT);
	return 1;
}

void lapic_cmci_set_up(struct vcpu *vcpu, bool present)
{
	struct lapic *lapic = vcpu->lapic;

	if (lapic->cmci == present)
		return;
	lapic->cmci = present;
	lapic_put(lapic, LAPIC_LVT_CMCI, present ? LVT_MASKED : 0);
	lapic_put(lapic, LAPIC_VERSION, lapic_version(lapic));
}

/* Of the delivery modes this register can have, there is no SMM for the third. */
void lapic_cmci_deliver(struct vcpu *vcpu)
{
	u32 lvt = lapic_get(vcpu->lapic, LAPIC_LVT_CMCI);
	enum irq_delivery delivery = LVT_DELIVERY(lvt);

	if (!(lvt & LVT_MASKED) && (delivery == IRQ_FIXED || delivery == IRQ_NMI))
		lapic_deliver(vcpu, delivery, lvt & LVT_VECTOR, false);
}
