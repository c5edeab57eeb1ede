// SPDX-License-Identifier: GPL-2.0
/*
 * A guest under load on several vCPUs while its memory is taken away and given back in every way
 * that a process has.  Runs for SECONDS; --long=120 makes it ten minutes.
 *
 * The guest walks through the regions.  In each page that it uses, each vCPU has two words of its
 * own; it checks that they are what it wrote in the round before, and writes the next.  Between
 * rounds it sends IPIs and does port I/O; its timer interrupts it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#include "vm.h"

#define SECONDS		5
#define SECONDS_AT_MOST 240
#define CPUS_MAX	4
#define REGION		(2UL << 20)
#define REGIONS_GPA	0x40000000UL
#define STRIDE		(32 * PAGE) /* the guest uses one page of 32 */
#define PAGES_USED	(REGION / STRIDE)
#define VECTOR_TIMER	0x40
#define VECTOR_IPI	0x41

enum {
	ANONYMOUS, /* private memory of the process: moved, protected, copied on write */
	SHARED,	   /* a file in memory: given up and mapped again */
	PLUGGED,   /* a slot that comes and goes; in between its accesses are MMIO */
	LOGGED,	   /* its dirty log begins and ends */
	REGIONS,
};

/* A vCPU's own words in RAM, from COUNTERS + 64 * vCPU on, as the guest code has them. */
struct counters {
	u64 rounds, timer, ipis;
	u64 unused[5];
};
#define COUNTERS 0x4000
#define STOP	 0x4f00

/*
 * R15: 64 * vCPU; R14: the round; R13: the first word; R12: pages; R9: the stride.  A word is the
 * round in its upper half, exclusive-or its own address.
 */
GUEST64(guest_load, "mov $0xfee00000, %edi\n"
		    "movl $0x1ff, 0xf0(%rdi)\n"
		    "movl $0xb, 0x3e0(%rdi)\n"
		    "movl $0x20040, 0x320(%rdi)\n" /* periodic */
		    "movl $2000000, 0x380(%rdi)\n" /* 2 ms */
		    "sti\n"
		    "1: mov %r14, %r11\n"
		    "shl $32, %r11\n"
		    "lea 1(%r14), %r10\n"
		    "shl $32, %r10\n"
		    "mov %r13, %rbx\n"
		    "mov %r12, %rcx\n"
		    "2: mov (%rbx), %rax\n"
		    "xor %rbx, %rax\n"
		    "cmp %r11, %rax\n"
		    "jne 9f\n"
		    "mov 8(%rbx), %rax\n"
		    "xor %rbx, %rax\n"
		    "cmp %r11, %rax\n"
		    "jne 9f\n"
		    "mov %r10, %rax\n"
		    "xor %rbx, %rax\n"
		    "mov %rax, (%rbx)\n"
		    "mov %rax, 8(%rbx)\n"
		    "add %r9, %rbx\n"
		    "dec %rcx\n"
		    "jnz 2b\n"
		    "inc %r14\n"
		    "mov %r14, 0x4000(%r15)\n"
		    "cmpq $0, 0x4f00\n"
		    "jne 8f\n"
		    "movl $0xc0041, 0x300(%rdi)\n" /* to all but itself */
		    "test $7, %r14\n"
		    "jnz 1b\n"
		    "mov %r14, %rax\n"
		    "out %eax, $0x10\n"
		    "in $0x11, %eax\n"
		    "not %eax\n"
		    "cmp %eax, %r14d\n"
		    "je 1b\n"
		    "9: out %al, $0x99\n"
		    "8: out %al, $0x12\n"
		    ".org guest_load + 0x200\n"
		    "lock incq 0x4008(%r15)\n"
		    "movl $0, 0xb0(%rdi)\n"
		    "iretq\n"
		    ".org guest_load + 0x240\n"
		    "lock incq 0x4010(%r15)\n"
		    "movl $0, 0xb0(%rdi)\n"
		    "iretq\n");
#define TIMER_HANDLER 0x200
#define IPI_HANDLER   0x240

struct region {
	int file;  /* -1: none */
	u8 *slot;  /* where the slot has it */
	u8 *alias; /* where the test looks */
};

struct load {
	struct vm vm;
	struct vcpu cpus[CPUS_MAX];
	pthread_t threads[CPUS_MAX];
	unsigned int count;
	struct region regions[REGIONS];
	volatile u32 mmio; /* accesses to the region without a slot */
};

