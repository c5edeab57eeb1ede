// SPDX-License-Identifier: GPL-2.0
/*
 * From the capability MSRs to the choice in force, and whether every CPU agrees with it.
 */
#include <linux/cpu.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>
#include <asm/processor.h>
#include <asm/tlbflush.h>
#include <compat.h>
#include "platform.h"
#include "cap/describe.h"
#include "cpuid/cpuid.h"

struct vmx_cap_msrs capability_msrs;

/* What is worked out for one CPU at a time: too large for a stack. */
static struct {
	struct vmx_cap_msrs raw;
	struct vmcs_config config;
	struct vmx_capability capability;
	struct cap_report report;
} check;

static void print_problem(void *context, const char *line)
{
	const int *cpu = context;

	pr_err("CPU %d: %s\n", *cpu, line);
}

static void print_note(void *context, const char *line)
{
	pr_debug("%s\n", line);
}

static void print_line(void *context, const char *line)
{
	pr_info("%s\n", line);
}

/* Firmware that leaves IA32_FEATURE_CONTROL open leaves the choice to the system; VMXON needs it
 * made. */
static void lock_feature_control(void)
{
	u64 value;

	if (host_rdmsr_safe(MSR_IA32_FEAT_CTL, &value) || (value & FEAT_CTL_LOCKED))
		return;
	host_wrmsr_safe(MSR_IA32_FEAT_CTL,
			value | FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX | FEAT_CTL_LOCKED);
}

static void read_msrs_here(void *raw)
{
	lock_feature_control();
	cap_read_msrs(raw);
}

/* Compare check.raw, which came from that CPU, with the choice in force. */
static int compare(int cpu)
{
	int error = setup_vmcs_config(&check.raw, &check.config, &check.capability, &check.report);

	if (!error)
		error = cap_compare(&vmcs_config, &vmx_capability, &check.config, &check.capability,
				    &check.report);
	if (error)
		cap_describe_problems(&check.report, print_problem, &cpu);
	return error;
}

int check_processor_compat(void)
{
	read_msrs_here(&check.raw);
	return compare(smp_processor_id());
}

static int check_online_processors(void)
{
	int cpu, failed = 0;

	cpus_read_lock();
	for_each_online_cpu(cpu)
	{
		smp_call_function_single(cpu, read_msrs_here, &check.raw, 1);
		if (compare(cpu))
			failed++;
	}
	cpus_read_unlock();
	if (!failed)
		return 0;
	pr_err("%d of the CPUs online cannot take part\n", failed);
	return -EIO;
}

static void note_vmx_operation(void *count)
{
	if (__read_cr4() & X86_CR4_VMXE)
		atomic_inc(count);
}

/* Two hypervisors cannot share VMX operation. */
static int refuse_other_hypervisor(void)
{
	struct kobject *kvm = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, "kvm_intel");
	atomic_t count = ATOMIC_INIT(0);

	if (kvm) {
		kobject_put(kvm);
		pr_err("kvm_intel is loaded: two hypervisors cannot share VMX operation; unload it "
		       "first (modprobe -r kvm_intel)\n");
		return -EBUSY;
	}
	on_each_cpu(note_vmx_operation, &count, 1);
	if (!atomic_read(&count))
		return 0;
	pr_err("CR4.VMXE is 1 on %d CPUs: another hypervisor uses VMX operation\n",
	       atomic_read(&count));
	return -EBUSY;
}

static int __init setup_from_this_processor(void)
{
	int cpu = get_cpu();
	int error;

	read_msrs_here(&capability_msrs);
	put_cpu();
	error = setup_vmcs_config(&capability_msrs, &vmcs_config, &vmx_capability, &check.report);
	if (error) {
		cap_describe_problems(&check.report, print_problem, &cpu);
		return error;
	}
	cap_describe_notes(&check.report, print_note, NULL);
	cap_describe_words(&vmcs_config, print_line, NULL);
	return 0;
}

int __init hardware_setup(void)
{
	int error;

	/* Not the kernel's feature bit: it is off too where the firmware has disabled VT-x, and
	 * IA32_FEATURE_CONTROL says that better. */
	if (!cpuid_host_has(FEATURE_VMX)) {
		pr_err("this processor has no VT-x (CPUID.1:ECX.VMX is 0)\n");
		return -EOPNOTSUPP;
	}
	/* host_vmenter() hands NMIs over through the IDT. */
	if (compat_host_uses_fred()) {
		pr_err("the kernel uses FRED, which Lintel cannot hand NMIs to: boot it with "
		       "fred=off\n");
		return -EOPNOTSUPP;
	}
	error = refuse_other_hypervisor();
	if (!error)
		error = setup_from_this_processor();
	if (!error)
		error = check_online_processors();
	return error;
}
