// SPDX-License-Identifier: GPL-2.0
/*
 * Live values: from the kernel's msr device, which reads any MSR for root, or from the file in
 * debugfs that Lintel's module writes as a recording.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool/command.h"
#include "cpuinfo.h"
#include "live.h"

#define MODULE_FILE "/sys/kernel/debug/lintel/recording"
#define ONLINE_FILE "/sys/devices/system/cpu/online"
#define CPUS_MAX    (LIVE_CPU_MAX + 1)

struct live_cpu {
	const char *source;
	unsigned int number;
	struct vmx_cap_msrs raw;
	struct recording_more more;
	const struct cpuinfo *info;
	bool done; /* it went into a group */
};

struct live {
	unsigned int count;
	struct live_cpu *cpu;
};

struct msr_device {
	int fd, error; /* what was wrong, but for an MSR that is not there */
};

static int read_msr(void *ctx, u32 index, u64 *value)
{
	struct msr_device *device = ctx;

	if (pread(device->fd, value, sizeof(*value), index) == sizeof(*value))
		return 0;
	if (errno != EIO)
		device->error = errno;
	return -EIO;
}

/* Those that are there. */
static void read_feature_msrs(struct recording_more *more, int fd)
{
	for (enum recording_msr msr = 0; msr < RECORDING_MSRS; msr++)
		if (pread(fd, &more->msr[msr], sizeof(more->msr[msr]),
			  recording_msr_table[msr].index) == sizeof(more->msr[msr]))
			more->present |= BIT32(msr);
}

static int read_cpu(struct live_cpu *cpu)
{
	struct msr_device device = {.error = 0};
	char *path;

	if (asprintf(&path, "/dev/cpu/%u/msr", cpu->number) < 0)
		return ENOMEM;
	cpu->source = path;
	device.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (device.fd < 0)
		return errno;
	cap_read_msrs_by(&cpu->raw, read_msr, &device);
	read_feature_msrs(&cpu->more, device.fd);
	close(device.fd);
	return device.error;
}

static void add_cpu(struct live *live, unsigned int number)
{
	if (number < CPUS_MAX && live->count < CPUS_MAX)
		live->cpu[live->count++].number = number;
}

/* The numbers of the list "0-3,6" that the kernel keeps; without one, CPU 0. */
static void find_online(struct live *live)
{
	FILE *file = fopen(ONLINE_FILE, "re");
	unsigned int first, last;
	int c = ',';

	while (file && c == ',' && fscanf(file, "%u", &first) == 1) {
		last = first;
		c = fgetc(file);
		if (c == '-' && fscanf(file, "%u", &last) == 1)
			c = fgetc(file);
		for (; first <= last && first < CPUS_MAX; first++)
			add_cpu(live, first);
	}
	if (file)
		fclose(file);
	if (!live->count)
		add_cpu(live, 0);
}

/* gives: 0, or the errno of the first CPU that could not be read. */
static int read_devices(struct live *live, int cpu)
{
	int error = 0;

	if (cpu == LIVE_ALL)
		find_online(live);
	else
		add_cpu(live, (unsigned int)cpu);
	for (unsigned int i = 0; !error && i < live->count; i++)
		error = read_cpu(&live->cpu[i]);
	return error;
}

/* The module labels each CPU's values "cpu N".  gives: 0 or an errno. */
static int read_module(struct live *live, int cpu)
{
	static struct recording recording;
	struct recording_error error;
	int result = recording_read(MODULE_FILE, &recording, &error);

	if (result)
		return -result;
	live->count = 0;
	for (unsigned int i = 0; i < recording.sets; i++) {
		unsigned int number;

		if (sscanf(recording.set[i].label, "cpu %u", &number) != 1 ||
		    (cpu != LIVE_ALL && number != (unsigned int)cpu))
			continue;
		add_cpu(live, number);
		live->cpu[live->count - 1].source = MODULE_FILE;
		live->cpu[live->count - 1].raw = recording.set[i].msrs;
	}
	return live->count ? 0 : ENXIO;
}

static _Noreturn void fail(int cpu, int device, int module)
{
	int number = cpu == LIVE_ALL ? 0 : cpu;

	if ((device == ENXIO || module == ENXIO) && cpu != LIVE_ALL)
		command_fail("CPU %d: there is none, or it is not online", cpu);
	command_fail("this machine's MSRs cannot be read: /dev/cpu/%d/msr: %s (be root, modprobe "
		     "msr), %s: %s (be root, load lintel); or name a recording",
		     number, strerror(device), MODULE_FILE, strerror(module));
}

static bool same(const struct live_cpu *a, const struct live_cpu *b)
{
	return a->raw.present == b->raw.present &&
	       !memcmp(a->raw.value, b->raw.value, sizeof(a->raw.value)) &&
	       !memcmp(&a->more, &b->more, sizeof(a->more)) &&
	       !strcmp(a->info->name, b->info->name) && a->info->stepping == b->info->stepping;
}

/* The CPUs like this one, as the kernel writes lists, and marks them as done. */
static char *list_group(struct live *live, const struct live_cpu *like)
{
	char *list;
	size_t size;
	FILE *text = open_memstream(&list, &size);
	const char *separator = "cpu ";

	if (!text)
		command_fail("out of memory");
	for (unsigned int i = 0; i < live->count; i++) {
		unsigned int first = i;

		while (i < live->count && same(&live->cpu[i], like) &&
		       live->cpu[i].number - live->cpu[first].number == i - first)
			live->cpu[i++].done = true;
		if (i == first)
			continue;
		fprintf(text, "%s%u", separator, live->cpu[first].number);
		if (--i > first)
			fprintf(text, "-%u", live->cpu[i].number);
		separator = ",";
	}
	fclose(text);
	return list;
}

static void add_group(struct processors *processors, struct live *live, const struct live_cpu *cpu)
{
	static struct processor values;

	values.source = cpu->source;
	values.name = cpu->info->name[0] ? cpu->info->name : NULL;
	values.label = list_group(live, cpu);
	values.family = cpu->info->family;
	values.model = cpu->info->model;
	values.stepping = cpu->info->stepping;
	values.class = cpu->info->hypervisor ? RECORDING_VIRTUAL : RECORDING_PHYSICAL;
	values.raw = cpu->raw;
	values.more = cpu->more;
	values.live = true;
	processors_add(processors, &values);
}

/* The module measures by the first CPU: one that differs in what it uses is refused. */
static void compare_with_first(const struct processor *first, struct processor *p)
{
	if (p != first && first->usable && p->usable)
		p->usable = !cap_compare(&first->config, &first->capability, &p->config,
					 &p->capability, &p->report);
}

void processors_add_live(struct processors *processors, int cpu)
{
	struct live live = {.cpu = command_alloc(CPUS_MAX, sizeof(struct live_cpu))};
	struct cpuinfo *info = command_alloc(CPUS_MAX, sizeof(*info));
	int device = read_devices(&live, cpu), module = device ? read_module(&live, cpu) : 0;

	if (module)
		fail(cpu, device, module);
	cpuinfo_read(info, CPUS_MAX);
	for (unsigned int i = 0; i < live.count; i++) {
		live.cpu[i].info = &info[live.cpu[i].number];
		live_read_cpuid(&live.cpu[i].more, live.cpu[i].number);
	}
	for (unsigned int i = 0; i < live.count; i++)
		if (!live.cpu[i].done)
			add_group(processors, &live, &live.cpu[i]);
	for (size_t i = 0; i < processors->count; i++)
		compare_with_first(&processors->list[0], &processors->list[i]);
}
