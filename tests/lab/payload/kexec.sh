# SPDX-License-Identifier: GPL-2.0
# Another kernel takes the machine over (kexec) while a guest runs: VMX operation has to have ended on
# every processor.
. ./spin.sh
. ./next-kernel.sh

next_kernel || exit 1
spin_start || exit 1
echo "# a guest runs; on to the next kernel"
./kexec -e
