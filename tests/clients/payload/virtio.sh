# SPDX-License-Identifier: GPL-2.0
# virtio KIND OPTION...: a guest reads a disk, writes another, fetches a file by the network and speaks on
# a virtio console; devices of KIND (pci, or device for those by MMIO). The first disk has a thread of its own,
# for which QEMU takes the guest's notifications by ioeventfd, and of PCI gives its interrupts by irqfd.
. ./qemu.sh

kind=$1
shift
head -c 1048576 /dev/urandom >disk
truncate -s 1M written
sum=$(md5sum <disk | cut -d' ' -f1)
httpd -p 127.0.0.1:8080 -h .

is_copy() {
	cmp disk written
}

console_has() {
	grep -q "$1" console
}

# asked_for IOCTL: QEMU's own trace has it.
asked_for() {
	grep -q "kvm_vm_ioctl type $1," traced
}

check "the guest powered off" guest 'md5sum /dev/vda; dd if=/dev/vda of=/dev/vdb bs=64k; sync; ifconfig eth0 10.0.2.15; wget -qO- http://10.0.2.2:8080/disk | md5sum | sed s/-/net/; md5sum /dev/vda >/dev/hvc0; sleep 1; grep virtio /proc/interrupts' \
	-D traced -trace kvm_vm_ioctl -object iothread,id=t0 \
	-drive if=none,id=d0,file=disk,format=raw,readonly=on -device "virtio-blk-$kind,drive=d0,iothread=t0" \
	-drive if=none,id=d1,file=written,format=raw -device "virtio-blk-$kind,drive=d1" \
	-netdev user,id=n0 -device "virtio-net-$kind,netdev=n0" \
	-device "virtio-serial-$kind" -chardev file,id=c0,path=console -device virtconsole,chardev=c0 "$@"
check "it read the disk" screen_has "^$sum  /dev/vda"
check "it wrote the other" is_copy
check "the network brought it the same" screen_has "^$sum  net"
check "its virtio console said so too" console_has "^$sum  /dev/vda"
check "an ioeventfd was there" asked_for 0x4040ae79
[ "$kind" != pci ] || check "an irqfd was there" asked_for 0x4020ae76
finish_client
