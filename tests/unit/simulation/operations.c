// SPDX-License-Identifier: GPL-2.0
/* What guests do: one row for each instruction, with its operands, what it does, and what must be
 * so when it is done. */
#include "exit/reason.h"
#include "irq/registers.h"
#include "msr/index.h"
#include "simulation.h"
#include "vcpu/state.h"
#include "vmcs/fields.h"

#define OPERATION_STEP 16
#define PORT	       0x510
#define SOFT_VECTOR    0x28

u32 operation_address(const struct operation *operation)
{
	return (u32)(CODE_PAGE + (u64)(operation - operations) * OPERATION_STEP);
}

static u32 mask_of(unsigned int size)
{
	return size == 4 ? ~(u32)0 : BIT32(size * 8) - 1;
}

static bool exits(const struct instruction *now, struct sim_exit *exit, u32 reason)
{
	exit->reason = reason;
	exit->instruction_length = now->operation->length;
	return true;
}

static void set_register(struct guest *guest, enum vcpu_reg reg, u32 value)
{
	guest->vcpu->regs[reg] = value;
}

/* --- memory --- */

static void address_any(struct guest *guest, struct instruction *now)
{
	now->address = (u32)memory_any_address(guest->id, now->operation->size);
	now->value = (u32)sim_random();
	now->before = now->value;
	set_register(guest, REG_RSI, now->address);
	set_register(guest, REG_RAX, now->value);
}

static unsigned int in_page(u32 address, unsigned int size)
{
	unsigned int room = LINTEL_PAGE_SIZE - address % LINTEL_PAGE_SIZE;

	return size < room ? size : room;
}

static bool read_bytes(struct guest *guest, u32 address, u8 *to, unsigned int size)
{
	unsigned int first = in_page(address, size);

	return sim_guest_read(guest->vcpu, address, to, first) &&
	       (first == size ||
		sim_guest_read(guest->vcpu, address + first, to + first, size - first));
}

static bool write_bytes(struct guest *guest, u32 address, const u8 *from, unsigned int size)
{
	unsigned int first = in_page(address, size);

	/* The second page first: nothing is done where it exits. */
	if (first < size &&
	    !sim_guest_write(guest->vcpu, address + first, from + first, size - first))
		return false;
	if (!sim_guest_write(guest->vcpu, address, from, first)) {
		for (unsigned int i = first; i < size; i++)
			memory_written(address + i, from[i]);
		return false;
	}
	for (unsigned int i = 0; i < size; i++)
		memory_written(address + i, from[i]);
	return true;
}

static u8 byte_that_was(const struct instruction *now, unsigned int i)
{
	return now->from_device[i] ? now->device[i] : memory_expected(now->address + i);
}

static bool may_be_memory(const struct instruction *now, unsigned int i)
{
	return memory_hva(now->address + i);
}

static void check_loaded(struct guest *guest, const struct instruction *now)
{
	unsigned int size = now->operation->size;
	u32 got = (u32)guest->vcpu->regs[REG_RAX];

	for (unsigned int i = 0; i < size; i++)
		if ((u8)(got >> 8 * i) != byte_that_was(now, i))
			guest_broken(guest, "at 0x%x it read 0x%x, and there is 0x%x",
				     now->address + i, (u8)(got >> 8 * i), byte_that_was(now, i));
	if ((got ^ now->before) & ~mask_of(size))
		guest_broken(guest, "a load of %u bytes changed others", size);
}

static bool load(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 mask = mask_of(now->operation->size), value = 0;

	(void)exit;
	if (!read_bytes(guest, now->address, (u8 *)&value, now->operation->size))
		return false;
	set_register(guest, REG_RAX, (now->before & ~mask) | value);
	check_loaded(guest, now);
	guest_next(guest);
	return false;
}

/* What the processor has read is checked: by now the process may have put something else there. */
static void load_end(struct guest *guest, struct instruction *now)
{
	if (now->native)
		return;
	for (unsigned int i = 0; i < now->operation->size; i++)
		if (!now->from_device[i] && !may_be_memory(now, i))
			guest_broken(guest, "the device at 0x%x was not asked", now->address + i);
	check_loaded(guest, now);
}

static bool store(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)exit;
	if (write_bytes(guest, now->address, (u8 *)&now->value, now->operation->size))
		guest_next(guest);
	return false;
}

