/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Programs that use KVM, a bit each. Shared with the tests of the API: needs no other header.
 */
#ifndef LINTEL_FACTS_VMM_PROGRAM_H
#define LINTEL_FACTS_VMM_PROGRAM_H

enum vmm_program {
#define VMM_PROGRAM(constant, bit, name, version) constant = 1 << (bit),
#include "vmm_program_list.h"
};

enum {
	/* They share the crates of rust-vmm. */
	RUST_VMM = FIRECRACKER | CLOUD_HYPERVISOR | LIBKRUN,
	/* They start Linux without firmware and set the same MSRs. */
	STARTS_LINUX = RUST_VMM | CROSVM | KVMTOOL,
	ALL_PROGRAMS = 0xff,
};

#endif
