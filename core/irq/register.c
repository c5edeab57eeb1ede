// SPDX-License-Identifier: GPL-2.0
/*
 * The registers of the local APIC as software sees them: the page of xAPIC mode, the MSRs of x2APIC
 * mode.
 *
 * SDM: "Local APIC Register Address Map", "x2APIC Register Address Space", "Reserved Bit Checking".
 */
#include "irq/registers.h"
#include "cpuid/cpuid.h"
#include "irq/irqchip.h"
#include "msr/msr.h"

enum access {
	X_READ = 1,
	X_WRITE = 2, /* in xAPIC mode */
	X2_READ = 4,
	X2_WRITE = 8, /* in x2APIC mode */
	X_RW = X_READ | X_WRITE,
	RO = X_READ | X2_READ,
	WO = X_WRITE | X2_WRITE,
	RW = RO | WO,
};

struct register_row {
	u8 access;
	u32 writable; /* the others: ignored in xAPIC mode, #GP in x2APIC mode */
	u32 ignored;  /* read-only bits, which may be written back */
};

#define AT(offset) [(offset) / LAPIC_REGISTER_STEP]
#define VECTORS(first)                                                                             \
	[(first) / LAPIC_REGISTER_STEP...(first) / LAPIC_REGISTER_STEP + LAPIC_VECTOR_WORDS - 1]

#define LVT_PENDING    BIT32(12)
#define LVT_REMOTE_IRR BIT32(14)

static const struct register_row registers[LAPIC_REGISTERS_END / LAPIC_REGISTER_STEP] = {
	AT(LAPIC_ID) = {X_RW | X2_READ, 0xff000000, 0},
	AT(LAPIC_VERSION) = {RO, 0, 0},
	AT(LAPIC_TPR) = {RW, 0xff, 0},
	AT(LAPIC_APR) = {X_READ, 0, 0},
	AT(LAPIC_PPR) = {RO, 0, 0},
	AT(LAPIC_EOI) = {WO, 0, 0},
	AT(LAPIC_RRD) = {X_READ, 0, 0},
	AT(LAPIC_LDR) = {X_RW | X2_READ, 0xff000000, 0},
	AT(LAPIC_DFR) = {X_RW, DFR_MODEL, 0},
	AT(LAPIC_SVR) = {RW, 0x3ff, 0},
	VECTORS(LAPIC_ISR) = {RO, 0, 0},
	VECTORS(LAPIC_TMR) = {RO, 0, 0},
	VECTORS(LAPIC_IRR) = {RO, 0, 0},
	AT(LAPIC_ESR) = {RW, 0, 0},
	AT(LAPIC_LVT_CMCI) = {RW, 0x107ff, LVT_PENDING},
	AT(LAPIC_ICR) = {RW, 0xccfff, ICR_PENDING},
	AT(LAPIC_ICR2) = {X_RW, 0xff000000, 0},
	AT(LAPIC_LVT_TIMER) = {RW, 0x700ff, LVT_PENDING},
	AT(LAPIC_LVT_THERMAL) = {RW, 0x107ff, LVT_PENDING},
	AT(LAPIC_LVT_PMC) = {RW, 0x107ff, LVT_PENDING},
	AT(LAPIC_LVT_LINT0) = {RW, 0x1a7ff, LVT_PENDING | LVT_REMOTE_IRR},
	AT(LAPIC_LVT_LINT1) = {RW, 0x1a7ff, LVT_PENDING | LVT_REMOTE_IRR},
	AT(LAPIC_LVT_ERROR) = {RW, 0x100ff, LVT_PENDING},
	AT(LAPIC_TIMER_INITIAL) = {RW, ~(u32)0, 0},
	AT(LAPIC_TIMER_CURRENT) = {RO, 0, 0},
	AT(LAPIC_TIMER_DIVIDE) = {RW, 0xb, 0},
	AT(LAPIC_SELF_IPI) = {X2_WRITE, 0xff, 0},
};

