# SPDX-License-Identifier: GPL-2.0
# A few guests, on a processor other than the usual one: real mode, long mode, control registers,
# memory, FPU.
LINTEL=./lintel exec sh guests/run.sh hello cpuid msr crs memory fpu
