"""`router ospf`, `router ospfv3`: areas with their interfaces, and what an interface takes over from them.

A setting of an interface stands over its area's, that over the process's (OSPF command reference: "inherited").
"""

from __future__ import annotations

from typing import Any

from guard.parse.cisco.interface_igp import IGP_COMMANDS, area_number
from guard.parse.cisco.interface_name import named
from guard.parse.cisco.ospf import ospf_command
from guard.parse.cisco.reading import IgpSettings, InterfaceSettings, OspfSettings
from guard.parse.cisco.table import Ignored, NotModelled, malformed, unrecognised
from guard.parse.context import Context
from guard.parse.line import Line
from guard.parse.xr.reading import IgpPort, XrReading
from guard.parse.xr.words import said_as, secret_words, with_policy

Values = dict[str, Any]

#: What interfaces take over, in the words of the common grammar.
_INHERITED = frozenset({
    "cost", "hello-interval", "dead-interval", "priority", "network", "passive", "mtu-ignore", "authentication",
    "authentication-key", "message-digest-key", "prefix-suppression",
})  # fmt: skip
_HARMLESS = Ignored("timers, logs and restarts")
_UNMODELLED = NotModelled("this option of OSPF is not modelled")
_IGNORED = frozenset({
    "retransmit-interval", "transmit-delay", "bfd", "fast-reroute", "packet-size", "log", "nsr", "nsf", "timers",
    "snmp", "queue", "trace", "max-lsa", "limit", "cost-fallback", "flood-reduction", "demand-circuit",
    "graceful-restart", "nssa-area-event", "ucmp", "microloop", "protocol", "address-family",
    "event-log", "ipfrr-strict", "adjacency", "spf", "process", "exit",
    "link-down",
})  # fmt: skip
_NOT_MODELLED = frozenset({
    "apply-group",
    "mpls", "segment-routing", "prefix-sid", "adjacency-sid", "loopback", "security", "weight", "neighbor",
    "database-filter", "encryption", "instance", "domain-id", "domain-tag", "capability", "distribute", "affinity-map",
    "flex-algo", "stub", "sham-link", "external-out", "intra-area-prefix-ecmp", "multi-area-interface", "multi-area",
    "disable-dn-bit-check", "ignore", "route-policy", "link-state", "traffic-engineering", "affinity", "te-metric",
})  # fmt: skip
_PROCESS = frozenset({
    "router-id", "redistribute", "default-information", "default-metric", "auto-cost", "distance", "maximum",
    "max-metric", "summary-prefix", "no", "shutdown",
})  # fmt: skip
_AREA = frozenset({"stub", "nssa", "default-cost", "range", "virtual-link"})


def router_ospf(line: Line, context: Context, reading: XrReading) -> None:
    """The block of one process, with the VRFs in it."""
    version = 3 if line.words[1].lower() == "ospfv3" else 2
    context.done(line)
    _process(line, context, reading, OspfSettings(line.words[2], version, "default", context.source(line)))


def _process(line: Line, context: Context, reading: XrReading, fresh: OspfSettings) -> None:
    last = line
    while last.children:
        last = last.children[-1]
    fresh.source = context.source(line, last)
    ospf = reading.ospf_settings.setdefault((fresh.version, fresh.process, fresh.vrf), fresh)
    own = _Level(context, reading, ospf, {})
    for child in line.children:
        head = child.words[0].lower()
        if head == "area":
            continue
        if head == "vrf":
            context.done(child)
            context.refer("vrf", child.words[1], child, "router ospf vrf")
            vrf = OspfSettings(ospf.process, ospf.version, child.words[1], ospf.source)
            _process(child, context, reading, vrf)
            continue
        own.read(child, _PROCESS)
    for child in line.children:
        if child.words[0].lower() == "area":
            _area(child, context, reading, ospf, own.values)


def _area(line: Line, context: Context, reading: XrReading, ospf: OspfSettings, inherited: Values) -> None:
    try:
        number = area_number(line.words[1])
    except ValueError as problem:
        malformed(line, context, str(problem))
        return
    context.done(line)
    ospf.areas.setdefault(number, {"source": context.source(line)})
    own = _Level(context, reading, ospf, dict(inherited), area=line.words[1])
    ports = [child for child in line.children if child.words[0].lower() == "interface"]
    for child in line.children:
        if child not in ports:
            own.read(child, _AREA)
    for child in ports:
        _interface(child, context, reading, ospf, own.values, area=number)


