"""Access lists: standard, extended, IPv6; numbered and named; IOS wildcards, EOS and FRR prefixes, object groups.

A part of an entry that is not modelled makes the entry opaque: it may match or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from guard.model.acl import Acl, AclLine, Range, Wildcard, wildcard
from guard.model.address import mask_length, parse_address, parse_prefix, prefix_of
from guard.model.device import Vendor
from guard.parse.cisco.acl_words import ICMP6_TYPES, ICMP_TYPES, PROTOCOLS, port
from guard.parse.cisco.copp import filters
from guard.parse.cisco.reading import Reading
from guard.parse.context import Context
from guard.parse.line import Line

_ACTIONS = frozenset({"permit", "deny"})
_REMARKS = frozenset(
    {"remark", "exit", "counters", "description", "hardware", "statistics", "ignore", "fragment-rules"}
)


# ------------------------------------------------------------------------------------------------ blocks


def access_list(line: Line, context: Context, reading: Reading) -> None:
    """`ip access-list [standard|extended] NAME` and `ipv6 access-list NAME` with their entries, on IOS and EOS."""
    version = 6 if line.words[0].lower() == "ipv6" else 4
    words = line.words[2:]
    kind = words[0].lower()
    if kind in {"role-based", "match-local-traffic", "log-update", "logging", "resequence", "persistent"}:
        context.ignore_block(line, "logging and numbering of access lists")
        return
    standard = kind == "standard"
    name = words[1] if kind in {"standard", "extended"} else words[0]
    acl = _begin(reading, context, line, name, version=version, standard=standard)
    context.done(line)
    for child in line.children:
        acl = _entry(acl, child, child.words, context, reading)
    reading.acls[(version, name)] = acl


def numbered(line: Line, context: Context, reading: Reading) -> None:
    """`access-list NAME [seq N] permit|deny …`, `ipv6 access-list NAME permit|deny …` of FRR: one entry a line."""
    version = 6 if line.words[0].lower() == "ipv6" else 4
    words = line.words[2 if version == 6 else 1 :]
    name = words[0]
    if name.isdecimal() and (700 <= int(name) <= 799 or 200 <= int(name) <= 299 or 1100 <= int(name) <= 1199):
        context.not_implemented(line, "filters of frames are not modelled")
        return
    words = words[1:]
    if words[0] == "extended":  # ASA's, which a mistaken file may hold
        context.not_implemented(line, "this form of an access list is not IOS's")
        return
    acl = _begin(reading, context, line, name, version=version, standard=_is_standard(name, words))
    reading.acls[(version, name)] = _entry(acl, line, words, context, reading)


def _is_standard(name: str, words: tuple[str, ...]) -> bool:
    """IOS: by number. FRR: a named list holds prefixes, unless its entries name a protocol."""
    if name.isdecimal():
        return int(name) < 100 or 1300 <= int(name) <= 1999
    body = [word for word in words if word in _ACTIONS]
    after = words[words.index(body[0]) + 1 :] if body else ()
    return not (after and after[0].lower() in PROTOCOLS and len(after) > 1)


def _begin(reading: Reading, context: Context, line: Line, name: str, *, version: int, standard: bool) -> Acl:
    known = reading.acls.get((version, name))
    if known is not None:
        return replace(known, source=known.source._replace(last=_last(line)))
    return Acl(name, version, (), context.source(line)._replace(last=_last(line)), standard=standard)


def _last(line: Line) -> int:
    return line.children[-1].number if line.children else line.number


def _entry(acl: Acl, line: Line, words: tuple[str, ...], context: Context, reading: Reading) -> Acl:
    """The list with one more entry, in the place that its sequence number gives it."""
    sequence = ""
    if words[0] in {"seq", "sequence"}:
        words = words[1:]
    if words[0].isdecimal():
        sequence, words = words[0], words[1:]
    if words and words[0].lower() == "sequence":  # IOS IPv6: `sequence 10 permit …`
        sequence, words = words[1], words[2:]
    if len(words) > 2 and words[-2].lower() == "sequence":
        sequence, words = words[-1], words[:-2]
    action = words[0].lower() if words else ""
    if action in _REMARKS or (action == "no" and words[1:2] and words[1] in _REMARKS):
        context.ignore(line, "remarks and counters")
        return acl
    if action == "fragments":  # NX-OS `fragments permit-all | deny-all`
        context.partial(line, "fragments that are treated apart are not modelled")
        return acl
    if action in {"evaluate", "dynamic"}:
        context.partial(line, "reflexive and dynamic entries are not modelled: it may match")
        return _insert(acl, AclLine(True, context.source(line), line.text, opaque=action, name=sequence))
    if action not in _ACTIONS:
        context.unrecognised(line)
        return acl
    try:
        reader = _Entry(words[1:], context, line, reading, acl)
        entry = reader.read(action == "permit", sequence)
    except (ValueError, IndexError) as problem:
        context.unrecognised(line, f"its arguments cannot be read: {problem}")
        context.warn(line, f"cannot be read: {problem}")
        entry = AclLine(action == "permit", context.source(line), line.text, opaque="cannot be read", name=sequence)
    else:
        if entry.opaque:
            context.partial(line, f"`{entry.opaque}` is not modelled: the entry may match or not")
        else:
            context.done(line)
    return _insert(acl, entry)


def _insert(acl: Acl, entry: AclLine) -> Acl:
    if not entry.name:
        last = next((int(each.name) for each in reversed(acl.lines) if each.name.isdecimal()), 0)
        return replace(acl, lines=(*acl.lines, replace(entry, name=str(last // 10 * 10 + 10))))
    number = int(entry.name)
    at = len(acl.lines)
    while at and acl.lines[at - 1].name.isdecimal() and int(acl.lines[at - 1].name) > number:
        at -= 1
    return replace(acl, lines=(*acl.lines[:at], entry, *acl.lines[at:]))


# ------------------------------------------------------------------------------------------------ entries


@dataclass(slots=True)
class _Entry:
    """Reads the words of one entry from left to right."""

    words: tuple[str, ...]
    context: Context
    line: Line
    reading: Reading
    acl: Acl
    at: int = 0
    opaque: str = ""
    values: dict[str, tuple[Range, ...]] = field(default_factory=dict)
    established: bool = False
    fragments: bool = False

    def read(self, permit: bool, sequence: str) -> AclLine:
        protocols: tuple[int, ...] = ()
        destinations: tuple[Wildcard, ...] = ()
        if self.acl.standard:
            sources = self._addresses()
        else:
            protocols = self._protocol()
            sources = self._addresses()
            self._ports("source_ports")
            destinations = self._addresses()
            self._ports("destination_ports")
        self._options(protocols)
        return AclLine(
            permit=permit,
            source=self.context.source(self.line),
            text=self.line.text,
            protocols=protocols,
            sources=sources,
            destinations=destinations,
            source_ports=self.values.get("source_ports", ()),
            destination_ports=self.values.get("destination_ports", ()),
            icmp_types=self.values.get("icmp_types", ()),
            established=self.established,
            fragments=self.fragments,
            opaque=self.opaque,
            name=sequence,
        )

    def _peek(self) -> str:
        return self.words[self.at].lower() if self.at < len(self.words) else ""

    def _take(self) -> str:
        word = self.words[self.at]
        self.at += 1
        return word

    def _protocol(self) -> tuple[int, ...]:
        word = self._take().lower()
        if word == "vlan":  # EOS `permit vlan 10 0x000 ip …`
            self.opaque = "vlan"
            self.at += 2
            word = self._take().lower()
        if word == "object-group":
            self.opaque = f"object-group {self._take()}"
            return ()
        if word.isdecimal():
            return (int(word),)
        if word == "icmp" and self.acl.version == 6:
            return (58,)
        if word not in PROTOCOLS:
            raise ValueError(f"{word} is no protocol")
        number = PROTOCOLS[word]
        return () if number is None else (number,)

    def _addresses(self) -> tuple[Wildcard, ...]:
        word = self._take()
        low = word.lower()
        if low in {"any", "any4", "any6"}:
            return ()
        if low == "host":
            return (wildcard(parse_address(self._take()).host),)
        if low in {"object-group", "addrgroup", "net-group"}:
            return self._group(self._take())
        if "/" in word:
            return (wildcard(parse_prefix(word)),)
        address = parse_address(word)
        following = self._peek()
        if address.version == 4 and following.count(".") == 3:
            mask = parse_address(self._take()).value
            return (Wildcard(4, address.value & ~mask & 0xFFFFFFFF, mask),)
        if not self.acl.standard:
            raise ValueError(f"{word} without a wildcard")
        return (wildcard(address.host),)

    def _group(self, name: str) -> tuple[Wildcard, ...]:
        self.context.refer("object-group", name, self.line, "access list")
        members = self.reading.object_groups.get(name)
        if members is None:
            self.opaque = f"object-group {name}"
            return ()
        return members

    def _ports(self, name: str) -> None:
        word = self._peek()
        if word == "object-group":
            return
        if word == "portgroup":  # NX-OS
            self.at += 1
            self._port_group(name, self._take())
            return
        if word not in {"eq", "neq", "lt", "gt", "range"}:
            return
        self.at += 1
        if word == "range":
            self.values[name] = ((port(self._take()), port(self._take())),)
            return
        numbers = [port(self._take())]
        while self.at < len(self.words) and (number := _port_or_none(self.words[self.at])) is not None:
            numbers.append(number)
            self.at += 1
        self.values[name] = _ranges(word, numbers)

    def _port_group(self, name: str, group: str) -> None:
        self.context.refer("object-group", group, self.line, "access list")
        members = self.reading.port_groups.get(group)
        if members is None:
            self.opaque = f"portgroup {group}"
        else:
            self.values[name] = members

    def _options(self, protocols: tuple[int, ...]) -> None:
        icmp = protocols in {(1,), (58,)}
        while self.at < len(self.words):
            word = self._take().lower()
            if word in {"log", "log-input", "time-range-log", "copy"}:
                self.at += 1 if self._peek().startswith("tag") else 0
            elif word == "established":
                self.established = True
            elif word == "fragments":
                self.fragments = True
            elif icmp and self._icmp(word, protocols):
                continue
            else:
                self.opaque = self.opaque or word
                return

    def _icmp(self, word: str, protocols: tuple[int, ...]) -> bool:
        names = ICMP6_TYPES if protocols == (58,) else ICMP_TYPES
        number = int(word) if word.isdecimal() else names.get(word)
        if number is None:
            return False
        self.values["icmp_types"] = ((number, number),)
        if self._peek().isdecimal():
            self.opaque = f"icmp code {self._take()}"
        return True


def _port_or_none(word: str) -> int | None:
    try:
        return port(word)
    except ValueError:
        return None


def _ranges(operator: str, numbers: list[int]) -> tuple[Range, ...]:
    if operator == "eq":
        return tuple((number, number) for number in numbers)
    number = numbers[0]
    if operator == "lt":
        return ((0, number - 1),)
    if operator == "gt":
        return ((number + 1, 65535),)
    spans, low = [], 0
    for number in sorted(numbers):
        if number > low:
            spans.append((low, number - 1))
        low = number + 1
    return (*spans, (low, 65535)) if low <= 65535 else tuple(spans)


# ------------------------------------------------------------------------------------------------ object groups


def object_group(line: Line, context: Context, reading: Reading) -> None:
    """`object-group network NAME` (IOS): resolved into the entries that use it; other kinds stay opaque there."""
    kind, name = line.words[1].lower(), line.words[2]
    context.define("object-group", name, line)
    if kind not in {"network", "ip"}:
        for child in (line, *line.children):
            context.partial(child, "entries that use this object group are opaque")
        return
    words = line.children
    members: list[Wildcard] = []
    whole = True
    context.done(line)
    for child in words:
        found = _member(child, context, reading)
        whole = whole and found is not None
        members.extend(found or ())
    if whole and members:
        reading.object_groups[name] = tuple(members)


def _member(line: Line, context: Context, reading: Reading) -> tuple[Wildcard, ...] | None:
    words = line.words
    first = words[0].lower()
    if first == "description":
        context.ignore(line, "a description")
        return ()
    context.done(line)
    try:
        if first == "host":
            return (wildcard(parse_address(words[1]).host),)
        if first == "group-object":
            return reading.object_groups[words[1]]
        if "/" in first:
            return (wildcard(parse_prefix(first)),)
        if first[0].isdecimal():
            length = int(words[1][1:]) if words[1].startswith("/") else mask_length(words[1])
            return (wildcard(prefix_of(parse_address(first), length)),)
    except (ValueError, IndexError, KeyError):
        pass
    context.partial(line, "entries that use this object group are opaque")
    return None


def finish_logins(reading: Reading) -> None:
    """Make each filter on logins one of the control plane: its entries narrowed to the ports, all else permitted."""
    for login in reading.logins:
        acl = reading.acls.get((login.version, login.acl))
        if acl is None or not acl.lines:  # everybody may log in
            continue
        ports = tuple((each, each) for each in login.ports)
        lines = [replace(each, protocols=(6,), destinations=(), destination_ports=ports) for each in acl.lines]
        text = f"implicit deny of {login.acl} on logins"
        lines.append(AclLine(False, login.source, text, (6,), destination_ports=ports, name="implicit"))
        name = f"logins by {login.acl}"
        reading.acls[login.version, name] = Acl(name, login.version, tuple(lines), login.source, default_permit=True)
        reading.control_plane_acls.append((login.version, name))


def finish_policing(reading: Reading) -> None:
    """Make what a policy on the control plane drops a filter of it."""
    for acl in list(filters(reading.policing, reading.acls)):
        reading.acls[acl.version, acl.name] = acl
        reading.control_plane_acls.append((acl.version, acl.name))


def finish_acls(reading: Reading) -> None:
    """What a vendor adds to a list that has been read whole.

    IOS: a list without entries filters nothing (IOS Security Configuration Guide, "Access control lists"); IPv6 lists
    end with `permit icmp any any nd-na` and `nd-ns` before the implicit deny.
    """
    for key, acl in reading.acls.items():
        if not acl.lines and reading.vendor is Vendor.IOS:
            reading.acls[key] = replace(acl, default_permit=True)
        elif acl.version == 6 and acl.lines and not acl.standard:
            discovery = AclLine(
                True, acl.source, "implicit: neighbour discovery", (58,), icmp_types=((135, 136),), name="implicit"
            )
            reading.acls[key] = replace(acl, lines=(*acl.lines, discovery))
