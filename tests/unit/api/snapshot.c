// SPDX-License-Identifier: GPL-2.0
#include "snapshot.h"
#include "facts/msr.h"

static void take_slots(struct snapshot *snapshot, struct vm *vm)
{
	int ticket = host_srcu_read_lock(&vm->srcu);
	const struct memslots *slots = memslots_get(vm);

	const struct memslot *slot = memslots_from(slots, 0);

	for (unsigned int i = 0; slot && i < SNAPSHOT_SLOTS; i++) {
		snapshot->slots[i] = *slot;
		memset(snapshot->slots[i].link, 0, sizeof(slot->link));
		slot = memslots_from(slots, slot->gfn + slot->pages);
	}
	host_srcu_read_unlock(&vm->srcu, ticket);
}

static void take_chips(struct snapshot *snapshot, const struct program *program)
{
	for (u32 chip = 0; chip < KVM_NR_IRQCHIPS; chip++) {
		snapshot->chips[chip].chip_id = chip;
		EXPECT_EQ(CALL(program->vm, KVM_GET_IRQCHIP, &snapshot->chips[chip]), 0);
	}
	CALL(program->vm, KVM_GET_PIT2, &snapshot->pit);
}

static void take_vm(struct snapshot *snapshot, const struct program *program)
{
	struct vm *vm = sim_file_vm(program->vm);

	take_slots(snapshot, vm);
	snapshot->routing = vm->routing;
	snapshot->filter = vm->msr_filter;
	snapshot->tss_addr = vm->tss_addr;
	snapshot->identity_map_addr = vm->identity_map_addr;
	snapshot->boot_cpu_id = vm->boot_cpu_id;
	snapshot->msr_exits = vm->msr_exits;
	snapshot->apic_bus_ns = vm->apic_bus_ns;
	snapshot->vm_tsc_khz = vm->tsc_rate.khz;
	snapshot->dirty_log_manual = vm->dirty_log_manual;
	snapshot->vcpus = vm->nr_vcpus;
	snapshot->zones = vm->coalesced.count;
	snapshot->logged_slots = vm->logged_slots;
	snapshot->platform_info_hidden = vm->platform_info_hidden;
	snapshot->exception_payload = vm->exception_payload;
	snapshot->triple_fault_event = vm->triple_fault_event;
	snapshot->emulation_failure_exits = vm->emulation_failure_exits;
	if (vm->irqchip)
		take_chips(snapshot, program);
}

static bool goes_on_by_itself(u32 msr)
{
	return msr == MSR_IA32_TSC;
}

/* Each of those that KVM_GET_MSR_INDEX_LIST has and this vCPU gives. */
static void take_msrs(struct snapshot *snapshot, const struct program *program)
{
	struct {
		struct kvm_msr_list header;
		u32 indices[SNAPSHOT_MSRS];
	} list = {.header.nmsrs = SNAPSHOT_MSRS};

	EXPECT_EQ(CALL(program->device, KVM_GET_MSR_INDEX_LIST, &list), 0);
	for (u32 i = 0; i < list.header.nmsrs; i++) {
		struct kvm_msr_entry *entry = &snapshot->msrs.entries[snapshot->msrs.header.nmsrs];

		entry->index = list.indices[i];
		if (!goes_on_by_itself(entry->index) &&
		    msr_get(program, entry->index, (u64 *)&entry->data))
			snapshot->msrs.header.nmsrs++;
	}
}

static void take_vcpu(struct snapshot *snapshot, const struct program *program)
{
	int vcpu = program->vcpu;

	EXPECT_EQ(CALL(vcpu, KVM_GET_REGS, &snapshot->regs), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_SREGS, &snapshot->sregs), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_SREGS2, &snapshot->sregs2), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_XSAVE, &snapshot->xsave), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_XCRS, &snapshot->xcrs), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_DEBUGREGS, &snapshot->debugregs), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_MP_STATE, &snapshot->mp_state), 0);
	EXPECT_EQ(CALL(vcpu, KVM_GET_VCPU_EVENTS, &snapshot->events), 0);
	CALL(vcpu, KVM_GET_LAPIC, &snapshot->lapic);
	snapshot->tsc_khz = sim_file_vcpu(vcpu)->tsc_rate.khz;
	snapshot->tsc_offset = sim_file_vcpu(vcpu)->tsc_offset;
	snapshot->cpuid.header.nent = CPUID_MAX_ENTRIES;
	EXPECT_EQ(CALL(vcpu, KVM_GET_CPUID2, &snapshot->cpuid), 0);
	take_msrs(snapshot, program);
}

void snapshot_take(struct snapshot *snapshot, const struct program *program)
{
	memset(snapshot, 0, sizeof(*snapshot));
	if (program->vm)
		take_vm(snapshot, program);
	if (program->vcpu)
		take_vcpu(snapshot, program);
}

#define PART(member)                                                                               \
	{                                                                                          \
#member, offsetof(struct snapshot, member), sizeof(((struct snapshot *)0)->member) \
	}

static const struct part {
	const char *name;
	size_t offset, size;
} parts[] = {
	PART(slots),
	PART(chips),
	PART(pit),
	PART(routing),
	PART(filter),
	PART(tss_addr),
	PART(identity_map_addr),
	PART(boot_cpu_id),
	PART(msr_exits),
	PART(apic_bus_ns),
	PART(vm_tsc_khz),
	PART(dirty_log_manual),
	PART(vcpus),
	PART(zones),
	PART(logged_slots),
	PART(platform_info_hidden),
	PART(exception_payload),
	PART(triple_fault_event),
	PART(emulation_failure_exits),
	PART(regs),
	PART(sregs),
	PART(sregs2),
	PART(xsave),
	PART(xcrs),
	PART(debugregs),
	PART(mp_state),
	PART(events),
	PART(lapic),
	PART(tsc_khz),
	PART(tsc_offset),
	PART(cpuid),
	PART(msrs),
};

void snapshot_expect_equal(const struct snapshot *now, const struct snapshot *before)
{
	for (unsigned int i = 0; i < COUNT_OF(parts); i++) {
		const struct part *part = &parts[i];

		if (memcmp((const u8 *)now + part->offset, (const u8 *)before + part->offset,
			   part->size))
			test_fail(__FILE__, __LINE__, "%s has changed", part->name);
	}
}
