"""The text of a Junos configuration as statements, curly (`show configuration`) or flat (`| display set`).

Law: never raises on content; what cannot be a statement is kept as a fault with its line. Comments are no statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Verbs that a flat configuration and a `load set` file begin their lines with.
VERBS = frozenset(
    {"set", "delete", "activate", "deactivate", "insert", "rename", "copy", "annotate", "protect", "unprotect",
     "edit", "top", "up", "replace", "exit", "wildcard"}
)  # fmt: skip
#: Deeper than any configuration goes; a text that does is not followed.
DEEPEST = 48
TAGS = frozenset({"inactive:", "replace:", "delete:", "protect:", "unprotect:", "active:", "merge:"})

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|/\*.*?(?:\*/|\Z)|\#[^\n]*)"""
    r"""|(?P<quoted>"(?:[^"\\]|\\.)*(?:"|\Z))|(?P<mark>[{};\]]|\[(?=\s|[^\]\s]*[\s\]]))|(?P<word>[^\s{};"\]]+|[^\s])""",
    re.S,
)
#: What a terminal shows around a configuration.
_AROUND = re.compile(r"^(!.*|\{[\w:. -]+\}|\S+@[\w.-]+[>#%].*|\[edit[^\]]*\])[ \t]*$", re.M)


@dataclass(slots=True)
class Statement:
    """`words` up to `{` or `;` (of a flat line: all of them); `values` are those between brackets, else empty."""

    words: tuple[str, ...]
    number: int
    values: tuple[str, ...] = ()
    block: bool = False
    tags: frozenset[str] = frozenset()
    children: list[Statement] = field(default_factory=list)
    last: int = 0
    verb: str = "set"

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The words that lead here; one path a bracketed value."""
        return tuple((*self.words, value) for value in self.values) if self.values else (self.words,)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the text is no configuration."""

    number: int
    text: str
    message: str


def is_flat(text: str) -> bool:
    """Whether the text consists of `set` commands."""
    for row in text.split("\n"):
        words = row.split()
        if not words or words[0][:1] in {"#", "!"} or words[0].startswith("/*") or _AROUND.match(row):
            continue
        return words[0] in VERBS and not row.rstrip().endswith(("{", ";"))
    return False


def read(text: str) -> tuple[list[Statement], list[Fault]]:
    """All top-level statements in order, and what is wrong with the text."""
    text = _AROUND.sub("", text)
    if is_flat(text) or _COMMAND.search(text):
        return _read_rows(text)
    return _read_curly(text)


# ------------------------------------------------------------------------------------------------ set commands


#: A command in a text that begins with a block.
_COMMAND = re.compile(r"^(?:set|delete|activate|deactivate|insert|rename)[ \t]+[^\s:][^{};\n]*$", re.M)
_BRACES = re.compile(r'"(?:[^"\\\n]|\\.)*"|#.*|(?P<brace>[{}])')
#: After so many blocks that are never closed none is looked for: each costs the rest of the text.
_MOST_TORN = 16
#: Comments of several rows are blanked first, their rows kept.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)


def _read_rows(text: str) -> tuple[list[Statement], list[Fault]]:
    """Commands, and blocks between them (what is typed, and what `load` takes, one after the other)."""
    found: list[Statement] = []
    faults: list[Fault] = []
    rows = _COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text).split("\n")
    at, torn = 0, 0
    while at < len(rows):
        end = _block_end(rows, at) if torn < _MOST_TORN and _may_open(rows[at]) else None
        if end is None:
            torn += rows[at].rstrip().endswith("{")
            _command(rows[at], at + 1, found, faults)
            at += 1
            continue
        inner, wrong = _read_curly("\n".join(rows[at:end]), at + 1)
        found.extend(inner)
        faults.extend(wrong)
        at = end
    return found, faults


def _command(row: str, number: int, found: list[Statement], faults: list[Fault]) -> None:
    words, values = split_words(row)
    if words and words[0] in VERBS:
        found.append(Statement(words[1:], number, values, last=number, verb=words[0]))
    elif words:
        faults.append(Fault(number, row.strip(), "no set command"))


def _may_open(row: str) -> bool:
    words = row.split()
    return bool(words) and words[0][0] not in "#!" and (words[0] not in VERBS or words[-1][-1] in "{;")


