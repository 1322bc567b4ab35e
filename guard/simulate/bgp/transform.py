"""What a router does to path attributes when it sends and receives, policies apart (RFC 4271 5, 4456, 5065, 1997).

Law: pure functions of a path and a link; None means that the route is not sent, or not taken. Not modelled: ORF,
extended next-hop negotiation, cost communities.
"""

from __future__ import annotations

from guard.model.bgp import (
    CONFED_SEQUENCE,
    CONFED_SET,
    SEQUENCE,
    SET,
    AsPath,
    BgpAttributes,
    BgpNeighbor,
    BgpProcess,
    Segment,
)
from guard.model.community import is_transitive
from guard.model.device import Vendor
from guard.simulate.bgp.ends import CONFED, EBGP, IBGP
from guard.simulate.bgp.graph import Link, Speaker
from guard.simulate.bgp.path import LOCAL, Path
from guard.simulate.bgp.private_as import is_private, remove_private
from guard.simulate.policy.evaluator import prepend
from guard.simulate.policy.route_lists import community_kind

NO_EXPORT, NO_ADVERTISE, LOCAL_AS = "no-export", "no-advertise", "local-as"
GRACEFUL_SHUTDOWN, BLACKHOLE = "graceful-shutdown", "blackhole"

#: The well-known communities (RFC 1997, 8326) as numbers, as some configurations write them.
_NUMERIC = {
    "65535:65281": NO_EXPORT,
    "65535:65282": NO_ADVERTISE,
    "65535:65283": LOCAL_AS,
    "no-export-subconfed": LOCAL_AS,
    "65535:0": GRACEFUL_SHUTDOWN,
    "gshut": GRACEFUL_SHUTDOWN,
    "65535:666": BLACKHOLE,
}

#: Vendors that do not send a path back to the AS that it came from (NX-OS: unless `disable-peer-as-check`). XR does not
#: send it to an AS that stands anywhere in it (BGP command reference, as-path-loopcheck out).
CHECKS_PEER_AS = frozenset({Vendor.JUNOS, Vendor.NXOS, Vendor.IOSXR})


def well_known(communities: tuple[str, ...]) -> frozenset[str]:
    """The well-known communities among these, by name."""
    return frozenset(_NUMERIC.get(each, each) for each in communities)


def leaving(speaker: Speaker) -> bool:
    """Whether bgpd is about to go: `bgp graceful-shutdown` (RFC 8326 4.1)."""
    return speaker.process.graceful_shutdown and speaker.device.vendor is Vendor.FRR


def as_leaving(held: BgpAttributes) -> BgpAttributes:
    """With GRACEFUL_SHUTDOWN and preference 0 (bgp_attr_add_gshut_community; seen live on what begins here too)."""
    if GRACEFUL_SHUTDOWN in well_known(held.communities):
        return held._replace(local_preference=0)
    return held._replace(local_preference=0, communities=tuple(sorted((*held.communities, GRACEFUL_SHUTDOWN))))


#: Our roles (RFC 9234 4.1) towards those who hand on only what is for customers, and towards those whom we do so.
_UPWARDS = frozenset({"customer", "peer", "rs-client"})
_DOWNWARDS = frozenset({"provider", "peer", "rs-server"})


def _role(link: Link, neighbor: BgpNeighbor | None) -> str:
    """Our role on a session; it is of unicast routes alone (RFC 9234 5)."""
    return "" if neighbor is None or link.kind != EBGP or link.overlay else neighbor.local_role


def _is_leaked(role: str, only_to_customer: int, link: Link) -> bool:
    """Whether what comes in should not have come this way (RFC 9234 5, ingress rules 1 and 2)."""
    return role in ("provider", "rs-server") or (role == "peer" and only_to_customer != link.sender_as)


# ------------------------------------------------------------------------------------------------ sending


def may_send(path: Path, link: Link, speaker: Speaker) -> bool:
    """Whether the best path may go over the link at all, before policy."""
    if path.kind == IBGP and link.kind == IBGP and not _reflects(path, link, speaker):
        return False
    if path.attributes.only_to_customer is not None and _role(link, link.out) in _UPWARDS:
        return False
    carried = path.attributes.communities
    if carried:
        known = well_known(carried)
        if NO_ADVERTISE in known or (link.kind == EBGP and NO_EXPORT in known):
            return False
        if LOCAL_AS in known and link.kind != IBGP:
            return False
    if link.kind == EBGP and speaker.device.vendor in CHECKS_PEER_AS and _from_peer_as(path, link, speaker):
        return False
    return not (
        link.kind == EBGP
        and link.out is not None
        and link.out.sender_loop_detection
        and contains(path.attributes.as_path, link.receiver_as)
        and not (link.out_family is not None and link.out_family.as_override)
    )


