"""Packet filters: ACLs and firewall filters of all vendors as ordered lines over header space."""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.address import Prefix
from guard.model.provenance import Source

#: A closed range of ports, protocols or ICMP types.
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wildcard:
    """Addresses that equal `value` in every bit that `mask` does not set (IOS wildcard masks, any shape)."""

    version: int
    value: int
    mask: int


@dataclass(frozen=True, slots=True)
class AclLine:
    """One entry. An empty tuple means any. `opaque` names a part that is not modelled: such a line may match or not.

    `sources`/`destinations` are OR-ed; prefixes are Wildcards with a contiguous mask.
    `tcp_flags`: "established" (ACK or RST set) is the only set that the model knows.
    """

    permit: bool
    source: Source
    text: str
    protocols: tuple[int, ...] = ()
    sources: tuple[Wildcard, ...] = ()
    destinations: tuple[Wildcard, ...] = ()
    source_ports: tuple[Range, ...] = ()
    destination_ports: tuple[Range, ...] = ()
    icmp_types: tuple[Range, ...] = ()
    established: bool = False
    fragments: bool = False
    opaque: str = ""
    name: str = ""  # sequence number or term name


@dataclass(frozen=True, slots=True)
class Acl:
    """An ordered filter: first match decides, `default_permit` where none does. `version` 4 or 6, 0 for both."""

    name: str
    version: int
    lines: tuple[AclLine, ...]
    source: Source
    default_permit: bool = False
    standard: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """One packet header. `protocol` is the IP protocol number; ports 0 where the protocol has none."""

    source: int
    destination: int
    version: int = 4
    protocol: int = 6
    source_port: int = 49152
    destination_port: int = 80
    established: bool = False
    icmp_type: int = 8


def wildcard(prefix: Prefix) -> Wildcard:
    """The Wildcard that matches exactly the addresses of `prefix`."""
    width = 32 if prefix.version == 4 else 128
    return Wildcard(prefix.version, prefix.value, (1 << (width - prefix.length)) - 1)


