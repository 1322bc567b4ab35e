"""Interface names as the device prints them: abbreviations expanded, spelled as Batfish spells them."""

from __future__ import annotations

from functools import lru_cache

from guard.model.device import Vendor

_COMMON = ("Ethernet", "Loopback", "Vlan", "Tunnel", "Null", "Vxlan")
_NAMES = {
    Vendor.IOS: (
        *_COMMON, "FastEthernet", "GigabitEthernet", "TwoGigabitEthernet", "FiveGigabitEthernet", "TenGigabitEthernet",
        "TwentyFiveGigE", "TwentyFiveGigabitEthernet", "FortyGigabitEthernet", "FiftyGigE", "HundredGigE",
        "HundredGigabitEthernet", "TwoHundredGigE", "FourHundredGigE", "AppGigabitEthernet", "Port-channel", "Serial",
        "POS", "ATM", "Async", "BDI", "BVI", "Bluetooth", "Cellular", "Dialer", "Dot11Radio",
        "Embedded-Service-Engine", "GMPLS", "Group-Async", "LISP", "MFR", "Multilink", "Pseudowire", "Tunnel-tp",
        "Virtual-Template", "Virtual-Access", "VirtualPortGroup", "Virtual-TokenRing", "Wlan-GigabitEthernet", "nve",
        "Service-Engine", "Virtual-PPP", "Virtual-cem", "Management", "Container", "ucse",
    ),
    Vendor.EOS: (
        *_COMMON, "Management", "Port-Channel", "Recirc-Channel", "Dps", "Fabric", "Register", "UnconnectedEthernet",
        "Dynamic", "Cpu", "InternalRecirc", "Switch",
    ),
    Vendor.NXOS: (
        "Ethernet", "loopback", "mgmt", "port-channel", "Vlan", "Tunnel", "Null", "nve", "Bdi", "fc", "vfc",
        "san-port-channel", "Overlay", "control", "sup-eth",
    ),
    Vendor.IOSXR: (
        "Loopback", "Null", "MgmtEth", "FastEthernet", "GigabitEthernet", "TenGigE", "TwentyFiveGigE", "FortyGigE",
        "FiftyGigE", "HundredGigE", "HundredGigabitEthernet", "TwoHundredGigE", "FourHundredGigE", "EightHundredGigE",
        "Bundle-Ether", "Bundle-POS", "POS", "Serial", "ATM", "SRP", "CEM", "Multilink", "BVI", "PW-Ether", "PW-IW",
        "tunnel-te", "tunnel-ip", "tunnel-ipsec", "tunnel-mte", "tunnel-tp", "nve", "Optics", "ServiceApp",
        "ServiceInfra",
    ),
}  # fmt: skip
#: Abbreviations that would fit several names, or none, and the one that the device takes them for.
_SHORT = {
    Vendor.IOS: {
        "e": "Ethernet", "et": "Ethernet", "eth": "Ethernet", "f": "FastEthernet", "fa": "FastEthernet",
        "fe": "FastEthernet", "g": "GigabitEthernet", "ge": "GigabitEthernet", "gi": "GigabitEthernet",
        "gig": "GigabitEthernet", "l": "Loopback", "lo": "Loopback", "p": "Port-channel", "po": "Port-channel",
        "s": "Serial", "se": "Serial", "t": "TenGigabitEthernet", "te": "TenGigabitEthernet", "tu": "Tunnel",
        "tw": "TwoGigabitEthernet", "twe": "TwentyFiveGigE", "fo": "FortyGigabitEthernet", "fi": "FiveGigabitEthernet",
        "fif": "FiftyGigE", "hu": "HundredGigE", "n": "Null", "v": "Vlan", "vl": "Vlan", "mu": "Multilink",
        "di": "Dialer", "ce": "Cellular",
    },
    Vendor.EOS: {
        "e": "Ethernet", "et": "Ethernet", "eth": "Ethernet", "l": "Loopback", "lo": "Loopback", "m": "Management",
        "ma": "Management", "mgmt": "Management", "po": "Port-Channel", "vl": "Vlan", "vx": "Vxlan", "tu": "Tunnel",
        "nu": "Null",
    },
    Vendor.NXOS: {
        "e": "Ethernet", "et": "Ethernet", "eth": "Ethernet", "l": "loopback", "lo": "loopback", "m": "mgmt",
        "po": "port-channel", "v": "Vlan", "vl": "Vlan", "t": "Tunnel", "tu": "Tunnel", "n": "nve", "nu": "Null",
    },
    Vendor.IOSXR: {
        "be": "Bundle-Ether", "g": "GigabitEthernet", "gi": "GigabitEthernet", "gig": "GigabitEthernet",
        "te": "TenGigE", "tengigabitethernet": "TenGigE", "fo": "FortyGigE", "hu": "HundredGigE",
        "fh": "FourHundredGigE", "tf": "TwentyFiveGigE", "lo": "Loopback", "l": "Loopback", "nu": "Null",
        "mg": "MgmtEth", "mgmt": "MgmtEth", "bv": "BVI",
    },
}  # fmt: skip


