// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "hypervisor.h"

static const struct hypervisor hypervisors[] = {
	{"KVMKVMKVM", "KVM",
	 "the host's kvm_intel needs nested=1 and the virtual machine -cpu host, or +vmx; Google "
	 "Cloud calls it nested virtualization (--enable-nested-virtualization), OpenStack the "
	 "CPU mode host-passthrough, Amazon EC2 has bare-metal instances (*.metal), and types "
	 "with nested virtualization"},
	{"Microsoft Hv", "Hyper-V",
	 "Hyper-V: Set-VMProcessor -ExposeVirtualizationExtensions $true while it is off; Azure: a "
	 "size with nested virtualization"},
	{"VMwareVMware", "VMware",
	 "VMware: Virtualize Intel VT-x/EPT, or Expose hardware assisted virtualization to the "
	 "guest OS (vhv.enable = TRUE)"},
	{"XenVMMXenVMM", "Xen",
	 "Xen: nestedhvm=1 in the domain's configuration, where the version has it"},
	{"VBoxVBoxVBox", "VirtualBox",
	 "VirtualBox: Enable Nested VT-x/AMD-V (VBoxManage modifyvm NAME --nested-hw-virt on)"},
	{" lrpepyh  vr", "Parallels", "Parallels: Enable nested virtualization"},
	{"bhyve bhyve ", "bhyve", "bhyve has no nested VMX"},
	{"TCGTCGTCGTCG", "QEMU without KVM",
	 "QEMU without KVM has no VMX: -accel kvm, or a machine that emulates VMX, as lab/run has"},
	{"ACRNACRNACRN", "ACRN", NULL},
};

const struct hypervisor *hypervisor_find(const uint32_t out[4])
{
	char signature[13] = "";

	memcpy(signature, &out[1], 12);
	for (size_t i = 0; i < sizeof(hypervisors) / sizeof(hypervisors[0]); i++)
		if (!strcmp(signature, hypervisors[i].signature))
			return &hypervisors[i];
	return NULL;
}
