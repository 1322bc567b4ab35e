"""`firewall`: filters of both families as ordered lines; a term without an end of its own accepts.

A term that may match source or destination (`address`, `port`) gives a line for each. Not modelled: policers, filters
of other families, terms that send packets to another table; such a line may match or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from guard.model.acl import Acl, AclLine, Range, Wildcard, wildcard
from guard.model.address import Prefix, parse_prefix
from guard.parse.cisco.acl_words import ICMP6_TYPES, ICMP_TYPES, PROTOCOLS, port
from guard.parse.junos.policy_lists import listed
from guard.parse.junos.reading import Reading
from guard.parse.junos.tree import Node

_NOT_JUDGED = "is not judged"
_COUNTING = {
    "count": _NOT_JUDGED, "log": _NOT_JUDGED, "syslog": _NOT_JUDGED, "sample": _NOT_JUDGED, "port-mirror": _NOT_JUDGED,
    "forwarding-class": "quality of service is not judged", "loss-priority": "quality of service is not judged",
    "dscp": "quality of service is not judged", "traffic-class": "quality of service is not judged",
    "three-color-policer": "policers are not modelled", "hierarchical-policer": "policers are not modelled",
    "packet-mode": _NOT_JUDGED, "port-mirror-instance": _NOT_JUDGED, "prefix-action": "policers",
}  # fmt: skip
_ELSEWHERE = ("routing-instance", "logical-system", "next-ip", "next-ip6", "next-interface", "encapsulate",
              "decapsulate", "topology")  # fmt: skip
#: IANA "Assigned Internet Protocol Numbers", by the names that Junos has beside Cisco's.
_PROTOCOLS = {
    "ipv6": 41, "routing": 43, "fragment": 44, "no-next-header": 59, "dstopts": 60, "hop-by-hop": 0, "tcp": 6,
    "udp": 17,
}  # fmt: skip
_OTHER_FILTERS = ("service-filter", "simple-filter", "prefix-action", "fast-update-filter")
_POLICERS = ("policer", "three-color-policer", "hierarchical-policer", "load-balance-group", "interface-set")
_ENDS = ("accept", "discard", "reject")
_MORE_PORTS = {
    "bgp": 179, "ssh": 22, "netbios-ssn": 139, "snmp": 161, "dhcp": 67, "tacacs-ds": 65, "imap": 143,
    "radacct": 1813, "kerberos-sec": 88, "kpasswd": 761, "krb-prop": 754, "krbupdate": 760, "eklogin": 2105,
    "ekshell": 2106, "mobilip-mn": 435, "mobileip-agent": 434, "nfsd": 2049, "ntalk": 518, "printer": 515,
    "socks": 1080,
    "timed": 525, "zephyr-clt": 2103, "zephyr-hm": 2104, "msdp": 639, "ldp": 646, "cvspserver": 2401, "tacacs": 49,
    "cmd": 514, "rkinit": 2108, "afs": 1483, "xdmcp": 177, "bfd": 3784,
}  # fmt: skip
#: An address with its mask in dots.
_DOTTED = re.compile(r"\d+(?:\.\d+){3}/\d+(?:\.\d+){3}")
#: Prefixes left when exceptions are cut out of a block: more than this and the line is opaque.
_MOST_PIECES = 4096


@dataclass(frozen=True, slots=True)
class _Match:
    """What a term asks for; the pairs are (either, source, destination)."""

    line: AclLine
    addresses: tuple[tuple[Prefix, ...] | None, ...]
    ports: tuple[tuple[Range, ...] | None, ...]


def read(reading: Reading, section: Node | None) -> None:
    """Fill the draft with every filter, and join those that an interface lists together."""
    if section is None:
        return
    reading.done(section)
    for family, version in (("inet", 4), ("inet6", 6)):
        node = section.at("family", family)
        if node is not None:
            reading.done(node)
            for each in node["filter"] or ():
                _filter(reading, each, version)
            reading.done(node["filter"])
            reading.rest(node, ("filter",), {}, dict.fromkeys(_OTHER_FILTERS, "is not modelled"))
    for each in section["filter"] or ():  # without a family: inet
        _filter(reading, each, 4)
    reading.done(section["filter"], section["family"])
    for each in section["family"] or ():
        if each.word not in {"inet", "inet6"}:
            reading.not_modelled(each, f"filters of family {each.word} are not modelled")
    reading.rest(section, ("family", "filter"), {}, dict.fromkeys(_POLICERS, "policers are not modelled"))
    _join(reading)


def _join(reading: Reading) -> None:
    """`input-list [ A B ]`: the filters one after another, only the last with its refusal at the end."""
    acls = reading.draft.acls
    for face in reading.draft.interfaces.values():
        for version, name in ((4, face.acl_in), (4, face.acl_out), (6, face.acl6_in), (6, face.acl6_out)):
            parts = [acls[version, part] for part in name.split(" ") if (version, part) in acls]
            if " " in name and parts and (version, name) not in acls:
                lines = tuple(line for part in parts for line in part.lines)
                acls[version, name] = Acl(name, version, lines, parts[0].source)


def _filter(reading: Reading, node: Node, version: int) -> None:
    reading.done(node)
    lines: list[AclLine] = []
    for term in node["term"] or ():
        reading.done(term)
        lines.extend(_term(reading, term, term.word, version))
    if node["from"] is not None or node["then"] is not None:
        lines.extend(_term(reading, node, "", version))
    reading.done(node["term"])
    reading.rest(
        node, ("term", "from", "then"),
        {"interface-specific": _NOT_JUDGED, "accounting-profile": _NOT_JUDGED, "enhanced-mode": _NOT_JUDGED,
         "physical-interface-filter": _NOT_JUDGED, "interface-shared": _NOT_JUDGED, "instance-shared": _NOT_JUDGED},
    )  # fmt: skip
    reading.draft.acls[version, node.word] = Acl(node.word, version, tuple(lines), reading.source(node))


def _term(reading: Reading, node: Node, name: str, version: int) -> Iterator[AclLine]:
    then = node["then"]
    ends, elsewhere = _then(reading, then)
    source = reading.source(node)
    plain = AclLine(ends != "discard" and ends != "reject", source, f"term {name}".strip(), name=name, opaque=elsewhere)
    conditions = node["from"]
    match = _Match(plain, (None, None, None), (None, None, None))
    if conditions is not None:
        match = _from(reading, conditions, plain, version)
    if name:
        reading.rest(node, ("from", "then"), {}, {"filter": "filters inside filters are not modelled"})
        if node["filter"] is not None:
            match = replace(match, line=replace(match.line, opaque="filter inside a filter"))
    if ends == "next":
        return
    yield from _lines(match)


def _then(reading: Reading, then: Node | None) -> tuple[str, str]:
    """(how the term ends, what of it is not modelled)."""
    if then is None:
        return "accept", ""
    reading.done(then)
    found = ""
    for word in _ENDS:
        if then[word] is not None:
            reading.all_done(then[word] or then)
            found = word
    for word in _ELSEWHERE:
        if then[word] is not None:
            reading.not_modelled(then[word] or then, "sending packets another way than routing does is not modelled")
    for each in then["next-ip"] or ():
        if "/" in each.word:
            reading.network(each)
    if then["policer"] is not None:
        reading.not_modelled(then["policer"] or then, "policers are not modelled")
    following = reading.values(then, "next")
    reading.rest(then, (*_ENDS, *_ELSEWHERE, "policer", "next"), _COUNTING)
    if not found and "term" in following:
        return "next", ""
    return found or "accept", ""


def _lines(match: _Match) -> Iterator[AclLine]:
    """One line for each way of reading `address` and `port`; none where a list that is asked for is empty."""
    either, sources, destinations = match.addresses
    either_port, source_ports, destination_ports = match.ports
    if any(part is not None and not part for part in (*match.addresses, *match.ports)):
        return
    ways = [(either, None), (None, either)] if either is not None else [(None, None)]
    port_ways = [(either_port, None), (None, either_port)] if either_port is not None else [(None, None)]
    for (one, two), (left, right) in product(ways, port_ways):
        yield replace(
            match.line,
            sources=_wildcards(_both(sources, one)),
            destinations=_wildcards(_both(destinations, two)),
            source_ports=left or source_ports or (),
            destination_ports=right or destination_ports or (),
        )


def _both(one: tuple[Prefix, ...] | None, two: tuple[Prefix, ...] | None) -> tuple[Prefix, ...] | None:
    """Addresses that lie in both lists."""
    if one is None or two is None:
        return one if two is None else two
    return tuple(a if b.covers(a) else b for a in one for b in two if a.overlaps(b))


def _wildcards(prefixes: tuple[Prefix, ...] | None) -> tuple[Wildcard, ...]:
    return tuple(map(wildcard, prefixes or ()))


# ------------------------------------------------------------------------------------------------------- from


def _from(reading: Reading, node: Node, plain: AclLine, version: int) -> _Match:
    reading.done(node)
    addresses = tuple(
        _addresses(reading, node, *words, version)
        for words in (
            ("address", "prefix-list"),
            ("source-address", "source-prefix-list"),
            ("destination-address", "destination-prefix-list"),
        )
    )
    ports = tuple(_ports(reading, node, word) for word in ("port", "source-port", "destination-port"))
    line = replace(plain, protocols=_protocols(reading, node, version), icmp_types=_icmp(reading, node, version))
    opaque = plain.opaque or ("a mask with holes" if _has_holes(node) else "")
    for word in ("tcp-established", "tcp-flags", "is-fragment", "first-fragment", "fragment-offset", "tcp-initial"):
        found = node[word]
        if found is None:
            continue
        flags = " ".join(found.words).strip('"()').replace(" ", "")
        if word == "tcp-established" or (word == "tcp-flags" and flags == "ack|rst"):
            reading.all_done(found)
            line = replace(line, established=True, protocols=line.protocols or (6,))
        elif word in {"is-fragment", "fragment-offset"}:
            reading.all_done(found)
            line = replace(line, fragments=True)
        else:
            reading.partial(found, f"{word} is not modelled: the term may match or not")
            opaque = opaque or word
    known = {"address", "prefix-list", "source-address", "source-prefix-list", "destination-address", "apply-groups",
             "destination-prefix-list", "port", "source-port", "destination-port", "protocol", "next-header",
             "icmp-type", "tcp-established", "tcp-flags", "is-fragment", "first-fragment", "fragment-offset",
             "payload-protocol", "tcp-initial"}  # fmt: skip
    for child in node:
        if child.word not in known:
            reading.partial(child, f"{child.word} is not modelled: the term may match or not")
            opaque = opaque or child.word
    return _Match(replace(line, opaque=opaque), addresses, ports)


def _has_holes(node: Node) -> bool:
    """Whether an address is asked for by a mask that is no prefix."""
    words = (each for word in ("address", "source-address", "destination-address") for each in node[word] or ())
    return any(_DOTTED.fullmatch(each.word) and not _is_prefix(each.word) for each in words)


def _is_prefix(text: str) -> bool:
    try:
        parse_prefix(text)
    except ValueError:
        return False
    return True


def _addresses(
    reading: Reading, node: Node, word: str, lists: str, version: int
) -> tuple[Prefix, ...] | None:
    """The prefixes that are asked for less their exceptions; None where nothing is asked."""
    if node[word] is None and node[lists] is None:
        return None
    wanted: list[Prefix] = []
    excepted: list[Prefix] = []
    for each in node[word] or ():
        try:
            prefix = parse_prefix(each.word)
        except ValueError:
            if _DOTTED.fullmatch(each.word):
                reading.partial(each, "masks with holes are not modelled: the term may match or not")
                wanted.append(Prefix(version, 0, 0))
            else:
                reading.wrong(each, f"{each.word} is no prefix")
            continue
        reading.all_done(each)
        if version == 4:  # commit check lets host bits of IPv6 pass here
            reading.network(each)
        (excepted if "except" in each else wanted).append(prefix)
    for each in node[lists] or ():
        reading.all_done(each)
        reading.refer("prefix-list", each.word, each, f"filter {lists}", version)
        (excepted if "except" in each else wanted).extend(p for p in listed(reading, each.word) if p.version == version)
    reading.done(node[word], node[lists])
    if excepted and not wanted:
        wanted = [Prefix(version, 0, 0)]
    return tuple(piece for prefix in wanted for piece in _less(prefix, excepted))


def _less(prefix: Prefix, excepted: list[Prefix]) -> list[Prefix]:
    """The prefix without those that are excepted, as prefixes; an exception that is shorter takes nothing away."""
    inner = [each for each in excepted if prefix.covers(each) and each != prefix]
    if prefix in excepted:
        return []
    pieces = [prefix]
    for hole in inner:
        pieces = [part for piece in pieces for part in _cut(piece, hole)][:_MOST_PIECES]
    return pieces


def _cut(prefix: Prefix, hole: Prefix) -> list[Prefix]:
    if hole.covers(prefix):
        return []
    if not prefix.covers(hole):
        return [prefix]
    width = 32 if prefix.version == 4 else 128
    found = []
    for length in range(prefix.length + 1, hole.length + 1):
        shift = width - length
        sibling = (hole.value >> shift ^ 1) << shift
        found.append(Prefix(prefix.version, sibling, length))
    return found


def _ports(reading: Reading, node: Node, word: str) -> tuple[Range, ...] | None:
    section = node[word]
    if section is None:
        return None
    found: list[Range] = []
    for each in section:
        low, dash, high = each.word.partition("-")
        try:
            found.append((_port(low), _port(high)) if dash and low.isdecimal() else (_port(each.word),) * 2)
        except ValueError:
            reading.wrong(each, f"{each.word} is no port")
            continue
        reading.all_done(each)
    reading.done(section)
    return tuple(found)


def _port(word: str) -> int:
    return _MORE_PORTS[word] if word in _MORE_PORTS else port(word)


def _protocols(reading: Reading, node: Node, version: int) -> tuple[int, ...]:
    found: list[int] = []
    for word in ("protocol", "next-header", "payload-protocol"):
        section = node[word]
        for each in section or ():
            number = int(each.word) if each.word.isdecimal() else _PROTOCOLS.get(each.word, PROTOCOLS.get(each.word))
            if number is None:
                reading.wrong(each, f"{each.word} is no protocol")
                continue
            reading.all_done(each)
            found.append(58 if number == 1 and version == 6 else number)
        reading.done(section)
    return tuple(found)


def _icmp(reading: Reading, node: Node, version: int) -> tuple[Range, ...]:
    section = node["icmp-type"]
    names = ICMP_TYPES if version == 4 else ICMP6_TYPES
    found: list[Range] = []
    for each in section or ():
        low, dash, high = each.word.partition("-")
        if dash and low.isdecimal() and high.isdecimal():
            found.append((int(low), int(high)))
        elif each.word.isdecimal() or each.word in names or each.word in _MORE_TYPES:
            number = int(each.word) if each.word.isdecimal() else names.get(each.word, _MORE_TYPES.get(each.word, 0))
            found.append((number, number))
        else:
            reading.wrong(each, f"{each.word} is no ICMP type")
            continue
        reading.all_done(each)
    reading.done(section)
    return tuple(found)


_MORE_TYPES = {
    "router-advertisement": 134, "router-solicit": 133, "neighbor-advertisement": 136, "neighbor-solicit": 135,
    "timestamp": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16, "mask-request": 17, "mask-reply": 18,
    "unreachable": 3, "membership-query": 130, "membership-report": 131, "membership-termination": 132,
    "destination-unreachable": 1, "node-information-request": 139, "node-information-reply": 140,
}  # fmt: skip
