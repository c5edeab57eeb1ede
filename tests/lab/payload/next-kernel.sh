# SPDX-License-Identifier: GPL-2.0
# Sourced: a kernel that goes on after this one, in the same machine, without a reset of it.  Its init
# gives the run's verdict: all processors have to come up, and a guest has to run on each of them.
#	next_kernel OPTION...: load it, with these options of `kexec'

# What VMX operation of the kernel before would spoil: INIT, which starts a processor, is not seen
# there, and VMXON fails.
next_init() {
	cat <<END
#!/bin/busybox sh
/bin/busybox stty -echo -cread
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
cd /next
LAB_CPUS=$LAB_CPUS sh ./next.sh
status=\$?
lab klog 'Linux version'
printf '\\036%s:%d exit %d\\n' $LAB_MARK \$((\$(lab ticks) - $LAB_BEGAN)) \$status
lab end
END
}

next_kernel() {
	mkdir -p tree/next tree/bin
	cp /bin/busybox /bin/lab tree/bin/
	cp lintel lintel.ko check.sh next.sh guests/hello.flat16 tree/next/
	next_init >tree/init
	chmod 755 tree/init
	(cd tree && find . | cpio -o -H newc) >initrd || return 1
	rm -r tree
	./kexec "$@" vmlinux initrd "$(cat /proc/cmdline)" || return 1
	rm vmlinux initrd
}
