# SPDX-License-Identifier: GPL-2.0
#
# Snapshots of booted machines, one for each key (kernel, lab, model, CPUs, memory,
# command line). To be sourced after machine.sh.
# shellcheck disable=SC2154

snapshots=$lab_cache/snapshot

# Time for a boot and the writing of the state; a boot with four processors takes 25 s.
snapshot_seconds=300

# The paths in a saved configuration are those of the machine that was saved.
saved_dir_mark=@DIR@

snapshot_key() {
	{
		readlink -f "$kernel"
		cat "$bochs/version"
		echo "$model $cpus $memory $(disk_bytes) $ips $(features) $(kernel_command_line)"
		dpkg-query -W busybox-static
	} | hash_of - "$lab_dir/guest-init" "$lab_dir/guest.c" "$lab_dir/layout.h" \
		"$lab_dir/loader.S" "$lab_dir/bochsfix.c" "$lab_dir/machine.sh" "$lab_dir/snapshot.sh"
}

# snapshot_get: set snapshot to the directory of the snapshot, which is made when there is none.
snapshot_get() {
	snapshot=$snapshots/$(snapshot_key)
	mkdir -p "$snapshots"
	[ -e "$snapshot/state/config" ] || locked "snapshot.$(basename "$snapshot")" snapshot_make
	[ -e "$snapshot/state/config" ] || exit 2
	touch "$snapshot"
	snapshot_prune
}

# What nothing has used for a day was made by another kernel, lab or command line.
snapshot_prune() {
	find "$snapshots" -mindepth 1 -maxdepth 1 -type d -mmin +1440 -exec rm -rf {} +
	find "$snapshots" -mindepth 1 -maxdepth 1 -name 'tmp.*' -mmin +60 -exec rm -rf {} +
	find "$lab_cache" -maxdepth 1 -name 'run.*' -mmin +1440 -exec rm -rf {} +
	find "$lab_cache" -maxdepth 1 -name 'snapshot.*.lock' -mmin +1440 -exec rm -f {} +
}

snapshot_make() {
	[ ! -e "$snapshot/state/config" ] || return 0
	say "making the snapshot for $model, $cpus CPU(s), $memory MB, $(cat "$kernel/release") (once, some 10 s)..."
	tmp=$snapshots/tmp.$$
	rm -rf "$tmp"
	mkdir -p "$tmp/state"
	make_machine "$tmp" || snapshot_fail "could not make the machine"
	(cd "$tmp" && supervise_bochs "$snapshot_seconds" ready "$tmp" -f "$tmp/bochsrc") >/dev/null &
	supervisor=$!
	until [ -s "$tmp/verdict" ]; do
		kill -0 "$supervisor" 2>/dev/null || snapshot_fail "the machine did not boot"
		sleep 0.1
	done
	sleep 0.5 # the guest has still to reach its wait for the disk
	port=$(sed -n 's/.*listening for connections on port //p' "$tmp/bochs.log" | tail -n 1)
	"$lab_build/suspend" "$port" "$tmp" state || snapshot_fail "could not save the machine"
	wait "$supervisor" || true
	[ -s "$tmp/state/memory.ram" ] || snapshot_fail "Bochs did not save the machine"
	snapshot_trim
	mv "$tmp" "$snapshot"
}

snapshot_fail() {
	say "$@"
	tail -n 20 "$tmp/serial" "$tmp/bochs.log" "$tmp/chatter" >&2
	[ -z "${supervisor-}" ] || kill "$supervisor" 2>/dev/null || true
	rm -rf "$tmp"
	exit 2
}

# Bochs wants the images again, only to put the saved memory over them: small ones will do.
snapshot_trim() {
	for image in kernel.ram params.ram initrd; do
		rm "$tmp/$image"
		truncate -s 4096 "$tmp/$image"
	done
	rm "$tmp/disk.img" "$tmp"/state/*.image
	# Features are not in what Bochs saves: the restored processor would be the plain model.
	sed -i -e "s#$tmp#$saved_dir_mark#" -e "/^cpu:/s/\$/$(features)/" "$tmp/state/config"
}

# snapshot_restore DIR: in DIR/state, the snapshot with DIR/disk.img as its disk.
snapshot_restore() {
	mkdir "$1/state"
	ln -s "$snapshot"/state/* "$1/state/"
	rm "$1/state/config"
	sed -e "/^ata0-master\|^log/s#$saved_dir_mark#$1#" -e "s#$saved_dir_mark#$snapshot#" \
		"$snapshot/state/config" >"$1/state/config"
	# Bochs opens the disk, then overwrites it with the saved one.
	mv "$1/disk.img" "$1/state/hard_drive.0.drive0.image"
	truncate -s "$(disk_bytes)" "$1/disk.img"
}
