# SPDX-License-Identifier: GPL-2.0
# lintel explain: counts against the raw values, every topic's completeness, what it refuses.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

# How many physical recordings have bit N (of 64) of MSR 0xM 1: not by the command's code.
count_bit() {
	awk -v msr="0x$1" -v bit="$2" '
		FNR == 1 { physical = 0 }
		/^# class: physical/ { physical = 1 }
		physical && $1 == msr {
			digit = substr($2, length($2) - int(bit / 4), 1)
			value = index("0123456789abcdef", tolower(digit)) - 1
			count += int(value / 2 ^ (bit % 4)) % 2
		}
		END { print count + 0 }' "$top"/data/cpus/*.msr
}

counts() {
	gives 0 "$lintel" explain --json "$1" &&
		[ "$(jq '.[0].topics[0].recorded.yes' out)" -eq "$2" ]
}

says() {
	pattern=$1
	shift
	gives 0 "$lintel" explain "$@" && grep -q "$pattern" out
}

check 'explain counts "use TSC scaling"' counts secondary:25 "$(count_bit 48b 57)"
check 'explain counts "unrestricted guest"' counts unrestricted "$(count_bit 48b 39)"
check 'explain counts "enable IPI virtualization"' counts tertiary:4 "$(count_bit 492 4)"
check 'explain counts EPT pages of 1 GByte' counts 0x48c:17 "$(count_bit 48c 17)"
check 'explain counts a field with its control' counts field:0x2032 "$(count_bit 48b 57)"
check 'explain counts an exit reason with its control' counts exit:62 "$(count_bit 48b 49)"

check 'explain joins words' says '^unrestricted guest: bit 7' unrestricted guest
check 'explain takes several words' says '^VM entry with invalid control' primary:28 error:7
check 'explain knows an exit reason with the flag of a failure' \
	says '^VM-entry failure due to invalid guest state: exit reason 33' 0x80000021
check 'explain shows each kind of thing a number is' says '^ENQCMD PASID' 0x48
check 'explain tells why Lintel asks a capability' says 'has 4 levels' 0x48c:6
check 'explain tells on which features an MSR hangs' \
	says 'there if *CPUID\.07H:EDX\[26\], \[27\] or \[31\] is 1$' msr:0x48
check 'explain tells so of features of several words' \
	says 'CPUID\.80000001H:EDX\.RDTSCP\[27\] or CPUID\.07H:ECX\.RDPID\[22\] is 1$' msr:0xc0000103
check 'explain tells what hangs on a control' says 'EPT violation (exit:48)' enable-ept

complete() {
	gives 0 "$lintel" explain --all --json &&
		jq -e 'length > 400 and all(.[]; (.name | length > 0) and (.section | length > 0)
			and (.text | length > 0) and (.id | length > 0))
			and ([.[].id] | unique | length) == length' out >jq.out
}
check 'explain --all has name, section and text of everything' complete

from_directory() {
	mkdir data && cp "$top"/data/cpus/Skylake_00406E3.msr data/ &&
		gives 0 "$lintel" explain --json --data data secondary:1 &&
		jq -e '.[0].topics[0].recorded | .physical == 1 and .yes == 1 and
			.first.name == "Skylake"' out >jq.out
}
check 'explain --data counts another directory' from_directory

check 'a choice has status 1' gives 1 "$lintel" explain cr3
check 'nothing found has status 1' gives 1 "$lintel" explain xyzzy
near() {
	gives 1 "$lintel" explain unrestrictd gest && grep -q 'unrestricted guest' out
}
check 'a misspelled name has neighbours' near
check 'explain without a word' refuses 'a word is needed' "$lintel" explain
check 'explain --all with a word' refuses 'takes no words' "$lintel" explain --all ept
check 'explain --data without a directory' refuses 'nowhere' "$lintel" explain --data nowhere ept
damaged() {
	mkdir bad && printf '0x480 0x1\n0x480 0x2\n' >bad/a.msr &&
		refuses '^bad/a.msr:2:1: ' "$lintel" explain --data bad ept
}
check 'explain --data names the place of the damage' damaged
check 'explain has no colours in a file' sh -c "'$lintel' explain ept:1 exit:1 | grep -vq '\\033'"
range() {
	gives 0 "$lintel" explain --json 0x480:32 &&
		jq -e '.[0].topics[0] | .recorded == null and .range.smallest == "0x400" and
			.range.known == 141' out >jq.out
}
check 'explain tells the range of a number' range
