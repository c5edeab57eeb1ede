#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# manual.sh LINTEL: prints lintel(1): lintel.1.in, and in it what each command says with --help.
set -eu
lintel=$1
here=$(dirname -- "$0")

commands() {
	"$lintel" --help | sed -n '/^commands:$/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'
}

sed '/^@COMMANDS@$/,$d' "$here/lintel.1.in"
for name in $(commands); do
	"$lintel" "$name" --help | awk -v name="$name" -f "$here/manual.awk"
done
sed '1,/^@COMMANDS@$/d' "$here/lintel.1.in"
