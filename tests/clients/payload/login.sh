# SPDX-License-Identifier: GPL-2.0
# login OPTION...: Debian on a disk comes to its login prompt; root logs in with a password, writes a file,
# and switches it off. What is typed goes by the serial port, a pipe.
. ./qemu.sh

# waits_for PATTERN: till the guest has printed it, after what it had printed when another was found; false
# when QEMU is gone.
waits_for() {
	until tail -c "+$((seen + 1))" screen | grep -q "$1"; do
		sleep 0.5
		kill -0 "$pid" 2>/dev/null || return 1
	done
	seen=$(wc -c <screen)
}

types() {
	echo "$1" >&5
}

start_debian() {
	mkfifo port.in port.out
	cat port.out >screen &
	timeout "$seconds" qemu-system-x86_64 -accel kvm -m 256 -nodefaults -no-user-config -display none -no-reboot \
		-chardev pipe,id=port,path=port -serial chardev:port -kernel vmlinux -initrd initrd \
		-append "$guest_append ROOT=/dev/vda" \
		-drive if=none,id=d0,file=disk,format=raw -device virtio-blk-pci,drive=d0 "$@" </dev/null 2>>said &
	pid=$!
	exec 5>port.in
}

off() {
	wait "$pid" && screen_has 'reboot: Power down'
}

seen=0
start_debian "$@"
check "Debian asks who it is" waits_for 'login: '
types root
check "and for the password" waits_for 'Password: '
types root
check "root is in" waits_for '# '
types 'cat /etc/debian_version /proc/1/comm; date >/written; sync; echo wrote $?'
check "it wrote to its disk" waits_for '^wrote 0'
check "its init is systemd" screen_has '^systemd'
types 'systemctl poweroff'
check "Debian switched it off" off
cat screen
finish_client
