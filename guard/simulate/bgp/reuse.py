"""Runs of an earlier state that still hold in this one, so that a change costs what it touches.

Law: a run is taken over only if everything that it read is the same: its seeds, what changed lists answer for it, the
speakers that took part, the links that carried something or could have, the next hops that it resolved.
Incremental equals from scratch: tests/unit/simulate/test_bgp_reuse.py.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from guard.model.address import Prefix
from guard.model.bgp import BgpFamily, BgpNeighbor, BgpProcess, NeighborFamily
from guard.model.device import Device
from guard.model.provenance import Source
from guard.simulate.bgp.contest import is_contested
from guard.simulate.bgp.graph import OUTSIDE, Graph, Link, SessionKey, Speaker
from guard.simulate.bgp.prefix_class import PrefixClass, content_of
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.surroundings import Seed
from guard.simulate.policy.meaning import called_names, meaning, remembered
from guard.simulate.policy.route_lists import PrefixTest, acl_test, prefix_list_test

if TYPE_CHECKING:
    from guard.simulate.bgp.exchange import Exchange

L = TypeVar("L")


class Reuse:
    """Compares two exchanges once; `run` then answers class by class."""

    def __init__(self, old: Exchange, new: Exchange) -> None:
        self._new = new
        self._old_graph = old.graph
        self._old = old.runs
        self._lists: tuple[tuple[int, PrefixTest], ...] = ()
        self._speakers: frozenset[int] = frozenset()
        self._links: tuple[Link, ...] = ()
        self._moved: frozenset[int] = frozenset()
        self._changed: tuple[Link, ...] = ()
        self._flags = old.limits != new.limits
        if old.graph is not new.graph:
            self._lists = _changed_lists(old.graph, new.graph)
            self._speakers = _changed_speakers(old.graph, new.graph)
            self._links = _changed_links(old.graph, new.graph)
            self._moved = self._speakers | _moved(old.graph, new.graph)
            self._changed = _with_roles(self._links, old.graph, new.graph)
            self._flags = self._flags or _grown(old.graph, new.graph)
        self._hops = new.take_hops(old, old.hops_read)
        self._known: dict[tuple[frozenset[int], tuple[int, ...]], tuple[frozenset[int], frozenset[int]]] = {}
        self.taken = 0

    def run(self, members: PrefixClass, seeds: tuple[Seed, ...]) -> ClassRun | None:
        """The old run of this class in the new state, or None where something that it read has changed."""
        old = self._old.get(members.first)
        if old is None or old.seeds != seeds or old.members.special != members.special:
            return None
        if old.oscillates or old.contested or self._flags or not self._holds(old, members):
            return None
        concerned = {index for index, _, _ in self._hops & old.hops_read}
        if concerned:
            return self._continued(old, members, concerned)
        self.taken += 1
        same = members.prefixes == old.members.prefixes and not self._new.is_selective(old.candidates)
        return old.carried_over(self._new, members, self._apart_for(old, members) if same else None)

    def _continued(self, old: ClassRun, members: PrefixClass, concerned: set[int]) -> ClassRun | None:
        """The old run with other costs below it; None where that does not surely end as a run from the start does.

        A fixed point in which nothing hints at a second one is the only one (see contest), wherever it began.
        """
        alike = self._old_graph is self._new.graph and members == old.members
        if not alike or not concerned <= old.candidates.keys() or self._new.is_selective(old.candidates):
            return None
        run = old.continued(self._new, members, concerned)
        return None if run.oscillates or is_contested(run) else run

    def _apart_for(self, old: ClassRun, members: PrefixClass) -> tuple[frozenset[int], frozenset[int]]:
        """Speakers that are not what they were to this class, lists included; and links. One object for equal ones."""
        told_otherwise = frozenset(index for index, answers in self._lists if answers(members.first))
        born = {seed.session for seed in old.seeds}
        links = [link for link in self._changed if link.version == old.version and self._carries(old, link, born)]
        key = (told_otherwise, tuple(link.index for link in links))
        if key not in self._known:
            ends = {end for link in links for end in (link.sender, link.receiver)}
            self._known[key] = (self._moved | told_otherwise | ends, frozenset(key[1]))
        return self._known[key]

    def _carries(self, old: ClassRun, link: Link, born: set[SessionKey | None]) -> bool:
        """Whether a link may have brought the class to somebody: who takes no part tells it to stubs at most."""
        if link.sender == OUTSIDE:
            return link.inbound in born
        graphs = (self._old_graph, self._new.graph)
        told = any(link.index in kind for each in graphs for kind in (each.to_stub, each.adds))
        return told or link.sender in old.candidates

    def _holds(self, old: ClassRun, members: PrefixClass) -> bool:
        active = old.candidates.keys()
        if not self._speakers.isdisjoint(active):
            return False
        if members.prefixes != old.members.prefixes and self._new.is_selective(active):
            return False
        if members.prefixes == old.members.prefixes and not self._same_inactive(old, members):
            return False
        if any(index in active and answers(members.first) for index, answers in self._lists):
            return False
        return not any(self._concerns(old, link) for link in self._links)

    def _same_inactive(self, old: ClassRun, members: PrefixClass) -> bool:
        """Vendors that send only what they install read the underlay for each member: ask again."""
        return all(self._new.keeps_any(index, old, members) == kept for index, kept in old.inactive_read.items())

    def _concerns(self, old: ClassRun, link: Link) -> bool:
        """Whether a link that came, went or changed carried something into the run, or could carry it now."""
        if link.sender == OUTSIDE:
            return any(seed.session is not None and seed.session == link.inbound for seed in old.seeds)
        if link.version != old.version or link.sender not in old.candidates:
            return False
        if link.receiver in old.candidates:
            return True
        if link.index not in self._new.graph.takes_part and link.index not in self._old_graph.takes_part:
            return False
        return old.selections.get(link.sender) is not None


def _with_roles(links: tuple[Link, ...], old: Graph, new: Graph) -> tuple[Link, ...]:
    """Links that changed, and those that have another role in the graph now."""
    changed = {link.index: link for link in links}
    for kind in ("plain", "adds", "to_stub", "takes_part"):
        for index in sorted(getattr(old, kind) ^ getattr(new, kind)):
            changed.setdefault(index, new.links.get(index) or old.links[index])
    return tuple(changed.values())


def _moved(old: Graph, new: Graph) -> frozenset[int]:
    """Speakers that are not what they were, apart from what shows in links and lists."""
    both = old.speakers.keys() & new.speakers.keys()
    return frozenset(index for index in both if not _is_same(old.speakers[index], new.speakers[index]))


def _is_same(before: Speaker, after: Speaker) -> bool:
    """Whether a speaker is what it was, apart from what its prefix-lists and ACLs say (see `_changed_lists`)."""
    if (before.router_id, before.hub, before.relays, before.adds) != (
        after.router_id, after.hub, after.relays, after.adds,
    ):  # fmt: skip
        return False
    if before.device is after.device:
        return True
    if remembered(before.device, _device_meaning) != remembered(after.device, _device_meaning):
        return False
    changed = _changed_policies(before.device, after.device)
    sides = (before.device, after.device) if changed else ()
    return all(changed.isdisjoint(_words(device)) for device in sides)


def _changed_policies(before: Device, after: Device) -> frozenset[str]:
    """Names of policies that say something else, came or went, and of those that call them."""
    one, other = before.policies, after.policies
    names = one.keys() | other.keys()
    if one is other:
        return frozenset()
    changed = {name for name in names if meaning(one.get(name)) != meaning(other.get(name))}
    if not changed:
        return frozenset()
    calls = {name: called_names(one.get(name)) | called_names(other.get(name)) for name in names}
    while more := {name for name in names - changed if not changed.isdisjoint(calls[name])}:
        changed |= more
    return frozenset(changed)


def _without_policies(family: NeighborFamily) -> NeighborFamily:
    """A neighbour's family without what it asks of policies: a change of these shows in its links (see `_sending`)."""
    return replace(
        family, import_policies=(), export_policies=(), import_filters=(), export_filters=(),
        unsuppress_policy="", default_originate_policy="", conditional=None,
    )  # fmt: skip


