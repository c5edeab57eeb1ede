# SPDX-License-Identifier: GPL-2.0
# A processor without EPT, or with EPT but without unrestricted guest: the module does not load, and the
# log says why, in words.
. ./check.sh

lacks='enable EPT'
[ "$LAB_MODEL" != corei5_lynnfield_750 ] || lacks='unrestricted guest'

insmod ./lintel.ko 2>insmod-error
status=$?
cat insmod-error
dmesg | grep 'lintel:'
check "insmod fails" test $status -ne 0
check "with -EIO" grep -qi 'i/o error\|input/output error' insmod-error
check "the log names what is lacking" log_has "lintel:.*$lacks"
check "the log names the MSR" log_has 'lintel:.*IA32_VMX_PROCBASED_CTLS2'
check "there is no /dev/kvm" fails test -e /dev/kvm
check "the module is gone" fails grep -q '^lintel ' /proc/modules
finish
