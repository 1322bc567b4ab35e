"""Virtual addresses of a subnet: HSRP, VRRP, GLBP and EOS' VARP. Which member is active is not computed."""

from __future__ import annotations

from collections.abc import Mapping

from guard.model.address import parse_address
from guard.parse.cisco.reading import InterfaceSettings
from guard.parse.cisco.table import Handler, Partly
from guard.parse.context import Context
from guard.parse.line import Line

Settings = InterfaceSettings


def _virtual_router(line: Line, context: Context, settings: Settings) -> None:
    """EOS `ip virtual-router address A`: the anycast gateway address of the subnet (VARP)."""
    settings.virtual.append(parse_address(line.words[3].partition("/")[0]))
    context.done(line)


def _first_hop(line: Line, context: Context, settings: Settings) -> None:
    """`standby|vrrp|glbp [N] ip|ipv4|ipv6 [A]`: the virtual address; the rest of the protocol is in part."""
    words = tuple(word.lower() for word in line.words)
    if "address-family" in words:
        _vrrp_version_3(line, context, settings)
        return
    at = next((i for i, word in enumerate(words) if word in {"ip", "ipv4", "ipv6"} and i > 0), 0)
    if not at:
        first_hop_option(line, words, context)
        return
    texts = [word for word in words[at + 1 :] if ":" in word or word.count(".") == 3]
    if not texts:
        context.partial(line, "a virtual address that is learned or derived is not known here")
        return
    settings.virtual.extend(parse_address(text.partition("/")[0]) for text in texts)
    context.done(line)
    for child in line.children:
        context.partial(child, "which member of the group is active is not computed")


def _vrrp_version_3(line: Line, context: Context, settings: Settings) -> None:
    """`vrrp N address-family ipv4|ipv6` and its mode: `address A [primary|secondary]`."""
    context.done(line)
    for child in line.children:
        words = tuple(word.lower() for word in child.words)
        if words[0] == "address" and len(words) > 1:
            settings.virtual.append(parse_address(words[1].partition("/")[0]))
            context.done(child)
        elif words[0] in {"exit-vrrp", "exit", "vrrpv2"}:
            context.ignore(child, "ends and versions of a first-hop group")
        else:
            first_hop_option(child, words, context)


_FIRST_HOP_HARMLESS = frozenset(
    [
        "authentication",
        "timers",
        "name",
        "version",
        "description",
        "delay",
        "mac-address",
        "use-bia",
        "follow",
        "redirect",
        "redirects",
        "advertisement",
        "session",
        "bfd",
        "mac-advertisement-interval",
        "peer",
        "accept",
        "notification",
        "load-balancing",
        "forwarder",
    ]
)


def first_hop_option(line: Line, words: tuple[str, ...], context: Context) -> None:
    """A setting of a group other than its address."""
    if set(words) & {"priority", "priority-level", "preempt", "shutdown", "weighting", "disabled"}:
        context.partial(line, "which member of the group is active is not computed")
    elif set(words) & {"track", "tracked-object"}:
        context.not_implemented(line, "tracking of a first-hop group is not modelled")
    elif set(words) & _FIRST_HOP_HARMLESS:
        context.ignore(line, "timers and names of a first-hop group")
    else:
        context.unrecognised(line)


FIRST_HOP: Mapping[str, Handler[Settings]] = {
    "standby": _first_hop,
    "vrrp": _first_hop,
    "glbp": _first_hop,
    "no standby": Partly("which member of the group is active is not computed"),
    "no vrrp": Partly("which member of the group is active is not computed"),
    "ip virtual-router address": _virtual_router,
    "ipv6 virtual-router address": _virtual_router,
}