static void store_end(struct guest *guest, struct instruction *now)
{
	for (unsigned int i = 0; !now->native && i < now->operation->size; i++) {
		if (now->to_device[i])
			continue;
		if (!may_be_memory(now, i))
			guest_broken(guest, "the device at 0x%x was not told", now->address + i);
		else
			memory_written(now->address + i, (u8)(now->value >> 8 * i));
	}
}

static bool add(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 old = 0;

	(void)exit;
	if (!read_bytes(guest, now->address, (u8 *)&old, 4) ||
	    !write_bytes(guest, now->address, (u8 *)&old, 4))
		return false;
	for (unsigned int i = 0; i < 4; i++)
		if ((u8)(old >> 8 * i) != memory_expected(now->address + i))
			guest_broken(guest, "0x%x is not what was there", old);
	old += now->value;
	write_bytes(guest, now->address, (u8 *)&old, 4);
	guest_next(guest);
	return false;
}

/* What was there was noted when the device was asked; or it is all memory. */
static u32 sum_of(const struct instruction *now)
{
	u32 old = 0;

	for (unsigned int i = 0; i < 4; i++)
		old |= (u32)byte_that_was(now, i) << 8 * i;
	return old + now->value;
}

static void add_end(struct guest *guest, struct instruction *now)
{
	u32 sum = now->native ? 0 : sum_of(now);

	(void)guest;
	for (unsigned int i = 0; !now->native && i < 4; i++)
		if (!now->to_device[i])
			memory_written(now->address + i, (u8)(sum >> 8 * i));
}

static u8 answer_of_device(void)
{
	return (u8)sim_random();
}

static u32 data_for_device(const struct instruction *now)
{
	return now->operation->execute == add ? sum_of(now) : now->value;
}

void operation_mmio(struct guest *guest)
{
	struct instruction *now = &guest->now;
	u64 gpa = guest->run->mmio.phys_addr, first = gpa - now->address;
	unsigned int length = guest->run->mmio.len;
	u8 *data = guest->run->mmio.data;

	if (!now->operation || first >= VALUE_BYTES || first + length > now->operation->size)
		guest_broken(guest, "a device is touched at 0x%llx, %u bytes", gpa, length);
	for (unsigned int i = 0; i < length; i++) {
		if (!guest->run->mmio.is_write)
			now->device[first + i] = data[i] = answer_of_device();
		else if (data[i] != (u8)(data_for_device(now) >> 8 * (first + i)))
			guest_broken(guest, "the device at 0x%llx is given 0x%x", gpa + i, data[i]);
	}
	for (unsigned int i = 0; i < length; i++)
		*(guest->run->mmio.is_write ? &now->to_device[first + i]
					    : &now->from_device[first + i]) = true;
}

/* --- ports --- */

static void port_any(struct guest *guest, struct instruction *now)
{
	now->value = now->before = (u32)sim_random();
	set_register(guest, REG_RAX, now->value);
	set_register(guest, REG_RDX, PORT);
}

static bool port_exits(const struct instruction *now, struct sim_exit *exit, u64 direction)
{
	exit->qualification = (now->operation->size - 1u) | direction << 3 | (u64)PORT << 16;
	return exits(now, exit, EXIT_REASON_IO_INSTRUCTION);
}

static bool in(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)guest;
	return port_exits(now, exit, 1);
}

static bool out(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)guest;
	return port_exits(now, exit, 0);
}

static void in_end(struct guest *guest, struct instruction *now)
{
	u32 mask = mask_of(now->operation->size), answer;
	u32 wanted;

	memcpy(&answer, now->device, sizeof(answer));
	wanted = (now->before & ~mask) | (answer & mask);
	if (guest->vcpu->regs[REG_RAX] != wanted || !now->from_device[0])
		guest_broken(guest, "RAX is 0x%llx, expected 0x%x", guest->vcpu->regs[REG_RAX],
			     wanted);
}

static void out_end(struct guest *guest, struct instruction *now)
{
	if (!now->to_device[0])
		guest_broken(guest, "the port was not written");
}

