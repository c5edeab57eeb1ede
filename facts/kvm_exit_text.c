// SPDX-License-Identifier: GPL-2.0
#include "facts/kvm_exit_text.h"

const struct kvm_text kvm_texts[] = {
#define KVM_EXIT(constant, number, text)     {KVM_TEXT_EXIT, number, #constant, text},
#define KVM_SUBERROR(constant, number, text) {KVM_TEXT_SUBERROR, number, #constant, text},
#define KVM_LOG(words, text)		     {KVM_TEXT_LOG, 0, words, text},
#include "facts/kvm_exit_list.h"
};
const unsigned int kvm_text_count = COUNT_OF(kvm_texts);
