# SPDX-License-Identifier: GPL-2.0
# Sourced: a guest whose memory is a file that QEMU leaves where it is, so that what it saves is the state of
# the processor and of the devices, and takes a second.
. ./monitor.sh

memory_file=guest-memory

# shared OPTION...: options of a guest that keeps its memory there.
start_shared() {
	start_counting -m 96 -object memory-backend-file,id=ram,size=96M,mem-path=$memory_file,share=on \
		-machine memory-backend=ram "$@" &&
		hmp 'migrate_set_capability x-ignore-shared on'
}

# resume OPTION...: it goes on from the file `state`.
resume() {
	start_shared -incoming defer "$@" &&
		hmp 'migrate_incoming "exec:cat state"'
}

# save: it stands still, and `state` has it.
save() {
	hmp 'migrate "exec:cat >state"'
	hmp 'info migrate'
	answered 'completed'
}

unloads() {
	if [ -e /sys/module/lintel ]; then
		rmmod lintel
	else
		rmmod kvm_intel && rmmod kvm
	fi
}
