"""Values in the cells of Batfish's tables, read into guard's own.

Law: a cell that cannot be read is a ValueError that names it; whoever reads the table says so, and nothing is guessed.
A next hop is read in both forms: one object of a few kinds (2023 and later), two columns (before).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from guard.engines.batfish.answers import AnswerRow
from guard.engines.batfish.shared_rows import SharedRow
from guard.model.address import Address, Prefix, parse_address, parse_prefix
from guard.model.bgp import CONFED_SEQUENCE, CONFED_SET, ORIGIN_NAMES, SEQUENCE, SET, AsPath, Segment
from guard.model.community import extended, large, standard
from guard.model.rib import NextHop
from guard.model.state import InterfaceId

#: What the two columns of old say where there is no address or interface.
_NO_ADDRESS = frozenset({"", "none", "AUTO/NONE(-1l)"})
_DYNAMIC, _NULL = "dynamic", "null_interface"
_SEGMENT = re.compile(r"\{([\d, ]*)\}|\(([\d ]*)\)|\[([\d, ]*)\]|(\d+)")


class TunnelNextHop(ValueError):
    """A next hop that leads into a tunnel (VXLAN): guard does not model what comes out at its end."""


class Located(NamedTuple):
    """Lines of a file, as Batfish names them."""

    file: str
    lines: tuple[int, ...]


def text(value: object) -> str:
    """A cell of plain text, "" for null."""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"{value!r} is not plain")


def number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{value!r} is not a number")
    return int(value)


def node_name(value: object) -> str:
    """A node is an object with a name, or the name alone."""
    if isinstance(value, Mapping):
        value = value.get("name")
    if not isinstance(value, str) or not value:
        raise ValueError(f"{value!r} is not a node")
    return value


def interface_id(value: object) -> InterfaceId:
    if isinstance(value, Mapping) and isinstance(value.get("hostname"), str):
        return InterfaceId(value["hostname"], text(value.get("interface")))
    raise ValueError(f"{value!r} is not an interface")


def address(value: object) -> Address | None:
    """An address, None where there is none."""
    if value is None or (isinstance(value, str) and value in _NO_ADDRESS):
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not an address")
    return parse_address(value)


def prefix(value: object) -> Prefix:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a prefix")
    return parse_prefix(value)


def bound_address(value: object) -> tuple[Address, int]:
    """An interface's own address with the length of its subnet (`10.0.0.1/24`)."""
    host, _, length = text(value).partition("/")
    return parse_address(host), int(length or 32)


def next_hop(row: AnswerRow) -> NextHop:
    """The next hop of a routes or bgpRib row; a TunnelNextHop where it is one."""
    value = row.get("next_hop")
    if isinstance(value, Mapping):
        return _hop_of_kind(value)
    gateway, out = address(row.get("next_hop_ip")), text(row.get("next_hop_interface"))
    if out == _NULL:
        return NextHop(discard=True)
    return NextHop(gateway, out if out and out != _DYNAMIC else None)


def _hop_of_kind(value: Mapping[str, object]) -> NextHop:
    match value.get("type"):
        case "ip":
            return NextHop(address(value.get("ip")))
        case "interface":
            return NextHop(address(value.get("ip")), text(value.get("interface")))
        case "discard":
            return NextHop(discard=True)
        case "vrf":
            return NextHop(vrf=text(value.get("vrf")))
        case "vtep":
            raise TunnelNextHop(f"VXLAN tunnel to {value.get('vtep')}")
        case other:
            raise ValueError(f"{other!r} is no kind of next hop")


@lru_cache(maxsize=1 << 14)
def as_path(value: str) -> AsPath:
    """`1239 {7018,7019} (65001)`: sequences, sets, and those of a confederation."""
    if _SEGMENT.sub("", value).strip():
        raise ValueError(f"{value!r} is not an AS path")
    found: list[Segment] = []
    for each in _SEGMENT.finditer(value):
        members, confed, confed_set, single = each.groups()
        if single is not None:
            before = found.pop().asns if found and found[-1].kind == SEQUENCE else ()
            found.append(Segment(SEQUENCE, (*before, int(single))))
        elif members is not None:
            found.append(Segment(SET, tuple(sorted(_numbers(members)))))
        elif confed is not None:
            found.append(Segment(CONFED_SEQUENCE, _numbers(confed)))
        else:
            found.append(Segment(CONFED_SET, tuple(sorted(_numbers(confed_set or "")))))
    return tuple(found)


def _numbers(value: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.split(r"[ ,]+", value.strip()) if each)


def communities(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{value!r} is not a list of communities")
    return tuple(sorted(_community(text(each)) for each in value))


@lru_cache(maxsize=1 << 12)
def _community(value: str) -> str:
    kind, _, rest = value.partition(":")
    if kind == "large":
        return large(rest)
    if rest.count(":") == 1:
        return extended(kind, rest)
    return standard(value)


def origin(value: object) -> int:
    return ORIGIN_NAMES.index(text(value))


def located(value: object) -> tuple[Located, ...]:
    """Source lines: one object, a list of them, or nothing."""
    items = value if isinstance(value, list) else [value]
    return tuple(
        Located(text(each.get("filename")), tuple(number(line) for line in each.get("lines") or ()))
        for each in items
        if isinstance(each, Mapping)
    )


def alike(row: AnswerRow, columns: tuple[str, ...]) -> str | int:
    """What some cells of a row say, as a key: rows with equal keys are read alike, while the rows are held."""
    if isinstance(row, SharedRow):
        return id(row.alike)
    return repr([row.get(column) for column in columns])
