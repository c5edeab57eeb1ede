# SPDX-License-Identifier: GPL-2.0
# Sourced: QEMU in the background with its monitor on a pipe, and a guest that counts.
. ./qemu.sh

# wait_for FILE PATTERN [N]: till N of its lines (1) match; false when QEMU is gone or 200 s are over.
wait_for() {
	waited=0
	until [ "$(grep -c "$2" "$1")" -ge "${3:-1}" ]; do
		sleep 0.2
		waited=$((waited + 1))
		[ $waited -lt 1000 ] && kill -0 "$pid" 2>/dev/null || return 1
	done
}

# comes PATTERN: a line of the serial port matches, one from now on.
comes() {
	wait_for serial "$1" $(($(grep -c "$1" serial) + 1))
}

# start OPTION...: with the serial port in the file `serial`, what the monitor prints in `monitor`.
start() {
	rm -f pipe.in pipe.out
	mkfifo pipe.in pipe.out
	: >serial
	: >monitor
	cat pipe.out >monitor &
	qemu-system-x86_64 -accel "${accelerator:-kvm}" -m 128 -nodefaults -no-user-config -display none \
		-serial file:serial -chardev pipe,id=pipe,path=pipe -mon chardev=pipe,mode=readline "$@" </dev/null 2>>said &
	pid=$!
	exec 5>pipe.in
	wait_for monitor '(qemu)'
}

# hmp WORDS: a command of the monitor; what it answers, without its echo, is in `answer`.
hmp() {
	before=$(wc -l <monitor)
	prompts=$(grep -c '(qemu)' monitor)
	echo "$1" >&5
	wait_for monitor '(qemu)' $((prompts + 1))
	tail -n "+$((before + 2))" monitor | tr -d '\r' >answer
}

answered() {
	grep -q "$1" answer || ! cat answer
}

# The guest counts, with its timer.
counting='i=0; while true; do i=$((i + 1)); echo count $i; usleep 100000; done'

# The same, and it changes a MB of its memory at first and a page of it each time.
counting_under_load='dd if=/dev/urandom of=/r bs=64k count=16 2>/dev/null; i=0; while true; do i=$((i + 1)); sum=$(md5sum /r); date +%s >>/r; echo count $i $(date +%s); usleep 50000; done'

# start_counting OPTION...
start_counting() {
	start -kernel vmlinux -initrd initrd -append "$guest_append RUN=\"$counting\"" "$@"
}

last_count() {
	sed -n 's/^count \([0-9]*\).*/\1/p' serial | tail -n 1
}

counts_on() {
	wait_for serial '^count ' || return 1
	from=$(last_count)
	wait_for serial "^count $((from + 3))"
}

stands_still() {
	from=$(last_count)
	sleep 2
	[ "$(last_count)" = "$from" ]
}

# With -S a guest that has come in is paused.
wait_until_in() {
	tries=0
	while hmp 'info status'; ! grep -q 'paused$\|prelaunch' answer; do
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 500 ] || return 1
	done
}

quit() {
	echo quit >&5
	wait "$pid"
	status=$?
	exec 5>&-
	return $status
}
