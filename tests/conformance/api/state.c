// SPDX-License-Identifier: GPL-2.0
/* The vCPU's smaller ioctls: debug registers, MP state, events, the kvm_run page. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/wait.h>

#include "vm.h"

TEST(debugregs_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_debugregs regs, got;

	CHECK_OK(ioctl(cpu.fd, KVM_GET_DEBUGREGS, &regs));
	for (int i = 0; i < 4; i++)
		CHECK_EQ(regs.db[i], 0);
	CHECK_EQ(regs.dr6, 0xffff0ff0);
	CHECK_EQ(regs.dr7, 0x400);
	CHECK_EQ(regs.flags, 0);
	regs = (struct kvm_debugregs){.db = {0x1000, 0x7fff00002000, 0xffff888000003000, 0x4000},
				      .dr6 = 0xffff0ff1,
				      .dr7 = 0x455};
	CHECK_OK(ioctl(cpu.fd, KVM_SET_DEBUGREGS, &regs));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_DEBUGREGS, &got));
	CHECK_MEM(&got, &regs, sizeof(got));
}

TEST(debugregs_refused)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	static const struct {
		const char *what;
		struct kvm_debugregs regs;
	} rows[] = {
		{"flags", {.dr6 = 0xffff0ff0, .dr7 = 0x400, .flags = 1}},
		{"DR6 bit 32", {.dr6 = 0x1ffff0ff0, .dr7 = 0x400}},
		{"DR6 bit 63", {.dr6 = 1ULL << 63, .dr7 = 0x400}},
		{"DR7 bit 32", {.dr6 = 0xffff0ff0, .dr7 = 0x100000400}},
		{"DR7 bit 63", {.dr6 = 0xffff0ff0, .dr7 = 1ULL << 63}},
	};
	struct kvm_debugregs got;

	CHECK_ERR(ioctl(cpu.fd, KVM_GET_DEBUGREGS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_DEBUGREGS, NULL), EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%s", rows[i].what);
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_DEBUGREGS, &rows[i].regs), EINVAL);
		CHECK_OK(ioctl(cpu.fd, KVM_GET_DEBUGREGS, &got));
		CHECK_EQ(got.dr6, 0xffff0ff0);
		CHECK_EQ(got.dr7, 0x400);
	}
}

/* MOV from DR0 and DR3, then to DR1 and DR6; HLT. */
GUEST64(guest_debugregs, "mov %dr0, %rax\n"
			 "mov %dr3, %rbx\n"
			 "mov %rsi, %dr1\n"
			 "mov %rdi, %dr6\n"
			 "mov %dr7, %rcx\n"
			 "hlt");

TEST(debugregs_in_guest)
{
	struct guest g = GUEST_LONG(guest_debugregs);
	struct kvm_debugregs debug = {
		.db = {0x123456, 0, 0, 0x654321}, .dr6 = 0xffff0ff0, .dr7 = 0x400};
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	regs.rsi = 0xabcdef;
	regs.rdi = 0xffff0ff2;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_DEBUGREGS, &debug));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	regs = vcpu_regs(&g.cpu);
	CHECK_EQ(regs.rax, 0x123456);
	CHECK_EQ(regs.rbx, 0x654321);
	CHECK_EQ(regs.rcx, 0x400);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_DEBUGREGS, &debug));
	CHECK_EQ(debug.db[1], 0xabcdef);
	CHECK_EQ(debug.dr6, 0xffff0ff2);
}

/* A breakpoint of the guest's own: #DB at the instruction at offset 0x10. */
GUEST64(guest_breakpoint, "mov $0x1010, %eax\n"
			  "mov %rax, %dr0\n"
			  "mov $0x402, %eax\n"
			  "mov %rax, %dr7\n"
			  ".org 0x10\n"
			  "hlt\n"
			  ".org 0x80\n"
			  "mov %dr6, %rbx\n"
			  "mov (%rsp), %rcx\n"
			  "out %al, $1\n");

