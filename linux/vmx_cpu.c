// SPDX-License-Identifier: GPL-2.0
/*
 * VMX operation on each CPU: on with the first VM, off with the last; and what interrupts it: CPU
 * hotplug, suspend, reboot, a crash.
 *
 * Lock order: the CPU hotplug lock, vmx_lock.
 *
 * SDM: "Enabling and Entering VMX Operation", "Restrictions on VMX Operation".
 */
#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/reboot.h>
#include <linux/smp.h>
#include <linux/topology.h>
#include <asm/asm.h>
#include <asm/intel_pt.h>
#include <asm/reboot.h>
#include <asm/tlbflush.h>
#include <compat.h>
#include "facts/ept.h"
#include "host_entry.h"
#include "platform.h"
#include "vmcs/vmcs.h"

struct vmx_cpu {
	void *region; /* for VMXON */
	bool on;
	struct loaded_vmcs *loaded; /* VMCSs that may be cached here */
};

static DEFINE_PER_CPU(struct vmx_cpu, vmx_cpus);

static DEFINE_MUTEX(vmx_lock);
static unsigned int vmx_users; /* VMs */
static bool crash_heard;       /* leave_in_emergency() would be called now */

bool vmx_shutting_down;
static bool vmx_ended;

bool host_vmx_ended(void)
{
	return READ_ONCE(vmx_ended);
}

bool vmx_cpu_on(void)
{
	return this_cpu_read(vmx_cpus.on);
}

DEFINE_PER_CPU(hpa_t, current_vmcs) = HOST_NO_VMCS;

/* --- VMXON, VMXOFF ---------------------------------------------------------- */

static enum vmx_status vmxon(hpa_t region)
{
	/* clang-format off */
	asm goto("1: vmxon %0\n\t"
		 "jbe %l[failed]\n\t" _ASM_EXTABLE(1b, %l[failed])
		 :
		 : "m"(region)
		 : "cc", "memory"
		 : failed);
	/* clang-format on */
	return VMX_SUCCEED;
failed:
	return VMX_FAIL_INVALID;
}

static void vmxoff(void)
{
	/* It faults outside VMX operation: after a crash nobody knows for sure. */
	/* clang-format off */
	asm goto("1: vmxoff\n\t" _ASM_EXTABLE(1b, %l[was_off]) : : : "cc", "memory" : was_off);
	/* clang-format on */
was_off:
	return;
}

/* Translations of an earlier VMX operation survive VMXOFF. */
static void flush_guest_tlb(void)
{
	if (vmx_capability.ept.invept_all)
		host_invept(INVEPT_ALL_CONTEXTS, 0);
	if (vmx_capability.vpid.all_contexts)
		host_invvpid(INVVPID_ALL_CONTEXTS, 0, 0);
}

/* Interrupts off. */
static int enter_vmx_operation(void)
{
	struct vmx_cpu *self = this_cpu_ptr(&vmx_cpus);

	if (self->on)
		return 0;
	/* The kernel that comes after a crash could start no CPU that is in VMX operation. */
	if (WARN_ON_ONCE(!crash_heard))
		return -EIO;
	if (__read_cr4() & X86_CR4_VMXE) {
		pr_err("CPU %d: another hypervisor uses VMX operation (CR4.VMXE is 1)\n",
		       smp_processor_id());
		return -EBUSY;
	}
	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	if (vmxon(__pa(self->region)) != VMX_SUCCEED) {
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		pr_err("CPU %d: VMXON failed (IA32_FEATURE_CONTROL, CR0 or CR4 do not allow it, or "
		       "the VMXON region is refused)\n",
		       smp_processor_id());
		return -EIO;
	}
	self->on = true;
	this_cpu_write(current_vmcs, HOST_NO_VMCS);
	flush_guest_tlb();
	host_state_init_cpu();
	return 0;
}

/* Interrupts off. */
static void leave_vmx_operation(void)
{
	struct vmx_cpu *self = this_cpu_ptr(&vmx_cpus);

	if (!self->on)
		return;
	while (self->loaded)
		loaded_vmcs_clear_here(self->loaded);
	vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
	intel_pt_handle_vmx(0);
	self->on = false;
}

