"""Policy evaluation: a chain of route policies applied to one route, of BGP or of another protocol.

Law: total over the closed unions of model/policy.py; the route that comes out is a value, the one that went in is kept.
Not modelled: conditions that the parser could not read are taken as their `assume` says (they are coverage).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import NamedTuple, assert_never

from guard.model import vendor_defaults as defaults
from guard.model.acl import Acl
from guard.model.address import Address, Prefix
from guard.model.bgp import CONFED_SEQUENCE, SEQUENCE, AsPath, BgpAttributes, Segment
from guard.model.community import extended
from guard.model.device import Device, Vendor
from guard.model.policy import (
    NEXT_IN_ORDER,
    Action,
    All,
    Any,
    Condition,
    DeleteCommunities,
    ExcludeAs,
    MatchAcl,
    MatchAsPath,
    MatchAsPathLength,
    MatchCommunity,
    MatchFamily,
    MatchInterface,
    MatchLocalPreference,
    MatchMetric,
    MatchNextHop,
    MatchOrigin,
    MatchPeer,
    MatchPolicy,
    MatchPrefixList,
    MatchPrefixRanges,
    MatchProtocol,
    MatchRouteExists,
    MatchRouteType,
    MatchRpki,
    MatchTag,
    MatchWeight,
    Not,
    Opaque,
    Outcome,
    PrependAsPath,
    PrependLastAs,
    ReplaceAs,
    RoutePolicy,
    SetBandwidth,
    SetCommunities,
    SetLevel,
    SetMetricFromIgp,
    SetMetricType,
    SetNextHop,
    SetNumber,
    SetOrigin,
    SetVector,
    SetVerdict,
    Term,
    leaves,
)
from guard.model.vector import Vector
from guard.simulate.policy.own_routes import OwnRoutes, own_routes
from guard.simulate.policy.route_lists import (
    PrefixTest,
    acl_test,
    as_path_test,
    community_kind,
    community_list_holds,
    community_list_permits,
    of_kind,
    prefix_list_test,
)

#: What `preference add` adds to: Junos alone reckons with preferences (Junos "Route Preferences Overview").
_BGP_PREFERENCE = 170
#: A called policy calls no deeper than this; configurations nest two or three levels, a loop has none.
_DEEPEST_CALL = 16


class RouteView(NamedTuple):
    """One route as policies see it. For a route that is not of BGP, `attributes` hold next hop, metric (med) and tag.

    `protocol`: connected, static, ospf, isis, bgp, rip, aggregate, local, kernel. `peer`: the neighbour that it came
    from (import) or goes to (export). `next_hop_kind`, `metric_type`, `level`, `distance` and `vector` (of EIGRP) are
    what a policy set. `verdict`: what becomes of it undecided (Junos alone). `absent`: routes asked for that are not in
    the table.
    """

    prefix: Prefix
    attributes: BgpAttributes
    protocol: str = "bgp"
    route_type: str = ""
    process: str = ""
    interface: str = ""
    peer: Address | None = None
    own_as: int = 0
    igp_metric: int = 0
    rpki: str = "not-found"
    local: bool = False
    next_hop_kind: str = ""
    metric_type: str = ""
    level: str = ""
    distance: int | None = None
    verdict: bool | None = None
    absent: frozenset[MatchRouteExists] = frozenset()
    vector: Vector | None = None


class Evaluator:
    """Evaluates the policies of one device. Its lists are compiled when first looked at; it holds no other state."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._prefix_tests: dict[tuple[int, str], PrefixTest | None] = {}
        self._acl_tests: dict[tuple[int, str], PrefixTest | None] = {}
        self._path_tests: dict[str, Callable[[AsPath], bool] | None] = {}

    @cached_property
    def routes_asked(self) -> frozenset[MatchRouteExists]:
        """The routes that some policy of the device asks the table for."""
        return routes_asked(self.device)

    @cached_property
    def own_routes(self) -> OwnRoutes:
        """What the device says of its static and aggregate routes."""
        return own_routes(self.device)

    @cached_property
    def tells_igp_metric(self) -> bool:
        """Whether some policy of the device makes the IGP's metric a route's own."""
        return any(
            isinstance(action, SetMetricFromIgp)
            for policy in self.device.policies.values()
            for term in policy.terms
            for action in term.actions
        )

    # ---------------------------------------------------------------------------------------------- policies

    def evaluate(
        self, names: tuple[str, ...], view: RouteView, *, default: bool = False, undefined: bool | None = None
    ) -> RouteView | None:
        """The route that the chain lets through, amended; None where it is rejected.

        `default` decides where the chain is empty or ends undecided; `undefined` whether a policy that is not there
        permits (None: as the vendor does on a neighbour).
        """
        if undefined is None:
            undefined = defaults.UNDEFINED_ROUTE_MAP_PERMITS.get(self.device.vendor, False)
        if self.device.vendor is Vendor.JUNOS:
            view = view._replace(verdict=default)
        for name in names:
            policy = self.device.policies.get(name)
            if policy is None:
                if not undefined:
                    return None
                continue
            outcome, view = self._run(policy, view, 0)
            if outcome is Outcome.ACCEPT:
                return view
            if outcome is Outcome.REJECT:
                return None
        if names and undefined and names[-1] not in self.device.policies:
            return view
        return view if (default if view.verdict is None else view.verdict) else None

    def _run(self, policy: RoutePolicy, view: RouteView, depth: int) -> tuple[Outcome, RouteView]:
        index, kept = 0, policy.default
        terms = policy.terms
        # Cisco IOS XR Routing Configuration Guide, "When Attributes Are Modified": tests see the route as it came in.
        initial = view if self.device.vendor is Vendor.IOSXR else None
        while index < len(terms):
            term = terms[index]
            index += 1
            if self.device.vendor is Vendor.FRR and _calls(term.condition):
                decided = self._run_calling(term, view, depth)
                if decided is None:
                    continue
                outcome, view = decided
            else:
                changed = self._holds(term.condition, initial or view, depth)
                if changed is None:
                    continue
                outcome, view = term.outcome, self._act_all(term, view if initial is not None else changed)
            if term.goto is not None and outcome is Outcome.ACCEPT:
                kept = Outcome.ACCEPT
                index = _first_at(terms, index, term.goto)
                continue
            if outcome is not Outcome.NEXT_TERM:
                return outcome, view
        return kept, view

    def _run_calling(self, term: Term, view: RouteView, depth: int) -> tuple[Outcome, RouteView] | None:
        """FRR `call`: sets come first; a called map that denies ends the caller with deny (FRR manual, Route Maps)."""
        own, called = _split_calls(term.condition)
        changed = self._holds(own, view, depth)
        if changed is None:
            return None
        if term.outcome is Outcome.REJECT:
            return Outcome.REJECT, changed
        changed = self._act_all(term, changed)
        for name in called:
            policy = self.device.policies.get(name)
            if policy is None or depth >= _DEEPEST_CALL:
                return Outcome.REJECT, view
            outcome, changed = self._run(policy, changed, depth + 1)
            if outcome is Outcome.REJECT:
                return outcome, changed
        return term.outcome, changed

    # -------------------------------------------------------------------------------------------- conditions

    def _holds(self, condition: Condition, view: RouteView, depth: int) -> RouteView | None:
        """The view if the condition holds (changed only by a called policy that applies), else None."""
        if isinstance(condition, All):
            for part in condition.parts:
                changed = self._holds(part, view, depth)
                if changed is None:
                    return None
                view = changed
            return view
        if isinstance(condition, Any):
            for part in condition.parts:
                changed = self._holds(part, view, depth)
                if changed is not None:
                    return changed
            return None
        if isinstance(condition, Not):
            return view if self._holds(condition.part, view, depth) is None else None
        if isinstance(condition, MatchPolicy):
            return self._called(condition, view, depth)
        return view if self._matches(condition, view) else None

    def _called(self, condition: MatchPolicy, view: RouteView, depth: int) -> RouteView | None:
        policy = self.device.policies.get(condition.name)
        if policy is None or depth >= _DEEPEST_CALL:
            return None
        outcome, changed = self._run(policy, view, depth + 1)
        # Junos "Possible Consequences of Termination Actions in Subroutines": one that does not decide is decided by
        # the protocol's default.
        accepted = outcome is Outcome.ACCEPT or (outcome is Outcome.NEXT_POLICY and bool(changed.verdict))
        if not accepted:
            return None
        return changed._replace(verdict=view.verdict) if condition.apply else view

    def _matches(self, condition: Condition, view: RouteView) -> bool:
        attributes = view.attributes
        match condition:
            case MatchPrefixList(names, version):
                return any(self.prefix_list_permits(version, name, view.prefix) for name in names)
            case MatchAcl(names, version):
                return any(self.acl_permits(version, name, view.prefix) for name in names)
            case MatchPrefixRanges(ranges):
                return any(each.matches(view.prefix) for each in ranges)
            case MatchAsPath(names):
                return any(self.as_path_permits(name, attributes.as_path) for name in names)
            case MatchAsPathLength(low, high, unique):
                path = attributes.as_path
                return low <= (unique_length(path) if unique else path_length(path)) <= high
            case MatchCommunity():
                return self._communities_match(condition, of_kind(attributes.communities, condition.kind))
            case MatchNextHop():
                return self._next_hop_matches(condition, attributes.next_hop)
            case MatchPeer():
                return self._peer_matches(condition, view)
            case MatchInterface(names):
                return view.interface.lower() in {name.lower() for name in names}
            case MatchProtocol(protocols, process):
                return view.protocol in protocols and process in (None, "", view.process)
            case MatchRouteType(types):
                return view.route_type in types
            case MatchTag(values, ranges):
                return attributes.tag in values or any(low <= attributes.tag <= high for low, high in ranges)
            case MatchMetric(low, high):
                return low <= (attributes.med or 0) <= high
            case MatchLocalPreference(low, high):
                preference = attributes.local_preference
                return low <= (100 if preference is None else preference) <= high
            case MatchWeight(value):
                return attributes.weight == value
            case MatchOrigin(origin):
                return attributes.origin == origin
            case MatchFamily(version):
                return view.prefix.version == version
            case MatchRpki(state):
                return view.rpki == state
            case MatchRouteExists():
                return condition not in view.absent
            case Opaque(_, assume):
                return assume
            case All() | Any() | Not() | MatchPolicy():
                return self._holds(condition, view, 0) is not None
            case _:
                assert_never(condition)

    def prefix_list_permits(self, version: int, name: str, prefix: Prefix, *, undefined: bool | None = None) -> bool:
        """`undefined`: what a missing list answers; None: as in the vendor's `match`."""
        key = (version, name)
        if key not in self._prefix_tests:
            listed = self.device.prefix_lists.get(key)
            self._prefix_tests[key] = None if listed is None else prefix_list_test(listed)
        test = self._prefix_tests[key]
        if test is not None:
            return test(prefix)
        return _undefined(defaults.MATCH_UNDEFINED_PREFIX_LIST, self.device.vendor, undefined)

    def acl_permits(self, version: int, name: str, prefix: Prefix, *, undefined: bool | None = None) -> bool:
        key = (version, name)
        if key not in self._acl_tests:
            listed: Acl | None = self.device.acls.get(key) or self.device.acls.get((0, name))
            self._acl_tests[key] = None if listed is None else acl_test(listed)
        test = self._acl_tests[key]
        if test is not None:
            return prefix.version == version and test(prefix)
        return _undefined(defaults.MATCH_UNDEFINED_ACL, self.device.vendor, undefined)

    def as_path_permits(self, name: str, path: AsPath, *, undefined: bool | None = None) -> bool:
        if name not in self._path_tests:
            listed = self.device.as_path_lists.get(name)
            self._path_tests[name] = None if listed is None else as_path_test(listed)
        test = self._path_tests[name]
        if test is not None:
            return test(path)
        return _undefined(defaults.MATCH_UNDEFINED_AS_PATH_LIST, self.device.vendor, undefined)

    def _communities_match(self, condition: MatchCommunity, carried: tuple[str, ...]) -> bool:
        names, kind = condition.names, condition.kind
        if condition.mode == "within":
            return all(any(self._community_permits(kind, name, (each,), False) for name in names) for each in carried)
        if condition.mode == "every":
            lists = [self.device.community_lists.get((kind, name)) for name in names]
            return all(listed is not None and community_list_holds(listed, carried) for listed in lists)
        return any(self._community_permits(kind, name, carried, condition.exact) for name in names)

    def _community_permits(self, kind: str, name: str, carried: tuple[str, ...], exact: bool) -> bool:
        listed = self.device.community_lists.get((kind, name))
        if listed is None:
            return defaults.MATCH_UNDEFINED_COMMUNITY_LIST.get(self.device.vendor, False)
        return community_list_permits(listed, carried, exact)

    def _next_hop_matches(self, condition: MatchNextHop, next_hop: Address | None) -> bool:
        if next_hop is None:
            return False
        if next_hop in condition.addresses:
            return True
        host = next_hop.host
        return any(self.prefix_list_permits(condition.version, name, host) for name in condition.prefix_lists) or any(
            self.acl_permits(condition.version, name, host) for name in condition.acls
        )

    def _peer_matches(self, condition: MatchPeer, view: RouteView) -> bool:
        if view.peer is None:
            return condition.local and view.local
        if view.peer in condition.addresses:
            return True
        host = view.peer.host
        return any(self.prefix_list_permits(host.version, name, host) for name in condition.prefix_lists) or any(
            self.acl_permits(host.version, name, host) for name in condition.acls
        )

    # ----------------------------------------------------------------------------------------------- actions

    def _act_all(self, term: Term, view: RouteView) -> RouteView:
        for action in term.actions:
            view = self._act(action, view)
        return view

    def _act(self, action: Action, view: RouteView) -> RouteView:
        attributes = view.attributes
        match action:
            case SetNumber():
                return self._set_number(action, view)
            case SetMetricFromIgp(offset, own, igp):
                value = own * (attributes.med or 0) + igp * view.igp_metric + offset
                return view._replace(attributes=attributes._replace(med=max(0, min(value, 0xFFFFFFFF))))
            case SetVerdict(accept):
                return view._replace(verdict=accept)
            case SetVector(vector):
                return view._replace(vector=vector)
            case SetMetricType(type):
                return view._replace(metric_type=type)
            case SetLevel(level):
                return view._replace(level=level)
            case SetOrigin(origin):
                return view._replace(attributes=attributes._replace(origin=origin))
            case SetCommunities():
                return _with_communities(view, _set_communities(action, attributes.communities))
            case SetBandwidth(speed, transitive):
                text = _bandwidth(view.own_as, speed, transitive=transitive)
                others = (each for each in attributes.communities if each.partition(" ")[0] not in _BANDWIDTHS)
                return _with_communities(view, tuple(sorted((*others, text))))
            case DeleteCommunities():
                return _with_communities(view, self._delete(action, attributes.communities))
            case PrependAsPath(asns):
                return _with_path(view, prepend(attributes.as_path, asns))
            case PrependLastAs(count, own):
                asn = view.own_as if own else first_as(attributes.as_path)
                return view if not asn else _with_path(view, prepend(attributes.as_path, (asn,) * count))
            case ExcludeAs(asns, everything):
                path = () if everything else _without(attributes.as_path, asns)
                return _with_path(view, path)
            case ReplaceAs(asns, by):
                return _with_path(view, replace_as(attributes.as_path, asns, view.own_as if by is None else by))
            case SetNextHop():
                return _set_next_hop(action, view)
            case _:
                assert_never(action)

    def _set_number(self, action: SetNumber, view: RouteView) -> RouteView:
        attributes = view.attributes
        match action.field:
            case "local-preference":
                # FRR 8.4 adds to 0 where an eBGP path has none yet (seen live); others to the default of 100.
                base = 0 if self.device.vendor is Vendor.FRR else 100
                held = attributes.local_preference
                value = _arithmetic(action, base if held is None else held)
                return view._replace(attributes=attributes._replace(local_preference=value))
            case "metric":
                return view._replace(attributes=attributes._replace(med=_arithmetic(action, attributes.med or 0)))
            case "weight":
                return view._replace(attributes=attributes._replace(weight=_arithmetic(action, attributes.weight)))
            case "tag":
                return view._replace(attributes=attributes._replace(tag=_arithmetic(action, attributes.tag)))
            case "distance":
                held = _BGP_PREFERENCE if view.distance is None else view.distance
                return view._replace(distance=_arithmetic(action, held))
            case _:
                return view

    def _delete(self, action: DeleteCommunities, carried: tuple[str, ...]) -> tuple[str, ...]:
        listed = self.device.community_lists.get((action.kind, action.list_name))
        if listed is None:
            return carried
        return tuple(
            each
            for each in carried
            if community_kind(each) != action.kind or community_list_permits(listed, (each,)) is action.keep
        )


