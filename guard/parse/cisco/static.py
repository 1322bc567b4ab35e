"""Static routes: `ip route`, `ipv6 route`, inside `vrf` blocks too, and the gateway of a device that does not route."""

from __future__ import annotations

from dataclasses import dataclass

from guard.model.address import Address, Prefix, mask_length, parse_address, parse_prefix, prefix_of
from guard.model.device import StaticRoute, Vendor
from guard.model.provenance import Source
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.reading import Reading
from guard.parse.context import Context
from guard.parse.line import Line

_DISCARDS = frozenset({"null0", "null", "blackhole", "reject", "drop"})


def static_route(line: Line, context: Context, reading: Reading) -> None:
    """`ip route …` at the top of the file."""
    read_route(line, context, reading, "default")


def read_route(line: Line, context: Context, reading: Reading, vrf: str) -> None:
    """One static route of `vrf`, unless its own words name another."""
    version = 6 if line.words[0].lower() == "ipv6" else 4
    words = line.words[2:]
    if words[0] in {"vrf", "topology"}:
        if words[0] == "topology":
            context.not_implemented(line, "multi-topology routing is not modelled")
            return
        vrf, words = words[1], words[2:]
    prefix, used = _prefix(words, version)
    parts = _Parts(vrf)
    problem = parts.read(words[used:], context.vendor)
    if parts.vrf != "default":
        context.refer("vrf", parts.vrf, line, "static route")
    if problem:
        context.not_implemented(line, problem)
        return
    if parts.interface:
        context.refer("interface", parts.interface, line, "static route")
    reading.static_routes.append(parts.route(prefix, context.source(line)))
    if parts.partial:
        context.partial(line, parts.partial)
    else:
        context.done(line)


def _prefix(words: tuple[str, ...], version: int) -> tuple[Prefix, int]:
    if "/" in words[0] or words[0] == "default":
        prefix = (
            parse_prefix("::/0" if version == 6 else "0.0.0.0/0") if words[0] == "default" else parse_prefix(words[0])
        )
        used = 1
    else:
        prefix, used = prefix_of(parse_address(words[0]), mask_length(words[1])), 2
    if prefix.version != version:
        raise ValueError(f"{words[0]} is of the other address family")
    return prefix, used


@dataclass(slots=True)
class _Parts:
    """What stands behind the prefix of a static route."""

    vrf: str
    next_hop: Address | None = None
    interface: str = ""
    discard: bool = False
    distance: int = 1
    tag: int = 0
    metric: int = 0
    next_vrf: str = ""
    track: str = ""
    name: str = ""
    partial: str = ""

    def read(self, words: tuple[str, ...], vendor: Vendor) -> str:
        """Take the words in; the answer is why the route cannot be modelled, or ""."""
        at = 0
        while at < len(words):
            word = words[at].lower()
            if word.isdecimal():
                self.distance = int(word)
                at += 1
            elif word in _UNMODELLED:
                return _UNMODELLED[word]
            elif word in _OPTIONS:
                at += self._option(word, words[at + 1 :], vendor)
            else:
                at += self._target(words[at:], vendor)
        if self.next_hop is None and not self.interface and not self.discard:
            raise ValueError("no next hop")
        return ""

    def route(self, prefix: Prefix, source: Source) -> StaticRoute:
        """The finished route. One that names an interface is never resolved through another route."""
        return StaticRoute(
            prefix=prefix,
            source=source,
            vrf=self.vrf,
            next_hop=self.next_hop,
            interface=self.interface,
            discard=self.discard,
            distance=self.distance,
            tag=self.tag,
            metric=self.metric,
            next_vrf=self.next_vrf,
            track=self.track,
            recursive=not self.interface,
            name=self.name,
        )

    def _option(self, word: str, following: tuple[str, ...], vendor: Vendor) -> int:
        """Take an option; returns how many words it is long."""
        if word == "name":
            self.name = following[0]
        elif word == "tag":
            self.tag = int(following[0])
        elif word == "metric":
            self.metric = int(following[0])
        elif word == "track":
            self.track = " ".join(following[:1])
            self.partial = "tracking is not evaluated: the route is taken as there"
        elif word == "vrf" and vendor is Vendor.NXOS:
            self.next_vrf = following[0]
        elif word == "vrf":
            self.vrf = following[0]
        elif word in {"nexthop-vrf", "egress-vrf"}:
            self.next_vrf = following[0]
        elif word == "global":
            self.next_vrf = "default"
            return 1
        elif word in {"permanent", "onlink"}:
            self.partial = f"`{word}` is not modelled: the route goes as its next hop does"
            return 1
        elif word in {"weight", "segments", "color"}:
            self.partial = f"`{word}` is not modelled"
        else:
            return 1
        return 2

    def _target(self, words: tuple[str, ...], vendor: Vendor) -> int:
        text = words[0]
        if text.lower() in _DISCARDS:
            self.discard = True
            return 2 if text.lower() == "null" and len(words) > 1 and words[1] == "0" else 1
        if text[0].isdecimal() or ":" in text:
            address, _, zone = text.partition("%")
            self.next_hop = parse_address(address)
            self.interface = canonical(vendor, zone) if zone else self.interface
            return 1
        split = text.isalpha() and len(words) > 1 and words[1][0].isdecimal() and "." not in words[1]
        split = split and vendor is not Vendor.FRR
        self.interface = canonical(vendor, text + words[1] if split else text)
        return 2 if split else 1


_OPTIONS = frozenset(
    """name tag metric track vrf nexthop-vrf egress-vrf global permanent onlink weight segments color unicast
    """.split()  # noqa: SIM905
)
_UNMODELLED = {
    "dhcp": "a next hop that is learned by DHCP is not known here",
    "multicast": "routes for multicast alone are not judged",
    "nexthop-group": "next-hop groups are not modelled",
    "table": "routes in other tables than the main one are not modelled",
    "label": "a label is pushed: MPLS is not modelled",
    "bfd": "a route that BFD takes away is not modelled",
    "from": "routes chosen by source are not modelled",
    "vtep": "VXLAN is not modelled",
    "push-mpls-label": "a label is pushed: MPLS is not modelled",
}


def default_gateway(line: Line, context: Context, reading: Reading) -> None:
    """`ip default-gateway A`: used only by a device that does not route (IOS)."""
    reading.default_gateways.append((parse_address(line.words[2]), context.source(line)))
    context.done(line)