static struct load load;
static u64 random_state;

static u64 chance(u64 below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

static volatile struct counters *counters(unsigned int cpu)
{
	return (volatile struct counters *)(load.vm.ram + COUNTERS) + cpu;
}

static u64 region_gpa(unsigned int region)
{
	return REGIONS_GPA + region * REGION;
}

static u8 *region_map(int file)
{
	u8 *at = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	CHECK(at != MAP_FAILED);
	return at;
}

/* Aligned, so that it may become a huge page. */
static u8 *region_anonymous(void)
{
	u8 *map = host_memory(2 * REGION);

	return (u8 *)(((uintptr_t)map + REGION - 1) & ~(REGION - 1));
}

static void slot_set(unsigned int region, u32 flags)
{
	CHECK_OK(vm_set_slot(load.vm.fd, 1 + region, flags, region_gpa(region), REGION,
			     load.regions[region].slot));
}

static void slot_remove(unsigned int region)
{
	CHECK_OK(vm_set_slot(load.vm.fd, 1 + region, 0, region_gpa(region), 0, NULL));
}

/* --- What the vCPUs do --- */

/* The guest's word w of a page is as it has to be after that many rounds. */
static u64 word(u64 gpa, u64 rounds)
{
	return rounds << 32 ^ gpa;
}

static void serve_mmio(const struct kvm_run *run)
{
	u64 at = run->mmio.phys_addr - region_gpa(PLUGGED);
	u8 *memory = load.regions[PLUGGED].alias + at;

	if (at >= REGION)
		test_fail(__FILE__, __LINE__, "an access to %#llx is MMIO", run->mmio.phys_addr);
	__atomic_fetch_add(&load.mmio, 1, __ATOMIC_RELAXED);
	if (run->mmio.is_write)
		memcpy(memory, run->mmio.data, run->mmio.len);
	else
		memcpy((void *)run->mmio.data, memory, run->mmio.len);
}

/* False: the guest has stopped. */
static bool serve_io(struct vcpu *cpu, u32 *last)
{
	struct kvm_regs regs;

	switch (cpu->run->io.port) {
	case 0x10:
		memcpy(last, vcpu_io_data(cpu), sizeof(*last));
		return true;
	case 0x11:
		*(u32 *)vcpu_io_data(cpu) = ~*last;
		return true;
	case 0x12:
		return false;
	default:
		regs = vcpu_regs(cpu);
		test_fail(__FILE__, __LINE__, "round %llu: the word at %#llx: %#llx", regs.r14,
			  regs.rbx, regs.rax);
	}
}

/* While its memory is away or protected the guest can't go on: EFAULT, until it is back. */
static bool run_once(struct vcpu *cpu, u32 *last)
{
	if (ioctl(cpu->fd, KVM_RUN, 0) < 0) {
		CHECK_EQ(errno, EFAULT);
		return true;
	}
	switch (cpu->run->exit_reason) {
	case KVM_EXIT_IO:
		return serve_io(cpu, last);
	case KVM_EXIT_MMIO:
		serve_mmio(cpu->run);
		return true;
	default:
		test_fail(__FILE__, __LINE__, "exit reason %u at rip %#llx", cpu->run->exit_reason,
			  vcpu_regs(cpu).rip);
	}
}

static void *run_cpu(void *argument)
{
	u32 last = 0;

	while (run_once(argument, &last))
		;
	return NULL;
}

/* --- What happens to the memory --- */

/* Some pages of a region, not all, or all. */
static u8 *some_pages(u8 *region, size_t *size)
{
	u64 first = chance(REGION / PAGE);

	*size = REGION;
	if (chance(3) == 0)
		return region;
	*size = (1 + chance(REGION / PAGE - first)) * PAGE;
	return region + first * PAGE;
}

static void protect(void)
{
	size_t size;
	u8 *at = some_pages(load.regions[ANONYMOUS].slot, &size);

	CHECK_OK(mprotect(at, size, chance(2) ? PROT_READ : PROT_NONE));
	CHECK_OK(mprotect(at, size, PROT_READ | PROT_WRITE));
}

static void move_away_and_back(void)
{
	u8 *here = load.regions[ANONYMOUS].slot;
	u8 *there = host_memory(REGION);

	CHECK(mremap(here, REGION, REGION, MREMAP_MAYMOVE | MREMAP_FIXED, there) == there);
	CHECK(mremap(there, REGION, REGION, MREMAP_MAYMOVE | MREMAP_FIXED, here) == here);
}

/* A child shares the pages until it ends; the guest's writes copy them. */
static void copy_on_write(void)
{
	pid_t pid = CHECK_OK(fork());
	int status;

	if (!pid)
		_exit(0);
	CHECK_OK(waitpid(pid, &status, 0));
}

/* Of all pages alike, or the region could not be moved.  A kernel need not know all of these. */
static void advise(void)
{
	static const int advice[] = {MADV_HUGEPAGE,    MADV_NOHUGEPAGE, MADV_MERGEABLE,
				     MADV_UNMERGEABLE, MADV_COLD,	MADV_PAGEOUT};

	madvise(load.regions[ANONYMOUS].slot, REGION, advice[chance(ARRAY_SIZE(advice))]);
}

static void give_up(void)
{
	size_t size;
	u8 *at = some_pages(load.regions[SHARED].slot, &size);

	CHECK_OK(madvise(at, size, MADV_DONTNEED));
}

static void map_again(void)
{
	struct region *region = &load.regions[SHARED];
	size_t size;
	u8 *at = some_pages(region->slot, &size);

	if (chance(2))
		CHECK_OK(munmap(at, size));
	CHECK(mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, region->file,
		   at - region->slot) == at);
}

