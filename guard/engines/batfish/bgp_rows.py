"""Rows of bgpRib → paths: which speaker holds which, over which session it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from guard.engines.batfish import cells
from guard.engines.batfish.answers import AnswerRow, Answers
from guard.engines.batfish.ground import Reading, Spelling, Stranger
from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes
from guard.simulate.bgp.ends import EBGP, IBGP
from guard.simulate.bgp.graph import Graph, Link, Speaker
from guard.simulate.bgp.path import LOCAL, NO_LINK, Path

#: Additional paths of one session take slots of their own above the link's index (guard.simulate.bgp.run).
SLOT_BITS = 32

#: All that a path is read from; prefixes that were treated alike have equal ones by the hundred.
_COLUMNS = (
    "next_hop", "next_hop_ip", "next_hop_interface", "origin_protocol", "protocol", "as_path", "origin_type",
    "local_pref", "metric", "weight", "communities", "originator_id", "cluster_list", "tag", "received_from_ip",
)  # fmt: skip
_LEARNED = frozenset({"bgp", "ibgp"})
_KINDS = {"bgp": EBGP, "ibgp": IBGP}


@dataclass(frozen=True, slots=True)
class TablePath:
    """One row: `slot` is where it stands in the Adj-RIB-In, None for what the speaker gave to BGP itself.

    `speaker` None: guard does not read BGP of this node's configuration; the row is all that is known of it.
    """

    node: str
    vrf: str
    speaker: int | None
    prefix: Prefix
    best: bool
    path: Path
    slot: int | None


def table_paths(answers: Answers, graph: Graph, spelling: Spelling, reading: Reading) -> Iterator[TablePath]:
    """All paths of all tables that a speaker of the graph holds."""
    taken: dict[tuple[int, Prefix, int], int] = defaultdict(int)
    heard_from = {index: _links_by_peer(speaker) for index, speaker in graph.speakers.items()}
    known: dict[tuple[object, ...], Path] = {}
    for row in answers.bgp_rib:
        try:
            node, vrf = spelling.own_node(row["node"]), cells.text(row["vrf"])
            prefix = cells.prefix(row["network"])
            index = graph.by_name.get((node, vrf))
            speaker = graph.speakers[index] if index is not None else None
            links = heard_from[speaker.index] if speaker is not None else {}
            key = (node, vrf, prefix.version, cells.alike(row, _COLUMNS))
            path = known.get(key) or known.setdefault(key, _path(row, spelling, node, prefix.version, links))
        except Stranger:
            continue
        except ValueError as error:
            reading.miss("bgpRib", row, error)
            continue
        slot = None
        if speaker is not None and path.kind != LOCAL:
            number = taken[speaker.index, prefix, path.link]
            taken[speaker.index, prefix, path.link] = number + 1
            slot = path.link | number << SLOT_BITS if path.link != NO_LINK else NO_LINK - 1 - number
        yield TablePath(node, vrf, index, prefix, _is_best(row), path, slot)


def _is_best(row: AnswerRow) -> bool:
    status = row.get("status")
    return "BEST" in status if isinstance(status, list | tuple) else status == "BEST"


def _links_by_peer(speaker: Speaker) -> Mapping[object, Link]:
    """Links by what Batfish calls the neighbour: its address, or the interface of an unnumbered session."""
    found: dict[object, Link] = {}
    for version in (4, 6):
        for link in speaker.links_in[version]:
            for name in (link.peer_address, link.interface):
                if name is not None:
                    found.setdefault((version, name), link)
    return found


def _path(row: AnswerRow, spelling: Spelling, node: str, version: int, links: Mapping[object, Link]) -> Path:
    hop = spelling.hop(node, cells.next_hop(row))
    source = cells.text(row.get("origin_protocol")) or cells.text(row.get("protocol"))
    attributes = BgpAttributes(
        as_path=cells.as_path(cells.text(row.get("as_path"))),
        origin=cells.origin(row["origin_type"]),
        next_hop=hop.address,
        local_preference=cells.number(row["local_pref"]),
        med=cells.number(row["metric"]) or None,
        weight=cells.number(row["weight"]),
        communities=cells.communities(row["communities"]),
        originator_id=_originator(row, source),
        cluster_list=_clusters(row),
        tag=cells.number(row["tag"]) if row.get("tag") is not None else 0,
    )
    if source not in _LEARNED:
        return Path(attributes, LOCAL, origin_protocol=source)
    peer = cells.address(row.get("received_from_ip"))
    link = links.get((version, peer)) or links.get((version, hop.interface))
    if link is None:
        return Path(attributes, _KINDS[source], NO_LINK, peer_address=peer, interface=hop.interface or "")
    return Path(
        attributes,
        link.kind,
        link.index,
        link.from_client,
        _sender_id(row),
        link.peer_address,
        interface=hop.interface or "",
    )


def _originator(row: AnswerRow, source: str) -> int | None:
    """Batfish gives every iBGP route an originator; on the wire only a reflected one has it (RFC 4456 8)."""
    found: Address | None = cells.address(row.get("originator_id")) if source == "ibgp" and _clusters(row) else None
    return found.value if found is not None else None


def _clusters(row: AnswerRow) -> tuple[int, ...]:
    told = row.get("cluster_list")
    return tuple(cells.number(each) for each in told) if isinstance(told, list | tuple) else ()


def _sender_id(row: AnswerRow) -> int:
    """The router-id of who originated it inside our AS; 0 where Batfish does not say."""
    found = cells.address(row.get("originator_id"))
    return found.value if found is not None else 0