def _interface(
    line: Line, context: Context, reading: XrReading, ospf: OspfSettings, inherited: Values, *, area: int
) -> None:
    name = named(context.vendor, line.words[1:])
    context.refer("interface", name, line, "router ospf interface")
    context.done(line)
    own = _Level(context, reading, ospf, dict(inherited), area=line.words[1])
    for child in line.children:
        own.read(child, frozenset())
    values = {**own.values, "area": area, "process": ospf.process}
    field = "ospf6" if ospf.version == 3 else "ospf"
    reading.igp_ports.append(IgpPort(name, field, IgpSettings(context.source(line), values)))


class _Level:
    """The process, an area or an interface: reads its commands; `values` are what interfaces below take over.

    `area`: the area, "" for the process; of an interface its name.
    """

    def __init__(
        self, context: Context, reading: XrReading, ospf: OspfSettings, inherited: Values, *, area: str = ""
    ) -> None:
        self.context = context
        self.reading = reading
        self.ospf = ospf
        self.values = inherited
        self.area = area

    def read(self, line: Line, others: frozenset[str]) -> None:
        """One command of the level; `others` are its own beside those that interfaces inherit."""
        head = line.words[0].lower()
        try:
            self._read(line, head, others)
        except (ValueError, IndexError) as problem:
            malformed(line, self.context, str(problem))

    def _read(self, line: Line, head: str, others: frozenset[str]) -> None:
        if head in _INHERITED:
            self._inherited(line)
        elif head == "distribute-list":
            self._distribute_list(line)
        elif head in others and head in _AREA:
            ospf_command(said_as(line, "area", self.area, *line.words), self.context, self.ospf)
        elif head in others:
            self._process(line, head)
        elif head in _IGNORED:
            _HARMLESS(line, self.context, None)
        elif head in _NOT_MODELLED:
            _UNMODELLED(line, self.context, None)
        else:
            unrecognised(line, self.context)

    def _inherited(self, line: Line) -> None:
        """A setting of interfaces; the words of secrets are those of the common grammar."""
        words = secret_words(line.words)
        if words[-1] == "disable" and words[0] in {"passive", "mtu-ignore", "prefix-suppression"}:
            self.values[words[0].replace("-", "_")] = False
            self.context.done(line)
            return
        if words[0] in {"passive", "mtu-ignore", "prefix-suppression"}:
            words = words[:1]
        scratch = InterfaceSettings("", self.context.source(line), self.context.vendor)
        scratch.ospf = IgpSettings(self.context.source(line), self.values)
        IGP_COMMANDS["ip ospf"](said_as(line, "ip", "ospf", *words), self.context, scratch)

    def _distribute_list(self, line: Line) -> None:
        words = line.words[1:]
        policy = words[0] == "route-policy"
        if policy:
            name = self.reading.attach(self.context, words[1], line, "ospf distribute-list")
        else:
            name = self.context.refer("acl", words[0], line, "ospf distribute-list", 6 if self.ospf.version == 3 else 4)
        if words[-1] != "in" or self.area:
            self.context.not_implemented(line, "filters on what is redistributed, or on a part, are not modelled here")
            return
        self.ospf.values["distribute_list_in"] = f"{'route-map' if policy else 'acl'} {name}"
        self.context.done(line)

    def _process(self, line: Line, head: str) -> None:
        words = line.words
        if head == "no":
            self._negated(line)
        elif head == "router-id" and not words[1][0].isdecimal():
            name = self.context.refer("interface", named(self.context.vendor, words[1:]), line, "router ospf router-id")
            self.reading.router_id_of[self.ospf.version, self.ospf.process, self.ospf.vrf] = name
            self.context.done(line)
        elif head == "auto-cost" and words[1] == "disable":
            self.context.partial(line, "costs without auto-cost are taken as with it")
        elif head == "maximum":
            if words[1] == "paths":
                ospf_command(said_as(line, "maximum-paths", *words[2:]), self.context, self.ospf)
            else:
                self.context.ignore(line, "how many routes and interfaces there may be")
        else:
            usage = f"router ospf {head}"
            ospf_command(
                said_as(line, *with_policy(line, words, self.reading, self.context, usage)), self.context, self.ospf
            )

    def _negated(self, line: Line) -> None:
        """`no default-information originate` in a file that was typed; of others nothing is there to remove."""
        if line.words[1:2] == ("default-information",):
            self.ospf.default_information = None
        self.context.done(line)