def _from_peer_as(path: Path, link: Link, speaker: Speaker) -> bool:
    """Junos sends nothing back to the AS that a path came from, unless `advertise-peer-as` or `as-override`.

    It looks at the first AS of the path alone, as NX-OS does (lab-validation, the ebgp_loop_prevention labs of both).
    """
    family = link.out_family
    if family is not None and (family.as_override or family.advertise_peer_as):
        return False
    if speaker.device.vendor is Vendor.IOSXR:
        return contains(path.attributes.as_path, link.receiver_as)
    return starts_with(path.attributes.as_path, link.receiver_as)


def _reflects(path: Path, link: Link, speaker: Speaker) -> bool:
    """RFC 4456 6: from a client to all, from a non-client to clients."""
    if path.from_client:
        return speaker.process.client_to_client or not link.to_client
    return link.to_client


def before_policy(path: Path, link: Link, speaker: Speaker) -> BgpAttributes:
    """The attributes that an export policy sees: MED of other ASes gone, private ASes removed, reflection marked."""
    held = path.attributes
    changes: dict[str, object] = {}
    if held.weight:
        changes["weight"] = 0
    if link.kind == EBGP:
        learned = path.kind != LOCAL or (path.leaked and speaker.device.vendor is Vendor.IOS)
        if held.med is not None and learned and not _keeps_med(link):
            changes["med"] = None  # what a VRF of IOS has from another one counts as learned
        rewritten = _outgoing_path(held.as_path, link, speaker)
        if rewritten is not held.as_path:
            changes["as_path"] = rewritten
        if held.originator_id is not None or held.cluster_list:
            changes |= {"originator_id": None, "cluster_list": ()}
        if held.only_to_customer is None and _role(link, link.out) in _DOWNWARDS:
            changes["only_to_customer"] = speaker.process.asn
    elif held.local_preference is None:
        changes["local_preference"] = speaker.process.default_local_preference
    if link.kind == IBGP and path.kind == IBGP:
        originator = held.originator_id if held.originator_id is not None else path.peer_id
        changes |= {"originator_id": originator, "cluster_list": (speaker.cluster_id, *held.cluster_list)}
    return held._replace(**changes) if changes else held  # type: ignore[arg-type]


def _keeps_med(link: Link) -> bool:
    """A route server's clients see each other's MED (RFC 7947 2.2.3); all of its neighbours are taken for clients."""
    family = link.out_family
    return family is not None and (family.med_unchanged or family.route_server_client)


def _outgoing_path(path: AsPath, link: Link, speaker: Speaker) -> AsPath:
    family = link.out_family
    if family is None:
        return path
    if family.remove_private_as:
        vendor = speaker.device.vendor
        own = link.sender_as if vendor is Vendor.JUNOS else speaker.process.asn
        path = remove_private(path, family.remove_private_as, vendor, own=own, receiver=link.receiver_as)
    if family.as_override:
        path = replace_members(path, link.receiver_as, link.sender_as)
    return path


def after_policy(
    path: Path, seen: BgpAttributes, next_hop_kind: str, link: Link, speaker: Speaker
) -> BgpAttributes | None:
    """What goes over the wire: next hop, AS path, and only the communities that the neighbour is sent."""
    held = _next_hop(path, seen, next_hop_kind, link)
    if held is None:
        return None
    changes: dict[str, object] = {}
    if link.kind == EBGP:
        changes["as_path"] = _own_in_front(path, held.as_path, link, speaker)
        changes["local_preference"] = None
    elif link.kind == CONFED:
        changes["as_path"] = prepend(held.as_path, (speaker.process.asn,), CONFED_SEQUENCE)
    if leaving(speaker) and link.kind == EBGP:
        held = as_leaving(held)
    elif leaving(speaker):
        changes["local_preference"] = 0
    if held.weight:
        changes["weight"] = 0
    if held.tag:
        changes["tag"] = 0
    if held.label is not None and not link.overlay:
        changes["label"] = None
    if held.communities:
        sent = _sent_communities(held.communities, link)
        if sent != held.communities:
            changes["communities"] = sent
    return held._replace(**changes) if changes else held  # type: ignore[arg-type]


