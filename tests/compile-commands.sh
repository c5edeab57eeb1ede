#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# compile-commands.sh KDIR: prints compile_commands.json, by which clangd and its like know how each file is
# compiled: linux/ as the module's build against KDIR did it, the rest as a process.
set -eu
kdir=$1
cd "$(dirname -- "$0")/.."

# entry FILE COMMAND [DIRECTORY]
entry() {
	jq -cn --arg file "$PWD/$1" --arg command "$2" --arg directory "${3:-$PWD}" '$ARGS.named'
}

as_process='-std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Wno-unused-parameter -I. -Icore -Isim/include -Isim -Itests/unit -DLINTEL_VERSION=\"\"'
{
	git ls-files 'facts/*.c' 'core/*.c' 'sim/*.c' 'tests/unit/*.c' 'tests/fuzz/*.c' 'tool/*.c' 'vmm/*.c' \
		'words/*.c' | while read -r file; do
		entry "$file" "gcc $as_process -DSOURCE_ROOT='\"$PWD\"' -c $file"
	done
	find build/linux/linux -name '.*.o.cmd' | sort | while read -r saved; do
		file=linux/$(basename "$saved" .o.cmd | sed 's/^\.//').c
		[ ! -e "$file" ] ||
			entry "$file" "$(sed -n 's/ ;.*//; s/^[a-z]*cmd_[^ ]* := *//p' "$saved" | head -n 1)" "$kdir"
	done
} | jq -s .
