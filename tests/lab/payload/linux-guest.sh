# SPDX-License-Identifier: GPL-2.0
# Sourced: Debian's kernel as a guest, on whatever module is loaded.

# Every byte that the kernel prints is an exit or two, and every second of it 20 million instructions.
linux_args="$(cat cmdline) lpj=80000 pci=off quiet"

# This machine has less memory than what switches large pages on by itself.
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled

# linux_guest APPEND OPTION...: as `lintel run`, with a summary at the end.
linux_guest() {
	append=$1
	shift
	./lintel run --memory 128M --stats --mark-port 0xf8 --initrd initrd \
		--append "$linux_args MARK=0xf8 $append" "$@" vmlinux
}

# type_lines LINE...: writes each of them when the prompt of the guest's shell is in the file
# `screen` once more; gives up with the guest.
type_lines() {
	prompts=0
	for line in "$@"; do
		prompts=$((prompts + 1))
		until [ "$(grep -o 'guest# ' screen | wc -l)" -ge $prompts ]; do
			sleep 0.5
			[ -e screen ] || return 0
		done
		printf '%s\r' "$line"
	done
}

# linux_shell LINES OPTION...: a guest with a shell, in which the lines are typed. Newer BusyBoxes ask
# the terminal where its cursor is; the one that shows this here is not to answer.
linux_shell() {
	lines=$1 escape=$(printf '\033')
	shift
	rm -f keys
	mkfifo keys
	: >screen
	(
		IFS='
'
		set -f
		# shellcheck disable=SC2086 # a word for each line
		type_lines $lines
	) >keys &
	{
		linux_guest '' "$@" <keys 2>summary
		echo $? >status
	} | tee screen | sed "s/$escape\[6n//g"
	rm screen
	cat summary
	return "$(cat status)"
}
