// SPDX-License-Identifier: GPL-2.0
/* KVM_RUN and the world around it: signals, threads, processes, descriptors. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "vm.h"

/* Interrupts are on: Bochs 2.7 cannot interrupt a guest that was entered with IF = 0. */
GUEST16(guest_loop, "sti\n1: inc %bx\njmp 1b");
#define LOOP (GUEST_CODE + 1)
GUEST16(guest_halts, "1: hlt\njmp 1b");

TEST(run_immediate_exit)
{
	struct guest g = GUEST_REAL(guest_loop);

	g.cpu.run->immediate_exit = 1;
	g.cpu.run->exit_reason = 77;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 0);
}

TEST(run_interrupted_by_signal)
{
	struct guest g = GUEST_REAL(guest_loop);
	u64 before;

	alarm_every(20);
	for (int i = 0; i < 3; i++) {
		g.cpu.run->exit_reason = 77;
		CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
		CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_INTR);
	}
	before = vcpu_regs(&g.cpu).rip;
	CHECK(before == LOOP || before == LOOP + 1);
}

/* A system call that a handler with SA_RESTART interrupted is not started again. */
TEST(run_signal_restart)
{
	struct guest g = GUEST_REAL(guest_loop);
	struct sigaction action;

	alarm_every(20);
	CHECK_OK(sigaction(SIGALRM, NULL, &action));
	action.sa_flags = SA_RESTART;
	CHECK_OK(sigaction(SIGALRM, &action, NULL));
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
}

static int set_signal_mask(struct vcpu *cpu, int signal, u32 length)
{
	struct {
		struct kvm_signal_mask head;
		u64 set;
	} __attribute__((packed)) mask = {{.len = length}, ~0ULL};

	if (signal)
		mask.set &= ~(1ULL << (signal - 1));
	return ioctl(cpu->fd, KVM_SET_SIGNAL_MASK, &mask);
}

TEST(signal_mask_arguments)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	static const u32 lengths[] = {0, 1, 4, 7, 9, 16, 128, 0xffffffff};
	u8 *edge = host_memory(2 * PAGE) + PAGE;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		test_row("length %u", lengths[i]);
		CHECK_ERR(set_signal_mask(&cpu, SIGUSR1, lengths[i]), EINVAL);
	}
	test_row("%s", "");
	CHECK_OK(set_signal_mask(&cpu, SIGUSR1, 8));
	CHECK_OK(ioctl(cpu.fd, KVM_SET_SIGNAL_MASK, NULL));
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_SIGNAL_MASK, (void *)8), EFAULT);
	CHECK_OK(munmap(edge, PAGE));
	*(u32 *)(edge - 4) = 8;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_SIGNAL_MASK, edge - 4), EFAULT);
}

/* A signal that the thread blocks and the vCPU's mask lets in ends KVM_RUN and stays pending. */
TEST(signal_mask_in_force)
{
	struct guest g = GUEST_REAL(guest_loop);
	struct timespec now = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_OK(sigprocmask(SIG_BLOCK, &set, NULL));
	CHECK_OK(set_signal_mask(&g.cpu, SIGUSR1, 8));
	CHECK_OK(raise(SIGUSR1));
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_INTR);
	CHECK_EQ(sigtimedwait(&set, NULL, &now), SIGUSR1);
	/* The thread's own mask is as it was. */
	CHECK_OK(sigprocmask(SIG_BLOCK, NULL, &set));
	CHECK(sigismember(&set, SIGUSR1) && !sigismember(&set, SIGUSR2));
}

/* A million rounds, then HLT: some tens of milliseconds. */
GUEST16(guest_long_way, "sti\nmov $1000000, %ecx\n1: dec %ecx\njnz 1b\nhlt");

/* The other way round: the mask keeps a signal out that the thread would take. */
TEST(signal_mask_keeps_out)
{
	struct guest g = GUEST_REAL(guest_long_way);
	struct kvm_regs start = vcpu_regs(&g.cpu);

	alarm_every(5);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_OK(set_signal_mask(&g.cpu, 0, 8));
	vcpu_set_regs(&g.cpu, &start);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_SIGNAL_MASK, NULL));
	vcpu_set_regs(&g.cpu, &start);
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
}

