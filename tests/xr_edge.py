"""A provider edge of IOS XR as operators run it: everything that stands around what carries routes."""

from __future__ import annotations

EDGE = """\
Building configuration...
!! IOS XR Configuration 7.5.2
!! Last configuration change at Tue Jan  2 10:11:12 2024 by admin
!
hostname pe1.lon
clock timezone GMT 0
clock summer-time BST recurring last sun march 01:00 last sun october 02:00
logging trap informational
logging archive
 device harddisk
 severity debugging
 file-size 10
!
logging console disable
logging buffered 2097152
logging 10.1.1.1 vrf MGMT severity info
logging source-interface Loopback0
logging hostnameprefix pe1
service timestamps log datetime localtime msec
telnet vrf default ipv4 server max-servers 5
domain vrf MGMT name-server 10.1.1.2
domain name example.net
domain lookup disable
tacacs source-interface Loopback0 vrf default
tacacs-server host 10.1.1.3 port 49
 key 7 0123456789
!
username admin
 group root-lr
 secret 10 $6$xxx
!
aaa accounting exec default start-stop group tacacs+
aaa group server tacacs+ ISE
 server 10.1.1.3
!
aaa authentication login default group tacacs+ local
cdp
lldp
!
vrf MGMT
 address-family ipv4 unicast
 !
!
vrf CUST-A
 description customer a
 address-family ipv4 unicast
  maximum prefix 1000 80
  import route-target
   65000:100
  !
  export route-target
   65000:100
  !
 !
!
tcp selective-ack
tcp path-mtu-discovery
line console
 exec-timeout 30 0
!
line default
 exec-timeout 15 0
 transport input ssh
!
vty-pool default 0 20 line-template default
snmp-server ifindex persist
snmp-server host 10.1.1.4 traps version 2c public
snmp-server community public RO IPv4 SNMP-ACL
snmp-server traps bgp
snmp-server location London
ntp
 max-associations 10
 server 10.1.1.5 prefer
 source Loopback0
 update-calendar
!
bfd
 multipath include location 0/0/CPU0
!
ftp client source-interface Loopback0
control-plane
 management-plane
  inband
   interface all
    allow SSH peer
     address ipv4 10.0.0.0/8
    !
   !
  !
 !
!
flow exporter-map EXP
 version v9
  options interface-table timeout 60
 !
 transport udp 9995
 source Loopback0
 destination 10.1.1.6
!
flow monitor-map MON
 record ipv4
 exporter EXP
!
sampler-map SM
 random 1 out-of 1000
!
ipv4 access-list SNMP-ACL
 10 permit ipv4 10.1.1.0 0.0.0.255 any
!
ipv4 access-list INFRA-IN
 10 remark block infra
 20 permit icmp any any ttl-exceeded
 30 deny ipv4 any 10.255.0.0/16 log
 40 permit ipv4 any any
!
class-map match-any VOICE
 match dscp ef
 end-class-map
!
policy-map EDGE-IN
 class VOICE
  set traffic-class 5
  police rate 10 mbps
  !
 !
 class class-default
 !
 end-policy-map
!
interface Bundle-Ether1
 description core to p1
 mtu 9192
 service-policy output EDGE-IN
 ipv4 address 10.0.0.0 255.255.255.254
 ipv6 nd suppress-ra
 ipv6 enable
 lacp system mac 0000.0000.0001
 bundle minimum-active links 1
 bfd address-family ipv4 multiplier 3
 bfd address-family ipv4 destination 10.0.0.1
 bfd address-family ipv4 fast-detect
 bfd address-family ipv4 minimum-interval 50
 load-interval 30
 dampening
!
interface Loopback0
 ipv4 address 10.255.0.1 255.255.255.255
 ipv6 address 2001:db8::1/128
!
interface MgmtEth0/RSP0/CPU0/0
 vrf MGMT
 ipv4 address 172.16.0.1 255.255.255.0
!
interface TenGigE0/0/0/0
 description member
 bundle id 1 mode active
 lacp period short
 carrier-delay up 2000 down 0
 transceiver permit pid all
!
interface TenGigE0/0/0/1.100
 description CUST-A
 vrf CUST-A
 ipv4 mtu 1500
 ipv4 address 192.168.0.1 255.255.255.252
 ipv4 verify unicast source reachable-via rx
 ipv4 access-group INFRA-IN ingress
 flow ipv4 monitor MON sampler SM ingress
 encapsulation dot1q 100
!
interface TenGigE0/0/0/2.200 l2transport
 encapsulation dot1q 200
 rewrite ingress tag pop 1 symmetric
 mtu 9000
!
interface BVI10
 host-routing
 vrf CUST-A
 ipv4 address 192.168.10.1 255.255.255.0
 mac-address 0.1.2
!
interface HundredGigE0/1/0/0
 shutdown
!
prefix-set DEFAULT-ONLY
  0.0.0.0/0
end-set
!
prefix-set BOGONS
  0.0.0.0/8 le 32,
  10.0.0.0/8 le 32
end-set
!
as-path-set PRIVATE
  ios-regex '_(6451[2-9]|645[2-9][0-9]|64[6-9][0-9][0-9]|65[0-4][0-9][0-9]|655[0-2][0-9]|6553[0-5])_',
  passes-through '[4200000000..4294967294]'
end-set
!
community-set BLACKHOLE
  65000:666,
  65535:666
end-set
!
extcommunity-set rt CUST
  65000:100
end-set
!
rd-set RDS
  65000:*
end-set
!
route-policy PASS
  pass
end-policy
!
route-policy RTBH
  if community matches-any BLACKHOLE then
    set next-hop 192.0.2.1
    set community (no-export) additive
    done
  endif
end-policy
!
route-policy PEER-IN($asn, $lp, $maxlen)
  # comment
  apply RTBH
  if destination in BOGONS or as-path in PRIVATE then
    drop
  endif
  if validation-state is invalid then
    drop
  endif
  if not as-path neighbor-is '$asn' then
    drop
  endif
  if destination in (0.0.0.0/0 ge $maxlen) then
    drop
  endif
  delete community in (65000:*)
  set local-preference $lp
  set community (65000:$asn) additive
  set med 0
  pass
end-policy
!
route-policy EIGRP-TAG
  if tag eq 100 then
    drop
  else
    set eigrp-metric 1 1 1 1 1
    pass
  endif
end-policy
!
router static
 address-family ipv4 unicast
  0.0.0.0/0 10.0.0.1
  192.0.2.1/32 Null0 tag 666
  10.9.0.0/16 Bundle-Ether1 10.0.0.1 250 track LINE
 !
 vrf MGMT
  address-family ipv4 unicast
   0.0.0.0/0 172.16.0.254
  !
 !
!
router isis CORE
 set-overload-bit on-startup wait-for-bgp
 is-type level-2-only
 net 49.0001.0102.5500.0001.00
 nsf cisco
 log adjacency changes
 lsp-gen-interval maximum-wait 5000 initial-wait 50 secondary-wait 200
 lsp-refresh-interval 65000
 max-lsp-lifetime 65535
 lsp-password hmac-md5 encrypted 0205
 address-family ipv4 unicast
  metric-style wide
  mpls traffic-eng level-2-only
  mpls traffic-eng router-id Loopback0
  spf-interval maximum-wait 5000 initial-wait 50 secondary-wait 200
  segment-routing mpls
  advertise passive-only
  fast-reroute per-prefix priority-limit medium
  maximum-paths 16
 !
 interface Bundle-Ether1
  circuit-type level-2-only
  bfd minimum-interval 50
  bfd multiplier 3
  bfd fast-detect ipv4
  point-to-point
  hello-padding disable
  hello-password hmac-md5 encrypted 0205
  link-down fast-detect
  address-family ipv4 unicast
   fast-reroute per-prefix
   fast-reroute per-prefix ti-lfa
   metric 100
   mpls ldp sync
   adjacency-sid index 5
  !
 !
 interface Loopback0
  passive
  address-family ipv4 unicast
   prefix-sid index 1
  !
 !
!
router bgp 65000
 nsr
 bgp router-id 10.255.0.1
 bgp graceful-restart
 bgp log neighbor changes detail
 bgp bestpath as-path multipath-relax
 bgp bestpath origin-as use validity
 ibgp policy out enforce-modifications
 rpki server 10.1.1.7
  transport tcp port 8282
  refresh-time 600
 !
 address-family ipv4 unicast
  bgp attribute-download
  bgp dampening
  bgp origin-as validation enable
  additional-paths receive
  additional-paths send
  additional-paths selection route-policy PASS
  maximum-paths ibgp 4
  network 192.0.2.0/24 route-policy PASS
  redistribute static route-policy EIGRP-TAG
  nexthop trigger-delay critical 0
 !
 address-family vpnv4 unicast
  retain route-target all
  nexthop trigger-delay critical 0
 !
 address-family l2vpn evpn
 !
 neighbor-group RR
  remote-as 65000
  timers 10 30
  password encrypted 0205
  update-source Loopback0
  bfd fast-detect
  address-family ipv4 unicast
   next-hop-self
   soft-reconfiguration inbound always
   maximum-prefix 2000000 90 warning-only
  !
  address-family vpnv4 unicast
  !
  address-family l2vpn evpn
  !
 !
 neighbor 10.255.0.100
  use neighbor-group RR
  description rr1
 !
 neighbor 198.51.100.1
  remote-as 65010
  ebgp-multihop 2
  ttl-security
  graceful-maintenance
   as-prepends 3
  !
  address-family ipv4 unicast
   send-community-ebgp
   route-policy PEER-IN(65010, 150, 25) in
   maximum-prefix 1000 90 restart 5
   route-policy PASS out
   remove-private-AS entire-aspath
   default-originate
   soft-reconfiguration inbound
   site-of-origin 65000:5
  !
 !
 vrf CUST-A
  rd 65000:100
  bgp unsafe-ebgp-policy
  address-family ipv4 unicast
   label mode per-vrf
   maximum-paths eibgp 4
   redistribute connected
   redistribute static metric 5 route-policy PASS
  !
  neighbor 192.168.0.2
   remote-as 65011
   address-family ipv4 unicast
    route-policy PASS in
    route-policy PASS out
    as-override
    site-of-origin 65000:7
   !
  !
 !
!
mpls oam
!
mpls ldp
 router-id 10.255.0.1
 interface Bundle-Ether1
 !
!
mpls traffic-eng
 interface Bundle-Ether1
 !
!
l2vpn
 xconnect group X
  p2p Y
   interface TenGigE0/0/0/2.200
   neighbor ipv4 10.255.0.2 pw-id 5
   !
  !
 !
!
multicast-routing
 address-family ipv4
  interface all enable
 !
!
router pim
 address-family ipv4
  rp-address 10.255.0.9
 !
!
router vrrp
 interface BVI10
  address-family ipv4
   vrrp 1
    priority 110
    address 192.168.10.254
    timer 1
   !
  !
 !
!
ssh server v2
ssh server vrf MGMT ipv4 access-list SNMP-ACL
ssh timeout 30
grpc
 port 57400
 no-tls
!
telemetry model-driven
 destination-group D
  address-family ipv4 10.1.1.8 port 5432
 !
!
lpts pifib hardware police
 flow icmp local rate 100
!
hw-module profile tcam format access-list ipv4
performance-mgmt resources memory max-limit 10000
xml agent tty
 iteration off
!
end
"""
