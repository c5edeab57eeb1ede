// SPDX-License-Identifier: GPL-2.0
/*
 * What things cost when there are many of something: slots, vCPUs, VMs, memory.  A row's name ends
 * with the number: "WHAT @ N"; one sample a row where something is made once.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>

#include "bench.h"

#define SAMPLES	  15
#define MOST_VMS  200
#define MOST_CPUS 64
#define LOG_SLOT  1
#define LOG_GPA	  0x1000000
#define LOG_SIZE  0x100000

#define GIB		(1UL << 30)
#define SPARSE_GPA	(4 * GIB)
#define TOUCHES_PER_GIB (GIB >> 21)
#define PTE_1G		0x83 /* present, writable, a page */

/* The spurious-interrupt vector register, and its bit 8. */
#define APIC_SPIV	       0xf0
#define APIC_ENABLED_IN_BYTE_1 1

static void row_of(const char *what, unsigned int number, u64 *samples, unsigned int count)
{
	char name[64];

	snprintf(name, sizeof(name), "%s @ %u", what, number);
	bench_row(name, samples, count);
}

/* Of the host, in bytes.  What a process needs for its own part of an object is in it too. */
static u64 memory_free(void)
{
	struct sysinfo info;

	CHECK_OK(sysinfo(&info));
	return (u64)info.freeram * info.mem_unit;
}

void bench_add_slots(int vm, unsigned int count, u8 *page)
{
	for (unsigned int i = 0; i < count; i++)
		CHECK_OK(
			vm_set_slot(vm, FIRST_OF_MANY + i, 0, MANY_GPA + i * 2 * PAGE, PAGE, page));
}

/* The harvest of a clean log, and the change of a slot, beside that many others. */
static void measure_slots(unsigned int slots)
{
	static u64 bitmap[LOG_SIZE / PAGE / 64];
	struct kvm_dirty_log log = {.slot = LOG_SLOT, .dirty_bitmap = bitmap};
	u8 *memory = host_memory(LOG_SIZE), *page = host_memory(PAGE);
	u64 harvest[SAMPLES], add[SAMPLES], start;
	struct vm vm = vm_create();

	bench_add_slots(vm.fd, slots, page);
	for (unsigned int i = 0; i < SAMPLES; i++) {
		start = rdtsc();
		CHECK_OK(vm_set_slot(vm.fd, LOG_SLOT, KVM_MEM_LOG_DIRTY_PAGES, LOG_GPA, LOG_SIZE,
				     memory));
		add[i] = rdtsc() - start;
		start = rdtsc();
		CHECK_OK(ioctl(vm.fd, KVM_GET_DIRTY_LOG, &log));
		harvest[i] = rdtsc() - start;
		CHECK_OK(vm_set_slot(vm.fd, LOG_SLOT, 0, LOG_GPA, 0, memory));
	}
	row_of("dirty log of 1 MiB, clean; slots", slots, harvest, SAMPLES);
	row_of("KVM_SET_USER_MEMORY_REGION add; slots", slots, add, SAMPLES);
	vm_destroy(&vm);
	munmap(memory, LOG_SIZE);
	munmap(page, PAGE);
}

/* Interrupts for a vCPU that does not run, by a message. */
static void measure_messages(int vm, const int *cpu, unsigned int vcpus)
{
	const unsigned int last = vcpus - 1;
	struct kvm_msi message = {.address_lo = 0xfee00000 | last << 12, .data = 0x40};
	struct kvm_lapic_state lapic;
	u64 samples[SAMPLES];

	CHECK_OK(ioctl(cpu[last], KVM_GET_LAPIC, &lapic));
	lapic.regs[APIC_SPIV + 1] |= APIC_ENABLED_IN_BYTE_1;
	CHECK_OK(ioctl(cpu[last], KVM_SET_LAPIC, &lapic));
	for (unsigned int i = 0; i < SAMPLES; i++) {
		u64 start = rdtsc();

		CHECK_OK(ioctl(vm, KVM_SIGNAL_MSI, &message));
		samples[i] = rdtsc() - start;
		message.data++;
	}
	row_of("KVM_SIGNAL_MSI for the last; vCPUs", vcpus, samples, SAMPLES);
}

