# SPDX-License-Identifier: GPL-2.0
# The guest's init: a greeting, then RUN= of the kernel's command line, or the init of the disk that ROOT=
# names, or a shell; at its end the guest powers off.
export PATH=/bin HOME=/ PS1='guest# '
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

load() {
	for module in "$@"; do
		[ ! -e "/mods/$module.ko" ] || insmod "/mods/$module.ko" # or it is built in
	done
}

# What there is no device for is not loaded.
if ls -d /sys/bus/acpi/devices/LNRO0005* >/dev/null 2>&1; then
	load virtio_ring virtio virtio_mmio virtio_blk virtio_console
fi
if grep -qs 0x1af4 /sys/bus/pci/devices/*/vendor; then
	load virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
		virtio_blk virtio_console
fi
# has_virtio TYPE
has_virtio() {
	grep -qs "0x00$1" /sys/bus/virtio/devices/*/device
}
! has_virtio 01 || load failover net_failover virtio_net
! has_virtio 05 || load virtio_balloon
! has_virtio 18 || load virtio_mem

echo "This is Linux $(uname -r), a guest with $(nproc) CPU(s)."
if [ -n "$ROOT" ]; then
	load crc16 crc32c_generic mbcache jbd2 ext4
	mkdir /disk && mount -t ext4 -o ro "$ROOT" /disk && exec switch_root /disk /sbin/init
elif [ -n "$RUN" ]; then
	sh -c "$RUN"
else
	echo "A shell; its end (Ctrl-D) powers the guest off. Ctrl-A X ends the guest at once."
	setsid cttyhack sh
fi
poweroff -f
