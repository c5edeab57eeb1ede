# SPDX-License-Identifier: GPL-2.0
# What one sees from outside: /sys/kernel/debug/lintel and the tracepoints of the system "kvm".
. ./check.sh
. ./spin.sh

debug=/sys/kernel/debug/lintel
trace=/sys/kernel/tracing
events=$trace/events/kvm

run() {
	./lintel run --flat64 --debug-exit 0xf4 "guests/$1.flat64" >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

# The fields that stock KVM's tracepoints have, and the tools that read them look for.
fields() {
	cat <<END
kvm_entry vcpu_id rip immediate_exit
kvm_exit exit_reason guest_rip isa info1 info2 intr_info error_code vcpu_id
kvm_pio rw port size count val
kvm_mmio type len gpa val
kvm_msr write ecx data exception
kvm_cpuid function index rax rbx rcx rdx found used_max_basic
END
}

# has_fields EVENT FIELD...: these are there, in this order.
has_fields() {
	event=$1
	shift
	found=$(sed -n 's/^\tfield:.* \([a-z0-9_]*\);\toffset.*/\1/p' "$events/$event/format" |
		grep -v '^common_' | tr '\n' ' ')
	case $found in
	"$* "*) ;;
	*) echo "# $event has: $found" && return 1 ;;
	esac
}

# traced EVENT PATTERN: a line of it is as people's scripts expect it.
traced() {
	grep -qE " $1: $2" traced-lines || {
		grep -m 3 " $1: " traced-lines
		return 1
	}
}

capabilities_are_there() {
	[ "$(sed -n 's/^0x480 IA32_VMX_BASIC *//p' $debug/capabilities)" != '' ] &&
		grep -q '^0x48b IA32_VMX_PROCBASED_CTLS2 ' $debug/capabilities &&
		grep -q 'size of the VMCS region = ' $debug/capabilities
}

# Each bit has a state, a number, a name and a reason.
controls_have_reasons() {
	! grep '^  ' $debug/controls | grep -vqE '^  [01]  bit [0-9]+ +[^:]+: [^ ]' &&
		[ "$(grep -c '^  0  bit' $debug/controls)" -gt 20 ]
}

# The state of each control agrees with the number that its group shows.
words_agree() {
	awk '
	function bit(word, n,    digit) {
		digit = index("0123456789abcdef", substr(word, 10 - int(n / 4), 1)) - 1
		for (n %= 4; n > 0; n--)
			digit = int(digit / 2)
		return digit % 2
	}
	/^[^ ].*: 0x/ { word = $0; sub(/^[^:]*: /, "", word); sub(/ .*/, "", word) }
	/^  [01]  bit/ { checked++; if (bit(word, $3) != $1) { print "# " $0; wrong++ } }
	END { exit wrong || checked < 60 }' $debug/controls
}

# count FILE PATTERN: the number that the line with PATTERN begins with.
count() {
	sed -n "s/^ *\([0-9]*\) .*$2.*/\1/p" "$1"
}

more_than() {
	[ "${2:-0}" -gt "$1" ]
}

# bitmap MSR RIGHTS: of the vCPU that runs.
bitmap() {
	grep -q "^$1 $2" "$vcpu/bitmap"
}

# The page of the vCPU that runs, as the command reads it, opens as much as the file `bitmap' says.
page_agrees() {
	bits=$(awk '/^0x/ { n += gsub(/[rw]/, "", $2) } END { print n }' "$vcpu/bitmap")
	[ "$bits" -gt 8 ] && ./lintel bitmap --vm "$vm" | grep -q ": $bits of 32768 accesses pass"
}

page_is_policy() {
	./lintel bitmap --vm "$vm" | grep -q IA32_KERNEL_GS_BASE &&
		! ./lintel bitmap --vm "$vm" | grep -q 'the policy does not open it'
}

check "capabilities shows the MSRs and what they say" capabilities_are_there
check "controls has a reason for each bit" controls_have_reasons
check "and each bit is as in the word" words_agree
check "EPT is on" grep -qE '^  1  bit 1  enable EPT' $debug/controls
check "TSC scaling, which is off, has a reason" \
	grep -qE '^  0  bit 25 use TSC scaling: not available: ' $debug/controls

