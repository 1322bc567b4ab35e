"""The decision process: a list of named eliminations per vendor (RFC 4271 9.1.2.2 and the vendors' own pages).

Law: `select` returns the best path and the name of the step that left it alone. MED is compared only within one
neighbouring AS, so it eliminates from the set and is never a pairwise sort (RFC 4271 9.1.2.2 c, 9.1.2.3).
"Oldest path" is no property of a snapshot and is passed over: the router-id decides, as after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guard.model.bgp import BgpFamily, BgpProcess, as_path_text
from guard.model.device import Vendor
from guard.simulate.bgp_path import LOCAL, Hop, Path
from guard.simulate.bgp_session import CONFED, IBGP
from guard.simulate.policy_eval import first_as, path_length

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


Elimination = Callable[[list[Entrant], BgpProcess], list[Entrant]]


def _lowest(measure: Callable[[Entrant], int]) -> Elimination:
    def eliminate(entrants: list[Entrant], process: BgpProcess) -> list[Entrant]:
        del process
        measured = [measure(each) for each in entrants]
        least = min(measured)
        return [each for each, value in zip(entrants, measured, strict=True) if value == least]

    return eliminate


def _as_path_length(entrants: list[Entrant], process: BgpProcess) -> list[Entrant]:
    if process.ignore_as_path:
        return entrants
    return _lowest(lambda each: path_length(each.path.attributes.as_path))(entrants, process)


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


def _internal(each: Entrant) -> int:
    """eBGP (and what is our own) before iBGP; a confederation's eBGP counts as internal (RFC 5065 5.3)."""
    return each.path.kind in (IBGP, CONFED)


def _router_id(each: Entrant) -> int:
    originator = each.path.attributes.originator_id
    return each.path.peer_id if originator is None else originator


def _address(each: Entrant) -> int:
    address = each.path.peer_address
    return -1 if address is None else address.value


def _link(each: Entrant) -> int:
    return each.path.link


_WEIGHT = ("weight", _lowest(lambda each: -each.path.attributes.weight))
_PREFERENCE = ("local-preference", _lowest(lambda each: -(each.path.attributes.local_preference or 0)))
_ORIGINATED = ("locally originated", _lowest(lambda each: each.path.kind != LOCAL))
_LENGTH = ("AS path length", _as_path_length)
_ORIGIN = ("origin", _lowest(lambda each: each.path.attributes.origin))
_MED = ("MED", _multi_exit)
_EXTERNAL = ("eBGP over iBGP", _lowest(_internal))
_IGP = ("IGP metric", _lowest(lambda each: each.hop.metric))
_ROUTER = ("router-id", _lowest(_router_id))
_CLUSTERS = ("cluster list length", _lowest(lambda each: len(each.path.attributes.cluster_list)))
_NEIGHBOR = ("neighbor address", _lowest(_address))
_SESSION = ("session", _lowest(_link))

_TIES = (_ROUTER, _CLUSTERS, _NEIGHBOR, _SESSION)
_HEAD = (_WEIGHT, _PREFERENCE, _ORIGINATED, _LENGTH, _ORIGIN, _MED, _EXTERNAL, _IGP)

#: Cisco "Select BGP Best Path Algorithm" (IOS); Arista EOS manual, "BGP path selection"; FRR manual, "Route Selection".
#: Junos "Understanding BGP Path Selection": no weight, cluster list before router-id.
ELIMINATIONS: dict[Vendor, tuple[tuple[str, Elimination], ...]] = {
    Vendor.IOS: (*_HEAD, *_TIES),
    Vendor.EOS: (*_HEAD, *_TIES),
    Vendor.FRR: (*_HEAD, *_TIES),
    Vendor.JUNOS: (*_HEAD[1:], _CLUSTERS, _ROUTER, _NEIGHBOR, _SESSION),
}

#: The last step after which paths still in the set may share the traffic.
_EQUAL_AFTER = "IGP metric"


def select(entrants: list[Entrant], process: BgpProcess, family: BgpFamily, vendor: Vendor) -> Selection | None:
    """The best of the usable paths and its equals; None where there is none."""
    if not entrants:
        return None
    if len(entrants) == 1:
        only = entrants[0].path
        return Selection(only, "only path", (only,))
    left, decided = entrants, ""
    equals: list[Entrant] = []
    for name, eliminate in ELIMINATIONS.get(vendor, ELIMINATIONS[Vendor.IOS]):
        if len(left) > 1:
            kept = eliminate(left, process)
            if len(kept) == 1:
                decided = name
            left = kept
        if name == _EQUAL_AFTER:
            equals = left
            if len(left) == 1:
                break
    best = left[0]
    used = _share(best, equals, process, family) if len(equals) > 1 else (best.path,)
    return Selection(best.path, decided or "all alike", used)


def _share(best: Entrant, equals: list[Entrant], process: BgpProcess, family: BgpFamily) -> tuple[Path, ...]:
    """Multipath: paths of the best one's kind that are equal up to the IGP metric, as many as configured."""
    if best.path.kind == LOCAL:
        return (best.path,)
    limit = family.maximum_paths_ibgp if best.path.kind == IBGP else family.maximum_paths
    if limit <= 1:
        return (best.path,)
    chosen: list[Path] = []
    ordered = [each.path for each in sorted(equals, key=_tie_key)]
    hops = {best.path.attributes.next_hop}
    for path in ordered:
        if path is best.path or path.kind != best.path.kind or not _alike(best.path, path, process):
            continue
        if path.attributes.next_hop in hops and not path.interface:
            continue  # the same next hop twice is one way to forward
        hops.add(path.attributes.next_hop)
        chosen.append(path)
    return (best.path, *chosen[: limit - 1])


def _tie_key(each: Entrant) -> tuple[int, int, int, int]:
    return (_router_id(each), len(each.path.attributes.cluster_list), _address(each), each.path.link)


def _alike(best: Path, other: Path, process: BgpProcess) -> bool:
    """Whether the AS paths permit sharing: the same path, or only the same length with multipath-relax.

    IOS compares whole paths for both kinds; FRR (bgp_mpath.c) too, unless relaxed.
    """
    mine, theirs = best.attributes, other.attributes
    if (mine.med or 0) != (theirs.med or 0):
        return False
    if process.multipath_relax:
        return path_length(mine.as_path) == path_length(theirs.as_path)
    return mine.as_path == theirs.as_path


def describe(path: Path) -> str:
    """A path in a sentence, for evidence."""
    via = path.peer_address or path.interface or path.origin_protocol
    return f"[{as_path_text(path.attributes.as_path)}] from {via}"
