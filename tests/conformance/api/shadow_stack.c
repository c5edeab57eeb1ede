// SPDX-License-Identifier: GPL-2.0
/*
 * A program whose thread has a shadow stack (Linux 6.6 and later, a processor with CET) runs
 * guests. SSP and IA32_U_CET are the thread's own before and after, though the FPU state that is
 * switched round a guest holds them and a guest's has none.
 *
 * SDM: "Shadow Stacks", "Managing State Using the XSAVE Feature Set".
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "vm.h"

enum {
	ARCH_SHSTK_ENABLE = 0x5001,
	ARCH_SHSTK_DISABLE = 0x5002,
	ARCH_SHSTK_SHSTK = 1,
};

/* In the caller's frame: a RET to before the shadow stack began would find nothing on it. */
static inline __attribute__((always_inline)) long shadow_stack(long request)
{
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(SYS_arch_prctl), "D"(request), "S"(ARCH_SHSTK_SHSTK)
		     : "rcx", "r11", "memory");
	return result;
}

static inline __attribute__((always_inline)) u64 ssp_read(void)
{
	u64 ssp = 0;

	asm volatile("rdsspq %0" : "+r"(ssp));
	return ssp;
}

/* Bochs 3.0 forgets SSP when another process has run meanwhile, without any guest. */
static inline __attribute__((always_inline)) u64 shadow_stack_begin(void)
{
	pid_t other = CHECK_OK(fork());
	u64 ssp;

	if (!other)
		for (;;)
			sched_yield();
	if (shadow_stack(ARCH_SHSTK_ENABLE))
		test_skip("no shadow stacks for programs");
	ssp = ssp_read();
	for (int i = 0; i < 10; i++)
		sleep_ms(2);
	kill(other, SIGKILL);
	if (!ssp || ssp_read() != ssp)
		test_skip("the shadow stack is lost without a guest");
	return ssp;
}

GUEST64(guest_calls, "1: call 2f\n"
		     "out %al, $0x10\n"
		     "jmp 1b\n"
		     "2: inc %eax\n"
		     "ret");

TEST(host_shadow_stack)
{
	struct guest g = GUEST_LONG(guest_calls);
	u64 ssp = shadow_stack_begin();

	for (u8 i = 1; i < 100; i++) {
		CHECK_OUT(&g.cpu, 0x10, 1, i);
		CHECK_EQ(ssp_read(), ssp);
	}
	CHECK_EQ(shadow_stack(ARCH_SHSTK_DISABLE), 0);
}

GUEST64(guest_loops, "1: inc %rax\n"
		     "jmp 1b");

/* A signal's frame needs room on the shadow stack, and its end reads it back. */
TEST(host_shadow_stack_signals)
{
	struct guest g = GUEST_LONG(guest_loops);
	u64 ssp = shadow_stack_begin();

	alarm_every(5);
	for (int i = 0; i < 10; i++) {
		CHECK_ERR(ioctl(g.cpu.fd, KVM_RUN, 0), EINTR);
		CHECK_EQ(ssp_read(), ssp);
	}
	alarm_every(0);
	CHECK_EQ(shadow_stack(ARCH_SHSTK_DISABLE), 0);
}
