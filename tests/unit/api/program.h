/* SPDX-License-Identifier: GPL-2.0 */
/* A program that uses the KVM API: it opens the device, makes a VM, and calls ioctl(). */
#ifndef LINTEL_TESTS_UNIT_API_PROGRAM_H
#define LINTEL_TESTS_UNIT_API_PROGRAM_H

#include "../mem/fixture.h"
#include "api/api.h"
#include "api/newer.h"
#include "vmx.h"

#define RAM_PAGES     64ull
#define SCRATCH_PAGES 256ull

/* What there is; each has what comes before it, but for vCPUs, which have no other interrupt
 * controllers in the kernel than is said. */
enum made {
	A_DEVICE,
	A_VM,
	A_VCPU,	      /* 0, without CPUID */
	A_SPLIT_VCPU, /* the same with its local APIC in the kernel, and the supported CPUID */
	AN_IRQCHIP,   /* and no vCPU */
	EVERYTHING,   /* interrupt controllers, the 8254, a vCPU with the supported CPUID, events */
};

struct program {
	enum made made;
	int device, vm, vcpu; /* files */
	u64 ram;	      /* slot 0: RAM_PAGES at guest-physical 0 */
	u64 scratch;	      /* SCRATCH_PAGES for what arguments point to */
	int event, other;     /* descriptors of events */
	struct kvm_run *run;
};

/* The one program of a test, on two CPUs of a processor that has everything. */
struct program *program_start(enum made made);
/* Closes its files; nothing may be left behind. */
void program_end(struct program *program);

/* KVM_CREATE_VCPU of another one. */
int program_add_vcpu(struct program *program, u64 id);
/* KVM_SET_CPUID2 of what KVM_GET_SUPPORTED_CPUID gives. */
void program_set_cpuid(struct program *program);
/* KVM_RUN that the guest leaves for this reason, with an instruction of this length. */
long program_run(struct program *program, u32 reason, u32 length);

/*
 * ioctl(fd, number, argument), where `argument` is `size` bytes that are copied to the end of the
 * program's memory, so that what follows them cannot be read or written, and copied back after it.
 */
long api_call(int fd, u32 number, void *argument, size_t size);
/* Where they are then. */
u64 api_argument(size_t size);

#define CALL(fd, number, argument) api_call(fd, number, argument, sizeof(*(argument)))
/* For one that is wrong: it must be refused with this errno. */
#define EXPECT_CALL(fd, number, argument, result) EXPECT_EQ(CALL(fd, number, argument), result)

/* One MSR by KVM_GET_MSRS and KVM_SET_MSRS: true if it was done. */
bool msr_get(const struct program *program, u32 index, u64 *value);
bool msr_set(const struct program *program, u32 index, u64 value);

#endif
