"""How long each step of a change of zones takes to be seen, and to be undone: what caches hold, and for how long.

A cache that asked just before a step keeps the old answer for its TTL, a negative one for the SOA's minimum (RFC 2308
5) and a failure for five minutes at most (RFC 2308 7). Counted from the moment when every server of a zone has the
step; resolvers that keep answers beyond their TTL (RFC 8767) are not modelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from guard.compare.delta import Delta, RecordKey
from guard.compare.mapping import Absent
from guard.model.dns import RRset
from guard.model.inventory import ParentData
from guard.simulate.dns.answer import Answer, Status

#: How long a failure to get an answer may be cached, in s (RFC 2308 7.1).
FAILURE = 300
#: Waited for beyond every TTL, in s: publication, slow caches. What dns-ttl waits for by default.
MARGIN = 3600
_DARK = frozenset({Status.NXDOMAIN, Status.NODATA, Status.SERVFAIL, Status.LOOP, Status.REFUSED})
_NOTHING = frozenset({Status.NXDOMAIN, Status.NODATA})  # between these a client sees no difference
Question = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """How long caches hold the old and the new answer of one question, in s. `dark`: there is no new answer."""

    question: Question
    old: int
    new: int
    dark: bool


@dataclass(frozen=True, slots=True)
class StepTimes:
    """One step that alters zones. Seconds after it until …

    `dark`: the last cache has dropped what is no longer answered (the first have nothing at once); None: nothing is
    lost. `seen`: all see the step. `recovered`: after a rollback everybody is back. `longest`: the question that takes
    longest to be seen. `next_safe`: when what caches hold no longer matters to the next step.
    """

    step: int
    at: datetime
    dark: int | None
    seen: int
    recovered: int
    longest: Question
    next_safe: datetime


Above = Mapping[str, ParentData]


def times_of(deltas: Sequence[Delta], at: Sequence[datetime], above: Sequence[Above] = ()) -> tuple[StepTimes, ...]:
    """`deltas`: from the base to each state; `at`: when each step is done. Steps that alter no zone are left out.

    `above`: in the base and in each state, what parents hold that have no zone of their own in the snapshot, by zone.
    """
    parents = above or ({},) * (len(deltas) + 1)
    found: list[StepTimes] = []
    before = Delta()
    for number, (delta, moment) in enumerate(zip(deltas, at, strict=True), 1):
        held = [*_answers(before, delta), *_records(before, delta, parents[number])]
        held += _trusted(parents[number - 1], parents[number])
        before = delta
        if held:
            longest = max(held, key=lambda each: each.old)
            found.append(
                StepTimes(
                    step=number,
                    at=moment,
                    dark=max((each.old for each in held if each.dark), default=None),
                    seen=longest.old,
                    recovered=max(each.new for each in held),
                    longest=longest.question,
                    next_safe=moment + timedelta(seconds=longest.old + MARGIN),
                )
            )
    return tuple(found)


def _answers(before: Delta, after: Delta) -> Iterator[Held]:
    """Questions that the step itself answers in another way: both deltas are against the base."""
    earlier = {turn[:2]: turn for turn in before.answers.turns}
    later = {turn[:2]: turn for turn in after.answers.turns}
    for question in sorted(earlier.keys() | later.keys()):
        known, turned = earlier.get(question), later.get(question)
        old = known.after if known is not None else later[question].before
        new = turned.after if turned is not None else earlier[question].before
        if old.content != new.content and not {old.status, new.status} <= _NOTHING:
            yield Held(question, _held(old, new), _held(new, old), old.status is Status.NOERROR and new.status in _DARK)


def _held(cached: Answer, other: Answer) -> int:
    """How long a cache may keep what one answer says and the other does not."""
    theirs = _rrsets(other)
    ttls = [rrset.ttl for key, rrset in _rrsets(cached).items() if theirs.get(key) != rrset]
    if cached.status in (Status.SERVFAIL, Status.LOOP, Status.REFUSED):
        ttls.append(FAILURE)
    elif cached.status is not Status.NOERROR and (cached.status is not other.status or cached.chain != other.chain):
        ttls += [each.ttl for each in cached.authority]
    return max(ttls, default=0)


def _rrsets(answer: Answer) -> Mapping[Question, RRset]:
    found: dict[Question, RRset] = {}
    for owner, ttl, type, data in answer.answer:
        known = found.get((owner, type))
        found[owner, type] = RRset(ttl, (*(known.rdata if known is not None else ()), data))
    return found


def _trusted(before: Above, after: Above) -> Iterator[Held]:
    """DS sets of parents that only the inventory tells of."""
    for apex in sorted(before.keys() & after.keys()):
        old, new = before[apex], after[apex]
        if set(old.ds) != set(new.ds):
            yield Held((apex, "DS"), old.ds_ttl, new.ds_ttl, dark=False)


def _records(before: Delta, after: Delta, above: Above) -> Iterator[Held]:
    """Records that the step itself alters, those of signing and of single servers included; the SOA apart.

    Caches that came by way of the parent hold the NS set of a zone for as long as the parent says.
    """
    earlier, later = before.records.turns, after.records.turns
    for key in {**earlier, **later}:
        if key.type == "SOA":
            continue
        first, last = earlier.get(key) or later[key], later.get(key) or earlier[key]
        old = first.after if key in earlier else first.before
        new = last.after if key in later else last.before
        if old != new:
            least = above[key.zone].ns_ttl if key.type == "NS" and key.owner == key.zone and key.zone in above else 0
            yield Held(_question(key), max(_ttl(old), least), max(_ttl(new), least), dark=False)


def _question(key: RecordKey) -> Question:
    return (key.owner, key.type)


def _ttl(side: RRset | Absent) -> int:
    return 0 if isinstance(side, Absent) else side.ttl