/*
 * The kernel crashes, or the machine is stopped at once: maybe from an NMI, in the middle of
 * anything, of host_vmcs_track() too.  What may be cached of VMCSs goes to memory, where a dump
 * finds it, and is not written there by the processor later, when the memory is another's.
 */
static void leave_in_emergency(void)
{
	const struct loaded_vmcs *vmcs;

	WRITE_ONCE(vmx_shutting_down, true);
	WRITE_ONCE(vmx_ended, true);
	if (!(__read_cr4() & X86_CR4_VMXE))
		return;
	for (vmcs = this_cpu_read(vmx_cpus.loaded); vmcs; vmcs = READ_ONCE(vmcs->next))
		host_vmclear(__pa(vmcs->region));
	vmxoff();
	cr4_clear_bits(X86_CR4_VMXE);
}

/* Whoever follows `next' from the head finds a list at each moment: see leave_in_emergency(). */
void host_vmcs_track(struct loaded_vmcs *vmcs)
{
	struct vmx_cpu *self = this_cpu_ptr(&vmx_cpus);

	vmcs->previous = NULL;
	vmcs->next = self->loaded;
	if (vmcs->next)
		vmcs->next->previous = vmcs;
	barrier();
	WRITE_ONCE(self->loaded, vmcs);
}

void host_vmcs_untrack(struct loaded_vmcs *vmcs)
{
	if (vmcs->previous)
		WRITE_ONCE(vmcs->previous->next, vmcs->next);
	else
		this_cpu_write(vmx_cpus.loaded, vmcs->next);
	barrier();
	if (vmcs->next)
		vmcs->next->previous = vmcs->previous;
	vmcs->next = NULL;
	vmcs->previous = NULL;
}

/* --- All CPUs --------------------------------------------------------------- */

static void enter_on_cpu(void *failures)
{
	if (enter_vmx_operation())
		atomic_inc(failures);
}

static void leave_on_cpu(void *unused)
{
	leave_vmx_operation();
}

/*
 * There is one place for this in the kernel: taken only as long as it is needed, so that stock KVM,
 * which takes it before it looks round, can be refused without a warning.
 */
static void listen_for_crash(void)
{
	cpu_emergency_register_virt_callback(leave_in_emergency);
	crash_heard = true;
}

static void stop_listening(void)
{
	crash_heard = false;
	cpu_emergency_unregister_virt_callback(leave_in_emergency);
}

/* The CPU hotplug lock is held. */
static void leave_everywhere(void)
{
	on_each_cpu(leave_on_cpu, NULL, 1);
	stop_listening();
}

/* The CPU hotplug lock is held. */
static int enter_everywhere(void)
{
	atomic_t failures = ATOMIC_INIT(0);

	listen_for_crash();
	on_each_cpu(enter_on_cpu, &failures, 1);
	if (!atomic_read(&failures))
		return 0;
	leave_everywhere();
	return -EIO;
}

int vmx_cpu_get(void)
{
	int error = 0;

	cpus_read_lock();
	mutex_lock(&vmx_lock);
	if (vmx_shutting_down)
		error = -ESHUTDOWN;
	else if (!vmx_users)
		error = enter_everywhere();
	if (!error)
		vmx_users++;
	mutex_unlock(&vmx_lock);
	cpus_read_unlock();
	return error;
}

void vmx_cpu_put(void)
{
	cpus_read_lock();
	mutex_lock(&vmx_lock);
	if (!--vmx_users)
		leave_everywhere();
	mutex_unlock(&vmx_lock);
	cpus_read_unlock();
}

/* --- CPU hotplug ------------------------------------------------------------ */