def _words(device: Device) -> frozenset[str]:
    """All words of what BGP reads of a device apart from policies: who is asked by other than a link is named here."""
    found: set[str] = set()
    stack: list[object] = [getattr(device, each.name) for each in fields(device) if each.name not in _ELSEWHERE]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Source):
            continue
        elif isinstance(value, BgpNeighbor):
            stack.extend(getattr(value, each.name) for each in fields(value) if each.name != "families")
            for family in map(_without_policies, value.families):
                stack.extend(getattr(family, each.name) for each in fields(family))
        elif isinstance(value, Mapping):
            stack.extend((*value.keys(), *value.values()))
        elif isinstance(value, (tuple, frozenset)):
            stack.extend(value)
        elif is_dataclass(value) and not isinstance(value, type):
            stack.extend(getattr(value, each.name) for each in fields(value))
    return frozenset(found)


#: What BGP does not read of a device, or what shows in seeds, links, next hops and lists (see `_changed_lists`), or
#: is looked at apart (see `_changed_policies`).
_ELSEWHERE = frozenset({
    "acls", "coverage", "file", "interfaces", "isis", "ospf", "policies", "prefix_lists", "references", "rip",
    "static_routes", "undefined", "unused", "warnings",
})  # fmt: skip


def _device_meaning(device: Device) -> Hashable:
    """All of a device that BGP reads, apart from what seeds, links and next hops tell and from what lists say."""
    return (
        tuple(_part_meaning(getattr(device, each.name)) for each in fields(device) if each.name not in _ELSEWHERE),
        frozenset(device.prefix_lists),
        frozenset(device.acls),
        tuple((each.name, each.kind, each.vrf) for each in device.interfaces),
        (bool(device.ospf), bool(device.isis), bool(device.rip)),
    )


