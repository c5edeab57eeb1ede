// SPDX-License-Identifier: GPL-2.0
/* Without an I/O APIC in the build there is nobody to tell of an EOI. */
#include "irq/irqchip.h"

__attribute__((weak)) void irqchip_eoi(struct vcpu *vcpu, u8 vector, bool level)
{
	(void)vcpu;
	(void)vector;
	(void)level;
}
