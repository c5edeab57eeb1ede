/* SPDX-License-Identifier: GPL-2.0 */
/* Small VMs for the tests: 512 KiB of RAM at guest-physical 0, a guest of a few instructions. */
#ifndef API_VM_H
#define API_VM_H

#include <linux/kvm.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define PAGE 4096UL

/* Newer than the headers that the tests are built with; the fields are those of the older ioctl,
 * then 128 bytes for memory of another kind. */
#ifndef KVM_SET_USER_MEMORY_REGION2
#define KVM_CAP_USER_MEMORY2 231
struct kvm_userspace_memory_region2 {
	struct kvm_userspace_memory_region region;
	__u64 more[16];
};
#define KVM_SET_USER_MEMORY_REGION2 _IOW(KVMIO, 0x49, struct kvm_userspace_memory_region2)
#endif

/* The guest-physical layout of a VM made by vm_create(). */
enum {
	GUEST_CODE = 0x1000,
	GUEST_GDT = 0x2000,
	GUEST_IDT = 0x3000,
	GUEST_DATA = 0x4000,
	GUEST_STACK = 0x8000, /* grows down from here */
	GUEST_PML4 = 0x10000, /* then a PDPT and four page directories */
	GUEST_RAM = 0x80000,
	/* No slot is here; a real-mode guest reaches it with DS = 0xd000. */
	GUEST_MMIO = 0xd0000,
};

/* Selectors of the long-mode GDT. */
enum {
	SELECTOR_CODE = 8,
	SELECTOR_DATA = 16,
};

struct vm {
	int fd;
	u8 *ram;
};

