// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest_layout.h"
#include "options.h"
#include "words/say.h"
#include "vmm/device/test_device.h"
#include "machine.h"

#define PAGE_MASK      4095ull
#define DEFAULT_MEMORY (64ull << 20)
#define HINT	       "see lintel run --help"

enum {
	OPT_FLAT16 = 256,
	OPT_FLAT64,
	OPT_ARGS,
	OPT_MARK_PORT,
	OPT_INITRD,
	OPT_MEMORY,
	OPT_CPUS,
	OPT_DEBUG_EXIT,
	OPT_DEVICE,
	OPT_DISK,
	OPT_VIRTIO_CONSOLE,
	OPT_IRQCHIP,
	OPT_TEST_DEVICE,
	OPT_HIDE,
	OPT_STATS,
	OPT_TIMEOUT,
	OPT_HELP,
};

static const struct option long_options[] = {
	{"flat16", no_argument, NULL, OPT_FLAT16},
	{"flat64", no_argument, NULL, OPT_FLAT64},
	{"args", required_argument, NULL, OPT_ARGS},
	{"append", required_argument, NULL, OPT_ARGS},
	{"mark-port", required_argument, NULL, OPT_MARK_PORT},
	{"initrd", required_argument, NULL, OPT_INITRD},
	{"memory", required_argument, NULL, OPT_MEMORY},
	{"cpus", required_argument, NULL, OPT_CPUS},
	{"debug-exit", required_argument, NULL, OPT_DEBUG_EXIT},
	{"device", required_argument, NULL, OPT_DEVICE},
	{"virtio-console", no_argument, NULL, OPT_VIRTIO_CONSOLE},
	{"disk", required_argument, NULL, OPT_DISK},
	{"irqchip", no_argument, NULL, OPT_IRQCHIP},
	{"hide", required_argument, NULL, OPT_HIDE},
	{"test-device", no_argument, NULL, OPT_TEST_DEVICE},
	{"stats", no_argument, NULL, OPT_STATS},
	{"timeout", required_argument, NULL, OPT_TIMEOUT},
	{"help", no_argument, NULL, OPT_HELP},
	{0},
};

void options_help(void)
{
	fputs("usage: lintel run [OPTIONS] IMAGE\n"
	      "\n"
	      "Runs IMAGE in a virtual machine, with its serial port (16550A at 0x3f8) on stdin "
	      "and\n"
	      "stdout.  On a terminal, Ctrl-A X ends it and Ctrl-A Ctrl-A sends Ctrl-A.\n"
	      "\n"
	      "Kinds of image, found by their headers:\n"
	      "  Linux        a bzImage, by the 64-bit boot protocol, or an ELF vmlinux with the "
	      "PVH\n"
	      "               entry: a machine with interrupt controllers and ACPI, which powers "
	      "off\n"
	      "               and resets; CPU 0 starts\n"
	      "  multiboot    32-bit protected mode, EAX and EBX as in the Multiboot "
	      "Specification,\n"
	      "               version 1\n"
	      "  64-bit ELF   an executable linked below --memory: entered like --flat64\n"
	      "and those that have none:\n"
	      "  --flat64     raw binary, loaded and entered at 0x100000 in long mode: RAM and "
	      "the\n"
	      "               4 GiB below 4G mapped one to one, RDI = struct boot_info, a 4 KiB "
	      "stack\n"
	      "  --flat16     raw binary, loaded and entered at 0000:7c00 in real mode: DS, ES, SS "
	      "= 0,\n"
	      "               SP = 7c00, EDI = number of CPUs\n"
	      "But for Linux, all CPUs start at the entry, each with its number (0, 1, ...) in "
	      "ESI.\n"
	      "\n"
	      "Options:\n"
	      "  --append TEXT      the guest's command line; --args is the same.  Linux without "
	      "it\n"
	      "                     gets console=ttyS0, others get it after the image's path\n"
	      "  --initrd FILE      Linux's initial file system; or a multiboot module, up to 16 "
	      "times\n"
	      "  --memory SIZE      RAM, with a suffix K, M or G; 64M if not given; what does not "
	      "fit\n"
	      "                     below 3 GiB begins at 4 GiB\n"
	      "  --cpus N           number of CPUs; 1 if not given\n"
	      "  --debug-exit PORT  a byte V written to PORT ends the VM with status (V << 1 | 1) "
	      "& 255\n"
	      "  --virtio-console   hvc0 on stdin and stdout; what is typed goes there, not to the "
	      "serial port\n"
	      "  --disk FILE[,ro]   a virtio-mmio disk; may be given up to 8 times\n"
	      "  --hide FEATURES    not in the guest's CPUID: pcid, x2apic, tsc-deadline, xsave, "
	      "invpcid,\n"
	      "                     umip, la57, kvm; separated by commas\n"
	      "  --test-device      the devices that kvm-unit-tests expect, --debug-exit 0xf4 "
	      "included\n"
	      "  --irqchip          interrupt controllers and timer for other images too; their "
	      "CPUs "
	      "after the\n"
	      "                     first then wait for INIT and SIPI\n"
	      "  --device PATH      the KVM device; /dev/kvm if not given\n"
	      "  --timeout SECONDS  end the VM after so long\n"
	      "  --stats            at the end, count the exits on stderr\n"
	      "  --mark-port PORT   for each byte written to PORT, say how many ticks of the TSC "
	      "the\n"
	      "                     guest took so far\n"
	      "\n"
	      "Exit status: odd: the guest's own (--debug-exit); 0: powered off, or all CPUs "
	      "halted;\n"
	      "2: the guest did not run (the message says why); 4: triple fault; 6: VM entry "
	      "failed;\n"
	      "8: the hypervisor gave up; 10: KVM_RUN failed or an unknown exit; 12: timeout;\n"
	      "14: Ctrl-A X; 16: reset.\n"
	      "\n"
	      "Examples:\n"
	      "  lintel run --memory 512M --cpus 2 --initrd initrd.img --append \"console=ttyS0 "
	      "quiet\" \\\n"
	      "             /boot/vmlinuz\n"
	      "  lintel run --flat16 bootsector.bin\n"
	      "  lintel run --device /dev/lintel --stats --timeout 10 --flat64 guest.bin\n",
	      stdout);
}

