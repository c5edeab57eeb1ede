# SPDX-License-Identifier: GPL-2.0
# lintel stat, on a directory like Lintel's in debugfs.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

vcpu=debugfs/99999999-7/vcpu0

# json NEEDLE...: the output has each of these, as one line without blanks.
json() {
	tr -d ' \n' <out >joined
	for needle in "$@"; do
		grep -qF "$needle" joined || {
			echo "# no $needle"
			return 1
		}
	done
}

# One interval, in whose middle exits are counted.
watched() {
	(
		sleep 0.3
		printf '%12u  30  IO_INSTRUCTION\n%12u      to user space\n' 1500 1000 >$vcpu/exits
	) &
	gives 0 "$lintel" stat --debugfs debugfs --watch 1 --count 1 --json
	status=$?
	wait $!
	return $status
}

mkdir debugfs
check "stat: no VM is running" gives 0 "$lintel" stat --debugfs debugfs
check "stat: and it says so" printed '^no VM is running$'
check "stat: no VM, as data" gives 0 "$lintel" stat --debugfs debugfs --json
check "stat: an empty array" json '[]'
mkdir -p $vcpu
printf '%12u  30  IO_INSTRUCTION\n%12u  32  WRMSR\n%12u      to user space\n' 1000 7 900 >$vcpu/exits
printf '       reads       writes  MSR\n%12u %12u  0x0000006e0 IA32_TSC_DEADLINE\n' 0 7 >$vcpu/msrs
printf '%16u  kHz\n%16u  guest\n%16u  kernel\n%16u  user\n%16u  asleep\n%12u %16u %16u  %s\n' \
	2000000 800000 150000 50000 0 100 140000 50000 'exit 30 IO_INSTRUCTION' >$vcpu/costs
check "stat: since it began" gives 0 "$lintel" stat --debugfs debugfs
check "stat: the VM" printed '^VM 99999999-7 .*1 vCPU, since it began$'
check "stat: its time" printed '^time: guest 80\.00%, kernel 15\.00%, user 5\.00%, asleep 0\.00%$'
check "stat: an exit's cost, in ns" \
	printed '^30 IO_INSTRUCTION +1000 +- +700 +250 +19\.00%$'
check "stat: one that was not measured" printed '^32 WRMSR +7 +- +- +- +-$'
check "stat: an MSR" printed '^0x6e0 IA32_TSC_DEADLINE w +7 '
check "stat: a VM that is named" gives 0 "$lintel" stat --debugfs debugfs --json 99999999
check "stat: as data" json '"vm":"99999999-7","pid":99999999,"command":null,"vcpus":1,"seconds":null' \
	'"reason":30,"name":"IO_INSTRUCTION","count":1000,"per_second":null,"measured":100' \
	'"msr":"0x6e0","name":"IA32_TSC_DEADLINE","reads":0,"writes":7'
check "stat: an interval" watched
check "stat: what is new in it" json '"reason":30,"name":"IO_INSTRUCTION","count":500' '"to_user":100'
check "stat: no such VM" refuses 'no VM 99:' "$lintel" stat --debugfs debugfs 99
check "stat: --count alone" refuses 'needs --watch' "$lintel" stat --count 3
check "stat: no such interval" refuses 'seconds from' "$lintel" stat --watch=never
check "stat: the module is not there" refuses 'is not loaded' "$lintel" stat --debugfs none
