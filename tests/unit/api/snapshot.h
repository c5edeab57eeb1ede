/* SPDX-License-Identifier: GPL-2.0 */
/* What a program can see of its VM and vCPU, to compare: nothing may have changed. */
#ifndef LINTEL_TESTS_UNIT_API_SNAPSHOT_H
#define LINTEL_TESTS_UNIT_API_SNAPSHOT_H

#include "program.h"
#include "cpuid/cpuid.h"

#define SNAPSHOT_MSRS  200
#define SNAPSHOT_SLOTS 8

struct snapshot {
	/* The VM. */
	struct memslot slots[SNAPSHOT_SLOTS];
	struct kvm_irqchip chips[KVM_NR_IRQCHIPS];
	struct kvm_pit_state2 pit;
	const void *routing, *filter; /* published as a whole, never changed */
	u64 tss_addr, identity_map_addr;
	u32 boot_cpu_id, msr_exits, dirty_log_manual, vcpus, zones, logged_slots;
	u32 apic_bus_ns, vm_tsc_khz;
	bool platform_info_hidden, exception_payload, triple_fault_event, emulation_failure_exits;

	/* The vCPU. */
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_sregs2 sregs2;
	struct kvm_xsave xsave;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debugregs;
	struct kvm_mp_state mp_state;
	struct kvm_vcpu_events events;
	struct kvm_lapic_state lapic;
	u32 tsc_khz;
	u64 tsc_offset;
	struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[CPUID_MAX_ENTRIES];
	} cpuid;
	struct {
		struct kvm_msrs header;
		struct kvm_msr_entry entries[SNAPSHOT_MSRS];
	} msrs;
};

void snapshot_take(struct snapshot *snapshot, const struct program *program);
/* A part that differs is a failure, with its name. */
void snapshot_expect_equal(const struct snapshot *now, const struct snapshot *before);

#endif
