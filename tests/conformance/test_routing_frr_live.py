"""BGP and policy as typed and as a live FRR shows them again: both must be read as the same model.

FRR writes classful networks with their length, numbers lists, leaves out defaults and moves lines into their family;
whoever reads defaults or forms wrongly reads two different devices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import pytest
from frr_device import Device, missing

from guard.model.address import Address, Prefix
from guard.model.device import Vendor
from guard.model.provenance import Source
from guard.parse.cisco.reader import read

pytestmark = [pytest.mark.live, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

SNIPPETS = {
    "originations": """\
router bgp 65001
 network 20.0.0.0
 address-family ipv4 unicast
  network 10.9.0.0/16
  network 10.8.0.0/16 route-map R
  aggregate-address 10.0.0.0/8 summary-only as-set
  aggregate-address 11.0.0.0/8 suppress-map S origin egp
  redistribute connected metric 5 route-map R
  redistribute ospf
  maximum-paths 4
  maximum-paths ibgp 6
  distance bgp 30 40 50
  table-map T
""",
    "process": """\
router bgp 65001
 bgp router-id 192.0.2.1
 bgp cluster-id 7
 bgp always-compare-med
 bgp deterministic-med
 bgp bestpath as-path multipath-relax
 bgp bestpath med missing-as-worst confed
 bgp bestpath compare-routerid
 bgp confederation identifier 64500
 bgp confederation peers 65002 65003
 bgp default local-preference 150
 no bgp client-to-client reflection
 no bgp ebgp-requires-policy
 no bgp network import-check
 bgp graceful-shutdown
 bgp reject-as-sets
""",
    "sessions": """\
router bgp 65001
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.1 local-as 64999 no-prepend replace-as
 neighbor 192.0.2.1 update-source lo
 neighbor 192.0.2.1 description to the other side
 neighbor 192.0.2.1 passive
 neighbor 192.0.2.1 shutdown
 neighbor 192.0.2.2 remote-as 65003
 neighbor 192.0.2.2 ebgp-multihop
 neighbor 192.0.2.2 password cisco
 neighbor 192.0.2.3 remote-as 65004
 neighbor 192.0.2.3 ttl-security hops 1
 neighbor 192.0.2.4 remote-as external
 neighbor 192.0.2.4 disable-connected-check
 neighbor 2001:db8::1 remote-as internal
 neighbor eth9 interface remote-as external
 neighbor eth8 interface v6only remote-as internal
""",
    "families": """\
router bgp 65001
 neighbor 192.0.2.1 remote-as 65002
 neighbor 192.0.2.1 route-map IN in
 address-family ipv4 unicast
  neighbor 192.0.2.1 route-map OUT out
  neighbor 192.0.2.1 prefix-list PIN in
  neighbor 192.0.2.1 filter-list FIN in
  neighbor 192.0.2.1 next-hop-self force
  neighbor 192.0.2.1 send-community both
  neighbor 192.0.2.1 remove-private-AS all replace-AS
  neighbor 192.0.2.1 allowas-in
  neighbor 192.0.2.1 as-override
  neighbor 192.0.2.1 default-originate route-map D
  neighbor 192.0.2.1 maximum-prefix 100 90 warning-only
  neighbor 192.0.2.1 maximum-prefix-out 50
  neighbor 192.0.2.1 weight 7
  neighbor 192.0.2.1 unsuppress-map U
  neighbor 192.0.2.1 advertise-map A non-exist-map N
  neighbor 192.0.2.1 addpath-tx-all-paths
  neighbor 192.0.2.1 route-server-client
 exit-address-family
 address-family ipv6 unicast
  neighbor 192.0.2.1 activate
  neighbor 192.0.2.1 next-hop-self
""",
    "groups": """\
router bgp 65001
 no bgp default ipv4-unicast
 neighbor G peer-group
 neighbor G remote-as 65001
 neighbor G update-source lo
 neighbor 192.0.2.1 peer-group G
 neighbor 192.0.2.2 peer-group G
 neighbor 192.0.2.2 shutdown
 bgp listen range 198.51.100.0/24 peer-group G
 address-family ipv4 unicast
  neighbor G activate
  neighbor G route-reflector-client
  neighbor G send-community both
  no neighbor G send-community large
  neighbor G route-map IN in
  neighbor 192.0.2.2 route-map OWN in
  no neighbor 192.0.2.1 send-community
