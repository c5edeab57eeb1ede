# SPDX-License-Identifier: GPL-2.0
# Guests run while every function of the kernel is traced, as somebody does who looks for what a host
# spends its time on.  A kernel that watches says so when a function is called where RCU does not
# (CONFIG_FTRACE_VALIDATE_RCU_IS_WATCHING): the lab finds its words.  For the kernel "locks" of
# lab/debug-kernel.sh.
. ./check.sh
trace=/sys/kernel/tracing

run() {
	./lintel run --flat64 --debug-exit 0xf4 "guests/$1.flat64" >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

check "functions can be traced" grep -qw function $trace/available_tracers
echo function >$trace/current_tracer
check "a guest runs while they are" run msr
check "and another" run mmio
check "and a third" run pio
check "vCPUs move, are kicked and end" ./api-tests stress_migrate stress_kick stress_two
echo nop >$trace/current_tracer
finish
