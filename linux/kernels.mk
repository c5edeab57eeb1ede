# SPDX-License-Identifier: GPL-2.0
# The kernels that Lintel is for: one that lacks something is refused here, in words, and not by the first
# thing that the compiler misses; and where two have different names for the same, which this one has.
# Headers are looked at, not only versions, because distributions bring changes to older kernels.
# docs/kernels.md has the releases, and what was tried.

lintel-versions := 6.1 6.12 6.13 6.14 6.15 6.16 6.17 6.18

ifeq ($(filter $(VERSION).$(PATCHLEVEL),$(lintel-versions)),)
$(error Lintel is for Linux $(lintel-versions), and these headers are of $(KERNELVERSION): see docs/kernels.md)
endif
ifeq ($(CONFIG_KVM),)
$(error Lintel needs a kernel that is configured with KVM (CONFIG_KVM=m or y), whose hooks it uses)
endif

# $(call lintel-there,FILE,PATTERN): y if a line of the header has it.
lintel-there = $(shell grep -qs -e '$(2)' $(srctree)/$(1) && echo y)

# $(call lintel-needs,FILE,PATTERN,WORDS)
lintel-needs = $(if $(call lintel-there,$(1),$(2)),,$(error Lintel needs $(3); \
	Linux 6.1 has it from 6.1.152 on and 6.12 from 6.12.47 on; these headers are of $(KERNELVERSION)))

$(call lintel-needs,arch/x86/include/asm/cpufeatures.h,X86_BUG_ITS\b,the kernel's work against Indirect Target Selection)
$(call lintel-needs,arch/x86/include/asm/reboot.h,cpu_emergency_register_virt_callback,the kernel's hook for a crash)
$(call lintel-needs,arch/x86/include/asm/cpufeatures.h,X86_FEATURE_IBPB_EXIT_TO_USER,the kernel's work against VMScape)

# $(call lintel-define,FILE,PATTERN,NAME)
lintel-define = $(if $(call lintel-there,$(1),$(2)),-DCOMPAT_HAVE_$(3))

ccflags-y += \
	$(call lintel-define,include/linux/syscore_ops.h,register_syscore.struct syscore ,SYSCORE_DEVICE) \
	$(call lintel-define,include/linux/entry-virt.h,xfer_to_guest_mode,ENTRY_VIRT) \
	$(call lintel-define,include/linux/hrtimer.h,hrtimer_setup.struct hrtimer ,HRTIMER_SETUP) \
	$(call lintel-define,arch/x86/include/asm/msr.h,__wrmsrq.u32 ,WRMSRQ) \
	$(call lintel-define,arch/x86/include/asm/cpuid/api.h,cpuid_count,CPUID_API)

# From 6.19 on the kernel tells the clearing of buffers before a guest from that before a program, on
# Intel's processors too.
asflags-y += \
	$(call lintel-define,arch/x86/include/asm/cpufeatures.h,X86_FEATURE_CLEAR_CPU_BUF_VM_MMIO,CLEARING_FOR_GUESTS)
