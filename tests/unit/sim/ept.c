// SPDX-License-Identifier: GPL-2.0
/* The guest's accesses to memory on the software processor: walks, flags, the TLB, what exits. */
#include "emulate/access.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"
#include "fixture/vm.h"
#include "exit/run.h"
#include "mem/ept_table.h"
#include "mem/mem.h"
#include "panic.h"
#include "life/switch.h"

#define PAGE	 ((u64)LINTEL_PAGE_SIZE)
#define FINAL	 (EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL)
#define ALLOW(r) ((u64)(r) << 3)
#define RAM	 0x10000ull /* a slot of several pages */
#define PAGES	 8

static struct fixture *machine;
static hpa_t vmcs;
static u64 hva;

static void start(void)
{
	machine = FIXTURE(.pages = 1, .vcpus = 1);
	vmcs = fixture_vmcs(machine);
	hva = sim_user_map(PAGES * PAGE);
	EXPECT_EQ(fixture_set_slot(&machine->vm, 1, 0, RAM, PAGES * PAGE, hva), 0);
}

struct access {
	u64 gpa, kind;
	u64 value; /* written, or read */
	bool done;
};

static void do_access(struct vcpu *vcpu, void *argument)
{
	struct access *access = argument;

	if (access->kind == EPT_WRITE)
		access->done = sim_guest_write(vcpu, access->gpa, &access->value, 8);
	else if (access->kind == EPT_READ)
		access->done = sim_guest_read(vcpu, access->gpa, &access->value, 8);
	else
		access->done = sim_guest_fetch(vcpu, access->gpa, &access->value, 8);
}

static void script(struct access *access)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT,
					   .instruction_length = 1,
					   .guest = do_access,
					   .argument = access});
}

/* The whole core maps what the guest needs; it comes again by itself. */
static u64 run(u64 kind, u64 gpa, u64 value)
{
	struct access access = {.gpa = gpa, .kind = kind, .value = value};

	script(&access);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_TRUE(access.done);
	return access.value;
}

/* Without the core: the reason of the exit. */
static u64 try(u64 kind, u64 gpa)
{
	struct access access = {.gpa = gpa, .kind = kind};

	script(&access);
	EXPECT_EQ(fixture_enter(machine), VMX_SUCCEED);
	EXPECT_EQ(access.done, sim_vmcs_get(vmcs, VM_EXIT_REASON) == EXIT_REASON_HLT);
	EXPECT_EQ(sim_script_left(), !access.done);
	sim_script_clear();
	return sim_vmcs_get(vmcs, VM_EXIT_REASON);
}

static u64 *entry(u64 gpa, unsigned int level)
{
	u64 *table = machine->vm.ept.root;

	for (unsigned int at = EPT_LEVEL_ROOT;; at--) {
		u64 *place = &table[gpa >> ept_level_shift(at) & (EPT_ENTRIES - 1)];

		if (at == level)
			return place;
		table = host_phys_to_virt(*place & EPT_ADDRESS);
	}
}

static void flush(void)
{
	host_preempt_disable();
	EXPECT_EQ(host_invept(1, machine->vm.ept.eptp), VMX_SUCCEED);
	host_preempt_enable();
}

/* The VMCS has the host state of that CPU. */
static void move_to(unsigned int cpu)
{
	sim_run_on(cpu);
	host_vcpu_get(machine->vcpu);
	host_preempt_disable();
	vcpu_load_guest_state(machine->vcpu);
	host_preempt_enable();
	host_vcpu_release(machine->vcpu);
}

TEST(guest_memory_comes_as_the_guest_needs_it)
{
	u64 value = 0;

	start();
	run(EPT_WRITE, RAM + 0x1008, 0x1122334455667788);
	memcpy(&value, sim_user_pointer(hva + 0x1008), 8);
	EXPECT_EQ(value, 0x1122334455667788);
	EXPECT_EQ(run(EPT_READ, RAM + 0x1008, 0), value);
	EXPECT_EQ(run(EPT_READ, RAM + 0x2000, 1), 0);
	run(EPT_EXECUTE, RAM + 0x2000, 0);
	/* Moved, the page is the same; and the processor goes where it is now. */
	sim_user_move(hva + PAGE, PAGE);
	EXPECT_EQ(run(EPT_READ, RAM + 0x1008, 0), value);
	fixture_destroy(machine);
}

static const struct {
	u64 kind, clear, set;
	u32 reason;
	u64 qualification;
} rows[] = {
	{EPT_READ, 0, 0, EXIT_REASON_HLT, 0},
	{EPT_WRITE, 0, 0, EXIT_REASON_HLT, 0},
	{EPT_EXECUTE, 0, 0, EXIT_REASON_HLT, 0},
	{EPT_READ, EPT_PRESENT, 0, EXIT_REASON_EPT_VIOLATION, EPT_VIOLATION_READ | FINAL},
	{EPT_WRITE, EPT_PRESENT, 0, EXIT_REASON_EPT_VIOLATION, EPT_VIOLATION_WRITE | FINAL},
	{EPT_WRITE, EPT_WRITE, 0, EXIT_REASON_EPT_VIOLATION,
	 EPT_VIOLATION_WRITE | ALLOW(EPT_READ | EPT_EXECUTE) | FINAL},
	{EPT_EXECUTE, EPT_EXECUTE, 0, EXIT_REASON_EPT_VIOLATION,
	 EPT_VIOLATION_FETCH | ALLOW(EPT_READ | EPT_WRITE) | FINAL},
	{EPT_READ, EPT_READ | EPT_WRITE, 0, EXIT_REASON_EPT_VIOLATION,
	 EPT_VIOLATION_READ | ALLOW(EPT_EXECUTE) | FINAL},
	{EPT_READ, EPT_READ, 0, EXIT_REASON_EPT_MISCONFIGURATION, 0},
	{EPT_READ, 0x38, 0x10, EXIT_REASON_EPT_MISCONFIGURATION, 0},
	{EPT_READ, 0, BIT64(50), EXIT_REASON_EPT_MISCONFIGURATION, 0},
};