void operation_io(struct guest *guest)
{
	struct instruction *now = &guest->now;
	u8 *data = guest->vcpu->pio_data + (guest->run->io.data_offset - LINTEL_PAGE_SIZE);
	unsigned int size = guest->run->io.size;
	bool is_in = guest->run->io.direction == KVM_EXIT_IO_IN;

	if (!now->operation || now->operation->execute != (is_in ? in : out) ||
	    guest->run->io.port != PORT || size != now->operation->size ||
	    guest->run->io.count != 1)
		guest_broken(guest, "port 0x%x, %u bytes", guest->run->io.port, size);
	for (unsigned int i = 0; i < size; i++) {
		if (is_in)
			now->device[i] = data[i] = answer_of_device();
		else if (data[i] != (u8)(now->value >> 8 * i))
			guest_broken(guest, "the port is given 0x%x", data[i]);
		now->from_device[i] = is_in;
		now->to_device[i] = !is_in;
	}
}

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

static void msr_any(struct guest *guest, struct instruction *now)
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

static bool rdmsr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
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

static void rdmsr_end(struct guest *guest, struct instruction *now)
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

static bool wrmsr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
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

static void wrmsr_end(struct guest *guest, struct instruction *now)
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

static void clock_on(struct guest *guest, struct instruction *now)
{
	(void)now;
	set_register(guest, REG_RCX, MSR_KVM_SYSTEM_TIME_NEW);
	set_register(guest, REG_RAX, clock_page(guest) | 1);
	set_register(guest, REG_RDX, 0);
}

static bool wrmsr_exits(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)guest;
	return exits(now, exit, EXIT_REASON_WRMSR);
}

static void clock_is_on(struct guest *guest, struct instruction *now)
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

static bool clock_read(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	struct clock_page page;

	(void)now;
	(void)exit;
	if (!sim_guest_read(guest->vcpu, clock_page(guest), &page, sizeof(page)))
		return false;
	if (!page.version || page.version % 2)
		guest_broken(guest, "the version of kvmclock's page is %u", page.version);
	check_time(guest, &simulation.last_ns,
		   clock_ns(&page, sim_rdtsc() + guest_get(guest, TSC_OFFSET)), "kvmclock");
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

static u32 register_value(const struct guest *guest, unsigned int which)
{
	u64 mask = guest_get(guest, registers[which].mask);

	return (u32)((guest_get(guest, registers[which].guest) & ~mask) |
		     (guest_get(guest, registers[which].shadow) & mask));
}

static void register_any(struct guest *guest, struct instruction *now)
{
	unsigned int which = register_of(now);

	now->value = registers[which].always | ((u32)sim_random() & registers[which].bits);
	set_register(guest, REG_RAX, now->value);
}

static bool mov_cr(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	unsigned int which = register_of(now);
	u64 mask = guest_get(guest, registers[which].mask), old;

	exit->qualification = registers[which].cr;
	if ((guest_get(guest, registers[which].shadow) ^ now->value) & mask)
		return exits(now, exit, EXIT_REASON_CR_ACCESS);
	old = guest_get(guest, registers[which].guest);
	guest_set(guest, registers[which].guest, (old & mask) | (now->value & ~mask));
	guest_next(guest);
	return false;
}

static void mov_cr_end(struct guest *guest, struct instruction *now)
{
	unsigned int which = register_of(now);

	if (now->faulted || register_value(guest, which) != now->value)
		guest_broken(guest, "CR%u is 0x%x, and 0x%x was written", registers[which].cr,
			     register_value(guest, which), now->value);
}

/* --- flags and interrupts --- */

static void change_flags(struct guest *guest, u64 clear, u64 set)
{
	guest_set(guest, GUEST_RFLAGS, (guest_get(guest, GUEST_RFLAGS) & ~clear) | set);
}

static bool cli(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)now;
	(void)exit;
	change_flags(guest, RFLAGS_IF, 0);
	guest_next(guest);
	return false;
}

static void block(struct guest *guest, u32 how)
{
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO,
		  guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) | how);
}

static bool sti(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	bool was_on = guest_get(guest, GUEST_RFLAGS) & RFLAGS_IF;

	(void)now;
	(void)exit;
	change_flags(guest, 0, RFLAGS_IF);
	guest_next(guest);
	if (!was_on)
		block(guest, BLOCKING_BY_STI);
	return false;
}

static bool mov_ss(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)now;
	(void)exit;
	guest_next(guest);
	block(guest, BLOCKING_BY_MOV_SS);
	return false;
}

