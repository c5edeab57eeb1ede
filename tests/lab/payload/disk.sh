# SPDX-License-Identifier: GPL-2.0
# Virtio disks and a virtio console in Linux guests: what one guest writes the file has, and another
# guest reads; a disk for reading only stays as it is.
. ./linux-guest.sh

failed=0

# check STATUS WORDS
check() {
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

# guest RUN OPTION...: what the guest prints, in log.
guest() {
	run=$1
	shift
	linux_guest "RUN=\"$run\"" --timeout 200 "$@" </dev/null >raw 2>&1
	status=$?
	tr -d '\r' <raw >log
	cat log
}

# sum_of FILE
sum_of() {
	md5sum <"$1" | cut -d' ' -f1
}

truncate -s 1M disk
truncate -s 64K other
guest 'dd if=/dev/urandom of=/dev/vda bs=64k seek=1 count=15; sync; md5sum /dev/vda; cat /sys/block/vda/serial; echo; cat /sys/block/vdb/size' \
	--disk disk --disk other
check $status "the guest powered off"
grep -q "^$(sum_of disk)  /dev/vda" log
check $? "the file has what the guest wrote"
[ "$(head -c 65536 disk | md5sum | cut -d' ' -f1)" = "$(sum_of other)" ]
check $? "and nothing else"
grep -q lintel-0 log
check $? "the disk has a name"
grep -q "^128$" log
check $? "there is a second disk"
before=$(sum_of disk)
guest 'md5sum /dev/vda >/dev/hvc0; dd if=/dev/zero of=/dev/vda bs=512 count=1 || echo refused; sleep 1; reboot -f' \
	--disk disk,ro --virtio-console
[ $status -eq 16 ]
check $? "another guest resets its machine"
grep -q "$before  /dev/vda" log
check $? "another guest reads it, and says so on its virtio console"
grep -q "^refused" log
check $? "it cannot write a disk for reading only"
[ "$(sum_of disk)" = "$before" ]
check $? "which stays as it is"
exit $failed
