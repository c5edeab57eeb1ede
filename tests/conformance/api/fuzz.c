// SPDX-License-Identifier: GPL-2.0
/*
 * Random ioctls and random vCPU state. Any answer is right as long as the kernel gives one, and
 * another VM works afterwards. --seed repeats a run, --long makes it longer.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "vm.h"

GUEST16(guest_after_fuzz, "mov $0x42, %al\nout %al, $0x10\nhlt");

static u64 state;

static u64 draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static u64 below(u64 limit)
{
	return draw() % limit;
}

static void seed(u64 salt)
{
	state = (test_seed + salt) * 0x9e3779b97f4a7c15ULL + 1;
}

static void check_vm_works(void)
{
	struct guest g = GUEST_REAL(guest_after_fuzz);

	CHECK_OUT(&g.cpu, 0x10, 1, 0x42);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	guest_destroy(&g);
}

/* Requests that exist: the random ones seldom hit number, direction and size at once. */
static const unsigned long known[] = {
	KVM_GET_API_VERSION,
	KVM_CREATE_VM,
	KVM_CHECK_EXTENSION,
	KVM_GET_VCPU_MMAP_SIZE,
	KVM_GET_SUPPORTED_CPUID,
	KVM_GET_MSR_INDEX_LIST,
	KVM_SET_USER_MEMORY_REGION,
	KVM_SET_TSS_ADDR,
	KVM_SET_IDENTITY_MAP_ADDR,
	KVM_CREATE_VCPU,
	KVM_RUN,
	KVM_GET_REGS,
	KVM_SET_REGS,
	KVM_GET_SREGS,
	KVM_SET_SREGS,
	KVM_SET_CPUID2,
	KVM_GET_CPUID2,
	KVM_GET_MSRS,
	KVM_SET_MSRS,
	KVM_GET_FPU,
	KVM_SET_FPU,
	KVM_GET_XSAVE,
	KVM_SET_XSAVE,
	KVM_GET_XCRS,
	KVM_SET_XCRS,
	KVM_GET_DEBUGREGS,
	KVM_SET_DEBUGREGS,
	KVM_SET_GUEST_DEBUG,
	KVM_TRANSLATE,
	KVM_GET_MP_STATE,
	KVM_SET_MP_STATE,
	KVM_GET_VCPU_EVENTS,
	KVM_SET_VCPU_EVENTS,
	KVM_INTERRUPT,
	KVM_NMI,
	KVM_SET_SIGNAL_MASK,
	KVM_TRANSLATE,
	KVM_GET_DIRTY_LOG,
};

static unsigned long random_request(void)
{
	if (below(3))
		return known[below(ARRAY_SIZE(known))];
	return _IOC(below(4), below(16) ? KVMIO : below(256), below(256),
		    below(4) ? below(512) : below(1 << 14));
}

struct pointers {
	u8 *area; /* two pages, then one that is not mapped */
	u8 *edge;
};

/* Mostly a buffer of random bytes; or its end, or nowhere. */
static unsigned long random_argument(struct pointers *p)
{
	switch (below(8)) {
	case 0:
		return 0;
	case 1:
		return draw();
	case 2:
		return 0x1000 + below(4096);
	case 3:
		return (uintptr_t)p->edge - below(256);
	default:
		for (size_t i = 0; i < 2 * PAGE / 8; i++)
			((u64 *)p->area)[i] = below(3) ? below(64) : draw();
		return (uintptr_t)p->area + 8 * below(4);
	}
}

static void close_new(int first)
{
	for (int fd = first; fd < first + 8; fd++)
		close(fd);
}

static struct pointers pointers_create(void)
{
	struct pointers p = {.area = host_memory(3 * PAGE)};

	p.edge = p.area + 2 * PAGE;
	CHECK_OK(munmap(p.edge, PAGE));
	return p;
}

/*
 * No vCPU runs here (immediate_exit), and no descriptor above the four of the test stays open: an
 * ioctl may well have succeeded.
 */
