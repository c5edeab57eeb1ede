// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#include "vm.h"

/* Page-table and descriptor bits (SDM, "Paging" and "Protected-Mode Memory Management"). */
#define PTE_PRESENT_WRITE 0x3ULL
#define PTE_LARGE	  0x80ULL
#define GDT_CODE64	  0x00209b0000000000ULL
#define GDT_DATA	  0x00cf93000000ffffULL
#define GATE_INTERRUPT	  0x8e00ULL

#define CR0_PE		      (1u << 0)
#define CR0_ET		      (1u << 4)
#define CR0_NE		      (1u << 5)
#define CR0_PG		      (1u << 31)
#define CR4_PAE		      (1u << 5)
#define CR4_OSFXSR_OSXMMEXCPT (3u << 9)
#define EFER_LME_LMA	      ((1u << 8) | (1u << 10))

int kvm_open(void)
{
	return CHECK_OK(open(test_device, O_RDWR | O_CLOEXEC));
}

int kvm_capability(int capability)
{
	int kvm = kvm_open();
	int value = CHECK_OK(ioctl(kvm, KVM_CHECK_EXTENSION, capability));

	close(kvm);
	return value;
}

int vm_fd_create(void)
{
	int kvm = kvm_open();
	int vm = CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0));

	close(kvm);
	return vm;
}

u8 *host_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

void *low_memory(void)
{
	void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	CHECK(memory != MAP_FAILED);
	return memory;
}

long syscall32(u32 number, u64 first, u64 second, u64 third)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"((u64)number), "b"(first), "c"(second), "d"(third)
		     : "memory", "r8", "r9", "r10", "r11");
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

int vm_set_slot(int vm, u32 slot, u32 flags, u64 gpa, u64 size, const void *hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)hva,
	};

	return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

struct vm vm_create(void)
{
	struct vm vm = {.fd = vm_fd_create(), .ram = host_memory(GUEST_RAM)};

	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	return vm;
}

void vm_destroy(struct vm *vm)
{
	CHECK_OK(close(vm->fd));
	CHECK_OK(munmap(vm->ram, GUEST_RAM));
}

struct vcpu vcpu_create(int vm, unsigned int id)
{
	int kvm = kvm_open();
	struct vcpu vcpu;

	vcpu.run_size = CHECK_OK(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0));
	close(kvm);
	vcpu.fd = CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, id));
	vcpu.run = mmap(NULL, vcpu.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu.fd, 0);
	CHECK(vcpu.run != MAP_FAILED);
	return vcpu;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	CHECK_OK(munmap(vcpu->run, vcpu->run_size));
	CHECK_OK(close(vcpu->fd));
}

struct kvm_regs vcpu_regs(struct vcpu *vcpu)
{
	struct kvm_regs regs;

	CHECK_OK(ioctl(vcpu->fd, KVM_GET_REGS, &regs));
	return regs;
}

void vcpu_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs)
{
	CHECK_OK(ioctl(vcpu->fd, KVM_SET_REGS, regs));
}

struct kvm_sregs vcpu_sregs(struct vcpu *vcpu)
{
	struct kvm_sregs sregs;

	CHECK_OK(ioctl(vcpu->fd, KVM_GET_SREGS, &sregs));
	return sregs;
}

void vcpu_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	CHECK_OK(ioctl(vcpu->fd, KVM_SET_SREGS, sregs));
}

u32 vcpu_lapic(const struct vcpu *vcpu, u32 offset)
{
	struct kvm_lapic_state lapic;
	u32 value;

	CHECK_OK(ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic));
	memcpy(&value, lapic.regs + offset, sizeof(value));
	return value;
}

void vcpu_set_lapic(const struct vcpu *vcpu, u32 offset, u32 value)
{
	struct kvm_lapic_state lapic;

	CHECK_OK(ioctl(vcpu->fd, KVM_GET_LAPIC, &lapic));
	memcpy(lapic.regs + offset, &value, sizeof(value));
	CHECK_OK(ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic));
}

static void set_start(struct vcpu *vcpu)
{
	struct kvm_regs regs = {.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = 2};

	vcpu_set_regs(vcpu, &regs);
}

void vcpu_set_real_mode(struct vcpu *vcpu)
{
	struct kvm_sregs sregs = vcpu_sregs(vcpu);

	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	vcpu_set_sregs(vcpu, &sregs);
	set_start(vcpu);
}

static void write_u64(struct vm *vm, u64 gpa, u64 value)
{
	memcpy(vm->ram + gpa, &value, sizeof(value));
}

static void write_page_tables(struct vm *vm)
{
	u64 pdpt = GUEST_PML4 + PAGE;

	write_u64(vm, GUEST_PML4, pdpt | PTE_PRESENT_WRITE);
	for (u64 i = 0; i < 4; i++)
		write_u64(vm, pdpt + 8 * i, (pdpt + PAGE * (1 + i)) | PTE_PRESENT_WRITE);
	for (u64 i = 0; i < 4 * 512; i++)
		vm_map_2m(vm, i << 21, i << 21);
}