def _block_end(rows: list[str], start: int) -> int | None:
    """The row behind the block that begins here; None where none begins or it is never closed."""
    depth = 0
    for at in range(start, len(rows)):
        for match in _BRACES.finditer(rows[at]):
            depth += {"{": 1, "}": -1}.get(match["brace"] or "", 0)
        if depth <= 0:
            return at + 1 if at > start or "{" in rows[at] or rows[at].rstrip().endswith(";") else None
    return None


def split_words(row: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words of one command, and the values of a list in brackets that ends it."""
    words: list[str] = []
    values: list[str] = []
    inside = False
    for kind, token in _flat_tokens(row):
        if kind == "mark" and token == "[":
            inside = True
        elif kind == "mark" and token == "]":
            inside = False
        elif inside:
            values.append(token)
        else:
            words.append(token)
    return tuple(words), tuple(values)


def _flat_tokens(row: str) -> Iterator[tuple[str, str]]:
    """In a command braces and semicolons are text; brackets stand alone."""
    row = row.strip()
    if row.startswith("#"):
        return
    for match in re.finditer(r'"(?:[^"\\]|\\.)*"?|\S+', row):
        token = match.group()
        if token[0] == '"':
            yield "word", unquote(token)
        elif token in "[]":
            yield "mark", token
        elif token[0] == "[" and token[-1] != "]" and "]" in row[match.end() :]:
            yield "mark", "["
            yield "word", token[1:]
        elif token[-1] == "]" and "[" not in token:
            yield "word", token[:-1]
            yield "mark", "]"
        else:
            yield "word", token


def unquote(token: str) -> str:
    """The text between quotes."""
    body = token[1:-1] if len(token) > 1 and token[-1] == '"' else token[1:]
    return re.sub(r"\\(.)", r"\1", body) if "\\\"" in body else body


# ------------------------------------------------------------------------------------------------------- curly


class _Curly:
    """The state of reading a curly text: the blocks that are open, the words of the statement at hand."""

    def __init__(self) -> None:
        self.root: list[Statement] = []
        self.open: list[Statement] = []
        self.faults: list[Fault] = []
        self.words: list[str] = []
        self.values: list[str] = []
        self.inside = False
        self.number = 0
        self.deeper = 0

    def take(self, kind: str, token: str, number: int) -> None:
        if kind == "mark" and not (self.inside and token in "{;"):
            self._mark(token, number)
            return
        if not self.words and not self.values:
            self.number = number
        (self.values if self.inside else self.words).append(unquote(token) if kind == "quoted" else token)

    def _mark(self, token: str, number: int) -> None:
        if token in "[]":
            self.inside = token == "["
        elif token == "{":
            self._enter(number)
        elif token == ";":
            self._leaf(number)
        else:
            self._leave(number)

    def _enter(self, number: int) -> None:
        if len(self.open) >= DEEPEST:
            self.deeper += 1
            self.faults.append(Fault(number, " ".join(self.words), "nested too deep"))
            self._clear()
            return
        made = self._made(number, block=True)
        self.open.append(made)

    def _leaf(self, number: int) -> None:
        if self.deeper:
            self._clear()
        elif self.words or self.values:
            self._made(number, block=False)

    def _made(self, number: int, *, block: bool) -> Statement:
        tags = set()
        while self.words and self.words[0] in TAGS:
            tags.add(self.words.pop(0)[:-1])
        made = Statement(
            tuple(self.words), self.number or number, tuple(self.values), block, frozenset(tags), last=number
        )
        (self.open[-1].children if self.open else self.root).append(made)
        self._clear()
        return made

    def _leave(self, number: int) -> None:
        if self.words or self.values:
            self.faults.append(Fault(self.number, " ".join(self.words), "no semicolon before the brace"))
            self._leaf(number)
        if self.deeper:
            self.deeper -= 1
        elif self.open:
            self.open.pop().last = number
        else:
            self.faults.append(Fault(number, "}", "a brace that closes nothing"))

    def _clear(self) -> None:
        self.words, self.values, self.inside, self.number = [], [], False, 0


def _read_curly(text: str, number: int = 1) -> tuple[list[Statement], list[Fault]]:
    state = _Curly()
    last, at = text.count("\n") + number, 0
    for match in _TOKEN.finditer(text):
        number += text.count("\n", at, match.start())
        at = match.start()
        kind = match.lastgroup or "word"
        if kind != "skip":
            state.take(kind, match.group(), number)
    if state.words:
        state.faults.append(Fault(state.number, " ".join(state.words), "the text ends inside a statement"))
    for each in state.open:
        each.last = last
        state.faults.append(Fault(each.number, " ".join(each.words), "a brace is never closed"))
    return state.root, state.faults
