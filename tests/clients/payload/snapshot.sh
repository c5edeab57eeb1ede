# SPDX-License-Identifier: GPL-2.0
# snapshot OPTION...: savevm and loadvm under load: the guest is put back to where it was.
. ./monitor.sh

counting=$counting_under_load

qemu-img create -q -f qcow2 disk.qcow2 1M 2>>said
check "QEMU started" start_counting -drive if=none,id=d0,file=disk.qcow2,format=qcow2 \
	-device virtio-blk-pci,drive=d0 "$@"
check "the guest counts" counts_on
hmp 'savevm one'
saved=$(last_count)
hmp 'info snapshots'
check "there is a snapshot" answered 'one'
check "it counts on" counts_on
check "further" counts_on
hmp stop
lines=$(wc -l <serial)
hmp 'loadvm one'
hmp cont
check "it counts again" wait_for serial "^count $((saved + 1))[^0-9]" 2
check "it counts on" counts_on
check "QEMU ended" quit
finish_client
