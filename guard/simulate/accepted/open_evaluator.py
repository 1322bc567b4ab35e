"""Policy evaluation of a route that is not known yet: what a policy wants to know of it is a question.

A condition on the prefix or the neighbour is answered at once; any other is answered by what was answered before, or
raises `Asked`. What a policy did to the route is remembered, so that a later condition sees what it would see.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

from guard.model.bgp import AsPath, BgpAttributes, Segment
from guard.model.device import Device
from guard.model.policy import (
    Action,
    All,
    Any,
    CommunityListEntry,
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
    MatchRouteType,
    MatchRpki,
    MatchTag,
    MatchWeight,
    Not,
    Opaque,
    PrependLastAs,
    ReplaceAs,
    SetCommunities,
    SetMetricFromIgp,
    SetNumber,
    Term,
)
from guard.simulate.accepted.route_facts import Answers, Question
from guard.simulate.accepted.text_space import length_pattern
from guard.simulate.policy.evaluator import Evaluator, RouteView
from guard.simulate.policy.route_lists import community_kind

#: Attributes of a route of which nothing is known yet; no route has these.
_UNKNOWN = -1
_CHANGED = -2
_BASE_PATH: AsPath = (Segment("base", ()),)
_CHANGED_PATH = Segment("changed", ())
#: Stand among the communities of each kind for those that nothing is known of; a "\0-" says that one is gone.
_BASE = {"standard": "\0base", "large": "\0base:0:0", "extended": "\0base 0"}
_CUT = {"standard": "\0?", "large": "\0?:0:0", "extended": "\0? 0"}
UNKNOWN = BgpAttributes(
    as_path=_BASE_PATH,
    origin=_UNKNOWN,
    local_preference=_UNKNOWN,
    med=_UNKNOWN,
    weight=_UNKNOWN,
    communities=tuple(sorted(_BASE.values())),
    tag=_UNKNOWN,
)
#: The same for a route that BGP does not carry.
PLAIN = BgpAttributes(med=_UNKNOWN, tag=_UNKNOWN)
#: Conditions that need no asking: on the prefix and the neighbour, and what is made of other conditions. Numbers are
#: among them where a policy set them.
_ANSWERED = (
    MatchPrefixList, MatchAcl, MatchPrefixRanges, MatchFamily, MatchProtocol, MatchPeer, MatchNextHop, MatchAsPath,
    MatchAsPathLength, MatchCommunity, MatchMetric, MatchLocalPreference, MatchWeight, MatchTag, MatchOrigin,
    MatchPolicy, All, Any, Not,
)  # fmt: skip


class Asked(Exception):
    """A question that has no answer yet."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question


