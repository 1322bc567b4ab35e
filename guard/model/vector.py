"""EIGRP's vector metric: what a route's way has in all, of which each router makes its own composite number."""

from __future__ import annotations

from typing import NamedTuple

#: Picoseconds in the unit of `delay`, of `metric …` and of `set metric …`: ten microseconds.
TEN_MICROSECONDS = 10_000_000


class Vector(NamedTuple):
    """`bandwidth`: the least on the way, kbit/s; `delay`: of all links, picoseconds; the others count by K-values.

    RFC 7868: reliability is the worst on the way, load the highest, MTU the smallest.
    """

    bandwidth: int
    delay: int
    reliability: int = 255
    load: int = 1
    mtu: int = 1500

    def over(self, link: Vector) -> Vector:
        """The same route heard over one more link."""
        return Vector(
            min(self.bandwidth, link.bandwidth),
            self.delay + link.delay,
            min(self.reliability, link.reliability),
            max(self.load, link.load),
            min(self.mtu, link.mtu),
        )


def typed(words: tuple[str, ...]) -> Vector:
    """`BANDWIDTH DELAY RELIABILITY LOAD MTU` as routers take it: kbit/s, tens of microseconds, 0-255, 1-255, bytes."""
    bandwidth, delay, reliability, load, mtu = (int(word) for word in words)
    if not bandwidth or reliability > _BYTE or load > _BYTE:
        raise ValueError(f"`{' '.join(words)}` is no metric of EIGRP")
    return Vector(bandwidth, delay * TEN_MICROSECONDS, reliability, load, mtu)


_BYTE = 255
