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
#include "counters.h"
#include "cpuid.h"
#include "report.h"
#include "options.h"
#include "vmm/device/power.h"
#include "words/say.h"
#include "start.h"
#include "vmm/device/test_device.h"
#include "vcpu.h"
#include "vmm/device/virtio_block.h"
#include "vmm/device/virtio_console.h"
#include "vmm/device/virtio_mmio.h"
#include "vmm.h"

/* How long a line that is not complete may wait before it is written, in ms. */
#define FLUSH_INTERVAL 50
/* How often a vCPU that is slow to stop is kicked again, in ms. */
#define KICK_INTERVAL 10

void vm_wake(struct vm *vm)
{
	uint64_t one = 1;

	while (write(vm->event, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

bool vm_end(struct vm *vm, int status)
{
	if (atomic_exchange(&vm->ended, true))
		return false;
	vm->status = status;
	vm_wake(vm);
	return true;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static int vm_create_irqchip(const struct vm *vm)
{
	struct kvm_pit_config pit = {.flags = KVM_PIT_SPEAKER_DUMMY};

	if (kvm_call(vm->kvm.vm, KVM_CREATE_IRQCHIP, NULL, "KVM_CREATE_IRQCHIP"))
		return -1;
	return kvm_call(vm->kvm.vm, KVM_CREATE_PIT2, &pit, "KVM_CREATE_PIT2");
}

static int vm_create_vcpu(struct vm *vm, unsigned int id, struct kvm_cpuid2 *cpuid,
			  const struct image *image)
{
	struct vcpu *vcpu = &vm->vcpu[id];

	if (vcpu_create(vcpu, vm, id))
		return -1;
	cpuid_set_identity(cpuid, id, vm->cpus, vm->irqchip);
	/* Before the registers: what CR4 and EFER may hold depends on the leaves. */
	if (kvm_call(vcpu->fd, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2"))
		return -1;
	if (vm->irqchip && start_as_firmware(vcpu->fd))
		return -1;
	/* An operating system starts the other CPUs itself. */
	return image->os && id ? 0 : start_vcpu(vcpu->fd, id, vm->cpus, image);
}

static int vm_create_vcpus(struct vm *vm, const struct image *image,
			   const struct run_options *options)
{
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid(&vm->kvm, CPUID_ROOM);
	unsigned int id;
	int ret;

	if (!cpuid)
		return -1;
	if (vm->irqchip && kvm_capability(&vm->kvm, KVM_CAP_TSC_DEADLINE_TIMER) > 0)
		cpuid_add_tsc_deadline(cpuid);
	ret = cpuid_hide(cpuid, options->hide);
	for (id = 0; id < vm->cpus && !ret; id++)
		ret = vm_create_vcpu(vm, id, cpuid, image);
	free(cpuid);
	return ret;
}

static int vm_add_virtio(struct vm *vm, const struct run_options *options)
{
	unsigned int i;

	for (i = 0; i < options->nr_disks; i++)
		if (virtio_block_add(vm, options->disks[i]))
			return -1;
	vm->virtio_console = options->virtio_console;
	return vm->virtio_console ? virtio_console_add(vm) : 0;
}

/* What an operating system expects of a PC. */
static int vm_create_pc(struct vm *vm)
{
	struct acpi_mmio mmio[VIRTIO_MAX];
	unsigned int i;

	for (i = 0; i < vm->nr_virtio; i++)
		mmio[i] = (struct acpi_mmio){
			.base = vm->virtio[i]->base,
			.size = VIRTIO_MMIO_SIZE,
			.gsi = vm->virtio[i]->gsi,
		};
	if (power_add(vm))
		return -1;
	return acpi_place(&vm->mem, vm->cpus, mmio, vm->nr_virtio);
}

static int vm_create(struct vm *vm, const struct run_options *options)
{
	struct image image;

	vm->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->event < 0)
		return say_errno(NULL, "eventfd");
	if (kvm_open(&vm->kvm, options->device) ||
	    memory_init(&vm->mem, &vm->kvm, options->memory) ||
	    image_load(&options->image, &vm->mem, &image) ||
	    start_place_tables(&vm->mem, image.mode))
		return -1;
	if (!image.os && vm->cpus > LAYOUT_STACKS_MAX)
		return say_error("ask for fewer with --cpus",
				 "this kind of image starts %d CPUs at most", LAYOUT_STACKS_MAX);
	vm->irqchip = options->irqchip || image.os;
	if ((vm->irqchip && vm_create_irqchip(vm)) ||
	    vm_add_devices(vm, options->image.debug_exit, options->mark_port) ||
	    vm_add_virtio(vm, options) || (image.os && vm_create_pc(vm)))
		return -1;
	if (options->test_device && test_device_add(vm, vm->irqchip))
		return -1;
	return vm_create_vcpus(vm, &image, options);
}

static void vm_destroy(struct vm *vm)
{
	unsigned int i;

	virtio_remove_all(vm);
	for (i = 0; i < vm->cpus; i++)
		vcpu_destroy(&vm->vcpu[i]);
	kvm_close(&vm->kvm);
	memory_free(&vm->mem);
	if (vm->event >= 0)
		close(vm->event);
}

static void vm_flush(struct vm *vm)
{
	pthread_mutex_lock(&vm->devices);
	serial_flush(&vm->serial);
	pthread_mutex_unlock(&vm->devices);
}

/* What came over stdin goes to the console.  Returns false when no more will come. */
static bool vm_input(struct vm *vm, size_t room)
{
	unsigned char bytes[256];
	enum console_event event;
	size_t count;

	event = console_read(bytes, room < sizeof(bytes) ? room : sizeof(bytes), &count);
	if (vm->virtio_console)
		virtio_console_receive(bytes, count);
	else
		vm_serial_receive(vm, bytes, count);
	if (event == CONSOLE_QUIT && vm_end(vm, RUN_QUIT))
		say("ended by Ctrl-A X");
	return event == CONSOLE_BYTES;
}

static size_t vm_input_room(struct vm *vm)
{
	size_t room;

	if (vm->virtio_console)
		return virtio_console_room();
	pthread_mutex_lock(&vm->devices);
	room = serial_room(&vm->serial);
	pthread_mutex_unlock(&vm->devices);
	return room;
}

/*
 * How long to sleep, in ms, -1 for ever: a guest that is left alone is fastest.  What waits to be
 * written, and a line to the UART without room, are looked at again soon.
 */
static int vm_watch_interval(struct vm *vm, bool full, unsigned int timeout, int64_t deadline)
{
	int64_t left = deadline - now_ms();
	bool pending;

	pthread_mutex_lock(&vm->devices);
	pending = vm->serial.out_count;
	pthread_mutex_unlock(&vm->devices);
	if (pending || full)
		return FLUSH_INTERVAL;
	if (!timeout)
		return -1;
	return left > 0 ? left : 0;
}

/* Until the VM has ended.  stdin is only watched while the line to the UART has room. */
static void vm_watch(struct vm *vm, unsigned int timeout)
{
	int64_t deadline = now_ms() + timeout * 1000LL;
	bool input = true;
	uint64_t wakes;

	while (!atomic_load(&vm->ended)) {
		size_t room = input ? vm_input_room(vm) : 0;
		int wait = vm_watch_interval(vm, input && !room, timeout, deadline);
		struct pollfd fds[] = {
			{.fd = vm->event, .events = POLLIN},
			{.fd = room ? STDIN_FILENO : -1, .events = POLLIN},
		};
		int ready = poll(fds, 2, wait);

		if (ready > 0 && fds[1].revents)
			input = vm_input(vm, room);
		/* What a vCPU has just begun to send may still grow. */
		if (ready <= 0 || !fds[0].revents || read(vm->event, &wakes, sizeof(wakes)) < 0)
			vm_flush(vm);
		if (timeout && now_ms() >= deadline && vm_end(vm, RUN_TIMEOUT))
			say("the guest still ran after %u s", timeout);
	}
}

static bool vm_all_done(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->cpus; i++)
		if (vm->vcpu[i].started && !atomic_load(&vm->vcpu[i].done))
			return false;
	return true;
}

/* Takes every vCPU out of the guest, as often as it needs, and waits for the threads. */
static void vm_stop(struct vm *vm)
{
	unsigned int i;

	while (!vm_all_done(vm)) {
		for (i = 0; i < vm->cpus; i++)
			if (vm->vcpu[i].started && !atomic_load(&vm->vcpu[i].done))
				vcpu_kick(&vm->vcpu[i]);
		poll(NULL, 0, KICK_INTERVAL);
	}
	for (i = 0; i < vm->cpus; i++)
		if (vm->vcpu[i].started)
			pthread_join(vm->vcpu[i].thread, NULL);
}

static void vm_run(struct vm *vm, unsigned int timeout)
{
	unsigned int i;

	vcpu_prepare_kick();
	console_open();
	for (i = 0; i < vm->cpus; i++)
		if (vcpu_start(&vm->vcpu[i]))
			vm_end(vm, RUN_REFUSED);
	vm_watch(vm, timeout);
	vm_stop(vm);
	vm->ticks = __builtin_ia32_rdtsc() - vm->first_run;
	vm_flush(vm);
	console_close();
	for (i = 0; vm->status == RUN_TIMEOUT && i < vm->cpus; i++) {
		say("CPU %u", i);
		report_registers(&vm->vcpu[i]);
	}
}

int vmm_run(int argc, char **argv)
{
	static struct vm vm = {.devices = PTHREAD_MUTEX_INITIALIZER, .event = -1};
	struct run_options options;
	unsigned int i;

	if (options_parse(&options, argc, argv))
		return RUN_REFUSED;
	if (options.help) {
		options_help();
		return 0;
	}
	vm.cpus = options.image.cpus;
	vm.kvm.fd = vm.kvm.vm = -1;
	for (i = 0; i < vm.cpus; i++) {
		vm.vcpu[i].vm = &vm;
		vm.vcpu[i].fd = -1;
	}
	serial_init(&vm.serial, STDOUT_FILENO, isatty(STDOUT_FILENO));
	vm.status = RUN_REFUSED;
	if (!vm_create(&vm, &options)) {
		vm_run(&vm, options.timeout);
		if (options.stats) {
			report_statistics(&vm);
			counters_print(&vm);
		}
	}
	vm_destroy(&vm);
	return vm.status;
}
