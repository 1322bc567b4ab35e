"""`router static`: routes by VRF and address family, in the grammar of `ip route`."""

from __future__ import annotations

from guard.model.address import parse_prefix
from guard.model.device import StaticRoute
from guard.parse.cisco.interface_name import canonical
from guard.parse.cisco.static import read_route
from guard.parse.cisco.table import malformed, unrecognised
from guard.parse.context import Context, walk
from guard.parse.line import Line
from guard.parse.xr.reading import XrReading

#: What ends the part of a route that the common grammar reads.
_TAIL = frozenset({"description", "bfd", "tunnel-id", "metric", "multihop"})


def router_static(line: Line, context: Context, reading: XrReading) -> None:
    """The whole block; `vrf X` holds families of its own."""
    context.done(line)
    for child in line.children:
        if child.words[0] == "vrf":
            context.done(child)
            vrf = child.words[1]
            if vrf != "default":
                context.refer("vrf", vrf, child, "router static vrf")
            for family in child.children:
                _family(family, context, reading, vrf)
        elif child.words[:2] == ("maximum", "path"):
            context.ignore(child, "how many static routes there may be")
        else:
            _family(child, context, reading, "default")


def _family(line: Line, context: Context, reading: XrReading, vrf: str) -> None:
    words = tuple(word.lower() for word in line.words)
    if words[0] != "address-family" or words[1:2] not in {("ipv4",), ("ipv6",)}:
        unrecognised(line, context)
        return
    if words[2:3] == ("multicast",):
        for each in walk(line):
            context.not_implemented(each, "routes for multicast alone are not judged")
        return
    context.done(line)
    for child in line.children:
        try:
            _route(child, context, reading, vrf=vrf, word="ipv6" if words[1] == "ipv6" else "ip")
        except (ValueError, IndexError) as problem:
            malformed(child, context, str(problem))


def _removed(line: Line, context: Context, reading: XrReading, vrf: str) -> None:
    """`no PREFIX [INTERFACE] [NEXT-HOP] …` in a file that was typed: what stands above it goes."""
    prefix, names = parse_prefix(line.words[1]), line.words[2:]
    hops = {word for word in names if word[0].isdecimal() or ":" in word}
    interfaces = {canonical(context.vendor, word).lower() for word in names[:1] if word not in hops}

    def meant(route: StaticRoute) -> bool:
        fits = not names or (str(route.next_hop) in hops if route.next_hop else not hops)
        return (
            route.vrf == vrf
            and route.prefix == prefix
            and fits
            and (not interfaces or route.interface.lower() in interfaces or (route.discard and "null0" in interfaces))
        )

    reading.static_routes[:] = [route for route in reading.static_routes if not meant(route)]
    context.done(line)


def _route(line: Line, context: Context, reading: XrReading, *, vrf: str, word: str) -> None:
    """`P/len [vrf V] [INTERFACE] [NEXT-HOP] [DISTANCE] [tag N] [track T] [description …]`."""
    words = line.words
    if words[0] == "no":
        _removed(line, context, reading, vrf)
        return
    if words[0] == "topology":
        for each in walk(line):
            context.not_implemented(each, "multi-topology routing is not modelled")
        return
    at = next((i for i, each in enumerate(words) if i and each.lower() in _TAIL), len(words))
    body, tail = words[:at], words[at:]
    made = tuple("nexthop-vrf" if each.lower() == "vrf" else each for each in body)
    reading_line = Line(line.number, line.text, (word, "route", *made))
    read_route(reading_line, context, reading, vrf)
    if tail and tail[0] == "bfd":
        context.partial(line, "a route that BFD takes away is taken as there")
    elif tail and tail[0] != "description":
        context.partial(line, f"`{tail[0]}` of a static route is not modelled")
