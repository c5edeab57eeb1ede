// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses of the guest to its physical memory: the walk of the EPT that the VMCS names, accessed
 * and dirty flags, the list of pages written (PML), and a TLB that keeps each translation until it
 * is told otherwise.  The guest uses no paging of its own.
 *
 * An access by a translation that is not true any more is what a flush too few leads to: it panics
 * when the process has left the page meanwhile, or may not write to it.
 *
 * SDM: "EPT Translation Mechanism", "Accessed and Dirty Flags for EPT",
 * "Page-Modification Logging", "Caching Translation Information".
 */
#include <string.h>

#include "emulate/access.h"
#include "facts/apic_access.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "mem/ept_table.h"
#include "processor.h"
#include "vcpu/vcpu.h"
#include "virtual_apic.h"

#define EPT_RIGHTS	    EPT_PRESENT
#define VIOLATION_RIGHTS(r) ((r) << 3) /* bits 5:3: what the entries allow */
#define MEMORY_TYPE(entry)  ((entry) >> 3 & 7)
#define TABLE_RESERVED	    0xf8ull /* bits 7:3 of an entry for a table */
#define SAME_FAULT_MAX	    1000

/* --- the TLB: guest-physical mappings --- */

#define TLB_ENTRIES 1024

struct translation {
	bool valid;
	u64 root; /* bits 51:12 of the EPT pointer, which tell translations apart */
	u64 gfn, pfn;
	u64 rights;
	bool dirty; /* the flag was set when this was cached */
};

static struct translation tlb[SIM_MAX_CPUS][TLB_ENTRIES];

/* Where a table of the lowest level is: a walk need not come by the tables above it.  A processor
 * may keep that too, until it is told otherwise. */
#define TABLE_ENTRIES 64

struct known_table {
	u64 root; /* 0: nothing is known */
	u64 region, table, rights;
};

static struct known_table known_tables[SIM_MAX_CPUS][TABLE_ENTRIES];

static u64 region_of(u64 gpa)
{
	return gpa >> ept_level_shift(EPT_LEVEL_2M);
}

/* The guest that a CPU runs; `processor` is NULL: none. */
static struct {
	const struct processor *processor;
	const struct vmcs *vmcs;
	u64 root;
} running[SIM_MAX_CPUS];

static struct known_table *known_slot(u64 gpa)
{
	return &known_tables[sim_cpu_now()][region_of(gpa) % TABLE_ENTRIES];
}

static struct translation *tlb_slot(u64 gfn)
{
	return &tlb[sim_cpu_now()][gfn % TLB_ENTRIES];
}

void ept_flush(unsigned int cpu, u64 eptp)
{
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		if (tlb[cpu][i].root == (eptp & EPT_ADDRESS))
			tlb[cpu][i].valid = false;
	for (unsigned int i = 0; i < TABLE_ENTRIES; i++)
		if (known_tables[cpu][i].root == (eptp & EPT_ADDRESS))
			known_tables[cpu][i].root = 0;
}

void ept_flush_all(unsigned int cpu)
{
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		tlb[cpu][i].valid = false;
	memset(known_tables[cpu], 0, sizeof(known_tables[cpu]));
}

/* --- the access that exits --- */

static struct sim_exit fault;
static bool faulted;
static unsigned int same_faults;

bool ept_take_fault(struct sim_exit *exit)
{
	bool was = faulted;

	*exit = fault;
	faulted = false;
	return was;
}

void ept_reset(void)
{
	memset(running, 0, sizeof(running));
	faulted = false;
	same_faults = 0;
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		ept_flush_all(cpu);
}

static bool access_exits(u32 reason, u64 qualification, u64 gpa)
{
	bool again = fault.reason == reason && fault.guest_physical == gpa;

	same_faults = again ? same_faults + 1 : 0;
	if (same_faults > SAME_FAULT_MAX)
		sim_panic("the guest comes to 0x%llx for ever: exit reason %u", gpa, reason);
	fault = (struct sim_exit){.reason = reason,
				  .qualification = qualification,
				  .guest_physical = gpa,
				  .guest_linear = gpa};
	faulted = true;
	return false;
}

