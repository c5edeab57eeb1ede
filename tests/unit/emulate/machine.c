// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulate/machine.h"
#include "cpuid/cpuid.h"
#include "emulate/emulate.h"
#include "life/life.h"
#include "mem/mem.h"
#include "tool/processor/recording.h"
#include "sim.h"
#include "vcpu/vpid.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"
#include "vmx.h"

#define PROCESSOR "EmeraldRapids_01_00C06F2"

#define ENTRY_ALL   7ull    /* present, writable, user */
#define TABLES_SIZE 0x10000 /* more than the tables of any mode take */

static struct machine machine;

struct mode_row {
	u64 cr0, cr4, efer;
	unsigned int levels;
	bool code_l, code_db, data_db;
	u32 limit;
};

static const struct mode_row mode_table[MODE_COUNT] = {
	[MODE_REAL] = {0, 0, 0, 0, false, false, false, 0xffff},
	[MODE_PROTECTED16] = {CR0_PE, 0, 0, 0, false, false, false, 0xffff},
	[MODE_PROTECTED32] = {CR0_PE, 0, 0, 0, false, true, true, ~0u},
	[MODE_PAGING32] = {CR0_PE | CR0_PG, CR4_PSE, 0, 2, false, true, true, ~0u},
	[MODE_PAE] = {CR0_PE | CR0_PG, CR4_PAE, IA32_EFER_NXE, 3, false, true, true, ~0u},
	[MODE_COMPATIBILITY] = {CR0_PE | CR0_PG, CR4_PAE,
				IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE, 4, false, true, true,
				~0u},
	[MODE_LONG] = {CR0_PE | CR0_PG, CR4_PAE, IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE, 4,
		       true, false, true, ~0u},
	[MODE_LONG57] = {CR0_PE | CR0_PG, CR4_PAE | CR4_LA57,
			 IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE, 5, true, false, true, ~0u},
};

/* Features that the guest is told of; all that Lintel offers on the simulated processor. */
static struct kvm_cpuid_entry2 cpuid_entries[] = {
	{.function = 0, .eax = 7},
	{.function = 1},
	{.function = 7, .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX},
	{.function = 0x80000000, .eax = 0x80000008},
	{.function = 0x80000001},
	{.function = 0x80000008},
};

void machine_set_cpuid(struct machine *m, unsigned int maxphyaddr, u32 edx_1, u32 edx_80000001)
{
	cpuid_entries[1].ecx = ~0u;
	cpuid_entries[1].edx = edx_1;
	cpuid_entries[2].ebx = cpuid_entries[2].ecx = ~0u;
	cpuid_entries[4].ecx = ~0u;
	cpuid_entries[4].edx = edx_80000001;
	cpuid_entries[5].eax = 0x3000 | maxphyaddr;
	if (cpuid_set(&m->vcpu, cpuid_entries, COUNT_OF(cpuid_entries)))
		abort();
	vcpu_cr4_update_allowed(&m->vcpu);
}

/* Once in a process: a recorded processor, in VMX operation. */
static void start_processor(void)
{
	static struct recording recording;
	static struct cap_report report;
	static bool started;
	struct recording_error error;

	if (started)
		return;
	started = true;
	if (recording_read(SOURCE_ROOT "/data/cpus/" PROCESSOR ".msr", &recording, &error) ||
	    setup_vmcs_config(&recording.set[0].msrs, &vmcs_config, &vmx_capability, &report))
		abort();
	sim_cpuid_set(1, SIM_ANY_SUBLEAF, 0x000c06f2, 0, ~0u, ~0u);
	sim_cpuid_set(7, 0, 0, ~0u, ~0u, ~0u);
	sim_cpuid_set(0x80000001, SIM_ANY_SUBLEAF, 0, 0, ~0u, ~0u);
	sim_cpuid_set(0x80000008, SIM_ANY_SUBLEAF, 0x3030, 0, 0, 0);
	sim_vmx_set_processors(&recording.set[0].msrs);
	cpuid_setup();
	sim_vmxon_all();
	vpid_init();
}

static u8 *add_slot(u32 id, u64 gpa, u64 size, u32 flags)
{
	u64 hva = sim_user_map(size < 0x200000 ? 0x200000 : size);
	struct kvm_userspace_memory_region region = {
		.slot = id,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = hva,
	};

	if (memslot_set(&machine.vm, &region))
		abort();
	return sim_user_pointer(hva);
}

struct machine *machine_create(enum machine_mode mode)
{
	struct machine *m = &machine;

	start_processor();
	memset(m, 0, sizeof(*m));
	if (vm_init(&m->vm))
		abort();
	m->ram = add_slot(0, 0, MACHINE_RAM_SIZE, 0);
	m->rom = add_slot(1, MACHINE_ROM, LINTEL_PAGE_SIZE, KVM_MEM_READONLY);
	m->vcpu.run = host_alloc_pages(0);
	m->vcpu.pio_data = host_alloc_pages(0);
	if (!m->vcpu.run || !m->vcpu.pio_data || vmx_create_vcpu(&m->vm, &m->vcpu, 0))
		abort();
	host_vcpu_get(&m->vcpu);
	host_fpu_load_guest(&m->vcpu);
	machine_set_cpuid(m, 40, ~0u, ~0u);
	machine_set_mode(m, mode);
	m->ticket = host_srcu_read_lock(&m->vm.srcu);
	return m;
}

void machine_destroy(struct machine *m)
{
	host_srcu_read_unlock(&m->vm.srcu, m->ticket);
	host_fpu_load_host(&m->vcpu);
	host_vcpu_release(&m->vcpu);
	vmx_free_vcpu(&m->vcpu);
	host_free_pages(m->vcpu.run, 0);
	host_free_pages(m->vcpu.pio_data, 0);
	vm_destroy(&m->vm);
}

