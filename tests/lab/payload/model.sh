# SPDX-License-Identifier: GPL-2.0
# A few guests, on a processor other than the usual one: real mode, exceptions, control registers,
# MSRs, memory, FPU. None with two vCPUs: on an emulated processor without PAUSE-loop exiting, one
# that waits with IF = 0 is never left for the other, by stock KVM neither.
LINTEL=./lintel exec sh guests/run.sh hello exceptions msr crs memory fpu
