# SPDX-License-Identifier: GPL-2.0
# Sourced: payload DIR RUN_SH [KERNEL]: gather what runs in the lab (the module for that kernel, the
# tool, guests, the tests of the API) in DIR, with RUN_SH as its run.sh.

build=${BUILD:-$PWD/build}

# wanted NAME [CHOICE...]: is this row of a list among those that were asked for? All are without a choice.
wanted() {
	name=$1
	shift
	[ $# -gt 0 ] || return 0
	for choice in "$@"; do
		[ "$choice" != "$name" ] || return 0
	done
	return 1
}

# module_dir [KERNEL]
module_dir() {
	case ${1-} in
	6.12) echo "$build/linux-6.12" ;;
	*) echo "$build/linux" ;;
	esac
}

payload() {
	rm -rf "$1"
	mkdir -p "$1/guests"
	cp "$(module_dir "${3-}")/lintel.ko" "$build/tool/lintel" "$1/"
	[ ! -e "$build/api/api-tests" ] || cp "$build/api/api-tests" "$1/"
	case $2 in
	*/mitigations.sh) cp "$build/payload/patched" "$1/" ;;
	*/kexec*.sh) cp "$build/payload/kexec" "$(lab/kernel.sh ${3:+"$3"})/vmlinux" "$1/" ;;
	esac
	case $2 in */vmentry.sh) cp "$build/vmentry/vmentry.ko" docs/vm-entry-checks.md "$1/" ;; esac
	cp "$build"/guest/*.flat16 "$build"/guest/*.flat64 "$build"/guest/*.elf \
		tests/conformance/guest/list tests/conformance/guest/run.sh "$1/guests/" 2>/dev/null || true
	cp tests/lab/payload/*.sh "$1/"
	cp "$2" "$1/run.sh"
	case $2 in */linux.sh | */disk.sh) payload_linux "$1" "${3-}" ;; esac
}

# payload_linux DIR [KERNEL]: add what a Linux guest is made of: the kernel of the machine, unless
# LAB_GUEST_KERNEL names another.
payload_linux() {
	guest_kernel=${2:-${LAB_GUEST_KERNEL-}}
	kernel=$(lab/kernel.sh ${guest_kernel:+"$guest_kernel"})
	tests/linux/initramfs.sh "$kernel" "$1/initrd"
	cp "$kernel/vmlinux" "$1/"
	cat lab/cmdline lab/cmdline-fast | tr '\n' ' ' >"$1/cmdline"
}
