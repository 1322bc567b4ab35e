"""Broken configurations: real lines cut, shuffled and nested. Never an exception, never a line without a state."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.model.coverage import LineState
from guard.model.device import Device, Vendor
from guard.model.errors import InputInvalid
from guard.parse.cisco.reader import read
from guard.parse.device import parse_device
from guard.parse.xr.reader import read as read_xr
from guard.snapshot.merge.merge import merge

LINES = """hostname r1|interface Gi0/0|interface Ethernet1|interface eth0|interface Vlan10|interface
|ip address 10.0.0.1 255.255.255.0|ip address 10.0.0.1/24 secondary|ip address|ipv6 address 2001:db8::1/64
|ipv6 address fe80::1 link-local|no switchport|switchport|switchport trunk allowed vlan add 10-4000
|switchport trunk allowed vlan|channel-group 1 mode active|encapsulation dot1Q 10 native|vrf forwarding RED
|vrf RED|ip unnumbered Loopback0|ip access-group X in|ip access-group|standby 1 ip 10.0.0.254|vrrp 1 ip
|tunnel source|tunnel destination 10.0.0.2|ip ospf 1 area 0|ip ospf area 0.0.0.0|ip ospf cost 5
|ip ospf dead-interval minimal hello-multiplier 4|ip ospf message-digest-key 1 md5 7 0205
|ip ospf authentication-key|ospfv3 1 ipv6 area 0|ospfv3|ipv6 ospf6 area 0|isis metric level-1 5|isis metric
|isis password md5 x|ip router isis|router ospf 1|router ospf|router ospf6|router ospfv3 1
|address-family ipv6 unicast|network 10.0.0.0 0.0.0.255 area 0|network 10.0.0.0/24 area 1|network
|area 1 stub no-summary|area 1 range 10.0.0.0 255.0.0.0|area|area 1 nssa|area 0 virtual-link 1.1.1.1
|redistribute bgp 65000 metric 5 subnets|redistribute|default-information originate always metric
|passive-interface default|passive-interface|distance ospf external|distance|max-metric router-lsa external-lsa
|summary-address 10.0.0.0|router isis X|net 49.0001|is-type|redistribute ipv4 connected level-2
|summary-address 10.0.0.0 255.0.0.0 level-1|metric-style|ip route 10.0.0.0 255.0.0.0 Null0
|ip route 0.0.0.0/0 10.0.0.1 track 1|ip route|ip route vrf|ip route vrf X|ipv6 route ::/0 fe80::1 eth0
|ip access-list extended X|ip access-list standard Y|ip access-list|10 permit tcp any any eq www
|permit ip any host|deny udp any range 5|permit 10.0.0.0 0.0.0.255|access-list 10 permit any
|access-list 101 deny ip|access-list|ipv6 access-list Z|permit icmp any any 3 4|remark|object-group network G
|host 10.0.0.1|group-object H|vrf definition RED|vrf instance BLUE|rd 1:1|route-target both 1:1|ip vrf|vrf|exit
|exit-address-family|end|!|banner motd ^C|text ^C|line vty 0 4|access-class|control-plane|service-policy input X
|class-map X|vlan 10,20-30|vlan x|name A|no ip routing|ip routing vrf X|ip router-id 1.1.1.1|router-id|auto swp1
|iface swp1|iface|address 10.0.0.1/24|bond-slaves a b|vrf-table auto|# This file describes the network interfaces
|# ports.conf --|frr version 8|frr version|router bgp 65000|neighbor 10.0.0.1 remote-as 65001|neighbor
|route-map X permit 10|route-map|match ip address|set metric|ip prefix-list P permit 10.0.0.0/8|ip prefix-list
|ip as-path access-list 1 permit ^$|ip community-list 1 permit|aggregate-address|maximum-paths|bgp|route-map X
|continue|feature bgp|vrf context A|vrf member A|vrf member|ip router ospf U area 0|ip router ospf U|hsrp 1|hsrp
|ip 10.0.0.254|vrrpv3 1 address-family ipv4|address 10.0.0.254 primary|interface Ethernet1/1-3,Ethernet1/5
|interface Ethernet1/9-2|system default switchport shutdown|boot nxos bootflash:/nxos.9.2.3.bin
|neighbor 10.0.0.0/24 remote-as 2|neighbor 10.0.0.1|neighbor Ethernet1/1|remote-as 65001|remote-as route-map M
|address-family ipv4 unicast|address-family l2vpn evpn|inherit peer T|inherit peer-policy P 10|inherit peer-session
|template peer T|template peer-policy P|template peer-session S|template|route-map X in|send-community both
|redistribute direct route-map X|redistribute ospf U route-map X|redistribute direct|bestpath med|bestpath
|object-group ip address G|object-group ip port W|10 host 10.0.0.1|10 eq 80|10 range 5|20 permit tcp any portgroup W
|10 permit ip addrgroup G any|ip route 10.0.0.0/8 Ethernet1/1 10.0.0.1 name x tag 5 7|distribute level-2 into level-1
|reference-bandwidth 40 Gbps|reference-bandwidth|auto-cost reference-bandwidth 40 Gbps|maximum-paths mixed 4
|match as-number 1-5|ip community-list standard C permit 1:1|no neighbor 10.0.0.1""".replace("\n", "")

WORDS = st.sampled_from(LINES.split("|"))

#: Rows are parted by `;`, as policies hold bars.
XR_LINES = """hostname r1;interface GigabitEthernet0/0/0/0;interface Bundle-Ether1.5 l2transport;interface preconfigure
;interface;ipv4 address 10.0.0.1 255.255.255.0;ipv4 address 10.0.0.1/24 secondary;ipv4 address;vrf BLUE;vrf;mtu 9000;mtu
;ipv4 access-group common A B ingress;ipv4 access-group A;bundle id 5 mode active;bundle id;encapsulation dot1q 5
;encapsulation;prefix-set A;10.0.0.0/8 le 24,;10.0.0.0/8 le,;10.0.0.0/33;2001:db8::/32 eq 48;,;end-set;community-set C
;65000:1,;*:5,;65000:[1..9;65000:[9..1],;ios-regex '(a*)*b',;ios-regex '_1_';ios-regex;as-path-set P
;neighbor-is '1 [2..3]',;neighbor-is,;length ge 5 all;length;extcommunity-set rt R;extcommunity-set;tag-set T;[5..9]
;rd-set D;route-policy P;route-policy P($a, $b;route-policy Q($a);if destination in A then;if;then
;if destination in (10.0.0.0/8, 11.0.0.0/8 le 24) then;if not (med eq 5 or tag in (1, [2..3])) and origin is igp then
;if as-path in (ios-regex '_1_', length ge 2) then;if community matches-any (65000:*) then;if apply Q(5) then;if (((
;elseif as-path length ge 5 then;elseif;else;endif;pass;drop;done;apply P;apply Q(5);apply Q(;apply
;set community (65000:1) additive;set community C;set community (;set med +5;set med $a;set next-hop self;set;delete
;delete community in C;prepend as-path 65000 2;prepend as-path;replace as-path '1';end-policy;# a remark;!;router static
;address-family ipv4 unicast;address-family ipv6 unicast;address-family;0.0.0.0/0 10.0.0.1 5;10.0.0.0/8 Null0 tag
;no 10.0.0.0/8;10.0.0.0/8;router ospf 1;router ospfv3 X;router ospf;area 0;area;area x;cost 5;cost;passive enable
;network point-to-point;interface Loopback0;redistribute bgp 1 route-policy P;redistribute;range 10.0.0.0/8;stub
;message-digest-key 1 md5 encrypted 0205;default-information originate;distribute-list route-policy P in;router isis X
;net 49.0001;metric 5 level 2;metric;metric-style wide;propagate level 2 into level 1;circuit-type;router bgp 65000
;router bgp;bgp bestpath med always;bgp bestpath;bgp confederation peers 5;bgp;neighbor 10.0.0.2;neighbor 10.0.0.0/24
;neighbor 10.0.0.2 remote-as 5;neighbor;remote-as 65001;remote-as;use neighbor-group G;use;neighbor-group G
;session-group S;af-group F address-family ipv4 unicast;af-group;route-policy P in;route-policy Q (5) out
;route-policy in;next-hop-self inheritance-disable;maximum-prefix 5 80;maximum-prefix;password encrypted 0205
;network 10.0.0.0/8 route-policy P;network;aggregate-address 10.0.0.0/8 summary-only;maximum-paths ebgp 4;rd 1:1
;vrf BLUE address-family ipv4 unicast import route-target 1:1;import route-target;1:1;x;export route-policy P
;router hsrp;hsrp 1;hsrp 1 address 10.0.0.1;address 10.0.0.254;address;ipv4 access-list A
;ipv4 access-list A 10 permit ipv4 any any
;10 permit tcp any any eq www;20 deny 10.0.0.0/8;30;permit;ipv6 access-list B;object-group network ipv4 G;host 10.0.0.1
;line default;access-class ingress A;ssh server vrf X ipv4 access-list A;ssh server;control-plane;banner motd ^C;^C;end
;router bgp 65000 vrf BLUE neighbor 10.0.0.9 address-family ipv4 unicast route-policy P in""".replace("\n", "")
XR_WORDS = st.sampled_from(XR_LINES.split(";"))


@st.composite
def configurations(draw: st.DrawFn, words: st.SearchStrategy[str] = WORDS) -> str:
    rows = []
    for _ in range(draw(st.integers(0, 30))):
        row = draw(words)
        damage = draw(st.integers(0, 9))
        if damage == 0:
            row = row[: draw(st.integers(0, len(row)))]
        elif damage == 1:
            row = f"{row} {draw(st.text(max_size=8))}"
        elif damage == 2:
            row = f"no {row}"
        rows.append(" " * draw(st.integers(0, 3)) + row)
    return "\n".join(rows)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=configurations(), vendor=st.sampled_from([Vendor.IOS, Vendor.NXOS, Vendor.EOS, Vendor.FRR]))
def test_any_lines_end_in_a_state(text: str, vendor: Vendor) -> None:
    every_line_has_a_state(read(text, "configs/x.cfg", vendor), text)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=configurations(XR_WORDS))
def test_so_do_those_of_ios_xr(text: str) -> None:
    every_line_has_a_state(read_xr(text, "configs/x.cfg", Vendor.IOSXR), text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=configurations(XR_WORDS), lines=configurations(XR_WORDS))
def test_any_lines_typed_into_ios_xr_are_taken_or_refused(text: str, lines: str) -> None:
    with suppress(InputInvalid):
        after = merge(text, lines, "iosxr", file="r1.cfg", change_file="c.yaml").text
        every_line_has_a_state(read_xr(after, "configs/x.cfg", Vendor.IOSXR), after)


def every_line_has_a_state(device: Device, text: str) -> None:
    rows = text.split("\n")
    assert len(device.coverage.states) == len(rows)
    for row, state in zip(rows, device.coverage.states, strict=True):
        if state == LineState.BLANK:
            assert not row.strip() or row.strip()[0] in "!#"
    noted = {note.line for note in device.coverage.notes}
    for number, state in enumerate(device.coverage.states, 1):
        assert (number in noted) == (state not in (LineState.BLANK, LineState.IMPLEMENTED))


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_a_device(text: str) -> None:
    assert len(parse_device(text, "configs/x.cfg").coverage.states) == text.count("\n") + 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=configurations(), vendor=st.sampled_from([Vendor.IOS, Vendor.NXOS, Vendor.EOS, Vendor.FRR]))
def test_line_ends_of_windows_change_nothing(text: str, vendor: Vendor) -> None:
    text = text.replace("\r", "")
    assert read(text.replace("\n", "\r\n"), "configs/x.cfg", vendor) == read(text, "configs/x.cfg", vendor)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=configurations(), lines=configurations())
def test_any_lines_typed_into_nxos_are_taken_or_refused(text: str, lines: str) -> None:
    with suppress(InputInvalid):
        after = merge(text, lines, "nxos", file="r1.cfg", change_file="c.yaml").text
        every_line_has_a_state(read(after, "configs/x.cfg", Vendor.NXOS), after)
