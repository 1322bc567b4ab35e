"""A path in an Adj-RIB-In or originated here, as the decision looks at it."""

from __future__ import annotations

from typing import NamedTuple

from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes

#: `Path.kind` of what this router originated itself; the others are the session kinds.
LOCAL = "local"

#: `Path.link` of what did not come over a session.
NO_LINK = -1


class Path(NamedTuple):
    """`attributes` after import policy. `peer_id` is the router-id of the neighbour, `peer_address` its address.

    `origin_protocol`: where a local path comes from (connected, static, ospf, aggregate, …), "bgp" for learned ones.
    `vrf`: the table in which the next hop resolves, where that is another one (leaked routes). `interface`: of an
    unnumbered session. `distance`: set by policy. `discards`: policy made it a route to nowhere. `via`: the neighbour,
    where it is taken instead of the next hop. `peer_as`: its AS, whatever the path begins with.
    """

    attributes: BgpAttributes
    kind: str
    link: int = NO_LINK
    from_client: bool = False
    peer_id: int = 0
    peer_address: Address | None = None
    origin_protocol: str = "bgp"
    vrf: str = ""
    interface: str = ""
    distance: int | None = None
    leaked: bool = False
    discards: bool = False
    via: Address | None = None
    peer_as: int = 0


class Hop(NamedTuple):
    """What resolving a path's next hop gave: usable or not, the IGP's cost to it, and the outgoing interface."""

    usable: bool
    metric: int
    interface: str = ""


LOCAL_HOP = Hop(usable=True, metric=0)


def leads_to_itself(prefix: Prefix, next_hop: Address) -> bool:
    """Whether a route is of its own next hop's address: good to be told on, but no way to get there.

    The table has it and the main RIB has not (lab-validation, nxos_bgp_redist_connected: 10.1.2.2/32 via 10.1.2.2);
    FRR's bgpd does not take it either.
    """
    return prefix.is_host and prefix.value == next_hop.value and prefix.version == next_hop.version