TEST(debugregs_guest_breakpoint)
{
	struct guest g = GUEST_LONG(guest_breakpoint);

	vm_set_gate(&g.vm, 1, 0x80);
	CHECK_OUT(&g.cpu, 1, 1, 2);
	CHECK_EQ(vcpu_regs(&g.cpu).rbx, 0xffff0ff1);
	CHECK_EQ(vcpu_regs(&g.cpu).rcx, GUEST_CODE + 0x10);
}

TEST(mp_state)
{
	int vm = vm_fd_create();
	struct vcpu cpu[2] = {vcpu_create(vm, 0), vcpu_create(vm, 1)};
	static const struct {
		u32 state;
		int error;
	} rows[] = {
		{KVM_MP_STATE_RUNNABLE, 0},
		/* Without a local APIC there is no other state. */
		{KVM_MP_STATE_UNINITIALIZED, EINVAL},
		{KVM_MP_STATE_INIT_RECEIVED, EINVAL},
		{KVM_MP_STATE_HALTED, EINVAL},
		{KVM_MP_STATE_SIPI_RECEIVED, EINVAL},
		{KVM_MP_STATE_STOPPED, EINVAL},
		{10, EINVAL},
		{0xffffffff, EINVAL},
	};

	CHECK_ERR(ioctl(cpu[0].fd, KVM_GET_MP_STATE, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu[0].fd, KVM_SET_MP_STATE, NULL), EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kvm_mp_state state = {rows[i].state};

		test_row("state %u", rows[i].state);
		if (rows[i].error)
			CHECK_ERR(ioctl(cpu[1].fd, KVM_SET_MP_STATE, &state), EINVAL);
		else
			CHECK_OK(ioctl(cpu[1].fd, KVM_SET_MP_STATE, &state));
		for (int j = 0; j < 2; j++) {
			state.mp_state = 99;
			CHECK_OK(ioctl(cpu[j].fd, KVM_GET_MP_STATE, &state));
			CHECK_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
		}
	}
}

TEST(vcpu_events_initial)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_vcpu_events e;
	const u32 always = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;

	CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.flags & always, always);
	CHECK_EQ(e.flags & (KVM_VCPUEVENT_VALID_PAYLOAD | KVM_VCPUEVENT_VALID_TRIPLE_FAULT), 0);
	CHECK_EQ(e.exception.injected | e.exception.pending, 0);
	CHECK_EQ(e.interrupt.injected | e.interrupt.soft | e.interrupt.shadow, 0);
	CHECK_EQ(e.nmi.injected | e.nmi.pending | e.nmi.masked, 0);
	CHECK_EQ(e.smi.smm | e.smi.pending, 0);
}

TEST(vcpu_events_refused)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_vcpu_events rows[] = {
		{.flags = 1u << 31},
		{.flags = 1u << 6},
		{.flags = ~0u},
		/* These need KVM_ENABLE_CAP. */
		{.flags = KVM_VCPUEVENT_VALID_PAYLOAD},
		{.flags = KVM_VCPUEVENT_VALID_TRIPLE_FAULT},
		{.exception = {.injected = 1, .nr = 32}},
		{.exception = {.injected = 1, .nr = 255}},
		{.exception = {.injected = 1, .nr = 2}},
	};

	CHECK_ERR(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, NULL), EFAULT);
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, NULL), EFAULT);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("row %zu", i);
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, &rows[i]), EINVAL);
	}
}

