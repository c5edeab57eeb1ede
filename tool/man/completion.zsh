#compdef lintel
# SPDX-License-Identifier: GPL-2.0
#
# zsh completion for lintel(1): that of bash, asked through completion.bash, which stands beside this
# file or where bash has it.

_lintel() {
	local file here=${${(%):-%x}:A:h}
	local -a found

	for file in $here/completion.bash $here/../../bash-completion/completions/lintel \
		/usr/share/bash-completion/completions/lintel \
		/usr/local/share/bash-completion/completions/lintel; do
		[[ -r $file ]] || continue
		found=(${(f)"$(bash -c 'source "$1" && shift && _lintel_ask "$@"' bash $file \
			"${(@)words[1,CURRENT]}" 2>/dev/null)"})
		compadd -a found
		return
	done
}

_lintel "$@"
