// SPDX-License-Identifier: GPL-2.0
#include <linux/kvm.h>

#include "facts/vmm_need.h"

const struct vmm_program_info vmm_program_table[] = {
#define VMM_PROGRAM(constant, bit, name, version) {constant, name, version},
#include "facts/vmm_program_list.h"
};

const size_t vmm_program_count = COUNT_OF(vmm_program_table);

/* As CPUID numbers them. */
enum { EAX, EBX, ECX, EDX };

const struct vmm_need vmm_need_table[] = {
#define NEED_CAPABILITY(who, name, least)                                                          \
	{.programs = (who),                                                                        \
	 .kind = NEED_CAPABILITY,                                                                  \
	 .number = KVM_CAP_##name,                                                                 \
	 .value = (least),                                                                         \
	 .words = "KVM_CAP_" #name},
#define NEED_LEAF(who, leaf)                                                                       \
	{.programs = (who), .kind = NEED_LEAF, .number = (leaf), .words = "CPUID leaf " #leaf},
#define NEED_BIT(who, leaf, register, bit, name)                                                   \
	{.programs = (who),                                                                        \
	 .kind = NEED_BIT,                                                                         \
	 .number = (leaf),                                                                         \
	 .reg = (register),                                                                        \
	 .value = (bit),                                                                           \
	 .words = (name)},
#define NEED_LISTED(who, msr, name)                                                                \
	{.programs = (who), .kind = NEED_LISTED, .number = (msr), .words = (name)},
#define NEED_SETTABLE(who, msr, data, name)                                                        \
	{.programs = (who),                                                                        \
	 .kind = NEED_SETTABLE,                                                                    \
	 .number = (msr),                                                                          \
	 .value = (data),                                                                          \
	 .words = (name)},
#include "facts/vmm_need_list.h"
};

const size_t vmm_need_count = COUNT_OF(vmm_need_table);