/* Each time at another address of the process. */
static void unplug_and_plug(void)
{
	struct region *region = &load.regions[PLUGGED];
	u32 before = load.mmio;
	u8 *old = region->slot;

	slot_remove(PLUGGED);
	region->slot = region_map(region->file);
	CHECK_OK(munmap(old, REGION));
	while (load.mmio == before)
		sleep_ms(1);
	slot_set(PLUGGED, 0);
}

static void rounds_go_on(u64 rounds)
{
	for (unsigned int cpu = 0; cpu < load.count; cpu++) {
		u64 until = counters(cpu)->rounds + rounds;

		while (counters(cpu)->rounds < until)
			sleep_ms(1);
	}
}

/* All pages that the guest writes to are in the log, and no others. */
static void log_writes(void)
{
	u64 bits[REGION / PAGE / 64] = {0};
	struct kvm_dirty_log log = {.slot = 1 + LOGGED, .dirty_bitmap = bits};

	slot_set(LOGGED, KVM_MEM_LOG_DIRTY_PAGES);
	for (unsigned int i = 0; i < 2; i++) {
		rounds_go_on(2);
		CHECK_OK(ioctl(load.vm.fd, KVM_GET_DIRTY_LOG, &log));
		for (u64 page = 0; page < REGION / PAGE; page++)
			CHECK_EQ(bits[page / 64] >> page % 64 & 1, page % (STRIDE / PAGE) == 0);
	}
	slot_set(LOGGED, 0);
}

/* Only root may, and only some kernels can. */
static void tell_kernel(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) > 0)
		rounds_go_on(1);
	close(fd);
}

static void move_pages(void)
{
	tell_kernel("/proc/sys/vm/compact_memory", "1");
}

static void (*const troubles[])(void) = {
	protect,   move_away_and_back, copy_on_write, advise,	  give_up,
	map_again, unplug_and_plug,    log_writes,    move_pages,
};

/* --- The test --- */

static void words_fill(void)
{
	for (unsigned int region = 0; region < REGIONS; region++)
		for (u64 at = 0; at < REGION; at += STRIDE)
			for (unsigned int cpu = 0; cpu < load.count; cpu++) {
				u64 offset = at + 64 * cpu;
				u64 value = word(region_gpa(region) + offset, 0);

				memcpy(load.regions[region].alias + offset, &value, 8);
				memcpy(load.regions[region].alias + offset + 8, &value, 8);
			}
}

static void words_check(void)
{
	for (unsigned int region = 0; region < REGIONS; region++)
		for (u64 at = 0; at < REGION; at += STRIDE)
			for (unsigned int cpu = 0; cpu < load.count; cpu++) {
				u64 offset = at + 64 * cpu;
				u64 value[2];

				test_row("region %u offset %#llx", region,
					 (unsigned long long)offset);
				memcpy(value, load.regions[region].alias + offset, sizeof(value));
				CHECK_EQ(value[0],
					 word(region_gpa(region) + offset, counters(cpu)->rounds));
				CHECK_EQ(value[1], value[0]);
			}
	test_row("%s", "");
}

