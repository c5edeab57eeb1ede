// SPDX-License-Identifier: GPL-2.0
/* A vCPU on every recorded processor: created, entered, exited, moved, entered again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "facts/exit_reason.h"
#include "fixture/vm.h"
#include "exit/run.h"
#include "tool/processor/recording.h"
#include "vmcs/check.h"
#include "vmcs/vmcs.h"

static void script(u32 reason, u32 length)
{
	sim_script_exit(&(struct sim_exit){.reason = reason, .instruction_length = length});
}

/* The guest writes its number where user space reads it: OUT to port 0x3f8. */
static void guest_sets_al(struct vcpu *vcpu, void *argument)
{
	vcpu->regs[REG_RAX] = *(u64 *)argument;
}

#define IO_OUT_BYTE_3F8 0x03f80000ull /* "Exit Qualification for I/O Instructions" */

static void check_run(struct fixture *machine)
{
	struct vcpu *vcpu = machine->vcpu;
	hpa_t vmcs = fixture_vmcs(machine);
	u64 number = 0x42;

	/* The first entry: CPUID is handled, HLT goes to user space. */
	script(EXIT_REASON_CPUID, 2);
	script(EXIT_REASON_HLT, 1);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	EXPECT_STR_EQ(sim_entry_failure(), "");
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(vcpu->rip, 0xfff0 + 3);
	EXPECT_TRUE(sim_vmcs_launched(vmcs));
	EXPECT_EQ(sim_vmx_counts.entries, 2);

	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_IO_INSTRUCTION,
					   .qualification = IO_OUT_BYTE_3F8,
					   .instruction_length = 1,
					   .guest = guest_sets_al,
					   .argument = &number});
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_IO);
	EXPECT_EQ(vcpu->run->io.port, 0x3f8);
	EXPECT_EQ(vcpu->pio_data[0], 0x42);

	/* On the other CPU it is cleared where it was, and launched anew. */
	sim_run_on(1);
	script(EXIT_REASON_HLT, 1);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(vcpu->vmcs.cpu, 1);

	/* The CPU that has it goes offline: it is cleared there first. */
	sim_run_on(0);
	sim_cpu_down(1);
	EXPECT_EQ(vcpu->vmcs.cpu, -1);
	EXPECT_FALSE(sim_vmcs_launched(vmcs));
	script(EXIT_REASON_HLT, 1);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);

	/* At the script's end: an interrupt, and a signal. */
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	sim_signal(false);
	EXPECT_STR_EQ(sim_log_text(), "");
}

static void fail(void *context, const char *line)
{
	test_fail(__FILE__, __LINE__, "%s", line);
}

/* What Lintel makes of the VMCS breaks no rule, and can all be read back. */
static void check_rules(struct vcpu *vcpu)
{
	static struct vmcs_image image;
	struct check_summary summary;

	host_vcpu_get(vcpu);
	vmcs_image_read(&image);
	host_vcpu_release(vcpu);
	summary = vmcs_check_report(&image, fail, NULL);
	EXPECT_EQ(summary.broken, 0);
	EXPECT_TRUE(summary.holds > check_rule_count() - 10);
}

static void check_set(const struct vmx_cap_msrs *msrs, unsigned int *usable)
{
	struct fixture *machine = FIXTURE(.msrs = msrs, .pages = 1, .vcpus = 1);

	if (!machine)
		return;
	++*usable;
	check_run(machine);
	check_rules(machine->vcpu);
	fixture_destroy(machine);
}

static int is_recording(const struct dirent *entry)
{
	return strstr(entry->d_name, ".msr") != NULL;
}

TEST(vcpu_runs_on_every_recorded_processor)
{
	static struct recording recording;
	struct recording_error error;
	struct dirent **files;
	unsigned int usable = 0, all = 0;
	char path[512];
	int count = scandir(test_source_path("data/cpus"), &files, is_recording, alphasort);

	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "data/cpus/%s", files[i]->d_name);
		if (recording_read(test_source_path(path), &recording, &error))
			test_fail(__FILE__, __LINE__, "%s: %s", path, error.words);
		for (unsigned int set = 0; set < recording.sets; set++, all++) {
			test_context("%s, processor %u", files[i]->d_name, set);
			check_set(&recording.set[set].msrs, &usable);
		}
		free(files[i]);
	}
	free(files);
	/* The recordings that are usable: tests/unit/cap/verdicts.h says which. */
	EXPECT_TRUE(all >= 180);
	EXPECT_TRUE(usable >= 110);
}