struct runner {
	struct vcpu *cpu;
	pthread_t thread;
	volatile bool inside;
	int result;
	int error;
};

static void *run_once(void *argument)
{
	struct runner *runner = argument;

	runner->inside = true;
	runner->result = ioctl(runner->cpu->fd, KVM_RUN, 0);
	runner->error = errno;
	return NULL;
}

static void runner_start(struct runner *runner, struct vcpu *cpu)
{
	*runner = (struct runner){.cpu = cpu};
	CHECK_EQ(pthread_create(&runner->thread, NULL, run_once, runner), 0);
	while (!runner->inside)
		sleep_ms(1);
	sleep_ms(5);
}

static void ignore(int signal)
{
}

static void runner_stop(struct runner *runner)
{
	struct sigaction action = {.sa_handler = ignore};

	CHECK_OK(sigaction(SIGUSR1, &action, NULL));
	runner->cpu->run->immediate_exit = 1;
	CHECK_EQ(pthread_kill(runner->thread, SIGUSR1), 0);
	CHECK_EQ(pthread_join(runner->thread, NULL), 0);
	CHECK_EQ(runner->result, -1);
	CHECK_EQ(runner->error, EINTR);
	runner->cpu->run->immediate_exit = 0;
}

static void *get_regs(void *argument)
{
	static struct kvm_regs regs;
	struct vcpu *cpu = argument;

	regs = vcpu_regs(cpu);
	return &regs;
}

/* While one thread is in KVM_RUN another's ioctl waits. */
TEST(run_other_thread_waits)
{
	struct guest g = GUEST_REAL(guest_loop);
	struct runner runner;
	struct timespec soon;
	pthread_t other;
	void *regs;

	runner_start(&runner, &g.cpu);
	CHECK_EQ(pthread_create(&other, NULL, get_regs, &g.cpu), 0);
	clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_sec++;
	CHECK_EQ(pthread_timedjoin_np(other, NULL, &soon), ETIMEDOUT);
	runner_stop(&runner);
	CHECK_EQ(pthread_join(other, &regs), 0);
	CHECK(((struct kvm_regs *)regs)->rip - LOOP < 2);
}

/* ioctls of the VM go on while a vCPU runs. */
TEST(run_vm_ioctls_meanwhile)
{
	struct guest g = GUEST_REAL(guest_loop);
	u8 *memory = host_memory(4 * PAGE);
	struct runner runner;
	struct vcpu second;

	runner_start(&runner, &g.cpu);
	for (int i = 0; i < 4; i++) {
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, GUEST_MMIO, PAGE, memory));
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, GUEST_MMIO + PAGE, PAGE, memory));
		CHECK_OK(vm_set_slot(g.vm.fd, 1, 0, 0, 0, memory));
	}
	second = vcpu_create(g.vm.fd, 1);
	vcpu_set_real_mode(&second);
	CHECK_ERR(ioctl(g.vm.fd, KVM_CREATE_VCPU, 1), EEXIST);
	runner_stop(&runner);
}

/* A vCPU is no thread's own: any may run it next. */
TEST(run_from_changing_threads)
{
	struct guest g = GUEST_REAL(guest_halts);

	for (int i = 0; i < 8; i++) {
		struct runner runner = {.cpu = &g.cpu};

		CHECK_EQ(pthread_create(&runner.thread, NULL, run_once, &runner), 0);
		CHECK_EQ(pthread_join(runner.thread, NULL), 0);
		CHECK_EQ(runner.result, 0);
		CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_HLT);
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	}
}