TEST(vcpu_events_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	const u32 flags = KVM_VCPUEVENT_VALID_NMI_PENDING | KVM_VCPUEVENT_VALID_SHADOW;
	struct kvm_vcpu_events rows[] = {
		{.flags = flags,
		 .exception = {.injected = 1, .nr = 14, .has_error_code = 1, .error_code = 0x12}},
		{.flags = flags, .exception = {.injected = 1, .nr = 6}},
		{.flags = flags, .interrupt = {.injected = 1, .nr = 0x41}},
		{.flags = flags, .interrupt = {.shadow = KVM_X86_SHADOW_INT_STI}},
		{.flags = flags, .interrupt = {.shadow = KVM_X86_SHADOW_INT_MOV_SS}},
		{.flags = flags, .nmi = {.injected = 1, .masked = 1}},
		{.flags = flags, .nmi = {.masked = 1}},
		{.flags = flags, .nmi = {.pending = 1}},
		{.flags = flags},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kvm_vcpu_events got;

		test_row("row %zu", i);
		CHECK_OK(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, &rows[i]));
		CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &got));
		CHECK_EQ(got.exception.injected, rows[i].exception.injected);
		if (got.exception.injected) {
			CHECK_EQ(got.exception.nr, rows[i].exception.nr);
			CHECK_EQ(got.exception.has_error_code, rows[i].exception.has_error_code);
			CHECK_EQ(got.exception.error_code, rows[i].exception.error_code);
		}
		CHECK_EQ(got.interrupt.injected, rows[i].interrupt.injected);
		if (got.interrupt.injected)
			CHECK_EQ(got.interrupt.nr, rows[i].interrupt.nr);
		CHECK_EQ(got.interrupt.shadow, rows[i].interrupt.shadow);
		CHECK_EQ(got.nmi.injected, rows[i].nmi.injected);
		CHECK_EQ(got.nmi.pending, rows[i].nmi.pending);
		CHECK_EQ(got.nmi.masked, rows[i].nmi.masked);
	}
}

/* Without their flags NMI pending and shadow are not taken over. */
TEST(vcpu_events_flags_select)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_vcpu_events e = {.flags = KVM_VCPUEVENT_VALID_SHADOW,
				    .nmi.pending = 1,
				    .interrupt.shadow = KVM_X86_SHADOW_INT_STI};

	CHECK_OK(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.nmi.pending, 0);
	CHECK_EQ(e.interrupt.shadow, KVM_X86_SHADOW_INT_STI);
	e.flags = 0;
	e.interrupt.shadow = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_VCPU_EVENTS, &e));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_VCPU_EVENTS, &e));
	CHECK_EQ(e.interrupt.shadow, KVM_X86_SHADOW_INT_STI);
}

/* The page of KVM_RUN can be mapped any number of times; behind it is nothing. */
TEST(vcpu_mmap)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_run *again = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, cpu.fd, 0);

	CHECK(again != MAP_FAILED);
	cpu.run->immediate_exit = 1;
	CHECK_EQ(again->immediate_exit, 1);
	CHECK_ERR(ioctl(cpu.fd, KVM_RUN, 0), EINTR);
	CHECK_OK(munmap(again, PAGE));
	for (size_t i = 0; i < cpu.run_size; i += PAGE)
		*(volatile u8 *)((u8 *)cpu.run + i);
}

static void touch_behind_run(void *argument)
{
	struct vcpu *cpu = argument;
	volatile u8 *page = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, cpu->fd, cpu->run_size);

	if (page == MAP_FAILED)
		raise(SIGBUS);
	*page;
}

TEST(vcpu_mmap_beyond)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	int status = test_child(touch_behind_run, &cpu);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

TEST(vcpu_unknown_ioctl)
{
	static const unsigned long requests[] = {
		_IO(KVMIO, 0xfe),
		_IOWR(KVMIO, 0xff, struct kvm_regs),
		_IO('T', 1),
		0,
		0xffffffff,
		_IOR(KVMIO, 0x81, u64), /* KVM_GET_REGS with another size */
		_IOW(KVMIO, 0x81, struct kvm_regs),
		KVM_GET_API_VERSION,
		KVM_CREATE_VM,
		KVM_CREATE_VCPU,
		KVM_SET_USER_MEMORY_REGION,
		KVM_CHECK_EXTENSION,
	};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		test_row("request %#lx", requests[i]);
		CHECK_ERR(ioctl(cpu.fd, requests[i], 0), EINVAL);
	}
}

TEST(vcpu_run_argument)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	cpu.run->immediate_exit = 1;
	CHECK_ERR(ioctl(cpu.fd, KVM_RUN, 1), EINVAL);
	CHECK_ERR(ioctl(cpu.fd, KVM_RUN, ~0UL), EINVAL);
	CHECK_ERR(ioctl(cpu.fd, KVM_RUN, 0), EINTR);
}
