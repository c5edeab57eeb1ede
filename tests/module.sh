#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Build the module against the headers of 6.1 and of 6.12, with W=1 and sparse; any warning fails.
# So does a header of the core that does not compile alone, and an #include that leaves the house.
set -u
cd "$(dirname -- "$0")/.." || exit 2

# Make's word that jobs are counted by another make would be a warning.
unset MAKEFLAGS MFLAGS
passed=0
failed=0

report() {
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		echo "not ok - $2"
	fi
}

# build_against VERSION OUT: from nothing, because only what is compiled can warn.
build_against() {
	out=$PWD/build/$2
	log=$out/log
	kdir=$(lab/headers.sh "$1") || return 1
	rm -rf "$out"
	mkdir -p "$out"
	make -s -j"$(nproc)" -C linux KDIR="$kdir" OUT="$out" W=1 C=2 >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	# modpost and sparse write to the same place; a line with "warning" is one.
	! grep -iE 'warning|error' "$log"
}

headers_alone() {
	status=0
	for header in $(find core -name '*.h'); do
		gcc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only -x c \
			-Icore -Isim/include -Isim -include "$header" /dev/null || status=1
	done
	return $status
}

includes_inside() {
	! grep -rnE '#[[:space:]]*include[[:space:]]*<' core |
		grep -vE '<(linux/kvm\.h|std(bool|def|int)\.h|limits\.h|host_(types|inline)\.h)>'
}

# ioctls FILE: the names that its rows begin with.
ioctls() {
	sed -n 's/^.*ROW[A-Z_]*(\(KVM_[A-Z0-9_]*\),.*/\1/p' "$1" | sort -u
}

# Every ioctl is tried with each of its steps failing (tests/debug-kernel.sh), so a new one is too.
ioctls_fail() {
	! ioctls core/api/table.c | grep -vxF "$(ioctls tests/api/fault_rows.c)"
}

# That of the lab's kernel is the one that the lab's tests then load.
build_against 6.1 linux
report $? "the module builds against 6.1, W=1 and sparse, without a warning"
build_against 6.12 linux-6.12
report $? "the module builds against 6.12, W=1 and sparse, without a warning"
headers_alone
report $? "each header of the core compiles alone"
includes_inside
report $? "the core includes only its own headers"
ioctls_fail
report $? "each ioctl has a row in tests/api/fault_rows.c"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