def routes_asked(device: Device) -> frozenset[MatchRouteExists]:
    """The routes that some policy of the device asks the table for (Junos alone has such conditions)."""
    if device.vendor is not Vendor.JUNOS:
        return frozenset()
    conditions = (term.condition for policy in device.policies.values() for term in policy.terms)
    return frozenset(leaf for each in conditions for leaf in leaves(each) if isinstance(leaf, MatchRouteExists))


def evaluate(device: Device, names: tuple[str, ...], view: RouteView, *, default: bool = False) -> RouteView | None:
    """`Evaluator.evaluate` for a single use; an undefined policy answers as on a redistribution of that vendor."""
    permits = defaults.UNDEFINED_REDISTRIBUTION_ROUTE_MAP_PERMITS.get(device.vendor, False)
    return Evaluator(device).evaluate(names, view, default=default, undefined=permits)


# ------------------------------------------------------------------------------------------------ AS paths


def prepend(path: AsPath, asns: tuple[int, ...], kind: str = SEQUENCE) -> AsPath:
    """`asns` in front of the path, joined with a leading segment of the same kind (RFC 4271 5.1.2)."""
    if not asns:
        return path
    if path and path[0].kind == kind:
        return (Segment(kind, asns + path[0].asns), *path[1:])
    return (Segment(kind, asns), *path)


