# SPDX-License-Identifier: GPL-2.0
# kvm_stat OPTION...: the kernel's kvm_stat beside a guest that runs: by the statistics in debugfs and by the
# tracepoints, of all guests and of one, once and as a log. Which names it prints is said, for all.sh to
# compare. The machine has no env to start it by.
. ./monitor.sh

# Tracefs is in debugfs, too, where the kernel mounts it when it is looked at.
tracing=/sys/kernel/debug/tracing/events/kvm

# once FILE OPTION...: in batch mode; what it complains of is said.
once() {
	file=$1
	shift
	python3 /usr/bin/kvm_stat -1 "$@" >"$file" 2>>said </dev/null
	status=$?
	sed 's/^/# /' "$file"
	return $status
}

# counted FILE PATTERN: a line has the name, how many there were, and how many in the last second.
counted() {
	grep -qE "^$2 +[1-9][0-9]* +[1-9][0-9]*\$" "$1"
}

# names FILE WORDS: of what it prints, said in alphabetical order.
names() {
	sed -n 's/^\([^ ]*\) .*/\1/p' "$1" | sed "s/^/$2: /" | sort >>said
	[ -s said ]
}

# logged FILE OPTION...: as a log, till it is interrupted; the shell would not let a process in its background
# have that signal.
logged() {
	file=$1
	shift
	timeout -s INT 30 python3 /usr/bin/kvm_stat -l -s 1 "$@" >"$file" 2>>said </dev/null
	status=$?
	sed 's/^/# /' "$file"
	return $status
}

# lines FILE PATTERN: all have it but the first, which comes again now and then.
lines() {
	head -n 1 "$1" >banner
	grep -vxF -f banner "$1" >rest
	[ "$(wc -l <rest)" -ge 3 ] && ! grep -vqE "$2" rest
}

check "QEMU started" start_counting "$@"
check "the guest counts" counts_on
check "tracefs is in debugfs" test -d $tracing
check "kvm_stat prints the statistics" once debugfs -d
for name in exits io_exits halt_exits halt_wakeup irq_exits; do
	check "$name is counted" counted debugfs $name
done
check "their names" names debugfs statistic
check "with those of the past" once past -d -i
check "pages are among them" grep -qE '^pages_(4k|2m) +[1-9]' past
check "of one guest" once one -d -p "$pid"
check "exits are counted there, too" counted one exits
check "one that is none has no statistics" once none -d -p $$
check "not one" test ! -s none
check "it prints the tracepoints" once tracepoints -t
check "kvm_exit is counted" counted tracepoints kvm_exit
check "HLT is among its reasons" counted tracepoints 'kvm_exit\(HLT\)'
check "kvm_entry is counted" counted tracepoints kvm_entry
check "their names" names tracepoints tracepoint
check "tracepoints of one guest" once traced -t -p "$pid"
check "kvm_exit is counted there, too" counted traced kvm_exit
check "it has a log" logged log -d -f 'exits|io_exits'
check "of some lines" lines log '^[-0-9]+ [:0-9]+ +[1-9][0-9]* +[0-9]+$'
check "and one of CSV" logged csv -c -d -f 'exits|io_exits'
check "with the names" grep -q '^timestamp,exits,io_exits$' csv
check "of some lines, too" lines csv '^[-0-9]+ [:0-9]+,[1-9][0-9]*,[0-9]+$'
check "the guest counts on" counts_on
check "QEMU ended" quit
check "no traceback" fails grep -q Traceback said
finish_client
