#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# selftest.sh [OPTION-OF-RUN...]: payloads that end in every way a run can end, and the status
# that lab/run must give for each.
set -eu
lab=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d "${TMPDIR:-/tmp}/lintel-selftest.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# expect STATUS WORDS OPTION... : run the payload of stdin; the output must hold WORDS.
expect() {
	status=$1 words=$2
	shift 2
	rm -rf "$work/payload"
	mkdir "$work/payload"
	cat >"$work/payload/run.sh"
	echo 'no module' >"$work/payload/lintel.ko"
	got=0
	"$lab/run" "$@" "$work/payload" >"$work/out" 2>&1 || got=$?
	if [ "$got" = "$status" ] && grep -q -e "$words" "$work/out"; then
		passed=$((passed + 1))
		echo "ok - status $status: $words"
	else
		failed=$((failed + 1))
		echo "not ok - status $status: $words; got $got and:"
		tail -n 30 "$work/out"
	fi
}

expect 0 'it is alive' "$@" <<'END'
echo it is alive
END
expect 0 'it booted' --cold "$@" <<'END'
echo it booted
END
expect 7 'to fail' "$@" <<'END'
echo to fail
exit 7
END
expect 3 'kernel log: .*WARNING: made up' "$@" <<'END'
echo '<4>WARNING: made up' >/dev/kmsg
dmesg -c >/dev/null
END
expect 0 'WARNING: printed by the payload' "$@" <<'END'
echo '[    1.000000] WARNING: printed by the payload'
END
expect 0 'it was announced' "$@" <<'END'
echo 'lab: expect WARNING: an(nounced|d more)' >/dev/kmsg
echo '<4>WARNING: announced' >/dev/kmsg
echo '<4>WARNING: and more' >/dev/kmsg
echo 'lab: expect nothing' >/dev/kmsg
echo it was announced
END
expect 3 'kernel log: .*WARNING: not announced' "$@" <<'END'
echo 'lab: expect WARNING: announced' >/dev/kmsg
echo '<4>WARNING: not announced' >/dev/kmsg
echo 'lab: expect nothing' >/dev/kmsg
END
expect 3 'kernel log: .*WARNING: too late' "$@" <<'END'
echo 'lab: expect WARNING' >/dev/kmsg
echo 'lab: expect nothing' >/dev/kmsg
echo '<4>WARNING: too late' >/dev/kmsg
END
expect 3 'kernel log: .*Kernel panic' "$@" <<'END'
echo c >/proc/sysrq-trigger
END
expect 4 '>>PANIC<<.*no resolution' "$@" <<'END'
echo triple >/sys/kernel/reboot/type
reboot -f
sleep 60
END
expect 5 'was reset' "$@" <<'END'
reboot -f
sleep 60
END
expect 0 'was reset' --until reset "$@" <<'END'
reboot -f
sleep 60
END
expect 5 'the machine was to end otherwise (reset)' --until reset "$@" <<'END'
true
END
expect 5 'was switched off' --until reset "$@" <<'END'
poweroff -f
sleep 60
END
expect 5 'was switched off' "$@" <<'END'
poweroff -f
sleep 60
END
expect 6 'a module did not load: ./lintel.ko' --modules lintel "$@" <<'END'
echo this must not run
END
expect 124 'time of 8 s is over' --timeout 8 "$@" <<'END'
while :; do :; done
END
expect 2 'usage:' --no-such-option "$@" <<'END'
END
expect 2 'no model pentium' --model pentium <<'END'
END

# Features of the processor. Bochs's words, before anything is booted, for those that it does not make.
# Booted without INVPCID, and restored without: it cannot be enabled (bit 44 of this MSR).
expect 0 '00056fff00000000' "$@" --bochs 3.0 --model broadwell --features -invpcid <<'END'
! grep -qw invpcid /proc/cpuinfo || exit 1
dd if=/dev/cpu/0/msr bs=8 count=1 skip=$((0x48b)) iflag=skip_bytes 2>/dev/null | od -An -tx8
END
expect 2 'with +no_such: .*unknown feature name "no_such"' "$@" --bochs 3.0 --features +no_such <<'END'
END
expect 2 'AVX is enabled when XSAVE is not supported' "$@" --bochs 3.0 --features -xsave <<'END'
END
expect 2 "unknown parameter 'exclude_features'" "$@" --bochs 2.7 --features -invpcid <<'END'
END
expect 2 'usage:' "$@" --features invpcid <<'END'
END

# The stock module: loaded, a virtual machine created through it.
expect 0 'kvm answers' --modules kvm --module-args 'dump_invalid_vmcs=1' "$@" <<'END'
[ -c /dev/kvm ] && [ "$(cat /sys/module/kvm_intel/parameters/dump_invalid_vmcs)" = Y ] || exit 1
echo kvm answers
END

# same_as_recorded FILE: does the emulated processor show what was recorded of it, whoever recorded it?
same_as_recorded() {
	name=$(basename "$1" .msr)
	version=${name#bochs-}
	LAB_BOCHS=${version%%_*} "$lab/msrs.sh" "${version#*_}" | grep -v '^# source' >"$work/now" &&
		grep -v '^# source' "$1" | diff - "$work/now"
}

for recording in "$lab"/../data/cpus/bochs-*.msr; do
	if same_as_recorded "$recording" >"$work/out" 2>&1; then
		passed=$((passed + 1))
		echo "ok - as recorded: $(basename "$recording")"
	else
		failed=$((failed + 1))
		echo "not ok - as recorded: $(basename "$recording"):"
		cat "$work/out"
	fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
