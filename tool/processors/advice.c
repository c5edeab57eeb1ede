// SPDX-License-Identifier: GPL-2.0
/*
 * SDM: "Discovering Support for VMX", "Enabling and Entering VMX Operation".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "advice.h"
#include "facts/control.h"
#include "facts/cpuid_feature.h"
#include "facts/cpuid_leaf.h"
#include "facts/msr.h"
#include "tool/processor/availability.h"
#include "tool/processor/hypervisor.h"

static void advise(json_t *list, const char *words)
{
	json_array_append_new(list, json_string(words));
}

/* How the one that runs this virtual machine offers VMX. */
static void advise_provider(json_t *list, const struct processor *p, const char *what)
{
	const struct recording_cpuid *row =
		recording_cpuid_find(&p->more, CPUID_LEAF_HYPERVISOR, 0);
	const struct hypervisor *below = row ? hypervisor_find(row->out) : NULL;

	json_array_append_new(list, json_sprintf("%s: %s", what,
						 below && below->nested
							 ? below->nested
							 : "nested virtualization has to be "
							   "turned on for it by its hypervisor "
							   "or provider"));
}

static bool advise_cpuid(json_t *list, const struct processor *p)
{
	const struct recording_cpuid *row = recording_cpuid_find(&p->more, 1, 0);

	if (!row || cpuid_feature_in(row->out, FEATURE_VMX))
		return false;
	if (cpuid_feature_in(row->out, FEATURE_HYPERVISOR))
		advise_provider(list, p, "CPUID announces no VMX to this virtual machine");
	else
		advise(list,
		       "CPUID announces no VMX: the processor has none, or the firmware hides "
		       "it (its menus: Intel Virtualization Technology, VT-x, Vanderpool)");
	return true;
}

static void advise_firmware(json_t *list, const struct processor *p)
{
	u64 value = cap_msr_value(&p->raw, CAP_FEATURE_CONTROL);

	if (!cap_msr_present(&p->raw, CAP_FEATURE_CONTROL) || (value & FEATURE_CONTROL_VMX) ||
	    !(value & FEATURE_CONTROL_LOCK))
		return;
	if (p->class == RECORDING_VIRTUAL)
		advise_provider(list, p, "IA32_FEATURE_CONTROL is locked without VMX");
	else
		advise(list,
		       "IA32_FEATURE_CONTROL is locked without VMX: turn on Intel Virtualization "
		       "Technology (VT-x, VMX; under Advanced, CPU or Security) in the "
		       "firmware's menus, and power the machine off once");
}

static enum availability secondary(const struct processor *p, u64 control)
{
	return availability_control(&p->raw, (struct ctl_ref){.word = CTL_SECONDARY,
							      .bit = (u8)__builtin_ctzll(control)});
}

static void advise_nested(json_t *list, const struct processor *p)
{
	if (p->class != RECORDING_VIRTUAL || !cap_msr_present(&p->raw, CAP_BASIC))
		return;
	if (secondary(p, CPU2_ENABLE_EPT) == AVAILABLE_NO)
		advise(list, "the hypervisor below offers VMX without EPT: with KVM its kvm_intel "
			     "needs ept=1 (and hardware with EPT), and QEMU +vmx-ept");
	else if (secondary(p, CPU2_UNRESTRICTED_GUEST) == AVAILABLE_NO)
		advise(list,
		       "the hypervisor below offers VMX without unrestricted guest: with KVM its "
		       "kvm_intel needs unrestricted_guest=1, and QEMU "
		       "+vmx-unrestricted-guest");
}

/* What KVM clears in the primary controls when it is asked to, or has a TPR shadow. */
#define KVM_CLEARS                                                                                 \
	(CPU1_HLT_EXITING | CPU1_MWAIT_EXITING | CPU1_MONITOR_EXITING | CPU1_PAUSE_EXITING |       \
	 CPU1_CR8_LOAD_EXITING | CPU1_CR8_STORE_EXITING)

static void advise_forced(json_t *list, const struct processor *p)
{
	enum cap_msr msr = cap_word_msr(&p->raw, CTL_PRIMARY);
	u64 forced = cap_msr_value(&p->raw, msr) & KVM_CLEARS;

	for (unsigned int bit = 0; bit < 32; bit++)
		if (forced >> bit & 1)
			json_array_append_new(
				list,
				json_sprintf(
					"\"%s\" cannot be 0 here, and KVM clears it where it is "
					"asked to (KVM_CAP_X86_DISABLE_EXITS; QEMU: -overcommit "
					"cpu-pm=on) or has a TPR shadow: VM entries fail then, "
					"KVM_EXIT_FAIL_ENTRY with reason 0 or 7",
					ctl_find(CTL_PRIMARY, bit)->name));
}

/* --- this machine ---------------------------------------------------------------------------- */

static bool is_loaded(const char *module)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", module);
	return !access(path, F_OK);
}

static void advise_machine(json_t *list)
{
	static const char *const others[] = {"vboxdrv", "vmmon"};

	if (!access("/dev/kvm", F_OK) && access("/dev/kvm", R_OK | W_OK) && errno == EACCES)
		advise(list, "/dev/kvm is there, and this user may not open it: join the group kvm "
			     "(usermod -aG kvm USER, and log in anew)");
	if (is_loaded("kvm_intel") && !is_loaded("lintel"))
		advise(list, "kvm_intel is loaded: it has to go before lintel is loaded (rmmod "
			     "kvm_intel)");
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (is_loaded(others[i]))
			json_array_append_new(
				list, json_sprintf("%s is loaded: that hypervisor may hold "
						   "VMX while its virtual machines run, and "
						   "VMXON fails then",
						   others[i]));
}

json_t *advice_on(const struct processor *p, bool this_machine)
{
	json_t *list = json_array();

	if (!advise_cpuid(list, p)) {
		advise_firmware(list, p);
		advise_nested(list, p);
		if (p->class == RECORDING_VIRTUAL)
			advise_forced(list, p);
	}
	if (this_machine)
		advise_machine(list);
	return list;
}
