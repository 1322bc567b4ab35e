"""IP addresses and prefixes of both families as small integer tuples.

Law: a value is canonical (host bits of a prefix are zero), so equality is equality of meaning.
Tuples instead of `ipaddress` objects: they hash, compare and sort in C, and backbones hold millions.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple

WIDTH = {4: 32, 6: 128}


class Address(NamedTuple):
    """One IPv4 or IPv6 address: `version` is 4 or 6, `value` the address as an integer."""

    version: int
    value: int

    def __str__(self) -> str:
        return address_text(self.version, self.value)

    @property
    def host(self) -> Prefix:
        """The /32 or /128 of this address."""
        return Prefix(self.version, self.value, WIDTH[self.version])

    @property
    def is_link_local(self) -> bool:
        if self.version == 4:
            return self.value >> 16 == 0xA9FE
        return self.value >> 118 == 0x3FA  # fe80::/10


class Prefix(NamedTuple):
    """One IPv4 or IPv6 prefix; `value` has no bit set beyond `length`."""

    version: int
    value: int
    length: int

    def __str__(self) -> str:
        return f"{address_text(self.version, self.value)}/{self.length}"

    @property
    def first(self) -> Address:
        return Address(self.version, self.value)

    @property
    def last(self) -> Address:
        return Address(self.version, self.value | (1 << (WIDTH[self.version] - self.length)) - 1)

    @property
    def is_host(self) -> bool:
        return self.length == WIDTH[self.version]

    def covers(self, other: Prefix) -> bool:
        """Whether `other` is this prefix or a more specific of it."""
        return (
            self.version == other.version
            and self.length <= other.length
            and (other.value ^ self.value) >> (WIDTH[self.version] - self.length) == 0
        )

    def contains(self, address: Address) -> bool:
        return (
            self.version == address.version
            and (address.value ^ self.value) >> (WIDTH[self.version] - self.length) == 0
        )

    def overlaps(self, other: Prefix) -> bool:
        return self.covers(other) or other.covers(self)


DEFAULT_V4 = Prefix(4, 0, 0)
_CLASSES = ((0x80000000, 8), (0xC0000000, 16), (0xE0000000, 24))  # RFC 791 3.2


def class_of(prefix: Prefix) -> Prefix:
    """The class A, B or C network that holds an IPv4 prefix; an address of class D or E by itself."""
    length = next((length for limit, length in _CLASSES if prefix.value < limit), 32)
    return Prefix(4, prefix.value >> 32 - length << 32 - length, length)


DEFAULT_V6 = Prefix(6, 0, 0)


@lru_cache(maxsize=1 << 18)
def address_text(version: int, value: int) -> str:
    """Canonical text of an address (RFC 5952 for IPv6)."""
    if version == 4:
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"
    return str(ipaddress.IPv6Address(value))


#: Plain IPv4 text, most of what configurations hold; anything else is the library's matter.
_DOTTED = re.compile(r"\.".join(["(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"] * 4)).fullmatch
_LENGTHS = frozenset(map(str, range(33)))


def _value(octets: re.Match[str]) -> int:
    first, second, third, fourth = map(int, octets.groups())
    return first << 24 | second << 16 | third << 8 | fourth


@lru_cache(maxsize=1 << 18)
def parse_address(text: str) -> Address:
    """Read an address in its usual text form; `ValueError` says what is wrong with it."""
    octets = _DOTTED(text)
    if octets is not None:
        return Address(4, _value(octets))
    parsed = ipaddress.ip_address(text)
    return Address(parsed.version, int(parsed))


@lru_cache(maxsize=1 << 18)
def parse_prefix(text: str) -> Prefix:
    """Read `a.b.c.d/len` or `x::/len` (host bits are cleared); a bare address is a host prefix."""
    address, _, length = text.partition("/")
    octets = _DOTTED(address)
    if octets is not None and length in _LENGTHS:
        shift = 32 - int(length)
        return Prefix(4, _value(octets) >> shift << shift, int(length))
    parsed = ipaddress.ip_network(text, strict=False)
    return Prefix(parsed.version, int(parsed.network_address), parsed.prefixlen)


def prefix_of(address: Address, length: int) -> Prefix:
    """The prefix of `length` bits that `address` lies in."""
    shift = WIDTH[address.version] - length
    return Prefix(address.version, address.value >> shift << shift, length)


@lru_cache(maxsize=4096)
def mask_length(mask: str) -> int:
    """Length of a dotted netmask (`255.255.255.0` is 24); `ValueError` where it is not contiguous."""
    value = parse_address(mask).value
    length = value.bit_count()
    if value != ((1 << length) - 1) << (32 - length):
        raise ValueError(f"{mask} is not a netmask")
    return length


@lru_cache(maxsize=4096)
def wildcard_length(wildcard: str) -> int | None:
    """Prefix length that a contiguous wildcard (`0.0.0.255` is 24) stands for, else None."""
    value = parse_address(wildcard).value
    return 32 - value.bit_length() if value & (value + 1) == 0 else None
