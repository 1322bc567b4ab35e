"""How BGP prefixes spread inside, and who surely still hears one after a failure.

Law: a speaker surely has a prefix if it is an origin that stands, or if one that surely has it surely sends it on. What
a session carried before, or would carry as no policy stands on it, it carries again, as all paths look alike to
policies, unless its sender may now have learned the prefix from another kind of peer (RFC 4456: what is not from a
client goes to clients alone).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes, NeighborFamily
from guard.model.rib import NextHop, RouteProtocol
from guard.model.state import BgpSession
from guard.simulate.bgp.advertising import sent_of
from guard.simulate.failures.graph import Components, Ground
from guard.simulate.layer3.links import DEFAULT_VRF
from guard.simulate.policy.evaluator import routes_asked
from guard.simulate.rib.plain_routes import Classified
from guard.snapshot.likeness import alike

NOBODY: frozenset[str] = frozenset()
#: Protocols by which a speaker holds a prefix that it gives to BGP itself.
LOCAL = frozenset({RouteProtocol.STATIC, RouteProtocol.CONNECTED, RouteProtocol.LOCAL, RouteProtocol.AGGREGATE})


@runtime_checkable
class Comparable(Classified, Protocol):
    """BGP tables that can tell cheaply where they are those of an earlier state."""

    def chosen_alike(self, other: object) -> frozenset[Prefix]:
        """Names of classes of which everybody surely uses and sends what he did there."""
        ...


@dataclass(frozen=True, slots=True)
class Spread:
    """One prefix among the speakers of iBGP: `local` and `external` ones are where it comes in, others hear it.

    `carried`: sender -> receivers. `mixed`: speakers that hear it from clients and from others.
    `ways`: next hops of those that hear it.
    """

    version: int
    local: frozenset[str]
    external: frozenset[str]
    origins: frozenset[str]  # both
    holders: frozenset[str]
    carried: Mapping[str, frozenset[str]]
    mixed: frozenset[str]
    ways: frozenset[tuple[NextHop, ...]] = field(compare=False)


class Spreads:
    """Asked for prefixes of `asked` alone; prepared once for a state in which nothing has failed yet."""

    def __init__(self, ground: Ground, asked: Iterable[Prefix], before: Spreads | None = None) -> None:
        self.ground = ground
        self.state = ground.state
        self._asked = frozenset(asked)
        self._sessions = [
            s
            for s in self.state.sessions
            if s.up and s.remote_node is not None and s.session_type.startswith("IBGP") and s.vrf == DEFAULT_VRF
        ]
        self._speakers = sorted({session.node for session in self._sessions})
        ends = {(s.node, s.remote_node, s.remote_address): s for s in self._sessions}
        self._back = {s.key: ends.get((s.remote_node or "", s.node, s.local_address)) for s in self._sessions}
        self._by_peer: dict[str, dict[tuple[str, Address | None], tuple[NeighborFamily, ...]]] = {}
        self._families = {session.key: self._families_of(session) for session in self._sessions}
        self._sent: dict[tuple[str, str, str], frozenset[Prefix]] = {}
        self._known: dict[Prefix, Spread | None] = {}
        self._heard: dict[tuple[int, frozenset[str]], frozenset[str]] = {}
        self._heard_in: object = None  # the components that these answers are for
        self._whole: dict[tuple[int, frozenset[str]], tuple[frozenset[str], frozenset[str]]] = {}
        self.clients = self._clients()
        self._everybody = frozenset(self._speakers)
        self._between: dict[int, frozenset[str]] = {}  # by spread (its id): who may pass it on to all
        self._senders: dict[int, dict[str, frozenset[str]]] = {}  # by spread (its id): whom a speaker may send it to
        self._lasting = frozenset(session.key for session in self._sessions if self._lasts(session))
        self._free = {version: self._unfiltered_sessions(version) for version in (4, 6)}
        self.bound = self._is_bound()
        #: Those of a state before, where sessions are what they were.
        self._before = before if before is not None and self._has_sessions_of(before) else None
        self._standing: frozenset[Prefix] | None = None

    def frame(self) -> tuple[object, ...]:
        """What `heard` looks at besides the spread itself."""
        return self._speakers, self.clients, self._free

    def of(self, prefix: Prefix) -> Spread | None:
        """None where its paths do not all look alike, or something else keeps the argument from being sound."""
        if prefix not in self._known:
            before = self._before
            if self.bound or not self._may_be_in_bgp(prefix):
                self._known[prefix] = None
            elif before is not None and prefix in before._known and self._is_as_in(before, prefix):
                self._known[prefix] = before._known[prefix]
            else:
                self._known[prefix] = self._find(prefix)
        return self._known[prefix]

    def _may_be_in_bgp(self, prefix: Prefix) -> bool:
        bgp = self.state.bgp
        return not isinstance(bgp, Classified) or bgp.class_of(prefix) is not None

    def _has_sessions_of(self, before: Spreads) -> bool:
        """Whether sessions of another state carry what these carry, as long as the prefixes at their ends are alike."""
        ours, theirs = (
            (each.bound, each._sessions, each._lasting, each._free, each._families.keys()) for each in (self, before)
        )
        return ours == theirs and all(alike(each, before._families[key]) for key, each in self._families.items())

    def _is_as_in(self, before: Spreads, prefix: Prefix) -> bool:
        """Whether everybody holds for a prefix, and sends, what he did in another state."""
        one, other = before.ground.forwarder.plain_routes, self.ground.forwarder.plain_routes
        if prefix.length == 0 or one.places is None or other.places is None:
            return False  # a default route may be given to sessions alone
        if prefix in one.learned or prefix in other.learned or one.places.get(prefix) != other.places.get(prefix):
            return False
        was, now = before.state.bgp, self.state.bgp
        if not isinstance(was, Classified) or not isinstance(now, Comparable):
            return False
        if self._standing is None:
            self._standing = now.chosen_alike(was)
        return was.class_of(prefix) == now.class_of(prefix) and now.class_of(prefix) in self._standing

    def _unfiltered_sessions(self, version: int) -> dict[str, frozenset[str]]:
        """Sender -> receivers of sessions that last and that no policy or filter of either end stands on."""
        found: dict[str, set[str]] = defaultdict(set)
        for session in self._sessions:
            back = self._back[session.key]
            if back is None or session.remote_node is None or session.key not in self._lasting:
                continue
            out = [f for f in self._families[session.key] if f.version == version and f.activated]
            into = [f for f in self._families[back.key] if f.version == version and f.activated]
            if not out or not into or any(f.export_policies or f.export_filters for f in out):
                continue
            if not any(f.import_policies or f.import_filters for f in into):
                found[session.node].add(session.remote_node)
        return {node: frozenset(far) for node, far in found.items()}

    def _is_bound(self) -> bool:
        """Conditional advertisement, and limits that our own sessions may reach, defeat the argument."""
        most = len(self.ground.forwarder.universe)
        for device in self.ground.links.snapshot.devices.values():
            if routes_asked(device):
                return True
            for process in device.bgp:
                for neighbor in process.neighbors:
                    inside = neighbor.remote_as == process.asn or neighbor.remote_as_kind == "internal"
                    for family in neighbor.families:
                        limit = family.maximum_prefix
                        if family.conditional is not None or (inside and limit is not None and limit.limit < most):
                            return True
        return False

    def _find(self, prefix: Prefix) -> Spread | None:
        looks: set[tuple[object, ...]] = set()
        ways: set[tuple[NextHop, ...]] = set()
        local, external, holders = set(), set(), set()
        for node in self._speakers:
            row = self.state.bgp.best(node, DEFAULT_VRF, prefix)
            if row is None:
                continue
            entry = self.state.ribs[node, DEFAULT_VRF].get(prefix)
            if entry is None:
                return None
            holders.add(node)
            if entry.protocol in LOCAL and prefix in self.state.bgp.originated(node, DEFAULT_VRF):
                local.add(node)
                continue
            ways.add(entry.next_hops)
            if entry.protocol not in (RouteProtocol.IBGP, RouteProtocol.BGP):
                return None
            looks.add(look(row.attributes, row.local_preference))
            if entry.protocol is RouteProtocol.BGP:
                external.add(node)
        if len(looks) > 1 or not (local or external):
            return None
        carried = self._carried(prefix)
        kinds: dict[str, set[bool]] = defaultdict(set)
        for sender, receivers in carried.items():
            for receiver in receivers:
                kinds[receiver].add(sender in self.clients.get(receiver, NOBODY))
        mixed = frozenset(node for node, found in kinds.items() if len(found) > 1)
        return Spread(
            prefix.version, frozenset(local), frozenset(external), frozenset(local | external), frozenset(holders),
            carried, mixed, frozenset(ways),
        )  # fmt: skip

    def _carried(self, prefix: Prefix) -> dict[str, frozenset[str]]:
        carried: dict[str, set[str]] = defaultdict(set)
        for session in self._sessions:
            if session.remote_node and prefix in self._sent_over(session):
                carried[session.node].add(session.remote_node)
        return {node: frozenset(far) for node, far in carried.items()}

    def _sent_over(self, session: BgpSession) -> frozenset[Prefix]:
        """What a session carries of the prefixes that are asked about; nothing if it may not last or import filters."""
        known = self._sent.get(session.key)
        if known is None:
            back = self._back[session.key]
            known = frozenset()
            if back is not None and session.key in self._lasting:
                known = sent_of(self.state.bgp, session.key, self._asked)
                if any(f.import_policies or f.import_filters for f in self._families[back.key]):
                    known = known.intersection(self.state.bgp.accepted(back.key))
            self._sent[session.key] = known
        return known

    def _lasts(self, session: BgpSession) -> bool:
        """Whether a session stands as long as its ends are connected in the IGP: between two known loopbacks."""
        here, far, there = session.local_address, session.remote_address, session.remote_node
        if here is None or far is None or there is None:
            return False
        return self.ground.is_good(session.node, here) and self.ground.is_good(there, far)

    def _clients(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for session in self._sessions:
            if session.remote_node and any(f.route_reflector_client for f in self._families[session.key]):
                found[session.node].add(session.remote_node)
        return {node: frozenset(clients) for node, clients in found.items()}

    def _families_of(self, session: BgpSession) -> tuple[NeighborFamily, ...]:
        known = self._by_peer.get(session.node)
        if known is None:
            known = self._by_peer[session.node] = {}
            for process in self.ground.links.snapshot.devices[session.node].bgp:
                for peer in process.neighbors:
                    key = (process.vrf, peer.address)
                    known[key] = known.get(key, ()) + peer.families
        return known.get((session.vrf, session.remote_address), ())

    def heard(self, spread: Spread, standing: Iterable[str], components: Components) -> frozenset[str]:
        """Speakers that surely have the prefix, given the origins that surely stand; and perhaps some that failed."""
        origins = frozenset(standing)
        before = self._heard_as_before(spread, origins, components)
        if before is not None:
            return before
        if components.key != self._heard_in:  # every router that fails leaves components of its own
            self._heard_in = components.key
            self._heard.clear()
        key = (id(spread), origins)
        if key not in self._heard:
            self._heard[key] = self._hear(spread, origins, components)[0]
        return self._heard[key]

    def _heard_as_before(
        self, spread: Spread, origins: frozenset[str], components: Components
    ) -> frozenset[str] | None:
        """Who hears it while nothing fails, of those that are left, if none of the others told it to anybody."""
        whole = (id(spread), origins)
        left = self._left(origins, components)
        if left is None:
            return None
        if whole not in self._whole:
            self._whole[whole] = self._hear(spread, origins, self.ground.whole)
        heard, tellers = self._whole[whole]
        if components.parts is self.ground.whole.parts:
            return heard if components.lost.isdisjoint(tellers) else None
        return heard & left | origins if tellers <= left else None

    def _left(self, origins: frozenset[str], components: Components) -> frozenset[str] | None:
        """With whom all the origins are connected still; None where that is not one part of an area."""
        if components.parts is self.ground.whole.parts:
            return self._everybody if components.lost.isdisjoint(origins) else None
        if len(components.areas) > 1 or not origins:
            return None
        (area,) = components.areas
        found = {components.of(area, origin) for origin in origins}
        return next(iter(found)) if len(found) == 1 else None

    def _hear(
        self, spread: Spread, origins: frozenset[str], components: Components
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Who surely hears it, and from whom (of those that tell it to somebody who did not know)."""
        seen = set(origins)
        tellers: set[str] = set()
        frontier = sorted(origins)
        while frontier:
            for node in frontier:
                for far in self._receivers(node, spread, origins, components) - seen:
                    seen.add(far)
                    tellers.add(node)
                    frontier.append(far)
            frontier = sorted(self._meshed(spread, origins, components) - seen)
            if frontier:
                tellers |= self._passing(spread)
            seen.update(frontier)
        return frozenset(seen), frozenset(tellers)

    def _receivers(self, node: str, spread: Spread, origins: frozenset[str], components: Components) -> frozenset[str]:
        """Whom a speaker that has the prefix surely sends it to.

        An origin sends to all. Who hears it from its only origin itself prefers that path (RFC 4456 9: its cluster list
        is the shortest, and all else is equal), so it sends to all if the origin is a client. Who hears it from one
        kind of peer alone sends it to whom it sent it before. Everybody sends to clients.
        """
        may = self._sends_to(node, spread)
        if node not in origins and not self._hears_its_client(node, spread, origins, components):
            clients = may.intersection(self.clients.get(node, NOBODY))
            may = clients if node in spread.mixed else clients | spread.carried.get(node, frozenset())
        return components.among(node, may)

    def _hears_its_client(self, node: str, spread: Spread, origins: frozenset[str], components: Components) -> bool:
        if len(spread.origins) != 1 or not origins:
            return False
        (origin,) = origins
        sends = node in spread.carried.get(origin, frozenset())
        return sends and origin in self.clients.get(node, NOBODY) and components.common(node, origin) is not None

    def _meshed(self, spread: Spread, origins: frozenset[str], components: Components) -> set[str]:
        """Speakers with sessions to everybody who may pass the prefix on to all.

        A reflector that surely hears it from a client either prefers that, and sends it to all, or prefers the path of
        a peer that is no client of its own, which then has it from a client or the outside and sends it to all:
        whoever has sessions to all that may be in that place hears it from one of them.
        """
        passing = self._passing(spread)
        sure = next((y for y in sorted(passing) if self._fed(y, spread, origins, components)), None)
        if sure is None:
            return set()
        found = set(components.among(sure, self._everybody))
        for z in components.among(sure, passing - self.clients.get(sure, NOBODY)):
            found &= self._sends_to(z, spread) | {z}
        return found

    def _passing(self, spread: Spread) -> frozenset[str]:
        known = self._between.get(id(spread))
        if known is None:
            fed = (y for y in self._speakers if not spread.origins.isdisjoint(self.clients.get(y, NOBODY)))
            known = self._between[id(spread)] = spread.origins.union(fed)
        return known

    def _fed(self, node: str, spread: Spread, origins: frozenset[str], components: Components) -> bool:
        return any(
            origin in self.clients.get(node, NOBODY)
            and node in self._sends_to(origin, spread)
            and components.common(node, origin) is not None
            for origin in origins
        )

    def _sends_to(self, node: str, spread: Spread) -> frozenset[str]:
        known = self._senders.setdefault(id(spread), {})
        if node not in known:
            known[node] = spread.carried.get(node, NOBODY) | self._free[spread.version].get(node, NOBODY)
        return known[node]

    def all_lead_to_origins(self, spread: Spread) -> bool:
        """Whether the next hops of all who hear it inside are addresses of its origins that the IGP alone carries."""
        return all(hops and all(self._is_at(hop.address, spread.origins) for hop in hops) for hops in spread.ways)

    def _is_at(self, address: Address | None, origins: frozenset[str]) -> bool:
        return address is not None and any(self.ground.is_good(origin, address) for origin in origins)


def look(attributes: BgpAttributes, local_preference: int) -> tuple[object, ...]:
    """What policies can tell paths apart by, apart from where they come from."""
    return (
        attributes.as_path,
        attributes.communities,
        local_preference,
        attributes.med,
        attributes.origin,
        attributes.tag,
    )
