"""Words of the routing policy language: bodies of policies and sets as tokens, each with the line that it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guard.parse.line import Line

_TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|[(),]|[^\s(),'\"]+|['\"]")
_PARAMETER = re.compile(r"\$[A-Za-z_][\w-]*")


class Token(NamedTuple):
    """One word, bracket, comma or quoted text (without its quotes); `first`: it begins its line."""

    text: str
    line: Line
    first: bool = False
    quoted: bool = False

    @property
    def low(self) -> str:
        return "" if self.quoted else self.text.lower()


def is_comment(text: str) -> bool:
    """Whether a row of a body is a remark alone."""
    return text[:1] in {"#", "!"}


def tokens(lines: Iterable[Line]) -> tuple[Token, ...]:
    """The tokens of the rows of a body; what stands behind a `#` is a remark."""
    found: list[Token] = []
    for line in lines:
        first = True
        for match in _TOKEN.finditer(line.text):
            word = match.group()
            if word[0] == "#" or (first and word[0] == "!"):
                break
            quoted = word[0] in "'\"" and len(word) > 1
            found.append(Token(word[1:-1] if quoted else word, line, first, quoted))
            first = False
    return tuple(found)


def bound(found: Iterable[Token], values: Mapping[str, str]) -> tuple[Token, ...]:
    """The tokens with `$name` replaced by the value that it is bound to; a value of several words becomes several."""
    made: list[Token] = []
    for token in found:
        if "$" not in token.text:
            made.append(token)
            continue
        text = _PARAMETER.sub(lambda match: values.get(match.group(), match.group()), token.text)
        if token.quoted or text == token.text or not text:
            made.append(token._replace(text=text))
            continue
        made.extend(
            part._replace(first=token.first and at == 0)
            for at, part in enumerate(tokens((Line(token.line.number, text, tuple(text.split())),)))
        )
    return tuple(made)


def entries(found: Iterable[Token]) -> list[list[Token]]:
    """The elements of a set: what stands between commas."""
    parts: list[list[Token]] = [[]]
    for token in found:
        if token.text == "," and not token.quoted:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def text_of(found: Iterable[Token]) -> str:
    """Tokens as one would write them."""
    written = " ".join(f"'{each.text}'" if each.quoted else each.text for each in found)
    return written.replace("( ", "(").replace(" )", ")").replace(" ,", ",")


def call(text: str) -> tuple[str, tuple[str, ...]]:
    """`POLICY(1, 65000:2)` as the policy's name and its arguments."""
    name, bracket, rest = text.partition("(")
    if not bracket:
        return text, ()
    return name.strip(), tuple(part for each in rest.rpartition(")")[0].split(",") if (part := each.strip()))


def call_text(name: str, arguments: tuple[str, ...]) -> str:
    """What `call` reads, in one spelling."""
    return f"{name}({', '.join(arguments)})" if arguments else name
