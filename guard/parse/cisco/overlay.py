"""Address families of BGP beside IPv4 and IPv6 unicast, by the words that IOS, EOS, FRR, NX-OS and XR call them by."""

from __future__ import annotations

from guard.model.bgp import EVPN, OVERLAYS, VPNV4, VPNV6

#: What is said of lines that make a session carry EVPN.
PREFIX_ROUTES = "of EVPN's routes IP prefixes (type 5) are modelled, MAC and host routes are not"

_OVERLAYS = {
    ("vpnv4",): VPNV4,
    ("vpn-ipv4",): VPNV4,  # EOS
    ("ipv4", "vpn"): VPNV4,  # FRR
    ("vpnv6",): VPNV6,
    ("vpn-ipv6",): VPNV6,
    ("ipv6", "vpn"): VPNV6,
    ("l2vpn", "evpn"): EVPN,
    ("evpn",): EVPN,  # EOS
}


def overlay(words: tuple[str, ...]) -> int:
    """The VPN or EVPN family of these words after `address-family`, 0 for any other."""
    low = tuple(word.lower() for word in words)
    return _OVERLAYS.get(low[:-1] if low[-1:] == ("unicast",) else low, 0)


def ip_version(family: int) -> int:
    """The IP version of what lists and filters of a family name; 0 where that is not one."""
    return {VPNV4: 4, VPNV6: 6}.get(family, 0 if family in OVERLAYS else family)
