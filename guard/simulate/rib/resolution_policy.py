"""Which routes a next hop may be resolved over, where the configuration says (Junos `resolution rib … import`).

Not modelled: a less specific route that is allowed below one that is not; the next hop is then unresolved.
"""

from __future__ import annotations

from guard.model.bgp import BgpAttributes
from guard.simulate.policy.evaluator import Evaluator, RouteView
from guard.simulate.rib.underlay import Resolution


def resolvable(evaluator: Evaluator, vrf: str, found: Resolution) -> bool:
    """Whether the route that holds a next hop is one that the device resolves over."""
    for where, version, policies in evaluator.device.resolution_policies:
        if where == vrf and version == found.prefix.version:
            view = RouteView(found.prefix, BgpAttributes(med=found.metric), protocol=str(found.protocol), local=True)
            return evaluator.evaluate(policies, view, default=True) is not None
    return True
