// SPDX-License-Identifier: GPL-2.0
#include "program.h"
#include "../cap/fixture.h"
#include "cpuid/cpuid.h"
#include "vcpu/vpid.h"

#define CPUS	       2
#define ARGUMENT_PAGES 64ull

static struct program the_program;
static u64 arguments; /* the memory that arguments are in */

static void load(void)
{
	static struct cap_report report;
	struct vmx_cap_msrs msrs = fixture_full();

	sim_reset();
	EXPECT_EQ(setup_vmcs_config(&msrs, &vmcs_config, &vmx_capability, &report), 0);
	sim_set_cpus(CPUS);
	sim_vmx_set_processors(&msrs);
	cpuid_setup();
	vpid_init();
}

static void make_vm(struct program *program)
{
	struct kvm_userspace_memory_region region = {.memory_size = RAM_PAGES * PAGE};

	program->vm = (int)sim_ioctl(program->device, KVM_CREATE_VM, 0);
	program->ram = sim_user_map(RAM_PAGES * PAGE);
	region.userspace_addr = program->ram;
	EXPECT_EQ(CALL(program->vm, KVM_SET_USER_MEMORY_REGION, &region), 0);
}

static void make_split(struct program *program)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args[0] = 24};

	EXPECT_EQ(CALL(program->vm, KVM_ENABLE_CAP, &cap), 0);
}

static void make_devices(struct program *program)
{
	struct kvm_pit_config config = {.flags = KVM_PIT_SPEAKER_DUMMY};

	EXPECT_EQ(CALL(program->vm, KVM_CREATE_PIT2, &config), 0);
	program->event = sim_event_open();
	program->other = sim_event_open();
}

struct program *program_start(enum made made)
{
	struct program *program = &the_program;

	load();
	memset(program, 0, sizeof(*program));
	program->made = made;
	program->device = sim_device_open();
	program->scratch = sim_user_map(SCRATCH_PAGES * PAGE);
	arguments = sim_user_map(ARGUMENT_PAGES * PAGE);
	if (made >= A_VM)
		make_vm(program);
	if (made == A_SPLIT_VCPU)
		make_split(program);
	if (made >= AN_IRQCHIP)
		EXPECT_EQ(sim_ioctl(program->vm, KVM_CREATE_IRQCHIP, 0), 0);
	if (made == EVERYTHING)
		make_devices(program);
	if (made == A_VCPU || made == A_SPLIT_VCPU || made == EVERYTHING) {
		program->vcpu = program_add_vcpu(program, 0);
		program->run = sim_file_page(program->vcpu, 0);
	}
	if (made == A_SPLIT_VCPU || made == EVERYTHING)
		program_set_cpuid(program);
	return program;
}

void program_end(struct program *program)
{
	if (program->vcpu)
		sim_file_close(program->vcpu);
	if (program->vm)
		sim_file_close(program->vm);
	sim_file_close(program->device);
	EXPECT_EQ(sim_leaks(), 0);
}

int program_add_vcpu(struct program *program, u64 id)
{
	long fd = sim_ioctl(program->vm, KVM_CREATE_VCPU, id);

	EXPECT_TRUE(fd > 0);
	return (int)fd;
}

void program_set_cpuid(struct program *program)
{
	struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[CPUID_MAX_ENTRIES];
	} list = {.header.nent = CPUID_MAX_ENTRIES};

	EXPECT_EQ(CALL(program->device, KVM_GET_SUPPORTED_CPUID, &list), 0);
	EXPECT_EQ(CALL(program->vcpu, KVM_SET_CPUID2, &list), 0);
}

long program_run(struct program *program, u32 reason, u32 length)
{
	sim_script_exit(&(struct sim_exit){.reason = reason, .instruction_length = length});
	return sim_ioctl(program->vcpu, KVM_RUN, 0);
}

u64 api_argument(size_t size)
{
	return arguments + ARGUMENT_PAGES * PAGE - size;
}

long api_call(int fd, u32 number, void *argument, size_t size)
{
	u64 at = api_argument(size);
	long result;

	memcpy(sim_user_pointer(at), argument, size);
	result = sim_ioctl(fd, number, at);
	memcpy(argument, sim_user_pointer(at), size);
	return result;
}

struct one_msr {
	struct kvm_msrs header;
	struct kvm_msr_entry entry;
};

bool msr_get(const struct program *program, u32 index, u64 *value)
{
	struct one_msr msr = {.header.nmsrs = 1, .entry.index = index};
	long done = CALL(program->vcpu, KVM_GET_MSRS, &msr);

	*value = msr.entry.data;
	return done == 1;
}

bool msr_set(const struct program *program, u32 index, u64 value)
{
	struct one_msr msr = {.header.nmsrs = 1, .entry = {.index = index, .data = value}};

	return CALL(program->vcpu, KVM_SET_MSRS, &msr) == 1;
}