TEST(guest_memory_exits_by_the_entry)
{
	start();
	run(EPT_WRITE, RAM, 0);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		u64 *leaf = entry(RAM, EPT_LEVEL_4K), before = *leaf;

		test_context("row %zu", i);
		*leaf = (before & ~rows[i].clear) | rows[i].set;
		flush();
		EXPECT_EQ(try(rows[i].kind, RAM + 0x18), rows[i].reason);
		*leaf = before;
		if (rows[i].reason == EXIT_REASON_HLT)
			continue;
		EXPECT_EQ(sim_vmcs_get(vmcs, EXIT_QUALIFICATION), rows[i].qualification);
		EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_PHYSICAL_ADDRESS), RAM + 0x18);
	}
	/* A right that a table above has not. */
	*entry(RAM, EPT_LEVEL_2M) &= ~EPT_WRITE;
	flush();
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_EPT_VIOLATION);
	EXPECT_EQ(sim_vmcs_get(vmcs, EXIT_QUALIFICATION),
		  EPT_VIOLATION_WRITE | ALLOW(EPT_READ | EPT_EXECUTE) | FINAL);
	*entry(RAM, EPT_LEVEL_2M) |= BIT64(4);
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_EPT_MISCONFIGURATION);
	*entry(RAM, EPT_LEVEL_2M) ^= BIT64(4) | EPT_WRITE;
	fixture_destroy(machine);
}

TEST(guest_memory_sets_flags)
{
	u64 *leaf;

	start();
	run(EPT_WRITE, RAM, 0);
	leaf = entry(RAM, EPT_LEVEL_4K);
	for (unsigned int flags = 0; flags < 2; flags++) {
		u64 eptp = machine->vm.ept.eptp & ~EPTP_ACCESSED_DIRTY;

		test_context("flags %u", flags);
		sim_vmcs_set(vmcs, EPT_POINTER, eptp | (flags ? EPTP_ACCESSED_DIRTY : 0));
		sim_vmcs_set(vmcs, SECONDARY_VM_EXEC_CONTROL,
			     sim_vmcs_get(vmcs, SECONDARY_VM_EXEC_CONTROL) & ~(u64)CPU2_ENABLE_PML);
		*leaf &= ~(EPT_ACCESSED | EPT_DIRTY);
		*entry(RAM, EPT_LEVEL_1G) &= ~EPT_ACCESSED;
		flush();
		EXPECT_EQ(try(EPT_READ, RAM), EXIT_REASON_HLT);
		EXPECT_EQ(*leaf & (EPT_ACCESSED | EPT_DIRTY), flags ? EPT_ACCESSED : 0);
		EXPECT_EQ(*entry(RAM, EPT_LEVEL_1G) & EPT_ACCESSED, flags ? EPT_ACCESSED : 0);
		EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_HLT);
		EXPECT_EQ(*leaf & (EPT_ACCESSED | EPT_DIRTY), flags ? EPT_ACCESSED | EPT_DIRTY : 0);
	}
	fixture_destroy(machine);
}

/* What was cached stays, on each CPU for itself, until INVEPT; it dirties nothing a second time. */
TEST(guest_memory_is_cached_until_invept)
{
	u64 *leaf, whole;

	start();
	run(EPT_WRITE, RAM, 0);
	leaf = entry(RAM, EPT_LEVEL_4K);
	whole = *leaf;
	*leaf &= ~EPT_DIRTY;
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_HLT);
	EXPECT_FALSE(*leaf & EPT_DIRTY);
	*leaf = 0;
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_HLT);
	move_to(1);
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_EPT_VIOLATION);
	flush();
	move_to(0);
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_HLT);
	flush();
	EXPECT_EQ(try(EPT_WRITE, RAM), EXIT_REASON_EPT_VIOLATION);
	*leaf = whole;
	fixture_destroy(machine);
}

/* Nobody tells the EPT of what the process does: as with a flush that is missing. */
TEST(guest_memory_that_is_stale)
{
	struct host_vcpu at_rest;

	start();
	run(EPT_WRITE, RAM, 0);
	at_rest = machine->vcpu->host;
	sim_user_set_notifier(NULL, NULL, NULL);
	sim_user_protect(hva, PAGE, false);
	EXPECT_PANIC(try(EPT_WRITE, RAM), "and the process may not write there");
	machine->vcpu->host = at_rest;
	sim_script_clear();
	EXPECT_EQ(try(EPT_READ, RAM), EXIT_REASON_HLT);
	sim_user_move(hva, PAGE);
	EXPECT_PANIC(try(EPT_READ, RAM), "and the process has left it");
}

static void go_on(struct vcpu *vcpu, void *argument)
{
	do_access(vcpu, argument);
	do_access(vcpu, argument);
}

TEST(guest_memory_is_touched_once_by_an_access_that_exits)
{
	struct access access = {.gpa = RAM, .kind = EPT_READ};

	start();
	sim_script_exit(&(struct sim_exit){.guest = go_on, .argument = &access});
	EXPECT_PANIC(vcpu_run(machine->vcpu), "goes on after an access that exits");
}
