"""BGP as Batfish has it: sessions and Loc-RIBs are Batfish's, what goes over a session is derived from them.

Law: no Adj-RIB-Out is Batfish's own answer (it has no such question). It is what export policy, as guard reads it, lets
out of Batfish's best path; inside the snapshot the receiver's bgpRib holds what its import policy made of it.
A maximum-prefix is not Batfish's: it does not limit what a session brings (see limits).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from guard.engines.batfish import cells
from guard.engines.batfish.answers import AnswerRow, Answers
from guard.engines.batfish.bgp_rows import TablePath
from guard.engines.batfish.ground import AnsweredUnderlay, Reading, Spelling, Stranger
from guard.model.address import Prefix, parse_address, prefix_of
from guard.model.bgp import BgpAttributes
from guard.model.device import Vendor
from guard.model.state import BgpRow, BgpSession, InterfaceId, InterfaceState
from guard.simulate.bgp.decision import Entrant, Selection, select
from guard.simulate.bgp.ends import IBGP
from guard.simulate.bgp.external import Heard, is_test_prefix
from guard.simulate.bgp.graph import OUTSIDE, Graph, Link, SessionKey, Speaker
from guard.simulate.bgp.origin import originated
from guard.simulate.bgp.path import LOCAL, Hop, Path
from guard.simulate.bgp.prefix_class import PrefixClass
from guard.simulate.bgp.run import ClassRun
from guard.simulate.bgp.surroundings import Seed
from guard.simulate.bgp.world import Limits, World

ESTABLISHED, NOT_COMPATIBLE = "ESTABLISHED", "NOT_COMPATIBLE"


# ------------------------------------------------------------------------------------------------- sessions


def sessions(
    judged: Iterable[BgpSession],
    answers: Answers,
    interfaces: Mapping[InterfaceId, InterfaceState],
    spelling: Spelling,
    reading: Reading,
) -> tuple[BgpSession, ...]:
    """The ends of the configurations with Batfish's word on each; what only Batfish lists comes as it says.

    An end towards nobody in the snapshot has no status of its own at Batfish's: it is up while it is complete
    (CONTRACT 2), over Batfish's interfaces and routes. An end that Batfish does not list is down.
    """
    told: dict[SessionKey, AnswerRow] = {}
    for row in answers.bgp_session_status:
        if _listens(row):
            continue
        try:
            told[_key(row, spelling)] = row
        except Stranger:
            continue
        except ValueError as error:
            reading.miss("bgpSessionStatus", row, error)
    why = _reasons(answers, spelling)
    ends = tuple(judged)
    names = _told_by_address(ends, told, interfaces)
    found = []
    for each in ends:
        key = names.get(each.key, each.key)
        found.append(_session(each, told.pop(key, None), why.get(key, ""), spelling))
    for key, row in sorted(told.items()):
        try:
            found.append(_only_there(row, key, spelling))
        except ValueError as error:
            reading.miss("bgpSessionStatus", row, error)
    return tuple(sorted(found, key=lambda each: each.key))


def _told_by_address(
    ends: Iterable[BgpSession], told: Iterable[SessionKey], interfaces: Mapping[InterfaceId, InterfaceState]
) -> dict[SessionKey, SessionKey]:
    """Ends that an interface names and Batfish an address: it takes the other one of the interface's /30 or /31."""
    named = {each.key for each in ends}
    free = [key for key in told if key not in named and "." in key[2]]
    found: dict[SessionKey, SessionKey] = {}
    for end in ends:
        face = interfaces.get(InterfaceId(end.node, end.local_interface or ""))
        if end.remote_address is not None or face is None:
            continue
        near = [prefix_of(address, length) for address, length in face.addresses if address.version == 4]
        for key in free:
            if key[:2] == end.key[:2] and any(subnet.contains(parse_address(key[2])) for subnet in near):
                found[end.key] = key
    return found


def _key(row: AnswerRow, spelling: Spelling) -> SessionKey:
    node = spelling.own_node(row["node"])
    remote = cells.address(row.get("remote_ip"))
    local = _interface(row.get("local_interface"), spelling)
    return (node, cells.text(row["vrf"]), str(remote) if remote is not None else local or "")


def _listens(row: AnswerRow) -> bool:
    """Whether it is an end that waits for any neighbour of a subnet: no session of its own."""
    return "/" in str(row.get("remote_ip"))


def _interface(value: object, spelling: Spelling) -> str | None:
    return None if value is None else spelling.interface(value).interface


def _reasons(answers: Answers, spelling: Spelling) -> dict[SessionKey, str]:
    """Why an end is not compatible, in Batfish's word (HALF_OPEN, UNKNOWN_REMOTE, …), where it was asked."""
    found: dict[SessionKey, str] = {}
    for row in answers.bgp_session_compatibility:
        try:
            status = cells.text(row.get("configured_status"))
            if status and status != "UNIQUE_MATCH":
                found[_key(row, spelling)] = status
        except (Stranger, ValueError):
            continue  # bgpSessionStatus has the same end, and says so
    return found


