// SPDX-License-Identifier: GPL-2.0
/*
 * The host's state round a guest: what goes into the VMCS, and by hand what does not fit there.
 *
 * SDM: "Host-State Area", "Checks on Host Segment and Descriptor-Table Registers", "Loading Host
 * Segment and Descriptor-Table Registers".
 */
#include <linux/percpu.h>
#include <asm/cpu_entry_area.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include "host_entry.h"
#include "platform.h"

/* The part that never changes on one CPU: noted once, because each RDMSR has its price. */
static DEFINE_PER_CPU(struct host_state, constant_state);

void host_state_init_cpu(void)
{
	struct host_state *state = this_cpu_ptr(&constant_state);
	int cpu = smp_processor_id();
	struct desc_ptr idt;

	store_idt(&idt);
	*state = (struct host_state){
		.cr0 = read_cr0(),
		.cs = __KERNEL_CS,
		.ss = __KERNEL_DS,
		.tr = GDT_ENTRY_TSS * 8,
		.gs_base = cpu_kernelmode_gs_base(cpu),
		.tr_base = (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss,
		.gdtr_base = (unsigned long)get_cpu_gdt_ro(cpu),
		.idtr_base = idt.address,
		.sysenter_cs = host_rdmsr(MSR_IA32_SYSENTER_CS),
		.sysenter_esp = host_rdmsr(MSR_IA32_SYSENTER_ESP),
		.sysenter_eip = host_rdmsr(MSR_IA32_SYSENTER_EIP),
		.efer = host_rdmsr(MSR_EFER),
		.pat = host_rdmsr(MSR_IA32_CR_PAT),
	};
}

/*
 * VM entry refuses a host selector with an RPL or of the LDT, and a VM exit loads no descriptor
 * from memory.  So the VMCS gets 0 for such a one, and it is loaded by hand.
 * gives: the selector for the VMCS.
 */
static u16 split_selector(u16 selector, u16 *by_hand)
{
	bool fits = !(selector & (SEGMENT_RPL_MASK | SEGMENT_TI_MASK));

	*by_hand = fits ? 0 : selector;
	return fits ? selector : 0;
}

/* With the task's base of GS the kernel must not be interrupted nor probed; NMIs and their like
 * look which one they find. */
static noinstr u64 read_between_swapgs(void)
{
	u64 base;

	native_swapgs();
	base = rdgsbase();
	native_swapgs();
	return base;
}

u64 host_kernel_gs_base(void)
{
	unsigned long flags;
	u64 base;

	if (!cpu_feature_enabled(X86_FEATURE_FSGSBASE))
		return host_rdmsr(MSR_KERNEL_GS_BASE);
	local_irq_save(flags);
	base = read_between_swapgs();
	local_irq_restore(flags);
	return base;
}

void host_state_save(struct vcpu *vcpu, struct host_state *state)
{
	struct host_saved *saved = &vcpu->host.saved;
	u16 ds, es, fs, gs;

	*state = *this_cpu_ptr(&constant_state);
	state->cr3 = host_cr3();
	state->cr4 = host_cr4();

	savesegment(ds, ds);
	savesegment(es, es);
	state->ds = split_selector(ds, &saved->ds);
	state->es = split_selector(es, &saved->es);

	/* FS is the task's, with its base; the GS base now is the kernel's, and the task's waits in
	 * IA32_KERNEL_GS_BASE.  The bases are what the processor has: without FSGSBASE the kernel
	 * does not remember that of a segment which has a descriptor. */
	savesegment(fs, fs);
	savesegment(gs, gs);
	state->fs = split_selector(fs, &saved->fs);
	state->gs = split_selector(gs, &saved->gs);
	state->fs_base = x86_fsbase_read_cpu();
	saved->fs_base = state->fs_base;
	if (saved->gs)
		saved->user_gs_base = host_kernel_gs_base();

	store_ldt(saved->ldt);
}

static void load_ldt_selector(u16 selector)
{
	asm volatile("lldt %0" : : "r"(selector));
}

/* Loading a selector also loads a base, from its descriptor: the task may have set another. */
static void restore_fs(const struct host_saved *saved)
{
	loadsegment(fs, saved->fs);
	host_wrmsr(MSR_FS_BASE, saved->fs_base);
}

/* The selector of the task's GS, between two SWAPGS, so that the kernel's base stays. */
static void restore_gs(const struct host_saved *saved)
{
	unsigned long flags;

	local_irq_save(flags);
	asm_load_gs_index(saved->gs);
	host_wrmsr(MSR_KERNEL_GS_BASE, saved->user_gs_base);
	local_irq_restore(flags);
}

void host_state_restore(struct vcpu *vcpu)
{
	const struct host_saved *saved = &vcpu->host.saved;

	/* A VM exit leaves LDTR unusable.  Before the selectors: they may be of the LDT. */
	if (saved->ldt)
		load_ldt_selector(saved->ldt);
	if (saved->fs)
		restore_fs(saved);
	if (saved->gs)
		restore_gs(saved);
	if (saved->ds)
		loadsegment(ds, saved->ds);
	if (saved->es)
		loadsegment(es, saved->es);
	/* It leaves TR with the limit of a bare TSS (Linux's has an I/O bitmap), GDTR with
	 * 0xffff. */
	invalidate_tss_limit();
	load_fixmap_gdt(smp_processor_id());
}

void host_debugregs_load(const u64 dr[4], u64 dr6)
{
	/* While the host's DR7 is on, the guest's addresses would be breakpoints of the kernel. The
	 * VM exit leaves DR7 off, and host_debugregs_restore() brings it back. */
	if (hw_breakpoint_active())
		set_debugreg(0, 7);
	set_debugreg(dr[0], 0);
	set_debugreg(dr[1], 1);
	set_debugreg(dr[2], 2);
	set_debugreg(dr[3], 3);
	set_debugreg(dr6, 6);
}

static u64 read_debugreg(int number)
{
	unsigned long value;

	get_debugreg(value, number);
	return value;
}

void host_debugregs_save(u64 dr[4], u64 *dr6)
{
	dr[0] = read_debugreg(0);
	dr[1] = read_debugreg(1);
	dr[2] = read_debugreg(2);
	dr[3] = read_debugreg(3);
	*dr6 = read_debugreg(6);
}

void host_debugregs_restore(bool loaded)
{
	/* A #DB of the host's must not find the guest's reasons there. */
	if (loaded)
		set_debugreg(DR6_RESERVED, 6);
	if (hw_breakpoint_active())
		hw_breakpoint_restore();
}
