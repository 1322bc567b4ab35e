"""What we tell the outside that we must not: routes of others, and prefixes that are not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both
from guard.judge.checks.outside import LATERAL, Classed, Edge, Key, external, named, outgoing, senders
from guard.judge.checks.policy_names import permitted_entries
from guard.judge.finding import Enforcement, Observation, listed, some
from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.external import Roa
from guard.model.facts import Assessment
from guard.model.inventory import EXTERNAL, Inventory
from guard.simulate.bgp.external import is_test_prefix
from guard.simulate.layer3.links import PrefixSet

_OUTSIDE_CONE = "is a customer and gets routes outside its cone accepted"
Leaks = dict[tuple[Key, str], dict[Prefix, str]]  # (session, way) -> prefix -> where it came in


def route_leak(case: Case, step: StepView, params: Parameters) -> Observations:
    """Routes of a provider or peer go to another provider or peer, or a customer's routes outside its cone come in.

    Valley-free by the roles and cones of the inventory, judged on what a session would carry before a limit shuts it.
    A new external session that the inventory does not name is held, and judged as a peer.
    Breaks: the traffic of strangers comes our way, and both are slow or gone.
    Example: `neighbor PROVIDER route-map OUT out` is removed, and the full table goes to the second provider.
    Source: RFC 7908, RFC 9234; Verizon and DQE, 24 June 2019.
    """
    before, after = both(case, step)
    known, found = external(case.base), external(step.view)
    old = case.base.once("leaks", lambda view: _leaks(case, view, before))
    new = _leaks(case, step.view, after)
    tests = senders(after, found) if new else {}
    for key, edge in sorted(found.items()):
        if edge.peering is None and key not in known:
            yield Observation(
                f"{edge} is a new external session that no peering of the inventory names",
                subjects=(str(edge),),
                instead=Enforcement.HOLD,
                key=f"unnamed {edge}",
            )
    for (key, way), prefixes in sorted(new.items()):
        fresh = {prefix: entry for prefix, entry in prefixes.items() if prefix not in old.get((key, way), {})}
        existing = not fresh
        shown = sorted((fresh or prefixes).items())
        told = [named(prefix, tests) for prefix, _ in shown]
        edge = found[key]
        yield Observation(
            f"{edge} {way}: {listed(told, 3)}",
            subjects=(str(edge), *some(told)),
            evidence=some(
                [f"{named(prefix, tests)}: {entry}" for prefix, entry in sorted((fresh or prefixes).items())]
            ),
            existing=existing,
            key=f"{edge} {way} {existing}",
            main=(str(edge),),
        )


def _leaks(case: Case, view: View, assessment: Assessment) -> Leaks:
    found, old = external(view), external(case.base)
    roles = {key: edge.role or ("" if key in old else "peer") for key, edge in found.items()}
    leaks: Leaks = {}
    lateral = [key for key in found if roles[key] in LATERAL]
    sent = outgoing(case, view) if lateral else {}
    for key in lateral:
        for _, entry, prefixes in sent[key].values():
            if entry is not None and entry != key and roles.get(entry) in LATERAL:
                where = f"came in by {found[entry]} ({roles[entry]})"
                way = (key, f"would send a {roles[key]} routes of others")
                leaks.setdefault(way, {}).update(dict.fromkeys(prefixes, where))
    for key, each in _accepted(case, view, assessment).items():
        if each.beyond:
            leaks[key, _OUTSIDE_CONE] = dict(each.beyond)
    return leaks


class _Accepted(NamedTuple):
    """What a customer's session lets in, and what of it lies beyond his cone; `device` is ours."""

    edge: Edge
    device: Device | None
    classes: tuple[tuple[Prefix, ...], ...]
    beyond: Mapping[Prefix, str]


def _accepted(case: Case, view: View, assessment: Assessment) -> Mapping[Key, _Accepted]:
    """By session of a customer with a cone; one of which nothing changed is the base's."""
    return view.once("accepted", lambda each: dict(_customers(case, each, assessment)))


def _customers(case: Case, view: View, assessment: Assessment) -> Iterator[tuple[Key, _Accepted]]:
    known: Mapping[Key, _Accepted] = {}
    if view is not case.base and case.base.assessment is not None:
        known = _accepted(case, case.base, case.base.assessment)
    bgp = assessment.state.bgp.unlimited
    for key, edge in external(view).items():
        if edge.role != "customer" or edge.peering is None or edge.peering.cone is None:
            continue
        device = view.snapshot.devices.get(key[0])
        classes = tuple(bgp.accepted_by_class(key) if isinstance(bgp, Classed) else (tuple(bgp.accepted(key)),))
        then = known.get(key)
        if then is not None and then.device is device and then.edge == edge and then.classes == classes:
            yield key, then
        else:
            beyond = dict(_beyond(view, edge, PrefixSet(edge.peering.cone), classes))
            yield key, _Accepted(edge, device, classes, beyond)


def _beyond(
    view: View, edge: Edge, cone: PrefixSet, classes: Iterable[tuple[Prefix, ...]]
) -> Iterator[tuple[Prefix, str]]:
    """What the lists of his import policy permit beyond his cone, sent today or not; over it, what is let in."""
    for entry in permitted_entries(view.snapshot, edge.end):
        if next(cone.covering(entry.range.prefix), None) is None:
            yield entry.range.prefix, f"{entry.source} permits {entry.range.prefix} up to /{entry.range.high}"
    for prefix in (each for prefixes in classes for each in prefixes):
        if next(cone.covering(prefix), None) is None:
            yield prefix, f"accepted from {edge}"


