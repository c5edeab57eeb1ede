# SPDX-License-Identifier: GPL-2.0
# Sourced: check WORDS COMMAND... counts and prints ok or not ok; finish prints the sum, and its
# status says whether all passed.

passed=0
failed=0

check() {
	words=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
		echo "ok - $words"
	else
		failed=$((failed + 1))
		echo "not ok - $words"
	fi
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

log_has() {
	dmesg | grep -q "$1"
}

fails() {
	! "$@"
}
