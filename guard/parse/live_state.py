"""state.yaml → LiveState: what is so right now (CONTRACT 1)."""

from __future__ import annotations

from guard.model.external import LiveState, Maintenance
from guard.model.state import InterfaceId
from guard.parse.inventory import absolute_name, split_interface
from guard.parse.yaml_text import Node, load_documents


def parse_state(text: str, file: str) -> LiveState:
    """Read a state file; it may leave out apiVersion and kind, as the contract's example does."""
    documents = load_documents(text, file)
    if not documents:
        return LiveState()
    at = documents[0].fields("apiVersion", "kind", "captured_at", "down", "maintenance", "since")
    interfaces, nodes = _members(at.get("down"))
    return LiveState(
        captured_at=at["captured_at"].time() if "captured_at" in at else None,
        down_interfaces=interfaces,
        down_nodes=nodes,
        maintenance=tuple(map(_maintenance, at["maintenance"].items())) if "maintenance" in at else (),
        since=tuple((absolute_name(zone), each.time()) for zone, each in at["since"].entries().items())
        if "since" in at
        else (),
    )


def _maintenance(node: Node) -> Maintenance:
    at = node.fields("id", "down", required=("id", "down"))
    interfaces, nodes = _members(at["down"])
    return Maintenance(at["id"].text(), interfaces, nodes)


def _members(node: Node | None) -> tuple[frozenset[InterfaceId], frozenset[str]]:
    interfaces, nodes = set(), set()
    for each in node.items() if node else ():
        found = split_interface(each.text())
        if found:
            interfaces.add(found)
        else:
            nodes.add(each.text())
    return frozenset(interfaces), frozenset(nodes)
