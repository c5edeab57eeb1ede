#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh [KIND [ROW...]]: tests in the emulated machine on kernels that check what runs on them
# (lab/debug-kernel.sh), with Lintel's own assertions compiled in:
#   locks  the order of locks, sleeping, RCU, tracing, noinstr      each row of tests/lab/list that can
#   kcsan  data races: the same kernel, and a module that KCSAN watches
#   kasan  memory used after its end, or lost; arithmetic
# ROWs are of tests/lab/list and tests/lab/debug-list; without, those that docs/debug-kernels.md shows.
# Nothing of it is in `make test': it takes hours.
set -eu
cd "$(dirname -- "$0")/.."

# What each kind of row needs beside what its row says.  Three processors without a tick, where there
# are so many.
options='--memory 768 --timeout 3600'
case ${1-} in
locks)
	kernel=locks set_up='KCSAN_SANITIZE=n' options="$options --append nohz_full=1-3"
	rows="$(sed '/^#/d; s/ .*//' tests/lab/list) traced traced-4 faults"
	;;
kcsan)
	kernel=locks set_up=''
	rows='api-lintel-4 stress-2 guests-lintel-4 load-4 linux-lintel-4'
	;;
kasan)
	kernel=kasan set_up='' options="$options --append page_owner=on"
	rows='faults api-lintel-2 stress stress-2 guests-lintel-2 load-4 load-unload'
	;;
'')
	status=0
	for kind in locks kcsan kasan; do
		tests/debug-kernel.sh $kind || status=1
	done
	exit $status
	;;
*)
	echo "usage: tests/debug-kernel.sh [locks|kcsan|kasan [ROW...]]" >&2
	exit 2
	;;
esac
kind=$1
shift
[ $# -gt 0 ] || {
	# shellcheck disable=SC2086 # names
	set -- $rows
}

LAB_KERNEL=$(lab/debug-kernel.sh $kernel)
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
# shellcheck disable=SC2086 # words
make -s -j"$(nproc)" -C linux DEBUG=y KDIR="$KDIR" OUT="$BUILD/linux" $set_up
# shellcheck disable=SC2086 # words
make -s -C tests/conformance/vmentry KDIR="$KDIR" OUT="$BUILD/vmentry" $set_up

# Is what Lintel asks for in HOST_NEEDS() in it? Once it was not, for want of CONFIG_BUG, and nobody saw.
grep -q '() needs ' "$BUILD/linux/lintel.ko" || {
	echo "debug-kernel: the module was built without its assertions: is there CONFIG_BUG in $KDIR/.config?" >&2
	exit 2
}

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
if [ "$kind" = locks ]; then
	noinstr_holds && echo "ok - noinstr" || {
		echo "not ok - noinstr: objtool's words are above"
		status=1
	}
fi

# Rows that name a kernel, an emulator or a way to boot are about these; and these kernels have no kexec,
# and no locks of files, by which a VMM takes its disk for itself.
cat tests/lab/list tests/lab/debug-list |
	sed "/--kernel\|--plain\|--bochs\|crashkernel\|^linux-disk/d; /^[^#]/s/\$/ $options/" >"$LAB_LIST"
tests/lab/all.sh "$@" || status=1
exit $status
