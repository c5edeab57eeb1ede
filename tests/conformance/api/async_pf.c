// SPDX-License-Identifier: GPL-2.0
/* Asynchronous page faults: the guest runs on while a page of its memory is on its way. */
#include <linux/userfaultfd.h>
#include <sys/wait.h>

#include "vm.h"

enum {
	MSR_ASYNC_PF_EN = 0x4b564d02,
	MSR_ASYNC_PF_INT = 0x4b564d06,
	MSR_ASYNC_PF_ACK = 0x4b564d07,
	ENABLED = 1,
	SEND_ALWAYS = 2,
	BY_INTERRUPT = 8,
	VECTOR = 0x41,
	WORDS = GUEST_DATA + 0x40, /* the flags and the token */
	AWAITED = 0x100000,	   /* memory that comes when it is given */
	AWAITED_SIZE = 4 * PAGE,
	LAPIC_SVR = 0xf0,
};

#define ALL	0xffffffff
#define OPTIONS (ENABLED | SEND_ALWAYS | BY_INTERRUPT)

/*
 * It reads the byte at RSI and tells it.  Its #PF tells CR2, then waits until the interrupt has
 * come with that token; the interrupt tells which came, and takes the next.
 */
GUEST64(guest_awaits, "mov (%rsi), %al\n"
		      "out %al, $0xc\n"
		      "hlt\n"
		      ".org 0x40\n"
		      "add $8, %rsp\n"
		      "mov %cr2, %rax\n"
		      "out %eax, $0x10\n"
		      "sti\n"
		      "1: pause\n"
		      "cmp %eax, 0x4200\n"
		      "jne 1b\n"
		      "iretq\n"
		      ".org 0x80\n"
		      "push %rax\n"
		      "mov 0x4044, %eax\n"
		      "mov %eax, 0x4200\n"
		      "out %eax, $0x11\n"
		      "movl $0, 0x4044\n"
		      "mov $0x4b564d07, %ecx\n"
		      "mov $1, %eax\n"
		      "xor %edx, %edx\n"
		      "wrmsr\n"
		      "mov $0xfee000b0, %edx\n"
		      "movl $0, (%rdx)\n"
		      "pop %rax\n"
		      "iretq\n");

struct awaiting {
	struct guest g;
	u8 *memory;
	int faults;
};

static u32 *word(struct guest *g, u64 gpa)
{
	return (u32 *)(g->vm.ram + gpa);
}

/* About to read the first byte of the memory that is awaited. */
static struct awaiting start(void)
{
	struct awaiting a;
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rsp = GUEST_STACK, .rflags = 0x202, .rsi = AWAITED};

	/* First, and so closed first where the process ends: KVM's vCPU waits for the page then. */
	a.memory = host_memory_awaited(AWAITED_SIZE, &a.faults);
	a.g.vm = vm_create();
	CHECK_OK(ioctl(a.g.vm.fd, KVM_CREATE_IRQCHIP, 0));
	CHECK_OK(vm_set_slot(a.g.vm.fd, 1, 0, AWAITED, AWAITED_SIZE, a.memory));
	a.g.cpu = vcpu_create(a.g.vm.fd, 0);
	vcpu_set_supported_cpuid(&a.g.cpu);
	vm_load(&a.g.vm, guest_awaits, guest_awaits_end);
	vcpu_set_long_mode(&a.g.vm, &a.g.cpu);
	vm_set_gate(&a.g.vm, 14, 0x40);
	vm_set_gate(&a.g.vm, VECTOR, 0x80);
	vcpu_set_lapic(&a.g.cpu, LAPIC_SVR, 0x1ff);
	vcpu_set_regs(&a.g.cpu, &regs);
	return a;
}

static void enable(struct vcpu *cpu)
{
	CHECK_EQ(vcpu_set_msr(cpu, MSR_ASYNC_PF_INT, VECTOR), 1);
	CHECK_EQ(vcpu_set_msr(cpu, MSR_ASYNC_PF_EN, WORDS | OPTIONS), 1);
}

/* Enabled; the guest has heard that nothing is on its way.  gives: the token of the page that it
 * touched, which it has noted. */
static u32 run_to_the_page(struct awaiting *a)
{
	struct guest *g = &a->g;
	u32 token;

	enable(&g->cpu);
	CHECK_OUT(&g->cpu, 0x11, 4, ALL);
	CHECK_EXIT(&g->cpu, KVM_EXIT_IO);
	CHECK_EQ(g->cpu.run->io.port, 0x10);
	token = *(u32 *)vcpu_io_data(&g->cpu);
	CHECK(token && token != ALL);
	CHECK_EQ(*word(g, WORDS), 1);
	*word(g, WORDS) = 0;
	return token;
}

/* Who asks for the page gets it, with this byte at its beginning. */
static void give_page(struct awaiting *a, u8 byte)
{
	static u8 page[PAGE] __attribute__((aligned(PAGE)));
	struct uffd_msg message;
	struct uffdio_copy copy = {.src = (u64)page, .len = PAGE};

	page[0] = byte;
	CHECK_EQ(read(a->faults, &message, sizeof(message)), sizeof(message));
	CHECK_EQ(message.event, UFFD_EVENT_PAGEFAULT);
	copy.dst = message.arg.pagefault.address & ~(PAGE - 1);
	CHECK_OK(ioctl(a->faults, UFFDIO_COPY, &copy));
}

