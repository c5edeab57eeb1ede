#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# all.sh [--modules kvm|lintel] [NAME...]: run rows of tests/clients/list in the emulated machine, each on
# stock KVM and on Lintel at the same time. A row passes when its checks do on Lintel, and the program has
# no word there that it has not on stock KVM and that `known` does not expect. Prints a line for each with
# the seconds of both, the output of those that failed, and "N passed, N failed". With --modules it runs
# and judges one of both only.
#
# What is run comes from Debian's archive, at its first run (lab/client.sh); but for kvm-unit-tests, which
# is not part of this project: KVM_UNIT_TESTS=DIR is where it was built, and its rows are left out without.
set -u
cd "$(dirname -- "$0")/../.." || exit 2
. tests/lab/payload.sh
out=$build/clients
known=tests/clients/known
modules='kvm lintel'
if [ "${1-}" = --modules ]; then
	modules=${2:?kvm or lintel}
	shift 2
fi

# client_payload DIR CLIENT SCRIPT SECONDS ARGUMENT...
client_payload() {
	dir=$1 client=$2 script=$3 seconds=$4
	shift 4
	rm -rf "$dir"
	mkdir -p "$dir"
	for program in $(echo "$client" | tr + ' '); do
		cp -a "$(lab/client.sh "$program")/root" "$dir/" || return 1
	done
	cp "$(module_dir "$(kernel_of "$client")")/lintel.ko" "$build/payload/pages" "$build/payload/spoil" \
		tests/lab/payload/check.sh tests/clients/payload/*.sh "$dir/"
	printf 'export seconds=%d client=%s\nset -- %s\n. ./%s.sh\n' "$seconds" "$client" "$*" "$script" >"$dir/run.sh"
	[ "$client" = "${client#qemu}" ] || payload_linux "$dir"
	case $script in
	firmware) cp "$(lab/kernel.sh 6.1)/bzimage" "$dir/" ;;
	login) cp "$(lab/disk.sh 12)" "$dir/disk" ;;
	kvm-unit-tests) suite "$dir/suite" ;;
	esac
}

# suite DIR: what run_tests.sh needs of a built kvm-unit-tests.
suite() {
	mkdir -p "$1/x86"
	(cd "$KVM_UNIT_TESTS" && cp -r run_tests.sh config.mak errata.txt build-head scripts "$1/" &&
		cp x86/run x86/unittests.cfg x86/*.flat "$1/x86/")
}

# kernel_of CLIENT: what the machine runs: the selftests ask for what KVM of their version has.
kernel_of() {
	case $1 in
	*-6.12) echo 6.12 ;;
	*) echo 6.1 ;;
	esac
}

# run_on MODULE CPUS MEMORY SECONDS: the payload of $row, "STATUS SECONDS" in $row/MODULE.result.
run_on() {
	began=$(date +%s)
	lab/run --kernel "$(kernel_of "$client")" --modules "$1" --cpus "$2" --memory "$3" --timeout "$4" "$row/payload" >"$row/$1.log" 2>&1
	status=$?
	echo "$status $(($(date +%s) - began))" >"$row/$1.result"
}

# said MODULE: what the program said there, a line once.
said() {
	sed -n 's/^said: //p' "$row/$1.log" | sort -u
}

# news: what it said on Lintel alone, and is not known.
news() {
	[ "$modules" = "kvm lintel" ] || return 0
	said kvm >"$row/said"
	grep -v '^#' "$known" >"$row/known"
	said lintel | grep -vxF -f "$row/said" | grep -vxE -f "$row/known"
}

# judge NAME
judge() {
	words=''
	for module in $modules; do
		read -r status took <"$row/$module.result"
		words="$words${words:+, }$module: status $status, $took s"
	done
	judged=$module
	news >"$row/news"
	if [ "$status" -eq 0 ] && [ ! -s "$row/news" ]; then
		passed=$((passed + 1))
		echo "ok - $1 ($words)"
		return
	fi
	failed=$((failed + 1))
	echo "not ok - $1 ($words)"
	sed 's/^/# not said on stock KVM: /' "$row/news"
	tail -n 60 "$row/$judged.log"
}

# run_row NAME CLIENT SCRIPT CPUS MEMORY SECONDS ARGUMENT...
run_row() {
	name=$1 client=$2 script=$3 cpus=$4 memory=$5 limit=$6
	shift 6
	row=$out/$name
	rm -rf "$row"
	client_payload "$row/payload" "$client" "$script" "$limit" "$@" || exit 2
	for module in $modules; do
		run_on "$module" "$cpus" "$memory" "$limit" &
	done
	wait
	rm -rf "$row/payload"
	judge "$name"
}

main() {
	passed=0 failed=0
	while read -r name rest <&3; do
		case $name in '' | '#'*) continue ;; esac
		wanted "$name" "$@" || continue
		case "${KVM_UNIT_TESTS-} $rest" in ' '*' kvm-unit-tests '*) continue ;; esac
		# shellcheck disable=SC2086 # the columns are words
		run_row "$name" $rest
	done 3<tests/clients/list
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ] && [ $passed -gt 0 ]
}

# A shell reads its script as it goes: all of it must have been read before the long wait.
main "$@"
exit
