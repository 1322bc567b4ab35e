"""The decision process: a list of named eliminations per vendor (RFC 4271 9.1.2.2 and the vendors' own pages).

Law: `select` returns the best path and the name of the step that left it alone. MED is compared only within one
neighbouring AS, so it eliminates from the set and is never a pairwise sort (RFC 4271 9.1.2.2 c, 9.1.2.3).
"Oldest path" is no property of a snapshot and is passed over: the router-id decides, as after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guard.model.bgp import BgpFamily, BgpProcess
from guard.model.device import Vendor
from guard.simulate.bgp.ends import CONFED, IBGP
from guard.simulate.bgp.path import LOCAL, Hop, Path
from guard.simulate.policy.evaluator import first_as, path_length

#: A missing MED where `bgp bestpath med missing-as-worst` is set (RFC 4271 says lowest; vendors offer the highest).
_WORST_MED = 0xFFFFFFFF


class Entrant(NamedTuple):
    """A path with what resolving its next hop gave."""

    path: Path
    hop: Hop


class Selection(NamedTuple):
    """The winner, the step that decided, and the paths that are used: the winner first, then its equals."""

    best: Path
    step: str
    used: tuple[Path, ...]


#: How good an entrant is at one step: the lowest stay.
Measure = Callable[[Entrant, BgpProcess], int]


def _weight(each: Entrant, _: BgpProcess) -> int:
    return -each.path.attributes.weight


def _preference(each: Entrant, _: BgpProcess) -> int:
    return -(each.path.attributes.local_preference or 0)


def _learned(each: Entrant, _: BgpProcess) -> int:
    return each.path.kind != LOCAL


def _as_path_length(each: Entrant, process: BgpProcess) -> int:
    return 0 if process.ignore_as_path else path_length(each.path.attributes.as_path)


def _origin(each: Entrant, _: BgpProcess) -> int:
    return each.path.attributes.origin


def _internal(each: Entrant, _: BgpProcess) -> int:
    """eBGP (and what is our own) before iBGP; a confederation's eBGP counts as internal (RFC 5065 5.3)."""
    return each.path.kind in (IBGP, CONFED)


def _member_as(each: Entrant, _: BgpProcess) -> int:
    """Within the confederation, from another member AS before from our own."""
    return each.path.kind == IBGP


def _igp_metric(each: Entrant, _: BgpProcess) -> int:
    return each.hop.metric


def _router_id(each: Entrant, _: BgpProcess) -> int:
    originator = each.path.attributes.originator_id
    return each.path.peer_id if originator is None else originator


def _cluster_list(each: Entrant, _: BgpProcess) -> int:
    return len(each.path.attributes.cluster_list)


def _address(each: Entrant, _: BgpProcess) -> int:
    address = each.path.peer_address
    return -1 if address is None else address.value


def _link(each: Entrant, _: BgpProcess) -> int:
    return each.path.link


def _multi_exit(entrants: list[Entrant], process: BgpProcess) -> list[Entrant]:
    """Out goes who has a worse MED than another from the same neighbouring AS (or from any: always-compare-med)."""
    absent = _WORST_MED if process.med_missing_as_worst else 0
    measured = []
    least: dict[int, int] = {}
    for each in entrants:
        attributes = each.path.attributes
        med = absent if attributes.med is None else attributes.med
        group = 0 if process.always_compare_med else first_as(attributes.as_path)
        measured.append((each, group, med))
        least[group] = min(least.get(group, _WORST_MED), med)
    return [each for each, group, med in measured if med == least[group]]


#: The steps in order. MED has no measure of its own: it compares within groups.
_HEAD: tuple[tuple[str, Measure | None], ...] = (
    ("weight", _weight),
    ("local-preference", _preference),
    ("locally originated", _learned),
    ("AS path length", _as_path_length),
    ("origin", _origin),
    ("MED", None),
    ("eBGP over iBGP", _internal),
    ("IGP metric", _igp_metric),
)
_ROUTER: tuple[str, Measure] = ("router-id", _router_id)
_CLUSTERS: tuple[str, Measure] = ("cluster list length", _cluster_list)
_LAST: tuple[tuple[str, Measure], ...] = (("neighbor address", _address), ("session", _link))

#: Cisco "Select BGP Best Path Algorithm" (IOS), Nexus 9000 Unicast Routing Configuration Guide, "BGP path selection"
#: (NX-OS); Arista EOS manual, "BGP path selection"; FRR manual, "Route Selection".
#: Junos "Understanding BGP Path Selection": no weight, cluster list before router-id. What comes from other protocols
#: is not in BGP there: it is the active route by its preference, before anything of BGP is looked at.
ELIMINATIONS: dict[Vendor, tuple[tuple[str, Measure | None], ...]] = {
    Vendor.IOS: (*_HEAD, _ROUTER, _CLUSTERS, *_LAST),
    Vendor.NXOS: (*_HEAD, _ROUTER, _CLUSTERS, *_LAST),
    Vendor.EOS: (*_HEAD, _ROUTER, _CLUSTERS, *_LAST),
    Vendor.FRR: (*_HEAD[:-1], ("confederation's eBGP over iBGP", _member_as), _HEAD[-1], _ROUTER, _CLUSTERS, *_LAST),
    Vendor.JUNOS: (("route preference", _learned), *_HEAD[1:], _CLUSTERS, _ROUTER, *_LAST),
}