TEST_LIMIT(fuzz_ioctl, 240)
{
	struct pointers p = pointers_create();

	seed(0);
	for (unsigned int round = 0; round < 2 * test_scale; round++) {
		struct guest g = GUEST_REAL(guest_after_fuzz);
		int fds[3] = {kvm_open(), g.vm.fd, g.cpu.fd};
		int first = fds[0] + 1;

		test_row("seed %llu round %u", (unsigned long long)test_seed, round);
		g.cpu.run->immediate_exit = 1;
		alarm_every(50);
		for (int i = 0; i < 1500; i++) {
			ioctl(fds[below(3)], random_request(), random_argument(&p));
			close_new(first);
		}
		alarm_every(0);
		close(fds[0]);
		guest_destroy(&g);
		check_vm_works();
	}
}

static void random_bytes(void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)bytes)[i] = draw();
}

/* Changes a few bits or bytes of state that is valid: more of it is taken than of pure noise. */
static void damage(void *bytes, size_t size)
{
	for (u64 i = below(6); i > 0; i--) {
		u8 *byte = (u8 *)bytes + below(size);

		if (below(2))
			*byte ^= 1 << below(8);
		else
			*byte = draw();
	}
}

static void damage_state(struct vcpu *cpu)
{
	struct kvm_regs regs = vcpu_regs(cpu);
	struct kvm_sregs sregs = vcpu_sregs(cpu);
	struct kvm_vcpu_events events;
	struct kvm_debugregs debug;
	struct kvm_xsave xsave;

	damage(&regs, sizeof(regs));
	ioctl(cpu->fd, KVM_SET_REGS, &regs);
	damage(&sregs, sizeof(sregs));
	ioctl(cpu->fd, KVM_SET_SREGS, &sregs);
	CHECK_OK(ioctl(cpu->fd, KVM_GET_VCPU_EVENTS, &events));
	damage(&events, sizeof(events));
	/* System-management mode is another story. */
	events.flags &= ~KVM_VCPUEVENT_VALID_SMM;
	ioctl(cpu->fd, KVM_SET_VCPU_EVENTS, &events);
	CHECK_OK(ioctl(cpu->fd, KVM_GET_DEBUGREGS, &debug));
	damage(&debug, sizeof(debug));
	ioctl(cpu->fd, KVM_SET_DEBUGREGS, &debug);
	if (ioctl(cpu->fd, KVM_GET_XSAVE, &xsave) == 0) {
		damage(&xsave, sizeof(xsave));
		ioctl(cpu->fd, KVM_SET_XSAVE, &xsave);
	}
	vcpu_set_msr(cpu, 0xc0000080 + below(5), draw());
	vcpu_set_msr(cpu, 0xc0000100 + below(4), draw());
	vcpu_set_msr(cpu, 0x174 + below(3), draw());
}

/*
 * State that is nearly valid, and random code: VM entry or the guest may fail in any way that
 * KVM_RUN can tell. Bochs 2.7 cannot interrupt a guest that was entered with IF = 0, so a guest
 * gets IF = 1 and code without loops that last; it ends by an exit soon.
 */
TEST_LIMIT(fuzz_state, 240)
{
	seed(1);
	for (unsigned int i = 0; i < 20 * test_scale; i++) {
		struct guest g =
			i & 1 ? GUEST_LONG(guest_after_fuzz) : GUEST_REAL(guest_after_fuzz);
		struct kvm_regs regs;

		test_row("seed %llu round %u", (unsigned long long)test_seed, i);
		/* HLT wherever it goes. */
		memset(g.vm.ram + 0x20000, 0xf4, GUEST_RAM - 0x20000);
		memset(g.vm.ram + GUEST_CODE, 0xf4, PAGE);
		random_bytes(g.vm.ram + GUEST_CODE, below(4));
		damage_state(&g.cpu);
		regs = vcpu_regs(&g.cpu);
		regs.rflags |= 0x200;
		vcpu_set_regs(&g.cpu, &regs);
		alarm_every(20);
		for (int j = 0; j < 3; j++)
			ioctl(g.cpu.fd, KVM_RUN, 0);
		alarm_every(0);
		guest_destroy(&g);
	}
	check_vm_works();
}
