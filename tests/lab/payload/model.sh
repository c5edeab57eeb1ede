# SPDX-License-Identifier: GPL-2.0
# A few guests, on a processor other than the usual one: real mode, exceptions, control registers,
# MSRs, memory, FPU, several vCPUs, one that waits with interrupts off.
LINTEL=./lintel exec sh guests/run.sh hello exceptions msr speculation crs memory fpu stuck smp