def path_length(path: AsPath) -> int:
    """Hops as compared: a set counts one, confederation segments none (RFC 4271 9.1.2.2, RFC 5065 5.3)."""
    return sum(len(asns) if kind == SEQUENCE else kind == "set" for kind, asns in path)


def unique_length(path: AsPath) -> int:
    """As `path_length`, but an AS counts once however often it was prepended (XR `as-path unique-length`)."""
    sets = sum(kind == "set" for kind, _ in path)
    return len({asn for kind, asns in path if kind == SEQUENCE for asn in asns}) + sets


def first_as(path: AsPath) -> int:
    """The neighbouring AS: the first one outside the confederation; 0 where the path has none or begins with a set."""
    for kind, asns in path:
        if kind == SEQUENCE:
            return asns[0]
        if kind == "set":
            return 0
    return 0


def _without(path: AsPath, asns: frozenset[int]) -> AsPath:
    kept = (Segment(kind, tuple(asn for asn in held if asn not in asns)) for kind, held in path)
    return tuple(segment for segment in kept if segment.asns)


def replace_as(path: AsPath, asns: frozenset[int], by: int) -> AsPath:
    """Every AS of `asns` (empty: every AS) replaced; sets stay sorted and confederation segments as they are."""
    replaced = []
    for kind, held in path:
        new = tuple(by if not asns or asn in asns else asn for asn in held)
        if kind == SEQUENCE:
            replaced.append(Segment(kind, new))
        elif kind == CONFED_SEQUENCE:
            replaced.append(Segment(kind, held))
        else:
            replaced.append(Segment(kind, tuple(sorted(set(new)))))
    return tuple(replaced)


