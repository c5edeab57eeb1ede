/* SPDX-License-Identifier: GPL-2.0 */
/* Counts: of exits, by reason and by MSR, and of what else happened to a vCPU; and what exits cost,
 * while somebody measures that. */
#ifndef LINTEL_VCPU_STATS_H
#define LINTEL_VCPU_STATS_H

#include "facts/exit_reason.h"

#define VCPU_MSR_PLACES	     32
#define VCPU_MSR_COUNTERS    (VCPU_MSR_PLACES + 1)
#define VCPU_STATS_MSR_OTHER 0xffffffffu

/* Where a vCPU's time goes: in the guest; from a VM exit to the next entry, but for what follows;
 * outside KVM_RUN; asleep in it, as HLT does. */
enum vcpu_phase {
	VCPU_PHASE_GUEST,
	VCPU_PHASE_EXIT,
	VCPU_PHASE_USER,
	VCPU_PHASE_ASLEEP,
	VCPU_PHASES
};

/* Exits while it was measured, and what they took of VCPU_PHASE_EXIT and VCPU_PHASE_USER: ticks of
 * the TSC. */
struct vcpu_cost {
	u64 count, kernel, user;
};

/* Times by their logarithm: [0] counts those of 0 ns, [n] those of 2^(n-1) to 2^n - 1, and the last
 * all that are longer. */
#define VCPU_STATS_BUCKETS 32

struct vcpu_histogram {
	u64 bucket[VCPU_STATS_BUCKETS];
};

/* What came of HLT where the vCPU had to wait: see halt_poll.h. */
struct vcpu_halt_stats {
	u64 attempted_polls, successful_polls, invalid_polls;
	u64 wakeups; /* from sleep */
	u64 poll_success_ns, poll_fail_ns, wait_ns;
	struct vcpu_histogram poll_success, poll_fail, wait;
	bool asleep; /* now */
};

/* A row of msr[] is used once it has counted something; the last one (msr VCPU_STATS_MSR_OTHER)
 * counts all those that found no room. */
struct vcpu_stats {
	u64 exits[EXIT_REASONS];
	struct vcpu_msr_counter {
		u32 msr;
		u64 reads, writes;
		struct vcpu_cost cost;
	} msr[VCPU_MSR_COUNTERS];
	u64 to_user;
	u64 mmio_to_user;    /* those of them for a device's memory */
	u64 signals_to_user; /* for a signal */
	u64 windows_to_user; /* for the interrupt window that user space waits for */
	u64 mmio_faults;     /* EPT violations where there is no memory */
	u64 emulation_failures;
	u64 tlb_flushes;
	u64 event_requests;   /* somebody had an event for it */
	u64 interrupts, nmis; /* that an entry delivered */
	u64 host_state_loads; /* the host got its MSRs and segments back */
	u64 yields,
		yields_taken; /* of its processor to another vCPU's thread, as the guest asked */
	struct vcpu_halt_stats halt;

	struct vcpu_cost cost[EXIT_REASONS];
	u64 ticks[VCPU_PHASES];
	u32 measurement; /* the one that `phase' and `since' are of: see host_measurement() */
	enum vcpu_phase phase;
	u64 since;			   /* TSC */
	struct vcpu_msr_counter *last_msr; /* that the last exit was for; NULL: it was for none */
};

/* One more of this time. */
void vcpu_histogram_add(struct vcpu_histogram *histogram, u64 ns);
void vcpu_stats_count_msr(struct vcpu_stats *stats, u32 msr, u64 reads, u64 writes);
/*
 * The vCPU goes over to `next` now (TSC): the time since the last such call counts for the phase
 * that ends, and for `reason`, the basic reason of the last exit.  The first call in a measurement
 * only starts the clock.
 */
void vcpu_stats_enter_phase(struct vcpu_stats *stats, u32 measurement, enum vcpu_phase next,
			    u64 now, u32 reason);
/* Add what `one` counted to `total`; costs are not added. */
void vcpu_stats_add(struct vcpu_stats *total, const struct vcpu_stats *one);

#endif
