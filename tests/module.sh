#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Build the module against the headers of 6.1 and of 6.12, with W=1 and sparse, and what is in linux/
# against those of both with PREEMPT_RT; any warning fails. So does an object that is not what it should
# be (objects.sh), a kernel that it is not for and that is not refused in words, a header of the core
# that does not compile alone, an #include that leaves the house, a call to a room above (floors.sh), and
# an ioctl that is not made to fail.
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

# build_against VERSION OUT OPTION...: from nothing, because only what is compiled can warn.
build_against() {
	out=$PWD/build/$2
	log=$out/log
	kdir=$(lab/headers.sh "$1") || return 1
	shift 2
	rm -rf "$out"
	mkdir -p "$out"
	make -s -j"$(nproc)" -C linux KDIR="$kdir" OUT="$out" "$@" >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	# modpost and sparse write to the same place; a line with "warning" is one.
	! grep -iE 'warning|error' "$log"
}

# refused WORDS VARIABLE=...: headers of such a kernel, without what came to it with point releases.
refused() {
	words=$1
	shift
	fake=$PWD/build/old-headers
	rm -rf "$fake"
	mkdir -p "$fake/arch/x86/include/asm"
	echo '#define X86_BUG_ITS' >"$fake/arch/x86/include/asm/cpufeatures.h"
	echo 'void cpu_emergency_register_virt_callback(void);' >"$fake/arch/x86/include/asm/reboot.h"
	make -f linux/kernels.mk srctree="$fake" "$@" >"$fake/log" 2>&1
	grep -q "$words" "$fake/log" || {
		cat "$fake/log"
		return 1
	}
}

headers_alone() {
	git ls-files 'core/*.h' 'facts/*.h' ':!*_list.h' | xargs -n 1 gcc -std=gnu11 -Wall -Wextra \
		-Wno-unused-parameter -Werror -Wno-unused-function -fsyntax-only -x c -I. -Icore -Isim/include -Isim /dev/null \
		-include
}

includes_inside() {
	! grep -rnE '#[[:space:]]*include[[:space:]]*<' core facts |
		grep -vE '<(linux/kvm\.h|std(bool|def|int)\.h|limits\.h|host_(types|inline|entry_inline)\.h)>'
}

# ioctls FILE: those that it has rows of.
ioctls() {
	sed -n 's/^[[:space:]]*[A-Z_]*(\([A-Z]*, \)\{0,1\}\(KVM_[A-Z0-9_]*\),.*/\2/p' "$1" | sort -u
}

# Every ioctl is tried with each of its steps failing (tests/debug-kernel.sh), so a new one is too.
ioctls_fail() {
	! ioctls core/api/ioctl_list.h | grep -vxF "$(ioctls tests/conformance/api/fault_rows.c)"
}

test_kernel() {
	build_against "$1" "$2" W=1 C=2
	report $? "the module builds against $1, W=1 and sparse, without a warning"
	tests/objects.sh "$PWD/build/$2" "$(lab/headers.sh "$1")"
	report $? "its objects for $1 have their exception tables, patches and sections"
}

# That of the lab's kernel is the one that the lab's tests then load.
test_kernel 6.1 linux
test_kernel 6.12 linux-6.12
# The core compiles there as it does without: what differs is behind linux/'s headers.
for kernel in 6.1 6.12; do
	build_against $kernel-rt linux-$kernel-rt platform
	report $? "linux/ compiles for $kernel with PREEMPT_RT, without a warning"
done
refused 'Lintel is for Linux 6.1 .* these headers are of 6.6.30' \
	VERSION=6 PATCHLEVEL=6 KERNELVERSION=6.6.30 CONFIG_KVM=m
report $? "a kernel that it is not for is refused in words"
refused 'Lintel needs .* against VMScape; Linux 6.1 has it from 6.1.152' \
	VERSION=6 PATCHLEVEL=1 KERNELVERSION=6.1.151 CONFIG_KVM=m
report $? "so is a point release that is too old"
refused 'Lintel needs a kernel that is configured with KVM' \
	VERSION=6 PATCHLEVEL=1 KERNELVERSION=6.1.192 CONFIG_KVM=
report $? "and one without KVM"
headers_alone
report $? "each header of the core and of the facts compiles alone"
includes_inside
report $? "the core and the facts include no headers of others"
tests/floors.sh build/linux
report $? "each room of the core calls only rooms below it"
ioctls_fail
report $? "each ioctl has a row in tests/conformance/api/fault_rows.c"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
