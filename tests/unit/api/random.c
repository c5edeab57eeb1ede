// SPDX-License-Identifier: GPL-2.0
/*
 * A program that calls any ioctl, in any order, with arguments at random or nearly right, while
 * allocations and copies fail, time passes and the guest runs: each call has an answer of the API,
 * what was set and given can be set and given again, no VM entry breaks a rule but those that the
 * API leaves to it, and nothing is left at the end.
 */
#include "guest_sees.h"
#include "facts/exit_reason.h"
#include "irq/irqchip.h"
#include "facts/msr.h"

#define VCPUS	      4
#define ARGUMENT_SIZE 8192
#define SLOT_SIZE_MAX BIT64(26)

static u64 words[ARGUMENT_SIZE / sizeof(u64)];

struct fleet {
	struct program *program;
	int vcpus[VCPUS];
	unsigned int count;
};

static u64 below(u64 limit)
{
	return sim_random_below(limit);
}

/* Small, a bit alone, the ends, or anything. */
static u64 some_value(void)
{
	switch (below(5)) {
	case 0:
		return below(8);
	case 1:
		return BIT64(below(64));
	case 2:
		return below(BIT64(16));
	case 3:
		return ~(u64)0 << below(64);
	default:
		return sim_random();
	}
}

/* --- Arguments --------------------------------------------------------------------- */

/* The ioctl that gives what another one sets. */
static const struct pair {
	u32 set, get;
	enum ioctl_scope scope;
} pairs[] = {
	{KVM_SET_REGS, KVM_GET_REGS, SCOPE_VCPU},
	{KVM_SET_SREGS, KVM_GET_SREGS, SCOPE_VCPU},
	{KVM_SET_SREGS2, KVM_GET_SREGS2, SCOPE_VCPU},
	{KVM_SET_FPU, KVM_GET_FPU, SCOPE_VCPU},
	{KVM_SET_XSAVE, KVM_GET_XSAVE, SCOPE_VCPU},
	{KVM_SET_XCRS, KVM_GET_XCRS, SCOPE_VCPU},
	{KVM_SET_DEBUGREGS, KVM_GET_DEBUGREGS, SCOPE_VCPU},
	{KVM_SET_MP_STATE, KVM_GET_MP_STATE, SCOPE_VCPU},
	{KVM_SET_VCPU_EVENTS, KVM_GET_VCPU_EVENTS, SCOPE_VCPU},
	{KVM_SET_LAPIC, KVM_GET_LAPIC, SCOPE_VCPU},
	{KVM_SET_IRQCHIP, KVM_GET_IRQCHIP, SCOPE_VM},
	{KVM_SET_PIT2, KVM_GET_PIT2, SCOPE_VM},
	{KVM_SET_CLOCK, KVM_GET_CLOCK, SCOPE_VM},
};

static const struct pair *pair_of(const struct ioctl_row *row, enum ioctl_scope scope)
{
	for (unsigned int i = 0; i < COUNT_OF(pairs); i++)
		if (pairs[i].scope == scope && pairs[i].set == row->number)
			return &pairs[i];
	return NULL;
}

/* A few of its words become others. */
static void spoil(size_t size)
{
	u8 *bytes = (u8 *)words;

	for (unsigned int n = (unsigned int)below(4); n && size >= 8; n--) {
		size_t at = below(size / 4 - 1) * 4;
		u64 value = some_value();

		memcpy(bytes + at, &value, below(2) ? 4 : 8);
	}
}

static void fill_msrs(void)
{
	static const u32 indices[] = {MSR_STAR,
				      MSR_LSTAR,
				      MSR_EFER,
				      MSR_IA32_TSC,
				      MSR_IA32_CR_PAT,
				      MSR_IA32_APICBASE,
				      MSR_KVM_SYSTEM_TIME_NEW,
				      MSR_KVM_PV_EOI_EN,
				      MSR_IA32_TSC_DEADLINE,
				      MSR_IA32_MCG_STATUS,
				      0x80b,
				      0x830,
				      0x808,
				      MSR_IA32_DEBUGCTLMSR,
				      MSR_IA32_SYSENTER_EIP,
				      MSR_IA32_MC0_CTL};
	struct kvm_msrs *msrs = (void *)words;

	msrs->nmsrs = (u32)below(4);
	for (u32 i = 0; i < msrs->nmsrs; i++)
		msrs->entries[i] = (struct kvm_msr_entry){
			.index = below(8) ? indices[below(COUNT_OF(indices))] : (u32)sim_random(),
			.data = some_value(),
		};
}

