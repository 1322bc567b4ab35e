"""What FRR alone does in its tables, as FRR 8.4.4 did it live on topologies of FRR's own tests."""

from __future__ import annotations

from small_network import snapshot_of

from guard.engines.rows import bgp_rows, routes_rows
from guard.model.address import parse_prefix
from guard.model.state import NetworkState
from guard.simulate.control_plane import compute

HEAD = "frr version 8.4.4\nfrr defaults traditional\n"


def state_of(**configs: str) -> NetworkState:
    return compute(snapshot_of({name: f"{HEAD}hostname {name}\n{text}" for name, text in configs.items()}))


def routes(state: NetworkState, node: str) -> list[tuple[object, ...]]:
    rows = (row for row in routes_rows(state) if row["node"] == node)
    return [(row["network"], row["protocol"], row["next_hop_interface"], row["metric"]) for row in rows]


def test_one_subnet_on_several_interfaces_has_one_connected_route() -> None:
    """The interface that came first; a loopback before all (rib_choose_best)."""
    text = """\
interface eth1
 ip address 10.0.0.2/24
interface eth0
 ip address 10.0.0.1/24
 ip address 10.1.0.1/24
interface lo
 ip address 10.1.0.2/24
"""
    assert routes(state_of(r1=text), "r1") == [
        ("10.0.0.0/24", "connected", "eth1", 0),
        ("10.1.0.0/24", "connected", "lo", 0),
    ]


def test_an_own_address_is_no_next_hop_of_a_static_route() -> None:
    text = """\
interface eth0
 ip address 10.0.0.1/24
 ipv6 address 2001:db8::1/64
ip route 10.1.0.0/16 10.0.0.1
ip route 10.2.0.0/16 10.0.0.2
ipv6 route 2001:db8:1::/64 2001:db8::1
"""
    assert [row[0] for row in routes(state_of(r1=text), "r1")] == ["10.0.0.0/24", "10.2.0.0/16", "2001:db8::/64"]


#: r1 (AS 65001) -- r2 (AS 65002); r1 has 10.9.1.0/24 behind it and says so as 10.9.0.0/16 too.
R1 = """\
interface eth0
 ip address 10.0.0.1/30
ip route 10.9.1.0/24 Null0
router bgp 65001
 bgp route-map delay-timer 1
 no bgp ebgp-requires-policy
 neighbor 10.0.0.2 remote-as 65002
 address-family ipv4 unicast
  redistribute static
  aggregate-address 10.9.0.0/16 route-map M
route-map M permit 10
 set metric 123
"""
R2 = """\
interface eth0
 ip address 10.0.0.2/30
router bgp 65002
 no bgp ebgp-requires-policy
 neighbor 10.0.0.1 remote-as 65001
"""


def test_lines_after_the_delay_timer_are_still_of_the_process() -> None:
    assert ("10.9.1.0/24", "bgp", "dynamic", 0) in routes(state_of(r1=R1, r2=R2), "r2")


def test_an_aggregate_has_its_med_as_metric() -> None:
    assert ("10.9.0.0/16", "aggregate", "null_interface", 123) in routes(state_of(r1=R1, r2=R2), "r1")


def paths(state: NetworkState) -> list[object]:
    return [row["as_path"] for row in bgp_rows(state) if row["node"] == "r2" and row["network"] == "10.9.1.0/24"]


def test_a_private_as_of_our_own_is_not_put_before_a_local_as() -> None:
    """bgp_append_local_as: where the neighbour is to see no private ASes."""
    local = R1.replace("as 65002\n", "as 65002\n neighbor 10.0.0.2 local-as 500\n")
    removing = local.replace("unicast\n", "unicast\n  neighbor 10.0.0.2 remove-private-AS\n")
    r2 = R2.replace("remote-as 65001", "remote-as 500")
    assert paths(state_of(r1=local, r2=r2)) == ["500 65001"]
    assert paths(state_of(r1=removing, r2=r2)) == ["500"]
    assert paths(state_of(r1=removing.replace("65001", "3000"), r2=r2)) == ["500 3000"]


def test_what_is_set_outside_router_bgp_holds_in_all_instances() -> None:
    device = snapshot_of({"r1": f"{HEAD}hostname r1\nbgp suppress-fib-pending\n{R1}"}).devices["r1"]
    assert [process.suppress_fib_pending for process in device.bgp] == [True]


def test_a_router_that_is_leaving_says_so() -> None:
    """RFC 8326 4: the community to other ASes, preference 0 inside; what comes in from others is so too."""
    r2 = R2.replace("65002\n", "65002\n network 10.0.0.0/30\n")
    r3 = R2.replace("10.0.0", "10.0.1").replace("65002", "65001")
    r1 = R1.replace("ip route", "interface eth1\n ip address 10.0.1.1/30\nip route")
    r1 = r1.replace(" address-family", " neighbor 10.0.1.2 remote-as 65001\n address-family")
    every = list(bgp_rows(state_of(r1="bgp graceful-shutdown\n" + r1, r2=r2, r3=r3)))
    rows, told = ([row for row in every if (row["node"] == "r2") is other] for other in (False, True))
    assert {row["local_preference"] for row in rows} == {0}
    assert {str(row["communities"]) for row in rows} == {"['graceful-shutdown']"}
    heard = [row for row in told if row["received_from"] is not None]
    assert {(str(row["communities"]), row["local_preference"]) for row in heard} == {("['graceful-shutdown']", 0)}