void vm_map_2m(struct vm *vm, u64 virtual_address, u64 gpa)
{
	u64 directory = GUEST_PML4 + 2 * PAGE;

	write_u64(vm, directory + 8 * (virtual_address >> 21), gpa | PTE_PRESENT_WRITE | PTE_LARGE);
}

void vm_set_gate(struct vm *vm, unsigned int vector, u64 offset)
{
	u64 handler = GUEST_CODE + offset;
	u64 gate = (handler & 0xffff) | (SELECTOR_CODE << 16) | (GATE_INTERRUPT << 32) |
		   ((handler & 0xffff0000) << 32);

	write_u64(vm, GUEST_IDT + 16 * vector, gate);
	write_u64(vm, GUEST_IDT + 16 * vector + 8, handler >> 32);
}

void vm_set_vector(struct vm *vm, unsigned int vector, u16 offset)
{
	u16 far[2] = {GUEST_CODE + offset, 0};

	memcpy(vm->ram + 4 * vector, far, sizeof(far));
}

void vcpu_set_long_mode(struct vm *vm, struct vcpu *vcpu)
{
	struct kvm_sregs sregs = vcpu_sregs(vcpu);
	struct kvm_segment data = {.limit = 0xffffffff,
				   .selector = SELECTOR_DATA,
				   .type = 3,
				   .present = 1,
				   .db = 1,
				   .s = 1,
				   .g = 1};

	write_page_tables(vm);
	write_u64(vm, GUEST_GDT + SELECTOR_CODE, GDT_CODE64);
	write_u64(vm, GUEST_GDT + SELECTOR_DATA, GDT_DATA);
	sregs.gdt = (struct kvm_dtable){.base = GUEST_GDT, .limit = 0x17};
	sregs.idt = (struct kvm_dtable){.base = GUEST_IDT, .limit = 0xfff};
	sregs.cs = (struct kvm_segment){.limit = 0xffffffff,
					.selector = SELECTOR_CODE,
					.type = 11,
					.present = 1,
					.s = 1,
					.l = 1,
					.g = 1};
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = CR4_PAE | CR4_OSFXSR_OSXMMEXCPT;
	sregs.efer = EFER_LME_LMA;
	vcpu_set_sregs(vcpu, &sregs);
	set_start(vcpu);
}

void vm_load(struct vm *vm, const u8 *code, const u8 *end)
{
	CHECK((size_t)(end - code) <= GUEST_GDT - GUEST_CODE);
	memcpy(vm->ram + GUEST_CODE, code, end - code);
}

struct guest guest_real(const u8 *code, const u8 *end)
{
	struct guest guest = {.vm = vm_create()};

	vm_load(&guest.vm, code, end);
	guest.cpu = vcpu_create(guest.vm.fd, 0);
	vcpu_set_real_mode(&guest.cpu);
	return guest;
}

struct guest guest_long(const u8 *code, const u8 *end)
{
	struct guest guest = {.vm = vm_create()};

	vm_load(&guest.vm, code, end);
	guest.cpu = vcpu_create(guest.vm.fd, 0);
	vcpu_set_supported_cpuid(&guest.cpu);
	vcpu_set_long_mode(&guest.vm, &guest.cpu);
	return guest;
}

void guest_destroy(struct guest *guest)
{
	vcpu_destroy(&guest->cpu);
	vm_destroy(&guest->vm);
}

static void fail_exit(struct vcpu *vcpu, const char *wanted, const char *file, int line)
{
	struct kvm_run *run = vcpu->run;
	struct kvm_regs regs = {0};

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	switch (run->exit_reason) {
	case KVM_EXIT_INTERNAL_ERROR:
		test_fail(file, line, "expected %s got KVM_EXIT_INTERNAL_ERROR %u at rip %#llx",
			  wanted, run->internal.suberror, regs.rip);
	case KVM_EXIT_FAIL_ENTRY:
		test_fail(file, line, "expected %s got KVM_EXIT_FAIL_ENTRY %#llx at rip %#llx",
			  wanted, run->fail_entry.hardware_entry_failure_reason, regs.rip);
	case KVM_EXIT_IO:
		test_fail(file, line, "expected %s got IO %s port %#x size %u count %u data %#x",
			  wanted, run->io.direction ? "out" : "in", run->io.port, run->io.size,
			  run->io.count, *(u8 *)vcpu_io_data(vcpu));
	case KVM_EXIT_MMIO:
		test_fail(file, line, "expected %s got MMIO %s %#llx len %u at rip %#llx", wanted,
			  run->mmio.is_write ? "write" : "read", run->mmio.phys_addr, run->mmio.len,
			  regs.rip);
	default:
		test_fail(file, line, "expected %s got exit reason %u at rip %#llx", wanted,
			  run->exit_reason, regs.rip);
	}
}

