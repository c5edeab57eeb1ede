// SPDX-License-Identifier: GPL-2.0
/*
 * Exits that are answered with interrupts off, in between two entries: the guest goes on just as
 * when the same exit takes the long way, which it does while somebody traces.
 */
#include "fixture/vm.h"
#include "api/api.h"
#include "exit/run.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "facts/msr.h"
#include "facts/vmcs_field.h"
#include "io/bus.h"
#include "io/ioeventfd.h"
#include "irq/devices.h"
#include "irq/lapic.h"
#include "irq/registers.h"
#include "mem/dirty_log.h"
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "msr/state.h"
#include "vcpu/state.h"

#define LENGTH 2
#define DEVICE 0xd0000000 /* no slot is there */

/* "Exit Qualification for I/O Instructions". */
#define PORT_IN(port)  ((u64)(port) << 16 | BIT32(3))
#define PORT_OUT(port) ((u64)(port) << 16)

/* A guest's instruction: what is in its registers, what the exit says. */
struct instruction {
	u32 reason;
	u64 qualification;
	u64 rax, rcx, rdx;
};

/* The vCPU as its next entry finds it. */
struct state {
	u64 regs[REG_COUNT], fields[VMCS_FIELDS];
	u64 rip, rflags, xcr0, apic_base;
	struct vcpu_msrs msrs;
	u8 page[LINTEL_PAGE_SIZE];
	struct kvm_pic_state pic[2];
	u64 exits, begins; /* of this kind; of host_guest_begin() */
};

/* The host's, or an address of its memory. */
static bool is_hosts(u16 encoding)
{
	switch (encoding) {
	case MSR_BITMAP:
	case PML_ADDRESS:
	case VIRTUAL_APIC_PAGE_ADDR:
	case EPT_POINTER:
		return true;
	default:
		return (encoding >> 10 & 3) == 3;
	}
}

static void look(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);
	struct state *state = argument;

	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (!is_hosts(vmcs_field_table[i].encoding))
			state->fields[i] = sim_vmcs_get(vmcs, vmcs_field_table[i].encoding);
	memcpy(state->regs, vcpu->regs, sizeof(state->regs));
	state->rip = vcpu->rip;
	state->rflags = vcpu->rflags;
	state->xcr0 = vcpu->xcr0;
	state->apic_base = vcpu->apic_base;
	state->msrs = *vcpu->msrs;
	memcpy(state->page, vcpu->lapic->page, sizeof(state->page));
	memcpy(state->pic, irqchip_get(vcpu->vm)->pic, sizeof(state->pic));
	state->begins = vcpu->host.begins;
}

static void set_registers(struct vcpu *vcpu, void *argument)
{
	const struct instruction *now = argument;

	vcpu->regs[REG_RAX] = now->rax;
	vcpu->regs[REG_RCX] = now->rcx;
	vcpu->regs[REG_RDX] = now->rdx;
	/* An interrupt comes just before: it would wait for ever without. */
	if (now->reason == EXIT_REASON_HLT)
		lapic_send_to_itself(vcpu, 0x61);
}

static void x2apic_on(struct vcpu *vcpu)
{
	EXPECT_EQ(msr_apic_base_write(vcpu, vcpu->apic_base | APIC_BASE_X2APIC, false), 0);
	lapic_deliver(vcpu, IRQ_FIXED, 0x51, false);
	lapic_acknowledge(vcpu, 0x51);
}

static void run(const struct instruction *instruction, bool traced, struct state *state)
{
	struct fixture *machine =
		FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true, .cpuid = true, .apics = true);
	struct vcpu *vcpu = machine->vcpu;
	struct instruction now = *instruction;

	memset(state, 0, sizeof(*state));
	FIXTURE_LOADED(vcpu, x2apic_on(vcpu));
	if (now.reason == EXIT_REASON_HLT) {
		lapic_put(vcpu->lapic, LAPIC_SVR, 0x1ff);
		FIXTURE_LOADED(vcpu, vcpu_rflags_write(vcpu, RFLAGS_IF | 2));
	}
	sim_exits_are_traced = traced;
	sim_script_exit(&(struct sim_exit){.reason = now.reason,
					   .qualification = now.qualification,
					   .instruction_length = LENGTH,
					   .guest = set_registers,
					   .argument = &now});
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_TRIPLE_FAULT, .guest = look, .argument = state});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
	state->exits = vcpu->stats.exits[now.reason];
	EXPECT_STR_EQ(sim_entry_failure(), "");
	fixture_destroy(machine);
}

