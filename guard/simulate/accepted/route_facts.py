"""Whether some route can answer a set of questions as they were answered: communities, AS path, numbers, kinds.

Law: None means that no route can; a value is one that does. What cannot be told is Undecidable, and counts as possible.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from guard.simulate.accepted.text_space import AS_PATHS, COMMUNITIES, COMMUNITY, Undecidable, find_text

#: A question about a route: what it is about, and what exactly.
Question = tuple[Hashable, ...]
Answers = Mapping[Question, bool]
Part = frozenset[tuple[Question, bool]]

_COMMUNITIES = frozenset({"one", "set", "all"})
_NUMBERS = frozenset({"metric", "local-preference", "weight", "tag"})
_HIGHEST = 0xFFFFFFFF
_ORIGINS = frozenset({0, 1, 2})
_RPKI = frozenset({"valid", "invalid", "not-found"})


def subject(question: Question) -> Hashable:
    """What answers depend on each other: those about one subject do."""
    head = question[0]
    return ("communities", question[1]) if head in _COMMUNITIES else head


def found_value(answers: Answers, about: Hashable) -> Any:
    """What a route that answers so has there; None where nothing was asked about it."""
    part = frozenset(each for each in answers.items() if subject(each[0]) == about)
    return solved(about, part) if part else None


def possible(answers: Answers, question: Question) -> bool:
    """Whether some route answers all questions about the subject of `question` as they are answered.

    What cannot be told is taken as possible: too much is compared then, never too little.
    """
    about = subject(question)
    if about == "free":
        return True
    try:
        return solved(about, frozenset(each for each in answers.items() if subject(each[0]) == about)) is not None
    except Undecidable:
        return True


@lru_cache(maxsize=1 << 14)
def solved(about: Hashable, part: Part) -> Hashable | None:
    """A value of one subject that answers its questions as given: a text, a number, a tuple of communities."""
    if about == "path":
        found = frozenset(str(question[1]) for question, answer in part if answer)
        return find_text(found | {AS_PATHS}, frozenset(str(question[1]) for question, answer in part if not answer))
    if isinstance(about, tuple):
        return _communities(str(about[1]), part)
    if about in _NUMBERS:
        return _number(part)
    return _kind(part, _ORIGINS if about == "origin" else _RPKI if about == "rpki" else frozenset())


def _number(part: Part) -> int | None:
    bounds = [(int(str(question[1])), int(str(question[2])), answer) for question, answer in part]
    marks = {0, *(mark for low, high, _ in bounds for mark in (low, high, low - 1, high + 1))}
    fits = (each for each in sorted(marks) if 0 <= each <= _HIGHEST)
    return next((each for each in fits if all((low <= each <= high) is answer for low, high, answer in bounds)), None)


def _kind(part: Part, known: frozenset[Hashable]) -> Hashable | None:
    """One of some words; where the words are not all known there is another one."""
    words: set[Hashable] = set(known)
    for question, _ in part:
        assert isinstance(question[1], frozenset)
        words |= question[1]
    ordered = sorted(words, key=str)
    for word in ordered if known else [*ordered, "another"]:
        if all((word in question[1]) is answer for question, answer in part):  # type: ignore[operator]
            return word
    return None


# ------------------------------------------------------------------------------------------------ communities


def _communities(kind: str, part: Part) -> tuple[str, ...] | None:
    """A set of communities of one kind: literals that are in it or not, expressions that it matches or not."""
    asked: dict[tuple[str, bool], list[Hashable]] = {}
    for question, answer in part:
        asked.setdefault((str(question[0]), answer), []).append(question[2])
    there = {str(each) for each in asked.get(("one", True), ())}
    absent = {str(each) for each in asked.get(("one", False), ())}
    found = sorted(str(each) for each in asked.get(("set", True), ()))
    missing = sorted(str(each) for each in asked.get(("set", False), ()))
    whole = [frozenset(map(str, each)) for each in asked.get(("all", True), ()) if isinstance(each, frozenset)]
    never = [frozenset(map(str, each)) for each in asked.get(("all", False), ()) if isinstance(each, frozenset)]

    def fits(held: Iterable[str]) -> bool:
        chosen = frozenset(held)
        text = " ".join(sorted(chosen))
        return (
            there <= chosen
            and not absent & chosen
            and all(re.search(pattern, text) for pattern in found)
            and not any(re.search(pattern, text) for pattern in missing)
            and all(each == chosen for each in whole)
            and chosen not in never
        )

    if whole:
        return tuple(sorted(whole[0])) if fits(whole[0]) else None
    for held in (there, there | _singly(kind, found, missing, there, absent)):
        if fits(held):
            return tuple(sorted(held))
    text = find_text(
        frozenset({COMMUNITIES[kind], *found, *map(_alone, there)}), frozenset({*missing, *map(_alone, absent)})
    )
    if text is None:
        return None
    split = tuple(sorted(set(re.findall(r"(?:[a-z]+ )?[0-9:]+", text))))
    if fits(split):
        return split
    raise Undecidable("which communities come last is a question of their order, which is not searched for")


def _alone(community: str) -> str:
    """An expression that finds one community among others."""
    return f"(?:^|(?<= )){re.escape(community)}(?= |$)"


def _singly(kind: str, found: Iterable[str], missing: Iterable[str], there: set[str], absent: set[str]) -> set[str]:
    """For each expression a community of its own that the others do not see, and one more that none sees."""
    clear = frozenset({*missing, *(f"^{re.escape(each)}$" for each in absent)})
    some = (find_text(frozenset({COMMUNITY[kind], pattern}), clear) for pattern in found)
    more = {each for each in some if each is not None}
    other = find_text(frozenset({COMMUNITY[kind]}), clear | {f"^{re.escape(each)}$" for each in there | more})
    return more or ({other} if other is not None else set())
