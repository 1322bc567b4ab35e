"""YAML documents as nodes that know their lines, read strictly: no unknown key, no duplicate, no alias, no surprise.

Nodes convert themselves (`text`, `number`, `prefixes`, …) and raise InputInvalid with file and line where they cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NoReturn, TypeVar

import yaml

from guard.model.address import Address, Prefix, parse_address, parse_prefix
from guard.model.errors import InputInvalid
from guard.model.provenance import Source

T = TypeVar("T")
Scalar = str | int | float | bool | None | datetime

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 60  # deeper nesting is no document of ours, and recursion has an end


@dataclass(frozen=True, slots=True)
class Node:
    """One value with its place. `value` is a scalar, a tuple of nodes or a mapping of nodes."""

    value: Scalar | tuple[Node, ...] | Mapping[str, Node]
    file: str
    line: int
    raw: str = ""  # the scalar as it was written
    last: int = 0

    @property
    def source(self) -> Source:
        return Source(self.file, self.line, max(self.line, self.last))

    def fail(self, message: str, code: str = "invalid-value") -> NoReturn:
        raise InputInvalid(code, message, self.file, self.line)

    # ---------------------------------------------------------------------------------------- containers

    def fields(self, *allowed: str, required: tuple[str, ...] = ()) -> Mapping[str, Node]:
        """The mapping's entries; an unknown key or a missing required one is invalid. Null values count as absent."""
        if not isinstance(self.value, Mapping):
            self.fail(f"expected a mapping with {', '.join(allowed)}")
        for key, node in self.value.items():
            if key not in allowed:
                node.fail(f"unknown key {key!r} (known here: {', '.join(sorted(allowed))})", "unknown-key")
        for key in required:
            if key not in self.value:
                self.fail(f"the key {key!r} is missing", "missing-key")
            if self.value[key].value is None:
                self.value[key].fail(f"the key {key!r} has no value", "missing-key")
        return {key: node for key, node in self.value.items() if node.value is not None}

    def has(self, key: str) -> bool:
        return isinstance(self.value, Mapping) and key in self.value

    def entries(self) -> Mapping[str, Node]:
        """A mapping whose keys are free."""
        if not isinstance(self.value, Mapping):
            self.fail("expected a mapping")
        return self.value

    def items(self) -> tuple[Node, ...]:
        """A list; a single value is a list of one, as people write it."""
        if isinstance(self.value, tuple):
            return self.value
        if isinstance(self.value, Mapping):
            return (self,)
        return (self,) if self.value is not None else ()

    # ---------------------------------------------------------------------------------------- scalars

    def text(self) -> str:
        if isinstance(self.value, tuple | Mapping) or self.value is None:
            self.fail("expected text")
        return self.value if isinstance(self.value, str) else self.raw

    def choice(self, *choices: str) -> str:
        found = self.text()
        if found not in choices:
            self.fail(f"{found!r} is not one of {', '.join(choices)}")
        return found

    def number(self, low: float = 0, high: float = float("inf")) -> float:
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.fail("expected a number")
        if not low <= self.value <= high:
            self.fail(f"{self.value} is outside {low}..{high}")
        return self.value

    def integer(self, low: int = 0, high: int = 2**63) -> int:
        found = self.number(low, high)
        if not isinstance(found, int):
            self.fail("expected a whole number")
        return found

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fail("expected true or false")
        return self.value

    def time(self) -> datetime:
        """ISO 8601 with or without seconds; without an offset it is UTC."""
        if isinstance(self.value, datetime):
            found = self.value
        else:
            try:
                found = datetime.fromisoformat(self.text())
            except ValueError:
                self.fail(f"{self.raw!r} is not a time (2026-11-21T12:00Z)")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)

    def prefix(self) -> Prefix:
        return self._parsed(parse_prefix, "prefix")

    def address(self) -> Address:
        return self._parsed(parse_address, "address")

    def _parsed(self, parse: Callable[[str], T], what: str) -> T:
        try:
            return parse(self.text())
        except ValueError:
            self.fail(f"{self.text()!r} is not an IP {what}")

    def texts(self) -> tuple[str, ...]:
        return tuple(node.text() for node in self.items())

    def prefixes(self) -> tuple[Prefix, ...]:
        return tuple(node.prefix() for node in self.items())

    def addresses(self) -> tuple[Address, ...]:
        return tuple(node.address() for node in self.items())


