/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest for the emulator's tests: memory, page tables, one vCPU in any mode, on the real core and
 * the simulator.  Nothing runs in it; the tests play the processor's exits and user space.
 */
#ifndef LINTEL_TESTS_EMULATE_MACHINE_H
#define LINTEL_TESTS_EMULATE_MACHINE_H

#include "vcpu/vcpu.h"

#define MACHINE_RAM_SIZE 0x400000ull  /* from guest-physical 0 */
#define MACHINE_ROM	 0x8000000ull /* a page in a read-only slot */
#define MACHINE_DEVICE	 0x9000000ull /* no slot from here on */
#define MACHINE_CODE	 0x1000ull
#define MACHINE_DATA	 0x8000ull
#define MACHINE_STACK	 0x7000ull
#define MACHINE_TABLES	 0x200000ull /* page tables from here on */

enum machine_mode {
	MODE_REAL,	  /* 16-bit, no paging */
	MODE_PROTECTED16, /* 16-bit segments, no paging */
	MODE_PROTECTED32, /* no paging */
	MODE_PAGING32,	  /* two levels */
	MODE_PAE,
	MODE_COMPATIBILITY, /* 32-bit code in long mode */
	MODE_LONG,	    /* 64-bit, four levels */
	MODE_LONG57,	    /* five levels */
	MODE_COUNT
};

struct machine {
	struct vm vm;
	struct vcpu vcpu;
	u8 *ram;
	u8 *rom;
	u64 tables; /* where the next page table goes */
	unsigned int levels;
	int ticket;
};

/* The one machine; each call makes it new.  maxphyaddr 40, 1 GiB pages, PSE-36.  The vCPU is loaded
 * and the slots are read-locked, as while an exit is handled. */
struct machine *machine_create(enum machine_mode mode);
void machine_destroy(struct machine *machine);

/* In 64-bit mode: 32-bit code from now on. */
void machine_set_compatibility(struct machine *machine);
/* vcpu->exit, as it is answered in between two entries. */
enum exit_action machine_answer_at_once(struct machine *machine);
/* KVM_RUN comes back: there must be something to complete. */
enum exit_action machine_run_again(struct machine *machine);

/* Takes what waits for the readers out of the read section. */
#define MACHINE_SLEEPING(machine, statement)                                                       \
	do {                                                                                       \
		host_srcu_read_unlock(&(machine)->vm.srcu, (machine)->ticket);                     \
		statement;                                                                         \
		(machine)->ticket = host_srcu_read_lock(&(machine)->vm.srcu);                      \
	} while (0)

/*
 * Flat segments, DPL 0, everything that the mode needs; RAM, ROM and the first page of the device
 * mapped one to one, for user and supervisor, writable.
 */
void machine_set_mode(struct machine *machine, enum machine_mode mode);

/* Control registers, as the guest sees them. */
void machine_set_cr0(struct machine *machine, u64 value);
void machine_set_cr3(struct machine *machine, u64 value);
void machine_set_cr4(struct machine *machine, u64 value);
void machine_set_cpl(struct machine *machine, unsigned int cpl);
/* KVM_SET_CPUID2: the two EDX hold PSE-36 (bit 17) and 1 GiB pages (bit 26). */
void machine_set_cpuid(struct machine *machine, unsigned int maxphyaddr, u32 edx_1,
		       u32 edx_80000001);

/* A 4 KiB page in the mode's page tables, with these low bits in its entry. */
void machine_map(struct machine *machine, u64 linear, u64 gpa, u64 bits);
/* The place in RAM of the entry of this level (1: page table) for an address. */
u64 machine_entry(struct machine *machine, u64 linear, unsigned int level);
u64 machine_entry_read(struct machine *machine, u64 at);
void machine_entry_write(struct machine *machine, u64 at, u64 value);

/* Bytes at MACHINE_CODE, and RIP there. */
void machine_set_code(struct machine *machine, const void *bytes, size_t length);
/* The same from hexadecimal, "89 03". */
void machine_set_hex(struct machine *machine, const char *hex);

#endif
