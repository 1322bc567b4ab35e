"""Route policies as devices read them, on routes of BGP and of other protocols."""

from __future__ import annotations

from small_network import snapshot_of

from guard.model.address import parse_address, parse_prefix
from guard.model.bgp import SEQUENCE, BgpAttributes, Segment, as_path_text
from guard.model.device import Device
from guard.simulate.policy.evaluator import Evaluator, RouteView, evaluate

ROUTE = BgpAttributes(
    as_path=(Segment(SEQUENCE, (65001, 65002)),),
    next_hop=parse_address("192.0.2.1"),
    med=50,
    communities=("65001:1", "65001:2"),
)


def device(text: str, vendor: str = "ios") -> Device:
    head = {
        "ios": "hostname r\n",
        "frr": "frr version 8.4\nhostname r\n",
        "eos": "! device: r (vEOS, EOS-4.28.0F)\n!\nhostname r\n",
    }
    lines = "\n".join(line.strip(" ") if not line.startswith("      ") else line[5:] for line in text.splitlines())
    return snapshot_of({"r": head[vendor] + lines + "\n"}).devices["r"]


def outcome(held: Device, prefix: str, name: str = "M", attributes: BgpAttributes = ROUTE, **more: object) -> str:
    """`accept` with what was changed, or `reject`."""
    view = RouteView(parse_prefix(prefix), attributes, own_as=65000, **more)  # type: ignore[arg-type]
    result = Evaluator(held).evaluate((name,), view)
    if result is None:
        return "reject"
    changes = [
        f"{field} {as_path_text(new) if field == 'as_path' else new}"
        for field, old, new in zip(attributes._fields, attributes, result.attributes, strict=True)
        if old != new
    ]
    return " ".join(["accept", *changes])


def test_first_matching_entry_decides_and_no_match_is_a_reject() -> None:
    held = device(
        """
     ip prefix-list TEN permit 10.0.0.0/8 le 24
     route-map M deny 10
      match ip address prefix-list TEN
      match community 1
     route-map M permit 20
      match ip address prefix-list TEN
      set local-preference 300
     ip community-list 1 permit 65001:9
     """
    )
    assert outcome(held, "10.1.0.0/16") == "accept local_preference 300"
    assert outcome(held, "10.1.0.0/25") == "reject"
    tagged = ROUTE._replace(communities=("65001:9",))
    assert outcome(held, "10.1.0.0/16", attributes=tagged) == "reject"


def test_continue_gathers_changes_and_a_later_deny_still_rejects() -> None:
    held = device(
        """
     ip prefix-list LONG permit 0.0.0.0/0 ge 25
     route-map M permit 10
      set metric 5
      continue 30
     route-map M permit 20
      set metric 6
     route-map M deny 30
      match ip address prefix-list LONG
     route-map M permit 40
      match community 7
      set local-preference 10
     """
    )
    assert outcome(held, "10.0.0.0/8") == "accept med 5"
    assert outcome(held, "10.0.0.0/30") == "reject"


def test_communities_are_replaced_added_and_deleted() -> None:
    held = device(
        """
     route-map REPLACE permit 10
      set community 65000:5 no-export
     route-map ADD permit 10
      set community 65000:5 additive
     route-map DELETE permit 10
      set comm-list 1 delete
     route-map NONE permit 10
      set community none
     ip community-list 1 permit 65001:2
     """
    )
    results = {name: outcome(held, "10.0.0.0/8", name) for name in ("REPLACE", "ADD", "DELETE", "NONE")}
    assert results == {
        "REPLACE": "accept communities ('65000:5', 'no-export')",
        "ADD": "accept communities ('65000:5', '65001:1', '65001:2')",
        "DELETE": "accept communities ('65001:1',)",
        "NONE": "accept communities ()",
    }


