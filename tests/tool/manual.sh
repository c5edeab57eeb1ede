# SPDX-License-Identifier: GPL-2.0
# The manual and the completion of bash have each command, and each option that its --help speaks of
# anywhere; and make install puts them where they are found.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

manual_is_clean() {
	! mandoc -T lint "$lintel.1" 2>&1 | grep .
}

# The manual as one reads it, without what makes letters bold or underlined.
read_manual() {
	mandoc -T ascii -O width=200 "$lintel.1" | sed 's/.\x08//g' >manual
}

# section NAME: what the manual says of a command.
section() {
	awk -v title="   lintel $1" '
		$0 == title { on = 1; next }
		/^ ? ? ?[^ ]/ { on = 0 }
		on' manual
}

# offers WANTED WORD...: bash would offer that for the last word.
offers() {
	wanted=$1
	shift
	(cd "$top" && PATH=$(dirname "$lintel"):$PATH bash -c '
		. tool/man/completion.bash
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_lintel
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@" 2>/dev/null) |
		grep -qxF -e "$wanted"
}

does_not_offer() {
	! offers "$@"
}

options() {
	"$lintel" "$1" --help | grep -oE -- '(^|[^a-z0-9-])--[a-z][a-z0-9-]*' | sed 's/^[^-]//' |
		sort -u
}

has_option() {
	section "$1" | grep -qE -e "(^|[^a-z0-9-])$2([^a-z0-9-]|\$)"
}

check "manual: mandoc has no complaint" manual_is_clean
check "manual: it can be read" read_manual
names=$("$lintel" --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
check "lintel --help lists commands" test "$(echo "$names" | wc -l)" -ge 8
for name in $names; do
	check "manual: $name has a section" test "$(section "$name" | wc -l)" -gt 5
	check "completion: $name" offers "$name" lintel "${name%?}"
	for option in $(options "$name"); do
		check "manual: $name $option" has_option "$name" "$option"
		check "completion: $name $option" offers "$option" lintel "$name" "${option%?}"
	done
done
check "the version is that of the tree" test "$("$lintel" --version)" = "lintel $(cat "$top/VERSION")"
check "and has its paragraph in CHANGELOG.md" grep -q "^## $(cat "$top/VERSION")" "$top/CHANGELOG.md"
picture_is_true() {
	"$top/tool/man/terminal.sh" "$lintel" >terminal.svg && cmp terminal.svg "$top/docs/terminal.svg"
}
check "the picture in README.md shows what the command says (tool/man/terminal.sh)" picture_is_true
check "completion: a word of explain" offers primary:28 lintel explain primary:2
check "completion: a file" offers README.md lintel caps READ
check "completion: a file after an option" offers README.md lintel matrix -o READ
check "completion: no file where a number has to be" \
	does_not_offer README.md lintel stat --count READ

# What the completions of zsh and fish ask of that of bash.
asked() {
	(cd "$top" && PATH=$(dirname "$lintel"):$PATH bash -c \
		'source "$1" && shift && _lintel_ask "$@"' bash tool/man/completion.bash "$@" 2>/dev/null)
}
check "completion: other shells get the commands" sh -c "test \"\$1\" -ge 8" sh \
	"$(asked lintel '' | wc -l)"
check "completion: and options" test "$(asked lintel caps --bri)" = --brief
check "completion: and words of explain" test "$(asked lintel explain secondary:25)" = secondary:25
for shell in zsh fish; do
	command -v $shell >/dev/null || continue
	check "completion: $shell reads its file" $shell -n "$top/tool/man/completion.$shell"
done

installed() {
	gives 0 make -s -C "$top/tool" BUILD="$(dirname "$(dirname "$lintel")")" install \
		DESTDIR="$work/root" PREFIX=/usr || return 1
	(cd root && find . -type f | sort) >files
	printf '%s\n' ./usr/bin/lintel ./usr/share/bash-completion/completions/lintel \
		./usr/share/fish/vendor_completions.d/lintel.fish ./usr/share/man/man1/lintel.1 \
		./usr/share/zsh/site-functions/_lintel | cmp - files &&
		root/usr/bin/lintel --help >/dev/null
}
check "make install" installed