static bool nop(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)now;
	guest_next(guest);
	if (!simulation.over || guest->quiet < QUIET_ENOUGH)
		return false;
	exit->reason = EXIT_REASON_EXTERNAL_INTERRUPT;
	sim_signal(true);
	return true;
}

static bool int_n(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	u32 info = INTERRUPTION_VALID | INTERRUPTION_SOFTWARE_INTERRUPT << 8 | SOFT_VECTOR;
	u32 next = operation_address(now->operation) + now->operation->length;

	exit->idt_vectoring_info = info;
	exit->instruction_length = now->operation->length;
	if (!guest_push_frame(guest, SOFT_VECTOR, next))
		return false;
	guest_set(guest, GUEST_INTERRUPTIBILITY_INFO,
		  guest_get(guest, GUEST_INTERRUPTIBILITY_INFO) & BLOCKING_BY_NMI);
	change_flags(guest, RFLAGS_IF, 0);
	return false;
}

static bool iret(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)now;
	(void)exit;
	guest_pop_frame(guest);
	return false;
}

static bool hlt(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)guest;
	return exits(now, exit, EXIT_REASON_HLT);
}

static bool cpuid(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	(void)guest;
	return exits(now, exit, EXIT_REASON_CPUID);
}

static void leaf_any(struct guest *guest, struct instruction *now)
{
	(void)now;
	set_register(guest, REG_RAX, chance(2) ? 0x40000000 : (u32)sim_random_below(16));
	set_register(guest, REG_RCX, 0);
}

/* --- the local APIC --- */

static void apic_register(struct guest *guest, struct instruction *now, u32 offset, u32 value)
{
	now->address = (u32)LAPIC_BASE + offset;
	now->value = value;
	set_register(guest, REG_RSI, now->address);
	set_register(guest, REG_RAX, value);
}

static void eoi_begin(struct guest *guest, struct instruction *now)
{
	apic_register(guest, now, LAPIC_EOI, 0);
}

static void eoi_end(struct guest *guest, struct instruction *now)
{
	(void)now;
	guest->services--;
	for (unsigned int i = guest->depth; i--;)
		if (guest->frame[i].in_service) {
			guest->frame[i].in_service = false;
			return;
		}
}

static void tpr_begin(struct guest *guest, struct instruction *now)
{
	bool lower = simulation.over || chance(2);

	apic_register(guest, now, LAPIC_TPR, lower ? 0 : (u32)sim_random_below(15) << 4);
}

static void tpr_end(struct guest *guest, struct instruction *now)
{
	guest->tpr = (u8)now->value;
}

/* MOV to CR8, where the processor has the TPR in memory.  (In 64-bit code, but only the processor
 * knows which code that is.) */
static bool mov_cr8(struct guest *guest, struct instruction *now, struct sim_exit *exit)
{
	exit->qualification = 8;
	if (!guest->vcpu->tpr_shadow)
		return exits(now, exit, EXIT_REASON_CR_ACCESS);
	sim_guest_set_tpr(guest->vcpu, now->value);
	guest_next(guest);
	return false;
}

static void cr8_begin(struct guest *guest, struct instruction *now)
{
	now->value = simulation.over || chance(2) ? 0 : (u32)sim_random_below(15) << 4;
	set_register(guest, REG_RAX, now->value >> 4);
}

static void destination_begin(struct guest *guest, struct instruction *now)
{
	apic_register(guest, now, LAPIC_ICR2, (u32)sim_random_below(simulation.guests) << 24);
}

static void destination_end(struct guest *guest, struct instruction *now)
{
	guest->destination = now->value >> 24;
}

#define TIMER_DIVIDES_BY 2 /* after a reset */

static void timer_begin(struct guest *guest, struct instruction *now)
{
	apic_register(guest, now, LAPIC_TIMER_INITIAL, 1 + (u32)sim_random_below(50000));
	interrupt_timer_begin(guest);
}

static void timer_end(struct guest *guest, struct instruction *now)
{
	interrupt_timer_started(guest, (u64)now->value * TIMER_DIVIDES_BY);
}

static bool is_for(const struct guest *sender, u32 icr, unsigned int id)
{
	switch (ICR_SHORTHAND(icr)) {
	case IRQ_SELF:
		return id == sender->id;
	case IRQ_ALL:
		return true;
	case IRQ_ALL_BUT_SELF:
		return id != sender->id;
	default:
		return id == sender->destination;
	}
}