/* "Exit Qualification for EPT Violations".  What it was found by is not used again. */
static bool violation(u64 gpa, u64 access, u64 rights)
{
	const u64 kind = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;

	tlb_slot(gpa >> LINTEL_PAGE_SHIFT)->valid = false;
	known_slot(gpa)->root = 0;
	return access_exits(EXIT_REASON_EPT_VIOLATION, access | VIOLATION_RIGHTS(rights) | kind,
			    gpa);
}

static bool misconfiguration(u64 gpa)
{
	return access_exits(EXIT_REASON_EPT_MISCONFIGURATION, 0, gpa);
}

/* --- the walk --- */

struct walk {
	const struct processor *processor;
	struct vmcs *vmcs;
	u64 gpa, access;
	u64 eptp;
	u64 rights;
	u64 *entry[EPT_LEVEL_ROOT + 1]; /* by level */
	unsigned int first, level;	/* of the first and the last one */
};

static bool memory_type_ok(u64 type)
{
	return type != 2 && type != 3 && type != 7;
}

/* "EPT Misconfigurations"; the entry is present. */
static bool is_misconfigured(const struct processor *processor, u64 entry, unsigned int level)
{
	u64 rights = entry & EPT_RIGHTS;
	bool leaf = ept_entry_leaf(entry, level);

	if ((rights & EPT_WRITE) && !(rights & EPT_READ))
		return true;
	if (rights == EPT_EXECUTE && !processor->can.capability.ept.execute_only)
		return true;
	if ((entry & EPT_ADDRESS) >> processor->can.physical_width)
		return true;
	if (!leaf)
		return entry & TABLE_RESERVED;
	if (level == EPT_LEVEL_ROOT || !memory_type_ok(MEMORY_TYPE(entry)))
		return true;
	return entry & EPT_ADDRESS & (BIT64(ept_level_shift(level)) - 1);
}

/* gives: the table that the walk begins with. */
static u64 walk_begin(struct walk *walk)
{
	const struct known_table *known = known_slot(walk->gpa);
	u64 root = walk->eptp & EPT_ADDRESS;

	if (known->root == root && known->region == region_of(walk->gpa)) {
		walk->first = EPT_LEVEL_4K;
		walk->rights = known->rights;
		return known->table;
	}
	walk->first = EPT_LEVEL_ROOT;
	walk->rights = EPT_RIGHTS;
	return root;
}

static void note_table(const struct walk *walk, u64 table)
{
	if (walk->level == EPT_LEVEL_2M)
		*known_slot(walk->gpa) = (struct known_table){
			.root = walk->eptp & EPT_ADDRESS,
			.region = region_of(walk->gpa),
			.table = table,
			.rights = walk->rights,
		};
}

/* Down to the page; false: the access exits. */
static bool walk_tables(struct walk *walk)
{
	u64 table = walk_begin(walk);

	for (walk->level = walk->first;; walk->level--) {
		u64 index = walk->gpa >> ept_level_shift(walk->level) & (EPT_ENTRIES - 1);
		u64 *entry = (u64 *)sim_phys_to_virt(table) + index;

		walk->entry[walk->level] = entry;
		walk->rights &= *entry;
		if (!ept_entry_present(*entry))
			return violation(walk->gpa, walk->access, 0);
		if (is_misconfigured(walk->processor, *entry, walk->level))
			return misconfiguration(walk->gpa);
		if (ept_entry_leaf(*entry, walk->level))
			break;
		table = *entry & EPT_ADDRESS;
		note_table(walk, table);
	}
	if (walk->access & ~walk->rights)
		return violation(walk->gpa, walk->access, walk->rights);
	return true;
}

/* --- what the processor reads ahead --- */

void ept_guest_enters(const struct processor *processor, const struct vmcs *vmcs)
{
	running[sim_cpu_now()].processor = processor;
	running[sim_cpu_now()].vmcs = vmcs;
	running[sim_cpu_now()].root = vmcs_get(vmcs, EPT_POINTER) & EPT_ADDRESS;
}

void ept_guest_leaves(void)
{
	running[sim_cpu_now()].processor = NULL;
}

