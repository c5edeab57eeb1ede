# SPDX-License-Identifier: GPL-2.0
# stats OPTION...: what QEMU's monitor tells of a guest that runs, as KVM counts it.
. ./monitor.sh

# told NAME: the last answer has it, and it is not 0.
told() {
	grep -qE "^ *$1 \(.*\): +[1-9]" answer || ! cat answer
}

check "QEMU started" start_counting "$@"
check "the guest counts" counts_on
hmp 'info kvm'
check "it runs by KVM" answered '^kvm support: enabled'
hmp 'info stats vcpu'
for name in exits io_exits halt_exits irq_exits halt_wait_ns; do
	check "its vCPU has $name" told "$name"
done
hmp 'info stats vm'
check "its VM has pages" told 'pages_(4k|2m)'
check "QEMU ended" quit
finish_client
