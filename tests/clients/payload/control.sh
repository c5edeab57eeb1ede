# SPDX-License-Identifier: GPL-2.0
# control OPTION...: what QEMU's monitor does with a guest that runs: stop and go on, look at its
# registers, put it into a file and take it out there, reset it.
. ./monitor.sh

check "QEMU started" start_counting "$@"
check "the guest counts" counts_on
hmp 'info kvm'
check "it runs by KVM" answered '^kvm support: enabled'
hmp stop
hmp 'info status'
check "it is stopped" answered paused
check "and stands still" stands_still
hmp 'info registers'
check "it has registers" answered '^RIP='
hmp cont
check "it goes on" counts_on
hmp 'migrate "exec:cat >state"'
hmp 'info migrate'
check "it went into a file" answered 'completed'
stood_at=$(last_count)
check "QEMU ended" quit

check "QEMU started" start_counting -incoming 'exec:cat state' "$@"
check "the guest goes on from the file" counts_on
check "where it was" [ "$(sed -n 's/^count \([0-9]*\).*/\1/p' serial | head -n 1)" -ge "$stood_at" ]
hmp system_reset
check "after a reset it begins anew" wait_for serial '^count 1[^0-9]*$'
check "QEMU ended" quit
finish_client
