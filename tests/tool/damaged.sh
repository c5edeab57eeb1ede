# SPDX-License-Identifier: GPL-2.0
# Input that is no recording: one line that says where and what, status 2, and nothing else.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

good=$top/data/cpus/Skylake_00506E3.msr

# damaged LINE:COLUMN WORDS: the file ./bad, alone and after a good one, by each command
damaged() {
	check "bad: $2" refuses "^bad:$1: .*$2" "$lintel" caps bad
	check "good and bad: $2" refuses "^bad:$1: .*$2" "$lintel" caps --json "$good" bad
	check "diff, bad: $2" refuses "^bad:$1: .*$2" "$lintel" diff "$good" bad
	check "compat, bad: $2" refuses "^bad:$1: .*$2" "$lintel" compat "$good" bad
}

: >bad
damaged 1:1 'there are no values'
printf '# cpu: x' >bad
damaged 1:9 'there are no values'
head -c 200 "$good" >bad # in the middle of a comment
damaged '[0-9]+:[0-9]+' 'there are no values'
printf '0x480 0x00da040000000004\n0x481 0x7f0000' >bad
damaged 2:15 'the file ends within a value'
printf '0x480 0x00da040000000004\n0x481 0x' >bad
damaged 2:9 'a hexadecimal digit is expected'
printf '0x480 0x00da040000000004\n0x481' >bad
damaged 2:6 'a hexadecimal number'
printf '0x480 0x1\n0x481 0x1\n0x480 0x1\n' >bad
damaged 3:1 '0x480 appears twice'
printf '0x480 0x12q4\n' >bad
damaged 1:11 'unknown character in a number'
printf '0x480 0x123456789abcdef01\n' >bad
damaged 1:7 'more than 16 hexadecimal digits'
printf '0x10 0x1\n' >bad
damaged 1:1 '0x10 is no VMX capability MSR'
printf '0x480 0x1\0\n' >bad
damaged 1:10 'byte 0x00 is not printable ASCII'
printf '0x480 0x1\r2\n' >bad
damaged 1:10 "byte 0x0d"
printf '\177ELF\2\1\1\0' >bad
damaged 1:1 'byte 0x7f'
head -c 4096 "$lintel" >bad
damaged 1:1 'byte 0x7f'
{
	printf '# '
	head -c 300000 /dev/zero | tr '\0' x
	printf '\n0x480 0x1\n0x480 0x1\n'
} >bad
damaged 3:1 'appears twice'
head -c 2000000 /dev/zero | tr '\0' '#' >bad
damaged 1:1048577 'at most 1048576 bytes'
yes '# a comment' | head -c 2000000 >bad
damaged '87382:5' 'at most 1048576 bytes'

# Cut off anywhere: never taken for another value.  A line has 25 bytes, the last of them a newline.
cut_anywhere() {
	grep -v '^#' "$good" >whole
	at=1
	while [ "$at" -lt 425 ]; do
		head -c "$at" whole >part
		"$lintel" caps --json part >out 2>err
		case $?,$((at % 25)) in
		[01],0 | [01],24) ;;
		2,*) [ ! -s out ] && grep -q '^part:[0-9]*:[0-9]*: ' err || return 1 ;;
		*) return 1 ;;
		esac
		at=$((at + 7))
	done
}
check "a recording that is cut off" cut_anywhere

# 1 GiB of zeroes takes neither time nor memory.
rm bad
truncate -s 1G bad
check "1 GiB of zeroes" refuses '^bad:1:1: byte 0x00' timeout 5 prlimit --as=67108864 \
	"$lintel" caps bad
rm bad

check "a directory" refuses '^lintel: \.: Is a directory$' "$lintel" caps .
check "a device" refuses '^lintel: /dev/zero: a device is no recording$' "$lintel" caps /dev/zero
check "no file" refuses '^lintel: none: No such file or directory$' "$lintel" caps none
mkfifo fifo
check "a FIFO that nobody writes to" refuses '^fifo:1:1: there are no values$' \
	timeout 5 "$lintel" caps fifo
from_fifo() {
	cat "$good" >fifo &
	exec 9<fifo
	gives 0 "$lintel" caps --brief /proc/self/fd/9
	result=$?
	exec 9<&-
	wait $!
	return $result
}
check "a FIFO that somebody writes to" from_fifo

without_permission() {
	cp "$good" secret
	cp "$lintel" lintel-copy
	chmod 000 secret
	chmod 755 lintel-copy .
	if [ "$(id -u)" -eq 0 ]; then
		set -- setpriv --reuid 65534 --regid 65534 --clear-groups
	fi
	refuses '^lintel: secret: Permission denied$' "$@" ./lintel-copy caps secret
}
check "no permission" without_permission

newline_in_a_name() {
	name=$(printf 'a\nb')
	printf '0x480 q\n' >"$name"
	refuses '^a\?b:1:7: ' "$lintel" caps "$name" && refuses '^lintel: c\?d: No such' "$lintel" \
		caps "$(printf 'c\nd')"
}
check "a name with a newline makes one line" newline_in_a_name

# --- usage

check "no command" gives 2 "$lintel"
check "no such command" refuses '^lintel: unknown command foo' "$lintel" foo
for command in caps diff compat record; do
	check "$command: no such option" refuses "^lintel: $command: --foo: there is no such option" \
		"$lintel" $command --foo
	help_is_there() {
		gives 0 "$lintel" "$command" --help && grep -q '^usage: lintel ' out &&
			grep -q '^Examples:' out && grep -q '^Exit status:' out
	}
	check "$command --help" help_is_there
done
check "--cpu without a number" refuses 'caps: --cpu: something has to follow' "$lintel" caps --cpu
check "--cpu with no number" refuses 'caps: --cpu x: a number from 0' "$lintel" caps --cpu x
check "files and --all" refuses 'either files or this machine' "$lintel" caps --all "$good"
check "diff of one processor" refuses 'two processors are needed, and here are 1' "$lintel" diff "$good"
check "diff of nothing" refuses 'two recordings are needed' "$lintel" diff
check "compat of nothing" refuses 'at least one recording' "$lintel" compat
check "record takes no file" refuses 'this machine is recorded' "$lintel" record "$good"
check "output that cannot be written" refuses 'standard output: No space left' \
	sh -c "'$lintel' caps '$good' >/dev/full"
