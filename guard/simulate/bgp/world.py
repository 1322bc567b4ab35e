"""What one class's run asks of the state around it: next hops, what a vendor keeps to itself, originated defaults.

Law: answers are functions of snapshot, underlay and graph; what is remembered here only saves asking twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import partial
from typing import NamedTuple, TypeGuard

from guard.model import vendor_defaults as defaults
from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.model.policy import MatchRouteExists
from guard.model.rib import RouteProtocol
from guard.simulate.bgp.alike import Kinds
from guard.simulate.bgp.decision import Selection
from guard.simulate.bgp.ends import EBGP, far_allowed
from guard.simulate.bgp.flocks import Answer, Flock, answer, flocks, like
from guard.simulate.bgp.graph import Graph, Link, Speaker
from guard.simulate.bgp.origin import default_path, unimported_networks
from guard.simulate.bgp.path import LOCAL, LOCAL_HOP, Hop, Path, leads_to_itself
from guard.simulate.bgp.policy import Conditional
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.surroundings import Earlier, Needs, Split
from guard.simulate.bgp.transform import after_policy
from guard.simulate.policy.evaluator import RouteView
from guard.simulate.rib.main_rib import offers
from guard.simulate.rib.resolution_policy import resolvable
from guard.simulate.rib.underlay import Carrying, Still, Underlay, beside

_UNUSABLE = Hop(usable=False, metric=0)
_NOTHING: frozenset[MatchRouteExists] = frozenset()

#: What a speaker resolves a next hop for: address, table, whether it has to be directly connected, and whether it is
#: asked for a route to that very address.
Ask = tuple[Address, str, bool, bool]

#: Speaker, next hop and VRF ("": its own), as runs remember what they read.
HopRead = tuple[int, Address, str]


class Limits(NamedTuple):
    """What tables hold back: links whose conditional routes are not sent, and what is over a maximum-prefix-out.

    `absent`: routes that export policies of a speaker ask for and that its table does not have.
    """

    held_back: frozenset[int] = frozenset()
    capped: frozenset[tuple[int, Prefix]] = frozenset()
    absent: Mapping[int, frozenset[MatchRouteExists]] = {}


class World:
    """The answers (surroundings.World) for one graph."""

    def __init__(self, underlay: Underlay, graph: Graph, limits: Limits, like: World | None = None) -> None:
        """`like`: an earlier world; what follows from the graph alone is shared with it, if it is the same."""
        like = like if like is not None and like.graph is graph else None
        self.underlay = underlay
        self.graph: Graph = graph
        self.limits: Limits = limits
        self.hops: dict[int, dict[Ask, tuple[Hop, Prefix | None]]] = {}  # by speaker
        self.runs: dict[Prefix, ClassRun] = {}
        self._flocks: dict[int, tuple[tuple[Flock, ...], dict[int, Flock]]] = {}
        self._usable_by: dict[Address, frozenset[int]] = {}
        self._earlier_flocks: dict[tuple[int, int, int, int], Flock | None] = {}  # by ids that earlier runs keep
        self._needs: dict[Needs, Needs] = {}
        self._granted: dict[tuple[int, int, int], bool] = {}  # by the ids of things that earlier runs keep
        self._still: tuple[Underlay, Underlay, Still | None] | None = None
        self.kinds = Kinds()
        self._kind_of: dict[int, int | None] = {}
        self._reached: dict[int, dict[tuple[int, str, Address], bool]] = {}  # by earlier state (its id)
        self.solving = True
        self._selective: frozenset[int] = like._selective if like is not None else _selective(graph)
        self._carried: dict[Address, tuple[frozenset[str], frozenset[int]]] = {}  # nodes, and their speakers
        self._carried_before = like._carried if like is not None else {}
        if like is not None:
            self._flocks, self._kind_of, self.kinds = like._flocks, like._kind_of, like.kinds

    def hop(self, speaker: Speaker, path: Path, prefix: Prefix) -> Hop:
        """Whether the path's next hop is reachable for this prefix, and at what cost."""
        next_hop = path.attributes.next_hop
        if path.kind == LOCAL or path.interface or path.discards or path.via is not None:
            return LOCAL_HOP
        if next_hop is None:
            return _UNUSABLE
        link = self.graph.links.get(path.link)
        near = (
            link is not None
            and link.kind == EBGP
            and not link.overlay
            and link.peer_address != next_hop
            and not (link.into is not None and far_allowed(link.into))
        )
        if speaker.table or path.leaked:  # the next hop is looked up in another table than the route is for
            return self.ask(speaker.index, (next_hop, path.vrf, near, False))[0]
        itself = leads_to_itself(prefix, next_hop)
        hop, through = self.ask(speaker.index, (next_hop, path.vrf, near, itself))
        return _UNUSABLE if through == prefix else hop  # RFC 4271 9.1.2.1

    def usable(self, speaker: Speaker, next_hop: Address, prefix: Prefix) -> bool:
        """Whether an iBGP route for `prefix` may use the next hop."""
        if next_hop.is_link_local:
            return True
        hop, through = self.ask(speaker.index, (next_hop, "", False, leads_to_itself(prefix, next_hop)))
        return hop.usable and through != prefix

    def flocks(self, version: int) -> tuple[Flock, ...]:
        """Speakers that are told what they hear together."""
        return self._flocks_of(version)[0]

    def flock(self, version: int, index: int) -> Flock | None:
        """The flock that a speaker belongs to."""
        return self._flocks_of(version)[1].get(index)

    def _flocks_of(self, version: int) -> tuple[tuple[Flock, ...], dict[int, Flock]]:
        known = self._flocks.get(version)
        if known is None:
            held = flocks(self.graph, version)
            known = self._flocks[version] = held, {index: flock for flock in held for index in flock.members}
        return known

    def heard_by(self, run: ClassRun, flock: Flock) -> Answer | None:
        """What a flock hears of a class, and the members who surely can use it; None: each decides for itself.

        Remembered by the run, whose choices stand.
        """
        if flock.number not in run.heard:
            run.heard[flock.number] = self._find_heard(run, flock)
        return run.heard[flock.number]

    def _find_heard(self, run: ClassRun, flock: Flock) -> Answer | None:
        found = self._answer(run, flock)
        if found is None or found.offered is None:
            return found
        next_hop = found.offered.next_hop
        if next_hop is None or leads_to_itself(run.prefix, next_hop):
            return None
        members = found.members & self.usable_by(next_hop)
        return Answer(found.offered, members) if members else None

    def _answer(self, run: ClassRun, flock: Flock) -> Answer | None:
        """What a flock hears, whoever can use it: as in the run that this one was taken over from, if that tells."""
        if flock.number not in run.answers:
            earlier = run.earlier
            theirs = self.earlier_flock(earlier, flock) if earlier is not None else None
            if earlier is None or theirs is None or not isinstance(earlier.run.world, World):
                run.answers[flock.number] = answer(run, flock)
            else:
                known = earlier.run.world._answer(earlier.run, theirs)
                if known is not None and theirs is not flock:
                    known = Answer(known.offered, (known.members & flock.members) - earlier.apart)
                run.answers[flock.number] = known
        return run.answers[flock.number]

    def earlier_flock(self, earlier: Earlier, flock: Flock) -> Flock | None:
        """The flock of an earlier state that hears the same from the same, with its own members; None: not sure."""
        key = (id(earlier.run.world), id(earlier.apart), flock.version, flock.number)
        if key not in self._earlier_flocks:
            self._earlier_flocks[key] = self._find_earlier_flock(earlier, flock)
        return self._earlier_flocks[key]

    def _find_earlier_flock(self, earlier: Earlier, flock: Flock) -> Flock | None:
        world, senders = earlier.run.world, {group.first.sender for group in flock.groups}
        standing = flock.members - earlier.apart
        if not isinstance(world, World) or not standing or not senders.isdisjoint(earlier.apart):
            return None
        theirs = world.flock(flock.version, min(standing))
        if theirs is None or theirs is flock:
            return theirs
        return theirs if [each.index for each in theirs.groups] == [each.index for each in flock.groups] else None

    def told(self, run: ClassRun, index: int) -> Selection | None:
        flock = self.flock(run.version, index)
        if flock is None:
            return None
        if flock.number not in run.models:
            run.models[flock.number] = None  # who is asked meanwhile decides for itself
            run.models[flock.number] = self._model(run, flock)
        model = run.models[flock.number]
        return like(run, flock, model[0], index) if model is not None and index in model[1] else None

    def _model(self, run: ClassRun, flock: Flock) -> tuple[Selection, frozenset[int]] | None:
        """What one member uses, and for whom that tells enough."""
        heard = self.heard_by(run, flock)
        if heard is None or heard.offered is None:
            return None
        selection = run.asked_alone(min(heard.members))[0]
        return None if selection is None else (selection, heard.members)

    def usable_by(self, next_hop: Address) -> frozenset[int]:
        """Speakers of global tables that surely may use the next hop of an iBGP route, as an IGP alone leads there."""
        known = self._usable_by.get(next_hop)
        if known is None:
            nodes: frozenset[str] = frozenset()
            if _is_carrying(self.underlay):
                nodes = self.underlay.carried(next_hop)
            nodes = nodes.difference(each.node for each in self.underlay.topology.owners(next_hop))
            theirs = self._carried_before.get(next_hop)
            if theirs is not None and theirs[0] == nodes:
                nodes, known = theirs
            else:
                found = (self.graph.by_name.get((node, "default")) for node in nodes)
                known = frozenset(index for index in found if index is not None)
            self._carried[next_hop] = nodes, known
            self._usable_by[next_hop] = known
        return known

    def interned(self, needs: Needs) -> Needs:
        return self._needs.setdefault(needs, needs)

    def grants(self, needs: Needs, earlier: Earlier) -> bool:
        key = (id(needs), id(earlier.apart), id(earlier.links))
        known = self._granted.get(key)
        if known is None:
            known = needs.speakers.isdisjoint(earlier.apart) and needs.links.isdisjoint(earlier.links)
            world = earlier.run.world
            known = known and isinstance(world, World)
            if known and isinstance(world, World):
                known = all(self._is_still(world, *hop) for hop in needs.hops)
                known = known and self._are_reached(world, needs.reached)
            self._granted[key] = known
        return known

    def _are_reached(self, earlier: World, hops: frozenset[tuple[int, str, Address]]) -> bool:
        """Whether next hops surely are as much use to their speakers as they were, whatever they cost now."""
        known = self._reached.setdefault(id(earlier), {})
        for hop in hops:
            found = known.get(hop)
            if found is None:
                found = known[hop] = self._is_reached(earlier, *hop)
            if not found:
                return False
        return True

    def _is_reached(self, earlier: World, index: int, vrf: str, next_hop: Address) -> bool:
        free = vrf == "default" and not self.graph.speakers[index].device.resolution_policies
        if free and index in self.usable_by(next_hop) and index in earlier.usable_by(next_hop):
            return True
        return self._is_still(earlier, index, vrf, next_hop)

    def _is_still(self, earlier: World, index: int, vrf: str, next_hop: Address) -> bool:
        """Whether a next hop surely resolves for a speaker as it did in an earlier state."""
        still = self.since(earlier)
        return still is not None and still.is_still(self.graph.speakers[index].node, vrf, next_hop)

    def since(self, earlier: World) -> Still | None:
        """The underlay beside that of an earlier state; None where it cannot tell."""
        if self._still is None or self._still[0] is not earlier.underlay or self._still[1] is not self.underlay:
            self._still = earlier.underlay, self.underlay, beside(earlier.underlay, self.underlay)
        return self._still[2]

    def take_hops(self, earlier: World, read: Mapping[int, Set[tuple[Address, str]]]) -> frozenset[HopRead]:
        """Take over how next hops that runs of an earlier state `read` resolve; those that resolve otherwise now."""
        still, changed = self.since(earlier), set[HopRead]()
        for index, wanted in read.items():
            known, speaker = earlier.hops.get(index, {}), self.graph.speakers.get(index)
            if speaker is None:
                changed.update((index, *each) for each in wanted)
                continue
            own = self.hops[index] = {}
            for what, before in known.items():
                next_hop, vrf, _, _ = what
                if (next_hop, vrf) not in wanted:
                    continue
                if still is not None and still.is_still(speaker.node, vrf or speaker.vrf, next_hop):
                    own[what] = before
                elif self.ask(index, what) != before:
                    changed.add((index, next_hop, vrf))
        return frozenset(changed)

    def ask(self, index: int, what: Ask) -> tuple[Hop, Prefix | None]:
        """How a next hop resolves for a speaker, and the BGP prefix that it resolves through, if any."""
        answers = self.hops.get(index)
        if answers is None:
            answers = self.hops[index] = {}
        known = answers.get(what)
        if known is None:
            known = answers[what] = self._resolve(self.graph.speakers[index], what)
        return known

    def _resolve(self, speaker: Speaker, what: Ask) -> tuple[Hop, Prefix | None]:
        next_hop, vrf, near, itself = what
        vrf = vrf or speaker.vrf
        if next_hop.is_link_local:
            return LOCAL_HOP, None
        if any((each.node, each.vrf) == (speaker.node, vrf) for each in self.underlay.topology.owners(next_hop)):
            return _UNUSABLE, None  # our own address (RFC 4271 6.3)
        if itself and speaker.device.vendor is Vendor.FRR:
            return _UNUSABLE, None  # bgpd: "prefix loops through itself" (bgp_nht.c; seen live, 8.4.4)
        if near and self.underlay.connected(speaker.node, vrf, next_hop) is None:
            return _UNUSABLE, None  # a directly connected neighbour may name none but its own subnet (RFC 4271 5.1.3)
        resolve = self.underlay.beneath if itself else self.underlay.resolve
        found = resolve(speaker.node, vrf, next_hop)
        if found is None:
            return _UNUSABLE, None
        if found.prefix.length == 0 and speaker.device.vendor is Vendor.FRR:
            return _UNUSABLE, None  # zebra: `ip nht resolve-via-default` is off
        if speaker.device.resolution_policies and not resolvable(speaker.evaluator, vrf, found):
            return _UNUSABLE, None
        interface = found.hops[0].interface or "" if found.hops else ""
        by_bgp = found.protocol in (RouteProtocol.BGP, RouteProtocol.IBGP)
        return Hop(True, found.metric, interface), found.prefix if by_bgp else None

    def inactive(self, speaker: Speaker, path: Path, members: PrefixClass) -> bool | None:
        if _is_own(speaker, path) or speaker.index not in self._selective:
            return None
        apart = [prefix for prefix in members.prefixes if self._beaten(speaker, path, prefix)]
        if 0 < len(apart) < len(members.prefixes):
            if self.solving:
                raise Split(frozenset(apart))
            return False  # read member by member: see `keeps`
        return bool(apart)

    def _beaten(self, speaker: Speaker, path: Path, prefix: Prefix) -> bool:
        """Whether BGP's route for the prefix is not in the main RIB: another protocol's is better, or a policy is."""
        family = speaker.families[prefix.version]
        of_kind = {EBGP: family.distance_external, LOCAL: family.distance_local}
        distance = of_kind.get(path.kind, family.distance_internal)
        entry = self.underlay.entry(speaker.node, speaker.vrf, prefix)
        if entry is not None and entry.admin_distance < (path.distance or distance):
            return True
        if not speaker.device.install_policies:
            return False
        from guard.simulate.rib.install import may_install

        near = partial(self.underlay.connected, speaker.node, speaker.vrf)
        return not may_install(speaker.evaluator, speaker.vrf, prefix, path.attributes, near=near)

    def keeps(self, link: Link, run: ClassRun, prefix: Prefix) -> bool:
        """Whether the sender keeps this member of the class back although it sends others."""
        if link.sender not in self._selective or len(run.members.prefixes) == 1:
            return False
        speaker = self.graph.speakers[link.sender]
        selection = run.selection(link.sender)
        if selection is None or _is_own(speaker, selection.best):
            return False
        return self._beaten(speaker, selection.best, prefix)

    def keeps_any(self, index: int, run: ClassRun, members: PrefixClass) -> bool | None:
        """`inactive` for the best path of a run, asked of this state; None where the members differ."""
        selection = run.selections.get(index)
        speaker = self.graph.speakers[index]
        if selection is None or _is_own(speaker, selection.best):
            return False
        beaten = {self._beaten(speaker, selection.best, prefix) for prefix in members.prefixes}
        return beaten.pop() if len(beaten) == 1 else None

    def is_selective(self, indices: Iterable[int]) -> bool:
        """Whether one of the speakers sends only what it installs."""
        return not self._selective.isdisjoint(indices)

    def default_origin(self, speaker: Speaker, link: Link) -> BgpAttributes | None:
        family = link.out_family
        assert family is not None
        path = default_path(speaker)
        prefix = DEFAULT_V4 if link.version == 4 else DEFAULT_V6
        attributes: BgpAttributes | None = path.attributes
        if link.kind == EBGP:
            attributes = path.attributes._replace(local_preference=None)
        if family.default_originate_policy:
            attributes = self._default_policy(speaker, link, prefix, path.attributes)
        if attributes is None:
            return None
        return after_policy(path, attributes, "", link, speaker)

    def _default_policy(
        self, speaker: Speaker, link: Link, prefix: Prefix, attributes: BgpAttributes
    ) -> BgpAttributes | None:
        """The map of default-originate: a question to the table (IOS, FRR), or a policy of the default itself (EOS)."""
        assert link.out_family is not None
        names = (link.out_family.default_originate_policy,)
        if not defaults.DEFAULT_ORIGINATE_MAP_IS_CONDITION.get(speaker.device.vendor, False):
            view = RouteView(prefix, attributes, own_as=speaker.process.asn, local=True)
            allowed = speaker.evaluator.evaluate(names, view)
            return allowed.attributes if allowed is not None else None
        for view in self._views(speaker, link.version):
            allowed = speaker.evaluator.evaluate(names, view)
            if allowed is not None:
                return _as_set(speaker, names, view, attributes)
        return None

    def _views(self, speaker: Speaker, version: int) -> Iterator[RouteView]:
        """What a condition looks at: IOS and NX-OS the main RIB, FRR BGP's table."""
        for prefix, run in sorted(self.runs.items()):
            if prefix.version == version and prefix.length:
                selection = run.selection(speaker.index)
                if selection is not None:
                    best = selection.best
                    yield RouteView(prefix, best.attributes, protocol=best.origin_protocol, own_as=speaker.process.asn)
        if speaker.device.vendor is Vendor.FRR:
            for prefix, attributes in unimported_networks(speaker, version):
                yield RouteView(prefix, attributes, own_as=speaker.process.asn, local=True)
        if speaker.device.vendor in (Vendor.IOS, Vendor.NXOS):
            for prefix, entry in self.underlay.entries(speaker.node, speaker.vrf):
                if prefix.version == version:
                    hop = entry.next_hops[0] if entry.next_hops else None
                    attributes = BgpAttributes(next_hop=hop.address if hop else None, med=entry.metric, tag=entry.tag)
                    yield RouteView(prefix, attributes, protocol=entry.protocol.value, own_as=speaker.process.asn)

    def absent(self, speaker: Speaker) -> frozenset[MatchRouteExists]:
        return self.limits.absent.get(speaker.index, _NOTHING)

    def conditional(self, speaker: Speaker, link: Link, view: RouteView) -> Conditional:
        """FRR sends what the advertise-map takes by that map alone; others by it and the usual policy."""
        family = link.out_family
        if family is None or family.conditional is None:
            return Conditional(view, decided=False)
        taken = speaker.evaluator.evaluate((family.conditional.advertise_policy,), view)
        if taken is None:
            return Conditional(view, decided=False)
        if link.index in self.limits.held_back:
            return Conditional(None, decided=True)
        return Conditional(taken, decided=True) if speaker.device.vendor is Vendor.FRR else Conditional(view, False)

    def export_kind(self, link: Link) -> int | None:
        if link.index not in self._kind_of:
            self._kind_of[link.index] = self.kinds.of(self.graph.speakers[link.sender], link)
        return self._kind_of[link.index]

    def capped(self, link: Link, members: PrefixClass) -> bool:
        if not self.limits.capped:
            return False
        over = frozenset(prefix for prefix in members.prefixes if (link.index, prefix) in self.limits.capped)
        if 0 < len(over) < len(members.prefixes):
            if self.solving:
                raise Split(over)
            return False
        return bool(over)