def _is_stranger(row: AnswerRow, spelling: Spelling) -> bool:
    """Whether the far end is a node that Batfish made itself (an ISP of isp_config.json)."""
    remote = row.get("remote_node")
    return remote is not None and not spelling.is_ours(cells.node_name(remote))


def _session(judged: BgpSession, row: AnswerRow | None, reason: str, spelling: Spelling) -> BgpSession:
    if row is None:
        missing = "" if not judged.up else "Batfish knows no such session"
        return replace(judged, status=NOT_COMPATIBLE, up=False, why=judged.why or missing)
    status = cells.text(row.get("established_status"))
    local = cells.address(row.get("local_ip"))
    judged = replace(judged, local_address=local) if local is not None else judged
    if judged.remote_node is None and (status == NOT_COMPATIBLE or _is_stranger(row, spelling)):
        return replace(judged, status=status)
    if status == ESTABLISHED:
        return replace(judged, status=status, up=True, why="")
    why = f"Batfish: {reason or status}"
    return replace(judged, status=status, up=False, why=f"{why} ({judged.why})" if judged.why else why)


def _only_there(row: AnswerRow, key: SessionKey, spelling: Spelling) -> BgpSession:
    """An end that guard does not read from the configurations."""
    remote = row.get("remote_node")
    asn = cells.text(row.get("remote_as"))
    status = cells.text(row["established_status"])
    return BgpSession(
        key[0],
        key[1],
        cells.number(row["local_as"]) if row.get("local_as") is not None else None,
        cells.address(row.get("local_ip")),
        _interface(row.get("local_interface"), spelling),
        int(asn) if asn.isdecimal() else None,
        spelling.node(remote) if remote else None,
        cells.address(row.get("remote_ip")),
        _interface(row.get("remote_interface"), spelling),
        cells.text(row["session_type"]),
        status,
        up=status == ESTABLISHED,
    )


# --------------------------------------------------------------------------------------------------- tables


class AnsweredWorld(World):
    """What a run asks, answered over Batfish's routes. A next hop that Batfish used is usable."""

    def __init__(self, underlay: AnsweredUnderlay, graph: Graph, limits: Limits) -> None:
        super().__init__(underlay, graph, limits)
        self.solving = False

    def hop(self, speaker: Speaker, path: Path, prefix: Prefix) -> Hop:
        found = super().hop(speaker, path, prefix)
        return found if found.usable else Hop(usable=True, metric=found.metric)


class AnsweredRun(ClassRun):
    """One prefix with every speaker's paths as Batfish has them: nothing is left to be settled."""

    def __init__(self, world: World, prefix: Prefix, seeds: tuple[Seed, ...]) -> None:
        super().__init__(world, PrefixClass(None, (prefix,)), seeds)

    def fill(self, paths: Iterable[TablePath]) -> None:
        """Take the tables of all speakers."""
        best: dict[int, list[Path]] = defaultdict(list)
        for index in self.world.graph.speakers:
            self.candidates[index] = {}
            self.selections[index] = None
        for each in paths:
            assert each.speaker is not None
            if each.slot is None:
                self.locals.setdefault(each.speaker, []).append(each.path)
            else:
                self.candidates[each.speaker][each.slot] = each.path
            if each.best:
                best[each.speaker].append(each.path)
        for index, chosen in best.items():
            self.selections[index] = self._chosen(self.world.graph.speakers[index], chosen)

    def _chosen(self, speaker: Speaker, chosen: list[Path]) -> Selection:
        """Of several that Batfish uses (multipath) the one that goes out, by the vendor's own tie-breaks."""
        family = speaker.families.get(self.version)
        if len(chosen) > 1 and family is not None:
            entrants = [Entrant(path, self.world.hop(speaker, path, self.prefix)) for path in chosen]
            decided = select(entrants, speaker.process, family, speaker.device.vendor)
            if decided is not None:
                return Selection(decided.best, decided.step, tuple(chosen))
        return Selection(chosen[0], "as Batfish has it", tuple(chosen))

    def add_local(self, index: int, path: Path) -> None:
        """A route of another protocol that export policy takes from the main RIB (Junos): no row of bgpRib.

        It is the active route of its prefix, so it goes out whatever BGP has learned of it.
        """
        self.locals.setdefault(index, []).append(path)
        self.selections[index] = Selection(path, "active route", (path,))


