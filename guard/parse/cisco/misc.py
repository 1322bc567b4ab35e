"""Top-level commands that carry no routes: harmless ones by kind, and ones that act on traffic and are not modelled.

A command stands among the harmless only if no form of it can move or drop transit traffic or change a routing table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guard.model.device import Vendor
from guard.parse.cisco.nxos_top import NXOS_MISC
from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, keys

Commands = Mapping[str, Handler[Any]]

_MANAGEMENT = keys(
    Ignored("management of the device"),
    """logging | login on-success | login on-failure | login block-for | login delay | route-tag notation
    | login quiet-mode | snmp-server | snmp | ntp | sntp | aaa | username | user | enable | password
    | tacacs-server | tacacs | radius-server | radius | clock | alias | privilege | role
    | service password-encryption | service | prompt | terminal | archive | archive-log | parser | menu
    | memory | exception | diagnostic | boot | boot-start-marker | boot-end-marker | boot system
    | config-register | version | license | platform console | event-monitor | scheduler | process | mmi
    | subscriber templating | redundancy | call-home | smart | ip ssh | ip scp | ip telnet | ip http
    | ip ftp | ip tftp | ip rcmd | ip finger | no ip finger | ip sftp | netconf | netconf-yang
    | restconf | gnmi-yang | telemetry | transceiver | monitor | file | tftp-server | ip host
    | ip name-server | ip domain | ip domain-name | ip domain-list | ip domain-lookup | ip dns | ip icmp
    | ip identd | ldap | macro auto | crypto pki | crypto key | crypto ca | crypto pki certificate
    | certificate | key config-key | secret | md5 | lldp | cdp | errdisable recovery | power
    | environment | location | fhrp | mac-learn | ip forward-protocol | subscriber | virtual-service
    | cns | wsma | xml | ip bootp | ip tcp | ipv6 tcp | no service | ip dhcp pool
    | ip dhcp excluded-address | ip dhcp | ipv6 dhcp | ip source-route | multilink bundle-name | tls
    | security passwords | security authentication | session | iox | app-hosting | guestshell
    | hostname-prefix | domain default | domain | standby redirects | vtp | dot11 | ip radius
    | ip tacacs | ip cache | ip accounting | ip flow | ip flow-export | ip flow-cache | flow | sampler
    | sflow | ip nbar | metadata | buffers | network-clock | line console | ipv6 hop-limit | ipv6 icmp
    | ipv6 host | ipv6 cef | ip cef | ip source-address | device-sensor | device-tracking
    | ip device tracking | avb | ip sla responder | ip sla server | no ip bootp server | lacp
    | port-channel load-balance | udld | mac address-table | mac-address-table | link debounce
    | load-interval | ip load-sharing | ip local-proxy-arp | ip arp | arp | arp timeout | wireless | ap
    | fallback | capwap | vlan internal | vlan accounting | ip gratuitous-arps | media-type | voice
    | voice-card | dial-peer | stackwise-virtual | stack-mac | switch | l2 | no l2 | config | end | exit
    | quit | building configuration | building | current | using | last | time | ip tos | coverage""",
)
_SPANNING = keys(
    Ignored("loop protection of layer 2, which the model has no loops in"),
    "spanning-tree | loop-detection | errdisable",
)
_MULTICAST = keys(
    Ignored("multicast is not judged"),
    """ip multicast-routing | ipv6 multicast-routing | ip pim | ipv6 pim | ip igmp | ipv6 mld | ip msdp
    | ip mroute | ipv6 mroute | ip multicast | ipv6 multicast | ip mfib | router multicast | router pim
    | router igmp | router msdp | router mld""",
)
_TIMERS = keys(Ignored("timers"), "bfd | bfd-template | router bfd | ipv6 nd")

_TRAFFIC = keys(
    NotModelled("acts on traffic in a way that is not modelled"),
    """ip nat | ipv6 nat | nat64 | zone | zone-pair | zone security | ip inspect | ipv6 inspect
    | parameter-map | ip wccp | ip local policy | ip sla | track | ip policy-list | class-map
    | policy-map | qos | mls qos | mls | ip urlfilter | ip ips | ip admission | ip verify
    | ip dhcp snooping | ip arp inspection | ip access-list role-based | cts | dot1x | mac access-list
    | crypto map | crypto ipsec | crypto isakmp | crypto ikev2 | crypto dynamic-map | crypto gdoi
    | crypto keyring | crypto engine | crypto | ip nhrp | event manager applet | event manager
    | ip port-map | traffic-policy | policy-list | ip mobile | storm-control | hardware | tcam
    | platform | mac access-group | bridge | bridge-domain | traffic-policies | rpki | tap aggregation
    | login | segment-security | monitor link | link tracking | link state | kron | event
    | event-handler | flowspec | hw-module | power enable | no power enable | mac address-table static
    | mac-address-table static | monitor session * destination | ip default-network | pbr-map
    | nexthop-group | ip hardware | ipv6 hardware | redundancy-group | dampening
    | ipv6 access-list role-based | ip reflexive-list | time-range | ip traffic-export
    | control-plane host | object-group security | pseudowire-class | l2vpn | l2tp | vpdn | xconnect
    | ethernet | service-template | vlan filter | vlan access-map | access-session | ip options
    | ipv6 neighbor | ip rsvp | ip tunnel | sdwan | policy""",
)
_KEYS = keys(NotModelled("keys of routing protocols that stand in a chain are not compared"), "key chain | key")
_LABELS = keys(
    NotModelled("MPLS, EVPN and VXLAN are not modelled"),
    """mpls | segment-routing | evpn | vxlan | tag-switching | router traffic-engineering | patch panel
    | mlag | vpws | vsi""",
)
_PROTOCOLS = keys(
    NotModelled("this routing protocol is recognised only"),
    """router eigrp | ipv6 router eigrp | router rip | ipv6 router rip | router ripng | router odr
    | router egp | router babel | router openfabric | router lisp | router mobile""",
)

_SHARED: Commands = {**_MANAGEMENT, **_SPANNING, **_MULTICAST, **_TIMERS, **_TRAFFIC, **_KEYS, **_LABELS, **_PROTOCOLS}

_IOS: Commands = {
    **keys(Ignored("management of the device"), "no logging | no ip http server | ip subnet-zero | ip classless"),
    "no ip classless": Partly("classful forwarding is not modelled"),
    "no ip subnet-zero": Ignored("addresses that are configured are taken as they are"),
    "no ip cef": Ignored("how packets are switched, not where to"),
    "platform punt-keepalive": Ignored("management of the device"),
    "platform console": Ignored("management of the device"),
    "platform qfp": Ignored("management of the device"),
    "mls qos trust": Ignored("marking"),
    "ipv6 ioam": Ignored("management of the device"),
    "switchport default mode": Ignored("the mode that interfaces have by default"),
    "management": Ignored("management of the device"),
    "snmp ifmib": Ignored("management of the device"),
}
_EOS: Commands = {
    "qos map": Ignored("marking"),
    **keys(
        Ignored("management of the device"),
        """management | daemon | daemon TerminAttr | system l1 | queue-monitor | no aaa root | schedule
        | email | ip fips | transceiver qsfp | dns | agent | hardware counter | hardware speed-group
        | switch forwarding-mode | no service | vmtracer | ptp | mac address-table
        | service routing configuration | trace | poe | phone | cvx | logging
        | ip routing protocols | system environment | port-channel load-balance | load-balance
        | arp aging | shell | hostname | environment | ip ftp client | ip radius | bug-alert
        | boot secret | flow tracking | clock | http | ip load-sharing trident | monitor session
        | maintenance | dhcp server | terminattr | tcp mss | monitor telemetry | monitor connectivity
        | lldp | ip icmp redirect""",
    ),
    "vlan internal": Ignored("numbers of internal VLANs"),
    "ip virtual-router mac-address": Ignored("the MAC address of virtual gateways"),
    "ip address virtual source-nat": NotModelled("packets of the device leave with another source"),
}
_FRR: Commands = {
    **keys(
        Ignored("management of the daemons"),
        """frr | log | debug | service integrated-vtysh-config | hostname | line | line vty | agentx
        | domainname | zebra | fpm | password | username | bgp route-map delay-timer | watchfrr | banner
        | end""",
    ),
    "no zebra nexthop kernel enable": Ignored("management of the daemons"),
    **keys(
        NotModelled("policy between the RIB and the kernel is not modelled"),
        "ip import-table | ip import | ip table | ipv6 import-table",
    ),
    **keys(
        Partly("next hops that only a default route leads to are resolved as the model does it"),
        "ip nht resolve-via-default | no ip nht resolve-via-default",
        "ipv6 nht resolve-via-default | no ipv6 nht resolve-via-default",
    ),
}

COMMANDS: Mapping[Vendor, Commands] = {
    Vendor.IOS: {**_SHARED, **_IOS},
    Vendor.EOS: {**_SHARED, **_EOS},
    Vendor.FRR: {**_SHARED, **_FRR},
    Vendor.NXOS: {**_SHARED, **NXOS_MISC},
}
