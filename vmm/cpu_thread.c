// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exit_report.h"
#include "words/say.h"
#include "cpu_thread.h"

#define KICK_SIGNAL SIGUSR1

int cpu_create(struct cpu *cpu, struct machine *machine, unsigned int id)
{
	cpu->machine = machine;
	cpu->id = id;
	cpu->fd = kvm_call(machine->kvm.vm, KVM_CREATE_VCPU, (void *)(uintptr_t)id,
			   "KVM_CREATE_VCPU");
	if (cpu->fd < 0)
		return -1;
	cpu->run =
		mmap(NULL, machine->kvm.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu->fd, 0);
	if (cpu->run == MAP_FAILED) {
		cpu->run = NULL;
		return say_errno(NULL, "cannot map kvm_run of CPU %u", id);
	}
	return 0;
}

void cpu_destroy(struct cpu *cpu)
{
	if (cpu->run)
		munmap(cpu->run, cpu->machine->kvm.run_size);
	if (cpu->fd >= 0)
		close(cpu->fd);
}

static void kick_handler(int signal)
{
	(void)signal; /* its arrival is all that is wanted */
}

void cpu_prepare_kick(void)
{
	struct sigaction action = {.sa_handler = kick_handler};

	sigaction(KICK_SIGNAL, &action, NULL);
}

void cpu_kick(struct cpu *cpu)
{
	/* Covers the moment between the thread's look at machine->ended and its KVM_RUN. */
	if (cpu->machine->kvm.immediate_exit)
		cpu->run->immediate_exit = 1;
	pthread_kill(cpu->thread, KICK_SIGNAL);
}

static void handle_io(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	uint32_t i;

	for (i = 0; i < run->io.count; i++, data += run->io.size)
		device_bus_access(&cpu->machine->ports, run->io.port, data, run->io.size,
				  run->io.direction == KVM_EXIT_IO_OUT);
}

static void handle_mmio(struct cpu *cpu)
{
	struct kvm_run *run = cpu->run;

	device_bus_access(&cpu->machine->mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len,
			  run->mmio.is_write);
}

/* Without an interrupt controller nothing can wake this CPU; it stops for good. */
static bool handle_hlt(struct cpu *cpu)
{
	struct machine *machine = cpu->machine;

	if (atomic_fetch_add(&machine->halted, 1) + 1 == machine->cpus &&
	    machine_end(machine, RUN_HALTED))
		say("all CPUs halted");
	return false;
}

static bool handle_end(struct cpu *cpu, int status)
{
	if (machine_end(cpu->machine, status))
		report_exit(cpu);
	return false;
}

/* Acts on the exit that is in kvm_run; false if this vCPU must not go on. */
static bool cpu_handle_exit(struct cpu *cpu)
{
	switch (cpu->run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(cpu);
		return true;
	case KVM_EXIT_MMIO:
		handle_mmio(cpu);
		return true;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_SET_TPR: /* CR8 was lowered: no interrupt controller here waits for that */
		return true;
	case KVM_EXIT_HLT:
		return handle_hlt(cpu);
	case KVM_EXIT_SHUTDOWN:
		return handle_end(cpu, RUN_SHUTDOWN);
	case KVM_EXIT_FAIL_ENTRY:
		return handle_end(cpu, RUN_FAIL_ENTRY);
	case KVM_EXIT_INTERNAL_ERROR:
		return handle_end(cpu, RUN_INTERNAL);
	default:
		return handle_end(cpu, RUN_BROKEN);
	}
}

static void cpu_count(struct cpu *cpu)
{
	uint32_t reason = cpu->run->exit_reason;

	if (reason < MACHINE_EXIT_REASONS)
		cpu->exits[reason]++;
}

/* Enters the guest once and acts on what came out; false if this vCPU must not go on. */
static bool cpu_run_once(struct cpu *cpu)
{
	if (!ioctl(cpu->fd, KVM_RUN, 0)) {
		cpu_count(cpu);
		return cpu_handle_exit(cpu);
	}
	if (errno == EINTR || errno == EAGAIN) {
		cpu->interrupted++;
		return true;
	}
	if (machine_end(cpu->machine, RUN_BROKEN)) {
		say_errno("the hypervisor's log (dmesg) may say more", "KVM_RUN of CPU %u",
			  cpu->id);
		report_registers(cpu);
	}
	return false;
}

static void *cpu_thread(void *arg)
{
	struct cpu *cpu = arg;

	if (!cpu->id)
		cpu->machine->first_run = __builtin_ia32_rdtsc();
	while (!atomic_load(&cpu->machine->ended) && cpu_run_once(cpu))
		;
	atomic_store(&cpu->done, true);
	return NULL;
}

int cpu_start(struct cpu *cpu)
{
	int error = pthread_create(&cpu->thread, NULL, cpu_thread, cpu);

	if (error) {
		errno = error;
		return say_errno("ask for fewer with --cpus", "no thread for CPU %u", cpu->id);
	}
	cpu->started = true;
	return 0;
}
