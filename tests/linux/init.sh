# SPDX-License-Identifier: GPL-2.0
# The guest's init: a greeting, then RUN= of the kernel's command line, or a shell; at its end the
# guest powers off.
export PATH=/bin HOME=/ PS1='guest# '
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev

# What there is no device for is not loaded.
if ls -d /sys/bus/acpi/devices/LNRO0005* >/dev/null 2>&1; then
	for module in virtio_ring virtio virtio_mmio virtio_blk virtio_console; do
		[ ! -e "/mods/$module.ko" ] || insmod "/mods/$module.ko" # or it is built in
	done
fi

echo "This is Linux $(uname -r), a guest with $(nproc) CPU(s)."
if [ -n "$RUN" ]; then
	sh -c "$RUN"
else
	echo "A shell; its end (Ctrl-D) powers the guest off. Ctrl-A X ends the guest at once."
	setsid cttyhack sh
fi
poweroff -f
