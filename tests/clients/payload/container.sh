# SPDX-License-Identifier: GPL-2.0
# The second half of runsc.sh.
. ./check.sh

mkdir -p bundle/rootfs/bin bundle/rootfs/proc bundle/rootfs/dev
cp container-test.sh bundle/rootfs/test.sh
cp -a /bin/. bundle/rootfs/bin/
cat >bundle/config.json <<'END'
{
	"ociVersion": "1.0.0",
	"process": {
		"user": {"uid": 0, "gid": 0},
		"args": ["/bin/sh", "/test.sh"],
		"env": ["PATH=/bin"],
		"cwd": "/"
	},
	"root": {"path": "rootfs", "readonly": true},
	"hostname": "container",
	"mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
	"linux": {"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"},
		{"type": "mount"}]}
}
END

container() {
	timeout "$seconds" /usr/bin/runsc --root=/tmp/runsc --platform="${platform:-kvm}" --network=none \
		--ignore-cgroups run -bundle bundle one >screen 2>said
	status=$?
	cat screen
	return $status
}

screen_has() {
	grep -q "$1" screen
}

check "the container ended well" container
check "its kernel is gVisor's" screen_has '^Linux container 4\.4\.0'
check "it made many system calls" screen_has '^opened 500$'
check "it started programs" screen_has '^started 20$'
check "and a pipe of them" screen_has '^5050$'
sed 's/^/said: /' said
finish
