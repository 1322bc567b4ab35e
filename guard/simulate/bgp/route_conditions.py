"""Conditions on the table itself: which routes that export policies ask for are not there (Junos `if-route-exists`).

Law: asked where BGP exports and nowhere else. In import policies and in policies of aggregates such a condition always
holds (recorded from a device: lab-validation, juniper_from_condition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from guard.model.address import Prefix
from guard.model.policy import MatchRouteExists
from guard.simulate.bgp.graph import Speaker
from guard.simulate.rib.underlay import Underlay

Absent = dict[int, frozenset[MatchRouteExists]]


def absent_routes(
    speakers: Iterable[Speaker], underlay: Underlay, carried: Callable[[Prefix, str, str], bool] | None = None
) -> Absent:
    """What each speaker asks for and its device does not have; `carried`: whether BGP has it in a table of a node."""
    found: Absent = {}
    for speaker in speakers:
        missing = frozenset(
            each
            for each in speaker.evaluator.routes_asked
            if underlay.entry(speaker.node, each.vrf, each.prefix) is None
            and not (carried is not None and carried(each.prefix, speaker.node, each.vrf))
        )
        if missing:
            found[speaker.index] = missing
    return found
