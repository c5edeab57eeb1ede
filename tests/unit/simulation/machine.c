// SPDX-License-Identifier: GPL-2.0
/* The machine: drawn, made, run, looked at when it is over. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../cap/fixture.h"
#include "devices.h"
#include "cpuid/cpuid.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "vcpu/halt_poll.h"
#include "vcpu/vpid.h"

#define ARGUMENTS     8 /* of ioctls under way at a time */
#define ARGUMENT_SIZE (4 * PAGE)
#define EPT_CAP_FLAGS BIT64(21)
#define MAX_CPUS      4
#define OTHERS	      3	 /* tasks beside the vCPUs' and the clock's */
#define MIGRATES_IN   20 /* of the program's actions, one is followed by this */

struct simulation simulation;

static u64 arguments;
static bool argument_used[ARGUMENTS];

void broken(const char *format, ...)
{
	char words[300];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	sim_panic("%s", words);
}

bool chance(unsigned int one_in)
{
	return !sim_random_below(one_in);
}

bool machine_has(enum drawn drawn)
{
	switch (drawn) {
	case ALWAYS:
		return true;
	case WITH_IRQCHIP:
		return simulation.irqchip;
	case WITH_IOAPIC:
		return simulation.irqchip && !simulation.split;
	case WITH_SPLIT:
		return simulation.split;
	case NEVER:
		break;
	}
	return false;
}

bool step_take(void)
{
	if (!simulation.steps)
		return false;
	simulation.steps--;
	return true;
}

long call(int fd, u32 number, void *argument, size_t size)
{
	unsigned int i = 0;
	long result;
	u64 at;

	while (argument_used[i])
		i++;
	argument_used[i] = true;
	at = arguments + i * ARGUMENT_SIZE;
	memcpy(sim_user_pointer(at), argument, size);
	do
		result = sim_ioctl(fd, number, at);
	while (result == -ENOMEM);
	memcpy(argument, sim_user_pointer(at), size);
	argument_used[i] = false;
	return result;
}

/* --- to make it --- */

/* Some processors keep no accessed and dirty flags in the EPT, and so no list of pages written. */
static void draw_processor(void)
{
	static struct cap_report report;
	struct vmx_cap_msrs msrs = fixture_full();

	if (chance(3))
		msrs.value[CAP_EPT_VPID_CAP] &= ~EPT_CAP_FLAGS;
	if (setup_vmcs_config(&msrs, &vmcs_config, &vmx_capability, &report))
		broken("the processor is refused");
	sim_set_cpus(1 + (unsigned int)sim_random_below(MAX_CPUS));
	sim_vmx_set_processors(&msrs);
	cpuid_setup();
	vpid_init();
	sim_large_pages_execute = !chance(3);
	sim_spins_are_raw = chance(2);
	enable_apicv = chance(2);
	if (chance(2))
		halt_poll.most_ns = (unsigned int)sim_random_below(50000);
}

static void set_cpuid(int fd)
{
	static struct {
		struct kvm_cpuid2 header;
		struct kvm_cpuid_entry2 entries[CPUID_MAX_ENTRIES];
	} list;

	list.header.nent = CPUID_MAX_ENTRIES;
	if (call(simulation.device, KVM_GET_SUPPORTED_CPUID, &list, sizeof(list)) ||
	    call(fd, KVM_SET_CPUID2, &list, sizeof(list)))
		broken("CPUID cannot be set");
}

/* Again, where there was no memory for it. */
static long call_with(int fd, u32 number, u64 argument)
{
	long result;

	do
		result = sim_ioctl(fd, number, argument);
	while (result == -ENOMEM);
	if (result < 0)
		broken("ioctl 0x%x: %ld", number, result);
	return result;
}

static void enable_split(void)
{
	struct kvm_enable_cap cap = {.cap = KVM_CAP_SPLIT_IRQCHIP, .args = {IOAPIC_PINS}};

	if (call(simulation.vm_fd, KVM_ENABLE_CAP, &cap, sizeof(cap)))
		broken("KVM_CAP_SPLIT_IRQCHIP cannot be enabled");
}

