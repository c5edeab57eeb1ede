// SPDX-License-Identifier: GPL-2.0
/* The process that runs a guest keeps its own registers. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <asm/prctl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "vm.h"

enum {
	MSR_STAR = (int)0xc0000081,
	MSR_LSTAR = (int)0xc0000082,
	MSR_CSTAR = (int)0xc0000083,
	MSR_SYSCALL_MASK = (int)0xc0000084,
	MSR_FS_BASE = (int)0xc0000100,
	MSR_GS_BASE = (int)0xc0000101,
	MSR_KERNEL_GS_BASE = (int)0xc0000102,
};

/* Leaves nothing of what the host could need in its registers; those of SYSCALL now with that
 * enabled, and now without. */
GUEST64(guest_spoils, "1: mov $0xc0000080, %ecx\n" /* EFER */
		      "rdmsr\n"
		      "btc $0, %eax\n"
		      "wrmsr\n"
		      "mov $0xc0000081, %ecx\n" /* STAR, LSTAR, CSTAR, SYSCALL_MASK */
		      "xor %edx, %edx\n"
		      "mov $0x666000, %eax\n"
		      "2: wrmsr\n"
		      "inc %ecx\n"
		      "cmp $0xc0000085, %ecx\n"
		      "jne 2b\n"
		      "mov $0xc0000100, %ecx\n" /* FS_BASE, GS_BASE, KERNEL_GS_BASE */
		      "3: wrmsr\n"
		      "inc %ecx\n"
		      "cmp $0xc0000103, %ecx\n"
		      "jne 3b\n"
		      "mov $0x174, %ecx\n" /* SYSENTER_CS, _ESP, _EIP */
		      "4: wrmsr\n"
		      "inc %ecx\n"
		      "cmp $0x177, %ecx\n"
		      "jne 4b\n"
		      "mov %rax, %dr0\n"
		      "mov %rax, %dr1\n"
		      "mov %rax, %dr2\n"
		      "mov %rax, %dr3\n"
		      "pcmpeqb %xmm0, %xmm0\n"
		      "movaps %xmm0, %xmm1\n"
		      "movaps %xmm0, %xmm7\n"
		      "movaps %xmm0, %xmm15\n"
		      "fld1\n"
		      "fld1\n"
		      "xor %esi, %esi\n"
		      "mov %esi, %ds\n"
		      "mov %esi, %es\n"
		      "mov %rax, %cr2\n"
		      "hlt\n"
		      "jmp 1b");

static u64 arch_base(int code)
{
	u64 base = 0;

	CHECK_OK(syscall(SYS_arch_prctl, code, &base));
	return base;
}

TEST(host_segment_bases)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u64 fs = arch_base(ARCH_GET_FS);

	CHECK_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, 0x123456789000));
	for (int i = 0; i < 3; i++) {
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		CHECK_EQ(arch_base(ARCH_GET_FS), fs);
		CHECK_EQ(arch_base(ARCH_GET_GS), 0x123456789000);
	}
}

static volatile u64 gs_target = 0xfeedface;

/* Not what the kernel remembers, but what the processor has. */
TEST(host_gs_in_use)
{
	struct guest g = GUEST_LONG(guest_spoils);

	CHECK_OK(syscall(SYS_arch_prctl, ARCH_SET_GS, &gs_target));
	for (int i = 0; i < 3; i++) {
		u64 value;

		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		asm volatile("mov %%gs:0, %0" : "=r"(value));
		CHECK_EQ(value, 0xfeedface);
	}
}

#define I386_SET_THREAD_AREA 243

/* The selector of a segment of the process's, as 32-bit programs have one for thread-local data. */
static u16 tls_selector(const u32 *target)
{
	struct user_desc *segment = low_memory();

	*segment = (struct user_desc){
		.entry_number = -1,
		.base_addr = (u32)(uintptr_t)target,
		.limit = 0xfffff,
		.seg_32bit = 1,
		.limit_in_pages = 1,
		.useable = 1,
	};
	if (syscall32(I386_SET_THREAD_AREA, (uintptr_t)segment, 0, 0) == -1)
		test_skip("no segments for threads: %s", test_errno(-1));
	return (u16)(segment->entry_number << 3 | 3);
}

