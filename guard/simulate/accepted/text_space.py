"""Texts that regular expressions agree on: is there one that these are found in, and those are not?

Exact for the expressions that parse/ makes of routers': characters, classes, repetition, alternatives, ends of the
text, and looks at the one character before or behind. What looks further, or needs too many states, is Undecidable.
Law: a text that is returned is one that `re` agrees with.
"""

from __future__ import annotations

import re
import re._parser as sre  # type: ignore[import-not-found]  # the only reader of Python's own syntax
from collections import deque
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

#: An AS path as text: AS numbers in sequence. Sets and confederation segments are left out: they are rare by now
#: (RFC 9774), and no expression of an operator's is about them alone.
_ASN = "(?:0|[1-9][0-9]{0,9})"
AS_PATHS = f"^(?:{_ASN}(?: {_ASN})*)?$"
_NUMBER = "(?:0|[1-9][0-9]{0,4})"
_KINDS = {"standard": f"{_NUMBER}:{_NUMBER}", "large": f"{_ASN}:{_ASN}:{_ASN}", "extended": f"(?:rt|soo) {_ASN}:{_ASN}"}
#: One community of a kind, and any number of them as one text.
COMMUNITY = {kind: f"^{one}$" for kind, one in _KINDS.items()}
COMMUNITIES = {kind: f"^(?:{one}(?: {one})*)?$" for kind, one in _KINDS.items()}
_ALPHABET = "9876543210 :rtso"
_START, _END = "", ""
#: States of all expressions together that are looked at; real ones need a few hundred.
_STATES_AT_MOST = 20_000
_REPEATS_AT_MOST = 64


class Undecidable(Exception):
    """It cannot be told, and why."""


def length_pattern(low: int, high: int) -> str:
    """Paths of so many AS numbers, as an expression."""
    if low > high:
        return "(?!)"
    if low > _REPEATS_AT_MOST:
        raise Undecidable(f"paths longer than {_REPEATS_AT_MOST} are not looked at")
    more = "" if high >= _REPEATS_AT_MOST else f"{high - max(low, 1)}"
    some = f"{_ASN}(?: {_ASN}){{{max(low, 1) - 1},{more and high - 1}}}"
    if low == 0:
        return f"^(?:{some})?$" if high else "^$"
    return f"^{some}$"


@lru_cache(maxsize=1 << 12)
def find_text(found: frozenset[str], missing: frozenset[str]) -> str | None:
    """A shortest text that all of `found` are found in and none of `missing`; None: there is none."""
    if found & missing:
        return None
    automata = [(_compiled(pattern), pattern in found) for pattern in sorted(found | missing)]
    start = tuple(frozenset({automaton.start}) for automaton, _ in automata)
    queue = deque([(start, _START, "")])
    seen: set[tuple[Any, str]] = {(start, _START)}
    while queue:
        states, before, text = queue.popleft()
        pairs = tuple(zip(automata, states, strict=True))
        if all(automaton.accepts(held, before) is wanted for (automaton, wanted), held in pairs):
            return text
        for char in _ALPHABET:
            after = tuple(automaton.step(held, before, char) for (automaton, _), held in pairs)
            if any(
                automaton.done(held) and not wanted for (automaton, wanted), held in zip(automata, after, strict=True)
            ):
                continue
            if (after, char) not in seen:
                if len(seen) >= _STATES_AT_MOST:
                    raise Undecidable("the expressions are too many to be compared")
                seen.add((after, char))
                queue.append((after, char, text + char))
    return None


@lru_cache(maxsize=1 << 12)
def _compiled(pattern: str) -> _Automaton:
    return _Automaton(pattern)


#: What stands on an arrow: characters that are eaten; or nothing, under a condition on the neighbours.
_Eat = frozenset[str]


