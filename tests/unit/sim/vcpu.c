// SPDX-License-Identifier: GPL-2.0
/* The whole core on the software processor: what goes wrong, and that it goes on afterwards. */
#include "api/api.h"
#include "facts/exit_reason.h"
#include "exit/run.h"
#include "io/bus.h"
#include "fixture/vm.h"
#include "life/life.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

static void script(u32 reason)
{
	sim_script_exit(&(struct sim_exit){.reason = reason, .instruction_length = 1});
}

TEST(vcpu_creation_without_memory)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct sim_memory before = sim_memory_now();
	unsigned int n, failures = 0;
	static struct vcpu vcpu;

	for (n = 0;; n++) {
		struct sim_memory now;
		int error;

		memset(&vcpu, 0, sizeof(vcpu));
		vcpu.run = machine->vcpu->run;
		vcpu.pio_data = machine->vcpu->pio_data;
		sim_fail_allocation_after(n);
		error = vmx_create_vcpu(&machine->vm, &vcpu, 1);
		if (!sim_allocation_failed()) {
			EXPECT_EQ(error, 0);
			break;
		}
		test_context("allocation %u", n);
		failures++;
		EXPECT_EQ(error, -ENOMEM);
		now = sim_memory_now();
		EXPECT_EQ(now.objects, before.objects);
		EXPECT_EQ(now.pages, before.pages);
	}
	/* At least the VMCS, the MSR bitmap, the MSRs and the FPU state. */
	EXPECT_TRUE(failures >= 4);
	sim_fail_allocation_never();
	vmx_free_vcpu(&vcpu);
	fixture_destroy(machine);
}

TEST(vcpu_reports_controls_that_the_processor_refuses)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct kvm_run *run = machine->vcpu->run;
	hpa_t vmcs = fixture_vmcs(machine);
	u64 bitmap = sim_vmcs_get(vmcs, MSR_BITMAP);

	sim_vmcs_set(vmcs, MSR_BITMAP, bitmap + 8);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_EQ(run->fail_entry.hardware_entry_failure_reason, 7);
	EXPECT_EQ(run->fail_entry.cpu, 0);
	EXPECT_CONTAINS(sim_log_text(), "VMLAUNCH failed: VM-instruction error 7");
	EXPECT_CONTAINS(sim_log_text(), "broken rule ctl.msr_bitmap.aligned: ");
	EXPECT_CONTAINS(sim_log_text(), "VMCS 0x2004 = ");

	sim_vmcs_set(vmcs, MSR_BITMAP, bitmap);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(run->exit_reason, KVM_EXIT_HLT);
	fixture_destroy(machine);
}

TEST(vcpu_is_measured_only_while_somebody_wants_it)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	const struct vcpu_stats *stats = &machine->vcpu->stats;

	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(stats->measurement, 0);

	sim_measurement = 1;
	script(EXIT_REASON_INVD);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	script(EXIT_REASON_HLT);
	sim_advance_tsc(1000000);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	sim_measurement = 0;
	EXPECT_EQ(stats->cost[EXIT_REASON_INVD].count, 1);
	EXPECT_TRUE(stats->cost[EXIT_REASON_INVD].kernel > 0);
	EXPECT_EQ(stats->cost[EXIT_REASON_INVD].user, 0);
	/* The first of all was still being handled when it began, the last is when it ends. */
	EXPECT_EQ(stats->cost[EXIT_REASON_HLT].count, 2);
	EXPECT_TRUE(stats->cost[EXIT_REASON_HLT].user >= 1000000);
	EXPECT_TRUE(stats->ticks[VCPU_PHASE_GUEST] > 0);
	fixture_destroy(machine);
}