static void use_of_other_process(void *argument)
{
	struct guest *g = argument;
	struct kvm_regs regs;

	CHECK_ERR(ioctl(g->cpu.fd, KVM_GET_REGS, &regs), EIO);
	CHECK_ERR(ioctl(g->cpu.fd, KVM_RUN, 0), EIO);
	CHECK_ERR(ioctl(g->cpu.fd, KVM_NMI), EIO);
	CHECK_ERR(ioctl(g->cpu.fd, _IO(KVMIO, 0xfe)), EIO);
	CHECK_ERR(ioctl(g->vm.fd, KVM_CREATE_VCPU, 1), EIO);
	CHECK_ERR(ioctl(g->vm.fd, KVM_CHECK_EXTENSION, KVM_CAP_USER_MEMORY), EIO);
	CHECK_ERR(vm_set_slot(g->vm.fd, 0, 0, 0, 0, NULL), EIO);
}

/* A VM belongs to the address space that made it. */
TEST(process_other)
{
	struct guest g = GUEST_REAL(guest_halts);

	CHECK_EQ(test_child(use_of_other_process, &g), 0);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
}

static void keep_descriptors(void *argument)
{
	sleep_ms(50);
}

static void make_and_leave(void *argument)
{
	struct guest g = GUEST_REAL(guest_halts);
	pid_t pid;

	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	pid = fork();
	if (!pid) {
		keep_descriptors(NULL);
		_exit(0);
	}
}

/* The creator ends, and a child of its has the VM's descriptors a while longer. */
TEST(process_outlived_by_child)
{
	for (int i = 0; i < 4; i++)
		CHECK_EQ(test_child(make_and_leave, NULL), 0);
	sleep_ms(100);
}

TEST(process_device_shared)
{
	int kvm = kvm_open();
	pid_t pid = fork();
	int status;

	if (!pid) {
		int vm = CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0));

		CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 0));
		_exit(0);
	}
	CHECK_OK(ioctl(kvm, KVM_CREATE_VM, 0));
	CHECK_OK(waitpid(pid, &status, 0));
	CHECK_EQ(status, 0);
}

TEST(close_vm_first)
{
	struct guest g = GUEST_REAL(guest_halts);

	CHECK_OK(close(g.vm.fd));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rip, GUEST_CODE + 1);
}

TEST(close_vcpu_keeps_mapping)
{
	struct guest g = GUEST_REAL(guest_halts);

	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(close(g.cpu.fd));
	CHECK_OK(close(g.vm.fd));
	/* The mapping holds a reference to the vCPU. */
	CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_HLT);
	g.cpu.run->immediate_exit = 1;
	CHECK_OK(munmap(g.cpu.run, g.cpu.run_size));
}

TEST(close_while_running)
{
	struct guest g = GUEST_REAL(guest_loop);
	struct runner runner;
	int fd = dup(g.cpu.fd);

	runner_start(&runner, &g.cpu);
	CHECK_OK(close(g.vm.fd));
	CHECK_OK(close(g.cpu.fd));
	g.cpu.fd = fd;
	sleep_ms(50);
	runner_stop(&runner);
	CHECK(vcpu_regs(&g.cpu).rip - LOOP < 2);
}

TEST(close_duplicates)
{
	struct guest g = GUEST_REAL(guest_halts);
	int vm = CHECK_OK(dup(g.vm.fd)), cpu = CHECK_OK(fcntl(g.cpu.fd, F_DUPFD_CLOEXEC, 100));

	CHECK_OK(close(g.vm.fd));
	CHECK_OK(close(g.cpu.fd));
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EBADF);
	g.cpu.fd = cpu;
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(vm, KVM_CREATE_VCPU, 1));
}

/* Every order in which VM, two vCPUs and the mapping of one can go away. */
TEST(close_any_order)
{
	static const char *const orders[] = {"vabm", "vbam", "avbm", "abvm", "bvam", "bavm",
					     "mvab", "mbav", "vmab", "amvb", "bmav", "abmv"};

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct guest g = GUEST_REAL(guest_halts);
		struct vcpu second = vcpu_create(g.vm.fd, 1);

		test_row("order %s", orders[i]);
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		for (const char *step = orders[i]; *step; step++) {
			switch (*step) {
			case 'v':
				CHECK_OK(close(g.vm.fd));
				break;
			case 'a':
				CHECK_OK(close(g.cpu.fd));
				break;
			case 'b':
				CHECK_OK(close(second.fd));
				break;
			default:
				CHECK_OK(munmap(g.cpu.run, g.cpu.run_size));
			}
		}
		CHECK_OK(munmap(second.run, second.run_size));
		CHECK_OK(munmap(g.vm.ram, GUEST_RAM));
	}
}