/* The CPU runs no task of users yet: it enters VMX operation before a vCPU can come here. */
static int cpu_comes(unsigned int cpu)
{
	unsigned long flags;
	int error;

	error = check_processor_compat();
	if (error) {
		pr_err("CPU %u stays offline: it differs from the CPU that Lintel was loaded on\n",
		       cpu);
		return error;
	}
	mutex_lock(&vmx_lock);
	if (vmx_users && !vmx_ended) {
		local_irq_save(flags);
		error = enter_vmx_operation();
		local_irq_restore(flags);
	}
	mutex_unlock(&vmx_lock);
	return error;
}

/* No task runs here any more. */
static int cpu_goes(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	leave_vmx_operation();
	local_irq_restore(flags);
	return 0;
}

/* --- Suspend, reboot, crash ------------------------------------------------- */

/* On the last CPU, interrupts off; the others went by hotplug. */
static int suspend(void)
{
	leave_vmx_operation();
	return 0;
}

static void resume(void)
{
	if (check_processor_compat())
		pr_err("the processor came back from suspend with other capabilities: VMs cannot "
		       "go on\n");
	else if (vmx_users && !vmx_ended)
		enter_vmx_operation();
}

COMPAT_SYSCORE_OPS(sleep_ops, suspend, resume);

/* For those that wait for memory of their process, which may never come. */
#define VCPUS_WAIT_MS 1000

/*
 * The machine goes down.  VMX operation has to end, because INIT is blocked in it, and CPUs would
 * not start again; but not under a vCPU, whose VMCS would read as zeros.  So first no guest is
 * entered any more, and who is in one leaves it for the interrupt, handles what it exited for, and
 * is done.
 */
static int reboot(struct notifier_block *block, unsigned long event, void *data)
{
	mutex_lock(&vmx_lock);
	WRITE_ONCE(vmx_shutting_down, true);
	kick_all_cpus_sync();
	vcpus_wait(VCPUS_WAIT_MS);
	WRITE_ONCE(vmx_ended, true);
	on_each_cpu(leave_on_cpu, NULL, 1);
	mutex_unlock(&vmx_lock);
	return NOTIFY_OK;
}

static struct notifier_block reboot_notifier = {
	.notifier_call = reboot,
};

/* --- Load and unload -------------------------------------------------------- */

static void free_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
	{
		free_pages((unsigned long)per_cpu(vmx_cpus.region, cpu), vmcs_config.order);
		per_cpu(vmx_cpus.region, cpu) = NULL;
	}
}

static int alloc_regions(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
	{
		struct page *page = alloc_pages_node(cpu_to_node(cpu), GFP_KERNEL | __GFP_ZERO,
						     vmcs_config.order);

		if (!page) {
			free_regions();
			return -ENOMEM;
		}
		*(u32 *)page_address(page) = vmcs_config.revision_id;
		per_cpu(vmx_cpus.region, cpu) = page_address(page);
	}
	return 0;
}

static int online_state;

static int setup_hotplug(void)
{
	int state;

	state = cpuhp_setup_state_nocalls(COMPAT_CPUHP_HYPERVISOR, "lintel:vmxoff", NULL, cpu_goes);
	if (state < 0) {
		pr_err("the kernel's place for a hypervisor in CPU hotplug is taken: is KVM "
		       "loaded?\n");
		return state;
	}
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "lintel:vmxon", cpu_comes, NULL);
	if (state < 0) {
		cpuhp_remove_state_nocalls(COMPAT_CPUHP_HYPERVISOR);
		return state;
	}
	online_state = state;
	return 0;
}

int vmx_cpu_init(void)
{
	int error;

	error = alloc_regions();
	if (error)
		return error;
	error = setup_hotplug();
	if (error) {
		free_regions();
		return error;
	}
	compat_register_syscore(&sleep_ops);
	register_reboot_notifier(&reboot_notifier);
	return 0;
}

void vmx_cpu_exit(void)
{
	unregister_reboot_notifier(&reboot_notifier);
	compat_unregister_syscore(&sleep_ops);
	cpuhp_remove_state_nocalls(online_state);
	cpuhp_remove_state_nocalls(COMPAT_CPUHP_HYPERVISOR);
	free_regions();
}
