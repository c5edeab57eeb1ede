// SPDX-License-Identifier: GPL-2.0
/* What guests do to the registers of the system: MSRs, kvmclock by one of them, CR0, CR4; and
 * CPUID. */
#include "facts/exit_reason.h"
#include "facts/msr.h"
#include "operations.h"
#include "vcpu/state.h"
#include "facts/vmcs_field.h"

/* --- MSRs --- */

static const struct guest_msr {
	u32 index;
	u32 field; /* of the VMCS, where the processor has the guest's value; 0: in the register */
	bool refused; /* #GP */
} msrs[] = {
	{MSR_IA32_SYSENTER_ESP, GUEST_SYSENTER_ESP, false},
	{MSR_KERNEL_GS_BASE, 0, false},
	{0xdead, 0, true},
	{MSR_IA32_TSC, 0, false},
};
#define MSR_WRITABLE 3 /* the first of them */
#define MSR_ANY	     4
#define BITMAP_WRITE 2048
#define BITMAP_HIGH  1024

void op_msr_any(struct guest *guest, struct instruction *now)
{
	bool is_write = now->operation->bytes[1] == 0x30;

	now->which = (unsigned int)sim_random_below(is_write ? MSR_WRITABLE : MSR_ANY);
	now->value = (u32)sim_random();
	set_register(guest, REG_RCX, msrs[now->which].index);
	set_register(guest, REG_RAX, now->value);
	/* A canonical address: bits 63:47 are equal. */
	set_register(guest, REG_RDX, now->value & 0x7fff);
}

static bool msr_passes(const struct guest *guest, u32 index, bool write)
{
	const u8 *bitmap = guest->vcpu->vmcs.msr_bitmap + (write ? BITMAP_WRITE : 0) +
			   (index >> 30 ? BITMAP_HIGH : 0);

	return (index & 0x3fffffff) < 0x2000 && !(bitmap[(index & 0x1fff) / 8] & BIT32(index % 8));
}

static u64 msr_of_processor(const struct guest *guest, const struct guest_msr *msr)
{
	if (msr->field)
		return guest_get(guest, msr->field);
	if (msr->index == MSR_IA32_TSC)
		return sim_rdtsc() + guest_get(guest, TSC_OFFSET);
	return sim_rdmsr(msr->index);
}

static void check_time(struct guest *guest, u64 *last, u64 now, const char *what)
{
	if (now < *last)
		guest_broken(guest, "%s goes back from %llu to %llu", what, *last, now);
	*last = now;
}

bool op_rdmsr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	const struct guest_msr *msr = &msrs[now->which];
	u64 value;

	if (!msr_passes(guest, msr->index, false))
		return exits(now, exit, EXIT_REASON_RDMSR);
	value = msr_of_processor(guest, msr);
	if (msr->index == MSR_IA32_TSC)
		check_time(guest, &simulation.last_tsc, value, "the TSC");
	set_register(guest, REG_RAX, (u32)value);
	set_register(guest, REG_RDX, (u32)(value >> 32));
	guest_next(guest);
	return false;
}

void op_rdmsr_end(struct guest *guest, struct instruction *now)
{
	u64 value = guest->vcpu->regs[REG_RAX] | guest->vcpu->regs[REG_RDX] << 32;
	const struct guest_msr *msr = &msrs[now->which];

	if (now->faulted != msr->refused)
		guest_broken(guest, "MSR 0x%x is %s", msr->index,
			     now->faulted ? "refused" : "there");
	if (now->faulted)
		return;
	if (msr->index != MSR_IA32_TSC && value != guest->msr[now->which])
		guest_broken(guest, "MSR 0x%x is 0x%llx, and 0x%llx was written", msr->index, value,
			     guest->msr[now->which]);
}

bool op_wrmsr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u64 value = guest->vcpu->regs[REG_RAX] | guest->vcpu->regs[REG_RDX] << 32;
	const struct guest_msr *msr = &msrs[now->which];

	if (!msr_passes(guest, msr->index, true))
		return exits(now, exit, EXIT_REASON_WRMSR);
	if (msr->field)
		guest_set(guest, msr->field, value);
	else
		sim_wrmsr(msr->index, value);
	guest_next(guest);
	return false;
}

void op_wrmsr_end(struct guest *guest, struct instruction *now)
{
	if (now->faulted != msrs[now->which].refused)
		guest_broken(guest, "MSR 0x%x is %s", msrs[now->which].index,
			     now->faulted ? "refused" : "there");
	guest->msr[now->which] = now->value | (u64)(now->value & 0x7fff) << 32;
}