TEST(vcpu_runs_again_after_an_invalid_guest_state)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct kvm_run *run = machine->vcpu->run;
	hpa_t vmcs = fixture_vmcs(machine);
	u64 rights = sim_vmcs_get(vmcs, GUEST_TR_AR_BYTES);

	/* The VMCS does not count as launched after this: another VMLAUNCH has to follow. */
	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, 0);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_EQ(run->fail_entry.hardware_entry_failure_reason,
		  BIT32(31) | EXIT_REASON_INVALID_GUEST_STATE);
	EXPECT_FALSE(sim_vmcs_launched(vmcs));

	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, rights);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(run->exit_reason, KVM_EXIT_HLT);
	fixture_destroy(machine);
}

/* The event of an entry that failed waits on, unless user space takes it back. */
TEST(vcpu_keeps_the_event_of_an_entry_that_failed)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	hpa_t vmcs = fixture_vmcs(machine);
	u64 rights = sim_vmcs_get(vmcs, GUEST_TR_AR_BYTES);
	struct sim_exit cut_short = {
		.reason = EXIT_REASON_TRIPLE_FAULT,
		.idt_vectoring_info = BIT32(31) | 0x20,
	};

	sim_vmcs_set(vmcs, GUEST_RFLAGS, 0x202);
	sim_script_exit(&cut_short);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_TRUE(vcpu->events.interrupt.injected);

	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, 0);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_TRUE(vcpu->events.interrupt.injected);

	/* The processor's note of the event is still that of the exit before. */
	vcpu->events.interrupt.injected = false;
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_FALSE(vcpu->events.interrupt.injected);

	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, rights);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(sim_injections(), 0);
	fixture_destroy(machine);
}

/* So does an exception that was raised for it. */
TEST(vcpu_keeps_the_exception_of_an_entry_that_failed)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	hpa_t vmcs = fixture_vmcs(machine);
	u64 rights = sim_vmcs_get(vmcs, GUEST_TR_AR_BYTES);

	host_vcpu_get(vcpu);
	vcpu_inject_exception(vcpu, VECTOR_UD);
	host_vcpu_release(vcpu);
	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, 0);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_EQ(sim_injections(), 0);

	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, rights);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	REQUIRE_EQ(sim_injections(), 1);
	EXPECT_EQ(sim_injection_at(0).info & 0x7ff, 3 << 8 | VECTOR_UD);
	fixture_destroy(machine);
}

/* The VMCS of an entry that failed is told once in ten seconds, what is wrong with it each time. */
TEST(vcpu_logs_the_vmcs_of_entries_that_fail_now_and_then)
{
	static const struct {
		u64 later; /* ns */
		bool told;
	} rows[] = {{0, true}, {0, false}, {9999999999, false}, {1, true}, {1, false}};
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);

	sim_vmcs_set(fixture_vmcs(machine), GUEST_TR_AR_BYTES, 0);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %u", i);
		sim_advance_time(rows[i].later);
		sim_log_clear();
		EXPECT_EQ(vcpu_run(machine->vcpu), 0);
		EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
		EXPECT_CONTAINS(sim_log_text(), "broken rule ");
		EXPECT_EQ(strstr(sim_log_text(), "VMCS 0x2004 = ") != NULL, rows[i].told);
	}
	fixture_destroy(machine);
}

TEST(vcpu_hands_over_a_machine_check_of_an_entry)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	u64 before = sim_delivered.machine_checks;

	script(BIT32(31) | EXIT_REASON_MACHINE_CHECK_ENTRY);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_EQ(sim_delivered.machine_checks, before + 1);
	fixture_destroy(machine);
}

/* Once: an exit that follows, or an entry that fails, has nothing to do with it. */
TEST(vcpu_hands_over_an_nmi_of_the_host)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	hpa_t vmcs = fixture_vmcs(machine);

	sim_script_exit(&(struct sim_exit){.reason = EXIT_REASON_EXCEPTION_OR_NMI,
					   .interruption_info = 0x80000202});
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(sim_delivered.nmis, 1);
	EXPECT_EQ(sim_delivered.machine_checks, 0);

	sim_vmcs_set(vmcs, VM_EXIT_INTR_INFO, 0x80000202);
	sim_vmcs_set(vmcs, GUEST_TR_AR_BYTES, 0);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	EXPECT_EQ(sim_delivered.nmis, 1);
	fixture_destroy(machine);
}

