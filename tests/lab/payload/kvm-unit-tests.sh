# SPDX-License-Identifier: GPL-2.0
# Images of kvm-unit-tests, as the rows of `list` say.  For each: a line "begin NAME", the checks
# that failed, its last lines if it did not end by itself, and "end NAME PASSED FAILED SKIPPED
# STATUS".

# status_word STATUS: in the suite's words, or those of `lintel run --help`.
status_word() {
	case $1 in
	4) echo shutdown ;;
	6) echo fail-entry ;;
	8) echo internal ;;
	12) echo timeout ;;
	*[13579]) echo "exit($(($1 / 2)))" ;;
	*) echo "status($1)" ;;
	esac
}

while read -r name image cpus memory seconds _ hide args <&3; do
	echo "begin $name"
	[ "$hide" = - ] && hide= || hide="--hide $hide"
	# shellcheck disable=SC2086 # words, or none
	./lintel run --test-device --irqchip --cpus "$cpus" --memory "$memory" \
		--timeout "$seconds" $hide --args "$args" "$image" </dev/null >output 2>&1
	status=$?
	grep 'FAIL: ' output | head -n 20
	case $name in vmexit*) tail -n 60 output ;; esac
	[ $((status % 2)) = 1 ] || tail -n 6 output
	echo "end $name $(grep -c 'PASS: ' output) $(grep -c 'FAIL: ' output)" \
		"$(grep -c 'SKIP: ' output) $(status_word $status)"
done 3<list
