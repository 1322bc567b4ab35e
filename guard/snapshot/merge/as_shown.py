"""Typed prefixes and interface names as the device shows them.

EOS, NX-OS and FRR take an address with a mask and print a length; a name may be typed short. Without this a typed
`no ip route 10.0.0.0 255.255.255.0 et1 …` would miss the line that stands there. IOS prints masks; a configuration that
holds lengths all the same (tools write them, Batfish reads them) is met as it is.
"""

from __future__ import annotations

from guard.model.address import mask_length, parse_address, prefix_of, wildcard_length
from guard.parse.modes_rule import is_ip, is_mask
from guard.snapshot.merge.abbreviate import interface_name, spell_out
from guard.snapshot.merge.document import Document

#: The commands in which a vendor takes both (EOS User Manual, Nexus 9000 command references, FRR's own help).
_TAKEN = {
    "ios": {"route", "address", "network", "aggregate", "range"},
    "eos": {"route", "address", "network", "aggregate", "range", "ospf"},
    "nxos": {"route", "address", "network", "aggregate", "range"},
    "frr": {"route", "network", "aggregate"},
}


def as_shown(words: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """A typed command (without its `no`) with its prefix and its interface in the form of the device."""
    return _named(_by_length(words, document), document.table.vendor)


def _named(words: tuple[str, ...], vendor: str) -> tuple[str, ...]:
    at = _interface_at(spell_out(words))
    if not at or len(words) <= at or not words[at][0].isalpha():
        return words
    digits = words[at][-1].isdecimal() or (len(words) > at + 1 and words[at + 1][0].isdecimal() and words[at].isalpha())
    return (*words[:at], *interface_name(("interface", *words[at:]), vendor)[1:]) if digits else words


def _interface_at(words: tuple[str, ...]) -> int:
    """Where an interface may stand in a command that is not about that interface alone; 0 where none does."""
    match words:
        case ("passive-interface" | "update-source", *_):
            return 1
        case ("neighbor", _, "update-source", *_):
            return 3
        case ("ip" | "ipv6", "route", *_):
            at = 4 if words[2:3] == ("vrf",) else 2
            return at + 1 + (len(words) > at and "/" not in words[at])
        case ("ip" | "ipv6", "unnumbered", *_) | ("tunnel", "source", *_):
            return 2
    return 0


def _by_length(words: tuple[str, ...], document: Document) -> tuple[str, ...]:
    """The command (without its `no`) with a length for its mask, where the device shows it so."""
    vendor = document.table.vendor
    spelled = spell_out(words)
    kind, at, rest = _parts(spelled)
    if kind not in _TAKEN.get(vendor, ()) or len(words) < rest or not (is_ip(words[at]) and is_ip(words[rest - 1])):
        return words
    mask = words[rest - 1]
    length = wildcard_length(mask) if kind == "ospf" else mask_length(mask) if is_mask(mask) else None
    if length is None or _stands(document, spelled[:rest]):
        return words
    address = parse_address(words[at])
    text = f"{address}/{length}" if kind == "address" else str(prefix_of(address, length))
    shown = (*spelled[:at], text, *words[rest:])
    return shown if vendor != "ios" or _stands(document, shown[: at + 1]) else words


def _parts(words: tuple[str, ...]) -> tuple[str, int, int]:
    """Which command it is, where its address stands, and where what follows the mask begins."""
    match words:
        case ("ip", "route", "vrf", _, *_):
            return "route", 4, 6
        case ("ip", "route", *_):
            return "route", 2, 4
        case ("ip", "address", "virtual", *_):
            return "address", 3, 5
        case ("ip", "address", *_):
            return "address", 2, 4
        case ("network", _, "mask", *_):
            return "network", 1, 4
        case ("network", _, _, "area", *_):
            return "ospf", 1, 3
        case ("aggregate-address", *_):
            return "aggregate", 1, 3
        case ("area", _, "range", *_):
            return "range", 3, 5
    return "", 0, 0


def _stands(document: Document, head: tuple[str, ...]) -> bool:
    ahead = [document.root]
    while ahead:
        block = ahead.pop()
        if any(node.bare[: len(head)] == head for node in block.children):
            return True
        ahead.extend(node for node in block.children if node.children)
    return False