#: EOS with one routing agent: routes of other protocols are in another RIB, and come before any weight
#: (lab-validation, eos_bgp_weight_behavior_ribd; its multi-agent twin goes by weight first).
_ONE_AGENT = (("local route", _learned), *ELIMINATIONS[Vendor.EOS])

#: bgpd with `maximum-paths ibgp N equal-cluster-length`: fewer reflectors on the way win before the router-id
#: (bgp_route.c, bgp_path_info_cmp, steps 9 to 11; seen live, 8.4.4).
_FEWER_REFLECTORS = (*ELIMINATIONS[Vendor.FRR][:-4], _CLUSTERS, _ROUTER, *_LAST)

#: The last step after which paths still in the set may share the traffic.
_EQUAL_AFTER = "IGP metric"


def select(entrants: list[Entrant], process: BgpProcess, family: BgpFamily, vendor: Vendor) -> Selection | None:
    """The best of the usable paths and its equals; None where there is none."""
    if not entrants:
        return None
    if len(entrants) == 1:
        only = entrants[0].path
        return Selection(only, "only path", (only,))
    left, decided = entrants, "all alike"
    equals: list[Entrant] = []
    steps = _ONE_AGENT if process.single_agent else ELIMINATIONS.get(vendor, ELIMINATIONS[Vendor.IOS])
    if family.equal_cluster_length and vendor is Vendor.FRR:
        steps = _FEWER_REFLECTORS
    for name, measure in steps:
        kept = _keep(left, measure, process)
        if name == _EQUAL_AFTER:
            equals = kept
        left = kept
        if len(left) == 1:
            decided = name
            break
    best = left[0].path
    used = _share(left[0], equals, process, family, vendor) if len(equals) > 1 else (best,)
    return Selection(best, decided, used)


def _keep(left: list[Entrant], measure: Measure | None, process: BgpProcess) -> list[Entrant]:
    """Those that a step leaves in."""
    if measure is None:
        return _multi_exit(left, process)
    if len(left) == 2:  # nearly always: a client with two reflectors
        one, other = left
        difference = measure(one, process) - measure(other, process)
        return left if not difference else [one] if difference < 0 else [other]
    measured = [measure(each, process) for each in left]
    least = min(measured)
    return [each for each, value in zip(left, measured, strict=True) if value == least]


def _share(
    best: Entrant, equals: list[Entrant], process: BgpProcess, family: BgpFamily, vendor: Vendor
) -> tuple[Path, ...]:
    """Multipath: paths of the best one's kind that are equal up to the IGP metric, as many as configured."""
    if best.path.kind == LOCAL:
        return (best.path,)
    limit = family.maximum_paths_ibgp if best.path.kind == IBGP else family.maximum_paths
    if limit <= 1:
        return (best.path,)
    chosen: list[Path] = []
    ordered = [each.path for each in sorted(equals, key=lambda each: _tie_key(each, process))]
    hops = {best.path.attributes.next_hop}
    length = _cluster_list(best, process)
    for path in ordered:
        if family.equal_cluster_length and path.kind == IBGP and len(path.attributes.cluster_list) != length:
            continue
        if path is best.path or path.kind != best.path.kind or not _alike(best.path, path, process, vendor):
            continue
        if path.attributes.next_hop in hops and not path.interface:
            continue  # the same next hop twice is one way to forward
        hops.add(path.attributes.next_hop)
        chosen.append(path)
    return (best.path, *chosen[: limit - 1])


def _tie_key(each: Entrant, process: BgpProcess) -> tuple[int, int, int, int]:
    return (_router_id(each, process), _cluster_list(each, process), _address(each, process), each.path.link)


def _alike(best: Path, other: Path, process: BgpProcess, vendor: Vendor) -> bool:
    """Whether the AS paths permit sharing: the same path, or only the same length with multipath-relax.

    IOS compares whole paths for both kinds, and MED whatever AS it is from. FRR asks of eBGP paths of one length only
    that the neighbours be of one AS, and compares MED within one AS alone (bgp_route.c, bgp_path_info_cmp; seen live,
    8.4.4).
    """
    mine, theirs = best.attributes, other.attributes
    if vendor is Vendor.FRR:
        if best.kind != IBGP and not process.multipath_relax:
            return _neighbor_as(best) == _neighbor_as(other)
    elif (mine.med or 0) != (theirs.med or 0):
        return False
    if process.multipath_relax:
        return path_length(mine.as_path) == path_length(theirs.as_path)
    return mine.as_path == theirs.as_path


def _neighbor_as(path: Path) -> int:
    """The AS that told us, a member of the confederation included; where nobody says, the first of the path."""
    held = path.attributes.as_path
    return path.peer_as or (held[0].asns[0] if held and held[0].asns else 0)
