# SPDX-License-Identifier: GPL-2.0
# Sourced: a guest that stays in the guest until it is told to end.
#	spin_start [COMMAND...]: start it, under COMMAND; returns when it counts
#	spin_runs: whether it still does
#	spin_end: tell it to end; succeeds if it did, with all its checks
#	other_start [COMMAND...], other_end: the same of a second one, $other

# launch NAME [COMMAND...]: its input is NAME-input, its output NAME-output.
launch() {
	name=$1
	shift
	rm -f "$name-input"
	mkfifo "$name-input"
	"$@" ./lintel run --flat64 --debug-exit 0xf4 --timeout 200 guests/spin.flat64 \
		<"$name-input" >"$name-output" 2>&1 &
}

# counts NAME PROCESS: waits till it does.
counts() {
	tries=0
	while ! grep -q '^# spinning' "$1-output"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] && kill -0 "$2" 2>/dev/null || return 1
		sleep 0.1
	done
}

# ended NAME PROCESS: it does, with all its checks.
ended() {
	wait "$2"
	spin_status=$?
	cat "$1-output"
	[ $spin_status -eq 1 ] && [ "$(grep -c '^ok ' "$1-output")" -eq 5 ]
}

# The inputs are held open, so that they do not end before their time.
spin_start() {
	launch spin "$@"
	spin=$!
	exec 5>spin-input
	counts spin $spin
}

spin_runs() {
	kill -0 "$spin" 2>/dev/null
}

spin_end() {
	! spin_runs || echo >&5
	exec 5>&-
	ended spin "$spin"
}

other_start() {
	launch other "$@"
	other=$!
	exec 6>other-input
	counts other $other
}

other_end() {
	echo >&6
	exec 6>&-
	ended other "$other"
}
