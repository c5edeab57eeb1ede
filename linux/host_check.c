// SPDX-License-Identifier: GPL-2.0
/*
 * Did the VM exit bring back the host?  "Loading Host State".
 */
#include <linux/bug.h>
#include <asm/desc.h>
#include <asm/msr.h>
#include <asm/segment.h>
#include <asm/special_insns.h>
#include "platform.h"
#include "host_check.h"

#define CHECK(vcpu, what, is, should)                                                              \
	do {                                                                                       \
		u64 is_ = (is), should_ = (should);                                                \
		WARN_ONCE(is_ != should_,                                                          \
			  "lintel: vCPU %u: %s is %#llx after a VM exit, not %#llx\n", (vcpu)->id, \
			  what, is_, should_);                                                     \
	} while (0)

static void check_segments(const struct vcpu *vcpu, const struct host_state *want)
{
	u16 ds, es, fs, gs, cs, ss, tr;

	savesegment(ds, ds);
	savesegment(es, es);
	savesegment(fs, fs);
	savesegment(gs, gs);
	savesegment(cs, cs);
	savesegment(ss, ss);
	store_tr(tr);
	CHECK(vcpu, "DS", ds, want->ds);
	CHECK(vcpu, "ES", es, want->es);
	CHECK(vcpu, "FS", fs, want->fs);
	CHECK(vcpu, "GS", gs, want->gs);
	CHECK(vcpu, "CS", cs, want->cs);
	CHECK(vcpu, "SS", ss, want->ss);
	CHECK(vcpu, "TR", tr, want->tr);
}

static void check_tables(const struct vcpu *vcpu, const struct host_state *want)
{
	struct desc_ptr gdt, idt;

	native_store_gdt(&gdt);
	store_idt(&idt);
	CHECK(vcpu, "GDTR base", gdt.address, want->gdtr_base);
	CHECK(vcpu, "IDTR base", idt.address, want->idtr_base);
	CHECK(vcpu, "GDTR limit", gdt.size, 0xffff);
	CHECK(vcpu, "IDTR limit", idt.size, 0xffff);
}

static void check_msrs(const struct vcpu *vcpu, const struct host_state *want)
{
	CHECK(vcpu, "IA32_FS_BASE", host_rdmsr(MSR_FS_BASE), want->fs_base);
	CHECK(vcpu, "IA32_GS_BASE", host_rdmsr(MSR_GS_BASE), want->gs_base);
	CHECK(vcpu, "IA32_SYSENTER_CS", host_rdmsr(MSR_IA32_SYSENTER_CS), want->sysenter_cs);
	CHECK(vcpu, "IA32_SYSENTER_ESP", host_rdmsr(MSR_IA32_SYSENTER_ESP), want->sysenter_esp);
	CHECK(vcpu, "IA32_SYSENTER_EIP", host_rdmsr(MSR_IA32_SYSENTER_EIP), want->sysenter_eip);
	CHECK(vcpu, "IA32_EFER", host_rdmsr(MSR_EFER), want->efer);
	CHECK(vcpu, "IA32_PAT", host_rdmsr(MSR_IA32_CR_PAT), want->pat);
}

void host_check_after_exit(const struct vcpu *vcpu)
{
	const struct host_state *want = &vcpu->vmcs.host;

	CHECK(vcpu, "CR0", read_cr0(), want->cr0);
	CHECK(vcpu, "CR3", __read_cr3(), want->cr3);
	CHECK(vcpu, "CR4", __read_cr4(), want->cr4);
	check_segments(vcpu, want);
	check_tables(vcpu, want);
	check_msrs(vcpu, want);
}
