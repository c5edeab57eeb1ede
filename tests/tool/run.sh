#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [NAME...]: the tests of the command `lintel` that need no KVM: each NAME.sh beside this one,
# or those that are named.  They are sourced, in a directory of their own, with
#
#	$lintel         the command
#	$top            the project's root
#	$work           an empty directory, which is the current one
#	check WORDS COMMAND...          passes if the command succeeds
#	gives STATUS COMMAND...         its output is in ./out, its errors are in ./err
#	printed PATTERN                 the output of the last one matches (ERE)
#	refuses PATTERN COMMAND...      status 2, nothing in ./out, ./err is one line that matches (ERE)
set -u
here=$(cd "$(dirname -- "$0")" && pwd)
top=$(dirname "$(dirname "$here")")
lintel=${LINTEL:-$top/build/tool/lintel}
all=$(mktemp -d "${TMPDIR:-/tmp}/lintel-tool.XXXXXX")
trap 'rm -rf "$all"' EXIT
chmod 755 "$all"

passed=0
failed=0

check() {
	words=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $words"
	fi
}

gives() {
	wanted=$1
	shift
	"$@" >out 2>err </dev/null
	got=$?
	[ "$got" -eq "$wanted" ] || {
		echo "# status $got, not $wanted: $*"
		head -n 5 err
		return 1
	}
}

printed() {
	grep -qE "$1" out
}

refuses() {
	pattern=$1
	shift
	gives 2 "$@" || return 1
	if [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE "$pattern" err; then
		return 0
	fi
	echo "# said, instead of one line like $pattern: $(head -n 5 out err)"
	return 1
}

[ -x "$lintel" ] || {
	echo "tests/tool: no $lintel: make tool" >&2
	exit 2
}
if [ $# -eq 0 ]; then
	for file in "$here"/*.sh; do
		[ "$file" = "$here/run.sh" ] || set -- "$@" "$(basename "$file" .sh)"
	done
fi
for name in "$@"; do
	work=$all/$name
	mkdir "$work" && cd "$work" || exit 2
	# shellcheck source=/dev/null # what is sourced is named on the command line
	. "$here/$name.sh"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
