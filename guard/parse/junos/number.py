"""AS numbers."""

from __future__ import annotations


def asn(text: str) -> int | None:
    """An AS number, plain or dotted (RFC 5396)."""
    high, dot, low = text.partition(".")
    if dot and high.isdecimal() and low.isdecimal():
        return (int(high) << 16) + int(low)
    return int(text) if text.isdecimal() and int(text) < 1 << 32 else None