u32 lapic_writable_bits(const struct vcpu *vcpu, u32 offset)
{
	u32 bits = registers[offset / LAPIC_REGISTER_STEP].writable;

	if (offset == LAPIC_LVT_TIMER && !cpuid_told(vcpu, FEATURE_TSC_DEADLINE))
		bits &= ~LVT_TIMER_DEADLINE;
	if (offset == LAPIC_LVT_CMCI && !vcpu->lapic->cmci)
		return 0;
	/* Reserved bits mean nothing, but are kept, as the page does that a processor has for one
	 * ("APIC-Write Emulation"). */
	if (offset == LAPIC_ICR && !lapic_x2apic(vcpu))
		return ~ICR_PENDING;
	return bits;
}

u32 lapic_register_read(struct vcpu *vcpu, u32 offset)
{
	switch (offset) {
	case LAPIC_APR:
		return lapic_arbitration_priority(vcpu->lapic);
	case LAPIC_PPR:
		return lapic_processor_priority(vcpu->lapic);
	case LAPIC_TIMER_CURRENT:
		return lapic_timer_count(vcpu);
	case LAPIC_EOI: /* where the processor keeps what was written */
	case LAPIC_SELF_IPI:
		return 0;
	}
	return lapic_get(vcpu->lapic, offset);
}

/* --- Writes with an effect ------------------------------------------------------------- */

void lapic_id_write(struct vcpu *vcpu, u32 value)
{
	lapic_put(vcpu->lapic, LAPIC_ID, value);
	if (value != vcpu->id << 24)
		__atomic_store_n(&vcpu->vm->apic_ids_changed, true, __ATOMIC_SEQ_CST);
}

/* "Local APIC State After It Has Been Software Disabled": the LVT is masked. */
static void write_svr(struct lapic *lapic, u32 value)
{
	lapic_put(lapic, LAPIC_SVR, value);
	if (!(value & SVR_ENABLE))
		lapic_lvt_mask(lapic);
}

static void write_lvt(struct vcpu *vcpu, u32 offset, u32 value)
{
	if (!lapic_software_enabled(vcpu->lapic))
		value |= LVT_MASKED;
	if (offset == LAPIC_LVT_TIMER)
		lapic_timer_lvt_write(vcpu, value);
	else
		lapic_put(vcpu->lapic, offset, value);
}

static bool has_vector(u32 delivery)
{
	return delivery == IRQ_FIXED || delivery == IRQ_LOWEST;
}

static void write_icr(struct vcpu *vcpu, u32 value, u32 destination)
{
	struct irq_message message = {
		.destination = destination,
		.vector = value & 0xff,
		.delivery = ICR_DELIVERY(value),
		.shorthand = ICR_SHORTHAND(value),
		.logical = value & ICR_LOGICAL,
		.xapic = !lapic_x2apic(vcpu),
	};

	lapic_put(vcpu->lapic, LAPIC_ICR, value);
	if (has_vector(message.delivery) && message.vector < LAPIC_FIRST_VECTOR) {
		lapic_error(vcpu, ESR_SEND_ILLEGAL_VECTOR);
		return;
	}
	/* "INIT Level De-assert" does nothing on processors since the Pentium 4. */
	if (message.delivery == IRQ_INIT && (value & ICR_LEVEL) && !(value & ICR_ASSERT))
		return;
	irq_message_send(vcpu->vm, vcpu, &message);
}

static void self_ipi(struct vcpu *vcpu, u8 vector)
{
	if (vector < LAPIC_FIRST_VECTOR)
		lapic_error(vcpu, ESR_SEND_ILLEGAL_VECTOR);
	else
		lapic_send_to_itself(vcpu, vector);
}