struct vcpu {
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

/* A VM with one vCPU that is about to execute the guest's code at GUEST_CODE. */
struct guest {
	struct vm vm;
	struct vcpu cpu;
};

/* Opens the device; the descriptor lives as long as the test. */
int kvm_open(void);
/* KVM_CHECK_EXTENSION on the device. */
int kvm_capability(int capability);
/* KVM_CREATE_VM without memory. */
int vm_fd_create(void);
/* A VM with RAM in slot 0. */
struct vm vm_create(void);
void vm_destroy(struct vm *vm);
/* The raw result of KVM_SET_USER_MEMORY_REGION. */
int vm_set_slot(int vm, u32 slot, u32 flags, u64 gpa, u64 size, const void *hva);
/* Anonymous private memory, zeroed, not reserved. */
u8 *host_memory(size_t size);
/* The same, of which each page comes when it is given by the descriptor, a userfaultfd: until then
 * who touches it waits.  Skips the test where there is none. */
u8 *host_memory_awaited(size_t size, int *faults);
/* A page of it where 32 bits can point to. */
void *low_memory(void);
/*
 * A system call as a 32-bit program makes it, by that program's numbers: INT 0x80, which the kernel
 * takes for one in a 64-bit program too.  -1 and errno as syscall(); ENOSYS without such calls.
 */
long syscall32(u32 number, u64 first, u64 second, u64 third);

struct vcpu vcpu_create(int vm, unsigned int id);
void vcpu_destroy(struct vcpu *vcpu);
/* Puts the vCPU in real mode with flat zero-based segments, at RIP = GUEST_CODE. */
void vcpu_set_real_mode(struct vcpu *vcpu);
/*
 * Puts the vCPU in 64-bit mode at CPL 0, RIP = GUEST_CODE, with a GDT, an IDT of 32 absent gates,
 * and the first 4 GiB mapped one to one.
 */
void vcpu_set_long_mode(struct vm *vm, struct vcpu *vcpu);
/* A present 64-bit interrupt gate to a handler at the offset from GUEST_CODE. */
void vm_set_gate(struct vm *vm, unsigned int vector, u64 offset);
/* A real-mode interrupt vector to a handler at the offset from GUEST_CODE. */
void vm_set_vector(struct vm *vm, unsigned int vector, u16 offset);
/* Maps 2 MiB of the long-mode guest's address space (below 4 GiB) to another guest-physical one. */
void vm_map_2m(struct vm *vm, u64 virtual_address, u64 gpa);
void vm_load(struct vm *vm, const u8 *code, const u8 *end);

struct guest guest_real(const u8 *code, const u8 *end);
struct guest guest_long(const u8 *code, const u8 *end);
void guest_destroy(struct guest *guest);
/* Exits of the vCPU so far whose name has this in it, where the hypervisor tells; else 0. */
u64 guest_exits(const struct guest *g, const char *name);

#define GUEST_REAL(code) guest_real(code, code##_end)
#define GUEST_LONG(code) guest_long(code, code##_end)

/* KVM_RUN, which must succeed and leave this exit reason. */
#define CHECK_EXIT(cpu, reason) vcpu_check_exit(cpu, reason, #reason, __FILE__, __LINE__)
/* KVM_RUN, which must leave for one OUT of this value to this port (size in bytes). */
#define CHECK_OUT(cpu, port, size, value) vcpu_check_out(cpu, port, size, value, __FILE__, __LINE__)

void vcpu_check_exit(struct vcpu *vcpu, u32 reason, const char *name, const char *file, int line);
void vcpu_check_out(struct vcpu *vcpu, u16 port, u8 size, u32 value, const char *file, int line);
/* The data of a KVM_EXIT_IO. */
void *vcpu_io_data(struct vcpu *vcpu);

struct kvm_regs vcpu_regs(struct vcpu *vcpu);
void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs);
struct kvm_sregs vcpu_sregs(struct vcpu *vcpu);
void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs);
/* A register of the local APIC, by its offset in the page (KVM_GET_LAPIC, KVM_SET_LAPIC). */
u32 vcpu_lapic(const struct vcpu *vcpu, u32 offset);
void vcpu_set_lapic(const struct vcpu *vcpu, u32 offset, u32 value);
/* Gives the vCPU the CPUID that the system supports. */
void vcpu_set_supported_cpuid(struct vcpu *vcpu);
/* The device's supported CPUID, with room for 256 entries; the test's end frees it. */
struct kvm_cpuid2 *kvm_supported_cpuid(void);
struct kvm_cpuid_entry2 *cpuid_find(struct kvm_cpuid2 *cpuid, u32 function, u32 index);
/* How many of one MSR KVM_SET_MSRS / KVM_GET_MSRS took: 0 or 1. */
int vcpu_set_msr(struct vcpu *vcpu, u32 index, u64 value);
int vcpu_get_msr(struct vcpu *vcpu, u32 index, u64 *value);
u64 vcpu_msr(struct vcpu *vcpu, u32 index);

/* KVM_INTERRUPT: the ioctl's result. */
int vcpu_interrupt(const struct vcpu *vcpu, u32 vector);
/* Runs till the interrupt window is open, and asks for none any more. */
void vcpu_open_window(struct vcpu *vcpu);

/* From now on a SIGALRM every so many milliseconds interrupts system calls; 0 ends it. */
void alarm_every(unsigned int milliseconds);
void sleep_ms(unsigned int milliseconds);
void pin_to_cpu(int cpu);
int online_cpus(void);

/*
 * Machine code for a guest, assembled with the test. Addresses within it are relative to its name;
 * it is loaded at GUEST_CODE.
 */
#define GUEST_ASM(name, mode, text)                                                                \
	asm(".pushsection .rodata." #name ", \"a\"\n" mode "\n.global " #name "\n" #name           \
	    ":\n" text "\n.global " #name "_end\n" #name "_end:\n.code64\n.popsection\n");         \
	extern const u8 name[], name##_end[]
#define GUEST16(name, text) GUEST_ASM(name, ".code16", text)
#define GUEST64(name, text) GUEST_ASM(name, ".code64", text)

#endif