static bool is_nmi(u32 icr)
{
	return ICR_DELIVERY(icr) == IRQ_NMI;
}

static void icr_begin(struct guest *guest, struct instruction *now)
{
	u32 icr = (u32)sim_random_below(4) << 18 | ICR_ASSERT;

	/* NMIs are not sent to the sender: "self" and "all" are for fixed vectors. */
	if (chance(6))
		icr = (icr & ~(u32)0xc0000) | (u32)IRQ_NMI << 8 | (chance(2) ? 3u << 18 : 0);
	else
		icr |= interrupt_any_vector();
	apic_register(guest, now, LAPIC_ICR, icr);
	for (unsigned int id = 0; id < simulation.guests; id++)
		if (is_for(guest, icr, id))
			now->token[id] = is_nmi(icr) ? nmi_send_begin(id)
						     : interrupt_send_begin(id, (u8)icr);
}

static void icr_end(struct guest *guest, struct instruction *now)
{
	for (unsigned int id = 0; id < simulation.guests; id++) {
		if (!is_for(guest, now->value, id))
			continue;
		if (is_nmi(now->value))
			nmi_send_end(id, now->token[id]);
		else
			interrupt_send_end(id, (u8)now->value, now->token[id]);
	}
}

/* --- the table --- */

#define ROW(name_, length_, size_, weight_, drawn_, begin_, execute_, end_, ...)                   \
	{                                                                                          \
		name_, {__VA_ARGS__}, length_, size_, weight_, drawn_, begin_, execute_, end_      \
	}

const struct operation operations[] = {
	ROW("NOP", 1, 0, 4, ALWAYS, NULL, nop, NULL, 0x90),
	ROW("MOV AL, [ESI]", 2, 1, 8, ALWAYS, address_any, load, load_end, 0x8a, 0x06),
	ROW("MOV AX, [ESI]", 3, 2, 8, ALWAYS, address_any, load, load_end, 0x66, 0x8b, 0x06),
	ROW("MOV EAX, [ESI]", 2, 4, 12, ALWAYS, address_any, load, load_end, 0x8b, 0x06),
	ROW("MOV [ESI], AL", 2, 1, 8, ALWAYS, address_any, store, store_end, 0x88, 0x06),
	ROW("MOV [ESI], AX", 3, 2, 8, ALWAYS, address_any, store, store_end, 0x66, 0x89, 0x06),
	ROW("MOV [ESI], EAX", 2, 4, 16, ALWAYS, address_any, store, store_end, 0x89, 0x06),
	ROW("ADD [ESI], EAX", 2, 4, 8, ALWAYS, address_any, add, add_end, 0x01, 0x06),
	ROW("IN AL, DX", 1, 1, 2, ALWAYS, port_any, in, in_end, 0xec),
	ROW("IN EAX, DX", 1, 4, 2, ALWAYS, port_any, in, in_end, 0xed),
	ROW("OUT DX, AX", 2, 2, 2, ALWAYS, port_any, out, out_end, 0x66, 0xef),
	ROW("OUT DX, EAX", 1, 4, 2, ALWAYS, port_any, out, out_end, 0xef),
	ROW("RDMSR", 2, 0, 8, ALWAYS, msr_any, rdmsr, rdmsr_end, 0x0f, 0x32),
	ROW("WRMSR", 2, 0, 4, ALWAYS, msr_any, wrmsr, wrmsr_end, 0x0f, 0x30),
	ROW("WRMSR (kvmclock)", 2, 0, 1, ALWAYS, clock_on, wrmsr_exits, clock_is_on, 0x0f, 0x30),
	ROW("MOV EAX, [ESI] (kvmclock)", 2, 0, 3, NEVER, NULL, clock_read, NULL, 0x8b, 0x06),
	ROW("MOV CR0, EAX", 3, 0, 3, ALWAYS, register_any, mov_cr, mov_cr_end, 0x0f, 0x22, 0xc0),
	ROW("MOV CR4, EAX", 3, 0, 3, ALWAYS, register_any, mov_cr, mov_cr_end, 0x0f, 0x22, 0xe0),
	ROW("CPUID", 2, 0, 2, ALWAYS, leaf_any, cpuid, NULL, 0x0f, 0xa2),
	ROW("CLI", 1, 0, 4, ALWAYS, NULL, cli, NULL, 0xfa),
	ROW("STI", 1, 0, 8, ALWAYS, NULL, sti, NULL, 0xfb),
	ROW("MOV SS, EAX", 2, 0, 3, ALWAYS, NULL, mov_ss, NULL, 0x8e, 0xd0),
	ROW("INT n", 2, 0, 3, ALWAYS, NULL, int_n, NULL, 0xcd, SOFT_VECTOR),
	ROW("IRET", 1, 0, 0, NEVER, NULL, iret, NULL, 0xcf),
	ROW("HLT", 1, 0, 0, NEVER, NULL, hlt, NULL, 0xf4),
	ROW("EOI", 2, 4, 0, NEVER, eoi_begin, store, eoi_end, 0x89, 0x06),
	ROW("TPR", 2, 4, 2, WITH_IRQCHIP, tpr_begin, store, tpr_end, 0x89, 0x06),
	ROW("MOV CR8, EAX", 3, 0, 3, WITH_IRQCHIP, cr8_begin, mov_cr8, tpr_end, 0x0f, 0x22, 0xc0),
	ROW("ICR, high", 2, 4, 2, WITH_IRQCHIP, destination_begin, store, destination_end, 0x89,
	    0x06),
	ROW("timer", 2, 4, 2, WITH_IRQCHIP, timer_begin, store, timer_end, 0x89, 0x06),
	ROW("ICR", 2, 4, 6, WITH_IRQCHIP, icr_begin, store, icr_end, 0x89, 0x06),
};
const unsigned int operation_count = COUNT_OF(operations);

