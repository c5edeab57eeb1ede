# SPDX-License-Identifier: GPL-2.0
"""Plants small faults in C sources, all at once, each asleep until it is asked for (mutant.h).

What is planted: an operator that is another one, a condition turned, a constant off by one, a statement
left out (a store, a call: a lock, a request), an early return. Where a source text is a macro's it is
left alone, as is all that has to be constant."""

import re
from collections import namedtuple

from clang.cindex import CursorKind, Index, StorageClass, TypeKind

# file, line, function, what: for people; number: for mutant().
Mutant = namedtuple("Mutant", "number file line function what")

OTHER = {
    "<": "<=", ">": ">=", "<=": "<", ">=": ">", "==": "!=", "!=": "==",
    "+": "-", "-": "+", "&": "|", "|": "&", "<<": ">>", ">>": "<<",
    "&&": "||", "||": "&&",
}
LITERAL = re.compile(r"(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*\Z")
SPACE = re.compile(rb"/\*.*?\*/|//[^\n]*|[\s()]", re.S)
STATEMENTS = (CursorKind.BINARY_OPERATOR, CursorKind.COMPOUND_ASSIGNMENT_OPERATOR,
              CursorKind.UNARY_OPERATOR, CursorKind.CALL_EXPR)
BODIES = (CursorKind.COMPOUND_STMT, CursorKind.IF_STMT, CursorKind.FOR_STMT, CursorKind.WHILE_STMT,
          CursorKind.CASE_STMT, CursorKind.DEFAULT_STMT)
# What they begin with, where they are not a macro's.
CONDITIONS = {CursorKind.IF_STMT: b"if", CursorKind.WHILE_STMT: b"while", CursorKind.DO_STMT: b"do"}
CALLS_LEFT = ("host_log", "host_trace")  # words for people: their tests would be of no use to anybody


