# SPDX-License-Identifier: GPL-2.0
# reboot WAY OPTION...: a guest boots anew by itself, twice, the way that Linux's reboot= names (acpi, kbd,
# triple); the monitor resets it; its power button ends it.
. ./monitor.sh

guest_append="$guest_append reboot=$1"
shift
# How often it has booted is kept in a byte of the clock's memory. From the third time on it stays,
# till its button is pressed.
counting='n=/sys/bus/nvmem/devices/cmos_nvram0/nvmem; b=$(dd if=$n bs=1 skip=113 count=1 2>/dev/null | tr -cd 0-9); b=$((b + 1)); echo boot $b; echo -n $b | dd of=$n bs=1 seek=113 2>/dev/null; [ $b -ge 3 ] || reboot -f; insmod /mods/button.ko; insmod /mods/evdev.ko; for e in /dev/input/event*; do cat $e >>/r & done; sleep 1; echo waits; until [ -s /r ]; do usleep 100000; done; echo pressed'

# off: QEMU ended by itself, as its guest did.
off() {
	wait "$pid" && grep -q 'reboot: Power down' serial
}

check "QEMU started" start_counting "$@"
check "the guest booted" wait_for serial '^boot 1'
check "it booted anew" wait_for serial '^boot 2'
check "and again" wait_for serial '^boot 3'
check "it stays" wait_for serial '^waits'
hmp system_reset
check "reset it boots anew" wait_for serial '^boot 4'
check "it stays" wait_for serial '^waits' 2
hmp system_powerdown
check "it powered off" off
check "it felt its button" grep -q '^pressed' serial
finish_client