static const struct operation *by_function(bool (*execute)(struct guest *guest,
							   struct instruction *now,
							   struct sim_exit *exit),
					   const char *name)
{
	for (unsigned int i = 0; i < COUNT_OF(operations); i++)
		if (operations[i].execute == execute &&
		    (!name || !strcmp(operations[i].name, name)))
			return &operations[i];
	return NULL;
}

/* --- which is next --- */

static const struct operation *return_from_handler(struct guest *guest)
{
	if (guest->frame[guest->depth - 1].in_service)
		return by_function(store, "EOI");
	return by_function(iret, NULL);
}

/* Handlers are left, what waits is let in: until nothing is left. */
static const struct operation *come_to_an_end(struct guest *guest)
{
	if (guest->depth)
		return return_from_handler(guest);
	if (guest->tpr)
		return by_function(store, "TPR");
	if (!(guest_get(guest, GUEST_RFLAGS) & RFLAGS_IF))
		return by_function(sti, NULL);
	guest->quiet++;
	return by_function(nop, NULL);
}

static bool may_be_drawn(const struct guest *guest, const struct operation *operation)
{
	if (operation->execute == int_n)
		return guest->depth < MAX_FRAMES / 2;
	if (operation->execute == sti)
		return guest->depth < MAX_FRAMES / 2 || !guest->nmi_blocked;
	return operation->drawn == ALWAYS ||
	       (operation->drawn == WITH_IRQCHIP && simulation.irqchip);
}

static const struct operation *draw(const struct guest *guest)
{
	unsigned int sum = 0, i;
	u64 drawn;

	for (i = 0; i < COUNT_OF(operations); i++)
		sum += may_be_drawn(guest, &operations[i]) ? operations[i].weight : 0;
	drawn = sim_random_below(sum);
	for (i = 0;; i++) {
		unsigned int weight =
			may_be_drawn(guest, &operations[i]) ? operations[i].weight : 0;

		if (drawn < weight)
			return &operations[i];
		drawn -= weight;
	}
}

const struct operation *operation_draw(struct guest *guest)
{
	if (simulation.over)
		return come_to_an_end(guest);
	if (!step_take())
		return by_function(nop, NULL);
	if (guest->depth && (chance(4) || guest->depth > MAX_FRAMES / 2))
		return return_from_handler(guest);
	if (!guest->depth && guest_interrupts_on(guest) && chance(20))
		return by_function(hlt, NULL);
	if (guest->has_clock && chance(20))
		return by_function(clock_read, NULL);
	return draw(guest);
}
