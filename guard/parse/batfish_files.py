"""Batfish's own JSON files beside the configurations: layer-1 topology, runtime data, blacklist, announcements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import EGP, IGP, INCOMPLETE, SEQUENCE, SET, AsPath, BgpAttributes, Segment
from guard.model.errors import InputInvalid
from guard.model.external import Announcement, RuntimeData
from guard.model.provenance import Source
from guard.model.state import InterfaceId

_KBIT = 1000

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def load_json(text: str, file: str) -> Json:
    """JSON with file and line in the error."""
    try:
        found: Json = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputInvalid("invalid-json", f"not JSON: {error.msg}", file, error.lineno) from None
    except RecursionError:
        raise InputInvalid("invalid-json", "nested too deeply", file, 1) from None
    return found


def parse_layer1(text: str, file: str) -> tuple[tuple[InterfaceId, InterfaceId], ...]:
    """`{"edges": [{"node1": {"hostname", "interfaceName"}, "node2": …}]}`, each link in both directions."""
    edges: dict[tuple[InterfaceId, InterfaceId], None] = {}
    for entry in _list(_object(load_json(text, file), file).get("edges"), file, "edges"):
        ends = [_end(_object(entry, file).get(key), file) for key in ("node1", "node2")]
        edges[ends[0], ends[1]] = None
        edges[ends[1], ends[0]] = None
    return tuple(edges)


def parse_runtime(text: str, file: str) -> RuntimeData:
    """runtime_data.json: `{"runtimeData": {HOST: {"interfaces": {NAME: {"lineUp", "bandwidth", "speed"}}}}}`, bit/s."""
    whole = _object(load_json(text, file), file)
    hosts = _object(whole.get("runtimeData", whole.get("byHostname")), file)
    down, bandwidths = [], []
    for host, data in hosts.items():
        for name, found in _object(_object(data, file).get("interfaces") or {}, file).items():
            interface, key = _object(found, file), InterfaceId(host, name)
            if interface.get("lineUp") is False:
                down.append(key)
            told = interface.get("bandwidth") or interface.get("speed")
            if isinstance(told, int | float) and told >= _KBIT:
                bandwidths.append((key, int(told / _KBIT)))
    return RuntimeData(tuple(down), tuple(bandwidths))


def parse_blacklist(text: str, file: str) -> tuple[InterfaceId, ...]:
    """interface_blacklist: a list of `{"hostname", "interface"}`."""
    found = []
    for entry in _list(load_json(text, file), file, "the blacklist"):
        fields = _object(entry, file)
        host, name = fields.get("hostname"), fields.get("interface", fields.get("interfaceName"))
        if not isinstance(host, str) or not isinstance(name, str):
            raise InputInvalid("invalid-json", "an entry has hostname and interface", file, 1)
        found.append(InterfaceId(host, name))
    return tuple(found)


def parse_announcements(text: str, file: str) -> tuple[Announcement, ...]:
    """external_bgp_announcements.json: the routes that reach us (type `ebgp_sent`: sent by the neighbour)."""
    entries = _list(_object(load_json(text, file), file).get("Announcements"), file, "Announcements")
    lines = _lines_of(text, '"network"')
    return tuple(
        _announcement(_object(entry, file), Source(file, line, line))
        for entry, line in zip(entries, lines, strict=False)
    )


def _lines_of(text: str, needle: str) -> Iterator[int]:
    """The line of each occurrence; then the last line for ever, so that every entry has a place."""
    number = 1
    for number, line in enumerate(text.splitlines(), 1):
        for _ in range(line.count(needle)):
            yield number
    while True:
        yield number


def _announcement(entry: Mapping[str, Json], source: Source) -> Announcement:
    try:
        destination = entry.get("dstIp")
        next_hop = entry.get("nextHopIp") or entry["srcIp"]
        return Announcement(
            node=str(entry["dstNode"]),
            from_address=parse_address(str(entry["srcIp"])),
            to_address=parse_address(str(destination)) if destination else None,
            prefix=parse_prefix(str(entry["network"])),
            attributes=BgpAttributes(
                as_path=_as_path(entry.get("asPath")),
                origin={"igp": IGP, "egp": EGP}.get(str(entry.get("originType", "igp")).lower(), INCOMPLETE),
                next_hop=parse_address(str(next_hop)),
                local_preference=_preference(entry),
                med=int(str(entry["med"])) if entry.get("med") is not None else None,
                communities=tuple(sorted(map(community, _list(entry.get("communities") or [], source.file, "")))),
            ),
            source=source,
        )
    except KeyError as error:
        raise InputInvalid("invalid-json", f"an announcement has no {error}", source.file, source.first) from None
    except ValueError as error:
        raise InputInvalid("invalid-json", str(error), source.file, source.first) from None


def _preference(entry: Mapping[str, Json]) -> int | None:
    """The local preference that a neighbour of our own AS sends; eBGP carries none (RFC 4271 5.1.5)."""
    told = entry.get("localPreference")
    return int(str(told)) if told is not None and str(entry.get("type", "")).startswith("ibgp") else None


def community(value: Json) -> str:
    """Canonical text of a standard community given as number or text."""
    if isinstance(value, int):
        return f"{value >> 16}:{value & 0xFFFF}"
    return str(value)


def _as_path(value: Json) -> AsPath:
    """`[1, 2]` or Batfish's list of sets `[[1], [2, 3]]`."""
    segments: list[Segment] = []
    for element in value if isinstance(value, list) else []:
        asns = tuple(sorted(int(str(each)) for each in element)) if isinstance(element, list) else (int(str(element)),)
        if len(asns) == 1 and segments and segments[-1].kind == SEQUENCE:
            segments[-1] = Segment(SEQUENCE, segments[-1].asns + asns)
        else:
            segments.append(Segment(SEQUENCE if len(asns) == 1 else SET, asns))
    return tuple(segments)


def _end(value: Json, file: str) -> InterfaceId:
    fields = _object(value, file)
    host, name = fields.get("hostname"), fields.get("interfaceName")
    if not isinstance(host, str) or not isinstance(name, str):
        raise InputInvalid("invalid-json", "an end of an edge has hostname and interfaceName", file, 1)
    return InterfaceId(host, name)


def _object(value: Json, file: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise InputInvalid("invalid-json", "expected an object", file, 1)
    return value


def _list(value: Json, file: str, what: str) -> list[Json]:
    if not isinstance(value, list):
        raise InputInvalid("invalid-json", f"expected a list of {what}", file, 1)
    return value
