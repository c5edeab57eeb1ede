#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kvm-unit-tests.sh DIR [--modules kvm|lintel] [TEST...]: run images of kvm-unit-tests in the
# emulated machine, on stock KVM, on Lintel, or (if not told which) on both.
#
# The suite is not part of this project.  DIR has its images: those of a 64-bit build in DIR/64,
# those of a 32-bit build in DIR/32 (x86/*.flat).  The emulated machine is slow, so some constants
# should be made smaller before they are built: in x86/vmexit.c GOAL to 1 << 21, in x86/sieve.c VSIZE to
# 3000000, in x86/apic.c the counts of NMIs to 300 and the waits to 20000000, but those of
# test_fixed_ipi() to 20000 and 2000000; and x86/access.c should try each 97th combination of its flags.
#
# Not in the list: asyncpf, which waits for a host that swaps, and what needs devices that `lintel run`
# has not.  docs/caveats.md says why some checks fail.
#
# PATIENCE=N: a test may take N times its seconds of wall-clock time (default 2): more where the
# computer has other work.
#
# Prints for each test (see kvm-unit-tests.list) how many of its checks passed, failed and were
# skipped, and its exit status, and at the end the tests in which fewer checks pass than on stock
# KVM (in the same run, or else by the list); there should be none.
set -u
images=$(cd "${1:?the directory of the images}" && pwd) || exit 2
shift
cd "$(dirname -- "$0")/.." || exit 2
build=${BUILD:-$PWD/build}
list=$PWD/tests/kvm-unit-tests.list
modules='kvm lintel'
if [ "${1-}" = --modules ]; then
	modules=${2:?kvm or lintel}
	shift 2
fi
out=$build/kvm-unit-tests
running=

trap '[ -z "$running" ] || kill "$running" 2>/dev/null' EXIT
trap 'exit 130' INT TERM

# column NAME NUMBER: a column of the test's row.
column() {
	awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$list"
}

# chosen TEST...: the rows of these tests, or of all.
chosen() {
	awk -v names=" $* " '!/^#/ && NF && (names == "  " || index(names, " " $1 " "))' "$list"
}

# prepare DIR MODULE: what goes into the machine, for the rows on stdin.
prepare() {
	rm -rf "$1"
	mkdir -p "$1"
	cat >"$1/list"
	cp "$build/tool/lintel" tests/lab/payload/kvm-unit-tests.sh "$1/"
	mv "$1/kvm-unit-tests.sh" "$1/run.sh"
	[ "$2" != lintel ] || cp "$build/linux/lintel.ko" "$1/"
	while read -r _ image _; do
		mkdir -p "$1/$(dirname "$image")"
		cp "$images/$image" "$1/$image" || exit 2
	done <"$1/list"
}

# machine CPUS: options of lab/run.  With more processors the clock of the model that is used for
# one hardly advances while all are idle.
machine() {
	if [ "$1" = 1 ]; then
		echo "--model icelake_u --append clearcpuid=fsrm,avx512f,pku,xsaves"
	else
		echo "--model skylake_x --cpus $1"
	fi
}

# watch LOG: wait for the machine, and end it when a test, or the start, takes far too long: a
# guest may take the whole machine with it.
watch() {
	was='' since=$(date +%s)
	while kill -0 "$running" 2>/dev/null; do
		sleep 1
		now=$(date +%s)
		test=$(sed -n 's/^begin //p' "$1" | tail -n 1)
		if [ "$test" != "$was" ] || { [ -z "$test" ] && grep -q "waiting for a free" "$1"; }; then
			was=$test since=$now
		fi
		limit=$(column "${test:-none}" 5)
		[ $((now - since)) -le $((${PATIENCE:-2} * ${limit:-60} + 20)) ] || kill "$running" 2>/dev/null
	done
	wait "$running"
	ended=$?
	running=
	if [ $ended = 3 ]; then
		grep "^lab:" "$1"
		complaints=yes
	fi
}

# batch MODULE CPUS TEST...: run these in one machine, and in another what a test that took the
# machine with it has left over.
batch() {
	module=$1 cpus=$2
	shift 2
	results=$out/$module
	chosen "$@" | awk -v cpus="$cpus" '($3 > 1 ? 2 : 1) == cpus' >"$out/left"
	while [ -s "$out/left" ]; do
		prepare "$out/payload" "$module" <"$out/left"
		# shellcheck disable=SC2046 # the options are words
		lab/run $(machine "$cpus") --memory 512 --modules "$module" --timeout 3000 \
			--quiet-log "$out/payload" >"$out/log" 2>&1 &
		running=$!
		watch "$out/log"
		cat "$out/log" >>"$results.log"
		sed -n 's/^end //p' "$out/log" >>"$results"
		lost=$(sed -n 's/^begin //p; s/^end .*//p' "$out/log" | tail -n 1)
		if [ -n "$lost" ]; then
			echo "$lost 0 0 0 lost" >>"$results"
		elif ! grep -q '^begin ' "$out/log"; then
			cat "$out/log" >&2
			exit 2
		fi
		awk 'NR == FNR { done[$1]; next } !($1 in done)' "$results" "$out/left" >"$out/next"
		mv "$out/next" "$out/left"
	done
}

# report MODULE...: the table, and what passes less often than it should.
report() {
	# shellcheck disable=SC2046 # one word for each module
	awk -v modules="$*" '
	FILENAME == ARGV[1] && !/^#/ && NF { order[++tests] = $1; want[$1] = $6; next }
	FILENAME != ARGV[1] {
		on = FILENAME
		sub(/.*\//, "", on)
		got[on, $1] = sprintf("%5d %4d %4d %-9s", $2, $3, $4, $5)
		pass[on, $1] = $2
	}
	END {
		n = split(modules, module, " ")
		printf "%-17s", ""
		for (m = 1; m <= n; m++)
			printf "  %-6s pass fail skip status   ", module[m]
		print ""
		for (t = 1; t <= tests; t++) {
			name = order[t]
			if (!((module[1], name) in got))
				continue
			printf "%-17s", name
			for (m = 1; m <= n; m++)
				printf "      %s ", got[module[m], name]
			print ""
			stock = n > 1 ? pass[module[1], name] : want[name]
			if (stock != "-" && pass[module[n], name] < stock + 0)
				less[++fewer] = sprintf("%s: %d of %d checks pass on %s", name,
					pass[module[n], name], stock, module[n])
		}
		for (f = 1; f <= fewer; f++)
			print "FEWER " less[f]
		exit fewer > 0
	}' "$list" $(for m in "$@"; do echo "$out/$m"; done)
}

complaints=no
mkdir -p "$out"
for module in $modules; do
	rm -f "$out/$module" "$out/$module.log"
	for cpus in 1 2; do
		batch "$module" $cpus "$@"
	done
done
# shellcheck disable=SC2086 # the modules are words
report $modules && [ $complaints = no ]
