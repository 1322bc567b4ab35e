"""The fixed point of one prefix class: updates go round between speakers until nobody changes his mind.

Law: bounded, deterministic, and only those take part whose choice can change somebody else's; the rest (clients and
stubs, most of a backbone) are answered when asked. Order of work is by speaker index, so equal inputs give equal runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from guard.model.address import Address
from guard.model.bgp import BgpAttributes, BgpFamily
from guard.model.device import Vendor
from guard.simulate.bgp import leak as bgp_leak
from guard.simulate.bgp.alike import AlikeExports, is_own_way
from guard.simulate.bgp.decision import Entrant, Selection, select
from guard.simulate.bgp.ends import LEAK
from guard.simulate.bgp.graph import OUTSIDE, Group, Link, Speaker
from guard.simulate.bgp.origin import suppresses
from guard.simulate.bgp.path import LOCAL, Hop, Path
from guard.simulate.bgp.policy import export_route, import_route
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.bgp.surroundings import Earlier, Needs, Seed, World
from guard.simulate.bgp.transform import takes_plainly
from guard.simulate.policy.evaluator import first_as

if TYPE_CHECKING:
    from guard.simulate.bgp.flocks import Answer

#: A speaker that changes its mind more often than this is taken to oscillate. Path hunting from an empty start needs
#: a handful of changes; the generated backbones and all corpora here stay below 12.
MOST_CHANGES = 200


#: A slot of an Adj-RIB-In is the link's index, with the number of an additional path above it.
_SLOT_BITS = 32
_SLOT_MASK = (1 << _SLOT_BITS) - 1


class ClassRun:
    """One class in one state. `active` speakers took part; others are computed when asked for."""

    def __init__(self, world: World, members: PrefixClass, seeds: tuple[Seed, ...]) -> None:
        self.world = world
        self.members = members
        self.seeds = seeds
        self.prefix = members.first
        self.version = members.first.version
        self.candidates: dict[int, dict[int, Path]] = {}
        self.locals: dict[int, list[Path]] = {}
        self.selections: dict[int, Selection | None] = {}
        self.contested: set[int] = set()
        self.oscillates: tuple[int, ...] = ()
        self.hops_read: set[tuple[int, Address, str]] = set()
        self.inactive_read: dict[int, bool] = {}
        self._sent: set[int] = set()
        self._running = False
        self._lazy: dict[int, tuple[Selection | None, dict[int, Path]]] = {}
        self._told: set[int] = set()  # of those, who was told the best path alone
        self.answers: dict[int, Answer | None] = {}  # by flock: what it hears, whoever can use it
        self.heard: dict[int, Answer | None] = {}  # by flock: the same, and who can use it
        self.models: dict[int, tuple[Selection, frozenset[int]] | None] = {}  # by flock: what one uses, like whom
        self._exports: dict[int, tuple[Path, BgpAttributes | None]] = {}
        self._alike_exports = AlikeExports()
        self._plain: dict[int, BgpAttributes | None] = {}
        self._earlier: Earlier | None = None
        self._alike: dict[int, bool] = {}
        self._needs: dict[int, Needs | None] = {}

    def carried_over(
        self, world: World, members: PrefixClass, apart: tuple[frozenset[int], frozenset[int]] | None = None
    ) -> ClassRun:
        """The same fixed point in another state in which nothing that it read has changed.

        `apart`: speakers and links that are not what they were; what others are asked later, the old run can answer.
        """
        run = ClassRun(world, members, self.seeds)
        if apart is not None and self.version == members.first.version and self.prefix.length > 0:
            run._earlier = Earlier(self, *apart)
        run.candidates, run.locals, run.selections = self.candidates, self.locals, self.selections
        run.hops_read, run.inactive_read = self.hops_read, self.inactive_read
        return run

    @property
    def earlier(self) -> Earlier | None:
        """The run of the state before that this one was taken over from."""
        return self._earlier

    # ------------------------------------------------------------------------------------------------ the run

    def run(self, *, reverse: bool = False, injectors: Iterable[int] = ()) -> None:
        """From an empty network to the fixed point, or to the bound."""
        for seed in self.seeds:
            self._plant(seed)
        for index in injectors:
            self.candidates.setdefault(index, {})
        self._running = True
        self._settle(self.candidates, first=set(self.candidates), reverse=reverse)
        self._running = False

    def continued(self, world: World, members: PrefixClass, concerned: Iterable[int]) -> ClassRun:
        """On from this fixed point, in a state in which next hops of those concerned resolve otherwise, and no more.

        The run itself, taken over, where nobody decides otherwise.
        """
        if all(self._decides_alike(world, index) for index in concerned):
            return self.carried_over(world, members, (frozenset(), frozenset()))
        run = ClassRun(world, members, self.seeds)
        run.candidates = {index: dict(held) for index, held in self.candidates.items()}
        run.locals, run.selections = self.locals, dict(self.selections)
        run.hops_read, run.inactive_read = set(self.hops_read), dict(self.inactive_read)
        run._sent = set(self._sent)
        run._running = True
        run._settle(concerned, first=set(), reverse=False)
        run._running = False
        return run

    def _decides_alike(self, world: World, index: int) -> bool:
        """Whether a speaker that took part chooses in another state what it chose, given the same paths."""
        speaker = world.graph.speakers[index]
        if speaker.adds[self.version] or speaker.table or speaker.evaluator.tells_igp_metric:
            return False
        there = ClassRun(world, self.members, self.seeds)
        there.locals = self.locals
        return there._decide(speaker, self.candidates[index]) == self.selections[index]

    def _settle(self, start: Iterable[int], *, first: set[int], reverse: bool) -> None:
        """Let those who start decide; who changes his mind, or is one of the `first`, tells others, to the end."""
        queue = deque(sorted(start, reverse=reverse))
        waiting = set(queue)
        changes: dict[int, int] = {}
        while queue:
            index = queue.popleft()
            waiting.discard(index)
            changed = self._reselect(index)
            if not changed and index not in first:
                continue
            first.discard(index)
            changes[index] = changes.get(index, 0) + 1
            if changes[index] > MOST_CHANGES:
                self.oscillates = tuple(sorted(i for i, count in changes.items() if count > MOST_CHANGES // 2))
                return
            for receiver in sorted(self._push(index), reverse=reverse):
                if receiver not in waiting:
                    waiting.add(receiver)
                    queue.append(receiver)

    def _plant(self, seed: Seed) -> None:
        graph = self.world.graph
        index = graph.by_name[(seed.node, seed.vrf)]
        if seed.path is not None:
            self.candidates.setdefault(index, {})
            self.locals.setdefault(index, []).append(seed.path)
        elif seed.session is not None and seed.attributes is not None:
            link = graph.by_inbound.get((seed.session, self.version))
            if link is None:
                return
            speaker = graph.speakers[index]
            path = import_route(speaker, link, seed.attributes, self.prefix, _outside_id(link))
            self.candidates.setdefault(index, {})
            if path is not None:
                self.candidates[index][link.index] = path

    def _reselect(self, index: int) -> bool:
        """Decide anew; whether the best path is another one."""
        speaker = self.world.graph.speakers[index]
        before = self.selections.get(index)
        selection = self._decide(speaker, self.candidates[index])
        self.selections[index] = selection
        if speaker.adds[self.version] or speaker.table:
            return True  # other paths than the best go out as well
        if before is None or selection is None:
            return before is not selection
        return before.best != selection.best

    def _decide(self, speaker: Speaker, learned: Mapping[int, Path]) -> Selection | None:
        return self.select_of(speaker, (*self.locals.get(speaker.index, ()), *learned.values()))

    def select_of(self, speaker: Speaker, paths: Iterable[Path], family: BgpFamily | None = None) -> Selection | None:
        """The best of some paths, as the speaker decides (with other settings of its family, if given)."""
        family = family or speaker.families.get(self.version)
        if family is None:
            return None
        entrants = []
        for path in paths:
            hop = self._hop(speaker, path)
            if hop.usable:
                entrants.append(Entrant(path, hop))
        return select(entrants, speaker.process, family, speaker.device.vendor)

    def _hop(self, speaker: Speaker, path: Path) -> Hop:
        next_hop = path.attributes.next_hop
        if next_hop is not None and path.kind != LOCAL and self._running:
            self.hops_read.add((speaker.index, next_hop, path.vrf))
        return self.world.hop(speaker, path, self.prefix)

    def _push(self, index: int) -> set[int]:
        """Send the new best path (or its withdrawal) to all who take part; returns whose table changed."""
        graph = self.world.graph
        touched: set[int] = set()
        for group in graph.speakers[index].groups[self.version]:
            something = self._sends(group)
            if not something and group.index not in self._sent:
                continue  # nothing to say, and nothing said that would have to be taken back
            self._sent.add(group.index)
            for link in self._concerned(group, new=something):
                if link.receiver not in self.candidates:
                    self._activate(link.receiver)
                    touched.add(link.receiver)
                elif self._deliver(link):
                    touched.add(link.receiver)
        return touched

    def _sends(self, group: Group) -> bool:
        """Whether the sender has something for the group now, whoever may be left out of it."""
        first = group.first
        if self.prefix.length == 0 and first.out_family is not None and first.out_family.default_originate:
            return True
        selection = self.selections.get(first.sender)
        if selection is None:
            return False
        if self.group_export(group, selection.best) is not None:
            return True
        adds = self.world.graph.speakers[first.sender].adds[self.version]
        return adds and any(self.additional(link) for link in group.links)

    def _brings(self, link: Link) -> bool:
        return self.offer(link) is not None or bool(self.additional(link))

    def _concerned(self, group: Group, *, new: bool) -> list[Link]:
        """The links of a group to those who take part, or would if something came."""
        candidates = self.candidates
        if len(candidates) < len(group.links):
            found = [link for index in candidates for link in group.by_receiver.get(index, ())]
        else:
            found = [link for link in group.links if link.receiver in candidates]
        if not new or not group.hot:
            return found
        return found + [each for each in group.hot if each.receiver not in candidates and self._brings(each)]

    def _activate(self, index: int) -> None:
        self.candidates[index] = {}
        selections, to_stub = self.selections, self.world.graph.to_stub
        for link in self.world.graph.speakers[index].links_in[self.version]:
            if selections.get(link.sender) is not None or link.index in to_stub or self.prefix.length == 0:
                self._deliver(link)

    def _deliver(self, link: Link) -> bool:
        """Put what the sender offers into the receiver's Adj-RIB-In; whether that changed it."""
        if link.sender == OUTSIDE:
            return False
        held = self.candidates[link.receiver]
        if link.index in self.world.graph.adds:
            return _exchange(held, link, self._incoming(link))
        path = self._take(link, self.offer(link))
        if path is None:
            return held.pop(link.index, None) is not None
        if held.get(link.index) == path:
            return False
        held[link.index] = path
        return True

    def _incoming(self, link: Link) -> dict[int, Path]:
        """All paths that a link brings, by slot: the best in the link's own, additional ones (RFC 7911) in others."""
        if link.kind == LEAK:
            return self._imported(link)
        best = self._take(link, self.offer(link))
        found = {} if best is None else {link.index: best}
        for number, sent in enumerate(self.additional(link), 1):
            path = self._take(link, sent)
            if path is not None:
                found[link.index | number << _SLOT_BITS] = path
        return found

    def additional(self, link: Link) -> list[BgpAttributes]:
        """What goes out besides the best path: paths with next hops of their own, as many as were asked for."""
        selection = self.selections.get(link.sender)
        if link.index not in self.world.graph.adds or selection is None or link.out_family is None:
            return []
        speaker = self.world.graph.speakers[link.sender]
        how = link.out_family.add_path_send
        limit = int(how[5:]) - 1 if how.startswith("best-") and how[5:].isdecimal() else 1 << 16
        hops = {selection.best.attributes.next_hop}
        # bgpd sends all that it has; others one path for each next hop (Cisco, "BGP Additional Paths").
        every = speaker.device.vendor is Vendor.FRR
        found: list[BgpAttributes] = []
        for path in self._additional_paths(speaker, selection.best, how):
            learned = self.world.graph.links.get(path.link)
            if (path.attributes.next_hop in hops and not every) or _same_neighbor(learned, link):
                continue
            if path is selection.best or not self.usable(speaker, path):
                continue
            sent = self._export(speaker, link, path)
            if sent is not None and len(found) < limit:
                hops.add(path.attributes.next_hop)
                found.append(sent)
        return found

    def _additional_paths(self, speaker: Speaker, best: Path, how: str) -> Iterable[Path]:
        """What there is to send beside the best path: all that is accepted, or the best of each neighbouring AS."""
        held = [path for _, path in sorted(self.candidates[speaker.index].items())]
        if how != "per-as":
            return held
        of_as: dict[int, list[Path]] = {}
        for path in held:
            of_as.setdefault(first_as(path.attributes.as_path), []).append(path)
        chosen = (self.select_of(speaker, those) for _, those in sorted(of_as.items()))
        return [each.best for each in chosen if each is not None and each.best != best]

    def _take(self, link: Link, sent: BgpAttributes | None) -> Path | None:
        if sent is None:
            return None
        if link.kind == LEAK:
            return self._copied(link, sent)
        speakers = self.world.graph.speakers
        sender_id = speakers[link.sender].router_id
        return import_route(speakers[link.receiver], link, sent, self.prefix, sender_id)

    def _copied(self, link: Link, sent: BgpAttributes) -> Path | None:
        """The path of a VRF in another table of the same device: its next hop goes on resolving where it did."""
        selection = self.selection(link.sender)
        if selection is None:
            return None
        source, target = self.world.graph.speakers[link.sender], self.world.graph.speakers[link.receiver]
        if target.table:
            return bgp_leak.originated(source, link, selection.best, sent)
        return bgp_leak.copied(selection.best, link, sent, source.vrf)

    def _copy(self, link: Link) -> BgpAttributes | None:
        """What one table lets another have, as policies and route targets have it."""
        source, target = self.world.graph.speakers[link.sender], self.world.graph.speakers[link.receiver]
        if source.table:
            return next((path.attributes for path in self._imported(link).values()), None)
        selection = self.selection(link.sender)
        return None if selection is None else bgp_leak.given(source, target, link, selection.best, self.prefix)

    def _imported(self, link: Link) -> dict[int, Path]:
        """What a VRF takes from a VPN's table, by slot: of what other devices sent, all or the best by its vendor."""
        learned = self.candidates.get(link.sender)
        if not learned:
            return {}  # a VPN's table takes part wherever something comes to it
        source, target = self.world.graph.speakers[link.sender], self.world.graph.speakers[link.receiver]
        heard = {slot: path for slot, path in sorted(learned.items()) if path.kind != LOCAL}
        if not bgp_leak.imports_all(target):
            chosen = self._decide(source, heard)
            heard = {link.index: chosen.best} if chosen is not None else {}
        found: dict[int, Path] = {}
        for number, path in enumerate(heard.values()):
            sent = bgp_leak.takes(target, path, path.attributes, self.prefix, link.overlay)
            if sent is not None and self.usable(source, path):
                found[link.index | number << _SLOT_BITS] = bgp_leak.copied(path, link, sent, source.vrf)
        return found

    # --------------------------------------------------------------------------------------------- exporting

    def offer(self, link: Link) -> BgpAttributes | None:
        """What the sender of the link has for its receiver now (Adj-RIB-Out after policy)."""
        graph = self.world.graph
        speaker = graph.speakers[link.sender]
        if self.prefix.length == 0 and link.out_family is not None and link.out_family.default_originate:
            injected = self.world.default_origin(speaker, link)
            if injected is not None:
                return injected
        selection = self.selections.get(link.sender)
        if selection is None and link.sender not in self.selections and self._may_ask(link):
            selection = self.selection(link.sender)
            earlier = self._earlier
            same = earlier is not None and self._alike.get(link.sender) and link.index not in earlier.links
            if earlier is not None and same and not self.world.is_selective((link.sender,)):
                return earlier.run.offer(link)
        if selection is None:
            return None
        best = selection.best
        given = bool(speaker.table) and link.kind == LEAK  # by a VPN's table to a VRF: see `_imported`
        if best.link >= 0 and not given and not link.returns and _same_neighbor(graph.links.get(best.link), link):
            return None
        return self.group_export(graph.group_of[link.index], best)

    def group_export(self, group: Group, best: Path) -> BgpAttributes | None:
        """What the sender of an update group makes of its best path for all of the group; remembered."""
        first = group.first
        if first.kind == LEAK:
            return self._copy(first)
        known = self._exports.get(group.index)
        if known is not None and known[0] is best:
            return known[1]
        sender = self._earlier_group(first)
        if sender is not None and self._earlier is not None:
            sent = self._earlier.run.group_export(sender, best)
        else:
            sent = self._export(self.world.graph.speakers[first.sender], first, best)
        self._exports[group.index] = (best, sent)
        return sent

    def _earlier_group(self, link: Link) -> Group | None:
        """The update group of a link in the earlier run, if that makes the same of what its sender has: it took part,
        so its next hops are as they were."""
        earlier = self._earlier
        if earlier is None or link.sender not in self.selections or link.sender in earlier.apart:
            return None
        return None if link.index in earlier.links else earlier.run.world.graph.group_of.get(link.index)

    def _may_ask(self, link: Link) -> bool:
        """A speaker that did not take part can offer only to stubs and to the outside (or it would have)."""
        return link.receiver == OUTSIDE or link.index in self.world.graph.to_stub

    def _export(self, speaker: Speaker, link: Link, best: Path) -> BgpAttributes | None:
        kept = self.world.inactive(speaker, best, self.members)
        if kept is not None:
            self.inactive_read[speaker.index] = kept
            if kept:
                return None
        sent = self._sent_as_others(speaker, link, best)
        return None if sent is None or self.world.capped(link, self.members) else sent

    def _sent_as_others(self, speaker: Speaker, link: Link, best: Path) -> BgpAttributes | None:
        """What goes over a link, from what went over another one of its kind where that tells it."""
        suppressed = self.suppressed(speaker, best)
        kind = None if suppressed or is_own_way(link, best) else self.world.export_kind(link)
        if kind is not None:
            found, sent = self._alike_exports.find(kind, link, best)
            if found:
                return sent
        sent = export_route(
            speaker,
            link,
            best,
            self.prefix,
            suppressed=suppressed,
            igp_metric=self._hop(speaker, best).metric if speaker.evaluator.tells_igp_metric else 0,
            conditional=self.world.conditional,
            absent=self.world.absent(speaker),
        )
        if kind is not None:
            self._alike_exports.keep(kind, best, sent)
        return sent

    def suppressed(self, speaker: Speaker, best: Path) -> bool:
        """Whether an aggregate of the speaker keeps this more specific route in."""
        family = speaker.families.get(self.version)
        if family is None or not family.aggregates:
            return False
        return any(suppresses(speaker, each, self.prefix, best.attributes) for each in family.aggregates)

    # ----------------------------------------------------------------------------------------------- reading

    def selection(self, index: int) -> Selection | None:
        """What the speaker uses for this class, whether it took part or not."""
        if index in self.selections:
            return self.selections[index]
        return self._asked(index)[0]

    def table(self, index: int) -> Mapping[int, Path]:
        """The speaker's accepted paths by link, best or not."""
        if index in self.candidates:
            return self.candidates[index]
        found = self._asked(index)[1]
        if index in self._told:
            self._told.discard(index)
            found = self._learned(index)
            self._lazy[index] = (self._lazy[index][0], found)
        return found

    def _asked(self, index: int) -> tuple[Selection | None, dict[int, Path]]:
        known = self._lazy.get(index)
        if known is not None:
            return known
        self._lazy[index] = (None, {})  # whoever asks back meanwhile is told nothing
        taken = self._taken_over(index)
        if taken is not None:
            self._lazy[index] = taken
            return taken
        told = self.world.told(self, index) if not self._running else None
        if told is not None:
            self._told.add(index)
            self._lazy[index] = (told, {told.best.link: told.best})
            return self._lazy[index]
        return self.asked_alone(index)

    def asked_alone(self, index: int) -> tuple[Selection | None, dict[int, Path]]:
        """What a speaker that took no part makes of what it is offered."""
        learned = self._learned(index)
        found = self._lazy[index] = (self._decide(self.world.graph.speakers[index], learned), learned)
        return found

    def _learned(self, index: int) -> dict[int, Path]:
        learned: dict[int, Path] = {}
        for link in self.world.graph.speakers[index].links_in[self.version]:
            if link.index in self.world.graph.adds:
                if link.kind != LEAK or link.sender in self.candidates:
                    learned.update(self._incoming(link))
                continue
            sent = self.offer(link) if link.sender != OUTSIDE else None
            path = self._take(link, sent) if sent is not None else None
            if path is not None:
                learned[link.index] = path
        return learned

    def _taken_over(self, index: int) -> tuple[Selection | None, dict[int, Path]] | None:
        """What the earlier run found for a speaker that took no part, if its next hops resolve as they did.

        Whoever hears from others that took no part is asked anew if these send anything else now.
        """
        earlier = self._earlier
        if earlier is None or index in earlier.apart:
            return None
        if self.is_quiet(index):
            return self._as_earlier(index, earlier.run)
        speaker, to_stub = self.world.graph.speakers[index], self.world.graph.to_stub
        heard = speaker.links_in[self.version]
        asked = (link for link in heard if link.index in to_stub and link.sender not in self.selections)
        if not all(self._sends_as_before(link, earlier) for link in asked):
            return None
        found = earlier.run._asked(index)
        before = earlier.run.world.hop
        for path in (*self.locals.get(index, ()), *found[1].values()):
            if self.world.hop(speaker, path, self.prefix) != before(speaker, path, self.prefix):
                return None
        return self._as_earlier(index, earlier.run)

    def _as_earlier(self, index: int, run: ClassRun) -> tuple[Selection | None, dict[int, Path]]:
        self._alike[index] = True
        found = run._asked(index)
        if index in run._told:
            self._told.add(index)
        return found

    def _sends_as_before(self, link: Link, earlier: Earlier) -> bool:
        """Whether one that took no part sends over a link what it sent in the earlier run."""
        if link.index in earlier.links or link.index in self.world.graph.adds:
            return False
        self.selection(link.sender)
        return self._alike.get(link.sender, False) or self.offer(link) == earlier.run.offer(link)

    def is_quiet(self, index: int) -> bool:
        """Whether a speaker that took no part surely uses what it used in the earlier run, without asking anybody."""
        earlier = self._earlier
        needs = earlier.run.needs(index) if earlier is not None else None
        return earlier is not None and needs is not None and self.world.grants(needs, earlier)

    def needs(self, index: int) -> Needs | None:
        """What a speaker's choice hangs on, the run itself apart; None where that is not known."""
        if index not in self._needs:
            self._needs[index] = None  # who asks back meanwhile is not known
            found = self._find_needs(index)
            self._needs[index] = self.world.interned(found) if found is not None else None
        return self._needs[index]

    def _find_needs(self, index: int) -> Needs | None:
        if index not in self.world.graph.speakers:  # a later snapshot asks for a speaker of its own
            return None
        if index in self.selections:
            return Needs(frozenset({index}), frozenset(), frozenset())
        speakers, links = {index}, set[int]()
        hops, reached = set[tuple[int, str, Address]](), set[tuple[int, str, Address]]()
        speaker, to_stub = self.world.graph.speakers[index], self.world.graph.to_stub
        for link in speaker.links_in[self.version]:
            if link.index in to_stub and link.sender not in self.selections:
                theirs = self.needs(link.sender) if link.index not in self.world.graph.adds else None
                if theirs is None:
                    return None
                speakers |= theirs.speakers
                links |= theirs.links | {link.index}
                hops |= theirs.hops
                reached |= theirs.reached
        mine = set[tuple[int, str, Address]]()
        for path in (*self.locals.get(index, ()), *self._asked(index)[1].values()):
            next_hop = path.attributes.next_hop
            if path.kind != LOCAL and not path.interface and next_hop is not None and not next_hop.is_link_local:
                links.add(path.link)
                mine.add((index, path.vrf or speaker.vrf, next_hop))
        # Copies of one path all cost the same; what it costs is told to nobody but by a policy that says so.
        alone = len(mine) == 1 and index not in self.locals and not speaker.evaluator.tells_igp_metric
        (reached if alone else hops).update(mine)
        return Needs(frozenset(speakers), frozenset(links), frozenset(hops), frozenset(reached))

    def alike(self, index: int) -> ClassRun | None:
        """The earlier run, if a speaker that took no part surely has from it what it uses."""
        if self._earlier is None or not (self._alike.get(index) or self.is_quiet(index)):
            return None
        return self._earlier.run

    def plain_offer(self, index: int) -> BgpAttributes | None:
        """See `_plain_offer`; remembered, here or in the run that this one was taken over from."""
        if index in self._plain:
            return self._plain[index]
        earlier = self._earlier
        if earlier is not None and index not in earlier.apart:
            return earlier.run.plain_offer(index)
        found = self._plain[index] = self._plain_offer(index)
        return found

    def _plain_offer(self, index: int) -> BgpAttributes | None:
        """What a speaker that did not take part uses, where that needs no decision; None: decide.

        All that it is offered comes over plain iBGP sessions and names the same next hop and metric (a client with
        several reflectors): whichever copy wins, the main RIB gets the same entry.
        """
        graph = self.world.graph
        speaker = graph.speakers[index]
        only: BgpAttributes | None = None
        for link in speaker.links_in[self.version]:
            if link.sender == OUTSIDE or self.selections.get(link.sender) is None:
                if link.sender == OUTSIDE or link.index in graph.to_stub:
                    return None
                continue
            sent = self.offer(link)
            if sent is None:
                continue
            if link.index not in graph.plain or link.index in graph.adds or not takes_plainly(sent, speaker):
                return None
            if only is None:
                only = sent
            elif sent.next_hop != only.next_hop or sent.med != only.med or sent.tag != only.tag:
                return None
        return only

    def received(self, link: Link) -> BgpAttributes | None:
        """What comes in over the link, before import policy; None: nothing."""
        if link.sender != OUTSIDE:
            return self.offer(link)
        heard = (seed.attributes for seed in self.seeds if seed.session is not None and seed.session == link.inbound)
        return next(heard, None)

    def accepted(self, link: Link) -> Path | None:
        """What import policy made of it."""
        if link.receiver in self.candidates:
            return self.candidates[link.receiver].get(link.index)
        return self._take(link, self.offer(link)) if link.sender != OUTSIDE else None

    def usable(self, speaker: Speaker, path: Path) -> bool:
        return self._hop(speaker, path).usable

    def outcome(self) -> dict[int, Path | None]:
        """The best path of each active speaker, for comparing two runs."""
        return {index: selection.best if selection else None for index, selection in self.selections.items()}


def _exchange(held: dict[int, Path], link: Link, incoming: dict[int, Path]) -> bool:
    """Put all paths of a link in place of those that it brought before; whether anything changed."""
    before = {slot: path for slot, path in held.items() if slot & _SLOT_MASK == link.index}
    if before == incoming:
        return False
    for slot in before:
        del held[slot]
    held.update(incoming)
    return True


def _outside_id(link: Link) -> int:
    """The router-id of a neighbour that nobody knows: its address stands for it."""
    address = link.peer_address
    return address.value & 0xFFFFFFFF if address is not None else 0


def _same_neighbor(learned: Link | None, link: Link) -> bool:
    """Split horizon: a route does not go back to who sent it (but see `Link.returns`)."""
    if learned is None:
        return False
    if learned.sender == OUTSIDE or link.receiver == OUTSIDE:
        return learned.inbound == link.outbound
    return learned.sender == link.receiver
