/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one virtual machine of a `lintel run`: what its vCPU threads and the main thread share.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "vmm/device/device_bus.h"
#include "kvm.h"
#include "guest_layout.h"
#include "machine_memory.h"
#include "vmm/device/serial.h"

/*
 * Exit statuses of `lintel run`.  Ours are even: the status of a guest that ends itself through
 * the debug-exit port is odd.
 */
enum run_status {
	RUN_HALTED = 0,	     /* every CPU executed HLT with nothing to wake it */
	RUN_POWERED_OFF = 0, /* by the guest */
	RUN_REFUSED = 2,     /* usage, a file, the KVM API: the guest did not run */
	RUN_SHUTDOWN = 4,    /* triple fault */
	RUN_FAIL_ENTRY = 6,  /* the processor refused the VM entry */
	RUN_INTERNAL = 8,    /* KVM_EXIT_INTERNAL_ERROR */
	RUN_BROKEN = 10,     /* KVM_RUN failed, or an exit that this VMM does not know */
	RUN_TIMEOUT = 12,
	RUN_QUIT = 14,	/* Ctrl-A X */
	RUN_RESET = 16, /* by the guest */
};

#define VIRTIO_MAX	     8	 /* devices: there are as many interrupts that nothing else has */
#define MACHINE_CPUS_MAX     255 /* APIC ids of eight bits, without the broadcast */
#define MACHINE_EXIT_REASONS 48	 /* KVM_EXIT_* that are counted one by one */

struct machine;
struct virtio;

struct cpu {
	struct machine *machine;
	unsigned int id;
	int fd;
	struct kvm_run *run;
	pthread_t thread;
	bool started;
	atomic_bool done; /* the thread will not run the guest again */
	uint64_t exits[MACHINE_EXIT_REASONS];
	uint64_t interrupted; /* KVM_RUN ended by a signal */
};

struct machine {
	struct kvm kvm;
	struct memory mem;
	unsigned int cpus;
	struct cpu cpu[MACHINE_CPUS_MAX];
	struct device_bus ports, mmio;
	struct virtio *virtio[VIRTIO_MAX];
	unsigned int nr_virtio;
	bool virtio_console; /* has what is typed */
	bool irqchip;
	int event;	    /* eventfd: the main thread has something to see to */
	uint64_t first_run; /* the TSC before CPU 0's first KVM_RUN */
	uint64_t ticks;	    /* from there to the end */
	atomic_uint halted;
	atomic_bool ended;
	int status;
	pthread_mutex_t devices; /* serial */
	struct serial serial;
	bool serial_line; /* the level of SERIAL_IRQ */
};

/* Has the main thread look at the VM; from any thread. */
void machine_wake(struct machine *machine);

/*
 * Ends the VM with @status; the first one who says so wins, and gets true.  May be called from
 * any thread; the vCPUs stop soon after.
 */
bool machine_end(struct machine *machine, int status);

/*
 * Puts the devices that every machine has on its buses; @debug_exit and @mark_port are
 * ports, or 0.  0, or -1 after saying why.
 */
int machine_add_devices(struct machine *machine, uint32_t debug_exit, uint32_t mark_port);

/* Hands what came over the console to the UART, with the interrupt that it raises. */
void machine_serial_receive(struct machine *machine, const uint8_t *bytes, size_t count);

#endif
