# SPDX-License-Identifier: GPL-2.0
# perf OPTION...: `perf kvm stat` looks at a Linux guest under QEMU by KVM's tracepoints, and says what
# it exited for, and which ports and device addresses it used.
. ./qemu.sh

# The recorder has its events on when it has said so, and writes the file when it is interrupted.
record() {
	perf kvm stat record -a >record-said 2>&1 &
	recorder=$!
	sleep 3
	kill -0 "$recorder"
}

recorded() {
	kill -INT "$recorder"
	wait "$recorder"
	sed 's/^/# /' record-said
	[ -s perf.data.guest ]
}

# report EVENT: in a file of that name; perf prints its table as it does its words, on the standard error.
report() {
	perf kvm stat report --event="$1" >"$1" 2>&1 </dev/null
	status=$?
	sed 's/^/# /' "$1"
	return $status
}

# counted EVENT PATTERN: the table has a line of it, with how often, the shares and the times.
counted() {
	grep -qE "^ *$2 +[1-9][0-9]* +[0-9.]+% +[0-9.]+% +[0-9.]+us +[0-9.]+us +[0-9.]+us" "$1"
}

check "perf records" record
check "the guest powered off" guest 'true' "$@"
check "perf has recorded it" recorded
check "perf kvm stat reports exits" report vmexit
for reason in IO_INSTRUCTION EPT_VIOLATION EXTERNAL_INTERRUPT CPUID HLT MSR_WRITE; do
	check "$reason is among them" counted vmexit "$reason"
done
check "and ports" report ioport
check "that of the serial line is among them" counted ioport '0x3f8:POUT'
finish_client