def _selective(graph: Graph) -> frozenset[int]:
    """Speakers that send only what they install."""
    return frozenset(
        index
        for index, speaker in graph.speakers.items()
        if not speaker.table
        and (
            any(not each.advertise_inactive for near in speaker.process.neighbors for each in near.families)
            or waits_for_fib(speaker)
        )
    )


def _is_carrying(underlay: Underlay) -> TypeGuard[Carrying]:
    return offers(type(underlay), Carrying)


def _is_own(speaker: Speaker, path: Path) -> bool:
    """Whether BGP has the route from the main RIB itself; FRR's aggregates are installed first, as learned routes."""
    if path.kind != LOCAL:
        return False
    return path.origin_protocol != "aggregate" or not waits_for_fib(speaker)


def waits_for_fib(speaker: Speaker) -> bool:
    """Whether BGP sends what it learned only once it is installed (FRR `bgp suppress-fib-pending`).

    On NX-OS the command waits for the hardware to be done, which it is in a converged state.
    """
    return speaker.process.suppress_fib_pending and speaker.device.vendor is Vendor.FRR


def _as_set(speaker: Speaker, names: tuple[str, ...], view: RouteView, base: BgpAttributes) -> BgpAttributes:
    """What a map that matched `view` sets, on top of the default's own attributes."""
    bare = view._replace(attributes=view.attributes._replace(as_path=base.as_path, med=base.med, origin=base.origin))
    changed = speaker.evaluator.evaluate(names, bare)
    if changed is None:
        return base  # it matched by what the default does not have
    held = changed.attributes
    communities = held.communities if held.communities != view.attributes.communities else ()
    return base._replace(as_path=held.as_path, med=held.med, origin=held.origin, communities=communities)
