"""Quality of service: what only marks and queues is ignored on purpose; what may drop is not, nor where it stands."""

from __future__ import annotations

import pytest

from guard.model.coverage import LineState
from guard.model.device import Vendor
from guard.parse.cisco.reader import read

MARKING = """\
class-map match-any VOICE
 match dscp ef
policy-map CHILD
 class VOICE
  priority percent 20
  set ip dscp ef
policy-map WAN
 class class-default
  bandwidth remaining percent 80
  service-policy CHILD
interface GigabitEthernet0/0
 service-policy output WAN
"""


def states(text: str, vendor: Vendor = Vendor.IOS) -> dict[str, str]:
    found = read(text, "configs/r1.cfg", vendor).coverage.states
    return {row.strip(): LineState(state).name for row, state in zip(text.split("\n"), found, strict=False) if row}


def test_marking_and_queues_move_no_packet() -> None:
    assert set(states(MARKING).values()) - {"IMPLEMENTED"} == {"IGNORED"}
    assert states(MARKING)["service-policy output WAN"] == "IGNORED"


@pytest.mark.parametrize("action", ["drop", "police 8000", "shape average 64000", "set interface Null0"])
def test_a_policy_that_may_drop_is_not_modelled_nor_is_what_it_asks(action: str) -> None:
    found = states(MARKING.replace("priority percent 20", action))
    assert found.pop("interface GigabitEthernet0/0") == "IMPLEMENTED"
    assert set(found.values()) == {"NOT_IMPLEMENTED"}  # the policy around the one that drops, too


def test_a_policy_that_nobody_knows_may_do_anything() -> None:
    assert states("interface GigabitEthernet0/0\n service-policy input GONE\n")["service-policy input GONE"] == (
        "NOT_IMPLEMENTED"
    )
    firewall = states("class-map type inspect match-any WEB\n match protocol http\n")
    assert set(firewall.values()) == {"NOT_IMPLEMENTED"}


def test_types_that_only_mark_and_queue() -> None:
    text = """\
class-map type qos match-any Q
  match dscp 46
policy-map type qos P
  class Q
    set qos-group 5
interface Ethernet1/1
  service-policy type qos input P
"""
    found = states(text, Vendor.NXOS)
    assert found["service-policy type qos input P"] == "IGNORED"
    assert found["set qos-group 5"] == "IGNORED"
    assert states("qos map dscp 46 to traffic-class 5\n", Vendor.EOS) == {
        "qos map dscp 46 to traffic-class 5": "IGNORED"
    }
