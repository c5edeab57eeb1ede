// SPDX-License-Identifier: GPL-2.0
/* Many VMs, and rough handling. Short by default; --long=N makes these tests N times as long. */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "vm.h"

GUEST16(guest_stress_hlt, "1: hlt\njmp 1b");
GUEST16(guest_stress_loop, "sti\n1: incl 0x4000\njmp 1b");

/* A small generator of random numbers (xorshift), so that a seed gives the same run anywhere. */
static u64 random_state;

static u64 random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void random_start(void)
{
	random_state = test_seed * 0x9e3779b97f4a7c15ULL + 1;
}

/* With --long=20 these are 1,000 VMs. */
TEST_LIMIT(stress_create_destroy, 120)
{
	for (unsigned int i = 0; i < 20 * test_scale; i++) {
		struct guest g = GUEST_REAL(guest_stress_hlt);

		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		guest_destroy(&g);
	}
}

/* VMs that never ran, with and without vCPUs and slots. */
TEST_LIMIT(stress_create_unused, 120)
{
	for (unsigned int i = 0; i < 8 * test_scale; i++) {
		int vm = vm_fd_create();

		if (i & 1)
			CHECK_OK(close(CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, i))));
		if (i & 2)
			CHECK_OK(vm_set_slot(vm, 0, 0, 0, PAGE, host_memory(PAGE)));
		CHECK_OK(close(vm));
	}
}

struct batch {
	struct guest *guests;
	unsigned int count;
};

static void *create_batch(void *argument)
{
	struct batch *batch = argument;

	for (unsigned int i = 0; i < batch->count; i++)
		batch->guests[i] = GUEST_REAL(guest_stress_hlt);
	return NULL;
}

static void *destroy_batch(void *argument)
{
	struct batch *batch = argument;

	for (unsigned int i = 0; i < batch->count; i++)
		guest_destroy(&batch->guests[i]);
	return NULL;
}

#define BATCHES 20

/* A VM's start and end wait for grace periods: twenty threads wait for the same ones. */
static void in_batches(struct guest *guests, unsigned int count, void *(*work)(void *))
{
	struct batch batches[BATCHES];
	pthread_t threads[BATCHES];

	for (unsigned int i = 0; i < BATCHES; i++) {
		batches[i] = (struct batch){guests + i * (count / BATCHES), count / BATCHES};
		CHECK_EQ(pthread_create(&threads[i], NULL, work, &batches[i]), 0);
	}
	for (unsigned int i = 0; i < BATCHES; i++)
		CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* All at once, each with a vCPU that runs. */
TEST_LIMIT(stress_200_vms, 180)
{
	static struct guest guests[200];

	in_batches(guests, ARRAY_SIZE(guests), create_batch);
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < ARRAY_SIZE(guests); i++)
			CHECK_EXIT(&guests[i].cpu, KVM_EXIT_HLT);
	for (size_t i = 0; i < ARRAY_SIZE(guests); i++)
		CHECK_EQ(vcpu_regs(&guests[i].cpu).rip, GUEST_CODE + 1);
	in_batches(guests, ARRAY_SIZE(guests), destroy_batch);
}

TEST_LIMIT(stress_many_vcpus, 120)
{
	struct vm vm = vm_create();
	struct vcpu cpus[32];

	vm_load(&vm, guest_stress_hlt, guest_stress_hlt_end);
	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		cpus[i] = vcpu_create(vm.fd, i);
		vcpu_set_real_mode(&cpus[i]);
	}
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < ARRAY_SIZE(cpus); i++)
			CHECK_EXIT(&cpus[i], KVM_EXIT_HLT);
}

static void run_for_ever(void *argument)
{
	struct guest g = GUEST_REAL(guest_stress_loop);

	for (;;)
		ioctl(g.cpu.fd, KVM_RUN, 0);
}

/* Processes are killed while their vCPU runs. */
TEST_LIMIT(stress_kill_process, 120)
{
	random_start();
	for (unsigned int i = 0; i < 10 * test_scale; i++) {
		pid_t pid = CHECK_OK(fork());
		int status;

		if (!pid)
			run_for_ever(NULL);
		sleep_ms(random_next() % 20);
		CHECK_OK(kill(pid, SIGKILL));
		CHECK_OK(waitpid(pid, &status, 0));
		CHECK(WIFSIGNALED(status));
	}
}

struct loop_thread {
	struct vcpu *cpu;
	pthread_t thread;
	volatile int running;
	volatile int stop;
};

static void take_signal(int signal)
{
}

static void *loop_until_stopped(void *argument)
{
	struct loop_thread *loop = argument;

	loop->running = 1;
	while (!loop->stop) {
		if (ioctl(loop->cpu->fd, KVM_RUN, 0) < 0)
			CHECK(errno == EINTR || errno == EFAULT);
	}
	return NULL;
}