class _Automaton:
    """A nondeterministic automaton that searches: it may begin anywhere, and once at its end it stays there."""

    def __init__(self, pattern: str) -> None:
        self._eats: list[list[tuple[_Eat, int]]] = []
        self._jumps: list[list[tuple[str, _Eat | None, int]]] = []
        self._closures: dict[tuple[frozenset[int], str, str], frozenset[int]] = {}
        self._steps: dict[tuple[frozenset[int], str, str], frozenset[int]] = {}
        self.start = self._state()
        self.end = self._state()
        try:
            tree = sre.parse(pattern)
        except re.error as problem:
            raise Undecidable(f"{pattern!r}: {problem}") from problem
        inside = self._sequence(tree, self.start)
        self._jump(inside, self.end)

    def accepts(self, held: frozenset[int], before: str) -> bool:
        """Whether the expression was found, if the text ends here."""
        return self.end in self._closure(held, before, _END)

    def done(self, held: frozenset[int]) -> bool:
        """Whether it was found already, whatever follows."""
        return self.end in held

    def step(self, held: frozenset[int], before: str, char: str) -> frozenset[int]:
        key = (held, before, char)
        found = self._steps.get(key)
        if found is None:
            closed = self._closure(held, before, char)
            if self.end in closed:
                found = frozenset({self.end})
            else:
                eaten = {to for state in closed for chars, to in self._eats[state] if char in chars}
                found = frozenset(eaten | {self.start})
            self._steps[key] = found
        return found

    def _closure(self, held: frozenset[int], before: str, after: str) -> frozenset[int]:
        key = (held, before, after)
        if key not in self._closures:
            reached = set(held)
            todo = list(held)
            while todo:
                for side, chars, to in self._jumps[todo.pop()]:
                    if to not in reached and (chars is None or (before if side == "before" else after) in chars):
                        reached.add(to)
                        todo.append(to)
            self._closures[key] = frozenset(reached)
        return self._closures[key]

    # ------------------------------------------------------------------------------------------------ building

    def _state(self) -> int:
        self._eats.append([])
        self._jumps.append([])
        return len(self._eats) - 1

    def _jump(self, one: int, other: int, side: str = "", chars: _Eat | None = None) -> None:
        self._jumps[one].append((side, chars, other))

    def _guarded(self, at: int, side: str, chars: Iterable[str]) -> int:
        to = self._state()
        self._jump(at, to, side, frozenset(chars))
        return to

    def _sequence(self, nodes: Any, at: int) -> int:
        for node in nodes:
            at = self._node(str(node[0]), node[1], at)
        return at

    def _node(self, op: str, argument: Any, at: int) -> int:
        if op in {"LITERAL", "NOT_LITERAL", "IN", "ANY"}:
            to = self._state()
            self._eats[at].append((_characters(op, argument), to))
            return to
        if op == "AT":
            start = str(argument) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}
            if not start and str(argument) not in {"AT_END", "AT_END_STRING"}:
                raise Undecidable(f"{argument} is not compared")
            return self._guarded(at, "before" if start else "after", {_START if start else _END})
        if op == "SUBPATTERN":
            return self._sequence(argument[-1], at)
        if op == "ATOMIC_GROUP":
            return self._sequence(argument, at)
        if op == "BRANCH":
            to = self._state()
            for branch in argument[1]:
                self._jump(self._sequence(branch, self._fork(at)), to)
            return to
        if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            return self._repeat(argument, at)
        if op in {"ASSERT", "ASSERT_NOT"}:
            return self._look(op == "ASSERT", argument, at)
        if op == "FAILURE":
            return self._state()
        raise Undecidable(f"{op} is not compared")

    def _fork(self, at: int) -> int:
        to = self._state()
        self._jump(at, to)
        return to

    def _repeat(self, argument: Any, at: int) -> int:
        low, high, body = argument
        endless = high is sre.MAXREPEAT
        if low > _REPEATS_AT_MOST or (not endless and high > _REPEATS_AT_MOST):
            raise Undecidable("long repetitions are not compared")
        for _ in range(low):
            at = self._sequence(body, at)
        if endless:
            loop = self._fork(at)
            self._jump(self._sequence(body, self._fork(loop)), loop)
            return self._fork(loop)
        to = self._state()
        for _ in range(high - low):
            self._jump(at, to)
            at = self._sequence(body, self._fork(at))
        self._jump(at, to)
        return to

    def _look(self, wanted: bool, argument: Any, at: int) -> int:
        """A look at one character, or at an end of the text; `(?!)` never holds."""
        direction, body = argument
        side = "after" if direction > 0 else "before"
        if not body and not wanted:
            return self._state()
        chars = _seen(body)
        return self._guarded(at, side, chars if wanted else frozenset({*_ALPHABET, _END}) - chars)


def _seen(body: Any) -> frozenset[str]:
    """The neighbours that a look of one character accepts; "" stands for the end of the text."""
    if len(body) != 1:
        raise Undecidable("looks at more than one character are not compared")
    op, argument = str(body[0][0]), body[0][1]
    if op == "AT":
        return frozenset({_END})
    if op == "SUBPATTERN":
        return _seen(argument[-1])
    if op == "BRANCH":
        return frozenset().union(*(_seen(branch) for branch in argument[1]))
    if op in {"LITERAL", "NOT_LITERAL", "IN", "ANY"}:
        return _characters(op, argument)
    raise Undecidable("looks at more than one character are not compared")


def _characters(op: str, argument: Any) -> _Eat:
    everything = frozenset(_ALPHABET)
    if op == "ANY":
        return everything
    if op == "LITERAL":
        return frozenset({chr(argument)})
    if op == "NOT_LITERAL":
        return everything - {chr(argument)}
    chosen: set[str] = set()
    negated = False
    for name, value in argument:
        if str(name) == "NEGATE":
            negated = True
        elif str(name) == "LITERAL":
            chosen.add(chr(value))
        elif str(name) == "RANGE":
            chosen.update(char for char in _ALPHABET if value[0] <= ord(char) <= value[1])
        elif str(value) in _CATEGORIES:
            chosen.update(char for char in _ALPHABET if _CATEGORIES[str(value)](char))
        else:
            raise Undecidable(f"{value} is not compared")
    return everything - chosen if negated else frozenset(chosen)


_CATEGORIES: Mapping[str, Any] = {
    "CATEGORY_DIGIT": str.isdigit,
    "CATEGORY_NOT_DIGIT": lambda char: not char.isdigit(),
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
    "CATEGORY_WORD": str.isalnum,
    "CATEGORY_NOT_WORD": lambda char: not char.isalnum(),
}