/* The base of such a segment is in its descriptor, and the kernel need not know it. */
TEST(host_tls_segment_in_gs)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u32 *target = low_memory();
	u16 selector = tls_selector(target);

	*target = 0xfeedface;
	asm volatile("mov %0, %%gs" ::"r"(selector));
	for (int i = 0; i < 3; i++) {
		u16 found;
		u32 value;

		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		asm volatile("mov %%gs, %0\nmov %%gs:0, %1" : "=r"(found), "=r"(value));
		CHECK_EQ(found, selector);
		CHECK_EQ(value, 0xfeedface);
	}
	asm volatile("mov %0, %%gs" ::"r"(0));
}

/* The C library's own data is in FS: until its base is back, nothing of it may be called. */
static u32 run_with_fs(int fd, u16 selector)
{
	u64 base = arch_base(ARCH_GET_FS);
	long number = SYS_ioctl, first = fd, second = KVM_RUN;
	u32 value;

	asm volatile("mov %w[selector], %%fs\n"
		     "syscall\n"
		     "mov %%fs:0, %%r12d\n"
		     "mov %[set_fs], %%edi\n"
		     "mov %[base], %%rsi\n"
		     "mov %[arch_prctl], %%eax\n"
		     "syscall\n"
		     "mov %%r12d, %[value]\n"
		     : "+a"(number), "+D"(first), "+S"(second), [value] "=r"(value)
		     : "d"(0L), [selector] "r"(selector), [base] "r"(base),
		       [set_fs] "i"(ARCH_SET_FS), [arch_prctl] "i"(SYS_arch_prctl)
		     : "rcx", "r11", "r12", "memory");
	return value;
}

TEST(host_tls_segment_in_fs)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u32 *target = low_memory();
	u16 selector = tls_selector(target);

	*target = 0xfeedface;
	for (int i = 0; i < 3; i++) {
		g.cpu.run->exit_reason = KVM_EXIT_UNKNOWN;
		CHECK_EQ(run_with_fs(g.cpu.fd, selector), 0xfeedface);
		CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_HLT);
	}
}

/* A selector other than 0 in DS, ES, FS or GS is a state that few programs have. */
TEST(host_segment_selectors)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u16 ds, es;

	asm volatile("mov %0, %%ds\nmov %0, %%es" ::"r"(0x2b));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	asm volatile("mov %%ds, %0\nmov %%es, %1" : "=r"(ds), "=r"(es));
	asm volatile("mov %0, %%ds\nmov %0, %%es" ::"r"(0));
	CHECK_EQ(ds, 0x2b);
	CHECK_EQ(es, 0x2b);
}

/* SYSCALL works: its MSRs are the host's again, also for other processes. */
TEST(host_system_calls)
{
	struct guest g = GUEST_LONG(guest_spoils);
	int status;

	for (int i = 0; i < 10; i++) {
		pid_t pid;

		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		CHECK_EQ(getpid(), syscall(SYS_getpid));
		pid = CHECK_OK(fork());
		if (!pid)
			_exit(getppid() > 0 ? 7 : 8);
		CHECK_OK(waitpid(pid, &status, 0));
		CHECK_EQ(WEXITSTATUS(status), 7);
	}
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_LSTAR), 0x666000);
	CHECK_EQ(vcpu_msr(&g.cpu, MSR_STAR), 0x666000);
}

/* KVM_RUN between loading the host's vector registers and storing them. */
static long run_with_xmm(int fd, u8 (*in)[16], u8 (*out)[16])
{
	long result;

	asm volatile("movdqu (%[in]), %%xmm0\n"
		     "movdqu 16(%[in]), %%xmm1\n"
		     "movdqu 32(%[in]), %%xmm7\n"
		     "movdqu 48(%[in]), %%xmm15\n"
		     "syscall\n"
		     "movdqu %%xmm0, (%[out])\n"
		     "movdqu %%xmm1, 16(%[out])\n"
		     "movdqu %%xmm7, 32(%[out])\n"
		     "movdqu %%xmm15, 48(%[out])\n"
		     : "=a"(result)
		     : "a"(SYS_ioctl), "D"((long)fd), "S"((long)KVM_RUN),
		       "d"(0L), [in] "r"(in), [out] "r"(out)
		     : "rcx", "r11", "memory", "xmm0", "xmm1", "xmm7", "xmm15");
	return result;
}