static void table_look(unsigned int cpu, const struct known_table *known)
{
	const u64 *table = sim_phys_to_virt(known->table);

	for (unsigned int i = 0; i < EPT_ENTRIES; i++) {
		u64 pfn = (table[i] & EPT_ADDRESS) >> LINTEL_PAGE_SHIFT;
		const char *words = NULL;

		if (!ept_entry_present(table[i]) || virtual_apic_has_page(running[cpu].vmcs, pfn))
			continue;
		if (is_misconfigured(running[cpu].processor, table[i], EPT_LEVEL_4K))
			words = "it is no entry";
		else if (!sim_pfn_user(pfn))
			words = "the process has left that frame";
		if (words)
			sim_panic("CPU %u may read 0x%llx in a table of 0x%llx, and %s", cpu,
				  table[i], known->region << ept_level_shift(EPT_LEVEL_2M), words);
	}
}

void ept_look_ahead(unsigned int cpu)
{
	for (unsigned int i = 0; running[cpu].processor && i < TABLE_ENTRIES; i++)
		if (known_tables[cpu][i].root == running[cpu].root)
			table_look(cpu, &known_tables[cpu][i]);
}

static bool lists_writes(const struct vmcs *vmcs)
{
	return (vmcs_get(vmcs, CPU_BASED_VM_EXEC_CONTROL) & CPU1_ACTIVATE_SECONDARY_CONTROLS) &&
	       (vmcs_get(vmcs, SECONDARY_VM_EXEC_CONTROL) & CPU2_ENABLE_PML);
}

/* Before a dirty flag is set.  False: the list is full, and nothing of the access is done. */
static bool list_write(const struct walk *walk)
{
	u64 index = vmcs_get(walk->vmcs, GUEST_PML_INDEX);
	u64 *list;

	if (index >= PML_ENTRIES)
		return access_exits(EXIT_REASON_PML_FULL, 0, walk->gpa);
	list = sim_phys_to_virt(vmcs_get(walk->vmcs, PML_ADDRESS));
	list[index] = walk->gpa & ~(u64)(LINTEL_PAGE_SIZE - 1);
	vmcs_set(walk->vmcs, GUEST_PML_INDEX, index - 1);
	return true;
}

static bool set_flags(const struct walk *walk)
{
	u64 *leaf = walk->entry[walk->level];
	bool dirties = (walk->access & EPT_WRITE) && !(*leaf & EPT_DIRTY);

	if (!(walk->eptp & EPTP_ACCESSED_DIRTY))
		return true;
	if (dirties && lists_writes(walk->vmcs) && !list_write(walk))
		return false;
	for (unsigned int level = walk->first; level >= walk->level; level--)
		*walk->entry[level] |= EPT_ACCESSED;
	if (dirties)
		*leaf |= EPT_DIRTY;
	return true;
}

static void cache(const struct walk *walk, struct translation *to)
{
	u64 leaf = *walk->entry[walk->level], gfn = walk->gpa >> LINTEL_PAGE_SHIFT;

	*to = (struct translation){
		.valid = true,
		.root = walk->eptp & EPT_ADDRESS,
		.gfn = gfn,
		.pfn = (leaf & EPT_ADDRESS) >> LINTEL_PAGE_SHIFT |
		       (gfn & (ept_level_frames(walk->level) - 1)),
		.rights = walk->rights,
		.dirty = leaf & EPT_DIRTY,
	};
}

static bool is_cached(const struct translation *at, const struct walk *walk)
{
	return at->valid && at->root == (walk->eptp & EPT_ADDRESS) &&
	       at->gfn == walk->gpa >> LINTEL_PAGE_SHIFT;
}

/* A right that is missing, and a flag that is to be set, are looked for in the tables. */
static bool suffices(const struct translation *at, const struct walk *walk)
{
	bool flags = walk->eptp & EPTP_ACCESSED_DIRTY;

	if (walk->access & ~at->rights)
		return false;
	return at->dirty || !flags || !(walk->access & EPT_WRITE);
}

