# SPDX-License-Identifier: GPL-2.0
#
# How Bochs is set up: the model's row, the kernel's command line, the configuration.
# To be sourced after cache.sh. Uses the variables kernel, bochs, model, cpus, memory, append, plain, and
# what split_features sets.
# shellcheck disable=SC2154

# Instructions in an emulated second; the kernel's loops per jiffy (HZ is 250) follow from it.
ips=20000000

# layout NAME: a number of layout.h
layout() {
	sed -n "s/^#define $1[ \t][ \t]*//p" "$lab_dir/layout.h"
}

# disk_cylinders: of 16 heads of 63 sectors of 512 bytes: for 80 MB, or for a fourth of the memory, as what
# is on the disk is unpacked there.
disk_cylinders() {
	[ "$memory" -gt 320 ] && echo $((memory / 2)) || echo 160
}

# disk_bytes: of a sparse file.
disk_bytes() {
	echo $(($(disk_cylinders) * 16 * 63 * 512))
}

# find_model NAME: set model and model_append from the table; false when it has no such row.
find_model() {
	row=$(awk -v name="$1" '!/^#/ && ($1 == name || $2 == name) { print $1, $3 }' \
		"$lab_dir/models")
	[ -n "$row" ] || return 1
	model=${row% *}
	model_append=$(echo "${row#* }" | tr '|' ' ')
	[ "$model_append" != - ] || model_append=
}

# has_model: whether the emulator can be that processor.
has_model() {
	grep -qx "$model" "$bochs/models"
}

kernel_command_line() {
	tr '\n' ' ' <"$lab_dir/cmdline"
	[ $plain = 1 ] || tr '\n' ' ' <"$lab_dir/cmdline-fast"
	# The newer models' CPUID names a TSC frequency of some GHz, but the TSC counts instructions.
	printf 'lpj=%d tsc_early_khz=%d ' $((ips / 250)) $((ips / 1000))
	# Bochs wakes a processor from MWAIT only by an interrupt, not by the write it waits for.
	[ "$cpus" = 1 ] || printf 'idle=nomwait '
	printf '%s %s\n' "$model_append" "$append"
}

# split_features LIST: set features, add_features and exclude_features from +NAME,-NAME...; false when it
# is no such list.
split_features() {
	features=$1 add_features='' exclude_features=''
	for feature in $(echo "$1" | tr ',' ' '); do
		case $feature in
		*[!a-z0-9_.+-]* | ? | [+-]*[+-]*) return 1 ;;
		+*) add_features="$add_features${add_features:+,}${feature#+}" ;;
		-*) exclude_features="$exclude_features${exclude_features:+,}${feature#-}" ;;
		*) return 1 ;;
		esac
	done
}

features() {
	[ -z "$add_features" ] || printf ', add_features="%s"' "$add_features"
	[ -z "$exclude_features" ] || printf ', exclude_features="%s"' "$exclude_features"
}

# The optional devices are named so that they begin in the order in which those of a restored machine
# do. Bochs saves its timers by number, and a device takes the next number when it begins: with the USB
# controller after the serial port, as Bochs has it by itself, the restored port got the timer of USB,
# and interrupted a thousand times a second for bytes that were not there.
#
# By itself the screen is looked at by the host's clock, which shifts what else happens.
#
# bochs_config DIR: a machine that boots the images in DIR, its disk and log there too.
bochs_config() {
	cat <<END
cpu: model=$model, count=$cpus, ips=$ips, reset_on_triple_fault=0$(features)
megs: $memory
romimage: file=$bochs/BIOS
vgaromimage: file=$1/loader.rom
optramimage1: file=$1/kernel.ram, address=$(layout KERNEL_BASE)
optramimage2: file=$1/params.ram, address=$(layout PARAMS_BASE)
optramimage3: file=$1/initrd, address=$(layout INITRD_BASE)
ata0-master: type=disk, path=$1/disk.img, mode=flat, cylinders=$(disk_cylinders), heads=16, spt=63
vga: extension=vbe, update_freq=10, realtime=0
plugin_ctrl: speaker=0, gameport=0, parallel=0, serial=0, usb_uhci=1, serial=1
com1: enabled=1, mode=file, dev=/dev/fd/3
port_e9_hack: enabled=1
log: $1/bochs.log
panic: action=fatal
error: action=ignore
clock: sync=none, time0=1767225600
display_library: rfb, options="timeout=0"
sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy
END
}