def test_the_null_route_of_a_range_has_zebras_distance() -> None:
    """`distance` of the process is for the routes that it sends with one."""
    text = """\
interface eth0
 ip address 10.0.0.1/24
 ip ospf area 0
interface eth1
 ip address 10.1.1.1/24
 ip ospf area 1
router ospf
 distance 20
 area 1 range 10.1.0.0/16
"""
    rows = [row for row in routes_rows(state_of(r1=text)) if row["next_hop_interface"] == "null_interface"]
    assert [(row["network"], row["admin_distance"]) for row in rows] == [("10.1.0.0/16", 110)]


def test_paths_over_more_reflectors_share_no_traffic() -> None:
    """maximum-paths ibgp N equal-cluster-length: r4 hears 10.9.9.0/24 of r1, of r2 through the reflector r3."""
    link = "interface eth{n}\n ip address 10.0.{n}.{host}/24\n"
    peer = " neighbor 10.0.{n}.{host} remote-as 65001\n"
    born = "ip route 10.9.9.0/24 Null0\n"
    network = " address-family ipv4 unicast\n  network 10.9.9.0/24\n"
    head = "router bgp 65001\n maximum-paths ibgp 4{0}\n bgp bestpath as-path multipath-relax\n"
    static = "ip route 10.0.2.0/24 10.0.3.3\n"

    def used(more: str) -> list[object]:
        state = state_of(
            r1=link.format(n=1, host=1) + born + head.format("") + peer.format(n=1, host=4) + network,
            r2=link.format(n=2, host=2) + born + head.format("") + peer.format(n=2, host=3) + network,
            r3=link.format(n=2, host=3) + link.format(n=3, host=3) + head.format("") + peer.format(n=2, host=2)
            + peer.format(n=3, host=4) + " neighbor 10.0.2.2 route-reflector-client\n",
            r4=link.format(n=1, host=4) + link.format(n=3, host=4) + static + head.format(more)
            + peer.format(n=1, host=1) + peer.format(n=3, host=3),
        )  # fmt: skip
        rows = (row for row in routes_rows(state) if row["node"] == "r4" and row["network"] == "10.9.9.0/24")
        return [row["next_hop_ip"] for row in rows]

    assert used("") == ["10.0.1.1", "10.0.2.2"]
    assert used(" equal-cluster-length") == ["10.0.1.1"]


def test_roles_that_do_not_fit_keep_a_session_down() -> None:
    """RFC 9234 4.2: a provider faces a customer; who insists on roles talks to nobody without one."""

    def is_up(ours: str, theirs: str) -> bool:
        r1 = R1.replace("as 65002\n", "as 65002\n" + (f" neighbor 10.0.0.2 local-role {ours}\n" if ours else ""))
        r2 = R2 + (f" neighbor 10.0.0.1 local-role {theirs}\n" if theirs else "")
        return all(session.up for session in state_of(r1=r1, r2=r2).sessions)

    fitting = [("provider", "customer"), ("peer", "peer"), ("rs-client", "rs-server"), ("provider", "")]
    assert [pair for pair in fitting if not is_up(*pair)] == []
    others = [("provider", "peer"), ("provider", "provider"), ("provider strict-mode", "")]
    assert [pair for pair in others if is_up(*pair)] == []


def test_a_static_route_over_the_loopback_that_nothing_configures() -> None:
    assert routes(state_of(r1="ip route 10.1.0.0/16 lo\n"), "r1") == [("10.1.0.0/16", "static", "lo", 0)]


#: r1 -- r2 on 10.0.0.0/24, which OSPF runs on.
OSPF = "interface eth0\n ip address 10.0.0.{0}/24\n ip ospf area 0\n"


def externals(state: NetworkState) -> list[tuple[object, ...]]:
    found = (row for row in routes_rows(state) if row["node"] == "r2" and row["protocol"] == "ospfE2")
    return [(row["network"], row["next_hop_ip"]) for row in found]


def test_of_several_next_hops_the_first_is_the_forwarding_address() -> None:
    """ospf_zebra_read_route takes one; zebra sorts them."""
    text = OSPF.format(1) + "ip route 10.9.0.0/24 10.0.0.11\nip route 10.9.0.0/24 10.0.0.10\n"
    state = state_of(r1=f"{text}router ospf\n redistribute static\n", r2=OSPF.format(2) + "router ospf\n")
    assert externals(state) == [("10.9.0.0/24", "10.0.0.10")]


def test_a_connected_subnet_inside_one_of_ospf_is_no_external_route() -> None:
    """ospf_distribute_check_connected."""
    inside = "interface eth1\n ip address 10.0.0.129/30\ninterface eth2\n ip address 10.9.0.1/24\n"
    text = f"{OSPF.format(1)}{inside}router ospf\n redistribute connected\n"
    assert externals(state_of(r1=text, r2=OSPF.format(2) + "router ospf\n")) == [("10.9.0.0/24", "10.0.0.1")]


def test_a_route_of_another_vrf_names_the_way_that_it_has_there() -> None:
    """`import vrf`: a connected route its interface, a static one its gateway, which resolves in that VRF."""
    text = """\
vrf red
 ip route 10.9.0.0/24 10.0.0.2
interface eth0 vrf red
 ip address 10.0.0.1/24
router bgp 65001
 address-family ipv4 unicast
  import vrf red
router bgp 65001 vrf red
 address-family ipv4 unicast
  redistribute connected
  redistribute static
"""
    state = state_of(r1=text)
    rows = [row for row in routes_rows(state) if row["vrf"] == "default"]
    assert [(row["network"], row["next_hop_ip"], row["next_hop_interface"]) for row in rows] == [
        ("10.0.0.0/24", None, "eth0"),
        ("10.9.0.0/24", "10.0.0.2", "dynamic"),
    ]
    hops = state.fib.next_hops("r1", "default", parse_prefix("10.9.0.0/24"))
    assert [(str(hop.address), hop.interface, hop.vrf) for hop in hops] == [("10.0.0.2", "eth0", "red")]