static void fill_slot(const struct program *program)
{
	*(struct kvm_userspace_memory_region *)words = (struct kvm_userspace_memory_region){
		.slot = (u32)below(5),
		.flags = (u32)below(4),
		.guest_phys_addr = below(5) * RAM_PAGES * PAGE,
		.memory_size = below(4) ? RAM_PAGES * PAGE : 0,
		.userspace_addr = program->ram,
	};
}

static void fill_message(void)
{
	static const u32 deliveries[] = {0, 0, 0x100, 0x400, 0x500, 0x600, 0x700};

	*(struct kvm_msi *)words = (struct kvm_msi){
		.address_lo = 0xfee00000 | (u32)(below(5) << 12) | (u32)below(2) << 2,
		.address_hi = below(4) ? 0 : (u32)some_value(),
		.data = (u32)below(256) | deliveries[below(COUNT_OF(deliveries))] |
			(u32)below(2) << 15,
	};
}

static void fill_routing(void)
{
	struct kvm_irq_routing *routing = (void *)words;

	routing->nr = (u32)below(8);
	for (u32 i = 0; i < routing->nr; i++) {
		struct kvm_irq_routing_entry *entry = &routing->entries[i];

		entry->gsi = (u32)below(24);
		entry->type = 1 + (u32)below(2);
		entry->u.irqchip.irqchip = (u32)below(3);
		entry->u.irqchip.pin = (u32)below(12);
		if (entry->type == KVM_IRQ_ROUTING_MSI)
			entry->u.msi.data = (u32)below(256) | (u32)below(2) << 15;
	}
}

static void fill_event(const struct program *program)
{
	/* The descriptor is the first of the one, and behind address and data of the other. */
	words[0] = (u64)program->event | below(24) << 32;
	words[1] = below(4) | (u64)program->other << 32;
}

static void fill_known(const struct program *program, const struct ioctl_row *row)
{
	switch (row->number) {
	case KVM_GET_MSRS:
	case KVM_SET_MSRS:
		fill_msrs();
		break;
	case KVM_SET_USER_MEMORY_REGION:
		fill_slot(program);
		break;
	case KVM_ENABLE_CAP:
		words[0] = below(2) ? KVM_CAP_X2APIC_API : KVM_CAP_SPLIT_IRQCHIP;
		words[1] = below(5);
		break;
	case KVM_INTERRUPT:
		words[0] = below(260);
		break;
	case KVM_SIGNAL_MSI:
		fill_message();
		break;
	case KVM_SET_GSI_ROUTING:
		fill_routing();
		break;
	case KVM_IRQFD:
		fill_event(program);
		break;
	case KVM_IRQ_LINE:
	case KVM_IRQ_LINE_STATUS:
		words[0] = below(26) | below(2) << 32;
		break;
	case KVM_GET_DIRTY_LOG:
	case KVM_CLEAR_DIRTY_LOG:
		words[0] = below(5) | below(2) * RAM_PAGES << 32;
		words[1] = row->number == KVM_GET_DIRTY_LOG ? program->scratch : 0;
		words[2] = program->scratch;
		break;
	default:
		words[0] = some_value();
		break;
	}
}

static void make_argument(const struct program *program, int fd, enum ioctl_scope scope,
			  const struct ioctl_row *row)
{
	const struct pair *pair = pair_of(row, scope);
	size_t size = _IOC_SIZE(row->number);

	memset(words, 0, sizeof(words));
	if (pair)
		words[0] = below(3); /* which chip */
	if (pair && below(8))
		api_call(fd, pair->get, words, size);
	else if (below(8))
		fill_known(program, row);
	else
		for (size_t i = 0; i < size / 8; i++)
			words[i] = some_value();
	if (below(2))
		spoil(size);
	/* A slot of the largest size can be had, and its log takes minutes to read. */
	if (row->number == KVM_SET_USER_MEMORY_REGION)
		((struct kvm_userspace_memory_region *)words)->memory_size %= SLOT_SIZE_MAX;
}

/* --- What is asked ----------------------------------------------------------------- */