def _part_meaning(part: object) -> Hashable:
    return meaning(dict(part)) if isinstance(part, Mapping) else meaning(part)


def _changed_speakers(old: Graph, new: Graph) -> frozenset[int]:
    """Speakers that came, went, or decide otherwise."""
    changed = set(old.speakers.keys() ^ new.speakers.keys())
    for index in old.speakers.keys() & new.speakers.keys():
        before, after = old.speakers[index], new.speakers[index]
        if before.process is after.process and before.router_id == after.router_id and before.device is after.device:
            continue
        if _speaker_meaning(before) != _speaker_meaning(after):
            changed.add(index)
    return frozenset(changed)


def _speaker_meaning(speaker: Speaker) -> Hashable:
    """All that decides for the speaker apart from its neighbours; networks and redistribution are seeds."""
    process: BgpProcess = replace(speaker.process, neighbors=(), families=())
    families: tuple[BgpFamily, ...] = tuple(
        replace(family, networks=(), redistributions=()) for _, family in sorted(speaker.families.items())
    )
    named = {each.suppress_policy for family in families for each in family.aggregates}
    named.update(name for family in families for name in (family.import_policy, family.export_policy))
    named.update(name for family in families for name in (family.evpn_import_policy, family.evpn_export_policy))
    return (
        meaning(process),
        meaning(families),
        speaker.router_id,
        speaker.device.vendor,
        policies_meaning(speaker.device, frozenset(named)),
    )


def _changed_links(old: Graph, new: Graph) -> tuple[Link, ...]:
    """Links that came or went or treat routes otherwise: the old form, the new one, or both."""
    changed: list[Link] = []
    memory: dict[tuple[int, frozenset[str]], Hashable] = {}
    for index in sorted(old.links.keys() | new.links.keys()):
        before, after = old.links.get(index), new.links.get(index)
        if before is not None and after is not None and _same_link(old, before, new, after, memory):
            continue
        changed.extend(link for link in (before, after) if link is not None)
    return tuple(changed)


def _same_link(
    old: Graph, before: Link, new: Graph, after: Link, memory: dict[tuple[int, frozenset[str]], Hashable]
) -> bool:
    same = before.out is after.out and before.into is after.into
    if same and all(_device(old, each) is _device(new, each) for each in (before.sender, before.receiver)):
        return before == after
    plain_before = replace(before, out=None, out_family=None, into=None, in_family=None)
    if plain_before != replace(after, out=None, out_family=None, into=None, in_family=None):
        return False
    return all(
        _same_end(_device(old, index), one, _device(new, index), other, names, memory)
        for index, one, other, names in (
            (before.sender, (before.out, before.out_family), (after.out, after.out_family), _sending),
            (before.receiver, (before.into, before.in_family), (after.into, after.in_family), _receiving),
        )
    )


