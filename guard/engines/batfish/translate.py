"""Batfish's answers about a snapshot → NetworkState. Pure: the client asks, and hands over what came.

Law: interfaces, links, main RIBs, BGP tables and session states are Batfish's. guard's own code resolves next hops,
follows packets and judges the ends towards nobody, over these. What Batfish could not read or compute is a note.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from guard.engines.agreement import NOT_ASKED_OF
from guard.engines.batfish import cells
from guard.engines.batfish.answers import Answers
from guard.engines.batfish.bgp_rows import TablePath, table_paths
from guard.engines.batfish.bgp_tables import AnsweredTables, AnsweredWorld, sessions
from guard.engines.batfish.ground import AnsweredFib, AnsweredUnderlay, Reading, Spelling, main_ribs, topology
from guard.engines.batfish.ipv6 import speaks_ipv6, with_ipv6
from guard.engines.batfish.issues import issues
from guard.engines.batfish.management import ignored, with_management
from guard.engines.batfish.upload import as_numbered_here
from guard.engines.rows_tables import HeldRib
from guard.model.address import Prefix
from guard.model.device import Device
from guard.model.provenance import Source
from guard.model.rib import RouteProtocol
from guard.model.state import IgpAdjacency, NetworkState, Scenario, StateNote
from guard.simulate.bgp.ends import EBGP
from guard.simulate.bgp.graph import build
from guard.simulate.bgp.session import SessionTable
from guard.simulate.bgp.workload import heard_from_outside
from guard.simulate.bgp.world import Limits
from guard.simulate.control_plane import compute
from guard.snapshot.snapshot import Snapshot

ENGINE = "batfish"
NO_FAILURE = Scenario()
_EXTERNAL = frozenset({RouteProtocol.OSPF_E1, RouteProtocol.OSPF_E2, RouteProtocol.ISIS_EL1, RouteProtocol.ISIS_EL2})


def state(
    answers: Answers,
    snapshot: Snapshot,
    scenario: Scenario = NO_FAILURE,
    own: NetworkState | None = None,
) -> NetworkState:
    """The state that Batfish reached for the snapshot under the scenario.

    `own`: the embedded engine's of the same; computed here where it is needed (IPv6, management) and not given.
    """
    found = told(answers, snapshot, scenario)
    six, left_out = speaks_ipv6(snapshot), ignored(found)
    if not six and not left_out:
        return found
    own = own or compute(snapshot, scenario)
    found = with_management(found, own) if left_out else found
    return with_ipv6(found, own) if six else found


def told(answers: Answers, snapshot: Snapshot, scenario: Scenario = NO_FAILURE) -> NetworkState:
    """Batfish's word alone, without what is the embedded engine's to say (IPv6, management)."""
    spelling, reading = Spelling(snapshot), Reading()
    layer3 = topology(answers, snapshot, spelling, reading)
    ground = AnsweredUnderlay(layer3, main_ribs(answers, snapshot, spelling, reading))
    table = SessionTable(snapshot, ground)
    judged = (pairing.session for pairing in table.pairings)
    ends = sessions(judged, answers, layer3.interfaces, spelling, reading)
    table.tell({each.key: each for each in ends})
    graph = build(snapshot.devices, ground, table)
    world = AnsweredWorld(ground, graph, Limits())
    heard = heard_from_outside(snapshot, table)
    paths = tuple(table_paths(answers, graph, spelling, reading))
    silent = _without_bgp(answers, snapshot)
    tables = AnsweredTables(world, paths, heard, silent)
    notes = (
        *issues(answers, spelling),
        *reading.notes(),
        *_nodes(answers, snapshot, spelling),
        *_unread(paths),
        *_part_of_bgp(silent),
    )
    return NetworkState(
        engine=ENGINE,
        scenario=scenario,
        interfaces=layer3.interfaces,
        edges=layer3.edges,
        sessions=ends,
        adjacencies=_adjacencies(answers, spelling),
        ribs=ground.ribs,
        bgp=tables,
        fib=AnsweredFib(ground),
        notes=as_numbered_here(notes, snapshot),
        igp_externals=_externals(paths, ground.ribs, snapshot),
        neighbours=layer3.neighbours,
    )


def _externals(
    paths: Iterable[TablePath], ribs: Mapping[tuple[str, str], HeldRib], snapshot: Snapshot
) -> dict[str, frozenset[Prefix]]:
    """Nodes that give BGP to an IGP -> the routes that they use by eBGP and some router has as the IGP's externals.

    Not a default route: that enters by a command of its own (default-information originate).
    """
    carried = {p for rib in ribs.values() for p, held in rib.entries.items() if p.length and held.protocol in _EXTERNAL}
    found: dict[str, set[Prefix]] = defaultdict(set)
    for each in paths:
        device = snapshot.devices.get(each.node)
        if each.best and each.path.kind == EBGP and each.prefix in carried and device is not None:
            entry = ribs[each.node, each.vrf].get(each.prefix) if (each.node, each.vrf) in ribs else None
            if entry is not None and entry.protocol is RouteProtocol.BGP and _gives_bgp(device):
                found[each.node].add(each.prefix)
    return {node: frozenset(prefixes) for node, prefixes in found.items()}


def _gives_bgp(device: Device) -> bool:
    given = [each for process in device.ospf for each in process.redistributions]
    given += [each for process in device.isis for _, each in process.redistributions]
    return any(each.protocol == "bgp" for each in given)


def _nodes(answers: Answers, snapshot: Snapshot, spelling: Spelling) -> Iterator[StateNote]:
    """Devices that only one of the two knows."""
    if spelling.strangers:
        names = tuple(sorted(spelling.strangers))
        text = f"Batfish knows nodes that are no devices of the snapshot: {', '.join(names)}"
        yield StateNote("batfish-nodes", text, names, undecided=False)
    if "interface_properties" in answers.failed:
        return
    known = {spelling.interface(row["interface"]).node for row in answers.interface_properties}
    for name, device in snapshot.devices.items():
        if name not in known and device.interfaces:
            source = Source(device.file, 1, 1)
            yield StateNote("batfish-nodes", f"Batfish does not know the device {name}", (name,), (source,))


def _unread(paths: Iterable[TablePath]) -> Iterator[StateNote]:
    """Speakers whose tables Batfish has and whose policies guard does not read."""
    for node in sorted({each.node for each in paths if each.speaker is None}):
        text = f"what {node} advertises is not known: its BGP is Batfish's alone, which does not tell"
        yield StateNote("batfish-advertisements", text, (node,))


def _without_bgp(answers: Answers, snapshot: Snapshot) -> frozenset[str]:
    """Devices whose BGP tables were not asked for."""
    if answers.bgp_of is None:
        return frozenset()
    return frozenset(name for name in snapshot.devices if name.lower() not in answers.bgp_of)


def _part_of_bgp(silent: frozenset[str]) -> Iterator[StateNote]:
    if silent:
        text = (
            f"the BGP tables of {len(silent)} devices without a session to the outside were not asked for, as there are"
            " many; their main RIBs were"
        )
        yield StateNote(NOT_ASKED_OF, text, tuple(sorted(silent)), undecided=False)


def _adjacencies(answers: Answers, spelling: Spelling) -> tuple[IgpAdjacency, ...]:
    """OSPF neighbours that are up; of IS-IS neighbours Batfish is not asked."""
    found = (
        IgpAdjacency(
            "ospf",
            spelling.interface(row["interface"]),
            spelling.interface(row["remote_interface"]),
            cells.text(row.get("area")),
        )
        for row in answers.ospf_session_compatibility
        if row.get("session_status") == "ESTABLISHED"
    )
    return tuple(sorted(found, key=lambda each: (each.tail, each.head)))