while read -r event names; do
	# shellcheck disable=SC2086 # the names are words
	check "$event has the fields of KVM" has_fields "$event" $names
done <<END
$(fields)
END

echo 1 >$events/enable
check "a guest runs while it is traced" run msr
check "and another" run mmio
check "and a third" run pio
echo 0 >$events/enable
cat $trace/trace >traced-lines
check "kvm_entry" traced kvm_entry 'vcpu 0, rip 0x1[0-9a-f]{5}$'
check "kvm_exit" traced kvm_exit \
	'vcpu 0 reason CPUID rip 0x1[0-9a-f]{5} info1 0x0{16} info2 0x0{16} intr_info 0x0{8} error_code 0x0{8}$'
check "kvm_exit of an I/O instruction has the port in info1" traced kvm_exit \
	'vcpu 0 reason IO_INSTRUCTION rip 0x1[0-9a-f]{5} info1 0x0000000003f8'
check "kvm_pio, OUT" traced kvm_pio 'pio_write at 0x3f8 size 1 count 1 val 0x[0-9a-f]+ '
check "kvm_pio, IN" traced kvm_pio 'pio_read at 0x3f. size 1 count 1 val 0x[0-9a-f]+ '
check "kvm_mmio, read" traced kvm_mmio 'mmio read len 1 gpa 0xd0000000 val 0xff$'
check "kvm_mmio, write" traced kvm_mmio 'mmio write len [1248] gpa 0xd[0-9a-f]{7} val 0x'
check "kvm_msr, write" traced kvm_msr 'msr_write c0000080 = 0x[0-9a-f]+$'
check "kvm_msr, refused" traced kvm_msr 'msr_(read|write) [0-9a-f]+ = 0x[0-9a-f]+ \(#GP\)$'
check "kvm_cpuid" traced kvm_cpuid \
	'func 0 idx 0 rax [0-9a-f]+ rbx 756e6547 rcx 6c65746e rdx 49656e69, cpuid entry found$'

check "the exits of VMs that have ended are kept" more_than 10 "$(count $debug/exits CPUID)"
check "their MSRs too" grep -qE '^ +[0-9]+ +[1-9][0-9]* +0xc0000080 IA32_EFER' $debug/msrs
check "no VM is left" test "$(find $debug -name 'vcpu*' | wc -l)" -eq 0

# Its memory in small pages, whatever the kernel prefers: of large ones it has hardly a table.
echo never >/sys/kernel/mm/transparent_hugepage/enabled
check "a guest starts to spin" spin_start
vcpu=$(find $debug -name vcpu0)
check "its directory has pid and file number in its name" \
	expr "$vcpu" : "$debug/$spin-[0-9]*/vcpu0\$" >/dev/null
first=$(count "$vcpu/exits" IO_INSTRUCTION)
sleep 0.5
second=$(count "$vcpu/exits" IO_INSTRUCTION)
check "its exits grow ($first, $second)" more_than "${first:-0}" "$second"
check "interrupts are among them" more_than 0 "$(count "$vcpu/exits" EXTERNAL_INTERRUPT)"
check "exits to user space are counted" more_than 0 "$(count "$vcpu/exits" 'to user space')"
check "reading the TSC does not exit, writing it does" bitmap 0x00000010 r-
check "LSTAR exits" fails bitmap 0xc0000082
check "KERNEL_GS_BASE never exits" bitmap 0xc0000102 rw
check "APIC_BASE does" fails bitmap 0x0000001b
check "FEATURE_CONTROL does" fails bitmap 0x0000003a
check "no MSR of VMX is open" fails grep -q '^0x0000048' "$vcpu/bitmap"
vm=$(basename "$(dirname "$vcpu")")
check "msr_bitmap is a page" test "$(wc -c <"$vcpu/msr_bitmap")" -eq 4096
check "lintel bitmap reads it" page_agrees
check "and nothing is open that the policy does not open" page_is_policy
tables=$(cat "${vcpu%/*}/ept_pages")
check "a guest of 64 MiB has some EPT tables ($tables)" more_than 31 "$tables"
before=$(cat "$vcpu/msrs")
sleep 0.3
check "reading an open MSR is no exit" test "$before" = "$(cat "$vcpu/msrs")"
# What exits cost is measured while somebody has the file open; the counts stay.
costs_have() {
	grep -qE "$1" "$vcpu/costs"
}
check "nobody measures: exits have no cost" fails costs_have " exit "
exec 3<$debug/measure
sleep 0.5
check "an exit for I/O costs the kernel and user space something" \
	costs_have "^ +[1-9][0-9]* +[1-9][0-9]* +[1-9][0-9]*  exit 30 IO_INSTRUCTION\$"
