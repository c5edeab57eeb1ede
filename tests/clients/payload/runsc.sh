# SPDX-License-Identifier: GPL-2.0
# runsc: gVisor's platform kvm, with a shell in a container. A container's root is set by pivot_root, which
# does not take the machine's first file system: a tmpfs comes in its place.
. ./client.sh

mkdir /new
mount -t tmpfs new /new
cp -a /bin /usr /payload /new/
for dir in proc sys dev tmp; do
	mkdir "/new/$dir"
	mount -o rbind "/$dir" "/new/$dir"
done
cd /new || exit 1
mount -o move . /
exec chroot . /bin/sh -c 'cd payload; . ./container.sh'
