"""Speakers that hear the same from the same, answered together: the clients of one set of reflectors.

Law: a flock's answer for a class is what each of its members would find alone (`ClassRun.plain_offer`); members of whom
that is not sure are left out and asked one by one. Most of a backbone are clients, so a class costs what its flocks do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import NamedTuple

from guard.model.bgp import BgpAttributes, BgpProcess
from guard.simulate.bgp.decision import Selection
from guard.simulate.bgp.ends import EBGP, IBGP
from guard.simulate.bgp.graph import OUTSIDE, Graph, Group, Speaker
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.transform import contains

#: What a speaker's choice depends on, of its process, of its family, and of a neighbour's.
_DECIDING = tuple(
    each.name
    for each in fields(BgpProcess)
    if each.name not in ("source", "router_id", "cluster_id", "families", "neighbors", "route_distinguisher",
                         "hold_time", "minimum_hold_time")
)
_OFFERING = ("distance_internal", "maximum_paths", "maximum_paths_ibgp", "equal_cluster_length")
_HEARING = ("weight", "local_preference", "multipath", "extended_next_hop", "site_of_origin")

#: Fewer members than this are asked one by one.
_FEWEST = 2


class Flock(NamedTuple):
    """Speakers whose iBGP sessions are plain, and from the same update groups, and that treat what they hear alike.

    `ids`: members by what their own router-id and cluster-id are, as each drops what bears its own. `beside`: members
    by who else speaks to them, over eBGP.
    """

    version: int
    number: int
    members: frozenset[int]
    groups: tuple[Group, ...]
    asn: int
    distance: int
    ids: Mapping[int, frozenset[int]]
    beside: Mapping[int, frozenset[int]]


class Answer(NamedTuple):
    """What a flock hears of a class (None: nothing), and the members of whom it is true."""

    offered: BgpAttributes | None
    members: frozenset[int]


def flocks(graph: Graph, version: int) -> tuple[Flock, ...]:
    """All flocks of one address family, in the order of their first members."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for index, speaker in sorted(graph.speakers.items()):
        key = _key(graph, speaker, version)
        if key is not None:
            alike[key].append(index)
    found: list[Flock] = []
    for held in alike.values():
        if len(held) >= _FEWEST:
            first = graph.speakers[held[0]]
            groups = tuple(graph.group_of[each.index] for each in first.links_in[version] if each.kind == IBGP)
            own, beside = _ids(graph, held), _beside(graph, held, version)
            distance = first.families[version].distance_internal
            found.append(Flock(version, len(found), frozenset(held), groups, first.process.asn, distance, own, beside))
    return tuple(found)


def _key(graph: Graph, speaker: Speaker, version: int) -> Hashable:
    """What members of a flock have in common; None for speakers that are asked one by one."""
    family, process = speaker.families.get(version), speaker.process
    if family is None or family.table_policy or family.distance_rules or speaker.vrf != "default" or speaker.table:
        return None
    if process.confederation_id is not None or process.reject_as_sets or process.graceful_shutdown:
        return None
    if speaker.device.resolution_policies:
        return None
    if speaker.device.install_policies:
        return None
    groups = []
    for link in speaker.links_in[version]:
        if link.kind not in (IBGP, EBGP) or link.index in graph.adds or link.index in graph.to_stub:
            return None
        if link.kind == IBGP and (link.sender == OUTSIDE or link.index not in graph.plain):
            return None
        groups += [graph.group_of[link.index].index] if link.kind == IBGP else []
    heard = tuple(tuple(getattr(link.in_family, name) for name in _HEARING) for link in speaker.links_in[version])
    own = tuple(getattr(process, name) for name in _DECIDING), tuple(getattr(family, name) for name in _OFFERING)
    return (tuple(groups), speaker.device.vendor, own, frozenset(heard)) if groups else None


def _ids(graph: Graph, members: list[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for index in members:
        speaker = graph.speakers[index]
        found[speaker.router_id].add(index)
        found[speaker.cluster_id].add(index)
    return {each: frozenset(held) for each, held in found.items()}


def _beside(graph: Graph, members: list[int], version: int) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for index in members:
        for link in graph.speakers[index].links_in[version]:
            if link.kind == EBGP and link.sender != OUTSIDE:
                found[link.sender].add(index)
    return {each: frozenset(held) for each, held in found.items()}


def answer(run: ClassRun, flock: Flock) -> Answer | None:
    """What those of a flock that took no part in the run hear; None where each has to decide for itself."""
    if run.prefix.length == 0:
        return None  # a default may be originated session by session
    selections, links = run.selections, run.world.graph.links
    only: BgpAttributes | None = None
    apart: set[int] = set()
    for sender in flock.beside.keys() & selections.keys():
        apart |= flock.beside[sender]
    for group in flock.groups:
        selection = selections.get(group.first.sender)
        if selection is None:
            continue
        learned = links.get(selection.best.link)
        if learned is not None and learned.sender != OUTSIDE:
            apart.add(learned.sender)  # a route does not go back to who sent it
        sent = run.group_export(group, selection.best)
        if sent is None:
            continue
        if contains(sent.as_path, flock.asn):
            return None
        for own in (sent.originator_id, *sent.cluster_list):
            if own is not None and own in flock.ids:
                apart |= flock.ids[own]
        if only is None:
            only = sent
        elif sent.next_hop != only.next_hop or sent.med != only.med or sent.tag != only.tag:
            return None
    return Answer(only, flock.members.difference(selections, apart))


def like(run: ClassRun, flock: Flock, model: Selection, index: int) -> Selection | None:
    """The selection of a member, told by another's: the same reflector's copy, over its own session."""
    links = run.world.graph.links
    theirs = links.get(model.best.link)
    if theirs is None or len(model.used) != 1:
        return None
    group = next((group for group in flock.groups if group.first.sender == theirs.sender), None)
    own = group.by_receiver.get(index, ()) if group is not None else ()
    if len(own) != 1 or own[0].peer_address != theirs.peer_address or own[0].from_client != theirs.from_client:
        return None
    best = model.best._replace(link=own[0].index)
    return Selection(best, model.step, (best,))