static bool is_answer(long result)
{
	static const long errors[] = {-EINVAL, -EFAULT, -E2BIG,	 -ENOENT, -EEXIST, -EBUSY,
				      -ENXIO,  -ENOSPC, -ENOMEM, -EBADF,  -EINTR,  -ENOTTY};

	for (unsigned int i = 0; i < COUNT_OF(errors); i++)
		if (result == errors[i])
			return true;
	return result >= 0;
}

/* What was given can be set, and is given again. */
static void check_pair(int fd, const struct pair *pair)
{
	static u64 given[ARGUMENT_SIZE / sizeof(u64)], again[ARGUMENT_SIZE / sizeof(u64)];
	size_t size = _IOC_SIZE(pair->set);

	if (pair->set == KVM_SET_CLOCK)
		return;
	memset(given, 0, sizeof(given));
	memset(again, 0, sizeof(again));
	given[0] = again[0] = words[0] & 0xffffffff; /* which chip */
	EXPECT_EQ(api_call(fd, pair->get, given, size), 0);
	EXPECT_EQ(api_call(fd, pair->set, given, size), 0);
	EXPECT_EQ(api_call(fd, pair->get, again, size), 0);
	if (memcmp(given, again, size))
		test_fail(__FILE__, __LINE__, "ioctl 0x%x: what was given is another when set",
			  pair->set);
}

/* Rules of VM entry that user space can break, as the API says or leaves it. */
static bool is_left_to_entry(const char *rule)
{
	static const char *const rules[] = {
		"guest.cs.",	    "guest.ss.",	"guest.ds.",	   "guest.es.",
		"guest.fs.",	    "guest.gs.",	"guest.tr.",	   "guest.ldtr.",
		"guest.gdtr_base.", "guest.idtr_base.", "guest.rip.",	   "guest.rflags.",
		"guest.cr3.width",  "guest.cr4.pcide",	"guest.blocking.", "guest.pdpte",
		"entry.event.",
	};

	for (unsigned int i = 0; i < COUNT_OF(rules); i++)
		if (!strncmp(rule, rules[i], strlen(rules[i])))
			return true;
	return !*rule;
}

/* --- The calls --------------------------------------------------------------------- */

static const struct ioctl_row *any_row(enum ioctl_scope scope)
{
	unsigned int rows = 0, slot = 0;
	const struct ioctl_row *row;

	while (ioctl_next(scope, &slot))
		rows++;
	slot = 0;
	for (u64 n = below(rows); (row = ioctl_next(scope, &slot)) && n; n--)
		;
	return row;
}

static struct kvm_segment segment(u8 type)
{
	return (struct kvm_segment){
		.limit = 0xffff,
		.type = type,
		.s = type == 3 || type == 11,
		.present = 1,
	};
}

/* What the API leaves to VM entry becomes what that takes; control registers stay. */
static void make_enterable(int fd)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;

	EXPECT_EQ(CALL(fd, KVM_GET_REGS, &regs), 0);
	regs.rip = below(0x10000);
	regs.rflags = 2 | below(2) << 9;
	EXPECT_EQ(CALL(fd, KVM_SET_REGS, &regs), 0);
	EXPECT_EQ(CALL(fd, KVM_GET_SREGS, &sregs), 0);
	sregs.cs = segment(11);
	sregs.cs.l = !!(sregs.efer & BIT64(10));
	sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = segment(3);
	sregs.ldt = segment(2);
	sregs.tr = segment(11);
	sregs.tr.s = 0;
	sregs.gdt.base = sregs.idt.base = 0;
	sregs.cr3 &= 0xfffff000;
	EXPECT_EQ(CALL(fd, KVM_SET_SREGS, &sregs), 0);
}

static void run(int fd)
{
	static const u32 reasons[] = {EXIT_REASON_IO_INSTRUCTION,     EXIT_REASON_HLT,
				      EXIT_REASON_EXTERNAL_INTERRUPT, EXIT_REASON_INTERRUPT_WINDOW,
				      EXIT_REASON_EPT_VIOLATION,      EXIT_REASON_EPT_VIOLATION};
	struct kvm_run *kvm_run;
	long result;

	if (below(2))
		sim_script_exit(
			&(struct sim_exit){.reason = reasons[below(COUNT_OF(reasons))],
					   .qualification = below(0x400) << 16 | BIT64(below(2)),
					   .guest_physical = below(5 * RAM_PAGES * PAGE),
					   .instruction_length = 1});
	if (below(4))
		make_enterable(fd);
	sim_signal(!below(4));
	result = sim_ioctl(fd, KVM_RUN, 0);
	sim_signal(false);
	EXPECT_TRUE(result == 0 || result == -EINTR || result == -EFAULT || result == -EINVAL ||
		    result == -ENOMEM);
	if (!is_left_to_entry(sim_entry_failure()))
		test_fail(__FILE__, __LINE__, "entry: %s", sim_entry_failure());
	kvm_run = sim_file_page(fd, 0);
	kvm_run->cr8 = below(16);
	kvm_run->request_interrupt_window = (u8)below(2);
}

