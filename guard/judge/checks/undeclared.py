"""Whether a change does more than it says: `effect: none` and `effect: declared` against what really differs.

An effect is a session, a route, a forwarding, a health or a DNS answer that changes (CONTRACT 2); what goes down with a
declared interface needs no declaration of its own, and traffic that takes another way to the same fate is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from guard.compare.delta import RecordKey
from guard.compare.mapping import Absent
from guard.compare.sessions import Session
from guard.judge.case import Case, StepView
from guard.judge.catalogue import Check, Observations, Parameters
from guard.judge.checks.common import members, named_within, turned
from guard.judge.checks.forwarding import DELIVERED
from guard.judge.checks.outside import newcomers, orphans
from guard.judge.finding import LISTED_AT_MOST, Observation
from guard.model.address import Prefix, prefix_of
from guard.model.change import Expect
from guard.model.dns import RRset
from guard.model.facts import Assessment, Fate
from guard.model.state import InterfaceId, InterfaceState, NetworkState

#: Written by whoever signs or serves the zone, not by whoever changes it.
_GENERATED = ("RRSIG", "NSEC", "NSEC3", "NSEC3PARAM")


def undeclared_effect(case: Case, step: StepView, params: Parameters) -> Observations:
    """The change does more than it says it does.

    `effect: none` may change nothing at all; `effect: declared` nothing but what `expect` lists.
    Breaks: trust in the plan, and then whatever nobody planned.
    Example: a command meant to assess backbone capacity takes all its links down.
    Source: Facebook, 4 October 2021; Level 3, 6 November 2017 (a customer's change that touched a shared policy).
    """
    if case.change.effect == "none":
        yield from _grouped(_anything(case, step), "has an effect, and is declared to have none")
    elif case.change.effect == "declared":
        yield from _grouped(_beyond(case, step), "has an effect that it does not declare")


def _grouped(effects: Iterator[tuple[str, str]], says: str) -> Iterator[Observation]:
    for kind, effect in effects:
        yield Observation(
            f"the change {says}: {effect}", subjects=(effect,), evidence=(effect,), key=f"{kind} {effect}", group=kind
        )


# ------------------------------------------------------------------------------------------------ effect: none


def _anything(case: Case, step: StepView) -> Iterator[tuple[str, str]]:
    yield from (("command", f"{each.device}: {each.command}") for each in step.commands if not each.known)
    for id, (old, new) in sorted(step.delta.interfaces.turns.items()):
        if _up(old) != _up(new):
            yield "interface", f"{id} goes {'up' if _up(new) else 'down'}"
    yield from _session_turns(step)
    for key, (was, now) in islice(step.delta.routes.turns(), LISTED_AT_MOST):
        verb = "added" if isinstance(was, Absent) else "withdrawn" if isinstance(now, Absent) else "changed"
        yield "route", f"{key.node}: route {key.prefix} {verb}"
    before, after = case.base.assessment, step.assessment
    if before is not None and after is not None:
        yield from (("forwarding", text) for _, text in _fates(before, after))
        yield from _health(before, after)
    for record, (a, b) in step.delta.records.turns.items():
        if not _same_but_serial(record, a, b):
            yield "record", f"{_record(record)} {_turn(a, b)}"


def _session_turns(step: StepView) -> Iterator[tuple[str, str]]:
    for session in step.delta.sessions_lost:
        yield "session", f"session {session} is lost"
    for session in step.delta.sessions_gained:
        yield "session", f"session {session} comes up"


def _health(before: Assessment, after: Assessment) -> Iterator[tuple[str, str]]:
    olds = {service.name: service for service in before.services}
    for service in after.services:
        old = olds.get(service.name)
        if old is None:
            continue
        if old.healthy != service.healthy:
            yield "health", f"service {service.name} becomes {'healthy' if service.healthy else 'unhealthy'}"
        were = {each.id: each.up and each.healthy for each in old.instances}
        for each in service.instances:
            if were.get(each.id, False) != (each.up and each.healthy) and each.id in were:
                yield "health", f"{service.name} at {each.id} becomes {'unhealthy' if were[each.id] else 'healthy'}"


# ------------------------------------------------------------------------------------------------ effect: declared


def _beyond(case: Case, step: StepView) -> Iterator[tuple[str, str]]:
    expect = case.change.expect
    before, after = case.base.assessment, step.assessment
    yield from (("command", f"{each.device}: {each.command}") for each in step.commands if not each.known)
    if before is not None and after is not None:
        down = _closure(expect.interfaces_down, before.state)
        up = _closure(expect.interfaces_up, after.state)
        yield from _interfaces(step, down, up)
        yield from _sessions(expect, step, down, up, before, after)
        yield from _advertised(expect, step, before, after, down)
        subnets = _subnets(down, before.state) | _subnets(up, after.state)
        yield from _forwarding(expect, step, before, after, subnets)
        yield from _services(expect, before, after)
    yield from _records(expect, step)


def _closure(declared: tuple[InterfaceId, ...], state: NetworkState) -> frozenset[InterfaceId]:
    """The declared interfaces, their subinterfaces, and the far ends that have no other neighbour."""
    wanted = {str(id).lower() for id in declared}
    near = {id for id in state.interfaces if str(id).lower() in wanted or _parent(id) in wanted}
    others: dict[InterfaceId, set[InterfaceId]] = {}
    for edge in state.edges:
        others.setdefault(edge.tail, set()).add(edge.head)
    far = {head for id in near for head in others.get(id, ()) if others.get(head, set()) <= near}
    return frozenset(near | far)


def _parent(id: InterfaceId) -> str:
    return f"{id.node}[{id.interface.rpartition('.')[0]}]".lower()


def _interfaces(step: StepView, down: frozenset[InterfaceId], up: frozenset[InterfaceId]) -> Iterator[tuple[str, str]]:
    for id, (old, new) in sorted(step.delta.interfaces.turns.items()):
        if _up(old) and not _up(new) and id not in down:
            yield "interface", f"{id} goes down"
        if _up(new) and not _up(old) and id not in up:
            yield "interface", f"{id} goes up"


def _sessions(
    expect: Expect,
    step: StepView,
    down: frozenset[InterfaceId],
    up: frozenset[InterfaceId],
    before: Assessment,
    after: Assessment,
) -> Iterator[tuple[str, str]]:
    lost, gained = _names(expect.sessions_lost), _names(expect.sessions_gained)
    for session in step.delta.sessions_lost:
        if not session.names & lost and not _on(session, down, before.state):
            yield "session", f"session {session} is lost"
    for session in step.delta.sessions_gained:
        if not session.names & gained and not _on(session, up, after.state):
            yield "session", f"session {session} comes up"


def _on(session: Session, interfaces: frozenset[InterfaceId], state: NetworkState) -> bool:
    """Whether one end of the session stands on one of these interfaces (by interface, or by its subnet)."""
    subnets = _subnets(interfaces, state)
    for end in session.ends:
        if end.local_interface and InterfaceId(end.node, end.local_interface) in interfaces:
            return True
        for address in (end.local_address, end.remote_address):
            if address is not None and any(subnet.contains(address) for subnet in subnets):
                return True
    return False


def _subnets(interfaces: frozenset[InterfaceId], state: NetworkState) -> frozenset[Prefix]:
    found = set[Prefix]()
    for id in interfaces:
        entry = state.interfaces.get(id)
        if entry is not None:
            found.update(prefix_of(address, length) for address, length in entry.addresses)
    return frozenset(found)


def _advertised(
    expect: Expect, step: StepView, before: Assessment, after: Assessment, down: frozenset[InterfaceId]
) -> Iterator[tuple[str, str]]:
    silent = _silenced(expect, step, before, down)
    tests = orphans(step, before) | newcomers(step, after)
    withdrawn, added = set(expect.prefixes_withdrawn), set(expect.prefixes_advertised)
    for prefix, (was, now) in sorted(step.delta.advertised.turns.items()):
        old = frozenset() if isinstance(was, Absent) else was
        new = frozenset() if isinstance(now, Absent) else now
        if prefix in tests:
            continue
        lost = old - new - silent
        if lost and prefix not in withdrawn:
            yield "advertisement", f"{prefix} is no longer advertised by {', '.join(sorted(lost))}"
        if new - old and prefix not in added and not _session_declared(expect):
            yield "advertisement", f"{prefix} is newly advertised by {', '.join(sorted(new - old))}"


def _session_declared(expect: Expect) -> bool:
    """A declared new session or interface brings its advertisements with it."""
    return bool(expect.sessions_gained or expect.interfaces_up)


def _silenced(expect: Expect, step: StepView, before: Assessment, down: frozenset[InterfaceId]) -> frozenset[str]:
    """Sites whose external sessions that are gone are all declared, or stood on a declared interface."""
    inventory = step.snapshot.inventory
    declared = _names(expect.sessions_lost)
    lost: dict[str, bool] = {}
    for session in step.delta.sessions_lost:
        site = inventory.site_of(session.ends[0].node)
        if session.external and site is not None:
            named = bool(session.names & declared) or _on(session, down, before.state)
            lost[site.name] = lost.get(site.name, True) and named
    return frozenset(site for site, named in lost.items() if named)


def _forwarding(
    expect: Expect, step: StepView, before: Assessment, after: Assessment, subnets: frozenset[Prefix]
) -> Iterator[tuple[str, str]]:
    tests = orphans(step, before) | newcomers(step, after)  # go and come with the session that they stand for
    accepted = (*tests, *subnets, *expect.dropped, *expect.prefixes_withdrawn, *expect.prefixes_advertised)
    for prefix, text in _fates(before, after):
        if not any(each.covers(prefix) for each in accepted) and not named_within(expect.shifts, prefix):
            yield "forwarding", text
    for origin, representative, old, new in turned(before.exits, after.exits):
        if not old or not new:
            continue
        went = f"{', '.join(sorted(old))} to {', '.join(sorted(new))}"
        for prefix in members(after, representative):
            named = {origin, *old, *new} & set(expect.shifts)
            if (
                not named
                and not named_within(expect.shifts, prefix)
                and not any(each.covers(prefix) for each in accepted)
            ):
                yield "forwarding", f"traffic of {origin} to {prefix} moves from {went}"


def _services(expect: Expect, before: Assessment, after: Assessment) -> Iterator[tuple[str, str]]:
    olds = {service.name: service.healthy for service in before.services}
    for service in after.services:
        if olds.get(service.name) and not service.healthy and service.name not in expect.services_unhealthy:
            yield "health", f"service {service.name} becomes unhealthy"


def _records(expect: Expect, step: StepView) -> Iterator[tuple[str, str]]:
    declared = {" ".join(name.lower().split()) for name in expect.records_changed}
    for key, (old, new) in step.delta.records.turns.items():
        kind = key.type.partition("(")[0]
        if kind in _GENERATED or _same_but_serial(key, old, new):
            continue
        if f"{key.owner} {key.type}".lower() not in declared:
            yield "record", f"{_record(key)} {_turn(old, new)}"


# ------------------------------------------------------------------------------------------------ what both need


def _fates(before: Assessment, after: Assessment) -> Iterator[tuple[Prefix, str]]:
    """Traffic that was delivered and is not, or the other way round; not which way it takes."""
    for node, prefix, old, new in turned(before.fates, after.fates):
        if old is None or new is None or _delivered(old) == _delivered(new):
            continue
        state = "is delivered" if _delivered(new) else "is no longer delivered"
        for each in members(after, prefix):
            yield each, f"traffic of {node} to {each} {state}"


def _delivered(fates: frozenset[Fate]) -> bool:
    return bool(fates) and all(fate.disposition in DELIVERED for fate in fates)


def _up(side: InterfaceState | Absent) -> bool:
    return isinstance(side, InterfaceState) and side.up


def _names(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(" ".join(text.lower().split()) for text in texts)


def _same_but_serial(key: RecordKey, old: RRset | Absent, new: RRset | Absent) -> bool:
    """An SOA whose serial alone moved; every change of a zone moves it."""
    if key.type != "SOA" or isinstance(old, Absent) or isinstance(new, Absent) or old.ttl != new.ttl:
        return False
    return [text.split()[:2] + text.split()[3:] for text in old.rdata] == [
        text.split()[:2] + text.split()[3:] for text in new.rdata
    ]


def _record(key: RecordKey) -> str:
    return f"{key.owner} {key.type}" + (f" at {key.server}" if key.server else "")


def _turn(old: RRset | Absent, new: RRset | Absent) -> str:
    return "is added" if isinstance(old, Absent) else "is deleted" if isinstance(new, Absent) else "changes"


CHECKS = (Check("undeclared-effect", undeclared_effect),)