def load_documents(text: str, file: str) -> tuple[Node, ...]:
    """Every document of a YAML text; empty documents are left out."""
    try:
        return tuple(_node(each, file, 0, set()) for each in _compose(_utf8(text, file)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = " ".join(part for part in (error.context, error.problem) if part)
        raise InputInvalid("invalid-yaml", f"not YAML: {reason}", file, mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise InputInvalid("invalid-yaml", f"not YAML: {error}", file) from None


def load_document(text: str, file: str, kind: str) -> Node:
    """The one document of a file, whose `apiVersion` and `kind` must be guard's."""
    documents = load_documents(text, file)
    if len(documents) != 1:
        raise InputInvalid("invalid-yaml", f"expected one {kind} document, found {len(documents)}", file, 1)
    document = documents[0]
    entries = document.entries()
    for key, wanted in (("apiVersion", "guard/v1"), ("kind", kind)):
        if key not in entries:
            document.fail(f"the key {key!r} is missing (expected {wanted})", "missing-key")
        if entries[key].value != wanted:
            entries[key].fail(f"{key} is {entries[key].raw!r}, expected {wanted}")
    return document


def _utf8(text: str, file: str) -> str:
    """The text, which has no bytes that were no UTF-8 (readers keep them as lone surrogates)."""
    if not text.isascii():
        for number, line in enumerate(text.split("\n"), 1):
            if any("\ud800" <= each <= "\udfff" for each in line):
                raise InputInvalid("invalid-yaml", "not UTF-8", file, number)
    return text


def _compose(text: str) -> Iterator[yaml.Node]:
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is not None:
                yield node
    finally:
        loader.dispose()


def _node(node: yaml.Node, file: str, depth: int, seen: set[int]) -> Node:
    line = node.start_mark.line + 1
    last = node.end_mark.line + (1 if node.end_mark.column else 0)
    if depth > _MAX_DEPTH:
        raise InputInvalid("invalid-yaml", "nested too deeply", file, line)
    if id(node) in seen:  # an alias: a few lines of them expand to gigabytes
        raise InputInvalid("invalid-yaml", "aliases are not taken", file, line)
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return Node(_scalar(node, file, line), file, line, node.value, last)
    if isinstance(node, yaml.SequenceNode):
        return Node(tuple(_node(each, file, depth + 1, seen) for each in node.value), file, line, "", last)
    entries: dict[str, Node] = {}
    for key_node, value_node in node.value:
        place = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise InputInvalid("invalid-yaml", "a key must be a plain word", file, place)
        if key_node.tag.endswith(":merge"):
            raise InputInvalid("invalid-yaml", "merge keys are not taken", file, place)
        if key_node.value in entries:
            raise InputInvalid("duplicate-key", f"the key {key_node.value!r} stands twice", file, place)
        entries[key_node.value] = _node(value_node, file, depth + 1, seen)
    return Node(entries, file, line, "", last)


def _scalar(node: yaml.ScalarNode, file: str, line: int) -> Scalar:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    constructor = yaml.constructor.SafeConstructor()
    try:
        match kind:
            case "null":
                return None
            case "bool":
                return bool(constructor.construct_yaml_bool(node))
            case "int":
                # `022` and `1:30` are octal and base 60 in YAML 1.1: people mean text
                return int(node.value) if node.value.lstrip("+-").isdecimal() else str(node.value)
            case "float":
                return float(constructor.construct_yaml_float(node)) if ":" not in node.value else str(node.value)
            case "timestamp":
                found = constructor.construct_yaml_timestamp(node)
                return found if isinstance(found, datetime) else _midnight(found)
            case "str":
                return str(node.value)
            case _:
                raise InputInvalid("invalid-yaml", f"tag {node.tag} is not taken", file, line)
    except (ValueError, IndexError, KeyError, AttributeError):  # what PyYAML raises for `!!float x`, `!!bool x`, …
        return str(node.value)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
