"""Names that access lists use for protocols, ports and ICMP types (IOS and EOS command references; IANA numbers)."""

from __future__ import annotations

#: None: any protocol.
PROTOCOLS: dict[str, int | None] = {
    "ip": None, "ipv4": None, "ipv6": None, "icmp": 1, "igmp": 2, "ipinip": 4, "tcp": 6, "egp": 8, "igrp": 9, "udp": 17,
    "rsvp": 46, "gre": 47, "esp": 50, "ahp": 51, "ah": 51, "icmpv6": 58, "icmp6": 58, "eigrp": 88, "ospf": 89,
    "nos": 94, "pim": 103, "pcp": 108, "vrrp": 112, "isis": 124, "sctp": 132, "dccp": 33, "hbh": 0, "ipip": 4,
}  # fmt: skip

_PORTS = {
    "echo": 7, "discard": 9, "systat": 11, "daytime": 13, "chargen": 19, "ftp-data": 20, "ftp": 21, "ssh": 22,
    "telnet": 23, "smtp": 25, "time": 37, "nameserver": 42, "whois": 43, "tacacs": 49, "domain": 53, "dns": 53,
    "bootps": 67, "bootpc": 68, "tftp": 69, "gopher": 70, "finger": 79, "www": 80, "http": 80, "hostname": 101,
    "pop2": 109, "pop3": 110, "sunrpc": 111, "ident": 113, "nntp": 119, "ntp": 123, "netbios-ns": 137,
    "netbios-dgm": 138, "netbios-ss": 139, "netbios-ssn": 139, "imap4": 143, "snmp": 161, "snmptrap": 162, "xdmcp": 177,
    "bgp": 179, "irc": 194, "dnsix": 195, "mobile-ip": 434, "ldap": 389, "https": 443, "microsoft-ds": 445,
    "pim-auto-rp": 496, "isakmp": 500, "exec": 512, "biff": 512, "login": 513, "who": 513, "rwho": 513, "cmd": 514,
    "rsh": 514, "syslog": 514, "lpd": 515, "talk": 517, "rip": 520, "ripng": 521, "uucp": 540, "klogin": 543,
    "kshell": 544, "ldaps": 636, "msdp": 639, "ldp": 646, "radius": 1812, "radius-acct": 1813, "drip": 3949,
    "connectedapps-plain": 15001, "connectedapps-tls": 15002, "non500-isakmp": 4500, "rkinit": 2108, "bfd": 3784,
    "bfd-echo": 3785, "multihop-bfd": 4784, "lsp-ping": 3503, "nat": 4532, "mlag": 4432, "vxlan": 4789, "rtr": 3847,
    "netconf-ssh": 830, "imap3": 220, "kerberos": 88, "nfs": 2049, "cifs": 3020, "sqlnet": 1521, "ctiqbe": 2748,
    "h323": 1720, "sip": 5060, "rtsp": 554, "pptp": 1723, "citrix-ica": 1494, "aol": 5190, "pcanywhere-data": 5631,
    "pcanywhere-status": 5632, "secureid-udp": 5510, "lotusnotes": 1352, "rpc": 111, "mlag-arp-sync": 4433,
}  # fmt: skip

ICMP_TYPES = {
    "echo-reply": 0, "unreachable": 3, "source-quench": 4, "redirect": 5, "alternate-address": 6, "echo": 8,
    "echo-request": 8, "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "ttl-exceeded": 11,
    "parameter-problem": 12, "timestamp-request": 13, "timestamp-reply": 14, "information-request": 15,
    "information-reply": 16, "mask-request": 17, "mask-reply": 18, "traceroute": 30, "conversion-error": 31,
    "mobile-redirect": 32,
}  # fmt: skip

ICMP6_TYPES = {
    "unreachable": 1, "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "hop-limit": 3,
    "parameter-problem": 4, "echo-request": 128, "echo": 128, "echo-reply": 129, "mld-query": 130, "mld-report": 131,
    "mld-reduction": 132, "router-solicitation": 133, "router-advertisement": 134, "nd-ns": 135,
    "neighbor-solicitation": 135, "nd-na": 136, "neighbor-advertisement": 136, "redirect": 137,
    "router-renumbering": 138,
}  # fmt: skip


def port(word: str) -> int:
    """A port by name or number."""
    number = int(word) if word.isdecimal() else _PORTS.get(word.lower())
    if number is None or not 0 <= number <= 65535:
        raise ValueError(f"{word} is no port")
    return number