def foreign_origin(case: Case, step: StepView, params: Parameters) -> Observations:
    """A prefix outside `origins` is born here and would be sent outside; a default for a customer is none.

    Breaks: whoever really holds the prefix loses his traffic to us.
    Example: a null route for a stranger's /24, made to block it, is redistributed and announced.
    Source: Pakistan Telecom and YouTube, 24 February 2008; AS 7007, 25 April 1997.
    """
    both(case, step)
    old = case.base.once("foreign", lambda view: _foreign(case, view))
    for prefix, sessions in sorted(_foreign(case, step.view).items()):
        yield Observation(
            f"{prefix} is not ours to originate, and is born here",
            subjects=(str(prefix), *some(sessions)),
            evidence=some([f"{session} would carry {prefix}" for session in sessions]),
            existing=prefix in old,
            key=str(prefix),
            group="existing" if prefix in old else "",
        )


def _foreign(case: Case, view: View) -> dict[Prefix, list[str]]:
    """What is born here and not ours, with the sessions that would carry it."""
    strangers = _strangers(case, view)
    found: dict[Prefix, list[str]] = {}
    for key, edge in external(view).items() if strangers.ours else ():
        if _is_ours(view.inventory, edge):
            continue
        for _, entry, prefixes in outgoing(case, view)[key].values():
            for prefix in strangers.among(prefixes) if entry is None else ():
                if prefix.length or edge.role not in ("customer", "rs-client"):
                    found.setdefault(prefix, []).append(str(edge))
    return found


class _Strangers:
    """Tells the prefixes of a class that are not ours; a class that the base has as well is not asked about again."""

    def __init__(self, ours: tuple[Prefix, ...], before: _Strangers | None) -> None:
        self.ours = ours
        self._inside = PrefixSet(ours)
        self._before = before if before is not None and before.ours == ours else None
        self._known: dict[Prefix, tuple[tuple[Prefix, ...], tuple[Prefix, ...]]] = {}  # by the first of the class

    def among(self, prefixes: tuple[Prefix, ...]) -> tuple[Prefix, ...]:
        known = self._known.get(prefixes[0])
        if known is None or known[0] is not prefixes:
            then = self._before._known.get(prefixes[0]) if self._before is not None else None
            known = then if then is not None and then[0] is prefixes else (prefixes, tuple(self._ask(prefixes)))
            self._known[prefixes[0]] = known
        return known[1]

    def _ask(self, prefixes: tuple[Prefix, ...]) -> Iterator[Prefix]:
        for prefix in prefixes:
            if not is_test_prefix(prefix) and next(self._inside.covering(prefix), None) is None:
                yield prefix


def _strangers(case: Case, view: View) -> _Strangers:
    before = _strangers(case, case.base) if view is not case.base else None
    return view.once("strangers", lambda each: _Strangers(_origins(each.inventory), before))


def _is_ours(inventory: Inventory, edge: Edge) -> bool:
    """A neighbour on a device of one of our own sites (a name server that speaks BGP) is not the outside."""
    site = inventory.site_of(edge.end.remote_node) if edge.end.remote_node is not None else None
    return site is not None and site.kind != EXTERNAL


def _origins(inventory: Inventory) -> tuple[Prefix, ...]:
    """What we may originate: `origins`, else the sites' prefixes and the advertisements."""
    if inventory.origins is not None:
        return inventory.origins
    sites = (prefix for site in inventory.sites if site.kind != EXTERNAL for prefix in site.prefixes)
    return (*sites, *(prefix for each in inventory.advertisements for prefix in each.prefixes))


def rpki_invalid(case: Case, step: StepView, params: Parameters) -> Observations:
    """A route that we send or accept becomes invalid by the ROAs of the snapshot.

    Breaks: networks that validate drop it, so a part of the world no longer reaches the prefix.
    Example: a /25 is announced under a ROA whose maximum length is 24.
    Source: RFC 6811.
    """
    both(case, step)
    old = case.base.once("invalid", lambda view: frozenset(_invalid(view)))
    for prefix, asn, session in sorted(set(_invalid(step.view))):
        yield Observation(
            f"{prefix} with origin AS {asn} is RPKI-invalid on {session}",
            subjects=(str(prefix), session),
            existing=(prefix, asn, session) in old,
            key=f"{prefix} {asn} {session}",
            group=f"{session} {(prefix, asn, session) in old}",
        )


def _invalid(view: View) -> Iterator[tuple[Prefix, int, str]]:
    assessment, roas = view.assessment, view.snapshot.roas
    if assessment is None or not roas:
        return
    judged: dict[tuple[Prefix, int], bool] = {}
    for key, edge in external(view).items():
        bgp = assessment.state.bgp
        for prefix, attributes in (*bgp.offered(key).items(), *bgp.unlimited.accepted(key).items()):
            path = attributes.as_path
            asn = path[-1].asns[-1] if path and path[-1].asns else edge.end.local_as
            if asn is None:
                continue
            if (prefix, asn) not in judged:
                judged[prefix, asn] = _is_invalid(roas, prefix, asn)
            if judged[prefix, asn]:
                yield prefix, asn, str(edge)


def _is_invalid(roas: tuple[Roa, ...], prefix: Prefix, asn: int) -> bool:
    """RFC 6811 2: covered by some ROA, and matched by none."""
    covering = [roa for roa in roas if roa.prefix.covers(prefix)]
    return bool(covering) and not any(roa.asn == asn and prefix.length <= roa.max_length for roa in covering)


CHECKS = (
    Check("route-leak", route_leak, needs=NETWORK),
    Check("foreign-origin", foreign_origin, needs=NETWORK),
    Check("rpki-invalid", rpki_invalid, needs=NETWORK),
)