TEST(async_pf_offered)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	u32 features = cpuid_find(cpuid, 0x40000001, 0)->eax;

	CHECK_EQ(kvm_capability(KVM_CAP_ASYNC_PF), 1);
	CHECK_EQ(kvm_capability(KVM_CAP_ASYNC_PF_INT), 1);
	CHECK(features & 1 << 4 && features & 1 << 14);
}

TEST(async_pf_msrs)
{
	static const struct {
		u32 msr;
		u64 value;
		int taken;
	} rows[] = {
		{MSR_ASYNC_PF_INT, 0x100, 0},
		{MSR_ASYNC_PF_INT, 0xff, 1},
		{MSR_ASYNC_PF_EN, WORDS | OPTIONS | 0x10, 0},
		{MSR_ASYNC_PF_EN, WORDS | OPTIONS | 0x20, 0},
		{MSR_ASYNC_PF_EN, 0x40000000 | OPTIONS, 0},
		{MSR_ASYNC_PF_EN, WORDS | OPTIONS, 1},
		{MSR_ASYNC_PF_EN, WORDS | ENABLED, 1},
		{MSR_ASYNC_PF_EN, 0, 1},
	};
	struct awaiting a = start();
	struct vcpu without;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		test_row("%zu", i);
		CHECK_EQ(vcpu_set_msr(&a.g.cpu, rows[i].msr, rows[i].value), rows[i].taken);
		if (rows[i].taken)
			CHECK_EQ(vcpu_msr(&a.g.cpu, rows[i].msr), rows[i].value);
	}
	CHECK_EQ(vcpu_set_msr(&a.g.cpu, MSR_ASYNC_PF_ACK, 1), 1);
	CHECK_EQ(vcpu_msr(&a.g.cpu, MSR_ASYNC_PF_ACK), 0);
	without = vcpu_create(vm_fd_create(), 0);
	CHECK_EQ(vcpu_set_msr(&without, MSR_ASYNC_PF_EN, WORDS | OPTIONS), 0);
	CHECK_EQ(vcpu_set_msr(&without, MSR_ASYNC_PF_EN, 0), 1);
	CHECK_EQ(vcpu_set_msr(&without, MSR_ASYNC_PF_INT, VECTOR), 0);
}

TEST(async_pf_guest_runs_on)
{
	struct awaiting a = start();
	u32 token = run_to_the_page(&a);

	/* It waits by itself. */
	alarm_every(20);
	CHECK_ERR(ioctl(a.g.cpu.fd, KVM_RUN, 0), EINTR);
	alarm_every(0);
	CHECK_EQ(*word(&a.g, WORDS + 4), 0);
	give_page(&a, 0x5a);
	CHECK_OUT(&a.g.cpu, 0x11, 4, token);
	CHECK_OUT(&a.g.cpu, 0xc, 1, 0x5a);
	CHECK_EQ(*word(&a.g, WORDS), 0);
	CHECK_EQ(*word(&a.g, WORDS + 4), 0);
}

/* As after a migration: what the guest waits for counts as come. */
TEST(async_pf_enabled_anew)
{
	struct awaiting a = start();
	u32 token = run_to_the_page(&a);

	CHECK_EQ(vcpu_msr(&a.g.cpu, MSR_ASYNC_PF_EN), WORDS | OPTIONS);
	CHECK_EQ(vcpu_msr(&a.g.cpu, MSR_ASYNC_PF_INT), VECTOR);
	enable(&a.g.cpu);
	CHECK_OUT(&a.g.cpu, 0x11, 4, ALL);
	give_page(&a, 0x5a);
	CHECK_OUT(&a.g.cpu, 0x11, 4, token);
	CHECK_OUT(&a.g.cpu, 0xc, 1, 0x5a);
}

static void *give_page_later(void *argument)
{
	sleep_ms(10);
	give_page(argument, 0x5a);
	return NULL;
}

/* Whose waiting is switched off never hears of the page; KVM waits for it there. */
TEST(async_pf_switched_off)
{
	struct awaiting a = start();
	pthread_t thread;

	run_to_the_page(&a);
	CHECK_EQ(pthread_create(&thread, NULL, give_page_later, &a), 0);
	CHECK_EQ(vcpu_set_msr(&a.g.cpu, MSR_ASYNC_PF_EN, 0), 1);
	CHECK_EQ(pthread_join(thread, NULL), 0);
	alarm_every(20);
	for (int i = 0; i < 3; i++)
		CHECK_ERR(ioctl(a.g.cpu.fd, KVM_RUN, 0), EINTR);
	alarm_every(0);
	CHECK_EQ(*word(&a.g, WORDS + 4), 0);
}

static void end_while_it_waits(void *argument)
{
	struct awaiting a = start();

	run_to_the_page(&a);
}

/* The program ends while a page is on its way that nobody gives. */
TEST(async_pf_never_comes)
{
	int status = test_child(end_while_it_waits, NULL);

	CHECK(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* The VM ends while a page is on its way, or has just come; the program goes on. */
TEST(async_pf_ends_with_its_vm)
{
	for (int i = 0; i < 20; i++) {
		struct awaiting a = start();
		pthread_t thread;

		run_to_the_page(&a);
		if (i % 2)
			give_page(&a, 1);
		else
			CHECK_EQ(pthread_create(&thread, NULL, give_page_later, &a), 0);
		guest_destroy(&a.g);
		if (!(i % 2))
			CHECK_EQ(pthread_join(thread, NULL), 0);
		CHECK_OK(close(a.faults));
		CHECK_OK(munmap(a.memory, AWAITED_SIZE));
	}
}
