"""FRR's configuration for a speaker that says to us what a neighbour outside the snapshot would say. Pure.

Its own AS is put in front by eBGP, so a path is written without its first AS where that is the neighbour's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from guard.model.address import Address, Prefix
from guard.model.bgp import ORIGIN_NAMES, BgpAttributes
from guard.model.state import BgpSession

_FAMILIES = {4: "ipv4", 6: "ipv6"}


def outside_text(
    name: str, session: BgpSession, ours: Address, length: int, says: Mapping[Prefix, BgpAttributes]
) -> str:
    """A whole frr.conf. `ours` is the address of our end on the shared subnet, `says` what reaches us before policy."""
    return "".join(_rows(name, session, ours, length, says))


def _rows(
    name: str, session: BgpSession, ours: Address, length: int, says: Mapping[Prefix, BgpAttributes]
) -> Iterator[str]:
    remote, peer = session.remote_address, session.local_address or ours
    assert remote is not None
    own = session.remote_as if session.remote_as is not None else session.local_as
    yield f"hostname {name}\ninterface eth0\n {'ip' if remote.version == 4 else 'ipv6'} address {remote}/{length}\n"
    yield "exit\n"
    if peer != ours:  # a session between loopbacks of which ours is behind this subnet
        yield f"{'ip' if peer.version == 4 else 'ipv6'} route {peer.host} {ours}\n"
    kinds = sorted(set(says.values()), key=str)
    for number, attributes in enumerate(kinds):
        yield from _route_map(f"SAYS{number}", attributes, own)
    yield f"router bgp {own}\n bgp router-id {_router_id(remote)}\n no bgp ebgp-requires-policy\n"
    yield " no bgp network import-check\n no bgp default ipv4-unicast\n"
    yield f" neighbor {peer} remote-as {session.local_as}\n neighbor {peer} timers connect 1\n"
    if own != session.local_as:
        yield f" neighbor {peer} ebgp-multihop 255\n"
    for version in sorted(session.families):
        yield f" address-family {_FAMILIES[version]} unicast\n  neighbor {peer} activate\n"
        for prefix in sorted(prefix for prefix in says if prefix.version == version):
            yield f"  network {prefix} route-map SAYS{kinds.index(says[prefix])}\n"
        yield " exit-address-family\n"
    yield "exit\n"


def _router_id(remote: Address) -> str:
    """The neighbour's address where it is IPv4; nothing else of it is known."""
    return str(remote) if remote.version == 4 else str(Address(4, remote.value & 0x00FFFFFF | 0x0A000000))


def _route_map(name: str, attributes: BgpAttributes, own: int | None) -> Iterator[str]:
    yield f"route-map {name} permit 10\n set origin {ORIGIN_NAMES[attributes.origin]}\n"
    if attributes.med is not None:
        yield f" set metric {attributes.med}\n"
    if attributes.local_preference is not None:
        yield f" set local-preference {attributes.local_preference}\n"
    path = [asn for segment in attributes.as_path for asn in segment.asns]
    rest = path[1:] if path and path[0] == own else path
    if rest:
        yield f" set as-path prepend {' '.join(map(str, rest))}\n"
    plain = [each for each in attributes.communities if each.count(":") < 2 and " " not in each]
    large = [each for each in attributes.communities if each.count(":") == 2 and " " not in each]
    if plain:
        yield f" set community {' '.join(plain)}\n"
    if large:
        yield f" set large-community {' '.join(large)}\n"
    yield "exit\n"
