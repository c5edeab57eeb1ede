// SPDX-License-Identifier: GPL-2.0
/* The guest's page tables are in a read-only slot: its EPT goes without accessed and dirty flags.
 */
#include "fixture/vm.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "mem/dirty_log.h"
#include "mem/ept_table.h"
#include "mem/mem.h"

#define ROM_GPA 0x100000ull
#define RAM_GPA 0x200000ull

/* "Exit Qualification for EPT Violations": of the walk to a linear address; the access itself. */
#define WALK_AS_WRITE 0x083ull
#define WALK_AS_READ  0x081ull
#define DATA_WRITE    0x182ull
#define DATA_READ     0x181ull

struct rom {
	struct fixture *machine;
	struct vcpu *vcpu;
	struct vm *vm;
	u64 user;
};

static void slot_add(struct vm *vm, u32 id, u32 flags, u64 gpa, u64 hva)
{
	EXPECT_EQ(fixture_set_slot(vm, id, flags, gpa, 64 * LINTEL_PAGE_SIZE, hva), 0);
}

static struct rom rom_create(u32 ram_flags)
{
	struct rom rom = {.machine = FIXTURE(.pages = 1, .vcpus = 1)};

	rom.vcpu = rom.machine->vcpu;
	rom.vm = &rom.machine->vm;
	rom.user = sim_user_map(128 * LINTEL_PAGE_SIZE);
	slot_add(rom.vm, 1, KVM_MEM_READONLY, ROM_GPA, rom.user);
	slot_add(rom.vm, 2, ram_flags, RAM_GPA, rom.user + 64 * LINTEL_PAGE_SIZE);
	return rom;
}

/* The guest is made to exit so, then comes to HLT. */
static void violate(struct rom *rom, u64 gpa, u64 qualification)
{
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .guest_physical = gpa,
					   .guest_linear = 0x1000,
					   .qualification = qualification});
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_HLT, .instruction_length = 1});
	EXPECT_EQ(vcpu_run(rom->vcpu), 0);
}

/* As the exit's handler would. */
static enum ept_result write_to_rom(struct rom *rom, bool walk)
{
	int error, ticket = host_srcu_read_lock(&rom->vm->srcu);
	struct ept_access access = {.write = true, .walk = walk};
	enum ept_result result = ept_fault(rom->vm, ROM_GPA, access, &error);

	host_srcu_read_unlock(&rom->vm->srcu, ticket);
	return result;
}

static u64 pointer_of_vcpu(struct rom *rom)
{
	return sim_vmcs_get(fixture_vmcs(rom->machine), EPT_POINTER);
}

static u64 entry_at(struct rom *rom, u64 gpa)
{
	unsigned int level;

	return ept_lookup(&rom->vm->ept, gpa >> LINTEL_PAGE_SHIFT, &level);
}

TEST(rom_page_tables_switch_the_flags_off)
{
	struct rom rom = rom_create(0);

	violate(&rom, RAM_GPA, DATA_WRITE);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_TRUE(pointer_of_vcpu(&rom) & EPTP_ACCESSED_DIRTY);
	/* A write to the ROM that is none of a walk is a device's, and changes nothing. */
	EXPECT_EQ(write_to_rom(&rom, false), EPT_MMIO);
	EXPECT_TRUE(rom.vm->ept.eptp & EPTP_ACCESSED_DIRTY);

	violate(&rom, ROM_GPA + 8, WALK_AS_WRITE);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_FALSE(pointer_of_vcpu(&rom) & EPTP_ACCESSED_DIRTY);
	EXPECT_EQ(pointer_of_vcpu(&rom), rom.vm->ept.eptp);
	EXPECT_EQ(pointer_of_vcpu(&rom) & EPT_ADDRESS, host_virt_to_phys(rom.vm->ept.root));
	/* What was mapped came from the time with flags. */
	EXPECT_EQ(entry_at(&rom, RAM_GPA), 0);

	/* The walk is a read now. */
	violate(&rom, ROM_GPA + 8, WALK_AS_READ);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(entry_at(&rom, ROM_GPA) & (EPT_READ | EPT_WRITE), EPT_READ);
	/* Without flags the kernel's question for use takes the page away. */
	violate(&rom, RAM_GPA, DATA_WRITE);
	EXPECT_TRUE(entry_at(&rom, RAM_GPA) & EPT_WRITE);
	EXPECT_TRUE(ept_test_young(rom.vm, rom.user + 64 * LINTEL_PAGE_SIZE,
				   rom.user + 65 * LINTEL_PAGE_SIZE, true));
	EXPECT_EQ(entry_at(&rom, RAM_GPA), 0);
	fixture_destroy(rom.machine);
}

/* Two vCPUs come at the same time: the second finds the flags off, and comes again as well. */
TEST(rom_page_tables_of_two_vcpus)
{
	struct rom rom = rom_create(0);

	EXPECT_EQ(write_to_rom(&rom, true), EPT_MAPPED);
	EXPECT_TRUE(pointer_of_vcpu(&rom) & EPTP_ACCESSED_DIRTY);
	/* This vCPU was in the guest with the old pointer. */
	rom.vcpu->requests = 0;
	violate(&rom, ROM_GPA, WALK_AS_WRITE);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_HLT);
	fixture_destroy(rom.machine);
}

/* A flag in the tables that has to be set, and cannot: words, as ever. */
TEST(rom_page_tables_with_clear_flags)
{
	struct rom rom = rom_create(0);

	violate(&rom, ROM_GPA, WALK_AS_WRITE);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_HLT);
	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EPT_VIOLATION,
					   .guest_physical = ROM_GPA,
					   .guest_linear = 0x1000,
					   .qualification = WALK_AS_WRITE});
	EXPECT_EQ(vcpu_run(rom.vcpu), 0);
	EXPECT_EQ(rom.vcpu->run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
	EXPECT_TRUE(sim_log_contains("page tables"));
	fixture_destroy(rom.machine);
}

/* The log was kept by the processor's list; from now on each first write faults. */
TEST(rom_page_tables_while_writes_are_logged)
{
	struct rom rom = rom_create(KVM_MEM_LOG_DIRTY_PAGES);
	u64 bitmap = sim_user_map(LINTEL_PAGE_SIZE);
	struct kvm_dirty_log wanted = {.slot = 2, .padding2 = bitmap};

	violate(&rom, RAM_GPA, DATA_READ);
	EXPECT_EQ(entry_at(&rom, RAM_GPA) & (EPT_WRITE | EPT_DIRTY), EPT_WRITE);
	violate(&rom, ROM_GPA, WALK_AS_WRITE);
	EXPECT_EQ(entry_at(&rom, RAM_GPA), 0);
	violate(&rom, RAM_GPA, DATA_READ);
	EXPECT_EQ(entry_at(&rom, RAM_GPA) & EPT_WRITE, 0);
	violate(&rom, RAM_GPA, DATA_WRITE);
	EXPECT_TRUE(entry_at(&rom, RAM_GPA) & EPT_WRITE);
	EXPECT_EQ(dirty_log_get(rom.vm, &wanted), 0);
	EXPECT_EQ(*(u64 *)sim_user_pointer(bitmap), 1);
	EXPECT_EQ(entry_at(&rom, RAM_GPA) & EPT_WRITE, 0);
	fixture_destroy(rom.machine);
}
