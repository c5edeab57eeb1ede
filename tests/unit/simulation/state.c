// SPDX-License-Identifier: GPL-2.0
/*
 * The state of a vCPU, as a program gets and sets it: of one that goes on, when nothing may have
 * changed; and of one whose machine is saved, when another vCPU is to be the same.
 *
 * Registers that no guest uses have something in them that is to stay.
 */
#include "facts/msr.h"
#include "irq/registers.h"
#include "simulation.h"

#define MSRS_MAX   250
#define FIRST_XMM  160 /* in the XSAVE area */
#define XMM_BYTES  256
#define CANONICAL  (BIT64(47) - 1)
#define CHIPS	   3
#define ROUNDED_NS 4 /* of a timer's count */

struct msrs {
	struct kvm_msrs header;
	struct kvm_msr_entry entry[MSRS_MAX];
};

struct vcpu_state {
	struct kvm_mp_state mp_state;
	struct kvm_sregs sregs;
	struct kvm_sregs2 sregs2;
	struct kvm_regs regs;
	struct kvm_xcrs xcrs;
	struct kvm_xsave xsave;
	struct kvm_debugregs debugregs;
	struct msrs msrs;
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry[1];
	} tsc;
	struct kvm_lapic_state lapic;
	struct kvm_vcpu_events events;
	u64 when; /* host_time_ns() */
};

enum use { ROUND_TRIP = 1, MIGRATION = 2, BOTH = 3 };

/* In this order: MP_STATE takes the INIT and the SIPI that have come, which change all else; the
 * mode of the local APIC comes before its registers, and where the guest is before what is being
 * delivered there. */
static const struct part {
	u32 get, set;
	size_t offset, size;
	bool irqchip;
	enum use use;
} parts[] = {
#define PART(name, member, irqchip_, use_)                                                         \
	{                                                                                          \
		KVM_GET_##name, KVM_SET_##name, offsetof(struct vcpu_state, member),               \
			sizeof(((struct vcpu_state *)0)->member), irqchip_, use_                   \
	}
	PART(MP_STATE, mp_state, true, BOTH),	 PART(SREGS, sregs, false, ROUND_TRIP),
	PART(SREGS2, sregs2, false, MIGRATION),	 PART(REGS, regs, false, BOTH),
	PART(XCRS, xcrs, false, BOTH),		 PART(XSAVE, xsave, false, BOTH),
	PART(DEBUGREGS, debugregs, false, BOTH), PART(MSRS, msrs, false, BOTH),
	PART(MSRS, tsc, false, MIGRATION),	 PART(LAPIC, lapic, true, BOTH),
	PART(VCPU_EVENTS, events, false, BOTH),
};

/* What moves by itself, or by what others send, in a vCPU that goes on; and in one that does not.
 */
static const struct range {
	size_t from, to;
	enum use use;
} moving[] = {
#define REGISTERS(from_, to_, use_)                                                                \
	{                                                                                          \
		offsetof(struct vcpu_state, lapic) + (from_),                                      \
			offsetof(struct vcpu_state, lapic) + (to_), use_                           \
	}
	REGISTERS(LAPIC_APR, LAPIC_PPR, ROUND_TRIP),
	REGISTERS(LAPIC_TMR, LAPIC_ESR, ROUND_TRIP),
	REGISTERS(LAPIC_TIMER_CURRENT, LAPIC_TIMER_CURRENT + 4, BOTH),
	{offsetof(struct vcpu_state, tsc), offsetof(struct vcpu_state, lapic), BOTH},
	{offsetof(struct vcpu_state, events.sipi_vector), offsetof(struct vcpu_state, events.flags),
	 ROUND_TRIP},
};

static struct vcpu_state saved[MAX_GUESTS];
static struct kvm_irqchip chips[CHIPS];
static u32 indices[MSRS_MAX], index_count;

/* --- get and set --- */

static void prepare(struct vcpu_state *state)
{
	memset(state, 0, sizeof(*state));
	state->msrs.header.nmsrs = index_count;
	for (u32 i = 0; i < index_count; i++)
		state->msrs.entry[i].index = indices[i];
	state->tsc.header.nmsrs = 1;
	state->tsc.entry[0].index = MSR_IA32_TSC;
}

