"""Exec-mode commands → what they would do to the network, as far as that is known.

Law: what is not known to be harmless is never NoEffect; it is Unknown, and held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from guard.parse.modes_rule import is_ip, is_ip6


@dataclass(frozen=True, slots=True)
class ConfigLines:
    """Lines typed in configuration mode: a merge. `first_line` is the line of the first, counted in the commands."""

    text: str
    first_line: int


@dataclass(frozen=True, slots=True)
class ClearSessions:
    """BGP sessions are reset (`soft`: refreshed, nothing drops).

    `kind` says what `selector` is: `all`, `neighbor`, `peer-group`, `as`, `external`; `family` is None for all.
    """

    kind: str
    selector: str
    soft: bool
    vrf: str | None = None
    family: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class ClearOspf:
    """An OSPF process is restarted: its adjacencies drop and come back. `process` None: all of them."""

    process: str | None
    vrf: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class ClearEigrp:
    """EIGRP's neighbours are dropped: those that the command names, taken for all of the device."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class ClearIsis:
    """IS-IS adjacencies are dropped and come back."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class Reload:
    """The device restarts; `delayed` where it would only later, unless it is cancelled."""

    delayed: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class SetInterface:
    """An interface is taken down or brought up from the shell."""

    interface: str
    up: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class RestartRouting:
    """The routing daemons restart: all sessions and adjacencies of the device drop and come back."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class NoEffect:
    """Known to change nothing in the network; the reason says why."""

    reason: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody here knows what it does."""

    text: str
    line: int = 0


Effect = (
    ConfigLines
    | ClearSessions
    | ClearOspf
    | ClearIsis
    | ClearEigrp
    | Reload
    | SetInterface
    | RestartRouting
    | NoEffect
    | Unknown
)

_READS = frozenset(
    {"show", "sh", "ping", "traceroute", "where", "who", "dir", "pwd", "more", "verify", "ping6", "mtr", "uptime"}
)
_SESSION = frozenset({"enable", "en", "disable", "exit", "quit", "logout", "terminal", "term", "end"})
_SAVES = frozenset(
    {"write", "wr", "write memory", "write mem", "wr mem", "write file", "write integrated", "write terminal"}
)
_HARMLESS_CLEARS = frozenset(
    {"counters", "logging", "line", "access-list", "aaa", "cdp", "lldp", "snmp", "ntp", "screen"}
)


def effects(text: str, vendor: str) -> tuple[Effect, ...]:
    """Read exec-mode commands, one a line; `configure terminal … end` (Junos: `configure … commit and-quit`) is one
    ConfigLines.
    """
    found: list[Effect] = []
    rows = text.split("\n")
    at = 0
    while at < len(rows):
        words = tuple(rows[at].split())
        line = at + 1
        at += 1
        if not words or words[0][0] in "!#":
            continue
        words = words[1:] if words[0] == "sudo" and len(words) > 1 else words
        if _enters_configuration(words, vendor):
            end = _end_of_junos_session(rows, at) if vendor == "junos" else _end_of_configuration(rows, at)
            found.append(ConfigLines("\n".join(rows[at:end]), line + 1))
            at = end + 1
            continue
        found.extend(_vtysh(rows[at - 1], line) if words[0] == "vtysh" else (_effect(words, line, vendor),))
    return tuple(found)


def _enters_configuration(words: tuple[str, ...], vendor: str) -> bool:
    if vendor == "junos":
        return words in {("edit",), ("configure",)} or (len(words) == 2 and words[0] == "configure")
    if words[0] not in {"configure", "conf", "config"}:
        return False
    if len(words) == 1:
        return vendor in {"eos", "iosxr"}
    return len(words) == 2 and ("terminal".startswith(words[1]) or (vendor == "iosxr" and words[1] == "exclusive"))


def _end_of_configuration(rows: list[str], at: int) -> int:
    """The line that leaves configuration mode: `end`, `^Z`; an `exit` of a mode inside is the merge's to judge."""
    for index in range(at, len(rows)):
        if rows[index].strip() in {"end", "^Z", "\x1a"}:
            return index
    return len(rows)