void machine_create_vm(void)
{
	simulation.vm_fd = (int)call_with(simulation.device, KVM_CREATE_VM, 0);
	simulation.vm = sim_file_vm(simulation.vm_fd);
	if (simulation.split)
		enable_split();
	else if (simulation.irqchip)
		call_with(simulation.vm_fd, KVM_CREATE_IRQCHIP, 0);
}

void machine_create_vcpu(struct guest *guest)
{
	guest->fd = (int)call_with(simulation.vm_fd, KVM_CREATE_VCPU, guest->id);
	guest->vcpu = sim_file_vcpu(guest->fd);
	guest->run = sim_file_page(guest->fd, 0);
	guest->vmcs = host_virt_to_phys(guest->vcpu->vmcs.region);
	set_cpuid(guest->fd);
}

void machine_close(void)
{
	for (unsigned int id = 0; id < simulation.guests; id++)
		sim_file_close(simulation.guest[id].fd);
	sim_file_close(simulation.vm_fd);
}

static void create_guest(unsigned int id)
{
	struct guest *guest = &simulation.guest[id];

	*guest = (struct guest){.id = id};
	machine_create_vcpu(guest);
	guest_make(guest);
}

void simulation_make(u64 seed)
{
	sim_reset();
	sim_random_seed(seed);
	memset(&simulation, 0, sizeof(simulation));
	memset(argument_used, 0, sizeof(argument_used));
	draw_processor();
	host_mutex_init(&simulation.plug_lock);
	arguments = sim_user_map(ARGUMENTS * ARGUMENT_SIZE);
	stop_create();
	simulation.device = sim_device_open();
	simulation.irqchip = !chance(4);
	simulation.split = simulation.irqchip && chance(3);
	simulation.calm = chance(3);
	simulation.guests = 1 + (unsigned int)sim_random_below(MAX_GUESTS);
	machine_create_vm();
	clock_create();
	memory_create();
	for (unsigned int id = 0; id < simulation.guests; id++)
		create_guest(id);
	state_create();
	interrupts_create();
	devices_create();
	doorbells_create();
	sim_use_guest(&guest_model);
}

/* --- what the program does meanwhile --- */

struct action {
	bool (*act)(void);
	unsigned int weight;
	enum drawn drawn;
};

static struct guest *any_guest(void)
{
	return &simulation.guest[sim_random_below(simulation.guests)];
}

static bool signal_guest(void)
{
	sim_task_signal(any_guest()->task, true);
	return true;
}

static bool want_guest_elsewhere(void)
{
	sim_task_work_pending(any_guest()->task);
	return true;
}

/* Who meets it tries again. */
static bool fail_an_allocation(void)
{
	sim_fail_allocation_after((unsigned int)sim_random_below(8));
	return true;
}

/* CPU 0 stays. */
static bool plug_cpu(void)
{
	unsigned int cpu = (unsigned int)sim_random_below(sim_cpus());

	host_mutex_lock(&simulation.plug_lock);
	if (cpu && sim_is_online(cpu))
		sim_cpu_down(cpu);
	else if (cpu)
		sim_cpu_up(cpu);
	host_mutex_unlock(&simulation.plug_lock);
	return true;
}

static const struct action program_actions[] = {
	{fail_an_allocation, 2, ALWAYS},
	{plug_cpu, 1, ALWAYS},
	{signal_guest, 2, ALWAYS},
	{want_guest_elsewhere, 3, ALWAYS},
	{memory_get_log, 2, ALWAYS},
	{memory_change_flags, 1, ALWAYS},
	{memory_move_slot, 5, ALWAYS},
	{clock_step, 1, ALWAYS},
	{interrupt_send_msi, 6, WITH_IRQCHIP},
	{interrupt_pulse_line, 4, WITH_IRQCHIP},
	{interrupt_signal_event, 4, WITH_IRQCHIP},
	{interrupt_change_routing, 1, WITH_IRQCHIP},
	{line_raise, 6, WITH_IOAPIC},
	{lines_look, 1, WITH_IOAPIC},
	{pin_send, 6, WITH_SPLIT},
	{visitor_signal, 4, WITH_IRQCHIP},
	{visitor_change, 2, WITH_IRQCHIP},
	{doorbell_change, 2, ALWAYS},
};

