#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# manual.sh LINTEL: the manual and the completion of bash have each command, and each option that its
# --help speaks of anywhere.
set -u
lintel=$(realpath -- "$1")
cd "$(dirname -- "$0")/../.." || exit 2
. tests/tool/report.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$(dirname -- "$lintel"):$PATH

# The manual as one reads it, without what makes letters bold or underlined.
manual_is_clean() {
	mandoc -T lint "$lintel.1" >"$work/lint" 2>&1
	[ ! -s "$work/lint" ] || {
		cat "$work/lint"
		return 1
	}
}

read_manual() {
	mandoc -T ascii -O width=200 "$lintel.1" | sed 's/.\x08//g' >"$work/manual"
}

# section NAME: what the manual says of a command.
section() {
	awk -v title="   lintel $1" '
		$0 == title { on = 1; next }
		/^ ? ? ?[^ ]/ { on = 0 }
		on' "$work/manual"
}

# complete WORD...: what bash would offer for the last one.
complete_words() {
	bash -c '
		. tool/man/completion.bash
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_lintel
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@" 2>/dev/null
}

offers() {
	wanted=$1
	shift
	complete_words "$@" | grep -qxF -e "$wanted"
}

options() {
	"$lintel" "$1" --help | grep -oE -- '(^|[^a-z0-9-])--[a-z][a-z0-9-]*' | sed 's/^[^-]//' | sort -u
}

has_option() {
	section "$1" | grep -qE -e "(^|[^a-z0-9-])$2([^a-z0-9-]|\$)"
}

check "the manual is without a complaint of mandoc" manual_is_clean
check "it can be read" read_manual
names=$("$lintel" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
check "lintel --help lists commands" test "$(echo "$names" | wc -l)" -ge 8
for name in $names; do
	check "$name: the manual has a section" test "$(section "$name" | wc -l)" -gt 5
	check "$name: bash completes it" offers "$name" lintel "${name%?}"
	for option in $(options "$name"); do
		check "$name $option is in the manual" has_option "$name" "$option"
		check "$name $option is completed" offers "$option" lintel "$name" "${option%?}"
	done
done
check "a word of explain is completed" offers primary:28 lintel explain primary:2
check "a file is completed" offers README.md lintel caps READ
check "a file after an option is completed" offers README.md lintel matrix -o READ
check "no file after an option that takes a number" fails offers README.md lintel stat --count READ
finish