def _next_hop(path: Path, seen: BgpAttributes, kind: str, link: Link) -> BgpAttributes | None:
    own = link.sender_address
    if kind in ("discard", "reject"):
        return None
    if kind == "address":
        return seen
    if kind in ("self", "peer"):
        return seen._replace(next_hop=own)
    family = link.out_family
    held = seen.next_hop
    if kind == "unchanged" or (family is not None and family.next_hop_unchanged):
        return seen if held is not None else seen._replace(next_hop=own)
    keep = held is not None and held.version == link.version and not held.is_link_local
    if link.overlay:  # RFC 4659 3.2: an IPv6 route may name an IPv4 router
        keep = held is not None and (link.kind != EBGP or path.kind == LOCAL)
    elif seen.label is not None:
        keep = False  # a router of the VPN, which means nothing to a customer
    if keep and link.kind == EBGP and not link.overlay:
        # A third party on the subnet that we share with the receiver is named to it, but nobody is sent his own
        # address (RFC 4271 5.1.3), nor what he sent us with the next hop that he named (bgpd).
        keep = (
            link.subnet is not None
            and (link.out is None or link.out.address not in (held, path.peer_address))
            and held is not None
            and link.subnet.contains(held)
            and not (family is not None and family.next_hop_self)
        )
    elif keep and family is not None and family.next_hop_self:
        # A reflected route keeps its next hop; one for another member AS does not (lab-validation,
        # iosxe_bgp_confederation; bgpd's `reflect` too asks for iBGP on both sides).
        keep = family.next_hop_self != "force" and path.kind == IBGP and link.kind == IBGP
    return seen if keep else seen._replace(next_hop=own)


def _own_in_front(path: Path, seen: AsPath, link: Link, speaker: Speaker) -> AsPath:
    """Junos puts our AS in first and what export policy prepends in front of it (lab-validation, junos_as_path_acl)."""
    if speaker.device.vendor is Vendor.JUNOS:
        before = _outgoing_path(path.attributes.as_path, link, speaker)
        extra = _prepended(before, seen)
        if extra:
            return prepend(_prepend_own(before, link, speaker), extra)
    return _prepend_own(seen, link, speaker)


def _prepended(before: AsPath, after: AsPath) -> tuple[int, ...]:
    """The ASes that were put in front of a path; none where it was changed in another way."""
    if not after or after[0].kind != SEQUENCE:
        return ()
    own = before[0].asns if before and before[0].kind == SEQUENCE else ()
    rest = before[1:] if own else before
    front = after[0].asns
    count = len(front) - len(own)
    return front[:count] if count > 0 and front[count:] == own and after[1:] == rest else ()


def _hides_own(own: int, link: Link, speaker: Speaker) -> bool:
    """FRR's `remove-private-AS` beside `local-as`: a private AS of our own is left out (bgpd's bgp_append_local_as)."""
    removes = link.out_family is not None and link.out_family.remove_private_as
    return speaker.device.vendor is Vendor.FRR and is_private(own) and bool(removes)


def _prepend_own(path: AsPath, link: Link, speaker: Speaker) -> AsPath:
    """Our AS in front (RFC 4271 5.1.2); the confederation's inner path goes (RFC 5065 4.1); local-as in its forms."""
    process, neighbor, family = speaker.process, link.out, link.out_family
    if family is not None and (family.route_server_client or (family.as_path_unchanged and path)):
        return path  # RFC 7947 2.2.2
    if process.confederation_id is not None:
        path = tuple(segment for segment in path if segment.kind not in (CONFED_SEQUENCE, CONFED_SET))
    local_as = neighbor.local_as if neighbor is not None else None
    if local_as is None or local_as == process.asn or link.sender_as == process.asn:
        return prepend(path, (link.sender_as,))
    own = process.asn if process.confederation_id is None else process.confederation_id
    if neighbor is not None and (neighbor.local_as_replace or _hides_own(own, link, speaker)):
        return prepend(path, (local_as,))
    return prepend(prepend(path, (own,)), (local_as,))


def _sent_communities(communities: tuple[str, ...], link: Link) -> tuple[str, ...]:
    family = link.out_family
    if family is None:
        return ()
    kinds = {
        "standard": family.send_community,
        "extended": family.send_extended_community,
        "large": family.send_large_community,
    }
    leaves = link.kind == EBGP  # RFC 4360 2: a non-transitive one is not passed on to another AS
    return tuple(
        each for each in communities if kinds[community_kind(each)] and not (leaves and not is_transitive(each))
    )


# ---------------------------------------------------------------------------------------------- receiving