static void loop_start(struct loop_thread *loop, struct vcpu *cpu)
{
	struct sigaction action = {.sa_handler = take_signal};

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	*loop = (struct loop_thread){.cpu = cpu};
	CHECK_EQ(pthread_create(&loop->thread, NULL, loop_until_stopped, loop), 0);
	while (!loop->running)
		sleep_ms(1);
}

static void loop_stop(struct loop_thread *loop)
{
	loop->stop = 1;
	while (pthread_tryjoin_np(loop->thread, NULL) == EBUSY) {
		pthread_kill(loop->thread, SIGUSR1);
		sleep_ms(2);
	}
}

/* Threads end while the vCPU goes on with the next one. */
TEST_LIMIT(stress_kick_threads, 120)
{
	struct guest g = GUEST_REAL(guest_stress_loop);

	for (unsigned int i = 0; i < 10 * test_scale; i++) {
		struct loop_thread loop;

		loop_start(&loop, &g.cpu);
		sleep_ms(15 + i % 5);
		loop_stop(&loop);
	}
	CHECK(*(volatile u32 *)(g.vm.ram + 0x4000) != 0);
}

/* Everything under the guest is given up, again and again; the code is put back each time. */
TEST_LIMIT(stress_unmap_while_running, 120)
{
	struct guest g = GUEST_REAL(guest_stress_loop);
	struct loop_thread loop;

	loop_start(&loop, &g.cpu);
	for (unsigned int i = 0; i < 100 * test_scale; i++) {
		u8 *page = g.vm.ram + 0x4000;

		switch (i % 4) {
		case 0:
			CHECK_OK(madvise(page, PAGE, MADV_DONTNEED));
			break;
		case 1:
			CHECK_OK(mprotect(page, PAGE, PROT_READ));
			CHECK_OK(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
			break;
		case 2:
			CHECK(mmap(page, PAGE, PROT_READ | PROT_WRITE,
				   MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == page);
			break;
		default:
			CHECK_OK(munmap(page, 4 * PAGE));
			CHECK(mmap(page, 4 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == page);
		}
	}
	loop_stop(&loop);
	memset(g.vm.ram + 0x4000, 0, 4);
	alarm_every(20);
	while (!*(volatile u32 *)(g.vm.ram + 0x4000))
		CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
}

/* A slot comes and goes under the guest that uses it. */
TEST_LIMIT(stress_slot_while_running, 120)
{
	struct guest g = GUEST_REAL(guest_stress_loop);
	u8 *memory = host_memory(PAGE);
	struct loop_thread loop;

	/* RAM without the page at 0x4000, which slot 1 gives and takes: MMIO in between. */
	CHECK_OK(vm_set_slot(g.vm.fd, 0, 0, 0, 0, NULL));
	CHECK_OK(vm_set_slot(g.vm.fd, 0, 0, 0, 0x4000, g.vm.ram));
	loop_start(&loop, &g.cpu);
	for (unsigned int i = 0; i < 25 * test_scale; i++) {
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, 0x4000, PAGE, memory));
		if (i % 8 == 0)
			sleep_ms(1);
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, 0, 0, NULL));
	}
	loop_stop(&loop);
}

/*
 * All sixteen general registers, a vector register and an MSR in a loop: any that changes by
 * itself ends the loop with OUT.
 */
GUEST64(guest_state_check, "sti\n"
			   "1: mov %rbx, %rax\n"
			   "cmp %rbx, %r8\n"
			   "jne 9f\n"
			   "cmp %rbx, %r15\n"
			   "jne 9f\n"
			   "movq %xmm3, %rax\n"
			   "cmp %rbx, %rax\n"
			   "jne 9f\n"
			   "movq %xmm15, %rax\n"
			   "cmp %rbx, %rax\n"
			   "jne 9f\n"
			   "mov $0xc0000102, %ecx\n"
			   "rdmsr\n"
			   "shl $32, %rdx\n"
			   "or %rdx, %rax\n"
			   "cmp %rbx, %rax\n"
			   "jne 9f\n"
			   "mov $0xc0000082, %ecx\n"
			   "rdmsr\n"
			   "shl $32, %rdx\n"
			   "or %rdx, %rax\n"
			   "cmp %rbx, %rax\n"
			   "jne 9f\n"
			   "mov %cr2, %rax\n"
			   "cmp %rbx, %rax\n"
			   "jne 9f\n"
			   "incq 0x4000\n"
			   "jmp 1b\n"
			   "9: out %al, $0x99\n");

static struct guest state_guest(u64 pattern)
{
	struct guest g = GUEST_LONG(guest_state_check);
	struct kvm_regs regs = vcpu_regs(&g.cpu);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);
	struct kvm_xsave xsave;
	u64 *region = (u64 *)xsave.region;

	regs.rbx = regs.r8 = regs.r15 = pattern;
	vcpu_set_regs(&g.cpu, &regs);
	sregs.cr2 = pattern;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_EQ(vcpu_set_msr(&g.cpu, 0xc0000102, pattern), 1);
	CHECK_EQ(vcpu_set_msr(&g.cpu, 0xc0000082, pattern), 1);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_XSAVE, &xsave));
	region[160 / 8 + 2 * 3] = region[160 / 8 + 2 * 15] = pattern;
	region[512 / 8] |= 3;
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_XSAVE, &xsave));
	return g;
}

