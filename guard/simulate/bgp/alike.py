"""eBGP links that are configured alike on whatever routers: what one makes of a path, the others make of it too.

Law: links of one kind differ, in all that `export_route` reads, by the sender's address (its next hop) alone; a link of
which that is not sure has no kind and is asked alone. A backbone of hundreds of borders has a handful of kinds.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import fields

from guard.model import policy as said
from guard.model.bgp import BgpAttributes, BgpNeighbor, BgpProcess
from guard.model.device import Device
from guard.simulate.bgp.ends import EBGP
from guard.simulate.bgp.graph import EXPORT_FIELDS, Link, Speaker
from guard.simulate.bgp.path import LOCAL, Path
from guard.simulate.bgp.transform import CHECKS_PEER_AS
from guard.simulate.policy.meaning import called_names, meaning

#: What stands in a process and in a neighbour's configuration without a say in what is sent.
_PROCESS = tuple(
    each.name
    for each in fields(BgpProcess)
    if each.name not in ("source", "router_id", "cluster_id", "families", "neighbors", "route_distinguisher", "vrf",
                         "hold_time", "minimum_hold_time")
)
_UNREAD = frozenset((
    "source", "address", "interface", "listen", "remote_as", "remote_as_kind", "remote_as_options",
    "remote_as_ranges", "update_source", "multihop", "ttl_security", "authentication", "group", "description",
    "bfd", "hold_time", "minimum_hold_time", "families", "overlays", "other_families",
))  # fmt: skip
_NEIGHBOR = tuple(each.name for each in fields(BgpNeighbor) if each.name not in _UNREAD)

#: Conditions that are answered by the route, and actions that amend it, wherever it goes.
_OF_THE_ROUTE = (
    said.MatchPrefixList, said.MatchAcl, said.MatchPrefixRanges, said.MatchAsPath, said.MatchAsPathLength,
    said.MatchCommunity, said.MatchNextHop, said.MatchProtocol, said.MatchRouteType, said.MatchTag, said.MatchMetric,
    said.MatchLocalPreference, said.MatchWeight, said.MatchOrigin, said.MatchFamily, said.MatchPolicy, said.Opaque,
)  # fmt: skip
_TO_THE_ROUTE = (
    said.SetNumber, said.SetOrigin, said.SetCommunities, said.SetBandwidth, said.DeleteCommunities, said.PrependAsPath,
    said.PrependLastAs, said.ExcludeAs, said.ReplaceAs,
)  # fmt: skip


class Kinds:
    """Numbers of kinds, good for every state of a network: equal ones mean equal configurations."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._policies: dict[tuple[str, tuple[str, ...]], tuple[Device, int | None]] = {}

    def of(self, speaker: Speaker, link: Link) -> int | None:
        """The kind of a link; None: it is alone."""
        family, neighbor = link.out_family, link.out
        if link.kind != EBGP or family is None or neighbor is None or family.conditional is not None:
            return None
        if family.unsuppress_policy or family.next_hop_unchanged or link.overlay:
            return None
        policies = self._policy(speaker.device, (*family.export_policies, *(e.name for e in family.export_filters)))
        if policies is None:
            return None
        vendor = speaker.device.vendor
        reads_receiver = (
            vendor in CHECKS_PEER_AS
            or neighbor.sender_loop_detection
            or bool(family.remove_private_as)
            or family.as_override
        )
        key = (
            vendor,
            link.version,
            policies,
            link.sender_as,
            link.receiver_as if reads_receiver else 0,
            tuple(getattr(speaker.process, name) for name in _PROCESS),
            tuple(getattr(neighbor, name) for name in _NEIGHBOR),
            tuple(getattr(family, name) for name in EXPORT_FIELDS),
        )
        return self._number(key)

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _policy(self, device: Device, names: tuple[str, ...]) -> int | None:
        """A number for what policies and lists of these names say; None where they look at more than the route."""
        key = (device.name, names)
        known = self._policies.get(key)
        if known is None or known[0] is not device:
            held = tuple(_called(device, names))
            alone = any(map(_looks_further, held))
            known = self._policies[key] = (device, None if alone else self._number(_content(device, names, held)))
        return known[1]