def _end_of_junos_session(rows: list[str], at: int) -> int:
    """The line that leaves configuration mode; an `exit` inside an edit level goes up. What is left uncommitted counts
    as committed: in the shared candidate the next commit takes it along.
    """
    depth = 0
    for index in range(at, len(rows)):
        words = tuple(rows[index].split())
        if words[:2] == ("commit", "and-quit") or words[1:] == ("configuration-mode",):
            return index
        if words[:1] == ("edit",):
            depth += 1
        elif words == ("top",):
            depth = 0
        elif words in {("exit",), ("quit",)}:
            if depth == 0:
                return index
            depth -= 1
    return len(rows)


_VTYSH_ARG = re.compile(r"""(?:-c|--command)[ =]?(?:"([^"]*)"|'([^']*)'|(\S+))""")


def _vtysh(row: str, line: int) -> tuple[Effect, ...]:
    commands = [next(part for part in found if part) for found in _VTYSH_ARG.findall(row) if any(found)]
    rest = _VTYSH_ARG.sub("", row).split()
    if not commands or [w for w in rest if w not in {"sudo", "vtysh"}]:
        return (Unknown(row.strip(), line),)
    return tuple(_moved(effect, line) for effect in effects("\n".join(commands), "frr"))


def _moved(effect: Effect, line: int) -> Effect:
    match effect:
        case ConfigLines(text, _):
            return ConfigLines(text, line)
        case ClearSessions(kind, selector, soft, vrf, family, _):
            return ClearSessions(kind, selector, soft, vrf, family, line)
        case ClearOspf(process, vrf, _):
            return ClearOspf(process, vrf, line)
        case ClearIsis(_):
            return ClearIsis(line)
        case ClearEigrp(_):
            return ClearEigrp(line)
        case Reload(delayed, _):
            return Reload(delayed, line)
        case SetInterface(interface, up, _):
            return SetInterface(interface, up, line)
        case RestartRouting(_):
            return RestartRouting(line)
        case NoEffect(reason, _):
            return NoEffect(reason, line)
        case Unknown(text, _):
            return Unknown(text, line)


_CHAINED = re.compile(r"[;&`$><]")


def _effect(words: tuple[str, ...], line: int, vendor: str) -> Effect:
    text = " ".join(words)
    if _CHAINED.search(text):
        return Unknown(text, line)
    first = words[0]
    if first in _READS:
        return Unknown(text, line) if "|" in words and _writes(words) else NoEffect("it only reads", line)
    if vendor == "junos":
        return _junos(words, text, line)
    if first in _SESSION:
        return NoEffect("it concerns the terminal session alone", line)
    if vendor == "nxos" and first == "restart" and words[1:2] and words[1] in _NXOS_PROCESSES:
        return RestartRouting(line)
    if vendor == "iosxr" and words[:2] == ("process", "restart") and words[2:3] and words[2] in _XR_PROCESSES:
        return RestartRouting(line)
    if vendor == "iosxr" and words[:3] == ("clear", "isis", "process"):
        return ClearIsis(line)
    if text in _SAVES or _saves(words):
        return NoEffect("it saves the running configuration", line)
    if first == "clear":
        return _clear(words[1:], text, line)
    if first in {"reload", "reboot"}:
        return _reload(words, text, line)
    if words[:2] == ("shutdown", "-r") and words[2:] in {("now",), ("+0",)}:
        return Reload(delayed=False, line=line)
    return _shell(words, text, line)


#: `restart PROTOCOL TAG` of NX-OS: the process begins anew.
_NXOS_PROCESSES = frozenset({"bgp", "ospf", "ospfv3", "isis", "eigrp"})


#: `process restart P` of IOS XR, of what makes routes.
_XR_PROCESSES = frozenset({"bgp", "ospf", "ospfv3", "isis", "ipv4_rib", "ipv6_rib", "rip", "ipv4_static"})


def _writes(words: tuple[str, ...]) -> bool:
    return bool({"redirect", "tee", "append", "bash"} & set(words))


def _saves(words: tuple[str, ...]) -> bool:
    if words[0] != "copy" or len(words) < 3:
        return False
    return (
        "running-config".startswith(words[1].split(":")[-1])
        and "startup-config".startswith(words[2])
        and (len(words[1]) > 2 and len(words[2]) > 4)
    )


