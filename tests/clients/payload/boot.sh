# SPDX-License-Identifier: GPL-2.0
# boot CPUS OPTION...: a Linux guest comes to its init, with so many processors, and powers off.
. ./qemu.sh

smp=$1
shift
check "the guest powered off" guest 'grep -m 1 model.name /proc/cpuinfo' -smp "$smp" "$@"
check "its init saw $smp CPU(s)" screen_has "^This is Linux .* with $smp CPU(s)\.$"
finish_client
