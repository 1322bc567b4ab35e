"""One Junos configuration → Device: statements, inheritance, then each section by its reader."""

from __future__ import annotations

from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.parse.context import Context
from guard.parse.freeze import freeze
from guard.parse.junos import bgp, firewall, igp, instance, interface, policy, policy_lists, vpn
from guard.parse.junos.inherit import expand
from guard.parse.junos.reading import Reading
from guard.parse.junos.statements import read as read_statements
from guard.parse.junos.tree import Node, Tree
from guard.parse.line import Line

_HOST = "concerns the device itself, not what it routes"
_IGNORED_SECTIONS = {
    "version": _HOST, "snmp": _HOST, "chassis": _HOST, "services": _HOST, "event-options": _HOST,
    "class-of-service": "quality of service is not judged", "accounting-options": _HOST, "access": _HOST,
    "ethernet-switching-options": "switching protection is not judged", "poe": _HOST, "virtual-chassis": _HOST,
    "access-profile": _HOST, "multi-chassis": _HOST, "jsrc": _HOST, "applications": "named by security policies alone",
}  # fmt: skip
_UNMODELLED_SECTIONS = {
    "logical-systems": "logical systems are not modelled",
    "tenants": "tenant systems are not modelled",
    "security": "security zones and policies are not modelled",
    "bridge-domains": "bridge domains are not modelled",
    "forwarding-options": "forwarding options are not modelled",
    "switch-options": "switching is not modelled",
    "multicast-snooping-options": "multicast is not modelled",
    "dynamic-profiles": "subscriber profiles are not modelled",
    "fabric": "a fabric is not modelled",
}
_FORWARDING_HARMLESS = frozenset(
    {"storm-control-profiles", "sampling", "hash-key", "enhanced-hash-key", "load-balance"}
)
#: Groups that a device has by itself, or that stand for one of its own (`${node}` of a cluster).
_OWN_GROUPS = frozenset({"${node}", "junos-defaults", "re0", "re1", "member0", "member1"})
_READ = frozenset(
    {"system", "groups", "apply-groups", "interfaces", "routing-options", "policy-options", "protocols", "firewall",
     "routing-instances", "vlans", "forwarding-options"}
)  # fmt: skip


def tree_of(text: str) -> Tree:
    """The tree of a text, with everything inherited in its place."""
    statements, faults = read_statements(text)
    tree = Tree()
    tree.faults.extend(faults)
    tree.load(statements)
    expand(tree)
    return tree


def read(text: str, file: str, vendor: Vendor) -> Device:
    """Read the configuration of a Junos device, curly or flat."""
    tree = tree_of(text)
    reading = Reading(tree, Context(file, vendor))
    root = tree.root
    _system(reading, root["system"])
    _groups(reading)
    _forwarding(reading, root["forwarding-options"])
    policy_lists.read(reading, root["policy-options"])
    policy.read(reading, root["policy-options"])
    interface.read(reading)
    firewall.read(reading, root["firewall"])
    vpn.tunnels(reading)
    for each in instance.instances(reading):
        instance.read(reading, each)
        igp.read(reading, each)
        bgp.read(reading, each)
    reading.rest(root, _READ, _IGNORED_SECTIONS, _UNMODELLED_SECTIONS)
    return freeze(reading.draft, reading.context, _lines(reading, text), text.count("\n") + 1)


def _system(reading: Reading, system: Node | None) -> None:
    if system is None:
        return
    reading.draft.hostname = reading.value(system, "host-name") or ""
    for child in system:
        if child.word == "management-instance":
            reading.done(child)
        elif child.word not in {"host-name", "apply-groups", "apply-groups-except"}:
            reading.ignore(child, _HOST)
    reading.rest(system, ("host-name",), {})
    reading.done(system)


def _forwarding(reading: Reading, options: Node | None) -> None:
    for child in options or ():
        if child.word in _FORWARDING_HARMLESS:
            reading.ignore(child, "which of equal paths a flow takes, and samples of it, are not judged")
        else:
            reading.not_modelled(child, _UNMODELLED_SECTIONS["forwarding-options"])


def _groups(reading: Reading) -> None:
    """Uses of groups; a group that nothing uses is harmless."""
    groups = reading.tree.root["groups"]
    for node in reading.tree.root.walk():
        if node.word == "apply-groups" and not node.copied:
            for each in node:
                if each.word not in _OWN_GROUPS:
                    reading.refer("group", each.word, each, "apply-groups")
        if node.word in {"apply-groups", "apply-groups-except"}:
            reading.done(node, *node)
    if groups is None:
        return
    reading.done(groups)
    for each in groups:
        reading.context.define("group", each.word, reading.line(each, "groups", each.word))
        reading.done(each)
        if each["when"] is not None:
            reading.not_modelled(each["when"], "conditions of groups are not modelled: the group is applied")


# --------------------------------------------------------------------------------------------------- coverage


def _lines(reading: Reading, text: str) -> tuple[Line, ...]:
    """Every row that says something, with the state that the readers gave its statement."""
    context, tree = reading.context, reading.tree
    rows = {number: Line(number, " ".join(path), path) for number, path in tree.rows.items()}
    for fault in tree.faults:
        rows.setdefault(fault.number, Line(fault.number, fault.text, (fault.text,)))
        context.warnings.append((fault.number, fault.message))
    faulty = {fault.number: fault.message for fault in tree.faults}
    marks = _with_blocks(reading)
    grouped = _in_groups(tree)
    lost = any("too deep" in fault.message for fault in tree.faults)
    for number, row in enumerate(text.split("\n"), 1):
        row = row.strip()
        if not row or row.startswith(("#", "!", "/*", "*/")) or number in rows:
            continue
        line = rows[number] = Line(number, row, tuple(row.split()))
        first = tree.spans.get(number)
        if first == 0:
            context.done(line)
        elif first in marks:
            marks[number] = marks[first]
        elif not lost:
            context.ignore(line, "a comment, or what a terminal shows around a configuration")
    for number, line in sorted(rows.items()):
        if number in faulty:
            context.unrecognised(line, faulty[number])
        elif number in tree.inactive:
            context.ignore(line, "inactive")
        elif number in tree.commands or not line.words:
            context.done(line)
        elif number in marks:
            _note(context, line, *marks[number])
        elif number in tree.replaced:
            context.ignore(line, "another statement replaces it")
        elif number in grouped and number not in tree.inherited:
            context.ignore(line, "in a group that nothing here inherits")
    return tuple(line for _, line in sorted(rows.items()))


def _note(context: Context, line: Line, state: LineState, reason: str) -> None:
    if state is LineState.IMPLEMENTED:
        context.done(line)
    elif state is LineState.PARTIAL:
        context.partial(line, reason)
    elif state is LineState.NOT_IMPLEMENTED:
        context.not_implemented(line, reason)
    elif state is LineState.IGNORED:
        context.ignore(line, reason)
    else:
        context.unrecognised(line, reason)


def _with_blocks(reading: Reading) -> dict[int, tuple[LineState, str]]:
    """The marks, and those of block openings that nobody marked: understood where something inside is."""
    marks = dict(reading.marks)

    def below(node: Node) -> bool:
        inner = [below(child) for child in node]
        known = any(inner) or any(number in reading.marks for number in node.lines)
        if known and node.children:
            for number in node.lines:
                marks.setdefault(number, (LineState.IMPLEMENTED, ""))
        return known

    below(reading.tree.root)
    return marks


def _in_groups(tree: Tree) -> set[int]:
    groups = tree.root["groups"]
    return {number for node in groups.walk() for number in node.lines} if groups is not None else set()
