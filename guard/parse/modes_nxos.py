"""Cisco NX-OS's configuration modes, in the notation of `modes_rule`; flags as in `modes_frr` and `modes_ios`.

NX-OS nests: a neighbor is a mode of its own with one mode a family below it, a VRF's static routes stand in
`vrf context`, a process's VRFs in the process. `head`: an option that some releases print in the header of a block
(`neighbor A remote-as N`) is a line of the block.
Sources: Cisco Nexus 9000 Series NX-OS command references and configuration guides (Unicast Routing, Interfaces).
"""

SESSION = """
remote-as <asn> ; any
remote-as route-map <word> ; any
inherit peer <word> ; any
inherit peer-session <word> ; any
local-as <asn> ... ; any
description ... ; any
update-source <iface> ; any
ebgp-multihop ... ; any
disable-connected-check
ttl-security hops <1-254> ; any
password ... ; any
timers <0-3600> <0-3600> ; any
shutdown
bfd ... ; any
remove-private-as ... ; any
transport connection-mode passive
dont-capability-negotiate
dynamic-capability
capability =...
log-neighbor-changes ... ; any
low-memory exempt
maximum-peers <1-1000> ; any
peer-type ... ; any
graceful-shutdown =...
affinity-group ... ; any
as-override
enforce-first-as
ebgp-peering =...
idle-restart-timer <1-65535> ; any
path-attribute =...
bmp-activate-server <1-2> ; any
egress-engineering ...
internal-vpn-client
"""

FAMILY = """
advertise-map =<word> ... ; any
advertise =...
advertisement-interval <1-600> ; any
allowas-in ... ; any
as-override
capability =...
default-originate ... ; any
disable-peer-as-check
encapsulation =...
filter-list <word> in|out ; any
import =...
inherit peer-policy =<word> ... ; any
maximum-prefix <1-300000000> ... ; any
next-hop-self ... ; any
next-hop-third-party ; on
prefix-list <word> in|out ; any
rewrite-evpn-rt-asn
rewrite-rt-asn
route-map <word> in|out ; any
route-reflector-client
route-server-client
send-community
send-community extended|standard|both
send-label =...
soft-reconfiguration inbound ... ; any
soo <word> ; any
suppress-inactive
unsuppress-map <word> ; any
weight <0-65535> ; any
link-bandwidth ...
"""

# EIGRP: what stands in a process, in its families and in its VRFs.
EIGRP = """
autonomous-system <1-65535> ; any
router-id <ip> ; any
network =<pfx>
network =<ip> =<wild>
passive-interface default
redistribute direct|static|hmm|amt|lisp {route-map} <word> ; any
redistribute bgp|eigrp|isis|ospf|ospfv3|rip =<word> {route-map} <word> ; any
redistribute maximum-prefix ... ; any
default-metric ... ; any
default-information originate ... ; any
distance <1-255> <1-255> ; any
maximum-paths <1-128> ; any
variance <1-128> ; any
metric weights ... ; any
metric rib-scale <1-255> ; any
metric version 64bit
metric maximum-hops <1-255> ; any
stub ... ; any
eigrp stub ... ; any
eigrp router-id <ip> ; any
log-adjacency-changes
log-neighbor-warnings ... ; any
timers =...
table-map <word> ... ; any
authentication =...
graceful-restart ...
nsf ...
bfd
flush-routes
isolate
shutdown
"""