# ask_processor DIR: what the processor itself says of itself (msrdump.S), as DIR/answer. Ends with Bochs's
# words where Bochs makes no such processor: it does not know a feature, one needs another that is
# excluded, or it knows no such option.
ask_processor() {
	cp "$lab_build/msrdump.rom" "$1/loader.rom"
	bochs_config "$1" | grep -v '^optramimage\|^ata0' >"$1/bochsrc"
	(supervise_bochs 20 none "$1" -f "$1/bochsrc") >/dev/null || true
	grep '^0x[0-9a-f]* = \|^cpuid ' "$1/chatter" >"$1/answer" && return
	words=$(cat "$1/bochs.log" "$1/chatter" 2>/dev/null |
		sed -n "s/.*: \(unknown parameter .*\)/\1/p; s/.*>>PANIC<< \(PANIC: \)*//p" | head -n 1)
	fail "Bochs $(cat "$bochs/version") makes no $model${features:+ with $features}: ${words:-it says nothing}"
}

# make_machine DIR: all that a cold boot needs, with an empty disk.
make_machine() {
	cp "$lab_build/loader.rom" "$1/loader.rom"
	ln -sf "$kernel/kernel.ram" "$1/kernel.ram"
	make_initrd "$1" || return 1
	"$lab_build/bootimage" params "$kernel/bzimage" "$(cat "$kernel/entry")" "$1/initrd" \
		"$(kernel_command_line)" "$1/params.ram" || return 1
	truncate -s "$(disk_bytes)" "$1/disk.img"
	bochs_config "$1" >"$1/bochsrc"
}

make_initrd() {
	mkdir -p "$1/root/bin" "$1/root/mods"
	cp /bin/busybox "$1/root/bin/busybox"
	cp "$lab_build/guest" "$1/root/bin/lab"
	cp "$lab_dir/guest-init" "$1/root/init"
	chmod 755 "$1/root/init"
	find "$kernel/mods" -name '*.ko' -exec cp {} "$1/root/mods/" ';'
	# Nothing of the host in it: the kernel takes longer to read some numbers than others.
	find "$1/root" -exec touch -h -d @0 {} +
	(cd "$1/root" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc) \
		>"$1/initrd" || return 1
	rm -r "$1/root"
}

# supervise_bochs SECONDS MARK DIR BOCHS-ARGUMENT... : see supervise.c; results are files in DIR. With the
# variable count, what bochscount.c counts is in the file of that name.
# A Bochs that has a debugger must be told to go on. Where it has to be asked for, and bochsfix.c does
# not know that Bochs, several processors run in the debugger's loop: half as fast, and right.
supervise_bochs() {
	seconds=$1 mark=$2 dir=$3
	shift 3
	commit=$(cat "$bochs/commit")
	if grep -q -e -rc "$bochs/options"; then
		echo c >"$dir/debugger"
		set -- -rc "$dir/debugger" "$@"
	fi
	if [ "$cpus" -gt 1 ] && [ -z "$commit" ] && grep -q -e -debugger "$bochs/options"; then
		set -- -debugger "$@"
	fi
	LAB_BOCHS_COMMIT=$commit LAB_COUNT=${count-} \
		LD_PRELOAD=$lab_build/bochsfix.so${count:+:$lab_build/bochscount.so} \
		"$lab_build/supervise" "$seconds" "$mark" \
		"$dir/verdict" "$dir/serial" "$dir/chatter" "$bochs/bochs" -q -unlock "$@"
}