def _called(device: Device, names: Iterable[str]) -> Iterator[said.RoutePolicy]:
    """The policies of these names and those that they call."""
    seen: set[str] = set()
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        policy = device.policies.get(name)
        if name not in seen and policy is not None:
            seen.add(name)
            waiting.extend(sorted(called_names(policy)))
            yield policy


def _looks_further(policy: said.RoutePolicy) -> bool:
    """Whether a policy looks at more than the route (the neighbour, the IGP, the table), or names a next hop."""
    return not all(
        all(isinstance(each, _OF_THE_ROUTE) for each in said.leaves(term.condition))
        and all(isinstance(action, _TO_THE_ROUTE) for action in term.actions)
        for term in policy.terms
    )


def _content(device: Device, names: tuple[str, ...], held: tuple[said.RoutePolicy, ...]) -> Hashable:
    """What the policies say, with every list whose name stands anywhere in them."""
    terms = tuple(map(meaning, held))
    mentioned = set(names) | set(_texts(terms))
    lists: list[Hashable] = [
        (kind, number, name, meaning(listed))
        for kind, each in (("prefix", device.prefix_lists), ("acl", device.acls), ("community", device.community_lists))
        for (number, name), listed in each.items()
        if name in mentioned
    ]
    lists.extend(("path", name, meaning(listed)) for name, listed in device.as_path_lists.items() if name in mentioned)
    return terms, frozenset(lists)


def _texts(value: Hashable) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | frozenset):
        for each in value:
            yield from _texts(each)


class AlikeExports:
    """What was sent of one route over links of each kind: asked once for each path that differs."""

    __slots__ = ("_by_identity", "_by_value")

    def __init__(self) -> None:
        # The paths' attributes are held along, so that an id stands for one object as long as this does.
        self._by_identity: dict[tuple[object, ...], tuple[BgpAttributes, BgpAttributes | None]] = {}
        self._by_value: dict[tuple[object, ...], BgpAttributes | None] = {}

    def find(self, kind: int, link: Link, best: Path) -> tuple[bool, BgpAttributes | None]:
        """Whether it is known what goes over a link, and what that is."""
        about = (best.kind, best.origin_protocol, best.interface)
        known = self._by_identity.get((kind, id(best.attributes), about))
        if known is not None:
            return True, _from(link, known[1])
        key = _value(kind, best)
        if key not in self._by_value:
            return False, None
        self._by_identity[kind, id(best.attributes), about] = best.attributes, self._by_value[key]
        return True, _from(link, self._by_value[key])

    def keep(self, kind: int, best: Path, sent: BgpAttributes | None) -> None:
        """Remember what went over one link of a kind."""
        self._by_value[_value(kind, best)] = sent


def _value(kind: int, best: Path) -> tuple[object, ...]:
    """All that an eBGP export reads of a path: reflection's marks are taken off before policy (RFC 4456 8)."""
    plain = best.attributes._replace(originator_id=None, cluster_list=())
    return kind, best.kind, best.origin_protocol, best.interface, plain


def _from(link: Link, sent: BgpAttributes | None) -> BgpAttributes | None:
    """What one sender sends as another does: with itself as the next hop."""
    if sent is None or sent.next_hop == link.sender_address:
        return sent
    return sent._replace(next_hop=link.sender_address)


def is_own_way(link: Link, best: Path) -> bool:
    """Whether a link may send the path otherwise than those of its kind: its next hop is a third party's, or none."""
    next_hop = best.attributes.next_hop
    if best.leaked or best.discards or (best.kind != LOCAL and next_hop is None):
        return True
    return next_hop is not None and link.subnet is not None and link.subnet.contains(next_hop)
