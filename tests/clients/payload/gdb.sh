# SPDX-License-Identifier: GPL-2.0
# gdb CPUS OPTION...: gdb on QEMU's stub: breakpoints of both kinds, a watchpoint, steps through SYSCALL and
# IRET and while the timer ticks. What gdb printed is said too, so that all.sh compares the transcripts. The
# guest runs the kernel that the machine runs, at the same addresses (nokaslr).
. ./qemu.sh

smp=$1
shift
# Of the row's time: who waits in vain is to end before the row does, with the rest of the output.
seconds=$((seconds / 2))

used='start_kernel start_secondary __x64_sys_execve __x64_sys_mount __x64_sys_chdir jiffies_64
	entry_SYSCALL_64 asm_sysvec_apic_timer_interrupt native_irq_return_iret swapgs_restore_regs_and_return_to_usermode'

# symbols: a variable of gdb for each of the kernel's that is used.
symbols() {
	awk -v used="$used" 'BEGIN { split(used, names); for (i in names) want[names[i]] }
		NF == 3 && $3 in want { print "set $" $3 " = 0x" $1; delete want[$3] }' /proc/kallsyms
}

# commands: of gdb. A frame of an interrupt is RIP, CS, RFLAGS, RSP, SS; the RIP of a system call is at 128 of
# its registers (struct pt_regs). A breakpoint that is hit often, with a condition that gdb looks at, would let
# the guest come to nothing: the next tick is due by then.
commands() {
	cat <<END
set pagination off
set confirm off
set architecture i386:x86-64
$(symbols)
target remote gdb-socket
printf "said: at reset %#lx\n", \$rip
hbreak *\$start_kernel
continue
printf "said: hardware breakpoint %d\n", \$rip == \$start_kernel
stepi 3
printf "said: three steps on %d\n", \$rip > \$start_kernel && \$rip < \$start_kernel + 45
delete
END
	[ "$smp" = 1 ] || second_cpu
	one_cpu
}

# second_cpu: where it starts, and then the kernel's boot to its end, the first program that init executes. With a
# software breakpoint each INT3 is an exit to QEMU, those too by which the kernel patches itself as it boots: two
# CPUs that meet one in each tick (account_process_tick()) are not through when the next tick is due, for ever.
second_cpu() {
	cat <<END
hbreak *\$start_secondary
continue
printf "said: breakpoint on CPU %d %d\n", \$_thread, \$rip == \$start_secondary
info threads
delete
thread 1
set \$other = \$rip
set scheduler-locking on
thread 2
stepi 4
printf "said: four steps of the second %d\n", \$rip > \$start_secondary && \$rip < \$start_secondary + 60
thread 1
printf "said: the first stands %d\n", \$rip == \$other
set scheduler-locking off
hbreak *\$__x64_sys_execve
continue
delete
END
}

