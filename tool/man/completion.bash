# SPDX-License-Identifier: GPL-2.0
#
# bash completion for lintel(1).  What there is to complete is asked from the command itself: its
# --help, and for `explain' its list of words.  The completions of zsh and fish ask this one.

_lintel_commands() {
	"$1" --help 2>/dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'
}

_lintel_options() {
	"$1" "$2" --help 2>/dev/null |
		grep -oE -- '(^|[^a-z0-9-])--?[a-z][a-z0-9-]*' | grep -oE -- '--?[a-z].*'
}

# What stands after the option in the help: FILE, N, ...
_lintel_argument() {
	"$1" "$2" --help 2>/dev/null |
		sed -n "s/^ *\(-[a-z], \)\{0,1\}$3\(, --[a-z-]*\)\{0,1\} \([A-Z][A-Z]*\).*/\3/p"
}

_lintel_words() {
	"$1" explain --all 2>/dev/null | sed -n 's/^.*(\([a-z-]*:[0-9a-fx:]*\)).*/\1/p'
}

_lintel_vms() {
	ls /sys/kernel/debug/lintel 2>/dev/null | grep -E '^[0-9]+-[0-9]+'
}

_lintel_offer() {
	COMPREPLY=($(compgen -W "$1" -- "$word"))
}

_lintel_offer_files() {
	compopt -o filenames 2>/dev/null
	COMPREPLY=($(compgen "$1" -- "$word"))
}

_lintel() {
	local lintel=${COMP_WORDS[0]} command=${COMP_WORDS[1]} word=${COMP_WORDS[COMP_CWORD]}
	local before=${COMP_WORDS[COMP_CWORD - 1]} argument= IFS=$' \t\n'

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		_lintel_offer "$(_lintel_commands "$lintel") --help --version"
		return
	fi
	[[ $before != -* ]] || argument=$(_lintel_argument "$lintel" "$command" "$before")
	case $argument:$command:$word in
	FILE* | PATH* | IMAGE*) _lintel_offer_files -f ;;
	DIR*) _lintel_offer_files -d ;;
	PID*) _lintel_offer "$(_lintel_vms)" ;;
	[A-Z]*) ;;
	:*:-*) _lintel_offer "$(_lintel_options "$lintel" "$command")" ;;
	:explain:*) _lintel_offer "$(_lintel_words "$lintel")" ;;
	:stat:*) _lintel_offer "$(_lintel_vms)" ;;
	*) _lintel_offer_files -f ;;
	esac
}

# _lintel_ask WORD...: what may stand for the last word, a line each; what other shells ask.
_lintel_ask() {
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_lintel
	printf '%s\n' "${COMPREPLY[@]}" | awk '!seen[$0]++'
}

complete -F _lintel lintel