GRAMMAR = f"""
[global]
version ...
hostname <word>
switchname <word>
vdc =... -> other
feature =<word> ...
feature-set =<word>
install =...
no password strength-check
password =...
username =<word> ... ; any
userpassphrase =...
role =... -> other
banner =<word> ...
ssh =...
telnet =...
cli =...
aaa group server =<word> =<word> -> other
aaa =...
tacacs-server =...
radius-server =...
snmp-server =...
rmon =...
ntp =...
clock =...
logging =...
crypto =... -> other
boot =...
license =...
system default switchport ; any
system default switchport shutdown ; any
system =...
copp profile strict|moderate|lenient|dense
copp =...
hardware =...
power =...
slot =... -> other
fabric =...
nv overlay evpn
nv =...
icam =...
nxapi =...
scheduler =... -> other
ip domain-lookup
ip domain-name <word>
ip domain-list =<word>
ip name-server =...
ip host =...
ip source-route
ip route =<pfx> =<ifname> =<ip> vrf =<word> ... ; any
ip route =<pfx> =<ifname> =<ip> ... ; any
ip route =<pfx> =<via> vrf =<word> ... ; any
ip route =<pfx> =<via> ... ; any
ip route =<ip> =<mask> =<via> ... ; any
ip route static =...
ipv6 route =<pfx6> =<ifname> =<ip6> vrf =<word> ... ; any
ipv6 route =<pfx6> =<ifname> =<ip6> ... ; any
ipv6 route =<pfx6> =<via> vrf =<word> ... ; any
ipv6 route =<pfx6> =<via> ... ; any
ipv6 route static =...
ip prefix-list =<word> seq =<1-4294967294> {{permit|deny}} <pfx> ... ; seq range
ip prefix-list =<word> permit|deny <pfx> ... ; autoseq range
ip prefix-list =<word> description ...
no ip prefix-list =<word>
no ip prefix-list =<word> seq =<1-4294967294>
ipv6 prefix-list =<word> seq =<1-4294967294> {{permit|deny}} <pfx6> ... ; seq range
ipv6 prefix-list =<word> permit|deny <pfx6> ... ; autoseq range
ipv6 prefix-list =<word> description ...
no ipv6 prefix-list =<word>
no ipv6 prefix-list =<word> seq =<1-4294967294>
ip as-path access-list =<word> seq =<1-4294967294> {{permit|deny}} ... ; seq
ip as-path access-list =<word> permit|deny ... ; autoseq1
no ip as-path access-list =<word>
no ip as-path access-list =<word> seq =<1-4294967294>
ip community-list standard|expanded =<word> seq =<1-4294967294> {{permit|deny}} ... ; seq
ip community-list standard|expanded =<word> permit|deny ... ; autoseq1
no ip community-list standard|expanded =<word>
no ip community-list standard|expanded =<word> seq =<1-4294967294>
ip extcommunity-list standard|expanded =<word> seq =<1-4294967294> {{permit|deny}} ... ; seq
ip extcommunity-list standard|expanded =<word> permit|deny ... ; autoseq1
no ip extcommunity-list standard|expanded =<word>
no ip extcommunity-list standard|expanded =<word> seq =<1-4294967294>
ip large-community-list standard|expanded =<word> seq =<1-4294967294> {{permit|deny}} ... ; seq
ip large-community-list standard|expanded =<word> permit|deny ... ; autoseq1
no ip large-community-list standard|expanded =<word>
no ip large-community-list standard|expanded =<word> seq =<1-4294967294>
ip access-list =<word> -> acl
ipv6 access-list =<word> -> acl
mac access-list =<word> -> other
arp access-list =<word> -> other
resequence ip|ipv6|mac access-list =<word> <1-4294967295> <1-4294967295>
object-group ip|ipv6 address|port =<word> -> group
object-group =... -> other
ip sla =... -> other
ip arp =...
ip dhcp =...
ipv6 dhcp =...
ip dns =...
ip tcp =...
ip icmp =...
ip http =...
ip ftp =...
ip tftp =...
ip telnet =...
ip igmp =...
ip pim =...
ip msdp =...
ip mroute =...
ip multicast =...
ip radius =...
ip tacacs =...
ip flow =...
ip load-sharing =...
ip local =...
ip verify =...
ip nat =...
ip adjacency =...
ip auto-discard
ip forward-protocol =...
ip unreachables
ipv6 pim =...
ipv6 mld =...
ipv6 nd =...
ipv6 neighbor =...
ipv6 icmp =...
ipv6 adjacency =...
ipv6 local =...
ipv6 switch-packets =...
ipv6 snooping =...
fabric forwarding =...
spanning-tree =...
errdisable =...
udld =...
lldp =...
cdp =...
lacp =...
vtp =...
mac =...
vpc domain =<1-1000> -> other
fex =<word> -> other
port-channel =...
port-profile =... -> other
vlan access-map =... -> other
vlan configuration =... -> other
vlan filter =...
vlan dot1q =...
vlan =<vlans> -> vlan
vrf context =<word> -> vrf
track =<1-1000> ... -> track
class-map =... -> cmap
policy-map =... -> pmap
control-plane -> control-plane
table-map =... -> other
monitor =... -> other
flow =... -> other
sampler =... -> other
sflow =...
telemetry -> other
callhome -> other
event =... -> other
key chain =<word> ... -> keychain
bfd =...
mpls =... -> other
segment-routing ... -> other
evpn ... -> other
route-map =<word> -> rmap ; rmap
route-map =<word> pbr-statistics
route-map =<word> {{permit|deny}} -> rmap ; rmap
route-map =<word> <0-65535> -> rmap ; rmap
route-map =<word> {{permit|deny}} =<0-65535> -> rmap ; seq
no route-map =<word>
interface breakout =...
interface =<ifname> ... -> interface
line console|vty ... -> line
line =...
router bgp =<asn> -> bgp
router ospf =<word> -> ospf
router ospfv3 =<word> -> ospfv3
router eigrp =<word> -> eigrp
router isis =<word> -> isis
router rip =<word> -> other
router =... -> other
no router bgp =<asn>
rib =...
terminal =...
alias =...
location =...
poap =...
tunnel-profile =... -> other
maintenance =... -> other
configure =... -> other
hsrp =...
vrrp =...
dot1x =...
qos =...
end

[interface]
description ... ; any
switchport
switchport mode ... ; any
switchport access vlan ... ; any
switchport trunk native|allowed ... ; any
switchport =...
shutdown
shutdown force
vrf member <word> ; any do:vrf
ip address =<pfx> secondary ... ; secondary
ip address <pfx>
ip address <pfx> tag|route-preference ...
ip address =<ip> =<mask> secondary ... ; secondary
ip address <ip> <mask> ...
ip address {{dhcp}} ...
no ip address
no ipv6 address
ip unnumbered <iface> ; any
ip forward
ipv6 forward
ipv6 address =<pfx6> ...
ipv6 address =dhcp|autoconfig|use-link-local-only ...
ipv6 link-local =<ip6> ...
ip access-group <word> in|out ; any
ipv6 traffic-filter <word> in|out ; any
ip port =...
ipv6 port =...
mac port =...
ip router ospf =<word> area <area> ... ; any
ip router ospf =<word> multi-area <area> ; any
ip router isis|eigrp|rip <word> ; any
ipv6 router ospfv3 =<word> area <area> ... ; any
ipv6 router isis|eigrp <word> ; any
ip ospf cost <1-65535> ; any
ip ospf network {{point-to-point|broadcast}} ; any
ip ospf priority <0-255> ; any
ip ospf hello-interval|dead-interval|retransmit-interval|transmit-delay <1-65535> ; any
ip ospf mtu-ignore
ip ospf passive-interface ; any
ip ospf shutdown
ip ospf authentication ... ; any
ip ospf authentication-key ... ; any
ip ospf message-digest-key =<0-255> ... ; any
ip ospf advertise-subnet
ip ospf prefix-attributes ...
ip ospf bfd ... ; any
ip ospf =...
ospfv3 cost <1-65535> ; any
ospfv3 network {{point-to-point|broadcast}} ; any
ospfv3 priority|hello-interval|dead-interval <0-65535> ; any
ospfv3 passive-interface ; any
ospfv3 =...
isis metric <1-16777215> ... ; any
isis network point-to-point ; any
isis circuit-type {{level-1|level-2|level-1-2}} ; any
isis passive-interface ... ; any
isis =...
ip passive-interface eigrp =<word> ; shown
ip bandwidth eigrp =<word> <1-2560000000> ; any
ip delay eigrp =<word> ... ; any
ip summary-address eigrp =<word> =<pfx> ... ; any
ip summary-address eigrp =<word> =<ip> =<mask> ... ; any
ip distribute-list eigrp =<word> prefix-list|route-map <word> in|out ; any
ip hello-interval|hold-time eigrp =<word> <1-65535> ; any
ip authentication mode|key-chain eigrp =<word> <word> ; any
ip split-horizon eigrp =<word> ; on
ip next-hop-self eigrp =<word> ; on
ip bandwidth-percent eigrp =<word> <1-100> ; any
ip eigrp =<word> shutdown
ipv6 passive-interface eigrp =<word> ; shown
ipv6 bandwidth|delay|hello-interval|hold-time|bandwidth-percent eigrp =<word> ... ; any
ipv6 summary-address eigrp =<word> =<pfx6> ... ; any
ipv6 distribute-list eigrp =<word> prefix-list|route-map <word> in|out ; any
ipv6 split-horizon|next-hop-self eigrp =<word> ; on
ip eigrp =...
ip bandwidth =...
ip delay =...
ip summary-address =...
ip policy route-map <word> ; any
ipv6 policy route-map <word> ; any
ip igmp =...
ip pim =...
ipv6 pim =...
ipv6 mld =...
ip helper-address =...
ip dhcp =...
ipv6 dhcp =...
ip redirects ; on
ip unreachables
ip port-unreachable ; on
ip proxy-arp
ip local-proxy-arp
ip directed-broadcast ...
ip arp =...
ip verify =...
ip flow =...
ip mtu <68-65535> ; any
ip tcp =...
ip nat =...
ip dns =...
ip rip =...
ip split-horizon =...
ip distribute-list =...
ip passive-interface =...
ip hello-interval|hold-time =...
ip authentication =...
ipv6 redirects ; on
ipv6 unreachables
ipv6 nd =...
ipv6 neighbor =...
ipv6 verify =...
ipv6 eigrp =...
mtu <576-9216> ; any
bandwidth ... ; any
delay ... ; any
speed ... ; any
duplex ... ; any
negotiate =...
medium ... ; any
encapsulation dot1q <1-4094> ; any
encapsulation ... ; any
channel-group <1-4096> ... ; any
vpc =...
lacp =...
port-channel =...
fex =...
spanning-tree =...
storm-control =...
service-policy =...
udld =...
cdp =...
lldp =...
logging =...
snmp =...
beacon
fec ...
autostate ; on
carrier-delay ... ; any
load-interval =...
link =...
flowcontrol =...
priority-flow-control =...
mac-address <word> ; any
mac =...
bfd =...
mdix =...
hardware =...
fabric =...
hsrp version <1-2> ; any
hsrp delay ... ; any
hsrp bfd
hsrp use-bia ...
hsrp mac-refresh ...
hsrp =<0-4095> -> hsrp
hsrp =<0-4095> ipv4|ipv6 -> hsrp
vrrp =<1-255> -> hsrp
vrrpv3 =<1-255> address-family ipv4|ipv6 -> hsrp
vrrpv2 =...
tunnel =...
member =... -> other
source-interface ... ; any
host-reachability =...
global =...
advertise =...
mpls =...
management
ptp =...
dot1x =...
packet =...
queue-limit =...
inherit =...
private-vlan =...
vtp

[hsrp]
ip <ip> ; any
ip =<ip6> secondary
ip =<ip> secondary
ip <ip6> ; any
address <ip> ; any
address =<ip> secondary
address =...
priority ... ; any
preempt ... ; any
authentication ... ; any
timers ... ; any
track =<1-500> ... ; any
name ... ; any
shutdown
=...

[bgp]
router-id <ip> ; any
cluster-id <word> ; any
confederation identifier <asn> ; any
confederation peers ... ; acc
bestpath as-path multipath-relax
bestpath as-path ignore
bestpath med missing-as-worst
bestpath med confed
bestpath med non-deterministic
bestpath always-compare-med
bestpath compare-routerid
bestpath =...
log-neighbor-changes
fast-external-fallover ; on
enforce-first-as ; on
graceful-restart ... ; any
graceful-shutdown =...
maxas-limit <1-2000> ; any
reconnect-interval <1-60> ; any
suppress-fib-pending ; on
timers bgp <0-3600> <0-3600> ; any
timers =...
shutdown
disable-policy-batching ...
dynamic-med-interval <20-300> ; any
event-history =...
flush-routes
isolate ...
neighbor-down =...
nexthop =...
prefix-peer-timeout <0-1200> ; any
prefix-peer-wait <0-1200> ; any
rd dual ...
bmp-server =... -> other
allocate-index <word> ; any
local-as <asn> ; any
address-family ipv4|ipv6 unicast -> bgp-af
address-family ... -> bgp-other
template peer =<word> -> bgp-neighbor
template peer-session =<word> -> bgp-session
template peer-policy =<word> -> bgp-neighbor-af
neighbor =<peer> ... -> bgp-neighbor ; head
neighbor =<pfx> ... -> bgp-neighbor ; head
neighbor =<pfx6> ... -> bgp-neighbor ; head
vrf =<word> -> bgp-vrf

[bgp-vrf]
$bgp
address-family ipv4|ipv6 unicast -> bgp-af
address-family ... -> bgp-other
neighbor =<peer> ... -> bgp-neighbor ; head
neighbor =<pfx> ... -> bgp-neighbor ; head
neighbor =<pfx6> ... -> bgp-neighbor ; head

[bgp-af]
network =<pfx> ... ; any
network =<ip> mask =<mask> ... ; any
network =<pfx6> ... ; any
aggregate-address =<pfx> ... ; any
aggregate-address =<ip> =<mask> ... ; any
aggregate-address =<pfx6> ... ; any
redistribute direct|static|hmm|amt|lisp|srv6 {{route-map}} <word> ; any
redistribute ospf|ospfv3|eigrp|isis|rip =<word> {{route-map}} <word> ; any
default-information originate
default-metric <0-4294967295> ; any
distance <1-255> <1-255> <1-255> ; any
maximum-paths <1-128> ; any
maximum-paths ibgp|eibgp|mixed <1-128> ; any
client-to-client reflection ; on
additional-paths =...
advertise =...
dampen-igp-metric <20-3600> ; any
dampening ... ; any
export-gateway-ip
inject-map =...
label-allocation-mode ...
nexthop =...
retain =...
suppress-inactive
table-map <word> ... ; any
timers =...
wait-igp-convergence
import =...
export =...
allocate-label =...
bgp =...

[bgp-other]
=...

[bgp-session]
{SESSION}

[bgp-neighbor]
{SESSION}
address-family ipv4|ipv6 unicast -> bgp-neighbor-af
address-family ... -> bgp-neighbor-af

[bgp-neighbor-af]
{FAMILY}

[eigrp]
{EIGRP}
address-family ipv4|ipv6 unicast -> eigrp-af
vrf =<word> -> eigrp-vrf

[eigrp-vrf]
{EIGRP}
address-family ipv4|ipv6 unicast -> eigrp-af

[eigrp-af]
{EIGRP}

[ospf]
router-id <ip> ; any
area =<area> stub ... ; any
area =<area> nssa ... ; any
area =<area> range =<pfx> ... ; any
area =<area> range =<ip> =<mask> ... ; any
area =<area> virtual-link =<ip> -> other
area =<area> authentication ... ; any
area =<area> default-cost <0-16777215> ; any
area =<area> filter-list route-map <word> in|out ; any
no area =<area>
area =<area> =...
auto-cost reference-bandwidth <1-4000000> ... ; any
default-information originate ... ; any
default-metric <1-16777214> ; any
distance <1-255> ; any
log-adjacency-changes ... ; any
max-metric router-lsa ... ; any
max-lsa ... ; any
maximum-paths <1-128> ; any
network =<pfx> area <area>
network =<ip> =<wild> area <area>
passive-interface default
redistribute direct|static|hmm|amt {{route-map}} <word> ; any
redistribute bgp|eigrp|isis|ospf|rip =<word> {{route-map}} <word> ; any
redistribute maximum-prefix ... ; any
rfc1583compatibility
compatible rfc1583
summary-address =<pfx> ... ; any
summary-address =<ip> =<mask> ... ; any
table-map <word> ... ; any
timers =...
bfd
graceful-restart ... ; any
shutdown
name-lookup
nsf ...
isolate
flush-routes
mpls =...
segment-routing ...
router-id =...
down-bit-ignore
domain-tag <word> ; any
domain-id ... ; any
discard-route =...
capability =...
vrf =<word> -> ospf-vrf

[ospf-vrf]
$ospf

[ospfv3]
$ospf
address-family ipv6 unicast -> ospf-af
vrf =<word> -> ospfv3-vrf
=...

[ospfv3-vrf]
$ospf
address-family ipv6 unicast -> ospf-af
=...

[ospf-af]
area =<area> range =<pfx6> ... ; any
area =<area> default-cost <0-16777215> ; any
area =<area> filter-list route-map <word> in|out ; any
default-information originate ... ; any
default-metric <1-16777214> ; any
distance <1-255> ; any
maximum-paths <1-128> ; any
redistribute direct|static {{route-map}} <word> ; any
redistribute bgp|eigrp|isis|ospfv3|rip =<word> {{route-map}} <word> ; any
redistribute maximum-prefix ... ; any
summary-address =<pfx6> ... ; any
table-map <word> ... ; any
timers =...
=...

[isis]
net <word> ; any
is-type {{level-1|level-1-2|level-2}} ; any
metric-style transition
set-overload-bit ... ; any
passive-interface default ... ; any
reference-bandwidth ... ; any
log-adjacency-changes
distance <1-255> ; any
address-family ipv4|ipv6 unicast -> isis-af
vrf =<word> -> isis-vrf
authentication =...
authentication-check ...
authentication-type ... ; any
lsp-gen-interval|lsp-mtu|max-lsp-lifetime|spf-interval ... ; any
hostname dynamic
graceful-restart ...
shutdown
=...

[isis-vrf]
$isis
address-family ipv4|ipv6 unicast -> isis-af

[isis-af]
redistribute direct|static {{route-map}} <word> ; any
redistribute bgp|eigrp|ospf|rip|isis|ospfv3 =<word> {{route-map}} <word> ; any
distance <1-255> ; any
maximum-paths <1-128> ; any
summary-address =<pfx> ... ; any
summary-address =<pfx6> ... ; any
default-information originate ... ; any
distribute =... ; any
multi-topology
set-attached-bit
advertise interface ... ; any
router-id ... ; any
=...

[rmap]
description ... ; any
match ip address prefix-list ... ; acc
match ip address <word> ; any
match ip next-hop prefix-list ... ; acc
match ip next-hop ... ; acc
match ip route-source prefix-list ... ; acc
match ip route-source ... ; acc
match ip multicast ... ; any
match ipv6 address prefix-list ... ; acc
match ipv6 address <word> ; any
match ipv6 next-hop prefix-list ... ; acc
match ipv6 route-source prefix-list ... ; acc
match ipv6 =...
match as-number ... ; acc
match as-path ... ; acc
match community ... ; acc
match extcommunity ... ; acc
match large-community ... ; acc
match interface ... ; acc
match length <0-65535> <0-65535>
match mac-list ... ; acc
match metric ... ; acc
match ospf-area ... ; acc
match route-type ... ; acc
match source-protocol ... ; acc
match tag ... ; acc
match vlan ... ; any
match evpn =...
continue ; any
continue <1-65535> ; any
set as-path prepend last-as <1-10> ; any
set as-path prepend ... ; any
set as-path tag
set as-path replace ... ; any
set comm-list <word> delete ; any
set extcomm-list <word> delete ; any
set large-comm-list <word> delete ; any
set community ... ; any
set large-community ... ; any
set dampening ... ; any
set distance ... ; any
set extcommunity rt|cost|color|evpn|4byteas-generic|bandwidth ... ; any
set forwarding-address
set interface ... ; any
set ip next-hop ... ; any
set ip =default|precedence|address|tos ...
set ipv6 next-hop ... ; any
set ipv6 =default|precedence|address ...
set label-index <0-471788> ; any
set level ... ; any
set local-preference <0-4294967295> ; any
set metric ... ; any
set metric-type {{internal|external|type-1|type-2}} ; any
set mpls =...
set nssa-only
set origin {{egp|igp|incomplete}} ; any
set path-selection =...
set tag <0-4294967295> ; any
set vrf ... ; any
set weight <0-65535> ; any
set evpn =...

[acl]
permit|deny =... ; acl
remark =... ; acl
=<1-4294967295> {{permit|deny|remark}} ... ; acl
statistics per-entry
fragments permit-all|deny-all
ignore =...

[group]
=<1-4294967295> ... ; any
=...

[vrf]
description ... ; any
rd <word> ; any
vni =<1-16777214> ... ; any
shutdown
ip route =<pfx> =<ifname> =<ip> vrf =<word> ... ; any
ip route =<pfx> =<ifname> =<ip> ... ; any
ip route =<pfx> =<via> vrf =<word> ... ; any
ip route =<pfx> =<via> ... ; any
ip route =<ip> =<mask> =<via> ... ; any
ip route static =...
ipv6 route =<pfx6> =<ifname> =<ip6> vrf =<word> ... ; any
ipv6 route =<pfx6> =<ifname> =<ip6> ... ; any
ipv6 route =<pfx6> =<via> vrf =<word> ... ; any
ipv6 route =<pfx6> =<via> ... ; any
ipv6 route static =...
ip =...
ipv6 =...
mdt =...
address-family ipv4|ipv6 unicast -> vrf-af

[vrf-af]
route-target export|import|both =<word> =...
import =...
export =...
maximum routes ... ; any
=...

[vlan]
name ... ; any
state ... ; any
shutdown
vn-segment ... ; any
mode ... ; any
=...

[line]
=...

[track]
=...

[keychain]
key =<0-65535> -> key

[key]
key-string ... ; any
accept-lifetime ... ; any
send-lifetime ... ; any
cryptographic-algorithm ... ; any

[cmap]
match =...
description ... ; any

[pmap]
class ... -> pmap-class
description ... ; any
=...

[pmap-class]
=...

[control-plane]
service-policy input <word> ; any
=...

[other]
=...
"""
