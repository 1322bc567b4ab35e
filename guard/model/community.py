"""BGP communities of all kinds in one canonical text each, so that equality of text is equality of value.

Standard: `64500:100`, well-known ones by name (`no-export`); large: `1:2:3`; extended: `rt 1:2`, `soo 1:2`.
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


@lru_cache(maxsize=1 << 12)
def extended(kind: str, text: str) -> str:
    """Canonical text of a route target or site of origin: `rt 64500:1`, `soo 192.0.2.1:1`."""
    admin, colon, number = text.rpartition(":")
    if not colon or not number.isdecimal() or not admin:
        raise ValueError(f"{text} is not an extended community")
    if admin.isdecimal():
        admin = str(int(admin))
    return f"{kind.lower()} {admin}:{int(number)}"


def _part(text: str, bits: int) -> int:
    value = int(text, 16) if text.startswith("0x") else int(text)
    if not 0 <= value < 1 << bits:
        raise ValueError(f"{text} does not fit a community")
    return value
