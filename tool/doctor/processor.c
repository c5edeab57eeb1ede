// SPDX-License-Identifier: GPL-2.0
/*
 * What /proc/cpuinfo and the firmware's tables say of the processor: whether it has VT-x, what of
 * it, and whether it is one that a hypervisor shows its guest.
 */
#include <cpuid.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "facts/capability_msr.h"
#include "facts/cpuid_leaf.h"
#include "facts/msr.h"
#include "tool/processor/cpuinfo.h"
#include "tool/processor/hypervisor.h"

/* The value of the first line "KEY : VALUE", to be freed; NULL where there is none. */
static char *value_of(const char *text, const char *key)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *value;

		line += *line == '\n';
		value = cpuinfo_value(line, key);
		if (value)
			return strndup(value, strcspn(value, "\n"));
	}
	return NULL;
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	const char *at = words;

	while (at && (at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') && (!at[length] || at[length] == ' '))
			return true;
		at += length;
	}
	return false;
}

/* Its name, as far as CPUID tells; this machine's alone. */
static const char *hypervisor_below(const struct doctor *doctor)
{
	const struct hypervisor *below;
	uint32_t out[4];

	if (*doctor->root)
		return "a hypervisor";
	__cpuid(CPUID_LEAF_HYPERVISOR, out[0], out[1], out[2], out[3]);
	below = hypervisor_find(out);
	return below ? below->name : "a hypervisor that is not known";
}

static void tell_extensions(struct doctor *doctor, const char *flags, bool virtual_machine)
{
	if (has_word(flags, "vmx"))
		doctor_tell(doctor, "processor", "virtualization", FINDING_FINE, NULL, "VT-x");
	else if (has_word(flags, "svm"))
		doctor_tell(doctor, "processor", "virtualization", FINDING_WARNING,
			    "KVM runs here with kvm_amd; Lintel is for VT-x", "AMD-V");
	else if (virtual_machine)
		doctor_tell(doctor, "processor", "virtualization", FINDING_BAD,
			    "turn nested virtualization on where this machine is made: with QEMU "
			    "-cpu host and kvm_intel's nested=1; of a cloud, another kind of "
			    "machine",
			    "the hypervisor below shows neither VT-x nor AMD-V");
	else
		doctor_tell(doctor, "processor", "virtualization", FINDING_BAD,
			    "turn \"Intel Virtualization Technology\" (VT-x, VMX) on in the "
			    "firmware's menus, and switch the machine off and on again",
			    "no VT-x: the firmware has it off, or the processor has none");
}

/* What the kernel says there is of VT-x, and what KVM and VMMs miss without it. */
static const struct {
	const char *flag, *what, *advice;
	enum finding_state without;
} vmx_flags[] = {
	{"ept", "EPT", "without it KVM keeps shadow page tables, slowly; Lintel needs it",
	 FINDING_WARNING},
	{"unrestricted_guest", "unrestricted guest",
	 "without it real mode is emulated: firmware is slow, and Lintel does not load",
	 FINDING_WARNING},
	{"vpid", "VPID", "without it each exit flushes the guest's translations", FINDING_WARNING},
	{"preemption_timer", "preemption timer", NULL, FINDING_FINE},
	{"apicv", "APIC virtualization", NULL, FINDING_FINE},
	{"posted_intr", "posted interrupts", NULL, FINDING_FINE},
	{"pml", "page-modification logging", NULL, FINDING_FINE},
};

static void tell_vmx_flags(struct doctor *doctor, const char *flags)
{
	for (size_t i = 0; i < sizeof(vmx_flags) / sizeof(vmx_flags[0]); i++) {
		bool has = has_word(flags, vmx_flags[i].flag);

		doctor_tell(doctor, "processor", vmx_flags[i].what,
			    has ? FINDING_FINE : vmx_flags[i].without,
			    has ? NULL : vmx_flags[i].advice, has ? "yes" : "no");
	}
}

static void tell_name(struct doctor *doctor, const char *text)
{
	char *name = value_of(text, "model name"), *family = value_of(text, "cpu family");
	char *model = value_of(text, "model"), *stepping = value_of(text, "stepping");

	doctor_tell(doctor, "processor", "name", name ? FINDING_FINE : FINDING_UNKNOWN, NULL,
		    "%s, family %s, model %s, stepping %s", name ? name : "?",
		    family ? family : "?", model ? model : "?", stepping ? stepping : "?");
	free(name);
	free(family);
	free(model);
	free(stepping);
}

void doctor_look_at_processor(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/proc/cpuinfo"), *flags, *vmx, *end;

	if (!text) {
		doctor_tell(doctor, "processor", "name", FINDING_UNKNOWN, "mount /proc",
			    "/proc/cpuinfo cannot be read");
		return;
	}
	end = strstr(text, "\n\n");
	if (end)
		*end = '\0';
	flags = value_of(text, "flags");
	vmx = value_of(text, "vmx flags");
	tell_name(doctor, text);
	tell_extensions(doctor, flags, has_word(flags, "hypervisor"));
	if (vmx)
		tell_vmx_flags(doctor, vmx);
	if (has_word(flags, "hypervisor"))
		doctor_tell(doctor, "processor", "below", FINDING_WARNING,
			    "exits cost several times what they do on a processor, and what the "
			    "hypervisor below gets wrong shows here",
			    "this is a virtual machine: %s", hypervisor_below(doctor));
	else
		doctor_tell(doctor, "processor", "below", FINDING_FINE, NULL,
			    "nothing: not a virtual machine");
	free(flags);
	free(vmx);
	free(text);
}

/* What the firmware left in IA32_FEATURE_CONTROL, which tells only who is root and has the msr
 * device. */
static void tell_feature_control(struct doctor *doctor)
{
	char *name;
	uint64_t value;
	int fd;

	if (asprintf(&name, "%s/dev/cpu/0/msr", doctor->root) < 0)
		return;
	fd = open(name, O_RDONLY | O_CLOEXEC);
	free(name);
	if (fd < 0)
		return;
	if (pread(fd, &value, sizeof(value), cap_msr_table[CAP_FEATURE_CONTROL].index) ==
	    sizeof(value)) {
		bool off = (value & (FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX)) ==
			   FEATURE_CONTROL_LOCK;

		doctor_tell(doctor, "firmware", "IA32_FEATURE_CONTROL",
			    off ? FINDING_BAD : FINDING_FINE,
			    off ? "only the firmware can change it: turn VT-x on in its menus, and "
				  "switch the machine off and on again"
				: NULL,
			    "0x%llx: %s", (unsigned long long)value,
			    off ? "locked with VMXON outside SMX off" : "VMXON is allowed");
	}
	close(fd);
}

/* SMBIOS, as the kernel keeps it. */
void doctor_look_at_firmware(struct doctor *doctor)
{
	static const struct {
		const char *what, *path;
	} names[] = {
		{"vendor", "/sys/class/dmi/id/sys_vendor"},
		{"machine", "/sys/class/dmi/id/product_name"},
		{"version", "/sys/class/dmi/id/bios_version"},
		{"date", "/sys/class/dmi/id/bios_date"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = doctor_read(doctor, names[i].path);

		if (text)
			doctor_tell(doctor, "firmware", names[i].what, FINDING_FINE, NULL, "%s",
				    text);
		free(text);
	}
	tell_feature_control(doctor);
}
