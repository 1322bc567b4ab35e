"""Policies called by name, and logical expressions of them: `( A && ! B )` (Junos "Policy Expressions").

The first word of an expression is `(` or `!`; the others follow it word below word, as the tree holds them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from guard.model.policy import All, Any, Condition, MatchPolicy, Not, Outcome, RoutePolicy, Term
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_TOKEN = re.compile(r"\(|\)|!|&&|\|\||[^\s()!&|]+")


def is_expression(node: Node) -> bool:
    """Whether a policy's name is rather the beginning of an expression."""
    return node.word[:1] in "(!"


def called(reading: Reading, node: Node, usage: str) -> Condition:
    """The condition that a policy, or an expression of several, accepts the route."""
    if not is_expression(node):
        reading.refer("route-map", node.word, node, usage)
        return MatchPolicy(node.word, apply=True)
    reading.all_done(node)
    tokens = _TOKEN.findall(_text(node))
    for name in tokens:
        if name[0] not in "()!&|":
            reading.refer("route-map", name, node, usage)
    try:
        return _Expression(tokens).whole()
    except ValueError as problem:
        reading.wrong(node, str(problem))
        return Any()


def chain(reading: Reading, node: Node, usage: str) -> tuple[str, ...]:
    """The names of a chain of policies; an expression in it becomes a policy of its own that bears its text."""
    names = []
    for each in node:
        reading.done(each)
        if is_expression(each):
            name = _text(each)
            term = Term("", called(reading, each, usage), (), Outcome.ACCEPT, reading.source(each))
            otherwise = Term("otherwise", All(), (), Outcome.REJECT, reading.source(each))
            reading.draft.policies[name] = RoutePolicy(name, (term, otherwise), reading.source(each))
            names.append(name)
        else:
            reading.refer("route-map", each.word, each, usage)
            names.append(each.word)
    return tuple(names)


def joined(reading: Reading, node: Node, word: str, usage: str) -> str:
    """The policies of `export [ … ]` as the name of one policy: a chain of several is put together under a new name."""
    section = node[word]
    if section is None:
        return ""
    reading.done(section)
    names = chain(reading, section, usage)
    if len(names) < 2:
        return names[0] if names else ""
    name = " ".join(names)
    parts = [reading.draft.policies[each] for each in names if each in reading.draft.policies]
    if any(term.outcome is Outcome.NEXT_POLICY for part in parts[:-1] for term in part.terms):
        reading.partial(section, "`next policy` inside such a chain is read as `next term`")
    terms = tuple(
        replace(term, outcome=Outcome.NEXT_TERM) if term.outcome is Outcome.NEXT_POLICY else term
        for part in parts
        for term in part.terms
    )
    reading.draft.policies[name] = RoutePolicy(name, terms, reading.source(section), Outcome.REJECT)
    reading.refer("route-map", name, section, usage)
    return name


def _text(node: Node) -> str:
    words = [node.word]
    while node.children:
        node = next(iter(node))
        words.append(node.word)
    return " ".join(words)


class _Expression:
    """Reads tokens: `!` binds more than `&&`, that more than `||`."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def whole(self) -> Condition:
        found = self._either()
        if self.at != len(self.tokens):
            raise ValueError(f"{self.tokens[self.at]} is not expected in an expression of policies")
        return found

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._next() == "||":
            self.at += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._next() == "&&":
            self.at += 1
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _single(self) -> Condition:
        token = self._next()
        self.at += 1
        if token == "!":
            return Not(self._single())
        if token == "(":
            found = self._either()
            if self._next() != ")":
                raise ValueError("an expression of policies misses a parenthesis")
            self.at += 1
            return found
        if not token or token in {")", "&&", "||"}:
            raise ValueError("an expression of policies ends too early")
        return MatchPolicy(token, apply=True)