/* Ioctls in an order that nobody needs, and none of which harms. */
TEST(order_of_ioctls)
{
	struct vm vm = {.fd = vm_fd_create(), .ram = host_memory(GUEST_RAM)};
	struct vcpu cpu = vcpu_create(vm.fd, 0);
	struct kvm_regs regs;

	vcpu_set_real_mode(&cpu);
	regs = vcpu_regs(&cpu);
	/* The stock kernel answers ENOSPC as long as there never was a slot. */
	CHECK_OK(vm_set_slot(vm.fd, 7, 0, 1 << 20, PAGE, vm.ram));
	CHECK_EXIT(&cpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	vm_load(&vm, guest_halts, guest_halts_end);
	vcpu_set_regs(&cpu, &regs);
	CHECK_EXIT(&cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(vm.fd, KVM_SET_TSS_ADDR, 0xfffbd000UL));
	CHECK_EXIT(&cpu, KVM_EXIT_HLT);
	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, 0, NULL));
	CHECK_EXIT(&cpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_OK(vm_set_slot(vm.fd, 0, 0, 0, GUEST_RAM, vm.ram));
	CHECK_EXIT(&cpu, KVM_EXIT_HLT);
}

/* --- KVM_CAP_SYNC_REGS --- */

GUEST64(guest_counts_outs, "1: inc %ebx\n"
			   "out %al, $1\n"
			   "jmp 1b");

TEST(sync_regs)
{
	struct guest g = GUEST_LONG(guest_counts_outs);
	struct kvm_run *run = g.cpu.run;
	struct kvm_vcpu_events events;
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	CHECK_EQ(kvm_capability(KVM_CAP_SYNC_REGS), 7);
	memset(&run->s.regs, 0xff, sizeof(run->s.regs));
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(run->s.regs.regs.rip, ~0ULL);
	/* KVM leaves the padding alone. */
	memset(&run->s.regs, 0, sizeof(run->s.regs));
	run->kvm_valid_regs = KVM_SYNC_X86_VALID_FIELDS;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	regs = vcpu_regs(&g.cpu);
	sregs = vcpu_sregs(&g.cpu);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_VCPU_EVENTS, &events));
	CHECK_MEM(&run->s.regs.regs, &regs, sizeof(regs));
	CHECK_MEM(&run->s.regs.sregs, &sregs, sizeof(sregs));
	CHECK_EQ(run->s.regs.events.flags, events.flags);
	CHECK_EQ(regs.rbx, 2);
	/* What is not marked is not taken. */
	run->s.regs.regs.rbx = 0x100;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(run->s.regs.regs.rbx, 3);
	run->s.regs.regs.rbx = 0x100;
	run->s.regs.sregs.cr2 = 0x5000;
	run->kvm_dirty_regs = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(run->kvm_dirty_regs, 0);
	CHECK_EQ(run->s.regs.regs.rbx, 0x101);
	CHECK_EQ(vcpu_sregs(&g.cpu).cr2, 0x5000);
}

TEST(sync_regs_refused)
{
	struct guest g = GUEST_LONG(guest_counts_outs);
	struct kvm_run *run = g.cpu.run;

	run->kvm_valid_regs = 8;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINVAL);
	run->kvm_valid_regs = 0;
	run->kvm_dirty_regs = 1ULL << 63;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINVAL);
	run->kvm_dirty_regs = KVM_SYNC_X86_EVENTS;
	run->s.regs.events.flags = 1u << 31;
	CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINVAL);
	run->kvm_dirty_regs = 0;
	CHECK_EXIT(&g.cpu, KVM_EXIT_IO);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 1);
}