/* The shadow's bits in the KVM API are the other way round than in the VMCS. */
TEST(vcpu_events_translate_the_shadow)
{
	static const struct {
		u8 set, get;
		u32 blocking;
	} rows[] = {
		{0, 0, 0},
		{KVM_X86_SHADOW_INT_STI, KVM_X86_SHADOW_INT_STI, BLOCKING_BY_STI},
		{KVM_X86_SHADOW_INT_MOV_SS, KVM_X86_SHADOW_INT_MOV_SS, BLOCKING_BY_MOV_SS},
		{KVM_X86_SHADOW_INT_STI | KVM_X86_SHADOW_INT_MOV_SS, KVM_X86_SHADOW_INT_MOV_SS,
		 BLOCKING_BY_MOV_SS},
		{0xfc, 0, 0},
	};
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct kvm_vcpu_events events;
	struct ioctl_call call = {.vm = &machine->vm, .vcpu = machine->vcpu, .data = &events};

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		test_context("row %u", i);
		events = (struct kvm_vcpu_events){.flags = KVM_VCPUEVENT_VALID_SHADOW,
						  .interrupt.shadow = rows[i].set};
		host_vcpu_get(machine->vcpu);
		EXPECT_EQ(ioctl_carry_out(ioctl_find(SCOPE_VCPU, KVM_SET_VCPU_EVENTS), &call), 0);
		EXPECT_EQ(sim_vmcs_get(fixture_vmcs(machine), GUEST_INTERRUPTIBILITY_INFO),
			  rows[i].blocking);
		EXPECT_EQ(ioctl_carry_out(ioctl_find(SCOPE_VCPU, KVM_GET_VCPU_EVENTS), &call), 0);
		EXPECT_EQ(events.interrupt.shadow, rows[i].get);
		host_vcpu_release(machine->vcpu);
	}
	fixture_destroy(machine);
}

/* #AC: the guest's own goes to the guest, the host's split-lock detection's does not. */
TEST(vcpu_tells_alignment_checks_from_split_locks)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	struct sim_exit split_lock = {
		.reason = EXIT_REASON_EXCEPTION_OR_NMI,
		.interruption_info = BIT32(31) | BIT32(11) | 3 << 8 | VECTOR_AC,
	};

	sim_script_exit(&split_lock);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_FALSE(vcpu->events.exception.injected);

	sim_split_locks_refused = true;
	sim_script_exit(&split_lock);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_EXCEPTION);
	EXPECT_EQ(vcpu->run->ex.exception, VECTOR_AC);
	fixture_destroy(machine);
}

/* The guest reads a word of its page, and comes until it is mapped. */
TEST(vcpu_faults_memory_in)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct sim_exit violation = {
		.reason = EXIT_REASON_EPT_VIOLATION,
		.qualification = 1,
		.guest_physical = 0x10,
	};

	sim_script_exit(&violation);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(machine->vm.ept.pages, 4);
	EXPECT_TRUE(sim_user_pfn(machine->ram));
	EXPECT_EQ(sim_page_references(), 0);

	/* The process takes it away: KVM_RUN says so, and the VM is still there. */
	sim_user_unmap(machine->ram, LINTEL_PAGE_SIZE);
	sim_script_exit(&violation);
	EXPECT_EQ(machine->vcpu->requests, BIT32(VCPU_REQUEST_FLUSH_TLB));
	EXPECT_EQ(vcpu_run(machine->vcpu), -EFAULT);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);

	/* The hardware lost it: the thread has got a signal, so KVM_RUN ends as by any. */
	sim_page_get_fail(-EHWPOISON);
	sim_script_exit(&violation);
	EXPECT_EQ(vcpu_run(machine->vcpu), -EINTR);
	EXPECT_EQ(machine->vcpu->run->exit_reason, KVM_EXIT_INTR);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(machine->vcpu), 0);
	fixture_destroy(machine);
}