static const struct action process_actions[] = {
	{memory_change_pages, 4, ALWAYS},
	{memory_ask_young, 1, ALWAYS},
};

static bool act_any(const struct action *actions, unsigned int count)
{
	unsigned int sum = 0, i;
	u64 drawn;

	for (i = 0; i < count; i++)
		sum += machine_has(actions[i].drawn) ? actions[i].weight : 0;
	drawn = sim_random_below(sum);
	for (i = 0;; i++) {
		unsigned int weight = machine_has(actions[i].drawn) ? actions[i].weight : 0;

		if (drawn < weight && actions[i].drawn != ALWAYS && simulation.calm && !chance(6))
			return false;
		if (drawn < weight)
			return actions[i].act();
		drawn -= weight;
	}
}

/* The guests have most of the steps: others wait between what they do. */
static void pause_between(void)
{
	for (u64 left = sim_random_below(20); left && simulation.steps; left--)
		host_cond_resched();
}

static void act(enum actor actor, const struct action *actions, unsigned int count)
{
	actor_begin(actor);
	act_any(actions, count);
	actor_end(actor);
}

static void program_thread(void *unused)
{
	for (; step_take(); pause_between()) {
		act(ACTOR_PROGRAM, program_actions, COUNT_OF(program_actions));
		if (chance(MIGRATES_IN))
			migrate();
	}
}

static void another_thread(void *unused)
{
	for (; step_take(); pause_between())
		act(ACTOR_ANOTHER, program_actions, COUNT_OF(program_actions));
}

static void process_thread(void *unused)
{
	for (; step_take(); pause_between())
		act(ACTOR_PROCESS, process_actions, COUNT_OF(process_actions));
}

static void guests_check_asleep(void)
{
	for (unsigned int id = 0; id < simulation.guests; id++)
		interrupts_check_asleep(&simulation.guest[id]);
}

static void time_passes(void)
{
	actor_begin(ACTOR_CLOCK);
	sim_advance_time(1 + sim_random_below(20000));
	for (unsigned int id = 0; id < simulation.guests; id++)
		interrupt_timer_look(&simulation.guest[id]);
	sim_work_run();
	lines_poll();
	guests_check_asleep();
	actor_end(ACTOR_CLOCK);
	host_cond_resched();
}

static bool all_ended(struct sim_task *const *task, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!sim_task_ended(task[i]))
			return false;
	return true;
}

/* In the end each vCPU is asked to come to an end, and is woken where it sleeps. */
static void clock_thread(void *others)
{
	struct sim_task *vcpus[MAX_GUESTS];

	while (!all_ended(others, OTHERS))
		time_passes();
	simulation.over = true;
	for (unsigned int id = 0; id < simulation.guests; id++) {
		vcpus[id] = simulation.guest[id].task;
		sim_task_signal(vcpus[id], true);
	}
	while (!all_ended(vcpus, simulation.guests)) {
		time_passes();
		for (unsigned int id = 0; id < simulation.guests; id++)
			if (sim_task_sleeps(vcpus[id]))
				sim_task_signal(vcpus[id], true);
	}
}

void simulation_run(u64 steps)
{
	static const char *const names[] = {"vCPU 0", "vCPU 1", "vCPU 2", "vCPU 3"};
	static struct sim_task *others[OTHERS];

	simulation.steps = steps;
	for (unsigned int id = 0; id < simulation.guests; id++)
		simulation.guest[id].task =
			sim_task_create(names[id], vcpu_thread, &simulation.guest[id]);
	others[0] = sim_task_create("program", program_thread, NULL);
	others[1] = sim_task_create("another thread", another_thread, NULL);
	others[2] = sim_task_create("process", process_thread, NULL);
	sim_task_create("clock", clock_thread, others);
	sim_tasks_run(2 + (unsigned int)sim_random_below(15));
}

/* --- the end --- */

void simulation_end(void)
{
	sim_fail_allocation_never();
	memory_check();
	for (unsigned int id = 0; id < simulation.guests; id++)
		if (interrupts_wait(&simulation.guest[id]))
			broken("vCPU %u has ended, and something waits for it", id);
	machine_close();
	sim_file_close(simulation.device);
	if (sim_leaks())
		broken("something is left");
}