""",
    "vrfs": """\
router bgp 65002 vrf RED
 neighbor 192.0.2.1 remote-as 65003
 address-family ipv4 unicast
  redistribute static
 exit-address-family
exit
router bgp 65001
 address-family ipv4 unicast
  import vrf RED
""",
    "lists": """\
ip prefix-list A permit 10.0.0.0/8
ip prefix-list A seq 7 permit 11.0.0.0/8
ip prefix-list A permit 12.0.0.0/8 ge 9 le 24
ip prefix-list A deny any
ipv6 prefix-list A permit 2001:db8::/32 le 48
bgp community-list standard C permit 65535:65281 65001:1 graceful-shutdown 65535:666
bgp community-list expanded X permit _65001:.*_
bgp community-list 1 deny internet
bgp as-path access-list P permit _65001_
bgp as-path access-list P deny ^$
bgp large-community-list standard L permit 1:2:3
bgp extcommunity-list standard E permit rt 65001:1 soo 192.0.2.1:5
""",
    "matches": """\
route-map R permit 10
 match ip address prefix-list A
 match ip address prefix-list B
 match ip address ACL
 match community C exact-match
 match as-path P
 match tag 5
 match ip next-hop prefix-list N
 match local-preference 200
 match metric 7
 match origin egp
 match peer 192.0.2.1
 match source-protocol static
route-map R deny 20
 match large-community L
 match extcommunity E
 match ipv6 address prefix-list A
 match interface eth0
route-map R permit 30
""",
    "sets": """\
route-map R permit 10
 set local-preference +20
 set metric -5
 set community 65001:2 no-export additive
 set comm-list C delete
 on-match next
route-map R permit 20
 set as-path prepend 1 2
 set as-path exclude 5
 set origin incomplete
 set weight 7
 set tag 9
 set ip next-hop 192.0.2.1
 on-match goto 40
route-map R permit 30
 set as-path prepend last-as 3
 set community none
 set large-community 1:2:3 additive
 set extcommunity rt 1:2
 set ipv6 next-hop global 2001:db8::1
 set metric-type type-1
 call OTHER
route-map R permit 40
 set ip next-hop peer-address
route-map OTHER deny 10
""",
}


@pytest.fixture(scope="module")
def frr() -> Iterator[Device]:
    device = Device("readback", ("eth0",))
    yield device
    device.close()


#: Where a thing stands is not what it means.
PLACES = frozenset({"source", "matched_lines"})


def flat(value: object, path: str) -> Iterator[str]:
    """One line of text for each value that says something, places left out; members of a tuple by their subject."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            if each.name not in PLACES:
                yield from flat(getattr(value, each.name), f"{path}.{each.name}")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from flat(part, f"{path}[{key}]")
    elif isinstance(value, tuple) and not isinstance(value, Prefix | Address) and not path.endswith(ORDERED):
        for part in value:
            yield from flat(part, f"{path}[{about(part)}]")
    elif isinstance(value, frozenset):
        yield f"{path} = {sorted(map(str, value))}"
    elif value is not None and not isinstance(value, Source):
        yield f"{path} = {value}"


#: FRR shows matches, sets, networks and neighbours in an order of its own; these keep theirs.
ORDERED = ("asns", "range")


def about(part: object) -> str:
    """What tells one member of a tuple from another."""
    for name in ("name", "address", "interface", "listen", "version", "prefix", "sequence", "protocol"):
        found = getattr(part, name, None)
        if found:
            return str(found)
    return type(part).__name__


def meaning(text: str) -> list[str]:
    found = read(text, "r1.conf", Vendor.FRR)
    parts = (found.bgp, found.policies, found.prefix_lists, found.as_path_lists, found.community_lists)
    return sorted(row for part in parts for row in flat(part, ""))


@pytest.mark.parametrize("name", sorted(SNIPPETS))
def test_what_is_shown_is_what_was_typed(frr: Device, name: str) -> None:
    assert frr.type(SNIPPETS[name]) == ""
    shown = frr.running()
    typed = "frr version 8.4.4\nfrr defaults traditional\n" + SNIPPETS[name]
    for row in sorted(shown.split("\n"), key=lambda row: " vrf " not in row):  # the default instance goes last
        if row.startswith(("router bgp", "route-map", "ip prefix", "ipv6 prefix", "bgp ")):
            frr.type(f"no {row}\n")
    assert meaning(shown) == meaning(typed)
