"""A zone as octoDNS keeps it in YAML (octodns.provider.yaml.YamlProvider) → the RRsets that it wants.

Law: what such a file asks for and a master file cannot say is InputInvalid with its line: answers that hang on who
asks, records that only some providers get.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.model.dns import TARGETS, RRsetKey
from guard.parse.dns_plans import DEFAULT_TTL, PlannedEdit, octodns_value
from guard.parse.rdata import RecordInvalid, absolute, known_type, record
from guard.parse.yaml_text import Node, load_documents

_DEPENDS = ("dynamic", "geo", "weight")
#: Types of octoDNS that no name server has; each provider makes something of its own of them.
_OWN_TYPES = frozenset({"ALIAS", "URLFWD"})


@dataclass(frozen=True, slots=True)
class OctodnsZone:
    """`wanted`: whole RRsets with the line of each. `ignored`: RRsets that octoDNS leaves as they are."""

    wanted: tuple[tuple[PlannedEdit, int], ...]
    ignored: frozenset[RRsetKey]


def parse_octodns_zone(files: Sequence[tuple[str, str]], apex: str) -> OctodnsZone:
    """Read one zone from its file, or from those of its folder (name and text of each).

    Names are relative to the zone, a blank one is the apex.
    """
    documents = [document for file, text in files for document in load_documents(text, file)]
    wanted: dict[RRsetKey, tuple[PlannedEdit, int]] = {}
    places: dict[RRsetKey, str] = {}
    ignored: set[RRsetKey] = set()
    for node, name in ((node, name) for document in documents for name, node in document.entries().items()):
        for each in node.items():
            edit = _record(each, name, apex)
            key = RRsetKey(edit.name, edit.type)
            if key in wanted:
                each.fail(f"{key.owner} {key.type} stands twice")
            if _is_ignored(each):
                ignored.add(key)
            else:
                wanted[key] = (edit, each.line)
                places[key] = each.file
    aliases = {key.owner for key in wanted if key.type == "CNAME"}
    for key, (_, line) in wanted.items():
        if key.owner in aliases and key.type != "CNAME":
            Node(None, places[key], line).fail(f"{key.owner} has a CNAME and {key.type}: octoDNS refuses it")
    return OctodnsZone(tuple(wanted.values()), frozenset(ignored))


def _record(node: Node, name: str, apex: str) -> PlannedEdit:
    at = node.entries()
    word = at["type"].text() if "type" in at else node.fail("a record without a type", "missing-key")
    for special in _DEPENDS:
        if special in at:
            message = f"{name or apex} {word} is {special}: what it answers depends on who asks"
            at[special].fail(message, "not-supported")
    type = known_type(word)
    if type is None or word in _OWN_TYPES:
        node.fail(f"{word!r} is no record type that a master file can have", "not-supported")
    given = [key for key in ("value", "values") if key in at]
    if len(given) != 1:
        node.fail("a record has value or values")
    try:
        owner = absolute(name, apex) if name else apex
        data = tuple(sorted({_data(type, each) for each in at[given[0]].items()}))
    except RecordInvalid as error:
        node.fail(f"{name or apex} {type}: {error}", "invalid-zone")
    if not data:
        node.fail(f"{name or apex} {type} has no values")
    return PlannedEdit(apex, owner, type, at["ttl"].integer(0, 2**31 - 1) if "ttl" in at else DEFAULT_TTL, data)


def _is_ignored(node: Node) -> bool:
    """Whether octoDNS leaves the record alone; one that only some providers get is refused."""
    own = node.entries().get("octodns")
    options: Mapping[str, Node] = own.entries() if own is not None else {}
    for key in ("included", "excluded"):
        if key in options:
            options[key].fail(f"which providers get the record ({key}) is not known here", "not-supported")
    return "ignored" in options and options["ignored"].flag()


def _data(type: str, node: Node) -> str:
    try:
        text = octodns_value(type, _plain(node))
    except KeyError as error:
        raise RecordInvalid(f"the value has no {error}") from None
    for target in _targets(type, text):
        if not target.endswith("."):
            raise RecordInvalid(f"{target!r} has no final dot: octoDNS refuses it")
    return record(type, text, ".")[1]


def _targets(type: str, text: str) -> Iterator[str]:
    words = text.split()
    at = TARGETS.get(type)
    if at is not None and at < len(words):
        yield words[at]


def _plain(node: Node) -> Any:
    if isinstance(node.value, Mapping):
        found = {key: _plain(each) for key, each in node.value.items()}
        if "exchange" not in found and "value" in found and ("priority" in found or "preference" in found):
            found["exchange"] = found["value"]  # the older words of MX values
        if "preference" not in found and "priority" in found:
            found["preference"] = found["priority"]
        return found
    return node.text()
