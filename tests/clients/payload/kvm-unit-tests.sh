# SPDX-License-Identifier: GPL-2.0
# kvm-unit-tests SECONDS [TEST...]: the suite's own run_tests.sh with QEMU, these tests or all but those that
# make a guest a hypervisor or want Hyper-V's interface, which Lintel has not. Each may take so long. What does
# not pass is said, check by check: all.sh compares that with stock KVM's.
. ./client.sh

seconds_each=$1
shift

# The suite's scripts ask env for bash, and bash the kernel for its pipes; BusyBox' timeout knows no
# --foreground.
PATH=/usr/bin:$PATH
[ -e /usr/bin/env ] || ln -s /bin/busybox /usr/bin/env
[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
[ -e /dev/stderr ] || ln -s /proc/self/fd/2 /dev/stderr
export QEMU=/usr/bin/qemu-system-x86_64 ACCEL=kvm TIMEOUT="$seconds_each" MAX_SMP=4

# own_tests: the names of those.
own_tests() {
	awk -F '[][]' '
		/^\[/ { names[++count] = name = $2 }
		/^groups/ && /vmx|svm|hyperv|nodefault/ { left_out[name] = 1 }
		END { for (i = 1; i <= count; i++) if (!(names[i] in left_out)) print names[i] }' x86/unittests.cfg
}

# verdicts: of run_tests.sh, without colours: PASS, FAIL or SKIP, a name, and a sum in brackets.
verdicts() {
	tr -d '\033' <output | sed 's/\[3[0-9]m//; s/\[0m//' | grep '^\(PASS\|FAIL\|SKIP\) '
}

# words NAME: its checks that failed, without what differs from run to run.
words() {
	sed -n 's/^FAIL: //p' "logs/$1.log" | tr -d '\r' | sed "s/0x[0-9a-f]*/N/g; s/[0-9][0-9]*/N/g; s/^/$1: /" | sort -u
}

run_all() {
	timeout "$seconds" ./run_tests.sh "$@" 2>&1 | tee output
	verdicts | while read -r verdict name reason; do
		case $verdict in
		FAIL) echo "$name does not pass" && words "$name" ;;
		SKIP) echo "$name is skipped: $reason" ;;
		esac
	done >>said
}

# all_ended TEST...: with a verdict for each.
all_ended() {
	ended=$(verdicts | wc -l)
	echo "$ended tests, $(grep -h '^PASS: ' logs/*.log | wc -l) checks passed, $(grep -h '^FAIL: ' logs/*.log | wc -l) failed"
	[ "$ended" -gt 0 ] && [ "$ended" -ge $# ]
}

cd suite || exit 1
# There is no Python for the stacks; and what says which kernels have which error is no more where it was.
printf 'PRETTY_PRINT_STACKS=no\nERRATATXT=errata.txt\n' >>config.mak
mv ../said .
# shellcheck disable=SC2046 # names hold no spaces
[ $# -gt 0 ] || set -- $(own_tests)
run_all "$@"
check "the suite came to its end" all_ended "$@"
finish_client
