# SPDX-License-Identifier: GPL-2.0
# A kernel that does without FSGSBASE, as before Ivy Bridge each has to: it does not know the base of a
# segment that has a descriptor, and the process keeps it all the same.
. ./check.sh

check "the kernel does without FSGSBASE" fails grep -qw fsgsbase /proc/cpuinfo
check "the process keeps what is its own" ./api-tests host_
finish