/* What the ioctl gives when all is well. */
static long result_of(const struct part *part, const void *data)
{
	return part->get == KVM_GET_MSRS ? (long)((const struct kvm_msrs *)data)->nmsrs : 0;
}

static void each_part(struct guest *guest, struct vcpu_state *state, enum use use, bool set)
{
	for (unsigned int i = 0; i < COUNT_OF(parts); i++) {
		void *data = (u8 *)state + parts[i].offset;
		u32 number = set ? parts[i].set : parts[i].get;
		long result;

		if (!(parts[i].use & use) || (parts[i].irqchip && !simulation.irqchip))
			continue;
		result = call(guest->fd, number, data, parts[i].size);
		if (result != result_of(&parts[i], data))
			guest_broken(guest, "ioctl 0x%x gives %ld", number, result);
	}
	if (!set)
		state->when = host_time_ns();
}

static bool moves(size_t at, enum use use)
{
	for (unsigned int i = 0; i < COUNT_OF(moving); i++)
		if ((moving[i].use & use) && at >= moving[i].from && at < moving[i].to)
			return true;
	return false;
}

static void compare(struct guest *guest, const struct vcpu_state *a, const struct vcpu_state *b,
		    enum use use)
{
	const u8 *one = (const u8 *)a, *other = (const u8 *)b;

	for (unsigned int i = 0; i < COUNT_OF(parts); i++) {
		size_t at = parts[i].offset;

		if (!memcmp(one + at, other + at, parts[i].size))
			continue;
		for (; at < parts[i].offset + parts[i].size; at++)
			if (one[at] != other[at] && !moves(at, use))
				guest_broken(guest, "ioctl 0x%x gives another byte %zu",
					     parts[i].get, at - parts[i].offset);
	}
}

/* --- what no guest uses --- */

static const struct {
	u32 index;
	u64 bits;
} unused_msrs[] = {
	{MSR_STAR, ~0ull},
	{MSR_LSTAR, CANONICAL},
	{MSR_CSTAR, CANONICAL},
	{MSR_SYSCALL_MASK, 0xffffffff},
	{MSR_IA32_SYSENTER_CS, 0xffff},
	{MSR_IA32_SYSENTER_EIP, CANONICAL},
};

static struct unused {
	u8 xmm[XMM_BYTES];
	u64 db[4];
	u64 msr[COUNT_OF(unused_msrs)];
} unused[MAX_GUESTS];

static u64 *msr_in(struct vcpu_state *state, u32 index)
{
	for (u32 i = 0; i < index_count; i++)
		if (indices[i] == index)
			return &state->msrs.entry[i].data;
	broken("MSR 0x%x is not listed", index);
}

static u8 *xmm_in(struct vcpu_state *state)
{
	return (u8 *)state->xsave.region + FIRST_XMM;
}

static void fill_unused(struct guest *guest)
{
	struct unused *values = &unused[guest->id];
	static struct vcpu_state state;

	prepare(&state);
	each_part(guest, &state, BOTH, false);
	for (unsigned int i = 0; i < XMM_BYTES; i++)
		xmm_in(&state)[i] = values->xmm[i] = (u8)sim_random();
	for (unsigned int i = 0; i < COUNT_OF(values->db); i++)
		state.debugregs.db[i] = values->db[i] = sim_random() & CANONICAL;
	for (unsigned int i = 0; i < COUNT_OF(unused_msrs); i++)
		*msr_in(&state, unused_msrs[i].index) = values->msr[i] =
			sim_random() & unused_msrs[i].bits;
	each_part(guest, &state, ROUND_TRIP, true);
}

void state_after_init(struct guest *guest)
{
	memset(unused[guest->id].db, 0, sizeof(unused[guest->id].db));
}

