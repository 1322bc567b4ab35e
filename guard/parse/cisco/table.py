"""Command tables: which function reads a command, found by its leading words.

Law: every line that is dispatched is marked in the Context; a command whose arguments cannot be read is UNRECOGNISED
with the reason, never half applied without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from guard.parse.context import Context, walk
from guard.parse.line import Line

T = TypeVar("T")
#: Reads one command (and its `line.children`) into the target, and marks every line of it.
Handler = Callable[[Line, Context, T], None]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Reads commands that cannot change what is judged, with all that stands below them."""

    reason: str

    def __call__(self, line: Line, context: Context, _: Any) -> None:
        context.ignore_block(line, self.reason)


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Reads commands that are recognised and whose effect is not modelled."""

    reason: str

    def __call__(self, line: Line, context: Context, _: Any) -> None:
        for each in walk(line):
            context.not_implemented(each, self.reason)


@dataclass(frozen=True, slots=True)
class Partly:
    """Reads commands whose effect the model has in part, without looking at them."""

    reason: str

    def __call__(self, line: Line, context: Context, _: Any) -> None:
        for each in walk(line):
            context.partial(each, self.reason)


def accepted(line: Line, context: Context, _: Any) -> None:
    """The command says what the model does anyway, or has been read elsewhere."""
    for each in walk(line):
        context.done(each)


_OFF = Ignored("turns off what is off in the model")
#: `default X`, as EOS shows it with `show running-config all`.
_BACK = Partly("taken as never set: what a line before it may have set is not set back")


class Table(Generic[T]):
    """Handlers keyed by leading words (`"ip route"`); the longest key that a command begins with is its handler.

    `*` in a key stands for any one word. A `no` that no key names is ignored with its command where that is ignored,
    and harmless where it turns off what is not modelled; so is `default`.
    """

    def __init__(self, *parts: Mapping[str, Handler[T]]) -> None:
        self._root: dict[str, Any] = {}
        for part in parts:
            for key, handler in part.items():
                node = self._root
                for word in key.split():
                    node = node.setdefault(word, {})
                node[""] = handler

    def find(self, words: tuple[str, ...]) -> Handler[T] | None:
        """The handler of the longest key that fits, without regard to case."""
        found = self._longest(words)
        if found is None and len(words) > 1 and words[0] == "no":
            positive = self._longest(words[1:])
            if isinstance(positive, Ignored):
                return positive
            if isinstance(positive, NotModelled):
                return _OFF
        if found is None and len(words) > 1 and words[0] == "default":
            positive = self._longest(words[1:])
            if positive is not None:
                back = _OFF if isinstance(positive, NotModelled) else _BACK
                return positive if isinstance(positive, Ignored) else back
        return found

    def _longest(self, words: tuple[str, ...]) -> Handler[T] | None:
        node = self._root
        found: Handler[T] | None = None
        for word in words:
            following = node.get(word) or node.get(word.lower()) or node.get("*")
            if following is None:
                break
            node = following
            found = node.get("", found)
        return found

    def read(self, lines: Iterable[Line], context: Context, target: T) -> None:
        """Read each command with its handler."""
        for line in lines:
            handler = self.find(line.words)
            if handler is None:
                unrecognised(line, context)
                continue
            try:
                handler(line, context, target)
            except (ValueError, IndexError) as problem:
                malformed(line, context, str(problem))


def malformed(line: Line, context: Context, problem: str) -> None:
    """The command is known, its arguments are not what they must be."""
    for each in walk(line):
        context.unrecognised(
            each, f"its arguments cannot be read: {problem}" if each is line else "below a line that is not"
        )
    context.warn(line, f"cannot be read: {problem}")


def unrecognised(line: Line, context: Context) -> None:
    """Nobody knows the command, nor what stands below it."""
    for each in walk(line):
        context.unrecognised(each)


def rest(line: Line, at: int) -> str:
    """The words from `at` on, as text."""
    return " ".join(line.words[at:])


def first_number(words: Iterable[str]) -> int:
    """The first word that is a number."""
    for word in words:
        if word.isascii() and word.isdecimal():
            return int(word)
    raise ValueError("no number")


def keys(handler: Handler[T], *names: str) -> dict[str, Handler[T]]:
    """The same handler under several keys, given one by one or `|`-separated."""
    return dict.fromkeys(
        (key for name in names for part in name.split("|") if (key := " ".join(part.split()))), handler
    )
