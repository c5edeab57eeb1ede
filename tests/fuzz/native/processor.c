// SPDX-License-Identifier: GPL-2.0
/*
 * The processor that runs this program, one instruction at a time.
 *
 * A signal's handler may replace all registers of what it interrupted.  A breakpoint brings us into
 * the handler, which leaves with the registers of the test and RFLAGS.TF set; the single step after
 * the instruction, or its fault, brings us there again, with all that the instruction left behind.
 * So nothing has to be known of the instruction, not even its length.
 */
#include <asm/prctl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "native/processor.h"
#include "vcpu/state.h"

/* Places in gregset_t: the order of the kernel's struct sigcontext. */
enum { GREG_RIP = 16, GREG_RFLAGS = 17, GREG_ERROR = 19, GREG_VECTOR = 20, GREG_CR2 = 22 };
static const unsigned int greg_of[REG_COUNT] = {
	[REG_R8] = 0,	[REG_R9] = 1,	[REG_R10] = 2,	[REG_R11] = 3,
	[REG_R12] = 4,	[REG_R13] = 5,	[REG_R14] = 6,	[REG_R15] = 7,
	[REG_RDI] = 8,	[REG_RSI] = 9,	[REG_RBP] = 10, [REG_RBX] = 11,
	[REG_RDX] = 12, [REG_RAX] = 13, [REG_RCX] = 14, [REG_RSP] = 15,
};

/* What FXSAVE stores; the kernel keeps its own notes in the rest. */
#define FXSAVE_USED 416

#define XSTATE_X87 1
#define XSTATE_SSE 2

#define GS_BASE	       0x123456789000ull
#define ALT_STACK_SIZE 0x20000

static const int signals[] = {SIGTRAP, SIGFPE, SIGILL, SIGSEGV, SIGBUS};

static struct {
	bool running;
	struct processor_state *state;
	struct processor_event *event;
	gregset_t home; /* where processor_run() goes on */
	u8 home_fpu[FXSAVE_USED];
	struct sigaction others[COUNT_OF(signals)]; /* for faults that are not the test's */
} now;

static void load_test(mcontext_t *context)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		context->gregs[greg_of[reg]] = (greg_t)now.state->regs[reg];
	context->gregs[GREG_RIP] = (greg_t)now.state->rip;
	context->gregs[GREG_RFLAGS] = (greg_t)now.state->rflags;
	memcpy(context->fpregs, now.state->fpu, FXSAVE_USED);
	/* "XSAVE Header": or the kernel would load initial values. */
	((u8 *)context->fpregs)[FPU_SIZE] |= XSTATE_X87 | XSTATE_SSE;
}

static void store_test(const mcontext_t *context)
{
	for (unsigned int reg = 0; reg < REG_COUNT; reg++)
		now.state->regs[reg] = (u64)context->gregs[greg_of[reg]];
	now.state->rip = (u64)context->gregs[GREG_RIP];
	now.state->rflags = (u64)context->gregs[GREG_RFLAGS];
	memcpy(now.state->fpu, context->fpregs, FXSAVE_USED);
	*now.event = (struct processor_event){
		.vector = (unsigned int)context->gregs[GREG_VECTOR],
		.error = (u32)context->gregs[GREG_ERROR],
		.cr2 = (u64)context->gregs[GREG_CR2],
	};
}

static void begin(mcontext_t *context)
{
	memcpy(now.home, context->gregs, sizeof(now.home));
	memcpy(now.home_fpu, context->fpregs, FXSAVE_USED);
	load_test(context);
	now.running = true;
}

static void end(mcontext_t *context)
{
	now.running = false;
	store_test(context);
	memcpy(context->gregs, now.home, sizeof(now.home));
	memcpy(context->fpregs, now.home_fpu, FXSAVE_USED);
}

/* A fault of this program itself comes again, for the sanitizer to report. */
static void give_back(int signal)
{
	for (unsigned int i = 0; i < COUNT_OF(signals); i++)
		if (signals[i] == signal)
			sigaction(signal, &now.others[i], NULL);
}

static void handle(int signal, siginfo_t *info, void *context)
{
	mcontext_t *registers = &((ucontext_t *)context)->uc_mcontext;

	/* POPF of the test may have left AC and NT set, which the kernel lets through to here. */
	__asm__ volatile("push $0x202; popf" ::: "cc", "memory");
	if (now.running)
		end(registers);
	else if (signal == SIGTRAP)
		begin(registers);
	else
		give_back(signal);
}

void processor_run(struct processor_state *state, struct processor_event *event)
{
	now.state = state;
	now.event = event;
	__asm__ volatile("int3" ::: "memory");
}

static void map(u64 at, size_t size, int rights)
{
	void *wanted = (void *)(uintptr_t)at;

	if (mmap(wanted, size, rights, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
	    wanted)
		return;
	perror("fuzz native: the place of the guest's memory");
	exit(1);
}

static void take_signals(void)
{
	static u8 alt_stack[ALT_STACK_SIZE];
	stack_t stack = {.ss_sp = alt_stack, .ss_size = sizeof(alt_stack)};
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	/* None interrupts another, with the one stack. */
	sigfillset(&action.sa_mask);
	if (sigaltstack(&stack, NULL))
		abort();
	for (unsigned int i = 0; i < COUNT_OF(signals); i++)
		if (sigaction(signals[i], &action, &now.others[i]))
			abort();
}

#define READ_SELECTOR(segments, seg, name)                                                         \
	__asm__("mov %%" name ", %0" : "=r"((segments)->selector[seg]))

void processor_start(struct processor_segments *segments)
{
	READ_SELECTOR(segments, SEG_ES, "es");
	READ_SELECTOR(segments, SEG_CS, "cs");
	READ_SELECTOR(segments, SEG_SS, "ss");
	READ_SELECTOR(segments, SEG_DS, "ds");
	segments->gs_base = GS_BASE;
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, GS_BASE) ||
	    syscall(SYS_arch_prctl, ARCH_GET_FS, &segments->fs_base))
		abort();
	READ_SELECTOR(segments, SEG_FS, "fs");
	READ_SELECTOR(segments, SEG_GS, "gs");
	map(WINDOW, WINDOW_SIZE, PROT_READ | PROT_WRITE);
	map(CODE, CODE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC);
	take_signals();
}