def _device(graph: Graph, index: int) -> Device | None:
    return graph.speakers[index].device if index in graph.speakers else None


def _same_end(
    old: Device | None,
    before: tuple[object, NeighborFamily | None],
    new: Device | None,
    after: tuple[object, NeighborFamily | None],
    asked: Callable[[NeighborFamily], frozenset[str]],
    memory: dict[tuple[int, frozenset[str]], Hashable],
) -> bool:
    if old is new or old is None or new is None:
        return old is new
    if any(remembered(one) != remembered(other) for one, other in zip(before, after, strict=True)):
        return False
    names = asked(before[1]) if before[1] is not None else frozenset()
    results = []
    for device in (old, new):
        key = (id(device), names)
        if key not in memory:
            memory[key] = policies_meaning(device, names)
        results.append(memory[key])
    return bool(results[0] == results[1])


def _sending(family: NeighborFamily) -> frozenset[str]:
    """The names of policies and lists that the sender of a link asks."""
    filters = (each.name for each in family.export_filters)
    found = {*family.export_policies, *filters, family.unsuppress_policy, family.default_originate_policy}
    if family.conditional is not None:
        found |= {family.conditional.advertise_policy, family.conditional.condition_policy}
    return frozenset(found)


def _receiving(family: NeighborFamily) -> frozenset[str]:
    """The names of policies and lists that the receiver of a link asks."""
    return frozenset((*family.import_policies, *(each.name for each in family.import_filters)))


def _changed_lists(old: Graph, new: Graph) -> tuple[tuple[int, PrefixTest], ...]:
    """For each list of a device that says something else than before: the prefixes that it answers otherwise for."""
    changed: list[tuple[int, PrefixTest]] = []
    for index in old.speakers.keys() & new.speakers.keys():
        before, after = old.speakers[index].device, new.speakers[index].device
        if before is after:
            continue
        changed.extend((index, test) for test in _differences(before, after))
    return tuple(changed)


def _differences(before: Device, after: Device) -> Iterator[PrefixTest]:
    yield from _tests_apart(before.prefix_lists, after.prefix_lists, content_of, prefix_list_test)
    yield from _tests_apart(before.acls, after.acls, meaning, acl_test)


def _tests_apart(
    before: Mapping[tuple[int, str], L],
    after: Mapping[tuple[int, str], L],
    says: Callable[[L], object],
    test: Callable[[L], PrefixTest],
) -> Iterator[PrefixTest]:
    """Of lists of one kind: for each that says something else, the prefixes that it answers otherwise for."""
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield _always
        elif says(one) != says(other):
            yield _unequal(test(one), test(other))


def _always(prefix: Prefix) -> bool:
    del prefix
    return True


def _unequal(one: PrefixTest, other: PrefixTest) -> PrefixTest:
    return lambda prefix: one(prefix) != other(prefix)


def _grown(old: Graph, new: Graph) -> bool:
    """Whether somebody now passes on what he kept before: then he belongs into every run."""
    for index, speaker in new.speakers.items():
        before = old.speakers.get(index)
        for version in (4, 6):
            was = before is not None and before.relays[version]
            if speaker.relays[version] and not was and speaker.links_in[version]:
                return True
    return False


# ------------------------------------------------------------------------------------------------- meaning


def policies_meaning(device: Device, names: frozenset[str]) -> Hashable:
    """Everything that policies and lists of these names say, with what they call; lists by all their names.

    What prefix-lists and ACLs say is left out (see `_changed_lists`): a list may grow without touching other classes.
    """
    found: dict[str, Hashable] = {}
    waiting = sorted(name for name in names if name)
    while waiting:
        name = waiting.pop()
        policy = device.policies.get(name)
        if name in found or policy is None:
            continue
        found[name] = meaning(policy)
        waiting.extend(sorted(called_names(policy)))
    lists = (
        meaning(dict(device.as_path_lists)),
        meaning(dict(device.community_lists)),
        frozenset(name for name in names if name in device.policies),
    )
    return (tuple(sorted(found.items(), key=lambda item: item[0])), lists)
