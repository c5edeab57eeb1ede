# SPDX-License-Identifier: GPL-2.0
#
# fish completion for lintel(1): that of bash, asked through completion.bash, which stands beside this
# file or where bash has it.

function __lintel_complete
    set -l here (path dirname (status filename) 2>/dev/null)
    for file in $here/completion.bash $here/../../bash-completion/completions/lintel \
        /usr/share/bash-completion/completions/lintel \
        /usr/local/share/bash-completion/completions/lintel
        test -r $file; or continue
        set -l words (commandline -opc) (commandline -ct)
        bash -c 'source "$1" && shift && _lintel_ask "$@"' bash $file $words 2>/dev/null
        return
    end
end

complete -c lintel -f -a '(__lintel_complete)'
