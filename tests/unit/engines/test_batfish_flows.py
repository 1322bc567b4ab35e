"""Rows of differentialReachability as flows with paths, and how reports tell them."""

from __future__ import annotations

from typing import Any

import pytest

from guard.engines.batfish.flows import changed_flows
from guard.model.changed_flow import ChangedFlow, FlowPath
from guard.report.flows import flow_lines


def _hop(node: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"node": {"id": f"node-{node}", "name": node}, "steps": list(steps)}


_ORIGINATE = {"type": "Originate", "action": "ORIGINATED", "detail": {"originatingVrf": "default"}}
_ROUTE = {
    "type": "Routing",
    "action": "FORWARDED",
    "detail": {"outputInterface": "Ethernet4", "routes": [{"network": "0.0.0.0/0", "protocol": "ibgp"}]},
}
_OUT = {"type": "ExitOutputInterface", "action": "TRANSMITTED", "detail": {}}
_IN = {"type": "EnterInputInterface", "action": "RECEIVED", "detail": {}}
_DENY = {"type": "Filter", "action": "DENIED", "detail": {"filter": "WEB", "filterType": "INGRESS_FILTER"}}
_ACCEPTED = {"type": "Inbound", "action": "ACCEPTED", "detail": {"interface": "Loopback0"}}
_ARRIVED = {"disposition": "ACCEPTED", "hops": [_hop("r1", _ORIGINATE, _ROUTE, _OUT), _hop("r2", _IN, _ACCEPTED)]}
_DENIED = {"disposition": "DENIED_IN", "hops": [_hop("r1", _ORIGINATE, _ROUTE, _OUT), _hop("r2", _IN, _DENY)]}
_ICMP = {"ingressNode": "r1", "ipProtocol": "ICMP", "srcIp": "10.0.0.1", "dstIp": "10.0.0.2"}
_TCP = {**_ICMP, "ingressInterface": "Ethernet1", "ipProtocol": "TCP", "srcPort": 49152, "dstPort": 80}
_ARRIVES = FlowPath("ACCEPTED", ("r1: ibgp route 0.0.0.0/0 out Ethernet4", "r2: accepted"))
_IS_DENIED = FlowPath("DENIED_IN", ("r1: ibgp route 0.0.0.0/0 out Ethernet4", "r2: WEB denies it"))


def test_rows() -> None:
    """What is lost stands first, whatever the order of the rows."""
    gained = {"flow": _ICMP, "snapshot_traces": [_ARRIVED], "reference_traces": [_DENIED]}
    lost = {"flow": _TCP, "snapshot_traces": [_DENIED], "reference_traces": [_ARRIVED]}
    assert changed_flows([gained, lost]) == (
        ChangedFlow("r1[Ethernet1]", "tcp 10.0.0.1:49152 -> 10.0.0.2:80", (_ARRIVES,), (_IS_DENIED,)),
        ChangedFlow("r1", "icmp 10.0.0.1 -> 10.0.0.2", (_IS_DENIED,), (_ARRIVES,)),
    )
    assert [each.is_lost for each in changed_flows([gained, lost])] == [True, False]


@pytest.mark.parametrize("row", [{}, {"flow": "x"}, {"flow": _ICMP}, {"flow": _ICMP, "reference_traces": ["x"]}])
def test_rows_that_are_none(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no object|no traces"):
        changed_flows([row])


def _document(**flows: Any) -> dict[str, Any]:
    return {"flows": {"engine": "batfish", "unknown": "", "examples": [], **flows}}


def test_reports_tell_what_was_searched_and_what_not() -> None:
    assert list(flow_lines({}, 3)) == []
    assert list(flow_lines(_document(unknown="no answer in time"), 3)) == [
        "batfish could not search all flows: no answer in time"
    ]
    assert list(flow_lines(_document(), 3)) == [
        "batfish searched all flows: none that arrived before or after fares otherwise"
    ]


def test_reports_show_some_examples() -> None:
    path = {"disposition": "NO_ROUTE", "hops": ["r1: no route"]}
    example = {"lost": True, "from": "r1", "flow": "icmp a -> b", "before": [path, path], "after": [path]}
    assert list(flow_lines(_document(examples=[example] * 3), 1)) == [
        "batfish searched all flows; examples: 3 lost, 0 otherwise",
        "r1: icmp a -> b",
        "  before NO_ROUTE: r1: no route",
        "  after  NO_ROUTE: r1: no route",
        "… and 2 more",
    ]