check "one reads how long a tick is" costs_have "^ +[1-9][0-9]+  kHz\$"
check "the guest has its time" costs_have "^ +[1-9][0-9]*  guest\$"
exec 3<&-
before=$(cat "$vcpu/costs")
sleep 0.3
check "nobody measures any more" test "$before" = "$(cat "$vcpu/costs")"
./lintel stat --watch 0.5 --count 1 "$spin" >stat-lines 2>stat-errors
check "lintel stat shows what its exits cost" grep -qE \
	"^30 IO_INSTRUCTION +[1-9][0-9]* +[1-9][0-9]* +[1-9][0-9]* +[1-9][0-9]* +[0-9.]+%\$" stat-lines
check "and where its time goes" grep -qE "^time: guest [0-9.]+%, kernel [0-9.]+%, user " stat-lines
check "without a complaint" test ! -s stat-errors
cat stat-lines
# Nobody is left to switch it off but the kernel.
./lintel stat --watch 0.2 >/dev/null &
sleep 0.5
kill -9 $!
wait $!
before=$(cat "$vcpu/costs")
sleep 0.3
check "killed, it measures no more" test "$before" = "$(cat "$vcpu/costs")"
cat "$vcpu/vmcs" >vmcs
check "its VMCS can be read" grep -q '^VMCS end$' vmcs
check "and breaks no rule of VM entry" ./lintel check vmcs
check "the guest ends well" spin_end
check "and its directory is gone" fails test -e "$vcpu"
check "the VM's exits are added to the sum" more_than 0 "$(count $debug/exits EXTERNAL_INTERRUPT)"

# The command on this processor: from the msr device, then from the module alone.
live_is() {
	./lintel caps --brief >live && grep -q "^usable  *$1  .*\[cpu 0" live
}
check "lintel caps reads the msr device" live_is /dev/cpu/0/msr
check "lintel record writes what it reads" ./lintel record -o live.msr
check "and what it wrote is a recording" ./lintel caps --brief live.msr
rmmod msr
check "lintel caps reads the module" live_is $debug/recording
check "one CPU of it" ./lintel caps --brief --cpu 0
check "a CPU that is not there" fails ./lintel caps --brief --cpu 77
./lintel record >module.msr
check "the module says what the device says" ./lintel diff live.msr module.msr

# CPUs that differ: a file in the place of the module's.
sed "s/^0x48a .*/0x48a 0x2/; s/cpu 0/cpu 1/" $debug/recording >other
cat $debug/recording other >both
mount -t tmpfs none /sys/kernel/debug && mkdir $debug && cp both $debug/recording
cpus_differ() {
	! ./lintel caps --brief >live && grep -q "^usable .*cpu 0" live && grep -q "^refused .*cpu 1" live
}
check "CPUs that differ have a verdict each" cpus_differ
check "and are recorded in a file each" ./lintel record -o set.msr
check "which differ" fails ./lintel diff set.msr set-2.msr
umount /sys/kernel/debug

# An entry that the processor refuses: the API lets RFLAGS have reserved bits.
echo 1 >/sys/module/lintel/parameters/debug
check "a VM entry fails" ./api-tests exit_fail_entry_rflags
echo 0 >/sys/module/lintel/parameters/debug
dmesg >log
check "the log has the rule" grep -q 'lintel: broken rule guest.rflags.reserved: ' log
check "and says how many" grep -q 'the VMCS breaks 1 of [0-9]* rules of VM entry, 0 not checked' log
./lintel check log >checked
check "lintel check finds a VMCS in the log" test $? -eq 1
check "that breaks the same" grep -q '^broken rule guest.rflags.reserved: ' checked
check "and no other" test "$(grep -c '^broken rule' checked)" -eq 1
finish
