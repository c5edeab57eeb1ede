// SPDX-License-Identifier: GPL-2.0
/*
 * The host's own registers round a guest, and that the host has them back: what the VMCS loads at
 * an exit at once, what the core switches by hand before interrupts are on again, the MSRs when the
 * thread leaves.
 *
 * SDM: "Loading Host State".  What must be back when: docs/design.md, "Host state".
 */
#include <string.h>

#include "processor.h"
#include "host_entry.h"
#include "facts/msr.h"
#include "vcpu/vcpu.h"

/* As a 64-bit kernel in VMX operation has it. */
static const struct host_state usual_host_state = {
	.cr0 = 0x80050033,
	.cr3 = 0x2c6a000,
	.cr4 = 0x3626e0,
	.cs = 0x10,
	.ss = 0x18,
	.tr = 0x40,
	.fs_base = 0x00007f1234567000,
	.gs_base = 0xffff888007c00000,
	.tr_base = 0xfffffe0000005000,
	.gdtr_base = 0xfffffe0000003000,
	.idtr_base = 0xfffffe0000000000,
	.sysenter_cs = 0x10,
	.sysenter_esp = 0xfffffe0000005200,
	.sysenter_eip = 0xffffffff81e01570,
	.efer = 0xd01,
	.pat = 0x0407050600070106,
};

struct host_state sim_host_state;
static struct sim_registers registers[SIM_MAX_CPUS];
static struct host_state had[SIM_MAX_CPUS]; /* before the entry */

#define XCR0_AFTER_BOOT 7

__attribute__((constructor)) void sim_host_state_reset(void)
{
	sim_host_state = usual_host_state;
	for (unsigned int cpu = 0; cpu < SIM_MAX_CPUS; cpu++)
		registers[cpu] = (struct sim_registers){.xcr0 = XCR0_AFTER_BOOT, .dr6 = 0xffff0ff0};
}

struct sim_registers *sim_registers_of(unsigned int cpu)
{
	return &registers[cpu];
}

struct sim_registers *sim_registers_here(void)
{
	return &registers[sim_cpu_now()];
}

static void needs_no_preemption(const char *who)
{
	if (sim_preemptible())
		sim_panic("%s: preemption is on", who);
}

/* --- what the VMCS loads --- */

/* A kernel's area for each CPU, its TSS and its descriptors have addresses of their own. */
#define PER_CPU_BYTES 0x40000ull

struct host_state sim_host_state_here(void)
{
	u64 offset = sim_cpu_now() * PER_CPU_BYTES;
	struct host_state state = sim_host_state;

	state.gs_base += offset;
	state.tr_base += offset;
	state.gdtr_base += offset;
	state.sysenter_esp += offset;
	return state;
}

void host_state_save(struct vcpu *vcpu, struct host_state *state)
{
	needs_no_preemption("host_state_save");
	*state = sim_host_state_here();
	vcpu->host.state_saved = true;
	sim_msrs_note();
}

void host_state_restore(struct vcpu *vcpu)
{
	needs_no_preemption("host_state_restore");
	if (!vcpu->host.state_saved)
		sim_panic("host_state_restore(): nothing was saved");
	vcpu->host.state_saved = false;
}

u64 host_kernel_gs_base(void)
{
	needs_no_preemption("host_kernel_gs_base");
	return host_rdmsr(MSR_KERNEL_GS_BASE);
}

u64 sim_host_cr3(void)
{
	return sim_host_state.cr3;
}

u64 sim_host_cr4(void)
{
	return sim_host_state.cr4;
}

/* Loaded when the VM-exit control is 1 (0: at each exit); else the guest's stays, or what the
 * platform switches itself. */
struct loaded_field {
	u32 field, control;
	size_t offset, size;
};

#define LOADED(field, control, member)                                                             \
	{                                                                                          \
		field, control, offsetof(struct host_state, member),                               \
			sizeof(((struct host_state *)0)->member)                                   \
	}