void machine_set_cr0(struct machine *m, u64 value)
{
	m->vcpu.cr0 = value;
	vmcs_writel(GUEST_CR0, value);
}

void machine_set_cr3(struct machine *m, u64 value)
{
	vmcs_writel(GUEST_CR3, value);
}

void machine_set_cr4(struct machine *m, u64 value)
{
	m->vcpu.cr4 = value;
	vmcs_writel(GUEST_CR4, value);
}

static void set_segments(struct machine *m, const struct mode_row *row)
{
	struct kvm_segment segment = {.limit = row->limit,
				      .type = 3,
				      .present = 1,
				      .s = 1,
				      .db = row->data_db,
				      .g = row->limit > 0xffff};
	unsigned int seg;

	for (seg = SEG_ES; seg <= SEG_GS; seg++)
		vcpu_seg_write(&m->vcpu, (enum vcpu_seg)seg, &segment);
	segment.type = 11;
	segment.l = row->code_l;
	segment.db = row->code_db;
	vcpu_seg_write(&m->vcpu, SEG_CS, &segment);
}

void machine_set_cpl(struct machine *m, unsigned int cpl)
{
	struct kvm_segment ss;

	vcpu_seg_read(&m->vcpu, SEG_SS, &ss);
	ss.dpl = (u8)cpl;
	vcpu_seg_write(&m->vcpu, SEG_SS, &ss);
}

static unsigned int entry_size(const struct machine *m)
{
	return m->levels == 2 ? 4 : 8;
}

u64 machine_entry_read(struct machine *m, u64 at)
{
	u64 value = 0;

	memcpy(&value, m->ram + at, entry_size(m));
	return value;
}

void machine_entry_write(struct machine *m, u64 at, u64 value)
{
	memcpy(m->ram + at, &value, entry_size(m));
}

/* Makes tables on the way that are not there yet. */
u64 machine_entry(struct machine *m, u64 linear, unsigned int level)
{
	unsigned int bits = m->levels == 2 ? 10 : 9, at_level = m->levels;
	u64 table = vmcs_readl(GUEST_CR3) & ~0xfffull;

	for (;; at_level--) {
		u64 index = (linear >> (12 + bits * (at_level - 1))) & (BIT64(bits) - 1);
		u64 at = table + index * entry_size(m), entry = machine_entry_read(m, at);

		if (at_level == level)
			return at;
		if (!entry) {
			entry = m->tables | (m->levels == 3 && at_level == 3 ? 1 : ENTRY_ALL);
			m->tables += LINTEL_PAGE_SIZE;
			machine_entry_write(m, at, entry);
		}
		if (m->levels == 3 && at_level == 3)
			vmcs_write64(GUEST_PDPTE0 + 2 * (u32)index, entry);
		table = entry & 0xffffffffff000ull;
	}
}

void machine_map(struct machine *m, u64 linear, u64 gpa, u64 bits)
{
	machine_entry_write(m, machine_entry(m, linear, 1), gpa | bits);
}

void machine_set_mode(struct machine *m, enum machine_mode mode)
{
	const struct mode_row *row = &mode_table[mode];
	u64 at;

	m->levels = row->levels;
	m->tables = MACHINE_TABLES + LINTEL_PAGE_SIZE;
	memset(m->ram + MACHINE_TABLES, 0, TABLES_SIZE);
	machine_set_cr0(m, row->cr0);
	machine_set_cr4(m, row->cr4);
	machine_set_cr3(m, MACHINE_TABLES);
	m->vcpu.efer = row->efer;
	vcpu_rflags_write(&m->vcpu, 2);
	vcpu_rip_write(&m->vcpu, MACHINE_CODE);
	vcpu_reg_write(&m->vcpu, REG_RSP, MACHINE_STACK);
	set_segments(m, row);
	if (!row->levels)
		return;
	for (at = 0; at < 0x20000; at += LINTEL_PAGE_SIZE)
		machine_map(m, at, at, ENTRY_ALL);
	machine_map(m, MACHINE_ROM, MACHINE_ROM, ENTRY_ALL);
	machine_map(m, MACHINE_DEVICE, MACHINE_DEVICE, ENTRY_ALL);
}

void machine_set_code(struct machine *m, const void *bytes, size_t length)
{
	memcpy(m->ram + MACHINE_CODE, bytes, length);
	vcpu_rip_write(&m->vcpu, MACHINE_CODE);
}

void machine_set_hex(struct machine *m, const char *hex)
{
	u8 bytes[16];
	unsigned int count = 0, byte;
	int used;

	while (count < sizeof(bytes) && sscanf(hex, " %2x%n", &byte, &used) == 1) {
		bytes[count++] = (u8)byte;
		hex += used;
	}
	machine_set_code(m, bytes, count);
}

void machine_set_compatibility(struct machine *m)
{
	struct kvm_segment cs;

	vcpu_seg_read(&m->vcpu, SEG_CS, &cs);
	cs.l = 0;
	cs.db = 1;
	vcpu_seg_write(&m->vcpu, SEG_CS, &cs);
}

enum exit_action machine_answer_at_once(struct machine *m)
{
	enum exit_action action;

	host_irq_disable();
	m->vcpu.mode = VCPU_IN_GUEST;
	action = exit_answer_at_once(&m->vcpu);
	m->vcpu.mode = VCPU_OUTSIDE;
	host_irq_enable();
	return action;
}

enum exit_action machine_run_again(struct machine *m)
{
	enum exit_action (*complete)(struct vcpu *) = m->vcpu.complete;

	m->vcpu.complete = NULL;
	if (!complete)
		abort();
	return complete(&m->vcpu);
}