/* NULL: the access exits. */
static const struct translation *translate(struct walk *walk)
{
	struct translation *at = tlb_slot(walk->gpa >> LINTEL_PAGE_SHIFT);

	if (is_cached(at, walk) && suffices(at, walk))
		return at;
	if (!walk_tables(walk) || !set_flags(walk))
		return NULL;
	cache(walk, at);
	return at;
}

/* --- the guest's accesses --- */

/* Where in the process's memory that is; it has to allow what the translation allows. */
static u8 *process_byte(const struct translation *at, u64 gpa, u64 access)
{
	u64 hva = sim_pfn_user(at->pfn);
	const char *words = NULL;

	if (!hva)
		words = "has left it";
	else if ((access & EPT_WRITE) && !sim_user_is_writable(hva))
		words = "may not write there";
	else if ((access & EPT_WRITE) && !sim_pfn_dirty(at->pfn))
		words = "has it clean";
	if (words)
		sim_panic("the guest uses frame 0x%llx by 0x%llx on CPU %u, and the process %s",
			  at->pfn, gpa, sim_cpu_now(), words);
	return (u8 *)sim_user_pointer(hva) + gpa % LINTEL_PAGE_SIZE;
}

/* By what the guest reaches the byte; NULL: the access exits. */
static const struct translation *guest_translation(struct vcpu *vcpu, u64 gpa, u64 access,
						   size_t length)
{
	struct processor *processor = processor_pinned("an access of the guest's");
	struct walk walk = {.processor = processor, .gpa = gpa, .access = access};

	if (faulted)
		sim_panic("the guest goes on after an access that exits");
	if (gpa % LINTEL_PAGE_SIZE + length > LINTEL_PAGE_SIZE)
		sim_panic("an access of the guest's that crosses a page");
	walk.vmcs = vmcs_of(host_virt_to_phys(vcpu->vmcs.region));
	walk.eptp = vmcs_get(walk.vmcs, EPT_POINTER);
	return translate(&walk);
}

/* The VMCS, where the access is one to the APIC-access page; or NULL. */
static struct vmcs *apic_page(struct vcpu *vcpu, const struct translation *at)
{
	struct vmcs *vmcs = vmcs_of(host_virt_to_phys(vcpu->vmcs.region));

	return virtual_apic_has_page(vmcs, at->pfn) ? vmcs : NULL;
}

static bool apic_access_exits(u64 gpa, enum apic_access_kind kind)
{
	return access_exits(EXIT_REASON_APIC_ACCESS, gpa % LINTEL_PAGE_SIZE | (u64)kind << 12, gpa);
}

bool sim_guest_read(struct vcpu *vcpu, u64 gpa, void *to, size_t length)
{
	const struct translation *at = guest_translation(vcpu, gpa, EPT_READ, length);
	struct vmcs *vmcs;

	if (!at)
		return false;
	vmcs = apic_page(vcpu, at);
	if (vmcs)
		return virtual_apic_read(vmcs, gpa % LINTEL_PAGE_SIZE, to, length) ||
		       apic_access_exits(gpa, APIC_ACCESS_READ);
	memcpy(to, process_byte(at, gpa, EPT_READ), length);
	return true;
}

bool sim_guest_fetch(struct vcpu *vcpu, u64 gpa, void *to, size_t length)
{
	const struct translation *at = guest_translation(vcpu, gpa, EPT_EXECUTE, length);

	if (!at)
		return false;
	if (apic_page(vcpu, at))
		return apic_access_exits(gpa, APIC_ACCESS_FETCH);
	memcpy(to, process_byte(at, gpa, EPT_EXECUTE), length);
	return true;
}

bool sim_guest_write(struct vcpu *vcpu, u64 gpa, const void *from, size_t length)
{
	const struct translation *at = guest_translation(vcpu, gpa, EPT_WRITE, length);
	struct vmcs *vmcs;

	if (!at)
		return false;
	vmcs = apic_page(vcpu, at);
	if (vmcs)
		return virtual_apic_write(vmcs, gpa % LINTEL_PAGE_SIZE, from, length) ||
		       apic_access_exits(gpa, APIC_ACCESS_WRITE);
	memcpy(process_byte(at, gpa, EPT_WRITE), from, length);
	return true;
}