one_cpu() {
	cat <<END
break *\$__x64_sys_mount
continue
printf "said: breakpoint %d\n", \$rip == \$__x64_sys_mount
stepi 4
printf "said: four steps on %d\n", \$rip > \$__x64_sys_mount && \$rip < \$__x64_sys_mount + 60
continue
set \$user = *(unsigned long *)(\$rdi + 128)
delete
watch *(unsigned long *)\$jiffies_64
set \$ticks = *(unsigned long *)\$jiffies_64
continue
printf "said: watchpoint %d, of the kernel %d\n", *(unsigned long *)\$jiffies_64 > \$ticks, (\$cs & 3) == 0
set \$ticks = *(unsigned long *)\$jiffies_64
continue
printf "said: watchpoint %d, of the kernel %d\n", *(unsigned long *)\$jiffies_64 > \$ticks, (\$cs & 3) == 0
delete
hbreak *\$user
continue
printf "said: back from the system call %d, CS %#x\n", \$rip == \$user, \$cs
stepi
printf "said: a step in the program, CS %#x\n", \$cs
delete
hbreak *(\$user - 2)
continue
printf "said: at SYSCALL %d\n", \$rip == \$user - 2
delete
hbreak *\$user
stepi
printf "said: a step over SYSCALL: its entry %d, its end %d\n", \$rip == \$entry_SYSCALL_64, \$rip == \$user
delete
hbreak *\$__x64_sys_chdir
continue
printf "said: at the loop %d\n", \$rip == \$__x64_sys_chdir
delete
set \$user = *(unsigned long *)(\$rdi + 128)
hbreak *\$user
continue
delete
hbreak *\$asm_sysvec_apic_timer_interrupt
continue
set \$interrupted = *(unsigned long *)\$rsp
printf "said: an interrupt of the program %d\n", (*(unsigned long *)(\$rsp + 8) & 3) == 3
delete
hbreak *\$swapgs_restore_regs_and_return_to_usermode
continue
delete
hbreak *\$native_irq_return_iret
continue
printf "said: at IRET %d, to where it was %d\n", \$rip == \$native_irq_return_iret, *(unsigned long *)\$rsp == \$interrupted
delete
hbreak *\$entry_SYSCALL_64
hbreak *\$asm_sysvec_apic_timer_interrupt
stepi
printf "said: a step over IRET: CS %#x, where it was %d\n", \$cs, \$rip == \$interrupted
delete
stepi 100
set \$ticks = *(unsigned long *)\$jiffies_64
stepi 100
printf "said: a hundred steps without interrupts: CS %#x, %d ticks\n", \$cs, *(unsigned long *)\$jiffies_64 - \$ticks
maintenance packet Qqemu.sstep=0x1
stepi 200
printf "said: two hundred steps with interrupts: time passed %d\n", *(unsigned long *)\$jiffies_64 > \$ticks
detach
printf "said: the end\n"
END
}

# debug: gdb's words as they come, so that the log of a row that was cut off tells how far it came. A command
# that fails ends gdb.
debug() {
	commands >commands
	tries=0
	until [ -S gdb-socket ]; do
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 500 ] || return 1
	done
	timeout "$seconds" gdb -batch -nx -x commands 2>&1 | tee transcript
	sed -n 's/^said: //p' transcript >>said
	told "the end"
}

# told WORDS [N]: exactly this, once or N times.
told() {
	[ "$(grep -cxF "said: $1" transcript)" = "${2:-1}" ]
}

# A loop without system calls, after one that comes nowhere else. A second CPU is gone by then: it would come to
# the breakpoints too, and gdb would follow it.
loop='cd /tmp; i=0; while [ $i -lt 30000 ]; do i=$((i + 1)); done; echo counted $i'
[ "$smp" = 1 ] || loop="echo 0 >/sys/devices/system/cpu/cpu1/online; $loop"
guest_append="$guest_append norandmaps"
guest "$loop" -smp "$smp" -S -gdb unix:gdb-socket,server=on,wait=off "$@" &
guest=$!
check "gdb came to its end" debug
check "a hardware breakpoint" told "hardware breakpoint 1"
check "steps" told "three steps on 1"
if [ "$smp" = 2 ]; then
	check "a breakpoint on the second CPU" told "breakpoint on CPU 2 1"
	check "which steps" told "four steps of the second 1"
	check "alone" told "the first stands 1"
fi
check "a software breakpoint" told "breakpoint 1"
check "steps from it" told "four steps on 1"
check "a watchpoint, twice" told "watchpoint 1, of the kernel 1" 2
check "a breakpoint in a program" told "back from the system call 1, CS 0x33"
check "a step there" told "a step in the program, CS 0x33"
check "a breakpoint at SYSCALL" told "at SYSCALL 1"
check "the program is there" told "at the loop 1"
check "a breakpoint in an interrupt" told "an interrupt of the program 1"
check "a breakpoint at IRET" told "at IRET 1, to where it was 1"
check "steps without interrupts" told "a hundred steps without interrupts: CS 0x33, 0 ticks"
check "steps with interrupts" told "two hundred steps with interrupts: time passed 1"
check "the guest powered off" wait "$guest"
check "its program did all its work" grep -q '^counted 30000' screen
finish_client