static const struct loaded_field loaded_fields[] = {
	LOADED(HOST_CR0, 0, cr0),
	LOADED(HOST_CR3, 0, cr3),
	LOADED(HOST_CR4, 0, cr4),
	LOADED(HOST_ES_SELECTOR, 0, es),
	LOADED(HOST_CS_SELECTOR, 0, cs),
	LOADED(HOST_SS_SELECTOR, 0, ss),
	LOADED(HOST_DS_SELECTOR, 0, ds),
	LOADED(HOST_FS_SELECTOR, 0, fs),
	LOADED(HOST_GS_SELECTOR, 0, gs),
	LOADED(HOST_TR_SELECTOR, 0, tr),
	LOADED(HOST_FS_BASE, 0, fs_base),
	LOADED(HOST_GS_BASE, 0, gs_base),
	LOADED(HOST_TR_BASE, 0, tr_base),
	LOADED(HOST_GDTR_BASE, 0, gdtr_base),
	LOADED(HOST_IDTR_BASE, 0, idtr_base),
	LOADED(HOST_IA32_SYSENTER_CS, 0, sysenter_cs),
	LOADED(HOST_IA32_SYSENTER_ESP, 0, sysenter_esp),
	LOADED(HOST_IA32_SYSENTER_EIP, 0, sysenter_eip),
	LOADED(HOST_IA32_EFER, EXIT_LOAD_IA32_EFER, efer),
	LOADED(HOST_IA32_PAT, EXIT_LOAD_IA32_PAT, pat),
};

void host_state_look(void)
{
	had[sim_cpu_now()] = sim_host_state_here();
}

static void check_loaded(const struct vmcs *vmcs, u32 field, u64 wanted)
{
	u64 loaded = vmcs_get(vmcs, field);

	if (loaded != wanted)
		sim_panic("VM exit: %s is 0x%llx, and the host's was 0x%llx",
			  vmcs_field_find(field)->name, loaded, wanted);
}

void host_state_load(const struct vmcs *vmcs)
{
	u64 controls = vmcs_get(vmcs, VM_EXIT_CONTROLS);

	for (unsigned int i = 0; i < COUNT_OF(loaded_fields); i++) {
		const struct loaded_field *row = &loaded_fields[i];
		u64 value = 0;

		if ((controls & row->control) != row->control)
			continue;
		memcpy(&value, (const char *)&had[sim_cpu_now()] + row->offset, row->size);
		check_loaded(vmcs, row->field, value);
	}
	if (controls & EXIT_LOAD_IA32_PERF_GLOBAL_CTRL) {
		check_loaded(vmcs, HOST_IA32_PERF_GLOBAL_CTRL, sim_counters.host);
		sim_wrmsr(MSR_PERF_GLOBAL_CTRL, sim_counters.host);
	}
	sim_registers_here()->dr7_is_exits = true;
}

/* --- what the core switches by hand --- */

void sim_write_xcr0(u64 value)
{
	if (!(value & 1) || (value & ~host_xcr0()))
		sim_panic("XSETBV of 0x%llx faults", value);
	sim_registers_here()->xcr0 = value;
}

void host_debugregs_load(const u64 dr[4], u64 dr6)
{
	needs_no_preemption("host_debugregs_load");
	memcpy(sim_registers_here()->dr, dr, sizeof(sim_registers_here()->dr));
	sim_registers_here()->dr6 = dr6;
	sim_registers_here()->dr_is_guest = true;
}

void host_debugregs_save(u64 dr[4], u64 *dr6)
{
	needs_no_preemption("host_debugregs_save");
	memcpy(dr, sim_registers_here()->dr, sizeof(sim_registers_here()->dr));
	*dr6 = sim_registers_here()->dr6;
}

void host_debugregs_restore(bool loaded)
{
	needs_no_preemption("host_debugregs_restore");
	if (loaded != sim_registers_here()->dr_is_guest)
		sim_panic("host_debugregs_restore(%d): DR0-DR3 are %s", loaded,
			  sim_registers_here()->dr_is_guest ? "the guest's" : "the host's");
	sim_registers_here()->dr_is_guest = false;
	sim_registers_here()->dr7_is_exits = false;
}

void sim_host_has_its_registers(const char *who)
{
	u64 xss = host_xss();

	if (sim_registers_here()->xcr0 != host_xcr0() && host_xcr0())
		sim_panic("%s: XCR0 is 0x%llx, and the host's is 0x%llx", who,
			  sim_registers_here()->xcr0, host_xcr0());
	sim_msr_get(sim_cpu_now(), MSR_IA32_XSS, &xss);
	if (xss != host_xss())
		sim_panic("%s: IA32_XSS is 0x%llx, and the host's is 0x%llx", who, xss, host_xss());
	if (sim_registers_here()->dr_is_guest)
		sim_panic("%s: DR0-DR3 are the guest's", who);
	if (sim_registers_here()->dr7_is_exits)
		sim_panic("%s: DR7 is as the exit left it", who);
}

/* --- what comes back when the thread leaves --- */

void sim_host_has_its_state(const struct vcpu *vcpu)
{
	if (vcpu->host.state_saved)
		sim_panic("the thread leaves vCPU %u, and host_state_restore() is still to come",
			  vcpu->id);
	sim_msrs_check_noted();
}
