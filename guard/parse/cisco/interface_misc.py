"""Commands of interface mode that the model has no place for: harmless ones, and ones that may move or drop traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guard.parse.cisco.table import Handler, Ignored, NotModelled, Partly, keys

_PHYSICAL = keys(
    Ignored("physical layer"),
    """duplex | negotiation | media-type | mdix | clock | clockrate | flowcontrol | keepalive | transceiver
    | error-correction | phy | fec | power | cable-length | linecode | framing | fair-queue | hold-queue
    | tx-queue | tx-ring-limit | random-detect | link-detect | serial | dsu | crc | beacon
    | energy-efficient-ethernet | l2-protocol mtu | speed auto | no speed | no keepalive
    | no negotiation | hardware | physical-layer | gig-default | unidirectional | network-clock | synchronous mode
    | no medium""",
)
_LINK = keys(
    Ignored("a protocol of the link that carries no routes"),
    """cdp | lldp | udld | mop | spanning-tree | lacp | vtp | macro description | ptp | mvrp | dcbx | vmps
    | pagp | priority-flow-control | l2protocol-tunnel | link-debounce | link debounce | msrp | arp arpa
    | no channel-group""",
)
_TIMERS = keys(
    Ignored("timers"),
    """carrier-delay | load-interval | arp timeout | arp aging | arp cache | bfd | no bfd | delay | ipv6 nd
    | mac-address | mac address | mac timestamp | ip gratuitous-arps | arp gratuitous | arp reply""",
)
_COUNTERS = keys(
    Ignored("counters, logs and management"),
    """logging | snmp | snmp-server | ip flow | ipv6 flow | flow | sflow | ip nbar | ip accounting
    | ip route-cache | ip cef | ip load-sharing | counters | alias | monitor | ip mroute-cache
    | ipv6 mfib | rmon | nmsp | device-tracking | ip device tracking | trust | srr-queue | mls qos
    | priority-queue | wrr-queue | auto qos | qos trust | qos cos | qos dscp | agentx | ip tcp
    | ipv6 tcp | tcp mss | management | history | port-channel load-balance | l2 mtu | flow tracker
    | lacp timer | hold-time | bgp-policy | h323-gateway | ntp""",
)
_MULTICAST = keys(
    Ignored("multicast is not judged"),
    """ip igmp | ip pim | ipv6 mld | ipv6 pim | ip multicast | ipv6 multicast | multicast | ip cgmp | pim
    | igmp | mld | ip mfib | mfib | ipv4 multicast""",
)
_HOSTS = keys(
    Ignored("a service for the hosts of the subnet"),
    """ip helper-address | ip dhcp relay | ipv6 dhcp relay | ip forward-protocol | ip directed-broadcast | ip dhcp
    | dhcp server""",
)
_ANSWERS = keys(
    Ignored("what the device answers, not what it forwards"),
    """ip redirects | ip unreachables | ip mask-reply | ip proxy-arp | ip local-proxy-arp | ipv6 redirects
    | ipv6 unreachables | ip information-reply | ip icmp | ip split-horizon
    | ip attached-routes | ipv6 attached-routes | tunnel tos | tunnel ttl | tunnel path-mtu-discovery | tunnel bandwidth
    | tunnel checksum | ip virtual-reassembly | ip domain""",
)
_EXIT = keys(Ignored("leaves the mode"), "exit | exit-interface | exit-address-family | end")

HARMLESS: Mapping[str, Handler[Any]] = {
    **_PHYSICAL,
    **_LINK,
    **_TIMERS,
    **_COUNTERS,
    **_MULTICAST,
    **_HOSTS,
    **_ANSWERS,
    **_EXIT,
}

_DROPS = keys(
    NotModelled("may drop packets by a rule that is not modelled"),
    """storm-control | ip verify | ipv6 verify | zone-member | ip inspect | ips | ip ips | rate-limit
    | traffic-shape | mac access-group | ip arp inspection | service-policy | ip urlfilter
    | ip admission | ip auth-proxy | dot1x | authentication | mab | access-session | ip source-guard
    | ipv6 source-guard | ip traffic-export | macsec | mac security | shape | police | port-security
    | ipv6 inspect | ip port-security | errdisable | traffic-loopback | loopback | link tracking
    | link state | cts | dampening | ip dhcp snooping | ipv6 dhcp guard | ipv6 nd raguard
    | ipv6 nd inspection | ip flowspec | ipv6 flowspec | flow-spec | mka | ip access-list | qos
    | service-profile | traffic-policy""",
)
_STEERS = keys(
    NotModelled("sends packets another way than the routing table"),
    """ip nat | ipv6 nat | nat | nat64 | crypto | ip wccp | ip nhrp | ipv6 nhrp | nhrp | tunnel protection
    | tunnel key | tunnel vrf | tunnel route-via | ip vrf receive | ip vrf select | ip vrf sitemap
    | backup | ip mobile | pfr | ip sla | track | lisp | dialer | dialer-group | ppp | peer | pppoe
    | pppoe-client | ip attached-host | ip attached-hosts | ipv6 attached-host | ipv6 attached-hosts
    | evpn | pvc | frame-relay | ip rsvp | ip local policy | profile | macro""",
)
_LAYER_2 = keys(
    NotModelled("layer-2 services are not modelled"),
    """vxlan | xconnect | service instance | mlag | l2vpn | rewrite | ethernet | bridge-domain
    | bridge-group | member vni | host-reachability | vrrs | port-channel
    | l2-protocol | switchport source-interface | encapsulation dot1q vlan""",
)
_LABELS = keys(
    NotModelled("MPLS is not modelled"),
    "mpls | tag-switching | segment-routing | traffic-engineering | node-segment | link-params",
)
_RIP = keys(NotModelled("RIP is recognised only"), "rip | ip rip | ipv6 rip | ip summary-address rip")
_EIGRP = keys(
    NotModelled("EIGRP is recognised only"),  # where interface_eigrp does not read it
    """ip summary-address eigrp | ip hello-interval eigrp | ip hold-time eigrp | ip authentication
    | ip bandwidth-percent eigrp | no ip split-horizon eigrp""",
)
_BUNDLES = keys(
    Partly("too few members take a bundle down"), "port-channel min-links | lacp min-links | lacp max-bundle"
)

UNMODELLED: Mapping[str, Handler[Any]] = {
    **_DROPS,
    **_STEERS,
    **_LAYER_2,
    **_LABELS,
    **_RIP,
    **_EIGRP,
    **_BUNDLES,
}
