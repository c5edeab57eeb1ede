// SPDX-License-Identifier: GPL-2.0
/*
 * `lintel run`: puts a VM together, lets its vCPU threads run, and meanwhile looks after the
 * console, the time limit and the end.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "vmm/device/acpi.h"
#include "vmm/device/console.h"
#include "hypervisor_counters.h"
#include "guest_cpuid.h"
#include "exit_report.h"
#include "options.h"
#include "vmm/device/power.h"
#include "words/say.h"
#include "start.h"
#include "vmm/device/test_device.h"
#include "cpu_thread.h"
#include "vmm/device/virtio_block.h"
#include "vmm/device/virtio_console.h"
#include "vmm/device/virtio_mmio.h"
#include "vmm.h"

/* How long a line that is not complete may wait before it is written, in ms. */
#define FLUSH_INTERVAL 50
/* How often a vCPU that is slow to stop is kicked again, in ms. */
#define KICK_INTERVAL 10

void machine_wake(struct machine *machine)
{
	uint64_t one = 1;

	while (write(machine->event, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

bool machine_end(struct machine *machine, int status)
{
	if (atomic_exchange(&machine->ended, true))
		return false;
	machine->status = status;
	machine_wake(machine);
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int machine_create_irqchip(const struct machine *machine)
{
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};

	if (kvm_call(machine->kvm.vm, KVM_CREATE_IRQCHIP, NULL, "KVM_CREATE_IRQCHIP"))
		return -1;
	return kvm_call(machine->kvm.vm, KVM_CREATE_PIT2, &pit, "KVM_CREATE_PIT2");
}

static int machine_create_cpu(struct machine *machine, unsigned int id, struct kvm_cpuid2 *cpuid,
			      const struct image *image)
{
	struct cpu *cpu = &machine->cpu[id];

	if (cpu_create(cpu, machine, id))
		return -1;
	cpuid_set_identity(cpuid, id, machine->cpus, machine->irqchip);
	/* Before the registers: what CR4 and EFER may hold depends on the leaves. */
	if (kvm_call(cpu->fd, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2"))
		return -1;
	if (machine->irqchip && start_as_firmware(cpu->fd))
		return -1;
	/* An operating system starts the other CPUs itself. */
	return image->os && id ? 0 : start_vcpu(cpu->fd, id, machine->cpus, image);
}

static int machine_create_cpus(struct machine *machine, const struct image *image,
			       const struct run_options *options)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid(&machine->kvm, CPUID_ROOM);
	unsigned int id;
	int ret;

	if (!cpuid)
		return -1;
	if (machine->irqchip && kvm_capability(&machine->kvm, KVM_CAP_TSC_DEADLINE_TIMER) > 0)
		cpuid_add_tsc_deadline(cpuid);
	ret = cpuid_hide(cpuid, options->hide);
	for (id = 0; id < machine->cpus && !ret; id++)
		ret = machine_create_cpu(machine, id, cpuid, image);
	free(cpuid);
	return ret;
}

static int machine_add_virtio(struct machine *machine, const struct run_options *options)
{
	unsigned int i;

	for (i = 0; i < options->nr_disks; i++)
		if (virtio_block_add(machine, options->disks[i]))
			return -1;
	machine->virtio_console = options->virtio_console;
	return machine->virtio_console ? virtio_console_add(machine) : 0;
}

/* What an operating system expects of a PC. */
static int machine_create_pc(struct machine *machine)
{
	struct acpi_mmio mmio[VIRTIO_MAX];
	unsigned int i;

	for (i = 0; i < machine->nr_virtio; i++)
		mmio[i] = (struct acpi_mmio){
			.base = machine->virtio[i]->base,
			.size = VIRTIO_MMIO_SIZE,
			.gsi = machine->virtio[i]->gsi,
		};
	if (power_add(machine))
		return -1;
	return acpi_place(&machine->mem, machine->cpus, mmio, machine->nr_virtio);
}

static int machine_create(struct machine *machine, const struct run_options *options)
{
	struct image image;

	machine->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (machine->event < 0)
		return say_errno(NULL, "eventfd");
	if (kvm_open(&machine->kvm, options->device) ||
	    memory_init(&machine->mem, &machine->kvm, options->memory) ||
	    image_load(&options->image, &machine->mem, &image) ||
	    start_place_tables(&machine->mem, image.mode))
		return -1;
	if (!image.os && machine->cpus > LAYOUT_STACKS_MAX)
		return say_error("ask for fewer with --cpus",
				 "this kind of image starts %d CPUs at most", LAYOUT_STACKS_MAX);
	machine->irqchip = options->irqchip || image.os;
	if ((machine->irqchip && machine_create_irqchip(machine)) ||
	    machine_add_devices(machine, options->image.debug_exit, options->mark_port) ||
	    machine_add_virtio(machine, options) || (image.os && machine_create_pc(machine)))
		return -1;
	if (options->test_device && test_device_add(machine, machine->irqchip))
		return -1;
	return machine_create_cpus(machine, &image, options);
}

static void machine_destroy(struct machine *machine)
{
	unsigned int i;

	virtio_remove_all(machine);
	for (i = 0; i < machine->cpus; i++)
		cpu_destroy(&machine->cpu[i]);
	kvm_close(&machine->kvm);
	memory_free(&machine->mem);
	if (machine->event >= 0)
		close(machine->event);
}

static void machine_flush(struct machine *machine)
{
	pthread_mutex_lock(&machine->devices);
	serial_flush(&machine->serial);
	pthread_mutex_unlock(&machine->devices);
}

/* What came over stdin goes to the console.  Returns false when no more will come. */
static bool machine_input(struct machine *machine, size_t room)
{
	unsigned char bytes[256];
	enum console_event event;
	size_t count;

	event = console_read(bytes, room < sizeof(bytes) ? room : sizeof(bytes), &count);
	if (machine->virtio_console)
		virtio_console_receive(bytes, count);
	else
		machine_serial_receive(machine, bytes, count);
	if (event == CONSOLE_QUIT && machine_end(machine, RUN_QUIT))
		say("ended by Ctrl-A X");
	return event == CONSOLE_BYTES;
}

static size_t machine_input_room(struct machine *machine)
{
	size_t room;

	if (machine->virtio_console)
		return virtio_console_room();
	pthread_mutex_lock(&machine->devices);
	room = serial_room(&machine->serial);
	pthread_mutex_unlock(&machine->devices);
	return room;
}

/*
 * How long to sleep, in ms, -1 for ever: a guest that is left alone is fastest.  What waits to be
 * written, and a line to the UART without room, are looked at again soon.
 */
static int machine_watch_interval(struct machine *machine, bool full, unsigned int timeout,
				  int64_t deadline)
{
	int64_t left = deadline - now_ms();
	bool pending;

	pthread_mutex_lock(&machine->devices);
	pending = machine->serial.out_count;
	pthread_mutex_unlock(&machine->devices);
	if (pending || full)
		return FLUSH_INTERVAL;
	if (!timeout)
		return -1;
	return left > 0 ? left : 0;
}

/* Until the VM has ended.  stdin is only watched while the line to the UART has room. */
static void machine_watch(struct machine *machine, unsigned int timeout)
{
	int64_t deadline = now_ms() + timeout * 1000LL;
	bool input = true;
	uint64_t wakes;

	while (!atomic_load(&machine->ended)) {
		size_t room = input ? machine_input_room(machine) : 0;
		int wait = machine_watch_interval(machine, input && !room, timeout, deadline);
		struct pollfd fds[] = {
			{.fd = machine->event, .events = POLLIN},
			{.fd = room ? STDIN_FILENO : -1, .events = POLLIN},
		};
		int ready = poll(fds, 2, wait);

		if (ready > 0 && fds[1].revents)
			input = machine_input(machine, room);
		/* What a vCPU has just begun to send may still grow. */
		if (ready <= 0 || !fds[0].revents ||
		    read(machine->event, &wakes, sizeof(wakes)) < 0)
			machine_flush(machine);
		if (timeout && now_ms() >= deadline && machine_end(machine, RUN_TIMEOUT))
			say("the guest still ran after %u s", timeout);
	}
}

static bool machine_all_done(struct machine *machine)
{
	unsigned int i;

	for (i = 0; i < machine->cpus; i++)
		if (machine->cpu[i].started && !atomic_load(&machine->cpu[i].done))
			return false;
	return true;
}

/* Takes every vCPU out of the guest, as often as it needs, and waits for the threads. */
static void machine_stop(struct machine *machine)
{
	unsigned int i;

	while (!machine_all_done(machine)) {
		for (i = 0; i < machine->cpus; i++)
			if (machine->cpu[i].started && !atomic_load(&machine->cpu[i].done))
				cpu_kick(&machine->cpu[i]);
		poll(NULL, 0, KICK_INTERVAL);
	}
	for (i = 0; i < machine->cpus; i++)
		if (machine->cpu[i].started)
			pthread_join(machine->cpu[i].thread, NULL);
}

static void machine_run(struct machine *machine, unsigned int timeout)
{
	unsigned int i;

	cpu_prepare_kick();
	console_open();
	for (i = 0; i < machine->cpus; i++)
		if (cpu_start(&machine->cpu[i]))
			machine_end(machine, RUN_REFUSED);
	machine_watch(machine, timeout);
	machine_stop(machine);
	machine->ticks = __builtin_ia32_rdtsc() - machine->first_run;
	machine_flush(machine);
	console_close();
	for (i = 0; machine->status == RUN_TIMEOUT && i < machine->cpus; i++) {
		say("CPU %u", i);
		report_registers(&machine->cpu[i]);
	}
}

int vmm_run(int argc, char **argv)
{
	static struct machine machine = {.devices = PTHREAD_MUTEX_INITIALIZER, .event = -1};
	struct run_options options;
	unsigned int i;

	if (options_parse(&options, argc, argv))
		return RUN_REFUSED;
	if (options.help) {
		options_help();
		return 0;
	}
	machine.cpus = options.image.cpus;
	machine.kvm.fd = machine.kvm.vm = -1;
	for (i = 0; i < machine.cpus; i++) {
		machine.cpu[i].machine = &machine;
		machine.cpu[i].fd = -1;
	}
	serial_init(&machine.serial, STDOUT_FILENO, isatty(STDOUT_FILENO));
	machine.status = RUN_REFUSED;
	if (!machine_create(&machine, &options)) {
		machine_run(&machine, options.timeout);
		if (options.stats) {
			report_statistics(&machine);
			counters_print(&machine);
		}
	}
	machine_destroy(&machine);
	return machine.status;
}