class Planter:
    """One file: its text, the edits, the faults."""

    def __init__(self, path, text, first):
        self.path, self.text, self.next = path, text, first
        self.edits, self.mutants = [], []
        self.function = self.depth = None

    def source(self, start, end):
        return self.text[start:end].decode()

    def new(self, cursor, what):
        self.mutants.append(Mutant(self.next, self.path, cursor.extent.start.line, self.function,
                                   " ".join(what.split())))
        self.next += 1
        return self.mutants[-1].number

    def put(self, start, end, before, after):
        """Something round a piece of text; of two that begin at one place the one seen first is outside."""
        order = len(self.edits)
        self.edits.append((start, 1, order, start, before))
        self.edits.append((end, 0, -order, end, after))

    def replace(self, start, end, new):
        self.edits.append((start, 0, len(self.edits), end, new))

    def result(self):
        out, at = [], 0
        for start, _, _, end, new in sorted(self.edits):
            out += [self.text[at:start], new.encode()]
            at = end
        return b"".join(out + [self.text[at:]])

    def operator(self, cursor):
        """Of a binary operation that is written out; or None."""
        if cursor.kind != CursorKind.BINARY_OPERATOR:
            return None
        return self.between(*cursor.get_children())

    def between(self, left, right):
        return SPACE.sub(b"", self.text[left.extent.end.offset:right.extent.start.offset]).decode()

    # --- the kinds ---

    def binary(self, cursor, start, end):
        left, right = list(cursor.get_children())
        a, b = left.extent.end.offset, right.extent.start.offset
        operator = self.operator(cursor)
        other = OTHER.get(operator)
        if other is None or not start <= a < b <= end:
            return
        integers = all(side.type.get_canonical().kind != TypeKind.POINTER for side in (left, right))
        if operator == "-" and not integers:
            return
        number = self.new(cursor, f"{self.source(start, end)}: {operator} is {other}")
        # Parentheses that belong to the operands end or begin in the gap.
        gap = self.source(a, b)
        at = gap.index(operator)
        left_text, right_text = gap[:at], gap[at + len(operator):]
        if operator in ("&&", "||"):
            name, middle = ("MUTANT_AND" if operator == "&&" else "MUTANT_OR"), "), ("
        else:
            name = "MUTANT_BINARY" if integers else "MUTANT_POINTER"
            middle = f"), {operator}, {other}, ("
        self.put(start, end, f"{name}({number}, (", "))")
        self.replace(a, b, left_text + middle + right_text)

    def constant(self, cursor, start, end):
        if LITERAL.match(self.source(start, end)):
            number = self.new(cursor, f"{self.line_of(start)}: {self.source(start, end)} is one more")
            self.put(start, end, f"MUTANT_CONSTANT({number}, ", ")")

    def condition(self, cursor, whole):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        if end <= start or not whole[0] < start < end <= whole[1]:
            return
        if self.operator(cursor) in ("==", "!="):  # the other operator is the same fault
            return
        number = self.new(cursor, f"{self.source(start, end)}: turned")
        self.put(start, end, f"MUTANT_CONDITION({number}, (", "))")

    def left_out(self, cursor, start, end):
        words = self.source(start, end)
        if words.startswith(CALLS_LEFT) or self.text[end:end + 1] != b";":
            return
        if not self.text[self.text.rfind(b"\n", 0, start) + 1:start].strip(b"\t "):
            number = self.new(cursor, f"{words}: left out")
            self.put(start, end, f"if (!mutant({number})) ", "")

    def early_return(self, function, body):
        result = function.result_type.get_canonical().kind
        if result == TypeKind.RECORD:
            return
        value = "" if result == TypeKind.VOID else " 0"
        at = body.extent.start.offset + 1
        number = self.new(function, f"returns{value} at once")
        self.replace(at, at, f" if (mutant({number})) return{value};")

    def line_of(self, at):
        start = self.text.rfind(b"\n", 0, at) + 1
        return self.text[start:self.text.find(b"\n", at)].decode().strip()

    # --- the walk ---

    def visit(self, cursor, parent):
        kind, start, end = cursor.kind, cursor.extent.start.offset, cursor.extent.end.offset
        if kind == CursorKind.CXX_UNARY_EXPR:  # sizeof
            return
        if kind == CursorKind.VAR_DECL and cursor.storage_class == StorageClass.STATIC:
            return
        if parent.kind in BODIES and kind in STATEMENTS:
            self.left_out(cursor, start, end)
        children = list(cursor.get_children())
        if kind == CursorKind.CONDITIONAL_OPERATOR and self.between(children[0], children[1]) == "?":
            self.condition(children[0], (start - 1, end))
        if kind in CONDITIONS and self.text.startswith(CONDITIONS[kind], start):
            self.condition(children[-1 if kind == CursorKind.DO_STMT else 0], (start - 1, end))
        if kind == CursorKind.BINARY_OPERATOR:
            self.binary(cursor, start, end)
        if kind == CursorKind.INTEGER_LITERAL:
            self.constant(cursor, start, end)
        if kind == CursorKind.CASE_STMT:
            children = children[-1:]  # the others are the label
        if kind == CursorKind.VAR_DECL:  # not the length of an array
            equals = self.text.find(b"=", cursor.location.offset, end)
            children = [c for c in children if equals >= 0 and c.extent.start.offset > equals]
        for child in children:
            self.visit(child, cursor)

    def run(self, unit):
        for cursor in unit.cursor.get_children():
            if cursor.kind != CursorKind.FUNCTION_DECL or not cursor.is_definition():
                continue
            if cursor.location.file is None or cursor.location.file.name != self.path:
                continue
            body = list(cursor.get_children())[-1]
            if body.kind != CursorKind.COMPOUND_STMT:
                continue
            if self.text[body.extent.start.offset:body.extent.start.offset + 1] != b"{":
                continue
            self.function = cursor.spelling
            self.early_return(cursor, body)
            self.visit(body, cursor)


def plant(path, arguments, first):
    """(the new text, the faults), whose numbers begin with `first`."""
    with open(path, "rb") as file:
        text = file.read()
    planter = Planter(path, text, first)
    planter.run(Index.create().parse(path, args=arguments))
    return planter.result(), planter.mutants
