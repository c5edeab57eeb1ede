// SPDX-License-Identifier: GPL-2.0
/* Capabilities: KVM_CHECK_EXTENSION, KVM_ENABLE_CAP; a row each. */
#include "api/internal.h"
#include "exit/exit.h"
#include "io/coalesced.h"
#include "irq/irqchip.h"
#include "irq/lapic.h"
#include "life/life.h"
#include "mem/dirty_ring.h"
#include "msr/msr.h"

/* args[0]: may the guest read PLATFORM_INFO?  It may unless told otherwise. */
static int enable_platform_info(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->platform_info_hidden, !args[0], __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: which refused accesses go to user space, KVM_MSR_EXIT_REASON_*. */
static int enable_user_space_msr(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->msr_exits, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

/*
 * args[0]: what every vCPU's id is below; 0 is no limit but Lintel's own.  It is settled by the
 * first value that is not 0, or by the first vCPU.
 */
static int enable_max_vcpu_id(struct ioctl_call *call, const __u64 args[4])
{
	struct vm *vm = call->vm;
	u64 settled = vm->vcpu_id_limit;

	if (!settled && vm->nr_vcpus)
		settled = VM_MAX_VCPUS;
	if (args[0] > VM_MAX_VCPUS || args[0] < vm->boot_cpu_id || (settled && args[0] != settled))
		return -EINVAL;
	vm->vcpu_id_limit = (u32)args[0];
	return 0;
}

#define MSR_EXIT_REASONS                                                                           \
	(KVM_MSR_EXIT_REASON_INVAL | KVM_MSR_EXIT_REASON_UNKNOWN | KVM_MSR_EXIT_REASON_FILTER)

/* args[0]: KVM_DIRTY_LOG_*; the one makes no sense without the other. */
static int enable_manual_dirty_log(struct ioctl_call *call, const __u64 args[4])
{
	if (args[0] == KVM_DIRTY_LOG_INITIALLY_SET)
		return -EINVAL;
	__atomic_store_n(&call->vm->dirty_log_manual, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: bytes of each ring. */
static int enable_dirty_rings(struct ioctl_call *call, const __u64 args[4])
{
	return dirty_rings_enable(call->vm, args[0]);
}

/* args[0]: for how long HLT may poll, in nanoseconds, whatever the host's parameter is. */
static int enable_halt_poll(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->halt_poll_most, args[0], __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: how many GSIs, from 0 on, are pins of user space's I/O APIC. */
static int enable_split_irqchip(struct ioctl_call *call, const __u64 args[4])
{
	return irqchip_create_split(call->vm, args[0]);
}

/* args[0]: nanoseconds of a cycle of the local APICs' bus clock, which their timers count. */
static int enable_apic_bus_cycles_ns(struct ioctl_call *call, const __u64 args[4])
{
	if (!args[0] || args[0] > LAPIC_BUS_NS_MAX)
		return -EINVAL;
	if (!call->vm->irqchip)
		return -ENXIO;
	if (call->vm->nr_vcpus)
		return -EINVAL;
	call->vm->apic_bus_ns = (u32)args[0];
	return 0;
}

#define X2APIC_API (KVM_X2APIC_API_USE_32BIT_IDS | KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)

/* args[0]: KVM_X2APIC_API_*; what is on stays on. */
static int enable_x2apic_api(struct ioctl_call *call, const __u64 args[4])
{
	if (args[0] & KVM_X2APIC_API_USE_32BIT_IDS)
		__atomic_store_n(&call->vm->apic_ids_32bit, true, __ATOMIC_RELAXED);
	if (args[0] & KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK)
		__atomic_store_n(&call->vm->msi_ff_is_id, true, __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: has the guest only those of KVM's features that its CPUID tells of? */
static int enable_pv_enforcement(struct ioctl_call *call, const __u64 args[4])
{
	call->vcpu->pv_enforced = args[0];
	return 0;
}

/* args[0]: which exits vCPUs to come are to do without.  What is disabled stays so. */
static int enable_exits_disabled(struct ioctl_call *call, const __u64 args[4])
{
	if (args[0] & ~(u64)vm_exits_to_disable())
		return -EINVAL;
	__atomic_fetch_or(&call->vm->exits_disabled, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: which hypercalls are user space's. */
static int enable_hypercall_exits(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->hypercall_exits, (u32)args[0], __ATOMIC_RELAXED);
	return 0;
}

/* Those that can be. */
#define HYPERCALL_EXITS (1 << HYPERCALL_MAP_GPA_RANGE)

/* Those that there are, and can be switched off.  (CD_NW_CLEARED is one of AMD's processors: here
 * CR0.CD and NW stay as the guest writes them, as they are to without it.) */
#define QUIRKS                                                                                     \
	(KVM_X86_QUIRK_LINT0_REENABLED | KVM_X86_QUIRK_CD_NW_CLEARED |                             \
	 KVM_X86_QUIRK_LAPIC_MMIO_HOLE | KVM_X86_QUIRK_OUT_7E_INC_RIP |                            \
	 KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT | KVM_X86_QUIRK_FIX_HYPERCALL_INSN |                   \
	 KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS)

/* args[0]: KVM_X86_QUIRK_* that are to be off; the older capability takes any. */
static int enable_quirks_disabled(struct ioctl_call *call, const __u64 args[4])
{
	__atomic_store_n(&call->vm->quirks_disabled, (u32)args[0] & QUIRKS, __ATOMIC_RELAXED);
	return 0;
}

/* args[0]: 0.  For all that the VM will map: before there is a vCPU.  Who can stop the machine may
 * let a guest.
 */
static int enable_large_pages_execute(struct ioctl_call *call, const __u64 args[4])
{
	if (!host_may_reboot())
		return -EPERM;
	if (args[0] || call->vm->nr_vcpus)
		return -EINVAL;
	call->vm->large_pages_execute = true;
	return 0;
}

#define MANUAL_DIRTY_LOG (KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET)

/* Only what works; all others answer 0. */
#define CAP(name_, value_) [KVM_CAP_##name_] = {.name = #name_, .value = value_}
#define CAP_TO_ENABLE(name_, value_, scope_, allowed_, enable_)                                    \
	[KVM_CAP_##name_] = {#name_, value_, SCOPE_##scope_, allowed_, enable_, 0}
/* args[0]: is this flag of struct vm on? */
#define CAP_FLAG(name_, allowed_, flag_)                                                           \
	[KVM_CAP_##name_] = {#name_, 1, SCOPE_VM, allowed_,                                        \
			     .flag = offsetof(struct vm, flag_) +                                  \
				     ZERO_IF(sizeof(((struct vm *)0)->flag_) == sizeof(bool))}
static const struct extension {
	const char *name;
	int value; /* of KVM_CHECK_EXTENSION */
	/* KVM_ENABLE_CAP, where a program has to ask for it: */
	enum ioctl_scope scope;
	u64 allowed; /* bits of args[0] */
	int (*enable)(struct ioctl_call *call, const __u64 args[4]);
	size_t flag; /* in place of that; 0: none */
} extensions[] = {
	CAP(HLT, 1),
	CAP(USER_MEMORY, 1),
	CAP(USER_MEMORY2, 1),
	CAP(MMU_SHADOW_CACHE_CONTROL, 1),
	CAP(DESTROY_MEMORY_REGION_WORKS, 1),
	CAP(JOIN_MEMORY_REGIONS_WORKS, 1),
	CAP(SYNC_MMU, 1),
	CAP(READONLY_MEM, 1),
	CAP_TO_ENABLE(MANUAL_DIRTY_LOG_PROTECT2, MANUAL_DIRTY_LOG, VM, MANUAL_DIRTY_LOG,
		      enable_manual_dirty_log),
	CAP_TO_ENABLE(DIRTY_LOG_RING, DIRTY_RING_MAX_SIZE, VM, ~(u64)0, enable_dirty_rings),
	CAP_TO_ENABLE(DIRTY_LOG_RING_ACQ_REL, DIRTY_RING_MAX_SIZE, VM, ~(u64)0, enable_dirty_rings),
	CAP(NR_MEMSLOTS, VM_MAX_SLOTS),
	CAP(MULTI_ADDRESS_SPACE, 1),
	CAP(SET_TSS_ADDR, 1),
	CAP(SET_IDENTITY_MAP_ADDR, 1),
	CAP(MAX_VCPUS, VM_MAX_VCPUS),
	CAP_TO_ENABLE(MAX_VCPU_ID, VM_MAX_VCPUS, VM, ~(u64)0, enable_max_vcpu_id),
	CAP(EXT_CPUID, 1),
	CAP(EXT_EMUL_CPUID, 1),
	CAP(SYS_ATTRIBUTES, 1),
	CAP(MP_STATE, 1),
	CAP_TO_ENABLE(HALT_POLL, 1, VM, 0xffffffff, enable_halt_poll),
	CAP(NOP_IO_DELAY, 1),
	CAP(USER_NMI, 1),
	CAP(VCPU_EVENTS, 1),
	CAP(INTR_SHADOW, 1),
	CAP(DEBUGREGS, 1),
	CAP(SYNC_REGS, KVM_SYNC_X86_VALID_FIELDS),
	CAP(SET_GUEST_DEBUG, 1),
	CAP(SET_GUEST_DEBUG2, API_GUEST_DEBUG_FLAGS),
	CAP(X86_ROBUST_SINGLESTEP, 1),
	CAP(XSAVE, 1),
	CAP(GET_TSC_KHZ, 1),
	CAP(VCPU_ATTRIBUTES, 1),
	CAP(IMMEDIATE_EXIT, 1),
	CAP(INTERNAL_ERROR_DATA, 1),
	CAP(CHECK_EXTENSION_VM, 1),
	CAP(TSC_DEADLINE_TIMER, 1),
	CAP(IRQFD, 1),
	CAP(IRQFD_RESAMPLE, 1),
	CAP(IOEVENTFD, 1),
	CAP(IOEVENTFD_NO_LENGTH, 1),
	CAP(IOEVENTFD_ANY_LENGTH, 1),
	CAP(COALESCED_MMIO, COALESCED_PAGE_OFFSET),
	CAP(COALESCED_PIO, 1),
	CAP(ENABLE_CAP, 1),
	CAP(ENABLE_CAP_VM, 1),
	CAP_TO_ENABLE(MSR_PLATFORM_INFO, 1, VM, ~(u64)0, enable_platform_info),
	CAP(GET_MSR_FEATURES, 1),
	CAP(BINARY_STATS_FD, 1),
	CAP(MCE, MSR_MCE_BANKS),
	CAP(XSAVE2, sizeof(struct kvm_xsave)),
	CAP(SREGS2, 1),
	CAP(CLOCKSOURCE, 1),
	CAP(KVMCLOCK_CTRL, 1),
	CAP(ASYNC_PF, 1),
	CAP(ASYNC_PF_INT, 1),
	CAP(ADJUST_CLOCK, KVM_CLOCK_TSC_STABLE | KVM_CLOCK_REALTIME | KVM_CLOCK_HOST_TSC),
	CAP(IRQCHIP, 1),
	CAP_TO_ENABLE(SPLIT_IRQCHIP, 1, VM, ~(u64)0, enable_split_irqchip),
	CAP_TO_ENABLE(X2APIC_API, X2APIC_API, VM, X2APIC_API, enable_x2apic_api),
	CAP_TO_ENABLE(X86_APIC_BUS_CYCLES_NS, LAPIC_BUS_NS, VM, ~(u64)0, enable_apic_bus_cycles_ns),
	CAP(IRQ_ROUTING, IRQ_MAX_ROUTES),
	CAP(IRQ_INJECT_STATUS, 1),
	CAP(SIGNAL_MSI, 1),
	/* Where the processor answers accesses to the TPR they can't be told: see below. */
	CAP(VAPIC, 1),
	CAP(IOAPIC_POLARITY_IGNORED, 1),
	CAP(PIT, 1),
	CAP(PIT2, 1),
	CAP(PIT_STATE2, 1),
	CAP(REINJECT_CONTROL, 1),
	CAP(SET_BOOT_CPU_ID, 1),
	CAP_TO_ENABLE(X86_USER_SPACE_MSR, 1, VM, MSR_EXIT_REASONS, enable_user_space_msr),
	CAP(X86_MSR_FILTER, 1),
	/* What KVM_GET_VCPU_EVENTS tells apart. */
	CAP_FLAG(EXCEPTION_PAYLOAD, ~(u64)0, exception_payload),
	CAP_FLAG(X86_TRIPLE_FAULT_EVENT, ~(u64)0, triple_fault_event),
	CAP_TO_ENABLE(ENFORCE_PV_FEATURE_CPUID, 1, VCPU, ~(u64)0, enable_pv_enforcement),
	CAP_TO_ENABLE(X86_DISABLE_EXITS, 0, VM, ~(u64)0, enable_exits_disabled),
	CAP_TO_ENABLE(EXIT_HYPERCALL, HYPERCALL_EXITS, VM, HYPERCALL_EXITS, enable_hypercall_exits),
	CAP_TO_ENABLE(DISABLE_QUIRKS, 1, VM, ~(u64)0, enable_quirks_disabled),
	CAP_TO_ENABLE(DISABLE_QUIRKS2, QUIRKS, VM, QUIRKS, enable_quirks_disabled),
	/* User space hears of what fails above CPL 0, too. */
	CAP_FLAG(EXIT_ON_EMULATION_FAILURE, 1, emulation_failure_exits),
	CAP_TO_ENABLE(VM_DISABLE_NX_HUGE_PAGES, 1, VM, ~(u64)0, enable_large_pages_execute),
};

int api_check_extension(u64 extension)
{
	switch (extension) {
	case KVM_CAP_NR_VCPUS:
		return (int)host_cpus_online();
	case KVM_CAP_XCRS:
		return host_xcr0() != 0;
	case KVM_CAP_X86_DISABLE_EXITS:
		return (int)vm_exits_to_disable();
	case KVM_CAP_VAPIC:
		return !apicv_is_used();
	case KVM_CAP_TSC_CONTROL:
	case KVM_CAP_VM_TSC_CONTROL:
		return tsc_rate_scales();
	}
	return extension < COUNT_OF(extensions) ? extensions[extension].value : 0;
}

const char *api_extension_name(unsigned int extension)
{
	return extension < COUNT_OF(extensions) ? extensions[extension].name : NULL;
}

int api_check_vm_extension(struct ioctl_call *call)
{
	if (call->argument == KVM_CAP_X86_APIC_BUS_CYCLES_NS)
		return (int)call->vm->apic_bus_ns;
	return api_check_extension(call->argument);
}

static int enable_row(const struct extension *row, struct ioctl_call *call, const __u64 args[4])
{
	if (!row->flag)
		return row->enable(call, args);
	__atomic_store_n((bool *)((char *)call->vm + row->flag), !!args[0], __ATOMIC_RELAXED);
	return 0;
}

int api_enable_cap(struct ioctl_call *call)
{
	const struct kvm_enable_cap *cap = call->data;
	enum ioctl_scope scope = call->vcpu ? SCOPE_VCPU : SCOPE_VM;
	const struct extension *row;

	if (cap->flags || cap->cap >= COUNT_OF(extensions))
		return -EINVAL;
	row = &extensions[cap->cap];
	if ((!row->enable && !row->flag) || row->scope != scope || (cap->args[0] & ~row->allowed))
		return -EINVAL;
	return enable_row(row, call, cap->args);
}
