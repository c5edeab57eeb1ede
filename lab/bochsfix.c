// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into Bochs, for seven of its faults, and for a run that can be repeated.
 *
 * Its optramimage loader reads a whole file into guest RAM although that RAM is contiguous for
 * 128 KiB only. Its loop copes with short reads, so give it 128 KiB at most per call.
 *
 * Bochs 3.0 with several processors and without its debugger does not say, after an exception or a
 * VM exit, that the processor has come to a new instruction: when that one faults or is left by a
 * VM exit as well, RIP goes back to where it was before the first. Both end in a long jump to the
 * loop over the processors; so do here what the loop for one processor does there. All processors
 * but the one that jumps are between two instructions, where it changes nothing. $LAB_BOCHS_COMMIT
 * has the offsets of RIP, of the last instruction's RIP, and of "RSP is to be taken back" in a
 * processor (bochs.sh finds them).
 *
 * Which events wait while IF is 0 is decided at a VM entry before the processor counts itself in
 * VMX non-root operation, where interrupts cause exits whatever IF is. A guest that is entered with
 * IF = 0, and waits for something with no exit, keeps its processor for ever. Bochs looks at its
 * window's events now and then, by the emulated time: then let each processor decide again, which
 * changes nothing where it had decided rightly. That is a virtual function, whose place in the
 * window's table is found by its name.
 *
 * Bochs 3.0 refuses a posted-interrupt descriptor that is not at the beginning of a page, where the
 * SDM wants a multiple of 64 (stock KVM's is one): the test of the address's low bits after the
 * VMCS field is read gets the right mask.
 *
 * Of virtual interrupts (SDM, "Virtual-Interrupt Delivery"), when a VM has APIC virtualization:
 * - an interrupt of the host's, which the guest's IF does not hold back, makes Bochs deliver the
 *   virtual one that waits, although IF is 0. The jump there goes to a function of ours first;
 * - a VM exit in the midst of the delivery names another event (the IDT-vectoring information), for
 *   the event is noted where one that might cause an exit is looked at, and a virtual interrupt
 *   never is. Bochs calls a function that does nothing with the vector just before: note it there;
 * - a guest in HLT is not woken by one: it is missing in a constant.
 *
 * What RDRAND and RDSEED give depends on the time at which Bochs was started, and so does a bit of
 * all that the kernel does: here it depends on $LAB_SEED, a hexadecimal number. The lights of the
 * window are timed by the host's clock, and with them the moments at which Bochs looks at its
 * timers: that clock stands still.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "patch.h"

#define RAM_BLOCK	 (128 * 1024)
#define WINDOW_FUNCTIONS 40   /* more than a window has */
#define CONTROLS_CODE	 4096 /* bytes of the checks of control fields, at most */
#define NEXT_CODE	 32   /* from the read of a field to the test of it, at most */
#define EVENT_CODE	 512  /* bytes of a function that handles events, at most */
#define EVENT_VIRTUAL	 (1u << 9)
#define VECTOR_NMI	 2

/*
 * A type of event that causes no VM exit, and is noted as 0, an external interrupt: it is shifted
 * by 8 there.
 */
#define TYPE_NOTED 0x1000000u

static unsigned char ***processors;
static const unsigned char *processor_count;

static struct {
	bool known;
	unsigned int rip, prev_rip, speculative_rsp;
} commit;

static struct {
	unsigned int pending, mask; /* of events, in a processor */
	void (*handle)(unsigned char *processor);
	void (*deliver)(unsigned char *processor);
	void (*look)(unsigned char *processor, unsigned int type, unsigned int vector,
		     uint16_t error_code, bool has_error_code, uint64_t qualification);
} interrupts;

static void (*real_longjmp)(jmp_buf, int);
static struct window {
	void **functions; /* the virtual ones */
} * *window;
static void (*real_handle_events)(void *self);
static void (*decide_again)(unsigned char *processor);

ssize_t read(int fd, void *buf, size_t count)
{
	return syscall(SYS_read, fd, buf, count > RAM_BLOCK ? RAM_BLOCK : count);
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	*time = (struct timeval){.tv_sec = 1};
	return 0;
}

/*
 * The next hexadecimal number of a text. Not by sscanf() or strtoul(): Debian 13's have names that
 * the C library of Debian 12, which an older Bochs runs with, does not know.
 */
static unsigned int next_number(const char **text)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int number = 0;
	const char *digit;

	*text += strspn(*text, " 0x");
	for (; **text && (digit = strchr(digits, **text)); (*text)++)
		number = number * 16 + (unsigned int)(digit - digits);
	return number;
}

