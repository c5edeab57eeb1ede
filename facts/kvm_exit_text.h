/* SPDX-License-Identifier: GPL-2.0 */
/* What KVM tells a program, or the log, about a vCPU that does not go on: in sentences. */
#ifndef LINTEL_FACTS_KVM_EXIT_TEXT_H
#define LINTEL_FACTS_KVM_EXIT_TEXT_H

#include "types.h"

enum kvm_text_kind { KVM_TEXT_EXIT, KVM_TEXT_SUBERROR, KVM_TEXT_LOG };

struct kvm_text {
	u8 kind;
	u8 number; /* of exit and suberror */
	const char *name;
	const char *text;
};

extern const struct kvm_text kvm_texts[];
extern const unsigned int kvm_text_count;

#endif
