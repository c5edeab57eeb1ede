# SPDX-License-Identifier: GPL-2.0
# firmware OPTION...: OVMF in two flash memories, one of which it writes its variables to, starts a Linux guest.
. ./qemu.sh

# UEFI starts the file as Debian has it.
guest_kernel=bzimage
flash=/usr/share/OVMF/OVMF
cp ${flash}_VARS_4M.fd variables

wrote() {
	! cmp -s ${flash}_VARS_4M.fd variables
}

check "the guest powered off" guest 'cat /sys/firmware/efi/fw_platform_size' -m 256 \
	-drive "if=pflash,unit=0,format=raw,readonly=on,file=${flash}_CODE_4M.fd" \
	-drive if=pflash,unit=1,format=raw,file=variables "$@"
check "it was started by UEFI" screen_has '^64'
check "the firmware wrote its variables" wrote
finish_client