/* `value` has writable bits only. */
static void register_write(struct vcpu *vcpu, u32 offset, u32 value)
{
	struct lapic *lapic = vcpu->lapic;

	switch (offset) {
	case LAPIC_EOI:
		lapic_eoi(vcpu);
		break;
	case LAPIC_ID:
		lapic_id_write(vcpu, value);
		break;
	case LAPIC_DFR:
		lapic_put(lapic, LAPIC_DFR, value | ~DFR_MODEL);
		break;
	case LAPIC_SVR:
		write_svr(lapic, value);
		break;
	case LAPIC_ESR:
		lapic_put(lapic, LAPIC_ESR,
			  __atomic_exchange_n(&lapic->errors, 0, __ATOMIC_RELAXED));
		break;
	case LAPIC_ICR:
		write_icr(vcpu, value, lapic_get(lapic, LAPIC_ICR2) >> 24);
		break;
	case LAPIC_SELF_IPI:
		self_ipi(vcpu, (u8)value);
		break;
	case LAPIC_TIMER_INITIAL:
		lapic_timer_count_write(vcpu, value);
		break;
	case LAPIC_TIMER_DIVIDE:
		lapic_timer_divide_write(vcpu, value);
		break;
	case LAPIC_LVT_CMCI:
	case LAPIC_LVT_TIMER ... LAPIC_LVT_ERROR:
		write_lvt(vcpu, offset, value);
		break;
	default:
		lapic_put(lapic, offset, value);
	}
}

/* --- xAPIC: the page ---------------------------------------------------------------------- */

static bool in_xapic_mode(const struct vcpu *vcpu)
{
	return lapic_enabled(vcpu) && !lapic_x2apic(vcpu);
}

static const struct register_row *row_at(const struct lapic *lapic, u32 offset)
{
	static const struct register_row none;

	if (offset == LAPIC_LVT_CMCI && !lapic->cmci)
		return &none;
	return offset < LAPIC_REGISTERS_END ? &registers[offset / LAPIC_REGISTER_STEP] : &none;
}

/* Nobody is there: is the address taken all the same? */
static bool hole_is_taken(const struct vcpu *vcpu)
{
	return vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_LAPIC_MMIO_HOLE);
}

/* Of the 16 bytes that a register has, the first 4 are it; any part of them can be read. */
bool lapic_mmio_read(struct vcpu *vcpu, gpa_t gpa, unsigned int length, void *data)
{
	u32 offset = gpa & (LINTEL_PAGE_SIZE - 1) & ~(LAPIC_REGISTER_STEP - 1u);
	unsigned int byte = gpa % LAPIC_REGISTER_STEP;
	const struct register_row *row = row_at(vcpu->lapic, offset);
	u32 value = 0;

	if (!in_xapic_mode(vcpu)) {
		__builtin_memset(data, 0xff, length);
		return hole_is_taken(vcpu);
	}
	if (offset == LAPIC_TPR)
		lapic_tpr_accessed(vcpu, false);
	if (row->access & X_READ)
		value = lapic_register_read(vcpu, offset);
	else if (!(row->access & X_WRITE))
		lapic_error(vcpu, ESR_ILLEGAL_REGISTER);
	for (unsigned int i = 0; i < length; i++, byte++)
		((u8 *)data)[i] = byte < sizeof(value) ? (u8)(value >> 8 * byte) : 0;
	return true;
}

bool lapic_mmio_write(struct vcpu *vcpu, gpa_t gpa, unsigned int length, const void *data)
{
	u32 offset = gpa & (LINTEL_PAGE_SIZE - 1);
	const struct register_row *row = row_at(vcpu->lapic, offset);
	u32 value;

	if (!in_xapic_mode(vcpu))
		return hole_is_taken(vcpu);
	if (length != sizeof(value) || offset % LAPIC_REGISTER_STEP)
		return true;
	__builtin_memcpy(&value, data, sizeof(value));
	if (offset == LAPIC_TPR)
		lapic_tpr_accessed(vcpu, true);
	if (row->access & X_WRITE)
		register_write(vcpu, offset, value & lapic_writable_bits(vcpu, offset));
	else if (!(row->access & X_READ))
		lapic_error(vcpu, ESR_ILLEGAL_REGISTER);
	return true;
}

bool lapic_mmio_write_any(struct vcpu *vcpu, gpa_t gpa)
{
	if (gpa % LINTEL_PAGE_SIZE != LAPIC_EOI || !in_xapic_mode(vcpu))
		return false;
	lapic_eoi(vcpu);
	return true;
}

