# SPDX-License-Identifier: GPL-2.0
# live ACCELERATOR OPTION...: a guest goes into a file while it runs and writes more than can go, round after
# round, and out of it. Its memory is what it was when it stood still, page by page: nothing that it wrote
# was missed.
. ./monitor.sh

accelerator=$1
shift
counting='i=0; while true; do i=$((i + 1)); dd if=/dev/urandom of=/r bs=64k count=32 seek=$((i % 8 * 32)) conv=notrunc 2>/dev/null; echo count $i; done'

# rounds: how often QEMU has asked which pages are dirty.
rounds() {
	hmp 'info migrate'
	tr -d ',' <answer | sed -n 's/^dirty sync count: //p'
}

# wait_rounds N
wait_rounds() {
	tries=0
	until [ "$(rounds)" -ge "$1" ] 2>/dev/null; do
		sleep 0.5
		tries=$((tries + 1))
		[ $tries -lt 400 ] || return 1
	done
}

completed() {
	tries=0
	until hmp 'info migrate' && grep -q 'status: completed' answer; do
		sleep 0.5
		tries=$((tries + 1))
		[ $tries -lt 400 ] || ! cat answer || return 1
	done
	cat answer
}

# The guest may stand still for a moment only, until it has gone round a few times.
start_migration() {
	hmp 'migrate_set_parameter downtime-limit 1'
	hmp 'migrate_set_parameter max-bandwidth 64M'
	hmp 'migrate -d "exec:cat >state"'
}

check "QEMU started" start_counting "$@"
check "the guest counts" counts_on
start_migration
check "it runs while it goes, several rounds" wait_rounds 4
hmp 'migrate_set_parameter downtime-limit 20000'
hmp 'migrate_set_parameter max-bandwidth 0'
check "it went into a file" completed
hmp "pmemsave 0 0x8000000 memory-before"
stood_at=$(last_count)
check "QEMU ended" quit
check "QEMU started" start_counting -S -incoming 'exec:cat state' "$@"
check "it came out of the file" wait_until_in
hmp "pmemsave 0 0x8000000 memory-after"
check "its memory is the same" ./pages memory-before memory-after
hmp cont
check "it goes on" counts_on
check "where it was" [ "$(sed -n 's/^count \([0-9]*\).*/\1/p' serial | head -n 1)" -ge "$stood_at" ]
check "QEMU ended" quit
finish_client