def _junos(words: tuple[str, ...], text: str, line: int) -> Effect:
    """Operational mode of Junos (CLI reference, operational commands)."""
    match words:
        case ("clear", "bgp", "neighbor", *rest):
            soft = any(word in {"soft", "soft-inbound"} for word in rest)
            names = [word for word in rest if word not in {"soft", "soft-inbound", "all"}]
            if not names:
                return ClearSessions("all", "*", soft, line=line)
            if len(names) == 1 and (is_ip(names[0]) or is_ip6(names[0])):
                return ClearSessions("neighbor", names[0], soft, line=line)
        case ("clear", "ospf" | "ospf3", "neighbor") | ("clear", "ospf" | "ospf3", "neighbor", "all"):
            return ClearOspf(None, line=line)
        case ("clear", "isis", "adjacency") | ("clear", "isis", "adjacency", "all"):
            return ClearIsis(line)
        case ("clear", "interfaces", "statistics", *_) | ("clear", "log", _) | ("clear", "firewall", *_):
            return NoEffect("it resets counters or logs", line)
        case ("request", "system", "reboot"):
            return Reload(delayed=False, line=line)
        case ("restart", "routing", *rest) if rest in ([], ["gracefully"], ["immediately"], ["soft"]):
            return RestartRouting(line)
        case ("exit",) | ("quit",) | ("set", "cli", *_):
            return NoEffect("it concerns the terminal session alone", line)
        case _:
            pass
    return Unknown(text, line)


def _reload(words: tuple[str, ...], text: str, line: int) -> Effect:
    rest = words[1:]
    if not rest or rest in {("now",), ("force",), ("all",), ("power",), ("all", "now"), ("/noverify",)}:
        return Reload(delayed=False, line=line)
    if rest[0] in {"in", "at"} and len(rest) > 1:
        return Reload(delayed=True, line=line)
    if rest == ("cancel",):
        return NoEffect("it cancels a restart", line)
    if rest[0] == "reason":
        return Reload(delayed=False, line=line)
    return Unknown(text, line)


def _clear(words: tuple[str, ...], text: str, line: int) -> Effect:
    if not words:
        return Unknown(text, line)
    if words[0] in _HARMLESS_CLEARS:
        return NoEffect("it resets counters or tables that decide nothing", line)
    if words[:2] in {("ip", "bgp"), ("bgp", "ipv4"), ("bgp", "ipv6"), ("ipv6", "bgp")} or words[:1] == ("bgp",):
        return _clear_bgp(words, text, line)
    if words[:2] == ("ip", "ospf") or words[:1] == ("ospf",):
        return _clear_ospf(words, text, line)
    if words[:2] in {("ip", "eigrp"), ("ipv6", "eigrp")} or words[:1] == ("eigrp",):
        return _clear_eigrp(words, text, line)
    if words[:1] == ("isis",) or words[:2] == ("clns", "neighbors"):
        return (
            ClearIsis(line)
            if words[:2] in {("isis", "*"), ("isis", "neighbor"), ("clns", "neighbors")}
            else Unknown(text, line)
        )
    if words[0] in {"arp", "arp-cache"} or words[:2] in {
        ("ip", "arp"),
        ("mac", "address-table"),
        ("ipv6", "neighbors"),
    }:
        return NoEffect("entries are learned again at once", line)
    if words[:2] == ("ip", "route") or words[:2] == ("ipv6", "route"):
        return NoEffect("routes are installed again at once", line)
    return Unknown(text, line)


_FAMILIES = frozenset({"ipv4", "ipv6", "vpnv4", "vpnv6", "l2vpn"})