/* --- x2APIC: MSRs --------------------------------------------------------------------------- */

static u32 offset_of_msr(u32 msr)
{
	return (msr - MSR_X2APIC_FIRST) * LAPIC_REGISTER_STEP;
}

int lapic_msr_read(struct vcpu *vcpu, u32 msr, u64 *value)
{
	u32 offset = offset_of_msr(msr);

	if (!vcpu->lapic || !lapic_x2apic(vcpu) || !(row_at(vcpu->lapic, offset)->access & X2_READ))
		return -EINVAL;
	*value = lapic_register_read(vcpu, offset);
	if (offset == LAPIC_ICR)
		*value |= (u64)lapic_get(vcpu->lapic, LAPIC_ICR2) << 32;
	return 0;
}

static int x2apic_icr_write(struct vcpu *vcpu, u64 value)
{
	const struct register_row *row = &registers[LAPIC_ICR / LAPIC_REGISTER_STEP];

	if ((u32)value & ~(row->writable | row->ignored))
		return -EINVAL;
	lapic_put(vcpu->lapic, LAPIC_ICR2, (u32)(value >> 32));
	write_icr(vcpu, (u32)value & row->writable, (u32)(value >> 32));
	return 0;
}

int lapic_msr_write(struct vcpu *vcpu, u32 msr, u64 value)
{
	u32 offset = offset_of_msr(msr);
	const struct register_row *row;

	if (!vcpu->lapic || !lapic_x2apic(vcpu))
		return -EINVAL;
	row = row_at(vcpu->lapic, offset);
	if (!(row->access & X2_WRITE))
		return -EINVAL;
	if (offset == LAPIC_ICR)
		return x2apic_icr_write(vcpu, value);
	if (value & ~(u64)(lapic_writable_bits(vcpu, offset) | row->ignored))
		return -EINVAL;
	register_write(vcpu, offset, (u32)value & row->writable);
	return 0;
}

/* Others change which interrupts come here at all: they are rare. */
static bool write_is_quick(struct vcpu *vcpu, u32 offset)
{
	int vector;

	switch (offset) {
	case LAPIC_EOI:
		vector = lapic_highest_in_service(vcpu->lapic);
		return vector < 0 || !irqchip_hears_eoi(vcpu->vm, (u8)vector);
	case LAPIC_TPR:
	case LAPIC_ESR:
	case LAPIC_ICR:
	case LAPIC_ICR2:
	case LAPIC_SELF_IPI:
	case LAPIC_LVT_TIMER:
	case LAPIC_LVT_THERMAL:
	case LAPIC_LVT_PMC:
	case LAPIC_LVT_LINT1:
	case LAPIC_LVT_ERROR:
	case LAPIC_TIMER_INITIAL:
	case LAPIC_TIMER_DIVIDE:
		return true;
	default:
		return false;
	}
}

bool lapic_mmio_write_is_quick(struct vcpu *vcpu, gpa_t gpa)
{
	return !in_xapic_mode(vcpu) || write_is_quick(vcpu, gpa % LINTEL_PAGE_SIZE);
}

bool lapic_msr_write_is_quick(struct vcpu *vcpu, u32 msr)
{
	return !vcpu->lapic || write_is_quick(vcpu, offset_of_msr(msr));
}

/* --- APIC virtualization: the processor has written ---------------------------------------------
 */

static u32 start_of_register(u32 offset)
{
	return offset & (LAPIC_REGISTERS_END - LAPIC_REGISTER_STEP);
}

void lapic_register_written(struct vcpu *vcpu, u32 offset)
{
	u32 start = start_of_register(offset);
	u8 access = in_xapic_mode(vcpu) ? X_WRITE : X2_WRITE;

	if (!(registers[start / LAPIC_REGISTER_STEP].access & access))
		return;
	register_write(vcpu, start,
		       lapic_get(vcpu->lapic, start) & lapic_writable_bits(vcpu, start));
}

bool lapic_register_written_is_quick(struct vcpu *vcpu, u32 offset)
{
	return write_is_quick(vcpu, start_of_register(offset));
}