# ------------------------------------------------------------------------------------------------ small parts


def _undefined(table: Mapping[Vendor, bool], vendor: Vendor, given: bool | None) -> bool:
    return table.get(vendor, False) if given is None else given


def _calls(condition: Condition) -> bool:
    if isinstance(condition, MatchPolicy):
        return condition.apply
    return isinstance(condition, All) and any(isinstance(p, MatchPolicy) and p.apply for p in condition.parts)


def _split_calls(condition: Condition) -> tuple[Condition, tuple[str, ...]]:
    parts = condition.parts if isinstance(condition, All) else (condition,)
    own = tuple(part for part in parts if not (isinstance(part, MatchPolicy) and part.apply))
    return All(own), tuple(part.name for part in parts if isinstance(part, MatchPolicy) and part.apply)


def _first_at(terms: tuple[Term, ...], start: int, number: int) -> int:
    """Index of the first later term whose sequence number is at least `number`; past the end where there is none."""
    if number == NEXT_IN_ORDER:
        return start
    for index in range(start, len(terms)):
        name = terms[index].name
        if name.isdecimal() and int(name) >= number:
            return index
    return len(terms)


def _arithmetic(action: SetNumber, held: int) -> int:
    if action.mode == "+":
        return min(held + action.value, 0xFFFFFFFF)
    return max(held - action.value, 0) if action.mode == "-" else action.value


