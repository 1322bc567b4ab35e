"""BGP communities of all kinds in one canonical text each, so that equality of text is equality of value.

Standard: `64500:100`, well-known ones by name (`no-export`); large: `1:2:3`; extended: `rt 1:2`, `soo 1:2`, and by the
number of its type where it has no name (`65000 1:2`). A four-octet AS that two octets would hold bears an L: `rt 1L:2`.
"""

from __future__ import annotations

from functools import lru_cache

#: IANA "BGP Well-known Communities" (RFC 1997, 3765, 7611, 7999, 8326, 9494), under the names that devices take.
WELL_KNOWN: dict[str, int] = {
    "graceful-shutdown": 0xFFFF0000,
    "accept-own": 0xFFFF0001,
    "llgr-stale": 0xFFFF0006,
    "no-llgr": 0xFFFF0007,
    "accept-own-nexthop": 0xFFFF0008,
    "blackhole": 0xFFFF029A,
    "no-export": 0xFFFFFF01,
    "no-advertise": 0xFFFFFF02,
    "local-as": 0xFFFFFF03,
    "no-peer": 0xFFFFFF04,
}
_ALIASES = {"gshut": "graceful-shutdown", "no-export-subconfed": "local-as"}
_NAMES = {value: name for name, value in WELL_KNOWN.items()}
#: RFC 1997 has no such community: devices take it for "every route" in lists, and for 0:0 where it is set.
INTERNET = "internet"


@lru_cache(maxsize=1 << 14)
def standard(text: str) -> str:
    """Canonical text of a standard community given as `A:B`, decimal, hexadecimal or name; `ValueError` otherwise."""
    low = text.lower()
    name = _ALIASES.get(low, low)
    if name in WELL_KNOWN:
        return name
    if name == INTERNET:
        return "0:0"
    high, colon, rest = low.partition(":")
    value = (_part(high, 16) << 16) | _part(rest, 16) if colon else _part(low, 32)
    return _NAMES.get(value) or f"{value >> 16}:{value & 0xFFFF}"


@lru_cache(maxsize=1 << 12)
def large(text: str) -> str:
    """Canonical text of a large community `A:B:C` (RFC 8092)."""
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError(f"{text} is not a large community")
    return ":".join(str(_part(part, 32)) for part in parts)


#: Types of extended communities without the form of the administrator, which is a bit of its own (IANA "BGP Extended
#: Communities"; RFC 4360, 4577, 9012, draft-ietf-idr-link-bandwidth).
EXTENDED_TYPES: dict[str, int] = {
    "rt": 0x0002, "soo": 0x0003, "bandwidth": 0x0004, "domain-id": 0x0005, "src-as": 0x0009, "rt-import": 0x000B,
    "bandwidth-non-transitive": 0x4004, "ospf-route-type": 0x0306, "color": 0x030B, "encapsulation": 0x030C,
}  # fmt: skip
_TYPE_NAMES = {number: name for name, number in EXTENDED_TYPES.items()}
#: High octets whose administrator may be two octets, an address or four octets (RFC 4360 3.1, 3.2; RFC 5668).
_ADDRESS, _FOUR_OCTETS, _FORM = 0x0100, 0x0200, 0xBF00
#: RFC 4360 2: with this bit set a community stays within its AS.
_NON_TRANSITIVE = 0x4000


@lru_cache(maxsize=1 << 12)
def extended(kind: str, text: str) -> str:
    """Canonical text of an extended community: `rt 64500:1`, `soo 192.0.2.1:1`; `kind` a name or a type's number."""
    admin, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal() or not admin:
        raise ValueError(f"{text} is not an extended community")
    low = kind.lower()
    type_number = int(low, 0) if low[:1].isdecimal() else 0
    wide = admin[-1] in "lL" and admin[:-1].isdecimal()
    if wide or admin.isdecimal():
        value = int(admin[:-1] if wide else admin)
        admin = f"{value}L" if wide and value < 1 << 16 else str(value)
        if type_number & _FORM == _ADDRESS and value >> 32 == 0:
            admin = ".".join(str(value >> shift & 0xFF) for shift in (24, 16, 8, 0))
    return f"{_named(type_number) if type_number else low} {admin}:{int(number)}"


def _named(number: int) -> str:
    plain = number & ~_FORM if number & _FORM in (_ADDRESS, _FOUR_OCTETS) else number
    return _TYPE_NAMES.get(plain) or str(number)


def _number(kind: str) -> int | None:
    return int(kind) if kind.isdecimal() else EXTENDED_TYPES.get(kind)


@lru_cache(maxsize=1 << 12)
def is_transitive(text: str) -> bool:
    """Whether a community leaves the AS (RFC 4360 2); those of other kinds always do."""
    kind, space, _ = text.partition(" ")
    return not space or not (_number(kind) or 0) & _NON_TRANSITIVE


@lru_cache(maxsize=1 << 12)
def shown(text: str) -> str:
    """An extended community as Batfish prints it, `TYPE:ADMINISTRATOR:NUMBER`; others as they are."""
    kind, space, body = text.partition(" ")
    number = _number(kind) if space else None
    admin, _, value = body.rpartition(":")
    if number is None or not value:
        return text
    if admin.count(".") == 3 and admin.replace(".", "").isdecimal():
        high, middle, low, last = map(int, admin.split("."))
        return f"{number | _ADDRESS}:{high << 24 | middle << 16 | low << 8 | last}L:{value}"
    plain = admin.removesuffix("L")
    if not plain.isdecimal():
        return text
    if kind.isdecimal():
        return f"{number}:{plain}{'L' if number & _FORM else ''}:{value}"
    wide = admin != plain or int(plain) >= 1 << 16
    return f"{number | _FOUR_OCTETS if wide and not number & _FORM else number}:{plain}{'L' * wide}:{value}"


def _part(text: str, bits: int) -> int:
    value = int(text, 16) if text.startswith("0x") else int(text)
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{text} does not fit a community")
    return value