/* INIT leaves the others. */
static void check_unused(struct guest *guest, struct vcpu_state *state)
{
	const struct unused *values = &unused[guest->id];

	if (memcmp(xmm_in(state), values->xmm, XMM_BYTES))
		guest_broken(guest, "XMM registers are others");
	if (!guest->start.is_away && memcmp(state->debugregs.db, values->db, sizeof(values->db)))
		guest_broken(guest, "debug registers are others");
	for (unsigned int i = 0; i < COUNT_OF(unused_msrs); i++)
		if (*msr_in(state, unused_msrs[i].index) != values->msr[i])
			guest_broken(guest, "MSR 0x%x is 0x%llx, not 0x%llx", unused_msrs[i].index,
				     *msr_in(state, unused_msrs[i].index), values->msr[i]);
}

/* Of those that the host has, the ones that this guest has; the TSC is a part of its own. */
static void find_msrs(int fd)
{
	struct {
		struct kvm_msr_list header;
		u32 index[MSRS_MAX];
	} list = {.header.nmsrs = MSRS_MAX};
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entry;
	} one = {.header.nmsrs = 1};

	index_count = 0;
	if (call(simulation.device, KVM_GET_MSR_INDEX_LIST, &list, sizeof(list)))
		broken("KVM_GET_MSR_INDEX_LIST fails");
	for (u32 i = 0; i < list.header.nmsrs; i++) {
		one.entry.index = list.index[i];
		if (one.entry.index != MSR_IA32_TSC &&
		    call(fd, KVM_GET_MSRS, &one, sizeof(one)) == 1)
			indices[index_count++] = list.index[i];
	}
}

void state_create(void)
{
	find_msrs(simulation.guest[0].fd);
	for (unsigned int id = 0; id < simulation.guests; id++)
		fill_unused(&simulation.guest[id]);
}

/* --- while the machine goes on --- */

/* NMIs that wait may become more at any time: those of others are not to be lost. */
static void leave_nmis(struct vcpu_state *state)
{
	state->events.flags &= ~(u32)KVM_VCPUEVENT_VALID_NMI_PENDING;
	state->events.nmi.pending = 0;
}

void state_round_trip(struct guest *guest)
{
	static struct vcpu_state before[MAX_GUESTS], after[MAX_GUESTS];
	unsigned int id = guest->id;
	u64 begun = host_time_ns();

	prepare(&before[id]);
	prepare(&after[id]);
	interrupts_replace_begin(guest);
	each_part(guest, &before[id], ROUND_TRIP, false);
	leave_nmis(&before[id]);
	each_part(guest, &before[id], ROUND_TRIP, true);
	interrupt_timer_moved(guest, host_time_ns() - begun + ROUNDED_NS);
	interrupts_replace_end(guest);
	each_part(guest, &after[id], ROUND_TRIP, false);
	leave_nmis(&after[id]);
	/* An INIT that comes is taken when the state is got. */
	if (!guest->start.is_away)
		compare(guest, &before[id], &after[id], ROUND_TRIP);
	check_unused(guest, &after[id]);
}

/* --- in another VM --- */

/* The vector of a SIPI is set where its flag says so, which the answer never does. */
static void get_all(struct guest *guest, struct vcpu_state *state)
{
	prepare(state);
	each_part(guest, state, MIGRATION, false);
	state->events.flags |= KVM_VCPUEVENT_VALID_SIPI_VECTOR;
}

void state_save(struct guest *guest)
{
	get_all(guest, &saved[guest->id]);
	check_unused(guest, &saved[guest->id]);
}

void state_restore(struct guest *guest)
{
	struct vcpu_state *state = &saved[guest->id];
	static struct vcpu_state got;

	guest->run->cr8 = state->sregs2.cr8;
	interrupt_timer_may_be_due(guest);
	each_part(guest, state, MIGRATION, true);
	interrupt_timer_moved(guest, host_time_ns() - state->when + ROUNDED_NS);
	get_all(guest, &got);
	compare(guest, state, &got, MIGRATION);
}

static void each_chip(u32 number)
{
	for (u32 i = 0; machine_has(WITH_IOAPIC) && i < CHIPS; i++) {
		chips[i].chip_id = i;
		if (call(simulation.vm_fd, number, &chips[i], sizeof(chips[i])))
			broken("ioctl 0x%x fails", number);
	}
}

void state_save_vm(void)
{
	clock_save();
	each_chip(KVM_GET_IRQCHIP);
}

void state_restore_vm(void)
{
	clock_restore();
	each_chip(KVM_SET_IRQCHIP);
}