static void measure_vcpus(unsigned int count)
{
	int kvm = kvm_open(), vm = CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0)), cpu[MOST_CPUS];
	u64 start, create, destroy, before;

	close(kvm);
	CHECK_OK(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
	before = memory_free();
	start = rdtsc();
	for (unsigned int i = 0; i < count; i++)
		cpu[i] = CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, i));
	create = rdtsc() - start;
	before -= memory_free();
	measure_messages(vm, cpu, count);
	start = rdtsc();
	for (unsigned int i = 0; i < count; i++)
		close(cpu[i]);
	close(vm);
	destroy = rdtsc() - start;
	row_of("vCPUs made, all of them; vCPUs", count, &create, 1);
	row_of("a VM and its vCPUs destroyed; vCPUs", count, &destroy, 1);
	row_of("bytes of memory for vCPUs; vCPUs", count, &before, 1);
}

static void measure_vms(unsigned int count)
{
	int kvm = kvm_open(), vm[MOST_VMS];
	u64 start, create = 0, destroy, before = memory_free();

	for (unsigned int i = 0; i < count; i++) {
		start = rdtsc();
		vm[i] = CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0));
		create += rdtsc() - start;
	}
	before -= memory_free();
	start = rdtsc();
	for (unsigned int i = 0; i < count; i++)
		close(vm[i]);
	destroy = rdtsc() - start;
	close(kvm);
	row_of("VMs made, all of them; VMs", count, &create, 1);
	row_of("VMs destroyed, all of them; VMs", count, &destroy, 1);
	row_of("bytes of memory for VMs; VMs", count, &before, 1);
}

/* RCX writes, 2 MiB apart. */
GUEST64(guest_sparse, "mov $0x100000000, %rdi\n"
		      "1: mov %rax, (%rdi)\n"
		      "add $0x200000, %rdi\n"
		      "dec %ecx\n"
		      "jnz 1b\n"
		      "out %al, $0x10\n");

/* Memory from 4 GiB on, by pages of 1 GiB of the guest's. */
static void map_memory(struct vm *vm, unsigned int gib)
{
	u64 *pdpt = (u64 *)(vm->ram + GUEST_PML4 + PAGE);

	for (u64 i = SPARSE_GPA / GIB; i < SPARSE_GPA / GIB + gib; i++)
		pdpt[i] = i * GIB | PTE_1G;
}

/* One page of each 2 MiB: a table for it in the process and in the EPT. */
static void measure_sparse(unsigned int gib)
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rflags = 2, .rcx = gib * TOUCHES_PER_GIB};
	u8 *memory = host_memory(gib * GIB);
	struct guest g = GUEST_LONG(guest_sparse);
	u64 touch, destroy, used, start;

	CHECK_OK(madvise(memory, gib * GIB, MADV_NOHUGEPAGE));
	CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, SPARSE_GPA, gib * GIB, memory));
	map_memory(&g.vm, gib);
	vcpu_set_regs(&g.cpu, &regs);
	used = memory_free();
	start = rdtsc();
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	touch = (rdtsc() - start) / regs.rcx;
	used -= memory_free() + regs.rcx * PAGE;
	start = rdtsc();
	guest_destroy(&g);
	destroy = rdtsc() - start;
	munmap(memory, gib * GIB);
	row_of("first write to a page, 2 MiB apart; GiB", gib, &touch, 1);
	row_of("bytes of tables, of both kinds; GiB", gib, &used, 1);
	row_of("the VM destroyed; GiB", gib, &destroy, 1);
}

void bench_scale(void)
{
	static const unsigned int slots[] = {1, 10, 100, 1000}, cpus[] = {1, 4, 16, MOST_CPUS},
				  vms[] = {1, 10, 100, MOST_VMS}, gib[] = {1, 4, 16};

	for (unsigned int i = 0; i < ARRAY_SIZE(slots); i++) {
		bench_events_with_slots(slots[i]);
		measure_slots(slots[i]);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++)
		measure_vcpus(cpus[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(vms); i++)
		measure_vms(vms[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(gib); i++)
		measure_sparse(gib[i]);
}
