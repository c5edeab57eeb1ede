/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine: its memory slots, its EPT, its vCPUs.
 *
 * Lock order, outermost first: vm->lock, vcpu->host.mutex (Linux), vm->io_lock, vm->slots_lock,
 * vm->srcu (read), vm->mmu_lock (spin), the lock of vm->ept.invalidations (spin).  vm->irq_lock
 * comes after vm->lock, and has nothing but vm->irq_srcu in it.
 */
#ifndef LINTEL_VM_H
#define LINTEL_VM_H

#include "host.h"
#include "mem/invalidation.h"
#include "vcpu/tsc_rate.h"

#define VM_MAX_VCPUS 1024
#define VM_MAX_SLOTS 32764 /* as many as KVM offers; the array has only those in use */

struct memslots;
struct bus;
struct ioeventfd;
struct irqfd;
struct resampler;
struct coalesced_zone;
struct irqchip;
struct irq_routing;
struct msr_filter;

struct ept {
	void *root;    /* page-table page of level 4 (host_alloc_pages) */
	u64 eptp;      /* EPT pointer: root, memory type, walk length, A/D flag */
	u64 pages;     /* page-table pages that are not freed, the root too; atomic */
	u64 mapped[3]; /* pages that it maps, of 4 KiB, 2 MiB and 1 GiB, those too that are cut off
			* and not freed; atomic */
	struct invalidations invalidations; /* of the process's memory */
	/* What is mapped where all local APICs have their registers: the processor never touches
	 * it.  NULL: there is none. */
	void *apic_page;
	u64 apic_gfn;
	bool apic_page_forbidden; /* not all have them there; never false again; under mmu_lock */
};

/* At the host's TSC `tsc` (and host_time_ns() `time_ns`) the VM's clock was `ns`; see vcpu/clock.h.
 */
struct vm_clock {
	host_spinlock_t lock;
	u64 tsc, time_ns, ns;
	struct tsc_rate
		rate;	 /* the vCPUs': the clock counts ticks of theirs, as their guest does */
	bool tscs_agree; /* all vCPUs' TSC rates and offsets are equal */
};

/* Writes that user space takes note of when it comes to it: see io/coalesced.h. */
struct coalesced {
	struct kvm_coalesced_mmio_ring *ring; /* a page; shared with user space: hostile */
	host_spinlock_t lock;		      /* who writes to it */
	struct coalesced_zone *zones;	      /* under io_lock */
	unsigned int count;		      /* of zones */
};

/* Flushes of all vCPUs: asked for, and for how many of them a vCPU had to leave the guest; atomic.
 */
struct vm_stats {
	u64 flushes, flushes_of_running;
};

struct vm {
	u32 process;		   /* that made it: host_process_id() */
	host_mutex_t lock;	   /* creation of vCPUs, VM-wide settings */
	host_mutex_t slots_lock;   /* changes of the slots and of the buses */
	host_srcu_t srcu;	   /* readers of what is published */
	struct memslots *slots;	   /* published; changed under slots_lock */
	unsigned int logged_slots; /* changed under slots_lock */
	u32 dirty_log_manual;	   /* KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 */
	u32 dirty_ring_entries;	   /* of each vCPU's ring, in place of the dirty logs; 0: none */
	bool dirty_ring_waits;	   /* a dirty log has what found no room in them */
	host_spinlock_t mmu_lock;  /* the EPT and its counters */
	struct ept ept;

	struct vcpu *vcpus[VM_MAX_VCPUS]; /* by id; set once, under lock */
	unsigned int nr_vcpus;
	unsigned int vcpu_limit; /* above every id in use; only grows */