void vcpu_check_exit(struct vcpu *vcpu, u32 reason, const char *name, const char *file, int line)
{
	if (ioctl(vcpu->fd, KVM_RUN, 0) < 0)
		test_fail(file, line, "KVM_RUN: expected %s got %s", name, test_errno(-1));
	if (vcpu->run->exit_reason != reason)
		fail_exit(vcpu, name, file, line);
}

void vcpu_check_out(struct vcpu *vcpu, u16 port, u8 size, u32 value, const char *file, int line)
{
	struct kvm_run *run = vcpu->run;
	u32 got = 0;

	vcpu_check_exit(vcpu, KVM_EXIT_IO, "KVM_EXIT_IO", file, line);
	if (run->io.direction != KVM_EXIT_IO_OUT || run->io.size != size || run->io.count != 1 ||
	    run->io.port != port)
		fail_exit(vcpu, "one OUT", file, line);
	memcpy(&got, vcpu_io_data(vcpu), size);
	if (got != value)
		test_fail(file, line, "OUT to port %#x: expected %#x got %#x", port, value, got);
}

void *vcpu_io_data(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	CHECK(run->io.data_offset + run->io.size * run->io.count <= vcpu->run_size);
	return (u8 *)run + run->io.data_offset;
}

struct kvm_cpuid2 *kvm_supported_cpuid(void)
{
	struct kvm_cpuid2 *cpuid = calloc(1, sizeof(*cpuid) + 256 * sizeof(cpuid->entries[0]));
	int kvm = kvm_open();

	CHECK(cpuid);
	cpuid->nent = 256;
	CHECK_OK(ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid));
	close(kvm);
	return cpuid;
}

struct kvm_cpuid_entry2 *cpuid_find(struct kvm_cpuid2 *cpuid, u32 function, u32 index)
{
	for (u32 i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == function &&
		    (entry->index == index || !(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX)))
			return entry;
	}
	return NULL;
}

void vcpu_set_supported_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();

	CHECK_OK(ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid));
	free(cpuid);
}

struct one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

int vcpu_set_msr(struct vcpu *vcpu, u32 index, u64 value)
{
	struct one_msr msr = {{.nmsrs = 1}, {.index = index, .data = value}};

	return CHECK_OK(ioctl(vcpu->fd, KVM_SET_MSRS, &msr));
}

int vcpu_get_msr(struct vcpu *vcpu, u32 index, u64 *value)
{
	struct one_msr msr = {{.nmsrs = 1}, {.index = index}};
	int taken = CHECK_OK(ioctl(vcpu->fd, KVM_GET_MSRS, &msr));

	*value = msr.entry.data;
	return taken;
}

u64 vcpu_msr(struct vcpu *vcpu, u32 index)
{
	u64 value;

	CHECK_EQ(vcpu_get_msr(vcpu, index, &value), 1);
	return value;
}

int vcpu_interrupt(const struct vcpu *vcpu, u32 vector)
{
	struct kvm_interrupt irq = {vector};

	return ioctl(vcpu->fd, KVM_INTERRUPT, &irq);
}

void vcpu_open_window(struct vcpu *vcpu)
{
	vcpu->run->request_interrupt_window = 1;
	CHECK_EXIT(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	CHECK_EQ(vcpu->run->ready_for_interrupt_injection, 1);
	CHECK_EQ(vcpu->run->if_flag, 1);
	vcpu->run->request_interrupt_window = 0;
}

static void ignore_signal(int signal)
{
}

void alarm_every(unsigned int milliseconds)
{
	struct sigaction action = {.sa_handler = ignore_signal};
	struct timeval period = {milliseconds / 1000, milliseconds % 1000 * 1000};
	struct itimerval timer = {.it_interval = period, .it_value = period};

	CHECK_OK(sigaction(SIGALRM, &action, NULL));
	CHECK_OK(setitimer(ITIMER_REAL, &timer, NULL));
}

void sleep_ms(unsigned int milliseconds)
{
	struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

	while (nanosleep(&time, &time) < 0)
		CHECK_EQ(errno, EINTR);
}

void pin_to_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK_OK(sched_setaffinity(0, sizeof(set), &set));
}

int online_cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

u64 guest_exits(const struct guest *g, const char *name)
{
	char line[128], file[96];
	u64 count = 0, found;
	FILE *exits;

	snprintf(file, sizeof(file), "/sys/kernel/debug/lintel/%d-%d/vcpu0/exits", getpid(),
		 g->vm.fd);
	exits = fopen(file, "r");
	while (exits && fgets(line, sizeof(line), exits))
		if (strstr(line, name) && sscanf(line, "%llu", (unsigned long long *)&found) == 1)
			count = found;
	if (exits)
		fclose(exits);
	return count;
}
