"""What we tell the outside that we must not: routes of others, and prefixes that are not ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from guard.judge.case import Case, StepView, View
from guard.judge.catalogue import NETWORK, Check, Observations, Parameters
from guard.judge.checks.common import both
from guard.judge.checks.outside import LATERAL, Edge, Key, Outgoing, edges, named, outgoing, senders
from guard.judge.checks.policy_names import permitted_entries
from guard.judge.finding import Enforcement, Observation, listed, some
from guard.model.address import Prefix
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
    known = case.base.once("edges", edges)
    found = edges(step.view)
    sent = outgoing(case, case.base), outgoing(case, step.view)
    old = case.base.once("leaks", lambda view: _leaks(view, before, known, sent[0], frozenset(known)))
    new = _leaks(step.view, after, found, sent[1], frozenset(known))
    tests = senders(after, found)
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


def _leaks(
    view: View, assessment: Assessment, found: Mapping[Key, Edge], sent: Iterable[Outgoing], old: frozenset[Key]
) -> Leaks:
    roles = {key: edge.role or ("" if key in old else "peer") for key, edge in found.items()}
    leaks: Leaks = {}
    for key, entry, prefixes in sent:
        if roles[key] in LATERAL and entry is not None and entry != key and roles.get(entry) in LATERAL:
            where = f"came in by {found[entry]} ({roles[entry]})"
            way = (key, f"would send a {roles[key]} routes of others")
            leaks.setdefault(way, {}).update(dict.fromkeys(prefixes, where))
    for key, edge in found.items():
        cone = edge.peering.cone if edge.peering is not None else None
        if roles[key] == "customer" and cone is not None:
            inside = PrefixSet(cone)
            for prefix in assessment.state.bgp.unlimited.accepted(key):
                if next(inside.covering(prefix), None) is None:
                    leaks.setdefault((key, _OUTSIDE_CONE), {})[prefix] = f"accepted from {edge}"
    _add_permitted(leaks, view, found)
    return leaks


def _add_permitted(leaks: Leaks, view: View, found: Mapping[Key, Edge]) -> None:
    """What the lists of a customer's import policy permit beyond its cone, whether or not it is sent today."""
    for key, edge in found.items():
        cone = edge.peering.cone if edge.peering is not None and edge.role == "customer" else None
        if cone is None:
            continue
        inside = PrefixSet(cone)
        for entry in permitted_entries(view.snapshot, edge.end):
            if next(inside.covering(entry.range.prefix), None) is None:
                told = f"{entry.source} permits {entry.range.prefix} up to /{entry.range.high}"
                leaks.setdefault((key, _OUTSIDE_CONE), {}).setdefault(entry.range.prefix, told)


def foreign_origin(case: Case, step: StepView, params: Parameters) -> Observations:
    """A prefix outside `origins` is born here and would be sent outside; a default for a customer is none.

    Breaks: whoever really holds the prefix loses his traffic to us.
    Example: a null route for a stranger's /24, made to block it, is redistributed and announced.
    Source: Pakistan Telecom and YouTube, 24 February 2008; AS 7007, 25 April 1997.
    """
    both(case, step)

    def foreign(view: View) -> dict[Prefix, list[str]]:
        return _foreign(view, outgoing(case, view))

    old = case.base.once("foreign", foreign)
    for prefix, sessions in sorted(foreign(step.view).items()):
        yield Observation(
            f"{prefix} is not ours to originate, and is born here",
            subjects=(str(prefix), *some(sessions)),
            evidence=some([f"{session} would carry {prefix}" for session in sessions]),
            existing=prefix in old,
            key=str(prefix),
            group="existing" if prefix in old else "",
        )


def _foreign(view: View, sent: Iterable[Outgoing]) -> dict[Prefix, list[str]]:
    ours = _origins(view.inventory)
    if not ours:
        return {}
    found: dict[Prefix, list[str]] = {}
    inside = PrefixSet(ours)
    outside = edges(view)
    inner = {key for key, edge in outside.items() if _is_ours(view.inventory, edge)}
    for key, entry, prefixes in sent:
        if entry is not None or key in inner:
            continue
        edge = outside[key]
        for prefix in prefixes:
            default = prefix.length == 0 and edge.role in ("customer", "rs-client")
            if not default and not is_test_prefix(prefix) and next(inside.covering(prefix), None) is None:
                found.setdefault(prefix, []).append(str(edge))
    return found


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
    for key, edge in edges(view).items():
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
