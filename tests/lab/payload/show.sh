# SPDX-License-Identifier: GPL-2.0
# What `make run` shows: the processor, the choice, guests, their exits.

title() {
	printf '\n=== %s\n' "$*"
}

show_lintel() {
	title "The module, in the kernel's log"
	dmesg | sed -n 's/^.*\(lintel: .*\)/\1/p'
	title "What this processor offers (/sys/kernel/debug/lintel/capabilities)"
	cat /sys/kernel/debug/lintel/capabilities
	title "What Lintel chose, and why a bit is off (/sys/kernel/debug/lintel/controls)"
	cat /sys/kernel/debug/lintel/controls
}

show_small_guests() {
	title "A guest in real mode: lintel run --flat16 hello.flat16"
	./lintel run --flat16 --debug-exit 0xf4 --stats guests/hello.flat16 </dev/null
	title "A guest in long mode: lintel run --flat64 cpuid.flat64"
	./lintel run --flat64 --debug-exit 0xf4 --stats guests/cpuid.flat64 </dev/null
	[ -d /sys/kernel/debug/lintel ] || return 0
	title "The exits of both (/sys/kernel/debug/lintel/exits, msrs)"
	cat /sys/kernel/debug/lintel/exits /sys/kernel/debug/lintel/msrs
}

show_linux() {
	title "Debian's kernel as a guest: lintel run --initrd initrd --append ... vmlinux"
	. ./linux-guest.sh
	if [ -e interactive ]; then
		# The machine's init switched its serial port's receiver off.
		stty -F /dev/console cread
		linux_guest '' </dev/console
	else
		linux_shell 'uname -a
cat /proc/interrupts
exit'
	fi
}

[ ! -d /sys/kernel/debug/lintel ] || show_lintel
show_small_guests
[ ! -e vmlinux ] || show_linux
