#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# all.sh [NAME...]: run the tests of tests/lab/list in the emulated machine, as many at a time as it
# allows; a line for each with its seconds, the output of those that failed, and "N passed, N failed".
# build/lab/results.xml has the same for CI systems (JUnit's format).
set -u
cd "$(dirname -- "$0")/../.." || exit 2
. tests/lab/payload.sh
out=$build/lab-tests
results=$build/lab/results.xml

# option NAME OPTION...: the value of this option among them, if it is there.
option() {
	wanted_option=$1
	while shift && [ $# -gt 1 ]; do
		[ "$1" != "$wanted_option" ] || echo "$2"
	done
}

# run_one NAME SCRIPT OPTION...: the output in $out/NAME/log, "STATUS SECONDS" in $out/NAME/result.
run_one() {
	name=$1 script=$2
	shift 2
	payload "$out/$name/payload" "tests/lab/payload/$script.sh" "$(option --kernel "$@")"
	began=$(date +%s)
	lab/run "$@" "$out/$name/payload" >"$out/$name/log" 2>&1
	status=$?
	took=$(($(date +%s) - began))
	echo "$status $took" >"$out/$name/result"
	if [ $status -eq 0 ]; then
		echo "ok - $name (${took} s)"
	else
		echo "not ok - $name (status $status, ${took} s)"
	fi
}

# The jobs, one a line, started in the order of the list; two slots keep two machines busy.
run_all() {
	slots=${LAB_SLOTS:-$(nproc)}
	while read -r name script options <&3; do
		case $name in '' | '#'*) continue ;; esac
		wanted "$name" "$@" || continue
		# POSIX sh can't wait for "any": poll for a free place.
		while [ "$(unfinished)" -ge "$slots" ]; do sleep 0.2; done
		mkdir -p "$out/$name"
		# shellcheck disable=SC2086 # the options are words
		run_one "$name" "$script" $options &
	done 3<"${LAB_LIST:-tests/lab/list}"
	wait
}

unfinished() {
	count=0
	for dir in "$out"/*/; do
		[ ! -d "$dir" ] || [ -e "$dir/result" ] || count=$((count + 1))
	done
	echo $count
}

# text: stdin as XML can have it.
text() {
	LC_ALL=C tr -cd '\11\12\40-\176' | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

# case_of NAME STATUS SECONDS LOG
case_of() {
	printf '<testcase classname="lab" name="%s" time="%s">\n' "$1" "$3"
	if [ "$2" -ne 0 ]; then
		printf '<failure message="status %s">\n' "$2"
		tail -n 60 "$4" | text
		printf '</failure>\n'
	fi
	printf '</testcase>\n'
}

report() {
	passed=0 failed=0
	: >"$out/cases"
	for dir in "$out"/*/; do
		read -r status took <"$dir/result"
		case_of "$(basename "$dir")" "$status" "$took" "$dir/log" >>"$out/cases"
		if [ "$status" = 0 ]; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "--- $(basename "$dir")"
			tail -n 60 "$dir/log"
		fi
	done
	mkdir -p "$(dirname "$results")"
	{
		echo '<?xml version="1.0" encoding="UTF-8"?>'
		printf '<testsuite name="lab" tests="%s" failures="%s" time="%s">\n' \
			$((passed + failed)) $failed $(($(date +%s) - started))
		cat "$out/cases"
		echo '</testsuite>'
	} >"$results"
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

started=$(date +%s)
rm -rf "$out"
mkdir -p "$out"
run_all "$@"
report