/* A number between @min and @max; @suffixes: K, M or G may follow. */
static int parse_number(const char *name, const char *text, bool suffixes, uint64_t min,
			uint64_t max, uint64_t *value)
{
	unsigned int shift = 0;
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (suffixes && *end) {
		const char *at = strchr("KkMmGg", *end);

		if (at) {
			shift = 10 * (1 + (at - "KkMmGg") / 2);
			end++;
		}
	}
	if (errno || end == text || *end || strchr(text, '-') || *value > max >> shift ||
	    *value << shift < min)
		return say_error(HINT, "%s %s: a number from %#llx to %#llx is needed", name, text,
				 (unsigned long long)min, (unsigned long long)max);
	*value <<= shift;
	return 0;
}

static int parse_memory(struct run_options *o, const char *text)
{
	if (parse_number("--memory", text, true, 64 << 10, LAYOUT_MEMORY_MAX, &o->memory))
		return -1;
	if (o->memory & PAGE_MASK)
		return say_error(HINT, "--memory %s: not a multiple of 4K", text);
	return 0;
}

static int set_kind(struct run_options *o, enum image_kind kind)
{
	if (o->image.kind != IMAGE_DETECT && o->image.kind != kind)
		return say_error(HINT, "an image is either --flat16 or --flat64");
	o->image.kind = kind;
	return 0;
}

static int add_module(struct run_options *o, const char *path)
{
	if (o->image.nr_modules == OPTIONS_MODULES_MAX)
		return say_error(HINT, "more than %d --initrd", OPTIONS_MODULES_MAX);
	o->modules[o->image.nr_modules++] = path;
	return 0;
}

static int add_disk(struct run_options *o, const char *disk)
{
	if (o->nr_disks == VIRTIO_MAX)
		return say_error(HINT, "more than %d --disk", VIRTIO_MAX);
	o->disks[o->nr_disks++] = disk;
	return 0;
}

static int parse_option(struct run_options *o, int option, const char *arg)
{
	uint64_t value = 0;
	int ret = 0;

	switch (option) {
	case OPT_FLAT16:
		return set_kind(o, IMAGE_FLAT16);
	case OPT_FLAT64:
		return set_kind(o, IMAGE_FLAT64);
	case OPT_ARGS:
		o->image.args = arg;
		return 0;
	case OPT_INITRD:
		return add_module(o, arg);
	case OPT_MEMORY:
		return parse_memory(o, arg);
	case OPT_CPUS:
		ret = parse_number("--cpus", arg, false, 1, MACHINE_CPUS_MAX, &value);
		o->image.cpus = value;
		return ret;
	case OPT_DEBUG_EXIT:
		ret = parse_number("--debug-exit", arg, false, 1, 0xffff, &value);
		o->image.debug_exit = value;
		return ret;
	case OPT_MARK_PORT:
		ret = parse_number("--mark-port", arg, false, 1, 0xffff, &value);
		o->mark_port = value;
		return ret;
	case OPT_DEVICE:
		o->device = arg;
		return 0;
	case OPT_TIMEOUT:
		ret = parse_number("--timeout", arg, false, 1, 1000000, &value);
		o->timeout = value;
		return ret;
	case OPT_IRQCHIP:
		o->irqchip = true;
		return 0;
	case OPT_VIRTIO_CONSOLE:
		o->virtio_console = true;
		return 0;
	case OPT_DISK:
		return add_disk(o, arg);
	case OPT_HIDE:
		o->hide = arg;
		return 0;
	case OPT_TEST_DEVICE:
		o->test_device = true;
		return 0;
	case OPT_STATS:
		o->stats = true;
		return 0;
	case OPT_HELP:
		o->help = true;
		return 0;
	}
	return say_error(HINT, "wrong option");
}

int options_parse(struct run_options *o, int argc, char **argv)
{
	int option;

	*o = (struct run_options){
		.image = {.args = "", .cpus = 1},
		.device = "/dev/kvm",
		.hide = "",
		.memory = DEFAULT_MEMORY,
	};
	o->image.modules = o->modules;
	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (parse_option(o, option == 'h' ? OPT_HELP : option, optarg))
			return -1;
	}
	if (o->help)
		return 0;
	if (optind + 1 != argc)
		return say_error(HINT, "one IMAGE is needed, not %d", argc - optind);
	o->image.path = argv[optind];
	if (o->test_device && !o->image.debug_exit)
		o->image.debug_exit = TEST_DEVICE_EXIT;
	return 0;
}
