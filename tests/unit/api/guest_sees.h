/* SPDX-License-Identifier: GPL-2.0 */
/* What of a vCPU's state arrives where the guest has it. */
#ifndef LINTEL_TESTS_UNIT_API_GUEST_SEES_H
#define LINTEL_TESTS_UNIT_API_GUEST_SEES_H

#include "program.h"
#include "facts/vmcs_field.h"

/* KVM_RUN: the guest is entered once, which must succeed, and is interrupted at once. */
void guest_enters(const struct program *program);
/* A field of its VMCS. */
u64 guest_field(const struct program *program, u32 field);
/* KVM_GET_VCPU_EVENTS. */
struct kvm_vcpu_events program_events(const struct program *program);

#endif