def test_exact_match_means_no_other_community() -> None:
    held = device(
        """
     ip community-list standard ONE permit 65001:1
     ip community-list standard BOTH permit 65001:1 65001:2
     route-map M permit 10
      match community ONE exact-match
      set metric 1
     route-map M permit 20
      match community BOTH exact-match
      set metric 2
     """
    )
    assert outcome(held, "10.0.0.0/8") == "accept med 2"


def test_as_path_lists_see_the_path_as_it_is_printed() -> None:
    held = device(
        """
     ip as-path access-list 1 deny _65009_
     ip as-path access-list 1 permit ^65001_
     route-map M permit 10
      match as-path 1
      set as-path prepend 65000 65000
     """
    )
    assert outcome(held, "10.0.0.0/8") == "accept as_path 65000 65000 65001 65002"
    through = ROUTE._replace(as_path=(Segment(SEQUENCE, (65001, 65009)),))
    assert outcome(held, "10.0.0.0/8", attributes=through) == "reject"


def test_acls_on_routes_standard_by_network_and_extended_by_mask() -> None:
    held = device(
        """
     access-list 1 permit 10.0.0.0 0.255.255.255
     access-list 101 permit ip 10.0.0.0 0.255.255.255 255.255.255.0 0.0.0.0
     route-map STANDARD permit 10
      match ip address 1
     route-map EXTENDED permit 10
      match ip address 101
     """
    )
    assert outcome(held, "10.1.0.0/16", "STANDARD") == "accept"
    assert outcome(held, "11.1.0.0/16", "STANDARD") == "reject"
    assert outcome(held, "10.1.1.0/24", "EXTENDED") == "accept"
    assert outcome(held, "10.1.0.0/16", "EXTENDED") == "reject"


def test_undefined_policies_and_lists_mean_what_each_vendor_says() -> None:
    """IOS refuses an undefined route-map and matches an undefined list; EOS the other way; FRR refuses both."""
    body = """
     route-map M permit 10
      match ip address prefix-list NOT-THERE
     """
    found = {
        vendor: (outcome(device(body, vendor), "10.0.0.0/8", "NO-MAP"), outcome(device(body, vendor), "10.0.0.0/8"))
        for vendor in ("ios", "frr", "eos")
    }
    assert found == {"ios": ("reject", "accept"), "frr": ("reject", "reject"), "eos": ("accept", "reject")}


def test_frr_call_denies_the_caller_and_keeps_its_changes() -> None:
    held = device(
        """
     ip prefix-list TEN permit 10.0.0.0/8 le 32
     route-map INNER permit 10
      match ip address prefix-list TEN
      set metric 7
     route-map M permit 10
      call INNER
      set local-preference 20
     route-map M permit 20
     """,
        "frr",
    )
    assert outcome(held, "10.0.0.0/8") == "accept local_preference 20 med 7"
    assert outcome(held, "11.0.0.0/8") == "reject"


def test_frr_adds_to_a_local_preference_that_is_not_there_yet_from_zero() -> None:
    held = device("route-map M permit 10\n      set local-preference +10\n", "frr")
    assert outcome(held, "10.0.0.0/8") == "accept local_preference 10"
    assert outcome(held, "10.0.0.0/8", attributes=ROUTE._replace(local_preference=100)) == "accept local_preference 110"


def test_routes_of_other_protocols_by_tag_type_and_metric() -> None:
    held = device(
        """
     route-map M permit 10
      match tag 77
      set metric-type type-1
     route-map M permit 20
      match route-type internal
      set metric 9
     """
    )
    tagged = BgpAttributes(med=20, tag=77)
    view = RouteView(parse_prefix("10.0.0.0/8"), tagged, protocol="static")
    result = evaluate(held, ("M",), view)
    assert result is not None
    assert result.metric_type == "type-1"
    inside = RouteView(parse_prefix("10.0.0.0/8"), BgpAttributes(med=20), protocol="ospf", route_type="internal")
    changed = evaluate(held, ("M",), inside)
    assert changed is not None
    assert changed.attributes.med == 9
    assert evaluate(held, ("M",), inside._replace(route_type="external")) is None