/* --- kvmclock --- */

static u32 clock_page(const struct guest *guest)
{
	return (u32)LOGGED_BASE + guest->id * 64;
}

void op_clock_on(struct guest *guest, struct instruction *now)
{
	set_register(guest, REG_RCX, MSR_KVM_SYSTEM_TIME_NEW);
	set_register(guest, REG_RAX, clock_page(guest) | 1);
	set_register(guest, REG_RDX, 0);
}

bool op_wrmsr_exits(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	return exits(now, exit, EXIT_REASON_WRMSR);
}

void op_clock_is_on(struct guest *guest, struct instruction *now)
{
	if (now->faulted)
		guest_broken(guest, "kvmclock is refused");
	guest->has_clock = true;
}

/* "struct pvclock_vcpu_time_info" */
struct clock_page {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	s8 shift;
	u8 flags, pad2[2];
};

static u64 clock_ns(const struct clock_page *page, u64 tsc)
{
	u64 ticks = tsc - page->tsc;

	ticks = page->shift < 0 ? ticks >> -page->shift : ticks << page->shift;
	return page->ns + (u64)((unsigned __int128)ticks * page->mul >> 32);
}

bool op_clock_read(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	struct clock_page page;
	u64 tsc, ns;

	if (!sim_guest_read(guest->vcpu, clock_page(guest), &page, sizeof(page)))
		return false;
	if (!page.version || page.version % 2)
		guest_broken(guest, "the version of kvmclock's page is %u", page.version);
	tsc = sim_rdtsc();
	ns = clock_ns(&page, tsc + guest_get(guest, TSC_OFFSET));
	check_time(guest, &simulation.last_ns, ns, "kvmclock");
	clock_check(guest, ns, tsc);
	guest_next(guest);
	return false;
}

/* --- control registers --- */

static const struct {
	unsigned int cr;
	u32 guest, mask, shadow;
	u32 always, bits;
} registers[] = {
	{0, GUEST_CR0, CR0_GUEST_HOST_MASK, CR0_READ_SHADOW, CR0_PE | CR0_ET | CR0_NE,
	 CR0_TS | CR0_WP | CR0_AM | CR0_NE},
	{4, GUEST_CR4, CR4_GUEST_HOST_MASK, CR4_READ_SHADOW, 0, CR4_DE | CR4_PSE | CR4_OSFXSR},
};

static unsigned int register_of(const struct instruction *now)
{
	return now->operation->bytes[2] == 0xe0;
}

u32 op_register_value(const struct guest *guest, unsigned int cr)
{
	unsigned int which = cr == 4;
	u64 mask = guest_get(guest, registers[which].mask);

	return (u32)((guest_get(guest, registers[which].guest) & ~mask) |
		     (guest_get(guest, registers[which].shadow) & mask));
}

void op_cr_any(struct guest *guest, struct instruction *now)
{
	unsigned int which = register_of(now);

	now->value = registers[which].always | ((u32)sim_random() & registers[which].bits);
	set_register(guest, REG_RAX, now->value);
}

bool op_register_write(struct guest *guest, unsigned int cr, u32 value, struct sim_exit *exit)
{
	unsigned int which = cr == 4;
	u64 mask = guest_get(guest, registers[which].mask), old;

	exit->reason = EXIT_REASON_CR_ACCESS;
	exit->qualification = cr;
	if ((guest_get(guest, registers[which].shadow) ^ value) & mask)
		return false;
	old = guest_get(guest, registers[which].guest);
	guest_set(guest, registers[which].guest, (old & mask) | (value & ~mask));
	return true;
}

bool op_mov_cr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	exit->instruction_length = now->operation->length;
	if (!op_register_write(guest, registers[register_of(now)].cr, now->value, exit))
		return true;
	guest_next(guest);
	return false;
}

void op_mov_cr_end(struct guest *guest, struct instruction *now)
{
	unsigned int cr = registers[register_of(now)].cr;

	if (now->faulted || op_register_value(guest, cr) != now->value)
		guest_broken(guest, "CR%u is 0x%x, and 0x%x was written", cr,
			     op_register_value(guest, cr), now->value);
}

/* --- CPUID --- */

void op_leaf_any(struct guest *guest, struct instruction *now)
{
	set_register(guest, REG_RAX, chance(2) ? 0x40000000 : (u32)sim_random_below(16));
	set_register(guest, REG_RCX, 0);
}

bool op_cpuid(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	return exits(now, exit, EXIT_REASON_CPUID);
}