/* gives: was it answered at once, when nobody traced? */
static bool same_both_ways(const struct instruction *instruction)
{
	static struct state quick, slow;
	u64 begins;

	run(instruction, false, &quick);
	run(instruction, true, &slow);
	EXPECT_EQ(slow.begins, 2);
	EXPECT_EQ(slow.exits, 1);
	begins = quick.begins;
	quick.begins = slow.begins;
	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (quick.fields[i] != slow.fields[i])
			test_fail(__FILE__, __LINE__, "%s is 0x%llx at once, and 0x%llx",
				  vmcs_field_table[i].name, quick.fields[i], slow.fields[i]);
	EXPECT_EQ(memcmp(&quick, &slow, sizeof(quick)), 0);
	return begins == 1;
}

TEST(at_once_is_as_the_long_way)
{
	static const struct {
		const char *words;
		struct instruction instruction;
		bool at_once;
	} rows[] = {
		{"CPUID.0", {EXIT_REASON_CPUID, 0, 0, 0, 0}, true},
		{"CPUID.7.1", {EXIT_REASON_CPUID, 0, 7, 1, 0}, true},
		{"CPUID beyond", {EXIT_REASON_CPUID, 0, 0x1234, 0, 0}, true},
		{"INVD", {EXIT_REASON_INVD, 0, 0, 0, 0}, true},
		{"WBINVD", {EXIT_REASON_WBINVD, 0, 0, 0, 0}, true},
		{"PAUSE", {EXIT_REASON_PAUSE, 0, 0, 0, 0}, true},
		{"MONITOR", {EXIT_REASON_MONITOR, 0, 0, 0, 0}, true},
		{"MWAIT", {EXIT_REASON_MWAIT, 0, 0, 0, 0}, true},
		{"XSETBV", {EXIT_REASON_XSETBV, 0, 3, 0, 0}, true},
		{"XSETBV of nothing: #GP", {EXIT_REASON_XSETBV, 0, 0, 0, 0}, true},
		{"an unknown hypercall", {EXIT_REASON_VMCALL, 0, 100, 0, 0}, true},
		{"KVM_HC_SEND_IPI to none", {EXIT_REASON_VMCALL, 0, 10, 0, 0}, true},
		{"KVM_HC_KICK_CPU", {EXIT_REASON_VMCALL, 0, 5, 0, 0}, false},
		{"KVM_HC_SCHED_YIELD", {EXIT_REASON_VMCALL, 0, 11, 0, 0}, false},
		/* In real mode the PDPTEs might have to be read. */
		{"MOV to CR0", {EXIT_REASON_CR_ACCESS, 0, 0x60000010, 0, 0}, false},
		{"VMREAD: #UD", {EXIT_REASON_VMREAD, 0, 0, 0, 0}, false},
		{"external interrupt", {EXIT_REASON_EXTERNAL_INTERRUPT, 0, 0, 0, 0}, false},
		{"x2APIC EOI", {EXIT_REASON_WRMSR, 0, 0, 0x80b, 0}, true},
		{"x2APIC self-IPI", {EXIT_REASON_WRMSR, 0, 0x61, 0x83f, 0}, true},
		{"x2APIC ICR, to itself", {EXIT_REASON_WRMSR, 0, 0x40061, 0x830, 0}, true},
		{"x2APIC ICR, NMI to itself", {EXIT_REASON_WRMSR, 0, 0x40461, 0x830, 0}, false},
		{"x2APIC SVR", {EXIT_REASON_WRMSR, 0, 0x1ff, 0x80f, 0}, false},
		{"IN 21H", {EXIT_REASON_IO_INSTRUCTION, PORT_IN(0x21), ~0ull, 0, 0}, true},
		{"OUT 21H", {EXIT_REASON_IO_INSTRUCTION, PORT_OUT(0x21), 0xfb, 0, 0}, true},
		{"OUT 20H, EOI", {EXIT_REASON_IO_INSTRUCTION, PORT_OUT(0x20), 0x20, 0, 0}, true},
		{"IN 4D0H of 2 bytes",
		 {EXIT_REASON_IO_INSTRUCTION, PORT_IN(0x4d0) | 1, ~0ull, 0, 0},
		 true},
		{"HLT, and an interrupt", {EXIT_REASON_HLT, 0, 0, 0, 0}, true},
		{"MSR that is not there: #GP", {EXIT_REASON_RDMSR, 0, 0, 0x1234, 0}, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		test_context("%s", rows[i].words);
		EXPECT_EQ(same_both_ways(&rows[i].instruction), rows[i].at_once);
	}
}

/* What another reading of a clock gives, or a counter that runs. */
static bool runs(u32 msr)
{
	return msr == MSR_IA32_TSC || msr == MSR_X2APIC_FIRST + 0x39;
}

TEST(at_once_every_msr_is_as_the_long_way)
{
	static const u64 values[] = {0, 1, 6, 0xfee00900, ~(u64)0};

	for (unsigned int row = 0; row < MSR_ROWS; row++) {
		u32 msr = msr_table[row].first;

		test_context("%s", msr_table[row].name);
		if (runs(msr))
			continue;
		same_both_ways(&(struct instruction){EXIT_REASON_RDMSR, 0, 0, msr, 0});
		for (size_t i = 0; i < COUNT_OF(values); i++)
			same_both_ways(&(struct instruction){EXIT_REASON_WRMSR, 0, (u32)values[i],
							     msr, values[i] >> 32});
	}
}

/* Twice an exit that signals an event.  gives: how often the vCPU got ready for its guest. */
static u64 signal_by(struct kvm_ioeventfd wanted, const struct sim_exit *exit, bool raw)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true);
	int fd = sim_event_open();
	u64 begins;

	sim_events_are_raw = raw;
	machine->vm.under_hypervisor = false;
	wanted.fd = fd;
	EXPECT_EQ(ioeventfd_set(&machine->vm, &wanted), 0);
	sim_script_exit(exit);
	sim_script_exit(exit);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_TRIPLE_FAULT});
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
	EXPECT_EQ(sim_event_read(fd), 2);
	begins = machine->vcpu->host.begins;
	fixture_destroy(machine);
	return begins;
}

