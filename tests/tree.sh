#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the tree itself is held to, without building anything of it.
set -u
cd "$(dirname -- "$0")/.." || exit 2
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

# Not looked at: variables of the files that are sourced, whose names are made at run time.
scripts() {
	git ls-files '*.sh' .ci/run lab/run |
		xargs shellcheck -x -S warning -s sh -e SC2154,SC2034
}

# What is right changes with the version: it is that of Debian 12.
formatted() {
	clang-format --version | grep -q ' version 14\.' || {
		echo "# not looked at: this clang-format is not 14"
		return 0
	}
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

check "documents name what is there" tests/documents.sh
check "each folder includes only what it may of the others" tests/rooms.sh
check "CPUID's features go by their names" tests/features.sh
check "no constant is defined in two files" tests/constants.sh
check "C is as clang-format 14 would have it" formatted
check "shellcheck has no warning" scripts
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