TEST(host_vector_registers)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u8 in[4][16], out[4][16];

	for (int round = 0; round < 5; round++) {
		for (size_t i = 0; i < sizeof(in); i++)
			((u8 *)in)[i] = i * 3 + round;
		CHECK_EQ(run_with_xmm(g.cpu.fd, in, out), 0);
		CHECK_EQ(g.cpu.run->exit_reason, KVM_EXIT_HLT);
		CHECK_MEM(out, in, sizeof(in));
	}
}

/* The x87 stack of the process is not the guest's: both have values of their own on it. */
TEST(host_x87)
{
	struct guest g = GUEST_LONG(guest_spoils);
	u16 control = 0x77f, seen;
	double pi;

	asm volatile("fldcw %0\nfldpi" ::"m"(control));
	ioctl(g.cpu.fd, KVM_RUN, 0);
	asm volatile("fstpl %0\nfnstcw %1" : "=m"(pi), "=m"(seen));
	CHECK(pi > 3.14159 && pi < 3.1416);
	CHECK_EQ(seen, control);
}

static u64 watched;

static int open_watchpoint(void *address)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_BREAKPOINT,
		.size = sizeof(attr),
		.bp_type = HW_BREAKPOINT_W,
		.bp_addr = (uintptr_t)address,
		.bp_len = HW_BREAKPOINT_LEN_8,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static u64 hits(int watchpoint)
{
	u64 count;

	CHECK_EQ(read(watchpoint, &count, sizeof(count)), (ssize_t)sizeof(count));
	return count;
}

/* A watchpoint of the process survives a guest that has watchpoints of its own. */
TEST(host_debug_registers)
{
	struct guest g = GUEST_LONG(guest_spoils);
	struct kvm_debugregs debug = {.db = {0x700000}, .dr6 = 0xffff0ff0, .dr7 = 0x402};
	int watchpoint = open_watchpoint(&watched);

	if (watchpoint < 0)
		test_skip("no hardware watchpoints: %s", test_errno(-1));
	*(volatile u64 *)&watched = 1;
	if (hits(watchpoint) != 1)
		test_skip("hardware watchpoints do not work here");
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_DEBUGREGS, &debug));
	for (u64 i = 0; i < 3; i++) {
		CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
		CHECK_EQ(hits(watchpoint), 1 + i);
		*(volatile u64 *)&watched = i;
		CHECK_EQ(hits(watchpoint), 2 + i);
	}
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_DEBUGREGS, &debug));
	CHECK_EQ(debug.db[0], 0x666000);
	CHECK_EQ(debug.dr7, 0x402);
}

/* The guest runs without the process's watchpoints: its address space is another one. */
GUEST64(guest_writes, "mov %rax, (%rbx)\nhlt");

TEST(host_watchpoint_not_in_guest)
{
	struct guest g = GUEST_LONG(guest_writes);
	int watchpoint = open_watchpoint((void *)(uintptr_t)GUEST_DATA);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	if (watchpoint < 0)
		test_skip("no hardware watchpoints: %s", test_errno(-1));
	regs.rbx = GUEST_DATA;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(hits(watchpoint), 0);
}

/* A guest of the task's second thread does not disturb the first. */
static void *run_guest(void *argument)
{
	struct guest *g = argument;

	for (int i = 0; i < 20; i++)
		CHECK_EXIT(&g->cpu, KVM_EXIT_HLT);
	return NULL;
}

TEST(host_other_thread)
{
	struct guest g = GUEST_LONG(guest_spoils);
	pthread_t thread;
	double sum = 0;

	pin_to_cpu(0);
	CHECK_EQ(pthread_create(&thread, NULL, run_guest, &g), 0);
	for (int i = 1; i <= 100000; i++)
		sum += i;
	CHECK_EQ(pthread_join(thread, NULL), 0);
	CHECK(sum == 5000050000.0);
}
