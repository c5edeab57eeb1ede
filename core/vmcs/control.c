// SPDX-License-Identifier: GPL-2.0
/* SDM: "VM-Execution Control Fields", "VM-Exit Control Fields", "VM-Entry Control Fields". */
#include "vmcs/vmcs.h"
#include "facts/control.h"

void vmcs_control_write(struct vcpu *vcpu, enum ctl_word word, u64 value)
{
	vcpu->control[word] = value;
	vmcs_write_fast(ctl_word_table[word].field, value);
}