TEST(at_once_events_are_signalled_where_the_kernel_can)
{
	const struct kvm_ioeventfd port = {
		.addr = 0x510, .len = 1, .flags = KVM_IOEVENTFD_FLAG_PIO};
	const struct kvm_ioeventfd address = {.addr = DEVICE};
	const struct sim_exit out = {.reason = EXIT_REASON_IO_INSTRUCTION,
				     .qualification = PORT_OUT(0x510),
				     .instruction_length = LENGTH};
	const struct sim_exit store = {.reason = EXIT_REASON_EPT_VIOLATION,
				       .qualification = EPT_VIOLATION_WRITE,
				       .guest_physical = DEVICE,
				       .instruction_length = LENGTH};

	EXPECT_EQ(signal_by(port, &out, false), 3);
	EXPECT_EQ(signal_by(port, &out, true), 1);
	EXPECT_EQ(signal_by(address, &store, false), 3);
	/* Where an event is one learns by the first. */
	EXPECT_EQ(signal_by(address, &store, true), 2);
}

/* What user space answers is published at once, too. */
TEST(at_once_a_port_of_user_space)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1, .irqchip = true);
	struct vcpu *vcpu = machine->vcpu;

	FIXTURE_LOADED(vcpu, vcpu_reg_write(vcpu, REG_RAX, 0x5a));
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .qualification = PORT_OUT(0x70),
					   .instruction_length = LENGTH});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(vcpu->run->io.port, 0x70);
	EXPECT_EQ(vcpu->run->io.direction, KVM_EXIT_IO_OUT);
	EXPECT_EQ(*(const u8 *)vcpu->pio_data, 0x5a);
	EXPECT_EQ(vcpu->stats.exits[EXIT_REASON_IO_INSTRUCTION], 1);
	EXPECT_EQ(vcpu->host.begins, 1);
	fixture_destroy(machine);
}