@lru_cache(maxsize=1 << 16)
def canonical(vendor: Vendor, name: str) -> str:
    """`Gi0/1` → `GigabitEthernet0/1` (IOS), `Et1` → `Ethernet1` (EOS, NX-OS); FRR's are Linux's, taken as they are."""
    if vendor not in _NAMES:
        return name
    at = next((i for i, char in enumerate(name) if char.isdecimal()), len(name))
    kind, number = name[:at].strip(), name[at:].strip()
    low = kind.lower()
    short = _SHORT[vendor].get(low)
    if short:
        return short + number
    fitting = [known for known in _NAMES[vendor] if known.lower().startswith(low)]
    exact = [known for known in fitting if known.lower() == low]
    if exact or (len(fitting) == 1 and len(low) > 1):
        return (exact or fitting)[0] + number
    return kind + number


def named(vendor: Vendor, words: tuple[str, ...]) -> str:
    """The name that one or two words give: `Ethernet1`, `GigabitEthernet 0/0`."""
    return canonical(vendor, "".join(words[:2]) if len(words) > 1 and words[1][:1].isdecimal() else words[0])


_KINDS = (
    ("loopback", "loopback"), ("vlan", "vlan"), ("port-channel", "port-channel"), ("tunnel", "tunnel"),
    ("null", "null"), ("management", "management"), ("mgmt", "management"),
    ("bundle-", "port-channel"), ("mgmteth", "management"),
    ("bvi", "bridge"), ("bdi", "bridge"), ("vxlan", "tunnel"), ("nve", "tunnel"), ("virtual", "tunnel"),
    ("dialer", "tunnel"),
)  # fmt: skip


def kind_of(vendor: Vendor, name: str) -> str:
    """What sort of interface a name stands for (the `kind` of guard.model.device.Interface)."""
    low = name.lower()
    if vendor is Vendor.FRR:
        return _linux_kind(low)
    for start, kind in _KINDS:
        if low.startswith(start):
            return "subinterface" if "." in low and kind == "port-channel" else kind
    return "subinterface" if "." in low else "physical"


def _linux_kind(name: str) -> str:
    """By the names that Cumulus, Debian and FRR's own tests use; Linux itself knows no rule."""
    if name == "lo" or name.startswith(("lo:", "loopback", "dum")) or (name[:2] == "lo" and name[2:].isdecimal()):
        return "loopback"
    if name.startswith(("mgmt", "eth0-mgmt")):
        return "management"
    if name.startswith(("vlan", "irb")):
        return "vlan"
    if name.startswith(("gre", "tun", "wg", "vxlan", "vni", "sit")):
        return "tunnel"
    if name.startswith(("br", "virbr")):
        return "bridge"
    if name.startswith(("bond", "team", "lag")):
        return "port-channel"
    return "subinterface" if "." in name and name.rsplit(".", 1)[1].isdecimal() else "physical"


def parent_of(name: str) -> str:
    """Of a subinterface, the interface that it is part of; else ""."""
    parent, dot, unit = name.rpartition(".")
    return parent if dot and unit.isdecimal() else ""