class AnsweredTables:
    """BgpTables over runs that Batfish's rows filled. `silent`: nodes that it was not asked about."""

    def __init__(
        self,
        world: AnsweredWorld,
        paths: Iterable[TablePath],
        heard: Iterable[Heard],
        silent: frozenset[str] = frozenset(),
    ) -> None:
        self._silent = silent
        self._graph = world.graph
        self._world = world
        seeds: dict[Prefix, list[Seed]] = defaultdict(list)
        for route in heard:
            node, vrf, _ = route.session
            seeds[route.prefix].append(Seed(node, vrf, session=route.session, attributes=route.attributes))
        rows: dict[Prefix, list[TablePath]] = defaultdict(list)
        for each in paths:
            rows[each.prefix].append(each)
        self._rows = rows
        for prefix in sorted({*rows, *seeds, *_defaults(world.graph)}):  # what nobody lets in is received all the same
            run = AnsweredRun(world, prefix, tuple(seeds.get(prefix, ())))
            run.fill(each for each in rows.get(prefix, ()) if each.speaker is not None)
            world.runs[prefix] = run
        self._runs: dict[Prefix, AnsweredRun] = {p: r for p, r in world.runs.items() if isinstance(r, AnsweredRun)}
        self._add_exports()

    def _add_exports(self) -> None:
        """Junos keeps no copy in BGP of what its export policies take from the main RIB; neither does Batfish."""
        for speaker in self._graph.speakers.values():
            if speaker.device.vendor is not Vendor.JUNOS or 4 not in speaker.families:
                continue
            for prefix, path in originated(speaker, 4, self._world.underlay):
                run = self._runs.get(prefix)
                if run is None:
                    run = self._runs[prefix] = self._world.runs[prefix] = AnsweredRun(self._world, prefix, ())
                    run.fill(())
                if not run.locals.get(speaker.index):
                    run.add_local(speaker.index, path)

    @property
    def unlimited(self) -> AnsweredTables:
        """Batfish does not limit what a session brings: its tables are those before any limit."""
        return self

    def rows(self) -> Iterator[BgpRow]:
        for prefix in sorted(self._rows):
            if not is_test_prefix(prefix):
                yield from map(_row, self._rows[prefix])

    def best(self, node: str, vrf: str, prefix: Prefix) -> BgpRow | None:
        """The path that the main RIB has, or the first of several."""
        held = [each for each in self._rows.get(prefix, ()) if each.best and (each.node, each.vrf) == (node, vrf)]
        if len(held) > 1 and held[0].speaker is not None:
            selection = self._runs[prefix].selections[held[0].speaker]
            held.sort(key=lambda each: selection is None or each.path is not selection.best)
        return _row(held[0]) if held else None

    def advertised(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        """Batfish's best paths through the export policy as guard evaluates it."""
        found: dict[Prefix, BgpAttributes] = {}
        for version in (4, 6):
            link = self._graph.by_outbound.get((session, version))
            if link is not None and link.sender != OUTSIDE:
                for prefix, run in self._runs.items():
                    sent = run.offer(link) if run.version == version else None
                    if sent is not None:
                        found[prefix] = sent
        return found

    offered = advertised

    def received(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        found: dict[Prefix, BgpAttributes] = {}
        for link in self._inbound(session):
            for prefix, run in self._runs.items():
                held = run.received(link) if run.version == link.version else None
                if held is not None:
                    found[prefix] = held
        return found

    def accepted(self, session: SessionKey) -> Mapping[Prefix, BgpAttributes]:
        """The rows of bgpRib that came over the session."""
        found: dict[Prefix, BgpAttributes] = {}
        for link in self._inbound(session):
            for prefix, run in self._runs.items():
                path = run.candidates[link.receiver].get(link.index)
                if path is not None:
                    found[prefix] = path.attributes
        return found

    def originated(self, node: str, vrf: str) -> frozenset[Prefix]:
        index = self._graph.by_name.get((node, vrf))
        if index is None:
            return frozenset()
        born = {prefix for prefix, run in self._runs.items() if index in run.locals}
        speaker = self._graph.speakers[index]
        if node in self._silent:  # what the configuration takes from Batfish's main RIB
            born.update(prefix for prefix, _ in originated(speaker, 4, self._world.underlay))
        links = (link for version in (4, 6) for link in speaker.links_out(version))
        born.update(Prefix(link.version, 0, 0) for link in links if _originates_default(link))
        return frozenset(born)

    def _inbound(self, session: SessionKey) -> Iterator[Link]:
        for version in (4, 6):
            link = self._graph.by_inbound.get((session, version))
            if link is not None and link.receiver != OUTSIDE:
                yield link


def _row(told: TablePath) -> BgpRow:
    path = told.path
    origin = path.origin_protocol if path.kind == LOCAL else ("ibgp" if path.kind == IBGP else "bgp")
    preference = path.attributes.local_preference or 0
    return BgpRow(told.node, told.vrf, told.prefix, told.best, path.attributes, origin, path.peer_address, preference)


def _defaults(graph: Graph) -> set[Prefix]:
    """Defaults that some speaker originates to a neighbour without holding them."""
    return {Prefix(link.version, 0, 0) for link in graph.links.values() if _originates_default(link)}


def _originates_default(link: Link) -> bool:
    return link.out_family is not None and link.out_family.default_originate