void srand(unsigned int time)
{
	void (*real_srand)(unsigned int) = (void (*)(unsigned int))dlsym(RTLD_NEXT, "srand");
	const char *seed = getenv("LAB_SEED");

	(void)time;
	if (real_srand)
		real_srand(seed ? next_number(&seed) : 1);
}

static void find_offsets(const char *offsets)
{
	commit.rip = next_number(&offsets);
	commit.prev_rip = next_number(&offsets);
	commit.speculative_rsp = next_number(&offsets);
	commit.known = commit.rip && commit.prev_rip && commit.speculative_rsp;
}

static void mend_posted_interrupts(void)
{
	/* The number of the field, in %esi; then the address's bits that are to be 0, in %rdx. */
	static const unsigned char field[] = {0xbe, 0x16, 0x20, 0, 0};
	static const unsigned char page[] = {0x48, 0xba, 0xff, 0x0f, 0, 0};
	unsigned char *checks = dlsym(RTLD_DEFAULT, "_ZN8BX_CPU_C26VMenterLoadCheckVmControlsEv");
	unsigned char *at = checks ? memmem(checks, CONTROLS_CODE, field, sizeof(field)) : NULL;

	at = at ? memmem(at, NEXT_CODE, page, sizeof(page)) : NULL;
	if (at)
		patch_code(at + 2, "\x3f\0", 2);
}

static uint32_t *events(unsigned char *processor, unsigned int at)
{
	return (uint32_t *)(processor + at);
}

/* Instead of the delivery. Only where the interrupt of the host's is posted does it return. */
static void deliver_virtual(unsigned char *processor)
{
	if (!(*events(processor, interrupts.mask) & EVENT_VIRTUAL)) {
		interrupts.deliver(processor);
		return;
	}
	/* A VM exit forgets it, a posted interrupt decides anew whether one waits. */
	*events(processor, interrupts.pending) &= ~EVENT_VIRTUAL;
	interrupts.handle(processor);
}

/* With interrupts on or off, in the guest or out of it. */
static void interrupt_comes(unsigned int cpu, unsigned int vector, uint16_t cs, uint64_t rip)
{
	(void)cs;
	(void)rip;
	if (vector != VECTOR_NMI)
		interrupts.look((*processors)[cpu], TYPE_NOTED, vector, 0, false, 0);
}

static bool leads_to(const unsigned char *jump, unsigned int opcode_size, const void *target)
{
	int32_t distance;

	memcpy(&distance, jump + opcode_size, sizeof(distance));
	return jump + opcode_size + sizeof(distance) + distance == (const unsigned char *)target;
}

/*
 * In the handler of interrupts: "is a virtual one pending? Then jump there", and there, after what
 * ends the function, the jump to the delivery, with room behind. The call, in the place of both,
 * leaves the function as it ends elsewhere.
 */
static void mend_virtual_interrupts_off(void)
{
	static const unsigned char pending[] = {0x48, 0x89, 0xdf, 0xf6, 0x83};
	static const unsigned char jump[] = {0x48, 0x83, 0xc4, 0x08, 0x5b, 0x5d, 0xe9};
	static const unsigned char end[] = {0x48, 0x83, 0xc4, 0x08, 0x5b, 0x5d, 0xc3};
	static const unsigned char room[] = {0x0f, 0x1f, 0x44, 0, 0};
	/* mov $instead, %rax; call *%rax; jmp to the end */
	unsigned char call[] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd0, 0xeb, 0};
	void (*const instead)(unsigned char *) = deliver_virtual;
	unsigned char *code = (unsigned char *)interrupts.handle;
	const unsigned char *test =
		code ? memmem(code, EVENT_CODE, pending, sizeof(pending)) : NULL;
	const unsigned char *out = code ? memmem(code, EVENT_CODE, end, sizeof(end)) : NULL;
	unsigned char *there = code ? memmem(code, EVENT_CODE, jump, sizeof(jump)) : NULL;

	if (!interrupts.deliver || !test || !out || !there ||
	    test[sizeof(pending) + 4] != EVENT_VIRTUAL >> 8 || !leads_to(test + 10, 2, there) ||
	    !leads_to(there + sizeof(jump) - 1, 1, (const void *)interrupts.deliver) ||
	    memcmp(there + sizeof(jump) + 4, room, sizeof(room)))
		return;
	memcpy(&interrupts.pending, test + sizeof(pending), sizeof(interrupts.pending));
	interrupts.pending--; /* of the byte with that bit */
	interrupts.mask = interrupts.pending + sizeof(uint32_t);
	memcpy(call + 2, &instead, sizeof(instead));
	call[sizeof(call) - 1] = (unsigned char)(out - (there + sizeof(call)));
	patch_code(there, call, sizeof(call));
}

