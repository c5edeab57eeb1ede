#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh locks [ROW...]: tests in the emulated machine on a kernel that checks what runs on it
# (lab/debug-kernel.sh: the order of locks, sleeping, RCU, tracing, noinstr), with Lintel's own
# assertions compiled in.  ROWs are of tests/lab/list; without, each that can.  Nothing of it is in `make test': it takes hours.
set -eu
cd "$(dirname -- "$0")/.."

# What a row needs beside what it says.  Three processors without a tick, where there are so many.
options='--memory 768 --timeout 3600 --append nohz_full=1-3'
case ${1-} in
locks) ;;
*)
	echo "usage: tests/debug-kernel.sh locks [ROW...]" >&2
	exit 2
	;;
esac
kind=$1
shift
[ $# -gt 0 ] || {
	# shellcheck disable=SC2046 # names
	set -- $(sed '/^#/d; s/ .*//' tests/lab/list)
}

LAB_KERNEL=$(lab/debug-kernel.sh "$kind")
BUILD=$PWD/build/debug-kernel/$kind
LAB_LIST=$BUILD/list
# A guest's kernel need not check itself.
LAB_GUEST_KERNEL=6.1
export LAB_KERNEL BUILD LAB_LIST LAB_GUEST_KERNEL

# The programs are those of any kernel.
make -s tool guests api-tests payload
mkdir -p "$BUILD"
for part in tool guest api payload; do
	ln -sfn "$PWD/build/$part" "$BUILD/$part"
done
KDIR=$LAB_KERNEL/build
# Where the kernel has KCSAN it would instrument the module, which makes it slow.
make -s -j"$(nproc)" -C linux DEBUG=y KDIR="$KDIR" OUT="$BUILD/linux" KCSAN_SANITIZE=n
make -s -C tests/vmentry KDIR="$KDIR" OUT="$BUILD/vmentry" KCSAN_SANITIZE=n

# noinstr_stubs: assembly of what the module calls in the kernel's own noinstr text.
noinstr_stubs() {
	nm -u "$BUILD/linux/lintel.o" | awk '{ print $2 }' >"$BUILD/imports"
	echo '.section .note.GNU-stack, "", @progbits'
	echo '.section .noinstr.text, "ax"'
	LC_ALL=C awk '
		NR == FNR { imported[$1] = 1; next }
		$3 ~ /^__(noinstr|entry)_text_start$/ { inside = 1 }
		$3 ~ /^__(noinstr|entry)_text_end$/ { inside = 0 }
		inside && $3 in imported {
			printf ".globl %s\n.type %s, @function\n%s: ret\nint3\n.size %s, . - %s\n",
				$3, $3, $3, $3, $3
		}' "$BUILD/imports" "$KDIR/System.map"
}

# noinstr_holds: objtool's rules for code that nothing may trace or probe. They are for a whole kernel;
# it is given the module with stubs.
noinstr_holds() {
	noinstr_stubs >"$BUILD/stubs.S"
	gcc -c -o "$BUILD/stubs.o" "$BUILD/stubs.S"
	ld -r -o "$BUILD/noinstr.o" "$BUILD/linux/lintel.o" "$BUILD/stubs.o"
	"$KDIR/tools/objtool/objtool" --noinstr --link --dry-run "$BUILD/noinstr.o" 2>&1 |
		tee "$BUILD/noinstr.log"
	[ ! -s "$BUILD/noinstr.log" ]
}

status=0
noinstr_holds && echo "ok - noinstr" || {
	echo "not ok - noinstr: objtool's words are above"
	status=1
}

# Rows that name a kernel, an emulator or a way to boot are about these; and this kernel has no kexec.
sed "/--kernel\|--plain\|--bochs\|crashkernel/d; /^[^#]/s/\$/ $options/" tests/lab/list >"$LAB_LIST"
tests/lab/all.sh "$@" || status=1
exit $status