def _clear_bgp(words: tuple[str, ...], text: str, line: int) -> Effect:
    rest = list(words)
    family = "ipv6" if rest[0] == "ipv6" else None
    rest = rest[2:] if rest[0] in {"ip", "ipv6"} else rest[1:]
    vrf: str | None = None
    while rest and (rest[0] in _FAMILIES or rest[0] in {"vrf", "view", "unicast", "evpn"}):
        if rest[0] in {"vrf", "view"} and len(rest) > 1:
            vrf = rest[1]
            del rest[:2]
            continue
        if rest[0] in _FAMILIES:
            family = rest[0]
        del rest[0]
    if not rest:
        return Unknown(text, line)
    kind, selector, used = _selector(rest)
    tail = rest[used:]
    if len(tail) >= 2 and tail[0] == "vrf":
        vrf, tail = tail[1], tail[2:]
    tail = [word for word in tail if word not in _FAMILIES and word != "unicast"]
    if kind is None or any(word not in {"soft", "in", "out"} for word in tail):
        return Unknown(text, line)
    # `in` or `out` alone is a route refresh too (RFC 2918)
    return ClearSessions(kind, selector, bool(tail), vrf, family, line)


def _selector(rest: list[str]) -> tuple[str | None, str, int]:
    first = rest[0]
    if first in {"*", "all"}:
        return "all", "*", 1
    if first == "external":
        return "external", "external", 1
    if first in {"peer-group", "neighbor"} and len(rest) > 1:
        return ("all", "*", 2) if rest[1] in {"*", "all"} else (first, rest[1], 2)
    if is_ip(first) or is_ip6(first):
        return "neighbor", first, 1
    if first.isdecimal():
        return "as", first, 1
    if first in {"dampening", "counters", "prefix", "flap-statistics", "rpki", "table-map", "update-group", "slow"}:
        return None, "", 1
    return "neighbor", first, 1


def _clear_eigrp(words: tuple[str, ...], text: str, line: int) -> Effect:
    """IOS and NX-OS `clear ip eigrp [AS] [vrf X] neighbors [NEIGHBOR] [soft]`; soft: "without an adjacency reset"."""
    if "neighbors" not in words:
        return Unknown(text, line)
    return NoEffect("neighbours are synchronised again and kept", line) if words[-1] == "soft" else ClearEigrp(line)


def _clear_ospf(words: tuple[str, ...], text: str, line: int) -> Effect:
    rest = words[2:] if words[0] == "ip" else words[1:]
    process = None
    vrf = None
    if rest and (rest[0].isdecimal() or rest[1:2] == ("neighbor",)):  # NX-OS names its processes
        process, rest = rest[0], rest[1:]
    if len(rest) >= 2 and rest[0] == "vrf":
        vrf, rest = rest[1], rest[2:]
    if rest[:1] == ("counters",) or rest[:1] == ("traffic",):
        return NoEffect("it resets counters", line)
    if rest in {("process",), ("neighbor",), ("neighbor", "*")} or (rest == () and words[-1] != "ospf"):
        return ClearOspf(process, vrf, line)
    return Unknown(text, line)


_ROUTING_UNITS = frozenset({"frr", "frr.service", "quagga", "zebra", "bgpd"})


def _shell(words: tuple[str, ...], text: str, line: int) -> Effect:
    match words:
        case ("ip", "link", "set", "dev", name, ("up" | "down") as state):
            return SetInterface(name, state == "up", line)
        case ("ip", "link", "set", name, ("up" | "down") as state) if name != "dev":
            return SetInterface(name, state == "up", line)
        case ("ip", "link", "set", ("up" | "down") as state, name):
            return SetInterface(name, state == "up", line)
        case ("ip", "link", "set", ("up" | "down") as state, "dev", name):
            return SetInterface(name, state == "up", line)
        case ("ifdown" | "ifup", name) if not name.startswith("-"):
            return SetInterface(name, words[0] == "ifup", line)
        case ("ifconfig", name, ("up" | "down") as state):
            return SetInterface(name, state == "up", line)
        case ("systemctl", "restart" | "stop", unit) | ("service", unit, "restart" | "stop") if unit in _ROUTING_UNITS:
            return RestartRouting(line) if "restart" in words else Unknown(text, line)
        case ("ip", "link" | "addr" | "address" | "route" | "neigh", "show" | "list", *_):
            return NoEffect("it only reads", line)
        case ("ip", "route" | "addr" | "link"):
            return NoEffect("it only reads", line)
    return Unknown(text, line)
