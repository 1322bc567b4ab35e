"""Command tables: which function reads a command, found by its leading words.

Law: every line that is dispatched is marked in the Context; a command whose arguments cannot be read is UNRECOGNISED
with the reason, never half applied without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from guard.parse.context import Context, walk
from guard.parse.line import Line

T = TypeVar("T")
#: Reads one command (and its `line.children`) into the target, and marks every line of it.
Handler = Callable[[Line, Context, T], None]


class Table(Generic[T]):
    """Handlers keyed by leading words (`"ip route"`); the longest key that a command begins with is its handler.

    `*` in a key stands for any one word.
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
    context.unrecognised(line, f"its arguments cannot be read: {problem}")
    context.warn(line, f"cannot be read: {problem}")


def unrecognised(line: Line, context: Context) -> None:
    """Nobody knows the command, nor what stands below it."""
    for each in walk(line):
        context.unrecognised(each)


def ignored(reason: str) -> Handler[Any]:
    """A handler for commands that cannot change what is judged, with all that stands below them."""

    def handler(line: Line, context: Context, _: Any) -> None:
        context.ignore_block(line, reason)

    return handler


def not_modelled(reason: str) -> Handler[Any]:
    """A handler for commands that are recognised and whose effect is not modelled."""

    def handler(line: Line, context: Context, _: Any) -> None:
        for each in walk(line):
            context.not_implemented(each, reason)

    return handler


def partly(reason: str) -> Handler[Any]:
    """A handler for commands whose effect is modelled in part."""

    def handler(line: Line, context: Context, _: Any) -> None:
        for each in walk(line):
            context.partial(each, reason)

    return handler


def accepted(line: Line, context: Context, _: Any) -> None:
    """The command says what the model does anyway, or has been read elsewhere."""
    for each in walk(line):
        context.done(each)
