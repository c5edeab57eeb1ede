// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel and its modules: who has VT-x, and how it is set; the weaknesses of processors, and
 * what the kernel does about them.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "tool/command.h"

static void tell_file(struct doctor *doctor, const char *section, const char *what,
		      const char *path)
{
	char *text = doctor_read(doctor, path);

	if (text && *text)
		doctor_tell(doctor, section, what, FINDING_FINE, NULL, "%s", text);
	free(text);
}

/* The word in brackets is what holds. */
static void tell_lockdown(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/sys/kernel/security/lockdown");
	bool locked = text && !strstr(text, "[none]");

	if (text)
		doctor_tell(doctor, "kernel", "lockdown", locked ? FINDING_WARNING : FINDING_FINE,
			    locked ? "a module of one's own loads only if it is signed with a key "
				     "that this kernel knows; /dev/cpu/N/msr cannot be written"
				   : NULL,
			    "%s", text);
	free(text);
}

static void tell_kernel(struct doctor *doctor)
{
	tell_file(doctor, "kernel", "release", "/proc/sys/kernel/osrelease");
	tell_file(doctor, "kernel", "build", "/proc/sys/kernel/version");
	tell_lockdown(doctor);
}

/* Modules that use VT-x, or AMD's counterpart. */
static const struct {
	const char *module, *words;
	bool other; /* not one that speaks the KVM API: while it has VT-x, none of these can */
} modules[] = {
	{"lintel", "Lintel", false},	     {"kvm_intel", "KVM for VT-x", false},
	{"kvm_amd", "KVM for AMD-V", false}, {"vboxdrv", "VirtualBox", true},
	{"vmmon", "VMware", true},
};

static void tell_parameter(struct doctor *doctor, const char *module, const char *parameter)
{
	char *path;

	if (asprintf(&path, "/sys/module/%s/parameters/%s", module, parameter) < 0)
		command_fail("out of memory");
	tell_file(doctor, "modules", parameter, path);
	free(path);
}

static void tell_modules(struct doctor *doctor)
{
	static const char *const parameters[] = {"nested",	 "ept",
						 "enable_apicv", "unrestricted_guest",
						 "flexpriority", "preemption_timer"};
	bool any = false;
	char path[64];

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s", modules[i].module);
		if (!doctor_has(doctor, path))
			continue;
		any = any || !modules[i].other;
		doctor_tell(doctor, "modules", modules[i].module,
			    modules[i].other ? FINDING_WARNING : FINDING_FINE,
			    modules[i].other ? "while one of its virtual machines runs, none of "
					       "KVM's does"
					     : NULL,
			    "%s", modules[i].words);
	}
	if (!any)
		doctor_tell(doctor, "modules", "KVM", FINDING_BAD,
			    "modprobe kvm_intel, or insmod lintel.ko",
			    "no module is loaded that speaks the KVM API");
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		tell_parameter(doctor, "kvm_intel", parameters[i]);
}

void doctor_look_at_system(struct doctor *doctor)
{
	tell_kernel(doctor);
	tell_modules(doctor);
}

#define WEAKNESSES "/sys/devices/system/cpu/vulnerabilities"

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* unaffected gets the names of those that this processor has not. */
static void tell_weakness(struct doctor *doctor, const char *name, FILE *unaffected)
{
	char path[sizeof(WEAKNESSES) + 257], *text;
	bool weak;

	snprintf(path, sizeof(path), WEAKNESSES "/%s", name);
	text = doctor_read(doctor, path);
	weak = text && (strstr(text, "Vulnerable") || strstr(text, "vulnerable"));
	if (text && !strcmp(text, "Not affected"))
		fprintf(unaffected, "%s%s", ftell(unaffected) ? ", " : "", name);
	else
		doctor_tell(doctor, "weaknesses", name, weak ? FINDING_WARNING : FINDING_FINE,
			    weak ? "a guest may read what is not its own: see hw-vuln in the "
				   "kernel's documentation before guests are other people's"
				 : NULL,
			    "%s", text ? text : "?");
	free(text);
}

static void tell_smt(struct doctor *doctor)
{
	char *active = doctor_read(doctor, "/sys/devices/system/cpu/smt/active");
	bool on = active && !strcmp(active, "1");

	if (active)
		doctor_tell(doctor, "weaknesses", "SMT", on ? FINDING_WARNING : FINDING_FINE,
			    on ? "a guest shares a core with whatever runs on its other thread: "
				 "nosmt, or core scheduling, where guests are other people's"
			       : NULL,
			    on ? "on" : "off, or none");
	free(active);
}

static void tell_weaknesses(struct doctor *doctor, struct dirent **entries, int count)
{
	char *names;
	size_t size;
	FILE *unaffected = open_memstream(&names, &size);

	if (!unaffected)
		command_fail("out of memory");
	for (int i = 0; i < count; i++)
		tell_weakness(doctor, entries[i]->d_name, unaffected);
	fclose(unaffected);
	if (*names)
		doctor_tell(doctor, "weaknesses", "not affected", FINDING_FINE, NULL, "%s", names);
	free(names);
}

void doctor_look_at_weaknesses(struct doctor *doctor)
{
	char *directory;
	struct dirent **entries;
	int count;

	if (asprintf(&directory, "%s" WEAKNESSES, doctor->root) < 0)
		command_fail("out of memory");
	count = scandir(directory, &entries, is_file, alphasort);
	free(directory);
	tell_smt(doctor);
	if (count < 0)
		return;
	tell_weaknesses(doctor, entries, count);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}