def receive(sent: BgpAttributes, link: Link, speaker: Speaker) -> BgpAttributes | None:
    """Loop and sanity checks of the receiver, and its defaults; None where the update is dropped."""
    process, neighbor, family = speaker.process, link.into, link.in_family
    if sent.as_path and _loops(sent.as_path, link, speaker):
        return None
    if link.kind == EBGP:
        first = neighbor.enforce_first_as if neighbor is not None else None
        # What a snapshot says was heard from outside was taken by the device: it may be a route server's path.
        checked = link.out is not None and (process.enforce_first_as if first is None else first)
        if checked and not starts_with(sent.as_path, link.sender_as):
            return None
    elif sent.originator_id == speaker.router_id or speaker.cluster_id in sent.cluster_list:
        return None
    if process.reject_as_sets and any(kind in (SET, CONFED_SET) for kind, _ in sent.as_path):
        return None
    changes: dict[str, object] = {}
    role = _role(link, neighbor)
    if role and sent.only_to_customer is None and role in _UPWARDS:
        changes["only_to_customer"] = link.sender_as
    elif role and sent.only_to_customer is not None and _is_leaked(role, sent.only_to_customer, link):
        return None
    if family is not None and family.weight is not None:
        changes["weight"] = family.weight
    if link.kind == EBGP:
        if family is not None and family.local_preference is not None:
            changes["local_preference"] = family.local_preference
        if sent.communities and speaker.device.vendor is Vendor.FRR:
            changes |= _frr_well_known(sent)
        if leaving(speaker):
            sent = as_leaving(sent)
        if neighbor is not None and neighbor.local_as not in (None, process.asn) and not neighbor.local_as_no_prepend:
            changes["as_path"] = prepend(sent.as_path, (neighbor.local_as or 0,))
    return sent._replace(**changes) if changes else sent  # type: ignore[arg-type]


def takes_plainly(sent: BgpAttributes, speaker: Speaker) -> bool:
    """Whether nothing in an iBGP update makes the receiver drop it (see `receive`)."""
    process = speaker.process
    if process.confederation_id is not None or process.reject_as_sets:
        return False
    if sent.originator_id == speaker.router_id or speaker.cluster_id in sent.cluster_list:
        return False
    return not contains(sent.as_path, process.asn)


def _frr_well_known(sent: BgpAttributes) -> dict[str, object]:
    """What bgpd does by itself: preference 0 for graceful shutdown (RFC 8326 4.2), blackholes stay (RFC 7999 3.2)."""
    known = well_known(sent.communities)
    changes: dict[str, object] = {}
    if GRACEFUL_SHUTDOWN in known:
        changes["local_preference"] = 0
    if BLACKHOLE in known and NO_EXPORT not in known:
        changes["communities"] = tuple(sorted((*sent.communities, NO_EXPORT)))
    return changes


def _loops(path: AsPath, link: Link, speaker: Speaker) -> bool:
    """Whether our AS stands in the path more often than allowed (RFC 4271 9.1.2), or our member AS (RFC 5065 4)."""
    process = speaker.process
    allowed = link.in_family.allowas_in if link.in_family is not None else 0
    if speaker.device.vendor is Vendor.FRR:
        return _loops_at_bgpd(path, link, process, allowed)
    own = process.asn if process.confederation_id is None else process.confederation_id
    if occurrences(path, own, confederation=False) > allowed:
        return True
    return process.confederation_id is not None and occurrences(path, process.asn, confederation=True) > allowed


def _loops_at_bgpd(path: AsPath, link: Link, process: BgpProcess, allowed: int) -> bool:
    """bgpd counts its own AS, the confederation's and `local-as` in segments of all kinds (bgp_route.c, bgp_update)."""
    own = {process.asn, process.confederation_id, link.into.local_as if link.into is not None else None} - {None}
    return any(sum(asns.count(each) for _, asns in path) > allowed for each in own)


# ----------------------------------------------------------------------------------------------- AS paths


def contains(path: AsPath, asn: int) -> bool:
    return any(asn in asns for _, asns in path)


def occurrences(path: AsPath, asn: int, *, confederation: bool) -> int:
    """How often `asn` stands in the path's confederation segments, or in the others."""
    inner = (CONFED_SEQUENCE, CONFED_SET)
    return sum(asns.count(asn) for kind, asns in path if (kind in inner) == confederation)


def starts_with(path: AsPath, asn: int) -> bool:
    return bool(path) and path[0].kind == SEQUENCE and path[0].asns[0] == asn


def replace_members(path: AsPath, asn: int, by: int) -> AsPath:
    """`as-override`: the receiver's AS in the path becomes ours."""
    if not contains(path, asn):
        return path
    return tuple(Segment(kind, tuple(by if each == asn else each for each in asns)) for kind, asns in path)