static void add_vcpu(struct fleet *fleet, u64 id)
{
	long fd = sim_ioctl(fleet->program->vm, KVM_CREATE_VCPU, id);

	EXPECT_TRUE(fd > 0 || fd == -ENOMEM || fd == -EEXIST);
	if (fd > 0)
		fleet->vcpus[fleet->count++] = (int)fd;
}

static int file_for(const struct fleet *fleet, enum ioctl_scope scope)
{
	if (scope == SCOPE_VCPU)
		return fleet->vcpus[below(fleet->count)];
	return scope == SCOPE_VM ? fleet->program->vm : fleet->program->device;
}

static void make_trouble(const struct program *program)
{
	if (!below(16))
		sim_user_move(program->ram, RAM_PAGES * PAGE);
	if (!below(8))
		sim_fail_allocation_after((unsigned int)below(4));
	if (!below(8))
		sim_fail_copy_after((unsigned int)below(3));
	if (!below(8))
		sim_run_on((unsigned int)below(2));
	if (!below(8))
		sim_advance_time(below(2000000));
	sim_work_run();
}

static void read_and_close(int fd)
{
	u8 part[300];

	EXPECT_TRUE(sim_file_read(fd, below(10000), part, sizeof(part)) >= 0);
	sim_file_close(fd);
}

static void call_any(struct fleet *fleet)
{
	enum ioctl_scope scope = below(8) ? (below(2) ? SCOPE_VM : SCOPE_VCPU) : SCOPE_SYSTEM;
	const struct ioctl_row *row = any_row(scope);
	const struct pair *pair = pair_of(row, scope);
	int fd = file_for(fleet, scope);
	long result;

	if (row->number == KVM_CREATE_VM || row->number == KVM_RUN)
		return;
	if (row->number == KVM_CREATE_VCPU) {
		if (fleet->count < VCPUS)
			add_vcpu(fleet, below(VCPUS));
		return;
	}
	make_argument(fleet->program, fd, scope, row);
	make_trouble(fleet->program);
	result = _IOC_SIZE(row->number) || below(2)
			 ? api_call(fd, row->number, words, ARGUMENT_SIZE)
			 : sim_ioctl(fd, row->number, some_value());
	sim_fail_allocation_never();
	sim_fail_copy_never();
	if (!is_answer(result))
		test_fail(__FILE__, __LINE__, "%s gives %ld", row->name, result);
	if (pair && !result)
		check_pair(fd, pair);
	if (row->number == KVM_GET_STATS_FD)
		read_and_close((int)result);
}

static void wake_by_signal(struct vcpu *vcpu)
{
	sim_signal(true);
}

static void run_random(u64 seed, u64 steps, enum made made)
{
	struct fleet fleet = {.program = program_start(made), .count = 1};

	sim_random_seed(seed);
	sim_spins_are_raw = sim_random_below(2);
	sim_wait_hook(wake_by_signal);
	if (made != EVERYTHING) {
		fleet.program->event = sim_event_open();
		fleet.program->other = sim_event_open();
	}
	fleet.vcpus[0] = fleet.program->vcpu;
	for (u64 i = 0; i < steps; i++) {
		test_context("seed %llu, call %llu", seed, i);
		if (below(8))
			call_any(&fleet);
		else
			run(file_for(&fleet, SCOPE_VCPU));
	}
	while (fleet.count > 1)
		sim_file_close(fleet.vcpus[--fleet.count]);
	program_end(fleet.program);
}

/* A step is a call; user addresses among the arguments are of the process that makes it. */
SEED_TEST(api_survives_random_calls, 8, 6000)
{
	static const enum made made[] = {A_VCPU, A_SPLIT_VCPU, EVERYTHING};

	run_random(seed, steps, made[seed % COUNT_OF(made)]);
}