static void stop_guests(void *argument, u64 hva)
{
	sim_stop_guests();
}

/* The machine goes down: KVM_RUN ends, and what waits for user space is what the guest did. */
TEST(vcpu_is_not_entered_once_the_machine_goes_down)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	struct sim_exit violation = {.reason = EXIT_REASON_EPT_VIOLATION, .qualification = 1};
	u64 entries;

	sim_page_get_hook(stop_guests, NULL);
	sim_script_exit(&violation);
	entries = sim_vmx_counts.entries;
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
	EXPECT_EQ(machine->vm.ept.pages, 4);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(sim_vmx_counts.entries, entries + 1);
	EXPECT_STR_EQ(sim_log_text(), "");
	sim_page_get_hook(NULL, NULL);
	fixture_destroy(machine);
}

static bool end_vmx(struct bus_device *device, struct vcpu *vcpu, u64 address, unsigned int length,
		    const void *data)
{
	sim_vmx_end();
	/* What else is asked for the exit reads as 0, and the log does not say so. */
	EXPECT_EQ(vcpu_seg_base(vcpu, SEG_CS), 0);
	return false;
}

/* VMX operation ends while an exit is handled, an OUT for user space: it does not get there. */
TEST(vcpu_exit_without_a_vmcs_is_nobodys)
{
	struct bus_device device = {.start = 0x70, .length = 1, .write = end_vmx};
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	struct sim_exit out = {
		.reason = EXIT_REASON_IO_INSTRUCTION,
		.qualification = 0x70 << 16,
		.instruction_length = 1,
	};
	u64 entries = sim_vmx_counts.entries;

	EXPECT_EQ(bus_add(&machine->vm, BUS_PIO, &device), 0);
	sim_script_exit(&out);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
	EXPECT_EQ(vcpu_run(vcpu), -EINTR);
	EXPECT_EQ(sim_vmx_counts.entries, entries + 1);
	EXPECT_STR_EQ(sim_log_text(), "");
	fixture_destroy(machine);
}

/* MOV DR after MOV SS, with TF and DR7.GD: the #DB says general detect, and no single step waits.
 */
TEST(vcpu_detects_mov_dr_in_a_shadow)
{
	struct fixture *machine = FIXTURE(.pages = 1, .vcpus = 1);
	struct vcpu *vcpu = machine->vcpu;
	hpa_t vmcs = fixture_vmcs(machine);

	vcpu->dr7 = vcpu->debug.dr7_in_use = DR7_FIXED | DR7_GD;
	sim_vmcs_set(vmcs, GUEST_DR7, vcpu->dr7);
	vcpu_rflags_write(vcpu, RFLAGS_FIXED | RFLAGS_TF);
	sim_vmcs_set(vmcs, GUEST_INTERRUPTIBILITY_INFO, BLOCKING_BY_MOV_SS);
	sim_vmcs_set(vmcs, GUEST_PENDING_DBG_EXCEPTIONS, DR6_BS);
	script(EXIT_REASON_MOV_DR);
	script(EXIT_REASON_HLT);
	EXPECT_EQ(vcpu_run(vcpu), 0);
	EXPECT_EQ(vcpu->run->exit_reason, KVM_EXIT_HLT);
	EXPECT_EQ(vcpu->dr6, DR6_FIXED | DR6_BD);
	EXPECT_EQ(vcpu->dr7, DR7_FIXED);
	EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_INTERRUPTIBILITY_INFO), 0);
	EXPECT_EQ(sim_vmcs_get(vmcs, GUEST_PENDING_DBG_EXCEPTIONS), 0);
	fixture_destroy(machine);
}