class OpenEvaluator(Evaluator):
    """An evaluator that asks: a condition on what is not known of the route is a question to `answers`."""

    def __init__(self, device: Device) -> None:
        super().__init__(device)
        self.answers: Answers = {}
        self.matched: list[Term] = []

    def ask(self, *question: Hashable) -> bool:
        answer = self.answers.get(question)
        if answer is None:
            raise Asked(question)
        return answer

    def holds(self, condition: Condition, view: RouteView) -> bool:
        """Whether a single match holds."""
        return self._matches(condition, view)

    # ------------------------------------------------------------------------------------------------ conditions

    def _matches(self, condition: Condition, view: RouteView) -> bool:
        at = view.attributes
        match condition:
            case MatchAsPathLength(low, high, False) if at.as_path == _BASE_PATH:
                return self.ask("path", length_pattern(low, high))
            case MatchAsPathLength() if _is_open(at.as_path):
                return self.ask("free", condition, at.as_path)
            case MatchMetric(low, high) if (at.med or 0) < 0:
                return self._number("metric", at.med, low, high)
            case MatchLocalPreference(low, high) if (at.local_preference or 0) < 0:
                return self._number("local-preference", at.local_preference, low, high)
            case MatchWeight(value) if at.weight < 0:
                return self._number("weight", at.weight, value, value)
            case MatchTag(values, ranges) if at.tag < 0:
                bounds = (*((value, value) for value in sorted(values)), *ranges)
                return any(self._number("tag", at.tag, low, high) for low, high in bounds)
            case MatchOrigin(origin) if at.origin < 0:
                return self.ask("origin", frozenset({origin}))
            case MatchRpki(state):
                return self.ask("rpki", frozenset({state}))
            case MatchRouteType(types):
                return self.ask("route-type", types)
            case MatchInterface(names):
                return self.ask("interface", frozenset(name.lower() for name in names))
            case MatchProtocol(protocols, process) if process:
                return view.protocol in protocols and self.ask("process", frozenset({process}))
            case MatchNextHop() if at.next_hop is None:
                return self.ask("free", condition, self._content(condition.prefix_lists, condition.acls))
            case MatchPeer() if view.peer is None:
                return self.ask("free", condition, self._content(condition.prefix_lists, condition.acls))
            case Opaque(text):
                return self.ask("free", text)
            case condition if isinstance(condition, _ANSWERED):
                return super()._matches(condition, view)
        return self.ask("free", condition)

    def _content(self, prefix_lists: tuple[str, ...], acls: tuple[str, ...]) -> Hashable:
        """What lists say, so that a list that is another one is another question."""
        held = (self.device.prefix_lists.get((version, name)) for name in prefix_lists for version in (4, 6))
        filters = (self.device.acls.get((version, name)) for name in acls for version in (4, 6, 0))
        return (
            tuple(tuple((entry.permit, entry.range) for entry in each.entries) for each in held if each is not None),
            tuple(tuple((x.permit, x.sources, x.destinations) for x in each.lines) for each in filters if each),
        )

    def _number(self, name: str, held: int | None, low: int, high: int) -> bool:
        return self.ask(name, low, high) if held == _UNKNOWN else self.ask("free", name, low, high)

    def as_path_permits(self, name: str, path: AsPath, *, undefined: bool | None = None) -> bool:
        listed = self.device.as_path_lists.get(name)
        if listed is None or not _is_open(path):
            return super().as_path_permits(name, path, undefined=undefined)
        for entry in listed.entries:
            if self.ask("path", entry.pattern) if path == _BASE_PATH else self.ask("free", entry.pattern, path):
                return entry.permit
        return False

    def _communities_match(self, condition: MatchCommunity, carried: tuple[str, ...]) -> bool:
        if _BASE[condition.kind] not in carried:
            return super()._communities_match(condition, tuple(each for each in carried if not each.startswith("\0")))
        lists = [self.device.community_lists.get((condition.kind, name)) for name in condition.names]
        if condition.mode == "within":
            return self.ask("free", condition, carried, tuple(each.entries for each in lists if each is not None))
        if condition.mode == "every":
            return all(
                each is not None and all(self._carries(entry, condition.kind, carried, False) for entry in each.entries)
                for each in lists
            )
        return any(self._community_permits(condition.kind, name, carried, condition.exact) for name in condition.names)

    def _community_permits(self, kind: str, name: str, carried: tuple[str, ...], exact: bool) -> bool:
        listed = self.device.community_lists.get((kind, name))
        if listed is None or _BASE[kind] not in carried:
            return super()._community_permits(kind, name, carried, exact)
        return next((each.permit for each in listed.entries if self._carries(each, kind, carried, exact)), False)

    def _carries(self, entry: CommunityListEntry, kind: str, carried: tuple[str, ...], exact: bool) -> bool:
        """Whether an entry holds for communities of which not all are known."""
        known = tuple(each for each in carried if not each.startswith("\0"))
        changed = len(carried) > 1
        if entry.pattern is not None:
            if re.search(entry.pattern, " ".join(known)) and (known or not entry.pattern):
                return True
            return self.ask("free", entry.pattern, carried) if changed else self.ask("set", kind, entry.pattern)
        if "internet" in entry.communities and not exact:
            return True
        if exact:
            wanted = entry.communities
            return self.ask("free", wanted, carried) if changed else self.ask("all", kind, wanted)
        return all(
            each in known or (f"\0-{each}" not in carried and self._has(kind, each, carried, _CUT[kind] in carried))
            for each in sorted(entry.communities)
        )

    def _has(self, kind: str, community: str, carried: tuple[str, ...], cut: bool) -> bool:
        return self.ask("free", community, carried) if cut else self.ask("one", kind, community)

    # ------------------------------------------------------------------------------------------------ actions

    def _act_all(self, term: Term, view: RouteView) -> RouteView:
        self.matched.append(term)
        return super()._act_all(term, view)

    def _act(self, action: Action, view: RouteView) -> RouteView:
        at = view.attributes
        match action:
            case SetCommunities(communities, "-", _):
                gone = {f"\0-{each}" for each in communities if _BASE[community_kind(each)] in at.communities}
                left = set(super()._act(action, view).attributes.communities)
                return view._replace(attributes=at._replace(communities=tuple(sorted(left | gone))))
            case DeleteCommunities() if _BASE[action.kind] in at.communities:
                return view._replace(attributes=at._replace(communities=self._without_listed(action, at.communities)))
            case PrependLastAs() | ExcludeAs() | ReplaceAs() if _is_open(at.as_path):
                path = (Segment("sequence", (hash(action) & 0xFFFFFFFF,)), *at.as_path[:-1], _CHANGED_PATH)
                return view._replace(attributes=at._replace(as_path=path))
            case SetMetricFromIgp():
                return view._replace(attributes=at._replace(med=_CHANGED))
            case SetNumber(name, _, mode) if mode != "=" and _held(name, at) < 0:
                return view._replace(attributes=_with_number(name, at))
        return super()._act(action, view)

    def _without_listed(self, action: DeleteCommunities, carried: tuple[str, ...]) -> tuple[str, ...]:
        listed = self.device.community_lists.get((action.kind, action.list_name))
        if listed is None:
            return carried
        known = tuple(each for each in carried if not each.startswith("\0"))
        hidden = tuple(each for each in carried if each.startswith("\0"))
        left = set(self._delete(action, known)) | set(hidden)
        if not action.keep and all(
            entry.permit and entry.pattern is None and len(entry.communities) == 1 for entry in listed.entries
        ):
            left |= {f"\0-{each}" for entry in listed.entries for each in entry.communities}
        else:
            left.add(_CUT[action.kind])
        return tuple(sorted(left))


def _is_open(path: AsPath) -> bool:
    return path[-1:] == _BASE_PATH or path[-1:] == (_CHANGED_PATH,)


def _held(name: str, at: BgpAttributes) -> int:
    found = {"local-preference": at.local_preference, "metric": at.med, "weight": at.weight, "tag": at.tag}
    return found.get(name) or 0


def _with_number(name: str, at: BgpAttributes) -> BgpAttributes:
    match name:
        case "local-preference":
            return at._replace(local_preference=_CHANGED)
        case "metric":
            return at._replace(med=_CHANGED)
        case "weight":
            return at._replace(weight=_CHANGED)
    return at._replace(tag=_CHANGED)
