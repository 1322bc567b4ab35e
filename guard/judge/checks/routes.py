"""How many routes go where: limits that would trip, tables that grow, and the outside's routes in the IGP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from guard.compare.tables import learned_by, may_grow_by
from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, Check, Observations, Parameter, Parameters
from guard.judge.checks.common import both, of_devices, percent
from guard.judge.checks.outside import Classed
from guard.judge.finding import Observation, some
from guard.model.address import Prefix
from guard.model.bgp import Redistribution
from guard.model.device import Device, Vendor
from guard.model.policy import (
    MatchAcl,
    MatchCommunity,
    MatchPrefixList,
    MatchPrefixRanges,
    Outcome,
    leaves,
)
from guard.model.state import BgpSession, BgpTables
from guard.simulate.bgp.external import is_test_prefix, tests_among

# ------------------------------------------------------------------------------------------------ prefix-limit


class _Tripped(NamedTuple):
    session: str
    prefixes: int
    limit: int
    whose: str


def prefix_limit(case: Case, step: StepView, params: Parameters) -> Observations:
    """A maximum-prefix would trip: one of a configuration, or one of a peering, the inventory's surges included.

    Breaks: the session shuts, on every router that has the same limit at the same moment.
    Example: `maximum-prefix 70` where the neighbour sends 64 and a surge of 120 is foreseen.
    Source: Optus, 8 November 2023: some 90 routers isolated themselves.
    """
    both(case, step)
    tripped = case.base.once("tripped", lambda view: set(_tripped(case, view)))
    old = {(each.session, each.whose) for each in tripped}
    for each in sorted(set(_tripped(case, step.view))):
        yield Observation(
            f"{each.session} would carry {each.prefixes} prefixes, {each.whose} is {each.limit}",
            subjects=(each.session,),
            evidence=(f"{each.session}: {each.prefixes} prefixes, {each.whose}: {each.limit}",),
            existing=(each.session, each.whose) in old,
            key=f"{each.session} {each.whose}",
        )


def _tripped(case: Case, view: View) -> Iterator[_Tripped]:
    assessment = view.assessment
    if assessment is None:
        return
    counts = _Counts(assessment.state.bgp)
    limited = of_devices(case, view, "limits", _limits)
    peerings = {(each.device.lower(), each.neighbor): each for each in view.inventory.peerings}
    extra = dict(_surges(view))
    for end in assessment.state.sessions:
        limits = limited.get(end.node, _NO_LIMITS).get((end.vrf, end.key[2]), ())
        peering = peerings.get((end.node.lower(), end.remote_address)) if end.remote_address is not None else None
        if not limits and peering is None:
            continue
        received = counts.received(end)
        counted = received if _counts_all(view.snapshot.devices.get(end.node)) else counts.accepted(end)
        for version, limit in limits:
            more = extra.get((end.key, version), _NO_SURGE)
            count = counted[version] + (more.received if counted is received else more.accepted)
            if count > limit or (end.tripped and not any(more)):
                yield _Tripped(str(end), max(count, limit + 1) if end.tripped else count, limit, "its maximum-prefix")
        if peering is not None:
            total = sum(received.values()) + sum(more.received for (key, _), more in extra.items() if key == end.key)
            if peering.max_prefix is not None and total > peering.max_prefix:
                yield _Tripped(str(end), total, peering.max_prefix, "the peering's max_prefix")
            sent = sum(counts.offered(end).values()) if peering.remote_max_prefix is not None else 0
            if peering.remote_max_prefix is not None and sent > peering.remote_max_prefix:
                yield _Tripped(str(end), sent, peering.remote_max_prefix, "the neighbour's limit (remote_max_prefix)")


class _Counts:
    """How many prefixes ends of sessions bring and carry, by IP version, before limits; test prefixes do not count."""

    def __init__(self, bgp: BgpTables) -> None:
        self._bgp = bgp.unlimited
        self._classes = self._bgp if isinstance(self._bgp, Classed) else None
        self._known: dict[Prefix, tuple[tuple[Prefix, ...], int]] = {}  # by the first prefix of a class

    def received(self, end: BgpSession) -> Counter[int]:
        if self._classes is not None:
            return self._sum(self._classes.received_by_class(end.key))
        return _count(self._bgp.received(end.key))

    def accepted(self, end: BgpSession) -> Counter[int]:
        if self._classes is not None:
            return self._sum(self._classes.accepted_by_class(end.key))
        return _count(self._bgp.accepted(end.key))

    def offered(self, end: BgpSession) -> Counter[int]:
        if self._classes is not None and end.external:
            return self._sum(prefixes for prefixes, _ in self._classes.offered_by_class(end.key).values())
        return _count(self._bgp.offered(end.key))


    def _sum(self, classes: Iterable[tuple[Prefix, ...]]) -> Counter[int]:
        found = Counter[int]()
        for prefixes in classes:
            first = prefixes[0]
            known = self._known.get(first)
            if known is None or known[0] is not prefixes:
                known = self._known[first] = (prefixes, len(prefixes) - len(tests_among(prefixes)))
            found[first.version] += known[1]
        return found


def _count(prefixes: Iterable[Prefix]) -> Counter[int]:
    return Counter(prefix.version for prefix in prefixes if not is_test_prefix(prefix))


Limits = Mapping[tuple[str, str], tuple[tuple[int, int], ...]]  # by VRF and neighbour: IP version, prefixes
_NO_LIMITS: Limits = {}


def _limits(device: Device) -> Limits:
    found: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
    for process in device.bgp:
        for neighbor in process.neighbors:
            limits = tuple(
                (family.version, family.maximum_prefix.limit)
                for family in neighbor.families
                if family.activated and family.maximum_prefix is not None and not family.maximum_prefix.warning_only
            )
            found.setdefault((process.vrf, neighbor.session_name), limits)
    return found


def _counts_all(device: Device | None) -> bool:
    """EOS counts what the neighbour sends, the others what import policy lets in."""
    return device is not None and device.vendor is Vendor.EOS


class _Surge(NamedTuple):
    """How many prefixes more a session would carry, and how many of them import policy would let in."""

    received: int
    accepted: int


_NO_SURGE = _Surge(0, 0)


def _surges(view: View) -> Iterator[tuple[tuple[tuple[str, str, str], int], _Surge]]:
    """What each session would carry more, if the sessions of `surges` sent as many as they say.

    A surge spreads to the sessions that carry what its session sends now, in the same share.
    """
    assessment = view.assessment
    assert assessment is not None
    bgp = assessment.state.bgp.unlimited
    found: dict[tuple[tuple[str, str, str], int], _Surge] = {}
    by_end = {(end.node.lower(), end.remote_address): end for end in assessment.state.sessions}
    for surge in view.inventory.surges:
        end = by_end.get((surge.device.lower(), surge.neighbor))
        if end is None or not (end.up or end.tripped):
            continue
        version = surge.neighbor.version
        sample = {prefix for prefix in bgp.received(end.key) if prefix.version == version}
        more = surge.prefixes - sum(1 for prefix in sample if not is_test_prefix(prefix))
        kept = sample & set(bgp.accepted(end.key))
        for other in assessment.state.sessions if more > 0 else ():
            carried = (kept if other.key != end.key else sample) & set(bgp.received(other.key))
            if carried:
                let_in = len(carried & set(bgp.accepted(other.key)))
                was = found.get((other.key, version), _NO_SURGE)
                found[other.key, version] = _Surge(
                    was.received + more * len(carried) // len(sample), was.accepted + more * let_in // len(sample)
                )
    yield from found.items()


# ------------------------------------------------------------------------------------------------ rib-growth


def rib_growth(case: Case, step: StepView, params: Parameters) -> Observations:
    """A main RIB grows by half and by at least 100 prefixes.

    Breaks: memory, and convergence; small routers stop.
    Example: a filter towards an access router is dropped, and it gets the full table.
    Source: Rogers, 8 July 2022.
    """
    before, after = both(case, step)
    if after.state.ribs is before.state.ribs:
        return
    learned = case.base.once("learned", lambda _: learned_by(before.state.ribs))
    for table, rib in sorted(after.state.ribs.items(), key=lambda each: each[0]):
        old = before.state.ribs.get(table)
        if old is None or old is rib:
            continue
        if not may_grow_by(-(-params.integer("at_least") // 2), old, rib, learned[table]):
            continue  # counting exactly decides every prefix of the table
        was, now = len(old), len(rib)
        if now - was >= params.integer("at_least") and percent(now - was, was) >= params.number("share_percent"):
            node, vrf = table
            yield Observation(
                f"the main RIB of {node} grows from {was} to {now} prefixes",
                subjects=(node,) if vrf == "default" else (node, vrf),
                key=f"{node} {vrf}",
                group="grows",
            )


# ------------------------------------------------------------------------------------------------ external-into-igp


def external_into_igp(case: Case, step: StepView, params: Parameters) -> Observations:
    """Routes learned by eBGP enter the IGP that no prefix or community match names, or more than 50 new ones.

    Breaks: every router of the core at once; IGPs are not made for the Internet's table.
    Example: `redistribute bgp 64500 subnets` loses its route-map.
    Source: Rogers, 8 July 2022.
    """
    before, after = both(case, step)
    for node, prefixes in sorted(after.state.igp_externals.items()):
        old = before.state.igp_externals.get(node, frozenset())
        new = prefixes - old
        device = step.snapshot.devices.get(node)
        loose = _loose(device) if device is not None else []
        shown = sorted(new, key=lambda prefix: (is_test_prefix(prefix), prefix))
        if len(new) > params.integer("new_at_most"):
            yield Observation(
                f"{len(new)} new routes of the outside enter the IGP at {node}",
                subjects=(node, *some([str(prefix) for prefix in shown])),
                evidence=tuple(str(each.source) for each in loose),
                key=f"{node} many",
                main=(node,),
            )
        elif prefixes and loose:
            base = case.base.snapshot.devices.get(node)
            existing = not new and base is not None and bool(_loose(base))
            yield Observation(
                f"routes of the outside enter the IGP at {node} without a match on prefix or community",
                subjects=(node, *some([str(prefix) for prefix in (shown or sorted(prefixes))])),
                evidence=tuple(str(each.source) for each in loose),
                existing=existing,
                key=f"{node} loose {existing}",
                main=(node,),
            )


def _loose(device: Device) -> list[Redistribution]:
    """Redistributions of BGP into an IGP that name no prefix and no community in some accepting term."""
    processes = [(each.redistributions) for each in device.ospf]
    processes += [tuple(one for _, one in each.redistributions) for each in device.isis]
    processes += [each.redistributions for each in device.rip]
    processes += [each.redistributions for each in device.eigrp]
    return [one for group in processes for one in group if one.protocol == "bgp" and not _names(device, one.policy)]


def _names(device: Device, policy: str) -> bool:
    found = device.policies.get(policy)
    if found is None:
        return False
    named = (MatchPrefixList, MatchPrefixRanges, MatchAcl, MatchCommunity)
    return all(
        any(isinstance(leaf, named) for leaf in leaves(term.condition))
        for term in found.terms
        if term.outcome is Outcome.ACCEPT
    )


CHECKS = (
    Check("prefix-limit", prefix_limit, needs=NETWORK),
    Check(
        "rib-growth",
        rib_growth,
        needs=NETWORK,
        parameters=(
            Parameter("share_percent", 50, "growth of one main RIB"),
            Parameter("at_least", 100, "fewer new prefixes than this are no growth"),
        ),
    ),
    Check(
        "external-into-igp",
        external_into_igp,
        needs=NETWORK,
        parameters=(Parameter("new_at_most", 50, "so many new routes may enter, where a match names them"),),
    ),
)
