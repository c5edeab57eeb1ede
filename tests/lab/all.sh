#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# all.sh [NAME...]: run the tests of tests/lab/list in the emulated machine, as many at a time as it
# allows; a line for each, the output of those that failed, and "N passed, N failed".
set -u
cd "$(dirname -- "$0")/../.." || exit 2
. tests/lab/payload.sh
out=$build/lab-tests

# option NAME OPTION...: the value of this option among them, if it is there.
option() {
	wanted_option=$1
	while shift && [ $# -gt 1 ]; do
		[ "$1" != "$wanted_option" ] || echo "$2"
	done
}

# run_one NAME SCRIPT OPTION...: the output in $out/NAME/log, the status in $out/NAME/status.
run_one() {
	name=$1 script=$2
	shift 2
	payload "$out/$name/payload" "tests/lab/payload/$script.sh" "$(option --kernel "$@")"
	began=$(date +%s)
	lab/run "$@" "$out/$name/payload" >"$out/$name/log" 2>&1
	status=$?
	echo $status >"$out/$name/status"
	took=$(($(date +%s) - began))
	if [ $status -eq 0 ]; then
		echo "ok - $name (${took} s)"
	else
		echo "not ok - $name (status $status, ${took} s)"
	fi
}

# The jobs, one a line, started in the order of the list; two slots keep two machines busy.
run_all() {
	slots=${LAB_SLOTS:-$(nproc)}
	running=0
	while read -r name script options <&3; do
		case $name in '' | '#'*) continue ;; esac
		wanted "$name" "$@" || continue
		mkdir -p "$out/$name"
		# shellcheck disable=SC2086 # the options are words
		run_one "$name" "$script" $options &
		running=$((running + 1))
		if [ $running -ge "$slots" ]; then
			# POSIX sh can't wait for "any": poll for a free place.
			while [ "$(unfinished)" -ge "$slots" ]; do sleep 0.2; done
		fi
	done 3<tests/lab/list
	wait
}

unfinished() {
	count=0
	for dir in "$out"/*/; do
		[ -e "$dir/status" ] || count=$((count + 1))
	done
	echo $count
}

wanted() {
	name=$1
	shift
	[ $# -gt 0 ] || return 0
	for choice in "$@"; do
		[ "$choice" != "$name" ] || return 0
	done
	return 1
}

report() {
	passed=0
	failed=0
	for dir in "$out"/*/; do
		if [ "$(cat "$dir/status")" = 0 ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "--- $(basename "$dir")"
			tail -n 60 "$dir/log"
		fi
	done
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

rm -rf "$out"
mkdir -p "$out"
run_all "$@"
report
