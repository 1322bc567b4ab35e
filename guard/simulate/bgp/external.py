"""What the world outside says: the routes that sessions without a configured far end bring in (CONTRACT 2).

Law: what external_bgp_announcements.json says comes first; a session that it says nothing for brings a default route
(provider), its cone (customer), and one marked test prefix of its own, so that leaks, shifts and withdrawals show.
Deterministic: a session keeps its test prefix whatever else changes, unless two want the same one.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guard.model.address import DEFAULT_V4, DEFAULT_V6, Address, Prefix, parse_prefix
from guard.model.bgp import IGP, SEQUENCE, BgpAttributes, Segment
from guard.model.external import Announcement
from guard.model.inventory import Inventory, Peering

#: Test prefixes come from here: space of the US DoD that nobody announces and bogon lists do not hold, and IPv6 space
#: that no registry has given out, though inside 2000::/3 so that "is it global unicast" filters let it pass.
TEST_POOL_V4 = parse_prefix("29.192.0.0/10")
TEST_POOL_V6 = parse_prefix("2e1d:ff00::/24")
_TEST_LENGTH = {4: 24, 6: 48}

#: The AS of a neighbour that may be of any; no registry gives it out, and no filter takes it for private use.
UNNAMED_AS = 4199999999

_BY_VERSION = {4: (TEST_POOL_V4, DEFAULT_V4), 6: (TEST_POOL_V6, DEFAULT_V6)}

SessionKey = tuple[str, str, str]


class Heard(NamedTuple):
    """One route that comes in over an outside session, before import policy."""

    session: SessionKey
    version: int
    prefix: Prefix
    attributes: BgpAttributes


class OutsideEnd(NamedTuple):
    """A session that is up towards nobody in the snapshot."""

    key: SessionKey
    node: str
    remote_address: Address | None
    remote_as: int | None
    next_hop: Address | None
    external: bool
    families: frozenset[int]


def is_test_prefix(prefix: Prefix) -> bool:
    """Whether it is one of those that stand for the outside's other routes; never a row of `guard show`."""
    return _BY_VERSION[prefix.version][0].covers(prefix) and prefix.length == _TEST_LENGTH[prefix.version]


def tests_among(prefixes: Sequence[Prefix]) -> list[Prefix]:
    """The test prefixes among sorted prefixes of one IP version."""
    pool = _BY_VERSION[prefixes[0].version][0]
    start = bisect_left(prefixes, pool)
    return [*filter(is_test_prefix, prefixes[start : bisect_right(prefixes, pool.last.value, start, key=_value)])]


def _value(prefix: Prefix) -> int:
    return prefix.value


def heard(
    ends: Iterable[OutsideEnd],
    announcements: Iterable[Announcement],
    inventory: Inventory,
    known: Iterable[Prefix],
) -> tuple[Heard, ...]:
    """All routes from outside. `known`: prefixes of the configurations, which test prefixes keep clear of."""
    by_source: dict[tuple[str, Address], list[Announcement]] = {}
    for announcement in announcements:
        by_source.setdefault((announcement.node.lower(), announcement.from_address), []).append(announcement)
    peerings = {(each.device.lower(), each.neighbor): each for each in inventory.peerings}
    found: list[Heard] = []
    silent: list[OutsideEnd] = []
    for end in sorted(ends, key=lambda end: end.key):
        told = by_source.get((end.node.lower(), end.remote_address)) if end.remote_address is not None else None
        if told:
            found.extend(_announced(end, told))
        elif end.external:
            silent.append(end)
            peering = peerings.get((end.node.lower(), end.remote_address)) if end.remote_address else None
            found.extend(_by_role(end, peering))
    found.extend(_tests(silent, known))
    return tuple(found)


def _announced(end: OutsideEnd, told: list[Announcement]) -> Iterable[Heard]:
    for announcement in told:
        attributes = announcement.attributes
        if attributes.next_hop is None:
            attributes = attributes._replace(next_hop=end.next_hop)
        yield Heard(end.key, announcement.prefix.version, announcement.prefix, attributes)


def _by_role(end: OutsideEnd, peering: Peering | None) -> Iterable[Heard]:
    if peering is None:
        return
    if peering.role == "provider":
        for version in sorted(end.families):
            yield Heard(end.key, version, _BY_VERSION[version][1], _attributes(end, version))
    for prefix in peering.cone or () if peering.role == "customer" else ():
        if prefix.version in end.families:
            yield Heard(end.key, prefix.version, prefix, _attributes(end, prefix.version))


def _tests(silent: list[OutsideEnd], known: Iterable[Prefix]) -> Iterable[Heard]:
    for version in (4, 6):
        pool = _BY_VERSION[version][0]
        taken = {prefix for prefix in known if prefix.length and prefix.version == version and pool.overlaps(prefix)}
        used: set[Prefix] = set()
        for end in silent:
            if version in end.families:
                prefix = _test_prefix(end.key, pool, taken, used)
                used.add(prefix)
                yield Heard(end.key, version, prefix, _attributes(end, version))


def _test_prefix(key: SessionKey, pool: Prefix, taken: set[Prefix], used: set[Prefix]) -> Prefix:
    """The session's own place in the pool, or the next free one."""
    length = _TEST_LENGTH[pool.version]
    width = 32 if pool.version == 4 else 128
    places = 1 << (length - pool.length)
    digest = hashlib.blake2b("\0".join(key).encode(), digest_size=8).digest()
    start = int.from_bytes(digest, "big")
    for step in range(places):
        value = pool.value | ((start + step) % places) << (width - length)
        prefix = Prefix(pool.version, value, length)
        if prefix not in used and not any(each.overlaps(prefix) for each in taken if each.length > pool.length):
            return prefix
    return Prefix(pool.version, pool.value | (start % places) << (width - length), length)


def _attributes(end: OutsideEnd, version: int) -> BgpAttributes:
    asn = end.remote_as or UNNAMED_AS
    next_hop = end.next_hop if end.next_hop is not None and end.next_hop.version == version else None
    return BgpAttributes(as_path=(Segment(SEQUENCE, (asn,)),), origin=IGP, next_hop=next_hop)
