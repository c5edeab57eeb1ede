# SPDX-License-Identifier: GPL-2.0
# Sourced: QEMU with Debian's kernel as its guest, on whatever module is loaded.
. ./client.sh

# Each byte that the guest's kernel prints are some exits, and each second of it 20 million instructions.
guest_append="$(cat cmdline) lpj=80000 quiet"

# qemu OPTION...: with what each row has; the serial port in the file `screen`.
qemu() {
	timeout "$seconds" qemu-system-x86_64 -accel kvm -m 128 -nodefaults -no-user-config -display none \
		-no-reboot -serial stdio "$@" </dev/null >raw 2>>said
	status=$?
	tr -d '\r' <raw >screen
	cat screen
	return $status
}

# The kernel without the code that unpacks it: few guests need that.
guest_kernel=vmlinux

# guest RUN OPTION...: qemu with a Linux guest that does RUN and powers off. QEMU's status is 0 too when
# timeout ends it.
guest() {
	run=$1
	shift
	qemu -kernel $guest_kernel -initrd initrd -append "$guest_append RUN=\"$run\"" "$@" &&
		screen_has 'reboot: Power down'
}

screen_has() {
	grep -q "$1" screen
}
