# SPDX-License-Identifier: GPL-2.0
#
# What a command says with --help, as a section of the manual in mdoc(7):
#
#	lintel NAME --help | awk -v name=NAME -f manual.awk
#
# The help's form: "usage:" and its lines; text in paragraphs; lists of options, which begin with "-"
# after blanks, two blanks between an option and its words; everything else that is indented stays as
# it is.

function text(line) {
	gsub(/\\/, "\\e", line)
	gsub(/-/, "\\-", line)
	if (line ~ /^[.']/)
		line = "\\\\&" line
	return line
}

function paragraph(line) {
	gsub(/\\/, "\\e", line)
	sub(/^ +/, "", line)
	if (line ~ /^[.']/)
		line = "\\\\&" line
	n = split(line, word, / +/)
	line = word[1]
	for (i = 2; i <= n; i++) {
		# mdoc(7): a line is a sentence, or a part of it.
		if (line ~ /\.$/ || length(line word[i]) > 76) {
			print line
			line = word[i]
			if (line ~ /^[.']/)
				line = "\\&" line
		} else {
			line = line " " word[i]
		}
	}
	print line
}

function enter(new) {
	if (new == mode)
		return
	if (mode == "options")
		print ".El"
	if (mode == "literal")
		print ".Ed"
	if (new == "options")
		print ".Bl -tag -width Ds"
	if (new == "literal")
		print ".Bd -literal -offset indent -compact"
	mode = new
}

BEGIN {
	print ".Ss lintel " name
}

/^usage: / || (usage && /^ +lintel /) {
	usage = 1
	sub(/^(usage:)? +/, "")
	enter("literal")
	print text($0)
	next
}

{
	usage = 0
}

/^$/ {
	space = 1
	next
}

# An option and its words, which go on in the lines below that are indented more.
/^ +-/ {
	enter("options")
	match($0, /^ +/)
	line = substr($0, RLENGTH + 1)
	at = match(line, /  +/)
	flag = at ? substr(line, 1, at - 1) : line
	column = 0
	print ".It " text(flag)
	if (at)
		paragraph(substr(line, at + RLENGTH))
	space = 0
	next
}

mode == "options" && /^      +/ && !space {
	paragraph($0)
	next
}

/^  / {
	enter("literal")
	if (space && literal)
		print ""
	literal = 1
	space = 0
	print text($0)
	next
}

# "Options:" says nothing above a list of them.
/^[Oo]ptions:$/ {
	enter("")
	next
}

{
	listed = mode == "options"
	enter("")
	if (space || literal || listed)
		print ".Pp"
	space = literal = 0
	paragraph($0)
}

END {
	enter("")
}
