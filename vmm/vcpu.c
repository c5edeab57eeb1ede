// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"
#include "words/say.h"
#include "vcpu.h"

#define KICK_SIGNAL SIGUSR1

int vcpu_create(struct vcpu *vcpu, struct vm *vm, unsigned int id)
{
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->fd = kvm_call(vm->kvm.vm, KVM_CREATE_VCPU, (void *)(uintptr_t)id, "KVM_CREATE_VCPU");
	if (vcpu->fd < 0)
		return -1;
	vcpu->run = mmap(NULL, vm->kvm.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return say_errno(NULL, "cannot map kvm_run of CPU %u", id);
	}
	return 0;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->vm->kvm.run_size);
	if (vcpu->fd >= 0)
		close(vcpu->fd);
}

static void kick_handler(int signal)
{
	(void)signal; /* its arrival is all that is wanted */
}

void vcpu_prepare_kick(void)
{
	struct sigaction action = {.sa_handler = kick_handler};

	sigaction(KICK_SIGNAL, &action, NULL);
}

void vcpu_kick(struct vcpu *vcpu)
{
	/* Covers the moment between the thread's look at vm->ended and its KVM_RUN. */
	if (vcpu->vm->kvm.immediate_exit)
		vcpu->run->immediate_exit = 1;
	pthread_kill(vcpu->thread, KICK_SIGNAL);
}

static void handle_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	uint32_t i;

	for (i = 0; i < run->io.count; i++, data += run->io.size)
		bus_access(&vcpu->vm->ports, run->io.port, data, run->io.size,
			   run->io.direction == KVM_EXIT_IO_OUT);
}

static void handle_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	bus_access(&vcpu->vm->mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len,
		   run->mmio.is_write);
}

/* Without an interrupt controller nothing can wake this CPU; it stops for good. */
static bool handle_hlt(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;

	if (atomic_fetch_add(&vm->halted, 1) + 1 == vm->cpus && vm_end(vm, RUN_HALTED))
		say("all CPUs halted");
	return false;
}

static bool handle_end(struct vcpu *vcpu, int status)
{
	if (vm_end(vcpu->vm, status))
		report_exit(vcpu);
	return false;
}

/* Acts on the exit that is in kvm_run; false if this vCPU must not go on. */
static bool vcpu_handle_exit(struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		handle_io(vcpu);
		return true;
	case KVM_EXIT_MMIO:
		handle_mmio(vcpu);
		return true;
	case KVM_EXIT_INTR:
	case KVM_EXIT_IRQ_WINDOW_OPEN:
	case KVM_EXIT_SET_TPR: /* CR8 was lowered: no interrupt controller here waits for that */
		return true;
	case KVM_EXIT_HLT:
		return handle_hlt(vcpu);
	case KVM_EXIT_SHUTDOWN:
		return handle_end(vcpu, RUN_SHUTDOWN);
	case KVM_EXIT_FAIL_ENTRY:
		return handle_end(vcpu, RUN_FAIL_ENTRY);
	case KVM_EXIT_INTERNAL_ERROR:
		return handle_end(vcpu, RUN_INTERNAL);
	default:
		return handle_end(vcpu, RUN_BROKEN);
	}
}

static void vcpu_count(struct vcpu *vcpu)
{
	uint32_t reason = vcpu->run->exit_reason;

	if (reason < VM_EXIT_REASONS)
		vcpu->exits[reason]++;
}

/* Enters the guest once and acts on what came out; false if this vCPU must not go on. */
static bool vcpu_run_once(struct vcpu *vcpu)
{
	if (!ioctl(vcpu->fd, KVM_RUN, 0)) {
		vcpu_count(vcpu);
		return vcpu_handle_exit(vcpu);
	}
	if (errno == EINTR || errno == EAGAIN) {
		vcpu->interrupted++;
		return true;
	}
	if (vm_end(vcpu->vm, RUN_BROKEN)) {
		say_errno("the hypervisor's log (dmesg) may say more", "KVM_RUN of CPU %u",
			  vcpu->id);
		report_registers(vcpu);
	}
	return false;
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;

	if (!vcpu->id)
		vcpu->vm->first_run = __builtin_ia32_rdtsc();
	while (!atomic_load(&vcpu->vm->ended) && vcpu_run_once(vcpu))
		;
	atomic_store(&vcpu->done, true);
	return NULL;
}

int vcpu_start(struct vcpu *vcpu)
{
	int error = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);

	if (error) {
		errno = error;
		return say_errno("ask for fewer with --cpus", "no thread for CPU %u", vcpu->id);
	}
	vcpu->started = true;
	return 0;
}