	struct vm_clock clock;
	struct tsc_rate tsc_rate;      /* of vCPUs to come */
	struct msr_filter *msr_filter; /* published; changed under lock, read under srcu */
	u32 msr_exits;		       /* KVM_CAP_X86_USER_SPACE_MSR: KVM_MSR_EXIT_REASON_* */
	bool under_hypervisor;	       /* the host runs in a VM itself */
	bool platform_info_hidden;     /* KVM_CAP_MSR_PLATFORM_INFO */
	bool exception_payload;	       /* KVM_CAP_EXCEPTION_PAYLOAD */
	bool triple_fault_event;       /* KVM_CAP_X86_TRIPLE_FAULT_EVENT */
	u32 exits_disabled;	       /* KVM_CAP_X86_DISABLE_EXITS, of vCPUs to come */
	u32 hypercall_exits;	       /* KVM_CAP_EXIT_HYPERCALL: bits by their numbers */
	u32 quirks_disabled;	       /* KVM_CAP_DISABLE_QUIRKS2: KVM_X86_QUIRK_* */
	bool emulation_failure_exits;  /* KVM_CAP_EXIT_ON_EMULATION_FAILURE */
	bool large_pages_execute; /* KVM_CAP_VM_DISABLE_NX_HUGE_PAGES: whatever the host says */
	/* NULL: the interrupt controllers are user space's.  Set once, before there is a vCPU. */
	struct irqchip *irqchip;
	/* KVM_CAP_X2APIC_API; never false again: */
	bool apic_ids_32bit;   /* KVM_X2APIC_API_USE_32BIT_IDS */
	bool msi_ff_is_id;     /* KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK */
	bool apic_ids_changed; /* a local APIC may have another ID than its vCPU; never false again
				*/
	u32 lowest_priority_turn; /* counts interrupts of lowest-priority delivery */
	/* A domain and a lock of their own, which nobody holds who waits for user space: the end of
	 * an irqfd waits for both. */
	host_mutex_t irq_lock;	     /* the routing, acknowledgement notifiers and irqfds */
	host_srcu_t irq_srcu;	     /* readers of what is published of these; brief */
	struct irq_routing *routing; /* published; changed under irq_lock */
	struct irqfd *irqfds;
	struct resampler *resamplers;	/* of irqfds, by GSI */
	struct host_work irqfds_closed; /* ends those whose event is gone */
	u32 yielded_to;	      /* the ID of the vCPU that last got the time of one that spun */
	struct bus *bus[2];   /* enum bus_kind; NULL: empty; published; changed under slots_lock */
	host_mutex_t io_lock; /* the lists of ioeventfds and zones of coalesced writes */
	struct ioeventfd *ioeventfds;
	struct coalesced coalesced;

	u64 halt_poll_most; /* KVM_CAP_HALT_POLL: ns; or HALT_POLL_MOST_IS_HOSTS */
	u32 apic_bus_ns;    /* KVM_CAP_X86_APIC_BUS_CYCLES_NS; never changes once there is a vCPU */
	u32 boot_cpu_id;
	u32 vcpu_id_limit; /* KVM_CAP_MAX_VCPU_ID: above every id that there will be; 0: not set */
	u64 tss_addr;
	u64 mmu_pages; /* KVM_SET_NR_MMU_PAGES */
	u64 identity_map_addr;

	struct vm_stats stats;
	struct host_vm host;
};

/* Is the quirk (one of KVM_X86_QUIRK_*) on?  It is, unless user space knows of it. */
static inline bool vm_has_quirk(const struct vm *vm, u32 quirk)
{
	return !(__atomic_load_n(&vm->quirks_disabled, __ATOMIC_RELAXED) & quirk);
}

/* Every vCPU's id is below it.  Needs: vm->lock. */
u32 vm_vcpu_id_limit(const struct vm *vm);
/* KVM_X86_DISABLE_EXITS_* of vCPUs that are made now. */
static inline u32 vm_exits_disabled(const struct vm *vm)
{
	return __atomic_load_n(&vm->exits_disabled, __ATOMIC_RELAXED);
}

/* Can a vCPU of this VM have the id?  Needs: vm->lock. */
bool vm_vcpu_id_valid(const struct vm *vm, u64 id);
/* The vCPU takes its place, by its id, and whoever looks finds it from now on.  Needs: vm->lock. */
void vm_add_vcpu(struct vm *vm, struct vcpu *vcpu);
/* The vCPU with the lowest id from *id on; *id is then the one after it.  NULL: there is none. */
struct vcpu *vm_next_vcpu(const struct vm *vm, unsigned int *id);

#endif
