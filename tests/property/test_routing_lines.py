"""Whatever stands in BGP and policy blocks, reading ends without an exception and with one state for each line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.cisco.bgp_family import FAMILY
from guard.parse.cisco.bgp_process import BGP, PROCESS
from guard.parse.cisco.neighbor import HANDLERS, IGNORED, OPAQUE
from guard.parse.cisco.nxos_bgp import SETTINGS as NXOS
from guard.parse.cisco.reader import read
from guard.parse.cisco.route_map_match import _READERS as MATCHES
from guard.parse.cisco.route_map_set import _READERS as SETS

VOCABULARY = r"""
1 0 -1 65001 4294967296 1.10 many in out A G 192.0.2.1 192.0.2.0/24 10.0.0.0 2001:db8::1 2001:db8::/32 mask
255.255.255.0 0.0.255.0 route-map prefix-list external internal match metric standard both none additive delete 65001:1
1:2:3 rt no-export permit deny seq ge le range peer-group remote-as peer-filter (1.* [ _1_ any vrf vpn all limit send
receive ipv4 as-range result accept identifier peers exist-map last-as prepend exclude replace warning-limit percent
interface Et1-3 % { \ + +5 ^
"""
VALUES = VOCABULARY.split()
value = st.sampled_from(VALUES)
tail = st.lists(value, max_size=5).map(" ".join)
negation = st.sampled_from(["", "", "", "no ", "default "])
peer = st.sampled_from(["192.0.2.1", "2001:db8::1", "G", "swp1", "interface", "%"])
setting = st.sampled_from(sorted([*HANDLERS, *IGNORED, *OPAQUE, "peer-group", "inherit", "interface", "peer"]))
neighbor_line = st.builds(lambda n, p, k, t: f"{n}neighbor {p} {k} {t}", negation, peer, setting, tail)
process_words = [*PROCESS, *FAMILY, *[f"bgp {key}" for key in BGP], "template", "address-family", "bgp listen range"]
process_word = st.sampled_from(sorted(process_words))
process_line = st.builds(lambda n, k, t: f"{n}{k} {t}", negation, process_word, tail)
clause_word = st.sampled_from(
    sorted([*[f"match {key}" for key in MATCHES], *[f"set {key}" for key in SETS], "continue", "on-match", "call"])
)
clause = st.builds(lambda k, t: f"{k} {t}", clause_word, tail)
list_word = st.sampled_from(
    [
        "ip prefix-list",
        "ipv6 prefix-list",
        "ip as-path access-list",
        "ip community-list",
        "ip community-list expanded",
        "bgp large-community-list standard",
        "ip extcommunity-list",
        "peer-filter",
    ]
)
list_line = st.builds(lambda k, t, e: f"{k} {t}\n {e}", list_word, tail, tail)


def block(head: str, lines: list[str]) -> str:
    return "\n".join([head, *(f" {line}" for line in lines)])


bgp_block = st.lists(neighbor_line | process_line, max_size=12).map(lambda lines: block("router bgp 65001", lines))
map_block = st.lists(clause, max_size=8).map(lambda lines: block("route-map R permit 10", lines))


def nested(head: str, family: str, outer: list[str], inner: list[str]) -> str:
    """A neighbor or template of NX-OS with its family."""
    return "\n".join([f" {head}", *(f"  {row}" for row in outer), f"  {family}", *(f"   {row}" for row in inner)])


nxos_setting = st.builds(lambda n, k, t: f"{n}{k} {t}", negation, st.sampled_from(sorted([*HANDLERS, *NXOS])), tail)
nxos_head = st.sampled_from(["neighbor 192.0.2.1", "neighbor 192.0.2.0/24 remote-as 1", "template peer G", "vrf V"])
nxos_family = st.sampled_from(
    ["address-family ipv4 unicast", "address-family ipv6 unicast", "address-family l2vpn evpn"]
)
nxos_rows = st.lists(nxos_setting, max_size=6)
nxos_block = st.lists(st.builds(nested, nxos_head, nxos_family, nxos_rows, nxos_rows), max_size=4).map(
    lambda blocks: "\n".join(["router bgp 65001", *blocks])
)


@given(
    st.lists(bgp_block | map_block | list_line, max_size=4),
    st.sampled_from([Vendor.IOS, Vendor.NXOS, Vendor.EOS, Vendor.FRR]),
)
def test_every_line_has_a_state_and_nothing_is_raised(blocks: list[str], vendor: Vendor) -> None:
    check(blocks, vendor)


@given(st.lists(nxos_block | map_block | list_line, max_size=4))
def test_so_it_is_with_the_modes_of_nxos(blocks: list[str]) -> None:
    check(blocks, Vendor.NXOS)


def check(blocks: list[str], vendor: Vendor) -> None:
    text = "\n".join(blocks)
    found = read(text, "configs/r1.cfg", vendor)
    for number, row in enumerate(text.split("\n"), 1):
        if row.strip() and not row.lstrip().startswith(("!", "#")):
            assert found.coverage.states[number - 1] != LineState.BLANK, row
