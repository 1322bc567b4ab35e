"""Import and export of one route over one link: transform, filters, policy, in the order that routers work in.

Law: a function of (link, path, prefix); nothing is remembered here. Order of filters and policy is immaterial: all must
pass. Where nothing is configured, `import_default`/`export_default` and RFC 8212 decide.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guard.model import vendor_defaults as defaults
from guard.model.address import Address, Prefix
from guard.model.bgp import BgpAttributes, ListFilter, NeighborFamily
from guard.model.device import Vendor
from guard.model.policy import MatchRouteExists
from guard.simulate.bgp.ends import CONFED, EBGP, IBGP
from guard.simulate.bgp.graph import Link, Speaker
from guard.simulate.bgp.path import LOCAL, Path
from guard.simulate.bgp.transform import after_policy, before_policy, may_send, receive
from guard.simulate.policy.evaluator import Evaluator, RouteView

#: What `match route-type` sees of a BGP route.
_ROUTE_TYPE = {LOCAL: "local", IBGP: "internal", EBGP: "external", CONFED: "external"}


class Conditional(NamedTuple):
    """The route after conditional advertisement; `decided`: the usual policy is not asked. None: held back."""

    view: RouteView | None
    decided: bool


def export_route(
    speaker: Speaker,
    link: Link,
    path: Path,
    prefix: Prefix,
    *,
    suppressed: bool = False,
    igp_metric: int = 0,
    conditional: Callable[[Speaker, Link, RouteView], Conditional] | None = None,
    absent: frozenset[MatchRouteExists] = frozenset(),
) -> BgpAttributes | None:
    """What the speaker sends over the link for its best path; None: nothing."""
    family = link.out_family
    if family is None or not may_send(path, link, speaker):
        return None
    if _rfc8212(speaker, link) and not family.export_policies and not family.export_filters:
        return None
    seen = before_policy(path, link, speaker)
    view = RouteView(
        prefix,
        seen,
        protocol=path.origin_protocol,
        route_type=_ROUTE_TYPE[path.kind],
        peer=_receiver_address(link),
        own_as=speaker.process.asn,
        igp_metric=igp_metric,
        local=path.kind == LOCAL,
        interface=path.interface,
        absent=absent,
    )
    if suppressed:
        if not family.unsuppress_policy:
            return None
        unsuppressed = speaker.evaluator.evaluate((family.unsuppress_policy,), view)
        if unsuppressed is None:
            return None
        view = unsuppressed
    if family.conditional is not None and conditional is not None:
        judged = conditional(speaker, link, view)
        if judged.view is None or judged.decided:
            return _wired(speaker, link, path, judged.view)
    if not passes(speaker.evaluator, family.export_filters, prefix, seen):
        return None
    if family.export_policies:
        default = _undecided_exports(speaker, path) or bool(link.overlay)
        return _wired(speaker, link, path, speaker.evaluator.evaluate(family.export_policies, view, default=default))
    return _wired(speaker, link, path, view) if link.overlay or _no_policy_exports(speaker, path) else None


def _wired(speaker: Speaker, link: Link, path: Path, view: RouteView | None) -> BgpAttributes | None:
    """The route as it goes over the wire once policy has let it pass."""
    if view is None or (link.out_family is not None and _is_home(link.out_family, view.attributes)):
        return None
    sent = after_policy(path, view.attributes, view.next_hop_kind, link, speaker)
    metric = link.out_family.metric_out if link.out_family is not None else None
    if sent is not None and metric is not None and link.kind == EBGP:
        sent = sent._replace(med=metric)
    return sent


def _is_home(family: NeighborFamily, attributes: BgpAttributes) -> bool:
    """Whether a route began at the neighbour's own site (RFC 4364 7): it is not sent there, whatever its AS path."""
    return bool(family.site_of_origin) and family.site_of_origin in attributes.communities