static void regions_create(void)
{
	for (unsigned int i = 0; i < REGIONS; i++) {
		struct region *region = &load.regions[i];

		region->file = -1;
		if (i == SHARED || i == PLUGGED) {
			region->file = CHECK_OK(memfd_create("load", MFD_CLOEXEC));
			CHECK_OK(ftruncate(region->file, REGION));
			region->slot = region_map(region->file);
			region->alias = region_map(region->file);
		} else {
			region->slot = region->alias = region_anonymous();
		}
		slot_set(i, 0);
	}
}

static void cpu_prepare(unsigned int cpu)
{
	struct kvm_mp_state state = {KVM_MP_STATE_RUNNABLE};
	struct vcpu *vcpu = &load.cpus[cpu];
	struct kvm_regs regs;

	*vcpu = vcpu_create(load.vm.fd, cpu);
	vcpu_set_supported_cpuid(vcpu);
	vcpu_set_long_mode(&load.vm, vcpu);
	CHECK_OK(ioctl(vcpu->fd, KVM_SET_MP_STATE, &state));
	regs = vcpu_regs(vcpu);
	regs.r15 = 64 * cpu;
	regs.r13 = REGIONS_GPA + 64 * cpu;
	regs.r12 = REGIONS * PAGES_USED;
	regs.r9 = STRIDE;
	regs.rsp = GUEST_STACK - 0x400 * cpu;
	vcpu_set_regs(vcpu, &regs);
}

static void load_prepare(unsigned int count)
{
	load.count = count;
	load.vm = vm_create();
	CHECK_OK(ioctl(load.vm.fd, KVM_CREATE_IRQCHIP, 0));
	vm_load(&load.vm, guest_load, guest_load_end);
	regions_create();
	words_fill();
	for (unsigned int cpu = 0; cpu < count; cpu++)
		cpu_prepare(cpu);
	vm_set_gate(&load.vm, VECTOR_TIMER, TIMER_HANDLER);
	vm_set_gate(&load.vm, VECTOR_IPI, IPI_HANDLER);
}

static u64 seconds_now(void)
{
	struct timespec now;

	CHECK_OK(clock_gettime(CLOCK_MONOTONIC, &now));
	return now.tv_sec;
}

static bool is_enough(const volatile struct counters *of)
{
	return of->rounds > 30 && of->timer > 30 && of->ipis > 30;
}

/* So many seconds; more where a kernel that checks itself is that much slower. */
static bool goes_on(u64 began, unsigned int cpus, unsigned int done)
{
	u64 passed = seconds_now() - began;
	bool enough = done >= ARRAY_SIZE(troubles);

	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		enough = enough && is_enough(counters(cpu));
	return passed < SECONDS * test_scale || (!enough && passed < SECONDS_AT_MOST);
}

static void run_under_load(unsigned int cpus)
{
	unsigned int done = 0;
	u64 began;

	random_state = test_seed * 0x9e3779b97f4a7c15ULL + 1;
	load_prepare(cpus);
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		CHECK_EQ(pthread_create(&load.threads[cpu], NULL, run_cpu, &load.cpus[cpu]), 0);
	for (began = seconds_now(); goes_on(began, cpus, done); done++) {
		troubles[done % ARRAY_SIZE(troubles)]();
		rounds_go_on(1);
	}
	*(volatile u64 *)(load.vm.ram + STOP) = 1;
	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		CHECK_EQ(pthread_join(load.threads[cpu], NULL), 0);
	words_check();
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		volatile struct counters *of = counters(cpu);

		test_row("vCPU %u: %llu rounds, %llu ticks, %llu IPIs; %u troubles, %u MMIO", cpu,
			 (unsigned long long)of->rounds, (unsigned long long)of->timer,
			 (unsigned long long)of->ipis, done, load.mmio);
		CHECK(is_enough(of));
		CHECK(done >= ARRAY_SIZE(troubles));
	}
}

TEST_LIMIT(load_2_vcpus, 300)
{
	run_under_load(2);
}

TEST_LIMIT(load_4_vcpus, 300)
{
	if (online_cpus() < 4)
		test_skip("fewer than four processors");
	run_under_load(4);
}
