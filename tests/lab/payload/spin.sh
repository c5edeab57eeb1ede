# SPDX-License-Identifier: GPL-2.0
# Sourced: a guest that stays in the guest until it is told to end.
#	spin_start [COMMAND...]: start it, under COMMAND; returns when it counts
#	spin_runs: whether it still does
#	spin_end: tell it to end; succeeds if it did, with all its checks

spin_start() {
	rm -f spin-input
	mkfifo spin-input
	"$@" ./lintel run --flat64 --debug-exit 0xf4 --timeout 200 guests/spin.flat64 \
		<spin-input >spin-output 2>&1 &
	spin=$!
	# Held open, so that the guest's input does not end before its time.
	exec 5>spin-input
	tries=0
	while ! grep -q '^# spinning' spin-output; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] && spin_runs || return 1
		sleep 0.1
	done
}

spin_runs() {
	kill -0 "$spin" 2>/dev/null
}

spin_end() {
	! spin_runs || echo >&5
	exec 5>&-
	wait "$spin"
	spin_status=$?
	cat spin-output
	[ $spin_status -eq 1 ] && [ "$(grep -c '^ok ' spin-output)" -eq 5 ]
}
