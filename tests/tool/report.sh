# SPDX-License-Identifier: GPL-2.0
# Sourced: check WORDS COMMAND...: says whether the command succeeds; finish: the sum.

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

fails() {
	! "$@"
}

finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