def _with_communities(view: RouteView, communities: tuple[str, ...]) -> RouteView:
    return view._replace(attributes=view.attributes._replace(communities=communities))


def _with_path(view: RouteView, path: AsPath) -> RouteView:
    return view._replace(attributes=view.attributes._replace(as_path=path))


def _set_communities(action: SetCommunities, carried: tuple[str, ...]) -> tuple[str, ...]:
    if action.mode == "+":
        return tuple(sorted(action.communities.union(carried)))
    if action.mode == "-":
        return tuple(each for each in carried if each not in action.communities)
    others = (each for each in carried if community_kind(each) != action.kind)
    return tuple(sorted(action.communities.union(others)))


_BANDWIDTHS = ("bandwidth", "bandwidth-non-transitive")


def _bandwidth(asn: int, speed: int, *, transitive: bool) -> str:
    """The AS has two octets there: a longer one is AS_TRANS (RFC 6793 9)."""
    return extended(_BANDWIDTHS[not transitive], f"{asn if asn < 1 << 16 else 23456}:{speed}")


def _set_next_hop(action: SetNextHop, view: RouteView) -> RouteView:
    if action.version != view.prefix.version and action.kind == "address":
        return view
    if action.kind == "address":
        changed = view.attributes._replace(next_hop=action.address)
        return view._replace(attributes=changed, next_hop_kind="address")
    return view._replace(next_hop_kind=action.kind)