static u64 rounds(struct guest *g)
{
	return *(volatile u64 *)(g->vm.ram + 0x4000);
}

/* Runs until the time is up; an OUT means that state was lost. */
static void *run_state_guest(void *argument)
{
	struct loop_thread *loop = argument;

	loop->running = 1;
	while (!loop->stop) {
		if (ioctl(loop->cpu->fd, KVM_RUN, 0) == 0)
			test_fail(__FILE__, __LINE__,
				  "a register changed: exit reason %u, rip %#llx",
				  loop->cpu->run->exit_reason, vcpu_regs(loop->cpu).rip);
		CHECK_EQ(errno, EINTR);
	}
	return NULL;
}

/* Two vCPUs share a processor, each with registers of its own. */
TEST_LIMIT(stress_two_on_one_cpu, 120)
{
	struct guest g[2] = {state_guest(0x0000111122223333), state_guest(0xffff888844445555)};
	struct sigaction action = {.sa_handler = take_signal};
	struct loop_thread loops[2];

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	pin_to_cpu(0);
	for (int i = 0; i < 2; i++) {
		loops[i] = (struct loop_thread){.cpu = &g[i].cpu};
		CHECK_EQ(pthread_create(&loops[i].thread, NULL, run_state_guest, &loops[i]), 0);
	}
	sleep_ms(200 * test_scale);
	for (int i = 0; i < 2; i++)
		loop_stop(&loops[i]);
	CHECK(rounds(&g[0]) > 0 && rounds(&g[1]) > 0);
}

/* A vCPU's thread is moved from processor to processor while it runs. */
TEST_LIMIT(stress_migrate, 120)
{
	struct guest g = state_guest(0x00003456789abcde);
	struct loop_thread loop = {.cpu = &g.cpu};
	struct sigaction action = {.sa_handler = take_signal};

	if (online_cpus() < 2)
		test_skip("one processor");
	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	CHECK_EQ(pthread_create(&loop.thread, NULL, run_state_guest, &loop), 0);
	for (unsigned int i = 0; i < 50 * test_scale; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i % online_cpus(), &set);
		CHECK_EQ(pthread_setaffinity_np(loop.thread, sizeof(set), &set), 0);
		sleep_ms(2);
	}
	loop_stop(&loop);
	CHECK(rounds(&g) > 0);
}

/* One thread runs the vCPU, others ask and set what they like. */
static void *pester(void *argument)
{
	struct loop_thread *loop = argument;

	loop->running = 1;
	while (!loop->stop) {
		struct kvm_regs regs;
		struct kvm_vcpu_events events;

		CHECK_OK(ioctl(loop->cpu->fd, KVM_GET_REGS, &regs));
		CHECK_OK(ioctl(loop->cpu->fd, KVM_GET_VCPU_EVENTS, &events));
		vcpu_msr(loop->cpu, 0x10);
	}
	return NULL;
}

TEST_LIMIT(stress_concurrent_ioctls, 120)
{
	struct guest g = GUEST_REAL(guest_stress_hlt);
	struct loop_thread loops[3];

	for (size_t i = 0; i < ARRAY_SIZE(loops); i++) {
		loops[i] = (struct loop_thread){.cpu = &g.cpu};
		CHECK_EQ(pthread_create(&loops[i].thread, NULL, pester, &loops[i]), 0);
	}
	for (unsigned int i = 0; i < 300 * test_scale; i++)
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	for (size_t i = 0; i < ARRAY_SIZE(loops); i++) {
		loops[i].stop = 1;
		CHECK_EQ(pthread_join(loops[i].thread, NULL), 0);
	}
}

/* Threads create the same vCPUs at the same time: each number is made once. */
static void *create_vcpus(void *argument)
{
	int vm = *(int *)argument;
	uintptr_t made = 0;

	for (int id = 0; id < 16; id++) {
		if (ioctl(vm, KVM_CREATE_VCPU, id) >= 0)
			made++;
		else
			CHECK_EQ(errno, EEXIST);
	}
	return (void *)made;
}

TEST_LIMIT(stress_create_vcpu_race, 120)
{
	for (unsigned int i = 0; i < 2 * test_scale; i++) {
		int vm = vm_fd_create();
		pthread_t threads[3];
		uintptr_t made = 0;

		for (size_t j = 0; j < ARRAY_SIZE(threads); j++)
			CHECK_EQ(pthread_create(&threads[j], NULL, create_vcpus, &vm), 0);
		for (size_t j = 0; j < ARRAY_SIZE(threads); j++) {
			void *result;

			CHECK_EQ(pthread_join(threads[j], &result), 0);
			made += (uintptr_t)result;
		}
		CHECK_EQ(made, 16);
		for (int fd = 3; fd < vm + 17; fd++)
			if (fd != vm)
				close(fd);
		CHECK_OK(close(vm));
	}
}
