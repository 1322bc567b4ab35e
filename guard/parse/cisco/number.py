"""Numbers as configurations write them."""

from __future__ import annotations

from guard.model.device import Vendor


def asn(text: str) -> int:
    """An AS number, `65001` or asdot `1.10` (RFC 5396); `ValueError` where it is none."""
    high, dot, low = text.partition(".")
    value = (int(high) << 16) + int(low) if dot else int(text)
    if not 0 <= value < 1 << 32:
        raise ValueError(f"{text} is no AS number")
    return value


def asn_list(words: tuple[str, ...]) -> list[tuple[int, int]]:
    """`65001 65010-65020,65030` as ranges."""
    found = []
    for part in " ".join(words).replace(",", " ").split():
        low, _, high = part.partition("-")
        found.append((asn(low), asn(high or low)))
    return found


def following(last: int, vendor: Vendor) -> int:
    """The number that an entry of an AS-path or community list gets by itself: the next one on NX-OS, else by fives."""
    return last + 1 if vendor is Vendor.NXOS else (last // 5 + 1) * 5


def between(text: str, low: int, high: int) -> int:
    """A number within bounds; `ValueError` outside."""
    value = int(text)
    if not low <= value <= high:
        raise ValueError(f"{text} is not in {low}-{high}")
    return value


def dotted(text: str) -> int:
    """An identifier written as an address or a number (cluster-id, router-id)."""
    parts = text.split(".")
    if len(parts) == 1:
        return int(text)
    if len(parts) != 4 or not all(part.isdecimal() and int(part) < 256 for part in parts):
        raise ValueError(f"{text} is no identifier")
    return int.from_bytes(bytes(int(part) for part in parts), "big")
