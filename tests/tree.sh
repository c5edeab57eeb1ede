#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the tree itself is held to, without building anything of it.
set -u
cd "$(dirname -- "$0")/.." || exit 2
. tests/lab/payload/check.sh

# Not looked at: variables of the files that are sourced, whose names are made at run time.
scripts() {
	git ls-files '*.sh' .ci/run lab/run |
		xargs shellcheck -x -S warning -s sh -e SC2154,SC2034
}

# What is right, and what is looked for, changes with the version: these are those of Debian 12.
# (The headers for entry.S are assembly.)
is_version() {
	"$1" --version | grep -q "version $2\.\|Cppcheck $2\." || {
		echo "# not looked at: this $1 is not $2"
		return 1
	}
}

formatted() {
	is_version clang-format 14 || return 0
	git ls-files '*.c' '*.h' ':!tests/unit/entry/include' | xargs clang-format --dry-run -Werror
}

# Not asked: to tell parameters of one type apart, and to widen before each multiplication of what is
# small.
bugprone='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-reserved-identifier'
bugprone="$bugprone,-bugprone-macro-parentheses,-bugprone-implicit-widening-of-multiplication-result"
# The size of a pointer is what a read of one asks for.
bugprone="$bugprone,-bugprone-sizeof-expression"

tidy() {
	is_version clang-tidy 14 || return 0
	git ls-files 'facts/*.c' 'core/*.c' 'sim/*.c' | xargs -n 20 -P "$(nproc)" sh -c 'clang-tidy \
		--quiet --warnings-as-errors="*" --checks="$0" "$@" -- \
		-std=gnu11 -I. -Icore -Isim/include -Isim' "$bugprone" 2>/dev/null
}

checked() {
	is_version cppcheck 2 || return 0
	cppcheck --quiet --error-exitcode=1 -j "$(nproc)" --std=c11 --enable=warning,portability \
		--inline-suppr -I. -Icore -Isim/include --suppress=internalAstError facts core sim
}

lab/deps.sh clang-tidy cppcheck || exit 2
check "documents name what is there" tests/documents.sh
check "tables of documents have a row for each" tests/tables.sh
check "each folder includes only what it may of the others" tests/rooms.sh
check "CPUID's features go by their names" tests/features.sh
check "no constant is defined in two files" tests/constants.sh
check "C is as clang-format 14 would have it" formatted
check "clang-tidy finds nothing bug-prone" tidy
check "cppcheck has nothing to say" checked
check "shellcheck has no warning" scripts
finish