static void mend_virtual_interrupts_in_hlt(void)
{
	static const unsigned char wakes[] = {0xa9, 0x97, 0xe0, 0, 0}; /* test $0xe097, %eax */
	unsigned char *wait = dlsym(RTLD_DEFAULT, "_ZN8BX_CPU_C18handleWaitForEventEv");
	unsigned char *at = wait ? memmem(wait, EVENT_CODE, wakes, sizeof(wakes)) : NULL;

	if (at)
		patch_code(at + 2, "\xe2", 1);
}

static void mend_virtual_interrupts(void)
{
	interrupts.handle = (void (*)(unsigned char *))dlsym(RTLD_DEFAULT,
							     "_ZN8BX_CPU_C18HandleExtInterruptEv");
	interrupts.deliver = (void (*)(unsigned char *))dlsym(
		RTLD_DEFAULT, "_ZN8BX_CPU_C29VMX_Deliver_Virtual_InterruptEv");
	*(void **)&interrupts.look = dlsym(RTLD_DEFAULT, "_ZN8BX_CPU_C12VMexit_EventEjjtbm");
	mend_virtual_interrupts_off();
	mend_virtual_interrupts_in_hlt();
	if (interrupts.mask && interrupts.look && processors)
		divert("_Z20bx_instr_hwinterruptjjtm", (const void *)interrupt_comes);
}

__attribute__((constructor)) static void find_all(void)
{
	const char *offsets = getenv("LAB_BOCHS_COMMIT");

	real_longjmp = (void (*)(jmp_buf, int))dlsym(RTLD_NEXT, "__longjmp_chk");
	window = dlsym(RTLD_DEFAULT, "bx_gui");
	decide_again = (void (*)(unsigned char *))dlsym(
		RTLD_DEFAULT, "_ZN8BX_CPU_C25handleInterruptMaskChangeEv");
	processor_count = dlsym(RTLD_DEFAULT, "bx_cpu_count");
	processors = dlsym(RTLD_DEFAULT, "bx_cpu_array");
	if (offsets)
		find_offsets(offsets);
	mend_posted_interrupts();
	mend_virtual_interrupts();
}

static void for_each_processor(void (*act)(unsigned char *processor))
{
	if (!act || !processor_count || !processors || !*processors)
		return;
	for (unsigned int i = 0; i < *processor_count; i++)
		if ((*processors)[i])
			act((*processors)[i]);
}

static void commit_processor(unsigned char *cpu)
{
	*(uint64_t *)(cpu + commit.prev_rip) = *(uint64_t *)(cpu + commit.rip);
	cpu[commit.speculative_rsp] = 0;
}

static void handle_events(void *self)
{
	for_each_processor(decide_again);
	real_handle_events(self);
}

static bool is_handle_events(void *function)
{
	Dl_info info;

	return dladdr(function, &info) && info.dli_sname &&
	       !strcmp(info.dli_sname, "_ZN12bx_rfb_gui_c13handle_eventsEv");
}

/* The table is read-only; a name that is not there leaves all as it was. */
static void watch_window(void)
{
	void **slot = window && *window ? (*window)->functions : NULL;
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (unsigned int i = 0; slot && i < WINDOW_FUNCTIONS; i++, slot++) {
		if (!is_handle_events(*slot))
			continue;
		if (mprotect((void *)((uintptr_t)slot & -page), 2 * page, PROT_READ | PROT_WRITE))
			return;
		real_handle_events = (void (*)(void *)) * slot;
		*slot = handle_events;
		return;
	}
}

/* What Bochs's longjmp() is under _FORTIFY_SOURCE. */
__attribute__((noreturn)) void __longjmp_chk(jmp_buf env, int value)
{
	static bool watched;

	if (!watched)
		watch_window();
	watched = true;
	for_each_processor(commit.known ? commit_processor : NULL);
	real_longjmp(env, value);
	__builtin_unreachable();
}
