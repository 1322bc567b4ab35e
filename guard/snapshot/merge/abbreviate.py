"""The abbreviations that people type, spelled out: keywords by a short table, interface names by their prefixes."""

from __future__ import annotations

import re

_WORDS = {
    "int": "interface",
    "inter": "interface",
    "desc": "description",
    "descr": "description",
    "shut": "shutdown",
    "neigh": "neighbor",
    "nei": "neighbor",
    "rout": "router",
    "rem": "remote-as",
    "host": "hostname",
    "net": "network",
    "redist": "redistribute",
    "pass": "passive-interface",
    "route-m": "route-map",
}
_SECOND = {
    "addr": "address",
    "add": "address",
    "rem": "remote-as",
    "remote": "remote-as",
    "rem-as": "remote-as",
    "desc": "description",
    "descr": "description",
    "act": "activate",
    "shut": "shutdown",
    "up": "update-source",
    "update": "update-source",
    "prefix": "prefix-list",
    "access-l": "access-list",
    "comm": "community",
    "local-pref": "local-preference",
    "next-hop-s": "next-hop-self",
    "route-m": "route-map",
}
#: `net 49.0001.0000.0000.0011.00` of IS-IS is whole (ISO 8348: hexadecimal pairs, the last one the selector).
_NSAP = re.compile(r"[0-9a-f]{2}(\.[0-9a-f]{4})+\.[0-9a-f]{2}$", re.IGNORECASE)
_INTERFACE = re.compile(r"([A-Za-z-]+)\s*(\d[\d/.:]*)?$")
_IOS_NAMES = [
    "Async",
    "ATM",
    "AppGigabitEthernet",
    "BDI",
    "BVI",
    "Dialer",
    "Ethernet",
    "FastEthernet",
    "FiftyGigE",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "FourHundredGigE",
    "GigabitEthernet",
    "HundredGigE",
    "Loopback",
    "Multilink",
    "Null",
    "Port-channel",
    "POS",
    "Serial",
    "TenGigabitEthernet",
    "Tunnel",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "TwoHundredGigE",
    "Virtual-Template",
    "VirtualPortGroup",
    "Vlan",
    "nve",
    "pseudowire",
]
_EOS_NAMES = ["Dps", "Ethernet", "Loopback", "Management", "Port-Channel", "Recirc-Channel", "Tunnel", "Vlan", "Vxlan"]

_NXOS_NAMES = ["Ethernet", "loopback", "mgmt", "nve", "Null", "port-channel", "Tunnel", "Vlan"]
_NXOS_SHORT = {"e": "Ethernet", "l": "loopback", "n": "nve", "p": "port-channel", "t": "Tunnel", "v": "Vlan"}


def abbreviated(words: tuple[str, ...]) -> bool:
    """Whether a command may hold an abbreviation of the table."""
    return words[0] in _WORDS or (len(words) > 1 and words[1] in _SECOND)


def spell_out(words: tuple[str, ...]) -> tuple[str, ...]:
    """Spell out the usual abbreviations of a command (without its `no`)."""
    if len(words) == 2 and words[0].lower() == "net" and _NSAP.match(words[1]):
        return words
    first = _WORDS.get(words[0].lower(), words[0])
    if first in {"description", "hostname", "distribute-list"} or len(words) == 1:  # `prefix` is whole there
        return (first, *words[1:])
    reach = 3 if first == "neighbor" else 2
    rest = tuple(_SECOND.get(w.lower(), w) if 0 < at < reach else w for at, w in enumerate(words) if at)
    return (first, *rest)


def interface_name(words: tuple[str, ...], vendor: str) -> tuple[str, ...]:
    """The words of an `interface` command with the name as the device prints it (`gi 0/1`, `Eth1`)."""
    if vendor in {"frr", "iosxr"} or len(words) < 2:
        return words
    name, used = words[1], 2
    if len(words) > 2 and name.replace("-", "").isalpha() and words[2][:1].isdecimal():
        name, used = name + words[2], 3
    found = _INTERFACE.match(name)
    if not found:
        return (words[0], name, *words[used:])
    known = {"ios": _IOS_NAMES, "nxos": _NXOS_NAMES}.get(vendor, _EOS_NAMES)
    stem = found[1].lower()
    full = [k for k in known if k.lower() == stem] or [k for k in known if k.lower().startswith(stem)]
    if vendor == "ios" and stem in _IOS_SHORT:
        full = [_IOS_SHORT[stem]]
    if vendor == "nxos" and stem in _NXOS_SHORT:
        full = [_NXOS_SHORT[stem]]
    if len(full) == 1:
        name = full[0] + (found[2] or "")
    return (words[0], name, *words[used:])


# The shorter forms that the device takes although other names begin so too.
_IOS_SHORT = {
    "e": "Ethernet",
    "et": "Ethernet",
    "eth": "Ethernet",
    "f": "FastEthernet",
    "fa": "FastEthernet",
    "fo": "FortyGigabitEthernet",
    "g": "GigabitEthernet",
    "gi": "GigabitEthernet",
    "gig": "GigabitEthernet",
    "hu": "HundredGigE",
    "l": "Loopback",
    "lo": "Loopback",
    "nu": "Null",
    "po": "Port-channel",
    "s": "Serial",
    "se": "Serial",
    "t": "TenGigabitEthernet",
    "te": "TenGigabitEthernet",
    "tu": "Tunnel",
    "twe": "TwentyFiveGigE",
    "v": "Vlan",
    "vl": "Vlan",
}
_RANGE = re.compile(r"^(?P<stem>.*?)(?P<low>\d+)\s*-\s*(?P<stem2>[A-Za-z-]*)(?P<high>\d+)$")


def interface_range(words: tuple[str, ...], vendor: str) -> tuple[str, ...] | None:
    """The names that `interface range …` (IOS) or `interface Ethernet1-4,7` (EOS, NX-OS) stands for; None: no range."""
    if vendor == "ios" and words[1:2] == ("range",):
        listed = " ".join(words[2:])
    elif vendor in {"eos", "nxos"} and re.search(r"\d\s*[-,]\s*\w", " ".join(words[1:])):
        listed = " ".join(words[1:])
    else:
        return None
    names: list[str] = []
    stem = ""
    for part in re.sub(r"\s*-\s*", "-", listed).split(","):
        part = part.strip().replace(" ", "")
        if part[:1].isdecimal():
            part = stem + part
        found = _RANGE.match(part)
        low, high = (int(found["low"]), int(found["high"])) if found else (0, 0)
        if found and low <= high < low + 1000:
            names.extend(f"{found['stem']}{n}" for n in range(low, high + 1))
        else:
            names.append(part)
        stem = re.sub(r"\d+(-\d+)?$", "", part)
    return tuple(interface_name(("interface", name), vendor)[1] for name in names)
