# SPDX-License-Identifier: GPL-2.0
# Not a row of the list: compat.sh's. This machine's recording, and which VMX features QEMU gives a guest
# with -cpu host, and with what $properties turns off: lines for compat.sh to pick from the log.
. ./client.sh

# features WITH PROPERTIES: a line for each, "feature: WITH NAME true|false".
features() {
	printf '{"execute":"qmp_capabilities"}
		{"execute":"query-cpu-model-expansion",
		 "arguments":{"type":"full","model":{"name":"host","props":{%s}}}}
		{"execute":"quit"}\n' "$2" |
		timeout 60 qemu-system-x86_64 -M none -accel kvm -nodefaults -no-user-config -display none \
			-qmp stdio 2>>said | tr ',{}' '\n\n\n' |
		sed -n "s/.*\"\\(vmx-[^\"]*\\)\": \\([a-z]*\\).*/feature: $1 \\1 \\2/p"
}

features all '' >features
[ -z "$properties" ] || features alike "$properties" >>features
check "QEMU says which VMX features a guest gets" grep -q true features
./lintel record | sed 's/^/recording: /'
cat features
finish_client
