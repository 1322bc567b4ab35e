"""FRR's configuration modes (vtysh, 8.x to 10.x), in the notation of `modes_rule`.

Flags say what the merge must know: `on` (the default; its `no` form is what is shown), `acc` (values accumulate),
`seq` (entries ordered by number), `full` (a `no` must name it all), `must` (a `no` of what is not there is refused),
`any` (a `no` need not name the value that stands there), `do:NAME` (a consequence, in guard.snapshot.merge.cascade).
"""

GRAMMAR = """
[global]
hostname <word>
domainname <word>
password ...
username =<word> ...
enable password ...
log =...
debug =...
service =...
frr version|defaults ...
ip forwarding
ipv6 forwarding
ip router-id <ip>
router-id <ip>
ipv6 router-id <ip6>
agentx
banner ...
interface =<ifname> -> interface
interface =<ifname> vrf =<word> -> interface
vrf =<word> -> vrf
router bgp -> bgp ; bgp
router bgp =<asn> -> bgp ; must
router bgp =<asn> as-notation {dot|dot+|plain} -> bgp
router bgp =<asn> vrf|view =<word> -> bgp
router bgp =<asn> vrf|view =<word> as-notation {dot|dot+|plain} -> bgp
no router bgp ; bgp
router ospf -> ospf
router ospf =<1-65535> -> ospf
router ospf vrf =<word> -> ospf
router ospf =<1-65535> vrf =<word> -> ospf
router ospf6 -> ospf6
router ospf6 vrf =<word> -> ospf6
router isis =<word> -> isis
router isis =<word> vrf =<word> -> isis
router rip -> ripv2
router rip vrf <word> -> ripv2
router ripng -> rip
router eigrp =<1-65535> -> rip
router babel -> rip
router openfabric =<word> -> isis
ip route =<pfx> =<via> ; any must
ip route =<pfx> =<via> <1-255> ; any must
ip route =<pfx> =<via> =<via> ; any must
ip route =<pfx> =<via> =<via> <1-255> ; any must
ip route =<pfx> =<via> tag ... ; any must
ip route =<pfx> =<via> nexthop-vrf|table|vrf|label|onlink|color|segments|bfd =... ; any must
ip route =<ip> =<mask> =<via>
ip route =<ip> =<mask> =<via> <1-255>
ip route =<pfx> =<via> =<via> vrf|nexthop-vrf|table|label|onlink|tag =... ; any must
ip route =<pfx> =<via> <1-255> vrf|nexthop-vrf|table =... ; any must
ip mroute =...
ipv6 route =<pfx6> =<via> ; any must
ipv6 route =<pfx6> =<via> <1-255> ; any must
ipv6 route =<pfx6> =<via> =<via> ; any must
ipv6 route =<pfx6> =<via> =<via> <1-255> ; any must
ipv6 route =<pfx6> =<via> tag ... ; any must
ipv6 route =<pfx6> =<via> from|nexthop-vrf|table|vrf|label|onlink|color|segments|bfd =... ; any must
ipv6 route =<pfx6> =<via> =<via> vrf|nexthop-vrf|table|label|onlink|tag =... ; any must
ip prefix-list =<word> seq =<1-4294967295> {permit|deny} {any} ; seq range
ip prefix-list =<word> seq =<1-4294967295> {permit|deny} <pfx> ... ; seq range
ip prefix-list =<word> permit|deny <pfx> ... ; autoseq range
ip prefix-list =<word> permit|deny {any} ; autoseq range
ip prefix-list =<word> description ...
no ip prefix-list =<word>
no ip prefix-list =<word> seq =<1-4294967295>
ipv6 prefix-list =<word> seq =<1-4294967295> {permit|deny} {any} ; seq range
ipv6 prefix-list =<word> seq =<1-4294967295> {permit|deny} <pfx6> ... ; seq range
ipv6 prefix-list =<word> permit|deny <pfx6> ... ; autoseq range
ipv6 prefix-list =<word> permit|deny {any} ; autoseq range
ipv6 prefix-list =<word> description ...
no ipv6 prefix-list =<word>
no ipv6 prefix-list =<word> seq =<1-4294967295>
access-list =<word> seq =<1-4294967295> permit|deny ... ; seq
access-list =<word> permit|deny ... ; autoseq
access-list =<word> remark ...
no access-list =<word>
no access-list =<word> seq =<1-4294967295>
ipv6 access-list =<word> seq =<1-4294967295> permit|deny ... ; seq
ipv6 access-list =<word> permit|deny ... ; autoseq
no ipv6 access-list =<word>
bgp as-path access-list =<word> seq =<0-4294967295> {permit|deny} ... ; seq
bgp as-path access-list =<word> permit|deny ... ; autoseq
no bgp as-path access-list =<word>
ip community-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
ip community-list standard|expanded =<word> permit|deny ... ; autoseq
ip community-list =<word> seq =<1-4294967295> {permit|deny} ... ; seq
ip community-list =<1-500> permit|deny ... ; autoseq
no ip community-list standard|expanded =<word>
no ip community-list =<word>
no ip community-list standard|expanded =<word> seq =<1-4294967295>
ip large-community-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
ip large-community-list standard|expanded =<word> permit|deny ... ; autoseq
no ip large-community-list standard|expanded =<word>
ip extcommunity-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
ip extcommunity-list standard|expanded =<word> permit|deny ... ; autoseq
no ip extcommunity-list standard|expanded =<word>
bgp community-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
bgp community-list standard|expanded =<word> permit|deny ... ; autoseq
bgp community-list =<word> seq =<1-4294967295> {permit|deny} ... ; seq
bgp community-list =<1-500> permit|deny ... ; autoseq
no bgp community-list standard|expanded =<word>
no bgp community-list =<word>
no bgp community-list standard|expanded =<word> seq =<1-4294967295>
bgp large-community-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
bgp large-community-list standard|expanded =<word> permit|deny ... ; autoseq
no bgp large-community-list standard|expanded =<word>
bgp extcommunity-list standard|expanded =<word> seq =<1-4294967295> {permit|deny} ... ; seq
bgp extcommunity-list standard|expanded =<word> permit|deny ... ; autoseq
no bgp extcommunity-list standard|expanded =<word>
bgp route-map delay-timer <0-600> ; any
bgp suppress-fib-pending
bgp graceful-shutdown
bgp update-delay ... ; any
ip protocol =<word> route-map <word>
ipv6 protocol =<word> route-map <word>
ip nht resolve-via-default
ipv6 nht resolve-via-default
route-map =<word> {permit|deny} =<1-65535> -> rmap ; seq
no route-map =<word>
route-map =<word> optimization
line vty -> line
key chain =<word> -> keychain
bfd -> bfd
pbr-map =<word> seq =<1-700> -> pbr
nexthop-group =<word> -> nhg
mpls ldp -> ldp
mpls =...
segment-routing -> segment-routing
rpki -> rpki
l2vpn =<word> type {vpls} -> l2vpn
zebra =...
vni =...
allow-external-route-update
fpm =...

[interface]
description ... ; bare
ip address =<pfx> ; must
ip address =<pfx> label =<word>
ip address =<ip> peer =<pfx>
ipv6 address =<pfx6> ; must
ipv6 nd =...
shutdown
bandwidth <1-1000000>
link-detect
multicast
mpls enable
mpls bandwidth ...
ip ospf area <area> ; any
ip ospf =<1-65535> area <area> ; any
ip ospf cost <1-65535> ; any
ip ospf hello-interval <1-65535> ; any
ip ospf dead-interval ... ; any
ip ospf retransmit-interval|transmit-delay <1-65535> ; any
ip ospf priority <0-255> ; any
ip ospf network {point-to-point|broadcast|non-broadcast|point-to-multipoint} ... ; any
ip ospf passive
ip ospf mtu-ignore
ip ospf bfd
ip ospf authentication ... ; any
ip ospf authentication-key ... ; any
ip ospf message-digest-key =<1-255> ... ; any
ipv6 ospf6 area <area> ; any
ipv6 ospf6 cost|priority|hello-interval|dead-interval|instance-id <0-65535> ; any
ipv6 ospf6 ifmtu|retransmit-interval|transmit-delay <0-65535> ; any
ipv6 ospf6 network {point-to-point|broadcast|point-to-multipoint} ; any
ipv6 ospf6 passive
ipv6 ospf6 mtu-ignore
ipv6 ospf6 bfd
ip router isis <word> ; any
ipv6 router isis <word> ; any
isis metric level-1|level-2 <0-16777215> ; any
isis metric <0-16777215> ; any
isis circuit-type {level-1|level-2-only|level-1-2} ; any
isis network {point-to-point} ; any
isis passive
isis priority <0-127> ... ; any
isis hello-interval|hello-multiplier|csnp-interval|psnp-interval =...
isis password ... ; any
isis topology =...
isis bfd
ip pim
ip pim =...
ip igmp
ip igmp =...
ip rip =...
evpn =...
vrrp =...
pbr-policy <word> ; any
link-params -> link-params

[link-params]
=...

[vrf]
vni <1-16777215>
ip route =<pfx> =<via> ; any must
ip route =<pfx> =<via> <1-255> ; any must
ip route =<pfx> =<via> =... ; any must
ipv6 route =<pfx6> =<via> ; any must
ipv6 route =<pfx6> =<via> <1-255> ; any must
ipv6 route =<pfx6> =<via> =... ; any must
ip router-id <ip>
ip protocol =<word> route-map <word>
ip nht =...
ipv6 nht =...

[bgp] ; below bgp-af
bgp router-id <ip> ; any
bgp cluster-id <word> ; any
bgp log-neighbor-changes
bgp always-compare-med
bgp deterministic-med
bgp ebgp-requires-policy ; on
bgp default ipv4-unicast ; on
bgp default ipv6-unicast
bgp default local-preference <0-4294967295> ; any
bgp default show-hostname|show-nexthop-hostname|software-version-capability
bgp default subgroup-pkt-queue-max <20-100> ; any
bgp suppress-duplicates ; on
bgp network import-check ; on
bgp fast-external-failover ; on
bgp client-to-client reflection ; on
bgp route-reflector allow-outbound-policy
bgp bestpath as-path multipath-relax|ignore|confed ...
bgp bestpath compare-routerid
bgp bestpath med missing-as-worst|confed ...
bgp bestpath peer-type multipath-relax
bgp bestpath bandwidth ...
bgp confederation identifier <asn> ; any
bgp confederation peers ... ; acc
bgp graceful-restart ... ; any
bgp graceful-restart-disable
bgp graceful-shutdown
bgp reject-as-sets
bgp shutdown ...
bgp disable-ebgp-connected-route-check
bgp listen limit <1-65535> ; any
bgp listen range =<word> peer-group <word>
bgp max-med ...
bgp minimum-holdtime <1-65535>
bgp update-delay ...
bgp conditional-advertisement timer <5-240>
bgp enforce-first-as
bgp suppress-fib-pending
bgp route-map delay-timer <0-600> ; any
coalesce-time <0-4294967295>
read-quanta|write-quanta <1-64>
timers bgp ...
distance bgp <1-255> <1-255> <1-255>
neighbor =<peer> remote-as <peeras> ; any do:neighbor full
neighbor =<peer> interface ... ; any do:neighbor
neighbor =<peer> interface remote-as <peeras> ; any do:neighbor
neighbor =<peer> interface v6only remote-as <peeras> ; any do:neighbor
neighbor =<peer> peer-group <word> ; any do:membership
neighbor =<peer> peer-group ; do:group
no neighbor =<peer>
neighbor =<peer> local-as <asn> ... ; any need
neighbor =<peer> description ... ; any need
neighbor =<peer> shutdown ... ; any need
neighbor =<peer> update-source <via> ; any need
neighbor =<peer> ebgp-multihop ; any need
neighbor =<peer> ebgp-multihop <1-255> ; any need
neighbor =<peer> ttl-security hops <1-254> ; any need
neighbor =<peer> disable-connected-check ; need
neighbor =<peer> enforce-first-as ; need
neighbor =<peer> password ... ; any need
neighbor =<peer> passive ; need
neighbor =<peer> port <0-65535> ; any need
neighbor =<peer> timers <0-65535> <0-65535> ; any need
neighbor =<peer> timers connect <1-65535> ; any need
neighbor =<peer> timers delayopen <1-240> ; any need
neighbor =<peer> advertisement-interval <0-600> ; any need
neighbor =<peer> capability dynamic|extended-nexthop ; need
neighbor =<peer> dont-capability-negotiate ; need
neighbor =<peer> override-capability|strict-capability-match|extended-optional-parameters ; need
neighbor =<peer> graceful-restart|graceful-restart-helper|graceful-restart-disable ; need
neighbor =<peer> graceful-shutdown ; need
neighbor =<peer> bfd ... ; any need
neighbor =<peer> solo ; need
neighbor =<peer> tcp-mss <1-65535> ; any need
neighbor =<peer> local-role ... ; any need
neighbor =<peer> sender-as-path-loop-detection ; need
address-family ipv4|ipv6 -> bgp-af
address-family ipv4|ipv6 unicast|uni|multicast|vpn|labeled-unicast|flowspec -> bgp-af
address-family l2vpn evpn -> bgp-evpn
segment-routing srv6 -> segment-routing
vnc =...

[bgp-af] ; exit exit-address-family
network =<pfx> ... ; any must
network =<pfx6> ... ; any must
network =<ip> mask =<mask> ...
aggregate-address =<pfx> ... ; any must
aggregate-address =<pfx6> ... ; any must
redistribute ospf|table =<1-65535> ... ; any keep
redistribute connected|static|kernel|rip|ripng|isis|eigrp|babel|openfabric|sharp|ospf|ospf6 ... ; any keep
distance bgp <1-255> <1-255> <1-255>
distance =<1-255> =<pfx> ...
maximum-paths <1-256> ; any
maximum-paths ibgp <1-256> ... ; any
table-map <word> ; any
bgp dampening ... ; any
import vrf route-map <word>
import vrf =<word>
import vpn
export vpn
label vpn export ... ; any
rd vpn export <word> ; any
rt vpn both|import|export ... ; any
route-map vpn import|export <word> ; any
nexthop vpn export <word> ; any
neighbor =<peer> activate ; need shown
neighbor =<peer> addpath-tx-all-paths|addpath-tx-bestpath-per-as ; need
neighbor =<peer> advertise-map ... ; any need
neighbor =<peer> allowas-in ... ; any need
neighbor =<peer> as-override ; need
neighbor =<peer> attribute-unchanged ... ; any need
neighbor =<peer> capability orf prefix-list ... ; any need
neighbor =<peer> default-originate ; need
neighbor =<peer> default-originate route-map <word> ; any need
neighbor =<peer> distribute-list <word> in|out ; any need
neighbor =<peer> filter-list <word> in|out ; any need
neighbor =<peer> maximum-prefix <1-4294967295> ... ; any need
neighbor =<peer> maximum-prefix-out <1-4294967295> ; any need
neighbor =<peer> next-hop-self ; need
neighbor =<peer> next-hop-self force ; need
neighbor =<peer> prefix-list <word> in|out ; any need
neighbor =<peer> remove-private-as ; need
neighbor =<peer> remove-private-as all|replace-as ; need
neighbor =<peer> remove-private-as all replace-as ; need
neighbor =<peer> route-map <word> in|out ; any need
neighbor =<peer> route-reflector-client ; need
neighbor =<peer> route-server-client ; need
neighbor =<peer> send-community ; need on
neighbor =<peer> send-community standard|extended|large|both|all ; need on
neighbor =<peer> soft-reconfiguration inbound ; need
neighbor =<peer> soo <word> ; any need
neighbor =<peer> unsuppress-map <word> ; any need
neighbor =<peer> weight <0-65535> ; any need

[bgp-evpn]
advertise-all-vni
advertise =...
neighbor =<peer> =...
vni =<1-16777215> -> evpn-vni
rd <word>
route-target =...
flooding =...
default-originate =...
dup-addr-detection ...
autort =...
advertise-default-gw
advertise-svi-ip

[evpn-vni]
rd <word>
route-target =...
advertise-default-gw
advertise-svi-ip

[ospf]
ospf router-id <ip> ; any
router-id <ip> ; any
network =<pfx> area <area> ; full must
passive-interface =<via> ...
passive-interface default
redistribute connected|static|kernel|bgp|rip|isis|eigrp|babel|openfabric|sharp|table|ospf ... ; any
default-information originate ... ; any
default-metric <0-16777214> ; any
distance <1-255> ; any
distance ospf ... ; any
distribute-list <word> out connected|static|kernel|bgp|rip|isis ; any
area =<area> stub ... ; any
area =<area> nssa ... ; any
area =<area> range =<pfx> ... ; any
area =<area> virtual-link =<ip> ...
area =<area> authentication ...
area =<area> default-cost <0-16777215> ; any
area =<area> export-list|import-list <word> ; any
area =<area> filter-list prefix <word> in|out ; any
area =<area> shortcut ...
auto-cost reference-bandwidth <1-4294967> ; any
compatible rfc1583
capability opaque
log-adjacency-changes ...
max-metric router-lsa administrative
max-metric router-lsa on-startup|on-shutdown <5-86400> ; any
maximum-paths <1-64> ; any
neighbor =<ip> ...
summary-address =<pfx> ... ; any
aggregation timer <5-1800>
timers throttle spf ... ; any
timers throttle lsa all <0-5000> ; any
timers lsa min-arrival <0-5000> ; any
refresh timer <10-1800> ; any
ospf abr-type {cisco|ibm|shortcut|standard} ; any
ospf opaque-lsa
ospf rfc1583compatibility
ospf write-multiplier <1-100> ; any
write-multiplier <1-100> ; any
proactive-arp
graceful-restart ...
mpls-te =...
segment-routing =...
router-info =...
capability =...
socket =...
fast-reroute =...

[ospf6]
ospf6 router-id <ip> ; any
interface =<ifname> area <area>
redistribute connected|static|kernel|bgp|ripng|isis|babel|openfabric|sharp|table ... ; any
default-information originate ... ; any
area =<area> stub ... ; any
area =<area> nssa ... ; any
area =<area> range =<pfx6> ... ; any
area =<area> export-list|import-list <word> ; any
area =<area> filter-list prefix <word> in|out ; any
auto-cost reference-bandwidth <1-4294967> ; any
distance <1-255> ; any
distance ospf6 ... ; any
log-adjacency-changes ...
maximum-paths <1-256> ; any
stub-router administrative
summary-address =<pfx6> ... ; any
timers throttle spf ... ; any
timers lsa min-arrival <0-600000> ; any
write-multiplier <1-100> ; any
graceful-restart ...
aggregation timer <5-1800>

[isis]
net =<word>
is-type {level-1|level-1-2|level-2-only} ; any
metric-style {narrow|transition|wide} ; any
set-overload-bit
set-overload-bit on-startup <0-86400>
set-attached-bit
attached-bit =...
advertise-high-metrics
hostname dynamic
dynamic-hostname
area-password|domain-password ... ; any
default-information originate ipv4|ipv6 level-1|level-2 ... ; any
redistribute ipv4|ipv6 connected|static|kernel|bgp|ospf|ospf6|rip|ripng|eigrp|babel|sharp level-1|level-2 ... ; any
redistribute ipv4|ipv6 table =<1-65535> level-1|level-2 ... ; any
topology =...
lsp-gen-interval|lsp-refresh-interval|max-lsp-lifetime|spf-interval ... ; any
lsp-mtu <128-4352> ; any
spf-delay-ietf ... ; any
spf =...
log-adjacency-changes
log-pdu-drops
purge-originator
mpls-te =...
segment-routing =...
fast-reroute =...
mpls =...
fabric-tier <0-14>
distance =...

[ripv2]
version <1-2> ; any
network =<word>
passive-interface default
passive-interface =<iface>
neighbor =<ip>
redistribute connected|static|kernel|bgp|isis|eigrp|babel|openfabric|sharp|table|ospf ... ; any
default-information originate ... ; any
default-metric <1-16> ; any
distance <1-255> ; any
distance <1-255> =<pfx> ...
allow-ecmp ; any
=...

[rip]
=...

[rmap] ; exit exit-route-map
description ... ; any
match ip address <word> ; any
match ip address prefix-list <word> ; any
match ip address prefix-len <0-32> ; any
match ip next-hop <word> ; any
match ip next-hop address <ip> ; any
match ip next-hop prefix-list <word> ; any
match ip next-hop prefix-len <0-32> ; any
match ip next-hop type {blackhole} ; any
match ip route-source <word> ; any
match ip route-source prefix-list <word> ; any
match ipv6 address <word> ; any
match ipv6 address prefix-list <word> ; any
match ipv6 address prefix-len <0-128> ; any
match ipv6 next-hop <word> ; any
match ipv6 next-hop address <ip6> ; any
match ipv6 next-hop prefix-list <word> ; any
match ipv6 next-hop type {blackhole} ; any
match as-path <word> ; any
match community <word> ... ; any
match large-community <word> ... ; any
match extcommunity <word> ; any
match metric <0-4294967295> ; any
match local-preference <0-4294967295> ; any
match origin {egp|igp|incomplete} ; any
match peer <word> ; any
match probability <0-100> ; any
match rpki {valid|invalid|notfound} ; any
match rpki-extcommunity ...
match source-protocol <word> ; any
match source-instance <0-255> ; any
match source-vrf <word> ; any
match tag <1-4294967295> ; any
match interface <word> ; any
match alias <word> ; any
match evpn =...
match mac address <word> ; any
match command =...
call <word> ; any
continue ; any
continue <1-65535> ; any
on-match {next} ; any
on-match {goto} <1-65535> ; any
set aggregator as <asn> <ip> ; any
set as-path prepend last-as <1-10> ; any
set as-path prepend ... ; any
set as-path exclude ... ; any
set as-path replace ... ; any
set atomic-aggregate
set comm-list <word> {delete} ; any
set large-comm-list <word> {delete} ; any
set community ... ; any
set large-community ... ; any
set extcommunity rt|soo|bandwidth ... ; any
set distance <0-255> ; any
set forwarding-address <ip6>
set ip next-hop <ip> ; any
set ip next-hop {peer-address|unchanged} ; any
set ipv6 next-hop global|local <ip6> ; any
set ipv6 next-hop peer-address|prefer-global
set ipv4|ipv6 vpn next-hop <word> ; any
set label-index <0-1048560> ; any
set local-preference <word> ; any
set metric <word> ; any
set metric-type {type-1|type-2} ; any
set min-metric|max-metric <0-4294967295> ; any
set origin {egp|igp|incomplete} ; any
set originator-id <ip> ; any
set src <word> ; any
set table <1-4294967295> ; any
set tag <1-4294967295> ; any
set weight <0-4294967295> ; any
set sr-te =...
set evpn =...
set l3vpn =...

[line]
exec-timeout ...
access-class ...
ipv6 access-class ...

[keychain]
key =<0-2147483647> -> key

[key]
key-string <word>
cryptographic-algorithm <word>
accept-lifetime ...
send-lifetime ...

[bfd]
peer =<peer> ... -> bfd-peer
profile =<word> -> bfd-peer

[bfd-peer]
detect-multiplier <2-255>
receive-interval|transmit-interval <10-60000>
echo-interval <10-60000>
echo =...
echo-mode
shutdown
passive-mode
minimum-ttl <1-254>
profile <word>
label <word>
log-session-changes

[pbr]
=...

[nhg]
=...

[segment-routing]
=...

[rpki]
=...

[ldp]
=...

[l2vpn]
=...
"""
