# SPDX-License-Identifier: GPL-2.0
# Debian's kernel boots as a guest to a shell, which reads what is typed, and powers off.
. ./linux-guest.sh

failed=0

# check GOT WANTED WORDS
check() {
	if [ "$1" -eq "$2" ]; then
		echo "ok - $3"
	else
		echo "not ok - $3 ($1, wanted $2)"
		failed=1
	fi
}

linux_shell 'echo $((6 * 7)) $(nproc)
exit' --cpus "$LAB_CPUS" --timeout 600 >log 2>&1
check $? 0 "the guest powered off with its shell"
check "$(tr -d '\r' <log | grep -c "^42 $LAB_CPUS\$")" 1 "its shell ran what was typed, on $LAB_CPUS CPUs"
check "$(grep -c 'mark 0x01' log)" 1 "its init was marked"
cat log

exit $failed
