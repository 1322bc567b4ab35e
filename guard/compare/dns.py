"""Which answers of the zones change, not only which records: by classes of questions, not by sampling.

A changed record concerns the questions for its owner, for whatever leads there, for what a wildcard, a DNAME or a cut
stands for, and for the names between it and the apex, which begin or cease to exist with it (RFC 4592). One question
stands for each class (GRoot's idea): a label that nobody uses stands for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from guard.model.dns import RRsetKey, Zone, ancestors, is_signing, lies_in, parent
from guard.simulate.dns.answer import Answer, resolve, zone_of

#: A label that stands for every label that has no records of its own.
ANY_LABEL = "any-name"
#: Questions that are asked at most, half a second's: a large zone that is replaced as a whole has more.
QUESTIONS_AT_MOST = 10_000
_ALWAYS = ("A", "AAAA")


class AnswerTurn(NamedTuple):
    """One question whose answer differs. A name that begins with `*.` stands for all that a wildcard answers."""

    name: str
    type: str
    before: Answer
    after: Answer


class AnswerTurns(NamedTuple):
    """The questions, sorted, that are answered differently, and how many questions or whole RRsets were left out."""

    turns: tuple[AnswerTurn, ...] = ()
    unasked: int = 0


def answer_turns(before: Mapping[str, Zone], after: Mapping[str, Zone], changed: Iterable[RRsetKey]) -> AnswerTurns:
    """What is answered differently because these RRsets changed."""
    keys = sorted(key for key in changed if not is_signing(key.type))
    questions = sorted(set(_questions(before, after, keys[:QUESTIONS_AT_MOST])))
    found: list[AnswerTurn] = []
    for name, type in questions[:QUESTIONS_AT_MOST]:
        old, new = resolve(before, name, type), resolve(after, name, type)
        if old.content != new.content:
            found.append(AnswerTurn(name, type, old, new))
    return AnswerTurns(tuple(found), max(0, len(questions) - QUESTIONS_AT_MOST) + len(keys[QUESTIONS_AT_MOST:]))


def _questions(
    before: Mapping[str, Zone], after: Mapping[str, Zone], keys: list[RRsetKey]
) -> Iterator[tuple[str, str]]:
    owners = {key.owner for key in keys}
    types: dict[str, set[str]] = {}
    for key in keys:
        types.setdefault(key.owner, set()).add(key.type)
    names = set(owners) | dependents(before, owners) | dependents(after, owners)
    names |= {name for owner in owners for name in _between(before, after, owner)}
    wanted = {type for found in types.values() for type in found}
    for name in names:
        real = f"{ANY_LABEL}{name[1:]}" if name.startswith("*.") else name
        own = {*types.get(name, ()), *_types_at(before, name), *_types_at(after, name)} or wanted
        for type in {*own, *_ALWAYS} - {"SOA", "RRSIG"}:
            if "(" not in type:
                yield real, type


def _between(before: Mapping[str, Zone], after: Mapping[str, Zone], owner: str) -> Iterator[str]:
    """Names above an owner that exist on one side alone, and what stands for all names below a cut or a DNAME."""
    for zones in (before, after):
        zone = zone_of(zones, owner)
        if zone is None:
            continue
        other = zone_of(after if zones is before else before, owner)
        for name in ancestors(parent(owner), zone.apex):
            if not lies_in(name, zone.apex) or (other is not None and other.exists(name)):
                break
            yield name
            yield f"{ANY_LABEL}.{name}"
        if owner in zone.names.cuts or owner in zone.names.dnames or (other and _hides(other, owner)):
            yield f"{ANY_LABEL}.{owner}"


def _hides(zone: Zone, owner: str) -> bool:
    """Whether a name that comes into the zone stops a wildcard from answering below it (RFC 4592 2.2.1)."""
    if owner.startswith("*.") or not lies_in(owner, zone.apex) or zone.exists(owner):
        return False
    return any(zone.exists(f"*.{each}") for each in ancestors(parent(owner), zone.apex) if lies_in(each, zone.apex))


def _types_at(zones: Mapping[str, Zone], name: str) -> tuple[str, ...]:
    zone = zone_of(zones, name)
    return zone.names.types.get(name, ()) if zone is not None else ()


def pointed_at(zones: Mapping[str, Zone]) -> Iterator[tuple[str, RRsetKey, str]]:
    """(target, the RRset that points there, apex of its zone) of all records of all zones."""
    for apex, zone in zones.items():
        for key, target in zone.pointers:
            yield target, key, apex


def dependents(zones: Mapping[str, Zone], names: Iterable[str]) -> frozenset[str]:
    """The names, and every owner whose aliases lead to one of them, whatever the number of steps."""
    found = set(names)
    below = tuple("." + parent(name) for name in found if name.startswith("*."))
    pointers: dict[str, list[str]] = {}
    for target, key, _ in pointed_at(zones):
        pointers.setdefault(target, []).append(key.owner)
        if below and target.endswith(below):
            found.add(target)
    waiting = list(found)
    while waiting:
        for owner in pointers.get(waiting.pop(), ()):
            if owner not in found:
                found.add(owner)
                waiting.append(owner)
    return frozenset(found)