def import_route(speaker: Speaker, link: Link, sent: BgpAttributes, prefix: Prefix, peer_id: int) -> Path | None:
    """The path that an update becomes; None where it is dropped or rejected."""
    family = link.in_family
    if family is None:
        return None
    received = receive(sent, link, speaker)
    if received is None:
        return None
    if not family.import_policies and not family.import_filters and _rfc8212(speaker, link):
        return None
    if family.import_filters and not passes(speaker.evaluator, family.import_filters, prefix, received):
        return None
    distance, discards, kind = None, False, ""
    if family.import_policies:
        view = RouteView(
            prefix,
            received,
            route_type=_ROUTE_TYPE[link.kind],
            peer=link.peer_address,
            own_as=speaker.process.asn,
            interface=link.interface or "",
        )
        allowed = speaker.evaluator.evaluate(
            family.import_policies, view, default=speaker.device.vendor is Vendor.JUNOS
        )
        if allowed is None:
            return None
        if allowed.next_hop_kind == "self" and speaker.device.vendor is Vendor.JUNOS:
            return None  # hidden: its next hop is the device itself (lab-validation, junos_then_action_conflicts)
        received = _imported_next_hop(allowed, link)
        kind = allowed.next_hop_kind
        distance, discards = allowed.distance, kind in ("discard", "reject")
    if family.site_of_origin and family.site_of_origin not in received.communities:
        received = received._replace(communities=tuple(sorted((*received.communities, family.site_of_origin))))
    if received.local_preference is None:
        received = received._replace(local_preference=speaker.process.default_local_preference)
    return Path(
        received,
        link.kind,
        link.index,
        link.from_client,
        peer_id,
        link.peer_address,
        interface=link.interface or "",
        distance=distance,
        discards=discards,
        peer_as=link.sender_as,
        via=link.peer_address if link.beside and not kind and received.next_hop != link.peer_address else None,
    )


def _imported_next_hop(view: RouteView, link: Link) -> BgpAttributes:
    if view.next_hop_kind == "peer":
        return view.attributes._replace(next_hop=link.peer_address)
    return view.attributes


def _receiver_address(link: Link) -> Address | None:
    return link.out.address if link.out is not None else None


def _rfc8212(speaker: Speaker, link: Link) -> bool:
    """eBGP without a policy exchanges nothing. FRR 8.4 applies it to confederation neighbours as well (seen live)."""
    return speaker.process.ebgp_requires_policy and link.kind != IBGP


def _undecided_exports(speaker: Speaker, path: Path) -> bool:
    """A chain that ends undecided: Junos falls to its protocol default; route-maps reject by themselves."""
    return speaker.device.vendor is Vendor.JUNOS and path.kind != LOCAL


def _no_policy_exports(speaker: Speaker, path: Path) -> bool:
    """Without an export policy all BGP routes go out; Junos sends no routes of other protocols."""
    return speaker.device.vendor is not Vendor.JUNOS or path.kind != LOCAL


def passes(evaluator: Evaluator, filters: tuple[ListFilter, ...], prefix: Prefix, attributes: BgpAttributes) -> bool:
    """Whether all filters of a neighbour permit the route; a list that is not there answers as its vendor does."""
    vendor = evaluator.device.vendor
    for each in filters:
        if each.kind == "prefix-list":
            undefined = defaults.UNDEFINED_PREFIX_LIST_PERMITS.get(vendor, False)
            permitted = evaluator.prefix_list_permits(prefix.version, each.name, prefix, undefined=undefined)
        elif each.kind == "distribute-list":
            undefined = defaults.UNDEFINED_ACL_PERMITS.get(vendor, False)
            permitted = evaluator.acl_permits(prefix.version, each.name, prefix, undefined=undefined)
        else:
            undefined = defaults.UNDEFINED_AS_PATH_LIST_PERMITS.get(vendor, False)
            permitted = evaluator.as_path_permits(each.name, attributes.as_path, undefined=undefined)
        if not permitted:
            return False
    return True