/* --- memory --- */

#define PAGES 6

struct run_of_writes {
	u64 begins, exits, bits;
	u64 entry[PAGES], fields[VMCS_FIELDS];
};

static void look_at_fields(struct vcpu *vcpu, void *argument)
{
	hpa_t vmcs = host_virt_to_phys(vcpu->vmcs.region);
	struct run_of_writes *run = argument;

	for (unsigned int i = 0; i < VMCS_FIELDS; i++)
		if (!is_hosts(vmcs_field_table[i].encoding))
			run->fields[i] = sim_vmcs_get(vmcs, vmcs_field_table[i].encoding);
}

/* The guest writes to one page after the other; an event's delivery does, too. */
static void write_pages(bool traced, bool raw, u32 flags, struct run_of_writes *run)
{
	struct fixture *machine = FIXTURE(.pages = PAGES, .vcpus = 1, .irqchip = true);
	struct vcpu *vcpu = machine->vcpu;
	const struct memslot *slot;
	struct host_page page;

	memset(run, 0, sizeof(*run));
	sim_spins_are_raw = raw;
	EXPECT_EQ(
		fixture_set_slot(&machine->vm, 0, flags, 0, PAGES * LINTEL_PAGE_SIZE, machine->ram),
		0);
	for (u64 i = 0; i < PAGES; i++) {
		EXPECT_EQ(host_page_get(&machine->vm, machine->ram + i * LINTEL_PAGE_SIZE, true,
					&page),
			  0);
		host_page_put(&page);
		sim_script_exit(&(struct sim_exit){
			.reason = EXIT_REASON_EPT_VIOLATION,
			.qualification = EPT_VIOLATION_WRITE,
			.guest_physical = i * LINTEL_PAGE_SIZE + 16,
			.idt_vectoring_info = i == 3 ? 0x80000041 : 0,
			.instruction_length = LENGTH,
		});
	}
	sim_exits_are_traced = traced;
	sim_script_exit(&(struct sim_exit){
		.reason = EXIT_REASON_TRIPLE_FAULT, .guest = look_at_fields, .argument = run});
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_SHUTDOWN);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	for (u64 i = 0; i < PAGES; i++) {
		unsigned int level;

		run->entry[i] = ept_lookup(&machine->vm.ept, i, &level);
		EXPECT_EQ((run->entry[i] & EPT_ADDRESS) >> 12,
			  sim_user_pfn(machine->ram + i * LINTEL_PAGE_SIZE));
		run->entry[i] &= ~EPT_ADDRESS;
	}
	slot = machine->vm.slots->root[SLOTS_BY_GFN];
	run->bits = slot->log ? slot->log->bits[0] : 0;
	run->exits = vcpu->stats.exits[EXIT_REASON_EPT_VIOLATION];
	run->begins = vcpu->host.begins;
	fixture_destroy(machine);
}

TEST(at_once_pages_that_are_there)
{
	static const u32 flags[] = {0, KVM_MEM_LOG_DIRTY_PAGES};
	static struct run_of_writes quick, traced, not_raw;

	for (unsigned int i = 0; i < COUNT_OF(flags); i++) {
		test_context("flags %u", flags[i]);
		write_pages(false, true, flags[i], &quick);
		write_pages(true, true, flags[i], &traced);
		write_pages(false, false, flags[i], &not_raw);
		/* The first needs tables, the second tells that the next may be at hand. */
		EXPECT_EQ(quick.begins, 3);
		EXPECT_EQ(traced.begins, PAGES + 1);
		EXPECT_EQ(not_raw.begins, PAGES + 1);
		quick.begins = traced.begins = not_raw.begins;
		EXPECT_EQ(quick.exits, PAGES);
		EXPECT_EQ(quick.bits, flags[i] ? BIT64(PAGES) - 1 : 0);
		EXPECT_EQ(memcmp(&quick, &traced, sizeof(quick)), 0);
		EXPECT_EQ(memcmp(&quick, &not_raw, sizeof(quick)), 0);
	}
}
